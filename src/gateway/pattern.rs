//! Regular expressions of ECMAScript and Java in the words of the `regex` crate, with bounded effort.

use fancy_regex::Regex;
use fancy_regex::RegexBuilder;

/// Steps a match may take; a pattern that needs more does not match.
const STEPS: usize = 100_000;
/// Bytes a compiled pattern may take.
const SIZE: usize = 1 << 20;
/// Characters a pattern may have.
const LONGEST: usize = 4_096;

/// A compiled regular expression.
#[derive(Debug)]
pub(crate) struct Pattern {
    /// As it was written.
    pub text: String,
    regex: Regex,
}

/// How much of a text a pattern has to cover.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Cover {
    /// Any part: JSON schema's `pattern`.
    Part,
    /// All of it: a selection pattern.
    Whole,
}

impl Pattern {
    /// # Errors
    /// One sentence on why it is no regular expression.
    pub(crate) fn new(text: &str, cover: Cover) -> Result<Pattern, String> {
        if text.chars().count() > LONGEST {
            return Err(format!("a pattern may have {LONGEST} characters"));
        }
        let translated = match cover {
            Cover::Part => translate(text),
            Cover::Whole => format!("\\A(?:{})\\z", translate(text)),
        };
        RegexBuilder::new(&translated)
            .backtrack_limit(STEPS)
            .delegate_size_limit(SIZE)
            .delegate_dfa_size_limit(SIZE)
            .build()
            .map(|regex| Pattern {
                text: text.to_owned(),
                regex,
            })
            .map_err(|error| {
                error
                    .to_string()
                    .lines()
                    .last()
                    .unwrap_or_default()
                    .to_owned()
            })
    }

    pub(crate) fn matches(&self, text: &str) -> bool {
        self.regex.is_match(text).unwrap_or(false)
    }
}

/// Classes are those of ASCII in both languages, a slash may be escaped, and a bracket inside a class is a character.
fn translate(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 8);
    let mut characters = text.chars().peekable();
    let mut inside = false;
    while let Some(character) = characters.next() {
        match (character, inside) {
            ('\\', _) => match characters.next() {
                Some('d') => out.push_str(if inside { "0-9" } else { "[0-9]" }),
                Some('w') => out.push_str(if inside { "A-Za-z0-9_" } else { "[A-Za-z0-9_]" }),
                Some('D') if !inside => out.push_str("[^0-9]"),
                Some('W') if !inside => out.push_str("[^A-Za-z0-9_]"),
                Some('/') => out.push('/'),
                Some('u') => {
                    let digits: String = characters.clone().take(4).collect();
                    if digits.len() == 4 && digits.chars().all(|digit| digit.is_ascii_hexdigit()) {
                        characters.nth(3);
                        out.push_str(&format!("\\x{{{digits}}}"));
                    } else {
                        out.push('u');
                    }
                }
                Some(other) => {
                    out.push('\\');
                    out.push(other);
                }
                None => out.push('\\'),
            },
            ('[', false) => {
                inside = true;
                out.push('[');
                if characters.next_if_eq(&'^').is_some() {
                    out.push('^');
                }
            }
            (']', true) => {
                inside = false;
                out.push(']');
            }
            ('[' | '&' | '~', true) => {
                out.push('\\');
                out.push(character);
            }
            _ => out.push(character),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn part(pattern: &str, text: &str) -> bool {
        Pattern::new(pattern, Cover::Part)
            .expect("a pattern")
            .matches(text)
    }

    #[test]
    fn patterns_search_and_selection_patterns_cover() {
        assert!(part("b", "abc"));
        assert!(part("^[a-z]*$", ""));
        assert!(!part("^[a-z]*$", "Go"));
        let whole = Pattern::new("4\\d{2}", Cover::Whole).expect("a pattern");
        assert!(whole.matches("404"));
        assert!(!whole.matches("4040"));
        let either = Pattern::new("a|b", Cover::Whole).expect("a pattern");
        assert!(!either.matches("ab"));
    }

    #[test]
    fn javascript_is_read_as_javascript() {
        assert!(part(r"^\/a\/\d+$", "/a/12"));
        assert!(!part(r"^\d$", "٣"));
        assert!(part("^[[]$", "["));
        assert!(part(r"^\u0041$", "A"));
        assert!(part(r"^(?=.*\d)(?!.*x).+$", "a1"));
    }

    #[test]
    fn effort_is_bounded() {
        let text = "a".repeat(60);
        assert!(!part(r"^(?=(a+)+b)(a|aa)+\1$", &text));
        assert!(Pattern::new(&"(".repeat(5), Cover::Part).is_err());
        // Too large to be compiled, or bounded when it is tried.
        let huge = Pattern::new("a{1000}{1000}{1000}", Cover::Part);
        assert!(!huge.is_ok_and(|pattern| pattern.matches(&text)));
    }
}
