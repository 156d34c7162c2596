//! What AWS services take and return: their model tables, the names Step Functions has for them, the
//! wire protocols, and the optimized integrations.
//!
//! A request is built from an operation and the parameters of a state; a response is read back to the value
//! the state gets, or to a fault named as Step Functions names it.
//!
//! Never: sends anything, knows credentials, or asks for the time.
//! Add a wire protocol as a file beside `query.rs`, an optimized integration in `optimized.rs`, a job that is
//! waited for as a row of `sync.rs`. The tables are made by `assets/aws/make-tables.py`.

mod archive;
mod check;
mod gateway;
mod headers;
mod json;
mod model;
mod naming;
mod operation;
mod optimized;
mod query;
mod request;
mod response;
mod rest;
mod sync;
mod trouble;
mod wire;
mod xml;

pub use archive::{Service, services};
pub use gateway::{ApiRequest, api_request, api_result};
pub use headers::sdk_http_metadata;
pub use naming::signing_name;
pub use operation::{Operation, Style, find};
pub use request::{HttpRequest, build};
pub use response::{HttpResponse, read};
pub use sync::{Job, Output, Progress};
pub use trouble::{NotCallable, client_fault};
pub(crate) use wire::http_date;
pub use xml::as_json;
