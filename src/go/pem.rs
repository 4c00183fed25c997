//! PEM as Go's `encoding/pem.Decode` reads it.
//!
//! The rules, which are stricter than OpenSSL's in some places and looser in others:
//!
//! * `-----BEGIN ` must be at the very start of a line (or of the text): an indented block, or one behind a byte
//!   order mark, is not seen. So has `-----END `, and never in the text's first line.
//! * Of several BEGIN lines before an END line the last one counts. A block whose END line has another label, whose base64
//!   is damaged or whose lines have anything behind the dashes is skipped, and reading goes on behind its END line.
//! * Lines end with LF or CRLF. Spaces at the ends of lines and within the base64 do not matter, nor does the length of
//!   lines. The last line needs no end.
//! * Lines with a colon directly below BEGIN are headers.
//! * What is between blocks is ignored.
//!
//! This is the decoder that Go has had since the autumn of 2025, when it was rewritten so as not to take quadratic time.
//! The one before gives the same blocks for all but contrived texts.

use std::borrow::Cow;
use std::collections::HashSet;
use std::ops::Range;

use super::base64;

const BEGIN: &[u8] = b"-----BEGIN ";
const END: &[u8] = b"\n-----END ";
const DASHES: &[u8] = b"-----";

/// So many header lines of a block are kept: real ones have two or three, and it is asked what these say.
const MAX_HEADERS: usize = 100;

/// One PEM block.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Block {
    /// The label after `BEGIN`: `CERTIFICATE`, `RSA PRIVATE KEY` …; bytes that are not UTF-8 are replaced.
    pub label: String,
    /// The `Name: value` lines below BEGIN, in file order; of very many the first.
    pub headers: Vec<(String, String)>,
    /// The decoded base64: DER, nearly always.
    pub contents: Vec<u8>,
    /// Where the block is in the text: from the first dash of BEGIN to the last one of END.
    pub span: Range<usize>,
}

impl Block {
    /// Whether Go takes the block for a private key: by its label alone, encrypted or not.
    pub fn is_private_key(&self) -> bool {
        self.label == "PRIVATE KEY" || self.label.ends_with(" PRIVATE KEY")
    }

    /// Whether the block is labelled as a certificate in the only way that Go knows.
    pub fn is_certificate(&self) -> bool {
        self.label == "CERTIFICATE"
    }

    /// Whether the headers say that the contents are encrypted, as OpenSSL's traditional format does.
    pub fn has_encryption_headers(&self) -> bool {
        self.headers.iter().any(|(name, value)| {
            name == "DEK-Info"
                || name == "Proc-Type" && value.to_ascii_uppercase().contains("ENCRYPTED")
        })
    }
}

/// The blocks of a text, in order. Never fails: what is not a block is skipped.
pub fn blocks(data: &[u8]) -> Blocks<'_> {
    Blocks { data, at: 0 }
}

/// The iterator that [`blocks`] gives.
#[derive(Debug, Clone)]
pub struct Blocks<'a> {
    data: &'a [u8],
    at: usize,
}

impl Iterator for Blocks<'_> {
    type Item = Block;

    fn next(&mut self) -> Option<Block> {
        let decoded = decode(self.data, self.at);
        match decoded {
            Some((block, next)) => {
                self.at = next;
                Some(block)
            }
            None => {
                self.at = self.data.len();
                None
            }
        }
    }
}

/// The labels of some blocks, each once, in order.
pub(crate) fn labels(blocks: &[Block]) -> Vec<String> {
    let mut seen = HashSet::new();
    let labels = blocks.iter().map(|block| &block.label);
    labels
        .filter(|label| seen.insert(*label))
        .cloned()
        .collect()
}

/// Labels as a message lists them.
pub(crate) fn list(labels: &[String]) -> String {
    const SHOWN: usize = 10;
    let quoted = labels.iter().take(SHOWN).map(|label| format!("{label:?}"));
    let mut list = quoted.collect::<Vec<_>>().join(", ");
    if labels.len() > SHOWN {
        list.push_str(&format!(" and {} more", labels.len() - SHOWN));
    }
    list
}

/// The first block at or after an offset, and the offset behind its END line.
fn decode(data: &[u8], start: usize) -> Option<(Block, usize)> {
    let mut from = start;
    loop {
        let end = from + find(data.get(from..)?, END)?;
        let trailer = end + END.len();
        match read_block(data, from, end) {
            Outcome::Block(block) => return Some((*block, line(data, trailer).next)),
            Outcome::Skip => from = trailer,
            Outcome::Stop => return None,
        }
    }
}

