//! A value against a schema. What is said, in which order, and when looking stops, is as the service does it:
//! the keywords of a node in the order of their names, then the members in the order of theirs, and no
//! members once anything was found wrong.

use std::fmt::Write;

use crate::gateway::schema::Bound;
use crate::gateway::schema::Dependency;
use crate::gateway::schema::Items;
use crate::gateway::schema::Keyword;
use crate::gateway::schema::Node;
use crate::gateway::schema::NodeId;
use crate::gateway::schema::Schema;
use crate::query::Map;
use crate::query::Number;
use crate::query::Value;

/// Nodes that are looked at for one value.
const STEPS: usize = 200_000;
/// How deep nodes may lead to nodes.
const DEEPEST: usize = 256;

/// What is wrong with the value, nothing where it is right.
pub(crate) fn check(schema: &Schema, value: &Value) -> Vec<String> {
    let mut checker = Checker {
        schema,
        steps: 0,
        exhausted: None,
    };
    let mut report = Vec::new();
    checker.node(schema.root, value, 0, &mut report);
    if let Some(words) = checker.exhausted {
        return vec![words.to_owned()];
    }
    report
}

struct Checker<'a> {
    schema: &'a Schema,
    steps: usize,
    exhausted: Option<&'static str>,
}

impl<'a> Checker<'a> {
    fn node(&mut self, id: NodeId, value: &Value, depth: usize, report: &mut Vec<String>) {
        self.steps += 1;
        if self.steps > STEPS {
            self.exhausted = Some("validation was given up: the body is too large for this schema");
        }
        if depth > DEEPEST {
            self.exhausted = Some("validation was given up: the schema goes round in a circle");
        }
        if self.exhausted.is_some() {
            return;
        }
        let Some(node) = self.schema.nodes.get(id) else {
            return;
        };
        for keyword in &node.keywords {
            self.keyword(node, keyword, value, depth, report);
        }
        if !report.is_empty() {
            return;
        }
        match value {
            Value::Array(items) => {
                for (index, item) in items.iter().enumerate() {
                    let id = match &node.items {
                        Items::Any => None,
                        Items::All(id) => Some(*id),
                        Items::Each(each, rest) => each.get(index).copied().or(*rest),
                    };
                    if let Some(id) = id {
                        self.node(id, item, depth + 1, report);
                    }
                }
            }
            Value::Object(members) => self.members(node, members, depth, report),
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
        }
    }

    fn members(&mut self, node: &Node, members: &Map, depth: usize, report: &mut Vec<String>) {
        let mut sorted: Vec<_> = members.iter().collect();
        sorted.sort_by_key(|(key, _)| *key);
        for (key, member) in sorted {
            let mut known = false;
            if let Some(id) = node.properties.get(key.as_ref()) {
                known = true;
                self.node(*id, member, depth + 1, report);
            }
            for (pattern, id) in &node.pattern_properties {
                if pattern.matches(key) {
                    known = true;
                    self.node(*id, member, depth + 1, report);
                }
            }
            if let (false, Some(id)) = (known, node.other_properties) {
                self.node(id, member, depth + 1, report);
            }
        }
    }

    /// How many of the schemas a value fits.
    fn fitting(&mut self, schemas: &[NodeId], value: &Value, depth: usize) -> usize {
        schemas
            .iter()
            .filter(|id| {
                let mut report = Vec::new();
                self.node(**id, value, depth + 1, &mut report);
                report.is_empty()
            })
            .count()
    }

