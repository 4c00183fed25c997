//! Markdown for clients that draw it, plain text for the others.

use gen_lsp_types::{Documentation, MarkupContent, MarkupKind};

/// The markup that a client renders.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Markup {
    /// Markdown.
    #[default]
    Markdown,
    /// Text as it is.
    Plain,
}

impl Markup {
    /// The one for a client that offers these. One that is older than the choice draws Markdown.
    pub fn choose(offered: Option<&[MarkupKind]>) -> Markup {
        match offered {
            Some(offered) if !offered.contains(&MarkupKind::Markdown) => Markup::Plain,
            _ => Markup::Markdown,
        }
    }

    /// A text that is written in Markdown.
    pub fn content(self, markdown: String) -> MarkupContent {
        match self {
            Markup::Markdown => MarkupContent::new(MarkupKind::Markdown, markdown),
            Markup::Plain => MarkupContent::new(MarkupKind::PlainText, plain(&markdown)),
        }
    }

    /// A text that is written in Markdown, beside a completion. Every client takes a plain string there.
    pub fn documentation(self, markdown: String) -> Documentation {
        match self {
            Markup::Markdown => Documentation::MarkupContent(self.content(markdown)),
            Markup::Plain => Documentation::String(plain(&markdown)),
        }
    }
}

/// Without the marks that hovers and descriptions of keys have: code, strong text, rules between parts.
fn plain(markdown: &str) -> String {
    let lines = markdown.lines().filter(|line| *line != "---");
    let lines: Vec<String> = lines
        .map(|line| line.replace('`', "").replace("**", ""))
        .collect();
    lines.join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_are_for_those_that_draw_them() {
        let text = "`ca`\n\n**expired**\n---\n".to_owned();
        let plain = Markup::choose(Some(&[MarkupKind::PlainText]));
        assert_eq!(plain.content(text.clone()).value, "ca\n\nexpired");
        let both = [MarkupKind::PlainText, MarkupKind::Markdown];
        for offered in [None, Some(both.as_slice())] {
            assert_eq!(Markup::choose(offered).content(text.clone()).value, text);
        }
    }
}
