//! Colours, signs and safe text.

use anstyle::{AnsiColor, Style};

/// Something works.
pub const GOOD: Style = AnsiColor::Green.on_default();
/// Something does not.
pub const BAD: Style = AnsiColor::Red.on_default().bold();
/// Something that may surprise.
pub const ODD: Style = AnsiColor::Yellow.on_default();
/// The most important text.
pub const STRONG: Style = Style::new().bold();
/// Text that can be skipped.
pub const FAINT: Style = Style::new().dimmed();

/// The width that drawings keep to, where the texts let them.
pub const WIDTH: usize = 80;

/// The text in a style.
pub fn paint(style: Style, text: &str) -> String {
    format!("{style}{text}{style:#}")
}

/// The text without anything that a terminal would act upon, or that would hide or reorder
/// what is shown: what is printed comes from files that others may have written.
pub fn visible(text: &str) -> String {
    crate::printable::one_line(text).into_owned()
}

/// Joins the items with ` · `, in lines that keep to the width left of `indent`.
pub fn wrap_items(items: &[String], indent: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for item in items {
        match lines.last_mut() {
            Some(line) if width(line) + 3 + width(item) <= WIDTH - indent => {
                line.push_str(" · ");
                line.push_str(item);
            }
            _ => lines.push(item.clone()),
        }
    }
    lines
}

/// Breaks the text at spaces, in lines that keep to the width left of `indent`.
pub fn wrap_words(text: &str, indent: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in text.split(' ') {
        match lines.last_mut() {
            Some(line) if width(line) + 1 + width(word) <= WIDTH - indent => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(word.to_owned()),
        }
    }
    lines
}

fn width(text: &str) -> usize {
    text.chars().count()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_reaches_the_terminal_raw() {
        assert_eq!(
            visible("a\u{1b}[31m\nb\u{202e}é"),
            "a\\u{1b}[31m\\nb\\u{202e}é"
        );
    }

    #[test]
    fn lines_keep_to_the_width() {
        let items = vec!["x".repeat(30), "y".repeat(30), "z".repeat(30)];
        let lines = wrap_items(&items, 4);
        assert_eq!(lines.len(), 2);
        assert!(lines.iter().all(|line| line.chars().count() <= WIDTH - 4));
    }
}
