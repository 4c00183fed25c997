use std::collections::HashMap;

use crate::containerd::release::add_releases;
use crate::containerd::{Cause, FileError, Files, TlsFile};
use crate::disk::Deployment;
use crate::facts::is_sample_path;
use crate::facts::tls::{TlsFault, TlsFaultKind, base_name, entries, faults, named};

use crate::facts::{Check, NamespaceContext, Shape, TreeContext, WrittenUrl, written_urls};
use crate::finding::words::list;
use crate::finding::{Consequence, Finding, Related, Severity};
use crate::go::path;
use crate::go::pem;
use crate::go::x509::CaPool;
use crate::toml::Span;

crate::rule! {
    /// A CA or client file that is missing or unreadable.
    ///
    /// ## What it does
    ///
    /// Reports paths in `ca` and `client` without a readable file, and sample paths such as `/path/to/ca.crt`. It is an error
    /// where the node's own file system is linted (the tree in use, or `--sysroot`), and a warning in a repository, because
    /// something else may put the file on the node. A relative path begins at the directory of the hosts.toml. An absolute
    /// path below the deploy path is looked up in the tree; other absolute paths only on the node.
    ///
    /// ## Why
    ///
    /// containerd reads these files before its first request. If one of them is unreadable, every pull from
    /// the registry fails, including those from other mirrors and from the registry itself.
    ///
    /// ## Example
    ///
    /// ```toml
    /// # docker.io/hosts.toml
    /// [host."https://mirror.internal"]
    /// ca = "mirror-ca.pem" # no such file
    /// ```
    ///
    /// ## Use instead
    ///
    /// The path of a file that exists:
    ///
    /// ```toml
    /// # docker.io/hosts.toml
    /// [host."https://mirror.internal"]
    /// ca = "ca-rsa.pem"
    /// ```
    ///
    /// ## When not to
    ///
    /// If something else puts the file on the node before the hosts.toml: a secret store, or an init script.
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
    check: Check::Both(check, over_all),
}

// empty-client-key reports an empty path for a client's key.
fn check(context: &NamespaceContext, out: &mut Vec<Finding>) {
    let faults = faults(context);
    // Missing files of a repository are one finding: they are deployed together.
    let mut lacking: Vec<(String, Finding)> = Vec::new();
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
        if fault.kind != TlsFaultKind::Missing
            || is_told_with_its_certificate(context, fault, faults)
            || is_of_placeholder(context, fault)
        {
            continue;
        }
        let what = file.describe();
        let in_docker_layout = fault.places.iter().all(|place| place.span.is_none());
        let (message, label) = if written.is_empty() && !in_docker_layout {
            (
                format!("{what} is an empty path, which means this directory itself"),
                "an empty path".to_owned(),
            )
        } else {
            let label = match error {
                _ if is_sample_path(written) => "a sample path",
                FileError::NotFound => MISSING,
                _ => "not readable",
            };
            (
                format!("{what} `{}` {}", named(written, path), error.predicate()),
                label.to_owned(),
            )
        };
        let mut help = Vec::new();
        if !written.is_empty() && !written.starts_with('/') {
            help.push(format!("containerd reads `{path}`"));
        }
        help.push(remedy(context, *file, written, path, error));
        help.reverse();
        let mut finding = fault
            .finding(context, &RULE, |place| place.span.clone(), path, message)
            .label(label)
            .help(help.join("; "));
        let is_lacking =
            *error == FileError::NotFound && context.tree.deployment == Deployment::Elsewhere;
        if is_lacking {
            finding = in_repository(context, fault, finding);
        }
        let keys = faults
            .iter()
            .filter(|key| *file == TlsFile::ClientCertificate && is_key_of(context, key, fault));
        for place in keys.flat_map(|key| &key.places) {
            if let Some(span) = place.span.clone() {
                finding = finding.related(context.location(span), "its key is missing, too");
            }
        }
        let is_plain = !is_sample_path(written) && nearest(context, *file, written).is_none();
        match is_lacking && is_plain && !fault.masked {
            true => lacking.push((named(written, path).to_owned(), finding)),
            false => out.push(finding),
        }
    }
    out.extend(folded(lacking));
    sample_paths(context, out);
}

/// The label of a missing file.
const MISSING: &str = "missing";

/// The effect if several namespaces name the file.
const IN_SEVERAL: &str = "not in this repository; unless something else puts it on the node, every pull from the registries \
                          that name it fails";

/// The fact that this run cannot see.
const ON_THE_NODE: &str = "whether the node has the file";

/// One finding for several files that a repository lacks.
fn folded(lacking: Vec<(String, Finding)>) -> Option<Finding> {
    let names: Vec<String> = lacking
        .iter()
        .map(|(name, _)| format!("`{name}`"))
        .collect();
    let mut lacking = lacking.into_iter().map(|(_, finding)| finding);
    let mut first = lacking.next()?;
    for other in lacking {
        first.message = format!(
            "{} files are not in this repository: {}",
            names.len(),
            list(&names)
        );
        first.help = "deploy the files before this hosts.toml; certificates, but not private keys, can also be added to this \
                      repository"
            .to_owned();
        add_releases(&mut first.releases, &other.releases);
        first = first.related(other.location, "missing, too");
        first.related.extend(other.related);
    }
    Some(first)
}

