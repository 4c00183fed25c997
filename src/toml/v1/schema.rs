//! From the tree to containerd's structs: `getSortedHosts` in containerd's
//! remotes/docker/config/hosts.go and `Tree.Unmarshal` in go-toml v1's marshal.go.

use super::Options;
use super::tree::{Datum, Node, Table, TableId, Tree, value};
use crate::toml::{Decoded, Entry, HostEntry, HostsFile, Problem, ProblemKind, Span, Spanned};
use std::ops::Range;

/// Decodes a tree.
pub(super) fn decode(tree: &Tree, options: Options) -> Decoded {
    let mut decoder = Decoder {
        tree,
        options,
        problems: Vec::new(),
    };
    let file = decoder.file();
    Decoded {
        file: Some(file),
        problems: decoder.problems,
        by_version: true,
    }
}

struct Decoder<'t> {
    tree: &'t Tree<'t>,
    options: Options,
    problems: Vec<Problem>,
}

/// A field that has no value, or one that does not decode, is not set.
type Field<T> = Option<Spanned<T>>;

impl<'t> Decoder<'t> {
    fn file(&mut self) -> HostsFile {
        let root = self.tree.table(Tree::ROOT);
        let order = self.order(root);
        // The fields of the root are an embedded struct. Were there a table of its
        // name, go-toml would decode that instead.
        let embedded = [
            "HostFileConfig",
            "hostfileconfig",
            "HOSTFILECONFIG",
            "hostFileConfig",
        ]
        .iter()
        .find_map(|name| root.get(name));
        let entry = match embedded {
            None => self.entry(root),
            Some(node) => match self.table(node, "hostFileConfig") {
                Some(id) => self.entry(self.tree.table(id)),
                None => Entry::default(),
            },
        };
        let server = field(root, "server").and_then(|node| self.text(&node.value, "server"));
        let (hosts, ties) = self.hosts(root, order);
        HostsFile {
            hosts,
            ties,
            root: entry,
            server,
        }
    }

    /// The step before decoding: containerd looks for the hosts' order, by line, in the
    /// table `host`. Returned is that table, or none where there is no order to be had.
    fn order(&mut self, root: &'t Table) -> Option<TableId> {
        let Some(node) = root.get("host") else {
            if self.options.host_table_required {
                self.report(ProblemKind::MissingHostTable, 0..0);
            }
            return None;
        };
        let id = self.table(node, "host")?;
        let nodes = self.tree.table(id).nodes();
        let is_compared = nodes.len() > 1;
        // Comparing lines asserts that both are of tables. A single host is compared with none.
        for (_, node) in nodes {
            if is_compared && !matches!(node.value.value, Datum::Table(_)) {
                let kind = ProblemKind::Panic {
                    key: "host".to_owned(),
                    found: node.value.value.describe(),
                };
                self.report(kind, node.span());
            }
        }
        Some(id)
    }

    /// The host tables, decoded and in containerd's order, and the ties in it.
    fn hosts(
        &mut self,
        root: &'t Table,
        order: Option<TableId>,
    ) -> (Vec<HostEntry>, Vec<Range<usize>>) {
        let Some(id) = order else {
            // Without an order no host is used, but a table `HOST` is decoded, and may fail.
            if root.get("host").is_none()
                && let Some(node) = field(root, "host")
                && let Some(id) = self.table(node, "host")
            {
                for (name, node) in self.tree.table(id).nodes() {
                    self.host(name, node);
                }
            }
            return Default::default();
        };
        let nodes = self.tree.table(id).nodes();
        let count = nodes.len();
        let mut hosts = Vec::with_capacity(count);
        for (name, node) in nodes {
            match node.value.value {
                Datum::Table(_) => hosts.extend(self.host(name, node)),
                // Already reported as worse.
                _ if count > 1 => {}
                _ => {
                    self.host(name, node);
                }
            }
        }
        hosts.sort_by_cached_key(|(line, _)| *line);
        let mut ties = Vec::new();
        let mut start = 0;
        for tied in hosts.chunk_by(|(one, _), (other, _)| one == other) {
            if tied.len() > 1 {
                ties.push(start..start + tied.len());
            }
            start += tied.len();
        }
        (hosts.into_iter().map(|(_, host)| host).collect(), ties)
    }

