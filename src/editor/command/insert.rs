//! Insert: a new state at a place, which takes over where its predecessor led.

use serde_json::Value;
use serde_json::json;

use crate::asl::QueryLanguage;
use crate::asl::StateKind;
use crate::editor::Place;
use crate::editor::Refusal;
use crate::editor::StateTemplate;
use crate::editor::draft::Draft;
use crate::editor::names;
use crate::editor::place::Onward;
use crate::editor::place::check_left_behind;
use crate::editor::place::landing;
use crate::editor::place::prepare;
use crate::editor::plan::Outcome;
use crate::editor::rewire;
use crate::syntax::Fragment;

pub(crate) fn insert(
    draft: &mut Draft<'_>,
    template: &StateTemplate,
    at: &Place,
) -> Result<Outcome, Refusal> {
    let place = prepare(draft, at)?;
    let landing = landing(draft, &place)?;
    check_left_behind(draft, &landing, template.kind)?;
    let language = draft.language_in(landing.scope);
    let mut taken = names::taken(&draft.machine);
    let name = names::unique(&template.wish(), &mut taken);
    let mut fields = template.build(language, &mut taken)?;
    let own_language = fields
        .get("QueryLanguage")
        .and_then(Value::as_str)
        .and_then(QueryLanguage::parse);
    let mut states = Vec::new();
    match (template.kind, &landing.onward) {
        (StateKind::Succeed | StateKind::Fail, _) => {}
        (StateKind::Choice, onward) => {
            // A Choice has no End: at the end of a scope it brings a state to lead to.
            let target = match onward {
                Onward::To(target) => target.to_string(),
                Onward::End => {
                    let end = names::unique("Succeed", &mut taken);
                    states.push((end.clone(), Fragment::json(r#"{"Type":"Succeed"}"#)));
                    end
                }
            };
            complete_choice(&mut fields, own_language.unwrap_or(language), &target);
        }
        (_, Onward::To(target)) => {
            fields.insert("Next".to_owned(), Value::from(target.as_ref()));
        }
        (_, Onward::End) => {
            fields.insert("End".to_owned(), json!(true));
        }
    }
    let text = Fragment::Json(Value::Object(fields).to_string());
    states.insert(0, (name.clone(), text));
    let mut splices = rewire::arrive(draft, &landing, &name)?;
    splices.extend(rewire::write(draft, &landing, &states)?);
    let select = draft.path_in(landing.scope, &name);
    draft.finish(splices)?;
    Ok(Outcome::new(format!("Insert {name}"), Some(select)))
}

/// One rule and a Default, and a target for every rule that has none.
fn complete_choice(
    fields: &mut serde_json::Map<String, Value>,
    language: QueryLanguage,
    target: &str,
) {
    match fields.get_mut("Choices") {
        Some(Value::Array(rules)) => {
            for rule in rules.iter_mut().filter_map(Value::as_object_mut) {
                rule.entry("Next").or_insert_with(|| Value::from(target));
            }
        }
        _ => {
            let rule = rewire::rule_json(language, target);
            let rule = serde_json::from_str(&rule).unwrap_or_default();
            fields.insert("Choices".to_owned(), Value::Array(vec![rule]));
        }
    }
    fields
        .entry("Default")
        .or_insert_with(|| Value::from(target));
}
