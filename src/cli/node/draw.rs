//! The answers, drawn for a person: why a tree is not read has to be on the first screen.

use std::fmt::Write;

use super::answer::NodeAnswer;
use crate::cli::clients::{OTHERS, commands};
use crate::cli::drawing::style::{BAD, FAINT, GOOD, ODD, STRONG, paint, visible};
use crate::cli::drawing::{INDENT, Sheet, as_difference, folded, rule, title, verdict};
use crate::containerd::Release;
use crate::containerd::node::{ConfigOutcome, Cri, Pull, is_windows_path};
use crate::toml::document::{Place, Table};

/// The drawing: first the answer in a sentence, then what it comes from, newest release first. Releases whose drawings
/// are the same share one, and one that differs in a few lines from a newer one shows these alone. Of older releases that
/// differ in more, the sentence is enough, unless the user named the releases (`all`).
pub fn draw(node: &NodeAnswer, all: bool) -> String {
    let mut groups: Vec<(Vec<Release>, String)> = Vec::new();
    for outcome in node.outcomes.iter().rev() {
        let mut page = Page {
            node,
            outcome,
            sheet: Sheet::default(),
        };
        page.outcome();
        let body = page.sheet.out;
        match groups.iter_mut().find(|(_, known)| *known == body) {
            Some((releases, _)) => releases.push(outcome.release),
            None => groups.push((vec![outcome.release], body)),
        }
    }
    let mut out = verdicts(node);
    let _ = writeln!(out, "\n{}", paint(STRONG, &visible(&node.shown)));
    let version = node.outcomes.first().and_then(|o| o.files.first());
    if let Some(file) = version.filter(|file| !file.settings.is_empty()) {
        let text = match file.version {
            0 => "no `version` at the top: containerd reads it as version 1".to_owned(),
            version => format!("version {version}"),
        };
        let _ = writeln!(out, "{}", paint(FAINT, &text));
    }
    if node.is_drop_in() {
        let text = "a drop-in, shown alone: name the config.toml that imports it to see both";
        let _ = writeln!(out, "{}", paint(FAINT, text));
    }
    for (index, (releases, body)) in groups.iter().enumerate() {
        let earlier = groups[..index]
            .iter()
            .map(|(releases, body)| (title(releases), body.as_str()));
        let body = match as_difference(body, earlier) {
            Some(difference) => difference,
            None if index > 0 && !all => folded(releases),
            None => body.clone(),
        };
        let _ = write!(out, "\n{}{body}", rule(&title(releases)));
    }
    out.push_str(&clients(node));
    out
}

/// The answers in a sentence each, newest release first.
fn verdicts(node: &NodeAnswer) -> String {
    let mut verdicts: Vec<(Vec<Release>, super::answer::Verdict)> = Vec::new();
    for outcome in node.outcomes.iter().rev() {
        let own = node.verdict(outcome);
        match verdicts.iter_mut().find(|(_, known)| *known == own) {
            Some((releases, _)) => releases.push(outcome.release),
            None => verdicts.push((vec![outcome.release], own)),
        }
    }
    let are_many = verdicts.len() > 1;
    verdicts
        .iter()
        .map(|(releases, own)| {
            let (style, sign) = match own.is_good {
                true => (GOOD, "✓"),
                false => (BAD, "✗"),
            };
            let releases = are_many.then_some(releases.as_slice());
            verdict(style, sign, releases, &own.text)
        })
        .collect()
}

/// The clients that this applies to, and how to try it.
fn clients(node: &NodeAnswer) -> String {
    let mut sheet = Sheet::default();
    let newest = node.outcomes.last();
    if !newest.is_some_and(|outcome| outcome.starts) {
        return sheet.out;
    }
    let _ = write!(sheet.out, "\n{}", rule("clients"));
    sheet.section(
        "applies to",
        FAINT,
        "the kubelet, crictl and other clients of CRI",
    );
    for other in OTHERS {
        sheet.more(FAINT, other);
    }
    let root = newest.and_then(|outcome| outcome.roots.first());
    let root = root.filter(|root| {
        root.starts_with('/') && !root.contains(':') && node.is_there(root) != Some(false)
    });
    let commands = commands(root.map(String::as_str), "docker.io/library/busybox:latest");
    for (index, (_, command)) in commands.iter().enumerate() {
        let label = if index == 0 { "try it" } else { "" };
        let _ = writeln!(sheet.out, "  {label:<12}{}", visible(command));
    }
    sheet.out
}

