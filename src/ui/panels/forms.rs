//! Form fields that become edits: what is typed waits until the field is left, then is one step of
//! the history. Fields follow the schema, so a new row of it appears here by itself.

use egui::Id;
use egui::Key;
use egui::Ui;

use crate::asl::QueryLanguage;
use crate::asl::State;
use crate::asl::schema;
use crate::asl::schema::Holds;
use crate::asl::schema::JsonType;
use crate::asl::schema::Place;
use crate::editor::Command;
use crate::query::Value;
use crate::scene::Role;
use crate::scene::Status;
use crate::session::Intent;
use crate::session::Tab;
use crate::syntax::NodeId;
use crate::syntax::NodeKind;
use crate::ui::code::json_field;
use crate::ui::panels::typed::Checked;
use crate::ui::panels::typed::json_value;
use crate::ui::panels::typed::names_value;
use crate::ui::panels::typed::number_value;
use crate::ui::panels::typed::outdent;
use crate::ui::panels::typed::string_value;
use crate::ui::theme::Skin;
use crate::ui::theme::Text;
use crate::ui::view::Outbox;
use crate::ui::view::Pending;
use crate::ui::view::View;
use crate::ui::widgets::Field;
use crate::ui::widgets::check_box;
use crate::ui::widgets::combo;
use crate::ui::widgets::link;
use crate::ui::widgets::text_field;

/// What a form is about: a state, or the machine where there is none.
pub struct Form<'a> {
    pub tab: &'a Tab,
    pub state: Option<&'a State>,
    pub view: &'a mut View,
    pub out: &'a mut Outbox,
}

