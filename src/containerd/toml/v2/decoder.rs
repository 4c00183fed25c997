//! From expressions to the struct: go-toml's `unmarshaler.go`.
//!
//! go-toml stops at the first error. This goes on after errors of type and after panics, leaving out what could not
//! be decoded, so that all of them are found in one look.

use super::numbers;
use super::parser::{DateKind, Expression, KeyPart, KeyValue, Node, NodeKind, Parser};
use super::seen::Seen;
use super::target::{Any, Config, Map, Place};
use super::{Options, Version};
use crate::containerd::toml::{Decoded, Kind, Problem, ProblemKind, Span, Spanned};

/// A problem after which nothing more can be said; it is in the list already.
struct Fatal;

/// How a header walks to its table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Walk {
    Table,
    ArrayTable,
}

/// The key of a header while it is walked: the parts, and how many were taken.
#[derive(Debug, Clone, Copy)]
struct Path<'k> {
    parts: &'k [KeyPart],
    taken: usize,
}

impl<'k> Path<'k> {
    fn next(self) -> Option<Path<'k>> {
        (self.taken < self.parts.len()).then_some(Path { taken: self.taken + 1, ..self })
    }

    fn is_last(self) -> bool {
        self.taken == self.parts.len()
    }

    /// The part taken last.
    fn part(self) -> Option<&'k KeyPart> {
        self.parts.get(self.taken.checked_sub(1)?)
    }

    fn span(self) -> Span {
        match self.parts {
            [first, .., last] => first.span.start..last.span.end,
            [only] => only.span.clone(),
            [] => 0..0,
        }
    }
}

pub(super) fn decode(text: &[u8], options: Options) -> Decoded {
    let mut root = Config::root(options.dial_timeout);
    let mut decoder = Decoder {
        text,
        options,
        parser: Parser::new(text),
        stashed: None,
        seen: Seen::new(),
        skip_until_table: false,
        clear_array_table: false,
        field: "",
        order: Vec::new(),
        problems: Vec::new(),
    };
    let finished = decoder.document(&mut root).is_ok();
    Decoded { file: finished.then(|| root.into_file(decoder.order)), problems: decoder.problems }
}

struct Decoder<'a> {
    text: &'a [u8],
    options: Options,
    parser: Parser<'a>,
    /// The header that ended a table, to be read again.
    stashed: Option<Expression>,
    seen: Seen,
    /// The table has no field, so its keys are passed over, and not even tracked.
    skip_until_table: bool,
    /// An array of tables is named for the first time: what stands there already goes.
    clear_array_table: bool,
    /// The field being decoded, for problems.
    field: &'static str,
    /// The hosts as `getSortedHosts` lists them.
    order: Vec<Spanned<String>>,
    problems: Vec<Problem>,
}