struct Page<'a> {
    node: &'a NodeAnswer,
    outcome: &'a ConfigOutcome,
    sheet: Sheet,
}

impl Page<'_> {
    fn outcome(&mut self) {
        self.daemon();
        if self.outcome.starts {
            self.cri();
            if self.outcome.cri != Cri::Absent {
                self.config_path();
                self.pulls();
                self.roots();
                self.headers();
                self.sandbox();
            }
        }
        self.files();
        self.deprecated();
        self.ignored();
    }

    fn daemon(&mut self) {
        match (&self.outcome.fault, self.outcome.starts) {
            (Some(fault), false) => {
                let text = format!("✗ does not start: {}", self.hidden(&fault.reason));
                self.sheet.section("daemon", BAD, &text);
                self.at(fault.place.as_ref());
            }
            _ => self.sheet.section("daemon", GOOD, "✓ starts"),
        }
        for place in &self.outcome.unknown {
            let text = "– an import that cannot be read was left out";
            self.sheet.more(ODD, text);
            self.at(Some(place));
        }
    }

    fn cri(&mut self) {
        match (self.outcome.cri, &self.outcome.fault) {
            (Cri::Fails, Some(fault)) => {
                let text = format!("✗ does not load: {}", self.hidden(&fault.reason));
                self.sheet.section("CRI", BAD, &text);
                self.at(fault.place.as_ref());
                self.sheet.more(FAINT, "the node cannot run pods");
            }
            (Cri::Absent, _) => {
                let text = "✗ disabled: the kubelet cannot connect to containerd";
                self.sheet.section("CRI", BAD, text);
                self.at(self.outcome.disabled.as_ref());
            }
            _ => self.sheet.section("CRI", GOOD, "✓ loads"),
        }
        if let Some(place) = &self.outcome.server_disabled {
            let text = "✗ but its server is disabled: the kubelet cannot connect to containerd";
            self.sheet.more(BAD, text);
            self.at(Some(place));
        }
    }

    fn config_path(&mut self) {
        let outcome = self.outcome;
        match (outcome.config_path.as_str(), outcome.is_built_in()) {
            ("", true) => {
                let path = match outcome.pull {
                    Pull::Transfer => outcome.roots.first().cloned().unwrap_or_default(),
                    Pull::Local => outcome.roots.join(":"),
                };
                let text = format!("– {path}");
                self.sheet.section("config path", ODD, &text);
                self.sheet
                    .more(FAINT, "built into this release; no file sets it");
            }
            ("", false) => self.sheet.section("config path", ODD, "– not set"),
            (path, _) => {
                let is_right = outcome.cri != Cri::Loads || self.node.verdict(outcome).is_good;
                let (style, sign) = match is_right {
                    _ if is_windows_path(path) => (ODD, "–"),
                    true => (GOOD, "✓"),
                    false => (BAD, "✗"),
                };
                self.sheet
                    .section("config path", style, &format!("{sign} {path}"));
                self.at(outcome.config_path_place.as_ref());
            }
        }
    }

    fn pulls(&mut self) {
        let outcome = self.outcome;
        let text = match outcome.pull {
            Pull::Transfer => "  through the transfer service",
            Pull::Local => "  by CRI itself",
        };
        self.sheet.section("pulls", FAINT, text);
        if let Some(forced) = &outcome.forced_local_pull {
            let text = format!("  because of `{}`", forced.key());
            self.sheet.more(FAINT, &text);
            self.at(Some(&forced.place));
        }
    }

    fn roots(&mut self) {
        let outcome = self.outcome;
        if outcome.roots.is_empty() {
            let text = match outcome.deprecated.is_empty() {
                true => "– nowhere: every pull goes straight to its registry",
                false => "– nowhere: the deprecated tables decide where pulls go",
            };
            return self.sheet.section("looked in", ODD, text);
        }
        for (index, root) in outcome.roots.iter().enumerate() {
            let label = if index == 0 { "looked in" } else { "" };
            let is_there = self.node.is_there(root);
            if is_windows_path(&outcome.config_path) {
                let text = format!("– {}", outcome.config_path);
                self.sheet.section(label, ODD, &text);
                self.sheet.more(
                    ODD,
                    "a Windows path, which is not checked: certsd-lint models containerd on Linux",
                );
                return;
            } else if outcome.pull == Pull::Transfer && root.contains(':') && is_there != Some(true)
            {
                let text = format!("✗ {root}");
                self.sheet.section(label, BAD, &text);
                let text = "read as the name of ONE directory, which does not exist: no \
                            hosts.toml is read (containerd#12636)";
                self.sheet.more(BAD, text);
            } else if !root.starts_with('/') {
                self.sheet.section(label, ODD, &format!("– {root}"));
                let text = "relative to the daemon's working directory, which is / for a service";
                self.sheet.more(ODD, text);
            } else if is_there == Some(false) {
                let (style, sign) = match outcome.is_built_in() || outcome.roots.len() > 1 {
                    true => (ODD, "–"),
                    false => (BAD, "✗"),
                };
                self.sheet.section(label, style, &format!("{sign} {root}"));
                self.sheet.more(
                    style,
                    match self.node.is_file(root) {
                        true => "is a file",
                        false => "does not exist",
                    },
                );
            } else if self.node.verdict(outcome).is_good || outcome.cri != Cri::Loads {
                self.sheet.section(label, GOOD, &format!("✓ {root}"));
            } else {
                self.sheet.section(label, BAD, &format!("✗ {root}"));
            }
        }
    }

    /// The image that every pod needs, and where it comes from.
    fn sandbox(&mut self) {
        let sandbox = self.node.sandbox(self.outcome);
        match &sandbox.place {
            Some(place) => {
                self.sheet
                    .section("sandbox", FAINT, &format!("  {}", sandbox.image));
                self.at(Some(place));
            }
            // The tag differs from release to release, and is the same question for all.
            None => {
                let (name, _) = sandbox
                    .image
                    .rsplit_once(':')
                    .unwrap_or((&sandbox.image, ""));
                let text = format!("  {name}, with the tag that is built in");
                self.sheet.section("sandbox", FAINT, &text);
            }
        }
        match &sandbox.pulled_from {
            Some(Ok(hosts)) if hosts.is_empty() => {
                self.sheet
                    .more(BAD, "✗ no endpoint may resolve its tag: no pod starts");
            }
            Some(Ok(hosts)) => {
                self.sheet
                    .more(FAINT, &format!("pulled from {}", hosts.join(", then ")));
            }
            Some(Err(why)) => {
                let text = format!("✗ cannot be pulled, so no pod starts: {why}");
                self.sheet.more(BAD, &self.hidden(&text));
            }
            None => {}
        }
    }

    fn headers(&mut self) {
        let headers = self.outcome.registry.settings.table(&["headers"]);
        let names: Vec<&str> = headers
            .into_iter()
            .flat_map(Table::entries)
            .map(|(key, _)| key.name.as_str())
            .collect();
        if !names.is_empty() {
            let text = format!("  sent to every registry: {}", names.join(", "));
            self.sheet.section("headers", FAINT, &text);
        }
    }

    /// The drop-ins, in the order in which they are merged.
    fn files(&mut self) {
        let mut label = "drop-ins";
        for file in self.outcome.files.iter().skip(1) {
            self.sheet
                .section(label, FAINT, &format!("  {}", self.node.shown(&file.path)));
            self.at(file.imported.as_ref());
            label = "";
        }
        if !self.outcome.starts {
            return;
        }
        // The built-in configuration names a folder of drop-ins from 2.2, but it is not a part of a file that does not.
        for path in self.node.unread_drop_ins(self.outcome) {
            self.sheet.section(label, ODD, &format!("– {path}"));
            self.sheet
                .more(ODD, "exists but is not read: `imports` does not name it");
            label = "";
        }
    }

    fn deprecated(&mut self) {
        let mut label = "deprecated";
        for (name, place) in &self.outcome.deprecated {
            self.sheet.section(label, ODD, &format!("– `{name}`"));
            self.at(Some(place));
            label = "";
        }
    }

    fn ignored(&mut self) {
        let mut label = "ignored";
        for ignored in &self.outcome.ignored {
            let what = self.hidden(&ignored.what);
            self.sheet.section(label, BAD, &format!("✗ {what}"));
            let why = self.node.why_ignored(self.outcome, &ignored.why);
            self.sheet.more(FAINT, &self.hidden(&why));
            self.at(Some(&ignored.place));
            label = "";
        }
    }

    fn hidden(&self, text: &impl ToString) -> String {
        self.node.hidden(self.outcome, &text.to_string())
    }

    fn at(&mut self, place: Option<&Place>) {
        if let Some(location) = place.and_then(|place| self.node.locate(self.outcome, place)) {
            let at = location.position;
            let text = format!("at {}:{}:{}", location.path, at.line, at.column);
            // A path is not broken, however long it is.
            self.sheet.indented(FAINT, INDENT, &visible(&text));
        }
    }
}
