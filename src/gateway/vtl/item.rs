//! Values while a template is rendered: those of Java, which references share and methods change.

use std::cell::Cell;
use std::cell::RefCell;
use std::rc::Rc;
use std::sync::Arc;

use indexmap::IndexMap;

use crate::gateway::vtl::ast::Block;
use crate::gateway::vtl::ast::Call;
use crate::gateway::vtl::frame::Frame;
use crate::query::Number;
use crate::query::Value;
use crate::query::java_text;

/// A value or null.
pub type Slot = Option<Item>;

/// Deeper values are printed and compared no further.
const DEPTH: usize = 100;

#[derive(Clone)]
pub enum Item {
    Bool(bool),
    Char(u16),
    Int(i32),
    Long(i64),
    /// Java's BigInteger, as far as 127 bits go.
    Big(i128),
    Float(f64),
    Text(Arc<str>),
    List(Rc<List>),
    Map(Rc<Map>),
    Entry(Rc<(Slot, Slot)>),
    /// A block of `#define`, or the body of a `#@macro`.
    Define(Rc<Define>),
    Loop(Rc<Loop>),
    /// `$input`
    Input,
    /// `$util`
    Util,
    /// What `.class` of a value is, in the dialect that shows it.
    Class(&'static str),
}

/// How a list behaves and prints.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Manner {
    /// `[a, b]`
    Plain,
    /// From JSON, and printed as JSON.
    Json,
    /// From JSON by `$util.parseJson`, and printed as Java prints it.
    Parsed,
    /// An array: its size is fixed.
    Array,
    /// The keys or the entries of a map: no positions.
    Set,
    /// The values of a map: no positions either.
    Values,
}

pub struct List {
    pub manner: Manner,
    pub items: RefCell<Vec<Slot>>,
}

pub struct Map {
    /// The place below `$context`, for its own maps; they print nothing.
    pub place: Option<Arc<str>>,
    /// Made by `$util.parseJson`: what is missing in it is null.
    pub parsed: bool,
    pub members: RefCell<IndexMap<Key, Slot>>,
}

/// What a map can be asked for: equal as Java's `equals` has it.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Key {
    Null,
    Bool(bool),
    Char(u16),
    Int(i32),
    Long(i64),
    Big(i128),
    Float(u64),
    Text(Arc<str>),
    /// Lists, maps and the like, by what they print.
    Printed(Arc<str>),
}

pub struct Define {
    pub block: Lazy,
    pub frame: Option<Rc<Frame>>,
}

/// Where the statements of a `Define` stand.
pub enum Lazy {
    Block(Arc<Block>),
    BodyOf(Arc<Call>),
}

/// `$foreach`
pub struct Loop {
    pub index: RefCell<i32>,
    pub has_next: RefCell<bool>,
    pub parent: Slot,
}

impl Item {
    pub fn text(text: impl AsRef<str>) -> Item {
        Item::Text(Arc::from(text.as_ref()))
    }

    pub fn list(manner: Manner, items: Vec<Slot>) -> Item {
        Item::List(Rc::new(List {
            manner,
            items: RefCell::new(items),
        }))
    }

    pub fn map(members: IndexMap<Key, Slot>) -> Item {
        Item::Map(Rc::new(Map {
            place: None,
            parsed: false,
            members: RefCell::new(members),
        }))
    }

    /// A whole number in the smallest type of int and long, BigInteger otherwise.
    pub fn whole(number: i128) -> Item {
        if let Ok(int) = i32::try_from(number) {
            Item::Int(int)
        } else if let Ok(long) = i64::try_from(number) {
            Item::Long(long)
        } else {
            Item::Big(number)
        }
    }

