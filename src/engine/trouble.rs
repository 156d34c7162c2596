//! A fault on its way from where it arose to the Retrier, the Catcher or the end.

use std::sync::Arc;

use crate::engine::Fault;
use crate::engine::FaultOrigin;
use crate::engine::measure::Excess;
use crate::engine::program::StateProgram;
use crate::text::Span;

pub(crate) const RUNTIME: &str = "States.Runtime";
pub(crate) const EVALUATION: &str = "States.QueryEvaluationError";
pub(crate) const TIMEOUT: &str = "States.Timeout";

/// A fault and how it is to be treated. Boxed, because it travels in every `Result`.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Trouble(Box<TroubleParts>);

#[derive(Clone, Debug, PartialEq)]
pub(crate) struct TroubleParts {
    pub error: Option<Arc<str>>,
    pub cause: Option<Arc<str>>,
    pub class: Class,
    /// The place, once it is known.
    pub origin: Option<FaultOrigin>,
    /// Pointer below the state, where the fault knows it.
    pub field: String,
    pub span: Option<Span>,
    /// A path of a payload template found nothing.
    pub path_not_found: bool,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Class {
    /// An error a Retrier or Catcher may match by name.
    Named,
    /// A timeout of a Task; `heartbeat` where it was the heartbeat's.
    Timeout { heartbeat: bool },
    /// `States.Runtime` of the executor's own: ends the execution, nothing catches it.
    Runtime,
    /// A JSONata expression failed; the history has an event of its own for it.
    Evaluation {
        location: Option<Arc<str>>,
        /// The value was there but did not fit: the event follows the state's own.
        late: bool,
    },
}

impl std::ops::Deref for Trouble {
    type Target = TroubleParts;

    fn deref(&self) -> &TroubleParts {
        &self.0
    }
}

impl std::ops::DerefMut for Trouble {
    fn deref_mut(&mut self) -> &mut TroubleParts {
        &mut self.0
    }
}

impl Trouble {
    pub fn new(error: Option<Arc<str>>, cause: Option<Arc<str>>, class: Class) -> Trouble {
        Trouble(Box::new(TroubleParts {
            error,
            cause,
            class,
            origin: None,
            field: String::new(),
            span: None,
            path_not_found: false,
        }))
    }

    pub fn named(error: &str, cause: impl AsRef<str>) -> Trouble {
        Trouble::new(
            Some(Arc::from(error)),
            Some(Arc::from(cause.as_ref())),
            Class::Named,
        )
    }

    pub fn runtime(cause: impl AsRef<str>) -> Trouble {
        Trouble::new(
            Some(Arc::from(RUNTIME)),
            Some(Arc::from(cause.as_ref())),
            Class::Runtime,
        )
    }

    pub fn evaluation(location: Option<&str>, cause: impl AsRef<str>) -> Trouble {
        let class = Class::Evaluation {
            location: location.map(Arc::from),
            late: false,
        };
        let mut trouble = Trouble::new(
            Some(Arc::from(EVALUATION)),
            Some(Arc::from(cause.as_ref())),
            class,
        );
        trouble.field = location
            .map(|place| format!("/{place}"))
            .unwrap_or_default();
        trouble
    }

    pub fn timeout(heartbeat: bool) -> Trouble {
        Trouble::new(Some(Arc::from(TIMEOUT)), None, Class::Timeout { heartbeat })
    }

    /// A payload is too large or nested too deep; `task` is what the service calls the culprit.
    pub fn excess(excess: Excess, task: &str) -> Trouble {
        match excess {
            Excess::Bytes => Trouble::named(
                "States.DataLimitExceeded",
                format!(
                    "The state/task '{task}' returned a result with a size exceeding the maximum number of bytes service limit."
                ),
            ),
            Excess::Depth => {
                Trouble::runtime("Document nesting depth (1001) exceeds the maximum allowed (1000)")
            }
        }
    }

    pub fn of_fault(fault: Fault) -> Trouble {
        let mut trouble = Trouble::new(fault.error, fault.cause, Class::Named);
        trouble.origin = fault.origin;
        trouble
    }

    /// Names the field the fault arose in, if nothing has yet.
    #[must_use]
    pub fn at_field(mut self, field: impl Into<String>) -> Trouble {
        if self.field.is_empty() {
            self.field = field.into();
        }
        self
    }

    /// Adds the state: to the origin, and with the id of its `*StateEntered` to the words of those
    /// faults whose words name it.
    #[must_use]
    pub fn in_state(mut self, state: &StateProgram, entered: Option<u64>) -> Trouble {
        if self.origin.is_some() {
            return self;
        }
        if matches!(self.class, Class::Runtime | Class::Evaluation { .. })
            && let (Some(cause), Some(entered)) = (&self.cause, entered)
        {
            self.cause = Some(Arc::from(format!(
                "An error occurred while executing the state '{}' (entered at the event id #{entered}). {cause}",
                state.name
            )));
        }
        self.origin = Some(FaultOrigin {
            state: state.path.clone(),
            field: self.field.clone(),
            expression: self.span,
        });
        self
    }

    pub fn fault(&self) -> Fault {
        Fault {
            error: self.error.clone(),
            cause: self.cause.clone(),
            origin: self.origin.clone(),
        }
    }
}
