//! The answers, drawn for a person: why a tree is not read has to be on the first screen.

use std::fmt::Write;

use super::answer::Node;
use crate::cli::drawing::style::{BAD, FAINT, GOOD, ODD, STRONG, paint, visible};
use crate::cli::drawing::{INDENT, Sheet, rule, title};
use crate::containerd::Release;
use crate::containerd::node::{Cri, Outcome, Pull};
use crate::toml::document::{Place, Table};

/// The drawing. Releases whose drawings are the same share one.
pub fn draw(node: &Node) -> String {
    let mut groups: Vec<(Vec<Release>, String)> = Vec::new();
    for outcome in &node.outcomes {
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
    let mut out = format!("{}\n", paint(STRONG, &visible(&node.shown)));
    let version = node.outcomes.first().and_then(|o| o.files.first());
    if let Some(file) = version.filter(|file| !file.settings.is_empty()) {
        let text = match file.version {
            0 => "no `version` in it: containerd takes it for version 1".to_owned(),
            version => format!("version {version}"),
        };
        let _ = writeln!(out, "{}", paint(FAINT, &text));
    }
    if node.is_drop_in() {
        let text =
            "a drop-in, shown as if it were all: name the config.toml that imports it to see both";
        let _ = writeln!(out, "{}", paint(FAINT, text));
    }
    for (releases, body) in groups {
        let _ = write!(out, "\n{}{body}", rule(&title(&releases)));
    }
    out
}

struct Page<'a> {
    node: &'a Node,
    outcome: &'a Outcome,
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
            let text = "– an import that this machine cannot look at was left out";
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
                let text = "✗ disabled: there is nothing that the kubelet could talk to";
                self.sheet.section("CRI", BAD, text);
                self.at(self.outcome.disabled.as_ref());
            }
            _ => self.sheet.section("CRI", GOOD, "✓ loads"),
        }
        if let Some(place) = &self.outcome.server_disabled {
            let text =
                "✗ but its server is disabled: there is nothing that the kubelet could talk to";
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
                self.sheet
                    .section("config path", GOOD, &format!("✓ {path}"));
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
            let text = format!("  because of {}", forced.name);
            self.sheet.more(FAINT, &text);
            self.at(Some(&forced.place));
        }
    }

    fn roots(&mut self) {
        let outcome = self.outcome;
        if outcome.roots.is_empty() {
            let text = match outcome.deprecated.is_empty() {
                true => "– nowhere: every pull goes to the registry itself",
                false => "– nowhere: the old tables say where pulls go",
            };
            return self.sheet.section("looked in", ODD, text);
        }
        for (index, root) in outcome.roots.iter().enumerate() {
            let label = if index == 0 { "looked in" } else { "" };
            if outcome.pull == Pull::Transfer && root.contains(':') {
                let text = format!("✗ {root}");
                self.sheet.section(label, BAD, &text);
                let text = "taken for the name of ONE directory, which is not there: no \
                            hosts.toml is read (containerd#12636)";
                self.sheet.more(BAD, text);
            } else if !root.starts_with('/') {
                self.sheet.section(label, ODD, &format!("– {root}"));
                let text = "relative to where the daemon was started, which is / for a service";
                self.sheet.more(ODD, text);
            } else {
                self.sheet.section(label, GOOD, &format!("✓ {root}"));
            }
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
        // The built-in configuration names a folder of drop-ins from 2.2, but it is no part of a file that does not.
        for path in self.node.unread_drop_ins(self.outcome) {
            self.sheet.section(label, ODD, &format!("– {path}"));
            self.sheet
                .more(ODD, "is there, and is not read: `imports` does not name it");
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
            self.sheet.more(FAINT, &self.hidden(&ignored.why));
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
