//! The material in `fixtures/pki`, for this module's tests.

use super::pem;

/// The bytes of a file in `fixtures/pki`.
pub(crate) fn fixture(name: &str) -> Vec<u8> {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/fixtures/pki/").to_owned() + name;
    std::fs::read(&path).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// The contents of the first PEM block in a file.
pub(crate) fn der(name: &str) -> Vec<u8> {
    pem::blocks(&fixture(name))
        .next()
        .expect("a PEM block")
        .contents
}

/// Some bytes with one part, which has to be there, replaced where it first is.
pub(crate) fn with(data: &[u8], part: &[u8], replacement: &[u8]) -> Vec<u8> {
    let at = data.windows(part.len()).position(|window| window == part);
    let at = at.expect("the part to be replaced");
    [&data[..at], replacement, &data[at + part.len()..]].concat()
}

/// PEM with one block.
pub(crate) fn pem(label: &str, contents: &[u8]) -> Vec<u8> {
    use std::fmt::Write;

    const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = format!("-----BEGIN {label}-----\n");
    for chunk in contents.chunks(3) {
        let bits = chunk
            .iter()
            .chain([0, 0].iter())
            .take(3)
            .fold(0u32, |bits, &byte| bits << 8 | u32::from(byte));
        for index in 0..4 {
            let letter = LETTERS[(bits >> (18 - 6 * index) & 63) as usize];
            text.push(if index <= chunk.len() {
                letter.into()
            } else {
                '='
            });
        }
    }
    write!(text, "\n-----END {label}-----\n").expect("memory");
    text.into_bytes()
}
