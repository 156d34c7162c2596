//! An edit of a text whose placeholders are filled, carried over to the text as it is written.

use regex::RegexBuilder;

use crate::project::variables::Part;
use crate::project::variables::parts;
use crate::text::Span;
use crate::text::Splice;
use crate::text::TextEdit;

/// Bytes that the pattern of a text may take.
const LARGEST_PATTERN: usize = 64 << 20;

/// A placeholder as it is written, and its value in the filled text.
struct Filled<'a> {
    written: Span,
    value: Span,
    text: &'a str,
}

/// What has to change in `written`, so that `filled`, which came of it, becomes `wanted`.
///
/// # Errors
/// Why it cannot be done: the value of a placeholder would change, or the texts do not belong together.
pub fn refit(written: &str, filled: &str, wanted: &str) -> Result<TextEdit, String> {
    let placeholders = align(written, filled)?;
    let whole = TextEdit::replace(Span::new(0, filled.len()), wanted).trimmed(filled);
    let Some(change) = whole.splices().first() else {
        return Ok(TextEdit::default());
    };
    let mut changed = change.span;
    // A placeholder whose value is touched belongs to the change as a whole.
    for placeholder in &placeholders {
        let value = placeholder.value;
        if value.start < changed.end && changed.start < value.end {
            changed.start = changed.start.min(value.start);
            changed.end = changed.end.max(value.end);
        }
    }
    let new = format!(
        "{}{}{}",
        Span::new(changed.start, change.span.start).of(filled),
        change.insert,
        Span::new(change.span.end, changed.end).of(filled)
    );
    let mut splices = Vec::new();
    let mut put = 0;
    let mut place = Place::before(&placeholders, changed.start);
    let inside = placeholders
        .iter()
        .filter(|one| changed.encloses(one.value) && one.value.start < changed.end);
    for placeholder in inside {
        let value = placeholder.value.of(filled);
        let at = new.get(put..).and_then(|rest| rest.find(value));
        let at = at.ok_or_else(|| {
            format!(
                "{} stands in the file for {value:?}; change that there",
                placeholder.text
            )
        })?;
        let insert = new.get(put..put + at).unwrap_or_default();
        splices.extend(place.until(filled, placeholder.value.start, insert)?);
        put += at + value.len();
        place = Place {
            written: placeholder.written.end,
            filled: placeholder.value.end,
        };
    }
    let insert = new.get(put..).unwrap_or_default();
    splices.extend(place.until(filled, changed.end, insert)?);
    TextEdit::new(splices).map_err(|overlap| overlap.to_string())
}

/// The same place in both texts, outside of placeholders.
#[derive(Clone, Copy)]
struct Place {
    written: usize,
    filled: usize,
}

