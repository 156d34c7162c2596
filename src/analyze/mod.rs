//! Facts about a definition, its runs and its load, found without a screen.
//!
//! Never: runs anything, or changes a text.
//! Add an analysis as a file here; it is shown as text by whoever asks.

mod coverage;
mod load;
mod nearest;
mod reason;

pub use coverage::{Coverage, Tally, coverage};
pub use load::{
    LONGEST_LOAD, LoadColumn, LoadReport, LoadTally, MOST_USERS, Sample, SampleOutcome,
};
pub use nearest::nearest;
pub use reason::{Reason, reason};
