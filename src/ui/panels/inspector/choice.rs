//! The rules of a Choice: a builder for plain comparisons, text for the rest, in the order they are tried.

use egui::Ui;

use crate::asl::QueryLanguage;
use crate::asl::TransitionKind;
use crate::asl::labels::rule_labels;
use crate::asl::schema::comparison;
use crate::editor::Command;
use crate::query::Value;
use crate::scene::Icon;
use crate::scene::Role;
use crate::session::Intent;
use crate::syntax::NodeId;
use crate::ui::panels::forms::Form;
use crate::ui::theme::Skin;
use crate::ui::theme::Text;
use crate::ui::widgets::Button;
use crate::ui::widgets::Field;
use crate::ui::widgets::check_box;
use crate::ui::widgets::combo;
use crate::ui::widgets::field_label;
use crate::ui::widgets::icon_button;

/// The operators of the builder, in the order people look for them.
const OPERATORS: [(&str, &str); 20] = [
    ("StringEquals", "is the text"),
    ("NumericEquals", "is the number"),
    ("BooleanEquals", "is the flag"),
    ("NumericGreaterThan", "is more than"),
    ("NumericGreaterThanEquals", "is at least"),
    ("NumericLessThan", "is less than"),
    ("NumericLessThanEquals", "is at most"),
    ("StringMatches", "matches the pattern"),
    ("StringGreaterThan", "comes after"),
    ("StringLessThan", "comes before"),
    ("TimestampEquals", "is the moment"),
    ("TimestampGreaterThan", "is later than"),
    ("TimestampLessThan", "is earlier than"),
    ("IsPresent", "is present"),
    ("IsNull", "is null"),
    ("IsString", "is a text"),
    ("IsNumeric", "is a number"),
    ("IsBoolean", "is a flag"),
    ("IsTimestamp", "is a moment"),
    ("StringEqualsPath", "is the text at"),
];

/// All rules, then the default.
pub fn show(ui: &mut Ui, form: &mut Form<'_>) {
    let Some(state) = form.state else { return };
    let tree = &form.tab.revision.tree;
    let rules: Vec<NodeId> = tree
        .get(state.node, "Choices")
        .map(|list| tree.items(list).to_vec())
        .unwrap_or_default();
    let labels = rule_labels(tree, &rules);
    field_label(ui, "Rules, tried from first to last");
    for (index, rule) in rules.iter().enumerate() {
        let label = labels.get(index).map_or("", |label| label.full.as_str());
        card(ui, form, index, rules.len(), *rule, label);
        ui.add_space(4.0);
    }
    if ui
        .add(Button::new("Add rule").icon(Icon::ADD).small())
        .clicked()
    {
        let target = first_other(form);
        let rule = match form.language() {
            QueryLanguage::JsonPath => format!(
                r#"{{"Variable": "$.value", "StringEquals": "", "Next": {}}}"#,
                Value::string(&target).to_json()
            ),
            QueryLanguage::Jsonata => format!(
                r#"{{"Condition": "{{% true %}}", "Next": {}}}"#,
                Value::string(&target).to_json()
            ),
        };
        let pointer = if rules.is_empty() {
            "/Choices".to_owned()
        } else {
            format!("/Choices/{}", rules.len())
        };
        let value = if rules.is_empty() {
            format!("[{rule}]")
        } else {
            rule
        };
        form.out.push(form.set(&pointer, Some(value)));
    }
    ui.add_space(6.0);
}

