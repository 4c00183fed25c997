//! The certificates in files that containerd accepts.

use std::borrow::Cow;
use std::iter;
use std::ops::Range;
use std::sync::Arc;

use super::places::named;
use crate::containerd::hosts::{ClientPair, WrittenPath};
use crate::containerd::release::add_releases;
use crate::containerd::{Files, HostsToml, Releases, Role, loader};
use crate::facts::view::{Entry, NamespaceView};
use crate::finding::{Finding, Location, Meta, Source};
use crate::go::path;
use crate::go::x509::{CaPool, Certificate};
use crate::toml::Span;

/// The TLS settings of a host table, of the root, or of Docker's layout.
#[derive(Debug, Clone)]
pub struct TlsEntry<'a> {
    /// The entry of hosts.toml; `None` in Docker's layout.
    pub entry: Option<Entry<'a>>,
    /// The endpoint in messages: its URL as written, or the registry.
    pub name: Cow<'a, str>,
    /// The URL's scheme; empty if there is none.
    pub scheme: &'a str,
    /// The host as it is sent; empty for the namespace's own registry.
    pub host: &'a str,
    /// The CA files.
    pub ca: Cow<'a, [WrittenPath]>,
    /// The client certificates.
    pub client: Cow<'a, [ClientPair]>,
    /// Whether certificates are verified at all.
    pub verifies: bool,
    /// The releases that use it.
    pub releases: Releases,
}

impl TlsEntry<'_> {
    /// The files that it names: CAs, then client certificates and their keys.
    pub fn files(&self) -> impl Iterator<Item = &WrittenPath> {
        let pairs = self.client.iter();
        let pairs = pairs.flat_map(|pair| iter::once(&pair.certificate).chain(&pair.key));
        self.ca.iter().chain(pairs)
    }
}

/// Finds the TLS settings of a namespace.
pub(crate) fn find_entries<'a>(context: &NamespaceView<'a>) -> Vec<TlsEntry<'a>> {
    let mut entries: Vec<TlsEntry> = context
        .entries()
        .iter()
        .filter(|entry| {
            let ca = entry.host.ca.as_deref().unwrap_or_default();
            !ca.is_empty() || !entry.host.client.is_empty()
        })
        .map(|entry| {
            let written = entry
                .host
                .span
                .clone()
                .and_then(|span| context.text().get(span));
            let name = written.map(|text| text.trim_matches(['"', '\'']));
            let is_root = !matches!(entry.host.role, Role::Host(_));
            TlsEntry {
                entry: Some(entry.clone()),
                name: name
                    .filter(|name| !name.is_empty())
                    .map_or_else(|| context.registry().into(), Cow::Borrowed),
                scheme: match is_root && entry.host.host.is_empty() {
                    true => "",
                    false => &entry.host.scheme,
                },
                host: &entry.host.host,
                ca: entry.host.ca.as_deref().unwrap_or_default().into(),
                client: entry.host.client.as_slice().into(),
                verifies: entry.host.skip_verify != Some(true),
                releases: entry.releases.clone(),
            }
        })
        .collect();
    let releases = context.releases_where(|_, outcome| {
        matches!(outcome.hosts_toml, HostsToml::Absent | HostsToml::Empty)
    });
    let directory = context.directory;
    if !releases.is_empty()
        && let Ok(host) = loader::certificate_files(context.reads, directory)
    {
        entries.push(TlsEntry {
            name: context.registry().into(),
            scheme: "",
            host: "",
            ca: host.ca.unwrap_or_default().into(),
            client: host.client.into(),
            entry: None,
            verifies: true,
            releases,
        });
    }
    entries
}

/// A certificate file, once per namespace.
#[derive(Debug)]
pub struct CertificateFile {
    /// Its path on the node.
    pub path: String,
    /// Its name in messages, as first written.
    pub name: String,
    /// Its uses as `ca`, each with the index of the entry. Entries that verify nothing are left out.
    pub ca: Vec<(usize, Option<Span>)>,
    /// Its uses as a client certificate.
    pub client: Vec<(usize, Option<Span>)>,
    /// The releases that use it.
    pub releases: Releases,
    authorities: Arc<CaPool>,
    /// Its text, for locations in it.
    source: Arc<Source>,
}

/// Finds the certificate files of these settings.
pub(crate) fn find_files(context: &NamespaceView, entries: &[TlsEntry]) -> Vec<CertificateFile> {
    let mut files: Vec<CertificateFile> = Vec::new();
    for (index, entry) in entries.iter().enumerate() {
        let authorities = entry
            .ca
            .iter()
            .filter(|_| entry.verifies)
            .map(|at| (at, true));
        let clients = entry.client.iter().map(|pair| (&pair.certificate, false));
        for (at, is_ca) in authorities.chain(clients) {
            let cleaned = path::clean(&at.path);
            let known = match files.iter().position(|file| file.path == cleaned) {
                Some(known) => known,
                None => match read(context, at, &cleaned) {
                    Some(file) => {
                        files.push(file);
                        files.len() - 1
                    }
                    None => continue,
                },
            };
            let Some(file) = files.get_mut(known) else {
                continue;
            };
            let uses = if is_ca {
                &mut file.ca
            } else {
                &mut file.client
            };
            uses.push((index, at.span.clone()));
            add_releases(&mut file.releases, &entry.releases);
        }
    }
    files
}

