//! The companion file beside a definition: kind of machine, parameters, breakpoints, and scenarios.
//!
//! The definition itself stays free of anything that is ours. The companion is text like any
//! other: what is changed in it is spliced, what we do not know in it stays.
//!
//! Never: runs a scenario, or loses a byte of a file that is not as it should be.
//! Add a member to the typed view in `view.rs`, one that chooses what answers tasks in `backends.rs`, a kind of expectation in `expectation.rs`, a field of
//! saved requests in `request.rs`; a choice that nothing follows is named in `strangers.rs`.

mod backends;
mod change;
mod consents;
mod expectation;
mod need;
mod place;
mod request;
mod strangers;
mod told;
mod view;

pub use backends::{
    AwsSite, Backend, BackendPlan, Backends, Consent, FOLDER_FILE, FunctionBackend, FunctionPlan,
    FunctionRun,
};
pub use change::{follow, set};
pub use consents::{ConsentChange, Consents};
pub use expectation::{Difference, Expectation, RunSummary};
pub use need::{Need, NotAgreed, TaskCall, also_not_agreed};
pub use place::{WorkflowText, path_beside};
pub use request::{SavedRequest, WantedResponse};
pub use strangers::{KnownStates, read_with, starts_others};
pub use told::{located, span_told};
pub use view::{Scenario, Sidecar, machine_type, read};

pub use crate::asl::MachineType as WorkflowKind;
