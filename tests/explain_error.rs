//! `certsd-lint explain-error`, from the arguments to what is printed.

mod program;

use std::fs::File;
use std::process::Stdio;

use program::Folder;
use serde_json::Value;

const REFUSED: &str = "failed to pull and unpack image \"quay.io/org/app:v1\": failed to resolve image: failed to do request: Head \"https://mirror.internal/v2/org/app/manifests/v1?ns=%5BREDACTED%5D\": dial tcp 10.0.0.1:443: connect: connection refused";

#[test]
fn an_error_is_explained_beside_the_tree() {
    let folder = Folder::new(&[]);
    folder.write(
        "certs.d/quay.io/hosts.toml",
        "server = \"https://quay.io\"\n[host.\"https://mirror.internal\"]\n",
    );
    let ended = folder.run(&["explain-error", "--config-path", "certs.d", REFUSED]);
    assert_eq!(ended.code, Some(0), "{ended:#?}");
    for part in [
        "nothing listens on that address and port",
        "https://mirror.internal/v2/org/app/manifests/v1",
        "1 mirror.internal ← this error",
        "2 quay.io",
    ] {
        assert!(ended.out.contains(part), "{part}: {ended:#?}");
    }
    let ended = folder.run(&[
        "explain-error",
        REFUSED,
        "--format",
        "json",
        "--config-path",
        "certs.d",
    ]);
    let answer: Value = serde_json::from_str(&ended.out).unwrap();
    let error = &answer["errors"][0];
    assert_eq!(
        (&answer["known"], &error["cause"]),
        (&true.into(), &"refused".into())
    );
    assert_eq!(error["pulls"][0]["named"], 0);
    assert_eq!(error["others"], "no-status");
}

/// A text on standard input.
fn stdin(folder: &Folder, text: &str) -> Stdio {
    folder.write("stdin.txt", text);
    File::open(folder.path().join("stdin.txt")).unwrap().into()
}

#[test]
fn standard_input_is_read_line_by_line() {
    let folder = Folder::new(&[]);
    let text = format!(
        "Events:\n  Warning  Failed  {REFUSED}\n  Warning  Failed  {REFUSED}\n  Normal  BackOff\n"
    );
    let ended = folder.run_with(
        &["explain-error", "--format", "json"],
        stdin(&folder, &text),
    );
    let answer: Value = serde_json::from_str(&ended.out).unwrap();
    assert_eq!(answer["errors"].as_array().unwrap().len(), 1, "{answer}");
}

#[test]
fn an_unknown_text_is_said_to_be_unknown() {
    let folder = Folder::new(&[]);
    let ended = folder.run(&["explain-error", "no", "space", "left", "on", "device"]);
    assert_eq!(ended.code, Some(1), "{ended:#?}");
    assert!(
        ended.out.contains("not an error of an image pull"),
        "{ended:#?}"
    );
    let ended = folder.run_with(&["explain-error"], stdin(&folder, ""));
    assert_eq!(ended.code, Some(2), "{ended:#?}");
}

#[test]
fn no_secret_of_the_text_is_repeated() {
    let folder = Folder::new(&[]);
    let text = REFUSED
        .replace("https://", "https://alice:hunter2@")
        .replace("ns=", "token=hunter2&ns=");
    for format in ["human", "json"] {
        let ended = folder.run(&["explain-error", "--format", format, &text]);
        assert_eq!(ended.code, Some(0), "{ended:#?}");
        assert!(!ended.out.contains("hunter2"), "{ended:#?}");
    }
}
