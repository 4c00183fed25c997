//! Suppression comments: `# certsd-lint: ignore[rule-a, rule-b] reason`.

use std::ops::Range;

use crate::toml::Spanned;
use crate::toml::view::{Comment, comments};

/// How far a suppression reaches.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reach {
    /// `ignore[…]`: one item.
    Item,
    /// `ignore-file[…]`: the file.
    File,
}

/// A comment that is meant for this tool.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Instruction {
    /// From its `#` to the end of the comment.
    pub span: Range<usize>,
    /// The comment that contains it; it begins earlier when other words come first.
    pub comment: Comment,
    /// Its meaning.
    pub content: Result<Content, Malformed>,
}

/// The contents of a well-formed suppression.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Content {
    /// How far it reaches.
    pub reach: Reach,
    /// The rules between the brackets.
    pub names: Vec<Spanned<String>>,
    /// From the first bracket to the last.
    pub list: Range<usize>,
    /// The text after the brackets.
    pub reason: String,
}

/// Why a comment that is meant for this tool does nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Malformed {
    /// `ignore` without rules.
    Blanket,
    /// No bracket at the end of the rules.
    Unclosed,
    /// No colon behind the tool's name.
    NoColon,
    /// Neither `ignore` nor `ignore-file`.
    Word(String),
}

const TOOL: &str = "certsd-lint";

/// Words in comments that are meant as suppressions. Without a colon, only one of these makes an
/// instruction of a comment: `# certsd-lint runs in CI` is not one.
const WORDS: [&str; 10] = [
    "ignore",
    "ignore-file",
    "file-ignore",
    "ignore-next-line",
    "disable",
    "disable-file",
    "allow",
    "skip",
    "suppress",
    "noqa",
];

/// The instructions of a text, in order.
pub fn instructions(text: &str) -> Vec<Instruction> {
    // Most files have none; their comments need not be distinguished from their strings.
    let is_meant = |(at, _): (usize, &str)| {
        Rest {
            text: &text[at + 1..],
            at: 0,
        }
        .takes_tool()
    };
    if !text.match_indices('#').any(is_meant) {
        return Vec::new();
    }
    of_comments(text, comments(text))
}

/// The instructions in these comments of a text.
pub fn of_comments(text: &str, comments: Vec<Comment>) -> Vec<Instruction> {
    let of_comment = |comment: Comment| {
        let hashes = text[comment.span.clone()].match_indices('#');
        let starts: Vec<usize> = hashes.map(|(i, _)| comment.span.start + i).collect();
        starts.into_iter().find_map(|start| {
            let content = parse(text, start + 1..comment.span.end)?;
            let span = start..comment.span.end;
            let comment = comment.clone();
            Some(Instruction {
                span,
                comment,
                content,
            })
        })
    };
    comments.into_iter().filter_map(of_comment).collect()
}

/// A place in a text that is eaten from its front.
struct Rest<'a> {
    text: &'a str,
    at: usize,
}

impl<'a> Rest<'a> {
    fn skip_blanks(&mut self) {
        let rest = self.text.trim_start();
        self.at += self.text.len() - rest.len();
        self.text = rest;
    }

    fn take(&mut self, length: usize) -> &'a str {
        let (taken, rest) = self.text.split_at(length);
        self.text = rest;
        self.at += length;
        taken
    }

    fn take_word(&mut self) -> &'a str {
        let is_part = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
        let end = self.text.find(|c| !is_part(c)).unwrap_or(self.text.len());
        self.take(end)
    }

    /// Takes the next word, and whether it is the tool's name.
    fn takes_tool(&mut self) -> bool {
        self.skip_blanks();
        self.take_word().eq_ignore_ascii_case(TOOL)
    }

    fn take_char(&mut self, c: char) -> bool {
        let is_next = self.text.starts_with(c);
        if is_next {
            self.take(c.len_utf8());
        }
        is_next
    }
}

