//! The code editor: colours, line numbers, problems, finding.
//!
//! Never: knows a session; it gets a text and gives back what was typed.
//! Add a colour rule in `highlight.rs`.

mod editor;
mod fields;
mod find;
mod highlight;
mod lines;
mod place;

pub use editor::{CodeEditor, CodeExtras, CodeMark, CodeState, CodeTyped};
pub use fields::{code_block, json_field};
pub use highlight::{code_job, json_roles};
pub use lines::Roles;
