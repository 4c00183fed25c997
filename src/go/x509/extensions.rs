//! A certificate's extensions: those that the rules ask about, and what Go refuses in the others.

use std::collections::HashSet;

use super::error::CertificateError;
use super::{name_constraints, uri};
use crate::go::Rules;
use crate::go::asn1::Oid;
use crate::go::asn1::der::{Reader, tag};

/// The basicConstraints extension.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BasicConstraints {
    /// Whether the certificate says that it is a certificate authority.
    pub ca: bool,
    /// How many authorities may follow below it, where it says so.
    pub path_len: Option<u64>,
}

/// The keyUsage extension: what the key may be used for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct KeyUsage(u16);

impl KeyUsage {
    /// Whether the key may sign in TLS handshakes, as a client's has to.
    pub fn digital_signature(self) -> bool {
        self.has(0)
    }

    /// Whether the key may sign certificates, as an authority's has to (keyCertSign).
    pub fn cert_sign(self) -> bool {
        self.has(5)
    }

    fn has(self, bit: u16) -> bool {
        self.0 >> bit & 1 == 1
    }
}

/// One purpose of the extendedKeyUsage extension.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum ExtendedKeyUsage {
    /// Any purpose at all.
    Any,
    /// serverAuth: identifies a TLS server.
    ServerAuth,
    /// clientAuth: identifies a TLS client.
    ClientAuth,
    /// Something else.
    Other(Oid),
}

impl ExtendedKeyUsage {
    /// The name in OpenSSL's configuration files; the dotted notation for what is neither server nor client.
    pub fn name(&self) -> &str {
        match self {
            ExtendedKeyUsage::Any => "anyExtendedKeyUsage",
            ExtendedKeyUsage::ServerAuth => "serverAuth",
            ExtendedKeyUsage::ClientAuth => "clientAuth",
            ExtendedKeyUsage::Other(oid) => match oid.as_str() {
                "1.3.6.1.5.5.7.3.3" => "codeSigning",
                "1.3.6.1.5.5.7.3.4" => "emailProtection",
                "1.3.6.1.5.5.7.3.8" => "timeStamping",
                "1.3.6.1.5.5.7.3.9" => "OCSPSigning",
                other => other,
            },
        }
    }
}

/// The facts about the extensions for the rules. A field is `None` if the extension is absent.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Extensions {
    pub basic_constraints: Option<BasicConstraints>,
    pub key_usage: Option<KeyUsage>,
    pub extended_key_usage: Option<Vec<ExtendedKeyUsage>>,
}

/// Reads the sequence of extensions.
pub(crate) fn read(rules: Rules, mut sequence: Reader<'_>) -> Result<Extensions, CertificateError> {
    const MALFORMED: CertificateError = CertificateError::Malformed("list of extensions");
    let mut seen = HashSet::new();
    let mut all = Vec::new();
    while !sequence.is_empty() {
        let mut extension = sequence.nested(tag::SEQUENCE).ok_or(MALFORMED)?;
        let oid = extension.oid().ok_or(MALFORMED)?;
        let critical = if extension.peek(tag::BOOLEAN) {
            extension.boolean().ok_or(MALFORMED)?
        } else {
            false
        };
        let value = extension.content(tag::OCTET_STRING).ok_or(MALFORMED)?;
        if !seen.insert(oid.clone()) {
            return Err(CertificateError::DuplicateExtension(oid));
        }
        all.push((oid, critical, value));
    }
    let mut extensions = Extensions::default();
    for (oid, critical, value) in all {
        read_one(rules, &oid, critical, value, &mut extensions)?;
    }
    Ok(extensions)
}

