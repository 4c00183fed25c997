//! Servers that mean harm, or are broken: the probe ends within its limits.

use super::registry::{CONFIG, MANIFEST_TYPE, answers, digest, manifest, serves};
use super::server::{Asked, Does, Server, Speaks};
use super::{error, first, probe, probe_with, steps, tree};

/// The answer of a 2.3 that waits for so many seconds at most.
fn within(
    seconds: &str,
    does: impl Fn(&Asked) -> Does + Send + Sync + 'static,
) -> serde_json::Value {
    let server = Server::start(Speaks::Http, does);
    let folder = tree("server = \"http://@1\"\n", &[&server]);
    probe_with(&folder, &["--containerd", "2.3", "--timeout", seconds])
}

/// Where something is waited for until the time is over.
fn quickly(does: impl Fn(&Asked) -> Does + Send + Sync + 'static) -> serde_json::Value {
    within("0.3", does)
}

/// Where nothing is waited for: a busy machine does not matter.
fn patiently(does: impl Fn(&Asked) -> Does + Send + Sync + 'static) -> serde_json::Value {
    within("20", does)
}

#[test]
fn a_silent_server() {
    let answer = quickly(|_| Does::Stalls(Vec::new()));
    assert_eq!(first(&answer)[0], "silent", "{answer}");
    assert!(error(&answer).ends_with("timeout awaiting response headers"));
    let server = Server::start(Speaks::Http, |_| Does::Stalls(Vec::new()));
    let folder = tree("server = \"http://@1\"\n", &[&server]);
    let waits = probe_with(&folder, &["--containerd", "2.2", "--timeout", "0.3"]);
    assert_eq!(waits["result"], "waits", "{waits}");
    let cancelled = probe_with(&folder, &["--containerd", "1.7", "--timeout", "0.3"]);
    assert!(
        error(&cancelled).ends_with("context canceled"),
        "{cancelled}"
    );
}

#[test]
fn a_tarpit() {
    // The head begins and never ends.
    let answer = quickly(|_| Does::Stalls(b"HTTP/1.1 200 OK\r\nX-A: ".to_vec()));
    assert_eq!(first(&answer)[0], "silent", "{answer}");
    let answer =
        quickly(|_| Does::Repeats(b"HTTP/1.1 200 OK\r\n".to_vec(), b"X-A: a\r\n".to_vec()));
    assert!(
        ["unknown", "other-error"].contains(&first(&answer)[0]),
        "{answer}"
    );
    // Responses that say that another follows.
    let answer = quickly(|_| Does::Repeats(Vec::new(), b"HTTP/1.1 100 Continue\r\n\r\n".to_vec()));
    assert_ne!(answer["result"], "pulled");
}

#[test]
fn a_body_that_does_not_come() {
    let length = manifest().len();
    let answer = within("2", move |asked| match asked.method.as_str() {
        "GET" if asked.path().contains("/manifests/") => Does::Stalls(
            format!("HTTP/1.1 200 OK\r\nContent-Length: {length}\r\n\r\n{{").into_bytes(),
        ),
        _ => serves(asked),
    });
    assert_eq!(
        (first(&answer)[1], answer["result"].as_str()),
        ("unknown", Some("unknown")),
        "{answer}"
    );
    assert!(steps(&answer, 0).contains("broke off"), "{answer}");
}

#[test]
fn a_body_without_an_end() {
    for head in [
        "HTTP/1.1 200 OK\r\n\r\n",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n",
    ] {
        let answer = patiently(move |asked| match asked.method.as_str() {
            "GET" => Does::Repeats(
                head.as_bytes().to_vec(),
                [b"1000\r\n", &[b'a'; 4096][..], b"\r\n"].concat(),
            ),
            _ => serves(asked),
        });
        assert_eq!(answer["result"], "unknown", "{answer}");
    }
}

#[test]
fn a_large_blob_is_read_in_part() {
    let length = CONFIG.len().to_string();
    let server = Server::start(Speaks::Http, move |asked| {
        match asked.path().contains("/blobs/") {
            true => answers(200, &[("Content-Length", &length)], CONFIG),
            false => serves(asked),
        }
    });
    let folder = tree("server = \"http://@1\"\n", &[&server]);
    let answer = probe_with(&folder, &["--containerd", "2.3", "--max-bytes", "10"]);
    assert_eq!(
        (answer["result"].as_str(), first(&answer)[2]),
        (Some("pulled"), "ok"),
        "{answer}"
    );
    assert!(
        steps(&answer, 0).contains("the first 10 were read"),
        "{answer}"
    );
}

