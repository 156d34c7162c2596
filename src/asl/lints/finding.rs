//! A diagnostic on its way, together with what the service says to the same thing.

use crate::asl::Diagnostic;
use crate::asl::Fix;
use crate::asl::Severity;
use crate::asl::lints::document::Document;
use crate::syntax::NodeId;
use crate::text::Span;
use crate::text::TextEdit;

/// A refusal in the words of AWS (`ValidateStateMachineDefinition`).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ServiceDiagnostic {
    /// `SCHEMA_VALIDATION_FAILED`, `MISSING_TRANSITION_TARGET`, `INVALID_JSON_DESCRIPTION` …
    pub code: &'static str,
    pub message: String,
    /// `/States/A/Next`; `/` is the machine. Absent where the text is no JSON object.
    pub location: Option<String>,
}

impl ServiceDiagnostic {
    /// The message with which `CreateStateMachine` refuses a definition.
    pub fn refusal(diagnostics: &[ServiceDiagnostic]) -> String {
        let parts: Vec<String> = diagnostics
            .iter()
            .map(|one| match &one.location {
                Some(location) => format!("{}: {} at {location}", one.code, one.message),
                None => format!("{}: {} at null", one.code, one.message),
            })
            .collect();
        format!("Invalid State Machine Definition: '{}'", parts.join(", "))
    }
}

#[derive(Clone, Debug)]
pub(crate) struct Finding {
    pub diagnostic: Diagnostic,
    pub audience: Audience,
    service: Option<ServiceDiagnostic>,
    location: String,
}

/// Who says it. The service stops at some causes whose consequences are told here, and the other way round.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Audience {
    Both,
    Here,
    Service,
}

pub(crate) const SCHEMA: &str = "SCHEMA_VALIDATION_FAILED";
pub(crate) const TRANSITION: &str = "MISSING_TRANSITION_TARGET";
pub(crate) const NO_JSONATA: &str = "INVALID_JSONATA_EXPRESSION";
pub(crate) const UNSUPPORTED: &str = "UNSUPPORTED_JSONATA_EXPRESSION";

impl Finding {
    /// Something about a node, marked at a span of its own choice.
    pub(crate) fn new(
        document: &Document<'_>,
        code: &'static str,
        severity: Severity,
        node: NodeId,
        span: Span,
        message: impl Into<String>,
    ) -> Finding {
        let pointer = document.tree.pointer(node);
        Finding {
            location: document.location(node),
            diagnostic: Diagnostic {
                code,
                severity,
                span,
                pointer: pointer.to_string(),
                message: message.into(),
                hints: Vec::new(),
                fix: None,
            },
            service: None,
            audience: Audience::Both,
        }
    }

    /// An error about a value, marked at the value.
    pub(crate) fn error(
        document: &Document<'_>,
        code: &'static str,
        node: NodeId,
        message: impl Into<String>,
    ) -> Finding {
        let span = document.tree.span(node);
        Finding::new(document, code, Severity::Error, node, span, message)
    }

    pub(crate) fn warning(
        document: &Document<'_>,
        code: &'static str,
        node: NodeId,
        message: impl Into<String>,
    ) -> Finding {
        let span = document.tree.span(node);
        Finding::new(document, code, Severity::Warning, node, span, message)
    }

    #[must_use]
    pub(crate) fn at(mut self, span: Span) -> Finding {
        self.diagnostic.span = span;
        self
    }

    #[must_use]
    pub(crate) fn hint(mut self, hint: impl Into<String>) -> Finding {
        self.diagnostic.hints.push(hint.into());
        self
    }

    #[must_use]
    pub(crate) fn fix(mut self, label: impl Into<String>, edit: TextEdit) -> Finding {
        self.diagnostic.fix = Some(Fix {
            label: label.into(),
            edit,
        });
        self
    }

    #[must_use]
    pub(crate) fn only(mut self, audience: Audience) -> Finding {
        self.audience = audience;
        self
    }

    /// What the service says about the definition as a whole, without a place.
    #[must_use]
    pub(crate) fn service_without_place(
        mut self,
        code: &'static str,
        message: impl Into<String>,
    ) -> Finding {
        self.service = Some(ServiceDiagnostic {
            code,
            message: message.into(),
            location: None,
        });
        self
    }

    /// What the service says, at the same node.
    #[must_use]
    pub(crate) fn service(mut self, code: &'static str, message: impl Into<String>) -> Finding {
        self.service = Some(ServiceDiagnostic {
            code,
            message: message.into(),
            location: Some(self.location.clone()),
        });
        self
    }

    /// What the service says, at another node.
    #[must_use]
    pub(crate) fn service_at(
        mut self,
        document: &Document<'_>,
        node: NodeId,
        code: &'static str,
        message: impl Into<String>,
    ) -> Finding {
        self.location = document.location(node);
        self.service(code, message)
    }

    pub(crate) fn into_service(self) -> ServiceDiagnostic {
        self.service.unwrap_or(ServiceDiagnostic {
            code: SCHEMA,
            message: self.diagnostic.message,
            location: Some(self.location),
        })
    }
}