impl Place {
    /// The place of an offset of the filled text that lies in no value.
    fn before(placeholders: &[Filled<'_>], offset: usize) -> Place {
        let last = placeholders
            .iter()
            .rev()
            .find(|one| one.value.end <= offset && one.value.start < offset);
        let (written, filled) = last.map_or((0, 0), |one| (one.written.end, one.value.end));
        Place {
            written: written + (offset - filled),
            filled: offset,
        }
    }

    /// What makes the text from here to `end`, where there is no placeholder between, into `insert`.
    fn until(self, filled: &str, end: usize, insert: &str) -> Result<Option<Splice>, String> {
        let old = filled.get(self.filled..end).unwrap_or_default();
        if old == insert {
            return Ok(None);
        }
        if insert.contains("${") {
            return Err(
                "${ begins a placeholder in this file; write the reference without braces"
                    .to_owned(),
            );
        }
        let edit = TextEdit::replace(Span::new(0, old.len()), insert).trimmed(old);
        let splice = edit.splices().first().cloned();
        Ok(splice.map(|splice| Splice {
            span: Span::new(
                self.written + splice.span.start,
                self.written + splice.span.end,
            ),
            insert: splice.insert,
        }))
    }
}

/// Finds the values of the placeholders in the filled text.
fn align<'a>(written: &'a str, filled: &str) -> Result<Vec<Filled<'a>>, String> {
    let apart = || "the text there is another one by now".to_owned();
    let mut pattern = String::from("\\A");
    let mut places = Vec::new();
    let mut at = 0;
    for part in parts(written) {
        match part {
            Part::Plain(text) => {
                pattern.push_str(&regex::escape(text));
                at += text.len();
            }
            Part::Variable(inside) => {
                pattern.push_str("(.*?)");
                let end = at + inside.len() + 3;
                places.push(Span::new(at, end));
                at = end;
            }
        }
    }
    pattern.push_str("\\z");
    let regex = RegexBuilder::new(&pattern)
        .dot_matches_new_line(true)
        .size_limit(LARGEST_PATTERN)
        .build()
        .map_err(|_| "the text is too large to be changed here".to_owned())?;
    let found = regex.captures(filled).ok_or_else(apart)?;
    let values = found.iter().skip(1).flatten();
    Ok(places
        .into_iter()
        .zip(values)
        .map(|(place, value)| Filled {
            written: place,
            value: Span::new(value.start(), value.end()),
            text: place.of(written),
        })
        .collect())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn done(written: &str, filled: &str, wanted: &str) -> Result<String, String> {
        refit(written, filled, wanted).map(|edit| edit.apply(written))
    }

    #[test]
    fn what_stands_around_a_placeholder_can_be_changed() {
        let written = "{\"arn\": \"${Arn}\", \"input\": \"$input.path('$.a')\"}\n";
        let filled = "{\"arn\": \"arn:x\", \"input\": \"$input.path('$.a')\"}\n";
        assert_eq!(
            done(written, filled, &filled.replace("'$.a'", "'$.b'")).unwrap(),
            written.replace("'$.a'", "'$.b'")
        );
        let both = filled
            .replace("arn\":", "ARN\":")
            .replace("input\":", "in\":");
        let expected = written
            .replace("arn\":", "ARN\":")
            .replace("input\":", "in\":");
        assert_eq!(done(written, filled, &both).unwrap(), expected);
        assert_eq!(
            done(written, filled, &format!("{filled}more")).unwrap(),
            format!("{written}more")
        );
    }

    #[test]
    fn a_value_stays_as_it_is() {
        let words = done("a ${X}b", "a 1b", "a 2b").unwrap_err();
        assert!(words.contains("${X}") && words.contains("\"1\""), "{words}");
        assert!(done("a ${X}", "a 1", "a ").is_err());
        assert!(
            done("a ${X}", "b 1", "b 2")
                .unwrap_err()
                .contains("another")
        );
        assert!(
            done("a ${X}", "a 1", "${b} 1")
                .unwrap_err()
                .contains("braces")
        );
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn the_changed_text_fills_to_what_was_wanted(
            pieces in prop::collection::vec(("[ab\n]{0,3}", "[abc\n]{0,2}"), 0..4),
            end in "[ab\n]{0,3}",
            wanted in prop::collection::vec("[abx\n]{0,3}", 5),
        ) {
            let mut written = String::new();
            let (mut filled, mut changed) = (String::new(), String::new());
            for (place, (plain, value)) in pieces.iter().enumerate() {
                written += &format!("{plain}${{V{place}}}");
                filled += &format!("{plain}{value}");
                changed += &format!("{}{value}", wanted[place]);
            }
            written += &end;
            filled += &end;
            changed += &wanted[4];
            if let Ok(text) = done(&written, &filled, &changed) {
                // The values are those that were found, which can be others where the text leaves a choice.
                let values = align(&written, &filled).unwrap();
                let mut refilled = text;
                for one in &values {
                    refilled = refilled.replacen(one.text, one.value.of(&filled), 1);
                }
                prop_assert_eq!(refilled, changed);
            }
        }
    }
}
