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
use crate::syntax::requote;
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
    let pointer = format!("{}/uri", edge.integration.pointer);
    let mut finding = edge.finding(CODE, Severity::Warning, &pointer, message);
    finding.diagnostic.fix = request_fix(edge);
    finding.diagnostic.hints.push(
        "whoever can send the request can start every workflow that the role of the integration allows".to_owned(),
    );
    found.push(finding);
}

fn request_fix(edge: &Edge<'_>) -> Option<Fix> {
    let arn = &edge.machine.as_ref()?.machine.arn;
    let template = format!(
        "{{\n  \"input\": \"$util.escapeJavaScript($input.json('$')).replaceAll(\"\\\\'\", \"'\")\",\n  \"stateMachineArn\": \"{arn}\"\n}}\n"
    );
    let label = "Generate the request template";
    insert(edge, &template, label, &|tree, object| {
        let has = |key: &str| tree.get(object, key).is_some();
        let path: &[&str] = if has("uri") {
            &["requestTemplates", JSON]
        } else if has("Uri") {
            &["RequestTemplates", JSON]
        } else if has("path") && has("method") {
            &["request", "template", JSON]
        } else {
            return None;
        };
        Some(path.iter().map(|token| (*token).to_owned()).collect())
    })
}

/// The fix that gives a response of an OpenAPI document a template.
pub(crate) fn response_fix(
    edge: &Edge<'_>,
    response: &IntegrationResponse,
    template: &str,
) -> Option<Fix> {
    let pattern = response.pattern.as_deref().unwrap_or("default");
    let label = "Generate a response template";
    insert(edge, template, label, &|tree, object| {
        tree.get(object, "uri")?;
        let path = ["responses", pattern, "responseTemplates", JSON];
        Some(path.map(str::to_owned).into())
    })
}

/// From an object that is known to the member that becomes the template.
type Known<'a> = &'a dyn Fn(&Tree, NodeId) -> Option<Vec<String>>;

/// Puts a template into the innermost object around the integration's address that is known.
fn insert(edge: &Edge<'_>, template: &str, label: &str, known: Known<'_>) -> Option<Fix> {
    let (file, span) = edge.origin(&format!("{}/uri", edge.integration.pointer));
    let host = edge.project.files.get(file)?;
    let parse = crate::syntax::parse_template(host, Format::of(file, host));
    let tree = &parse.tree;
    let around = |id: &NodeId| {
        matches!(tree.kind(*id), NodeKind::Object(_)) && tree.span(*id).encloses(span)
    };
    let (object, path) = tree
        .ids()
        .filter(around)
        .filter_map(|id| Some((id, known(tree, id)?)))
        .min_by_key(|(id, _)| tree.span(*id).len())?;
    let (object, path) = deepest(tree, object, &path)?;
    let edit = match tree.span(object).of(host).starts_with('{') {
        true => {
            let manner = Manner::detect(host, tree);
            let sheet = Sheet {
                text: host,
                tree,
                manner: &manner,
            };
            let value = Fragment::string(template);
            let splices = sheet
                .set_at(object, path, Some(&value), &|_| Spot::Last)
                .ok()?;
            TextEdit::new(splices).ok()?
        }
        false => block(host, tree, object, path, template)?,
    };
    Some(Fix {
        label: label.to_owned(),
        edit,
    })
}

/// As far as the path exists, and what is left of it.
fn deepest<'a>(tree: &Tree, object: NodeId, path: &'a [String]) -> Option<(NodeId, &'a [String])> {
    let (first, rest) = path.split_first()?;
    match tree.get(object, first) {
        Some(below) if matches!(tree.kind(below), NodeKind::Object(_)) => {
            deepest(tree, below, rest)
        }
        Some(_) => None,
        None => Some((object, path)),
    }
}

/// Lines of block YAML before the first member of an object that begins a line.
fn block(
    host: &str,
    tree: &Tree,
    object: NodeId,
    path: &[String],
    template: &str,
) -> Option<TextEdit> {
    let (start, column) = tree.members(object).iter().find_map(|member| {
        let before = host.get(..member.key_span.start)?;
        let start = before.rfind('\n').map_or(0, |at| at + 1);
        let lead = before.get(start..)?;
        lead.chars()
            .all(|c| c == ' ')
            .then_some((start, lead.len()))
    })?;
    let mut indent = " ".repeat(column);
    let mut lines = String::new();
    for (index, token) in path.iter().enumerate() {
        let last = index + 1 == path.len();
        let tail = if last { " |-" } else { "" };
        let key = requote("", token);
        lines.push_str(&format!("{indent}{key}:{tail}\n"));
        indent.push_str("  ");
    }
    for line in template.lines() {
        lines.push_str(&format!("{indent}{line}\n"));
    }
    Some(TextEdit::replace(Span::new(start, start), lines))
}
