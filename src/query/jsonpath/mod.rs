//! JSONPath as Step Functions reads it: the grammar, results and words of Jayway JsonPath 2.7.
//!
//! An indefinite path (wildcards, slices, filters, `..`) answers an array and never fails, as the
//! service's recordings show; a definite one answers its value or says what is missing.
//!
//! Never: knows what a state or a run is; a root (`$`, `$$`, `$name`) is resolved by the caller.
//! Add a function as a row of `function.rs`, a filter operator as a variant in `operator.rs`.

mod cursor;
mod filter;
mod function;
mod literal;
mod operator;
mod parse;
mod read;
mod step;
mod write;

use std::fmt;
use std::sync::Arc;

use crate::query::Value;
use crate::query::jsonpath::step::Step;

/// A path, parsed once; cheap to clone.
#[derive(Clone, Debug)]
pub struct Path {
    text: Arc<str>,
    root: Root,
    rooted: bool,
    steps: Arc<[Step]>,
}

/// What a path starts from.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Root {
    /// `$`: the input of the field (inside a filter also the whole document).
    Input,
    /// `$$`: the Context Object.
    Context,
    /// `$name`: a workflow variable.
    Variable(Arc<str>),
}

/// Why a path cannot be parsed, read or written, in Jayway's words.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PathError {
    /// The text is not a path. `position` counts characters from the start of the text.
    #[error("{message}")]
    Invalid {
        message: String,
        position: Option<usize>,
    },
    /// A definite path leads nowhere, or through a value that has no such member.
    #[error("{0}")]
    NotFound(String),
    /// Reading takes more work than is allowed, as `$..*..*..*` can.
    #[error("{0}")]
    TooMuch(String),
}

impl Path {
    /// Parses a path, also one rooted at `$$` or at a variable.
    ///
    /// Like Jayway it accepts `store.book` for `$.store.book`; a field of a state requires the
    /// leading `$`, see [`Path::is_rooted`].
    pub fn parse(text: &str) -> Result<Path, PathError> {
        parse::path(text, 0)
    }

    /// The text the path was parsed from.
    pub fn text(&self) -> &str {
        &self.text
    }

    pub fn root(&self) -> &Root {
        &self.root
    }

    /// Whether the text starts with `$`, as every path in a definition has to.
    pub fn is_rooted(&self) -> bool {
        self.rooted
    }

    /// Whether the path is its root and nothing else: `$`, `$$` or `$name`.
    pub fn is_root(&self) -> bool {
        self.steps.is_empty()
    }

    /// Whether the path names at most one value; otherwise reading it gives an array.
    pub fn is_definite(&self) -> bool {
        read::is_definite(&self.steps)
    }

    /// Whether this is a Reference Path of the specification: members and array indexes only.
    pub fn is_reference(&self) -> bool {
        self.rooted && self.steps.iter().all(Step::is_reference)
    }

    /// The variables the path refers to; filters have no way to name one.
    pub fn variable(&self) -> Option<&str> {
        match &self.root {
            Root::Variable(name) => Some(name),
            Root::Input | Root::Context => None,
        }
    }

    /// Reads from `document`, the value of the path's root.
    ///
    /// A definite path that finds nothing is [`PathError::NotFound`]; an indefinite one is `[]`.
    pub fn read(&self, document: &Value) -> Result<Value, PathError> {
        read::read(&self.steps, document)
    }

    /// Whether the path is its root and these members below it.
    pub fn leads_to(&self, members: &[&str]) -> bool {
        self.below(members).is_some_and(<[Step]>::is_empty)
    }

    /// Reads from a value that is known to stand below these members of the path's root. Nothing
    /// where the path does not begin so, or where only reading from its root tells what it gives.
    pub fn read_below(&self, members: &[&str], value: &Value) -> Option<Value> {
        read::straight(self.below(members)?, value).cloned()
    }

    /// The steps that follow these members; nothing where the path does not begin with them.
    fn below(&self, members: &[&str]) -> Option<&[Step]> {
        let (first, rest) = self.steps.split_at_checked(members.len())?;
        first
            .iter()
            .zip(members)
            .all(|(step, member)| match step {
                Step::Properties { names, .. } => {
                    matches!(names.as_slice(), [name] if name.as_ref() == *member)
                }
                Step::Indexes(_)
                | Step::Slice { .. }
                | Step::Wildcard
                | Step::Scan
                | Step::Filter(_)
                | Step::Function { .. } => false,
            })
            .then_some(rest)
    }

    /// Reads with the root's value looked up by `resolve`, which answers nothing for an unknown variable.
    pub fn read_with(
        &self,
        resolve: impl FnOnce(&Root) -> Option<Value>,
    ) -> Result<Value, PathError> {
        match resolve(&self.root) {
            Some(document) => self.read(&document),
            None => Err(PathError::NotFound(format!(
                "The variable '{}' is not defined",
                self.variable().unwrap_or("$")
            ))),
        }
    }

    /// A copy of `document` with `value` where a Reference Path points; see [`Path::write`].
    pub fn written(&self, document: &Value, value: Value) -> Result<Value, PathError> {
        if let ([Step::Properties { names, .. }], Value::Object(members)) =
            (self.steps.as_ref(), document)
            && let [name] = names.as_slice()
            && self.rooted
        {
            return Ok(Value::Object(Arc::new(members.with(name, value))));
        }
        let mut document = document.clone();
        self.write(&mut document, value)?;
        Ok(document)
    }

    /// Puts `value` where a Reference Path points, copying only the levels on the way.
    ///
    /// Missing members are created as objects and members in the way that are no objects are
    /// replaced; an array index must exist, and the document itself must be an object or array.
    pub fn write(&self, document: &mut Value, value: Value) -> Result<(), PathError> {
        write::write(self, document, value)
    }
}

impl PathError {
    /// `InvalidPath` or `PathNotFound`.
    pub fn code(&self) -> &'static str {
        match self {
            PathError::Invalid { .. } => "InvalidPath",
            PathError::NotFound(_) => "PathNotFound",
            PathError::TooMuch(_) => "PathLimit",
        }
    }

    pub(crate) fn invalid(message: impl Into<String>) -> PathError {
        PathError::Invalid {
            message: message.into(),
            position: None,
        }
    }

    pub(crate) fn invalid_at(message: impl Into<String>, position: usize) -> PathError {
        PathError::Invalid {
            message: message.into(),
            position: Some(position),
        }
    }
}

impl fmt::Display for Path {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl PartialEq for Path {
    fn eq(&self, other: &Path) -> bool {
        self.text == other.text
    }
}

impl fmt::Display for Root {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Root::Input => f.write_str("$"),
            Root::Context => f.write_str("$$"),
            Root::Variable(name) => write!(f, "${name}"),
        }
    }
}

#[cfg(test)]
mod tests;
