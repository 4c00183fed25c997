//! Certificates as Go's `x509.ParseCertificate` reads them.
//!
//! It rejects other certificates than other parsers do. It accepts any dates and any signature, keys and extensions of kinds it
//! does not know; it refuses negative serial numbers (from Go 1.23), curves that it does not know, a PrintableString with an
//! underscore, a critical key identifier, duplicate extensions, anything behind the end.

use std::ops::Range;

use super::error::CertificateError;
use super::extensions::{self, BasicConstraints, ExtendedKeyUsage, Extensions, KeyUsage};
use super::name::{self, Name};
use crate::go::Rules;
use crate::go::asn1::der::{Reader, tag};
use crate::go::asn1::{Oid, time};
use crate::go::keys::{PublicKey, public_key};
use crate::go::pem::Block;

/// The algorithm with which a certificate is signed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignatureAlgorithm {
    /// Its name: `SHA256-RSA`; the dotted notation for an unknown one.
    pub name: String,
    /// Whether it depends on MD2, MD5 or SHA-1, which can be forged.
    pub weak: bool,
}

/// The facts about a certificate for the rules.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Certificate {
    /// Where its PEM block is in the file; all of the bytes where it was read from DER.
    pub span: Range<usize>,
    /// 1, 2 or 3.
    pub version: u8,
    /// The serial number in hexadecimal, lower case, without signs between the bytes.
    pub serial: String,
    /// For whom it is.
    pub subject: Name,
    /// By whom it is.
    pub issuer: Name,
    /// Whether subject and issuer are the same, as in a root.
    pub self_issued: bool,
    /// The first second in which it is valid, since 1970.
    pub not_before: i64,
    /// The last second in which it is valid, since 1970.
    pub not_after: i64,
    /// Its public key.
    pub public_key: PublicKey,
    /// How it is signed.
    pub signature_algorithm: SignatureAlgorithm,
    /// The basicConstraints extension, `None` when absent.
    pub basic_constraints: Option<BasicConstraints>,
    /// The keyUsage extension, `None` when absent.
    pub key_usage: Option<KeyUsage>,
    /// The extendedKeyUsage extension, `None` when absent.
    pub extended_key_usage: Option<Vec<ExtendedKeyUsage>>,
}

impl Certificate {
    /// Reads the certificate of a PEM block. Label and headers are not looked at: what they mean differs between a list of
    /// authorities and a client's pair.
    pub fn from_block(block: &Block) -> Result<Certificate, CertificateError> {
        Certificate::from_block_by(Rules::NEWEST, block)
    }

    /// The same for a Go with these rules; [`Certificate::from_block`] is for the newest.
    pub fn from_block_by(rules: Rules, block: &Block) -> Result<Certificate, CertificateError> {
        Ok(Certificate {
            span: block.span.clone(),
            ..Certificate::from_der_by(rules, &block.contents)?
        })
    }

    /// Reads a certificate from DER, which it has to fill, as the newest Go does.
    pub fn from_der(der: &[u8]) -> Result<Certificate, CertificateError> {
        Certificate::from_der_by(Rules::NEWEST, der)
    }

    fn from_der_by(rules: Rules, der: &[u8]) -> Result<Certificate, CertificateError> {
        let mut reader = Reader::new(der);
        let whole = reader
            .nested(tag::SEQUENCE)
            .ok_or(CertificateError::NotACertificate)?;
        let certificate = read(rules, whole, der.len())?;
        match reader.rest().len() {
            0 => Ok(certificate),
            trailing => Err(CertificateError::TrailingData(trailing)),
        }
    }

    /// Whether `now` (seconds since 1970) is past its last second.
    pub fn is_expired(&self, now: i64) -> bool {
        now > self.not_after
    }

    /// Whether `now` (seconds since 1970) is before its first second.
    pub fn is_not_yet_valid(&self, now: i64) -> bool {
        now < self.not_before
    }

    /// Whether it may be the issuer of other certificates, by its own fields: it is a CA by its basic constraints (only
    /// version 3 has them), and its key usage, if it has one, includes signing certificates.
    pub fn may_issue(&self) -> bool {
        let is_ca = self.version < 3
            || self
                .basic_constraints
                .is_some_and(|constraints| constraints.ca);
        is_ca && self.key_usage.is_none_or(KeyUsage::cert_sign)
    }

    /// Whether it may identify a TLS client: its extended key usage is absent, or includes that or any purpose.
    pub fn may_authenticate_client(&self) -> bool {
        self.extended_key_usage.as_ref().is_none_or(|purposes| {
            purposes.iter().any(|purpose| {
                matches!(
                    purpose,
                    ExtendedKeyUsage::Any | ExtendedKeyUsage::ClientAuth
                )
            })
        })
    }
}

