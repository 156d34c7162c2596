//! The API edge without a network: what API Gateway does with a request before and after an integration.
//!
//! Never: opens a socket, reads a clock or a file; knows how a request arrived.
//! Add the language of the templates in `vtl/`.

pub mod vtl;
