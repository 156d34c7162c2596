//! A session with its runs brought to life, and a harness around a panel: what the panel asks for
//! is carried out after each frame, as the window does it.

use std::path::PathBuf;

use egui_kittest::Harness;
use stepwright::backends::Mocks;
use stepwright::backends::Real;
use stepwright::debugger::Control;
use stepwright::debugger::RunNews;
use stepwright::driver::drive;
use stepwright::scene::Theme;
use stepwright::session::Arrival;
use stepwright::session::Effect;
use stepwright::session::FileContents;
use stepwright::session::Intent;
use stepwright::session::RunId;
use stepwright::session::Session;
use stepwright::session::Settings;
use stepwright::session::Stamp;
use stepwright::ui::theme;
use tokio::runtime::Runtime;
use tokio::sync::mpsc;

/// A session and whatever carries out its effects.
pub struct Desk {
    pub session: Session,
    /// What the panel asked for, in order.
    pub asked: Vec<Intent>,
    /// Effects that are nothing to a test but to be seen.
    pub effects: Vec<Effect>,
    runtime: Runtime,
    run: Option<(RunId, mpsc::Sender<Control>, mpsc::Receiver<RunNews>)>,
}

impl Desk {
    pub fn new() -> Desk {
        let settings = Settings {
            tempo: 0,
            ..Settings::default()
        };
        Desk {
            session: Session::new(settings, Vec::new()),
            asked: Vec::new(),
            effects: Vec::new(),
            runtime: tokio::runtime::Builder::new_current_thread()
                .enable_time()
                .build()
                .unwrap(),
            run: None,
        }
    }

    /// Opens a definition with its companion.
    pub fn open(&mut self, name: &str, text: &str, sidecar: Option<&str>) {
        let contents = FileContents {
            text: text.to_owned(),
            sidecar: sidecar.map(str::to_owned),
            stamp: Stamp(String::new()),
            sample: None,
        };
        let path = PathBuf::from(format!("{name}.asl.json"));
        self.session.receive(
            Arrival::FileRead {
                path,
                result: Ok(contents),
            },
            1,
        );
    }

    /// Opens a bundled sample.
    pub fn sample(name: &str) -> Desk {
        let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR"))
            .join("sample-workflows")
            .join(name);
        let text = std::fs::read_to_string(folder.join(format!("{name}.asl.json"))).unwrap();
        let sidecar = std::fs::read_to_string(folder.join(format!("{name}.stepwright.json"))).ok();
        let mut desk = Desk::new();
        desk.open(name, &text, sidecar.as_deref());
        desk
    }

    /// Carries out an intent and waits until the run is at rest.
    pub fn ask(&mut self, intent: Intent) {
        let effects = self.session.handle(intent, 1_767_225_600_000);
        for effect in effects {
            match effect {
                Effect::StartRun { run, order, mocks } => {
                    let (controls, heard) = mpsc::channel(16);
                    let (news, told) = mpsc::channel(16);
                    self.runtime.spawn(drive(
                        *order,
                        Mocks::from_list(&mocks).unwrap(),
                        Real::new(),
                        heard,
                        news,
                    ));
                    self.run = Some((run, controls, told));
                    self.rest();
                }
                Effect::Control { control, .. } => {
                    if let Some((_, controls, _)) = &self.run {
                        self.runtime.block_on(controls.send(control)).unwrap();
                        self.rest();
                    }
                }
                Effect::TryScenarios { tab, trials } => {
                    for trial in trials {
                        let (_controls, heard) = mpsc::channel(1);
                        let (news, mut told) = mpsc::channel(16);
                        let mocks = Mocks::from_list(&trial.mocks).unwrap();
                        self.runtime
                            .spawn(drive(*trial.order, mocks, Real::new(), heard, news));
                        let mut events = Vec::new();
                        let (ended, notes) = loop {
                            match self.runtime.block_on(told.recv()) {
                                Some(RunNews::Happened { events: more, .. }) => events.extend(more),
                                Some(RunNews::Ended { ended, notes, .. }) => break (*ended, notes),
                                Some(_) => {}
                                None => panic!("the scenario came to no end"),
                            }
                        };
                        let scenario = trial.scenario;
                        self.session.receive(
                            Arrival::Verdict {
                                tab,
                                scenario,
                                ended,
                                events,
                                notes,
                            },
                            2,
                        );
                    }
                }
                other => self.effects.push(other),
            }
        }
    }

    /// Takes news until the run pauses, waits or ends.
    fn rest(&mut self) {
        let Some((run, _, told)) = &mut self.run else {
            return;
        };
        while let Some(news) = self.runtime.block_on(told.recv()) {
            let still = matches!(
                news,
                RunNews::Paused(_)
                    | RunNews::Ended { .. }
                    | RunNews::Waiting { .. }
                    | RunNews::Lost(_)
            );
            self.session.receive(Arrival::Run { run: *run, news }, 2);
            if still {
                return;
            }
        }
    }

    /// Chooses the scenario of this name as the input.
    pub fn choose(&mut self, scenario: &str) {
        let scenarios = &self.session.active().unwrap().sidecar.scenarios;
        let index = scenarios
            .iter()
            .position(|known| known.name == scenario)
            .unwrap();
        self.ask(Intent::ChooseScenario(index));
    }
}

/// A panel in a window of its own.
pub fn harness<'a, V: 'a>(
    desk: Desk,
    view: V,
    size: egui::Vec2,
    show: impl Fn(&mut egui::Ui, &Session, &mut V, &mut Vec<Intent>) + 'a,
) -> Harness<'a, (Desk, V)> {
    let mut ready = false;
    let mut harness = Harness::builder()
        .with_size(size)
        .with_step_dt(1.0 / 60.0)
        .build_ui_state(
            move |ui, (desk, view): &mut (Desk, V)| {
                if !std::mem::replace(&mut ready, true) {
                    theme::install_fonts(ui.ctx());
                }
                theme::apply(ui.ctx(), Theme::Dark, true);
                let mut out = Vec::new();
                show(ui, &desk.session, view, &mut out);
                for intent in out {
                    desk.asked.push(intent.clone());
                    desk.ask(intent);
                }
            },
            (desk, view),
        );
    harness.run();
    harness
}
