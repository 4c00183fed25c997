//! How the value of a setting is read, put over another, traced and printed: once for each kind of value.

use std::collections::BTreeMap;
use std::ops::Range;
use std::path::PathBuf;

use clap::ValueEnum;
use toml_edit::Item;

use super::layer::{FailOn, Given, Layer, Origin};
use super::read::Reader;
use super::words::{array, quoted};
use crate::carriers::CarrierKind;
use crate::containerd::Release;
use crate::finding::{Environment, Severity};

/// The operations on the value of a setting.
#[derive(Debug, Clone, Copy)]
pub struct Access {
    /// Reads it from a settings file.
    pub read: fn(&mut Reader, &Item, Range<usize>, &mut Layer),
    /// Puts the value of the second layer over that of the first: a list adds to it, anything else replaces it.
    pub over: fn(&mut Layer, &Layer),
    /// Where it comes from; nothing where it was not said.
    pub origins: fn(&Layer) -> Vec<&Origin>,
    /// Writes it as TOML; `None` where there is nothing to write.
    pub write: fn(&Layer) -> Option<String>,
}

/// The access to a setting with one value, in the field of this name, read by this method.
macro_rules! one {
    ($field:ident, $read:ident $(, $argument:expr)?) => {
        Access {
            read: |reader, item, span, layer| {
                layer.$field = reader.$read(item, span $(, $argument)?);
            },
            over: |below, above| {
                if above.$field.is_some() {
                    below.$field.clone_from(&above.$field);
                }
            },
            origins: |layer| layer.$field.iter().map(|given| &given.origin).collect(),
            write: |layer| Some($crate::settings::row::Written::written(
                &layer.$field.as_ref()?.value,
            )),
        }
    };
}

/// The access to a setting with a list of texts.
macro_rules! many {
    ($field:ident, $read:ident) => {
        Access {
            read: |reader, item, span, layer| layer.$field = reader.$read(item, span),
            over: |below, above| below.$field.extend(above.$field.iter().cloned()),
            origins: |layer| layer.$field.iter().map(|given| &given.origin).collect(),
            write: |layer| {
                Some($crate::settings::words::array(
                    layer.$field.iter().map(|given| &given.value),
                ))
            },
        }
    };
}

/// The access to a setting that decides about rules, or about paths: what comes of several layers is not a matter of one field.
macro_rules! apart {
    (|$reader:ident, $item:ident, $span:ident, $layer:ident| $read:expr) => {
        Access {
            read: |$reader, $item, $span, $layer| $read,
            over: |_, _| {},
            origins: |_| Vec::new(),
            write: |_| None,
        }
    };
}

pub(super) use {apart, many, one};

/// A value as TOML.
pub trait Written {
    /// Writes it on one line.
    fn written(&self) -> String;
}

impl Written for Vec<Release> {
    fn written(&self) -> String {
        array(self.iter())
    }
}

impl Written for String {
    fn written(&self) -> String {
        quoted(self)
    }
}

impl Written for PathBuf {
    fn written(&self) -> String {
        quoted(self.display())
    }
}

impl Written for i64 {
    fn written(&self) -> String {
        self.to_string()
    }
}

impl Written for BTreeMap<CarrierKind, bool> {
    fn written(&self) -> String {
        let kinds = self
            .iter()
            .map(|(kind, is_read)| format!("{} = {is_read}", kind.word()));
        format!("{{ {} }}", kinds.collect::<Vec<_>>().join(", "))
    }
}

impl Written for Severity {
    fn written(&self) -> String {
        quoted(self.word())
    }
}

impl Written for Environment {
    fn written(&self) -> String {
        word(self)
    }
}

impl Written for FailOn {
    fn written(&self) -> String {
        word(self)
    }
}

/// The word by which a flag takes a value.
fn word(value: &impl ValueEnum) -> String {
    let word = value.to_possible_value();
    quoted(
        word.map(|word| word.get_name().to_owned())
            .unwrap_or_default(),
    )
}

impl Layer {
    /// A value that no one has said.
    pub(super) fn by_default<T>(value: T) -> Option<Given<T>> {
        Some(Given {
            value,
            origin: Origin::Default,
        })
    }
}
