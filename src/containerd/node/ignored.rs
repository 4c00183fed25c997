//! Settings about registries in the files that have no effect.

use std::fmt;

use super::fault::Reason;
use super::names::{CRI, IMAGES, RUNTIME, TRANSFER};
use super::{ConfigOutcome, Cri, File, schema};
use crate::containerd::release::Release;
use crate::toml::document::{Key, Place, PlacedValue, Table, Value};
use crate::toml::shape::{self, Dialect};

/// Something that is written and not used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ignored {
    /// What: a section in brackets, or a key.
    pub what: String,
    /// Why.
    pub why: Why,
    /// Where.
    pub place: Place,
}

/// Why something is not used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Why {
    /// The release reads another section in a file of this version.
    OtherSection {
        /// The plugin that it reads.
        reads: &'static str,
        /// The version of the file, 0 where none is written.
        version: i64,
    },
    /// A drop-in has a newer version than the file, which makes that the version of all of it: the section would have to
    /// be the newer one's (containerd#12891).
    Lifted {
        /// The plugin that is read instead.
        reads: &'static str,
        /// The version of the drop-in.
        version: i64,
        /// Where that is written.
        by: Place,
    },
    /// The name of a plugin contains points, and is not quoted: each part is a table of its own.
    Unquoted(&'static str),
    /// The quotes take in what comes after the name of the plugin.
    Misquoted(&'static str),
    /// A registry setting of the CRI plugin that is not in its table `registry`.
    OutsideRegistry,
    /// A key that `registry` does not have.
    UnknownKey {
        /// The key that may be meant.
        near: Option<&'static str>,
    },
    /// A key of the daemon itself, written below the header of a table.
    BelowHeader,
    /// Another setting took its place, there: in a later file, or in the other section.
    Replaced {
        /// Where that is.
        by: Place,
    },
    /// The table that it is in was replaced whole by one that does not have it.
    ReplacedWhole(Whole),
    /// A table `registry` of the old section that is not carried over to the new one for its capitals.
    Capitals,
    /// `tls` below `configs`, which is not read from 2.0.
    ConfigsTls,
    /// The transfer service has the setting and does not use it.
    TransferConfigPath,
    /// A setting of how to pull that is not carried over from the old section.
    NotMoved,
}

/// The setting that replaces a whole table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Whole {
    /// The plugin of a later file, on 1.x.
    LaterFile,
    /// The table `registry` of the old section, from 2.0.
    OldSection,
}

/// The end of a sentence that begins with what is ignored.
impl fmt::Display for Why {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Why::OtherSection { reads, version } => {
                match version {
                    0 => f.write_str("without a `version`")?,
                    _ => write!(f, "with `version = {version}`")?,
                }
                write!(f, " the section is called {}", section(reads))
            }
            Why::Lifted { reads, version, .. } => write!(
                f,
                "`version = {version}` in a drop-in applies to all files, and then the section is called {}",
                section(reads)
            ),
            Why::Unquoted(id) => write!(
                f,
                "the plugin's name must be quoted: {}",
                section(id)
            ),
            Why::Misquoted(id) => write!(
                f,
                "the quotes must end after the plugin's name: {}",
                section(id)
            ),
            Why::OutsideRegistry => f.write_str("it belongs in the plugin's `registry` table"),
            Why::UnknownKey { near: Some(near) } => {
                write!(f, "`registry` has no such key; it has `{near}`")
            }
            Why::UnknownKey { near: None } => f.write_str("`registry` has no such key"),
            Why::BelowHeader => f.write_str(
                "it is a key of the daemon itself, but below a table header, so it belongs to that table",
            ),
            Why::Replaced { .. } => f.write_str("another setting overrides it"),
            Why::ReplacedWhole(Whole::LaterFile) => {
                f.write_str("a later file sets the plugin too, and this release uses only that one")
            }
            Why::ReplacedWhole(Whole::OldSection) => write!(
                f,
                "{} replaces this table",
                section(CRI)
            ),
            Why::Capitals => write!(
                f,
                "only lower-case `registry` is migrated to [plugins.'{IMAGES}']"
            ),
            Why::ConfigsTls => f.write_str("containerd 2.0 and later do not read it"),
            Why::TransferConfigPath => f.write_str("the transfer service does not use it"),
            Why::NotMoved => write!(
                f,
                "it is not migrated to [plugins.'{IMAGES}'], where it belongs"
            ),
        }
    }
}

/// The header of a plugin's registry settings.
pub(super) fn section(id: &str) -> String {
    match id.contains('.') {
        true => format!("[plugins.\"{id}\".registry]"),
        false => format!("[plugins.{id}.registry]"),
    }
}

