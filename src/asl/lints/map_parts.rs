//! `NEEDS_DISTRIBUTED`, `EXECUTION_TYPE`, `LABEL`, `CSV_HEADERS`: the parts of a Map have to fit each other.

use crate::asl::Severity;
use crate::asl::StateKind;
use crate::asl::lints::document::Document;
use crate::asl::lints::document::Object;
use crate::asl::lints::finding::Finding;
use crate::asl::lints::finding::SCHEMA;
use crate::asl::schema::Place;
use crate::syntax::NodeId;

pub(crate) fn check(document: &Document<'_>, findings: &mut Vec<Finding>) {
    for object in &document.objects {
        match object.place {
            Place::State(StateKind::Map) => map(document, object, findings),
            Place::ReaderConfig => reader(document, object, findings),
            Place::WriterConfig => findings.extend(writer(document, object)),
            _ => {}
        }
    }
}

/// Whether a Map runs its items in executions of their own; nothing where a placeholder decides.
pub(crate) fn is_distributed(document: &Document<'_>, map: NodeId) -> Option<bool> {
    let config = config(document, map);
    match config.and_then(|config| document.tree.get(config, "Mode")) {
        None => match config {
            Some(config) if document.is_open(config) => None,
            _ => Some(false),
        },
        Some(mode) if document.is_open(mode) => None,
        Some(mode) => Some(document.tree.str(mode) == Some("DISTRIBUTED")),
    }
}

pub(crate) fn config(document: &Document<'_>, map: NodeId) -> Option<NodeId> {
    let processor = ["ItemProcessor", "Iterator"]
        .into_iter()
        .find_map(|field| document.tree.get(map, field))?;
    document.tree.get(processor, "ProcessorConfig")
}

fn map(document: &Document<'_>, object: &Object, findings: &mut Vec<Finding>) {
    let member = |field| document.tree.member(object.node, field);
    if let Some(label) = member("Label")
        && let Some(text) = document.tree.str(label.value)
        && !document.is_open(label.value)
        && let Some((words, said)) = label_trouble(text)
    {
        findings.push(Finding::error(document, "LABEL", label.value, words).service(SCHEMA, said));
    }
    if is_distributed(document, object.node) == Some(false) {
        for name in ["ItemReader", "ItemBatcher", "ResultWriter"] {
            if let Some(member) = member(name) {
                // The specification knows no modes: without a ProcessorConfig only AWS minds.
                let severity = match config(document, object.node) {
                    Some(_) => Severity::Error,
                    None => Severity::Warning,
                };
                findings.push(
                    Finding::new(
                        document,
                        "NEEDS_DISTRIBUTED",
                        severity,
                        member.value,
                        member.key_span,
                        format!("{name} needs the DISTRIBUTED mode"),
                    )
                    .hint("In ItemProcessor: \"ProcessorConfig\": {\"Mode\": \"DISTRIBUTED\", \"ExecutionType\": \"STANDARD\"}")
                    .service_at(
                        document,
                        object.node,
                        SCHEMA,
                        format!("Field '{name}' is only supported for a DISTRIBUTED Map"),
                    ),
                );
            }
        }
    }
    if let Some(config) = config(document, object.node)
        && is_distributed(document, object.node) == Some(false)
        && let Some(member) = document.tree.member(config, "ExecutionType")
    {
        findings.push(
            Finding::error(
                document,
                "EXECUTION_TYPE",
                member.value,
                "ExecutionType belongs to the DISTRIBUTED mode; without it the items run inside this execution",
            )
            .at(member.key_span)
            .service_at(
                document,
                config,
                SCHEMA,
                "Field 'ExecutionType' is not supported",
            ),
        );
    }
    if let Some(config) = config(document, object.node)
        && is_distributed(document, object.node) == Some(true)
        && document.tree.get(config, "ExecutionType").is_none()
    {
        findings.push(
            Finding::new(
                document,
                "EXECUTION_TYPE",
                Severity::Error,
                config,
                document.head_span(config),
                "The DISTRIBUTED mode needs ExecutionType: STANDARD or EXPRESS",
            )
            .service(SCHEMA, "These fields are required: [ExecutionType]"),
        );
    }
}

