//! The struct that containerd decodes hosts.toml into, and Go values as reflection sees them.
//!
//! In Go (containerd's `hostFileConfig`): `capabilities []string`, `ca` and `client interface{}`, `skip_verify *bool`,
//! `header map[string]interface{}`, `override_path bool`, `dial_timeout string`; at the root also `server string`
//! and `host map[string]hostFileConfig`.

use std::borrow::Cow;

use indexmap::IndexMap;

use super::parser::KeyPart;
use crate::toml::{Entry, HostEntry, HostsFile, Kind, Span, Spanned, Value};

/// A value behind an `interface{}`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) enum Any {
    /// Nothing yet.
    #[default]
    Nil,
    /// A string, number, boolean or date.
    Scalar(Value),
    /// `[]interface{}`.
    List(Vec<Any>, Span),
    /// `map[string]interface{}`.
    Map(Map),
}

/// A `map[string]interface{}`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Map {
    pub entries: Vec<(Spanned<String>, Any)>,
    pub span: Span,
}

impl Map {
    pub(super) fn new(span: Span) -> Self {
        Self {
            entries: Vec::new(),
            span,
        }
    }

    pub(super) fn position(&self, name: &str) -> Option<usize> {
        self.entries.iter().position(|(key, _)| key.value == name)
    }
}

impl Any {
    /// Maps are objects, and so are dates: structs in Go, with no key that matters.
    pub(super) fn is_object(&self) -> bool {
        match self {
            Any::Map(_) => true,
            Any::Scalar(value) => value.value == Kind::Datetime,
            Any::Nil | Any::List(..) => false,
        }
    }

    fn into_value(self) -> Option<Value> {
        let (value, span) = match self {
            Any::Nil => return None,
            Any::Scalar(value) => return Some(value),
            Any::List(elements, span) => (
                Kind::Array(elements.into_iter().filter_map(Any::into_value).collect()),
                span,
            ),
            Any::Map(map) => (Kind::Table, map.span),
        };
        Some(Spanned { value, span })
    }
}

/// The hosts by their names.
pub(super) type Hosts<'a> = IndexMap<Cow<'a, str>, Config<'a>>;

/// The struct: of a host, or of the root with its two fields more.
#[derive(Debug, Default)]
pub(super) struct Config<'a> {
    capabilities: Option<Spanned<Vec<Spanned<String>>>>,
    ca: Any,
    client: Any,
    skip_verify: Option<Spanned<bool>>,
    header: Option<Map>,
    override_path: Option<Spanned<bool>>,
    dial_timeout: Option<Spanned<String>>,
    server: Option<Spanned<String>>,
    hosts: Option<Hosts<'a>>,
    /// Of a host that is listed: where, for the first time.
    listed: Option<usize>,
    is_root: bool,
    has_dial_timeout: bool,
}

impl<'a> Config<'a> {
    /// The root. `has_dial_timeout` says whether the struct of this release has that field.
    pub(super) fn root(has_dial_timeout: bool) -> Self {
        Self {
            is_root: true,
            has_dial_timeout,
            ..Self::default()
        }
    }

    /// A host.
    pub(super) fn host(has_dial_timeout: bool) -> Self {
        Self {
            has_dial_timeout,
            ..Self::default()
        }
    }

    /// The field that a key names, in any case, and its name.
    ///
    /// To look the field up gives `skip_verify`, a pointer, its zero value (go-toml's `fieldByIndex`); so a bare
    /// `[skip_verify]` means `false`.
    pub(super) fn field(&mut self, key: &KeyPart) -> Option<(&'static str, Slot<'_, 'a>)> {
        Some(match Field::find(&key.name)? {
            Field::Capabilities => ("capabilities", Slot::Words(&mut self.capabilities)),
            Field::Ca => ("ca", Slot::Any(&mut self.ca)),
            Field::Client => ("client", Slot::Any(&mut self.client)),
            Field::SkipVerify => {
                self.skip_verify.get_or_insert(Spanned {
                    value: false,
                    span: key.span.clone(),
                });
                ("skip_verify", Slot::Flag(&mut self.skip_verify))
            }
            Field::Header => ("header", Slot::Map(&mut self.header)),
            Field::OverridePath => ("override_path", Slot::Flag(&mut self.override_path)),
            Field::DialTimeout if self.has_dial_timeout => {
                ("dial_timeout", Slot::Text(&mut self.dial_timeout))
            }
            Field::Server if self.is_root => ("server", Slot::Text(&mut self.server)),
            Field::Host if self.is_root => ("host", Slot::Hosts(&mut self.hosts)),
            Field::DialTimeout | Field::Server | Field::Host => return None,
        })
    }

    /// Does the key name `skip_verify`, and is that still a nil pointer?
    pub(super) fn is_unset_pointer(&self, key: &str) -> bool {
        self.skip_verify.is_none() && Field::find(key) == Some(Field::SkipVerify)
    }

