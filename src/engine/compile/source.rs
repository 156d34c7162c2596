//! The text a program is made from: fields by name, placeholders put in, complaints with their place.

use std::sync::Arc;

use crate::asl::Diagnostic;
use crate::asl::Machine;
use crate::asl::Scope;
use crate::asl::Severity;
use crate::asl::State;
use crate::engine::CompileOptions;
use crate::engine::program::StateIndex;
use crate::query::Map;
use crate::query::Number;
use crate::query::Value;
use crate::syntax::NodeId;
use crate::syntax::NodeKind;
use crate::syntax::Tree;

/// Levels of JSON a definition may have.
const NESTING: usize = 1_000;

pub(crate) struct Source<'a> {
    pub tree: &'a Tree,
    pub machine: &'a Machine,
    pub options: &'a CompileOptions,
    pub problems: Vec<Diagnostic>,
}

impl<'a> Source<'a> {
    pub fn new(tree: &'a Tree, machine: &'a Machine, options: &'a CompileOptions) -> Source<'a> {
        Source {
            tree,
            machine,
            options,
            problems: Vec::new(),
        }
    }

    pub fn report(&mut self, node: NodeId, code: &'static str, message: impl Into<String>) {
        self.report_with(node, code, message, None);
    }

    /// Says what is wrong; `at` is a place in the text of a string, in bytes of its content.
    pub fn report_with(
        &mut self,
        node: NodeId,
        code: &'static str,
        message: impl Into<String>,
        hint: Option<String>,
    ) {
        self.problems.push(Diagnostic {
            code,
            severity: Severity::Error,
            span: self.tree.span(node),
            pointer: self.tree.pointer(node).to_string(),
            message: message.into(),
            hints: hint.into_iter().collect(),
            fix: None,
        });
    }

    pub fn report_root(&mut self, code: &'static str, message: &str) {
        self.problems.push(Diagnostic {
            code,
            severity: Severity::Error,
            span: crate::text::Span::new(0, 0),
            pointer: String::new(),
            message: message.to_owned(),
            hints: Vec::new(),
            fix: None,
        });
    }

    /// A field's node, unless it is absent.
    pub fn field(&self, node: NodeId, name: &str) -> Option<NodeId> {
        self.tree.get(node, name)
    }

    /// A field's value with placeholders put in.
    pub fn value(&mut self, node: NodeId, name: &str) -> Option<Value> {
        let field = self.field(node, name)?;
        Some(self.json_of(field))
    }

    /// A field's text with placeholders put in.
    pub fn text(&mut self, node: NodeId, name: &str) -> Option<Arc<str>> {
        match self.value(node, name)? {
            Value::String(text) => Some(text),
            _ => None,
        }
    }

    /// A field that has to be a text where it is present.
    pub fn text_or_report(&mut self, node: NodeId, name: &str) -> Option<Arc<str>> {
        let field = self.field(node, name)?;
        let text = self.text(node, name);
        if text.is_none() {
            self.report(field, "WRONG_TYPE", format!("{name} must be a string"));
        }
        text
    }

    pub fn texts(&mut self, node: NodeId, name: &str) -> Vec<Arc<str>> {
        match self.value(node, name) {
            Some(Value::Array(items)) => items
                .iter()
                .filter_map(|item| item.as_str().map(Arc::from))
                .collect(),
            _ => Vec::new(),
        }
    }

    pub fn json_of(&mut self, node: NodeId) -> Value {
        self.convert(node, NESTING)
    }

    fn convert(&mut self, node: NodeId, depth: usize) -> Value {
        let tree = self.tree;
        if depth == 0 {
            self.report(node, "TOO_DEEP", "The definition is nested too deeply");
            return Value::Null;
        }
        match tree.kind(node) {
            NodeKind::Null | NodeKind::Missing => Value::Null,
            NodeKind::Bool(flag) => Value::Bool(*flag),
            NodeKind::Number(text) => number(text),
            NodeKind::String(text) => Value::String(self.put_in(node, text)),
            NodeKind::Hole(text) => {
                let text: Arc<str> = Arc::from(text.as_ref());
                let filled = self.put_in(node, &text);
                Value::parse(&filled).unwrap_or(Value::String(filled))
            }
            NodeKind::Array(items) => Value::array(
                items
                    .iter()
                    .map(|item| self.convert(*item, depth - 1))
                    .collect(),
            ),
            NodeKind::Object(members) => {
                let mut object = Map::with_capacity(members.len());
                for member in members {
                    let value = self.convert(member.value, depth - 1);
                    object.insert(member.key.clone(), value);
                }
                Value::Object(Arc::new(object))
            }
        }
    }

    /// A text with the values of its `${Name}` placeholders. One without a value stays as it is.
    pub fn put_in(&self, _node: NodeId, text: &Arc<str>) -> Arc<str> {
        if self.options.params.is_empty() || !text.contains("${") {
            return text.clone();
        }
        let mut filled = String::with_capacity(text.len());
        let mut from = 0;
        for hole in crate::syntax::holes(text) {
            filled.push_str(text.get(from..hole.start).unwrap_or_default());
            let whole = text.get(hole.start..hole.end).unwrap_or_default();
            let name = whole
                .strip_prefix("${")
                .and_then(|rest| rest.strip_suffix('}'))
                .unwrap_or_default();
            match self.options.params.get(name.trim()) {
                Some(value) => filled.push_str(value),
                None => filled.push_str(whole),
            }
            from = hole.end;
        }
        filled.push_str(text.get(from..).unwrap_or_default());
        Arc::from(filled)
    }

    /// The state a target of a state's own scope names.
    pub fn target(&mut self, state: &State, holder: NodeId, field: &str) -> Option<StateIndex> {
        let node = self.field(holder, field)?;
        let Some(name) = self.text(holder, field) else {
            self.report(
                node,
                "WRONG_TYPE",
                format!("{field} must be the name of a state"),
            );
            return None;
        };
        match self.machine.in_scope(state.scope, &name) {
            Some(target) => Some(StateIndex(target.0)),
            None => {
                self.report(
                    node,
                    "MISSING_TARGET",
                    format!("There is no state named \"{name}\" here"),
                );
                None
            }
        }
    }

    pub fn scope_start(&mut self, scope: &Scope) -> Option<StateIndex> {
        let Some(name) = &scope.start_at else {
            self.report(scope.node, "MISSING_START", "StartAt is missing");
            return None;
        };
        if let Some(start) = scope.states.iter().find(|id| {
            self.machine
                .state(**id)
                .is_some_and(|state| state.name == *name)
        }) {
            return Some(StateIndex(start.0));
        }
        let node = self.field(scope.node, "StartAt").unwrap_or(scope.node);
        self.report(
            node,
            "MISSING_TARGET",
            format!("StartAt names \"{name}\", and there is no such state"),
        );
        None
    }
}

/// A number as it is spelled.
fn number(text: &str) -> Value {
    if let Ok(integer) = text.parse::<i64>() {
        return Value::from(integer);
    }
    if let Ok(integer) = text.parse::<u64>() {
        return Value::Number(Number::Unsigned(integer));
    }
    Value::from(text.parse::<f64>().unwrap_or_default())
}
