//! `HEARTBEAT_TOO_LONG`: a sign of life has to come before the timeout (specification, "Timeouts").

use crate::asl::StateKind;
use crate::asl::lints::document::Document;
use crate::asl::lints::finding::Finding;
use crate::asl::lints::finding::SCHEMA;
use crate::asl::schema::Place;

pub(crate) fn check(document: &Document<'_>, findings: &mut Vec<Finding>) {
    for object in &document.objects {
        if object.place != Place::State(StateKind::Task) {
            continue;
        }
        let value = |field| document.tree.get(object.node, field);
        let (Some(heartbeat), Some(timeout)) = (value("HeartbeatSeconds"), value("TimeoutSeconds"))
        else {
            continue;
        };
        if let (Some(every), Some(limit)) = (document.number(heartbeat), document.number(timeout))
            && every >= limit
        {
            findings.push(
                Finding::error(
                    document,
                    "HEARTBEAT_TOO_LONG",
                    heartbeat,
                    format!("HeartbeatSeconds is less than TimeoutSeconds, which is {limit}"),
                )
                .service_at(
                    document,
                    object.node,
                    SCHEMA,
                    "'HeartbeatSeconds' must be smaller than 'TimeoutSeconds'",
                ),
            );
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::asl::lints::tests::check;

    #[test]
    fn a_sign_of_life_comes_before_the_timeout() {
        check(
            r#"{"StartAt": "A", "States": {"A": {"Type": "Task", "Resource": "${R}", "TimeoutSeconds": 60,
  "HeartbeatSeconds": 60, "End": true}}}
//                    ^^ error HEARTBEAT_TOO_LONG: HeartbeatSeconds is less than TimeoutSeconds, which is 60"#,
        );
    }
}
