//! The eframe application: arrivals in, a frame, intents to the session, effects to the shell.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;
use std::time::Instant;
use std::time::SystemTime;

use egui::ViewportCommand;

use crate::scene::Theme;
use crate::session::Arrival;
use crate::session::Effect;
use crate::session::Intent;
use crate::session::Session;
use crate::session::Settings;
use crate::session::ThemeChoice;
use crate::ui::frame;
use crate::ui::shell;
use crate::ui::shell::Deed;
use crate::ui::shell::FileDialogs;
use crate::ui::shell::Shell;
use crate::ui::theme;
use crate::ui::view::Outbox;
use crate::ui::view::View;
use crate::ui::view::ViewMemory;

/// What the window is started with.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// Files to open; without any, those of the last session, or the first sample.
    pub paths: Vec<PathBuf>,
    /// Ends once a complete frame is on the screen.
    pub exit_after_first_frame: bool,
    /// Prints how long the first frame took.
    pub timing: bool,
}

/// Time within a frame for what arrives.
const ARRIVALS_BUDGET: Duration = Duration::from_millis(4);
/// The sample that is open at the first start.
const FIRST_SAMPLE: &str = "order-processing";

/// The window: the session, what is remembered of the view, and the way outside.
pub struct App {
    pub session: Session,
    pub view: View,
    shell: Shell,
    started: Instant,
    options: Options,
    /// Frames shown since there was something complete to show.
    complete_frames: u32,
    may_close: bool,
    title: String,
}

impl App {
    /// The application on a context whose fonts are not installed yet.
    pub fn new(
        ctx: &egui::Context,
        options: Options,
        started: Instant,
        dialogs: Box<dyn FileDialogs>,
        remembers: bool,
    ) -> std::io::Result<App> {
        theme::install_fonts(ctx);
        let waker = ctx.clone();
        let wake = Arc::new(move || waker.request_repaint());
        let shell = Shell::new(wake, dialogs, remembers)?;
        let settings = if remembers {
            shell::memory::remembered()
        } else {
            Settings::default()
        };
        let mut session = Session::new(settings, shell::samples());
        if remembers {
            let (consents, problem) = shell::memory::agreed();
            session.backends.consents = consents;
            if let Some(what) = problem {
                session.receive(Arrival::Failed { what }, 0);
            }
        }
        let mut app = App {
            session,
            view: View::new(),
            shell,
            started,
            options,
            complete_frames: 0,
            may_close: false,
            title: String::new(),
        };
        app.open_first(ctx);
        Ok(app)
    }

    fn open_first(&mut self, ctx: &egui::Context) {
        let mut intents: Vec<Intent> = if self.options.paths.is_empty() {
            self.session
                .settings
                .open
                .iter()
                .map(|path| Intent::Open(path.clone()))
                .collect()
        } else {
            self.options
                .paths
                .iter()
                .map(|path| Intent::Open(path.clone()))
                .collect()
        };
        if intents.is_empty() {
            intents.push(Intent::OpenSample(FIRST_SAMPLE.to_owned()));
        }
        self.apply(ctx, intents);
    }

    /// Takes in what has happened outside, and what the window system wants.
    pub fn logic(&mut self, ctx: &egui::Context) {
        let now = milliseconds();
        let mut effects = Vec::new();
        for arrival in self.shell.arrivals(ARRIVALS_BUDGET) {
            effects.extend(self.session.receive(arrival, now));
        }
        let dropped: Vec<PathBuf> = ctx.input(|input| {
            input
                .raw
                .dropped_files
                .iter()
                .map(|file| file.path().to_owned())
                .collect()
        });
        if !dropped.is_empty() {
            effects.extend(self.session.receive(Arrival::Dropped(dropped), now));
        }
        if ctx.input(|input| input.viewport().close_requested()) && !self.may_close {
            ctx.send_viewport_cmd(ViewportCommand::CancelClose);
            effects.extend(
                self.session
                    .handle(Intent::Perform(crate::session::Action::Quit), now),
            );
        }
        self.execute(ctx, effects);
    }

    /// One frame.
    pub fn show(&mut self, ui: &mut egui::Ui) {
        let theme = self.theme(ui.ctx());
        theme::apply(ui.ctx(), theme, self.view.still);
        let mut out = Outbox::new();
        let now = milliseconds();
        frame::show(ui, &self.session, &mut self.view, now, &mut out);
        if !out.is_empty() {
            self.view.heed(&out);
            let ctx = ui.ctx().clone();
            self.apply(&ctx, out);
            ctx.request_repaint();
        }
        self.name_window(ui.ctx());
        self.first_frame(ui.ctx());
    }

