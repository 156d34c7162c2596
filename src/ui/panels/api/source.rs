//! A file of a project as text, in place of the workspace: to look at what a problem or a finding points at, and to mend it.

use egui::Rect;
use egui::Ui;
use egui::pos2;
use egui::vec2;

use crate::asl::Severity;
use crate::scene::Icon;
use crate::scene::Role;
use crate::session::ApiIntent;
use crate::session::Intent;
use crate::session::Session;
use crate::ui::code::CodeEditor;
use crate::ui::code::CodeMark;
use crate::ui::code::CodeState;
use crate::ui::panels::words::put_at;
use crate::ui::theme::Skin;
use crate::ui::theme::Text;
use crate::ui::theme::paint_icon;
use crate::ui::view::Outbox;
use crate::ui::widgets::Button;

/// The file that the session shows, with what was found in it.
pub fn show(
    ui: &mut Ui,
    session: &Session,
    state: &mut CodeState,
    followed: &mut u64,
    out: &mut Outbox,
) {
    let Some(place) = &session.api.source else {
        return;
    };
    let Some(project) = session.api.project(place.project) else {
        return;
    };
    let skin = Skin::of(ui.ctx());
    let file = &*place.origin.file;
    let text = session.file_text(place.project, file).unwrap_or_default();
    let area = ui.available_rect_before_wrap();
    let head = Rect::from_min_size(area.min, vec2(area.width(), 44.0));
    let body = Rect::from_min_max(head.left_bottom(), area.max);
    let icon = pos2(head.left() + 24.0, head.center().y);
    paint_icon(
        ui,
        icon,
        Icon::DESCRIPTION,
        16.0,
        skin.color(Role::SecondText),
    );
    let words = Rect::from_min_max(
        pos2(head.left() + 40.0, head.top()),
        pos2(head.right() - 160.0, head.bottom()),
    );
    let title = match project.is_file_modified(file) {
        true => format!("{file} (not saved)"),
        false => file.to_owned(),
    };
    Text::Strong.paint(ui, words, &title, skin.color(Role::Text));
    let button = Rect::from_min_max(
        pos2(head.right() - 148.0, head.top() + 8.0),
        pos2(head.right() - 16.0, head.bottom() - 8.0),
    );
    put_at(ui, button, |ui| {
        let back = Button::new("Back to the API")
            .icon(Icon::ARROW_BACK)
            .width(132.0);
        if ui.add(back).clicked() {
            out.push(Intent::Api(ApiIntent::ClosePlace));
        }
    });
    let line = skin.stroke(1.0, Role::Line);
    ui.painter()
        .hline(head.x_range(), head.bottom() - 0.5, line);
    let is_read = project.project.files.get(file) == Some(&text);
    let mut marks = Vec::new();
    if is_read {
        let problems = project.project.problems.iter();
        marks.extend(
            problems
                .filter(|one| *one.origin.file == *file)
                .map(|one| CodeMark {
                    span: one.origin.span,
                    severity: Severity::Warning,
                    message: one.message.clone(),
                }),
        );
        let findings = project.findings.iter().filter(|one| one.file == file);
        marks.extend(findings.map(|one| CodeMark {
            span: one.diagnostic.span,
            severity: one.diagnostic.severity,
            message: one.diagnostic.message.clone(),
        }));
    }
    if *followed != place.shown {
        *followed = place.shown;
        state.reveal(place.origin.span);
    }
    let typed = ui
        .scope_builder(egui::UiBuilder::new().max_rect(body), |ui| {
            ui.set_clip_rect(ui.clip_rect().intersect(body));
            CodeEditor {
                extras: crate::ui::code::CodeExtras::default(),
                text: &text,
                // The text itself tells whether it has changed.
                revision: fingerprint(file, &text),
                marks: &marks,
                selected: Some(place.origin.span).filter(|_| is_read),
                read_only: false,
                name: "File of the project",
            }
            .show(
                ui,
                egui::Id::unique(("project file", place.project.0)),
                state,
            )
        })
        .inner;
    if let Some(edit) = typed.edit {
        out.push(Intent::Api(ApiIntent::TypeSource(edit)));
    }
    ui.allocate_rect(area, egui::Sense::hover());
}

fn fingerprint(file: &str, text: &str) -> u64 {
    use std::hash::Hash;
    use std::hash::Hasher;
    let mut hasher = std::hash::DefaultHasher::new();
    (file, text).hash(&mut hasher);
    hasher.finish()
}
