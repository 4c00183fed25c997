//! Text that was meant to be replaced before the file was used.

use std::net::IpAddr;

use memchr::{memmem, memrchr};

use crate::finding::hosts::lower_case;

/// The first placeholder in a URL that Go accepts: `<registry>`, `***`, `your-registry`, `mirror.example.com`.
///
/// `host` is the host that Go finds. `${VAR}` and `{{ x }}` occur here only where Go accepts them, in paths.
pub fn placeholder(text: &str, host: &str) -> Option<String> {
    bracketed(text)
        .or_else(|| variable(host, |_| true))
        .or_else(|| capitals(host))
        .or_else(|| starred(host))
        .or_else(|| named(host))
}

/// Whether the placeholder is a name or an address that is reserved for examples.
pub fn is_example_name(placeholder: &str) -> bool {
    reserved(&placeholder.to_ascii_lowercase())
}

/// Whether a path on the node is a documentation's sample, such as `/path/to/ca.crt`, or contains a variable.
pub fn is_sample_path(path: &str) -> bool {
    let mut parts = path.split('/').filter(|part| !part.is_empty());
    let mut part = || parts.next().unwrap_or_default().to_ascii_lowercase();
    let (first, second) = (part(), part());
    let is_of_words = match first.as_str() {
        "path" => second == "to",
        "your" | "some" | "my" | "absolute" => second.starts_with("path"),
        "..." | "…" | "changeme" => true,
        first => ["path-to", "path_to", "your-", "your_"]
            .iter()
            .any(|start| first.starts_with(start)),
    };
    is_of_words || placeholder_in(path).is_some()
}

/// The first placeholder in a text that Go rejects as a URL, where these signs mean nothing else.
pub fn placeholder_in(text: &str) -> Option<String> {
    bracketed(text).or_else(|| variable(text, |_| true))
}

/// `<…>`, `${…}`, `$(…)`, `{{…}}`, `{…}`, `%NAME%`, `@NAME@`, `__NAME__` and `$NAME`.
fn bracketed(text: &str) -> Option<String> {
    const BRACKETS: [(&str, &str); 6] = [
        ("<", ">"),
        ("${", "}"),
        ("$(", ")"),
        ("%(", ")s"),
        ("{{", "}}"),
        ("{", "}"),
    ];
    if !text
        .bytes()
        .any(|byte| matches!(byte, b'<' | b'{' | b'$' | b'%' | b'@' | b'_'))
    {
        return None;
    }
    for (open, close) in BRACKETS {
        if let Some(start) = text.find(open)
            && let Some(length) = text[start..].find(close)
        {
            return Some(text[start..start + length + close.len()].to_owned());
        }
    }
    let between = |sign: char| {
        let mut parts = text.split(sign).skip(1);
        parts.find(|part| is_variable(part) && text.contains(&format!("{sign}{part}{sign}")))
    };
    let underlined = || {
        let (_, rest) = text.split_once("__")?;
        let (name, _) = rest.split_once("__")?;
        is_variable(name).then(|| format!("__{name}__"))
    };
    ['%', '@']
        .into_iter()
        .find_map(|sign| between(sign).map(|name| format!("{sign}{name}{sign}")))
        .or_else(underlined)
        .or_else(|| variable(text, |c| !c.is_ascii_lowercase()))
}

/// `$NAME`, of the characters that may be in it.
fn variable(text: &str, may_begin: impl Fn(char) -> bool) -> Option<String> {
    let start = text.find('$')?;
    let is_part = |c: &char| c.is_ascii_alphanumeric() || *c == '_';
    let name: String = text[start + 1..].chars().take_while(is_part).collect();
    let first = name.chars().next()?;
    let is_name = (first.is_ascii_alphabetic() || first == '_') && may_begin(first);
    is_name.then(|| format!("${name}"))
}

