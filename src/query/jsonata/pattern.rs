//! Regular expressions with JavaScript's meaning, compiled once for all calls of an expression.
//!
//! A pattern goes to the engine that takes linear time; only look-around and back-references need
//! the one that goes back and forth, which runs on a budget of steps.

use std::cell::RefCell;
use std::ops::Range;
use std::sync::Arc;
use std::sync::OnceLock;

use indexmap::IndexMap;
use jsonata_core::evaluator::EvaluatorError;

use crate::query::jsonata::budget::Account;

/// Steps tried first, and the factor to the next try.
const FIRST: usize = 1_000;
const TRIES: [usize; 4] = [FIRST, 10_000, 100_000, 1_000_000];

/// The patterns written in one expression, by pattern and flags.
#[derive(Default)]
pub struct Patterns(IndexMap<(String, String), Arc<Pattern>>);

/// One pattern, or the reason why it is none.
pub struct Pattern {
    compiled: OnceLock<Result<Compiled, String>>,
    pattern: String,
    flags: String,
}

enum Compiled {
    Linear(regex::Regex),
    Searching {
        text: String,
        tries: Vec<OnceLock<Option<fancy_regex::Regex>>>,
    },
}

/// Where a match and its groups are, in bytes.
pub struct Found {
    pub range: Range<usize>,
    pub groups: Vec<Option<Range<usize>>>,
}

impl Patterns {
    /// Remembers a pattern, to be compiled when first used, and gives the text that stands for it
    /// in the tree: one the evaluator itself can use, where there is one.
    pub fn add(&mut self, pattern: &str, flags: &str) -> String {
        let key = if searches(pattern) {
            pattern.to_string()
        } else {
            translate(pattern, Engine::Linear)
        };
        self.0
            .entry((key.clone(), flags.to_string()))
            .or_insert_with(|| Arc::new(Pattern::new(pattern, flags)));
        key
    }

    /// The pattern; one that came into being during the evaluation is made new.
    pub fn get(&self, pattern: &str, flags: &str) -> Arc<Pattern> {
        self.0
            .get(&(pattern.to_string(), flags.to_string()))
            .cloned()
            .unwrap_or_else(|| Arc::new(Pattern::new(pattern, flags)))
    }
}

impl Pattern {
    fn new(pattern: &str, flags: &str) -> Pattern {
        Pattern {
            compiled: OnceLock::new(),
            pattern: pattern.to_string(),
            flags: flags.to_string(),
        }
    }

    /// Whether the text has a match.
    pub fn is_match(&self, text: &str, account: &Account) -> Result<bool, EvaluatorError> {
        match self.compiled()? {
            Compiled::Linear(regex) => Ok(regex.is_match(text)),
            Compiled::Searching { .. } => Ok(self.find(text, 0, account)?.is_some()),
        }
    }

    /// The first match at or after a byte.
    pub fn find(
        &self,
        text: &str,
        from: usize,
        account: &Account,
    ) -> Result<Option<Found>, EvaluatorError> {
        match self.compiled()? {
            Compiled::Linear(regex) => Ok(regex.captures_at(text, from).map(|captures| {
                found(
                    captures
                        .iter()
                        .map(|group| group.map(|group| group.range())),
                )
            })),
            Compiled::Searching {
                text: pattern,
                tries,
            } => {
                for (steps, regex) in TRIES.iter().zip(tries) {
                    let regex = regex.get_or_init(|| {
                        fancy_regex::RegexBuilder::new(pattern)
                            .backtrack_limit(*steps)
                            .build()
                            .ok()
                    });
                    let Some(regex) = regex else {
                        return Err(self.wrong("it cannot be compiled"));
                    };
                    let length = text.len().saturating_sub(from);
                    account.borrow_mut().step((*steps / 10 + length) as u64)?;
                    match regex.captures_from_pos(text, from) {
                        Ok(captures) => {
                            return Ok(captures.map(|captures| {
                                found(
                                    captures
                                        .iter()
                                        .map(|group| group.map(|group| group.range())),
                                )
                            }));
                        }
                        Err(_) => account.borrow_mut().step(*steps as u64)?,
                    }
                }
                account.borrow_mut().step(u64::MAX)?;
                Ok(None)
            }
        }
    }

