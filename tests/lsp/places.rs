//! What is told about places of a hosts.toml: hovers, hints, completions, the outline, links.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use super::client::{Client, whole};
use super::root;

const TEXT: &str = r#"server = "https://registry-1.docker.io"

[host."https://mirror.corp.example/proxy"]
  capabilities = ["pull", "resolve"]
  ca = "ca.crt"
  client = [["client.pem", "client.key"]]

[host]
"http://cache.corp.example:5000" = { skip_verify = true }
"#;

/// A tree with certificates.
fn tree(text: &str) -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let directory = folder
        .path()
        .canonicalize()
        .unwrap()
        .join("certs.d/docker.io");
    fs::create_dir_all(&directory).unwrap();
    let pki = root().join("fixtures/pki");
    fs::copy(pki.join("ca-ec.pem"), directory.join("ca.crt")).unwrap();
    let path = directory.join("hosts.toml");
    fs::write(&path, text).unwrap();
    (folder, path)
}

fn hover(client: &mut Client, path: &Path, text: &str, at: &str) -> Option<String> {
    let offset = text.find(at).unwrap();
    let line = text[..offset].matches('\n').count();
    let column = offset - text[..offset].rfind('\n').map_or(0, |feed| feed + 1);
    let position = json!({ "line": line, "character": column });
    let hover = client.ask_of(path, "textDocument/hover", json!({ "position": position }));
    hover["contents"]["value"].as_str().map(str::to_owned)
}

#[test]
fn an_endpoint_is_as_containerd_makes_it() {
    let (_folder, path) = tree(TEXT);
    let text = TEXT.replace("  client = [[\"client.pem\", \"client.key\"]]\n", "");
    let mut client = Client::new();
    client.open(&path, &text);
    let first = hover(&mut client, &path, &text, "mirror.corp").unwrap();
    for part in [
        "endpoint 1 of 2: `https://mirror.corp.example/proxy/v2`",
        "may: pull and resolve",
        "ca.crt` and the CAs of the system are trusted",
    ] {
        assert!(first.contains(part), "{part}: {first}");
    }
    let inline = hover(&mut client, &path, &text, "http://cache").unwrap();
    assert!(
        inline.contains("containerd 1.7 and earlier") || inline.contains("containerd 1.7.34"),
        "{inline}"
    );
    assert!(inline.contains("not an endpoint"), "{inline}");
    let server = hover(&mut client, &path, &text, "server").unwrap();
    assert!(
        server.contains("`https://registry-1.docker.io/v2`"),
        "{server}"
    );
}

#[test]
fn keys_are_documented_with_their_releases() {
    let text =
        "[host.\"https://a.example\"]\n  dial_timeout = \"3s\"\n  capabilities = []\n  x = 1\n";
    let (_folder, path) = tree(text);
    let mut client = Client::new();
    client.open(&path, text);
    let timeout = hover(&mut client, &path, text, "dial_timeout").unwrap();
    assert!(
        timeout.contains("Read by containerd 2.0.7 and later"),
        "{timeout}"
    );
    assert!(hover(&mut client, &path, text, "capabilities").is_some());
    assert_eq!(hover(&mut client, &path, text, "x = 1"), None);
    // Also while the text is not TOML.
    let broken = "[host.\"https://a.example\"\n  dial_timeout = \"3s\n";
    client.replace(&path, broken);
    assert!(hover(&mut client, &path, broken, "dial_timeout").is_some());
}

#[test]
fn a_certificate_is_told_with_its_days() {
    let (_folder, path) = tree(TEXT);
    let mut client = Client::new();
    client.open(&path, TEXT);
    let told = hover(&mut client, &path, TEXT, "ca.crt").unwrap();
    assert!(told.contains("days left"), "{told}");
    let told = hover(&mut client, &path, TEXT, "client.pem").unwrap();
    assert!(told.contains("does not exist"), "{told}");
}

#[test]
fn hints_are_the_urls_in_their_order() {
    let text = "[host.\"https://a.example\"]\n  ca = \"ca.crt\"\n[host.\"b.example/x\"]\n  skip_verify = true\n";
    let (_folder, path) = tree(text);
    let mut client = Client::new();
    client.open(&path, text);
    let hints = |client: &mut Client| {
        let hints = client.ask_of(&path, "textDocument/inlayHint", json!({ "range": whole() }));
        let hints = hints.as_array().unwrap().clone();
        hints
            .iter()
            .map(|hint| {
                format!(
                    "{} {}",
                    hint["position"]["line"],
                    hint["label"].as_str().unwrap()
                )
            })
            .collect::<Vec<_>>()
    };
    assert_eq!(
        hints(&mut client),
        [
            "0 1. https://a.example/v2",
            "2 2. https://b.example/x/v2, then 3. https://registry-1.docker.io/v2",
        ]
    );
    client.replace(&path, &format!("server = \"https://quay.io\"\n{text}"));
    assert_eq!(
        hints(&mut client),
        [
            "0 3. https://quay.io/v2",
            "1 1. https://a.example/v2",
            "3 2. https://b.example/x/v2",
        ]
    );
    // A file that containerd ignores has none.
    client.replace(&path, "[host.\"https://a.example\"]\n  capabilities = 1\n");
    assert_eq!(hints(&mut client), Vec::<String>::new());
}

#[test]
fn keys_words_urls_and_files_are_completed() {
    let (_folder, path) = tree(TEXT);
    let mut client = Client::new();
    client.open(&path, TEXT);
    let mut labels = |text: &str| -> Vec<String> {
        client.replace(&path, text);
        let line = text.lines().count() - 1;
        let column = text.lines().last().unwrap().encode_utf16().count();
        let position = json!({ "line": line, "character": column });
        let items = client.ask_of(
            &path,
            "textDocument/completion",
            json!({ "position": position }),
        );
        let items = items.as_array().unwrap().clone();
        items
            .iter()
            .map(|item| item["label"].as_str().unwrap().to_owned())
            .collect()
    };
    assert!(labels("[host.\"https://a\"]\n  skip").contains(&"skip_verify".to_owned()));
    assert_eq!(
        labels("capabilities = [\"p"),
        ["pull", "resolve", "push", "referrers"]
    );
    assert!(labels("server = \"").contains(&"https://quay.io".to_owned()));
    assert_eq!(labels("ca = \""), ["ca.crt"]);
}

#[test]
fn the_outline_has_the_endpoints_and_links_lead_to_files() {
    let (_folder, path) = tree(TEXT);
    let mut client = Client::new();
    client.open(&path, TEXT);
    let symbols = client.ask_of(&path, "textDocument/documentSymbol", json!({}));
    let names: Vec<&Value> = symbols
        .as_array()
        .unwrap()
        .iter()
        .map(|symbol| &symbol["name"])
        .collect();
    assert_eq!(
        names,
        [
            "server",
            "https://mirror.corp.example/proxy",
            "http://cache.corp.example:5000"
        ]
    );
    let links = client.ask_of(&path, "textDocument/documentLink", json!({}));
    let links = links.as_array().unwrap();
    assert_eq!(links.len(), 1, "the client's files are not there");
    assert!(
        links[0]["target"]
            .as_str()
            .unwrap()
            .ends_with("/certs.d/docker.io/ca.crt")
    );
    assert_eq!(
        links[0]["range"]["start"],
        json!({ "line": 4, "character": 8 })
    );
}