/// Reads what is behind a `#`; `None` when it is not meant for this tool.
fn parse(text: &str, span: Range<usize>) -> Option<Result<Content, Malformed>> {
    let mut rest = Rest {
        text: text[span.clone()].trim_end(),
        at: span.start,
    };
    if !rest.takes_tool() {
        return None;
    }
    rest.skip_blanks();
    let has_colon = rest.take_char(':');
    rest.skip_blanks();
    let word = rest.take_word();
    if !has_colon {
        return WORDS.contains(&word).then_some(Err(Malformed::NoColon));
    }
    let reach = match word {
        "ignore" => Reach::Item,
        "ignore-file" => Reach::File,
        _ => return Some(Err(Malformed::Word(word.to_owned()))),
    };
    rest.skip_blanks();
    let open = rest.at;
    if !rest.take_char('[') {
        return Some(Err(Malformed::Blanket));
    }
    let mut names = Vec::new();
    let Some(close) = rest.text.find(']') else {
        return Some(Err(Malformed::Unclosed));
    };
    let mut at = rest.at;
    for part in rest.take(close).split(',') {
        let name = part.trim();
        let start = at + part.len() - part.trim_start().len();
        if !name.is_empty() {
            let span = start..start + name.len();
            let value = name.to_owned();
            names.push(Spanned { value, span });
        }
        at += part.len() + 1;
    }
    rest.take_char(']');
    if names.is_empty() {
        return Some(Err(Malformed::Blanket));
    }
    let list = open..rest.at;
    let separators = [' ', '\t', '-', ':', '–', '—'];
    let reason = rest.text.trim_start_matches(separators).to_owned();
    Some(Ok(Content {
        reach,
        names,
        list,
        reason,
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn one(text: &str) -> Option<Result<Content, Malformed>> {
        let mut found = instructions(text);
        assert!(found.len() <= 1);
        found.pop().map(|instruction| instruction.content)
    }

    #[test]
    fn rules_and_reason_are_read() {
        let text = "a = 1 # see T-1 #certsd-lint : ignore [skip-verify ,plain-http]: é ours\r\n";
        let found = instructions(text);
        assert_eq!(
            text[found[0].span.clone()].split(' ').next(),
            Some("#certsd-lint")
        );
        let content = found[0].content.clone().unwrap();
        assert_eq!(content.reach, Reach::Item);
        assert_eq!(content.reason, "é ours");
        assert_eq!(&text[content.list], "[skip-verify ,plain-http]");
        let names: Vec<&str> = content
            .names
            .iter()
            .map(|n| &text[n.span.clone()])
            .collect();
        assert_eq!(names, ["skip-verify", "plain-http"]);
        assert_eq!(names[0], content.names[0].value);
    }

    #[test]
    fn what_is_not_well_formed_is_told() {
        let malformed = |text: &str| one(text).map(Result::unwrap_err);
        assert_eq!(malformed("# certsd-lint: ignore"), Some(Malformed::Blanket));
        assert_eq!(
            malformed("# certsd-lint: ignore[ , ]"),
            Some(Malformed::Blanket)
        );
        assert_eq!(
            malformed("# certsd-lint: ignore all"),
            Some(Malformed::Blanket)
        );
        assert_eq!(
            malformed("# certsd-lint: ignore-file"),
            Some(Malformed::Blanket)
        );
        assert_eq!(
            malformed("# certsd-lint: ignore[a"),
            Some(Malformed::Unclosed)
        );
        assert_eq!(
            malformed("# certsd-lint ignore[a]"),
            Some(Malformed::NoColon)
        );
        assert_eq!(malformed("#certsd-lint disable"), Some(Malformed::NoColon));
        let word = |word: &str| Some(Malformed::Word(word.to_owned()));
        assert_eq!(malformed("# Certsd-Lint: disable=a"), word("disable"));
        assert_eq!(malformed("# certsd-lint:"), word(""));
    }

    #[test]
    fn other_comments_are_left_alone() {
        for text in [
            "# certsd-lint runs in CI",
            "# see certsd-lint: ignore[a]",
            "# certsd-linter: ignore[a]",
            "a = \"# certsd-lint: ignore[a]\"",
            "#",
        ] {
            assert_eq!(one(text), None, "{text}");
        }
    }
}
