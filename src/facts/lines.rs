//! Lines of a text, for fixes that move or indent them.

use super::view::NamespaceView;
use crate::toml::Span;
use crate::toml::view::{HostTable, Item, Spelling};

/// Where the line begins that contains this offset.
pub fn start(text: &str, at: usize) -> usize {
    let at = floor(text, at);
    text[..at].rfind('\n').map_or(0, |i| i + 1)
}

/// Where the next line begins, or the text ends.
pub fn next(text: &str, at: usize) -> usize {
    let at = floor(text, at);
    text[at..].find('\n').map_or(text.len(), |i| at + i + 1)
}

/// The whitespace at the beginning of the line that contains this offset.
pub fn indentation(text: &str, at: usize) -> &str {
    let line = &text[start(text, at)..];
    &line[..line.len() - line.trim_start_matches([' ', '\t']).len()]
}

/// The lines that a place touches, with their ends.
pub fn around(text: &str, span: &Span) -> Span {
    start(text, span.start)..next(text, span.end.max(span.start))
}

/// The start of the comments directly above the line that begins here.
pub fn above_comments(text: &str, line: usize) -> usize {
    let mut at = start(text, line);
    while at > 0 {
        let above = start(text, at - 1);
        if !text[above..at].trim_start().starts_with('#') {
            break;
        }
        at = above;
    }
    at
}

/// Whether only whitespace precedes this offset on its line.
pub fn is_first(text: &str, at: usize) -> bool {
    let at = floor(text, at);
    text[start(text, at)..at]
        .trim_start_matches('\u{feff}')
        .trim()
        .is_empty()
}

/// How the keys of a host table are indented, or would be, had it any: as those of the other host tables.
pub fn key_indentation<'a>(
    context: &'a NamespaceView<'_>,
    table: &HostTable<'_>,
) -> Option<&'a str> {
    let text = context.text();
    let of = |table: &HostTable<'_>| {
        let plain = |item: &&Item| item.spelling == Spelling::Plain;
        let first = table.table.items.iter().find(plain)?;
        is_first(text, first.key.span.start).then(|| indentation(text, first.key.span.start))
    };
    let hosts = context.host_tables();
    let same = |other: &&HostTable<'_>| {
        other.spelling == Spelling::Header
            && indentation(text, other.table.span.start)
                == indentation(text, table.table.span.start)
    };
    of(table).or_else(|| hosts.iter().filter(same).find_map(of))
}

/// Where a setting of the root is put before the table whose header is at `first`, and before the comment above that. A
/// comment at the very top is the file's rather than the table's.
pub fn before_table(text: &str, first: usize) -> usize {
    match above_comments(text, first) {
        0 if start(text, first) == 0 && text.starts_with('\u{feff}') => '\u{feff}'.len_utf8(),
        0 => start(text, first),
        at => at,
    }
}

/// The span to delete for a setting: its line or lines, with the line break before where there is none behind. `None` where
/// something else is on them, if only a comment.
pub fn of_setting(text: &str, setting: &Span) -> Option<Span> {
    let lines = around(text, setting);
    let behind = text.get(setting.end..lines.end)?;
    if !is_first(text, setting.start)
        || !behind.trim().is_empty()
        || text[setting.clone()].contains('#')
    {
        return None;
    }
    let mark = text[lines.clone()].starts_with('\u{feff}');
    let start = lines.start + if mark { '\u{feff}'.len_utf8() } else { 0 };
    let before = &text[..start];
    let kept = match behind.ends_with('\n') {
        true => None,
        false => before.strip_suffix("\r\n").or(before.strip_suffix('\n')),
    };
    Some(kept.unwrap_or(before).len()..lines.end)
}

/// The span to delete for a setting that no comment above it describes, judged by the words in it. `None` where
/// [`of_setting`] is, too.
pub fn of_undescribed_setting(text: &str, item: &Item, words: &[&str]) -> Option<Span> {
    let setting = item.whole();
    match is_described(text, &setting, words) {
        true => None,
        false => of_setting(text, &setting),
    }
}

/// Whether a comment on the lines of a setting, or right above them, contains one of the words (in lower case).
pub fn is_described(text: &str, setting: &Span, words: &[&str]) -> bool {
    let lines = around(text, setting);
    let comments = above_comments(text, lines.start)..lines.start;
    let behind = setting.end.min(lines.end)..lines.end;
    let contains = |range: Span| {
        let comment = text.get(range).unwrap_or_default().to_lowercase();
        comment.contains('#') && words.iter().any(|word| comment.contains(word))
    };
    contains(comments) || contains(behind)
}

fn floor(text: &str, at: usize) -> usize {
    let mut at = at.min(text.len());
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    at
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_found_from_any_offset() {
        let text = "a\n  ü = 1 # c\nend";
        assert_eq!((start(text, 6), next(text, 6)), (2, 15));
        assert_eq!(indentation(text, 8), "  ");
        assert_eq!(around(text, &(4..6)), 2..15);
        assert_eq!(next(text, 99), text.len());
        assert_eq!(above_comments("a\n # b\n# c\nd", 10), 2);
        assert!(is_first(text, 4) && !is_first(text, 8));
    }

    #[test]
    fn the_root_ends_before_the_first_table_and_its_comment() {
        assert_eq!(before_table("# file\n[a]\n", 7), 7);
        assert_eq!(before_table("# file\n\n# a\n[a]\n", 12), 8);
        assert_eq!(before_table("\u{feff}[a]\n", 3), 3);
    }

    #[test]
    fn comments_describe_the_setting_beside_them() {
        let is = |text: &str| {
            let start = text.find("x =").unwrap();
            is_described(text, &(start..start + 5), &["self-signed"])
        };
        assert!(is("# Self-signed\n# until May\nx = 1\n"));
        assert!(is("x = 1 # self-signed\n"));
        assert!(!is("# other\nx = 1 # one\n"));
        assert!(!is("# self-signed\n\nx = 1\n"));
        assert!(!is("y = 'self-signed'\nx = 1\n# self-signed\n"));
    }

    #[test]
    fn a_setting_is_deleted_with_its_line_and_nothing_else() {
        let cut = |text: &str| {
            let start = text.find('x').unwrap();
            let span = of_setting(text, &(start..start + 5))?;
            let mut text = text.to_owned();
            text.replace_range(span, "");
            Some(text)
        };
        assert_eq!(cut("a\n\tx = 1 \nb\n").as_deref(), Some("a\nb\n"));
        assert_eq!(cut("a\r\n\r\nx = 1").as_deref(), Some("a\r\n"));
        assert_eq!(cut("x = 1").as_deref(), Some(""));
        assert_eq!(cut("\u{feff}x = 1\nb").as_deref(), Some("\u{feff}b"));
        assert_eq!(cut("x = 1 # one\n"), None);
        assert_eq!(cut("{ x = 1 }\n"), None);
    }
}
