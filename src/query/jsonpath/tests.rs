//! What paths read, refuse and write; the values are Jayway's own.

use super::*;
use proptest::prelude::*;

fn document() -> Value {
    Value::parse(
        r#"{"a":{"b":[10,20,30]},"s":"text","nul":null,"x-y":1,"list":[{"n":"a","v":1},{"n":"b","v":2},{"n":"c"}],
            "deep":{"v":9,"in":{"v":8}},"empty":[]}"#,
    )
    .unwrap()
}

fn read(path: &str) -> String {
    match Path::parse(path).and_then(|path| path.read(&document())) {
        Ok(value) => value.to_json(),
        Err(error) => format!("{}: {error}", error.code()),
    }
}

#[test]
fn filters_inside_filters_share_one_limit() {
    let items: Vec<Value> = (0..4_000)
        .map(|n| Value::object([("n", Value::from(n))]))
        .collect();
    let document = Value::object([("list", Value::array(items))]);
    let path = Path::parse("$.list[?(@.n in $.list[*].n)]").unwrap();
    assert_eq!(path.read(&document).unwrap_err().code(), "PathLimit");
}

#[test]
fn reads() {
    for (path, expected) in [
        ("$.a.b[0]", "10"),
        ("$.a.b[-1]", "30"),
        ("$['a']['b'][1]", "20"),
        ("$.a.b[0,2]", "[10,30]"),
        ("$.a.b[1:]", "[20,30]"),
        ("$.a.b[-2:]", "[20,30]"),
        ("$.a.b[:-1]", "[10,20]"),
        ("$.a.b[-2:1]", "[20,30,10]"),
        ("$.x-y", "1"),
        ("$..v", "[1,2,9,8]"),
        ("$.list[?(@.v > 1)].n", r#"["b"]"#),
        ("$.list[?(!@.v)].n", r#"["c"]"#),
        ("$.list[?(!(@.v))].n", r#"["c"]"#),
        ("$.list[?(@.n in ['a','c'])].n", r#"["a","c"]"#),
        ("$.list[?(@.n =~ /A|B/i)].n", r#"["a","b"]"#),
        ("$.list[?(@.v == '1')].n", r#"["a"]"#),
        ("$.list[?(@.v == $.x-y)].n", r#"["a"]"#),
        ("$.list[?(@.n == 'a' || @.v == 2 && @.n == 'b')].v", "[1,2]"),
        ("$.list[?(@.nope empty true)]", "[]"),
        ("$..[0].n", r#"["a"]"#),
        (
            "$..[1]['n','v']",
            r#"[{"n":"a","v":1},{"n":"b","v":2},{"n":"c"}]"#,
        ),
        ("$.list[?(!(@.n anyof 'a'))].n", "[]"),
        ("$.list[?(@.v noneof [1] || @.n)].n", "[]"),
        ("$.list[?(@.n contains true || @.v)].n", "[]"),
        ("$.list[?(@.n contains 1 || @.v)].n", r#"["a","b"]"#),
        ("$.a.concat($.s, '-', $.x-y)", r#""text1""#),
        ("$.a.max($.a.b)..v", "[30.0]"),
        ("$.list.length()", "3"),
        ("$.a.b.sum()", "60.0"),
        ("$..v.sum()", "20.0"),
        ("$.a.keys()", r#"["b"]"#),
        ("$.deep['v','in']", r#"{"v":9,"in":{"v":8}}"#),
        ("$.nope[*].x", "[]"),
        ("$.list.[0].n", r#""a""#),
        ("$.nope", "PathNotFound: No results for path: $['nope']"),
        (
            "$.nope.x",
            "PathNotFound: Missing property in path $['nope']",
        ),
        (
            "$.a.b[7]",
            "PathNotFound: No results for path: $['a']['b'][7]",
        ),
        (
            "$.s[0].x",
            "PathNotFound: Filter: [0]['x'] can only be applied to arrays. Current context is: text",
        ),
        ("$.nul[0]", "PathNotFound: The path $['nul'] is null"),
        (
            "$.a b",
            "InvalidPath: Use bracket notion ['my prop'] if your property contains blank characters. position: 2",
        ),
        ("$.a.", "InvalidPath: Path must not end with a '.' or '..'"),
        (
            "$['a'",
            "InvalidPath: Property must be separated by comma or Property must be terminated close square bracket at index 4",
        ),
        (
            "$.list[?(@.v <)]",
            "InvalidPath: Failed to parse filter: [?(@.v <)], error on position: 8, char: )",
        ),
    ] {
        assert_eq!(read(path), expected, "{path}");
    }
}

#[test]
fn roots() {
    let parse = |text| Path::parse(text).unwrap();
    assert_eq!(parse("$$.Execution.Id").root(), &Root::Context);
    assert_eq!(parse("$x.a[0]").variable(), Some("x"));
    assert_eq!(parse("$x").read(&Value::from(5)).unwrap(), Value::from(5));
    assert_eq!(parse("$").root(), &Root::Input);
    assert!(parse("$").is_root() && parse("$$").is_root());
    assert!(!parse("a.b").is_rooted());
    assert!(parse("$.a[0]['b c']").is_reference());
    for path in [
        "$.a[*]",
        "$..a",
        "$.a[-1]",
        "$.a[0,1]",
        "$.a.length()",
        "$['a','b']",
    ] {
        assert!(!parse(path).is_reference(), "{path}");
    }
}

#[test]
fn writes() {
    let write = |path: &str, document: &str| {
        let mut document = Value::parse(document).unwrap();
        match Path::parse(path)
            .unwrap()
            .write(&mut document, Value::from(1))
        {
            Ok(()) => document.to_json(),
            Err(error) => error.to_string(),
        }
    };
    assert_eq!(write("$", "{}"), "1");
    assert_eq!(write("$.a.b", "{}"), r#"{"a":{"b":1}}"#);
    assert_eq!(write("$.a.b", r#"{"a":5,"z":0}"#), r#"{"a":{"b":1},"z":0}"#);
    assert_eq!(write("$.a[1]", r#"{"a":[0,0]}"#), r#"{"a":[0,1]}"#);
    assert_eq!(
        write("$.a[2]", r#"{"a":[0,0]}"#),
        "Unable to apply ReferencePath $.a[2] to input [0,0]"
    );
    assert_eq!(
        write("$.a", "[]"),
        "Unable to apply ReferencePath $.a to input []"
    );
}

#[test]
fn writing_copies_only_what_changes() {
    let before = document();
    let mut after = before.clone();
    Path::parse("$.deep.in.v")
        .unwrap()
        .write(&mut after, Value::Null)
        .unwrap();
    assert_eq!(before, document());
    let (Some(Value::Array(old)), Some(Value::Array(new))) =
        (before.get("list"), after.get("list"))
    else {
        panic!("no lists");
    };
    assert!(Arc::ptr_eq(old, new));
}

proptest! {
    #[test]
    fn no_text_panics(text in "[$@.\\[\\]()?'\"*:,a-c0-9 !=<>&|/~\\\\{}-]{0,40}") {
        let _ = Path::parse(&text).and_then(|path| path.read(&document()));
    }

    #[test]
    fn what_is_written_is_read(names in prop::collection::vec("[a-zA-Z_ é'\"\\\\.]{1,6}", 1..5), number in 0i64..100) {
        let text: String = names.iter().map(|name| {
            format!("['{}']", name.replace('\\', "\\\\").replace('\'', "\\'"))
        }).collect();
        let path = Path::parse(&format!("${text}")).unwrap();
        let mut document = document();
        path.write(&mut document, Value::from(number)).unwrap();
        prop_assert_eq!(path.read(&document).unwrap(), Value::from(number));
    }
}
