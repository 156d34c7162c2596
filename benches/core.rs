//! What a keystroke, a gesture and a step cost without a window, over machines of 30, 300 and 2,000 states.
//!
//! `cargo bench --no-default-features --bench core`

mod grown;

use std::hint::black_box;
use std::sync::Arc;
use std::time::Duration;

use criterion::BatchSize;
use criterion::BenchmarkGroup;
use criterion::Criterion;
use criterion::measurement::WallTime;

use stepwright::asl;
use stepwright::asl::StateKind;
use stepwright::editor::Command;
use stepwright::editor::Document;
use stepwright::editor::Place;
use stepwright::editor::Revision;
use stepwright::editor::StateTemplate;
use stepwright::editor::plan;
use stepwright::engine;
use stepwright::engine::Answer;
use stepwright::engine::Outcome;
use stepwright::engine::Start;
use stepwright::gateway;
use stepwright::geometry::Rect;
use stepwright::graph;
use stepwright::graph::LayoutRequest;
use stepwright::query::Value;
use stepwright::scene;
use stepwright::scene::Marks;
use stepwright::scene::SceneRequest;
use stepwright::session::Arrival;
use stepwright::session::FileContents;
use stepwright::session::Intent;
use stepwright::session::Session;
use stepwright::session::Settings;
use stepwright::session::Stamp;
use stepwright::syntax;
use stepwright::syntax::Format;
use stepwright::text::Span;
use stepwright::text::TextEdit;

fn main() {
    let mut criterion = Criterion::default()
        .sample_size(10)
        .warm_up_time(Duration::from_millis(200))
        .measurement_time(Duration::from_millis(800))
        .without_plots()
        .configure_from_args();
    for states in grown::SIZES {
        let text = grown::machine(states);
        let mut group = criterion.benchmark_group(states.to_string());
        reading(&mut group, &text);
        gestures(&mut group, &text);
        picture(&mut group, &text);
        keystroke(&mut group, &text);
        running(&mut group, &text);
        group.finish();
    }
    checkpoints(&mut criterion);
    exchanges(&mut criterion);
    criterion.final_summary();
}

fn document(text: &str) -> Document {
    Document {
        name: "grown".to_owned(),
        format: Format::Json,
        text: Arc::from(text),
        sidecar: Arc::from(""),
    }
}

fn reading(group: &mut BenchmarkGroup<'_, WallTime>, text: &str) {
    group.bench_function("parse", |b| {
        b.iter(|| syntax::parse(black_box(text), Format::Json));
    });
    let parse = syntax::parse(text, Format::Json);
    group.bench_function("machine", |b| b.iter(|| asl::read(black_box(&parse.tree))));
    let machine = asl::read(&parse.tree);
    group.bench_function("lint", |b| {
        b.iter(|| asl::lint(text, &parse.tree, black_box(&machine), &parse.errors));
    });
    let document = document(text);
    group.bench_function("revision", |b| {
        b.iter(|| Revision::new(1, black_box(&document).clone()));
    });
}

fn gestures(group: &mut BenchmarkGroup<'_, WallTime>, text: &str) {
    let revision = Revision::new(1, document(text));
    let Some(middle) = revision
        .machine
        .root()
        .and_then(|root| root.states.get(root.states.len() / 2))
        .and_then(|id| revision.machine.state(*id))
    else {
        return;
    };
    let insert = Command::Insert {
        state: StateTemplate::new(StateKind::Wait),
        at: Place::Before(middle.path.clone()),
    };
    let rename = Command::Rename {
        state: middle.path.clone(),
        to: "Another name".to_owned(),
    };
    for (name, command) in [("plan insert", insert), ("plan rename", rename)] {
        group.bench_function(name, |b| {
            b.iter(|| plan(&revision, black_box(&command)).is_ok());
        });
    }
}

