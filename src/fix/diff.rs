//! Unified diffs, as `patch -p0` and `git apply -p0` take them.

use std::borrow::Cow;

use similar::algorithms::{Capture, Compact, Replace, myers};
use similar::udiff::UnifiedHunkHeader;
use similar::{DiffOp, group_diff_ops};

use crate::finding::Source;
use crate::printable::one_line;

/// A diff to be shown.
#[derive(Debug, PartialEq, Eq)]
pub struct Shown {
    /// The text.
    pub text: Vec<u8>,
    /// It is the diff itself, which can be applied. It is not where secrets are starred, or where what a terminal
    /// would obey is spelled out.
    pub is_exact: bool,
}

/// The changes in the file at `path`, in a form without secrets.
pub fn shown(path: &str, before: &[u8], after: &[u8]) -> Shown {
    let exact = diff(path, before, after);
    // A line feed in a name would begin a line of its own.
    let path = &*one_line(path);
    let (old, new) = (Source::new(path, before), Source::new(path, after));
    let has_secrets = old.starred() != old.text || new.starred() != new.text;
    let mut text = match has_secrets {
        true => diff(path, old.starred().as_bytes(), new.starred().as_bytes()),
        false => exact.clone(),
    };
    if let Ok(lines) = std::str::from_utf8(&text)
        && let Cow::Owned(visible) = visible(lines)
    {
        text = visible.into_bytes();
    }
    let is_exact = text == exact;
    Shown { text, is_exact }
}

/// The lines of a diff with what a terminal or a runner would obey spelled out. Tabs, line ends and the byte order mark
/// of a file are left.
fn visible(diff: &str) -> Cow<'_, str> {
    let mut out = String::with_capacity(diff.len());
    for line in diff.split_inclusive('\n') {
        let end = line.trim_end_matches(['\r', '\n']).len();
        let (mut line, end) = line.split_at(end);
        let marks = [" \u{feff}", "-\u{feff}", "+\u{feff}"];
        if let Some(mark) = marks.iter().find(|mark| line.starts_with(**mark)) {
            out.push_str(mark);
            line = &line[mark.len()..];
        }
        for (index, part) in line.split('\t').enumerate() {
            if index > 0 {
                out.push('\t');
            }
            out.push_str(&one_line(part));
        }
        out.push_str(end);
    }
    match out == diff {
        true => Cow::Borrowed(diff),
        false => Cow::Owned(out),
    }
}

/// The changes in the file at `path`, with bytes that are not UTF-8 unchanged; empty if nothing changes.
pub fn diff(path: &str, before: &[u8], after: &[u8]) -> Vec<u8> {
    // A line ends with a line feed alone, as for the programs that read this.
    let (old, new) = (lines(before), lines(after));
    let mut out = Vec::new();
    for hunk in group_diff_ops(changes(&old, &new), 3) {
        if out.is_empty() {
            out.extend(format!("--- {path}\n+++ {path}\n").into_bytes());
        }
        out.extend(format!("{}\n", UnifiedHunkHeader::new(&hunk)).into_bytes());
        for change in hunk.iter().flat_map(|part| part.iter_changes(&*old, &*new)) {
            out.extend(change.tag().to_string().into_bytes());
            out.extend_from_slice(change.value());
            if !change.value().ends_with(b"\n") {
                out.extend_from_slice(b"\n\\ No newline at end of file\n");
            }
        }
    }
    out
}

/// The steps of `similar` for this algorithm. Its own function takes the algorithm as an argument, and brings all of them.
fn changes(old: &[&[u8]], new: &[&[u8]]) -> Vec<DiffOp> {
    let mut found = Compact::new(Replace::new(Capture::new()), old, new);
    let Ok(()) = myers::diff(&mut found, old, 0..old.len(), new, 0..new.len());
    found.into_inner().into_inner().into_ops()
}

fn lines(text: &[u8]) -> Vec<&[u8]> {
    text.split_inclusive(|byte| *byte == b'\n').collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_shown_keeps_secrets_and_commands_back() {
        let show = |before: &str, after: &str| {
            let shown = shown("a", before.as_bytes(), after.as_bytes());
            (String::from_utf8(shown.text).unwrap(), shown.is_exact)
        };
        let head = "--- a\n+++ a\n";
        assert_eq!(
            show("\u{feff}# \tb\r\nc = 1", "\u{feff}# \tb\r\nc = 2"),
            (
                format!(
                    "{head}@@ -1,2 +1,2 @@\n \u{feff}# \tb\r\n-c = 1\n\\ No newline at end of file\n+c = 2\n\\ No newline at end of file\n"
                ),
                true
            )
        );
        assert_eq!(
            show("password = \"abc\"\na = 1\n", "password = \"abc\"\na = 2\n"),
            (
                format!("{head}@@ -1,2 +1,2 @@\n password = \"***\"\n-a = 1\n+a = 2\n"),
                false
            )
        );
        // Where the secret is in no line of the diff, nothing is held back.
        let far = "a = 0\n".repeat(4);
        let (text, is_exact) = show(
            &format!("password = \"abc\"\n{far}a = 1\n"),
            &format!("password = \"abc\"\n{far}a = 2\n"),
        );
        assert!(is_exact && !text.contains("password"));
        assert_eq!(
            show("# \u{1b}[2J\na = 1\n", "# \u{1b}[2J\na = 2\n"),
            (
                format!("{head}@@ -1,2 +1,2 @@\n # \\u{{1b}}[2J\n-a = 1\n+a = 2\n"),
                false
            )
        );
        assert_eq!(
            show("::error::b\na = 1\n", "::error::b\na = 2\n").0,
            format!("{head}@@ -1,2 +1,2 @@\n \\u{{3a}}:error::b\n-a = 1\n+a = 2\n")
        );
    }

    #[test]
    fn a_diff_names_the_path_and_keeps_bytes() {
        let text = diff("a/hosts.toml", b"a\r\nb\xff\nc", b"a\r\nb\xff\nd\n");
        assert_eq!(
            text,
            b"--- a/hosts.toml\n+++ a/hosts.toml\n@@ -1,3 +1,3 @@\n a\r\n b\xff\n-c\n\\ No newline at end of file\n+d\n"
        );
        assert!(diff("a", b"x", b"x").is_empty());
        // A carriage return alone ends no line.
        assert_eq!(
            diff("a", b"x\ry\n", b"x\rz\n"),
            b"--- a\n+++ a\n@@ -1 +1 @@\n-x\ry\n+x\rz\n"
        );
    }
}
