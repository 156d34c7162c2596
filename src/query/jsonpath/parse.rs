//! From text to steps, by Jayway's grammar.

use std::sync::Arc;

use crate::query::Value;
use crate::query::jsonpath::Path;
use crate::query::jsonpath::PathError;
use crate::query::jsonpath::Root;
use crate::query::jsonpath::cursor::Cursor;
use crate::query::jsonpath::cursor::ended;
use crate::query::jsonpath::filter;
use crate::query::jsonpath::literal::unescape;
use crate::query::jsonpath::step::Parameter;
use crate::query::jsonpath::step::Step;

/// Paths inside filters and function arguments may nest this deep.
const NESTING: usize = 16;
/// The most steps of a path.
const STEPS: usize = 1_000;

/// Parses a whole path; `depth` counts the paths around it.
pub fn path(text: &str, depth: usize) -> Result<Path, PathError> {
    if depth > NESTING {
        return Err(PathError::invalid("Paths are nested too deep"));
    }
    let trimmed = text.trim_end();
    if trimmed.is_empty() {
        return Err(PathError::invalid_at("json can not be null or empty", 0));
    }
    let (root, rest) = root(trimmed);
    let chars: Vec<char> = match &rest {
        Some(rest) => std::iter::once('$').chain(rest.chars()).collect(),
        None => "$.".chars().chain(trimmed.chars()).collect(),
    };
    if chars.last() == Some(&'.') {
        return Err(PathError::invalid_at(
            "Path must not end with a '.' or '..'",
            chars.len() - 1,
        ));
    }
    let mut reader = Reader {
        cursor: Cursor::new(&chars),
        steps: Vec::new(),
        depth,
    };
    reader.read()?;
    let steps = around_scan(reader.steps, text);
    Ok(Path {
        text: Arc::from(text),
        root,
        rooted: trimmed.starts_with('$'),
        steps: Arc::from(steps),
    })
}

/// The root and the text behind it; no text if the path lacks its root.
fn root(text: &str) -> (Root, Option<String>) {
    if let Some(rest) = text.strip_prefix("$$") {
        return (Root::Context, Some(rest.to_string()));
    }
    if let Some(rest) = text.strip_prefix('@') {
        return (Root::Input, Some(rest.to_string()));
    }
    let Some(rest) = text.strip_prefix('$') else {
        return (Root::Input, None);
    };
    let length: usize = rest
        .chars()
        .take_while(|char| char.is_alphanumeric() || *char == '_')
        .map(char::len_utf8)
        .sum();
    match rest.split_at_checked(length) {
        Some((name, rest))
            if name.starts_with(|char: char| char.is_alphabetic() || char == '_') =>
        {
            (Root::Variable(Arc::from(name)), Some(rest.to_string()))
        }
        _ => (Root::Input, Some(rest.to_string())),
    }
}

/// `$..path.function()` means the function of all that `$..path` finds.
fn around_scan(mut steps: Vec<Step>, text: &str) -> Vec<Step> {
    if !matches!(steps.first(), Some(Step::Scan))
        || !matches!(steps.last(), Some(Step::Function { .. }))
    {
        return steps;
    }
    let Some(position) = steps
        .iter()
        .position(|step| matches!(step, Step::Function { .. }))
    else {
        return steps;
    };
    let mut tail = steps.split_off(position);
    if let Some(Step::Function { parameters, .. }) = tail.first_mut() {
        *parameters = vec![Parameter::Path(Path {
            text: Arc::from(text),
            root: Root::Input,
            rooted: true,
            steps: Arc::from(steps),
        })];
    }
    tail
}

struct Reader<'a> {
    cursor: Cursor<'a>,
    steps: Vec<Step>,
    depth: usize,
}