enum Outcome {
    Block(Box<Block>),
    /// No block here: go on behind this END line.
    Skip,
    /// Go gives up on the rest of the text.
    Stop,
}

/// Reads the block whose END line has its line end (the one before the dashes) at `end`, if there is one after `from`.
fn read_block(data: &[u8], from: usize, end: usize) -> Outcome {
    let trailer = end + END.len();
    let Some(begin) = rfind(&data[from..end], BEGIN).map(|at| from + at) else {
        return Outcome::Skip;
    };
    if begin > from && data[begin - 1] != b'\n' {
        return Outcome::Skip;
    }
    let first = line(data, begin + BEGIN.len());
    let Some(label) = first.text.strip_suffix(DASHES) else {
        return Outcome::Skip;
    };

    let mut body = first.next;
    let mut headers = Vec::new();
    loop {
        if body == data.len() {
            return Outcome::Stop;
        }
        let next = line(data, body);
        let Some(colon) = next.text.iter().position(|&byte| byte == b':') else {
            break;
        };
        if headers.len() < MAX_HEADERS {
            headers.push((
                trimmed(&next.text[..colon]),
                trimmed(&next.text[colon + 1..]),
            ));
        }
        body = next.next;
    }
    // Headers have to be followed by a line end of their own; and a header may have swallowed the END line itself.
    if !headers.is_empty() && end < body {
        return if trailer < body {
            Outcome::Stop
        } else {
            Outcome::Skip
        };
    }

    let Some(rest_of_end) = data[trailer..]
        .strip_prefix(label)
        .and_then(|rest| rest.strip_prefix(DASHES))
    else {
        return Outcome::Skip;
    };
    let last = data.len() - rest_of_end.len();
    if !line(data, last).text.is_empty() {
        return Outcome::Skip;
    }

    // An empty block has its END line directly below BEGIN, so that `end` is the line end before `body`.
    let text = data.get(body..end).unwrap_or_default();
    let letters = text
        .iter()
        .copied()
        .filter(|byte| !matches!(byte, b' ' | b'\t'));
    let Some(contents) = base64::decode(letters) else {
        return Outcome::Skip;
    };
    let label = String::from_utf8_lossy(label).into_owned();
    Outcome::Block(Box::new(Block {
        label,
        headers,
        contents,
        span: begin..last,
    }))
}

struct Line<'a> {
    /// The line without its end and without leading whitespace.
    text: &'a [u8],
    /// Where the next line starts.
    next: usize,
}

/// The line, or rest of a line, at an offset.
fn line(data: &[u8], start: usize) -> Line<'_> {
    let rest = &data[start..];
    let (mut text, next) = match rest.iter().position(|&byte| byte == b'\n') {
        Some(at) => (
            rest[..at].strip_suffix(b"\r").unwrap_or(&rest[..at]),
            start + at + 1,
        ),
        None => (rest, data.len()),
    };
    while let [head @ .., b' ' | b'\t'] = text {
        text = head;
    }
    Line { text, next }
}

fn trimmed(bytes: &[u8]) -> String {
    let text: Cow<'_, str> = String::from_utf8_lossy(bytes);
    text.trim().to_owned()
}

fn find(haystack: &[u8], needle: &[u8]) -> Option<usize> {
    haystack
        .windows(needle.len())
        .position(|window| window == needle)
}

