//! What is wrong with a settings file, with the lines that it is about.

use std::fmt;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::finding::secrets::Secrets;
use crate::printable::{ends_like_command, is_unprintable, one_line};
use miette::{
    Diagnostic, GraphicalReportHandler, GraphicalTheme, LabeledSpan, NamedSource, SourceCode,
    ThemeCharacters, ThemeStyles,
};

/// A path as it is told: relative to the current directory when it lies below it.
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
    /// What to say at the place.
    pub label: String,
    /// The place.
    pub span: Range<usize>,
    /// What to write instead.
    pub help: Option<String>,
    /// Whether the settings can be used all the same.
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

    /// What to say at the place.
    pub fn label(mut self, label: impl Into<String>) -> Problem {
        self.label = label.into();
        self
    }

    /// What to write instead.
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
    #[error(
        "{} and {} are both there: keep one of them",
        short(first),
        short(second)
    )]
    Ambiguous {
        /// One.
        first: PathBuf,
        /// The other.
        second: PathBuf,
    },
    /// What it says is wrong.
    #[error("the settings in {} cannot be used", short(&source_file.path))]
    Wrong {
        /// The file.
        source_file: SourceFile,
        /// What is wrong, in the order of the file.
        problems: Vec<Problem>,
    },
    /// A flag's value is wrong in a way that only the settings as a whole tell.
    #[error("{flag}: {message}")]
    Flag {
        /// The flag.
        flag: &'static str,
        /// What is wrong.
        message: String,
    },
}

/// A settings file's path and text.
#[derive(Debug, Clone)]
pub struct SourceFile {
    /// The path.
    pub path: PathBuf,
    /// The text.
    pub text: Arc<str>,
}

impl SourceFile {
    /// The number of the line at an offset, from 1.
    pub fn line(&self, offset: usize) -> usize {
        self.text.as_bytes()[..offset.min(self.text.len())]
            .iter()
            .filter(|byte| **byte == b'\n')
            .count()
            + 1
    }

    /// Draws a problem with the lines it is about.
    pub fn draw(&self, problem: &Problem, color: bool, width: usize) -> String {
        let theme = GraphicalTheme {
            characters: ThemeCharacters::unicode(),
            styles: if color {
                ThemeStyles::ansi()
            } else {
                ThemeStyles::none()
            },
        };
        // miette shows what it is given, and knows its places in bytes: as many of them stand for a character that
        // cannot be shown.
        let secrets = Secrets::of(&self.text);
        let mut text = String::with_capacity(self.text.len());
        for c in secrets.starred(&self.text).chars() {
            match c {
                '\n' | '\t' => text.push(c),
                '\r' => text.push(' '),
                '[' if ends_like_command(&text) => text.push('?'),
                c if is_unprintable(c) => text.extend(std::iter::repeat_n('?', c.len_utf8())),
                c => text.push(c),
            }
        }
        let hidden = |text: &str| secrets.hidden_in(text).into_owned();
        let problem = Problem {
            message: hidden(&problem.message),
            label: hidden(&problem.label),
            help: problem.help.as_deref().map(hidden),
            ..problem.clone()
        };
        let shown = Shown {
            problem: &problem,
            source: NamedSource::new(one_line(&short(&self.path)), text),
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

/// A problem as miette takes it.
#[derive(Debug)]
struct Shown<'a> {
    problem: &'a Problem,
    source: NamedSource<String>,
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
        Some(&self.source)
    }

    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        let Problem { label, span, .. } = self.problem;
        let label = (!label.is_empty()).then(|| one_line(label).into_owned());
        let span = LabeledSpan::new_primary_with_span(label, span.clone());
        Some(Box::new(std::iter::once(span)))
    }
}