fn card(ui: &mut Ui, form: &mut Form<'_>, index: usize, count: usize, rule: NodeId, label: &str) {
    let Some(state) = form.state else { return };
    let skin = Skin::of(ui.ctx());
    let key = format!("rule {} {index}", state.path);
    let open = form.view.open.contains(&key);
    egui::Frame::new()
        .fill(skin.color(Role::Raised))
        .stroke(skin.stroke(1.0, Role::Border))
        .corner_radius(6)
        .inner_margin(8)
        .show(ui, |ui| {
            ui.set_width(ui.available_width());
            ui.horizontal(|ui| {
                ui.spacing_mut().item_spacing.x = 2.0;
                let width = (ui.available_width() - 124.0).max(40.0);
                let target = form.tab.revision.tree.get_str(rule, "Next").unwrap_or("…");
                let words = format!("{}. {label} → {target}", index + 1);
                let (rect, response) =
                    ui.allocate_exact_size(egui::vec2(width, 24.0), egui::Sense::click());
                response
                    .widget_info(|| egui::WidgetInfo::labeled(egui::Role::Button, true, &words));
                Text::Label.paint(ui, rect, &words, skin.color(Role::Text));
                let response = response.on_hover_text(&words);
                let arrow = if open {
                    Icon::EXPAND_LESS
                } else {
                    Icon::EXPAND_MORE
                };
                let name = |word: &str| format!("{word} rule {}", index + 1);
                let more = icon_button(ui, arrow, &name(if open { "Close" } else { "Edit" }));
                if (more.clicked() || response.clicked()) && !form.view.open.remove(&key) {
                    form.view.open.insert(key.clone());
                }
                let reorder = |to: usize| {
                    Intent::Edit(Command::Reorder {
                        state: state.path.clone(),
                        field: "/Choices".to_owned(),
                        from: index,
                        to,
                    })
                };
                let up = ui.add_enabled_ui(index > 0, |ui| {
                    icon_button(ui, Icon::ARROW_UPWARD, &name("Try earlier")).clicked()
                });
                if up.inner {
                    form.out.push(reorder(index - 1));
                }
                let down = ui.add_enabled_ui(index + 1 < count, |ui| {
                    icon_button(ui, Icon::ARROW_DOWNWARD, &name("Try later")).clicked()
                });
                if down.inner {
                    form.out.push(reorder(index + 1));
                }
                if icon_button(ui, Icon::DELETE, &name("Delete")).clicked() {
                    form.out.push(Intent::Edit(Command::RemoveTransition {
                        from: state.path.clone(),
                        transition: TransitionKind::Choice(index),
                    }));
                }
            });
            if open {
                editor(ui, form, index, rule);
            }
        });
}

fn editor(ui: &mut Ui, form: &mut Form<'_>, index: usize, rule: NodeId) {
    let prefix = format!("/Choices/{index}");
    let tree = &form.tab.revision.tree;
    match form.language() {
        QueryLanguage::Jsonata => {
            let node = tree.get(rule, "Condition");
            field_label(ui, "Condition");
            let source = node.map_or_else(String::new, |node| form.shown(node));
            let error = form.problem_at(node);
            let field = Field {
                code: true,
                hint: "{% $states.input.total > 100 %}",
                ..Field::default()
            };
            let pointer = format!("{prefix}/Condition");
            form.line(ui, "Condition", &pointer, &source, field, error, &|text| {
                Ok(Some(Value::string(text.trim()).to_json()))
            });
        }
        QueryLanguage::JsonPath => comparison_editor(ui, form, rule, &prefix),
    }
    ui.add_space(4.0);
    field_label(ui, "Go to");
    let current = form
        .tab
        .revision
        .tree
        .get_str(rule, "Next")
        .unwrap_or_default()
        .to_owned();
    let choices = form.states_of_scope(&current, "");
    let width = ui.available_width();
    let id = egui::Id::unique(("rule next", form.tab.id.0, &prefix));
    if let Some(chosen) = combo(ui, id, "Go to", &current, &choices, width) {
        let value = Value::string(&chosen).to_json();
        form.out
            .push(form.set(&format!("{prefix}/Next"), Some(value)));
    }
}

