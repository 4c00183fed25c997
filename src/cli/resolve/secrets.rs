//! What must not be printed: the values of headers, and credentials in URLs.
//!
//! A header is shown when it cannot well be a secret; everything else is `***`. That errs on the side
//! of hiding: `--show-secrets` is one flag away, and a printed password is not taken back.

use std::borrow::Cow;

use crate::lint::secrets;

pub use secrets::MASK;

/// Headers whose values say something of the request and nothing of who makes it.
const HARMLESS: &[&str] = &[
    "accept",
    "accept-encoding",
    "accept-language",
    "cache-control",
    "connection",
    "content-length",
    "content-type",
    "date",
    "host",
    "pragma",
    "range",
    "transfer-encoding",
    "user-agent",
    "via",
    "x-forwarded-for",
    "x-forwarded-host",
    "x-forwarded-proto",
    "x-request-id",
];

/// Parts of names under which not even a plain word is shown.
const TELLTALE: &[&str] = &[
    "account", "api", "auth", "bearer", "cookie", "cred", "jwt", "key", "login", "pass", "pin",
    "pwd", "secret", "session", "sign", "token", "user",
];

/// Words that begin the credentials of a known scheme.
const SCHEMES: &[&str] = &["basic", "bearer", "digest", "negotiate", "token"];

/// The value as it may be printed.
pub fn shown_value<'a>(name: &str, value: &'a str, show_secrets: bool) -> &'a str {
    if show_secrets || value.is_empty() || is_harmless(name, value) {
        value
    } else {
        MASK
    }
}

fn is_harmless(name: &str, value: &str) -> bool {
    let name = name.to_lowercase();
    HARMLESS.contains(&name.trim())
        || !TELLTALE.iter().any(|part| name.contains(part)) && is_plain(value)
}

/// Words of letters alone, none of them long and none of them the name of a scheme; or next to nothing.
fn is_plain(value: &str) -> bool {
    let mut words = value.split_whitespace();
    let scheme = words
        .next()
        .is_some_and(|word| SCHEMES.contains(&word.to_lowercase().as_str()));
    let word = |word: &str| word.chars().count() <= 12 && word.chars().all(char::is_alphabetic);
    value.chars().count() <= 3 || !scheme && value.split_whitespace().all(word)
}

/// The text without the user and password of URLs in it.
pub fn without_userinfo(text: &str, show_secrets: bool) -> Cow<'_, str> {
    if show_secrets {
        return Cow::Borrowed(text);
    }
    secrets::without_userinfo(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hides_what_may_be_a_secret() {
        for (name, value) in [
            ("Authorization", "Basic YTpi"),
            ("authorization", "hunter"),
            ("X-Anything", "Bearer abc"),
            ("X-Anything", "s3cret"),
            ("X-Anything", "abcdefghijklmnop"),
            ("Private-Token", "glpat"),
            ("X-JFrog-Art-Api", "abcd"),
            ("Cookie", "a"),
        ] {
            assert_eq!(shown_value(name, value, false), MASK, "{name}: {value}");
            assert_eq!(shown_value(name, value, true), value);
        }
    }

    #[test]
    fn shows_what_is_harmless() {
        for (name, value) in [
            ("User-Agent", "containerd/2.2 (node-17)"),
            ("X-Environment", "production"),
            ("x-custom-1", "custom header"),
            ("x-a", "1"),
            ("Authorization", ""),
        ] {
            assert_eq!(shown_value(name, value, false), value);
        }
    }
}
