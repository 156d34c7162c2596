//! Every widget on one page, for the eye and for the tests.

use egui::Sense;
use egui::Ui;

use crate::query::Value;
use crate::scene::Family;
use crate::scene::Icon;
use crate::scene::Role;
use crate::scene::Status;
use crate::ui::theme::Text;
use crate::ui::widgets;
use crate::ui::widgets::Banner;
use crate::ui::widgets::Button;
use crate::ui::widgets::ButtonLook;
use crate::ui::widgets::Field;
use crate::ui::widgets::JsonTree;
use crate::ui::widgets::JsonTreeState;
use crate::ui::widgets::MenuItem;
use crate::ui::widgets::Row;
use crate::ui::widgets::RowEnd;
use crate::ui::widgets::TabSpec;
use crate::ui::widgets::TimeScale;
use crate::ui::widgets::TimelineBar;

/// What the gallery remembers.
#[derive(Debug, Default)]
pub struct Gallery {
    pub name: String,
    pub search: String,
    pub choice: usize,
    pub tab: usize,
    pub on: bool,
    pub tree: JsonTreeState,
}

/// Shows the page.
pub fn show(ui: &mut Ui, gallery: &mut Gallery) {
    Banner {
        title: "Release inventory failed",
        code: "States.ParameterPathFailure",
        reason: "$.order.itms is not in the input; the nearest key is items",
        cause: "The JSONPath '$.order.itms' could not be found in the input",
        normal: Some(("Jump to field", Icon::MY_LOCATION)),
        primary: Some(("Change to items", Icon::AUTO_FIX_HIGH)),
    }
    .show(ui);
    ui.add_space(8.0);
    ui.horizontal(|ui| {
        ui.add(Button::primary("Run").icon(Icon::PLAY_ARROW));
        ui.add(Button::new("Debug").icon(Icon::BUG_REPORT));
        ui.add(Button::quiet("Clear run"));
        ui.add(Button::new("Delete").look(ButtonLook::Destructive));
        ui.add(Button::new("Set to 1").small());
        ui.add_enabled(false, Button::new("Disabled"));
        widgets::icon_button(ui, Icon::UNDO, "Undo");
        widgets::toggle_button(ui, Icon::CODE, "Code", gallery.on);
        widgets::link(ui, "Choose…", Text::Small);
    });
    ui.horizontal(|ui| {
        let choices = [(0, "Design"), (1, "Split"), (2, "Code")];
        if let Some(choice) = widgets::segments(ui, "View", gallery.choice, &choices, None) {
            gallery.choice = choice;
        }
        widgets::chip(ui, "max 5");
        for status in Status::ALL {
            widgets::status_chip(ui, status);
        }
    });
    let tabs = [
        TabSpec::new(0, "Run"),
        TabSpec::new(1, "Events"),
        TabSpec::new(2, "Problems").count(2),
        TabSpec::new(3, "Definition").icon(Icon::DATA_OBJECT),
    ];
    if let Some(tab) = widgets::panel_tabs(ui, Some(gallery.tab), &tabs) {
        gallery.tab = tab;
    }
    widgets::separator_line(ui);
    ui.columns(3, |columns| {
        if let [left, middle, right] = columns {
            fields(left, gallery);
            rows(middle);
            data(right, gallery);
        }
    });
}

fn fields(ui: &mut Ui, gallery: &mut Gallery) {
    let id = egui::Id::unique("gallery");
    let width = ui.available_width();
    widgets::search_field(
        ui,
        id.with("search"),
        &mut gallery.search,
        "Search",
        "/",
        width,
    );
    Field {
        label: "State name",
        hint: "Name",
        help: "Unique within its scope",
        ..Field::default()
    }
    .show(ui, id.with("name"), &mut gallery.name);
    Field {
        label: "Timeout",
        hint: "None",
        error: Some("A whole number of seconds, at least 1"),
        suffix: "s",
        ..Field::default()
    }
    .show(ui, id.with("timeout"), &mut gallery.name);
    widgets::field_label(ui, "Next state");
    let choices = [
        (0, "Save and notify".to_owned()),
        (1, "Order placed".to_owned()),
        (2, "Out of stock".to_owned()),
    ];
    let chosen = widgets::combo_with_icon(
        ui,
        id.with("next"),
        "Next state",
        Some(Icon::VIEW_COLUMN),
        &gallery.choice,
        &choices,
        width,
    );
    if let Some(choice) = chosen {
        gallery.choice = choice;
    }
    if widgets::check_box(ui, gallery.on, "Error handling").clicked() {
        gallery.on = !gallery.on;
    }
    let button_width = (width - 8.0) / 2.0;
    ui.horizontal(|ui| {
        ui.add(
            Button::new("Open…")
                .icon(Icon::FOLDER_OPEN)
                .width(button_width),
        );
        ui.add(Button::new("New").icon(Icon::NOTE_ADD).width(button_width));
    });
}

