//! A map with a bound: what was not touched for long makes room. Two halves take turns: when
//! the young one is full, it becomes the old one, and what nobody touched in the old one is
//! gone. So the last half of the bound is always there, at the price of a plain map.

use std::collections::HashMap;

use super::caller::Caller;

pub(super) struct Recent<V> {
    half: usize,
    young: HashMap<Caller, V>,
    old: HashMap<Caller, V>,
}

impl<V> Recent<V> {
    /// A map of at most `most` entries. Its room is taken at once, so that a flood finds
    /// nothing to make grow.
    pub(super) fn new(most: usize) -> Self {
        let half = (most / 2).max(1);
        Self {
            half,
            young: HashMap::with_capacity(half),
            old: HashMap::with_capacity(half),
        }
    }

    /// The entry of a caller, which is young again.
    pub(super) fn touch(&mut self, caller: &Caller) -> Option<&mut V> {
        if !self.young.contains_key(caller) {
            let value = self.old.remove(caller)?;
            self.make_young(*caller, value);
        }
        self.young.get_mut(caller)
    }

    pub(super) fn insert(&mut self, caller: Caller, value: V) {
        self.old.remove(&caller);
        self.make_young(caller, value);
    }

    fn make_young(&mut self, caller: Caller, value: V) {
        if self.young.len() >= self.half && !self.young.contains_key(&caller) {
            std::mem::swap(&mut self.young, &mut self.old);
            self.young.clear();
        }
        self.young.insert(caller, value);
    }

    pub(super) fn remove(&mut self, caller: &Caller) -> Option<V> {
        self.young
            .remove(caller)
            .or_else(|| self.old.remove(caller))
    }
}
