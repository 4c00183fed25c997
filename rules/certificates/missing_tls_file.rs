use crate::containerd::{Cause, FileError, Files, TlsFile};
use crate::disk::Deployment;
use crate::facts::tls::{Fault, FaultKind, base_name, faults, named};
use crate::facts::{Check, NamespaceContext};
use crate::finding::Finding;
use crate::go::x509::CaPool;
use crate::go::{path, pem};

crate::rule! {
    /// A CA or client file that is not there, or that cannot be read.
    ///
    /// ## What it does
    ///
    /// Reports paths in `ca` and `client` at which there is no file that containerd can read, and says
    /// where it looks. A relative path begins at the directory of the hosts.toml. An absolute path below the
    /// deploy path is looked up in the tree; others only on the machine in question.
    ///
    /// ## Why
    ///
    /// containerd reads these files before its first request. If one of them cannot be read, every pull from
    /// the registry fails: at the other mirrors and at the registry itself, too.
    ///
    /// ## Example
    ///
    /// ```toml
    /// # docker.io/hosts.toml
    /// [host."https://mirror.internal"]
    /// ca = "mirror-ca.pem"
    /// ```
    ///
    /// ## Use instead
    ///
    /// The path of a file that is there:
    ///
    /// ```toml
    /// # docker.io/hosts.toml
    /// [host."https://mirror.internal"]
    /// ca = "ca-rsa.pem"
    /// ```
    ///
    /// ## When not to
    ///
    /// When something else puts the file into place beside the hosts.toml of this repository: a secret store, an
    /// init script.
    ///
    /// ## Source
    ///
    /// Recorded from containerd: `hand-ca-missing*` and `hand-client-*` in `fixtures/conformance/hand.jsonl`.
    name: "missing-tls-file",
    category: Certificates,
    severity: Error,
    consequence: PullsFail,
    releases: "all",
    fix: None,
    check: Check::Namespace(check),
}

// An empty path in place of a client's key is told by empty-client-key.
fn check(context: &NamespaceContext, out: &mut Vec<Finding>) {
    let faults = faults(context);
    for fault in faults {
        let Cause::TlsFile {
            file,
            written,
            path,
            error,
        } = &fault.cause
        else {
            continue;
        };
        if fault.kind != FaultKind::Missing || is_told_with_its_certificate(context, fault, faults)
        {
            continue;
        }
        let what = file.describe();
        let in_docker_layout = fault.places.iter().all(|place| place.span.is_none());
        let (message, label) = if written.is_empty() && !in_docker_layout {
            (
                format!("{what} is an empty path, which means the directory of this hosts.toml"),
                "no file".to_owned(),
            )
        } else {
            let label = match error {
                FileError::NotFound => "not there",
                _ => "not readable",
            };
            (
                format!("{what} `{}` {}", named(written, path), error.predicate()),
                label.to_owned(),
            )
        };
        let mut help = Vec::new();
        if !written.is_empty() && !written.starts_with('/') {
            help.push(format!("containerd looks for `{path}`"));
        }
        help.push(remedy(context, *file, written, path, error));
        let mut finding = fault
            .finding(context, &RULE, |place| place.span.clone(), path, message)
            .label(label)
            .help(help.join("; "));
        let keys = faults
            .iter()
            .filter(|key| *file == TlsFile::ClientCertificate && is_key_of(context, key, fault));
        for place in keys.flat_map(|key| &key.places) {
            if let Some(span) = place.span.clone() {
                finding = finding.related(context.location(span), "nor is its key");
            }
        }
        out.push(finding);
    }
}

/// Whether a missing key is told with its certificate, which is missing as well: a pair is deployed together.
fn is_told_with_its_certificate(
    context: &NamespaceContext,
    fault: &Fault,
    faults: &[Fault],
) -> bool {
    faults.iter().any(|other| is_key_of(context, fault, other))
}

/// Whether a missing key belongs to a missing certificate, wherever either is named, and nothing nearly as
/// good is at hand.
fn is_key_of(context: &NamespaceContext, key: &Fault, certificate: &Fault) -> bool {
    let is_plainly_missing = |fault: &Fault, wanted: TlsFile| match &fault.cause {
        Cause::TlsFile {
            file,
            written,
            error: FileError::NotFound,
            ..
        } => *file == wanted && nearest(context, *file, written).is_none(),
        _ => false,
    };
    let beside_it = key.places.iter().all(|place| {
        let span = place.pair().and_then(|pair| pair.certificate.span.clone());
        span.is_some() && certificate.places.iter().any(|at| at.span == span)
    });
    key.masked == certificate.masked
        && is_plainly_missing(key, TlsFile::ClientKey)
        && is_plainly_missing(certificate, TlsFile::ClientCertificate)
        && beside_it
}

fn remedy(
    context: &NamespaceContext,
    file: TlsFile,
    written: &str,
    path: &str,
    error: &FileError,
) -> String {
    if written.is_empty() {
        return "name the file, or delete the key".to_owned();
    }
    if *error != FileError::NotFound {
        return "name a regular file that containerd can read".to_owned();
    }
    match nearest(context, file, written) {
        Some(nearest) => format!("did you mean \"{nearest}\"?"),
        None if context.tree.deployment == Deployment::Elsewhere => format!(
            "add `{}` to the tree, or see to it that the file is on the node before this hosts.toml is",
            context.tree.shown_node_path(path)
        ),
        None => "put the file there, or delete the key".to_owned(),
    }
}

/// A file of this directory, or at the root of the tree, that is called nearly the same and holds what is wanted.
fn nearest(context: &NamespaceContext, file: TlsFile, written: &str) -> Option<String> {
    let wanted = base_name(written).to_lowercase();
    let beside = context
        .files
        .iter()
        .filter(|file| !file.is_dir && file.name != "hosts.toml")
        .map(|file| (file.name.clone(), file.name.clone()));
    let above = context
        .whole
        .root_files
        .iter()
        .map(|name| (format!("../{name}"), name.clone()));
    let distance = |name: &str| strsim::damerau_levenshtein(&name.to_lowercase(), &wanted);
    beside
        .chain(above)
        .map(|(path, name)| (distance(&name), path))
        .filter(|(distance, _)| *distance <= 3.min(wanted.len() / 3))
        .filter(|(_, path)| holds(context, file, path))
        .min()
        .map(|(_, path)| path)
}

/// Whether a file holds what the missing one should.
fn holds(context: &NamespaceContext, file: TlsFile, relative: &str) -> bool {
    let directory = context.directory;
    let Ok(bytes) = context.reads.read(&path::join(directory, relative)) else {
        return false;
    };
    match file {
        TlsFile::Ca | TlsFile::ClientCertificate => CaPool::read(&bytes).is_accepted(),
        TlsFile::ClientKey => pem::blocks(&bytes).any(|block| block.is_private_key()),
    }
}
