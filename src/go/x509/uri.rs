//! Which URIs in a certificate Go's `url.Parse` refuses, and the certificate with them.
//!
//! Only certificates with a URI among their alternative names (SPIFFE identities, mostly) come here. This is no splitter of
//! URLs; it answers yes or no.

use std::net::Ipv6Addr;

/// Whether Go reads this text as a URI whose host, if it has one, is a valid name.
pub(crate) fn is_acceptable(uri: &str) -> bool {
    if !uri.is_ascii() || uri.bytes().any(|byte| byte < 0x20 || byte == 0x7f) {
        return false;
    }
    let (uri, fragment) = uri.split_once('#').unwrap_or((uri, ""));
    if !has_good_escapes(fragment) {
        return false;
    }
    let Some((has_scheme, rest)) = after_scheme(uri) else {
        return false;
    };
    let rest = rest.split_once('?').map_or(rest, |(path, _query)| path);
    if !rest.starts_with('/') {
        // `mailto:someone`, taken as it is; or a relative path, which may not look like a scheme.
        return has_scheme
            || !rest
                .split('/')
                .next()
                .is_some_and(|segment| segment.contains(':'))
                && has_good_escapes(rest);
    }
    match rest.strip_prefix("//") {
        Some(authority) if has_scheme || !authority.starts_with('/') => {
            let (authority, path) = authority
                .find('/')
                .map_or((authority, ""), |at| authority.split_at(at));
            is_good_authority(authority) && has_good_escapes(path)
        }
        _ => has_good_escapes(rest),
    }
}

/// Whether there is a scheme, and what follows it; `None` where it is missing before a colon.
fn after_scheme(uri: &str) -> Option<(bool, &str)> {
    for (at, byte) in uri.bytes().enumerate() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' => {}
            b'0'..=b'9' | b'+' | b'-' | b'.' if at > 0 => {}
            b':' if at == 0 => return None,
            b':' => return Some((true, &uri[at + 1..])),
            _ => break,
        }
    }
    Some((false, uri))
}

fn is_good_authority(authority: &str) -> bool {
    let (user, host) = authority.rsplit_once('@').unwrap_or(("", authority));
    let good_user = user
        .bytes()
        .all(|byte| byte.is_ascii_alphanumeric() || b"-._:~!$&'()*+,;=%@".contains(&byte));
    good_user && has_good_escapes(user) && is_good_host(host)
}

fn is_good_host(host: &str) -> bool {
    let port = match host.strip_prefix('[') {
        Some(bracketed) => {
            let Some((address, port)) = bracketed.rsplit_once(']') else {
                return false;
            };
            if address
                .split('%')
                .next()
                .is_none_or(|address| address.parse::<Ipv6Addr>().is_err())
            {
                return false;
            }
            port
        }
        None => host.rfind(':').map_or("", |at| &host[at..]),
    };
    let digits = port.strip_prefix(':').unwrap_or(port);
    let good_port = port.is_empty()
        || port.starts_with(':') && digits.bytes().all(|byte| byte.is_ascii_digit());
    let good_letters = host
        .bytes()
        .all(|byte| byte.is_ascii_alphanumeric() || b"-._~!$&'()*+,;=:[]<>\"".contains(&byte));
    good_port && good_letters && is_domain(host)
}

/// Go's check of a name in a certificate: no dot at the end, none at the front, no two together, nothing unprintable.
pub(crate) fn is_domain(name: &str) -> bool {
    name.is_empty()
        || name
            .split('.')
            .all(|label| !label.is_empty() && label.bytes().all(|byte| byte.is_ascii_graphic()))
}

/// Whether every `%` is followed by two hexadecimal digits.
fn has_good_escapes(text: &str) -> bool {
    text.split('%').skip(1).all(|rest| {
        let digits = rest.as_bytes();
        digits.len() >= 2 && digits[..2].iter().all(u8::is_ascii_hexdigit)
    })
}

#[cfg(test)]
mod tests {
    use super::is_acceptable;

    #[test]
    fn good_uris() {
        for uri in [
            "spiffe://cluster.local/ns/default/sa/default",
            "https://registry.internal:5000/v2/",
            "https://user:pw@[::1]:5000/",
            "mailto:someone@example.com",
            "urn:uuid:0",
            "/a%20b",
            "path",
            "",
        ] {
            assert!(is_acceptable(uri), "{uri}");
        }
    }

    #[test]
    fn bad_uris() {
        for uri in [
            "https://a..b/",
            "https://host./",
            "https://host:port/",
            "https://[::1/",
            "https://a b/",
            "https://h/%zz",
            ":foo",
            "1a:b",
            "https://h/\n",
            "https://h/ä",
        ] {
            assert!(!is_acceptable(uri), "{uri}");
        }
    }
}
