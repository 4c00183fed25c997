//! For people: the fact, what follows from it, the place, what to write instead; the worst first.

mod order;
mod pattern;
mod picture;
mod snippet;

use std::collections::HashSet;
use std::fmt;
use std::io::{self, Write};
use std::sync::Arc;

use pattern::differing;
use picture::{Frame, draw};
use snippet::Label;

use super::wrap::wrapping;
use super::{Options, place};
use crate::containerd::Release;
use crate::finding::{Category, Finding, Location, Reader, Related, Report, Safety, Severity};
use crate::parallel;
use crate::printable::{lines, one_line, shortened};

/// Prose in longer lines than this is hard to read, however wide the terminal is.
const MAX_PROSE: usize = 100;

/// So many findings are drawn before they are written.
const AT_ONCE: usize = 4096;

/// Below this nothing can be drawn; lines are then left to the terminal.
const MIN_WIDTH: usize = 40;

/// Where the further lines of a text begin.
const INDENT: &str = "    ";

/// So many further places of a finding are drawn in its picture, and so many others are listed.
const MAX_NEAR: usize = 2;
const MAX_RELATED: usize = 5;

/// A help in a list of places is at most this long.
const MAX_HELP: usize = 60;

/// So many places of one finding are listed.
const MAX_PLACES: usize = 100;

