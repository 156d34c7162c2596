//! `EXPRESS_PATTERN`, `EXPRESS_ACTIVITY`, `EXPRESS_MAP`: an Express execution does not wait for others.

use std::collections::BTreeSet;

use crate::asl::MachineType;
use crate::asl::State;
use crate::asl::StateKind;
use crate::asl::StatePath;
use crate::asl::lints::document::Document;
use crate::asl::lints::document::has_hole;
use crate::asl::lints::finding::Finding;
use crate::asl::lints::finding::SCHEMA;
use crate::asl::lints::map_parts::config;
use crate::asl::lints::map_parts::is_distributed;
use crate::asl::resource;
use crate::asl::resource::Pattern;

pub(crate) fn check(document: &Document<'_>, findings: &mut Vec<Finding>) {
    let express_maps = express_maps(document);
    for state in &document.machine.states {
        let inside = express_maps.iter().any(|map| state.path.is_inside(map));
        if document.machine_type == Some(MachineType::Express) || inside {
            express_state(document, state, findings);
        }
    }
}

/// The Maps whose items run as Express executions.
fn express_maps(document: &Document<'_>) -> BTreeSet<StatePath> {
    let express = |state: &&State| {
        let processor = document.tree.get(state.node, "ItemProcessor");
        let config = processor.and_then(|node| document.tree.get(node, "ProcessorConfig"));
        state.kind == Some(StateKind::Map)
            && is_distributed(document, state.node) == Some(true)
            && config.and_then(|config| document.tree.get_str(config, "ExecutionType"))
                == Some("EXPRESS")
    };
    let states = document.machine.states.iter().filter(express);
    states.map(|state| state.path.clone()).collect()
}

fn express_state(document: &Document<'_>, state: &State, findings: &mut Vec<Finding>) {
    if state.kind == Some(StateKind::Map) && is_distributed(document, state.node) == Some(true) {
        findings.push(
            Finding::error(
                document,
                "EXPRESS_MAP",
                state.node,
                "An Express workflow has no Map in the DISTRIBUTED mode",
            )
            .at(state.name_span)
            .service_at(
                document,
                config(document, state.node).unwrap_or(state.node),
                SCHEMA,
                "The field 'Mode' with value 'DISTRIBUTED' is not supported inside 'EXPRESS' state machines",
            ),
        );
    }
    let (Some(StateKind::Task), Some(text), Some(node)) = (
        state.kind,
        &state.resource,
        document.tree.get(state.node, "Resource"),
    ) else {
        return;
    };
    let read = resource::read(text);
    let pattern = read.pattern.suffix();
    if read.pattern != Pattern::RequestResponse {
        findings.push(
            Finding::error(
                document,
                "EXPRESS_PATTERN",
                node,
                format!("An Express workflow cannot wait: {pattern} is for Standard ones"),
            )
            .hint("Leave the ending off, or make the state machine a Standard one")
            .service(
                SCHEMA,
                format!("Express state machine does not support '{pattern}' service integration "),
            ),
        );
    } else if read.is_activity() && !has_hole(text) {
        findings.push(
            Finding::error(
                document,
                "EXPRESS_ACTIVITY",
                node,
                "An Express workflow cannot use activities",
            )
            .service(
                SCHEMA,
                "Express state machine does not support Activity ARN",
            ),
        );
    }
}

#[cfg(test)]
mod tests {
    use crate::asl::MachineType;
    use crate::asl::lints::tests::check;
    use crate::asl::lints::tests::check_as;

    const WAITS: &str = r#"{"StartAt": "A", "States": {"A": {"Type": "Task", "End": true, "Parameters": {"T.$": "$$.Task.Token", "MessageBody": "", "QueueUrl": ""},
  "Resource": "arn:aws:states:::sqs:sendMessage.waitForTaskToken"}}}"#;

    #[test]
    fn an_express_workflow_does_not_wait() {
        check(WAITS);
        check_as(
            &format!(
                "{WAITS}\n//            ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ error EXPRESS_PATTERN: An Express workflow cannot wait: .waitForTaskToken is for Standard ones"
            ),
            Some(MachineType::Express),
        );
    }
}