fn rfind(haystack: &[u8], needle: &[u8]) -> Option<usize> {
    haystack
        .windows(needle.len())
        .rposition(|window| window == needle)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Vec<(String, Vec<u8>)> {
        blocks(text.as_bytes())
            .map(|block| (block.label, block.contents))
            .collect()
    }

    fn one(label: &str, contents: &str) -> Vec<(String, Vec<u8>)> {
        vec![(label.to_owned(), contents.as_bytes().to_vec())]
    }

    #[test]
    fn reads_blocks_in_order_with_text_around_them() {
        let text = "subject=x\n-----BEGIN A-----\nZm9v\n-----END A-----\nissuer=y\n-----BEGIN B-----\nYmFy\n-----END B-----";
        assert_eq!(read(text), [one("A", "foo"), one("B", "bar")].concat());
        let spans: Vec<_> = blocks(text.as_bytes())
            .map(|block| &text[block.span])
            .collect();
        assert_eq!(spans[0], "-----BEGIN A-----\nZm9v\n-----END A-----");
        assert_eq!(spans[1], "-----BEGIN B-----\nYmFy\n-----END B-----");
    }

    #[test]
    fn line_ends_and_blanks_are_free() {
        assert_eq!(
            read("-----BEGIN A-----\r\nZm9v\r\n-----END A-----\r\n"),
            one("A", "foo")
        );
        assert_eq!(
            read("-----BEGIN A----- \t\n  Zm\t9v  \n\n-----END A-----  "),
            one("A", "foo")
        );
        assert_eq!(
            read("-----BEGIN A-----\nZ\nm\n9\nv\n-----END A-----\n"),
            one("A", "foo")
        );
    }

    #[test]
    fn a_carriage_return_alone_ends_no_line() {
        assert_eq!(read("-----BEGIN A-----\rZm9v\r-----END A-----\r"), []);
        assert_eq!(read("-----BEGIN A-----\nZm9v\n-----END A-----\r"), []);
    }

    #[test]
    fn begin_and_end_have_to_start_their_lines() {
        assert_eq!(read(" -----BEGIN A-----\nZm9v\n-----END A-----\n"), []);
        assert_eq!(read("-----BEGIN A-----\nZm9v\n -----END A-----\n"), []);
        assert_eq!(
            read("\u{feff}-----BEGIN A-----\nZm9v\n-----END A-----\n"),
            []
        );
        assert_eq!(read("-----BEGIN A-----Zm9v-----END A-----\n"), []);
    }

    #[test]
    fn damaged_blocks_are_passed_over() {
        let good = "-----BEGIN B-----\nYmFy\n-----END B-----\n";
        for bad in [
            "-----BEGIN A-----\nZm9v\n-----END C-----\n",
            "-----BEGIN A-----\nZm9\n-----END A-----\n",
            "-----BEGIN A-----\nZm9v\n-----END A----- x\n",
            "-----BEGIN A-----\nZm9v\n-----END A----\n",
            "-----BEGIN A\nZm9v\n-----END A-----\n",
            "-----BEGIN A----- x\nZm9v\n-----END A-----\n",
            "-----BEGIN A-----\nZm9v\n",
            "-----END A-----\n",
        ] {
            assert_eq!(read(&format!("{bad}{good}")), one("B", "bar"), "{bad}");
        }
    }

    #[test]
    fn an_empty_block_is_a_block() {
        assert_eq!(read("-----BEGIN A-----\n-----END A-----\n"), one("A", ""));
        assert_eq!(read("-----BEGIN A-----\n\n-----END A-----\n"), one("A", ""));
    }

    #[test]
    fn headers_stand_below_begin() {
        let text =
            "-----BEGIN A-----\nProc-Type: 4,ENCRYPTED\n DEK-Info :AES\n\nZm9v\n-----END A-----\n";
        let block = blocks(text.as_bytes()).next().unwrap();
        assert_eq!(
            block.headers,
            [
                ("Proc-Type".into(), "4,ENCRYPTED".into()),
                ("DEK-Info".into(), "AES".into())
            ]
        );
        assert!(block.has_encryption_headers());
        assert_eq!(block.contents, b"foo");
        assert_eq!(
            read("-----BEGIN A-----\nK: v\n-----END A-----\n"),
            [],
            "no line between headers and END"
        );
    }

    #[test]
    fn a_colon_in_the_end_line_is_survived() {
        assert_eq!(read("-----BEGIN A:B-----\n-----END A:B-----\nfoo\n"), []);
        assert_eq!(read("-----BEGIN A:B-----\n-----END A:B-----"), []);
        assert_eq!(read("-----BEGIN A\n-----END A"), []);
    }

    #[test]
    fn labels_of_keys() {
        let is_key = |label: &str| {
            let text = format!("-----BEGIN {label}-----\n-----END {label}-----\n");
            blocks(text.as_bytes()).next().unwrap().is_private_key()
        };
        assert!(
            is_key("PRIVATE KEY") && is_key("EC PRIVATE KEY") && is_key("ENCRYPTED PRIVATE KEY")
        );
        assert!(!is_key("PUBLIC KEY") && !is_key("EC PARAMETERS") && !is_key("MYPRIVATE KEY"));
    }
}
