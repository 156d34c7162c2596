//! From a template and what it is rendered against to a sight of what happened.

use std::sync::Arc;

use crate::session::lab::LabAnswer;
use crate::session::lab::LabRequest;
use crate::session::lab::LabSide;
use crate::session::lab::Sight;

/// A template to be rendered. It holds all that is needed, so it can be done anywhere.
#[derive(Clone, Debug)]
pub struct LabOrder {
    pub number: u64,
    pub side: LabSide,
    pub template: Arc<str>,
    pub request: LabRequest,
    pub answer: LabAnswer,
}

impl LabOrder {
    /// Bytes that are to be read.
    pub fn size(&self) -> usize {
        self.template.len() + self.request.body.len() + self.answer.body.len()
    }

    /// The sight, or nothing where it would take longer than a frame has time for.
    pub fn render_within_frame(&self) -> Option<Sight> {
        Some(self.render())
    }

    /// Renders the template, however long it takes; the language itself bounds that.
    pub fn render(&self) -> Sight {
        fake(self)
    }
}

/// TEMPORARY until the engine is there.
pub fn fake(order: &LabOrder) -> Sight {
    use crate::query::Value;
    use crate::session::lab::*;
    use crate::text::*;
    let mut sight = Sight {
        side: order.side,
        template: order.template.clone(),
        ..Sight::default()
    };
    let index = LineIndex::new(&order.template);
    let mut at = 0;
    let mut out = String::new();
    for (n, line) in order.template.split('\n').enumerate() {
        let start = at + (line.len() - line.trim_start().len());
        at += line.len() + 1;
        let trimmed = line.trim_start();
        let end = trimmed.find(')').map_or(trimmed.len(), |e| e + 1);
        let end = trimmed.rfind(')').map_or(end, |e| e + 1);
        let span = Span::new(start, start + end);
        let row = |kind, label: &str, value| SightRow {
            kind,
            span,
            line: n + 1,
            label: label.to_owned(),
            before: None,
            value,
            passes: vec![],
        };
        if trimmed.starts_with("#set(") {
            let name = trimmed
                .trim_start_matches("#set(")
                .split(' ')
                .next()
                .unwrap_or("");
            if name.contains("responseOverride") {
                sight
                    .rows
                    .push(row(RowKind::Override, name, Seen::Json(Value::from(400))));
                sight.status = Some(400);
                sight.overrides.push(Override {
                    name: name.trim_start_matches("$context.").to_owned(),
                    value: "400".to_owned(),
                });
            } else {
                sight.rows.push(row(
                    RowKind::Set,
                    name,
                    Seen::Json(Value::parse(&order.request.body).unwrap_or(Value::Null)),
                ));
            }
        } else if trimmed.starts_with("#if(") {
            sight.rows.push(row(
                RowKind::Condition(Taken::No),
                trimmed,
                Seen::Json(Value::Bool(false)),
            ));
        } else if trimmed.starts_with("#elseif(") {
            sight.rows.push(row(
                RowKind::Condition(Taken::Yes),
                trimmed,
                Seen::Json(Value::Bool(true)),
            ));
        } else if trimmed.starts_with("#else") {
            sight.rows.push(row(
                RowKind::Else(Taken::No),
                "#else",
                Seen::Json(Value::Bool(false)),
            ));
            sight
                .skipped
                .push(Span::new(at, (at + 30).min(order.template.len())));
            continue;
        } else if trimmed.starts_with("#foreach(") {
            sight.loops.push(SightLoop {
                span,
                line: n + 1,
                label: "#foreach($item in $root.Items)".into(),
                passes: 2,
                within: None,
            });
            sight
                .rows
                .push(row(RowKind::Loop, "#foreach", Seen::Undefined));
        } else if !trimmed.starts_with('#') && !trimmed.is_empty() {
            let from = out.len();
            out.push_str(line);
            out.push('\n');
            sight.pieces.push(Piece {
                output: Span::new(from, out.len()),
                template: Span::new(start, start + trimmed.len()),
            });
        }
        sight.executed.insert(n + 1);
    }
    let _ = index;
    if order.side == LabSide::Request {
        sight.meaning = Meaning::Json(Value::parse(r#"{"stateMachineArn":"arn:aws:states:us-east-1:123456789012:stateMachine:Orders","name":"cus_91aa","input":"{}"}"#).unwrap_or(Value::Null));
        sight.input = Some(Ok(Value::parse(&order.request.body).unwrap_or(Value::Null)));
    } else {
        sight.meaning = Meaning::Json(Value::parse(&order.answer.body).unwrap_or(Value::Null));
    }
    sight.output = Arc::from(out);
    sight
}
