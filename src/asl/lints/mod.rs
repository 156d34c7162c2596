//! What can be said against a definition without running it: one file, one thing to say.
//!
//! `${…}` placeholders stand for any text or number and are never complained about.
//!
//! Never: changes a text (a fix is only proposed), or refuses to read one.
//! Add a lint as a file with its rule, its fix and tests with carets, and its line in `RULES`.

mod choice_rule;
mod credentials;
mod document;
mod duplicate_key;
mod duplicate_state_name;
mod empty_list;
mod error_names;
mod excluded_fields;
mod express;
mod expression;
mod finding;
mod heartbeat;
mod intrinsic;
mod jsonata;
mod map_parts;
mod missing_field;
mod missing_parameter;
mod missing_target;
mod no_end;
mod path;
mod payload_template;
mod query_language;
mod resource;
mod retry_delay;
mod state_name;
mod syntax;
mod timestamp;
mod unknown_field;
mod unreachable_state;
mod variable;
mod wrong_type;

use crate::asl::Diagnostic;
use crate::asl::Machine;
use crate::asl::MachineType;
use crate::asl::Severity;
use crate::syntax::Format;
use crate::syntax::SyntaxError;
use crate::syntax::Tree;
use crate::text::Span;

use document::Document;
use finding::Audience;
use finding::Finding;

pub use finding::ServiceDiagnostic;
pub use syntax::input_fault;
pub use variable::variable_references;

