//! What a route can come to: each saved request and each scenario, with what is expected and what came last.

use crate::gateway::Target;
use crate::session::api::ApiDesk;
use crate::session::api::OpenProject;
use crate::session::api::Outcome;
use crate::session::api::ProjectId;
use crate::session::api::RouteKey;
use crate::session::api::SentId;
use crate::session::api::files::companion_beside;

/// What a row of the table stands for.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum OutcomeSource {
    /// A saved request, by its place in the companion.
    Saved(usize),
    /// A scenario that no saved request asks for.
    Scenario(String),
}

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct OutcomeKey {
    pub project: ProjectId,
    pub source: OutcomeSource,
}

/// A row of the table of outcomes.
#[derive(Clone, Debug, PartialEq)]
pub struct OutcomeRow {
    pub source: OutcomeSource,
    pub name: String,
    /// How the execution ended last, else the scenario it will get.
    pub condition: String,
    /// The status that is expected, where one is.
    pub expected: Option<u16>,
    /// The last answer's.
    pub status: Option<u16>,
    pub sent: Option<SentId>,
    pub waiting: bool,
    /// What differs from the expectation, or why there was no answer.
    pub difference: Option<String>,
}

impl ApiDesk {
    /// The rows of the route that is shown.
    pub fn outcomes(&self) -> Vec<OutcomeRow> {
        let Some((project, key)) = self.current().zip(self.route.as_ref()) else {
            return Vec::new();
        };
        let saved = project.requests_of(key);
        let mut rows: Vec<OutcomeRow> = saved
            .iter()
            .map(|(place, saved)| {
                let mut row = self.row(project, OutcomeSource::Saved(*place), &saved.name);
                row.expected = saved.expect.as_ref().and_then(|expect| expect.status);
                if row.condition.is_empty() {
                    row.condition = match &saved.scenario {
                        Some(scenario) => format!("Scenario “{scenario}”"),
                        None => "The usual mocks".to_owned(),
                    };
                }
                let answered = row.sent.and_then(|sent| self.sent(sent)?.answered());
                if let Some(answered) = answered {
                    row.difference = answered.difference(saved);
                }
                row
            })
            .collect();
        let taken: Vec<&str> = saved
            .iter()
            .filter_map(|(_, saved)| saved.scenario.as_deref())
            .collect();
        for name in scenarios_of(project, key) {
            if taken.contains(&name.as_str()) || saved.iter().any(|(_, one)| one.name == name) {
                continue;
            }
            let mut row = self.row(project, OutcomeSource::Scenario(name.clone()), &name);
            if row.condition.is_empty() {
                row.condition = "Scenario, no saved request".to_owned();
            }
            rows.push(row);
        }
        rows
    }

    fn row(&self, project: &OpenProject, source: OutcomeSource, name: &str) -> OutcomeRow {
        let key = OutcomeKey {
            project: project.id,
            source: source.clone(),
        };
        let sent = self.last.get(&key).and_then(|sent| self.sent(*sent));
        let condition = sent
            .and_then(|sent| sent.answered()?.runs.last()?.ended.as_ref())
            .map(|ended| match &ended.error {
                Some(error) => format!("{}, {error}", ended.status.name()),
                None => ended.status.name().to_owned(),
            });
        OutcomeRow {
            source,
            name: name.to_owned(),
            condition: condition.unwrap_or_default(),
            expected: None,
            status: sent.and_then(|sent| sent.status()),
            sent: sent.map(|sent| sent.id),
            waiting: sent.is_some_and(|sent| matches!(sent.outcome, Outcome::Waiting)),
            difference: sent.and_then(|sent| match &sent.outcome {
                Outcome::Lost(reason) => Some(reason.clone()),
                Outcome::Waiting | Outcome::Answered(_) => None,
            }),
        }
    }
}

/// The scenarios of the machines that a route starts, by name.
pub fn scenarios_of(project: &OpenProject, key: &RouteKey) -> Vec<String> {
    let Some(integration) = project
        .route(key)
        .and_then(|(_, route)| route.integration.as_ref())
    else {
        return Vec::new();
    };
    if !matches!(integration.target, Target::States(_)) {
        return Vec::new();
    }
    let templates = integration.request_templates.values();
    let texts: Vec<&str> = templates.map(|template| &*template.text).collect();
    let named = |words: &str| texts.iter().any(|text| text.contains(words));
    let machines = &project.project.machines;
    let mut names: Vec<String> = Vec::new();
    for machine in machines {
        if machines.len() > 1 && !named(&machine.arn) {
            continue;
        }
        let companions = [&machine.logical_id, &machine.name].into_iter();
        let inner = companions.filter_map(|name| project.companion.machines.get(name));
        let mut scenarios: Vec<String> = inner
            .flat_map(|companion| &companion.scenarios)
            .map(|scenario| scenario.name.clone())
            .collect();
        if let crate::project::DefinitionPlace::File { path } = &machine.definition {
            let beside = companion_beside(path);
            let companion = match beside == project.companion_file {
                true => Some(&project.companion),
                false => project.beside.get(&beside),
            };
            let beside = companion.map(|companion| &companion.scenarios);
            let beside = beside.into_iter().flatten();
            scenarios.extend(beside.map(|one| one.name.clone()));
        }
        scenarios.retain(|name| !names.contains(name));
        names.extend(scenarios);
    }
    names
}