    /// A host table with its line.
    fn host(&mut self, name: &str, node: &'t Node) -> Option<(usize, HostEntry)> {
        let id = self.table(node, "host")?;
        let table = self.tree.table(id);
        let host = HostEntry {
            name: Spanned {
                value: name.to_owned(),
                span: node.key.clone(),
            },
            entry: self.entry(table),
        };
        Some((table.line, host))
    }

    /// The fields of containerd's `hostFileConfig`, in its order.
    fn entry(&mut self, table: &'t Table) -> Entry {
        Entry {
            capabilities: field(table, "capabilities").and_then(|node| self.capabilities(node)),
            ca: field(table, "ca").map(|node| value(&node.value)),
            client: field(table, "client").map(|node| value(&node.value)),
            skip_verify: self.boolean(table, "skip_verify"),
            header: field(table, "header").and_then(|node| {
                let id = self.table(node, "header")?;
                let headers = self.tree.table(id).nodes().map(|(name, node)| {
                    let name = Spanned {
                        value: name.to_owned(),
                        span: node.key.clone(),
                    };
                    (name, value(&node.value))
                });
                Some(Spanned {
                    value: headers.collect(),
                    span: node.value.span.clone(),
                })
            }),
            override_path: if self.options.override_path {
                self.boolean(table, "override_path")
            } else {
                None
            },
            dial_timeout: None,
        }
    }

    fn capabilities(&mut self, node: &'t Node) -> Field<Vec<Spanned<String>>> {
        let Datum::Array(items) = &node.value.value else {
            self.wrong_type(&node.value, "capabilities");
            return None;
        };
        let words: Vec<_> = items
            .iter()
            .map(|item| self.text(item, "capabilities"))
            .collect();
        Some(Spanned {
            value: words.into_iter().collect::<Option<_>>()?,
            span: node.value.span.clone(),
        })
    }

    fn text(&mut self, datum: &Spanned<Datum>, key: &str) -> Field<String> {
        let text = match &datum.value {
            Datum::String(text) => text.to_string(),
            // go-toml knows that Go converts integers to text, and forbids it for those with a
            // sign only; out of Unicode's range, what becomes of the others is this.
            Datum::UnsignedInteger => char::REPLACEMENT_CHARACTER.to_string(),
            _ => {
                self.wrong_type(datum, key);
                return None;
            }
        };
        Some(Spanned {
            value: text,
            span: datum.span.clone(),
        })
    }

    fn boolean(&mut self, table: &Table, key: &str) -> Field<bool> {
        let datum = &field(table, key)?.value;
        let Datum::Boolean(value) = datum.value else {
            self.wrong_type(datum, key);
            return None;
        };
        Some(Spanned {
            value,
            span: datum.span.clone(),
        })
    }

    /// A table, and only one: an array of tables will not do.
    fn table(&mut self, node: &Node, key: &str) -> Option<TableId> {
        match node.value.value {
            Datum::Table(id) => Some(id),
            _ => {
                self.wrong_type(&node.value, key);
                None
            }
        }
    }

    fn wrong_type(&mut self, datum: &Spanned<Datum>, key: &str) {
        let kind = ProblemKind::WrongType {
            key: key.to_owned(),
            found: datum.value.describe(),
        };
        self.report(kind, datum.span.clone());
    }

    fn report(&mut self, kind: ProblemKind, span: Span) {
        self.problems.push(Problem { kind, span });
    }
}

/// The value of a field: go-toml looks for its name, then for that in capitals.
fn field<'t>(table: &'t Table<'t>, name: &str) -> Option<&'t Node<'t>> {
    table.get(name).or_else(|| table.get_upper(name))
}
