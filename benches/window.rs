//! What a frame of the window costs, without a screen: one table for workflows of 30, 300 and 2,000 states,
//! for a file of 1 MB, and for one without line breaks. Milliseconds of CPU time of the window's thread, tessellation included.
//!
//! `cargo bench --bench window`; with `-- --write FOLDER` it only writes the workflows that are measured.

mod grown;

use std::path::PathBuf;
use std::time::Duration;
use std::time::Instant;

use egui::Context;
use egui::Event;
use egui::Modifiers;
use egui::MouseWheelUnit;
use egui::RawInput;
use egui::Rect;
use egui::TouchPhase;
use egui::pos2;
use egui::vec2;

use stepwright::editor::Command;
use stepwright::session::Intent;
use stepwright::session::ViewMode;
use stepwright::text::Span;
use stepwright::text::TextEdit;
use stepwright::ui::App;
use stepwright::ui::Options;
use stepwright::ui::shell::Choice;
use stepwright::ui::shell::FileDialogs;

struct NoDialogs;

impl FileDialogs for NoDialogs {
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

fn main() {
    // `cargo test --benches` only wants to know that it starts.
    if std::env::args().any(|argument| argument == "--test") {
        return;
    }
    let cases = cases();
    let arguments: Vec<String> = std::env::args().collect();
    if let Some(place) = arguments.iter().position(|argument| argument == "--write") {
        let folder = PathBuf::from(arguments.get(place + 1).map_or(".", String::as_str));
        for (name, text) in cases {
            let file = folder.join(format!("{name}.asl.json"));
            std::fs::write(file, text).expect("the file can be written");
        }
        return;
    }
    println!(
        "{:<20} {:>8} {:>8} {:>8} {:>8} {:>8} {:>8} {:>8} {:>8} {:>8} {:>7}",
        "",
        "open",
        "worst",
        "still",
        "panning",
        "zooming",
        "letter",
        "code",
        "split",
        "outline",
        "RSS MB"
    );
    for (name, text) in cases {
        measure(&name, &text);
    }
}

fn cases() -> Vec<(String, String)> {
    let mut cases: Vec<(String, String)> = grown::SIZES
        .iter()
        .map(|states| (format!("{states} states"), grown::machine(*states)))
        .collect();
    cases.push(("1 MB".to_owned(), grown::machine_of_bytes(1_000_000)));
    let minified = serde_json::from_str::<serde_json::Value>(&grown::machine_of_bytes(300_000));
    let minified = minified.map(|value| value.to_string()).unwrap_or_default();
    cases.push((format!("{} kB, one line", minified.len() / 1_000), minified));
    cases
}

struct Window {
    ctx: Context,
    app: App,
    time: f64,
    /// How many frames were asked for by the window itself.
    repaints: u32,
}

impl Window {
    fn open(path: PathBuf) -> Window {
        let ctx = Context::default();
        let options = Options {
            paths: vec![path],
            ..Options::default()
        };
        let app = App::new(&ctx, options, Instant::now(), Box::new(NoDialogs), false);
        Window {
            ctx,
            app: app.expect("threads can be started"),
            time: 0.0,
            repaints: 0,
        }
    }

    /// One frame; how long it kept the thread busy.
    fn frame(&mut self, events: Vec<Event>) -> Duration {
        self.time += 1.0 / 60.0;
        let input = RawInput {
            screen_rect: Some(Rect::from_min_size(pos2(0.0, 0.0), vec2(1600.0, 1000.0))),
            time: Some(self.time),
            events,
            ..RawInput::default()
        };
        let ctx = self.ctx.clone();
        let begun = cpu_time::ThreadTime::now();
        let mut output = ctx.run_ui(input, |ui| {
            self.app.logic(ui.ctx());
            self.app.show(ui);
        });
        let shapes = std::mem::take(&mut output.shapes);
        let primitives = ctx.tessellate(shapes, output.pixels_per_point);
        let busy = begun.elapsed();
        drop(primitives);
        let again = output
            .viewport_output
            .values()
            .any(|viewport| viewport.repaint_delay < Duration::from_millis(500));
        self.repaints += u32::from(again);
        output.textures_delta.clear();
        busy
    }