fn read_one(
    rules: Rules,
    oid: &Oid,
    critical: bool,
    value: &[u8],
    extensions: &mut Extensions,
) -> Result<(), CertificateError> {
    let reader = Reader::new(value);
    let (name, outcome) = match oid.as_str() {
        "2.5.29.14" if critical => {
            return Err(CertificateError::MustNotBeCritical("subjectKeyIdentifier"));
        }
        "2.5.29.35" if critical => {
            return Err(CertificateError::MustNotBeCritical(
                "authorityKeyIdentifier",
            ));
        }
        "1.3.6.1.5.5.7.1.1" if critical => {
            return Err(CertificateError::MustNotBeCritical("authorityInfoAccess"));
        }
        "2.5.29.14" => (
            "subjectKeyIdentifier extension",
            subject_key_identifier(reader),
        ),
        "2.5.29.15" => {
            extensions.key_usage = key_usage(reader);
            ("keyUsage extension", extensions.key_usage.map(drop))
        }
        "2.5.29.17" => ("subjectAltName extension", subject_alt_name(rules, reader)),
        "2.5.29.19" => {
            extensions.basic_constraints = basic_constraints(reader);
            (
                "basicConstraints extension",
                extensions.basic_constraints.map(drop),
            )
        }
        "2.5.29.30" => ("nameConstraints extension", name_constraints::check(reader)),
        "2.5.29.31" => (
            "crlDistributionPoints extension",
            crl_distribution_points(reader),
        ),
        "2.5.29.32" => (
            "certificatePolicies extension",
            certificate_policies(reader),
        ),
        "2.5.29.33" => ("policyMappings extension", policy_mappings(reader)),
        "2.5.29.35" => (
            "authorityKeyIdentifier extension",
            authority_key_identifier(reader),
        ),
        "2.5.29.36" => ("policyConstraints extension", policy_constraints(reader)),
        "2.5.29.37" => {
            extensions.extended_key_usage = extended_key_usage(reader);
            (
                "extendedKeyUsage extension",
                extensions.extended_key_usage.as_ref().map(drop),
            )
        }
        "2.5.29.54" => ("inhibitAnyPolicy extension", inhibit_any_policy(reader)),
        "1.3.6.1.5.5.7.1.1" => (
            "authorityInfoAccess extension",
            authority_info_access(reader),
        ),
        _ => return Ok(()),
    };
    outcome.ok_or(CertificateError::Malformed(name))
}

fn key_usage(mut value: Reader<'_>) -> Option<KeyUsage> {
    let bits = value.bit_string()?;
    Some(KeyUsage(
        (0..9)
            .filter(|&index| bits.at(index))
            .fold(0, |usage, index| usage | 1 << index),
    ))
}

fn basic_constraints(mut value: Reader<'_>) -> Option<BasicConstraints> {
    let mut sequence = value.nested(tag::SEQUENCE)?;
    let ca = if sequence.peek(tag::BOOLEAN) {
        sequence.boolean()?
    } else {
        false
    };
    let path_len = if sequence.peek(tag::INTEGER) {
        Some(u64::try_from(sequence.small_integer()?).ok()?)
    } else {
        None
    };
    Some(BasicConstraints { ca, path_len })
}

fn extended_key_usage(mut value: Reader<'_>) -> Option<Vec<ExtendedKeyUsage>> {
    let mut sequence = value.nested(tag::SEQUENCE)?;
    let mut purposes = Vec::new();
    while !sequence.is_empty() {
        let oid = sequence.oid()?;
        purposes.push(match oid.as_str() {
            "2.5.29.37.0" => ExtendedKeyUsage::Any,
            "1.3.6.1.5.5.7.3.1" => ExtendedKeyUsage::ServerAuth,
            "1.3.6.1.5.5.7.3.2" => ExtendedKeyUsage::ClientAuth,
            _ => ExtendedKeyUsage::Other(oid),
        });
    }
    Some(purposes)
}

fn subject_alt_name(rules: Rules, mut value: Reader<'_>) -> Option<()> {
    let mut names = value.nested(tag::SEQUENCE)?;
    while !names.is_empty() {
        let name = names.element()?;
        let good = match name.tag {
            // rfc822Name, dNSName
            0x81 | 0x82 => name.content.is_ascii(),
            0x86 => str::from_utf8(name.content).is_ok_and(|text| uri::is_acceptable(rules, text)),
            0x87 => is_address(name.content),
            _ => true,
        };
        if !good {
            return None;
        }
    }
    Some(())
}

