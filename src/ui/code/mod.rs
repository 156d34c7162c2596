//! The code editor: colours, line numbers, problems, finding.
//!
//! Never: knows a session; it gets a text and gives back what was typed.
//! Add a colour rule in `highlight.rs`.

mod editor;
mod find;
mod highlight;
mod lines;

pub use editor::{CodeEditor, CodeMark, CodeState, CodeTyped, code_block, json_field};
pub use highlight::{code_job, json_roles};
