use crate::containerd::{Cause, Files, TlsFile};
use crate::facts::tls::{FileMention, TlsFault, TlsFaultKind, array_element, faults};
use crate::facts::{Check, NamespaceContext};
use crate::finding::{Edit, Finding, Fix, Safety};
use crate::go::keys::KeyPair;

crate::rule! {
    /// An empty path for a client's key, as in containerd's documentation.
    ///
    /// ## What it does
    ///
    /// Reports `["client.pem", ""]` and `["", ""]` in `client`.
    ///
    /// ## Why
    ///
    /// containerd's documentation shows this form for a file that contains both certificate and key. In fact, containerd
    /// takes the empty string for a path relative to the directory of the hosts.toml, which is that directory itself.
    /// Reading a directory fails, and so does every pull from the registry.
    ///
    /// ## Example
    ///
    /// ```toml
    /// # docker.io/hosts.toml
    /// [host."https://mirror.internal"]
    /// client = [["client-combined.pem", ""]]
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```toml
    /// # docker.io/hosts.toml
    /// [host."https://mirror.internal"]
    /// client = ["client-combined.pem"]
    /// ```
    ///
    /// ## When not to
    ///
    /// Never: no release reads it as documented.
    ///
    /// ## Source
    ///
    /// Recorded from containerd: `hand-client-*` in `fixtures/conformance/hand.jsonl`; the form is in
    /// `docs/hosts.md` of containerd.
    name: "empty-client-key",
    category: Certificates,
    severity: Error,
    consequence: PullsFail,
    releases: "all",
    fix: Safe,
    check: Check::Namespace(check),
}

fn check(context: &NamespaceContext, out: &mut Vec<Finding>) {
    for fault in faults(context) {
        let Cause::TlsFile { file, path, .. } = &fault.cause else {
            continue;
        };
        if fault.kind != TlsFaultKind::EmptyKey {
            continue;
        }
        if fault.places.iter().any(FileMention::is_empty_pair) {
            out.push(empty_pair(context, fault, path));
            continue;
        }
        let in_pair = *file == TlsFile::ClientKey;
        let certificate = fault
            .places
            .first()
            .and_then(|place| certificate(place, in_pair));
        let help = match certificate {
            Some(written) if !written.is_empty() && holds_both(context, &fault.places) => {
                format!("write the file alone: `client = [\"{written}\"]`")
            }
            Some(written) if !written.is_empty() => format!(
                "write `client = [\"{written}\"]` if that file contains the key, too; otherwise write the key's path in place of the empty string"
            ),
            _ => "write the key's path, or one file that contains both certificate and key"
                .to_owned(),
        };
        let mut finding = fault
            .finding(
                context,
                &RULE,
                |place| place.span.clone(),
                path,
                "the client key is an empty path, which means this directory itself",
            )
            .label("an empty path")
            .help(help);
        if holds_both(context, &fault.places) {
            finding.fix = fix(context, &fault.places, in_pair);
        }
        out.push(finding);
    }
}

/// A pair of two empty paths.
fn empty_pair(context: &NamespaceContext, fault: &TlsFault, path: &str) -> Finding {
    let is_only = |place: &FileMention| {
        place
            .client
            .as_ref()
            .is_some_and(|(pairs, _)| pairs.len() == 1)
    };
    let help = match fault.places.iter().all(is_only) {
        true => "delete `client`",
        false => "delete the empty pair",
    };
    fault
        .finding(
            context,
            &RULE,
            |place| array_element(context, place.span.as_ref()?),
            path,
            "`client` contains an empty pair, whose paths mean this directory itself",
        )
        .label("an empty pair")
        .help(help)
}

/// The certificate that the empty string belongs to, as written.
fn certificate(place: &FileMention, in_pair: bool) -> Option<String> {
    let (pairs, index) = place.client.as_ref()?;
    let at = if in_pair {
        *index
    } else {
        index.checked_sub(1)?
    };
    Some(pairs.get(at)?.certificate.written.clone())
}

/// Whether the files contain certificate and key: then the string can only have meant that.
fn holds_both(context: &NamespaceContext, places: &[FileMention]) -> bool {
    places.iter().all(|place| {
        let Some((pairs, index)) = &place.client else {
            return false;
        };
        let both = |at: usize| {
            let data = context.reads.read(&pairs.get(at)?.certificate.path).ok()?;
            KeyPair::read(&data, &data).ok()
        };
        let in_pair = pairs.get(*index).is_some_and(|pair| pair.key.is_some());
        let at = if in_pair {
            Some(*index)
        } else {
            index.checked_sub(1)
        };
        at.and_then(both).is_some()
    })
}

fn fix(context: &NamespaceContext, places: &[FileMention], in_pair: bool) -> Option<Fix> {
    let mut edits = Vec::new();
    for place in places {
        let (pairs, index) = place.client.as_ref()?;
        let empty = place.span.clone()?;
        edits.push(if in_pair {
            let file = pairs.get(*index)?.certificate.span.clone()?;
            Edit {
                span: array_element(context, &empty)?,
                replacement: context.text().get(file)?.to_owned(),
            }
        } else {
            let file = pairs.get(index.checked_sub(1)?)?.certificate.span.clone()?;
            Edit {
                span: file.end..empty.end,
                replacement: String::new(),
            }
        });
    }
    let removes_comment = edits.iter().any(|edit| {
        let text = context.text().get(edit.span.clone());
        text.is_none_or(|text| text.contains('\n'))
    });
    (!removes_comment).then(|| Fix::new(Safety::Safe, "write the file alone", edits))
}
