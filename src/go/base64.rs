//! Base64 as Go's `base64.StdEncoding` decodes it.

/// Decodes base64: line ends are skipped anywhere, padding is required and ends the text, bits left over in the last
/// letter are not looked at. `None` for anything else.
///
/// Blanks are not skipped here: Go's PEM decoder takes them out beforehand, and so must the caller.
pub(crate) fn decode(text: impl IntoIterator<Item = u8>) -> Option<Vec<u8>> {
    let mut letters = text
        .into_iter()
        .filter(|byte| !matches!(byte, b'\r' | b'\n'));
    let mut out = Vec::new();
    loop {
        let mut group = [0u8; 4];
        let mut count = 0;
        let mut padded = false;
        while count < 4 {
            let Some(letter) = letters.next() else { break };
            if letter == b'=' {
                // Two letters need two signs, three need one; nothing may follow.
                let complete = match count {
                    2 => letters.next() == Some(b'='),
                    3 => true,
                    _ => false,
                };
                if !complete || letters.next().is_some() {
                    return None;
                }
                padded = true;
                break;
            }
            group[count] = value(letter)?;
            count += 1;
        }
        match (count, padded) {
            (0, _) => return Some(out),
            (4, _) | (_, true) => {}
            _ => return None,
        }
        let bytes = [
            group[0] << 2 | group[1] >> 4,
            group[1] << 4 | group[2] >> 2,
            group[2] << 6 | group[3],
        ];
        out.extend_from_slice(&bytes[..count - 1]);
        if padded {
            return Some(out);
        }
    }
}

/// Writes bytes in Base64, as Go's `base64.StdEncoding` does.
#[cfg(feature = "probe")]
pub(crate) fn encode(bytes: &[u8]) -> String {
    const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut out = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for group in bytes.chunks(3) {
        let at = |index: usize| u32::from(group.get(index).copied().unwrap_or_default());
        let bits = at(0) << 16 | at(1) << 8 | at(2);
        for place in 0..4 {
            match place <= group.len() {
                true => out.push(char::from(
                    LETTERS[(bits >> (18 - 6 * place) & 63) as usize],
                )),
                false => out.push('='),
            }
        }
    }
    out
}

fn value(letter: u8) -> Option<u8> {
    match letter {
        b'A'..=b'Z' => Some(letter - b'A'),
        b'a'..=b'z' => Some(letter - b'a' + 26),
        b'0'..=b'9' => Some(letter - b'0' + 52),
        b'+' => Some(62),
        b'/' => Some(63),
        _ => None,
    }
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
            "Z", "Zg", "Zg=", "Zm9", "=", "Z===", "Zg==x", "Zg===", "Zm9v=", "Zm 9v", "Zm9v-_",
        ] {
            assert_eq!(decode(text), None, "{text}");
        }
    }
}
