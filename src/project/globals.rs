//! The `Globals` of the Serverless Application Model: properties that resources of a kind share.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::project::item::Item;
use crate::project::item::Shape;

/// A resource's properties with the globals that concern its type. What the resource says itself counts:
/// maps are joined, lists are put behind one another, anything else is replaced.
pub(crate) fn with(globals: Option<&Arc<Item>>, kind: &str, own: &Arc<Item>) -> Arc<Item> {
    let section = match kind {
        "AWS::Serverless::Function" => "Function",
        "AWS::Serverless::Api" => "Api",
        "AWS::Serverless::HttpApi" => "HttpApi",
        "AWS::Serverless::SimpleTable" => "SimpleTable",
        "AWS::Serverless::StateMachine" => "StateMachine",
        _ => return own.clone(),
    };
    match globals.and_then(|globals| globals.get(section)) {
        Some(shared) => joined(shared, own),
        None => own.clone(),
    }
}

/// The bound of the depth is the bound of the values themselves.
fn joined(shared: &Arc<Item>, own: &Arc<Item>) -> Arc<Item> {
    match (&shared.shape, &own.shape) {
        (Shape::Map(_), Shape::Map(members)) if !is_function(shared) && !is_function(own) => {
            let of_all: BTreeMap<&Arc<str>, &Arc<Item>> = shared
                .members()
                .iter()
                .map(|(key, value)| (key, value))
                .collect();
            let members = members.iter().map(|(key, value)| {
                let value = match of_all.get(key) {
                    Some(shared) => joined(shared, value),
                    None => value.clone(),
                };
                (key.clone(), value)
            });
            Item::new(Shape::Map(members.collect()), own.origin.clone()).or(shared)
        }
        (Shape::List(before), Shape::List(behind)) => {
            let all = before.iter().chain(behind).cloned().collect();
            Arc::new(Item::new(Shape::List(all), own.origin.clone()))
        }
        _ => own.clone(),
    }
}

fn is_function(item: &Item) -> bool {
    matches!(item.members(), [(name, _)] if name.starts_with("Fn::") || name.as_ref() == "Ref")
}
