//! The main job, from end to end, in the real window: open, run, see why it failed, debug, mend,
//! edit, undo, redo, save.

use egui::accesskit::Role;
use egui_kittest::kittest::NodeT;
use egui_kittest::kittest::Queryable;
use stepwright::asl::StatePath;
use stepwright::engine::Status;
use stepwright::session::Session;

use crate::window::Window;

fn ended(session: &Session) -> bool {
    session
        .active()
        .and_then(|tab| tab.run.as_ref())
        .is_some_and(|run| run.ended.is_some())
}

fn paused(session: &Session) -> bool {
    session
        .active()
        .and_then(|tab| tab.run.as_ref())
        .is_some_and(|run| run.paused.is_some())
}

#[test]
fn the_main_job_from_end_to_end() {
    let mut window = Window::open("order-processing");
    a_failed_run_is_red_and_says_why(&mut window);
    a_run_is_debugged_and_its_input_mended(&mut window);
    a_state_dropped_on_an_edge_is_the_only_change_in_the_file(&mut window);
}

fn a_failed_run_is_red_and_says_why(window: &mut Window) {
    window.choose_input("Mistyped field");
    window.click(Role::Button, "Run");
    window.until("the run has ended", ended);
    let run = window.tab().run.as_ref().unwrap();
    assert_eq!(run.ended.as_ref().unwrap().status, Status::Failed);
    let failed = run.trace.visit(run.trace.failed_visit.unwrap()).unwrap();
    let name = failed.name.clone();
    // What stands between backticks is set as code, and said without them.
    let why = run.reason.as_ref().unwrap().why.replace('`', "");
    // The card on the canvas and the row of the table say so, and the banner says why.
    let banner = window.harness.query_all_by_role(Role::Alert);
    let said: Vec<String> = banner
        .filter_map(|node| node.accesskit_node().label())
        .collect();
    assert!(said.iter().any(|words| words.contains(&name)), "{said:?}");
    // The banner and the box that stands for the missing output.
    assert!(window.harness.query_all_by_value(&why).count() > 0, "{why}");
    let card = format!("{name}, Task");
    window.says(&card, "Failed");
    // In place of an output the inspector shows the error.
    let output = window.harness.query_all_by_value("No output").count();
    assert!(
        output > 0,
        "the inspector does not say that there is no output"
    );
}

fn a_state_dropped_on_an_edge_is_the_only_change_in_the_file(window: &mut Window) {
    let path = window.folder.path().join("order-processing.asl.json");
    let before = std::fs::read_to_string(&path).unwrap();
    window.go_to("Validate order");
    window.press(egui::Modifiers::COMMAND, egui::Key::Num0);
    window.go_to("Validate order");
    window.harness.run_steps(30);
    window.click(Role::Tab, "Flow");
    let from = window
        .harness
        .get_by_label("Wait waits for a time")
        .rect()
        .center();
    let edge = "Validate order to Reserve inventory";
    let edges = window.harness.query_all_by_label_contains(edge);
    let to = edges
        .into_iter()
        .next()
        .expect("the edge has a name")
        .rect()
        .center();
    window.harness.drag_at(from);
    window.settle();
    for part in 1..=8 {
        let at = from + (to - from) * (part as f32 / 8.0);
        window.harness.hover_at(at);
        window.harness.step();
    }
    window.harness.drop_at(to);
    window.settle();
    let wait = StatePath::top("Wait");
    assert!(
        window.tab().revision.machine.find(&wait).is_some(),
        "the Wait is not there"
    );
    window.press(egui::Modifiers::COMMAND, egui::Key::Z);
    assert!(window.tab().revision.machine.find(&wait).is_none());
    assert_eq!(window.tab().text().as_ref(), before);
    window.press(
        egui::Modifiers::COMMAND | egui::Modifiers::SHIFT,
        egui::Key::Z,
    );
    assert!(window.tab().revision.machine.find(&wait).is_some());
    window.press(egui::Modifiers::COMMAND, egui::Key::S);
    window.until("it is saved", |session| {
        session.active().is_some_and(|tab| !tab.is_modified())
    });
    let after = std::fs::read_to_string(&path).unwrap();
    let (gone, new) = changed_lines(&before, &after);
    // Its own Next stands where that of its predecessor stood, so nothing but lines is added.
    assert_eq!(gone, Vec::<String>::new());
    assert_eq!(
        new,
        [
            "\"Next\": \"Wait\"",
            "},",
            "\"Wait\": {",
            "\"Type\": \"Wait\",",
            "\"Seconds\": 5,",
        ]
    );
}

