//! The whole application without a screen: intents in, arrivals carried by hand, state looked at.

use std::path::PathBuf;

use stepwright::asl::StateKind;
use stepwright::asl::StatePath;
use stepwright::asl::TransitionKind;
use stepwright::backends::Mocks;
use stepwright::debugger::Control;
use stepwright::debugger::RunNews;
use stepwright::editor::Command;
use stepwright::editor::Place;
use stepwright::editor::StateTemplate;
use stepwright::engine::Status;
use stepwright::session::Action;
use stepwright::session::Arrival;
use stepwright::session::Effect;
use stepwright::session::FileContents;
use stepwright::session::Intent;
use stepwright::session::Session;
use stepwright::session::Settings;
use stepwright::session::Stamp;
use stepwright::text::Span;
use stepwright::text::TextEdit;
use stepwright::trace::VisitStatus;
use tokio::sync::mpsc;

/// A session with the smallest possible outside: files from memory, runs on one tokio thread.
struct World {
    session: Session,
    runtime: tokio::runtime::Runtime,
    run: Option<(
        stepwright::session::RunId,
        mpsc::Sender<Control>,
        mpsc::Receiver<RunNews>,
    )>,
    clock: u64,
}

impl World {
    fn with_sample(name: &str) -> World {
        let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR"))
            .join("sample-workflows")
            .join(name);
        let path = folder.join(format!("{name}.asl.json"));
        let contents = FileContents {
            text: std::fs::read_to_string(&path).unwrap(),
            sidecar: Some(
                std::fs::read_to_string(folder.join(format!("{name}.stepwright.json"))).unwrap(),
            ),
            stamp: Stamp("as read".into()),
            sample: None,
        };
        let mut world = World {
            session: Session::new(Settings::default(), Vec::new()),
            runtime: tokio::runtime::Builder::new_current_thread()
                .enable_time()
                .build()
                .unwrap(),
            run: None,
            clock: 1_767_225_600_000,
        };
        world.session.settings.tempo = 0;
        world.receive(Arrival::FileRead {
            path,
            result: Ok(contents),
        });
        world
    }

    fn intend(&mut self, intent: Intent) {
        self.clock += 10_000;
        let effects = self.session.handle(intent, self.clock);
        self.execute(effects);
    }

    fn receive(&mut self, arrival: Arrival) {
        let effects = self.session.receive(arrival, self.clock);
        self.execute(effects);
    }

    fn execute(&mut self, effects: Vec<Effect>) {
        for effect in effects {
            match effect {
                Effect::StartRun { run, order, mocks } => {
                    let (controls, door) = mpsc::channel(8);
                    let (sender, news) = mpsc::channel(64);
                    let mocks = Mocks::from_list(&mocks).unwrap();
                    self.runtime.spawn(stepwright::driver::drive(
                        *order,
                        mocks,
                        stepwright::backends::Real::new(),
                        door,
                        sender,
                    ));
                    self.run = Some((run, controls, news));
                    self.listen();
                }
                Effect::Control { control, .. } => {
                    let (_, controls, _) = self.run.as_ref().unwrap();
                    controls.try_send(control).unwrap();
                    self.listen();
                }
                _ => {}
            }
        }
    }

    /// Takes news until the run pauses, waits or ends.
    fn listen(&mut self) {
        loop {
            let Some((run, _, news)) = self.run.as_mut() else {
                return;
            };
            let run = *run;
            let next = self.runtime.block_on(async {
                tokio::time::timeout(std::time::Duration::from_millis(500), news.recv()).await
            });
            let Ok(Some(news)) = next else { return };
            let rests = matches!(
                news,
                RunNews::Paused(_) | RunNews::Ended { .. } | RunNews::Waiting { .. }
            );
            self.receive(Arrival::Run { run, news });
            if rests {
                return;
            }
        }
    }

