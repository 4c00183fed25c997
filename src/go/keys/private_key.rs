//! Private keys, as Go's TLS reads them: PKCS#8, PKCS#1 or SEC 1, whatever the label says.

use super::curve::Curve;
use super::error::{KeyError, NOT_PKCS1};
use super::public_key::PublicKey;
use super::rsa;
use crate::go::asn1::Oid;
use crate::go::asn1::der::{BitString, Reader, tag};
use crate::go::pem::Block;

/// Reads the private key of a PEM block and gives the public key that belongs to it.
///
/// The label decides nothing but the words of an error: Go tries the three formats on the contents one after another.
pub fn read(block: &Block) -> Result<PublicKey, KeyError> {
    read_der(&block.contents).map_err(|errors| explain(block, errors))
}

/// Reads a private key in any of the three formats, or says what is wrong with it as each of them.
pub(crate) fn read_der(der: &[u8]) -> Result<PublicKey, [KeyError; 3]> {
    let pkcs8 = match pkcs8(der) {
        Ok(key) => return Ok(key),
        Err(error) => error,
    };
    let pkcs1 = match rsa::read(der) {
        Ok(key) => return Ok(key),
        Err(error) => error,
    };
    let sec1 = match sec1(der, None) {
        Ok(key) => return Ok(key),
        Err(error) => error,
    };
    Err([pkcs8, pkcs1, sec1])
}

/// The one error of the three that helps.
fn explain(block: &Block, errors: [KeyError; 3]) -> KeyError {
    if block.label == "ENCRYPTED PRIVATE KEY" || block.has_encryption_headers() {
        return KeyError::Encrypted;
    }
    let by_label = match block.label.as_str() {
        "DSA PRIVATE KEY" => return KeyError::UnsupportedKind("DSA".to_owned()),
        "OPENSSH PRIVATE KEY" => return KeyError::UnsupportedKind("OpenSSH".to_owned()),
        "RSA PRIVATE KEY" => 1,
        "EC PRIVATE KEY" => 2,
        _ => 0,
    };
    // An error about more than the format shows which format the contents have.
    let telling = errors.iter().find(|error| !FORMATS.contains(error));
    telling.unwrap_or(&errors[by_label]).clone()
}

const NOT_PKCS8: KeyError = KeyError::Damaged("it is not a key in PKCS#8 format, or is cut off");
const NOT_SEC1: KeyError = KeyError::Damaged("it is not an EC key in SEC 1 format, or is cut off");
const FORMATS: [KeyError; 3] = [NOT_PKCS8, NOT_PKCS1, NOT_SEC1];

/// PKCS#8: the kind of key, and the key in the format of its kind. What follows is not looked at.
fn pkcs8(der: &[u8]) -> Result<PublicKey, KeyError> {
    let mut fields = Reader::new(der).nested(tag::SEQUENCE).ok_or(NOT_PKCS8)?;
    fields.small_integer().ok_or(NOT_PKCS8)?;
    let mut algorithm = fields.nested(tag::SEQUENCE).ok_or(NOT_PKCS8)?;
    let kind = algorithm.oid().ok_or(NOT_PKCS8)?;
    let parameters = match algorithm.is_empty() {
        true => None,
        false => Some(algorithm.element().ok_or(NOT_PKCS8)?.full),
    };
    let key = fields.content(tag::OCTET_STRING).ok_or(NOT_PKCS8)?;
    match kind.as_str() {
        "1.2.840.113549.1.1.1" => rsa::read(key),
        "1.2.840.10045.2.1" => {
            // Parameters that are not a name count as absent: the key within may name the curve.
            let curve = parameters.and_then(|parameters| Reader::new(parameters).oid());
            sec1(key, curve)
        }
        "1.3.101.112" => ed25519(key, parameters),
        _ => Err(KeyError::UnsupportedKind(kind.key_name().to_owned())),
    }
}

fn ed25519(key: &[u8], parameters: Option<&[u8]>) -> Result<PublicKey, KeyError> {
    const DAMAGED: KeyError = KeyError::Damaged("it is not an Ed25519 key of 32 bytes");
    let seed = Reader::new(key)
        .content(tag::OCTET_STRING)
        .filter(|_| parameters.is_none())
        .ok_or(DAMAGED)?;
    let seed = <[u8; 32]>::try_from(seed).map_err(|_| DAMAGED)?;
    let pair = ed25519_compact::KeyPair::from_seed(ed25519_compact::Seed::new(seed));
    Ok(PublicKey::Ed25519(pair.pk.to_vec()))
}

/// SEC 1: the private number, perhaps the curve, perhaps the public point, at which Go does not look.
fn sec1(der: &[u8], curve: Option<Oid>) -> Result<PublicKey, KeyError> {
    let mut fields = Reader::new(der).nested(tag::SEQUENCE).ok_or(NOT_SEC1)?;
    let version = fields.small_integer().ok_or(NOT_SEC1)?;
    let number = fields.content(tag::OCTET_STRING).ok_or(NOT_SEC1)?;
    let own_curve = explicit(&mut fields, 0, tag::OBJECT_IDENTIFIER).ok_or(NOT_SEC1)?;
    let own_curve = match own_curve {
        Some(content) => Some(Oid::from_der(content).ok_or(NOT_SEC1)?),
        None => None,
    };
    if let Some(point) = explicit(&mut fields, 1, tag::BIT_STRING).ok_or(NOT_SEC1)? {
        BitString::from_content(point).ok_or(NOT_SEC1)?;
    }
    if version != 1 {
        return Err(KeyError::Damaged(
            "it is an EC key of a version that does not exist",
        ));
    }
    let Some(name) = curve.or(own_curve) else {
        return Err(KeyError::UnsupportedCurve(
            "a curve written out in numbers and not named".to_owned(),
        ));
    };
    let curve = Curve::from_oid(&name)
        .ok_or_else(|| KeyError::UnsupportedCurve(format!("the curve {}", name.key_name())))?;
    let point = curve
        .public_point(number)
        .ok_or(KeyError::Damaged("its number does not fit its curve"))?;
    Ok(PublicKey::Ec(curve, point))
}

