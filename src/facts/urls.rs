//! The URLs of hosts.toml as they are written, and as Go parses them.
//!
//! URLs that Go rejects are left to `invalid-url`. Several rules look at one URL; [`Shape`] says which of them reports
//! it, so that one mistake gives one finding.

use std::borrow::Cow;

use memchr::{memchr2, memchr3, memmem, memrchr};

use super::host_names::{HostFault, host_fault};
use super::host_tables::is_key_as_host;
use super::lines;
use super::view::{Entry, NamespaceView};
use crate::containerd::Role;
use crate::containerd::hosts::with_scheme;
use crate::containerd::loader::{port_of, split_host_port};
use crate::facts::placeholders::placeholder;
use crate::finding::hosts::bare_name;
use crate::go::Rules;
use crate::go::url::{self, Url};
use crate::toml::Span;
use crate::toml::view::{Document, HostTable, Item, Spelling, Table, TableHeader};

/// The URL of a host table, or of `server`.
#[derive(Debug, Clone)]
pub struct WrittenUrl<'a> {
    /// The entry that it is the URL of.
    pub entry: Entry<'a>,
    /// The text, escapes resolved.
    pub text: &'a str,
    /// As Go splits it, with `https://` in front where containerd puts it.
    pub url: Url,
    /// The span of the key or string, quotes included.
    pub span: Span,
    /// The span of the text itself, unless it contains escapes.
    inner: Option<Span>,
    /// The same in the table's other headers; `None` if one of them is spelled differently.
    others: Option<Vec<Span>>,
    /// The names of the other host tables.
    names: Names<'a>,
    /// The table with the entry's other keys.
    settings: Option<&'a Table>,
    shape: Option<Shape>,
}

/// Why a URL is not that of a registry, or does not say what it means. At most one per URL.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Shape {
    /// It contains this placeholder.
    Placeholder(String),
    /// The host is missing or `*`.
    NoHost,
    /// The host cannot exist, or is a network.
    Impossible(HostFault),
    /// `HTTPS://` or `Http://`: containerd compares the scheme in lower case only.
    SchemeCase,
    /// Something before `://` that is neither `http` nor `https`: the word.
    OtherScheme(String),
    /// `https:/host`, `https:host`, `https//host`.
    BrokenScheme,
    /// Two schemes: `https://https://host`.
    TwoSchemes,
    /// No scheme; `https://` is assumed.
    NoScheme,
    /// No scheme, and the name begins with `http`: none is assumed, and the URL has no host.
    TakenForScheme,
}

impl<'a> WrittenUrl<'a> {
    /// The fault of the URL as a whole.
    pub fn shape(&self) -> Option<&Shape> {
        self.shape.as_ref()
    }

    /// Whether requests go to a host that may have been meant.
    pub fn leads_somewhere(&self) -> bool {
        matches!(self.shape(), None | Some(Shape::NoScheme))
    }

    /// Whether it is the URL of `server`.
    pub fn is_server(&self) -> bool {
        !matches!(self.entry.host.role, Role::Host(_))
    }

