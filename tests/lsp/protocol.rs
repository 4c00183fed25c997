//! The protocol: encodings, changes, requests that cannot be answered, the program as a process.

use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Command, Stdio};

use serde_json::{Value, json};

use super::client::{Client, offset};

const PATH: &str = "/nowhere/certs.d/docker.io/hosts.toml";

#[test]
fn places_are_in_the_units_that_were_agreed() {
    let text = "# é😀\n[host.\"https://a.example\"] # é😀\n  capabilities = [\"é😀\", \"pul\"]\n";
    let path = Path::new(PATH);
    let start = text.find("\"pul\"").unwrap() - text.find("  cap").unwrap();
    for (offered, agreed, column) in [
        (json!(["utf-16", "utf-8"]), "utf-8", start),
        (json!(["utf-16"]), "utf-16", start - 3),
        (json!(["utf-32"]), "utf-32", start - 4),
        (json!([]), "utf-16", start - 3),
    ] {
        let mut client = Client::with(json!({ "general": { "positionEncodings": offered } }));
        assert_eq!(client.capabilities["positionEncoding"], agreed);
        client.open(path, text);
        let places = client.diagnostics(path);
        let starts: Vec<&Value> = places
            .iter()
            .map(|d| &d["range"]["start"]["character"])
            .collect();
        assert!(starts.contains(&&json!(column)), "{agreed}: {places:#?}");
    }
}

#[test]
fn changes_are_applied_in_their_order() {
    let path = Path::new(PATH);
    let mut client = Client::new();
    client.open(path, "a = 1\r\nb = \"😀\"\r\n");
    let at = |line: u64, column: u64| json!({ "line": line, "character": column });
    let insert = |line, from, to, text: &str| json!({ "range": { "start": at(line, from), "end": at(line, to) }, "text": text });
    client.change(
        path,
        json!([
            insert(1, 5, 7, "é"),
            insert(0, 0, 0, "c = 2\n"),
            insert(9, 9, 9, "d = 3")
        ]),
    );
    assert_eq!(
        client.text(path),
        Some("c = 2\na = 1\r\nb = \"é\"\r\nd = 3")
    );
    client.replace(path, "");
    assert_eq!(client.text(path), Some(""));
}

#[test]
fn diagnostics_can_be_asked_for() {
    let path = Path::new(PATH);
    let capabilities = json!({ "textDocument": { "diagnostic": {} }, "workspace": { "diagnostics": { "refreshSupport": true } } });
    let mut client = Client::with(capabilities);
    client.open(
        path,
        "[host.\"https://a.example\"]\n  capabilities = [\"pul\"]\n",
    );
    assert!(client.published.is_empty(), "one that asks is not told");
    let report = client.ask_of(path, "textDocument/diagnostic", json!({}));
    assert_eq!(report["kind"], "full");
    let items = report["items"].as_array().unwrap();
    assert!(
        items
            .iter()
            .any(|item| item["code"] == "unknown-capability"),
        "{items:#?}"
    );
    let known = json!({ "previousResultId": report["resultId"] });
    let again = client.ask_of(path, "textDocument/diagnostic", known.clone());
    assert_eq!(again["kind"], "unchanged");
    client.replace(
        path,
        "[host.\"https://a.example\"]\n  capabilities = [\"pull\"]\n",
    );
    let changed = client.ask_of(path, "textDocument/diagnostic", known);
    assert_eq!(changed["kind"], "full");
    client.notify("workspace/didChangeWatchedFiles", json!({ "changes": [] }));
    let asked: Vec<&Value> = client.messages.iter().map(|m| &m["method"]).collect();
    assert!(
        asked.contains(&&json!("workspace/diagnostic/refresh")),
        "{asked:?}"
    );
}

