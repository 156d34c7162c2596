//! The template lab: a template, what it is rendered against, and all that the rendering did.
//!
//! Never: draws, waits, or knows where a template is kept beyond the span it goes back to.
//! Add what a person can do in it as a variant of `LabIntent`, an example in `example.rs`.

mod answer;
mod change;
mod example;
mod language;
mod lint;
mod meaning;
mod outline;
mod render;
mod request;
mod sight;
mod state;
mod story;

pub use change::{LabIntent, LabLoad};
pub use example::{EXAMPLES, LabExample};
pub use language::{Ink, Offer, Wish, ink};
pub use lint::LabLint;
pub use render::LabOrder;
pub use request::{AnswerFrom, FieldProblem, LabAnswer, LabField, LabRequest, json_problem, pairs};
pub use sight::{
    Meaning, Override, Piece, RowKind, Seen, Sight, SightLoop, SightRow, Taken, Trouble,
};
pub(crate) use state::Awaited;
pub use state::{Lab, LabSide, LabTemplate, Live, Standing};