    fn choose(&mut self, scenario: &str) {
        let place = self
            .tab()
            .sidecar
            .scenarios
            .iter()
            .position(|one| one.name == scenario);
        self.intend(Intent::ChooseScenario(
            place.unwrap_or_else(|| panic!("no scenario {scenario}")),
        ));
    }

    fn tab(&self) -> &stepwright::session::Tab {
        self.session.active().unwrap()
    }

    fn run(&self) -> &stepwright::session::Run {
        self.tab().run.as_ref().unwrap()
    }

    fn paused_at(&self) -> Option<String> {
        self.run().paused.as_ref().map(|pause| pause.state.name())
    }
}

#[test]
fn a_failed_run_shows_the_state_and_the_reason() {
    let mut world = World::with_sample("ticket-generation");
    world.choose("No date in the request");
    world.intend(Intent::Perform(Action::Run));
    let run = world.run();
    assert_eq!(run.ended.as_ref().unwrap().status, Status::Failed);
    let visit = run.shown_visit().unwrap();
    assert_eq!(visit.status, VisitStatus::Failed);
    assert_eq!(world.tab().selected(), Some(&visit.state));
    let reason = run.reason.as_ref().unwrap();
    assert!(reason.why.contains("is not in the input"), "{reason:?}");
    assert_eq!(run.difference, None, "the scenario holds");
}

#[test]
fn every_scenario_of_every_sample_holds_when_run_in_the_window() {
    for sample in [
        "api-key-registration",
        "correlated-api",
        "order-processing",
        "support-intake",
        "ticket-generation",
    ] {
        let mut world = World::with_sample(sample);
        for index in 0..world.tab().sidecar.scenarios.len() {
            world.intend(Intent::ChooseScenario(index));
            world.intend(Intent::Perform(Action::Run));
            let name = &world.tab().sidecar.scenarios[index].name;
            assert!(
                world.run().ended.is_some(),
                "{sample}, {name} came to no end"
            );
            assert_eq!(world.run().difference, None, "{sample}, {name}");
        }
    }
}

