//! Globs: `*`, `?`, `[a-z]`, `{a,b}` and `**`, as in a shell, in .gitignore and in other linters.
//!
//! A glob is translated into a regular expression of `regex_lite`, whose time is linear in the text and which is small. Nearly
//! every text is rejected by the end that a glob requires, before the expression runs.

use std::iter::Peekable;
use std::path::Path;
use std::str::Chars;

use regex_lite::Regex;
use thiserror::Error;

/// Groups in groups, at most.
const MAX_DEPTH: usize = 16;

/// The parts of a glob between its wildcards.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Text {
    /// A path: no wildcard but `**` is a slash.
    Path,
    /// A name: a wildcard is anything.
    Name,
}

/// A glob.
#[derive(Debug, Clone)]
pub struct Glob {
    regex: Regex,
    /// The end of every match.
    end: String,
}

/// Why a text is not a valid glob.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum GlobError {
    /// `[a`
    #[error("a `[` has no `]`; write `\\[` for the character itself")]
    UnclosedClass,
    /// `[z-a]`
    #[error("the range `{0}-{1}` is empty")]
    EmptyRange(char, char),
    /// `{a`
    #[error("a `{{` has no `}}`; write `\\{{` for the character itself")]
    UnclosedGroup,
    /// `a}`
    #[error("a `}}` has no `{{`; write `\\}}` for the character itself")]
    UnopenedGroup,
    /// `a\`
    #[error("nothing follows the `\\` at its end; write `\\\\` for the character itself")]
    DanglingEscape,
    /// `{{{…`
    #[error("it is too large")]
    TooLarge,
}

impl Glob {
    /// A glob on paths with slashes.
    pub fn path(glob: &str) -> Result<Glob, GlobError> {
        Glob::new(glob, Text::Path)
    }

    /// A glob on names, in which a slash is a character like any other.
    pub fn name(glob: &str) -> Result<Glob, GlobError> {
        Glob::new(glob, Text::Name)
    }

    fn new(glob: &str, text: Text) -> Result<Glob, GlobError> {
        let mut translation = Translation {
            rest: glob.chars().peekable(),
            text,
            regex: "(?s)^".to_owned(),
        };
        translation.sequence(0)?;
        translation.regex.push('$');
        let special = |c| matches!(c, '*' | '?' | '[' | ']' | '{' | '}' | '\\');
        let end = glob.rsplit(special).next().unwrap_or_default();
        Ok(Glob {
            regex: Regex::new(&translation.regex).map_err(|_| GlobError::TooLarge)?,
            // `**/a` matches `a`.
            end: end.strip_prefix('/').unwrap_or(end).to_owned(),
        })
    }

    /// Whether it matches the whole text.
    pub fn is_match(&self, text: &str) -> bool {
        text.ends_with(&self.end) && self.regex.is_match(text)
    }

    /// Whether it matches the whole path. Bytes that are not UTF-8 are a character that only a wildcard matches.
    pub fn is_path(&self, path: &Path) -> bool {
        let text = path.to_string_lossy();
        match cfg!(windows) {
            true => self.is_match(&text.replace('\\', "/")),
            false => self.is_match(&text),
        }
    }
}

/// A glob that matches this text and nothing else.
pub fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        if matches!(c, '*' | '?' | '[' | ']' | '{' | '}' | ',' | '\\') {
            out.push('\\');
        }
        out.push(c);
    }
    out
}

struct Translation<'a> {
    rest: Peekable<Chars<'a>>,
    text: Text,
    regex: String,
}

