//! The parts of the window, one file each, all of one shape: they read the session, keep their
//! folding in the view, and hand intents to the outbox.
//!
//! Never: changes the session, or reaches outside.
//! Add a panel as a file here and its place in `ui/frame.rs`.

pub mod actions;
pub mod agreements;
pub mod api;
pub mod banner;
pub mod code_pane;
pub mod dialogs;
pub mod drawer;
pub mod faces;
pub mod files;
pub mod forms;
pub mod inspector;
pub mod lab;
pub mod left;
pub mod menus;
pub mod outline;
pub mod palette;
pub mod projects;
pub mod run_search;
pub mod title_bar;
pub mod toasts;
pub mod tool_bar;
mod typed;
pub mod welcome;
pub mod words;
