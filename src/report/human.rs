//! For people: the fact, what follows from it, the place, what to write instead.

use std::fmt;
use std::io::{self, Write};
use std::sync::Arc;

use miette::{
    Diagnostic, GraphicalReportHandler, GraphicalTheme, LabeledSpan, SourceCode, ThemeCharacters,
    ThemeStyles,
};
use textwrap::{WordSeparator, WordSplitter};

use super::snippet::{Label, Snippet, TAB_WIDTH};
use super::wrap::wrapping;
use super::{Options, place};
use crate::containerd::Release;
use crate::finding::words::releases_in_words;
use crate::finding::{Category, Finding, Location, Report, Safety, Severity};
use crate::parallel;
use crate::printable::{lines, one_line, shortened};

/// Prose in longer lines than this is hard to read, however wide the terminal is.
const MAX_PROSE: usize = 100;

/// So many findings are drawn before they are written.
const AT_ONCE: usize = 4096;

/// Below this nothing can be drawn; lines are then left to the terminal.
const MIN_WIDTH: usize = 40;

pub fn write(report: &Report, options: &Options, out: &mut dyn Write) -> io::Result<()> {
    let printer = Printer {
        options,
        width: options.width.max(MIN_WIDTH),
        targeted: &report.releases,
    };
    let all: Vec<usize> = (0..report.findings.len()).collect();
    for some in all.chunks(AT_ONCE) {
        // A drawing takes longer than what was drawn took to find.
        for drawn in parallel::map(some, |some| printer.drawn(report, some)) {
            let drawn = drawn.map_err(|_| io::Error::other("a finding could not be drawn"))?;
            out.write_all(drawn.as_bytes())?;
        }
    }
    Ok(())
}

struct Printer<'a> {
    options: &'a Options,
    width: usize,
    targeted: &'a [Release],
}