    fn keyword(
        &mut self,
        node: &Node,
        keyword: &'a Keyword,
        value: &Value,
        depth: usize,
        report: &mut Vec<String>,
    ) {
        let complaint = match keyword {
            Keyword::AllOf(schemas) => {
                let all = schemas.len();
                let count = self.fitting(schemas, value, depth);
                (count < all).then(|| {
                    format!("instance failed to match all required schemas (matched only {count} out of {all})")
                })
            }
            Keyword::AnyOf(schemas) => {
                let count = self.fitting(schemas, value, depth);
                (count == 0).then(|| {
                    let all = schemas.len();
                    format!("instance failed to match at least one required schema among {all}")
                })
            }
            Keyword::OneOf(schemas) => {
                let all = schemas.len();
                let count = self.fitting(schemas, value, depth);
                (count != 1).then(|| {
                    format!(
                        "instance failed to match exactly one schema (matched {count} out of {all})"
                    )
                })
            }
            Keyword::Not(schema) => (self.fitting(&[*schema], value, depth) == 1)
                .then(|| "instance matched a schema which it should not have".to_owned()),
            Keyword::Enum(values) => (!values.contains(value)).then(|| {
                let values = Value::array(values.clone()).to_json();
                format!(
                    "instance value ({}) not found in enum (possible values: {values})",
                    value.to_json()
                )
            }),
            Keyword::Type(types) => {
                let kind = type_of(value);
                (!types.contains(&kind)).then(|| {
                    let allowed = names(types);
                    format!("instance type ({kind}) does not match any allowed primitive type (allowed: {allowed})")
                })
            }
            Keyword::Format(format) => value.as_str().and_then(|text| format.complaint(text)),
            Keyword::MaxLength(_) | Keyword::MinLength(_) | Keyword::Pattern(_) => {
                value.as_str().and_then(|text| of_text(keyword, text))
            }
            Keyword::Maximum(..) | Keyword::Minimum(..) | Keyword::MultipleOf(_) => value
                .as_number()
                .and_then(|number| of_number(keyword, number)),
            Keyword::AdditionalItems(_)
            | Keyword::MaxItems(_)
            | Keyword::MinItems(_)
            | Keyword::UniqueItems => value.as_array().and_then(|items| of_array(keyword, items)),
            Keyword::AdditionalProperties
            | Keyword::MaxProperties(_)
            | Keyword::MinProperties(_)
            | Keyword::Required(_) => value
                .as_object()
                .and_then(|members| of_object(node, keyword, members)),
            Keyword::Dependencies(list) => {
                self.dependencies(list, value, depth, report);
                None
            }
        };
        report.extend(complaint);
    }

    fn dependencies(
        &mut self,
        list: &[(String, Dependency)],
        value: &Value,
        depth: usize,
        report: &mut Vec<String>,
    ) {
        let Some(members) = value.as_object() else {
            return;
        };
        for (key, dependency) in list {
            if !members.contains_key(key) {
                continue;
            }
            match dependency {
                Dependency::Properties(wanted) => {
                    let missing: Vec<&String> = wanted
                        .iter()
                        .filter(|name| !members.contains_key(name))
                        .collect();
                    if !missing.is_empty() {
                        report.push(format!(
                            "property \"{key}\" of object has missing property dependencies (schema requires {}; missing: {})",
                            names(wanted),
                            names(&missing)
                        ));
                    }
                }
                Dependency::Schema(id) => self.node(*id, value, depth + 1, report),
            }
        }
    }
}

fn of_text(keyword: &Keyword, text: &str) -> Option<String> {
    // Java counts the units of UTF-16 here, but this library counts characters.
    let length = || text.chars().count() as u64;
    match keyword {
        Keyword::MaxLength(most) if length() > *most => Some(format!(
            "string \"{text}\" is too long (length: {}, maximum allowed: {most})",
            length()
        )),
        Keyword::MinLength(least) if length() < *least => Some(format!(
            "string \"{text}\" is too short (length: {}, required minimum: {least})",
            length()
        )),
        Keyword::Pattern(pattern) if !pattern.matches(text) => Some(format!(
            "ECMA 262 regex \"{}\" does not match input string \"{text}\"",
            pattern.text
        )),
        _ => None,
    }
}

fn of_number(keyword: &Keyword, number: Number) -> Option<String> {
    let order = |limit: Number| number.as_f64().partial_cmp(&limit.as_f64());
    match keyword {
        Keyword::Maximum(most, _) if order(*most).is_some_and(std::cmp::Ordering::is_gt) => {
            Some(format!(
                "numeric instance is greater than the required maximum (maximum: {most}, found: {number})"
            ))
        }
        Keyword::Maximum(most, Bound::Exclusive)
            if order(*most).is_some_and(std::cmp::Ordering::is_eq) =>
        {
            Some(format!(
                "numeric instance is not strictly lower than the required maximum {most}"
            ))
        }
        Keyword::Minimum(least, _) if order(*least).is_some_and(std::cmp::Ordering::is_lt) => {
            Some(format!(
                "numeric instance is lower than the required minimum (minimum: {least}, found: {number})"
            ))
        }
        Keyword::Minimum(least, Bound::Exclusive)
            if order(*least).is_some_and(std::cmp::Ordering::is_eq) =>
        {
            Some(format!(
                "numeric instance is not strictly greater than the required minimum {least}"
            ))
        }
        Keyword::MultipleOf(by) if !is_multiple(number, *by) => Some(format!(
            "remainder of division is not zero ({number} / {by})"
        )),
        _ => None,
    }
}

