//! The scope of a suppression comment: items of the document, by their spans.
//!
//! An item is a key with its value; or a table header with all that is under it, tables
//! below it included, up to the next header that is not below it; or, inside brackets or braces, one element.
//! A comment behind something covers the item that ends on its line, in the innermost brackets that it
//! is in; behind an opening bracket, the key that the brackets belong to. A comment alone on its
//! line covers the next item.

use std::ops::Range;

use crate::toml::view::{Comment, Document, Item, LineIndex, Node, Spelling, Table};

/// Something that a comment can cover.
#[derive(Debug)]
struct Part {
    /// The item that the comment must follow or precede.
    own: Range<usize>,
    /// The scope in that case.
    covers: Range<usize>,
    /// Inside its brackets or braces.
    inner: Option<Inner>,
}

/// The inside of brackets or braces.
#[derive(Debug)]
struct Inner {
    span: Range<usize>,
    parts: Vec<Part>,
}

/// The items of a text.
#[derive(Debug)]
pub struct Scopes<'a> {
    text: &'a str,
    lines: &'a LineIndex,
    /// In the order of the text. Lines, where the text is not TOML.
    parts: Vec<Part>,
}

impl<'a> Scopes<'a> {
    /// Of a document; of the bare lines when there is none, because the text is not TOML.
    pub fn new(text: &'a str, lines: &'a LineIndex, document: Option<&Document>) -> Scopes<'a> {
        let mut parts = match document {
            Some(document) => document_parts(text, &document.root),
            None => line_parts(text, lines),
        };
        parts.sort_by_cached_key(|part| part.own.start);
        Scopes { text, lines, parts }
    }

    /// Returns the scope of a comment; `None` if nothing is after it, or before it.
    pub fn covered(&self, comment: &Comment) -> Option<Range<usize>> {
        let at = comment.span.start;
        let mut parts = &self.parts;
        let mut owner: Option<&Part> = None;
        // None is in another, and they are in order: only the last that begins before it can hold a comment.
        let before = |parts: &[Part]| parts.partition_point(|part| part.own.start < at);
        while let Some(part) = parts[..before(parts)]
            .last()
            .filter(|part| contains(part, at))
        {
            owner = Some(part);
            parts = &part.inner.as_ref()?.parts;
        }
        let found = if comment.alone {
            parts.get(before(parts))
        } else {
            let line = self.lines.line(at);
            let ended = parts[..before(parts)].iter().rev();
            let last = ended.into_iter().find(|part| part.own.end <= at);
            let is_on_line = |part: &&Part| self.lines.line(self.last(&part.own)) == line;
            last.filter(is_on_line).or(owner)
        };
        found.map(|part| part.covers.clone())
    }

    /// Whether a comment is before everything else.
    pub fn is_at_head(&self, comment: &Comment) -> bool {
        self.parts
            .first()
            .is_none_or(|first| comment.span.start < first.own.start)
    }

    /// The place of the last character, so that a span that ends with its line is on that line.
    fn last(&self, span: &Range<usize>) -> usize {
        let inside = &self.text[span.clone()];
        let width = inside.chars().next_back().map_or(0, char::len_utf8);
        span.end - width
    }
}

fn contains(part: &Part, at: usize) -> bool {
    part.inner
        .as_ref()
        .is_some_and(|inner| inner.span.start < at && at < inner.span.end)
}

fn document_parts(text: &str, root: &Table) -> Vec<Part> {
    let mut headers: Vec<(Vec<&str>, Range<usize>)> = Vec::new();
    let mut parts = Vec::new();
    collect(text, root, &mut Vec::new(), &mut headers, &mut parts);
    headers.sort_by_cached_key(|(_, span)| span.start);
    for (index, (path, span)) in headers.iter().enumerate() {
        let is_below = |other: &[&str]| other.len() > path.len() && other.starts_with(path);
        let end = headers[index + 1..]
            .iter()
            .find(|(other, _)| !is_below(other))
            .map_or(text.len(), |(_, next)| next.start);
        parts.push(Part {
            own: span.clone(),
            covers: span.start..end,
            inner: None,
        });
    }
    parts
}

/// Finds the headers and the key-value pairs of a table and of those below it.
fn collect<'d>(
    text: &str,
    table: &'d Table,
    path: &mut Vec<&'d str>,
    headers: &mut Vec<(Vec<&'d str>, Range<usize>)>,
    parts: &mut Vec<Part>,
) {
    for item in &table.items {
        path.push(&item.key.value);
        match &item.node {
            Node::Tables(tables) => {
                for table in tables {
                    headers.push((path.clone(), table.span.clone()));
                    collect(text, table, path, headers, parts);
                }
            }
            Node::Table(inner) if item.spelling != Spelling::Inline => {
                if item.spelling == Spelling::Header {
                    headers.push((path.clone(), item.span.clone()));
                }
                collect(text, inner, path, headers, parts);
            }
            _ => {
                let mut part = item_part(item);
                // A dotted key begins before its last part.
                let line = text[..part.own.start].rfind('\n').map_or(0, |i| i + 1);
                let before = &text[line..part.own.start];
                let blanks =
                    before.len() - before.trim_start_matches(['\u{feff}', ' ', '\t']).len();
                part.own.start = line + blanks;
                part.covers = part.own.clone();
                parts.push(part);
            }
        }
        path.pop();
    }
}