    pub fn from_json(value: &Value, lists: Manner) -> Slot {
        Some(match value {
            Value::Null => return None,
            Value::Bool(flag) => Item::Bool(*flag),
            Value::Number(Number::Int(integer)) => Item::whole(i128::from(*integer)),
            Value::Number(Number::Unsigned(integer)) => Item::whole(i128::from(*integer)),
            Value::Number(Number::Float(float)) => Item::Float(*float),
            Value::String(text) => Item::Text(text.clone()),
            Value::Array(items) => Item::list(
                lists,
                items
                    .iter()
                    .map(|item| Item::from_json(item, lists))
                    .collect(),
            ),
            Value::Object(members) => {
                let members = members
                    .iter()
                    .map(|(key, value)| (Key::Text(key.clone()), Item::from_json(value, lists)));
                Item::Map(Rc::new(Map {
                    place: None,
                    parsed: lists == Manner::Parsed,
                    members: RefCell::new(members.collect()),
                }))
            }
        })
    }

    /// A map of `$context`, whose maps know their place.
    pub fn context(value: &Value, place: &str) -> Slot {
        let Value::Object(members) = value else {
            return Item::from_json(value, Manner::Json);
        };
        let members = members.iter().map(|(key, value)| {
            let below = if place.is_empty() {
                key.to_string()
            } else {
                format!("{place}.{key}")
            };
            (Key::Text(key.clone()), Item::context(value, &below))
        });
        Some(Item::Map(Rc::new(Map {
            place: Some(Arc::from(place)),
            parsed: false,
            members: RefCell::new(members.collect()),
        })))
    }

    /// The value as JSON data; what JSON lacks becomes its text.
    pub fn to_json(&self) -> Value {
        json(Some(self), Reach::new(&Cell::new(COPIED)))
    }

    /// What Java's `toString` gives, cut at about `limit` bytes.
    pub fn print(&self, out: &mut String, limit: usize) {
        print(Some(self), out, limit, DEPTH);
    }

    pub fn printed(&self, limit: usize) -> String {
        match self {
            Item::Text(text) => text.to_string(),
            _ => {
                let mut out = String::new();
                self.print(&mut out, limit);
                out
            }
        }
    }

    pub fn as_whole(&self) -> Option<i128> {
        match self {
            Item::Int(int) => Some(i128::from(*int)),
            Item::Long(long) => Some(i128::from(*long)),
            Item::Big(big) => Some(*big),
            _ => None,
        }
    }

    pub fn as_float(&self) -> Option<f64> {
        match self {
            Item::Float(float) => Some(*float),
            _ => self.as_whole().map(|whole| whole as f64),
        }
    }

    pub fn key(slot: &Slot, limit: usize) -> Key {
        match slot {
            None => Key::Null,
            Some(Item::Bool(flag)) => Key::Bool(*flag),
            Some(Item::Char(unit)) => Key::Char(*unit),
            Some(Item::Int(int)) => Key::Int(*int),
            Some(Item::Long(long)) => Key::Long(*long),
            Some(Item::Big(big)) => Key::Big(*big),
            Some(Item::Float(float)) => Key::Float(float.to_bits()),
            Some(Item::Text(text)) => Key::Text(text.clone()),
            Some(other) => Key::Printed(Arc::from(other.printed(limit))),
        }
    }

    /// The name of the class, which decides what may be compared as it is.
    pub fn class(&self) -> &'static str {
        match self {
            Item::Bool(_) => "java.lang.Boolean",
            Item::Char(_) => "java.lang.Character",
            Item::Int(_) => "java.lang.Integer",
            Item::Long(_) => "java.lang.Long",
            Item::Big(_) => "java.math.BigInteger",
            Item::Float(_) => "java.lang.Double",
            Item::Text(_) => "java.lang.String",
            Item::List(list) => match list.manner {
                Manner::Plain => "java.util.ArrayList",
                Manner::Json | Manner::Parsed => "net.minidev.json.JSONArray",
                Manner::Array => "[Ljava.lang.Object;",
                Manner::Set => "java.util.LinkedHashMap$LinkedKeySet",
                Manner::Values => "java.util.LinkedHashMap$LinkedValues",
            },
            Item::Map(_) => "java.util.LinkedHashMap",
            Item::Entry(_) => "java.util.LinkedHashMap$Entry",
            Item::Define(_) => "org.apache.velocity.runtime.directive.Block$Reference",
            Item::Loop(_) => "org.apache.velocity.runtime.directive.ForeachScope",
            Item::Input => "input",
            Item::Util => "util",
            Item::Class(_) => "java.lang.Class",
        }
    }
}