/// A name in the capitals of variables: `MIRROR_HOST`.
fn is_variable(name: &str) -> bool {
    let is_part = |byte: u8| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'_';
    name.starts_with(|c: char| c.is_ascii_uppercase()) && name.bytes().all(is_part)
}

/// `***`, labels of nothing but `x`, and addresses with an `x`.
fn starred(host: &str) -> Option<String> {
    if let Some(start) = memmem::find(host.as_bytes(), b"**") {
        let stars = host[start..].chars().take_while(|c| *c == '*').count();
        return Some(host[start..start + stars].to_owned());
    }
    let name = without_port(host);
    // `10.0.0.x` and `x.x.x.x`.
    let is_part = |part: &str| {
        matches!(part, "x" | "X") || !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit())
    };
    let is_address = name.split('.').count() == 4 && name.split('.').all(is_part);
    if is_address && name.contains(['x', 'X']) {
        return Some(name.to_owned());
    }
    // `.xxx` is a top-level domain.
    let labels = name.rsplit_once('.').map_or("", |(labels, _)| labels);
    labels
        .split('.')
        .find(|label| label.len() >= 3 && label.bytes().all(|b| b.eq_ignore_ascii_case(&b'x')))
        .map(str::to_owned)
}

/// `MIRROR_HOST`, and `REGISTRY` alone.
fn capitals(host: &str) -> Option<String> {
    const WORDS: [&str; 9] = [
        "REGISTRY", "MIRROR", "HOST", "HOSTNAME", "SERVER", "DOMAIN", "IP", "ADDRESS", "URL",
    ];
    let name = without_port(host);
    let is_one = is_variable(name) && (name.contains('_') || WORDS.contains(&name));
    is_one.then(|| name.to_owned())
}

/// `your-registry`, `yourdomain.com`, `CHANGEME`, and the names that RFC 2606 and 6761 reserve.
fn named(host: &str) -> Option<String> {
    // Domains of a hosting company, and under them names of real machines.
    const REAL: [&str; 2] = ["your-server.de", "your-storagebox.de"];
    let name = lower_case(without_port(host).trim_end_matches('.'));
    if REAL.iter().any(|domain| is_in_domain(&name, domain)) {
        return None;
    }
    // No top-level domain is called so.
    let last = (name == "tld" || name.ends_with(".tld")).then_some("tld");
    let mut labels = name.split('.');
    let to_be_replaced = labels.find(|label| is_to_be_replaced(label)).or(last);
    match to_be_replaced {
        Some(label) => Some(label.to_owned()),
        None => reserved(&name).then(|| name.into_owned()),
    }
}

fn is_to_be_replaced(label: &str) -> bool {
    const YOUR: [&str; 14] = [
        "", "domain", "company", "org", "registry", "mirror", "host", "server", "harbor", "nexus",
        "ip", "name", "site", "hostname",
    ];
    const ME: [&str; 7] = [
        "changeme",
        "change-me",
        "replaceme",
        "replace-me",
        "placeholder",
        "todo",
        "fixme",
    ];
    // "your" and "replace" in Chinese, the language of many files that are copied.
    const CHINESE: [&str; 3] = ["你的", "您的", "替换"];
    if !label.is_ascii() && CHINESE.iter().any(|word| label.contains(word)) {
        return true;
    }
    match label.strip_prefix("your") {
        Some(rest) => YOUR.contains(&rest) || rest.starts_with(['-', '_']),
        None => ME.contains(&label),
    }
}

/// The names of RFC 2606 and 6761, and the addresses of RFC 5737 and 3849.
fn reserved(name: &str) -> bool {
    if let Ok(address) = name.parse::<IpAddr>() {
        return match address {
            IpAddr::V4(v4) => v4.is_documentation(),
            IpAddr::V6(v6) => v6.segments()[..2] == [0x2001, 0xdb8],
        };
    }
    ["example.com", "example.org", "example.net"]
        .iter()
        .any(|domain| is_in_domain(name, domain))
        || [".example", ".invalid"]
            .iter()
            .any(|end| name.ends_with(end))
}

