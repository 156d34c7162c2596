//! Which role each part of a JSON text plays.

use egui::text::ByteIndex;
use egui::text::LayoutJob;
use egui::text::LayoutSection;

use crate::scene::CodeRole;
use crate::scene::Role;
use crate::syntax::Token;
use crate::syntax::TokenKind;
use crate::syntax::tokens;
use crate::text::Span;
use crate::ui::theme::Skin;
use crate::ui::theme::Text;

/// The roles of a JSON text's parts, without gaps, in order.
pub fn json_roles(text: &str) -> Vec<(Span, Role)> {
    let tokens = tokens(text);
    let mut roles: Vec<(Span, Role)> = Vec::with_capacity(tokens.len());
    let mut key_is_expression = false;
    for (index, token) in tokens.iter().enumerate() {
        let role = match token.kind {
            TokenKind::String | TokenKind::OpenString => {
                let content = token.span.of(text);
                if is_key(&tokens, index) {
                    key_is_expression = content.ends_with(".$\"") || content.ends_with("Path\"");
                    Role::Code(CodeRole::Key)
                } else if key_is_expression && content.starts_with("\"$")
                    || content.starts_with("\"{%")
                    || content.starts_with("\"$")
                    || content.starts_with("\"States.") && key_is_expression
                {
                    Role::Code(CodeRole::Expression)
                } else {
                    Role::Code(CodeRole::String)
                }
            }
            TokenKind::Number => Role::Code(CodeRole::Number),
            TokenKind::True | TokenKind::False | TokenKind::Null => Role::Code(CodeRole::Keyword),
            TokenKind::Hole => Role::Code(CodeRole::Expression),
            TokenKind::OpenBrace
            | TokenKind::CloseBrace
            | TokenKind::OpenBracket
            | TokenKind::CloseBracket
            | TokenKind::Colon
            | TokenKind::Comma
            | TokenKind::Comment => Role::Code(CodeRole::Punctuation),
            TokenKind::Blank => match roles.last_mut() {
                Some((span, _)) => {
                    span.end = token.span.end;
                    continue;
                }
                None => Role::Code(CodeRole::Punctuation),
            },
            TokenKind::Unknown => Role::Text,
        };
        match roles.last_mut() {
            Some((span, last)) if *last == role => span.end = token.span.end,
            _ => roles.push((token.span, role)),
        }
    }
    roles
}

/// The text as egui lays it out: never wrapped, in the code font.
pub fn code_job(text: &str, skin: Skin, role: Text) -> LayoutJob {
    let mut job = LayoutJob {
        text: text.to_owned(),
        break_on_newline: true,
        ..LayoutJob::default()
    };
    job.wrap.max_width = f32::INFINITY;
    job.sections = json_roles(text)
        .into_iter()
        .map(|(span, part)| LayoutSection {
            leading_space: 0.0,
            byte_range: ByteIndex(span.start)..ByteIndex(span.end),
            format: role.format(skin.color(part)),
        })
        .collect();
    if job.sections.is_empty() {
        let format = role.format(skin.color(Role::Text));
        job = LayoutJob::single_section(text.to_owned(), format);
    }
    job
}

fn is_key(tokens: &[Token], index: usize) -> bool {
    tokens
        .iter()
        .skip(index + 1)
        .find(|token| !matches!(token.kind, TokenKind::Blank | TokenKind::Comment))
        .is_some_and(|token| token.kind == TokenKind::Colon)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_strings_and_expressions_are_told_apart() {
        let text = r#"{"a.$": "$.b", "c": "d", "e": "{% 1 %}", "f": [1, true]}"#;
        let words: Vec<(&str, Role)> = json_roles(text)
            .into_iter()
            .map(|(span, role)| (span.of(text).trim(), role))
            .collect();
        let code = |role| Role::Code(role);
        assert!(words.contains(&("\"a.$\"", code(CodeRole::Key))));
        assert!(words.contains(&("\"$.b\"", code(CodeRole::Expression))));
        assert!(words.contains(&("\"d\"", code(CodeRole::String))));
        assert!(words.contains(&("\"{% 1 %}\"", code(CodeRole::Expression))));
        assert!(words.contains(&("true", code(CodeRole::Keyword))));
    }

    #[test]
    fn every_byte_has_a_role() {
        let text = " {\"a\": ${X}, // no\n \"b\": tru";
        let mut at = 0;
        for (span, _) in json_roles(text) {
            assert_eq!(span.start, at);
            at = span.end;
        }
        assert_eq!(at, text.len());
    }
}
