//! Object identifiers, and the names of those that a reader of a message may know.

use std::fmt;

/// An object identifier, in the dotted notation.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Oid(String);

impl Oid {
    /// Decodes the content of an OBJECT IDENTIFIER; `None` where Go refuses it: empty, cut off, not in its shortest
    /// form, or with a part beyond 31 bits.
    pub(crate) fn from_der(content: &[u8]) -> Option<Oid> {
        let mut parts: Vec<u32> = Vec::with_capacity(content.len() + 1);
        let mut value = 0u32;
        let mut inside = false;
        for &byte in content {
            if !inside && byte == 0x80 || value >= 1 << 24 {
                return None;
            }
            value = value << 7 | u32::from(byte & 0x7f);
            inside = byte & 0x80 != 0;
            if inside {
                continue;
            }
            if parts.is_empty() {
                // The first two parts share one number; only below the root 2 may the second be large.
                let root = (value / 40).min(2);
                parts.extend([root, value - root * 40]);
            } else {
                parts.push(value);
            }
            value = 0;
        }
        if inside || parts.is_empty() {
            return None;
        }
        Some(Oid(parts
            .iter()
            .map(u32::to_string)
            .collect::<Vec<_>>()
            .join(".")))
    }

    /// The dotted notation: `1.2.840.113549.1.1.1`.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The name by which people know an elliptic curve or a kind of key; the dotted notation for the rest.
    pub fn key_name(&self) -> &str {
        match self.as_str() {
            "1.2.840.113549.1.1.1" => "RSA",
            "1.2.840.113549.1.1.10" => "RSA-PSS",
            "1.2.840.113549.1.3.1" => "Diffie-Hellman",
            "1.2.840.10040.4.1" => "DSA",
            "1.2.840.10045.2.1" => "EC",
            "1.2.840.10045.3.1.1" => "P-192",
            "1.2.840.10045.3.1.7" => "P-256",
            "1.3.132.0.10" => "secp256k1",
            "1.3.132.0.33" => "P-224",
            "1.3.132.0.34" => "P-384",
            "1.3.132.0.35" => "P-521",
            "1.3.36.3.3.2.8.1.1.7" => "brainpoolP256r1",
            "1.3.36.3.3.2.8.1.1.11" => "brainpoolP384r1",
            "1.3.36.3.3.2.8.1.1.13" => "brainpoolP512r1",
            "1.3.101.110" => "X25519",
            "1.3.101.111" => "X448",
            "1.3.101.112" => "Ed25519",
            "1.3.101.113" => "Ed448",
            "1.2.156.10197.1.301" => "SM2",
            "2.16.840.1.101.3.4.3.17" => "ML-DSA-44",
            "2.16.840.1.101.3.4.3.18" => "ML-DSA-65",
            "2.16.840.1.101.3.4.3.19" => "ML-DSA-87",
            other => other,
        }
    }
}

impl fmt::Display for Oid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn dotted(content: &[u8]) -> Option<String> {
        Oid::from_der(content).map(|oid| oid.to_string())
    }

    #[test]
    fn decodes_what_go_decodes() {
        assert_eq!(
            dotted(&[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 1, 1]).as_deref(),
            Some("1.2.840.113549.1.1.1")
        );
        assert_eq!(dotted(&[0x55, 0x1d, 0x13]).as_deref(), Some("2.5.29.19"));
        assert_eq!(dotted(&[0x88, 0x37]).as_deref(), Some("2.999"));
        assert_eq!(
            dotted(&[0x2a, 0x87, 0xff, 0xff, 0xff, 0x7f]).as_deref(),
            Some("1.2.2147483647")
        );
    }

    #[test]
    fn refuses_what_go_refuses() {
        assert_eq!(dotted(&[]), None);
        assert_eq!(dotted(&[0x2a, 0x86]), None, "cut off");
        assert_eq!(dotted(&[0x2a, 0x80, 0x01]), None, "superfluous byte");
        assert_eq!(
            dotted(&[0x2a, 0x88, 0x80, 0x80, 0x80, 0x00]),
            None,
            "beyond 31 bits"
        );
        assert_eq!(dotted(&[0x2a, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f]), None);
    }
}
