//! Reads a settings file. Every message knows its place, and all of them are reported at once.

use std::collections::BTreeMap;
use std::ops::Range;
use std::path::{Path, PathBuf};

use toml_edit::{Document, Item, TableLike, Value};

use super::layer::{Given, Layer, NamespaceLayer, Origin, OverrideLayer};
use super::list::{NAMESPACE_KEYS, PATHS, SETTINGS, Setting, override_settings};
use super::problem::{Problem, SettingsError, SourceFile};
use super::selector::Selector;
use super::words::LEVELS;
use super::{check, hosts};
use crate::carriers::CarrierKind;
use crate::containerd::FileError;
use crate::containerd::release::parse_releases;
use crate::disk::{PathGlobs, Reach, absolute};
use crate::finding::Level;
use crate::limits::{
    MAX_ENTRIES, MAX_PATTERN_BYTES, MAX_PATTERNS, MAX_PROBLEMS, has_too_many_entries,
};
use crate::repair::nearest;

/// Larger than any settings file.
const MAX_SIZE: u64 = 1024 * 1024;

/// A settings file that was read.
#[derive(Debug, Clone)]
pub struct SettingsFile {
    /// Its path and text.
    pub source: SourceFile,
    /// The settings in it.
    pub layer: Layer,
    /// The likely mistakes in it.
    pub warnings: Vec<Problem>,
}

/// Reads the settings file at `path`.
pub fn read(path: &Path) -> Result<SettingsFile, SettingsError> {
    let unreadable = |reason: String| SettingsError::Unreadable {
        path: path.to_owned(),
        reason,
    };
    let bytes = crate::disk::read_named_or_piped(path, MAX_SIZE);
    let bytes = bytes.map_err(|error| unreadable(error.to_string()))?;
    let text = String::from_utf8(bytes).map_err(|error| {
        let at = error.utf8_error().valid_up_to();
        let line = error.as_bytes()[..at]
            .iter()
            .filter(|b| **b == b'\n')
            .count()
            + 1;
        unreadable(format!("it is not UTF-8: see line {line}"))
    })?;
    of_text(path, &text)
}

/// Takes this text for that of the settings file at `path`, as [`read`] does with the one on the disk.
pub fn of_text(path: &Path, text: &str) -> Result<SettingsFile, SettingsError> {
    if has_too_many_entries(text.as_bytes(), MAX_ENTRIES) {
        return Err(SettingsError::Unreadable {
            path: path.to_owned(),
            reason: FileError::TooMany(MAX_ENTRIES).to_string(),
        });
    }
    let file = parse(path, text)?;
    let problems = paths_out_of_the_repository(path, &file.layer);
    match problems.is_empty() {
        true => Ok(file),
        false => Err(SettingsError::Wrong {
            source_file: file.source,
            problems,
        }),
    }
}

/// The paths that lead out of the repository that the settings are in. A pull request can write them, and what they lead to
/// would be quoted.
fn paths_out_of_the_repository(path: &Path, layer: &Layer) -> Vec<Problem> {
    let reach = Reach::of(path);
    let paths = [
        ("sysroot", &layer.sysroot),
        ("containerd-config", &layer.containerd_config),
        ("baseline", &layer.baseline),
    ];
    let paths = paths.iter().filter_map(|(name, given)| {
        let Given { value, origin } = given.as_ref()?;
        let Origin::File(span) = origin else {
            return None;
        };
        let leads_out = reach.resolve(value) == Err(FileError::LeadsOut);
        leads_out.then(|| {
            let message = format!("`{name}` leads out of the repository");
            let help = format!("give it on the command line: `--{name} PATH`");
            Problem::error(span.clone(), message).help(help)
        })
    });
    let mut problems: Vec<Problem> = paths.collect();
    problems.sort_by_cached_key(|problem| problem.span.start);
    problems
}

