//! `API_WORKFLOW_TOO_SLOW`: a route waits for a workflow that can take longer than API Gateway waits, so the client gets 504
//! while the workflow goes on.

use crate::asl::Diagnostic;
use crate::asl::Fix;
use crate::asl::Severity;
use crate::gateway::lints::EdgeFinding;
use crate::gateway::lints::edge::Behind;
use crate::gateway::lints::edge::Edge;
use crate::gateway::lints::span::longest;
use crate::project::Inset;
use crate::project::Writing;
use crate::syntax::NodeKind;
use crate::text::Span;
use crate::text::TextEdit;

const CODE: &str = "API_WORKFLOW_TOO_SLOW";
const SYNCHRONOUS: &str = "StartSyncExecution";

pub(crate) fn check(edge: &Edge<'_>, found: &mut Vec<EdgeFinding>) {
    let (true, Some(behind)) = (edge.is_synchronous(), &edge.machine) else {
        return;
    };
    let limit = edge.integration.timeout_millis as f64 / 1000.0;
    let own = timeout(behind);
    if own.is_some_and(|(seconds, _)| seconds <= limit) {
        return;
    }
    let longest = longest(&behind.tree, &behind.asl);
    if longest.seconds > limit {
        let parts: Vec<&str> = longest
            .parts
            .iter()
            .take(4)
            .map(|(_, words)| words.as_str())
            .collect();
        let message = format!(
            "{} waits {limit} s at most, but {} can take {} s: the client gets 504 and the workflow goes on",
            edge.name(),
            behind.machine.name,
            longest.seconds.round()
        );
        let pointer = format!("{}/uri", edge.integration.pointer);
        found.extend(edge.finding(CODE, Severity::Warning, &pointer, message).map(|mut finding| {
            finding.diagnostic.hints.push(parts.join(", "));
            finding.diagnostic.hints.push(
                "StartExecution answers at once with the executionArn; a TimeoutSeconds below the limit at least lets the client see the failure".to_owned(),
            );
            let lowered = lower(behind, own, limit).filter(|(file, _)| *file == finding.file);
            finding.diagnostic.fix = start_instead(edge, &finding).or_else(|| lowered.map(|(_, fix)| fix));
            finding
        }));
        return;
    }
    let Some((seconds, span)) = own else {
        return;
    };
    let Some((file, fix)) = lower(behind, own, limit) else {
        return;
    };
    found.push(EdgeFinding {
        file,
        diagnostic: Diagnostic {
            code: CODE,
            severity: Severity::Info,
            span: behind.definition.file_span(span),
            pointer: "/TimeoutSeconds".to_owned(),
            message: format!(
                "the workflow may take {seconds} s, but {} waits {limit} s at most: what is slower ends in 504",
                edge.name()
            ),
            hints: Vec::new(),
            fix: Some(fix),
        },
    });
}

/// `TimeoutSeconds` of the machine, and where it stands in the definition.
fn timeout(behind: &Behind<'_>) -> Option<(f64, Span)> {
    let node = behind.tree.get(behind.tree.root()?, "TimeoutSeconds")?;
    match behind.tree.kind(node) {
        NodeKind::Number(text) => Some((text.parse().ok()?, behind.tree.span(node))),
        _ => None,
    }
}

/// Lets the workflow end before API Gateway gives up.
fn lower(behind: &Behind<'_>, own: Option<(f64, Span)>, limit: f64) -> Option<(String, Fix)> {
    let (_, span) = own?;
    let most = (limit - 1.0).max(1.0).floor();
    let edit = behind
        .definition
        .file_edit(&TextEdit::replace(span, most.to_string()))
        .ok()?;
    let fix = Fix {
        label: format!("End the workflow after {most} s"),
        edit,
    };
    Some((behind.definition.file.clone(), fix))
}

/// Another action in the address, where it is written out in the file of the finding.
fn start_instead(edge: &Edge<'_>, finding: &EdgeFinding) -> Option<Fix> {
    let host = edge.project.files.get(finding.file.as_str())?;
    let span = finding.diagnostic.span;
    let edit = match Inset::read(host, &finding.file, span, Writing::Text) {
        Ok(inset) => {
            let start = inset.text.find(SYNCHRONOUS)?;
            let place = Span::new(start, start + SYNCHRONOUS.len());
            inset
                .splice(&TextEdit::replace(place, "StartExecution"))
                .ok()?
        }
        Err(_) => {
            let start = span.start + span.of(host).find(SYNCHRONOUS)?;
            TextEdit::replace(
                Span::new(start, start + SYNCHRONOUS.len()),
                "StartExecution",
            )
        }
    };
    Some(Fix {
        label: "Start the workflow without waiting for it".to_owned(),
        edit,
    })
}
