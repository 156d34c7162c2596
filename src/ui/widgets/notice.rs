//! What speaks up: the banner of a failed run, toasts, and what an empty place says.

use egui::Align;
use egui::Color32;
use egui::Context;
use egui::Frame;
use egui::Layout;
use egui::Margin;
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
use crate::ui::widgets::sentence::sentence;

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
            let text = skin.color(Role::Text);
            let mut job = sentence(self.reason, Text::Body, text);
            job.wrap.max_width = ui.available_width();
            ui.label(job);
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
pub enum ToastTone {
    Done,
    Info,
    Error,
}

/// One sentence with at most one action, 320 wide.
/// `Some(true)`: the action was chosen; `Some(false)`: the toast was closed.
pub fn toast_card(ui: &mut Ui, tone: ToastTone, text: &str, action: Option<&str>) -> Option<bool> {
    let skin = Skin::of(ui.ctx());
    let (icon, role) = match tone {
        ToastTone::Done => (Icon::CHECK_CIRCLE, Role::StatusText(Status::Succeeded)),
        ToastTone::Info => (Icon::INFO, Role::StatusText(Status::Running)),
        ToastTone::Error => (Icon::CANCEL, Role::StatusText(Status::Failed)),
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
                    ui.label(Text::Body.rich(text).color(skin.color(Role::Text)));
                    if let Some(label) = action
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
pub fn alert(ctx: &Context, id: egui::Id, text: &str) {
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
