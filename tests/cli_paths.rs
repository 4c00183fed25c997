//! The program as a whole: what it answers to the paths that it is given, and to what lies there.

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

mod program;

use program::{Ended, Folder, SOUND};

#[test]
fn a_path_that_is_not_there() {
    let folder = Folder::new(&[]);
    let ended = folder.run(&["nowhere"]);
    ended.fails("error: cannot read nowhere: it does not exist");
    // What is there is linted all the same, and the run has failed nevertheless.
    folder.write("certs.d/docker.io/hosts.toml", SOUND);
    let ended = folder.run(&["nowhere", "certs.d"]);
    ended.fails("cannot read nowhere");
    ended.says("checked 1 namespace");
}

#[test]
fn a_failed_run_is_one_in_every_format() {
    let folder = Folder::new(&["certs.d/docker.io/hosts.toml", "empty/"]);
    for paths in [&["nowhere", "certs.d"][..], &["empty"]] {
        let run = |format: &str| {
            let ended = folder.run(&[&["--format", format], paths].concat());
            ended.ends(2);
            ended.out
        };
        let parsed =
            |format: &str| serde_json::from_str::<serde_json::Value>(&run(format)).unwrap();
        let sarif = parsed("sarif");
        let invocation = &sarif["runs"][0]["invocations"][0];
        assert_eq!(invocation["executionSuccessful"], false);
        let notifications = &invocation["toolExecutionNotifications"];
        let text = notifications[0]["message"]["text"].as_str().unwrap();
        assert!(text.contains(paths[0]), "{text}");
        let json = parsed("json");
        assert!(json["failures"][0].as_str().unwrap().contains(paths[0]));
        let junit = run("junit");
        assert!(
            junit.contains("errors=\"1\"") && junit.contains("<error "),
            "{junit}"
        );
        assert!(run("github").contains("::error title=certsd-lint::"));
    }
}

#[test]
fn nothing_named_and_nothing_at_the_default_place() {
    if Path::new("/etc/containerd/certs.d").exists() {
        eprintln!("skipped: this machine has /etc/containerd/certs.d");
        return;
    }
    let ended = Folder::new(&[]).run(&[]);
    ended.fails("cannot read /etc/containerd/certs.d: it does not exist; name the config path");
}

#[test]
fn an_empty_folder() {
    let folder = Folder::new(&["empty/", "other/README.md"]);
    folder.run(&["empty"]).fails("nothing to lint in empty");
    folder.run(&["other"]).fails("nothing to lint in other");
    folder.run(&["--allow-empty", "empty", "other"]).ends(0);
    // Among others that hold something, it is a warning.
    folder.write("certs.d/docker.io/hosts.toml", SOUND);
    let ended = folder.run(&["empty", "certs.d"]);
    ended.ends(0).says("warning: nothing to lint in empty");
    folder.run(&["-q", "empty", "certs.d"]).ends(0).is_silent();
}

#[test]
fn files_of_200_megabytes() {
    let folder = Folder::new(&["certs.d/docker.io/hosts.toml", "big"]);
    let size = 200 * 1024 * 1024;
    for name in ["certs.d/docker.io/hosts.toml", "big"] {
        let file = fs::File::create(folder.path().join(name)).unwrap();
        file.set_len(size).unwrap();
    }
    let began = Instant::now();
    folder.run(&["certs.d"]).says("checked 1 namespace");
    folder
        .run(&["big"])
        .fails("big is not inside a certs.d tree");
    let ended = folder.run(&["--config", "big", "certs.d"]);
    ended.fails("cannot read the settings in big: it is larger than 1 MiB");
    let text = fs::File::open(folder.path().join("big")).unwrap();
    let ended = folder.run_with(
        &["--stdin-filename", "a/hosts.toml", "-"],
        Stdio::from(text),
    );
    ended.fails("the text on standard input is larger than 4 MiB");
    let text = fs::File::open(folder.path().join("big")).unwrap();
    let args = ["migrate", "-", "--output", "out"];
    let ended = folder.run_with(&args, Stdio::from(text));
    ended.fails("the text on standard input is larger than 4 MiB");
    assert!(
        began.elapsed() < Duration::from_secs(20),
        "nothing reads all that"
    );
}

