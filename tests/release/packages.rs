//! What `release/build` makes around a binary: complete, accepted by the tools it is for, and the same bytes each time.

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use crate::path;

const VERSION: &str = env!("CARGO_PKG_VERSION");

/// `None`, and a line that says so, where a program is not installed.
fn installed(program: &str, check: &[&str]) -> Option<()> {
    let output = Command::new(program).args(check).output();
    if output.is_ok_and(|output| output.status.success()) {
        return Some(());
    }
    eprintln!("skipped: {program} is not installed");
    None
}

fn python() -> Option<()> {
    installed(
        "python3",
        &["-c", "import sys; sys.exit(sys.version_info < (3, 11))"],
    )
}

fn run(program: &str, words: &[&str], folder: &Path) -> Output {
    let output = Command::new(program)
        .args(words)
        .current_dir(folder)
        .env("SOURCE_DATE_EPOCH", "1700000000")
        .output()
        .unwrap();
    assert!(output.status.success(), "{program} {words:?}: {output:?}");
    output
}

fn text(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned()
}

/// Runs a few lines of Python beside the scripts.
fn script(lines: &str, folder: &Path) {
    let scripts = path("release");
    let head = format!(
        "import sys; sys.dont_write_bytecode = True; sys.path.insert(0, {:?})\n",
        scripts.display().to_string()
    );
    run("python3", &["-c", &format!("{head}{lines}")], folder);
}

/// A folder in which the archives of two targets are, with a file of text in place of the binary.
fn archives() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    script(
        "from pathlib import Path
from lib import archive, project
made = project.read()
for target in ('x86_64-unknown-linux-musl', 'aarch64-unknown-linux-musl'):
    stem = f'{made.name}-{made.version}-{target}'
    entries = [archive.Entry(made.name, b'binary for ' + target.encode(), executable=True), archive.Entry('README.md', b'read')]
    content = archive.gz(archive.tar(entries, project.epoch(), prefix=f'{stem}/'))
    Path(f'{stem}.tar.gz').write_bytes(content)
",
        folder.path(),
    );
    folder
}

fn assemble(folder: &Path) {
    let build = path("release/build");
    let output = folder.to_str().unwrap();
    let words = [build.to_str().unwrap(), "--assemble", "--output", output];
    run("python3", &words, folder);
}

#[test]
fn two_runs_give_the_same_bytes() {
    let Some(()) = python() else { return };
    let [first, second] = [archives(), archives()];
    for folder in [&first, &second] {
        assemble(folder.path());
    }
    let sums = |folder: &tempfile::TempDir| fs::read(folder.path().join("sha256sums")).unwrap();
    assert_eq!(sums(&first), sums(&second));
    let checked = run(
        "sha256sum",
        &["--check", "--strict", "sha256sums"],
        first.path(),
    );
    let names = fs::read_dir(first.path()).unwrap().count();
    assert_eq!(
        text(&checked).lines().count(),
        names - 1,
        "every file but the sums"
    );
    let listed = text(&run(
        "tar",
        &[
            "-tvzf",
            &format!("certsd-lint-{VERSION}-x86_64-unknown-linux-musl.tar.gz"),
        ],
        first.path(),
    ));
    assert!(listed.contains("-rwxr-xr-x root/root"), "{listed}");
    assert!(
        listed.contains("2023-11-14"),
        "the time is SOURCE_DATE_EPOCH: {listed}"
    );
}

/// Every digest in the layout is that of a blob in it, and the blob has the size that is said.
#[test]
fn the_image_is_a_whole_layout_of_both_architectures() {
    let Some(()) = python() else { return };
    let folder = archives();
    assemble(folder.path());
    let layout = folder.path().join("layout");
    fs::create_dir(&layout).unwrap();
    let image = folder.path().join(format!("certsd-lint-{VERSION}.oci.tar"));
    run("tar", &["-xf", image.to_str().unwrap()], &layout);
    let read = |name: &str| -> serde_json::Value {
        serde_json::from_slice(&fs::read(layout.join(name)).unwrap()).unwrap()
    };
    assert_eq!(read("oci-layout")["imageLayoutVersion"], "1.0.0");
    let mut waiting = vec![read("index.json")];
    let mut blobs = 0;
    let mut platforms = Vec::new();
    while let Some(document) = waiting.pop() {
        let lists = [&document["manifests"], &document["layers"]];
        let listed = lists.iter().filter_map(|list| list.as_array()).flatten();
        let config = Some(&document["config"]).filter(|config| config.get("digest").is_some());
        for descriptor in listed.chain(config) {
            let digest = descriptor["digest"]
                .as_str()
                .unwrap()
                .strip_prefix("sha256:")
                .unwrap();
            let blob = format!("blobs/sha256/{digest}");
            let sum = text(&run("sha256sum", &[&blob], &layout));
            assert!(sum.starts_with(digest), "{sum}");
            let size = fs::metadata(layout.join(&blob)).unwrap().len();
            assert_eq!(descriptor["size"].as_u64(), Some(size));
            blobs += 1;
            let media_type = descriptor["mediaType"].as_str().unwrap();
            if media_type.ends_with("+json") {
                waiting.push(read(&blob));
            }
        }
        if let Some(architecture) = document["architecture"].as_str() {
            platforms.push(architecture.to_owned());
            assert_eq!(document["config"]["Entrypoint"][0], "/certsd-lint");
            assert_eq!(document["config"]["User"], "65532:65532");
        }
    }
    platforms.sort();
    assert_eq!(platforms, ["amd64", "arm64"]);
    assert_eq!(
        blobs,
        1 + 2 + 2 * 2,
        "an index, two manifests, a config and a layer of each"
    );
}

