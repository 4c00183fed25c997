//! The purpose of a text, by its contents: other programs use the names hosts.toml and config.toml, too.

use std::path::Path;

use super::io as disk;
use super::node::MAX_NODE_CONFIG;
use crate::containerd::Release;
use crate::containerd::node::schema;
use crate::toml::shape::{self, Dialect};
use crate::toml::view::{Document, Item};

/// Whether a text is a hosts.toml of containerd, even one with faults: it has a host table or a key that only such a file has.
pub fn is_hosts_file(text: &str) -> bool {
    const KEYS: [&str; 7] = [
        "capabilities",
        "header",
        "skip_verify",
        "override_path",
        "dial_timeout",
        "ca",
        "client",
    ];
    text.lines().any(|line| {
        let line = line.trim_start();
        if let Some(header) = line.strip_prefix('[') {
            let header = header.trim_start();
            return header.starts_with("host.") || header.starts_with("host]");
        }
        let Some((key, value)) = line.split_once('=') else {
            return false;
        };
        let (key, value) = (key.trim(), value.trim_start());
        key == "server" && value.starts_with(['"', '\''])
            || KEYS.contains(&key)
            || key.starts_with("host.")
    })
}

/// The same of a file; `false` where it cannot be read.
pub fn holds_hosts_text(path: &Path) -> bool {
    disk::read(path, super::MAX_HOSTS_FILE)
        .is_ok_and(|bytes| is_hosts_file(&String::from_utf8_lossy(&bytes)))
}

/// Whether a path leads to a config.toml of containerd, or to a file for one to import.
///
/// It does when the file configures what only containerd has. A file that says too little to tell, or that is not TOML, is taken
/// for one by its place, `containerd/config.toml`; where it was `named` by a person, by its name alone.
pub fn is_node_config(path: &Path, named: bool) -> bool {
    if !is_toml(path) || !path.is_file() {
        return false;
    }
    match disk::read(path, MAX_NODE_CONFIG) {
        Ok(bytes) => is_node_config_text(path, &String::from_utf8_lossy(&bytes), named),
        Err(_) => is_by_its_place(path, named),
    }
}

/// The same of a file with this text, which need not be on the disk.
pub fn is_node_config_text(path: &Path, text: &str, named: bool) -> bool {
    // A text written into a hosts.toml by mistake is still in a hosts.toml.
    is_toml(path)
        && path.file_name().is_none_or(|name| name != "hosts.toml")
        && (configures_containerd(text)
            || is_by_its_place(path, named) && !is_for_another_program(text))
}

fn is_toml(path: &Path) -> bool {
    path.extension()
        .is_some_and(|extension| extension == "toml")
}

fn is_by_its_place(path: &Path, named: bool) -> bool {
    let directory = path.parent().unwrap_or(Path::new(""));
    let mut parts = directory.components();
    if path.file_name().is_none_or(|name| name != "config.toml")
        || parts.any(|part| part.as_os_str() == "certs.d")
    {
        return false;
    }
    let absolute = super::absolute(directory);
    named
        || absolute
            .file_name()
            .is_some_and(|name| name == "containerd")
}

/// Whether a text has a line that configures one of containerd's plugins, or names some.
fn configures_containerd(text: &str) -> bool {
    text.lines().any(|line| {
        let line = line.trim_start();
        let key = line.trim_start_matches('[').trim_start();
        ["disabled_plugins", "required_plugins"]
            .iter()
            .any(|name| key.starts_with(name))
            || key.starts_with("plugins")
                && (line.contains(".containerd.") || key.starts_with("plugins.cri"))
    })
}

/// Whether a text is TOML without a single key that containerd knows.
fn is_for_another_program(text: &str) -> bool {
    let Ok(document) = Document::parse(text) else {
        return false;
    };
    let is_known = |item: &Item| {
        Release::newest().any(|release| {
            shape::field(schema::config(release), &item.key.value, Dialect::V2).is_some()
        })
    };
    let items = &document.root.items;
    !items.is_empty() && !items.iter().any(is_known)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hosts_files_are_known_by_their_keys() {
        for text in [
            "[host.\"https://m\"]\n",
            "  [ host.'m' ]",
            "server = \"https://quay.io\"",
            "# x\nskip_verify = true",
            "header = {x = \"1\"}",
            "host.\"https://m\".capabilities = []",
        ] {
            assert!(is_hosts_file(text), "{text}");
        }
        for text in [
            "",
            "# [host.\"m\"]",
            "[hosts.web]\naddress = \"10.0.0.1\"",
            "[[host]]\nname = \"a\"",
            "server = 1",
            "[server]\nport = 80",
        ] {
            assert!(!is_hosts_file(text), "{text}");
        }
    }
}
