//! The parts of a certificate that verifying a chain takes, as they are in its bytes.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use super::certificate::Certificate;
use super::error::CertificateError;
use crate::go::asn1::der::{Reader, tag};

/// A certificate with the bytes that are compared and signed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Parts {
    /// The fields that Go reads.
    pub certificate: Certificate,
    /// All of it.
    pub der: Vec<u8>,
    /// The signed part.
    pub signed: Vec<u8>,
    /// The content of the signature's AlgorithmIdentifier.
    pub signature_algorithm: Vec<u8>,
    /// The signature.
    pub signature: Vec<u8>,
    /// The issuer's name.
    pub issuer: Vec<u8>,
    /// The subject's name.
    pub subject: Vec<u8>,
    /// The content of the public key's AlgorithmIdentifier.
    pub key_algorithm: Vec<u8>,
    /// The public key.
    pub key: Vec<u8>,
    /// The DNS names of subjectAltName.
    pub dns_names: Vec<String>,
    /// The addresses of subjectAltName.
    pub addresses: Vec<IpAddr>,
    /// Whether there is a subjectAltName at all.
    pub has_alternative_names: bool,
    /// Whether it limits the names that may be issued below it.
    pub has_name_constraints: bool,
    /// Whether it has a critical extension that Go does not know.
    pub has_unknown_critical: bool,
}

/// The extensions that Go knows, by the last number below 2.5.29.
const KNOWN: [&str; 8] = [
    "2.5.29.14",
    "2.5.29.15",
    "2.5.29.17",
    "2.5.29.19",
    "2.5.29.30",
    "2.5.29.35",
    "2.5.29.37",
    "2.5.29.32",
];

impl Parts {
    /// Reads a certificate from DER.
    ///
    /// # Errors
    /// Where Go refuses the certificate.
    pub fn read(der: &[u8]) -> Result<Parts, CertificateError> {
        let certificate = Certificate::from_der(der)?;
        take_apart(der, certificate).ok_or(CertificateError::NotACertificate)
    }
}

fn take_apart(der: &[u8], certificate: Certificate) -> Option<Parts> {
    let mut whole = Reader::new(der).nested(tag::SEQUENCE)?;
    let signed = whole.element()?;
    let signature_algorithm = whole.content(tag::SEQUENCE)?;
    let signature = whole.bit_string()?.right_aligned();
    let mut inner = Reader::new(signed.content);
    inner.optional(tag::constructed(0))?;
    inner.integer()?;
    inner.content(tag::SEQUENCE)?;
    let issuer = inner.content(tag::SEQUENCE)?;
    inner.content(tag::SEQUENCE)?;
    let subject = inner.content(tag::SEQUENCE)?;
    let mut key_info = inner.nested(tag::SEQUENCE)?;
    let key_algorithm = key_info.content(tag::SEQUENCE)?;
    let key = key_info.bit_string()?.right_aligned();
    let mut parts = Parts {
        der: der.to_vec(),
        signed: signed.full.to_vec(),
        signature_algorithm: signature_algorithm.to_vec(),
        signature,
        issuer: issuer.to_vec(),
        subject: subject.to_vec(),
        key_algorithm: key_algorithm.to_vec(),
        key,
        dns_names: Vec::new(),
        addresses: Vec::new(),
        has_alternative_names: false,
        has_name_constraints: false,
        has_unknown_critical: false,
        certificate,
    };
    if parts.certificate.version == 3 {
        inner.optional(tag::context(1))?;
        inner.optional(tag::context(2))?;
        if let Some(content) = inner.optional(tag::constructed(3))? {
            extensions(content, &mut parts)?;
        }
    }
    Some(parts)
}

fn extensions(content: &[u8], parts: &mut Parts) -> Option<()> {
    let mut sequence = Reader::new(content).nested(tag::SEQUENCE)?;
    while !sequence.is_empty() {
        let mut extension = sequence.nested(tag::SEQUENCE)?;
        let oid = extension.oid()?;
        let critical = match extension.peek(tag::BOOLEAN) {
            true => extension.boolean()?,
            false => false,
        };
        let value = extension.content(tag::OCTET_STRING)?;
        match oid.as_str() {
            "2.5.29.17" => {
                parts.has_alternative_names = true;
                alternative_names(value, parts)?;
            }
            "2.5.29.30" => parts.has_name_constraints = true,
            _ => {}
        }
        parts.has_unknown_critical |= critical && !KNOWN.contains(&oid.as_str());
    }
    Some(())
}

fn alternative_names(value: &[u8], parts: &mut Parts) -> Option<()> {
    let mut names = Reader::new(value).nested(tag::SEQUENCE)?;
    while !names.is_empty() {
        let name = names.element()?;
        match (name.tag, name.content) {
            (0x82, name) => parts
                .dns_names
                .push(String::from_utf8_lossy(name).into_owned()),
            (0x87, &[a, b, c, d]) => parts.addresses.push(Ipv4Addr::new(a, b, c, d).into()),
            (0x87, address) => {
                let address: [u8; 16] = address.try_into().ok()?;
                parts.addresses.push(Ipv6Addr::from(address).into());
            }
            _ => {}
        }
    }
    Some(())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::go::fixtures::der;

    #[test]
    fn a_certificate_comes_apart() {
        let bytes = der("client-ec.pem");
        let parts = Parts::read(&bytes).unwrap();
        assert_eq!(parts.der, bytes);
        let issuer = Parts::read(&der("ca-rsa.pem")).unwrap();
        assert_eq!(parts.issuer, issuer.subject);
        assert!(!parts.has_alternative_names && !parts.has_unknown_critical);
        assert_eq!(parts.signature.len(), 256);
    }

    proptest! {
        #[test]
        fn damaged_certificates_are_read_or_refused(at in 0usize..600, byte: u8, cut in 0usize..900) {
            let mut der = der("client-ec.pem");
            let at = at % der.len();
            der[at] = byte;
            let _ = Parts::read(&der);
            der.truncate(cut);
            let _ = Parts::read(&der);
        }
    }
}
