//! `SYNTAX_ERROR`: the text is not JSON (RFC 8259), or not an object.

use crate::asl::Severity;
use crate::asl::lints::document::Document;
use crate::asl::lints::finding::Finding;
use crate::asl::lints::finding::SCHEMA;
use crate::asl::lints::finding::ServiceDiagnostic;
use crate::syntax::NodeId;
use crate::text::LineIndex;
use crate::text::upper_first;

const CODE: &str = "SYNTAX_ERROR";

pub(crate) fn check(document: &Document<'_>, findings: &mut Vec<Finding>) {
    let root = document.tree.root().unwrap_or(NodeId(u32::MAX));
    for error in document.errors {
        let node = document.tree.node_at(error.span.start).unwrap_or(root);
        findings.push(Finding::new(
            document,
            CODE,
            Severity::Error,
            node,
            error.span,
            upper_first(&error.message),
        ));
    }
    if document.errors.is_empty() && !document.is_object(root) {
        let span = document.head_span(root);
        findings.push(
            Finding::new(
                document,
                CODE,
                Severity::Error,
                root,
                span,
                "A definition is an object with StartAt and States",
            )
            .service(SCHEMA, "Definition must be a valid JSON object"),
        );
    }
}

/// What the service says to a text that is JSON but no object, or nothing at all.
pub(crate) fn no_object() -> ServiceDiagnostic {
    ServiceDiagnostic {
        code: SCHEMA,
        message: "Definition must be a valid JSON object".to_owned(),
        location: None,
    }
}

/// What the service's own reader says to a definition that is no JSON.
pub(crate) fn service_diagnostic(text: &str) -> ServiceDiagnostic {
    if text.trim().is_empty() {
        return no_object();
    }
    let (words, at) = reader_words(text, first_error(text).unwrap_or(text.len()));
    let place = LineIndex::new(text).locate(text, at);
    let location = format!(
        "[Source: (String)\"{text}\"; line: {}, column: {}]",
        place.line, place.column
    );
    ServiceDiagnostic {
        code: "INVALID_JSON_DESCRIPTION",
        message: format!("{words}\n at {location}"),
        location: Some(location),
    }
}

/// What the service's own reader says to the text of an input that is no JSON; None where nothing is wrong with its
/// syntax.
pub fn input_fault(text: &str) -> Option<String> {
    if text.trim().is_empty() {
        return Some("Invalid execution input.".to_owned());
    }
    let (words, _) = reader_words(text, first_error(text)?);
    Some(words)
}

/// Where the syntax of a text goes wrong.
fn first_error(text: &str) -> Option<usize> {
    let parse = crate::syntax::parse(text, crate::syntax::Format::Json);
    parse.errors.first().map(|error| error.span.start)
}

/// What the reader says to an error at this place, and where it has read to by then.
fn reader_words(text: &str, place: usize) -> (String, usize) {
    let rest = text.get(place..).unwrap_or_default();
    let start = text.len() - rest.trim_start().len();
    let rest = text.get(start..).unwrap_or_default();
    let word: String = rest
        .chars()
        .take_while(|c| c.is_alphanumeric() || *c == '_' || *c == '$')
        .collect();
    let before = text.get(..start).unwrap_or_default().trim_end();
    let value_words = "JSON String, Number, Array, Object or token 'null', 'true' or 'false'";
    match rest.chars().next() {
        None => (
            "Unexpected end-of-input: expected close marker for Object".to_owned(),
            text.len(),
        ),
        Some(sign) if before.ends_with('{') => (
            format!(
                "Unexpected character ('{sign}' (code {})): was expecting double-quote to start field name",
                u32::from(sign)
            ),
            start + sign.len_utf8(),
        ),
        Some(_) if word.starts_with(char::is_alphabetic) => (
            format!("Unrecognized token '{word}': was expecting ({value_words})"),
            start + word.len(),
        ),
        Some(sign) => (
            format!(
                "Unexpected character ('{sign}' (code {})): was expecting a valid value ({value_words})",
                u32::from(sign)
            ),
            start + sign.len_utf8(),
        ),
    }
}

#[cfg(test)]
mod tests {
    use crate::asl::MachineType;
    use crate::asl::lints::tests::check;
    use crate::asl::service_diagnostics;

    #[test]
    fn a_missing_comma_is_named_where_it_belongs() {
        check(
            r#"{
  "StartAt": "A"
//              ^ error SYNTAX_ERROR: A comma is missing
  "States": {"A": {"Type": "Succeed"}}
}"#,
        );
    }

    #[test]
    fn a_definition_is_an_object() {
        check(
            r#"
  [1]
//^ error SYNTAX_ERROR: A definition is an object with StartAt and States
"#,
        );
    }

    #[test]
    fn inputs_are_refused_in_the_words_of_the_reader() {
        let said = |text: &str| crate::asl::input_fault(text).unwrap_or_default();
        assert_eq!(said(""), "Invalid execution input.");
        assert_eq!(
            said("not json"),
            "Unrecognized token 'not': was expecting (JSON String, Number, Array, Object or token 'null', 'true' or 'false')"
        );
        assert_eq!(
            said("{'a': 1}"),
            "Unexpected character (''' (code 39)): was expecting double-quote to start field name"
        );
        assert_eq!(said("[1]"), "");
    }

    #[test]
    fn the_service_has_its_own_words() {
        let said = |text: &str| service_diagnostics(text, MachineType::Standard);
        assert_eq!(
            said(" ").first().unwrap().message,
            "Definition must be a valid JSON object"
        );
        let token = said("not a definition");
        assert_eq!(
            token.first().unwrap().location.as_deref(),
            Some("[Source: (String)\"not a definition\"; line: 1, column: 4]")
        );
    }
}
