use crate::containerd::{Cause, Role};
use crate::facts::{Check, NamespaceContext};
use crate::finding::Finding;
use crate::go::url::UrlError;

crate::rule! {
    /// A URL that containerd cannot split.
    ///
    /// ## What it does
    ///
    /// Reports host tables and servers whose URL Go refuses: blanks, a port that is no number, a bad
    /// `%` escape, a bracket that is not closed, characters that no host name holds. containerd 2.3 also
    /// refuses IPv6 addresses without brackets.
    ///
    /// ## Why
    ///
    /// One such URL makes containerd drop the whole file, the other mirrors in it included.
    ///
    /// ## Example
    ///
    /// ```toml
    /// # docker.io/hosts.toml
    /// [host."https://mirror.internal:port"]
    ///   capabilities = ["pull", "resolve"]
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```toml
    /// # docker.io/hosts.toml
    /// [host."https://mirror.internal:5000"]
    ///   capabilities = ["pull", "resolve"]
    /// ```
    ///
    /// ## When not to
    ///
    /// There is no case in which containerd reads such a file. When the file is a template, lint what it
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
        // The text may hold a password.
        let shown = without_password(url);
        let what = match found.problem.role {
            Some(Role::Host(_)) => "the host table's URL",
            _ => "`server`",
        };
        out.push(
            context
                .finding(&RULE, span, format!("{what} cannot be split: {error}"))
                .label("no URL for Go")
                .releases(found.releases.clone())
                .help(help(&shown, error)),
        );
    }
}

fn help(url: &str, error: &UrlError) -> String {
    let placeholder = ["${", "$(", "{{", "<", "%("]
        .iter()
        .any(|mark| url.contains(mark));
    match error {
        _ if placeholder => {
            "this looks like a placeholder that was not filled in: write the name of the host"
                .to_owned()
        }
        UrlError::InvalidHostCharacter(' ') => {
            format!(
                "write it without blanks: `{}`",
                url.replace(' ', "")
                    .replace("https://https://", "https://")
                    .replace("https://http://", "http://")
            )
        }
        UrlError::InvalidPort(port) if port.matches(':').count() > 1 => {
            let host = url
                .split("://")
                .nth(1)
                .unwrap_or(url)
                .split('/')
                .next()
                .unwrap_or(url);
            format!("write an IPv6 address in brackets: `https://[{host}]`, and a port behind them")
        }
        UrlError::InvalidPort(port) => format!(
            "write a number after the colon in place of `{}`, or no colon",
            port.trim_start_matches(':')
        ),
        UrlError::MissingBracket => "close the bracket: `https://[fd00::1]:5000`".to_owned(),
        UrlError::MisplacedBracket => {
            "delete the bracket: brackets go around a whole IPv6 address alone".to_owned()
        }
        UrlError::InvalidAddress(_) => {
            "brackets are for IPv6 addresses alone: write a name or an IPv4 address without them"
                .to_owned()
        }
        UrlError::ControlCharacter => {
            "delete the control character; an editor may not show it".to_owned()
        }
        UrlError::InvalidEscape(escape) => format!(
            "write `{escape}` as it is meant: a host holds no escapes, and a path two hexadecimal digits after `%`"
        ),
        UrlError::ColonInFirstSegment | UrlError::MissingScheme => {
            "write `https://` and the host".to_owned()
        }
        UrlError::InvalidUserinfo => {
            "delete user and password: containerd does not use them".to_owned()
        }
        UrlError::InvalidHostCharacter(_) => {
            "write a host name of letters, digits, dots and hyphens".to_owned()
        }
    }
}

fn without_password(url: &str) -> String {
    match (url.find("://"), url.rfind('@')) {
        (Some(scheme), Some(at)) if scheme < at => {
            format!("{}://{}", &url[..scheme], &url[at + 1..])
        }
        _ => url.to_owned(),
    }
}
