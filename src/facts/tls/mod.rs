//! Certificate files as rules see them: the faults of those that containerd rejects, the contents of those that it accepts.

mod bearer;
mod contents;
pub mod dates;
pub(super) mod faults;
pub(super) mod files;
mod places;
#[cfg(test)]
mod properties;
mod skipping;

pub use super::context::{certificate_files, faults, named_files, tls_entries as entries};
pub use contents::{Contents, classify};
pub use faults::{TlsFault, TlsFaultKind};
pub use files::{CertificateFile, TlsEntry, is_out_of_date, read_certificates};
pub use places::{FileMention, array_element, base_name, named};
pub use skipping::{SkippingEntry, skipping};

use time::OffsetDateTime;

/// The date of a time in seconds since 1970: `2026-06-01`.
pub fn date(seconds: i64) -> String {
    match OffsetDateTime::from_unix_timestamp(seconds) {
        Ok(moment) => {
            let (year, month, day) = moment.to_calendar_date();
            format!("{year:04}-{:02}-{day:02}", u8::from(month))
        }
        Err(_) => format!("{seconds} seconds after 1970"),
    }
}
