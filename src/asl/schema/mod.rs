//! The table of fields: what may stand where in a definition, what it holds, and what it is for.
//!
//! One row says everything about a field; the lints, the completion, the inspector and the hover
//! texts read the same row.
//!
//! Never: knows a tree or a particular definition.
//! Add a field as a row in `states.rs` (fields of states), `parts.rs` (fields of what a state holds)
//! or `rules.rs` (Choice rules).

mod parts;
mod rules;
mod states;

use std::collections::BTreeMap;
use std::sync::LazyLock;

use crate::asl::QueryLanguage;
use crate::asl::StateKind;

pub use rules::{Comparison, comparison};
pub(crate) use states::TYPES;

/// An object of a definition that has fields of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Place {
    /// The outermost object.
    Machine,
    State(StateKind),
    /// An item of `Branches`.
    Branch,
    /// `ItemProcessor` of a Map, or `Iterator`, its older name.
    ItemProcessor,
    ProcessorConfig,
    Retrier,
    Catcher,
    /// An item of `Choices`.
    ChoiceRule,
    /// A rule inside `And`, `Or` or `Not`.
    InnerRule,
    ItemReader,
    ReaderConfig,
    ItemBatcher,
    ResultWriter,
    WriterConfig,
}

/// The JSON types a field takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum JsonType {
    String,
    /// A number without a fraction.
    Integer,
    Number,
    Boolean,
    Object,
    Array,
    Null,
    Any,
}

/// What the value of a field means.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Holds {
    /// Words that nobody evaluates.
    Text,
    /// One of a few words.
    OneOf(&'static [&'static str]),
    /// A number from the first to the second, both included.
    Number(f64, f64),
    Flag,
    /// The name of a state of the same scope.
    StateName,
    /// A JSONPath, `$$` into the context object, or a variable.
    Path,
    /// A JSONPath that names exactly one place.
    ReferencePath,
    /// A reference path or an intrinsic function.
    PathOrIntrinsic,
    /// JSON in which members whose names end in `.$` hold paths and intrinsic functions.
    PayloadTemplate,
    /// JSON in which `{% %}` strings are evaluated.
    JsonataTemplate,
    /// A payload template or a JSONata template, by the state's query language.
    Template,
    /// An object of variable names, each with a template.
    Assignments,
    /// JSON that is taken as it is.
    Json,
    /// A JSONata expression that gives true or false.
    Condition,
    /// The address of what a task calls.
    Resource,
    /// A moment, RFC 3339: `2025-03-14T01:59:00Z`.
    Timestamp,
    /// Names of errors.
    ErrorNames,
    /// The states of a scope by name.
    States,
    /// An object with fields of its own.
    Part(Place),
    /// A list of objects with fields of their own.
    Parts(Place),
}

/// Whether a field may be left out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Need {
    Optional,
    Required,
    /// One of these, this one among them, has to be there.
    OneOf(&'static [&'static str]),
}

/// A row of the table.
#[derive(Clone, Debug)]
pub struct Field {
    pub name: &'static str,
    pub places: &'static [Place],
    pub types: &'static [JsonType],
    /// The only query language that has the field; none for both.
    pub language: Option<QueryLanguage>,
    pub holds: Holds,
    /// In a JSONata state a `{% %}` string may stand instead of the value.
    pub expression: bool,
    pub need: Need,
    /// Fields that may not stand beside this one.
    pub excludes: &'static [&'static str],
    /// Seldom needed: the inspector shows it under More.
    pub rare: bool,
    /// The newer field to use instead, of one that still works.
    pub replaced_by: Option<&'static str>,
    /// What it is for: one sentence without a full stop.
    pub doc: &'static str,
}

/// The fields of a place, in the order in which they are best written.
pub fn fields(place: Place) -> impl Iterator<Item = &'static Field> {
    rows().filter(move |field| field.places.contains(&place))
}

/// The field of a place that has a name.
pub fn field(place: Place, name: &str) -> Option<&'static Field> {
    static INDEX: LazyLock<BTreeMap<Place, BTreeMap<&'static str, &'static Field>>> =
        LazyLock::new(|| {
            let mut index: BTreeMap<Place, BTreeMap<&str, &Field>> = BTreeMap::new();
            for field in rows() {
                for place in field.places {
                    index.entry(*place).or_default().insert(field.name, field);
                }
            }
            index
        });
    INDEX.get(&place)?.get(name).copied()
}

fn rows() -> impl Iterator<Item = &'static Field> {
    states::ROWS
        .iter()
        .chain(parts::ROWS)
        .chain(rules::ROWS.iter())
}

impl Field {
    /// Exists in a query language.
    pub fn is_in(&self, language: QueryLanguage) -> bool {
        self.language.is_none_or(|only| only == language)
    }

    pub(crate) const fn new(
        name: &'static str,
        places: &'static [Place],
        types: &'static [JsonType],
        holds: Holds,
        doc: &'static str,
    ) -> Field {
        Field {
            name,
            places,
            types,
            language: None,
            holds,
            expression: false,
            need: Need::Optional,
            excludes: &[],
            rare: false,
            replaced_by: None,
            doc,
        }
    }

