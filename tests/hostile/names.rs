//! Names and texts that would command the terminal, the log, or who reads it.

use std::ffi::OsStr;
use std::fs;
use std::os::unix::ffi::OsStrExt;

use crate::FORMATS;
use crate::program::{Ended, Folder};

/// What would clear the screen, write a line of its own, give a command to a runner, or turn a text round.
const EVIL: [&str; 7] = [
    "\u{1b}[2J\u{1b}]0;owned\u{7}",
    "\n::error file=a::owned",
    "\r\n::add-mask::owned",
    " ::stop-commands::owned",
    "##[add-mask]owned",
    "##vso[task.setvariable variable=owned]",
    "\u{202e}\u{9b}\u{2066}owned\u{feff}",
];

/// Neither stream has anything that a terminal or a runner would obey.
#[track_caller]
fn is_harmless(ended: &Ended) {
    for text in [&ended.out, &ended.err] {
        let obeyed = |c: char| {
            c.is_control() && c != '\n'
                || matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}')
        };
        assert!(!text.contains(obeyed), "{text:?}");
        // The runner of GitHub passes over blanks at the beginning of a line; the older form may stand anywhere.
        for line in text.lines() {
            let line = line.trim_start();
            let ours = ["::error file=", "::warning file=", "::notice file="];
            let is_command =
                line.starts_with("::") && !ours.iter().any(|ours| line.starts_with(ours));
            assert!(!is_command, "{line:?}");
            assert!(
                !line.contains("##[add-mask]") && !line.contains("##vso["),
                "{line:?}"
            );
        }
    }
}

#[test]
fn names_of_files_and_directories() {
    let folder = Folder::new(&[]);
    for (index, evil) in EVIL.iter().enumerate() {
        let name = format!("certs.d/{index}.io{}/", evil.replace('/', "_"));
        folder.write(
            &format!("{name}hosts.toml"),
            "[host.\"http://m\"]\nx = 1\nca = 'a'\n",
        );
        folder.write(&format!("{name}{evil}.crt"), "no certificate");
        folder.write(&format!("certs.d/{evil}"), "");
    }
    let raw = OsStr::from_bytes(b"\xff\x1b[2Jreg.io");
    fs::create_dir_all(folder.path().join("certs.d").join(raw)).unwrap();
    for format in FORMATS {
        let ended = folder.run(&[
            "--no-config",
            "-v",
            "--statistics",
            "--format",
            format,
            "certs.d",
        ]);
        ended.ends(1);
        is_harmless(&ended);
    }
    for evil in EVIL {
        for args in [
            &["--no-config", evil][..],
            &["--no-config", "--output", &format!("no/{evil}"), "certs.d"],
            &["--no-config", "--exclude", evil, "--print-settings"],
            &["--config", evil],
            &["--no-config", "--select", evil],
            &["--baseline", evil, "--no-config", "certs.d"],
            &["explain", evil],
            &["resolve", evil],
            &["resolve", "--config-path", evil, "docker.io/nginx"],
            &[&format!("--{evil}")],
        ] {
            is_harmless(&folder.run(args));
        }
    }
}

#[test]
fn texts_of_files() {
    let folder = Folder::new(&[]);
    for (index, evil) in EVIL.iter().enumerate() {
        let basic: String = evil
            .chars()
            .map(|c| format!("\\u{:04x}", u32::from(c)))
            .collect();
        let raw = evil.replace(['\n', '\r'], "");
        let text = format!(
            "server = \"https://a b{basic}\"\n[host.\"https://m{basic} x\"]\n\"{basic}\" = 1\ncapabilities = [\"{basic}\"]\n\
             ca = \"{basic}.crt\"\ndial_timeout = \"{basic}\"\n[host.'https://n']\n\"k {raw}\" = 1 # certsd-lint: ignore[{raw}]\n\
             [host.\"https://o\".header]\n\"{basic}\" = \"{basic}\"\n"
        );
        folder.write(&format!("certs.d/{index}.io/hosts.toml"), &text);
        folder.write(
            &format!("certs.d/raw{index}.io/hosts.toml"),
            &format!("a = {evil}\n"),
        );
    }
    for format in FORMATS {
        is_harmless(&folder.run(&["--no-config", "-v", "--format", format, "certs.d"]));
        is_harmless(&folder.run(&[
            "--no-config",
            "--show-ignored",
            "--format",
            format,
            "certs.d",
        ]));
    }
    for index in 0..EVIL.len() {
        for name in [format!("{index}.io/a"), format!("raw{index}.io/a")] {
            let ended = folder.run(&["resolve", "--config-path", "certs.d", &name]);
            is_harmless(&ended);
            is_harmless(&folder.run(&[
                "resolve",
                "--format",
                "json",
                "--config-path",
                "certs.d",
                &name,
            ]));
        }
    }
}

