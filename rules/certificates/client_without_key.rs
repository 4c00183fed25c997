use crate::containerd::hosts::ClientPair;
use crate::containerd::{Cause, FileError, Files};
use crate::facts::tls::classify;
use crate::facts::tls::{TlsEntry, TlsFaultKind, base_name, entries, faults, named};
use crate::facts::{Check, NamespaceContext};
use crate::finding::{Consequence, Edit, Finding, Fix, Part, Promise, Safety, Severity};
use crate::go::keys::{KeyPair, KeyPairError};

crate::rule! {
    /// A client certificate without its private key.
    ///
    /// ## What it does
    ///
    /// Reports client certificates without a key: a single file that contains only the certificate, a pair whose second
    /// file contains no PEM key, and the flat list `["client.crt", "client.key"]`, which containerd takes for two
    /// clients that must each contain certificate and key.
    ///
    /// ## Why
    ///
    /// containerd loads client certificates before its first request. One without its key fails every pull from
    /// the registry, whichever endpoint it is for.
    ///
    /// ## Example
    ///
    /// ```toml
    /// # docker.io/hosts.toml
    /// [host."https://mirror.internal"]
    /// client = ["client-rsa.pem", "client-rsa.key"]
    /// ```
    ///
    /// ## Use instead
    ///
    /// A list of pairs:
    ///
    /// ```toml
    /// # docker.io/hosts.toml
    /// [host."https://mirror.internal"]
    /// client = [["client-rsa.pem", "client-rsa.key"]]
    /// ```
    ///
    /// ## When not to
    ///
    /// Never: pulls fail without the key.
    ///
    /// ## Source
    ///
    /// Recorded from containerd: `hand-client-*` in `fixtures/conformance/hand.jsonl`. containerd/containerd#5730.
    name: "client-without-key",
    category: Certificates,
    severity: Error,
    consequence: PullsFail,
    releases: "all",
    fix: Safe,
    check: Check::Namespace(check),
}

fn check(context: &NamespaceContext, out: &mut Vec<Finding>) {
    let mut told: Vec<std::ops::Range<usize>> = Vec::new();
    for fault in faults(context) {
        let Cause::ClientKeyPair {
            written,
            certificate,
            key,
            error,
        } = &fault.cause
        else {
            continue;
        };
        if fault.kind != TlsFaultKind::WithoutKey {
            continue;
        }
        told.extend(fault.places.iter().filter_map(|place| place.span.clone()));
        let name = named(&written.0, certificate);
        let flat = fault
            .places
            .first()
            .and_then(|place| fault.flat_key(context, place));
        let finding = |message: String| {
            fault.finding(
                context,
                &RULE,
                |place| place.span.clone(),
                certificate,
                message,
            )
        };
        out.push(if let Some(neighbour) = flat {
            let key = &neighbour.certificate.written;
            let mut finding = finding(format!(
                "`client` lists `{name}` and `{key}` as two clients, not as a certificate and its key"
            ))
            .label("contains no key")
            .help(format!("write a pair: `client = [{}]`", pair(name, key)));
            if let Some(span) = neighbour.certificate.span.clone() {
                finding = finding.related(context.location(span), "contains no certificate");
            }
            finding.fix = fix(context, &fault.places);
            finding
        } else if key.is_empty() {
            let suggestion = key_beside(context, certificate);
            let help = match suggestion {
                Some(key) if written.0.is_empty() => {
                    format!("rename `{key}` to `{}.key`", stem(name))
                }
                Some(key) => format!("write the pair: `client = [{}]`", pair(name, &key)),
                None if written.0.is_empty() => {
                    format!("put the key beside it, as `{}.key`", stem(name))
                }
                None => format!(
                    "write the pair, as in `client = [{}]`, or append the key to the file",
                    pair(name, &format!("{}.key", stem(name)))
                ),
            };
            finding(format!("`{name}` contains a client certificate but no key"))
                .label("no key in this file")
                .help(help)
        } else {
            let key_name = named(&written.1, key);
            let bytes = context.reads.read(key).unwrap_or_default();
            let contents = classify(&bytes);
            let message = match error {
                KeyPairError::CertificateInsteadOfKey => {
                    format!("client key `{key_name}` contains a certificate, not a key")
                }
                _ => format!("client key `{key_name}` contains no PEM key: it is {contents}"),
            };
            let help = match contents.conversion(key_name, true) {
                Some(command) => format!("convert it to PEM: `{command}`"),
                None => format!("write the file with the private key of `{name}`"),
            };
            fault
                .finding(context, &RULE, |place| place.key_span(), key, message)
                .label("no key in this file")
                .help(help)
        });
    }
    for entry in entries(context) {
        unseen_flat_list(context, entry, &told, out);
    }
}

