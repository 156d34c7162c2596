//! Members, positions and methods: which type answers, and what the types have in common.

use std::sync::Arc;

use crate::gateway::vtl::Dialect;
use crate::gateway::vtl::item::EFFORT;
use crate::gateway::vtl::item::Item;
use crate::gateway::vtl::item::Key;
use crate::gateway::vtl::item::Loop;
use crate::gateway::vtl::item::Manner;
use crate::gateway::vtl::item::Map;
use crate::gateway::vtl::item::Reach;
use crate::gateway::vtl::item::Slot;
use crate::gateway::vtl::item::equals;
use crate::gateway::vtl::render::Halt;
use crate::gateway::vtl::render::Renderer;
use crate::text::Span;

/// What a method gives: nothing where there is none for these arguments, else a value or null.
pub type Called = Result<Option<Slot>, Halt>;

/// What a method without a result leaves in the output.
pub fn void() -> Called {
    Ok(Some(Some(Item::text(""))))
}

pub fn known(item: Item) -> Called {
    Ok(Some(Some(item)))
}

impl Renderer<'_> {
    /// `$owner.name`
    pub fn member(&mut self, owner: &Item, name: &str) -> Result<Slot, Halt> {
        let stock = self.dialect == Dialect::Velocity;
        if stock && name == "class" {
            return Ok(Some(Item::Class(owner.class())));
        }
        Ok(match owner {
            Item::Map(map) => map
                .members
                .borrow()
                .get(&Key::Text(Arc::from(name)))
                .cloned()
                .flatten(),
            Item::List(list) if name == "empty" => Some(Item::Bool(list.items.borrow().is_empty())),
            Item::Text(text) if stock && name == "empty" => Some(Item::Bool(text.is_empty())),
            Item::Entry(entry) => match name {
                "key" => entry.0.clone(),
                "value" => entry.1.clone(),
                _ => None,
            },
            Item::Loop(scope) => loop_member(scope, name),
            Item::Class(class) if name == "name" => Some(Item::text(class)),
            Item::Input if name == "body" => Some(self.input_body()),
            _ => None,
        })
    }

    /// `$owner[index]`: `get` of a list or a map; lists count from the end below zero.
    pub fn index(&mut self, owner: &Item, index: Slot, span: Span) -> Result<Slot, Halt> {
        let index = counted(owner, index);
        match owner {
            Item::List(list) if !matches!(list.manner, Manner::Set | Manner::Values) => {
                let Some(Item::Int(at)) = index else {
                    return Ok(None);
                };
                let items = list.items.borrow();
                match usize::try_from(at).ok().and_then(|at| items.get(at)) {
                    Some(slot) => Ok(slot.clone()),
                    None => Err(self.out_of_bounds("get", at, items.len(), span)),
                }
            }
            Item::Map(map) => {
                let key = self.key(&index, span)?;
                Ok(map.members.borrow().get(&key).cloned().flatten())
            }
            _ => Ok(None),
        }
    }

    /// `#set($owner.name = value)`
    pub fn set_member(&mut self, owner: &Item, name: &Arc<str>, value: Item) -> Result<(), Halt> {
        if let Item::Map(map) = owner {
            self.put(map, Key::Text(name.clone()), Some(value));
        }
        Ok(())
    }

    /// `#set($owner[index] = value)`
    pub fn set_index(
        &mut self,
        owner: &Item,
        index: Slot,
        value: Item,
        span: Span,
    ) -> Result<(), Halt> {
        let index = counted(owner, index);
        match owner {
            Item::List(list) if !matches!(list.manner, Manner::Set | Manner::Values) => {
                let Some(Item::Int(at)) = index else {
                    return Ok(());
                };
                let mut items = list.items.borrow_mut();
                let count = items.len();
                match usize::try_from(at).ok().and_then(|at| items.get_mut(at)) {
                    Some(slot) => *slot = Some(value),
                    None => return Err(self.out_of_bounds("set", at, count, span)),
                }
            }
            Item::Map(map) => {
                let key = self.key(&index, span)?;
                self.put(map, key, Some(value));
            }
            _ => {}
        }
        Ok(())
    }

    /// Sets a member of a map; overrides are counted, since each may be set once only.
    pub fn put(&mut self, map: &Map, key: Key, value: Slot) -> Slot {
        if let (Some(place), Key::Text(name)) = (&map.place, &key)
            && (place.starts_with("requestOverride") || place.starts_with("responseOverride"))
        {
            *self.overrides.entry(format!("{place}.{name}")).or_default() += 1;
        }
        map.members.borrow_mut().insert(key, value).flatten()
    }

    /// `$owner.name(arguments)`
    pub fn method(&mut self, owner: &Item, name: &str, arguments: &[Slot], span: Span) -> Called {
        let result = self.own_method(owner, name, arguments, span)?;
        self.effort_left(span)?;
        Ok(result)
    }

    fn own_method(&mut self, owner: &Item, name: &str, arguments: &[Slot], span: Span) -> Called {
        let own = match owner {
            Item::Text(text) => self.text_method(text, name, arguments, span)?,
            Item::List(list) => self.list_method(list, name, arguments, span)?,
            Item::Map(map) => self.map_method(map, name, arguments, span)?,
            Item::Int(_) | Item::Long(_) | Item::Big(_) | Item::Float(_) | Item::Bool(_) => {
                self.number_method(owner, name, arguments, span)?
            }
            Item::Char(unit) => match (name, arguments) {
                ("charValue", []) => Some(Some(Item::Char(*unit))),
                _ => None,
            },
            Item::Entry(entry) => match (name, arguments) {
                ("getKey", []) => Some(entry.0.clone()),
                ("getValue", []) => Some(entry.1.clone()),
                _ => None,
            },
            Item::Loop(scope) => match (name, arguments) {
                ("hasNext", []) => Some(loop_member(scope, "hasNext")),
                ("isFirst", []) => Some(loop_member(scope, "first")),
                ("isLast", []) => Some(loop_member(scope, "last")),
                ("getIndex", []) => Some(loop_member(scope, "index")),
                ("getCount", []) => Some(loop_member(scope, "count")),
                ("getParent", []) => Some(loop_member(scope, "parent")),
                _ => None,
            },
            Item::Define(_) => None,
            Item::Input => self.input_method(name, arguments, span)?,
            Item::Util => self.util_method(name, arguments, span)?,
            Item::Class(class) => match (name, arguments) {
                ("getName", []) => Some(Some(Item::text(class))),
                _ => None,
            },
        };
        if own.is_some() {
            return Ok(own);
        }
        match (name, arguments) {
            ("toString", []) => {
                let text = self.item_text(owner, span)?;
                known(Item::Text(Arc::from(text)))
            }
            ("equals", [other]) => known(Item::Bool(equals(
                &Some(owner.clone()),
                other,
                &self.effort,
            ))),
            ("hashCode", []) => known(Item::Int(hash(
                &Some(owner.clone()),
                Reach::new(&self.effort),
            ))),
            ("getClass", []) if self.dialect == Dialect::Velocity => {
                known(Item::Class(owner.class()))
            }
            _ => Ok(None),
        }
    }

    /// Fails once too many values were compared.
    pub fn effort_left(&self, span: Span) -> Result<(), Halt> {
        if self.effort.get() > 0 {
            return Ok(());
        }
        let message = format!("Rendering compared more than {EFFORT} values");
        Err(self.beyond(span, "steps", message))
    }

    pub fn out_of_bounds(&self, method: &str, at: i32, count: usize, span: Span) -> Halt {
        self.fail(
            span,
            format!(
                "{method} fails: position {at} of a list of {count} (IndexOutOfBoundsException)"
            ),
        )
    }

    /// A method that Java ends with an exception.
    pub fn thrown(&self, method: &str, exception: &str, why: &str, span: Span) -> Halt {
        self.fail(span, format!("{method} fails: {why} ({exception})"))
    }
}

