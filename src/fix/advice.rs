//! The text of a file once the help of a finding is followed, so that advice can be tried before it is printed.
//!
//! Helps that say what to write have one form: ``write `server = "https://registry.internal"` ``. Those that leave something to the
//! reader cannot be tried.

use crate::facts::keys::host_key;
use crate::finding::Finding;
use crate::toml::Span;
use crate::toml::view::{Document, Item, Spelling, Table, TableHeader};

/// How a help may begin before it names the text to write.
const BEGINNINGS: [&str; 2] = ["serve it over TLS and ", "serve it over TLS, "];

/// How the sentence may go on after what is to be written: with what else the reader has to know.
const ENDINGS: [&str; 5] = [
    " if ",
    ", unless ",
    ", with `ca` if ",
    ", which ",
    ", so that ",
];

/// The text of the finding's file once its help is followed; `None` where the help does not say what to write.
pub fn followed(text: &str, finding: &Finding) -> Option<String> {
    let at = finding.location.span.as_ref()?.start;
    let document = Document::parse(text).ok()?;
    let here = Here::new(text, &document, at)?;
    let mut edits: Vec<(Span, String)> = Vec::new();
    for change in changes(&finding.help)? {
        edits.extend(here.edits(&change)?);
    }
    let mut new = text.to_owned();
    edits.sort_by_cached_key(|(span, _)| (span.start, span.end));
    for (span, replacement) in edits.iter().rev() {
        new.replace_range(span.clone(), replacement);
    }
    let is_sound = new != text && Document::parse(&new).is_ok();
    is_sound.then_some(new)
}

/// One change that a help requests.
#[derive(Debug, PartialEq, Eq)]
enum Change<'a> {
    /// Write this table header.
    Header(&'a str),
    /// Write this line.
    Line(&'a str),
    /// Delete the setting of this name.
    Delete(&'a str),
}

/// The changes that the first sentence of a help requests: ``write `A` ``, ``write `A` and `B` here``, ``write `A`, with `B` ``, ``delete `key` ``.
fn changes(help: &str) -> Option<Vec<Change<'_>>> {
    let (sentence, _) = help.split_once("; ").unwrap_or((help, ""));
    let mut rest = sentence;
    for beginning in BEGINNINGS {
        rest = rest.strip_prefix(beginning).unwrap_or(rest);
    }
    if let Some(key) = rest.strip_prefix("delete ") {
        let (key, rest) = code(key)?;
        let is_key = key.chars().all(|c| c.is_ascii_lowercase() || c == '_');
        return (is_key && is_end(rest)).then(|| vec![Change::Delete(key)]);
    }
    rest = rest.strip_prefix("write ")?;
    let mut found = Vec::new();
    loop {
        let (written, behind) = code(rest)?;
        found.push(change(written)?);
        let is_setting = |more: &&str| code(more).is_some_and(|(code, _)| change(code).is_some());
        let mut more = [" and ", ", with "].iter();
        let more = more.find_map(|word| behind.strip_prefix(word).filter(is_setting));
        match more {
            Some(more) => rest = more,
            None => {
                let behind = behind.strip_prefix(" here").unwrap_or(behind);
                return is_end(behind).then_some(found);
            }
        }
    }
}

/// The change that a piece of code in a help means.
fn change(code: &str) -> Option<Change<'_>> {
    if code.starts_with("[host.") && code.ends_with(']') {
        return Some(Change::Header(code));
    }
    let document = Document::parse(code).ok()?;
    let is_line =
        matches!(document.root.items.as_slice(), [only] if only.spelling == Spelling::Plain);
    (is_line && !code.contains('…')).then_some(Change::Line(code))
}

/// The code at the beginning of a text, and what follows: between backticks, or a table header.
fn code(text: &str) -> Option<(&str, &str)> {
    match text.strip_prefix('`') {
        Some(rest) => rest.split_once('`'),
        None => {
            let end = text.starts_with("[host.").then(|| text.find(']'))??;
            Some(text.split_at(end + 1))
        }
    }
}

/// Whether nothing is left to be done.
fn is_end(rest: &str) -> bool {
    rest.is_empty() || ENDINGS.iter().any(|ending| rest.starts_with(ending))
}

/// The table that a finding is in.
struct Here<'a> {
    text: &'a str,
    document: &'a Document,
    headers: &'a [TableHeader],
    /// Its header; `None` at the root of the file.
    header: Option<&'a TableHeader>,
    /// The item of the table in which the finding is, if any.
    item: Option<&'a Item>,
}