    /// The name or address, without port and brackets, lower-cased.
    pub fn name(&self) -> Cow<'_, str> {
        bare_name(&self.url.host)
    }

    /// Whether the host is one of Docker's web sites, which `docker-io-server` reports.
    pub fn is_docker_site(&self) -> bool {
        self.leads_somewhere() && DOCKER_SITES.contains(&self.name().as_ref())
    }

    /// The port as written, empty where there is none.
    pub fn port(&self) -> &str {
        port_of(&self.url.host)
    }

    /// The prefix of every request: scheme, host and API path.
    pub fn api_root(&self) -> String {
        let host = &self.entry.host;
        shown(&format!(
            "{}://{}{}",
            host.scheme,
            host.host,
            host.path.trim_end_matches('/')
        ))
    }

    /// The text for a message, without the parts that containerd drops: they may be secret.
    pub fn shown(&self) -> String {
        let end = self.text.find(['?', '#']).unwrap_or(self.text.len());
        shown(&self.text[..end])
    }

    /// The span of a part of the text, or of all of it if it contains escapes.
    pub fn part(&self, range: std::ops::Range<usize>) -> Span {
        match &self.inner {
            Some(inner) => inner.start + range.start..inner.start + range.end,
            None => self.span.clone(),
        }
    }

    /// The range of host and port in the text.
    pub fn authority(&self) -> Option<std::ops::Range<usize>> {
        let text = self.text.as_bytes();
        let start = memmem::find(text, b"://").map_or(0, |at| at + 3);
        let end = memchr3(b'/', b'?', b'#', &text[start..]).map_or(text.len(), |at| start + at);
        let host = memrchr(b'@', &text[start..end]).map_or(start, |at| start + at + 1);
        (host < end).then_some(host..end)
    }

    /// Another key of the same entry. 2.x reads any case, 1.x only lower case.
    pub fn setting(&self, key: &str) -> Option<&'a Item> {
        setting(self.settings?, key)
    }

    /// Whether it is quoted: a key of a single word need not be.
    pub fn is_quoted(&self) -> bool {
        self.inner.as_ref() != Some(&self.span)
    }

    /// Whether replacing its text rewrites it: it is written without escapes everywhere.
    pub fn editable(&self) -> bool {
        self.inner.is_some() && self.others.is_some()
    }

    /// The edits that replace a part of the text, in every header that names the host table; for
    /// [editable](WrittenUrl::editable) URLs. Empty if another host table has the new name already, and if the new URL is
    /// not proposable.
    pub fn rewrite(&self, range: std::ops::Range<usize>, replacement: &str) -> Vec<(Span, String)> {
        let mut name = self.text.to_owned();
        name.replace_range(range.clone(), replacement);
        let name = name.trim_matches('"');
        let is_taken = !self.is_server() && self.names.holds(name, self.text);
        if is_taken || !is_proposable(name) {
            return Vec::new();
        }
        let places = self.inner.iter().chain(self.others.iter().flatten());
        places
            .map(|inner| {
                let span = inner.start + range.start..inner.start + range.end;
                (span, replacement.to_owned())
            })
            .collect()
    }

    /// Advice to write another URL: the imperative with the whole line. A URL that is not proposable is replaced by a
    /// sample.
    pub fn write(&self, url: &str) -> String {
        match is_proposable(url) {
            true => format!("write `{}`", self.line_with(url)),
            false => format!(
                "write the registry's URL, as in `{}`",
                self.line_with(SAMPLE)
            ),
        }
    }

    /// Whether the port is a number that no connection can have.
    pub fn has_impossible_port(&self) -> bool {
        let port = self.port();
        let is_number = !port.is_empty() && port.bytes().all(|b| b.is_ascii_digit());
        is_number && !port.parse::<u16>().is_ok_and(|number| number > 0)
    }

    /// The host table's header or the line `server = …`, with another URL.
    pub fn line_with(&self, url: &str) -> String {
        if self.is_server() {
            format!("server = \"{url}\"")
        } else {
            format!("[host.\"{url}\"]")
        }
    }

    /// The insertion of a further key into the same entry. `None` for tables without a header of their own.
    pub fn insertion(&self, context: &NamespaceView, line: &str) -> Option<(Span, String)> {
        let text = context.text();
        let from = match self.entry.table {
            Some(table) if table.spelling == Spelling::Header => table.table.span.end,
            Some(_) => return None,
            None if self.is_server() => self.span.end,
            None => return None,
        };
        let rest = text.get(from..)?;
        let own = match self.entry.table {
            Some(table) => lines::key_indentation(context, &table),
            None => None,
        };
        let indent = own.unwrap_or_else(|| lines::indentation(text, from));
        Some(match rest.find('\n') {
            Some(at) => {
                let end = from + at + 1;
                let newline = match text[..end].ends_with("\r\n") {
                    true => "\r\n",
                    false => "\n",
                };
                (end..end, format!("{indent}{line}{newline}"))
            }
            None => (text.len()..text.len(), format!("\n{indent}{line}\n")),
        })
    }
}