/// Not, variable, operator and value where the rule is one plain comparison; its JSON otherwise.
fn comparison_editor(ui: &mut Ui, form: &mut Form<'_>, rule: NodeId, prefix: &str) {
    let tree = &form.tab.revision.tree;
    let (inner, inner_prefix, negated) = match tree.get(rule, "Not") {
        Some(inner) => (inner, format!("{prefix}/Not"), true),
        None => (rule, prefix.to_owned(), false),
    };
    let operator = tree
        .members(inner)
        .iter()
        .find_map(|member| comparison(&member.key).map(|_| (member.key.to_string(), member.value)));
    let Some((operator, value)) = operator else {
        let raw = form.raw(rule);
        field_label(ui, "Rule");
        crate::ui::code::code_block(ui, egui::Id::unique(("rule", prefix)), &raw, Some(160.0));
        crate::ui::widgets::help_text(ui, "Groups with And and Or are edited in the code");
        return;
    };
    if check_box(ui, negated, "Not").clicked() {
        let text = form.raw(inner);
        let next = tree.get_str(rule, "Next").unwrap_or_default();
        let whole = toggle_not(&text, next, negated);
        form.out.push(form.set(prefix, Some(whole)));
    }
    field_label(ui, "Variable");
    let variable = form.tab.revision.tree.get(inner, "Variable");
    let source = variable.map_or_else(String::new, |node| form.shown(node));
    let error = form.problem_at(variable);
    let field = Field {
        code: true,
        hint: "$.value",
        ..Field::default()
    };
    let pointer = format!("{inner_prefix}/Variable");
    form.line(ui, "Variable", &pointer, &source, field, error, &|text| {
        Ok(Some(Value::string(text.trim()).to_json()))
    });
    field_label(ui, "Operator");
    let mut choices: Vec<(String, String)> = OPERATORS
        .iter()
        .map(|(name, words)| ((*name).to_owned(), (*words).to_owned()))
        .collect();
    if !choices.iter().any(|(name, _)| *name == operator) {
        choices.push((operator.clone(), operator.clone()));
    }
    let width = ui.available_width();
    let id = egui::Id::unique(("operator", form.tab.id.0, prefix));
    if let Some(chosen) = combo(ui, id, "Operator", &operator, &choices, width) {
        let next = form
            .tab
            .revision
            .tree
            .get_str(rule, "Next")
            .unwrap_or_default();
        let test = format!(
            r#"{{"Variable": {}, "{chosen}": {}}}"#,
            Value::string(&source).to_json(),
            fresh_value(&chosen)
        );
        let whole = with_next(&test, next, negated);
        form.out.push(form.set(prefix, Some(whole)));
        return;
    }
    field_label(ui, "Value");
    let text_like = operator.starts_with("String")
        || operator.starts_with("Timestamp")
        || operator.ends_with("Path");
    let source = form.shown(value);
    let field = Field {
        code: !text_like,
        ..Field::default()
    };
    let pointer = format!("{inner_prefix}/{operator}");
    form.line(ui, "Value", &pointer, &source, field, None, &move |text| {
        if text_like {
            return Ok(Some(Value::string(text).to_json()));
        }
        match Value::parse(text.trim()) {
            Ok(_) => Ok(Some(text.trim().to_owned())),
            Err(_) => Err("A number, true or false is needed here".to_owned()),
        }
    });
}

fn fresh_value(operator: &str) -> &'static str {
    if operator.ends_with("Path") {
        "\"$.other\""
    } else if operator.starts_with("Is") || operator.starts_with("Boolean") {
        "true"
    } else if operator.starts_with("Numeric") {
        "0"
    } else if operator.starts_with("Timestamp") {
        "\"2025-01-01T00:00:00Z\""
    } else {
        "\"\""
    }
}

/// The rule with `Not` put around its comparison, or taken away.
fn toggle_not(test: &str, next: &str, negated: bool) -> String {
    let value = Value::parse(test).unwrap_or_default();
    let bare = value.as_object().map_or_else(Vec::new, |members| {
        members
            .iter()
            .filter(|(key, _)| key.as_ref() != "Next")
            .map(|(key, value)| (key.to_string(), value.clone()))
            .collect()
    });
    with_next(&Value::object(bare).to_json(), next, !negated)
}

fn with_next(test: &str, next: &str, negated: bool) -> String {
    let next = Value::string(next).to_json();
    if negated {
        format!(r#"{{"Not": {test}, "Next": {next}}}"#)
    } else {
        let open = test.trim_end().trim_end_matches('}').trim_end();
        format!(r#"{open}, "Next": {next}}}"#)
    }
}

fn first_other(form: &Form<'_>) -> String {
    let own = form.state.map_or("", |state| state.name.as_ref());
    form.states_of_scope("", "")
        .into_iter()
        .map(|(name, _)| name)
        .find(|name| !name.is_empty() && name != own)
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn not_is_put_around_and_taken_away() {
        let rule = r#"{"Variable":"$.a","IsPresent":true,"Next":"B"}"#;
        let negated = toggle_not(rule, "B", false);
        assert_eq!(
            negated,
            r#"{"Not": {"Variable":"$.a","IsPresent":true}, "Next": "B"}"#
        );
        let inner = r#"{"Variable":"$.a","IsPresent":true}"#;
        assert_eq!(
            toggle_not(inner, "B", true),
            r#"{"Variable":"$.a","IsPresent":true, "Next": "B"}"#
        );
    }
}