/// Whether these bytes are an IP address, and not an IPv4 address dressed as IPv6, which Go refuses.
fn is_address(bytes: &[u8]) -> bool {
    match bytes.len() {
        4 => true,
        16 => !name_constraints::is_mapped(bytes),
        _ => false,
    }
}

fn subject_key_identifier(mut value: Reader<'_>) -> Option<()> {
    value.content(tag::OCTET_STRING).map(drop)
}

fn authority_key_identifier(mut value: Reader<'_>) -> Option<()> {
    let mut sequence = value.nested(tag::SEQUENCE)?;
    sequence.optional(tag::context(0)).map(drop)
}

fn crl_distribution_points(mut value: Reader<'_>) -> Option<()> {
    let mut points = value.nested(tag::SEQUENCE)?;
    while !points.is_empty() {
        let mut point = points.nested(tag::SEQUENCE)?;
        let Some(name) = point.optional(tag::constructed(0))? else {
            continue;
        };
        let mut full_name = Reader::new(name).nested(tag::constructed(0))?;
        while full_name.peek(tag::context(6)) {
            full_name.content(tag::context(6))?;
        }
    }
    Some(())
}

fn certificate_policies(mut value: Reader<'_>) -> Option<()> {
    let mut policies = value.nested(tag::SEQUENCE)?;
    let mut seen = HashSet::new();
    while !policies.is_empty() {
        let oid = policies
            .nested(tag::SEQUENCE)?
            .content(tag::OBJECT_IDENTIFIER)?;
        if !is_long_oid(oid) || !seen.insert(oid) {
            return None;
        }
    }
    Some(())
}

/// Whether these bytes are an object identifier whose parts may be of any size, as Go allows for policies.
fn is_long_oid(content: &[u8]) -> bool {
    let starts = content
        .iter()
        .enumerate()
        .filter(|&(at, _)| at == 0 || content[at - 1] & 0x80 == 0);
    content.last().is_some_and(|last| last & 0x80 == 0)
        && starts.into_iter().all(|(_, &byte)| byte != 0x80)
}

fn policy_mappings(mut value: Reader<'_>) -> Option<()> {
    let mut mappings = value.nested(tag::SEQUENCE)?;
    while !mappings.is_empty() {
        let mut mapping = mappings.nested(tag::SEQUENCE)?;
        mapping.content(tag::OBJECT_IDENTIFIER)?;
        mapping.content(tag::OBJECT_IDENTIFIER)?;
    }
    Some(())
}

fn policy_constraints(mut value: Reader<'_>) -> Option<()> {
    let mut sequence = value.nested(tag::SEQUENCE)?;
    for n in [0, 1] {
        if let Some(content) = sequence.optional(tag::context(n))? {
            if !crate::go::asn1::der::is_shortest_integer(content) {
                return None;
            }
            crate::go::asn1::der::to_i64(content)?;
        }
    }
    Some(())
}

fn inhibit_any_policy(mut value: Reader<'_>) -> Option<()> {
    value.small_integer().map(drop)
}

