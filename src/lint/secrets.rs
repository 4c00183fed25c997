//! What no finding may repeat: users and passwords in URLs.

use std::borrow::Cow;
use std::ops::Range;

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

/// Whether a key or header of this name carries a credential.
pub fn is_credential_name(name: &str) -> bool {
    let name = name.to_ascii_lowercase().replace('_', "-");
    let exact = [
        "authorization",
        "proxy-authorization",
        "cookie",
        "x-auth",
        "auth",
    ];
    let parts = [
        "token",
        "password",
        "passwd",
        "secret",
        "api-key",
        "apikey",
        "credential",
    ];
    exact.contains(&name.as_str()) || parts.iter().any(|part| name.contains(part))
}

/// The text of a hosts.toml with its credentials starred out, byte for byte: places stay what they are.
///
/// What a report quotes ends in logs and pull requests that more people read than the file.
pub fn starred(text: &str) -> Cow<'_, str> {
    let mut hidden = userinfo(text);
    hidden.extend(credential_values(text));
    if hidden.is_empty() {
        return Cow::Borrowed(text);
    }
    let mut out = text.to_owned();
    for span in hidden {
        if out.is_char_boundary(span.start) && out.is_char_boundary(span.end) {
            let stars = "*".repeat(span.len());
            out.replace_range(span, &stars);
        }
    }
    Cow::Owned(out)
}

/// What stands between `//` and the last `@` before the host ends.
fn userinfo(text: &str) -> Vec<Range<usize>> {
    let after = text.match_indices("//").map(|(i, _)| i + 2);
    after
        .filter_map(|start| {
            let rest = &text[start..];
            let end = rest.find(['/', '"', '\'', '\n']).unwrap_or(rest.len());
            rest[..end].rfind('@').map(|at| start..start + at)
        })
        .collect()
}

/// The texts that are assigned to a name that speaks of a credential, on one line or in an array.
fn credential_values(text: &str) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    for (equals, _) in text.match_indices('=') {
        let before = text[..equals].trim_end_matches([' ', '\t', '"', '\'']);
        let part = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
        let name = before.len() - before.chars().rev().take_while(|c| part(*c)).count();
        if !is_credential_name(&before[name..]) {
            continue;
        }
        let value = equals + 1;
        let rest = &text[value..];
        let end = match rest.trim_start().starts_with('[') {
            true => rest.find(']').unwrap_or(rest.len()),
            false => rest.find('\n').unwrap_or(rest.len()),
        };
        found.extend(
            quoted(&rest[..end])
                .into_iter()
                .map(|q| value + q.start..value + q.end),
        );
    }
    found
}

/// The insides of what stands in quotes; of an unclosed quote all that follows.
fn quoted(text: &str) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(open) = text[at..].find(['"', '\'']).map(|i| at + i) {
        let quote = char::from(text.as_bytes()[open]);
        let inside = open + 1;
        let close = text[inside..]
            .find(quote)
            .map_or(text.len(), |i| inside + i);
        found.push(inside..close);
        at = (close + 1).min(text.len());
    }
    found
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

    #[test]
    fn credentials_are_starred_in_place() {
        for (text, want) in [
            ("a = \"https://u:p@m/v2\"", "a = \"https://***@m/v2\""),
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
            ("capabilities = [\"pull\"]", "capabilities = [\"pull\"]"),
            (
                "client = [[\"a.pem\", \"a.key\"]]",
                "client = [[\"a.pem\", \"a.key\"]]",
            ),
        ] {
            assert_eq!(starred(text), want);
            assert_eq!(starred(text).len(), text.len());
        }
    }
}
