//! The tree that go-toml v1 builds, and what it lets be defined twice (toml.go).

use super::super::{Kind, Span, Spanned, Value};
use std::collections::HashMap;

/// A table in a [`Tree`].
///
/// Tables refer to each other by number, so that neither the depth of a key
/// nor that of a tree costs any stack.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct TableId(usize);

/// The whole tree.
#[derive(Debug)]
pub(super) struct Tree {
    tables: Vec<Table>,
}

/// One table.
#[derive(Debug, Default)]
pub(super) struct Table {
    /// The line that go-toml keeps for it: of the header or key that first
    /// needed it. Tables that are written inline have none, and keep 0.
    pub(super) line: usize,
    /// Whether it is closed to additions, as inline tables are, and what is added
    /// to one. Tables *between* an inline table and the values of its dotted keys are not.
    pub(super) inline: bool,
    nodes: Vec<Node>,
    /// Where each key is, once there are more than a [`FEW`].
    index: HashMap<String, usize>,
}

/// So many keys are found sooner by looking at each.
const FEW: usize = 16;

/// A key in a table, with what it holds.
#[derive(Debug)]
pub(super) struct Node {
    pub(super) key: Spanned<String>,
    pub(super) value: Spanned<Datum>,
}

/// What a key can hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Datum {
    String(String),
    Integer,
    /// An integer that only 64 bits without a sign can hold.
    UnsignedInteger,
    Float,
    Boolean(bool),
    Datetime,
    Array(Vec<Spanned<Datum>>),
    Table(TableId),
    /// An array of tables, from `[[…]]` or from an array that holds nothing but inline
    /// tables. Never empty.
    Tables(Vec<TableId>),
}

impl Tree {
    pub(super) const ROOT: TableId = TableId(0);

    /// An empty tree.
    pub(super) fn new() -> Self {
        let root = Table {
            line: 1,
            ..Table::default()
        };
        Tree { tables: vec![root] }
    }

    pub(super) fn table(&self, id: TableId) -> &Table {
        &self.tables[id.0]
    }

    pub(super) fn table_mut(&mut self, id: TableId) -> &mut Table {
        &mut self.tables[id.0]
    }

    /// Makes a table that nothing refers to yet.
    pub(super) fn add_table(&mut self, line: usize, inline: bool) -> TableId {
        self.tables.push(Table {
            line,
            inline,
            ..Table::default()
        });
        TableId(self.tables.len() - 1)
    }

    /// Looks a path up from the root. In arrays of tables the last one counts.
    pub(super) fn get<'k>(
        &self,
        path: impl IntoIterator<Item = &'k Spanned<String>>,
    ) -> Option<Found<'_>> {
        let mut found = Found::Table(Self::ROOT);
        for key in path {
            let node = self.table(found.table()?).get(&key.value)?;
            found = Found::from(node);
        }
        Some(found)
    }

    /// Makes the tables of a path that are missing (`createSubTree`), and returns the
    /// last. The error is the node in the way.
    pub(super) fn create<'k>(
        &mut self,
        path: impl IntoIterator<Item = &'k Spanned<String>>,
        line: usize,
    ) -> Result<TableId, &Node> {
        let mut id = Self::ROOT;
        for key in path {
            let next = match self.table(id).position(&key.value) {
                Some(at) => match Found::from(&self.table(id).nodes[at]).table() {
                    Some(next) => next,
                    None => return Err(&self.table(id).nodes[at]),
                },
                None => {
                    let inline = self.table(id).inline;
                    let next = self.add_table(line, inline);
                    self.table_mut(id).set(Node::table(key, next));
                    next
                }
            };
            id = next;
        }
        Ok(id)
    }

    /// Puts a value at a path below a table, whatever was there (`SetPath`).
    ///
    /// A step that leads to something other than a table is passed over: `{ a = 1, a.b = 2 }` sets
    /// `b` beside `a`.
    pub(super) fn set(&mut self, from: TableId, path: &[Spanned<String>], value: Spanned<Datum>) {
        let Some((last, steps)) = path.split_last() else {
            return;
        };
        let first_line = self.table(from).line;
        let mut id = from;
        for (depth, key) in steps.iter().enumerate() {
            match self.table(id).get(&key.value) {
                Some(node) => id = Found::from(node).table().unwrap_or(id),
                None => {
                    // Lines are made up here: one more for each step.
                    let next = self.add_table(first_line + depth, false);
                    self.table_mut(id).set(Node::table(key, next));
                    id = next;
                }
            }
        }
        self.table_mut(id).set(Node {
            key: last.clone(),
            value,
        });
    }

    /// Adds a table to an array of tables that [`Tree::get`] finds at a path.
    pub(super) fn push_table(&mut self, path: &[Spanned<String>], table: TableId) {
        let Some((last, steps)) = path.split_last() else {
            return;
        };
        let Some(parent) = self.get(steps).and_then(|found| found.table()) else {
            return;
        };
        let parent = self.table_mut(parent);
        if let Some(at) = parent.position(&last.value)
            && let Datum::Tables(tables) = &mut parent.nodes[at].value.value
        {
            tables.push(table);
        }
    }
}

