//! A hosts.toml that is in no config path: it is copied into one by something else.

use std::path::{Path, PathBuf};

use super::find_error::shown;
use super::place::parent;

/// The name of a namespace whose registry is unknown. No registry can have it: `.invalid`
/// is reserved for names that are not one.
pub const UNKNOWN_REGISTRY: &str = "unknown.registry.invalid";

/// Whether a namespace represents a registry that no one knows: it is [`UNKNOWN_REGISTRY`], or ends with it, where a tree has
/// several.
pub fn is_unknown_registry(namespace: &str) -> bool {
    namespace
        .strip_suffix(UNKNOWN_REGISTRY)
        .is_some_and(|before| before.is_empty() || before.ends_with('.'))
}

/// Such a file. Its tree has a single namespace, whose directory this machine does not have.
#[derive(Debug, Clone)]
pub struct Lone {
    /// The namespace: the registry that the settings or the name of the file give, else [`UNKNOWN_REGISTRY`].
    pub namespace: String,
    /// The file on this machine.
    pub file: PathBuf,
    /// The file as the user knows it.
    pub shown: String,
    /// Whether what is named beside it is looked for beside it.
    has_company: bool,
}

impl Lone {
    /// The hosts.toml at `file`, for this registry.
    pub fn new(file: &Path, registry: Option<&str>) -> Lone {
        let text = shown(file);
        Lone {
            namespace: registry.unwrap_or(UNKNOWN_REGISTRY).to_owned(),
            file: file.to_owned(),
            shown: text.strip_prefix("./").unwrap_or(&text).to_owned(),
            has_company: file.file_name().is_some_and(|name| name == "hosts.toml"),
        }
    }

    /// Whether no one knows the registry that it is for.
    pub fn is_unknown(&self) -> bool {
        is_unknown_registry(&self.namespace)
    }

    /// Where a path in the tree is on this machine. `None` where that is not known: only the file itself is, and files beside it.
    pub fn on_disk(&self, relative: &str) -> Option<PathBuf> {
        match self.within(relative)? {
            "hosts.toml" => Some(self.file.clone()),
            "" => None,
            beside if self.has_company => {
                let path = parent(&self.file).join(beside);
                path.is_file().then_some(path)
            }
            _ => None,
        }
    }

    /// The name under which the user knows a path in the tree.
    pub fn shown(&self, relative: &str) -> String {
        let directory = self.shown.rsplit_once('/').map_or("", |(dir, _)| dir);
        match self.within(relative) {
            None | Some("" | "hosts.toml") => self.shown.clone(),
            Some(beside) => super::joined(directory, beside),
        }
    }

    /// The part of a path in the tree that is below the namespace.
    fn within<'r>(&self, relative: &'r str) -> Option<&'r str> {
        let rest = relative.strip_prefix(self.namespace.as_str())?;
        match rest {
            "" => Some(""),
            _ => rest.strip_prefix('/'),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_but_the_file_and_what_is_beside_it_is_known() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("hosts.toml");
        let certificate = folder.path().join("ca.crt");
        std::fs::write(&certificate, "").unwrap();
        let lone = Lone::new(&file, None);
        assert!(lone.is_unknown());
        assert_eq!(
            lone.on_disk("unknown.registry.invalid/hosts.toml"),
            Some(file.clone())
        );
        assert_eq!(
            lone.on_disk("unknown.registry.invalid/ca.crt"),
            Some(certificate)
        );
        for unknown in [
            "unknown.registry.invalid",
            "unknown.registry.invalid/b.crt",
            "docker.io/ca.crt",
            "",
        ] {
            assert_eq!(lone.on_disk(unknown), None, "{unknown}");
        }
        assert!(is_unknown_registry("1.unknown.registry.invalid"));
        assert!(!is_unknown_registry("xunknown.registry.invalid"));
        let named = Lone::new(&folder.path().join("quay.io.toml"), Some("quay.io"));
        assert!(!named.is_unknown());
        assert_eq!(named.on_disk("quay.io/ca.crt"), None);
    }
}
