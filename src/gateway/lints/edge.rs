//! A route with its integration, the machine it starts, and the places of its texts in files.

use std::sync::Arc;

use crate::asl;
use crate::asl::Diagnostic;
use crate::asl::Fix;
use crate::asl::Severity;
use crate::gateway::Api;
use crate::gateway::Integration;
use crate::gateway::IntegrationKind;
use crate::gateway::Route;
use crate::gateway::StatesAction;
use crate::gateway::Target;
use crate::gateway::TemplateSource;
use crate::gateway::lints::EdgeFinding;
use crate::gateway::vtl::Template;
use crate::project::ApiDocument;
use crate::project::Definition;
use crate::project::Inset;
use crate::project::Machine;
use crate::project::Project;
use crate::project::Writing;
use crate::project::Written;
use crate::syntax::Tree;
use crate::text::Span;
use crate::text::TextEdit;

/// What a rule looks at.
pub(crate) struct Edge<'a> {
    pub project: &'a Project,
    pub document: &'a ApiDocument,
    pub route: &'a Route,
    pub integration: &'a Integration,
    /// What is done with Step Functions, if anything.
    pub action: Option<StatesAction>,
    pub machine: Option<Behind<'a>>,
}

/// A machine behind a route, read.
pub(crate) struct Behind<'a> {
    pub machine: &'a Machine,
    pub definition: Definition,
    pub tree: Tree,
    pub asl: asl::Machine,
}

/// A template as it stands in its file.
pub(crate) struct TemplateText {
    pub file: String,
    /// The text to look at: with its placeholders where it was given to `Fn::Sub`.
    pub text: Arc<str>,
    pub template: Template,
    pub pointer: String,
    /// The whole text in the file.
    pub span: Span,
    inset: Option<Inset>,
}

impl<'a> Edge<'a> {
    /// None where the route has no integration.
    pub(crate) fn of(
        project: &'a Project,
        document: &'a ApiDocument,
        route: &'a Route,
    ) -> Option<Edge<'a>> {
        let integration = route.integration.as_ref()?;
        let action = match (&integration.kind, &integration.target) {
            (IntegrationKind::Aws, Target::States(action)) => Some(*action),
            (
                IntegrationKind::Aws
                | IntegrationKind::AwsProxy
                | IntegrationKind::Http
                | IntegrationKind::HttpProxy
                | IntegrationKind::Mock,
                Target::States(_)
                | Target::Lambda { .. }
                | Target::Action { .. }
                | Target::Path { .. }
                | Target::Http { .. }
                | Target::Mock
                | Target::Unknown,
            ) => None,
        };
        let mut edge = Edge {
            project,
            document,
            route,
            integration,
            action,
            machine: None,
        };
        edge.machine = edge.find_machine();
        Some(edge)
    }

    pub(crate) fn is_synchronous(&self) -> bool {
        self.action == Some(StatesAction::StartSyncExecution)
    }

    /// `POST /orders`
    pub(crate) fn name(&self) -> String {
        format!("{} {}", self.route.method, self.route.path)
    }

    /// The machine whose ARN the request template has, or the one whose resource the route stands in, or the only one.
    fn find_machine(&self) -> Option<Behind<'a>> {
        self.action?;
        let templates = &self.integration.request_templates;
        let machines = &self.project.machines;
        let named = machines
            .iter()
            .filter(|machine| {
                templates
                    .values()
                    .any(|source| source.text.contains(&machine.arn))
            })
            .max_by_key(|machine| machine.arn.len());
        let around = self
            .origin(&format!("{}/uri", self.integration.pointer))
            .and_then(|(file, span)| {
                machines.iter().find(|machine| {
                    machine.origin.file.as_ref() == file
                        && machine.origin.span.encloses(span)
                        && machine.origin.span.len() > span.len()
                })
            });
        let only = match machines.as_slice() {
            [only] => Some(only),
            _ => None,
        };
        let machine = named.or(around).or(only)?;
        let definition = self.project.definition(machine).ok()?;
        let parse = crate::syntax::parse(&definition.text, definition.format);
        let asl = asl::read(&parse.tree);
        Some(Behind {
            machine,
            definition,
            tree: parse.tree,
            asl,
        })
    }

    /// File and place of the text at a pointer, or of the nearest one around it.
    pub(crate) fn origin(&self, pointer: &str) -> Option<(&'a str, Span)> {
        let origins = &self.document.origins;
        let mut pointer = pointer;
        loop {
            if let Some(found) = origins.get(pointer) {
                return Some((&found.origin.file, found.origin.span));
            }
            match pointer.rsplit_once('/') {
                Some((before, _)) => pointer = before,
                None => return Some((&self.document.origin.file, self.document.origin.span)),
            }
        }
    }

    /// A template with its place; none where it cannot be parsed.
    pub(crate) fn written(&self, source: &TemplateSource) -> Option<TemplateText> {
        let (file, span) = self.origin(&source.pointer)?;
        let written = self
            .document
            .origins
            .get(&source.pointer)
            .map(|found| found.written);
        let inset = match written {
            Some(Written::Literally | Written::WithPlaceholders) => {
                let host = self.project.files.get(file)?;
                Inset::read(host, file, span, Writing::Text).ok()
            }
            Some(Written::Otherwise) | None => None,
        };
        let text: Arc<str> = match &inset {
            Some(inset) => Arc::from(inset.text.as_str()),
            None => Arc::clone(&source.text),
        };
        Some(TemplateText {
            file: file.to_owned(),
            template: Template::parse(&text).ok()?,
            text,
            pointer: source.pointer.clone(),
            span,
            inset,
        })
    }

    /// A finding at the text a pointer leads to.
    pub(crate) fn finding(
        &self,
        code: &'static str,
        severity: Severity,
        pointer: &str,
        message: String,
    ) -> Option<EdgeFinding> {
        let (file, span) = self.origin(pointer)?;
        Some(EdgeFinding {
            file: file.to_owned(),
            diagnostic: Diagnostic {
                code,
                severity,
                span,
                pointer: pointer.to_owned(),
                message,
                hints: Vec::new(),
                fix: None,
            },
        })
    }
}

