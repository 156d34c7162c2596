//! `JSONATA_SYNTAX`, `JSONATA_SIGNS`, `JSONATA_FUNCTION`, `JSONATA_CONTEXT`, `JSONATA_STATES`, `JSONATA_UNSUPPORTED`, `JSONATA_IN_JSONPATH`:
//! expressions between `{%` and `%}`.

use crate::asl::QueryLanguage;
use crate::asl::Severity;
use crate::asl::StateKind;
use crate::asl::lints::document::Document;
use crate::asl::lints::document::quoted;
use crate::asl::lints::expression::Parsed;
use crate::asl::lints::expression::Site;
use crate::asl::lints::expression::place;
use crate::asl::lints::expression::takes_jsonata;
use crate::asl::lints::finding::Finding;
use crate::asl::lints::finding::NO_JSONATA;
use crate::asl::lints::finding::SCHEMA;
use crate::asl::lints::finding::UNSUPPORTED;
use crate::asl::nearest::nearest;
use crate::asl::schema::Field;
use crate::asl::schema::Holds;
use crate::asl::schema::Place;
use crate::query::jsonata::Expression;
use crate::query::jsonata::FUNCTIONS;
use crate::query::jsonata::NameUse;
use crate::syntax::NodeId;
use crate::syntax::NodeKind;

const UNCLOSED: &str = "JSONata string must start with {% and end with %}";

pub(crate) fn check(document: &Document<'_>, findings: &mut Vec<Finding>) {
    for site in &document.sites {
        match &site.parsed {
            Parsed::Jsonata(Err(error), start) => {
                let before = characters(document, site.node, *start);
                let length = error
                    .token
                    .as_ref()
                    .map_or(1, |token| token.chars().count());
                let whole = document
                    .tree
                    .str(site.node)
                    .map_or(0, |text| text.chars().count());
                let at = before + error.position.unwrap_or_default();
                let at = at.min(whole.saturating_sub(3));
                findings.push(
                    Finding::error(
                        document,
                        "JSONATA_SYNTAX",
                        site.node,
                        format!(
                            "This is not JSONata: {}",
                            error.message.trim_end_matches('.')
                        ),
                    )
                    .at(place(document, site.node, at, length))
                    .service(NO_JSONATA, error.message.clone()),
                );
            }
            Parsed::Jsonata(Ok(expression), start) => {
                let before = characters(document, site.node, *start);
                understood(document, site, expression, before, findings);
            }
            Parsed::Unclosed => findings.push(
                Finding::error(
                    document,
                    "JSONATA_SIGNS",
                    site.node,
                    "An expression begins with {% and ends with %}; the end is missing",
                )
                .service(SCHEMA, UNCLOSED),
            ),
            Parsed::Path(_) | Parsed::Intrinsic(_) => {}
        }
    }
    for (object, field, member) in document.fields() {
        match object.language {
            QueryLanguage::Jsonata if takes_jsonata(field) => {
                let condition = field.holds == Holds::Condition;
                beside(document, member.value, condition, findings);
                findings.extend(plain(document, field, member.value));
            }
            QueryLanguage::JsonPath
                if matches!(
                    field.holds,
                    Holds::PayloadTemplate | Holds::Template | Holds::Assignments
                ) =>
            {
                texts(document, member.value, |node, text| {
                    if text.starts_with("{%") && text.ends_with("%}") {
                        findings.push(
                            Finding::warning(
                                document,
                                "JSONATA_IN_JSONPATH",
                                node,
                                "This state uses JSONPath, so the expression is handed on as a text",
                            )
                            .hint("Give the state \"QueryLanguage\": \"JSONata\""),
                        );
                    }
                });
            }
            QueryLanguage::Jsonata | QueryLanguage::JsonPath => {}
        }
    }
}

/// Values that are taken, but not what their field asks for.
fn plain(document: &Document<'_>, field: &Field, value: NodeId) -> Option<Finding> {
    let span = document.tree.span(value);
    match (field.name, document.tree.kind(value)) {
        ("Condition", NodeKind::Bool(_)) => Some(
            Finding::warning(
                document,
                "JSONATA_SIGNS",
                value,
                "A Condition is an expression between {% and %}",
            )
            .fix(
                "Put {% %} around it",
                document.respell(span, &format!("{{% {} %}}", span.of(document.text))),
            ),
        ),
        ("Arguments", NodeKind::Bool(_) | NodeKind::Number(_) | NodeKind::Null) => {
            Some(no_arguments(document, value))
        }
        ("Arguments", NodeKind::String(text))
            if !text.contains("{%") && !text.ends_with("%}") && !document.is_open(value) =>
        {
            Some(no_arguments(document, value))
        }
        _ => None,
    }
}

