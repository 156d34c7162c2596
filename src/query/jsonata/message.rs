//! Error codes, and the texts the reference implementation has for them.

use std::sync::LazyLock;

use jsonata_core::value::JValue;
use regex::Regex;

use crate::query::Value;
use crate::query::jsonata::JsonataError;
use crate::query::jsonata::blame::Blame;
use crate::query::jsonata::convert::to_value;

/// Our code for an evaluator that failed inside itself.
pub const CRASH: &str = "U1999";
/// Our code for valid JSONata that this evaluator cannot run.
pub const UNSUPPORTED: &str = "U1900";

static CODE: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(r"\b[STDU]\d{4}\b").ok());
static OPERATOR: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(r#"(?:of|of the|operator) "?([^\s"]+)"?(?: operator| must|$)"#).ok()
});
static COUNT: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(r"expected (\d+), got (\d+)").ok());
static CAST: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(r"(?s)convert '(.*)' to").ok());
static LAST: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(r"(\S+)$").ok());
static ARGUMENT: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(r"(?i)argument (\d+)(?: of function \$?([A-Za-z0-9_]+))?").ok());

/// The texts without anything to fill in.
const TEXTS: [(&str, &str); 58] = [
    (
        "S0101",
        "String literal must be terminated by a matching quote",
    ),
    (
        "S0104",
        "The escape sequence \\u must be followed by 4 hex digits",
    ),
    (
        "S0105",
        "Quoted property name must be terminated with a backquote (`)",
    ),
    ("S0106", "Comment has no closing tag"),
    ("S0207", "Unexpected end of expression"),
    (
        "S0209",
        "A predicate cannot follow a grouping expression in a step",
    ),
    ("S0210", "Each step can only have one grouping expression"),
    (
        "S0212",
        "The left side of := must be a variable name (start with $)",
    ),
    (
        "S0215",
        "A context variable binding must precede any predicates on a step",
    ),
    (
        "S0216",
        "A context variable binding must precede the 'order-by' clause on a step",
    ),
    (
        "S0217",
        "The object representing the 'parent' cannot be derived from this expression",
    ),
    ("S0301", "Empty regular expressions are not allowed"),
    ("S0302", "No terminating / in regular expression"),
    (
        "S0401",
        "Type parameters can only be applied to functions and arrays",
    ),
    (
        "S0402",
        "Choice groups containing parameterized types are not supported",
    ),
    (
        "S0500",
        "Attempted to evaluate an expression containing syntax error(s)",
    ),
    ("D1004", "Regular expression matches zero length string"),
    ("T1006", "Attempted to invoke a non-function"),
    ("T1008", "Attempted to partially apply a non-function"),
    (
        "T2003",
        "The left side of the range operator (..) must evaluate to an integer",
    ),
    (
        "T2004",
        "The right side of the range operator (..) must evaluate to an integer",
    ),
    (
        "D2005",
        "The left side of := must be a variable name (start with $)",
    ),
    (
        "T2006",
        "The right side of the function application operator ~> must be a function",
    ),
    (
        "T2008",
        "The expressions within an order-by clause must evaluate to numeric or string values",
    ),
    (
        "D3001",
        "Attempting to invoke string function on Infinity or NaN",
    ),
    (
        "D3010",
        "Second argument of replace function cannot be an empty string",
    ),
    (
        "D3011",
        "Fourth argument of replace function must evaluate to a positive number",
    ),
    (
        "D3012",
        "Attempted to replace a matched string with a non-string value",
    ),
    (
        "D3020",
        "Third argument of split function must evaluate to a positive number",
    ),
    (
        "D3040",
        "Third argument of match function must evaluate to a positive number",
    ),
    (
        "D3050",
        "The second argument of reduce function must be a function with at least two arguments",
    ),
    (
        "D3070",
        "The single argument form of the sort function can only be applied to an array of strings or an array of numbers.  Use the second argument to specify a comparison function",
    ),
    (
        "D3080",
        "The picture string must only contain a maximum of two sub-pictures",
    ),
    (
        "D3081",
        "The sub-picture must not contain more than one instance of the 'decimal-separator' character",
    ),
    (
        "D3082",
        "The sub-picture must not contain more than one instance of the 'percent' character",
    ),
    (
        "D3083",
        "The sub-picture must not contain more than one instance of the 'per-mille' character",
    ),
    (
        "D3084",
        "The sub-picture must not contain both a 'percent' and a 'per-mille' character",
    ),
    (
        "D3085",
        "The mantissa part of a sub-picture must contain at least one character that is either an 'optional digit character' or a member of the 'decimal digit family'",
    ),
    (
        "D3086",
        "The sub-picture must not contain a passive character that is preceded by an active character and that is followed by another active character",
    ),
    (
        "D3087",
        "The sub-picture must not contain a 'grouping-separator' character that appears adjacent to a 'decimal-separator' character",
    ),
    (
        "D3088",
        "The sub-picture must not contain a 'grouping-separator' at the end of the integer part",
    ),
    (
        "D3089",
        "The sub-picture must not contain two adjacent instances of the 'grouping-separator' character",
    ),
    (
        "D3090",
        "The integer part of the sub-picture must not contain a member of the 'decimal digit family' that is followed by an instance of the 'optional digit character'",
    ),
    (
        "D3091",
        "The fractional part of the sub-picture must not contain an instance of the 'optional digit character' that is followed by a member of the 'decimal digit family'",
    ),
    (
        "D3092",
        "A sub-picture that contains a 'percent' or 'per-mille' character must not contain a character treated as an 'exponent-separator'",
    ),
    (
        "D3093",
        "The exponent part of the sub-picture must comprise only of one or more characters that are members of the 'decimal digit family'",
    ),
    (
        "D3131",
        "In a decimal digit pattern, all digits must be from the same decimal group",
    ),
    (
        "D3134",
        "The timezone integer format specifier cannot have more than four digits",
    ),
    (
        "D3135",
        "No matching closing bracket ']' in date/time picture string",
    ),
    (
        "D3136",
        "The date/time picture string is missing specifiers required to parse the timestamp",
    ),
    (
        "D3138",
        "The $single() function expected exactly 1 matching result.  Instead it matched more.",
    ),
    (
        "D3139",
        "The $single() function expected exactly 1 matching result.  Instead it matched 0.",
    ),
    (
        "D1011",
        "Stack overflow. Check for non-terminating recursive function. Consider rewriting as tail-recursive",
    ),
    ("D1012", "Evaluation timeout. Check for infinite loop"),
    (
        "U1001",
        "Stack overflow error: Check for non-terminating recursive function.  Consider rewriting as tail-recursive.",
    ),
    ("U1002", "The expression is nested too deep"),
    ("U1003", "Evaluation cancelled"),
    (
        "T2013",
        "The transform expression clones the input object using the $clone() function.  This has been overridden in the current scope by a non-function.",
    ),
];

