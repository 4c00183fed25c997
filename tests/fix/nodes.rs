//! A node's config.toml is mended like any other file.

use std::fs;

use crate::program::Folder;

const SECTION: &str = "[plugins.\"io.containerd.grpc.v1.cri\".registry]\n  config_path = \"/etc/containerd/certs.d\"\n";

fn fixed(text: &str, args: &[&str]) -> (String, String) {
    let folder = Folder::new(&[]);
    folder.write("containerd/config.toml", text);
    let args = [args, &["containerd/config.toml"]].concat();
    let ended = folder.run(&args);
    let path = folder.path().join("containerd/config.toml");
    (fs::read_to_string(path).unwrap(), ended.err.clone())
}

#[test]
fn a_section_gets_the_name_that_the_version_wants() {
    let text = format!("version = 3\n\n{SECTION}");
    let (text, _) = fixed(&text, &["--fix", "--containerd", "2.0,2.2,2.3"]);
    let want = SECTION.replace(
        "\"io.containerd.grpc.v1.cri\"",
        "'io.containerd.cri.v1.images'",
    );
    assert_eq!(text, format!("version = 3\n\n{want}"));
}

#[test]
fn a_config_path_is_set_and_a_list_is_cut_if_that_is_asked_for() {
    let (text, _) = fixed("version = 2\n", &["--fix", "--containerd", "1.7"]);
    assert_eq!(text, format!("version = 2\n\n{SECTION}"));
    let list = text.replace("certs.d\"", "certs.d:/etc/docker/certs.d\"");
    let (safely, _) = fixed(&list, &["--fix", "--containerd", "2.2"]);
    assert_eq!(safely, list);
    let (unsafely, _) = fixed(&list, &["--fix", "--unsafe-fixes", "--containerd", "2.2"]);
    assert_eq!(unsafely, text);
}

#[test]
fn what_would_keep_the_daemon_from_starting_is_held_back() {
    // Version 2 wants full names, and this one is short.
    let text = format!("{SECTION}[proxy_plugins]\n");
    let (after, _) = fixed(&text, &["--fix", "--containerd", "1.7"]);
    assert_eq!(after, format!("version = 2\n{text}"));
    let short = format!("required_plugins = [\"cri\"]\n{SECTION}");
    let (after, _) = fixed(&short, &["--fix", "--containerd", "1.7"]);
    assert_eq!(after, short);
}

#[test]
fn what_a_drop_in_overrules_is_not_written() {
    let folder = Folder::new(&[]);
    let text = format!("version = 2\nimports = [\"conf.d/*.toml\"]\n{SECTION}");
    folder.write("containerd/config.toml", &text);
    let empty = SECTION.replace("/etc/containerd/certs.d", "");
    folder.write("containerd/conf.d/a.toml", &format!("version = 2\n{empty}"));
    let args = ["--fix", "--unsafe-fixes", "containerd/config.toml"];
    let ended = folder.run(&args);
    ended.ends(1);
    assert!(!ended.err.contains("bug"), "{}", ended.err);
    let path = folder.path().join("containerd/config.toml");
    assert_eq!(fs::read_to_string(path).unwrap(), text);
}

#[test]
fn of_a_drop_in_alone_only_what_it_says_is_judged() {
    let folder = Folder::new(&[]);
    // Without a version it has that of config.toml; a config path may stand in another file.
    folder.write("conf.d/a.toml", SECTION);
    folder.write(
        "conf.d/b.toml",
        "[plugins.\"io.containerd.grpc.v1.cri\".containerd]\n",
    );
    folder
        .run(&["--no-config", "conf.d/a.toml", "conf.d/b.toml"])
        .ends(0);
    let list = SECTION.replace("certs.d\"", "certs.d:/etc/docker/certs.d\"");
    folder.write("conf.d/c.toml", &format!("version = 2\n{list}"));
    let ended = folder.run(&["--no-config", "conf.d/c.toml"]);
    ended.ends(1);
    assert!(ended.out.contains("config-path-list"), "{}", ended.out);
}

#[test]
fn a_fix_is_announced_where_it_is_written_whatever_the_file_is_called() {
    let folder = Folder::new(&[]);
    let misspelled = format!(
        "version = 2\n{}",
        SECTION.replace("config_path", "config-path")
    );
    folder.write("k3s.toml", &misspelled);
    folder.write(
        "config.toml",
        "version = 2\nimports = [\"x/config.toml\"]\n",
    );
    folder.write("x/config.toml", &misspelled);
    for (file, is_written) in [("k3s.toml", true), ("config.toml", false)] {
        let args = ["--no-config", "--containerd", "1.7", file];
        let ended = folder.run(&args);
        assert_eq!(ended.out.contains("(--fix)"), is_written, "{}", ended.out);
        assert_eq!(ended.err.contains("1 fixable"), is_written, "{}", ended.err);
        let diff = folder.run(&[&args[..], &["--diff"]].concat());
        assert_eq!(
            diff.out.contains("+  config_path"),
            is_written,
            "{}",
            diff.out
        );
    }
}
