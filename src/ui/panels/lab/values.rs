//! Below the template: the values at the cursor's line, all values, and which pass of a loop is looked at.

use egui::CornerRadius;
use egui::Rect;
use egui::Role as A11y;
use egui::ScrollArea;
use egui::Sense;
use egui::Ui;
use egui::WidgetInfo;
use egui::pos2;
use egui::vec2;

use crate::scene::CodeRole;
use crate::scene::Icon;
use crate::scene::Role;
use crate::scene::Status;
use crate::session::Lab;
use crate::session::RowKind;
use crate::session::Seen;
use crate::session::Sight;
use crate::session::SightLoop;
use crate::session::SightRow;
use crate::session::Taken;
use crate::text::LineIndex;
use crate::ui::panels::lab::LabView;
use crate::ui::panels::lab::Lit;
use crate::ui::panels::lab::ValuesTab;
use crate::ui::panels::lab::template::sight_number;
use crate::ui::panels::lab::template::taken_words;
use crate::ui::panels::words::paint_right;
use crate::ui::theme::Skin;
use crate::ui::theme::Text;
use crate::ui::theme::paint_icon;
use crate::ui::view::Outbox;
use crate::ui::widgets::TabSpec;
use crate::ui::widgets::icon_button;
use crate::ui::widgets::panel_tabs;

const ROW: f32 = 24.0;

/// The part below the template.
pub fn show(ui: &mut Ui, lab: &Lab, view: &mut LabView, _out: &mut Outbox) {
    let skin = Skin::of(ui.ctx());
    ui.spacing_mut().item_spacing = vec2(8.0, 0.0);
    let sight = lab.shown();
    let line = line_of(lab, view.cursor);
    let (_, head) = ui.allocate_space(vec2(ui.available_width(), 36.0));
    let inner = head.shrink2(vec2(16.0, 0.0));
    let here = format!("Values at line {line}");
    let all = listed(sight, view).len();
    ui.scope_builder(egui::UiBuilder::new().max_rect(inner), |ui| {
        ui.set_max_width(240.0);
        let tabs = [
            TabSpec::new(ValuesTab::Line, &here),
            TabSpec::new(ValuesTab::All, "All values").count(all),
        ];
        if let Some(tab) = panel_tabs(ui, Some(view.values), &tabs) {
            view.values = tab;
        }
    });
    let stroke = skin.stroke(1.0, Role::Line);
    ui.painter()
        .hline(head.x_range(), head.bottom() - 0.5, stroke);
    loops(ui, sight, line, view);
    let rows: Vec<&SightRow> = match view.values {
        ValuesTab::Line => sight.at_line(line, &view.passes),
        ValuesTab::All => listed(sight, view),
    };
    if rows.is_empty() {
        let words = match (&sight.trouble, view.values) {
            (Some(_), _) if sight.rows.is_empty() => {
                "The template cannot be read, so nothing was carried out"
            }
            (_, ValuesTab::Line) => "Nothing is set or asked for in this line",
            (_, ValuesTab::All) => "Nothing is set or asked for in this template",
        };
        let (_, rect) = ui.allocate_space(vec2(ui.available_width(), 32.0));
        let area = rect.shrink2(vec2(16.0, 0.0));
        Text::Small.paint(ui, area, words, skin.color(Role::WeakText));
        return;
    }
    let mut chosen = None;
    ScrollArea::vertical()
        .id_salt(("lab values", view.values == ValuesTab::All))
        .auto_shrink([false, false])
        .show_rows(ui, ROW, rows.len(), |ui, range| {
            ui.spacing_mut().item_spacing.y = 0.0;
            for index in range {
                if let Some(row) = rows.get(index)
                    && value_row(ui, row, index, view.values)
                {
                    chosen = Some((*row).clone());
                }
            }
        });
    if let Some(row) = chosen.filter(|_| lab.good.is_none()) {
        view.go_to(lab.side, row.span);
        view.lit = Lit {
            number: sight_number(lab),
            template: Some(row.span),
            output: sight.written_by(row.span),
        };
    }
}

/// What is listed under all values: not what was only asked for on the way to something else.
fn listed<'a>(sight: &'a Sight, view: &'a LabView) -> Vec<&'a SightRow> {
    let rows = sight.chosen(&view.passes);
    rows.filter(|row| row.kind != RowKind::Read).collect()
}

fn line_of(lab: &Lab, offset: usize) -> usize {
    let text = &lab.template().text;
    LineIndex::new(text).locate(text, offset).line
}

