//! The markdown of the rules' documentation, for a terminal.
//!
//! The subset of Markdown that the documentation uses: headings, paragraphs, lists, fenced code, and within a
//! line code, emphasis and links.

use anstyle::{AnsiColor, Style};

/// How the parts look.
#[derive(Debug, Clone, Copy)]
struct Styles {
    heading: Style,
    code: Style,
    strong: Style,
    link: Style,
}

impl Styles {
    fn new(color: bool) -> Styles {
        if !color {
            return Styles {
                heading: Style::new(),
                code: Style::new(),
                strong: Style::new(),
                link: Style::new(),
            };
        }
        Styles {
            heading: Style::new().bold().underline(),
            code: AnsiColor::Cyan.on_default(),
            strong: Style::new().bold(),
            link: Style::new().underline(),
        }
    }
}

/// Renders `text` in lines of at most `width` columns.
pub fn render(text: &str, width: usize, color: bool) -> String {
    let styles = Styles::new(color);
    let mut out = String::new();
    let mut paragraph = Paragraph::default();
    let mut in_code = false;
    // A doc comment's lines begin with the space that follows `///`.
    for line in text.lines().map(|l| l.strip_prefix(' ').unwrap_or(l)) {
        if line.trim_start().starts_with("```") {
            paragraph.finish(&mut out, width, styles);
            in_code = !in_code;
            continue;
        }
        if in_code {
            // Code is not wrapped: it is there to be copied.
            let Styles { code, .. } = styles;
            let line = if line.is_empty() {
                String::new()
            } else {
                format!("    {code}{line}{code:#}")
            };
            out.push_str(&line);
            out.push('\n');
            continue;
        }
        let trimmed = line.trim();
        if trimmed.is_empty() {
            paragraph.finish(&mut out, width, styles);
            if !out.is_empty() && !out.ends_with("\n\n") {
                out.push('\n');
            }
        } else if let Some(heading) = trimmed.strip_prefix('#') {
            paragraph.finish(&mut out, width, styles);
            let heading = heading.trim_start_matches('#').trim();
            let style = styles.heading;
            out.push_str(&format!("{style}{heading}{style:#}\n"));
        } else if let Some(item) = ["- ", "* "].iter().find_map(|b| trimmed.strip_prefix(b)) {
            paragraph.finish(&mut out, width, styles);
            let indent = line.len() - line.trim_start().len();
            paragraph.start_item(indent, item);
        } else {
            paragraph.add(trimmed);
        }
    }
    paragraph.finish(&mut out, width, styles);
    while out.ends_with("\n\n") {
        out.pop();
    }
    out
}

/// Lines that belong together, until it is known where they end.
#[derive(Debug, Default)]
struct Paragraph {
    text: String,
    /// For an item of a list: how far it is indented.
    item: Option<usize>,
}

impl Paragraph {
    fn add(&mut self, line: &str) {
        if !self.text.is_empty() {
            self.text.push(' ');
        }
        self.text.push_str(line);
    }

    fn start_item(&mut self, indent: usize, text: &str) {
        self.item = Some(indent);
        self.text = text.to_owned();
    }

    fn finish(&mut self, out: &mut String, width: usize, styles: Styles) {
        if self.text.is_empty() {
            return;
        }
        let (first, rest) = match self.item {
            Some(indent) => (format!("{:indent$}• ", ""), format!("{:indent$}  ", "")),
            None => (String::new(), String::new()),
        };
        let options = textwrap::Options::new(width)
            .initial_indent(&first)
            .subsequent_indent(&rest)
            .break_words(false)
            .word_splitter(textwrap::WordSplitter::NoHyphenation)
            .word_separator(textwrap::WordSeparator::AsciiSpace);
        out.push_str(&textwrap::fill(&inline(&self.text, styles), options));
        out.push('\n');
        *self = Paragraph::default();
    }
}

/// Code, strong text, and links within a paragraph. The backticks stay where there is no
/// colour to tell code from prose.
fn inline(text: &str, styles: Styles) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some(at) = rest.find(['`', '*', '[']) {
        out.push_str(&rest[..at]);
        rest = &rest[at..];
        if let Some((code, after)) = rest.strip_prefix('`').and_then(|r| r.split_once('`')) {
            let style = styles.code;
            // A line must not break at a space inside code.
            if style == Style::new() {
                out.push_str(&format!("`{code}`"));
            } else {
                out.push_str(&format!("{style}{code}{style:#}"));
            }
            rest = after;
        } else if let Some((strong, after)) =
            rest.strip_prefix("**").and_then(|r| r.split_once("**"))
        {
            let style = styles.strong;
            out.push_str(&format!("{style}{strong}{style:#}"));
            rest = after;
        } else if let Some((label, url, after)) = link(rest) {
            let style = styles.link;
            out.push_str(&format!("{label} ({style}{url}{style:#})"));
            rest = after;
        } else {
            let next = rest.chars().next().map_or(1, char::len_utf8);
            out.push_str(&rest[..next]);
            rest = &rest[next..];
        }
    }
    out.push_str(rest);
    out
}

/// `[label](url)` at the beginning of a text, and what follows.
fn link(text: &str) -> Option<(&str, &str, &str)> {
    let (label, after) = text.strip_prefix('[')?.split_once("](")?;
    let (url, after) = after.split_once(')')?;
    (!label.contains(['[', ']']) && !url.contains(' ')).then_some((label, url, after))
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = " A summary with `code`.\n\n ## What it does\n\n One two three four five six seven\n eight nine ten eleven.\n\n \
        - first item that is long enough to wrap around\n - second, see [the page](https://example.org/a)\n\n ```toml\n server = \"x\"\n\n \
        [host]\n ```\n";

    #[test]
    fn plain() {
        let expected = "\
A summary with `code`.

What it does

One two three four five six
seven eight nine ten eleven.

• first item that is long
  enough to wrap around
• second, see the page
  (https://example.org/a)

    server = \"x\"

    [host]
";
        assert_eq!(render(TEXT, 30, false), expected);
    }

    #[test]
    fn colour_adds_nothing_but_escapes() {
        let colored = render(TEXT, 30, true);
        assert!(colored.contains("\u{1b}["));
        let stripped = anstream::adapter::strip_str(&colored).to_string();
        assert_eq!(stripped, render(TEXT, 30, false).replace('`', ""));
    }

    #[test]
    fn lone_marks_are_text() {
        assert_eq!(render("a * b ` c [d] e", 80, true), "a * b ` c [d] e\n");
    }
}
