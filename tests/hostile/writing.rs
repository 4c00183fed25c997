//! Output that cannot be written, or that nobody reads.

use std::fs;
use std::io::Read;
use std::process::Stdio;

use crate::FORMATS;
use crate::program::{Ended, Folder};

/// A tree with more findings than a pipe takes.
fn noisy() -> Folder {
    let folder = Folder::new(&[]);
    let keys: String = (0..2_000).map(|i| format!("k{i} = 1\n")).collect();
    folder.write(
        "certs.d/docker.io/hosts.toml",
        &format!("[host.\"https://m.internal\"]\n{keys}"),
    );
    folder
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk() {
    let folder = noisy();
    for format in FORMATS {
        let full = fs::OpenOptions::new()
            .write(true)
            .open("/dev/full")
            .unwrap();
        let mut command = folder.command();
        let command = command.args(["--no-config", "--format", format, "certs.d"]);
        let ended = Ended::of(command.stdout(Stdio::from(full)).output().unwrap());
        ended.fails("cannot write the output");
    }
    for args in [
        &["--help"][..],
        &["--version"],
        &["-h"],
        &["resolve", "--help"],
        &["man"],
    ] {
        let full = fs::OpenOptions::new().write(true).open("/dev/full");
        let mut command = folder.command();
        let command = command.args(args).stdout(Stdio::from(full.unwrap()));
        Ended::of(command.output().unwrap()).fails("cannot write the output");
    }
    folder
        .run(&["--no-config", "--output", "/dev/full", "certs.d"])
        .fails("cannot write /dev/full");
    folder
        .run(&["--no-config", "--write-baseline", "/dev/full", "certs.d"])
        .fails("/dev/full");
}

#[test]
fn a_reader_that_leaves() {
    let folder = noisy();
    for format in FORMATS {
        let mut command = folder.command();
        command.args(["--no-config", "--format", format, "certs.d"]);
        let mut child = command
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut beginning = [0; 20];
        let mut out = child.stdout.take().unwrap();
        out.read_exact(&mut beginning).unwrap();
        drop(out);
        let ended = Ended::of(child.wait_with_output().unwrap());
        assert!(!ended.err.contains("error"), "{format}: {ended:?}");
    }
}

#[test]
fn places_that_cannot_be_written() {
    let folder = Folder::new(&["certs.d/docker.io/hosts.toml", "directory/"]);
    for output in [
        "directory",
        "no/such/file",
        "certs.d/docker.io/hosts.toml/x",
    ] {
        let ended = folder.run(&["--no-config", "--output", output, "certs.d"]);
        ended.fails(&format!("cannot write {output}"));
    }
    let left: Vec<_> = fs::read_dir(folder.path())
        .unwrap()
        .flatten()
        .map(|e| e.file_name())
        .collect();
    assert_eq!(left.len(), 2, "{left:?}");
}

/// What names of `folder` there are, hidden ones too.
fn names(folder: &Folder, name: &str) -> Vec<String> {
    let entries = fs::read_dir(folder.path().join(name)).unwrap().flatten();
    let names = entries.map(|entry| entry.file_name().to_string_lossy().into_owned());
    let mut names: Vec<String> = names.collect();
    names.sort();
    names
}

const BROKEN: &str = "[host.\"https://m.internal\"]\ncapabilities = [\"pul\", \"resolve\"]\n";

#[test]
fn outputs_are_no_inputs() {
    let folder = Folder::new(&["certs.d/quay.io/hosts.toml", "certs.d/docker.io/ca.pem"]);
    folder.write("certs.d/docker.io/hosts.toml", BROKEN);
    folder.write("certsd-lint.toml", "");
    folder.write("baseline.json", "{\"version\": 1, \"known\": []}");
    folder.link("certs.d/docker.io/hosts.toml", "report");
    fs::hard_link(
        folder.path().join("certs.d/quay.io/hosts.toml"),
        folder.path().join("twin"),
    )
    .unwrap();
    let before = fs::read(folder.path().join("certsd-lint.toml")).unwrap();
    for output in [
        "certs.d/docker.io/hosts.toml",
        "./certs.d/../certs.d/docker.io/hosts.toml",
        "certs.d/docker.io/ca.pem",
        "report",
        "twin",
        "certsd-lint.toml",
    ] {
        for flag in ["--output", "--write-baseline"] {
            folder.run(&[flag, output, "certs.d"]).ends(2);
        }
    }
    folder
        .run(&[
            "--baseline",
            "baseline.json",
            "--output",
            "./baseline.json",
            "certs.d",
        ])
        .fails("cannot write ./baseline.json: it is an input of this run");
    let kept = fs::read_to_string(folder.path().join("certs.d/docker.io/hosts.toml")).unwrap();
    assert_eq!(kept, BROKEN);
    assert_eq!(
        fs::read(folder.path().join("certsd-lint.toml")).unwrap(),
        before
    );
    // One file by two names.
    for (one, other) in [("x", "./x"), ("certs.d/../x", "x"), ("x", "link")] {
        folder.write("x", "");
        let _ = fs::remove_file(folder.path().join("link"));
        folder.link("x", "link");
        let formats = ["--format", "json", "--format", "sarif"];
        let args = [&formats[..], &["-o", one, "-o", other, "certs.d"]].concat();
        folder.run(&args).fails("two formats go to");
    }
}

#[test]
fn what_an_output_has_stays() {
    use std::os::unix::fs::{MetadataExt, PermissionsExt};
    let folder = Folder::new(&["certs.d/docker.io/hosts.toml"]);
    for (flag, name) in [("--output", "report"), ("--write-baseline", "known.json")] {
        let run = || folder.run(&["--no-config", flag, name, "certs.d"]);
        run().ends(0);
        let path = folder.path().join(name);
        let set = |mode| fs::set_permissions(&path, fs::Permissions::from_mode(mode)).unwrap();
        set(0o640);
        if fs::metadata(&path).unwrap().uid() == 0 {
            std::os::unix::fs::chown(&path, Some(65_534), Some(65_534)).unwrap();
        }
        let owner = fs::metadata(&path).unwrap().uid();
        run().ends(0);
        let metadata = fs::metadata(&path).unwrap();
        assert_eq!((metadata.mode() & 0o7777, metadata.uid()), (0o640, owner));
        set(0o444);
        run().fails("it is read-only");
        set(0o644);
        fs::hard_link(&path, folder.path().join("twin")).unwrap();
        run().fails("it has 2 hard links");
        fs::remove_file(folder.path().join("twin")).unwrap();
    }
    assert_eq!(names(&folder, "."), ["certs.d", "known.json", "report"]);
}

/// A file system of a few pages, where this user may have one.
#[cfg(target_os = "linux")]
#[test]
fn nothing_is_left_on_a_full_disk() {
    let folder = noisy();
    folder.write("disk/x", "");
    folder.write(
        "registries.yaml",
        "mirrors:\n  a.io:\n    endpoint: ['https://b.io']\n",
    );
    let script = "mount -t tmpfs -o size=16k none disk && mkdir -p disk/certs.d/docker.io && cp hosts.toml disk/certs.d/docker.io/ \
         && head -c 100000 /dev/zero > disk/filler 2>/dev/null; \
         for args in '--output disk/report --format json certs.d' '--write-baseline disk/baseline certs.d' 'init disk/settings.toml' \
            '--fix disk/certs.d' 'migrate --from k3s --output disk/out registries.yaml'; do \
            \"$PROGRAM\" $args >/dev/null 2>>errors; echo \"$? $args\" >> codes; done; \
         find disk -type f > left; cp disk/certs.d/docker.io/hosts.toml after";
    folder.write("hosts.toml", BROKEN);
    let program = crate::program::certsd_lint();
    let ended = std::process::Command::new("unshare")
        .args(["--mount", "--map-root-user", "sh", "-c", script])
        .env("PROGRAM", program.get_program())
        .current_dir(folder.path())
        .output();
    let read = |name: &str| fs::read_to_string(folder.path().join(name)).unwrap_or_default();
    if read("codes").is_empty() || !read("left").contains("filler") {
        eprintln!("skipped: no file system can be mounted here: {ended:?}");
        return;
    }
    for line in read("codes").lines() {
        assert!(line.starts_with("2 "), "{line}: {}", read("errors"));
    }
    let mut left: Vec<String> = read("left").lines().map(str::to_owned).collect();
    left.sort();
    assert_eq!(left, ["disk/certs.d/docker.io/hosts.toml", "disk/filler"]);
    assert_eq!(read("after"), BROKEN);
}

/// A run that was killed leaves at most directories that only its user may enter, and that no pattern for configuration matches. The
/// next run removes them, and says so.
#[test]
fn strays_are_removed() {
    let folder = Folder::new(&["certs.d/quay.io/hosts.toml"]);
    folder.write("certs.d/docker.io/hosts.toml", BROKEN);
    folder.write("certs.d/docker.io/.certsd-lint-1-0/new", "half");
    let ended = folder.run(&["--no-config", "--fix", "certs.d"]);
    ended
        .ends(0)
        .says("removed certs.d/docker.io/.certsd-lint-1-0");
    assert_eq!(names(&folder, "certs.d/docker.io"), ["hosts.toml"]);
}
