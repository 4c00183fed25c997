//! The tree that go-toml v1 builds, and what it lets be defined twice (toml.go).

use super::key::KeyPart;
use crate::toml::{Kind, Span, Spanned, Value};
use indexmap::IndexMap;
use std::borrow::Cow;

/// A table in a [`Tree`].
///
/// Tables refer to each other by number, so that neither the depth of a key
/// nor that of a tree costs any stack.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct TableId(usize);

/// The whole tree.
#[derive(Debug)]
pub(super) struct Tree<'s> {
    tables: Vec<Table<'s>>,
}

/// One table.
#[derive(Debug, Default)]
pub(super) struct Table<'s> {
    /// The line that go-toml keeps for it: of the header or key that first
    /// needed it. Tables that are written inline have none, and keep 0.
    pub(super) line: usize,
    /// Whether it is closed to additions, as inline tables are, and what is added
    /// to one. Tables *between* an inline table and the values of its dotted keys are not.
    pub(super) inline: bool,
    nodes: IndexMap<Cow<'s, str>, Node<'s>>,
}

/// The value of a key in a table.
#[derive(Debug)]
pub(super) struct Node<'s> {
    /// Where the key is written.
    pub(super) key: Span,
    pub(super) value: Spanned<Datum<'s>>,
}

/// The possible values of a key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Datum<'s> {
    String(Cow<'s, str>),
    Integer,
    /// An integer that only 64 bits without a sign can hold.
    UnsignedInteger,
    Float,
    Boolean(bool),
    Datetime,
    Array(Vec<Spanned<Datum<'s>>>),
    Table(TableId),
    /// An array of tables, from `[[…]]` or from an array that contains nothing but inline
    /// tables. Never empty.
    Tables(Vec<TableId>),
}

impl<'s> Tree<'s> {
    pub(super) const ROOT: TableId = TableId(0);

    /// An empty tree.
    pub(super) fn new() -> Self {
        let root = Table {
            line: 1,
            ..Table::default()
        };
        let mut tables = Vec::with_capacity(8);
        tables.push(root);
        Tree { tables }
    }

    pub(super) fn table(&self, id: TableId) -> &Table<'s> {
        &self.tables[id.0]
    }

    pub(super) fn table_mut(&mut self, id: TableId) -> &mut Table<'s> {
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
        path: impl IntoIterator<Item = &'k KeyPart<'s>>,
    ) -> Option<Found<'_, 's>>
    where
        's: 'k,
    {
        let mut found = Found::Table(Self::ROOT);
        for key in path {
            let node = self.table(found.table()?).get(&key.value)?;
            found = Found::from(node);
        }
        Some(found)
    }

    /// Makes the tables of a path that are missing (`createSubTree`), and returns the
    /// last. The error is where the node in the way is.
    pub(super) fn create<'k>(
        &mut self,
        path: impl IntoIterator<Item = &'k KeyPart<'s>>,
        line: usize,
    ) -> Result<TableId, Span>
    where
        's: 'k,
    {
        let mut id = Self::ROOT;
        for key in path {
            let table = self.table(id);
            id = match table.get(&key.value) {
                Some(node) => Found::from(node).table().ok_or_else(|| node.span())?,
                None => {
                    let next = self.add_table(line, table.inline);
                    self.table_mut(id).add_table(key, next);
                    next
                }
            };
        }
        Ok(id)
    }

    /// Puts a value at a path below a table, whatever was there (`SetPath`).
    ///
    /// A step that leads to something other than a table is skipped: `{ a = 1, a.b = 2 }` sets
    /// `b` beside `a`.
    pub(super) fn set(&mut self, from: TableId, path: &[KeyPart<'s>], value: Spanned<Datum<'s>>) {
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
                    self.table_mut(id).add_table(key, next);
                    id = next;
                }
            }
        }
        self.table_mut(id).set(last, value);
    }

    /// Adds a table to an array of tables that [`Tree::get`] finds at a path.
    pub(super) fn push_table(&mut self, path: &[KeyPart<'s>], table: TableId) {
        let Some((last, steps)) = path.split_last() else {
            return;
        };
        let Some(parent) = self.get(steps).and_then(|found| found.table()) else {
            return;
        };
        let node = self.table_mut(parent).nodes.get_mut(&last.value);
        if let Some(Datum::Tables(tables)) = node.map(|node| &mut node.value.value) {
            tables.push(table);
        }
    }
}

/// The value at a path.
#[derive(Debug, Clone, Copy)]
pub(super) enum Found<'t, 's> {
    /// A table.
    Table(TableId),
    /// An array of tables; the last one is meant.
    Tables(TableId),
    /// Something else.
    Value(&'t Node<'s>),
}

impl<'t, 's> Found<'t, 's> {
    fn from(node: &'t Node<'s>) -> Self {
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

impl<'s> Table<'s> {
    /// The node whose key is this one in capitals.
    pub(super) fn get_upper(&self, key: &str) -> Option<&Node<'s>> {
        let is_upper = |name: &str| {
            let upper = key.bytes().map(|byte| byte.to_ascii_uppercase());
            name.len() == key.len() && name.bytes().eq(upper)
        };
        let mut nodes = self.nodes();
        nodes.find(|(name, _)| is_upper(name)).map(|(_, node)| node)
    }

    pub(super) fn get(&self, key: &str) -> Option<&Node<'s>> {
        self.nodes.get(key)
    }

    /// Its keys, in the order in which they were first set, with what they hold.
    pub(super) fn nodes(&self) -> impl ExactSizeIterator<Item = (&str, &Node<'s>)> {
        self.nodes.iter().map(|(name, node)| (name.as_ref(), node))
    }

    /// Sets a key, whatever was there.
    pub(super) fn set(&mut self, key: &KeyPart<'s>, value: Spanned<Datum<'s>>) {
        self.nodes.insert(key.value.clone(), Node::new(key, value));
    }

    /// Adds a table that is made because a path passes through it.
    fn add_table(&mut self, key: &KeyPart<'s>, id: TableId) {
        let table = Spanned {
            value: Datum::Table(id),
            span: key.span.clone(),
        };
        self.set(key, table);
    }
}

impl<'s> Node<'s> {
    fn new(key: &KeyPart<'s>, value: Spanned<Datum<'s>>) -> Self {
        Node {
            key: key.span.clone(),
            value,
        }
    }

    /// From the key to the end of the value.
    pub(super) fn span(&self) -> Span {
        self.key.start..self.value.span.end.max(self.key.end)
    }
}

impl Datum<'_> {
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
            Datum::String(text) => Kind::String(text.to_string()),
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
