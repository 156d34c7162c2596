//! What can be said of a template without rendering it.

use std::collections::BTreeSet;

use crate::gateway::vtl::ast::Reference;
use crate::gateway::vtl::ast::Step;
use crate::gateway::vtl::complete::is_member;
use crate::gateway::vtl::template::Template;
use crate::gateway::vtl::template::VtlError;
use crate::gateway::vtl::walk::Visit;
use crate::gateway::vtl::walk::walk;
use crate::text::Span;

/// How bad a problem is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Severity {
    /// The template cannot be rendered.
    Error,
    /// The template renders, though hardly as it is meant.
    Warning,
}

/// One thing that is wrong with a template.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    pub span: Span,
    pub severity: Severity,
    /// One sentence.
    pub message: String,
}

/// What API Gateway and the engine themselves put under a name.
const ROOTS: [&str; 8] = [
    "input",
    "util",
    "context",
    "stageVariables",
    "foreach",
    "velocityCount",
    "velocityHasNext",
    "bodyContent",
];

/// The problems of a template for API Gateway, in the order of the text.
pub fn problems(source: &str) -> Vec<Problem> {
    let template = match Template::parse(source) {
        Ok(template) => template,
        Err(VtlError { span, message, .. }) => {
            return vec![Problem {
                span,
                severity: Severity::Error,
                message,
            }];
        }
    };
    let mut defined: BTreeSet<&str> = ROOTS.into();
    let mut reads = Vec::new();
    let mut visit = |visit| match visit {
        Visit::Read(reference) => reads.push(reference),
        Visit::Assigned(reference) => {
            if reference.steps.is_empty() {
                defined.insert(&reference.root);
            } else {
                reads.push(reference);
            }
        }
        Visit::Named(name) => {
            defined.insert(name);
        }
    };
    walk(template.block(), &mut visit);
    for called in template.macros() {
        for parameter in &called.parameters {
            visit(Visit::Named(parameter));
        }
        walk(&called.body, &mut visit);
    }
    let mut found: Vec<Problem> = reads
        .into_iter()
        .filter_map(|reference| problem(reference, &defined))
        .collect();
    found.sort_by_key(|problem| problem.span);
    found
}

fn problem(reference: &Reference, defined: &BTreeSet<&str>) -> Option<Problem> {
    let root = reference.root.as_ref();
    let warning = |span, message| {
        Some(Problem {
            span,
            severity: Severity::Warning,
            message,
        })
    };
    if !defined.contains(root) {
        // The usual way to write null.
        if root == "null" {
            return None;
        }
        let message = format!("Nothing sets ${root}, so it prints nothing");
        return warning(reference.span, message);
    }
    let (span, name) = match reference.steps.first()? {
        Step::Member { span, name } | Step::Method { span, name, .. } => (*span, name),
        Step::Index { .. } => return None,
    };
    let method = matches!(reference.steps.first(), Some(Step::Method { .. }));
    match root {
        "util" if name.as_ref() == "qr" => warning(
            span,
            "API Gateway has no $util.qr; it prints nothing, but its argument is evaluated"
                .to_string(),
        ),
        "util" | "input" if !is_member(root, name, method) => warning(
            span,
            format!("API Gateway has no ${root}.{name}, so it prints nothing"),
        ),
        _ => None,
    }
}