/// One finding for a file that several namespaces name and the repository lacks: it is deployed once.
fn over_all(_: &TreeContext, out: &mut Vec<Finding>) {
    let mut kept: Vec<Finding> = Vec::with_capacity(out.len());
    // By message and help, which name the same file: its place in `kept`.
    let mut known: HashMap<(String, String), usize> = HashMap::new();
    for finding in out.drain(..) {
        let is_lacking = finding.unknown_here == ON_THE_NODE && finding.label == MISSING;
        let key = (finding.message.clone(), finding.help.clone());
        let first = known.get(&key).copied().filter(|_| is_lacking);
        let Some(first) = first.and_then(|at| kept.get_mut(at)) else {
            if is_lacking {
                known.insert(key, kept.len());
            }
            kept.push(finding);
            continue;
        };
        add_releases(&mut first.releases, &finding.releases);
        IN_SEVERAL.clone_into(&mut first.effect);
        first.related.push(Related {
            location: finding.location,
            text: "also named here".to_owned(),
        });
        first.related.extend(finding.related);
    }
    *out = kept;
}

/// A file that is missing in a repository may still be on the node.
fn in_repository(context: &NamespaceContext, fault: &TlsFault, finding: Finding) -> Finding {
    let registry = context.registry();
    let finding = finding
        .severity(Severity::Warning)
        .unknown_here(ON_THE_NODE);
    match fault.masked {
        true => finding.effect(format!(
            "not in this repository; once the file loads, unless something else puts it on the node, every pull from {registry} fails"
        )),
        false => finding.effect(format!(
            "not in this repository; unless something else puts it on the node, every pull from {registry} fails"
        )),
    }
}

/// Sample paths outside the tree, where nothing else is known about them.
fn sample_paths(context: &NamespaceContext, out: &mut Vec<Finding>) {
    let mut found: Vec<(String, Finding)> = Vec::new();
    for entry in entries(context) {
        for file in entry.files() {
            let read = context.reads.read(&file.path);
            let is_unknown = read.is_err_and(|error| error.is_unknown());
            let Some(span) = file.span.clone() else {
                continue;
            };
            if !is_unknown || !is_sample_path(&file.written) {
                continue;
            }
            if let Some((_, known)) = found.iter_mut().find(|(path, _)| *path == file.path) {
                *known = known
                    .clone()
                    .related(context.location(span), "also named here");
                continue;
            }
            let finding = context
                .finding(&RULE, span, format!("`{}` is a sample path", file.written))
                .severity(Severity::Warning)
                .consequence(Consequence::Misread)
                .label("a sample path")
                .unknown_here(ON_THE_NODE)
                .effect(format!(
                    "unless the node has a file of that name, every pull from {} fails",
                    context.registry()
                ))
                .help("write the path of the real file, or delete the setting")
                .releases(entry.releases.clone());
            found.push((file.path.clone(), finding));
        }
    }
    out.extend(found.into_iter().map(|(_, finding)| finding));
}

/// Whether only hosts that are placeholders name the file: placeholder-url reports them, and the file is as much of an
/// example.
fn is_of_placeholder(context: &NamespaceContext, fault: &TlsFault) -> bool {
    let placeholders: Vec<&WrittenUrl> = written_urls(context)
        .iter()
        .filter(|url| matches!(url.shape(), Some(Shape::Placeholder(_))))
        .collect();
    let is_inside = |span: &Span| {
        placeholders.iter().any(|url| {
            let settings = ["ca", "client"].iter().filter_map(|key| url.setting(key));
            settings.into_iter().any(|item| {
                let whole = item.whole();
                whole.start <= span.start && span.end <= whole.end
            })
        })
    };
    context.runs("placeholder-url")
        && fault
            .places
            .iter()
            .all(|place| place.span.as_ref().is_some_and(is_inside))
}

/// Whether a missing key is reported with its certificate, which is missing as well: a pair is deployed together.
fn is_told_with_its_certificate(
    context: &NamespaceContext,
    fault: &TlsFault,
    faults: &[TlsFault],
) -> bool {
    faults.iter().any(|other| is_key_of(context, fault, other))
}

/// Whether a missing key belongs to a missing certificate, wherever either is named, and no similar file exists.
fn is_key_of(context: &NamespaceContext, key: &TlsFault, certificate: &TlsFault) -> bool {
    let is_plainly_missing = |fault: &TlsFault, wanted: TlsFile| match &fault.cause {
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
        return "write the path of the file, or delete the setting".to_owned();
    }
    if *error != FileError::NotFound {
        return "write the path of a regular file that containerd can read".to_owned();
    }
    if is_sample_path(written) {
        return "write the path of the real file, or delete the setting".to_owned();
    }
    match nearest(context, file, written) {
        Some(nearest) => format!("write `{nearest}`, which exists"),
        None if context.tree.deployment != Deployment::Elsewhere => {
            "create the file, or delete the setting".to_owned()
        }
        // A private key must not be in a repository.
        None if file == TlsFile::ClientKey => {
            "deploy the key from a secret store, before this hosts.toml".to_owned()
        }
        None => format!(
            "add `{}` to this repository, or deploy the file before this hosts.toml",
            context.tree.shown_node_path(path)
        ),
    }
}

/// A file of this directory, or at the root of the tree, with a similar name and the right contents.
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

/// Whether a file contains what the missing one should.
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
