//! What "the same" means: for every release, scheme, host, path, order, the capabilities to pull and to resolve, and the
//! TLS settings of the endpoints.
//!
//! An endpoint that repeats an earlier one counts once: asking it once more changes no answer. A path is
//! compared as requests have it, cleaned. A CA counts only where something is verified. Beyond that, no mirror
//! may receive pushes.

use std::borrow::Cow;
use std::collections::BTreeMap;

use certsd_lint::containerd::{
    Capabilities, DirEntry, Endpoint, FileError, Files, HostsToml, Release, Verdict, load,
    reference,
};
use certsd_lint::go::path;
use certsd_lint::migrate::{Migration, Old};

/// Where the trees are.
pub const ROOT: &str = "/etc/containerd/certs.d";

/// A migrated tree.
pub struct Written(BTreeMap<String, String>);

impl Written {
    pub fn new(migration: &Migration) -> Written {
        let files = migration.files.iter();
        Written(
            files
                .map(|file| (format!("{ROOT}/{}", file.directory), file.text.clone()))
                .collect(),
        )
    }
}

impl Files for Written {
    fn read(&self, path: &str) -> Result<Cow<'_, [u8]>, FileError> {
        match path.strip_suffix("/hosts.toml").map(|dir| self.0.get(dir)) {
            Some(Some(text)) => Ok(Cow::Borrowed(text.as_bytes())),
            Some(None) => Err(FileError::NotFound),
            // Certificates are the node's.
            None => Err(FileError::Unknown),
        }
    }

    fn stat(&self, path: &str) -> Result<(), FileError> {
        match self.0.contains_key(path) {
            true => Ok(()),
            false => Err(FileError::NotFound),
        }
    }

    fn list(&self, _: &str) -> Result<Vec<DirEntry>, FileError> {
        Err(FileError::NotFound)
    }
}

/// An endpoint, as far as it is compared.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Seen {
    url: String,
    pulls: bool,
    resolves: bool,
    skips_verification: bool,
    ca: Vec<String>,
    client: Vec<(String, String)>,
    http_fallback: bool,
}

fn seen(endpoint: &Endpoint) -> Seen {
    let default_port = match endpoint.scheme.as_ref() {
        "https" => ":443",
        _ => ":80",
    };
    let host = endpoint.host.strip_suffix(default_port);
    let verifies = !endpoint.skips_verification();
    Seen {
        url: format!(
            "{}://{}{}",
            endpoint.scheme,
            host.unwrap_or(&endpoint.host),
            path::clean(&endpoint.path)
        ),
        pulls: endpoint.capabilities.has(Capabilities::PULL),
        resolves: endpoint.capabilities.has(Capabilities::RESOLVE),
        skips_verification: !verifies,
        ca: match verifies {
            true => endpoint.tls.ca.clone().unwrap_or_default(),
            false => Vec::new(),
        },
        client: endpoint.tls.client.clone(),
        http_fallback: endpoint.http_fallback,
    }
}

fn all_seen(endpoints: &[Endpoint]) -> Vec<Seen> {
    let mut all: Vec<Seen> = Vec::new();
    for endpoint in endpoints.iter().map(seen) {
        if !all.contains(&endpoint) {
            all.push(endpoint);
        }
    }
    all
}

/// Compares what the old configuration meant for a host with what the tree gives, and says where they differ.
pub fn differences(old: &dyn Old, tree: &Written, releases: &[Release], host: &str) -> Vec<String> {
    let meant = old.endpoints(host);
    // Where not one endpoint could be asked, every pull failed, which no tree says.
    if meant.endpoints.is_empty() {
        return Vec::new();
    }
    let want = all_seen(&meant.endpoints);
    let mut differences = Vec::new();
    for release in releases {
        let is_looked_up = reference::parse(*release, &format!("{host}/a/b:c"))
            .is_ok_and(|reference| reference.host == host);
        if !is_looked_up {
            continue;
        }
        let outcome = load(*release, tree, ROOT, host);
        let mut differ = |what: String| differences.push(format!("{release} {host}: {what}"));
        if outcome.verdict != Verdict::Endpoints {
            differ(format!("{:?}", outcome.verdict));
        }
        if outcome.lookup.chosen.is_some() && outcome.hosts_toml != HostsToml::Loaded {
            differ(format!("hosts.toml: {:?}", outcome.hosts_toml));
        }
        let have = all_seen(outcome.endpoints());
        if have != want {
            differ(format!("\n  meant {want:#?}\n  has   {have:#?}"));
        }
        for endpoint in outcome.endpoints() {
            let own = endpoint.host == host
                || host == "docker.io" && endpoint.host == "registry-1.docker.io";
            if !own && endpoint.capabilities.has(Capabilities::PUSH) {
                differ(format!("{} receives pushes", endpoint.url()));
            }
        }
    }
    differences
}