impl Translation<'_> {
    /// Up to the end, or in a group to the end of an alternative.
    fn sequence(&mut self, depth: usize) -> Result<(), GlobError> {
        let mut before = None;
        while let Some(&c) = self.rest.peek() {
            if depth > 0 && matches!(c, ',' | '}') {
                return Ok(());
            }
            self.rest.next();
            match c {
                '*' => self.star(before.is_none_or(|before| before == '/'), depth),
                '?' => self.regex.push_str(self.any()),
                '[' => self.class()?,
                '{' => self.group(depth + 1)?,
                '}' => return Err(GlobError::UnopenedGroup),
                '\\' => {
                    let c = self.rest.next().ok_or(GlobError::DanglingEscape)?;
                    self.literal(c);
                }
                c => self.literal(c),
            }
            before = Some(c);
        }
        match depth {
            0 => Ok(()),
            _ => Err(GlobError::UnclosedGroup),
        }
    }

    /// One or more stars. Two that are a whole component match any number of components.
    fn star(&mut self, begins_component: bool, depth: usize) {
        let mut count = 1;
        while self.rest.next_if_eq(&'*').is_some() {
            count += 1;
        }
        let next = self.rest.peek().copied();
        let ends = next.is_none() || depth > 0 && matches!(next, Some(',' | '}'));
        let whole = begins_component && count == 2;
        if whole && ends {
            self.regex.push_str(".*");
        } else if whole && next == Some('/') {
            self.rest.next();
            self.regex.push_str("(?:.*/)?");
        } else {
            self.regex.push_str(self.any());
            self.regex.push('*');
        }
    }

    fn any(&self) -> &'static str {
        match self.text {
            Text::Path => "[^/]",
            Text::Name => ".",
        }
    }

    fn class(&mut self) -> Result<(), GlobError> {
        let is_negated = self.rest.next_if(|c| matches!(c, '!' | '^')).is_some();
        let mut ranges: Vec<(char, char)> = Vec::new();
        loop {
            let first = self.rest.next().ok_or(GlobError::UnclosedClass)?;
            if first == ']' && !ranges.is_empty() {
                break;
            }
            let mut last = first;
            // A hyphen at the beginning or the end is a character.
            let mut ahead = self.rest.clone();
            if ahead.next() == Some('-') && ahead.peek().is_some_and(|next| *next != ']') {
                self.rest.next();
                last = self.rest.next().ok_or(GlobError::UnclosedClass)?;
            }
            if last < first {
                return Err(GlobError::EmptyRange(first, last));
            }
            ranges.push((first, last));
        }
        self.regex.push_str(if is_negated { "[^" } else { "[" });
        if is_negated && self.text == Text::Path {
            self.regex.push('/');
        }
        for (first, last) in ranges {
            let [first, last] = [first, last].map(u32::from);
            self.regex
                .push_str(&format!("\\x{{{first:x}}}-\\x{{{last:x}}}"));
        }
        self.regex.push(']');
        Ok(())
    }

    fn group(&mut self, depth: usize) -> Result<(), GlobError> {
        if depth > MAX_DEPTH {
            return Err(GlobError::TooLarge);
        }
        self.regex.push_str("(?:");
        loop {
            self.sequence(depth)?;
            match self.rest.next() {
                Some(',') => self.regex.push('|'),
                _ => break,
            }
        }
        self.regex.push(')');
        Ok(())
    }

    fn literal(&mut self, c: char) {
        self.regex
            .push_str(&regex_lite::escape(c.encode_utf8(&mut [0; 4])));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_glob_on_paths_matches() {
        for (glob, matches, others) in [
            ("a", &["a"][..], &["", "b", "aa", "a/b", "b/a"][..]),
            ("*.sh", &[".sh", "a.sh"], &["a/b.sh", "a.sh/b", "a.shx"]),
            ("a?c", &["abc", "aéc"], &["ac", "a/c", "abbc"]),
            ("**/a", &["a", "b/a", "b/c/a"], &["ba", "a/b", "b/ca"]),
            ("**/a/**", &["a/b", "x/a/b/c"], &["a", "x/a"]),
            ("a/**", &["a/b", "a/b/c"], &["a", "ab/c"]),
            ("a/**/b", &["a/b", "a/x/b", "a/x/y/b"], &["ab", "a/xb"]),
            ("**", &["", "a", "a/b"], &[]),
            ("a**", &["a", "ab"], &["a/b"]),
            ("a/***", &["a/", "a/b"], &["a/b/c"]),
            ("[ab-d]", &["a", "b", "c", "d"], &["e", "-", "ab", ""]),
            ("[!ab]", &["c", "-"], &["a", "/", "cc"]),
            ("[^]a]", &["b"], &["]", "a"]),
            ("[]-]", &["]", "-"], &["a"]),
            ("[.\\]", &[".", "\\"], &["a"]),
            ("{a,b*}c", &["ac", "bc", "bxc"], &["c", "a", "abc"]),
            ("a{,.txt}", &["a", "a.txt"], &["a."]),
            ("{a,{b,c}d}", &["a", "bd", "cd"], &["d", "b", "ad"]),
            ("{**/a,b}", &["a", "x/a", "b"], &["x/b"]),
            ("x/{**}", &["x/a/b"], &["x", "y/a"]),
            ("a,b", &["a,b"], &["a", "b"]),
            ("\\*\\{\\\\", &["*{\\"], &["a{\\"]),
            ("a.b+(c)|^$", &["a.b+(c)|^$"], &["axb+(c)|^$"]),
            ("a\nb*", &["a\nb\nc"], &["a"]),
        ] {
            let compiled = Glob::path(glob).unwrap();
            for text in matches {
                assert!(compiled.is_match(text), "{glob} {text}");
            }
            for text in others {
                assert!(!compiled.is_match(text), "{glob} {text}");
            }
        }
    }

    #[test]
    fn a_wildcard_in_a_name_is_anything() {
        let glob = Glob::name("*.dkr.ecr.*.example").unwrap();
        assert!(glob.is_match("1.dkr.ecr.a/b.c.example") && !glob.is_match("dkr.ecr.a.example"));
    }

    #[test]
    fn an_escaped_text_matches_itself_alone() {
        for text in ["a[b]{c,d}*?\\e", "**", "a,b", "ä"] {
            let glob = Glob::path(&escape(text)).unwrap();
            assert!(glob.is_match(text) && !glob.is_match("a"));
        }
        assert!(!Glob::path(&escape("[ab]")).unwrap().is_match("a"));
    }

    #[test]
    fn what_is_no_glob_is_refused() {
        for (text, error) in [
            ("a[", GlobError::UnclosedClass),
            ("a[]", GlobError::UnclosedClass),
            ("a[b-", GlobError::UnclosedClass),
            ("[z-a]", GlobError::EmptyRange('z', 'a')),
            ("{a,b", GlobError::UnclosedGroup),
            ("a}", GlobError::UnopenedGroup),
            ("a\\", GlobError::DanglingEscape),
            (&"{".repeat(100_000), GlobError::TooLarge),
            (&"[!a]".repeat(300_000), GlobError::TooLarge),
        ] {
            assert_eq!(Glob::path(text).unwrap_err(), error, "{text:.20}");
        }
    }
}
