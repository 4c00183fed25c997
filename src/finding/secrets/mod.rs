//! The texts of a hosts.toml or config.toml that no output may repeat: credentials in URLs, values of headers, keys.
//!
//! Reports end up in logs and pull requests that more people read than the file. A secret is hidden by its
//! place in the text, which need not be valid TOML: a file with a typo contains the same secrets.

mod harmless;
mod places;

use std::borrow::Cow;
use std::ops::Range;

pub use harmless::{is_credential_name, is_harmless};

/// The replacement for a secret.
pub const MASK: &str = "***";

/// Shorter texts are not looked for in messages: they would be found everywhere.
const SHORTEST: usize = 4;

/// The secrets of a text.
#[derive(Debug, Default)]
pub struct Secrets {
    /// The text with stars in their places, byte for byte; `None` when there are none.
    starred: Option<String>,
    /// As they are written and as they are read, the longest first. A text that can also be read elsewhere in the file is
    /// not among them: hiding a host name in every message, because a header repeats it, protects nothing.
    texts: Vec<String>,
}

impl Secrets {
    /// Finds the secrets of a hosts.toml or config.toml.
    pub fn of(text: &str) -> Secrets {
        Secrets::at(text, &Secrets::places(text))
    }

    /// Where the secrets of a hosts.toml or config.toml are.
    pub fn places(text: &str) -> Vec<Range<usize>> {
        places::find(text)
    }

    /// Takes what is at these places, in order and not overlapping, for the secrets of a text.
    pub fn at(text: &str, places: &[Range<usize>]) -> Secrets {
        if places.is_empty() {
            return Secrets::default();
        }
        let starred = with_stars(text, places);
        let mut texts: Vec<String> = places
            .iter()
            .flat_map(|place| spellings(&text[place.clone()]))
            .filter(|secret| secret.len() >= SHORTEST && !is_readable(&starred, secret))
            .collect();
        texts.sort_by(|a, b| b.len().cmp(&a.len()).then_with(|| a.cmp(b)));
        texts.dedup();
        Secrets {
            starred: Some(starred),
            texts,
        }
    }

    /// The text that they are of, with stars in their places, byte for byte: places stay what they are.
    pub fn starred<'a>(&'a self, text: &'a str) -> &'a str {
        self.starred.as_deref().unwrap_or(text)
    }

    /// A message without them, and without the user and password of URLs.
    pub fn hidden_in<'a>(&self, message: &'a str) -> Cow<'a, str> {
        let mut out = without_userinfo(message);
        for secret in &self.texts {
            let is_word = is_common(secret);
            let is_repeated =
                |at: usize| !is_word || is_apart(&out, at, secret.len()) && is_quoted(&out, at);
            let places: Vec<usize> = out
                .match_indices(secret.as_str())
                .map(|(at, _)| at)
                .collect();
            let places: Vec<usize> = places.into_iter().filter(|at| is_repeated(*at)).collect();
            if places.is_empty() {
                continue;
            }
            let mut hidden = out.into_owned();
            for at in places.into_iter().rev() {
                hidden.replace_range(at..at + secret.len(), MASK);
            }
            out = Cow::Owned(hidden);
        }
        out
    }

    /// Whether a text contains one of them.
    pub fn are_in(&self, text: &str) -> bool {
        matches!(self.hidden_in(text), Cow::Owned(_))
    }
}

/// Whether a secret may well be an ordinary word, which messages use: the password `registry` says nothing in "the
/// registry answers".
fn is_common(secret: &str) -> bool {
    secret.len() <= 12 && secret.chars().all(|c| c.is_ascii_lowercase())
}

/// Whether the file shows a text outside its secrets, as a word of its own.
fn is_readable(starred: &str, secret: &str) -> bool {
    starred
        .match_indices(secret)
        .any(|(at, _)| is_apart(starred, at, secret.len()))
}

/// Whether a place is between quotation marks: an odd number of one kind comes before it.
fn is_quoted(text: &str, at: usize) -> bool {
    ['`', '"', '\'']
        .iter()
        .any(|quote| text[..at].matches(*quote).count() % 2 == 1)
}

/// Whether the text at a place is not part of a longer word.
fn is_apart(text: &str, at: usize, length: usize) -> bool {
    let before = text[..at].chars().next_back();
    let behind = text[at + length..].chars().next();
    !before.into_iter().chain(behind).any(char::is_alphanumeric)
}