/// Values may nest without end; taking them apart in a row instead of one within the other keeps the stack flat.
#[derive(Default)]
pub struct Scraps {
    slots: Vec<Slot>,
    frames: Vec<Rc<Frame>>,
}

impl Scraps {
    pub fn slots(&mut self, slots: impl IntoIterator<Item = Slot>) {
        self.slots.extend(slots.into_iter().filter(|slot| {
            matches!(
                slot,
                Some(Item::List(_) | Item::Map(_) | Item::Entry(_) | Item::Define(_))
            )
        }));
    }

    pub fn frame(&mut self, frame: Option<Rc<Frame>>) {
        self.frames.extend(frame);
    }

    pub fn clear(mut self) {
        loop {
            if let Some(frame) = self.frames.pop() {
                if let Some(mut frame) = Rc::into_inner(frame) {
                    self.slots(frame.own.take().into_values().map(Some));
                    self.frame(frame.parent.take());
                }
                continue;
            }
            match self.slots.pop() {
                Some(Some(Item::List(list))) => {
                    if let Some(list) = Rc::into_inner(list) {
                        self.slots(list.items.take());
                    }
                }
                Some(Some(Item::Map(map))) => {
                    if let Some(map) = Rc::into_inner(map) {
                        self.slots(map.members.take().into_values());
                    }
                }
                Some(Some(Item::Entry(entry))) => {
                    if let Some((key, value)) = Rc::into_inner(entry) {
                        self.slots([key, value]);
                    }
                }
                Some(Some(Item::Define(define))) => {
                    if let Some(define) = Rc::into_inner(define) {
                        self.frame(define.frame);
                    }
                }
                Some(_) => {}
                None => return,
            }
        }
    }
}

impl Drop for List {
    fn drop(&mut self) {
        let mut scraps = Scraps::default();
        scraps.slots(self.items.take());
        scraps.clear();
    }
}

impl Drop for Map {
    fn drop(&mut self) {
        let mut scraps = Scraps::default();
        scraps.slots(self.members.take().into_values());
        scraps.clear();
    }
}

impl Key {
    pub fn slot(&self) -> Slot {
        Some(match self {
            Key::Null => return None,
            Key::Bool(flag) => Item::Bool(*flag),
            Key::Char(unit) => Item::Char(*unit),
            Key::Int(int) => Item::Int(*int),
            Key::Long(long) => Item::Long(*long),
            Key::Big(big) => Item::Big(*big),
            Key::Float(bits) => Item::Float(f64::from_bits(*bits)),
            Key::Text(text) | Key::Printed(text) => Item::Text(text.clone()),
        })
    }
}

/// How many values a rendering looks at to compare and to hash them; values may hold one another many times over.
pub const EFFORT: usize = 5_000_000;
/// How many values become JSON at a time; the rest is null.
const COPIED: usize = 500_000;

/// What is left of the depth and of the effort.
#[derive(Clone, Copy)]
pub struct Reach<'a> {
    depth: usize,
    left: &'a Cell<usize>,
}

impl<'a> Reach<'a> {
    pub fn new(left: &'a Cell<usize>) -> Reach<'a> {
        Reach { depth: DEPTH, left }
    }

    /// One level further, as long as there is something left.
    pub fn deeper(self) -> Option<Reach<'a>> {
        let left = self.left.get().checked_sub(1)?;
        self.left.set(left);
        Some(Reach {
            depth: self.depth.checked_sub(1)?,
            ..self
        })
    }
}