impl<'a> Here<'a> {
    /// `None` within a host that has no header of its own, and within a table of one, such as its headers.
    fn new(text: &'a str, document: &'a Document, at: usize) -> Option<Here<'a>> {
        let headers = document.headers(text);
        let header = headers.iter().rev().find(|header| header.span.start <= at);
        if header.is_some_and(|header| header.part(0) == Some("host") && header.parts.len() > 2) {
            return None;
        }
        let mut here = Here {
            text,
            document,
            headers,
            header,
            item: None,
        };
        let items = &here.table()?.items;
        here.item = items.iter().find(|item| item.whole().contains(&at));
        let is_plain = here
            .item
            .is_none_or(|item| item.spelling == Spelling::Plain);
        (is_plain || header.is_some_and(|header| header.span.contains(&at))).then_some(here)
    }

    fn edits(&self, change: &Change) -> Option<Vec<(Span, String)>> {
        match change {
            Change::Header(new) => self.renamed(new),
            Change::Line(line) => Some(vec![self.written(line)?]),
            Change::Delete(key) => Some(vec![self.deleted(key)?]),
        }
    }

    /// The header as `new`, and the headers of the tables in it.
    fn renamed(&self, new: &str) -> Option<Vec<(Span, String)>> {
        let header = self.header?;
        let mut edits = vec![(header.span.clone(), new.to_owned())];
        if header.parts.len() == 2 {
            let prefix = new.strip_suffix(']')?;
            let inner = self.headers.iter();
            let inner = inner.filter(|other| other.parts.len() > 2 && other.shares(header, 2));
            edits.extend(
                inner.map(|other| (other.span.start..other.parts[1].span.end, prefix.to_owned())),
            );
        }
        Some(edits)
    }

    fn written(&self, line: &str) -> Option<(Span, String)> {
        let (key, _) = line.split_once(" = ")?;
        if key == "server" {
            return Some(match self.document.server() {
                Some(item) => (item.whole(), line.to_owned()),
                None => (0..0, format!("{line}\n\n")),
            });
        }
        // An unknown key is replaced.
        let other = self.item.filter(|item| host_key(&item.key.value).is_none());
        if let Some(item) = self.item(key).or(other) {
            return Some((item.whole(), line.to_owned()));
        }
        let at = match self.header {
            Some(header) => self.text[header.span.end..]
                .find('\n')
                .map_or(self.text.len(), |end| header.span.end + end),
            None => return Some((0..0, format!("{line}\n"))),
        };
        Some((at..at, format!("\n{line}")))
    }

    /// The setting with its line, or what of the line it takes.
    fn deleted(&self, key: &str) -> Option<(Span, String)> {
        let whole = self.item(key)?.whole();
        Some((whole, String::new()))
    }

    fn item(&self, key: &str) -> Option<&'a Item> {
        let table = self.table()?;
        table
            .get(key)
            .filter(|item| item.spelling == Spelling::Plain)
    }

    fn table(&self) -> Option<&'a Table> {
        let Some(header) = self.header else {
            return Some(&self.document.root);
        };
        let mut table = &self.document.root;
        for part in &header.parts {
            table = table.get(&part.value)?.table()?;
        }
        Some(table)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::finding::{Location, Source};

    const TEXT: &str = "server = \"http://a\"\n\n[host.\"http://b\"]\nskip_verify = true\n\n[host.\"http://b\".header]\nx = \"1\"\n";

    fn finding(place: &str, help: &str) -> Finding {
        let source = std::sync::Arc::new(Source::new("hosts.toml", TEXT.as_bytes()));
        let at = TEXT.find(place).unwrap();
        let location = Location::span(&source, at..at + place.len());
        let rule = crate::rules::RULES[0];
        Finding::new(&rule.meta, &[], None, location, String::new()).help(help)
    }

    #[test]
    fn a_help_that_says_what_to_write_is_followed() {
        for (place, help, old, new) in [
            (
                "http://a",
                "serve it over TLS and write `server = \"https://a\"`, with `ca` if its CA is private",
                "http://a",
                "https://a",
            ),
            (
                "http://b",
                "write `[host.\"https://b\"]`",
                "http://b",
                "https://b",
            ),
            (
                "skip_verify",
                "delete `skip_verify`; if the registry serves TLS, also write `[host.\"https://b\"]`",
                "skip_verify = true",
                "",
            ),
            (
                "http://b",
                "write `capabilities = [\"pull\"]` here; tags come from a",
                "[host.\"http://b\"]",
                "[host.\"http://b\"]\ncapabilities = [\"pull\"]",
            ),
        ] {
            let want = TEXT.replace(old, new);
            assert_eq!(followed(TEXT, &finding(place, help)), Some(want), "{help}");
        }
        let both = "write `server = \"https://c\"` and `capabilities = [\"pull\"]` here";
        let text = followed(TEXT, &finding("http://b", both)).unwrap();
        assert!(
            text.contains("https://c") && text.contains("[\"pull\"]"),
            "{text}"
        );
    }

    #[test]
    fn what_is_left_to_the_reader_is_not_guessed() {
        for help in [
            "write the mirror's host, or delete the host table",
            "write `https://b` in both URLs",
            "write `skip_verify = true` or `skip_verify = false`, without quotes",
            "write `override_path = true` below the header of each host that needs it",
            "delete it: the URL begins with `http://`",
            "write `server = \"https://…\"`",
            "delete `server`, and this mirror as `[host.\"https://b\"]`",
        ] {
            assert_eq!(followed(TEXT, &finding("http://b", help)), None, "{help}");
        }
    }
}