/// What a path leads to.
#[derive(Debug, Clone, Copy)]
pub(super) enum Found<'t> {
    /// A table.
    Table(TableId),
    /// An array of tables, the last of which is meant.
    Tables(TableId),
    /// Something else.
    Value(&'t Node),
}

impl<'t> Found<'t> {
    fn from(node: &'t Node) -> Self {
        match &node.value.value {
            Datum::Table(id) => Found::Table(*id),
            Datum::Tables(ids) => match ids.last() {
                Some(&id) => Found::Tables(id),
                None => Found::Value(node),
            },
            _ => Found::Value(node),
        }
    }

    /// The table that a path goes on from.
    pub(super) fn table(self) -> Option<TableId> {
        match self {
            Found::Table(id) | Found::Tables(id) => Some(id),
            Found::Value(_) => None,
        }
    }
}

impl Table {
    fn position(&self, key: &str) -> Option<usize> {
        match self.nodes.len() <= FEW {
            true => self.nodes.iter().position(|node| node.key.value == key),
            false => self.index.get(key).copied(),
        }
    }

    /// The node whose key is this one in capitals.
    pub(super) fn get_upper(&self, key: &str) -> Option<&Node> {
        let is_upper = |node: &&Node| {
            let found = node.key.value.bytes();
            found.eq(key.bytes().map(|byte| byte.to_ascii_uppercase()))
        };
        match self.nodes.len() <= FEW {
            true => self.nodes.iter().find(is_upper),
            false => self.get(&key.to_ascii_uppercase()),
        }
    }

    pub(super) fn get(&self, key: &str) -> Option<&Node> {
        self.position(key).map(|at| &self.nodes[at])
    }

    /// Its keys in the order in which they were first set.
    pub(super) fn nodes(&self) -> &[Node] {
        &self.nodes
    }

    /// Sets a key, whatever was there.
    pub(super) fn set(&mut self, node: Node) {
        match self.position(&node.key.value) {
            Some(at) => self.nodes[at] = node,
            None => {
                self.nodes.push(node);
                let first = match self.nodes.len() {
                    0..=FEW => return,
                    // The first that is looked up in the index, and all before it.
                    length if self.index.is_empty() => 0..length,
                    length => length - 1..length,
                };
                for at in first {
                    self.index.insert(self.nodes[at].key.value.clone(), at);
                }
            }
        }
    }
}

impl Node {
    /// A table that is made because a path passes through it.
    pub(super) fn table(key: &Spanned<String>, id: TableId) -> Self {
        Node {
            key: key.clone(),
            value: Spanned {
                value: Datum::Table(id),
                span: key.span.clone(),
            },
        }
    }

    /// From the key to the end of the value.
    pub(super) fn span(&self) -> Span {
        self.key.span.start..self.value.span.end.max(self.key.span.end)
    }
}

impl Datum {
    /// The word a person would use for it, with its article.
    pub(super) fn describe(&self) -> &'static str {
        match self {
            Datum::Tables(_) => "an array of tables",
            other => other.kind(0..0).describe(),
        }
    }

    /// The value as the loader gets to see it. Of tables it only wants to know that they are.
    pub(super) fn kind(&self, span: Span) -> Kind {
        match self {
            Datum::String(text) => Kind::String(text.clone()),
            Datum::Integer | Datum::UnsignedInteger => Kind::Integer,
            Datum::Float => Kind::Float,
            Datum::Boolean(value) => Kind::Boolean(*value),
            Datum::Datetime => Kind::Datetime,
            Datum::Array(items) => Kind::Array(items.iter().map(value).collect()),
            Datum::Table(_) => Kind::Table,
            Datum::Tables(ids) => {
                let table = Spanned {
                    value: Kind::Table,
                    span,
                };
                Kind::Array(vec![table; ids.len()])
            }
        }
    }
}

/// A datum as the loader gets to see it.
pub(super) fn value(datum: &Spanned<Datum>) -> Value {
    Spanned {
        value: datum.value.kind(datum.span.clone()),
        span: datum.span.clone(),
    }
}
