//! Runs that a run has started: opened in a document of their own.

use std::path::Path;
use std::path::PathBuf;
use std::sync::Arc;

use crate::editor::Document;
use crate::session::DrawerTab;
use crate::session::Effect;
use crate::session::Run;
use crate::session::RunId;
use crate::session::Session;
use crate::session::TabId;
use crate::syntax::Format;
use crate::trace::NestedRun;
use crate::trace::TaskKey;
use crate::trace::Trace;

/// A nested run that waits for its workflow to be read, with the runs inside it.
#[derive(Debug)]
pub(crate) struct Showing {
    path: PathBuf,
    run: Arc<NestedRun>,
    inside: Vec<Arc<NestedRun>>,
}

impl Session {
    /// Opens the workflow of a nested run and shows the run there; one that still runs is shown where it
    /// was started, and only its workflow is opened.
    pub(crate) fn open_nested(&mut self, key: &TaskKey) -> Vec<Effect> {
        let Some(run) = self.active().and_then(|tab| tab.run.as_ref()) else {
            return Vec::new();
        };
        let Some(nested) = run.nested.iter().find(|nested| nested.key == *key) else {
            return Vec::new();
        };
        let nested = nested.clone();
        let inside = run.nested.iter().filter_map(|other| within(key, other));
        let inside: Vec<Arc<NestedRun>> = inside.collect();
        let open = self.tabs.iter().find(|tab| match &nested.path {
            Some(path) => tab.path.as_ref() == Some(path),
            None => tab.revision.document.name == *nested.workflow,
        });
        match (open.map(|tab| tab.id), &nested.path) {
            (Some(tab), _) => {
                self.bring_to_front(tab);
                self.attach(tab, &nested, inside);
                Vec::new()
            }
            (None, Some(path)) => {
                let path = path.clone();
                self.showing = Some(Showing {
                    path: path.clone(),
                    run: nested,
                    inside,
                });
                vec![Effect::Read { path }]
            }
            (None, None) => {
                self.tell_error(format!("{} is no longer open", nested.workflow));
                Vec::new()
            }
        }
    }

    /// A file has been opened: the nested run that waits for it is shown.
    pub(crate) fn show_nested(&mut self, path: &Path) {
        let fits = self
            .showing
            .as_ref()
            .is_some_and(|showing| showing.path == path);
        if !fits {
            return;
        }
        if let (Some(showing), Some(tab)) = (self.showing.take(), self.active) {
            self.attach(tab, &showing.run, showing.inside);
        }
    }

    pub(crate) fn attach(&mut self, id: TabId, nested: &NestedRun, inside: Vec<Arc<NestedRun>>) {
        let Some(ended) = nested.ended.clone() else {
            return;
        };
        let number = RunId(self.next_number());
        let Some(tab) = self.tab(id) else { return };
        let document = tab.revision.document.clone();
        let revision = if document.text == nested.text {
            tab.revision.clone()
        } else {
            let name = nested.path.as_ref().map(|path| path.to_string_lossy());
            self.new_revision(
                None,
                Document {
                    format: Format::of(&name.unwrap_or_default(), &nested.text),
                    text: nested.text.clone(),
                    ..document
                },
            )
        };
        let trace = Trace::of(&nested.events);
        let mut run = Run {
            events: nested.events.to_vec(),
            stages: nested.stages.to_vec(),
            trace,
            nested: inside,
            ..Run::new(number, revision)
        };
        run.take_end(ended);
        self.drawer = DrawerTab::Run;
        if let Some(tab) = self.tab_mut(id) {
            tab.run = Some(run);
            tab.show_failure();
        }
    }
}

/// A run that was started inside another one, with its key as seen from there.
fn within(key: &TaskKey, other: &NestedRun) -> Option<Arc<NestedRun>> {
    let rest = other.key.0.strip_prefix(key.0.as_ref())?;
    (!rest.is_empty()).then(|| {
        Arc::new(NestedRun {
            key: TaskKey(rest.into()),
            ..other.clone()
        })
    })
}