fn item_part(item: &Item) -> Part {
    let own = item.whole();
    let covers = own.clone();
    let inner = node_inner(&item.node, &item.span);
    Part { own, covers, inner }
}

fn node_inner(node: &Node, span: &Range<usize>) -> Option<Inner> {
    let mut parts: Vec<Part> = match node {
        Node::Array(elements) => elements
            .iter()
            .map(|(element, span)| Part {
                own: span.clone(),
                covers: span.clone(),
                inner: node_inner(element, span),
            })
            .collect(),
        Node::Table(table) => table.items.iter().map(item_part).collect(),
        _ => return None,
    };
    parts.sort_by_cached_key(|part| part.own.start);
    let span = span.clone();
    Some(Inner { span, parts })
}

/// In a text that is not TOML, a line is an item, and a line that begins with a bracket continues to the
/// next such line.
fn line_parts(text: &str, lines: &LineIndex) -> Vec<Part> {
    let last = lines.line(text.len());
    let mut parts: Vec<Part> = Vec::new();
    let mut open_header: Option<usize> = None;
    for number in 1..=last {
        let line = lines.line_span(number, text);
        let content = text[line.clone()].trim_start_matches('\u{feff}').trim();
        if content.is_empty() || content.starts_with('#') {
            continue;
        }
        let start = line.start + text[line.clone()].find(content).unwrap_or(0);
        // Text after a comment's sign does not belong to the item; a comment behind it has to be
        // behind it.
        let code = content
            .find(" #")
            .map_or(content, |i| content[..i].trim_end());
        let own = start..start + code.len();
        if content.starts_with('[')
            && let Some(index) = open_header.replace(parts.len())
        {
            parts[index].covers.end = line.start;
        }
        let covers = own.start..line.end;
        parts.push(Part {
            own,
            covers,
            inner: None,
        });
    }
    if let Some(index) = open_header {
        parts[index].covers.end = text.len();
    }
    parts
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::toml::view::comments;

    /// For each comment `# n` of the text, what it covers.
    fn covered(text: &str) -> Vec<Option<String>> {
        let lines = LineIndex::new(text);
        let document = Document::parse(text).ok();
        let scopes = Scopes::new(text, &lines, document.as_ref());
        let cut = |span: Range<usize>| text[span].trim_end().to_owned();
        comments(text)
            .iter()
            .map(|comment| scopes.covered(comment).map(cut))
            .collect()
    }

    fn some(texts: &[&str]) -> Vec<Option<String>> {
        texts.iter().map(|t| Some((*t).to_owned())).collect()
    }

    #[test]
    fn a_key_with_its_value() {
        let text = "# 1\n\n# 2\na = 1 # 3\nb.c = 'x' # 4\n  d = { e = 1 } # 5\nf = \"\"\"\n#\n\"\"\" # 6\n";
        let all = [
            "a = 1",
            "a = 1",
            "a = 1",
            "b.c = 'x'",
            "d = { e = 1 }",
            "f = \"\"\"\n#\n\"\"\"",
        ];
        assert_eq!(covered(text), some(&all));
    }

    #[test]
    fn a_header_with_all_below_it() {
        let text = "# 1\n[host.a] # 2\nx = 1\n[host.a.header]\ny = 1\n# 3\n[host.b]\nz = 1\n# 4\n";
        let a = "[host.a] # 2\nx = 1\n[host.a.header]\ny = 1\n# 3";
        let mut expected = some(&[a, a, "[host.b]\nz = 1\n# 4"]);
        expected.push(None);
        assert_eq!(covered(text), expected);
        let tables = "[[a]] # 1\nx = 1\n[[a]]\n# 2\ny = 1\n";
        assert_eq!(covered(tables), some(&["[[a]] # 1\nx = 1", "y = 1"]));
    }

    #[test]
    fn an_element() {
        let text = "a = [ # 1\n  \"b\", # 2\n  # 3\n  [\"c\", \"d\"], \"e\" # 4\n  # 5\n] # 6\n";
        let all = &text[..text.find(" # 6").unwrap()];
        let mut expected = some(&[all, "\"b\"", "[\"c\", \"d\"]", "\"e\""]);
        expected.push(None);
        expected.extend(some(&[all]));
        assert_eq!(covered(text), expected);
    }

    #[test]
    fn lines_of_a_text_that_is_not_toml() {
        let text = "# 1\na = = 1 # 2\n[b # 3\nc = 1\n\n[d]\n";
        assert_eq!(
            covered(text),
            some(&["a = = 1 # 2", "a = = 1 # 2", "[b # 3\nc = 1"])
        );
    }

    #[test]
    fn the_head_is_before_the_first_item() {
        let head = |text: &str| {
            let lines = LineIndex::new(text);
            let document = Document::parse(text).ok();
            let scopes = Scopes::new(text, &lines, document.as_ref());
            comments(text)
                .iter()
                .map(|c| scopes.is_at_head(c))
                .collect::<Vec<_>>()
        };
        assert_eq!(
            head("\u{feff}# 1\n\n# 2\n[a] # 3\n# 4\n"),
            [true, true, false, false]
        );
        assert_eq!(head("# 1\n"), [true]);
    }
}
