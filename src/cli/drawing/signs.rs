//! ASCII for the signs of drawings, where a terminal or a pipe takes nothing else.

use std::io::{self, Write};

/// A sign, and one column of ASCII that is read as it.
const SIGNS: [(char, &str); 7] = [
    ('✓', "+"),
    ('✗', "x"),
    ('–', "-"),
    ('·', "."),
    ('→', ">"),
    ('─', "-"),
    ('…', "~"),
];

/// Writes drawings, with ASCII for their signs unless `unicode` says that they can be shown. A drawing is written whole, so
/// no sign is split between two writes.
#[derive(Debug)]
pub struct Signs<W> {
    /// Where to.
    pub out: W,
    /// Whether the signs can be shown.
    pub unicode: bool,
}

impl<W: Write> Write for Signs<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.write_all(bytes).map(|()| bytes.len())
    }

    fn write_all(&mut self, bytes: &[u8]) -> io::Result<()> {
        match std::str::from_utf8(bytes) {
            Ok(text) if !self.unicode && !text.is_ascii() => {
                self.out.write_all(in_ascii(text).as_bytes())
            }
            _ => self.out.write_all(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}

fn in_ascii(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match SIGNS.iter().find(|(sign, _)| *sign == c) {
            Some((_, ascii)) => out.push_str(ascii),
            None => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn signs_become_ascii_and_letters_stay() {
        for (unicode, want) in [(true, "✓ é ── x\n"), (false, "+ é -- x\n")] {
            let mut out = Vec::new();
            let mut signs = Signs {
                out: &mut out,
                unicode,
            };
            signs.write_all("✓ é ── x\n".as_bytes()).unwrap();
            assert_eq!(String::from_utf8(out).unwrap(), want);
        }
    }
}
