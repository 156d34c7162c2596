//! The only name of a state: its way from the root of the machine.

use std::fmt;
use std::sync::Arc;

use serde::Deserialize;
use serde::Serialize;

use crate::syntax::Pointer;

/// The way to a state, written as the JSON pointer of its object:
/// `/States/Reserve/ItemProcessor/States/Item`. Cheap to clone, unique within a machine.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct StatePath(Arc<str>);

/// Where a scope hangs in the state that holds it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum ScopeSlot {
    /// `Branches[n]` of a Parallel.
    Branch(usize),
    /// `ItemProcessor` of a Map.
    ItemProcessor,
    /// `Iterator` of a Map, the older name.
    Iterator,
}

impl StatePath {
    pub fn new(pointer: &str) -> StatePath {
        StatePath(Arc::from(pointer))
    }

    /// A state of the outermost scope.
    pub fn top(name: &str) -> StatePath {
        StatePath::in_scope("", name)
    }

    /// A state inside a container.
    #[must_use]
    pub fn child(&self, slot: ScopeSlot, name: &str) -> StatePath {
        StatePath::in_scope(&format!("{}{slot}", self.0), name)
    }

    /// The state of the same scope that has another name.
    #[must_use]
    pub fn sibling(&self, name: &str) -> StatePath {
        let scope = self.0.rfind("/States/").and_then(|at| self.0.get(..at));
        StatePath::in_scope(scope.unwrap_or_default(), name)
    }

    fn in_scope(scope: &str, name: &str) -> StatePath {
        let mut text = scope.to_owned();
        text.push_str(&Pointer::root().child("States").child(name).to_string());
        StatePath(Arc::from(text))
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The state's own name.
    pub fn name(&self) -> String {
        self.pointer().last().unwrap_or_default().to_owned()
    }

    /// The pointer to the state's object.
    pub fn pointer(&self) -> Pointer {
        Pointer::parse(&self.0)
    }

    /// The pointer to the object that holds `StartAt` and `States`.
    pub fn scope_pointer(&self) -> Pointer {
        let up = self.pointer().parent().and_then(|states| states.parent());
        up.unwrap_or_default()
    }

    /// The container this state lies in; none in the outermost scope.
    pub fn container(&self) -> Option<StatePath> {
        let scope = self.scope_pointer();
        let mut up = scope.parent()?;
        if up.last() == Some("Branches") {
            up = up.parent()?;
        }
        (up.tokens().len() >= 2).then(|| StatePath::new(&up.to_string()))
    }

    /// Lies inside `container`, at any depth.
    pub fn is_inside(&self, container: &StatePath) -> bool {
        self.0
            .strip_prefix(container.as_str())
            .is_some_and(|rest| rest.starts_with('/'))
    }
}

impl fmt::Display for StatePath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Display for ScopeSlot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            ScopeSlot::Branch(index) => write!(f, "/Branches/{index}"),
            ScopeSlot::ItemProcessor => f.write_str("/ItemProcessor"),
            ScopeSlot::Iterator => f.write_str("/Iterator"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_knows_its_name_container_and_siblings() {
        let map = StatePath::top("Reserve/all");
        let item = map.child(ScopeSlot::ItemProcessor, "Item");
        let branch = item.child(ScopeSlot::Branch(1), "Deep");
        assert_eq!(map.name(), "Reserve/all");
        assert_eq!(branch.container(), Some(item.clone()));
        assert_eq!(item.container(), Some(map.clone()));
        assert_eq!(map.container(), None);
        assert!(branch.is_inside(&map) && !map.is_inside(&map));
        assert_eq!(
            item.sibling("Other"),
            map.child(ScopeSlot::ItemProcessor, "Other")
        );
    }
}
