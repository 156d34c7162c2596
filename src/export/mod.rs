//! What leaves the program as a file: pictures, and the definition in other forms.
//!
//! Rooms used: geometry, syntax, asl, graph, scene, trace.
//! Never: writes a file, or decides a colour.
//! Add a format as a file with one function from what is known to the bytes of the file.

mod font;
mod json;
mod mermaid;
mod png;
mod svg;
mod yaml;

pub use json::json;
pub use mermaid::mermaid;
pub use png::{PictureError, png};
pub use svg::{Picture, svg};
pub use yaml::yaml;