impl Printer<'_> {
    /// The findings at these places of a report.
    fn drawn(&self, report: &Report, places: &[usize]) -> Result<String, fmt::Error> {
        let mut findings = report.findings.reader();
        let (mut all, mut drawn) = (String::new(), String::new());
        for place in places {
            drawn.clear();
            self.finding(&mut drawn, &findings.read(*place))?;
            for line in drawn.lines() {
                all.push_str(line.trim_end());
                all.push('\n');
            }
            all.push('\n');
        }
        Ok(all)
    }

    fn finding(&self, out: &mut String, finding: &Finding) -> fmt::Result {
        let (here, elsewhere): (Vec<_>, Vec<_>) = finding
            .related
            .iter()
            .partition(|related| same_text(&related.location, &finding.location));
        let mut labels: Vec<Label> = here
            .iter()
            .filter_map(|related| label(&related.location, &related.text, false))
            .collect();
        labels.extend(label(&finding.location, &finding.label, true));
        let headline = format!("{}[{}]:", finding.severity.word(), finding.rule.name);
        self.draw(
            out,
            &headline,
            finding.severity,
            &prose(&finding.message),
            &lines(&shortened(&finding.effect)),
            &finding.location,
            labels,
        )?;
        for related in elsewhere {
            let labels = label(&related.location, "", true).into_iter().collect();
            self.draw(
                out,
                "see:",
                Severity::Note,
                &prose(&related.text),
                "",
                &related.location,
                labels,
            )?;
        }
        self.footer(out, finding)
    }

    /// The headline, what follows, and the place.
    #[allow(clippy::too_many_arguments, reason = "one call draws one picture")]
    fn draw(
        &self,
        out: &mut String,
        headline: &str,
        severity: Severity,
        message: &str,
        effect: &str,
        location: &Location,
        mut labels: Vec<Label>,
    ) -> fmt::Result {
        labels.sort_by_key(|label| (label.span.start, label.span.end));
        let snippet = location
            .source
            .as_ref()
            .filter(|source| !source.text.is_empty() && !labels.is_empty())
            .map(|source| Snippet::new(source, prose(&location.path), &labels, self.width));
        let has_snippet = snippet.is_some();
        let notes: Vec<String> = snippet
            .iter()
            .flat_map(Snippet::notes)
            .map(|(at, text)| format!("   {}:{}: {text}\n", at.line, at.column))
            .collect();
        let picture = Picture {
            message: message.to_owned(),
            effect: (!effect.is_empty()).then(|| Effect(effect.to_owned())),
            snippet,
            severity,
        };
        let theme = self.theme(headline, severity, &labels);
        let rule = theme.characters.hbar;
        let link = theme.styles.link;
        self.handler(theme).render_report(out, &picture)?;
        if !has_snippet {
            let shown = place::shown(location);
            out.push_str(&format!("   {rule}{rule}[{}]\n", link.style(shown)));
        }
        notes.iter().for_each(|note| out.push_str(note));
        Ok(())
    }

    fn handler(&self, theme: GraphicalTheme) -> GraphicalReportHandler {
        GraphicalReportHandler::new_themed(theme)
            .with_width(self.width.min(MAX_PROSE))
            .with_break_words(false)
            .with_word_separator(WordSeparator::AsciiSpace)
            .with_word_splitter(WordSplitter::NoHyphenation)
            .with_links(false)
            .without_syntax_highlighting()
            .tab_width(TAB_WIDTH)
    }

    /// miette's own theme, with the headline in place of the icon, and the labels in the colours of
    /// what they say.
    fn theme(&self, headline: &str, severity: Severity, labels: &[Label]) -> GraphicalTheme {
        let mut characters = if self.options.unicode {
            ThemeCharacters::unicode()
        } else {
            ThemeCharacters::ascii()
        };
        for icon in [
            &mut characters.error,
            &mut characters.warning,
            &mut characters.advice,
        ] {
            headline.clone_into(icon);
        }
        let mut styles = if self.options.color {
            ThemeStyles::ansi()
        } else {
            ThemeStyles::none()
        };
        if self.options.color {
            styles.error = styles.error.bold();
            styles.warning = styles.warning.bold();
            styles.advice = styles.advice.bold();
            let plain = ThemeStyles::none().link;
            styles.link = plain.bold();
            let own = match severity {
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

    /// What to write instead, the releases, and where to read on.
    fn footer(&self, out: &mut String, finding: &Finding) -> fmt::Result {
        if !finding.help.is_empty() {
            let help = lines(&shortened(&finding.help)).into_owned();
            self.footnote(out, "help:", &help);
        }
        if let Some(fix) = finding.writable_fix() {
            let flags = match fix.safety {
                Safety::Safe => "--fix",
                Safety::Unsafe => "--fix --unsafe-fixes",
            };
            let fix = format!("{} ({flags})", prose(&fix.description));
            self.footnote(out, "fix:", &fix);
        }
        let mut holds = releases_in_words(&finding.releases, self.targeted);
        if self.options.verbose && finding.releases.len() > 1 {
            let numbers: Vec<String> = finding.releases.iter().map(ToString::to_string).collect();
            holds.push_str(&format!(" ({})", numbers.join(", ")));
        }
        if self.options.verbose {
            self.footnote(out, "consequence:", finding.consequence.word());
        }
        // What is said of comments is the same for every release.
        if finding.rule.category != Category::Suppressions {
            self.footnote(out, "holds for:", &holds);
        }
        let mut explain = format!("certsd-lint explain {}", finding.rule.name);
        if self.options.hyperlinks
            && let Some(uri) = self.options.uri_of(finding.rule)
        {
            explain = format!("\u{1b}]8;;{uri}\u{1b}\\{explain}\u{1b}]8;;\u{1b}\\");
        }
        self.footnote(out, "more:", &explain);
        Ok(())
    }

    fn footnote(&self, out: &mut String, word: &str, text: &str) {
        let style = if self.options.color {
            anstyle::Style::new().fg_color(Some(anstyle::AnsiColor::Cyan.into()))
        } else {
            anstyle::Style::new()
        };
        let first = format!("  {style}{word}{style:#} ");
        let rest = " ".repeat(word.len() + 3);
        let options = wrapping(self.width.min(MAX_PROSE))
            .initial_indent(&first)
            .subsequent_indent(&rest);
        out.push_str(&textwrap::fill(text, options));
        out.push('\n');
    }
}

/// A text of a finding in one line.
fn prose(text: &str) -> String {
    one_line(&shortened(text)).into_owned()
}

fn same_text(a: &Location, b: &Location) -> bool {
    match (&a.source, &b.source) {
        (Some(a), Some(b)) => Arc::ptr_eq(a, b),
        _ => false,
    }
}

fn label(location: &Location, text: &str, primary: bool) -> Option<Label> {
    Some(Label {
        span: location.span.clone()?,
        text: prose(text),
        primary,
    })
}

/// What miette draws.
#[derive(Debug)]
struct Picture {
    message: String,
    effect: Option<Effect>,
    snippet: Option<Snippet>,
    severity: Severity,
}

/// What containerd does with it, drawn where miette draws causes: right below the fact.
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