fn no_arguments(document: &Document<'_>, value: NodeId) -> Finding {
    Finding::warning(
        document,
        "TEMPLATE_OBJECT",
        value,
        "Arguments is an object, or an expression that gives one",
    )
    .hint("Write \"Arguments\": {\"name\": \"{% $states.input.name %}\"}")
}

/// Texts that look like expressions but are none, and a Condition that is a plain text.
fn beside(document: &Document<'_>, value: NodeId, condition: bool, findings: &mut Vec<Finding>) {
    texts(document, value, |node, text| {
        let trimmed = text.trim();
        if text.starts_with("{%") || document.is_open(node) {
            return;
        }
        if trimmed.starts_with("{%") && trimmed.ends_with("%}") {
            let severity = match condition {
                true => Severity::Error,
                false => Severity::Warning,
            };
            findings.push(
                Finding::new(
                    document,
                    "JSONATA_SIGNS",
                    severity,
                    node,
                    document.tree.span(node),
                    "Blanks before {% make this a plain text",
                )
                .service(SCHEMA, UNCLOSED)
                .fix(
                    "Remove the blanks",
                    document.respell(document.tree.span(node), trimmed),
                ),
            );
        } else if condition {
            findings.push(
                Finding::error(
                    document,
                    "JSONATA_SIGNS",
                    node,
                    "A Condition is an expression between {% and %}",
                )
                .fix(
                    "Put {% %} around it",
                    document.respell(document.tree.span(node), &format!("{{% {trimmed} %}}")),
                )
                .service(SCHEMA, UNCLOSED),
            );
        } else if trimmed.ends_with("%}") || trimmed.contains("{%") {
            findings.push(
                Finding::warning(
                    document,
                    "JSONATA_SIGNS",
                    node,
                    "Only a text that is an expression from its first sign to its last is evaluated",
                )
                .hint("Begin it with {% and end it with %}; inside, texts are joined with &"),
            );
        }
    });
}

fn understood(
    document: &Document<'_>,
    site: &Site,
    expression: &Expression,
    before: usize,
    findings: &mut Vec<Finding>,
) {
    for function in expression.unknown_functions() {
        let length = function.name.chars().count() + 1;
        let mut finding = Finding::warning(
            document,
            "JSONATA_FUNCTION",
            site.node,
            format!("There is no function ${}", function.name),
        )
        .at(place(
            document,
            site.node,
            before + function.position,
            length,
        ));
        if let Some(near) = nearest(&function.name, FUNCTIONS.iter().map(|(name, _)| *name)) {
            finding = finding.hint(format!("Did you mean ${near}?"));
        }
        findings.push(finding);
    }
    for read in expression.context_reads() {
        findings.push(context_read(document, site, read, before));
    }
    for name in expression.state_fields().unwrap_or_default() {
        findings.extend(state_field(document, site, expression, name, before));
    }
    if let Some(words) = expression.unsupported() {
        let span = document.tree.span(site.node);
        findings.push(Finding::new(
            document,
            "JSONATA_UNSUPPORTED",
            Severity::Info,
            site.node,
            span,
            format!("This cannot be evaluated here: {words}"),
        ));
    }
}

/// Expressions of a state are evaluated without a context item; AWS refuses those that ask for one.
fn context_read(document: &Document<'_>, site: &Site, read: &NameUse, before: usize) -> Finding {
    let name = read.name.as_str();
    let (message, hint, said) = match name {
        "$$" => (
            "$$ stands for nothing in a state".to_owned(),
            "The state's input is $states.input, the context object $states.context".to_owned(),
            "Reference to '$$' is not supported.".to_owned(),
        ),
        "$" => (
            "$ stands for nothing here".to_owned(),
            "The state's input is $states.input".to_owned(),
            "Reference to '$' at the top level is not supported.".to_owned(),
        ),
        _ => (
            format!(
                "{} is looked up nowhere: there is nothing it could be a part of",
                quoted(name)
            ),
            format!(
                "Read the input as $states.input.{name}, a variable as ${name}; texts stand in quotes"
            ),
            format!("Reference to '{name}' at the top level is not supported."),
        ),
    };
    let length = name.chars().count();
    Finding::error(document, "JSONATA_CONTEXT", site.node, message)
        .at(place(document, site.node, before + read.position, length))
        .hint(hint)
        .service(UNSUPPORTED, said)
}

