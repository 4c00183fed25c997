//! Files that are too large, too deep, too full or too much work.

use std::fs;

use crate::program::{Ended, Folder, certsd_lint};

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
        ended.out.contains("nothing is known about it"),
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
        assert!(ended.words().contains(what), "{}", ended.out);
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

/// Files that are read as a whole or not at all, and what is said of each that has more than any real one.
#[test]
fn more_than_any_real_file_holds_is_not_read() {
    let lines = |n: usize, line: fn(usize) -> String| (0..n).map(line).collect::<String>();
    let list = |n: usize, item: fn(usize) -> String| {
        let items: Vec<String> = (0..n).map(item).collect();
        items.join(", ")
    };
    let many = "more than 10000 tables, keys and elements";
    let folder = Folder::new(&["certs.d/docker.io/hosts.toml"]);
    for (name, text, words) in [
        ("s.toml", lines(40_000, |n| format!("k{n} = 1\n")), many),
        (
            "s.toml",
            format!("exclude = [{}]", list(40_000, |n| format!("\"g{n}\""))),
            many,
        ),
        (
            "s.toml",
            format!("exclude = [{}]", list(5_000, |n| format!("\"g{n}\""))),
            "more than 1000 globs and hosts",
        ),
        (
            "s.toml",
            format!("private = [{}]", list(5_000, |n| format!("\"*.h{n}\""))),
            "more than 1000 globs and hosts",
        ),
        (
            "s.toml",
            format!(
                "exclude = [\"{{{}}}\"]",
                list(50_000, |n| format!("n{n}")).replace(' ', "")
            ),
            "10000",
        ),
        (
            "s.toml",
            format!("exclude = [\"{}\"]", "a?".repeat(20_000)),
            "longer than 32 KiB",
        ),
        (
            "s.toml",
            lines(5_000, |n| format!("k{n} = 1\n")),
            "4900 more problems are not shown",
        ),
    ] {
        folder.write(name, &text);
        let ended = folder.run(&["--config", name, "certs.d"]);
        ended.fails(words);
        assert!(
            ended.err.lines().count() < 2_000,
            "{}",
            ended.err.lines().count()
        );
    }
    let endpoints = list(20_000, |n| format!("\"https://m{n}.internal\""));
    let registry = "[plugins.\"io.containerd.grpc.v1.cri\".registry.mirrors.\"docker.io\"]";
    for (name, text, words) in [
        (
            "config.toml",
            lines(60_000, |n| format!("k{n} = 1\n")),
            many,
        ),
        (
            "config.toml",
            format!("version = 2\n{registry}\nendpoint = [{endpoints}]\n"),
            many,
        ),
        (
            "config.toml",
            format!(
                "version = 2\n{registry}\nendpoint = [{}]\n",
                list(101, |n| format!("\"https://m{n}\""))
            ),
            "more than 100 endpoints",
        ),
        (
            "daemon.json",
            format!("{{\"insecure-registries\": [{endpoints}]}}"),
            many,
        ),
        (
            "registries.yaml",
            lines(20_000, |n| format!("k{n}: 1\n")),
            many,
        ),
        ("registries.yaml", "- ".repeat(20_000), "invalid YAML"),
        ("registries.yaml", "[".repeat(20_000), "invalid YAML"),
        ("daemon.json", "[".repeat(20_000), many),
        ("daemon.json", "[".repeat(9_000), "invalid JSON"),
    ] {
        folder.write(name, &text);
        folder.run(&["migrate", "--dry-run", name]).fails(words);
    }
    let keys = lines(60_000, |n| format!("k{n} = 1\n"));
    folder.write("config.toml", &format!("version = 2\n{keys}"));
    folder.run(&["--no-config", "config.toml"]).fails(many);
}

#[test]
fn comments_and_parts_of_keys_count_too() {
    for text in [
        "# certsd-lint: ignore[plain-http] x\n".repeat(110_000),
        format!("# certsd-lint: ignore[{}]\n", "plain-http,".repeat(300_000)),
        format!("[{}]\n", vec!["a"; 1_500_000].join(".")),
        format!("{} = 1\n", vec!["a"; 1_500_000].join(".")),
    ] {
        let ended = lint(&text);
        ended.ends(1);
        let what = "more than 2000 tables, keys and elements";
        assert!(ended.words().contains(what), "{}", ended.out);
    }
}

#[test]
fn certificate_files_with_more_than_any_bundle() {
    let block = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
    let folder = Folder::new(&[]);
    let hosts = "[host.\"https://m.internal\"]\nca = \"a.crt\"\n";
    folder.write("certs.d/docker.io/hosts.toml", hosts);
    folder.write("certs.d/docker.io/a.crt", &block.repeat(5_001));
    let ended = folder.run(&["--no-config", "certs.d"]);
    assert!(
        ended.words().contains("too many certificates"),
        "{}",
        ended.out
    );
    assert!(!ended.out.contains("invalid-ca"), "{}", ended.out);
    let headers = "a: b\n".repeat(3_000_000);
    folder.write(
        "certs.d/docker.io/a.crt",
        &block.replacen('\n', &format!("\n{headers}\n"), 1),
    );
    let ended = folder.run(&["--no-config", "certs.d"]);
    assert!(ended.out.contains("error[invalid-ca]"), "{}", ended.out);
}

/// Whatever the shell's limit says, parsers have a stack of their own.
#[cfg(target_os = "linux")]
#[test]
fn a_small_stack_aborts_nothing() {
    use std::process::Command;
    let folder = Folder::new(&[]);
    folder.write(
        "certs.d/docker.io/hosts.toml",
        &format!("a = {}", "[".repeat(1_900)),
    );
    folder.write(
        "config.toml",
        &format!("a = {}{}", "[".repeat(190), "]".repeat(190)),
    );
    folder.write("registries.yaml", &"- ".repeat(20_000));
    folder.write("flow.yaml", &"[".repeat(20_000));
    folder.write("daemon.json", &"[".repeat(120));
    let program = certsd_lint();
    for (args, code) in [
        (&["--no-config", "certs.d"][..], 1),
        (&["--no-config", "config.toml"], 1),
        (&["migrate", "--dry-run", "registries.yaml"], 2),
        (&["migrate", "--dry-run", "flow.yaml"], 2),
        (&["migrate", "--dry-run", "daemon.json"], 2),
    ] {
        let output = Command::new("sh")
            .args(["-c", "ulimit -s 128; exec \"$0\" \"$@\""])
            .arg(program.get_program())
            .args(args)
            .current_dir(folder.path())
            .output()
            .unwrap();
        let ended = Ended::of(output);
        assert_eq!(ended.code, Some(code), "{args:?}: {ended:#?}");
    }
}
