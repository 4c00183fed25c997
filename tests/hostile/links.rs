//! Links: those of a repository lead out of it for nobody, and those of a node lead where the node's own would.

use std::fs;

use crate::program::{Ended, Folder};
use crate::{FORMATS, SHORT};

/// What must never be printed.
const SECRET: &str = "x9y8z7-planted";

/// A file outside the repository `r`, of the kind that has secrets in it, and is no TOML.
fn outside(folder: &Folder) {
    folder.write(
        "outside/credentials",
        &format!("machine example.com login a {SECRET}\n"),
    );
    folder.write("outside/key", &format!("oauth = \"{SECRET}\"\n"));
    folder.write("outside/docker.io/hosts.toml", &format!("{SECRET} = 1\n"));
}

#[track_caller]
fn run(folder: &Folder, args: &[&str]) -> Ended {
    let mut command = folder.command();
    command.current_dir(folder.path().join("r")).args(args);
    let ended = Ended::of(command.env("PLANTED", SECRET).output().unwrap());
    for text in [&ended.out, &ended.err] {
        assert!(!text.contains(SECRET), "{args:?}: {text}");
    }
    ended
}

#[test]
fn a_hosts_file_that_leads_out_of_the_repository() {
    for target in [
        "/proc/self/environ",
        "../../../outside/credentials",
        "../../../outside/key",
    ] {
        let folder = Folder::new(&[
            "r/.git/",
            "r/certs.d/docker.io/",
            "r/certs.d/quay.io/hosts.toml",
        ]);
        outside(&folder);
        folder.link(target, "r/certs.d/docker.io/hosts.toml");
        folder.link("../../outside/docker.io", "r/certs.d/ghcr.io");
        for format in FORMATS {
            let ended = run(&folder, &["--no-config", "--format", format, "certs.d"]);
            ended.ends(1).says("checked 3 namespaces");
            if SHORT.contains(&format) {
                continue;
            }
            for name in ["docker.io", "ghcr.io"] {
                assert!(ended.out.contains(name), "{format}: {}", ended.out);
            }
            assert!(
                ended.words().contains("leads out of the repository"),
                "{}",
                ended.out
            );
        }
        for args in [
            &["--no-config", "--diff", "--unsafe-fixes", "."][..],
            &["--no-config", "--fix", "--unsafe-fixes", "."],
            &["--no-config", "certs.d/docker.io/hosts.toml"],
            &["resolve", "--config-path", "certs.d", "docker.io/nginx"],
        ] {
            run(&folder, args);
        }
        let kept = fs::read_to_string(folder.path().join("outside/key")).unwrap();
        assert!(kept.contains(SECRET));
    }
}

#[test]
fn certificates_and_trees_that_lead_out_of_the_repository() {
    let folder = Folder::new(&["r/.git/", "r/sound/certs.d/docker.io/hosts.toml"]);
    outside(&folder);
    folder.write(
        "r/certs.d/docker.io/hosts.toml",
        "ca = 'ca.pem'\nclient = 'client.pem'\n",
    );
    folder.link("../../../outside/key", "r/certs.d/docker.io/ca.pem");
    folder.link("/proc/self/environ", "r/certs.d/docker.io/client.pem");
    let ended = run(
        &folder,
        &["--no-config", "--min-severity", "note", "certs.d"],
    );
    assert!(
        ended.words().contains("leads out of the repository"),
        "{}",
        ended.out
    );
    assert!(!ended.out.contains("invalid-ca"), "{}", ended.out);

    folder.link("../../outside", "r/certs.d/certs.d");
    folder.link("../../outside", "r/sound/hosts.d");
    run(&folder, &["--no-config", "."]).fails("leads out of the repository");
    run(&folder, &["--no-config", "sound/hosts.d"]).fails("leads out of the repository");
    run(&folder, &["--no-config", "certs.d/certs.d/docker.io"])
        .fails("leads out of the repository");
    // Within the repository links are followed.
    folder.link("../sound/certs.d/docker.io", "r/certs.d/quay.io");
    run(&folder, &["--no-config", "certs.d/quay.io"]).ends(0);
}

#[test]
fn settings_baseline_and_config_toml_that_lead_out_of_the_repository() {
    let out = "leads out of the repository";
    let folder = Folder::new(&["r/.git/", "r/certs.d/docker.io/hosts.toml"]);
    outside(&folder);
    for target in [
        "../outside/credentials",
        "../outside/key",
        "/proc/self/environ",
    ] {
        for name in [
            "certsd-lint.toml",
            "baseline.json",
            "config.toml",
            "registries.yaml",
        ] {
            folder.link(target, &format!("r/{name}"));
        }
        run(&folder, &["certs.d"]).fails(out);
        run(&folder, &["--config", "certsd-lint.toml", "certs.d"]).fails(out);
        run(
            &folder,
            &["--no-config", "--baseline", "baseline.json", "certs.d"],
        )
        .fails(out);
        run(&folder, &["--no-config", "config.toml"]).fails(out);
        run(&folder, &["node", "config.toml"]).fails(out);
        run(&folder, &["migrate", "--dry-run", "registries.yaml"]).fails(out);
        for name in [
            "certsd-lint.toml",
            "baseline.json",
            "config.toml",
            "registries.yaml",
        ] {
            fs::remove_file(folder.path().join("r").join(name)).unwrap();
        }
    }
    // What the settings name, likewise; the command line is the user's own.
    for (name, path) in [
        ("baseline", "../outside/key"),
        ("containerd-config", "/proc/self/environ"),
        ("sysroot", "/"),
        ("sysroot", "../.."),
    ] {
        folder.write("r/certsd-lint.toml", &format!("{name} = '{path}'\n"));
        run(&folder, &["certs.d"]).fails(&format!("`{name}` {out}"));
    }
    // Nor do they make a tree one that is in use, with every path of the machine.
    let tree = folder.path().join("r/certs.d");
    let tree = tree.canonicalize().unwrap();
    folder.write(
        "r/certsd-lint.toml",
        &format!("deploy-path = '{}'\n", tree.display()),
    );
    folder.link("../../../outside/key", "r/certs.d/docker.io/ca.crt");
    fs::remove_file(tree.join("docker.io/hosts.toml")).unwrap();
    folder.link("/proc/self/environ", "r/certs.d/docker.io/hosts.toml");
    run(&folder, &["certs.d"]).ends(1);
}

