//! What this program lacks is not containerd's fault: open files, threads, permission, standard input.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::process::{Command, Stdio};

use crate::program::{Ended, Folder, certsd_lint};

/// Runs the program below limits that the shell sets.
fn limited(folder: &Folder, limits: &str, args: &str) -> Ended {
    let program = certsd_lint();
    let program = program.get_program().to_str().unwrap().to_owned();
    let mut shell = Command::new("sh");
    shell.current_dir(folder.path()).stdin(Stdio::null());
    shell.args(["-c", &format!("{limits} exec '{program}' {args}")]);
    Ended::of(shell.output().unwrap())
}

#[test]
fn too_many_open_files() {
    let folder = Folder::new(&["certs.d/docker.io/hosts.toml", "certs.d/docker.io/ca.crt"]);
    for index in 0..300 {
        folder.write(
            &format!("certs.d/r{index}.io/hosts.toml"),
            crate::program::SOUND,
        );
    }
    for count in 3..12 {
        let limits = format!("ulimit -n {count};");
        for args in [
            "--no-config certs.d",
            "--no-config .",
            "resolve --config-path certs.d docker.io/nginx",
        ] {
            let ended = limited(&folder, &limits, args);
            for text in [&ended.out, &ended.err] {
                assert!(
                    !text.contains("pull from docker.io fails"),
                    "{count} {args}: {text}"
                );
                assert!(!text.contains("every pull fails"), "{count} {args}: {text}");
                assert!(
                    !text.contains("[unreadable-file]: error"),
                    "{count}: {text}"
                );
            }
            if ended.code == Some(0) {
                // It was enough, and everything was looked at.
                assert!(!args.starts_with("--no-config") || ended.err.contains("checked 301"));
            }
        }
    }
}

#[test]
fn no_threads() {
    let folder = Folder::new(&[]);
    for index in 0..600 {
        folder.write(
            &format!("certs.d/r{index}.io/hosts.toml"),
            "[host.'https://a']\ncapabilities = ['pul']\n",
        );
    }
    // No stack of a thread fits into what is left of the address space.
    let limits = "ulimit -v 400000; export RUST_MIN_STACK=1000000000;";
    let ended = limited(&folder, limits, "--no-config --format json certs.d");
    ended.ends(1).says("checked 600 namespaces");
    let ended = limited(&folder, limits, "--no-config --format json --fix certs.d");
    assert!(
        ended.err.contains("Fixed 600 findings in 600 files"),
        "{}",
        ended.err
    );
}

#[test]
fn a_file_that_only_root_may_read() {
    let folder = Folder::new(&[
        "certs.d/docker.io/hosts.toml",
        "certs.d/quay.io/hosts.toml",
        "certs.d/ghcr.io/hosts.toml",
    ]);
    let mode = |name: &str, mode| {
        fs::set_permissions(folder.path().join(name), fs::Permissions::from_mode(mode)).unwrap();
    };
    mode("certs.d/docker.io/hosts.toml", 0o000);
    mode("certs.d/quay.io", 0o000);
    if let Some(run) = folder.unprivileged() {
        let ended = run(&["--no-config", "certs.d"]);
        assert!(
            !ended.out.contains("pulls fail") && !ended.out.contains("every pull"),
            "{}",
            ended.out
        );
        assert!(ended.out.contains("docker.io/hosts.toml"), "{}", ended.out);
        assert!(ended.out.contains("quay.io"), "{}", ended.out);
        assert!(
            ended.out.contains("containerd reads it as root"),
            "{}",
            ended.out
        );
        let ended = run(&["resolve", "--config-path", "certs.d", "docker.io/nginx"]);
        assert!(!ended.out.contains("every pull fails"), "{}", ended.out);
        let ended = run(&["resolve", "--config-path", "certs.d", "quay.io/nginx"]);
        assert!(!ended.out.contains("every pull fails"), "{}", ended.out);
    }
    mode("certs.d/quay.io", 0o755);
}

#[test]
fn standard_input_that_cannot_be_read() {
    let folder = Folder::new(&["certs.d/docker.io/hosts.toml"]);
    for args in [
        "--no-config --stdin-filename certs.d/docker.io/hosts.toml -",
        "--no-config --fix --stdin-filename certs.d/docker.io/hosts.toml -",
        "migrate --from k3s --dry-run -",
    ] {
        for redirection in ["<&-", "0>x"] {
            let ended = limited(&folder, "", &format!("{args} {redirection}"));
            ended.fails("cannot read standard input");
            assert_eq!(ended.out, "");
        }
        assert!(!limited(&folder, "", args).err.contains("cannot read"));
    }
}
