//! A JSON value as a tree: only the visible rows are built, paths can be copied, matches and
//! differences are marked.

use std::collections::BTreeSet;
use std::sync::Arc;

use egui::CornerRadius;
use egui::Rect;
use egui::Role as A11y;
use egui::ScrollArea;
use egui::Sense;
use egui::Ui;
use egui::WidgetInfo;
use egui::pos2;
use egui::vec2;

use crate::query::Value;
use crate::scene::CodeRole;
use crate::scene::Icon;
use crate::scene::Role;
use crate::scene::Status;
use crate::ui::theme::Skin;
use crate::ui::theme::Text;
use crate::ui::theme::paint_icon;
use crate::ui::widgets::row::MenuItem;
use crate::ui::widgets::row::menu_row;

/// What is open in a tree, and the rows that follow from it.
#[derive(Clone, Debug, Default)]
pub struct JsonTreeState {
    /// Pointers whose state differs from the usual: open by default down to two levels.
    turned: BTreeSet<String>,
    rows: Vec<Line>,
    key: Option<RowsKey>,
}

/// A value to be shown as a tree.
#[derive(Clone, Copy, Debug)]
pub struct JsonTree<'a> {
    pub value: &'a Value,
    /// Rows whose key or value contains this are marked, and what hides them is opened.
    pub search: &'a str,
    /// Where the value differs from this one, the row is marked.
    pub compare: Option<&'a Value>,
    /// The pointer of a row to be marked as the one to blame.
    pub blame: Option<&'a str>,
    /// What a copied path begins with: `$`, or `$states.input`.
    pub root: &'a str,
}

#[derive(Clone, Debug, PartialEq)]
struct RowsKey {
    identity: usize,
    length: usize,
    search: String,
    turned: usize,
}

/// One row: where the value is, without the value.
#[derive(Clone, Debug)]
struct Line {
    pointer: String,
    depth: usize,
    key: String,
    /// The parent is an array, the key an index.
    item: bool,
    open: Option<bool>,
    matches: bool,
}

/// The most rows a tree shows; what is behind them is reached by searching.
const MAX_ROWS: usize = 200_000;
/// Levels deeper than this are not followed.
const MAX_DEPTH: usize = 256;
const ROW: f32 = 20.0;