/// Whole numbers are divided exactly; others as decimal fractions, so that 0.3 is a multiple of 0.1.
fn is_multiple(number: Number, by: Number) -> bool {
    if let (Some(number), Some(by)) = (number.as_i64(), by.as_i64()) {
        return by != 0 && number.checked_rem(by).unwrap_or(0) == 0;
    }
    let quotient = number.as_f64() / by.as_f64();
    (quotient - quotient.round()).abs() <= quotient.abs().max(1.0) * 1e-12
}

fn of_array(keyword: &Keyword, items: &[Value]) -> Option<String> {
    let count = items.len() as u64;
    match keyword {
        Keyword::AdditionalItems(most) if items.len() > *most => Some(format!(
            "schema only allows {most} elements in array but instance has {count} elements"
        )),
        Keyword::MaxItems(most) if count > *most => Some(format!(
            "array is too long: must have at most {most} elements but instance has {count} elements"
        )),
        Keyword::MinItems(least) if count < *least => Some(format!(
            "array is too short: must have at least {least} elements but instance has {count} elements"
        )),
        Keyword::UniqueItems if has_duplicates(items) => {
            Some("array must not contain duplicate elements".to_owned())
        }
        _ => None,
    }
}

/// Values are compared by a text that is the same for equal ones: keys sorted, numbers as doubles.
fn has_duplicates(items: &[Value]) -> bool {
    let mut texts: Vec<String> = items
        .iter()
        .map(|item| {
            let mut text = String::new();
            canonical(item, &mut text);
            text
        })
        .collect();
    texts.sort_unstable();
    texts
        .windows(2)
        .any(|pair| matches!(pair, [left, right] if left == right))
}

/// Bodies are nested 128 levels at most, so this ends.
fn canonical(value: &Value, out: &mut String) {
    match value {
        Value::Number(number) => {
            let _ = write!(out, "{:?}", number.as_f64());
        }
        Value::Array(items) => {
            out.push('[');
            for item in items.iter() {
                canonical(item, out);
                out.push(',');
            }
            out.push(']');
        }
        Value::Object(members) => {
            let mut sorted: Vec<_> = members.iter().collect();
            sorted.sort_by_key(|(key, _)| *key);
            out.push('{');
            for (key, member) in sorted {
                let _ = write!(out, "{key:?}:");
                canonical(member, out);
                out.push(',');
            }
            out.push('}');
        }
        Value::Null | Value::Bool(_) | Value::String(_) => out.push_str(&value.to_json()),
    }
}

fn of_object(node: &Node, keyword: &Keyword, members: &Map) -> Option<String> {
    let count = members.len() as u64;
    match keyword {
        Keyword::AdditionalProperties => {
            let mut others: Vec<&str> = members
                .iter()
                .map(|(key, _)| key.as_ref())
                .filter(|key| {
                    !node.properties.contains_key(*key)
                        && !node
                            .pattern_properties
                            .iter()
                            .any(|(pattern, _)| pattern.matches(key))
                })
                .collect();
            others.sort_unstable();
            (!others.is_empty()).then(|| {
                let others = names(&others);
                format!(
                    "object instance has properties which are not allowed by the schema: {others}"
                )
            })
        }
        Keyword::MaxProperties(most) if count > *most => Some(format!(
            "object has too many properties (found {count} but schema requires at most {most})"
        )),
        Keyword::MinProperties(least) if count < *least => Some(format!(
            "object has too few properties (found {count} but schema requires at least {least})"
        )),
        Keyword::Required(wanted) => {
            let missing: Vec<&String> = wanted
                .iter()
                .filter(|name| !members.contains_key(name))
                .collect();
            (!missing.is_empty()).then(|| {
                format!(
                    "object has missing required properties ({})",
                    names(&missing)
                )
            })
        }
        _ => None,
    }
}

/// `["a","b"]`
fn names(list: &[impl AsRef<str>]) -> String {
    Value::array(list.iter().map(Value::string).collect()).to_json()
}

