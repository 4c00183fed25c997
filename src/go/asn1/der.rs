//! A reader of DER: the strict encoding in which certificates and keys are written.
//!
//! It accepts what Go's two decoders (`cryptobyte` for certificates, `encoding/asn1` for keys) accept and nothing else:
//! definite lengths in their shortest form, tags of one byte, integers without superfluous bytes. Being a few lines on a
//! byte slice, it cannot be lenient by accident where Go is strict, which a general parser would be.
//!
//! Every method gives `None` where Go would refuse; only the caller knows what was being read, and says so.

use super::oid::Oid;

/// The tags that certificates and keys are made of.
pub(crate) mod tag {
    pub const BOOLEAN: u8 = 0x01;
    pub const INTEGER: u8 = 0x02;
    pub const BIT_STRING: u8 = 0x03;
    pub const OCTET_STRING: u8 = 0x04;
    pub const NULL: u8 = 0x05;
    pub const OBJECT_IDENTIFIER: u8 = 0x06;
    pub const UTF8_STRING: u8 = 0x0c;
    pub const NUMERIC_STRING: u8 = 0x12;
    pub const PRINTABLE_STRING: u8 = 0x13;
    pub const T61_STRING: u8 = 0x14;
    pub const IA5_STRING: u8 = 0x16;
    pub const UTC_TIME: u8 = 0x17;
    pub const GENERALIZED_TIME: u8 = 0x18;
    pub const BMP_STRING: u8 = 0x1e;
    pub const SEQUENCE: u8 = 0x30;
    pub const SET: u8 = 0x31;

    /// The context-specific tag `[n]` on a primitive value.
    pub const fn context(n: u8) -> u8 {
        0x80 | n
    }

    /// The context-specific tag `[n]` on a constructed value.
    pub const fn constructed(n: u8) -> u8 {
        0xa0 | n
    }
}

/// The beginning of an element: its tag, how long its header is and how long its content.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct ElementHeader {
    pub tag: u8,
    pub header_len: usize,
    pub content_len: usize,
}

/// One element: its tag, its content, and all of its bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Element<'a> {
    pub tag: u8,
    pub content: &'a [u8],
    pub full: &'a [u8],
}

/// Elements read one after another from a slice.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Reader<'a> {
    rest: &'a [u8],
}

impl<'a> Reader<'a> {
    pub fn new(data: &'a [u8]) -> Self {
        Reader { rest: data }
    }

    pub fn is_empty(&self) -> bool {
        self.rest.is_empty()
    }

    /// The unread rest.
    pub fn rest(&self) -> &'a [u8] {
        self.rest
    }

    /// Whether the next element has this tag.
    pub fn peek(&self, tag: u8) -> bool {
        self.rest.first() == Some(&tag)
    }

    /// The next element's header, without reading on. Says nothing about whether the content is there.
    pub fn header(&self) -> Option<ElementHeader> {
        let (&tag, after_tag) = self.rest.split_first()?;
        if tag & 0x1f == 0x1f {
            return None;
        }
        let (&first, after_first) = after_tag.split_first()?;
        if first & 0x80 == 0 {
            return Some(ElementHeader {
                tag,
                header_len: 2,
                content_len: usize::from(first),
            });
        }
        let count = usize::from(first & 0x7f);
        // Zero is the indefinite length of BER; four bytes are more than any file that is read here.
        if count == 0 || count > 4 {
            return None;
        }
        let bytes = after_first.get(..count)?;
        if bytes[0] == 0 {
            return None;
        }
        let content_len = bytes
            .iter()
            .fold(0usize, |len, &byte| (len << 8) | usize::from(byte));
        if content_len < 0x80 {
            return None;
        }
        Some(ElementHeader {
            tag,
            header_len: 2 + count,
            content_len,
        })
    }

    /// The next element, whatever its tag.
    pub fn element(&mut self) -> Option<Element<'a>> {
        let header = self.header()?;
        let full = self
            .rest
            .get(..header.header_len.checked_add(header.content_len)?)?;
        self.rest = &self.rest[full.len()..];
        Some(Element {
            tag: header.tag,
            content: &full[header.header_len..],
            full,
        })
    }

    /// The next element, which must have this tag.
    pub fn tagged(&mut self, tag: u8) -> Option<Element<'a>> {
        let mut ahead = *self;
        let element = ahead.element().filter(|element| element.tag == tag)?;
        *self = ahead;
        Some(element)
    }

    /// The content of the next element, which must have this tag.
    pub fn content(&mut self, tag: u8) -> Option<&'a [u8]> {
        self.tagged(tag).map(|element| element.content)
    }

    /// A reader of the content of the next element, which must have this tag.
    pub fn nested(&mut self, tag: u8) -> Option<Reader<'a>> {
        self.content(tag).map(Reader::new)
    }

    /// The content of the next element where it has this tag, `Some(None)` where it has another.
    pub fn optional(&mut self, tag: u8) -> Option<Option<&'a [u8]>> {
        if self.peek(tag) {
            self.content(tag).map(Some)
        } else {
            Some(None)
        }
    }

    /// The content of an INTEGER in its shortest form.
    pub fn integer(&mut self) -> Option<&'a [u8]> {
        self.content(tag::INTEGER)
            .filter(|content| is_shortest_integer(content))
    }

    /// An INTEGER that fits 64 bits.
    pub fn small_integer(&mut self) -> Option<i64> {
        self.integer().and_then(to_i64)
    }

    pub fn boolean(&mut self) -> Option<bool> {
        match self.content(tag::BOOLEAN)? {
            [0x00] => Some(false),
            [0xff] => Some(true),
            _ => None,
        }
    }

    pub fn oid(&mut self) -> Option<Oid> {
        self.content(tag::OBJECT_IDENTIFIER).and_then(Oid::from_der)
    }

    pub fn bit_string(&mut self) -> Option<BitString<'a>> {
        self.content(tag::BIT_STRING)
            .and_then(BitString::from_content)
    }
}

