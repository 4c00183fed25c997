//! Some findings as bytes, and what they share.

use std::sync::Arc;

use super::bytes::{Cursor, put_number, put_span, put_text};
use crate::containerd::Releases;
use crate::finding::{
    Consequence, Edit, Finding, Fix, Location, Meta, Promise, Related, Safety, Severity, Source,
    Suppressor,
};

/// Only the last of the values that several findings share are compared: those of one file come together.
const COMPARED: usize = 4;

/// The common parts of many findings.
#[derive(Debug, Clone, PartialEq)]
struct Kind {
    rule: &'static Meta,
    severity: Severity,
    consequence: Consequence,
    releases: Releases,
    unknown_here: &'static str,
}

/// The common parts of many fixes.
#[derive(Debug, Clone, PartialEq)]
struct FixKind {
    safety: Safety,
    promise: Option<Promise>,
    is_for_import: bool,
}

/// A file or directory, with its text when it is known.
#[derive(Debug, Clone)]
pub struct Home {
    path: String,
    source: Option<Arc<Source>>,
}

impl Home {
    fn is_of(&self, location: &Location) -> bool {
        let is_same = match (&self.source, &location.source) {
            (Some(a), Some(b)) => Arc::ptr_eq(a, b),
            (None, None) => true,
            _ => false,
        };
        is_same && self.path == location.path
    }

    fn at(self, span: Option<std::ops::Range<usize>>) -> Location {
        Location {
            path: self.path,
            source: self.source,
            span,
        }
    }
}

/// The sort key of a report.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Key<'a> {
    path: &'a [u8],
    start: usize,
    end: usize,
    rule: &'static str,
    message: &'a [u8],
}

/// Some findings as bytes.
#[derive(Debug, Clone, Default)]
pub struct Block {
    bytes: Vec<u8>,
    kinds: Vec<Kind>,
    fix_kinds: Vec<FixKind>,
    /// The last files and namespaces, and where they are written. Only while more may come.
    homes: Vec<(Home, usize)>,
    namespaces: Vec<(String, usize)>,
}

impl Block {
    /// How many bytes there are.
    pub fn size(&self) -> usize {
        self.bytes.len()
    }

    /// Gives back the memory that only further findings need.
    pub fn close(&mut self) {
        self.bytes.shrink_to_fit();
        self.kinds.shrink_to_fit();
        self.fix_kinds.shrink_to_fit();
        self.homes = Vec::new();
        self.namespaces = Vec::new();
    }

    /// Adds a finding; where it is.
    pub fn push(&mut self, finding: &Finding, by: Option<&Suppressor>) -> usize {
        let kind = position_of(
            &mut self.kinds,
            Kind {
                rule: finding.rule,
                severity: finding.severity,
                consequence: finding.consequence,
                releases: finding.releases.clone(),
                unknown_here: finding.unknown_here,
            },
        );
        // A referenced value is written before it.
        let home = self.put_home(&finding.location);
        let namespace = finding.namespace.as_deref();
        let namespace = namespace.map(|name| self.put_namespace(name));
        let related: Vec<usize> = finding
            .related
            .iter()
            .map(|related| self.put_home(&related.location))
            .collect();
        let start = self.bytes.len();
        let fix_kind = finding.fix.as_ref().map(|fix| self.fix_kind(fix));
        let bytes = &mut self.bytes;
        put_number(bytes, kind);
        put_number(bytes, fix_kind.map_or(0, |kind| kind + 1));
        put_number(bytes, home);
        put_span(bytes, finding.location.span.as_ref());
        for text in [
            &finding.message,
            &finding.label,
            &finding.effect,
            &finding.help,
        ] {
            put_text(bytes, text);
        }
        put_number(bytes, namespace.map_or(0, |place| place + 1));
        put_number(bytes, related.len());
        for (home, related) in related.into_iter().zip(&finding.related) {
            put_number(bytes, home);
            put_span(bytes, related.location.span.as_ref());
            put_text(bytes, &related.text);
        }
        match by {
            None => put_number(bytes, 0),
            Some(Suppressor::Baseline) => put_number(bytes, 1),
            Some(Suppressor::Comment { reason }) => {
                put_number(bytes, 2);
                put_text(bytes, reason);
            }
        }
        if let Some(fix) = &finding.fix {
            put_text(bytes, &fix.description);
            put_number(bytes, fix.edits.len());
            for edit in &fix.edits {
                put_span(bytes, Some(&edit.span));
                put_text(bytes, &edit.replacement);
            }
        }
        start
    }

    fn fix_kind(&mut self, fix: &Fix) -> usize {
        let kind = FixKind {
            safety: fix.safety,
            promise: fix.promise,
            is_for_import: fix.is_for_import,
        };
        position_of(&mut self.fix_kinds, kind)
    }

