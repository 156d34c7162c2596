//! The state of the API workspace, and where each wish goes.

use std::collections::BTreeMap;

use crate::session::DrawerTab;
use crate::session::Effect;
use crate::session::Session;
use crate::session::api::ApiIntent;
use crate::session::api::Draft;
use crate::session::api::Home;
use crate::session::api::LabTemplates;
use crate::session::api::LoadRun;
use crate::session::api::OpenProject;
use crate::session::api::Outcome;
use crate::session::api::ProjectId;
use crate::session::api::RouteKey;
use crate::session::api::Sent;
use crate::session::api::SentId;
use crate::session::api::Serving;
use crate::session::api::SourcePlace;
use crate::session::api::outcomes::OutcomeKey;
use crate::session::api::outcomes::OutcomeSource;

/// Open projects, and the request that goes to one of them.
#[derive(Debug, Default)]
pub struct ApiDesk {
    pub projects: Vec<OpenProject>,
    /// The route that is shown.
    pub route: Option<RouteKey>,
    pub draft: Draft,
    /// The latest last.
    pub history: Vec<Sent>,
    /// The one whose trace is shown.
    pub shown: Option<SentId>,
    /// The step of that trace that is shown.
    pub step: Option<usize>,
    pub serving: Serving,
    pub load: Option<LoadRun>,
    /// The place of a file that is shown in place of the workspace.
    pub source: Option<SourcePlace>,
    /// The step the lab was brought to last.
    pub(crate) followed: Option<(SentId, usize)>,
    /// The templates that are in the lab.
    pub templates: Option<LabTemplates>,
    /// The last answer to each saved request and scenario.
    pub(crate) last: BTreeMap<OutcomeKey, SentId>,
    /// Projects that are being read for the first time.
    pub(crate) opening: Vec<OpenProject>,
}

/// Requests that are remembered.
const MOST_SENT: usize = 200;

impl ApiDesk {
    pub fn project(&self, id: ProjectId) -> Option<&OpenProject> {
        self.projects.iter().find(|project| project.id == id)
    }

    pub(crate) fn project_mut(&mut self, id: ProjectId) -> Option<&mut OpenProject> {
        self.projects.iter_mut().find(|project| project.id == id)
    }

    pub(crate) fn project_at(&self, home: &Home) -> Option<&OpenProject> {
        self.projects.iter().find(|project| project.home == *home)
    }

    /// Projects that are being read for the first time.
    pub fn opening(&self) -> &[OpenProject] {
        &self.opening
    }

    /// The status of the last answer to a saved request or scenario.
    pub fn last_status(&self, project: ProjectId, source: OutcomeSource) -> Option<u16> {
        let sent = self.last.get(&OutcomeKey { project, source })?;
        self.sent(*sent)?.status()
    }

    /// The project of the route that is shown, else the first.
    pub fn current(&self) -> Option<&OpenProject> {
        let chosen = self.route.as_ref().map(|key| key.project);
        let chosen = chosen.and_then(|id| self.project(id));
        chosen.or_else(|| self.projects.first())
    }

    pub fn sent(&self, id: SentId) -> Option<&Sent> {
        self.history.iter().find(|sent| sent.id == id)
    }

    pub(crate) fn sent_mut(&mut self, id: SentId) -> Option<&mut Sent> {
        self.history.iter_mut().find(|sent| sent.id == id)
    }

    /// Requests that were held back for an agreement that was not given.
    pub(crate) fn not_sent(&mut self, held: impl IntoIterator<Item = SentId>) {
        for id in held {
            if let Some(sent) = self.sent_mut(id) {
                let words =
                    "Not sent: it would act outside of Stepwright, and nobody has agreed to that";
                sent.outcome = Outcome::Lost(words.to_owned());
            }
        }
    }

    /// The request whose trace is shown.
    pub fn shown(&self) -> Option<&Sent> {
        self.sent(self.shown?)
    }

    pub(crate) fn note(&mut self, sent: Sent) {
        self.history.push(sent);
        let surplus = self.history.len().saturating_sub(MOST_SENT);
        self.history.drain(..surplus);
        let kept = &self.history;
        self.last
            .retain(|_, id| kept.iter().any(|sent| sent.id == *id));
    }

    /// The route shown still exists, or the nearest one is shown.
    pub(crate) fn settle_route(&mut self) {
        let exists = self.route.as_ref().is_some_and(|key| {
            let project = self.project(key.project);
            project.is_some_and(|project| project.route(key).is_some())
        });
        if exists {
            return;
        }
        let here = self.route.as_ref().map(|key| key.project);
        let near = here.and_then(|id| self.project(id)?.routes().next());
        let first = || {
            self.projects
                .iter()
                .find_map(|project| project.routes().next())
        };
        match near.or_else(first) {
            Some(key) => self.choose_route(key),
            None => {
                self.route = None;
                self.draft = Draft::default();
            }
        }
    }

    /// Puts a request for a route under construction: the first saved one, else its example.
    pub(crate) fn choose_route(&mut self, key: RouteKey) {
        let Some(project) = self.project(key.project) else {
            return;
        };
        let saved = project.requests_of(&key);
        let draft = match (saved.first(), project.route(&key)) {
            (Some((place, saved)), _) => Draft::of_saved(saved, *place),
            (None, Some((_, route))) => Draft::of_route(route),
            (None, None) => return,
        };
        self.draft = draft;
        self.route = Some(key);
    }
}

