//! What can be said of a template by itself, with a mend where there is exactly one.

use crate::gateway::vtl;
use crate::gateway::vtl::HighlightKind;
use crate::gateway::vtl::Severity;
use crate::text::Span;
use crate::text::TextEdit;

/// A remark on a template that can be rendered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LabLint {
    pub span: Span,
    /// One sentence.
    pub message: String,
    /// What mends it, in words and as an edit of the template.
    pub fix: Option<(String, TextEdit)>,
}

/// The remarks, in the order of the text. Errors are told by the rendering.
pub(crate) fn lints(template: &str) -> Vec<LabLint> {
    let problems = vtl::problems(template).into_iter();
    let problems = problems.filter(|problem| problem.severity == Severity::Warning);
    let mut found: Vec<LabLint> = problems
        .map(|problem| LabLint {
            span: problem.span,
            message: problem.message,
            fix: None,
        })
        .chain(apostrophes(template))
        .collect();
    found.sort_by_key(|lint| lint.span);
    found
}

/// `escapeJavaScript` writes `'` as `\'`, which is no escape of JSON (API Gateway, mapping template reference).
fn apostrophes(template: &str) -> Vec<LabLint> {
    const CALL: &str = "$util.escapeJavaScript(";
    let tokens = vtl::tokens(template);
    let calls = template.match_indices(CALL);
    calls
        .filter_map(|(at, _)| {
            let end = closing(template, at + CALL.len())?;
            let rest = template.get(end..)?;
            let mended = [".replaceAll(", ".replace("];
            if mended.iter().any(|call| rest.starts_with(call)) || rest.starts_with(')') {
                return None;
            }
            let around = tokens.iter().find(|token| token.span.contains(at))?;
            if around.kind == HighlightKind::Comment {
                return None;
            }
            // Inside of a quoted text quotation marks are doubled.
            let mark = match around.kind == HighlightKind::Quoted {
                true => "\"\"",
                false => "\"",
            };
            let insert = format!(".replaceAll({mark}\\\\'{mark}, {mark}'{mark})");
            Some(LabLint {
                span: Span::new(at, end),
                message: "$util.escapeJavaScript writes an apostrophe as \\', which is not JSON"
                    .to_owned(),
                fix: Some((
                    "Put the apostrophe back with replaceAll".to_owned(),
                    TextEdit::replace(Span::at(end), insert),
                )),
            })
        })
        .collect()
}

/// The byte behind the parenthesis that closes one opened before `from`.
fn closing(text: &str, from: usize) -> Option<usize> {
    let mut depth = 1usize;
    for (index, letter) in text.get(from..)?.char_indices() {
        match letter {
            '(' => depth += 1,
            ')' => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            return Some(from + index + 1);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lost_apostrophe_is_put_back() {
        let text = "{\"input\": \"$util.escapeJavaScript($input.json('$'))\"}";
        let lint = lints(text).remove(0);
        assert!(lint.message.contains("apostrophe"), "{lint:?}");
        let mended = lint.fix.unwrap().1.apply(text);
        assert_eq!(
            mended,
            r#"{"input": "$util.escapeJavaScript($input.json('$')).replaceAll("\\'", "'")"}"#
        );
        assert_eq!(lints(&mended), []);
    }

    #[test]
    fn what_nothing_sets_is_named() {
        let found = lints("#set($a = 1)$a$b");
        assert_eq!(found.len(), 1, "{found:?}");
        assert!(found[0].message.contains("$b"), "{found:?}");
    }
}
