//! What a server answers, and what containerd makes of it.

use super::registry::{CONFIG, MANIFEST_TYPE, answers, digest, manifest, serves, status};
use super::server::{Asked, Does, Server, Speaks};
use super::{error, first, probe, probe_with, steps, tree};

const TWO: &str = "server = \"http://@2\"\n[host.\"http://@1\"]\n";

fn is_manifest(asked: &Asked) -> bool {
    asked.path().contains("/manifests/")
}

/// A mirror that answers so to the tag, before a registry that has the image.
fn behind(does: impl Fn(&Asked) -> Does + Send + Sync + 'static) -> serde_json::Value {
    let mirror = Server::start(Speaks::Http, does);
    let registry = Server::start(Speaks::Http, serves);
    probe(&tree(TWO, &[&mirror, &registry]))
}

#[test]
fn a_registry_that_has_the_image() {
    let registry = Server::start(Speaks::Http, serves);
    let answer = probe(&tree("server = \"http://@1\"\n", &[&registry]));
    assert_eq!(
        (answer["result"].as_str(), first(&answer)),
        (Some("pulled"), ["ok"; 3])
    );
    assert_eq!(answer["endpoints"][0]["digest"], digest(&manifest()));
    let asked: Vec<String> = registry
        .asked()
        .iter()
        .map(|a| format!("{} {}", a.method, a.target))
        .collect();
    let (manifest, config) = (digest(&manifest()), digest(CONFIG));
    let [tag, by_digest, blob] = [
        "HEAD /v2/app/manifests/v1?ns=reg.example".to_owned(),
        format!("GET /v2/app/manifests/{manifest}?ns=reg.example"),
        format!("GET /v2/app/blobs/{config}?ns=reg.example"),
    ];
    assert_eq!(asked, ["GET /v2/".to_owned(), tag, by_digest, blob]);
}

#[test]
fn each_status_leads_to_the_next_endpoint() {
    for code in [400, 403, 404, 410, 451, 500, 502, 503, 504] {
        let answer = behind(move |_| status(code));
        assert_eq!(first(&answer)[0], code.to_string());
        assert_eq!(answer["served_by"]["resolve"], 1, "{code}");
        assert_eq!(answer["endpoints"][0]["next"]["resolve"], "next_endpoint");
        assert_eq!(answer["endpoints"][1]["next"]["layer"], "done");
    }
}

#[test]
fn too_many_requests_end_it_there() {
    let mirror = Server::start(Speaks::Http, |_| status(429));
    let registry = Server::start(Speaks::Http, serves);
    let answer = probe(&tree(TWO, &[&mirror, &registry]));
    assert_eq!((first(&answer), mirror.asked().len()), (["429"; 3], 1));
    assert_eq!(answer["served_by"]["layers"], 1);
}

#[test]
fn a_status_that_is_shown_is_the_one_of_containerd() {
    let (broken, absent) = (
        Server::start(Speaks::Http, |_| status(500)),
        Server::start(Speaks::Http, |_| status(404)),
    );
    let folder = tree(TWO, &[&absent, &broken]);
    let answer = probe(&folder);
    assert!(
        error(&answer).contains("unexpected status from HEAD request to"),
        "{answer}"
    );
    let folder = tree(TWO, &[&absent, &absent]);
    assert!(error(&probe(&folder)).ends_with("reg.example/app:v1: not found"));
}

#[test]
fn one_404_hides_a_refused_connection_from_2_0_on() {
    let absent = Server::start(Speaks::Http, |_| status(404));
    let closed = {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        listener.local_addr().unwrap().to_string()
    };
    let folder = tree(
        &format!("server = \"http://{closed}\"\n[host.\"http://@1\"]\n"),
        &[&absent],
    );
    let new = probe(&folder);
    assert!(
        error(&new).ends_with("reg.example/app:v1: not found"),
        "{new}"
    );
    let old = probe_with(&folder, &["--containerd", "1.7", "--timeout", "10"]);
    assert!(
        error(&old).ends_with("connect: connection refused"),
        "{old}"
    );
    assert_eq!(old["endpoints"][1]["resolve"], "refused");
}

