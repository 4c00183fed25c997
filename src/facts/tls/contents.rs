//! The actual contents of a file without a certificate for Go, in words, and the command that converts it.
//!
//! Nothing here decides what containerd does: [`CaPool`] and [`KeyPair`](crate::go::keys::KeyPair) do. This is for the message after
//! they have refused a file.

use std::fmt;

use super::bearer;
use crate::go::asn1::der::{Reader, tag};
use crate::go::base64;
use crate::go::keys::private_key as key;
use crate::go::pem::{self, Block};
use crate::go::x509::{CaPool, Certificate, CertificateError, SkipReason};

/// The contents of a file. Displayed as a phrase that continues "the file is …".
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Contents {
    /// No bytes, or only whitespace.
    Empty,
    /// PEM with this many certificates that Go reads: all is well.
    Certificates(usize),
    /// PEM whose certificates Go all rejects; why it rejects the first.
    UnreadableCertificate(CertificateError),
    /// PEM with a certificate that has header lines.
    CertificateWithHeaders,
    /// PEM with a private key.
    PrivateKey,
    /// PEM with a private key that is encrypted.
    EncryptedPrivateKey,
    /// PEM with a public key.
    PublicKey,
    /// PEM with a request for a certificate.
    CertificateRequest,
    /// PEM in OpenSSL's own form, TRUSTED CERTIFICATE.
    TrustedCertificate,
    /// PEM with the label of long ago, X509 CERTIFICATE.
    OldCertificate,
    /// PEM with a PKCS#7 bundle.
    Pkcs7Pem,
    /// PEM with a list of revoked certificates.
    RevocationList,
    /// PEM with other labels.
    OtherPem(Vec<String>),
    /// PEM whose lines are indented.
    IndentedPem,
    /// PEM behind a UTF-8 byte order mark.
    PemBehindByteOrderMark,
    /// PEM, or other text, in UTF-16.
    Utf16,
    /// PEM whose line ends are carriage returns alone.
    PemWithCarriageReturns,
    /// PEM whose line ends are written `\n`.
    PemWithEscapedLineEnds,
    /// PEM with its BEGIN and END in one line.
    PemInOneLine,
    /// PEM without an END line.
    PemCutOff,
    /// PEM that is damaged in another way.
    DamagedPem,
    /// PEM in base64, as in the `data` of a Kubernetes Secret.
    EncodedPem,
    /// A certificate's base64 without its BEGIN and END lines.
    BareBase64,
    /// A certificate in DER.
    DerCertificate,
    /// A private key in DER.
    DerPrivateKey,
    /// A request for a certificate in DER.
    DerRequest,
    /// A list of revoked certificates in DER.
    DerRevocationList,
    /// A PKCS#7 bundle in DER.
    Pkcs7,
    /// A PKCS#12 bundle (.p12, .pfx).
    Pkcs12,
    /// A Java key store.
    JavaKeyStore,
    /// A public key of SSH.
    SshPublicKey,
    /// A web page.
    WebPage,
    /// Some other text.
    Text,
    /// Some other bytes.
    Binary,
}

/// Classifies the bytes of a file.
pub fn classify(data: &[u8]) -> Contents {
    let text = data.trim_ascii();
    if text.is_empty() {
        return Contents::Empty;
    }
    let blocks: Vec<Block> = pem::blocks(data).collect();
    if !blocks.is_empty() {
        return classify_pem(data, &blocks);
    }
    classify_der(data)
        .or_else(|| classify_broken_pem(data))
        .or_else(|| classify_base64(text))
        .unwrap_or_else(|| classify_text(text))
}