    pub(crate) const fn jsonpath(mut self) -> Field {
        self.language = Some(QueryLanguage::JsonPath);
        self
    }

    pub(crate) const fn jsonata(mut self) -> Field {
        self.language = Some(QueryLanguage::Jsonata);
        self
    }

    pub(crate) const fn expression(mut self) -> Field {
        self.expression = true;
        self
    }

    pub(crate) const fn required(mut self) -> Field {
        self.need = Need::Required;
        self
    }

    pub(crate) const fn one_of(mut self, names: &'static [&'static str]) -> Field {
        self.need = Need::OneOf(names);
        self
    }

    pub(crate) const fn excludes(mut self, names: &'static [&'static str]) -> Field {
        self.excludes = names;
        self
    }

    pub(crate) const fn rare(mut self) -> Field {
        self.rare = true;
        self
    }

    pub(crate) const fn replaced_by(mut self, name: &'static str) -> Field {
        self.replaced_by = Some(name);
        self
    }
}

impl Place {
    /// What to call it in a sentence: "a Task state", "a Retrier".
    pub const fn name(self) -> &'static str {
        match self {
            Place::Machine => "the state machine",
            Place::State(kind) => match kind {
                StateKind::Task => "a Task state",
                StateKind::Choice => "a Choice state",
                StateKind::Parallel => "a Parallel state",
                StateKind::Map => "a Map state",
                StateKind::Pass => "a Pass state",
                StateKind::Wait => "a Wait state",
                StateKind::Succeed => "a Succeed state",
                StateKind::Fail => "a Fail state",
            },
            Place::Branch => "a branch",
            Place::ItemProcessor => "an ItemProcessor",
            Place::ProcessorConfig => "a ProcessorConfig",
            Place::Retrier => "a Retrier",
            Place::Catcher => "a Catcher",
            Place::ChoiceRule => "a Choice rule",
            Place::InnerRule => "a rule inside And, Or or Not",
            Place::ItemReader => "an ItemReader",
            Place::ReaderConfig => "a ReaderConfig",
            Place::ItemBatcher => "an ItemBatcher",
            Place::ResultWriter => "a ResultWriter",
            Place::WriterConfig => "a WriterConfig",
        }
    }
}

impl JsonType {
    /// The type with its article: "a string".
    pub const fn name(self) -> &'static str {
        match self {
            JsonType::String => "a string",
            JsonType::Integer => "a whole number",
            JsonType::Number => "a number",
            JsonType::Boolean => "true or false",
            JsonType::Object => "an object",
            JsonType::Array => "an array",
            JsonType::Null => "null",
            JsonType::Any => "any JSON",
        }
    }
}

/// A table with one row a field: `"Name", places, types, holds, [modifiers]; "What it is for"`.
macro_rules! table {
    ($($name:literal, $places:expr, $types:expr, $holds:expr $(, $modifier:ident $arguments:tt)*; $doc:literal)*) => {
        &[$(crate::asl::schema::Field::new($name, $places, $types, $holds, $doc)$(.$modifier $arguments)*),*]
    };
}
use table;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_has_a_name_once() {
        let mut seen = std::collections::BTreeSet::new();
        for field in rows() {
            for place in field.places {
                assert!(
                    seen.insert((*place, field.name)),
                    "{} twice in {place:?}",
                    field.name
                );
            }
        }
        assert!(seen.len() > 200);
    }

    #[test]
    fn exclusions_and_groups_name_fields_of_the_same_place() {
        for field in rows() {
            let group = match field.need {
                Need::OneOf(names) => names,
                Need::Optional | Need::Required => &[],
            };
            assert!(group.is_empty() || group.contains(&field.name));
            for place in field.places {
                for name in field.excludes.iter().chain(group) {
                    let other = crate::asl::schema::field(*place, name);
                    assert!(other.is_some(), "{} names {name} in {place:?}", field.name);
                }
                for name in field.excludes {
                    let other = crate::asl::schema::field(*place, name).unwrap();
                    assert!(
                        other.excludes.contains(&field.name),
                        "{name} does not exclude {} in {place:?}",
                        field.name
                    );
                }
            }
        }
    }

    #[test]
    fn docs_are_sentences_without_a_full_stop() {
        for field in rows() {
            assert!(!field.doc.ends_with('.'), "{}", field.name);
            assert!(field.doc.starts_with(|c: char| !c.is_lowercase()));
        }
    }

    #[test]
    fn a_state_lists_its_type_first() {
        let first: Vec<&str> = fields(Place::State(StateKind::Wait))
            .take(2)
            .map(|field| field.name)
            .collect();
        assert_eq!(first, ["Type", "Comment"]);
        assert!(field(Place::State(StateKind::Task), "Resource").is_some());
        assert!(field(Place::State(StateKind::Pass), "Resource").is_none());
    }
}
