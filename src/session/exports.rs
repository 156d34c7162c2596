//! Exports of the active document.

use std::path::PathBuf;

use crate::export;
use crate::scene;
use crate::scene::Theme;
use crate::session::Effect;
use crate::session::ExportKind;
use crate::session::Session;
use crate::session::Tab;
use crate::session::TabId;
use crate::session::TargetPurpose;
use crate::session::ThemeChoice;
use crate::session::Work;

impl Session {
    pub(crate) fn export(&mut self, kind: ExportKind) -> Vec<Effect> {
        let Some(tab) = self.active() else {
            return Vec::new();
        };
        vec![Effect::ChooseTarget {
            tab: tab.id,
            name: format!("{}{}", tab.revision.document.name, kind.ending()),
            purpose: TargetPurpose::Export(kind),
        }]
    }

    pub(crate) fn export_to(&mut self, id: TabId, kind: ExportKind, path: PathBuf) -> Vec<Effect> {
        let theme = match self.settings.theme {
            ThemeChoice::System | ThemeChoice::Light => Theme::Light,
            ThemeChoice::Dark => Theme::Dark,
            ThemeChoice::HighContrast => Theme::HighContrast,
        };
        let Some(tab) = self.tab(id) else {
            return Vec::new();
        };
        let work = match kind {
            ExportKind::Svg => drawing(tab, theme, |svg| Ok(svg.into_bytes())),
            ExportKind::Png => drawing(tab, theme, |svg| {
                export::png(&svg).map_err(|error| error.to_string())
            }),
            ExportKind::AslJson => {
                let text = tab.revision.document.text.clone();
                let tree = tab.revision.clone();
                match tab.revision.document.format {
                    crate::syntax::Format::Json => {
                        Work(Box::new(move || Ok(text.as_bytes().to_vec())))
                    }
                    crate::syntax::Format::Yaml => {
                        Work(Box::new(move || Ok(export::json(&tree.tree).into_bytes())))
                    }
                }
            }
            ExportKind::AslYaml => {
                let revision = tab.revision.clone();
                Work(Box::new(move || {
                    Ok(export::yaml(&revision.tree).into_bytes())
                }))
            }
            ExportKind::Mermaid => {
                let flow = tab.picture.flow.clone();
                Work(Box::new(move || Ok(export::mermaid(&flow).into_bytes())))
            }
        };
        vec![Effect::WriteExport { path, work }]
    }
}

/// The picture as the canvas shows it, with the run where one is shown.
fn drawing(tab: &Tab, theme: Theme, finish: fn(String) -> Result<Vec<u8>, String>) -> Work {
    let revision = tab.revision.clone();
    let layout = tab.picture.layout.clone();
    let run = tab.run.as_ref().map(|run| scene::run_picture(&run.trace));
    let error_handling = tab.show_error_handling;
    Work(Box::new(move || {
        let faces = scene::faces(&revision.tree, &revision.machine);
        let drawn = scene::build(&scene::SceneRequest {
            layout: &layout,
            faces: &faces,
            run: run.as_ref(),
            marks: &scene::Marks::default(),
            slots: &[],
            zoom: 1.0,
            visible: None,
            error_handling,
        });
        finish(export::svg(
            &drawn,
            &export::Picture {
                title: &revision.document.name,
                definition: revision.text(),
                theme,
                scale: 1.0,
            },
        ))
    }))
}