#[cfg(unix)]
#[test]
fn a_fifo_is_never_waited_for() {
    let folder = Folder::new(&["certs.d/docker.io/", "certs.d/quay.io/hosts.toml"]);
    for name in ["certs.d/docker.io/hosts.toml", "fifo", "certsd-lint.toml"] {
        let made = Command::new("mkfifo")
            .arg(folder.path().join(name))
            .status();
        assert!(made.unwrap().success());
    }
    folder
        .run(&["--no-config", "certs.d"])
        .says("checked 2 namespaces");
    let ended = folder.run(&["--no-config", "certs.d/docker.io/hosts.toml"]);
    ended.says("checked 1 namespace");
    folder
        .run(&["--no-config", "fifo"])
        .fails("fifo is not inside a certs.d tree");
    let ended = folder.run(&["certs.d"]);
    ended.fails("cannot read the settings in certsd-lint.toml: it is not a regular file");
}

#[cfg(unix)]
#[test]
fn a_directory_without_permission() {
    use std::os::unix::fs::PermissionsExt;
    let folder = Folder::new(&["certs.d/docker.io/hosts.toml", "locked/x"]);
    let mode = |mode| {
        fs::set_permissions(
            folder.path().join("locked"),
            fs::Permissions::from_mode(mode),
        )
    };
    mode(0o000).unwrap();
    if let Some(run) = folder.unprivileged() {
        run(&["locked"]).fails("cannot read locked: permission denied");
        // A search that could not look everywhere has not done its work.
        let ended = run(&["."]);
        ended.fails("cannot read ./locked: permission denied");
        ended.says("checked 1 namespace");
        run(&["--exclude", "locked", "."]).ends(0);
    }
    mode(0o755).unwrap();
}

#[cfg(unix)]
#[test]
fn links_that_lead_in_circles_or_nowhere() {
    let folder = Folder::new(&["certs.d/docker.io/hosts.toml"]);
    folder.link("loop", "loop");
    folder.link("nowhere", "dangling");
    folder.link("..", "certs.d/docker.io/up");
    folder.link("../certs.d", "certs.d/quay.io");
    folder
        .run(&["loop"])
        .fails("cannot read loop: it is a link to itself");
    folder
        .run(&["dangling"])
        .fails("cannot read dangling: it does not exist");
    folder.run(&["."]).says("in 1 config path");
}

#[cfg(target_os = "linux")]
#[test]
fn a_name_that_is_not_utf8() {
    use std::ffi::OsStr;
    use std::os::unix::ffi::OsStrExt;
    let folder = Folder::new(&["certs.d/docker.io/hosts.toml"]);
    let odd = OsStr::from_bytes(b"\xffreg.io");
    let namespace = folder.path().join("certs.d").join(odd);
    fs::create_dir_all(&namespace).unwrap();
    fs::write(namespace.join("hosts.toml"), "").unwrap();
    folder.run(&["certs.d"]).says("checked 2 namespaces");
    let mut command = folder.command();
    let ended = Ended::of(command.arg(namespace.join("hosts.toml")).output().unwrap());
    ended.says("checked 1 namespace");
    let mut command = folder.command();
    let ended = Ended::of(
        command
            .arg(OsStr::from_bytes(b"\xff/nowhere"))
            .output()
            .unwrap(),
    );
    ended.fails("cannot read \u{fffd}/nowhere: it does not exist");
    let mut command = folder.command();
    let ended = Ended::of(command.arg("explain").arg(odd).output().unwrap());
    ended.fails("invalid value");
}