#[test]
fn a_diagnostic_says_where_to_read_on() {
    let path = Path::new(PATH);
    let mut client = Client::new();
    let text = "[host.\"https://a.example\"]\n  plain_htp = true\n[host.\"https://a.example/\"]\n";
    client.open(path, text);
    let all = client.diagnostics(path);
    let unknown = all
        .iter()
        .find(|d| d["code"] == "unknown-key")
        .unwrap_or_else(|| panic!("{all:#?}"));
    assert_eq!(unknown["tags"], json!([1]));
    assert_eq!(unknown["source"], "certsd-lint");
    let page = unknown["codeDescription"]["href"].as_str().unwrap();
    assert!(page.ends_with("/docs/rules/unknown-key.md"), "{page}");
    let key = offset(text, &unknown["range"]["start"]);
    assert!(text[key..].starts_with("plain_htp"));
    assert!(
        all.iter().any(|d| d["relatedInformation"].is_array()),
        "{all:#?}"
    );
}

#[test]
fn what_cannot_be_answered_is_an_error_and_no_end() {
    let path = Path::new(PATH);
    let mut client = Client::new();
    assert_eq!(
        client.ask("no/such", json!({})).unwrap_err()["code"],
        -32601
    );
    assert_eq!(
        client.ask("textDocument/hover", json!(1)).unwrap_err()["code"],
        -32602
    );
    client.notify("textDocument/didOpen", json!({ "nothing": [] }));
    client.notify(
        "textDocument/didChange",
        json!({ "textDocument": { "uri": "file:///x", "version": 1 }, "contentChanges": [] }),
    );
    client.notify("$/setTrace", json!({ "value": "off" }));
    let unknown = json!({ "position": { "line": 0, "character": 0 } });
    assert_eq!(
        client.ask_of(path, "textDocument/hover", unknown),
        Value::Null
    );
    client.open(path, "a = 1\n");
    assert_eq!(client.ask("shutdown", Value::Null), Ok(Value::Null));
    assert_eq!(
        client.ask("shutdown", Value::Null).unwrap_err()["code"],
        -32600
    );
}

fn write(to: &mut impl Write, message: &Value) {
    let body = json!({ "jsonrpc": "2.0" }).as_object().unwrap().clone();
    let mut body = Value::Object(body);
    body.as_object_mut()
        .unwrap()
        .extend(message.as_object().unwrap().clone());
    let body = body.to_string();
    write!(to, "Content-Length: {}\r\n\r\n{body}", body.len()).unwrap();
    to.flush().unwrap();
}

fn read(from: &mut impl BufRead) -> Option<Value> {
    let mut length = 0;
    loop {
        let mut line = String::new();
        if from.read_line(&mut line).unwrap() == 0 {
            return None;
        }
        match line.trim_end().split_once(": ") {
            Some((_, value)) => length = value.parse().unwrap(),
            None => break,
        }
    }
    let mut body = vec![0; length];
    from.read_exact(&mut body).unwrap();
    Some(serde_json::from_slice(&body).unwrap())
}

#[test]
fn the_program_serves_and_ends() {
    for (with_shutdown, code) in [(true, 0), (false, 2)] {
        let mut program = Command::new(env!("CARGO_BIN_EXE_certsd-lint"))
            .args(["lsp", "--stdio"])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut stdin = program.stdin.take().unwrap();
        let mut stdout = BufReader::new(program.stdout.take().unwrap());
        let params = json!({ "processId": null, "rootUri": null, "capabilities": {} });
        write(
            &mut stdin,
            &json!({ "id": 1, "method": "initialize", "params": params }),
        );
        let greeting = read(&mut stdout).unwrap();
        assert_eq!(greeting["result"]["serverInfo"]["name"], "certsd-lint");
        write(
            &mut stdin,
            &json!({ "method": "initialized", "params": {} }),
        );
        let item = json!({ "uri": format!("file://{PATH}"), "languageId": "toml", "version": 7, "text": "a = \n" });
        write(
            &mut stdin,
            &json!({ "method": "textDocument/didOpen", "params": { "textDocument": item } }),
        );
        let shown = read(&mut stdout).unwrap();
        assert_eq!(shown["params"]["version"], 7);
        assert_eq!(shown["params"]["diagnostics"][0]["code"], "invalid-toml");
        if with_shutdown {
            write(&mut stdin, &json!({ "id": "two", "method": "shutdown" }));
            assert_eq!(read(&mut stdout).unwrap()["id"], "two");
        }
        write(&mut stdin, &json!({ "method": "exit" }));
        assert_eq!(program.wait().unwrap().code(), Some(code));
    }
}
