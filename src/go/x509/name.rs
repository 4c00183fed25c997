//! Distinguished names: who a certificate is for, and who issued it.

use crate::go::asn1::der::{Element, Reader, tag};
use crate::go::asn1::{Oid, time};

/// A subject or an issuer.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Name {
    /// The attributes in file order: kind and value. Control characters in values are replaced.
    attributes: Vec<(Oid, String)>,
}

impl Name {
    /// The most specific common name, if there is one that is not empty.
    pub fn common_name(&self) -> Option<&str> {
        let common_name = self
            .attributes
            .iter()
            .rev()
            .find(|(kind, _)| kind.as_str() == "2.5.4.3");
        common_name
            .map(|(_, value)| value.as_str())
            .filter(|value| !value.is_empty())
    }

    /// All of it on one line, in file order as OpenSSL prints it: `C=DE, O=Example, CN=Example CA`. Empty where the name is.
    pub fn full(&self) -> String {
        let parts: Vec<String> = self
            .attributes
            .iter()
            .map(|(kind, value)| format!("{}={value}", short_name(kind)))
            .collect();
        parts.join(", ")
    }

    /// The name of its bearer in a message: the common name, else the whole name, else `(no name)`.
    pub fn display(&self) -> String {
        match self.common_name() {
            Some(name) => name.to_owned(),
            None if self.attributes.is_empty() => "(no name)".to_owned(),
            None => self.full(),
        }
    }
}

/// Reads a name as Go does; `None` where it refuses.
pub(crate) fn read(mut sequence: Reader<'_>) -> Option<Name> {
    let mut attributes = Vec::new();
    while !sequence.is_empty() {
        let mut set = sequence.nested(tag::SET)?;
        while !set.is_empty() {
            let mut attribute = set.nested(tag::SEQUENCE)?;
            let kind = attribute.oid()?;
            let value = text(attribute.element()?)?;
            attributes.push((
                kind,
                value
                    .chars()
                    .map(|c| if c.is_control() { '\u{fffd}' } else { c })
                    .collect(),
            ));
        }
    }
    Some(Name { attributes })
}

/// An attribute's value. Each type of text may hold certain characters only. Of a value that is not text nothing is
/// shown, but from Go 1.27 on its form is checked where Go knows the type; before, it was refused.
fn text(value: Element<'_>) -> Option<String> {
    let content = value.content;
    let ascii = |allowed: fn(u8) -> bool| {
        content
            .iter()
            .all(|&byte| allowed(byte))
            .then(|| String::from_utf8_lossy(content).into_owned())
    };
    match value.tag {
        tag::UTF8_STRING => String::from_utf8(content.to_vec()).ok(),
        tag::PRINTABLE_STRING => ascii(is_printable),
        tag::IA5_STRING => ascii(|byte| byte.is_ascii()),
        tag::NUMERIC_STRING => ascii(|byte| byte.is_ascii_digit() || byte == b' '),
        // Go, like most, takes the defunct T.61 for Latin-1.
        tag::T61_STRING => Some(content.iter().map(|&byte| char::from(byte)).collect()),
        tag::BMP_STRING => bmp(content),
        _ => is_well_formed(&value).then(String::new),
    }
}

fn is_well_formed(value: &Element<'_>) -> bool {
    let mut reader = Reader::new(value.full);
    match value.tag {
        tag::INTEGER => reader.small_integer().is_some(),
        tag::BIT_STRING => reader.bit_string().is_some(),
        tag::OBJECT_IDENTIFIER => reader.oid().is_some(),
        tag::UTC_TIME | tag::GENERALIZED_TIME => time::read(&mut reader).is_some(),
        tag::BOOLEAN => reader.boolean().is_some(),
        _ => true,
    }
}

/// The letters of a PrintableString, and the two that Go adds because certificates have them.
fn is_printable(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b" '()+,-./:=?*&".contains(&byte)
}

fn bmp(content: &[u8]) -> Option<String> {
    let content = content.strip_suffix(&[0, 0]).unwrap_or(content);
    if !content.len().is_multiple_of(2) {
        return None;
    }
    let units = content
        .chunks_exact(2)
        .map(|pair| u32::from(pair[0]) << 8 | u32::from(pair[1]));
    units
        .map(|unit| match unit {
            0xfdd0..=0xfdef | 0xfffe | 0xffff => None,
            // Surrogates are not characters of this form.
            unit => char::from_u32(unit),
        })
        .collect()
}

