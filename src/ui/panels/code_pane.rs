//! The text of the definition beside or instead of the canvas.

use egui::Rect;
use egui::Ui;
use egui::pos2;
use egui::vec2;

use crate::editor::Command;
use crate::scene::Icon;
use crate::scene::Role;
use crate::scene::Status;
use crate::session::Intent;
use crate::session::Session;
use crate::session::Tab;
use crate::text::Span;
use crate::text::Style;
use crate::ui::code::CodeEditor;
use crate::ui::code::CodeExtras;
use crate::ui::code::CodeMark;
use crate::ui::theme::Skin;
use crate::ui::theme::Text;
use crate::ui::theme::paint_icon;
use crate::ui::view::Outbox;
use crate::ui::view::View;
use crate::ui::widgets::icon_button;

/// Breadcrumb, editor, and a line with the place and the style of the text.
pub fn show(ui: &mut Ui, session: &Session, view: &mut View, out: &mut Outbox) {
    let Some(tab) = session.active() else {
        return;
    };
    let skin = Skin::of(ui.ctx());
    ui.spacing_mut().item_spacing = vec2(0.0, 0.0);
    let area = ui.available_rect_before_wrap();
    let head = Rect::from_min_size(area.min, vec2(area.width(), 36.0));
    let foot = Rect::from_min_max(pos2(area.left(), area.bottom() - 28.0), area.max);
    let body = Rect::from_min_max(head.left_bottom(), foot.right_top());
    ui.painter().rect_filled(area, 0.0, skin.color(Role::Panel));
    let span = selected_span(tab);
    let (count, offset) = tab.reveal_text;
    let followed = view.followed.insert(tab.id.0, count).unwrap_or(0);
    let here = tab.selected().cloned();
    let new_here = view.code_selected.get(&tab.id.0) != here.as_ref();
    if let Some(path) = &here {
        view.code_selected.insert(tab.id.0, path.clone());
    } else {
        view.code_selected.remove(&tab.id.0);
    }
    let typing = ui.memory(|memory| memory.has_focus(crate::ui::keys::code_field(tab.id.0)));
    let state = view.code(tab.id);
    if new_here
        && !typing
        && let Some(span) = span
    {
        state.look_at(span.start);
    }
    if count != followed {
        let end = tab
            .revision
            .diagnostics
            .iter()
            .find(|problem| problem.span.start == offset);
        let span = end.map_or(Span::at(offset), |problem| problem.span);
        state.reveal(span);
    }
    breadcrumb(ui, head, tab, state);
    let marks: Vec<CodeMark> = tab
        .revision
        .diagnostics
        .iter()
        .map(|problem| CodeMark {
            span: problem.span,
            severity: problem.severity,
            message: problem.message.clone(),
        })
        .collect();
    let typed = ui
        .scope_builder(egui::UiBuilder::new().max_rect(body), |ui| {
            ui.set_clip_rect(ui.clip_rect().intersect(body));
            CodeEditor {
                text: tab.text(),
                revision: tab.revision.id,
                marks: &marks,
                selected: span,
                read_only: false,
                name: "Definition",
                extras: CodeExtras::default(),
            }
            .show(ui, egui::Id::unique(("code", tab.id.0)), state)
        })
        .inner;
    if let Some(edit) = typed.edit {
        out.push(Intent::Edit(Command::Type(edit)));
    } else if typed.focused
        && let Some(cursor) = typed.cursor
    {
        follow_cursor(ui, tab, cursor, out);
    }
    status_line(ui, foot, tab, typed.place);
    let line = skin.stroke(1.0, Role::Line);
    ui.painter()
        .hline(area.x_range(), head.bottom() - 0.5, line);
    ui.painter().hline(area.x_range(), foot.top() + 0.5, line);
    ui.allocate_rect(area, egui::Sense::hover());
}

