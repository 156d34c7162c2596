//! The template lab without a screen: intents in, the sight looked at.

use std::sync::Arc;

use stepwright::session::Action;
use stepwright::session::AnswerFrom;
use stepwright::session::Arrival;
use stepwright::session::EXAMPLES;
use stepwright::session::Effect;
use stepwright::session::FileContents;
use stepwright::session::Intent;
use stepwright::session::LabAnswer;
use stepwright::session::LabField;
use stepwright::session::LabIntent;
use stepwright::session::LabRequest;
use stepwright::session::LabSide;
use stepwright::session::Live;
use stepwright::session::Meaning;
use stepwright::session::RowKind;
use stepwright::session::Seen;
use stepwright::session::Session;
use stepwright::session::SightRow;
use stepwright::session::Stamp;
use stepwright::session::Standing;
use stepwright::session::Taken;
use stepwright::text::Span;
use stepwright::text::TextEdit;

fn lab(side: LabSide, template: &str) -> Session {
    let mut session = Session::default();
    ask(&mut session, LabIntent::Show);
    ask(&mut session, LabIntent::Side(side));
    write(&mut session, template);
    session
}

fn ask(session: &mut Session, intent: LabIntent) -> Vec<Effect> {
    session.handle(Intent::Lab(intent), 1)
}

/// Replaces the whole template.
fn write(session: &mut Session, template: &str) -> Vec<Effect> {
    let whole = Span::new(0, session.lab.template().text.len());
    ask(session, LabIntent::Type(TextEdit::replace(whole, template)))
}

fn body(session: &mut Session, body: &str) -> Vec<Effect> {
    let request = LabRequest {
        body: body.to_owned(),
        ..session.lab.request.clone()
    };
    ask(session, LabIntent::Request(Box::new(request)))
}

fn answer(session: &mut Session, body: &str) -> Vec<Effect> {
    let answer = LabAnswer {
        status: "200".to_owned(),
        body: body.to_owned(),
        from: AnswerFrom::Typed,
    };
    ask(session, LabIntent::Answer(answer))
}

/// What a row says, as the tables show it.
fn rows(session: &Session) -> Vec<(RowKind, &str, &Seen)> {
    let rows = session.lab.sight.rows.iter();
    let rows = rows.filter(|row| row.kind != RowKind::Read);
    rows.map(|row| (row.kind, row.label.as_str(), &row.value))
        .collect()
}

fn text(text: &str) -> Seen {
    Seen::Text(text.to_owned())
}

