//! Mapping templates: the recorded cases of API Gateway where they are at hand, what stock Velocity makes of our own
//! probes, and cases of our own for what API Gateway does differently.

use std::path::Path;
use std::path::PathBuf;
use std::sync::Arc;

use proptest::prelude::*;
use serde_json::Value as Json;
use stepwright::gateway::vtl::Dialect;
use stepwright::gateway::vtl::Environment;
use stepwright::gateway::vtl::Event;
use stepwright::gateway::vtl::HighlightKind;
use stepwright::gateway::vtl::Limits;
use stepwright::gateway::vtl::Parameters;
use stepwright::gateway::vtl::Rendering;
use stepwright::gateway::vtl::Severity;
use stepwright::gateway::vtl::Template;
use stepwright::gateway::vtl::Watch;
use stepwright::gateway::vtl::completions;
use stepwright::gateway::vtl::problems;
use stepwright::gateway::vtl::render;
use stepwright::gateway::vtl::tokens;
use stepwright::query::Map;
use stepwright::query::Value;

fn shared(path: &str) -> Option<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    ["../shared", "../../shared"]
        .iter()
        .map(|shared| root.join(shared).join(path))
        .find(|path| path.exists())
}

fn json(text: &str) -> Value {
    Value::parse(text).unwrap()
}

fn members(value: &Value) -> Map {
    value.as_object().unwrap().as_ref().clone()
}

/// The references of the probes.
fn probe() -> Environment {
    Environment {
        dialect: Dialect::Velocity,
        variables: members(&json(
            r#"{"name": "Bob", "map": {"k": 1, "s": "two"}, "list": [1, "b"]}"#,
        )),
        ..Environment::default()
    }
}

fn with_body(body: &str) -> Environment {
    Environment {
        body: Arc::from(body),
        ..Environment::default()
    }
}

/// What comes out, or the error.
fn rendered(template: &str, environment: &Environment) -> Result<Rendering, String> {
    let template = Template::parse(template).map_err(|error| error.to_string())?;
    let rendering = render(&template, environment);
    match &rendering.error {
        Some(error) => Err(error.to_string()),
        None => Ok(rendering),
    }
}

fn output(template: &str, environment: &Environment) -> String {
    match rendered(template, environment) {
        Ok(rendering) => rendering.output,
        Err(error) => panic!("{template}: {error}"),
    }
}

fn unescaped(line: &str) -> String {
    let mut out = String::new();
    let mut characters = line.chars();
    while let Some(character) = characters.next() {
        out.push(match character {
            '\\' => match characters.next() {
                Some('n') => '\n',
                Some('r') => '\r',
                Some('t') => '\t',
                Some(other) => other,
                None => '\\',
            },
            other => other,
        });
    }
    out
}

#[test]
fn recorded_cases_come_out_as_on_api_gateway() {
    let Some(file) = shared("conformance/vtl/cases.json") else {
        println!(
            "the recorded cases are not at hand (../shared/conformance/vtl); nothing was compared"
        );
        return;
    };
    let cases: Json = serde_json::from_str(&std::fs::read_to_string(file).unwrap()).unwrap();
    let cases = cases["cases"].as_array().unwrap();
    for case in cases {
        let mut last = Rendering::default();
        for step in case["steps"].as_array().unwrap() {
            let part = |name: &str| match step.get(name) {
                Some(value) => Value::from(value),
                None => json("{}"),
            };
            let mut context = last
                .context
                .as_object()
                .map(|known| known.as_ref().clone())
                .unwrap_or_default();
            for (name, value) in members(&part("context")).iter() {
                context.insert(name.clone(), value.clone());
            }
            let group = |name: &str| {
                part("params")
                    .get(name)
                    .cloned()
                    .unwrap_or_else(|| json("{}"))
            };
            let body = match step["body"].as_str() {
                Some(body) => body,
                None => &last.output,
            };
            let environment = Environment {
                body: Arc::from(body),
                parameters: Parameters {
                    path: group("path"),
                    querystring: group("querystring"),
                    header: group("header"),
                },
                context: Value::Object(Arc::new(context)),
                stage_variables: part("stageVariables"),
                ..Environment::default()
            };
            last = rendered(step["template"].as_str().unwrap(), &environment)
                .unwrap_or_else(|error| panic!("{}: {error}", case["id"]));
        }
        let expected = &case["expected"];
        if let Some(text) = expected["output"].as_str() {
            assert_eq!(last.output.trim(), text.trim(), "{}", case["id"]);
        }
        let parsed = || -> Json { serde_json::from_str(&last.output).unwrap() };
        if let Some(json) = expected.get("outputJson") {
            assert_eq!(&parsed(), json, "{}", case["id"]);
        }
        if let Some(json) = expected.get("outputJsonMessageBody") {
            let body = parsed()["MessageBody"].as_str().unwrap().to_owned();
            let body: Json = serde_json::from_str(&body).unwrap();
            assert_eq!(&body, json, "{}", case["id"]);
        }
        if let Some(status) = expected["status"].as_u64() {
            let got = last.overrides.status_code().map_or(200, u64::from);
            assert_eq!(got, status, "{}", case["id"]);
        }
        for (name, value) in expected["headers"].as_object().into_iter().flatten() {
            let headers = &last.overrides.response_header;
            let wanted = (name.clone(), value.as_str().unwrap().to_owned());
            assert!(headers.contains(&wanted), "{}: {headers:?}", case["id"]);
        }
    }
    println!("{} cases agree", cases.len());
}