/// A member of `$states` that does not exist, at all or in this field.
fn state_field(
    document: &Document<'_>,
    site: &Site,
    expression: &Expression,
    name: &str,
    before: usize,
) -> Option<Finding> {
    let known = ["input", "result", "errorOutput", "context"];
    let after = matches!(site.field.name, "Output" | "Assign");
    let (severity, message, hint) = match name {
        "input" | "context" => return None,
        "result" => match site.place {
            Place::State(StateKind::Task | StateKind::Parallel | StateKind::Map) if after => {
                return None;
            }
            Place::State(StateKind::Pass) if after => (
                Severity::Warning,
                "A Pass state has no result: $states.result is missing here".to_owned(),
                "Its input is $states.input".to_owned(),
            ),
            _ => (
                Severity::Error,
                "There is no $states.result here".to_owned(),
                "It exists in Output and Assign of Task, Parallel and Map states".to_owned(),
            ),
        },
        "errorOutput" if site.place == Place::Catcher => return None,
        "errorOutput" => (
            Severity::Error,
            "There is no $states.errorOutput here".to_owned(),
            "It exists in Output and Assign of a Catcher".to_owned(),
        ),
        _ => (
            Severity::Warning,
            format!("$states has no member {}", quoted(name)),
            match nearest(name, known) {
                Some(near) => format!("Did you mean $states.{near}?"),
                None => "It has input, result, errorOutput and context".to_owned(),
            },
        ),
    };
    let written = format!("$states.{name}");
    let at = expression.text().find(&written);
    let span = at.and_then(|at| expression.text().get(..at)).map_or(
        document.tree.span(site.node),
        |head| {
            let start = before + head.chars().count();
            place(document, site.node, start, written.chars().count())
        },
    );
    Some(
        Finding::new(
            document,
            "JSONATA_STATES",
            severity,
            site.node,
            span,
            message,
        )
        .hint(hint)
        .service(
            UNSUPPORTED,
            format!("Field '$states.{name}' does not exist."),
        ),
    )
}

/// How many characters the first bytes of a text are.
pub(crate) fn characters(document: &Document<'_>, node: NodeId, bytes: usize) -> usize {
    document
        .tree
        .str(node)
        .and_then(|text| text.get(..bytes))
        .map_or(0, |head| head.chars().count())
}

fn texts(document: &Document<'_>, value: NodeId, mut each: impl FnMut(NodeId, &str)) {
    let mut waiting = vec![value];
    while let Some(node) = waiting.pop() {
        match document.tree.kind(node) {
            NodeKind::String(text) => each(node, text),
            NodeKind::Array(items) => waiting.extend(items),
            NodeKind::Object(members) => waiting.extend(members.iter().map(|member| member.value)),
            NodeKind::Null
            | NodeKind::Bool(_)
            | NodeKind::Number(_)
            | NodeKind::Hole(_)
            | NodeKind::Missing => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::asl::lints::tests::check;
    use crate::asl::lints::tests::fixed;

    #[test]
    fn expressions_have_to_be_readable() {
        check(
            r#"{"StartAt": "A", "QueryLanguage": "JSONata", "States": {"A": {"Type": "Pass", "Next": "B", "Output": {
  "a": "{% 10 %", "b": " {% 1 %}", "c": "{% $sun([1]) %}", "d": "{% $states.inputs.x %}"
//     ^^^^^^^^^ error JSONATA_SIGNS: An expression begins with {% and ends with %}; the end is missing
//                     ^^^^^^^^^^ warning JSONATA_SIGNS: Blanks before {% make this a plain text
//                                          ^^^^ warning JSONATA_FUNCTION: There is no function $sun
//                                                                  ^^^^^^^^^^^^^^ warning JSONATA_STATES: $states has no member “inputs”
}}, "B": {"Type": "Choice", "Default": "C", "Choices": [{"Next": "C",
  "Condition": "true"}]}, "C": {"Type": "Succeed"}}}
//             ^^^^^^ error JSONATA_SIGNS: A Condition is an expression between {% and %}"#,
        );
        assert_eq!(
            fixed(
                r#"{"StartAt":"A","QueryLanguage":"JSONata","States":{"A":{"Type":"Succeed","Output":" {% 1 %}"}}}"#
            ),
            r#"{"StartAt":"A","QueryLanguage":"JSONata","States":{"A":{"Type":"Succeed","Output":"{% 1 %}"}}}"#
        );
    }

    #[test]
    fn the_place_of_a_syntax_error_is_found_behind_escapes() {
        let text = r#"{"StartAt":"A","QueryLanguage":"JSONata","States":{"A":{"Type":"Succeed","Output":"{% \"é\" & ) %}"}}}"#;
        let parse = crate::syntax::parse(text, crate::syntax::Format::Json);
        let machine = crate::asl::read(&parse.tree);
        let found = crate::asl::lint(text, &parse.tree, &machine, &parse.errors);
        let first = found.first().unwrap();
        assert_eq!((first.code, first.span.of(text)), ("JSONATA_SYNTAX", ")"));
    }

    #[test]
    fn an_expression_in_a_jsonpath_state_is_a_text() {
        check(
            r#"{"StartAt": "A", "States": {"A": {"Type": "Pass", "End": true,
  "Parameters": {"a": "{% 1 %}"}}}}
//                    ^^^^^^^^^ warning JSONATA_IN_JSONPATH: This state uses JSONPath, so the expression is handed on as a text"#,
        );
    }
}
