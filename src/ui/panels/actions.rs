//! The lists to drag from: service actions, state types, patterns.

use std::sync::LazyLock;

use egui::Sense;
use egui::Ui;

use crate::asl::StateKind;
use crate::asl::resource::ServiceGroup;
use crate::asl::services;
use crate::editor::Command;
use crate::scene::Icon;
use crate::session::Intent;
use crate::session::Session;
use crate::ui::canvas::PaletteItem;
use crate::ui::payload::PATTERNS;
use crate::ui::view::Outbox;
use crate::ui::view::View;
use crate::ui::widgets::Row;
use crate::ui::widgets::RowEnd;
use crate::ui::widgets::empty_state;
use crate::ui::widgets::section_head;

/// The actions people use most, in the order of the console.
const MOST_USED: [(&str, &str); 8] = [
    ("lambda", "invoke"),
    ("dynamodb", "putItem"),
    ("dynamodb", "getItem"),
    ("sns", "publish"),
    ("sqs", "sendMessage"),
    ("events", "putEvents"),
    ("states", "startExecution"),
    ("http", "invoke"),
];

const GROUPS: [(&str, &[ServiceGroup]); 7] = [
    ("Analytics", &[ServiceGroup::Analytics]),
    (
        "Compute and containers",
        &[
            ServiceGroup::Lambda,
            ServiceGroup::Compute,
            ServiceGroup::Containers,
        ],
    ),
    ("Database", &[ServiceGroup::Database]),
    (
        "Integration and messaging",
        &[
            ServiceGroup::Topic,
            ServiceGroup::Queue,
            ServiceGroup::Events,
            ServiceGroup::StepFunctions,
            ServiceGroup::Http,
        ],
    ),
    ("Machine learning", &[ServiceGroup::MachineLearning]),
    (
        "Management and security",
        &[ServiceGroup::Security, ServiceGroup::Other],
    ),
    ("Storage", &[ServiceGroup::Storage]),
];

/// Service actions: the most used, then all by group; a search looks through all of them.
pub fn show(ui: &mut Ui, session: &Session, view: &mut View, out: &mut Outbox) {
    if !view.search.is_empty() {
        let found: Vec<PaletteItem> = all_actions()
            .iter()
            .map(|(_, item)| item.clone())
            .chain(StateKind::ALL.map(PaletteItem::kind))
            .filter(|item| item.matches(&view.search))
            .collect();
        if found.is_empty() {
            let text = format!("No action is called “{}”", view.search);
            empty_state(
                ui,
                Icon::SEARCH,
                &text,
                "Any other action goes by its ARN in a Task",
            );
        }
        for item in found {
            draggable(ui, session, &item, "found", out);
        }
        return;
    }
    section_head(ui, "Most used");
    for (service, action) in MOST_USED {
        draggable(
            ui,
            session,
            &PaletteItem::action(service, action),
            "most used",
            out,
        );
    }
    ui.add_space(8.0);
    section_head(ui, "All services");
    for (title, groups) in GROUPS {
        let items: Vec<&PaletteItem> = all_actions()
            .iter()
            .filter(|(group, _)| groups.contains(group))
            .map(|(_, item)| item)
            .collect();
        let open = view.open.contains(title);
        let count = items.len().to_string();
        let row = Row {
            open: Some(open),
            end: RowEnd::Words(&count),
            ..Row::new(title)
        };
        let (response, arrow) = row.show(ui, egui::Id::unique(("services", title)), Sense::click());
        if (response.clicked() || arrow) && !view.open.remove(title) {
            view.open.insert(title.to_owned());
        }
        if open {
            for item in items {
                draggable(ui, session, item, title, out);
            }
        }
    }
}

/// The state types.
pub fn show_flow(ui: &mut Ui, session: &Session, view: &mut View, out: &mut Outbox) {
    section_head(ui, "Flow");
    let kinds = [
        StateKind::Choice,
        StateKind::Parallel,
        StateKind::Map,
        StateKind::Pass,
        StateKind::Wait,
        StateKind::Succeed,
        StateKind::Fail,
    ];
    for kind in kinds {
        let item = PaletteItem::kind(kind);
        if item.matches(&view.search) {
            draggable(ui, session, &item, "flow", out);
        }
    }
}

/// Pieces of workflow that are needed again and again.
pub fn show_patterns(ui: &mut Ui, session: &Session, view: &mut View, out: &mut Outbox) {
    section_head(ui, "Patterns");
    for pattern in PATTERNS {
        let item = PaletteItem::pattern(pattern);
        if item.matches(&view.search) {
            draggable(ui, session, &item, "patterns", out);
        }
    }
}

/// Made once: a frame of the window asks for them several times.
fn all_actions() -> &'static [(ServiceGroup, PaletteItem)] {
    static ALL: LazyLock<Vec<(ServiceGroup, PaletteItem)>> = LazyLock::new(|| {
        let actions = services::optimized_actions().map(|action| {
            let item = PaletteItem::action(action.service, action.action);
            (services::group(action.service), item)
        });
        actions.collect()
    });
    &ALL
}

/// A row that can be dragged to the canvas; a double click or Enter puts it behind the selection.
fn draggable(ui: &mut Ui, session: &Session, item: &PaletteItem, list: &str, out: &mut Outbox) {
    let name = format!("{} {}", item.title, item.detail);
    let row = Row {
        weak: &item.detail,
        tile: Some((item.family, item.icon)),
        end: RowEnd::OnHover(Icon::DRAG_INDICATOR),
        height: 32.0,
        name: Some(&name),
        ..Row::new(&item.title)
    };
    let id = egui::Id::unique(("palette", list, &name));
    let (response, _) = row.show(ui, id, Sense::click_and_drag());
    response.dnd_set_drag_payload(item.clone());
    let enter = response.has_focus() && ui.input(|input| input.key_pressed(egui::Key::Enter));
    if (response.double_clicked() || enter)
        && let Some(at) = session.active().and_then(|tab| tab.append_place())
    {
        out.push(Intent::Edit(Command::Insert {
            state: item.template.clone(),
            at,
        }));
    }
    response
        .on_hover_cursor(egui::CursorIcon::Grab)
        .context_menu(|ui| {
            let entry = crate::ui::widgets::MenuItem {
                text: "Append behind the selection",
                icon: Some(Icon::ADD),
                shortcut: "Enter",
                enabled: session.active().is_some(),
                checked: false,
            };
            if crate::ui::widgets::menu_row(ui, entry)
                && let Some(at) = session.active().and_then(|tab| tab.append_place())
            {
                out.push(Intent::Edit(Command::Insert {
                    state: item.template.clone(),
                    at,
                }));
            }
        });
}
