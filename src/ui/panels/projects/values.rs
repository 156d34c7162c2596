//! Parameters with their values, names without one, and what is wrong with the project.

use egui::Rect;
use egui::Sense;
use egui::Ui;
use egui::pos2;
use egui::vec2;

use crate::gateway::Api;
use crate::project::ApiDocument;
use crate::project::Origin;
use crate::project::ParameterFrom;
use crate::scene::Icon;
use crate::scene::Role;
use crate::scene::Status;
use crate::session::ApiIntent;
use crate::session::Intent;
use crate::text::LineIndex;
use crate::ui::panels::projects::Fold;
use crate::ui::panels::projects::List;
use crate::ui::panels::projects::origin_of;
use crate::ui::panels::projects::short_path;
use crate::ui::panels::words::paint_right;
use crate::ui::panels::words::put_at;
use crate::ui::theme::Skin;
use crate::ui::theme::Text;
use crate::ui::theme::paint_icon;
use crate::ui::widgets::Field;
use crate::ui::widgets::Row;
use crate::ui::widgets::spoken;
use crate::ui::widgets::text_field;

impl List<'_> {
    pub(crate) fn parameters(&mut self, ui: &mut Ui) {
        let project = self.project;
        let parameters: Vec<_> = project
            .project
            .parameters
            .iter()
            .filter(|one| self.hit(&format!("parameters {}", one.name)))
            .collect();
        if !parameters.is_empty()
            && self.group_head(ui, "Parameters", Fold::Closed, parameters.len())
        {
            for one in &parameters {
                let from = match one.from {
                    ParameterFrom::Given => "from the command line",
                    ParameterFrom::Companion => "from the companion",
                    ParameterFrom::Default => "the default",
                    ParameterFrom::Nobody => "has no value yet",
                };
                let value = match one.from {
                    ParameterFrom::Companion | ParameterFrom::Given => one.value.clone(),
                    ParameterFrom::Default | ParameterFrom::Nobody => None,
                };
                let hint = one.default.clone().unwrap_or_else(|| "No value".to_owned());
                let about = one.description.as_deref().unwrap_or_default();
                let more = format!("{}: {from}. {about}", one.name);
                self.value_row(ui, &one.name, value.as_deref(), &hint, &more);
            }
        }
        let unresolved: Vec<_> = project
            .project
            .unresolved
            .iter()
            .filter(|one| self.hit(&format!("unresolved {}", one.name)))
            .collect();
        if unresolved.is_empty() {
            return;
        }
        if self.group_head(ui, "Without a value", Fold::Open, unresolved.len()) {
            let mut seen: Vec<&str> = Vec::new();
            for one in unresolved {
                if seen.contains(&one.name.as_str()) {
                    continue;
                }
                seen.push(&one.name);
                let file = short_path(&one.origin.file);
                let more = format!("{} has no value; it stands in {file}", one.name);
                self.value_row(ui, &one.name, None, "No value", &more);
            }
        }
    }

    /// A name and a field for its value, which the companion keeps.
    fn value_row(&mut self, ui: &mut Ui, name: &str, value: Option<&str>, hint: &str, more: &str) {
        let skin = Skin::of(ui.ctx());
        let (_, rect) = ui.allocate_space(vec2(ui.available_width(), 32.0));
        let middle = rect.left() + rect.width() * 0.46;
        let words = Rect::from_min_max(
            pos2(rect.left() + 8.0, rect.top()),
            pos2(middle - 8.0, rect.bottom()),
        );
        let id = egui::Id::unique(("parameter", self.project.id.0, name));
        let label = ui.interact(words, id.with("label"), Sense::hover());
        Text::Small.paint(ui, words, name, skin.color(Role::SecondText));
        label.on_hover_text(more);
        let field = Rect::from_min_max(
            pos2(middle, rect.top() + 2.0),
            pos2(rect.right() - 4.0, rect.bottom() - 2.0),
        );
        let typed = id.with("typed");
        let kept: Option<String> = ui.data(|data| data.get_temp(typed));
        let mut text = kept.unwrap_or_else(|| value.unwrap_or_default().to_owned());
        let response = put_at(ui, field, |ui| {
            let look = Field {
                hint,
                code: true,
                ..Field::default()
            };
            text_field(ui, id, &mut text, look)
        });
        let response = response.accessible_name(format!("Value of {name}"));
        if response.has_focus() {
            ui.data_mut(|data| data.insert_temp(typed, text.clone()));
        }
        if response.lost_focus() {
            ui.data_mut(|data| data.remove_temp::<String>(typed));
            let new = (!text.is_empty()).then_some(text);
            if new.as_deref() != value {
                self.out.push(Intent::Api(ApiIntent::SetParameter {
                    project: self.project.id,
                    name: name.to_owned(),
                    value: new,
                }));
            }
        }
    }

    pub(crate) fn problems(&mut self, ui: &mut Ui, apis: &[(&ApiDocument, &Api)]) {
        let own = self.project.project.problems.iter();
        let mut problems: Vec<(String, Option<Origin>)> = own
            .map(|problem| (problem.message.clone(), Some(problem.origin.clone())))
            .collect();
        for (document, api) in apis {
            problems.extend(api.problems.iter().map(|problem| {
                let origin = origin_of(document, &problem.pointer);
                (problem.message.clone(), origin)
            }));
        }
        let companion = self.project.companion.problems.iter();
        problems.extend(companion.map(|problem| (problem.clone(), None)));
        problems.retain(|(message, _)| self.hit(&format!("problems {message}")));
        if problems.is_empty() || !self.group_head(ui, "Problems", Fold::Open, problems.len()) {
            return;
        }
        for (place, (message, origin)) in problems.iter().enumerate() {
            let at = origin.as_ref().map(|origin| {
                let text = self.project.text(&origin.file).map_or("", |text| text);
                let line = LineIndex::new(text).locate(text, origin.span.start).line;
                format!("{}:{line}", short_path(&origin.file))
            });
            let at = at.unwrap_or_else(|| self.project.companion_file.clone());
            if self.problem(ui, place, &spoken(message), &at)
                && let Some(origin) = origin
            {
                self.out.push(Intent::Api(ApiIntent::OpenPlace {
                    project: self.project.id,
                    origin: origin.clone(),
                }));
            }
        }
    }

    fn problem(&self, ui: &mut Ui, place: usize, message: &str, at: &str) -> bool {
        let skin = Skin::of(ui.ctx());
        let row = Row {
            height: 44.0,
            name: Some(message),
            ..Row::new("")
        };
        let id = egui::Id::unique(("project problem", self.project.id.0, place));
        let (response, _) = row.show(ui, id, Sense::click());
        let rect = response.rect;
        let color = skin.color(Role::StatusText(Status::Caught));
        paint_icon(
            ui,
            pos2(rect.left() + 16.0, rect.top() + 14.0),
            Icon::WARNING,
            16.0,
            color,
        );
        let first = Rect::from_min_max(
            pos2(rect.left() + 32.0, rect.top() + 4.0),
            pos2(rect.right() - 8.0, rect.top() + 24.0),
        );
        Text::Body.paint(ui, first, message, skin.color(Role::Text));
        let second = first.translate(vec2(0.0, 18.0));
        paint_left(ui, second, at, skin);
        let clicked = response.clicked();
        response.on_hover_text(format!("{message}\n{at}"));
        clicked
    }
}

fn paint_left(ui: &Ui, rect: Rect, text: &str, skin: Skin) {
    let color = skin.color(Role::WeakText);
    if Text::Small.width(ui, text) <= rect.width() {
        Text::Small.paint(ui, rect, text, color);
    } else {
        // The end of a path says more than its beginning.
        paint_right(ui, rect, text, Text::Small, color);
    }
}
