//! The window: eframe application, canvas, panels, widgets, code editor.
//!
//! Reads the session and hands in intents; what is outside is reached through `shell.rs` alone.
//!
//! Never: edits a document, computes a layout, or names a colour.
//! Add a panel as `panels/<name>.rs`, a widget as a file of `widgets/`, a window-wide thing to `frame.rs`.

pub mod canvas;
pub mod code;
pub mod shell;
pub mod theme;
pub mod widgets;
