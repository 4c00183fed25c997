//! YAML with the place of every node: what carriers and `migrate` look through.

use std::collections::HashMap;
use std::ops::Range;

use granit_parser::{Event, Parser, ScalarStyle};

/// More nodes than this are not read; aliases count as often as they are used.
const MAX_NODES: usize = 200_000;

/// Deeper nesting than this is not read.
const MAX_DEPTH: usize = 100;

/// How a scalar is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Style {
    /// Without quotes.
    Plain,
    /// In single quotes.
    Single,
    /// In double quotes.
    Double,
    /// A block that keeps its line breaks, each line indented by so many bytes.
    Literal(usize),
    /// A block whose lines are joined.
    Folded,
}

/// A node and its place.
#[derive(Debug, Clone, PartialEq)]
pub struct YamlNode {
    /// The node's kind and value.
    pub value: Value,
    /// Its bytes: a quoted scalar with its quotes, a block scalar from the first character of its text.
    pub span: Range<usize>,
    /// It is a copy of an anchored node, which is at its place.
    pub is_alias: bool,
}

/// The kind and value of a node.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    /// Text, numbers, nothing.
    Scalar {
        /// The text as YAML reads it.
        text: String,
        /// How it is written.
        style: Style,
    },
    /// A list.
    Sequence(Vec<YamlNode>),
    /// Keys and their values, in order, merge keys included.
    Mapping(Vec<(YamlNode, YamlNode)>),
}

/// Why a text is not YAML.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Error {
    /// The message.
    pub message: String,
    /// The line, from 1.
    pub line: usize,
    /// The column in characters, from 1.
    pub column: usize,
}

impl YamlNode {
    /// The text of a scalar.
    pub fn text(&self) -> Option<&str> {
        match &self.value {
            Value::Scalar { text, .. } => Some(text),
            _ => None,
        }
    }

    /// Whether it is a plain scalar that says nothing.
    pub fn is_null(&self) -> bool {
        matches!(&self.value, Value::Scalar { text, style: Style::Plain } if matches!(text.as_str(), "" | "~" | "null" | "Null" | "NULL"))
    }

    /// The truth value of a plain scalar.
    pub fn boolean(&self) -> Option<bool> {
        match &self.value {
            Value::Scalar {
                text,
                style: Style::Plain,
            } => match text.as_str() {
                "true" | "True" | "TRUE" => Some(true),
                "false" | "False" | "FALSE" => Some(false),
                _ => None,
            },
            _ => None,
        }
    }

    /// The entries of a mapping; none of anything else.
    pub fn entries(&self) -> &[(YamlNode, YamlNode)] {
        match &self.value {
            Value::Mapping(entries) => entries,
            _ => &[],
        }
    }

    /// The elements of a sequence; none of anything else.
    pub fn elements(&self) -> &[YamlNode] {
        match &self.value {
            Value::Sequence(nodes) => nodes,
            _ => &[],
        }
    }

    /// The value of a key.
    pub fn get(&self, key: &str) -> Option<&YamlNode> {
        let mut entries = self.entries().iter();
        entries
            .find(|(k, _)| k.text() == Some(key))
            .map(|(_, value)| value)
    }

    /// Returns the node at the end of these keys.
    pub fn at(&self, keys: &[&str]) -> Option<&YamlNode> {
        keys.iter().try_fold(self, |node, key| node.get(key))
    }
}

/// The documents of a text, those before an error included.
pub fn documents(text: &str) -> (Vec<YamlNode>, Option<Error>) {
    let mut reader = Reader::default();
    for next in Parser::new_from_str(text) {
        let result = match next {
            Ok((event, span)) => {
                reader.take(event, span.byte_range().unwrap_or_default(), span.indent)
            }
            Err(error) => {
                let at = error.marker();
                Err(Error {
                    message: error.info().to_string(),
                    line: at.line(),
                    column: at.col() + 1,
                })
            }
        };
        if let Err(error) = result {
            return (reader.documents, Some(error));
        }
    }
    (reader.documents, None)
}

/// A collection that is being read.
struct Open {
    start: usize,
    anchor: usize,
    is_mapping: bool,
    nodes: Vec<YamlNode>,
}

#[derive(Default)]
struct Reader {
    documents: Vec<YamlNode>,
    open: Vec<Open>,
    /// Anchored nodes, with how many nodes and levels each has.
    anchors: HashMap<usize, (YamlNode, usize, usize)>,
    count: usize,
}