fn a_run_is_debugged_and_its_input_mended(window: &mut Window) {
    window.go_to("Validate order");
    window.press(egui::Modifiers::NONE, egui::Key::F9);
    assert_eq!(window.tab().breakpoints().len(), 1);
    window.click(Role::Button, "Debug");
    window.until("it is paused at the first state", paused);
    let state = |window: &Window| {
        let run = window.tab().run.as_ref().unwrap();
        run.paused.as_ref().unwrap().state.name()
    };
    assert_eq!(state(window), "Transform request");
    window.press(egui::Modifiers::NONE, egui::Key::F10);
    window.until("the next pause", |session| {
        paused(session)
            && session
                .active()
                .and_then(|tab| tab.run.as_ref()?.paused.as_ref())
                .is_some_and(|pause| pause.state.name() == "Customer present?")
    });
    window.press(egui::Modifiers::SHIFT, egui::Key::F10);
    window.until("one step back", |session| {
        session
            .active()
            .and_then(|tab| tab.run.as_ref()?.paused.as_ref())
            .is_some_and(|pause| pause.state.name() == "Transform request")
    });
    window.press(egui::Modifiers::NONE, egui::Key::F8);
    window.until("the breakpoint", |session| {
        session
            .active()
            .and_then(|tab| tab.run.as_ref()?.paused.as_ref())
            .is_some_and(|pause| pause.state.name() == "Validate order")
    });
    let pending = window
        .harness
        .get_by_role_and_label(Role::MultilineTextInput, "Pending input");
    let mended = pending.value().unwrap().replace("\"itms\"", "\"items\"");
    assert!(mended.contains("\"items\""));
    pending.focus();
    window.settle();
    window.press(egui::Modifiers::COMMAND, egui::Key::A);
    window
        .harness
        .get_by_role_and_label(Role::MultilineTextInput, "Pending input")
        .type_text(&mended);
    window.settle();
    window.click(Role::Button, "Apply");
    window.until("the input is another", |session| {
        session
            .active()
            .and_then(|tab| tab.run.as_ref()?.paused.as_ref())
            .is_some_and(|pause| pause.input.pointer("/order/items").is_some())
    });
    window.press(egui::Modifiers::NONE, egui::Key::F8);
    window.until("the run has ended", ended);
    let run = window.tab().run.as_ref().unwrap();
    assert!(run.has_succeeded(), "{:?}", run.ended);
    assert!(run.trace.visits.iter().any(|visit| visit.edited));
}

/// Lines that only the old or only the new text has, without their indentation.
fn changed_lines(before: &str, after: &str) -> (Vec<String>, Vec<String>) {
    let old: Vec<&str> = before.lines().collect();
    let new: Vec<&str> = after.lines().collect();
    let start = old.iter().zip(&new).take_while(|(a, b)| a == b).count();
    let end = old[start..]
        .iter()
        .rev()
        .zip(new[start..].iter().rev())
        .take_while(|(a, b)| a == b)
        .count();
    let clean = |lines: &[&str]| lines.iter().map(|line| line.trim().to_owned()).collect();
    (
        clean(&old[start..old.len() - end]),
        clean(&new[start..new.len() - end]),
    )
}