/// Reads the text of the settings file at `path`.
pub fn parse(path: &Path, text: &str) -> Result<SettingsFile, SettingsError> {
    let source = SourceFile::new(path, text);
    let directory = absolute(path).parent().map(Path::to_owned);
    let mut reader = Reader {
        base: directory.unwrap_or_else(|| PathBuf::from("/")),
        problems: Vec::new(),
        untold: 0,
        patterns: 0,
        pattern_bytes: 0,
    };
    let mut layer = Layer::new(&reader.base);
    match Document::parse(text) {
        Ok(document) => reader.top(document.as_table(), &mut layer),
        Err(error) => {
            let message = error.message().trim().replace('\n', ", ");
            let span = error.span().unwrap_or(0..0);
            reader.error(span, format!("invalid TOML: {message}"));
        }
    }
    // A mistake that results from another one is not reported.
    if reader.problems.is_empty() {
        check::check(&layer, &mut reader.problems);
    }
    let mut problems = reader.problems;
    let untold = reader.untold + problems.len().saturating_sub(MAX_PROBLEMS);
    problems.truncate(MAX_PROBLEMS);
    if let (1.., Some(last)) = (untold, problems.last()) {
        let message = format!("{untold} more problems are not shown");
        let span = last.span.clone();
        problems.push(match last.is_warning {
            true => Problem::warning(span, message),
            false => Problem::error(span, message),
        });
    }
    problems.sort_by_cached_key(|problem| problem.span.start);
    if problems.iter().any(|problem| !problem.is_warning) {
        return Err(SettingsError::Wrong {
            source_file: source,
            problems,
        });
    }
    Ok(SettingsFile {
        source,
        layer,
        warnings: problems,
    })
}

/// Reads values, and notes what is wrong with them.
pub struct Reader {
    base: PathBuf,
    problems: Vec<Problem>,
    /// How many more problems there are.
    untold: usize,
    /// How many globs and hosts were read, and their bytes.
    patterns: usize,
    pattern_bytes: usize,
}

impl Reader {
    fn error(&mut self, span: Range<usize>, message: impl Into<String>) -> &mut Problem {
        if self.problems.len() == MAX_PROBLEMS {
            // The last problem makes room, so that the caller can complete this one.
            self.untold += 1;
            self.problems.pop();
        }
        self.problems.push(Problem::error(span, message));
        self.problems.last_mut().expect("it was just pushed")
    }

    fn top(&mut self, table: &dyn TableLike, layer: &mut Layer) {
        for (key, item) in table.iter() {
            let span = key_span(table, key, item);
            match SETTINGS.iter().find(|setting| setting.name == key) {
                Some(setting) => (setting.access.read)(self, item, span, layer),
                None => self.unknown(key, span, SETTINGS.iter(), ""),
            }
        }
    }

    pub(super) fn overrides(&mut self, item: &Item, span: Range<usize>) -> Vec<OverrideLayer> {
        let tables = self.tables(item, span, "overrides");
        tables
            .into_iter()
            .map(|(table, span)| self.override_of(table, span))
            .collect()
    }