/// The state around the cursor becomes the selection when the cursor has moved.
fn follow_cursor(ui: &Ui, tab: &Tab, cursor: usize, out: &mut Outbox) {
    let key = egui::Id::unique(("cursor", tab.id.0));
    let before = ui.data(|data| data.get_temp::<usize>(key));
    if before == Some(cursor) {
        return;
    }
    ui.data_mut(|data| data.insert_temp(key, cursor));
    if before.is_none() {
        return;
    }
    let Some(state) = tab.revision.machine.state_at(&tab.revision.tree, cursor) else {
        return;
    };
    if tab.selected() != Some(&state.path) {
        out.push(Intent::Select(crate::editor::Selection::state(
            state.path.clone(),
        )));
    }
}

fn selected_span(tab: &Tab) -> Option<Span> {
    let state = tab.revision.machine.find(tab.selected()?)?;
    let end = tab.revision.tree.span(state.node).end;
    Some(Span::new(state.name_span.start, end))
}

fn breadcrumb(ui: &mut Ui, head: Rect, tab: &Tab, state: &mut crate::ui::code::CodeState) {
    let skin = Skin::of(ui.ctx());
    let mut names = Vec::new();
    let mut path = tab.selected().cloned();
    while let Some(current) = path {
        names.push(current.name());
        path = current.container();
    }
    names.push("States".to_owned());
    names.reverse();
    let mut x = head.left() + 16.0;
    let right = head.right() - 100.0;
    let count = names.len();
    for (index, name) in names.iter().enumerate() {
        let last = index + 1 == count;
        let (role, color) = if last {
            (Text::LabelStrong, Role::Text)
        } else {
            (Text::Label, Role::SecondText)
        };
        let area = Rect::from_min_max(pos2(x, head.top()), pos2(right.max(x), head.bottom()));
        x += role.paint(ui, area, name, skin.color(color)) + 8.0;
        if !last {
            let at = pos2(x + 6.0, head.center().y);
            paint_icon(
                ui,
                at,
                Icon::CHEVRON_RIGHT,
                14.0,
                skin.color(Role::WeakText),
            );
            x += 20.0;
        }
    }
    let buttons = Rect::from_min_max(pos2(head.right() - 96.0, head.top()), head.max);
    ui.scope_builder(
        egui::UiBuilder::new()
            .max_rect(buttons)
            .layout(egui::Layout::right_to_left(egui::Align::Center)),
        |ui| {
            ui.add_space(8.0);
            if icon_button(ui, Icon::SEARCH, "Find in the text (Ctrl+F)").clicked() {
                state.find.open("");
            }
            ui.add_space(4.0);
            let format = tab.revision.document.format;
            let words = match format {
                crate::syntax::Format::Json => "JSON",
                crate::syntax::Format::Yaml => "YAML",
            };
            ui.label(Text::Small.rich(words).color(skin.color(Role::WeakText)));
        },
    );
}

fn status_line(ui: &Ui, foot: Rect, tab: &Tab, place: Option<(usize, usize)>) {
    let skin = Skin::of(ui.ctx());
    let weak = skin.color(Role::WeakText);
    let mut x = foot.left() + 16.0;
    let style = Style::detect(tab.text());
    let indent = match style.indent.as_str() {
        "\t" => "Tabs".to_owned(),
        spaces => format!("{} spaces", spaces.len()),
    };
    let newline = if style.newline == "\n" { "LF" } else { "CRLF" };
    let place = place.map(|(line, column)| format!("Line {line}, column {column}"));
    for words in place.into_iter().chain([indent, newline.to_owned()]) {
        let area = Rect::from_min_max(pos2(x, foot.top()), foot.max);
        x += Text::Small.paint(ui, area, &words, weak) + 16.0;
    }
    let (icon, status, words) = match &tab.picture.broken {
        None => (
            Icon::CHECK_CIRCLE,
            Status::Succeeded,
            "Canvas and code agree".to_owned(),
        ),
        Some(broken) => (Icon::WARNING, Status::Caught, broken.clone()),
    };
    let ink = skin.color(Role::StatusText(status));
    let width = Text::Small.width(ui, &words);
    let left = (foot.right() - 16.0 - width).max(x + 24.0);
    let area = Rect::from_min_max(pos2(left, foot.top()), foot.max);
    Text::Small.paint(ui, area, &words, ink);
    paint_icon(ui, pos2(left - 12.0, foot.center().y), icon, 14.0, ink);
}
