//! The request on one line, its parts as tabs, and what else can be done with it.

use egui::Key;
use egui::Rect;
use egui::Ui;
use egui::pos2;
use egui::vec2;

use crate::scene::Icon;
use crate::scene::Role;
use crate::session::ApiIntent;
use crate::session::Draft;
use crate::session::Intent;
use crate::session::OpenProject;
use crate::session::Outcome;
use crate::session::RouteKey;
use crate::session::Session;
use crate::session::scenarios_of;
use crate::ui::panels::api::ApiView;
use crate::ui::panels::api::RequestPart;
use crate::ui::panels::api::editor_part;
use crate::ui::panels::api::method_color;
use crate::ui::panels::api::sheets::ApiSheet;
use crate::ui::panels::words::paint_right;
use crate::ui::panels::words::put_at;
use crate::ui::theme::Skin;
use crate::ui::theme::Text;
use crate::ui::view::Outbox;
use crate::ui::widgets::Button;
use crate::ui::widgets::Field;
use crate::ui::widgets::TabSpec;
use crate::ui::widgets::combo;
use crate::ui::widgets::combo_with_icon;
use crate::ui::widgets::icon_button;
use crate::ui::widgets::panel_tabs;
use crate::ui::widgets::text_field;

const METHODS: [&str; 7] = ["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"];

/// Two rows: 52 and 36 high.
pub fn show(
    ui: &mut Ui,
    session: &Session,
    project: &OpenProject,
    key: &RouteKey,
    view: &mut ApiView,
    out: &mut Outbox,
) {
    let skin = Skin::of(ui.ctx());
    let (_, area) = ui.allocate_space(vec2(ui.available_width(), 88.0));
    let first = Rect::from_min_size(area.min, vec2(area.width(), 52.0));
    let second = Rect::from_min_max(first.left_bottom(), area.max);
    address(ui, session, project, key, first, out);
    parts(ui, session, project, key, view, second, out);
    let line = skin.stroke(1.0, Role::Line);
    ui.painter()
        .hline(area.x_range(), area.bottom() - 0.5, line);
}

fn address(
    ui: &mut Ui,
    session: &Session,
    project: &OpenProject,
    key: &RouteKey,
    row: Rect,
    out: &mut Outbox,
) {
    let skin = Skin::of(ui.ctx());
    let draft = &session.api.draft;
    let row = row.shrink2(vec2(16.0, 12.0));
    let slot = |left: f32, right: f32| {
        Rect::from_min_max(pos2(left, row.top()), pos2(right.max(left), row.bottom()))
    };
    let saved = project.requests_of(key);
    let wide = row.width() > 760.0;
    let send = slot(row.right() - 80.0, row.right());
    let chooser = slot(
        send.left() - 8.0 - if wide { 200.0 } else { 148.0 },
        send.left() - 8.0,
    );
    let label = slot(
        chooser.left() - if wide { 66.0 } else { 8.0 },
        chooser.left() - 8.0,
    );
    let method = slot(row.left(), row.left() + 98.0);
    let path = slot(method.right() + 8.0, label.left() - 8.0);
    put_at(ui, method, |ui| {
        let choices = METHODS.map(|method| (method.to_owned(), method.to_owned()));
        let id = egui::Id::unique("api method");
        if let Some(method) = combo(ui, id, "Method", &draft.method, &choices, 98.0) {
            let draft = Draft {
                method,
                ..draft.clone()
            };
            out.push(Intent::Api(ApiIntent::SetDraft(draft)));
        }
    });
    // The word in its colour, over the plain one of the field.
    let word = Rect::from_min_max(
        method.min + vec2(2.0, 2.0),
        pos2(method.right() - 26.0, method.bottom() - 2.0),
    );
    ui.painter()
        .rect_filled(word, 4.0, skin.color(Role::Raised));
    let words = Rect::from_min_max(pos2(method.left() + 10.0, method.top()), word.max);
    let color = method_color(skin, &draft.method);
    Text::Strong.paint(ui, words, &draft.method, color);
    put_at(ui, path, |ui| {
        let mut text = draft.path.clone();
        let field = Field {
            hint: "Path",
            code: true,
            ..Field::default()
        };
        let response = text_field(ui, egui::Id::unique("api path"), &mut text, field);
        if response.changed() {
            let mut draft = draft.clone();
            // A query that is typed or pasted becomes lines of its own once it has a name and a value.
            draft.path = text;
            draft.follow_path();
            out.push(Intent::Api(ApiIntent::SetDraft(draft)));
        }
        if response.lost_focus() && ui.input(|input| input.key_pressed(Key::Enter)) {
            out.push(Intent::Api(ApiIntent::Send));
        }
    });
    if wide {
        paint_right(
            ui,
            label,
            "Request",
            Text::Label,
            skin.color(Role::SecondText),
        );
    }
    put_at(ui, chooser, |ui| {
        let own = if session.is_draft_changed() {
            "Changed request"
        } else {
            "Own request"
        };
        let mut choices = vec![(None, own.to_owned())];
        choices.extend(
            saved
                .iter()
                .map(|(place, saved)| (Some(*place), saved.name.clone())),
        );
        let current = draft.saved.filter(|_| !session.is_draft_changed());
        let id = egui::Id::unique("api saved request");
        let icon = Some(Icon::DATA_OBJECT);
        let width = chooser.width();
        if let Some(chosen) =
            combo_with_icon(ui, id, "Saved request", icon, &current, &choices, width)
        {
            match chosen {
                Some(request) => out.push(Intent::Api(ApiIntent::ChooseSaved {
                    project: project.id,
                    request,
                })),
                None => {
                    let draft = Draft {
                        saved: None,
                        ..draft.clone()
                    };
                    out.push(Intent::Api(ApiIntent::SetDraft(draft)));
                }
            }
        }
    });
    put_at(ui, send, |ui| {
        let waiting = session
            .api
            .shown()
            .is_some_and(|sent| matches!(sent.outcome, Outcome::Waiting));
        let button = Button::primary("Send").icon(Icon::PLAY_ARROW).width(80.0);
        let response = ui.add_enabled(!waiting, button);
        let why = match draft.missing() {
            Some(name) => format!("Send the request; {name} has no value yet"),
            None => "Send the request (Ctrl+Enter)".to_owned(),
        };
        if response.on_hover_text(why).clicked() {
            out.push(Intent::Api(ApiIntent::Send));
        }
    });
}

