//! Links, devices, pipes and sockets, and trees that change while they are read.

use std::fs;
use std::os::unix::net::UnixListener;
use std::process::Command;

use certsd_lint::disk::{FindOptions, PathKind, TreeOptions, find};
use certsd_lint::engine;
use certsd_lint::finding::{Run, Settings};

use crate::program::{Folder, SOUND};

fn fifo(folder: &Folder, name: &str) {
    let made = Command::new("mkfifo")
        .arg(folder.path().join(name))
        .status();
    assert!(made.unwrap().success());
}

/// A run that ends before anything is linted asks whether a file is an earlier report. Nothing else is read for that.
#[test]
fn a_pipe_for_a_report_is_not_read() {
    let folder = Folder::new(&["certs.d/docker.io/hosts.toml"]);
    folder.write("certsd-lint.toml", "ignroe = []\n");
    let run = |output: &str| folder.run(&["--format", "json", "--output", output, "certs.d"]);
    let ended = run("/dev/stdout");
    ended.ends(2);
    assert!(ended.out.starts_with('{'), "{}", ended.out);
    fifo(&folder, "pipe");
    run("pipe").fails("it is a pipe without a reader");
}

#[test]
fn a_hosts_file_that_is_no_file() {
    let folder = Folder::new(&[
        "certs.d/a.io/",
        "certs.d/b.io/",
        "certs.d/c.io/hosts.toml/",
        "certs.d/d.io/",
        "certs.d/e.io/",
        "certs.d/f.io/",
    ]);
    fifo(&folder, "certs.d/a.io/hosts.toml");
    let _socket = UnixListener::bind(folder.path().join("certs.d/b.io/hosts.toml")).unwrap();
    folder.link("/dev/zero", "certs.d/d.io/hosts.toml");
    folder.link("/dev/tty", "certs.d/e.io/hosts.toml");
    folder.link("hosts.toml", "certs.d/f.io/hosts.toml");
    let ended = folder.run(&["--no-config", "--format", "concise", "certs.d"]);
    ended.ends(1).says("checked 6 namespaces");
    let no_file = ended
        .out
        .matches("hosts.toml is not a regular file (device, pipe or socket)")
        .count();
    assert_eq!(no_file, 4, "{}", ended.out);
    assert!(ended.out.contains("hosts.toml is a directory"));
    assert!(ended.out.contains("hosts.toml is a link to itself"));
}

#[test]
fn certificates_that_are_no_files() {
    let folder = Folder::new(&["certs.d/docker.io/"]);
    folder.write(
        "certs.d/docker.io/hosts.toml",
        "[host.\"https://m.internal\"]\nca = ['fifo', 'socket', '/dev/zero', '/dev/tty', 'zero', 'endless', 'loop']\n\
         client = [['fifo', '/dev/random'], 'zero']\n",
    );
    fifo(&folder, "certs.d/docker.io/fifo");
    fifo(&folder, "certs.d/docker.io/x.crt");
    let _socket = UnixListener::bind(folder.path().join("certs.d/docker.io/socket")).unwrap();
    folder.link("/dev/zero", "certs.d/docker.io/zero");
    folder.link("/dev/zero", "certs.d/docker.io/y.cert");
    folder.link("/proc/kmsg", "certs.d/docker.io/endless");
    folder.link("loop", "certs.d/docker.io/loop");
    folder
        .run(&["--no-config", "certs.d"])
        .ends(1)
        .says("checked 1 namespace");
    let ended = folder.run(&["resolve", "--config-path", "certs.d", "docker.io/nginx"]);
    assert!(ended.out.contains("every pull fails"), "{}", ended.out);
}

/// Files of /proc say that they have no bytes, and have some.
#[cfg(target_os = "linux")]
#[test]
fn files_that_grow_when_they_are_read() {
    let folder = Folder::new(&["certs.d/docker.io/"]);
    folder.link("/proc/self/environ", "certs.d/docker.io/hosts.toml");
    let mut command = folder.command();
    let ended = command
        .args(["--no-config", "certs.d"])
        .env("PLANTED", "x9y8z7-planted")
        .output()
        .unwrap();
    let text = String::from_utf8_lossy(&ended.stdout).into_owned();
    assert!(text.contains("docker.io/hosts.toml"), "{text}");
    folder.write("certs.d/docker.io/other", "");
    fs::remove_file(folder.path().join("certs.d/docker.io/hosts.toml")).unwrap();
    // More than the limit, although the system says that it is empty.
    folder.link("/proc/self/pagemap", "certs.d/docker.io/hosts.toml");
    folder
        .run(&["--no-config", "certs.d"])
        .says("checked 1 namespace");
}

