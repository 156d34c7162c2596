//! Filters `[?(…)]`: their grammar, and what an element must be to pass.

use crate::query::Value;
use crate::query::jsonpath::Path;
use crate::query::jsonpath::PathError;
use crate::query::jsonpath::Root;
use crate::query::jsonpath::cursor::Cursor;
use crate::query::jsonpath::literal::loose_json;
use crate::query::jsonpath::literal::unescape;
use crate::query::jsonpath::operator::Node;
use crate::query::jsonpath::operator::Operator;
use crate::query::jsonpath::operator::Pattern;
use crate::query::jsonpath::parse;
use crate::query::jsonpath::read;
use crate::query::jsonpath::read::Scope;

/// Parentheses and `!` may nest this deep.
const NESTING: usize = 100;

/// A parsed filter.
#[derive(Clone, Debug)]
pub enum Filter {
    Or(Vec<Filter>),
    And(Vec<Filter>),
    Not(Box<Filter>),
    /// The path leads somewhere, or with `expected` false: nowhere.
    Exists {
        path: Operand,
        expected: bool,
    },
    Compare {
        left: Operand,
        operator: Operator,
        right: Operand,
    },
}

/// A side of a comparison.
#[derive(Clone, Debug)]
pub enum Operand {
    /// `$…` (of the whole document) or `@…` (of the element).
    Path {
        path: Path,
        document: bool,
    },
    Literal(Node),
}

/// Whether `item` passes.
pub fn accepts(filter: &Filter, item: &Value, scope: &Scope) -> bool {
    verdict(filter, item, scope).unwrap_or(false)
}

/// Nothing if an operand is of a kind its operator does not take, which makes the whole filter
/// false, also behind `!` and before `||`.
fn verdict(filter: &Filter, item: &Value, scope: &Scope) -> Option<bool> {
    match filter {
        Filter::Or(filters) => {
            for filter in filters {
                if verdict(filter, item, scope)? {
                    return Some(true);
                }
            }
            Some(false)
        }
        Filter::And(filters) => {
            for filter in filters {
                if !verdict(filter, item, scope)? {
                    return Some(false);
                }
            }
            Some(true)
        }
        Filter::Not(filter) => Some(!verdict(filter, item, scope)?),
        Filter::Exists { path, expected } => Some(match path {
            // Jayway looks for the path in the element, also where it starts with `$`.
            Operand::Path { path, .. } => read::exists(&path.steps, item, scope) == *expected,
            Operand::Literal(_) => false,
        }),
        Filter::Compare {
            left,
            operator,
            right,
        } => {
            let left = resolve(left, item, scope);
            let right = resolve(right, item, scope);
            // Lists are compared item by item, one with each of the other.
            scope.visit(left.len().max(1).saturating_mul(right.len().max(1)));
            if scope.is_exhausted() {
                return None;
            }
            operator.holds(&left, &right)
        }
    }
}

fn resolve(operand: &Operand, item: &Value, scope: &Scope) -> Node {
    match operand {
        Operand::Literal(node) => node.clone(),
        Operand::Path {
            path,
            document: whole,
        } => {
            let from = if *whole { scope.document } else { item };
            match read::read_in(&path.steps, from, scope) {
                Ok(value) => Node::from_value(value),
                Err(_) => Node::Undefined,
            }
        }
    }
}

/// Parses the text from `[` to `]`.
pub fn compile(text: &[char], depth: usize) -> Result<Filter, PathError> {
    let mut reader = Reader {
        cursor: Cursor::new(text),
        text: text.iter().collect(),
        depth,
    };
    let result = reader.open().and_then(|()| {
        let filter = reader.or(NESTING)?;
        if reader.cursor.skip_blanks().in_bounds() {
            let rest = reader
                .cursor
                .text(reader.cursor.position, reader.cursor.end);
            return Err(Trouble::Said(format!(
                "Expected end of filter expression instead of: {rest}"
            )));
        }
        Ok(filter)
    });
    result.map_err(|trouble| {
        let position = reader.cursor.position;
        PathError::invalid(match trouble {
            Trouble::Said(message) | Trouble::Final(message) => message,
            Trouble::Stuck => format!(
                "Failed to parse filter: {}, error on position: {position}, char: {}",
                reader.text,
                reader.cursor.current().unwrap_or(' ')
            ),
        })
    })
}

/// A mistake with words of its own, which other readings of the text may still avoid, or none.
enum Trouble {
    Said(String),
    /// Words that hold whatever other readings there are.
    Final(String),
    Stuck,
}

struct Reader<'a> {
    cursor: Cursor<'a>,
    text: String,
    depth: usize,
}

