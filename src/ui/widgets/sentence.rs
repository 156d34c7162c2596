//! Sentences with code in them.

use egui::text::LayoutJob;

use crate::ui::theme::Text;

/// A sentence in which what stands between backticks is code.
pub fn sentence(text: &str, role: Text, color: egui::Color32) -> LayoutJob {
    let mut job = LayoutJob::default();
    for (place, part) in text.split('`').enumerate() {
        let role = if place % 2 == 1 { Text::Code } else { role };
        let mut format = role.format(color);
        format.line_height = Some(20.0);
        job.append(part, 0.0, format);
    }
    job
}

/// The sentence as a screen reader says it.
pub fn spoken(text: &str) -> String {
    text.replace('`', "")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn code_between_backticks_is_set_as_code() {
        let job = sentence("`$.a` is not there", Text::Body, egui::Color32::PLACEHOLDER);
        assert_eq!(job.text, "$.a is not there");
        assert_eq!(spoken("`$.a` is"), "$.a is");
    }
}
