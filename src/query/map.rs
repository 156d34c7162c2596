//! The members of a JSON object: few stand in a row and are looked through, many have an index besides.
//!
//! Most objects of a workflow have a handful of members. For those a row is smaller, quicker to make,
//! to copy and to drop, and quicker to search than a hash table.

use std::collections::HashMap;
use std::sync::Arc;

use crate::query::Value;

/// An object of more members than this gets an index.
const ROW: usize = 24;

/// The members of a JSON object in the order in which they were written; each key once.
#[derive(Default)]
pub struct Map {
    members: Vec<(Arc<str>, Value)>,
    /// Where each key stands; present where there are more than `ROW` members. Shared between copies
    /// until one of them gets another key.
    index: Option<Arc<HashMap<Arc<str>, usize>>>,
}

/// The members of a borrowed object in order.
pub type Iter<'a> = std::iter::Map<
    std::slice::Iter<'a, (Arc<str>, Value)>,
    fn(&(Arc<str>, Value)) -> (&Arc<str>, &Value),
>;

impl Map {
    pub fn new() -> Map {
        Map::default()
    }

    /// An empty object with room for `count` members.
    pub fn with_capacity(count: usize) -> Map {
        Map {
            members: Vec::with_capacity(count),
            index: None,
        }
    }

    pub fn len(&self) -> usize {
        self.members.len()
    }

    pub fn is_empty(&self) -> bool {
        self.members.is_empty()
    }

    pub fn get(&self, key: &str) -> Option<&Value> {
        let place = self.place(key)?;
        self.members.get(place).map(|(_, value)| value)
    }

    pub fn contains_key(&self, key: &str) -> bool {
        self.place(key).is_some()
    }

    /// Sets a member: a new one comes last, one that exists keeps its place. Returns the former value.
    pub fn insert(&mut self, key: Arc<str>, value: Value) -> Option<Value> {
        match self.place(&key) {
            Some(place) => self
                .members
                .get_mut(place)
                .map(|(_, old)| std::mem::replace(old, value)),
            None => {
                self.push(key, value);
                None
            }
        }
    }

    /// A copy with a member set: what is replaced is not copied first.
    #[must_use]
    pub fn with(&self, key: &Arc<str>, value: Value) -> Map {
        let Some(place) = self.place(key) else {
            let mut copy = self.clone();
            copy.push(key.clone(), value);
            return copy;
        };
        let mut members = Vec::with_capacity(self.members.len());
        let (before, after) = self.members.split_at(place);
        members.extend(before.iter().cloned());
        members.push((key.clone(), value));
        members.extend(after.iter().skip(1).cloned());
        Map {
            members,
            index: self.index.clone(),
        }
    }

    /// The member of this key, made by `default` if it was not there before. Always there.
    pub fn get_or_insert_with(
        &mut self,
        key: &Arc<str>,
        default: impl FnOnce() -> Value,
    ) -> Option<&mut Value> {
        let place = match self.place(key) {
            Some(place) => place,
            None => {
                self.push(key.clone(), default());
                self.members.len() - 1
            }
        };
        self.members.get_mut(place).map(|(_, value)| value)
    }

    pub fn keys(&self) -> impl ExactSizeIterator<Item = &Arc<str>> + DoubleEndedIterator {
        self.members.iter().map(|(key, _)| key)
    }

    pub fn values(&self) -> impl ExactSizeIterator<Item = &Value> + DoubleEndedIterator {
        self.members.iter().map(|(_, value)| value)
    }

    pub fn iter(&self) -> Iter<'_> {
        self.members.iter().map(|(key, value)| (key, value))
    }

    fn place(&self, key: &str) -> Option<usize> {
        match &self.index {
            Some(index) => index.get(key).copied(),
            None => self
                .members
                .iter()
                .position(|(known, _)| known.as_ref() == key),
        }
    }

    /// Adds a member whose key is not there yet.
    fn push(&mut self, key: Arc<str>, value: Value) {
        let place = self.members.len();
        if let Some(index) = &mut self.index {
            Arc::make_mut(index).insert(key.clone(), place);
        }
        self.members.push((key, value));
        if self.index.is_none() && self.members.len() > ROW {
            let keys = self.members.iter().enumerate();
            let index = keys.map(|(place, (key, _))| (key.clone(), place));
            self.index = Some(Arc::new(index.collect()));
        }
    }
}

