//! The URL that Go's HTTP client requests: `http.NewRequest` splits the text that it is given with
//! `url.Parse`, drops an empty port, and writes the parts back with `URL.String`.
//!
//! The result is not always the input: `HTTPS:` loses its colon, a path that held an escaped
//! `?` ends early, a space is escaped again.

use super::rules::Rules;
use super::url::{self, UrlError};

/// The requested URL, given `text`; an error means that no request is made.
pub fn request_url(text: &str, rules: Rules) -> Result<String, UrlError> {
    let url = url::parse(text, rules)?;
    // `a/b://c` is a path, and `a:b://c` is kept aside whole: there is no host to contact.
    if url.scheme.is_empty() || url.opaque {
        return Err(UrlError::MissingScheme);
    }
    let (rest, fragment) = cut(text, '#');
    let (rest, query) = cut(rest, '?');
    let Some((_, after)) = rest.split_once("://") else {
        return Err(UrlError::MissingScheme);
    };
    let path = after.find('/').map_or("", |slash| &after[slash..]);
    let mut out = format!("{}://", url.scheme);
    escape(
        without_empty_port(&url.host).as_bytes(),
        Part::Host,
        &mut out,
    );
    keep_or_escape(path, Part::Path, &mut out);
    if let Some(query) = query {
        out.push('?');
        out.push_str(query);
    }
    if let Some(fragment) = fragment.filter(|fragment| !fragment.is_empty()) {
        out.push('#');
        keep_or_escape(fragment, Part::Fragment, &mut out);
    }
    Ok(out)
}

/// `url.ParseQuery`, one more pair, and `Values.Encode`: sorted by key, everything but letters,
/// digits and `-_.~` escaped.
///
/// A `;` or a broken escape is an error in Go.
pub fn add_to_query(query: &str, key: &str, value: &str) -> Result<String, UrlError> {
    let mut pairs = Vec::new();
    for pair in query.split('&').filter(|pair| !pair.is_empty()) {
        if pair.contains(';') {
            return Err(UrlError::InvalidEscape(";".to_owned()));
        }
        let (key, value) = cut(pair, '=');
        pairs.push((
            query_unescape(key)?,
            query_unescape(value.unwrap_or_default())?,
        ));
    }
    pairs.push((key.as_bytes().to_vec(), value.as_bytes().to_vec()));
    // A stable sort: values of one key keep their order.
    pairs.sort_by(|a, b| a.0.cmp(&b.0));
    let mut out = String::new();
    for (key, value) in &pairs {
        if !out.is_empty() {
            out.push('&');
        }
        escape(key, Part::Query, &mut out);
        out.push('=');
        escape(value, Part::Query, &mut out);
    }
    Ok(out)
}

fn cut(text: &str, at: char) -> (&str, Option<&str>) {
    text.split_once(at)
        .map_or((text, None), |(before, after)| (before, Some(after)))
}

/// `m:` is `m`; the colon of an IPv6 address in brackets is not one of a port.
fn without_empty_port(host: &str) -> &str {
    match (host.rfind(':'), host.rfind(']')) {
        (Some(colon), Some(bracket)) if colon < bracket => host,
        _ => host.strip_suffix(':').unwrap_or(host),
    }
}

#[derive(Clone, Copy, PartialEq)]
enum Part {
    Host,
    Path,
    Query,
    Fragment,
}

impl Part {
    /// Whether Go escapes this byte when it writes the part.
    fn escapes(self, byte: u8) -> bool {
        if byte.is_ascii_alphanumeric() || b"-_.~".contains(&byte) {
            return false;
        }
        match self {
            Part::Host => !b"!$&'()*+,;=:[]<>\"".contains(&byte),
            Part::Path => !b"$&+,/:;=@".contains(&byte),
            Part::Query => true,
            Part::Fragment => !b"$&+,/:;=?@!()*".contains(&byte),
        }
    }

    /// Whether the byte may be unescaped in a text that is already escaped.
    fn accepts(self, byte: u8) -> bool {
        b"!$&'()*+,;=:@[]%".contains(&byte) || !self.escapes(byte)
    }
}

