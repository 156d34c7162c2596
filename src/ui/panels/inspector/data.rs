//! Input and output, variables, and the definition of a state as text.

use egui::Ui;

use crate::asl::QueryLanguage;
use crate::asl::schema;
use crate::asl::schema::Place;
use crate::editor::Command;
use crate::session::Intent;
use crate::ui::panels::forms::Form;
use crate::ui::widgets::help_text;

/// The fields of the data flow in the order in which they act.
const JSONPATH_FLOW: [&str; 7] = [
    "InputPath",
    "Parameters",
    "ItemSelector",
    "Result",
    "ResultSelector",
    "ResultPath",
    "OutputPath",
];
const JSONATA_FLOW: [&str; 3] = ["Arguments", "ItemSelector", "Output"];

/// Input/Output of a JSONPath state, Arguments & Output of a JSONata state.
pub fn show(ui: &mut Ui, form: &mut Form<'_>, place: Place) {
    let Some(object) = form.object() else { return };
    let language = form.language();
    let names: &[&str] = match language {
        QueryLanguage::JsonPath => &JSONPATH_FLOW,
        QueryLanguage::Jsonata => &JSONATA_FLOW,
    };
    let mut any = false;
    for name in names {
        if let Some(row) = schema::field(place, name).filter(|row| row.is_in(language)) {
            form.field(ui, row, object, "");
            any = true;
        }
    }
    if !any {
        help_text(ui, "This type of state does not change its data");
    }
}

/// The variables a state assigns, and those it can read.
pub fn variables(ui: &mut Ui, form: &mut Form<'_>, place: Place) {
    let Some(object) = form.object() else { return };
    match schema::field(place, "Assign") {
        Some(row) => {
            form.field(ui, row, object, "");
            help_text(ui, "Later states read a variable as $name");
        }
        None if place == Place::Machine => help_text(ui, "Variables are assigned by states"),
        None => help_text(ui, "This type of state assigns no variables"),
    }
    let tree = &form.tab.revision.tree;
    let mut known: Vec<(String, String)> = Vec::new();
    for state in &form.tab.revision.machine.states {
        let Some(assign) = tree.get(state.node, "Assign") else {
            continue;
        };
        for member in tree.members(assign) {
            let name = member.key.trim_end_matches(".$").to_owned();
            known.push((name, state.name.to_string()));
        }
    }
    if known.is_empty() {
        return;
    }
    ui.add_space(8.0);
    crate::ui::panels::inspector::configuration::group_head(ui, "Assigned in this workflow");
    for (name, by) in known {
        let title = format!("${name}");
        let row = crate::ui::widgets::Row {
            weak: &by,
            ..crate::ui::widgets::Row::new(&title)
        };
        let id = egui::Id::unique(("variable", &name, &by));
        let (response, _) = row.show(ui, id, egui::Sense::click());
        if response.clicked()
            && let Some(state) = form.tab.revision.machine.by_name(&by)
        {
            form.out.push(Intent::Reveal(state.path.clone()));
        }
    }
}

/// The state's JSON as text that can be edited.
pub fn definition(ui: &mut Ui, form: &mut Form<'_>) {
    let Some(object) = form.object() else { return };
    let problems: Vec<String> = {
        let span = form.tab.revision.tree.span(object);
        form.tab
            .revision
            .diagnostics
            .iter()
            .filter(|problem| span.encloses(problem.span))
            .map(|problem| problem.message.clone())
            .collect()
    };
    let source = form.raw(object);
    let path = form.state.map_or("", |state| state.path.as_str());
    let id = egui::Id::unique(("definition", form.tab.id.0, path));
    let key = id.with("typed");
    let mut text = ui
        .data(|data| data.get_temp::<String>(key))
        .unwrap_or_else(|| source.clone());
    let rows = text.lines().count().clamp(6, 200);
    let parse = crate::syntax::parse(&text, crate::syntax::Format::Json);
    let wrong = !parse.errors.is_empty();
    let response = crate::ui::code::json_field(ui, id, "Definition", &mut text, rows, wrong);
    if response.has_focus() {
        let changed = text != source && !wrong;
        let span = form.tab.revision.tree.span(object);
        form.view.pending = changed.then(|| crate::ui::view::Pending {
            field: id,
            intent: Intent::Edit(Command::Type(crate::text::TextEdit::replace(
                span,
                indent_like(form.tab.text(), span.start, &text),
            ))),
        });
        ui.data_mut(|data| data.insert_temp(key, text.clone()));
    } else if !wrong {
        ui.data_mut(|data| data.remove::<String>(key));
    }
    if let Some(error) = parse.errors.first() {
        let line = crate::text::LineIndex::new(&text)
            .locate(&text, error.span.start)
            .line;
        message(ui, &format!("Line {line}: {}", error.message));
    }
    for problem in problems {
        message(ui, &problem);
    }
}

fn message(ui: &mut Ui, text: &str) {
    let skin = crate::ui::theme::Skin::of(ui.ctx());
    let role = crate::scene::Role::StatusText(crate::scene::Status::Failed);
    let words = crate::ui::theme::Text::Small.rich(text);
    ui.label(words.color(skin.color(role)));
}

/// Gives every line but the first the indentation of the line the text goes into.
fn indent_like(document: &str, at: usize, text: &str) -> String {
    let before = document.get(..at).unwrap_or_default();
    let line = before.rsplit('\n').next().unwrap_or_default();
    let indent: String = line
        .chars()
        .take_while(|letter| letter.is_whitespace())
        .collect();
    text.split('\n')
        .enumerate()
        .map(|(index, line)| match index {
            0 => line.to_owned(),
            _ => format!("{indent}{line}"),
        })
        .collect::<Vec<_>>()
        .join("\n")
}
