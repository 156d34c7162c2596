//! What can be said of routes and the workflows behind them, without a request: one file, one thing to say.
//!
//! Never: changes a text (a fix is only proposed), or runs anything.
//! Add a lint as a file with its rule and its fix, and its line in `RULES`.

mod apostrophe;
mod edge;
mod ends;
mod error_names;
mod failure_status;
mod java_text;
mod missing_template;
mod span;
mod template;
mod too_slow;

use crate::asl::Diagnostic;
use crate::gateway::Surroundings;
use crate::gateway::lints::edge::Edge;
use crate::project::Project;

/// Something to say about the edge, in one file of the project.
#[derive(Clone, Debug, PartialEq)]
pub struct EdgeFinding {
    /// A path within the project's folder.
    pub file: String,
    /// Span and fix refer to that file; the pointer to the API's document, or to the definition.
    pub diagnostic: Diagnostic,
}

/// A rule looks at one route and reports what it finds.
type Rule = fn(&Edge<'_>, &mut Vec<EdgeFinding>);

const RULES: &[Rule] = &[
    missing_template::check,
    apostrophe::check,
    java_text::check,
    error_names::check,
    failure_status::check,
    too_slow::check,
];

/// Everything there is to say about the APIs of a project and the workflows they start, in the order of files and texts.
pub fn lints(project: &Project) -> Vec<EdgeFinding> {
    let mut found = Vec::new();
    for document in &project.apis {
        let api = crate::gateway::read(
            &document.document,
            Surroundings::of(document, &project.place),
        );
        edge::problems(project, document, &api, &mut found);
        for route in &api.routes {
            let Some(edge) = Edge::of(project, document, route) else {
                continue;
            };
            for rule in RULES {
                rule(&edge, &mut found);
            }
        }
    }
    found.sort_by(|left, right| {
        let place = |finding: &EdgeFinding| {
            (
                finding.file.clone(),
                finding.diagnostic.span,
                finding.diagnostic.code,
            )
        };
        place(left).cmp(&place(right))
    });
    // A template may be shared by routes.
    found.dedup();
    found
}
