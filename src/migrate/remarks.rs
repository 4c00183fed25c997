//! The words of the remarks about endpoints and registries.

use super::hosts_toml::{HostsFile, is_own};
use super::report::{Remark, Weight};
use super::section::Written;
use super::source::SourceKind;
use super::tables::shown;
use crate::containerd::loader::is_loopback;
use crate::containerd::mirrors::{MirrorFault, MirrorFaultKind};
use crate::containerd::{Endpoint, Release};
use crate::finding::hosts::{classify, is_account_registry};
use crate::finding::{Classification, HostPatterns};

/// The subject of a remark about a registry.
pub fn registry(host: &str) -> String {
    shown(host)
}

/// A name under which no image is looked up.
pub fn never_looked_up(host: &str, kind: SourceKind) -> Remark {
    let remark = Remark::new(
        Weight::Fine,
        match host {
            "" => "\"\"".to_owned(),
            host => registry(host),
        },
        "no image is looked up under this name, so the entry had no effect and is not written",
    );
    match (host, kind) {
        ("index.docker.io", _) => remark.help("images of Docker Hub are looked up as `docker.io`"),
        _ if host.contains("://") => remark.help("write the registry without a scheme"),
        _ if host.contains('/') => {
            remark.help("write only the host of the registry, without a path")
        }
        _ if !host.contains(['.', ':']) => remark.help(
            "the first part of an image name is a host only if it contains a dot or a port, or is `localhost`",
        ),
        _ => remark,
    }
}

/// Something that was never of use.
pub fn fault(fault: &MirrorFault, place: &str, kind: SourceKind) -> Remark {
    let is_docker = kind == SourceKind::Docker;
    let endpoint = shown(&fault.endpoint);
    let remark = |weight, message: String| Remark::new(weight, place, message);
    match &fault.kind {
        MirrorFaultKind::Url(error) => {
            // The invalid part may be in the middle of a password.
            let why = match fault.endpoint.contains(['@', '?']) {
                true => String::new(),
                false => format!(" ({error})"),
            };
            remark(
                Weight::Doubtful,
                format!(
                    "`{endpoint}` is not a valid URL{why} and is left out; with it, {}",
                    match is_docker {
                        true => "Docker does not start",
                        false => "pulls failed",
                    }
                ),
            )
            .help("correct it in the source and migrate again")
        }
        MirrorFaultKind::Unusable => remark(
            Weight::Doubtful,
            format!("`{endpoint}` is left out: an endpoint needs `https://` or `http://`, and a host"),
        )
        .help("correct it in the source and migrate again"),
        MirrorFaultKind::HalfClientPair => remark(
            Weight::Doubtful,
            format!("`{endpoint}` has a client certificate without a key, or a key alone, so that pulls failed; it is written without them"),
        )
        .help("set both `cert_file` and `key_file`, and migrate again"),
        MirrorFaultKind::UnusedTls => remark(
            Weight::Fine,
            format!("the TLS settings for `{endpoint}` had no effect on plain HTTP and are not written"),
        )
        .help("in a hosts.toml they would make newer releases try HTTPS first"),
        MirrorFaultKind::UnusedParts if is_docker => remark(
            Weight::Doubtful,
            format!("Docker rejects `{endpoint}` for its user, password, query or fragment and does not start; it is written without them"),
        ),
        MirrorFaultKind::UnusedParts => remark(
            Weight::Fine,
            format!("user, password, query and fragment of `{endpoint}` had no effect and are not written"),
        ),
    }
}

/// Nothing that could be written.
pub fn nothing_left(host: &str) -> Remark {
    Remark::new(
        Weight::Lost,
        registry(host),
        "none of its endpoints is usable, so no directory is written",
    )
    .help("correct the endpoints in the source and migrate again")
}

/// A table that says what goes without saying.
pub fn needless(host: &str) -> Remark {
    Remark::new(
        Weight::Fine,
        registry(host),
        "needs no directory: by default, containerd tries the registry itself",
    )
}

/// A host that is not allowed in a URL.
pub fn no_host(endpoint: &Endpoint, host: &str) -> Remark {
    Remark::new(
        Weight::Doubtful,
        registry(host),
        format!(
            "`{}` is not a valid host name, and is left out",
            shown(&endpoint.host)
        ),
    )
}

/// A password in a place from which it would be copied into the tree.
pub fn credentials_in_path(endpoint: &Endpoint, host: &str) -> Remark {
    Remark::new(
        Weight::Doubtful,
        registry(host),
        format!(
            "an endpoint at `{}` seems to have a user and a password in its path, and is left out",
            shown(&endpoint.host)
        ),
    )
    .help("correct the URL in the source and migrate again")
}

/// An address that 1.x does not read in the key of a table.
pub fn bracketed(endpoint: &Endpoint, host: &str) -> Remark {
    Remark::new(
        Weight::Lost,
        registry(host),
        format!(
            "`{}` is left out: containerd 1.x drops a hosts.toml with brackets in the key of a table (containerd#10055)",
            endpoint.url()
        ),
    )
    .help("give the address a name in DNS or /etc/hosts, use it in the source and migrate again; or migrate for 2.x only: `--containerd '>=2.0'`")
}

