//! `API_TEMPLATE_MISSING`: a route starts a workflow without a request template, so that clients have to send the request
//! of Step Functions themselves, ARN and all, or get an error.

use crate::asl::Fix;
use crate::asl::Severity;
use crate::gateway::IntegrationResponse;
use crate::gateway::StatesAction;
use crate::gateway::lints::EdgeFinding;
use crate::gateway::lints::edge::Edge;
use crate::syntax::Format;
use crate::syntax::Fragment;
use crate::syntax::Manner;
use crate::syntax::NodeId;
use crate::syntax::NodeKind;
use crate::syntax::Sheet;
use crate::syntax::Spot;
use crate::syntax::Tree;
use crate::text::Span;
use crate::text::TextEdit;

const CODE: &str = "API_TEMPLATE_MISSING";
const JSON: &str = "application/json";

pub(crate) fn check(edge: &Edge<'_>, found: &mut Vec<EdgeFinding>) {
    let starts = matches!(
        edge.action,
        Some(StatesAction::StartSyncExecution | StatesAction::StartExecution)
    );
    if !starts || !edge.integration.request_templates.is_empty() {
        return;
    }
    let action = edge.action.map_or("", StatesAction::name);
    let message = format!(
        "{} has no request template for {action}: clients have to send {{\"stateMachineArn\": …, \"input\": \"…\"}} themselves",
        edge.name()
    );
    let finding = edge.finding(
        CODE,
        Severity::Warning,
        &format!("{}/uri", edge.integration.pointer),
        message,
    );
    found.extend(finding.map(|mut finding| {
        finding.diagnostic.fix = request_fix(edge);
        finding.diagnostic.hints.push(
            "whoever can send the request can start every workflow that the role of the integration allows".to_owned(),
        );
        finding
    }));
}

fn request_fix(edge: &Edge<'_>) -> Option<Fix> {
    let arn = &edge.machine.as_ref()?.machine.arn;
    let template = format!(
        "{{\n  \"input\": \"$util.escapeJavaScript($input.json('$')).replaceAll(\"\\\\'\", \"'\")\",\n  \"stateMachineArn\": \"{arn}\"\n}}\n"
    );
    insert(
        edge,
        &format!("{}/uri", edge.integration.pointer),
        &template,
        "Generate the request template",
        &|tree, object| {
            if tree.get(object, "uri").is_some() {
                Some(&["requestTemplates", JSON])
            } else if tree.get(object, "Uri").is_some() {
                Some(&["RequestTemplates", JSON])
            } else if tree.get(object, "path").is_some() && tree.get(object, "method").is_some() {
                Some(&["request", "template", JSON])
            } else {
                None
            }
        },
    )
}

/// The fix that gives a response a template.
pub(crate) fn response_fix(
    edge: &Edge<'_>,
    response: &IntegrationResponse,
    template: &str,
) -> Option<Fix> {
    insert(
        edge,
        &format!("{}/statusCode", response.pointer),
        template,
        "Generate a response template",
        &|tree, object| {
            if tree.get(object, "statusCode").is_some() {
                Some(&["responseTemplates", JSON])
            } else if tree.get(object, "StatusCode").is_some() {
                Some(&["ResponseTemplates", JSON])
            } else {
                None
            }
        },
    )
}

/// What an object of the file is, by the members that lead from it to a template.
type Known<'a> = &'a dyn Fn(&Tree, NodeId) -> Option<&'static [&'static str]>;

/// Puts a template into the innermost object around a text that is known.
fn insert(
    edge: &Edge<'_>,
    pointer: &str,
    template: &str,
    label: &str,
    known: Known<'_>,
) -> Option<Fix> {
    let (file, span) = edge.origin(pointer)?;
    let host = edge.project.files.get(file)?;
    let parse = crate::syntax::parse_template(host, Format::of(file, host));
    let (object, path) = around(&parse.tree, span, known)?;
    let manner = Manner::detect(host, &parse.tree);
    let sheet = Sheet {
        text: host,
        tree: &parse.tree,
        manner: &manner,
    };
    let tokens: Vec<String> = path.iter().map(|token| (*token).to_owned()).collect();
    let splices = sheet
        .set_at(object, &tokens, Some(&Fragment::string(template)), &|_| {
            Spot::Last
        })
        .ok()?;
    Some(Fix {
        label: label.to_owned(),
        edit: TextEdit::new(splices).ok()?,
    })
}

fn around(tree: &Tree, span: Span, known: Known<'_>) -> Option<(NodeId, &'static [&'static str])> {
    tree.ids()
        .filter(|id| matches!(tree.kind(*id), NodeKind::Object(_)) && tree.span(*id).encloses(span))
        .filter_map(|id| Some((id, known(tree, id)?)))
        .min_by_key(|(id, _)| tree.span(*id).len())
}
