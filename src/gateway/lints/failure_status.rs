//! `API_FAILURE_STATUS`: a failed execution is an answer with status 200, and nothing in the response makes it another
//! one, so clients take failures for successes.

use crate::asl::Severity;
use crate::gateway::lints::EdgeFinding;
use crate::gateway::lints::edge::Edge;
use crate::gateway::lints::error_names::is_status;
use crate::gateway::lints::missing_template;
use crate::gateway::lints::template::parts;
use crate::text::Span;
use crate::text::TextEdit;

const CODE: &str = "API_FAILURE_STATUS";

const BRANCH: &str = "#if($input.path('$.status') != \"SUCCEEDED\")\n#set($context.responseOverride.status = 500)\n#end\n";

pub(crate) fn check(edge: &Edge<'_>, found: &mut Vec<EdgeFinding>) {
    if !edge.is_synchronous() {
        return;
    }
    // Status 200 is what is chosen for every end of an execution.
    let chosen = edge
        .integration
        .responses
        .iter()
        .find(|response| response.fits("200"))
        .or_else(|| {
            edge.integration
                .responses
                .iter()
                .find(|response| response.pattern.is_none())
        });
    let Some(chosen) = chosen.filter(|chosen| chosen.status < 400) else {
        return;
    };
    if chosen.templates.is_empty() {
        let message = format!(
            "{} answers with {} even where the workflow fails, because its response has no template that looks at the status of the execution",
            edge.name(),
            chosen.status
        );
        let finding = edge.finding(
            CODE,
            Severity::Warning,
            &format!("{}/statusCode", chosen.pointer),
            message,
        );
        found.extend(finding.map(|mut finding| {
            let template = format!("{BRANCH}$input.path('$.output')");
            finding.diagnostic.fix = missing_template::response_fix(edge, chosen, &template);
            finding.diagnostic.hints.push(
                "the raw answer of StartSyncExecution goes out, with ARNs and all".to_owned(),
            );
            finding
        }));
        return;
    }
    for source in chosen.templates.values() {
        let Some(written) = edge.written(source) else {
            continue;
        };
        let parts = parts(&written.template);
        if parts.assigned.iter().any(|(target, _)| is_status(target)) {
            continue;
        }
        let message = format!(
            "the template sets no status, so {} answers with {} even where the workflow fails",
            edge.name(),
            chosen.status
        );
        let edit = TextEdit::replace(Span::new(0, 0), BRANCH);
        let first = written.text.lines().next().map_or(0, str::len);
        found.push(written.finding(
            CODE,
            Severity::Warning,
            Span::new(0, first),
            message,
            Some(("Answer with 500 unless the execution succeeded", edit)),
        ));
    }
}
