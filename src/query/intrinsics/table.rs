//! The intrinsic functions: names, how many arguments, and one line each for completion.

use std::ops::RangeInclusive;

/// An intrinsic function of the specification's appendix B.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Function {
    Format,
    StringToJson,
    JsonToString,
    Array,
    ArrayPartition,
    ArrayContains,
    ArrayRange,
    ArrayGetItem,
    ArrayLength,
    ArrayUnique,
    Base64Encode,
    Base64Decode,
    Hash,
    JsonMerge,
    MathRandom,
    MathAdd,
    StringSplit,
    Uuid,
}

impl Function {
    pub const ALL: [Function; 18] = [
        Function::Format,
        Function::StringToJson,
        Function::JsonToString,
        Function::Array,
        Function::ArrayPartition,
        Function::ArrayContains,
        Function::ArrayRange,
        Function::ArrayGetItem,
        Function::ArrayLength,
        Function::ArrayUnique,
        Function::Base64Encode,
        Function::Base64Decode,
        Function::Hash,
        Function::JsonMerge,
        Function::MathRandom,
        Function::MathAdd,
        Function::StringSplit,
        Function::Uuid,
    ];

    pub fn from_name(name: &str) -> Option<Function> {
        Function::ALL
            .into_iter()
            .find(|function| function.name() == name)
    }

    pub fn name(self) -> &'static str {
        self.row().0
    }

    /// How many arguments a call has.
    pub fn arity(self) -> RangeInclusive<usize> {
        let (least, most) = self.row().1;
        least..=most
    }

    /// The call with named arguments, for completion.
    pub fn signature(self) -> &'static str {
        self.row().2
    }

    /// One sentence on what it gives.
    pub fn summary(self) -> &'static str {
        self.row().3
    }

    fn row(self) -> (&'static str, (usize, usize), &'static str, &'static str) {
        const ANY: usize = usize::MAX;
        match self {
            Function::Format => (
                "States.Format",
                (1, ANY),
                "States.Format('text {}', value…)",
                "The text with each {} replaced by the next value",
            ),
            Function::StringToJson => (
                "States.StringToJson",
                (1, 1),
                "States.StringToJson(text)",
                "The JSON value a text holds",
            ),
            Function::JsonToString => (
                "States.JsonToString",
                (1, 1),
                "States.JsonToString(value)",
                "The value as JSON text",
            ),
            Function::Array => (
                "States.Array",
                (0, ANY),
                "States.Array(value…)",
                "An array of the values",
            ),
            Function::ArrayPartition => (
                "States.ArrayPartition",
                (2, 2),
                "States.ArrayPartition(array, size)",
                "The array cut into arrays of at most size items",
            ),
            Function::ArrayContains => (
                "States.ArrayContains",
                (2, 2),
                "States.ArrayContains(array, value)",
                "Whether the array has an item equal to the value",
            ),
            Function::ArrayRange => (
                "States.ArrayRange",
                (3, 3),
                "States.ArrayRange(first, last, step)",
                "The numbers from first to last, at most 1,000",
            ),
            Function::ArrayGetItem => (
                "States.ArrayGetItem",
                (2, 2),
                "States.ArrayGetItem(array, index)",
                "The item at an index counted from 0",
            ),
            Function::ArrayLength => (
                "States.ArrayLength",
                (1, 1),
                "States.ArrayLength(array)",
                "How many items the array has",
            ),
            Function::ArrayUnique => (
                "States.ArrayUnique",
                (1, 1),
                "States.ArrayUnique(array)",
                "The array without repeated items",
            ),
            Function::Base64Encode => (
                "States.Base64Encode",
                (1, 1),
                "States.Base64Encode(text)",
                "The text in Base64, at most 10,000 characters",
            ),
            Function::Base64Decode => (
                "States.Base64Decode",
                (1, 1),
                "States.Base64Decode(text)",
                "The text that a Base64 text encodes",
            ),
            Function::Hash => (
                "States.Hash",
                (2, 2),
                "States.Hash(data, 'SHA-256')",
                "The digest by MD5, SHA-1, SHA-256, SHA-384 or SHA-512",
            ),
            Function::JsonMerge => (
                "States.JsonMerge",
                (3, 3),
                "States.JsonMerge(first, second, false)",
                "One object of both, where the second wins",
            ),
            Function::MathRandom => (
                "States.MathRandom",
                (2, 3),
                "States.MathRandom(start, end, seed?)",
                "A random whole number from start up to and without end",
            ),
            Function::MathAdd => (
                "States.MathAdd",
                (2, 2),
                "States.MathAdd(a, b)",
                "The sum of two whole numbers",
            ),
            Function::StringSplit => (
                "States.StringSplit",
                (2, 2),
                "States.StringSplit(text, delimiters)",
                "The pieces of the text between any of the delimiter characters",
            ),
            Function::Uuid => (
                "States.UUID",
                (0, 0),
                "States.UUID()",
                "A random version 4 UUID",
            ),
        }
    }
}
