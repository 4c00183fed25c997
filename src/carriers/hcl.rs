//! Terraform: here-documents, and maps of a file's name and its text.
//!
//! Recognised in `*.tf`, `*.tfvars` and `*.hcl`: a block with a path (`filename`, `path`, `destination`) and a text (`content`,
//! `contents`, `data`), a key that is called like a file, and any here-document that is a script, YAML or a hosts.toml. Files
//! for `templatefile` (`*.tftpl`, `*.tpl`) are read by what they are without that ending.
//!
//! ```terraform
//! resource "local_file" "hosts" {
//!   filename = "certs.d/docker.io/hosts.toml"
//!   content  = <<-EOT
//!     server = "https://registry-1.docker.io"
//!   EOT
//! }
//! ```
//!
//! Not known: what `${…}` becomes, which is Terraform's whatever the inner text takes it for; which branch of `%{ if }` is
//! taken, and the first one is read; what functions make of a text.

use std::ops::Range;

use super::carried::Carried;
use super::document::Document;
use super::stand_ins::StandIns;
use super::target::{self, Target};
use super::templates::{self, Syntax, closing_brace};
use super::text::{Builder, Text, line_start};
use super::write::{Content, Mode, Write};

const PATH_KEYS: [&str; 6] = ["filename", "path", "destination", "dest", "file", "target"];
const TEXT_KEYS: [&str; 5] = ["content", "contents", "data", "inline", "text"];

/// Blocks that are nested deeper are not distinguished.
const MAX_DEPTH: usize = 64;

/// An attribute of a block, or a key of a map.
struct Attribute {
    key: Range<usize>,
    is_quoted: bool,
    value: Option<Value>,
}

enum Value {
    /// A quoted string, without the quotes.
    Quoted(Range<usize>),
    /// A here-document: its lines, and whether their indentation is taken off.
    Document(Range<usize>, bool),
}

/// Reads Terraform.
pub fn read(parent: &Text, stand_ins: &mut StandIns<'_>, carried: &mut Carried) {
    let mut reader = Reader {
        parent,
        text: parent.as_str(),
        at: 0,
        inner: Document::new(stand_ins, carried, 0),
        blocks: vec![Vec::new()],
        key: None,
    };
    reader.run();
    while let Some(block) = reader.blocks.pop() {
        reader.block(block);
    }
    reader.inner.finish();
}

struct Reader<'a, 'd, 'c> {
    parent: &'a Text,
    text: &'a str,
    at: usize,
    inner: Document<'d, 'c>,
    /// The attributes of the blocks that are open.
    blocks: Vec<Vec<Attribute>>,
    /// A key that waits for its value.
    key: Option<(Range<usize>, bool)>,
}

