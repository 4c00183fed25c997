//! What no finding may repeat: users and passwords in URLs.

use std::borrow::Cow;

/// What stands for a secret.
pub const MASK: &str = "***";

/// The text without the user and password of URLs in it.
pub fn without_userinfo(text: &str) -> Cow<'_, str> {
    if !text.contains('@') {
        return Cow::Borrowed(text);
    }
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
    Cow::Owned(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn credentials_in_urls_are_hidden() {
        for (text, want) in [
            (
                "`https://u:p@m:x/v2` is no URL",
                "`https://***@m:x/v2` is no URL",
            ),
            (
                "`https://u:p@q@m x` is no URL",
                "`https://***@m x` is no URL",
            ),
            ("`https://m/a@b` is no URL", "`https://m/a@b` is no URL"),
            ("a@b", "a@b"),
            (
                "write [host.\"https://u:p@m\"], not a@b",
                "write [host.\"https://***@m\"], not a@b",
            ),
        ] {
            assert_eq!(without_userinfo(text), want);
        }
    }
}
