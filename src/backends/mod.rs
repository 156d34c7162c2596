//! Everything a Task can call. So far: mocks, which answer from a list.
//!
//! Never: knows how a run is driven or shown.
//! Add a backend as a file that answers a `Call`.

mod folder;
mod mock;

pub use crate::engine::Answer;
pub use folder::{bucket_objects, buckets, lay_down};
pub use mock::{Mocks, is_unanswered};
