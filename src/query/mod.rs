//! Expression languages over JSON values: JSONPath, JSONata and the States intrinsics.
//!
//! Never: knows what a state, a machine or a run is.
//! Add a language as a folder here; a built-in function as a row of its language's table.

mod chance;
mod digest;
pub mod intrinsics;
mod java;
pub mod jsonpath;
mod value;

pub use chance::Chance;
pub use java::java_text;
pub use value::{Map, Number, Value, ValueError};
