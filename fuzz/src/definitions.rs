//! Whole definitions, run step by step with random signals: twice the same, copied on the way, and always to an end.

use std::collections::BTreeMap;
use std::sync::Arc;

use arbitrary::Unstructured;
use stepwright::analyze;
use stepwright::asl;
use stepwright::asl::MachineType;
use stepwright::backends::Mocks;
use stepwright::engine::Call;
use stepwright::engine::CallId;
use stepwright::engine::CompileOptions;
use stepwright::engine::Demand;
use stepwright::engine::Event;
use stepwright::engine::Execution;
use stepwright::engine::ExecutionKind;
use stepwright::engine::Fault;
use stepwright::engine::Outcome;
use stepwright::engine::Phase;
use stepwright::engine::Signal;
use stepwright::engine::Start;
use stepwright::engine::compile;
use stepwright::engine::history_json;
use stepwright::query::Value;
use stepwright::scene;
use stepwright::syntax::Format;
use stepwright::syntax::parse;
use stepwright::trace;
use stepwright::trace::Trace;

use crate::growth::Grower;

/// An execution that goes on after as many signals is stopped.
const MOST_SIGNALS: usize = 400;

pub fn check(data: &[u8]) {
    let mut dice = Unstructured::new(data);
    let mut grower = Grower::new(&mut dice);
    let definition = grower.definition();
    let mocks = grower.mocks();
    let input = grower.input();
    let kind = *crate::growth::pick(
        &mut dice,
        &[ExecutionKind::Standard, ExecutionKind::Express],
    );
    let mut text = definition.to_string();
    if dice.ratio(1, 8).unwrap_or(false) {
        text = broken(text, &mut dice);
    }
    let start = Start {
        input: Value::parse(input).unwrap_or_default(),
        seed: dice.arbitrary().unwrap_or(1),
        stages: dice.arbitrary().unwrap_or(false),
        ..Start::default()
    };
    let cut = dice.int_in_range(0..=60usize).unwrap_or(7);
    run(&text, kind, &mocks, start, cut, dice.take_rest());
}

fn broken(mut text: String, dice: &mut Unstructured) -> String {
    let at = dice.int_in_range(0..=text.len()).unwrap_or(0);
    let at = (at..=text.len())
        .find(|at| text.is_char_boundary(*at))
        .unwrap_or(text.len());
    match crate::growth::pick(dice, &["", "{", "]", ",", "\"", "${x}", "//"]) {
        &"" if at < text.len() => {
            text.remove(at);
        }
        insert => text.insert_str(at, insert),
    }
    text
}

fn run(
    text: &str,
    kind: ExecutionKind,
    mocks: &serde_json::Value,
    start: Start,
    cut: usize,
    script: &[u8],
) {
    let shown = std::env::var_os("SHOW").is_some();
    if shown {
        eprintln!("{text}\n{mocks}\n{}", start.input.to_json());
    }
    let parsed = parse(text, Format::Json);
    let machine = asl::read(&parsed.tree);
    asl::lint(text, &parsed.tree, &machine, &parsed.errors);
    asl::service_diagnostics(text, MachineType::Express);
    asl::variable_references(text, &parsed.tree, &machine);
    let mut options = CompileOptions {
        kind,
        ..CompileOptions::default()
    };
    options.params.insert(
        "Function".to_owned(),
        "arn:aws:states:::lambda:invoke".to_owned(),
    );
    let Ok(program) = compile(&parsed.tree, &machine, &options) else {
        return;
    };
    let program = Arc::new(program);
    let mocks = Mocks::from_list(&Value::from(mocks)).expect("grown mocks can be read");
    let start = Start {
        objects: mocks.objects().to_vec(),
        ..start
    };
    let mut one = Drive::new(Execution::new(program.clone(), start.clone()), mocks);
    let mut copy = None;
    for step in 0..MOST_SIGNALS {
        if step == cut {
            copy = Some((one.execution.clone(), one.events.len()));
        }
        let byte = script
            .get(step % script.len().max(1))
            .copied()
            .unwrap_or(100);
        let Some(signal) = one.choose(byte) else {
            break;
        };
        one.advance(signal);
    }
    if one.execution.ended().is_none() {
        let now = one.execution.now();
        one.advance(Signal::Stop {
            now,
            error: Some("Enough".to_owned()),
            cause: None,
        });
    }
    if shown {
        eprintln!("{}", history_json(&one.events, None));
    }
    check_end(&one.execution);
    check_events(&one.events);

    let again = replay(Execution::new(program.clone(), start.clone()), &one.signals);
    assert_eq!(lines(&again.1), lines(&one.events), "{text}");
    assert_eq!(again.0.ended(), one.execution.ended());
    if let Some((copy, seen)) = copy {
        let rest = replay(copy, &one.signals[cut..]);
        assert_eq!(lines(&rest.1), lines(&one.events[seen..]), "{text}");
        assert_eq!(rest.0.ended(), one.execution.ended());
    }
    let quiet = Start {
        history: false,
        stages: false,
        ..start
    };
    let quiet = replay(Execution::new(program, quiet), &one.signals);
    assert_eq!(
        quiet.0.ended(),
        one.execution.ended(),
        "with and without a history"
    );
    assert!(quiet.1.is_empty());

    let history = Value::parse(&history_json(&one.events, None)).expect("a history is JSON");
    let imported = trace::import(&history, &machine)
        .unwrap_or_else(|error| panic!("our own history is refused: {error}\n{text}"));
    let own = one.events.iter().filter(|event| event.child.is_none());
    assert_eq!(imported.len(), own.count(), "{text}");
    scene::run_picture(&Trace::of(&imported));
    let folded = Trace::of(&one.events);
    folded.path();
    scene::run_picture(&folded);
    let ended = one.execution.ended().expect("it has ended");
    analyze::reason(&parsed.tree, &machine, &folded, ended);
    let coverage = analyze::coverage(&parsed.tree, &machine, &[folded]);
    assert!(coverage.states.percent() <= 100);
}