impl Form<'_> {
    /// The intent that sets a field by pointer below the state or machine.
    pub fn set(&self, pointer: &str, value: Option<String>) -> Intent {
        let field = pointer.to_owned();
        Intent::Edit(match self.state {
            Some(state) => Command::Set {
                state: state.path.clone(),
                field,
                value,
            },
            None => Command::SetMachine { field, value },
        })
    }

    /// The object the form is about.
    pub fn object(&self) -> Option<NodeId> {
        match self.state {
            Some(state) => Some(state.node),
            None => self.tab.revision.tree.root(),
        }
    }

    pub fn language(&self) -> QueryLanguage {
        match self.state {
            Some(state) => state.query_language,
            None => self.machine_language(),
        }
    }

    pub fn machine_language(&self) -> QueryLanguage {
        let tree = &self.tab.revision.tree;
        tree.root()
            .and_then(|root| tree.get_str(root, "QueryLanguage"))
            .and_then(QueryLanguage::parse)
            .unwrap_or_default()
    }

    /// The raw text of a node, with the indentation of its lines taken off.
    pub fn raw(&self, node: NodeId) -> String {
        let text = self.tab.revision.tree.span(node).of(self.tab.text());
        outdent(text)
    }

    fn id(&self, pointer: &str) -> Id {
        let path = self.state.map_or("", |state| state.path.as_str());
        Id::unique(("form", self.tab.id.0, path, pointer))
    }

    /// A row of the schema for an object below the form's own; `prefix` is the pointer to it.
    pub fn field(&mut self, ui: &mut Ui, row: &schema::Field, object: NodeId, prefix: &str) {
        let pointer = format!("{prefix}/{}", escape(row.name));
        let node = self.tab.revision.tree.get(object, row.name);
        let error = self.problem_at(node);
        match row.holds {
            Holds::Flag => self.flag(ui, row, node, &pointer),
            Holds::OneOf(words) => {
                self.label(ui, row);
                self.one_of(ui, row, node, &pointer, words);
            }
            Holds::StateName => {
                self.label(ui, row);
                self.state_name(ui, row, node, &pointer);
            }
            Holds::PayloadTemplate
            | Holds::JsonataTemplate
            | Holds::Template
            | Holds::Assignments
            | Holds::Json => {
                self.label(ui, row);
                self.json(ui, row.name, node, &pointer, error);
            }
            Holds::Number(_, _) => {
                self.label(ui, row);
                let suffix = if row.name.contains("Seconds") {
                    "s"
                } else if row.name.contains("Percentage") {
                    "%"
                } else {
                    ""
                };
                let source = node.map_or_else(String::new, |node| self.shown(node));
                let field = Field {
                    hint: "None",
                    suffix,
                    code: false,
                    ..Field::default()
                };
                self.line(ui, row.name, &pointer, &source, field, error, &number_value);
            }
            Holds::ErrorNames => {
                self.label(ui, row);
                let names = node.map_or_else(String::new, |node| self.names(node));
                let field = Field {
                    hint: "States.ALL",
                    ..Field::default()
                };
                self.line(ui, row.name, &pointer, &names, field, error, &names_value);
            }
            Holds::Text
            | Holds::Path
            | Holds::ReferencePath
            | Holds::PathOrIntrinsic
            | Holds::Condition
            | Holds::Timestamp
            | Holds::Resource => {
                self.label(ui, row);
                let source = node.map_or_else(String::new, |node| self.shown(node));
                let code = row.holds != Holds::Text;
                let nullable = row.types.contains(&JsonType::Null);
                let rows = if matches!(row.name, "Comment" | "Cause") {
                    2
                } else {
                    1
                };
                let field = Field {
                    hint: hint_of(row),
                    code,
                    rows,
                    ..Field::default()
                };
                let value = move |text: &str| string_value(text, nullable);
                self.line(ui, row.name, &pointer, &source, field, error, &value);
            }
            Holds::Part(place) => self.part(ui, row, place, node, &pointer),
            Holds::Parts(_) => {
                self.label(ui, row);
                self.json(ui, row.name, node, &pointer, error);
            }
            Holds::States => {}
        }
        ui.add_space(6.0);
    }

    /// All fields of a place in one column, rare ones under More; `last` stands just above More.
    pub fn fields(
        &mut self,
        ui: &mut Ui,
        place: Place,
        object: NodeId,
        prefix: &str,
        skip: &[&str],
        last: &[&str],
    ) {
        let language = self.language();
        let wanted: Vec<&schema::Field> = schema::fields(place)
            .filter(|row| row.is_in(language) && !skip.contains(&row.name))
            .collect();
        let tree = &self.tab.revision.tree;
        let (rare, usual): (Vec<_>, Vec<_>) = wanted.into_iter().partition(|row| {
            (row.rare || row.replaced_by.is_some()) && tree.get(object, row.name).is_none()
        });
        for row in usual {
            self.field(ui, row, object, prefix);
        }
        for name in last {
            if let Some(row) = schema::field(place, name) {
                self.field(ui, row, object, prefix);
            }
        }
        if rare.is_empty() {
            return;
        }
        self.more(ui, prefix, |form, ui| {
            for row in rare {
                form.field(ui, row, object, prefix);
            }
        });
    }

    /// Rare things, closed at first.
    pub fn more(&mut self, ui: &mut Ui, key: &str, content: impl FnOnce(&mut Self, &mut Ui)) {
        let key = format!("more {key}");
        let open = self.view.open.contains(&key);
        let text = if open { "Less" } else { "More" };
        if link(ui, text, Text::Label).clicked() && !self.view.open.remove(&key) {
            self.view.open.insert(key);
        }
        if open {
            ui.add_space(6.0);
            content(self, ui);
        }
    }

    /// Members of an object that the schema does not know; kept and shown as JSON.
    pub fn unknown(&mut self, ui: &mut Ui, place: Place, object: NodeId) {
        let tree = &self.tab.revision.tree;
        let unknown: Vec<(String, NodeId)> = tree
            .members(object)
            .iter()
            .filter(|member| schema::field(place, &member.key).is_none())
            .map(|member| (member.key.to_string(), member.value))
            .collect();
        for (name, node) in unknown {
            crate::ui::widgets::field_label(ui, &name);
            let pointer = format!("/{}", escape(&name));
            self.json(ui, &name, Some(node), &pointer, None);
            ui.add_space(6.0);
        }
    }

    fn part(
        &mut self,
        ui: &mut Ui,
        row: &schema::Field,
        place: Place,
        node: Option<NodeId>,
        pointer: &str,
    ) {
        if place == Place::ItemProcessor {
            return;
        }
        self.label(ui, row);
        match node.filter(|node| matches!(self.tab.revision.tree.kind(*node), NodeKind::Object(_)))
        {
            Some(node) => {
                egui::Frame::new()
                    .stroke(Skin::of(ui.ctx()).stroke(1.0, Role::Line))
                    .corner_radius(6)
                    .inner_margin(8)
                    .show(ui, |ui| {
                        self.fields(ui, place, node, pointer, &[], &[]);
                        if link(ui, &format!("Remove {}", row.name), Text::Label).clicked() {
                            self.out.push(self.set(pointer, None));
                        }
                    });
            }
            None => {
                if link(ui, &format!("Add {}", row.name), Text::Label).clicked() {
                    self.out.push(self.set(pointer, Some("{}".to_owned())));
                }
            }
        }
    }

    fn label(&self, ui: &mut Ui, row: &schema::Field) {
        let skin = Skin::of(ui.ctx());
        let words = label_of(row.name);
        let label = Text::Label.rich(words).color(skin.color(Role::SecondText));
        ui.add(egui::Label::new(label).sense(egui::Sense::hover()))
            .on_hover_text(format!("{}: {}", row.name, row.doc));
    }

    fn flag(&mut self, ui: &mut Ui, row: &schema::Field, node: Option<NodeId>, pointer: &str) {
        let tree = &self.tab.revision.tree;
        let on = node.is_some_and(|node| matches!(tree.kind(node), NodeKind::Bool(true)));
        if check_box(ui, on, &label_of(row.name)).clicked() {
            let value = (!on).then(|| "true".to_owned());
            self.out.push(self.set(pointer, value));
        }
    }

    fn one_of(
        &mut self,
        ui: &mut Ui,
        row: &schema::Field,
        node: Option<NodeId>,
        pointer: &str,
        words: &[&str],
    ) {
        let current = node.map_or_else(String::new, |node| self.shown(node));
        let mut choices: Vec<(String, String)> = vec![(String::new(), "Not set".to_owned())];
        choices.extend(
            words
                .iter()
                .map(|word| ((*word).to_owned(), (*word).to_owned())),
        );
        if !choices.iter().any(|(value, _)| *value == current) {
            choices.push((current.clone(), current.clone()));
        }
        let width = ui.available_width();
        let id = self.id(pointer);
        if let Some(chosen) = combo(ui, id, &label_of(row.name), &current, &choices, width) {
            let value = (!chosen.is_empty()).then(|| Value::string(&chosen).to_json());
            self.out.push(self.set(pointer, value));
        }
    }

    fn state_name(
        &mut self,
        ui: &mut Ui,
        row: &schema::Field,
        node: Option<NodeId>,
        pointer: &str,
    ) {
        let current = node.map_or_else(String::new, |node| self.shown(node));
        let none = if row.name == "Next" { "End" } else { "None" };
        let choices = self.states_of_scope(&current, none);
        let width = ui.available_width();
        let id = self.id(pointer);
        if let Some(chosen) = combo(ui, id, &label_of(row.name), &current, &choices, width) {
            let value = (!chosen.is_empty()).then(|| Value::string(&chosen).to_json());
            self.out.push(self.set(pointer, value));
        }
    }

    /// The states a transition of the form's state may lead to, and a first choice for none.
    pub fn states_of_scope(&self, current: &str, none: &str) -> Vec<(String, String)> {
        let machine = &self.tab.revision.machine;
        let scope = self
            .state
            .map_or(crate::asl::ScopeId(0), |state| state.scope);
        let mut choices = Vec::new();
        if !none.is_empty() {
            choices.push((String::new(), none.to_owned()));
        }
        choices.extend(machine.scope(scope).into_iter().flat_map(|scope| {
            scope
                .states
                .iter()
                .filter_map(|id| machine.state(*id))
                .map(|state| (state.name.to_string(), state.name.to_string()))
        }));
        if !choices.iter().any(|(value, _)| value == current) {
            choices.push((current.to_owned(), format!("{current} (missing)")));
        }
        choices
    }

    /// A JSON value in as many lines as it has, at most twelve.
    pub fn json(
        &mut self,
        ui: &mut Ui,
        name: &str,
        node: Option<NodeId>,
        pointer: &str,
        error: Option<String>,
    ) {
        let source = node.map_or_else(String::new, |node| self.raw(node));
        let id = self.id(pointer);
        let mut text = buffer(ui, id, &source);
        let rows = text.lines().count().clamp(1, 12);
        let response = json_field(ui, id, name, &mut text, rows, error.is_some());
        self.commit(
            ui,
            id,
            pointer,
            &source,
            &text,
            &response,
            error,
            &json_value,
        );
    }

    /// One line of text.
    #[allow(clippy::too_many_arguments)]
    pub fn line(
        &mut self,
        ui: &mut Ui,
        name: &str,
        pointer: &str,
        source: &str,
        field: Field<'_>,
        error: Option<String>,
        check: &dyn Fn(&str) -> Checked,
    ) {
        let id = self.id(pointer);
        let mut text = buffer(ui, id, source);
        let words = label_of(name);
        let wrong = check(&text).err();
        let shown = Field {
            label: &words,
            error: wrong.as_deref().or(error.as_deref()),
            ..field
        };
        let response = text_field(ui, id, &mut text, shown);
        self.commit(ui, id, pointer, source, &text, &response, error, check);
    }

    #[allow(clippy::too_many_arguments)]
    fn commit(
        &mut self,
        ui: &mut Ui,
        id: Id,
        pointer: &str,
        source: &str,
        text: &str,
        response: &egui::Response,
        error: Option<String>,
        check: &dyn Fn(&str) -> Checked,
    ) {
        let checked = check(text);
        if ui.input(|input| input.key_pressed(Key::Escape)) && response.lost_focus() {
            keep(ui, id, None);
            self.view.pending = None;
            return;
        }
        let changed = text != source;
        if response.has_focus() || response.lost_focus() || checked.is_err() {
            keep(ui, id, changed.then(|| text.to_owned()));
        } else {
            keep(ui, id, None);
        }
        match &checked {
            Ok(value) if changed && response.has_focus() => {
                self.view.pending = Some(Pending {
                    field: id,
                    intent: self.set(pointer, value.clone()),
                });
            }
            Ok(_) if response.has_focus() => self.view.pending = None,
            Err(_) if response.has_focus() => self.view.pending = None,
            Ok(_) | Err(_) => {}
        }
        if let Some(words) = checked.err().or(error) {
            let skin = Skin::of(ui.ctx());
            let color = skin.color(Role::StatusText(Status::Failed));
            ui.label(Text::Small.rich(words).color(color));
        }
    }

    /// What a node says to a person: a string without its quotes, anything else as it is written.
    pub fn shown(&self, node: NodeId) -> String {
        let tree = &self.tab.revision.tree;
        match tree.str(node) {
            Some(text) => text.to_owned(),
            None => self.raw(node),
        }
    }

    fn names(&self, node: NodeId) -> String {
        let tree = &self.tab.revision.tree;
        let names: Vec<&str> = tree
            .items(node)
            .iter()
            .filter_map(|item| tree.str(*item))
            .collect();
        names.join(", ")
    }

    /// The first problem within a node, in its own words.
    pub fn problem_at(&self, node: Option<NodeId>) -> Option<String> {
        let span = self.tab.revision.tree.span(node?);
        self.tab
            .revision
            .diagnostics
            .iter()
            .find(|problem| span.encloses(problem.span))
            .map(|problem| problem.message.clone())
    }
}

