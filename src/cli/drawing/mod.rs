//! What drawings for people are made of.

pub mod style;

use std::fmt::Write;

use anstyle::Style;

use crate::containerd::Release;
use style::{FAINT, STRONG, WIDTH, paint, visible, wrap_words};

/// Where the texts beside the labels begin.
pub const INDENT: usize = 14;

/// A drawing that grows from top to bottom.
#[derive(Debug, Default)]
pub struct Sheet {
    /// What is drawn so far.
    pub out: String,
}

impl Sheet {
    /// A labelled text; the first character of it is a sign that takes the style.
    pub fn section(&mut self, label: &str, style: Style, text: &str) {
        let lines = wrap_words(&visible(text), INDENT);
        for (index, line) in lines.iter().enumerate() {
            let label = if index == 0 { label } else { "" };
            let _ = writeln!(self.out, "  {label:<12}{}", paint(style, line));
        }
    }

    /// A further line of the section before.
    pub fn more(&mut self, style: Style, text: &str) {
        for line in wrap_words(&visible(text), INDENT) {
            self.indented(style, INDENT, &line);
        }
    }

    /// A line that begins further right.
    pub fn indented(&mut self, style: Style, indent: usize, text: &str) {
        let _ = writeln!(self.out, "{:indent$}{}", "", paint(style, text));
    }

    /// A line.
    pub fn line(&mut self, style: Style, text: &str) {
        let _ = writeln!(self.out, "{}", paint(style, text));
    }
}

/// The title of what some releases have in common: a line across the page.
pub fn rule(title: &str) -> String {
    let line = "─".repeat(WIDTH.saturating_sub(title.chars().count() + 4));
    format!(
        "{} {} {}\n",
        paint(FAINT, "──"),
        paint(STRONG, title),
        paint(FAINT, &line)
    )
}

/// What some releases are called together.
pub fn title(releases: &[Release]) -> String {
    let releases: Vec<String> = releases.iter().map(ToString::to_string).collect();
    format!("containerd {}", releases.join(", "))
}
