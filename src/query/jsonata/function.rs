//! The functions of AWS beyond JSONata, and the built-ins that chance, the clock, or AWS replace.

use std::rc::Rc;

use base64::Engine;
use base64::alphabet::STANDARD;
use base64::engine::DecodePaddingMode;
use base64::engine::GeneralPurpose;
use base64::engine::GeneralPurposeConfig;
use jsonata_core::evaluator::Context;
use jsonata_core::evaluator::Evaluator;
use jsonata_core::evaluator::EvaluatorError;
use jsonata_core::parser;
use jsonata_core::value::JValue;

use crate::query::Chance;
use crate::query::Value;
use crate::query::digest::ALGORITHMS;
use crate::query::digest::hex_digest;
use crate::query::jsonata::Bindings;
use crate::query::jsonata::Dialect;
use crate::query::jsonata::convert::from_value;

/// The most items `$range` makes.
const RANGE: f64 = 1_000_000.0;

/// Every function by name, with its signature for completion.
pub const FUNCTIONS: [(&str, &str); 70] = [
    ("abs", "$abs(number)"),
    ("append", "$append(array1, array2)"),
    ("assert", "$assert(condition, message)"),
    ("average", "$average(array)"),
    ("base64decode", "$base64decode(string)"),
    ("base64encode", "$base64encode(string)"),
    ("boolean", "$boolean(value)"),
    ("ceil", "$ceil(number)"),
    ("clone", "$clone(value)"),
    ("contains", "$contains(string, pattern)"),
    ("count", "$count(array)"),
    ("decodeUrl", "$decodeUrl(string)"),
    ("decodeUrlComponent", "$decodeUrlComponent(string)"),
    ("distinct", "$distinct(array)"),
    ("each", "$each(object, function)"),
    ("encodeUrl", "$encodeUrl(string)"),
    ("encodeUrlComponent", "$encodeUrlComponent(string)"),
    ("error", "$error(message)"),
    ("eval", "$eval(expression, context?)"),
    ("exists", "$exists(value)"),
    ("filter", "$filter(array, function)"),
    ("floor", "$floor(number)"),
    ("formatBase", "$formatBase(number, radix?)"),
    ("formatInteger", "$formatInteger(number, picture)"),
    ("formatNumber", "$formatNumber(number, picture, options?)"),
    ("fromMillis", "$fromMillis(number, picture?, timezone?)"),
    ("hash", "$hash(content, algorithm)"),
    ("join", "$join(array, separator?)"),
    ("keys", "$keys(object)"),
    ("length", "$length(string)"),
    ("lookup", "$lookup(object, key)"),
    ("lowercase", "$lowercase(string)"),
    ("map", "$map(array, function)"),
    ("match", "$match(string, pattern, limit?)"),
    ("max", "$max(array)"),
    ("merge", "$merge(array)"),
    ("millis", "$millis()"),
    ("min", "$min(array)"),
    ("not", "$not(value)"),
    ("now", "$now(picture?, timezone?)"),
    ("number", "$number(value)"),
    ("pad", "$pad(string, width, char?)"),
    ("parse", "$parse(string)"),
    ("parseInteger", "$parseInteger(string, picture)"),
    ("partition", "$partition(array, size)"),
    ("power", "$power(base, exponent)"),
    ("random", "$random(seed?)"),
    ("range", "$range(first, last, step)"),
    ("reduce", "$reduce(array, function, init?)"),
    ("replace", "$replace(string, pattern, replacement, limit?)"),
    ("reverse", "$reverse(array)"),
    ("round", "$round(number, precision?)"),
    ("shuffle", "$shuffle(array)"),
    ("sift", "$sift(object, function)"),
    ("single", "$single(array, function)"),
    ("sort", "$sort(array, function?)"),
    ("split", "$split(string, separator, limit?)"),
    ("spread", "$spread(object)"),
    ("sqrt", "$sqrt(number)"),
    ("string", "$string(value, prettify?)"),
    ("substring", "$substring(string, start, length?)"),
    ("substringAfter", "$substringAfter(string, chars)"),
    ("substringBefore", "$substringBefore(string, chars)"),
    ("sum", "$sum(array)"),
    ("toMillis", "$toMillis(timestamp, picture?)"),
    ("trim", "$trim(string)"),
    ("type", "$type(value)"),
    ("uppercase", "$uppercase(string)"),
    ("uuid", "$uuid()"),
    ("zip", "$zip(array1, …)"),
];