/// A URL that is right for no particular registry.
const SAMPLE: &str = "https://registry.internal";

/// Whether a URL may be proposed: both Go and the `url` crate accept it, and find the same host in it. Without a scheme it
/// is read as containerd does.
pub fn is_proposable(url: &str) -> bool {
    let url = with_scheme(url);
    let Ok(of_go) = url::parse(&url, Rules::NEWEST) else {
        return false;
    };
    // `url` is built without the tables for other hosts.
    if !of_go.host.is_ascii() {
        return false;
    }
    let accepted = ::url::Url::parse(&url).ok();
    let host = accepted.as_ref().and_then(|url| url.host_str());
    let is_same = |host: &str| host.eq_ignore_ascii_case(&bare_name(&of_go.host));
    host.is_some_and(|host| is_same(host.trim_matches(['[', ']'])))
}

/// A URL without `user:password@`, wherever a mistake has put it.
fn shown(text: &str) -> String {
    let parts: Vec<&str> = text
        .split('/')
        .map(|part| match part.rsplit_once('@') {
            Some((userinfo, host)) if userinfo.contains(':') => host,
            _ => part,
        })
        .collect();
    parts.join("/")
}

/// Docker's web sites that are taken for its registry. `index.docker.io` and `registry.hub.docker.com` do serve the
/// registry API.
const DOCKER_SITES: [&str; 5] = [
    "docker.io",
    "www.docker.io",
    "hub.docker.com",
    "docker.com",
    "www.docker.com",
];

/// A key of a table; 2.x reads any case, 1.x only lower case, which therefore counts first.
pub fn setting<'a>(table: &'a Table, key: &str) -> Option<&'a Item> {
    table.get(key).or_else(|| {
        table
            .items
            .iter()
            .find(|item| item.key.value.eq_ignore_ascii_case(key))
    })
}

/// Finds the URLs of a namespace, in the order of the text.
pub(super) fn find_urls<'a>(context: &NamespaceView<'a>) -> Vec<WrittenUrl<'a>> {
    let mut urls: Vec<WrittenUrl<'a>> = Vec::new();
    let document = context.document;
    let headers = document
        .map(|document| document.headers(context.text()))
        .unwrap_or_default();
    for entry in context.entries() {
        let Some(span) = entry.host.span.clone() else {
            continue;
        };
        let Some(raw) = context.text().get(span.clone()) else {
            continue;
        };
        // `?` may be a replacement for bytes that are not UTF-8.
        if context
            .source
            .is_some_and(|source| source.invalid_utf8.is_some())
            && raw.contains('?')
        {
            continue;
        }
        let quoted = raw.starts_with(['"', '\'']);
        let is_host = matches!(entry.host.role, Role::Host(_));
        let written = match entry.table {
            Some(table) => Some(table.name.value.as_str()),
            None => context
                .document
                .iter()
                .flat_map(|document| &document.root.items)
                .find(|item| !is_host && item.span == span)
                .and_then(Item::string),
        };
        let text = written.unwrap_or_else(|| raw.trim_matches(['"', '\'']));
        let is_no_url = |t: HostTable| t.spelling == Spelling::Implied || is_key_as_host(&t);
        if is_host && !quoted && entry.table.is_none_or(is_no_url) {
            continue;
        }
        if is_host && urls.iter().any(|u| !u.is_server() && u.text == text) {
            continue;
        }
        let with_scheme = with_scheme(text);
        // For most URLs all releases have the same rules. One that any of them refuses is another rule's.
        let mut rules: Vec<Rules> = Vec::new();
        for release in &entry.releases {
            let own = release.go().for_url(&with_scheme);
            if !rules.contains(&own) {
                rules.push(own);
            }
        }
        let parse = |rules: &Rules| url::parse(&with_scheme, *rules).ok();
        let Some(urls_by_rules) = rules.iter().map(parse).collect::<Option<Vec<_>>>() else {
            continue;
        };
        let Some(url) = urls_by_rules.into_iter().next_back() else {
            continue;
        };
        let shape = shape(text, &url);
        let inner = inner(raw, text, &span);
        let others = match entry.table {
            Some(table) => others(headers, context.text(), &table, &span, quoted),
            // The table is unknown, and so are its other headers.
            None => (!is_host).then(Vec::new),
        };
        let settings = match entry.table {
            Some(table) => Some(table.table),
            None if !is_host => context.document.as_ref().map(|document| &document.root),
            None => None,
        };
        urls.push(WrittenUrl {
            entry: entry.clone(),
            text,
            url,
            span,
            inner,
            others,
            names: Names { document, headers },
            settings,
            shape,
        });
    }
    urls
}