#[test]
fn problems_of_settings_show_no_secret() {
    let folder = Folder::new(&["r/.git/", "r/certs.d/docker.io/hosts.toml"]);
    let header = format!("header = {{ Authorization = \"Basic {SECRET}\" }}");
    for text in [
        format!("password = \"{SECRET}\"\n"),
        format!("select = 1\ntoken = '{SECRET}'\n"),
        format!("[auth]\npassword = '{SECRET}'\nx\n"),
        format!("baseline = 'https://user:{SECRET}@example.com/'\nselect = 'x'\n"),
        format!("{header}\n"),
        format!("x y z\n{header}\n"),
    ] {
        folder.write("r/certsd-lint.toml", &text);
        run(&folder, &["certs.d"]).ends(2);
    }
}

#[test]
fn links_below_a_sysroot_lead_from_it() {
    let folder = Folder::new(&[
        "r/etc/containerd/certs.d/reg.internal/",
        "r/srv/containerd/",
    ]);
    folder.write(
        "r/etc/containerd/certs.d/reg.internal/hosts.toml",
        "server = \"https://reg.internal\"\n[host.\"https://reg.internal\"]\nca = \"ca.crt\"\n",
    );
    let none = "r/etc/pki/certsd-lint-none.crt";
    folder.write(none, "not a certificate\n");
    folder.link(
        "/etc/pki/certsd-lint-none.crt",
        "r/etc/containerd/certs.d/reg.internal/ca.crt",
    );
    let args = ["--no-config", "--sysroot", "r"];
    let tree = "r/etc/containerd/certs.d";
    let ended = folder.run(&[&args[..], &[tree]].concat());
    assert!(ended.out.contains("invalid-ca"), "{}", ended.out);
    // The same, by a directory and a namespace that are absolute links, and from a repository.
    for (from, to) in [
        (
            "r/etc/containerd/certs.d/reg.internal",
            "r/srv/containerd/reg",
        ),
        ("r/etc/containerd", "r/srv/etc"),
    ] {
        fs::rename(folder.path().join(from), folder.path().join(to)).unwrap();
        folder.link(to.strip_prefix('r').unwrap(), from);
        fs::create_dir_all(folder.path().join(".git")).unwrap();
        let ended = folder.run(&[&args[..], &[tree]].concat());
        assert!(ended.out.contains("invalid-ca"), "{from}: {}", ended.out);
    }
    let config = "version = 2\n[plugins.\"io.containerd.grpc.v1.cri\".registry]\nconfig_path = \"/etc/containerd/certs.d\"\n";
    folder.write("r/srv/etc/config.toml", config);
    folder.run(&["node", "--sysroot", "r"]).ends(0);
    // Nothing outside is reached.
    folder.write("outside", "x9y8z7");
    folder.link("../../../../outside", "r/srv/up");
    folder.link("/srv/up", "r/srv/containerd/reg/x");
    let ended = folder.run(&[&args[..], &[tree]].concat());
    assert!(!ended.out.contains("x9y8z7"), "{}", ended.out);
    assert_eq!(
        fs::read_to_string(folder.path().join("outside")).unwrap(),
        "x9y8z7"
    );
}

#[test]
fn imports_that_match_every_directory() {
    let folder = Folder::new(&[]);
    for index in 0..1_500 {
        fs::create_dir_all(folder.path().join(format!("etc/x/d{index}/e"))).unwrap();
    }
    folder.write(
        "etc/config.toml",
        "version = 2\nimports = ['/etc/x/*/*/*.toml']\n",
    );
    let ended = folder.run(&["node", "--sysroot", ".", "etc/config.toml"]);
    ended.ends(0);
    let left_out = "an import that cannot be read was left out";
    assert!(ended.out.contains(left_out), "{}", ended.out);
    let list: Vec<String> = (0..200).map(|index| format!("/etc/d{index}")).collect();
    let table = "[plugins.\"io.containerd.grpc.v1.cri\".registry]";
    let text = format!(
        "version = 2\n{table}\nconfig_path = \"{}\"\n",
        list.join(":")
    );
    folder.write("etc/config.toml", &text);
    let ended = folder.run(&["--no-config", "--sysroot", ".", "etc/config.toml"]);
    ended.fails("lists 200 directories");
}
