//! Certificate files that a hosts.toml of another namespace names.

use super::context::{NamespaceContext, named_files};
use super::load::Loaded;
use super::tree::TreeContext;
use crate::containerd::Files;
use crate::disk::Namespace;
use crate::go::path;

/// Whether a hosts.toml names this file, as a path of the node, that is in another directory than itwhole.
///
/// The first use reads all the files, so it must come last.
pub fn is_named_elsewhere(whole: &TreeContext<'_>, path: &str) -> bool {
    let named = whole.named_elsewhere.get_or_init(|| {
        let namespaces = whole.namespaces.iter();
        namespaces
            .flat_map(|namespace| names_elsewhere(whole, namespace))
            .collect()
    });
    named.contains(path)
}

/// The files in other directories that the hosts.toml of this one names.
fn names_elsewhere(whole: &TreeContext<'_>, namespace: &Namespace) -> Vec<String> {
    let directory = path::join(&whole.tree.root, &namespace.name);
    let may_name_some = whole
        .tree
        .read(&path::join(&directory, "hosts.toml"))
        .is_ok_and(|text| may_leave_its_directory(&text));
    if !may_name_some {
        return Vec::new();
    }
    let loaded = Loaded::read(whole, whole.run, namespace);
    let mut named = named_files(&NamespaceContext::new(whole, &loaded));
    named.retain(|path| {
        path.strip_prefix(&directory)
            .is_none_or(|rest| !rest.starts_with('/'))
    });
    named
}

/// Whether a hosts.toml can name a file of another directory at all: by an absolute path, or one that leads upwards. This
/// is checked for every file of a tree; the answer may be yes too often, but never no where it is yes.
fn may_leave_its_directory(text: &[u8]) -> bool {
    let mut before = b'\n';
    text.iter().any(|&byte| {
        let pair = (std::mem::replace(&mut before, byte), byte);
        matches!(
            pair,
            (b'.', b'.') | (_, b'\\') | (b'"' | b'\'' | b'\n' | b'\r', b'/')
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_that_leave_the_directory_are_noticed() {
        for text in [
            "ca = \"../a.crt\"",
            "ca = '/etc/a.crt'",
            "ca = \"\\u002fetc/a.crt\"",
            "ca = \"\"\"\n/etc/a.crt\"\"\"",
        ] {
            assert!(may_leave_its_directory(text.as_bytes()), "{text}");
        }
        let usual = "server = \"https://a.b\"\n[host.\"https://m/v2\"]\nca = \"certs/a.crt\"\n";
        assert!(!may_leave_its_directory(usual.as_bytes()));
    }
}