/// The parser's names of symbols.
const SYMBOLS: [(&str, &str); 9] = [
    ("LeftParen", "("),
    ("RightParen", ")"),
    ("LeftBracket", "["),
    ("RightBracket", "]"),
    ("LeftBrace", "{"),
    ("RightBrace", "}"),
    ("Colon", ":"),
    ("Comma", ","),
    ("Pipe", "|"),
];

/// The first error code in a text.
pub fn code_of(text: &str) -> Option<&str> {
    CODE.as_ref()?.find(text).map(|found| found.as_str())
}

/// The error of a parser's message.
pub fn syntax(text: &str) -> JsonataError {
    let code = code_of(text).unwrap_or(if text.contains("comment") {
        "S0106"
    } else if text.contains("number") {
        "S0102"
    } else {
        "S0201"
    });
    error(code, text)
}

/// The words of a syntax error once the token in the way is known.
pub fn syntax_words(code: &str, message: &str, token: &str) -> String {
    let expected = message
        .strip_prefix("Expected ")
        .and_then(|rest| rest.split([',', ' ']).next())
        .map(|name| {
            SYMBOLS
                .iter()
                .find(|(known, _)| *known == name)
                .map_or(name, |(_, symbol)| symbol)
        });
    match (code, expected) {
        ("S0102", _) => format!("Number out of range: {}", quoted(token)),
        ("S0201", _) => format!("Syntax error: {}", quoted(token)),
        ("S0202", Some(expected)) => {
            format!("Expected {}, got {}", quoted(expected), quoted(token))
        }
        ("S0203", Some(expected)) => {
            format!("Expected {} before end of expression", quoted(expected))
        }
        ("S0204", _) => format!("Unknown operator: {}", quoted(token)),
        ("S0211", _) => format!(
            "The symbol {} cannot be used as a unary operator",
            quoted(token)
        ),
        ("S0214", _) => {
            let symbol = if message.contains('#') { "#" } else { "@" };
            format!("The right side of \"{symbol}\" must be a variable name (start with $)")
        }
        _ => message.to_string(),
    }
}

