//! A failure inside a run: data that a Retrier or a Catcher can match, part of the history.

use std::sync::Arc;

use serde::Deserialize;
use serde::Serialize;

use crate::asl::StatePath;
use crate::text::Span;

/// An error name, its cause, and where it arose.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Fault {
    /// The error name a Catcher sees: `States.TaskFailed`, `Lambda.Unknown`, a function's own.
    /// None where the outside gave none (a Fail state without `Error`).
    pub error: Option<Arc<str>>,
    pub cause: Option<Arc<str>>,
    /// None where it came from outside; it is not written down.
    #[serde(skip)]
    pub origin: Option<FaultOrigin>,
}

/// Where in the definition a fault arose.
#[derive(Clone, Debug, PartialEq)]
pub struct FaultOrigin {
    pub state: StatePath,
    /// Pointer below the state's object: `/Parameters/items.$`; empty where no field is to blame.
    pub field: String,
    /// The part of the expression to blame, in bytes of the expression's text.
    pub expression: Option<Span>,
}

impl Fault {
    pub fn new(error: impl AsRef<str>, cause: impl AsRef<str>) -> Fault {
        Fault {
            error: Some(Arc::from(error.as_ref())),
            cause: Some(Arc::from(cause.as_ref())),
            origin: None,
        }
    }
}
