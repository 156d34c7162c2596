//! What the calls give, refuse, and say.

use super::*;
use proptest::prelude::*;

fn evaluate(text: &str) -> String {
    let input = Value::parse(
        r#"{"n":2.5,"s":"a,b;c","list":[1,2,2,1.0,{"x":1},{"x":1}],"o":{"Arg1":1,"Arg2":[]},"t":"{} {}","nul":null}"#,
    )
    .unwrap();
    let resolve = |root: &Root| match root {
        Root::Input => Some(input.clone()),
        Root::Context => Value::parse(r#"{"Execution":{"Name":"run"}}"#).ok(),
        Root::Variable(name) if name.as_ref() == "v" => Some(Value::from(5)),
        Root::Variable(_) => None,
    };
    match Intrinsic::parse(text) {
        Ok(intrinsic) => match intrinsic.evaluate(&resolve, &mut Chance::seeded(1)) {
            Ok(value) => value.to_json(),
            Err(error) => format!("{}: {}", error.error, error.message),
        },
        Err(error) => format!("{} at {}", error.message, error.position),
    }
}

#[test]
fn values() {
    for (text, expected) in [
        (
            "States.Format('{} is {}', $.n, $.o)",
            r#""2.5 is {Arg1=1, Arg2=[]}""#,
        ),
        (
            r"States.Format('\{\} \'{}\' \\', $.nul)",
            r#""{} 'null' \\""#,
        ),
        ("States.Format($.t, 1, 'x')", r#""1 x""#),
        ("States.Format('{}', $$.Execution.Name)", r#""run""#),
        (
            "States.Array(1, 'a', true, null, $v)",
            r#"[1,"a",true,null,5]"#,
        ),
        ("States.Array()", "[]"),
        (
            "States.ArrayPartition(States.Array(1,2,3), 2)",
            "[[1,2],[3]]",
        ),
        (
            "States.ArrayContains($.list, States.StringToJson('{\"x\":1}'))",
            "true",
        ),
        ("States.ArrayRange(1, 9, 2)", "[1,3,5,7,9]"),
        ("States.ArrayRange(1, 9, 9)", "[1]"),
        ("States.ArrayRange(3, 1, -1)", "[3,2,1]"),
        ("States.ArrayGetItem($.list, 1)", "2"),
        ("States.ArrayLength($.list)", "6"),
        ("States.ArrayUnique($.list)", r#"[1,2,{"x":1}]"#),
        (
            "States.Base64Encode('Data to encode')",
            r#""RGF0YSB0byBlbmNvZGU=""#,
        ),
        (
            "States.Base64Decode('RGF0YSB0byBlbmNvZGU=')",
            r#""Data to encode""#,
        ),
        (
            "States.Hash('input data', 'SHA-1')",
            r#""aaff4a450a104cd177d28d18d74485e8cae074b7""#,
        ),
        (
            "States.JsonMerge($.o, States.StringToJson('{\"Arg1\":2}'), false)",
            r#"{"Arg1":2,"Arg2":[]}"#,
        ),
        ("States.JsonToString($.o)", r#""{\"Arg1\":1,\"Arg2\":[]}""#),
        ("States.StringToJson(' ')", "null"),
        ("States.StringToJson('-0')", "0"),
        ("States.MathAdd(2.5, -2.5)", "1"),
        ("States.MathAdd(-1.5, -1.51)", "-3"),
        ("States.StringSplit($.s, ',;')", r#"["a","b","c"]"#),
        ("States.StringSplit(', , ,', ',')", r#"[" "," "]"#),
        ("States.ArrayLength($.list[?(@.x == 1)])  ", "2"),
    ] {
        assert_eq!(evaluate(text), expected, "{text}");
    }
}

#[test]
fn chance_is_seeded() {
    assert_eq!(evaluate("States.UUID()"), evaluate("States.UUID()"));
    assert_eq!(evaluate("States.MathRandom(1, 2)"), "1");
    assert_eq!(
        evaluate("States.MathRandom(0, 1000, 3)"),
        evaluate("States.MathRandom(0, 1000, 3)")
    );
}

#[test]
fn failures() {
    for (text, expected) in [
        (" States.UUID()", "Expected an intrinsic function at 0"),
        (
            "States.Nope()",
            "'States.Nope' is not an intrinsic function at 0",
        ),
        (
            "States.UUID(1)",
            "States.UUID takes no arguments but 1 is given at 0",
        ),
        (
            "States.MathAdd(1)",
            "States.MathAdd takes 2 arguments but 1 is given at 0",
        ),
        (
            "States.Array(1",
            "The call is not closed: ')' is missing at 14",
        ),
        (
            r#"States.Format('\"{}', 1)"#,
            "A backslash may stand before ', {, } and another backslash only at 15",
        ),
        (
            "States.Array($.a b)",
            "Use bracket notion ['my prop'] if your property contains blank characters. position: 2 at 13",
        ),
        (
            "States.ArrayLength($.s)",
            "States.IntrinsicFailure: The function 'States.ArrayLength($.s)' had the following error: The first argument must be an array but is of type string",
        ),
        (
            "States.Array(States.Format('{}'))",
            "States.IntrinsicFailure: The function 'States.Format('{}')' had the following error: The number of arguments (0) does not match the occurrences of {} (1)",
        ),
    ] {
        assert_eq!(evaluate(text), expected, "{text}");
    }
    assert!(evaluate("States.Array($.nope)").starts_with(
        "States.Runtime: The function 'States.Array($.nope)' had the following error: The JsonPath argument for the field '$.nope' could not be found in the input '{"
    ));
    let deep = |levels: usize| format!("{}1{}", "States.Array(".repeat(levels), ")".repeat(levels));
    assert!(Intrinsic::parse(&deep(NESTING)).is_ok());
    assert!(Intrinsic::parse(&deep(NESTING + 1)).is_err());
}

#[test]
fn names_its_paths() {
    let intrinsic = Intrinsic::parse("States.Array($.a, States.Format('{}', $v.b), $$.c)").unwrap();
    let paths: Vec<&str> = intrinsic.paths().into_iter().map(Path::text).collect();
    assert_eq!(paths, ["$.a", "$v.b", "$$.c"]);
}

proptest! {
    #[test]
    fn no_text_panics(text in "States\\.(Format|Array|MathAdd|UUID)[(][$.a-c'{}\\\\,() 0-9\\[\\]-]{0,30}") {
        let _ = evaluate(&text);
    }
}
