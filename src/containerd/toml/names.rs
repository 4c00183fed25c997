//! What stands under names, of which there are few as a rule.

use std::borrow::Cow;
use std::collections::HashMap;

/// So many names are found sooner by looking at each.
pub(super) const FEW: usize = 16;

/// A map from names, in the order in which they came.
///
/// Most tables have a handful of keys. What has more gets an index, so that no text takes for ever.
#[derive(Debug)]
pub(super) struct Names<'a, T> {
    entries: Vec<(Cow<'a, str>, T)>,
    /// Where each name is, once there are more than a [`FEW`].
    index: Option<HashMap<Cow<'a, str>, usize>>,
}

impl<T> Default for Names<'_, T> {
    fn default() -> Self {
        Names {
            entries: Vec::new(),
            index: None,
        }
    }
}

impl<'a, T> Names<'a, T> {
    fn position(&self, name: &str) -> Option<usize> {
        match &self.index {
            None => self.entries.iter().position(|(known, _)| known == name),
            Some(index) => index.get(name).copied(),
        }
    }

    pub(super) fn get(&self, name: &str) -> Option<&T> {
        self.position(name).map(|at| &self.entries[at].1)
    }

    pub(super) fn get_mut(&mut self, name: &str) -> Option<&mut T> {
        self.position(name).map(|at| &mut self.entries[at].1)
    }

    /// What stands under a name; where nothing does, it is made.
    pub(super) fn get_or_insert_with(
        &mut self,
        name: Cow<'a, str>,
        value: impl FnOnce() -> T,
    ) -> &mut T {
        let at = self.position(&name).unwrap_or_else(|| {
            self.add(name, value());
            self.entries.len() - 1
        });
        &mut self.entries[at].1
    }

    /// Sets what stands under a name, whatever did.
    pub(super) fn set(&mut self, name: Cow<'a, str>, value: T) {
        match self.position(&name) {
            Some(at) => self.entries[at].1 = value,
            None => self.add(name, value),
        }
    }

    /// Adds a name that is new.
    pub(super) fn add(&mut self, name: Cow<'a, str>, value: T) {
        if let Some(index) = &mut self.index {
            index.insert(name.clone(), self.entries.len());
        }
        self.entries.push((name, value));
        if self.index.is_none() && self.entries.len() > FEW {
            let names = self.entries.iter().enumerate();
            let index = names.map(|(at, (name, _))| (name.clone(), at));
            self.index = Some(index.collect());
        }
    }

    /// Drops the names that `is_dropped` is true of. What comes last takes the place of each.
    pub(super) fn swap_remove_if(&mut self, is_dropped: impl Fn(&str) -> bool) {
        let mut at = 0;
        while let Some((name, _)) = self.entries.get(at) {
            if !is_dropped(name) {
                at += 1;
                continue;
            }
            let (dropped, _) = self.entries.swap_remove(at);
            if let Some(index) = &mut self.index {
                index.remove(&dropped);
                if let Some((moved, _)) = self.entries.get(at) {
                    index.insert(moved.clone(), at);
                }
            }
        }
    }

    pub(super) fn iter(&self) -> impl ExactSizeIterator<Item = (&str, &T)> {
        let entries = self.entries.iter();
        entries.map(|(name, value)| (name.as_ref(), value))
    }
}
