//! The differences between two readings of a hosts.toml by one release.

use crate::containerd::hosts::Host;
use crate::containerd::{Capabilities, Release, Role};

/// A part of an entry that can differ.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Field {
    /// Scheme, host and path.
    Url,
    /// The capabilities.
    Capabilities,
    /// `skip_verify`.
    SkipVerify,
    /// `ca`.
    Ca,
    /// `client`.
    Client,
    /// Headers.
    Header,
    /// `dial_timeout`.
    DialTimeout,
}

/// One difference.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Change {
    /// An entry that was not there.
    Added,
    /// An entry that is gone, and was listed once.
    Lost(String),
    /// An entry that is gone, and is listed elsewhere in all its parts.
    Unrepeated,
    /// A part of an entry.
    Part {
        /// The entry's place in the list.
        entry: usize,
        /// Which part.
        field: Field,
        /// The old value is still there, with additions.
        gain: bool,
        /// The old and the new value.
        words: String,
    },
}

/// The differences between the entries `before` and `after`, in order. The places in the text do not count.
pub fn changes(release: Release, before: &[Host], after: &[Host]) -> Vec<Change> {
    let mut found = Vec::new();
    let mut pair = |index, b: &Host, a: &Host| parts(release, index, b, a, &mut found);
    if before.len() == after.len() {
        for (index, (b, a)) in before.iter().zip(after).enumerate() {
            pair(index, b, a);
        }
        return found;
    }
    // Of lists that differ in length, entries of the same host belong together.
    let same =
        |b: &Host, a: &Host| is_server(b) == is_server(a) && (is_server(b) || b.host == a.host);
    let mut rest = after.iter().peekable();
    let mut gone = Vec::new();
    let mut added = 0;
    for (index, b) in before.iter().enumerate() {
        // Itself, before one that leads to the same place, before one that has only the host. A new entry for the same
        // place may precede it.
        let alike = |a: &Host| (&b.scheme, &b.path) == (&a.scheme, &a.path);
        let unchanged = rest.clone().position(|a| same(b, a) && equal(b, a));
        // Not where that would pass over the partner of a later entry.
        let leaves_the_others = |skipped: &usize| {
            let mut behind = rest.clone().skip(skipped + 1);
            let mut others = before[index + 1..].iter();
            others.all(|other| behind.any(|a| same(other, a)))
        };
        let exact = || rest.clone().position(|a| same(b, a) && alike(a));
        let partner = unchanged.filter(leaves_the_others).or_else(exact);
        match partner.or_else(|| rest.clone().position(|a| same(b, a))) {
            Some(skipped) => {
                added += skipped;
                if let Some(a) = rest.nth(skipped) {
                    pair(index, b, a);
                }
            }
            None => gone.push(b),
        }
    }
    added += rest.count();
    found.extend(
        gone.into_iter()
            .map(|b| match after.iter().any(|a| equal(b, a)) {
                true => Change::Unrepeated,
                false => Change::Lost(url(b)),
            }),
    );
    found.extend((0..added).map(|_| Change::Added));
    found
}

/// Whether all of these are among those, in their order.
fn is_within(few: &[String], many: &[String]) -> bool {
    let mut many = many.iter();
    few.iter().all(|one| many.any(|other| other == one))
}

fn is_server(host: &Host) -> bool {
    !matches!(host.role, Role::Host(_))
}

fn url(host: &Host) -> String {
    match host.host.is_empty() {
        true => "no server".to_owned(),
        false => format!("{}://{}{}", host.scheme, host.host, host.path),
    }
}

/// Whether two entries are alike but for their places.
fn equal(b: &Host, a: &Host) -> bool {
    let mut found = Vec::new();
    parts(Release::new(0, 0, 0), 0, b, a, &mut found);
    found.is_empty()
}

fn parts(release: Release, entry: usize, b: &Host, a: &Host, out: &mut Vec<Change>) {
    let (tls_b, tls_a) = (b.tls(), a.tls());
    let mut differ = |field, differs: bool, gain: bool, words: String| {
        if differs {
            out.push(Change::Part {
                entry,
                field,
                gain,
                words,
            });
        }
    };
    let all = Capabilities::all(release.referrers());
    // A root that names no server has no use for its URL. A path that is longer by `/v2` was given before
    // `override_path` was read.
    let overridden = b.host == a.host && b.scheme == a.scheme && b.path == format!("{}/v2", a.path);
    differ(
        Field::Url,
        (&b.scheme, &b.host, &b.path) != (&a.scheme, &a.host, &a.path),
        b.host.is_empty() && is_server(b) || overridden,
        format!("{} becomes {}", url(b), url(a)),
    );
    differ(
        Field::Capabilities,
        b.capabilities != a.capabilities,
        // An endpoint that lists none can do all.
        a.capabilities.has(b.capabilities) || b.capabilities == all,
        format!(
            "{}: {} becomes {}",
            url(a),
            b.capabilities.words().join(" "),
            a.capabilities.words().join(" ")
        ),
    );
    differ(
        Field::SkipVerify,
        tls_b.skip_verify != tls_a.skip_verify,
        tls_b.skip_verify.is_none(),
        format!("skip_verify of {}", url(a)),
    );
    let more = |b: &Option<Vec<String>>, a: &Option<Vec<String>>| match (b, a) {
        (None, Some(_)) => true,
        (Some(b), Some(a)) => b.iter().all(|path| a.contains(path)),
        _ => false,
    };
    differ(
        Field::Ca,
        tls_b.ca != tls_a.ca,
        more(&tls_b.ca, &tls_a.ca),
        format!("ca of {}", url(a)),
    );
    differ(
        Field::Client,
        tls_b.client != tls_a.client,
        tls_b.client.iter().all(|pair| tls_a.client.contains(pair)),
        format!("client of {}", url(a)),
    );
    differ(
        Field::Header,
        b.header != a.header,
        b.header
            .iter()
            .all(|(name, values)| a.header.get(name).is_some_and(|now| is_within(values, now))),
        format!("headers of {}", url(a)),
    );
    differ(
        Field::DialTimeout,
        b.dial_timeout != a.dial_timeout,
        b.dial_timeout.is_none(),
        format!("dial_timeout of {}", url(a)),
    );
}
