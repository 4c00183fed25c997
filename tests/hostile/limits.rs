//! Files that are too large, too deep, too full or too much work.

use std::fs;

use crate::program::{Ended, Folder};

/// Lints this hosts.toml of docker.io.
#[track_caller]
fn lint(text: &str) -> Ended {
    let folder = Folder::new(&[]);
    folder.write("certs.d/docker.io/hosts.toml", text);
    let ended = folder.run(&["--no-config", "certs.d"]);
    ended.says("checked 1 namespace");
    let longest = ended.out.lines().map(str::len).max().unwrap_or_default();
    assert!(
        longest < 2000,
        "a line of {longest} bytes: {}",
        &ended.out[..2000]
    );
    ended
}

#[test]
fn a_hosts_file_beyond_its_size_is_not_read() {
    let folder = Folder::new(&["certs.d/docker.io/"]);
    let file = fs::File::create(folder.path().join("certs.d/docker.io/hosts.toml")).unwrap();
    file.set_len(4 * 1024 * 1024 + 1).unwrap();
    let ended = folder.run(&["--no-config", "certs.d"]);
    ended.ends(1);
    assert!(
        ended
            .out
            .contains("warning[unreadable-file]: hosts.toml is larger than 4 MiB")
    );
    // containerd has no such limit, and nothing is said of what it does.
    assert!(!ended.out.contains("pull"), "{}", ended.out);
    let ended = folder.run(&["resolve", "--config-path", "certs.d", "docker.io/nginx"]);
    assert!(
        ended.out.contains("nothing is known of it"),
        "{}",
        ended.out
    );
}

#[test]
fn a_hosts_file_with_too_many_entries_is_not_read() {
    for text in [
        "[host.\"https://m.internal\"]\n".repeat(2_001),
        (0..2_001).map(|i| format!("k{i} = 1\n")).collect(),
        format!("ca = [{}]\n", "'a',".repeat(2_001)),
        "[[a.b]]\n".repeat(1_100),
        format!("a = {}", "[".repeat(100_000)),
        format!("a = {}", "{a=".repeat(100_000)),
    ] {
        let ended = lint(&text);
        ended.ends(1);
        let what = "hosts.toml contains more than 2000 tables, keys and elements";
        assert!(ended.out.contains(what), "{}", ended.out);
    }
}

#[test]
fn nesting_overflows_no_stack() {
    let deep =
        |open: &str, close: &str, n: usize| format!("a = {}1{}\n", open.repeat(n), close.repeat(n));
    for text in [
        deep("[", "]", 1_900),
        deep("{a=", "}", 1_900),
        "[".repeat(1_900),
        "a = ".to_owned() + &"[".repeat(1_900),
        "a = ".to_owned() + &"{a=".repeat(1_900),
        "{".repeat(200_000),
        ".".repeat(100_000),
        "\"".repeat(100_000),
    ] {
        lint(&text).ends(1);
    }
    let dotted = vec!["a"; 100_000].join(".");
    for text in [
        format!("{dotted} = 1\n"),
        format!("[{dotted}]\n"),
        format!("[[{dotted}]]\n"),
        format!("[host.{dotted}]\n"),
        format!("[host.\"https://m.internal\"]\nheader.{dotted} = 1\n"),
    ] {
        lint(&text).ends(1);
    }
}

#[test]
fn as_many_entries_as_are_read_take_no_time() {
    let keys: String = (0..1_900).map(|i| format!("k{i} = 1\n")).collect();
    let headers: String = (0..1_900).map(|i| format!("x{i} = \"1\"\n")).collect();
    for text in [
        format!("[host.\"https://m.internal\"]\n{keys}"),
        format!("[host.\"https://m.internal\".header]\n{headers}"),
        format!(
            "[host.\"https://m.internal\"]\ncapabilities = [{}]\n",
            "\"pul\",".repeat(1_900)
        ),
        "skip_verify = true\n".repeat(1_900),
        "# certsd-lint: ignore[plain-http] x\n".repeat(1_900),
        format!("# certsd-lint: ignore[{}] x\n", "plain-http,".repeat(1_900)),
    ] {
        lint(&text);
    }
}

#[test]
fn a_line_without_end_is_not_printed() {
    let long = "a".repeat(100 * 1024);
    for text in [
        format!("server = \"https://{long}\"\n"),
        format!("{long} = 1\n"),
        format!("[host.\"https://{long}\"]\nskip_verify = true\n"),
        format!("[host.\"https://m.internal\"]\ncapabilities = [\"{long}\"]\n"),
        format!("[host.\"https://m.internal\"]\ndial_timeout = \"{long}\"\n"),
        format!("# certsd-lint: ignore[{long}]\n"),
        format!("a = {}\n", "9".repeat(100 * 1024)),
    ] {
        lint(&text);
    }
}

#[test]
fn bytes_that_are_no_text() {
    for bytes in [
        vec![0xff; 1_000_000],
        vec![0; 1_000_000],
        vec![b'\r'; 1_000_000],
        vec![b'\n'; 1_000_000],
    ] {
        let folder = Folder::new(&["certs.d/docker.io/"]);
        fs::write(folder.path().join("certs.d/docker.io/hosts.toml"), bytes).unwrap();
        folder
            .run(&["--no-config", "certs.d"])
            .says("checked 1 namespace");
    }
}
