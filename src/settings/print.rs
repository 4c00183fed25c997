//! The settings of a run as a settings file, each with where it comes from.

use std::fmt::Write;

use super::layer::{Layer, Origin};
use super::list::{SETTINGS, Setting};
use super::merge::Effective;
use super::words::{LEVELS, array, quoted};
use crate::finding::Level;
use crate::printable::{ends_like_command, is_unprintable, one_line};

/// The effective settings as TOML; comments say where each comes from.
pub fn print(effective: &Effective) -> String {
    let empty = Layer::default();
    let printer = Printer {
        effective,
        file: effective.file.as_ref().map_or(&empty, |file| &file.layer),
    };
    let mut out = String::new();
    match &effective.file {
        Some(file) => out.push_str(&format!(
            "# settings file: {}\n",
            one_line(&file.source.path.to_string_lossy())
        )),
        None => out.push_str("# settings file: none\n"),
    }
    for setting in SETTINGS {
        if let Some((value, origin)) = printer.setting(setting) {
            let _ = writeln!(out, "{} = {value}  # {origin}", setting.name);
        }
    }
    printer.rules(&mut out);
    printer.namespaces(&mut out);
    printer.overrides(&mut out);
    escaped(&out)
}

/// The text with what cannot be printed in TOML's own spelling.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for line in text.lines() {
        for c in line.chars() {
            match u32::from(c) {
                // See `printable`: no command for a runner that reads along.
                _ if c == '[' && ends_like_command(&out) => out.push_str("\\u005b"),
                _ if !is_unprintable(c) => out.push(c),
                code @ 0..=0xffff => _ = write!(out, "\\u{code:04x}"),
                code => _ = write!(out, "\\U{code:08x}"),
            }
        }
        out.push('\n');
    }
    out
}

struct Printer<'a> {
    effective: &'a Effective,
    file: &'a Layer,
}

impl Printer<'_> {
    /// A setting's value as TOML, and where it comes from.
    fn setting(&self, setting: &Setting) -> Option<(String, String)> {
        let access = &setting.access;
        let merged = &self.effective.merged;
        let value = (access.write)(merged)?;
        let mut origins: Vec<String> = (access.origins)(merged)
            .into_iter()
            .map(|origin| self.name(origin))
            .collect();
        origins.dedup();
        if origins.is_empty() {
            origins.push(self.name(&Origin::Default));
        }
        Some((value, origins.join(", ")))
    }

    /// Where something comes from, in words.
    fn name(&self, origin: &Origin) -> String {
        match (origin, &self.effective.file) {
            (Origin::Default, _) => "default".to_owned(),
            (Origin::Flag(flag), _) => (*flag).to_owned(),
            (Origin::File(span), Some(file)) => {
                let name = file.source.path.file_name().unwrap_or_default();
                let line = file.source.line(span.start);
                format!("{}:{line}", name.to_string_lossy())
            }
            (Origin::File(_), None) => "the settings file".to_owned(),
        }
    }

    fn rules(&self, out: &mut String) {
        if self.effective.decisions.is_empty() {
            return;
        }
        out.push_str("\n[rules]\n");
        for (rule, decision) in &self.effective.decisions {
            let level = quoted(level_word(decision.level));
            let origin = self.name(&decision.origin);
            let _ = writeln!(out, "{rule} = {level}  # {origin}");
        }
    }

    fn namespaces(&self, out: &mut String) {
        for namespace in &self.file.namespaces {
            let (path, registry) = (&namespace.path, &namespace.registry);
            let (origin, path) = (self.name(&path.origin), quoted(&path.value));
            let registry = quoted(&registry.value);
            let _ = writeln!(
                out,
                "\n[[namespaces]]\npath = {path}  # {origin}\nregistry = {registry}"
            );
        }
    }

    fn overrides(&self, out: &mut String) {
        let merged = &self.effective.settings.overrides;
        for (layer, merged) in self.file.overrides.iter().zip(merged) {
            let origin = layer.paths.first().map_or(&Origin::Default, |p| &p.origin);
            let origin = self.name(origin);
            let paths = array(layer.paths.iter().map(|p| &p.value));
            let _ = writeln!(out, "\n[[overrides]]\npaths = {paths}  # {origin}");
            for setting in SETTINGS.iter().filter(|setting| setting.per_path) {
                let origins = (setting.access.origins)(&layer.layer);
                let value = (setting.access.write)(&layer.layer);
                if let (Some(value), Some(origin)) = (value, origins.first()) {
                    let _ = writeln!(out, "{} = {value}  # {}", setting.name, self.name(origin));
                }
            }
            for (rule, level) in &merged.severities {
                let _ = writeln!(out, "rules.{rule} = {}", quoted(level_word(*level)));
            }
        }
    }
}

fn level_word(level: Level) -> &'static str {
    LEVELS
        .iter()
        .find(|(_, known)| *known == level)
        .map_or("", |(word, _)| word)
}
