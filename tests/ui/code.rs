//! The code editor: typing gives the smallest edit, large files stay quick, finding marks matches.

use egui_kittest::Harness;
use egui_kittest::kittest::Queryable;
use stepwright::asl::Severity;
use stepwright::scene::Theme;
use stepwright::text::Span;
use stepwright::text::TextEdit;
use stepwright::ui::code::CodeEditor;
use stepwright::ui::code::CodeExtras;
use stepwright::ui::code::CodeMark;
use stepwright::ui::code::CodeState;
use stepwright::ui::theme;

#[derive(Default)]
struct Pane {
    text: String,
    revision: u64,
    code: CodeState,
    edits: Vec<TextEdit>,
}

fn definition(states: usize) -> String {
    let mut text = String::from("{\n  \"StartAt\": \"S0\",\n  \"States\": {\n");
    for index in 0..states {
        text.push_str(&format!(
            "    \"S{index}\": {{\n      \"Type\": \"Task\",\n      \"Resource\": \"arn:aws:states:::lambda:invoke\",\n      \"Parameters\": {{\n        \"FunctionName\": \"${{Fn}}\",\n        \"Payload.$\": \"$.order\"\n      }},\n      \"Retry\": [{{\"ErrorEquals\": [\"States.ALL\"], \"MaxAttempts\": 3}}],\n      \"TimeoutSeconds\": 30,\n      \"Next\": \"S{}\"\n    }},\n",
            index + 1
        ));
    }
    text.push_str("    \"End\": {\"Type\": \"Succeed\"}\n  }\n}\n");
    text
}

fn harness(text: String) -> Harness<'static, Pane> {
    let mut ready = false;
    let mut harness = Harness::builder()
        .with_size(egui::vec2(900.0, 600.0))
        .with_step_dt(1.0 / 60.0)
        .build_ui_state(
            move |ui, pane: &mut Pane| {
                if !std::mem::replace(&mut ready, true) {
                    theme::install_fonts(ui.ctx());
                }
                theme::apply(ui.ctx(), Theme::Light, true);
                let mark = CodeMark {
                    span: Span::new(4, 13),
                    severity: Severity::Warning,
                    message: "Something".into(),
                };
                let typed = CodeEditor {
                    text: &pane.text,
                    revision: pane.revision,
                    marks: &[mark],
                    selected: None,
                    read_only: false,
                    name: "Definition",
                    extras: CodeExtras::default(),
                }
                .show(ui, egui::Id::unique("pane"), &mut pane.code);
                if let Some(edit) = typed.edit {
                    pane.text = edit.apply(&pane.text);
                    pane.revision += 1;
                    pane.edits.push(edit);
                }
            },
            Pane {
                text,
                ..Pane::default()
            },
        );
    harness.run();
    harness
}

#[test]
fn typing_gives_the_smallest_edit() {
    let mut harness = harness(definition(3));
    harness.get_by_label("Definition").focus();
    harness.run();
    harness.get_by_label("Definition").type_text(" ");
    harness.run();
    let edits = &harness.state().edits;
    assert_eq!(edits.len(), 1);
    assert_eq!(edits[0].splices()[0].insert, " ");
    assert_eq!(harness.state().text.len(), definition(3).len() + 1);
}

#[test]
fn finding_counts_the_matches() {
    let mut harness = harness(definition(3));
    harness.get_by_label("Definition").focus();
    harness.run();
    harness.key_press_modifiers(egui::Modifiers::COMMAND, egui::Key::F);
    harness.run();
    harness
        .get_by_label("Find in the text")
        .type_text("maxattempts");
    harness.run();
    harness.get_by_label("1 of 3");
    harness.get_by_label("Next match");
}