/// One bar for each loop around the cursor: which of its passes is looked at.
fn loops(ui: &mut Ui, sight: &Sight, line: usize, view: &mut LabView) {
    view.passes
        .retain(|index, _| sight.loops.get(*index).is_some());
    let index_of = LineIndex::new(&sight.template);
    for (index, one) in sight.loops.iter().enumerate() {
        let last = index_of.locate(&sight.template, one.span.end).line;
        let around = one.line <= line && line <= last;
        if !(around || view.values == ValuesTab::All || view.passes.contains_key(&index)) {
            continue;
        }
        pass_chooser(ui, index, one, view);
    }
}

fn pass_chooser(ui: &mut Ui, index: usize, one: &SightLoop, view: &mut LabView) {
    let skin = Skin::of(ui.ctx());
    let (_, rect) = ui.allocate_space(vec2(ui.available_width(), 32.0));
    ui.painter()
        .rect_filled(rect, CornerRadius::ZERO, skin.color(Role::CodeGround));
    let inner = rect.shrink2(vec2(16.0, 0.0));
    let current = view.passes.get(&index).copied();
    let mut right_edge = inner.right();
    let layout = egui::Layout::right_to_left(egui::Align::Center);
    ui.scope_builder(
        egui::UiBuilder::new().max_rect(inner).layout(layout),
        |ui| {
            ui.spacing_mut().item_spacing.x = 2.0;
            let next = current.map_or(1, |pass| pass + 1);
            let forth = ui.add_enabled_ui(next <= one.passes, |ui| {
                icon_button(ui, Icon::CHEVRON_RIGHT, "Next pass").clicked()
            });
            if forth.inner {
                view.passes.insert(index, next);
            }
            let words = match current {
                Some(pass) => format!("Pass {pass} of {}", one.passes),
                None if one.passes == 1 => "1 pass".to_owned(),
                None => format!("All {} passes", one.passes),
            };
            ui.label(Text::Label.rich(words).color(skin.color(Role::SecondText)));
            let back = ui.add_enabled_ui(current.is_some(), |ui| {
                icon_button(ui, Icon::CHEVRON_LEFT, "Previous pass").clicked()
            });
            if back.inner {
                match current {
                    Some(pass) if pass > 1 => view.passes.insert(index, pass - 1),
                    Some(_) | None => view.passes.remove(&index),
                };
            }
            right_edge = ui.min_rect().left();
        },
    );
    paint_icon(
        ui,
        pos2(inner.left() + 8.0, rect.center().y),
        Icon::REPEAT,
        16.0,
        skin.color(Role::SecondText),
    );
    let area = Rect::from_min_max(
        pos2(inner.left() + 24.0, rect.top()),
        pos2(right_edge - 8.0, rect.bottom()),
    );
    Text::Code.paint(ui, area, &one.label, skin.color(Role::SecondText));
}

