//! Any tables: what they meant and what the tree gives are the same.

use std::collections::{BTreeMap, BTreeSet};

use certsd_lint::containerd::Release;
use certsd_lint::containerd::mirrors::{RegistryTables, TlsTable};
use certsd_lint::migrate::{Daemon, Old, Options, Registries, Source, SourceKind, migrate};
use proptest::collection::{btree_map, btree_set, vec};
use proptest::prelude::*;
use proptest::sample::select;

use super::compare::{ROOT, Written, differences};

const HOSTS: [&str; 14] = [
    "docker.io",
    "registry-1.docker.io",
    "quay.io",
    "reg.internal",
    "reg.internal:5000",
    "reg.internal:443",
    "reg.internal:80",
    "localhost:5000",
    "localhost",
    "127.0.0.1:80",
    "10.0.0.1:5000",
    "m.internal",
    "_default",
    "UPPER.internal",
];

const PATHS: [&str; 15] = [
    "",
    "",
    "",
    "/",
    "/v2",
    "/v2/",
    "/proxy",
    "/v2/proxy",
    "/proxy/v2",
    "/a/../v2//b/.",
    "//",
    "/with%20blank%2Fand%3Fmark%23",
    "/\u{e4}",
    "?query",
    "/v2/v2#fragment",
];

fn endpoint(hosts: &'static [&'static str]) -> impl Strategy<Value = String> {
    let scheme = select(&["", "https://", "https://", "http://", "HTTPS://", "ftp://"][..]);
    let user = select(&["", "", "", "user:word@"][..]);
    (scheme, user, select(hosts), select(&PATHS[..]))
        .prop_map(|(scheme, user, host, path)| format!("{scheme}{user}{host}{path}"))
}

fn list(hosts: &'static [&'static str]) -> impl Strategy<Value = Vec<String>> {
    vec(endpoint(hosts), 0..4)
}

fn tls() -> impl Strategy<Value = TlsTable> {
    let file = || select(&["", "/etc/pki/a.pem", "/etc/pki/\"b\" \\ c.pem"][..]);
    (file(), file(), file(), any::<bool>()).prop_map(|(ca, cert, key, insecure)| TlsTable {
        ca_file: ca.to_owned(),
        cert_file: cert.to_owned(),
        key_file: key.to_owned(),
        insecure_skip_verify: insecure,
    })
}

fn name(hosts: &'static [&'static str]) -> impl Strategy<Value = String> {
    select(hosts).prop_map(str::to_owned)
}

type Tables = (
    BTreeMap<String, Vec<String>>,
    BTreeMap<String, TlsTable>,
    Option<Vec<String>>,
);

fn tables(hosts: &'static [&'static str]) -> impl Strategy<Value = Tables> {
    (
        btree_map(name(hosts), list(hosts), 0..5),
        btree_map(name(hosts), tls(), 0..4),
        proptest::option::of(list(hosts)),
    )
}

fn source(kind: SourceKind, old: impl Old + 'static) -> Source {
    Source {
        kind,
        old: Box::new(old),
        holds_registries: true,
        remarks: Vec::new(),
        written: None,
    }
}

fn check(kind: SourceKind, old: impl Old + Clone + 'static, releases: &[Release], hosts: &[&str]) {
    let options = Options {
        releases,
        config_path: ROOT,
        from: kind.file(),
    };
    let migration = migrate(source(kind, old.clone()), &options);
    let tree = Written::new(&migration);
    let named = old.named();
    for host in hosts
        .iter()
        .chain(&["stranger.internal", "stranger.internal:5000"])
    {
        // For loopback registries of which nothing is said, containerd has defaults of its own.
        let is_loopback = ["localhost", "127.", "[::1]"]
            .iter()
            .any(|own| host.starts_with(own));
        if is_loopback && !named.contains(*host) {
            continue;
        }
        let found = differences(&old, &tree, releases, host);
        assert!(found.is_empty(), "{}", found.join("\n"));
    }
}

fn all_lines() -> Vec<Release> {
    Release::newest()
        .filter(|release| *release >= Release::new(1, 6, 0))
        .collect()
}

