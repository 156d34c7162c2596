//! Methods of lists and maps.

use std::cell::Cell;
use std::rc::Rc;

use crate::gateway::vtl::access::Called;
use crate::gateway::vtl::access::known;
use crate::gateway::vtl::access::void;
use crate::gateway::vtl::item::Item;
use crate::gateway::vtl::item::Key;
use crate::gateway::vtl::item::List;
use crate::gateway::vtl::item::Manner;
use crate::gateway::vtl::item::Map;
use crate::gateway::vtl::item::Slot;
use crate::gateway::vtl::item::equals;
use crate::gateway::vtl::render::Halt;
use crate::gateway::vtl::render::Renderer;
use crate::text::Span;

impl Renderer<'_> {
    pub fn list_method(
        &mut self,
        list: &Rc<List>,
        name: &str,
        arguments: &[Slot],
        span: Span,
    ) -> Called {
        let count = list.items.borrow().len();
        // Searching and copying take time; asking for the size or an item does not.
        if !matches!(name, "size" | "get" | "isEmpty" | "add" | "set") {
            self.charge(span, count / 4)?;
        }
        match (name, arguments) {
            ("size", []) => known(Item::Int(small(count))),
            ("isEmpty", []) => known(Item::Bool(count == 0)),
            ("contains", [wanted]) => {
                known(Item::Bool(position(list, wanted, &self.effort).is_some()))
            }
            ("containsAll", [Some(Item::List(others))]) => {
                let others = others.items.borrow().clone();
                self.charge(span, others.len().saturating_mul(count) / 4)?;
                let all = others
                    .iter()
                    .all(|other| position(list, other, &self.effort).is_some());
                known(Item::Bool(all))
            }
            ("toArray", []) => known(Item::list(Manner::Array, list.items.borrow().clone())),
            ("equals", [Some(Item::List(other))]) => {
                let own = Some(Item::List(list.clone()));
                let other = Some(Item::List(other.clone()));
                known(Item::Bool(equals(&own, &other, &self.effort)))
            }
            _ if matches!(list.manner, Manner::Set | Manner::Values) => match name {
                "add" | "addAll" => Err(self.thrown(
                    name,
                    "UnsupportedOperationException",
                    "the keys and the values of a map cannot be added to",
                    span,
                )),
                _ => Ok(None),
            },
            ("get", [Some(Item::Int(at))]) => {
                let items = list.items.borrow();
                match usize::try_from(*at).ok().and_then(|at| items.get(at)) {
                    Some(slot) => Ok(Some(slot.clone())),
                    None => Err(self.out_of_bounds(name, *at, count, span)),
                }
            }
            ("set", [Some(Item::Int(at)), value]) => {
                let mut items = list.items.borrow_mut();
                match usize::try_from(*at).ok().and_then(|at| items.get_mut(at)) {
                    Some(slot) => Ok(Some(std::mem::replace(slot, value.clone()))),
                    None => Err(self.out_of_bounds(name, *at, count, span)),
                }
            }
            ("indexOf", [wanted]) => known(Item::Int(
                position(list, wanted, &self.effort).map_or(-1, small),
            )),
            ("lastIndexOf", [wanted]) => {
                let items = list.items.borrow();
                let found = items
                    .iter()
                    .rposition(|item| equals(item, wanted, &self.effort));
                known(Item::Int(found.map_or(-1, small)))
            }
            ("subList", [Some(Item::Int(from)), Some(Item::Int(to))]) => {
                let items = list.items.borrow();
                let bounds = usize::try_from(*from).ok().zip(usize::try_from(*to).ok());
                match bounds.and_then(|(from, to)| items.get(from..to)) {
                    Some(part) => known(Item::list(list.manner, part.to_vec())),
                    None => Err(self.thrown(
                        name,
                        "IndexOutOfBoundsException",
                        &format!("{from} to {to} of a list of {count}"),
                        span,
                    )),
                }
            }
            ("add" | "addAll" | "remove" | "removeAll" | "retainAll" | "clear", _)
                if list.manner == Manner::Array =>
            {
                Err(self.thrown(
                    name,
                    "UnsupportedOperationException",
                    "the size of an array is fixed",
                    span,
                ))
            }
            _ => self.change_list(list, name, arguments, span),
        }
    }

    fn change_list(
        &mut self,
        list: &Rc<List>,
        name: &str,
        arguments: &[Slot],
        span: Span,
    ) -> Called {
        let count = list.items.borrow().len();
        let place = |at: i32, last: usize| usize::try_from(at).ok().filter(|at| *at <= last);
        match (name, arguments) {
            ("add", [value]) => {
                list.items.borrow_mut().push(value.clone());
                known(Item::Bool(true))
            }
            ("add", [Some(Item::Int(at)), value]) => {
                self.charge(span, count / 64)?;
                match place(*at, count) {
                    Some(at) => list.items.borrow_mut().insert(at, value.clone()),
                    None => return Err(self.out_of_bounds(name, *at, count, span)),
                }
                void()
            }
            ("addAll", [others]) => {
                let Some(others) = self.collection(others, span)? else {
                    return Ok(None);
                };
                let changed = !others.is_empty();
                list.items.borrow_mut().extend(others);
                known(Item::Bool(changed))
            }
            ("addAll", [Some(Item::Int(at)), others]) => {
                let Some(others) = self.collection(others, span)? else {
                    return Ok(None);
                };
                let Some(at) = place(*at, count) else {
                    return Err(self.out_of_bounds(name, *at, count, span));
                };
                let changed = !others.is_empty();
                list.items.borrow_mut().splice(at..at, others);
                known(Item::Bool(changed))
            }
            ("remove", [Some(Item::Int(at))]) => {
                match usize::try_from(*at).ok().filter(|at| *at < count) {
                    Some(at) => Ok(Some(list.items.borrow_mut().remove(at))),
                    None => Err(self.out_of_bounds(name, *at, count, span)),
                }
            }
            ("remove", [wanted]) => {
                let found = position(list, wanted, &self.effort);
                if let Some(at) = found {
                    list.items.borrow_mut().remove(at);
                }
                known(Item::Bool(found.is_some()))
            }
            ("removeAll" | "retainAll", [others]) => {
                let Some(others) = self.collection(others, span)? else {
                    return Ok(None);
                };
                self.charge(span, others.len().saturating_mul(count) / 4)?;
                let keep = name == "retainAll";
                let mut items = list.items.take();
                items.retain(|item| {
                    others.iter().any(|other| equals(item, other, &self.effort)) == keep
                });
                let changed = items.len() != count;
                list.items.replace(items);
                known(Item::Bool(changed))
            }
            ("clear", []) => {
                drop(list.items.take());
                void()
            }
            _ => Ok(None),
        }
    }

    /// The items of a list, as many as fit.
    fn collection(&mut self, slot: &Slot, span: Span) -> Result<Option<Vec<Slot>>, Halt> {
        match slot {
            Some(Item::List(list)) => {
                let items = list.items.borrow().clone();
                self.charge(span, items.len())?;
                Ok(Some(items))
            }
            _ => Ok(None),
        }
    }

    pub fn map_method(
        &mut self,
        map: &Rc<Map>,
        name: &str,
        arguments: &[Slot],
        span: Span,
    ) -> Called {
        let count = map.members.borrow().len();
        if matches!(
            name,
            "keySet" | "values" | "entrySet" | "containsValue" | "equals" | "hashCode" | "remove"
        ) {
            self.charge(span, count / 4)?;
        }
        match (name, arguments) {
            ("get", [key]) => {
                let key = self.key(key, span)?;
                Ok(Some(map.members.borrow().get(&key).cloned().flatten()))
            }
            ("getOrDefault", [key, other]) => {
                let key = self.key(key, span)?;
                let found = map.members.borrow().get(&key).cloned();
                Ok(Some(found.unwrap_or_else(|| other.clone())))
            }
            ("put", [key, value]) => {
                let key = self.key(key, span)?;
                Ok(Some(self.put(map, key, value.clone())))
            }
            ("putIfAbsent", [key, value]) => {
                let key = self.key(key, span)?;
                let found = map.members.borrow().get(&key).cloned().flatten();
                if found.is_none() {
                    self.put(map, key, value.clone());
                }
                Ok(Some(found))
            }
            ("putAll", [Some(Item::Map(others))]) => {
                let others = others.members.borrow().clone();
                self.charge(span, others.len())?;
                for (key, value) in others {
                    self.put(map, key, value);
                }
                void()
            }
            ("replace", [key, value]) => {
                let key = self.key(key, span)?;
                let found = map.members.borrow().get(&key).cloned();
                if found.is_some() {
                    self.put(map, key, value.clone());
                }
                Ok(Some(found.flatten()))
            }
            ("remove", [key]) => {
                let key = self.key(key, span)?;
                Ok(Some(map.members.borrow_mut().shift_remove(&key).flatten()))
            }
            ("containsKey", [key]) => {
                let key = self.key(key, span)?;
                known(Item::Bool(map.members.borrow().contains_key(&key)))
            }
            ("containsValue", [wanted]) => {
                let members = map.members.borrow();
                known(Item::Bool(
                    members
                        .values()
                        .any(|value| equals(value, wanted, &self.effort)),
                ))
            }
            ("keySet", []) => {
                let keys = map.members.borrow().keys().map(Key::slot).collect();
                known(Item::list(Manner::Set, keys))
            }
            ("values", []) => {
                let values = map.members.borrow().values().cloned().collect();
                known(Item::list(Manner::Values, values))
            }
            ("entrySet", []) => {
                let members = map.members.borrow();
                let entry = |(key, value): (&Key, &Slot)| {
                    Some(Item::Entry(Rc::new((key.slot(), value.clone()))))
                };
                known(Item::list(Manner::Set, members.iter().map(entry).collect()))
            }
            ("size", []) => known(Item::Int(small(count))),
            ("isEmpty", []) => known(Item::Bool(count == 0)),
            ("clear", []) => {
                drop(map.members.take());
                void()
            }
            _ => Ok(None),
        }
    }
}

fn small(count: usize) -> i32 {
    i32::try_from(count).unwrap_or(i32::MAX)
}

fn position(list: &List, wanted: &Slot, effort: &Cell<usize>) -> Option<usize> {
    list.items
        .borrow()
        .iter()
        .position(|item| equals(item, wanted, effort))
}
