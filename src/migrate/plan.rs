//! From what an old configuration meant to the files of a tree.

use std::collections::HashSet;

use super::hosts_toml::{Content, HostsFile, is_writable, text};
use super::old::Others;
use super::remarks;
use super::report::{Remark, Weight};
use super::section::{Section, SectionHeader, section};
use super::source::{Source, SourceKind};
use crate::containerd::directory::{DEFAULT, underscore_form};
use crate::containerd::loader::{is_loopback, port_of};
use crate::containerd::mirrors::{default_host, endpoint};
use crate::containerd::{Endpoint, Release, Role, Tls, reference};

/// The target of a migration.
pub struct Options<'a> {
    /// The releases that will read the tree.
    pub releases: &'a [Release],
    /// Where the tree will be on the node.
    pub config_path: &'a str,
    /// The name of the source, for the comments.
    pub from: &'a str,
}

/// The result.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Migration {
    /// The kind of the source.
    pub kind: SourceKind,
    /// Whether the source says anything of registries.
    pub holds_registries: bool,
    /// The files, in the order of their directories.
    pub files: Vec<HostsFile>,
    /// The remarks, the most serious first.
    pub remarks: Vec<Remark>,
    /// The section for config.toml.
    pub section: Section,
    /// The tables of config.toml that have to go.
    pub delete: Vec<SectionHeader>,
    /// Those that may stay.
    pub keep: Vec<SectionHeader>,
}

/// Makes the tree.
pub fn migrate(source: Source, options: &Options) -> Migration {
    let mut planner = Planner {
        options,
        remarks: source.remarks,
        files: Vec::new(),
    };
    let others = source.old.others();
    for host in source.old.named() {
        let meant = source.old.endpoints(&host);
        if !planner.is_looked_up(&host) {
            planner
                .remarks
                .push(remarks::never_looked_up(&host, source.kind));
            continue;
        }
        let place = remarks::registry(&host);
        planner.remarks.extend(
            meant
                .faults
                .iter()
                .map(|fault| remarks::fault(fault, &place, source.kind)),
        );
        let endpoints = planner.writable(without_repeats(&meant.endpoints), &host);
        if endpoints.is_empty() {
            planner.remarks.push(remarks::nothing_left(&host));
        } else if others.is_none() && is_what_happens_anyway(&host, &endpoints) {
            planner.remarks.push(remarks::needless(&host));
        } else {
            planner.file(&host, endpoints);
        }
    }
    if let Some(others) = others {
        planner.default(others, source.kind);
    }
    planner
        .files
        .sort_by_cached_key(|file| file.directory.clone());
    let mut remarks = planner.remarks;
    remarks.extend(remarks::of_endpoints(&planner.files));
    if let Some(written) = &source.written {
        remarks.extend(remarks::of_config(
            written,
            options.releases,
            source.holds_registries,
        ));
    }
    remarks.sort_by_key(|remark| (remark.weight, remark.line.is_none(), remark.line));
    let mut known = HashSet::new();
    remarks.retain(|remark| known.insert(remark.clone()));
    let written = source.written.as_ref();
    Migration {
        kind: source.kind,
        holds_registries: source.holds_registries,
        files: planner.files,
        remarks,
        section: section(written, options.releases, options.config_path),
        delete: written.map(|w| w.delete.clone()).unwrap_or_default(),
        keep: written.map(|w| w.keep.clone()).unwrap_or_default(),
    }
}

struct Planner<'a> {
    options: &'a Options<'a>,
    remarks: Vec<Remark>,
    files: Vec<HostsFile>,
}

