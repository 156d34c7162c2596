//! Everything a Task can call: mocks, which answer from a list; other workflows, which run nested; a person's hand; and
//! what is called for real: functions on this machine or behind an endpoint, HTTP APIs, services of AWS.
//!
//! Never: knows how a run is paced or shown; calls anything for real that the plan does not allow.
//! Add a backend as a file that answers a `Call`, and its way in `real.rs`.

mod around;
mod config;
mod connections;
mod entry;
mod flight;
mod folder;
mod function;
mod http_task;
mod lambda;
mod list;
mod mock;
mod nested;
mod out;
mod outside;
mod real;
mod sdk;
mod sdk_credentials;
mod sdk_sign;
mod secrets;
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
pub use real::Real;
pub(crate) use sdk::Relay;
pub use sdk::{SdkClient, SdkSettings};
pub use workflows::Workflows;
