//! The peculiarities of this dialect, one test for each.
//!
//! That it is containerd's is checked against recordings (tests/toml_v1.rs); these
//! say what to expect, and hold the places.

use super::*;
use crate::toml::{Kind, ProblemKind};
use proptest::prelude::*;

const CONTAINERD_1_5: Options = Options {
    version: Version::V1_8,
    host_table_required: true,
    override_path: false,
};
const CONTAINERD_1_6: Options = Options {
    version: Version::V1_9_5,
    host_table_required: true,
    override_path: true,
};
const CONTAINERD_1_7: Options = Options {
    host_table_required: false,
    ..CONTAINERD_1_6
};

/// The kind of the first problem in a word, and the text that it points at.
fn first(text: &str, options: Options) -> (&'static str, &str) {
    let decoded = decode(text.as_bytes(), options);
    let Some(problem) = decoded.problems.first() else {
        return ("fine", "");
    };
    let kind = match problem.kind {
        ProblemKind::Syntax(_) => "syntax",
        ProblemKind::Redefined { .. } => "redefined",
        ProblemKind::WrongType { .. } => "type",
        ProblemKind::Panic { .. } => "panic",
        ProblemKind::MissingHostTable => "no host",
    };
    (kind, &text[problem.span.clone()])
}

fn takes(text: &str) -> bool {
    first(text, CONTAINERD_1_7).0 == "fine"
}

fn hosts(text: &str) -> Vec<String> {
    let file = decode(text.as_bytes(), CONTAINERD_1_7).file;
    let hosts = file.map(|file| file.hosts).unwrap_or_default();
    hosts.into_iter().map(|host| host.name.value).collect()
}

fn server(text: &str) -> Option<String> {
    let decoded = decode(text.as_bytes(), CONTAINERD_1_7);
    Some(decoded.file?.server?.value)
}

#[test]
fn a_plain_file() {
    let text = "server = 'https://up'\n[host.\"https://m\"]\ncapabilities = [\"pull\"]\n\
                skip_verify = true\nca = ['a', 1]\n[host.\"https://m\".header]\nx-a = \"1\"\n";
    let decoded = decode(text.as_bytes(), CONTAINERD_1_7);
    assert_eq!(decoded.problems, []);
    let file = decoded.file.expect("a file");
    let [host] = &file.hosts[..] else {
        panic!("one host, not {:?}", file.hosts);
    };
    assert_eq!(host.name.value, "https://m");
    assert_eq!(&text[host.name.span.clone()], "\"https://m\"");
    let words = host.entry.capabilities.as_ref().expect("capabilities");
    assert_eq!(&text[words.span.clone()], "[\"pull\"]");
    assert_eq!(words.value[0].value, "pull");
    assert_eq!(&text[words.value[0].span.clone()], "\"pull\"");
    let skips = host.entry.skip_verify.as_ref().expect("skip_verify");
    assert_eq!((skips.value, &text[skips.span.clone()]), (true, "true"));
    let ca = host.entry.ca.as_ref().expect("ca");
    assert!(matches!(&ca.value, Kind::Array(items) if items.len() == 2));
    let header = host.entry.header.as_ref().expect("header");
    let (name, value) = &header.value[0];
    assert_eq!(name.value, "x-a");
    assert_eq!(value.value, Kind::String("1".to_owned()));
    assert_eq!(&text[value.span.clone()], "\"1\"");
    assert_eq!(&text[file.server.expect("server").span], "'https://up'");
}

#[test]
fn a_host_table_is_needed_before_1_7_32() {
    let text = "server = \"https://up\"\n";
    assert_eq!(first(text, CONTAINERD_1_6).0, "no host");
    assert!(takes(text));
    assert!(takes("[host]\n"));
}

#[test]
fn override_path_came_with_1_6() {
    let text = "[host.a]\noverride_path = 1\n";
    assert_eq!(first(text, CONTAINERD_1_5).0, "fine");
    assert_eq!(first(text, CONTAINERD_1_6), ("type", "1"));
}

#[test]
fn lines_end_where_the_lexer_wants() {
    assert!(takes("[host.a] ca = \"x\"\n"));
    assert!(takes("[host.a] [host.b]\n"));
    assert!(takes("server = \"a\"\rca = \"b\"\r[host]"));
    assert!(takes("# a comment\rthat goes on\n[host]"));
    assert_eq!(
        first("ca = \"a\" client = \"b\"", CONTAINERD_1_7),
        ("syntax", "c")
    );
    assert_eq!(hosts("[host.a]\r[host.b]"), ["a", "b"]);
}

