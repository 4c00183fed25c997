//! `certsd-lint diff`: nodes are grouped, and those that differ are named.

use std::fs;

use serde_json::Value;

use crate::program::Folder;

/// A tree below `root`, as a node has it.
fn node(folder: &Folder, root: &str) {
    let pki = concat!(env!("CARGO_MANIFEST_DIR"), "/fixtures/pki/");
    let ca = fs::read_to_string(format!("{pki}ca-rsa.pem")).unwrap();
    let write = |path: &str, text: &str| folder.write(&format!("{root}/{path}"), text);
    write(
        "etc/containerd/config.toml",
        "version = 2\n[plugins.\"io.containerd.grpc.v1.cri\".registry]\nconfig_path = '/etc/containerd/certs.d'\n",
    );
    write(
        "etc/containerd/certs.d/docker.io/hosts.toml",
        "server = \"https://registry-1.docker.io\"\n[host.\"https://m.internal\"]\ncapabilities = [\"pull\", \"resolve\"]\nca = \"ca.pem\"\n[host.\"https://m.internal\".header]\nAuthorization = \"Basic S3CR3T\"\n",
    );
    write("etc/containerd/certs.d/docker.io/ca.pem", &ca);
    write(
        "etc/containerd/certs.d/quay.io/hosts.toml",
        "[host.\"https://q.internal\"]\ncapabilities = [\"pull\", \"resolve\"]\n",
    );
}

/// The answer of the node below `root`.
fn answer(folder: &Folder, root: &str, release: &str) -> String {
    let args = ["resolve", "--all", "--format", "json", "--sysroot", root];
    let ended = folder.run(&[&args[..], &["--containerd", release]].concat());
    ended.ends(0);
    assert!(!ended.out.contains("S3CR3T"));
    ended.out
}

fn fingerprint(answer: &str) -> String {
    let document: Value = serde_json::from_str(answer).unwrap();
    document["fingerprint"].as_str().unwrap().to_owned()
}

#[test]
fn the_fingerprint_is_that_of_what_containerd_does() {
    let folder = Folder::new(&[]);
    node(&folder, "one");
    node(&folder, "two");
    let usual = fingerprint(&answer(&folder, "one", "2.2.7"));
    assert_eq!(usual, fingerprint(&answer(&folder, "two", "2.2.7")));
    // A comment and the order of keys decide nothing.
    let path = "two/etc/containerd/certs.d/quay.io/hosts.toml";
    folder.write(
        path,
        "# a comment\n[host.\"https://q.internal/\"]\ncapabilities = [\"resolve\", \"pull\"]\n",
    );
    let other = answer(&folder, "two", "2.2.7");
    let is_same_url = other.contains("\"https://q.internal/v2\"");
    assert_eq!(usual == fingerprint(&other), is_same_url, "{other}");
    for (path, text) in [
        ("quay.io/hosts.toml", "[host.\"https://other.internal\"]\n"),
        (
            "quay.io/hosts.toml",
            "[host.\"https://q.internal\"]\ncapabilities = [\"pul\"]\n",
        ),
        ("new.io/hosts.toml", "server = \"https://new.io\"\n"),
        ("docker.io/ca.pem", "no certificate"),
    ] {
        node(&folder, "three");
        folder.write(&format!("three/etc/containerd/certs.d/{path}"), text);
        assert_ne!(
            usual,
            fingerprint(&answer(&folder, "three", "2.2.7")),
            "{path}: {text}"
        );
        fs::remove_dir_all(folder.path().join("three")).unwrap();
    }
    assert_ne!(usual, fingerprint(&answer(&folder, "one", "1.7.34")));
}

