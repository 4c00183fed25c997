//! The items of a text in TOML, line by line: which table each is in, and what it says. The text need not be TOML.

/// The item at a place.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Item {
    /// The header of the table that it is in, without whitespace; empty at the root.
    pub header: String,
    /// Its text without whitespace and comments; for a comment, the comment.
    pub content: String,
}

/// Where an item is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Extent {
    header: Option<usize>,
    first: usize,
    last: usize,
    is_comment: bool,
}

/// An item has no more lines than this; a text that is not TOML may seem to have.
const MAX_LINES: usize = 500;

/// The lines of a text.
#[derive(Debug)]
pub struct Items {
    lines: Vec<Line>,
}

#[derive(Debug)]
struct Line {
    /// Where it begins.
    start: usize,
    /// Where its comment begins, or it ends.
    comment: usize,
    /// Whether an item begins in it, and does not go on from the line before.
    begins: bool,
    /// The line with the header of the table that it is in.
    header: Option<usize>,
}

/// The state at the beginning of a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    Plain,
    /// A text of several lines, and the three quotes that end it.
    Text(&'static str),
}

impl Items {
    /// Those of a text.
    pub fn of(text: &str) -> Items {
        let mut lines: Vec<Line> = Vec::new();
        let (mut state, mut depth, mut header, mut start) = (State::Plain, 0, None, 0);
        for line in text.split_inclusive(['\n', '\r']) {
            let trimmed = line.trim();
            let is_header = state == State::Plain
                && trimmed.starts_with('[')
                // An array that no one closed ends at the next header.
                && (depth == 0 || trimmed.ends_with(']') && trimmed.contains("host"));
            if is_header {
                depth = 0;
                header = Some(lines.len());
            }
            let begins = state == State::Plain && depth == 0;
            let comment = start + scan(line, &mut state, &mut depth);
            lines.push(Line {
                start,
                comment,
                begins,
                header,
            });
            start += line.len();
        }
        Items { lines }
    }

    /// Where the item at a byte is.
    pub fn extent(&self, byte: usize) -> Option<Extent> {
        let at = self.lines.partition_point(|line| line.start <= byte);
        let at = at.checked_sub(1)?;
        let line = &self.lines[at];
        let header = line.header.filter(|header| *header != at);
        if byte >= line.comment {
            return Some(Extent {
                header,
                first: at,
                last: at,
                is_comment: true,
            });
        }
        let first = (0..=at)
            .rev()
            .take(MAX_LINES)
            .find(|line| self.lines[*line].begins)
            .unwrap_or(at);
        let rest = (first + 1..self.lines.len()).take(MAX_LINES);
        let last = rest.take_while(|line| !self.lines[*line].begins).last();
        Some(Extent {
            header,
            first,
            last: last.unwrap_or(first),
            is_comment: false,
        })
    }

    /// The item.
    pub fn item(&self, text: &str, extent: &Extent) -> Item {
        let written = |line: usize, end: usize| {
            let written = text.get(self.lines[line].start..end).unwrap_or_default();
            written.split_whitespace().collect::<String>()
        };
        let header = extent.header;
        let header = header.map_or_else(String::new, |at| written(at, self.lines[at].comment));
        let Extent { first, last, .. } = *extent;
        let content = match extent.is_comment {
            true => {
                let next = self.lines.get(first + 1);
                written(first, next.map_or(text.len(), |next| next.start))
            }
            false => (first..=last)
                .map(|line| written(line, self.lines[line].comment))
                .collect(),
        };
        Item { header, content }
    }
}

/// Reads a line; where its comment begins, or it ends.
fn scan(line: &str, state: &mut State, depth: &mut usize) -> usize {
    let mut at = 0;
    while at < line.len() {
        let rest = &line[at..];
        if let State::Text(quotes) = *state {
            if rest.starts_with(quotes) {
                *state = State::Plain;
                at += quotes.len();
                continue;
            }
            let is_escape = quotes.starts_with('"') && rest.starts_with('\\');
            at += next(rest) + if is_escape { next(&rest[1..]) } else { 0 };
            continue;
        }
        let triple = ["\"\"\"", "\'\'\'"]
            .into_iter()
            .find(|quotes| rest.starts_with(quotes));
        if let Some(quotes) = triple {
            *state = State::Text(quotes);
            at += quotes.len();
            continue;
        }
        match rest.as_bytes()[0] {
            b'#' => return at,
            b'[' | b'{' => *depth += 1,
            b']' | b'}' => *depth = depth.saturating_sub(1),
            quote @ (b'"' | b'\'') => {
                at += 1 + quoted(&rest[1..], quote);
                continue;
            }
            _ => {}
        }
        at += next(rest);
    }
    line.len()
}

/// The length of a quoted text on one line, with the closing quote.
fn quoted(rest: &str, quote: u8) -> usize {
    let mut escaped = false;
    for (at, byte) in rest.bytes().enumerate() {
        match byte {
            b'\n' | b'\r' => return at,
            _ if escaped => escaped = false,
            b'\\' if quote == b'"' => escaped = true,
            _ if byte == quote => return at + 1,
            _ => {}
        }
    }
    rest.len()
}

/// The length of the next character.
fn next(rest: &str) -> usize {
    rest.chars().next().map_or(0, char::len_utf8)
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "server = \"https://a#b\" # why\n\n[host.\"https://m\"] # ours\n  capabilities = [\n    \"pull\", # first\n    \
                        \"resolve\",\n  ]\n  skip_verify = true\nx = \"\"\"\n[host.y]\n\"\"\"\n[host.z]\nca = 1\n";

    fn at(text: &str, words: &str) -> (String, String) {
        let items = Items::of(text);
        let extent = items.extent(text.find(words).unwrap()).unwrap();
        let Item { header, content } = items.item(text, &extent);
        (header, content)
    }

    #[test]
    fn an_item_is_known_by_its_table_and_what_it_says() {
        let own = |header: &str, content: &str| (header.to_owned(), content.to_owned());
        let host = "[host.\"https://m\"]";
        assert_eq!(at(TEXT, "https://a"), own("", "server=\"https://a#b\""));
        assert_eq!(at(TEXT, "# why"), own("", "server=\"https://a#b\"#why"));
        assert_eq!(at(TEXT, "host.\"https"), own("", host));
        let list = "capabilities=[\"pull\",\"resolve\",]";
        assert_eq!(at(TEXT, "\"resolve"), own(host, list));
        assert_eq!(at(TEXT, "# first"), own(host, "\"pull\",#first"));
        assert_eq!(at(TEXT, "skip"), own(host, "skip_verify=true"));
        assert_eq!(at(TEXT, "[host.y"), own(host, "x=\"\"\"[host.y]\"\"\""));
        assert_eq!(at(TEXT, "ca = 1"), own("[host.z]", "ca=1"));
    }

    #[test]
    fn what_is_no_toml_does_not_swallow_the_rest() {
        let text = "capabilities = [\"pull\"\n[host.\"b\"]\nca = 1\nx = \"open\ny = 2";
        assert_eq!(at(text, "ca = 1").0, "[host.\"b\"]");
        assert_eq!(at(text, "y = 2").1, "y=2");
    }

    proptest::proptest! {
        #[test]
        fn any_text_has_items(text in "[a\"'\\[\\]#=\\n\\r\\\\é{} ]{0,80}", byte in 0usize..90) {
            let items = Items::of(&text);
            let _ = items.extent(byte).map(|extent| items.item(&text, &extent));
        }
    }
}
