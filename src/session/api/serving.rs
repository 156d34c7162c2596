//! An address for requests from outside, and load runs.

use crate::session::Effect;
use crate::session::Session;
use crate::session::ToastKind;
use crate::session::api::LoadId;
use crate::session::api::LoadNews;
use crate::session::api::LoadRun;
use crate::session::api::LoadStage;
use crate::session::api::LoadState;
use crate::session::api::ProjectId;
use crate::session::api::checked_stages;

/// Whether the APIs of a project can be reached from outside.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Serving {
    #[default]
    Off,
    Starting {
        project: ProjectId,
    },
    On {
        project: ProjectId,
        /// `http://127.0.0.1:8080`
        address: String,
    },
}

impl Serving {
    pub fn project(&self) -> Option<ProjectId> {
        match self {
            Serving::Off => None,
            Serving::Starting { project } | Serving::On { project, .. } => Some(*project),
        }
    }
}

impl Session {
    pub(crate) fn start_serving(&mut self, id: ProjectId) -> Vec<Effect> {
        if self.api.serving != Serving::Off {
            return Vec::new();
        }
        let Some(source) = self.source_of(id) else {
            return Vec::new();
        };
        self.api.serving = Serving::Starting { project: id };
        vec![Effect::StartServing {
            project: id,
            source,
        }]
    }

    pub(crate) fn stop_serving(&mut self) -> Vec<Effect> {
        match std::mem::take(&mut self.api.serving) {
            Serving::Off => Vec::new(),
            Serving::Starting { .. } | Serving::On { .. } => vec![Effect::StopServing],
        }
    }

    /// The address is there, or could not be had.
    pub(crate) fn serving_arrived(&mut self, id: ProjectId, result: Result<String, String>) {
        if self.api.serving.project() != Some(id) {
            return;
        }
        match result {
            Ok(address) => {
                // Another edition of the project behind the same address is no news.
                if !matches!(&self.api.serving, Serving::On { address: known, .. } if *known == address)
                {
                    self.tell(ToastKind::Info, format!("Serving on {address}"));
                }
                self.api.serving = Serving::On {
                    project: id,
                    address,
                };
            }
            Err(reason) => {
                self.api.serving = Serving::Off;
                self.tell_error(reason);
            }
        }
    }

    /// Something else is agreed to: what is served knows of it.
    pub(crate) fn serve_with_agreements(&mut self) -> Vec<Effect> {
        match &self.api.serving {
            Serving::On { project, .. } => self.serve_again(*project),
            Serving::Off | Serving::Starting { .. } => Vec::new(),
        }
    }

    /// A project was read anew: what is served is what is shown.
    pub(crate) fn serve_again(&mut self, id: ProjectId) -> Vec<Effect> {
        let serves = matches!(&self.api.serving, Serving::On { project, .. } if *project == id);
        let source = self.source_of(id).filter(|_| serves);
        source
            .map(|source| Effect::StartServing {
                project: id,
                source,
            })
            .into_iter()
            .collect()
    }

    pub(crate) fn start_load(&mut self, stages: Vec<LoadStage>, at: u64) -> Vec<Effect> {
        if self.api.load.as_ref().is_some_and(LoadRun::is_running) {
            return Vec::new();
        }
        if let Err(reason) = checked_stages(&stages) {
            self.tell_error(reason);
            return Vec::new();
        }
        let Some((project, key)) = self.api.current().zip(self.api.route.clone()) else {
            return Vec::new();
        };
        let Some((_, _, model)) = project.api(&key.api) else {
            return Vec::new();
        };
        let request = self.api.draft.request(&model.stage, at);
        let Some(source) = self.source_of(project.id) else {
            return Vec::new();
        };
        let title = format!("{} {}", self.api.draft.method, self.api.draft.path);
        let id = LoadId(self.next_number());
        self.api.load = Some(LoadRun {
            id,
            route: key,
            title,
            stages: stages.clone(),
            state: LoadState::Running,
            figures: Default::default(),
            points: Vec::new(),
        });
        vec![Effect::StartLoad {
            load: id,
            source,
            request: Box::new(request),
            stages,
        }]
    }

    /// A load run that waited for an agreement begins.
    pub(crate) fn load_again(&mut self, id: LoadId, at: u64) -> Vec<Effect> {
        match self.api.load.take_if(|load| load.id == id) {
            Some(load) => self.start_load(load.stages, at),
            None => Vec::new(),
        }
    }

    /// A load run that nobody has agreed to does not begin.
    pub(crate) fn load_not_agreed(&mut self, id: LoadId) {
        let words = "Not begun: it would act outside of Stepwright, and nobody has agreed to that";
        self.load_news(id, LoadNews::Ended(LoadState::Failed(words.to_owned())));
    }

    pub(crate) fn load_news(&mut self, id: LoadId, news: LoadNews) {
        if let Some(load) = self.api.load.as_mut().filter(|load| load.id == id) {
            load.take(news);
        }
    }
}
