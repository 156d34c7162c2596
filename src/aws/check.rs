//! Holds the parameters of a state against the model before anything is sent.

use std::sync::Arc;

use crate::aws::model::Kind;
use crate::aws::model::Member;
use crate::aws::model::Model;
use crate::aws::naming;
use crate::aws::operation::Operation;
use crate::aws::operation::Style;
use crate::aws::optimized;
use crate::aws::trouble;
use crate::aws::wire::ListOf;
use crate::aws::wire::MapOf;
use crate::aws::wire::StructureOf;
use crate::aws::wire::Wire;
use crate::engine::Fault;
use crate::engine::parse_moment;
use crate::query::Chance;
use crate::query::Value;

/// Parameters nest no deeper than this; the parser of JSON allows no more either.
const DEEPEST: usize = 128;

/// The parameters as the operation takes them, or everything that is wrong with them. Tokens against repeated
/// requests that the state does not give come from the seed.
pub(crate) fn check(
    operation: &Operation,
    parameters: &Value,
    seed: u64,
) -> Result<StructureOf, Fault> {
    let mut check = Check {
        model: operation.model,
        style: operation.style,
        free: optimized::free_members(operation),
        reasons: Vec::new(),
        chance: Chance::seeded(seed),
    };
    let input = match (operation.line.input, parameters) {
        (_, Value::Null) | (None, _) => {
            let empty = Value::object::<&str>([]);
            let given = if parameters.is_null() {
                &empty
            } else {
                parameters
            };
            check.structure(operation.line.input, given, 0)
        }
        (Some(shape), given) => check.structure(Some(shape), given, 0),
    };
    match check.reasons.is_empty() {
        true => Ok(input),
        false => Err(trouble::refused(parameters, &check.reasons)),
    }
}

struct Check {
    model: &'static Model,
    style: Style,
    /// Text members that take any JSON.
    free: &'static [&'static str],
    reasons: Vec<String>,
    chance: Chance,
}

impl Check {
    fn structure(&mut self, shape: Option<usize>, given: &Value, depth: usize) -> StructureOf {
        let Some(object) = given.as_object() else {
            self.reasons
                .push("The Parameters have to be an object".to_owned());
            return StructureOf::default();
        };
        let members = self.model.members(shape);
        let traits = shape.map(|shape| self.model.shape(shape).traits);
        let mut given: Vec<(&str, &Value)> = object
            .iter()
            .map(|(key, value)| (key.as_ref(), value))
            .collect();
        let mut checked = Vec::new();
        // In the order of the model, which some services that read XML insist on.
        for member in &members {
            let at = given
                .iter()
                .position(|(key, _)| naming::means(key, member.name, self.style));
            let value = at.map(|at| given.remove(at).1);
            match value {
                Some(Value::Null) => {}
                Some(value) => {
                    if let Some(wire) = self.member(member, value, depth) {
                        checked.push((*member, wire));
                    }
                }
                None if member.traits.has('t') => {
                    let token = self.chance.uuid();
                    checked.push((*member, Wire::Text(Arc::from(token))));
                }
                // What is missing further in, the service itself complains of.
                None if member.traits.has('!') && depth == 0 => {
                    let name = naming::member(member.name, self.style);
                    self.reasons
                        .push(format!("The field \"{name}\" is required but was missing"));
                }
                None => {}
            }
        }
        for (key, _) in given {
            self.reasons.push(format!(
                "The field \"{key}\" is not supported by Step Functions"
            ));
        }
        StructureOf {
            root: traits.and_then(|traits| traits.get('n')),
            namespace: traits.and_then(|traits| traits.get('x')),
            members: checked,
        }
    }

    /// One value; none where it does not fit, which has then been noted.
    fn member(&mut self, member: &Member, value: &Value, depth: usize) -> Option<Wire> {
        if depth > DEEPEST {
            self.reasons.push(format!(
                "The field \"{}\" is nested too deeply",
                member.name
            ));
            return None;
        }
        let shape = self.model.shape(member.shape);
        match &shape.kind {
            Kind::Text => match value {
                _ if member.traits.has('j') => Some(Wire::Document(value.clone())),
                Value::String(text) => Some(Wire::Text(text.clone())),
                other if self.free.contains(&member.name) => {
                    Some(Wire::Text(Arc::from(other.to_json())))
                }
                _ => self.refuse(member, "STRING"),
            },
            Kind::Bool => match value.as_bool() {
                Some(flag) => Some(Wire::Bool(flag)),
                None => self.refuse(member, "BOOLEAN"),
            },
            Kind::Integer => match value.as_number().filter(|number| number.as_i64().is_some()) {
                Some(number) => Some(Wire::Number(number)),
                None => self.refuse(member, "INTEGER"),
            },
            Kind::Float => match value.as_number() {
                Some(number) => Some(Wire::Number(number)),
                None => self.refuse(member, "NUMBER"),
            },
            Kind::Blob => Some(Wire::Blob(match value {
                Value::String(text) => text.as_bytes().to_vec(),
                other => other.to_json().into_bytes(),
            })),
            Kind::Time => {
                let format = member.traits.get('T').or_else(|| shape.traits.get('T'));
                let at = match value {
                    Value::String(text) => parse_moment(text),
                    other => other.as_f64().map(|seconds| (seconds * 1000.0) as i64),
                };
                match at {
                    Some(at) => Some(Wire::Time(at, format)),
                    None => self.refuse(member, "TIMESTAMP"),
                }
            }
            Kind::List(item) => match value.as_array() {
                Some(items) => Some(Wire::List(ListOf {
                    item: *item,
                    flattened: shape.traits.has('f') || member.traits.has('f'),
                    items: (items.iter())
                        .filter(|value| !value.is_null())
                        .filter_map(|value| self.member(&named(item, member), value, depth + 1))
                        .collect(),
                })),
                None => self.refuse(member, "LIST"),
            },
            Kind::Map(key, item) => match value.as_object() {
                Some(object) => Some(Wire::Map(MapOf {
                    key: *key,
                    value: *item,
                    flattened: shape.traits.has('f') || member.traits.has('f'),
                    entries: (object.iter())
                        .filter(|(_, value)| !value.is_null())
                        .filter_map(|(key, value)| {
                            let wire = self.member(&named(item, member), value, depth + 1)?;
                            Some((key.clone(), wire))
                        })
                        .collect(),
                })),
                None => self.refuse(member, "MAP"),
            },
            Kind::Structure(_) if shape.traits.has('d') => Some(Wire::Document(value.clone())),
            Kind::Structure(_) if value.as_object().is_none() => self.refuse(member, "STRUCTURE"),
            Kind::Structure(_) => {
                let inner = self.structure(Some(member.shape), value, depth + 1);
                Some(Wire::Structure(inner))
            }
        }
    }

    fn refuse(&mut self, member: &Member, wanted: &str) -> Option<Wire> {
        let name = naming::member(member.name, self.style);
        self.reasons.push(format!(
            "The value for the field '{name}' must be a {wanted}"
        ));
        None
    }
}

/// The item of a list or a map under the name of its field, so that a message names the field.
fn named(item: &Member, field: &Member) -> Member {
    Member {
        name: field.name,
        ..*item
    }
}
