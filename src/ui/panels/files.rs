//! Samples, recent files, and the buttons to open or begin one.

use egui::CornerRadius;
use egui::Rect;
use egui::Role as A11y;
use egui::Sense;
use egui::Ui;
use egui::WidgetInfo;
use egui::pos2;
use egui::vec2;

use crate::scene::Family;
use crate::scene::Icon;
use crate::scene::Role;
use crate::session::Action;
use crate::session::Intent;
use crate::session::Session;
use crate::text::upper_first;
use crate::ui::panels::projects;
use crate::ui::theme::Skin;
use crate::ui::theme::Text;
use crate::ui::view::Outbox;
use crate::ui::view::View;
use crate::ui::widgets::Button;
use crate::ui::widgets::Row;
use crate::ui::widgets::help_text;
use crate::ui::widgets::icon_button;
use crate::ui::widgets::section_head;
use crate::ui::widgets::separator_line;
use crate::ui::widgets::tile;

/// The list of samples with one sentence each, and recent files.
pub fn show(ui: &mut Ui, session: &Session, view: &mut View, out: &mut Outbox) {
    let half = (ui.available_width() - 28.0 - 16.0) / 2.0;
    ui.horizontal(|ui| {
        let open = Button::new("Open…").icon(Icon::FILE_OPEN).width(half);
        if ui.add(open).clicked() {
            out.push(Intent::Perform(Action::OpenFile));
        }
        if icon_button(ui, Icon::FOLDER_OPEN, "Open folder…").clicked() {
            out.push(Intent::Perform(Action::OpenFolder));
        }
        let new = Button::new("New").icon(Icon::NOTE_ADD).width(half);
        if ui.add(new).clicked() {
            out.push(Intent::Perform(Action::New));
        }
    });
    ui.add_space(8.0);
    if projects::show(ui, session, view, out) {
        separator_line(ui);
    }
    let search = view.search.to_lowercase();
    section_head(ui, "Samples");
    for (name, about) in &session.samples {
        let title = title_of(name);
        if format!("{title} {about}").to_lowercase().contains(&search) {
            let current = session
                .active()
                .is_some_and(|tab| tab.path.is_none() && tab.title.starts_with(name.as_str()));
            if sample(ui, name, &title, about, current) {
                out.push(open_sample(session, name));
            }
        }
    }
    ui.add_space(8.0);
    section_head(ui, "Recent");
    if session.settings.recent.is_empty() {
        ui.horizontal(|ui| {
            ui.add_space(8.0);
            help_text(ui, "Files you open appear here");
        });
    }
    for path in &session.settings.recent {
        let name = path
            .file_name()
            .map(|name| name.to_string_lossy().into_owned())
            .unwrap_or_default();
        if !name.to_lowercase().contains(&search) {
            continue;
        }
        let row = Row {
            icon: Some((Icon::SCHEMA, Role::SecondText)),
            ..Row::new(&name)
        };
        let id = egui::Id::unique(("recent", path));
        let (response, _) = row.show(ui, id, Sense::click());
        if response.clicked() {
            out.push(Intent::Open(path.clone()));
        }
        response.on_hover_text(path.display().to_string());
    }
}

/// Opens a sample, or turns to it where it is open and unchanged already.
pub fn open_sample(session: &Session, name: &str) -> Intent {
    let title = format!("{name}.asl.json");
    let open = session
        .tabs
        .iter()
        .find(|tab| tab.path.is_none() && tab.title == title && !tab.is_modified());
    match open {
        Some(tab) => Intent::SelectTab(tab.id),
        None => Intent::OpenSample(name.to_owned()),
    }
}

/// `order-processing` as people write it: "Order processing".
pub fn title_of(name: &str) -> String {
    let words = name.replace(['-', '_'], " ");
    let words = words.replace("api", "API");
    upper_first(&words)
}

fn sample(ui: &mut Ui, name: &str, title: &str, about: &str, current: bool) -> bool {
    let skin = Skin::of(ui.ctx());
    let width = ui.available_width();
    let mut job = egui::text::LayoutJob::single_section(
        about.to_owned(),
        Text::Small.format(skin.color(Role::WeakText)),
    );
    job.wrap.max_width = width - 44.0 - 8.0;
    let galley = ui.painter().layout_job(job);
    let height = 8.0 + 20.0 + galley.size().y + 8.0;
    let (rect, response) = ui.allocate_exact_size(vec2(width, height), Sense::click());
    response.widget_info(|| WidgetInfo::selected(A11y::Button, true, current, title));
    let ground = if current {
        Some(Role::AccentFill)
    } else if response.hovered() || response.has_focus() {
        Some(Role::Hover)
    } else {
        None
    };
    if let Some(ground) = ground {
        ui.painter()
            .rect_filled(rect, CornerRadius::same(6), skin.color(ground));
    }
    let (family, icon) = face_of(name);
    let square = Rect::from_min_size(rect.min + vec2(8.0, 8.0), vec2(24.0, 24.0));
    tile(ui, square, family, icon, false);
    let line = Rect::from_min_max(
        rect.min + vec2(40.0, 8.0),
        pos2(rect.right() - 8.0, rect.top() + 28.0),
    );
    Text::Strong.paint(ui, line, title, skin.color(Role::Text));
    let color = skin.color(Role::WeakText);
    ui.painter()
        .galley(rect.min + vec2(40.0, 28.0), galley, color);
    response.clicked()
}

fn face_of(name: &str) -> (Family, Icon) {
    if name.contains("order") {
        (Family::Flow, Icon::REPEAT)
    } else if name.contains("key") {
        (Family::Http, Icon::KEY)
    } else if name.contains("api") {
        (Family::Http, Icon::HTTP)
    } else if name.contains("support") {
        (Family::Messaging, Icon::INBOX)
    } else {
        (Family::Compute, Icon::FUNCTION)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_become_titles() {
        assert_eq!(title_of("api-key-registration"), "API key registration");
        assert_eq!(title_of("order-processing"), "Order processing");
    }
}