/// Whether an INTEGER's content has at least one byte and none to spare.
pub(crate) fn is_shortest_integer(content: &[u8]) -> bool {
    match content {
        [] => false,
        [0x00, second, ..] => second & 0x80 != 0,
        [0xff, second, ..] => second & 0x80 == 0,
        _ => true,
    }
}

/// An INTEGER's content as a number, where it fits.
pub(crate) fn to_i64(content: &[u8]) -> Option<i64> {
    if content.is_empty() || content.len() > 8 {
        return None;
    }
    let negative = content[0] & 0x80 != 0;
    Some(
        content
            .iter()
            .fold(if negative { -1 } else { 0 }, |value, &byte| {
                (value << 8) | i64::from(byte)
            }),
    )
}

/// A BIT STRING: its bytes, and how many bits at the end of the last one do not count.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct BitString<'a> {
    pub bytes: &'a [u8],
    pub unused: u8,
}

impl<'a> BitString<'a> {
    pub fn from_content(content: &'a [u8]) -> Option<Self> {
        let (&unused, bytes) = content.split_first()?;
        if unused > 7 {
            return None;
        }
        match bytes.last() {
            None if unused != 0 => None,
            // The bits that do not count have to be zero.
            Some(last) if last & ((1u8 << unused) - 1) != 0 => None,
            _ => Some(BitString { bytes, unused }),
        }
    }

    /// The bit at an index, counted from the first byte's highest; false beyond the end.
    pub fn at(&self, index: usize) -> bool {
        let count = self.bytes.len() * 8 - usize::from(self.unused);
        index < count && self.bytes[index / 8] >> (7 - index % 8) & 1 == 1
    }

    /// The bits moved to the end of the bytes, as Go takes a public key out of its BIT STRING.
    pub fn right_aligned(&self) -> Vec<u8> {
        if self.unused == 0 {
            return self.bytes.to_vec();
        }
        let mut carried = 0u8;
        self.bytes
            .iter()
            .map(|&byte| {
                let moved = carried | byte >> self.unused;
                carried = byte << (8 - self.unused);
                moved
            })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_have_to_be_shortest() {
        assert!(Reader::new(&[0x04, 0x01, 0x00]).element().is_some());
        assert!(
            Reader::new(&[0x04, 0x81, 0x01, 0x00]).element().is_none(),
            "long form for a short length"
        );
        assert!(
            Reader::new(&[0x04, 0x80, 0x00, 0x00]).element().is_none(),
            "indefinite length"
        );
        assert!(
            Reader::new(&[0x04, 0x02, 0x00]).element().is_none(),
            "truncated"
        );
        let mut long = vec![0x04, 0x81, 0x80];
        long.resize(3 + 0x80, 0);
        assert_eq!(
            Reader::new(&long)
                .element()
                .map(|element| element.content.len()),
            Some(0x80)
        );
    }

    #[test]
    fn integers_have_to_be_shortest() {
        let integer = |content: &[u8]| {
            let mut der = vec![0x02, content.len() as u8];
            der.extend_from_slice(content);
            Reader::new(&der).small_integer()
        };
        assert_eq!(integer(&[0x00]), Some(0));
        assert_eq!(integer(&[0x00, 0x80]), Some(128));
        assert_eq!(integer(&[0xff]), Some(-1));
        assert_eq!(integer(&[0xff, 0x7f]), Some(-129));
        assert_eq!(integer(&[0x00, 0x7f]), None);
        assert_eq!(integer(&[0xff, 0x80]), None);
        assert_eq!(integer(&[]), None);
        assert_eq!(integer(&[1; 9]), None);
    }

    #[test]
    fn bit_strings_keep_their_padding_clean() {
        assert!(BitString::from_content(&[]).is_none());
        assert!(BitString::from_content(&[1]).is_none());
        assert!(BitString::from_content(&[8, 0]).is_none());
        assert!(BitString::from_content(&[1, 0b11]).is_none());
        let bits = BitString::from_content(&[5, 0b1010_0000]).unwrap();
        assert_eq!(
            [bits.at(0), bits.at(1), bits.at(2), bits.at(3)],
            [true, false, true, false]
        );
        assert_eq!(bits.right_aligned(), [0b101]);
    }

    #[test]
    fn a_wrong_tag_reads_nothing() {
        let mut reader = Reader::new(&[0x02, 0x01, 0x05]);
        assert_eq!(reader.optional(tag::BOOLEAN), Some(None));
        assert!(reader.content(tag::OCTET_STRING).is_none());
        assert_eq!(reader.small_integer(), Some(5));
    }
}
