//! Remedies for keys that other tools have and containerd does not.

use crate::facts::host_tables::header_for;
use crate::go::duration;
use crate::toml::view::{Item, Node, Table};

/// The advice about an unknown key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Advice {
    /// The remedy.
    pub help: String,
    /// The effect on containerd; empty for the default one.
    pub effect: String,
    /// Whether the key states what is the case anyway.
    pub harmless: bool,
    /// Another program that reads it.
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

/// Where an unknown key is.
#[derive(Debug, Clone, Copy)]
pub struct Asker<'a> {
    /// The URL of the host table; `None` at the root of the file.
    pub url: Option<&'a str>,
    /// Whether it is the namespace's own registry.
    pub is_own: bool,
    /// Whether Git tracks the file.
    pub is_tracked: bool,
}

/// The advice for a key of `table`. Keys with the same advice are reported together.
pub fn advice(item: &Item, table: &Table, of: &Asker<'_>) -> Option<Advice> {
    let url = of.url;
    let name = normal(&item.key.value);
    let off = item.boolean() == Some(false);
    Some(match name.as_str() {
        "plain_http" | "plainhttp" | "http" | "use_http" | "insecure_http" => plain_http(off, url),
        "verify" | "tls_verify" => insecure(item.boolean() == Some(true), table, url),
        "insecure"
        | "insecure_skip_verify"
        | "skip_tls_verify"
        | "tls_skip_verify"
        | "insecure_skip_tls_verify"
        | "skip_verification"
        | "allow_insecure" => insecure(off, table, url),
        name if is_credential(name) => credentials(table, of),
        "tls" | "tls_config" | "ssl" => {
            Advice::new("write `ca` and `client` directly in the host table")
                .so("containerd silently ignores the whole table")
        }
        _ if is_ca(&name) => Advice::new(match item.string() {
            Some(path) => format!("write `ca = \"{path}\"`"),
            None => "write `ca` with the path of the file".to_owned(),
        })
        .so("containerd ignores it: this CA is not used"),
        _ if is_certificate(&name) || is_key(&name) => {
            let path = |is: fn(&str) -> bool| {
                let item = table.items.iter().find(|i| is(&normal(&i.key.value)));
                item.and_then(Item::string)
            };
            let certificate = path(is_certificate).unwrap_or("CERTIFICATE");
            let key = path(is_key).unwrap_or("KEY");
            Advice::new(format!("write `client = [[\"{certificate}\", \"{key}\"]]`"))
                .so("containerd ignores it: this client certificate is not used")
        }
        "proxy" | "http_proxy" | "https_proxy" | "no_proxy" | "proxy_url" => {
            Advice::new("set HTTPS_PROXY and NO_PROXY in the environment of containerd's service")
        }
        "rewrite" | "rewrites" => Advice {
            read_by: Some("the containerd of k3s and RKE2"),
            ..Advice::new(
                "write a prefix in the URL, such as `https://…/v2/PREFIX`, with `override_path = true`",
            )
        },
        "priority" | "weight" | "order" => {
            Advice::new("move the table: containerd tries hosts in the order of the file")
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
            Some(value) if duration::parse(value).is_ok_and(|value| value > 0) => {
                format!("write `dial_timeout = \"{value}\"`, which needs containerd 2.0.7 or later")
            }
            _ => "write `dial_timeout = \"5s\"`, which needs containerd 2.0.7 or later".to_owned(),
        }),
        "path" | "prefix" | "namespace" | "project" | "repository" => {
            Advice::new("write the path in the URL, including `/v2`, with `override_path = true`")
        }
        "version" | "plugins" | "config_path" | "disabled_plugins" | "required_plugins"
        | "imports" | "configs" | "grpc" | "proxy_plugins" | "debug" | "metrics" => {
            Advice::new("move it to containerd's configuration, /etc/containerd/config.toml")
        }
        "disabled" | "enabled" | "enable" => {
            Advice::new("delete the table to disable the host, or comment it out")
        }
        "push" | "pull" | "resolve" => Advice::new("list it in `capabilities`"),
        _ if is_header(item) => Advice::new(match url {
            Some(url) => format!(
                "move the header to the table {}.header]",
                header_for(url).trim_end_matches(']')
            ),
            None => "move the header to a table [header]".to_owned(),
        })
        .so("containerd ignores it: the header is not sent"),
        _ => return None,
    })
}

