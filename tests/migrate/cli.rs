//! The command as a user meets it.

use std::fs;

use super::program::{Folder, SOUND};

const OLD: &str = r#"version = 2
[plugins."io.containerd.grpc.v1.cri".registry.mirrors."docker.io"]
  endpoint = ["https://mirror.internal"]
[plugins."io.containerd.grpc.v1.cri".registry.mirrors."reg.internal:5000"]
  endpoint = ["http://reg.internal:5000"]
"#;

fn folder() -> Folder {
    let folder = Folder::new(&[]);
    folder.write("config.toml", OLD);
    folder
}

#[test]
fn nothing_is_overwritten_and_nothing_is_written_beside_it() {
    for there in ["docker.io", "reg.internal_5000_", "reg.internal:5000"] {
        let folder = folder();
        folder.write(&format!("certs.d/{there}/hosts.toml"), SOUND);
        let ended = folder.run(&["migrate", "config.toml", "-o", "certs.d"]);
        ended.fails(&format!("certs.d/{there} already exists"));
        assert!(ended.out.is_empty(), "{ended:#?}");
        let names: Vec<_> = fs::read_dir(folder.path().join("certs.d"))
            .unwrap()
            .collect();
        assert_eq!(names.len(), 1, "{there}");
        let text = fs::read_to_string(folder.path().join(format!("certs.d/{there}/hosts.toml")));
        assert_eq!(text.unwrap(), SOUND);
    }
}

#[test]
fn an_empty_directory_and_a_dangling_link_are_there_too() {
    let one = folder();
    fs::create_dir_all(one.path().join("certs.d/docker.io")).unwrap();
    one.run(&["migrate", "config.toml", "-o", "certs.d"])
        .fails("certs.d/docker.io already exists");
    #[cfg(unix)]
    {
        let two = folder();
        fs::create_dir(two.path().join("certs.d")).unwrap();
        two.link("nowhere", "certs.d/docker.io");
        two.run(&["migrate", "config.toml", "-o", "certs.d"])
            .fails("certs.d/docker.io already exists");
        two.run(&["migrate", "config.toml", "-o", "certs.d", "--dry-run"])
            .fails("certs.d/docker.io already exists");
    }
}

#[test]
fn into_a_tree_that_holds_others() {
    let folder = folder();
    folder.write("certs.d/quay.io/hosts.toml", SOUND);
    folder
        .run(&["migrate", "config.toml", "-o", "certs.d"])
        .ends(0);
    let mut names: Vec<_> = fs::read_dir(folder.path().join("certs.d"))
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    assert_eq!(names, ["docker.io", "quay.io", "reg.internal_5000_"]);
}

#[test]
fn a_dry_run_writes_nothing() {
    let folder = folder();
    let ended = folder.run(&["migrate", "config.toml", "--dry-run"]);
    ended.ends(0);
    assert!(
        ended
            .out
            .contains("  server = \"https://registry-1.docker.io\""),
        "{ended:#?}"
    );
    assert!(ended.out.contains("nothing was written"), "{ended:#?}");
    folder
        .run(&["migrate", "config.toml", "--dry-run", "-o", "deep/certs.d"])
        .ends(0);
    assert!(!folder.path().join("deep").exists());
    folder
        .run(&["migrate", "config.toml", "-o", "deep/certs.d"])
        .ends(0);
    assert!(
        folder
            .path()
            .join("deep/certs.d/docker.io/hosts.toml")
            .exists()
    );
}

#[test]
fn an_output_that_is_no_directory() {
    let folder = folder();
    folder.write("file", "");
    folder
        .run(&["migrate", "config.toml", "-o", "file"])
        .fails("file is not a directory");
    folder.run(&["migrate", "config.toml"]).fails("--output");
}

#[test]
fn sources_that_cannot_be_read() {
    let folder = Folder::new(&[]);
    let run = |name: &str, text: &str| {
        folder.write(name, text);
        folder.run(&["migrate", name, "-o", "certs.d"])
    };
    folder
        .run(&["migrate", "nowhere.toml", "-o", "certs.d"])
        .fails("cannot read nowhere.toml: it does not exist");
    run("a.toml", "version = 2\n[plugins\n").fails("a.toml:2");
    run("a.toml", "version = 9\n").fails("a.toml:1: unknown `version`");
    run(
        "a.toml",
        "[plugins.cri.registry.mirrors]\n\"docker.io\" = [\"https://m\"]\n",
    )
    .fails("a.toml:2: `mirrors.\"docker.io\"` is a list; containerd expects a table");
    run("a.toml", "[plugins.cri.registry.mirrors.\"docker.io\"]\nendpoint = \"https://m\"\n")
        .fails("a.toml:2: `mirrors.\"docker.io\".endpoint` is text; containerd expects a list of texts; write it in brackets");
    run(
        "a.toml",
        "[plugins.cri.registry.configs.m.tls]\ninsecure_skip_verify = \"true\"\n",
    )
    .fails(
        "a.toml:2: `configs.\"m\".tls.insecure_skip_verify` is text; containerd expects a boolean",
    );
    run("hosts.toml", SOUND)
        .fails("hosts.toml: it is a hosts.toml, which is what this command writes");
    run("a.toml", "{{ if .X }}\nversion = 2\n").fails("a.toml:1: this is a template");
    run("r.yaml", "mirrors:\n  docker.io\n    endpoint: []\n").fails("r.yaml:");
    run("r.yaml", "- mirrors\n").fails("it is a list; registries.yaml must be a mapping");
    run(
        "r.yaml",
        "configs:\n  m:\n    tls:\n      ca_file: |\n        -----BEGIN CERTIFICATE-----\n",
    )
    .fails("contains a certificate or key where a path belongs");
    run(
        "daemon.json",
        "{\n  \"registry-mirrors\": [\"https://m\",]\n}",
    )
    .fails("daemon.json:2:");
    run("daemon.json", "{\"registry-mirrors\": \"https://m\"}")
        .fails("`registry-mirrors` is text; Docker expects a list of texts");
    run("unknown", "nothing that is known\n")
        .fails("cannot tell what kind of file unknown is; use `--from");
    fs::write(folder.path().join("b.toml"), b"a = \"\xff\"").unwrap();
    folder
        .run(&["migrate", "b.toml", "-o", "certs.d"])
        .fails("b.toml:1: it is not UTF-8");
    assert!(!folder.path().join("certs.d").exists());
}

