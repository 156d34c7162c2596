//! The inspector of the workflow itself, shown while nothing is selected.

use std::collections::BTreeMap;

use egui::CornerRadius;
use egui::Rect;
use egui::Ui;
use egui::pos2;
use egui::vec2;

use crate::asl::QueryLanguage;
use crate::asl::StateKind;
use crate::asl::schema;
use crate::asl::schema::Place;
use crate::editor::Command;
use crate::query::Value;
use crate::scene::Family;
use crate::scene::Icon;
use crate::scene::Role;
use crate::session::Intent;
use crate::session::Session;
use crate::session::Tab;
use crate::sidecar::WorkflowKind;
use crate::ui::panels::forms::Form;
use crate::ui::panels::inspector;
use crate::ui::panels::inspector::backend;
use crate::ui::panels::inspector::data;
use crate::ui::theme::Skin;
use crate::ui::theme::Text;
use crate::ui::view::DesignTab;
use crate::ui::view::Outbox;
use crate::ui::view::View;
use crate::ui::widgets::TabSpec;
use crate::ui::widgets::field_label;
use crate::ui::widgets::help_text;
use crate::ui::widgets::panel_tabs;
use crate::ui::widgets::segments;
use crate::ui::widgets::tile;

/// Name and size, then Configuration, Variables and Definition.
pub fn show(ui: &mut Ui, session: &Session, tab: &Tab, view: &mut View, out: &mut Outbox) {
    let states = tab.revision.machine.states.len();
    let plural = if states == 1 { "" } else { "s" };
    let form = Form {
        tab,
        state: None,
        view,
        out,
    };
    let language = form.machine_language();
    let line = format!("Workflow · {states} state{plural} · {language}");
    let name = crate::ui::panels::files::title_of(&tab.revision.document.name);
    inspector::title(ui, None, &name, &line, |_| {});
    let current = match view.design {
        DesignTab::Variables => DesignTab::Variables,
        DesignTab::Definition => DesignTab::Definition,
        DesignTab::Configuration | DesignTab::Data | DesignTab::Errors => DesignTab::Configuration,
    };
    let tabs = [
        TabSpec::new(DesignTab::Configuration, "Configuration"),
        TabSpec::new(DesignTab::Variables, "Variables"),
        TabSpec::new(DesignTab::Definition, "Definition"),
    ];
    inspector::tab_row(ui, |ui| {
        if let Some(tab) = panel_tabs(ui, Some(current), &tabs) {
            view.design = tab;
        }
    });
    let mut form = Form {
        tab,
        state: None,
        view,
        out,
    };
    inspector::body(ui, ("workflow", current as u8), |ui| match current {
        DesignTab::Definition => {
            help_text(ui, "The whole definition is under Code");
            ui.add_space(6.0);
            if ui
                .add(crate::ui::widgets::Button::new("Show the code").icon(Icon::CODE))
                .clicked()
            {
                form.out
                    .push(Intent::SetView(crate::session::ViewMode::Split));
            }
        }
        DesignTab::Variables => data::variables(ui, &mut form, Place::Machine),
        DesignTab::Configuration | DesignTab::Data | DesignTab::Errors => {
            configuration(ui, session, &mut form);
        }
    });
}

fn configuration(ui: &mut Ui, session: &Session, form: &mut Form<'_>) {
    let Some(object) = form.object() else { return };
    field(ui, form, "Comment", object);
    field_label(ui, "Query language");
    let width = ui.available_width();
    let current = form.machine_language();
    let choices = [
        (QueryLanguage::JsonPath, "JSONPath"),
        (QueryLanguage::Jsonata, "JSONata"),
    ];
    if let Some(language) = segments(ui, "Query language", current, &choices, Some(width)) {
        let value = Value::string(language.name()).to_json();
        form.out.push(form.set("/QueryLanguage", Some(value)));
    }
    ui.add_space(6.0);
    field_label(ui, "Type");
    let choices = [
        (WorkflowKind::Standard, "Standard"),
        (WorkflowKind::Express, "Express"),
    ];
    let kind = form.tab.sidecar.kind;
    if let Some(kind) = segments(ui, "Type", kind, &choices, Some(width)) {
        form.out.push(Intent::Edit(Command::SidecarSet {
            pointer: "/type".to_owned(),
            value: Some(Value::string(kind.name()).to_json()),
        }));
    }
    match kind {
        WorkflowKind::Express => help_text(ui, "Express runs end after five minutes at most"),
        WorkflowKind::Standard => help_text(ui, "Standard runs may take up to a year"),
    }
    ui.add_space(6.0);
    backend::for_all(ui, session, form.tab, form.out);
    field(ui, form, "StartAt", object);
    field(ui, form, "TimeoutSeconds", object);
    services(ui, form);
    form.unknown(ui, Place::Machine, object);
}

fn field(ui: &mut Ui, form: &mut Form<'_>, name: &str, object: crate::syntax::NodeId) {
    if let Some(row) = schema::field(Place::Machine, name) {
        form.field(ui, row, object, "");
    }
}

/// Which services the tasks call, and how often.
fn services(ui: &mut Ui, form: &mut Form<'_>) {
    let skin = Skin::of(ui.ctx());
    let faces = form.view.faces(&form.tab.revision);
    let mut counts: BTreeMap<String, (usize, Family, Icon)> = BTreeMap::new();
    for face in faces.values() {
        if face.kind == Some(StateKind::Task) {
            let service = face.type_line.split(':').next().unwrap_or_default();
            let entry = counts
                .entry(service.to_owned())
                .or_insert((0, face.family, face.icon));
            entry.0 += 1;
        }
    }
    if counts.is_empty() {
        return;
    }
    let mut rows: Vec<(String, (usize, Family, Icon))> = counts.into_iter().collect();
    rows.sort_by(|a, b| b.1.0.cmp(&a.1.0).then(a.0.cmp(&b.0)));
    let most = rows.first().map_or(1, |row| row.1.0).max(1) as f32;
    field_label(ui, "Services");
    for (name, (count, family, icon)) in rows {
        let (_, rect) = ui.allocate_space(vec2(ui.available_width(), 28.0));
        let y = rect.center().y;
        let square = Rect::from_center_size(pos2(rect.left() + 10.0, y), vec2(20.0, 20.0));
        tile(ui, square, family, icon, false);
        let words = Rect::from_min_max(
            pos2(rect.left() + 28.0, rect.top()),
            pos2(rect.left() + 124.0, rect.bottom()),
        );
        Text::Body.paint(ui, words, &name, skin.color(Role::Text));
        let left = rect.left() + 132.0;
        let room = (rect.right() - 36.0 - left).max(8.0);
        let bar = Rect::from_min_size(
            pos2(left, y - 3.0),
            vec2((room * count as f32 / most).max(6.0), 6.0),
        );
        let color = skin.color(Role::KindIcon(family)).gamma_multiply(0.72);
        ui.painter().rect_filled(bar, CornerRadius::same(3), color);
        let number = count.to_string();
        let width = Text::Small.width(ui, &number);
        let area = Rect::from_min_max(pos2(rect.right() - width - 1.0, rect.top()), rect.max);
        Text::Small.paint(ui, area, &number, skin.color(Role::WeakText));
    }
    ui.add_space(8.0);
}
