use crate::containerd::hosts::ClientPair;
use crate::containerd::{Cause, FileError, Files};
use crate::facts::tls::{FaultKind, TlsEntry, base_name, classify, entries, faults, named};
use crate::facts::{Check, NamespaceContext};
use crate::finding::{Consequence, Edit, Finding, Fix, Part, Promise, Safety, Severity};
use crate::go::keys::{KeyPair, KeyPairError};

crate::rule! {
    /// A client certificate whose private key is nowhere.
    ///
    /// ## What it does
    ///
    /// Reports client certificates without a key: a single file that holds the certificate alone, a pair whose second
    /// file holds no PEM key, and the flat list `["client.crt", "client.key"]`, which containerd takes for two
    /// clients, each of which has to hold its certificate and its key.
    ///
    /// ## Why
    ///
    /// containerd loads client certificates before its first request. One without its key fails every pull from
    /// the registry, whichever endpoint it belongs to.
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
    /// There is no case in which pulls succeed without the key.
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
        if fault.kind != FaultKind::WithoutKey {
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
            .label("holds no key of its own")
            .help(format!("write a list of pairs: `client = [{}]`", pair(name, key)));
            if let Some(span) = neighbour.certificate.span.clone() {
                finding = finding.related(context.location(span), "holds no certificate");
            }
            finding.fix = fix(context, &fault.places);
            finding
        } else if key.is_empty() {
            let suggestion = key_beside(context, certificate);
            let help = match suggestion {
                Some(key) if written.0.is_empty() => {
                    format!("put the key into `{}.key`; `{key}` is not read", stem(name))
                }
                Some(key) => format!("name the key too: `client = [{}]`", pair(name, &key)),
                None if written.0.is_empty() => {
                    format!("put the key into `{}.key`, beside it", stem(name))
                }
                None => format!(
                    "name the key too: `client = [{}]`, or append the key to the file",
                    pair(name, &format!("{}.key", stem(name)))
                ),
            };
            finding(format!("`{name}` holds a client certificate and no key for it"))
                .label("no key in this file")
                .help(help)
        } else {
            let key_name = named(&written.1, key);
            let bytes = context.reads.read(key).unwrap_or_default();
            let contents = classify(&bytes);
            let message = match error {
                KeyPairError::CertificateInsteadOfKey => {
                    format!("client key `{key_name}` holds a certificate and no key")
                }
                _ => format!("client key `{key_name}` holds no PEM key: it is {contents}"),
            };
            let help = match contents.conversion(key_name, true) {
                Some(command) => format!("make PEM of it: `{command}`"),
                None => format!("name the file with the private key of `{name}`"),
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

/// A flat list whose files cannot be seen from here, and whose names say what they are.
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
        .label("has to hold a key too")
        .effect(format!(
            "each file of a flat list has to hold both certificate and key; if these hold what their names say, every pull from {} fails",
            context.registry()
        ))
        .help(format!("write a list of pairs: `client = [{}]`", pair(name, key)))
        .releases(entry.releases.clone())
        .related(context.location(second.clone()), "has to hold a certificate too");
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

/// A file of the directory that holds the key of this certificate, as hosts.toml would name it.
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

/// Brackets around each flat pair, where certificate and key do belong together.
fn fix(context: &NamespaceContext, places: &[crate::facts::tls::Place]) -> Option<Fix> {
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
    // Only what stands in one line: a comment between the two could end up in the wrong place.
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
