//! The completions at a place of a hosts.toml.
//!
//! While one types, the text is seldom TOML. So the place is read off its line, and off the header above it.

use std::ops::Range;
use std::path::Path;

use crate::containerd::Capabilities;
use crate::facts::{KEY_DOCS, KeyDoc, KeyShape};
use crate::finding::public_mirrors::{Access, PUBLIC};

/// The kind of a completion.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum What {
    /// A key, or a table.
    Key,
    /// A word.
    Word,
    /// A URL.
    Url,
    /// A file.
    File,
}

/// Something that can be written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Proposal {
    /// The label.
    pub label: String,
    /// The kind.
    pub what: What,
    /// In a few words.
    pub detail: String,
    /// In Markdown.
    pub documentation: String,
    /// The replaced range.
    pub span: Range<usize>,
    /// The inserted text.
    pub text: String,
}

/// So many names of a directory are proposed.
const MAX_FILES: usize = 200;

/// So long a line is looked at; a longer one is not for people.
const MAX_LINE: usize = 4096;

/// Returns the completions at an offset; `directory` is the one that contains the file.
pub fn proposals(text: &str, at: usize, directory: &Path) -> Vec<Proposal> {
    let Some(before) = text.get(..at) else {
        return Vec::new();
    };
    let line_start = before.rfind('\n').map_or(0, |feed| feed + 1);
    let line = &before[line_start..];
    if line.len() > MAX_LINE {
        return Vec::new();
    }
    let table = table_above(&before[..line_start]);
    let trimmed = line.trim_start_matches(['\u{feff}', ' ', '\t']);
    let place = Cursor {
        text,
        at,
        directory,
    };
    match quote(line) {
        Quote::Comment => Vec::new(),
        Quote::Open(quote) if trimmed.starts_with("[host.") => place.urls(line_start + quote + 1),
        Quote::Open(quote) => {
            let start = line_start + quote + 1;
            match key_of(before, line_start).map(|key| key.shape) {
                Some(KeyShape::Capabilities) => place.capabilities(start, ""),
                Some(KeyShape::Url) => place.urls(start),
                Some(KeyShape::Paths | KeyShape::Clients) => place.files(start),
                _ => Vec::new(),
            }
        }
        Quote::Closed => match key_of(before, line_start) {
            _ if trimmed.starts_with('[') && is_header(trimmed) => {
                place.headers(line_start + line.len() - trimmed.len())
            }
            None if is_bare(trimmed) => place.keys(at - trimmed.len(), table),
            Some(key) => place.value(key, line),
            None => Vec::new(),
        },
    }
}

/// Whether a bracket at the beginning of a line opens a header rather than going on with an array.
fn is_header(trimmed: &str) -> bool {
    let name = trimmed.trim_start_matches('[');
    name.chars().all(|c| c.is_ascii_alphabetic() || c == '.')
}

fn is_bare(text: &str) -> bool {
    text.chars()
        .all(|c| c.is_ascii_alphanumeric() || c == '_' || c == '-')
}

/// In what a line ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Quote {
    Comment,
    Open(usize),
    Closed,
}

fn quote(line: &str) -> Quote {
    let mut open: Option<(usize, char)> = None;
    let mut is_escaped = false;
    for (at, c) in line.char_indices() {
        match open {
            Some((_, '"')) if is_escaped => is_escaped = false,
            Some((_, '"')) if c == '\\' => is_escaped = true,
            Some((_, quote)) if c == quote => open = None,
            Some(_) => {}
            None if c == '"' || c == '\'' => open = Some((at, c)),
            None if c == '#' => return Quote::Comment,
            None => {}
        }
    }
    open.map_or(Quote::Closed, |(at, _)| Quote::Open(at))
}

/// The table that a line is in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Table {
    Root,
    Host,
    Other,
}

