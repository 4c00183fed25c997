//! Go's `net/url` as far as containerd uses it: scheme, host and path of an endpoint.

use std::borrow::Cow;
use std::net::Ipv6Addr;

use super::rules::{Brackets, Rules};

/// The three parts of a URL that containerd keeps, and what it drops.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Url {
    /// Lower-cased scheme, empty when there is none.
    pub scheme: Cow<'static, str>,
    /// Host and port, escapes resolved, case as written.
    pub host: String,
    /// Path, escapes resolved, not cleaned.
    pub path: String,
    /// It has `user` or `user:password` before the host; dropped by containerd.
    pub has_userinfo: bool,
    /// It has a `?query`; dropped.
    pub has_query: bool,
    /// It has a `#fragment`; dropped.
    pub has_fragment: bool,
    /// The text after the scheme had no slash (`https:mirror`): Go keeps it aside, and
    /// neither host nor path come out of it.
    pub opaque: bool,
}

/// Why Go refuses a URL.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum UrlError {
    /// A byte below 0x20, or 0x7f.
    ControlCharacter,
    /// Nothing before the first colon.
    MissingScheme,
    /// A first path segment with a colon, where no scheme could be read.
    ColonInFirstSegment,
    /// The text after the host is not `:` and digits.
    InvalidPort(String),
    /// `[` without `]`.
    MissingBracket,
    /// `[` elsewhere than at the beginning of the host.
    MisplacedBracket,
    /// The text in brackets is not an IPv6 address.
    InvalidAddress(String),
    /// `%` without two hexadecimal digits, or one that is not allowed in a host.
    InvalidEscape(String),
    /// A character that a host name cannot hold.
    InvalidHostCharacter(char),
    /// A character that user and password cannot hold.
    InvalidUserinfo,
}

impl std::fmt::Display for UrlError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            UrlError::ControlCharacter => f.write_str("it contains a control character"),
            UrlError::MissingScheme => f.write_str("nothing precedes the first `:`"),
            UrlError::ColonInFirstSegment => f.write_str("the text before `:` is not a scheme"),
            UrlError::InvalidPort(port) => write!(f, "invalid port `{port}`"),
            UrlError::MissingBracket => f.write_str("missing `]`"),
            UrlError::MisplacedBracket => f.write_str("`[` inside the host"),
            UrlError::InvalidAddress(address) => {
                write!(f, "`{address}` in brackets is not an IPv6 address")
            }
            UrlError::InvalidEscape(escape) => write!(f, "invalid escape `{escape}`"),
            UrlError::InvalidHostCharacter(' ') => f.write_str("space in the host"),
            UrlError::InvalidHostCharacter(c) => write!(f, "invalid character `{c}` in the host"),
            UrlError::InvalidUserinfo => {
                f.write_str("user or password contains a character that must be escaped")
            }
        }
    }
}

/// Splits `text` as `url.Parse` does in a Go with these rules.
pub fn parse(text: &str, rules: Rules) -> Result<Url, UrlError> {
    let Some((main, fragment)) = cut(text, b'#') else {
        return parse_without_fragment(text, rules);
    };
    let mut url = parse_without_fragment(main, rules)?;
    url.has_fragment = true;
    unescape(fragment, Part::Other)?;
    Ok(url)
}

/// Splits at the first `mark`, a byte of ASCII. URLs are so short that a search for a character, which
/// is made for long texts, takes longer.
fn cut(text: &str, mark: u8) -> Option<(&str, &str)> {
    let at = text.as_bytes().iter().position(|&byte| byte == mark)?;
    Some((&text[..at], &text[at + 1..]))
}

/// The same for the last.
fn cut_last(text: &str, mark: u8) -> Option<(&str, &str)> {
    let at = text.as_bytes().iter().rposition(|&byte| byte == mark)?;
    Some((&text[..at], &text[at + 1..]))
}

