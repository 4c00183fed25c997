//! The action: where it gets the program from, and what it hands to whom.

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use saphyr::Yaml;

use crate::{path, text, yaml};

const VERSION: &str = env!("CARGO_PKG_VERSION");
const ARCHIVE: &str = concat!(
    "certsd-lint-",
    env!("CARGO_PKG_VERSION"),
    "-x86_64-unknown-linux-musl.tar.gz"
);

/// A directory that plays the release, one that plays the runner, and one with a `gh` that answers as it is told.
struct Stage(tempfile::TempDir);

impl Stage {
    fn new() -> Stage {
        let stage = Stage(tempfile::tempdir().unwrap());
        for name in ["release", "bin", "workspace", "temp"] {
            fs::create_dir(stage.path(name)).unwrap();
        }
        let folder = format!("certsd-lint-{VERSION}-x86_64-unknown-linux-musl");
        stage.write(
            &format!("made/{folder}/certsd-lint"),
            "#!/bin/sh\necho it runs\n",
        );
        stage.executable(&format!("made/{folder}/certsd-lint"));
        let archive = stage.path("release").join(ARCHIVE);
        let tar = Command::new("tar")
            .arg("-czf")
            .arg(&archive)
            .arg("-C")
            .arg(stage.path("made"))
            .arg(folder)
            .status();
        assert!(tar.unwrap().success());
        stage.gh("echo \"$*\" > \"$(dirname \"$0\")/../gh-was-asked\"; test \"$GH_TOKEN\" = token");
        stage.sums(&stage.sum());
        stage
    }

    fn path(&self, name: &str) -> std::path::PathBuf {
        self.0.path().join(name)
    }

    fn write(&self, name: &str, text: &str) {
        fs::create_dir_all(self.path(name).parent().unwrap()).unwrap();
        fs::write(self.path(name), text).unwrap();
    }

    fn executable(&self, name: &str) {
        let status = Command::new("chmod")
            .arg("+x")
            .arg(self.path(name))
            .status();
        assert!(status.unwrap().success());
    }

    fn gh(&self, script: &str) {
        self.write("bin/gh", &format!("#!/bin/sh\n{script}\n"));
        self.executable("bin/gh");
    }

    fn sum(&self) -> String {
        let output = Command::new("sha256sum")
            .arg(self.path("release").join(ARCHIVE))
            .output()
            .unwrap();
        String::from_utf8(output.stdout).unwrap()[..64].to_owned()
    }

    fn sums(&self, sum: &str) {
        let others = format!(
            "{}  {ARCHIVE}.sig\n{}  other-{ARCHIVE}\n",
            "1".repeat(64),
            "2".repeat(64)
        );
        self.write("release/sha256sums", &format!("{others}{sum}  {ARCHIVE}\n"));
    }

    /// The step of action.yml that installs, in a workspace that belongs to a stranger.
    fn install(&self, variables: &[(&str, &str)]) -> Output {
        let inherited = std::env::var("PATH").unwrap();
        let path_with_gh = format!("{}:{inherited}", self.path("bin").display());
        Command::new("bash")
            .args(["--noprofile", "--norc", "-eo", "pipefail"])
            .arg(path("release/install-action"))
            .current_dir(self.path("workspace"))
            .env("PATH", path_with_gh)
            .env("TMPDIR", self.path("temp"))
            .env("DESTINATION", self.path("temp/certsd-lint/bin"))
            .env(
                "RELEASE_URL",
                format!("file://{}", self.path("release").display()),
            )
            .env("REPOSITORY", "OWNER/certsd-lint")
            .env("GH_TOKEN", "token")
            .env("VERSION", VERSION)
            .env("SYSTEM", "Linux")
            .env("MACHINE", "X64")
            .envs(variables.iter().copied())
            .output()
            .unwrap()
    }

    #[track_caller]
    fn refuses(&self, output: &Output, reason: &str) {
        let out = String::from_utf8_lossy(&output.stdout);
        assert_eq!(output.status.code(), Some(2), "{out}");
        assert!(out.starts_with("::error title=certsd-lint::"), "{out}");
        assert!(out.contains(reason), "{out}");
        assert!(!self.path("temp/certsd-lint/bin/certsd-lint").exists());
        self.leaves_nothing_behind();
    }