/// The name of a field as a label: `TimeoutSeconds` is "Timeout", `ResultPath` stays.
pub fn label_of(name: &str) -> String {
    match name {
        "TimeoutSeconds" => "Timeout".to_owned(),
        "HeartbeatSeconds" => "Heartbeat".to_owned(),
        "IntervalSeconds" => "First wait".to_owned(),
        "MaxDelaySeconds" => "Longest wait".to_owned(),
        "MaxAttempts" => "Most tries".to_owned(),
        "BackoffRate" => "Factor".to_owned(),
        "ErrorEquals" => "Errors".to_owned(),
        "Next" => "Next state".to_owned(),
        "StartAt" => "Start state".to_owned(),
        "Seconds" => "Seconds to wait".to_owned(),
        "QueryLanguage" => "Query language".to_owned(),
        "MaxConcurrency" => "Items at the same time".to_owned(),
        other => other.to_owned(),
    }
}

/// A token of a JSON pointer.
pub fn escape(name: &str) -> String {
    name.replace('~', "~0").replace('/', "~1")
}

fn hint_of(row: &schema::Field) -> &'static str {
    match (row.name, row.holds) {
        ("InputPath" | "OutputPath" | "ResultPath", _) => "$",
        (_, Holds::Path | Holds::ReferencePath | Holds::PathOrIntrinsic) => "$.",
        (_, Holds::Timestamp) => "2025-03-14T01:59:00Z",
        (_, Holds::Condition) => "{% … %}",
        _ => "",
    }
}

/// What has been typed and not become an edit yet; else the source.
fn buffer(ui: &Ui, id: Id, source: &str) -> String {
    ui.data(|data| data.get_temp::<String>(id.with("typed")))
        .unwrap_or_else(|| source.to_owned())
}

fn keep(ui: &Ui, id: Id, text: Option<String>) {
    let key = id.with("typed");
    ui.data_mut(|data| match text {
        Some(text) => {
            data.insert_temp(key, text);
        }
        None => data.remove::<String>(key),
    });
}