#[test]
fn no_head_means_get() {
    let answer = behind(|asked| match (asked.method.as_str(), is_manifest(asked)) {
        ("HEAD", true) => status(405),
        _ => serves(asked),
    });
    assert_eq!(
        (first(&answer), answer["served_by"]["resolve"].as_u64()),
        (["ok"; 3], Some(0))
    );
}

#[test]
fn no_digest_header_means_get() {
    let answer = behind(|asked| match asked.path().ends_with("/v1") {
        true => answers(200, &[("Content-Type", MANIFEST_TYPE)], &manifest()),
        false => serves(asked),
    });
    assert_eq!(answer["endpoints"][0]["digest"], digest(&manifest()));
    assert_eq!(first(&answer), ["ok"; 3]);
}

#[test]
fn a_web_page_ends_the_pull() {
    let page = |_: &Asked| {
        answers(
            200,
            &[("Content-Type", "text/html; charset=utf-8")],
            b"<html>",
        )
    };
    let answer = behind(page);
    assert_eq!(
        (first(&answer)[0], answer["result"].as_str()),
        ("web-page", Some("fails"))
    );
    assert!(
        error(&answer).contains("unexpected media type text/html"),
        "{answer}"
    );
}

#[test]
fn other_bytes_end_the_pull() {
    let answer = behind(|asked| match asked.method.as_str() {
        "GET" if is_manifest(asked) => answers(200, &[("Content-Type", MANIFEST_TYPE)], b"{}"),
        _ => serves(asked),
    });
    assert_eq!(first(&answer)[1], "other-bytes");
    assert_eq!(
        (
            answer["result"].as_str(),
            answer["endpoints"][0]["next"]["manifest"].as_str()
        ),
        (Some("fails"), Some("stops"))
    );
}

#[test]
fn a_mirror_without_the_layers_leads_to_the_registry() {
    let answer = behind(|asked| match asked.path().contains("/blobs/") {
        true => status(404),
        false => serves(asked),
    });
    assert_eq!(first(&answer), ["ok", "ok", "404"]);
    assert_eq!(
        (
            answer["served_by"]["manifest"].as_u64(),
            answer["served_by"]["layers"].as_u64()
        ),
        (Some(0), Some(1))
    );
}

#[test]
fn blobs_behind_redirects_are_followed() {
    let store = Server::start(Speaks::Http, |_| answers(200, &[], CONFIG));
    let to = format!("http://{}/store?signature=s3cret", store.host());
    let answer = behind(move |asked| match asked.path().contains("/blobs/") {
        true => answers(307, &[("Location", &to)], b""),
        false => serves(asked),
    });
    assert_eq!(first(&answer), ["ok"; 3]);
    let text = steps(&answer, 0);
    assert!(
        text.contains(&format!("redirected to http://{}/store", store.host())),
        "{text}"
    );
    assert!(!answer.to_string().contains("s3cret"));
}

#[test]
fn a_closed_or_reset_connection_leads_to_the_next_endpoint() {
    for does in [
        Does::Writes(Vec::new()),
        Does::Resets,
        Does::Writes(b"SSH-2.0-x\r\n".to_vec()),
    ] {
        let answer = behind(move |_| does.clone());
        assert_eq!(answer["served_by"]["resolve"], 1, "{answer}");
        assert!(
            ["other-error", "reset"].contains(&first(&answer)[0]),
            "{answer}"
        );
    }
}

#[test]
fn different_digests_of_one_tag_are_told() {
    let answer = behind(|asked| match asked.path().ends_with("/v1") {
        true => {
            let digest = digest(b"older");
            answers(
                200,
                &[("Docker-Content-Digest", &digest), ("Content-Length", "5")],
                b"older",
            )
        }
        false => serves(asked),
    });
    assert_eq!(answer["differing_digests"], true);
    // containerd takes the first one's digest, which the registry does not have.
    assert_eq!(answer["result"], "fails");
}