    #[track_caller]
    fn leaves_nothing_behind(&self) {
        let names = |name| {
            let entries = fs::read_dir(self.path(name)).unwrap();
            entries.map(|e| e.unwrap().file_name()).collect::<Vec<_>>()
        };
        assert!(names("workspace").is_empty());
        assert!(names("temp").iter().all(|name| name == "certsd-lint"));
    }
}

#[test]
fn a_release_that_is_what_it_says_is_installed() {
    let stage = Stage::new();
    let output = stage.install(&[]);
    assert!(output.status.success(), "{output:?}");
    let program = Command::new(stage.path("temp/certsd-lint/bin/certsd-lint")).output();
    assert_eq!(program.unwrap().stdout, b"it runs\n");
    let asked = fs::read_to_string(stage.path("gh-was-asked")).unwrap();
    assert!(
        asked.starts_with(&format!(
            "attestation verify {ARCHIVE} --repo OWNER/certsd-lint"
        )),
        "{asked}"
    );
    assert!(
        asked.contains(&format!("--source-ref refs/tags/v{VERSION}")),
        "{asked}"
    );
    stage.leaves_nothing_behind();
}

#[test]
fn a_wrong_checksum_is_refused() {
    let stage = Stage::new();
    stage.sums(&"0".repeat(64));
    let output = stage.install(&[]);
    stage.refuses(&output, "the checksum of certsd-lint-");
    assert!(!stage.path("gh-was-asked").exists());
}

#[test]
fn a_missing_checksum_is_refused() {
    let stage = Stage::new();
    stage.write(
        "release/sha256sums",
        &format!("{}  other-{ARCHIVE}\n", stage.sum()),
    );
    stage.refuses(&stage.install(&[]), "sha256sums does not list certsd-lint-");
    fs::remove_file(stage.path("release/sha256sums")).unwrap();
    stage.refuses(&stage.install(&[]), "cannot download file://");
}

#[test]
fn a_missing_archive_is_refused() {
    let stage = Stage::new();
    fs::remove_file(stage.path("release").join(ARCHIVE)).unwrap();
    stage.refuses(&stage.install(&[]), "cannot download file://");
}

#[test]
fn an_archive_without_an_attestation_is_refused() {
    let stage = Stage::new();
    stage.gh("exit 1");
    stage.refuses(
        &stage.install(&[]),
        "has no valid attestation from OWNER/certsd-lint",
    );
    let output = stage.install(&[("ATTESTATION", "false")]);
    assert!(output.status.success(), "{output:?}");
}

#[test]
fn a_version_that_is_none_is_refused() {
    for version in [
        "",
        "latest",
        "v0.1.0",
        "0.1",
        "0.1.0/../../x",
        "0.1.0\n",
        "-1.0.0",
    ] {
        let stage = Stage::new();
        stage.refuses(
            &stage.install(&[("VERSION", version)]),
            "version is not a release number",
        );
    }
}

#[test]
fn a_machine_without_a_release_is_refused() {
    let stage = Stage::new();
    let output = stage.install(&[("SYSTEM", "Linux"), ("MACHINE", "ARM")]);
    stage.refuses(&output, "there is no release for Linux on ARM");
}

