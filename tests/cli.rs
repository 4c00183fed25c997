//! The program as a whole: what it answers to what can be wrong around it, and how it ends.

use std::fs;
use std::io::{Read, Write};
use std::process::{Output, Stdio};

mod program;

use program::{Ended, Folder, SOUND, certsd_lint};

#[test]
fn broken_settings() {
    let folder = Folder::new(&["certs.d/docker.io/hosts.toml"]);
    folder.write("certsd-lint.toml", "ignroe = [\"trust\"]\n");
    let ended = folder.run(&["certs.d"]);
    ended.fails("error: the settings in certsd-lint.toml are invalid");
    ended
        .says("unknown setting: `ignroe`")
        .says("certsd-lint.toml:1:1")
        .says("did you mean `ignore`?");
    assert_eq!(ended.out, "", "nothing was linted");
    folder.write("certsd-lint.toml", "containerd = [\n");
    folder.run(&["certs.d"]).fails("invalid TOML");
    fs::write(folder.path().join("certsd-lint.toml"), b"# caf\xe9\n").unwrap();
    folder
        .run(&["certs.d"])
        .fails("it is not UTF-8: see line 1");
    folder.run(&["--no-config", "certs.d"]).ends(0);
    folder
        .run(&["--config", "other.toml"])
        .fails("cannot read the settings in other.toml: it does not exist");
    folder
        .run(&["--config", "certs.d"])
        .fails("it is a directory");
    folder.write(".certsd-lint.toml", "");
    folder
        .run(&["certs.d"])
        .fails("both exist: keep one of them");
}

/// What `debug` prints names places and rules, and no values: they may be secrets.
#[test]
fn what_the_program_sees() {
    let folder = Folder::new(&[]);
    folder.write(
        "certs.d/docker.io/hosts.toml",
        "[host.\"https://user:hunter2hunter2@mirror.internal\"]\nskip_verify = true\n[host.\"https://mirror.internal\".header]\n\
         Authorization = \"Bearer s3cr3ts3cr3t\"\n",
    );
    let ended = folder.run(&["debug", "certs.d/docker.io/hosts.toml"]);
    ended.ends(0);
    for part in [
        "namespace docker.io",
        "fired: warning at Some(",
        "checks only config.toml",
    ] {
        assert!(ended.out.contains(part), "{part}: {}", ended.out);
    }
    assert!(!ended.out.contains("s3cr3t"), "{}", ended.out);
    assert!(!ended.out.contains("hunter2"), "{}", ended.out);
    folder
        .run(&["debug", "none/hosts.toml"])
        .fails("cannot read none/hosts.toml");
}

#[test]
fn names_that_are_not_known() {
    let folder = Folder::new(&["certs.d/docker.io/hosts.toml"]);
    for args in [
        &["--select", "unknown-capabilty", "certs.d"][..],
        &["--ignore", "trust,unknown-capabilty"],
        &["--extend-select", "unknown-capabilty"],
        &["explain", "unknown-capabilty"],
    ] {
        let ended = folder.run(args);
        ended.fails("invalid value 'unknown-capabilty'");
        ended.says("a similar value exists: 'unknown-capability'");
    }
    let ended = folder.run(&["--severity", "unknown-capabilty=off"]);
    ended.fails("did you mean `unknown-capability`?");
    folder
        .run(&["explain", "pineapple"])
        .fails("`certsd-lint rules` lists");
    folder
        .run(&["--containerd", "1.4"])
        .fails("unsupported containerd release 1.4");
    for range in [">=", "1.7..", "1.7..new"] {
        let ended = folder.run(&["--containerd", range]);
        ended.fails(&format!("`{range}` is not a containerd release"));
    }
    for host in ["", "https://quay.io", "quay.io/app"] {
        let ended = folder.run(&["resolve", "--registry", host]);
        ended.fails("write a host, and its port");
    }
    folder
        .run(&["--slect", "x"])
        .fails("a similar argument exists: '--select'");
    folder
        .run(&["--now", "tomorrow"])
        .fails("write it as 2026-01-31T00:00:00Z");
    folder
        .run(&["--deploy-path", "certs.d"])
        .fails("not an absolute path");
    folder
        .run(&["--private", "reg:5000", "certs.d"])
        .fails("--private: `reg:5000` has a port");
    folder.run(&["--days-before-expiry", "-1"]).fails("");
}

