//! A position in a path's text, with the look-ahead Jayway's grammar is defined by.

use crate::query::jsonpath::PathError;

/// Characters and the range `[position, end)` still to be read.
#[derive(Clone)]
pub struct Cursor<'a> {
    chars: &'a [char],
    pub position: usize,
    pub end: usize,
}

impl<'a> Cursor<'a> {
    pub fn new(chars: &'a [char]) -> Cursor<'a> {
        Cursor {
            chars,
            position: 0,
            end: chars.len(),
        }
    }

    pub fn at(&self, index: usize) -> Option<char> {
        self.chars.get(index).copied()
    }

    pub fn current(&self) -> Option<char> {
        self.at(self.position)
    }

    pub fn in_bounds(&self) -> bool {
        self.position < self.end
    }

    pub fn text(&self, start: usize, end: usize) -> String {
        self.slice(start, end).iter().collect()
    }

    pub fn slice(&self, start: usize, end: usize) -> &'a [char] {
        self.chars.get(start..end).unwrap_or_default()
    }

    /// Whether at most one character is left, where Jayway stops reading.
    pub fn is_tail(&self) -> bool {
        self.position + 1 >= self.end
    }

    pub fn skip_blanks(&mut self) -> &mut Self {
        while self.in_bounds() && self.current() == Some(' ') {
            self.position += 1;
        }
        self
    }

    /// Where the next character that is no blank stands, after `index`.
    pub fn next_significant(&self, index: usize) -> Option<(usize, char)> {
        (index + 1..self.end)
            .filter_map(|at| self.at(at).map(|char| (at, char)))
            .find(|(_, char)| *char != ' ')
    }

    /// The position of the next significant character after `index` if it is `expected`.
    pub fn next_is(&self, index: usize, expected: char) -> Option<usize> {
        self.next_significant(index)
            .and_then(|(at, char)| (char == expected).then_some(at))
    }

    pub fn find(&self, start: usize, wanted: char) -> Option<usize> {
        (start..self.end).find(|at| self.at(*at) == Some(wanted))
    }

    /// The next `wanted` after the current character that no backslash escapes.
    pub fn find_unescaped(&self, wanted: char) -> Option<usize> {
        let mut escaped = false;
        for at in self.position + 1..self.end {
            match self.at(at) {
                _ if escaped => escaped = false,
                Some('\\') => escaped = true,
                Some(char) if char == wanted => return Some(at),
                _ => {}
            }
        }
        None
    }

    /// The bracket that closes the one at `start`; brackets in quotes, and in `/…/` where
    /// `patterns` says so, do not count.
    pub fn matching(&self, start: usize, open: char, close: char, patterns: bool) -> Option<usize> {
        let mut depth = 0usize;
        let mut quote: Option<char> = None;
        let mut escaped = false;
        for at in start..self.end {
            let char = self.at(at)?;
            if let Some(mark) = quote {
                if escaped {
                    escaped = false;
                } else if char == '\\' {
                    escaped = true;
                } else if char == mark {
                    quote = None;
                }
            } else if char == '\'' || char == '"' || (patterns && char == '/') {
                quote = Some(char);
            } else if char == open {
                depth += 1;
            } else if char == close {
                depth = depth.saturating_sub(1);
                if depth == 0 {
                    return Some(at);
                }
            }
        }
        None
    }
}

impl Cursor<'_> {
    pub fn whole(&self) -> String {
        self.chars.iter().collect()
    }

    /// The quote or slash that is still open at the end, read from `start`.
    pub fn unclosed(&self, start: usize) -> Option<char> {
        let mut open: Option<char> = None;
        let mut escaped = false;
        for at in start..self.end {
            match (open, self.at(at)?) {
                _ if escaped => escaped = false,
                (Some(_), '\\') => escaped = true,
                (Some(mark), char) if mark == char => open = None,
                (None, char @ ('\'' | '"' | '/')) => open = Some(char),
                _ => {}
            }
        }
        open
    }
}

/// The failure to read past the end of the text.
pub fn ended(position: usize) -> PathError {
    PathError::invalid_at("The path ends too early", position)
}
