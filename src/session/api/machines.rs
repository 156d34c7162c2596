//! The machines of a project as documents, and the executions of requests as runs on their canvas.

use std::sync::Arc;

use crate::project::DefinitionPlace;
use crate::project::Inset;
use crate::project::Machine;
use crate::session::DrawerTab;
use crate::session::Effect;
use crate::session::FileContents;
use crate::session::Session;
use crate::session::Stamp;
use crate::session::TabId;
use crate::session::api::Home;
use crate::session::api::InsetPlace;
use crate::session::api::OpenProject;
use crate::session::api::ProjectId;
use crate::session::api::SentId;
use crate::session::api::files::Held;
use crate::session::api::files::companion_beside;
use crate::session::files::NewTab;
use crate::trace::NestedRun;

/// An execution that waits for its machine to be read, to be shown there.
#[derive(Debug)]
pub(crate) struct RunToShow {
    pub project: ProjectId,
    pub machine: String,
    pub run: Arc<NestedRun>,
}

impl Session {
    /// Opens the definition of a machine, or turns to it.
    pub(crate) fn open_machine(&mut self, id: ProjectId, machine: &str) -> Vec<Effect> {
        self.leave_workspace();
        self.document_of(id, machine)
    }

    /// The canvas takes the middle again.
    pub(crate) fn leave_workspace(&mut self) {
        if self.drawer == DrawerTab::Api {
            self.drawer = DrawerTab::Run;
        }
    }

    fn document_of(&mut self, id: ProjectId, machine: &str) -> Vec<Effect> {
        if let Some(tab) = self.machine_tab(id, machine) {
            self.active = Some(tab);
            return Vec::new();
        }
        let Some((project, found)) = self.machine_of(id, machine) else {
            self.tell_error(format!("There is no machine {machine} any more"));
            return Vec::new();
        };
        match found.definition.clone() {
            DefinitionPlace::File { path } => match project.home.path_of(&path) {
                Some(path) => vec![Effect::Read { path }],
                None => self.open_sample_file(id, &path),
            },
            DefinitionPlace::Inline { origin, writing } => {
                let place = InsetPlace {
                    project: id,
                    machine: found.logical_id.clone(),
                    file: origin.file.to_string(),
                    span: origin.span,
                    writing,
                };
                self.open_inset(place)
            }
            DefinitionPlace::Unreadable { reason } => {
                self.tell_error(reason);
                Vec::new()
            }
        }
    }

    fn machine_of(&self, id: ProjectId, machine: &str) -> Option<(&OpenProject, &Machine)> {
        let project = self.api.project(id)?;
        Some((project, project.project.machine(machine)?))
    }

    /// The document that holds a machine.
    fn machine_tab(&self, id: ProjectId, machine: &str) -> Option<TabId> {
        let (project, found) = self.machine_of(id, machine)?;
        if let DefinitionPlace::File { path } = &found.definition {
            return match self.held(project, path) {
                Some(Held::Text(tab)) => Some(tab),
                Some(Held::Companion(_)) | None => None,
            };
        }
        let inside = self.tabs.iter().find(|tab| {
            let inset = tab.inset.as_ref();
            inset.is_some_and(|inset| inset.project == id && inset.machine == found.logical_id)
        });
        inside.map(|tab| tab.id)
    }

    fn open_sample_file(&mut self, id: ProjectId, file: &str) -> Vec<Effect> {
        let Some(project) = self.api.project(id) else {
            return Vec::new();
        };
        let Home::Sample(name) = &project.home else {
            return Vec::new();
        };
        let contents = FileContents {
            text: project.project.text(file).to_owned(),
            sidecar: self
                .file_text(id, &companion_beside(file))
                .map(|text| text.to_string()),
            stamp: Stamp(String::new()),
            sample: Some(name.clone()),
        };
        self.add_tab(NewTab::sample(file), contents)
    }

    fn open_inset(&mut self, place: InsetPlace) -> Vec<Effect> {
        let Some(project) = self.api.project(place.project) else {
            return Vec::new();
        };
        let host = project.text(&place.file).cloned().unwrap_or_default();
        match Inset::read(&host, &place.file, place.span, place.writing) {
            Ok(inset) => {
                let file = place.file.rsplit('/').next().unwrap_or(&place.file);
                let title = format!("{file} · {}", place.machine);
                let contents = FileContents {
                    text: inset.text,
                    sidecar: Some(
                        self.machine_companion(place.project, &place.machine)
                            .to_string(),
                    ),
                    stamp: Stamp(String::new()),
                    sample: None,
                };
                self.add_tab(NewTab::inset(title, inset.format, place), contents)
            }
            Err(reason) => {
                let words = format!("{} cannot be opened: {reason}", place.machine);
                self.tell_error(words);
                Vec::new()
            }
        }
    }

    /// What the companion of the project says of a machine, as a companion of its own.
    pub(crate) fn machine_companion(&self, id: ProjectId, machine: &str) -> Arc<str> {
        let text = || {
            let project = self.api.project(id)?;
            let file = &project.companion_file;
            let text = self.file_text(id, file)?;
            let parse = crate::syntax::parse(&text, crate::syntax::Format::Json);
            let name = project.project.machine(machine).map(|one| one.name.clone());
            let machines = parse.tree.get(parse.tree.root()?, "machines")?;
            let member = parse.tree.get(machines, machine);
            let member = member.or_else(|| parse.tree.get(machines, &name?));
            Some(Arc::from(parse.tree.span(member?).of(&text)))
        };
        text().unwrap_or_default()
    }

    /// Shows the execution that a step of a trace has started, on the canvas of its workflow.
    pub(crate) fn open_run(&mut self, sent: SentId, step: usize) -> Vec<Effect> {
        let Some(sent) = self.api.sent(sent) else {
            return Vec::new();
        };
        let project = sent.route.project;
        let run = sent.answered().and_then(|answered| {
            let step = answered.trace.get(step)?;
            answered.run_of(step).cloned()
        });
        let Some(run) = run else {
            self.tell_error("This step has started no execution");
            return Vec::new();
        };
        let machine = self.api.project(project).and_then(|project| {
            let project = &project.project;
            let name = run.arn.split(':').nth(6).unwrap_or(&run.workflow);
            let found = project.machine(name);
            found.or_else(|| project.machine(&run.workflow))
        });
        let Some(machine) = machine.map(|machine| machine.logical_id.clone()) else {
            self.tell_error(format!("The project has no machine {}", run.workflow));
            return Vec::new();
        };
        self.leave_workspace();
        self.run_to_show = Some(RunToShow {
            project,
            machine: machine.clone(),
            run,
        });
        let effects = self.document_of(project, &machine);
        self.show_waiting_run();
        effects
    }

    /// A document has been opened: the execution that waits for it is shown.
    pub(crate) fn show_waiting_run(&mut self) {
        let Some(waiting) = &self.run_to_show else {
            return;
        };
        let Some(tab) = self.machine_tab(waiting.project, &waiting.machine) else {
            return;
        };
        if let Some(waiting) = self.run_to_show.take() {
            self.active = Some(tab);
            self.attach(tab, &waiting.run, Vec::new());
        }
    }
}
