//! JSON pointers (RFC 6901): the way to a node, and AWS's way of writing a location.

use std::fmt;

/// Tokens from the root to a node. Prints as `/States/A/Next`; the root prints as the empty text.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Pointer {
    tokens: Vec<String>,
}

impl Pointer {
    pub fn root() -> Pointer {
        Pointer::default()
    }

    /// Reads `/a/b~1c`. A text without a leading slash is read as if it had one.
    pub fn parse(text: &str) -> Pointer {
        if text.is_empty() {
            return Pointer::root();
        }
        Pointer {
            tokens: text
                .strip_prefix('/')
                .unwrap_or(text)
                .split('/')
                .map(|token| token.replace("~1", "/").replace("~0", "~"))
                .collect(),
        }
    }

    pub fn tokens(&self) -> &[String] {
        &self.tokens
    }

    #[must_use]
    pub fn child(&self, token: impl Into<String>) -> Pointer {
        let mut tokens = self.tokens.clone();
        tokens.push(token.into());
        Pointer { tokens }
    }

    /// The pointer one level up; the root has none.
    pub fn parent(&self) -> Option<Pointer> {
        let (_, rest) = self.tokens.split_last()?;
        Some(Pointer {
            tokens: rest.to_vec(),
        })
    }

    pub fn last(&self) -> Option<&str> {
        self.tokens.last().map(String::as_str)
    }
}

impl FromIterator<String> for Pointer {
    fn from_iter<T: IntoIterator<Item = String>>(tokens: T) -> Pointer {
        Pointer {
            tokens: tokens.into_iter().collect(),
        }
    }
}

impl fmt::Display for Pointer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.tokens
            .iter()
            .try_for_each(|token| write!(f, "/{}", token.replace('~', "~0").replace('/', "~1")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_back_what_it_prints() {
        let pointer = Pointer::root().child("States").child("a/b~c");
        assert_eq!(pointer.to_string(), "/States/a~1b~0c");
        assert_eq!(Pointer::parse(&pointer.to_string()), pointer);
    }
}