#[test]
fn links_out_of_the_tree() {
    let folder = Folder::new(&[
        "outside/hosts.toml",
        "certs.d/docker.io/hosts.toml",
        "deep/x/",
    ]);
    folder.link("../outside", "certs.d/quay.io");
    folder.link("../../outside/hosts.toml", "certs.d/docker.io/x.toml");
    folder.link("/", "deep/root");
    folder.link("..", "deep/up");
    folder.link("../certs.d", "deep/certs.d");
    // A namespace may be a link, as containerd follows it; a search follows none out of where it searches.
    folder
        .run(&["--no-config", "certs.d"])
        .says("checked 2 namespaces");
    folder
        .run(&["--no-config", "deep"])
        .fails("nothing to lint in deep");
}

#[test]
fn directories_that_lead_in_circles() {
    let folder = Folder::new(&["certs.d/docker.io/hosts.toml"]);
    folder.link(".", "certs.d/again");
    folder.link("..", "certs.d/docker.io/up");
    folder.link("certs.d", "certs.d/certs.d");
    folder.link("a", "b");
    folder.link("b", "a");
    folder.run(&["--no-config", "."]).says("in 1 config path");
    folder.run(&["--no-config", "a"]).fails("a link to itself");
}

/// Between finding a tree and reading it anything may happen to it.
#[test]
fn a_tree_that_changes_while_it_is_read() {
    let changes: [fn(&Folder); 5] = [
        |folder| fs::remove_dir_all(folder.path().join("certs.d")).unwrap(),
        |folder| fs::remove_dir_all(folder.path().join("certs.d/docker.io")).unwrap(),
        |folder| {
            fs::remove_dir_all(folder.path().join("certs.d/docker.io")).unwrap();
            folder.write("certs.d/docker.io", "a file now");
        },
        |folder| {
            fs::remove_dir_all(folder.path().join("certs.d")).unwrap();
            folder.write("certs.d", "a file now");
        },
        |folder| {
            fs::remove_file(folder.path().join("certs.d/docker.io/hosts.toml")).unwrap();
            folder.link("/dev/zero", "certs.d/docker.io/hosts.toml");
        },
    ];
    for change in changes {
        let folder = Folder::new(&["certs.d/docker.io/hosts.toml", "certs.d/quay.io/hosts.toml"]);
        let options = FindOptions {
            kind: Some(PathKind::ConfigPath),
            tree: TreeOptions::default(),
            ..FindOptions::default()
        };
        let (trees, errors) = find(&[folder.path().join("certs.d")], &options);
        assert!(errors.is_empty());
        change(&folder);
        let settings = Settings::default();
        let report = engine::lint(&trees, &Run { settings, now: 0 });
        let bug = report
            .failures
            .iter()
            .find(|f| matches!(f, certsd_lint::finding::Failure::Bug { .. }));
        assert_eq!(bug, None);
    }
}

#[test]
fn directories_with_many_names() {
    let folder = Folder::new(&["certs.d/docker.io/hosts.toml"]);
    for index in 0..3_000 {
        fs::create_dir(folder.path().join(format!("certs.d/r{index}.io"))).unwrap();
        fs::write(
            folder.path().join(format!("certs.d/docker.io/{index}.crt")),
            "",
        )
        .unwrap();
    }
    folder
        .run(&["--no-config", "certs.d"])
        .says("checked 3001 namespaces");
    folder
        .run(&["--no-config", "."])
        .says("checked 3001 namespaces");
}

/// The index of a repository may be anyone's, and its settings name programs.
#[test]
fn a_hostile_repository() {
    let folder = Folder::new(&["certs.d/docker.io/"]);
    folder.write("certs.d/docker.io/hosts.toml", SOUND);
    folder.write(
        "certs.d/docker.io/client.key",
        "-----BEGIN PRIVATE KEY-----\n-----END PRIVATE KEY-----\n",
    );
    let git = |args: &[&str]| {
        Command::new("git")
            .arg("-C")
            .arg(folder.path())
            .args(args)
            .status()
    };
    if !git(&["init", "--quiet"]).is_ok_and(|status| status.success()) {
        return; // No Git here: then nothing can be asked of it.
    }
    folder.write(
        "program",
        "#!/bin/sh\ntouch \"$(dirname \"$0\")/was-started\"\n",
    );
    let program = folder.path().join("program");
    Command::new("chmod")
        .arg("+x")
        .arg(&program)
        .status()
        .unwrap();
    for key in [
        "core.fsmonitor",
        "core.pager",
        "core.sshCommand",
        "core.editor",
        "diff.external",
    ] {
        git(&["config", key, program.to_str().unwrap()]).unwrap();
    }
    folder
        .run(&["--no-config", "certs.d"])
        .says("checked 1 namespace");
    assert!(!folder.path().join("was-started").exists());
    for index in [
        &b"DIRC\xff\xff\xff\xff\xff\xff\xff\xff"[..],
        b"",
        b"\0\0\0\0",
    ] {
        fs::write(folder.path().join(".git/index"), index).unwrap();
        folder
            .run(&["--no-config", "certs.d"])
            .says("checked 1 namespace");
    }
}
