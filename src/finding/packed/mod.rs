//! Many findings in little memory.
//!
//! A tree of a hundred thousand directories can have a finding or more in each. As values of their own, with the text of
//! their files, they take two kilobytes apiece. Here each is a few numbers and the bytes of its texts; what the findings of
//! a file share is there once. They come out again one after the other, for as long as someone looks at them.

mod block;
mod bytes;

use std::cmp::Ordering;
use std::marker::PhantomData;

use super::edit::Safety;
use super::finding::Finding;
use super::meta::Meta;

use super::severity::Severity;
use super::suppressed::{Suppressed, Suppressor};
use block::{Block, Home};

/// A block that has grown to so many bytes is followed by another.
const BLOCK: usize = 1024 * 1024;

/// How many files a reader remembers; the places of one finding are in one or two.
const REMEMBERED: usize = 4;

/// A packable item: a finding, with or without the reason for suppressing it.
pub trait Pack: Sized {
    /// The finding, and what keeps it quiet.
    fn parts(&self) -> (&Finding, Option<&Suppressor>);
    /// The value that has these parts.
    fn of(finding: Finding, by: Option<Suppressor>) -> Self;
}

impl Pack for Finding {
    fn parts(&self) -> (&Finding, Option<&Suppressor>) {
        (self, None)
    }

    fn of(finding: Finding, _: Option<Suppressor>) -> Finding {
        finding
    }
}

impl Pack for Suppressed {
    fn parts(&self) -> (&Finding, Option<&Suppressor>) {
        (&self.finding, Some(&self.by))
    }

    fn of(finding: Finding, by: Option<Suppressor>) -> Suppressed {
        let by = by.unwrap_or(Suppressor::Baseline);
        Suppressed { finding, by }
    }
}

/// Where an entry is.
#[derive(Debug, Clone, Copy)]
struct At {
    block: u32,
    byte: u32,
}

/// Findings, packed. A list as any other, but that its elements are made when they are asked for.
#[derive(Debug, Clone)]
pub struct Packed<T> {
    blocks: Vec<Block>,
    order: Vec<At>,
    of: PhantomData<fn() -> T>,
}

impl<T> Default for Packed<T> {
    fn default() -> Packed<T> {
        Packed {
            blocks: Vec::new(),
            order: Vec::new(),
            of: PhantomData,
        }
    }
}

impl<T: Pack> Packed<T> {
    /// How many there are.
    pub fn len(&self) -> usize {
        self.order.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.order.is_empty()
    }

    /// Adds one behind the others.
    pub fn push(&mut self, value: T) {
        if self.blocks.last().is_none_or(|block| block.size() >= BLOCK) {
            self.close();
            self.blocks.push(Block::default());
        }
        let last = self.blocks.len() - 1;
        let (finding, by) = value.parts();
        let byte = self.blocks[last].push(finding, by);
        self.order.push(At {
            block: index(last),
            byte: index(byte),
        });
    }

    /// Gives back the memory that further entries would need.
    pub fn close(&mut self) {
        if let Some(block) = self.blocks.last_mut() {
            block.close();
        }
    }

    /// Adds those of another list behind these.
    pub fn append(&mut self, mut other: Packed<T>) {
        self.close();
        other.close();
        let before = index(self.blocks.len());
        self.blocks.append(&mut other.blocks);
        self.order.extend(other.order.iter().map(|at| At {
            block: at.block + before,
            ..*at
        }));
    }

    /// The one at a place.
    pub fn get(&self, index: usize) -> Option<T> {
        (index < self.len()).then(|| self.reader().read(index))
    }

    /// The last one.
    pub fn last(&self) -> Option<T> {
        self.get(self.len().checked_sub(1)?)
    }

    /// Takes one out.
    pub fn remove(&mut self, index: usize) -> T {
        let value = self.reader().read(index);
        self.order.remove(index);
        value
    }

    /// Keeps those for which this is true.
    pub fn retain(&mut self, mut keep: impl FnMut(&T) -> bool) {
        let kept: Vec<bool> = self.iter().map(|value| keep(&value)).collect();
        let mut kept = kept.into_iter();
        self.order.retain(|_| kept.next().unwrap_or(true));
    }

    /// Keeps those that matter so much.
    pub fn retain_severities(&mut self, keep: impl Fn(Severity) -> bool) {
        let blocks = &self.blocks;
        let severity = |at: &At| blocks[at.block as usize].severity(at.byte as usize);
        self.order.retain(|at| keep(severity(at)));
    }

