//! The drawing: layout, facts, a run and a selection become labelled shapes with roles.
//!
//! Never: decides a colour outside `theme.rs`, knows a screen, a file or an edit.
//! Add a colour as a role in `role.rs` with its values in `theme.rs`, an icon as a row of `icon.rs`,
//! the look of a state type in `node.rs`.

mod icon;
mod role;
mod theme;

pub use icon::{ICON_FONT, Icon};
pub use role::{CodeRole, Family, Role, Status};
pub use theme::{Color, Theme};
