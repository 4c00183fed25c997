//! Open files and those on the disk: whose text counts, and which settings.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::json;

use super::client::{Client, uri};
use super::root;

const PLAIN: &str = "[host.\"http://mirror.corp.internal\"]\n  capabilities = [\"pull\"]\n";

fn repository(files: &[(&str, &str)]) -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path().canonicalize().unwrap();
    fs::create_dir(root.join(".git")).unwrap();
    for (name, text) in files {
        let path = root.join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    (folder, root)
}

fn has(client: &Client, path: &Path, rule: &str) -> bool {
    client.rules(path).iter().any(|code| code == rule)
}

#[test]
fn the_text_of_the_editor_counts() {
    let (_folder, root) = repository(&[("certs.d/docker.io/hosts.toml", "")]);
    let path = root.join("certs.d/docker.io/hosts.toml");
    let mut client = Client::new();
    client.open(
        &path,
        "[host.\"https://a.example\"]\n  capabilities = [\"pul\"]\n",
    );
    assert!(has(&client, &path, "unknown-capability"));
    client.close(&path);
    assert_eq!(client.rules(&path), Vec::<String>::new());
    // A file that is not on the disk yet.
    let new = root.join("certs.d/quay.io/hosts.toml");
    client.open(
        &new,
        "[host.\"https://a.example\"]\n  capabilities = [\"pul\"]\n",
    );
    assert!(has(&client, &new, "unknown-capability"));
}

#[test]
fn a_certificate_in_the_editor_counts_too() {
    let (_folder, root) = repository(&[
        (
            "certs.d/docker.io/hosts.toml",
            "[host.\"https://a.example\"]\n  ca = \"ca.crt\"\n",
        ),
        ("certs.d/docker.io/ca.crt", "not a certificate\n"),
    ]);
    let path = root.join("certs.d/docker.io/hosts.toml");
    let text = fs::read_to_string(&path).unwrap();
    let mut client = Client::new();
    client.open(&path, &text);
    let before = client.rules(&path);
    assert!(!before.is_empty());
    let certificate = fs::read_to_string(super::root().join("fixtures/pki/ca-ec.pem")).unwrap();
    client.open(&root.join("certs.d/docker.io/ca.crt"), &certificate);
    assert!(
        client.rules(&path).len() < before.len(),
        "{:?}",
        client.rules(&path)
    );
}

#[test]
fn settings_are_found_watched_and_shown_where_they_are_wrong() {
    let (_folder, root) = repository(&[
        ("certsd-lint.toml", ""),
        ("certs.d/docker.io/hosts.toml", PLAIN),
    ]);
    let (path, settings) = (
        root.join("certs.d/docker.io/hosts.toml"),
        root.join("certsd-lint.toml"),
    );
    let mut client = Client::new();
    client.open(&path, PLAIN);
    assert!(has(&client, &path, "plain-http"));
    let changed = |client: &mut Client, text: &str| {
        fs::write(&settings, text).unwrap();
        let changes = json!({ "changes": [{ "uri": uri(&settings), "type": 2 }] });
        client.notify("workspace/didChangeWatchedFiles", changes);
    };
    changed(&mut client, "ignore = [\"plain-http\"]\n");
    assert!(!has(&client, &path, "plain-http"));
    changed(&mut client, "ignroe = [\"plain-http\"]\n");
    let shown = client.diagnostics(&settings);
    assert!(
        shown[0]["message"].as_str().unwrap().contains("ignroe"),
        "{shown:?}"
    );
    assert_eq!(
        shown[0]["range"]["end"],
        json!({ "line": 0, "character": 6 })
    );
    let own = client.diagnostics(&path);
    assert_eq!(own.len(), 1);
    assert!(
        own[0]["message"]
            .as_str()
            .unwrap()
            .starts_with("not linted: the settings in")
    );
    changed(&mut client, "");
    assert_eq!(client.diagnostics(&settings).len(), 0);
    assert!(has(&client, &path, "plain-http"));
    // The settings file in the editor itself.
    client.open(&settings, "[rules]\nplain-htp = \"off\"\n");
    assert_eq!(client.diagnostics(&settings).len(), 1);
}

#[test]
fn exclusions_count() {
    let (_folder, root) = repository(&[
        ("certsd-lint.toml", "exclude = [\"old\"]\n"),
        ("old/certs.d/docker.io/hosts.toml", PLAIN),
    ]);
    let path = root.join("old/certs.d/docker.io/hosts.toml");
    let mut client = Client::new();
    client.open(&path, PLAIN);
    assert_eq!(client.rules(&path), Vec::<String>::new());
}

