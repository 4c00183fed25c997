//! The text of a hosts.toml that has given endpoints.

use std::fmt::Write;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use crate::containerd::hosts::api_root;
use crate::containerd::mirrors::default_host;
use crate::containerd::{Endpoint, Tls};

/// A hosts.toml to write.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HostsFile {
    /// The registry host; `None` for `_default`.
    pub host: Option<String>,
    /// The directory: the registry host, its port written so that every file system takes it.
    pub directory: String,
    /// The text.
    pub text: String,
    /// The endpoints that it gives.
    pub endpoints: Vec<Endpoint>,
}

/// The characters that stay unescaped in a path.
const IN_PATH: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'/')
    .remove(b'-')
    .remove(b'_')
    .remove(b'.')
    .remove(b'~');

/// The contents of a hosts.toml.
pub struct Content<'a> {
    /// The registry host; `None` for `_default`.
    pub host: Option<&'a str>,
    /// The file that was migrated.
    pub from: &'a str,
    /// The host tables, in order.
    pub hosts: &'a [Endpoint],
    /// The last endpoint; `None` leaves it to the registry of the image.
    pub server: Option<&'a Endpoint>,
    /// How the registry is secured where there is no server.
    pub tls: &'a Tls,
}

/// Writes the text.
pub fn text(content: &Content) -> String {
    let mut out = String::new();
    let (whose, explained) = match content.host {
        Some(host) => (host, ""),
        None => (
            "Every registry that has no directory of its own",
            "\n# Without `server`, the registry itself is tried last.",
        ),
    };
    let _ = writeln!(
        out,
        "# {whose}\n# Migrated from {} by certsd-lint.{explained}",
        content.from
    );
    if let Some(server) = content.server {
        let _ = writeln!(out, "\nserver = {}", quoted(&url(server)));
        // The registry itself keeps all capabilities; pulls use only these two.
        if !is_own(content.host, server) {
            let _ = writeln!(out, "capabilities = [\"pull\", \"resolve\"]");
        }
        settings(&mut out, server);
    } else if content.tls.is_set() {
        let _ = writeln!(out);
        tls(&mut out, content.tls);
    }
    for host in content.hosts {
        let _ = writeln!(out, "\n[host.{}]", quoted(&url(host)));
        let push = match is_own(content.host, host) {
            true => ", \"push\"",
            false => "",
        };
        let _ = writeln!(out, "capabilities = [\"pull\", \"resolve\"{push}]");
        settings(&mut out, host);
    }
    if content.hosts.is_empty() {
        let _ = writeln!(
            out,
            "\n# containerd before 1.7.32 drops a file that has no host table.\n[host]"
        );
    }
    out
}

/// Whether the endpoint is the registry itself.
pub fn is_own(host: Option<&str>, endpoint: &Endpoint) -> bool {
    host.is_some_and(|host| endpoint.host == host || endpoint.host == default_host(host))
}

/// Whether containerd's releases read the URL of this endpoint as it was meant, as far as the host goes.
pub fn is_writable(endpoint: &Endpoint) -> bool {
    endpoint
        .host
        .chars()
        .all(|c| c.is_ascii_alphanumeric() || "-._:[]%~".contains(c))
}

fn url(endpoint: &Endpoint) -> String {
    // `%` is before the zone of an address alone.
    let host = endpoint.host.replace('%', "%25");
    let path = match endpoint.path.as_ref() {
        "/v2" => String::new(),
        path => utf8_percent_encode(path, IN_PATH).to_string(),
    };
    format!("{}://{host}{path}", endpoint.scheme)
}

fn settings(out: &mut String, endpoint: &Endpoint) {
    if endpoint.path != "/v2" && api_root(&endpoint.path, false) != endpoint.path {
        let _ = writeln!(out, "override_path = true");
    }
    tls(out, &endpoint.tls);
}

fn tls(out: &mut String, tls: &Tls) {
    for ca in tls.ca.iter().flatten() {
        let _ = writeln!(out, "ca = {}", quoted(ca));
    }
    for (certificate, key) in &tls.client {
        let _ = writeln!(out, "client = [[{}, {}]]", quoted(certificate), quoted(key));
    }
    if tls.skip_verify == Some(true) {
        let _ = writeln!(
            out,
            "# Not verified, as before. Better: name its CA, ca = \"/path/on/the/node.pem\", and delete this.\nskip_verify = true"
        );
    }
}

/// A basic string of TOML, of the kind that every parser reads alike.
pub fn quoted(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    out.push('"');
    for c in text.chars() {
        match c {
            '"' | '\\' => {
                out.push('\\');
                out.push(c);
            }
            c if c.is_control() => {
                let _ = write!(out, "\\u{:04X}", u32::from(c));
            }
            c => out.push(c),
        }
    }
    out.push('"');
    out
}
