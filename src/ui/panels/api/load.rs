//! Load on the route: users in stages, how far it is, what was measured.

use egui::CornerRadius;
use egui::Rect;
use egui::ScrollArea;
use egui::Ui;
use egui::pos2;
use egui::vec2;

use crate::scene::Icon;
use crate::scene::Role;
use crate::scene::Status;
use crate::session::ApiIntent;
use crate::session::Intent;
use crate::session::LoadRun;
use crate::session::LoadStage;
use crate::session::LoadState;
use crate::session::Session;
use crate::session::checked_stages;
use crate::ui::panels::api::plot;
use crate::ui::panels::api::words::micros_text;
use crate::ui::panels::words::paint_right;
use crate::ui::panels::words::put_at;
use crate::ui::theme::Skin;
use crate::ui::theme::Text;
use crate::ui::view::Outbox;
use crate::ui::widgets::Button;
use crate::ui::widgets::Field;
use crate::ui::widgets::empty_state;
use crate::ui::widgets::help_text;
use crate::ui::widgets::icon_button;
use crate::ui::widgets::status_chip;
use crate::ui::widgets::text_field;

/// The stages as they are typed: users, seconds.
#[derive(Clone, Debug)]
pub struct LoadForm {
    stages: Vec<(String, String)>,
}

impl Default for LoadForm {
    fn default() -> LoadForm {
        let stages = [("20", "5"), ("20", "20"), ("0", "5")];
        LoadForm {
            stages: stages
                .map(|(users, seconds)| (users.to_owned(), seconds.to_owned()))
                .to_vec(),
        }
    }
}

impl LoadForm {
    fn read(&self) -> Result<Vec<LoadStage>, String> {
        let stages = self.stages.iter().map(|(users, seconds)| {
            let number = |text: &str, what: &str| {
                let number = text.trim().parse::<u32>();
                number.map_err(|_| format!("“{text}” is no number of {what}"))
            };
            Ok(LoadStage {
                users: number(users, "users")?,
                seconds: number(seconds, "seconds")?,
            })
        });
        let stages: Vec<LoadStage> = stages.collect::<Result<_, String>>()?;
        checked_stages(&stages)?;
        Ok(stages)
    }
}

const FORM: f32 = 264.0;
const FIGURES: f32 = 208.0;

/// Form, figures and plot side by side.
pub fn show(ui: &mut Ui, session: &Session, form: &mut LoadForm, out: &mut Outbox) {
    let skin = Skin::of(ui.ctx());
    let area = ui.available_rect_before_wrap();
    let left = Rect::from_min_size(area.min, vec2(FORM.min(area.width()), area.height()));
    let middle = Rect::from_min_size(left.right_top(), vec2(FIGURES, area.height()));
    let right = Rect::from_min_max(middle.right_top(), area.max);
    put_at(ui, left.shrink2(vec2(16.0, 8.0)), |ui| {
        ui.set_clip_rect(ui.clip_rect().intersect(left));
        stages(ui, session, form, out);
    });
    let line = skin.stroke(1.0, Role::Line);
    ui.painter().vline(left.right(), area.y_range(), line);
    match &session.api.load {
        Some(load) => {
            put_at(ui, middle.shrink2(vec2(16.0, 8.0)), |ui| {
                ui.set_clip_rect(ui.clip_rect().intersect(middle));
                figures(ui, load);
            });
            let note = Rect::from_min_max(pos2(right.left(), right.bottom() - 24.0), right.max);
            let plot_area = Rect::from_min_max(right.min, note.right_top());
            put_at(ui, plot_area.shrink2(vec2(4.0, 6.0)), |ui| {
                ui.set_clip_rect(ui.clip_rect().intersect(plot_area));
                plot::show(ui, &load.points, load.total_millis());
            });
            let words = "Measured on this machine with mocked tasks; AWS's figures will differ";
            let inner = note.shrink2(vec2(16.0, 2.0));
            Text::Small.paint(ui, inner, words, skin.color(Role::WeakText));
        }
        None => {
            let rest = Rect::from_min_max(middle.min, area.max);
            put_at(ui, rest, |ui| {
                empty_state(
                    ui,
                    Icon::MONITORING,
                    "Start a load run to see how the route behaves under load",
                    "It sends the request above; figures of this machine are not AWS's",
                );
            });
        }
    }
    ui.advance_cursor_after_rect(area);
}