    /// How safe the fixes are, of those that have one which can be written.
    pub fn writable_fixes(&self) -> impl Iterator<Item = Safety> {
        let at = self.order.iter();
        at.filter_map(|at| self.blocks[at.block as usize].writable_fix(at.byte as usize))
    }

    /// The rules that found them.
    pub fn rules(&self) -> impl Iterator<Item = &'static Meta> {
        let at = self.order.iter();
        at.map(|at| self.blocks[at.block as usize].rule(at.byte as usize))
    }

    /// How much each of them matters.
    pub fn severities(&self) -> impl Iterator<Item = Severity> {
        let at = self.order.iter();
        at.map(|at| self.blocks[at.block as usize].severity(at.byte as usize))
    }

    /// Those that matter so much.
    pub fn of_severity(&self, severity: Severity) -> impl Iterator<Item = T> {
        let mut reader = self.reader();
        let severities = self.severities().enumerate();
        let wanted = severities.filter(move |(_, known)| *known == severity);
        wanted.map(move |(index, _)| reader.read(index))
    }

    /// Puts them into the order of a report, see [`Finding::cmp_place`].
    pub fn sort(&mut self) {
        let blocks = &self.blocks;
        let key = |at: &At| blocks[at.block as usize].key(at.byte as usize);
        self.order.sort_by(|a, b| key(a).cmp(&key(b)));
    }

    /// Compares one of these with one of others by the order of a report.
    pub fn cmp<U: Pack>(&self, index: usize, others: &Packed<U>, other: usize) -> Ordering {
        let (a, b) = (self.order[index], others.order[other]);
        let a = self.blocks[a.block as usize].key(a.byte as usize);
        a.cmp(&others.blocks[b.block as usize].key(b.byte as usize))
    }

    /// Reads them in any order; quickly, where those of one file follow each other.
    pub fn reader(&self) -> Reader<'_, T> {
        Reader {
            list: self,
            homes: Vec::new(),
        }
    }

    /// All of them, in their order.
    pub fn iter(&self) -> Iter<'_, T> {
        Iter {
            reader: self.reader(),
            next: 0,
        }
    }
}

/// Blocks begin again long before four billion of anything, and no text is that long.
fn index(number: usize) -> u32 {
    u32::try_from(number).expect("less than 4 GiB in a block")
}

/// Reads packed findings.
#[derive(Debug)]
pub struct Reader<'a, T> {
    list: &'a Packed<T>,
    /// The files that were read last, by block and place.
    homes: Vec<((u32, usize), Home)>,
}

impl<T: Pack> Reader<'_, T> {
    /// The one at this place, which must be there.
    pub fn read(&mut self, index: usize) -> T {
        let at = self.list.order[index];
        let block = &self.list.blocks[at.block as usize];
        let homes = &mut self.homes;
        let (finding, by) = block.read(at.byte as usize, &mut |place| {
            let key = (at.block, place);
            if let Some((_, home)) = homes.iter().find(|(known, _)| *known == key) {
                return home.clone();
            }
            let home = block.home(place);
            if homes.len() == REMEMBERED {
                homes.remove(0);
            }
            homes.push((key, home.clone()));
            home
        });
        T::of(finding, by)
    }
}

/// One packed finding after the other.
#[derive(Debug)]
pub struct Iter<'a, T> {
    reader: Reader<'a, T>,
    next: usize,
}

impl<T: Pack> Iterator for Iter<'_, T> {
    type Item = T;

    fn next(&mut self) -> Option<T> {
        (self.next < self.reader.list.len()).then(|| {
            self.next += 1;
            self.reader.read(self.next - 1)
        })
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        let left = self.reader.list.len() - self.next;
        (left, Some(left))
    }
}

impl<T: Pack> ExactSizeIterator for Iter<'_, T> {}

impl<'a, T: Pack> IntoIterator for &'a Packed<T> {
    type Item = T;
    type IntoIter = Iter<'a, T>;

    fn into_iter(self) -> Iter<'a, T> {
        self.iter()
    }
}

impl<T: Pack> Extend<T> for Packed<T> {
    fn extend<I: IntoIterator<Item = T>>(&mut self, values: I) {
        values.into_iter().for_each(|value| self.push(value));
    }
}

impl<T: Pack> FromIterator<T> for Packed<T> {
    fn from_iter<I: IntoIterator<Item = T>>(values: I) -> Packed<T> {
        let mut packed = Packed::default();
        packed.extend(values);
        packed.close();
        packed
    }
}

impl<T: Pack> From<Vec<T>> for Packed<T> {
    fn from(values: Vec<T>) -> Packed<T> {
        values.into_iter().collect()
    }
}

#[cfg(test)]
mod tests;
