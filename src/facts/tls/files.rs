//! The certificates in the files that containerd takes.

use std::borrow::Cow;
use std::ops::Range;
use std::sync::Arc;

use super::places::named;
use crate::containerd::hosts::{ClientPair, WrittenPath};
use crate::containerd::release::add_releases;
use crate::containerd::{Files, HostsToml, Releases, Role, loader};
use crate::facts::view::NamespaceView;
use crate::finding::words::list;
use crate::finding::{Finding, Location, Meta, Source};
use crate::go::path;
use crate::go::x509::{CaPool, Certificate};
use crate::toml::Span;

/// The TLS settings of a host table, of the root, or of Docker's layout.
#[derive(Debug, Clone)]
pub struct TlsEntry<'a> {
    /// What to call the endpoint: its URL as written, or the registry.
    pub name: Cow<'a, str>,
    /// `https`, or what the URL says; empty where it says nothing.
    pub scheme: &'a str,
    /// The host as it is sent; empty for the namespace's own registry.
    pub host: &'a str,
    /// The CA files.
    pub ca: Cow<'a, [WrittenPath]>,
    /// The client certificates.
    pub client: Cow<'a, [ClientPair]>,
    /// Whether others are tried after it: not after the root of hosts.toml, which comes last.
    pub is_followed: bool,
    /// Whether certificates are verified at all.
    pub verifies: bool,
    /// The releases that use it.
    pub releases: Releases,
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
                is_followed: !is_root,
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
            is_followed: false,
            verifies: true,
            releases,
        });
    }
    entries
}

/// A file with certificates, once for the namespace.
#[derive(Debug)]
pub struct CertificateFile {
    /// Its path on the node.
    pub path: String,
    /// What to call it: as the first place has it.
    pub name: String,
    /// Where it is named as `ca`, with the index of the entry. Entries that verify nothing are left out.
    pub ca: Vec<(usize, Option<Span>)>,
    /// Where it is named as a client's certificate, likewise.
    pub client: Vec<(usize, Option<Span>)>,
    /// The releases that use it.
    pub releases: Releases,
    authorities: Arc<CaPool>,
    /// Its text, for places in it.
    source: Arc<Source>,
}

/// Finds the certificate files that these settings name.
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

/// The certificates in a file, as far as it can be read here.
pub fn read_certificates(context: &NamespaceView, path: &str) -> Vec<Certificate> {
    let authorities = context.reads.authorities(path);
    authorities.map_or_else(|_| Vec::new(), |a| a.certificates.clone())
}

impl CertificateFile {
    /// The certificates that Go reads in it, in file order; never empty.
    pub fn certificates(&self) -> &[Certificate] {
        &self.authorities.certificates
    }

    /// The place of a certificate in the file: its BEGIN line, for the rest tells a person nothing.
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

    /// What a person sees when requests to the endpoints fail that use it, as the end of a sentence.
    pub fn requests_fail(&self, entries: &[TlsEntry]) -> String {
        let mut used = self.ca.iter().chain(&self.client);
        let is_followed = used.any(|(index, _)| entries.get(*index).is_some_and(|e| e.is_followed));
        let endpoints = list(&self.endpoints(entries));
        if is_followed {
            format!("requests to {endpoints} fail, and containerd goes on to the next endpoint")
        } else {
            format!("requests to {endpoints} fail")
        }
    }

    /// Whether each entry that trusts this file has at least one certificate left that is `good`, here or in its other
    /// CA files. What cannot be read here is taken to be good.
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

    /// A finding at the first place that names the file, with its other places and the certificates beside it.
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
            finding = finding.related(other, "named here too");
        }
        // A bundle may hold hundreds.
        for (certificate, text) in certificates.into_iter().take(5) {
            let text = format!("`{}`: {text}", certificate.subject.display());
            finding = finding.related(self.location(certificate), text);
        }
        finding
    }
}
