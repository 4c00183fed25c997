//! `deploy/systemd`: the units, and the scripts that they start.

use std::fs;

use super::{BAD, path, program, sh, text};
use crate::program::{Folder, SOUND};
use crate::tools;

const UNITS: [&str; 4] = [
    "certsd-lint.service",
    "certsd-lint.path",
    "certsd-lint@.path",
    "certsd-lint.timer",
];

/// The values of a key in a unit.
fn values<'a>(unit: &'a str, key: &str) -> Vec<&'a str> {
    let lines = unit.lines().filter_map(|line| line.split_once('='));
    lines
        .filter(|(name, _)| *name == key)
        .map(|(_, value)| value)
        .collect()
}

#[test]
fn the_units_name_each_other_and_scripts_that_exist() {
    let service = text("systemd/certsd-lint.service");
    for key in ["ExecStart", "ExecStopPost"] {
        for command in values(&service, key) {
            let script = command.trim_start_matches('-');
            let name = script.strip_prefix("/usr/local/libexec/").expect(script);
            assert!(path("systemd").join(name).is_file(), "{command}");
        }
    }
    for unit in &UNITS[1..] {
        let unit = text(&format!("systemd/{unit}"));
        assert_eq!(values(&unit, "Unit"), ["certsd-lint.service"]);
    }
    let watch = text("systemd/certsd-lint.path");
    let watched = values(&watch, "PathChanged");
    assert_eq!(
        watched,
        ["/etc/containerd/config.toml", "/etc/containerd/certs.d"]
    );
    let metrics = text("systemd/certsd-lint-node");
    let writable = values(&service, "ReadWritePaths")[0].trim_start_matches('-');
    assert!(metrics.contains(&format!("{writable}/")), "{writable}");
}

#[test]
fn systemd_verifies_the_units() {
    let folder = Folder::new(&[]);
    let scripts = path("systemd");
    let mut args = vec!["verify".to_owned(), "--man=no".to_owned()];
    for unit in UNITS {
        // Where the scripts are here.
        let text = text(&format!("systemd/{unit}"))
            .replace("/usr/local/libexec", scripts.to_str().unwrap());
        folder.write(unit, &text);
        let instance = unit.replace('@', "@etc-containerd-certs.d-quay.io");
        folder.write(&instance, &text);
        args.push(folder.path().join(instance).to_str().unwrap().to_owned());
    }
    let args: Vec<&str> = args.iter().map(String::as_str).collect();
    if let Some(verified) = tools::run("systemd-analyze", &args, "") {
        tools::accepts("systemd-analyze verify", &verified);
        assert!(verified.stderr.is_empty(), "{verified:?}");
    }
}

/// A node at a place of its own on this machine.
fn node() -> Folder {
    let folder = super::node();
    let certs_d = folder.path().join("certs.d");
    folder.write(
        "config.toml",
        &format!(
            "version = 3\n[plugins.'io.containerd.cri.v1.images'.registry]\nconfig_path = '{}'\n",
            certs_d.display()
        ),
    );
    folder.write("certs.d/docker.io/hosts.toml", SOUND);
    folder
}

#[test]
fn the_service_lints_for_the_release_that_runs_and_writes_metrics() {
    let folder = node();
    let script = format!(
        "CONTAINERD_CONFIG=$PWD/config.toml METRICS=$PWD/metrics/certsd-lint.prom {}",
        path("systemd/certsd-lint-node").display()
    );
    sh(&folder, &script).ends(0).is_silent();
    let metrics = || fs::read_to_string(folder.path().join("metrics/certsd-lint.prom")).unwrap();
    let before = metrics();
    assert!(before.contains("release=\"2.2.7\"} 1"), "{before}");
    assert!(!before.contains("release=\"1.7"), "{before}");
    folder.write("certs.d/quay.io/hosts.toml", BAD);
    let ended = sh(&folder, &script);
    assert!(ended.ends(1).out.contains("unknown-capability"));
    assert!(metrics().contains("state=\"ignored\"} 1"));
    // Nothing but the file of metrics is there for the collector to read.
    assert_eq!(
        fs::read_dir(folder.path().join("metrics")).unwrap().count(),
        1
    );
    // Without a collector, findings are all there is.
    let script = script.replace("metrics/", "nowhere/");
    sh(&folder, &script).ends(1);
}

#[test]
fn each_namespace_has_a_watch() {
    let folder = node();
    folder.write("certs.d/quay.io/hosts.toml", SOUND);
    folder.write("certs.d/a file", "");
    program(&folder, "systemd-escape", "echo \"for $3\"");
    program(&folder, "systemctl", "echo \"$@\" >> started");
    let script = format!(
        "CERTS_D=$PWD/certs.d {}",
        path("systemd/certsd-lint-watch").display()
    );
    sh(&folder, &script).ends(0);
    let started = fs::read_to_string(folder.path().join("started")).unwrap();
    let lines: Vec<&str> = started.lines().collect();
    assert_eq!(lines.len(), 2, "{started}");
    for (line, name) in lines.iter().zip(["docker.io", "quay.io"]) {
        assert!(line.starts_with("start --no-block for "), "{line}");
        assert!(line.ends_with(&format!("/certs.d/{name}/")), "{line}");
    }
}
