//! `RETRY_DELAY`: the longest wait is not longer than the first one.

use crate::asl::lints::document::Document;
use crate::asl::lints::finding::Finding;
use crate::asl::lints::finding::SCHEMA;
use crate::asl::schema::Place;

pub(crate) fn check(document: &Document<'_>, findings: &mut Vec<Finding>) {
    for object in document
        .objects
        .iter()
        .filter(|object| object.place == Place::Retrier)
    {
        let number = |field| {
            let node = document.tree.get(object.node, field)?;
            Some((node, document.number(node)?))
        };
        let first = match document.tree.get(object.node, "IntervalSeconds") {
            None => Some(1.0),
            Some(_) => number("IntervalSeconds").map(|(_, value)| value),
        };
        let (Some((node, longest)), Some(first)) = (number("MaxDelaySeconds"), first) else {
            continue;
        };
        if longest >= 1.0 && longest <= first {
            findings.push(
                Finding::error(
                    document,
                    "RETRY_DELAY",
                    node,
                    format!("MaxDelaySeconds is more than IntervalSeconds, which is {first}"),
                )
                .service(
                    SCHEMA,
                    "MaxDelaySeconds must be greater than IntervalSeconds",
                ),
            );
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::asl::lints::tests::check;

    #[test]
    fn the_longest_wait_is_longer_than_the_first() {
        check(
            r#"{"StartAt": "A", "States": {"A": {"Type": "Task", "Resource": "${R}", "Retry": [{"ErrorEquals": ["States.ALL"], "IntervalSeconds": 9,
  "MaxDelaySeconds": 5}], "End": true}}}
//                   ^ error RETRY_DELAY: MaxDelaySeconds is more than IntervalSeconds, which is 9"#,
        );
    }
}
