//! Certificates that are good at some other time than now: what the rules about dates have in common.

use super::files::{CertificateFile, TlsEntry};
use crate::facts::context::{certificate_files, tls_entries};
use crate::facts::{NamespaceContext, Rule};
use crate::finding::words::list;
use crate::finding::{Consequence, Finding, Severity};
use crate::go::x509::Certificate;

/// How a rule about dates speaks.
pub struct Dated {
    /// The rule.
    pub rule: &'static Rule,
    /// Whether the rule is about this certificate.
    pub is_bad: fn(&Certificate, now: i64) -> bool,
    /// What is to be said of it: `expired on 2021-01-01`.
    pub verb: fn(&Certificate) -> String,
    /// The same of several, without a date: `have expired`.
    pub plural: &'static str,
    /// What there is to do, an imperative that ends with the file: `put its successor into`.
    pub help: &'static str,
    /// What there is to do when good ones lie beside it.
    pub help_in_part: &'static str,
    /// What a bad certificate matters beside good ones: old and new ones lie together while they are exchanged.
    pub in_part: Severity,
}

/// Finds certificates that are out of their time, one finding for each file.
pub fn check(context: &NamespaceContext, dated: &Dated, out: &mut Vec<Finding>) {
    let now = context.run.now;
    let entries = tls_entries(context);
    for file in certificate_files(context) {
        let bad: Vec<&Certificate> = file
            .certificates()
            .iter()
            .filter(|certificate| (dated.is_bad)(certificate, now))
            .collect();
        // Of a CA file every certificate is used, of a client's file the first and those that it is sent with.
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
        let mut finding = file
            .finding(context, dated.rule, places, message)
            .label((dated.verb)(first))
            .effect(effect(file, entries, in_part))
            .help(format!(
                "{} `{}`",
                dated.help,
                context.tree.shown_node_path(&file.path)
            ));
        if in_part {
            finding = finding
                .severity(dated.in_part)
                .consequence(Consequence::Advice)
                .help(dated.help_in_part);
        }
        out.push(finding);
    }
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
            format!("`{subject}`, sent along with the client certificate in `{name}`, {is}{verb}")
        };
    }
    match (bad.len(), all) {
        (1, 1) => format!("CA `{subject}` in `{name}` {is}{verb}"),
        (1, _) => format!("`{subject}`, one of {all} CAs in `{name}`, {is}{verb}"),
        (2, 2) => format!(
            "both CAs in `{name}` {}: `{subject}` {is}{verb}",
            dated.plural
        ),
        (some, _) if some == all => format!(
            "all {all} CAs in `{name}` {}: `{subject}` {is}{verb}",
            dated.plural
        ),
        (some, _) => format!(
            "{some} of {all} CAs in `{name}` {}: `{subject}` {is}{verb}",
            dated.plural
        ),
    }
}

fn effect(file: &CertificateFile, entries: &[TlsEntry], in_part: bool) -> String {
    let endpoints = list(&file.endpoints(entries));
    if file.ca.is_empty() {
        return if in_part {
            format!(
                "a registry that does not know the issuer otherwise refuses the client: {endpoints}"
            )
        } else {
            format!(
                "a registry that asks for a client certificate refuses this one: {}",
                file.requests_fail(entries)
            )
        };
    }
    if in_part {
        "containerd refuses server certificates that rest on it; the other CAs are not affected"
            .to_owned()
    } else {
        format!(
            "containerd refuses every server certificate that rests on it: {}",
            file.requests_fail(entries)
        )
    }
}
