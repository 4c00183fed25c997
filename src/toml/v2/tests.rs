//! The peculiarities of the dialect, one test each.

use super::{Options, Version, decode};
use crate::toml::{Decoded, HostsFile, Kind, ProblemKind};

mod any_input;
mod syntax;

const LATEST: Options = Options {
    version: Version::V2_3_0,
    dial_timeout: true,
};

fn read(text: &str) -> Decoded {
    decode(text.as_bytes(), LATEST)
}

#[track_caller]
fn file(text: &str) -> HostsFile {
    let decoded = read(text);
    assert_eq!(decoded.problems, [], "{text}");
    decoded.file.expect("a file")
}

fn hosts(text: &str) -> Vec<String> {
    file(text)
        .hosts
        .into_iter()
        .map(|host| host.name.value)
        .collect()
}

/// The problems in short: a letter for each, or a letter and the key.
fn problems(text: &str, version: Version) -> String {
    let decoded = decode(text.as_bytes(), Options { version, ..LATEST });
    let short = |kind: &ProblemKind| match kind {
        ProblemKind::Syntax(_) => "syntax".to_owned(),
        ProblemKind::Redefined { key, .. } => format!("redefined {key}"),
        ProblemKind::WrongType { key, found } => format!("{key} is {found}"),
        ProblemKind::Panic { key, .. } => format!("panic at {key}"),
        ProblemKind::MissingHostTable => "missing".to_owned(),
    };
    decoded
        .problems
        .iter()
        .map(|problem| short(&problem.kind))
        .collect::<Vec<_>>()
        .join(", ")
}

#[track_caller]
fn refuses(texts: &[&str]) {
    for text in texts {
        assert_eq!(problems(text, LATEST.version), "syntax", "{text:?}");
    }
}

#[track_caller]
fn accepts(texts: &[&str]) {
    for text in texts {
        assert_eq!(problems(text, LATEST.version), "", "{text:?}");
    }
}

#[test]
fn a_file_is_read_with_its_places() {
    let text = "server = \"https://up\"\n[host.'https://m']\n  capabilities = [\"pull\"] # c\n  skip_verify = true\n";
    let file = file(text);
    let server = file.server.expect("a server");
    assert_eq!(server.value, "https://up");
    assert_eq!(&text[server.span], "\"https://up\"");
    let host = &file.hosts[0];
    assert_eq!(host.name.value, "https://m");
    assert_eq!(&text[host.name.span.clone()], "'https://m'");
    let capabilities = host.entry.capabilities.as_ref().expect("capabilities");
    assert_eq!(&text[capabilities.span.clone()], "[\"pull\"]");
    assert_eq!(&text[capabilities.value[0].span.clone()], "\"pull\"");
    assert_eq!(
        &text[host
            .entry
            .skip_verify
            .as_ref()
            .expect("a flag")
            .span
            .clone()],
        "true"
    );
}

#[test]
fn only_headers_that_name_a_host_list_it() {
    assert_eq!(
        hosts("[host.a]\n[host.b]\n[host.a.header]\n"),
        ["a", "b", "a"]
    );
    assert_eq!(hosts("[host.a]\n[other]\n[host.a.header]\n"), ["a"]);
    assert_eq!(
        hosts("[\"host\" . a]\n['h\\u006fst'.b]\n[\"h\\u006fst\".c]\n"),
        ["a", "c"]
    );
    assert_eq!(hosts("host.a.ca = 'x'\n"), [""; 0]);
    assert_eq!(hosts("[host]\na = { ca = 'x' }\n"), [""; 0]);
    assert_eq!(hosts("[Host.a]\nca = 'x'\n"), [""; 0]);
    // The comparison with the host before begins with the empty text.
    assert_eq!(
        hosts("[host.\"\"]\n[host.a]\n[host.''.header]\n"),
        ["a", ""]
    );
}

#[test]
fn a_listed_host_may_be_decoded_elsewhere() {
    let file = file("[host.a.unknown]\n[Host.a]\nca = 'x'\n[HOST.b]\n");
    assert_eq!(file.hosts.len(), 1);
    assert!(file.hosts[0].entry.ca.is_some());
}

