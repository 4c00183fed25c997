//! Which keys and tables were seen, and with which meaning: go-toml's `tracker.SeenTracker`.
//!
//! It sees names as written, so `ca` and `CA` are two keys to it, although both decode into one field.

use std::collections::HashMap;

use super::parser::{Expression, KeyPart, KeyValue, Node, NodeKind};
use crate::containerd::toml::{Problem, ProblemKind, Span};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Value,
    Table,
    ArrayTable,
}

#[derive(Debug)]
struct Entry {
    children: HashMap<String, usize>,
    kind: Kind,
    /// Closed: a header for it, or a dotted key through it, is a second definition.
    explicit: bool,
    /// Made by a dotted key, and therefore closed by the next header.
    dotted: bool,
    /// Where it was first named.
    span: Span,
}

/// The tree of what was seen.
#[derive(Debug)]
pub(super) struct Seen {
    entries: Vec<Entry>,
    /// The table that keys now belong to.
    current: usize,
}

impl Seen {
    pub(super) fn new() -> Self {
        let root = Entry {
            children: HashMap::new(),
            kind: Kind::Table,
            explicit: false,
            dotted: false,
            span: 0..0,
        };
        Self {
            entries: vec![root],
            current: 0,
        }
    }

    /// Takes note of an expression. Whether an array of tables is named for the first time is the answer.
    pub(super) fn check(&mut self, expression: &Expression) -> Result<bool, Problem> {
        match expression {
            Expression::KeyValue(key_value) => self.check_key_value(key_value).map(|()| false),
            Expression::Table(key) => self.check_header(key, Kind::Table),
            Expression::ArrayTable(key) => self.check_header(key, Kind::ArrayTable),
        }
    }

    fn check_header(&mut self, key: &[KeyPart], kind: Kind) -> Result<bool, Problem> {
        self.close_dotted(self.current);
        let Some((last, parents)) = key.split_last() else {
            return Ok(false);
        };
        let mut at = 0;
        for (depth, part) in parents.iter().enumerate() {
            at = match self.child(at, part) {
                None => self.create(at, part, Kind::Table, false, false),
                Some(child) if self.entries[child].kind == Kind::Value => {
                    return Err(self.redefined(&key[..=depth], child));
                }
                Some(child) => child,
            };
        }
        let known = self.child(at, last);
        self.current = match known {
            None => self.create(at, last, kind, true, false),
            Some(child) => {
                let entry = &mut self.entries[child];
                match kind {
                    _ if entry.kind != kind => return Err(self.redefined(key, child)),
                    Kind::ArrayTable => entry.children.clear(),
                    _ if entry.explicit => return Err(self.redefined(key, child)),
                    _ => entry.explicit = true,
                }
                child
            }
        };
        Ok(known.is_none())
    }

    fn check_key_value(&mut self, key_value: &KeyValue) -> Result<(), Problem> {
        let key = &key_value.key;
        let mut at = self.current;
        for (depth, part) in key.iter().enumerate() {
            at = match self.child(at, part) {
                None => self.create(at, part, Kind::Table, false, true),
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

    /// At a header, what dotted keys made below the table before it is closed.
    fn close_dotted(&mut self, at: usize) {
        let mut pending: Vec<usize> = self.entries[at].children.values().copied().collect();
        while let Some(child) = pending.pop() {
            let entry = &mut self.entries[child];
            if entry.dotted {
                entry.explicit = true;
                entry.dotted = false;
            }
            pending.extend(entry.children.values());
        }
    }

    fn child(&self, parent: usize, part: &KeyPart) -> Option<usize> {
        self.entries[parent].children.get(&part.name).copied()
    }

    fn create(
        &mut self,
        parent: usize,
        part: &KeyPart,
        kind: Kind,
        explicit: bool,
        dotted: bool,
    ) -> usize {
        let index = self.entries.len();
        self.entries.push(Entry {
            children: HashMap::new(),
            kind,
            explicit,
            dotted,
            span: part.span.clone(),
        });
        self.entries[parent]
            .children
            .insert(part.name.clone(), index);
        index
    }

    fn redefined(&self, key: &[KeyPart], earlier: usize) -> Problem {
        let names: Vec<&str> = key.iter().map(|part| part.name.as_str()).collect();
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
