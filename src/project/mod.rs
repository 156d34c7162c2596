//! Projects: what surrounds workflows — templates, APIs, functions, tables — read from their files.
//!
//! Files are asked for through [`Files`], so that nothing here touches a disk, and no path leads out of the
//! project's folder. Reading is total: what is wrong or not supported is listed in `problems`, by name and place.
//!
//! Never: opens a file, runs anything, or knows how an API answers.
//! Add a kind of project as a file that fills the same `Project`.

mod api;
mod api_cfn;
mod api_sam;
mod cdk;
mod conditions;
mod decode;
mod draft;
mod files;
mod functions;
mod globals;
mod inset;
mod item;
mod load;
mod machine;
mod model;
mod names;
mod openapi;
mod params;
mod placeholder;
mod placeholders;
mod read;
mod refit;
mod scope;
mod serverless;
mod serverless_cors;
mod serverless_http;
mod serverless_keys;
mod serverless_templates;
mod template;
mod usage;
mod variables;

pub use files::{FileTrouble, Files, LARGEST_FILE, folder_of, path_within};
pub use inset::Inset;
pub use model::{
    ApiDocument, ApiKey, DefinitionPlace, Function, KeyGrant, Machine, Origin, Parameter,
    ParameterFrom, Place, Problem, Project, ProjectKind, Queue, Quota, QuotaPeriod, Table,
    TextOrigin, Throttle, Topic, Unresolved, UsagePlan, Writing, Written,
};
pub use params::parameter_values;
pub use read::{Definition, Options, companion_path, find_root, kind_of, read};
pub use refit::refit;
