//! Which names can be namespaces, and which registry host each is for.

use std::borrow::Cow;

use crate::containerd::directory::DEFAULT;

/// The folders in which version control keeps its own.
pub const VERSION_CONTROL: [&str; 4] = [".git", ".hg", ".svn", ".jj"];

/// Hidden names (version control, Kubernetes' `..data`), and the folder into which spegel moves what
/// it replaces.
pub fn is_never_a_namespace(name: &str) -> bool {
    name.starts_with('.') || name == "_backup"
}

/// The names that config paths usually have: containerd's own, and that of some distributions.
pub fn is_config_path_name(name: &str) -> bool {
    name == "certs.d" || name == "hosts.d"
}

/// Endings of files that lie about in repositories; what has one is not meant as a registry host.
const FILE_ENDINGS: [&str; 38] = [
    "md", "txt", "rst", "adoc", "toml", "tml", "yaml", "yml", "json", "sh", "bash", "py", "go",
    "rs", "js", "ts", "crt", "cert", "cer", "pem", "key", "der", "p12", "pfx", "csr", "bak",
    "orig", "old", "swp", "j2", "tmpl", "tpl", "tf", "nix", "conf", "cfg", "ini", "log",
];

/// Whether a file or directory of this name looks as if it were meant for a registry host: it has a
/// dot or a port, or is one of the names that need none.
pub fn is_plausible_host(name: &str) -> bool {
    if name == DEFAULT || name == "localhost" || registry_host(name) != name {
        return true;
    }
    if name.contains(['/', ' ']) || is_never_a_namespace(name) || is_config_path_name(name) {
        return false;
    }
    let ending = name.rsplit_once('.').map_or("", |(_, ending)| ending);
    if FILE_ENDINGS
        .iter()
        .any(|known| known.eq_ignore_ascii_case(ending))
    {
        return false;
    }
    name.contains([':', '[']) || name.trim_matches('.').contains('.')
}

/// The registry host that a directory of this name serves: `reg_5000_` is for `reg:5000`, any other
/// name for itself.
pub fn registry_host(name: &str) -> Cow<'_, str> {
    let port_form = name
        .strip_suffix('_')
        .and_then(|rest| rest.rsplit_once('_'));
    match port_form {
        Some((host, port))
            if !host.is_empty() && !port.is_empty() && port.bytes().all(|b| b.is_ascii_digit()) =>
        {
            Cow::Owned(format!("{host}:{port}"))
        }
        _ => Cow::Borrowed(name),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn port_form_is_undone() {
        assert_eq!(registry_host("reg.internal_5000_"), "reg.internal:5000");
        assert_eq!(registry_host("[fd00::1]_5000_"), "[fd00::1]:5000");
        assert_eq!(registry_host("reg.internal_5000"), "reg.internal_5000");
        assert_eq!(registry_host("_default"), "_default");
    }

    #[test]
    fn documents_are_no_hosts() {
        for name in [
            "quay.io",
            "_default",
            "localhost",
            "reg:5000",
            "reg_5000_",
            "[::1]:5000",
            "10.0.0.1",
        ] {
            assert!(is_plausible_host(name), "{name}");
        }
        for name in [
            "README.md",
            "ca.crt",
            "Makefile",
            ".gitignore",
            "hosts.toml",
            "_backup",
            "certs.d",
            "docs",
        ] {
            assert!(!is_plausible_host(name), "{name}");
        }
    }
}
