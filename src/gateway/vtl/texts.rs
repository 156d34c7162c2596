//! Methods of texts, as `java.lang.String` has them: positions count UTF-16 units.

use std::sync::Arc;

use crate::gateway::vtl::access::Called;
use crate::gateway::vtl::access::known;
use crate::gateway::vtl::item::Item;
use crate::gateway::vtl::item::Manner;
use crate::gateway::vtl::item::Slot;
use crate::gateway::vtl::pattern_java::JavaPattern;
use crate::gateway::vtl::pattern_java::PatternError;
use crate::gateway::vtl::render::Halt;
use crate::gateway::vtl::render::Renderer;
use crate::text::Span;

impl Renderer<'_> {
    pub fn text_method(
        &mut self,
        text: &Arc<str>,
        name: &str,
        arguments: &[Slot],
        span: Span,
    ) -> Called {
        self.charge(span, text.len() / 256)?;
        if takes_text(name) && arguments.iter().any(Option::is_none) {
            return Err(self.thrown(name, "NullPointerException", "an argument is null", span));
        }
        match (name, arguments) {
            ("length", []) => known(Item::Int(length(text))),
            ("isEmpty", []) => known(Item::Bool(text.is_empty())),
            ("toString" | "intern", []) => known(Item::Text(text.clone())),
            ("trim", []) => known(Item::text(text.trim_matches(|c: char| c <= ' '))),
            ("toLowerCase", []) => known(Item::text(text.to_lowercase())),
            ("toUpperCase", []) => known(Item::text(text.to_uppercase())),
            ("contains", [Some(Item::Text(part))]) => {
                known(Item::Bool(text.contains(part.as_ref())))
            }
            ("contentEquals", [Some(Item::Text(other))]) => known(Item::Bool(text == other)),
            ("equalsIgnoreCase", [other]) => known(Item::Bool(match other {
                Some(Item::Text(other)) => text.to_lowercase() == other.to_lowercase(),
                None => false,
                Some(_) => return Ok(None),
            })),
            ("startsWith", [Some(Item::Text(part))]) => {
                known(Item::Bool(text.starts_with(part.as_ref())))
            }
            ("startsWith", [Some(Item::Text(part)), Some(Item::Int(from))]) => {
                let units: Vec<u16> = text.encode_utf16().collect();
                let part: Vec<u16> = part.encode_utf16().collect();
                let tail = usize::try_from(*from)
                    .ok()
                    .and_then(|from| units.get(from..));
                known(Item::Bool(tail.is_some_and(|tail| tail.starts_with(&part))))
            }
            ("endsWith", [Some(Item::Text(part))]) => {
                known(Item::Bool(text.ends_with(part.as_ref())))
            }
            ("concat", [Some(Item::Text(other))]) => {
                self.fits(span, text.len() + other.len())?;
                known(Item::text(format!("{text}{other}")))
            }
            ("compareTo", [Some(Item::Text(other))]) => known(Item::Int(compare(text, other))),
            ("compareTo", [Some(other)]) => {
                let why = format!("{} is no text", other.class());
                Err(self.thrown(name, "ClassCastException", &why, span))
            }
            ("compareToIgnoreCase", [Some(Item::Text(other))]) => known(Item::Int(compare(
                &text.to_lowercase(),
                &other.to_lowercase(),
            ))),
            ("replace", [Some(Item::Text(from)), Some(Item::Text(to))]) => {
                self.replaced_fits(text, from, to, span)?;
                known(Item::text(text.replace(from.as_ref(), to)))
            }
            ("valueOf", [slot]) => match slot {
                Some(item) => {
                    let text = self.item_text(item, span)?;
                    known(Item::Text(Arc::from(text)))
                }
                None => known(Item::text("null")),
            },
            ("join", [Some(Item::Text(between)), Some(Item::List(list))]) => {
                let items = list.items.borrow().clone();
                let mut out = String::new();
                for (index, item) in items.iter().enumerate() {
                    if index > 0 {
                        out.push_str(between);
                    }
                    match item {
                        Some(item) => out.push_str(&self.item_text(item, span)?),
                        None => out.push_str("null"),
                    }
                    self.fits(span, out.len())?;
                }
                known(Item::Text(Arc::from(out)))
            }
            ("matches" | "replaceAll" | "replaceFirst" | "split", _) => {
                self.pattern_method(text, name, arguments, span)
            }
            _ => self.unit_method(text, name, arguments, span),
        }
    }

    /// Methods with positions.
    fn unit_method(
        &mut self,
        text: &Arc<str>,
        name: &str,
        arguments: &[Slot],
        span: Span,
    ) -> Called {
        let relevant = matches!(
            name,
            "substring"
                | "subSequence"
                | "charAt"
                | "codePointAt"
                | "indexOf"
                | "lastIndexOf"
                | "regionMatches"
                | "toCharArray"
                | "getBytes"
        );
        if !relevant {
            return Ok(None);
        }
        self.charge(span, text.len() / 64)?;
        let units: Vec<u16> = text.encode_utf16().collect();
        let at = |index: &i32| usize::try_from(*index).ok();
        let outside = |renderer: &Self, what: String| {
            let why = format!("{what} of a text of {}", units.len());
            Err(renderer.thrown(name, "StringIndexOutOfBoundsException", &why, span))
        };
        match (name, arguments) {
            ("substring", [Some(Item::Int(from))]) => {
                match at(from).and_then(|from| units.get(from..)) {
                    Some(part) => known(Item::text(from_units(part))),
                    None => outside(self, format!("position {from}")),
                }
            }
            ("substring" | "subSequence", [Some(Item::Int(from)), Some(Item::Int(to))]) => {
                match at(from)
                    .zip(at(to))
                    .and_then(|(from, to)| units.get(from..to))
                {
                    Some(part) => known(Item::text(from_units(part))),
                    None => outside(self, format!("{from} to {to}")),
                }
            }
            ("charAt", [Some(Item::Int(index))]) => {
                match at(index).and_then(|index| units.get(index)) {
                    Some(unit) => known(Item::Char(*unit)),
                    None => outside(self, format!("position {index}")),
                }
            }
            ("codePointAt", [Some(Item::Int(index))]) => {
                let tail = at(index).and_then(|index| units.get(index..));
                match tail.and_then(|tail| char::decode_utf16(tail.iter().copied()).next()) {
                    Some(Ok(character)) => known(Item::whole(i128::from(u32::from(character)))),
                    Some(Err(half)) => known(Item::Int(i32::from(half.unpaired_surrogate()))),
                    None => outside(self, format!("position {index}")),
                }
            }
            ("indexOf" | "lastIndexOf", [Some(wanted), rest @ ..]) => {
                let wanted: Vec<u16> = match wanted {
                    Item::Text(part) => part.encode_utf16().collect(),
                    Item::Int(code) => u32::try_from(*code)
                        .ok()
                        .and_then(char::from_u32)
                        .map(|c| c.to_string().encode_utf16().collect())
                        .unwrap_or_else(|| vec![*code as u16]),
                    _ => return Ok(None),
                };
                let from = match rest {
                    [] => None,
                    [Some(Item::Int(from))] => Some(*from),
                    _ => return Ok(None),
                };
                self.charge(span, units.len().saturating_mul(wanted.len()) / 4096)?;
                known(Item::Int(if name == "indexOf" {
                    first_of(&units, &wanted, from.unwrap_or(0))
                } else {
                    last_of(&units, &wanted, from.unwrap_or(i32::MAX))
                }))
            }
            (
                "regionMatches",
                [
                    Some(Item::Int(own)),
                    Some(Item::Text(other)),
                    Some(Item::Int(from)),
                    Some(Item::Int(count)),
                ],
            ) => {
                let other: Vec<u16> = other.encode_utf16().collect();
                let part = |units: &[u16], from: &i32| {
                    let (from, count) = (at(from)?, at(count)?);
                    units
                        .get(from..from.checked_add(count)?)
                        .map(<[u16]>::to_vec)
                };
                let (a, b) = (part(&units, own), part(&other, from));
                known(Item::Bool(a.is_some() && a == b))
            }
            ("toCharArray", []) => {
                self.charge(span, units.len())?;
                let items = units.iter().map(|unit| Some(Item::Char(*unit)));
                known(Item::list(Manner::Array, items.collect()))
            }
            ("getBytes", []) => {
                self.charge(span, text.len())?;
                let items = text
                    .bytes()
                    .map(|byte| Some(Item::Int(i32::from(byte.cast_signed()))));
                known(Item::list(Manner::Array, items.collect()))
            }
            _ => Ok(None),
        }
    }

    /// Methods with a `java.util.regex` pattern.
    fn pattern_method(
        &mut self,
        text: &Arc<str>,
        name: &str,
        arguments: &[Slot],
        span: Span,
    ) -> Called {
        self.charge(span, 8 + text.len() / 16)?;
        let [Some(Item::Text(source)), rest @ ..] = arguments else {
            return Ok(None);
        };
        let pattern =
            JavaPattern::recent(source).map_err(|error| self.pattern(name, error, span))?;
        let limit = self.environment.limits.output;
        let result = match (name, rest) {
            ("matches", []) => pattern.matches(text).map(Item::Bool),
            ("replaceAll" | "replaceFirst", [Some(Item::Text(by))]) => {
                let times = if name == "replaceAll" { usize::MAX } else { 1 };
                pattern
                    .replace(text, by, times, limit)
                    .map(|text| Item::Text(Arc::from(text)))
            }
            ("split", []) => pattern.split(text, 0).map(parts),
            ("split", [Some(Item::Int(limit))]) => pattern.split(text, *limit).map(parts),
            _ => return Ok(None),
        };
        match result {
            Ok(Item::Text(text)) => {
                self.fits(span, text.len())?;
                known(Item::Text(text))
            }
            Ok(item) => known(item),
            Err(error) => Err(self.pattern(name, error, span)),
        }
    }

    fn pattern(&self, name: &str, error: PatternError, span: Span) -> Halt {
        match error {
            PatternError::Syntax(why) => self.thrown(name, "PatternSyntaxException", &why, span),
            PatternError::Replacement(why) => {
                self.thrown(name, "IllegalArgumentException", &why, span)
            }
            PatternError::TooLong => self.beyond(
                span,
                "pattern",
                format!(
                    "The pattern of {name} takes too long on this text, or makes too much of it"
                ),
            ),
        }
    }

    /// The result is counted before it is made.
    fn replaced_fits(&mut self, text: &str, from: &str, to: &str, span: Span) -> Result<(), Halt> {
        if to.len() > from.len() {
            let grown = text
                .matches(from)
                .count()
                .saturating_mul(to.len() - from.len());
            self.fits(span, text.len().saturating_add(grown))?;
        }
        Ok(())
    }
}

