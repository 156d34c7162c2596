//! Error handling: Retriers and Catchers as cards, with the console's defaults.

use egui::Ui;

use crate::asl::schema;
use crate::asl::schema::Place;
use crate::query::Value;
use crate::scene::Icon;
use crate::scene::Role;
use crate::syntax::NodeId;
use crate::text::upper_first;
use crate::ui::panels::forms::Form;
use crate::ui::panels::inspector::configuration::group_head;
use crate::ui::panels::inspector::configuration::side_by_side;
use crate::ui::theme::Skin;
use crate::ui::theme::Text;
use crate::ui::widgets::Button;
use crate::ui::widgets::help_text;
use crate::ui::widgets::icon_button;

/// What the console begins a Retrier with.
const RETRIER: &str =
    r#"{"ErrorEquals": ["States.ALL"], "IntervalSeconds": 1, "MaxAttempts": 3, "BackoffRate": 2}"#;

/// Both lists, or that the type has none.
pub fn show(ui: &mut Ui, form: &mut Form<'_>, place: Place) {
    if schema::field(place, "Retry").is_none() {
        help_text(
            ui,
            "This type of state cannot fail in a way that is handled here",
        );
        return;
    }
    group_head(ui, "Try again after errors");
    list(ui, form, "Retry", Place::Retrier, "retrier");
    ui.add_space(12.0);
    group_head(ui, "Go elsewhere after errors");
    list(ui, form, "Catch", Place::Catcher, "catcher");
}

fn list(ui: &mut Ui, form: &mut Form<'_>, name: &str, place: Place, word: &str) {
    let Some(object) = form.object() else { return };
    let tree = &form.tab.revision.tree;
    let items: Vec<NodeId> = tree
        .get(object, name)
        .map(|list| tree.items(list).to_vec())
        .unwrap_or_default();
    for (index, item) in items.iter().enumerate() {
        card(ui, form, name, place, word, index, *item, items.len());
        ui.add_space(6.0);
    }
    let text = format!("Add {word}");
    if ui.add(Button::new(&text).icon(Icon::ADD).small()).clicked() {
        let item = match place {
            Place::Catcher => catcher(form),
            _ => RETRIER.to_owned(),
        };
        let (pointer, value) = if items.is_empty() {
            (format!("/{name}"), format!("[{item}]"))
        } else {
            (format!("/{name}/{}", items.len()), item)
        };
        form.out.push(form.set(&pointer, Some(value)));
    }
}

#[allow(clippy::too_many_arguments)]
fn card(
    ui: &mut Ui,
    form: &mut Form<'_>,
    name: &str,
    place: Place,
    word: &str,
    index: usize,
    item: NodeId,
    count: usize,
) {
    let skin = Skin::of(ui.ctx());
    egui::Frame::new()
        .stroke(skin.stroke(1.0, Role::Border))
        .corner_radius(6)
        .inner_margin(8)
        .show(ui, |ui| {
            ui.set_width(ui.available_width());
            ui.horizontal(|ui| {
                let title = format!("{} {}", upper_first(word), index + 1);
                let width = ui.available_width() - 40.0;
                let (rect, _) =
                    ui.allocate_exact_size(egui::vec2(width, 24.0), egui::Sense::hover());
                Text::LabelStrong.paint(ui, rect, &title, skin.color(Role::Text));
                let delete = format!("Delete {word} {}", index + 1);
                if icon_button(ui, Icon::DELETE, &delete).clicked() {
                    let pointer = if count == 1 {
                        format!("/{name}")
                    } else {
                        format!("/{name}/{index}")
                    };
                    form.out.push(form.set(&pointer, None));
                }
            });
            let prefix = format!("/{name}/{index}");
            let numbers = ["IntervalSeconds", "MaxAttempts", "BackoffRate"];
            if place == Place::Retrier {
                if let Some(row) = schema::field(place, "ErrorEquals") {
                    form.field(ui, row, item, &prefix);
                }
                side_by_side(ui, form, place, item, &prefix, &numbers);
                let skip = [
                    "ErrorEquals",
                    "IntervalSeconds",
                    "MaxAttempts",
                    "BackoffRate",
                ];
                form.fields(ui, place, item, &prefix, &skip, &[]);
            } else {
                form.fields(ui, place, item, &prefix, &[], &[]);
            }
        });
}

fn catcher(form: &Form<'_>) -> String {
    let own = form.state.map_or("", |state| state.name.as_ref());
    let target = form
        .states_of_scope("", "")
        .into_iter()
        .map(|(name, _)| name)
        .rfind(|name| !name.is_empty() && name != own)
        .unwrap_or_default();
    let next = Value::string(target).to_json();
    format!(r#"{{"ErrorEquals": ["States.ALL"], "Next": {next}}}"#)
}
