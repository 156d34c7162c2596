//! `MISSING_TARGET`, `TARGET_OUT_OF_SCOPE`: `StartAt`, `Next` or `Default` names no state of its scope.

use std::collections::BTreeMap;

use crate::asl::ScopeId;
use crate::asl::TransitionKind;
use crate::asl::lints::document::Document;
use crate::asl::lints::document::has_hole;
use crate::asl::lints::document::quoted;
use crate::asl::lints::finding::Finding;
use crate::asl::lints::finding::TRANSITION;
use crate::asl::nearest::nearest;
use crate::syntax::NodeId;

pub(crate) fn check(document: &Document<'_>, findings: &mut Vec<Finding>) {
    let mut proposals = Proposals::new();
    for id in document.machine.scope_ids() {
        let Some(scope) = document.machine.scope(id) else {
            continue;
        };
        if let (Some(target), Some(value)) =
            (&scope.start_at, document.tree.get(scope.node, "StartAt"))
        {
            let way = Way {
                scope: id,
                target,
                value,
            };
            findings.extend(find(document, &way, &mut proposals));
        }
    }
    for state in &document.machine.states {
        for transition in &state.transitions {
            let field = match transition.kind {
                TransitionKind::Default => "Default",
                TransitionKind::Next | TransitionKind::Choice(_) | TransitionKind::Catch(_) => {
                    "Next"
                }
            };
            if let Some(value) = document.tree.get(transition.holder, field) {
                let way = Way {
                    scope: state.scope,
                    target: &transition.target,
                    value,
                };
                findings.extend(find(document, &way, &mut proposals));
            }
        }
    }
}

/// The nearest name to one that is missing; many ways may lead to the same missing state.
type Proposals<'a> = BTreeMap<(ScopeId, &'a str), Option<&'a str>>;

struct Way<'a> {
    scope: ScopeId,
    target: &'a str,
    value: NodeId,
}

fn find<'a>(
    document: &Document<'a>,
    way: &Way<'a>,
    proposals: &mut Proposals<'a>,
) -> Option<Finding> {
    let Way {
        scope,
        target,
        value,
    } = *way;
    if document.machine.in_scope(scope, target).is_some() {
        return None;
    }
    let scope_id = scope;
    let scope = document.machine.scope(scope_id)?;
    let states = scope
        .states_node
        .map(|node| document.tree.members(node))
        .unwrap_or_default();
    let exists = states.iter().any(|member| member.key.as_ref() == target);
    let open = states.iter().any(|member| has_hole(&member.key));
    if exists || has_hole(target) || open || scope.states_node.is_none() {
        return None;
    }
    // The service says Next, whichever field it is.
    let said = format!("Missing 'Next' target: {target}");
    if let Some(other) = document.machine.by_name(target) {
        let place = match other.path.container() {
            Some(container) => format!("inside {}", quoted(&container.name())),
            None => "outside".to_owned(),
        };
        return Some(
            Finding::error(
                document,
                "TARGET_OUT_OF_SCOPE",
                value,
                format!("{} lies {place} and cannot be reached from here", quoted(target)),
            )
            .hint("A branch or the states of a Map are left only at their end; the container goes on from there")
            .service(TRANSITION, said),
        );
    }
    let finding = Finding::error(
        document,
        "MISSING_TARGET",
        value,
        format!("There is no state {} here", quoted(target)),
    )
    .service(TRANSITION, said);
    let proposal = *proposals.entry((scope_id, target)).or_insert_with(|| {
        let names = states.iter().map(|member| member.key.as_ref());
        nearest(target, names)
    });
    Some(match proposal {
        Some(name) => finding.hint(format!("Did you mean {}?", quoted(name))).fix(
            format!("Change to {}", quoted(name)),
            document.respell(document.tree.span(value), name),
        ),
        None => finding,
    })
}

#[cfg(test)]
mod tests {
    use crate::asl::lints::tests::check;
    use crate::asl::lints::tests::fixed;

    #[test]
    fn targets_have_to_exist_in_their_scope() {
        check(
            r#"{"StartAt": "M", "States": {"M": {"Type": "Map", "Next": "${Any}", "Catch": [{"ErrorEquals": ["States.ALL"],
  "Next": "Inner"}], "ItemProcessor": {"StartAt": "Inner", "States": {"Inner": {"Type": "Choice",
//        ^^^^^^^ error TARGET_OUT_OF_SCOPE: “Inner” lies inside “M” and cannot be reached from here
  "Choices": [{"Variable": "$.a", "IsNull": true, "Next": "Done"}],
//                                                        ^^^^^^ error TARGET_OUT_OF_SCOPE: “Done” lies outside and cannot be reached from here
  "Default": "Nowhere"}, "End": {"Type": "Succeed"}}}},
//           ^^^^^^^^^ error MISSING_TARGET: There is no state “Nowhere” here
//                       ^^^^^ error UNREACHABLE_STATE: Nothing leads to End
  "Done": {"Type": "Succeed"}}}"#,
        );
    }

    #[test]
    fn the_nearest_name_is_proposed() {
        assert_eq!(
            fixed(r#"{"StartAt":"Chekc","States":{"Check":{"Type":"Succeed"}}}"#),
            r#"{"StartAt":"Check","States":{"Check":{"Type":"Succeed"}}}"#
        );
    }
}
