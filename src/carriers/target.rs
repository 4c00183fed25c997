//! The path of a file on the node, derived from its path in the repository.

use std::ops::Range;

use super::text::Text;

/// The purpose of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Target {
    /// A config path itself, named as the place for a file.
    ConfigPath,
    /// A file of a config path.
    Tree(Destination),
    /// A hosts.toml whose path does not name its namespace.
    HostsFile {
        /// The intended name of its directory's parent, if the actual name is similar.
        near: Option<Near>,
    },
    /// registries.yaml of k3s and RKE2.
    Registries,
    /// containerd's own configuration, or a file that it imports.
    Config,
    /// Nothing that matters here.
    Other,
}

/// A directory whose name is nearly that of a config path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Near {
    /// Its place in the path.
    pub span: Range<usize>,
    /// Its name.
    pub name: String,
    /// The intended name.
    pub meant: &'static str,
}

/// The place of a file in a tree.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Destination {
    /// The config path on the node.
    pub root: String,
    /// The namespace; `None` for a file beside the namespaces.
    pub namespace: Option<String>,
    /// Where the path names it.
    pub namespace_span: Range<usize>,
    /// The path of the file below that.
    pub file: String,
}

/// Where trees of nodes are, and what is before them in an image or a volume is not.
const ROOTS: [&str; 5] = [
    "/etc/containerd/",
    "/etc/docker/",
    "/etc/cri/",
    "/var/lib/rancher/",
    "/var/snap/",
];

/// The config path of a node whose path is not known.
pub const DEFAULT_ROOT: &str = "/etc/containerd/certs.d";

/// A component and its place.
type Component<'a> = (&'a str, Range<usize>);

/// Reads a path.
pub fn of(path: &Text) -> Target {
    let text = path.as_str();
    let parts = components(text);
    let name = parts.last().map_or("", |(name, _)| *name);
    let config_path = (0..parts.len())
        .rev()
        .find(|&at| is_config_path(&parts, at));
    if let Some(at) = config_path {
        let root = root_of(&text[..parts[at].1.end], path, &parts[at].1);
        return below(root, &parts[at + 1..], text);
    }
    if matches!(name, "hosts.toml" | "host.toml") {
        let near = parts
            .len()
            .checked_sub(3)
            .and_then(|at| near(&parts[at], text));
        return Target::HostsFile { near };
    }
    if matches!(name, "registries.yaml" | "registries.yml") {
        return Target::Registries;
    }
    let is_toml = name.ends_with(".toml");
    let mut before = parts.iter().rev().skip(1).map(|(name, _)| *name);
    let is_containerd = before.any(|part| part == "containerd");
    if is_toml && is_containerd && !name.ends_with("hosts.toml") {
        return Target::Config;
    }
    Target::Other
}

fn components(text: &str) -> Vec<Component<'_>> {
    let mut parts = Vec::new();
    let mut at = 0;
    for part in text.split('/') {
        if !part.is_empty() && part != "." {
            parts.push((part, at..at + part.len()));
        }
        at += part.len() + 1;
    }
    parts
}

