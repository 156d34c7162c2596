//! The templates of a trace in the lab, and the way of what is changed there back into their files.

use std::sync::Arc;

use crate::gateway::Api;
use crate::gateway::Route;
use crate::gateway::StepKind;
use crate::gateway::TemplateSource;
use crate::gateway::TraceStep;
use crate::project::Inset;
use crate::project::TextOrigin;
use crate::project::Writing;
use crate::project::Written;
use crate::project::refit;
use crate::session::AnswerFrom;
use crate::session::Effect;
use crate::session::LabAnswer;
use crate::session::LabIntent;
use crate::session::LabLoad;
use crate::session::LabRequest;
use crate::session::LabSide;
use crate::session::Session;
use crate::session::api::Answered;
use crate::session::api::ProjectId;
use crate::session::api::Sent;
use crate::session::api::SentId;
use crate::text::Span;
use crate::text::TextEdit;

/// The templates that are in the lab, and where they come from.
#[derive(Clone, Debug)]
pub struct LabTemplates {
    pub project: ProjectId,
    /// The request whose trace they belong to.
    pub sent: SentId,
    request: Origin,
    response: Origin,
}

/// A text as it was put into the lab, and where it stands; nowhere where there is no template.
#[derive(Clone, Debug, Default)]
struct Origin {
    text: Arc<str>,
    place: Option<TextOrigin>,
}

impl Session {
    /// Puts the templates of the step that is shown into the lab, where it is a template's.
    pub(crate) fn follow_step(&mut self, at: u64) -> Vec<Effect> {
        let here = self.api.shown.zip(self.api.step);
        // What a person has turned to in the lab since stays.
        if self.api.followed == here {
            return Vec::new();
        }
        self.api.followed = here;
        let Some((side, known)) = self.template_step() else {
            return Vec::new();
        };
        if known {
            return match self.lab.side == side {
                true => Vec::new(),
                false => self.lab_intent(LabIntent::Side(side), at),
            };
        }
        let Some((load, templates)) = self.lab_load(side) else {
            self.api.templates = None;
            return Vec::new();
        };
        self.api.templates = Some(templates);
        self.lab_intent(LabIntent::Load(Box::new(load)), at)
    }

    /// The side of the step that is shown, and whether its templates are in the lab already.
    fn template_step(&self) -> Option<(LabSide, bool)> {
        let sent = self.api.shown()?;
        let step = sent.answered()?.trace.get(self.api.step?)?;
        let side = side_of(step)?;
        let loaded = self.api.templates.as_ref();
        Some((side, loaded.is_some_and(|loaded| loaded.sent == sent.id)))
    }

    /// The lab shows the templates of the step that is shown.
    pub fn lab_follows(&self) -> bool {
        self.template_step().is_some_and(|(_, known)| known)
    }

    fn lab_load(&self, side: LabSide) -> Option<(LabLoad, LabTemplates)> {
        let sent = self.api.shown()?;
        let answered = sent.answered()?;
        let project = self.api.project(sent.route.project)?;
        let (_, document, _) = project.api(&sent.route.api)?;
        let (api, route) = project.route(&sent.route)?;
        let integration = route.integration.as_ref()?;
        let pointer = |kind: StepKind| {
            let step = answered.trace.iter().find(|step| step.kind == kind);
            step.and_then(|step| step.pointer.as_deref())
        };
        let request = chosen(
            integration.request_templates.values(),
            pointer(StepKind::RequestTemplate),
        );
        let responses = integration.responses.iter();
        let wanted = pointer(StepKind::ResponseTemplate);
        let response = responses
            .clone()
            .find(|one| wanted.is_some_and(|wanted| wanted.starts_with(&one.pointer)))
            .or_else(|| responses.clone().find(|one| one.pattern.is_none()))
            .or_else(|| integration.responses.first());
        let template = response.and_then(|one| chosen(one.templates.values(), wanted));
        let origin = |template: Option<&TemplateSource>| Origin {
            text: template.map(|one| one.text.clone()).unwrap_or_default(),
            place: template.and_then(|one| document.origins.get(&one.pointer).cloned()),
        };
        let templates = LabTemplates {
            project: project.id,
            sent: sent.id,
            request: origin(request),
            response: origin(template),
        };
        let load = LabLoad {
            side,
            title: format!("{} {}", route.method, route.path),
            request: request_of(sent, api, route),
            answer: answer_of(answered),
            status: response.map_or(200, |one| one.status),
            request_template: templates.request.text.clone(),
            response_template: templates.response.text.clone(),
        };
        Some((load, templates))
    }

