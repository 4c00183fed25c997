//! The files that containerd rejects, each cause once, and the rule that reports it.

use super::places::FileMention;
use crate::containerd::hosts::{ClientPair, Host};
use crate::containerd::release::add_releases;
use crate::containerd::{Cause, Files, Problem, Releases, TlsFile};
use crate::facts::view::NamespaceView;
use crate::finding::{Finding, Meta};
use crate::go::keys::{KeyError, KeyPair, KeyPairError};
use crate::go::path;

/// The fault. Each kind belongs to one rule, so that every problem of the model has exactly one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TlsFaultKind {
    /// A file that cannot be read: missing-tls-file.
    Missing,
    /// An empty path for a client's key: empty-client-key.
    EmptyKey,
    /// A CA file without a certificate: invalid-ca.
    Ca,
    /// A client certificate that Go cannot read: invalid-client-certificate.
    Certificate,
    /// A client certificate without a key: client-without-key.
    WithoutKey,
    /// Certificate and key swapped: swapped-client-pair.
    Swapped,
    /// The key of another certificate: client-key-mismatch.
    Mismatch,
    /// An encrypted key: encrypted-client-key.
    EncryptedKey,
    /// A damaged or unsupported key: invalid-client-key.
    Key,
}

/// One cause, with every place where it shows.
#[derive(Debug, Clone)]
pub struct TlsFault {
    /// The fault.
    pub kind: TlsFaultKind,
    /// The model's cause, of the first place.
    pub cause: Cause,
    /// The places that name the file, in the order of the text; never empty.
    pub places: Vec<FileMention>,
    /// The releases it affects.
    pub releases: Releases,
    /// It takes effect only once hosts.toml loads, which containerd drops now.
    pub masked: bool,
}

/// Finds the files that containerd rejects.
pub(crate) fn find_faults(context: &NamespaceView) -> Vec<TlsFault> {
    let mut faults: Vec<(TlsFault, (String, String))> = Vec::new();
    let problems = context.problems();
    // Immediate problems first: a file may be read in Docker's layout and also be named in a hosts.toml that is dropped.
    let (decided, masked): (Vec<_>, Vec<_>) = problems.iter().partition(|found| !found.masked);
    for found in decided.into_iter().chain(masked) {
        let Some(files) = paths(&found.problem.cause) else {
            continue;
        };
        let place = place(context, found.problem);
        let Some(kind) = kind(context, &found.problem.cause, &place) else {
            continue;
        };
        let releases = if found.masked {
            found.releases.clone()
        } else {
            // Releases that drop the file are reported by another rule.
            biting(context, found.problem)
        };
        let known = faults
            .iter_mut()
            .find(|(fault, key)| fault.kind == kind && *key == files);
        match known {
            Some((fault, _)) => {
                if fault.masked == found.masked {
                    add_releases(&mut fault.releases, &releases);
                }
                if !fault.places.iter().any(|known| known.span == place.span) {
                    fault.places.push(place);
                }
            }
            None => faults.push((
                TlsFault {
                    kind,
                    cause: found.problem.cause.clone(),
                    places: vec![place],
                    releases,
                    masked: found.masked,
                },
                files,
            )),
        }
    }
    faults.into_iter().map(|(fault, _)| fault).collect()
}

/// The releases for which this problem decides, and no earlier one.
fn biting(context: &NamespaceView, problem: &Problem) -> Releases {
    context.releases_where(|_, outcome| outcome.problems.contains(problem))
}

/// The files of a cause, the second empty if there is one only. `None` for causes of other rules.
fn paths(cause: &Cause) -> Option<(String, String)> {
    match cause {
        Cause::TlsFile { path, .. } | Cause::Ca { path, .. } => {
            Some((path::clean(path), String::new()))
        }
        Cause::ClientKeyPair {
            certificate, key, ..
        } => {
            let key = if key.is_empty() {
                String::new()
            } else {
                path::clean(key)
            };
            Some((path::clean(certificate), key))
        }
        _ => None,
    }
}

/// The place of a problem, with the value of `client` around it.
fn place(context: &NamespaceView, problem: &Problem) -> FileMention {
    let hosts = context
        .outcomes
        .iter()
        .flat_map(|(_, outcome)| &outcome.entries);
    let client = problem
        .span
        .as_ref()
        .and_then(|span| hosts.filter_map(|host| client_at(host, span)).next());
    FileMention {
        span: problem.span.clone(),
        client,
    }
}

fn client_at(host: &Host, span: &std::ops::Range<usize>) -> Option<(Vec<ClientPair>, usize)> {
    let is_here = |pair: &ClientPair| {
        let key = pair.key.as_ref().and_then(|key| key.span.as_ref());
        pair.certificate.span.as_ref() == Some(span) || key == Some(span)
    };
    let index = host.client.iter().position(is_here)?;
    Some((host.client.clone(), index))
}

