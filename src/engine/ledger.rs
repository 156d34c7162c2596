//! A sorted map that copies of an execution share.
//!
//! Until `share` is called it is one `BTreeMap`. Afterwards most entries lie in a base that the copies have in
//! common, and each copy carries only what it has changed since; now and then these changes become a new base.

use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::sync::Arc;

/// Changes a copy carries at least before they are put into a new base.
const CHANGES: usize = 64;

#[derive(Clone, Debug)]
pub(crate) struct Ledger<K, V> {
    /// Entries of this copy; they come before those of the base.
    own: BTreeMap<K, V>,
    base: Arc<BTreeMap<K, V>>,
    /// Keys of the base that count no more.
    gone: BTreeSet<K>,
}

impl<K: Ord, V> Default for Ledger<K, V> {
    fn default() -> Ledger<K, V> {
        Ledger {
            own: BTreeMap::new(),
            base: Arc::default(),
            gone: BTreeSet::new(),
        }
    }
}

impl<K: Ord + Copy, V: Clone> Ledger<K, V> {
    pub fn len(&self) -> usize {
        self.own.len() + self.base.len() - self.gone.len()
    }

    pub fn get(&self, key: &K) -> Option<&V> {
        match self.own.get(key) {
            None if !self.gone.contains(key) => self.base.get(key),
            own => own,
        }
    }

    pub fn insert(&mut self, key: K, value: V) {
        self.hide(&key);
        self.own.insert(key, value);
    }

    pub fn remove(&mut self, key: &K) -> Option<V> {
        let own = self.own.remove(key);
        match own {
            None if self.base.is_empty() => None,
            None => self.hide(key),
            own => own,
        }
    }

    pub fn first_key(&self) -> Option<K> {
        let own = self.own.keys().next();
        let base = self.base.keys().find(|key| !self.gone.contains(key));
        own.into_iter().chain(base).min().copied()
    }

    pub fn pop_first(&mut self) -> Option<(K, V)> {
        let key = self.first_key()?;
        self.remove(&key).map(|value| (key, value))
    }

    pub fn keys(&self) -> impl Iterator<Item = K> {
        let mut keys: Vec<K> = self.own.keys().copied().collect();
        keys.extend(self.base.keys().filter(|key| !self.gone.contains(key)));
        keys.sort();
        keys.into_iter()
    }

    /// Makes the next copies cheap.
    pub fn share(&mut self) {
        let changes = self.own.len() + self.gone.len();
        // As many changes as make copying them and making a new base cost the same.
        if changes > CHANGES && changes * changes > self.base.len() {
            let mut base = self.base.as_ref().clone();
            base.retain(|key, _| !self.gone.contains(key));
            base.append(&mut self.own);
            self.gone.clear();
            self.base = Arc::new(base);
        }
    }

    /// Takes a key out of the base.
    fn hide(&mut self, key: &K) -> Option<V> {
        let value = self.base.get(key)?;
        self.gone.insert(*key).then(|| value.clone())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_shared_ledger_is_a_map() {
        let mut ledger = Ledger::default();
        let mut plain = BTreeMap::new();
        let mut kept = Vec::new();
        let mut number = 1_u64;
        for step in 0..6_000_u64 {
            number = number
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(step);
            let key = (number >> 33) % 500;
            match step % 5 {
                0..=2 => {
                    ledger.insert(key, step);
                    plain.insert(key, step);
                }
                3 => assert_eq!(ledger.remove(&key), plain.remove(&key)),
                _ => assert_eq!(ledger.pop_first(), plain.pop_first()),
            }
            assert_eq!(ledger.len(), plain.len());
            assert_eq!(ledger.get(&key), plain.get(&key));
            assert_eq!(ledger.first_key(), plain.keys().next().copied());
            if step > 1_000 && step % 7 == 0 {
                ledger.share();
                kept.push((ledger.clone(), plain.clone()));
            }
        }
        for (ledger, plain) in kept {
            assert!(ledger.keys().eq(plain.keys().copied()));
        }
    }
}
