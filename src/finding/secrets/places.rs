//! The places of the secrets in a text, found by the TOML lexer, which accepts any text.

use std::borrow::Cow;
use std::ops::Range;

use toml_parser::Source;
use toml_parser::lexer::TokenKind;

use super::harmless::{is_credential_name, is_harmless};

/// The places, in order, not overlapping, on whole characters.
pub fn find(text: &str) -> Vec<Range<usize>> {
    let mut places = Reader::new(text).read();
    places.extend(userinfo(text));
    places.extend(armoured(text));
    places.retain(|place| !place.is_empty());
    places.sort_by_cached_key(|place| (place.start, place.end));
    let mut merged: Vec<Range<usize>> = Vec::with_capacity(places.len());
    for place in places {
        match merged.last_mut() {
            Some(last) if place.start <= last.end => last.end = last.end.max(place.end),
            _ => merged.push(place),
        }
    }
    merged
}

/// The text between `//` and the last `@` before the end of the host.
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

/// The contents of PEM blocks, except for public ones; if the end is missing, up to the end of the text in quotes.
pub fn armoured(text: &str) -> Vec<Range<usize>> {
    const BEGIN: &str = "-----BEGIN ";
    let mut places = Vec::new();
    for (at, _) in text.match_indices(BEGIN) {
        let label = at + BEGIN.len();
        let Some(start) = text[label..].find("-----").map(|i| label + i + 5) else {
            continue;
        };
        let is_public = ["CERTIFICATE", "PUBLIC KEY", "CRL", "PKCS7"]
            .iter()
            .any(|word| text[label..start].contains(word));
        if is_public {
            continue;
        }
        let rest = &text[start..];
        let end = rest.find("-----END").or_else(|| rest.find(['"', '\'']));
        places.push(start..start + end.unwrap_or(rest.len()));
    }
    places
}

/// A table or an array that is open in a value.
struct Open {
    /// The keys that lead to it are so many.
    depth: usize,
    is_table: bool,
}

/// Reads the tokens of a text and knows which keys lead to each.
struct Reader<'a> {
    text: &'a str,
    /// The keys of the header above, then those of the tables that are open, then those of this setting.
    path: Vec<String>,
    /// How many of them are the header's.
    header: usize,
    open: Vec<Open>,
    /// Behind a `=`, or in an array.
    in_value: bool,
    /// The last token was a dot, or none of a key came yet.
    expects_key: bool,
    places: Vec<Range<usize>>,
}