#[test]
fn settings_and_baselines() {
    for evil in EVIL {
        let folder = Folder::new(&["certs.d/docker.io/hosts.toml"]);
        let basic: String = evil
            .chars()
            .map(|c| format!("\\u{:04x}", u32::from(c)))
            .collect();
        for text in [
            format!("exclude = [\"{basic}\"]\n"),
            format!("\"{basic}\" = 1\n"),
            format!("private = [\"{basic}\"]\nselect = [\"{basic}\"]\n"),
            format!("a = {evil}\n"),
            format!("[severity]\n\"{basic}\" = \"{basic}\"\n"),
        ] {
            folder.write("certsd-lint.toml", &text);
            is_harmless(&folder.run(&["-v", "."]));
            is_harmless(&folder.run(&["--print-settings", "."]));
        }
        let entry = serde_json::json!({"version": 1, "findings": [
            {"path": format!("certs.d/{evil}"), "rule": format!("{evil}"), "fingerprint": evil}
        ]});
        folder.write("baseline.json", &entry.to_string());
        is_harmless(&folder.run(&["--no-config", "--baseline", "baseline.json", "certs.d"]));
        folder.write("baseline.json", evil);
        is_harmless(&folder.run(&["--no-config", "--baseline", "baseline.json", "certs.d"]));
    }
}

/// Paths and arguments, wherever they are repeated beside the findings.
#[test]
fn no_stream_repeats_control_characters() {
    let name = "a\u{1b}[2J\n::error::b\u{202e}\u{9b}c";
    let broken = "[host.\"https://m.internal\"]\ncapabilities = [\"pul\", \"resolve\"]\n";
    let registries = "mirrors:\n  a.io:\n    endpoint: ['https://b.io']\n";
    let folder = Folder::new(&[]);
    folder.write(&format!("{name}/certs.d/docker.io/hosts.toml"), broken);
    folder.write(&format!("{name}.yaml"), registries);
    let tree = &*format!("{name}/certs.d");
    let yaml = &*format!("{name}.yaml");
    let output = &*format!("{name}-out");
    let settings = &*format!("{name}.toml");
    let baseline = &*format!("{name}.json");
    for args in [
        &["--no-config", "--diff", "-v", tree][..],
        &["--no-config", "--write-baseline", baseline, tree],
        &["--no-config", "--fix", "-v", tree],
        &["init", settings],
        &["init", settings],
        &[
            "migrate",
            "--from",
            "k3s",
            "--dry-run",
            "--output",
            output,
            yaml,
        ],
        &["migrate", "--from", "k3s", "--output", output, yaml],
        &["migrate", "--from", "k3s", "--output", output, yaml],
        &[
            "migrate",
            "--from",
            "k3s",
            "--format",
            "json",
            "--dry-run",
            "--output",
            output,
            yaml,
        ],
        &["--no-config", "--output", tree, tree],
        &["--no-config", "--fail-on", name, tree],
        &["--no-config", &*format!("--{name}")],
        &["resolve", name],
        &["node", name],
        &["explain", name],
        &["rules", name],
        &["--config", name, tree],
        &["--no-config", "--baseline", name, tree],
    ] {
        let ended = folder.run(args);
        for text in [&ended.out, &ended.err] {
            let bad = text
                .chars()
                .find(|c| *c != '\n' && *c != '\t' && c.is_control() || matches!(c, '\u{202e}'));
            assert_eq!(bad, None, "{args:?}: {text:?}");
            assert!(
                !text.lines().any(|line| line.starts_with("::error")),
                "{args:?}: {text}"
            );
        }
    }
}