pub fn write(report: &Report, options: &Options, out: &mut dyn Write) -> io::Result<()> {
    let printer = Printer {
        options,
        width: options.width.max(MIN_WIDTH),
        targeted: &report.releases,
    };
    let all = order::order(report);
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
    fn drawn(&self, report: &Report, some: &[order::Shown]) -> Result<String, fmt::Error> {
        let mut findings = report.findings.reader();
        let (mut all, mut drawn) = (String::new(), String::new());
        for shown in some {
            drawn.clear();
            for order::Verdict { index, releases } in &shown.verdicts {
                self.verdict(&mut drawn, &findings.read(*index), releases);
            }
            let finding = findings.read(shown.index);
            self.finding(&mut drawn, &finding, shown.said.as_deref())?;
            self.places(&mut drawn, &finding, &shown.also, &mut findings);
            for line in drawn.lines() {
                all.push_str(line.trim_end());
                all.push('\n');
            }
            all.push('\n');
        }
        Ok(all)
    }

    /// The state of the namespace of a finding: `docker.io: containerd ignores this hosts.toml; …`.
    fn verdict(&self, out: &mut String, finding: &Finding, releases: &[Release]) {
        let name = finding.namespace.as_deref().unwrap_or_default();
        let name = match crate::disk::is_unknown_registry(name) {
            true => &finding.location.path,
            false => name,
        };
        let effect = &finding.effect;
        let registry = effect.split_once(": pulls from ").and_then(|(what, rest)| {
            let (registry, rest) = rest.split_once(" go ")?;
            (!registry.contains(' ')).then_some((what, rest))
        });
        let fails = effect.strip_prefix("every pull from ").and_then(|rest| {
            let (registry, rest) = rest.split_once(" fails")?;
            (!registry.contains(' ')).then_some(rest)
        });
        // The name ahead of it says which registry.
        let effect = match (registry, fails) {
            (Some((what, rest)), _) => format!("{what}; pulls go {rest}"),
            (_, Some(rest)) => format!("every pull fails{rest}"),
            _ => effect.replacen(": ", "; ", 1),
        };
        let releases = match self.are_all(releases) {
            true => String::new(),
            false => format!(" (containerd {})", numbers(releases)),
        };
        let text = self.signs(prose(&format!("{name}: {effect}{releases}")));
        let style = match self.options.color {
            true => anstyle::Style::new().bold(),
            false => anstyle::Style::new(),
        };
        let options = wrapping(self.width.min(MAX_PROSE)).subsequent_indent("  ");
        for line in textwrap::wrap(&text, options) {
            out.push_str(&format!("{style}{line}{style:#}\n"));
        }
    }

    /// `said`: the releases for which its effect is said already.
    fn finding(
        &self,
        out: &mut String,
        finding: &Finding,
        said: Option<&[Release]>,
    ) -> fmt::Result {
        let (here, elsewhere) = near(finding);
        let mut labels: Vec<Label> = here
            .iter()
            .filter_map(|related| self.label(&related.location, &related.text, false))
            .collect();
        labels.extend(self.label(&finding.location, &finding.label, true));
        let effect = match said {
            Some(_) => String::new(),
            None => self.signs(lines(&shortened(&finding.effect)).into_owned()),
        };
        let rule = finding.rule.name;
        let headline = format!("{}[{rule}]:", finding.severity.word());
        let mut drawn = String::new();
        draw(
            &mut drawn,
            self.frame(&headline, finding.severity),
            &self.signs(prose(&finding.message)),
            &effect,
            &finding.location,
            labels,
        )?;
        // A search for the word at the beginning of a line finds it.
        let drawn = drawn.trim_start_matches(' ');
        match self.options.uri_of(finding.rule) {
            Some(uri) if self.options.hyperlinks => {
                let link = format!("[\u{1b}]8;;{uri}\u{1b}\\{rule}\u{1b}]8;;\u{1b}\\]");
                out.push_str(&drawn.replacen(&format!("[{rule}]"), &link, 1));
            }
            _ => out.push_str(drawn),
        }
        if !elsewhere.is_empty() {
            let shown = elsewhere.iter().take(MAX_RELATED).map(|related| {
                let text = prose(&related.text);
                format!("{}: {text}", place::shown(&related.location))
            });
            let mut places: Vec<String> = shown.collect();
            if let more @ 1.. = elsewhere.len().saturating_sub(MAX_RELATED) {
                places.push(format!("and {more} more"));
            }
            self.footnote(out, "see:", &places.join("\n"));
        }
        self.footer(out, finding, said);
        Ok(())
    }

    fn frame<'b>(&'b self, headline: &'b str, severity: Severity) -> Frame<'b> {
        Frame {
            headline,
            severity,
            width: self.width,
            prose: self.width.min(MAX_PROSE),
            color: self.options.color,
            unicode: self.options.unicode,
        }
    }

    /// The remedy, and the releases if they are not all.
    fn footer(&self, out: &mut String, finding: &Finding, said: Option<&[Release]>) {
        let help = lines(&shortened(&finding.help)).into_owned();
        match finding.writable_fix() {
            Some(fix) => {
                let flags = match fix.safety {
                    Safety::Safe => "--fix",
                    Safety::Unsafe => "--fix --unsafe-fixes",
                };
                let help = match help.is_empty() {
                    true => prose(&fix.description),
                    false => help,
                };
                self.footnote(out, &format!("help ({flags}):"), &help);
            }
            None if help.is_empty() => {}
            None => self.footnote(out, "help:", &help),
        }
        if self.options.verbose {
            self.footnote(out, "consequence:", finding.consequence.word());
        }
        // Text about comments is the same for every release.
        if finding.rule.category != Category::Suppressions
            && (self.options.verbose
                || !self.are_all(&finding.releases) && said != Some(&finding.releases[..]))
        {
            self.footnote(out, "releases:", &numbers(&finding.releases));
        }
    }

    /// Where else the same was found, and with which names. A help of its own is printed with the place.
    fn places(
        &self,
        out: &mut String,
        shown: &Finding,
        also: &[usize],
        findings: &mut Reader<'_, Finding>,
    ) {
        let mut text = String::new();
        for index in also.iter().take(MAX_PLACES) {
            let finding = findings.read(*index);
            if !text.is_empty() {
                text.push('\n');
            }
            text.push_str(&place::shown(&finding.location));
            let (message, help) = (prose(&finding.message), prose(&finding.help));
            let names = differing(&message, &shown.message);
            if !names.is_empty() {
                let quoted: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
                text.push_str(&format!(": {}", quoted.join(", ")));
            }
            // Where it is long and differs in names alone, the one that is shown says enough.
            let is_own = match names.is_empty() {
                true => finding.help != shown.help,
                false => !differing(&help, &shown.help).is_empty() && help.len() <= MAX_HELP,
            };
            if is_own {
                text.push_str(&format!(": {help}"));
            }
        }
        if let more @ 1.. = also.len().saturating_sub(MAX_PLACES) {
            text.push_str(&format!("\nand {more} more; `--format concise` lists all"));
        }
        if !text.is_empty() {
            self.footnote(out, "also:", &text);
        }
    }

    /// Whether these are all targeted releases.
    fn are_all(&self, releases: &[Release]) -> bool {
        let is_there = |release: &Release| releases.contains(release);
        self.targeted.iter().all(is_there)
    }

    /// A word with a text. What is below a line that ends with a colon is code, and stays as it is.
    fn footnote(&self, out: &mut String, word: &str, text: &str) {
        let style = if self.options.color {
            anstyle::Style::new().fg_color(Some(anstyle::AnsiColor::Cyan.into()))
        } else {
            anstyle::Style::new()
        };
        let mut indent = format!("  {style}{word}{style:#} ");
        let mut is_code = false;
        for line in self.signs(text.to_owned()).split('\n') {
            if is_code {
                out.push_str(&format!("{indent}{line}\n"));
            } else {
                let options = wrapping(self.width.min(MAX_PROSE))
                    .initial_indent(&indent)
                    .subsequent_indent(INDENT);
                out.push_str(&textwrap::fill(line, options));
                out.push('\n');
                is_code = line.ends_with(':');
            }
            INDENT.clone_into(&mut indent);
        }
    }

    fn label(&self, location: &Location, text: &str, primary: bool) -> Option<Label> {
        Some(Label {
            span: location.span.clone()?,
            text: self.signs(prose(text)),
            primary,
        })
    }

    /// The text without signs of ours that ASCII does not have, where only that is shown.
    fn signs(&self, text: String) -> String {
        match self.options.unicode {
            true => text,
            false => text.replace('…', "..."),
        }
    }
}