fn parse_without_fragment(text: &str, rules: Rules) -> Result<Url, UrlError> {
    if text.bytes().any(|b| b < b' ' || b == 0x7f) {
        return Err(UrlError::ControlCharacter);
    }
    let mut url = Url::default();
    if text == "*" {
        url.path = "*".to_owned();
        return Ok(url);
    }
    let (scheme, rest) = split_scheme(text)?;
    url.scheme = match scheme {
        "https" => Cow::Borrowed("https"),
        "http" => Cow::Borrowed("http"),
        other => Cow::Owned(other.to_ascii_lowercase()),
    };
    let rest = match cut(rest, b'?') {
        Some((rest, _)) => {
            url.has_query = true;
            rest
        }
        None => rest,
    };
    if !rest.starts_with('/') {
        if !url.scheme.is_empty() {
            url.opaque = !rest.is_empty();
            return Ok(url);
        }
        let segment = cut(rest, b'/').map_or(rest, |(segment, _)| segment);
        if segment.contains(':') {
            return Err(UrlError::ColonInFirstSegment);
        }
    }
    let has_authority =
        (!url.scheme.is_empty() || !rest.starts_with("///")) && rest.starts_with("//");
    let path = if has_authority {
        let rest = &rest[2..];
        let slash = rest.as_bytes().iter().position(|&byte| byte == b'/');
        let (authority, path) = rest.split_at(slash.unwrap_or(rest.len()));
        let (userinfo, host) = match cut_last(authority, b'@') {
            Some((userinfo, host)) => (Some(userinfo), host),
            None => (None, authority),
        };
        let is_http = matches!(&*url.scheme, "http" | "https");
        let single_colon = rules.single_colon && is_http;
        url.host = parse_host(host, rules.brackets, single_colon)?;
        if let Some(userinfo) = userinfo {
            if !userinfo.chars().all(allowed_in_userinfo) {
                return Err(UrlError::InvalidUserinfo);
            }
            unescape(userinfo, Part::Other)?;
            url.has_userinfo = true;
        }
        path
    } else {
        rest
    };
    url.path = unescape(path, Part::Other)?;
    Ok(url)
}

fn split_scheme(text: &str) -> Result<(&str, &str), UrlError> {
    for (i, byte) in text.bytes().enumerate() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' => {}
            b'0'..=b'9' | b'+' | b'-' | b'.' if i > 0 => {}
            b':' if i == 0 => return Err(UrlError::MissingScheme),
            b':' => return Ok((&text[..i], &text[i + 1..])),
            _ => break,
        }
    }
    Ok(("", text))
}

fn allowed_in_userinfo(c: char) -> bool {
    c.is_ascii_alphanumeric() || "-._:~!$&'()*+,;=%@".contains(c)
}

fn parse_host(host: &str, brackets: Brackets, single_colon: bool) -> Result<String, UrlError> {
    match (host.rfind('['), brackets) {
        (Some(open), Brackets::Address) => return parse_bracketed(host, open),
        (Some(0), Brackets::AddressAtStart) => return parse_bracketed(host, 0),
        (Some(_), Brackets::AddressAtStart) => return Err(UrlError::MisplacedBracket),
        (_, Brackets::AnyText) if host.starts_with('[') => return parse_any_bracketed(host),
        _ => {}
    }
    let is_colon = |byte: &u8| *byte == b':';
    let mut bytes = host.as_bytes().iter();
    let colon = match single_colon {
        true => bytes.position(is_colon),
        false => bytes.rposition(is_colon),
    };
    if let Some(colon) = colon {
        check_port(&host[colon..])?;
    }
    unescape(host, Part::Host)
}