struct Drive {
    execution: Execution,
    mocks: Mocks,
    waiting: Vec<Call>,
    signals: Vec<Signal>,
    events: Vec<Event>,
}

impl Drive {
    fn new(execution: Execution, mocks: Mocks) -> Drive {
        Drive {
            execution,
            mocks,
            waiting: Vec::new(),
            signals: Vec::new(),
            events: Vec::new(),
        }
    }

    /// The next signal, by a byte; none where nothing is left to happen.
    fn choose(&mut self, byte: u8) -> Option<Signal> {
        if self.execution.ended().is_some() {
            return None;
        }
        let now = self.execution.now();
        let ready = self.execution.ready();
        match (byte, &ready) {
            (0, _) => {
                return Some(Signal::Stop {
                    now,
                    error: None,
                    cause: Some("why".to_owned()),
                });
            }
            (1, Some(ready)) if ready.phase == Phase::Enter => {
                let (lane, state) = (ready.lane.clone(), ready.state.clone());
                return Some(Signal::EditInput {
                    lane,
                    state,
                    input: Value::string("edited"),
                    now,
                });
            }
            (2, _) => {
                return Some(Signal::Time {
                    now: now.saturating_add(1_500),
                });
            }
            (3, _) => {
                let outcome = Outcome::Succeeded(Value::Null);
                return Some(Signal::Answer {
                    call: CallId(u64::from(byte) + 1),
                    outcome,
                    now,
                });
            }
            _ => {}
        }
        if ready.is_some() && (byte % 8 != 7 || self.waiting.is_empty()) {
            return Some(Signal::Proceed {
                now: now.saturating_add(i64::from(byte % 2)),
            });
        }
        let at = usize::from(byte / 8) % self.waiting.len().max(1);
        let Some(call) = self.waiting.get(at) else {
            let now = self.execution.next_timer()?.max(now);
            return Some(Signal::Time { now });
        };
        let outcome = match byte % 7 {
            0 => Outcome::Heartbeat,
            1 => Outcome::Started { worker: None },
            2 => Outcome::Failed(Fault::new("Odd", "because")),
            3 => Outcome::Submitted(Value::from(7)),
            4 => Outcome::Succeeded(call.payload.clone()),
            _ => match self.mocks.answer(call).pop() {
                Some(answer) => answer.outcome,
                None => {
                    let timer = self.execution.next_timer();
                    let now = timer.map_or(now, |timer| timer.max(now));
                    return Some(Signal::Time { now });
                }
            },
        };
        Some(Signal::Answer {
            call: call.id,
            outcome,
            now,
        })
    }

    fn advance(&mut self, signal: Signal) {
        self.signals.push(signal.clone());
        let now = signal.now();
        let step = self.execution.advance(signal);
        assert!(self.execution.now() >= now);
        self.events.extend(step.events);
        for demand in step.demands {
            match demand {
                Demand::Call(call) => self.waiting.push(call),
                Demand::Cancel(id) => self.waiting.retain(|call| call.id != id),
                Demand::Store(_) => {}
            }
        }
        for (lane, _) in self.execution.open_lanes() {
            self.execution.variables(&lane);
        }
    }
}

fn replay(mut execution: Execution, signals: &[Signal]) -> (Execution, Vec<Event>) {
    let mut events = Vec::new();
    for signal in signals {
        events.extend(execution.advance(signal.clone()).events);
    }
    (execution, events)
}

fn check_end(execution: &Execution) {
    assert!(execution.ended().is_some());
    assert!(execution.ready().is_none());
    assert!(execution.next_timer().is_none());
    let mut after = execution.clone();
    let step = after.advance(Signal::Time {
        now: execution.now().saturating_add(1),
    });
    assert!(step.events.is_empty() && step.demands.is_empty());
}

fn check_events(events: &[Event]) {
    let mut at = i64::MIN;
    let mut next: BTreeMap<u32, u64> = BTreeMap::new();
    for event in events {
        let history = event.child.as_ref().map_or(0, |child| child.number);
        let id = next.entry(history).or_insert(1);
        assert_eq!(event.id, *id);
        *id += 1;
        assert!(event.previous < event.id);
        assert!(event.at >= at);
        at = event.at;
    }
}

fn lines(events: &[Event]) -> Vec<String> {
    let line = |event: &Event| format!("{} {} {}", event.at, event.to_json(), event.flattened());
    events.iter().map(line).collect()
}
