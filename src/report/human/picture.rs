//! One picture: the headline, what follows, and the place, drawn by miette.

use std::fmt;

use miette::{
    Diagnostic, GraphicalReportHandler, GraphicalTheme, LabeledSpan, SourceCode, ThemeCharacters,
    ThemeStyles,
};
use textwrap::WordSplitter;

use super::snippet::{Beside, Label, Snippet, TAB_WIDTH};
use crate::finding::{Location, Severity};
use crate::printable::one_line;
use crate::report::place;
use crate::report::wrap::whole_code;

/// How a picture is drawn.
#[derive(Debug, Clone, Copy)]
pub struct Frame<'a> {
    /// The text in place of miette's icon.
    pub headline: &'a str,
    /// How much it matters, which is its colour.
    pub severity: Severity,
    /// The columns of the picture.
    pub width: usize,
    /// The columns of texts.
    pub prose: usize,
    /// Whether there are colours.
    pub color: bool,
    /// Whether there are lines and arrows; else ASCII.
    pub unicode: bool,
}

/// Draws the headline with the message, what follows, and the place.
pub fn draw(
    out: &mut String,
    frame: Frame<'_>,
    message: &str,
    effect: &str,
    location: &Location,
    mut labels: Vec<Label>,
) -> fmt::Result {
    labels.sort_by_cached_key(|label| (label.span.start, label.span.end));
    let path = one_line(&location.path).into_owned();
    let snippet = location
        .source
        .as_ref()
        .filter(|source| !source.text.is_empty() && !labels.is_empty())
        .map(|source| Snippet::new(source, path, &labels, frame.width, frame.unicode));
    let has_snippet = snippet.is_some();
    let notes: Vec<String> = snippet
        .iter()
        .flat_map(Snippet::notes)
        .map(|(at, text)| format!("   {}:{}: {text}\n", at.line, at.column))
        .collect();
    let beside: Vec<Beside> = snippet.iter().flat_map(Snippet::beside).cloned().collect();
    let picture = Picture {
        message: message.to_owned(),
        effect: (!effect.is_empty()).then(|| Effect(effect.to_owned())),
        snippet,
        severity: frame.severity,
    };
    let theme = frame.theme(&labels);
    let rule = theme.characters.hbar;
    let link = theme.styles.link;
    let highlights = theme.styles.highlights.clone();
    let mut drawn = String::new();
    frame.handler(theme).render_report(&mut drawn, &picture)?;
    let mut line_of_code = None;
    for line in drawn.lines() {
        out.push_str(line.trim_end());
        let labels = beside.iter();
        for label in labels.filter(|label| line_of_code == Some(label.line)) {
            let style = highlights[label.index % highlights.len()];
            out.push_str(&format!(" {}", style.style(&label.text)));
        }
        out.push('\n');
        line_of_code = number_of(line);
    }
    if !has_snippet {
        let shown = place::shown(location);
        out.push_str(&format!("   {rule}{rule}[{}]\n", link.style(shown)));
    }
    notes.iter().for_each(|note| out.push_str(note));
    Ok(())
}

/// The number of a line of code as miette draws it.
fn number_of(line: &str) -> Option<usize> {
    let line = anstream::adapter::strip_str(line).to_string();
    let line = line.trim_start();
    let digits = line.len() - line.trim_start_matches(|c: char| c.is_ascii_digit()).len();
    let (number, rest) = line.split_at(digits);
    let is_code = rest.starts_with(" │") || rest.starts_with(" |");
    number.parse().ok().filter(|_| is_code)
}

impl Frame<'_> {
    fn handler(&self, theme: GraphicalTheme) -> GraphicalReportHandler {
        GraphicalReportHandler::new_themed(theme)
            // miette keeps two columns free.
            .with_width(self.prose + 2)
            .with_break_words(false)
            .with_word_separator(whole_code())
            .with_word_splitter(WordSplitter::NoHyphenation)
            .with_links(false)
            .without_syntax_highlighting()
            .tab_width(TAB_WIDTH)
    }

    /// miette's own theme, with the headline in place of the icon, and the labels in the colours of their
    /// kinds.
    fn theme(&self, labels: &[Label]) -> GraphicalTheme {
        let mut characters = if self.unicode {
            ThemeCharacters::unicode()
        } else {
            ThemeCharacters::ascii()
        };
        for icon in [
            &mut characters.error,
            &mut characters.warning,
            &mut characters.advice,
        ] {
            self.headline.clone_into(icon);
        }
        let mut styles = if self.color {
            ThemeStyles::ansi()
        } else {
            ThemeStyles::none()
        };
        if self.color {
            styles.error = styles.error.bold();
            styles.warning = styles.warning.bold();
            styles.advice = styles.advice.bold();
            let plain = ThemeStyles::none().link;
            styles.link = plain.bold();
            let own = match self.severity {
                Severity::Error => styles.error,
                Severity::Warning => styles.warning,
                Severity::Note => styles.advice,
            };
            let other = plain.cyan();
            styles.highlights = labels
                .iter()
                .map(|label| if label.primary { own } else { other })
                .collect();
        }
        if styles.highlights.is_empty() {
            styles.highlights.push(styles.error);
        }
        GraphicalTheme { characters, styles }
    }
}

/// miette's drawing.
#[derive(Debug)]
struct Picture {
    message: String,
    effect: Option<Effect>,
    snippet: Option<Snippet>,
    severity: Severity,
}

/// The effect, drawn where miette draws causes: right below the fact.
#[derive(Debug)]
struct Effect(String);

impl fmt::Display for Effect {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Effect {}

impl fmt::Display for Picture {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Picture {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.effect.as_ref().map(|effect| effect as _)
    }
}

impl Diagnostic for Picture {
    fn severity(&self) -> Option<miette::Severity> {
        Some(match self.severity {
            Severity::Error => miette::Severity::Error,
            Severity::Warning => miette::Severity::Warning,
            Severity::Note => miette::Severity::Advice,
        })
    }

    fn source_code(&self) -> Option<&dyn SourceCode> {
        self.snippet.as_ref().map(|snippet| snippet as _)
    }

    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        let snippet = self.snippet.as_ref()?;
        Some(Box::new(snippet.labels().iter().cloned()))
    }
}
