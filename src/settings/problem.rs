//! Problems of a settings file, with the lines that they are about.

use std::fmt;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};

use crate::finding::secrets::Secrets;
use crate::printable::{ends_like_command, is_unprintable, one_line};
use miette::{
    Diagnostic, GraphicalReportHandler, GraphicalTheme, LabeledSpan, MietteError,
    MietteSpanContents, SourceCode, SourceSpan, SpanContents, ThemeCharacters, ThemeStyles,
};

/// A path as shown: relative to the current directory when it is below it.
pub fn short(path: &Path) -> String {
    let here = std::env::current_dir().unwrap_or_default();
    let short = path.strip_prefix(&here).unwrap_or(path);
    let short = match short.as_os_str().is_empty() {
        true => path,
        false => short,
    };
    short.display().to_string()
}

/// Something wrong in a settings file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// What, in one sentence without its end.
    pub message: String,
    /// The label.
    pub label: String,
    /// The place.
    pub span: Range<usize>,
    /// The remedy.
    pub help: Option<String>,
    /// Whether the settings can be used anyway.
    pub is_warning: bool,
}

impl Problem {
    /// Something that makes the settings unusable.
    pub fn error(span: Range<usize>, message: impl Into<String>) -> Problem {
        Problem {
            message: message.into(),
            label: String::new(),
            span,
            help: None,
            is_warning: false,
        }
    }

    /// Something that is surely not meant.
    pub fn warning(span: Range<usize>, message: impl Into<String>) -> Problem {
        Problem {
            is_warning: true,
            ..Problem::error(span, message)
        }
    }

    /// Sets the label.
    pub fn label(mut self, label: impl Into<String>) -> Problem {
        self.label = label.into();
        self
    }

    /// Sets the remedy.
    pub fn help(mut self, help: impl Into<String>) -> Problem {
        self.help = Some(help.into());
        self
    }
}

/// Why settings cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum SettingsError {
    /// The file cannot be read.
    #[error("cannot read the settings in {}: {reason}", short(path))]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// Why.
        reason: String,
    },
    /// Two files in one directory.
    #[error("{} and {} both exist: keep one of them", short(first), short(second))]
    Ambiguous {
        /// One.
        first: PathBuf,
        /// The other.
        second: PathBuf,
    },
    /// Its contents are invalid.
    #[error("the settings in {} are invalid", short(&source_file.path))]
    Wrong {
        /// The file.
        source_file: SourceFile,
        /// The problems, in the order of the file.
        problems: Vec<Problem>,
    },
    /// A flag's value is wrong in a way that only the settings as a whole tell.
    #[error("{flag}: {message}")]
    Flag {
        /// The flag.
        flag: &'static str,
        /// The message.
        message: String,
    },
}

impl SettingsError {
    /// All that is wrong, each in one line with its place.
    pub fn all(&self) -> Vec<String> {
        let SettingsError::Wrong {
            source_file,
            problems,
        } = self
        else {
            return vec![self.to_string()];
        };
        let path = short(&source_file.path);
        let secrets = source_file.secrets();
        let errors = problems.iter().filter(|problem| !problem.is_warning);
        errors
            .map(|problem| {
                let line = source_file.line(problem.span.start);
                let message = secrets.hidden_in(&problem.message);
                format!("{path}:{line}: {message}")
            })
            .collect()
    }
}

/// A settings file's path and text.
#[derive(Debug, Clone)]
pub struct SourceFile {
    /// The path.
    pub path: PathBuf,
    /// The text.
    pub text: Arc<str>,
    /// The secrets in it; computed when the first problem is drawn.
    secrets: Arc<OnceLock<Secrets>>,
}

impl SourceFile {
    /// A settings file of this text.
    pub fn new(path: &Path, text: &str) -> SourceFile {
        SourceFile {
            path: path.to_owned(),
            text: Arc::from(text),
            secrets: Arc::default(),
        }
    }

    /// The number of the line at an offset, from 1.
    pub fn line(&self, offset: usize) -> usize {
        self.text.as_bytes()[..offset.min(self.text.len())]
            .iter()
            .filter(|byte| **byte == b'\n')
            .count()
            + 1
    }

    fn secrets(&self) -> &Secrets {
        self.secrets.get_or_init(|| Secrets::of(&self.text))
    }

    /// A problem without the secrets of the file.
    pub fn without_secrets(&self, problem: &Problem) -> Problem {
        let hidden = |text: &str| self.secrets().hidden_in(text).into_owned();
        Problem {
            message: hidden(&problem.message),
            label: hidden(&problem.label),
            help: problem.help.as_deref().map(hidden),
            ..problem.clone()
        }
    }

    /// Draws a problem with the lines it is about.
    pub fn draw(&self, problem: &Problem, color: bool, unicode: bool, width: usize) -> String {
        let theme = GraphicalTheme {
            characters: match unicode {
                true => ThemeCharacters::unicode(),
                false => ThemeCharacters::ascii(),
            },
            styles: if color {
                ThemeStyles::ansi()
            } else {
                ThemeStyles::none()
            },
        };
        let problem = self.without_secrets(problem);
        let shown = Shown {
            problem: &problem,
            excerpt: Excerpt::new(self, self.secrets().starred(&self.text), &problem),
        };
        let handler = GraphicalReportHandler::new_themed(theme)
            .with_width(width)
            .with_links(false)
            .with_context_lines(1);
        let mut out = String::new();
        match handler.render_report(&mut out, &shown) {
            Ok(()) => out,
            Err(_) => format!("{}: {}\n", one_line(&short(&self.path)), shown),
        }
    }
}

