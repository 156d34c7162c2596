//! Sending requests, taking in answers, and `curl` in both directions.

use std::sync::Arc;

use crate::session::DrawerTab;
use crate::session::Effect;
use crate::session::Session;
use crate::session::ToastKind;
use crate::session::api::Answered;
use crate::session::api::Draft;
use crate::session::api::Outcome;
use crate::session::api::ProjectId;
use crate::session::api::RouteKey;
use crate::session::api::Sent;
use crate::session::api::SentId;
use crate::session::api::Serving;
use crate::session::api::outcomes::OutcomeKey;
use crate::session::api::outcomes::OutcomeSource;
use crate::session::api::parse_curl;
use crate::session::api::to_curl;

/// Where an API is reached while nothing is served yet.
const USUAL_SERVER: &str = "http://127.0.0.1:8080";
/// Requests that are sent together at most.
const MOST_TOGETHER: usize = 100;

impl Session {
    /// Sends the request under construction and shows its trace.
    pub(crate) fn send_draft(&mut self, at: u64) -> Vec<Effect> {
        // What is seen in the lab is what is sent to.
        let mut effects = match self.lab_follows() {
            true => self.keep_templates(at),
            false => Vec::new(),
        };
        let draft = self.api.draft.clone();
        let unchanged = draft.saved.filter(|_| !self.is_draft_changed());
        let key = self
            .api
            .current()
            .zip(unchanged)
            .map(|(project, place)| OutcomeKey {
                project: project.id,
                source: OutcomeSource::Saved(place),
            });
        effects.extend(self.send(draft, key, at));
        effects
    }

    pub(crate) fn send_saved(&mut self, id: ProjectId, place: usize, at: u64) -> Vec<Effect> {
        let mut effects = self.choose_saved(id, place);
        effects.extend(self.send_draft(at));
        effects
    }

    /// Every saved request of the route, in their order; the trace shown stays.
    pub(crate) fn send_all(&mut self, at: u64) -> Vec<Effect> {
        let Some((project, key)) = self.api.current().zip(self.api.route.as_ref()) else {
            return Vec::new();
        };
        let id = project.id;
        let drafts: Vec<(usize, Draft)> = project
            .requests_of(key)
            .into_iter()
            .take(MOST_TOGETHER)
            .map(|(place, saved)| (place, Draft::of_saved(saved, place)))
            .collect();
        let (shown, step) = (self.api.shown, self.api.step);
        let mut effects = Vec::new();
        for (place, draft) in drafts {
            let key = OutcomeKey {
                project: id,
                source: OutcomeSource::Saved(place),
            };
            effects.extend(self.send(draft, Some(key), at));
        }
        if shown.is_some() {
            (self.api.shown, self.api.step) = (shown, step);
        }
        effects
    }

    pub(crate) fn send_scenario(&mut self, name: &str, at: u64) -> Vec<Effect> {
        self.api.draft.scenario = Some(name.to_owned());
        let key = self.api.current().map(|project| OutcomeKey {
            project: project.id,
            source: OutcomeSource::Scenario(name.to_owned()),
        });
        self.send(self.api.draft.clone(), key, at)
    }

    fn send(&mut self, draft: Draft, outcome: Option<OutcomeKey>, at: u64) -> Vec<Effect> {
        let Some(project) = self.api.current() else {
            self.tell_error("No API here: open a template, an API document or a folder first");
            return Vec::new();
        };
        let (id, chosen) = (project.id, self.api.route.clone());
        // What finds no route is sent as well: its answer is part of what the API does.
        let found = project.route_for(&draft.method, &draft.path);
        let Some(route) = found.or(chosen) else {
            self.tell_error("This project has no API to send a request to");
            return Vec::new();
        };
        let Some((_, _, model)) = project.api(&route.api) else {
            return Vec::new();
        };
        let stage = model.stage.clone();
        let Some(source) = self.source_of(id) else {
            return Vec::new();
        };
        let sent = SentId(self.next_number());
        let request = draft.request(&stage, seed_of(at, sent));
        self.api.note(Sent {
            id: sent,
            route,
            draft,
            from_outside: false,
            at,
            outcome: Outcome::Waiting,
        });
        if let Some(key) = outcome {
            self.api.last.insert(key, sent);
        }
        self.show_sent(sent);
        self.drawer = DrawerTab::Api;
        vec![Effect::SendRequest {
            sent,
            source,
            request: Box::new(request),
        }]
    }

