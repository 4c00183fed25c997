//! Why the daemon does not start, or CRI does not load.

use std::fmt;

use super::names;
use crate::containerd::files::FileError;
use crate::go::duration::DurationError;
use crate::go::url::UrlError;
use crate::toml::ProblemKind;
use crate::toml::document::{Place, PlacedValue};
use crate::toml::shape::Mismatch;

/// A fault and its place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NodeFault {
    /// What.
    pub reason: Reason,
    /// Where; `None` where a file cannot be read that nothing names.
    pub place: Option<Place>,
}

/// The fault.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reason {
    /// A file cannot be read: config.toml itself, or one that is imported.
    Unreadable {
        /// The file.
        path: String,
        /// Why.
        error: FileError,
    },
    /// A pattern in `imports` is malformed.
    BadPattern(String),
    /// The text is not what this release takes for TOML.
    Toml(ProblemKind),
    /// A value does not go into the field of its key.
    WrongType {
        /// The plugin, or none for the daemon itself.
        plugin: Option<&'static str>,
        /// The key, dotted.
        key: String,
        /// The actual value.
        found: &'static str,
        /// The required type.
        wanted: &'static str,
    },
    /// A version of config.toml that this release does not know.
    UnsupportedVersion {
        /// The version.
        found: i64,
        /// The newest that it knows.
        newest: i64,
    },
    /// A negative version, which containerd takes for an index.
    NegativeVersion(i64),
    /// A drop-in has a higher version than the file that imports it.
    DropInVersion {
        /// Its version.
        found: i64,
        /// That of config.toml.
        root: i64,
    },
    /// A plugin that is not named in full, where it has to be.
    ShortName {
        /// The key or list.
        key: &'static str,
        /// The name.
        name: String,
    },
    /// A text in `timeouts` that is not a duration.
    Timeout {
        /// The text.
        text: String,
        /// Why.
        error: DurationError,
    },
    /// A log level or format that does not exist.
    Logging {
        /// `level` or `format`.
        key: &'static str,
        /// The text.
        text: String,
    },
    /// A required plugin does not come up.
    Required {
        /// Its name.
        plugin: String,
        /// Why, if it is CRI.
        because: Option<Box<Reason>>,
    },
    /// A proxy plugin of no type, or of one that does not exist.
    ProxyType {
        /// The plugin.
        plugin: String,
        /// The type; empty where there is none.
        found: String,
        /// Those that there are.
        known: Vec<&'static str>,
    },
    /// The same directory for what is kept and what is not.
    SameDirectory(String),
    /// `mirrors` or `configs.*.tls` beside `config_path`.
    BesideConfigPath(&'static str),
    /// `mirrors` beside the built-in config path: 2.2.0 and 2.2.1.
    BesideDefault,
    /// A URL in `auths` that is not one.
    AuthUrl {
        /// The URL.
        url: String,
        /// Why.
        error: UrlError,
    },
    /// A setting of CRI that is text and represents a duration.
    Duration {
        /// The key.
        key: &'static str,
        /// The text.
        text: String,
        /// Why.
        error: DurationError,
    },
    /// The default runtime is not among the runtimes; empty if it has no name.
    NoRuntime(String),
    /// A setting that only the runtime of containerd 1.0 takes.
    OldRuntimeOnly(&'static str),
    /// A setting of a runtime that another has to be set for.
    AllDevices,
    /// An `io_type` that does not exist.
    IoType(String),
    /// A snapshotter that is neither built in nor a proxy plugin, or that is disabled.
    NoSnapshotter(String),
    /// A plugin is disabled that CRI needs.
    Disabled(&'static str),
    /// A proxy plugin of the type `content` beside another content store: 2.x wants exactly one.
    SecondContentStore {
        /// The proxy plugin.
        plugin: String,
    },
}

impl NodeFault {
    /// A fault with a place.
    pub fn at(reason: Reason, place: &Place) -> NodeFault {
        NodeFault {
            reason,
            place: Some(place.clone()),
        }
    }

    /// The fault that something is not a table.
    pub fn no_table(key: &str, node: &PlacedValue) -> NodeFault {
        let reason = Reason::WrongType {
            plugin: None,
            key: key.to_owned(),
            found: node.value.describe(),
            wanted: "a table",
        };
        NodeFault::at(reason, &node.place)
    }

    /// The fault of a value that does not go into the field of its key.
    pub fn wrong_type(plugin: Option<&'static str>, mismatch: &Mismatch) -> NodeFault {
        let reason = Reason::WrongType {
            plugin,
            key: mismatch.key.clone(),
            found: mismatch.found,
            wanted: mismatch.wanted,
        };
        NodeFault::at(reason, &mismatch.place)
    }
}

/// A clause for a person, which names neither file nor line.
impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Reason::Unreadable { path, error } => write!(f, "{path} {}", error.predicate()),
            Reason::BadPattern(text) => write!(f, "`{text}` in `imports` is not a valid pattern"),
            Reason::Toml(kind @ (ProblemKind::Syntax(_) | ProblemKind::Redefined { .. })) => {
                kind.fmt(f)
            }
            Reason::Toml(_) => f.write_str("not TOML: a value is missing"),
            Reason::WrongType {
                key, found, wanted, ..
            } => write!(f, "`{key}` is {found}; it must be {wanted}"),
            Reason::UnsupportedVersion { found, newest } => write!(
                f,
                "`version = {found}` is not supported by this release; its newest is {newest}"
            ),
            Reason::NegativeVersion(found) => {
                write!(f, "`version = {found}`, on which containerd panics")
            }
            Reason::DropInVersion { found, root } => write!(
                f,
                "a drop-in of version {found} for a config.toml of version {root}"
            ),
            Reason::ShortName { key, name } => write!(
                f,
                "`{name}` in `{key}` is not a full plugin name, such as \"{}\"",
                names::CRI
            ),
            Reason::Timeout { text, error } | Reason::Duration { text, error, .. } => {
                write!(f, "`{text}` is not a valid duration: {error}")
            }
            Reason::Logging { key, text } => write!(f, "unknown log {key} `{text}`"),
            Reason::Required { plugin, because } => {
                write!(f, "the required plugin {plugin} does not load")?;
                because.iter().try_for_each(|why| write!(f, ": {why}"))
            }
            Reason::ProxyType { plugin, found, .. } if found.is_empty() => {
                write!(f, "proxy plugin `{plugin}` has no `type`, on which containerd panics")
            }
            Reason::ProxyType { plugin, found, .. } => write!(
                f,
                "proxy plugin `{plugin}` has the unknown type `{found}`, on which containerd panics"
            ),
            Reason::SameDirectory(path) => {
                write!(f, "`root` and `state` are the same directory, {path}")
            }
            Reason::BesideConfigPath(table) => {
                write!(f, "`{table}` cannot be set when `config_path` is")
            }
            Reason::BesideDefault => f.write_str(
                "`mirrors` cannot be set beside the config path that is built into this release",
            ),
            Reason::AuthUrl { url, error } => {
                write!(f, "`{url}` in `auths` is not a valid URL: {error}")
            }
            Reason::NoRuntime(name) if name.is_empty() => {
                f.write_str("`default_runtime_name` is empty")
            }
            Reason::NoRuntime(name) => write!(
                f,
                "the default runtime `{name}` is not one of `containerd.runtimes`"
            ),
            Reason::OldRuntimeOnly(key) => write!(
                f,
                "`{key}` is only for the runtime io.containerd.runtime.v1.linux"
            ),
            Reason::AllDevices => f.write_str(
                "`privileged_without_host_devices_all_devices_allowed` requires `privileged_without_host_devices`",
            ),
            Reason::IoType(text) => {
                write!(f, "unknown `io_type` `{text}`; it must be fifo or streaming")
            }
            Reason::NoSnapshotter(name) => write!(
                f,
                "unknown snapshotter `{name}`: it is neither built in nor one of `proxy_plugins`"
            ),
            Reason::SecondContentStore { plugin } => write!(
                f,
                "proxy plugin `{plugin}` is a second content store, and containerd 2.x allows only one"
            ),
            Reason::Disabled(plugin) => {
                write!(f, "CRI needs the plugin {plugin}, which is disabled")
            }
        }
    }
}
