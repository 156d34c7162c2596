//! Evaluating a call: its arguments first, then the function.

use crate::query::Value;
use crate::query::chance::Chance;
use crate::query::intrinsics::Argument;
use crate::query::intrinsics::Call;
use crate::query::intrinsics::Function;
use crate::query::intrinsics::IntrinsicError;
use crate::query::intrinsics::array;
use crate::query::intrinsics::json;
use crate::query::intrinsics::number;
use crate::query::intrinsics::text;
use crate::query::jsonpath::Path;
use crate::query::jsonpath::PathError;
use crate::query::jsonpath::Root;

/// Evaluates the call and what is nested in it.
pub fn call(
    call: &Call,
    resolve: &dyn Fn(&Root) -> Option<Value>,
    chance: &mut Chance,
) -> Result<Value, IntrinsicError> {
    let mut values = Vec::with_capacity(call.arguments.len());
    for argument in &call.arguments {
        values.push(match argument {
            Argument::Literal(value) | Argument::Text { value, .. } => value.clone(),
            Argument::Call(inner) => self::call(inner, resolve, chance)?,
            Argument::Path(path) => read(path, resolve).map_err(|message| IntrinsicError {
                error: "States.Runtime",
                message: said(call, &message),
            })?,
        });
    }
    apply(call, &values, chance).map_err(|message| IntrinsicError {
        error: "States.IntrinsicFailure",
        message: said(call, &message),
    })
}

fn said(call: &Call, message: &str) -> String {
    format!(
        "The function '{}' had the following error: {message}",
        call.text
    )
}

fn read(path: &Path, resolve: &dyn Fn(&Root) -> Option<Value>) -> Result<Value, String> {
    let Some(document) = resolve(path.root()) else {
        return Err(format!("The variable '{}' is not defined", path.root()));
    };
    path.read(&document).map_err(|error| match error {
        PathError::NotFound(_) => format!(
            "The JsonPath argument for the field '{path}' could not be found in the input '{}'",
            document.to_json()
        ),
        other => other.to_string(),
    })
}

fn apply(call: &Call, values: &[Value], chance: &mut Chance) -> Result<Value, String> {
    match (call.function, values) {
        (Function::Format, [template, rest @ ..]) => {
            let written = match call.arguments.first() {
                Some(Argument::Text { written, .. }) => written,
                _ => text::string(template, "The first argument")?,
            };
            text::format(written, rest)
        }
        (Function::StringToJson, [value]) => json::from_text(value),
        (Function::JsonToString, [value]) => json::to_text(value),
        (Function::Array, values) => Ok(Value::array(values.to_vec())),
        (Function::ArrayPartition, [array, size]) => array::partition(array, size),
        (Function::ArrayContains, [array, value]) => array::contains(array, value),
        (Function::ArrayRange, [first, last, step]) => array::range(first, last, step),
        (Function::ArrayGetItem, [array, index]) => array::get_item(array, index),
        (Function::ArrayLength, [array]) => array::length(array),
        (Function::ArrayUnique, [array]) => array::unique(array),
        (Function::Base64Encode, [value]) => text::base64_encode(value),
        (Function::Base64Decode, [value]) => text::base64_decode(value),
        (Function::Hash, [data, algorithm]) => text::hash(data, algorithm),
        (Function::JsonMerge, [first, second, deep]) => json::merge(first, second, deep),
        (Function::MathRandom, [start, end]) => number::random(start, end, None, chance),
        (Function::MathRandom, [start, end, seed]) => {
            number::random(start, end, Some(seed), chance)
        }
        (Function::MathAdd, [a, b]) => number::add(a, b),
        (Function::StringSplit, [value, delimiters]) => text::split(value, delimiters),
        (Function::Uuid, []) => Ok(Value::from(chance.uuid())),
        (function, values) => Err(format!(
            "{} does not take {} arguments",
            function.name(),
            values.len()
        )),
    }
}
