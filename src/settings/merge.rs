//! From the settings file and the flags to the settings of a run. Flags win.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use super::hosts;
use super::layer::{FailOn, Given, Layer, Origin};
use super::list::SETTINGS;
use super::problem::{Problem, SettingsError};
use super::read::SettingsFile;
use super::selector::Selector;
use crate::containerd::Release;
use crate::disk::PathGlobs;
use crate::facts::Rule;
use crate::finding::{Environment, HostPatterns, Level, Override, Settings, Severity};
use crate::rules::RULES;

/// The settings of a run, and where they come from.
#[derive(Debug)]
pub struct Effective {
    /// The settings for the engine.
    pub settings: Settings,
    /// From which severity on findings decide the exit code.
    pub fail_on: FailOn,
    /// The lowest severity that is reported.
    pub min_severity: Severity,
    /// The file of known findings.
    pub baseline: Option<PathBuf>,
    /// The settings file.
    pub file: Option<SettingsFile>,
    /// The merged settings of the file and the flags.
    pub merged: Layer,
    /// The decision for each mentioned rule, and its source.
    pub decisions: BTreeMap<&'static str, Decision>,
    /// The globs of the file that were not asked yet whether they match anything: each list and the
    /// places of its globs.
    globs: Vec<(PathGlobs, Vec<Origin>)>,
}

/// The decision for a rule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decision {
    /// The level.
    pub level: Level,
    /// The source of the last decision.
    pub origin: Origin,
}

/// Puts the file and the flags together.
pub fn merge(file: Option<SettingsFile>, flags: Layer) -> Result<Effective, SettingsError> {
    let empty = Layer::default();
    let below = file.as_ref().map_or(&empty, |file| &file.layer);
    let decisions = decisions(&[below, &flags]);
    let mut globs = Vec::new();

    let mut exclude = path_globs(&below.base, &below.exclude, "--exclude")?;
    globs.push((exclude.clone(), origins(&below.exclude)));
    exclude.extend(&path_globs(&flags.base, &flags.exclude, "--exclude")?);

    let merged = merged(below, &flags);
    let is_given = |releases: &Given<Vec<Release>>| releases.origin != Origin::Default;
    let is_chosen = |environment: &Given<Environment>| environment.origin != Origin::Default;
    let mut settings = Settings {
        releases_named: merged.containerd.as_ref().is_some_and(is_given),
        releases: value(&merged.containerd).map(sorted).unwrap_or_default(),
        deploy_path: value(&merged.deploy_path),
        sysroot: value(&merged.sysroot),
        containerd_config: value(&merged.containerd_config),
        private: patterns(&merged.private, "--private")?,
        public: patterns(&merged.public, "--public")?,
        environment_named: merged.environment.as_ref().is_some_and(is_chosen),
        environment: value(&merged.environment).unwrap_or_default(),
        file: file.as_ref().map(|file| file.source.path.clone()),
        ..Settings::default()
    };
    settings.exclude.globs = exclude;
    if let Some(days) = value(&merged.days_before_expiry) {
        settings.days_before_expiry = days;
    }
    let carriers = value(&merged.carriers).unwrap_or_default();
    let without = carriers.into_iter().filter(|(_, is_read)| !is_read);
    settings.without_carriers = without.map(|(kind, _)| kind).collect();
    settings.severities = decisions
        .iter()
        .map(|(name, decision)| (*name, decision.level))
        .collect();
    for layer in &below.overrides {
        let paths = path_globs(&below.base, &layer.paths, "overrides")?;
        globs.push((paths.clone(), origins(&layer.paths)));
        let mut severities = BTreeMap::new();
        for given in by_specificity(&layer.layer.severities) {
            let (selector, level) = given.value;
            let rules = RULES.iter().filter(|rule| selector.matches(rule));
            for rule in rules.filter(|rule| !decided_by_flags(rule, &decisions, &flags)) {
                severities.insert(rule.name, level);
            }
        }
        let of_paths = &layer.layer;
        // The flags apply to all paths.
        fn unless<T: Clone>(flag: &Option<Given<T>>, of_paths: &Option<Given<T>>) -> Option<T> {
            match flag {
                Some(_) => None,
                None => value(of_paths),
            }
        }
        settings.overrides.push(Override {
            paths,
            environment: unless(&flags.environment, &of_paths.environment),
            releases: unless(&flags.containerd, &of_paths.containerd).map(sorted),
            deploy_path: unless(&flags.deploy_path, &of_paths.deploy_path),
            containerd_config: unless(&flags.containerd_config, &of_paths.containerd_config),
            private: patterns(&of_paths.private, "overrides")?,
            public: patterns(&of_paths.public, "overrides")?,
            severities,
        });
    }
    for namespace in &below.namespaces {
        let path = std::slice::from_ref(&namespace.path);
        let paths = path_globs(&below.base, path, "namespaces")?;
        globs.push((paths.clone(), origins(path)));
        settings
            .namespaces
            .push((paths, namespace.registry.value.clone()));
    }
    Ok(Effective {
        fail_on: value(&merged.fail_on).unwrap_or_default(),
        min_severity: value(&merged.min_severity).unwrap_or(Severity::Note),
        baseline: value(&merged.baseline),
        settings,
        file,
        merged,
        decisions,
        globs,
    })
}