fn numbers(releases: &[Release]) -> String {
    let numbers: Vec<String> = releases.iter().map(ToString::to_string).collect();
    numbers.join(", ")
}

/// A text of a finding in one line.
fn prose(text: &str) -> String {
    one_line(&shortened(text)).into_owned()
}

/// The further places of a finding: those that are drawn in one picture with its own, and the others. In a picture, places are at
/// most one line apart.
fn near(finding: &Finding) -> (Vec<&Related>, Vec<&Related>) {
    let line = |location: &Location| {
        let span = location.span.as_ref()?;
        let source = location.source.as_ref()?;
        Some(source.lines().line(span.start))
    };
    let own = &finding.location;
    let mut seen = HashSet::from([(own.path.clone(), line(own), finding.label.clone())]);
    let is_new = |related: &&Related| {
        let location = &related.location;
        // Of one line, the same is said once.
        seen.insert((location.path.clone(), line(location), related.text.clone()))
    };
    let mut far: Vec<&Related> = finding.related.iter().filter(is_new).collect();
    let mut near: Vec<&Related> = Vec::new();
    let Some(own) = line(&finding.location) else {
        return (near, far);
    };
    let mut lines = vec![own];
    loop {
        let is_near = |related: &mut &Related| {
            same_text(&related.location, &finding.location)
                && line(&related.location)
                    .is_some_and(|line| lines.iter().any(|known| known.abs_diff(line) <= 2))
        };
        let room = MAX_NEAR - near.len();
        let found: Vec<&Related> = far.extract_if(.., is_near).take(room).collect();
        if found.is_empty() {
            return (near, far);
        }
        lines.extend(found.iter().filter_map(|related| line(&related.location)));
        near.extend(found);
    }
}

fn same_text(a: &Location, b: &Location) -> bool {
    match (&a.source, &b.source) {
        (Some(a), Some(b)) => Arc::ptr_eq(a, b),
        _ => false,
    }
}