impl Reader<'_> {
    fn read(&mut self) -> Result<(), PathError> {
        if self.cursor.is_tail() {
            return Ok(());
        }
        self.cursor.position = 1;
        if !matches!(self.cursor.current(), Some('.' | '[')) {
            return Err(PathError::invalid_at(
                "Illegal character at position 1 expected '.' or '['",
                1,
            ));
        }
        loop {
            self.next()?;
            if self.steps.len() > STEPS {
                return Err(PathError::invalid(format!(
                    "The path has more than {STEPS} steps"
                )));
            }
            if self.cursor.is_tail() {
                return Ok(());
            }
        }
    }

    fn next(&mut self) -> Result<(), PathError> {
        match self.cursor.current() {
            None => Err(ended(self.cursor.position)),
            Some('[') => {
                if self.bracket_property()?
                    || self.array()?
                    || self.wildcard()?
                    || self.filter()?
                    || self.placeholder()?
                {
                    return Ok(());
                }
                let position = self.cursor.position;
                Err(PathError::invalid_at(
                    format!(
                        "Could not parse token starting at position {position}. Expected ?, ', 0-9, * "
                    ),
                    position,
                ))
            }
            Some('.') => self.dot(),
            Some('*') => {
                self.cursor.position += 1;
                self.steps.push(Step::Wildcard);
                Ok(())
            }
            Some(_) => self.property_or_function(),
        }
    }

    fn dot(&mut self) -> Result<(), PathError> {
        let position = self.cursor.position;
        if self.cursor.at(position + 1) == Some('.') {
            self.steps.push(Step::Scan);
            self.cursor.position += 2;
        } else if position + 1 >= self.cursor.end {
            return Err(PathError::invalid_at(
                "Path must not end with a '.",
                position,
            ));
        } else {
            self.cursor.position += 1;
        }
        if self.cursor.current() == Some('.') {
            let position = self.cursor.position;
            return Err(PathError::invalid_at(
                format!("Character '.' on position {position} is not valid."),
                position,
            ));
        }
        self.next()
    }

    /// `fooBar` or `fooBar(…)`.
    fn property_or_function(&mut self) -> Result<(), PathError> {
        let start = self.cursor.position;
        if self.cursor.current() == Some(' ') {
            return Err(PathError::invalid_at(
                format!("Could not parse token starting at position {start}"),
                start,
            ));
        }
        let mut end = start;
        while end < self.cursor.end {
            match self.cursor.at(end) {
                Some(' ') => {
                    return Err(PathError::invalid_at(
                        format!(
                            "Use bracket notion ['my prop'] if your property contains blank characters. position: {start}"
                        ),
                        start,
                    ));
                }
                Some('.' | '[' | '(') => break,
                _ => end += 1,
            }
        }
        let name = self.cursor.text(start, end);
        if self.cursor.at(end) != Some('(') || end >= self.cursor.end {
            self.cursor.position = end;
            self.steps.push(Step::Properties {
                names: vec![Arc::from(name)],
                quote: '\'',
            });
            return Ok(());
        }
        let Some(close) = self.cursor.matching(end, '(', ')', false) else {
            return Err(PathError::invalid_at(
                format!("Arguments to function: '{name}' are not closed properly."),
                end,
            ));
        };
        let parameters = self.parameters(end + 1, close)?;
        // Behind a call without arguments Jayway stands still at the bracket, so that anything
        // that follows reads as a member named `)…`, which no value has.
        self.cursor.position = if close == end + 1 { close } else { close + 1 };
        self.steps.push(Step::Function { name, parameters });
        Ok(())
    }

    /// The arguments between two positions: paths, and JSON that starts with `{`, `"`, `-` or a digit.
    fn parameters(&self, start: usize, end: usize) -> Result<Vec<Parameter>, PathError> {
        let mut pieces = vec![String::new()];
        let (mut depth, mut quote, mut escaped) = (0usize, None, false);
        for char in self.cursor.slice(start, end).iter().copied() {
            match (quote, char) {
                (Some(_), _) if escaped => escaped = false,
                (Some(_), '\\') => escaped = true,
                (Some(mark), _) if mark == char => quote = None,
                (Some(_), _) => {}
                (None, '"' | '\'') => quote = Some(char),
                (None, '(' | '[' | '{') => depth += 1,
                (None, ')' | ']' | '}') => depth = depth.saturating_sub(1),
                (None, ',') if depth == 0 => {
                    pieces.push(String::new());
                    continue;
                }
                _ => {}
            }
            if let Some(piece) = pieces.last_mut() {
                piece.push(char);
            }
        }
        let mut parameters = Vec::new();
        for piece in pieces.iter().map(|piece| piece.trim()) {
            match piece.chars().next() {
                Some('$' | '@') => parameters.push(Parameter::Path(path(piece, self.depth + 1)?)),
                Some('{' | '"' | '-' | '0'..='9') => {
                    let value = Value::parse(piece)
                        .map_err(|error| PathError::invalid_at(error.to_string(), start))?;
                    parameters.push(Parameter::Json(value));
                }
                _ => {}
            }
        }
        Ok(parameters)
    }

    /// `['foo']`, `["foo",'bar']`.
    fn bracket_property(&mut self) -> Result<bool, PathError> {
        let Some((_, quote @ ('\'' | '"'))) = self.cursor.next_significant(self.cursor.position)
        else {
            return Ok(false);
        };
        let mut names: Vec<Arc<str>> = Vec::new();
        let mut start = 0;
        let mut end = 0;
        let (mut inside, mut escaped, mut comma) = (false, false, false);
        for at in self.cursor.position + 1..self.cursor.end {
            let Some(char) = self.cursor.at(at) else {
                break;
            };
            if escaped {
                escaped = false;
            } else if char == '\\' {
                escaped = true;
            } else if char == ']' && !inside {
                if comma {
                    return Err(empty_property(at));
                }
                break;
            } else if char == quote && inside {
                if !matches!(self.cursor.next_significant(at), Some((_, ']' | ','))) {
                    return Err(PathError::invalid_at(
                        format!(
                            "Property must be separated by comma or Property must be terminated close square bracket at index {at}"
                        ),
                        at,
                    ));
                }
                end = at;
                names.push(Arc::from(unescape(&self.cursor.text(start, end))));
                inside = false;
            } else if char == quote {
                start = at + 1;
                inside = true;
                comma = false;
            } else if char == ',' && !inside {
                if comma {
                    return Err(empty_property(at));
                }
                comma = true;
            }
        }
        if inside || names.is_empty() {
            return Err(PathError::invalid_at(
                format!("Property has not been closed - missing closing {quote}"),
                self.cursor.end,
            ));
        }
        let Some(close) = self.cursor.next_is(end, ']') else {
            return Err(PathError::invalid_at(
                "Property has not been closed - missing closing ]",
                self.cursor.end,
            ));
        };
        self.cursor.position = close + 1;
        self.steps.push(Step::Properties { names, quote });
        Ok(true)
    }

    /// `[1]`, `[1,2]`, `[1:]`, `[1:2]`, `[:2]`.
    fn array(&mut self) -> Result<bool, PathError> {
        let position = self.cursor.position;
        if !matches!(
            self.cursor.next_significant(position),
            Some((_, '0'..='9' | '-' | ':'))
        ) {
            return Ok(false);
        }
        let Some(close) = self.cursor.find(position + 1, ']') else {
            return Ok(false);
        };
        let text = self.cursor.text(position + 1, close);
        let text = text.trim();
        if !text
            .chars()
            .all(|char| char.is_ascii_digit() || matches!(char, ',' | '-' | ':' | ' '))
        {
            return Ok(false);
        }
        let step = if text.contains(':') {
            slice(text, position)?
        } else {
            indexes(text, position)?
        };
        self.steps.push(step);
        self.cursor.position = close + 1;
        Ok(true)
    }

    fn wildcard(&mut self) -> Result<bool, PathError> {
        let Some(star) = self.cursor.next_is(self.cursor.position, '*') else {
            return Ok(false);
        };
        let Some(close) = self.cursor.next_is(star, ']') else {
            return Err(PathError::invalid_at(
                format!(
                    "Expected wildcard token to end with ']' on position {}",
                    star + 1
                ),
                star + 1,
            ));
        };
        self.cursor.position = close + 1;
        self.steps.push(Step::Wildcard);
        Ok(true)
    }

    fn filter(&mut self) -> Result<bool, PathError> {
        let start = self.cursor.position;
        let end = (|| {
            let mark = self.cursor.next_is(start, '?')?;
            let open = self.cursor.next_is(mark, '(')?;
            let close = self.cursor.matching(open, '(', ')', true)?;
            self.cursor.next_is(close, ']')
        })();
        let Some(end) = end else {
            return match self.cursor.unclosed(start) {
                Some('/') => Err(PathError::invalid_at(
                    format!(
                        "Could not find matching close for / when parsing regex in : {}",
                        self.cursor.whole()
                    ),
                    start,
                )),
                Some(quote) => Err(PathError::invalid_at(
                    format!(
                        "Could not find matching close quote for {quote} when parsing : {}",
                        self.cursor.whole()
                    ),
                    start,
                )),
                None => Ok(false),
            };
        };
        let filter = filter::compile(self.cursor.slice(start, end + 1), self.depth)?;
        self.steps.push(Step::Filter(Arc::new(filter)));
        self.cursor.position = end + 1;
        Ok(true)
    }

    /// `[?]` stands for a filter given by a program, which Step Functions has no way to do.
    fn placeholder(&mut self) -> Result<bool, PathError> {
        let start = self.cursor.position;
        let Some(mark) = self.cursor.next_is(start, '?') else {
            return Ok(false);
        };
        let (Some((_, ']' | ',')), Some(close)) = (
            self.cursor.next_significant(mark),
            self.cursor.find(start + 1, ']'),
        ) else {
            return Ok(false);
        };
        Err(PathError::invalid_at(
            format!(
                "Not enough predicates supplied for filter [{}] at position {start}",
                self.cursor.text(start + 1, close)
            ),
            start,
        ))
    }
}