/// The command line is used in the repository, or in one of its folders; the server is started anywhere.
#[test]
fn a_baseline_counts_as_on_the_command_line() {
    let (_folder, root) = repository(&[
        ("certsd-lint.toml", "baseline = \"known.json\"\n"),
        ("clusters/certs.d/docker.io/hosts.toml", PLAIN),
    ]);
    let path = root.join("clusters/certs.d/docker.io/hosts.toml");
    let watches = json!({ "didChangeWatchedFiles": { "dynamicRegistration": true } });
    let mut client = Client::with(json!({ "workspace": watches }));
    // The settings name a file that is not there yet.
    client.open(&path, PLAIN);
    let shown = client.diagnostics(&path);
    let message = shown[0]["message"].as_str().unwrap();
    assert!(
        message.starts_with("not linted: cannot use the baseline"),
        "{message}"
    );
    let is_watched = client
        .messages
        .iter()
        .any(|message| message.to_string().contains("**/known.json"));
    assert!(is_watched, "{:?}", client.messages);

    let known = root.join("known.json");
    let status = std::process::Command::new(env!("CARGO_BIN_EXE_certsd-lint"))
        .args(["--quiet", "--write-baseline", "../known.json", "."])
        .current_dir(root.join("clusters"))
        .status()
        .unwrap();
    assert!(status.success());
    let changes = json!({ "changes": [{ "uri": uri(&known), "type": 1 }] });
    client.notify("workspace/didChangeWatchedFiles", changes.clone());
    assert_eq!(client.rules(&path), Vec::<String>::new());

    // What is new is shown, what is known is not, wherever it moves to.
    let slip = "  capabilities = [\"pul\"]\n";
    let more = format!("# More.\n{PLAIN}[host.\"https://b.corp.internal\"]\n{slip}");
    client.replace(&path, &more);
    assert!(has(&client, &path, "unknown-capability"));
    assert!(!has(&client, &path, "plain-http"));

    // Without the baseline it is known no longer.
    let empty = fs::read_to_string(&known).unwrap();
    let mut empty: serde_json::Value = serde_json::from_str(&empty).unwrap();
    empty["findings"] = json!([]);
    fs::write(&known, empty.to_string()).unwrap();
    client.notify("workspace/didChangeWatchedFiles", changes);
    client.replace(&path, PLAIN);
    assert!(has(&client, &path, "plain-http"));
}

#[test]
fn other_files_are_looked_at_for_what_they_are() {
    let node = "version = 2\n[plugins.\"io.containerd.grpc.v1.cri\".registry.mirrors.\"docker.io\"]\n  endpoint = [\"https://a\"]\n";
    let script = "mkdir -p /etc/containerd/certs.d/docker.io\ncat > /etc/containerd/certs.d/docker.io/hosts.toml <<EOF\n\
        [host.\"https://a.example\"]\n  capabilities = [\"pul\"]\nEOF\n";
    let (_folder, root) = repository(&[]);
    let mut client = Client::new();
    for (name, text, is_linted) in [
        ("containerd/config.toml", node, true),
        ("setup.sh", script, true),
        (
            "docker.io.toml",
            "[host.\"https://a.example\"]\n  capabilities = [\"pul\"]\n",
            true,
        ),
        ("Cargo.toml", "[package]\nname = \"a\"\n", false),
        (".cargo/config.toml", "[build]\njobs = 1\n", false),
        ("values.yaml", "a: 1\n", false),
        ("notes.md", "certs.d\n", false),
    ] {
        let path = root.join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        client.open(&path, text);
        assert_eq!(
            !client.rules(&path).is_empty(),
            is_linted,
            "{name}: {:?}",
            client.rules(&path)
        );
    }
    // A file that is no file.
    let untitled =
        json!({ "uri": "untitled:Untitled-1", "languageId": "toml", "version": 1, "text": PLAIN });
    client.notify("textDocument/didOpen", json!({ "textDocument": untitled }));
    assert_eq!(
        client.published.get("untitled:Untitled-1"),
        Some(&json!([]))
    );
}

/// What is found in a file that another mounts is shown in that file, also while it is open, and of the text in the editor.
#[test]
fn a_file_that_is_mounted_is_linted_by_the_file_that_mounts_it() {
    let kind = "kind: Cluster\napiVersion: kind.x-k8s.io/v1alpha4\nnodes:\n- role: control-plane\n  extraMounts:\n  \
        - hostPath: ./mirror.toml\n    containerPath: /etc/containerd/certs.d/docker.io/hosts.toml\n  \
        - hostPath: ./certs.d/quay.io/hosts.toml\n    containerPath: /etc/containerd/certs.d/quay.io/hosts.toml\n";
    let slip = "[host.\"https://a.corp.internal\"]\n  capabilities = [\"pul\"]\n";
    let (_folder, root) = repository(&[
        ("kind/kind.yaml", kind),
        ("kind/mirror.toml", slip),
        ("kind/certs.d/quay.io/hosts.toml", slip),
    ]);
    let [carrier, mirror, in_tree] = ["kind.yaml", "mirror.toml", "certs.d/quay.io/hosts.toml"]
        .map(|name| root.join("kind").join(name));
    let is_shown = |client: &Client, path: &Path| has(client, path, "unknown-capability");
    let mut client = Client::new();
    client.open(&carrier, kind);
    assert!(is_shown(&client, &mirror));
    assert!(!is_shown(&client, &in_tree), "it is linted in its tree");
    client.open(&mirror, slip);
    assert!(is_shown(&client, &mirror));
    client.replace(&mirror, &slip.replace("pul", "pull"));
    assert!(!is_shown(&client, &mirror));
    client.close(&mirror);
    assert!(is_shown(&client, &mirror), "it is not saved");
    client.close(&carrier);
    assert_eq!(client.rules(&mirror), Vec::<String>::new());
}

#[test]
#[cfg(unix)]
fn no_link_is_followed_out_of_a_repository() {
    let outside = tempfile::tempdir().unwrap();
    let secret = outside.path().join("secret.pem");
    fs::copy(root().join("fixtures/pki/ca-ec.pem"), &secret).unwrap();
    let (_folder, root) = repository(&[("certs.d/docker.io/hosts.toml", "")]);
    std::os::unix::fs::symlink(&secret, root.join("certs.d/docker.io/ca.crt")).unwrap();
    let path = root.join("certs.d/docker.io/hosts.toml");
    let text = "[host.\"https://a.example\"]\nca = \"ca.crt\"\n";
    let mut client = Client::new();
    client.open(&path, text);
    let links = client.ask_of(&path, "textDocument/documentLink", json!({}));
    assert_eq!(links, json!([]));
    let hover = json!({ "position": { "line": 1, "character": 8 } });
    let hover = client.ask_of(&path, "textDocument/hover", hover);
    let told = hover["contents"]["value"].as_str().unwrap();
    assert!(!told.contains("days left"), "{told}");
}
