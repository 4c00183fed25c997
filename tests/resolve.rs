//! `certsd-lint resolve`, from the arguments to what is printed.

use std::fs;
use std::path::Path;

use certsd_lint::cli::resolve::{Args, Error, run};
use clap::Parser;
use serde_json::{Value, json};
use tempfile::TempDir;

#[derive(Parser)]
struct Command {
    #[command(flatten)]
    args: Args,
}

const MIRROR: &str = r#"server = "https://registry-1.docker.io"

[host."https://mirror.internal"]
  capabilities = ["pull", "resolve"]
  skip_verify = true
  [host."https://mirror.internal".header]
    Authorization = "Basic c2VjcmV0"
    X-Environment = "production"
"#;

/// A config path with these files.
fn tree(files: &[(&str, &str)]) -> TempDir {
    let dir = tempfile::tempdir().unwrap();
    for (path, text) in files {
        let path = dir.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    dir
}

/// What is printed, without styles, with the tree's place written `certs.d`.
fn try_print(root: &Path, arguments: &[&str]) -> Result<String, Error> {
    let root = root.to_str().unwrap();
    let arguments: Vec<String> = arguments
        .iter()
        .map(|a| a.replace("certs.d", root))
        .collect();
    let command = Command::parse_from(std::iter::once("resolve".to_owned()).chain(arguments));
    let mut out = anstream::StripStream::new(Vec::new());
    run(&command.args, &mut out)?;
    let printed = String::from_utf8(out.into_inner()).unwrap();
    Ok(printed.replace(root, "certs.d"))
}

fn print(root: &Path, arguments: &[&str]) -> String {
    try_print(root, arguments).unwrap()
}

/// The same without the sections that are alike for all answers: for whom they hold, and what linting says.
fn body(root: &Path, arguments: &[&str]) -> String {
    let printed = print(root, arguments);
    let (body, clients) = printed.split_once("\n── clients ").unwrap();
    assert!(clients.contains("--hosts-dir"), "{clients}");
    body.to_owned()
}

fn answer(root: &Path, arguments: &[&str]) -> Value {
    let arguments = [arguments, &["--format", "json"]].concat();
    let document: Value = serde_json::from_str(&print(root, &arguments)).unwrap();
    assert_eq!(document["version"], 1);
    document["resolutions"][0].clone()
}

#[test]
fn a_mirror_that_is_used() {
    let dir = tree(&[
        ("docker.io/hosts.toml", MIRROR),
        ("_default/hosts.toml", MIRROR),
    ]);
    let printed = body(dir.path(), &["--config-path", "certs.d", "nginx:1.27"]);
    assert_eq!(
        printed,
        "\
✓ pulled from mirror.internal, then registry-1.docker.io

nginx:1.27 → docker.io/library/nginx:1.27
looked up as docker.io in certs.d

── containerd 2.3.4, 2.2.7, 2.0.11, 1.7.34 ─────────────────────────────────────
  directory   ✓ certs.d/docker.io
              – certs.d/_default exists too and is not read
  hosts.toml  ✓ loaded

     resolve pull push   tried in this order
   1    ✓     ✓    ·    https://mirror.internal/v2
                        host table, line 3
                        certificate NOT verified · dial timeout 30s
                        Authorization: *** · X-Environment: production
   2    ✓     ✓    ✓    https://registry-1.docker.io/v2
                        tried last · server, line 1
                        system CAs · dial timeout 30s

  tag at      1 mirror.internal → 2 registry-1.docker.io
  layers from 1 mirror.internal → 2 registry-1.docker.io
  pushes to   2 registry-1.docker.io

   1 HEAD https://mirror.internal/v2/library/nginx/manifests/1.27?ns=docker.io
   2 HEAD https://registry-1.docker.io/v2/library/nginx/manifests/1.27
"
    );
}

#[test]
fn a_mirror_that_is_not_used() {
    let text =
        "[host.\"https://mirror.internal\"]\n  capabilities = [\"pul\"]\n  ca = \"no.pem\"\n";
    let dir = tree(&[("quay.io/hosts.toml", text)]);
    let printed = body(
        dir.path(),
        &["--config-path", "certs.d", "--registry", "quay.io"],
    );
    assert_eq!(
        printed,
        "\
✗ hosts.toml is ignored (unknown capability \"pul\"): pulled from quay.io

quay.io
looked up as quay.io in certs.d

── containerd 2.3.4, 2.2.7, 2.0.11, 1.7.34 ─────────────────────────────────────
  directory   ✓ certs.d/quay.io
  hosts.toml  ✗ ignored: unknown capability \"pul\"
              at certs.d/quay.io/hosts.toml:2:19
              containerd logs one line and continues without it
              and then: CA file `no.pem` does not exist

     resolve pull push   tried in this order
   1    ✓     ✓    ✓    https://quay.io/v2
                        the registry itself, by default
                        system CAs · dial timeout 30s

     not used            listed in hosts.toml
      ✗                 https://mirror.internal/v2 line 1

  tag at      1 quay.io
  layers from 1 quay.io
  pushes to   1 quay.io
"
    );
}

#[test]
fn what_surprises_is_said() {
    let text = "server = \"https://docker.io\"\n[host.\"http://m:5000\"]\nskip_verify = true\n\
                [host.\"https:/b\"]\ncapabilities = [\"push\"]\n";
    let dir = tree(&[("docker.io/hosts.toml", text)]);
    let printed = body(
        dir.path(),
        &["--config-path", "certs.d", "--registry", "docker.io"],
    );
    let endpoints = printed.split_once("order\n").unwrap().1;
    assert_eq!(
        endpoints,
        "   \
   1    ✓     ✓    ✓    https://m:5000/v2
                        host table, line 2
                        HTTPS first, then plain HTTP · certificate NOT verified
                        dial timeout 30s
   2    ·     ·    ✓    https:///b/v2
                        ✗ cannot be used: it has no host
                        host table, line 4
                        system CAs · dial timeout 30s
   3    ✓     ✓    ✓    https://docker.io/v2
                        – a web site, not a registry: write registry-1.docker.io
                        tried last · server, line 1
                        system CAs · dial timeout 30s

  tag at      1 m:5000 → 3 docker.io
  layers from 1 m:5000 → 2 ✗ (no host) → 3 docker.io
              – 2 too, although it has no pull: if one has it, all are tried
  pushes to   1 m:5000
              – a mirror: it comes first of those that have push
"
    );
}

#[test]
fn nothing_from_a_file_reaches_the_terminal_raw() {
    let text = "[host.\"https://m/%1b[31m\".header]\n\"a\\u001b[2J\" = \"\\u001b\"\n";
    let dir = tree(&[("quay.io/hosts.toml", text)]);
    let printed = print(
        dir.path(),
        &["--config-path", "certs.d", "--show-secrets", "quay.io/app"],
    );
    assert!(printed.contains("\\u{1b}[2J"), "{printed}");
    assert!(
        !printed.contains(|c: char| c.is_control() && c != '\n'),
        "{printed}"
    );
}

#[test]
fn pulls_that_fail() {
    let text = "[host.\"https://mirror.internal\"]\n  ca = \"no.pem\"\n";
    let dir = tree(&[("reg.internal_5000_/hosts.toml", text)]);
    let printed = body(
        dir.path(),
        &["--config-path", "certs.d", "reg.internal:5000/app"],
    );
    assert_eq!(
        printed,
        "\
✗ every pull from reg.internal:5000 fails: CA file `no.pem` does not exist

reg.internal:5000/app → reg.internal:5000/app:latest
looked up as reg.internal:5000 in certs.d

── containerd 2.3.4, 2.2.7, 2.0.11, 1.7.34 ─────────────────────────────────────
  directory   ✓ certs.d/reg.internal_5000_
  hosts.toml  ✗ every pull fails: CA file `no.pem` does not exist
              at certs.d/reg.internal_5000_/hosts.toml:2:8

     not used            listed in hosts.toml
      ✗                 https://mirror.internal/v2 line 1
"
    );
}

#[test]
fn a_list_of_roots_is_one_directory_to_the_transfer_service() {
    let dir = tree(&[
        ("a/_default/hosts.toml", MIRROR),
        ("b/quay.io/hosts.toml", ""),
    ]);
    let list = [
        "--config-path",
        "certs.d/a:certs.d/b",
        "--registry",
        "quay.io",
    ];
    let printed = body(
        dir.path(),
        &[&list[..], &["--containerd", "2.0,2.2"]].concat(),
    );
    assert_eq!(
        printed,
        "\
✗ containerd 2.2: no hosts.toml is read, because the transfer service reads the
  list as the name of one directory: pulled from quay.io
✓ containerd 2.0: pulled from mirror.internal, then registry-1.docker.io

quay.io
looked up as quay.io in certs.d/a:certs.d/b

── containerd 2.2.7 ────────────────────────────────────────────────────────────
  directory   ✗ the transfer service, through which this release pulls, reads
              the list as the name of ONE directory, which does not exist
              (containerd#12636)

     resolve pull push   tried in this order
   1    ✓     ✓    ✓    https://quay.io/v2
                        the registry itself, by default
                        system CAs · dial timeout 30s

  tag at      1 quay.io
  layers from 1 quay.io
  pushes to   1 quay.io

  Local pulls split the list, and find:
  (use_local_image_pull = true, or another setting that forces them)
  directory   ✓ certs.d/a/_default
              for registries that have no directory of their own
              not there: quay.io
              – certs.d/b/quay.io exists too and is not read
  hosts.toml  ✓ loaded

     resolve pull push   tried in this order
   1    ✓     ✓    ·    https://mirror.internal/v2
                        host table, line 3
                        certificate NOT verified · dial timeout 30s
                        Authorization: *** · X-Environment: production
   2    ✓     ✓    ✓    https://registry-1.docker.io/v2
                        tried last · server, line 1
                        system CAs · dial timeout 30s

  tag at      1 mirror.internal → 2 registry-1.docker.io
  layers from 1 mirror.internal → 2 registry-1.docker.io
  pushes to   2 registry-1.docker.io

── containerd 2.0.11 ───────────────────────────────────────────────────────────
  as the local pulls of containerd 2.2.7
"
    );
    let answer = answer(
        dir.path(),
        &[&list[..], &["--containerd", "2.0,2.2"]].concat(),
    );
    let [local, transfer] = [0, 1].map(|i| answer["outcomes"][i].clone());
    assert_eq!(local["directory"], "_default");
    assert_eq!(transfer["directory"], Value::Null);
    assert_eq!(transfer["pull"], "transfer");
    assert_eq!(transfer["local_pull"]["directory"], "_default");
}

#[test]
fn releases_that_differ_are_told_apart() {
    let dir = tree(&[("Reg/hosts.toml", MIRROR)]);
    let answer = answer(
        dir.path(),
        &[
            "--config-path",
            "certs.d",
            "--containerd",
            "1.6,1.7",
            "Reg/app",
        ],
    );
    assert_eq!(answer["reference"], "Reg/app:latest");
    assert_eq!(answer["namespace"], "Reg");
    let old = &answer["outcomes"][0];
    assert_eq!(old["releases"], json!(["1.6.39"]));
    assert_eq!(old["result"], "invalid_reference");
    assert_eq!(old["reference"], Value::Null);
    assert_eq!(answer["outcomes"][1]["result"], "endpoints");
}

#[test]
fn json_keeps_to_the_contract() {
    let dir = tree(&[("docker.io/hosts.toml", MIRROR)]);
    let image = ["--config-path", "certs.d", "--containerd", "2.2", "nginx"];
    let outcome = answer(dir.path(), &image)["outcomes"][0].clone();
    assert_eq!(outcome["releases"], json!(["2.2.7"]));
    assert_eq!(outcome["directory"], "docker.io");
    assert_eq!(outcome["hosts_toml"], "loaded");
    assert_eq!(outcome["result"], "endpoints");
    assert_eq!(
        outcome["endpoints"][0],
        json!({
            "role": "host",
            "url": "https://mirror.internal/v2",
            "scheme": "https",
            "host": "mirror.internal",
            "path": "/v2",
            "capabilities": ["pull", "resolve"],
            "skip_verify": true,
            "http_fallback": false,
            "header": { "Authorization": ["***"], "X-Environment": ["production"] },
            "ca": [],
            "client": [],
            "dial_timeout": null,
            "certificates": [],
        })
    );
    assert_eq!(
        outcome["requests"],
        json!({
            "resolve": [
                "HEAD https://mirror.internal/v2/library/nginx/manifests/latest?ns=docker.io",
                "HEAD https://registry-1.docker.io/v2/library/nginx/manifests/latest",
            ],
            "manifest": [
                "GET https://mirror.internal/v2/library/nginx/manifests/{digest}?ns=docker.io",
                "GET https://registry-1.docker.io/v2/library/nginx/manifests/{digest}",
            ],
            "fetch": [
                "GET https://mirror.internal/v2/library/nginx/blobs/{digest}?ns=docker.io",
                "GET https://registry-1.docker.io/v2/library/nginx/blobs/{digest}",
            ],
            "push": [
                "HEAD https://registry-1.docker.io/v2/library/nginx/blobs/{digest}",
                "POST https://registry-1.docker.io/v2/library/nginx/blobs/uploads/",
            ],
        })
    );
}

#[test]
fn secrets_stay_secret() {
    let text = "[host.\"https://mirror.internal\".header]\n\
                Authorization = [\"Basic c2VjcmV0\\n\"]\n\
                X-Token = \"c2VjcmV0\"\n\
                [host.\"https://user:c2VjcmV0@mirror.internal:x\"]\n";
    let used = "[host.\"https://user:c2VjcmV0@m\"]\nheader = { X-A = \"c2VjcmV0\", Cookie = \"c2VjcmV0\\n\" }\n";
    let dir = tree(&[("quay.io/hosts.toml", text), ("docker.io/hosts.toml", used)]);
    for image in ["quay.io/app", "nginx"] {
        for format in ["human", "json"] {
            let arguments = ["--config-path", "certs.d", "--format", format, image];
            let printed = print(dir.path(), &arguments);
            assert!(!printed.contains("c2VjcmV0"), "{printed}");
            let printed = print(dir.path(), &[&arguments[..], &["--show-secrets"]].concat());
            assert!(printed.contains("c2VjcmV0"), "{printed}");
        }
    }
}

#[test]
fn there_is_no_answer_without_a_config_path() {
    let dir = tree(&[("file", "")]);
    let error = |arguments: &[&str]| try_print(dir.path(), arguments).unwrap_err().to_string();
    assert!(error(&["--config-path", "certs.d/none", "nginx"]).contains("does not exist"));
    assert!(error(&["--config-path", "certs.d/file", "nginx"]).contains("is not a directory"));
    assert!(error(&["--config-path", "certs.d", "--containerd", "9", "nginx"]).contains("`9`"));
}

/// A node's file system with this config.toml and a tree with a mirror for docker.io.
fn node(config: &str) -> TempDir {
    tree(&[
        ("etc/containerd/config.toml", config),
        ("etc/containerd/certs.d/docker.io/hosts.toml", MIRROR),
    ])
}

fn node_outcomes(node: &TempDir, releases: &str) -> Vec<Value> {
    let root = node.path().to_str().unwrap();
    let config = format!("{root}/etc/containerd/config.toml");
    let arguments = [
        "--containerd-config",
        &config,
        "--sysroot",
        root,
        "--containerd",
        releases,
        "--format",
        "json",
        "nginx",
    ];
    let command = Command::parse_from(std::iter::once("resolve").chain(arguments));
    let mut out = Vec::new();
    run(&command.args, &mut out).unwrap();
    let document: Value = serde_json::from_slice(&out).unwrap();
    let outcomes = document["resolutions"][0]["outcomes"].as_array();
    outcomes.unwrap().clone()
}

const LIST: &str = "version = 2\n[plugins.\"io.containerd.grpc.v1.cri\".registry]\nconfig_path = \"/etc/containerd/certs.d:/etc/docker/certs.d\"\n";

#[test]
fn a_nodes_config_path_is_read_as_the_release_pulls() {
    let outcomes = node_outcomes(&node(LIST), "2.0,2.3");
    assert_eq!(outcomes[0]["directory"], "docker.io");
    assert_eq!(outcomes[1]["directory"], Value::Null);
    // One way to pull is known, so the other is not shown.
    assert_eq!(outcomes[1].get("local_pull"), None);
    let local = LIST.replace(
        ".registry]",
        ".containerd]\ndiscard_unpacked_layers = true\nruntimes = {}\n[plugins.\"io.containerd.grpc.v1.cri\".registry]",
    );
    for outcome in node_outcomes(&node(&local), "2.0,2.3") {
        assert_eq!(outcome["directory"], "docker.io");
    }
}

#[test]
fn without_a_config_path_no_directory_is_looked_in() {
    let outcomes = node_outcomes(&node("version = 2\n"), "1.7");
    assert_eq!(outcomes[0]["directory"], Value::Null);
    assert_eq!(outcomes[0]["endpoints"][0]["host"], "registry-1.docker.io");
}

#[test]
fn a_node_without_cri_pulls_nothing() {
    let outcomes = node_outcomes(&node("disabled_plugins = [\"cri\"]\n"), "1.7,2.3");
    assert_eq!(outcomes.len(), 1);
    assert_eq!(outcomes[0]["result"], "pulls_fail");
    assert_eq!(outcomes[0]["error"], "CRI is disabled");
}

#[test]
fn old_tables_say_where_pulls_go() {
    let mirrors = "version = 2\n[plugins.\"io.containerd.grpc.v1.cri\".registry.mirrors.\"docker.io\"]\nendpoint = [\"https://m.internal\"]\n";
    let outcomes = node_outcomes(&node(mirrors), "1.7");
    assert_eq!(outcomes[0]["result"], "undetermined");
}

#[test]
fn each_client_has_an_answer_of_its_own() {
    let dir = node("version = 2\n");
    let root = dir.path().to_str().unwrap();
    let printed = |arguments: &[&str]| {
        let fixed = ["resolve", "--sysroot", root, "--containerd", "2.2"];
        let command = Command::parse_from([&fixed[..], arguments].concat());
        let mut out = anstream::StripStream::new(Vec::new());
        run(&command.args, &mut out).unwrap();
        String::from_utf8(out.into_inner()).unwrap()
    };
    let printed_for =
        |client: &str, more: &[&str]| printed(&[&["--client", client], more, &["nginx"]].concat());
    for (printed, want) in [
        (
            printed_for("ctr", &[]),
            "ctr reads no hosts.toml without --hosts-dir",
        ),
        (
            printed_for("ctr", &["--config-path", "/etc/containerd/certs.d"]),
            "pulled from mirror.internal, then registry-1.docker.io",
        ),
        (
            printed_for("nerdctl", &[]),
            "pulled from mirror.internal, then registry-1.docker.io",
        ),
        // The node's own config.toml sets no config path.
        (
            printed_for("cri", &[]),
            "because the transfer service reads the list",
        ),
    ] {
        assert!(printed.contains(want), "{printed}");
    }
    let printed = printed_for("nerdctl", &[]);
    for command in [
        "crictl pull docker.io/library/nginx:latest",
        "ctr -n k8s.io images pull --hosts-dir /etc/containerd/certs.d docker.io/library/nginx:latest",
        "nerdctl --hosts-dir /etc/containerd/certs.d pull docker.io/library/nginx:latest",
        "Docker Engine and BuildKit read no hosts.toml",
    ] {
        assert!(printed.contains(command), "{printed}");
    }
}

#[test]
fn an_answer_ends_with_the_findings_of_what_was_read() {
    let text = "[hosts.\"https://m.internal\"]\n[host.\"https://n.internal\"]\ncapabilities = [\"pull\"]\n";
    let dir = tree(&[("quay.io/hosts.toml", text), ("ghcr.io/hosts.toml", "x")]);
    let printed = print(dir.path(), &["--config-path", "certs.d", "quay.io/a/b"]);
    let (_, findings) = printed.split_once("── findings ").unwrap();
    assert!(findings.contains("linting     1 "), "{findings}");
    assert!(
        findings.contains("hosts") && findings.contains("(line 1)"),
        "{findings}"
    );
    assert!(
        findings.contains("certsd-lint certs.d/quay.io"),
        "{findings}"
    );
    assert!(!findings.contains("ghcr.io"), "{findings}");
}

#[test]
fn hosts_on_one_line_are_tried_in_any_order_on_1_x() {
    let text = "host = { \"https://a.internal\" = {}, \"https://b.internal\" = {} }\n";
    let dir = tree(&[("quay.io/hosts.toml", text)]);
    let arguments = [
        "--config-path",
        "certs.d",
        "--containerd",
        "1.7",
        "quay.io/a",
    ];
    let printed = body(dir.path(), &arguments);
    assert!(printed.contains("hosts on one line"), "{printed}");
}

#[test]
fn what_was_meant_by_a_wrong_directory_is_said() {
    let dir = tree(&[("docker.io/hosts.toml", MIRROR)]);
    let error = |arguments: &[&str]| try_print(dir.path(), arguments).unwrap_err().to_string();
    let namespace = error(&["--config-path", "certs.d/docker.io", "nginx"]);
    assert!(
        namespace.contains("directory of one registry"),
        "{namespace}"
    );
    let image = error(&["certs.d/docker.io"]);
    assert!(image.contains("is a directory, not an image"), "{image}");
    let host = error(&["--config-path", "certs.d", "quay.io"]);
    assert!(host.contains("--registry quay.io"), "{host}");
}

#[test]
fn a_directory_may_be_called_like_a_list() {
    let dir = tree(&[("a:b/docker.io/hosts.toml", MIRROR)]);
    let arguments = [
        "--config-path",
        "certs.d/a:b",
        "--containerd",
        "2.3",
        "nginx",
    ];
    let printed = body(dir.path(), &arguments);
    assert!(
        printed.contains("✓ pulled from mirror.internal"),
        "{printed}"
    );
}

#[test]
fn what_follows_when_an_endpoint_fails_is_shown() {
    let text =
        "server = \"https://quay.io\"\n[host.\"https://mirror.internal\"]\ndial_timeout = \"3s\"\n";
    let dir = tree(&[("quay.io/hosts.toml", text)]);
    let image = "quay.io/org/app:v1";
    let printed = print(
        dir.path(),
        &["--config-path", "certs.d", "--containerd", "1.7,2.3", image],
    );
    let (_, section) = printed.split_once("── if an endpoint fails ").unwrap();
    assert!(
        section.contains("down        1: 3s for the tag"),
        "{section}"
    );
    let (newest, older) = section.split_once("  containerd 1.7.34\n").unwrap();
    assert!(
        newest.contains("next one") && !older.contains("next one"),
        "{section}"
    );
    assert!(
        older.contains("error       the first that is not a 404"),
        "{section}"
    );
    let answer = answer(dir.path(), &["--config-path", "certs.d", image]);
    let newest = answer["outcomes"].as_array().unwrap().last().unwrap();
    assert_eq!(newest["after"]["down_seconds"], json!([3.0, 30.0]));
    assert_eq!(newest["after"]["silent"], "next");
    let manifests = newest["requests"]["manifest"].as_array().unwrap();
    assert_eq!(
        manifests[0],
        "GET https://mirror.internal/v2/org/app/manifests/{digest}?ns=quay.io"
    );
}

#[test]
fn a_failure_is_played() {
    let text = "server = \"https://quay.io\"\n[host.\"https://mirror.internal\"]\n";
    let dir = tree(&[("quay.io/hosts.toml", text)]);
    let play = |when: &[&str], releases: &str| {
        let mut arguments = vec!["--config-path", "certs.d", "--containerd", releases];
        for when in when {
            arguments.extend(["--when", when]);
        }
        arguments.push("quay.io/org/app:v1");
        answer(dir.path(), &arguments)["outcomes"][0]["played"].clone()
    };
    let played = play(&["mirror.internal=ok,404"], "2.3");
    assert_eq!(played["result"], "pulled");
    assert_eq!(
        played["served_by"],
        json!({ "resolve": 0, "manifest": 1, "layers": 1 })
    );
    let hidden = play(&["mirror.internal=404", "quay.io=refused"], "2.3");
    assert_eq!(
        hidden["error"],
        "failed to pull and unpack image \"quay.io/org/app:v1\": failed to resolve image: quay.io/org/app:v1: not found"
    );
    let shown = play(&["mirror.internal=404", "quay.io=refused"], "1.7");
    assert!(
        shown["error"]
            .as_str()
            .unwrap()
            .ends_with("connect: connection refused")
    );
    let repeated = play(&["quay.io=429", "mirror.internal=dropped"], "2.2");
    let times: Vec<&Value> = repeated["requests"]
        .as_array()
        .unwrap()
        .iter()
        .map(|asked| &asked["times"])
        .collect();
    assert_eq!(times, [1, 6]);
    assert_eq!(repeated["requests"][0]["seconds"], 30.0);
    assert_eq!(play(&["mirror.internal=silent"], "2.2")["result"], "waits");
    let error = try_print(
        dir.path(),
        &[
            "--config-path",
            "certs.d",
            "--when",
            "m=404",
            "quay.io/org/app:v1",
        ],
    );
    assert!(matches!(error, Err(Error::NotAnEndpoint(..))));
}
