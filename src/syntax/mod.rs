//! The lossless tree: JSON (and YAML) read into nodes with spans, whatever the text.
//!
//! The text stays the truth; the tree only points into it. Reading is total: any text gives a tree
//! and a list of what is wrong with it. `${…}` placeholders are kept wherever they stand,
//! duplicate members are kept too.
//!
//! Never: fails to parse, or knows what a workflow is.
//! Add a format as a file beside `json.rs` that fills the same `Tree`.

mod edit;
mod format;
mod json;
mod lexer;
mod manner;
mod pointer;
mod set;
mod tree;
mod yaml;

pub use edit::{Sheet, Spot, quote, requote};
pub use format::formatted;
pub use lexer::{Token, TokenKind, tokens};
pub use manner::{Fragment, Layout, Manner, render};
pub use pointer::Pointer;
pub use tree::{
    Format, Member, Node, NodeId, NodeKind, Parse, SyntaxError, Tree, file_stem, holes,
};

/// Reads a text. Never fails: what is wrong is listed in `errors`, in the order of the text.
pub fn parse(text: &str, format: Format) -> Parse {
    match format {
        Format::Json => json::parse(text),
        Format::Yaml => yaml::parse(text),
    }
}

/// Reads a template, in which YAML has tags, anchors and merge keys. Never fails, as [`parse`].
pub fn parse_template(text: &str, format: Format) -> Parse {
    match format {
        Format::Json => json::parse(text),
        Format::Yaml => yaml::parse_template(text),
    }
}