    fn compiled(&self) -> Result<&Compiled, EvaluatorError> {
        self.compiled
            .get_or_init(|| compile(&self.pattern, &self.flags))
            .as_ref()
            .map_err(|reason| self.wrong(reason))
    }

    fn wrong(&self, reason: &str) -> EvaluatorError {
        EvaluatorError::EvaluationError(format!(
            "U1900: The regular expression /{}/ cannot be used: {reason}",
            self.pattern
        ))
    }
}

fn found(groups: impl Iterator<Item = Option<Range<usize>>>) -> Found {
    let mut groups = groups;
    let range = groups.next().flatten().unwrap_or_default();
    Found {
        range,
        groups: groups.collect(),
    }
}

fn compile(pattern: &str, flags: &str) -> Result<Compiled, String> {
    let flags: String = flags.chars().filter(|flag| "im".contains(*flag)).collect();
    let with_flags = |text: String| {
        if flags.is_empty() {
            text
        } else {
            format!("(?{flags}){text}")
        }
    };
    if searches(pattern) {
        let text = with_flags(translate(pattern, Engine::Searching));
        fancy_regex::Regex::new(&text).map_err(|error| error.to_string())?;
        return Ok(Compiled::Searching {
            text,
            tries: TRIES.iter().map(|_| OnceLock::new()).collect(),
        });
    }
    regex::Regex::new(&with_flags(translate(pattern, Engine::Linear)))
        .map(Compiled::Linear)
        .map_err(|error| {
            error
                .to_string()
                .lines()
                .last()
                .unwrap_or_default()
                .to_string()
        })
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Engine {
    Linear,
    Searching,
}

/// Whether a pattern has look-around or a back-reference.
pub fn searches(pattern: &str) -> bool {
    let mut chars = pattern.chars();
    let mut class = false;
    while let Some(char) = chars.next() {
        match char {
            '\\' if matches!(chars.next(), Some('1'..='9' | 'k')) && !class => return true,
            '[' => class = true,
            ']' => class = false,
            '(' if !class => {
                let rest = chars.as_str();
                if ["?=", "?!", "?<=", "?<!"]
                    .iter()
                    .any(|look| rest.starts_with(look))
                {
                    return true;
                }
            }
            _ => {}
        }
    }
    false
}

const BLANKS: &str = r"\t\n\x0B\x0C\r \x{A0}\x{1680}\x{2000}-\x{200A}\x{2028}\x{2029}\x{202F}\x{205F}\x{3000}\x{FEFF}";
const WORD: &str = "A-Za-z0-9_";

/// The pattern in the words of the engines, which have Unicode's classes and more operators inside brackets.
fn translate(pattern: &str, engine: Engine) -> String {
    let out = RefCell::new(String::with_capacity(pattern.len() * 2));
    let push = |text: &str| out.borrow_mut().push_str(text);
    // The engine that goes back and forth leaves what it can to the other one, uncounted; with an
    // empty look-ahead in every atom it can leave nothing.
    let atom = |text: &str, class: bool| match engine {
        Engine::Searching if !class => push(&format!("(?:(?=){text})")),
        Engine::Searching | Engine::Linear => push(text),
    };
    let mut chars = pattern.chars();
    let mut class = false;
    while let Some(char) = chars.next() {
        match char {
            '\\' => {
                let Some(escaped) = chars.next() else {
                    push("\\\\");
                    break;
                };
                let set = |inside: &str, class: bool| match (escaped.is_ascii_uppercase(), class) {
                    (false, true) => inside.to_string(),
                    (false, false) => format!("[{inside}]"),
                    (true, _) => format!("[^{inside}]"),
                };
                match escaped {
                    'd' | 'D' => atom(&set("0-9", class), class),
                    'w' | 'W' => atom(&set(WORD, class), class),
                    's' | 'S' => atom(&set(BLANKS, class), class),
                    'b' if class => push(r"\x08"),
                    'b' | 'B' => push(&boundary(escaped, engine)),
                    'n' | 'r' | 't' | 'v' | 'f' => {
                        atom(&format!("\\{escaped}"), class);
                    }
                    '0' => atom(r"\x00", class),
                    'x' | 'u' => {
                        let digits = if escaped == 'x' { 2 } else { 4 };
                        match hexadecimal(chars.as_str(), digits) {
                            Some(code) => {
                                atom(&format!("\\x{{{code}}}"), class);
                                (0..digits).for_each(|_| {
                                    chars.next();
                                });
                            }
                            None => atom(&escaped.to_string(), class),
                        }
                    }
                    'k' if !class && chars.as_str().starts_with('<') => {
                        push("\\k");
                        for char in chars.by_ref() {
                            push(&char.to_string());
                            if char == '>' {
                                break;
                            }
                        }
                    }
                    '1'..='9' if !class => {
                        let mut number = escaped.to_string();
                        while let Some(digit) = chars.as_str().chars().next() {
                            if !digit.is_ascii_digit() {
                                break;
                            }
                            number.push(digit);
                            chars.next();
                        }
                        push(&format!("(?:\\{number})"));
                    }
                    letter if letter.is_ascii_alphanumeric() || !letter.is_ascii() => {
                        atom(&letter.to_string(), class);
                    }
                    other => atom(&format!("\\{other}"), class),
                }
            }
            '[' if class => push("\\["),
            '[' => {
                let rest = chars.as_str();
                if rest.starts_with("^]") {
                    atom(r"[\s\S]", class);
                    chars.next();
                    chars.next();
                } else if rest.starts_with(']') {
                    atom(r"[^\s\S]", class);
                    chars.next();
                } else {
                    class = true;
                    if engine == Engine::Searching {
                        push("(?:(?=)");
                    }
                    push("[");
                    if rest.starts_with('^') {
                        push("^");
                        chars.next();
                    }
                }
            }
            ']' if class => {
                class = false;
                push(if engine == Engine::Searching {
                    "])"
                } else {
                    "]"
                });
            }
            ']' => atom("\\]", class),
            '&' | '~' if class => {
                push("\\");
                push(&char.to_string());
            }
            // JavaScript reads a hyphen beside nothing as itself, which `--` is not here.
            '-' if class && chars.as_str().starts_with('-') => push("\\-"),
            '.' if !class => atom(r"[^\n\r\x{2028}\x{2029}]", class),
            '{' if !class && !counts(chars.as_str()) => atom("\\{", class),
            '}' if !class => atom("\\}", class),
            '(' if !class && chars.as_str().starts_with("?<") => {
                // The name of a group is no atom.
                push("(");
                for char in chars.by_ref() {
                    push(&char.to_string());
                    if matches!(char, '>' | '=' | '!') {
                        break;
                    }
                }
            }
            '(' if !class && chars.as_str().starts_with('?') => {
                push("(?");
                chars.next();
                if let Some(kind) = chars.next() {
                    push(&kind.to_string());
                }
            }
            '{' if !class => {
                push("{");
                for char in chars.by_ref() {
                    push(&char.to_string());
                    if char == '}' {
                        break;
                    }
                }
            }
            '(' | ')' | '|' | '*' | '+' | '?' | '^' | '$' if !class => push(&char.to_string()),
            _ => atom(&char.to_string(), class),
        }
    }
    out.into_inner()
}

fn boundary(escaped: char, engine: Engine) -> String {
    match (engine, escaped) {
        (Engine::Linear, escaped) => format!("(?-u:\\{escaped})"),
        (Engine::Searching, 'b') => {
            format!("(?:(?<=[{WORD}])(?![{WORD}])|(?<![{WORD}])(?=[{WORD}]))")
        }
        (Engine::Searching, _) => {
            format!("(?:(?<=[{WORD}])(?=[{WORD}])|(?<![{WORD}])(?![{WORD}]))")
        }
    }
}

fn hexadecimal(rest: &str, digits: usize) -> Option<&str> {
    rest.get(..digits)
        .filter(|code| code.chars().all(|digit| digit.is_ascii_hexdigit()))
}

/// Whether a brace that was just opened holds a repetition.
fn counts(rest: &str) -> bool {
    let Some((inside, _)) = rest.split_once('}') else {
        return false;
    };
    let (least, most) = inside.split_once(',').unwrap_or((inside, ""));
    !least.is_empty()
        && least.bytes().all(|digit| digit.is_ascii_digit())
        && most.bytes().all(|digit| digit.is_ascii_digit())
}
