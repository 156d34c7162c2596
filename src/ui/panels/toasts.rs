//! The session's messages at the lower right, over the drawer.

use egui::Align2;
use egui::Area;
use egui::Context;
use egui::Order;
use egui::vec2;

use crate::session::Intent;
use crate::session::Session;
use crate::session::ToastKind;
use crate::ui::view::Outbox;
use crate::ui::widgets::ToastTone;
use crate::ui::widgets::alert;
use crate::ui::widgets::toast_card;

/// Milliseconds a message stays; errors stay until they are closed.
const STAYS: u64 = 6_000;

/// Shows them `above` points over the lower edge, the newest at the bottom.
/// `now` is in milliseconds since 1970.
pub fn show(ctx: &Context, session: &Session, above: f32, now: u64, out: &mut Outbox) {
    let mut y = -(above + 16.0);
    for toast in session.toasts.iter().rev() {
        let tone = match toast.kind {
            ToastKind::Done => ToastTone::Done,
            ToastKind::Error => ToastTone::Error,
            ToastKind::Info => ToastTone::Info,
        };
        if tone != ToastTone::Error {
            let age = now.saturating_sub(toast.at);
            if age >= STAYS {
                out.push(Intent::DismissToast(toast.id));
                continue;
            }
            ctx.request_repaint_after(std::time::Duration::from_millis(STAYS - age));
        }
        let action = toast.action.as_ref().map(|(label, _)| label.as_str());
        let shown = Area::new(egui::Id::unique(("toast", toast.id)))
            .order(Order::Foreground)
            .anchor(Align2::RIGHT_BOTTOM, vec2(-16.0, y))
            .show(ctx, |ui| toast_card(ui, tone, &toast.text, action));
        alert(ctx, shown.response.id, &toast.text);
        y -= shown.response.rect.height() + 8.0;
        match shown.inner {
            Some(true) => {
                if let Some((_, intent)) = &toast.action {
                    out.push(intent.clone());
                }
                out.push(Intent::DismissToast(toast.id));
            }
            Some(false) => out.push(Intent::DismissToast(toast.id)),
            None => {}
        }
    }
}
