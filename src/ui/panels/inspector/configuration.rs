//! The Configuration tab: the name, what belongs to the type, where it goes next.

use egui::Ui;

use crate::asl::QueryLanguage;
use crate::asl::StateKind;
use crate::asl::resource;
use crate::asl::resource::Pattern;
use crate::asl::resource::Target;
use crate::asl::schema::Place;
use crate::asl::services;
use crate::editor::Command;
use crate::query::Value;
use crate::scene::Role;
use crate::session::Intent;
use crate::ui::panels::forms::Form;
use crate::ui::panels::forms::escape;
use crate::ui::panels::inspector::choice;
use crate::ui::theme::Skin;
use crate::ui::theme::Text;
use crate::ui::view::Pending;
use crate::ui::widgets::Field;
use crate::ui::widgets::combo_with_icon;
use crate::ui::widgets::field_label;
use crate::ui::widgets::help_text;
use crate::ui::widgets::segments;
use crate::ui::widgets::text_field;

/// Fields that have a tab of their own, or a form above.
const ELSEWHERE: &[&str] = &[
    "Type",
    "Resource",
    "Choices",
    "Branches",
    "ItemProcessor",
    "Iterator",
    "Comment",
    "Next",
    "End",
    "InputPath",
    "Parameters",
    "Arguments",
    "ResultSelector",
    "ResultPath",
    "OutputPath",
    "Output",
    "Result",
    "Assign",
    "Retry",
    "Catch",
    "ItemSelector",
    "TimeoutSeconds",
    "HeartbeatSeconds",
];

/// The form of a state whose type is known.
pub fn show(ui: &mut Ui, form: &mut Form<'_>, place: Place) {
    let Some(state) = form.state else { return };
    name(ui, form);
    match state.kind {
        Some(StateKind::Task) => task(ui, form),
        Some(StateKind::Choice) => choice::show(ui, form),
        Some(StateKind::Parallel) => {
            let count = state.scopes.len();
            let plural = if count == 1 { "branch" } else { "branches" };
            help_text(
                ui,
                &format!("{count} {plural}; drop states into them on the canvas"),
            );
            ui.add_space(6.0);
        }
        Some(StateKind::Map) => map_mode(ui, form),
        _ => {}
    }
    let Some(object) = form.object() else { return };
    if state.kind.is_some_and(StateKind::has_next) {
        next(ui, form);
    }
    if state.kind == Some(StateKind::Task) {
        let names = ["TimeoutSeconds", "HeartbeatSeconds"];
        side_by_side(ui, form, place, object, "", &names);
    }
    form.fields(ui, place, object, "", ELSEWHERE, &["Comment"]);
    form.unknown(ui, place, object);
}

/// A state whose type is missing: the types to choose from.
pub fn untyped(ui: &mut Ui, form: &mut Form<'_>) {
    name(ui, form);
    help_text(ui, "Its type is missing or unknown; choose one");
    let Some(state) = form.state else { return };
    for kind in StateKind::ALL {
        if ui
            .add(crate::ui::widgets::Button::new(kind.name()))
            .clicked()
        {
            form.out.push(Intent::Edit(Command::ChangeType {
                state: state.path.clone(),
                to: kind,
            }));
        }
    }
}

/// The name; another one is followed by everything that refers to the state.
fn name(ui: &mut Ui, form: &mut Form<'_>) {
    let Some(state) = form.state else { return };
    field_label(ui, "State name");
    let id = egui::Id::unique(("state name", form.tab.id.0, state.path.as_str()));
    let key = id.with("typed");
    let source = state.name.to_string();
    let mut text = ui
        .data(|data| data.get_temp::<String>(key))
        .unwrap_or_else(|| source.clone());
    let field = Field {
        label: "State name",
        ..Field::default()
    };
    let response = text_field(ui, id, &mut text, field);
    let renaming = egui::Id::unique(("renaming", form.tab.id.0));
    let seen = ui.data(|data| data.get_temp::<u64>(renaming)).unwrap_or(0);
    if form.tab.renaming > seen {
        ui.data_mut(|data| data.insert_temp(renaming, form.tab.renaming));
        response.request_focus();
        select_all(ui, id, &text);
    }
    if response.has_focus() {
        let changed = text.trim() != source && !text.trim().is_empty();
        form.view.pending = changed.then(|| Pending {
            field: id,
            intent: Intent::Edit(Command::Rename {
                state: state.path.clone(),
                to: text.trim().to_owned(),
            }),
        });
        ui.data_mut(|data| data.insert_temp(key, text));
    } else {
        ui.data_mut(|data| data.remove::<String>(key));
    }
    if ui.input(|input| input.key_pressed(egui::Key::Escape)) {
        ui.data_mut(|data| data.remove::<String>(key));
        form.view.pending = None;
    }
    ui.add_space(6.0);
}