/// A flat list whose files are not visible here, and whose names tell what they contain.
fn unseen_flat_list(
    context: &NamespaceContext,
    entry: &TlsEntry,
    told: &[std::ops::Range<usize>],
    out: &mut Vec<Finding>,
) {
    let [one, two] = &*entry.client else {
        return;
    };
    let (None, None) = (&one.key, &two.key) else {
        return;
    };
    let (Some(span), Some(second)) = (one.certificate.span.clone(), two.certificate.span.clone())
    else {
        return;
    };
    let unseen = |pair: &ClientPair| {
        matches!(
            context.reads.read(&pair.certificate.path),
            Err(FileError::Unknown | FileError::NotFound)
        )
    };
    let (name, key) = (&one.certificate.written, &two.certificate.written);
    let is_key = |path: &str| {
        let name = base_name(path).to_ascii_lowercase();
        name.ends_with(".key") || name.contains("key.") || name.contains("-key")
    };
    if told.contains(&span) || is_key(name) || !is_key(key) || !unseen(one) || !unseen(two) {
        return;
    }
    let mut finding = context
        .finding(
            &RULE,
            span,
            format!(
                "`client` lists `{name}` and `{key}` as two clients, not as a certificate and its key"
            ),
        )
        .severity(Severity::Warning)
        .consequence(Consequence::Misread)
        .label("must also contain a key")
        .unknown_here("the contents of the files on the node")
        .effect(format!(
            "each file of a flat list must contain both certificate and key; if these are what their names say, every pull from {} fails",
            context.registry()
        ))
        .help(format!("write a pair: `client = [{}]`", pair(name, key)))
        .releases(entry.releases.clone())
        .related(context.location(second.clone()), "must also contain a certificate");
    finding.fix =
        bracket_fix(context, [one, two]).map(|edits| Fix::new(Safety::Safe, "write a pair", edits));
    out.push(finding.promise(Promise::Mends(Part::Client)));
}

fn pair(certificate: &str, key: &str) -> String {
    format!("[\"{certificate}\", \"{key}\"]")
}

fn stem(name: &str) -> &str {
    match name.rfind('.') {
        Some(dot) if dot > name.rfind('/').map_or(0, |slash| slash + 2) => &name[..dot],
        _ => name,
    }
}

/// A file of the directory with the key of this certificate, as hosts.toml would name it.
fn key_beside(context: &NamespaceContext, certificate: &str) -> Option<String> {
    let bytes = context.reads.read(certificate).ok()?;
    let directory = format!("{}/{}", context.tree.root, context.name());
    context
        .files
        .iter()
        .filter(|file| !file.is_dir && file.name != "hosts.toml")
        .find(|file| {
            context
                .tree
                .read(&format!("{directory}/{}", file.name))
                .is_ok_and(|key| KeyPair::read(&bytes, &key).is_ok())
        })
        .map(|file| file.name.clone())
}

/// The fix that puts brackets around each flat pair, if certificate and key match.
fn fix(context: &NamespaceContext, places: &[crate::facts::tls::FileMention]) -> Option<Fix> {
    let mut edits = Vec::new();
    for place in places {
        let (pairs, index) = place.client.as_ref()?;
        let (one, two) = (pairs.get(*index)?, pairs.get(index + 1)?);
        let certificate = context.reads.read(&one.certificate.path).ok()?;
        let key = context.reads.read(&two.certificate.path).ok()?;
        KeyPair::read(&certificate, &key).ok()?;
        edits.extend(bracket_fix(context, [one, two])?);
    }
    (!edits.is_empty()).then(|| Fix::new(Safety::Safe, "write a pair", edits))
}

fn bracket_fix(context: &NamespaceContext, [one, two]: [&ClientPair; 2]) -> Option<Vec<Edit>> {
    let (one, two) = (one.certificate.span.clone()?, two.certificate.span.clone()?);
    // Only on one line: a comment between the two could end up in the wrong place.
    let between = context.text().get(one.end..two.start)?;
    if between.contains('\n') {
        return None;
    }
    let insert = |at: usize, bracket: &str| Edit {
        span: at..at,
        replacement: bracket.to_owned(),
    };
    Some(vec![insert(one.start, "["), insert(two.end, "]")])
}