fn authority_info_access(mut value: Reader<'_>) -> Option<()> {
    let mut descriptions = value.nested(tag::SEQUENCE)?;
    while !descriptions.is_empty() {
        let mut description = descriptions.nested(tag::SEQUENCE)?;
        description.oid()?;
        description.optional(tag::context(6))?;
    }
    Some(())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// An element with some others, or bytes, in it.
    fn element(tag: u8, content: &[&[u8]]) -> Vec<u8> {
        let content = content.concat();
        [&[tag, u8::try_from(content.len()).unwrap()], &content[..]].concat()
    }

    fn oid_from(content: &[u8]) -> Oid {
        Oid::from_der(content).unwrap()
    }

    /// Whether Go takes an extension of `2.5.29.n` with this value.
    fn accepts(n: u8, critical: bool, value: &[u8]) -> bool {
        let mut extensions = Extensions::default();
        read_one(
            Rules::NEWEST,
            &oid_from(&[0x55, 0x1d, n]),
            critical,
            value,
            &mut extensions,
        )
        .is_ok()
    }

    #[test]
    fn alternative_names() {
        let accepts = |tag: u8, name: &[u8]| {
            accepts(
                17,
                false,
                &element(tag::SEQUENCE, &[&element(tag, &[name])]),
            )
        };
        assert!(accepts(0x82, b"registry.internal"));
        assert!(!accepts(0x82, "registrü".as_bytes()));
        assert!(accepts(0x87, &[10, 0, 0, 1]));
        assert!(!accepts(0x87, &[10, 0, 0]));
        assert!(accepts(0x87, &[0; 16]));
        assert!(!accepts(
            0x87,
            &[0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 10, 0, 0, 1]
        ));
        assert!(accepts(0x86, b"spiffe://corp/registry"));
        assert!(!accepts(0x86, b"spiffe://corp./registry"));
        assert!(accepts(0x88, &[0x2a, 3]), "other kinds are not looked at");
    }

    #[test]
    fn policies() {
        let policy =
            |oid: &[u8]| element(tag::SEQUENCE, &[&element(tag::OBJECT_IDENTIFIER, &[oid])]);
        let accepts = |policies: &[&[u8]]| accepts(32, false, &element(tag::SEQUENCE, policies));
        let (one, other) = (
            policy(&[0x2a, 3]),
            policy(&[0x2a, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f]),
        );
        assert!(accepts(&[&one, &other]), "parts of any size");
        assert!(!accepts(&[&one, &one]), "twice the same");
        assert!(!accepts(&[&policy(&[0x2a, 0x80, 3])]));
        assert!(!accepts(&[&policy(&[0x2a, 0x83])]));
    }

    #[test]
    fn key_identifiers_must_not_be_critical() {
        let identifier = element(tag::OCTET_STRING, &[&[1, 2, 3]]);
        assert!(accepts(14, false, &identifier));
        assert!(!accepts(14, true, &identifier));
        assert!(!accepts(35, true, &element(tag::SEQUENCE, &[])));
        assert!(accepts(35, false, &element(tag::SEQUENCE, &[])));
    }

    #[test]
    fn usages() {
        let mut extensions = Extensions::default();
        read_one(
            Rules::NEWEST,
            &oid_from(&[0x55, 0x1d, 15]),
            true,
            &[3, 2, 1, 0x06],
            &mut extensions,
        )
        .unwrap();
        let usage = extensions.key_usage.unwrap();
        assert!(usage.cert_sign() && !usage.digital_signature());
        let purposes = element(
            tag::SEQUENCE,
            &[
                &[6, 4, 0x55, 0x1d, 37, 0],
                &[6, 8, 0x2b, 6, 1, 5, 5, 7, 3, 3],
            ],
        );
        read_one(
            Rules::NEWEST,
            &oid_from(&[0x55, 0x1d, 37]),
            false,
            &purposes,
            &mut extensions,
        )
        .unwrap();
        let purposes = extensions.extended_key_usage.unwrap();
        let names: Vec<_> = purposes.iter().map(ExtendedKeyUsage::name).collect();
        assert_eq!(names, ["anyExtendedKeyUsage", "codeSigning"]);
    }

    #[test]
    fn constraints() {
        let read =
            |content: &[&[u8]]| basic_constraints(Reader::new(&element(tag::SEQUENCE, content)));
        let constraints = |ca, path_len| Some(BasicConstraints { ca, path_len });
        assert_eq!(read(&[]), constraints(false, None));
        assert_eq!(
            read(&[&[1, 1, 0xff], &[2, 1, 0]]),
            constraints(true, Some(0))
        );
        assert_eq!(
            read(&[&[1, 1, 0xff], &[2, 1, 0xff]]),
            None,
            "a negative length"
        );
        assert_eq!(read(&[&[1, 1, 1]]), None);
    }

    #[test]
    fn unknown_extensions_are_not_looked_at() {
        assert!(accepts(0x7f, true, b"anything"));
    }
}
