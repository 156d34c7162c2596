//! A template and a body: parsing and rendering end, places are places, and watching changes nothing.

use std::sync::Arc;

use stepwright::gateway::vtl::Dialect;
use stepwright::gateway::vtl::Environment;
use stepwright::gateway::vtl::Limits;
use stepwright::gateway::vtl::Template;
use stepwright::gateway::vtl::Watch;
use stepwright::gateway::vtl::problems;
use stepwright::gateway::vtl::render;
use stepwright::gateway::vtl::tokens;
use stepwright::query::Value;

const BODY: &str =
    r#"{"a":[1,2.5,"x",null,{"b":[[1],[2,3]]}],"name":"O'Neil","output":"{\"status\":\"ok\"}"}"#;

/// What comes before a NUL is the template, the rest the body; a fixed one where there is none.
pub fn check(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    let (source, body) = text.split_once('\0').unwrap_or((&text, BODY));
    let mut end = 0;
    for token in tokens(source) {
        assert_eq!(token.span.start, end, "tokens leave no gap");
        end = token.span.end;
    }
    assert_eq!(end, source.len());
    for problem in problems(source) {
        assert!(source.get(problem.span.range()).is_some());
    }
    let template = match Template::parse(source) {
        Ok(template) => template,
        Err(error) => {
            assert!(source.get(error.span.range()).is_some());
            return;
        }
    };
    for dialect in [Dialect::ApiGateway, Dialect::Velocity] {
        let mut environment = Environment {
            dialect,
            body: Arc::from(body),
            limits: Limits {
                steps: 50_000,
                output: 50_000,
                ..Limits::default()
            },
            ..Environment::default()
        };
        for (name, json) in [
            ("x", "\"text\""),
            ("list", "[1, \"b\"]"),
            ("map", "{\"k\": 1}"),
        ] {
            let value = Value::parse(json).unwrap_or_default();
            environment.variables.insert(Arc::from(name), value);
        }
        let silent = render(&template, &environment);
        assert!(silent.output.len() <= 50_000);
        environment.watch = Watch::On;
        let watched = render(&template, &environment);
        assert_eq!(silent.output, watched.output, "watching changes nothing");
        assert_eq!(silent.overrides, watched.overrides);
        for piece in &watched.pieces {
            assert!(watched.output.get(piece.output.range()).is_some());
            assert!(source.get(piece.source.range()).is_some());
        }
        for moment in &watched.inspection {
            assert!(source.get(moment.span.range()).is_some());
        }
    }
}