/// The merged values of two layers, and the defaults.
fn merged(file: &Layer, flags: &Layer) -> Layer {
    let defaults = Settings::default();
    let mut merged = Layer {
        containerd: Layer::by_default(defaults.releases),
        environment: Layer::by_default(defaults.environment),
        days_before_expiry: Layer::by_default(defaults.days_before_expiry),
        min_severity: Layer::by_default(Severity::Note),
        fail_on: Layer::by_default(FailOn::default()),
        ..Layer::default()
    };
    for setting in SETTINGS {
        (setting.access.over)(&mut merged, file);
        (setting.access.over)(&mut merged, flags);
    }
    merged
}

impl Effective {
    /// Marks the globs of the settings file that match a path of this run.
    pub fn looked_at(&self, path: &str) {
        for (globs, _) in &self.globs {
            globs.is_match(path);
        }
    }

    /// The globs of the settings file that match none of the paths that were looked at.
    pub fn unmatched_globs(&self) -> Vec<Problem> {
        let mut problems: Vec<Problem> = self
            .globs
            .iter()
            .flat_map(|(globs, origins)| globs.unused().map(move |(i, glob)| (glob, &origins[i])))
            .filter_map(|(glob, origin)| match origin {
                Origin::File(span) => Some(
                    Problem::warning(span.clone(), format!("`{glob}` matches nothing"))
                        .label("no file or directory in this run"),
                ),
                _ => None,
            })
            .collect();
        problems.sort_by_cached_key(|problem| problem.span.start);
        problems
    }
}

fn value<T: Clone>(given: &Option<Given<T>>) -> Option<T> {
    given.as_ref().map(|given| given.value.clone())
}

fn sorted(mut releases: Vec<Release>) -> Vec<Release> {
    releases.sort();
    releases.dedup();
    releases
}

fn origins<T>(list: &[Given<T>]) -> Vec<Origin> {
    list.iter().map(|given| given.origin.clone()).collect()
}

fn path_globs(
    base: &Path,
    list: &[Given<String>],
    flag: &'static str,
) -> Result<PathGlobs, SettingsError> {
    let mut globs = PathGlobs::default();
    for given in list {
        globs
            .add(base, &given.value)
            .map_err(|error| SettingsError::Flag {
                flag,
                message: format!("`{}` is not a valid glob: {}", given.value, error.kind()),
            })?;
    }
    Ok(globs)
}