fn read(context: &NamespaceView, at: &WrittenPath, cleaned: &str) -> Option<CertificateFile> {
    let data = context.reads.read(cleaned).ok()?;
    let authorities = context.reads.authorities(cleaned).ok()?;
    if !authorities.is_accepted() {
        return None;
    }
    let shown = context.tree.shown_node_path(cleaned);
    Some(CertificateFile {
        path: cleaned.to_owned(),
        name: named(&at.written, cleaned).to_owned(),
        ca: Vec::new(),
        client: Vec::new(),
        authorities,
        releases: Releases::new(),
        source: Arc::new(Source::new(shown, &data)),
    })
}

/// The certificates in a file; none if it is not readable here.
pub fn read_certificates(context: &NamespaceView, path: &str) -> Vec<Certificate> {
    let authorities = context.reads.authorities(path);
    authorities.map_or_else(|_| Vec::new(), |a| a.certificates.clone())
}

impl CertificateFile {
    /// The certificates that Go reads in it, in file order; never empty.
    pub fn certificates(&self) -> &[Certificate] {
        &self.authorities.certificates
    }

    /// The location of a certificate: its BEGIN line, the only one that people read.
    pub fn location(&self, certificate: &Certificate) -> Location {
        let Range { start, end } = certificate.span;
        let line = self
            .source
            .text
            .get(start..end)
            .and_then(|text| text.find('\n'));
        let end = line.map_or(end, |length| start + length);
        Location::span(&self.source, start..end)
    }

    /// The names of the endpoints that use it, each once.
    pub fn endpoints(&self, entries: &[TlsEntry]) -> Vec<String> {
        let mut names: Vec<String> = Vec::new();
        for (index, _) in self.ca.iter().chain(&self.client) {
            let Some(entry) = entries.get(*index) else {
                continue;
            };
            let name = format!("`{}`", entry.name);
            if !names.contains(&name) {
                names.push(name);
            }
        }
        names
    }

    /// Whether each entry that trusts this file has at least one `good` certificate left, here or in its other CA files.
    /// Files that are not readable here count as good.
    pub fn each_entry_has(
        &self,
        context: &NamespaceView,
        entries: &[TlsEntry],
        good: impl Fn(&Certificate) -> bool,
    ) -> bool {
        let used = self.ca.iter().filter_map(|(index, _)| entries.get(*index));
        used.into_iter().all(|entry| {
            entry
                .ca
                .iter()
                .any(|ca| match context.reads.authorities(&ca.path) {
                    Ok(authorities) => authorities.certificates.iter().any(&good),
                    Err(_) => true,
                })
        })
    }

    /// A finding at the first use of the file, with its other uses and the certificates as related locations.
    pub fn finding<'a>(
        &'a self,
        context: &NamespaceView,
        rule: &'static Meta,
        certificates: impl IntoIterator<Item = (&'a Certificate, String)>,
        message: impl Into<String>,
    ) -> Finding {
        let mut spans: Vec<&Option<Span>> = Vec::new();
        for (_, span) in self.ca.iter().chain(&self.client) {
            if !spans.contains(&span) {
                spans.push(span);
            }
        }
        let mut places = spans
            .into_iter()
            .map(|span| context.file_location(span.clone(), &self.path));
        let mut finding = context
            .finding(rule, 0..0, message)
            .releases(self.releases.clone());
        if let Some(first) = places.next() {
            finding.location = first;
        }
        for other in places {
            finding = finding.related(other, "also named here");
        }
        // A bundle may contain hundreds.
        for (certificate, text) in certificates.into_iter().take(5) {
            let text = format!("`{}`: {text}", certificate.subject.display());
            finding = finding.related(self.location(certificate), text);
        }
        finding
    }
}

/// Whether an entry's certificates have expired, or are not valid yet, so that its requests fail: none of its CAs is
/// valid, or one of its client certificates is not. Files that are not readable here count as valid.
pub fn is_out_of_date(context: &NamespaceView, entry: &Entry<'_>) -> bool {
    let now = context.run.now;
    let is_valid = |c: &Certificate| !c.is_expired(now) && !c.is_not_yet_valid(now);
    let host = entry.host;
    let authorities = host.ca.as_deref().unwrap_or_default();
    let has_valid_ca = authorities
        .iter()
        .any(|ca| match context.reads.authorities(&ca.path) {
            Ok(pool) => !pool.is_accepted() || pool.certificates.iter().any(is_valid),
            Err(_) => true,
        });
    let verifies = host.skip_verify != Some(true) && !authorities.is_empty();
    let has_invalid_client = host.client.iter().any(|pair| {
        let own = read_certificates(context, &pair.certificate.path);
        own.first().is_some_and(|own| !is_valid(own))
    });
    verifies && !has_valid_ca || has_invalid_client
}
