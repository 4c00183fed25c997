//! JSON that is written while it is made: a document of any length takes the memory of one element.

use std::io::{self, Write};

use serde::{Serialize, Serializer};
use serde_json::ser::{CharEscape, Formatter, PrettyFormatter};

use crate::printable::{ends_like_command, is_unprintable};

/// An array whose elements are made one after the other as they are written.
pub struct Array<F>(pub F);

impl<F, I> Serialize for Array<F>
where
    F: Fn() -> I,
    I: IntoIterator,
    I::Item: Serialize,
{
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq((self.0)())
    }
}

/// Writes a document so that no character of it can do something to a terminal: serde_json escapes
/// the controls of ASCII and no others. Such characters are in strings only, where they may be escaped.
pub fn write_json(document: &(impl Serialize + ?Sized), out: &mut dyn Write) -> io::Result<()> {
    let formatter = Printable(PrettyFormatter::new());
    let mut serializer = serde_json::Serializer::with_formatter(&mut *out, formatter);
    document.serialize(&mut serializer)?;
    out.write_all(b"\n")
}

/// Lays out as serde_json does, and spells out what cannot be printed.
struct Printable(PrettyFormatter<'static>);

impl Formatter for Printable {
    fn write_string_fragment<W: ?Sized + Write>(
        &mut self,
        out: &mut W,
        fragment: &str,
    ) -> io::Result<()> {
        let is_plain = |byte: u8| byte < 0x7f;
        if fragment.bytes().all(is_plain) && !fragment.contains("##") {
            return out.write_all(fragment.as_bytes());
        }
        for (at, c) in fragment.char_indices() {
            // The text before the fragment in its string is an escape, which begins no command.
            let begins_command = c == '[' && ends_like_command(&fragment[..at]);
            if begins_command || is_unprintable(c) {
                for unit in c.encode_utf16(&mut [0; 2]) {
                    write!(out, "\\u{unit:04x}")?;
                }
            } else {
                out.write_all(c.encode_utf8(&mut [0; 4]).as_bytes())?;
            }
        }
        Ok(())
    }

    fn write_char_escape<W: ?Sized + Write>(
        &mut self,
        out: &mut W,
        escape: CharEscape,
    ) -> io::Result<()> {
        self.0.write_char_escape(out, escape)
    }

    fn begin_array<W: ?Sized + Write>(&mut self, out: &mut W) -> io::Result<()> {
        self.0.begin_array(out)
    }

    fn end_array<W: ?Sized + Write>(&mut self, out: &mut W) -> io::Result<()> {
        self.0.end_array(out)
    }

    fn begin_array_value<W: ?Sized + Write>(&mut self, out: &mut W, first: bool) -> io::Result<()> {
        self.0.begin_array_value(out, first)
    }

    fn end_array_value<W: ?Sized + Write>(&mut self, out: &mut W) -> io::Result<()> {
        self.0.end_array_value(out)
    }

    fn begin_object<W: ?Sized + Write>(&mut self, out: &mut W) -> io::Result<()> {
        self.0.begin_object(out)
    }

    fn end_object<W: ?Sized + Write>(&mut self, out: &mut W) -> io::Result<()> {
        self.0.end_object(out)
    }

    fn begin_object_key<W: ?Sized + Write>(&mut self, out: &mut W, first: bool) -> io::Result<()> {
        self.0.begin_object_key(out, first)
    }

    fn begin_object_value<W: ?Sized + Write>(&mut self, out: &mut W) -> io::Result<()> {
        self.0.begin_object_value(out)
    }

    fn end_object_value<W: ?Sized + Write>(&mut self, out: &mut W) -> io::Result<()> {
        self.0.end_object_value(out)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(document: &impl Serialize) -> String {
        let mut out = Vec::new();
        write_json(document, &mut out).unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn arrays_look_as_if_they_were_made_before() {
        let numbers = || (0..3).map(|n| vec![n; n]);
        let made: Vec<Vec<usize>> = numbers().collect();
        let pretty = serde_json::to_string_pretty(&made).unwrap();
        assert_eq!(written(&Array(numbers)), pretty + "\n");
        assert_eq!(written(&Array(Vec::<u8>::new)), "[]\n");
    }

    #[test]
    fn what_a_terminal_or_runner_would_obey_is_spelled_out() {
        let text = "a\u{9b}\u{202e}\u{7f}é\u{1b}\n##[b]\"##vso[c]# #[\u{e0001}";
        let out = written(&text);
        assert_eq!(
            out,
            "\"a\\u009b\\u202e\\u007fé\\u001b\\n##\\u005bb]\\\"##vso\\u005bc]# #[\\udb40\\udc01\"\n"
        );
        assert_eq!(serde_json::from_str::<String>(&out).unwrap(), text);
    }
}