fn type_of(value: &Value) -> &'static str {
    match value {
        Value::Number(Number::Int(_) | Number::Unsigned(_)) => "integer",
        Value::Null
        | Value::Bool(_)
        | Value::Number(Number::Float(_))
        | Value::String(_)
        | Value::Array(_)
        | Value::Object(_) => value.type_name(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::gateway::schema::compile;

    fn complaints(schema: serde_json::Value, value: serde_json::Value) -> Vec<String> {
        let mut problems = Vec::new();
        let schema = compile(&schema, "", &mut problems);
        assert_eq!(problems, []);
        check(&schema, &Value::from(&value))
    }

    #[test]
    fn words_are_those_of_the_service() {
        let schema = json!({"type": "object", "required": ["type", "name"], "properties": {
            "name": {"type": "string", "minLength": 3, "pattern": "^[a-z]*$"},
            "price": {"type": "number", "minimum": 25, "maximum": 500},
            "type": {"enum": ["dog", "cat"]}}});
        assert_eq!(
            complaints(schema.clone(), json!({})),
            ["object has missing required properties ([\"name\",\"type\"])"]
        );
        assert_eq!(
            complaints(
                schema.clone(),
                json!({"type": "cow", "price": 1, "name": "Go"})
            ),
            [
                "string \"Go\" is too short (length: 2, required minimum: 3)",
                "ECMA 262 regex \"^[a-z]*$\" does not match input string \"Go\"",
                "numeric instance is lower than the required minimum (minimum: 25, found: 1)",
                "instance value (\"cow\") not found in enum (possible values: [\"dog\",\"cat\"])",
            ]
        );
        assert_eq!(
            complaints(
                schema.clone(),
                json!({"type": "dog", "name": "rex", "price": "free"})
            ),
            [
                "instance type (string) does not match any allowed primitive type (allowed: [\"integer\",\"number\"])"
            ]
        );
        assert_eq!(
            complaints(schema, json!([])),
            [
                "instance type (array) does not match any allowed primitive type (allowed: [\"object\"])"
            ]
        );
    }

    #[test]
    fn draft_four_and_openapi() {
        let positive = json!({"type": "number", "minimum": 0, "exclusiveMinimum": true});
        assert_eq!(
            complaints(positive.clone(), json!(0)),
            ["numeric instance is not strictly greater than the required minimum 0"]
        );
        assert!(complaints(positive, json!(0.1)).is_empty());
        let nullable = json!({"type": "string", "nullable": true, "enum": ["a"]});
        assert!(complaints(nullable, json!(null)).is_empty());
        let closed = json!({"properties": {"a": {}}, "patternProperties": {"^x-": {}}, "additionalProperties": false});
        assert_eq!(
            complaints(closed, json!({"x-1": 1, "c": 2, "b": 3, "a": 4})),
            ["object instance has properties which are not allowed by the schema: [\"b\",\"c\"]"]
        );
        let unique = json!({"uniqueItems": true, "maxItems": 2});
        assert_eq!(
            complaints(unique, json!([{"a": 1, "b": 2}, {"b": 2, "a": 1.0}, 3])),
            [
                "array is too long: must have at most 2 elements but instance has 3 elements",
                "array must not contain duplicate elements"
            ]
        );
        let one = json!({"oneOf": [{"type": "string"}, {"minLength": 1}]});
        assert_eq!(
            complaints(one, json!("x")),
            ["instance failed to match exactly one schema (matched 2 out of 2)"]
        );
        assert!(complaints(json!({"multipleOf": 0.1}), json!(0.3)).is_empty());
    }

    #[test]
    fn references_and_circles() {
        let tree = json!({"$ref": "#/definitions/Tree", "definitions": {"Tree": {
            "type": "object", "properties": {"next": {"$ref": "#/definitions/Tree"}}}}});
        assert!(complaints(tree.clone(), json!({"next": {"next": {}}})).is_empty());
        assert_eq!(complaints(tree, json!({"next": {"next": 1}})).len(), 1);
        let circle = json!({"allOf": [{"$ref": "#"}]});
        assert_eq!(complaints(circle, json!({})).len(), 1);
        let mut problems = Vec::new();
        compile(
            &json!({"$ref": "#/a", "a": {"$ref": "#"}}),
            "",
            &mut problems,
        );
        compile(
            &json!({"properties": {"a": {"$ref": "other.json#/a"}}}),
            "",
            &mut problems,
        );
        assert_eq!(problems.len(), 2);
        // Eight to the power of many: given up, not waited for.
        let list: Vec<_> = (0..8).map(|_| json!({"$ref": "#"})).collect();
        let bomb = json!({"anyOf": list, "type": "string"});
        assert!(!complaints(bomb, json!(1)).is_empty());
    }
}