fn short_name(kind: &Oid) -> &str {
    match kind.as_str() {
        "2.5.4.3" => "CN",
        "2.5.4.4" => "SN",
        "2.5.4.5" => "serialNumber",
        "2.5.4.6" => "C",
        "2.5.4.7" => "L",
        "2.5.4.8" => "ST",
        "2.5.4.9" => "street",
        "2.5.4.10" => "O",
        "2.5.4.11" => "OU",
        "2.5.4.12" => "title",
        "2.5.4.17" => "postalCode",
        "2.5.4.42" => "GN",
        "0.9.2342.19200300.100.1.1" => "UID",
        "0.9.2342.19200300.100.1.25" => "DC",
        "1.2.840.113549.1.9.1" => "emailAddress",
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A name of one attribute, of a type and value.
    fn name(kind: &[u8], value_tag: u8, value: &[u8]) -> Option<Name> {
        let wrap = |tag: u8, content: Vec<u8>| [vec![tag, content.len() as u8], content].concat();
        let attribute = [
            wrap(tag::OBJECT_IDENTIFIER, kind.to_vec()),
            wrap(value_tag, value.to_vec()),
        ]
        .concat();
        read(Reader::new(&wrap(tag::SET, wrap(tag::SEQUENCE, attribute))))
    }

    const CN: &[u8] = &[0x55, 4, 3];

    #[test]
    fn each_type_of_text_has_its_letters() {
        let common_name = |tag, value: &[u8]| name(CN, tag, value).map(|name| name.display());
        assert_eq!(
            common_name(tag::UTF8_STRING, "Zürich CA".as_bytes()).as_deref(),
            Some("Zürich CA")
        );
        assert_eq!(common_name(tag::UTF8_STRING, &[0xff]), None);
        assert_eq!(
            common_name(tag::PRINTABLE_STRING, b"*.corp & sons").as_deref(),
            Some("*.corp & sons")
        );
        assert_eq!(
            common_name(tag::PRINTABLE_STRING, b"corp_ca"),
            None,
            "no underscore in a PrintableString"
        );
        assert_eq!(common_name(tag::IA5_STRING, &[0x80]), None);
        assert_eq!(
            common_name(tag::NUMERIC_STRING, b"12 34").as_deref(),
            Some("12 34")
        );
        assert_eq!(common_name(tag::NUMERIC_STRING, b"1a"), None);
        assert_eq!(
            common_name(tag::T61_STRING, &[b'Z', 0xfc]).as_deref(),
            Some("Zü")
        );
        assert_eq!(
            common_name(tag::BMP_STRING, &[0, b'C', 0, b'A', 0, 0]).as_deref(),
            Some("CA")
        );
        assert_eq!(
            common_name(tag::BMP_STRING, &[0xd8, 0x00]),
            None,
            "half a surrogate pair"
        );
        assert_eq!(common_name(tag::BMP_STRING, &[0]), None);
    }

    #[test]
    fn what_is_no_text_has_its_form() {
        assert!(name(CN, tag::BOOLEAN, &[0xff]).is_some());
        assert!(name(CN, tag::BOOLEAN, &[1]).is_none());
        assert!(name(CN, tag::INTEGER, &[1]).is_some());
        assert!(name(CN, tag::INTEGER, &[1; 9]).is_none());
        assert!(name(CN, tag::UTC_TIME, b"noon").is_none());
        assert!(name(CN, tag::OCTET_STRING, b"noon").is_some());
    }

    #[test]
    fn names_for_people() {
        assert_eq!(
            name(&[0x55, 4, 10], tag::UTF8_STRING, b"Example")
                .unwrap()
                .display(),
            "O=Example"
        );
        assert_eq!(Name::default().display(), "(no name)");
        assert_eq!(
            name(CN, tag::UTF8_STRING, b"a\x1b[31mb").unwrap().display(),
            "a\u{fffd}[31mb"
        );
    }
}