/// Reads what is within the outermost sequence, in Go's order.
fn read(rules: Rules, mut whole: Reader<'_>, len: usize) -> Result<Certificate, CertificateError> {
    use CertificateError::Malformed;

    let mut signed = whole
        .nested(tag::SEQUENCE)
        .ok_or(CertificateError::NotACertificate)?;

    let version = match signed
        .optional(tag::constructed(0))
        .ok_or(Malformed("version"))?
    {
        Some(content) => {
            let mut explicit = Reader::new(content);
            let number = explicit.small_integer().filter(|_| explicit.is_empty());
            number.ok_or(Malformed("version"))?
        }
        None => 0,
    };
    let version = match version {
        0..=2 => version as u8 + 1,
        _ => return Err(CertificateError::Version),
    };

    let serial = signed.integer().ok_or(Malformed("serial number"))?;
    if serial[0] & 0x80 != 0 && !rules.negative_serials {
        return Err(CertificateError::NegativeSerial);
    }

    let mut inner = signed
        .nested(tag::SEQUENCE)
        .ok_or(Malformed("signature algorithm"))?;
    let outer = whole
        .content(tag::SEQUENCE)
        .ok_or(Malformed("signature algorithm"))?;
    if inner.rest() != outer {
        return Err(CertificateError::SignatureAlgorithmsDiffer);
    }
    let algorithm = inner.oid().ok_or(Malformed("signature algorithm"))?;
    let parameters = match inner.is_empty() {
        true => None,
        false => Some(
            inner
                .element()
                .ok_or(Malformed("signature algorithm"))?
                .full,
        ),
    };

    let issuer = signed.content(tag::SEQUENCE).ok_or(Malformed("issuer"))?;
    let issuer_name = name::read(Reader::new(issuer)).ok_or(Malformed("issuer"))?;

    let mut validity = signed.nested(tag::SEQUENCE).ok_or(Malformed("validity"))?;
    let not_before = time::read(&mut validity).ok_or(Malformed("first date"))?;
    let not_after = time::read(&mut validity).ok_or(Malformed("last date"))?;

    let subject = signed.content(tag::SEQUENCE).ok_or(Malformed("subject"))?;
    let subject_name = name::read(Reader::new(subject)).ok_or(Malformed("subject"))?;

    let public_key = public_key::read(
        signed
            .nested(tag::SEQUENCE)
            .ok_or(Malformed("public key"))?,
    )?;

    let mut extensions = Extensions::default();
    if version > 1 {
        signed
            .optional(tag::context(1))
            .ok_or(Malformed("issuer's unique identifier"))?;
        signed
            .optional(tag::context(2))
            .ok_or(Malformed("subject's unique identifier"))?;
    }
    if version == 3
        && let Some(content) = signed
            .optional(tag::constructed(3))
            .ok_or(Malformed("list of extensions"))?
    {
        let sequence = Reader::new(content)
            .nested(tag::SEQUENCE)
            .ok_or(Malformed("list of extensions"))?;
        extensions = extensions::read(rules, sequence)?;
    }

    whole.bit_string().ok_or(Malformed("signature"))?;

    Ok(Certificate {
        span: 0..len,
        version,
        serial: hexadecimal(serial),
        self_issued: issuer == subject,
        subject: subject_name,
        issuer: issuer_name,
        not_before,
        not_after,
        public_key,
        signature_algorithm: signature_algorithm(&algorithm, parameters),
        basic_constraints: extensions.basic_constraints,
        key_usage: extensions.key_usage,
        extended_key_usage: extensions.extended_key_usage,
    })
}