type Answer = Result<JValue, EvaluatorError>;
type Plain = fn(&[JValue]) -> Answer;

/// Whether the name is a function of JSONata or of AWS.
pub fn exists(name: &str) -> bool {
    FUNCTIONS.iter().any(|(function, _)| *function == name)
}

/// Gives the evaluator those of our functions the expression mentions.
pub fn register(
    evaluator: &mut Evaluator,
    bindings: &Bindings,
    uses: impl Fn(&str) -> bool,
) -> Result<(), EvaluatorError> {
    let plain: [(&str, Plain); 5] = [
        ("partition", partition),
        ("range", range),
        ("hash", hash),
        ("parse", parse),
        ("clone", clone),
    ];
    for (name, function) in plain {
        if uses(name) {
            evaluator.register_fn(name, function)?;
        }
    }
    if uses("base64decode") {
        evaluator.register_fn_override("base64decode", base64decode)?;
    }
    let chance = || Rc::clone(&bindings.chance);
    if uses("uuid") {
        let chance = chance();
        evaluator.register_fn("uuid", move |_: &[JValue]| {
            Ok(JValue::string(chance.borrow_mut().uuid()))
        })?;
    }
    if uses("random") {
        let chance = chance();
        evaluator.register_fn_override("random", move |arguments: &[JValue]| {
            Ok(JValue::Number(match arguments.first() {
                None | Some(JValue::Undefined) => chance.borrow_mut().unit(),
                Some(seed) => {
                    let seed = number(seed, 1, "random")?;
                    Chance::seeded(seed.to_bits()).unit()
                }
            }))
        })?;
    }
    if uses("shuffle") {
        let chance = chance();
        evaluator.register_fn_override("shuffle", move |arguments: &[JValue]| {
            let mut items = match arguments.first() {
                None | Some(JValue::Undefined) => return Ok(JValue::Undefined),
                Some(JValue::Array(items)) => items.to_vec(),
                Some(other) => vec![other.clone()],
            };
            for last in (1..items.len()).rev() {
                let other = chance.borrow_mut().between(0, last as i64 + 1);
                items.swap(last, usize::try_from(other).unwrap_or(last));
            }
            Ok(JValue::array(items))
        })?;
    }
    if let Some(clock) = bindings.clock {
        if uses("millis") {
            evaluator.register_fn_override("millis", move |_: &[JValue]| {
                Ok(JValue::Number(clock as f64))
            })?;
        }
        if uses("now") {
            evaluator
                .register_fn_override("now", move |arguments: &[JValue]| now(clock, arguments))?;
        }
    }
    if uses("eval") && bindings.dialect == Dialect::StepFunctions {
        evaluator.register_fn_override("eval", |_: &[JValue]| -> Answer {
            Err(EvaluatorError::TypeError(
                "T1006: Attempted to invoke a non-function".to_string(),
            ))
        })?;
    }
    Ok(())
}

/// `$now` is `$fromMillis` of the clock, with the same picture and time zone.
fn now(clock: i64, arguments: &[JValue]) -> Answer {
    let tree = parser::parse("$fromMillis($m, $p, $z)")
        .map_err(|error| EvaluatorError::EvaluationError(error.to_string()))?;
    let mut context = Context::new();
    context.bind("m".to_string(), JValue::Number(clock as f64));
    for (name, index) in [("p", 0), ("z", 1)] {
        context.bind(
            name.to_string(),
            arguments.get(index).cloned().unwrap_or(JValue::Undefined),
        );
    }
    Evaluator::with_context(context).evaluate(&tree, &JValue::Undefined)
}

/// The array in pieces of at most `size` items; AWS keeps a single piece an array.
fn partition(arguments: &[JValue]) -> Answer {
    let items = match arguments.first() {
        None | Some(JValue::Undefined) => return Ok(JValue::Undefined),
        Some(JValue::Array(items)) => items.to_vec(),
        Some(other) => vec![other.clone()],
    };
    let size = number(
        arguments.get(1).unwrap_or(&JValue::Undefined),
        2,
        "partition",
    )?
    .trunc();
    if size < 1.0 {
        return Err(mismatch(2, "partition"));
    }
    let size = size.min(items.len().max(1) as f64) as usize;
    Ok(JValue::array(
        items
            .chunks(size)
            .map(|piece| JValue::array(piece.to_vec()))
            .collect(),
    ))
}

