//! Where in its file a run failed: state, field, line and column, and the place within an expression.

use crate::cli::Source;
use crate::engine::Ended;
use crate::query::Value;
use crate::syntax::Pointer;

/// The place of a fault.
pub struct FaultPlace {
    pub file: String,
    pub line: usize,
    pub column: usize,
    /// The state's path.
    pub state: String,
    /// Pointer below the state; empty where no field is to blame.
    pub field: String,
    /// Where in the text of the expression, in characters from 0.
    pub position: Option<usize>,
}

impl FaultPlace {
    /// The place of the fault that ended a run; nothing where it has none, as when the whole run took too long.
    pub fn of(source: &Source, ended: &Ended) -> Option<FaultPlace> {
        let origin = ended.fault.as_ref()?.origin.as_ref()?;
        let tree = &source.parse.tree;
        let mut pointer = Pointer::parse(&format!("{}{}", origin.state, origin.field));
        let node = loop {
            match tree.at(&pointer) {
                Some(node) => break node,
                None => pointer = pointer.parent()?,
            }
        };
        let place = source.locate(tree.span(node).start);
        let position = origin.expression.and_then(|span| {
            let text = tree.str(node)?;
            let inside = crate::query::jsonata_inside(text).unwrap_or(text);
            Some(inside.get(..span.start)?.chars().count())
        });
        Some(FaultPlace {
            file: source.file.clone(),
            line: place.line,
            column: place.column,
            state: origin.state.to_string(),
            field: origin.field.clone(),
            position,
        })
    }

    pub fn to_json(&self) -> Value {
        let mut members = vec![
            ("state", Value::from(self.state.as_str())),
            ("field", Value::from(self.field.as_str())),
            ("line", Value::from(self.line as i64)),
            ("column", Value::from(self.column as i64)),
        ];
        members.extend(
            self.position
                .map(|position| ("position", Value::from(position as i64))),
        );
        Value::object(members)
    }
}

impl std::fmt::Display for FaultPlace {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let FaultPlace {
            file,
            line,
            column,
            state,
            field,
            position,
        } = self;
        write!(f, "{file}:{line}:{column}: {state}{field}")?;
        match position {
            Some(position) => write!(f, ", at character {position} of the expression"),
            None => Ok(()),
        }
    }
}
