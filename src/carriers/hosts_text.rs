//! A hosts.toml with what is unknown in it: made so that it is TOML.

use std::ops::Range;

use super::fact::Fact;
use super::stand_ins::StandIns;
use super::text::{Builder, Gap, Text, is_alone, line_start};

/// A text in which each unknown has a stand-in of a type that may be there, and the keys whose values are not known.
#[derive(Debug, Clone)]
pub struct Finished {
    /// The text.
    pub text: Text,
    /// The keys.
    pub unknown_keys: Vec<String>,
    /// The faults of the expressions.
    pub facts: Vec<Fact>,
}

/// Gives what is unknown outside quotes a value that its key takes, and leaves open what is filled in by tools that
/// no one knows of: `${…}`.
pub fn finish(text: &Text, stand_ins: &mut StandIns<'_>) -> Finished {
    let text = leave_open(text, stand_ins);
    let mut builder = Builder::new(&text);
    let mut unknown_keys = Vec::new();
    let mut facts = Vec::new();
    let mut at = 0;
    let whole = text.as_str();
    for unknown in text.unknown() {
        let span = &unknown.span;
        if unknown.gap == Gap::Lines || span.is_empty() || span.start < at {
            continue;
        }
        let before = &whole[line_start(whole, span.start)..span.start];
        let Some((key, value)) = outside_quotes(before) else {
            continue;
        };
        let stand_in = &whole[span.clone()];
        let is_element = value.trim_start().starts_with(['[', '{']);
        if !is_element && !value.trim().is_empty() {
            continue;
        }
        let literal = match is_element {
            true => format!("\"{stand_in}\""),
            false => literal(&key, stand_in),
        };
        if matches!(key.as_str(), "skip_verify" | "override_path")
            && is_python_boolean(&unknown.written)
        {
            facts.push(Fact::PythonBoolean {
                at: text.in_carrier(span),
                expression: unknown.written.clone(),
                key: key.clone(),
            });
        }
        unknown_keys.push(key);
        builder.keep(at..span.start);
        builder.put_unknown(&literal, span, Gap::Value);
        at = span.end;
    }
    builder.keep(at..whole.len());
    let text = match at {
        0 => text.clone(),
        _ => builder.finish(),
    };
    Finished {
        text,
        unknown_keys,
        facts,
    }
}

/// Whether an expression of Jinja surely gives a boolean, which is written `True` or `False` then.
fn is_python_boolean(written: &str) -> bool {
    let Some(inner) = written
        .strip_prefix("{{")
        .and_then(|w| w.strip_suffix("}}"))
    else {
        return false;
    };
    let inner = inner.trim_matches('-').trim();
    let mut filters = inner.rsplit('|').map(str::trim);
    let last = filters.next().unwrap_or_default();
    let is_first = filters.next().is_none();
    let compact: String = last.chars().filter(|c| !c.is_whitespace()).collect();
    let defaults = ["true", "false", "True", "False"]
        .iter()
        .any(|word| compact == format!("default({word})") || compact == format!("d({word})"));
    match is_first {
        true => matches!(compact.as_str(), "true" | "false" | "True" | "False"),
        false => compact == "bool" || defaults,
    }
}

/// A value that the key of a hosts.toml takes.
fn literal(key: &str, stand_in: &str) -> String {
    match key {
        "capabilities" => "[\"pull\", \"resolve\"]".to_owned(),
        "skip_verify" | "override_path" => "false".to_owned(),
        "dial_timeout" => "\"10s\"".to_owned(),
        _ => format!("\"{stand_in}\""),
    }
}

/// The key before a value and what of the value is written; `None` where a text ends inside quotes, or has no key.
fn outside_quotes(line: &str) -> Option<(String, &str)> {
    let mut quote = None;
    let mut equals = None;
    let mut bytes = line.bytes().enumerate();
    while let Some((at, byte)) = bytes.next() {
        match (byte, quote) {
            (b'\\', Some(b'"')) => {
                bytes.next();
            }
            (b'"' | b'\'', None) => quote = Some(byte),
            (byte, Some(open)) if byte == open => quote = None,
            (b'=', None) if equals.is_none() => equals = Some(at),
            (b'#', None) => return None,
            _ => {}
        }
    }
    let at = equals.filter(|_| quote.is_none())?;
    let key = line[..at].trim().rsplit('.').next().unwrap_or_default();
    let key = key.trim_matches(['"', '\'', ' ']);
    Some((key.to_owned(), &line[at + 1..]))
}

