//! `certsd-lint node`, from the arguments to what is printed.

use std::fs;
use std::path::Path;

use certsd_lint::cli::node::{Args, Error, run};
use clap::Parser;
use serde_json::{Value, json};
use tempfile::TempDir;

#[derive(Parser)]
struct Command {
    #[command(flatten)]
    args: Args,
}

/// A directory with these files.
fn files(files: &[(&str, &str)]) -> TempDir {
    let dir = tempfile::tempdir().unwrap();
    for (path, text) in files {
        let path = dir.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    dir
}

/// What is printed, without styles; the directory is written `$ROOT`, in arguments too.
fn try_print(root: &Path, arguments: &[&str]) -> Result<String, Error> {
    let root = root.to_str().unwrap();
    let arguments: Vec<String> = arguments.iter().map(|a| a.replace("$ROOT", root)).collect();
    let command = Command::parse_from(std::iter::once("node".to_owned()).chain(arguments));
    let mut out = anstream::StripStream::new(Vec::new());
    run(&command.args, &mut out)?;
    let printed = String::from_utf8(out.into_inner()).unwrap();
    Ok(printed.replace(root, "$ROOT"))
}

fn outcomes(root: &Path, arguments: &[&str]) -> Vec<Value> {
    let arguments = [arguments, &["--format", "json"]].concat();
    let printed = try_print(root, &arguments).unwrap();
    let document: Value = serde_json::from_str(&printed).unwrap();
    assert_eq!(document["version"], 1);
    document["nodes"][0]["outcomes"].as_array().unwrap().clone()
}

#[test]
fn the_built_in_list_is_one_directory_to_the_transfer_service() {
    let dir = files(&[("config.toml", "version = 2\n")]);
    let printed = try_print(
        dir.path(),
        &["$ROOT/config.toml", "--containerd", "2.0,2.3"],
    )
    .unwrap();
    let want = "\
✗ containerd 2.3: no hosts.toml is read: no config path is set, and the transfer
  service reads the built-in list `/etc/containerd/certs.d:/etc/docker/certs.d`
  as the name of one directory (containerd#12636)
✗ containerd 2.0: no hosts.toml is read: no config path is set, and pulls go
  straight to the registries

$ROOT/config.toml
version 2

── containerd 2.3.4 ────────────────────────────────────────────────────────────
  daemon      ✓ starts
  CRI         ✓ loads
  config path – /etc/containerd/certs.d:/etc/docker/certs.d
              built into this release; no file sets it
  pulls         through the transfer service
  looked in   ✗ /etc/containerd/certs.d:/etc/docker/certs.d
              read as the name of ONE directory, which does not exist: no
              hosts.toml is read (containerd#12636)
  sandbox       registry.k8s.io/pause, with the tag that is built in

── containerd 2.0.11 ───────────────────────────────────────────────────────────
  daemon      ✓ starts
  CRI         ✓ loads
  config path – not set
  pulls         by CRI itself
  looked in   – nowhere: every pull goes straight to its registry
  sandbox       registry.k8s.io/pause, with the tag that is built in
              pulled from registry.k8s.io
";
    let (body, clients) = printed.split_once("\n── clients ").unwrap();
    assert_eq!(body, want);
    for who in ["kubelet, crictl", "--hosts-dir", "nerdctl", "Docker Engine"] {
        assert!(clients.contains(who), "{clients}");
    }
}

#[test]
fn what_forces_local_pulls_splits_the_list() {
    let dir = files(&[(
        "config.toml",
        "version = 3\n[plugins.'io.containerd.cri.v1.images']\ndiscard_unpacked_layers = true\n",
    )]);
    let outcomes = outcomes(dir.path(), &["$ROOT/config.toml", "--containerd", "2.2"]);
    assert_eq!(outcomes[0]["pull"], "local");
    assert_eq!(outcomes[0]["forced_local_pull"], "DiscardUnpackedLayers");
    let roots = json!(["/etc/containerd/certs.d", "/etc/docker/certs.d"]);
    assert_eq!(outcomes[0]["roots"], roots);
}

#[test]
fn drop_ins_are_named_with_the_place_that_imports_them() {
    let dir = files(&[
        (
            "config.toml",
            "version = 2\nimports = [\"conf.d/*.toml\"]\n",
        ),
        (
            "conf.d/10-registry.toml",
            "version = 2\n[plugins.\"io.containerd.grpc.v1.cri\".registry]\nconfig_path = \"/etc/certs\"\n",
        ),
        ("conf.d/20-empty.toml", ""),
        ("conf.d/notes.txt", "no TOML"),
    ]);
    let printed = try_print(dir.path(), &["$ROOT/config.toml", "--containerd", "2.2"]).unwrap();
    for want in [
        "config path ✓ /etc/certs\n              at $ROOT/conf.d/10-registry.toml:3:15\n",
        "drop-ins      $ROOT/conf.d/10-registry.toml\n              at $ROOT/config.toml:2:12\n",
        "$ROOT/conf.d/20-empty.toml\n",
    ] {
        assert!(printed.contains(want), "{printed}");
    }
    assert!(!printed.contains("notes"), "{printed}");
}

#[test]
fn drop_ins_that_nobody_imports_are_told() {
    let dir = files(&[("config.toml", "version = 3\n"), ("conf.d/a.toml", "")]);
    let printed = try_print(
        dir.path(),
        &["$ROOT/config.toml", "--containerd", "2.1,2.2"],
    )
    .unwrap();
    let want = "drop-ins    – $ROOT/conf.d/a.toml\n              exists but is not read: `imports` does not name it\n";
    assert_eq!(printed.matches(want).count(), 1, "{printed}");
}

#[test]
fn below_a_sysroot_imports_are_the_nodes() {
    let dir = files(&[
        (
            "etc/containerd/config.toml",
            "version = 2\nimports = [\"/opt/containerd/*.toml\"]\n",
        ),
        (
            "opt/containerd/a.toml",
            "[plugins.\"io.containerd.grpc.v1.cri\".registry]\nconfig_path = \"/etc/certs\"\n",
        ),
    ]);
    let outcomes = outcomes(dir.path(), &["--sysroot", "$ROOT", "--containerd", "1.7"]);
    assert_eq!(outcomes[0]["config_path"], "/etc/certs");
    let files = json!([
        "$ROOT/etc/containerd/config.toml",
        "$ROOT/opt/containerd/a.toml"
    ]);
    assert_eq!(outcomes[0]["files"], files);
}

#[test]
fn a_daemon_that_does_not_start_says_why_and_where() {
    let dir = files(&[
        ("toml.toml", "version = 2\nx y\n"),
        ("type.toml", "version = 2\noom_score = \"0\"\n"),
        ("import.toml", "version = 2\nimports = [\"gone.toml\"]\n"),
        ("version.toml", "version = 5\n"),
        (
            "required.toml",
            "version = 2\ndisabled_plugins = [\"io.containerd.grpc.v1.cri\"]\nrequired_plugins = [\"io.containerd.grpc.v1.cri\"]\n",
        ),
        (
            "timeout.toml",
            "version = 2\n[timeouts]\n\"io.containerd.timeout.task.state\" = \"2\"\n",
        ),
    ]);
    for (name, error, line) in [
        ("toml", "not TOML: ", 2),
        (
            "type",
            "`oom_score` is a string; it must be a whole number",
            2,
        ),
        ("import", "gone.toml does not exist", 2),
        (
            "version",
            "`version = 5` is not supported by this release",
            1,
        ),
        (
            "required",
            "the required plugin io.containerd.grpc.v1.cri does not load",
            3,
        ),
        (
            "timeout",
            "`2` is not a valid duration: the unit is missing",
            3,
        ),
    ] {
        let path = format!("$ROOT/{name}.toml");
        for outcome in outcomes(dir.path(), &[&path, "--containerd", ">=1.6"]) {
            assert_eq!(outcome["daemon"], "fails", "{name}: {outcome}");
            let told = outcome["error"].as_str().unwrap();
            assert!(told.contains(error), "{name}: {told}");
            assert_eq!(outcome["location"]["line"], line, "{name}: {outcome}");
        }
    }
}

#[test]
fn without_a_file_there_is_no_answer() {
    let dir = files(&[]);
    for (path, want) in [
        ("$ROOT/config.toml", "does not exist; name the file"),
        ("$ROOT", "is a directory"),
    ] {
        let error = try_print(dir.path(), &[path]).unwrap_err().to_string();
        assert!(error.contains(want), "{error}");
    }
}

#[test]
fn nothing_of_a_file_reaches_the_terminal_raw() {
    let dir = files(&[(
        "config.toml",
        "version = 2\n[plugins.\"io.containerd.grpc.v1.cri\".registry]\nconfig_path = \"/a\\u001b[31m\"\n",
    )]);
    let root = dir.path().to_str().unwrap();
    let command = Command::parse_from(["node", &format!("{root}/config.toml")]);
    let mut out = Vec::new();
    run(&command.args, &mut out).unwrap();
    let printed = String::from_utf8(out).unwrap();
    assert!(printed.contains("/a\\u{1b}[31m"), "{printed}");
}

/// A section that sets a config path.
fn section(path: &str) -> String {
    format!("[plugins.\"io.containerd.grpc.v1.cri\".registry]\n  config_path = \"{path}\"\n")
}

#[test]
fn a_relative_pattern_begins_where_the_release_has_it_begin() {
    let dir = files(&[
        (
            "etc/containerd/config.toml",
            "version = 2\nimports = [\"conf.d/*.toml\"]\n",
        ),
        ("etc/containerd/conf.d/a.toml", &section("/beside")),
        ("conf.d/a.toml", &section("/started")),
    ]);
    for (releases, want) in [
        ("1.6.28,1.7.15", "/started"),
        ("1.6.29,1.7.16,2.0.0,2.3.4", "/beside"),
    ] {
        let arguments = ["--sysroot", "$ROOT", "--containerd", releases];
        for outcome in outcomes(dir.path(), &arguments) {
            assert_eq!(outcome["config_path"], want, "{}", outcome["releases"]);
        }
    }
}

#[test]
fn a_required_plugin_that_is_not_there_keeps_the_daemon_from_starting() {
    for (text, fails) in [
        // In a file of version 1, 1.x goes by short names.
        (
            "required_plugins = [\"io.containerd.grpc.v1.cri\"]\n",
            "1.6.39,1.7.34",
        ),
        ("required_plugins = [\"cri\"]\n", ""),
        (
            "version = 2\nrequired_plugins = [\"io.containerd.grpc.v1.cri\"]\n",
            "",
        ),
        (
            "version = 2\nrequired_plugins = [\"io.containerd.cri.v1.images\"]\n",
            "1.6.39,1.7.34",
        ),
    ] {
        assert_eq!(failing(text), fails, "{text}");
    }
}

/// The releases of which the daemon does not start with this config.toml.
fn failing(text: &str) -> String {
    let dir = files(&[("config.toml", text)]);
    let arguments = ["$ROOT/config.toml", "--containerd", "1.6,1.7,2.0,2.3"];
    let all = outcomes(dir.path(), &arguments);
    let failing = all.iter().filter(|outcome| outcome["daemon"] == "fails");
    let releases: Vec<&str> = failing
        .flat_map(|outcome| outcome["releases"].as_array().unwrap())
        .map(|release| release.as_str().unwrap())
        .collect();
    releases.join(",")
}

#[test]
fn what_keeps_the_daemon_from_starting_differs_between_releases() {
    for (text, fails) in [
        ("version = 2\n[plugins.\"a.b.c.d\"]\n", "1.7.34"),
        ("version = 2\nplugin_dir = 1\n", "1.6.39,1.7.34,2.0.11"),
        // On 1.x the struct of the table `containerd` is embedded in that of CRI.
        (
            "version = 2\n[plugins.\"io.containerd.grpc.v1.cri\"]\ndiscard_unpacked_layers = 1\n",
            "1.6.39,1.7.34",
        ),
        (
            "version = 2\n[plugins.\"io.containerd.grpc.v1.cri\"]\ndiscard_unpacked_layers = 1\ncontainerd = {}\n",
            "",
        ),
        (
            "version = 2\n[proxy_plugins.x]\n",
            "1.6.39,1.7.34,2.0.11,2.3.4",
        ),
        (
            "version = 2\n[proxy_plugins.x]\ntype = \"sandbox\"\n",
            "1.6.39,1.7.34",
        ),
        (
            "version = 2\n[proxy_plugins.x]\ntype = \"diff\"\n",
            "1.6.39",
        ),
    ] {
        assert_eq!(failing(text), fails, "{text}");
    }
}

#[test]
fn what_is_set_beside_the_runtimes_moves_with_them_alone() {
    let table = "version = 2\n[plugins.\"io.containerd.grpc.v1.cri\".containerd]\ndiscard_unpacked_layers = true\n";
    for (more, forced) in [
        ("", Value::Null),
        ("runtimes = {}\n", json!("DiscardUnpackedLayers")),
    ] {
        let dir = files(&[("config.toml", &format!("{table}{more}"))]);
        let outcomes = outcomes(dir.path(), &["$ROOT/config.toml", "--containerd", "2.1"]);
        assert_eq!(outcomes[0]["forced_local_pull"], forced, "{more}");
    }
}

#[test]
fn a_drop_in_that_is_named_alone_is_called_one() {
    let dir = files(&[("conf.d/a.toml", &section("/x")), ("x.d/config.toml", "")]);
    let words = "a drop-in, shown alone";
    let printed = |path: &str| try_print(dir.path(), &[path]).unwrap();
    assert!(printed("$ROOT/conf.d/a.toml").contains(words));
    assert!(!printed("$ROOT/x.d/config.toml").contains(words));
}

#[test]
fn without_the_image_service_nothing_is_told_of_what_it_would_read() {
    let text = "version = 3\ndisabled_plugins = [\"io.containerd.cri.v1.images\"]\n\
                [plugins.'io.containerd.cri.v1.images'.registry]\n  config_path = \"/x\"\n";
    let dir = files(&[("config.toml", text)]);
    for outcome in outcomes(
        dir.path(),
        &["$ROOT/config.toml", "--containerd", "2.0,2.3"],
    ) {
        assert_eq!(outcome["cri"], "fails");
        assert_eq!(outcome["ignored"], json!([]));
    }
}

#[test]
fn the_file_is_found_where_distributions_have_it() {
    let place = "var/lib/rancher/k3s/agent/etc/containerd/config.toml";
    let dir = files(&[(place, &format!("version = 2\n{}", section("/x")))]);
    let printed = try_print(dir.path(), &["--sysroot", "$ROOT"]).unwrap();
    assert!(printed.contains(&format!("\n$ROOT/{place}\n")), "{printed}");
    let error = try_print(dir.path(), &["$ROOT"]).unwrap_err().to_string();
    assert!(
        error.contains("--sysroot $ROOT") || error.contains("--sysroot /"),
        "{error}"
    );
}

/// The first sentence of the answer.
fn sentence(root: &Path, arguments: &[&str]) -> String {
    let printed = try_print(root, arguments).unwrap();
    printed.split_once("\n\n").unwrap().0.replace("\n  ", " ")
}

#[test]
fn one_sentence_says_why_no_hosts_file_is_read() {
    let sysroot = |text: &str| {
        files(&[
            ("etc/containerd/config.toml", text),
            ("etc/containerd/certs.d/quay.io/hosts.toml", ""),
            ("etc/containerd/a:b/quay.io/hosts.toml", ""),
        ])
    };
    for (text, want) in [
        (
            format!("version = 2\n{}", section("C:\\\\certs.d")),
            "is a Windows path, which is not checked",
        ),
        (
            format!(
                "version = 2\n{}",
                section("/etc/containerd/certs.d/quay.io/hosts.toml")
            ),
            "is a file, so every pull fails",
        ),
        (
            format!(
                "version = 2\n{}",
                section("/etc/containerd/certs.d/quay.io")
            ),
            "is the directory of one registry; the config path is /etc/containerd/certs.d",
        ),
        (
            format!("version = 2\n{}", section("/etc/containerd/none")),
            "does not exist, but /etc/containerd/certs.d does",
        ),
        // A directory may be called like a list.
        (
            format!("version = 2\n{}", section("/etc/containerd/a:b")),
            "\u{2713} CRI pulls read the hosts.toml files below /etc/containerd/a:b",
        ),
        (
            "disabled_plugins = [\"io.containerd.grpc.v1.cri\"]\nversion = 2\n".to_owned(),
            "CRI is disabled",
        ),
        (
            format!(
                "version = 2\n{}[plugins.\"io.containerd.grpc.v1.cri\".registry.mirrors.x]\nendpoint = []\n",
                section("/etc/containerd/certs.d")
            ),
            "CRI does not load, so the node runs no pods: `mirrors`",
        ),
    ] {
        let dir = sysroot(&text);
        let arguments = ["--sysroot", "$ROOT", "--containerd", "2.2"];
        let sentence = sentence(dir.path(), &arguments);
        assert!(sentence.contains(want), "{sentence}");
    }
}

#[test]
fn an_explicit_empty_config_path_differs_in_2_2_0_and_2_2_1() {
    let text =
        "version = 3\n[plugins.'io.containerd.cri.v1.images'.registry]\nconfig_path = \"\"\n";
    let dir = files(&[("config.toml", text)]);
    let roots = |release: &str| {
        let arguments = ["$ROOT/config.toml", "--containerd", release];
        outcomes(dir.path(), &arguments)[0]["roots"].clone()
    };
    let list = json!(["/etc/containerd/certs.d:/etc/docker/certs.d"]);
    assert_eq!(roots("2.2.0"), json!([]));
    assert_eq!(roots("2.2.1"), json!([]));
    assert_eq!(roots("2.2.2"), list);
}

#[test]
fn older_releases_are_folded_unless_they_are_named() {
    let dir = files(&[("config.toml", "version = 2\n")]);
    let printed = try_print(dir.path(), &["$ROOT/config.toml"]).unwrap();
    let fold = "── containerd 2.0.11, 1.7.34 ───────────────────────────────────────────────────\n  \
                `--containerd 2.0,1.7` shows it\n";
    assert!(printed.contains(fold), "{printed}");
    assert!(printed.starts_with("✗ containerd 2.3, 2.2: no hosts.toml is read"));
    let named = try_print(
        dir.path(),
        &["$ROOT/config.toml", "--containerd", "2.0,2.3"],
    )
    .unwrap();
    assert!(!named.contains("shows it"), "{named}");
}
