//! Headers: the walk from the root to the table or array of tables that one names, and the keys below it.

use super::{Decoder, Fatal, spanned};
use crate::toml::Span;
use crate::toml::v2::parser::{Expression, KeyPart};
use crate::toml::v2::target::{Any, Config, Map, Slot};

/// How a header walks to its table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Walk {
    Table,
    ArrayTable,
}

/// The key of a header while it is walked: the parts, and how many were taken.
#[derive(Debug, Clone, Copy)]
pub(super) struct Path<'k, 'a> {
    pub(super) parts: &'k [KeyPart<'a>],
    pub(super) taken: usize,
}

impl<'k, 'a> Path<'k, 'a> {
    fn next(self) -> Option<Path<'k, 'a>> {
        (self.taken < self.parts.len()).then_some(Path {
            taken: self.taken + 1,
            ..self
        })
    }

    fn is_last(self) -> bool {
        self.taken == self.parts.len()
    }

    /// The part taken last.
    fn part(self) -> Option<&'k KeyPart<'a>> {
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

impl<'a> Decoder<'a> {
    /// `handleTable`.
    pub(super) fn table(&mut self, path: Path<'_, 'a>, place: Slot<'_, 'a>) -> Result<(), Fatal> {
        match place {
            Slot::Words(words) => {
                match words.as_ref().and_then(|words| words.value.last()).cloned() {
                    None => self.table_in_empty_slice(path),
                    Some(word) => self.table(path, Slot::Text(&mut Some(word))),
                }
            }
            Slot::Held(Any::List(elements, _)) => match elements.last_mut() {
                None => self.table_in_empty_slice(path),
                Some(last) => self.table(path, Slot::Any(last)),
            },
            place => match path.next() {
                Some(path) => self.key_part(path, place, Walk::Table),
                None => self.key_values(path, place),
            },
        }
    }

    /// A header that names a slice which has no element yet. go-toml wants to show the key in its message, but
    /// a key with escapes is not a slice of the document, and to look for it there panics.
    fn table_in_empty_slice(&mut self, path: Path) -> Result<(), Fatal> {
        if path.part().is_some_and(|part| part.escaped) {
            self.panic("a table", path.span());
        } else {
            self.wrong_type("a table", path.span());
        }
        self.unknown_table()
    }

    /// `handleArrayTable`.
    pub(super) fn array_table(
        &mut self,
        path: Path<'_, 'a>,
        place: Slot<'_, 'a>,
    ) -> Result<(), Fatal> {
        match path.next() {
            Some(path) => self.key_part(path, place, Walk::ArrayTable),
            None => self.key_values(path, place),
        }
    }

    fn walk(&mut self, path: Path<'_, 'a>, place: Slot<'_, 'a>, walk: Walk) -> Result<(), Fatal> {
        match walk {
            Walk::Table => self.table(path, place),
            Walk::ArrayTable if path.is_last() => self.array_table_element(path, place),
            Walk::ArrayTable => self.array_table_collection(path, place),
        }
    }

    /// `handleArrayTableCollection`: a part of the key before the last. In an array it means the last element.
    fn array_table_collection(
        &mut self,
        path: Path<'_, 'a>,
        place: Slot<'_, 'a>,
    ) -> Result<(), Fatal> {
        match place {
            // The last element of none, or a key of a string: a panic either way.
            Slot::Words(_) => self.header_panic(path),
            Slot::Held(Any::List(elements, span)) => {
                if elements.is_empty() {
                    if self.is_before_2_3() {
                        return self.header_panic(path);
                    }
                    elements.push(Any::Map(Map::new(span.clone())));
                }
                match elements.last_mut() {
                    Some(last) => self.array_table(path, Slot::Any(last)),
                    None => Ok(()),
                }
            }
            place => self.array_table(path, place),
        }
    }

    /// `handleArrayTableCollectionLast`: the array itself, which gets one element more.
    fn array_table_element(
        &mut self,
        path: Path<'_, 'a>,
        place: Slot<'_, 'a>,
    ) -> Result<(), Fatal> {
        let span = path.span();
        let clear = std::mem::take(&mut self.clear_array_table);
        let elements = match place {
            Slot::Words(words) => {
                let words = words.get_or_insert(spanned(Vec::new(), &span));
                if clear {
                    words.value.clear();
                }
                let mut word = None;
                self.key_values(path, Slot::Text(&mut word))?;
                words.value.push(spanned(String::new(), &span));
                return Ok(());
            }
            Slot::Any(any) => {
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
                    _ => return self.header_wrong_type("an array of tables", path),
                }
            }
            // To shorten a slice that is an element of a map is not possible: reflection panics.
            Slot::Held(Any::List(elements, _)) if clear && !elements.is_empty() => {
                return self.header_panic(path);
            }
            Slot::Held(Any::List(elements, _)) => elements,
            _ => return self.header_wrong_type("an array of tables", path),
        };
        elements.push(Any::Map(Map::new(span)));
        match elements.last_mut() {
            Some(element) => self.key_values(path, Slot::Held(element)),
            None => Ok(()),
        }
    }

    /// `handleKeyPart`: one step of a header's walk.
    fn key_part(
        &mut self,
        path: Path<'_, 'a>,
        place: Slot<'_, 'a>,
        walk: Walk,
    ) -> Result<(), Fatal> {
        let Some(part) = path.part() else {
            return Ok(());
        };
        match place {
            Slot::Config(config) => match config.field(part) {
                None => self.unknown_table(),
                Some((name, field)) => {
                    let outer = std::mem::replace(&mut self.field, name);
                    self.walk(path, field, walk)?;
                    self.field = outer;
                    Ok(())
                }
            },
            Slot::Hosts(hosts) => {
                let fresh = || Config::host(self.options.dial_timeout);
                let host = hosts
                    .get_or_insert_default()
                    .entry(part.name.clone())
                    .or_insert_with(fresh);
                self.walk(path, Slot::Config(host), walk)
            }
            Slot::Map(map) => {
                let map = map.get_or_insert_with(|| Map::new(part.span.clone()));
                self.map_part(path, map, walk)
            }
            Slot::Any(any) => {
                if *any == Any::Nil {
                    *any = Any::Map(Map::new(path.span()));
                }
                self.key_part(path, Slot::Held(any), walk)
            }
            Slot::Held(Any::Map(map)) => self.map_part(path, map, walk),
            // A date is a struct, and has no such field.
            Slot::Held(any) if any.is_object() => self.unknown_table(),
            Slot::Text(_) | Slot::Flag(_) | Slot::Words(_) | Slot::Held(_) => {
                place.clear();
                self.header_panic(path)
            }
        }
    }

    fn map_part(&mut self, path: Path<'_, 'a>, map: &mut Map, walk: Walk) -> Result<(), Fatal> {
        let Some(part) = path.part() else {
            return Ok(());
        };
        let at = map.position(&part.name).unwrap_or_else(|| {
            let value = match walk {
                Walk::ArrayTable if path.is_last() => Any::List(Vec::new(), path.span()),
                _ => Any::Map(Map::new(path.span())),
            };
            map.entries
                .push((spanned(part.name.to_string(), &part.span), value));
            map.entries.len() - 1
        });
        self.walk(path, Slot::Held(&mut map.entries[at].1), walk)
    }

    /// `handleKeyValues`: the keys below a header.
    fn key_values(&mut self, path: Path<'_, 'a>, mut place: Slot<'_, 'a>) -> Result<(), Fatal> {
        // A header alone does no harm anywhere.
        if let Slot::Map(map) = &mut place {
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

    /// Nothing takes the keys below the header.
    pub(super) fn unknown_table(&mut self) -> Result<(), Fatal> {
        self.skip_until_table = true;
        Ok(())
    }

    /// go-toml panics on the header; its keys are skipped.
    fn header_panic(&mut self, path: Path) -> Result<(), Fatal> {
        self.panic("a table", path.span());
        self.unknown_table()
    }

    fn header_wrong_type(&mut self, found: &'static str, path: Path) -> Result<(), Fatal> {
        self.wrong_type(found, path.span());
        self.unknown_table()
    }
}