    /// A list of tables.
    fn tables<'i>(
        &mut self,
        item: &'i Item,
        span: Range<usize>,
        name: &str,
    ) -> Vec<(&'i dyn TableLike, Range<usize>)> {
        match item {
            Item::ArrayOfTables(tables) => tables
                .iter()
                .map(|t| (t as &dyn TableLike, t.span().unwrap_or(span.clone())))
                .collect(),
            Item::Value(Value::Array(array)) if array.iter().all(Value::is_inline_table) => array
                .iter()
                .filter_map(|v| Some((v.as_inline_table()? as &dyn TableLike, v.span()?)))
                .collect(),
            _ => {
                self.error(span, format!("`{name}` is a list of tables"))
                    .help = Some(format!("write `[[{name}]]`, with two brackets"));
                Vec::new()
            }
        }
    }

    fn override_of(&mut self, table: &dyn TableLike, whole: Range<usize>) -> OverrideLayer {
        let mut of_paths = OverrideLayer {
            layer: Layer::new(&self.base),
            ..OverrideLayer::default()
        };
        for (key, item) in table.iter() {
            let span = key_span(table, key, item);
            match SETTINGS.iter().find(|setting| setting.name == key) {
                Some(setting) if setting.per_path => {
                    (setting.access.read)(self, item, span, &mut of_paths.layer);
                }
                Some(_) => {
                    self.error(span, format!("`{key}` cannot be set for some paths only"))
                        .help = Some(
                        "it belongs to the top of the file, before the first [table]".to_owned(),
                    );
                }
                None if key == PATHS.name => of_paths.paths = self.globs(item, span),
                None => self.unknown(key, span, override_settings(), " of an override"),
            }
        }
        if !table.contains_key(PATHS.name) {
            self.error(whole, "missing `paths` in this override").help = Some(
                "set the paths that it applies to: `paths = [\"clusters/dev/**\"]`".to_owned(),
            );
        }
        of_paths
    }

    pub(super) fn namespaces(&mut self, item: &Item, span: Range<usize>) -> Vec<NamespaceLayer> {
        let tables = self.tables(item, span, "namespaces");
        tables
            .into_iter()
            .filter_map(|(table, span)| self.namespace(table, span))
            .collect()
    }

    fn namespace(&mut self, table: &dyn TableLike, whole: Range<usize>) -> Option<NamespaceLayer> {
        let (mut path, mut registry) = (None, None);
        let before = self.problems.len();
        for (key, item) in table.iter() {
            let span = key_span(table, key, item);
            match key {
                "path" => {
                    path = self
                        .text(item, span, "a path")
                        .map(|(text, span)| given(text, span))
                }
                "registry" => registry = self.registry(item, span),
                _ => {
                    let names = NAMESPACE_KEYS.map(|(name, ..)| name);
                    let near = nearest(key, names);
                    let problem = self.error(
                        span,
                        format!("unknown key `{key}` in an entry of `namespaces`"),
                    );
                    match near {
                        Some(near) => problem.label = format!("did you mean `{near}`?"),
                        None => {
                            problem.help = Some("the keys are `path` and `registry`".to_owned())
                        }
                    }
                }
            }
        }
        if let Some(given) = &path
            && self.has_room(1, given.value.len(), whole.clone())
        {
            let check = PathGlobs::default().add(&self.base, &given.value);
            if let (Err(error), Origin::File(span)) = (check, &given.origin) {
                let message = format!("`{}` is not a valid glob: {}", given.value, error.kind());
                self.error(span.clone(), message);
            }
        }
        for (key, _, example) in NAMESPACE_KEYS {
            if !table.contains_key(key) {
                self.error(
                    whole.clone(),
                    format!("missing `{key}` in this entry of `namespaces`"),
                )
                .help = Some(format!("add `{key} = \"{example}\"`"));
            }
        }
        if self.problems.len() > before {
            return None;
        }
        Some(NamespaceLayer {
            path: path?,
            registry: registry?,
        })
    }

    /// A registry as images name it.
    fn registry(&mut self, item: &Item, span: Range<usize>) -> Option<Given<String>> {
        let (text, span) = self.text(item, span, "a registry, such as \"quay.io\"")?;
        let bare = text
            .split_once("://")
            .map_or(text.as_str(), |(_, rest)| rest);
        let host = bare.split('/').next().unwrap_or_default();
        let right = match host {
            "registry-1.docker.io" | "index.docker.io" => "docker.io",
            host => host,
        };
        if host.is_empty() || host.contains(char::is_whitespace) {
            self.error(span, format!("`{text}` is not a registry"));
            return None;
        }
        if right != text {
            let problem = self.error(span, format!("`{text}` is not a registry host"));
            problem.label = format!("did you mean \"{right}\"?");
            return None;
        }
        Some(given(text, span))
    }

    fn unknown(
        &mut self,
        key: &str,
        span: Range<usize>,
        known: impl Iterator<Item = &'static Setting> + Clone,
        place: &str,
    ) {
        if self.problems.len() == MAX_PROBLEMS {
            self.untold += 1;
            return;
        }
        let also = known
            .clone()
            .find(|setting| setting.also_called.contains(&key))
            .map(|setting| setting.name);
        // A name from another tool is not a guess.
        let meant = also.or_else(|| nearest(key, known.clone().map(|setting| setting.name)));
        let is_rule = key.parse::<Selector>().is_ok();
        let names: Vec<_> = known.map(|setting| setting.name).collect();
        let problem = self.error(span, format!("unknown setting{place}: `{key}`"));
        match meant {
            _ if is_rule => {
                problem.label = "it is the name of a rule or category".to_owned();
                problem.help = Some(format!("write it below `[rules]`: `{key} = \"off\"`"));
            }
            Some(name) => {
                problem.label = format!("did you mean `{name}`?");
            }
            None => problem.help = Some(format!("the settings are {}", names.join(", "))),
        }
    }

    /// A value of the wrong type.
    fn wrong_type(&mut self, item: &Item, span: Range<usize>, wanted: &str) {
        let span = item.span().unwrap_or(span);
        let found = match item.type_name() {
            "string" => "text",
            "table" | "inline table" => "a table",
            "array" | "array of tables" => "a list",
            "integer" | "float" => "a number",
            "boolean" => "a boolean",
            _ => "something else",
        };
        self.error(span, format!("expected {wanted}, found {found}"));
    }

    fn text(
        &mut self,
        item: &Item,
        span: Range<usize>,
        wanted: &str,
    ) -> Option<(String, Range<usize>)> {
        match item.as_str() {
            Some(text) => Some((text.to_owned(), item.span().unwrap_or(span))),
            None => {
                self.wrong_type(item, span, wanted);
                None
            }
        }
    }

    /// A list of texts; one text represents a list of one.
    fn texts(
        &mut self,
        item: &Item,
        span: Range<usize>,
        what: &str,
    ) -> Vec<(String, Range<usize>)> {
        let wanted = format!("a list of {what}");
        match item {
            Item::Value(Value::String(_)) => self.text(item, span, &wanted).into_iter().collect(),
            Item::Value(Value::Array(array)) => array
                .iter()
                .filter_map(|value| {
                    let span = value.span().unwrap_or(span.clone());
                    match value.as_str() {
                        Some(text) => Some((text.to_owned(), span)),
                        None => {
                            let message =
                                format!("expected {wanted}, found a value without quotes");
                            self.error(span, message).help = Some("put it in quotes".to_owned());
                            None
                        }
                    }
                })
                .collect(),
            _ => {
                self.wrong_type(item, span, &wanted);
                let is_number = matches!(item, Item::Value(Value::Integer(_) | Value::Float(_)));
                if is_number && let Some(problem) = self.problems.last_mut() {
                    problem.help = Some("put it in quotes".to_owned());
                }
                Vec::new()
            }
        }
    }

    pub(super) fn word<T: Copy>(
        &mut self,
        item: &Item,
        span: Range<usize>,
        words: &[(&str, T)],
    ) -> Option<Given<T>> {
        let names: Vec<_> = words
            .iter()
            .map(|(word, _)| format!("\"{word}\""))
            .collect();
        let wanted = match names.split_last() {
            Some((last, before)) => format!("{} or {last}", before.join(", ")),
            None => String::new(),
        };
        let (text, span) = self.text(item, span, &wanted)?;
        match words.iter().find(|(word, _)| *word == text) {
            Some((_, value)) => Some(given(*value, span)),
            None => {
                let meant = match text.as_str() {
                    "info" | "hint" | "advice" => Some("note"),
                    "warn" => Some("warning"),
                    "deny" | "forbid" | "fatal" => Some("error"),
                    "allow" | "ignore" | "none" => Some("off"),
                    "dev" | "test" | "staging" => Some("development"),
                    "prod" => Some("production"),
                    _ => None,
                };
                let is_word = |w: &&str| words.iter().any(|(word, _)| word == w);
                let near = meant
                    .filter(is_word)
                    .or_else(|| nearest(&text, words.iter().map(|(word, _)| *word)));
                let label = near.map(|near| format!("did you mean \"{near}\"?"));
                let problem =
                    self.error(span, format!("invalid value `{text}`: expected {wanted}"));
                problem.label = label.unwrap_or_default();
                None
            }
        }
    }

    pub(super) fn releases(
        &mut self,
        item: &Item,
        span: Range<usize>,
    ) -> Option<Given<Vec<crate::containerd::Release>>> {
        let before = self.problems.len();
        let texts = self.texts(item, span.clone(), "releases, such as [\"1.7\", \"2.2.7\"]");
        let mut releases = Vec::new();
        for (text, span) in texts {
            match parse_releases(&text) {
                Ok(some) if some.is_empty() => {
                    self.error(span, format!("no release line matches the range `{text}`"));
                }
                Ok(some) => releases.extend(some),
                Err(error) => {
                    self.error(span, error.to_string());
                }
            }
        }
        let span = item.span().unwrap_or(span);
        if releases.is_empty() {
            if self.problems.len() == before {
                self.error(span, "the list of releases is empty").help =
                    Some("delete the setting to lint for every supported release line".to_owned());
            }
            return None;
        }
        releases.sort();
        releases.dedup();
        Some(given(releases, span))
    }

    pub(super) fn node_path(&mut self, item: &Item, span: Range<usize>) -> Option<Given<String>> {
        let (text, span) = self.text(item, span, "an absolute path")?;
        if !text.starts_with('/') {
            self.error(span, format!("`{text}` is not an absolute path"))
                .label = "a path on the node".to_owned();
            return None;
        }
        Some(given(text, span))
    }

    pub(super) fn path(&mut self, item: &Item, span: Range<usize>) -> Option<Given<PathBuf>> {
        let (text, span) = self.text(item, span, "a path")?;
        if text.is_empty() {
            self.error(span, "the path is empty");
            return None;
        }
        Some(given(self.base.join(text), span))
    }

    pub(super) fn days(&mut self, item: &Item, span: Range<usize>) -> Option<Given<i64>> {
        let Some(days) = item.as_integer() else {
            self.wrong_type(item, span, "a number of days");
            return None;
        };
        let span = item.span().unwrap_or(span);
        // A century in days: more is a slip, and certificate times must not overflow.
        if !(0..=36_500).contains(&days) {
            self.error(
                span,
                format!("{days} is out of range: expected 0 to 36500 days"),
            );
            return None;
        }
        Some(given(days, span))
    }

    pub(super) fn carriers(
        &mut self,
        item: &Item,
        span: Range<usize>,
    ) -> Option<Given<BTreeMap<CarrierKind, bool>>> {
        let Some(table) = item.as_table_like() else {
            self.wrong_type(
                item,
                span,
                "a table of kinds, such as `{ terraform = false }`",
            );
            return None;
        };
        let whole = item.span().unwrap_or(span);
        let mut kinds = BTreeMap::new();
        for (key, item) in table.iter() {
            let span = key_span(table, key, item);
            let names = || CarrierKind::ALL.into_iter().map(CarrierKind::word);
            match (
                CarrierKind::ALL.into_iter().find(|kind| kind.word() == key),
                item.as_bool(),
            ) {
                (Some(kind), Some(is_read)) => {
                    kinds.insert(kind, is_read);
                }
                (Some(_), None) => self.wrong_type(item, span, "true or false"),
                (None, _) => {
                    let meant = nearest(key, names());
                    let problem = self.error(span, format!("unknown kind of carrier: `{key}`"));
                    match meant {
                        Some(meant) => problem.label = format!("did you mean `{meant}`?"),
                        None => {
                            let names: Vec<&str> = names().collect();
                            problem.help = Some(format!("the kinds are {}", names.join(", ")));
                        }
                    }
                }
            }
        }
        Some(given(kinds, whole))
    }

    pub(super) fn hosts(&mut self, item: &Item, span: Range<usize>) -> Vec<Given<String>> {
        let texts = self.patterns(item, span, "hosts");
        self.keep(texts, |text| hosts::parse_host(text).map(|_| ()))
    }

    pub(super) fn globs(&mut self, item: &Item, span: Range<usize>) -> Vec<Given<String>> {
        let texts = self.patterns(item, span, "globs");
        let base = self.base.clone();
        self.keep(texts, |text| {
            if text.is_empty() {
                return Err("the glob is empty".to_owned());
            }
            PathGlobs::default()
                .add(&base, text)
                .map_err(|error| format!("`{text}` is not a valid glob: {}", error.kind()))
        })
    }

    /// A list of globs or hosts: none where there are too many of them to be compiled.
    fn patterns(
        &mut self,
        item: &Item,
        span: Range<usize>,
        what: &str,
    ) -> Vec<(String, Range<usize>)> {
        let texts = self.texts(item, span.clone(), what);
        let bytes = texts.iter().map(|(text, _)| text.len()).sum();
        match self.has_room(texts.len(), bytes, span) {
            true => texts,
            false => Vec::new(),
        }
    }

    /// Whether so many patterns may come to those that were read.
    fn has_room(&mut self, patterns: usize, bytes: usize, span: Range<usize>) -> bool {
        self.patterns += patterns;
        self.pattern_bytes += bytes;
        let message = if self.patterns > MAX_PATTERNS {
            format!("the settings have more than {MAX_PATTERNS} globs and hosts")
        } else if self.pattern_bytes > MAX_PATTERN_BYTES {
            let most = MAX_PATTERN_BYTES / 1024;
            format!("the globs and hosts of the settings are longer than {most} KiB")
        } else {
            return true;
        };
        self.error(span, message).help =
            Some("write wider globs: `*.corp.example`, `clusters/dev/**`".to_owned());
        false
    }

    fn keep(
        &mut self,
        texts: Vec<(String, Range<usize>)>,
        check: impl Fn(&str) -> Result<(), String>,
    ) -> Vec<Given<String>> {
        let mut kept = Vec::new();
        for (text, span) in texts {
            match check(&text) {
                Ok(()) => kept.push(given(text, span)),
                Err(message) => {
                    self.error(span, message);
                }
            }
        }
        kept
    }

    pub(super) fn selectors(&mut self, item: &Item, span: Range<usize>) -> Vec<Given<Selector>> {
        let texts = self.texts(item, span, "rules and categories");
        let mut selectors = Vec::new();
        for (text, span) in texts {
            selectors.extend(self.selector(&text, span.clone()).map(|s| given(s, span)));
        }
        selectors
    }

    fn selector(&mut self, text: &str, span: Range<usize>) -> Option<Selector> {
        if self.problems.len() == MAX_PROBLEMS {
            // No suggestion is made.
            self.untold += usize::from(!Selector::names().any(|(name, _)| name == text));
            return None;
        }
        text.parse()
            .map_err(|error: super::selector::UnknownSelector| {
                let problem = self.error(span, error.to_string());
                match error.nearest {
                    Some(nearest) => problem.label = format!("did you mean `{nearest}`?"),
                    None => {
                        let list = "`certsd-lint rules` lists the rules and their categories";
                        problem.help = Some(list.to_owned());
                    }
                }
            })
            .ok()
    }

    pub(super) fn rules(
        &mut self,
        item: &Item,
        span: Range<usize>,
    ) -> Vec<Given<(Selector, Level)>> {
        let Some(table) = item.as_table_like() else {
            self.wrong_type(item, span, "a table of rules and their severities");
            return Vec::new();
        };
        let mut levels = Vec::new();
        for (name, item) in table.iter() {
            let span = key_span(table, name, item);
            let selector = self.selector(name, span.clone());
            let level = self.word(item, span.clone(), &LEVELS);
            if let (Some(selector), Some(level)) = (selector, level) {
                levels.push(given((selector, level.value), span));
            }
        }
        levels
    }
}

fn given<T>(value: T, span: Range<usize>) -> Given<T> {
    Given {
        value,
        origin: Origin::File(span),
    }
}

fn key_span(table: &dyn TableLike, key: &str, item: &Item) -> Range<usize> {
    table
        .key(key)
        .and_then(toml_edit::Key::span)
        .or_else(|| item.span())
        .unwrap_or(0..0)
}
