//! Texts that must be seen nowhere: what is written down goes through here first.

use std::borrow::Cow;
use std::collections::BTreeMap;
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

/// The secrets of one request, in every form in which an answer may give them back.
#[derive(Clone, Default)]
pub(crate) struct Veil {
    /// The longest first: one may be a part of another.
    forms: Vec<Secret>,
}

impl Veil {
    fn of(texts: impl Iterator<Item = String>) -> Veil {
        let mut veil = Veil::default();
        for text in texts {
            veil.add(&Secret::new(text));
        }
        veil
    }

    pub(crate) fn add(&mut self, secret: &Secret) {
        let text = secret.reveal();
        let mut forms = vec![text.to_owned(), form_urlencoded(text)];
        forms.extend(forms.get(1).map(|form| form.replace('+', "%20")));
        for _ in 0..2 {
            // As JSON, and as JSON that stands in JSON again, with letters of other scripts as they are or escaped.
            let escaped = forms.iter().flat_map(|form| {
                let whole = json_text(form);
                [ascii(&whole), whole]
            });
            let escaped: Vec<String> = escaped.collect();
            forms.extend(escaped);
        }
        let standard = &base64::engine::general_purpose::STANDARD;
        forms.push(base64::Engine::encode(standard, text));
        self.forms.extend(forms.into_iter().map(Secret));
        self.forms
            .sort_by(|one, other| other.0.len().cmp(&one.0.len()).then(one.0.cmp(&other.0)));
        self.forms.dedup();
    }

    /// A text without the secrets.
    pub(crate) fn hide(&self, text: &str) -> String {
        let mut text = Cow::Borrowed(text);
        for secret in &self.forms {
            if let Cow::Owned(hidden) = secret.hide(&text) {
                text = Cow::Owned(hidden);
            }
        }
        text.into_owned()
    }
}

fn form_urlencoded(text: &str) -> String {
    let mut url = reqwest::Url::parse("http://localhost/").ok();
    let url = url.as_mut().map(|url| {
        url.query_pairs_mut().append_key_only(text);
        url.query().unwrap_or_default().to_owned()
    });
    url.unwrap_or_default()
}

/// A text as JSON has it between its quotes.
fn json_text(text: &str) -> String {
    let quoted = serde_json::Value::from(text).to_string();
    let inner = quoted
        .strip_prefix('"')
        .and_then(|text| text.strip_suffix('"'));
    inner.unwrap_or_default().to_owned()
}

/// JSON without a letter outside of ASCII.
fn ascii(json: &str) -> String {
    let mut text = String::new();
    for letter in json.chars() {
        if letter.is_ascii() {
            text.push(letter);
            continue;
        }
        for unit in letter.encode_utf16(&mut [0; 2]) {
            text.push_str(&format!("\\u{unit:04x}"));
        }
    }
    text
}

/// What stands in the place of a secret.
const MASK: &str = "••••";

impl fmt::Debug for Secret {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(MASK)
    }
}

/// The variables of an environment that hold a secret of AWS.
const CREDENTIALS: [&str; 2] = ["AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"];

/// The credentials that the environment of this process holds, and those that a function is given besides.
pub(crate) fn credentials(given: &BTreeMap<String, String>) -> Veil {
    static OWN: OnceLock<Veil> = OnceLock::new();
    let own = OWN.get_or_init(|| {
        let values = CREDENTIALS.into_iter();
        Veil::of(values.filter_map(|name| std::env::var(name).ok()))
    });
    let given = CREDENTIALS.into_iter().filter_map(|name| given.get(name));
    let mut veil = own.clone();
    for value in given {
        veil.add(&Secret::new(value));
    }
    veil
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

    #[test]
    fn credentials_that_a_function_is_given_are_hidden() {
        let given = [("AWS_SESSION_TOKEN", "PLANTED/TOKEN="), ("TABLE", "orders")];
        let given = given.map(|(name, value)| (name.to_owned(), value.to_owned()));
        let veil = credentials(&given.into());
        assert_eq!(veil.hide("PLANTED/TOKEN= of orders"), "•••• of orders");
    }

    #[test]
    fn a_secret_is_found_in_every_form_an_answer_gives_it_back_in() {
        let mut veil = Veil::default();
        veil.add(&Secret::new("PLANTED \"é/1"));
        for form in [
            "PLANTED \"é/1",
            r#"PLANTED \"é/1"#,
            r#"PLANTED \"\u00e9/1"#,
            r#"PLANTED \\\"é/1"#,
            r#"PLANTED \\\"\\u00e9/1"#,
            "PLANTED+%22%C3%A9%2F1",
            "PLANTED%20%22%C3%A9%2F1",
            "UExBTlRFRCAiw6kvMQ==",
        ] {
            assert_eq!(veil.hide(&format!("a {form} b")), "a •••• b", "{form}");
        }
    }
}