    /// Hands in intents and carries out what follows from them.
    pub fn apply(&mut self, ctx: &egui::Context, intents: Vec<Intent>) {
        let now = milliseconds();
        for intent in intents {
            let effects = self.session.handle(intent, now);
            self.execute(ctx, effects);
        }
        self.shell.forget_runs(&self.session);
    }

    fn execute(&mut self, ctx: &egui::Context, effects: Vec<Effect>) {
        for deed in self.shell.execute(effects, &self.session) {
            match deed {
                Deed::CopyText(text) => ctx.copy_text(text),
                Deed::Quit => {
                    self.may_close = true;
                    ctx.send_viewport_cmd(ViewportCommand::Close);
                }
            }
        }
    }

    fn theme(&self, ctx: &egui::Context) -> Theme {
        match self.session.settings.theme {
            ThemeChoice::Light => Theme::Light,
            ThemeChoice::Dark => Theme::Dark,
            ThemeChoice::HighContrast => Theme::HighContrast,
            ThemeChoice::System => match ctx.system_theme() {
                Some(egui::Theme::Dark) => Theme::Dark,
                Some(egui::Theme::Light) | None => Theme::Light,
            },
        }
    }

    fn name_window(&mut self, ctx: &egui::Context) {
        let title = match self.session.active() {
            Some(tab) if tab.is_modified() => format!("• {} - Stepwright", tab.title),
            Some(tab) => format!("{} - Stepwright", tab.title),
            None => "Stepwright".to_owned(),
        };
        if title != self.title {
            ctx.send_viewport_cmd(ViewportCommand::Title(title.clone()));
            self.title = title;
        }
    }

    fn first_frame(&mut self, ctx: &egui::Context) {
        let ready = !self.session.toasts.is_empty()
            || self
                .session
                .active()
                .is_some_and(|tab| !tab.picture.pending);
        if self.complete_frames >= 2 || !ready {
            return;
        }
        self.complete_frames += 1;
        // The second frame begins when the first has been handed to the screen.
        if self.complete_frames < 2 {
            ctx.request_repaint();
            return;
        }
        if self.options.timing {
            let milliseconds = self.started.elapsed().as_secs_f64() * 1000.0;
            println!("{{\"first_frame_ms\":{milliseconds:.1}}}");
        }
        if self.options.exit_after_first_frame {
            self.may_close = true;
            ctx.send_viewport_cmd(ViewportCommand::Close);
        }
    }
}

impl eframe::App for App {
    fn logic(&mut self, ctx: &egui::Context, _frame: &mut eframe::Frame) {
        App::logic(self, ctx);
    }

    fn ui(&mut self, ui: &mut egui::Ui, _frame: &mut eframe::Frame) {
        self.show(ui);
    }

    fn save(&mut self, storage: &mut dyn eframe::Storage) {
        eframe::set_value(storage, "view", &self.view.memory());
    }
}

/// Opens the window and returns the exit code: 0, or 2 where there is no screen to open it on.
pub fn run(options: Options) -> u8 {
    let started = Instant::now();
    let has_screen = ["DISPLAY", "WAYLAND_DISPLAY"]
        .into_iter()
        .any(|name| std::env::var_os(name).is_some_and(|value| !value.is_empty()));
    if cfg!(all(unix, not(target_os = "macos"))) && !has_screen {
        return no_screen("neither DISPLAY nor WAYLAND_DISPLAY is set");
    }
    let native = eframe::NativeOptions {
        viewport: egui::ViewportBuilder::default()
            .with_app_id("stepwright")
            .with_title("Stepwright")
            .with_inner_size([1600.0, 1000.0])
            .with_min_inner_size([880.0, 560.0]),
        renderer: eframe::Renderer::Glow,
        ..eframe::NativeOptions::default()
    };
    let result = eframe::run_native(
        "stepwright",
        native,
        Box::new(move |context| {
            let dialogs = Box::new(shell::SystemDialogs);
            let mut app = App::new(&context.egui_ctx, options, started, dialogs, true)?;
            if let Some(memory) = context
                .storage
                .and_then(|storage| eframe::get_value::<ViewMemory>(storage, "view"))
            {
                app.view.remember(memory);
            }
            Ok(Box::new(app))
        }),
    );
    match result {
        Ok(()) => 0,
        Err(error) => {
            // The last part says what; before it stand places in the source of others.
            let words = error.to_string();
            no_screen(words.rsplit(": ").next().unwrap_or(&words))
        }
    }
}

fn no_screen(reason: &str) -> u8 {
    eprintln!(
        "stepwright: the window cannot be opened here ({reason}); without a screen there are the verbs \
         run, test, check, layout, export and others, listed by `stepwright help`"
    );
    2
}

fn milliseconds() -> u64 {
    SystemTime::now()
        .duration_since(SystemTime::UNIX_EPOCH)
        .ok()
        .and_then(|since| u64::try_from(since.as_millis()).ok())
        .unwrap_or_default()
}
