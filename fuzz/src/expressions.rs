//! JSONata and intrinsics over what a state binds: an answer within the limits, and the same one twice.

use std::time::Duration;
use std::time::Instant;

use stepwright::query::Chance;
use stepwright::query::Value;
use stepwright::query::intrinsics::Intrinsic;
use stepwright::query::jsonata::Bindings;
use stepwright::query::jsonata::Expression;
use stepwright::query::jsonata::Outcome;
use stepwright::query::jsonpath::Root;

const INPUT: &str = r#"{"n":3,"text":"héllo world","list":[1,2.5,"x",null,{"a":1},{"a":[2,3]}],"deep":{"a":{"b":{"c":"d"}}},
    "order":{"items":[{"sku":"A","quantity":2,"price":29.95},{"sku":"B","quantity":1,"price":25}]},"big":9007199254740993}"#;

/// How long one evaluation may take, and how much later it may notice.
const LIMIT_MS: u64 = 100;
const GRACE: Duration = Duration::from_millis(1_900);

/// A text that begins with `States.` is an intrinsic, any other one is JSONata.
pub fn check(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    let input = Value::parse(INPUT).unwrap_or_default();
    if Intrinsic::looks_like(&text) {
        check_intrinsic(&text, &input);
    } else {
        check_jsonata(&text, &input);
    }
}

fn check_intrinsic(text: &str, input: &Value) {
    let intrinsic = match Intrinsic::parse(text) {
        Ok(intrinsic) => intrinsic,
        Err(error) => {
            assert!(error.position <= text.len());
            return;
        }
    };
    let resolve = |root: &Root| match root {
        Root::Input => Some(input.clone()),
        Root::Context => Some(Value::object([("Execution", input.clone())])),
        Root::Variable(name) if name.as_ref() == "v" => Some(input.clone()),
        Root::Variable(_) => None,
    };
    intrinsic.paths();
    let begun = Instant::now();
    let one = intrinsic.evaluate(&resolve, &mut Chance::seeded(1));
    assert!(begun.elapsed() < GRACE, "took {:?}", begun.elapsed());
    let two = intrinsic.evaluate(&resolve, &mut Chance::seeded(1));
    assert_eq!(one, two);
}

fn check_jsonata(text: &str, input: &Value) {
    let begun = Instant::now();
    let expression = Expression::parse(text);
    assert!(
        begun.elapsed() < GRACE,
        "parsing took {:?}",
        begun.elapsed()
    );
    let expression = match expression {
        Ok(expression) => expression,
        Err(error) => {
            let end = text.chars().count();
            assert!(error.position.is_none_or(|at| at <= end), "{error:?}");
            return;
        }
    };
    for name in expression
        .variables()
        .iter()
        .chain(expression.unknown_functions())
    {
        assert!(name.position < text.chars().count(), "{name:?}");
    }
    let evaluate = || {
        let mut bindings = Bindings::new(1);
        bindings.clock = Some(1_767_225_600_000);
        bindings.limits.time_ms = Some(LIMIT_MS);
        bindings.limits.depth = Some(300);
        bindings.limits.sequence = Some(10_000);
        let states = [
            ("input", input.clone()),
            ("result", input.clone()),
            ("context", input.clone()),
        ];
        bindings.bind("states", Value::object(states));
        bindings.bind("v", input.clone());
        expression.evaluate(&bindings)
    };
    let begun = Instant::now();
    let one = evaluate();
    let took = begun.elapsed();
    assert!(took < GRACE, "took {took:?}");
    if let Ok(Outcome::Value(value)) = &one {
        assert!(Value::parse(&value.to_json()).is_ok(), "{value:?}");
    }
    // An evaluation that is cut off by the clock may be cut off elsewhere the next time.
    if took < Duration::from_millis(LIMIT_MS / 2) {
        let two = evaluate();
        if two.as_ref().err().is_none_or(|error| error.code != "D1012") {
            assert_eq!(one, two);
        }
    }
}