impl Reader {
    fn take(
        &mut self,
        event: Event<'_>,
        span: Range<usize>,
        indent: Option<usize>,
    ) -> Result<(), Error> {
        let too_large = || Error {
            message: "it is nested too deeply, or has too many nodes".to_owned(),
            line: 1,
            column: 1,
        };
        match event {
            Event::Scalar(text, style, anchor, _) => {
                let style = match style {
                    ScalarStyle::SingleQuoted => Style::Single,
                    ScalarStyle::DoubleQuoted => Style::Double,
                    ScalarStyle::Literal => Style::Literal(indent.unwrap_or_default()),
                    ScalarStyle::Folded => Style::Folded,
                    _ => Style::Plain,
                };
                let value = Value::Scalar {
                    text: text.into_owned(),
                    style,
                };
                self.push(
                    YamlNode {
                        value,
                        span,
                        is_alias: false,
                    },
                    anchor,
                );
            }
            Event::SequenceStart(_, anchor, _) | Event::MappingStart(_, anchor, _) => {
                if self.open.len() >= MAX_DEPTH {
                    return Err(too_large());
                }
                self.open.push(Open {
                    start: span.start,
                    anchor,
                    is_mapping: matches!(event, Event::MappingStart(..)),
                    nodes: Vec::new(),
                });
            }
            Event::SequenceEnd | Event::MappingEnd => {
                let Some(open) = self.open.pop() else {
                    return Ok(());
                };
                let value = match open.is_mapping {
                    true => {
                        let mut nodes = open.nodes.into_iter();
                        let pairs = std::iter::from_fn(|| Some((nodes.next()?, nodes.next()?)));
                        Value::Mapping(pairs.collect())
                    }
                    false => Value::Sequence(open.nodes),
                };
                let span = open.start..span.end.max(open.start);
                self.push(
                    YamlNode {
                        value,
                        span,
                        is_alias: false,
                    },
                    open.anchor,
                );
            }
            Event::Alias(anchor) => {
                let Some((node, count, depth)) = self.anchors.get(&anchor).cloned() else {
                    // An alias inside what it names, as some files have it by mistake.
                    return Err(too_large());
                };
                self.count += count;
                if self.open.len() + depth > MAX_DEPTH {
                    return Err(too_large());
                }
                self.push(
                    YamlNode {
                        is_alias: true,
                        ..node
                    },
                    0,
                );
            }
            Event::DocumentStart(..) => self.anchors.clear(),
            _ => {}
        }
        self.count += 1;
        match self.count > MAX_NODES {
            true => Err(too_large()),
            false => Ok(()),
        }
    }

    fn push(&mut self, node: YamlNode, anchor: usize) {
        if anchor > 0 {
            let (count, depth) = size(&node);
            self.anchors.insert(anchor, (node.clone(), count, depth));
        }
        match self.open.last_mut() {
            Some(open) => open.nodes.push(node),
            None => self.documents.push(node),
        }
    }
}

/// The number of nodes, and their depth.
fn size(node: &YamlNode) -> (usize, usize) {
    let add = |(count, depth): (usize, usize), inner: &YamlNode| {
        let (more, deep) = size(inner);
        (count + more, depth.max(deep))
    };
    let (count, depth) = match &node.value {
        Value::Scalar { .. } => (0, 0),
        Value::Sequence(nodes) => nodes.iter().fold((0, 0), add),
        Value::Mapping(pairs) => pairs.iter().flat_map(|(k, v)| [k, v]).fold((0, 0), add),
    };
    (count + 1, depth + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_those_of_the_text() {
        let text = "a:\n  - b: 'x'\n    c: |\n      one\n       two\n";
        let (documents, error) = documents(text);
        assert_eq!(error, None);
        let entry = &documents[0].get("a").unwrap().elements()[0];
        assert_eq!(&text[entry.get("b").unwrap().span.clone()], "'x'");
        let block = entry.get("c").unwrap();
        assert_eq!(block.text(), Some("one\n two\n"));
        let Value::Scalar { style, .. } = block.value else {
            panic!()
        };
        assert_eq!(style, Style::Literal(6));
        assert!(text[block.span.clone()].starts_with("one"));
    }

    #[test]
    fn aliases_do_not_multiply_without_end() {
        let mut text = "a0: &a0 [x, x, x, x, x, x, x, x, x]\n".to_owned();
        for level in 1..12 {
            let before = level - 1;
            let list = format!("*a{before}, ").repeat(9);
            text.push_str(&format!(
                "a{level}: &a{level} [{}]\n",
                list.trim_end_matches(", ")
            ));
        }
        assert!(documents(&text).1.is_some());
        assert!(documents(&"[".repeat(5_000)).1.is_some());
        assert!(documents(&"- ".repeat(5_000)).1.is_some());
        assert!(documents("a: &a [*a]\n").1.is_some());
    }
}