/// One value: what it is, what it was, what it came to. True when it was chosen.
fn value_row(ui: &mut Ui, row: &SightRow, index: usize, tab: ValuesTab) -> bool {
    let skin = Skin::of(ui.ctx());
    let (_, rect) = ui.allocate_space(vec2(ui.available_width(), ROW));
    let id = ui.scope_id().with(("value", index));
    let response = ui.interact(rect, id, Sense::click());
    let spoken = spoken(row);
    response.widget_info(|| WidgetInfo::labeled(A11y::ListItem, true, &spoken));
    if !ui.is_rect_visible(rect) {
        return response.clicked();
    }
    if response.hovered() || response.has_focus() {
        let ground = rect.shrink2(vec2(8.0, 0.0));
        ui.painter()
            .rect_filled(ground, CornerRadius::same(6), skin.color(Role::Hover));
    }
    let inner = rect.shrink2(vec2(16.0, 0.0));
    let mut left = inner.left();
    if tab == ValuesTab::All {
        let number = Rect::from_min_max(inner.min, pos2(left + 24.0, inner.bottom()));
        paint_right(
            ui,
            number,
            &row.line.to_string(),
            Text::Code,
            skin.color(Role::WeakText),
        );
        left += 34.0;
    }
    let split = left + (inner.right() - left) * 0.5;
    let name = Rect::from_min_max(pos2(left, rect.top()), pos2(split - 8.0, rect.bottom()));
    let name_role = match row.kind {
        RowKind::Condition(Taken::No) | RowKind::Else(Taken::No) => Role::WeakText,
        RowKind::Condition(Taken::Yes) | RowKind::Else(Taken::Yes) | RowKind::Loop => {
            Role::Code(CodeRole::Keyword)
        }
        RowKind::Set | RowKind::Value | RowKind::Read | RowKind::Undefined | RowKind::Override => {
            Role::Code(CodeRole::Expression)
        }
    };
    Text::Code.paint(ui, name, &row.label, skin.color(name_role));
    let mut value = Rect::from_min_max(pos2(split, rect.top()), inner.max);
    if let Some((status, icon, words)) = verdict(row) {
        let color = skin.color(Role::StatusText(status));
        let width = Text::Label.width(ui, words) + 22.0;
        let area = Rect::from_min_max(pos2(value.right() - width, value.top()), value.max);
        paint_icon(
            ui,
            pos2(area.left() + 8.0, rect.center().y),
            icon,
            14.0,
            color,
        );
        let text = Rect::from_min_max(pos2(area.left() + 20.0, area.top()), area.max);
        Text::Label.paint(ui, text, words, color);
        value.max.x = area.left() - 8.0;
    }
    if let Some(before) = known_before(row) {
        let words = before.words(40);
        let used = Text::Code.paint(
            ui,
            Rect::from_min_max(
                value.min,
                pos2(value.left() + value.width() * 0.4, value.bottom()),
            ),
            &words,
            skin.color(Role::WeakText),
        );
        let arrow = pos2(value.left() + used + 12.0, rect.center().y);
        paint_icon(ui, arrow, Icon::EAST, 14.0, skin.color(Role::WeakText));
        value.min.x = arrow.x + 12.0;
    }
    let words = row.value.words(300);
    if row.kind != RowKind::Undefined {
        Text::Code.paint(ui, value, &words, skin.color(value_role(&row.value)));
    }
    let clicked = response.clicked();
    if Text::Code.width(ui, &words) > value.width() {
        response.on_hover_text(Text::Code.rich(words));
    }
    clicked
}

/// How a branch fell, or that there is nothing.
fn verdict(row: &SightRow) -> Option<(Status, Icon, &'static str)> {
    match row.kind {
        RowKind::Condition(Taken::Yes) | RowKind::Else(Taken::Yes) => {
            Some((Status::Succeeded, Icon::CHECK, taken_words(Taken::Yes)))
        }
        RowKind::Condition(Taken::No) | RowKind::Else(Taken::No) => {
            Some((Status::NotReached, Icon::CLOSE, taken_words(Taken::No)))
        }
        RowKind::Undefined => Some((Status::Caught, Icon::WARNING, "undefined, prints nothing")),
        RowKind::Set | RowKind::Value | RowKind::Read | RowKind::Override | RowKind::Loop => None,
    }
}

/// What a `#set` has replaced, where there was something.
fn known_before(row: &SightRow) -> Option<&Seen> {
    let before = row.before.as_ref()?;
    let empty = matches!(before, Seen::Text(text) if text.is_empty());
    (*before != Seen::Undefined && !empty).then_some(before)
}

/// The row as a screen reader says it.
fn spoken(row: &SightRow) -> String {
    let mut words = format!("Line {}: {}", row.line, row.label);
    if let Some(before) = known_before(row) {
        words.push_str(&format!(", before {}", before.words(80)));
    }
    match row.kind {
        RowKind::Undefined => words.push_str(" is undefined, prints nothing"),
        RowKind::Else(taken) => words.push_str(&format!(", {}", taken_words(taken))),
        RowKind::Condition(taken) => {
            words.push_str(&format!(
                " is {}, {}",
                row.value.words(80),
                taken_words(taken)
            ));
        }
        RowKind::Set | RowKind::Value | RowKind::Read | RowKind::Override | RowKind::Loop => {
            words.push_str(&format!(" is {}", row.value.words(200)));
        }
    }
    words
}

/// The colour of a value by what it looks like.
pub fn value_role(seen: &Seen) -> Role {
    match seen {
        Seen::Text(text) if text.parse::<f64>().is_ok() => Role::Code(CodeRole::Number),
        Seen::Text(text) if text == "true" || text == "false" => Role::Code(CodeRole::Keyword),
        Seen::Text(text) if text.starts_with(['{', '[']) => Role::Text,
        Seen::Text(_) => Role::Code(CodeRole::String),
        Seen::Undefined => Role::StatusText(Status::Caught),
    }
}
