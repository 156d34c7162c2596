//! Exports of the active document.

use std::path::PathBuf;

use crate::session::Effect;
use crate::session::ExportKind;
use crate::session::Session;
use crate::session::TabId;
use crate::session::TargetPurpose;
use crate::session::Work;

impl Session {
    pub(crate) fn export(&mut self, kind: ExportKind) -> Vec<Effect> {
        let Some(tab) = self.active() else { return Vec::new() };
        vec![Effect::ChooseTarget {
            tab: tab.id,
            name: format!("{}{}", tab.revision.document.name, kind.ending()),
            purpose: TargetPurpose::Export(kind),
        }]
    }

    pub(crate) fn export_to(&mut self, id: TabId, kind: ExportKind, path: PathBuf) -> Vec<Effect> {
        let Some(tab) = self.tab(id) else { return Vec::new() };
        let _ = (tab, kind);
        let work = Work(Box::new(|| Err(String::new())));
        vec![Effect::WriteExport { path, work }]
    }
}
