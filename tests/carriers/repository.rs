//! Whole repositories, by the program.

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

fn program(directory: &Path, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_certsd-lint"))
        .args(arguments)
        .current_dir(directory)
        .env_remove("CI")
        .output()
        .unwrap()
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

const SCRIPT: &str = "#!/bin/sh\ncat > /etc/containerd/certs.d/docker.io/hosts.toml <<'EOF'\nserver = \"https://docker.io\"\n\n[host.\"https://mirror.internal\"]\n  capabilities = [\"pull\", \"resolve\"]\nEOF\n";

fn repository(files: &[(&str, &str)]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir(folder.path().join(".git")).unwrap();
    for (name, text) in files {
        let path = folder.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    folder
}

#[test]
fn a_repository_of_scripts_is_something_to_lint() {
    let folder = repository(&[("deploy/setup.sh", SCRIPT), ("README.md", SCRIPT)]);
    let out = program(folder.path(), &["--format", "concise", "."]);
    let stdout = text(&out.stdout);
    assert!(stdout.starts_with("deploy/setup.sh:3:19: "), "{stdout}");
    assert!(
        stdout.contains("[docker-io-server]") && !stdout.contains("README"),
        "{stdout}"
    );
    assert!(
        text(&out.stderr).contains("the configuration in 1 other file"),
        "{}",
        text(&out.stderr)
    );
    assert_eq!(out.status.code(), Some(1));
    let named = program(folder.path(), &["--format", "concise", "deploy/setup.sh"]);
    assert_eq!(text(&named.stdout), stdout);
}

#[test]
fn carriers_can_be_switched_off() {
    let folder = repository(&[("setup.sh", SCRIPT)]);
    let out = program(folder.path(), &["--no-carriers", "."]);
    assert_eq!(out.status.code(), Some(2), "{}", text(&out.stderr));
    fs::write(
        folder.path().join("certsd-lint.toml"),
        "[carriers]\nshell = false\n",
    )
    .unwrap();
    let out = program(folder.path(), &["."]);
    assert_eq!(out.status.code(), Some(2), "{}", text(&out.stderr));
    fs::write(
        folder.path().join("certsd-lint.toml"),
        "[carriers]\nyaml = false\n",
    )
    .unwrap();
    assert_eq!(program(folder.path(), &["."]).status.code(), Some(1));
    fs::write(
        folder.path().join("certsd-lint.toml"),
        "[carriers]\nshel = false\n",
    )
    .unwrap();
    let out = program(folder.path(), &["."]);
    assert!(
        text(&out.stderr).contains("did you mean `shell`?"),
        "{}",
        text(&out.stderr)
    );
    assert_eq!(out.status.code(), Some(2));
}

#[test]
fn fixes_are_written_into_the_carrier() {
    let folder = repository(&[("setup.sh", SCRIPT)]);
    let out = program(folder.path(), &["--fix", "."]);
    assert_eq!(
        out.status.code(),
        Some(0),
        "{}{}",
        text(&out.stdout),
        text(&out.stderr)
    );
    let fixed = fs::read_to_string(folder.path().join("setup.sh")).unwrap();
    assert_eq!(
        fixed,
        SCRIPT.replace("https://docker.io", "https://registry-1.docker.io")
    );
}

#[test]
fn comments_of_the_carrier_silence_findings() {
    let with = |comment: &str| SCRIPT.replace("\ncat", &format!("\n{comment}\ncat"));
    let quiet = with("# certsd-lint: ignore[docker-io-server] as it was");
    let folder = repository(&[("a.sh", &quiet)]);
    let out = program(folder.path(), &["--format", "concise", "."]);
    assert_eq!(text(&out.stdout), "", "{}", text(&out.stderr));
    let unused = with("# certsd-lint: ignore[skip-verify]");
    let folder = repository(&[("a.sh", &unused)]);
    let out = text(&program(folder.path(), &["--format", "concise", "."]).stdout);
    assert!(
        out.contains("a.sh:2:23: ") && out.contains("[unused-suppression]"),
        "{out}"
    );
    let whole = format!(
        "#!/bin/sh\n# certsd-lint: ignore-file[docker-io-server]\n{}",
        &SCRIPT[10..]
    );
    let folder = repository(&[("a.sh", &whole)]);
    let out = text(&program(folder.path(), &["--format", "concise", "."]).stdout);
    assert_eq!(out, "");
}

#[test]
fn what_git_ignores_and_others_wrote_is_passed_over() {
    let files = [
        ("setup.sh", SCRIPT),
        ("build/setup.sh", SCRIPT),
        ("vendor/x/setup.sh", SCRIPT),
        (".gitignore", "build/\n"),
    ];
    let folder = repository(&files);
    let out = text(&program(folder.path(), &["--format", "concise", "."]).stdout);
    assert_eq!(out.lines().count(), 1, "{out}");
}

#[test]
fn secrets_of_a_carrier_are_not_shown() {
    let text_of = "machine:\n  registries:\n    config:\n      m.internal:\n        auth: {username: u, password: hunter22hunter}\n  env:\n    API_TOKEN: s3cr3ts3cr3t\n";
    let folder = repository(&[("talos.yaml", text_of)]);
    for format in [
        "human",
        "json",
        "sarif",
        "github",
        "gitlab",
        "rdjson",
        "junit",
        "checkstyle",
        "markdown",
    ] {
        let out = program(folder.path(), &["--format", format, "."]);
        let all = text(&out.stdout) + &text(&out.stderr);
        assert!(all.contains("registry-credential"), "{format}: {all}");
        assert!(
            !all.contains("hunter22") && !all.contains("s3cr3t"),
            "{format}: {all}"
        );
    }
}

#[test]
fn a_file_that_is_mounted_is_the_namespace_that_it_is_mounted_as() {
    let kind = "kind: Cluster\napiVersion: kind.x-k8s.io/v1alpha4\nnodes:\n- role: control-plane\n  extraMounts:\n  - hostPath: ./mirror.toml\n    containerPath: /etc/containerd/certs.d/docker.io/hosts.toml\n  - hostPath: ../outside.toml\n    containerPath: /etc/containerd/certs.d/quay.io/hosts.toml\n";
    let mirror = "server = \"https://docker.io\"\n";
    let folder = repository(&[("kind/kind.yaml", kind), ("kind/mirror.toml", mirror)]);
    let out = text(&program(folder.path(), &["--format", "concise", "."]).stdout);
    assert!(out.contains("kind/mirror.toml:1:"), "{out}");
}

/// A script that sets up kind is for development, unless someone says what it is for.
#[test]
fn an_environment_that_is_named_counts_for_kind_too() {
    let script = "kind create cluster\nmkdir -p certs.d\ncat > /etc/containerd/certs.d/mirror.corp.net/hosts.toml <<EOF\nserver = \"https://mirror.corp.net\"\nskip_verify = true\nEOF\n";
    let folder = repository(&[("setup.sh", script)]);
    let severity = |args: &[&str]| {
        let args = [
            &["--select", "skip-verify", "--format", "concise"],
            args,
            &["."],
        ]
        .concat();
        let out = text(&program(folder.path(), &args).stdout);
        let of_severities = ["error[", "warning[", "note["].into_iter();
        let found: Vec<&str> = of_severities.filter(|word| out.contains(word)).collect();
        assert_eq!(found.len(), 1, "{out}");
        found[0].to_owned()
    };
    assert_eq!(severity(&[]), "note[");
    assert_ne!(severity(&["--environment", "production"]), "note[");
    let settings = "[[overrides]]\npaths = [\"setup.sh\"]\nenvironment = \"production\"\n";
    std::fs::write(folder.path().join("certsd-lint.toml"), settings).unwrap();
    assert_ne!(severity(&[]), "note[");
}

#[test]
fn a_carrier_can_be_resolved() {
    let folder = repository(&[("setup.sh", SCRIPT)]);
    let out = program(
        folder.path(),
        &["resolve", "--config-path", "setup.sh", "nginx"],
    );
    let all = text(&out.stdout) + &text(&out.stderr);
    assert!(all.contains("mirror.internal"), "{all}");
}
