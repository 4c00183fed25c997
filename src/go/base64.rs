//! Base64 as Go's `base64.StdEncoding` decodes and writes it.

use std::sync::LazyLock;

#[cfg(feature = "probe")]
use data_encoding::BASE64;
use data_encoding::{Encoding, Specification};

/// Standard Base64 whose last letter may have bits left over.
static LENIENT: LazyLock<Encoding> = LazyLock::new(|| {
    let mut specification = Specification::new();
    specification
        .symbols
        .push_str("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/");
    specification.padding = Some('=');
    specification.check_trailing_bits = false;
    specification
        .encoding()
        .expect("64 letters and their padding")
});

/// Decodes base64: line ends are skipped anywhere, padding is required and ends the text, bits left over in the last
/// letter are not checked. `None` for anything else.
///
/// Spaces are not skipped here: Go's PEM decoder takes them out beforehand, and so must the caller.
pub(crate) fn decode(text: impl IntoIterator<Item = u8>) -> Option<Vec<u8>> {
    let text: Vec<u8> = text
        .into_iter()
        .filter(|byte| !matches!(byte, b'\r' | b'\n'))
        .collect();
    // The crate takes padded texts one behind the other, Go does not.
    let letters = text.iter().position(|&byte| byte == b'=');
    let is_end = |rest: &[u8]| rest.iter().all(|&byte| byte == b'=');
    if letters.is_some_and(|end| !is_end(&text[end..])) {
        return None;
    }
    LENIENT.decode(&text).ok()
}

/// Writes bytes in Base64, as Go's `base64.StdEncoding` does.
#[cfg(feature = "probe")]
pub(crate) fn encode(bytes: &[u8]) -> String {
    BASE64.encode(bytes)
}

#[cfg(test)]
mod tests {
    fn decode(text: &str) -> Option<Vec<u8>> {
        super::decode(text.bytes())
    }

    #[cfg(feature = "probe")]
    #[test]
    fn encodes() {
        for (text, want) in [
            ("", ""),
            ("f", "Zg=="),
            ("fo", "Zm8="),
            ("foo", "Zm9v"),
            ("foob", "Zm9vYg=="),
        ] {
            assert_eq!(super::encode(text.as_bytes()), want);
        }
    }

    #[test]
    fn decodes() {
        assert_eq!(decode(""), Some(vec![]));
        assert_eq!(decode("\r\n"), Some(vec![]));
        assert_eq!(decode("Zm9v"), Some(b"foo".to_vec()));
        assert_eq!(decode("Zm\n9v\r\nYg=\n=\n"), Some(b"foob".to_vec()));
        assert_eq!(decode("Zm9vYmE="), Some(b"fooba".to_vec()));
        assert_eq!(
            decode("Zm9vYmF="),
            Some(b"fooba".to_vec()),
            "left-over bits are not looked at"
        );
    }

    #[test]
    fn refuses() {
        for text in [
            "Z", "Zg", "Zg=", "Zm9", "=", "====", "Z===", "Zg==x", "Zg===", "Zg==Zg==", "Zm9v=",
            "Zm9v====", "Zm 9v", "Zm9v-_",
        ] {
            assert_eq!(decode(text), None, "{text}");
        }
    }
}