fn loop_member(scope: &Loop, name: &str) -> Slot {
    let index = *scope.index.borrow();
    let has_next = *scope.has_next.borrow();
    match name {
        "index" => Some(Item::Int(index)),
        "count" => Some(Item::Int(index.saturating_add(1))),
        "hasNext" => Some(Item::Bool(has_next)),
        "first" => Some(Item::Bool(index == 0)),
        "last" => Some(Item::Bool(!has_next)),
        "parent" => scope.parent.clone(),
        "topmost" => {
            let mut outermost = scope.parent.clone()?;
            while let Item::Loop(outer) = &outermost
                && let Some(parent @ Item::Loop(_)) = outer.parent.clone()
            {
                outermost = parent;
            }
            Some(outermost)
        }
        _ => None,
    }
}

/// A position below zero counts from the end.
fn counted(owner: &Item, index: Slot) -> Slot {
    let count = match owner {
        Item::List(list) => list.items.borrow().len(),
        Item::Map(map) => map.members.borrow().len(),
        _ => return index,
    };
    match index {
        Some(Item::Int(at)) if at < 0 => {
            let count = i32::try_from(count).unwrap_or(i32::MAX);
            Some(Item::Int(count.saturating_add(at)))
        }
        index => index,
    }
}

/// Java's `hashCode`.
fn hash(slot: &Slot, reach: Reach) -> i32 {
    let fold = |bits: u64| (bits ^ (bits >> 32)) as i32;
    let (Some(item), Some(reach)) = (slot, reach.deeper()) else {
        return 0;
    };
    match item {
        Item::Bool(flag) => {
            if *flag {
                1231
            } else {
                1237
            }
        }
        Item::Char(unit) => i32::from(*unit),
        Item::Int(int) => *int,
        Item::Long(long) => fold(*long as u64),
        Item::Big(big) => fold(*big as u64),
        Item::Float(float) => fold(float.to_bits()),
        Item::Text(text) => text.encode_utf16().fold(0i32, |sum, unit| {
            sum.wrapping_mul(31).wrapping_add(i32::from(unit))
        }),
        Item::List(list) => list.items.borrow().iter().fold(1i32, |sum, item| {
            sum.wrapping_mul(31).wrapping_add(hash(item, reach))
        }),
        Item::Map(map) => map.members.borrow().iter().fold(0i32, |sum, (key, value)| {
            sum.wrapping_add(hash(&key.slot(), reach) ^ hash(value, reach))
        }),
        Item::Entry(entry) => hash(&entry.0, reach) ^ hash(&entry.1, reach),
        Item::Define(_) | Item::Loop(_) | Item::Input | Item::Util | Item::Class(_) => 0,
    }
}
