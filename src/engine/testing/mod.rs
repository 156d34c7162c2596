//! One state on its own, as the TestState API runs it: the answer, and the data between its fields.
//!
//! Never: follows the transition to the next state, or calls a task itself.
//! Add a check of requests in `request.rs`, a result shape of a service in `shapes.rs`.

mod definition;
mod probe;
mod request;
mod run;
mod shapes;

pub use definition::test_definition;
pub use request::{Configuration, FieldValidation, Refusal, StateTest, TestMock};
pub use run::{ErrorDetails, StateTestAnswer, TestStatus, test_state};