impl Reader<'_> {
    /// Narrows the cursor from `[?(…)]` to `(…)`.
    fn open(&mut self) -> Result<(), Trouble> {
        for (mark, words) in [
            ('[', "Filter must start with '['"),
            ('?', "Filter must start with '[?'"),
        ] {
            self.cursor.skip_blanks();
            if self.cursor.current() != Some(mark) {
                return Err(Trouble::Said(format!(
                    "{words} and end with ']'. {}",
                    self.text
                )));
            }
            self.cursor.position += 1;
        }
        self.cursor.end -= 1;
        while self.cursor.end > self.cursor.position
            && self.cursor.at(self.cursor.end - 1) == Some(' ')
        {
            self.cursor.end -= 1;
        }
        self.cursor.skip_blanks();
        Ok(())
    }

    fn or(&mut self, depth: usize) -> Result<Filter, Trouble> {
        let mut filters = vec![self.and(depth)?];
        while self.word("||") {
            filters.push(self.and(depth)?);
        }
        Ok(single(filters, Filter::Or))
    }

    fn and(&mut self, depth: usize) -> Result<Filter, Trouble> {
        let mut filters = vec![self.operand(depth)?];
        while self.word("&&") {
            filters.push(self.operand(depth)?);
        }
        Ok(single(filters, Filter::And))
    }

    fn operand(&mut self, depth: usize) -> Result<Filter, Trouble> {
        let Some(depth) = depth.checked_sub(1) else {
            return Err(Trouble::Said("The filter is nested too deep".to_string()));
        };
        let start = self.cursor.skip_blanks().position;
        if self.cursor.current() == Some('!') {
            self.cursor.position += 1;
            if matches!(self.cursor.skip_blanks().current(), Some('$' | '@')) {
                self.cursor.position = start;
            } else {
                return Ok(Filter::Not(Box::new(self.operand(depth)?)));
            }
        }
        if self.cursor.current() == Some('(') {
            self.cursor.position += 1;
            let filter = self.or(depth)?;
            if self.cursor.skip_blanks().current() != Some(')') {
                return Err(Trouble::Said("Expected character: )".to_string()));
            }
            self.cursor.position += 1;
            return Ok(filter);
        }
        self.expression()
    }

    fn expression(&mut self) -> Result<Filter, Trouble> {
        let (left, negated) = self.value()?;
        let start = self.cursor.position;
        let compared = self
            .operator()
            .and_then(|operator| Ok((operator, self.value()?.0)));
        match compared {
            Ok((operator, right)) => {
                return Ok(Filter::Compare {
                    left,
                    operator,
                    right,
                });
            }
            Err(Trouble::Said(_)) => self.cursor.position = start,
            Err(trouble) => return Err(trouble),
        }
        match left {
            Operand::Path { .. } => Ok(Filter::Exists {
                path: left,
                expected: !negated,
            }),
            Operand::Literal(_) => Err(Trouble::Said("Expected path node".to_string())),
        }
    }

    /// A path or literal, and whether a `!` stands before it.
    fn value(&mut self) -> Result<(Operand, bool), Trouble> {
        let negated = self.cursor.skip_blanks().current() == Some('!');
        if negated {
            self.cursor.position += 1;
            self.cursor.skip_blanks();
        }
        match self.cursor.current() {
            Some('$' | '@') => Ok((self.path()?, negated)),
            _ if negated => Err(Trouble::Said("Unexpected character: !".to_string())),
            _ => Ok((Operand::Literal(self.literal()?), false)),
        }
    }

    fn path(&mut self) -> Result<Operand, Trouble> {
        let start = self.cursor.position;
        self.cursor.position += 1;
        while self.cursor.in_bounds() {
            if self.cursor.current() == Some('[') {
                match self.cursor.matching(self.cursor.position, '[', ']', false) {
                    Some(close) => self.cursor.position = close + 1,
                    None => {
                        return Err(Trouble::Said(format!(
                            "Square brackets does not match in filter {}",
                            self.text
                        )));
                    }
                }
                continue;
            }
            match self.cursor.current() {
                Some(' ' | '<' | '>' | '=' | '~' | '!') => break,
                Some('(') => match self.cursor.matching(self.cursor.position, '(', ')', false) {
                    Some(close) => self.cursor.position = close + 1,
                    None => return Err(Trouble::Stuck),
                },
                Some(')') | None => break,
                Some(_) => self.cursor.position += 1,
            }
        }
        let text = self.cursor.text(start, self.cursor.position);
        // The root of a filter's path is never a variable: `$name` is refused like Jayway does.
        let path =
            parse::path(&text, self.depth + 1).map_err(|error| Trouble::Said(error.to_string()))?;
        if path.root() != &Root::Input {
            return Err(Trouble::Said(
                "Illegal character at position 1 expected '.' or '['".to_string(),
            ));
        }
        Ok(Operand::Path {
            path,
            document: text.starts_with('$'),
        })
    }

    fn literal(&mut self) -> Result<Node, Trouble> {
        let start = self.cursor.position;
        match self.cursor.current() {
            Some(quote @ ('\'' | '"')) => {
                let Some(close) = self.cursor.find_unescaped(quote) else {
                    return Err(Trouble::Said(format!(
                        "String literal does not have matching quotes. Expected {quote} in {}",
                        self.text
                    )));
                };
                self.cursor.position = close + 1;
                Ok(Node::Text(unescape(&self.cursor.text(start + 1, close))))
            }
            Some('t' | 'f') => {
                for (word, value) in [("true", true), ("false", false)] {
                    if self.word(word) {
                        return Ok(Node::Bool(value));
                    }
                }
                Err(Trouble::Said("Expected boolean literal".to_string()))
            }
            Some('n') if self.word("null") => Ok(Node::Null),
            Some('n') => Err(Trouble::Said("Expected <null> value".to_string())),
            Some(open @ ('[' | '{')) => {
                let close = if open == '[' { ']' } else { '}' };
                let Some(end) = self.cursor.matching(start, open, close, false) else {
                    return Err(Trouble::Said(format!(
                        "String not closed. Expected ' in {}",
                        self.text
                    )));
                };
                self.cursor.position = end + 1;
                loose_json(self.cursor.slice(start, end + 1))
                    .map(Node::Json)
                    .ok_or(Trouble::Stuck)
            }
            Some('/') => self.pattern(),
            _ => self.number(),
        }
    }

    fn pattern(&mut self) -> Result<Node, Trouble> {
        let start = self.cursor.position;
        let Some(close) = self.cursor.find_unescaped('/') else {
            return Err(Trouble::Said(format!(
                "Pattern not closed. Expected / in {}",
                self.text
            )));
        };
        let mut end = close + 1;
        while self
            .cursor
            .at(end)
            .is_some_and(|char| char.is_ascii_alphabetic())
        {
            end += 1;
        }
        self.cursor.position = end;
        Pattern::compile(
            &self.cursor.text(start + 1, close),
            &self.cursor.text(close + 1, end),
        )
        .map(Node::Pattern)
        .map_err(|reason| reason.map_or(Trouble::Stuck, Trouble::Final))
    }

    fn number(&mut self) -> Result<Node, Trouble> {
        let start = self.cursor.position;
        let mut end = start;
        while self
            .cursor
            .at(end)
            .is_some_and(|char| char.is_ascii_digit() || matches!(char, '-' | '.' | 'e' | 'E'))
            && end < self.cursor.end
        {
            end += 1;
        }
        match Node::number(&self.cursor.text(start, end)) {
            Some(node) => {
                self.cursor.position = end;
                Ok(node)
            }
            None => Err(Trouble::Stuck),
        }
    }

    fn operator(&mut self) -> Result<Operator, Trouble> {
        let start = self.cursor.skip_blanks().position;
        let sign = |char: Option<char>| matches!(char, Some('<' | '>' | '=' | '~' | '!'));
        let signs = sign(self.cursor.current());
        let mut end = start;
        while end < self.cursor.end
            && if signs {
                sign(self.cursor.at(end))
            } else {
                self.cursor.at(end) != Some(' ')
            }
        {
            end += 1;
        }
        let word = self.cursor.text(start, end);
        self.cursor.position = end;
        if !self.cursor.in_bounds() && word.is_empty() {
            return Err(Trouble::Stuck);
        }
        Operator::from_word(&word)
            .ok_or_else(|| Trouble::Said(format!("Filter operator {word} is not supported!")))
    }

    /// Reads the word if it comes next.
    fn word(&mut self, word: &str) -> bool {
        let start = self.cursor.skip_blanks().position;
        let end = start + word.len();
        let found = end <= self.cursor.end && self.cursor.text(start, end) == word;
        if found {
            self.cursor.position = end;
        }
        found
    }
}

fn single(mut filters: Vec<Filter>, several: impl FnOnce(Vec<Filter>) -> Filter) -> Filter {
    match filters.pop() {
        Some(filter) if filters.is_empty() => filter,
        Some(filter) => {
            filters.push(filter);
            several(filters)
        }
        None => several(filters),
    }
}