fn parts(
    ui: &mut Ui,
    session: &Session,
    project: &OpenProject,
    key: &RouteKey,
    view: &mut ApiView,
    row: Rect,
    out: &mut Outbox,
) {
    let draft = &session.api.draft;
    let skin = Skin::of(ui.ctx());
    let scenarios = scenarios_of(project, key);
    let buttons = 4.0 * 32.0;
    let mocks = match (scenarios.is_empty(), row.width() > 700.0) {
        (true, _) => 0.0,
        (false, true) => 208.0,
        (false, false) => 152.0,
    };
    let right = row.right() - 12.0;
    let tabs = Rect::from_min_max(
        pos2(row.left() + 16.0, row.top()),
        pos2(right - buttons - mocks - 80.0, row.bottom()),
    );
    let open = editor_part(session, view);
    put_at(ui, tabs, |ui| {
        let mut specs = Vec::new();
        if draft.takes_body() {
            specs.push(TabSpec::new(RequestPart::Body, "Body"));
        }
        if !draft.parameters.is_empty() {
            specs.push(TabSpec::new(RequestPart::Path, "Path").count(draft.parameters.len()));
        }
        specs.push(TabSpec::new(RequestPart::Query, "Query").count(draft.query.len()));
        specs.push(TabSpec::new(RequestPart::Headers, "Headers").count(draft.headers.len()));
        if let Some(part) = panel_tabs(ui, open, &specs) {
            view.part = (open != Some(part)).then_some(part);
            view.turned = true;
        }
    });
    if mocks > 0.0 {
        let place = Rect::from_min_max(
            pos2(right - buttons - mocks - 8.0, row.top() + 2.0),
            pos2(right - buttons - 8.0, row.bottom() - 6.0),
        );
        let label = Rect::from_min_max(
            pos2(place.left() - 56.0, row.top() + 2.0),
            pos2(place.left() - 8.0, row.bottom() - 6.0),
        );
        paint_right(
            ui,
            label,
            "Mocks",
            Text::Label,
            skin.color(Role::SecondText),
        );
        put_at(ui, place, |ui| {
            let mut choices = vec![(None, "By the input".to_owned())];
            let names = scenarios.iter().chain(&draft.scenario);
            for name in names {
                let choice = (Some(name.clone()), name.clone());
                if !choices.contains(&choice) {
                    choices.push(choice);
                }
            }
            let id = egui::Id::unique("api scenario");
            if let Some(scenario) = combo(ui, id, "Mocks", &draft.scenario, &choices, mocks) {
                let draft = Draft {
                    scenario,
                    ..draft.clone()
                };
                out.push(Intent::Api(ApiIntent::SetDraft(draft)));
            }
        });
    }
    let place = Rect::from_min_max(
        pos2(right - buttons, row.top() + 2.0),
        pos2(right, row.bottom() - 6.0),
    );
    put_at(ui, place, |ui| {
        ui.horizontal(|ui| {
            ui.spacing_mut().item_spacing.x = 4.0;
            let changed = session.is_draft_changed();
            ui.add_enabled_ui(changed, |ui| {
                if icon_button(ui, Icon::SAVE, "Save the changed request").clicked() {
                    out.push(Intent::Api(ApiIntent::UpdateSaved));
                }
            });
            if icon_button(ui, Icon::BOOKMARK, "Save as a new request…").clicked() {
                view.sheet = ApiSheet::naming(session);
            }
            if icon_button(ui, Icon::CONTENT_COPY, "Copy as curl").clicked() {
                out.push(Intent::Api(ApiIntent::CopyCurl));
            }
            if icon_button(ui, Icon::CONTENT_PASTE, "Paste a curl command…").clicked() {
                view.sheet = ApiSheet::Curl(String::new());
            }
        });
    });
}