    fn put_home(&mut self, location: &Location) -> usize {
        if let Some((_, place)) = self.homes.iter().find(|(home, _)| home.is_of(location)) {
            return *place;
        }
        let place = self.bytes.len();
        let bytes = &mut self.bytes;
        put_text(bytes, &location.path);
        match &location.source {
            None => put_number(bytes, 0),
            Some(source) => {
                put_number(bytes, 1);
                put_text(bytes, &source.path);
                put_text(bytes, &source.text);
                put_number(bytes, source.invalid_utf8.map_or(0, |at| at + 1));
                let places = source.secret_places();
                put_number(bytes, places.map_or(0, |places| places.len() + 1));
                for place in places.unwrap_or_default() {
                    put_span(bytes, Some(place));
                }
            }
        }
        let home = Home {
            path: location.path.clone(),
            source: location.source.clone(),
        };
        remember(&mut self.homes, home, place)
    }

    fn put_namespace(&mut self, name: &str) -> usize {
        if let Some((_, place)) = self.namespaces.iter().find(|(known, _)| known == name) {
            return *place;
        }
        let place = self.bytes.len();
        put_text(&mut self.bytes, name);
        remember(&mut self.namespaces, name.to_owned(), place)
    }

    /// How much a finding matters.
    pub fn severity(&self, at: usize) -> Severity {
        self.kinds[Cursor::new(&self.bytes, at).number()].severity
    }

    /// The rule that found it.
    pub fn rule(&self, at: usize) -> &'static Meta {
        self.kinds[Cursor::new(&self.bytes, at).number()].rule
    }

    /// How safe the fix of a finding is, when it has one that can be written.
    pub fn writable_fix(&self, at: usize) -> Option<Safety> {
        let mut cursor = Cursor::new(&self.bytes, at);
        cursor.number();
        let fix = &self.fix_kinds[cursor.number().checked_sub(1)?];
        (!fix.is_for_import).then_some(fix.safety)
    }

    /// The sort key of a finding.
    pub fn key(&self, at: usize) -> Key<'_> {
        let mut cursor = Cursor::new(&self.bytes, at);
        let kind = &self.kinds[cursor.number()];
        cursor.number();
        let path = Cursor::new(&self.bytes, cursor.number()).raw_text();
        let span = cursor.span().unwrap_or(0..0);
        Key {
            path,
            start: span.start,
            end: span.end,
            rule: kind.rule.name,
            message: cursor.raw_text(),
        }
    }

    /// A file or directory that is written at this place.
    pub fn home(&self, at: usize) -> Home {
        let mut cursor = Cursor::new(&self.bytes, at);
        let path = cursor.text();
        let source = (cursor.number() == 1).then(|| {
            let (path, text) = (cursor.text(), cursor.text());
            let source = Source::of_text(path, text, cursor.number().checked_sub(1));
            Arc::new(match cursor.number().checked_sub(1) {
                Some(count) => {
                    let places = (0..count).filter_map(|_| cursor.span());
                    source.with_secrets(places.collect())
                }
                None => source,
            })
        });
        Home { path, source }
    }

    /// A finding; `home` makes the files.
    pub fn read(
        &self,
        at: usize,
        home: &mut impl FnMut(usize) -> Home,
    ) -> (Finding, Option<Suppressor>) {
        let mut cursor = Cursor::new(&self.bytes, at);
        let Kind {
            rule,
            severity,
            consequence,
            releases,
            unknown_here,
        } = self.kinds[cursor.number()].clone();
        let fix_kind = cursor.number().checked_sub(1);
        let location = home(cursor.number()).at(cursor.span());
        let [message, label, effect, help] = std::array::from_fn(|_| cursor.text());
        let namespace = cursor.number().checked_sub(1);
        let namespace = namespace.map(|place| Cursor::new(&self.bytes, place).text());
        let related = (0..cursor.number())
            .map(|_| Related {
                location: home(cursor.number()).at(cursor.span()),
                text: cursor.text(),
            })
            .collect();
        let by = match cursor.number() {
            0 => None,
            1 => Some(Suppressor::Baseline),
            _ => Some(Suppressor::Comment {
                reason: cursor.text(),
            }),
        };
        let finding = Finding {
            rule,
            severity,
            consequence,
            message,
            label,
            effect,
            help,
            releases,
            namespace,
            location,
            related,
            fix: fix_kind.map(|kind| self.read_fix(kind, &mut cursor)),
            unknown_here,
        };
        (finding, by)
    }

    fn read_fix(&self, kind: usize, cursor: &mut Cursor<'_>) -> Fix {
        let FixKind {
            safety,
            promise,
            is_for_import,
        } = self.fix_kinds[kind];
        let description = cursor.text();
        let edits = (0..cursor.number())
            .map(|_| Edit {
                span: cursor.span().unwrap_or(0..0),
                replacement: cursor.text(),
            })
            .collect();
        Fix {
            safety,
            description,
            edits,
            promise,
            is_for_import,
        }
    }
}

/// Where a value is among others; it is added where it is not among them. There are few: as many as rules, and sets of releases.
fn position_of<T: PartialEq>(all: &mut Vec<T>, value: T) -> usize {
    match all.iter().position(|known| *known == value) {
        Some(position) => position,
        None => {
            all.push(value);
            all.len() - 1
        }
    }
}

fn remember<T>(last: &mut Vec<(T, usize)>, value: T, place: usize) -> usize {
    if last.len() == COMPARED {
        last.remove(0);
    }
    last.push((value, place));
    place
}
