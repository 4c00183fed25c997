//! The text of a file, under the name that the user knows it by.

use std::ops::Range;
use std::sync::OnceLock;

use super::secrets::Secrets;
use crate::toml::view::LineIndex;

/// A file's text and its name.
#[derive(Debug)]
pub struct Source {
    /// The path as the user named the tree, `/` between parts.
    pub path: String,
    /// The text. Bytes that are not UTF-8 are replaced by `?`, one for one, so that
    /// offsets stay those of the file.
    pub text: String,
    /// Where the first byte is that is not UTF-8, if there is one.
    pub invalid_utf8: Option<usize>,
    // Found when they are first asked for.
    crlf: OnceLock<bool>,
    lines: OnceLock<LineIndex>,
    secrets: OnceLock<Secrets>,
    /// Where the secrets are, where that was said.
    secret_places: Option<Vec<Range<usize>>>,
}

impl Source {
    /// Lines and columns.
    pub fn lines(&self) -> &LineIndex {
        self.lines.get_or_init(|| LineIndex::new(&self.text))
    }

    /// The parts that must not be repeated.
    pub fn secrets(&self) -> &Secrets {
        self.secrets.get_or_init(|| match &self.secret_places {
            Some(places) => Secrets::at(&self.text, places),
            None => Secrets::of(&self.text),
        })
    }

    /// The text with stars in place of its secrets, byte for byte.
    pub fn starred(&self) -> &str {
        self.secrets().starred(&self.text)
    }

    /// Takes the bytes of the file at `path`.
    pub fn new(path: impl Into<String>, bytes: &[u8]) -> Source {
        let (text, invalid_utf8) = match std::str::from_utf8(bytes) {
            Ok(text) => (text.to_owned(), None),
            Err(error) => {
                let mut text = String::with_capacity(bytes.len());
                for chunk in bytes.utf8_chunks() {
                    text.push_str(chunk.valid());
                    text.extend(chunk.invalid().iter().map(|_| '?'));
                }
                (text, Some(error.valid_up_to()))
            }
        };
        Source::of_text(path.into(), text, invalid_utf8)
    }

    /// Takes the text of a file whose bytes were looked at before.
    pub fn of_text(path: String, text: String, invalid_utf8: Option<usize>) -> Source {
        Source {
            path,
            text,
            invalid_utf8,
            crlf: OnceLock::new(),
            lines: OnceLock::new(),
            secrets: OnceLock::new(),
            secret_places: None,
        }
    }

    /// The same text, with these places for its secrets, in order and not overlapping: it is not TOML.
    pub fn with_secrets(self, places: Vec<Range<usize>>) -> Source {
        Source {
            secrets: OnceLock::new(),
            secret_places: Some(places),
            ..self
        }
    }

    /// Where its secrets are, where that was said.
    pub fn secret_places(&self) -> Option<&[Range<usize>]> {
        self.secret_places.as_deref()
    }

    /// Whether lines end with a carriage return and a line feed, most of them at least.
    pub fn has_crlf(&self) -> bool {
        *self.crlf.get_or_init(|| {
            let crlf = self.text.matches("\r\n").count();
            crlf > 0 && 2 * crlf > self.text.matches('\n').count()
        })
    }
}