impl Decoder<'_> {
    fn document(&mut self, root: &mut Config) -> Result<(), Fatal> {
        while let Some(expression) = self.next()? {
            match expression {
                Expression::KeyValue(_) if self.skip_until_table => {}
                Expression::KeyValue(_) => {
                    self.check(&expression)?;
                    if let Expression::KeyValue(key_value) = &expression {
                        self.key_value(key_value, Place::Config(root))?;
                    }
                }
                Expression::Table(ref parts) => {
                    self.check(&expression)?;
                    self.skip_until_table = false;
                    self.table(Path { parts, taken: 0 }, Place::Config(root))?;
                }
                Expression::ArrayTable(ref parts) => {
                    self.clear_array_table = self.check(&expression)?;
                    self.skip_until_table = false;
                    self.array_table(Path { parts, taken: 0 }, Place::Config(root))?;
                }
            }
        }
        Ok(())
    }

    fn next(&mut self) -> Result<Option<Expression>, Fatal> {
        if let Some(expression) = self.stashed.take() {
            return Ok(Some(expression));
        }
        let expression = self.parser.next().map_err(|error| {
            self.problem(ProblemKind::Syntax(error.message), error.span);
            Fatal
        })?;
        if let Some(Expression::Table(key)) = &expression {
            self.list_host(key);
        }
        Ok(expression)
    }

    /// `getSortedHosts`: headers (not of array tables) whose first part is `host`, exactly, and that have a second.
    /// Whoever was listed last is not listed again, which is how `[host.a.header]` after `[host.a]` is passed over. The
    /// comparison begins with the empty text, so a first `[host.""]` is passed over too.
    fn list_host(&mut self, key: &[KeyPart]) {
        if let [table, host, ..] = key
            && table.name == "host"
            && self.order.last().map_or("", |last| last.value.as_str()) != host.name
        {
            self.order.push(spanned(host.name.clone(), &host.span));
        }
    }

    fn check(&mut self, expression: &Expression) -> Result<bool, Fatal> {
        self.seen.check(expression).map_err(|problem| {
            self.problems.push(problem);
            Fatal
        })
    }

    /// `handleTable`.
    fn table(&mut self, path: Path, place: Place) -> Result<(), Fatal> {
        match place {
            Place::Words(words) => match words.as_ref().and_then(|words| words.value.last()).cloned() {
                None => Ok(self.table_in_empty_slice(path)),
                Some(word) => self.table(path, Place::Text(&mut Some(word))),
            },
            Place::Held(Any::List(elements, _)) => match elements.last_mut() {
                None => Ok(self.table_in_empty_slice(path)),
                Some(last) => self.table(path, Place::Any(last)),
            },
            place => match path.next() {
                Some(path) => self.key_part(path, place, Walk::Table),
                None => self.key_values(path, place),
            },
        }
    }

    /// A header that names a slice which has no element yet. go-toml wants to show the key in its message, but
    /// a key with escapes is no slice of the document, and to look for it there panics.
    fn table_in_empty_slice(&mut self, path: Path) {
        if path.part().is_some_and(|part| part.escaped) {
            self.panic("a table", path.span());
        } else {
            self.wrong_type("a table", path.span());
        }
        self.skip_until_table = true;
    }

    /// `handleArrayTable`.
    fn array_table(&mut self, path: Path, place: Place) -> Result<(), Fatal> {
        match path.next() {
            Some(path) => self.key_part(path, place, Walk::ArrayTable),
            None => self.key_values(path, place),
        }
    }

    fn walk(&mut self, path: Path, place: Place, walk: Walk) -> Result<(), Fatal> {
        match walk {
            Walk::Table => self.table(path, place),
            Walk::ArrayTable if path.is_last() => self.array_table_element(path, place),
            Walk::ArrayTable => self.array_table_collection(path, place),
        }
    }

    /// `handleArrayTableCollection`: a part of the key before the last. In an array it means the last element.
    fn array_table_collection(&mut self, path: Path, place: Place) -> Result<(), Fatal> {
        match place {
            // The last element of none, or a key of a string: a panic either way.
            Place::Words(_) => Ok(self.header_panic(path)),
            Place::Held(Any::List(elements, span)) => {
                if elements.is_empty() {
                    if self.options.version < Version::V2_3_0 {
                        return Ok(self.header_panic(path));
                    }
                    elements.push(Any::Map(Map::new(span.clone())));
                }
                match elements.last_mut() {
                    Some(last) => self.array_table(path, Place::Any(last)),
                    None => Ok(()),
                }
            }
            place => self.array_table(path, place),
        }
    }

    /// `handleArrayTableCollectionLast`: the array itself, which gets one element more.
    fn array_table_element(&mut self, path: Path, place: Place) -> Result<(), Fatal> {
        let span = path.span();
        let clear = std::mem::take(&mut self.clear_array_table);
        let elements = match place {
            Place::Words(words) => {
                let words = words.get_or_insert(spanned(Vec::new(), &span));
                if clear {
                    words.value.clear();
                }
                let mut word = None;
                self.key_values(path, Place::Text(&mut word))?;
                words.value.push(spanned(String::new(), &span));
                return Ok(());
            }
            Place::Any(any) => {
                if *any == Any::Nil {
                    *any = Any::List(Vec::new(), span.clone());
                }
                match any {
                    Any::List(elements, _) => {
                        if clear {
                            elements.clear();
                        }
                        elements
                    }
                    _ => return Ok(self.header_wrong_type("an array of tables", path)),
                }
            }
            // To shorten a slice that is an element of a map is not possible: reflection panics.
            Place::Held(Any::List(elements, _)) if clear && !elements.is_empty() => {
                return Ok(self.header_panic(path));
            }
            Place::Held(Any::List(elements, _)) => elements,
            _ => return Ok(self.header_wrong_type("an array of tables", path)),
        };
        elements.push(Any::Map(Map::new(span)));
        match elements.last_mut() {
            Some(element) => self.key_values(path, Place::Held(element)),
            None => Ok(()),
        }
    }

    /// `handleKeyPart`: one step of a header's walk.
    fn key_part(&mut self, path: Path, place: Place, walk: Walk) -> Result<(), Fatal> {
        let Some(part) = path.part() else { return Ok(()) };
        match place {
            Place::Config(config) => match config.field(&spanned(part.name.clone(), &part.span)) {
                None => Ok(self.skip_until_table = true),
                Some((name, field)) => {
                    let outer = std::mem::replace(&mut self.field, name);
                    self.walk(path, field, walk)?;
                    self.field = outer;
                    Ok(())
                }
            },
            Place::Hosts(hosts) => {
                let fresh = || Config::host(self.options.dial_timeout);
                let host = hosts.get_or_insert_default().entry(part.name.clone()).or_insert_with(fresh);
                self.walk(path, Place::Config(host), walk)
            }
            Place::Map(map) => {
                let map = map.get_or_insert_with(|| Map::new(part.span.clone()));
                self.map_part(path, map, walk)
            }
            Place::Any(any) => {
                if *any == Any::Nil {
                    *any = Any::Map(Map::new(path.span()));
                }
                self.key_part(path, Place::Held(any), walk)
            }
            Place::Held(Any::Map(map)) => self.map_part(path, map, walk),
            // A date is a struct, and has no such field.
            Place::Held(any) if any.is_object() => Ok(self.skip_until_table = true),
            Place::Text(_) | Place::Flag(_) | Place::Words(_) | Place::Held(_) => {
                place.clear();
                Ok(self.header_panic(path))
            }
        }
    }

    fn map_part(&mut self, path: Path, map: &mut Map, walk: Walk) -> Result<(), Fatal> {
        let Some(part) = path.part() else { return Ok(()) };
        let at = map.position(&part.name).unwrap_or_else(|| {
            let value = match walk {
                Walk::ArrayTable if path.is_last() => Any::List(Vec::new(), path.span()),
                _ => Any::Map(Map::new(path.span())),
            };
            map.entries.push((spanned(part.name.clone(), &part.span), value));
            map.entries.len() - 1
        });
        self.walk(path, Place::Held(&mut map.entries[at].1), walk)
    }

    /// `handleKeyValues`: the keys below a header.
    fn key_values(&mut self, path: Path, mut place: Place) -> Result<(), Fatal> {
        // A header alone does no harm anywhere.
        if let Place::Map(map) = &mut place {
            map.get_or_insert_with(|| Map::new(path.span()));
        }
        let mut reported = false;
        while let Some(expression) = self.next()? {
            let Expression::KeyValue(key_value) = &expression else {
                self.stashed = Some(expression);
                break;
            };
            self.check(&expression)?;
            if place.is_object() {
                self.key_value(key_value, place.reborrow())?;
            } else if !std::mem::replace(&mut reported, true) {
                self.wrong_type("a table", path.span());
            }
        }
        Ok(())
    }

    /// `handleKeyValue`.
    fn key_value(&mut self, key_value: &KeyValue, place: Place) -> Result<(), Fatal> {
        self.set(&key_value.key, &key_value.value, place)?;
        // An unknown key is passed over, and no more than that.
        self.skip_until_table = false;
        Ok(())
    }

    /// `handleKeyValueInner` and `handleKeyValuePart`: sets what `key` means, seen from `place`.
    fn set(&mut self, key: &[KeyPart], value: &Node, place: Place) -> Result<(), Fatal> {
        let Some((part, rest)) = key.split_first() else { return self.value(value, place) };
        let name = || spanned(part.name.clone(), &part.span);
        match place {
            Place::Config(config) => match config.field(&name()) {
                None => Ok(self.skip_until_table = true),
                Some((name, field)) => {
                    let outer = std::mem::replace(&mut self.field, name);
                    self.set(rest, value, field)?;
                    self.field = outer;
                    Ok(())
                }
            },
            Place::Hosts(hosts) => {
                let hosts = hosts.get_or_insert_default();
                match (hosts.get_mut(&part.name), rest) {
                    // The element of a map cannot be changed in place, and go-toml makes the copy too late for
                    // a pointer that is to be set: `x.ca = …` and then `x.skip_verify = …` under `[host]` panics.
                    (Some(host), [next, ..]) if host.is_unset_pointer(&next.name) => {
                        let outer = std::mem::replace(&mut self.field, "skip_verify");
                        self.panic("a dotted key of a host that has keys already", next.span.clone());
                        self.field = outer;
                        Ok(())
                    }
                    (Some(host), [_, ..]) => self.set(rest, value, Place::Config(host)),
                    _ => {
                        let mut host = Config::host(self.options.dial_timeout);
                        self.set(rest, value, Place::Config(&mut host))?;
                        hosts.insert(part.name.clone(), host);
                        Ok(())
                    }
                }
            }
            Place::Map(map) => {
                let map = map.get_or_insert_with(|| Map::new(part.span.clone()));
                self.set_in_map(map, part, rest, value)
            }
            Place::Any(any) => {
                // An `interface{}` becomes a map, whatever it held.
                if !matches!(any, Any::Map(_)) {
                    *any = Any::Map(Map::new(part.span.clone()));
                }
                self.set(key, value, Place::Held(any))
            }
            Place::Held(Any::Map(map)) => self.set_in_map(map, part, rest, value),
            Place::Held(any) if any.is_object() => Ok(()),
            Place::Text(_) | Place::Flag(_) | Place::Words(_) | Place::Held(_) => {
                place.clear();
                Ok(self.wrong_type("a table", part.span.clone()))
            }
        }
    }

    fn set_in_map(&mut self, map: &mut Map, part: &KeyPart, rest: &[KeyPart], value: &Node) -> Result<(), Fatal> {
        match map.position(&part.name) {
            Some(at) if !rest.is_empty() => self.set(rest, value, Place::Any(&mut map.entries[at].1)),
            known => {
                let mut any = Any::Nil;
                self.set(rest, value, Place::Any(&mut any))?;
                match known {
                    Some(at) => map.entries[at].1 = any,
                    None => map.entries.push((spanned(part.name.clone(), &part.span), any)),
                }
                Ok(())
            }
        }
    }

    /// `handleValue`: decodes a value into a variable.
    fn value(&mut self, node: &Node, place: Place) -> Result<(), Fatal> {
        match (&node.kind, place) {
            (NodeKind::String(text), Place::Text(place)) => {
                *place = Some(spanned(text.clone(), &node.span));
            }
            (NodeKind::Boolean(flag), Place::Flag(place)) => {
                *place = Some(spanned(*flag, &node.span));
            }
            (NodeKind::Array(elements), Place::Words(place)) => {
                let problems = self.problems.len();
                let mut words = Vec::with_capacity(elements.len());
                for element in elements {
                    let mut word = None;
                    self.value(element, Place::Text(&mut word))?;
                    words.extend(word);
                }
                // Half a list would look like another list.
                *place = (self.problems.len() == problems).then(|| spanned(words, &node.span));
            }
            (NodeKind::Array(elements), Place::Any(any)) => {
                // A key spelled twice in different case comes here twice; an array replaces arrays only.
                if !matches!(any, Any::Nil | Any::List(..)) {
                    self.wrong_type("an array", node.span.clone());
                    return Ok(());
                }
                let mut list = Vec::with_capacity(elements.len());
                for element in elements {
                    let mut any = Any::Nil;
                    self.value(element, Place::Any(&mut any))?;
                    list.push(any);
                }
                *any = Any::List(list, node.span.clone());
            }
            (NodeKind::Table(entries), place) => return self.inline_table(entries, node, place),
            (kind, place) => self.scalar(kind, &node.span, place)?,
        }
        Ok(())
    }

    /// `unmarshalInlineTable`: adds to what is there.
    fn inline_table(&mut self, entries: &[KeyValue], node: &Node, mut place: Place) -> Result<(), Fatal> {
        match &mut place {
            Place::Config(_) => {}
            Place::Map(map) => {
                map.get_or_insert_with(|| Map::new(node.span.clone()));
            }
            Place::Hosts(hosts) => {
                hosts.get_or_insert_default();
            }
            Place::Any(any) => {
                if **any == Any::Nil {
                    **any = Any::Map(Map::new(node.span.clone()));
                }
                return self.inline_table(entries, node, Place::Held(any));
            }
            Place::Held(any) if any.is_object() => {}
            Place::Text(_) | Place::Flag(_) | Place::Words(_) | Place::Held(_) => {
                place.clear();
                self.wrong_type("a table", node.span.clone());
                return Ok(());
            }
        }
        entries.iter().try_for_each(|entry| self.key_value(entry, place.reborrow()))
    }

    /// Numbers and dates are checked before it matters whether they fit the variable.
    fn scalar(&mut self, kind: &NodeKind, span: &Span, place: Place) -> Result<(), Fatal> {
        let bytes = &self.text[span.clone()];
        let text = std::str::from_utf8(bytes).unwrap_or_default();
        let (checked, scalar) = match kind {
            NodeKind::String(text) => (Ok(()), Some(Kind::String(text.clone()))),
            NodeKind::Boolean(flag) => (Ok(()), Some(Kind::Boolean(*flag))),
            NodeKind::Integer => (numbers::check_integer(text), Some(Kind::Integer)),
            NodeKind::Float => (numbers::check_float(text), Some(Kind::Float)),
            NodeKind::Date(kind) => (check_date(bytes, *kind), Some(Kind::Datetime)),
            NodeKind::Array(_) | NodeKind::Table(_) => (Ok(()), None),
        };
        if let Err(message) = checked {
            self.problem(ProblemKind::Syntax(message.to_owned()), span.clone());
            return Err(Fatal);
        }
        match (place, scalar) {
            (Place::Any(any), Some(kind)) => *any = Any::Scalar(spanned(kind, span)),
            // Up to v2.2.4 `reflect.Value.Set` is called without a look at the type of the variable.
            (place, Some(Kind::Datetime)) if self.options.version < Version::V2_3_0 => {
                place.clear();
                self.panic(kind.describe(), span.clone());
            }
            (place, _) => {
                place.clear();
                self.wrong_type(kind.describe(), span.clone());
            }
        }
        Ok(())
    }

    /// go-toml panics on the header; its keys are passed over.
    fn header_panic(&mut self, path: Path) {
        self.panic("a table", path.span());
        self.skip_until_table = true;
    }

    fn header_wrong_type(&mut self, found: &'static str, path: Path) {
        self.wrong_type(found, path.span());
        self.skip_until_table = true;
    }

    fn wrong_type(&mut self, found: &'static str, span: Span) {
        self.problem(ProblemKind::WrongType { key: self.field.to_owned(), found }, span);
    }

    fn panic(&mut self, found: &'static str, span: Span) {
        self.problem(ProblemKind::Panic { key: self.field.to_owned(), found }, span);
    }

    fn problem(&mut self, kind: ProblemKind, span: Span) {
        self.problems.push(Problem { kind, span });
    }
}

fn check_date(bytes: &[u8], kind: DateKind) -> Result<(), &'static str> {
    numbers::check_date(bytes, kind)
}

fn spanned<T>(value: T, span: &Span) -> Spanned<T> {
    Spanned { value, span: span.clone() }
}