const WITH_IPV6: [&str; 5] = [
    "docker.io",
    "[fd00::1]",
    "[fd00::1]:5000",
    "[::1]:5000",
    "m.internal",
];

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn tables_of_config_toml((mut mirrors, tls, wildcard) in tables(&HOSTS)) {
        if let Some(list) = wildcard {
            mirrors.insert("*".to_owned(), list);
        }
        check(SourceKind::Containerd, RegistryTables { mirrors, tls }, &all_lines(), &HOSTS);
    }

    #[test]
    fn addresses_of_ipv6_on_2_x((mut mirrors, tls, wildcard) in tables(&WITH_IPV6)) {
        if let Some(list) = wildcard {
            mirrors.insert("*".to_owned(), list);
        }
        let releases: Vec<Release> = all_lines().into_iter().filter(|r| r.is_v2()).collect();
        check(SourceKind::Containerd, RegistryTables { mirrors, tls }, &releases, &WITH_IPV6);
    }

    #[test]
    fn registries_yaml(
        (mut mirrors, mut tls, wildcard) in tables(&HOSTS),
        site in proptest::option::of(tls()),
        credentials in btree_set(name(&HOSTS), 0..3),
    ) {
        if let Some(list) = wildcard {
            mirrors.insert("*".to_owned(), list);
        }
        if let Some(site) = site {
            tls.insert("*".to_owned(), site);
        }
        let configured: BTreeSet<String> = tls.keys().cloned().chain(credentials).collect();
        check(SourceKind::K3s, Registries { mirrors, tls, configured }, &all_lines(), &HOSTS);
    }

    #[test]
    fn daemon_json(mirrors in list(&HOSTS), insecure in btree_set(name(&HOSTS), 0..4)) {
        let networks = vec!["10.0.0.0/8".parse().unwrap()];
        let daemon = Daemon { mirrors, insecure, networks };
        // Networks tell by address, and that is not carried over.
        let hosts: Vec<&str> = HOSTS.into_iter().filter(|host| !host.starts_with("10.")).collect();
        check(SourceKind::Docker, daemon, &all_lines(), &hosts);
    }
}

/// A text that stands where secrets do in [`SOURCES`].
const SECRET: &str = "s3cr3tw0rd";

const SOURCES: [(SourceKind, &str); 3] = [
    (
        SourceKind::Containerd,
        r#"version = 2
[plugins."io.containerd.grpc.v1.cri".registry.headers]
Authorization = ["Bearer s3cr3tw0rd"]
[plugins."io.containerd.grpc.v1.cri".registry.mirrors."docker.io"]
endpoint = ["https://user:s3cr3tw0rd@m.internal/v2", "https://m.internal?token=s3cr3tw0rd"]
[plugins."io.containerd.grpc.v1.cri".registry.configs."m.internal".tls]
ca_file = "/etc/pki/ca.pem"
insecure_skip_verify = false
[plugins."io.containerd.grpc.v1.cri".registry.configs."m.internal".auth]
username = "user"
password = "s3cr3tw0rd"
"#,
    ),
    (
        SourceKind::K3s,
        "mirrors:\n  docker.io:\n    endpoint:\n    - https://user:s3cr3tw0rd@m.internal/v2\n    rewrite:\n      \"^(.*)$\": \"x/$1\"\nconfigs:\n  m.internal:\n    auth:\n      username: user\n      password: s3cr3tw0rd\n    tls:\n      ca_file: /etc/pki/ca.pem\n",
    ),
    (
        SourceKind::Docker,
        "{\"registry-mirrors\": [\"https://user:s3cr3tw0rd@m.internal\"], \"insecure-registries\": [\"user:s3cr3tw0rd@reg.internal\", \"10.0.0.0/8\"]}",
    ),
];

proptest! {
    #![proptest_config(ProptestConfig::with_cases(600))]

    #[test]
    fn damaged_sources_give_an_error_or_a_tree_and_no_secret(
        (kind, text) in select(&SOURCES[..]),
        damages in vec((any::<prop::sample::Index>(), select(&["", "\n", "\"", "[", "}", ":", "=", " ", "@", "é", "{{", "\u{1b}"][..])), 0..3),
    ) {
        let mut text = text.to_owned();
        for (at, by) in damages {
            let at = at.index(text.len());
            // A secret stays whole and so does what tells that it is one, or there would be nothing to look for.
            let inside = text.match_indices(SECRET).any(|(start, _)| {
                let before = start.saturating_sub("?token=".len());
                (before..=start + SECRET.len()).contains(&at)
            });
            if !inside && text.is_char_boundary(at) {
                let end = text[at..].chars().next().map_or(at, |c| at + c.len_utf8());
                text.replace_range(at..end, by);
            }
        }
        let said = match certsd_lint::migrate::parse(kind, &text) {
            Ok(source) => {
                let releases = all_lines();
                let options = Options { releases: &releases, config_path: ROOT, from: kind.file() };
                format!("{:?}", migrate(source, &options))
            }
            Err(error) => format!("{error:?}"),
        };
        prop_assert!(!said.contains(SECRET), "{said}");
    }
}

/// Found by the property above: the colon of the scheme is lost, and the password becomes a path.
#[test]
fn a_password_in_a_path_is_not_copied() {
    let text = SOURCES[0].1.replacen("https://user", "https//user", 1);
    let source = certsd_lint::migrate::parse(SourceKind::Containerd, &text).unwrap();
    let releases = all_lines();
    let options = Options {
        releases: &releases,
        config_path: ROOT,
        from: SourceKind::Containerd.file(),
    };
    let migration = migrate(source, &options);
    let said = format!("{migration:?}");
    assert!(!said.contains(SECRET), "{said}");
    assert!(said.contains("is left out"), "{said}");
}
