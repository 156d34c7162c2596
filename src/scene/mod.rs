//! The drawing: layout, facts, a run and a selection become labelled shapes with roles.
//!
//! Rooms used: geometry, asl (and the tree it points into), graph, trace.
//! Never: decides a colour outside `theme.rs`, knows a screen, a file or an edit.
//! Add a colour as a role in `role.rs` with its values in `theme.rs`, an icon as a row of `icon.rs`,
//! what a card says in `face.rs`, how it looks in `node.rs`.

mod badge;
mod brief;
mod build;
mod card;
mod edge;
mod face;
#[cfg(test)]
pub(crate) mod fixture;
mod icon;
mod node;
mod request;
mod role;
mod run;
mod service;
mod shape;
mod status;
mod theme;

pub use build::build;
pub use face::{Face, faces, kind_family, kind_icon};
pub use icon::{ICON_FONT, Icon};
pub use node::placeholder;
pub use request::{Detail, Marks, Outside, RunPicture, SceneRequest, Slot, StateRun, TakenEdge};
pub use role::{CodeRole, Family, Role, Status};
pub use run::{duration_words, run_picture, visit_status};
pub use service::{ServiceFace, service_face, service_family, service_icon};
pub use shape::{Anchor, Corners, Group, Paint, Scene, Shape, Stroke, Subject, Text};
pub use status::status_icon;
pub use theme::{Color, Theme};
