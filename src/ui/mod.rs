//! The window: eframe application, canvas, panels, widgets, code editor.
//!
//! Reads the session and hands in intents; what is outside is reached through `shell.rs` alone.
//!
//! Never: edits a document, computes a layout, or names a colour.
//! Add a panel as `panels/<name>.rs`, a widget as a file of `widgets/`, a window-wide thing to `frame.rs`.

mod app;
pub mod canvas;
pub mod code;
pub mod frame;
mod keys;
pub mod panels;
mod payload;
pub mod shell;
pub mod theme;
mod view;
pub mod widgets;

pub use app::{App, Options, run};
pub use payload::{PATTERNS, Pattern};
pub use view::{DesignTab, LeftTab, Outbox, PaletteState, Pending, Sheet, View, ViewMemory};
