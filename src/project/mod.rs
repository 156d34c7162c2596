//! Projects: what surrounds workflows — templates, APIs, functions, tables — read from their files.
//!
//! Files are asked for through [`Files`], so that nothing here touches a disk, and no path leads out of the
//! project's folder. Reading is total: what is wrong or not supported is listed in `problems`, by name and place.
//!
//! Never: opens a file, runs anything, or knows how an API answers.
//! Add a kind of project as a file that fills the same `Project`.

mod files;
mod model;

pub use files::{FileTrouble, Files, LARGEST_FILE, folder_of, path_within};
pub use model::{
    ApiDocument, ApiKey, DefinitionPlace, Function, Machine, Origin, Parameter, ParameterFrom,
    Place, Problem, Project, ProjectKind, Queue, Table, TextOrigin, Topic, Unresolved, Writing,
    Written,
};
