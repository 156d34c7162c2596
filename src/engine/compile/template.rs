//! Paths, templates and expressions of fields.

use std::sync::Arc;

use crate::asl::QueryLanguage;
use crate::engine::compile::source::Source;
use crate::engine::expression::JsonataField;
use crate::engine::program::Placement;
use crate::engine::program::Quantity;
use crate::engine::program::Selection;
use crate::engine::template::Assignment;
use crate::engine::template::Template;
use crate::query::Value;
use crate::query::intrinsics::Intrinsic;
use crate::query::jsonata_inside;
use crate::query::jsonpath::Path;
use crate::syntax::NodeId;
use crate::syntax::NodeKind;

/// Levels of a template.
const NESTING: usize = 500;

impl Source<'_> {
    /// `InputPath`, `OutputPath`, `ItemsPath`.
    pub fn selection(&mut self, node: NodeId, name: &str) -> Selection {
        let Some(field) = self.field(node, name) else {
            return Selection::Whole;
        };
        match self.json_of(field) {
            Value::Null => Selection::Nothing,
            Value::String(text) if text.as_ref() == "$" => Selection::Whole,
            Value::String(text) => match self.path(field, &text) {
                Some(path) => Selection::Path(path),
                None => Selection::Whole,
            },
            _ => {
                self.report(
                    field,
                    "WRONG_TYPE",
                    format!("{name} must be a path or null"),
                );
                Selection::Whole
            }
        }
    }

    /// `ResultPath`.
    pub fn placement(&mut self, node: NodeId) -> Placement {
        let Some(field) = self.field(node, "ResultPath") else {
            return Placement::Whole;
        };
        match self.json_of(field) {
            Value::Null => Placement::Discard,
            Value::String(text) if text.as_ref() == "$" => Placement::Whole,
            Value::String(text) => match self.path(field, &text) {
                Some(path) if !path.is_reference() || path.variable().is_some() => {
                    self.report(
                        field,
                        "NOT_A_REFERENCE_PATH",
                        format!("ResultPath must be a reference path such as $.a.b, but is {text}"),
                    );
                    Placement::Whole
                }
                Some(path) => Placement::At(path),
                None => Placement::Whole,
            },
            _ => {
                self.report(field, "WRONG_TYPE", "ResultPath must be a path or null");
                Placement::Whole
            }
        }
    }

    /// Parses a path that has to begin with `$`.
    pub fn path(&mut self, node: NodeId, text: &str) -> Option<Path> {
        match Path::parse(text) {
            Ok(path) if path.is_rooted() => Some(path),
            Ok(_) => {
                self.report(
                    node,
                    "BAD_PATH",
                    format!("A path begins with $, but this is {text}"),
                );
                None
            }
            Err(error) => {
                self.report(node, "BAD_PATH", format!("{text} is not a path: {error}"));
                None
            }
        }
    }

    /// `Parameters`, `ResultSelector`, `Arguments`, `Output` … of the state's language.
    pub fn template(
        &mut self,
        node: NodeId,
        name: &str,
        language: QueryLanguage,
    ) -> Option<Template> {
        let field = self.field(node, name)?;
        Some(self.template_at(field, name, language))
    }

    pub fn template_at(
        &mut self,
        field: NodeId,
        location: &str,
        language: QueryLanguage,
    ) -> Template {
        let template = match language {
            QueryLanguage::JsonPath => self.payload(field, location, NESTING),
            QueryLanguage::Jsonata => self.data(field, location, NESTING),
        };
        fold(template)
    }

    /// A payload template of JSONPath: members whose names end in `.$` are computed.
    fn payload(&mut self, node: NodeId, location: &str, depth: usize) -> Template {
        let tree = self.tree;
        if depth == 0 {
            self.report(node, "TOO_DEEP", "The template is nested too deeply");
            return Template::constant(Value::Null);
        }
        match tree.kind(node) {
            NodeKind::Object(members) => {
                let mut object: Vec<(Arc<str>, Template)> = Vec::with_capacity(members.len());
                for member in members {
                    let (key, template) = match member.key.strip_suffix(".$") {
                        Some(key) => (
                            Arc::from(key),
                            self.computed(member.value, &member.key, location),
                        ),
                        None => (
                            member.key.clone(),
                            self.payload(
                                member.value,
                                &format!("{location}/{}", member.key),
                                depth - 1,
                            ),
                        ),
                    };
                    match object.iter_mut().find(|(known, _)| *known == key) {
                        Some(entry) => entry.1 = template,
                        None => object.push((key, template)),
                    }
                }
                Template::Object(object)
            }
            NodeKind::Array(items) => Template::Array(
                items
                    .iter()
                    .enumerate()
                    .map(|(index, item)| {
                        self.payload(*item, &format!("{location}/{index}"), depth - 1)
                    })
                    .collect(),
            ),
            _ => Template::constant(self.json_of(node)),
        }
    }

    fn computed(&mut self, node: NodeId, field: &Arc<str>, location: &str) -> Template {
        let place: Arc<str> = Arc::from(format!("/{location}/{field}"));
        let value = self.json_of(node);
        let Some(text) = value.as_str() else {
            self.report(
                node,
                "WRONG_TYPE",
                format!("The value of {field} must be a path or an intrinsic function"),
            );
            return Template::constant(Value::Null);
        };
        if text.starts_with('$') {
            return match self.path(node, text) {
                Some(path) => Template::Path {
                    path,
                    field: field.clone(),
                    place,
                },
                None => Template::constant(Value::Null),
            };
        }
        match Intrinsic::parse(text) {
            Ok(intrinsic) => Template::Intrinsic { intrinsic, place },
            Err(error) => {
                let message = if Intrinsic::looks_like(text) {
                    format!("{text} is not an intrinsic function: {error}")
                } else {
                    format!("The value of {field} must be a path or an intrinsic function")
                };
                self.report(node, "BAD_INTRINSIC", message);
                Template::constant(Value::Null)
            }
        }
    }

    /// JSON with `{% … %}` strings.
    fn data(&mut self, node: NodeId, location: &str, depth: usize) -> Template {
        let tree = self.tree;
        if depth == 0 {
            self.report(node, "TOO_DEEP", "The template is nested too deeply");
            return Template::constant(Value::Null);
        }
        match tree.kind(node) {
            NodeKind::Object(members) => {
                let mut object: Vec<(Arc<str>, Template)> = Vec::with_capacity(members.len());
                for member in members {
                    let place = format!("{location}/{}", member.key);
                    let template = self.data(member.value, &place, depth - 1);
                    match object.iter_mut().find(|(known, _)| *known == member.key) {
                        Some(entry) => entry.1 = template,
                        None => object.push((member.key.clone(), template)),
                    }
                }
                Template::Object(object)
            }
            NodeKind::Array(items) => Template::Array(
                items
                    .iter()
                    .enumerate()
                    .map(|(index, item)| {
                        self.data(*item, &format!("{location}[{index}]"), depth - 1)
                    })
                    .collect(),
            ),
            NodeKind::String(_) => {
                let value = self.json_of(node);
                match value.as_str().and_then(jsonata_inside) {
                    Some(inside) => match self.expression(node, inside, location) {
                        Some(expression) => Template::Expression(expression),
                        None => Template::constant(Value::Null),
                    },
                    None => Template::constant(value),
                }
            }
            _ => Template::constant(self.json_of(node)),
        }
    }

    pub fn expression(&mut self, node: NodeId, text: &str, location: &str) -> Option<JsonataField> {
        match JsonataField::parse(text, location) {
            Ok(expression) => Some(expression),
            Err(message) => {
                self.report(node, "BAD_EXPRESSION", message);
                None
            }
        }
    }

    /// The assignments of `Assign`.
    pub fn assignments(&mut self, node: NodeId, language: QueryLanguage) -> Vec<Assignment> {
        let Some(field) = self.field(node, "Assign") else {
            return Vec::new();
        };
        match self.template_unfolded(field, "Assign", language) {
            Template::Object(members) => members
                .into_iter()
                .map(|(name, value)| Assignment {
                    name,
                    value: fold(value),
                })
                .collect(),
            _ => {
                self.report(field, "WRONG_TYPE", "Assign must be an object of variables");
                Vec::new()
            }
        }
    }

    fn template_unfolded(
        &mut self,
        field: NodeId,
        location: &str,
        language: QueryLanguage,
    ) -> Template {
        match language {
            QueryLanguage::JsonPath => self.payload(field, location, NESTING),
            QueryLanguage::Jsonata => self.data(field, location, NESTING),
        }
    }

    /// A scalar field, its `…Path` form in JSONPath, or an expression in JSONata.
    pub fn quantity(&mut self, node: NodeId, name: &str, language: QueryLanguage) -> Quantity {
        if language == QueryLanguage::JsonPath {
            let by_path = format!("{name}Path");
            if let Some(field) = self.field(node, &by_path) {
                let value = self.json_of(field);
                return match value.as_str() {
                    Some(text) if Intrinsic::looks_like(text) => {
                        let template = self.computed(field, &Arc::from(by_path), name);
                        Quantity::Template(Arc::new(template))
                    }
                    Some(text) => match self.path(field, text) {
                        Some(path) => Quantity::Path {
                            path,
                            field: Arc::from(by_path),
                        },
                        None => Quantity::Absent,
                    },
                    None => {
                        self.report(field, "WRONG_TYPE", format!("{by_path} must be a path"));
                        Quantity::Absent
                    }
                };
            }
        }
        let Some(field) = self.field(node, name) else {
            return Quantity::Absent;
        };
        match self.template_at(field, name, language) {
            Template::Constant(Value::Null, _) => Quantity::Absent,
            Template::Constant(value, _) => Quantity::Literal(value),
            template => Quantity::Template(Arc::new(template)),
        }
    }
}

/// Makes one constant of what has nothing to evaluate in it.
fn fold(template: Template) -> Template {
    match template {
        Template::Object(members) => {
            let members: Vec<(Arc<str>, Template)> = members
                .into_iter()
                .map(|(key, member)| (key, fold(member)))
                .collect();
            let constants: Option<Vec<(Arc<str>, Value)>> = members
                .iter()
                .map(|(key, member)| Some((key.clone(), member.as_constant()?.clone())))
                .collect();
            match constants {
                Some(constants) => Template::constant(Value::object(constants)),
                None => Template::Object(members),
            }
        }
        Template::Array(items) => {
            let items: Vec<Template> = items.into_iter().map(fold).collect();
            let constants: Option<Vec<Value>> = items
                .iter()
                .map(|item| item.as_constant().cloned())
                .collect();
            match constants {
                Some(constants) => Template::constant(Value::array(constants)),
                None => Template::Array(items),
            }
        }
        other => other,
    }
}
