//! Whatever the bytes, there is an answer.

use proptest::prelude::*;

use super::{LATEST, accepts, problems};
use crate::toml::v2::{Options, Version, decode};

#[test]
fn depth_is_bounded() {
    for text in [
        "[".repeat(100_000),
        format!("ca = {}", "[".repeat(100_000)),
        format!("ca = {}", "{a=".repeat(100_000)),
    ] {
        assert_eq!(problems(&text, LATEST.version), "syntax");
    }
    let dotted = vec!["a"; 100_000].join(".");
    for text in [
        format!("ca.{dotted} = 1"),
        format!("[header.{dotted}]"),
        format!("[[ca.{dotted}]]"),
    ] {
        assert_eq!(problems(&text, LATEST.version), "syntax");
    }
    accepts(&[&format!(
        "[header.{0}]\n{0} = {1}1{2}",
        vec!["a"; 90].join("."),
        "[".repeat(9),
        "]".repeat(9)
    )]);
}

/// Pieces that hosts.toml is made of, some of them broken.
fn piece() -> impl Strategy<Value = &'static str> {
    prop::sample::select(vec![
        "host",
        "ca",
        "CA",
        "header",
        "capabilities",
        "skip_verify",
        "server",
        "x",
        "'é'",
        "\"\\u0063a\"",
        ".",
        "=",
        "[",
        "]",
        "[[",
        "]]",
        "{",
        "}",
        ",",
        "\n",
        "\r\n",
        "\r",
        " ",
        "\t",
        "#",
        "'''",
        "\"\"\"",
        "\"",
        "'",
        "\\",
        "1979-05-27",
        " 0",
        "07:32:00",
        "1",
        "0x",
        "e",
        "true",
        "inf",
        "'a'",
        "['a']",
        "\0",
        "\u{feff}",
        "é",
    ])
}

fn check_spans(bytes: &[u8]) -> Result<(), TestCaseError> {
    let text = std::str::from_utf8(bytes).ok();
    for version in [Version::V2_2_3, Version::V2_3_0] {
        let decoded = decode(bytes, Options { version, ..LATEST });
        prop_assert!(decoded.file.is_some() || !decoded.problems.is_empty());
        for problem in &decoded.problems {
            prop_assert!(bytes.get(problem.span.clone()).is_some(), "{problem:?}");
            if let Some(text) = text {
                prop_assert!(text.get(problem.span.clone()).is_some(), "{problem:?}");
            }
        }
    }
    Ok(())
}

proptest! {
    #[test]
    fn any_bytes_are_answered(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        check_spans(&bytes)?;
    }

    #[test]
    fn any_text_is_answered(pieces in prop::collection::vec(piece(), 0..40)) {
        check_spans(pieces.concat().as_bytes())?;
    }
}