#[test]
fn inline_tables_may_span_lines_but_not_end_in_a_comma() {
    assert!(takes("header = {\n  a = \"1\",  # why\n  b = \"2\"\n}\n"));
    assert_eq!(
        first("header = { a = \"1\", }", CONTAINERD_1_7),
        ("syntax", ",")
    );
    // The last one counts, and a value in the way of a dotted key is skipped.
    assert_eq!(hosts("host = { a = {}, a = {} }"), ["a"]);
    assert_eq!(hosts("host = { a = {}, b.ca = \"\" }"), ["a", "b"]);
}

#[test]
fn a_table_name_ends_at_the_first_bracket() {
    let text = "[host.\"https://[::1]:5000\"]\n";
    assert_eq!(first(text, CONTAINERD_1_7), ("syntax", "["));
    assert!(takes("[host]\n\"https://[::1]:5000\".ca = \"x\"\n"));
    assert_eq!(
        first("[host.a\nca = \"\"", CONTAINERD_1_7),
        ("syntax", "[host.a")
    );
}

#[test]
fn keys_are_split_without_regard_for_escapes() {
    // In table names escapes are not resolved …
    assert_eq!(hosts("[host.\"caf\\u00e9\"]"), ["caf\\u00e9"]);
    assert_eq!(hosts("[host.\"a\nb\"]"), ["a\nb"]);
    assert_eq!(first("[host.\"a\\\"b\"]", CONTAINERD_1_7).0, "syntax");
    // … in keys they are, and then a quote is one too many.
    assert_eq!(hosts("host.\"caf\\u00e9\".ca = \"\""), ["café"]);
    assert_eq!(first("\"a\\\"b\" = 1", CONTAINERD_1_7).0, "syntax");
    // Dots are needed between bare parts only.
    assert_eq!(hosts("[host\"a\"]\n"), [""; 0]);
    assert_eq!(hosts("[\"host\"\"a\"]\n"), ["a"]);
    assert_eq!(hosts("[ .host . a ]\n"), ["a"]);
    assert_eq!(first("[host.]", CONTAINERD_1_7).0, "syntax");
    assert!(takes("[host. ]"));
    assert_eq!(hosts("[host.\"\"]"), [""]);
}

#[test]
fn strings() {
    assert_eq!(server("server = \"a\\/b\"").as_deref(), Some("a/b"));
    assert_eq!(server("server = \"a\\  \n b\"").as_deref(), Some("ab"));
    assert_eq!(server("server = 'a\nb\0'").as_deref(), Some("a\nb\0"));
    assert_eq!(server("server = \"\"\"\r\na\"\"\"").as_deref(), Some("a"));
    assert_eq!(
        server("server = \"\\uD800\"").as_deref(),
        Some("\u{fffd}"),
        "a lone surrogate is replaced"
    );
    assert_eq!(first("server = \"a\nb\"", CONTAINERD_1_7).1, "\"a");
    assert_eq!(first("server = \"\\e\"", CONTAINERD_1_7), ("syntax", "\\e"));
    assert_eq!(first("server = \"a\0b\"", CONTAINERD_1_7), ("syntax", "\0"));
    assert!(takes("server = \"a\x7f\tb\""));
}

#[test]
fn numbers() {
    for (text, v1_8, v1_9) in [
        ("1_000", "fine", "fine"),
        ("1__0", "syntax", "syntax"),
        ("1_.5", "syntax", "fine"),
        ("0xA_B", "syntax", "fine"),
        ("01", "fine", "fine"),
        ("012", "syntax", "syntax"),
        ("+0_1", "fine", "fine"),
        ("0X1", "syntax", "syntax"),
        ("0e1", "syntax", "syntax"),
        ("9223372036854775808", "syntax", "fine"),
        ("18446744073709551616", "syntax", "syntax"),
        ("1e308", "fine", "fine"),
        ("1e309", "syntax", "syntax"),
        ("1e", "syntax", "syntax"),
        (".5", "syntax", "syntax"),
        ("-nan", "fine", "fine"),
    ] {
        let text = format!("x = {text}\n[host]\n");
        assert_eq!(first(&text, CONTAINERD_1_5).0, v1_8, "1.8 on {text:?}");
        assert_eq!(first(&text, CONTAINERD_1_7).0, v1_9, "1.9 on {text:?}");
    }
    // Go's conversion of an integer too large for a sign when text is wanted.
    assert_eq!(
        server("server = 9223372036854775808").as_deref(),
        Some("\u{fffd}")
    );
}

