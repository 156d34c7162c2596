//! State machines of templates: what they are called, and where their definitions stand.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::asl::MachineType;
use crate::project::DefinitionPlace;
use crate::project::Machine;
use crate::project::Writing;
use crate::project::item::Item;
use crate::project::item::Shape;
use crate::project::load;
use crate::project::placeholders;
use crate::project::scope::Scope;
use crate::project::template::Resource;
use crate::project::template::texts;

pub(crate) fn read(scope: &Scope<'_>, resource: &Resource) -> Machine {
    let properties = &resource.properties;
    let name = scope.name_of(&resource.id);
    let kind = scope
        .member_text(properties, "Type")
        .or_else(|| scope.member_text(properties, "StateMachineType"));
    let kind = match kind {
        Some(written) => MachineType::parse(&written).unwrap_or_else(|| {
            let message = format!(
                "the type of {} has to be STANDARD or EXPRESS, not {written}",
                resource.id
            );
            scope.problem(&message, &resource.whole.origin);
            MachineType::Standard
        }),
        None => MachineType::Standard,
    };
    let mut values = BTreeMap::new();
    let definition = definition(scope, resource, &mut values);
    if let DefinitionPlace::Unreadable { reason } = &definition {
        scope.shelf.problem(
            "PROJECT_DEFINITION",
            format!("the definition of {} cannot be read: {reason}", resource.id),
            resource.whole.origin.clone(),
        );
    }
    let declared = scope.member(properties, "DefinitionSubstitutions");
    values.extend(known(&texts(declared.as_deref())));
    // What `Fn::Sub` leaves as `${Name}` is a placeholder of the definition.
    let literals: Vec<String> = values
        .keys()
        .filter_map(|name| name.strip_prefix('!').map(str::to_owned))
        .collect();
    for name in literals {
        if let Some(value) = values.get(&name).cloned() {
            values.insert(format!("!{name}"), value);
        }
    }
    Machine {
        logical_id: resource.id.to_string(),
        key: resource.id.to_string(),
        arn: scope.place.machine_arn(&name),
        name,
        kind,
        definition,
        substitutions: values,
        origin: resource.whole.origin.clone(),
    }
}

/// Values without those that are placeholders themselves, because nobody knows what they are.
fn known(values: &BTreeMap<String, String>) -> BTreeMap<String, String> {
    let is_known = |value: &String| !(value.starts_with("${") && value.ends_with('}'));
    values
        .iter()
        .filter(|(_, value)| is_known(value))
        .map(|(name, value)| (name.clone(), value.clone()))
        .collect()
}

fn definition(
    scope: &Scope<'_>,
    resource: &Resource,
    values: &mut BTreeMap<String, String>,
) -> DefinitionPlace {
    let properties = &resource.properties;
    let present = |key: &str| properties.get(key).map(|value| chosen(scope, value));
    if let Some(location) = present("DefinitionUri").or_else(|| present("DefinitionS3Location")) {
        return file(scope, &location);
    }
    if let Some(value) = present("Definition").or_else(|| present("DefinitionString")) {
        return inline(scope, &value, values);
    }
    DefinitionPlace::Unreadable {
        reason: "it has neither DefinitionUri, Definition nor DefinitionString".to_owned(),
    }
}

/// A value behind the conditions that choose it.
fn chosen(scope: &Scope<'_>, value: &Arc<Item>) -> Arc<Item> {
    let mut value = value.clone();
    // Each step goes into the value, so there is an end.
    while let [(name, argument)] = value.members()
        && name.as_ref() == "Fn::If"
        && let [condition, yes, no] = argument.items()
    {
        let condition = condition.as_text().unwrap_or_default();
        let holds = scope
            .condition(condition, &value.origin, 0)
            .unwrap_or(false);
        let next = if holds { yes.clone() } else { no.clone() };
        value = next;
    }
    value
}

fn file(scope: &Scope<'_>, location: &Arc<Item>) -> DefinitionPlace {
    let unreadable = |reason: String| DefinitionPlace::Unreadable { reason };
    let worked = scope.resolve(location);
    let Some(written) = worked.as_ref().and_then(|worked| worked.scalar()) else {
        return unreadable(
            "it lies in a bucket of S3; name a file inside the project's folder".to_owned(),
        );
    };
    if written.starts_with("s3://") || written.starts_with("https://") {
        return unreadable(format!(
            "it lies in a bucket of S3 ({written}); name a file inside the project's folder"
        ));
    }
    let path = match load::path(&location.origin.file, &written) {
        Ok(path) => path,
        Err(reason) => return unreadable(reason),
    };
    match scope.shelf.text(&path) {
        Ok(_) => DefinitionPlace::File { path },
        Err(reason) => unreadable(reason),
    }
}

/// A definition inside the template. `values` get what its own functions come to.
pub(crate) fn inline(
    scope: &Scope<'_>,
    value: &Arc<Item>,
    values: &mut BTreeMap<String, String>,
) -> DefinitionPlace {
    let (writing, holder) = match (&value.shape, value.members()) {
        (Shape::Text(_), _) => (Writing::Text, value.clone()),
        (_, [(name, argument)]) if name.as_ref() == "Fn::Sub" => match argument.items() {
            [text, locals] => {
                let locals = scope.resolve(locals);
                values.extend(known(&texts(locals.as_deref())));
                (Writing::Text, text.clone())
            }
            [text] => (Writing::Text, text.clone()),
            _ => (Writing::Text, argument.clone()),
        },
        (_, [(name, argument)]) if name.as_ref() == "Fn::Join" => {
            (Writing::Pieces, argument.clone())
        }
        (_, [(name, argument)]) if name.as_ref() == "Fn::Transform" => {
            let location = argument
                .get("Parameters")
                .and_then(|one| one.get("Location"));
            return match location {
                Some(location) => file(scope, location),
                None => DefinitionPlace::Unreadable {
                    reason: "AWS::Include needs Parameters with a Location".to_owned(),
                },
            };
        }
        (_, [(name, _)]) if name.starts_with("Fn::") || name.as_ref() == "Ref" => {
            return DefinitionPlace::Unreadable {
                reason: format!(
                    "{name} is not supported there; write the definition out or name a file"
                ),
            };
        }
        (Shape::Map(_), _) => (Writing::Object, value.clone()),
        (Shape::Null | Shape::Bool(_) | Shape::Number(_) | Shape::List(_), _) => {
            return DefinitionPlace::Unreadable {
                reason: "it is neither an object nor text".to_owned(),
            };
        }
    };
    if writing == Writing::Text && holder.as_text().is_none() {
        return DefinitionPlace::Unreadable {
            reason: "Fn::Sub needs a text".to_owned(),
        };
    }
    let origin = holder.origin.clone();
    for (name, item) in placeholders::functions(&holder, writing) {
        if let Some(text) = scope.known_text(&item) {
            values.entry(name).or_insert(text);
        }
    }
    for name in placeholders::literals(value, writing) {
        values.insert(format!("!{name}"), format!("${{{name}}}"));
    }
    for (name, place) in placeholders::placeholders(value, writing) {
        if !values.contains_key(&name)
            && let Some(text) = scope.placeholder(&name, &place)
        {
            values.insert(name, text);
        }
    }
    DefinitionPlace::Inline { origin, writing }
}
