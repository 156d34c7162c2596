//! What an output is: JSON, nearly JSON, a request to Step Functions.

use crate::query::Value;
use crate::session::lab::Meaning;
use crate::session::lab::Sight;
use crate::syntax::Format;
use crate::text::LineIndex;
use crate::text::Span;

/// Reads the output of a rendering.
pub(crate) fn meaning_of(sight: &Sight) -> Meaning {
    let text: &str = &sight.output;
    let trimmed = text.trim();
    if trimmed.is_empty() {
        return Meaning::Nothing;
    }
    if let Ok(value) = Value::parse(text) {
        return Meaning::Json(value);
    }
    if !trimmed.starts_with(['{', '[', '"']) {
        return Meaning::Text;
    }
    let parse = crate::syntax::parse(text, Format::Json);
    let Some(error) = parse.errors.first() else {
        return Meaning::Text;
    };
    let start = error.span.start.min(text.len());
    let end = error.span.end.max(start + 1).min(text.len());
    Meaning::Broken {
        place: LineIndex::new(text).locate(text, start),
        span: Span::new(start, end),
        message: error.message.clone(),
        reason: reason(sight, start),
    }
}

/// The input of an execution that a request asks for; none where there is none, or it is no text.
pub(crate) fn start_input(meaning: &Meaning) -> Option<Result<Value, String>> {
    let Meaning::Json(request) = meaning else {
        return None;
    };
    request.get("stateMachineArn")?;
    let text = request.get("input")?.as_str()?;
    Some(
        Value::parse(text).map_err(|_| match crate::session::lab::json_problem(text) {
            Some(problem) => problem.message,
            None => "it is empty".to_owned(),
        }),
    )
}

/// The most likely reason why an output is no JSON, from what stands at the place and what wrote it.
fn reason(sight: &Sight, at: usize) -> Option<String> {
    let text: &str = &sight.output;
    let around = text.get(floor(text, at.saturating_sub(400))..ceil(text, at + 400))?;
    let piece = sight
        .wrote(at)
        .or_else(|| sight.wrote(at.saturating_sub(1)));
    let writer = piece.map(|piece| piece.template.of(&sight.template).trim().to_owned());
    if around.contains("\\'") {
        return Some(
            "`$util.escapeJavaScript` writes ' as \\', which JSON does not know: put .replaceAll(\"\\\\'\", \"'\") behind it"
                .to_owned(),
        );
    }
    let undefined = sight.rows.iter().rev().find(|row| {
        matches!(row.kind, crate::session::lab::RowKind::Undefined)
            && piece.is_none_or(|piece| row.span.start <= piece.template.end)
    });
    // The place may be the colon or the comma itself.
    let rest = text.get(at..).unwrap_or_default();
    let at = at + usize::from(rest.starts_with([':', ',']));
    let before = text.get(..at).unwrap_or_default().trim_end();
    let here = text.get(at..).unwrap_or_default().trim_start();
    if before.ends_with(':') || before.ends_with(',') && here.starts_with([',', '}', ']']) {
        let name = undefined.map(|row| row.label.clone()).or_else(|| {
            let empty = sight.rows.iter().rev().find(|row| {
                row.value == crate::session::lab::Seen::Text(String::new())
                    && matches!(row.kind, crate::session::lab::RowKind::Value)
            });
            empty.map(|row| row.label.clone())
        });
        if before.ends_with(':')
            && let Some(name) = name
        {
            return Some(format!(
                "`{name}` printed nothing here; test for it with #if, or put quotes around it"
            ));
        }
        if before.ends_with(',') {
            return Some(
                "There is a comma before the end; write it only #if($foreach.hasNext)".to_owned(),
            );
        }
    }
    if let Some(writer) = writer.filter(|writer| writer.starts_with('$')) {
        let java = piece.is_some_and(|piece| {
            let image = piece.output.of(text);
            image.starts_with('{') && image.contains('=') && !image.contains("\":")
        });
        if java {
            return Some(format!(
                "`{writer}` is an object and prints as Java text; $input.json writes it as JSON"
            ));
        }
        return Some(format!(
            "`{writer}` wrote this; a text in JSON needs $util.escapeJavaScript(…).replaceAll(\"\\\\'\", \"'\")"
        ));
    }
    None
}

fn floor(text: &str, at: usize) -> usize {
    (0..=at.min(text.len()))
        .rev()
        .find(|at| text.is_char_boundary(*at))
        .unwrap_or(0)
}

fn ceil(text: &str, at: usize) -> usize {
    (at.min(text.len())..=text.len())
        .find(|at| text.is_char_boundary(*at))
        .unwrap_or(text.len())
}
