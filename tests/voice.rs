//! The words of messages, documentation and comments: phrases that readers have to decode are not used.
//!
//! What is listed in [`PHRASES`] is at zero in every folder but those of [`NOT_YET`]. A folder that is rewritten leaves that list.

use std::fs;
use std::path::{Path, PathBuf};

/// A phrase, and what to write instead. `*` before a phrase: not behind `there`, as in "there is no mirror".
const PHRASES: [(&str, &str); 27] = [
    ("*is no", "is not a, unknown, invalid"),
    ("*is none", "is not one"),
    ("*are none", "are not"),
    ("whoever", "anyone, a client"),
    ("somebody", "someone, a client"),
    ("nobody", "no one, or the passive"),
    ("anew", "again"),
    ("once more", "again"),
    ("all the same", "anyway"),
    ("without a word", "silently"),
    ("of which", "that, which"),
    ("of what", "of the"),
    ("is told", "is reported"),
    ("are told", "are reported"),
    ("goes on to", "tries, falls back to"),
    ("asked of", "requested from"),
    ("beyond ascii", "non-ASCII"),
    ("blanks at", "whitespace"),
    ("blanks in", "whitespace"),
    ("rests on", "depends on, is issued by"),
    ("on the way", "on the network path"),
    ("passes over", "ignores, skips"),
    ("passed over", "ignored, skipped"),
    ("says of", "reports"),
    ("stands", "is"),
    ("lies", "is"),
    ("holds", "contains, has"),
];

/// Folders that are still to be rewritten.
const NOT_YET: [&str; 13] = [
    "README.md",
    "src/cli",
    "src/containerd",
    "src/disk",
    "src/engine",
    "src/facts",
    "src/finding",
    "src/fix",
    "src/go",
    "src/migrate",
    "src/settings",
    "src/toml",
    "docs",
];

#[test]
fn messages_and_comments_are_plain_english() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut files = Vec::new();
    for place in ["rules", "src", "docs", "README.md", "CONTRIBUTING.md"] {
        collect(&root.join(place), &mut files);
    }
    assert!(files.len() > 100, "{} files", files.len());
    let mut found = Vec::new();
    for file in files {
        let shown = file
            .strip_prefix(root)
            .unwrap()
            .to_string_lossy()
            .replace('\\', "/");
        if NOT_YET.iter().any(|folder| shown.starts_with(folder)) {
            continue;
        }
        let text = fs::read_to_string(&file).unwrap();
        let is_code = shown.ends_with(".rs");
        for (number, line) in text.lines().enumerate() {
            let line = if is_code {
                words_of(line)
            } else {
                line.to_lowercase()
            };
            for (phrase, instead) in PHRASES {
                if contains(&line, phrase) {
                    found.push(format!("{shown}:{}: `{phrase}`: {instead}", number + 1));
                }
            }
        }
    }
    assert!(found.is_empty(), "{}", found.join("\n"));
}

#[test]
fn phrases_are_found_as_words() {
    for (line, phrase, want) in [
        ("`pul` is no capability", "*is no", true),
        ("there is no mirror", "*is no", false),
        ("it is not there", "*is no", false),
        ("it holds text", "holds", true),
        ("thresholds", "holds", false),
        ("it is no longer read", "*is no", false),
    ] {
        assert_eq!(contains(line, phrase), want, "{line}");
    }
    assert_eq!(
        words_of("let holds = f(\"it Stands\"); // and lies").trim(),
        "it stands and lies"
    );
    assert_eq!(words_of("let holds = stands;").trim(), "");
}

fn collect(path: &Path, files: &mut Vec<PathBuf>) {
    if path.is_dir() {
        for entry in fs::read_dir(path).unwrap() {
            collect(&entry.unwrap().path(), files);
        }
    } else if path
        .extension()
        .is_some_and(|end| end == "rs" || end == "md")
    {
        files.push(path.to_owned());
    }
}

/// The strings and the comment of a line of Rust, in small letters.
fn words_of(line: &str) -> String {
    let (mut words, mut in_string, mut escaped) = (String::new(), false, false);
    for (at, c) in line.char_indices() {
        match c {
            _ if escaped => escaped = false,
            '\\' if in_string => escaped = true,
            '"' => {
                in_string = !in_string;
                words.push(' ');
            }
            '/' if !in_string && line[at..].starts_with("//") => {
                words.push_str(line[at..].trim_start_matches('/'));
                break;
            }
            c if in_string => words.push(c),
            _ => {}
        }
    }
    words
        .to_lowercase()
        .split_whitespace()
        .collect::<Vec<_>>()
        .join(" ")
}

/// Whether a text contains the phrase as whole words.
fn contains(text: &str, phrase: &str) -> bool {
    let (phrase, not_behind_there) = match phrase.strip_prefix('*') {
        Some(phrase) => (phrase, true),
        None => (phrase, false),
    };
    let is_word = |c: char| c.is_alphanumeric() || c == '_' || c == '-';
    text.match_indices(phrase).any(|(at, _)| {
        let (before, behind) = (&text[..at], &text[at + phrase.len()..]);
        let is_whole = !before.ends_with(is_word) && !behind.starts_with(is_word);
        let is_english = not_behind_there
            && (before.trim_end().ends_with("there")
                || ["longer", "more", "other", "need", "reason"]
                    .iter()
                    .any(|word| behind.trim_start().starts_with(word)));
        is_whole && !is_english
    })
}