fn takes_text(name: &str) -> bool {
    matches!(
        name,
        "concat"
            | "contains"
            | "contentEquals"
            | "startsWith"
            | "endsWith"
            | "compareTo"
            | "compareToIgnoreCase"
            | "indexOf"
            | "lastIndexOf"
            | "replace"
            | "replaceAll"
            | "replaceFirst"
            | "matches"
            | "split"
    )
}

fn parts(parts: Vec<String>) -> Item {
    let items = parts.into_iter().map(|part| Some(Item::text(part)));
    Item::list(Manner::Array, items.collect())
}

fn length(text: &str) -> i32 {
    let count = if text.is_ascii() {
        text.len()
    } else {
        text.encode_utf16().count()
    };
    i32::try_from(count).unwrap_or(i32::MAX)
}

/// The text of UTF-16 units; half a pair becomes a question mark, as Java writes it.
fn from_units(units: &[u16]) -> String {
    char::decode_utf16(units.iter().copied())
        .map(|unit| unit.unwrap_or('?'))
        .collect()
}

fn compare(left: &str, right: &str) -> i32 {
    let difference = left
        .encode_utf16()
        .zip(right.encode_utf16())
        .map(|(a, b)| i32::from(a) - i32::from(b))
        .find(|difference| *difference != 0);
    difference.unwrap_or_else(|| length(left) - length(right))
}

fn first_of(units: &[u16], wanted: &[u16], from: i32) -> i32 {
    let from = usize::try_from(from).unwrap_or(0).min(units.len());
    let tail = units.get(from..).unwrap_or_default();
    if wanted.is_empty() {
        return i32::try_from(from).unwrap_or(-1);
    }
    tail.windows(wanted.len())
        .position(|window| window == wanted)
        .and_then(|at| i32::try_from(at + from).ok())
        .unwrap_or(-1)
}

fn last_of(units: &[u16], wanted: &[u16], from: i32) -> i32 {
    let Ok(from) = usize::try_from(from) else {
        return -1;
    };
    let end = from.saturating_add(wanted.len()).min(units.len());
    let head = units.get(..end).unwrap_or_default();
    if wanted.is_empty() {
        return i32::try_from(end).unwrap_or(-1);
    }
    head.windows(wanted.len())
        .rposition(|window| window == wanted)
        .and_then(|at| i32::try_from(at).ok())
        .unwrap_or(-1)
}