impl<'a> JsonTree<'a> {
    pub fn new(value: &'a Value) -> JsonTree<'a> {
        JsonTree {
            value,
            search: "",
            compare: None,
            blame: None,
            root: "$",
        }
    }

    /// Shows the tree in the available space, scrolling within it.
    pub fn show(self, ui: &mut Ui, id: egui::Id, state: &mut JsonTreeState) {
        self.refresh(state);
        let lines = state.rows.len();
        let mut turn: Option<String> = None;
        ScrollArea::both()
            .id_salt(id)
            .auto_shrink([false, false])
            .show_rows(ui, ROW, lines, |ui, range| {
                ui.spacing_mut().item_spacing.y = 0.0;
                let rows = state.rows.get(range).unwrap_or_default();
                for line in rows {
                    if self.line(ui, id, line) {
                        turn = Some(line.pointer.clone());
                    }
                }
            });
        if let Some(pointer) = turn
            && !state.turned.remove(&pointer)
        {
            state.turned.insert(pointer);
        }
    }

    /// The height all rows need.
    pub fn height(self, state: &mut JsonTreeState) -> f32 {
        self.refresh(state);
        state.rows.len() as f32 * (ROW)
    }

    fn refresh(&self, state: &mut JsonTreeState) {
        let key = RowsKey {
            identity: identity(self.value),
            length: children(self.value),
            search: self.search.to_lowercase(),
            turned: state.turned.iter().map(String::len).sum::<usize>() * 1000 + state.turned.len(),
        };
        if state.key.as_ref() == Some(&key) {
            return;
        }
        let mut rows = Vec::new();
        match self.value {
            Value::Object(_) | Value::Array(_) if children(self.value) > 0 => {
                self.walk(self.value, "", 0, &key.search, &state.turned, &mut rows);
            }
            _ => rows.push(Line {
                pointer: String::new(),
                depth: 0,
                key: String::new(),
                item: false,
                open: None,
                matches: matches(&key.search, "", self.value),
            }),
        }
        state.rows = rows;
        state.key = Some(key);
    }

    fn walk(
        &self,
        value: &Value,
        pointer: &str,
        depth: usize,
        search: &str,
        turned: &BTreeSet<String>,
        rows: &mut Vec<Line>,
    ) {
        if depth > MAX_DEPTH {
            return;
        }
        let item = matches!(value, Value::Array(_));
        for (key, child) in members(value) {
            if rows.len() >= MAX_ROWS {
                return;
            }
            let path = format!("{pointer}/{}", key.replace('~', "~0").replace('/', "~1"));
            let count = children(child);
            let usual = depth < 1 && count <= 50 || depth == 1 && count <= 8;
            let open = (count > 0).then(|| {
                let open = usual != turned.contains(&path);
                open || (!search.is_empty() && holds(search, child, 0))
            });
            rows.push(Line {
                pointer: path.clone(),
                depth,
                matches: matches(search, &key, child),
                key,
                item,
                open,
            });
            if open == Some(true) {
                self.walk(child, &path, depth + 1, search, turned, rows);
            }
        }
    }

    /// Paints one row. True when it is to be opened or closed.
    fn line(&self, ui: &mut Ui, id: egui::Id, line: &Line) -> bool {
        let skin = Skin::of(ui.ctx());
        let Some(value) = self.value.pointer(&line.pointer) else {
            ui.allocate_space(vec2(1.0, ROW));
            return false;
        };
        let brief = brief(value);
        let key = if line.key.is_empty() && line.pointer.is_empty() {
            String::new()
        } else {
            line.key.clone()
        };
        let left = 14.0 * line.depth as f32 + 4.0;
        let (shown, tone) = brief;
        let key_width = Text::Code.width(ui, &key);
        let wish = left + 14.0 + key_width + 24.0 + Text::Code.width(ui, &shown) + 8.0;
        let width = ui.available_width().max(wish.min(4000.0));
        let (_, rect) = ui.allocate_space(vec2(width, ROW));
        let response = ui.interact(rect, id.with(&line.pointer), Sense::click());
        let name = format!("{key}: {shown}");
        response.widget_info(|| WidgetInfo::labeled(A11y::TreeItem, true, &name));
        let changed = self
            .compare
            .is_some_and(|other| other.pointer(&line.pointer) != Some(value));
        let ground = if self.blame == Some(line.pointer.as_str()) || changed && line.open.is_none()
        {
            Some(Role::StatusFill(Status::Caught))
        } else if line.matches {
            Some(Role::StatusFill(Status::Paused))
        } else if response.hovered() {
            Some(Role::Hover)
        } else {
            None
        };
        if let Some(ground) = ground {
            ui.painter()
                .rect_filled(rect, CornerRadius::same(4), skin.color(ground));
        }
        let y = rect.center().y;
        let mut x = rect.left() + left;
        if let Some(open) = line.open {
            let icon = if open {
                Icon::ARROW_DROP_DOWN
            } else {
                Icon::ARROW_RIGHT
            };
            paint_icon(
                ui,
                pos2(x + 4.0, y),
                icon,
                16.0,
                skin.color(Role::SecondText),
            );
        }
        x += 12.0;
        let full = |x: f32| {
            Rect::from_min_max(
                pos2(x, rect.top()),
                pos2(rect.right() + 4000.0, rect.bottom()),
            )
        };
        if !key.is_empty() {
            let role = if line.item {
                Role::WeakText
            } else {
                Role::Code(CodeRole::Key)
            };
            x += Text::Code.paint(ui, full(x), &key, skin.color(role));
            if line.open.is_none() {
                let colon = skin.color(Role::Code(CodeRole::Punctuation));
                x += Text::Code.paint(ui, full(x), ":", colon);
            }
            x += 8.0;
        }
        Text::Code.paint(ui, full(x), &shown, skin.color(tone));
        if changed && line.open.is_none() {
            let was = self.compare.and_then(|other| other.pointer(&line.pointer));
            let mark = if was.is_none() { "new" } else { "changed" };
            let width = Text::Caption.width(ui, mark);
            let visible = ui.clip_rect().intersect(rect);
            let area = Rect::from_min_max(
                pos2(visible.right() - width - 6.0, rect.top()),
                visible.right_bottom(),
            );
            Text::Caption.paint(ui, area, mark, skin.color(Role::StatusText(Status::Caught)));
        }
        let clicked = response.clicked();
        self.menu(&response, line, value);
        clicked && line.open.is_some()
    }

    fn menu(&self, response: &egui::Response, line: &Line, value: &Value) {
        response.context_menu(|ui| {
            let item = |text| MenuItem {
                text,
                icon: Some(Icon::CONTENT_COPY),
                enabled: true,
                ..MenuItem::default()
            };
            if menu_row(ui, item("Copy path")) {
                ui.ctx()
                    .copy_text(path(self.root, &line.pointer, self.value));
            }
            if menu_row(ui, item("Copy value")) {
                let text = match value.as_str() {
                    Some(text) => text.to_owned(),
                    None => value.to_json_pretty(),
                };
                ui.ctx().copy_text(text);
            }
        });
    }
}

/// A value on one line, cut to about `limit` characters.
pub fn one_line(value: &Value, limit: usize) -> String {
    let text = match value {
        Value::Array(items) if items.len() > 20 => format!("[… {} items]", items.len()),
        Value::Object(members) if members.len() > 20 => format!("{{… {} keys}}", members.len()),
        other if other.json_len() > 4 * limit + 400 => match other {
            Value::String(text) => {
                let start: String = text.chars().take(limit).collect();
                return format!("\"{start}…");
            }
            Value::Array(items) => format!("[… {} items]", items.len()),
            Value::Object(members) => format!("{{… {} keys}}", members.len()),
            other => other.to_json(),
        },
        other => other.to_json(),
    };
    if text.chars().count() <= limit {
        return text;
    }
    let start: String = text.chars().take(limit.saturating_sub(1)).collect();
    format!("{start}…")
}

/// The path of a member as JSONPath, with brackets where the key is no plain name.
fn path(root: &str, pointer: &str, value: &Value) -> String {
    let mut text = root.to_owned();
    let mut current = Some(value);
    for token in pointer.split('/').skip(1) {
        let key = token.replace("~1", "/").replace("~0", "~");
        let plain = key
            .chars()
            .enumerate()
            .all(|(at, c)| c == '_' || c.is_alphabetic() || at > 0 && c.is_alphanumeric());
        match current {
            Some(Value::Array(items)) => {
                text.push_str(&format!("[{key}]"));
                current = key.parse::<usize>().ok().and_then(|index| items.get(index));
            }
            _ => {
                if plain && !key.is_empty() {
                    text.push_str(&format!(".{key}"));
                } else {
                    text.push_str(&format!("['{}']", key.replace('\'', "\\'")));
                }
                current = current.and_then(|value| value.get(&key));
            }
        }
    }
    text
}

fn brief(value: &Value) -> (String, Role) {
    match value {
        Value::Null => ("null".to_owned(), Role::Code(CodeRole::Keyword)),
        Value::Bool(flag) => (flag.to_string(), Role::Code(CodeRole::Keyword)),
        Value::Number(number) => (number.to_string(), Role::Code(CodeRole::Number)),
        Value::String(_) => (one_line(value, 400), Role::Code(CodeRole::String)),
        Value::Array(items) if items.is_empty() => ("[]".to_owned(), Role::WeakText),
        Value::Object(members) if members.is_empty() => ("{}".to_owned(), Role::WeakText),
        Value::Array(items) => (plural(items.len(), "item"), Role::WeakText),
        Value::Object(members) => (plural(members.len(), "key"), Role::WeakText),
    }
}

fn plural(count: usize, word: &str) -> String {
    if count == 1 {
        format!("1 {word}")
    } else {
        format!("{count} {word}s")
    }
}

fn children(value: &Value) -> usize {
    match value {
        Value::Array(items) => items.len(),
        Value::Object(members) => members.len(),
        _ => 0,
    }
}

fn members(value: &Value) -> Vec<(String, &Value)> {
    match value {
        Value::Array(items) => items
            .iter()
            .enumerate()
            .map(|(index, item)| (index.to_string(), item))
            .collect(),
        Value::Object(members) => members
            .iter()
            .map(|(key, value)| (key.to_string(), value))
            .collect(),
        _ => Vec::new(),
    }
}

fn identity(value: &Value) -> usize {
    match value {
        Value::Array(items) => Arc::as_ptr(items) as usize,
        Value::Object(members) => Arc::as_ptr(members) as usize,
        Value::String(text) => Arc::as_ptr(text).cast::<u8>() as usize,
        Value::Null => 1,
        Value::Bool(flag) => 2 + usize::from(*flag),
        Value::Number(number) => number.as_f64().to_bits() as usize,
    }
}

fn matches(search: &str, key: &str, value: &Value) -> bool {
    if search.is_empty() {
        return false;
    }
    key.to_lowercase().contains(search)
        || match value {
            Value::String(text) => text.to_lowercase().contains(search),
            Value::Number(number) => number.to_string().contains(search),
            Value::Bool(flag) => flag.to_string().contains(search),
            Value::Null => "null".contains(search),
            Value::Array(_) | Value::Object(_) => false,
        }
}

fn holds(search: &str, value: &Value, depth: usize) -> bool {
    depth < MAX_DEPTH
        && members(value)
            .into_iter()
            .any(|(key, child)| matches(search, &key, child) || holds(search, child, depth + 1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_written_as_jsonpath() {
        let value = Value::parse(r#"{"a":[{"b c":1}]}"#).unwrap();
        assert_eq!(path("$", "/a/0/b c", &value), "$.a[0]['b c']");
    }

    #[test]
    fn searching_opens_what_hides_the_match() {
        let value = Value::parse(r#"{"a":{"b":{"c":{"d":"needle"}}}}"#).unwrap();
        let mut state = JsonTreeState::default();
        let tree = JsonTree {
            search: "NEEDLE",
            ..JsonTree::new(&value)
        };
        tree.refresh(&mut state);
        let found: Vec<&str> = state
            .rows
            .iter()
            .filter(|row| row.matches)
            .map(|row| row.pointer.as_str())
            .collect();
        assert_eq!(found, ["/a/b/c/d"]);
    }
}