fn classify_pem(data: &[u8], blocks: &[Block]) -> Contents {
    let pool = CaPool::read(data);
    if pool.is_accepted() {
        return Contents::Certificates(pool.certificates.len());
    }
    for skipped in pool.skipped {
        match skipped.reason {
            SkipReason::Headers => return Contents::CertificateWithHeaders,
            SkipReason::Unreadable(error) => return Contents::UnreadableCertificate(error),
            SkipReason::Label(_) => {}
        }
    }
    if let Some(key) = blocks.iter().find(|block| block.is_private_key()) {
        let encrypted = key.label == "ENCRYPTED PRIVATE KEY" || key.has_encryption_headers();
        return if encrypted {
            Contents::EncryptedPrivateKey
        } else {
            Contents::PrivateKey
        };
    }
    let known = blocks.iter().find_map(|block| match block.label.as_str() {
        "TRUSTED CERTIFICATE" => Some(Contents::TrustedCertificate),
        "X509 CERTIFICATE" => Some(Contents::OldCertificate),
        "CERTIFICATE REQUEST" | "NEW CERTIFICATE REQUEST" => Some(Contents::CertificateRequest),
        "PKCS7" | "CMS" => Some(Contents::Pkcs7Pem),
        "X509 CRL" => Some(Contents::RevocationList),
        "PUBLIC KEY" | "RSA PUBLIC KEY" => Some(Contents::PublicKey),
        _ => None,
    });
    known.unwrap_or_else(|| Contents::OtherPem(pem::labels(blocks)))
}

fn classify_der(data: &[u8]) -> Option<Contents> {
    if data.starts_with(&[0xfe, 0xed, 0xfe, 0xed]) || data.starts_with(&[0xce, 0xce, 0xce, 0xce]) {
        return Some(Contents::JavaKeyStore);
    }
    match Certificate::from_der(data) {
        // A request has the same outline, so these errors do not tell a certificate.
        Err(
            CertificateError::NotACertificate
            | CertificateError::Malformed(_)
            | CertificateError::Version
            | CertificateError::SignatureAlgorithmsDiffer,
        ) => {}
        _ => return Some(Contents::DerCertificate),
    }
    let fields = Reader::new(data).nested(tag::SEQUENCE)?;
    if starts_with_pkcs7(fields) {
        return Some(Contents::Pkcs7);
    }
    let mut after_version = fields;
    if after_version.small_integer() == Some(3)
        && after_version
            .nested(tag::SEQUENCE)
            .is_some_and(starts_with_pkcs7)
    {
        return Some(Contents::Pkcs12);
    }
    if bearer::is_request(data) {
        return Some(Contents::DerRequest);
    }
    if bearer::is_revocation_list(data) {
        return Some(Contents::DerRevocationList);
    }
    (is_encrypted_key(fields) || key::read_der(data).is_ok()).then_some(Contents::DerPrivateKey)
}

/// Whether some fields start with the name of a PKCS#7 type.
fn starts_with_pkcs7(mut fields: Reader<'_>) -> bool {
    fields
        .oid()
        .is_some_and(|oid| oid.as_str().starts_with("1.2.840.113549.1.7."))
}

/// Whether these are the fields of a PKCS#8 key that is encrypted: a PKCS#5 or PKCS#12 cipher, and bytes.
fn is_encrypted_key(mut fields: Reader<'_>) -> bool {
    let cipher = fields
        .nested(tag::SEQUENCE)
        .and_then(|mut algorithm| algorithm.oid());
    let is_password_cipher = |oid: &str| {
        oid.starts_with("1.2.840.113549.1.5.") || oid.starts_with("1.2.840.113549.1.12.1.")
    };
    cipher.is_some_and(|oid| is_password_cipher(oid.as_str()))
        && fields.content(tag::OCTET_STRING).is_some()
}

/// Mistakes that hide a block from Go although it is visible: each is undone, to see whether a block appears.
fn classify_broken_pem(data: &[u8]) -> Option<Contents> {
    if data.starts_with(&[0xff, 0xfe])
        || data.starts_with(&[0xfe, 0xff])
        || data.starts_with(b"-\0")
        || data.starts_with(b"\0-")
    {
        return Some(Contents::Utf16);
    }
    let text = str::from_utf8(data).ok()?;
    let begin = text.find("-----BEGIN ")?;
    let appears = |text: &str| pem::blocks(text.as_bytes()).next().is_some();
    if text.strip_prefix('\u{feff}').is_some_and(appears) {
        return Some(Contents::PemBehindByteOrderMark);
    }
    if appears(
        &text
            .lines()
            .map(str::trim_start)
            .collect::<Vec<_>>()
            .join("\n"),
    ) {
        return Some(Contents::IndentedPem);
    }
    if appears(&text.replace('\r', "\n")) {
        return Some(Contents::PemWithCarriageReturns);
    }
    if appears(&text.replace("\\r", "").replace("\\n", "\n")) {
        return Some(Contents::PemWithEscapedLineEnds);
    }
    match text[begin..].find("-----END ") {
        None => Some(Contents::PemCutOff),
        Some(end) if !text[begin..begin + end].contains('\n') => Some(Contents::PemInOneLine),
        Some(_) => Some(Contents::DamagedPem),
    }
}