#[test]
fn a_digest_is_asked_for_without_resolve() {
    let registry = Server::start(Speaks::Http, serves);
    let folder = tree(
        "server = \"http://@1\"\ncapabilities = [\"pull\"]\n",
        &[&registry],
    );
    let image = format!("reg.example/app@{}", digest(&manifest()));
    let ended = folder.run(&[
        "probe",
        "--config-path",
        "certs.d",
        "--proxy",
        "none",
        "--format",
        "json",
        &image,
    ]);
    let answer: serde_json::Value = serde_json::from_str(&ended.out).unwrap();
    assert_eq!(answer["result"], "pulled", "{answer}");
}

#[test]
fn the_image_of_an_index_is_the_one_for_the_architecture() {
    let index = format!(
        r#"{{"schemaVersion":2,"manifests":[{{"digest":"{}","size":2,"platform":{{"os":"linux","architecture":"riscv64"}}}},{{"digest":"{}","size":{},"platform":{{"os":"linux","architecture":"amd64"}}}}]}}"#,
        digest(b"{}"),
        digest(&manifest()),
        manifest().len()
    );
    let index_digest = digest(index.as_bytes());
    let registry = Server::start(Speaks::Http, move |asked| {
        match asked.path().ends_with("/v1") || asked.path().ends_with(&index_digest) {
            true => answers(
                200,
                &[
                    ("Docker-Content-Digest", &index_digest),
                    ("Content-Length", &index.len().to_string()),
                ],
                index.as_bytes(),
            ),
            false => serves(asked),
        }
    });
    let answer = probe(&tree("server = \"http://@1\"\n", &[&registry]));
    assert_eq!(
        (answer["result"].as_str(), first(&answer)),
        (Some("pulled"), ["ok"; 3]),
        "{answer}"
    );
}

#[test]
fn a_header_of_the_host_table_is_sent() {
    let registry = Server::start(Speaks::Http, serves);
    let folder = tree(
        "server = \"http://@1\"\n[header]\nx-a = \"1\"\n",
        &[&registry],
    );
    probe(&folder);
    assert!(
        registry
            .asked()
            .iter()
            .all(|asked| asked.header("x-a") == Some("1"))
    );
}

#[test]
fn broken_arguments_are_errors() {
    let registry = Server::start(Speaks::Http, serves);
    let folder = tree("server = \"http://@1\"\n", &[&registry]);
    let base = ["probe", "--config-path", "certs.d"];
    for (arguments, words) in [
        (
            vec!["--containerd", "1.7,2.3", "reg.example/app"],
            "not a containerd release",
        ),
        (
            vec!["--containerd", ">=1.7", "reg.example/app"],
            "name one release",
        ),
        (vec!["--timeout", "0", "reg.example/app"], "write seconds"),
        (
            vec!["--credentials", "no.json", "reg.example/app"],
            "cannot read no.json",
        ),
        (vec!["https://reg.example/app"], "nothing to try"),
    ] {
        folder.run(&[&base[..], &arguments].concat()).fails(words);
    }
    folder.write("broken.json", "{\"auths\":{\"x\":{\"auth\":\"hunter2\"}}}");
    let ended = folder.run(
        &[
            &base[..],
            &["--credentials", "broken.json", "reg.example/app"],
        ]
        .concat(),
    );
    ended.fails("has no entry for reg.example");
    assert!(!ended.err.contains("hunter2"));
    assert!(registry.asked().is_empty());
}

#[test]
fn a_tree_that_fails_every_pull_needs_no_connection() {
    let registry = Server::start(Speaks::Http, serves);
    let folder = tree("server = \"http://@1\"\nca = \"no.pem\"\n", &[&registry]);
    let answer = probe(&folder);
    assert_eq!(answer["result"], "fails", "{answer}");
    assert!(error(&answer).contains("no.pem"), "{answer}");
    assert!(registry.asked().is_empty());
}

#[test]
fn without_resolve_nothing_is_known_of_a_tag() {
    let registry = Server::start(Speaks::Http, serves);
    let folder = tree(
        "server = \"http://@1\"\ncapabilities = [\"pull\"]\n",
        &[&registry],
    );
    let answer = probe(&folder);
    assert!(
        error(&answer).ends_with("no resolve hosts: not found"),
        "{answer}"
    );
    assert_eq!(first(&answer), ["null"; 3]);
}
