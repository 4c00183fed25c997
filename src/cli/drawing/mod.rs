//! The parts of drawings for people.

pub mod style;

mod signs;

use std::fmt::Write;

use anstyle::Style;

use crate::containerd::Release;
pub use signs::Signs;
use style::{FAINT, STRONG, WIDTH, paint, visible, wrap_words};

/// Where the texts beside the labels begin.
pub const INDENT: usize = 14;

/// A drawing that grows from top to bottom.
#[derive(Debug, Default)]
pub struct Sheet {
    /// The drawing so far.
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

/// The lines in which a drawing differs from an earlier one, each below the line that it belongs to; `None`
/// when there are many. Earlier drawings come with their titles.
pub fn as_difference<'a>(
    body: &str,
    earlier: impl IntoIterator<Item = (String, &'a str)>,
) -> Option<String> {
    for (title, old) in earlier {
        let old: Vec<&str> = old.lines().collect();
        let new: Vec<&str> = body.lines().collect();
        let changed: Vec<usize> = (0..new.len())
            .filter(|&i| old.get(i) != new.get(i))
            .collect();
        if old.len() != new.len() || changed.len() > 3 {
            continue;
        }
        let as_in = format!("as {title}");
        if changed.is_empty() {
            return Some(format!("  {}\n", paint(FAINT, &as_in)));
        }
        let mut out = format!("  {}\n", paint(FAINT, &format!("{as_in}, except:")));
        let mut shown = Vec::new();
        for index in changed {
            let owner = (0..index)
                .rev()
                .find(|&i| indent(new[i]) < indent(new[index]));
            if let Some(owner) = owner.filter(|owner| !shown.contains(owner)) {
                out.push_str(new[owner]);
                out.push('\n');
                shown.push(owner);
            }
            shown.push(index);
            out.push_str(new[index]);
            out.push('\n');
        }
        return Some(out);
    }
    None
}

/// Leading spaces; a line without text belongs to nothing.
fn indent(line: &str) -> usize {
    match line.trim_start().len() {
        0 => usize::MAX,
        rest => line.len() - rest,
    }
}

/// A sentence that answers the question for some releases, newest first: with a sign, and with the releases where there
/// are other answers.
pub fn verdict(style: Style, sign: &str, releases: Option<&[Release]>, text: &str) -> String {
    let releases = releases.map(|releases| format!("containerd {}: ", names(releases).join(", ")));
    let text = visible(&format!("{}{text}", releases.unwrap_or_default()));
    let mut out = String::new();
    for (index, line) in wrap_words(&text, 2).iter().enumerate() {
        let sign = if index == 0 { sign } else { " " };
        let _ = writeln!(out, "{} {}", paint(style, sign), paint(STRONG, line));
    }
    out
}

/// The title of a section that some releases share: a line across the page.
pub fn rule(title: &str) -> String {
    let line = "─".repeat(WIDTH.saturating_sub(title.chars().count() + 4));
    format!(
        "{} {} {}\n",
        paint(FAINT, "──"),
        paint(STRONG, title),
        paint(FAINT, &line)
    )
}

/// The common name of some releases.
pub fn title(releases: &[Release]) -> String {
    let releases: Vec<String> = releases.iter().map(ToString::to_string).collect();
    format!("containerd {}", releases.join(", "))
}

/// The text in place of a page that differs from those of newer releases: how to see it.
pub fn folded(releases: &[Release]) -> String {
    let text = format!("`--containerd {}` shows it", names(releases).join(","));
    format!("  {}\n", paint(FAINT, &text))
}

/// Releases as people call them: by the line, where they are the newest of it.
fn names(releases: &[Release]) -> Vec<String> {
    let is_newest = |release: &Release| Release::newest().any(|newest| newest == *release);
    let name = |release: &Release| match is_newest(release) {
        true => release.line(),
        false => release.to_string(),
    };
    releases.iter().map(name).collect()
}