/// A secret as written in the text, as TOML reads it, and line by line.
fn spellings(written: &str) -> Vec<String> {
    let mut all: Vec<String> = written
        .lines()
        .chain([written])
        .map(|line| line.trim().to_owned())
        .collect();
    if written.contains('\\') {
        let quoted = format!("\"{}\"", written.replace('\n', "\\n"));
        let read = crate::toml::view::key(&quoted);
        all.extend(read.iter().flat_map(|read| read.lines()).map(str::to_owned));
        all.extend(read);
        // A message about a text with a broken escape may spell it in parts.
        all.extend(
            written
                .split('\\')
                .skip(1)
                .map(|part| part.chars().skip(1).collect()),
        );
    }
    all
}

fn with_stars(text: &str, places: &[Range<usize>]) -> String {
    let mut out = String::with_capacity(text.len());
    let mut end = 0;
    for place in places {
        out.push_str(&text[end..place.start]);
        // Lines stay lines.
        out.extend(
            text[place.clone()]
                .bytes()
                .map(|b| if b == b'\n' { '\n' } else { '*' }),
        );
        end = place.end;
    }
    out.push_str(&text[end..]);
    out
}

/// The text without the user and password of URLs in it, also of those whose scheme is broken or missing.
pub fn without_userinfo(text: &str) -> Cow<'_, str> {
    if !text.contains('@') {
        return Cow::Borrowed(text);
    }
    let out = without_user_and_password(&behind_slashes(text));
    match out == text {
        true => Cow::Borrowed(text),
        false => Cow::Owned(out),
    }
}

/// The text without what is in PEM blocks other than certificates.
pub fn without_keys(text: &str) -> Cow<'_, str> {
    let places = places::armoured(text);
    if places.is_empty() {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len());
    let mut end = 0;
    for place in places {
        if place.start >= end {
            out.push_str(&text[end..place.start]);
            out.push_str(MASK);
            end = place.end;
        }
    }
    out.push_str(&text[end..]);
    Cow::Owned(out)
}

/// The text without what is given in the queries of URLs: `?token=***`.
pub fn without_queries(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for (index, part) in text.split('?').enumerate() {
        if index == 0 {
            out.push_str(part);
            continue;
        }
        out.push('?');
        let end = part.find(['`', '"', '\'', ' ', '\n']).unwrap_or(part.len());
        let pairs = part[..end]
            .split('&')
            .map(|pair| match pair.split_once('=') {
                Some((name, _)) => format!("{name}={MASK}"),
                None => pair.to_owned(),
            });
        out.push_str(&pairs.collect::<Vec<_>>().join("&"));
        out.push_str(&part[end..]);
    }
    out
}

/// Between `//` and the last `@` of a host, whatever is there.
fn behind_slashes(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(slashes) = rest.find("//") {
        let (before, after) = rest.split_at(slashes + 2);
        out.push_str(before);
        let authority = &after[..after.find(['/', '`', '"']).unwrap_or(after.len())];
        match authority.rfind('@') {
            Some(at) => {
                out.push_str(MASK);
                rest = &after[at..];
            }
            None => rest = after,
        }
    }
    out.push_str(rest);
    out
}