/// Puts into the outcome what is ignored, in the order of the files.
pub(super) fn find(outcome: &mut ConfigOutcome) {
    // Where there is no CRI, or not the part of it that reads them, nothing is read, and that is what has to be said.
    let fault = outcome.fault.as_ref().map(|fault| &fault.reason);
    let has_no_reader = matches!(fault, Some(Reason::Disabled(IMAGES)));
    if !outcome.starts || outcome.cri == Cri::Absent || has_no_reader {
        return;
    }
    let mut finder = Finder {
        outcome,
        ignored: Vec::new(),
    };
    for file in &outcome.files {
        finder.file(file);
    }
    outcome.ignored = finder.ignored;
}

struct Finder<'a> {
    outcome: &'a ConfigOutcome,
    ignored: Vec<Ignored>,
}

impl Finder<'_> {
    fn release(&self) -> Release {
        self.outcome.release
    }

    fn push(&mut self, what: impl Into<String>, why: Why, place: &Place) {
        self.ignored.push(Ignored {
            what: what.into(),
            why,
            place: place.clone(),
        });
    }

    fn file(&mut self, file: &File) {
        let Some(plugins) = file.settings.table(&["plugins"]) else {
            return;
        };
        for id in [CRI, IMAGES] {
            let path: Vec<&str> = id.split('.').collect();
            if let Some(table) = plugins.table(&path)
                && has_registry_settings(table)
                && let Some((key, _)) = plugins.entry(path[0])
            {
                let what = format!("[plugins.{id}…]");
                self.push(what, Why::Unquoted(self.reads(file)), &key.place);
            }
        }
        for (key, node) in plugins.entries() {
            if let Some(table) = node.as_table() {
                self.plugin(file, key, table);
            }
        }
    }

    fn plugin(&mut self, file: &File, key: &Key, table: &Table) {
        let id = key.name.as_str();
        if id == TRANSFER {
            if let Some((key, node)) = table.entry("config_path")
                && !node.value.is_zero()
            {
                let what = format!("`config_path` in [plugins.\"{TRANSFER}\"]");
                self.push(what, Why::TransferConfigPath, &key.place);
            }
            return;
        }
        let known = ["cri", CRI, IMAGES, RUNTIME].contains(&id);
        let parts = || id.split('.').map(str::to_ascii_lowercase);
        if !known && !parts().any(|part| part == "cri") {
            return;
        }
        if id.ends_with(".registry") || id.contains(".registry.") {
            if has_substance(table) {
                let what = format!("[plugins.\"{id}\"]");
                self.push(what, Why::Misquoted(self.reads(file)), &key.place);
            }
            return;
        }
        let is_read = self.is_read(file, id);
        let name = if id.contains('.') {
            format!("\"{id}\"")
        } else {
            id.to_owned()
        };
        if let Some((key, node)) = entry(table, "registry", self.release())
            && let Some(registry) = node.as_table()
            && has_substance(registry)
        {
            let is_carried = !self.release().is_v2() || id == IMAGES || key.name == "registry";
            match is_read {
                true if !is_carried => {
                    self.push(
                        format!("[plugins.{name}.{}]", key.name),
                        Why::Capitals,
                        &key.place,
                    );
                }
                true => self.registry(registry),
                false => {
                    let why = self.lifted(file, id).unwrap_or(Why::OtherSection {
                        reads: self.reads(file),
                        version: file.version,
                    });
                    self.push(format!("[plugins.{name}.registry]"), why, &key.place);
                }
            }
        }
        if let Some((key, node)) = table.entry("config_path")
            && !node.value.is_zero()
        {
            let what = format!("`config_path` in [plugins.{name}]");
            self.push(what, Why::OutsideRegistry, &key.place);
        }
        if is_read && id != IMAGES && self.release().transfer_service() {
            for setting in [
                "use_local_image_pull",
                "disable_snapshot_annotations",
                "discard_unpacked_layers",
            ] {
                if let Some((key, _)) = table.entry(setting) {
                    let what = format!("`{setting}` in [plugins.{name}]");
                    self.push(what, Why::NotMoved, &key.place);
                }
            }
        }
    }

    /// The keys of a table `registry` that is read.
    fn registry(&mut self, registry: &Table) {
        let fields = schema::registry_fields(self.release());
        let dialect = match self.release().is_v2() {
            true => Dialect::V2,
            false => Dialect::V1,
        };
        let daemons = schema::config(self.release());
        for (key, node) in registry.entries() {
            let what = format!("`{}`", key.name);
            let Some((name, _)) = shape::field(fields, &key.name, dialect) else {
                let why = match shape::field(daemons, &key.name, dialect) {
                    Some(_) => Why::BelowHeader,
                    None => Why::UnknownKey {
                        near: near(fields, &key.name),
                    },
                };
                self.push(what, why, &key.place);
                continue;
            };
            let used = self.outcome.registry.settings.get(name);
            let counts = |used: &PlacedValue| contributes(node, used) || says_the_same(node, used);
            if !used.is_some_and(counts) && !node.value.is_zero() {
                let why = match used {
                    Some(node) => Why::Replaced {
                        by: node.place.clone(),
                    },
                    None if self.release().is_v2() => Why::ReplacedWhole(Whole::OldSection),
                    None => Why::ReplacedWhole(Whole::LaterFile),
                };
                self.push(what, why, &key.place);
            } else if name == "configs" && self.release().is_v2() {
                let registries = node.as_table().into_iter().flat_map(Table::entries);
                for (host, node) in registries {
                    if let Some((key, _)) = node.as_table().and_then(|table| table.entry("tls")) {
                        let what = format!("`tls` of `configs.\"{}\"`", host.name);
                        self.push(what, Why::ConfigsTls, &key.place);
                    }
                }
            }
        }
    }

    /// Whether the plugin of this name in this file is the one that the release reads.
    fn is_read(&self, file: &File, id: &str) -> bool {
        let release = self.release();
        let is_old = matches!(file.version, 0 | 1);
        let migrated = self.outcome.version < release.config_version();
        match (release.is_v2(), release.migrates_each_file()) {
            (false, _) => id == self.reads(file),
            (true, _) if id == IMAGES => true,
            (true, false) => migrated && (id == CRI || is_old && id == "cri"),
            (true, true) => {
                file.version < release.config_version() && id == CRI || is_old && id == "cri"
            }
        }
    }

    /// The drop-in for which an old section in this file is not read.
    fn lifted(&self, file: &File, id: &str) -> Option<Why> {
        let newest = self.release().config_version();
        let version = self.outcome.version;
        let would_be_read = id == CRI || id == "cri" && matches!(file.version, 0 | 1);
        if !self.release().is_v2() || !would_be_read || file.version >= newest || version < newest {
            return None;
        }
        let mut others = self.outcome.files.iter().rev();
        let other = others.find(|other| other.version == version)?;
        let (key, _) = other.settings.entry("version")?;
        Some(Why::Lifted {
            reads: self.reads(file),
            version,
            by: key.place.clone(),
        })
    }

    /// The name under which this release reads the settings, whatever is written.
    fn reads(&self, _: &File) -> &'static str {
        match (self.release().is_v2(), self.outcome.version) {
            (true, _) => IMAGES,
            (false, 1) => "cri",
            (false, _) => CRI,
        }
    }
}