fn patterns(list: &[Given<String>], flag: &'static str) -> Result<HostPatterns, SettingsError> {
    let texts = list.iter().map(|given| given.value.as_str());
    hosts::host_patterns(texts).map_err(|message| SettingsError::Flag { flag, message })
}

/// The general before the particular, so that the latter has the last word.
fn by_specificity(list: &[Given<(Selector, Level)>]) -> Vec<&Given<(Selector, Level)>> {
    let mut sorted: Vec<_> = list.iter().collect();
    sorted.sort_by_cached_key(|given| given.value.0.specificity());
    sorted
}

/// Whether the flags switch this rule off or set its severity. Then the file's settings for some
/// paths do not apply.
fn decided_by_flags(
    rule: &Rule,
    decisions: &BTreeMap<&'static str, Decision>,
    flags: &Layer,
) -> bool {
    let off = decisions.get(rule.name).is_some_and(|decision| {
        decision.level == Level::Off && matches!(decision.origin, Origin::Flag(_))
    });
    off || flags.severities.iter().any(|s| s.value.0.matches(rule))
}

/// The decisions of the layers for each rule, one after the other. `select` overrides which rules earlier layers let
/// run, but not their severities. Within a layer, the name of a rule counts more than that of its
/// category, and `ignore` more than `select`.
fn decisions(layers: &[&Layer]) -> BTreeMap<&'static str, Decision> {
    let mut decided = BTreeMap::new();
    for rule in RULES {
        let mut state = State {
            on: rule.on,
            severity: None,
            origin: Origin::Default,
        };
        for layer in layers {
            state.apply(layer, rule);
        }
        let level = match (state.on, state.severity) {
            (false, _) => Level::Off,
            (true, Some(severity)) => Level::Severity(severity),
            (true, None) => Level::On,
        };
        if state.origin != Origin::Default {
            let origin = state.origin;
            decided.insert(rule.name, Decision { level, origin });
        }
    }
    decided
}

/// The state of a rule so far.
struct State {
    on: bool,
    severity: Option<Severity>,
    origin: Origin,
}

impl State {
    fn turn(&mut self, on: bool, origin: &Origin) {
        if self.on != on {
            self.on = on;
            self.origin = origin.clone();
        }
    }

    fn apply(&mut self, layer: &Layer, rule: &Rule) {
        let named = |list: &[Given<Selector>], specificity: usize| {
            list.iter()
                .find(|s| s.value.specificity() == specificity && s.value.matches(rule))
                .map(|given| given.origin.clone())
        };
        let select = layer.select.as_deref();
        let was_on = self.on;
        if select.is_some() {
            self.on = false;
        }
        let mut by = None;
        for specificity in 0..3 {
            let chosen = named(select.unwrap_or_default(), specificity)
                .or_else(|| named(&layer.extend_select, specificity));
            if let Some(origin) = chosen {
                self.on = true;
                by = Some(origin);
            }
            if let Some(origin) = named(&layer.ignore, specificity) {
                self.on = false;
                by = Some(origin);
            }
        }
        if self.on != was_on {
            // A rule that is not selected was turned off by the list that does not name it.
            let list = select.and_then(|list| list.first());
            self.origin = by
                .or_else(|| list.map(|given| given.origin.clone()))
                .unwrap_or(Origin::Flag("--select"));
        } else if by.is_some() && !self.on {
            self.origin = by.unwrap_or(Origin::Default);
        }
        for given in by_specificity(&layer.severities) {
            let (selector, level) = given.value;
            if !selector.matches(rule) {
                continue;
            }
            let by_name = matches!(selector, Selector::Rule(_));
            match level {
                Level::Off => self.turn(false, &given.origin),
                Level::On => self.turn(true, &given.origin),
                Level::Severity(severity) => {
                    // A category's severity is not meant to start the rules that are off.
                    if by_name {
                        self.turn(true, &given.origin);
                    }
                    self.severity = Some(severity);
                    self.origin = given.origin.clone();
                }
            }
        }
    }
}