    /// The file in which a changed template of the lab would be kept; none while none is changed.
    pub fn changed_template(&self) -> Option<&str> {
        let templates = self.api.templates.as_ref()?;
        let changed = self.changed_sides(templates);
        let first = changed.first()?;
        Some(&first.0.place.as_ref()?.origin.file)
    }

    fn changed_sides<'a>(&'a self, templates: &'a LabTemplates) -> Vec<(&'a Origin, &'a Arc<str>)> {
        let sides = [
            (&templates.request, &self.lab.request_template.text),
            (&templates.response, &self.lab.response_template.text),
        ];
        let changed = sides.into_iter();
        changed
            .filter(|(origin, text)| origin.place.is_some() && origin.text != **text)
            .collect()
    }

    /// Writes changed templates of the lab into their files; both can be undone.
    pub(crate) fn keep_templates(&mut self, at: u64) -> Vec<Effect> {
        let Some(templates) = self.api.templates.clone() else {
            return Vec::new();
        };
        let mut edits: Vec<(Arc<str>, TextEdit)> = Vec::new();
        for (origin, text) in self.changed_sides(&templates) {
            let Some(place) = &origin.place else {
                continue;
            };
            let file = &place.origin.file;
            let host = self.file_text(templates.project, file).unwrap_or_default();
            match edit_of(&host, place, &origin.text, text) {
                Ok(edit) => match edits.iter_mut().find(|(known, _)| known == file) {
                    Some((_, known)) => {
                        let both = known.splices().iter().chain(edit.splices()).cloned();
                        *known = TextEdit::new(both.collect()).unwrap_or_default();
                    }
                    None => edits.push((file.clone(), edit)),
                },
                Err(reason) => {
                    self.tell_error(format!("{file} keeps its template: {reason}"));
                    return Vec::new();
                }
            }
        }
        let mut effects = Vec::new();
        for (file, edit) in edits {
            let label = "Change template";
            effects.extend(self.change_file(templates.project, &file, &edit, label, at));
        }
        // What is in the lab now is what stands in the files.
        if let Some(known) = &mut self.api.templates {
            known.request.text = self.lab.request_template.text.clone();
            known.response.text = self.lab.response_template.text.clone();
        }
        effects
    }
}

fn side_of(step: &TraceStep) -> Option<LabSide> {
    match step.kind {
        StepKind::RequestTemplate => Some(LabSide::Request),
        StepKind::ResponseTemplate => Some(LabSide::Response),
        StepKind::Received
        | StepKind::Authorized
        | StepKind::Validated
        | StepKind::Integration
        | StepKind::GatewayResponse
        | StepKind::Answer => None,
    }
}

/// The template of a pointer, else the first.
fn chosen<'a>(
    mut templates: impl Iterator<Item = &'a TemplateSource> + Clone,
    pointer: Option<&str>,
) -> Option<&'a TemplateSource> {
    let named = templates
        .clone()
        .find(|one| Some(one.pointer.as_str()) == pointer);
    named.or_else(|| templates.next())
}

