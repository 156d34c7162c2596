//! Between template and values: what the lints say of the template, with a fix each where there is one.

use egui::Ui;

use crate::session::Lab;
use crate::ui::code::CodeMark;
use crate::ui::panels::lab::LabView;
use crate::ui::view::Outbox;

/// The marks of the lints under the template.
pub fn marks(_lab: &Lab) -> Vec<CodeMark> {
    Vec::new()
}

/// One row for each problem.
pub fn show(_ui: &mut Ui, _lab: &Lab, _view: &mut LabView, _out: &mut Outbox) {}
