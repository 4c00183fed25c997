//! The settings of a run as a settings file, each with where it comes from.

use std::fmt::{Display, Write};

use super::layer::{Given, Layer, Origin};
use super::list::{SETTINGS, Setting};
use super::merge::Effective;
use super::read::LEVELS;
use crate::finding::{Environment, Level};
use crate::printable::{ends_like_command, is_unprintable, one_line};

/// The effective settings as TOML; comments say where each comes from.
pub fn print(effective: &Effective) -> String {
    let empty = Layer::default();
    let printer = Printer {
        effective,
        file: effective.file.as_ref().map_or(&empty, |file| &file.layer),
        flags: &effective.flags,
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
    flags: &'a Layer,
}

impl Printer<'_> {
    /// A setting's value as TOML, and where it comes from.
    fn setting(&self, setting: &Setting) -> Option<(String, String)> {
        let Printer {
            effective,
            file,
            flags,
        } = self;
        let settings = &effective.settings;
        let environment = environment_word(settings.environment);
        match setting.name {
            "containerd" => Some((
                array(settings.releases.iter()),
                self.origin(&flags.containerd, &file.containerd),
            )),
            "deploy-path" => Some((
                quoted(settings.deploy_path.as_ref()?),
                self.origin(&flags.deploy_path, &file.deploy_path),
            )),
            "sysroot" => Some((
                quoted(settings.sysroot.as_ref()?.display()),
                self.origin(&flags.sysroot, &file.sysroot),
            )),
            "containerd-config" => Some((
                quoted(settings.containerd_config.as_ref()?.display()),
                self.origin(&flags.containerd_config, &file.containerd_config),
            )),
            "environment" => Some((
                quoted(environment),
                self.origin(&flags.environment, &file.environment),
            )),
            "private" => Some(self.both(&file.private, &flags.private)),
            "public" => Some(self.both(&file.public, &flags.public)),
            "exclude" => Some(self.both(&file.exclude, &flags.exclude)),
            "days-before-expiry" => Some((
                settings.days_before_expiry.to_string(),
                self.origin(&flags.days_before_expiry, &file.days_before_expiry),
            )),
            "min-severity" => Some((
                quoted(effective.min_severity.word()),
                self.origin(&flags.min_severity, &file.min_severity),
            )),
            "fail-on" => {
                let word = clap::ValueEnum::to_possible_value(&effective.fail_on);
                let word = word.map(|word| word.get_name().to_owned());
                Some((
                    quoted(word.unwrap_or_default()),
                    self.origin(&flags.fail_on, &file.fail_on),
                ))
            }
            "baseline" => Some((
                quoted(effective.baseline.as_ref()?.display()),
                self.origin(&flags.baseline, &file.baseline),
            )),
            // What these lists come to stands below `[rules]`.
            _ => None,
        }
    }

    /// A list to which both sources add.
    fn both<T: Display>(&self, file: &[Given<T>], flags: &[Given<T>]) -> (String, String) {
        let all = file.iter().chain(flags);
        let mut origins: Vec<String> = all.clone().map(|g| self.name(&g.origin)).collect();
        origins.dedup();
        if origins.is_empty() {
            origins.push(self.name(&Origin::Default));
        }
        (array(all.map(|given| &given.value)), origins.join(", "))
    }

    fn origin<T>(&self, flag: &Option<Given<T>>, file: &Option<Given<T>>) -> String {
        let given = flag.as_ref().or(file.as_ref());
        self.name(given.map_or(&Origin::Default, |given| &given.origin))
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

    fn overrides(&self, out: &mut String) {
        let merged = &self.effective.settings.overrides;
        for (layer, merged) in self.file.overrides.iter().zip(merged) {
            let origin = layer.paths.first().map_or(&Origin::Default, |p| &p.origin);
            let origin = self.name(origin);
            let paths = array(layer.paths.iter().map(|p| &p.value));
            let _ = writeln!(out, "\n[[overrides]]\npaths = {paths}  # {origin}");
            if let Some(given) = &layer.environment {
                let word = quoted(environment_word(given.value));
                let _ = writeln!(out, "environment = {word}  # {}", self.name(&given.origin));
            }
            for (rule, level) in &merged.severities {
                let _ = writeln!(out, "rules.{rule} = {}", quoted(level_word(*level)));
            }
        }
    }
}

fn environment_word(environment: Environment) -> &'static str {
    match environment {
        Environment::Production => "production",
        Environment::Development => "development",
    }
}

fn level_word(level: Level) -> &'static str {
    LEVELS
        .iter()
        .find(|(_, known)| *known == level)
        .map_or("", |(word, _)| word)
}

fn quoted(text: impl Display) -> String {
    let text = text.to_string();
    match text.contains(['\n', '\r']) {
        // One line for each setting: what JSON spells is spelled so in TOML.
        true => serde_json::Value::from(text).to_string(),
        false => toml_edit::Value::from(text).to_string(),
    }
}

fn array(items: impl Iterator<Item = impl Display>) -> String {
    let items: Vec<String> = items.map(quoted).collect();
    format!("[{}]", items.join(", "))
}
