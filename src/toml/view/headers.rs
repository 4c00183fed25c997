//! The table headers of a document, part by part, in the order of the text.
//!
//! The tree of a document knows a key by the first place that names it; a header of
//! its own is known here, `[host."u".header]` with each of its three parts.

use super::document::{Document, Node, Spelling, Table, TableHeader};
use crate::toml::{Span, Spanned};

impl Document {
    /// The headers of this document, whose text is `text`.
    pub fn headers(&self, text: &str) -> &[TableHeader] {
        self.headers.get_or_init(|| self.find_headers(text))
    }

    fn find_headers(&self, text: &str) -> Vec<TableHeader> {
        let mut spans = Vec::new();
        collect(&self.root, &mut spans);
        spans.sort_by_cached_key(|span| span.start);
        spans.dedup();
        spans
            .into_iter()
            .filter_map(|span| {
                let parts = split(text.get(span.clone())?, span.start);
                (!parts.is_empty()).then_some(TableHeader { span, parts })
            })
            .collect()
    }
}

fn collect(table: &Table, spans: &mut Vec<Span>) {
    for item in &table.items {
        let tables = match &item.node {
            Node::Table(table) => std::slice::from_ref(table),
            Node::Tables(tables) => tables.as_slice(),
            _ => continue,
        };
        for table in tables {
            if table.spelling == Spelling::Header && !table.span.is_empty() {
                spans.push(table.span.clone());
            }
            collect(table, spans);
        }
    }
}

/// The keys of a header; `offset` is its place in the text.
fn split(header: &str, offset: usize) -> Vec<Spanned<String>> {
    let bytes = header.as_bytes();
    let blank = |i: usize| matches!(bytes.get(i), Some(b' ' | b'\t' | b'['));
    let mut parts = Vec::new();
    let mut at = 0;
    loop {
        while blank(at) {
            at += 1;
        }
        let start = at;
        match bytes.get(at) {
            Some(&quote @ (b'"' | b'\'')) => {
                at += 1;
                while bytes.get(at).is_some_and(|b| *b != quote) {
                    at += if bytes[at] == b'\\' && quote == b'"' {
                        2
                    } else {
                        1
                    };
                }
                at += 1;
            }
            _ => {
                while bytes
                    .get(at)
                    .is_some_and(|b| !matches!(b, b'.' | b']' | b' ' | b'\t'))
                {
                    at += 1;
                }
            }
        }
        let Some(value) = header.get(start..at).and_then(key) else {
            return parts;
        };
        parts.push(Spanned {
            value,
            span: offset + start..offset + at,
        });
        while blank(at) {
            at += 1;
        }
        if bytes.get(at) != Some(&b'.') {
            return parts;
        }
        at += 1;
    }
}

/// The name of a key: without quotes, with escapes resolved.
pub fn key(written: &str) -> Option<String> {
    if let Some(plain) = plain_key(written) {
        return Some(plain.to_owned());
    }
    let keys = toml_edit::Key::parse(written).ok()?;
    match keys.as_slice() {
        [key] => Some(key.get().to_owned()),
        _ => None,
    }
}

/// The same for keys that hold nothing to resolve, as most do.
fn plain_key(written: &str) -> Option<&str> {
    let is_bare = |b: u8| b.is_ascii_alphanumeric() || b == b'-' || b == b'_';
    if !written.is_empty() && written.bytes().all(is_bare) {
        return Some(written);
    }
    ['"', '\''].into_iter().find_map(|quote| {
        let inner = written.strip_prefix(quote)?.strip_suffix(quote)?;
        let is_plain = |c: char| c != quote && c != '\\' && !c.is_control();
        inner.chars().all(is_plain).then_some(inner)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_part_of_a_header_has_its_place() {
        let text =
            "a = 1\n[host]\n  [ host . \"https://a]\\u0041\" .'b.c'] # [x]\n[[q]]\n[[q]]\n[q.z]\n";
        let document = Document::parse(text).unwrap();
        let headers = document.headers(text);
        let seen: Vec<Vec<(&str, &str)>> = headers
            .iter()
            .map(|h| {
                h.parts
                    .iter()
                    .map(|p| (p.value.as_str(), &text[p.span.clone()]))
                    .collect()
            })
            .collect();
        assert_eq!(
            seen,
            [
                vec![("host", "host")],
                vec![
                    ("host", "host"),
                    ("https://a]A", "\"https://a]\\u0041\""),
                    ("b.c", "'b.c'")
                ],
                vec![("q", "q")],
                vec![("q", "q")],
                vec![("q", "q"), ("z", "z")],
            ]
        );
    }
}
