//! `$contains`, `$match`, `$replace`, `$split` and `$join`, with JavaScript's regular expressions
//! and with a look at the account before a text is made.
//!
//! The evaluator's own versions remain for functions as patterns; `guard.rs` decides. The first
//! argument of each function here is the context, which stands in for a text left out.

use std::rc::Rc;
use std::sync::Arc;

use indexmap::IndexMap;
use jsonata_core::evaluator::Evaluator;
use jsonata_core::evaluator::EvaluatorError;
use jsonata_core::value::JValue;

use crate::query::jsonata::budget::Account;
use crate::query::jsonata::function::mismatch;
use crate::query::jsonata::pattern::Found;
use crate::query::jsonata::pattern::Pattern;
use crate::query::jsonata::pattern::Patterns;

/// What precedes the name of a function that stands in for an evaluator's; no expression can spell it.
pub const OURS: &str = "our ";
/// Tells whether no argument is a function.
pub const PLAIN: &str = "is plain";
/// Tells whether a replacement is a function and the pattern a regular expression.
pub const COMPUTED: &str = "is computed";
/// The matches a computed replacement is asked about.
pub const MATCHES: &str = "list matches";
/// Puts the computed replacements in place.
pub const SPLICE: &str = "splice matches";

type Answer = Result<JValue, EvaluatorError>;
type Method = fn(&Texts, &[JValue]) -> Answer;

/// Gives the evaluator those of the functions the expression uses.
pub fn register(
    evaluator: &mut Evaluator,
    patterns: &Arc<Patterns>,
    account: &Account,
    uses: impl Fn(&str) -> bool,
) -> Result<(), EvaluatorError> {
    let texts = || Texts {
        patterns: Arc::clone(patterns),
        account: Rc::clone(account),
    };
    let functions: [(&str, Method); 7] = [
        ("our contains", Texts::contains),
        ("our match", Texts::matches),
        ("our replace", Texts::replace),
        ("our split", Texts::split),
        ("our join", Texts::join),
        (MATCHES, Texts::list),
        (SPLICE, Texts::splice),
    ];
    for (name, function) in functions.into_iter().filter(|(name, _)| uses(name)) {
        let texts = texts();
        evaluator.register_fn(name, move |arguments: &[JValue]| {
            function(&texts, arguments)
        })?;
    }
    if uses(PLAIN) {
        evaluator.register_fn(PLAIN, |arguments: &[JValue]| {
            Ok(JValue::Bool(!arguments.iter().any(is_callable)))
        })?;
    }
    if uses(COMPUTED) {
        evaluator.register_fn(COMPUTED, |arguments: &[JValue]| {
            Ok(JValue::Bool(match arguments {
                [JValue::Regex { .. }, function, ..] => is_callable(function),
                _ => false,
            }))
        })?;
    }
    Ok(())
}

fn is_callable(value: &JValue) -> bool {
    matches!(value, JValue::Lambda(_) | JValue::Builtin { .. })
}

struct Texts {
    patterns: Arc<Patterns>,
    account: Account,
}

/// What an argument may be.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Text,
    /// A text or a regular expression.
    Sought,
    Pattern,
    Number,
}

/// What is looked for.
enum Sought {
    Text(Rc<str>),
    Pattern(Arc<Pattern>),
}

impl Texts {
    fn contains(&self, arguments: &[JValue]) -> Answer {
        let (text, rest) = fit("contains", arguments, &[Kind::Sought], None)?;
        let Some(sought) = rest.first().and_then(|sought| self.sought(sought)) else {
            return Ok(JValue::Undefined);
        };
        let Some(text) = text else {
            return Ok(JValue::Undefined);
        };
        Ok(JValue::Bool(match sought {
            Sought::Text(part) => text.contains(part.as_ref()),
            Sought::Pattern(pattern) => pattern.is_match(&text, &self.account)?,
        }))
    }

    fn matches(&self, arguments: &[JValue]) -> Answer {
        let (text, rest) = fit("match", arguments, &[Kind::Pattern], Some(Kind::Number))?;
        let limit = limit(
            rest.get(1),
            "D3040: Third argument of match function must evaluate to a positive number",
        )?;
        let (Some(text), Some(Sought::Pattern(pattern))) =
            (text, rest.first().and_then(|sought| self.sought(sought)))
        else {
            return Ok(JValue::Undefined);
        };
        let mut found = Vec::new();
        // The next match is sought even where the limit ends the list, so it can still be an error.
        self.each(&pattern, &text, limit, Ahead::Looks, &mut |each, index| {
            found.push(object([
                ("match", slice(&text, &each.range)),
                ("index", JValue::Number(index as f64)),
                ("groups", groups(&text, each)),
            ]));
            Ok(())
        })?;
        Ok(JValue::sequence(found))
    }

