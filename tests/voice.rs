//! The words of messages, documentation and comments: phrases that readers have to decode are not used.
//!
//! [`PHRASES`] has the left column of the project's style table, as far as it is words. All of them are at zero, in every
//! string, every comment and every page.

use std::fs;
use std::path::{Path, PathBuf};

/// A phrase, and what to write instead. `*` before a phrase: not behind `there`, as in "there is no mirror".
const PHRASES: [(&str, &str); 45] = [
    ("*is no", "is not a, unknown, invalid"),
    ("*are no", "are not"),
    ("*be no", "not be"),
    ("*is none", "is not one"),
    ("*are none", "are not"),
    ("whoever", "anyone, a client"),
    ("somebody", "someone, a client"),
    ("anybody", "anyone"),
    ("nobody", "no one, or the passive"),
    ("anew", "again"),
    ("once more", "again"),
    ("all the same", "anyway"),
    ("without a word", "silently"),
    ("passes over", "ignores, skips"),
    ("passed over", "ignored, skipped"),
    ("says of", "reports"),
    ("say of", "report"),
    ("said of", "set for, reported about"),
    ("tells", "reports, shows, is"),
    ("told", "reported, known"),
    ("of which", "that, which"),
    ("of what", "of the"),
    ("asks", "requests, tries, uses"),
    ("is asked by", "is contacted by"),
    ("is asked for the", "gets requests for the"),
    ("asked of", "requested from"),
    ("go on to", "try, fall back to"),
    ("goes on to", "tries, falls back to"),
    ("beyond ascii", "non-ASCII"),
    ("blanks", "whitespace, spaces"),
    ("rest on", "depend on, are issued by"),
    ("rests on", "depends on, is issued by"),
    ("its successor", "the renewed certificate"),
    ("on the way", "on the network path"),
    ("stand", "is, is allowed"),
    ("stands", "is"),
    ("stood", "was"),
    ("lie", "are"),
    ("lies", "is"),
    ("holds", "contains, has"),
    ("change names", "swap"),
    ("nothing to complain", "no findings"),
    ("to complain of", "found"),
    ("bear the", "accept the"),
    ("can ask by", "supports"),
];

/// Less could not be all of the sources and pages.
const MIN_FILES: usize = 300;

