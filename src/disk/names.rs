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

/// Paths at which config paths are deployed, by containerd's own documentation and by distributions.
const DEPLOY_PATHS: [&str; 8] = [
    "/etc/containerd/certs.d",
    "/etc/containerd/hosts.d",
    "/etc/docker/certs.d",
    "/etc/cri/conf.d/hosts",
    "/var/lib/rancher/k3s/agent/etc/containerd/certs.d",
    "/var/lib/rancher/rke2/agent/etc/containerd/certs.d",
    "/var/snap/microk8s/current/args/certs.d",
    "/var/snap/k8s/common/etc/containerd/hosts.d",
];

/// The known deploy path with which a path ends: `image/rootfs/etc/cri/conf.d/hosts` is for `/etc/cri/conf.d/hosts`.
pub fn known_deploy_path(path: &str) -> Option<&'static str> {
    // The longest: one may end as another does.
    DEPLOY_PATHS
        .into_iter()
        .filter(|known| path == &known[1..] || path.ends_with(known))
        .max_by_key(|known| known.len())
}

/// The program that writes the config path which is deployed here, and the file from which it does.
pub fn generator(deploy_path: &str) -> Option<Generator> {
    let program = ["k3s", "rke2"].into_iter().find(|program| {
        let rest = deploy_path.strip_prefix("/var/lib/rancher/");
        let rest = rest.and_then(|rest| rest.strip_prefix(program));
        rest == Some("/agent/etc/containerd/certs.d")
    })?;
    Some(Generator { program })
}

/// A program that writes config paths, at each of its starts again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Generator {
    /// Its name.
    pub program: &'static str,
}

impl Generator {
    /// The file from which it writes them.
    pub fn source(self) -> String {
        format!("/etc/rancher/{}/registries.yaml", self.program)
    }
}

/// Registries for which directories are named most often.
const REGISTRIES: [&str; 22] = [
    "docker.io",
    "index.docker.io",
    "registry-1.docker.io",
    "registry.docker.io",
    "quay.io",
    "ghcr.io",
    "gcr.io",
    "k8s.gcr.io",
    "registry.k8s.io",
    "mcr.microsoft.com",
    "public.ecr.aws",
    "nvcr.io",
    "registry.gitlab.com",
    "docker.elastic.co",
    "registry.access.redhat.com",
    "registry.redhat.io",
    "xpkg.upbound.io",
    "lscr.io",
    "cr.fluentbit.io",
    "docker.n8n.io",
    "registry.suse.com",
    "rocks.canonical.com",
];

/// Endings of names that clouds and private networks give to registries.
const REGISTRY_ENDINGS: [&str; 12] = [
    ".gcr.io",
    ".pkg.dev",
    ".azurecr.io",
    ".amazonaws.com",
    ".jfrog.io",
    ".aliyuncs.com",
    ".internal",
    ".local",
    ".lan",
    ".corp",
    ".home.arpa",
    ".svc",
];

/// First parts of names that registries have.
const REGISTRY_WORDS: [&str; 12] = [
    "registry",
    "harbor",
    "docker",
    "nexus",
    "artifactory",
    "mirror",
    "mirrors",
    "hub",
    "cr",
    "oci",
    "zot",
    "quay",
];

/// How much the name of a directory looks like that of a namespace.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Likeness {
    /// Not at all: `files`, `zuul.d`, `v1.7`.
    None,
    /// It could be a domain, as could the name of many a folder: `site.example`.
    Dotted,
    /// It is hardly anything else: `docker.io`, `_default`, `10.0.0.1`, `reg:5000`.
    Sure,
}

/// How much a name looks like that of a namespace, wherever its directory is.
pub fn likeness(name: &str) -> Likeness {
    // With a scheme it is misspelled, and meant anyway.
    let schemes = ["https:", "http:", "https_", "http_"];
    if let Some(rest) = schemes.iter().find_map(|scheme| name.strip_prefix(scheme)) {
        return likeness(rest.trim_matches(['_', ':', '-']));
    }
    let is_sure = name == DEFAULT
        || name == "localhost"
        || registry_host(name) != name
        || meant_host(name).is_some()
        || is_known_registry(name)
        || name.parse::<std::net::IpAddr>().is_ok()
        || has_port(name);
    if is_sure {
        return Likeness::Sure;
    }
    if !is_plausible_host(name) || !is_domain(name) {
        return Likeness::None;
    }
    let first = name.split(['.', '-']).next().unwrap_or_default();
    let lower = first.to_ascii_lowercase();
    let is_known = REGISTRY_WORDS.contains(&lower.as_str())
        || REGISTRY_ENDINGS.iter().any(|ending| name.ends_with(ending));
    match is_known {
        true => Likeness::Sure,
        false => Likeness::Dotted,
    }
}

/// Whether a name is that of a registry for which directories are named most often.
pub fn is_known_registry(name: &str) -> bool {
    REGISTRIES
        .iter()
        .any(|known| known.eq_ignore_ascii_case(name))
}

/// Whether it ends with a colon and a port.
fn has_port(name: &str) -> bool {
    name.rsplit_once(':').is_some_and(|(host, port)| {
        !host.is_empty() && !port.is_empty() && port.bytes().all(|b| b.is_ascii_digit())
    })
}

