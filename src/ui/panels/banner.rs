//! The banner of a failed run, and the strip over a picture whose text is broken.

use egui::Frame;
use egui::Margin;
use egui::Ui;

use crate::scene::Icon;
use crate::scene::Role;
use crate::scene::Status;
use crate::session::Intent;
use crate::session::Session;
use crate::session::ViewMode;
use crate::ui::theme::Skin;
use crate::ui::theme::Text;
use crate::ui::theme::paint_icon;
use crate::ui::view::Outbox;
use crate::ui::view::View;
use crate::ui::widgets::Banner;
use crate::ui::widgets::BannerAction;

/// What happened, why in plain words, the way to the field, the fix. Takes no room when there is nothing to say.
pub fn show(ui: &mut Ui, session: &Session, view: &mut View, out: &mut Outbox) {
    let Some(tab) = session.active() else {
        return;
    };
    let Some(run) = &tab.run else { return };
    if run.ended.is_none() || view.banner_hidden == Some(run.id) {
        return;
    }
    let Some(reason) = &run.reason else {
        return;
    };
    let current = run.revision.id == tab.revision.id;
    let field = reason
        .field
        .as_ref()
        .filter(|_| current)
        .and_then(|pointer| {
            let tree = &run.revision.tree;
            tree.at(pointer).map(|node| tree.span(node).start)
        });
    let fix = reason.fix.as_ref().filter(|_| current);
    let banner = Banner {
        title: &reason.what,
        code: reason.error.as_deref().unwrap_or_default(),
        reason: &reason.why,
        cause: reason.cause.as_deref().unwrap_or_default(),
        normal: field.map(|_| ("Jump to field", Icon::MY_LOCATION)),
        primary: fix.map(|fix| (fix.label.as_str(), Icon::AUTO_FIX_HIGH)),
    };
    match banner.show(ui) {
        Some(BannerAction::Normal) => {
            if let Some(offset) = field {
                if tab.view == ViewMode::Design {
                    out.push(Intent::SetView(ViewMode::Split));
                }
                out.push(Intent::RevealText(offset));
            }
        }
        Some(BannerAction::Primary) => out.push(Intent::FixFailure),
        Some(BannerAction::Close) => view.banner_hidden = Some(run.id),
        None => {}
    }
}

/// "Line 88: a comma is missing. Showing the last good picture"
pub fn show_broken(ui: &mut Ui, session: &Session) {
    let Some(broken) = session
        .active()
        .and_then(|tab| tab.picture.broken.as_deref())
    else {
        return;
    };
    let skin = Skin::of(ui.ctx());
    Frame::new()
        .fill(skin.color(Role::StatusFill(Status::Caught)))
        .inner_margin(Margin::symmetric(16, 4))
        .show(ui, |ui| {
            ui.horizontal(|ui| {
                ui.set_min_width(ui.available_width());
                let ink = skin.color(Role::StatusText(Status::Caught));
                let (_, place) = ui.allocate_space(egui::vec2(16.0, 20.0));
                paint_icon(ui, place.center(), Icon::WARNING, 16.0, ink);
                let text = format!("{broken}. Showing the last good picture");
                ui.label(Text::Body.rich(text).color(skin.color(Role::Text)));
            });
        });
}