    fn replace(&self, arguments: &[JValue]) -> Answer {
        let kinds = [Kind::Sought, Kind::Sought];
        let (text, rest) = fit("replace", arguments, &kinds, Some(Kind::Number))?;
        let sought = rest.first().and_then(|sought| self.sought(sought));
        let replacement = match (&sought, rest.get(1)) {
            (_, Some(JValue::String(replacement))) => Some(replacement.as_ref()),
            // As JavaScript spells it where it joins texts.
            (Some(Sought::Text(_)), Some(JValue::Undefined)) => Some("undefined"),
            _ => None,
        };
        let (Some(sought), Some(replacement), Some(text)) = (sought, replacement, text.clone())
        else {
            return Ok(match text {
                Some(text) => JValue::String(text),
                None => JValue::Undefined,
            });
        };
        if matches!(&sought, Sought::Text(part) if part.is_empty()) {
            return Err(EvaluatorError::EvaluationError(
                "D3010: Second argument of replace function cannot be an empty string".to_string(),
            ));
        }
        let limit = limit(
            rest.get(2),
            "D3011: Fourth argument of replace function must evaluate to a positive number",
        )?;
        let mut out = String::new();
        let mut end = 0;
        let mut put = |range: &std::ops::Range<usize>, with: &str| -> Result<(), EvaluatorError> {
            out.push_str(text.get(end..range.start).unwrap_or_default());
            out.push_str(with);
            end = range.end;
            self.account.borrow().length(out.len() as u64)
        };
        match sought {
            Sought::Text(part) => {
                for (start, _) in text.match_indices(part.as_ref()).take(limit) {
                    put(&(start..start + part.len()), replacement)?;
                }
            }
            Sought::Pattern(pattern) => {
                self.each(&pattern, &text, limit, Ahead::Looks, &mut |each, _| {
                    put(&each.range, &substituted(replacement, &text, each))
                })?;
            }
        }
        out.push_str(text.get(end..).unwrap_or_default());
        Ok(JValue::string(out))
    }

    fn split(&self, arguments: &[JValue]) -> Answer {
        let (text, rest) = fit("split", arguments, &[Kind::Sought], Some(Kind::Number))?;
        let Some(text) = text else {
            return Ok(JValue::Undefined);
        };
        let limit = limit(
            rest.get(1),
            "D3020: Third argument of split function must evaluate to a positive number",
        )?;
        // Between texts JavaScript itself splits, and cuts the limit off to a whole number.
        let whole = match rest.get(1) {
            Some(JValue::Number(limit)) => limit.max(0.0) as usize,
            _ => limit,
        };
        let mut pieces: Vec<JValue> = Vec::new();
        let piece = |range: std::ops::Range<usize>| -> Answer {
            self.account.borrow_mut().charge(80 + range.len() as u64)?;
            Ok(slice(&text, &range))
        };
        match rest.first().and_then(|sought| self.sought(sought)) {
            Some(Sought::Text(part)) if part.is_empty() => {
                for (start, char) in text.char_indices().take(whole) {
                    pieces.push(piece(start..start + char.len_utf8())?);
                }
            }
            Some(Sought::Text(part)) => {
                let mut start = 0;
                for (end, _) in text.match_indices(part.as_ref()) {
                    if pieces.len() >= whole {
                        break;
                    }
                    pieces.push(piece(start..end)?);
                    start = end + part.len();
                }
                if pieces.len() < whole {
                    pieces.push(piece(start..text.len())?);
                }
            }
            Some(Sought::Pattern(pattern)) => {
                let mut start = 0;
                self.each(&pattern, &text, limit, Ahead::Looks, &mut |each, _| {
                    pieces.push(piece(start..each.range.start)?);
                    start = each.range.end;
                    Ok(())
                })?;
                if pieces.len() < limit {
                    pieces.push(piece(start..text.len())?);
                }
            }
            None => {
                if limit > 0 {
                    pieces.push(piece(0..text.len())?);
                }
            }
        }
        Ok(JValue::array(pieces))
    }

    /// Takes no context: `$join` has none.
    fn join(&self, arguments: &[JValue]) -> Answer {
        let separator = match arguments.get(1) {
            None | Some(JValue::Undefined) => "",
            Some(JValue::String(separator)) => separator.as_ref(),
            Some(_) => return Err(mismatch(2, "join")),
        };
        if arguments.len() > 2 {
            return Err(mismatch(3, "join"));
        }
        let items = match arguments.first() {
            None => return Err(mismatch(1, "join")),
            Some(JValue::Undefined) => return Ok(JValue::Undefined),
            Some(JValue::Array(items)) => items.as_slice(),
            Some(single) => std::slice::from_ref(single),
        };
        let texts: Option<Vec<&str>> = items.iter().map(JValue::as_str).collect();
        let Some(texts) = texts else {
            return Err(EvaluatorError::TypeError(
                "T0412: Argument 1 of function join must be an array of String".to_string(),
            ));
        };
        let bytes = texts.iter().fold(0u64, |sum, text| {
            sum.saturating_add(text.len() as u64)
                .saturating_add(separator.len() as u64)
        });
        self.account
            .borrow()
            .length(bytes.saturating_sub(separator.len() as u64))?;
        Ok(JValue::string(texts.join(separator)))
    }

