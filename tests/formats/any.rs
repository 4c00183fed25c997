//! Any text, any place in it, any width: nothing panics, and every reader can read.

use certsd_lint::finding::{Location, Related};
use certsd_lint::report::{Format, Options};
use clap::ValueEnum;
use proptest::prelude::*;
use serde_json::Value;

use crate::{sample, sarif, services, written};

/// Texts of what is hard to draw and hard to escape.
fn text() -> impl Strategy<Value = String> {
    let pieces = prop::sample::select(vec![
        "a = 1",
        "\n",
        "\n",
        "\r\n",
        "\r",
        "\t",
        "é",
        "😀",
        "漢字",
        "\u{1b}[31m",
        "\u{0}",
        "\u{9b}",
        "\u{202e}",
        "\u{feff}",
        "%0A",
        "::",
        ",",
        "|",
        "`",
        "]]>",
        "<b>",
        "&",
        "\"",
        "'",
        "\u{ffff}",
        "a long word that goes on and on and on and on and on, for longer than any terminal is wide",
    ]);
    prop::collection::vec(pieces, 0..24).prop_map(|pieces| pieces.concat())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, ..ProptestConfig::default() })]

    #[test]
    fn is_written_and_read(
        text in text(),
        said in text(),
        places in prop::collection::vec((0..200usize, 0..80usize), 1..4),
        width in 1..140usize,
        color: bool,
        unicode: bool,
    ) {
        let source = sample::source("docker.io/hosts.toml", &text);
        let place = |(start, length): (usize, usize)| Location::span(&source, start..start + length);
        let mut finding = sample::finding(place(places[0]));
        for field in [&mut finding.message, &mut finding.label, &mut finding.effect, &mut finding.help] {
            said.clone_into(field);
        }
        finding.related = places[1..]
            .iter()
            .map(|&at| Related { location: place(at), text: said.clone() })
            .collect();
        // Not snapped to characters, as a rule's mistake would have it.
        finding.location.span = Some(places[0].0..places[0].0 + places[0].1);
        let report = sample::report(vec![finding.clone(), finding]);
        let options = Options { width, color, unicode, ..Options::default() };
        for &format in Format::value_variants() {
            let out = written(format, &report, &options);
            let is_raw = |c: char| c.is_control() && c != '\n' && !(color && c == '\u{1b}')
                || c == '\u{202e}';
            prop_assert!(!out.chars().any(is_raw), "{format:?}\n{out:?}");
            match format {
                Format::Sarif => drop(sarif::checked(&out)),
                Format::Json | Format::Gitlab | Format::Rdjson => {
                    prop_assert!(serde_json::from_str::<Value>(&out).is_ok());
                }
                Format::Junit | Format::Checkstyle => {
                    prop_assert!(services::elements(&out).len() > 3);
                }
                Format::Github => prop_assert_eq!(out.lines().count(), 3),
                Format::Concise => prop_assert_eq!(out.lines().count(), 2),
                Format::Line => {
                    prop_assert_eq!(out.lines().count(), 1);
                    prop_assert!(out.len() <= 80);
                }
                Format::Openmetrics => prop_assert!(out.ends_with("\n# EOF\n")),
                _ => {}
            }
        }
    }
}