/// Whether a name with dots is a domain's: its last part is made of letters, and is not one of those that folders end with.
fn is_domain(name: &str) -> bool {
    let is_label = |label: &str| {
        let inner = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-';
        !label.is_empty()
            && label.bytes().all(inner)
            && !label.starts_with('-')
            && !label.ends_with('-')
    };
    let ending = name.rsplit_once('.').map_or("", |(_, ending)| ending);
    const FOLDERS: [&str; 8] = [
        "d", "wiki", "git", "app", "lock", "bundle", "docset", "lproj",
    ];
    name.split('.').all(is_label)
        && ending.len() >= 2
        && ending.bytes().all(|byte| byte.is_ascii_alphabetic())
        && !FOLDERS.contains(&ending.to_ascii_lowercase().as_str())
}

/// The registry host that is meant by a name one step from right: `reg.corp_5000` and `reg.corp__5000` for `reg.corp:5000`.
/// Some install scripts rename such directories.
pub fn meant_host(name: &str) -> Option<String> {
    let (host, port) = name.trim_end_matches('_').rsplit_once('_')?;
    let host = host.trim_end_matches('_');
    let is_port = (2..=5).contains(&port.len()) && port.bytes().all(|byte| byte.is_ascii_digit());
    let is_label = |host: &str| {
        let is_part = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-';
        !host.is_empty() && host.bytes().all(is_part)
    };
    let is_host = host == "localhost"
        || host.contains('.') && is_plausible_host(host)
        // Names without a dot end with small numbers for other reasons.
        || port.len() > 3 && is_label(host);
    (is_port && is_host && format!("{host}_{port}_") != name).then(|| format!("{host}:{port}"))
}

/// The registry host for which a *file* is named: `docker.io.toml`, `docker.io-hosts.toml`, `hosts-quay.io.toml`, or plainly
/// `quay.io`.
pub fn host_of_file(name: &str) -> Option<String> {
    let stem = match name.strip_suffix(".toml") {
        Some(stem) => ["-hosts", "_hosts", ".hosts"]
            .iter()
            .find_map(|end| stem.strip_suffix(end))
            .or_else(|| stem.strip_prefix("hosts-"))
            .or_else(|| stem.strip_prefix("hosts_"))
            .unwrap_or(stem),
        None => name,
    };
    match likeness(stem) {
        Likeness::None => None,
        Likeness::Dotted if stem == name => None,
        _ => Some(meant_host(stem).unwrap_or_else(|| registry_host(stem).into_owned())),
    }
}

/// Endings of common files in repositories; a name with one is not meant as a registry host.
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
    fn folders_with_dots_are_no_registries() {
        for name in [
            "docker.io",
            "_default",
            "localhost",
            "reg_5000_",
            "reg:5000",
            "10.0.0.1",
            "harbor.corp.example",
            "registry-2.docker.io",
            "reg.corp_5000",
            "reg.corp__5000",
            "eu.gcr.io",
            "mirror.svc",
            "registry_5000",
        ] {
            assert_eq!(likeness(name), Likeness::Sure, "{name}");
        }
        for name in ["site.example", "easzlab.io", "my.project"] {
            assert_eq!(likeness(name), Likeness::Dotted, "{name}");
        }
        for name in [
            "docs.wiki",
            "zuul.d",
            "Dockerfile.d",
            "v1.7",
            "containerd-2.0",
            "files",
            "go.mod.d",
            "a b.io",
            ".github",
            "README.md",
            "certs.d",
            "node_1",
            "worker_10",
            "x_86",
        ] {
            assert_eq!(likeness(name), Likeness::None, "{name}");
        }
    }

    #[test]
    fn files_are_named_for_registries() {
        for (name, host) in [
            ("docker.io.toml", "docker.io"),
            ("docker.io-hosts.toml", "docker.io"),
            ("hosts-quay.io.toml", "quay.io"),
            ("quay.io", "quay.io"),
            ("reg.corp_5000_.toml", "reg.corp:5000"),
            ("_default.toml", "_default"),
        ] {
            assert_eq!(host_of_file(name).as_deref(), Some(host), "{name}");
        }
        for name in [
            "hosts.toml",
            "config.toml",
            "Cargo.lock",
            "go.mod",
            "site.example",
            "README.md",
        ] {
            assert_eq!(host_of_file(name), None, "{name}");
        }
    }

    #[test]
    fn deploy_paths_are_known_by_their_end() {
        let known = |path| known_deploy_path(path);
        assert_eq!(
            known("talos/etc/cri/conf.d/hosts"),
            Some("/etc/cri/conf.d/hosts")
        );
        assert_eq!(known("etc/docker/certs.d"), Some("/etc/docker/certs.d"));
        assert_eq!(known("talos/xetc/cri/conf.d/hosts"), None);
        assert_eq!(known("roles/x/certs.d"), None);
        let of = "/var/lib/rancher/rke2/agent/etc/containerd/certs.d";
        let source = generator(of).map(Generator::source);
        assert_eq!(source.as_deref(), Some("/etc/rancher/rke2/registries.yaml"));
        assert_eq!(generator("/etc/containerd/certs.d"), None);
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
