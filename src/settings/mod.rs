//! Settings: the file, the flags, and what comes of both.
//!
//! Each source is a [`Layer`]; [`merge()`] puts them together. All that is known of a setting (its name,
//! what it takes, its documentation) is in one list, [`SETTINGS`].

mod check;
mod find;
mod hosts;
mod layer;
mod list;
mod merge;
mod print;
mod problem;
mod read;
mod row;
mod schema;
mod selector;
mod template;
mod words;

pub use find::{FILE_NAMES, locate, upwards};
pub use hosts::parse_host;
pub use layer::{FailOn, Given, Layer, NamespaceLayer, Origin, OverrideLayer};
pub use list::{PATHS, SETTINGS, Setting, ValueKind};
pub use merge::{Decision, Effective, merge};
pub use print::print;
pub use problem::{Problem, SettingsError, SourceFile, short};
pub use read::{SettingsFile, of_text, parse, read};
pub use schema::schema;
pub use selector::{Selector, UnknownSelector};
pub use template::template;
pub use words::LEVELS;
