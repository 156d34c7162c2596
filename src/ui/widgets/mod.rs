//! The parts every panel is made of: buttons, tabs, chips, fields, rows, notices, the JSON tree.
//!
//! Heights, radii and colours are those of the look; a panel never paints a control of its own.
//!
//! Never: knows a session or a workflow.
//! Add a widget as a file and show it in `gallery.rs`.

mod button;
mod chip;
mod field;
pub mod gallery;
mod json;
mod notice;
mod row;
mod sentence;
mod tabs;
mod timeline;

pub use button::{Button, ButtonLook, icon_button, link, toggle_button};
pub use chip::{
    chip, count_chip, key_cap, severity_icon, status_chip, status_icon, tile, tone_chip,
};
pub use field::{
    Field, check_box, combo, combo_with_icon, field_label, help_text, search_field, text_field,
};
pub use json::{JsonTree, JsonTreeState, one_line};
pub use notice::{Banner, BannerAction, ToastTone, alert, empty_state, toast_card};
pub use row::{MenuItem, Row, RowEnd, menu_row, section_head, separator_line};
pub use sentence::{sentence, spoken};
pub use tabs::{TabSpec, panel_tabs, segments};
pub use timeline::{TimeScale, TimelineBar, duration_text, size_text, timeline_bars};
