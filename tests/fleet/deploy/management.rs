//! Ansible, Salt and Puppet: the command with which each checks a new hosts.toml before it takes the old one's place.

use std::fs;

use super::{BAD, node, path, sh, text};
use crate::program::{Folder, SOUND};
use crate::tools;
use crate::yaml::documents;

/// Runs a check with a sound and with a broken text in a temporary file. `{target}` and `{new}` are the file that is to be written
/// and the new text.
#[track_caller]
fn checks(command: &str) {
    let folder = node();
    for (text, code) in [(SOUND, 0), (BAD, 1), ("x = \n", 1)] {
        folder.write("tmp/new text", text);
        let command = command
            .replace("{target}", "certs.d/docker.io/hosts.toml")
            .replace("{new}", "'tmp/new text'");
        let ended = sh(&folder, &command);
        ended.ends(code);
    }
    // It lints the text as if it were in its place, and writes nothing.
    assert!(!folder.path().join("certs.d").exists());
}

#[test]
fn ansible_validates_a_template() {
    let play = documents(&text("ansible/hosts-toml.yml"))[0][0].clone();
    let tasks = play["tasks"].as_array().unwrap();
    let task = tasks
        .iter()
        .find(|t| !t["ansible.builtin.template"].is_null());
    let template = &task.unwrap()["ansible.builtin.template"];
    let validate = template["validate"].as_str().unwrap();
    let target = "\"{{ certs_d }}/{{ item }}/hosts.toml\"";
    assert!(
        validate.contains(target) && validate.ends_with(" %s"),
        "{validate}"
    );
    checks(&validate.replace(target, "{target}").replace("%s", "{new}"));
}

#[test]
fn ansible_runs_the_play() {
    let folder = Folder::new(&["templates/", "certs.d/"]);
    fs::copy(
        path("ansible/hosts-toml.yml"),
        folder.path().join("play.yml"),
    )
    .unwrap();
    folder.write("templates/docker.io.toml.j2", SOUND);
    folder.write("templates/quay.io.toml.j2", SOUND);
    if tools::run("ansible-playbook", &["--version"], "").is_none() {
        return;
    }
    let play = "HOME=$PWD ANSIBLE_LOCALHOST_WARNING=False ansible-playbook --connection local --inventory localhost, \
                --extra-vars '{\"certs_d_become\": false}' --extra-vars certs_d=$PWD/certs.d play.yml";
    let ended = sh(&folder, play);
    assert!(ended.ends(0).out.contains("failed=0"), "{ended:#?}");
    let written = folder.path().join("certs.d/quay.io/hosts.toml");
    assert_eq!(fs::read_to_string(&written).unwrap(), SOUND);
    folder.write("templates/quay.io.toml.j2", BAD);
    let ended = sh(&folder, play);
    assert!(
        ended.ends(2).out.contains("failed to validate"),
        "{ended:#?}"
    );
    assert_eq!(fs::read_to_string(&written).unwrap(), SOUND);
}

#[test]
fn salt_checks_a_managed_file() {
    let state = text("salt/hosts_toml.sls");
    let command = state
        .lines()
        .find_map(|line| line.trim().strip_prefix("- check_cmd: "))
        .unwrap();
    let target = "{{ certs_d }}/{{ namespace }}/hosts.toml";
    assert!(command.ends_with(target), "Salt adds the path at the end");
    checks(&format!("{} {{new}}", command.replace(target, "{target}")));
    // What is left without the loop is YAML.
    let plain: Vec<&str> = state
        .lines()
        .filter(|line| !line.starts_with("{%"))
        .collect();
    let plain = plain.join("\n").replace(target, "/x");
    assert_eq!(
        documents(&plain)[0]["/x"]["file.managed"][1]["mode"],
        "0644"
    );
}

#[test]
fn puppet_validates_a_file() {
    let manifest = text("puppet/hosts_toml.pp");
    let quoted = manifest.split_once("validate_cmd => \"").unwrap().1;
    let quoted = quoted.split_once("\",\n").unwrap().0;
    let command = quoted.replace("\\\"", "\"").replace("\\$", "$");
    let target = "${certs_d}/${title}/hosts.toml";
    assert!(command.ends_with(&format!("{target} %")), "{command}");
    checks(&command.replace(target, "{target}").replace('%', "{new}"));
    let file = path("puppet/hosts_toml.pp");
    let args = ["parser", "validate", file.to_str().unwrap()];
    if let Some(valid) = tools::run("puppet", &args, "") {
        tools::accepts("puppet parser validate", &valid);
    }
}