fn select_all(ui: &Ui, id: egui::Id, text: &str) {
    let mut state = egui::TextEdit::load_state(ui.ctx(), id).unwrap_or_default();
    let range = egui::text::CCursorRange::two(
        egui::text::CCursor::new(0),
        egui::text::CCursor::new(text.chars().count()),
    );
    state.cursor.set_char_range(Some(range));
    egui::TextEdit::store_state(ui.ctx(), id, state);
}

/// What a Task calls, how it goes on after the call, and with what.
fn task(ui: &mut Ui, form: &mut Form<'_>) {
    let Some(state) = form.state else { return };
    let text = state.resource.as_deref().unwrap_or_default().to_owned();
    let read = resource::read(&text);
    field_label(ui, "API");
    let bare = bare_address(&text, read.pattern);
    let mut choices: Vec<(String, String)> = services::optimized_actions()
        .map(|action| {
            let address = format!("arn:aws:states:::{}:{}", action.service, action.action);
            let name = resource::read(&address).display_name();
            (address, name)
        })
        .collect();
    choices.sort_by(|a, b| a.1.cmp(&b.1));
    if !choices.iter().any(|(address, _)| *address == bare) {
        choices.insert(0, (bare.clone(), read.display_name()));
    }
    let width = ui.available_width();
    let id = egui::Id::unique(("api", state.path.as_str()));
    let icon = crate::scene::service_icon(read.group());
    if let Some(chosen) = combo_with_icon(ui, id, "API", Some(icon), &bare, &choices, width) {
        set_resource(form, &chosen);
    }
    ui.add_space(6.0);
    patterns(ui, form, &bare, &read);
    resource_field(ui, form);
    payload(ui, form, &read);
}

fn resource_field(ui: &mut Ui, form: &mut Form<'_>) {
    let (Some(row), Some(object)) = (
        crate::asl::schema::field(Place::State(StateKind::Task), "Resource"),
        form.object(),
    ) else {
        return;
    };
    form.field(ui, row, object, "");
}

fn patterns(ui: &mut Ui, form: &mut Form<'_>, bare: &str, read: &resource::Resource) {
    let allowed: Vec<(Pattern, &str)> = [
        (Pattern::RequestResponse, "Request response"),
        (Pattern::Sync, "Run a job"),
        (Pattern::Sync2, "Run a job"),
        (Pattern::WaitForTaskToken, "Wait for callback"),
    ]
    .into_iter()
    .filter(|(pattern, _)| match (read.optimized(), &read.target) {
        (Some(action), _) => action.allows(*pattern),
        (None, Target::Sdk { .. }) => {
            matches!(
                pattern,
                Pattern::RequestResponse | Pattern::WaitForTaskToken
            )
        }
        (None, _) => false,
    })
    // Both ways to run a job are there only for workflows; the one with JSON output is shown.
    .filter(|(pattern, _)| !(*pattern == Pattern::Sync && read.service() == Some("states")))
    .collect();
    if allowed.len() < 2 {
        return;
    }
    field_label(ui, "Integration pattern");
    let width = ui.available_width();
    let chosen = segments(
        ui,
        "Integration pattern",
        read.pattern,
        &allowed,
        Some(width),
    );
    if let Some(pattern) = chosen {
        set_resource(form, &format!("{bare}{}", pattern.suffix()));
    }
    ui.add_space(6.0);
}

fn bare_address(text: &str, pattern: Pattern) -> String {
    text.strip_suffix(pattern.suffix())
        .unwrap_or(text)
        .to_owned()
}

fn set_resource(form: &mut Form<'_>, address: &str) {
    let value = Value::string(address).to_json();
    form.out.push(form.set("/Resource", Some(value)));
}

/// The function and its payload of a Lambda call; the whole parameters of anything else.
fn payload(ui: &mut Ui, form: &mut Form<'_>, read: &resource::Resource) {
    let Some(object) = form.object() else { return };
    let holder = match form.language() {
        QueryLanguage::JsonPath => "Parameters",
        QueryLanguage::Jsonata => "Arguments",
    };
    let tree = &form.tab.revision.tree;
    let arguments = tree.get(object, holder);
    let is_lambda =
        matches!(&read.target, Target::Optimized { service, .. } if service == "lambda");
    let function = arguments.and_then(|node| tree.get(node, "FunctionName"));
    if !is_lambda || function.is_none() {
        field_label(ui, holder);
        let error = form.problem_at(arguments);
        form.json(ui, holder, arguments, &format!("/{holder}"), error);
        ui.add_space(6.0);
        return;
    }
    field_label(ui, "Function name");
    let source = function.map_or_else(String::new, |node| form.shown(node));
    let field = Field {
        code: true,
        ..Field::default()
    };
    let pointer = format!("/{holder}/FunctionName");
    form.line(
        ui,
        "Function name",
        &pointer,
        &source,
        field,
        None,
        &|text| Ok((!text.trim().is_empty()).then(|| Value::string(text.trim()).to_json())),
    );
    resolved(ui, form, &source);
    ui.add_space(6.0);
    let payload = arguments.and_then(|node| {
        form.tab
            .revision
            .tree
            .members(node)
            .iter()
            .find(|member| member.key.as_ref() == "Payload" || member.key.as_ref() == "Payload.$")
            .map(|member| (member.key.to_string(), member.value))
    });
    let (key, node) = match payload {
        Some((key, node)) => (key, Some(node)),
        None => ("Payload".to_owned(), None),
    };
    field_label(ui, &key);
    let error = form.problem_at(node);
    form.json(
        ui,
        &key,
        node,
        &format!("/{holder}/{}", escape(&key)),
        error,
    );
    ui.add_space(6.0);
}

