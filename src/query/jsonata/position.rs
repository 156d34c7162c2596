//! Where a syntax error is, which the parser does not say.

use std::panic::catch_unwind;

use jsonata_core::parser;

use crate::query::jsonata::JsonataError;
use crate::query::jsonata::message::code_of;
use crate::query::jsonata::message::syntax_words;
use crate::query::jsonata::token::Kind;
use crate::query::jsonata::token::Token;
use crate::query::jsonata::token::tokens;

/// Beyond this many tokens only the end and unclosed pieces are found.
const TOKENS: usize = 400;

/// Adds position and token to an error of parsing `text`.
pub fn locate(text: &str, mut error: JsonataError) -> JsonataError {
    let tokens = tokens(text);
    let culprit = match error.code.as_str() {
        "S0101" | "S0105" | "S0106" | "S0302" => {
            tokens.iter().find(|token| token.kind == Kind::Open)
        }
        "S0203" | "S0207" => {
            error.position = Some(text.chars().count());
            let close = match tokens.last().map(|token| token.text.as_str()) {
                Some("(") => ")",
                Some("[") => "]",
                _ => "",
            };
            if error.code == "S0207" && !close.is_empty() {
                error.code = "S0203".to_string();
                error.message = format!("Expected {close} before end of expression");
            }
            error.token = Some("(end)".to_string());
            error.message = syntax_words(&error.code, &error.message, "(end)");
            return error;
        }
        _ => first_wrong(text, &tokens, &error.code),
    };
    if let Some(token) = culprit {
        error.position = Some(token.start);
        error.token = Some(token.text.clone());
        error.message = syntax_words(&error.code, &error.message, &token.text);
    }
    error
}

/// The last token of the shortest beginning that already has the same error.
fn first_wrong<'a>(text: &str, tokens: &'a [Token], code: &str) -> Option<&'a Token> {
    tokens.iter().take(TOKENS).find(|token| {
        let beginning: String = text.chars().take(token.end).collect();
        // The parser can fail inside itself on a beginning that the whole text does not have.
        match catch_unwind(|| parser::parse(&beginning)) {
            Ok(Ok(_)) | Err(_) => false,
            Ok(Err(error)) => code_of(&error.to_string()) == Some(code),
        }
    })
}
