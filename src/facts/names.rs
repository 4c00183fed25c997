//! Names of directories and files: which are looked up, and which are meant to be.

use super::view::NamespaceView;
use crate::containerd::directory::{self, DEFAULT};
use crate::containerd::{DirEntry, FileError, Files, Release, Releases, reference};
use crate::disk::registry_host;

impl NamespaceView<'_> {
    /// Whether there is an image for which a release looks up this name.
    pub fn is_looked_up(&self, release: Release) -> bool {
        if self.name() == DEFAULT {
            return release.default_namespace();
        }
        if self.is_unknown() {
            return true;
        }
        if is_plain_host(self.name()) {
            return true;
        }
        let host = registry_host(self.name());
        let host = host.as_ref();
        let reached = reference::parse(release, &format!("{host}/image"))
            .is_ok_and(|reference| reference.host == host);
        let names = directory::candidates(release, host);
        self.namespace.utf8 && reached && names.iter().any(|name| name == self.name())
    }

    /// The targeted releases that look this name up for no image.
    pub fn unreached(&self) -> Releases {
        match is_plain_host(self.name()) && !self.is_default() {
            true => Releases::new(),
            false => self.releases_where(|release, _| !self.is_looked_up(release)),
        }
    }

    /// The registry host that the directory was meant for, if its name is one that no image leads to: that of `server`
    /// if the two differ in punctuation only (`registry.corp.net_5001`), or Docker Hub. Rules about trust judge by it.
    pub fn meant_host(&self) -> &str {
        let own = self.host();
        if self.is_default() || is_plain_host(own) && !is_docker_site(own) {
            return own;
        }
        if is_docker_site(own) {
            return "docker.io";
        }
        let server = self.entries().iter().rfind(|entry| entry.table.is_none());
        let server = server.map(|entry| entry.host.host.as_str());
        let is_odd = || own.contains('_') || self.unreached().len() == self.outcomes.len();
        match server.filter(|server| letters(server) == letters(own)) {
            Some(server) if is_odd() => server,
            _ => own,
        }
    }

    /// Whether the directory contains a hosts.toml, or certificates in Docker's layout.
    pub fn holds_configuration(&self) -> bool {
        self.files.iter().filter(|file| !file.is_dir).any(|file| {
            let name = file.name.as_str();
            name == "hosts.toml" || name.ends_with(".crt") || name.ends_with(".cert")
        })
    }

    /// Whether it is a link to something that is not there: for containerd, as if there were nothing.
    pub fn is_dangling_link(&self) -> bool {
        self.namespace.broken_link
            && matches!(self.reads.stat(self.directory), Err(FileError::NotFound))
    }

    /// The files of the directory that are called nearly, but not quite, hosts.toml.
    pub fn misnamed_hosts_files(&self) -> impl Iterator<Item = &DirEntry> {
        let files = self.files.iter().filter(|file| !file.is_dir);
        files.filter(|file| is_misnamed_hosts_file(&file.name))
    }

    /// Where pulls go while there is no hosts.toml, in words.
    pub fn without_any_hosts_toml(&self) -> String {
        let registry = self.registry();
        let mut endpoints = self
            .outcomes
            .iter()
            .filter_map(|(_, outcome)| outcome.endpoints().last());
        match endpoints.next_back() {
            Some(endpoint) if !self.is_default() && self.knows_registry() => {
                format!("pulls from {registry} go straight to {}", endpoint.url())
            }
            _ => format!("pulls from {registry} go straight to that registry"),
        }
    }
}

/// Whether a directory is named after one of Docker's web sites, or after Docker Hub in a way that no image does.
fn is_docker_site(name: &str) -> bool {
    matches!(
        name,
        "hub.docker.com"
            | "www.docker.com"
            | "docker.com"
            | "index.docker.io"
            | "registry.hub.docker.com"
    )
}

/// The letters and digits of a name, without its punctuation.
fn letters(name: &str) -> String {
    let kept = name.chars().filter(char::is_ascii_alphanumeric);
    kept.map(|c| c.to_ascii_lowercase()).collect()
}

/// Whether a name is a host that images can name for all releases, spelled as the directory is: so most are, and
/// need no closer look.
fn is_plain_host(name: &str) -> bool {
    let mut has_dot = false;
    let mut before = b'.';
    for byte in name.bytes() {
        match (before, byte) {
            (_, b'a'..=b'z' | b'0'..=b'9') => {}
            (b'.', b'-' | b'.') | (b'-', b'.') => return false,
            (_, b'-') => {}
            (_, b'.') => has_dot = true,
            _ => return false,
        }
        before = byte;
    }
    has_dot && !matches!(before, b'.' | b'-') && name.len() < 200 && name != "index.docker.io"
}

/// Whether a file was probably meant to be called hosts.toml. Copies that say that they are, such as
/// `hosts.toml.bak`, and templates were not.
fn is_misnamed_hosts_file(name: &str) -> bool {
    const WRONG: [&str; 14] = [
        "host.toml",
        "hosts",
        "hosts.tml",
        "hosts.tom",
        "hosts.toml.txt",
        "hosts.txt",
        "hosts.yaml",
        "hosts.yml",
        "host.yaml",
        "host.yml",
        "hosts.json",
        "hosts.conf",
        "hosts.cfg",
        "hosts.ini",
    ];
    const RIGHT: &str = "hosts.toml";
    if name == RIGHT {
        return false;
    }
    let lower = name.trim().to_lowercase();
    let may_be_one_off = lower.len().abs_diff(RIGHT.len()) <= char::MAX.len_utf8();
    lower == RIGHT
        || WRONG.contains(&lower.as_str())
        || may_be_one_off
            && strsim::damerau_levenshtein(&lower, RIGHT) == 1
            && !lower.ends_with('~')
}

#[cfg(test)]
mod tests {
    use super::*;

    proptest::proptest! {
        #[test]
        fn plain_hosts_are_looked_up(name in "(index|registry-1|[a-z0-9-]{0,4})([.](docker|io|[a-z0-9_-]{0,4})){0,3}|[!-~]{1,8}") {
            for release in Release::newest().filter(|_| is_plain_host(&name)) {
                let reference = reference::parse(release, &format!("{name}/image"));
                proptest::prop_assert_eq!(reference.map(|reference| reference.host), Ok(name.clone()));
                proptest::prop_assert_eq!(crate::disk::registry_host(&name), name.as_str());
                proptest::prop_assert!(directory::candidates(release, &name).contains(&name));
            }
        }
    }

    #[test]
    fn near_misses_and_copies() {
        for name in [
            "host.toml",
            "HOSTS.TOML",
            "Hosts.toml",
            "hosts.toml ",
            "hosts.yaml",
            "hosts.tml",
            "hosts.toml.txt",
            "hosts_toml",
            "hots.toml",
        ] {
            assert!(is_misnamed_hosts_file(name), "{name}");
        }
        for name in [
            "hosts.toml",
            "hosts.toml.bak",
            "hosts.toml.j2",
            "hosts.toml~",
            "mirrors.toml",
            "ca.crt",
            "README.md",
        ] {
            assert!(!is_misnamed_hosts_file(name), "{name}");
        }
    }
}
