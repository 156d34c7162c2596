//! The state before which a run waits: its input, which can still be changed, and the variables in reach.

use egui::ScrollArea;
use egui::Ui;
use egui::vec2;

use crate::debugger::Pause;
use crate::debugger::PauseReason;
use crate::query::Value;
use crate::scene::Role;
use crate::scene::Status;
use crate::session::Action;
use crate::session::Intent;
use crate::session::RunId;
use crate::ui::code::json_field;
use crate::ui::panels::inspector::body;
use crate::ui::panels::inspector::run::Shown;
use crate::ui::panels::inspector::run::details::fact;
use crate::ui::panels::inspector::run::details::show_variables;
use crate::ui::theme::Skin;
use crate::ui::theme::Text;
use crate::ui::widgets::Button;
use crate::ui::widgets::duration_text;
use crate::ui::widgets::field_label;
use crate::ui::widgets::help_text;
use crate::ui::widgets::separator_line;

/// More text than this is not edited here.
const MOST_TEXT: usize = 100_000;

/// The text being changed.
#[derive(Clone, Debug, Default)]
pub struct PendingView {
    of: Option<(RunId, usize)>,
    /// The input the text was made from.
    base: Value,
    original: String,
    text: String,
}

/// Input and variables at a pause.
pub(crate) fn show(
    ui: &mut Ui,
    shown: Shown<'_>,
    pause: &Pause,
    view: &mut PendingView,
    out: &mut Vec<Intent>,
) {
    let of = Some((shown.run.id, pause.checkpoint));
    if view.of != of || view.base != pause.input {
        view.of = of;
        view.base = pause.input.clone();
        view.original = pause.input.to_json_pretty();
        view.text.clone_from(&view.original);
    }
    separator_line(ui);
    body(ui, ("pending", pause.state.as_str()), |ui| {
        field_label(ui, "Pending input");
        if view.original.len() > MOST_TEXT {
            help_text(ui, "The input is too long to be changed here");
            large(ui, &pause.input);
        } else {
            edit(ui, view, out);
        }
        let variables = pause
            .variables
            .iter()
            .map(|(name, value)| (name.as_str(), value));
        if pause.variables.is_empty() {
            ui.add_space(12.0);
            field_label(ui, "Variables");
            help_text(ui, "None are assigned yet");
        } else {
            show_variables(ui, "Variables", variables);
        }
        ui.add_space(12.0);
        field_label(ui, "This pause");
        let why = match pause.reason {
            PauseReason::Start => "Before the first state",
            PauseReason::Breakpoint => "At a breakpoint",
            PauseReason::Step => "After a step",
            PauseReason::Rewound => "After going back",
        };
        fact(ui, "Why", why);
        let start = shown.run.trace.started_at.unwrap_or(pause.now);
        fact(ui, "After", &duration_text((pause.now - start) as f64));
        fact(ui, "Events", &pause.events.to_string());
        ui.add_space(8.0);
        let toggle = if shown.tab.breakpoints().contains(&pause.state) {
            "Remove the breakpoint"
        } else {
            "Set a breakpoint here"
        };
        ui.horizontal(|ui| {
            if ui.add(Button::new(toggle)).clicked() {
                out.push(Intent::ToggleBreakpoint(pause.state.clone()));
            }
            if ui.add(Button::new("Step over")).clicked() {
                out.push(Intent::Perform(Action::StepOver));
            }
        });
    });
}

fn edit(ui: &mut Ui, view: &mut PendingView, out: &mut Vec<Intent>) {
    let skin = Skin::of(ui.ctx());
    let problem = Value::parse(&view.text).err();
    let rows = view.text.lines().count().clamp(6, 22);
    let id = egui::Id::unique("pending input");
    ScrollArea::vertical()
        .id_salt("pending input scroll")
        .max_height(22.0 * 20.0)
        .auto_shrink([false, true])
        .show(ui, |ui| {
            json_field(
                ui,
                id,
                "Pending input",
                &mut view.text,
                rows,
                problem.is_some(),
            );
        });
    if let Some(problem) = &problem {
        let words = format!("The input is {problem}");
        let color = skin.color(Role::StatusText(Status::Failed));
        ui.label(Text::Small.rich(words).color(color));
    } else {
        help_text(
            ui,
            "What the state gets instead; the history notes that it was edited",
        );
    }
    ui.add_space(4.0);
    let changed = view.text != view.original;
    ui.horizontal(|ui| {
        ui.spacing_mut().item_spacing = vec2(8.0, 0.0);
        let apply = Button::primary("Apply");
        if ui
            .add_enabled_ui(changed && problem.is_none(), |ui| ui.add(apply).clicked())
            .inner
        {
            out.push(Intent::EditPendingInput(view.text.clone()));
        }
        if ui
            .add_enabled_ui(changed, |ui| ui.add(Button::new("Reset")).clicked())
            .inner
        {
            view.text.clone_from(&view.original);
        }
    });
}

fn large(ui: &mut Ui, input: &Value) {
    let text = input.to_json_pretty();
    let text = crate::ui::panels::drawer::events::shortened(&text);
    crate::ui::code::code_block(ui, egui::Id::unique("pending large"), &text, Some(400.0));
}