/// The bytes of a number in hexadecimal, without the zero that keeps it positive.
fn hexadecimal(content: &[u8]) -> String {
    let digits = match content {
        [0, rest @ ..] if !rest.is_empty() => rest,
        all => all,
    };
    digits.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn signature_algorithm(oid: &Oid, parameters: Option<&[u8]>) -> SignatureAlgorithm {
    let (name, weak) = match oid.as_str() {
        "1.2.840.113549.1.1.2" => ("MD2-RSA", true),
        "1.2.840.113549.1.1.4" => ("MD5-RSA", true),
        "1.2.840.113549.1.1.5" | "1.3.14.3.2.29" => ("SHA1-RSA", true),
        "1.2.840.113549.1.1.11" => ("SHA256-RSA", false),
        "1.2.840.113549.1.1.12" => ("SHA384-RSA", false),
        "1.2.840.113549.1.1.13" => ("SHA512-RSA", false),
        "1.2.840.113549.1.1.14" => ("SHA224-RSA", false),
        "1.2.840.113549.1.1.10" => match pss_hash(parameters).as_deref() {
            None | Some("1.3.14.3.2.26") => ("SHA1-RSAPSS", true),
            Some("2.16.840.1.101.3.4.2.1") => ("SHA256-RSAPSS", false),
            Some("2.16.840.1.101.3.4.2.2") => ("SHA384-RSAPSS", false),
            Some("2.16.840.1.101.3.4.2.3") => ("SHA512-RSAPSS", false),
            Some(_) => ("RSAPSS", false),
        },
        "1.2.840.10040.4.3" => ("SHA1-DSA", true),
        "2.16.840.1.101.3.4.3.2" => ("SHA256-DSA", false),
        "1.2.840.10045.4.1" => ("SHA1-ECDSA", true),
        "1.2.840.10045.4.3.1" => ("SHA224-ECDSA", false),
        "1.2.840.10045.4.3.2" => ("SHA256-ECDSA", false),
        "1.2.840.10045.4.3.3" => ("SHA384-ECDSA", false),
        "1.2.840.10045.4.3.4" => ("SHA512-ECDSA", false),
        _ => (oid.key_name(), false),
    };
    SignatureAlgorithm {
        name: name.to_owned(),
        weak,
    }
}

/// The hash that the parameters of RSASSA-PSS name; `None` represents SHA-1, which is what leaving it out means.
fn pss_hash(parameters: Option<&[u8]>) -> Option<String> {
    let mut sequence = Reader::new(parameters?).nested(tag::SEQUENCE)?;
    let hash = sequence.optional(tag::constructed(0))??;
    Some(Reader::new(hash).nested(tag::SEQUENCE)?.oid()?.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::go::fixtures::{der, with};

    fn read(name: &str) -> Certificate {
        Certificate::from_der(&der(name)).unwrap()
    }

    fn refused(data: &[u8]) -> CertificateError {
        Certificate::from_der(data).unwrap_err()
    }

    #[test]
    fn an_authority() {
        let certificate = read("ca-rsa.pem");
        assert_eq!(certificate.version, 3);
        assert_eq!(
            certificate.subject.full(),
            "O=certsd-lint tests, CN=Valid RSA CA"
        );
        assert_eq!(certificate.subject.display(), "Valid RSA CA");
        assert_eq!(certificate.issuer, certificate.subject);
        assert!(certificate.self_issued);
        assert_eq!(certificate.not_before, 1_704_067_200);
        assert_eq!(certificate.not_after, 4_859_740_800);
        assert_eq!(certificate.serial, "1000");
        assert_eq!(certificate.public_key.kind(), "RSA");
        assert_eq!(certificate.public_key.bits(), Some(2048));
        assert_eq!(certificate.signature_algorithm.name, "SHA256-RSA");
        assert!(!certificate.signature_algorithm.weak);
        assert!(!certificate.public_key.is_weak());
        assert_eq!(
            certificate.basic_constraints,
            Some(BasicConstraints {
                ca: true,
                path_len: None
            })
        );
        assert!(certificate.may_issue());
        assert_eq!(certificate.extended_key_usage, None);
        assert!(certificate.may_authenticate_client());
    }

    #[test]
    fn a_client() {
        let certificate = read("client-ec.pem");
        assert_eq!(certificate.issuer.display(), "Valid RSA CA");
        assert!(!certificate.self_issued);
        assert_eq!(certificate.public_key.kind(), "ECDSA P-256");
        assert_eq!(certificate.public_key.bits(), Some(256));
        assert!(!certificate.may_issue());
        assert_eq!(
            certificate.extended_key_usage,
            Some(vec![ExtendedKeyUsage::ClientAuth])
        );
        assert!(
            certificate
                .key_usage
                .is_some_and(KeyUsage::digital_signature)
        );
        assert!(!read("client-server-only.pem").may_authenticate_client());
        assert_eq!(read("client-ed25519.pem").public_key.kind(), "Ed25519");
    }

    #[test]
    fn what_is_wrong_with_authorities() {
        assert!(!read("leaf-not-a-ca.pem").may_issue());
        assert!(!read("ca-without-cert-sign.pem").may_issue());
        assert!(read("ca-sha1.pem").signature_algorithm.weak);
        assert!(read("ca-rsa-1024.pem").public_key.is_weak());
        let expired = read("ca-expired.pem");
        assert!(
            expired.is_expired(expired.not_after + 1) && !expired.is_expired(expired.not_after)
        );
        let future = read("ca-not-yet-valid.pem");
        assert!(future.is_not_yet_valid(future.not_before - 1));
        assert!(!future.is_not_yet_valid(future.not_before));
    }

    #[test]
    fn refusals_at_the_ends() {
        let good = der("ca-ec.pem");
        assert_eq!(refused(&[]), CertificateError::NotACertificate);
        assert_eq!(
            refused(&good[..good.len() - 1]),
            CertificateError::NotACertificate
        );
        assert_eq!(
            refused(&[&good[..], &[0, 0]].concat()),
            CertificateError::TrailingData(2)
        );
    }

    #[test]
    fn refusals_of_numbers() {
        let good = der("ca-ec.pem");
        let start = [0xa0, 3, 2, 1, 2, 2, 2, 0x10];
        let negative = with(&good, &start, &[0xa0, 3, 2, 1, 2, 2, 2, 0x90]);
        assert_eq!(refused(&negative), CertificateError::NegativeSerial);
        let padded = with(&good, &start, &[0xa0, 3, 2, 1, 2, 2, 2, 0x00]);
        assert_eq!(
            refused(&padded),
            CertificateError::Malformed("serial number")
        );
        let version = with(&good, &start, &[0xa0, 3, 2, 1, 3, 2, 2, 0x10]);
        assert_eq!(refused(&version), CertificateError::Version);
        let date = with(&good, b"240101000000Z", b"241301000000Z");
        assert_eq!(refused(&date), CertificateError::Malformed("first date"));
    }

    #[test]
    fn refusals_of_names() {
        let good = der("ca-ec.pem");
        let organization = b"\x0c\x11certsd-lint tests";
        let printable = with(&good, organization, b"\x13\x11certsd-lint tests");
        assert!(Certificate::from_der(&printable).is_ok());
        let underscore = with(&good, organization, b"\x13\x11certsd_lint tests");
        assert_eq!(refused(&underscore), CertificateError::Malformed("issuer"));
    }

    #[test]
    fn refusals_of_extensions() {
        let good = der("ca-ec.pem");
        let basic_constraints = [0x55, 0x1d, 0x13, 1, 1, 0xff];
        let critical = with(&good, &basic_constraints, &[0x55, 0x1d, 0x0e, 1, 1, 0xff]);
        // The key identifier of the fixture comes last, so that this one is its duplicate.
        assert!(matches!(
            refused(&critical),
            CertificateError::DuplicateExtension(_)
        ));
        let critical = with(&critical, &[0x55, 0x1d, 0x0e, 4], &[0x55, 0x1d, 0x7f, 4]);
        assert_eq!(
            refused(&critical),
            CertificateError::MustNotBeCritical("subjectKeyIdentifier")
        );
        let boolean = with(&good, &basic_constraints, &[0x55, 0x1d, 0x13, 1, 1, 1]);
        assert_eq!(
            refused(&boolean),
            CertificateError::Malformed("list of extensions")
        );
        let unknown = with(&good, &basic_constraints, &[0x55, 0x1d, 0x7f, 1, 1, 0xff]);
        assert_eq!(
            Certificate::from_der(&unknown).unwrap().basic_constraints,
            None,
            "critical and unknown does not matter when it is read"
        );
    }

    #[test]
    fn refusals_of_keys_and_algorithms() {
        let good = der("ca-ec.pem");
        let sha256 = [0x2a, 0x86, 0x48, 0xce, 0x3d, 4, 3, 2];
        let other = with(&good, &sha256, &[0x2a, 0x86, 0x48, 0xce, 0x3d, 4, 3, 3]);
        assert_eq!(refused(&other), CertificateError::SignatureAlgorithmsDiffer);
        let point = [3, 0x42, 0, 4];
        let compressed = with(&good, &point, &[3, 0x42, 0, 2]);
        assert_eq!(
            refused(&compressed),
            CertificateError::PointNotOnCurve("P-256")
        );
        assert_eq!(
            refused(&der("ca-secp256k1.pem")).to_string(),
            "has a key on the curve secp256k1; Go knows P-224, P-256, P-384 and P-521 only"
        );
        let ed448 = with(
            &der("client-ed25519.pem"),
            &[0x2b, 0x65, 0x70],
            &[0x2b, 0x65, 0x71],
        );
        let unknown = Certificate::from_der(&ed448).unwrap();
        assert_eq!(unknown.public_key.kind(), "Ed448");
    }
}