/// The error of an evaluator's message.
pub fn evaluation(text: &str) -> JsonataError {
    error(code_of(text).unwrap_or("U1000"), text)
}

/// Completes an error with what it came from.
pub fn fill(error: &mut JsonataError, text: &str, blame: &Blame) {
    let rest = after_code(text, &error.code);
    let name = &blame.name;
    let [left, right] = &blame.sides;
    let index = found(&ARGUMENT, rest, 1).or_else(|| {
        let expected: usize = found(&COUNT, rest, 1)?.parse().ok()?;
        let given: usize = found(&COUNT, rest, 2)?.parse().ok()?;
        let index = match (expected, given) {
            (0, given) => given,
            (expected, given) => expected.min(given) + 1,
        };
        Some(index.to_string())
    });
    let index = index.unwrap_or_else(|| "1".to_string());
    let message = match error.code.as_str() {
        "T0410" => {
            format!("Argument {index} of function \"{name}\" does not match function signature")
        }
        "T0411" => format!(
            "Context value is not a compatible type with argument {index} of function \"{name}\""
        ),
        "T0412" => {
            let items = items(rest);
            format!("Argument {index} of function \"{name}\" must be an array of \"{items}\"")
        }
        "T1010" => format!(
            "The matcher function argument passed to function \"{name}\" does not return the correct object structure"
        ),
        "T2009" => format!(
            "The values {} and {} either side of operator \"{name}\" must be of the same data type",
            json(left),
            json(right)
        ),
        "T2010" => format!(
            "The expressions either side of operator \"{name}\" must evaluate to numeric or string values"
        ),
        _ => error.message.clone(),
    };
    error.message = message;
    error.position = blame.position;
    error.token = Some(name.clone());
}

fn after_code<'a>(text: &'a str, code: &str) -> &'a str {
    text.split_once(code)
        .map_or(text, |(_, rest)| rest)
        .trim_start_matches(':')
        .trim_start()
}

fn error(code: &str, text: &str) -> JsonataError {
    JsonataError {
        code: code.to_string(),
        message: words(code, after_code(text, code)),
        position: None,
        token: None,
    }
}

fn items(rest: &str) -> &'static str {
    if rest.contains("Number") {
        "numbers"
    } else {
        "strings"
    }
}

fn quoted(text: &str) -> String {
    Value::from(text).to_json()
}

fn json(value: &JValue) -> String {
    to_value(value).unwrap_or_default().to_json()
}

fn found(pattern: &LazyLock<Option<Regex>>, text: &str, group: usize) -> Option<String> {
    pattern
        .as_ref()
        .and_then(|pattern| pattern.captures(text))
        .and_then(|captures| captures.get(group))
        .map(|group| group.as_str().to_string())
}

fn words(code: &str, rest: &str) -> String {
    if let Some((_, text)) = TEXTS.iter().find(|(known, _)| *known == code) {
        return text.to_string();
    }
    let filled = match code {
        "T2001" | "T2002" => found(&OPERATOR, rest, 1).map(|operator| {
            let side = if code == "T2001" { "left" } else { "right" };
            format!("The {side} side of the \"{operator}\" operator must evaluate to a number")
        }),
        "T0410" => found(&ARGUMENT, rest, 1).map(|index| {
            format!("Argument {index} of function undefined does not match function signature")
        }),
        "T0412" => found(&ARGUMENT, rest, 1).map(|index| {
            format!(
                "Argument {index} of function undefined must be an array of \"{}\"",
                items(rest)
            )
        }),
        "D1001" => Some("Number out of range: null".to_string()),
        "D3030" => found(&CAST, rest, 1).map(|value| {
            format!("Unable to cast value to a number: {}", quoted(&value))
        }),
        "D3100" => found(&LAST, rest, 1).map(|radix| {
            format!("The radix of the formatBase function must be between 2 and 36.  It was given {radix}")
        }),
        "D3133" => Some(format!(
            "The 'name' modifier can only be applied to months and days in the date/time picture string, not {}",
            quoted(rest)
        )),
        "S0103" => rest
            .chars()
            .last()
            .map(|char| format!("Unsupported escape sequence: \\{}", quoted(&char.to_string()))),
        _ => None,
    };
    filled.unwrap_or_else(|| rest.to_string())
}
