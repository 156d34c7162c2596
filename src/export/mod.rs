//! What leaves the program as a file: pictures, and the definition in other forms.
//!
//! Rooms used: geometry, asl, graph, scene, trace.
//! Never: writes a file, or decides a colour.
//! Add a format as a file with one function from what is known to the bytes of the file.

mod font;
mod png;
mod svg;

pub use png::{PictureError, png};
pub use svg::{Picture, svg};
