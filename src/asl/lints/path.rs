//! `INVALID_PATH`, `INVALID_REFERENCE_PATH`: JSONPath where a path is asked for
//! (specification, "Paths" and "Reference Paths").

use crate::asl::lints::document::Document;
use crate::asl::lints::document::quoted;
use crate::asl::lints::expression::Parsed;
use crate::asl::lints::expression::Site;
use crate::asl::lints::expression::place;
use crate::asl::lints::finding::Finding;
use crate::asl::lints::finding::SCHEMA;
use crate::asl::schema::Holds;
use crate::asl::schema::Place;
use crate::query::jsonpath::Path;
use crate::query::jsonpath::PathError;
use crate::query::jsonpath::Root;
use crate::text::Span;

pub(crate) fn check(document: &Document<'_>, findings: &mut Vec<Finding>) {
    for site in &document.sites {
        match &site.parsed {
            Parsed::Path(Ok(path)) if !path.is_rooted() => {
                findings.push(unrooted(document, site));
            }
            Parsed::Path(Ok(path)) if names_one_place(site) => {
                findings.extend(reference(document, site, path));
                findings.extend(open_bracket(document, site));
            }
            Parsed::Path(Err(error)) => findings.push(invalid(document, site, error)),
            Parsed::Path(Ok(_)) => findings.extend(open_bracket(document, site)),
            Parsed::Intrinsic(_) | Parsed::Jsonata(..) | Parsed::Unclosed => {}
        }
    }
}

/// The library the service uses overlooks a bracket at the very end.
fn open_bracket(document: &Document<'_>, site: &Site) -> Option<Finding> {
    let text = document.tree.str(site.node)?;
    text.ends_with('[').then(|| {
        let last = text.chars().count() - 1;
        Finding::warning(
            document,
            "INVALID_PATH",
            site.node,
            "This bracket is opened and never closed",
        )
        .at(place(document, site.node, last, 1))
    })
}

/// Everything but InputPath and OutputPath, and but the members of a template, which are paths of any kind.
fn names_one_place(site: &Site) -> bool {
    match site.field.holds {
        Holds::ReferencePath => true,
        Holds::Path => !matches!(site.field.name, "InputPath" | "OutputPath"),
        Holds::PathOrIntrinsic => true,
        _ => false,
    }
}

/// Variable and the right side of a comparison: there the service tells what it stumbled over.
fn in_rule(site: &Site) -> bool {
    matches!(site.place, Place::ChoiceRule | Place::InnerRule)
}

fn unrooted(document: &Document<'_>, site: &Site) -> Finding {
    let text = document.tree.str(site.node).unwrap_or_default();
    let plain = |c: char| c.is_alphanumeric() || matches!(c, '_' | '.' | '[' | ']');
    let finding = said(
        document,
        site,
        Finding::error(
            document,
            "INVALID_PATH",
            site.node,
            format!("A path begins with $, and {} does not", quoted(text)),
        ),
    );
    if site.key.ends_with(".$") {
        let bare = site.key.trim_end_matches(".$");
        return finding.hint(format!(
            "To hand the text on as it is, call the field {bare}"
        ));
    }
    if !text.is_empty() && text.chars().all(plain) {
        let path = format!("$.{text}");
        return finding.fix(
            format!("Change to {path}"),
            document.respell(document.tree.span(site.node), &path),
        );
    }
    finding
}

fn invalid(document: &Document<'_>, site: &Site, error: &PathError) -> Finding {
    let (words, position) = match error {
        PathError::Invalid { message, position } => (message.as_str(), *position),
        PathError::NotFound(words) | PathError::TooMuch(words) => (words.as_str(), None),
    };
    let span = match position {
        Some(position) => place(document, site.node, position, 1),
        None => document.tree.span(site.node),
    };
    if is_filter_trouble(words) {
        return filter(document, site, "INVALID_PATH", span);
    }
    let finding = Finding::error(
        document,
        "INVALID_PATH",
        site.node,
        "This is not a JSONPath that can be read",
    )
    .at(span)
    .hint(words.trim_end_matches('.').to_owned());
    said(document, site, finding)
}

