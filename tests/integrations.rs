//! docs/integrations.md and its examples: every command of them is run, as they are written.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use saphyr::{LoadableYamlNode, Yaml};

mod program;

use program::{Folder, SOUND};

fn text(path: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(path);
    std::fs::read_to_string(path).unwrap()
}

/// The blocks of code in a language, in a document.
fn blocks(document: &str, language: &str) -> Vec<String> {
    let fence = format!("```{language}\n");
    document
        .split(&fence)
        .skip(1)
        .map(|rest| rest.split("```").next().unwrap().to_owned())
        .collect()
}

/// A repository with two clusters, and a node's programs: `containerd` is a script that prints a version.
fn repository() -> Folder {
    let folder = Folder::new(&[
        ".git/",
        "clusters/new/certs.d/docker.io/hosts.toml",
        "clusters/old/certs.d/quay.io/hosts.toml",
    ]);
    folder.write(
        "clusters/old/certs.d/ghcr.io/hosts.toml",
        "[host.\"https://mirror.internal\"]\ncapabilities = [\"pul\", \"resolve\"]\n",
    );
    folder.write(
        "bin/containerd",
        "#!/bin/sh\necho containerd github.com/containerd/containerd v1.7.34 88bf19b2105c8b17560993bee28a01ddc2f97182\n",
    );
    let status = Command::new("chmod")
        .arg("+x")
        .arg(folder.path().join("bin/containerd"))
        .status();
    assert!(status.unwrap().success());
    folder
}

/// Runs a script with the shell, the program in its path.
fn shell(folder: &Folder, script: &str, arguments: &[&str]) -> Output {
    let program = PathBuf::from(env!("CARGO_BIN_EXE_certsd-lint"));
    let path = format!(
        "{}:{}:{}",
        folder.path().join("bin").display(),
        program.parent().unwrap().display(),
        std::env::var("PATH").unwrap()
    );
    Command::new("sh")
        .args(["-eu", "-c", script, "sh"])
        .args(arguments)
        .current_dir(folder.path())
        .env("PATH", path)
        .env("GITHUB_STEP_SUMMARY", folder.path().join("summary.md"))
        .env("FILE", "clusters/new/certs.d/docker.io/hosts.toml")
        .env("CONTAINERD_CONFIG", folder.path().join("node/config.toml"))
        .output()
        .unwrap()
}

/// It did its work: it ended with what it found, and not because it could not be run.
#[track_caller]
fn works(output: &Output, script: &str) {
    let errors = String::from_utf8_lossy(&output.stderr);
    let code = output.status.code();
    assert!(matches!(code, Some(0 | 1)), "{script}: {code:?}: {errors}");
    assert!(!errors.contains("error: "), "{script}: {errors}");
}

#[test]
fn the_commands_of_the_document() {
    let blocks = blocks(&text("docs/integrations.md"), "sh");
    assert!(blocks.len() >= 3);
    for script in blocks {
        let folder = repository();
        works(&shell(&folder, &script, &[]), &script);
        if script.contains("GITHUB_STEP_SUMMARY") {
            let summary = std::fs::read_to_string(folder.path().join("summary.md")).unwrap();
            assert!(summary.contains("unknown-capability"), "{summary}");
        }
        if script.contains("patch") {
            folder.run(&["--diff", "clusters"]).ends(0);
        }
    }
}

#[test]
fn the_release_is_detected_as_nodes_print_it() {
    let document = text("docs/integrations.md");
    let detection = document
        .split("\"$(")
        .nth(1)
        .unwrap()
        .split(")\"")
        .next()
        .unwrap();
    let folder = repository();
    for (printed, release) in [
        (
            "containerd github.com/containerd/containerd v1.7.24 88bf19b",
            "v1.7.24",
        ),
        ("containerd containerd.io 1.7.27 05044ec", "1.7.27"),
        (
            "containerd github.com/containerd/containerd/v2 2.1.4-1.eks.amzn2023.0.1 75cb2b7",
            "2.1.4-1.eks.amzn2023.0.1",
        ),
        (
            "containerd github.com/containerd/containerd 1.7.24~ds1 1.7.24~ds1-6+b4",
            "1.7.24~ds1",
        ),
        (
            "containerd github.com/k3s-io/containerd v1.7.11-k3s2 x",
            "v1.7.11-k3s2",
        ),
    ] {
        folder.write("bin/containerd", &format!("#!/bin/sh\necho '{printed}'\n"));
        let output = shell(&folder, detection, &[]);
        assert_eq!(String::from_utf8_lossy(&output.stdout).trim(), release);
    }
}