#[test]
fn keys_match_in_any_case() {
    assert!(file("Skip_Verify = true").root.skip_verify.is_some());
    // As Go lowers them, the Kelvin sign is a k, and the dotted capital I an i.
    assert!(
        file("\"s\u{212a}ip_ver\u{130}fy\" = true")
            .root
            .skip_verify
            .is_some()
    );
    assert!(
        file("\"\u{17f}kip_verify\" = true")
            .root
            .skip_verify
            .is_none()
    );
    assert_eq!(
        file("server = 'a'\nSERVER = 'b'").server.map(|s| s.value),
        Some("b".to_owned())
    );
    assert!(file("[host.a]\nserver = 3").hosts[0].entry == Default::default());
}

#[test]
fn definitions() {
    for (text, expected) in [
        ("a = 1\na = 2", "redefined a"),
        ("[a]\n[a]", "redefined a"),
        ("[host.a]\n[host.a]", "redefined host.a"),
        ("a = 1\n[a]", "redefined a"),
        ("a.b = 1\n[a]", "redefined a"),
        ("a.b = 1\n[a.c]", ""),
        ("[a]\nb.c = 1\n[a.b]", ""),
        (
            "[host.a]\nheader = {}\n[host.a.header]",
            "redefined host.a.header",
        ),
        (
            "[host.a]\nheader.x = 'a'\n[host.a.header]",
            "redefined host.a.header",
        ),
        (
            "[host.a.header]\n[host.a]\nheader.x = 'a'",
            "redefined header",
        ),
        ("[host.a]\n[host]\na.ca = 'x'", "redefined a"),
        ("[a.b]\n[a]", ""),
        ("[[a]]\nb = 1\n[[a]]\nb = 1", ""),
        (
            "[[header.a]]\nb = 1\n[header.a.c]\n[[header.a]]\n[header.a.c]",
            "",
        ),
        ("[a]\n[[a]]", "redefined a"),
        ("[[a]]\n[a]", "redefined a"),
        ("a = []\n[[a]]", "redefined a"),
        ("a = { b = 1, b = 2 }", "redefined b"),
        ("a = [{ b.c = 1, b = 2 }]", "redefined b"),
        ("a = { b.c = 1, b.d = 2 }", ""),
        ("ca = 'a'\nCA = 'b'", ""),
    ] {
        assert_eq!(problems(text, LATEST.version), expected, "{text}");
    }
    let first = read("ca = 1\n\nca = 2").problems.remove(0);
    assert_eq!(first.span, 8..10);
    assert!(
        matches!(first.kind, ProblemKind::Redefined { first: Some(ref span), .. } if *span == (0..2))
    );
}

#[test]
fn wrong_types_are_all_found_and_in_order() {
    let text = "capabilities = 'pull'\n[host.a]\nskip_verify = 'x'\nheader = []\noverride_path = 1\n\
                dial_timeout = true\ncapabilities = ['pull', 2]\nca = 1\n[server]\na = 1\nb = 2\n";
    assert_eq!(
        problems(text, LATEST.version),
        "capabilities is a string, skip_verify is a string, header is an array, override_path is an integer, \
         dial_timeout is a boolean, capabilities is an integer, server is a table"
    );
    let file = read(text).file.expect("a file");
    assert_eq!(file.root, Default::default());
    let entry = &file.hosts[0].entry;
    assert_eq!((&entry.skip_verify, &entry.capabilities), (&None, &None));
    assert_eq!(entry.ca.as_ref().map(|ca| &ca.value), Some(&Kind::Integer));

    for (text, expected) in [
        ("host = 'a'", "host is a string"),
        ("host = { a = 1 }", "host is an integer"),
        ("[host]\na = []", "host is an array"),
        ("[[host]]", "host is an array of tables"),
        (
            "[[host.a]]\nca = 'x'\nca = 'y'",
            "host is an array of tables",
        ),
        ("[[header]]", "header is an array of tables"),
        ("[capabilities.x]", "capabilities is a table"),
        ("server.x = 1", "server is a table"),
        ("server = {}", "server is a table"),
        ("ca = 'a'\nCA = ['b']", "ca is an array"),
    ] {
        assert_eq!(problems(text, LATEST.version), expected, "{text}");
    }
}

