//! `certsd-lint probe` against servers on loopback.
//!
//! No test sleeps or measures time: limits are arguments, and tiny where a server says nothing.
#![cfg(all(feature = "probe", unix))]

mod answers;
mod hostile;
#[path = "../program/mod.rs"]
mod program;
mod registry;
mod secrets;
mod server;
mod tls;

use program::Folder;
use serde_json::Value;
use server::Server;

/// A tree with this hosts.toml, `@1`, `@2` … standing for the servers' hosts.
fn tree(hosts_toml: &str, servers: &[&Server]) -> Folder {
    let folder = Folder::new(&[]);
    let mut text = hosts_toml.to_owned();
    for (index, server) in servers.iter().enumerate() {
        text = text.replace(&format!("@{}", index + 1), &server.host());
    }
    let fixtures = server::fixture("");
    text = text.replace("$F/", &fixtures.to_string_lossy());
    folder.write("certs.d/reg.example/hosts.toml", &text);
    folder
}

/// Probes with a release, and gives the answer.
fn probe_with(folder: &Folder, arguments: &[&str]) -> Value {
    let fixed = [
        "probe",
        "--config-path",
        "certs.d",
        "--proxy",
        "none",
        "--arch",
        "amd64",
        "--format",
        "json",
    ];
    let arguments = [&fixed, arguments, &["reg.example/app:v1"]].concat();
    let ended = folder.run(&arguments);
    assert!(matches!(ended.code, Some(0 | 1)), "{ended:#?}");
    let answer: Value = serde_json::from_str(&ended.out).unwrap();
    let is_pulled = answer["result"] == "pulled";
    assert_eq!(ended.code == Some(0), is_pulled, "{ended:#?}");
    answer
}

fn probe(folder: &Folder) -> Value {
    probe_with(folder, &["--containerd", "2.3", "--timeout", "20"])
}

/// What the first endpoint does with the tag, a manifest and a layer.
fn first(answer: &Value) -> [&str; 3] {
    let endpoint = &answer["endpoints"][0];
    ["resolve", "manifest", "layer"].map(|name| endpoint[name].as_str().unwrap_or("null"))
}

fn error(answer: &Value) -> &str {
    answer["error"].as_str().unwrap_or_default()
}

/// The texts of an endpoint's steps.
fn steps(answer: &Value, endpoint: usize) -> String {
    let steps = answer["endpoints"][endpoint]["steps"].as_array().unwrap();
    let texts: Vec<&str> = steps
        .iter()
        .map(|step| step["text"].as_str().unwrap())
        .collect();
    texts.join("\n")
}