fn classify_base64(text: &[u8]) -> Option<Contents> {
    let decoded = without_spaces(text)?;
    if decoded.starts_with(b"-----BEGIN ") {
        Some(Contents::EncodedPem)
    } else {
        Certificate::from_der(&decoded)
            .is_ok()
            .then_some(Contents::BareBase64)
    }
}

/// Decodes Base64 with spaces anywhere.
fn without_spaces(text: &[u8]) -> Option<Vec<u8>> {
    let letters = text.iter().copied();
    base64::decode(letters.filter(|byte| !byte.is_ascii_whitespace()))
}

fn classify_text(text: &[u8]) -> Contents {
    let starts_with = |start: &str| {
        text.get(..start.len())
            .is_some_and(|head| head.eq_ignore_ascii_case(start.as_bytes()))
    };
    if ["<!doctype html", "<html"].into_iter().any(starts_with) {
        return Contents::WebPage;
    }
    if ["ssh-", "ecdsa-sha2-"]
        .into_iter()
        .any(|start| text.starts_with(start.as_bytes()))
    {
        return Contents::SshPublicKey;
    }
    let is_text = str::from_utf8(text).is_ok_and(|text| {
        text.chars()
            .all(|c| !c.is_control() || matches!(c, '\t' | '\n' | '\r' | '\u{c}'))
    });
    if is_text {
        Contents::Text
    } else {
        Contents::Binary
    }
}

impl fmt::Display for Contents {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let phrase = match self {
            Contents::Empty => "empty",
            Contents::Certificates(1) => "a PEM certificate",
            Contents::Certificates(count) => {
                return write!(f, "a bundle of {count} PEM certificates");
            }
            Contents::UnreadableCertificate(error) => {
                return write!(f, "a PEM certificate that {error}");
            }
            Contents::CertificateWithHeaders => {
                "a PEM certificate with header lines, which Go skips"
            }
            Contents::PrivateKey => "a private key, not a certificate",
            Contents::EncryptedPrivateKey => "an encrypted private key, not a certificate",
            Contents::PublicKey => "a public key, not a certificate",
            Contents::CertificateRequest => {
                "a certificate request (CSR), which has not been signed yet"
            }
            Contents::TrustedCertificate => {
                "in OpenSSL's own form TRUSTED CERTIFICATE, which Go does not read"
            }
            Contents::OldCertificate => "labelled X509 CERTIFICATE, which Go does not read",
            Contents::Pkcs7Pem => "a PKCS#7 bundle, which Go does not read",
            Contents::RevocationList | Contents::DerRevocationList => {
                "a list of revoked certificates (CRL), not a certificate"
            }
            Contents::OtherPem(labels) => {
                return write!(
                    f,
                    "PEM without a certificate, labelled {}",
                    pem::list(labels)
                );
            }
            Contents::IndentedPem => "PEM with indented lines, which Go does not see",
            Contents::PemBehindByteOrderMark => {
                "PEM behind a byte order mark, which hides it from Go"
            }
            Contents::Utf16 => "text in UTF-16, which Go does not read",
            Contents::PemWithCarriageReturns => {
                "PEM whose lines end in carriage returns alone, which Go does not see"
            }
            Contents::PemWithEscapedLineEnds => {
                "PEM with a written-out \\n in place of its line ends"
            }
            Contents::PemInOneLine => "PEM in one line: BEGIN and END need lines of their own",
            Contents::PemCutOff => "PEM without an END line: the file is cut off",
            Contents::DamagedPem => {
                "damaged PEM: the END line does not match, or the base64 is broken"
            }
            Contents::EncodedPem => "PEM encoded in base64, as in the data of a Kubernetes Secret",
            Contents::BareBase64 => "a certificate's base64 without its BEGIN and END lines",
            Contents::DerCertificate => "a DER certificate, not PEM",
            Contents::DerPrivateKey => "a private key in DER, not PEM",
            Contents::DerRequest => {
                "a certificate request (CSR) in DER, which has not been signed yet"
            }
            Contents::Pkcs7 => "a PKCS#7 bundle in DER, not PEM",
            Contents::Pkcs12 => "a PKCS#12 bundle (.p12, .pfx), not PEM",
            Contents::JavaKeyStore => "a Java key store, not PEM",
            Contents::SshPublicKey => "an SSH public key, not a certificate",
            Contents::WebPage => "a web page: most likely a download that went wrong",
            Contents::Text => "text without a PEM block",
            Contents::Binary => "not PEM, and not a known format",
        };
        f.write_str(phrase)
    }
}

