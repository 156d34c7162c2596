//! What the reader of a definition inside a template sees of the template's functions: placeholders.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::project::Origin;
use crate::project::Writing;
use crate::project::item::Item;
use crate::project::item::Shape;
use crate::text::Span;

/// The functions in a definition and the names of the placeholders they show as.
pub(crate) fn functions(item: &Arc<Item>, writing: Writing) -> Vec<(String, Arc<Item>)> {
    let mut found = Vec::new();
    let mut names = Names::default();
    match writing {
        Writing::Text => {}
        Writing::Pieces => {
            let list = item.items().get(1).map(|list| list.items());
            for part in list.unwrap_or_default() {
                if part.scalar().is_none() {
                    found.push((names.of(part), part.clone()));
                }
            }
        }
        Writing::Object => outermost(item, &mut |function| {
            if literal_of(function).is_none() {
                found.push((names.of(function), function.clone()));
            }
        }),
    }
    found
}

/// The placeholders inside texts that are given to `Fn::Sub`, and where those stand.
pub(crate) fn placeholders(value: &Arc<Item>, writing: Writing) -> Vec<(String, Origin)> {
    let mut found = Vec::new();
    let mut collect = |text: &Item| {
        let origin = text.origin.clone();
        crate::project::placeholder::fill(text.as_text().unwrap_or_default(), |name| {
            found.push((name.to_owned(), origin.clone()));
            None
        });
    };
    match writing {
        Writing::Text => {
            let sub = value.get("Fn::Sub");
            if let Some(text) = sub.map(|sub| sub.items().first().unwrap_or(sub)) {
                collect(text);
            }
        }
        Writing::Pieces => {}
        Writing::Object => outermost(value, &mut |function| {
            if let Some(text) = literal_of(function) {
                collect(text);
            }
        }),
    }
    found
}

/// The names in `${!Name}` within a text that is given to `Fn::Sub`, where a definition is such a text.
pub(crate) fn literals(value: &Arc<Item>, writing: Writing) -> Vec<String> {
    let sub = value.get("Fn::Sub").filter(|_| writing == Writing::Text);
    let text = sub.map(|sub| sub.items().first().unwrap_or(sub));
    let text = text.and_then(|text| text.as_text()).unwrap_or_default();
    let parts = text.split("${!").skip(1);
    parts
        .filter_map(|part| Some(part.split_once('}')?.0.to_owned()))
        .collect()
}

/// The text of a `!Sub` that can be shown as it stands, with its tag, which the reader of a definition knows.
fn literal_of(function: &Item) -> Option<&Arc<Item>> {
    match function.members() {
        [(name, text)] if name.as_ref() == "Fn::Sub" && text.origin == function.origin => {
            text.as_text().filter(|text| !text.contains("${!"))?;
            Some(text)
        }
        _ => None,
    }
}

/// Calls for every function that lies in no other one, in the order of the text.
fn outermost(item: &Arc<Item>, call: &mut dyn FnMut(&Arc<Item>)) {
    match &item.shape {
        Shape::Null | Shape::Bool(_) | Shape::Number(_) | Shape::Text(_) => {}
        Shape::List(items) => items.iter().for_each(|item| outermost(item, call)),
        Shape::Map(members) => match members.as_slice() {
            [(name, _)] if name.starts_with("Fn::") || name.as_ref() == "Ref" => call(item),
            _ => members.iter().for_each(|(_, value)| outermost(value, call)),
        },
    }
}

/// A function of the host and the name of the placeholder that the reader of the inner text sees.
pub(crate) struct Shown {
    pub host: Span,
    pub name: String,
}

/// The functions in an object that show as placeholders, in the order of the text.
pub(crate) fn shown(item: &Item) -> Vec<Shown> {
    let mut names = Names::default();
    let mut all = Vec::new();
    outermost(&Arc::new(item.clone()), &mut |function| {
        if literal_of(function).is_none() {
            all.push(Shown {
                host: function.origin.span,
                name: names.of(function),
            });
        }
    });
    // A function behind an alias stands elsewhere in the host.
    let bounds = item.origin.span;
    let mut end = bounds.start;
    all.retain(|one| {
        let fits = end <= one.host.start && one.host.end <= bounds.end;
        if fits {
            end = one.host.end;
        }
        fits
    });
    all
}

/// Names for functions: what they refer to, or their own with a number.
#[derive(Default)]
pub(crate) struct Names(BTreeMap<String, usize>);

impl Names {
    pub fn of(&mut self, function: &Item) -> String {
        let [(name, argument)] = function.members() else {
            return self.numbered("Value");
        };
        match (name.as_ref(), argument.as_text(), argument.items()) {
            ("Ref", Some(name), _) => name.to_owned(),
            ("Fn::GetAtt", Some(path), _) => path.to_owned(),
            ("Fn::GetAtt", None, [resource, attribute]) => format!(
                "{}.{}",
                resource.scalar().unwrap_or_default(),
                attribute.scalar().unwrap_or_default()
            ),
            (name, _, _) => self.numbered(name.strip_prefix("Fn::").unwrap_or(name)),
        }
    }

    fn numbered(&mut self, name: &str) -> String {
        let count = self.0.entry(name.to_owned()).or_default();
        *count += 1;
        format!("{name}{count}")
    }
}
