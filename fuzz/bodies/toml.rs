//! Bytes are a text for the readers of both dialects, and for the one that knows the specification.

use std::collections::BTreeSet;

use certsd_lint::containerd::Release;
use certsd_lint::toml::view::{Document, comments};
use certsd_lint::toml::{Decoded, HostsFile, Span, v1, v2};

use super::{Body, Seeds};

pub const BODY: Body = Body {
    name: "toml",
    run,
    seeds: Seeds::hosts_files,
};

fn run(data: &[u8]) {
    let text = std::str::from_utf8(data).ok();
    let mut read = Vec::new();
    for release in Release::newest() {
        let decoded = match release.is_v2() {
            true => v2::decode(data, release.toml_v2()),
            false => v1::decode(data, release.toml_v1()),
        };
        check(&decoded, data, text);
        if let (Some(file), []) = (decoded.file, &decoded.problems[..]) {
            read.push((release, file));
        }
    }
    let Some(text) = text else { return };
    for comment in comments(text) {
        assert!(text[comment.span].starts_with('#'));
    }
    let Ok(document) = Document::parse(text) else {
        return;
    };
    for header in document.headers(text) {
        for part in &header.parts {
            assert!(text.get(part.span.clone()).is_some());
        }
    }
    // Where a reader takes a text that is TOML, it finds its server and its hosts. The order of 2.x is that of the
    // headers, so that what has none is left out.
    let hosts: BTreeSet<&str> = document
        .hosts()
        .iter()
        .map(|h| h.name.value.as_str())
        .collect();
    for (release, file) in &read {
        let found: BTreeSet<&str> = file.hosts.iter().map(|h| h.name.value.as_str()).collect();
        // 1.x keeps escapes in headers as they are written.
        if !release.is_v2() && !text.contains('\\') {
            assert_eq!(found, hosts, "{release}");
        }
        // 2.x does not look at the case of keys: `Server` is `server` too.
        let keys = document.root.items.iter();
        let spellings = keys.filter(|item| item.key.value.eq_ignore_ascii_case("server"));
        if spellings.count() == 1
            && let Some(server) = document.server().and_then(|item| item.string())
        {
            let found = file.server.as_ref().map(|server| server.value.as_str());
            assert_eq!(found, Some(server), "{release}");
        }
    }
}

fn check(decoded: &Decoded, data: &[u8], text: Option<&str>) {
    assert!(
        decoded.file.is_some() || !decoded.problems.is_empty(),
        "no answer"
    );
    let is_place = |span: &Span| {
        data.get(span.clone()).is_some() && text.is_none_or(|text| text.get(span.clone()).is_some())
    };
    for problem in &decoded.problems {
        assert!(is_place(&problem.span), "{problem:?}");
    }
    if let Some(file) = &decoded.file {
        check_file(file, is_place);
    }
}

fn check_file(file: &HostsFile, is_place: impl Fn(&Span) -> bool) {
    for tie in &file.ties {
        assert!(tie.len() > 1 && tie.end <= file.hosts.len(), "{tie:?}");
    }
    for host in &file.hosts {
        assert!(is_place(&host.name.span), "{:?}", host.name);
    }
    let entries = file.hosts.iter().map(|host| &host.entry);
    for entry in entries.chain([&file.root]) {
        for word in entry.capabilities.iter().flat_map(|list| &list.value) {
            assert!(is_place(&word.span), "{word:?}");
        }
        for value in [&entry.ca, &entry.client].into_iter().flatten() {
            assert!(is_place(&value.span), "{value:?}");
        }
        for (name, value) in entry.header.iter().flat_map(|header| &header.value) {
            assert!(is_place(&name.span) && is_place(&value.span), "{name:?}");
        }
    }
}
