//! The menus of the canvas: what can be inserted here, and what can be done with a state.

use egui::CornerRadius;
use egui::Frame;
use egui::Id;
use egui::Margin;
use egui::Pos2;
use egui::Ui;

use crate::asl::StateKind;
use crate::asl::StatePath;
use crate::editor;
use crate::editor::Command;
use crate::editor::Place;
use crate::editor::Selection;
use crate::editor::StateTemplate;
use crate::scene::Icon;
use crate::scene::Role;
use crate::scene::kind_icon;
use crate::ui::canvas::CanvasModel;
use crate::ui::canvas::Wish;
use crate::ui::theme::Skin;
use crate::ui::widgets::MenuItem;
use crate::ui::widgets::menu_row;
use crate::ui::widgets::section_head;
use crate::ui::widgets::separator_line;

/// The list of what can be inserted at a place, open at a point of the screen.
#[derive(Clone, Debug)]
pub struct InsertMenu {
    pub at: Pos2,
    pub place: Place,
    /// Opened in this frame: the click that did it does not close it again.
    pub fresh: bool,
}

/// The integrations offered beside the state types, by their resource and title.
const COMMON: [(&str, &str); 5] = [
    ("arn:aws:states:::lambda:invoke", "Lambda: Invoke"),
    ("arn:aws:states:::dynamodb:putItem", "DynamoDB: PutItem"),
    ("arn:aws:states:::dynamodb:getItem", "DynamoDB: GetItem"),
    ("arn:aws:states:::sns:publish", "SNS: Publish"),
    ("arn:aws:states:::sqs:sendMessage", "SQS: SendMessage"),
];

/// Shows the list; false once it is closed.
pub fn insert_menu(
    ui: &mut Ui,
    model: &CanvasModel,
    menu: &mut InsertMenu,
    wishes: &mut Vec<Wish>,
) -> bool {
    let skin = Skin::of(ui.ctx());
    let mut chosen = None;
    let area = egui::Area::new(Id::unique("canvas insert"))
        .order(egui::Order::Foreground)
        .fixed_pos(menu.at)
        .constrain(true)
        .show(ui.ctx(), |ui| {
            Frame::new()
                .fill(skin.color(Role::Raised))
                .stroke(skin.stroke(1.0, Role::Border))
                .corner_radius(CornerRadius::same(8))
                .shadow(skin.shadow(4))
                .inner_margin(Margin::same(4))
                .show(ui, |ui| {
                    ui.set_width(220.0);
                    ui.spacing_mut().item_spacing.y = 0.0;
                    section_head(ui, "Insert a state");
                    for (resource, title) in COMMON {
                        let face = crate::scene::service_face(resource);
                        let template = StateTemplate::task(resource);
                        if row(ui, model, &menu.place, title, face.icon, template.kind) {
                            chosen = Some(template);
                        }
                    }
                    separator_line(ui);
                    for kind in StateKind::ALL {
                        if kind != StateKind::Task
                            && row(ui, model, &menu.place, kind.name(), kind_icon(kind), kind)
                        {
                            chosen = Some(StateTemplate::new(kind));
                        }
                    }
                });
        });
    if let Some(state) = chosen {
        wishes.push(Wish::Edit(Command::Insert {
            state,
            at: menu.place.clone(),
        }));
        return false;
    }
    let elsewhere = area.response.clicked_elsewhere() && !menu.fresh;
    menu.fresh = false;
    let escape = ui.input(|input| input.key_pressed(egui::Key::Escape));
    !elsewhere && !escape
}

fn row(
    ui: &mut Ui,
    model: &CanvasModel,
    place: &Place,
    title: &str,
    icon: Icon,
    kind: StateKind,
) -> bool {
    menu_row(
        ui,
        MenuItem {
            text: title,
            icon: Some(icon),
            enabled: editor::accepts(model.revision, place, kind).is_ok(),
            ..MenuItem::default()
        },
    )
}

