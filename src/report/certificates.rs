//! The certificates that endpoints use, as JSON.

use serde::Serialize;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use crate::finding::{CertificateFacts, Inventory, Use, UsedFile};

/// The most certificates that are written; a public bundle has some hundred.
pub const MAX_CERTIFICATES: usize = 10_000;

/// The most users of one certificate that are written.
const MAX_USERS: usize = 1_000;

/// A certificate.
#[derive(Debug, Serialize)]
pub struct CertificateValue<'a> {
    path: &'a str,
    subject: &'a str,
    issuer: &'a str,
    serial: &'a str,
    not_before: String,
    not_after: String,
    days_left: i64,
    used_by: Vec<UserValue<'a>>,
}

#[derive(Debug, Serialize)]
struct UserValue<'a> {
    namespace: &'a str,
    endpoint: &'a str,
    #[serde(rename = "as")]
    role: Use,
}

/// The certificates of an inventory, file by file.
pub fn certificates(inventory: &Inventory) -> impl Iterator<Item = CertificateValue<'_>> {
    let files = inventory.files.iter();
    let all = files.flat_map(move |(path, file)| {
        let certificates = file.certificates.iter();
        certificates.map(move |certificate| value(path, certificate, file, inventory.now))
    });
    all.take(MAX_CERTIFICATES)
}

/// One certificate of a file that is shown as `path`.
pub fn value<'a>(
    path: &'a str,
    certificate: &'a CertificateFacts,
    file: &'a UsedFile,
    now: i64,
) -> CertificateValue<'a> {
    let users = file.users.iter().take(MAX_USERS);
    CertificateValue {
        path,
        subject: &certificate.subject_name,
        issuer: &certificate.issuer_name,
        serial: &certificate.serial,
        not_before: moment(certificate.not_before),
        not_after: moment(certificate.not_after),
        days_left: certificate.days_left(now),
        used_by: users
            .map(|user| UserValue {
                namespace: &user.namespace,
                endpoint: &user.endpoint,
                role: user.role,
            })
            .collect(),
    }
}

/// A time in seconds since 1970 as `2026-06-01T00:00:00Z`.
fn moment(seconds: i64) -> String {
    let moment = OffsetDateTime::from_unix_timestamp(seconds).ok();
    let text = moment.and_then(|moment| moment.format(&Rfc3339).ok());
    text.unwrap_or_else(|| format!("{seconds} seconds after 1970"))
}