/// Java's `equals`; what is nested too deep is not equal, and nothing is once the effort is spent.
pub fn equals(left: &Slot, right: &Slot, effort: &Cell<usize>) -> bool {
    match (left, right) {
        (None, None) => true,
        (Some(left), Some(right)) => equal(left, right, Reach::new(effort)),
        (None, Some(_)) | (Some(_), None) => false,
    }
}

fn equal(left: &Item, right: &Item, reach: Reach) -> bool {
    let Some(reach) = reach.deeper() else {
        return false;
    };
    let slots = |left: &Slot, right: &Slot| match (left, right) {
        (None, None) => true,
        (Some(left), Some(right)) => equal(left, right, reach),
        (None, Some(_)) | (Some(_), None) => false,
    };
    match (left, right) {
        (Item::Bool(a), Item::Bool(b)) => a == b,
        (Item::Char(a), Item::Char(b)) => a == b,
        (Item::Int(a), Item::Int(b)) => a == b,
        (Item::Long(a), Item::Long(b)) => a == b,
        (Item::Big(a), Item::Big(b)) => a == b,
        (Item::Float(a), Item::Float(b)) => a.to_bits() == b.to_bits(),
        (Item::Text(a), Item::Text(b)) => a == b,
        (Item::List(a), Item::List(b)) => {
            if Rc::ptr_eq(a, b) {
                return true;
            }
            let (a, b) = (a.items.borrow(), b.items.borrow());
            a.len() == b.len() && a.iter().zip(b.iter()).all(|(a, b)| slots(a, b))
        }
        (Item::Map(a), Item::Map(b)) => {
            if Rc::ptr_eq(a, b) {
                return true;
            }
            let (a, b) = (a.members.borrow(), b.members.borrow());
            a.len() == b.len()
                && a.iter()
                    .all(|(key, value)| b.get(key).is_some_and(|other| slots(value, other)))
        }
        (Item::Entry(a), Item::Entry(b)) => slots(&a.0, &b.0) && slots(&a.1, &b.1),
        (Item::Class(a), Item::Class(b)) => a == b,
        (Item::Loop(a), Item::Loop(b)) => Rc::ptr_eq(a, b),
        (Item::Define(a), Item::Define(b)) => Rc::ptr_eq(a, b),
        (Item::Input, Item::Input) | (Item::Util, Item::Util) => true,
        _ => false,
    }
}

pub fn float_text(float: f64) -> String {
    if float.is_nan() {
        "NaN".to_string()
    } else if float.is_infinite() {
        if float > 0.0 { "Infinity" } else { "-Infinity" }.to_string()
    } else {
        java_text(&Value::Number(Number::Float(float)))
    }
}

/// One UTF-16 unit as text; half of a pair prints as Java's encoder writes it.
pub fn unit_text(unit: u16) -> String {
    char::from_u32(u32::from(unit)).unwrap_or('?').to_string()
}

fn json(slot: Option<&Item>, reach: Reach) -> Value {
    let (Some(item), Some(reach)) = (slot, reach.deeper()) else {
        return Value::Null;
    };
    match item {
        Item::Bool(flag) => Value::Bool(*flag),
        Item::Int(int) => Value::from(i64::from(*int)),
        Item::Long(long) => Value::from(*long),
        Item::Float(float) => Value::from(*float),
        Item::Text(text) => Value::String(text.clone()),
        Item::List(list) => Value::array(
            list.items
                .borrow()
                .iter()
                .map(|item| json(item.as_ref(), reach))
                .collect(),
        ),
        Item::Map(map) => Value::object(map.members.borrow().iter().map(|(key, value)| {
            let name = key
                .slot()
                .map_or("null".to_string(), |key| key.printed(1 << 20));
            (name, json(value.as_ref(), reach))
        })),
        Item::Char(_)
        | Item::Big(_)
        | Item::Entry(_)
        | Item::Define(_)
        | Item::Loop(_)
        | Item::Input
        | Item::Util
        | Item::Class(_) => Value::from(item.printed(1 << 20)),
    }
}

