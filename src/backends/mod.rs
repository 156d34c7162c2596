//! Everything a Task can call: mocks, which answer from a list; other workflows, which run nested; a person's hand.
//!
//! Never: knows how a run is paced or shown.
//! Add a backend as a file that answers a `Call`.

mod around;
mod config;
mod entry;
mod folder;
mod list;
mod mock;
mod nested;
mod outside;
mod sdk;
mod sdk_credentials;
mod sdk_sign;
mod service;
mod web;
mod workflows;

pub use crate::engine::Answer;
pub use crate::trace::is_unanswered;
pub use entry::MockError;
pub use folder::{bucket_objects, buckets, lay_down};
pub use list::LeftOver;
pub use mock::Mocks;
pub use outside::Outside;
pub use sdk::{SdkClient, SdkSettings};
pub use workflows::Workflows;
