//! What speaks up: the banner of a failed run, toasts, and what an empty place says.

use egui::Align;
use egui::Align2;
use egui::Area;
use egui::Color32;
use egui::Context;
use egui::Frame;
use egui::Layout;
use egui::Margin;
use egui::Order;
use egui::Role as A11y;
use egui::Ui;
use egui::pos2;
use egui::vec2;

use crate::scene::Icon;
use crate::scene::Role;
use crate::scene::Status;
use crate::ui::theme::Skin;
use crate::ui::theme::Text;
use crate::ui::theme::paint_icon;
use crate::ui::widgets::button::Button;
use crate::ui::widgets::button::icon_button;
use crate::ui::widgets::button::link;

/// What the buttons of a banner ask for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BannerAction {
    Normal,
    Primary,
    Close,
}

/// What happened, why in plain words, the cause as the service words it, and what to do.
#[derive(Clone, Copy, Debug, Default)]
pub struct Banner<'a> {
    /// In the failed colour: "Release inventory failed".
    pub title: &'a str,
    /// Behind the title in the code font: the error name.
    pub code: &'a str,
    pub reason: &'a str,
    pub cause: &'a str,
    pub normal: Option<(&'a str, Icon)>,
    pub primary: Option<(&'a str, Icon)>,
}

impl Banner<'_> {
    /// Shows the banner across the available width.
    pub fn show(self, ui: &mut Ui) -> Option<BannerAction> {
        let skin = Skin::of(ui.ctx());
        let failed = skin.color(Role::StatusText(Status::Failed));
        let mut chosen = None;
        let shown = Frame::new()
            .fill(skin.color(Role::StatusFill(Status::Failed)))
            .inner_margin(Margin {
                left: 16,
                right: 8,
                top: 10,
                bottom: 10,
            })
            .show(ui, |ui| {
                ui.horizontal_top(|ui| {
                    ui.spacing_mut().item_spacing = vec2(8.0, 0.0);
                    let (_, place) = ui.allocate_space(vec2(28.0, 28.0));
                    paint_icon(ui, place.center(), Icon::CANCEL, 24.0, failed);
                    let buttons = self.buttons_width(ui);
                    let width = (ui.available_width() - buttons - 16.0).max(120.0);
                    ui.allocate_ui_with_layout(
                        vec2(width, 20.0),
                        Layout::top_down(Align::Min),
                        |ui| self.words(ui, skin, failed),
                    );
                    ui.with_layout(Layout::right_to_left(Align::TOP), |ui| {
                        ui.spacing_mut().item_spacing.x = 8.0;
                        if icon_button(ui, Icon::CLOSE, "Hide this message").clicked() {
                            chosen = Some(BannerAction::Close);
                        }
                        if let Some((text, icon)) = self.primary
                            && ui.add(Button::primary(text).icon(icon)).clicked()
                        {
                            chosen = Some(BannerAction::Primary);
                        }
                        if let Some((text, icon)) = self.normal
                            && ui.add(Button::new(text).icon(icon)).clicked()
                        {
                            chosen = Some(BannerAction::Normal);
                        }
                    });
                });
            });
        let rect = shown.response.rect;
        let stroke = skin.stroke(1.0, Role::StatusLine(Status::Failed));
        ui.painter()
            .hline(rect.x_range(), rect.bottom() - 0.5, stroke);
        alert(ui.ctx(), shown.response.id, self.title);
        chosen
    }

    fn words(&self, ui: &mut Ui, skin: Skin, failed: Color32) {
        ui.spacing_mut().item_spacing = vec2(6.0, 0.0);
        ui.horizontal_wrapped(|ui| {
            ui.label(Text::Strong.rich(self.title).color(failed));
            if !self.code.is_empty() {
                ui.label(Text::Strong.rich("with").color(skin.color(Role::Text)));
                ui.label(Text::Code.rich(self.code).color(skin.color(Role::Text)));
            }
        });
        if !self.reason.is_empty() {
            ui.label(Text::Body.rich(self.reason).color(skin.color(Role::Text)));
        }
        if !self.cause.is_empty() {
            let cause = format!("Cause: {}", self.cause);
            let color = skin.color(Role::SecondText);
            ui.add(
                egui::Label::new(Text::Small.rich(cause.as_str()).color(color))
                    .truncate()
                    .selectable(true),
            )
            .on_hover_text(cause);
        }
    }

    fn buttons_width(&self, ui: &Ui) -> f32 {
        let width = |button: Option<(&str, Icon)>| {
            button.map_or(0.0, |(text, _)| Text::Strong.width(ui, text) + 56.0)
        };
        width(self.normal) + width(self.primary) + 36.0
    }
}

/// What a toast tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ToastKind {
    Done,
    Note,
    /// Stays until it is closed.
    Error,
}

/// One sentence at the lower right, with at most one action.
#[derive(Clone, Debug, PartialEq)]
pub struct Toast<A> {
    pub kind: ToastKind,
    pub text: String,
    pub action: Option<(String, A)>,
}

/// The toasts now shown: at most three, six seconds each, errors until closed.
#[derive(Clone, Debug)]
pub struct Toasts<A> {
    shown: Vec<(u64, f64, Toast<A>)>,
    next: u64,
}

/// Seconds a toast stays.
const TOAST_SECONDS: f64 = 6.0;

impl<A> Default for Toasts<A> {
    fn default() -> Toasts<A> {
        Toasts {
            shown: Vec::new(),
            next: 0,
        }
    }
}