/// Leaves open what looks like a variable: no hosts.toml has one, but many tools fill them in.
fn leave_open(text: &Text, stand_ins: &mut StandIns<'_>) -> Text {
    let whole = text.as_str();
    if !whole.contains("${") {
        return text.clone();
    }
    let mut builder = Builder::new(text);
    let mut at = 0;
    for (start, _) in whole.match_indices("${") {
        if start < at || text.touches_unknown(&(start..start + 2)) {
            continue;
        }
        let Some(end) = variable(whole, start) else {
            continue;
        };
        let span = start..end;
        builder.keep(at..start);
        at = end;
        if is_alone(whole, &span) {
            builder.put_unknown("", &span, Gap::Lines);
            continue;
        }
        let stand_in = stand_ins.of(&whole[span.clone()], builder.so_far());
        builder.put_unknown(&stand_in, &span, Gap::Value);
    }
    builder.keep(at..whole.len());
    builder.finish()
}

/// The end of a variable that begins here, of at most one line.
fn variable(text: &str, start: usize) -> Option<usize> {
    let rest: &str = &text[start..];
    let end = rest
        .bytes()
        .take(200)
        .position(|byte| matches!(byte, b'}' | b'\n' | b'"'))?;
    (rest.as_bytes()[end] == b'}').then_some(start + end + 1)
}

/// The registry that `server` names, where it is literal.
pub fn registry(text: &Text) -> Option<String> {
    let whole = text.as_str();
    let mut at = 0;
    for line in whole.split_inclusive('\n') {
        let start = at;
        at += line.len();
        let trimmed = line.trim_start();
        if trimmed.starts_with('[') {
            return None;
        }
        let Some(rest) = trimmed.strip_prefix("server") else {
            continue;
        };
        let Some(value) = rest.trim_start().strip_prefix('=') else {
            continue;
        };
        let value = value.trim();
        let quote = value.chars().next().filter(|c| matches!(c, '"' | '\''))?;
        let url = value[1..].split(quote).next()?;
        let range: Range<usize> = start..at;
        let found = whole[range.clone()].find(url)?;
        if text.touches_unknown(&(start + found..start + found + url.len())) {
            return None;
        }
        let host = url.split_once("://").map_or(url, |(_, rest)| rest);
        let host = host.split('/').next().unwrap_or_default();
        return Some(match host {
            "registry-1.docker.io" | "index.docker.io" | "registry.docker.io" => "docker.io",
            other => other,
        })
        .filter(|host| is_host(host))
        .map(str::to_owned);
    }
    None
}

fn is_host(host: &str) -> bool {
    !host.is_empty()
        && host.contains(['.', ':'])
        && host
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-' | b':' | b'[' | b']'))
}

/// Whether a text is that of a hosts.toml: it has a host table.
pub fn is_hosts_text(text: &str) -> bool {
    text.lines().any(|line| {
        let rest = line.trim_start().trim_start_matches('[').trim_start();
        line.trim_start().starts_with('[')
            && (rest.starts_with("host.\"")
                || rest.starts_with("host.'")
                || rest.starts_with("host.http"))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn finished(text: &str) -> Finished {
        finish(&Text::of_carrier(text), &mut StandIns::new(text))
    }

    #[test]
    fn values_outside_quotes_get_a_type() {
        let text = "server = ${server}\n[host.\"${url}\"]\ncapabilities = ${caps}\nskip_verify = ${skip}\nx = [${a}, \"b\"]\n";
        let done = finished(text);
        let lines: Vec<&str> = done.text.as_str().lines().collect();
        assert!(lines[0].starts_with("server = \""), "{lines:?}");
        assert!(lines[1].starts_with("[host.\"") && lines[1].ends_with("\"]"));
        assert_eq!(lines[2], "capabilities = [\"pull\", \"resolve\"]");
        assert_eq!(lines[3], "skip_verify = false");
        assert!(lines[4].starts_with("x = [\""), "{lines:?}");
        assert_eq!(
            done.unknown_keys,
            ["server", "capabilities", "skip_verify", "x"]
        );
    }

    #[test]
    fn booleans_of_jinja_are_told() {
        let is = |written: &str| is_python_boolean(written);
        assert!(is("{{ x | bool }}") && is("{{ a.b | default(false) }}") && is("{{ true }}"));
        assert!(!is("{{ x | bool | lower }}") && !is("{{ x }}") && !is("{{ .Values.x }}"));
        assert!(!is("{{ x | default('false') }}") && !is("${x}"));
    }

    #[test]
    fn the_registry_is_that_of_server() {
        let of = |text: &str| registry(&finished(text).text);
        assert_eq!(
            of("# x\nserver = \"https://registry-1.docker.io\"\n"),
            Some("docker.io".to_owned())
        );
        assert_eq!(
            of("server='http://a.b:5000/v2'"),
            Some("a.b:5000".to_owned())
        );
        assert_eq!(of("server = \"https://${r}\"\n"), None);
        assert_eq!(of("[host.\"x\"]\nserver = \"https://a.b\""), None);
    }
}