#[test]
fn three_nodes_of_many_differ_and_are_named() {
    let folder = Folder::new(&["answers/"]);
    node(&folder, "usual");
    let usual = answer(&folder, "usual", "2.2.7");
    for number in 0..300 {
        folder.write(&format!("answers/node-{number:03}.json"), &usual);
    }
    // Another endpoint; another CA at the same path; another release.
    node(&folder, "endpoint");
    folder.write(
        "endpoint/etc/containerd/certs.d/quay.io/hosts.toml",
        "[host.\"https://old.internal\"]\ncapabilities = [\"pull\", \"resolve\"]\n",
    );
    folder.write(
        "answers/node-017.json",
        &answer(&folder, "endpoint", "2.2.7"),
    );
    node(&folder, "ca");
    let pki = concat!(env!("CARGO_MANIFEST_DIR"), "/fixtures/pki/");
    let other = fs::read_to_string(format!("{pki}ca-expired.pem")).unwrap();
    folder.write("ca/etc/containerd/certs.d/docker.io/ca.pem", &other);
    folder.write("answers/node-123.json", &answer(&folder, "ca", "2.2.7"));
    folder.write("answers/node-250.json", &answer(&folder, "usual", "1.7.34"));

    let ended = folder.run(&["diff", "answers"]);
    ended.ends(1);
    let want = "\
297 nodes are alike: node-000, node-001, node-002 and 294 more

1 node differs: node-017
  quay.io: endpoint https://q.internal/v2 is missing
  quay.io: endpoint https://old.internal/v2 is only here

1 node differs: node-123
  docker.io: certificate of /etc/containerd/certs.d/docker.io/ca.pem is `Expired CA` valid until 2021-01-01 (";
    assert!(ended.out.starts_with(want), "{}", ended.out);
    let end = "\n\n1 node differs: node-250\n  containerd is 1.7.34 instead of 2.2.7\n";
    assert!(ended.out.ends_with(end), "{}", ended.out);

    let ended = folder.run(&["diff", "answers", "--format", "json"]);
    let document: Value = serde_json::from_str(&ended.ends(1).out).unwrap();
    assert_eq!(document["nodes"], 300);
    let groups = document["groups"].as_array().unwrap();
    assert_eq!(groups.len(), 4);
    assert_eq!(groups[0]["nodes"].as_array().unwrap().len(), 297);
    assert_eq!(groups[1]["nodes"][0], "node-017");
    assert_eq!(groups[1]["differences"][0]["registry"], "quay.io");
    assert_eq!(groups[2]["differences"][0]["what"], "certificate");
    assert_eq!(groups[3]["differences"][0]["here"], "1.7.34");
}

#[test]
fn a_node_that_has_drifted_from_the_repository_is_named() {
    let folder = Folder::new(&["repository/.git/"]);
    node(&folder, "usual");
    let trees = "repository/certs.d";
    fs::create_dir_all(folder.path().join("repository")).unwrap();
    let copy = |from: &str, to: &str| {
        let status = std::process::Command::new("cp")
            .args(["-r", from, to])
            .current_dir(folder.path())
            .status();
        assert!(status.unwrap().success());
    };
    copy("usual/etc/containerd/certs.d", trees);
    folder.write("one.json", &answer(&folder, "usual", "2.2.7"));
    folder.write("two.json", &answer(&folder, "usual", "1.7.34"));
    let ended = folder.run(&["diff", "one.json", "two.json", "--against", trees]);
    assert_eq!(ended.ends(0).out, "2 nodes match repository/certs.d\n");

    // The repository has another mirror, and one registry more; the node has another one more.
    folder.write(
        "repository/certs.d/quay.io/hosts.toml",
        "[host.\"https://new.internal\"]\ncapabilities = [\"pull\", \"resolve\"]\n",
    );
    folder.write(
        "repository/certs.d/ghcr.io/hosts.toml",
        "server = \"https://ghcr.io\"\n",
    );
    folder.write(
        "usual/etc/containerd/certs.d/left.io/hosts.toml",
        "server = \"https://left.io\"\n",
    );
    folder.write("one.json", &answer(&folder, "usual", "2.2.7"));
    let ended = folder.run(&["diff", "one.json", "--against", trees]);
    let want = "\
0 nodes match repository/certs.d

1 node differs: one
  ghcr.io: has no directory here
  left.io: has a directory only here
  quay.io: endpoint https://new.internal/v2 is missing
  quay.io: endpoint https://q.internal/v2 is only here
";
    assert_eq!(ended.ends(1).out, want);
}

#[test]
fn a_node_that_looks_nowhere_is_asked_for_what_it_misses() {
    let folder = Folder::new(&[]);
    node(&folder, "one");
    // 1.7 knows no version 3.
    folder.write("one/etc/containerd/config.toml", "version = 3\n");
    let document: Value = serde_json::from_str(&answer(&folder, "one", "1.7.34")).unwrap();
    assert_eq!(document["all"], true);
    let resolutions = document["resolutions"].as_array().unwrap();
    let queries: Vec<&str> = resolutions
        .iter()
        .filter_map(|r| r["query"].as_str())
        .collect();
    assert_eq!(queries, ["docker.io", "quay.io"]);
    assert_eq!(resolutions[0]["outcomes"][0]["result"], "pulls_fail");
    fs::remove_dir_all(folder.path().join("one/etc/containerd/certs.d")).unwrap();
    let document: Value = serde_json::from_str(&answer(&folder, "one", "2.2.7")).unwrap();
    assert_eq!(document["resolutions"][0]["query"], "example.invalid");
}

#[test]
fn answers_about_config_toml_are_compared_too() {
    let folder = Folder::new(&[]);
    node(&folder, "one");
    node(&folder, "two");
    folder.write("two/etc/containerd/config.toml", "version = 3\n");
    for name in ["one", "two"] {
        let args = ["node", "--sysroot", name, "--containerd", "2.2.7"];
        let ended = folder.run(&[&args[..], &["--format", "json"]].concat());
        folder.write(&format!("{name}.json"), &ended.ends(0).out);
    }
    let ended = folder.run(&["diff", "one.json", "two.json"]);
    let out = &ended.ends(1).out;
    assert!(
        out.contains("1 node differs: two\n  config path is "),
        "{out}"
    );
    folder.run(&["diff", "one.json", "one.json"]).ends(0);
    folder.write("three.json", &answer(&folder, "one", "2.2.7"));
    folder
        .run(&["diff", "one.json", "three.json"])
        .fails("compare answers of the same command");
}

#[test]
fn what_is_no_answer_is_reported_and_the_rest_is_compared() {
    let folder = Folder::new(&["empty/"]);
    node(&folder, "one");
    folder.write("one.json", &answer(&folder, "one", "2.2.7"));
    for (text, says) in [
        ("", "is not JSON"),
        ("[1", "is not JSON"),
        ("{}", "is not an answer of"),
        (
            "{\"version\": 1, \"resolutions\": []}",
            "has no fingerprint",
        ),
        (
            "{\"version\": 2, \"resolutions\": [], \"fingerprint\": \"x\"}",
            "a version of the format",
        ),
        (&"[".repeat(200_000), "is not JSON"),
    ] {
        folder.write("bad.json", text);
        let ended = folder.run(&["diff", "one.json", "bad.json"]);
        ended.fails(says);
        assert!(ended.out.starts_with("1 node: one"), "{ended:?}");
    }
    folder
        .run(&["diff", "one.json", "gone.json"])
        .fails("gone.json");
    folder.run(&["diff", "empty"]).fails("no answer to compare");
    // Nothing of a node's text reaches the terminal raw.
    let strange = fs::read_to_string(folder.path().join("one.json")).unwrap();
    let strange = strange.replace("https://q.internal/v2", "https://q\\u001b[2J\\n::error::");
    let number = "0123456789abcdef0123456789abcdef";
    let strange = strange.replacen(&fingerprint(&strange), number, 1);
    folder.write("strange.json", &strange);
    let ended = folder.run(&["diff", "one.json", "strange.json"]);
    assert!(ended.ends(1).out.contains("\\u{1b}"), "{}", ended.out);
    assert!(!ended.out.contains('\u{1b}'));
}