/// A rule reads the document and reports what it finds.
type Rule = fn(&Document<'_>, &mut Vec<Finding>);

const RULES: &[Rule] = &[
    syntax::check,
    duplicate_key::check,
    unknown_field::check,
    query_language::check,
    missing_field::check,
    wrong_type::check,
    excluded_fields::check,
    empty_list::check,
    state_name::check,
    duplicate_state_name::check,
    missing_target::check,
    unreachable_state::check,
    no_end::check,
    choice_rule::check,
    error_names::check,
    retry_delay::check,
    timestamp::check,
    payload_template::check,
    path::check,
    intrinsic::check,
    jsonata::check,
    variable::check,
    resource::check,
    missing_parameter::check,
    credentials::check,
    express::check,
    heartbeat::check,
    map_parts::check,
];

/// Everything there is to say about a definition whose type is not known, in the order of the text.
pub fn lint(text: &str, tree: &Tree, machine: &Machine, errors: &[SyntaxError]) -> Vec<Diagnostic> {
    lint_as(text, tree, machine, errors, None)
}

/// The same, where it is known whether the machine is a Standard or an Express one.
pub fn lint_as(
    text: &str,
    tree: &Tree,
    machine: &Machine,
    errors: &[SyntaxError],
    machine_type: Option<MachineType>,
) -> Vec<Diagnostic> {
    findings(text, tree, machine, errors, machine_type)
        .into_iter()
        .filter(|finding| finding.audience != Audience::Service)
        .map(|finding| finding.diagnostic)
        .collect()
}

/// What the service answers to a definition, in its codes and words; nothing when it accepts it.
pub fn service_diagnostics(text: &str, machine_type: MachineType) -> Vec<ServiceDiagnostic> {
    let parse = crate::syntax::parse(text, Format::Json);
    if !parse.errors.is_empty() {
        return vec![syntax::service_diagnostic(text)];
    }
    let is_object = parse
        .tree
        .root()
        .is_some_and(|root| matches!(parse.tree.kind(root), crate::syntax::NodeKind::Object(_)));
    if !is_object {
        return vec![syntax::no_object()];
    }
    let machine = crate::asl::read(&parse.tree);
    let mut said: Vec<ServiceDiagnostic> = findings(
        text,
        &parse.tree,
        &machine,
        &parse.errors,
        Some(machine_type),
    )
    .into_iter()
    .filter(|finding| {
        finding.diagnostic.severity == Severity::Error && finding.audience != Audience::Here
    })
    .map(Finding::into_service)
    .collect();
    // What concerns the whole comes behind what has a place.
    said.sort_by_key(|one| one.location.is_none());
    said.dedup();
    said
}

fn findings(
    text: &str,
    tree: &Tree,
    machine: &Machine,
    errors: &[SyntaxError],
    machine_type: Option<MachineType>,
) -> Vec<Finding> {
    let document = Document::new(text, tree, machine, errors, machine_type);
    let mut findings = Vec::new();
    for rule in RULES {
        rule(&document, &mut findings);
    }
    let place = |span: Span| (span.start, span.end);
    findings.sort_by(|a, b| {
        (place(a.diagnostic.span), a.diagnostic.code)
            .cmp(&(place(b.diagnostic.span), b.diagnostic.code))
    });
    findings.dedup_by(|a, b| a.diagnostic == b.diagnostic);
    findings
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::LineIndex;
    use proptest::prelude::*;

    /// Lints the text without its lines of carets, writes the carets anew, and compares.
    ///
    /// A caret line stands below the line of its span: `//   ^^^ error CODE: words`.
    pub(crate) fn check(annotated: &str) {
        check_as(annotated, None);
    }

    pub(crate) fn check_as(annotated: &str, machine_type: Option<MachineType>) {
        let is_note = |line: &&str| line.trim_start().starts_with("//");
        let lines: Vec<&str> = annotated.lines().filter(|line| !is_note(line)).collect();
        let text = lines.join("\n");
        let parse = crate::syntax::parse(&text, Format::Json);
        let machine = crate::asl::read(&parse.tree);
        let diagnostics = lint_as(&text, &parse.tree, &machine, &parse.errors, machine_type);
        let index = LineIndex::new(&text);
        let mut written = String::new();
        for (number, line) in lines.iter().enumerate() {
            written.push_str(line);
            written.push('\n');
            for diagnostic in &diagnostics {
                let start = index.locate(&text, diagnostic.span.start);
                if start.line != number + 1 {
                    continue;
                }
                let end = index.locate(&text, diagnostic.span.end);
                let width = if end.line == start.line {
                    end.column.saturating_sub(start.column).max(1)
                } else {
                    line.chars().count() + 1 - start.column
                };
                let lead = "//".to_owned() + &" ".repeat(start.column.saturating_sub(3));
                written.push_str(&format!(
                    "{lead}{} {} {}: {}\n",
                    "^".repeat(width.max(1)),
                    diagnostic.severity.name(),
                    diagnostic.code,
                    diagnostic.message
                ));
            }
        }
        assert_eq!(written.trim_end(), annotated.trim_end(), "\n{written}");
    }

    /// The text after the only fix that is proposed.
    pub(crate) fn fixed(text: &str) -> String {
        let parse = crate::syntax::parse(text, Format::Json);
        let machine = crate::asl::read(&parse.tree);
        let diagnostics = lint(text, &parse.tree, &machine, &parse.errors);
        let fixes: Vec<_> = diagnostics.iter().filter_map(|d| d.fix.as_ref()).collect();
        match fixes.as_slice() {
            [fix] => fix.edit.apply(text),
            _ => panic!("{} fixes: {diagnostics:#?}", fixes.len()),
        }
    }

    #[test]
    fn a_sound_machine_is_left_in_peace() {
        check(
            r#"{"StartAt": "A", "States": {"A": {"Type": "Task", "Resource": "${A}", "TimeoutSeconds": "${T}", "HeartbeatSeconds": ${H}, "Next": "B"}, "B": {"Type": "Succeed"}}}"#,
        );
    }

    /// Names and values that rules look at, thrown together.
    fn anything() -> impl Strategy<Value = String> {
        let scalar = prop_oneof![
            Just("null".to_owned()),
            Just("true".to_owned()),
            Just("-1.5e3".to_owned()),
            Just("60".to_owned()),
            prop::sample::select(vec![
                "Task",
                "Choice",
                "Map",
                "Parallel",
                "Wait",
                "Pass",
                "JSONata",
                "A",
                "B",
                "é",
                "States.ALL",
                "$.a[?(@.b==1)]",
                "$a",
                "$$.Task.Token",
                "{% $a + %}",
                "{% \\\"é\\\" ~> $x( %}",
                "{%",
                "States.Format('{}', $b)",
                "${X}",
                "DISTRIBUTED",
                "arn:aws:states:::sqs:sendMessage.waitForTaskToken",
                "arn:aws:lambda:x:y:function:f:",
                "2016-01-01T00:00:00é",
            ])
            .prop_map(|word| format!("\"{word}\"")),
        ];
        let names = vec![
            "StartAt",
            "States",
            "A",
            "B",
            "Type",
            "Next",
            "End",
            "Choices",
            "Branches",
            "ItemProcessor",
            "Retry",
            "Catch",
            "ErrorEquals",
            "QueryLanguage",
            "Resource",
            "Parameters",
            "a.$",
            "a",
            "Assign",
            "Output",
            "Condition",
            "Not",
            "And",
            "Variable",
            "IsNull",
            "StringEqualsPath",
            "ProcessorConfig",
            "Mode",
            "ItemReader",
            "ReaderConfig",
            "Timestamp",
            "Seconds",
            "TimeoutSeconds",
            "MaxDelaySeconds",
            "InputPath",
            "ResultPath",
            "Credentials",
            "${X}",
            "",
            "Default",
        ];
        scalar.prop_recursive(7, 60, 5, move |inner| {
            let member = (prop::sample::select(names.clone()), inner.clone())
                .prop_map(|(name, value)| format!("\"{name}\": {value}"));
            prop_oneof![
                prop::collection::vec(inner, 0..4)
                    .prop_map(|items| format!("[{}]", items.join(", "))),
                prop::collection::vec(member, 0..6)
                    .prop_map(|members| format!("{{{}}}", members.join(",\n"))),
            ]
        })
    }

    proptest! {
        #[test]
        fn no_text_is_too_odd(state in anything(), other in anything(), cut in 0usize..400) {
            let whole = format!(r#"{{"StartAt": "A", "States": {{"A": {state}, "B": {other}}}}}"#);
            let at = (0..=cut.min(whole.len())).rev().find(|at| whole.is_char_boundary(*at)).unwrap_or(0);
            let pieces = [whole.as_str(), state.as_str(), whole.get(..at).unwrap_or_default(), whole.get(at..).unwrap_or_default()];
            for text in pieces {
                for format in [Format::Json, Format::Yaml] {
                    let parse = crate::syntax::parse(text, format);
                    let machine = crate::asl::read(&parse.tree);
                    for diagnostic in lint_as(text, &parse.tree, &machine, &parse.errors, Some(MachineType::Express)) {
                        prop_assert!(text.get(diagnostic.span.range()).is_some(), "{diagnostic:?}");
                        if let Some(fix) = diagnostic.fix {
                            fix.edit.apply(text);
                        }
                    }
                }
                service_diagnostics(text, MachineType::Express);
            }
        }
    }
}