/// `user:password@` without slashes before it. What a digest is behind is an image.
fn without_user_and_password(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('@') {
        let (before, after) = rest.split_at(at);
        let start = before
            .rfind(['/', '`', '"', '\'', ' ', '(', '\n'])
            .map_or(0, |i| i + 1);
        let is_secret = before[start..].contains(':') && !after.starts_with("@sha");
        out.push_str(if is_secret { &before[..start] } else { before });
        out.push_str(if is_secret { MASK } else { "" });
        out.push('@');
        rest = &after[1..];
    }
    out.push_str(rest);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn credentials_in_urls_are_hidden() {
        for (text, want) in [
            (
                "`https://u:p@m:x/v2` is not a URL",
                "`https://***@m:x/v2` is not a URL",
            ),
            (
                "`https://u:p@q@m x` is not a URL",
                "`https://***@m x` is not a URL",
            ),
            (
                "`https://m/a@b` is not a URL",
                "`https://m/a@b` is not a URL",
            ),
            ("a@b", "a@b"),
            ("`https:/u:p@m` is defined", "`https:/***@m` is defined"),
            (
                "`u:p@m`, not nginx:1@sha256:a",
                "`***@m`, not nginx:1@sha256:a",
            ),
            (
                "write [host.\"https://u:p@m\"], not a@b",
                "write [host.\"https://***@m\"], not a@b",
            ),
        ] {
            assert_eq!(without_userinfo(text), want);
        }
    }

    #[test]
    fn secrets_are_starred_in_place() {
        for (text, want) in [
            ("a = \"https://u:p@m/v2\"", "a = \"https://***@m/v2\""),
            ("server = \"u:pw@m/v2\"", "server = \"****@m/v2\""),
            ("[host.\"token@m\"]", "[host.\"*****@m\"]"),
            (
                "server = \"https://m/v2?token=abc\"",
                "server = \"https://m/v2?token=***\"",
            ),
            (
                "Authorization = \"Basic abc\"",
                "Authorization = \"*********\"",
            ),
            (
                "\"X-Token\" = ['ab', 'c'] # ab",
                "\"X-Token\" = ['**', '*'] # ab",
            ),
            (
                "header = { cookie = \"k=v\" }",
                "header = { cookie = \"***\" }",
            ),
            (
                "[host.a.header]\nx-b = \"abc1234\"",
                "[host.a.header]\nx-b = \"*******\"",
            ),
            (
                "[plugins.\"a.b\".registry.headers]\nX-B = [\"abc1234\"]",
                "[plugins.\"a.b\".registry.headers]\nX-B = [\"*******\"]",
            ),
            (
                "[configs.\"m\".auth]\nusername = \"ab\"\nidentitytoken = \"c\"",
                "[configs.\"m\".auth]\nusername = \"**\"\nidentitytoken = \"*\"",
            ),
            (
                "host.a.header.x-b = [\n  'abc1234',\n]\nca = 'a'",
                "host.a.header.x-b = [\n  '*******',\n]\nca = 'a'",
            ),
            (
                "[header]\nx-c = \"\"\"one22\ntwo22\"\"\"",
                "[header]\nx-c = \"\"\"*****\n*****\"\"\"",
            ),
            ("[header]\nx-d = \"abc1234", "[header]\nx-d = \"*******"),
            (
                "[header]\nAuthorization: Bearer abc",
                "[header]\nAuthorization: ****** ***",
            ),
            (
                "[header]\nAuthorization = Basic a.b",
                "[header]\nAuthorization = ***** *.*",
            ),
            (
                "# header = { Cookie = \"abc\" }",
                "# header = { Cookie = \"***\" }",
            ),
            (
                "ca = '''-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----'''",
                "ca = '''-----BEGIN PRIVATE KEY-----\n****\n-----END PRIVATE KEY-----'''",
            ),
            (
                "ca = \"-----BEGIN A-----\\nAA\"\n",
                "ca = \"-----BEGIN A-----****\"\n",
            ),
            (
                "[header]\nx-a = \"1\"\nAccept = \"a/b;c=d\"",
                "[header]\nx-a = \"1\"\nAccept = \"a/b;c=d\"",
            ),
            ("capabilities = [\"pull\"]", "capabilities = [\"pull\"]"),
            (
                "client = [[\"a.pem\", \"a.key\"]]",
                "client = [[\"a.pem\", \"a.key\"]]",
            ),
        ] {
            let secrets = Secrets::of(text);
            assert_eq!(secrets.starred(text), want);
            assert_eq!(want.len(), text.len());
        }
    }

    #[test]
    fn messages_do_not_repeat_them() {
        let secrets = Secrets::of("[header]\nx-a = \"s3cr3t-\\u0041\"\n");
        assert_eq!(secrets.hidden_in("`s3cr3t-A` is odd"), "`***` is odd");
        assert_eq!(secrets.hidden_in("`s3cr3t-\\u0041`"), "`***`");
        assert!(!secrets.are_in("x-a"));
        let secrets = Secrets::of("password = \"secret\"\n");
        assert_eq!(
            secrets.hidden_in("a secret, `secrets`, `secret`"),
            "a secret, `secrets`, `***`"
        );
    }

    #[test]
    fn what_the_file_shows_elsewhere_is_not_hidden() {
        let secrets = Secrets::of(
            "server = \"https://docker.io\"\n[header]\nX-Token = \"docker.io\"\nX-Key = \"ocker\"\n",
        );
        assert_eq!(
            secrets.hidden_in("`docker.io` is a web site, `ocker`"),
            "`docker.io` is a web site, `***`"
        );
    }
}