#[test]
fn types_come_before_later_syntax() {
    let decoded = read("skip_verify = 'x'\nserver = 'a'\n[host.a] oops\n");
    assert_eq!(decoded.file, None);
    let kinds: Vec<_> = decoded
        .problems
        .iter()
        .map(|problem| &problem.kind)
        .collect();
    assert!(
        matches!(
            kinds[..],
            [ProblemKind::WrongType { .. }, ProblemKind::Syntax(_)]
        ),
        "{kinds:?}"
    );
    assert_eq!(
        problems("x = 1 2\nskip_verify = 'x'", LATEST.version),
        "syntax"
    );
}

#[test]
fn a_date_that_does_not_belong_panics_until_2_3() {
    for text in [
        "skip_verify = 1979-05-27",
        "capabilities = 07:32:00",
        "capabilities = ['pull', 1979-05-27]",
        "server = 1979-05-27T07:32:00Z",
        "header = 1979-05-27T07:32:00",
        "host = 1979-05-27",
        "[host]\na = 1979-05-27",
    ] {
        for version in [Version::V2_2_3, Version::V2_2_4] {
            assert!(problems(text, version).starts_with("panic at "), "{text}");
        }
        assert!(
            problems(text, Version::V2_3_0).ends_with(" is a date or time"),
            "{text}"
        );
    }
    assert_eq!(
        problems("ca = 1979-05-27\nheader.a = 07:32:00", Version::V2_2_3),
        ""
    );
    assert_eq!(
        problems("[host.a]\nserver = 1979-05-27", Version::V2_2_3),
        ""
    );
}

#[test]
fn headers_into_what_is_no_table_panic() {
    for (text, key) in [
        ("[server.x]", "server"),
        ("[[override_path.x]]", "override_path"),
        ("[host.a.skip_verify.x]", "skip_verify"),
        ("[[capabilities.x]]", "capabilities"),
        ("Capabilities = ['pull']\n[capabilities.x]", "capabilities"),
        ("[\"capabilit\\u0069es\"]", "capabilities"),
        ("Ca = ['x']\n[ca.x]", "ca"),
    ] {
        assert_eq!(
            problems(text, Version::V2_2_4),
            format!("panic at {key}"),
            "{text}"
        );
    }
}

#[test]
fn dotted_keys_of_one_host_panic_at_the_pointer() {
    assert_eq!(
        problems("[host]\na.ca = 'x'\na.skip_verify = true", Version::V2_2_4),
        "panic at skip_verify"
    );
    assert_eq!(
        problems("[host]\na.skip_verify = true\na.ca = 'x'", Version::V2_2_4),
        ""
    );
    assert_eq!(
        problems(
            "[host]\na.ca = 'x'\na.override_path = true",
            Version::V2_2_4
        ),
        ""
    );
    assert_eq!(
        problems("[host]\na.ca = 'x'\nb.skip_verify = true", Version::V2_2_4),
        ""
    );
}

#[test]
fn headers_alone_do_no_harm() {
    accepts(&["[server]", "[override_path]\n[host.a]", "[ca]", "[header]"]);
    assert_eq!(
        file("[skip_verify]")
            .root
            .skip_verify
            .map(|flag| flag.value),
        Some(false)
    );
    assert_eq!(
        file("[ca]\nx = 1").root.ca.map(|ca| ca.value),
        Some(Kind::Table)
    );
    assert_eq!(file("[ca]").root.ca, None);
    let words = file("[[capabilities]]")
        .root
        .capabilities
        .expect("capabilities");
    assert_eq!(words.value[0].value, "");
}

#[test]
fn header_values_come_as_they_are_read() {
    let file = file("[header]\na = 'x'\nb = ['y', 1]\nc.d = 1\nC = {}\n\n[Header]\na = true\n");
    let header = file.root.header.expect("headers").value;
    let kinds: Vec<_> = header
        .iter()
        .map(|(name, value)| (name.value.as_str(), value.value.describe()))
        .collect();
    assert_eq!(
        kinds,
        [
            ("a", "a boolean"),
            ("b", "an array"),
            ("c", "a table"),
            ("C", "a table")
        ]
    );
}

#[test]
fn dial_timeout_is_unknown_before_2_0_7() {
    let options = Options {
        version: Version::V2_2_3,
        dial_timeout: false,
    };
    let decoded = decode(
        b"dial_timeout = 1979-05-27\n[host.a]\ndial_timeout = 3\n",
        options,
    );
    assert_eq!(decoded.problems, []);
}
