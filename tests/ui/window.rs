//! The real window with its drivers, over files of a folder of its own, used as a person would.

use std::io::Read;
use std::io::Write;
use std::path::PathBuf;
use std::time::Duration;
use std::time::Instant;

use egui::accesskit::Role;
use egui_kittest::Harness;
use egui_kittest::kittest::NodeT;
use egui_kittest::kittest::Queryable;
use stepwright::session::Session;
use stepwright::session::Tab;
use stepwright::ui::App;
use stepwright::ui::Options;
use stepwright::ui::shell::Choice;
use stepwright::ui::shell::FileDialogs;

/// A person who closes every dialog.
struct Nobody;

impl FileDialogs for Nobody {
    fn choose_file(&self) -> Choice {
        Box::pin(async { None })
    }

    fn choose_folder(&self) -> Choice {
        Box::pin(async { None })
    }

    fn choose_target(&self, _name: &str) -> Choice {
        Box::pin(async { None })
    }
}

/// The window over a file of a folder of its own.
pub struct Window {
    pub harness: Harness<'static, Option<App>>,
    pub folder: tempfile::TempDir,
}

impl Window {
    /// A copy of a sample, in a folder of its own.
    pub fn open(sample: &str) -> Window {
        let folder = tempfile::tempdir().unwrap();
        let source = PathBuf::from(env!("CARGO_MANIFEST_DIR"))
            .join("sample-workflows")
            .join(sample);
        for ending in ["asl.json", "stepwright.json"] {
            let name = format!("{sample}.{ending}");
            std::fs::copy(source.join(&name), folder.path().join(&name)).unwrap();
        }
        let mut window = Window::over(folder, &format!("{sample}.asl.json"));
        window.until("the file is open", |session| session.active().is_some());
        window
    }

    /// A file of a folder.
    pub fn over(folder: tempfile::TempDir, file: &str) -> Window {
        let path = folder.path().join(file);
        let harness = Harness::builder()
            .with_size(egui::vec2(1600.0, 1000.0))
            .with_step_dt(1.0 / 60.0)
            .with_max_steps(64)
            .build_ui_state(
                move |ui, app: &mut Option<App>| {
                    let app = app.get_or_insert_with(|| {
                        let options = Options {
                            paths: vec![path.clone()],
                            ..Options::default()
                        };
                        let dialogs = Box::new(Nobody);
                        let mut app =
                            App::new(ui.ctx(), options, Instant::now(), dialogs, false).unwrap();
                        app.session.settings.tempo = 0;
                        app.view.still = true;
                        app
                    });
                    app.logic(ui.ctx());
                    app.show(ui);
                },
                None,
            );
        Window { harness, folder }
    }

    /// The same over files that are written into a folder first: their names with their texts, the one to be opened first.
    pub fn of(files: &[(&str, &str)]) -> Window {
        let folder = tempfile::tempdir().unwrap();
        for (name, text) in files {
            let path = folder.path().join(name);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, text).unwrap();
        }
        let mut window = Window::over(folder, files[0].0);
        window.until("the file is open", |session| {
            session.active().is_some() && !session.backends.folders.is_empty()
        });
        window
    }

    pub fn session(&self) -> &Session {
        &self.harness.state().as_ref().unwrap().session
    }

    pub fn tab(&self) -> &Tab {
        self.session().active().unwrap()
    }

    /// Shows frames until something holds; fails after ten seconds.
    pub fn until(&mut self, what: &str, holds: impl Fn(&Session) -> bool) {
        let begun = Instant::now();
        loop {
            self.harness.step();
            if self.harness.state().is_some() && holds(self.session()) {
                self.harness.run_steps(3);
                return;
            }
            assert!(
                begun.elapsed() < Duration::from_secs(10),
                "waiting for: {what}"
            );
            std::thread::sleep(Duration::from_millis(5));
        }
    }

    /// Something whose label contains the first words says the others as well.
    pub fn says(&self, name: &str, words: &str) {
        let labels: Vec<String> = self
            .harness
            .query_all_by_label_contains(name)
            .filter_map(|node| node.accesskit_node().label())
            .collect();
        assert!(
            labels.iter().any(|label| label.contains(words)),
            "none of {labels:?} says {words}"
        );
    }

    pub fn settle(&mut self) {
        self.harness.run_steps(6);
    }

    pub fn click(&mut self, role: Role, label: &str) {
        self.harness.get_by_role_and_label(role, label).click();
        self.settle();
    }

    /// Lets executions from outside in; where they are started.
    pub fn accept_executions(&mut self) -> String {
        self.harness
            .get_by_label_contains("Accept executions")
            .click();
        self.until("the endpoint is there", |session| {
            session.endpoint.address().is_some()
        });
        self.session().endpoint.address().unwrap().to_owned()
    }

    pub fn press(&mut self, modifiers: egui::Modifiers, key: egui::Key) {
        self.harness.key_press_modifiers(modifiers, key);
        self.settle();
    }

    pub fn choose_input(&mut self, name: &str) {
        self.click(Role::ComboBox, "Input");
        self.click(Role::ListBoxOption, name);
    }

    pub fn go_to(&mut self, state: &str) {
        self.press(egui::Modifiers::COMMAND, egui::Key::K);
        self.harness
            .get_by_role_and_label(Role::TextInput, "Go to state or command")
            .type_text(state);
        self.settle();
        self.press(egui::Modifiers::NONE, egui::Key::Enter);
    }
}

/// One request of the Step Functions API, as an SDK sends it.
pub fn ask(address: &str, action: &str, body: &str) -> String {
    let host = address.trim_start_matches("http://");
    let mut stream = std::net::TcpStream::connect(host).unwrap();
    write!(
        stream,
        "POST / HTTP/1.1\r\nHost: {host}\r\nX-Amz-Target: AWSStepFunctions.{action}\r\nContent-Type: application/x-amz-json-1.0\r\n\
         Content-Length: {}\r\nConnection: close\r\n\r\n{body}",
        body.len()
    )
    .unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    answer
}