fn print(slot: Option<&Item>, out: &mut String, limit: usize, depth: usize) {
    let Some(item) = slot else {
        out.push_str("null");
        return;
    };
    if depth == 0 || out.len() > limit {
        out.push('…');
        return;
    }
    match item {
        Item::Bool(flag) => out.push_str(if *flag { "true" } else { "false" }),
        Item::Char(unit) => out.push_str(&unit_text(*unit)),
        Item::Int(int) => out.push_str(&int.to_string()),
        Item::Long(long) => out.push_str(&long.to_string()),
        Item::Big(big) => out.push_str(&big.to_string()),
        Item::Float(float) => out.push_str(&float_text(*float)),
        Item::Text(text) => out.push_str(text),
        Item::List(list) if list.manner == Manner::Json => print_json(slot, out, limit, depth),
        Item::List(list) => {
            out.push('[');
            for (index, item) in list.items.borrow().iter().enumerate() {
                if out.len() > limit {
                    break;
                }
                if index > 0 {
                    out.push_str(", ");
                }
                match item {
                    Some(Item::List(own)) if Rc::ptr_eq(own, list) => {
                        out.push_str("(this Collection)");
                    }
                    item => print(item.as_ref(), out, limit, depth - 1),
                }
            }
            out.push(']');
        }
        Item::Map(map) if map.place.is_some() => {}
        Item::Map(map) => {
            out.push('{');
            for (index, (key, value)) in map.members.borrow().iter().enumerate() {
                if out.len() > limit {
                    break;
                }
                if index > 0 {
                    out.push_str(", ");
                }
                print(key.slot().as_ref(), out, limit, depth - 1);
                out.push('=');
                match value {
                    Some(Item::Map(own)) if Rc::ptr_eq(own, map) => out.push_str("(this Map)"),
                    value => print(value.as_ref(), out, limit, depth - 1),
                }
            }
            out.push('}');
        }
        Item::Entry(entry) => {
            print(entry.0.as_ref(), out, limit, depth - 1);
            out.push('=');
            print(entry.1.as_ref(), out, limit, depth - 1);
        }
        Item::Class(name) => {
            out.push_str("class ");
            out.push_str(name);
        }
        // The renderer renders blocks where they are printed; nothing of the others is for a text.
        Item::Define(_) | Item::Loop(_) | Item::Input | Item::Util => {
            out.push_str(item.class());
        }
    }
}

/// As JSON text, without blanks.
fn print_json(slot: Option<&Item>, out: &mut String, limit: usize, depth: usize) {
    match slot {
        Some(Item::List(list)) if depth > 0 && out.len() <= limit => {
            out.push('[');
            for (index, item) in list.items.borrow().iter().enumerate() {
                if out.len() > limit {
                    break;
                }
                if index > 0 {
                    out.push(',');
                }
                print_json(item.as_ref(), out, limit, depth - 1);
            }
            out.push(']');
        }
        Some(Item::Map(map)) if depth > 0 && out.len() <= limit => {
            out.push('{');
            for (index, (key, value)) in map.members.borrow().iter().enumerate() {
                if out.len() > limit {
                    break;
                }
                if index > 0 {
                    out.push(',');
                }
                let name = key
                    .slot()
                    .map_or("null".to_string(), |key| key.printed(limit));
                out.push_str(&Value::from(name).to_json());
                out.push(':');
                print_json(value.as_ref(), out, limit, depth - 1);
            }
            out.push('}');
        }
        Some(item) => out.push_str(&item.to_json().to_json()),
        None => out.push_str("null"),
    }
}
