//! What to write instead of a key that people expect in a hosts.toml and that is not there.

use crate::facts::host_tables::header_for;
use crate::toml::view::{Item, Node, Table};

/// What to say of an unknown key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Advice {
    /// What to write instead.
    pub help: String,
    /// What containerd does without it; empty for nothing in particular.
    pub effect: String,
    /// What it says is so without it.
    pub harmless: bool,
    /// Something else reads it.
    pub read_by: Option<&'static str>,
}

impl Advice {
    fn new(help: impl Into<String>) -> Advice {
        Advice {
            help: help.into(),
            effect: String::new(),
            harmless: false,
            read_by: None,
        }
    }

    fn so(mut self, effect: impl Into<String>) -> Advice {
        self.effect = effect.into();
        self
    }

    fn harmless(help: impl Into<String>) -> Advice {
        Advice {
            harmless: true,
            ..Advice::new(help)
        }
    }
}

/// The advice for a key of `table`, the host table of `url`, or the root of the file when that is `None`.
/// Keys with the same advice are one matter.
pub fn advice(item: &Item, table: &Table, url: Option<&str>) -> Option<Advice> {
    let name = normal(&item.key.value);
    let off = item.boolean() == Some(false);
    Some(match name.as_str() {
        "plain_http" | "plainhttp" | "http" | "use_http" | "insecure_http" => {
            plain_http(off, url)
        }
        "verify" | "tls_verify" => insecure(item.boolean() == Some(true), table, url),
        "insecure" | "insecure_skip_verify" | "skip_tls_verify" | "tls_skip_verify"
        | "insecure_skip_tls_verify" | "skip_verification" | "allow_insecure" => {
            insecure(off, table, url)
        }
        "username" | "user" | "password" | "auth" | "auths" | "basic_auth" | "token"
        | "identitytoken" | "identity_token" | "registrytoken" | "credentials" | "credential"
        | "credential_domain" | "auth_file" => {
            let host = url.map_or("the registry", host_of);
            Advice::new(format!(
                "hosts.toml holds no credentials: give those for {host} as an image pull secret or by a credential provider of the kubelet"
            ))
            .so(format!(
                "containerd does not read it: credentials are looked up by the host that is asked, {host}, and come with the pull"
            ))
        }
        "tls" | "tls_config" | "ssl" => Advice::new(
            "write `ca`, `client` and `skip_verify` among the keys of the host itself, without a table around them",
        )
        .so("containerd does not read it, nor what stands in it"),
        _ if is_ca(&name) => Advice::new(match item.string() {
            Some(path) => format!("write `ca = \"{path}\"`"),
            None => "write `ca`, with the path of the file".to_owned(),
        })
        .so("containerd does not read it: this CA is not used"),
        _ if is_certificate(&name) || is_key(&name) => {
            let path = |is: fn(&str) -> bool| {
                let item = table.items.iter().find(|i| is(&normal(&i.key.value)));
                item.and_then(Item::string)
            };
            let certificate = path(is_certificate).unwrap_or("CERTIFICATE");
            let key = path(is_key).unwrap_or("KEY");
            Advice::new(format!("write `client = [[\"{certificate}\", \"{key}\"]]`"))
                .so("containerd does not read it: this client certificate is not used")
        }
        "proxy" | "http_proxy" | "https_proxy" | "no_proxy" | "proxy_url" => Advice::new(
            "containerd takes its proxy from its environment: set HTTPS_PROXY and NO_PROXY for its service",
        ),
        "rewrite" | "rewrites" => Advice {
            read_by: Some("the containerd of k3s and rke2"),
            ..Advice::new(
                "where one prefix is enough, write it in the URL, as `https://…/v2/PREFIX`, with `override_path = true`",
            )
        },
        "priority" | "weight" | "order" => {
            Advice::new("move the table: hosts are tried in the order of the file")
        }
        "url" | "uri" | "address" | "addr" | "location" | "endpoint" | "endpoints" | "host"
        | "mirror" | "mirrors" | "dial_addr" => {
            Advice::new(match item.string().or(first_text(item)) {
                Some(url) => format!(
                    "write the URL as the name of a table: {}",
                    header_for(&with_scheme_if_none(url))
                ),
                None => "write the URL as the name of a table: [host.\"https://…\"]".to_owned(),
            })
        }
        "timeout" | "connect_timeout" | "connection_timeout" => Advice::new(match item.string() {
            Some(value) => format!(
                "write `dial_timeout = \"{value}\"`, which containerd knows from 2.0.7"
            ),
            None => "write `dial_timeout = \"5s\"`, which containerd knows from 2.0.7".to_owned(),
        }),
        "path" | "prefix" | "namespace" | "project" | "repository" => Advice::new(
            "write the path in the URL, `/v2` included, with `override_path = true`",
        ),
        "version" | "plugins" | "config_path" | "disabled_plugins" | "required_plugins"
        | "imports" | "configs" | "grpc" | "proxy_plugins" | "debug" | "metrics" => Advice::new(
            "move it to containerd's own configuration, /etc/containerd/config.toml",
        ),
        "disabled" | "enabled" | "enable" => {
            Advice::new("to switch an entry off, take its table out or put it in comments")
        }
        "push" | "pull" | "resolve" => Advice::new("write it as a word of `capabilities`"),
        _ if is_header(item) => Advice::new(match url {
            Some(url) => format!(
                "a header goes into the table {}.header]",
                header_for(url).trim_end_matches(']')
            ),
            None => "a header goes into the table [header]".to_owned(),
        })
        .so("containerd does not read it: the header is not sent"),
        _ => return None,
    })
}