/// What a placeholder stands for, where the companion file says it.
fn resolved(ui: &mut Ui, form: &Form<'_>, text: &str) {
    let Some(name) = text
        .strip_prefix("${")
        .and_then(|rest| rest.strip_suffix('}'))
    else {
        return;
    };
    let words = match form.tab.sidecar.params.get(name) {
        Some(value) => format!("Resolves to {value}"),
        None => "A placeholder; a run answers it by the state's mocks".to_owned(),
    };
    help_text(ui, &words);
}

fn map_mode(ui: &mut Ui, form: &mut Form<'_>) {
    let Some(object) = form.object() else { return };
    let tree = &form.tab.revision.tree;
    let Some((name, processor)) = ["ItemProcessor", "Iterator"]
        .into_iter()
        .find_map(|name| Some((name, tree.get(object, name)?)))
    else {
        return;
    };
    if name == "Iterator" {
        return;
    }
    let distributed = tree
        .get(processor, "ProcessorConfig")
        .and_then(|config| tree.get_str(config, "Mode"))
        == Some("DISTRIBUTED");
    field_label(ui, "Mode");
    let width = ui.available_width();
    let choices = [(false, "Inline"), (true, "Distributed")];
    if let Some(chosen) = segments(ui, "Mode", distributed, &choices, Some(width)) {
        let config = if chosen {
            r#"{"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"}"#
        } else {
            r#"{"Mode": "INLINE"}"#
        };
        let pointer = "/ItemProcessor/ProcessorConfig";
        form.out.push(form.set(pointer, Some(config.to_owned())));
    }
    let words = if distributed {
        "Each batch of items runs as an execution of its own"
    } else {
        "Items run inside this execution, at most 40 at a time"
    };
    help_text(ui, words);
    ui.add_space(6.0);
}

/// The next state, or the end.
fn next(ui: &mut Ui, form: &mut Form<'_>) {
    let Some(state) = form.state else { return };
    field_label(ui, "Next state");
    let current = state
        .transitions
        .iter()
        .find(|way| way.kind == crate::asl::TransitionKind::Next)
        .map_or_else(String::new, |way| way.target.to_string());
    let choices = form.states_of_scope(&current, "End of the workflow");
    let width = ui.available_width();
    let id = egui::Id::unique(("next", state.path.as_str()));
    let faces = form.view.faces(&form.tab.revision);
    let icon = faces
        .get(&state.path.sibling(&current))
        .map(|face| face.icon);
    if let Some(chosen) = combo_with_icon(ui, id, "Next state", icon, &current, &choices, width) {
        let to = if chosen.is_empty() {
            crate::editor::Target::End
        } else {
            crate::editor::Target::State(state.path.sibling(&chosen))
        };
        let has_next = !current.is_empty();
        form.out.push(Intent::Edit(match (has_next, to) {
            (false, crate::editor::Target::State(to)) => Command::AddTransition {
                from: state.path.clone(),
                way: crate::editor::Way::Next,
                to,
            },
            (_, to) => Command::Reconnect {
                from: state.path.clone(),
                transition: crate::asl::TransitionKind::Next,
                to,
            },
        }));
    }
    ui.add_space(6.0);
}

/// Short numbers side by side.
pub fn side_by_side(
    ui: &mut Ui,
    form: &mut Form<'_>,
    place: Place,
    object: crate::syntax::NodeId,
    prefix: &str,
    names: &[&str],
) {
    ui.columns(names.len(), |columns| {
        for (ui, name) in columns.iter_mut().zip(names) {
            if let Some(row) = crate::asl::schema::field(place, name) {
                form.field(ui, row, object, prefix);
            }
        }
    });
}

/// A weak line between groups of a form.
pub fn group_head(ui: &mut Ui, text: &str) {
    let skin = Skin::of(ui.ctx());
    ui.add_space(4.0);
    ui.label(Text::Head.rich(text).color(skin.color(Role::WeakText)));
    ui.add_space(2.0);
}