#[test]
fn the_kind_is_told_by_name_and_by_text_and_can_be_said() {
    let folder = Folder::new(&[]);
    folder.write("containerd.conf", OLD);
    folder.write(
        "k3s.conf",
        "mirrors:\n  quay.io:\n    endpoint: [\"https://m.internal\"]\n",
    );
    folder.write(
        "docker.conf",
        "{\"registry-mirrors\": [\"https://m.internal\"]}",
    );
    folder.write("old.txt", OLD);
    for (name, host) in [
        ("containerd.conf", "docker.io"),
        ("k3s.conf", "quay.io"),
        ("docker.conf", "docker.io"),
    ] {
        let ended = folder.run(&["migrate", name, "--dry-run"]);
        ended.ends(0);
        assert!(
            ended.out.contains(&format!("{host}/hosts.toml")),
            "{ended:#?}"
        );
    }
    folder
        .run(&["migrate", "old.txt", "--from", "containerd", "--dry-run"])
        .ends(0);
    folder
        .run(&["migrate", "old.txt", "--from", "docker", "--dry-run"])
        .fails("invalid JSON");
}

#[test]
fn json_says_all_of_it() {
    let folder = folder();
    let ended = folder.run(&[
        "migrate",
        "config.toml",
        "-o",
        "certs.d",
        "--format",
        "json",
    ]);
    ended.ends(0);
    let document: serde_json::Value = serde_json::from_str(&ended.out).unwrap();
    assert_eq!(document["version"], 1);
    assert_eq!(document["source"]["kind"], "containerd");
    assert_eq!(document["written"], true);
    assert_eq!(document["files"][0]["path"], "certs.d/docker.io/hosts.toml");
    assert_eq!(document["files"][1]["registry"], "reg.internal:5000");
    let text = fs::read_to_string(folder.path().join("certs.d/docker.io/hosts.toml")).unwrap();
    assert_eq!(document["files"][0]["text"], text);
    assert_eq!(document["remarks"][0]["weight"], "doubtful");
    assert!(
        document["config"]["section"]
            .as_str()
            .unwrap()
            .contains("config_path")
    );
    assert_eq!(
        document["config"]["delete"][0]["header"],
        "[plugins.\"io.containerd.grpc.v1.cri\".registry.mirrors.\"docker.io\"]"
    );
    assert_eq!(document["config"]["delete"][0]["line"], 2);
}

#[test]
fn quiet_says_what_is_lost_alone() {
    let folder = folder();
    folder
        .run(&["migrate", "config.toml", "-o", "certs.d", "-q"])
        .ends(0)
        .is_silent();
    folder.write("daemon.json", "{\"insecure-registries\": [\"10.0.0.0/8\"]}");
    let ended = folder.run(&["migrate", "daemon.json", "-o", "other", "-q"]);
    ended.ends(1);
    assert!(
        ended
            .out
            .starts_with("not carried over: insecure-registries: 10.0.0.0/8"),
        "{ended:#?}"
    );
}

#[test]
fn a_directory_that_may_not_be_written_to() {
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let folder = folder();
        let Some(run) = folder.unprivileged() else {
            return;
        };
        let certs_d = folder.path().join("certs.d");
        fs::create_dir(&certs_d).unwrap();
        fs::set_permissions(&certs_d, fs::Permissions::from_mode(0o555)).unwrap();
        run(&["migrate", "config.toml", "-o", "certs.d"]).fails("nothing was written");
        fs::set_permissions(&certs_d, fs::Permissions::from_mode(0o755)).unwrap();
    }
}

#[test]
fn standard_input_is_not_called_a_file() {
    let folder = Folder::new(&[]);
    folder.write(
        "old.toml",
        "version = 2\n[plugins.\"io.containerd.grpc.v1.cri\".registry.mirrors.\"\"]\nendpoint = [\"https://m.internal\"]\n",
    );
    let text = fs::File::open(folder.path().join("old.toml")).unwrap();
    let args = ["migrate", "-", "--output", "certs.d"];
    let ended = folder.run_with(&args, text.into());
    assert!(ended.out.contains("In config.toml, write"), "{}", ended.out);
    assert!(ended.out.contains("note: \"\": no image"), "{}", ended.out);
}

#[test]
fn a_file_of_a_newer_version_is_not_for_releases_that_do_not_know_it() {
    let folder = Folder::new(&[]);
    folder.write(
        "config.toml",
        "version = 3\n[plugins.'io.containerd.cri.v1.images'.registry.mirrors.'a.io']\nendpoint = [\"https://m.internal\"]\n",
    );
    let args = ["migrate", "config.toml", "--output", "certs.d", "--dry-run"];
    let ended = folder.run(&args);
    assert!(ended.out.contains("version = 3"), "{}", ended.out);
    assert!(!ended.out.contains("is not read by"), "{}", ended.out);
    // Unless the releases are named.
    let ended = folder.run(&[&args[..], &["--containerd", "1.7,2.0"]].concat());
    assert!(ended.out.contains("is not read by"), "{}", ended.out);
}