#[test]
fn dates() {
    for (text, v1_8, v1_9) in [
        ("1979-05-27", "fine", "syntax"),
        ("1979-05-27 ", "fine", "fine"),
        ("[1979-05-27]", "fine", "syntax"),
        ("1979-02-29 ", "syntax", "syntax"),
        ("79-05-27", "syntax", "syntax"),
        ("1979-05-27T07:32:00", "fine", "fine"),
        ("1979-05-27 07:32:00.5Z", "fine", "fine"),
        ("1979-05-27t07:32:00Z", "syntax", "syntax"),
        ("1979-05-27T07:32:00+07:00", "fine", "fine"),
        ("07:32:00", "fine", "fine"),
        ("07:32:60", "syntax", "syntax"),
        ("T07:32:00", "syntax", "syntax"),
    ] {
        let text = format!("x = {text}\n[host]\n");
        assert_eq!(first(&text, CONTAINERD_1_5).0, v1_8, "1.8 on {text:?}");
        assert_eq!(first(&text, CONTAINERD_1_7).0, v1_9, "1.9 on {text:?}");
    }
    assert!(takes("x = 1979-05-27"), "the end of the file may follow");
}

#[test]
fn a_missing_value_crashes_early_1_9() {
    let early = Options {
        version: Version::V1_9_3,
        ..CONTAINERD_1_6
    };
    for text in [
        "ca =\nserver = \"a\"",
        "ca = [\"a\",,\"b\"]",
        "ca = ]",
        "x = }",
    ] {
        assert_eq!(first(text, CONTAINERD_1_5).0, "syntax", "{text:?}");
        assert_eq!(first(text, early).0, "panic", "{text:?}");
        assert_eq!(first(text, CONTAINERD_1_6).0, "syntax", "{text:?}");
    }
    assert_eq!(first("ca =", early).0, "syntax");
}

#[test]
fn what_may_come_twice() {
    assert_eq!(
        first("[host.a]\n[host.a]", CONTAINERD_1_7),
        ("redefined", "host.a")
    );
    // The names are compared as they are written.
    assert_eq!(
        hosts("[host.a]\n[host.b]\n[ host.a ]\nca = \"\""),
        ["a", "b"]
    );
    assert_eq!(
        first("ca = \"a\"\nca = \"b\"", CONTAINERD_1_7),
        ("redefined", "ca")
    );
    assert_eq!(first("[ca]\n[[ca]]", CONTAINERD_1_7), ("redefined", "ca"));
    assert_eq!(
        first("[host]\na = {}\n[host.a]", CONTAINERD_1_7),
        ("redefined", "host.a")
    );
    let decoded = decode(b"ca = 1\n[ca.b]", CONTAINERD_1_7);
    let ProblemKind::Redefined { key, first } = &decoded.problems[0].kind else {
        panic!("{decoded:?}");
    };
    assert_eq!((key.as_str(), first), ("ca.b", &Some(0..6)));
}

#[test]
fn hosts_are_ordered_by_line() {
    assert_eq!(hosts("[host.b]\n[host.a]\n"), ["b", "a"]);
    // A table comes where it was first needed.
    assert_eq!(hosts("[host.b.header]\n[host.a]\n[host.b]"), ["b", "a"]);
    // Tables written inline have no line, and come first.
    assert_eq!(hosts("[host.a]\n[host]\nb = {}\n"), ["b", "a"]);
    let ties = |text: &str| {
        let decoded = decode(text.as_bytes(), CONTAINERD_1_7);
        let ties = decoded.file.map(|file| file.ties).unwrap_or_default();
        ties.into_iter().map(|tie| (tie.start, tie.end)).collect()
    };
    let none: Vec<(usize, usize)> = ties("[host.a]\n[host.b]");
    assert_eq!(none, []);
    assert_eq!(ties("[host.a] [host.b]\n[host.c]"), [(0, 2)]);
    assert_eq!(ties("[host.z]\n[host]\na = {}\nb = {}\nc = {}"), [(0, 3)]);
}

#[test]
fn a_host_that_is_no_table() {
    assert_eq!(
        first("[host]\nserver = \"a\"", CONTAINERD_1_7),
        ("type", "\"a\"")
    );
    // Comparing it with another asserts that it is one.
    assert_eq!(
        first("[host]\nserver = \"a\"\n[host.b]", CONTAINERD_1_7),
        ("panic", "server = \"a\"")
    );
    assert_eq!(first("[[host]]", CONTAINERD_1_7).0, "type");
    assert_eq!(first("[[host.a]]", CONTAINERD_1_7).0, "type");
}

