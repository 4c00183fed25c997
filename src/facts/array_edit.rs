//! Edits of arrays that keep the rest of the text: quotes, whitespace, line breaks and comments.

use super::lines;
use crate::toml::Span;

/// The text between the quotes at `span`.
pub fn quoted_like(text: &str, span: &Span, word: &str) -> String {
    let written = text.get(span.clone()).unwrap_or_default();
    let quote = match written.starts_with('\'') && !word.contains('\'') {
        true => '\'',
        false => '"',
    };
    format!("{quote}{word}{quote}")
}

/// Takes elements out of an array whose elements are at these places. `None` when none would be left, and where a
/// comment is beside what is taken out: whether it is still true is for a person to say.
pub fn without(
    text: &str,
    elements: &[Span],
    unwanted: impl Fn(usize) -> bool,
) -> Option<Vec<(Span, String)>> {
    let mut edits = Vec::new();
    let mut index = 0;
    while index < elements.len() {
        let end = (index..elements.len()).find(|&at| !unwanted(at));
        let end = end.unwrap_or(elements.len());
        if end > index {
            edits.extend(taken(text, elements, index, end)?);
        }
        index = end + 1;
    }
    Some(
        edits
            .into_iter()
            .map(|span| (span, String::new()))
            .collect(),
    )
}

/// The span to delete for the elements from `first` to before `end`.
fn taken(text: &str, elements: &[Span], first: usize, end: usize) -> Option<Vec<Span>> {
    let run = &elements[first..end];
    let own_lines: Option<Vec<Span>> = run.iter().map(|element| own_line(text, element)).collect();
    if let (Some(own_lines), true) = (own_lines, run.len() < elements.len()) {
        return Some(own_lines);
    }
    // With the comma before them, or, at the front, with the one behind.
    let cut = match (first.checked_sub(1), elements.get(end)) {
        (Some(before), _) => elements[before].end..run.last()?.end,
        (None, Some(next)) => run.first()?.start..next.start,
        (None, None) => return None,
    };
    let mut at = cut.start;
    for element in run {
        if text.get(at..element.start.max(at))?.contains('#') {
            return None;
        }
        at = element.end;
    }
    let behind = text.get(at..)?.trim_start_matches([' ', '\t', ',']);
    let is_plain = !text.get(at..cut.end.max(at))?.contains('#');
    (is_plain && !behind.starts_with('#')).then(|| vec![cut])
}

/// The whole line of an element that has one for itself, with its comma and nothing else.
fn own_line(text: &str, element: &Span) -> Option<Span> {
    let line = lines::around(text, element);
    let behind = text.get(element.end..line.end)?;
    let is_alone = lines::is_first(text, element.start) && behind.ends_with('\n');
    let is_all = matches!(behind.trim(), "" | ",");
    (is_alone && is_all).then_some(line)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Takes the words out that begin with `x`.
    fn cut(text: &str) -> Option<String> {
        let mut elements = Vec::new();
        let mut at = 0;
        while let Some(start) = text[at..].find('"').map(|i| at + i) {
            let end = start + 2 + text[start + 1..].find('"').unwrap();
            elements.push(start..end);
            at = end;
        }
        let is_unwanted = |index: usize| text[elements[index].start..].starts_with("\"x");
        let mut out = text.to_owned();
        for (span, _) in without(text, &elements, is_unwanted)?.into_iter().rev() {
            out.replace_range(span, "");
        }
        Some(out)
    }

    #[test]
    fn what_stays_is_written_as_it_was() {
        for (text, want) in [
            (r#"["a","x"]"#, r#"["a"]"#),
            (r#"[ "x" , "a" ]"#, r#"[ "a" ]"#),
            (r#"[ "a" , "x", "x2" , "b", ]"#, r#"[ "a" , "b", ]"#),
            (r#"["x", "a", "x", "b", "x"]"#, r#"["a", "b"]"#),
            ("[\n  \"a\",\n  \"x\",\n]", "[\n  \"a\",\n]"),
            ("[\r\n  \"x\",\r\n  \"a\"\r\n]", "[\r\n  \"a\"\r\n]"),
            (
                "[\n  \"a\", # one\n  # two\n  \"x\",\n]",
                "[\n  \"a\", # one\n  # two\n]",
            ),
            ("[\"a\",\n  \"x\"]", "[\"a\"]"),
        ] {
            assert_eq!(cut(text).as_deref(), Some(want), "{text}");
        }
    }

    #[test]
    fn comments_and_the_last_element_are_not_taken_out() {
        for text in [
            "[\"x\"]",
            "[\n  \"x\",\n]",
            "[\n  \"a\",\n  \"x\", # x\n]",
            "[\"a\", # a\n \"x\"]",
            "[\"x\", # x\n \"a\"]",
        ] {
            assert_eq!(cut(text), None, "{text}");
        }
    }

    #[test]
    fn quotes_are_those_that_were_there() {
        assert_eq!(quoted_like("['a']", &(1..4), "b"), "'b'");
        assert_eq!(quoted_like("[\"a\"]", &(1..4), "b"), "\"b\"");
        assert_eq!(quoted_like("['a']", &(1..4), "b'c"), "\"b'c\"");
    }
}