impl<'a> Reader<'a> {
    fn new(text: &'a str) -> Reader<'a> {
        Reader {
            text,
            path: Vec::new(),
            header: 0,
            open: Vec::new(),
            in_value: false,
            expects_key: true,
            places: Vec::new(),
        }
    }

    fn read(mut self) -> Vec<Range<usize>> {
        let mut in_header = false;
        let mut line_begins = true;
        for token in Source::new(self.text).lex() {
            let span = token.span().start()..token.span().end();
            let began = std::mem::replace(&mut line_begins, false);
            match token.kind() {
                TokenKind::Whitespace => line_begins = began,
                TokenKind::Newline => {
                    line_begins = true;
                    in_header = false;
                    // An array or a table may go on; a setting ends.
                    if self.open.is_empty() {
                        self.path.truncate(self.header);
                        self.in_value = false;
                        self.expects_key = true;
                    }
                }
                TokenKind::Comment => self.comment(span),
                TokenKind::LeftSquareBracket
                    if began && (self.open.is_empty() || self.begins_table(span.start)) =>
                {
                    self.open.clear();
                    self.path.clear();
                    self.header = 0;
                    self.in_value = false;
                    self.expects_key = true;
                    in_header = true;
                }
                TokenKind::LeftSquareBracket if !in_header => self.opens(false),
                TokenKind::LeftCurlyBracket => self.opens(true),
                TokenKind::RightSquareBracket | TokenKind::RightCurlyBracket if !in_header => {
                    if let Some(closed) = self.open.pop() {
                        self.path.truncate(closed.depth);
                    }
                    self.in_value = true;
                }
                TokenKind::Comma => self.next_element(),
                TokenKind::Equals => self.in_value = true,
                TokenKind::Dot => self.expects_key = true,
                TokenKind::LiteralString
                | TokenKind::BasicString
                | TokenKind::MlLiteralString
                | TokenKind::MlBasicString
                | TokenKind::Atom => {
                    self.word(span);
                    if in_header {
                        self.header = self.path.len();
                    }
                }
                _ => {}
            }
        }
        self.places
    }

    /// Whether a bracket at the beginning of a line begins a table, although an array is not closed: its line ends
    /// with a bracket, and has no comma.
    fn begins_table(&self, start: usize) -> bool {
        let line = self.text[start..].lines().next().unwrap_or_default();
        let line = line.split('#').next().unwrap_or_default().trim();
        line.ends_with(']') && line.contains('.') && !line.contains(',')
    }

    fn opens(&mut self, is_table: bool) {
        let depth = self.path.len();
        self.open.push(Open { depth, is_table });
        self.in_value = !is_table;
        self.expects_key = true;
    }

    fn next_element(&mut self) {
        if let Some(open) = self.open.last() {
            self.path.truncate(open.depth);
            self.in_value = !open.is_table;
            self.expects_key = true;
        }
    }

    /// A key, or a value, or what is where neither belongs.
    fn word(&mut self, span: Range<usize>) {
        let inside = inside(self.text, span.clone());
        let word = &self.text[inside.clone()];
        if !self.in_value && std::mem::replace(&mut self.expects_key, false) {
            self.path.push(word.trim_end_matches(':').to_owned());
            self.url(inside, true);
            return;
        }
        // A second word without a dot before it is a value whose `=` was forgotten.
        if self
            .name()
            .is_some_and(|name| !is_harmless(name, &unescaped(word)))
        {
            self.places.push(inside);
        } else {
            let is_server = self
                .path
                .last()
                .is_some_and(|key| key.eq_ignore_ascii_case("server"));
            self.url(inside, is_server);
        }
    }

    /// The name of the header, or of the credential, that this is the value of. The table is `header` in hosts.toml, and
    /// `headers` in config.toml.
    fn name(&self) -> Option<&str> {
        let header = self.path.iter().position(|key| {
            ["header", "headers"]
                .iter()
                .any(|name| key.eq_ignore_ascii_case(name))
        });
        let last = self.path.last()?;
        match header {
            Some(at) => Some(
                self.path
                    .get(at + 1)
                    .map_or("authorization", String::as_str),
            ),
            None if is_credential_name(last) => Some(last),
            None => None,
        }
    }

    /// User and password before a host without a scheme, and what is behind `?`.
    fn url(&mut self, inside: Range<usize>, is_url: bool) {
        let word = &self.text[inside.clone()];
        let at = word.rfind('@').filter(|_| !word.contains("//"));
        if let Some(at) = at {
            let start = word[..at].rfind('/').map_or(0, |slash| slash + 1);
            if is_url || word[start..at].contains(':') {
                self.places.push(inside.start + start..inside.start + at);
            }
        }
        if let Some((_, query)) = word.split_once('?') {
            let mut start = inside.end - query.len();
            for pair in query.split('&') {
                // The name may be seen, the value not.
                let value = pair.find('=').map_or(0, |at| at + 1);
                self.places.push(start + value..start + pair.len());
                start += pair.len() + 1;
            }
        }
    }

    /// A setting that was commented out is still readable.
    fn comment(&mut self, span: Range<usize>) {
        let text = self.text[span.clone()].trim_start_matches('#');
        if text.contains('=') {
            let start = span.end - text.len();
            let places = Reader::new(text).read();
            self.places
                .extend(places.into_iter().map(|p| start + p.start..start + p.end));
        }
    }
}

/// Escaped whitespace as whitespace: `platform\n` is still a plain word.
fn unescaped(word: &str) -> Cow<'_, str> {
    if !word.contains('\\') {
        return Cow::Borrowed(word);
    }
    ["\\n", "\\r", "\\t"]
        .iter()
        .fold(Cow::Borrowed(word), |word, blank| {
            Cow::Owned(word.replace(blank, " "))
        })
}

/// A token without its quotes; one that is not closed has none at its end.
fn inside(text: &str, span: Range<usize>) -> Range<usize> {
    let token = &text[span.clone()];
    for quote in ["\"\"\"", "'''", "\"", "'"] {
        if let Some(rest) = token.strip_prefix(quote) {
            let rest = rest.strip_suffix(quote).unwrap_or(rest);
            let start = span.start + quote.len();
            return start..start + rest.len();
        }
    }
    span
}