    /// Frames until nothing asks for another one; the longest of them.
    fn settle(&mut self) -> Duration {
        let mut worst = Duration::ZERO;
        let mut quiet = 0;
        for _ in 0..600 {
            let before = self.repaints;
            worst = worst.max(self.frame(Vec::new()));
            let waits = self
                .app
                .session
                .active()
                .is_none_or(|tab| tab.picture.pending || !tab.revision.checked);
            quiet = if self.repaints == before && !waits {
                quiet + 1
            } else {
                0
            };
            if quiet >= 3 {
                break;
            }
            if waits {
                std::thread::sleep(Duration::from_millis(5));
            }
        }
        worst
    }

    fn typical(&mut self, events: impl Fn(u32) -> Vec<Event>) -> Duration {
        let mut times: Vec<Duration> = (0..60).map(|count| self.frame(events(count))).collect();
        times.sort();
        times.get(times.len() / 2).copied().unwrap_or_default()
    }

    fn ask(&mut self, intent: Intent) -> Duration {
        let begun = cpu_time::ThreadTime::now();
        self.app.apply(&self.ctx, vec![intent]);
        begun.elapsed()
    }

    /// A letter typed: the intent, and the frame that shows it.
    fn letter(&mut self) -> Duration {
        let mut times: Vec<Duration> = (0..12)
            .map(|count| {
                let at = self
                    .app
                    .session
                    .active()
                    .and_then(|tab| tab.text().find("A workflow of"))
                    .unwrap_or_default();
                let edit = match count % 2 {
                    0 => TextEdit::replace(Span::at(at + 2), "x"),
                    _ => TextEdit::replace(Span::new(at + 2, at + 3), ""),
                };
                let took = self.ask(Intent::Edit(Command::Type(edit)));
                took + self.frame(Vec::new())
            })
            .collect();
        times.sort();
        times.get(times.len() / 2).copied().unwrap_or_default()
    }
}

fn measure(name: &str, text: &str) {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = folder.path().join("grown.asl.json");
    std::fs::write(&path, text).expect("the file can be written");
    let mut window = Window::open(path);
    let middle = pos2(700.0, 450.0);
    let begun = Instant::now();
    let worst = window.settle();
    let open = begun.elapsed();
    window.frame(vec![Event::PointerMoved(middle)]);
    window.settle();
    let still = window.typical(|_| Vec::new());
    let wheel = |delta: egui::Vec2, modifiers: Modifiers| {
        vec![Event::MouseWheel {
            source: egui::MouseWheelSource::Wheel,
            unit: MouseWheelUnit::Point,
            delta,
            phase: TouchPhase::Move,
            modifiers,
        }]
    };
    let zoom = |count: u32| {
        let step = if count < 30 { 60.0 } else { -60.0 };
        wheel(vec2(0.0, step), Modifiers::COMMAND)
    };
    let zooming = window.typical(zoom);
    window.settle();
    let panning = window.typical(|count| {
        let step = if count % 20 < 10 { 40.0 } else { -40.0 };
        wheel(vec2(0.0, step), Modifiers::NONE)
    });
    window.settle();
    let letter = window.letter();
    window.settle();
    window.ask(Intent::SetView(ViewMode::Code));
    window.settle();
    let code = window.letter();
    window.settle();
    window.ask(Intent::SetView(ViewMode::Split));
    window.settle();
    let split = window.letter();
    window.app.view.left = stepwright::ui::LeftTab::Outline;
    window.settle();
    let outline = window.typical(|_| Vec::new());
    let ms = |time: Duration| format!("{:.2}", time.as_secs_f64() * 1000.0);
    println!(
        "{name:<20} {:>8} {:>8} {:>8} {:>8} {:>8} {:>8} {:>8} {:>8} {:>8} {:>7}",
        ms(open),
        ms(worst),
        ms(still),
        ms(panning),
        ms(zooming),
        ms(letter),
        ms(code),
        ms(split),
        ms(outline),
        resident_megabytes()
    );
}

/// Memory of this process where the system tells.
fn resident_megabytes() -> String {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find(|line| line.starts_with("VmRSS"));
    line.and_then(|line| line.split_whitespace().nth(1)?.parse::<u64>().ok())
        .map_or("-".to_owned(), |kilobytes| (kilobytes / 1024).to_string())
}
