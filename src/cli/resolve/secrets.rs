//! The texts that must not be printed: the values of headers, and credentials in URLs; unless `--show-secrets` is given.

use std::borrow::Cow;

use crate::finding::secrets;

pub use secrets::MASK;

/// The value as it may be printed.
pub fn shown_value<'a>(name: &str, value: &'a str, show_secrets: bool) -> &'a str {
    if show_secrets || secrets::is_harmless(name, value) {
        value
    } else {
        MASK
    }
}

/// The text without the user, the password and the query of URLs in it, and without keys.
pub fn without_userinfo(text: &str, show_secrets: bool) -> Cow<'_, str> {
    if show_secrets {
        return Cow::Borrowed(text);
    }
    let text = secrets::without_keys(text);
    Cow::Owned(secrets::without_queries(&secrets::without_userinfo(&text)))
}

/// A URL without a user and password for containerd, because a typo puts them into the path:
/// `https:/user:password@host`.
pub fn without_password(url: &str, show_secrets: bool) -> Cow<'_, str> {
    match show_secrets {
        true => Cow::Borrowed(url),
        false => secrets::without_userinfo(url),
    }
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
