//! From text to a call.

use crate::query::Value;
use crate::query::intrinsics::Argument;
use crate::query::intrinsics::Call;
use crate::query::intrinsics::Function;
use crate::query::intrinsics::IntrinsicSyntaxError;
use crate::query::intrinsics::NESTING;
use crate::query::jsonpath::Path;

/// Parses a whole text as one call.
pub fn call(text: &str) -> Result<Call, IntrinsicSyntaxError> {
    let mut reader = Reader {
        chars: text.chars().collect(),
        position: 0,
    };
    let call = reader.call(NESTING)?;
    reader.blanks();
    match reader.peek() {
        None => Ok(call),
        Some(char) => Err(reader.error(format!("Unexpected '{char}' after the call"))),
    }
}

struct Reader {
    chars: Vec<char>,
    position: usize,
}

impl Reader {
    fn peek(&self) -> Option<char> {
        self.chars.get(self.position).copied()
    }

    fn blanks(&mut self) {
        while self.peek().is_some_and(char::is_whitespace) {
            self.position += 1;
        }
    }

    fn text(&self, start: usize) -> String {
        self.chars
            .get(start..self.position)
            .unwrap_or_default()
            .iter()
            .collect()
    }

    fn error(&self, message: impl Into<String>) -> IntrinsicSyntaxError {
        IntrinsicSyntaxError {
            message: message.into(),
            position: self.position,
        }
    }

    fn word(&mut self) -> String {
        let start = self.position;
        while self
            .peek()
            .is_some_and(|char| char.is_alphanumeric() || matches!(char, '.' | '_' | '-' | '+'))
        {
            self.position += 1;
        }
        self.text(start)
    }

    fn call(&mut self, depth: usize) -> Result<Call, IntrinsicSyntaxError> {
        let start = self.position;
        let name = self.word();
        let Some(function) = Function::from_name(&name) else {
            self.position = start;
            return Err(self.error(if name.is_empty() {
                "Expected an intrinsic function".to_string()
            } else {
                format!("'{name}' is not an intrinsic function")
            }));
        };
        let Some(depth) = depth.checked_sub(1) else {
            return Err(self.error(format!("Calls are nested deeper than {NESTING}")));
        };
        if self.peek() != Some('(') {
            return Err(self.error(format!("Expected '(' after {name}")));
        }
        self.position += 1;
        let mut arguments = Vec::new();
        self.blanks();
        if self.peek() == Some(')') {
            self.position += 1;
        } else {
            loop {
                self.blanks();
                arguments.push(self.argument(depth)?);
                self.blanks();
                match self.peek() {
                    Some(',') => self.position += 1,
                    Some(')') => {
                        self.position += 1;
                        break;
                    }
                    Some(char) => {
                        return Err(self.error(format!("Expected ',' or ')' but found '{char}'")));
                    }
                    None => return Err(self.error("The call is not closed: ')' is missing")),
                }
            }
        }
        let arity = function.arity();
        if !arity.contains(&arguments.len()) {
            return Err(IntrinsicSyntaxError {
                message: format!(
                    "{name} takes {} but {} given",
                    count(*arity.start(), *arity.end()),
                    match arguments.len() {
                        1 => "1 is".to_string(),
                        number => format!("{number} are"),
                    }
                ),
                position: start,
            });
        }
        Ok(Call {
            text: self.text(start),
            function,
            arguments,
        })
    }

    fn argument(&mut self, depth: usize) -> Result<Argument, IntrinsicSyntaxError> {
        let start = self.position;
        match self.peek() {
            None => Err(self.error("The call is not closed: an argument is missing")),
            Some('\'') => self.string(),
            Some('$') => self.path(),
            Some(char) if char.is_ascii_digit() || matches!(char, '-' | '+') => {
                let word = self.word();
                match Value::parse(word.strip_prefix('+').unwrap_or(&word)) {
                    Ok(number @ Value::Number(_)) => Ok(Argument::Literal(number)),
                    _ => {
                        self.position = start;
                        Err(self.error(format!("'{word}' is not a number")))
                    }
                }
            }
            Some(char) if char.is_alphabetic() => {
                let word = self.word();
                let literal = match word.as_str() {
                    "true" => Value::Bool(true),
                    "false" => Value::Bool(false),
                    "null" => Value::Null,
                    _ => {
                        self.position = start;
                        return self.call(depth).map(Argument::Call);
                    }
                };
                Ok(Argument::Literal(literal))
            }
            Some(char) => Err(self.error(format!(
                "Expected text in single quotes, a number, a path or a call but found '{char}'"
            ))),
        }
    }

    /// Text in single quotes; a backslash may stand before `'`, `{`, `}` and `\` only.
    fn string(&mut self) -> Result<Argument, IntrinsicSyntaxError> {
        self.position += 1;
        let (mut written, mut value) = (String::new(), String::new());
        loop {
            let Some(char) = self.peek() else {
                return Err(self.error("The text is not closed: ' is missing"));
            };
            match char {
                '\'' => {
                    self.position += 1;
                    return Ok(Argument::Text {
                        written,
                        value: Value::from(value),
                    });
                }
                '\\' => {
                    let escaped = self.chars.get(self.position + 1).copied();
                    match escaped {
                        Some(char @ ('\'' | '{' | '}' | '\\')) => {
                            written.push('\\');
                            written.push(char);
                            value.push(char);
                            self.position += 2;
                        }
                        _ => {
                            return Err(self.error(
                                "A backslash may stand before ', {, } and another backslash only",
                            ));
                        }
                    }
                }
                char => {
                    written.push(char);
                    value.push(char);
                    self.position += 1;
                }
            }
        }
    }

    /// A path, up to the `,` or `)` outside its own brackets.
    fn path(&mut self) -> Result<Argument, IntrinsicSyntaxError> {
        let start = self.position;
        let mut brackets: Vec<char> = Vec::new();
        let mut quote = None;
        while let Some(char) = self.peek() {
            match (quote, char) {
                (Some(_), '\\') => self.position += 1,
                (Some(mark), _) if mark == char => quote = None,
                (Some(_), _) => {}
                (None, '\'' | '"') if !brackets.is_empty() => quote = Some(char),
                (None, '(') => brackets.push(')'),
                (None, '[') => brackets.push(']'),
                (None, ')' | ']') if brackets.last() == Some(&char) => {
                    brackets.pop();
                }
                (None, ',' | ')') if brackets.is_empty() => break,
                (None, _) => {}
            }
            self.position += 1;
        }
        self.position = self.position.min(self.chars.len());
        let text = self.text(start);
        Path::parse(text.trim_end())
            .map(Argument::Path)
            .map_err(|error| IntrinsicSyntaxError {
                message: error.to_string(),
                position: start,
            })
    }
}

fn count(least: usize, most: usize) -> String {
    match (least, most) {
        (0, 0) => "no arguments".to_string(),
        (1, 1) => "1 argument".to_string(),
        (least, most) if least == most => format!("{least} arguments"),
        (least, usize::MAX) => format!("at least {least} arguments"),
        (least, most) => format!("{least} to {most} arguments"),
    }
}
