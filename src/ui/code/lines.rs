//! The laid out text, kept line by line: a keystroke lays out the lines it changed and no others.

use std::collections::HashMap;
use std::hash::DefaultHasher;
use std::hash::Hash;
use std::hash::Hasher;
use std::sync::Arc;

use egui::Galley;
use egui::Ui;
use egui::text::ByteIndex;
use egui::text::LayoutJob;
use egui::text::LayoutSection;

use crate::scene::Role;
use crate::text::Span;
use crate::ui::theme::Skin;
use crate::ui::theme::Text;

/// Which part of a text plays which role: without gaps, in order.
pub type Roles<'a> = &'a dyn Fn(&str) -> Vec<(Span, Role)>;

/// Lines by what they say and how they are coloured.
#[derive(Clone, Debug, Default)]
pub struct LineCache {
    lines: HashMap<u64, Arc<Galley>>,
    whole: Option<Whole>,
    /// A word laid out in every frame. egui answers with the same galley until it empties its font
    /// atlas; then everything laid out before points to glyphs that are gone.
    probe: Option<Arc<Galley>>,
}

#[derive(Clone, Debug)]
struct Whole {
    version: (u64, u64),
    skin: Skin,
    pixels_per_point: f32,
    galley: Arc<Galley>,
}

impl LineCache {
    /// The text laid out in the editor's font, never wrapped. `version` changes with the text and with its roles.
    pub fn layout(
        &mut self,
        ui: &Ui,
        text: &str,
        version: (u64, u64),
        skin: Skin,
        roles: Roles<'_>,
    ) -> Arc<Galley> {
        let pixels_per_point = ui.pixels_per_point();
        let probe = lay_out(ui, "probe", &[], skin);
        let same_fonts = self
            .probe
            .as_ref()
            .is_some_and(|last| Arc::ptr_eq(last, &probe))
            && self.whole.as_ref().is_none_or(|whole| {
                whole.pixels_per_point == pixels_per_point && whole.skin == skin
            });
        self.probe = Some(probe);
        if !same_fonts {
            self.lines.clear();
            self.whole = None;
        }
        if let Some(whole) = &self.whole
            && whole.version == version
            && whole.galley.text() == text
        {
            return whole.galley.clone();
        }
        let galley = self.build(ui, text, &roles(text), skin, pixels_per_point);
        self.whole = Some(Whole {
            version,
            skin,
            pixels_per_point,
            galley: galley.clone(),
        });
        galley
    }

    fn build(
        &mut self,
        ui: &Ui,
        text: &str,
        roles: &[(Span, Role)],
        skin: Skin,
        pixels_per_point: f32,
    ) -> Arc<Galley> {
        let mut next = HashMap::with_capacity(self.lines.len());
        let mut galleys = Vec::new();
        let mut from = 0;
        let mut start = 0;
        for line in text.split('\n') {
            let span = Span::new(start, start + line.len());
            start = span.end + 1;
            while roles
                .get(from)
                .is_some_and(|(role, _)| role.end <= span.start)
            {
                from += 1;
            }
            let parts: Vec<(Span, Role)> = roles
                .iter()
                .skip(from)
                .take_while(|(role, _)| role.start < span.end)
                .map(|(part, role)| {
                    let start = part.start.max(span.start) - span.start;
                    (Span::new(start, part.end.min(span.end) - span.start), *role)
                })
                .collect();
            let mut hasher = DefaultHasher::new();
            (line, &parts).hash(&mut hasher);
            let key = hasher.finish();
            let galley = next
                .get(&key)
                .cloned()
                .or_else(|| self.lines.remove(&key))
                .unwrap_or_else(|| lay_out(ui, line, &parts, skin));
            next.insert(key, galley.clone());
            galleys.push(galley);
        }
        self.lines = next;
        let format = Text::Editor.format(skin.color(Role::Text));
        let mut job = LayoutJob::single_section(text.to_owned(), format);
        job.wrap.max_width = f32::INFINITY;
        Arc::new(Galley::concat(Arc::new(job), &galleys, pixels_per_point))
    }
}

fn lay_out(ui: &Ui, line: &str, parts: &[(Span, Role)], skin: Skin) -> Arc<Galley> {
    let mut job = LayoutJob {
        text: line.to_owned(),
        ..LayoutJob::default()
    };
    job.wrap.max_width = f32::INFINITY;
    job.sections = parts
        .iter()
        .map(|(span, role)| LayoutSection {
            leading_space: 0.0,
            byte_range: ByteIndex(span.start)..ByteIndex(span.end),
            format: Text::Editor.format(skin.color(*role)),
        })
        .collect();
    if job.sections.is_empty() {
        let format = Text::Editor.format(skin.color(Role::Text));
        job = LayoutJob::single_section(line.to_owned(), format);
    }
    ui.fonts_mut(|fonts| fonts.layout_job(job))
}