fn table_above(text: &str) -> Table {
    for line in text.lines().rev() {
        let line = line.trim_start();
        let Some(header) = line.strip_prefix('[') else {
            continue;
        };
        if header.starts_with(['"', '\'', '[']) && !header.starts_with("[h") {
            // An array that goes on.
            continue;
        }
        let Some(host) = header.trim_start().strip_prefix("host") else {
            return Table::Other;
        };
        let url = host.trim_start().strip_prefix('.').map(str::trim_start);
        let Some(url) = url else {
            return Table::Other;
        };
        let quote = url.chars().next().filter(|c| matches!(c, '"' | '\''));
        let rest = match quote {
            Some(quote) => url[1..].split_once(quote).map_or("", |(_, rest)| rest),
            None => {
                url.trim_start_matches(|c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_')
            }
        };
        return match rest.trim_start().starts_with('.') {
            true => Table::Other,
            false => Table::Host,
        };
    }
    Table::Root
}

/// The key whose value is being written: on this line, or on one above where its array was opened.
fn key_of(before: &str, line_start: usize) -> Option<&'static KeyDoc> {
    let of_line = |line: &str| {
        let (key, _) = line.split_once('=')?;
        KeyDoc::of(
            key.trim_start_matches(['\u{feff}', ' ', '\t'])
                .trim_end()
                .rsplit('.')
                .next()?,
        )
    };
    if let Some(key) = of_line(&before[line_start..]) {
        return Some(key);
    }
    // An array of more lines than this is not written by hand.
    for line in before[..line_start].lines().rev().take(50) {
        if line.contains('=') {
            let key = of_line(line)?;
            let value = line.split_once('=').map_or("", |(_, value)| value);
            let is_open = value.matches('[').count() > value.matches(']').count();
            return is_open.then_some(key);
        }
        let line = line.trim();
        let is_element = line.is_empty() || line.starts_with(['"', '\'', '[', '#']);
        if !is_element || line.starts_with("[host") {
            return None;
        }
    }
    None
}

struct Cursor<'a> {
    text: &'a str,
    at: usize,
    directory: &'a Path,
}