    /// The decoded values, with the hosts in the order of `hosts`, which are empty yet. A host that was listed but not
    /// decoded stays so.
    pub(super) fn into_file(mut self, mut hosts: Vec<HostEntry>) -> HostsFile {
        let mut decoded = self.hosts.take().unwrap_or_default();
        for at in 0..hosts.len() {
            let Some(host) = decoded.get_mut(hosts[at].name.value.as_str()) else {
                continue;
            };
            hosts[at].entry = match host.listed {
                Some(first) => hosts[first].entry.clone(),
                None => {
                    let entry = std::mem::take(host).into_entry();
                    host.listed = Some(at);
                    entry
                }
            };
        }
        let server = self.server.take();
        HostsFile {
            hosts,
            root: self.into_entry(),
            server,
            ties: Vec::new(),
        }
    }

    fn into_entry(self) -> Entry {
        let header = |map: Map| {
            let values = map
                .entries
                .into_iter()
                .filter_map(|(key, any)| Some((key, any.into_value()?)));
            Spanned {
                value: values.collect(),
                span: map.span,
            }
        };
        Entry {
            capabilities: self.capabilities,
            ca: self.ca.into_value(),
            client: self.client.into_value(),
            skip_verify: self.skip_verify,
            header: self.header.map(header),
            override_path: self.override_path,
            dial_timeout: self.dial_timeout,
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Field {
    Capabilities,
    Ca,
    Client,
    SkipVerify,
    Header,
    OverridePath,
    DialTimeout,
    Server,
    Host,
}

impl Field {
    /// Compares as Go's `strings.ToLower` does. Two characters outside ASCII become ASCII there: the Kelvin
    /// sign and the dotted capital I.
    fn find(key: &str) -> Option<Field> {
        let lower = |c: char| match c {
            '\u{212a}' => 'k',
            '\u{130}' => 'i',
            c => c.to_ascii_lowercase(),
        };
        const FIELDS: [(&str, Field); 9] = [
            ("capabilities", Field::Capabilities),
            ("ca", Field::Ca),
            ("client", Field::Client),
            ("skip_verify", Field::SkipVerify),
            ("header", Field::Header),
            ("override_path", Field::OverridePath),
            ("dial_timeout", Field::DialTimeout),
            ("server", Field::Server),
            ("host", Field::Host),
        ];
        let found = match key.is_ascii() {
            true => FIELDS
                .iter()
                .find(|(name, _)| name.eq_ignore_ascii_case(key)),
            false => FIELDS
                .iter()
                .find(|(name, _)| name.chars().eq(key.chars().map(lower))),
        };
        found.map(|(_, field)| *field)
    }
}

/// A Go variable with its static type; `None` and [`Any::Nil`] are zero values.
#[derive(Debug)]
pub(super) enum Slot<'p, 'a> {
    /// A struct.
    Config(&'p mut Config<'a>),
    /// `string`.
    Text(&'p mut Option<Spanned<String>>),
    /// `bool`.
    Flag(&'p mut Option<Spanned<bool>>),
    /// `[]string`.
    Words(&'p mut Option<Spanned<Vec<Spanned<String>>>>),
    /// `map[string]interface{}`.
    Map(&'p mut Option<Map>),
    /// `map[string]hostFileConfig`.
    Hosts(&'p mut Option<Hosts<'a>>),
    /// An `interface{}`.
    Any(&'p mut Any),
    /// The value of an `interface{}`, with the type that it has there. Never [`Any::Nil`].
    Held(&'p mut Any),
}

impl<'a> Slot<'_, 'a> {
    /// The same variable again.
    pub(super) fn reborrow(&mut self) -> Slot<'_, 'a> {
        match self {
            Slot::Config(it) => Slot::Config(it),
            Slot::Text(it) => Slot::Text(it),
            Slot::Flag(it) => Slot::Flag(it),
            Slot::Words(it) => Slot::Words(it),
            Slot::Map(it) => Slot::Map(it),
            Slot::Hosts(it) => Slot::Hosts(it),
            Slot::Any(it) => Slot::Any(it),
            Slot::Held(it) => Slot::Held(it),
        }
    }

    /// The value here could not be decoded: a `skip_verify` that was allocated meanwhile is dropped.
    pub(super) fn clear(self) {
        if let Slot::Flag(flag) = self {
            *flag = None;
        }
    }

    /// Can it have keys?
    pub(super) fn is_object(&self) -> bool {
        match self {
            Slot::Config(_) | Slot::Map(_) | Slot::Hosts(_) | Slot::Any(_) => true,
            Slot::Held(any) => any.is_object(),
            Slot::Text(_) | Slot::Flag(_) | Slot::Words(_) => false,
        }
    }
}