/// Compares what stands in a file of probes; how many there are.
fn compare(probes: &str) -> usize {
    let lines: Vec<&str> = probes
        .lines()
        .skip_while(|line| line.starts_with("# "))
        .collect();
    let mut wrong = Vec::new();
    let mut count = 0;
    for pair in lines.windows(2) {
        let Some(answer) = pair[1].trim_start().strip_prefix("=> ") else {
            continue;
        };
        count += 1;
        let got = rendered(&unescaped(pair[0]), &probe());
        let right = match (answer.strip_prefix("OK "), &got) {
            (Some(text), Ok(rendering)) => rendering.output == unescaped(text),
            (None, Err(_)) => answer.starts_with("ERR"),
            _ => false,
        };
        if !right {
            let got = got.map(|rendering| rendering.output);
            wrong.push(format!("{}\n  wanted {answer}\n  got {got:?}", pair[0]));
        }
    }
    assert!(
        wrong.is_empty(),
        "{} of {count}:\n{}",
        wrong.len(),
        wrong.join("\n")
    );
    count
}

#[test]
fn the_language_is_that_of_velocity() {
    assert!(compare(include_str!("data/vtl/language.txt")) > 300);
}

#[test]
fn grown_templates_come_out_as_from_velocity() {
    assert!(compare(include_str!("data/vtl/generated.txt")) > 500);
}

