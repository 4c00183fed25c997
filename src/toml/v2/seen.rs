//! Which keys and tables were seen, and with which meaning: go-toml's `tracker.SeenTracker`.
//!
//! It sees names as written, so `ca` and `CA` are two keys to it, although both decode into one field.

use std::borrow::Cow;
use std::collections::HashMap;

use super::parser::{Expression, KeyPart, KeyValue, Node, NodeKind};
use crate::toml::{Problem, ProblemKind, Span};

/// So many entries are found sooner by looking at each. What has more gets an index, so that no text takes for ever.
const FEW: usize = 16;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Value,
    Table,
    ArrayTable,
}

#[derive(Debug)]
struct Entry<'a> {
    /// The entry that it belongs to.
    parent: usize,
    name: Cow<'a, str>,
    kind: Kind,
    /// Closed: a header for it, or a dotted key through it, is a second definition.
    explicit: bool,
    /// The first entry that may belong to it. What it had before is forgotten.
    children: usize,
    /// Where it was first named.
    span: Span,
}

/// The tree of seen keys.
#[derive(Debug)]
pub(super) struct Seen<'a> {
    entries: Vec<Entry<'a>>,
    /// Where the last of each name is in what it belongs to, once there are more than a [`FEW`].
    index: Option<HashMap<(usize, Cow<'a, str>), usize>>,
    /// The table that keys now belong to.
    current: usize,
    /// The first entry that its keys made.
    first: usize,
}

impl<'a> Seen<'a> {
    pub(super) fn new() -> Self {
        let root = Entry {
            parent: 0,
            name: Cow::Borrowed(""),
            kind: Kind::Table,
            explicit: false,
            children: 1,
            span: 0..0,
        };
        let mut entries = Vec::with_capacity(8);
        entries.push(root);
        Self {
            entries,
            index: None,
            current: 0,
            first: 1,
        }
    }

    /// Takes note of an expression. Whether an array of tables is named for the first time is the answer.
    pub(super) fn check(&mut self, expression: &Expression<'a>) -> Result<bool, Problem> {
        match expression {
            Expression::KeyValue(key_value) => self.check_key_value(key_value).map(|()| false),
            Expression::Table(key) => self.check_header(key, Kind::Table),
            Expression::ArrayTable(key) => self.check_header(key, Kind::ArrayTable),
        }
    }

    fn check_header(&mut self, key: &[KeyPart<'a>], kind: Kind) -> Result<bool, Problem> {
        self.close_dotted();
        let Some((last, parents)) = key.split_last() else {
            return Ok(false);
        };
        let mut at = 0;
        for (depth, part) in parents.iter().enumerate() {
            at = match self.child(at, part) {
                None => self.create(at, part, Kind::Table, false),
                Some(child) if self.entries[child].kind == Kind::Value => {
                    return Err(self.redefined(&key[..=depth], child));
                }
                Some(child) => child,
            };
        }
        let known = self.child(at, last);
        self.current = match known {
            None => self.create(at, last, kind, true),
            Some(child) => {
                let made = self.entries.len();
                let entry = &mut self.entries[child];
                match kind {
                    _ if entry.kind != kind => return Err(self.redefined(key, child)),
                    Kind::ArrayTable => entry.children = made,
                    _ if entry.explicit => return Err(self.redefined(key, child)),
                    _ => entry.explicit = true,
                }
                child
            }
        };
        self.first = self.entries.len();
        Ok(known.is_none())
    }

    fn check_key_value(&mut self, key_value: &KeyValue<'a>) -> Result<(), Problem> {
        let key = &key_value.key;
        let mut at = self.current;
        for (depth, part) in key.iter().enumerate() {
            at = match self.child(at, part) {
                None => self.create(at, part, Kind::Table, false),
                Some(child) => {
                    let entry = &self.entries[child];
                    if depth + 1 == key.len() || entry.kind != Kind::Table || entry.explicit {
                        return Err(self.redefined(&key[..=depth], child));
                    }
                    child
                }
            };
        }
        self.entries[at].kind = Kind::Value;
        check_value(&key_value.value)
    }

    /// At a header, what keys made in the table before it is closed (`setExplicitFlag`).
    fn close_dotted(&mut self) {
        for entry in &mut self.entries[self.first..] {
            entry.explicit = true;
        }
    }

    fn child(&self, parent: usize, part: &KeyPart<'a>) -> Option<usize> {
        let first = self.entries[parent].children;
        match &self.index {
            None => {
                let is_it = |entry: &Entry| entry.parent == parent && entry.name == part.name;
                let known = self.entries.get(first..)?.iter().position(is_it);
                known.map(|at| first + at)
            }
            Some(index) => {
                let last = index.get(&(parent, part.name.clone())).copied();
                last.filter(|&last| last >= first)
            }
        }
    }

    fn create(&mut self, parent: usize, part: &KeyPart<'a>, kind: Kind, explicit: bool) -> usize {
        let made = self.entries.len();
        self.entries.push(Entry {
            parent,
            name: part.name.clone(),
            kind,
            explicit,
            children: made + 1,
            span: part.span.clone(),
        });
        if let Some(index) = &mut self.index {
            index.insert((parent, part.name.clone()), made);
        } else if made > FEW {
            let entries = self.entries.iter().enumerate().skip(1);
            let keys = entries.map(|(at, entry)| ((entry.parent, entry.name.clone()), at));
            self.index = Some(keys.collect());
        }
        made
    }

    fn redefined(&self, key: &[KeyPart], earlier: usize) -> Problem {
        let names: Vec<&str> = key.iter().map(|part| part.name.as_ref()).collect();
        let span = match key {
            [first, .., last] => first.span.start..last.span.end,
            [only] => only.span.clone(),
            [] => 0..0,
        };
        let first = Some(self.entries[earlier].span.clone());
        Problem {
            kind: ProblemKind::Redefined {
                key: names.join("."),
                first,
            },
            span,
        }
    }
}

/// Inline tables are closed worlds: each is tracked by itself.
fn check_value(value: &Node) -> Result<(), Problem> {
    match &value.kind {
        NodeKind::Array(elements) => elements.iter().try_for_each(check_value),
        NodeKind::Table(entries) => {
            let mut seen = Seen::new();
            entries
                .iter()
                .try_for_each(|entry| seen.check_key_value(entry))
        }
        _ => Ok(()),
    }
}