#[test]
fn the_editor_gets_the_text_back() {
    let document = text("docs/integrations.md");
    let command = document
        .split('`')
        .find(|words| words.contains("--stdin-filename"))
        .unwrap();
    let folder = repository();
    let script = format!("{command} < \"$FILE\"");
    let output = shell(&folder, &script, &[]);
    works(&output, &script);
    assert_eq!(String::from_utf8_lossy(&output.stdout), SOUND);
}

#[test]
fn the_settings_of_each_cluster() {
    let settings = blocks(&text("docs/integrations.md"), "toml");
    assert_eq!(settings.len(), 1);
    let folder = repository();
    folder.write("certsd-lint.toml", &settings[0]);
    let ended = folder.run(&["-v", "clusters"]);
    ended.ends(1).says("containerd 1.7.34, 2.3.4");
    ended.says("tree clusters/old/certs.d: deployed to /etc/cri/conf.d/hosts on the node");
    let ended = folder.run(&["--print-settings", "clusters"]);
    ended.ends(0);
    assert!(
        ended.out.contains("private = [\"*.old.example\"]"),
        "{ended:#?}"
    );
}

/// A node's own configuration is looked at along with the new tree.
#[test]
fn the_check_on_a_node() {
    let script = text("docs/examples/node-check.sh");
    let folder = repository();
    let config = |path: &str| {
        format!(
            "version = 2\n[plugins.\"io.containerd.grpc.v1.cri\".registry]\nconfig_path = \"{path}\"\n"
        )
    };
    folder.write("node/config.toml", &config("/etc/containerd/certs.d"));
    let output = shell(&folder, &script, &["clusters/new/certs.d"]);
    works(&output, &script);
    assert_eq!(output.status.code(), Some(0));
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(said.contains("mirror.internal"), "{said}");
    let output = shell(&folder, &script, &["clusters/old/certs.d"]);
    assert_eq!(output.status.code(), Some(1));
    folder.write(
        "node/config.toml",
        "version = 2\n[plugins.\"io.containerd.grpc.v1.cri\".registry]\n",
    );
    let output = shell(&folder, &script, &["clusters/new/certs.d"]);
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(
        said.contains("config_path") || output.status.code() == Some(1),
        "{said}"
    );
}

#[test]
fn the_pipelines() {
    let folder = repository();
    let gitlab = text("docs/examples/gitlab-ci.yml");
    let gitlab = Yaml::load_from_str(&gitlab).unwrap().remove(0);
    let job = &gitlab["certsd-lint"];
    // A script needs a shell: the image is the one that has it.
    assert!(job["image"].as_str().unwrap().ends_with("-shell"));
    assert!(text("Dockerfile").contains(" AS shell"));
    for line in job["script"].as_sequence().unwrap() {
        let script = line.as_str().unwrap();
        works(&shell(&folder, script, &[]), script);
    }
    for report in ["codequality", "junit"] {
        let file = job["artifacts"]["reports"][report].as_str().unwrap();
        assert!(folder.path().join(file).is_file(), "{file}");
    }
    let jenkins = text("docs/examples/Jenkinsfile");
    let script = jenkins
        .split("sh '")
        .nth(1)
        .unwrap()
        .split('\'')
        .next()
        .unwrap();
    works(&shell(&folder, script, &[]), script);
    let pattern = jenkins
        .split("pattern: '")
        .nth(1)
        .unwrap()
        .split('\'')
        .next()
        .unwrap();
    assert!(folder.path().join(pattern).is_file(), "{pattern}");

    let argo = text("docs/examples/argo-presync.yaml");
    let argo = Yaml::load_from_str(&argo).unwrap().remove(0);
    let container = &argo["spec"]["template"]["spec"]["containers"][0];
    let tree = folder.path().join("clusters/new/certs.d");
    let words = container["args"].as_sequence().unwrap().iter();
    let words: Vec<&str> = words
        .map(|word| match word.as_str().unwrap() {
            "/certs.d" => tree.to_str().unwrap(),
            word => word,
        })
        .collect();
    folder.run(&words).ends(0);
}
