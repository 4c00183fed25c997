//! `certsd-lint certificates`, and `certificates[]` in JSON.

use serde_json::Value;

use crate::program::{Folder, certsd_lint};

/// 2026-01-01, for the certificates of `fixtures/pki`: one ended in 2021, the others end in 2124.
const NOW: &str = "1767225600";

fn folder() -> Folder {
    let folder = Folder::new(&[]);
    let pki = concat!(env!("CARGO_MANIFEST_DIR"), "/fixtures/pki/");
    let pem = |name: &str| std::fs::read_to_string(format!("{pki}{name}")).unwrap();
    folder.write("certs.d/a.io/ca.pem", &pem("ca-bundle-one-expired.pem"));
    folder.write("certs.d/a.io/client.pem", &pem("client-ec.pem"));
    folder.write("certs.d/a.io/client.key", &pem("client-ec.key"));
    folder.write(
        "certs.d/a.io/hosts.toml",
        "[host.\"https://user:S3CR3T@m.internal/v2?token=S3CR3T\"]\nca = \"ca.pem\"\nclient = [[\"client.pem\", \"client.key\"]]\n",
    );
    // Two namespaces with the same file, one of which does not verify.
    for (name, more) in [("b.io", ""), ("c.io", "skip_verify = true\n")] {
        folder.write(
            &format!("certs.d/{name}/hosts.toml"),
            &format!("[host.\"https://m.internal\"]\nca = \"../a.io/ca.pem\"\n{more}"),
        );
    }
    folder
}

#[test]
fn the_table_begins_with_the_first_to_expire() {
    let ended = folder().run(&["certificates", "certs.d", "--now", NOW]);
    let lines: Vec<&str> = ended.ends(0).out.lines().collect();
    assert!(lines[0].starts_with("EXPIRES"), "{}", ended.out);
    assert!(
        lines[1].starts_with("2021-01-01  -1826  Expired CA"),
        "{}",
        ended.out
    );
    assert!(lines[1].contains("a.io, b.io (ca)"), "{}", ended.out);
    assert!(lines[1].ends_with("certs.d/a.io/ca.pem"), "{}", ended.out);
    assert_eq!(lines.len(), 5, "{}", ended.out);
    assert!(ended.out.contains("a.io (client)"), "{}", ended.out);
    ended.says("4 certificates in 2 files, 1 expired");
    assert!(!ended.out.contains("S3CR3T"));
}

#[test]
fn what_expires_soon_is_exit_code_1() {
    let folder = folder();
    let run = |within: &str, now: &str| {
        let args = ["certificates", "certs.d", "--format", "csv"];
        folder.run(&[&args[..], &["--expiring-within", within, "--now", now]].concat())
    };
    let ended = run("30d", NOW);
    let lines: Vec<&str> = ended.ends(1).out.lines().collect();
    assert_eq!(lines.len(), 2, "{}", ended.out);
    assert_eq!(
        lines[0],
        "not_after,days_left,subject,issuer,serial,use,namespaces,endpoints,path"
    );
    assert!(lines[1].starts_with("2021-01-01,-1826,\"O=certsd-lint tests, CN=Expired CA\","));
    assert!(lines[1].ends_with(",certs.d/a.io/ca.pem"), "{}", lines[1]);
    assert!(!ended.out.contains("S3CR3T"), "{}", ended.out);
    // In 2020 it is valid, for two weeks more and for three.
    let day = 86_400;
    let end = 1_609_459_200;
    run("2w", &(end - 15 * day).to_string()).ends(0);
    run("3w", &(end - 15 * day).to_string()).ends(1);
    run("a fortnight", NOW).fails("12h, 30d, 2w");
}

#[test]
fn json_has_them_in_lint_and_alone() {
    let folder = folder();
    let args = ["--now", NOW, "certs.d", "--format", "json"];
    let linted = folder.run(&args);
    let alone = folder.run(&[&["certificates"], &args[..]].concat());
    let read = |text: &str| -> Value { serde_json::from_str(text).unwrap() };
    let (linted, alone) = (read(&linted.out), read(&alone.ends(0).out));
    assert_eq!(alone["version"], 1);
    let list = |document: &Value| -> Vec<Value> {
        let list = document["certificates"].as_array().unwrap();
        let mut list = list.clone();
        list.sort_by_key(|one| (one["path"].to_string(), one["serial"].to_string()));
        list
    };
    assert_eq!(list(&linted), list(&alone));
    let expired = list(&alone)
        .into_iter()
        .find(|one| one["days_left"].as_i64() < Some(0))
        .unwrap();
    assert_eq!(expired["subject"], "O=certsd-lint tests, CN=Expired CA");
    assert_eq!(expired["not_after"], "2021-01-01T00:00:00Z");
    let users = expired["used_by"].as_array().unwrap();
    assert_eq!(users.len(), 2, "{users:?}");
    assert_eq!(users[0]["as"], "ca");
    assert!(!linted.to_string().contains("S3CR3T"));
}

#[test]
fn a_tree_without_certificates_is_an_empty_list() {
    let folder = Folder::new(&["certs.d/docker.io/hosts.toml"]);
    let ended = folder.run(&["certificates", "certs.d"]);
    assert_eq!(ended.ends(0).out, "");
    ended.says("0 certificates in 0 files");
    folder
        .run(&["certificates", "certs.d", "--expiring-within", "30d"])
        .ends(0);
    folder.run(&["certificates", "nowhere"]).ends(2);
}

#[test]
fn no_rule_runs_and_nothing_else_is_printed() {
    let mut command = certsd_lint();
    let demo = concat!(env!("CARGO_MANIFEST_DIR"), "/fixtures/demo/certs.d");
    let output = command.args(["certificates", "--quiet", demo]).output();
    let output = output.unwrap();
    assert_eq!(output.status.code(), Some(0));
    assert!(output.stderr.is_empty());
}
