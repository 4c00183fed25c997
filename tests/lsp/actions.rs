//! What can be done about a finding.

use std::fs;

use serde_json::{Value, json};

use super::client::{Client, uri};

const SLIPS: &str = "server = \"https://registry.corp.example\"\n\n[host.\"https://mirror.corp.example\"]\n  \
    capabilities = [\"pull\", \"reslove\"]\n  skip-verify = true\n";

fn tree(text: &str) -> (tempfile::TempDir, std::path::PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let directory = folder
        .path()
        .canonicalize()
        .unwrap()
        .join("certs.d/registry.corp.example");
    fs::create_dir_all(&directory).unwrap();
    let path = directory.join("hosts.toml");
    fs::write(&path, text).unwrap();
    (folder, path)
}

fn titled<'a>(actions: &'a [Value], part: &str) -> &'a Value {
    let found = actions
        .iter()
        .find(|action| action["title"].as_str().unwrap().contains(part));
    found.unwrap_or_else(|| panic!("no action has {part} in its title: {actions:#?}"))
}

#[test]
fn a_fix_makes_its_finding_go() {
    let (_folder, path) = tree(SLIPS);
    let mut client = Client::new();
    client.open(&path, SLIPS);
    assert!(
        client
            .rules(&path)
            .contains(&"unknown-capability".to_owned())
    );
    let actions = client.actions(&path, Some(&["quickfix"]));
    let fix = titled(&actions, "resolve").clone();
    assert_eq!(fix["isPreferred"], true);
    assert_eq!(fix["diagnostics"][0]["code"], "unknown-capability");
    client.apply(&path, &fix);
    assert!(client.text(&path).unwrap().contains("\"resolve\""));
    assert!(
        !client
            .rules(&path)
            .contains(&"unknown-capability".to_owned())
    );
}

#[test]
fn all_safe_fixes_are_those_of_the_command_line() {
    let (_folder, path) = tree(SLIPS);
    let mut client = Client::new();
    client.open(&path, SLIPS);
    for kinds in [
        &["source.fixAll"][..],
        &["source.fixAll.certsd-lint"],
        &["source"],
    ] {
        let actions = client.actions(&path, Some(kinds));
        assert_eq!(actions.len(), 1, "{kinds:?}");
    }
    let actions = client.actions(&path, Some(&["source.fixAll.certsd-lint"]));
    client.apply(&path, &actions[0]);
    let status = std::process::Command::new(env!("CARGO_BIN_EXE_certsd-lint"))
        .args(["--quiet", "--fix", "--exit-zero"])
        .arg(&path)
        .status()
        .unwrap();
    assert!(status.success());
    let fixed = fs::read_to_string(&path).unwrap();
    assert_ne!(fixed, SLIPS);
    assert_eq!(client.text(&path), Some(fixed.as_str()));
    assert_eq!(
        client.actions(&path, Some(&["source.fixAll"])),
        Vec::<Value>::new()
    );
}

#[test]
fn a_comment_silences_a_finding() {
    let (_folder, path) = tree(SLIPS);
    for text in [SLIPS.to_owned(), SLIPS.replace('\n', "\r\n")] {
        let mut client = Client::new();
        client.open(&path, &text);
        let before = client.rules(&path);
        let actions = client.actions(&path, None);
        let ignore = titled(&actions, "Ignore unknown-capability here").clone();
        client.apply(&path, &ignore);
        let text = client.text(&path).unwrap();
        assert!(
            text.contains("\n  # certsd-lint: ignore[unknown-capability] say why"),
            "{text}"
        );
        assert!(
            !client
                .rules(&path)
                .contains(&"unknown-capability".to_owned())
        );
        assert!(client.rules(&path).len() < before.len());
    }
}

#[test]
fn the_reason_is_filled_in_where_the_editor_can() {
    let (_folder, path) = tree(SLIPS);
    let edit = json!({ "documentChanges": true, "snippetEditSupport": true });
    let mut client = Client::with(json!({ "workspace": { "workspaceEdit": edit } }));
    client.open(&path, SLIPS);
    let actions = client.actions(&path, None);
    let ignore = titled(&actions, "Ignore unknown-capability here");
    let snippet = &ignore["edit"]["documentChanges"][0]["edits"][0]["snippet"]["value"];
    assert!(
        snippet
            .as_str()
            .unwrap()
            .contains("ignore[unknown-capability] ${1:"),
        "{snippet}"
    );
}

#[test]
fn edits_are_for_any_version_where_the_editor_knows_none() {
    let (_folder, path) = tree(SLIPS);
    let mut client = Client::with(json!({}));
    client.open(&path, SLIPS);
    let actions = client.actions(&path, Some(&["quickfix"]));
    let fix = titled(&actions, "resolve").clone();
    assert!(fix["edit"]["changes"][uri(&path)].is_array());
    client.apply(&path, &fix);
    assert!(client.text(&path).unwrap().contains("\"resolve\""));
}

#[test]
fn a_rule_is_explained() {
    let (_folder, path) = tree(SLIPS);
    let explain = json!({ "command": "certsd-lint.explain", "arguments": ["unknown-capability"] });
    let mut client = Client::new();
    client.open(&path, SLIPS);
    let actions = client.actions(&path, None);
    let action = titled(&actions, "Explain unknown-capability");
    assert_eq!(
        action["command"]["arguments"],
        json!(["unknown-capability"])
    );
    let told = client
        .ask("workspace/executeCommand", explain.clone())
        .unwrap();
    assert_eq!(told["kind"], "markdown");
    let markdown = told["value"].as_str().unwrap();
    assert!(markdown.starts_with("# unknown-capability\n") && markdown.contains("## What it does"));
    assert_eq!(
        client.messages.last().unwrap()["method"],
        "window/showMessage"
    );
    let window = json!({ "window": { "showDocument": { "support": true } } });
    let mut client = Client::with(window);
    client
        .ask("workspace/executeCommand", explain.clone())
        .unwrap();
    assert_eq!(
        client.messages.last().unwrap()["method"],
        "window/showDocument"
    );
    let options = json!({ "explain": "result" });
    let mut client = Client::initialized(
        json!({ "processId": null, "rootUri": null, "capabilities": {}, "initializationOptions": options }),
    );
    client.ask("workspace/executeCommand", explain).unwrap();
    assert!(client.messages.is_empty(), "{:?}", client.messages);
    for arguments in [json!([]), json!(["no-such-rule"]), json!([1])] {
        let wrong = json!({ "command": "certsd-lint.explain", "arguments": arguments });
        assert!(client.ask("workspace/executeCommand", wrong).is_err());
    }
}