#[test]
fn a_run_can_be_stepped_and_taken_back_and_its_input_mended() {
    let mut world = World::with_sample("ticket-generation");
    world.choose("Generate a ticket");
    world.intend(Intent::Perform(Action::Debug));
    let first = world.paused_at().unwrap();
    world.intend(Intent::Perform(Action::StepInto));
    let second = world.paused_at().unwrap();
    assert_ne!(first, second);
    let events = world.run().events.len();
    world.intend(Intent::Perform(Action::StepInto));
    world.intend(Intent::Perform(Action::StepBack));
    assert_eq!(world.paused_at().unwrap(), second);
    assert_eq!(world.run().events.len(), events);
    world.intend(Intent::Perform(Action::StepBack));
    assert_eq!(world.paused_at().unwrap(), first);
    world.intend(Intent::EditPendingInput(r#"{"mended": true}"#.into()));
    assert_eq!(world.paused_at().unwrap(), first);
    let pause = world.run().paused.as_ref().unwrap();
    assert_eq!(pause.input.to_json(), r#"{"mended":true}"#);
    world.intend(Intent::Perform(Action::Stop));
    assert_eq!(world.run().ended.as_ref().unwrap().status, Status::Aborted);
}

#[test]
fn a_breakpoint_stops_the_run_and_lives_in_the_companion_file() {
    let mut world = World::with_sample("order-processing");
    world.choose("Two items, Stripe");
    let path = StatePath::top("Payment processor");
    world.intend(Intent::ToggleBreakpoint(path.clone()));
    assert!(world.tab().is_modified());
    assert!(world.tab().breakpoints().contains(&path));
    world.intend(Intent::Perform(Action::Run));
    assert_eq!(world.paused_at().as_deref(), Some("Payment processor"));
    world.intend(Intent::Perform(Action::Continue));
    assert!(world.run().has_succeeded());
    world.intend(Intent::Perform(Action::Undo));
    assert!(!world.tab().is_modified());
}

#[test]
fn inserting_a_wait_changes_its_lines_and_the_next_and_nothing_else() {
    let mut world = World::with_sample("order-processing");
    let before = world.tab().text().to_string();
    let from = StatePath::top("Transform request");
    world.intend(Intent::Edit(Command::Insert {
        state: StateTemplate::new(StateKind::Wait),
        at: Place::OnEdge(from, TransitionKind::Next),
    }));
    let after = world.tab().text().to_string();
    let old: Vec<&str> = before.lines().collect();
    let new: Vec<&str> = after.lines().collect();
    let gone: Vec<&&str> = old.iter().filter(|line| !new.contains(line)).collect();
    assert!(gone.len() <= 1, "{gone:?}");
    assert_eq!(new.len(), old.len() + 5, "{after}");
    assert!(
        world.tab().revision.diagnostics.is_empty(),
        "{:?}",
        world.tab().revision.diagnostics
    );
    world.intend(Intent::Perform(Action::Undo));
    assert_eq!(world.tab().text().as_ref(), before);
    world.intend(Intent::Perform(Action::Redo));
    assert_eq!(world.tab().text().as_ref(), after);
}

#[test]
fn a_broken_text_keeps_the_last_good_picture() {
    let mut world = World::with_sample("support-intake");
    let nodes = world.tab().picture.layout.nodes.len();
    let end = world.tab().text().len();
    let cut = stepwright::text::TextEdit::replace(stepwright::text::Span::new(end / 2, end), "");
    world.intend(Intent::Edit(Command::Type(cut)));
    assert_eq!(world.tab().picture.layout.nodes.len(), nodes);
    assert!(
        world
            .tab()
            .picture
            .broken
            .as_ref()
            .unwrap()
            .starts_with("Line ")
    );
    world.intend(Intent::Perform(Action::Undo));
    assert_eq!(world.tab().picture.broken, None);
}

#[test]
fn a_large_document_is_checked_beside_the_window() {
    let states: Vec<String> = (0..400)
        .map(|number| {
            format!(
                "\"S{number}\": {{\"Type\": \"Pass\", \"Next\": \"S{}\"}}",
                number + 1
            )
        })
        .collect();
    let text = format!(
        "{{\"StartAt\": \"S0\", \"States\": {{{}}}}}",
        states.join(",\n")
    );
    let mut session = Session::new(Settings::default(), Vec::new());
    let effects = session.receive(
        Arrival::FileRead {
            path: PathBuf::from("large.asl.json"),
            result: Ok(FileContents {
                text,
                sidecar: None,
                stamp: Stamp("as read".into()),
                sample: None,
            }),
        },
        0,
    );
    let asked = |effects: Vec<Effect>| {
        effects.into_iter().find_map(|effect| match effect {
            Effect::Check { tab, revision } => Some((tab, revision)),
            _ => None,
        })
    };
    let answer =
        |(tab, revision): (_, std::sync::Arc<stepwright::editor::Revision>)| Arrival::Checked {
            tab,
            revision: revision.id,
            diagnostics: revision.check(),
        };
    let first = asked(effects).unwrap();
    assert!(session.active().unwrap().revision.diagnostics.is_empty());
    // Typing goes on while the first text is being checked: it is not checked twice at a time.
    let typed = Command::Type(TextEdit::replace(Span::at(1), "\"Comment\": \"\", "));
    assert!(asked(session.handle(Intent::Edit(typed), 1)).is_none());
    let second = asked(session.receive(answer(first), 2)).unwrap();
    assert!(!session.active().unwrap().revision.checked);
    assert!(asked(session.receive(answer(second), 3)).is_none());
    let revision = &session.active().unwrap().revision;
    assert!(revision.checked);
    let said: Vec<&str> = revision.diagnostics.iter().map(|one| one.code).collect();
    assert!(said.contains(&"MISSING_TARGET"), "{said:?}");
}