    /// The matches as a function that computes replacements sees them.
    fn list(&self, arguments: &[JValue]) -> Answer {
        let (text, rest) = fit("replace", arguments, &[Kind::Pattern], Some(Kind::Number))?;
        let limit = limit(
            rest.get(1),
            "D3011: Fourth argument of replace function must evaluate to a positive number",
        )?;
        let (Some(text), Some(Sought::Pattern(pattern))) =
            (text, rest.first().and_then(|sought| self.sought(sought)))
        else {
            return Ok(JValue::Undefined);
        };
        let mut found = Vec::new();
        self.each(&pattern, &text, limit, Ahead::Looks, &mut |each, index| {
            let inside = text.get(each.range.clone()).unwrap_or_default();
            found.push(object([
                ("match", JValue::string(inside)),
                ("start", JValue::Number(index as f64)),
                (
                    "end",
                    JValue::Number((index + inside.encode_utf16().count()) as f64),
                ),
                ("groups", groups(&text, each)),
            ]));
            Ok(())
        })?;
        Ok(JValue::array(found))
    }

    /// Arguments: context, text, pattern, limit, and one object with `v` for each match.
    fn splice(&self, arguments: &[JValue]) -> Answer {
        let (Some(computed), arguments) = (
            arguments.last(),
            arguments
                .get(..arguments.len().saturating_sub(1))
                .unwrap_or_default(),
        ) else {
            return Ok(JValue::Undefined);
        };
        let (text, rest) = fit("replace", arguments, &[Kind::Pattern], Some(Kind::Number))?;
        let (Some(text), Some(Sought::Pattern(pattern))) =
            (text, rest.first().and_then(|sought| self.sought(sought)))
        else {
            return Ok(JValue::Undefined);
        };
        let computed = match computed {
            JValue::Array(items) => items.as_slice(),
            JValue::Undefined => &[],
            single => std::slice::from_ref(single),
        };
        let mut out = String::new();
        let mut end = 0;
        let mut with = computed.iter();
        self.each(
            &pattern,
            &text,
            computed.len(),
            Ahead::Stops,
            &mut |each, _| {
                let Some(with) = with
                    .next()
                    .and_then(|with| with.get("v"))
                    .and_then(JValue::as_str)
                else {
                    return Err(EvaluatorError::TypeError(
                        "D3012: Attempted to replace a matched string with a non-string value"
                            .to_string(),
                    ));
                };
                out.push_str(text.get(end..each.range.start).unwrap_or_default());
                out.push_str(with);
                end = each.range.end;
                self.account.borrow().length(out.len() as u64)
            },
        )?;
        out.push_str(text.get(end..).unwrap_or_default());
        Ok(JValue::string(out))
    }

    fn sought(&self, value: &JValue) -> Option<Sought> {
        match value {
            JValue::String(text) => Some(Sought::Text(Rc::clone(text))),
            JValue::Regex { pattern, flags } => {
                Some(Sought::Pattern(self.patterns.get(pattern, flags)))
            }
            _ => None,
        }
    }

    /// Calls `visit` with each match and where it begins in UTF-16 units. Only the first match may be empty.
    fn each(
        &self,
        pattern: &Pattern,
        text: &str,
        limit: usize,
        ahead: Ahead,
        visit: &mut dyn FnMut(&Found, usize) -> Result<(), EvaluatorError>,
    ) -> Result<(), EvaluatorError> {
        let mut from = 0;
        let (mut counted, mut units) = (0, 0);
        for number in 0.. {
            if (number >= limit && (ahead == Ahead::Stops || limit == 0))
                || (number > 0 && from >= text.len())
            {
                break;
            }
            let Some(found) = pattern.find(text, from, &self.account)? else {
                break;
            };
            if number > 0 && found.range.is_empty() {
                return Err(EvaluatorError::EvaluationError(
                    "D1004: Regular expression matches zero length string".to_string(),
                ));
            }
            if number >= limit {
                break;
            }
            let inside: u64 = found
                .groups
                .iter()
                .flatten()
                .map(|group| group.len() as u64)
                .sum();
            self.account.borrow_mut().charge(
                1500 + 48 * found.groups.len() as u64 + inside + found.range.len() as u64,
            )?;
            units += text
                .get(counted..found.range.start)
                .map_or(0, |part| part.encode_utf16().count());
            counted = found.range.start;
            from = found.range.end;
            visit(&found, units)?;
        }
        Ok(())
    }
}

