//! The workspace of the APIs: a request on top, its trace at the left, the step that is chosen beside it,
//! and below them what the route comes to, its history, its findings and a load run.
//!
//! Never: changes the session; every click becomes an intent.
//! Add a list below the trace as a file here, a variant of `LowTab` and its place in `low_part`.

mod bar;
mod editor;
mod findings;
mod history;
mod load;
mod outcomes;
mod plot;
mod sheets;
mod source;
mod step;
mod trace;
mod words;

use egui::CentralPanel;
use egui::Frame;
use egui::Panel;
use egui::Rect;
use egui::Ui;
use egui::pos2;
use egui::vec2;

use crate::scene::Icon;
use crate::scene::Role;
use crate::session::Action;
use crate::session::ApiIntent;
use crate::session::Intent;
use crate::session::OpenProject;
use crate::session::RouteKey;
use crate::session::Session;
use crate::ui::code::CodeState;
use crate::ui::panels::lab::LabView;
use crate::ui::panels::words::put_at;
use crate::ui::theme::Skin;
use crate::ui::theme::Text;
use crate::ui::theme::paint_icon;
use crate::ui::view::Outbox;
use crate::ui::widgets::Button;
use crate::ui::widgets::TabSpec;
use crate::ui::widgets::panel_tabs;

pub use sheets::show as show_sheets;
pub use words::http_status;
pub use words::method_color;
pub use words::verdict_status;

/// What the workspace remembers of itself.
#[derive(Default)]
pub struct ApiView {
    /// The part of the request whose editor is open; none while it is closed.
    pub part: Option<RequestPart>,
    /// Whether a person has opened or closed the editor; until then it is open while nothing was sent.
    pub turned: bool,
    pub low: LowTab,
    pub load: load::LoadForm,
    pub(crate) step: step::StepView,
    pub(crate) sheet: sheets::ApiSheet,
    source: CodeState,
    /// The wish to show a place that was followed last.
    followed: u64,
}

impl ApiView {
    /// A window over the others waits for words.
    pub fn is_asking(&self) -> bool {
        self.sheet.is_open()
    }
}

/// The parts of a request that have an editor.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RequestPart {
    Body,
    Query,
    Headers,
    Path,
}

/// The lists below the trace.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum LowTab {
    #[default]
    Outcomes,
    Findings,
    History,
    Load,
}

const TRACE_WIDTH: f32 = 304.0;
const LOW_HEIGHT: f32 = 264.0;

/// The whole workspace in the available space.
pub fn show(
    ui: &mut Ui,
    session: &Session,
    view: &mut ApiView,
    lab: &mut LabView,
    out: &mut Outbox,
) {
    let skin = Skin::of(ui.ctx());
    let area = ui.available_rect_before_wrap();
    ui.painter().rect_filled(area, 0.0, skin.color(Role::Panel));
    ui.spacing_mut().item_spacing = vec2(8.0, 0.0);
    if session.api.source.is_some() {
        source::show(ui, session, &mut view.source, &mut view.followed, out);
        return;
    }
    let Some((project, key)) = session.api.current().zip(session.api.route.as_ref()) else {
        nothing(ui, session, out);
        return;
    };
    bar::show(ui, session, project, key, view, out);
    let part = editor_part(session, view);
    if let Some(part) = part {
        let most = (area.height() * 0.5).max(120.0);
        Panel::top("request editor")
            .resizable(true)
            .default_size(196.0)
            .size_range(96.0..=most)
            .frame(Frame::new())
            .show(ui, |ui| {
                ui.set_min_height(ui.available_height());
                editor::show(ui, session, part, out);
            });
    }
    Panel::left("api trace")
        .resizable(true)
        .default_size(TRACE_WIDTH)
        .size_range(232.0..=440.0)
        .frame(Frame::new())
        .show(ui, |ui| {
            ui.set_min_width(ui.available_width());
            trace::show(ui, session, project, out);
        });
    let most = (ui.available_height() - 120.0).max(140.0);
    Panel::bottom("api lists")
        .resizable(true)
        .default_size(LOW_HEIGHT.min(most))
        .size_range(100.0..=most)
        .frame(Frame::new())
        .show(ui, |ui| {
            ui.set_min_height(ui.available_height());
            low_part(ui, session, project, key, view, out);
        });
    CentralPanel::no_frame().show(ui, |ui| {
        ui.spacing_mut().item_spacing = vec2(8.0, 0.0);
        step::show(ui, session, &mut view.step, lab, out);
    });
}

/// The editor is open where a person has opened it, and until the first request was sent.
fn editor_part(session: &Session, view: &ApiView) -> Option<RequestPart> {
    if view.turned {
        return view.part;
    }
    let fresh = session.api.shown.is_none();
    let part = match session.api.draft.takes_body() {
        true => RequestPart::Body,
        false if !session.api.draft.parameters.is_empty() => RequestPart::Path,
        false => RequestPart::Query,
    };
    fresh.then_some(part)
}