fn plain_http(off: bool, url: Option<&str>) -> Advice {
    if off {
        return Advice::harmless(
            "take it out: it is the scheme of the URL that says whether this is HTTP",
        );
    }
    match url {
        Some(url) if url.starts_with("http://") => {
            Advice::harmless("take it out: the URL says http:// already")
        }
        Some(url) => Advice::new(format!(
            "to use plain HTTP, write it in the URL: {}",
            header_for(&with_scheme("http", url))
        ))
        .so("containerd does not read it: this host is asked over HTTPS"),
        None => Advice::new("to use plain HTTP, write it in the URL: `server = \"http://…\"`"),
    }
}

fn insecure(off: bool, table: &Table, url: Option<&str>) -> Advice {
    if table.get("skip_verify").and_then(Item::boolean) == Some(true) {
        return Advice::harmless("take it out: `skip_verify = true` says it already");
    }
    if off {
        return Advice::harmless(
            "take it out: certificates are verified unless `skip_verify = true` says otherwise",
        );
    }
    match url {
        Some(url) if url.starts_with("http://") => Advice::harmless(
            "take it out: the URL says http://, and there is no certificate to verify",
        ),
        Some(url) => Advice::new(format!(
            "to do without verifying the certificate, write `skip_verify = true`; to use plain HTTP, {}",
            header_for(&with_scheme("http", url))
        ))
        .so("containerd does not read it: the certificate of this host is verified"),
        None => Advice::new(
            "to do without verifying the server's certificate, write `skip_verify = true`",
        ),
    }
}

fn is_ca(name: &str) -> bool {
    [
        "ca_file",
        "cafile",
        "ca_cert",
        "cacert",
        "ca_path",
        "capath",
        "ca_certs",
        "ca_crt",
        "certificate_authority",
        "root_ca",
        "cas",
        "ca_bundle",
    ]
    .contains(&name)
}

fn is_certificate(name: &str) -> bool {
    [
        "cert",
        "cert_file",
        "certfile",
        "crt",
        "certificate",
        "client_cert",
        "client_certificate",
        "clientcert",
        "tls_cert",
    ]
    .contains(&name)
}

fn is_key(name: &str) -> bool {
    [
        "key",
        "key_file",
        "keyfile",
        "client_key",
        "private_key",
        "clientkey",
        "tls_key",
    ]
    .contains(&name)
}

/// Whether it looks like an HTTP header: `X-Registry`, `Cache-Control`.
fn is_header(item: &Item) -> bool {
    let name = &item.key.value;
    let capitalised = name
        .split('-')
        .all(|word| word.starts_with(|c: char| c.is_ascii_uppercase()));
    let is_text = item.string().is_some() || first_text(item).is_some();
    is_text && (capitalised && name.contains('-') || name.eq_ignore_ascii_case("authorization"))
}

fn first_text(item: &Item) -> Option<&str> {
    match &item.node {
        Node::Array(elements) => elements.iter().find_map(|(node, _)| match node {
            Node::String(text) => Some(text.as_str()),
            _ => None,
        }),
        _ => None,
    }
}

/// `insecure_skip_verify` for `insecureSkipVerify` and `insecure-skip-verify`.
fn normal(key: &str) -> String {
    let mut name = String::with_capacity(key.len());
    for (i, c) in key.char_indices() {
        let after_small = key[..i].ends_with(|c: char| c.is_ascii_lowercase());
        if c.is_ascii_uppercase() && after_small {
            name.push('_');
        }
        name.push(if c == '-' {
            '_'
        } else {
            c.to_ascii_lowercase()
        });
    }
    name
}

fn with_scheme(scheme: &str, url: &str) -> String {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    format!("{scheme}://{rest}")
}

fn with_scheme_if_none(url: &str) -> String {
    match url.contains("://") {
        true => url.to_owned(),
        false => with_scheme("https", url),
    }
}

/// The host of a URL, without user and password.
fn host_of(url: &str) -> &str {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    let host = rest.split('/').next().unwrap_or(rest);
    host.rsplit('@').next().unwrap_or(host)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::toml::view::Document;

    fn of(lines: &str) -> Option<String> {
        let document = Document::parse(lines).unwrap();
        let root = &document.root;
        advice(&root.items[0], root, Some("https://m.internal/v2")).map(|a| a.help)
    }

    #[test]
    fn advice_has_the_values_of_the_file() {
        for (lines, want) in [
            ("plain_http = true", "[host.\"http://m.internal/v2\"]"),
            ("ca_file = \"a.pem\"", "`ca = \"a.pem\"`"),
            (
                "key = \"b.key\"\ncert = \"a.pem\"",
                "`client = [[\"a.pem\", \"b.key\"]]`",
            ),
            ("insecureSkipVerify = true", "`skip_verify = true`"),
            ("Password = \"x\"", "for m.internal as"),
            ("endpoint = [\"https://b\"]", "[host.\"https://b\"]"),
            ("X-Team = \"a\"", "[host.\"https://m.internal/v2\".header]"),
        ] {
            let help = of(lines).unwrap();
            assert!(help.contains(want), "{lines}: {help}");
        }
        assert_eq!(of("pineapple = 1"), None);
        assert!(!of("password = \"hunter2\"").unwrap().contains("hunter2"));
        assert_eq!(host_of("https://robot:hunter2@m.internal/v2"), "m.internal");
    }
}
