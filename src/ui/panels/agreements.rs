//! What may be done for real: the question before a run, and the list from which agreements are withdrawn.

use egui::Context;
use egui::ScrollArea;
use egui::Ui;

use crate::scene::Icon;
use crate::scene::Role;
use crate::session::Asking;
use crate::session::DialogAnswer;
use crate::session::Intent;
use crate::session::Session;
use crate::session::Waiting;
use crate::sidecar::Consent;
use crate::ui::panels::dialogs::buttons;
use crate::ui::panels::dialogs::title;
use crate::ui::panels::dialogs::window;
use crate::ui::panels::words::capital;
use crate::ui::theme::Skin;
use crate::ui::theme::Text;
use crate::ui::theme::paint_icon;
use crate::ui::view::Outbox;
use crate::ui::widgets::Button;
use crate::ui::widgets::help_text;

/// Targets of one kind that are listed.
const MOST: usize = 40;

/// Height of what stands around the list in the question, and around that.
const FRAME: f32 = 280.0;

/// Asks before anything happens outside.
pub fn ask(ctx: &Context, asking: &Asking, out: &mut Outbox) {
    let closed = window(ctx, "consent", 480.0, |ui| {
        let (question, go) = match &asking.waiting {
            Waiting::Run { .. } => ("May this run act outside of Stepwright?", "Agree and run"),
            Waiting::Scenarios { .. } => (
                "May these scenarios act outside of Stepwright?",
                "Agree and run",
            ),
            Waiting::Requests(sent) => (
                match sent.len() {
                    1 => "May this request act outside of Stepwright?",
                    _ => "May these requests act outside of Stepwright?",
                },
                "Agree and send",
            ),
            Waiting::Load(_) => (
                "May this load run act outside of Stepwright?",
                "Agree and run",
            ),
            Waiting::Served => (
                "May requests of other programs act outside of Stepwright?",
                "Agree",
            ),
        };
        title(ui, question);
        if asking.waiting == Waiting::Served {
            help_text(
                ui,
                "One has failed just now for want of this. It can be sent again once you have agreed",
            );
        }
        help_text(
            ui,
            "It would do the following for real. Your answer holds for this folder until you withdraw it in \
             Run › Agreements",
        );
        ui.add_space(8.0);
        // The answer stays in sight, however much is listed.
        let room = (ui.ctx().content_rect().height() - FRAME).max(80.0);
        ScrollArea::vertical().max_height(room).show(ui, |ui| {
            for (consent, targets) in &asking.wanted {
                heading(ui, icon(*consent), &capital(consent.meaning()));
                for target in targets.iter().take(MOST) {
                    row(ui, target);
                }
                if targets.len() > MOST {
                    row(ui, &format!("and {} more", targets.len() - MOST));
                }
                ui.add_space(6.0);
            }
        });
        help_text(ui, &format!("Folder: {}", asking.folder.display()));
        ui.add_space(16.0);
        buttons(ui, |ui| {
            if ui.add(Button::primary(go)).clicked() {
                out.push(Intent::Answer(DialogAnswer::Agree));
            }
            if ui.add(Button::new("Cancel")).clicked() {
                out.push(Intent::Answer(DialogAnswer::Cancel));
            }
        });
    });
    if closed {
        out.push(Intent::Answer(DialogAnswer::Cancel));
    }
}

/// Everything that was agreed to.
pub fn list(ctx: &Context, session: &Session, out: &mut Outbox) {
    let folders = &session.backends.consents.folders;
    let closed = window(ctx, "agreements", 520.0, |ui| {
        title(ui, "Agreements");
        help_text(
            ui,
            "Workflows of these folders may act outside of Stepwright. Everything else is answered by mocks",
        );
        ui.add_space(8.0);
        if folders.is_empty() {
            help_text(ui, "Nothing was agreed to so far");
        }
        ScrollArea::vertical().max_height(360.0).show(ui, |ui| {
            for (folder, kinds) in folders {
                let skin = Skin::of(ui.ctx());
                let name = folder.display().to_string();
                ui.label(Text::Strong.rich(&name).color(skin.color(Role::Text)));
                for (kind, since) in kinds {
                    ui.horizontal(|ui| {
                        let day = since.split('T').next().unwrap_or(since);
                        let words = format!("May {}, since {day}", kind.meaning());
                        let width = (ui.available_width() - 80.0).max(80.0);
                        ui.vertical(|ui| {
                            ui.set_width(width);
                            help_text(ui, &words);
                        });
                        if ui.add(Button::new("Withdraw").small()).clicked() {
                            out.push(Intent::Withdraw {
                                folder: folder.clone(),
                                kind: *kind,
                            });
                        }
                    });
                }
                ui.add_space(8.0);
            }
        });
        ui.add_space(12.0);
        buttons(ui, |ui| {
            if ui.add(Button::primary("Close")).clicked() {
                out.push(Intent::Answer(DialogAnswer::Cancel));
            }
        });
    });
    if closed {
        out.push(Intent::Answer(DialogAnswer::Cancel));
    }
}

fn heading(ui: &mut Ui, icon: Icon, words: &str) {
    let skin = Skin::of(ui.ctx());
    ui.horizontal(|ui| {
        let (rect, _) = ui.allocate_exact_size(egui::vec2(18.0, 20.0), egui::Sense::hover());
        let color = skin.color(Role::SecondText);
        paint_icon(ui, rect.center(), icon, 16.0, color);
        ui.add(egui::Label::new(Text::Strong.rich(words).color(skin.color(Role::Text))).wrap());
    });
}

fn row(ui: &mut Ui, words: &str) {
    ui.horizontal(|ui| {
        ui.add_space(26.0);
        let skin = Skin::of(ui.ctx());
        let text = Text::Code.rich(words).color(skin.color(Role::SecondText));
        ui.add(egui::Label::new(text).wrap());
    });
}

const fn icon(consent: Consent) -> Icon {
    match consent {
        Consent::Command => Icon::TERMINAL,
        Consent::Lambda => Icon::DNS,
        Consent::Http => Icon::HTTP,
        Consent::Aws => Icon::CLOUD,
    }
}
