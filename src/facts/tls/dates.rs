//! Certificates that are not valid now: what the rules about dates have in common.

use super::files::{CertificateFile, TlsEntry};
use crate::facts::context::{certificate_files, tls_entries};
use crate::facts::{Entry, NamespaceContext, Rule};
use crate::finding::words::list;
use crate::finding::{Consequence, Finding, Severity};
use crate::go::x509::Certificate;

/// The report of a rule about dates.
pub struct Dated {
    /// The rule.
    pub rule: &'static Rule,
    /// Whether the rule reports this certificate.
    pub is_bad: fn(&Certificate, now: i64) -> bool,
    /// The predicate of one certificate: `expired on 2021-01-01`.
    pub verb: fn(&Certificate) -> String,
    /// The predicate of several, without a date: `have expired`.
    pub plural: &'static str,
    /// The help, an imperative that ends with the file: `put the renewed certificate into`.
    pub help: &'static str,
    /// The help when other certificates in the file are valid.
    pub help_in_part: &'static str,
    /// The severity then: old and new certificates share a file during a renewal.
    pub in_part: Severity,
}

/// Reports certificates that are not valid now, one finding per file.
pub fn check(context: &NamespaceContext, dated: &Dated, out: &mut Vec<Finding>) {
    let now = context.run.now;
    let entries = tls_entries(context);
    for file in certificate_files(context) {
        let bad: Vec<&Certificate> = file
            .certificates()
            .iter()
            .filter(|certificate| (dated.is_bad)(certificate, now))
            .collect();
        // All certificates of a CA file are used; of a client's file, its own and those that are sent with it.
        let Some(first) = bad.first().copied() else {
            continue;
        };
        if file.ca.is_empty() && file.client.is_empty() {
            continue;
        }
        let is_good = |c: &Certificate| !c.is_expired(now) && !c.is_not_yet_valid(now);
        let ca_is_left = file.each_entry_has(context, entries, is_good);
        let own_is_bad = file
            .certificates()
            .first()
            .is_some_and(|c| (dated.is_bad)(c, now));
        let in_part = ca_is_left && (file.client.is_empty() || !own_is_bad);
        let message = message(file, dated, &bad, first, own_is_bad);
        let places = bad
            .iter()
            .map(|certificate| (*certificate, (dated.verb)(certificate)));
        let endpoints = list(&file.endpoints(entries));
        let finding = file
            .finding(context, dated.rule, places, message)
            .label((dated.verb)(first))
            .effect(effect(file, &endpoints, in_part));
        out.push(match in_part {
            true => finding
                .severity(dated.in_part)
                .consequence(Consequence::Advice)
                .help(dated.help_in_part),
            false => {
                let path = context.tree.shown_node_path(&file.path);
                let finding = finding.help(format!("{} `{path}`", dated.help));
                match lost_entry(file, context, entries) {
                    Some(entry) => context.without_endpoint(entry, finding),
                    None => finding,
                }
            }
        });
    }
}

/// The entry of hosts.toml to judge by when requests that use this file fail: the one whose loss matters most.
fn lost_entry<'e, 'a>(
    file: &CertificateFile,
    context: &NamespaceContext,
    entries: &'e [TlsEntry<'a>],
) -> Option<&'e Entry<'a>> {
    let used = file.ca.iter().chain(&file.client);
    let mut used = used.filter_map(|(index, _)| entries.get(*index)?.entry.as_ref());
    let first = used.clone().next();
    used.find(|entry| context.is_needed(entry)).or(first)
}

fn message(
    file: &CertificateFile,
    dated: &Dated,
    bad: &[&Certificate],
    first: &Certificate,
    own_is_bad: bool,
) -> String {
    let (name, all) = (&file.name, file.certificates().len());
    let (subject, verb) = (first.subject.display(), (dated.verb)(first));
    let is = if verb.starts_with("not ") { "is " } else { "" };
    if file.ca.is_empty() {
        return if own_is_bad {
            format!("client certificate `{subject}` in `{name}` {is}{verb}")
        } else {
            format!("intermediate certificate `{subject}` in `{name}` {is}{verb}")
        };
    }
    let one = format!("`{subject}` {is}{verb}");
    match (bad.len(), all) {
        (1, 1) => format!("CA `{subject}` in `{name}` {is}{verb}"),
        (1, _) => format!("`{subject}`, one of {all} CAs in `{name}`, {is}{verb}"),
        (2, 2) => format!("both CAs in `{name}` {}: {one}", dated.plural),
        (some, _) if some == all => format!("all {all} CAs in `{name}` {}: {one}", dated.plural),
        (some, _) => format!("{some} of {all} CAs in `{name}` {}: {one}", dated.plural),
    }
}

fn effect(file: &CertificateFile, endpoints: &str, in_part: bool) -> String {
    match (file.ca.is_empty(), in_part) {
        (true, true) => format!(
            "a registry that does not know the issuer rejects the client certificate: {endpoints}"
        ),
        (true, false) => format!(
            "a registry that requires a client certificate rejects this one, so requests to {endpoints} fail"
        ),
        (false, true) => {
            "containerd rejects server certificates issued by it; the other CAs still work"
                .to_owned()
        }
        (false, false) => format!(
            "containerd rejects every server certificate issued by it, so requests to {endpoints} fail"
        ),
    }
}