/// What is wrong with a `Label`, in our words and the service's.
fn label_trouble(label: &str) -> Option<(String, String)> {
    let odd =
        |c: &char| c.is_control() || c.is_whitespace() || "?*<>{}[]:;,\\|^~$#%&`\"/".contains(*c);
    if label.is_empty() {
        let said = "Label cannot be empty";
        return Some((
            "A Label has at least one character".to_owned(),
            said.to_owned(),
        ));
    }
    if label.chars().count() > 40 {
        let said = "Label cannot exceed 40 characters";
        return Some((
            "A Label has at most 40 characters".to_owned(),
            said.to_owned(),
        ));
    }
    label.chars().find(odd).map(|c| {
        (
            format!("A Label may not contain {c:?}"),
            format!("Label contains invalid character: '{}'", c.escape_default()),
        )
    })
}

/// A WriterConfig that leaves the format to chance; AWS documents both fields together.
fn writer(document: &Document<'_>, object: &Object) -> Option<Finding> {
    document
        .tree
        .get(object.node, "OutputType")
        .is_none()
        .then(|| {
            Finding::warning(
                document,
                "MISSING_FIELD",
                object.node,
                "A WriterConfig says the OutputType: JSON or JSONL",
            )
            .at(document.head_span(object.node))
        })
}

/// What only the reading of CSV has.
const CSV_ONLY: &[&str] = &["CSVHeaderLocation", "CSVHeaders", "CSVDelimiter"];

fn reader(document: &Document<'_>, object: &Object, findings: &mut Vec<Finding>) {
    let text = |field| document.tree.get_str(object.node, field);
    let has = |field| document.tree.get(object.node, field).is_some();
    if let Some(kind @ ("JSON" | "JSONL" | "PARQUET")) = text("InputType") {
        for member in document.tree.members(object.node) {
            if CSV_ONLY.contains(&member.key.as_ref()) {
                findings.push(
                    Finding::error(
                        document,
                        "CSV_HEADERS",
                        member.value,
                        format!("{} is for CSV, and this reads {kind}", member.key),
                    )
                    .at(member.key_span)
                    .service_at(
                        document,
                        object.node,
                        SCHEMA,
                        format!("Field '{}' is not supported", member.key),
                    ),
                );
            }
        }
    }
    if let Some(headers) = document.tree.get(object.node, "CSVHeaders") {
        for item in document.tree.items(headers) {
            if document.tree.str(*item).is_none() && !document.is_open(*item) {
                findings.push(
                    Finding::error(
                        document,
                        "WRONG_TYPE",
                        *item,
                        "The name of a column is a string",
                    )
                    .service(SCHEMA, "Expected value of type String"),
                );
            }
        }
    }
    if text("CSVHeaderLocation") == Some("GIVEN") && !has("CSVHeaders") {
        findings.push(
            Finding::error(
                document,
                "CSV_HEADERS",
                object.node,
                "Headers that are GIVEN stand in CSVHeaders",
            )
            .at(document.head_span(object.node))
            .service(SCHEMA, "These fields are required: [CSVHeaders]"),
        );
    }
    if text("InputType") == Some("CSV") && !has("CSVHeaderLocation") {
        findings.push(
            Finding::error(
                document,
                "CSV_HEADERS",
                object.node,
                "Reading CSV needs CSVHeaderLocation: FIRST_ROW or GIVEN",
            )
            .at(document.head_span(object.node))
            .service(SCHEMA, "The field 'CSVHeaderLocation' is required"),
        );
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::asl::lints::tests::check;

    #[test]
    fn labels_are_short_and_plain() {
        assert!(label_trouble("Items-1_a").is_none());
        for label in ["", "a b", "a*", &"x".repeat(41)] {
            assert!(label_trouble(label).is_some(), "{label}");
        }
    }

    #[test]
    fn parts_that_need_the_distributed_mode() {
        check(
            r#"{"StartAt": "A", "States": {"A": {"Type": "Map",
  "ItemBatcher": {"MaxItemsPerBatch": 2},
//^^^^^^^^^^^^^ warning NEEDS_DISTRIBUTED: ItemBatcher needs the DISTRIBUTED mode
  "ItemProcessor": {"StartAt": "B", "States": {"B": {"Type": "Succeed"}}}, "Next": "C"}, "C": {"Type": "Map", "End": true, "ItemProcessor": {
  "ProcessorConfig": {"Mode": "DISTRIBUTED"},
//^^^^^^^^^^^^^^^^^ error EXECUTION_TYPE: The DISTRIBUTED mode needs ExecutionType: STANDARD or EXPRESS
  "StartAt": "D", "States": {"D": {"Type": "Succeed"}}}}}}"#,
        );
    }
}