#[test]
fn ten_thousand_redirects() {
    let server = Server::start(Speaks::Http, |asked| {
        let next = asked
            .path()
            .rsplit('/')
            .next()
            .unwrap()
            .parse()
            .unwrap_or(0)
            + 1;
        answers(302, &[("Location", &format!("/hop/{next}"))], b"")
    });
    let folder = tree("server = \"http://@1\"\n", &[&server]);
    let answer = probe(&folder);
    assert_eq!(first(&answer)[0], "other-error", "{answer}");
    assert!(
        steps(&answer, 0).contains("stopped after 10 redirects"),
        "{answer}"
    );
    assert!(server.asked().len() <= 40, "{}", server.asked().len());
}

#[test]
fn a_redirect_to_nowhere() {
    for location in ["ftp://a/", "https://", "http://a b/", "gopher:x"] {
        let answer = patiently(move |asked| match asked.path().ends_with("/v2/") {
            true => serves(asked),
            false => answers(302, &[("Location", location)], b""),
        });
        assert_eq!(first(&answer)[0], "other-error", "{location} {answer}");
    }
}

#[test]
fn a_compressed_bomb_is_not_unpacked() {
    let answer = patiently(|asked| match asked.method.as_str() {
        "GET" if asked.path().contains("/manifests/") => answers(
            200,
            &[
                ("Content-Encoding", "gzip"),
                ("Content-Type", MANIFEST_TYPE),
            ],
            &[0x1f, 0x8b, 8, 0],
        ),
        _ => serves(asked),
    });
    assert_eq!(first(&answer)[1], "unknown", "{answer}");
    assert!(steps(&answer, 0).contains("compressed"), "{answer}");
}

#[test]
fn a_manifest_that_is_too_large() {
    let answer = patiently(|asked| match asked.method.as_str() {
        "GET" if asked.path().contains("/manifests/") => Does::Repeats(
            b"HTTP/1.1 200 OK\r\nContent-Length: 99999999\r\n\r\n".to_vec(),
            vec![b' '; 65_536],
        ),
        _ => serves(asked),
    });
    assert_eq!(answer["result"], "unknown", "{answer}");
}

#[test]
fn nonsense_in_place_of_http() {
    for bytes in [
        &b"HTTP/1.1 999999 x\r\n\r\n"[..],
        b"\0\0\0\0",
        b"HTTP/9 200\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nA\0: b\r\n\r\n",
    ] {
        let answer = patiently(move |_| Does::Writes(bytes.to_vec()));
        assert_ne!(answer["result"], "pulled", "{answer}");
    }
}

#[test]
fn deep_json_is_not_followed() {
    let answer = patiently(|asked| match asked.path().contains("/manifests/") {
        true => {
            let deep = "[".repeat(100_000);
            let name = digest(deep.as_bytes());
            answers(
                200,
                &[
                    ("Docker-Content-Digest", &name),
                    ("Content-Length", "100000"),
                ],
                deep.as_bytes(),
            )
        }
        false => serves(asked),
    });
    assert_ne!(answer["result"], "pulled", "{answer}");
}

#[test]
fn texts_of_a_server_reach_no_terminal_raw() {
    let server = Server::start(Speaks::Http, |_| {
        Does::Writes(b"HTTP/1.1 403 \x1b[31mred\r\nContent-Length: 0\r\n\r\n".to_vec())
    });
    let folder = tree("server = \"http://@1\"\n", &[&server]);
    let ended = folder.run(&[
        "probe",
        "--config-path",
        "certs.d",
        "--proxy",
        "none",
        "--color",
        "never",
        "reg.example/app:v1",
    ]);
    assert!(!ended.out.contains('\u{1b}'), "{ended:#?}");
}

#[test]
fn a_black_hole() {
    // A queue that is full lets no connection be made: packets are dropped, as by a firewall.
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    rustix::net::listen(&listener, 0).unwrap();
    let address = listener.local_addr().unwrap();
    let timeout = std::time::Duration::from_millis(100);
    let mut queue = Vec::new();
    while let Ok(stream) = std::net::TcpStream::connect_timeout(&address, timeout) {
        queue.push(stream);
        assert!(queue.len() < 100, "the queue takes any number");
    }
    let folder = tree(
        &format!("server = \"http://{address}\"\ndial_timeout = \"200ms\"\n"),
        &[],
    );
    let answer = probe(&folder);
    assert_eq!(first(&answer), ["dropped"; 3], "{answer}");
    assert!(error(&answer).ends_with("i/o timeout"), "{answer}");
}

#[test]
fn the_whole_run_ends() {
    let server = Server::start(Speaks::Http, |_| Does::Stalls(Vec::new()));
    let hosts: String = (0..50)
        .map(|n| format!("[host.\"http://@1/{n}\"]\n"))
        .collect();
    let folder = tree(&hosts, &[&server]);
    let answer = probe_with(&folder, &["--containerd", "2.3", "--max-time", "0.5"]);
    assert_eq!(answer["endpoints"][49]["resolve"], "unknown", "{answer}");
}
