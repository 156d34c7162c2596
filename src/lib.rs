//! Stepwright: opens, draws, edits, runs and debugs Amazon States Language workflows, offline.
//!
//! The rooms, floor by floor; a room may name only those its charter lists (`docs/architecture.md`).

pub mod geometry;
pub mod text;

pub mod query;
pub mod syntax;

pub mod asl;

pub mod engine;
pub mod project;
pub mod sidecar;

pub mod aws;
pub mod editor;
pub mod gateway;
pub mod graph;
pub mod trace;

pub mod backends;

pub mod analyze;
pub mod debugger;

pub mod scene;

pub mod driver;
pub mod export;

pub mod workspace;

pub mod session;

pub mod cli;

#[cfg(feature = "gui")]
pub mod ui;