fn picture(group: &mut BenchmarkGroup<'_, WallTime>, text: &str) {
    let tree = syntax::parse(text, Format::Json).tree;
    let machine = asl::read(&tree);
    group.bench_function("flow", |b| {
        b.iter(|| graph::flow(black_box(&tree), &machine))
    });
    let request = LayoutRequest::new(graph::flow(&tree, &machine), &graph::average_width);
    group.bench_function("layout", |b| b.iter(|| graph::layout(black_box(&request))));
    let layout = graph::layout(&request);
    group.bench_function("faces", |b| {
        b.iter(|| scene::faces(black_box(&tree), &machine))
    });
    let faces = scene::faces(&tree, &machine);
    let marks = Marks::default();
    for zoom in [0.05_f32, 0.3, 0.5, 1.0] {
        let visible = Rect::new(0.0, 0.0, 1_280.0 / zoom, 800.0 / zoom);
        let request = SceneRequest {
            layout: &layout,
            faces: &faces,
            run: None,
            marks: &marks,
            slots: &[],
            zoom,
            visible: Some(visible),
            error_handling: true,
        };
        group.bench_function(format!("scene at zoom {zoom}"), |b| {
            b.iter(|| scene::build(black_box(&request)));
        });
    }
}

/// One letter typed into a Comment: the session's work, with the layout where it makes it itself,
/// then what the canvas derives from the new revision.
fn keystroke(group: &mut BenchmarkGroup<'_, WallTime>, text: &str) {
    let mut session = Session::new(Settings::default(), Vec::new());
    session.receive(
        Arrival::FileRead {
            path: "grown.asl.json".into(),
            result: Ok(FileContents {
                text: text.to_owned(),
                sidecar: None,
                stamp: Stamp(String::new()),
                sample: None,
            }),
        },
        0,
    );
    let name = text.find("A workflow of").unwrap_or_default();
    let next = text.find("\"Next\": \"").map_or(0, |at| at + 9);
    for (label, offset) in [("keystroke in a text", name), ("keystroke in a name", next)] {
        group.bench_function(label, |b| {
            b.iter_batched(
                || (),
                |()| {
                    press(&mut session, TextEdit::replace(Span::at(offset), "x"));
                    press(
                        &mut session,
                        TextEdit::replace(Span::new(offset, offset + 1), ""),
                    );
                },
                BatchSize::PerIteration,
            );
        });
    }
}

fn press(session: &mut Session, edit: TextEdit) {
    session.handle(Intent::Edit(Command::Type(edit)), 0);
    let Some(tab) = session.active() else {
        return;
    };
    let revision = &tab.picture.revision;
    let faces = scene::faces(&revision.tree, &revision.machine);
    let zoom = 0.7;
    black_box(scene::build(&SceneRequest {
        layout: &tab.picture.layout,
        faces: &faces,
        run: None,
        marks: &Marks::default(),
        slots: &[],
        zoom,
        visible: Some(Rect::new(0.0, 0.0, 1_280.0 / zoom, 800.0 / zoom)),
        error_handling: true,
    }));
}

fn running(group: &mut BenchmarkGroup<'_, WallTime>, text: &str) {
    let tree = syntax::parse(text, Format::Json).tree;
    let machine = asl::read(&tree);
    let options = engine::CompileOptions::default();
    group.bench_function("compile", |b| {
        b.iter(|| engine::compile(&tree, black_box(&machine), &options).is_ok());
    });
    let Ok(program) = engine::compile(&tree, &machine, &options) else {
        return;
    };
    let program = Arc::new(program);
    let items = Value::array(vec![1_i64.into(), 2_i64.into(), 3_i64.into()]);
    let start = Start {
        input: Value::object([("n", Value::from(1_i64)), ("items", items)]),
        ..Start::default()
    };
    group.bench_function("run", |b| {
        b.iter(|| {
            let run = engine::simulate(&program, start.clone(), &mut |_| {
                vec![Answer {
                    after: 10,
                    outcome: Outcome::Succeeded(Value::object([("ok", Value::from(true))])),
                }]
            });
            assert!(run.ended.is_some_and(|ended| ended.error.is_none()));
        });
    });
}