fn rows(ui: &mut Ui) {
    ui.spacing_mut().item_spacing.y = 0.0;
    widgets::section_head(ui, "Most used");
    let id = egui::Id::unique("gallery rows");
    let rows = [
        Row {
            weak: "Invoke",
            tile: Some((Family::Compute, Icon::FUNCTION)),
            end: RowEnd::OnHover(Icon::DRAG_INDICATOR),
            height: 32.0,
            ..Row::new("Lambda")
        },
        Row {
            tile: Some((Family::Flow, Icon::REPEAT)),
            end: RowEnd::Status(Status::Caught),
            selected: true,
            ..Row::new("Reserve inventory")
        },
        Row {
            tile: Some((Family::Compute, Icon::FUNCTION)),
            end: RowEnd::Status(Status::Failed),
            indent: 1,
            ..Row::new("Reserve item")
        },
        Row {
            tile: Some((Family::Flow, Icon::ALT_ROUTE)),
            dim: true,
            ..Row::new("Payment processor")
        },
        Row {
            open: Some(false),
            end: RowEnd::Words("14"),
            ..Row::new("Analytics")
        },
        Row {
            icon: Some((Icon::WARNING, Role::StatusText(Status::Caught))),
            end: RowEnd::Key("F5"),
            ..Row::new("A very long line of words that has to be cut somewhere near the end")
        },
    ];
    for (index, row) in rows.into_iter().enumerate() {
        row.show(ui, id.with(index), Sense::click());
    }
    widgets::menu_row(
        ui,
        MenuItem {
            text: "Save as…",
            icon: Some(Icon::SAVE),
            shortcut: "Ctrl+Shift+S",
            enabled: true,
            checked: false,
        },
    );
}

fn data(ui: &mut Ui, gallery: &mut Gallery) {
    let value = Value::parse(
        r#"{"order":{"id":"ord_7F3K2","total":84.9,"items":[1,2,3]},"gift":true,"note":null}"#,
    )
    .unwrap_or_default();
    let compare = Value::parse(r#"{"order":{"id":"ord_7F3K2","total":80,"items":[1,2,3]}}"#)
        .unwrap_or_default();
    let top = ui.available_rect_before_wrap();
    let area = egui::Rect::from_min_size(top.min, egui::vec2(top.width(), 200.0));
    ui.scope_builder(egui::UiBuilder::new().max_rect(area), |ui| {
        JsonTree {
            compare: Some(&compare),
            ..JsonTree::new(&value)
        }
        .show(ui, egui::Id::unique("gallery tree"), &mut gallery.tree);
    });
    let (_, row) = ui.allocate_space(egui::vec2(ui.available_width(), 28.0));
    let scale = TimeScale::new(row.left(), row.width(), 1460.0);
    scale.paint_head(ui, row);
    let (_, row) = ui.allocate_space(egui::vec2(ui.available_width(), 28.0));
    scale.paint_grid(ui, row);
    let bar = |start, end, role| TimelineBar { start, end, role };
    widgets::timeline_bars(
        ui,
        row,
        scale,
        &[
            bar(144.0, 1200.0, Role::Ghost),
            bar(144.0, 240.0, Role::StatusLine(Status::Failed)),
            bar(560.0, 660.0, Role::StatusLine(Status::Failed)),
            bar(1080.0, 1200.0, Role::StatusLine(Status::Succeeded)),
        ],
    );
}