#[test]
fn messages_and_comments_are_plain_english() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut files = Vec::new();
    for place in [
        "rules",
        "src",
        "docs",
        "README.md",
        "CONTRIBUTING.md",
        "SECURITY.md",
    ] {
        collect(&root.join(place), &mut files);
    }
    assert!(files.len() > MIN_FILES, "{} files", files.len());
    let mut found = Vec::new();
    for file in files {
        let shown = file.strip_prefix(root).unwrap().to_string_lossy();
        let text = fs::read_to_string(&file).unwrap();
        let passages = match shown.ends_with(".rs") {
            true => passages_of_code(&text),
            false => passages_of_page(&text),
        };
        for passage in passages {
            let words = passage.words();
            for (phrase, instead) in PHRASES {
                if let Some(at) = find(&words, phrase) {
                    let line = passage.line(at);
                    found.push(format!("{shown}:{line}: `{phrase}`: {instead}"));
                }
            }
            if is_headless(&words) {
                let line = passage.line(0);
                found.push(format!("{shown}:{line}: `what …`: name the thing"));
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
        ("stand-in", "stand", false),
        ("it is no longer read", "*is no", false),
    ] {
        assert_eq!(find(line, phrase).is_some(), want, "{line}");
    }
    assert!(is_headless("what a key takes."));
    assert!(!is_headless("what does it take? a url."));
    assert!(!is_headless("the url; what it is."));
}

#[test]
fn strings_and_comments_are_read_over_their_lines() {
    let code = concat!(
        "//! Once\n//! more.\n",
        "let holds = f(\"it Stands, \\\n    all the \\\n    same\", 'x', '\"'); // and lies\n",
        "let raw = r#\"one \"two\"\nanew\"#; /* on the\n way */\n",
        "// alone\n",
    );
    let words: Vec<String> = passages_of_code(code).iter().map(Passage::words).collect();
    assert_eq!(
        words,
        [
            "once more.",
            "it stands, all the same",
            "and lies",
            "one \"two\" anew",
            "on the way",
            "alone",
        ]
    );
    let last = &passages_of_code(code)[3];
    assert_eq!(last.line(last.words().find("anew").unwrap()), 7);
    let page = passages_of_page("# All\n\nthe same, all\nthe same.\n- a\n- b\n");
    let words: Vec<String> = page.iter().map(Passage::words).collect();
    assert_eq!(words, ["# all", "the same, all the same.", "- a", "- b"]);
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

/// A string, a comment or a paragraph: its lines, with their numbers.
struct Passage(Vec<(usize, String)>);

impl Passage {
    fn new(line: usize, text: &str) -> Passage {
        let lines = text.split('\n').enumerate();
        Passage(
            lines
                .map(|(at, text)| (line + at, text.to_owned()))
                .collect(),
        )
    }

    fn last_line(&self) -> usize {
        self.0.last().map_or(0, |(line, _)| *line)
    }

    /// The text in small letters, with single spaces.
    fn words(&self) -> String {
        let lines = self.0.iter().map(|(_, text)| squeezed(text));
        let lines: Vec<String> = lines.filter(|text| !text.is_empty()).collect();
        lines.join(" ")
    }

    /// The line of a place in [`Passage::words`].
    fn line(&self, at: usize) -> usize {
        let mut end = 0;
        for (line, text) in &self.0 {
            let text = squeezed(text);
            end += text.len() + usize::from(!text.is_empty());
            if at < end {
                return *line;
            }
        }
        self.last_line()
    }
}

fn squeezed(text: &str) -> String {
    let text = text.to_lowercase();
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The strings and comments of Rust. Comments on adjacent lines of their own are one passage.
fn passages_of_code(code: &str) -> Vec<Passage> {
    let mut passages: Vec<Passage> = Vec::new();
    let mut is_after_comment = false;
    let (mut rest, mut counted, mut line) = (code, 0, 1);
    while let Some(first) = rest.chars().next() {
        let at = code.len() - rest.len();
        line += code[counted..at].matches('\n').count();
        counted = at;
        if let Some(comment) = rest.strip_prefix("//") {
            let comment = comment.split('\n').next().unwrap();
            let text = comment.trim_start_matches(['/', '!']);
            let passage = Passage::new(line, text);
            let is_alone = code[..at].rsplit('\n').next().unwrap().trim().is_empty();
            match passages.last_mut() {
                Some(last) if is_after_comment && is_alone && last.last_line() + 1 == line => {
                    last.0.extend(passage.0);
                }
                _ => passages.push(passage),
            }
            is_after_comment = is_alone;
            rest = &rest[2 + comment.len()..];
        } else if let Some(comment) = rest.strip_prefix("/*") {
            let text = comment.split("*/").next().unwrap();
            passages.push(Passage::new(line, text));
            is_after_comment = false;
            rest = comment[text.len()..].trim_start_matches("*/");
        } else if let Some((hashes, text)) = raw_string(code, at) {
            passages.push(Passage::new(line, text));
            is_after_comment = false;
            rest = &rest[2 * (hashes + 1) + 1 + text.len()..];
        } else if first == '"' {
            let length = string_length(&rest[1..]);
            let text = rest[1..][..length]
                .replace("\\\n", "\n")
                .replace(['\\'], " ");
            passages.push(Passage::new(line, &text));
            is_after_comment = false;
            rest = rest[1 + length..].strip_prefix('"').unwrap_or("");
        } else if first == '\'' {
            rest = &rest[char_length(rest)..];
        } else {
            rest = &rest[first.len_utf8()..];
        }
    }
    passages
}

/// The raw string that begins here: how many `#` it has, and its text.
fn raw_string(code: &str, at: usize) -> Option<(usize, &str)> {
    let is_name = |c: char| c.is_alphanumeric() || c == '_';
    let behind = code[at..].strip_prefix('r')?;
    let before = code[..at].strip_suffix('b').unwrap_or(&code[..at]);
    if before.ends_with(is_name) {
        return None;
    }
    let text = behind.trim_start_matches('#');
    let hashes = behind.len() - text.len();
    let text = text.strip_prefix('"')?;
    let end = text.find(&format!("\"{}", "#".repeat(hashes)))?;
    Some((hashes, &text[..end]))
}

/// How many bytes are before the quote that ends a string.
fn string_length(text: &str) -> usize {
    let mut is_escaped = false;
    for (at, c) in text.char_indices() {
        match c {
            _ if is_escaped => is_escaped = false,
            '\\' => is_escaped = true,
            '"' => return at,
            _ => {}
        }
    }
    text.len()
}

/// How many bytes the character literal at the beginning has; 1 for a lifetime.
fn char_length(text: &str) -> usize {
    let inside = &text[1..];
    if let Some(escaped) = inside.strip_prefix('\\') {
        let first = escaped.chars().next().map_or(0, char::len_utf8);
        let end = escaped[first..].find('\'').unwrap_or(0);
        return 1 + 1 + first + end + 1;
    }
    let first = inside.chars().next().map_or(0, char::len_utf8);
    match inside[first..].starts_with('\'') {
        true => 1 + first + 1,
        false => 1,
    }
}

/// The paragraphs of a page. A heading, a row of a table and an item of a list begin one.
fn passages_of_page(page: &str) -> Vec<Passage> {
    let mut passages: Vec<Passage> = Vec::new();
    let mut is_open = false;
    for (at, line) in page.lines().enumerate() {
        if line.trim().is_empty() {
            is_open = false;
            continue;
        }
        let begins = ["|", "#", "```", "- ", "* "];
        let begins = begins
            .iter()
            .any(|mark| line.trim_start().starts_with(mark));
        match passages.last_mut() {
            Some(last) if is_open && !begins => last.0.push((at + 1, line.to_owned())),
            _ => passages.push(Passage::new(at + 1, line)),
        }
        is_open = true;
    }
    passages
}

/// Whether a text begins with a clause in place of a noun, as in "What a key takes". Questions and the heading of rules'
/// pages are exempt.
fn is_headless(text: &str) -> bool {
    let sentence = text.split(". ").next().unwrap_or(text);
    text.starts_with("what ") && text != "what it does" && !sentence.contains('?')
}

/// Where a text contains the phrase as whole words.
fn find(text: &str, phrase: &str) -> Option<usize> {
    let (phrase, not_behind_there) = match phrase.strip_prefix('*') {
        Some(phrase) => (phrase, true),
        None => (phrase, false),
    };
    let is_word = |c: char| c.is_alphanumeric() || c == '_' || c == '-';
    text.match_indices(phrase).map(|(at, _)| at).find(|at| {
        let (before, behind) = (&text[..*at], &text[at + phrase.len()..]);
        let is_whole = !before.ends_with(is_word) && !behind.starts_with(is_word);
        let is_english = not_behind_there
            && (before.trim_end().ends_with("there")
                || ["longer", "more", "other", "need", "reason"]
                    .iter()
                    .any(|word| behind.trim_start().starts_with(word)));
        is_whole && !is_english
    })
}