/// The numbers from first to last; a single one is no array, as recorded on AWS.
fn range(arguments: &[JValue]) -> Answer {
    let argument = |index: usize| arguments.get(index).unwrap_or(&JValue::Undefined);
    if (0..3).any(|index| argument(index).is_undefined()) {
        return Ok(JValue::Undefined);
    }
    let first = number(argument(0), 1, "range")?;
    let last = number(argument(1), 2, "range")?;
    let step = number(argument(2), 3, "range")?;
    if step == 0.0 {
        return Err(mismatch(3, "range"));
    }
    let count = ((last - first) / step).floor() + 1.0;
    if count > RANGE {
        return Err(EvaluatorError::EvaluationError(format!(
            "D2014: The size of the sequence allocated by $range must not exceed {RANGE}.  Attempted to allocate {count}."
        )));
    }
    let count = count.max(0.0) as usize;
    Ok(JValue::sequence(
        (0..count)
            .map(|index| JValue::Number(first + step * index as f64))
            .collect(),
    ))
}

fn hash(arguments: &[JValue]) -> Answer {
    let data = match arguments.first() {
        None | Some(JValue::Undefined) => return Ok(JValue::Undefined),
        Some(JValue::String(text)) => text.to_string(),
        Some(_) => return Err(mismatch(1, "hash")),
    };
    let Some(algorithm) = arguments.get(1).and_then(JValue::as_str) else {
        return Err(mismatch(2, "hash"));
    };
    match hex_digest(&data, algorithm) {
        Some(digest) => Ok(JValue::string(digest)),
        None => Err(EvaluatorError::EvaluationError(format!(
            "D3137: '{algorithm}' is not one of the algorithms {}",
            ALGORITHMS.join(", ")
        ))),
    }
}

/// The JSON value a text holds.
fn parse(arguments: &[JValue]) -> Answer {
    match arguments.first() {
        None | Some(JValue::Undefined) => Ok(JValue::Undefined),
        Some(JValue::String(text)) => match Value::parse(text) {
            Ok(value) => Ok(from_value(&value)),
            Err(error) => Err(EvaluatorError::EvaluationError(format!(
                "D3137: The argument of the parse function is {error}"
            ))),
        },
        Some(_) => Err(mismatch(1, "parse")),
    }
}

/// The text of the bytes, which are taken for characters of Latin-1 where they are not UTF-8.
fn base64decode(arguments: &[JValue]) -> Answer {
    let text = match arguments {
        [] | [JValue::Undefined] => return Ok(JValue::Undefined),
        [JValue::String(text)] => text,
        [_] => return Err(mismatch(1, "base64decode")),
        _ => return Err(mismatch(2, "base64decode")),
    };
    let letters: String = text
        .chars()
        .map_while(|char| match char {
            '-' => Some('+'),
            '_' => Some('/'),
            '=' => None,
            other => Some(other),
        })
        .filter(|char| char.is_ascii_alphanumeric() || matches!(char, '+' | '/'))
        .collect();
    // A last lonely letter says nothing.
    let whole = letters.len() - usize::from(letters.len() % 4 == 1);
    let engine = GeneralPurpose::new(
        &STANDARD,
        GeneralPurposeConfig::new()
            .with_decode_padding_mode(DecodePaddingMode::Indifferent)
            .with_decode_allow_trailing_bits(true),
    );
    let bytes = engine
        .decode(letters.get(..whole).unwrap_or_default())
        .map_err(|error| EvaluatorError::EvaluationError(error.to_string()))?;
    Ok(JValue::string(String::from_utf8(bytes).unwrap_or_else(
        |error| error.into_bytes().into_iter().map(char::from).collect(),
    )))
}

/// Values are never changed in place, so a copy is the value itself.
fn clone(arguments: &[JValue]) -> Answer {
    Ok(arguments.first().cloned().unwrap_or(JValue::Undefined))
}

fn number(value: &JValue, index: usize, function: &str) -> Result<f64, EvaluatorError> {
    value
        .as_f64()
        .filter(|number| number.is_finite())
        .ok_or_else(|| mismatch(index, function))
}

pub fn mismatch(index: usize, function: &str) -> EvaluatorError {
    EvaluatorError::TypeError(format!(
        "T0410: Argument {index} of function {function} does not match function signature"
    ))
}