fn nothing(ui: &mut Ui, session: &Session, out: &mut Outbox) {
    let skin = Skin::of(ui.ctx());
    let area = ui.available_rect_before_wrap();
    let width = 440.0_f32.min(area.width() - 48.0);
    let rect = Rect::from_center_size(
        pos2(area.center().x, area.top() + area.height() * 0.36),
        vec2(width, 200.0),
    );
    let reading = !session.api.opening().is_empty();
    put_at(ui, rect, |ui| {
        ui.vertical_centered(|ui| {
            ui.spacing_mut().item_spacing = vec2(8.0, 4.0);
            let (_, place) = ui.allocate_space(vec2(32.0, 36.0));
            paint_icon(
                ui,
                place.center(),
                Icon::HTTP,
                28.0,
                skin.color(Role::WeakText),
            );
            let (head, more) = match (reading, session.api.projects.first()) {
                (true, _) => ("Reading the project…", ""),
                (false, Some(_)) => (
                    "This project has no API",
                    "A template with routes or an OpenAPI document beside it brings one",
                ),
                (false, None) => (
                    "No API here",
                    "Open a template, an OpenAPI document or a folder; the samples bring theirs",
                ),
            };
            ui.label(Text::Title.rich(head).color(skin.color(Role::Text)));
            if !more.is_empty() {
                ui.label(Text::Body.rich(more).color(skin.color(Role::SecondText)));
            }
            ui.add_space(8.0);
        });
        let wide = 112.0 + 8.0 + 140.0;
        ui.horizontal(|ui| {
            ui.add_space(((width - wide) / 2.0).max(0.0));
            let open = Button::primary("Open…").icon(Icon::FILE_OPEN).width(112.0);
            if ui.add(open).clicked() {
                out.push(Intent::Perform(Action::OpenFile));
            }
            let folder = Button::new("Open folder…")
                .icon(Icon::FOLDER_OPEN)
                .width(140.0);
            if ui.add(folder).clicked() {
                out.push(Intent::Perform(Action::OpenFolder));
            }
        });
    });
    ui.advance_cursor_after_rect(area);
}

fn low_part(
    ui: &mut Ui,
    session: &Session,
    project: &OpenProject,
    key: &RouteKey,
    view: &mut ApiView,
    out: &mut Outbox,
) {
    let skin = Skin::of(ui.ctx());
    let area = ui.available_rect_before_wrap();
    let head = Rect::from_min_size(area.min, vec2(area.width(), 36.0));
    let rows = session.api.outcomes();
    let findings = project.findings_of(key);
    let right = match view.low {
        LowTab::Outcomes => 92.0,
        LowTab::History => 72.0,
        LowTab::Findings | LowTab::Load => 0.0,
    };
    let tabs = Rect::from_min_max(
        pos2(head.left() + 16.0, head.top()),
        pos2(head.right() - 24.0 - right, head.bottom()),
    );
    put_at(ui, tabs, |ui| {
        let specs = [
            TabSpec::new(LowTab::Outcomes, "Outcomes").count(rows.len()),
            TabSpec::new(LowTab::Findings, "Findings").count(findings.len()),
            TabSpec::new(LowTab::History, "History").count(session.api.history.len()),
            TabSpec::new(LowTab::Load, "Load run"),
        ];
        if let Some(tab) = panel_tabs(ui, Some(view.low), &specs) {
            view.low = tab;
        }
    });
    let button = Rect::from_min_max(
        pos2(head.right() - 16.0 - right, head.top() + 6.0),
        pos2(head.right() - 16.0, head.bottom() - 6.0),
    );
    put_at(ui, button, |ui| match view.low {
        LowTab::Outcomes => {
            let any = !project.requests_of(key).is_empty();
            let send = Button::new("Send all")
                .icon(Icon::PLAY_ARROW)
                .small()
                .width(right);
            if ui.add_enabled(any, send).clicked() {
                out.push(Intent::Api(ApiIntent::SendAll));
            }
        }
        LowTab::History => {
            let any = !session.api.history.is_empty();
            let clear = Button::quiet("Clear")
                .small()
                .width(right)
                .name("Clear the history");
            if ui.add_enabled(any, clear).clicked() {
                out.push(Intent::Api(ApiIntent::ClearHistory));
            }
        }
        LowTab::Findings | LowTab::Load => {}
    });
    ui.painter().hline(
        head.x_range(),
        head.bottom() - 0.5,
        skin.stroke(1.0, Role::Line),
    );
    let body = Rect::from_min_max(head.left_bottom(), area.max);
    put_at(ui, body, |ui| {
        ui.set_clip_rect(ui.clip_rect().intersect(body));
        ui.spacing_mut().item_spacing.y = 0.0;
        match view.low {
            LowTab::Outcomes => outcomes::show(ui, session, project, &rows, out),
            LowTab::Findings => findings::show(ui, project, &findings, out),
            LowTab::History => history::show(ui, session, out),
            LowTab::Load => load::show(ui, session, &mut view.load, out),
        }
    });
    ui.advance_cursor_after_rect(area);
}