/// The trouble lies in a filter. Definitions with texts that lack their quotes there are in use.
pub(crate) fn is_filter_trouble(words: &str) -> bool {
    words.starts_with("Failed to parse filter")
}

/// A warning: the service takes such definitions, but the run is likely to fail.
pub(crate) fn filter(
    document: &Document<'_>,
    site: &Site,
    code: &'static str,
    span: Span,
) -> Finding {
    let message = "The filter in this path cannot be read";
    Finding::warning(document, code, site.node, message)
        .at(span)
        .hint("Texts in a filter stand in single quotes: [?(@.Name == 'Receipt')]")
}

fn reference(document: &Document<'_>, site: &Site, path: &Path) -> Option<Finding> {
    let writes = site.field.holds == Holds::ReferencePath;
    let message = match path.root() {
        Root::Variable(name) if writes => format!(
            "{} cannot write to the variable ${name}; it names a place in the data",
            site.key
        ),
        Root::Context if writes => format!("{} cannot write to the context object", site.key),
        _ if !path.is_reference() => {
            format!(
                "{} names one place: only names and single indexes",
                site.key
            )
        }
        Root::Variable(_) | Root::Context | Root::Input => return None,
    };
    let finding = Finding::error(document, "INVALID_REFERENCE_PATH", site.node, message);
    let finding = match path.root() {
        Root::Variable(_) if writes => finding.hint("Assign sets variables"),
        Root::Variable(_) | Root::Context | Root::Input => finding,
    };
    Some(finding.service(SCHEMA, "Value is not a Reference Path"))
}

/// What the service says: about a field of a template at the object around it.
fn said(document: &Document<'_>, site: &Site, finding: Finding) -> Finding {
    if site.key.ends_with(".$") {
        return finding.service_at(
            document,
            site.holder,
            SCHEMA,
            format!(
                "The value for the field '{}' must be a valid JSONPath or a valid intrinsic function call",
                site.key
            ),
        );
    }
    finding.service(
        SCHEMA,
        match in_rule(site) {
            true => "Value is not a Reference Path: Reference path didn't start with '$'",
            false => "Value must be a valid JSONPath.",
        },
    )
}

#[cfg(test)]
mod tests {
    use crate::asl::lints::tests::check;
    use crate::asl::lints::tests::fixed;

    #[test]
    fn paths_have_to_be_readable() {
        check(
            r#"{"StartAt": "A", "States": {"A": {"Type": "Pass",
  "Parameters": {"a.$": "b", "c.$": "$.a.${x}"},
//                      ^^^ error INVALID_PATH: A path begins with $, and “b” does not
  "ResultPath": "$.a[*]", "Next": "B"}, "B": {"Type": "Pass",
//              ^^^^^^^^ error INVALID_REFERENCE_PATH: ResultPath names one place: only names and single indexes
  "ResultPath": "$a", "End": true}}}
//              ^^^^ error INVALID_REFERENCE_PATH: ResultPath cannot write to the variable $a; it names a place in the data"#,
        );
        assert_eq!(
            fixed(r#"{"StartAt":"A","States":{"A":{"Type":"Succeed","InputPath":"order.id"}}}"#),
            r#"{"StartAt":"A","States":{"A":{"Type":"Succeed","InputPath":"$.order.id"}}}"#
        );
    }

    #[test]
    fn texts_in_filters_without_quotes_are_a_warning() {
        check(
            r#"{"StartAt": "A", "States": {"A": {"Type": "Pass", "End": true,
  "InputPath": "$.a[?(@.b==C)]"}}}
//             ^^^^^^^^^^^^^^^^ warning INVALID_PATH: The filter in this path cannot be read"#,
        );
    }

    #[test]
    fn unreadable_paths_are_marked() {
        let text = r#"{"StartAt":"A","States":{"A":{"Type":"Succeed","InputPath":"$.[x"}}}"#;
        let parse = crate::syntax::parse(text, crate::syntax::Format::Json);
        let machine = crate::asl::read(&parse.tree);
        let found = crate::asl::lint(text, &parse.tree, &machine, &parse.errors);
        assert_eq!(found.first().unwrap().code, "INVALID_PATH");
    }
}
