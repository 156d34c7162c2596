//! Texts that must be seen nowhere: what is written down goes through here first.

use std::borrow::Cow;
use std::fmt;
use std::sync::OnceLock;

/// Texts shorter than this would be found in everything.
const SHORTEST: usize = 6;

/// A text that is never printed.
#[derive(Clone, Default, PartialEq, Eq)]
pub(crate) struct Secret(String);

impl Secret {
    pub(crate) fn new(text: impl Into<String>) -> Secret {
        Secret(text.into())
    }

    /// The text itself, for the one place that has to send it.
    pub(crate) fn reveal(&self) -> &str {
        &self.0
    }

    /// A text without this secret.
    pub(crate) fn hide<'a>(&self, text: &'a str) -> Cow<'a, str> {
        match self.0.len() >= SHORTEST && text.contains(&self.0) {
            true => Cow::Owned(text.replace(&self.0, MASK)),
            false => Cow::Borrowed(text),
        }
    }
}

/// What stands in the place of a secret.
const MASK: &str = "••••";

impl fmt::Debug for Secret {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(MASK)
    }
}

/// A text without the credentials that the environment of this process holds.
pub(crate) fn without_credentials(text: &str) -> Cow<'_, str> {
    static KNOWN: OnceLock<Vec<Secret>> = OnceLock::new();
    let known = KNOWN.get_or_init(|| {
        let names = ["AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"];
        let values = names
            .into_iter()
            .filter_map(|name| std::env::var(name).ok());
        values.map(Secret::new).collect()
    });
    let mut text = Cow::Borrowed(text);
    for secret in known {
        if let Cow::Owned(hidden) = secret.hide(&text) {
            text = Cow::Owned(hidden);
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_is_not_printed_and_is_taken_out_of_texts() {
        let secret = Secret::new("PLANTED-SECRET");
        assert_eq!(format!("{secret:?}"), "••••");
        assert_eq!(secret.hide("a PLANTED-SECRET b"), "a •••• b");
        assert_eq!(Secret::new("ab").hide("abc"), "abc");
    }
}