    /// Requests that were held back go out after all.
    pub(crate) fn send_again(&self, held: &[SentId]) -> Vec<Effect> {
        let effects = held.iter().filter_map(|id| {
            let sent = self.api.sent(*id)?;
            let project = self.api.project(sent.route.project)?;
            let (_, _, model) = project.api(&sent.route.api)?;
            let request = sent.draft.request(&model.stage, seed_of(sent.at, *id));
            Some(Effect::SendRequest {
                sent: *id,
                source: self.source_of(project.id)?,
                request: Box::new(request),
            })
        });
        effects.collect()
    }

    /// An answer to a request, or the reason why there is none.
    pub(crate) fn answer_arrived(
        &mut self,
        id: SentId,
        result: Result<Answered, String>,
        at: u64,
    ) -> Vec<Effect> {
        let Some(sent) = self.api.sent_mut(id) else {
            return Vec::new();
        };
        sent.outcome = match result {
            Ok(answered) => Outcome::Answered(Arc::new(answered)),
            Err(reason) => Outcome::Lost(reason),
        };
        if self.api.shown != Some(id) {
            return Vec::new();
        }
        self.show_sent(id);
        // The steps are new, though their places are known.
        self.api.followed = None;
        self.follow_step(at)
    }

    /// A request from outside, with its answer.
    pub(crate) fn heard(
        &mut self,
        project: ProjectId,
        api: &str,
        draft: Draft,
        answered: Answered,
    ) {
        let Some(open) = self.api.project(project) else {
            return;
        };
        let fallback = RouteKey {
            project,
            api: api.to_owned(),
            method: draft.method.clone(),
            path: draft.path.clone(),
        };
        let route = open
            .route_for(&draft.method, &draft.path)
            .unwrap_or(fallback);
        let id = SentId(self.next_number());
        let at = self.now;
        self.api.note(Sent {
            id,
            route,
            draft,
            from_outside: true,
            at,
            outcome: Outcome::Answered(Arc::new(answered)),
        });
        if self.api.shown.is_none() {
            self.show_sent(id);
        }
    }

    pub(crate) fn choose_saved(&mut self, id: ProjectId, place: usize) -> Vec<Effect> {
        let Some(project) = self.api.project(id) else {
            return Vec::new();
        };
        let Some(saved) = project.companion.requests.get(place) else {
            return Vec::new();
        };
        let draft = Draft::of_saved(saved, place);
        let found = project.route_for(&saved.method, &saved.path);
        let route = found.or_else(|| project.routes().next());
        self.api.draft = draft;
        if route.is_some() {
            self.api.route = route;
        }
        self.api.source = None;
        self.drawer = DrawerTab::Api;
        let key = OutcomeKey {
            project: id,
            source: OutcomeSource::Saved(place),
        };
        match self.api.last.get(&key) {
            Some(sent) => self.show_sent(*sent),
            None => {
                self.api.shown = None;
                self.api.step = None;
            }
        }
        Vec::new()
    }

    pub(crate) fn copy_curl(&mut self) -> Vec<Effect> {
        let stage = self.api.current().and_then(|project| {
            let key = self.api.route.as_ref()?;
            Some(project.api(&key.api)?.2.stage.clone())
        });
        let server = match &self.api.serving {
            Serving::On { address, .. } => address.clone(),
            Serving::Off | Serving::Starting { .. } => USUAL_SERVER.to_owned(),
        };
        let command = self.api.draft.curl(&server, &stage.unwrap_or_default());
        self.tell(ToastKind::Done, "Copied as curl");
        vec![Effect::CopyText(to_curl(&command))]
    }

    pub(crate) fn import_curl(&mut self, text: &str) -> Vec<Effect> {
        match parse_curl(text) {
            Ok(command) => {
                let Some(project) = self.api.current() else {
                    self.tell_error(
                        "No API here: open a template, an API document or a folder first",
                    );
                    return Vec::new();
                };
                let stage = self
                    .api
                    .route
                    .as_ref()
                    .and_then(|key| Some(project.api(&key.api)?.2.stage.clone()));
                let draft = Draft::of_curl(&command, &stage.unwrap_or_default());
                let route = project.route_for(&draft.method, &draft.path);
                let words = match &route {
                    Some(_) => None,
                    None => Some(format!(
                        "No route here takes {} {}; sending it shows what the API answers",
                        draft.method, draft.path
                    )),
                };
                if route.is_some() {
                    self.api.route = route;
                }
                self.api.draft = draft;
                self.drawer = DrawerTab::Api;
                if let Some(words) = words {
                    self.tell(ToastKind::Info, words);
                }
            }
            Err(reason) => self.tell_error(reason),
        }
        Vec::new()
    }
}

fn seed_of(at: u64, sent: SentId) -> u64 {
    at ^ sent.0.wrapping_mul(0x9E37_79B9)
}