fn request_of(sent: &Sent, api: &Api, route: &Route) -> LabRequest {
    let draft = &sent.draft;
    let lines = |pairs: Vec<(String, String)>| {
        let lines = pairs.iter().map(|(name, value)| format!("{name}: {value}"));
        lines.collect::<Vec<String>>().join("\n")
    };
    let request = draft.request("", 0);
    let (path, query) = request
        .target
        .split_once('?')
        .unwrap_or((&request.target, ""));
    let mut whole = crate::session::api::Draft::default();
    whole.set_address(&format!("/?{query}"));
    let query = whole.query.into_iter().map(|line| (line.name, line.value));
    let stage = crate::query::Value::object([("stage", api.stage.as_str().into())]);
    LabRequest {
        method: draft.method.clone(),
        path: route.path.clone(),
        path_parameters: lines(parameters(&route.path, path)),
        query: lines(query.collect()),
        headers: lines(request.headers.clone()),
        body: String::from_utf8_lossy(&request.body).into_owned(),
        context: stage.to_json_pretty(),
        stage_variables: lines(api.stage_variables.clone().into_iter().collect()),
    }
}

/// The values a path gives to the names in braces of its template.
fn parameters(template: &str, path: &str) -> Vec<(String, String)> {
    let parts = |text: &str| -> Vec<String> {
        let parts = text.split('/').filter(|part| !part.is_empty());
        parts.map(str::to_owned).collect()
    };
    let (wanted, found) = (parts(template), parts(path));
    let decoded = |text: &str| crate::session::api::curl::percent_decoded(text, '+');
    let mut values = Vec::new();
    for (place, part) in wanted.iter().enumerate() {
        let Some(name) = part
            .strip_prefix('{')
            .and_then(|part| part.strip_suffix('}'))
        else {
            continue;
        };
        let value = match name.strip_suffix('+') {
            Some(_) => found.get(place..).unwrap_or_default().join("/"),
            None => found.get(place).cloned().unwrap_or_default(),
        };
        values.push((name.trim_end_matches('+').to_owned(), decoded(&value)));
    }
    values
}

fn answer_of(answered: &Answered) -> LabAnswer {
    let step = |kind: StepKind| answered.trace.iter().find(|step| step.kind == kind);
    let input = step(StepKind::ResponseTemplate).and_then(|step| step.input.clone());
    let output = || step(StepKind::Integration).and_then(|step| step.output.clone());
    LabAnswer {
        status: "200".to_owned(),
        body: input.or_else(output).unwrap_or_default(),
        from: AnswerFrom::Trace,
    }
}

/// What turns one template into another where it stands.
fn edit_of(host: &str, place: &TextOrigin, before: &str, after: &str) -> Result<TextEdit, String> {
    let origin = &place.origin;
    let inset = Inset::read(host, &origin.file, origin.span, Writing::Text)?;
    let whole = |old: &str, new: &str| {
        TextEdit::replace(Span::new(0, old.len()), new.to_owned()).trimmed(old)
    };
    let edit = match place.written {
        // The line break at the end may belong to the file alone.
        Written::Literally => match inset.text.strip_suffix('\n') {
            Some(inner) if inner == before => whole(before, after),
            _ if inset.text == before => whole(before, after),
            _ => return Err("the template there is another one by now".to_owned()),
        },
        Written::WithPlaceholders => refit(&inset.text, before, after).or_else(|reason| {
            let inner = inset.text.strip_suffix('\n').ok_or(reason)?;
            refit(inner, before, after)
        })?,
        Written::Otherwise => {
            return Err("it is made from something else; change that in the file".to_owned());
        }
    };
    inset.splice(&edit)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_in_braces_get_the_parts_of_the_path() {
        let pairs = parameters("/a/{id}/{rest+}", "/a/x%20y/b/c");
        let pairs: Vec<(&str, &str)> = pairs.iter().map(|(a, b)| (&**a, &**b)).collect();
        assert_eq!(pairs, [("id", "x y"), ("rest", "b/c")]);
    }
}