/// `[address]`, `[address%25zone]`, each with or without `:port`, from the last opening bracket on.
fn parse_bracketed(host: &str, open: usize) -> Result<String, UrlError> {
    let close = host.rfind(']').ok_or(UrlError::MissingBracket)?;
    // A closing bracket before the opening one leaves that in the port, where it is refused.
    check_port(&host[close + 1..])?;
    let inner = &host[open + 1..close];
    let inner = match inner.find("%25") {
        Some(zone) => {
            unescape(&inner[..zone], Part::Host)? + &unescape(&inner[zone..], Part::Zone)?
        }
        None => unescape(inner, Part::Host)?,
    };
    let (address, zone) = match inner.split_once('%') {
        Some((address, zone)) => (address, Some(zone)),
        None => (inner.as_str(), None),
    };
    if address.parse::<Ipv6Addr>().is_err() || zone == Some("") {
        return Err(UrlError::InvalidAddress(inner));
    }
    Ok(format!("[{inner}]{}", &host[close + 1..]))
}

/// The same before Go looked at what is in the brackets: only a zone is treated on its own.
fn parse_any_bracketed(host: &str) -> Result<String, UrlError> {
    let close = host.rfind(']').ok_or(UrlError::MissingBracket)?;
    check_port(&host[close + 1..])?;
    match host[..close].find("%25") {
        Some(zone) => {
            let address = unescape(&host[..zone], Part::Host)?;
            let zone = unescape(&host[zone..close], Part::Zone)?;
            Ok(address + &zone + &unescape(&host[close..], Part::Host)?)
        }
        None => unescape(host, Part::Host),
    }
}

fn check_port(port: &str) -> Result<(), UrlError> {
    match port.strip_prefix(':') {
        Some(digits) if digits.bytes().all(|b| b.is_ascii_digit()) => Ok(()),
        None if port.is_empty() => Ok(()),
        _ => Err(UrlError::InvalidPort(port.to_owned())),
    }
}

#[derive(Clone, Copy, PartialEq)]
enum Part {
    Host,
    Zone,
    /// Path, fragment, user and password: any escape, any character.
    Other,
}

fn unescape(text: &str, part: Part) -> Result<String, UrlError> {
    let bytes = text.as_bytes();
    let stays = match part {
        Part::Other => bytes.iter().all(|&b| b != b'%'),
        _ => bytes.iter().all(|&b| b >= 0x80 || allowed_in_host(b)),
    };
    if stays {
        return Ok(text.to_owned());
    }
    let mut out = Vec::with_capacity(bytes.len());
    let mut i = 0;
    while i < bytes.len() {
        let byte = bytes[i];
        if byte == b'%' {
            let Some(value) = hex(bytes.get(i + 1))
                .zip(hex(bytes.get(i + 2)))
                .map(|(h, l)| h << 4 | l)
            else {
                let shown: String = text[i..].chars().take(3).collect();
                return Err(UrlError::InvalidEscape(shown));
            };
            let shown = || UrlError::InvalidEscape(text[i..i + 3].to_owned());
            match part {
                // Only bytes outside ASCII may be escaped in a host, and `%25` before a zone.
                Part::Host if value < 0x80 && value != b'%' => return Err(shown()),
                Part::Zone if value != b'%' && value != b' ' && !allowed_in_host(value) => {
                    return Err(shown());
                }
                _ => {}
            }
            out.push(value);
            i += 3;
            continue;
        }
        if part != Part::Other && byte < 0x80 && !allowed_in_host(byte) {
            return Err(UrlError::InvalidHostCharacter(char::from(byte)));
        }
        out.push(byte);
        i += 1;
    }
    // Escapes can spell bytes that are not UTF-8; containerd would send them as they are, which
    // no registry answers to, and JSON cannot carry. Go's JSON has a replacement for each.
    let mut text = String::with_capacity(out.len());
    for chunk in out.utf8_chunks() {
        text.push_str(chunk.valid());
        text.extend(chunk.invalid().iter().map(|_| char::REPLACEMENT_CHARACTER));
    }
    Ok(text)
}

fn hex(byte: Option<&u8>) -> Option<u8> {
    byte.and_then(|&b| char::from(b).to_digit(16))
        .map(|d| d as u8)
}