impl TemplateText {
    /// A finding at a part of the template; `edits` are pieces of the template to replace.
    pub(crate) fn finding(
        &self,
        code: &'static str,
        severity: Severity,
        span: Span,
        message: String,
        fix: Option<(&str, TextEdit)>,
    ) -> EdgeFinding {
        let place = match &self.inset {
            Some(inset) => inset.host_span(span),
            None => self.span,
        };
        let fix = fix.and_then(|(label, edit)| {
            let edit = self.inset.as_ref()?.splice(&edit).ok()?;
            Some(Fix {
                label: label.to_owned(),
                edit,
            })
        });
        EdgeFinding {
            file: self.file.clone(),
            diagnostic: Diagnostic {
                code,
                severity,
                span: place,
                pointer: self.pointer.clone(),
                message,
                hints: Vec::new(),
                fix,
            },
        }
    }
}

/// What the reader of the document found wrong.
pub(crate) fn problems(
    project: &Project,
    document: &ApiDocument,
    api: &Api,
    found: &mut Vec<EdgeFinding>,
) {
    for problem in &api.problems {
        let mut pointer = problem.pointer.as_str();
        let (file, span) = loop {
            if let Some(origin) = document.origins.get(pointer) {
                break (origin.origin.file.to_string(), origin.origin.span);
            }
            match pointer.rsplit_once('/') {
                Some((before, _)) => pointer = before,
                None => break (document.origin.file.to_string(), document.origin.span),
            }
        };
        if !project.files.contains_key(file.as_str()) {
            continue;
        }
        let message = match problem.place {
            Some(place) => format!("{} (line {} of the template)", problem.message, place.line),
            None => problem.message.clone(),
        };
        found.push(EdgeFinding {
            file,
            diagnostic: Diagnostic {
                code: "API_DOCUMENT",
                severity: Severity::Warning,
                span,
                pointer: problem.pointer.clone(),
                message,
                hints: Vec::new(),
                fix: None,
            },
        });
    }
}
