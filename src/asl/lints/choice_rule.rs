//! `RULE_OPERATOR`, `RULE_VARIABLE`, `NO_DEFAULT`: how a Choice rule is built (specification, "Choice State").

use crate::asl::QueryLanguage;
use crate::asl::Severity;
use crate::asl::StateKind;
use crate::asl::lints::document::Document;
use crate::asl::lints::document::Object;
use crate::asl::lints::document::has_hole;
use crate::asl::lints::document::listed;
use crate::asl::lints::finding::Finding;
use crate::asl::lints::finding::SCHEMA;
use crate::asl::lints::missing_field::as_listed;
use crate::asl::schema;
use crate::asl::schema::Place;
use crate::syntax::Member;
use crate::syntax::NodeKind;

pub(crate) fn check(document: &Document<'_>, findings: &mut Vec<Finding>) {
    for object in &document.objects {
        match object.place {
            Place::ChoiceRule | Place::InnerRule if object.language == QueryLanguage::JsonPath => {
                rule(document, object, findings);
            }
            Place::State(StateKind::Choice) => no_default(document, object, findings),
            _ => {}
        }
    }
}

fn rule(document: &Document<'_>, object: &Object, findings: &mut Vec<Finding>) {
    let members = document.tree.members(object.node);
    if members.iter().any(|member| has_hole(&member.key)) {
        return;
    }
    let joins = |name: &str| matches!(name, "And" | "Or" | "Not");
    let operators: Vec<&Member> = members
        .iter()
        .filter(|member| joins(&member.key) || schema::comparison(&member.key).is_some())
        .collect();
    let variable = document.tree.member(object.node, "Variable");
    let said = service_words(members);
    match operators.as_slice() {
        [] => findings.push(
            Finding::error(
                document,
                "RULE_OPERATOR",
                object.node,
                "This rule compares nothing",
            )
            .at(document.head_span(object.node))
            .hint("Give it Variable and one operator such as StringEquals, or And, Or or Not")
            .service(SCHEMA, said),
        ),
        [only] => {
            if joins(&only.key) {
                if let Some(variable) = variable {
                    findings.push(
                        Finding::error(
                            document,
                            "RULE_VARIABLE",
                            variable.value,
                            format!("A rule with {} has no Variable of its own", only.key),
                        )
                        .at(variable.key_span)
                        .service_at(document, object.node, SCHEMA, said),
                    );
                }
            } else if variable.is_none() {
                findings.push(
                    Finding::error(
                        document,
                        "RULE_VARIABLE",
                        only.value,
                        format!("{} needs Variable: the path to what is compared", only.key),
                    )
                    .at(only.key_span)
                    .service_at(document, object.node, SCHEMA, said),
                );
            }
        }
        [_, second, ..] => {
            let names: Vec<&str> = operators.iter().map(|member| member.key.as_ref()).collect();
            findings.push(
                Finding::error(
                    document,
                    "RULE_OPERATOR",
                    second.value,
                    format!(
                        "A rule has one operator, this one has {}",
                        listed(&names, "and")
                    ),
                )
                .at(second.key_span)
                .hint("Put each comparison into a rule of its own and combine them with And")
                .service_at(document, object.node, SCHEMA, said),
            );
        }
    }
}

/// The service wants one kind of rule, and of a comparison one operator.
fn service_words(members: &[Member]) -> String {
    let names = || members.iter().map(|member| member.key.as_ref());
    let kinds = ["And", "Or", "Not", "Variable", "Condition"];
    let comparisons: Vec<&str> = names()
        .filter(|name| schema::comparison(name).is_some())
        .collect();
    if names().filter(|name| kinds.contains(name)).count() != 1 {
        return format!(
            "The object must have only one of the following fields, [{}]",
            kinds.join(", ")
        );
    }
    if comparisons.is_empty() {
        return "This object should have only one of the following fields".to_owned();
    }
    format!(
        "There should only be one of the following fields: [{}]",
        as_listed(&comparisons).join(", ")
    )
}

fn no_default(document: &Document<'_>, object: &Object, findings: &mut Vec<Finding>) {
    let Some(state) = document.state(object) else {
        return;
    };
    let rules = document.tree.get(object.node, "Choices");
    let always = rules.is_some_and(|rules| {
        document.tree.items(rules).iter().any(|rule| {
            let condition = document.tree.get(*rule, "Condition");
            condition.is_some_and(|condition| {
                matches!(document.tree.kind(condition), NodeKind::Bool(true))
                    || document
                        .tree
                        .str(condition)
                        .is_some_and(|text| text.replace(' ', "") == "{%true%}")
            })
        })
    });
    if document.tree.get(object.node, "Default").is_none() && !always {
        findings.push(
            Finding::new(
                document,
                "NO_DEFAULT",
                Severity::Info,
                object.node,
                state.name_span,
                "When no rule holds, this state fails with States.NoChoiceMatched",
            )
            .hint("Give it a Default"),
        );
    }
}

#[cfg(test)]
mod tests {
    use crate::asl::lints::tests::check;

    #[test]
    fn a_rule_has_one_operator() {
        check(
            r#"{"StartAt": "A", "States": {"B": {"Type": "Succeed"},
  "A": {"Type": "Choice", "Choices": [
//^^^ info NO_DEFAULT: When no rule holds, this state fails with States.NoChoiceMatched
  {"Variable": "$.a", "Next": "B"},
//^ error RULE_OPERATOR: This rule compares nothing
  {"Variable": "$.a", "IsNull": true, "IsString": true, "Next": "B"},
//                                    ^^^^^^^^^^ error RULE_OPERATOR: A rule has one operator, this one has IsNull and IsString
  {"StringEquals": "a", "Next": "B"},
// ^^^^^^^^^^^^^^ error RULE_VARIABLE: StringEquals needs Variable: the path to what is compared
  {"Variable": "$.a", "Not": {"Variable": "$.b", "IsNull": true}, "Next": "B"}]}}}
// ^^^^^^^^^^ error RULE_VARIABLE: A rule with Not has no Variable of its own"#,
        );
    }
}