/// A key as the dialect of the release finds it.
fn entry<'t>(table: &'t Table, name: &str, release: Release) -> Option<&'t (Key, PlacedValue)> {
    table.entry(name).or_else(|| {
        table.entries().find(|(key, _)| match release.is_v2() {
            true => key.name.eq_ignore_ascii_case(name),
            false => key.name == name.to_ascii_uppercase(),
        })
    })
}

fn has_registry_settings(table: &Table) -> bool {
    table.get("registry").is_some() || table.get("config_path").is_some()
}

/// Whether anything is set in it. A dump of the defaults lists empty tables and texts.
fn has_substance(table: &Table) -> bool {
    table.entries().any(|(_, node)| match &node.value {
        Value::Table(table) => has_substance(table),
        value => !value.is_zero(),
    })
}

/// Whether something written is, or is a part of, what is used.
fn contributes(written: &PlacedValue, used: &PlacedValue) -> bool {
    written.place == used.place
        || match (&written.value, &used.value) {
            (Value::Table(written), Value::Table(used)) => written.entries().any(|(key, node)| {
                let used = used.get(&key.name);
                used.is_some_and(|used| contributes(node, used))
            }),
            _ => false,
        }
}

/// Whether two values are the same, wherever they are written.
fn says_the_same(one: &PlacedValue, other: &PlacedValue) -> bool {
    match (&one.value, &other.value) {
        (Value::Table(one), Value::Table(other)) => {
            one.len() == other.len()
                && one.entries().all(|(key, node)| {
                    let other = other.get(&key.name);
                    other.is_some_and(|other| says_the_same(node, other))
                })
        }
        (Value::Array(one), Value::Array(other)) => {
            one.len() == other.len() && one.iter().zip(other).all(|(a, b)| says_the_same(a, b))
        }
        (one, other) => one == other,
    }
}

/// The key that differs in case, in its strokes or in a plural only.
fn near(fields: schema::Fields, key: &str) -> Option<&'static str> {
    let plain = |text: &str| {
        let text: String = text.chars().filter(|c| c.is_alphanumeric()).collect();
        text.to_lowercase().trim_end_matches('s').to_owned()
    };
    let key = plain(key);
    let names = fields.iter().map(|(name, _)| *name);
    names.into_iter().find(|name| plain(name) == key)
}