fn is_config_path(parts: &[Component<'_>], at: usize) -> bool {
    let name = parts[at].0;
    let before = at.checked_sub(1).map_or("", |before| parts[before].0);
    let is_hosts_file = parts.last().is_some_and(|(name, _)| *name == "hosts.toml");
    match name {
        "certs.d" => true,
        // Other programs have folders of these names.
        "hosts.d" => before == "containerd" || is_hosts_file,
        "hosts" => before == "conf.d",
        _ => false,
    }
}

/// The node's path of a config path.
fn root_of(written: &str, path: &Text, span: &Range<usize>) -> String {
    let start = ROOTS.iter().filter_map(|root| written.rfind(root)).max();
    match start {
        Some(start) if !path.touches_unknown(&(start..span.end)) => written[start..].to_owned(),
        _ => DEFAULT_ROOT.to_owned(),
    }
}

fn below(root: String, rest: &[Component<'_>], text: &str) -> Target {
    let place = |namespace: Option<(String, Range<usize>)>, file: &[Component<'_>]| {
        let file: Vec<&str> = file.iter().map(|(name, _)| *name).collect();
        let (namespace, span) = match namespace {
            Some((name, span)) => (Some(name), span),
            None => (None, text.len()..text.len()),
        };
        Target::Tree(Destination {
            root: root.clone(),
            namespace,
            namespace_span: span,
            file: file.join("/"),
        })
    };
    match rest {
        [] => Target::ConfigPath,
        // `certs.d/https://host`: what the shell makes of it are two directories.
        [(scheme @ ("https:" | "http:"), from), (host, to), file @ ..] => {
            let name = format!("{scheme}{host}");
            place(Some((name, from.start..to.end)), file)
        }
        [file] => place(None, std::slice::from_ref(file)),
        [(name, span), file @ ..] => place(Some(((*name).to_owned(), span.clone())), file),
    }
}

/// Whether the directory above a namespace was meant to be a config path.
fn near(part: &Component<'_>, text: &str) -> Option<Near> {
    let (name, span) = part;
    let is_deployed = ROOTS[..2].iter().any(|root| text.contains(root));
    let known = [
        "cert.d",
        "certs",
        "certs.conf.d",
        "certd",
        "certsd",
        "cert",
        "certs-d",
        "certs_d",
        "cets.d",
        "crts.d",
        "host.d",
    ];
    (is_deployed && known.contains(name)).then(|| Near {
        span: span.clone(),
        name: (*name).to_owned(),
        meant: match *name {
            "host.d" => "hosts.d",
            _ => "certs.d",
        },
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn target(path: &str) -> Target {
        of(&Text::of_carrier(path))
    }

    fn place(path: &str) -> (String, Option<String>, String) {
        match target(path) {
            Target::Tree(place) => (place.root, place.namespace, place.file),
            other => panic!("{path}: {other:?}"),
        }
    }

    #[test]
    fn trees() {
        let is = |root: &str, namespace: Option<&str>, file: &str| {
            (
                root.to_owned(),
                namespace.map(str::to_owned),
                file.to_owned(),
            )
        };
        let usual = "/etc/containerd/certs.d";
        assert_eq!(
            place("/host/etc/containerd/certs.d/docker.io/hosts.toml"),
            is(usual, Some("docker.io"), "hosts.toml")
        );
        assert_eq!(
            place("certs.d/a:5000/x/ca.crt"),
            is(usual, Some("a:5000"), "x/ca.crt")
        );
        assert_eq!(
            place("/etc/containerd/certs.d/x.toml"),
            is(usual, None, "x.toml")
        );
        assert_eq!(
            place("/etc/cri/conf.d/hosts/quay.io/hosts.toml"),
            is("/etc/cri/conf.d/hosts", Some("quay.io"), "hosts.toml")
        );
        assert_eq!(
            place("/etc/containerd/certs.d/https://a.example/hosts.toml"),
            is(usual, Some("https:a.example"), "hosts.toml")
        );
    }

    #[test]
    fn others() {
        assert_eq!(target("/etc/containerd/certs.d/"), Target::ConfigPath);
        assert_eq!(
            target("/etc/rancher/k3s/registries.yaml"),
            Target::Registries
        );
        assert_eq!(target("/etc/containerd/config.toml"), Target::Config);
        assert_eq!(target("/etc/containerd/conf.d/x.toml"), Target::Config);
        assert_eq!(target("/etc/other/config.toml"), Target::Other);
        let Target::HostsFile { near: Some(near) } =
            target("/etc/containerd/cert.d/a.b/hosts.toml")
        else {
            panic!()
        };
        assert_eq!(near.name, "cert.d");
        assert_eq!(target("/tmp/hosts.toml"), Target::HostsFile { near: None });
    }
}
