//! The steps of a parsed path.

use std::fmt::Write;
use std::sync::Arc;

use crate::query::Value;
use crate::query::jsonpath::Path;
use crate::query::jsonpath::filter::Filter;

/// One step; each applies to what the step before it gave.
#[derive(Clone, Debug)]
pub enum Step {
    /// `.name`, `['name']`, `['a','b']`; never empty.
    Properties { names: Vec<Arc<str>>, quote: char },
    /// `[0]`, `[-1]`, `[0,2]`; never empty, negative counts from the end.
    Indexes(Vec<i32>),
    /// `[from:to]` with at least one bound.
    Slice { from: Option<i32>, to: Option<i32> },
    /// `*`.
    Wildcard,
    /// `..`.
    Scan,
    /// `[?(…)]`.
    Filter(Arc<Filter>),
    /// `.name(…)`.
    Function {
        name: String,
        parameters: Vec<Parameter>,
    },
}

/// An argument of a path function.
#[derive(Clone, Debug)]
pub enum Parameter {
    Json(Value),
    Path(Path),
}

impl Step {
    pub fn is_reference(&self) -> bool {
        match self {
            Step::Properties { names, .. } => names.len() == 1,
            Step::Indexes(indexes) => indexes.len() == 1 && indexes.iter().all(|index| *index >= 0),
            Step::Slice { .. }
            | Step::Wildcard
            | Step::Scan
            | Step::Filter(_)
            | Step::Function { .. } => false,
        }
    }

    /// Whether the step gives one value for one; several names are merged into one object only
    /// at the end of a path.
    pub fn is_definite(&self, last: bool) -> bool {
        match self {
            Step::Properties { names, .. } => names.len() == 1 || last,
            Step::Indexes(indexes) => indexes.len() == 1,
            Step::Function { .. } => true,
            Step::Slice { .. } | Step::Wildcard | Step::Scan | Step::Filter(_) => false,
        }
    }
}

/// The steps as Jayway spells a compiled path: `['a'][0]`.
pub fn spell(steps: &[Step]) -> String {
    let mut out = String::new();
    for step in steps {
        match step {
            Step::Properties { names, quote } => {
                let names: Vec<String> = names
                    .iter()
                    .map(|name| format!("{quote}{name}{quote}"))
                    .collect();
                let _ = write!(out, "[{}]", names.join(","));
            }
            Step::Indexes(indexes) => {
                let indexes: Vec<String> = indexes.iter().map(i32::to_string).collect();
                let _ = write!(out, "[{}]", indexes.join(","));
            }
            Step::Slice { from, to } => {
                let bound =
                    |bound: &Option<i32>| bound.map(|index| index.to_string()).unwrap_or_default();
                let _ = write!(out, "[{}:{}]", bound(from), bound(to));
            }
            Step::Wildcard => out.push_str("[*]"),
            Step::Scan => out.push_str(".."),
            Step::Filter(_) => out.push_str("[?]"),
            Step::Function { name, parameters } => {
                let inside = if parameters.is_empty() { "" } else { "..." };
                let _ = write!(out, ".{name}({inside})");
            }
        }
    }
    out
}

/// The steps as Jayway spells the place it has reached, always with single quotes.
pub fn spell_place(steps: &[Step]) -> String {
    let steps: Vec<Step> = steps
        .iter()
        .filter(|step| !matches!(step, Step::Function { .. }))
        .map(|step| match step {
            Step::Properties { names, .. } => Step::Properties {
                names: names.clone(),
                quote: '\'',
            },
            other => other.clone(),
        })
        .collect();
    spell(&steps)
}