#[test]
fn excluded_paths() {
    let folder = Folder::new(&[
        "vendor/certs.d/docker.io/hosts.toml",
        "certs.d/quay.io/hosts.toml",
        "certs.d/old.io/hosts.toml",
    ]);
    folder.write("certsd-lint.toml", "exclude = [\"vendor\", \"old.io\"]\n");
    folder
        .run(&["."])
        .ends(0)
        .says("checked 1 namespace in 1 config path");
    // Named on the command line, they are linted all the same, unless a hook says otherwise.
    folder.run(&["vendor"]).ends(0).says("checked 1 namespace");
    let old = "certs.d/old.io/hosts.toml";
    folder.run(&[old]).ends(0).says("checked 1 namespace");
    folder
        .run(&["--force-exclude", old, "vendor"])
        .ends(0)
        .is_silent();
    folder
        .run(&["--force-exclude", old, "certs.d/quay.io"])
        .ends(0)
        .says("checked 1 namespace");
    let absolute = folder.path().join("certs.d");
    let ended = folder.run(&["--config", "certsd-lint.toml", absolute.to_str().unwrap()]);
    ended.ends(0).says("checked 1 namespace");
    folder
        .run(&["--exclude", "certs.d", "."])
        .fails("excluded paths were skipped");
    folder
        .run(&["--no-config", "--exclude", "*.io", "certs.d"])
        .fails("nothing to lint: every namespace is excluded");
    let inside = folder.path().join("vendor");
    let ended = folder.command().current_dir(inside).arg(".").output();
    Ended::of(ended.unwrap())
        .ends(0)
        .says("checked 1 namespace");
    folder.write("certsd-lint.toml", "exclude = [\"nothing/**\"]\n");
    folder
        .run(&["."])
        .ends(0)
        .says("`nothing/**` matches nothing")
        .says("certsd-lint.toml:1:12");
    let ended = folder.run(&["certs.d"]);
    assert!(
        !ended.err.contains("matches nothing"),
        "only part of it was looked at"
    );
}

#[test]
fn a_config_toml_of_another_program_is_not_taken_for_containerds() {
    let folder = Folder::new(&[]);
    folder.write(".cargo/config.toml", "[build]\njobs = 2\n");
    folder
        .run(&[".cargo/config.toml"])
        .fails("--containerd-config");
    // Whoever says that it is one, is believed.
    let args = [
        "--fail-on",
        "note",
        "--containerd-config",
        ".cargo/config.toml",
    ];
    folder.run(&args).ends(1);
    for text in ["", "# nothing\n", "Version = 2\n", "x = \n"] {
        folder.write("config.toml", text);
        folder.run(&["--fail-on", "note", "config.toml"]).ends(1);
    }
}

#[cfg(unix)]
#[test]
fn what_only_root_may_read_is_no_fault_of_config_toml() {
    use std::os::unix::fs::PermissionsExt;
    let folder = Folder::new(&["conf.d/a.toml", "b.toml"]);
    let Some(run) = folder.unprivileged() else {
        return;
    };
    let close = |name: &str| {
        let closed = fs::Permissions::from_mode(0o000);
        fs::set_permissions(folder.path().join(name), closed).unwrap();
    };
    close("conf.d");
    close("b.toml");
    for import in ["conf.d/*.toml", "conf.d/a.toml", "b.toml"] {
        let text = format!("version = 2\nimports = [\"{import}\"]\n");
        folder.write("config.toml", &text);
        let ended = run(&["node", "config.toml", "--format", "json"]);
        ended.ends(0);
        assert!(!ended.out.contains("\"fails\""), "{}", ended.out);
        assert!(ended.out.contains("\"line\": 2"), "{}", ended.out);
        // It may set what is missing.
        run(&["--no-config", "config.toml"]).ends(0);
    }
    let open = fs::Permissions::from_mode(0o755);
    fs::set_permissions(folder.path().join("conf.d"), open).unwrap();
}

#[test]
fn a_dump_of_the_configuration_is_known_by_what_it_imports() {
    let folder = Folder::new(&[]);
    folder.write(
        "root/dump.toml",
        "imports = [\"/etc/containerd/config.toml\"]\nversion = 3\n",
    );
    let args = ["--no-config", "--sysroot", ".", "--containerd-config"];
    let ended = folder.run(&[&args[..], &["root/dump.toml"]].concat());
    ended.ends(1);
    assert!(
        ended.out.contains("containerd config dump"),
        "{}",
        ended.out
    );
}