impl<A: Clone> Toasts<A> {
    /// Adds a toast; `now` in seconds of the window's clock.
    pub fn add(&mut self, toast: Toast<A>, now: f64) {
        if self.shown.iter().any(|(_, _, old)| old.text == toast.text) {
            return;
        }
        self.shown.push((self.next, now, toast));
        self.next += 1;
        while self.shown.len() > 3 {
            let oldest = self
                .shown
                .iter()
                .position(|(_, _, toast)| toast.kind != ToastKind::Error)
                .unwrap_or(0);
            self.shown.remove(oldest);
        }
    }

    pub fn is_empty(&self) -> bool {
        self.shown.is_empty()
    }

    /// Shows them, `above` points over the lower edge. Returns the action that was chosen.
    pub fn show(&mut self, ctx: &Context, above: f32) -> Option<A> {
        let now = ctx.input(|input| input.time);
        self.shown.retain(|(_, since, toast)| {
            toast.kind == ToastKind::Error || now - since < TOAST_SECONDS
        });
        let mut chosen = None;
        let mut closed = None;
        let mut y = -(above + 16.0);
        for (id, since, toast) in self.shown.iter().rev() {
            let area = egui::Id::unique(("toast", *id));
            let shown = Area::new(area)
                .order(Order::Foreground)
                .anchor(Align2::RIGHT_BOTTOM, vec2(-16.0, y))
                .show(ctx, |ui| toast_card(ui, toast));
            alert(ctx, shown.response.id, &toast.text);
            y -= shown.response.rect.height() + 8.0;
            match shown.inner {
                Some(true) => {
                    chosen = toast.action.as_ref().map(|(_, action)| action.clone());
                    closed = Some(*id);
                }
                Some(false) => closed = Some(*id),
                None => {}
            }
            if toast.kind != ToastKind::Error {
                let rest = (TOAST_SECONDS - (now - since)).max(0.05);
                ctx.request_repaint_after(std::time::Duration::from_secs_f64(rest));
            }
        }
        if let Some(closed) = closed {
            self.shown.retain(|(id, _, _)| *id != closed);
        }
        chosen
    }
}

/// Some(true): the action was chosen; Some(false): the toast was closed.
fn toast_card<A>(ui: &mut Ui, toast: &Toast<A>) -> Option<bool> {
    let skin = Skin::of(ui.ctx());
    let (icon, role) = match toast.kind {
        ToastKind::Done => (Icon::CHECK_CIRCLE, Role::StatusText(Status::Succeeded)),
        ToastKind::Note => (Icon::INFO, Role::StatusText(Status::Running)),
        ToastKind::Error => (Icon::CANCEL, Role::StatusText(Status::Failed)),
    };
    let mut result = None;
    Frame::new()
        .fill(skin.color(Role::Raised))
        .stroke(skin.stroke(1.0, Role::Border))
        .shadow(skin.shadow(4))
        .corner_radius(8)
        .inner_margin(Margin {
            left: 12,
            right: 6,
            top: 8,
            bottom: 8,
        })
        .show(ui, |ui| {
            ui.set_width(302.0);
            ui.horizontal_top(|ui| {
                ui.spacing_mut().item_spacing.x = 8.0;
                let (_, place) = ui.allocate_space(vec2(18.0, 28.0));
                paint_icon(ui, place.center(), icon, 18.0, skin.color(role));
                ui.allocate_ui_with_layout(vec2(238.0, 28.0), Layout::top_down(Align::Min), |ui| {
                    ui.add_space(4.0);
                    ui.label(Text::Body.rich(&toast.text).color(skin.color(Role::Text)));
                    if let Some((label, _)) = &toast.action
                        && link(ui, label, Text::Strong).clicked()
                    {
                        result = Some(true);
                    }
                });
                if icon_button(ui, Icon::CLOSE, "Close the message").clicked() {
                    result = Some(false);
                }
            });
        });
    result
}

/// Announces a message to screen readers.
fn alert(ctx: &Context, id: egui::Id, text: &str) {
    ctx.accesskit_node_builder(id, |node| {
        node.set_role(A11y::Alert);
        node.set_label(text);
    });
}

/// What an empty place says: an icon, a sentence, and a second weak one.
pub fn empty_state(ui: &mut Ui, icon: Icon, text: &str, more: &str) {
    let skin = Skin::of(ui.ctx());
    let area = ui.available_rect_before_wrap();
    let height = if more.is_empty() { 56.0 } else { 76.0 };
    let top = (area.center().y - height / 2.0)
        .min(area.top() + 96.0)
        .max(area.top() + 8.0);
    let center = area.center().x;
    paint_icon(
        ui,
        pos2(center, top + 14.0),
        icon,
        24.0,
        skin.color(Role::WeakText),
    );
    ui.scope_builder(
        egui::UiBuilder::new().max_rect(egui::Rect::from_min_max(
            pos2(area.left() + 16.0, top + 34.0),
            pos2(area.right() - 16.0, top + 120.0),
        )),
        |ui| {
            ui.vertical_centered(|ui| {
                ui.spacing_mut().item_spacing.y = 0.0;
                ui.label(Text::Body.rich(text).color(skin.color(Role::SecondText)));
                if !more.is_empty() {
                    ui.label(Text::Small.rich(more).color(skin.color(Role::WeakText)));
                }
            });
        },
    );
}