fn allowed_in_host(byte: u8) -> bool {
    matches!(byte,
        b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'!' | b'$' | b'&' | b'\'' | b'(' | b')' | b'*' | b'+' | b',' | b';'
        | b'=' | b':' | b'[' | b']' | b'<' | b'>' | b'"' | b'-' | b'_' | b'.' | b'~')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parts(text: &str) -> (String, String, String) {
        let url = parse(text, Rules::NEWEST).unwrap();
        (url.scheme.into_owned(), url.host, url.path)
    }

    #[test]
    fn splits_as_go_does() {
        for (text, scheme, host, path) in [
            ("https://m.internal", "https", "m.internal", ""),
            (
                "https://M.Internal:5000/v2/",
                "https",
                "M.Internal:5000",
                "/v2/",
            ),
            ("https://u:p@m/x?y=1#z", "https", "m", "/x"),
            ("httpbin.internal:5000", "httpbin.internal", "", ""),
            ("https://HTTPS://m", "https", "HTTPS:", "//m"),
            ("http", "", "", "http"),
            ("https:/m", "https", "", "/m"),
            ("https:m", "https", "", ""),
            (
                "https://[fe80::1%25eth0]:5000",
                "https",
                "[fe80::1%eth0]:5000",
                "",
            ),
            ("https://m/a%2Fb", "https", "m", "/a/b"),
            ("https://m:", "https", "m:", ""),
            ("https://m/%e2%80", "https", "m", "/\u{fffd}\u{fffd}"),
        ] {
            assert_eq!(
                parts(text),
                (scheme.into(), host.into(), path.into()),
                "{text}"
            );
        }
    }

    #[test]
    fn refuses_what_go_refuses() {
        for text in [
            "https://mirror internal",
            "https://m:abc",
            "https://[fd00::1",
            "https://mirror[fd00::1]",
            "https://[[fd00::1]]",
            "https://[fe80::1%eth0]",
            "https://${REGISTRY}",
            "https://a%zz",
            "https://mirror%2einternal",
            "https://m/%zz",
            "https=://m",
            "https://m\u{7f}",
            "https://a:b:c",
        ] {
            assert!(parse(text, Rules::NEWEST).is_err(), "{text}");
        }
    }

    #[test]
    fn unbracketed_ipv6_is_refused_by_the_newest_go_alone() {
        let before = Rules {
            single_colon: false,
            ..Rules::NEWEST
        };
        assert!(parse("https://fd00::1", before).is_ok());
        assert_eq!(
            parse("https://fd00::1", Rules::NEWEST),
            Err(UrlError::InvalidPort("::1".into()))
        );
        assert!(parse("http+unix://fd00::1", Rules::NEWEST).is_ok());
    }

    #[test]
    fn brackets_are_read_by_three_rules() {
        let host = |text: &str, brackets| {
            let rules = Rules {
                brackets,
                single_colon: false,
                negative_serials: true,
            };
            parse(text, rules).map(|url| url.host).ok()
        };
        for (text, any, address, at_start) in [
            (
                "https://[m.internal]:5000",
                Some("[m.internal]:5000"),
                None,
                None,
            ),
            ("https://[]", Some("[]"), None, None),
            ("https://[::1]]", Some("[::1]]"), None, None),
            ("https://[127.0.0.1]", Some("[127.0.0.1]"), None, None),
            ("https://[::1%25]", Some("[::1%]"), None, None),
            (
                "https://a[::1]:5000",
                Some("a[::1]:5000"),
                Some("[::1]:5000"),
                None,
            ),
            ("https://a[::1]", None, Some("[::1]"), None),
            ("https://]a[", Some("]a["), None, None),
            ("https://][", Some("]["), None, None),
            (
                "https://[fd00::1]:5000",
                Some("[fd00::1]:5000"),
                Some("[fd00::1]:5000"),
                Some("[fd00::1]:5000"),
            ),
            ("https://[::1", None, None, None),
        ] {
            assert_eq!(host(text, Brackets::AnyText).as_deref(), any, "{text}");
            assert_eq!(host(text, Brackets::Address).as_deref(), address, "{text}");
            assert_eq!(
                host(text, Brackets::AddressAtStart).as_deref(),
                at_start,
                "{text}"
            );
        }
    }
}