#[test]
fn a_template_is_rendered_while_it_is_typed() {
    let mut session = lab(LabSide::Request, "");
    body(&mut session, r#"{"a": "b"}"#);
    write(&mut session, r#"{"x": "$input.path('$.a')"}"#);
    assert_eq!(&*session.lab.sight.output, r#"{"x": "b"}"#);
    assert!(matches!(session.lab.sight.meaning, Meaning::Json(_)));
    assert!(!session.lab.is_behind());
}

#[test]
fn the_action_brings_it_to_the_front_and_a_document_sends_it_back() {
    let mut session = Session::default();
    session.handle(Intent::Perform(Action::TemplateLab), 1);
    assert!(session.lab_in_front());
    session.receive(
        Arrival::FileRead {
            path: "a.asl.json".into(),
            result: Ok(FileContents {
                text: "{}".into(),
                sidecar: None,
                stamp: Stamp(String::new()),
                sample: None,
            }),
        },
        2,
    );
    assert_eq!(session.lab.standing, Standing::Behind);
    session.handle(Intent::Perform(Action::TemplateLab), 3);
    session.handle(Intent::Perform(Action::CloseTab), 4);
    assert_eq!(session.lab.standing, Standing::Closed);
    assert_eq!(session.tabs.len(), 1);
}

#[test]
fn every_example_renders_json_both_ways() {
    for (index, example) in EXAMPLES.iter().enumerate() {
        for side in [LabSide::Request, LabSide::Response] {
            let mut session = Session::default();
            ask(&mut session, LabIntent::Example(index));
            ask(&mut session, LabIntent::Side(side));
            let sight = &session.lab.sight;
            assert_eq!(sight.trouble, None, "{} {side:?}", example.title);
            assert!(
                matches!(sight.meaning, Meaning::Json(_)),
                "{} {side:?}: {:?}\n{}",
                example.title,
                sight.meaning,
                sight.output
            );
            assert_eq!(sight.lints, [], "{} {side:?}", example.title);
            assert!(sight.problems.is_empty(), "{:?}", sight.problems);
        }
    }
}

#[test]
fn a_set_tells_before_and_after_and_a_branch_whether_it_was_taken() {
    let session = lab(
        LabSide::Request,
        "#set($a = 1)\n#set($a = 2)\n#if($a == 1)\none\n#elseif($a == 2)\ntwo\n#else\nmore\n#end\n$b",
    );
    let sight = &session.lab.sight;
    assert_eq!(
        rows(&session),
        [
            (RowKind::Set, "$a", &text("1")),
            (RowKind::Set, "$a", &text("2")),
            (
                RowKind::Condition(Taken::No),
                "#if($a == 1)",
                &text("false")
            ),
            (
                RowKind::Condition(Taken::Yes),
                "#elseif($a == 2)",
                &text("true")
            ),
            (
                RowKind::Else(Taken::No),
                "#else",
                &text("a branch before it was taken")
            ),
            (RowKind::Undefined, "$b", &Seen::Undefined),
        ]
    );
    assert_eq!(sight.rows[1].before, Some(text("1")));
    let skipped: Vec<&str> = sight
        .skipped
        .iter()
        .map(|span| span.of(&sight.template).trim())
        .collect();
    assert_eq!(skipped, ["one", "more"]);
    let executed: Vec<usize> = sight.executed.iter().copied().collect();
    assert_eq!(executed, [1, 2, 3, 5, 6, 7, 10]);
}

#[test]
fn the_passes_of_a_loop_can_be_told_apart() {
    let mut session = lab(
        LabSide::Request,
        "#foreach($item in $input.path('$'))\n#set($double = $item * 2)\n$double#end",
    );
    body(&mut session, "[1, 2, 3]");
    let sight = &session.lab.sight;
    assert_eq!(sight.loops.len(), 1);
    assert_eq!(sight.loops[0].passes, 3);
    let second = [(0, 2)].into_iter().collect();
    let values: Vec<&SightRow> = sight.at_line(2, &second);
    let set = values.iter().find(|row| row.kind == RowKind::Set).unwrap();
    assert_eq!(set.value, text("4"));
    assert_eq!(set.before, Some(text("2")));
}

#[test]
fn a_reference_within_a_condition_has_a_value() {
    let mut session = lab(
        LabSide::Response,
        "#if($input.path('$.status').contains('FAIL'))x#end",
    );
    answer(&mut session, r#"{"status": "FAILED"}"#);
    let sight = &session.lab.sight;
    let at = sight.template.find(".contains").unwrap() + 2;
    let none = Default::default();
    let row = sight.at(at, &none)[0];
    assert_eq!(row.label, "$input.path('$.status').contains('FAIL')");
    assert_eq!(row.value, text("true"));
    let at = sight.template.find("path").unwrap();
    let row = sight.at(at, &none)[0];
    assert_eq!(row.value, text("FAILED"));
}

#[test]
fn a_broken_template_names_line_and_column() {
    let session = lab(LabSide::Request, "{\n#set($a = )\n}");
    let trouble = session.lab.sight.trouble.as_ref().unwrap();
    assert_eq!(trouble.place.line, 2);
    assert!(trouble.place.column > 1, "{trouble:?}");
    assert!(!trouble.message.ends_with('.'), "{trouble:?}");
}

#[test]
fn output_and_template_point_at_each_other() {
    let mut session = lab(LabSide::Request, "{\"x\": \"$input.path('$.a')\"}");
    body(&mut session, r#"{"a": "long value"}"#);
    let sight = &session.lab.sight;
    let at = sight.output.find("value").unwrap();
    let piece = sight.wrote(at).unwrap();
    assert_eq!(piece.template.of(&sight.template), "$input.path('$.a')");
    let written = sight.written_by(piece.template);
    assert_eq!(written.len(), 1);
    assert_eq!(written[0].of(&sight.output), "long value");
}

#[test]
fn overrides_of_both_templates_count() {
    let mut session = lab(
        LabSide::Request,
        "#set($context.responseOverride.header.x-seen = 'yes'){}",
    );
    ask(&mut session, LabIntent::Side(LabSide::Response));
    write(
        &mut session,
        "#set($context.responseOverride.status = 404){}",
    );
    let sight = &session.lab.sight;
    assert_eq!(sight.status, Some(404));
    let overrides: Vec<(&str, &str)> = sight
        .overrides
        .iter()
        .map(|one| (one.name.as_str(), one.value.as_str()))
        .collect();
    assert_eq!(
        overrides,
        [
            ("responseOverride.status", "404"),
            ("responseOverride.header.x-seen", "yes"),
        ]
    );
    assert!(sight.rows.iter().any(|row| row.kind == RowKind::Override));
}

#[test]
fn an_override_that_is_set_twice_is_an_error_with_its_place() {
    let session = lab(
        LabSide::Response,
        "#set($context.responseOverride.status = 400)\n#set($context.responseOverride.status = 404)",
    );
    let trouble = session.lab.sight.trouble.as_ref().unwrap();
    assert_eq!(trouble.place.line, 2);
    assert!(trouble.message.contains("more than once"), "{trouble:?}");
}

#[test]
fn the_input_of_an_execution_is_read_from_its_text() {
    let mut session = Session::default();
    ask(&mut session, LabIntent::Example(1));
    let input = session.lab.sight.input.as_ref().unwrap().as_ref().unwrap();
    assert_eq!(
        input.get("title").and_then(|title| title.as_str()),
        Some("It won't print")
    );
    write(
        &mut session,
        "{\"stateMachineArn\": \"a\", \"input\": \"{\\\"a\\\": }\"}",
    );
    let problem = session
        .lab
        .sight
        .input
        .as_ref()
        .unwrap()
        .as_ref()
        .unwrap_err();
    assert!(problem.starts_with("Line 1, column"), "{problem}");
}

#[test]
fn output_that_is_no_json_says_where_and_why() {
    let mut session = lab(
        LabSide::Request,
        "{\"note\": \"$util.escapeJavaScript($input.path('$.note'))\"}",
    );
    body(&mut session, r#"{"note": "neighbour's"}"#);
    let sight = &session.lab.sight;
    let Meaning::Broken { place, reason, .. } = &sight.meaning else {
        panic!("{:?}", sight.meaning);
    };
    assert_eq!(place.line, 1);
    assert!(
        reason.as_ref().unwrap().contains("replaceAll"),
        "{reason:?}"
    );
    // The remark on it mends it, as one step that can be undone.
    let before = sight.template.clone();
    let index = sight
        .lints
        .iter()
        .position(|lint| lint.fix.is_some())
        .unwrap();
    ask(&mut session, LabIntent::Fix(index));
    assert!(matches!(session.lab.sight.meaning, Meaning::Json(_)));
    ask(&mut session, LabIntent::Undo);
    assert_eq!(session.lab.template().text, before);

    write(&mut session, "{\"a\": $input.path('$.missing'), \"b\": 1}");
    let Meaning::Broken { reason, .. } = &session.lab.sight.meaning else {
        panic!("{:?}", session.lab.sight.meaning);
    };
    let reason = reason.as_deref().unwrap_or_default();
    assert!(reason.contains("printed nothing"), "{reason:?}");
}

#[test]
fn fields_that_cannot_be_read_are_named() {
    let mut session = lab(LabSide::Request, "{}");
    let request = LabRequest {
        headers: "a: 1\nb".to_owned(),
        context: "[1]".to_owned(),
        body: "{\"a\": }".to_owned(),
        ..session.lab.request.clone()
    };
    ask(&mut session, LabIntent::Request(Box::new(request)));
    let problems = &session.lab.sight.problems;
    let fields: Vec<LabField> = problems.keys().copied().collect();
    assert_eq!(
        fields,
        [LabField::Headers, LabField::Body, LabField::Context]
    );
    assert_eq!(
        problems[&LabField::Headers].message,
        "Line 2: write name: value"
    );
}

#[test]
fn the_request_reaches_the_template() {
    let mut session = lab(
        LabSide::Request,
        "$input.params('id') $input.params('q') $input.params('x-a') $stageVariables.table $context.httpMethod \
         $context.path $context.authorizer.principalId",
    );
    let request = LabRequest {
        method: "PUT".into(),
        path: "/things/{id}".into(),
        path_parameters: "id: 7".into(),
        query: "q: two".into(),
        headers: "x-a: head".into(),
        body: String::new(),
        context: r#"{"authorizer": {"principalId": "me"}}"#.into(),
        stage_variables: "table: orders".into(),
    };
    ask(&mut session, LabIntent::Request(Box::new(request)));
    assert_eq!(
        &*session.lab.sight.output,
        "7 two head orders PUT /dev/things/7 me"
    );
}

#[test]
fn what_is_large_or_slow_is_rendered_beside_the_window() {
    let mut session = lab(LabSide::Request, "$input.path('$').length()");
    let large = format!("\"{}\"", "a".repeat(80_000));
    let effects = body(&mut session, &large);
    let [Effect::RenderTemplate(order)] = effects.as_slice() else {
        panic!("{effects:?}");
    };
    assert!(session.lab.is_behind());
    // While it is under way nothing else is started, and what comes is not of the latest text.
    assert!(write(&mut session, "$input.body.length()").is_empty());
    let effects = session.receive(
        Arrival::TemplateRendered {
            number: order.number,
            sight: Box::new(order.render()),
        },
        3,
    );
    let [Effect::RenderTemplate(order)] = effects.as_slice() else {
        panic!("{effects:?}");
    };
    let sight = Box::new(order.render());
    session.receive(
        Arrival::TemplateRendered {
            number: order.number,
            sight,
        },
        4,
    );
    assert_eq!(&*session.lab.sight.output, "80002");

    let mut session = lab(LabSide::Request, "");
    let effects = write(
        &mut session,
        "#foreach($a in [1..900])#foreach($b in [1..900])#set($c = $b)#end#end",
    );
    assert!(
        matches!(effects.as_slice(), [Effect::RenderTemplate(_)]),
        "{effects:?}"
    );
}

#[test]
fn on_demand_nothing_is_rendered_before_it_is_asked_for() {
    let mut session = lab(LabSide::Request, "a");
    ask(&mut session, LabIntent::Live(Live::OnDemand));
    write(&mut session, "b");
    assert_eq!(&*session.lab.sight.output, "a");
    assert!(session.lab.is_behind());
    ask(&mut session, LabIntent::Render);
    assert_eq!(&*session.lab.sight.output, "b");
}

#[test]
fn typing_is_undone_in_bursts() {
    let mut session = lab(LabSide::Request, "a");
    let before = session.lab.template().text.clone();
    for (at, key) in ["b", "c"].into_iter().enumerate() {
        let edit = TextEdit::replace(Span::at(1 + at), key);
        session.handle(Intent::Lab(LabIntent::Type(edit)), 50_000 + at as u64);
    }
    assert_eq!(&*session.lab.template().text, "abc");
    session.handle(Intent::Perform(Action::Undo), 60_000);
    assert_eq!(session.lab.template().text, before);
    assert_eq!(&*session.lab.sight.output, "a");
    session.handle(Intent::Perform(Action::Redo), 60_001);
    assert_eq!(&*session.lab.template().text, "abc");
}

#[test]
fn completions_come_with_what_they_are() {
    let session = lab(LabSide::Request, "#set($order = 7)\n");
    let text = "#set($order = 7)\n$or";
    let offers = session
        .lab
        .offers(text, text.len(), stepwright::session::Wish::Typing);
    assert_eq!(offers.len(), 1, "{offers:?}");
    assert_eq!(offers[0].label, "order");
    assert_eq!(offers[0].detail, "7");
    let text = "$input.pa";
    let offers = session
        .lab
        .offers(text, text.len(), stepwright::session::Wish::Typing);
    assert!(
        offers.iter().any(|offer| offer.label == "path('$')"),
        "{offers:?}"
    );
}

#[test]
fn members_of_what_is_there_are_offered() {
    let wish = stepwright::session::Wish::Typing;
    let labels = |session: &Session, text: &str| -> Vec<String> {
        let offers = session.lab.offers(text, text.len(), wish);
        offers.into_iter().map(|offer| offer.label).collect()
    };
    let mut session = lab(LabSide::Response, "");
    answer(
        &mut session,
        r#"{"output": "{\"status\": \"error\", \"sku\": 1}"}"#,
    );
    write(
        &mut session,
        "#set($o = $util.parseJson($input.path('$.output')))\n",
    );
    let text = format!("{}$o.", session.lab.template().text);
    assert_eq!(labels(&session, &text), ["status", "sku"]);
    assert!(labels(&session, "$nobody.").is_empty());

    let mut session = lab(LabSide::Request, "");
    body(&mut session, r#"{"items": [{"name": 1, "price": 2}]}"#);
    let text = "#foreach($item in $input.path('$.items'))$item.p";
    assert_eq!(labels(&session, text), ["price"]);
}

#[test]
fn what_was_readable_last_stays_while_the_text_is_not() {
    let mut session = lab(LabSide::Request, "#set($a = 1){\"a\": $a}");
    write(&mut session, "#set($a = ){\"a\": $a}");
    assert!(session.lab.sight.trouble.is_some());
    assert_eq!(&*session.lab.shown().output, "{\"a\": 1}");
    write(&mut session, "#set($a = 2){\"a\": $a}");
    assert_eq!(&*session.lab.shown().output, "{\"a\": 2}");
    assert!(session.lab.good.is_none());
}

#[test]
fn a_keystroke_in_an_ordinary_template_takes_little_of_a_frame() {
    let mut session = Session::default();
    let template: Arc<str> =
        Arc::from("#set($a = $input.path('$.items').size())\n{\"n\": $a}\n".repeat(40));
    write(&mut session, &template);
    let begun = std::time::Instant::now();
    for round in 0..20 {
        let edit = TextEdit::replace(Span::at(template.len() + round), " ");
        let effects = ask(&mut session, LabIntent::Type(edit));
        assert!(effects.is_empty());
    }
    let each = begun.elapsed() / 20;
    println!("{each:?} a keystroke in {} bytes", template.len());
    // A debug build under load; a release build takes a fraction of it.
    assert!(each.as_millis() < 100, "{each:?}");
}
