//! Literals inside filters: strings with escapes, and JSON as loosely written as Jayway allows.

use std::sync::Arc;

use crate::query::Map;
use crate::query::Value;

/// Arrays and objects in a filter may nest this deep.
const NESTING: usize = 64;

/// Text without its backslash escapes: `\'`, `\n`, `\u00e9`, and any other character as itself.
pub fn unescape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut chars = text.chars();
    while let Some(char) = chars.next() {
        if char != '\\' {
            out.push(char);
            continue;
        }
        match chars.next() {
            Some('b') => out.push('\u{8}'),
            Some('f') => out.push('\u{c}'),
            Some('n') => out.push('\n'),
            Some('r') => out.push('\r'),
            Some('t') => out.push('\t'),
            Some('u') => {
                let digits: String = chars.clone().take(4).collect();
                match u32::from_str_radix(&digits, 16)
                    .ok()
                    .and_then(char::from_u32)
                {
                    Some(unicode) if digits.len() == 4 => {
                        out.push(unicode);
                        chars.nth(3);
                    }
                    _ => out.push('u'),
                }
            }
            Some(other) => out.push(other),
            None => out.push('\\'),
        }
    }
    out
}

/// A JSON value that may also have single quotes and bare words.
pub fn loose_json(text: &[char]) -> Option<Value> {
    let mut reader = Loose { text, position: 0 };
    let value = reader.value(NESTING)?;
    reader.blanks();
    (reader.position == text.len()).then_some(value)
}

struct Loose<'a> {
    text: &'a [char],
    position: usize,
}

impl Loose<'_> {
    fn peek(&self) -> Option<char> {
        self.text.get(self.position).copied()
    }

    fn blanks(&mut self) {
        while self.peek().is_some_and(char::is_whitespace) {
            self.position += 1;
        }
    }

    fn eat(&mut self, char: char) -> bool {
        self.blanks();
        let found = self.peek() == Some(char);
        self.position += usize::from(found);
        found
    }

    fn value(&mut self, depth: usize) -> Option<Value> {
        let depth = depth.checked_sub(1)?;
        self.blanks();
        match self.peek()? {
            '[' => {
                self.position += 1;
                let mut items = Vec::new();
                while !self.eat(']') {
                    items.push(self.value(depth)?);
                    if !self.eat(',') && self.peek() != Some(']') {
                        return None;
                    }
                }
                Some(Value::array(items))
            }
            '{' => {
                self.position += 1;
                let mut members = Map::new();
                while !self.eat('}') {
                    self.blanks();
                    let key = self.scalar_text()?.0;
                    if !self.eat(':') {
                        return None;
                    }
                    members.insert(Arc::from(key), self.value(depth)?);
                    if !self.eat(',') && self.peek() != Some('}') {
                        return None;
                    }
                }
                Some(Value::Object(Arc::new(members)))
            }
            _ => {
                let (text, quoted) = self.scalar_text()?;
                if quoted {
                    return Some(Value::from(text));
                }
                Some(match Value::parse(&text) {
                    Ok(value) => value,
                    Err(_) => Value::from(text),
                })
            }
        }
    }

    fn scalar_text(&mut self) -> Option<(String, bool)> {
        let mut text = String::new();
        if let Some(quote @ ('\'' | '"')) = self.peek() {
            self.position += 1;
            while let Some(char) = self.peek() {
                self.position += 1;
                if char == '\\' {
                    text.push(char);
                    text.extend(self.peek());
                    self.position += 1;
                } else if char == quote {
                    return Some((unescape(&text), true));
                } else {
                    text.push(char);
                }
            }
            return None;
        }
        while let Some(char) = self.peek() {
            if matches!(char, ',' | ']' | '}' | ':' | '[' | '{') {
                break;
            }
            text.push(char);
            self.position += 1;
        }
        let text = text.trim().to_string();
        (!text.is_empty()).then_some((text, false))
    }
}