impl Cursor<'_> {
    fn proposal(&self, start: usize, what: What, label: &str, text: String) -> Proposal {
        Proposal {
            label: label.to_owned(),
            what,
            detail: String::new(),
            documentation: String::new(),
            span: start..self.at,
            text,
        }
    }

    /// Keys of the table that the line is in.
    fn keys(&self, start: usize, table: Table) -> Vec<Proposal> {
        let keys: Vec<&KeyDoc> = match table {
            Table::Root => KEY_DOCS.iter().collect(),
            Table::Host => KeyDoc::of_host_tables().collect(),
            Table::Other => return Vec::new(),
        };
        let rest = &self.text[self.at..];
        let has_value = rest.trim_start_matches([' ', '\t']).starts_with('=');
        let proposals = keys.into_iter().map(|key| {
            let text = match key.shape {
                KeyShape::Hosts => "[host.\"https://\"]".to_owned(),
                _ if has_value => key.name.to_owned(),
                _ => format!("{} = {}", key.name, key.example),
            };
            Proposal {
                detail: key
                    .since
                    .map(|since| format!("containerd {since}"))
                    .unwrap_or_default(),
                documentation: key.description(),
                ..self.proposal(start, What::Key, key.name, text)
            }
        });
        proposals.collect()
    }

    /// Headers.
    fn headers(&self, start: usize) -> Vec<Proposal> {
        let closing = match self.text[self.at..].starts_with(']') {
            true => "",
            false => "]",
        };
        let key = KeyDoc::of("host");
        vec![Proposal {
            documentation: key.map(KeyDoc::description).unwrap_or_default(),
            ..self.proposal(
                start,
                What::Key,
                "[host.\"https://…\"]",
                format!("[host.\"https://\"{closing}"),
            )
        }]
    }

    /// Values that are not text, or not text yet.
    fn value(&self, key: &KeyDoc, line: &str) -> Vec<Proposal> {
        let is_part = |c: char| c.is_ascii_alphanumeric();
        let word = line.len() - line.trim_end_matches(is_part).len();
        let start = self.at - word;
        match key.shape {
            KeyShape::Boolean => ["true", "false"]
                .into_iter()
                .map(|word| self.proposal(start, What::Word, word, word.to_owned()))
                .collect(),
            KeyShape::Capabilities if line.contains('[') || !line.contains('=') => {
                self.capabilities(start, "\"")
            }
            _ => Vec::new(),
        }
    }

    fn capabilities(&self, start: usize, quote: &str) -> Vec<Proposal> {
        let detail = |word: &str| match word {
            "pull" => "fetch by digest",
            "resolve" => "turn a tag into a digest",
            "push" => "receive pushes",
            _ => "containerd 2.2 and later; earlier releases ignore the whole file",
        };
        let words = Capabilities::WORDS.iter().map(|(word, _)| Proposal {
            detail: detail(word).to_owned(),
            ..self.proposal(start, What::Word, word, format!("{quote}{word}{quote}"))
        });
        words.collect()
    }

    /// The registries and mirrors that are known to be public and open.
    fn urls(&self, start: usize) -> Vec<Proposal> {
        let open = PUBLIC
            .iter()
            .filter(|known| matches!(known.access, Access::Open) && !known.host.starts_with('.'));
        let urls = open.map(|known| {
            let host = match known.host {
                // The host docker.io is a web site.
                "docker.io" | "index.docker.io" => "registry-1.docker.io",
                host => host,
            };
            let kind = if known.is_registry {
                "registry"
            } else {
                "public mirror"
            };
            let url = format!("https://{host}");
            Proposal {
                detail: format!("{kind}, {}", known.operator),
                ..self.proposal(start, What::Url, &url, url.clone())
            }
        });
        let mut urls: Vec<Proposal> = urls.collect();
        urls.sort_by_cached_key(|url| url.label.clone());
        urls.dedup_by(|a, b| a.label == b.label);
        urls
    }

    /// Certificates and keys beside the file. Of other directories nothing is reported.
    fn files(&self, start: usize) -> Vec<Proposal> {
        let is_certificate = |name: &str| {
            let ending = name.rsplit_once('.').map_or("", |(_, ending)| ending);
            matches!(ending, "crt" | "pem" | "cert" | "key" | "cer")
        };
        let entries = std::fs::read_dir(self.directory)
            .into_iter()
            .flatten()
            .flatten();
        let names = entries.filter_map(|entry| entry.file_name().into_string().ok());
        let is_plain =
            |name: &str| !name.contains(['"', '\'', '\\']) && !name.chars().any(char::is_control);
        let mut names: Vec<String> = names
            .filter(|name| is_certificate(name) && is_plain(name))
            .take(MAX_FILES)
            .collect();
        names.sort();
        names
            .iter()
            .map(|name| self.proposal(start, What::File, name, name.clone()))
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The labels at the place of `|`.
    fn at(text: &str) -> Vec<String> {
        let at = text.find('|').unwrap();
        let text = text.replacen('|', "", 1);
        let folder = tempfile::tempdir().unwrap();
        for name in ["ca.crt", "client.pem", "hosts.toml"] {
            std::fs::write(folder.path().join(name), "").unwrap();
        }
        let found = proposals(&text, at, folder.path());
        for proposal in &found {
            assert!(text.get(proposal.span.clone()).is_some(), "{proposal:?}");
        }
        found.into_iter().map(|proposal| proposal.label).collect()
    }

    #[test]
    fn keys_are_those_of_the_table() {
        let root = at("|");
        assert!(root.contains(&"server".to_owned()) && root.contains(&"ca".to_owned()));
        for text in [
            "[host.\"https://a.b\"]\n  ca|",
            "[host.a]\n|",
            "[ host . 'x' ]\n\n# c\n\tski|\nserver = 1",
            "[host.\"https://a\"]\ncapabilities = [\n  \"pull\",\n]\n|",
        ] {
            let keys = at(text);
            assert!(keys.contains(&"skip_verify".to_owned()), "{text}");
            assert!(!keys.contains(&"server".to_owned()), "{text}");
        }
        assert!(at("[host.\"https://a\".header]\n|").is_empty());
    }

    #[test]
    fn values_are_those_of_the_key() {
        for text in [
            "capabilities = [\"|",
            "capabilities = [\"pull\", \"re|\"]",
            "[host.\"a\"]\n  capabilities = [\n    \"pull\",\n    \"|",
            "capabilities = [|]",
        ] {
            assert_eq!(at(text), ["pull", "resolve", "push", "referrers"], "{text}");
        }
        assert_eq!(at("ca = \"|\""), ["ca.crt", "client.pem"]);
        assert_eq!(at("client = [[\"|"), ["ca.crt", "client.pem"]);
        assert_eq!(at("skip_verify = t|"), ["true", "false"]);
        for text in ["server = \"|", "[host.\"https|"] {
            let urls = at(text);
            assert!(
                urls.contains(&"https://registry-1.docker.io".to_owned()),
                "{text}"
            );
            assert!(!urls.contains(&"https://docker.io".to_owned()), "{text}");
        }
    }

    #[test]
    fn nothing_is_proposed_where_nothing_fits() {
        for text in [
            "# ca = \"|",
            "dial_timeout = \"|",
            "x = \"|",
            "a = 1 b|",
            "header = { |",
        ] {
            assert!(at(text).is_empty(), "{text}: {:?}", at(text));
        }
        assert_eq!(at("[ho|"), ["[host.\"https://…\"]"]);
    }
}