#[test]
fn recorded_probes_of_velocity_agree() {
    let Some(file) = shared("conformance/vtl/velocity-1.7.txt") else {
        println!(
            "the recorded probes are not at hand (../shared/conformance/vtl); nothing was compared"
        );
        return;
    };
    let text = std::fs::read_to_string(file).unwrap();
    // There only line ends are escaped, and two blanks come before an output.
    let mut wrong = Vec::new();
    let lines: Vec<&str> = text
        .lines()
        .skip_while(|line| line.starts_with("# "))
        .collect();
    for pair in lines.windows(2) {
        let Some(answer) = pair[1].trim_start().strip_prefix("=> ") else {
            continue;
        };
        let got = rendered(&pair[0].replace("\\n", "\n"), &probe());
        let right = match (answer.strip_prefix("OK  "), &got) {
            (Some(text), Ok(rendering)) => {
                rendering.output.trim() == text.replace("\\n", "\n").trim()
            }
            (None, Err(_)) => answer.starts_with("ERR"),
            _ => false,
        };
        if !right {
            let got = got.map(|rendering| rendering.output);
            wrong.push(format!("{}\n  wanted {answer}\n  got {got:?}", pair[0]));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// What API Gateway does differently, and its objects.
#[test]
fn api_gateway_has_its_own_ways() {
    let body = r#"{"name": "O'Neil", "n": 5, "f": 1.0, "t": true, "z": null, "list": [1, {"b": "x"}], "o": {"a": {"b": 2}}, "text": "{\"x\": [1]}"}"#;
    let mut environment = with_body(body);
    environment.parameters = Parameters {
        path: json(r#"{"id": "p1", "both": "path"}"#),
        querystring: json(r#"{"q": "a b", "both": "query"}"#),
        header: json(r#"{"X-Trace": "t1", "both": "header"}"#),
    };
    environment.context = json(
        r#"{"stage": "dev", "identity": {"sourceIp": "1.2.3.4"}, "authorizer": {"claims": {"sub": "s"}}}"#,
    );
    environment.stage_variables = json(r#"{"table": "T"}"#);
    for (template, wanted) in [
        // What is not there prints nothing.
        (
            "[$nope][${nope}][$nope.a.b()][$nope[0]][$input.path('$.nope')]",
            "[][][][][]",
        ),
        ("\"$nope\" == \"\"", "\"\" == \"\""),
        (
            "#if($nope == \"\")a#end#if(\"\" == $nope)b#end#if($nope == $null)c#end#if($nope != \"\")d#end",
            "abc",
        ),
        ("#if(\"$nope.x\" != \"\")a#{else}b#end", "b"),
        ("#if($nope)a#{else}b#end", "b"),
        // A member that is missing is an empty text, and that is true.
        (
            "#set($r = $input.path('$'))#if($r.missing)a#end#if($r.z)b#end#if($r.missing == $null)c#end",
            "abc",
        ),
        ("#set($k = 5)#set($k = $nope)$k", "5"),
        ("#set($m = {})$m.put('a', 1) [$m.get('zz')]$m", " []{a=1}"),
        ("#set($x = \"a\" + $nope)$x", "a"),
        // How values print.
        (
            "$input.path('$.o') $input.path('$.list') $input.path('$.n') $input.path('$.f') $input.path('$.t')",
            "{a={b=2}} [1,{\"b\":\"x\"}] 5 1.0 true",
        ),
        (
            "#set($l = [1, 'b'])$l #set($m = {'l': $input.path('$.list')})$m",
            "[1, b]{l=[1,{\"b\":\"x\"}]}",
        ),
        (
            "$input.path('$.list')[1].b $input.path('$.list').size() $input.path('$.o').a.b $input.path('$.o').keySet()",
            "x 2 2 [a]",
        ),
        (
            "$input.json('$.o') $input.json('$.list') $input.json('$.name') $input.json('$.n') $input.json('$.z')",
            "{\"a\":{\"b\":2}} [1,{\"b\":\"x\"}] \"O'Neil\" 5 null",
        ),
        (
            "$input.json('$.nope') $input.path('$..b') $input.path('$.list[?(@.b)]')",
            "\"\" [\"x\",2] [{\"b\":\"x\"}]",
        ),
        (
            "$input.path('$.name').length() $input.path('$.name').foo",
            "6 ",
        ),
        ("$input.body.foo|$input.body.class", "|"),
        // Parameters.
        (
            "$input.params('id') $input.params('q') $input.params('X-Trace') $input.params('x-trace') $input.params('both') [$input.params('zz')]",
            "p1 a b t1 t1 path []",
        ),
        (
            "$input.params().path.id $input.params().querystring.get('q') $input.params().header.keySet()",
            "p1 a b [X-Trace, both]",
        ),
        (
            "#foreach($p in $input.params().keySet())$p #end",
            "path querystring header ",
        ),
        // Functions.
        (
            "$util.escapeJavaScript($input.path('$.name')) $util.escapeJavaScript('a/b\"c\\d')",
            "O\\'Neil a\\/b\\\"c\\\\d",
        ),
        (
            "$util.escapeJavaScript($input.path('$.name')).replaceAll(\"\\\\'\", \"'\")",
            "O'Neil",
        ),
        (
            "[$util.escapeJavaScript($nope)][$util.urlEncode($nope)][$util.base64Encode($nope)]",
            "[][][]",
        ),
        (
            "$util.escapeJavaScript('é€😀')",
            "\\u00E9\\u20AC\\uD83D\\uDE00",
        ),
        (
            "$util.urlEncode('a b/é&*-._~') $util.urlDecode('a+b%2F%C3%A9')",
            "a+b%2F%C3%A9%26*-._%7E a b/é",
        ),
        (
            "$util.base64Encode('héllo') $util.base64Decode('aMOpbGxv')",
            "aMOpbGxv héllo",
        ),
        (
            "$util.parseJson($input.path('$.text')).x[0] [$util.parseJson('nope {')] [$util.parseJson('')] [$util.parseJson($nope)] [$util.parseJson(5)]",
            "1 [] [] [] []",
        ),
        (
            "#set($m = {})$util.qr($m.put('a', 'b')) [$m.a]$util.toJson($m)",
            " [b]",
        ),
        // The context.
        (
            "$context.stage $context.identity.sourceIp $context.authorizer.claims.sub [$context.nope] [$context.identity]",
            "dev 1.2.3.4 s [] []",
        ),
        ("$stageVariables.table [$stageVariables.nope]", "T []"),
        (
            "#set($context.requestOverride.header.X-Y = 'z')$context.requestOverride.header.X-Y",
            "z",
        ),
        ("#set($input = 'mine')$input", "mine"),
        ("$context.class [$input.class.name]", " []"),
    ] {
        assert_eq!(output(template, &environment), wanted, "{template}");
    }
    assert_eq!(
        output(
            "$input.body $input.json('$') $input.path('$')",
            &with_body("")
        ),
        "{} {} {}"
    );
    assert_eq!(
        output(
            "$input.body $input.json('$') $input.path('$')",
            &with_body("plain words")
        ),
        "plain words \"plain words\" plain words"
    );
}

#[test]
fn overrides_are_told_and_stay_in_the_context() {
    let template = "#set($context.responseOverride.status = 404)#set($context.responseOverride.header.X-A = 1)\
        #set($context.requestOverride.path.id = \"7\")$context.requestOverride.querystring.put('q', 'v')\
        #set($context.responseOverride.header['X-A'] = 2)";
    let first = rendered(template, &Environment::default()).unwrap();
    assert_eq!(first.output, "");
    let told = &first.overrides;
    assert_eq!(told.status_code(), Some(404));
    assert_eq!(told.response_header, [("X-A".to_string(), "2".to_string())]);
    assert_eq!(told.path, [("id".to_string(), "7".to_string())]);
    assert_eq!(told.querystring, [("q".to_string(), "v".to_string())]);
    assert_eq!(told.set_again, ["responseOverride.header.X-A"]);
    let next = Environment {
        context: first.context,
        ..Environment::default()
    };
    let second = rendered(
        "$context.responseOverride.status $context.requestOverride.path.id#set($context.responseOverride.status = 'x')",
        &next,
    )
    .unwrap();
    assert_eq!(second.output, "404 7");
    assert_eq!(second.overrides.status_code(), None);
    assert!(second.overrides.set_again.is_empty());
}

/// A registration of a name, a workflow's answer, and the templates people write for them.
#[test]
fn templates_of_workflow_apis_work() {
    let request = "#set($context.responseOverride.header.Access-Control-Allow-Origin = '*')\n\
        #set($body = \"{\"\"detail\"\" : $input.json('$')}\")\n{\n    \"input\": \"$util.escapeJavaScript($body)\"\n}";
    let rendering = rendered(request, &with_body(r#"{"name": "gopher"}"#)).unwrap();
    let sent = json(&rendering.output);
    assert_eq!(
        json(sent.get("input").and_then(Value::as_str).unwrap()),
        json(r#"{"detail": {"name": "gopher"}}"#)
    );
    let response = "#set($inputRoot = $input.path('$'))\n#set($output = $util.parseJson($input.path('$.output')))\n{\n\
          #if(\"$output.apiKey\" != \"\")\n    \"apiKey\": \"$output.apiKey\"\n  #end\n\
          #if(\"$inputRoot.error\" == \"Taken\")\n    #set($context.responseOverride.status = 400)\n    \"message\": \"$inputRoot.cause\"\n  #end\n}\n";
    let good = rendered(
        response,
        &with_body(r#"{"output": "{\"apiKey\": \"k\"}", "status": "SUCCEEDED"}"#),
    )
    .unwrap();
    assert_eq!(json(&good.output), json(r#"{"apiKey": "k"}"#));
    assert_eq!(good.overrides.status_code(), None);
    let bad = rendered(
        response,
        &with_body(r#"{"error": "Taken", "cause": "dup", "status": "FAILED"}"#),
    )
    .unwrap();
    assert_eq!(json(&bad.output), json(r#"{"message": "dup"}"#));
    assert_eq!(bad.overrides.status_code(), Some(400));
    let inspect = "#set($o = $input.path('$.output'))\n#if($o.toString().contains('\"status\":\"error\"'))\n#set($context.responseOverride.status = 400)\n#end\n$o";
    let failed = rendered(
        inspect,
        &with_body(r#"{"output": "{\"status\":\"error\"}"}"#),
    )
    .unwrap();
    assert_eq!(failed.overrides.status_code(), Some(400));
    assert_eq!(failed.output, "{\"status\":\"error\"}");
    let flattened = "#set($h = {})\n#foreach($name in $input.params().header.keySet())\n#set($v = $util.escapeJavaScript($input.params().header.get($name)))\n\
        #if($name.trim() && $v.trim())\n$util.qr($h.put($name, $v))\n#end\n#end\n\
        {\"body\":$input.body,#set($keys = $h.keySet())#set($count = $keys.size())#foreach($k in $keys)\"$k\":\"$h.get($k)\"#if($foreach.hasNext),#end#end}";
    let environment = Environment {
        parameters: Parameters {
            header: json(r#"{"x-a": "1", "x-b": "2"}"#),
            ..Parameters::default()
        },
        ..with_body("{}")
    };
    assert_eq!(
        json(&output(flattened, &environment)),
        json(r#"{"body": {}, "x-a": "1", "x-b": "2"}"#)
    );
}

#[test]
fn errors_name_their_place() {
    for (template, line, column, words) in [
        ("a\n#if($x", 2, 7, "end of the template"),
        ("#if(true)\nx", 2, 2, "#end of #if"),
        ("x #end", 1, 3, "#end"),
        ("#set($x = )", 1, 11, "value"),
        ("#set($a = 7 -3)", 1, 13, "-3"),
        ("a\n  #set($s = \"x $y.z( \")", 2, 22, "value"),
        (
            "#set($x = \"é\")\n  #set($y = \"\"\"$a[\"\"b\")",
            2,
            19,
            "template",
        ),
        ("{\n#include('f')", 2, 1, "#include"),
        ("#parse(\"a\")", 1, 1, "#parse"),
        ("#foreach()x#end", 1, 1, "$item in $list"),
        ("#macro(a)#a()#end\n#a()", 1, 10, "20 deep"),
        ("$input.path('$.list').get(7)", 1, 23, "position 7"),
        ("#set($l = [1])\n$l[3]", 2, 3, "position 3"),
        ("$input.path('$[')", 1, 8, "not valid"),
        (
            "#set($s = 'a')$s.replaceAll('(', 'b')",
            1,
            18,
            "PatternSyntaxException",
        ),
        ("#evaluate('#if(')", 1, 1, "#evaluate"),
    ] {
        let found = match Template::parse(template) {
            Err(error) => error,
            Ok(parsed) => render(&parsed, &with_body("{\"list\": []}"))
                .error
                .expect(template),
        };
        assert!(found.message.contains(words), "{template}: {found}");
        assert_eq!(
            (found.line, found.column),
            (line, column),
            "{template}: {found}"
        );
    }
}

#[test]
fn whatever_grows_meets_a_bound() {
    let deep = |open: &str, close: &str, count: usize| {
        format!("{}{}", open.repeat(count), close.repeat(count))
    };
    for (template, limit) in [
        ("#foreach($i in [1..100000])#foreach($j in [1..100000])x#end#end".to_string(), "steps"),
        ("#foreach($i in [1..1000000])x#end".to_string(), "range"),
        ("#set($s = 'aaaaaaaaaaaaaaaa')#foreach($i in [1..40])#set($s = \"$s$s\")#end$s".to_string(), "output"),
        ("#set($s = 'aaaaaaaaaaaaaaaa')#foreach($i in [1..40])#set($s = $s + $s)#end$s".to_string(), "text"),
        ("#set($s = 'aaaaaaaaaaaaaaaa')#foreach($i in [1..40])#set($s = $s.concat($s))#end".to_string(), "text"),
        ("#set($s = 'aaaaaaaaaaaaaaaa')#foreach($i in [1..40])#set($s = $s.replace('a', 'aa'))#end".to_string(), "text"),
        (format!("#set($s = 'aaaaaaaaaaaaaaaa')#foreach($i in [1..9])#set($s = $s.replaceAll('a', '{}'))#end", "a".repeat(256)), "pattern"),
        ("#set($l = [1])#foreach($i in [1..60])#set($x = $l.addAll($l))#end".to_string(), "steps"),
        ("#set($l = [1])#foreach($i in [1..60])#set($l = [$l, $l])#end$l".to_string(), "text"),
        ("#set($l = [1])#foreach($i in [1..60])#set($l = [$l, $l])#end#if($l == \"x\")#end".to_string(), "*"),
        ("#set($a = [1])#set($b = [1])#foreach($i in [1..60])#set($a = [$a, $a])#set($b = [$b, $b])#end#if($a == $b)#end$a.hashCode()$a.equals($b)#set($context.x = $a)".to_string(), "steps"),
        ("#set($a = [1])#foreach($i in [1..60])#set($a = [$a, $a])#end#set($context.x = $a)".to_string(), ""),
        ("#macro(a)#a()#end#a()".to_string(), "macro depth"),
        ("#set($t = '#evaluate($t)')#evaluate($t)".to_string(), "depth"),
        ("#set($n = 9223372036854775807)#foreach($i in [1..9])#set($n = $n * $n)#end".to_string(), "number"),
        ("#set($s = 'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaab')$s.matches('(?=(a+)+$)x')".to_string(), "*"),
        ("#macro(a $x)#foreach($i in [1..9])#b($x)#end#end#macro(b $x)#foreach($i in [1..9])#a($x)#end#end#a(1)".to_string(), "*"),
        ("#define($d)$d$d$d$d#end$d".to_string(), ""),
        ("#set($l = [])#set($x = $l.add($l))$l".to_string(), ""),
        ("#set($l = [])#foreach($i in [1..100000])#set($l = [$l])#end.".to_string(), ""),
        ("#set($l = {})#foreach($i in [1..100000])#set($l = {'a': $l})#end.".to_string(), ""),
        (format!("#if{}", deep("(", ")", 5_000)), "parse"),
        (deep("#if(true)", "#end", 5_000), "parse"),
        (format!("#set($x = {})", deep("[", "]", 5_000)), "parse"),
        (format!("#set($x = {}true)", "!".repeat(5_000)), "parse"),
        (format!("$a{}", "[$a".repeat(5_000)), "parse"),
        (format!("#set($x = 1{})$x", " + 1".repeat(5_000)), ""),
        (format!("#set($x = true{})$x", " && true".repeat(5_000)), ""),
        (format!("$x{}", ".a".repeat(5_000)), ""),
        ("\\".repeat(300_000), ""),
        ("$".repeat(300_000), "*"),
        ("#".repeat(100_000), "*"),
        ("\"".repeat(100_000), ""),
        (format!("#set($x = {}", "\"".repeat(100_001)), "parse"),
    ] {
        let shown: String = template.chars().take(70).collect();
        let reached = match Template::parse(&template) {
            Err(error) if limit == "parse" || limit == "*" => {
                assert!(error.line >= 1);
                continue;
            }
            Err(error) => panic!("{shown}: {error}"),
            Ok(template) => render(&template, &Environment::default()).error,
        };
        let reached = reached.map(|error| error.limit.unwrap_or("none")).unwrap_or_default();
        assert!(limit == "*" || reached == limit, "{shown}: {reached}, not {limit}");
    }
}

#[test]
fn a_template_may_nest_as_deep_as_is_allowed() {
    for count in [10, 50] {
        let blocks = format!("{}x{}", "#if(true)".repeat(count), "#end".repeat(count));
        assert_eq!(output(&blocks, &Environment::default()), "x");
        let brackets = format!("#if({}true{})x#end", "(".repeat(count), ")".repeat(count));
        assert_eq!(output(&brackets, &Environment::default()), "x");
    }
    // The deepest rendering fits the stack of a thread.
    let macros = format!(
        "#macro(a $x){}#set($y = [[[[[[[[$x]]]]]]]])#a($x){}#end#a(1)",
        "#if(true)".repeat(20),
        "#end".repeat(20)
    );
    assert!(rendered(&macros, &Environment::default()).is_err());
}

#[test]
fn what_happened_can_be_watched() {
    let template = "#set($x = 1)\n#set($x = $x + 1)#if($x == 2)two#elseif(true)no#end\n#foreach($i in ['a', 'b'])$i#end $nope.z $x.toString()";
    let environment = Environment {
        watch: Watch::On,
        ..Environment::default()
    };
    let rendering = rendered(template, &environment).unwrap();
    assert_eq!(rendering.output, "twoab  2");
    let text = |value: &str| Some(value.to_string());
    let events: Vec<(&str, &Event)> = rendering
        .inspection
        .iter()
        .map(|moment| (moment.span.of(template), &moment.event))
        .collect();
    let set = Event::Assigned {
        name: "x".to_string(),
        before: text("1"),
        after: text("2"),
    };
    assert!(events.contains(&("#set($x = $x + 1)", &set)), "{events:?}");
    let condition = Event::Condition {
        value: text("true"),
        taken: true,
    };
    assert!(events.contains(&("#if($x == 2)", &condition)), "{events:?}");
    let iteration = Event::Iteration {
        name: "i".to_string(),
        index: 1,
        item: text("b"),
    };
    assert!(
        events.iter().any(|(_, event)| **event == iteration),
        "{events:?}"
    );
    let undefined = Event::Rendered {
        reference: "$nope.z".to_string(),
        value: None,
    };
    assert!(events.contains(&("$nope.z", &undefined)), "{events:?}");
    let called = Event::Called {
        method: "toString".to_string(),
        on: "2".to_string(),
        arguments: Vec::new(),
        value: text("2"),
        known: true,
    };
    assert!(events.contains(&("toString()", &called)), "{events:?}");
    let mut end = 0;
    for piece in &rendering.pieces {
        assert_eq!(piece.output.start, end);
        end = piece.output.end;
        assert!(!piece.source.of(template).is_empty());
    }
    assert_eq!(end, rendering.output.len());
    let of_b = rendering
        .pieces
        .iter()
        .find(|piece| piece.output.of(&rendering.output) == "b");
    assert_eq!(of_b.map(|piece| piece.source.of(template)), Some("$i"));
    let silent = rendered(template, &Environment::default()).unwrap();
    assert_eq!(silent.output, rendering.output);
    assert!(silent.inspection.is_empty() && silent.pieces.is_empty());
}

#[test]
fn places_within_texts_are_places_of_the_template() {
    let template = "#set($s = \"a \"\"$one\"\" \\u0041 ${two.size()}\")";
    let environment = Environment {
        watch: Watch::On,
        ..Environment::default()
    };
    let rendering = rendered(template, &environment).unwrap();
    let spans: Vec<&str> = rendering
        .inspection
        .iter()
        .filter(|moment| matches!(moment.event, Event::Rendered { .. }))
        .map(|moment| moment.span.of(template))
        .collect();
    assert_eq!(spans, ["$one", "${two.size()}"]);
}

#[test]
fn tokens_cover_the_text_and_know_their_kind() {
    let template =
        "a $x.name.get(\"k\") #if($y == 1) ## c\n#end \\#if #[[ raw ]]# #foo(1) #* c *#$";
    let found = tokens(template);
    let kind = |text: &str| {
        found
            .iter()
            .find(|token| token.span.of(template) == text)
            .map(|token| token.kind)
    };
    assert_eq!(kind("$x"), Some(HighlightKind::Reference));
    assert_eq!(kind("name"), Some(HighlightKind::Member));
    assert_eq!(kind("get"), Some(HighlightKind::Method));
    assert_eq!(kind("\"k\""), Some(HighlightKind::Quoted));
    assert_eq!(kind("#if"), Some(HighlightKind::Directive));
    assert_eq!(kind("=="), Some(HighlightKind::Operator));
    assert_eq!(kind("\\#if"), Some(HighlightKind::Escape));
    for text in [
        template,
        "#if(\nx #end\n$y #set($ = 1)\nz",
        "#end\n#else $x",
        "",
    ] {
        let mut end = 0;
        for token in tokens(text) {
            assert_eq!(token.span.start, end, "{text}");
            end = token.span.end;
        }
        assert_eq!(end, text.len(), "{text}");
    }
}

#[test]
fn problems_and_completions_help_writing() {
    let template = "#set($a = $util.escapeJavascript($b))$a $c $input.jsn('$') $null $util.qr(1)\n#foreach($i in $a)$i $foreach.index#end";
    let found = problems(template);
    let words: Vec<(&str, Severity)> = found
        .iter()
        .map(|problem| (problem.span.of(template), problem.severity))
        .collect();
    assert_eq!(
        words,
        [
            ("escapeJavascript($b)", Severity::Warning),
            ("$b", Severity::Warning),
            ("$c", Severity::Warning),
            ("jsn('$')", Severity::Warning),
            ("qr(1)", Severity::Warning),
        ]
    );
    assert_eq!(
        problems("#if(").first().map(|problem| problem.severity),
        Some(Severity::Error)
    );
    assert!(problems("$input.body $util.parseJson($input.json('$')).x $context.stage").is_empty());
    let proposed = |text: &str| -> Vec<String> {
        completions(text, text.len())
            .into_iter()
            .map(|completion| completion.insert)
            .collect()
    };
    assert!(proposed("x $input.pa").contains(&"params('name')".to_string()));
    assert!(proposed("$util.").contains(&"parseJson()".to_string()));
    assert!(proposed("$context.identity.s").contains(&"sourceIp".to_string()));
    assert!(proposed("#set($mine = 1) $m").contains(&"mine".to_string()));
    assert!(
        proposed("#fore")
            .iter()
            .any(|insert| insert.starts_with("foreach"))
    );
    assert!(proposed("plain").is_empty());
}

#[test]
fn one_template_serves_many_threads() {
    fn shared<T: Send + Sync>(_: &T) {}
    shared(&Template::parse("$x").unwrap());
    shared(&Environment::default());
}

/// Pieces that templates are made of, so that chance meets the grammar.
fn fragment() -> impl Strategy<Value = String> {
    prop_oneof![
        Just("$x"),
        Just("${x}"),
        Just("$!x.y"),
        Just("$x.get(1)"),
        Just("$x[0]"),
        Just("#set($x = "),
        Just("#if("),
        Just(")"),
        Just("#elseif("),
        Just("#else"),
        Just("#end"),
        Just("#foreach($x in "),
        Just("[1..3]"),
        Just("{\"a\": 1}"),
        Just("\""),
        Just("\"\""),
        Just("'"),
        Just("\\"),
        Just("$"),
        Just("#"),
        Just("##"),
        Just("#*"),
        Just("*#"),
        Just("#[["),
        Just("]]#"),
        Just("#macro(m $x)"),
        Just("#m("),
        Just("#define($x)"),
        Just("#evaluate("),
        Just("#break"),
        Just("#stop"),
        Just(" + "),
        Just(" && "),
        Just("!"),
        Just("\n"),
        Just(" "),
        Just("é😀"),
        Just("$input.path('$.a')"),
        Just("$x.add($x)"),
        Just("true"),
        Just("9999999999"),
        Just("1.5"),
        Just("..")
    ]
    .prop_map(str::to_string)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_template_ends_the_program(pieces in prop::collection::vec(fragment(), 0..30), stray in "\\PC{0,10}", velocity in any::<bool>()) {
        let text = format!("{}{stray}", pieces.concat());
        let mut end = 0;
        for token in tokens(&text) {
            prop_assert_eq!(token.span.start, end);
            end = token.span.end;
        }
        prop_assert_eq!(end, text.len());
        for problem in problems(&text) {
            prop_assert!(text.get(problem.span.range()).is_some());
        }
        if let Ok(template) = Template::parse(&text) {
            let mut environment = probe();
            environment.watch = Watch::On;
            environment.limits = Limits { steps: 20_000, output: 20_000, depth: 60 };
            if !velocity {
                environment.dialect = Dialect::ApiGateway;
                environment.body = Arc::from("{\"a\": [1, {\"b\": null}]}");
            }
            let rendering = render(&template, &environment);
            prop_assert!(rendering.output.len() <= 20_000);
            for moment in &rendering.inspection {
                prop_assert!(text.get(moment.span.range()).is_some());
            }
            for piece in &rendering.pieces {
                prop_assert!(rendering.output.get(piece.output.range()).is_some());
                prop_assert!(text.get(piece.source.range()).is_some());
            }
            environment.watch = Watch::Off;
            prop_assert_eq!(render(&template, &environment).output, rendering.output);
        }
    }
}
