//! Where output goes: colour, width, and what is said beside the findings.

use std::ffi::OsString;
use std::fmt::Display;
use std::io::{self, IsTerminal, Write};

use anstyle::{AnsiColor, Style};

use crate::disk::write::Done;
use crate::printable::{one_line, shortened};
use crate::settings::{Problem, SourceFile, short};

/// When to use colour.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, clap::ValueEnum)]
pub enum Color {
    /// On a terminal, unless NO_COLOR is set.
    #[default]
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
}

/// The streams of the program, as far as texts have to know them.
#[derive(Debug, Clone, Copy)]
pub struct Terminal {
    /// Whether standard output takes colour.
    pub color: bool,
    /// Whether standard error takes colour.
    pub color_stderr: bool,
    /// Whether standard output takes more than ASCII: of a pipe or file, the locale says it.
    pub unicode: bool,
    /// Whether files take more than ASCII.
    pub unicode_in_files: bool,
    /// The same of standard error.
    pub unicode_stderr: bool,
    /// Whether standard output makes links clickable.
    pub hyperlinks: bool,
    /// The width for wrapped text.
    pub width: usize,
    /// Findings and failures only.
    pub quiet: bool,
    /// How much is reported.
    pub verbose: u8,
}

/// The width where there is no terminal and COLUMNS is not set: output must not depend on the machine.
const DEFAULT_WIDTH: usize = 80;

/// Widths outside of this are taken for the nearest in it.
const WIDTHS: std::ops::RangeInclusive<usize> = 40..=500;

impl Terminal {
    /// Looks at the environment and the streams.
    pub fn new(choice: Color, quiet: bool, verbose: u8) -> Terminal {
        let env = |name: &str| std::env::var_os(name);
        let is_terminal = io::stdout().is_terminal();
        let size = terminal_size::terminal_size().filter(|_| is_terminal);
        let width = match size {
            Some((terminal_size::Width(width), _)) => usize::from(width).clamp(40, 120),
            None => columns(env),
        };
        Terminal {
            unicode: match is_terminal {
                true => supports_unicode::on(supports_unicode::Stream::Stdout),
                false => is_utf8(env),
            },
            unicode_in_files: is_utf8(env),
            unicode_stderr: match io::stderr().is_terminal() {
                true => supports_unicode::on(supports_unicode::Stream::Stderr),
                false => is_utf8(env),
            },
            hyperlinks: is_terminal
                && choice != Color::Never
                && supports_hyperlinks::on(supports_hyperlinks::Stream::Stdout),
            color: use_color(choice, env, is_terminal),
            color_stderr: use_color(choice, env, io::stderr().is_terminal()),
            width,
            quiet,
            verbose,
        }
    }

    /// A failure: always reported.
    pub fn error(&self, message: impl Display) {
        self.say("error", AnsiColor::Red.on_default().bold(), message);
    }

    /// Something the user should look at, while the work goes on.
    pub fn warning(&self, message: impl Display) {
        if !self.quiet {
            self.say("warning", AnsiColor::Yellow.on_default().bold(), message);
        }
    }

    /// Something that must not be done silently.
    pub fn note(&self, message: impl Display) {
        self.say("note", AnsiColor::Cyan.on_default().bold(), message);
    }

    /// The same, with standard error in the place of standard output.
    pub fn on_stderr(&self) -> Terminal {
        Terminal {
            color: self.color_stderr,
            unicode: self.unicode_stderr,
            ..*self
        }
    }

    /// Progress messages, for `-v`.
    pub fn info(&self, message: impl Display) {
        if self.verbose > 0 {
            self.say("info", AnsiColor::Cyan.on_default(), message);
        }
    }

    /// Something wrong in a settings file, with its lines.
    pub fn problem(&self, source: &SourceFile, problem: &Problem) {
        if !(self.quiet && problem.is_warning) {
            let text = source.draw(problem, self.color_stderr, self.unicode_stderr, self.width);
            self.raw(&text);
        }
    }

    /// Temporary files of runs that were interrupted, which were removed.
    pub fn strays(&self, done: &Done) {
        for stray in &done.strays {
            let stray = short(stray);
            self.note(format_args!("removed {stray}, left by an interrupted run"));
        }
    }

    /// A line for standard error without a prefix, whatever the names in it contain.
    pub fn line(&self, text: impl Display) {
        self.raw(&format!("{}\n", one_line(&text.to_string())));
    }

    /// A text as it is: only this type knows that nothing in it commands a terminal.
    fn raw(&self, text: &str) {
        // A closed standard error is no reason to stop: no one listens.
        let _ = io::stderr().lock().write_all(text.as_bytes());
    }

