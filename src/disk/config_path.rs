//! Which directories are config paths.

use std::path::Path;

use super::evidence::holds_hosts_text;
use super::io as disk;
use super::names::{
    Likeness, host_of_file, is_config_path_name, is_never_a_namespace, known_deploy_path, likeness,
};
use super::{Namespace, absolute};

/// How much of a directory is a config path.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Extent {
    /// It contains namespaces among other things; only what is named for a registry and has a hosts.toml is one.
    Partial,
    /// Nothing in it is anything but a namespace, or what is found beside one.
    Whole,
    /// It is called as config paths are, or was named as one: whatever is in it is meant as a namespace.
    Named,
}

/// Whether a directory is called as config paths are: `certs.d`, or with a path at which they are deployed.
pub fn is_called_config_path(directory: &Path) -> bool {
    let absolute = absolute(directory);
    let name = absolute.file_name().unwrap_or_default().to_string_lossy();
    is_config_path_name(&name) || known_deploy_path(&absolute.to_string_lossy()).is_some()
}

/// Whether a directory that is called as config paths are may be one: other programs have a `hosts.d` and a `certs.d`, too.
/// Something in it has to be meant as a namespace.
pub fn holds_anything(directory: &Path) -> bool {
    if has_hosts_file(directory) {
        return true;
    }
    let Ok(names) = disk::names(directory, &disk::Reach::Anywhere) else {
        return false;
    };
    let name = absolute(directory);
    let is_certs_d = name.file_name().is_some_and(|name| name == "certs.d");
    let visible = || names.iter().filter(|entry| !is_hidden(entry));
    visible().any(|entry| {
        let is_host = super::is_plausible_host(&entry.name);
        let path = directory.join(&entry.name);
        match entry.is_dir {
            true => is_host && (is_certs_d || holds_configuration(&path)) || has_hosts_file(&path),
            false => {
                is_host && is_certs_d
                    || host_of_file(&entry.name).is_some() && holds_hosts_text(&path)
            }
        }
    })
}

/// How much of a directory that is called anything is a config path, by what it contains. It is not one unless a directory in it is
/// named for a registry and has a hosts.toml. Where that name could be any folder's, nothing else in it may contradict.
pub fn extent(directory: &Path) -> Option<Extent> {
    let names = disk::names(directory, &disk::Reach::Anywhere).ok()?;
    let (mut is_sure, mut is_dotted, mut is_contradicted) = (false, false, false);
    for entry in names.iter().filter(|entry| !is_hidden(entry)) {
        if !entry.is_dir {
            is_contradicted |= !is_found_beside(&entry.name);
            continue;
        }
        let path = || directory.join(&entry.name);
        match likeness(&entry.name) {
            Likeness::None => is_contradicted |= !holds_certificates_of_all(&entry.name),
            // Inventories have folders for machines, too.
            Likeness::Sure if !is_sure && is_of_a_machine(&entry.name) => {
                is_sure = has_hosts_file(&path()) && holds_hosts_text(&path().join("hosts.toml"));
            }
            Likeness::Sure if !is_sure => is_sure = has_hosts_file(&path()),
            Likeness::Dotted if !is_sure => {
                let is_namespace = has_hosts_file(&path());
                is_dotted |= is_namespace && holds_hosts_text(&path().join("hosts.toml"));
                is_contradicted |= !is_namespace && !holds_configuration(&path());
            }
            Likeness::Sure | Likeness::Dotted => {}
        }
    }
    match (is_sure, is_dotted, is_contradicted) {
        (true, _, false) | (_, true, false) => Some(Extent::Whole),
        (true, _, true) => Some(Extent::Partial),
        (false, _, _) => None,
    }
}

/// Whether a name is one that a folder for a machine has: `localhost`, `10.0.0.1`.
fn is_of_a_machine(name: &str) -> bool {
    name == "localhost" || name.parse::<std::net::IpAddr>().is_ok()
}

fn is_hidden(entry: &Namespace) -> bool {
    is_never_a_namespace(&entry.name)
}

/// Whether hosts.toml is in a directory, even as a link that leads nowhere.
pub fn has_hosts_file(directory: &Path) -> bool {
    directory.join("hosts.toml").symlink_metadata().is_ok()
}

/// Whether a directory contains what a namespace does: hosts.toml, also misspelled, or certificates.
pub fn holds_configuration(directory: &Path) -> bool {
    let is_of_namespace = |name: &str| {
        matches!(
            name,
            "hosts.toml" | "host.toml" | "hosts.tml" | "hosts.yaml"
        ) || name.ends_with(".crt")
            || name.ends_with(".cert")
    };
    disk::names(directory, &disk::Reach::Anywhere)
        .is_ok_and(|names| names.iter().any(|e| !e.is_dir && is_of_namespace(&e.name)))
}

/// Names of folders with certificates that the namespaces beside them use.
fn holds_certificates_of_all(name: &str) -> bool {
    matches!(
        name,
        "certs" | "ca" | "cas" | "pki" | "tls" | "ssl" | "certificates"
    )
}

/// Files that are found beside namespaces, and say nothing against the directory.
fn is_found_beside(name: &str) -> bool {
    const NAMES: [&str; 6] = [
        "hosts.toml",
        "Makefile",
        "LICENSE",
        "README",
        "kustomization.yaml",
        "certsd-lint.toml",
    ];
    const ENDINGS: [&str; 10] = [
        "md", "txt", "rst", "adoc", "crt", "cert", "pem", "key", "cer", "sh",
    ];
    let ending = name.rsplit_once('.').map_or("", |(_, ending)| ending);
    NAMES.contains(&name) || ENDINGS.contains(&ending) || host_of_file(name).is_some()
}
