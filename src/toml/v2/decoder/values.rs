//! Values: what a key means, and what may be decoded into it.

use super::{Decoder, Fatal, spanned};
use crate::toml::v2::numbers;
use crate::toml::v2::parser::{KeyPart, KeyValue, Node, NodeKind};
use crate::toml::v2::target::{Any, Config, Map, Slot};
use crate::toml::{Kind, ProblemKind, Span};

impl<'a> Decoder<'a> {
    /// `handleKeyValue`.
    pub(super) fn key_value(
        &mut self,
        key_value: &KeyValue<'a>,
        place: Slot<'_, 'a>,
    ) -> Result<(), Fatal> {
        self.set(&key_value.key, &key_value.value, place)?;
        // An unknown key is skipped, and no more than that.
        self.skip_until_table = false;
        Ok(())
    }

    /// `handleKeyValueInner` and `handleKeyValuePart`: sets what `key` means, seen from `place`.
    fn set(
        &mut self,
        key: &[KeyPart<'a>],
        value: &Node<'a>,
        place: Slot<'_, 'a>,
    ) -> Result<(), Fatal> {
        let Some((part, rest)) = key.split_first() else {
            return self.value(value, place);
        };
        match place {
            Slot::Config(config) => match config.field(part) {
                None => self.unknown_table(),
                Some((name, field)) => {
                    let outer = std::mem::replace(&mut self.field, name);
                    self.set(rest, value, field)?;
                    self.field = outer;
                    Ok(())
                }
            },
            Slot::Hosts(hosts) => {
                let hosts = hosts.get_or_insert_default();
                match (hosts.get_mut(&part.name), rest) {
                    // The element of a map cannot be changed in place, and go-toml makes the copy too late for
                    // a pointer that is to be set: `x.ca = …` and then `x.skip_verify = …` under `[host]` panics.
                    (Some(host), [next, ..]) if host.is_unset_pointer(&next.name) => {
                        let outer = std::mem::replace(&mut self.field, "skip_verify");
                        self.panic(
                            "a dotted key of a host that has keys already",
                            next.span.clone(),
                        );
                        self.field = outer;
                        Ok(())
                    }
                    (Some(host), [_, ..]) => self.set(rest, value, Slot::Config(host)),
                    _ => {
                        let mut host = Config::host(self.options.dial_timeout);
                        self.set(rest, value, Slot::Config(&mut host))?;
                        hosts.insert(part.name.clone(), host);
                        Ok(())
                    }
                }
            }
            Slot::Map(map) => {
                let map = map.get_or_insert_with(|| Map::new(part.span.clone()));
                self.set_in_map(map, part, rest, value)
            }
            Slot::Any(any) => {
                // An `interface{}` becomes a map, whatever it held.
                if !matches!(any, Any::Map(_)) {
                    *any = Any::Map(Map::new(part.span.clone()));
                }
                self.set(key, value, Slot::Held(any))
            }
            Slot::Held(Any::Map(map)) => self.set_in_map(map, part, rest, value),
            Slot::Held(any) if any.is_object() => Ok(()),
            Slot::Text(_) | Slot::Flag(_) | Slot::Words(_) | Slot::Held(_) => {
                place.clear();
                {
                    self.wrong_type("a table", part.span.clone());
                    Ok(())
                }
            }
        }
    }

    fn set_in_map(
        &mut self,
        map: &mut Map,
        part: &KeyPart<'a>,
        rest: &[KeyPart<'a>],
        value: &Node<'a>,
    ) -> Result<(), Fatal> {
        match map.position(&part.name) {
            Some(at) if !rest.is_empty() => {
                self.set(rest, value, Slot::Any(&mut map.entries[at].1))
            }
            known => {
                let mut any = Any::Nil;
                self.set(rest, value, Slot::Any(&mut any))?;
                match known {
                    Some(at) => map.entries[at].1 = any,
                    None => map
                        .entries
                        .push((spanned(part.name.to_string(), &part.span), any)),
                }
                Ok(())
            }
        }
    }

    /// `handleValue`: decodes a value into a variable.
    fn value(&mut self, node: &Node<'a>, place: Slot<'_, 'a>) -> Result<(), Fatal> {
        match (&node.kind, place) {
            (NodeKind::String(text), Slot::Text(place)) => {
                *place = Some(spanned(text.to_string(), &node.span));
            }
            (NodeKind::Boolean(flag), Slot::Flag(place)) => {
                *place = Some(spanned(*flag, &node.span));
            }
            (NodeKind::Array(elements), Slot::Words(place)) => {
                let problems = self.problems.len();
                let mut words = Vec::with_capacity(elements.len());
                for element in elements {
                    let mut word = None;
                    self.value(element, Slot::Text(&mut word))?;
                    words.extend(word);
                }
                // Half a list would look like another list.
                *place = (self.problems.len() == problems).then(|| spanned(words, &node.span));
            }
            (NodeKind::Array(elements), Slot::Any(any)) => {
                // A key spelled twice in different case comes here twice; an array replaces arrays only.
                if !matches!(any, Any::Nil | Any::List(..)) {
                    self.wrong_type("an array", node.span.clone());
                    return Ok(());
                }
                let mut list = Vec::with_capacity(elements.len());
                for element in elements {
                    let mut any = Any::Nil;
                    self.value(element, Slot::Any(&mut any))?;
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
    fn inline_table(
        &mut self,
        entries: &[KeyValue<'a>],
        node: &Node<'a>,
        mut place: Slot<'_, 'a>,
    ) -> Result<(), Fatal> {
        match &mut place {
            Slot::Config(_) => {}
            Slot::Map(map) => {
                map.get_or_insert_with(|| Map::new(node.span.clone()));
            }
            Slot::Hosts(hosts) => {
                hosts.get_or_insert_default();
            }
            Slot::Any(any) => {
                if **any == Any::Nil {
                    **any = Any::Map(Map::new(node.span.clone()));
                }
                return self.inline_table(entries, node, Slot::Held(any));
            }
            Slot::Held(any) if any.is_object() => {}
            Slot::Text(_) | Slot::Flag(_) | Slot::Words(_) | Slot::Held(_) => {
                place.clear();
                self.wrong_type("a table", node.span.clone());
                return Ok(());
            }
        }
        entries
            .iter()
            .try_for_each(|entry| self.key_value(entry, place.reborrow()))
    }

    /// Numbers and dates are checked before it matters whether they fit the variable.
    fn scalar(&mut self, kind: &NodeKind, span: &Span, place: Slot<'_, 'a>) -> Result<(), Fatal> {
        let bytes = &self.text[span.clone()];
        let text = std::str::from_utf8(bytes).unwrap_or_default();
        let (checked, scalar) = match kind {
            NodeKind::String(text) => (Ok(()), Some(Kind::String(text.to_string()))),
            NodeKind::Boolean(flag) => (Ok(()), Some(Kind::Boolean(*flag))),
            NodeKind::Integer => (numbers::check_integer(text), Some(Kind::Integer)),
            NodeKind::Float => (numbers::check_float(text), Some(Kind::Float)),
            NodeKind::Date(kind) => (numbers::check_date(bytes, *kind), Some(Kind::Datetime)),
            NodeKind::Array(_) | NodeKind::Table(_) => (Ok(()), None),
        };
        if let Err(message) = checked {
            self.problem(ProblemKind::Syntax(message.to_owned()), span.clone());
            return Err(Fatal);
        }
        match (place, scalar) {
            (Slot::Any(any), Some(kind)) => *any = Any::Scalar(spanned(kind, span)),
            // Up to v2.2.4 `reflect.Value.Set` is called without a look at the type of the variable.
            (place, Some(Kind::Datetime)) if self.is_before_2_3() => {
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
}