fn is_in_domain(name: &str, domain: &str) -> bool {
    name.strip_suffix(domain)
        .is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
}

fn without_port(host: &str) -> &str {
    memrchr(b':', host.as_bytes()).map_or(host, |colon| &host[..colon])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_what_was_to_be_replaced() {
        for (text, host, want) in [
            ("https://<registry>", "<registry>", Some("<registry>")),
            ("https://m/${PROJECT}/v2", "m", Some("${PROJECT}")),
            ("https://m/{{ project }}", "m", Some("{{ project }}")),
            ("https://m/$PROJECT", "m", Some("$PROJECT")),
            ("https://***.mirror.io", "***.mirror.io", Some("***")),
            ("https://xxxx.mirror.io", "xxxx.mirror.io", Some("xxxx")),
            (
                "https://your-registry:5000",
                "your-registry:5000",
                Some("your-registry"),
            ),
            (
                "https://yourdomain.com",
                "yourdomain.com",
                Some("yourdomain"),
            ),
            (
                "https://mirror.example.com",
                "mirror.example.com",
                Some("mirror.example.com"),
            ),
            ("https://reg.example", "reg.example", Some("reg.example")),
            ("https://mirror.local.tld", "mirror.local.tld", Some("tld")),
            ("https://tld.internal", "tld.internal", None),
            ("https://myexample.com", "myexample.com", None),
            (
                "https://static.1.2.clients.your-server.de",
                "static.1.2.clients.your-server.de",
                None,
            ),
            ("https://images.xxx", "images.xxx", None),
            ("https://m/cost$", "m", None),
            ("http://$ip", "$ip", Some("$ip")),
            ("https://m/a$b", "m", None),
            ("https://%MIRROR%/v2", "%MIRROR%", Some("%MIRROR%")),
            ("https://@MIRROR@/v2", "", Some("@MIRROR@")),
            (
                "https://MIRROR_HOST:5000",
                "MIRROR_HOST:5000",
                Some("MIRROR_HOST"),
            ),
            ("https://REGISTRY", "REGISTRY", Some("REGISTRY")),
            ("https://HARBOR", "HARBOR", None),
            ("http://10.0.0.x:5000", "10.0.0.x:5000", Some("10.0.0.x")),
            ("http://10.0.0.1", "10.0.0.1", None),
            ("https://*", "*", None),
            ("https://__HOST__:5000", "__HOST__:5000", Some("__HOST__")),
            ("http://192.0.2.7:5000", "192.0.2.7:5000", Some("192.0.2.7")),
            ("https://你的加速器", "你的加速器", Some("你的加速器")),
            ("https://my__registry:5000", "my__registry:5000", None),
        ] {
            assert_eq!(placeholder(text, host).as_deref(), want, "{text}");
        }
        for (text, want) in [
            ("http://$IP:$PORT", Some("$IP")),
            ("http://$ip:$port", Some("$ip")),
            ("https://$(hostname):5000", Some("$(hostname)")),
            ("https://m:port", None),
        ] {
            assert_eq!(placeholder_in(text).as_deref(), want, "{text}");
        }
    }

    #[test]
    fn sample_paths_are_those_of_documentation() {
        for (path, want) in [
            ("/path/to/ca.crt", true),
            ("path/to/ca.crt", true),
            ("/Path/To/ca.crt", true),
            ("/your/path/ca.crt", true),
            ("/your-path/ca.crt", true),
            ("<path>/ca.crt", true),
            ("/etc/${CLUSTER}/ca.crt", true),
            ("/etc/path/to/ca.crt", false),
            ("/etc/ssl/certs/ca.crt", false),
            ("ca.crt", false),
            ("", false),
        ] {
            assert_eq!(is_sample_path(path), want, "{path}");
        }
    }
}
