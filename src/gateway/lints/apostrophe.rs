//! `API_APOSTROPHE_LOST`: `$util.escapeJavaScript` writes `'` as `\'`, which is no escape of JSON. A body with an
//! apostrophe becomes a request that Step Functions answers with 400, unless the template puts the apostrophe back.

use crate::asl::Severity;
use crate::gateway::lints::EdgeFinding;
use crate::gateway::lints::edge::Edge;
use crate::gateway::lints::template::Parts;
use crate::gateway::lints::template::literal;
use crate::gateway::lints::template::only_reference;
use crate::gateway::lints::template::parts;
use crate::gateway::vtl::ast::Reference;
use crate::gateway::vtl::ast::Step;
use crate::text::Span;
use crate::text::TextEdit;

const CODE: &str = "API_APOSTROPHE_LOST";

pub(crate) fn check(edge: &Edge<'_>, found: &mut Vec<EdgeFinding>) {
    let requests = edge.integration.request_templates.iter();
    let responses = edge
        .integration
        .responses
        .iter()
        .flat_map(|response| &response.templates);
    for (kind, source) in requests.chain(responses) {
        if !kind.contains("json") && kind != "$default" {
            continue;
        }
        let Some(written) = edge.written(source) else {
            continue;
        };
        let parts = parts(&written.template);
        for read in &parts.reads {
            let Some(call) = unmended(read.reference) else {
                continue;
            };
            if mended_later(&parts, read.reference) {
                continue;
            }
            // Inside a text of the template quotation marks are doubled, once for each text around.
            let mark = "\"".repeat(1_usize << read.quoted.min(4));
            let insert = format!(".replaceAll({mark}\\\\'{mark}, {mark}'{mark})");
            let edit = TextEdit::replace(Span::new(call.end, call.end), insert);
            let message = "$util.escapeJavaScript writes an apostrophe as \\', which is not JSON: a value with one in it breaks this".to_owned();
            let fix = Some(("Put the apostrophe back with replaceAll", edit));
            let mut finding = written.finding(CODE, Severity::Warning, call, message, fix);
            finding.diagnostic.hints.push(
                "documented for mapping templates: $util.escapeJavaScript(…).replaceAll(\"\\\\'\", \"'\")".to_owned(),
            );
            found.push(finding);
        }
    }
}

/// The call of `escapeJavaScript` where no `replaceAll` of the apostrophe follows it.
fn unmended(reference: &Reference) -> Option<Span> {
    if reference.root.as_ref() != "util" {
        return None;
    }
    let (first, rest) = reference.steps.split_first()?;
    let Step::Method { span, name, .. } = first else {
        return None;
    };
    if name.as_ref() != "escapeJavaScript" || rest.iter().any(mends) {
        return None;
    }
    Some(*span)
}

fn mends(step: &Step) -> bool {
    match step {
        Step::Method {
            name, arguments, ..
        } => {
            matches!(name.as_ref(), "replaceAll" | "replace")
                && arguments
                    .first()
                    .and_then(literal)
                    .is_some_and(|text| text.contains('\''))
        }
        Step::Member { .. } | Step::Index { .. } => false,
    }
}

/// The result goes into a variable that is mended where it is read.
fn mended_later(parts: &Parts<'_>, reference: &Reference) -> bool {
    let variable = parts.assigned.iter().find_map(|(target, value)| {
        let same = only_reference(value).is_some_and(|value| std::ptr::eq(value, reference));
        (same && target.steps.is_empty()).then_some(&target.root)
    });
    variable.is_some_and(|name| {
        parts
            .reads
            .iter()
            .any(|read| read.reference.root == *name && read.reference.steps.iter().any(mends))
    })
}
