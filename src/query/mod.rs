//! Expression languages over JSON values: JSONPath, JSONata and the States intrinsics.
//!
//! Never: knows what a state, a machine or a run is.
//! Add a language as a folder here; a built-in function as a row of its language's table.

mod chance;
mod digest;
pub mod intrinsics;
mod java;
pub mod jsonata;
pub mod jsonpath;
mod map;
mod template;
mod value;

pub use chance::Chance;
pub use digest::hex_digest;
pub use java::{java_number, java_text};
pub use map::Map;
pub use template::{jsonata_inside, jsonata_range};
pub use value::{Number, Value, ValueError};
