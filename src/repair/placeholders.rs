//! Text that was meant to be replaced before the file was used.

use memchr::memmem;

use crate::finding::hosts::lower_case;

/// The first placeholder in a URL that Go takes: `<registry>`, `***`, `your-registry`, `mirror.example.com`.
///
/// `host` is what Go found for the host. `${VAR}` and `{{ x }}` are here only where Go takes them, in paths.
pub fn placeholder(text: &str, host: &str) -> Option<String> {
    bracketed(text)
        .or_else(|| starred(host))
        .or_else(|| named(host))
}

/// Whether the placeholder is a name that is reserved for examples.
pub fn is_example_name(placeholder: &str) -> bool {
    reserved(&placeholder.to_ascii_lowercase())
}

/// `<…>`, `${…}`, `{{…}}`, `{…}` and `$NAME`.
fn bracketed(text: &str) -> Option<String> {
    if !text.bytes().any(|byte| matches!(byte, b'<' | b'{' | b'$')) {
        return None;
    }
    for (open, close) in [("<", ">"), ("${", "}"), ("{{", "}}"), ("{", "}")] {
        if let Some(start) = text.find(open)
            && let Some(length) = text[start..].find(close)
        {
            return Some(text[start..start + length + close.len()].to_owned());
        }
    }
    let start = text.find('$')?;
    let name: String = text[start + 1..]
        .chars()
        .take_while(|c| c.is_ascii_uppercase() || c.is_ascii_digit() || *c == '_')
        .collect();
    name.starts_with(|c: char| c.is_ascii_uppercase() || c == '_')
        .then(|| format!("${name}"))
}

/// `***`, and labels of nothing but `x`.
fn starred(host: &str) -> Option<String> {
    if let Some(start) = memmem::find(host.as_bytes(), b"**") {
        let stars = host[start..].chars().take_while(|c| *c == '*').count();
        return Some(host[start..start + stars].to_owned());
    }
    let name = without_port(host);
    // `.xxx` is a top-level domain.
    let labels = name.rsplit_once('.').map_or("", |(labels, _)| labels);
    labels
        .split('.')
        .find(|label| label.len() >= 3 && label.bytes().all(|b| b.eq_ignore_ascii_case(&b'x')))
        .map(str::to_owned)
}

/// `your-registry`, `yourdomain.com`, `CHANGEME`, and the names that RFC 2606 and 6761 reserve.
fn named(host: &str) -> Option<String> {
    // Domains of a hosting company, and under them names of real machines.
    const REAL: [&str; 2] = ["your-server.de", "your-storagebox.de"];
    let name = lower_case(without_port(host).trim_end_matches('.'));
    if REAL.iter().any(|real| {
        name.strip_suffix(real)
            .is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
    }) {
        return None;
    }
    let to_be_replaced = name.split('.').find(|label| is_to_be_replaced(label));
    match to_be_replaced {
        Some(label) => Some(label.to_owned()),
        None => reserved(&name).then(|| name.into_owned()),
    }
}

fn is_to_be_replaced(label: &str) -> bool {
    const YOUR: [&str; 8] = [
        "", "domain", "company", "org", "registry", "mirror", "host", "server",
    ];
    const ME: [&str; 4] = ["changeme", "change-me", "replaceme", "replace-me"];
    match label.strip_prefix("your") {
        Some(rest) => YOUR.contains(&rest) || rest.starts_with(['-', '_']),
        None => ME.contains(&label),
    }
}

fn reserved(name: &str) -> bool {
    ["example.com", "example.org", "example.net"]
        .iter()
        .any(|domain| {
            name.strip_suffix(domain)
                .is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
        })
        || [".example", ".invalid"]
            .iter()
            .any(|end| name.ends_with(end))
}

fn without_port(host: &str) -> &str {
    host.rsplit_once(':').map_or(host, |(name, _)| name)
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
            ("https://myexample.com", "myexample.com", None),
            (
                "https://static.1.2.clients.your-server.de",
                "static.1.2.clients.your-server.de",
                None,
            ),
            ("https://images.xxx", "images.xxx", None),
            ("https://m/cost$", "m", None),
            ("https://*", "*", None),
        ] {
            assert_eq!(placeholder(text, host).as_deref(), want, "{text}");
        }
    }
}