fn empty_property(at: usize) -> PathError {
    PathError::invalid_at(format!("Found empty property at index {at}"), at)
}

fn indexes(text: &str, position: usize) -> Result<Step, PathError> {
    let indexes: Result<Vec<i32>, PathError> = text
        .split(',')
        .map(str::trim)
        .map(|token| {
            token.parse::<i32>().map_err(|_| {
                PathError::invalid_at(
                    format!("Failed to parse token in ArrayIndexOperation: {token}"),
                    position,
                )
            })
        })
        .collect();
    indexes.map(Step::Indexes)
}

/// A step behind a second colon is read and has no effect.
fn slice(text: &str, position: usize) -> Result<Step, PathError> {
    let failed =
        || PathError::invalid_at(format!("Failed to parse SliceOperation: {text}"), position);
    if !text
        .chars()
        .all(|char| char.is_ascii_digit() || matches!(char, '-' | ':'))
    {
        return Err(failed());
    }
    let bound = |token: Option<&str>| match token {
        None | Some("") => Ok(None),
        Some(token) => token.parse::<i32>().map(Some).map_err(|_| failed()),
    };
    let mut tokens = text.split(':');
    let (from, to) = (bound(tokens.next())?, bound(tokens.next())?);
    if from.is_none() && to.is_none() {
        return Err(failed());
    }
    Ok(Step::Slice { from, to })
}