fn plain_http(off: bool, url: Option<&str>) -> Advice {
    if off {
        return Advice::harmless("delete it: the scheme of the URL decides between HTTP and HTTPS");
    }
    match url {
        Some(url) if url.starts_with("http://") => {
            Advice::harmless("delete it: the URL begins with `http://`")
        }
        Some(url) => Advice::new(format!(
            "write `http://` in the URL to use plain HTTP: {}",
            header_for(&with_scheme("http", url))
        ))
        .so("containerd ignores it: requests to this host use HTTPS"),
        None => {
            Advice::new("write `http://` in the URL to use plain HTTP: `server = \"http://…\"`")
        }
    }
}

fn insecure(off: bool, table: &Table, url: Option<&str>) -> Advice {
    if table.get("skip_verify").and_then(Item::boolean) == Some(true) {
        return Advice::harmless("delete it: `skip_verify = true` is set already");
    }
    if off {
        return Advice::harmless("delete it: containerd verifies certificates by default");
    }
    match url {
        Some(url) if url.starts_with("http://") => Advice::harmless(
            "delete it: plain HTTP has no certificate to verify",
        ),
        Some(url) => Advice::new(format!(
            "write `ca` with the CA that issued its certificate, or {} for plain HTTP",
            header_for(&with_scheme("http", url))
        ))
        .so("containerd ignores it (its key is `skip_verify`): the certificate of this host is verified"),
        None => Advice::new("write `ca` with the CA that issued the certificate of the server")
            .so("containerd ignores it (its key is `skip_verify`): the certificate is verified"),
    }
}

/// Where credentials belong. What was written here is known to everyone who can read the file.
fn credentials(table: &Table, of: &Asker<'_>) -> Advice {
    let host = of.url.map_or("the registry", host_of);
    let is_secret = |item: &Item| {
        let name = normal(&item.key.value);
        !matches!(
            name.as_str(),
            "username" | "user" | "auth_file" | "credential_domain"
        ) && is_credential(&name)
            && item.string().is_none_or(|text| !text.is_empty())
    };
    let mut help = match of.is_own {
        true => format!("delete it, and use an image pull secret for {host}"),
        false => format!(
            "delete it, and let {host} serve anonymous pulls or set `auth` for it in config.toml"
        ),
    };
    if of.is_tracked && table.items.iter().any(is_secret) {
        help += ". Replace the credentials, because they are in the Git history";
    }
    Advice::new(help).so(match of.is_own {
        true => format!("containerd reads no credentials from hosts.toml: pulls from {host} use those of the pull request"),
        false => format!("containerd reads no credentials from hosts.toml, and no pull secret is looked up by the name {host}"),
    })
}

/// Whether a key was to hold credentials, or a part of them.
fn is_credential(name: &str) -> bool {
    [
        "username",
        "user",
        "password",
        "passwd",
        "pass",
        "secret",
        "auth",
        "auths",
        "basic_auth",
        "token",
        "bearer_token",
        "identitytoken",
        "identity_token",
        "registrytoken",
        "registry_token",
        "credentials",
        "credential",
        "credential_domain",
        "auth_file",
    ]
    .contains(&name)
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
pub fn host_of(url: &str) -> &str {
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
        let of = Asker {
            url: Some("https://m.internal/v2"),
            is_own: true,
            is_tracked: false,
        };
        advice(&root.items[0], root, &of).map(|a| a.help)
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
            ("insecureSkipVerify = true", "write `ca`"),
            ("Password = \"x\"", "pull secret for m.internal"),
            ("timeout = \"5\"", "`dial_timeout = \"5s\"`"),
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