/// The context menu of a state.
pub fn state_menu(ui: &mut Ui, model: &CanvasModel, path: &StatePath, wishes: &mut Vec<Wish>) {
    let kind = model.faces.get(path).and_then(|face| face.kind);
    let container = kind.is_some_and(StateKind::is_container);
    let collapsed = model.marks.collapsed.contains(path);
    let selected: Vec<StatePath> = if model.marks.selected.contains(path) {
        model.marks.selected.iter().cloned().collect()
    } else {
        vec![path.clone()]
    };
    ui.set_width(240.0);
    ui.spacing_mut().item_spacing.y = 0.0;
    let item = |text: &'static str, icon: Icon, shortcut: &'static str| MenuItem {
        text,
        icon: Some(icon),
        shortcut,
        enabled: true,
        checked: false,
    };
    let select_and = |wish: Wish, wishes: &mut Vec<Wish>| {
        wishes.push(Wish::Select(Selection::states(selected.clone())));
        wishes.push(wish);
    };
    if menu_row(ui, item("Rename", Icon::EDIT, "F2")) {
        wishes.push(Wish::Select(Selection::state(path.clone())));
        wishes.push(Wish::Rename);
    }
    if menu_row(ui, item("Duplicate", Icon::CONTENT_COPY, "Ctrl D")) {
        select_and(Wish::Duplicate, wishes);
    }
    if menu_row(ui, item("Copy", Icon::CONTENT_COPY, "Ctrl C")) {
        select_and(Wish::Copy, wishes);
    }
    if menu_row(ui, item("Delete", Icon::DELETE, "Del")) {
        select_and(Wish::Delete, wishes);
    }
    separator_line(ui);
    for (text, icon, to) in [
        ("Wrap in Parallel", Icon::VIEW_COLUMN, StateKind::Parallel),
        ("Wrap in Map", Icon::REPEAT, StateKind::Map),
    ] {
        if menu_row(ui, item(text, icon, "")) {
            wishes.push(Wish::Edit(Command::Wrap {
                states: selected.clone(),
                container: to,
            }));
        }
    }
    if container && menu_row(ui, item("Unwrap", Icon::UNFOLD_MORE, "")) {
        wishes.push(Wish::Edit(Command::Unwrap {
            state: path.clone(),
        }));
    }
    if container {
        let (text, icon) = if collapsed {
            ("Expand", Icon::UNFOLD_MORE)
        } else {
            ("Collapse", Icon::UNFOLD_LESS)
        };
        if menu_row(ui, item(text, icon, "")) {
            wishes.push(Wish::ToggleCollapsed(path.clone()));
        }
    }
    if menu_row(ui, item("Start here", Icon::FIRST_PAGE, "")) {
        wishes.push(Wish::Edit(Command::StartAt {
            state: path.clone(),
        }));
    }
    if menu_row(ui, item("Select what follows", Icon::SELECT_ALL, "")) {
        let following = downstream(model, path);
        wishes.push(Wish::Select(Selection::states(following)));
    }
    separator_line(ui);
    let breakpoint = if model.marks.breakpoints.contains(path) {
        "Remove breakpoint"
    } else {
        "Set breakpoint"
    };
    if menu_row(ui, item(breakpoint, Icon::PAUSE_CIRCLE, "F9")) {
        wishes.push(Wish::ToggleBreakpoint(path.clone()));
    }
    if menu_row(ui, item("Run to here", Icon::PLAY_ARROW, "Ctrl F10")) {
        wishes.push(Wish::RunTo(path.clone()));
    }
}

/// A state and all that can come after it in its scope.
fn downstream(model: &CanvasModel, path: &StatePath) -> Vec<StatePath> {
    let mut found = vec![path.clone()];
    let mut next = 0;
    while let Some(current) = found.get(next).cloned() {
        next += 1;
        let state = model.revision.machine.find(&current);
        for way in state
            .map(|state| state.transitions.as_slice())
            .unwrap_or_default()
        {
            let to = current.sibling(&way.target);
            if model.revision.machine.find(&to).is_some() && !found.contains(&to) {
                found.push(to);
            }
        }
    }
    found
}
