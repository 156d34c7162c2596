//! Facts about a definition and its runs, found without a screen.
//!
//! Never: runs anything, or changes a text.
//! Add an analysis as a file here; it is shown as text by whoever asks.

mod coverage;
mod nearest;
mod reason;

pub use coverage::{Coverage, Tally, coverage};
pub use nearest::nearest;
pub use reason::{Reason, reason};
