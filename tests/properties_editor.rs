//! Random edits on random machines, and every kind of edit on the machines of the corpus.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::Arc;

use serde::Serialize;
use serde_json::Map;
use serde_json::Value;
use serde_json::json;
use stepwright::asl::Machine;
use stepwright::asl::StateKind;
use stepwright::asl::StatePath;
use stepwright::editor::Command;
use stepwright::editor::Document;
use stepwright::editor::History;
use stepwright::editor::Place;
use stepwright::editor::Revision;
use stepwright::editor::Selection;
use stepwright::editor::Snapshot;
use stepwright::editor::StateTemplate;
use stepwright::editor::Step;
use stepwright::editor::Target;
use stepwright::editor::Way;
use stepwright::editor::accepts;
use stepwright::editor::copy;
use stepwright::editor::places;
use stepwright::editor::plan;
use stepwright::editor::read_command;
use stepwright::editor::write_command;
use stepwright::syntax::Format;

/// A way to write JSON that can be told from the text afterwards.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Written {
    Lines(&'static str),
    WindowsLines(&'static str),
    MarkedLines(&'static str),
    OneLine,
}

const MANNERS: [Written; 5] = [
    Written::Lines("  "),
    Written::Lines("\t"),
    Written::WindowsLines("    "),
    Written::MarkedLines("   "),
    Written::OneLine,
];

fn write(value: &Value, manner: Written) -> String {
    let lines = |indent: &str| {
        let mut out = Vec::new();
        let formatter = serde_json::ser::PrettyFormatter::with_indent(indent.as_bytes());
        let mut serializer = serde_json::Serializer::with_formatter(&mut out, formatter);
        value.serialize(&mut serializer).unwrap();
        String::from_utf8(out).unwrap() + "\n"
    };
    match manner {
        Written::Lines(indent) => lines(indent),
        Written::WindowsLines(indent) => lines(indent).replace('\n', "\r\n"),
        Written::MarkedLines(indent) => format!("\u{feff}{}", lines(indent)),
        Written::OneLine => value.to_string(),
    }
}

struct Grower {
    random: fastrand::Rng,
    names: usize,
}

impl Grower {
    fn name(&mut self) -> String {
        self.names += 1;
        let decorations = ["", " / x", " ~1", " \"q\"", " ü", " (2)"];
        let tail = decorations[self.random.usize(..decorations.len())];
        format!("S{}{tail}", self.names)
    }

    fn scope(&mut self, depth: usize) -> Map<String, Value> {
        let names: Vec<String> = (0..self.random.usize(1..6)).map(|_| self.name()).collect();
        let mut states = Map::new();
        for (index, name) in names.iter().enumerate() {
            let state = self.state(&names, index, depth);
            states.insert(name.clone(), state);
        }
        let mut scope = Map::new();
        scope.insert("StartAt".to_owned(), json!(names[0]));
        scope.insert("States".to_owned(), Value::Object(states));
        scope
    }

    fn state(&mut self, names: &[String], index: usize, depth: usize) -> Value {
        let any = |random: &mut fastrand::Rng| json!(names[random.usize(..names.len())]);
        let kind = StateKind::ALL[self.random.usize(..8)];
        let kind = match kind {
            StateKind::Parallel | StateKind::Map if depth == 0 => StateKind::Pass,
            kind => kind,
        };
        let mut state = json!({ "Type": kind.name() });
        let mut put = |key: &str, value: Value| {
            state.as_object_mut().unwrap().insert(key.to_owned(), value);
        };
        match kind {
            StateKind::Choice => {
                let rules: Vec<Value> = (0..self.random.usize(1..4))
                    .map(|_| json!({"Variable": "$.a", "IsNull": true, "Next": any(&mut self.random)}))
                    .collect();
                put("Choices", json!(rules));
                if self.random.bool() {
                    put("Default", any(&mut self.random));
                }
            }
            StateKind::Parallel => {
                let branches: Vec<Value> = (0..self.random.usize(1..3))
                    .map(|_| Value::Object(self.scope(depth - 1)))
                    .collect();
                put("Branches", json!(branches));
            }
            StateKind::Map => put("ItemProcessor", Value::Object(self.scope(depth - 1))),
            StateKind::Task => put("Resource", json!("arn:aws:states:::sns:publish")),
            StateKind::Wait => put("Seconds", json!(1)),
            StateKind::Pass | StateKind::Succeed | StateKind::Fail => {}
        }
        if kind.has_next() {
            if matches!(kind, StateKind::Task | StateKind::Parallel | StateKind::Map)
                && self.random.u8(..3) == 0
            {
                let catch = json!([{"ErrorEquals": ["States.ALL"], "Next": any(&mut self.random)}]);
                put("Catch", catch);
            }
            match names.get(index + 1) {
                Some(next) if self.random.u8(..5) > 0 => put("Next", json!(next)),
                _ => put("End", json!(true)),
            }
        }
        state
    }

    fn some_state(&mut self, machine: &Machine) -> StatePath {
        let states = &machine.states;
        if states.is_empty() {
            return StatePath::top("None");
        }
        states[self.random.usize(..states.len())].path.clone()
    }

    fn command(&mut self, revision: &Revision) -> Command {
        let machine = &revision.machine;
        let places = places(revision);
        let at = places[self.random.usize(..places.len())].clone();
        let state = self.some_state(machine);
        let other = self.some_state(machine);
        let kind = StateKind::ALL[self.random.usize(..8)];
        let transition = machine
            .find(&state)
            .and_then(|state| Some(state.transitions.first()?.kind))
            .unwrap_or(stepwright::asl::TransitionKind::Next);
        match self.random.u8(..18) {
            0..=3 => Command::Insert {
                state: StateTemplate::new(kind),
                at,
            },
            4 | 5 => Command::Move { state, at },
            6 | 7 => Command::Delete {
                states: vec![state, other],
            },
            8 => Command::Rename {
                state,
                to: self.name(),
            },
            9 => Command::Reconnect {
                from: state,
                transition,
                to: if self.random.bool() {
                    Target::State(other)
                } else {
                    Target::End
                },
            },
            10 => Command::AddTransition {
                from: state,
                way: [Way::Next, Way::Rule, Way::Default, Way::Catch][self.random.usize(..4)],
                to: other,
            },
            11 => Command::Set {
                state,
                field: ["/Comment", "/Parameters/a/b", "/Parameters", "/Comment"]
                    [self.random.usize(..4)]
                .to_owned(),
                value: [
                    Some(r#"{"x":[1,{"y":2}]}"#.to_owned()),
                    Some("1".to_owned()),
                    None,
                ][self.random.usize(..3)]
                .clone(),
            },
            12 => Command::ChangeType { state, to: kind },
            13 => Command::Duplicate {
                states: vec![state],
            },
            14 => Command::Paste {
                text: copy(revision, &[state, other]),
                at,
            },
            15 => Command::Wrap {
                states: vec![state, other],
                container: if self.random.bool() {
                    StateKind::Map
                } else {
                    StateKind::Parallel
                },
            },
            16 => Command::Unwrap { state },
            _ => Command::RemoveTransition {
                from: state,
                transition,
            },
        }
    }
}

fn document(text: &str, sidecar: &str) -> Document {
    Document {
        name: "random".to_owned(),
        format: Format::Json,
        text: Arc::from(text),
        sidecar: Arc::from(sidecar),
    }
}

/// Targets that lead to no state of their scope, and names that two states have.
fn faults(machine: &Machine) -> BTreeSet<String> {
    let mut faults = BTreeSet::new();
    let mut names = BTreeSet::new();
    for state in &machine.states {
        if !names.insert(&state.name) {
            faults.insert(format!("{} twice", state.name));
        }
        for way in &state.transitions {
            if machine.in_scope(state.scope, &way.target).is_none() {
                faults.insert(format!("{} to {}", state.path, way.target));
            }
        }
        let goes_on = state.end || !state.transitions.is_empty();
        if state.kind.is_some_and(|kind| !kind.is_terminal()) && !goes_on {
            faults.insert(format!("{} goes nowhere", state.path));
        }
    }
    for id in machine.scope_ids() {
        let scope = machine.scope(id).unwrap();
        let start = scope.start_at.clone().unwrap_or_default();
        if !scope.states.is_empty() && machine.in_scope(id, &start).is_none() {
            faults.insert(format!("StartAt {start}"));
        }
    }
    faults
}

#[test]
fn random_edits_keep_the_text_and_the_machine_whole() {
    let (mut made, mut refused) = (0, BTreeSet::new());
    for seed in 0..150u64 {
        let mut grower = Grower {
            random: fastrand::Rng::with_seed(seed),
            names: 0,
        };
        let manner = MANNERS[seed as usize % MANNERS.len()];
        let text = write(&Value::Object(grower.scope(2)), manner);
        let sidecar = r#"{"breakpoints": ["/States/S1"]}"#;
        let mut revision = Revision::new(0, document(&text, sidecar));
        let first = revision.document.clone();
        let mut history = History::default();
        for number in 1..25u64 {
            let command = grower.command(&revision);
            let json = write_command(&command);
            match read_command(&revision, &json) {
                Ok(again) => assert_eq!(again, command, "{json}"),
                Err(_) => assert!(revision.machine.states.is_empty(), "{json}"),
            }
            let plan = match plan(&revision, &command) {
                Ok(plan) => plan,
                Err(refusal) => {
                    assert!(!refusal.what.ends_with('.') && !refusal.why.ends_with('.'));
                    refused.insert(refusal.why);
                    continue;
                }
            };
            made += 1;
            let before = revision.document.clone();
            assert!(plan.edit.fits(&before.text));
            let text = plan.edit.apply(&before.text);
            let sidecar = match &plan.sidecar_edit {
                Some(edit) => edit.apply(&before.sidecar),
                None => before.sidecar.to_string(),
            };
            let context = || format!("seed {seed}, {json}\n{}\n→\n{text}", before.text);
            let next = Revision::new(number, document(&text, &sidecar));
            assert!(
                next.syntax_errors.is_empty(),
                "{:?} {}",
                next.syntax_errors,
                context()
            );
            let value: Value = serde_json::from_str(text.trim_start_matches('\u{feff}')).unwrap();
            assert_eq!(text, write(&value, manner), "{}", context());
            let old_faults = faults(&revision.machine);
            let new_faults: Vec<String> = faults(&next.machine)
                .into_iter()
                .filter(|fault| {
                    let taken_away = matches!(command, Command::RemoveTransition { .. });
                    let expected = taken_away && fault.ends_with("goes nowhere");
                    !old_faults.contains(fault) && !expected
                })
                .collect();
            let moved = !plan.moved.is_empty() && !old_faults.is_empty();
            assert!(
                new_faults.is_empty() || moved,
                "{new_faults:?} {}",
                context()
            );
            if let Some(path) = &plan.select {
                assert!(
                    next.machine.find(path).is_some(),
                    "select {path}: {}",
                    context()
                );
            }
            for (old, new) in &plan.moved {
                assert!(revision.machine.find(old).is_some(), "{old}: {}", context());
                assert!(next.machine.find(new).is_some(), "{new}: {}", context());
            }
            let snapshot = |document: &Document| Snapshot {
                text: document.text.clone(),
                sidecar: document.sidecar.clone(),
                selection: Selection::none(),
            };
            history.record(Step {
                label: plan.label,
                before: snapshot(&before),
                after: snapshot(&next.document),
            });
            revision = next;
        }
        let last = revision.document.clone();
        let mut current = last.clone();
        while let Some(step) = history.undo() {
            assert_eq!(step.after.text, current.text);
            current = document(&step.before.text, &step.before.sidecar);
        }
        assert_eq!(
            (&current.text, &current.sidecar),
            (&first.text, &first.sidecar)
        );
        while let Some(step) = history.redo() {
            current = document(&step.after.text, &step.after.sidecar);
        }
        assert_eq!(
            (&current.text, &current.sidecar),
            (&last.text, &last.sidecar)
        );
    }
    println!("{made} edits made, {} kinds of refusal", refused.len());
    assert!(made > 1000, "only {made} edits were made");
}

fn corpus() -> Vec<(String, String)> {
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    let folder = ["../shared/corpus", "../../shared/corpus"]
        .iter()
        .map(|path| root.join(path))
        .find(|path| path.is_dir());
    let Some(folder) = folder else {
        println!("the corpus is absent; nothing is checked here");
        return Vec::new();
    };
    let mut files: Vec<(String, String)> = std::fs::read_dir(folder)
        .unwrap()
        .filter_map(|entry| {
            let path = entry.ok()?.path();
            let name = path.file_name()?.to_string_lossy().into_owned();
            let text = std::fs::read_to_string(&path).ok()?;
            name.ends_with(".asl.json").then_some((name, text))
        })
        .collect();
    files.sort();
    files
}

/// An edit and the one that takes it back leave every byte as it was.
#[test]
fn corpus_edits_can_be_taken_back_byte_for_byte() {
    let (mut files, mut inserted, mut renamed) = (0, 0, 0);
    let mut odd = Vec::new();
    for (name, text) in corpus() {
        let revision = Revision::new(0, document(&text, ""));
        if !revision.syntax_errors.is_empty() || revision.machine.states.len() > 60 {
            continue;
        }
        files += 1;
        for place in places(&revision) {
            let insert = Command::Insert {
                state: StateTemplate::new(StateKind::Wait),
                at: place.clone(),
            };
            accepts(&revision, &place, StateKind::Wait).unwrap();
            let plan_in = plan(&revision, &insert)
                .unwrap_or_else(|refusal| panic!("{name}: {place:?}: {refusal}"));
            let after = plan_in.edit.apply(&text);
            let next = Revision::new(1, document(&after, ""));
            assert!(next.syntax_errors.is_empty(), "{name}: {place:?}\n{after}");
            assert!(
                !after.replace("\r\n", "").contains('\n')
                    || text.replace("\r\n", "").contains('\n'),
                "{name}: a line end of another kind"
            );
            inserted += 1;
            let delete = Command::Delete {
                states: vec![plan_in.select.unwrap()],
            };
            let keeps_more = matches!(place, Place::NewBranch(_) | Place::EmptyMachine);
            if !keeps_more
                && let Ok(plan_out) = plan(&next, &delete)
                && plan_out.edit.apply(&after) != text
            {
                odd.push(format!("{name}: {place:?}"));
            }
        }
        for state in &revision.machine.states {
            let rename = Command::Rename {
                state: state.path.clone(),
                to: "A quite new name".to_owned(),
            };
            let Ok(there) = plan(&revision, &rename) else {
                continue;
            };
            let after = there.edit.apply(&text);
            let next = Revision::new(1, document(&after, ""));
            assert_eq!(next.machine.states.len(), revision.machine.states.len());
            let back = Command::Rename {
                state: there.select.unwrap(),
                to: state.name.to_string(),
            };
            if let Ok(back) = plan(&next, &back) {
                let restored = back.edit.apply(&after);
                // A reference may be spelled with escapes that the new spelling does not use.
                assert_eq!(restored.len().abs_diff(text.len()) % 5, 0, "{name}");
                renamed += 1;
            }
        }
    }
    println!("{files} files, {inserted} insertions, {renamed} renamings, not taken back: {odd:#?}");
    assert!(odd.len() * 50 <= inserted, "too many edits leave a trace");
}

/// Whatever the text, an edit is refused or leaves no more mistakes than there were.
#[test]
fn edits_of_broken_texts_break_nothing_more() {
    let mut made = 0;
    for seed in 0..400u64 {
        let mut grower = Grower {
            random: fastrand::Rng::with_seed(seed),
            names: 0,
        };
        let manner = MANNERS[seed as usize % MANNERS.len()];
        let mut text = write(&Value::Object(grower.scope(2)), manner);
        for _ in 0..grower.random.usize(1..4) {
            let mut at = grower.random.usize(..text.len());
            while !text.is_char_boundary(at) {
                at -= 1;
            }
            match grower.random.u8(..4) {
                0 => text.truncate(at),
                1 => text.insert(
                    at,
                    ['{', '}', '[', ']', ',', ':', '"', 'x'][grower.random.usize(..8)],
                ),
                2 => text.insert_str(at, " // note\n"),
                _ => {
                    text.remove(at);
                }
            }
            if text.is_empty() {
                break;
            }
        }
        let revision = Revision::new(0, document(&text, "{\"breakpoints\": ["));
        if places(&revision).is_empty() {
            continue;
        }
        for _ in 0..20 {
            let command = grower.command(&revision);
            if let Ok(plan) = plan(&revision, &command) {
                let after = plan.edit.apply(&text);
                let next = Revision::new(1, document(&after, ""));
                let no_worse = next.syntax_errors.len() <= revision.syntax_errors.len();
                assert!(no_worse, "seed {seed}: {command:?}\n{text}\n→\n{after}");
                let told = plan
                    .select
                    .iter()
                    .chain(plan.moved.iter().map(|(_, new)| new));
                for path in told {
                    let found = next.machine.find(path).is_some();
                    assert!(
                        found,
                        "{path}, seed {seed}: {command:?}\n{text}\n→\n{after}"
                    );
                }
                made += 1;
            }
        }
    }
    println!("{made} edits of broken texts made");
    assert!(made > 500, "only {made} edits were made");
}

/// The errors a revision is said to have, without their places.
fn errors(revision: &Revision) -> Vec<String> {
    let errors = revision
        .diagnostics
        .iter()
        .filter(|found| found.severity == stepwright::asl::Severity::Error);
    errors
        .map(|found| format!("{} {}", found.code, found.message))
        .collect()
}

/// Taking away may leave states that nothing leads to, loops without an end, and empty branches;
/// the copy of a state that ends everything waits to be connected.
fn is_the_users(command: &Command, error: &str) -> bool {
    let emptied = error.starts_with("EMPTY_LIST") || error.contains("no state “”");
    match command {
        Command::Delete { .. } | Command::ChangeType { .. } => {
            emptied || error.starts_with("UNREACHABLE_STATE") || error.starts_with("NO_END")
        }
        Command::Move { .. } => {
            emptied || error.starts_with("NO_END") || error.starts_with("EXPRESS")
        }
        Command::Duplicate { .. } => error.starts_with("UNREACHABLE_STATE"),
        _ => false,
    }
}

/// On real workflows, no edit makes an error that was not there.
#[test]
fn edits_of_real_workflows_stay_valid() {
    let (mut made, mut refused) = (0, std::collections::BTreeMap::<String, usize>::new());
    let mut bad = Vec::new();
    for (name, text) in corpus() {
        let revision = Revision::new(0, document(&text, ""));
        let before = errors(&revision);
        if !name.starts_with("wfc--") || revision.machine.states.len() > 25 {
            continue;
        }
        let mut commands = Vec::new();
        for place in places(&revision) {
            for kind in StateKind::ALL {
                let state = StateTemplate::new(kind);
                let at = place.clone();
                commands.push(Command::Insert { state, at });
            }
        }
        for state in &revision.machine.states {
            let path = state.path.clone();
            commands.push(Command::Delete {
                states: vec![path.clone()],
            });
            commands.push(Command::Duplicate {
                states: vec![path.clone()],
            });
            commands.push(Command::Unwrap {
                state: path.clone(),
            });
            for container in [StateKind::Map, StateKind::Parallel] {
                commands.push(Command::Wrap {
                    states: vec![path.clone()],
                    container,
                });
            }
            for to in StateKind::ALL {
                commands.push(Command::ChangeType {
                    state: path.clone(),
                    to,
                });
            }
            for at in places(&revision) {
                let state = path.clone();
                commands.push(Command::Move { state, at });
            }
        }
        // One in five is enough for every day; all of them take half a minute.
        for command in commands.into_iter().step_by(5) {
            let json = write_command(&command);
            match plan(&revision, &command) {
                Ok(plan) => {
                    let after = plan.edit.apply(&text);
                    let next = Revision::new(1, document(&after, ""));
                    made += 1;
                    let now: Vec<String> = errors(&next)
                        .into_iter()
                        .filter(|error| !is_the_users(&command, error))
                        .collect();
                    if now.len() > before.len() {
                        let new: Vec<&String> =
                            now.iter().filter(|error| !before.contains(error)).collect();
                        bad.push(format!("{name} {json}: {new:?}"));
                    }
                }
                Err(refusal) => {
                    let words = refusal.why.split_whitespace().take(3).collect::<Vec<_>>();
                    *refused.entry(words.join(" ")).or_default() += 1;
                }
            }
        }
    }
    println!("{made} edits made; refused: {refused:#?}");
    assert!(
        bad.is_empty(),
        "{} of {made}: {:#?}",
        bad.len(),
        &bad[..bad.len().min(40)]
    );
}