impl Contents {
    /// Describes the certificate, certificate request or revocation list, for people: `Example CA`, issued by itself, valid
    /// until 2031-05-01. `data` are the bytes that [`classify`] was given. `None` if it is something else, or cannot be read.
    pub fn bearer(&self, data: &[u8]) -> Option<String> {
        let of_block = |label: &str, read: fn(&[u8]) -> Option<String>| {
            let block = pem::blocks(data).find(|block| block.label.ends_with(label))?;
            read(&block.contents)
        };
        match self {
            Contents::UnreadableCertificate(_)
            | Contents::CertificateWithHeaders
            | Contents::TrustedCertificate
            | Contents::OldCertificate => of_block("CERTIFICATE", bearer::certificate),
            Contents::CertificateRequest => of_block("CERTIFICATE REQUEST", bearer::request),
            Contents::RevocationList => of_block("X509 CRL", bearer::revocation_list),
            Contents::DerCertificate => bearer::certificate(data),
            Contents::DerRequest => bearer::request(data),
            Contents::DerRevocationList => bearer::revocation_list(data),
            Contents::BareBase64 => bearer::certificate(&without_spaces(data)?),
            _ => None,
        }
    }

    /// A command that converts the file to PEM, if there is one. `with_key` includes the private key, as a client needs it.
    pub fn conversion(&self, file: &str, with_key: bool) -> Option<String> {
        let from = quoted(file);
        let to = quoted(&converted_name(file));
        Some(match self {
            Contents::DerCertificate => format!("openssl x509 -inform der -in {from} -out {to}"),
            Contents::TrustedCertificate | Contents::OldCertificate => {
                format!("openssl x509 -in {from} -out {to}")
            }
            Contents::DerPrivateKey => format!("openssl pkey -inform der -in {from} -out {to}"),
            Contents::EncryptedPrivateKey => format!("openssl pkey -in {from} -out {to}"),
            Contents::Pkcs7 => {
                format!("openssl pkcs7 -inform der -print_certs -in {from} -out {to}")
            }
            Contents::Pkcs7Pem => format!("openssl pkcs7 -print_certs -in {from} -out {to}"),
            Contents::Pkcs12 if with_key => format!("openssl pkcs12 -nodes -in {from} -out {to}"),
            Contents::Pkcs12 => format!("openssl pkcs12 -nokeys -in {from} -out {to}"),
            Contents::JavaKeyStore if !with_key => {
                format!("keytool -exportcert -rfc -keystore {from} -alias NAME -file {to}")
            }
            Contents::IndentedPem => format!("sed 's/^[[:space:]]*//' {from} > {to}"),
            Contents::PemBehindByteOrderMark => format!("tail -c +4 {from} > {to}"),
            Contents::Utf16 => format!("iconv -f UTF-16 -t UTF-8 {from} > {to}"),
            Contents::PemWithCarriageReturns => format!("tr '\\r' '\\n' < {from} > {to}"),
            Contents::PemWithEscapedLineEnds => format!("sed 's/\\\\n/\\n/g' {from} > {to}"),
            Contents::EncodedPem => format!("base64 -d {from} > {to}"),
            Contents::BareBase64 => {
                format!("base64 -d {from} | openssl x509 -inform der -out {to}")
            }
            _ => return None,
        })
    }
}

