//! The subject of a certificate that Go rejects, for people who have three files called `ca.crt`.
//!
//! Go's reader gives nothing of a certificate that it refuses, so these are read by `x509-parser`, which is more lenient. Nothing
//! here decides what containerd does.

use x509_parser::certification_request::X509CertificationRequest;
use x509_parser::prelude::{FromDer, X509Certificate};
use x509_parser::revocation_list::CertificateRevocationList;
use x509_parser::x509::X509Name;

use super::date;

/// Larger ones are not read: a real certificate has some two thousand bytes.
const MAX_BYTES: usize = 64 * 1024;

/// The most characters of a name that are shown.
const MAX_NAME: usize = 80;

/// Describes a certificate in DER: `Example CA`, issued by itself, valid until 2031-05-01.
pub(super) fn certificate(der: &[u8]) -> Option<String> {
    // Trailing bytes do not belong to it: OpenSSL's own form has its settings there.
    let (_, certificate) = X509Certificate::from_der(limited(der)?).ok()?;
    let (subject, issuer) = (
        shown(certificate.subject())?,
        shown(certificate.issuer()).unwrap_or_else(|| "`(no name)`".to_owned()),
    );
    let issuer = match certificate.subject() == certificate.issuer() {
        true => "itself".to_owned(),
        false => issuer,
    };
    let end = date(certificate.validity().not_after.timestamp());
    Some(format!("{subject}, issued by {issuer}, valid until {end}"))
}

/// For whom a certificate request in DER is.
pub(super) fn request(der: &[u8]) -> Option<String> {
    let (_, request) = X509CertificationRequest::from_der(limited(der)?).ok()?;
    let subject = shown(&request.certification_request_info.subject)?;
    Some(format!("a request for {subject}"))
}

/// Describes a list of revoked certificates in DER.
pub(super) fn revocation_list(der: &[u8]) -> Option<String> {
    let (_, list) = CertificateRevocationList::from_der(limited(der)?).ok()?;
    Some(format!("revoked by {}", shown(list.issuer())?))
}

/// Whether these bytes are a list of revoked certificates in DER.
pub(super) fn is_revocation_list(der: &[u8]) -> bool {
    limited(der).is_some_and(|der| CertificateRevocationList::from_der(der).is_ok())
}

/// Whether these bytes are a certificate request (PKCS#10) in DER.
pub(super) fn is_request(der: &[u8]) -> bool {
    limited(der).is_some_and(|der| X509CertificationRequest::from_der(der).is_ok())
}

fn limited(der: &[u8]) -> Option<&[u8]> {
    (der.len() <= MAX_BYTES).then_some(der)
}

/// The common name, else the whole name, in backticks. `None` if it is empty.
fn shown(name: &X509Name<'_>) -> Option<String> {
    let common_name = name
        .iter_common_name()
        .last()
        .and_then(|name| name.as_str().ok())
        .filter(|name| !name.is_empty());
    let text = match common_name {
        Some(name) => name.to_owned(),
        None => name.to_string(),
    };
    let safe = |c: char| match c {
        '`' => '\'',
        c if c.is_control() => '\u{fffd}',
        c => c,
    };
    let text: String = text.chars().take(MAX_NAME).map(safe).collect();
    (!text.is_empty()).then(|| format!("`{text}`"))
}