/// A copy has room for one more: most are made to add a member.
impl Clone for Map {
    fn clone(&self) -> Map {
        let mut members = Vec::with_capacity(self.members.len() + 1);
        members.extend(self.members.iter().cloned());
        Map {
            members,
            index: self.index.clone(),
        }
    }
}

impl std::fmt::Debug for Map {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_map().entries(self.iter()).finish()
    }
}

/// The order of the members does not count.
impl PartialEq for Map {
    fn eq(&self, other: &Map) -> bool {
        self.len() == other.len()
            && self
                .iter()
                .all(|(key, value)| other.get(key).is_some_and(|known| known == value))
    }
}

impl<'a> IntoIterator for &'a Map {
    type Item = (&'a Arc<str>, &'a Value);
    type IntoIter = Iter<'a>;

    fn into_iter(self) -> Iter<'a> {
        self.iter()
    }
}

impl Extend<(Arc<str>, Value)> for Map {
    fn extend<I: IntoIterator<Item = (Arc<str>, Value)>>(&mut self, members: I) {
        for (key, value) in members {
            self.insert(key, value);
        }
    }
}

impl FromIterator<(Arc<str>, Value)> for Map {
    fn from_iter<I: IntoIterator<Item = (Arc<str>, Value)>>(members: I) -> Map {
        let members = members.into_iter();
        let mut map = Map::with_capacity(members.size_hint().0);
        map.extend(members);
        map
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn numbered(count: i64) -> Map {
        (0..count)
            .map(|number| (Arc::from(format!("k{number}")), Value::from(number)))
            .collect()
    }

    #[test]
    fn few_and_many_members_are_found_alike() {
        for count in [0, 1, ROW as i64, ROW as i64 + 1, 1_000] {
            let mut map = numbered(count);
            assert_eq!(map.len(), count as usize);
            for number in 0..count {
                assert_eq!(map.get(&format!("k{number}")), Some(&Value::from(number)));
            }
            assert!(!map.contains_key("other"));
            assert_eq!(map.insert(Arc::from("other"), Value::Null), None);
            assert_eq!(map.keys().next_back().map(AsRef::as_ref), Some("other"));
        }
    }

    #[test]
    fn a_member_that_exists_keeps_its_place() {
        let mut map = numbered(40);
        let old = map.insert(Arc::from("k3"), Value::Bool(true));
        assert_eq!(old, Some(Value::from(3)));
        assert_eq!(map.len(), 40);
        assert_eq!(map.values().nth(3), Some(&Value::Bool(true)));
        let other = map.with(&Arc::from("k39"), Value::Null);
        assert_eq!((other.len(), other.get("k39")), (40, Some(&Value::Null)));
        assert_eq!(map.get("k39"), Some(&Value::from(39)));
        assert_eq!(map.with(&Arc::from("k40"), Value::Null).len(), 41);
        if let Some(member) = map.get_or_insert_with(&Arc::from("k4"), Value::default) {
            *member = Value::Null;
        }
        assert_eq!(map.values().nth(4), Some(&Value::Null));
    }

    #[test]
    fn a_copy_with_another_key_leaves_the_original_alone() {
        let original = numbered(100);
        let mut copy = original.clone();
        copy.insert(Arc::from("new"), Value::Null);
        assert!(!original.contains_key("new"));
        assert_ne!(original, copy);
        let turned: Map = original
            .iter()
            .rev()
            .map(|(key, value)| (key.clone(), value.clone()))
            .collect();
        assert_eq!(original, turned);
    }
}