/// The span of the text itself within `span`, unless it contains escapes.
fn inner(raw: &str, text: &str, span: &Span) -> Option<Span> {
    match raw.strip_prefix(['"', '\'']) {
        Some(rest) if rest.starts_with(text) && rest.len() == text.len() + 1 => {
            Some(span.start + 1..span.end - 1)
        }
        _ => (raw == text).then(|| span.clone()),
    }
}

/// The other names of a host table, if all of them are in headers and can be replaced.
fn others(
    headers: &[TableHeader],
    text: &str,
    table: &HostTable<'_>,
    first: &Span,
    quoted: bool,
) -> Option<Vec<Span>> {
    if table.spelling == Spelling::Dotted {
        return None;
    }
    let is_named = |h: &&TableHeader| names_host(h) == Some(&table.name.value);
    let named = headers.iter().filter(is_named);
    let others = named.filter(|header| header.parts[1].span != *first);
    others
        .map(|header| {
            let span = &header.parts[1].span;
            let raw = text.get(span.clone())?;
            let place = inner(raw, &table.name.value, span)?;
            let is_alike = raw.starts_with(['"', '\'']) == quoted && header.part(0) == Some("host");
            is_alike.then_some(place)
        })
        .collect()
}

/// The host table of a header: 2.x reads `host` in any case.
fn names_host(header: &TableHeader) -> Option<&str> {
    let is_host = header.part(0)?.eq_ignore_ascii_case("host");
    header.part(1).filter(|_| is_host)
}

/// The names of host tables.
#[derive(Debug, Clone, Copy)]
struct Names<'a> {
    document: Option<&'a Document>,
    headers: &'a [TableHeader],
}

impl Names<'_> {
    /// Whether a host table other than `own` has this name.
    fn holds(self, name: &str, own: &str) -> bool {
        let tables = self.document.map(Document::hosts).unwrap_or_default();
        let tables = tables.iter().map(|table| table.name.value.as_str());
        let mut all = self.headers.iter().filter_map(names_host).chain(tables);
        all.any(|other| other == name && other != own)
    }
}

fn shape(text: &str, url: &Url) -> Option<Shape> {
    let host = url.host.as_str();
    if let Some(found) = placeholder(text, host) {
        return Some(Shape::Placeholder(found));
    }
    let end = memchr2(b'?', b'#', text.as_bytes()).unwrap_or(text.len());
    let before_query = &text[..end];
    let plain = before_query
        .strip_prefix("http://")
        .or_else(|| before_query.strip_prefix("https://"));
    if let Some(rest) = plain {
        return match memmem::find(rest.as_bytes(), b"://") {
            Some(_) => Some(Shape::TwoSchemes),
            None if names_no_host(host) => Some(Shape::NoHost),
            None => impossible(url),
        };
    }
    let lower = text.to_ascii_lowercase();
    if let Some((scheme, _)) = before_query.split_once("://") {
        return Some(match lower.split_once("://").map(|(scheme, _)| scheme) {
            Some("http" | "https") => Shape::SchemeCase,
            _ => Shape::OtherScheme(scheme.to_owned()),
        });
    }
    let broken = ["http:", "https:", "http//", "https//"];
    if broken.iter().any(|start| lower.starts_with(start)) {
        return Some(Shape::BrokenScheme);
    }
    if text.starts_with("http") {
        return Some(Shape::TakenForScheme);
    }
    Some(match names_no_host(host) {
        true => Shape::NoHost,
        false => impossible(url).unwrap_or(Shape::NoScheme),
    })
}