impl Reader<'_, '_, '_> {
    fn run(&mut self) {
        // The last name or string: a key, when a sign follows.
        let mut last: Option<(Range<usize>, bool)> = None;
        while let Some(&byte) = self.text.as_bytes().get(self.at) {
            let rest = &self.text[self.at..];
            match byte {
                b'#' => self.skip_line(),
                b'/' if rest.starts_with("//") => self.skip_line(),
                b'/' if rest.starts_with("/*") => {
                    self.at += rest.find("*/").map_or(rest.len(), |end| end + 2);
                }
                b'"' => {
                    let string = self.string();
                    match self.key.take() {
                        Some(key) => self.add(key, Some(Value::Quoted(string.clone()))),
                        None => last = Some((string, true)),
                    }
                }
                b'<' if rest.starts_with("<<") => match self.document() {
                    Some((body, strips)) => {
                        let key = self.key.take().unwrap_or((body.start..body.start, false));
                        self.add(key, Some(Value::Document(body, strips)));
                    }
                    None => self.at += 2,
                },
                b'=' if !rest.starts_with("==") && !rest.starts_with("=>") => {
                    self.key = last.take();
                    self.at += 1;
                }
                b':' => {
                    self.key = last.take();
                    self.at += 1;
                }
                b'{' => {
                    self.key = None;
                    if self.blocks.len() < MAX_DEPTH {
                        self.blocks.push(Vec::new());
                    }
                    self.at += 1;
                }
                b'}' => {
                    self.at += 1;
                    if self.blocks.len() > 1
                        && let Some(block) = self.blocks.pop()
                    {
                        self.block(block);
                    }
                }
                b'\n' => {
                    self.key = None;
                    self.at += 1;
                }
                _ if byte.is_ascii_alphabetic() || byte == b'_' => {
                    let length = rest
                        .bytes()
                        .take_while(|b| {
                            b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-' | b'.')
                        })
                        .count();
                    last = Some((self.at..self.at + length, false));
                    self.at += length;
                }
                _ => self.at += rest.chars().next().map_or(1, char::len_utf8),
            }
        }
    }

    fn skip_line(&mut self) {
        let rest = &self.text[self.at..];
        self.at += rest.find('\n').unwrap_or(rest.len());
    }

    /// A quoted string; its place without the quotes.
    fn string(&mut self) -> Range<usize> {
        let start = self.at + 1;
        let mut at = start;
        let bytes = self.text.as_bytes();
        while let Some(&byte) = bytes.get(at) {
            match byte {
                b'"' | b'\n' => break,
                b'\\' => at += 2,
                b'$' if bytes.get(at + 1) == Some(&b'{') => {
                    at = closing_brace(self.text, at + 2).unwrap_or(at + 2);
                }
                _ => at += 1,
            }
        }
        let mut end = at.min(self.text.len());
        while !self.text.is_char_boundary(end) {
            end += 1;
        }
        self.at = (end + usize::from(bytes.get(end) == Some(&b'"'))).max(start);
        start.min(end)..end
    }

    /// A here-document: its lines.
    fn document(&mut self) -> Option<(Range<usize>, bool)> {
        let rest = &self.text[self.at + 2..];
        let strips = rest.starts_with('-');
        let rest = &rest[usize::from(strips)..];
        let length = rest
            .bytes()
            .take_while(|b| b.is_ascii_alphanumeric() || *b == b'_')
            .count();
        let (word, behind) = rest.split_at(length);
        if word.is_empty()
            || !behind
                .trim_start_matches([' ', '\t', '\r'])
                .starts_with('\n')
        {
            return None;
        }
        let start = self.at + 2 + usize::from(strips) + length + behind.find('\n')? + 1;
        let mut at = start;
        for line in self.text[start..].split_inclusive('\n') {
            if line.trim() == word {
                self.at = at + line.len();
                return Some((start..at, strips));
            }
            at += line.len();
        }
        self.at = self.text.len();
        Some((start..self.text.len(), strips))
    }

    fn add(&mut self, (key, is_quoted): (Range<usize>, bool), value: Option<Value>) {
        if let Some(block) = self.blocks.last_mut() {
            block.push(Attribute {
                key,
                is_quoted,
                value,
            });
        }
    }

    fn block(&mut self, attributes: Vec<Attribute>) {
        let name = |attribute: &Attribute| &self.text[attribute.key.clone()];
        let path = attributes.iter().find_map(|attribute| {
            let Some(Value::Quoted(range)) = &attribute.value else {
                return None;
            };
            PATH_KEYS.contains(&name(attribute)).then(|| range.clone())
        });
        let content = attributes.iter().position(|a| TEXT_KEYS.contains(&name(a)));
        let path = path.map(|range| (self.read(&range), range));
        let path = path.filter(|(path, _)| target::of(path) != Target::Other);
        let is_file = path.is_some() && content.is_some();
        if let (Some((path, range)), Some(at)) = (path, content) {
            self.write(path, &range, &attributes[at]);
        }
        for (index, attribute) in attributes.iter().enumerate() {
            if is_file && Some(index) == content {
                continue;
            }
            if attribute.is_quoted {
                let path = self.read(&attribute.key);
                let target = target::of(&path);
                let is_file = target != Target::Other || path.as_str().ends_with("hosts.toml");
                if is_file && attribute.value.is_some() {
                    let path = match target {
                        Target::Other => self.named(&attribute.key),
                        _ => path,
                    };
                    self.write(path, &attribute.key, attribute);
                    continue;
                }
            }
            if let Some(Value::Document(range, strips)) = &attribute.value {
                let text = self.lines(range, *strips);
                let place = self.parent.in_carrier(range);
                self.inner.text(&text, Some(place));
            }
        }
    }

    /// The path of a file that only its key names.
    fn named(&self, key: &Range<usize>) -> Text {
        let mut path = Builder::new(self.parent);
        path.put(&format!("{}/hosts.toml", &self.text[key.clone()]), key);
        path.finish()
    }

    fn write(&mut self, path: Text, at: &Range<usize>, attribute: &Attribute) {
        let (content, place) = match &attribute.value {
            Some(Value::Document(range, strips)) => {
                (Content::Text(self.lines(range, *strips)), range.clone())
            }
            Some(Value::Quoted(range)) => (Content::Text(self.read(range)), range.clone()),
            None => (Content::Unknown, attribute.key.clone()),
        };
        self.inner.writes.push(Write {
            path,
            path_span: self.parent.in_carrier(at),
            content,
            content_span: self.parent.in_carrier(&place),
            mode: Mode::Replace,
            operator: None,
            is_guarded: true,
            source: None,
        });
    }

    /// A quoted string.
    fn read(&mut self, range: &Range<usize>) -> Text {
        let text = self.parent.slice(range.clone());
        let text = self.filled(&text);
        let written = text.as_str();
        let mut builder = Builder::new(&text);
        let mut at = 0;
        while let Some(found) = written[at..].find('\\') {
            let start = at + found;
            let Some(char) = written[start + 1..].chars().next() else {
                break;
            };
            builder.keep(at..start);
            let read = match char {
                'n' => '\n',
                't' => '\t',
                'r' => '\r',
                other => other,
            };
            at = start + 1 + char.len_utf8();
            builder.put(read.encode_utf8(&mut [0; 4]), &(start..at));
        }
        builder.keep(at..written.len());
        builder.finish()
    }

    fn filled(&mut self, text: &Text) -> Text {
        let syntax = Syntax {
            terraform: true,
            ..Syntax::default()
        };
        templates::read(text, syntax, self.inner.stand_ins)
    }

    /// The lines of a here-document, without the indentation that all have where it is taken off.
    fn lines(&mut self, range: &Range<usize>, strips: bool) -> Text {
        let all = &self.text[range.clone()];
        let blanks = |line: &str| line.len() - line.trim_start_matches([' ', '\t']).len();
        let lines = all.lines().filter(|line| !line.trim().is_empty());
        let indent = match strips {
            true => lines.map(blanks).min().unwrap_or_default(),
            false => 0,
        };
        let mut builder = Builder::new(self.parent);
        let mut at = line_start(self.text, range.start);
        for line in all.split_inclusive('\n') {
            builder.keep(at + blanks(line).min(indent)..at + line.len());
            at += line.len();
        }
        let text = builder.finish();
        self.filled(&text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hosts(text: &str) -> Vec<(String, String)> {
        let mut carried = Carried::default();
        read(
            &Text::of_carrier(text),
            &mut StandIns::new(text),
            &mut carried,
        );
        let trees = carried.trees.iter();
        let files = trees.flat_map(|tree| tree.namespaces.iter());
        files
            .filter_map(|(name, namespace)| {
                let text = namespace.files.get("hosts.toml")?.text.as_ref()?;
                Some((name.clone(), text.as_str().to_owned()))
            })
            .collect()
    }

    #[test]
    fn documents_and_maps() {
        let text = "resource \"x\" \"y\" {\n  filename = \"${path.module}/certs.d/quay.io/hosts.toml\"\n  content = <<-EOT\n      a = 1\n\n        b = 2\n    EOT\n}\n";
        let expected = ("quay.io".to_owned(), "a = 1\n\n  b = 2\n".to_owned());
        assert_eq!(hosts(text), [expected]);
        let text = "locals {\n  files = {\n    \"/etc/containerd/certs.d/quay.io/hosts.toml\" = \"a = \\\"x\\\"\\n\"\n    \"b/hosts.toml\" : <<EOT\nserver = \"https://ghcr.io\"\nEOT\n  }\n}\n";
        let all = hosts(text);
        assert_eq!(all.len(), 2, "{all:?}");
        assert_eq!(all[1], ("quay.io".to_owned(), "a = \"x\"\n".to_owned()));
    }
}