/// The remark about the wildcard.
pub fn wildcard(too_old: &[Release]) -> Remark {
    if !too_old.is_empty() {
        let releases: Vec<String> = too_old.iter().map(ToString::to_string).collect();
        return Remark::new(
            Weight::Lost,
            "_default",
            format!("containerd {} does not look for it", releases.join(", ")),
        )
        .help("list each registry in the source and migrate again, or upgrade to 1.6.17 or later");
    }
    Remark::new(
        Weight::Fine,
        "_default",
        "replaces `*`: a registry with a directory of its own, even an empty one, does not use it",
    )
}

/// Remarks about settings that are carried over and expose something, or never worked.
pub fn of_endpoints(files: &[HostsFile]) -> Vec<Remark> {
    let mut remarks = Vec::new();
    for file in files {
        let about = registry(&file.directory);
        for endpoint in &file.endpoints {
            let mut doubt = |message: String, help: &str| {
                let message = format!("`{}` {message}", endpoint.url());
                remarks.push(Remark::new(Weight::Doubtful, about.clone(), message).help(help));
            };
            let is_here = is_loopback(&endpoint.host);
            if endpoint.skips_verification() && !is_here {
                doubt(
                    "is not verified, as before: anyone on the network path can pose as it"
                        .to_owned(),
                    "set `ca` to its CA and delete `skip_verify`",
                );
            }
            if endpoint.scheme == "http" && !is_here {
                doubt(
                    "is contacted over plain HTTP, as before".to_owned(),
                    "serve it over TLS, and write `https://`",
                );
            }
            if !endpoint.path.split('/').any(|part| part == "v2") {
                let root = endpoint.path.trim_end_matches('/');
                doubt(
                    format!(
                        "gets requests for {root}/IMAGE/manifests/TAG, without the `/v2` of the registry API, as before"
                    ),
                    match root {
                        "" => {
                            "if it never worked, delete the trailing slash in the source, or `override_path` and the slash here"
                        }
                        _ => {
                            "if it never worked, write the path from its documentation, usually with `/v2` in front"
                        }
                    },
                );
            }
            let is_mirror = !is_own(file.host.as_deref(), endpoint);
            if let Some(who) = stranger(&endpoint.host).filter(|_| is_mirror) {
                doubt(
                    format!(
                        "{who}may resolve tags, as before: it decides which image a tag refers to"
                    ),
                    "unless it is yours, write `capabilities = [\"pull\"]`; tags are then requested from the endpoints after it, which the node must be able to reach",
                );
            }
            let site = ["docker.io", "hub.docker.com"];
            if site.contains(&endpoint.host.as_str()) {
                doubt(
                    "is a web site, not a registry, and served no image before either".to_owned(),
                    "write `https://registry-1.docker.io`",
                );
            }
        }
        let ends_elsewhere = file.host.as_deref().is_some_and(|host| {
            file.endpoints.iter().any(|e| is_own(Some(host), e))
                && file
                    .endpoints
                    .last()
                    .is_some_and(|e| !is_own(Some(host), e))
        });
        if ends_elsewhere {
            remarks.push(Remark::new(
                Weight::Fine,
                about,
                "the registry itself is listed before other endpoints, so the last of those becomes `server`, as before",
            ));
        }
    }
    together(remarks)
}

/// One remark for several registries with the same text.
fn together(remarks: Vec<Remark>) -> Vec<Remark> {
    let mut joined: Vec<Remark> = Vec::new();
    for remark in remarks {
        let same =
            |known: &&mut Remark| (&known.message, &known.help) == (&remark.message, &remark.help);
        match joined.iter_mut().find(same) {
            Some(known) => known.about += &format!(", {}", remark.about),
            None => joined.push(remark),
        }
    }
    joined
}

/// The operator of a host that is, as far as is known, not the user's own.
fn stranger(host: &str) -> Option<String> {
    let nothing_said = HostPatterns::default();
    match classify(host, &nothing_said, &nothing_said) {
        Classification::KnownPublic(operator) if operator != "unknown" => {
            Some(format!("({operator}) "))
        }
        Classification::KnownPublic(_) => Some(String::new()),
        Classification::Unclassified if !is_account_registry(host) => Some(String::new()),
        _ => None,
    }
}

/// Remarks about config.toml as a whole.
pub fn of_config(written: &Written, releases: &[Release], holds_registries: bool) -> Vec<Remark> {
    let mut remarks = Vec::new();
    if !holds_registries {
        return remarks;
    }
    let list = |releases: Vec<&Release>| {
        let texts: Vec<String> = releases.iter().map(ToString::to_string).collect();
        texts.join(", ")
    };
    let blind: Vec<&Release> = releases
        .iter()
        .filter(|release| !written.plugin.is_read(written.version, **release))
        .collect();
    if !blind.is_empty() {
        let version = written.version.max(1);
        remarks.push(Remark::new(
            Weight::Doubtful,
            written.plugin.header(""),
            format!(
                "is not read by containerd {} in a file of version {version}; with the tree, its settings take effect",
                list(blind)
            ),
        ));
    }
    let newer: Vec<&Release> = releases.iter().filter(|release| release.is_v2()).collect();
    if written.has_tls && !newer.is_empty() {
        remarks.push(Remark::new(
            Weight::Fine,
            "configs.*.tls",
            format!(
                "was ignored by containerd {} (containerd#11624); in the tree, the settings take effect again",
                list(newer)
            ),
        ));
    }
    remarks
}
