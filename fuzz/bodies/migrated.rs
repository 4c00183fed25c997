//! Bytes are an old configuration: what is written for it is a tree that every release reads as it was meant.

use certsd_lint::containerd::{Effect, Release};
use certsd_lint::migrate::{Options, SourceKind, migrate, parse};
use certsd_lint::printable::one_line;
use certsd_lint::toml::view::Document;

use super::printable::assert_printable;
use super::{Body, lint};

pub const DAEMON_JSON: Body = Body {
    name: "daemon_json",
    run: |data| run(SourceKind::Docker, data),
    seeds: |seeds| {
        let mut all = seeds.files("fixtures/migrate", ".json");
        all.push(br#"{"registry-mirrors": ["m.internal", "http://u:p@10.0.0.1:5000/x?y"], "insecure-registries": ["10.0.0.0/8", "[::1]:5000", "reg.internal/"]}"#.to_vec());
        all
    },
};

pub const REGISTRIES_YAML: Body = Body {
    name: "registries_yaml",
    run: |data| run(SourceKind::K3s, data),
    seeds: |seeds| {
        let mut all = seeds.files("fixtures/migrate", ".yaml");
        all.push(b"mirrors: &m\n  \"*\": {endpoint: [https://m.internal]}\n  docker.io:\n    endpoint: [\"m.internal\", 'http://[::1]:5000/v2']\n    rewrite: {\"(.*)\": \"proxy/$1\"}\nconfigs:\n  m.internal: {tls: {ca_file: a.crt, insecure_skip_verify: true}, auth: {username: u, password: p}}\nother: *m\n".to_vec());
        all
    },
};

fn run(kind: SourceKind, data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else {
        return;
    };
    let source = match parse(kind, text) {
        Ok(source) => source,
        // The command line escapes the text; it has to be one that can be told.
        Err(error) => return assert!(!error.message.trim().is_empty()),
    };
    let releases = Release::supported();
    let migration = migrate(
        source,
        &Options {
            releases: &releases,
            config_path: "/etc/containerd/certs.d",
            from: kind.file(),
        },
    );
    for file in &migration.files {
        let directory = file.directory.as_str();
        assert!(
            !directory.is_empty() && !directory.contains('/'),
            "{directory}"
        );
        assert!(!matches!(directory, "." | ".."), "{directory}");
        let document = Document::parse(&file.text);
        assert!(document.is_ok(), "{}", file.text);
        file.text
            .lines()
            .for_each(|line| assert_printable("what is written", line));
        let linted = lint::overlaid(file.text.as_bytes());
        for release in &releases {
            let outcome = certsd_lint::containerd::load_directory(
                *release,
                &linted[0],
                &format!("{}/docker.io", linted[0].root),
                "docker.io",
            );
            let is_dropped = |effect| matches!(effect, Effect::FileIgnored | Effect::Crash);
            assert!(
                outcome
                    .problems
                    .iter()
                    .all(|problem| !is_dropped(problem.effect)),
                "{release} drops it: {}",
                file.text
            );
        }
    }
    for remark in &migration.remarks {
        assert!(!one_line(&remark.message).trim().is_empty());
    }
}