impl Session {
    pub(crate) fn api_wish(&mut self, wish: ApiIntent, at: u64) -> Vec<Effect> {
        let mut effects = self.api_deed(wish, at);
        effects.extend(self.follow_step(at));
        effects
    }

    fn api_deed(&mut self, wish: ApiIntent, at: u64) -> Vec<Effect> {
        match wish {
            ApiIntent::ChooseFolder => vec![Effect::ChooseFolder],
            ApiIntent::OpenFolder(path) => self.open(path),
            ApiIntent::CloseProject(id) => self.close_project(id),
            ApiIntent::Reload(id) => {
                if let Some(project) = self.api.project_mut(id) {
                    project.stale = true;
                }
                Vec::new()
            }
            ApiIntent::ChooseRoute(key) => {
                self.drawer = DrawerTab::Api;
                self.api.source = None;
                if self.api.route.as_ref() != Some(&key) {
                    self.api.choose_route(key);
                    self.show_latest();
                }
                Vec::new()
            }
            ApiIntent::ChooseSaved { project, request } => self.choose_saved(project, request),
            ApiIntent::SetDraft(draft) => {
                self.api.draft = draft;
                self.follow_draft();
                Vec::new()
            }
            ApiIntent::Send => self.send_draft(at),
            ApiIntent::SendSaved { project, request } => self.send_saved(project, request, at),
            ApiIntent::SendAll => self.send_all(at),
            ApiIntent::SendScenario(name) => self.send_scenario(&name, at),
            ApiIntent::Show(id) => {
                self.show_sent(id);
                Vec::new()
            }
            ApiIntent::Reuse(id) => {
                if let Some(sent) = self.api.sent(id).cloned() {
                    self.api.draft = sent.draft;
                    self.api.route = Some(sent.route);
                    self.show_sent(id);
                    self.api.settle_route();
                }
                Vec::new()
            }
            ApiIntent::ClearHistory => {
                self.api.history.clear();
                self.api.last.clear();
                self.api.shown = None;
                self.api.step = None;
                Vec::new()
            }
            ApiIntent::ShowStep(step) => {
                self.api.step = Some(step);
                Vec::new()
            }
            ApiIntent::KeepTemplates => self.keep_templates(at),
            ApiIntent::OpenRun { sent, step } => self.open_run(sent, step),
            ApiIntent::SaveRequest { name, status } => self.save_request(&name, status, at),
            ApiIntent::UpdateSaved => self.update_saved(at),
            ApiIntent::RemoveSaved { project, request } => self.remove_saved(project, request, at),
            ApiIntent::CopyCurl => self.copy_curl(),
            ApiIntent::ImportCurl(text) => self.import_curl(&text),
            ApiIntent::StartServing(project) => self.start_serving(project),
            ApiIntent::StopServing => self.stop_serving(),
            ApiIntent::CopyAddress => match &self.api.serving {
                Serving::On { address, .. } => vec![Effect::CopyText(address.clone())],
                Serving::Off | Serving::Starting { .. } => Vec::new(),
            },
            ApiIntent::StartLoad(stages) => self.start_load(stages, at),
            ApiIntent::StopLoad => {
                let id = self.api.load.as_ref().map(|load| load.id);
                id.map(Effect::StopLoad).into_iter().collect()
            }
            ApiIntent::OpenMachine { project, machine } => self.open_machine(project, &machine),
            ApiIntent::OpenPlace { project, origin } => {
                let shown = self.next_number();
                self.api.source = Some(SourcePlace {
                    project,
                    origin,
                    shown,
                });
                self.drawer = DrawerTab::Api;
                Vec::new()
            }
            ApiIntent::ClosePlace => {
                self.api.source = None;
                Vec::new()
            }
            ApiIntent::TypeSource(edit) => self.type_source(&edit, at),
            ApiIntent::SetParameter {
                project,
                name,
                value,
            } => self.set_parameter(project, &name, value, at),
            ApiIntent::FixFinding { project, finding } => self.fix_finding(project, finding, at),
            ApiIntent::SaveAnyway { project, file } => {
                if let Some(project) = self.api.project_mut(project) {
                    project.stamps.remove(&file);
                }
                self.save_file(project, &file)
            }
        }
    }

    /// The route follows what is typed as method and path.
    fn follow_draft(&mut self) {
        let draft = &self.api.draft;
        let Some(project) = self.api.current() else {
            return;
        };
        if let Some(key) = &self.api.route
            && draft.fits(&key.method, &key.path)
        {
            return;
        }
        if let Some(key) = project.route_for(&draft.method, &draft.path) {
            self.api.route = Some(key);
        }
    }

    /// Shows the trace of the latest request to the route, where there is one.
    fn show_latest(&mut self) {
        let route = self.api.route.clone();
        let latest = self.api.history.iter().rev();
        let latest = latest.filter(|sent| Some(&sent.route) == route.as_ref());
        let latest = latest.map(|sent| sent.id).next();
        match latest {
            Some(id) => self.show_sent(id),
            None => {
                self.api.shown = None;
                self.api.step = None;
            }
        }
    }

    pub(crate) fn show_sent(&mut self, id: SentId) {
        self.api.shown = Some(id);
        let step = self.api.shown().and_then(Sent::answered);
        self.api.step = step.map(|answered| answered.telling_step());
    }
}