fn impossible(url: &Url) -> Option<Shape> {
    host_fault(&bare_name(&url.host), &url.path).map(Shape::Impossible)
}

/// Whether the host is empty or `*`.
fn names_no_host(host: &str) -> bool {
    let name = split_host_port(host).map_or(host, |(name, _)| name);
    name.is_empty() || name == "*"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_are_not_shown() {
        for (text, want) in [
            (
                "https://u:p@mirror.internal/v2",
                "https://mirror.internal/v2",
            ),
            ("HTTPS://u:p@mirror.internal", "HTTPS://mirror.internal"),
            ("u:p@mirror.internal", "mirror.internal"),
            (
                "https://reg.internal:5000/@team/v2",
                "https://reg.internal:5000/@team/v2",
            ),
        ] {
            assert_eq!(shown(text), want);
        }
    }

    #[test]
    fn both_readers_accept_what_is_proposed() {
        for (url, want) in [
            ("https://mirror.internal:5000/v2", true),
            ("mirror.internal:5000", true),
            ("https://Mirror.internal", true),
            ("http://[fd00::1]:5000", true),
            ("https://10.0.0.300", false),
            ("https://010.0.0.1", false),
            ("https://<registry>", false),
            ("https://[mirror]", false),
            ("https://mirror internal", false),
            ("https://mirror:50000000", false),
            ("https://", false),
        ] {
            assert_eq!(is_proposable(url), want, "{url}");
        }
    }

    #[test]
    fn one_slip_has_one_shape() {
        let shape_of = |text: &str| {
            let url = url::parse(&with_scheme(text), Rules::NEWEST).unwrap();
            shape(text, &url)
        };
        for (text, want) in [
            ("https://mirror.internal/v2", None),
            ("http://mirror.internal:5000", None),
            ("https://mirror.internal?next=http://x", None),
            ("mirror.internal", Some(Shape::NoScheme)),
            ("mirror.internal:5000/v2", Some(Shape::NoScheme)),
            ("httpbin.internal:5000", Some(Shape::TakenForScheme)),
            ("http-cache/v2", Some(Shape::TakenForScheme)),
            ("HTTPS://mirror.internal", Some(Shape::SchemeCase)),
            (
                "docker://mirror.internal",
                Some(Shape::OtherScheme("docker".into())),
            ),
            (
                "httpss://mirror.internal",
                Some(Shape::OtherScheme("httpss".into())),
            ),
            ("https:/mirror.internal", Some(Shape::BrokenScheme)),
            ("https//mirror.internal", Some(Shape::BrokenScheme)),
            ("https://https://mirror.internal", Some(Shape::TwoSchemes)),
            (
                "http://10.10.0.0/16",
                Some(Shape::Impossible(HostFault::Network("10.10.0.0/16".into()))),
            ),
            (
                "10.0.0.300:5000",
                Some(Shape::Impossible(HostFault::Number)),
            ),
            ("https://", Some(Shape::NoHost)),
            ("https:///v2", Some(Shape::NoHost)),
            ("*", Some(Shape::NoHost)),
            ("https://:5000", Some(Shape::NoHost)),
            ("//mirror.internal", Some(Shape::NoHost)),
            (
                "https://<registry>",
                Some(Shape::Placeholder("<registry>".into())),
            ),
        ] {
            assert_eq!(shape_of(text), want, "{text}");
        }
    }
}