/// `URL.EscapedPath` and `EscapedFragment`: the text as it was written when each byte of it may
/// stay, otherwise its meaning, escaped again.
fn keep_or_escape(raw: &str, part: Part, out: &mut String) {
    if raw.bytes().all(|byte| part.accepts(byte)) {
        out.push_str(raw);
    } else {
        escape(&unescape(raw), part, out);
    }
}

fn escape(bytes: &[u8], part: Part, out: &mut String) {
    for &byte in bytes {
        match byte {
            b' ' if part == Part::Query => out.push('+'),
            _ if part.escapes(byte) => out.push_str(&format!("%{byte:02X}")),
            _ => out.push(char::from(byte)),
        }
    }
}

/// Resolves `%xx`; what is not an escape stays, for [`url::parse`] has refused it already.
fn unescape(text: &str) -> Vec<u8> {
    let bytes = text.as_bytes();
    let mut out = Vec::with_capacity(bytes.len());
    let mut i = 0;
    while i < bytes.len() {
        match (bytes[i], hex(bytes.get(i + 1)), hex(bytes.get(i + 2))) {
            (b'%', Some(high), Some(low)) => {
                out.push(high << 4 | low);
                i += 3;
            }
            (byte, ..) => {
                out.push(byte);
                i += 1;
            }
        }
    }
    out
}

fn query_unescape(text: &str) -> Result<Vec<u8>, UrlError> {
    let bytes = text.as_bytes();
    for (i, _) in text.match_indices('%') {
        if hex(bytes.get(i + 1)).is_none() || hex(bytes.get(i + 2)).is_none() {
            return Err(UrlError::InvalidEscape(text[i..].chars().take(3).collect()));
        }
    }
    Ok(unescape(&text.replace('+', " ")))
}

fn hex(byte: Option<&u8>) -> Option<u8> {
    byte.and_then(|&byte| char::from(byte).to_digit(16))
        .map(|digit| digit as u8)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn asks_for_what_go_asks_for() {
        for (text, want) in [
            ("https://m/v2/app", "https://m/v2/app"),
            ("https://M.Internal:443/v2", "https://M.Internal:443/v2"),
            ("https://HTTPS://m/v2", "https://HTTPS//m/v2"),
            ("https://[fd00::1]:5000/v2", "https://[fd00::1]:5000/v2"),
            ("https:///etc/mirror", "https:///etc/mirror"),
            ("https://mirrör/v2", "https://mirr%C3%B6r/v2"),
            ("https://<m>/v2", "https://<m>/v2"),
            ("https://m/a b", "https://m/a%20b"),
            ("https://m/a b!", "https://m/a%20b%21"),
            ("https://m/a!(b)*", "https://m/a!(b)*"),
            ("https://m/é", "https://m/%C3%A9"),
            ("https://m/%ff", "https://m/%ff"),
            ("https://m/a?b c", "https://m/a?b c"),
            ("https://m/a#b c", "https://m/a#b%20c"),
            ("http-proxy.internal:///v2", "http-proxy.internal:///v2"),
        ] {
            assert_eq!(
                request_url(text, Rules::NEWEST).as_deref(),
                Ok(want),
                "{text}"
            );
        }
        for text in ["://m/v2", "https://[fe80::1%eth0]:5000/v2", "https://m/%zz"] {
            assert!(request_url(text, Rules::NEWEST).is_err(), "{text}");
        }
    }

    #[test]
    fn a_query_is_sorted_and_escaped() {
        assert_eq!(
            add_to_query("", "ns", "reg:5000").as_deref(),
            Ok("ns=reg%3A5000")
        );
        assert_eq!(
            add_to_query("z=1&a=b+c&m", "ns", "[::1]").as_deref(),
            Ok("a=b+c&m=&ns=%5B%3A%3A1%5D&z=1")
        );
        assert!(add_to_query("a;b", "ns", "x").is_err());
        assert!(add_to_query("a=%z", "ns", "x").is_err());
    }
}