    fn say(&self, word: &str, style: Style, message: impl Display) {
        // One line, whatever the names in it hold.
        let message = message.to_string();
        let message = shortened(&message);
        let message = one_line(&message);
        if self.color_stderr {
            self.raw(&format!("{style}{word}{style:#}: {message}\n"));
        } else {
            self.raw(&format!("{word}: {message}\n"));
        }
    }
}

/// The width that COLUMNS says.
fn columns(env: impl Fn(&str) -> Option<OsString>) -> usize {
    let said = env("COLUMNS").and_then(|value| value.to_str()?.parse::<usize>().ok());
    let said = said.filter(|width| *width > 0);
    said.map_or(DEFAULT_WIDTH, |width| {
        width.clamp(*WIDTHS.start(), *WIDTHS.end())
    })
}

/// Whether the locale is one of UTF-8. As POSIX has it, the first of the variables that is set and not empty counts.
fn is_utf8(env: impl Fn(&str) -> Option<OsString>) -> bool {
    let value = ["LC_ALL", "LC_CTYPE", "LANG"]
        .into_iter()
        .filter_map(env)
        .find(|value| !value.is_empty());
    let value = value.unwrap_or_default();
    let value = value.to_string_lossy().to_ascii_uppercase();
    value.contains("UTF-8") || value.contains("UTF8")
}

/// `--color` first, then NO_COLOR, then what forces colour, then whether it is a terminal.
fn use_color(choice: Color, env: impl Fn(&str) -> Option<OsString>, is_terminal: bool) -> bool {
    let is_set = |name: &str| env(name).is_some_and(|value| !value.is_empty());
    let forces = |name: &str| is_set(name) && env(name).is_some_and(|value| value != "0");
    match choice {
        Color::Always => true,
        Color::Never => false,
        Color::Auto if is_set("NO_COLOR") => false,
        Color::Auto if forces("CLICOLOR_FORCE") || forces("FORCE_COLOR") => true,
        Color::Auto if env("CLICOLOR").is_some_and(|value| value == "0") => false,
        Color::Auto if env("TERM").is_some_and(|value| value == "dumb") => false,
        Color::Auto => is_terminal,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pipe_is_plain_and_narrow_unless_the_environment_says_otherwise() {
        fn env<'a>(set: &'a [(&'a str, &'a str)]) -> impl Fn(&str) -> Option<OsString> + 'a {
            |name| {
                let found = set.iter().find(|(n, _)| *n == name);
                found.map(|(_, value)| OsString::from(value))
            }
        }
        assert_eq!(columns(env(&[])), 80);
        assert_eq!(columns(env(&[("COLUMNS", "132")])), 132);
        assert_eq!(columns(env(&[("COLUMNS", "0")])), 80);
        assert_eq!(columns(env(&[("COLUMNS", "wide")])), 80);
        assert_eq!(columns(env(&[("COLUMNS", "3")])), 40);
        assert!(!is_utf8(env(&[])));
        assert!(!is_utf8(env(&[("LANG", "C")])));
        assert!(is_utf8(env(&[("LANG", "de_DE.UTF-8")])));
        assert!(is_utf8(env(&[("LC_ALL", ""), ("LANG", "C.utf8")])));
        assert!(!is_utf8(env(&[("LC_ALL", "C"), ("LANG", "C.UTF-8")])));
    }

    #[test]
    fn the_flag_wins_over_the_environment_and_that_over_the_terminal() {
        let decide = |choice, set: &[(&str, &str)], terminal| {
            let env = |name: &str| {
                let found = set.iter().find(|(n, _)| *n == name);
                found.map(|(_, value)| OsString::from(value))
            };
            use_color(choice, env, terminal)
        };
        assert!(decide(Color::Auto, &[], true));
        assert!(!decide(Color::Auto, &[], false));
        assert!(!decide(Color::Auto, &[("NO_COLOR", "1")], true));
        assert!(decide(Color::Auto, &[("NO_COLOR", "")], true));
        assert!(decide(Color::Auto, &[("FORCE_COLOR", "1")], false));
        assert!(decide(Color::Auto, &[("CLICOLOR_FORCE", "1")], false));
        assert!(!decide(Color::Auto, &[("FORCE_COLOR", "0")], false));
        let both = [("NO_COLOR", "1"), ("FORCE_COLOR", "1")];
        assert!(!decide(Color::Auto, &both, true));
        assert!(!decide(Color::Auto, &[("CLICOLOR", "0")], true));
        assert!(!decide(Color::Auto, &[("TERM", "dumb")], true));
        assert!(decide(Color::Always, &both, false));
        assert!(!decide(Color::Never, &[("FORCE_COLOR", "1")], true));
    }
}