#[cfg(unix)]
#[test]
fn a_closed_pipe_ends_quietly() {
    let folder = Folder::new(&["certs.d/docker.io/hosts.toml"]);
    for args in [
        &["rules"][..],
        &["explain", "unknown-capability"],
        &["--help"],
        &["man"],
        &["completions", "bash"],
        &["--format", "json", "certs.d"],
    ] {
        let mut command = folder.command();
        let mut child = command
            .args(args)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        drop(child.stdout.take());
        let mut stderr = String::new();
        child
            .stderr
            .take()
            .unwrap()
            .read_to_string(&mut stderr)
            .unwrap();
        assert_eq!(child.wait().unwrap().code(), Some(0), "{args:?}: {stderr}");
        assert!(
            !stderr.contains("error") && !stderr.contains("panic"),
            "{args:?}: {stderr}"
        );
    }
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_is_told() {
    let folder = Folder::new(&[]);
    let full = fs::OpenOptions::new()
        .write(true)
        .open("/dev/full")
        .unwrap();
    let mut command = folder.command();
    let ended = Ended::of(
        command
            .arg("rules")
            .stdout(Stdio::from(full))
            .output()
            .unwrap(),
    );
    ended.fails("cannot write the output");
}

#[test]
fn settings_are_found_upwards_to_the_repository() {
    let folder = Folder::new(&["repo/.git/", "repo/a/certs.d/docker.io/hosts.toml"]);
    folder.write("certsd-lint.toml", "broken");
    let ended = folder.run(&["-v", "repo/a/certs.d"]);
    // The file above the repository is seen only because the program was started there.
    ended.fails("info: settings: certsd-lint.toml");
    let inside = |args: &[&str]| {
        Ended::of(
            folder
                .command()
                .current_dir(folder.path().join("repo"))
                .args(args)
                .output()
                .unwrap(),
        )
    };
    inside(&["-v", "a/certs.d"])
        .ends(0)
        .says("info: settings: no certsd-lint.toml or .certsd-lint.toml found");
    folder.write("repo/.certsd-lint.toml", "");
    inside(&["-v", "a/certs.d"])
        .ends(0)
        .says("info: settings: .certsd-lint.toml");
    folder
        .run(&["-v", "repo/a/certs.d/docker.io/hosts.toml"])
        .ends(0)
        .says("info: settings: repo/.certsd-lint.toml");
    inside(&["-v", "--no-config", "a"])
        .ends(0)
        .says("settings: no file (--no-config)");
    // A file that is nearer to one of the trees counts for what lies below it.
    folder.write("repo/b/certs.d/quay.io/hosts.toml", SOUND);
    folder.write("repo/b/certsd-lint.toml", "");
    inside(&["-v", "."])
        .ends(0)
        .says("info: settings for b: b/certsd-lint.toml");
    folder.write("repo/b/certsd-lint.toml", "baseline = \"x\"\n");
    inside(&["."])
        .ends(0)
        .says("warning: `baseline` in b/certsd-lint.toml is ignored");
    folder.write("repo/b/certsd-lint.toml", "ignroe = []\n");
    inside(&["."]).fails("did you mean `ignore`?");
    inside(&["--no-config", "."]).ends(0);
    inside(&["--config", ".certsd-lint.toml", "."]).ends(0);
    folder.write("repo/b/certsd-lint.toml", "");
    inside(&["-v", "b"])
        .ends(0)
        .says("info: settings: b/certsd-lint.toml");
}

#[test]
fn trees_and_how_they_are_seen_are_told_with_v() {
    let folder = Folder::new(&[
        "repo/.git/",
        "repo/certs.d/docker.io/hosts.toml",
        "here/certs.d/docker.io/hosts.toml",
    ]);
    let ended = folder.run(&["-v", "repo", "here/certs.d/docker.io/hosts.toml"]);
    ended
        .ends(0)
        .says("info: tree repo/certs.d: deployed to /etc/containerd/certs.d on the node");
    ended.says("info: tree here/certs.d (docker.io only): in use on this machine");
    let ended = folder.run(&["-v", "--deploy-path", "/opt/certs.d", "here"]);
    ended.ends(0).says("deployed to /opt/certs.d on the node");
    let ended = folder.run(&["-v", "--sysroot", "here", "here/certs.d"]);
    ended.ends(0).says("/certs.d below the root here");
}

#[test]
fn formats_and_outputs_pair_in_their_order() {
    let folder = Folder::new(&["certs.d/docker.io/hosts.toml"]);
    let ended = folder.run(&[
        "--format", "json", "--output", "-", "--format", "sarif", "--output", "x.sarif", "certs.d",
    ]);
    ended.ends(0);
    assert!(ended.out.contains("\"version\": 1"), "{}", ended.out);
    let sarif = fs::read_to_string(folder.path().join("x.sarif")).unwrap();
    assert!(sarif.contains("2.1.0"));
    folder
        .run(&["--format", "junit", "-o", "x.xml", "certs.d"])
        .ends(0);
    assert!(folder.path().join("x.xml").exists());
    folder
        .run(&["--format", "json", "--format", "sarif", "certs.d"])
        .fails("two formats go to standard output");
    folder
        .run(&["--format", "json", "-o", "a", "-o", "b", "certs.d"])
        .fails("give one --output for each --format");
    folder
        .run(&["--output", "no/such/x", "certs.d"])
        .fails("cannot write no/such/x");
}

#[test]
fn standard_input() {
    let folder = Folder::new(&["certs.d/docker.io/hosts.toml"]);
    let run = |args: &[&str], text: &str| {
        let mut child = folder
            .command()
            .args(args)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        child.stdin.take().unwrap().write_all(text.as_bytes()).ok();
        Ended::of(child.wait_with_output().unwrap())
    };
    let name = "certs.d/docker.io/hosts.toml";
    run(&["--stdin-filename", name, "-"], SOUND)
        .ends(0)
        .says("checked 1 namespace");
    run(&["--stdin-filename", "new/quay.io/hosts.toml"], SOUND)
        .ends(0)
        .says("checked 1 namespace");
    run(&["-"], "").fails("give its path with --stdin-filename");
    run(&["--stdin-filename", name, "certs.d"], "").fails("add `-` to the paths");
    run(&["--stdin-filename", "docker.io", "-"], "").fails("is not a hosts.toml: give the path");
}

#[test]
fn commands_and_paths_of_the_same_name() {
    let folder = Folder::new(&["rules/docker.io/hosts.toml"]);
    folder.run(&["--color", "never", "rules"]).ends(0);
    folder.run(&["./rules"]).ends(0).says("checked 1 namespace");
    folder
        .run(&["--", "rules"])
        .ends(0)
        .says("checked 1 namespace");
    folder
        .run(&["explian", "skip-verify"])
        .fails("cannot read explian: it does not exist; did you mean the command `explain`?");
    folder
        .run(&["lint", "./rules"])
        .fails("there is no `lint` command; run `certsd-lint PATH`");
    let ended = folder.run(&["--fail-on", "never", "rules"]);
    ended.fails("`rules` is a command and takes no --fail-on");
    ended.says("for a path of that name, write `./rules`");
}

#[test]
fn init_writes_once() {
    let folder = Folder::new(&["certs.d/docker.io/hosts.toml"]);
    folder.run(&["init"]).ends(0).says("wrote certsd-lint.toml");
    folder
        .run(&["-v", "certs.d"])
        .ends(0)
        .says("info: settings: certsd-lint.toml");
    folder.write("certsd-lint.toml", "# mine\n");
    folder
        .run(&["init"])
        .fails("certsd-lint.toml already exists and was not changed");
    folder
        .run(&["init", ".certsd-lint.toml"])
        .fails("a directory has only one settings file");
    assert_eq!(
        fs::read_to_string(folder.path().join("certsd-lint.toml")).unwrap(),
        "# mine\n"
    );
    folder.run(&["init", "other.toml"]).ends(0);
}

#[test]
fn rules_and_their_documentation() {
    let folder = Folder::new(&[]);
    let ended = folder.run(&["rules", "--format", "json"]);
    let list: serde_json::Value = serde_json::from_str(&ended.out).unwrap();
    let rules = list["rules"].as_array().unwrap();
    assert_eq!(rules.len(), certsd_lint::rules::RULES.len());
    for key in [
        "name",
        "category",
        "severity",
        "consequence",
        "releases",
        "fix",
        "on",
        "summary",
    ] {
        assert!(rules.iter().all(|rule| !rule[key].is_null()), "{key}");
    }
    for rule in certsd_lint::rules::RULES {
        let ended = folder.run(&["explain", rule.name]);
        ended.ends(0);
        assert!(ended.out.contains(rule.consequence.word()), "{}", ended.out);
        assert!(
            !ended.out.contains("##") && !ended.out.contains("```"),
            "{}",
            ended.out
        );
        // Code is not wrapped, and neither is a word that is longer than a line.
        let too_long = |l: &&str| l.chars().count() > 100 && !l.starts_with("    ");
        assert_eq!(ended.out.lines().find(too_long), None, "{}", rule.name);
    }
    assert!(
        folder
            .run(&["--color", "always", "explain", "unknown-capability"])
            .out
            .contains('\u{1b}')
    );
}

#[test]
fn everything_is_described() {
    let folder = Folder::new(&[]);
    folder.run(&["--version"]).ends(0);
    let help = folder.run(&["--help"]).out;
    let man = folder.run(&["man"]).out.replace("\\-", "-");
    let bash = folder.run(&["completions", "bash"]).out;
    let flags = certsd_lint::settings::SETTINGS
        .iter()
        .filter_map(|setting| setting.flag);
    for flag in flags {
        for page in [&help, &man, &bash] {
            assert!(page.contains(flag), "{flag}");
        }
    }
    let schema: serde_json::Value = serde_json::from_str(&folder.run(&["schema"]).out).unwrap();
    assert_eq!(schema, certsd_lint::settings::schema());
    let help = certsd_lint()
        .arg("--help")
        .output()
        .map(|o: Output| o.stdout)
        .unwrap();
    let widest = String::from_utf8(help)
        .unwrap()
        .lines()
        .map(|l| l.chars().count())
        .max();
    assert!(widest <= Some(100));
}

/// A hosts.toml that is sound from 2.0 on, and in 1.7 has a capability too many.
const REFERRERS: &str =
    "[host.\"https://mirror.internal\"]\ncapabilities = [\"pull\", \"resolve\", \"referrers\"]\n";

#[test]
fn clusters_of_different_releases_are_linted_in_one_run() {
    let folder = Folder::new(&[".git/"]);
    for cluster in ["new", "old"] {
        folder.write(
            &format!("{cluster}/certs.d/docker.io/hosts.toml"),
            REFERRERS,
        );
    }
    let settings = "containerd = \"2.3\"\n";
    let of_paths = "[[overrides]]\npaths = [\"old/**\"]\ncontainerd = \"1.7\"\n";
    folder.write("certsd-lint.toml", &format!("{settings}{of_paths}"));
    let check = || {
        let ended = folder.run(&["--format", "concise", "."]);
        ended.ends(1).says("1.7.34, 2.3.4");
        assert!(
            ended.out.contains("old/certs.d/docker.io/hosts.toml"),
            "{ended:#?}"
        );
        assert!(!ended.out.contains("new/"), "{ended:#?}");
    };
    check();
    // A flag wins.
    folder.run(&["--containerd", "2.3", "."]).ends(0);
    // The same by a settings file in the folder.
    folder.write("certsd-lint.toml", settings);
    folder.write("old/certsd-lint.toml", "containerd = \"1.7\"\n");
    check();
    folder.run(&["old"]).ends(1);
}

#[test]
fn each_cluster_has_hosts_paths_and_a_config_of_its_own() {
    let folder = Folder::new(&[".git/"]);
    let text = "server = \"https://registry-1.docker.io\"\n[host.\"https://images.fast-company.com\"]\ncapabilities = [\"pull\", \"resolve\"]\n";
    for cluster in ["a", "b"] {
        folder.write(&format!("{cluster}/certs.d/docker.io/hosts.toml"), text);
    }
    let config = "version = 2\n[plugins.\"io.containerd.grpc.v1.cri\".registry]\nconfig_path = \"/srv/certs.d\"\n";
    folder.write("nodes/a.toml", config);
    folder.write(
        "certsd-lint.toml",
        "[[overrides]]\npaths = [\"a/**\"]\nprivate = \"*.fast-company.com\"\ndeploy-path = \"/srv/certs.d\"\n\
         containerd-config = \"nodes/a.toml\"\n",
    );
    let ended = folder.run(&["-v", "--format", "concise", "a", "b"]);
    ended.says("tree a/certs.d: deployed to /srv/certs.d on the node");
    ended.says("tree b/certs.d: deployed to /etc/containerd/certs.d on the node");
    ended.says("config nodes/a.toml");
    assert!(!ended.out.contains("a/certs.d"), "{ended:#?}");
    assert!(!ended.out.contains("config-path-elsewhere"), "{ended:#?}");
    assert!(
        ended.out.contains("b/certs.d/docker.io/hosts.toml"),
        "{ended:#?}"
    );
}

#[test]
fn the_settings_say_for_which_registry_a_file_is() {
    let folder = Folder::new(&[".git/"]);
    let text = "[host.\"https://mirror.gcr.io\"]\ncapabilities = [\"pull\", \"resolve\"]\n";
    folder.write("roles/cri/files/hosts.toml", text);
    let quiet = folder.run(&["--format", "concise", "."]);
    quiet.ends(0).says("set it in the settings: [[namespaces]]");
    folder.write(
        "certsd-lint.toml",
        "[[namespaces]]\npath = \"roles/*/files/hosts.toml\"\nregistry = \"docker.io\"\n",
    );
    let ended = folder.run(&["--format", "concise", "."]);
    ended.ends(1);
    assert!(
        ended.out.contains("roles/cri/files/hosts.toml:2"),
        "{ended:#?}"
    );
    assert!(ended.out.contains("public-mirror-resolve"), "{ended:#?}");
    assert!(!ended.err.contains("[[namespaces]]"), "{ended:#?}");
    let printed = folder.run(&["--print-settings"]);
    assert!(
        printed.out.contains("registry = \"docker.io\""),
        "{printed:#?}"
    );
    // Fixes are written to the file itself.
    folder.run(&["--fix", "--unsafe-fixes", "."]).ends(0);
    let fixed = std::fs::read_to_string(folder.path().join("roles/cri/files/hosts.toml")).unwrap();
    assert!(fixed.contains("capabilities = [\"pull\"]"), "{fixed}");
}
