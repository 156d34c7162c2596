//! Our shim around the language: outcomes, bindings, limits, names, AWS's functions.

use super::*;

fn bindings() -> Bindings {
    let mut bindings = Bindings::new(1);
    bindings.bind(
        "states",
        Value::parse(r#"{"input":{"n":[1,2,3],"s":"a b","big":9007199254740992,"half":0.5},"context":{"x":1}}"#).unwrap(),
    );
    bindings.bind("v", Value::from(5));
    bindings.clock = Some(1_700_000_000_123);
    bindings
}

fn run(text: &str) -> String {
    match Expression::parse(text).and_then(|expression| expression.evaluate(&bindings())) {
        Ok(Outcome::Value(value)) => value.to_json(),
        Ok(Outcome::Undefined) => "undefined".to_string(),
        Ok(Outcome::Function) => "function".to_string(),
        Err(error) => match error.position {
            Some(position) => format!("{error} at {position}"),
            None => error.to_string(),
        },
    }
}

#[test]
fn outcomes() {
    for (text, expected) in [
        ("$states.input.n", "[1,2,3]"),
        ("$sum($states.input.n) + $v", "11"),
        ("$states.input.big", "9007199254740992"),
        ("$states.input.half * 2", "1"),
        ("$states.nope", "undefined"),
        ("$nope", "undefined"),
        ("$sum", "function"),
        ("null", "null"),
        (
            "$states",
            r#"{"input":{"n":[1,2,3],"s":"a b","big":9007199254740992,"half":0.5},"context":{"x":1}}"#,
        ),
        ("$foo()", "T1006: Attempted to invoke a non-function"),
        (
            "'a' + 1",
            "T2001: The left side of the \"+\" operator must evaluate to a number at 4",
        ),
    ] {
        assert_eq!(run(text), expected, "{text}");
    }
}

#[test]
fn functions_of_aws() {
    for (text, expected) in [
        ("$partition([1,2,3], 2)", "[[1,2],[3]]"),
        ("$partition([1], 2)", "[[1]]"),
        ("$range(0, 10, 3)", "[0,3,6,9]"),
        ("$range(1, 9, 9)", "1"),
        (
            "$hash('input data', 'SHA-1')",
            r#""aaff4a450a104cd177d28d18d74485e8cae074b7""#,
        ),
        ("$parse('{\"a\":[1]}')", r#"{"a":[1]}"#),
        ("$map(['[1]','2'], $parse)", "[[1],2]"),
        ("$uuid() = $uuid()", "false"),
        ("$random(3) = $random(3)", "true"),
        ("$eval('1')", "T1006: Attempted to invoke a non-function"),
        (
            "$encodeUrl('http://x/a b?c=é')",
            r#""http://x/a%20b?c=%C3%A9""#,
        ),
        ("$clone({'a':1})", r#"{"a":1}"#),
        ("$millis()", "1700000000123"),
        ("$now()", r#""2023-11-14T22:13:20.123Z""#),
        ("$length($pad('x', 5))", "5"),
        (
            "$pad('x', 3000000000)",
            "D2015: The pad function makes at most 10000000 characters",
        ),
    ] {
        assert_eq!(run(text), expected, "{text}");
    }
}

#[test]
fn patterns_are_those_of_javascript() {
    assert_eq!(run(r"$contains('é', /\w/)"), "false");
    assert_eq!(run(r"$contains('a1', /[\d]$/)"), "true");
    assert_eq!(
        run("$match('foobar', /foo(?=bar)/)"),
        "U1900: Look-around in the regular expression /foo(?=bar)/ is not supported by this evaluator"
    );
}

#[test]
fn syntax_errors_have_places() {
    for (text, position) in [
        ("1 +", 3),
        ("a b", 2),
        ("\"abc", 0),
        ("(1 + 2", 6),
        ("[1, 2))", 5),
        ("$x := ", 6),
    ] {
        let error = Expression::parse(text).unwrap_err();
        assert_eq!(error.position, Some(position), "{text}: {error}");
    }
}

#[test]
fn knows_its_names() {
    let parse = |text| Expression::parse(text).unwrap();
    let variables = |text| -> Vec<String> {
        parse(text)
            .variables()
            .iter()
            .map(|name| format!("{}@{}", name.name, name.position))
            .collect()
    };
    assert_eq!(variables("$a + $b.c[$d = 1]"), ["a@0", "b@5", "d@10"]);
    assert_eq!(variables("($x := 1; $x + $y)"), ["y@15"]);
    assert_eq!(
        variables("$map($list, function($i){ $i + $states.input.z + $k })"),
        ["list@5", "k@49"]
    );
    assert!(variables("$sum($states.input)").is_empty());
    assert_eq!(parse("$nope(1)").unknown_functions().len(), 1);
    assert_eq!(
        parse("$states.input.a & $states.result").state_fields(),
        Some(&["input".to_string(), "result".to_string()][..])
    );
    assert_eq!(parse("$string($states)").state_fields(), None);
}

#[test]
fn knows_what_it_reads_from_a_context() {
    for (text, expected) in [
        ("phone", &["phone@0"][..]),
        ("1 + phone.number[x > 2]", &["phone@4"]),
        ("aaa + bbb & aaa", &["aaa@0", "bbb@6"]),
        ("$.phone", &["$@0"]),
        ("$$.phone", &["$$@0"]),
        ("$states.input.items[phone > 3]", &[]),
        ("$states.input.items^(phone){name: $sum(price)}", &[]),
        ("$map($states.input.a, function($x){ b })", &["b@36"]),
        ("$states.input.a ~> |item|{'b': c}|", &[]),
        ("($x := {'a': 'b'}; $x.a)", &[]),
        ("'$$' & \"phone\"", &[]),
        ("$v.($y := 1; other)", &[]),
        ("`a b`.c", &["a b@0"]),
    ] {
        let reads: Vec<String> = Expression::parse(text)
            .unwrap()
            .context_reads()
            .iter()
            .map(|read| format!("{}@{}", read.name, read.position))
            .collect();
        assert_eq!(reads, expected, "{text}");
    }
}

#[test]
fn runaways_end() {
    let mut bindings = bindings();
    bindings.limits.time_ms = Some(200);
    for (text, codes) in [
        ("($f := function($x){ $f($x) }; $f(1))", ["D1012", "D1012"]),
        (
            "($f := function($x){ 1 + $f($x) }; $f(1))",
            ["U1001", "D1012"],
        ),
    ] {
        let error = Expression::parse(text)
            .unwrap()
            .evaluate(&bindings)
            .unwrap_err();
        assert!(codes.contains(&error.code.as_str()), "{error}");
    }
    let deep = format!("{}1{}", "(".repeat(20_000), ")".repeat(20_000));
    assert!(Expression::parse(&deep).is_err());
    let nested = "$reduce([1..5000], function($a,$i){[[$a]]}, 1)";
    assert_eq!(
        Expression::parse(nested)
            .unwrap()
            .evaluate(&bindings)
            .unwrap_err()
            .code,
        "U1001"
    );
}

#[test]
fn expressions_are_shared_between_threads() {
    fn shared<T: Send + Sync>() {}
    shared::<Expression>();
}