/// One step of a Map with 10,000 open iterations, and the copy that the driver keeps before it.
fn checkpoints(criterion: &mut Criterion) {
    let text = r#"{"StartAt":"Each","States":{"Each":{"Type":"Map","End":true,"ItemProcessor":{
        "StartAt":"A","States":{"A":{"Type":"Pass","Next":"B"},"B":{"Type":"Pass","End":true}}}}}}"#;
    let tree = syntax::parse(text, Format::Json).tree;
    let options = engine::CompileOptions::default();
    let Ok(program) = engine::compile(&tree, &asl::read(&tree), &options) else {
        return;
    };
    let start = Start::with_input(Value::array(vec![Value::from(1_i64); 10_000]));
    let now = start.at;
    let mut execution = engine::Execution::new(Arc::new(program), start);
    // The Map is entered and begun, then half of its iterations have passed their first state.
    for _ in 0..10_002 {
        execution.advance(engine::Signal::Proceed { now });
    }
    criterion.bench_function("step and checkpoint, 10000 open iterations", |b| {
        b.iter_batched(
            || execution.checkpoint(),
            |mut copy| {
                copy.advance(engine::Signal::Proceed { now });
                (copy.checkpoint(), copy)
            },
            BatchSize::SmallInput,
        );
    });
}

/// A request through its templates and back, without the execution between them.
fn exchanges(criterion: &mut Criterion) {
    let request = r#"#set($customer = $input.path('$.customerId'))
{
  "stateMachineArn": "arn:aws:states:us-east-1:123456789012:stateMachine:Order",
  #if("$customer" != "")"name": "$customer-$context.requestId",#end
  "input": "$util.escapeJavaScript($input.json('$')).replaceAll("\\'", "'")"
}"#;
    let response = r#"#set($result = $input.path('$'))
#if($result.status == "FAILED")
#set($context.responseOverride.status = 400)
{"error": "$result.error", "message": "$util.escapeJavaScript($result.cause)"}
#else
$input.path('$.output')
#end"#;
    let document = serde_json::json!({"openapi": "3.0.1", "paths": {"/orders": {"post": {
        "responses": {"200": {"description": ""}},
        "x-amazon-apigateway-integration": {
            "type": "aws", "httpMethod": "POST",
            "uri": "arn:aws:apigateway:us-east-1:states:action/StartSyncExecution",
            "requestTemplates": {"application/json": request},
            "responses": {"default": {"statusCode": 200, "responseTemplates": {"application/json": response}}}}}}}});
    let api = gateway::read(&document, gateway::Surroundings::default());
    let body = r#"{"customerId": "c-1", "items": [{"sku": "A-1", "quantity": 2}, {"sku": "B-7", "quantity": 1}], "payment": {"processor": "stripe", "amount": 42.5}}"#;
    let request = gateway::Request::new("POST", "/dev/orders").with_json(body);
    let output = Value::object([
        ("orderId", Value::from("o-1")),
        ("total", Value::from(42.5)),
    ]);
    let meters = gateway::Meters::default();
    for (name, recording) in [
        ("gateway, without a trace", gateway::Recording::Off),
        ("gateway, every value recorded", gateway::Recording::Full),
    ] {
        criterion.bench_function(name, |b| {
            b.iter(|| {
                let clock = || 1_767_225_600_000_000;
                let (mut exchange, step) =
                    gateway::Exchange::begin(&api, request.clone(), &meters, recording, &clock);
                assert!(matches!(step, gateway::Step::Call(_)));
                let ended = gateway::Executed {
                    status: engine::Status::Succeeded,
                    output: Some(output.clone()),
                    error: None,
                    cause: None,
                    started: 0,
                    stopped: 120,
                };
                let step = exchange.resume(gateway::IntegrationResult::Executed(ended), &clock);
                assert!(matches!(step, gateway::Step::Answer(answer) if answer.status == 200));
            });
        });
    }
}
