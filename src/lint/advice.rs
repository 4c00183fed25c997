//! What to write instead of a key that people expect in a hosts.toml and that is not there.

use super::tables::header_for;
use crate::document::{Item, Node};

/// What to say of an unknown key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Advice {
    /// What to write instead.
    pub help: String,
    /// What it says is so without it.
    pub harmless: bool,
    /// Something else reads it.
    pub read_by: Option<&'static str>,
}

fn say(help: impl Into<String>) -> Option<Advice> {
    let help = help.into();
    Some(Advice {
        harmless: help.starts_with("take it out: "),
        help,
        read_by: None,
    })
}

/// The advice for a key of the host table of `url`, or of the root of the file when that is `None`.
pub fn advice(item: &Item, url: Option<&str>) -> Option<Advice> {
    let name = normal(&item.key.value);
    let text = item.string();
    let holds = |value: bool| item.boolean() == Some(value);
    match name.as_str() {
        "plain_http" | "plainhttp" | "http" | "use_http" | "insecure_http" if holds(false) => {
            say("take it out: the scheme of the URL says whether it is HTTP")
        }
        "plain_http" | "plainhttp" | "http" | "use_http" | "insecure_http" => say(match url {
            Some(url) if !url.starts_with("http://") => format!(
                "to use plain HTTP, write it in the URL: {}",
                header_for(&with_scheme("http", url))
            ),
            Some(_) => "take it out: the URL says http:// already".to_owned(),
            None => "to use plain HTTP, write it in the URL: `server = \"http://…\"`".to_owned(),
        }),
        "insecure" | "insecure_skip_verify" | "skip_tls_verify" | "tls_skip_verify"
        | "insecure_skip_tls_verify" | "skip_verification" | "allow_insecure" | "verify"
        | "tls_verify" => {
            let off = match name.as_str() {
                "verify" | "tls_verify" => holds(true),
                _ => holds(false),
            };
            match off {
                true => say("take it out: certificates are verified unless `skip_verify = true` says otherwise"),
                false => say(match url {
                    Some(url) if url.starts_with("https://") => format!(
                        "to do without verifying the certificate, write `skip_verify = true`; to use plain HTTP, {}",
                        header_for(&with_scheme("http", url))
                    ),
                    _ => "to do without verifying the certificate, write `skip_verify = true`".to_owned(),
                }),
            }
        }
        "username" | "user" | "password" | "auth" | "auths" | "basic_auth" | "token"
        | "identitytoken" | "identity_token" | "registrytoken" | "credentials" | "credential"
        | "credential_domain" | "auth_file" => say(format!(
            "hosts.toml holds no credentials: give them for {} as an image pull secret or by a credential provider of the kubelet; containerd looks them up by the host that it asks",
            url.map_or("the registry", host_of)
        )),
        "tls" | "tls_config" | "ssl" => say(
            "write `ca`, `client` and `skip_verify` among the keys of the host itself, without a table around them",
        ),
        "ca_file" | "cafile" | "ca_cert" | "cacert" | "ca_path" | "capath" | "ca_certs"
        | "ca_crt" | "certificate_authority" | "root_ca" | "cas" | "ca_bundle" => say(match text {
            Some(path) => format!("write `ca = \"{path}\"`"),
            None => "write `ca`, with the path of the file".to_owned(),
        }),
        "cert" | "cert_file" | "certfile" | "crt" | "certificate" | "client_cert"
        | "client_certificate" | "key" | "key_file" | "keyfile" | "client_key" | "private_key"
        | "clientcert" | "clientkey" | "keypair" => say(
            "write both as a pair: `client = [[\"CERTIFICATE\", \"KEY\"]]`, with the paths of the two files",
        ),
        "proxy" | "http_proxy" | "https_proxy" | "no_proxy" | "proxy_url" => say(
            "containerd takes its proxy from its environment: set HTTPS_PROXY and NO_PROXY for its service",
        ),
        "rewrite" | "rewrites" => Some(Advice {
            help: "use `override_path = true` and a URL with the path of the repository, where one prefix is enough".to_owned(),
            harmless: false,
            read_by: Some("the containerd of k3s and rke2"),
        }),
        "priority" | "weight" | "order" => say("hosts are tried in the order of the file: move the table"),
        "url" | "uri" | "address" | "addr" | "location" | "endpoint" | "endpoints" | "host"
        | "mirror" | "mirrors" | "dial_addr" => say(match text.or(first_text(item)) {
            Some(url) => format!(
                "write the URL as the name of a table: {}",
                header_for(&with_scheme_if_none(url))
            ),
            None => "write the URL as the name of a table: [host.\"https://…\"]".to_owned(),
        }),
        "timeout" | "connect_timeout" | "connection_timeout" | "dialtimeout" => {
            say(match text {
                Some(value) => format!("write `dial_timeout = \"{value}\"`, which containerd knows from 2.0.7"),
                None => "write `dial_timeout = \"5s\"`, which containerd knows from 2.0.7".to_owned(),
            })
        }
        "path" | "prefix" | "namespace" | "project" | "repository" => say(
            "write the path in the URL, `/v2` included, and `override_path = true`",
        ),
        "version" | "plugins" | "config_path" | "disabled_plugins" | "required_plugins"
        | "imports" | "registry_config" | "configs" | "grpc" | "proxy_plugins" | "debug"
        | "metrics" => say("this belongs in containerd's own configuration, /etc/containerd/config.toml"),
        "disabled" | "enabled" | "enable" => say("take the table out, or put it in comments"),
        "push" | "pull" | "resolve" => say("write it as a word of `capabilities`"),
        _ if item.key.value.contains('-') && text.is_some() && is_header(&item.key.value)
            || name == "authorization"
            || name == "user_agent" =>
        {
            say(match url {
                Some(url) => format!(
                    "a header goes into the table {}.header]",
                    header_for(url).trim_end_matches(']')
                ),
                None => "a header goes into the table [header]".to_owned(),
            })
        }
        _ => None,
    }
}

/// Whether it looks like an HTTP header: `X-Registry`, `Cache-Control`.
fn is_header(name: &str) -> bool {
    name.split('-')
        .all(|word| word.starts_with(|c: char| c.is_ascii_uppercase()))
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

fn host_of(url: &str) -> &str {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    rest.split('/').next().unwrap_or(rest)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::Document;

    fn of(line: &str) -> Option<String> {
        let document = Document::parse(line).unwrap();
        advice(&document.root.items[0], Some("https://m.internal/v2")).map(|a| a.help)
    }

    #[test]
    fn advice_has_the_values_of_the_file() {
        for (line, want) in [
            ("plain_http = true", "[host.\"http://m.internal/v2\"]"),
            ("ca_file = \"a.pem\"", "`ca = \"a.pem\"`"),
            ("insecureSkipVerify = true", "`skip_verify = true`"),
            ("Password = \"x\"", "for m.internal as"),
            ("endpoint = [\"https://b\"]", "[host.\"https://b\"]"),
            ("X-Team = \"a\"", "[host.\"https://m.internal/v2\".header]"),
        ] {
            let help = of(line).unwrap();
            assert!(help.contains(want), "{line}: {help}");
        }
        assert_eq!(of("pineapple = 1"), None);
        assert!(!of("password = \"hunter2\"").unwrap().contains("hunter2"));
    }
}
