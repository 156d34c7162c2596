//! A light tokenizer: enough to say where in an expression something is.

/// A piece of the text; `start` and `end` count characters.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Token {
    pub kind: Kind,
    pub text: String,
    pub start: usize,
    pub end: usize,
}

/// What the piece is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// `$name`, `$`, `$$`.
    Variable,
    Name,
    Text,
    Number,
    Pattern,
    Operator,
    /// Something that is opened and never closed: text, backquotes, a pattern or a comment.
    Open,
}

/// The tokens of an expression, without blanks and comments.
pub fn tokens(text: &str) -> Vec<Token> {
    let chars: Vec<char> = text.chars().collect();
    let mut reader = Reader {
        chars: &chars,
        position: 0,
    };
    let mut found: Vec<Token> = Vec::new();
    loop {
        while reader.peek(0).is_some_and(char::is_whitespace) {
            reader.position += 1;
        }
        let start = reader.position;
        let Some(char) = reader.peek(0) else {
            return found;
        };
        let value_before = found.last().is_some_and(|token| match token.kind {
            Kind::Operator => matches!(token.text.as_str(), ")" | "]" | "}" | "%" | "*"),
            Kind::Name => !matches!(token.text.as_str(), "and" | "or" | "in"),
            Kind::Variable | Kind::Text | Kind::Number | Kind::Pattern | Kind::Open => true,
        });
        let Some(kind) = reader.next(char, value_before) else {
            continue;
        };
        let text = chars
            .get(start..reader.position)
            .unwrap_or_default()
            .iter()
            .collect();
        found.push(Token {
            kind,
            text,
            start,
            end: reader.position,
        });
        if kind == Kind::Open {
            return found;
        }
    }
}

struct Reader<'a> {
    chars: &'a [char],
    position: usize,
}

impl Reader<'_> {
    fn peek(&self, ahead: usize) -> Option<char> {
        self.chars.get(self.position + ahead).copied()
    }

    /// Reads one token; nothing for a comment.
    fn next(&mut self, char: char, value_before: bool) -> Option<Kind> {
        match char {
            '/' if self.peek(1) == Some('*') => {
                self.position += 2;
                while self.position < self.chars.len() {
                    if self.peek(0) == Some('*') && self.peek(1) == Some('/') {
                        self.position += 2;
                        return None;
                    }
                    self.position += 1;
                }
                Some(Kind::Open)
            }
            '"' | '\'' => Some(self.until(char, Kind::Text)),
            '`' => Some(self.until(char, Kind::Name)),
            '/' if !value_before => {
                let kind = self.until('/', Kind::Pattern);
                while self.peek(0).is_some_and(|flag| flag.is_ascii_lowercase()) {
                    self.position += 1;
                }
                Some(kind)
            }
            '0'..='9' => {
                while let Some(char) = self.peek(0) {
                    let digit = char.is_ascii_digit()
                        || (char == '.' && self.peek(1).is_some_and(|next| next.is_ascii_digit()))
                        || matches!(char, 'e' | 'E');
                    if !digit {
                        break;
                    }
                    self.position += 1;
                }
                Some(Kind::Number)
            }
            '$' => {
                self.position += 1;
                if self.peek(0) == Some('$') {
                    self.position += 1;
                } else {
                    self.word();
                }
                Some(Kind::Variable)
            }
            char if is_word(char) => {
                self.word();
                Some(Kind::Name)
            }
            _ => {
                let pair: String = [Some(char), self.peek(1)].into_iter().flatten().collect();
                let double = ["..", ":=", "!=", ">=", "<=", "**", "~>", "?:", "??"];
                self.position += if double.contains(&pair.as_str()) {
                    2
                } else {
                    1
                };
                Some(Kind::Operator)
            }
        }
    }

    fn word(&mut self) {
        while self.peek(0).is_some_and(is_word) {
            self.position += 1;
        }
    }

    fn until(&mut self, close: char, kind: Kind) -> Kind {
        self.position += 1;
        while let Some(char) = self.peek(0) {
            self.position += 1;
            if char == '\\' && close != '`' {
                self.position += 1;
            } else if char == close {
                return kind;
            }
        }
        self.position = self.chars.len();
        Kind::Open
    }
}

fn is_word(char: char) -> bool {
    !char.is_whitespace() && !".[]{}()@#;:?,+-*/%|=<>^&!~\"'`$".contains(char)
}
