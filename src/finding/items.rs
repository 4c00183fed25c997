//! The items of a text in TOML, line by line: which table each is in, and what it says. The text need not be TOML.

/// What stands at a place.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Item {
    /// The header of the table that it is in, without blanks; empty at the root.
    pub header: String,
    /// What it says, without blanks and comments; of a comment, that.
    pub content: String,
}

/// An item has no more lines than this; a text that is no TOML may seem to have.
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

/// What a line begins in.
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
                // An array that nobody closed ends at the next header.
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

    /// What stands at a byte.
    pub fn at(&self, text: &str, byte: usize) -> Item {
        let at = self.lines.partition_point(|line| line.start <= byte);
        let Some(at) = at.checked_sub(1) else {
            return Item::default();
        };
        let line = &self.lines[at];
        let written = |line: usize, end: usize| {
            let written = text.get(self.lines[line].start..end).unwrap_or_default();
            written.split_whitespace().collect::<String>()
        };
        let header = match line.header {
            Some(header) if header != at => written(header, self.lines[header].comment),
            _ => String::new(),
        };
        if byte >= line.comment {
            let end = self.lines.get(at + 1).map_or(text.len(), |next| next.start);
            let content = written(at, end);
            return Item { header, content };
        }
        let first = (0..=at)
            .rev()
            .take(MAX_LINES)
            .find(|line| self.lines[*line].begins)
            .unwrap_or(at);
        let rest = (first + 1..self.lines.len()).take(MAX_LINES);
        let last = rest.take_while(|line| !self.lines[*line].begins).last();
        let lines = first..=last.unwrap_or(first);
        let content = lines
            .map(|line| written(line, self.lines[line].comment))
            .collect();
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

/// The length of what is in quotes on one line, the closing one included.
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
        let Item { header, content } = Items::of(text).at(text, text.find(words).unwrap());
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
            let _ = Items::of(&text).at(&text, byte);
        }
    }
}