/// Whoever opens a pull request must not choose the compiler.
#[test]
fn nothing_is_compiled_in_the_workspace() {
    let stage = Stage::new();
    stage.write("bin/cargo", "#!/bin/sh\necho cargo ran in $PWD with $RUSTUP_TOOLCHAIN > \"$REPORT\"\nmkdir -p \"$OUT\"\n");
    stage.executable("bin/cargo");
    stage.write("action/Cargo.toml", &text("Cargo.toml"));
    stage.write("workspace/action/Cargo.toml", "");
    let compile = |source: &str, temp: &str| {
        let inherited = std::env::var("PATH").unwrap();
        Command::new("bash")
            .arg(path("release/install-action-from-source"))
            .current_dir(stage.path("workspace"))
            .env(
                "PATH",
                format!("{}:{inherited}", stage.path("bin").display()),
            )
            .env("TMPDIR", stage.path(temp))
            .env("SOURCE", stage.path(source))
            .env("DESTINATION", stage.path("temp/certsd-lint/bin"))
            .env("GITHUB_WORKSPACE", stage.path("workspace"))
            .env("REPORT", stage.path("cargo-ran"))
            .env("OUT", stage.path("out"))
            .output()
            .unwrap()
    };
    for (source, temp) in [("workspace/action", "temp"), ("action", "workspace")] {
        let output = compile(source, temp);
        assert_eq!(output.status.code(), Some(2), "{output:?}");
        assert!(!stage.path("cargo-ran").exists());
    }
    compile("action", "temp");
    let ran = fs::read_to_string(stage.path("cargo-ran")).unwrap();
    let temp = fs::canonicalize(stage.path("temp")).unwrap();
    assert!(
        ran.starts_with(&format!("cargo ran in {}", temp.display())),
        "{ran}"
    );
    assert!(
        ran.trim_end().ends_with(|c: char| c.is_ascii_digit()),
        "{ran}"
    );
}

/// The steps, by name.
fn step<'a>(action: &'a Yaml<'a>, name: &str) -> &'a Yaml<'a> {
    let steps = action["runs"]["steps"].as_sequence().unwrap();
    let is_it = |step: &&Yaml| step["name"].as_str() == Some(name);
    steps
        .iter()
        .find(is_it)
        .unwrap_or_else(|| panic!("no step {name}"))
}

#[test]
fn only_the_download_has_a_token() {
    let text = text("action.yml");
    let action = yaml(&text);
    for step in action["runs"]["steps"].as_sequence().unwrap() {
        let has_token = format!("{step:?}").contains("token");
        assert_eq!(
            has_token,
            step["name"].as_str() == Some("Install certsd-lint"),
            "{step:?}"
        );
        // An expression in a script is a way in.
        if let Some(run) = step.as_mapping_get("run").and_then(Yaml::as_str) {
            assert!(!run.contains("${{"), "{run}");
        }
    }
    for name in ["Install certsd-lint", "Compile certsd-lint"] {
        assert_eq!(
            step(&action, name)["working-directory"].as_str(),
            Some("${{ runner.temp }}")
        );
    }
}

/// The step that lints, with a program that says how it was called.
#[test]
fn paths_are_paths_and_the_exit_code_is_kept() {
    let text = text("action.yml");
    let action = yaml(&text);
    let script = step(&action, "Lint")["run"].as_str().unwrap();
    let stage = Stage::new();
    stage.write(
        "temp/certsd-lint/bin/certsd-lint",
        "#!/bin/sh\nfor word; do echo \"$word\"; done\nexit 1\n",
    );
    stage.executable("temp/certsd-lint/bin/certsd-lint");
    let output = Command::new("bash")
        .args(["--noprofile", "--norc", "-eo", "pipefail", "-c", script])
        .current_dir(stage.path("workspace"))
        .env("RUNNER_TEMP", stage.path("temp"))
        .env("GITHUB_OUTPUT", stage.path("output"))
        .env("INPUT_PATHS", "clusters\n--config=x\n")
        .env("INPUT_CONFIG", "")
        .env("INPUT_FAIL_ON", "error")
        .env("INPUT_CATEGORY", "certsd-lint")
        .env("INPUT_ARGS", "--containerd\n1.7\n")
        .output()
        .unwrap();
    assert!(output.status.success(), "{output:?}");
    let words = String::from_utf8(output.stdout).unwrap();
    assert!(
        words.contains("\n--containerd\n1.7\n--\nclusters\n--config=x\n"),
        "{words}"
    );
    let outputs = fs::read_to_string(stage.path("output")).unwrap();
    assert!(outputs.starts_with("code=1\nsarif=/"), "{outputs}");
}

/// What the scripts need is in what GitHub hands to the runner: the repository at that commit.
#[test]
fn the_scripts_can_be_started() {
    use std::os::unix::fs::PermissionsExt;
    for name in [
        "release/install-action",
        "release/install-action-from-source",
    ] {
        let mode = fs::metadata(path(name)).unwrap().permissions().mode();
        assert_eq!(mode & 0o111, 0o111, "{name}");
        assert!(Path::new(&path(name)).is_file());
    }
}