/// The name for the converted file: with the ending `.pem`, and never the same.
fn converted_name(file: &str) -> String {
    let name_start = file.rfind('/').map_or(0, |at| at + 1);
    let stem = match file[name_start..].rfind('.') {
        Some(at) if at > 0 => &file[..name_start + at],
        _ => file,
    };
    let name = format!("{stem}.pem");
    if name == file {
        format!("{stem}-converted.pem")
    } else {
        name
    }
}

/// A file name as a shell takes it.
fn quoted(file: &str) -> String {
    let harmless = |c: char| c.is_ascii_alphanumeric() || "._-/:@+".contains(c);
    if !file.is_empty() && !file.starts_with('-') && file.chars().all(harmless) {
        file.to_owned()
    } else {
        format!("'{}'", file.replace('\'', r"'\''"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::go::fixtures::pem as armor;
    use crate::go::fixtures::{der, fixture};

    fn ca_text() -> String {
        String::from_utf8(fixture("ca-rsa.pem")).unwrap()
    }

    #[test]
    fn files_by_their_kind() {
        let kind = |name: &str| classify(&fixture(name));
        assert_eq!(kind("ca-rsa.pem"), Contents::Certificates(1));
        assert_eq!(kind("ca-bundle-one-expired.pem"), Contents::Certificates(3));
        assert_eq!(kind("ca-rsa.der"), Contents::DerCertificate);
        assert_eq!(kind("ca-rsa.p12"), Contents::Pkcs12);
        assert_eq!(kind("ca-rsa.p7b"), Contents::Pkcs7Pem);
        assert_eq!(kind("ca-rsa-indented.pem"), Contents::IndentedPem);
        assert_eq!(
            kind("ca-rsa-trusted-form.pem"),
            Contents::TrustedCertificate
        );
        assert_eq!(kind("request.csr"), Contents::CertificateRequest);
        assert_eq!(kind("client-rsa.key"), Contents::PrivateKey);
        assert_eq!(kind("client-ec-sec1.key"), Contents::PrivateKey);
        assert_eq!(
            kind("client-rsa-encrypted.key"),
            Contents::EncryptedPrivateKey
        );
        assert_eq!(
            kind("client-rsa-encrypted-legacy.key"),
            Contents::EncryptedPrivateKey
        );
        assert!(matches!(
            kind("ca-secp256k1.pem"),
            Contents::UnreadableCertificate(_)
        ));
    }

    #[test]
    fn der_by_its_kind() {
        assert_eq!(classify(&der("request.csr")), Contents::DerRequest);
        assert_eq!(classify(&der("ca-rsa.p7b")), Contents::Pkcs7);
        for name in [
            "client-rsa.key",
            "client-rsa-pkcs1.key",
            "client-ed25519.key",
            "client-rsa-encrypted.key",
        ] {
            assert_eq!(classify(&der(name)), Contents::DerPrivateKey, "{name}");
        }
    }

    #[test]
    fn pem_that_go_does_not_see() {
        let text = ca_text();
        let kind = |text: &str| classify(text.as_bytes());
        assert_eq!(
            kind(&format!("\u{feff}{text}")),
            Contents::PemBehindByteOrderMark
        );
        assert_eq!(
            kind(&text.replace('\n', "\r")),
            Contents::PemWithCarriageReturns
        );
        assert_eq!(
            kind(&text.replace('\n', "\\n")),
            Contents::PemWithEscapedLineEnds
        );
        assert_eq!(kind(&text.replace('\n', "")), Contents::PemInOneLine);
        assert_eq!(kind(&text[..text.len() / 2]), Contents::PemCutOff);
        assert_eq!(
            kind(&text.replace("END CERT", "END cert")),
            Contents::DamagedPem
        );
        assert_eq!(kind(&text.replacen("MII", "M!I", 1)), Contents::DamagedPem);
        let utf16: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
        assert_eq!(classify(&utf16), Contents::Utf16);
        assert_eq!(
            classify(&[&[0xff, 0xfe], &utf16[..]].concat()),
            Contents::Utf16
        );
        let body: String = text.lines().filter(|line| !line.starts_with('-')).collect();
        assert_eq!(kind(&body), Contents::BareBase64);
        let encoded = String::from_utf8(armor("X", text.as_bytes())).unwrap();
        assert_eq!(kind(encoded.lines().nth(1).unwrap()), Contents::EncodedPem);
    }

    #[test]
    fn other_labels() {
        assert_eq!(
            classify(&armor("X509 CERTIFICATE", b"")),
            Contents::OldCertificate
        );
        assert_eq!(classify(&armor("PUBLIC KEY", b"")), Contents::PublicKey);
        assert_eq!(classify(&armor("X509 CRL", b"")), Contents::RevocationList);
        let other = classify(&armor("DH PARAMETERS", b""));
        assert_eq!(
            other.to_string(),
            "PEM without a certificate, labelled \"DH PARAMETERS\""
        );
    }

    #[test]
    fn what_has_nothing_to_do_with_it() {
        assert_eq!(classify(b""), Contents::Empty);
        assert_eq!(classify(b" \r\n"), Contents::Empty);
        assert_eq!(classify(b"placeholder\n"), Contents::Text);
        assert_eq!(classify(b"<!DOCTYPE html><html>"), Contents::WebPage);
        assert_eq!(
            classify(b"ssh-ed25519 AAAA me@host\n"),
            Contents::SshPublicKey
        );
        assert_eq!(
            classify(&[0xfe, 0xed, 0xfe, 0xed, 0, 0, 0, 2]),
            Contents::JavaKeyStore
        );
        assert_eq!(classify(&[0x80, 0x00, 0xff]), Contents::Binary);
    }

    #[test]
    fn conversions_can_be_pasted() {
        assert_eq!(
            Contents::DerCertificate
                .conversion("ca.der", false)
                .as_deref(),
            Some("openssl x509 -inform der -in ca.der -out ca.pem")
        );
        assert_eq!(
            Contents::DerCertificate
                .conversion("my certs/ca.pem", false)
                .as_deref(),
            Some("openssl x509 -inform der -in 'my certs/ca.pem' -out 'my certs/ca-converted.pem'")
        );
        assert_eq!(converted_name("a.d/ca"), "a.d/ca.pem");
        assert_eq!(converted_name("a.d/.crt"), "a.d/.crt.pem");
        assert_eq!(quoted("it's"), r"'it'\''s'");
        assert_eq!(Contents::Text.conversion("ca.pem", false), None);
    }

    fn of(data: &[u8]) -> Option<String> {
        classify(data).bearer(data)
    }

    #[test]
    fn a_refused_certificate_is_someones() {
        let ca = "`Valid RSA CA`, issued by itself, valid until ";
        for data in [
            fixture("ca-rsa.der"),
            fixture("ca-rsa-trusted-form.pem"),
            armor("X509 CERTIFICATE", &der("ca-rsa.pem")),
            // Go refuses what follows the certificate within the block.
            armor("CERTIFICATE", &[der("ca-rsa.pem"), vec![0; 3]].concat()),
        ] {
            let text = of(&data).unwrap();
            assert!(text.starts_with(ca), "{text}");
        }
        let client = of(&armor("X509 CERTIFICATE", &der("client-ec.pem"))).unwrap();
        assert!(client.contains("issued by `Valid RSA CA`"), "{client}");
    }

    #[test]
    fn a_request_says_for_whom() {
        let text = of(&fixture("request.csr")).unwrap();
        assert!(text.starts_with("a request for `"), "{text}");
        assert_eq!(of(&der("request.csr")).as_ref(), Some(&text));
    }

    #[test]
    fn a_revocation_list_says_whose() {
        let whose = Some("revoked by `Valid RSA CA`".to_owned());
        assert_eq!(of(&fixture("ca-rsa.crl")), whose);
        assert_eq!(of(&der("ca-rsa.crl")), whose);
    }

    #[test]
    fn of_other_files_nothing_is_said() {
        for name in ["ca-rsa.pem", "client-ec.key", "ca-rsa.p12", "ca-rsa.p7b"] {
            assert_eq!(of(&fixture(name)), None, "{name}");
        }
        assert_eq!(of(b"text"), None);
    }
}