#[test]
fn names_may_be_in_capitals() {
    assert_eq!(server("SERVER = \"a\"").as_deref(), Some("a"));
    assert_eq!(server("Server = \"a\""), None);
    assert_eq!(first("SKIP_VERIFY = 1", CONTAINERD_1_7), ("type", "1"));
    // Not so the table that the order is taken from.
    assert_eq!(hosts("[HOST.a]"), [""; 0]);
    assert_eq!(first("[HOST]\na = 1", CONTAINERD_1_7), ("type", "1"));
    assert_eq!(first("[hostFileConfig]\nca = 1", CONTAINERD_1_7).0, "fine");
    assert_eq!(first("hostfileconfig = 1", CONTAINERD_1_7), ("type", "1"));
}

#[test]
fn all_problems_of_type_are_found() {
    let text = "server = 1\ncapabilities = [\"a\", 2]\n[host.a]\nskip_verify = \"3\"\nheader = 4\n";
    let decoded = decode(text.as_bytes(), CONTAINERD_1_6);
    let places: Vec<&str> = decoded
        .problems
        .iter()
        .map(|problem| &text[problem.span.clone()])
        .collect();
    // The embedded struct goes first, then the server.
    assert_eq!(places, ["2", "1", "\"3\"", "4"]);
    let file = decoded.file.expect("a decoded file");
    assert_eq!(file.hosts.len(), 1);
    assert_eq!(file.root.capabilities, None);
}

#[test]
fn bytes_that_are_no_text() {
    let decoded = decode(b"\xef\xbb\xbfserver = '\xff\xe2\x80'", CONTAINERD_1_7);
    let server = decoded.file.and_then(|file| file.server);
    let server = server.expect("a server");
    assert_eq!(server.value, "\u{fffd}\u{fffd}\u{fffd}");
    assert_eq!(server.span, 12..17);
    assert_eq!(
        decode(b"\xff\xfe[host]", CONTAINERD_1_6).problems,
        [],
        "the mark of UTF-16 is skipped"
    );
}

#[test]
fn depth_is_limited() {
    let brackets = format!("x = {}", "[".repeat(100_000));
    assert_eq!(first(&brackets, CONTAINERD_1_7).0, "syntax");
    let dots = format!("[{}a]", "a.".repeat(50_000));
    assert!(takes(&dots));
}

/// Texts from pieces that mean something to the lexer.
fn pieces() -> impl Strategy<Value = Vec<u8>> {
    let piece = prop_oneof![
        proptest::sample::select(vec![
            "[",
            "]",
            "[[",
            "]]",
            "{",
            "}",
            ",",
            "=",
            ".",
            "\"",
            "'",
            "\"\"\"",
            "'''",
            "\\",
            "\\u",
            "00e9",
            "#",
            "\n",
            "\r",
            "\t",
            " ",
            "host",
            "header",
            "ca",
            "server",
            "skip_verify",
            "capabilities",
            "true",
            "inf",
            "0x",
            "1_0",
            "1979-05-27",
            "07:32:00",
            "T",
            "Z",
            "+07:00",
            "e5",
            "-",
            "[host.\"a\"]\n",
            "\"a\" = {}\n",
            "é",
            "\0",
            "\u{feff}",
        ])
        .prop_map(|text| text.as_bytes().to_vec()),
        any::<u8>().prop_map(|byte| vec![byte]),
    ];
    proptest::collection::vec(piece, 0..40).prop_map(|pieces| pieces.concat())
}

proptest! {
    #[test]
    fn any_bytes_are_decoded_and_places_lie_within(text in pieces()) {
        for options in [CONTAINERD_1_5, CONTAINERD_1_6, CONTAINERD_1_7] {
            let decoded = decode(&text, options);
            prop_assert!(decoded.file.is_some() || !decoded.problems.is_empty());
            for problem in &decoded.problems {
                prop_assert!(problem.span.start <= problem.span.end);
                prop_assert!(problem.span.end <= text.len());
            }
            for host in decoded.file.iter().flat_map(|file| &file.hosts) {
                prop_assert!(host.name.span.start < host.name.span.end);
                prop_assert!(host.name.span.end <= text.len());
            }
            if let Ok(text) = std::str::from_utf8(&text) {
                for problem in &decoded.problems {
                    prop_assert!(text.get(problem.span.clone()).is_some());
                }
            }
        }
    }
}