/// Whether a match behind the limit is still looked for.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Ahead {
    Looks,
    Stops,
}

/// The text, which may be the context, and the other arguments, as the signature has them.
fn fit<'a>(
    function: &str,
    arguments: &'a [JValue],
    required: &[Kind],
    optional: Option<Kind>,
) -> Result<(Option<Rc<str>>, &'a [JValue]), EvaluatorError> {
    let Some((context, arguments)) = arguments.split_first() else {
        return Ok((None, &[]));
    };
    let kinds: Vec<Kind> = required.iter().copied().chain(optional).collect();
    let matches = |arguments: &[JValue]| {
        arguments.len() >= required.len()
            && arguments.len() <= kinds.len()
            && arguments
                .iter()
                .zip(&kinds)
                .all(|(value, kind)| kind.fits(value))
    };
    let text = |value: &JValue| match value {
        JValue::String(text) => Some(Rc::clone(text)),
        _ => None,
    };
    if let Some((first, rest)) = arguments.split_first()
        && Kind::Text.fits(first)
        && matches(rest)
    {
        return Ok((text(first), rest));
    }
    if matches(arguments) {
        if !Kind::Text.fits(context) {
            return Err(EvaluatorError::TypeError(format!(
                "T0411: Context value is not a compatible type with argument 1 of function {function}"
            )));
        }
        return Ok((text(context), arguments));
    }
    let given = arguments
        .iter()
        .zip([Kind::Text].iter().chain(&kinds))
        .take_while(|(value, kind)| kind.fits(value))
        .count();
    Err(mismatch(given + 1, function))
}

impl Kind {
    /// Whether a value is of the kind; nothing at all always is.
    fn fits(self, value: &JValue) -> bool {
        match (self, value) {
            (_, JValue::Undefined)
            | (Kind::Text | Kind::Sought, JValue::String(_))
            | (Kind::Sought | Kind::Pattern, JValue::Regex { .. })
            | (Kind::Number, JValue::Number(_)) => true,
            (Kind::Text | Kind::Sought | Kind::Pattern | Kind::Number, _) => false,
        }
    }
}

/// How many matches at most; a part of one counts as one.
fn limit(value: Option<&JValue>, negative: &str) -> Result<usize, EvaluatorError> {
    match value {
        Some(JValue::Number(limit)) if *limit < 0.0 => {
            Err(EvaluatorError::EvaluationError(negative.to_string()))
        }
        Some(JValue::Number(limit)) => Ok(limit.ceil() as usize),
        _ => Ok(usize::MAX),
    }
}

fn object<const N: usize>(members: [(&str, JValue); N]) -> JValue {
    let members: IndexMap<String, JValue> = members
        .into_iter()
        .map(|(key, value)| (key.to_string(), value))
        .collect();
    JValue::object(members)
}

fn slice(text: &str, range: &std::ops::Range<usize>) -> JValue {
    JValue::string(text.get(range.clone()).unwrap_or_default())
}

fn groups(text: &str, found: &Found) -> JValue {
    JValue::array(
        found
            .groups
            .iter()
            .map(|group| match group {
                Some(range) => slice(text, range),
                None => JValue::Undefined,
            })
            .collect(),
    )
}

/// The replacement with `$0`, `$1` … and `$$` filled in, as the reference does it: as many digits
/// are read as the number of groups has, one less if that is too many, and an unknown group is empty.
fn substituted(replacement: &str, text: &str, found: &Found) -> String {
    let most = match found.groups.len() {
        0 => 1,
        groups => groups.to_string().len(),
    };
    let mut out = String::with_capacity(replacement.len());
    let mut rest = replacement;
    while let Some((before, after)) = rest.split_once('$') {
        out.push_str(before);
        rest = after;
        if let Some(after) = rest.strip_prefix('$') {
            out.push('$');
            rest = after;
        } else if let Some(after) = rest.strip_prefix('0') {
            out.push_str(text.get(found.range.clone()).unwrap_or_default());
            rest = after;
        } else {
            let digits = rest
                .bytes()
                .take(most)
                .take_while(u8::is_ascii_digit)
                .count();
            let number = |digits: usize| -> Option<usize> { rest.get(..digits)?.parse().ok() };
            let taken = match number(digits) {
                Some(index) if most > 1 && digits == most && index > found.groups.len() => {
                    digits - 1
                }
                _ => digits,
            };
            match number(taken) {
                Some(index) => {
                    let group = index
                        .checked_sub(1)
                        .and_then(|index| found.groups.get(index));
                    if let Some(Some(range)) = group {
                        out.push_str(text.get(range.clone()).unwrap_or_default());
                    }
                    rest = rest.get(taken..).unwrap_or_default();
                }
                None => out.push('$'),
            }
        }
    }
    out.push_str(rest);
    out
}
