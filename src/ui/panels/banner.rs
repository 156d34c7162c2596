//! The banner of a failed run.

use egui::Ui;

use crate::engine::Status;
use crate::scene::Icon;
use crate::session::Action;
use crate::session::Intent;
use crate::session::Session;
use crate::session::ViewMode;
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
    let title = format!(
        "{} {}",
        reason.what,
        match run.ended.as_ref().map(|ended| ended.status) {
            Some(Status::TimedOut) => "timed out",
            Some(Status::Aborted) => "was stopped",
            Some(Status::Succeeded | Status::Failed) | None => "failed",
        }
    );
    let banner = Banner {
        title: &title,
        code: reason.error.as_deref().unwrap_or_default(),
        reason: &reason.why,
        cause: reason.cause.as_deref().unwrap_or_default(),
        normal: field.map(|_| ("Jump to field", Icon::MY_LOCATION)),
        primary: match fix {
            Some(fix) => Some((fix.label.as_str(), Icon::AUTO_FIX_HIGH)),
            None if run.lacks_answer() => Some(("Answer by hand", Icon::HOURGLASS_BOTTOM)),
            None if run.can_redrive() => Some(("Redrive", Icon::REPLAY)),
            None => None,
        },
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
        Some(BannerAction::Primary) if fix.is_some() => out.push(Intent::FixFailure),
        Some(BannerAction::Primary) if run.lacks_answer() => {
            out.push(Intent::Perform(Action::RunByHand));
        }
        Some(BannerAction::Primary) => out.push(Intent::Perform(Action::Redrive)),
        Some(BannerAction::Close) => view.banner_hidden = Some(run.id),
        None => {}
    }
}
