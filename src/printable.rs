//! Making what comes from files and names of files safe to print.
//!
//! A file that is linted must not be able to repaint the screen that shows the findings, to write lines of its own
//! into a log, or to give commands to what reads the log.

use std::borrow::Cow;
use std::fmt::Write;

/// Whether a character does something to a terminal or to the order of a text, or cannot be seen.
pub fn is_unprintable(c: char) -> bool {
    c.is_control()
        || matches!(
            c,
            '\u{ad}'
                | '\u{61c}'
                | '\u{180e}'
                | '\u{200b}'..='\u{200f}'
                | '\u{2028}'..='\u{202e}'
                | '\u{2060}'..='\u{206f}'
                | '\u{feff}'
                | '\u{fff9}'..='\u{fffb}'
                | '\u{e0000}'..='\u{e007f}'
        )
}

/// One line, in which what cannot be printed is spelled out: `\n`, `\u{1b}`.
pub fn one_line(text: &str) -> Cow<'_, str> {
    escape(text, |_| false)
}

/// The same, but line feeds stay.
pub fn lines(text: &str) -> Cow<'_, str> {
    escape(text, |c| c == '\n')
}

fn escape(text: &str, keep: impl Fn(char) -> bool) -> Cow<'_, str> {
    let may_command = text.contains("::") || text.contains("##");
    if !may_command && !text.chars().any(|c| is_unprintable(c) && !keep(c)) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len() + 8);
    for (at, c) in text.char_indices() {
        match c {
            ':' | '[' if begins_command(&text[..at], &text[at..]) => {
                _ = write!(out, "\\u{{{:x}}}", u32::from(c));
            }
            c if keep(c) || !is_unprintable(c) => out.push(c),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            // Writing to a String does not fail.
            c => _ = write!(out, "\\u{{{:x}}}", u32::from(c)),
        }
    }
    Cow::Owned(out)
}

/// Whether what a runner of GitHub Actions takes for a command begins here: `::name` at the beginning of a line, where
/// wrapping may put any word, or `##[name` anywhere; or what an Azure pipeline takes for one.
fn begins_command(before: &str, rest: &str) -> bool {
    let is_named = |name: Option<&str>| {
        name.is_some_and(|name| name.starts_with(|c: char| c.is_ascii_alphabetic()))
    };
    let begins_word = before.chars().next_back().is_none_or(char::is_whitespace);
    begins_word && is_named(rest.strip_prefix("::"))
        || ends_like_command(before) && is_named(rest.strip_prefix('['))
}

/// Whether a `[` behind this text would begin a command of an Azure pipeline, or an old one of GitHub Actions, which may
/// are anywhere in a line: `##vso[`, `##[`.
pub fn ends_like_command(before: &str) -> bool {
    before.ends_with("##") || before.ends_with("##vso")
}

/// The text without the middle of words that no one reads to their end: a line of a megabyte is not one for people.
pub fn shortened(text: &str) -> Cow<'_, str> {
    const LONGEST: usize = 400;
    const BEGINNING: usize = 160;
    const END: usize = 40;
    let is_long = |word: &str| word.len() > LONGEST && word.chars().count() > LONGEST;
    if text.len() <= LONGEST || !text.split([' ', '\n']).any(is_long) {
        return Cow::Borrowed(text);
    }
    let mut out = String::new();
    for word in text.split_inclusive([' ', '\n']) {
        if is_long(word) {
            out.extend(word.chars().take(BEGINNING));
            out.push('…');
            let skipped = word.chars().count() - END;
            out.extend(word.chars().skip(skipped));
        } else {
            out.push_str(word);
        }
    }
    Cow::Owned(out)
}

/// Something to see in place of a character that cannot be seen.
pub fn picture(c: char) -> char {
    match u32::from(c) {
        code @ 0..=0x1f => char::from_u32(0x2400 + code).unwrap_or('\u{fffd}'),
        0x7f => '\u{2421}',
        _ => '\u{fffd}',
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_words_lose_their_middle() {
        let word = "é".repeat(1_000_000);
        assert_eq!(
            shortened(&format!("a {word} b")).chars().count(),
            2 + 201 + 1
        );
        let text = "word ".repeat(1_000);
        assert_eq!(shortened(&text), text);
    }

    #[test]
    fn what_a_terminal_would_obey_is_spelled_out() {
        assert_eq!(one_line("plain é"), "plain é");
        assert_eq!(one_line("a\u{1b}[2Jb\n"), "a\\u{1b}[2Jb\\n");
        assert_eq!(one_line("\u{9b}\u{202e}"), "\\u{9b}\\u{202e}");
        assert_eq!(lines("a\r\nb"), "a\\r\nb");
        assert_eq!(one_line("a ::error::b"), "a \\u{3a}:error::b");
        assert_eq!(one_line("##[error]a"), "##\\u{5b}error]a");
        assert_eq!(one_line("a ##vso[task.x]"), "a ##vso\\u{5b}task.x]");
        assert_eq!(one_line("a::b [::1] ## [a]"), "a::b [::1] ## [a]");
    }
}
