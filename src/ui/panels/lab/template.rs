//! The middle column: the template with its colours, what ran and what did not, completion and values on hover.

use egui::Frame;
use egui::Panel;
use egui::Rect;
use egui::Ui;
use egui::pos2;

use crate::asl::Severity;
use crate::scene::Icon;
use crate::scene::Role;
use crate::scene::Status;
use crate::session::Intent;
use crate::session::Lab;
use crate::session::LabIntent;
use crate::session::RowKind;
use crate::session::Session;
use crate::session::Sight;
use crate::session::SightRow;
use crate::session::Taken;
use crate::text::Span;
use crate::ui::code::CodeEditor;
use crate::ui::code::CodeExtras;
use crate::ui::code::CodeMark;
use crate::ui::code::CodeTyped;
use crate::ui::panels::lab::LabView;
use crate::ui::panels::lab::Lit;
use crate::ui::panels::lab::column_head;
use crate::ui::panels::lab::completion;
use crate::ui::panels::lab::problems;
use crate::ui::panels::lab::template_id;
use crate::ui::panels::lab::values;
use crate::ui::panels::words::put_at;
use crate::ui::theme::Skin;
use crate::ui::theme::Text;
use crate::ui::view::Outbox;
use crate::ui::widgets::icon_button;

/// The most values a tooltip lists.
const MOST_HOVERED: usize = 6;

/// The column.
pub fn show(ui: &mut Ui, session: &Session, view: &mut LabView, out: &mut Outbox) {
    let skin = Skin::of(ui.ctx());
    let lab = &session.lab;
    ui.spacing_mut().item_spacing = egui::vec2(8.0, 0.0);
    column_head(ui, "Template", "VTL", |ui| {
        let undo = lab.template().history.undo_label().is_some();
        let redo = lab.template().history.redo_label().is_some();
        for (icon, name, enabled, intent) in [
            (
                Icon::REDO,
                "Redo in the template (Ctrl+Shift+Z)",
                redo,
                LabIntent::Redo,
            ),
            (
                Icon::UNDO,
                "Undo in the template (Ctrl+Z)",
                undo,
                LabIntent::Undo,
            ),
        ] {
            let clicked = ui.add_enabled_ui(enabled, |ui| icon_button(ui, icon, name).clicked());
            if clicked.inner {
                out.push(Intent::Lab(intent));
            }
        }
    });
    let height = ui.available_height();
    Panel::bottom("lab values")
        .resizable(true)
        .default_size((height * 0.42).max(120.0))
        .size_range(72.0..=(height - 80.0).max(80.0))
        .frame(Frame::new().fill(skin.color(Role::Panel)))
        .show(ui, |ui| {
            ui.set_min_size(ui.available_size());
            values::show(ui, lab, view, out);
        });
    egui::CentralPanel::no_frame().show(ui, |ui| {
        let area = ui.available_rect_before_wrap();
        let cut = area.bottom() - problems::height(lab);
        put_at(ui, area.with_max_y(cut), |ui| editor(ui, lab, view, out));
        put_at(ui, area.with_min_y(cut), |ui| {
            problems::show(ui, lab, view, out)
        });
    });
}

fn editor(ui: &mut Ui, lab: &Lab, view: &mut LabView, out: &mut Outbox) {
    let side = lab.side;
    let template = lab.template();
    let sight = &lab.sight;
    // What is known of an earlier text is shown where it still fits.
    let known = sight.template == template.text;
    let id = template_id(side);
    let marks: Vec<CodeMark> = sight
        .trouble
        .iter()
        .filter(|_| known)
        .map(|trouble| CodeMark {
            span: trouble.span,
            severity: Severity::Error,
            message: format!(
                "Line {}, column {}: {}",
                trouble.place.line, trouble.place.column, trouble.message
            ),
        })
        .chain(problems::marks(lab))
        .collect();
    let skipped: Vec<Span> = if known {
        sight.skipped.clone()
    } else {
        Vec::new()
    };
    let roles = |text: &str| completion::roles(text, &skipped);
    let bars: Vec<(usize, Role)> = sight
        .executed
        .iter()
        .filter(|_| known)
        .map(|line| (*line, Role::StatusLine(Status::Succeeded)))
        .collect();
    let notes = if known {
        notes(sight, view)
    } else {
        Vec::new()
    };
    if view.lit.number != sight_number(lab) {
        view.lit = Lit::default();
    }
    let grounds: Vec<(Span, Role)> = view
        .lit
        .template
        .iter()
        .map(|span| (*span, Role::AccentFill))
        .collect();
    let mut completion = std::mem::take(&mut view.completion);
    completion.take_keys(ui, lab, view);
    let typed = CodeEditor {
        text: &template.text,
        revision: template.revision,
        marks: &marks,
        selected: None,
        read_only: false,
        name: "Template",
        extras: CodeExtras {
            roles: Some((&roles, if known { sight_number(lab) } else { 0 })),
            grounds: &grounds,
            bars: &bars,
            notes: &notes,
            narrow: true,
        },
    }
    .show(ui, id, view.code(side));
    if let Some(cursor) = typed.cursor {
        view.cursor = cursor;
    }
    completion.follow(ui, lab, &typed, view);
    view.completion = completion;
    if known {
        let told = |offset| marks.iter().any(|mark| mark.span.contains(offset));
        if !typed.hovered.is_some_and(|(offset, _)| told(offset)) {
            hover(ui, sight, view, &typed);
        }
        click(lab, view, &typed);
    }
    if let Some(edit) = typed.edit {
        out.push(Intent::Lab(LabIntent::Type(edit)));
    }
}