/// The lines around a problem. miette shows what it is given: it gets no more than a person looks at, with other signs for
/// what cannot be shown.
#[derive(Debug)]
struct Excerpt {
    name: String,
    text: String,
    /// The number of the first line, from 0.
    first: usize,
    /// The line of the problem in the text, and its place there.
    line: Range<usize>,
    label: Range<usize>,
    /// The number of its line, and its column in the file, from 0.
    number: usize,
    column: usize,
}

/// A line is shown from so many bytes before its problem to so many behind the problem's beginning.
const AROUND: Range<usize> = 120..400;

impl Excerpt {
    /// `text` is the source's, with stars in place of its secrets.
    fn new(source: &SourceFile, text: &str, problem: &Problem) -> Excerpt {
        let start = floor(text, problem.span.start);
        let end = floor(text, problem.span.end).max(start);
        let begin = text[..start].rfind('\n').map_or(0, |at| at + 1);
        let feed = text[start..].find('\n').map_or(text.len(), |at| start + at);
        let number = source.line(start) - 1;
        let mut excerpt = Excerpt {
            name: one_line(&short(&source.path)).into_owned(),
            text: String::new(),
            first: number,
            line: 0..0,
            label: 0..0,
            number,
            column: text[begin..start].chars().count(),
        };
        if begin > 0 {
            let before = text[..begin - 1].rfind('\n').map_or(0, |at| at + 1);
            excerpt.push(&text[before..floor(text, (before + AROUND.end).min(begin - 1))]);
            excerpt.text.push('\n');
            excerpt.first -= 1;
        }
        let from = floor(text, begin.max(start.saturating_sub(AROUND.start)));
        let to = floor(text, feed.min(start + AROUND.end));
        excerpt.line.start = excerpt.text.len();
        excerpt.push(&text[from..start]);
        excerpt.label.start = excerpt.text.len();
        excerpt.push(&text[start..end.min(to)]);
        excerpt.label.end = excerpt.text.len();
        excerpt.push(&text[end.min(to)..to]);
        excerpt.line.end = excerpt.text.len();
        if feed < text.len() {
            let behind = &text[feed + 1..];
            let length = behind.find('\n').unwrap_or(behind.len());
            excerpt.text.push('\n');
            excerpt.push(&behind[..floor(behind, length.min(AROUND.end))]);
        }
        excerpt
    }

    fn push(&mut self, text: &str) {
        for c in text.chars() {
            match c {
                '\n' | '\t' => self.text.push(c),
                '\r' => self.text.push(' '),
                '[' if ends_like_command(&self.text) => self.text.push('?'),
                c if is_unprintable(c) => self.text.push('?'),
                c => self.text.push(c),
            }
        }
    }
}

/// The beginning of the character at an offset.
fn floor(text: &str, offset: usize) -> usize {
    let mut offset = offset.min(text.len());
    while !text.is_char_boundary(offset) {
        offset -= 1;
    }
    offset
}

impl SourceCode for Excerpt {
    fn read_span<'a>(
        &'a self,
        _: &SourceSpan,
        before: usize,
        after: usize,
    ) -> Result<Box<dyn SpanContents<'a> + 'a>, MietteError> {
        // Without lines around it, it is the place that is asked for, to be written above them.
        let (span, line, column) = match before + after {
            0 => (self.line.clone(), self.number, self.column),
            _ => (0..self.text.len(), self.first, 0),
        };
        let lines = self.text[span.clone()].lines().count();
        Ok(Box::new(MietteSpanContents::new_named(
            self.name.clone(),
            self.text[span.clone()].as_bytes(),
            (span.start, span.len()).into(),
            line,
            column,
            lines,
        )))
    }
}

/// A problem as miette takes it.
#[derive(Debug)]
struct Shown<'a> {
    problem: &'a Problem,
    excerpt: Excerpt,
}

impl fmt::Display for Shown<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&one_line(&self.problem.message))
    }
}

impl std::error::Error for Shown<'_> {}

impl Diagnostic for Shown<'_> {
    fn severity(&self) -> Option<miette::Severity> {
        Some(if self.problem.is_warning {
            miette::Severity::Warning
        } else {
            miette::Severity::Error
        })
    }

    fn help(&self) -> Option<Box<dyn fmt::Display + '_>> {
        let help = one_line(self.problem.help.as_ref()?);
        Some(Box::new(help))
    }

    fn source_code(&self) -> Option<&dyn SourceCode> {
        Some(&self.excerpt)
    }

    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        let label = &self.problem.label;
        let label = (!label.is_empty()).then(|| one_line(label).into_owned());
        let span = LabeledSpan::new_primary_with_span(label, self.excerpt.label.clone());
        Some(Box::new(std::iter::once(span)))
    }
}
