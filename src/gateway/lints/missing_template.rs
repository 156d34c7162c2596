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
    let place = find(edge, &integration_texts(edge), &|tree, object| {
        let has = |key: &str| tree.get(object, key).is_some();
        let path: &[&str] = if has("uri") && has("type") {
            &["requestTemplates", JSON]
        } else if stands_under(tree, object, "Integration") {
            &["RequestTemplates", JSON]
        } else if has("path") && has("method") {
            &["request", "template", JSON]
        } else {
            return None;
        };
        Some(path.iter().map(|token| (*token).to_owned()).collect())
    })?;
    insert(&place, &template, "Generate the request template")
}

/// The fix that gives a response a template.
pub(crate) fn response_fix(
    edge: &Edge<'_>,
    response: &IntegrationResponse,
    template: &str,
) -> Option<Fix> {
    let status = format!("{}/statusCode", response.pointer);
    let in_method = |tree: &Tree, object: NodeId| {
        let known = tree.get(object, "StatusCode").is_some()
            && stands_under(tree, object, "IntegrationResponses");
        known.then(|| ["ResponseTemplates", JSON].map(str::to_owned).into())
    };
    let around = |tree: &Tree, object: NodeId| {
        let has = |key: &str| tree.get(object, key).is_some();
        if has("uri") && has("type") {
            let pattern = response.pattern.as_deref().unwrap_or("default");
            let path = ["responses", pattern, "responseTemplates", JSON];
            return Some(path.map(str::to_owned).into());
        }
        // The event of serverless-step-functions: its template is that of the answer 200.
        let known = has("path") && has("method") && !has("responses") && response.status == 200;
        known.then(|| ["response", "template", JSON].map(str::to_owned).into())
    };
    let place = find(edge, &[status], &in_method)
        .or_else(|| find(edge, &integration_texts(edge), &around))?;
    insert(&place, template, "Generate a response template")
}

/// Addresses of texts of the integration. Any of them may have its text from elsewhere.
fn integration_texts(edge: &Edge<'_>) -> [String; 3] {
    ["uri", "type", "httpMethod"].map(|key| format!("{}/{key}", edge.integration.pointer))
}

/// Whether an object is the value of a member with this name, or an item of its list; `Fn::If` may stand between.
fn stands_under(tree: &Tree, object: NodeId, name: &str) -> bool {
    let pointer = tree.pointer(object);
    let is_between =
        |token: &&String| *token == "Fn::If" || token.bytes().all(|byte| byte.is_ascii_digit());
    pointer
        .tokens()
        .iter()
        .rev()
        .find(|token| !is_between(token))
        .is_some_and(|token| token == name)
}

/// From an object that is known to the member that becomes the template.
type Known<'a> = &'a dyn Fn(&Tree, NodeId) -> Option<Vec<String>>;

/// An object of a file, and the way from it to the template it is to get.
struct Place<'a> {
    host: &'a str,
    tree: Tree,
    object: NodeId,
    path: Vec<String>,
}

/// The innermost object that is known around the first of these texts that stands in one.
fn find<'a>(edge: &Edge<'a>, pointers: &[String], known: Known<'_>) -> Option<Place<'a>> {
    pointers.iter().find_map(|pointer| {
        let (file, span) = edge.origin(pointer);
        let host = edge.project.files.get(file)?;
        let tree = crate::syntax::parse_template(host, Format::of(file, host)).tree;
        let around = |id: &NodeId| {
            matches!(tree.kind(*id), NodeKind::Object(_)) && tree.span(*id).encloses(span)
        };
        let (object, path) = tree
            .ids()
            .filter(around)
            .filter_map(|id| Some((id, known(&tree, id)?)))
            .min_by_key(|(id, _)| tree.span(*id).len())?;
        Some(Place {
            host,
            tree,
            object,
            path,
        })
    })
}

fn insert(place: &Place<'_>, template: &str, label: &str) -> Option<Fix> {
    let Place { host, tree, .. } = place;
    let (object, path) = deepest(tree, place.object, &place.path)?;
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

/// Lines of block YAML before the first member of an object that begins a line, or an item of a list.
fn block(
    host: &str,
    tree: &Tree,
    object: NodeId,
    path: &[String],
    template: &str,
) -> Option<TextEdit> {
    let begins = |lead: &[char]| {
        tree.members(object).iter().find_map(|member| {
            let start = member.key_span.start;
            let before = host.get(..start)?.rsplit('\n').next()?;
            before
                .chars()
                .all(|c| lead.contains(&c))
                .then_some((start, before.len()))
        })
    };
    let (start, column) = begins(&[' ']).or_else(|| begins(&[' ', '-']))?;
    let margin = " ".repeat(column);
    let mut indent = margin.clone();
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
    // What comes first begins where the member began, and the member on a line of its own.
    let lines = format!("{}{margin}", lines.trim_start_matches(' '));
    Some(TextEdit::replace(Span::at(start), lines))
}