#[test]
fn the_debian_package_has_what_debian_expects() {
    let Some(()) = python() else { return };
    let Some(()) = installed("dpkg-deb", &["--version"]) else {
        return;
    };
    let folder = tempfile::tempdir().unwrap();
    script(
        "from pathlib import Path
from lib import deb, project
made = project.read()
extras = {name: b'text of ' + name.encode() for name in ('man/certsd-lint.1', 'completions/certsd-lint.bash', 'completions/_certsd-lint', 'completions/certsd-lint.fish')}
name, content = deb.build(made, 'aarch64-unknown-linux-musl', b'binary', extras, project.epoch())
Path(name).write_bytes(content)
",
        folder.path(),
    );
    let package = format!("certsd-lint_{VERSION}_arm64.deb");
    let fields = text(&run("dpkg-deb", &["--field", &package], folder.path()));
    assert!(fields.contains("Package: certsd-lint\n"), "{fields}");
    assert!(
        fields.contains(&format!("Version: {VERSION}\n")),
        "{fields}"
    );
    let contents = text(&run("dpkg-deb", &["--contents", &package], folder.path()));
    for name in [
        "./usr/bin/certsd-lint",
        "./usr/share/man/man1/certsd-lint.1.gz",
        "./usr/share/bash-completion/completions/certsd-lint",
        "./usr/share/zsh/vendor-completions/_certsd-lint",
        "./usr/share/fish/vendor_completions.d/certsd-lint.fish",
        "./usr/share/doc/certsd-lint/copyright",
        "./usr/share/doc/certsd-lint/changelog.gz",
    ] {
        assert!(
            contents.contains(&format!(" {name}\n")),
            "{name}: {contents}"
        );
    }
    run("dpkg-deb", &["--extract", &package, "out"], folder.path());
    run(
        "dpkg-deb",
        &["--control", &package, "control"],
        folder.path(),
    );
    let sums = folder.path().join("control/md5sums");
    run(
        "md5sum",
        &["--check", "--strict", sums.to_str().unwrap()],
        &folder.path().join("out"),
    );
}

/// The SBOM lists what is linked, with the checksums of Cargo.lock, and no crate that only tests need.
#[test]
fn the_sbom_lists_what_is_linked() {
    let Some(()) = python() else { return };
    let folder = tempfile::tempdir().unwrap();
    script(
        "from pathlib import Path
from lib import project, sbom
made = project.read()
for name in ('a', 'b'):
    Path(name).write_bytes(sbom.build(made, 'x86_64-unknown-linux-gnu', project.epoch()))
",
        folder.path(),
    );
    let read = |name: &str| fs::read(folder.path().join(name)).unwrap();
    assert!(read("a") == read("b"));
    let sbom: serde_json::Value = serde_json::from_slice(&read("a")).unwrap();
    assert_eq!(sbom["bomFormat"], "CycloneDX");
    assert_eq!(sbom["metadata"]["component"]["version"], VERSION);
    let components = sbom["components"].as_array().unwrap();
    let names: Vec<&str> = components
        .iter()
        .map(|c| c["name"].as_str().unwrap())
        .collect();
    for name in ["toml_edit", "clap", "serde_json"] {
        assert!(names.contains(&name), "{name}");
    }
    for name in ["proptest", "jsonschema", "serde_derive", "syn"] {
        assert!(!names.contains(&name), "{name}");
    }
    for component in components {
        let sum = component["hashes"][0]["content"].as_str().unwrap();
        assert_eq!(sum.len(), 64, "{component}");
        assert!(
            component["licenses"][0]["expression"].is_string(),
            "{component}"
        );
    }
}
