//! The answers, drawn for a person: why a mirror is not used has to be on the first screen.

use std::fmt::Write;

use super::answer::{Answer, Found, Resolution};
use super::config_path::{ConfigPath, NoLookup};
use super::page;
use crate::cli::drawing::style::{BAD, FAINT, ODD, STRONG, WIDTH, paint, visible, wrap_words};
use crate::cli::drawing::{Sheet, rule, title};
use crate::containerd::{Reference, ReferenceError, Release};

/// The drawing of one query's answers. Releases whose drawings are the same share one, and one that
/// differs in a few lines from an earlier one shows these alone.
pub fn draw(resolution: &Resolution, config_path: &ConfigPath, show_secrets: bool) -> String {
    let mut groups: Vec<Group> = Vec::new();
    for (release, answer) in &resolution.answers {
        let draw = |found: &Found, host: &str, reference: Option<&Reference>| {
            page::draw(*release, config_path, show_secrets, found, host, reference)
        };
        let (body, local) = match answer {
            Answer::NoReference(error) => (no_reference(error), None),
            Answer::NoLookup { why, .. } => (no_lookup(why), None),
            Answer::Found {
                reference,
                host,
                by_default,
                by_local_pull,
            } => (
                draw(by_default, host, reference.as_ref()),
                by_local_pull
                    .as_ref()
                    .map(|local| draw(local, host, reference.as_ref())),
            ),
        };
        match groups
            .iter_mut()
            .find(|group| group.body == body && group.local == local)
        {
            Some(group) => group.releases.push(*release),
            None => groups.push(Group {
                releases: vec![*release],
                body,
                local,
            }),
        }
    }
    let mut out = head(resolution, config_path);
    for (index, group) in groups.iter().enumerate() {
        let earlier = &groups[..index];
        let _ = write!(out, "\n{}", rule(&group.title()));
        out.push_str(&as_difference(&group.body, earlier).unwrap_or_else(|| group.body.clone()));
        if let Some(local) = &group.local {
            let _ = writeln!(
                out,
                "\n  {}",
                paint(STRONG, "Local pulls split the list, and find:")
            );
            let how = "(use_local_image_pull = true, or another setting that forces them)";
            let _ = writeln!(out, "  {}", paint(FAINT, how));
            out.push_str(&as_difference(local, earlier).unwrap_or_else(|| local.clone()));
        }
    }
    out
}

/// Releases whose drawings are the same.
struct Group {
    releases: Vec<Release>,
    body: String,
    /// What local pulls find, where they find another thing than the default.
    local: Option<String>,
}

impl Group {
    fn title(&self) -> String {
        title(&self.releases)
    }
}

/// The lines in which a drawing differs from an earlier one, each below the line that it belongs to; `None`
/// when there are many.
fn as_difference(body: &str, earlier: &[Group]) -> Option<String> {
    for group in earlier {
        let old: Vec<&str> = group.body.lines().collect();
        let new: Vec<&str> = body.lines().collect();
        let changed: Vec<usize> = (0..new.len())
            .filter(|&i| old.get(i) != new.get(i))
            .collect();
        if old.len() != new.len() || changed.len() > 3 {
            continue;
        }
        let as_in = format!("as in {}", group.title());
        if changed.is_empty() {
            return Some(format!("  {}\n", paint(FAINT, &as_in)));
        }
        let mut out = format!("  {}\n", paint(FAINT, &format!("{as_in}, but for:")));
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

/// Blanks at the beginning; a line without text belongs to nothing.
fn indent(line: &str) -> usize {
    match line.trim_start().len() {
        0 => usize::MAX,
        rest => line.len() - rest,
    }
}

fn no_lookup(why: &NoLookup) -> String {
    let mut sheet = Sheet::default();
    match why {
        NoLookup::NoCri(why) => sheet.section("pulls", BAD, &format!("✗ none: {why}")),
        NoLookup::OldTables => {
            let text = "– the old registry tables of config.toml say where they go";
            sheet.section("pulls", ODD, text);
            sheet.more(FAINT, "`certsd-lint migrate` makes a tree of them");
        }
    }
    sheet.out
}

fn no_reference(error: &ReferenceError) -> String {
    let text = visible(&format!("✗ no image reference: {error}"));
    let mut out = String::new();
    for line in wrap_words(&text, 2) {
        let _ = writeln!(out, "  {}", paint(BAD, &line));
    }
    out
}

/// What was asked, in full, and what is looked up for it.
fn head(resolution: &Resolution, config_path: &ConfigPath) -> String {
    let query = visible(resolution.query.text());
    let (reference, host) = resolution.newest();
    let mut out = paint(STRONG, &query);
    if let Some(reference) = reference.filter(|reference| *reference != query) {
        let fits = query.chars().count() + reference.chars().count() + 3 <= WIDTH;
        let _ = write!(
            out,
            "{} {}",
            if fits { " →" } else { "\n→" },
            paint(STRONG, &reference)
        );
    }
    out.push('\n');
    if let Some(host) = host {
        let line = format!(
            "looked up as {} in {}",
            visible(host),
            visible(&config_path.text)
        );
        let _ = writeln!(out, "{}", paint(FAINT, &line));
    }
    for root in config_path.roots().filter(|root| !root.disk.exists()) {
        let line = format!("{} does not exist", visible(&root.shown("")));
        let _ = writeln!(out, "{}", paint(ODD, &line));
    }
    out
}
