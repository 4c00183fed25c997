//! Bytes are a URL, a duration and a path, as Go reads them.

use certsd_lint::go::{Brackets, Rules, duration, http as request, path, url};

use super::{Body, Seeds};

pub const BODY: Body = Body {
    name: "go",
    run: |data| {
        let text = String::from_utf8_lossy(data);
        urls(&text);
        durations(&text);
        paths(&text);
    },
    seeds,
};

fn urls(text: &str) {
    let all = [
        Brackets::AnyText,
        Brackets::Address,
        Brackets::AddressAtStart,
    ]
    .into_iter()
    .flat_map(|brackets| {
        [false, true].map(|single_colon| Rules {
            brackets,
            single_colon,
            negative_serials: false,
        })
    });
    let newest = url::parse(text, Rules::NEWEST);
    for rules in all {
        let own = url::parse(text, rules);
        assert_eq!(own, url::parse(text, rules.for_url(text)), "{text:?}");
        // The newest Go refuses more, and reads nothing otherwise.
        if let Ok(newest) = &newest {
            assert_eq!(own.as_ref(), Ok(newest));
        }
        match &own {
            Ok(url) => {
                assert_eq!(url.scheme, url.scheme.to_ascii_lowercase());
                assert!(!url.opaque || url.host.is_empty() && url.path.is_empty());
            }
            Err(error) => assert!(!error.to_string().is_empty()),
        }
        if let Ok(asked) = request::request_url(text, rules) {
            assert!(asked.contains("://"), "{text:?} becomes {asked:?}");
            // Go escapes the path, and sends the query as it is written.
            let (before, query) = asked.split_once('?').unwrap_or((&asked, ""));
            assert!(
                before.bytes().all(|b| b > b' ' && b != 0x7f),
                "{text:?} becomes {asked:?}"
            );
            assert!(query.bytes().all(|b| b >= b' ' && b != 0x7f), "{asked:?}");
        }
    }
    if let Ok(query) = request::add_to_query(text, "ns", "docker.io") {
        assert!(query.contains("ns=docker.io"), "{query:?}");
        assert!(query.is_ascii());
    }
}

fn durations(text: &str) {
    if let Ok(nanoseconds) = duration::parse(text) {
        let written = duration::format(nanoseconds);
        assert_eq!(
            duration::parse(&written),
            Ok(nanoseconds),
            "{text:?} {written:?}"
        );
    }
}

fn paths(text: &str) {
    let clean = path::clean(text);
    assert_eq!(path::clean(&clean), clean, "{text:?}");
    assert_eq!(clean.starts_with('/'), text.starts_with('/'));
    assert!(!clean.contains("//") && !clean.is_empty());
    let absolute = path::absolute(text, "/certs.d/docker.io");
    assert!(absolute.starts_with('/'), "{absolute:?}");
}

fn seeds(seeds: &Seeds) -> Vec<Vec<u8>> {
    let mut all: Vec<Vec<u8>> = Vec::new();
    // Whatever stands in quotes in a hosts.toml: URLs, durations, paths.
    for file in seeds.hosts_files() {
        let text = String::from_utf8_lossy(&file).into_owned();
        all.extend(
            text.split(['"', '\''])
                .skip(1)
                .step_by(2)
                .map(|t| t.as_bytes().to_vec()),
        );
    }
    for text in [
        "1h2m3.5s",
        "-1.5µs",
        "9223372036854775807ns",
        "a=b&c=%20;d",
        "https://[fd00::1%25en0]:443/a%2fb?c#d",
    ] {
        all.push(text.as_bytes().to_vec());
    }
    all.sort();
    all.dedup();
    all
}
