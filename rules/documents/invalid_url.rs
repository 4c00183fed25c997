use std::net::Ipv6Addr;

use crate::containerd::{Cause, Role};
use crate::facts::placeholders::placeholder_in;
use crate::facts::{Check, NamespaceContext};
use crate::finding::Finding;
use crate::go::Rules;
use crate::go::url::{self, UrlError};

crate::rule! {
    /// A URL that Go's URL parser rejects.
    ///
    /// ## What it does
    ///
    /// Reports host tables and servers whose URL Go's `net/url` rejects: spaces, a port that is not a number, an
    /// invalid `%` escape, an unclosed bracket, characters that a host name cannot contain. containerd 2.3 also
    /// rejects IPv6 addresses without brackets.
    ///
    /// ## Why
    ///
    /// One such URL makes containerd ignore the whole file, including the other mirrors in it.
    ///
    /// ## Example
    ///
    ///
    /// ```toml
    /// # docker.io/hosts.toml
    /// [host."https://mirror.internal:port"]
    ///   capabilities = ["pull", "resolve"]
    /// ```
    ///
    /// ## Use instead
    ///
    ///
    /// ```toml
    /// # docker.io/hosts.toml
    /// [host."https://mirror.internal:5000"]
    ///   capabilities = ["pull", "resolve"]
    /// ```
    ///
    /// ## When not to
    ///
    /// Never: no release of containerd reads such a file. When the file is a template, lint the file that it
    /// renders.
    ///
    /// ## Source
    ///
    /// Recorded from containerd: `hand-url-*` and `hand-server-*` in `fixtures/conformance/hand.jsonl`.
    name: "invalid-url",
    category: Documents,
    severity: Error,
    consequence: FileIgnored,
    releases: "all",
    fix: None,
    check: Check::Namespace(check),
}

fn check(context: &NamespaceContext, out: &mut Vec<Finding>) {
    for found in context.problems() {
        let Cause::Url { url, error } = &found.problem.cause else {
            continue;
        };
        let Some(span) = found.problem.span.clone() else {
            continue;
        };
        // The text may contain a password.
        let shown = without_password(url);
        let finding = match placeholder_in(&shown) {
            Some(found) => context
                .finding(
                    &RULE,
                    span,
                    format!("`{shown}` contains the placeholder `{found}`"),
                )
                .label("placeholder not filled in")
                .help(match found == shown {
                    true => "write the URL of the registry in its place".to_owned(),
                    false => format!("replace `{found}` with its value"),
                }),
            None if link(&shown).is_some() => context
                .finding(
                    &RULE,
                    span,
                    format!("`{}` is a Markdown link", shown.escape_debug()),
                )
                .label("Markdown link")
                .help(format!("write `{}`", link(&shown).unwrap_or_default())),
            None => context
                .finding(
                    &RULE,
                    span,
                    format!("`{}` is not a valid URL: {error}", shown.escape_debug()),
                )
                .label("rejected by Go")
                .help(help(context, found.problem.role, &shown, error)),
        };
        out.push(finding.releases(found.releases.clone()));
    }
}

/// The URL that a Markdown link leads to: `[https://mirror.internal](https://mirror.internal)`, also behind a scheme.
fn link(text: &str) -> Option<&str> {
    let (before, target) = text.split_once("](")?;
    let target = target.strip_suffix(')')?;
    let is_url = url::parse(target, Rules::NEWEST).is_ok_and(|url| !url.host.is_empty());
    (before.contains('[') && is_url).then_some(target)
}

fn help(context: &NamespaceContext, role: Option<Role>, url: &str, error: &UrlError) -> String {
    match error {
        UrlError::InvalidHostCharacter(' ') => format!("write `{}`", without_spaces(url)),
        UrlError::InvalidPort(port) if port.matches(':').count() > 1 => {
            let in_table = matches!(role, Some(Role::Host(_)));
            match in_brackets(authority(url)) {
                // unsupported-toml would be next.
                Some(_) if in_table && context.releases().iter().any(|r| !r.is_v2()) => {
                    "write a host name that resolves to the IPv6 address".to_owned()
                }
                Some(host) => {
                    let scheme = url.split_once("://").map_or("https", |(scheme, _)| scheme);
                    format!("write the IPv6 address in brackets: `{scheme}://{host}`")
                }
                None => "write one host and one port: `https://mirror.internal:5000`".to_owned(),
            }
        }
        UrlError::InvalidPort(port) => format!(
            "write a port number instead of `{}`, or delete the colon",
            port.trim_start_matches(':')
        ),
        UrlError::MissingBracket => "close the bracket: `https://[fd00::1]:5000`".to_owned(),
        UrlError::MisplacedBracket => {
            "delete the bracket: only a whole IPv6 address is written in brackets".to_owned()
        }
        UrlError::InvalidAddress(_) => {
            "delete the brackets: only IPv6 addresses are written in brackets".to_owned()
        }
        UrlError::ControlCharacter => {
            "delete the control character, which an editor may not show".to_owned()
        }
        UrlError::InvalidEscape(escape) => format!(
            "replace `{escape}`: a host contains no escapes, and in a path two hexadecimal digits follow `%`"
        ),
        UrlError::ColonInFirstSegment | UrlError::MissingScheme => {
            "write `https://` and the host".to_owned()
        }
        UrlError::InvalidUserinfo => {
            "delete user and password, which containerd does not use".to_owned()
        }
        UrlError::InvalidHostCharacter(_) => {
            "write a host name of letters, digits, dots and hyphens".to_owned()
        }
    }
}

/// An IPv6 address in brackets. A last group that cannot be mistaken for one is the port.
fn in_brackets(host: &str) -> Option<String> {
    if let Some((address, port)) = host.rsplit_once(':')
        && port.len() > 3
        && port.bytes().all(|byte| byte.is_ascii_digit())
        && address.parse::<Ipv6Addr>().is_ok()
    {
        return Some(format!("[{address}]:{port}"));
    }
    host.parse::<Ipv6Addr>().ok().map(|_| format!("[{host}]"))
}

/// The part between the scheme and the path.
fn authority(url: &str) -> &str {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    rest.split('/').next().unwrap_or(rest)
}

fn without_spaces(url: &str) -> String {
    url.replace(' ', "")
        .replace("https://https://", "https://")
        .replace("https://http://", "http://")
}

fn without_password(url: &str) -> String {
    match (url.find("://"), url.rfind('@')) {
        (Some(scheme), Some(at)) if scheme < at => {
            format!("{}://{}", &url[..scheme], &url[at + 1..])
        }
        _ => url.to_owned(),
    }
}