impl Planner<'_> {
    /// Whether there is an image, on any of the releases, that is looked up under this name.
    fn is_looked_up(&self, host: &str) -> bool {
        self.options.releases.iter().any(|release| {
            reference::parse(*release, &format!("{host}/a/b:c"))
                .is_ok_and(|reference| reference.host == host)
        })
    }

    /// The endpoints that can be written so that all releases read them.
    fn writable(&mut self, endpoints: Vec<Endpoint>, host: &str) -> Vec<Endpoint> {
        let last = endpoints.len().saturating_sub(1);
        let is_default = host == DEFAULT;
        let any_v1 = self.options.releases.iter().any(|release| !release.is_v2());
        let mut kept = Vec::with_capacity(endpoints.len());
        for (index, endpoint) in endpoints.into_iter().enumerate() {
            let is_server = index == last && !is_default;
            if !is_writable(&endpoint) {
                self.remarks.push(remarks::no_host(&endpoint, host));
            } else if holds_credentials(&endpoint.path) {
                self.remarks
                    .push(remarks::credentials_in_path(&endpoint, host));
            } else if endpoint.host.contains(['[', ']']) && any_v1 && !is_server {
                self.remarks.push(remarks::bracketed(&endpoint, host));
            } else {
                kept.push(endpoint);
            }
        }
        kept
    }

    fn file(&mut self, host: &str, endpoints: Vec<Endpoint>) {
        let Some((server, hosts)) = endpoints.split_last() else {
            return;
        };
        let text = text(&Content {
            host: Some(host),
            from: self.options.from,
            hosts,
            server: Some(server),
            tls: &Tls::default(),
        });
        self.files.push(HostsFile {
            host: Some(host.to_owned()),
            directory: underscore_form(host).unwrap_or_else(|| host.to_owned()),
            text,
            endpoints,
        });
    }

    fn default(&mut self, others: Others, kind: SourceKind) {
        let place = remarks::registry(DEFAULT);
        self.remarks.extend(
            others
                .listed
                .faults
                .iter()
                .map(|f| remarks::fault(f, &place, kind)),
        );
        let endpoints = self.writable(without_repeats(&others.listed.endpoints), DEFAULT);
        if endpoints.is_empty() && !others.tls.is_set() {
            return;
        }
        let too_old: Vec<Release> = self
            .options
            .releases
            .iter()
            .copied()
            .filter(|release| !release.default_namespace())
            .collect();
        self.remarks.push(remarks::wildcard(&too_old));
        let text = text(&Content {
            host: None,
            from: self.options.from,
            hosts: &endpoints,
            server: None,
            tls: &others.tls,
        });
        self.files.push(HostsFile {
            host: None,
            directory: DEFAULT.to_owned(),
            text,
            endpoints,
        });
    }
}

/// Whether a user and a password are in place of a path, as behind a scheme that has lost its colon.
fn holds_credentials(path: &str) -> bool {
    path.split('/').any(|part| {
        part.split_once('@')
            .is_some_and(|(user, _)| user.contains(':'))
    })
}

/// The endpoints without those that repeat an earlier one: a second attempt changes no result.
pub fn without_repeats(endpoints: &[Endpoint]) -> Vec<Endpoint> {
    let key = |endpoint: &Endpoint| {
        let default = match endpoint.scheme.as_ref() {
            "https" => "443",
            _ => "80",
        };
        let host = match port_of(&endpoint.host) == default {
            true => endpoint.host[..endpoint.host.len() - default.len() - 1].to_owned(),
            false => endpoint.host.clone(),
        };
        (
            endpoint.scheme.clone(),
            host,
            endpoint.path.clone(),
            endpoint.tls.clone(),
        )
    };
    let mut known = HashSet::new();
    let first = endpoints
        .iter()
        .filter(|endpoint| known.insert(key(endpoint)));
    first.cloned().collect()
}

/// Whether containerd does the same for a registry without configuration.
fn is_what_happens_anyway(host: &str, endpoints: &[Endpoint]) -> bool {
    let own = endpoint(
        Role::Upstream,
        "https",
        default_host(host).to_owned(),
        "/v2",
        Tls::default(),
    );
    let [only] = endpoints else { return false };
    !is_loopback(host)
        && Endpoint {
            role: own.role,
            ..only.clone()
        } == own
}

impl Migration {
    /// Whether something was lost that needs work by hand.
    pub fn loses(&self) -> bool {
        self.remarks
            .iter()
            .any(|remark| remark.weight == Weight::Lost)
    }
}