/// The kind of a cause; `None` if a neighbour's fault covers it.
fn kind(context: &NamespaceView, cause: &Cause, place: &FileMention) -> Option<TlsFaultKind> {
    let (certificate, key, error) = match cause {
        Cause::Ca { .. } => return Some(TlsFaultKind::Ca),
        Cause::TlsFile { file, written, .. } => {
            let is_empty = written.is_empty() && place.span.is_some();
            // `["client.pem", ""]`: without the inner brackets, a second client.
            let is_flat_key = || {
                let (pairs, index) = place.client.as_ref()?;
                let before = pairs.get(index.checked_sub(1)?)?;
                let is_flat = before.key.is_none() && pairs.get(*index)?.key.is_none();
                Some(is_flat && !before.certificate.written.is_empty())
            };
            return Some(match file {
                TlsFile::ClientKey if is_empty => TlsFaultKind::EmptyKey,
                TlsFile::ClientCertificate
                    if is_empty && (place.is_empty_pair() || is_flat_key() == Some(true)) =>
                {
                    TlsFaultKind::EmptyKey
                }
                _ => TlsFaultKind::Missing,
            });
        }
        Cause::ClientKeyPair {
            certificate,
            key,
            error,
            ..
        } => (certificate, key, error),
        _ => return None,
    };
    Some(match error {
        KeyPairError::KeyInsteadOfCertificate if key.is_empty() => {
            if flat_neighbour(context, place, true).is_some() {
                return None;
            }
            TlsFaultKind::Certificate
        }
        KeyPairError::KeyInsteadOfCertificate if fit(context, key, certificate) => {
            TlsFaultKind::Swapped
        }
        KeyPairError::KeyInsteadOfCertificate
        | KeyPairError::CertificateNotPem
        | KeyPairError::NoCertificate(_)
        | KeyPairError::Certificate(_)
        | KeyPairError::UnsupportedCertificateKey(_) => TlsFaultKind::Certificate,
        KeyPairError::KeyNotPem
        | KeyPairError::CertificateInsteadOfKey
        | KeyPairError::NoKey(_) => TlsFaultKind::WithoutKey,
        KeyPairError::Key(KeyError::Encrypted) => TlsFaultKind::EncryptedKey,
        KeyPairError::Key(_) => TlsFaultKind::Key,
        KeyPairError::KindMismatch { .. } | KeyPairError::Mismatch => TlsFaultKind::Mismatch,
    })
}

/// Whether one file contains a certificate and another a key, matching or not.
fn fit(context: &NamespaceView, certificate: &str, key: &str) -> bool {
    let (Ok(certificate), Ok(key)) = (context.reads.read(certificate), context.reads.read(key))
    else {
        return false;
    };
    matches!(
        KeyPair::read(&certificate, &key),
        Ok(_)
            | Err(KeyPairError::Key(_)
                | KeyPairError::KindMismatch { .. }
                | KeyPairError::Mismatch)
    )
}

/// In a flat list, where each file must contain certificate and key: the neighbour with the part that this one lacks.
/// With `for_key` this one has the key and the neighbour the certificate, otherwise the reverse.
fn flat_neighbour<'a>(
    context: &NamespaceView,
    place: &'a FileMention,
    for_key: bool,
) -> Option<&'a ClientPair> {
    let (pairs, index) = place.client.as_ref()?;
    let own = pairs.get(*index).filter(|pair| pair.key.is_none())?;
    // The key usually follows its certificate; it precedes it if the two were swapped.
    let (first, second) = if for_key {
        (index.checked_sub(1), index.checked_add(1))
    } else {
        (index.checked_add(1), index.checked_sub(1))
    };
    let neighbours = [first, second].into_iter().flatten();
    neighbours
        .filter_map(|at| pairs.get(at))
        .filter(|pair| pair.key.is_none())
        .find(|pair| {
            let (certificate, key) = if for_key { (*pair, own) } else { (own, *pair) };
            let lacks_its_key = !fit(
                context,
                &certificate.certificate.path,
                &certificate.certificate.path,
            );
            lacks_its_key
                && fit(
                    context,
                    &certificate.certificate.path,
                    &key.certificate.path,
                )
        })
}

impl TlsFault {
    /// For a certificate in a flat list: the neighbour with its key.
    pub fn flat_key<'a>(
        &'a self,
        context: &NamespaceView,
        place: &'a FileMention,
    ) -> Option<&'a ClientPair> {
        flat_neighbour(context, place, false)
    }

    /// A finding at the first place, with the others as related locations. `span` selects the part of a place.
    pub fn finding(
        &self,
        context: &NamespaceView,
        rule: &'static Meta,
        span: impl Fn(&FileMention) -> Option<std::ops::Range<usize>>,
        path: &str,
        message: impl Into<String>,
    ) -> Finding {
        let mut places = self.places.iter().map(|place| {
            let span = span(place).or_else(|| place.span.clone());
            context.file_location(span, path)
        });
        let mut finding = context
            .finding(rule, 0..0, message)
            .releases(self.releases.clone());
        if let Some(first) = places.next() {
            finding.location = first;
        }
        for other in places {
            finding = finding.related(other, "also named here");
        }
        finding.effect(self.effect(context))
    }

    /// The effect; empty if the default says it.
    fn effect(&self, context: &NamespaceView) -> String {
        let registry = context.registry();
        if self.masked {
            return format!("once the file loads, every pull from {registry} fails");
        }
        if self.places.iter().all(|place| place.span.is_none()) {
            let why = if context.source.is_some() {
                "hosts.toml is not used"
            } else {
                "there is no hosts.toml"
            };
            return format!(
                "every pull from {registry} fails: {why}, so containerd loads each `.crt` and `.cert` file in this directory"
            );
        }
        String::new()
    }
}