/// A node's files in a folder: its config.toml, and a tree with a mistake.
fn node(config_path: &str) -> Folder {
    let folder = Folder::new(&["node/etc/containerd/certs.d/docker.io/host.toml"]);
    let section = "[plugins.\"io.containerd.grpc.v1.cri\".registry]";
    folder.write(
        "node/etc/containerd/config.toml",
        &format!("version = 2\n{section}\n  config_path = \"{config_path}\"\n"),
    );
    folder
}

#[test]
fn a_sysroot_is_the_node_in_every_command() {
    let folder = node("/etc/containerd/certs.d");
    let sysroot = ["--no-config", "--sysroot", "node"];
    // Without a path that node is linted, and never this machine.
    let ended = folder.run(&sysroot);
    ended.ends(1).says("checked 1 config.toml and 1 namespace");
    assert!(ended.out.contains("misnamed-hosts-file"), "{}", ended.out);
    // Absolute paths are that node's.
    for path in ["/etc/containerd/config.toml", "/etc/containerd/certs.d"] {
        let ended = folder.run(&[&sysroot[..], &[path]].concat());
        ended.ends(1).says("checked 1 ");
    }
    let config = ["--containerd-config", "/etc/containerd/config.toml"];
    let ended = folder.run(&[&sysroot[..], &config].concat());
    ended.ends(1).says("checked 1 config.toml and 1 namespace");
    for command in [
        &["node", "--sysroot", "node", "/etc/containerd/config.toml"][..],
        &["resolve", "--sysroot", "node", "nginx"],
        &[
            "resolve",
            "--sysroot",
            "node",
            "--config-path",
            "/etc/containerd/certs.d",
            "nginx",
        ],
    ] {
        let ended = folder.run(command);
        ended.ends(0);
        assert!(ended.out.contains("node/etc/containerd"), "{}", ended.out);
    }
    let empty = Folder::new(&["node/etc/hosts"]);
    let ended = empty.run(&["--no-config", "--sysroot", "node", "--fix"]);
    ended.fails("node/etc/containerd/certs.d: it does not exist");
}

#[test]
fn a_config_path_that_does_not_exist_is_an_error_everywhere() {
    let folder = node("/etc/containerd/cert.d");
    let ended = folder.run(&["--no-config", "--sysroot", "node"]);
    ended.ends(1);
    for want in [
        "config-path-elsewhere",
        "does not exist",
        "/etc/containerd/certs.d",
    ] {
        assert!(ended.out.contains(want), "{}", ended.out);
    }
    let ended = folder.run(&["node", "--sysroot", "node"]);
    ended.ends(0);
    assert!(
        ended.out.contains("\u{2717} /etc/containerd/cert.d"),
        "{}",
        ended.out
    );
    let ended = folder.run(&["resolve", "--sysroot", "node", "nginx"]);
    ended.ends(0);
    assert!(ended.out.contains("cert.d does not exist"), "{}", ended.out);
}

#[test]
fn releases_are_taken_as_nodes_print_them_and_newer_ones_with_a_warning() {
    let folder = Folder::new(&["certs.d/docker.io/hosts.toml"]);
    for release in ["1.7.11-k3s2", "containerd://1.7.27+azure", "v2.1.5"] {
        let ended = folder.run(&["--no-config", "--containerd", release, "certs.d"]);
        ended.ends(0);
        assert!(!ended.err.contains("warning"), "{}", ended.err);
    }
    for command in [
        &["--no-config", "--containerd", "2.9", "certs.d"][..],
        &[
            "resolve",
            "--containerd",
            "2.9",
            "--config-path",
            "certs.d",
            "nginx",
        ],
    ] {
        let ended = folder.run(command);
        ended.ends(0).says("containerd 2.9.0 is newer");
    }
}