/// The content of an element of a tag within an explicit `[n]`, `Some(None)` where there is none, `None` where Go gives up.
///
/// Go's decoder looks at the two headers only: where the inner element is another, it takes the field for absent and does
/// not move on, so that what follows is not found either.
fn explicit<'a>(fields: &mut Reader<'a>, n: u8, inner: u8) -> Option<Option<&'a [u8]>> {
    if fields.is_empty() {
        return Some(None);
    }
    let outer = fields.header()?;
    if outer.header_len == fields.rest().len() {
        return None;
    }
    if outer.tag != tag::constructed(n) {
        // A primitive one of no length is taken for the field, and refused.
        return if outer.tag == tag::context(n) && outer.content_len == 0 {
            None
        } else {
            Some(None)
        };
    }
    if outer.content_len == 0 {
        return None;
    }
    let mut inside = Reader::new(fields.rest().get(outer.header_len..)?);
    if inside.header()?.tag != inner {
        return Some(None);
    }
    let content = inside.content(inner)?;
    *fields = inside;
    Some(Some(content))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::go::fixtures::pem as armor;
    use crate::go::fixtures::{der, fixture, with};
    use crate::go::pem;

    fn read_file(name: &str) -> Result<PublicKey, KeyError> {
        let blocks: Vec<Block> = pem::blocks(&fixture(name)).collect();
        read(blocks.iter().find(|block| block.is_private_key()).unwrap())
    }

    fn read_contents(label: &str, contents: &[u8]) -> Result<PublicKey, KeyError> {
        read(&pem::blocks(&armor(label, contents)).next().unwrap())
    }

    #[test]
    fn every_format_of_a_key_gives_the_same() {
        assert_eq!(
            read_file("client-rsa.key"),
            read_file("client-rsa-pkcs1.key")
        );
        assert_eq!(read_file("client-ec.key"), read_file("client-ec-sec1.key"));
        assert_eq!(read_file("client-rsa.key").unwrap().kind(), "RSA");
        assert_eq!(read_file("client-ec.key").unwrap().kind(), "ECDSA P-256");
        assert_eq!(read_file("client-ed25519.key").unwrap().kind(), "Ed25519");
    }

    #[test]
    fn the_label_does_not_matter() {
        let key = der("client-rsa-pkcs1.key");
        assert!(read_contents("EC PRIVATE KEY", &key).is_ok());
        assert!(read_contents("PRIVATE KEY", &key).is_ok());
    }

    #[test]
    fn encrypted_keys() {
        assert_eq!(
            read_file("client-rsa-encrypted.key"),
            Err(KeyError::Encrypted)
        );
        assert_eq!(
            read_file("client-rsa-encrypted-legacy.key"),
            Err(KeyError::Encrypted)
        );
    }

    #[test]
    fn kinds_that_tls_has_no_use_for() {
        let kind = |name: &str| match read_file(name) {
            Err(KeyError::UnsupportedKind(kind)) => kind,
            other => panic!("{name}: {other:?}"),
        };
        assert_eq!(kind("unusable-dsa.key"), "DSA");
        assert_eq!(kind("unusable-dsa-traditional.key"), "DSA");
        assert_eq!(kind("unusable-ed448.key"), "Ed448");
        assert_eq!(kind("unusable-x25519.key"), "X25519");
        for name in ["unusable-secp256k1.key", "unusable-explicit-curve.key"] {
            assert!(
                matches!(read_file(name), Err(KeyError::UnsupportedCurve(_))),
                "{name}"
            );
        }
    }

    #[test]
    fn the_public_half_in_an_ec_key_is_not_looked_at() {
        let key = der("client-ec.key");
        let damaged = with(&key, &[3, 0x42, 0, 4], &[3, 0x42, 0, 7]);
        assert_eq!(
            read_contents("PRIVATE KEY", &damaged),
            read_file("client-ec.key")
        );
    }

    #[test]
    fn what_follows_a_key_matters_to_rsa_alone() {
        let trailing = |name: &str| [der(name), vec![0, 0]].concat();
        assert!(read_contents("PRIVATE KEY", &trailing("client-rsa.key")).is_ok());
        assert!(read_contents("PRIVATE KEY", &trailing("client-ed25519.key")).is_ok());
        let pkcs1 = read_contents("RSA PRIVATE KEY", &trailing("client-rsa-pkcs1.key"));
        assert!(pkcs1.unwrap_err().to_string().contains("bytes follow"));
    }

    #[test]
    fn truncated_keys() {
        for name in [
            "client-rsa.key",
            "client-rsa-pkcs1.key",
            "client-ec.key",
            "client-ed25519.key",
        ] {
            let key = der(name);
            for len in 0..key.len() {
                let outcome = read_contents("PRIVATE KEY", &key[..len]);
                assert!(outcome.is_err(), "{name} cut off after {len} bytes");
            }
        }
    }
}