/// Tells one sight from another.
pub fn sight_number(lab: &Lab) -> u64 {
    lab.seen_number()
}

/// What a line came to, behind it: values that were set, conditions and how they fell.
fn notes(sight: &Sight, view: &LabView) -> Vec<(usize, String, Role)> {
    let mut notes: Vec<(usize, String, Role)> = Vec::new();
    let mut lines: Vec<usize> = sight.chosen(&view.passes).map(|row| row.line).collect();
    lines.sort_unstable();
    lines.dedup();
    for line in lines {
        let rows = sight.at_line(line, &view.passes);
        let words: Vec<(String, Role)> = rows.iter().filter_map(|row| note(sight, row)).collect();
        let Some((_, role)) = words.first() else {
            continue;
        };
        let role = *role;
        let words: Vec<&str> = words.iter().map(|(words, _)| words.as_str()).collect();
        notes.push((line, words.join(", "), role));
    }
    notes
}

fn note(sight: &Sight, row: &SightRow) -> Option<(String, Role)> {
    match row.kind {
        RowKind::Set | RowKind::Override => Some((row.value.words(60), Role::WeakText)),
        RowKind::Condition(taken) => {
            let role = match taken {
                Taken::Yes => Role::StatusText(Status::Succeeded),
                Taken::No => Role::WeakText,
            };
            Some((taken_words(taken).to_owned(), role))
        }
        RowKind::Else(taken) => Some((taken_words(taken).to_owned(), Role::WeakText)),
        RowKind::Loop => sight
            .loops
            .iter()
            .find(|one| one.span.start == row.span.start)
            .map(|one| {
                (
                    crate::ui::panels::words::count(one.passes, "pass").replace("passs", "passes"),
                    Role::WeakText,
                )
            }),
        RowKind::Undefined => Some((
            format!("{} is undefined", row.label),
            Role::StatusText(Status::Caught),
        )),
        RowKind::Value | RowKind::Read => None,
    }
}

/// How a branch fell.
pub const fn taken_words(taken: Taken) -> &'static str {
    match taken {
        Taken::Yes => "taken",
        Taken::No => "not taken",
    }
}

/// The value of what is under the pointer, once for each pass it had.
fn hover(ui: &Ui, sight: &Sight, view: &LabView, typed: &CodeTyped) {
    let Some((offset, rect)) = typed.hovered else {
        return;
    };
    let rows = sight.at(offset, &view.passes);
    let Some(first) = rows.first() else { return };
    if ui.ctx().input(|input| input.pointer.any_down()) {
        return;
    }
    let skin = Skin::of(ui.ctx());
    let anchor = Rect::from_min_max(
        rect.left_top(),
        pos2(rect.right().max(rect.left() + 4.0), rect.bottom()),
    );
    let id = egui::Id::unique("lab hover");
    egui::Tooltip::always_open(ui.ctx().clone(), ui.layer_id(), id, anchor)
        .gap(4.0)
        .show(|ui| {
            ui.set_max_width(420.0);
            let title = Text::LabelStrong.rich(&first.label);
            ui.label(title.color(skin.color(Role::Text)));
            for row in rows.iter().take(MOST_HOVERED) {
                let words = match row.passes.last() {
                    Some((_, pass)) => format!("pass {pass}: {}", row.value.words(200)),
                    None => row.value.words(400),
                };
                let words = match row.kind {
                    RowKind::Condition(taken) | RowKind::Else(taken) => {
                        format!("{words}, {}", taken_words(taken))
                    }
                    RowKind::Set
                    | RowKind::Value
                    | RowKind::Read
                    | RowKind::Undefined
                    | RowKind::Override
                    | RowKind::Loop => words,
                };
                let words = Text::Code.rich(words);
                ui.label(words.color(skin.color(Role::SecondText)));
            }
            if rows.len() > MOST_HOVERED {
                let more = format!("and {} more", rows.len() - MOST_HOVERED);
                ui.label(Text::Small.rich(more).color(skin.color(Role::SecondText)));
            }
        });
}

/// A click marks what that place has written.
fn click(lab: &Lab, view: &mut LabView, typed: &CodeTyped) {
    let Some(offset) = typed.clicked else { return };
    let sight = &lab.sight;
    let around = |span: Span| span.start <= offset && offset < span.end;
    let piece = sight
        .pieces
        .iter()
        .filter(|piece| around(piece.template))
        .min_by_key(|piece| piece.template.len());
    view.lit = match piece {
        Some(piece) => Lit {
            number: sight_number(lab),
            template: Some(piece.template),
            output: sight.written_by(piece.template),
        },
        None => Lit::default(),
    };
}