fn stages(ui: &mut Ui, session: &Session, form: &mut LoadForm, out: &mut Outbox) {
    let skin = Skin::of(ui.ctx());
    let running = session.api.load.as_ref().is_some_and(LoadRun::is_running);
    let foot = 56.0;
    let area = ui.available_rect_before_wrap();
    let list = Rect::from_min_max(area.min, pos2(area.right(), area.bottom() - foot));
    let mut gone = None;
    put_at(ui, list, |ui| {
        ui.set_clip_rect(ui.clip_rect().intersect(list));
        ScrollArea::vertical()
            .id_salt("load stages")
            .auto_shrink([false, false])
            .show(ui, |ui| {
                ui.spacing_mut().item_spacing.y = 4.0;
                ui.label(
                    Text::Label
                        .rich("Stages")
                        .color(skin.color(Role::SecondText)),
                );
                let many = form.stages.len() > 1;
                for (place, (users, seconds)) in form.stages.iter_mut().enumerate() {
                    ui.horizontal(|ui| {
                        ui.spacing_mut().item_spacing.x = 6.0;
                        let id = egui::Id::unique(("load stage", place));
                        let field = |hint, suffix| Field {
                            hint,
                            suffix,
                            ..Field::default()
                        };
                        ui.allocate_ui(vec2(88.0, 28.0), |ui| {
                            text_field(ui, id, users, field("Users", "users"));
                        });
                        ui.allocate_ui(vec2(88.0, 28.0), |ui| {
                            text_field(ui, id.with("s"), seconds, field("Seconds", "s"));
                        });
                        if many {
                            let name = format!("Remove stage {}", place + 1);
                            if icon_button(ui, Icon::CLOSE, &name).clicked() {
                                gone = Some(place);
                            }
                        }
                    });
                }
                if form.stages.len() < 12
                    && ui
                        .add(Button::quiet("Add stage").icon(Icon::ADD).small())
                        .clicked()
                {
                    form.stages.push(("20".to_owned(), "10".to_owned()));
                }
            });
    });
    if let Some(place) = gone.filter(|place| *place < form.stages.len()) {
        form.stages.remove(place);
    }
    let read = form.read();
    let buttons = Rect::from_min_max(pos2(area.left(), list.bottom() + 4.0), area.max);
    put_at(ui, buttons, |ui| {
        ui.spacing_mut().item_spacing.y = 2.0;
        match (&read, running) {
            (_, true) => {
                let cancel = Button::new("Cancel").icon(Icon::STOP).width(112.0);
                if ui.add(cancel.name("Cancel the load run")).clicked() {
                    out.push(Intent::Api(ApiIntent::StopLoad));
                }
            }
            (Ok(stages), false) => {
                let start = Button::new("Start").icon(Icon::PLAY_ARROW).width(112.0);
                if ui.add(start.name("Start the load run")).clicked() {
                    out.push(Intent::Api(ApiIntent::StartLoad(stages.clone())));
                }
            }
            (Err(reason), false) => {
                ui.add_enabled(
                    false,
                    Button::new("Start").icon(Icon::PLAY_ARROW).width(112.0),
                );
                let color = skin.color(Role::StatusText(Status::Failed));
                ui.label(Text::Small.rich(reason).color(color));
            }
        }
        if read.is_ok() {
            let draft = &session.api.draft;
            help_text(ui, &format!("{} {}", draft.method, draft.path));
        }
    });
}

fn figures(ui: &mut Ui, load: &LoadRun) {
    let skin = Skin::of(ui.ctx());
    let figures = &load.figures;
    ui.spacing_mut().item_spacing.y = 0.0;
    ui.horizontal(|ui| {
        ui.set_height(24.0);
        ui.spacing_mut().item_spacing.x = 8.0;
        let status = match &load.state {
            LoadState::Running => Status::Running,
            LoadState::Done => Status::Succeeded,
            LoadState::Cancelled => Status::Aborted,
            LoadState::Failed(_) => Status::Failed,
        };
        status_chip(ui, status);
        let words = match load.is_running() {
            true => format!("{} users", figures.users),
            false => format!("{:.0}/s", figures.per_second),
        };
        ui.label(Text::Small.rich(words).color(skin.color(Role::WeakText)));
    });
    progress(ui, load.progress());
    if let LoadState::Failed(reason) = &load.state {
        let color = skin.color(Role::StatusText(Status::Failed));
        ui.label(Text::Small.rich(reason).color(color));
    }
    let time = |micros: u64| micros_text(i64::try_from(micros).unwrap_or(i64::MAX));
    let rows = [
        ("Requests", figures.requests.to_string()),
        ("Failures", figures.failures.to_string()),
        ("Average", time(figures.average)),
        ("Median", time(figures.median)),
        ("p90", time(figures.p90)),
        ("p95", time(figures.p95)),
        ("Maximum", time(figures.max)),
    ];
    let room = ui.available_height();
    let height = (room / rows.len() as f32).clamp(16.0, 24.0);
    for (name, value) in rows {
        let (rect, response) =
            ui.allocate_exact_size(vec2(ui.available_width(), height), egui::Sense::hover());
        let spoken = format!("{name}: {value}");
        response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Label, true, &spoken));
        Text::Small.paint(ui, rect, name, skin.color(Role::SecondText));
        let failed = name == "Failures" && figures.failures > 0;
        let ink = if failed {
            Role::StatusText(Status::Failed)
        } else {
            Role::Text
        };
        paint_right(ui, rect, &value, Text::Code, skin.color(ink));
    }
}

fn progress(ui: &mut Ui, part: f32) {
    let skin = Skin::of(ui.ctx());
    let (rect, response) =
        ui.allocate_exact_size(vec2(ui.available_width(), 14.0), egui::Sense::hover());
    let spoken = format!("{:.0} percent of the load run", part * 100.0);
    response
        .widget_info(|| egui::WidgetInfo::labeled(egui::Role::ProgressIndicator, true, &spoken));
    let track = Rect::from_center_size(rect.center(), vec2(rect.width(), 4.0));
    let radius = CornerRadius::same(2);
    ui.painter()
        .rect_filled(track, radius, skin.color(Role::Press));
    let done = Rect::from_min_size(track.min, vec2(track.width() * part.clamp(0.0, 1.0), 4.0));
    ui.painter()
        .rect_filled(done, radius, skin.color(Role::Accent));
}
