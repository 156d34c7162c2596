//! `serverless.yml`: functions, state machines of `serverless-step-functions`, events, and resources of CloudFormation.
//!
//! What the framework and the plugin would deploy is put together as resources, which are then read as any template.

use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::sync::Arc;

use crate::project::DefinitionPlace;
use crate::project::Machine;
use crate::project::Origin;
use crate::project::Project;
use crate::project::files::Shelf;
use crate::project::item::Item;
use crate::project::item::Shape;
use crate::project::machine;
use crate::project::params::Given;
use crate::project::placeholders;
use crate::project::scope::Resources;
use crate::project::scope::Scope;
use crate::project::serverless_http;
use crate::project::template;
use crate::project::template::Resource;
use crate::project::template::Stack;
use crate::project::variables::Variables;
use crate::text::upper_first;

pub(crate) fn read(project: &mut Project, shelf: &Shelf<'_>, root: &Arc<Item>, given: &Given) {
    let variables = Variables::new(shelf, root, given);
    let service = service_name(&variables, root);
    let stage = variables.stage();
    let file: Arc<str> = Arc::from(project.root.as_str());
    let provider = root.get("provider").and_then(|one| variables.resolve(one));
    let provider = provider.unwrap_or_else(|| Item::map(Vec::new(), &root.origin));
    let mut place = given.place();
    if given.value("AWS::Region").is_none()
        && let Some(region) = provider
            .get_scalar("region")
            .filter(|one| !one.contains("${"))
    {
        place.region = region;
    }
    let mut out = Deployment {
        service,
        stage: stage.clone(),
        provider,
        resources: Vec::new(),
        ids: BTreeSet::new(),
    };
    let mut aliases = BTreeMap::new();
    let mut bodies = BTreeMap::new();
    let functions = named(&variables, root.get("functions"));
    for (name, function) in &functions {
        let id = format!("{}LambdaFunction", normalized(name));
        aliases.insert(name.to_string(), id.clone());
        out.function(name, &id, function);
    }
    let machines = machines(&variables, root);
    for (name, written) in &machines {
        let Some(body) = variables.shallow(written) else {
            continue;
        };
        let settings = without_definition(&variables, &body);
        let given_name = settings.get_scalar("name");
        let id = match settings.get_scalar("id").or(given_name.clone()) {
            Some(custom) => normalized(&custom),
            None => format!("{}StepFunctionsStateMachine", normalized(name)),
        };
        let mut properties = Vec::new();
        if let Some(name) = given_name {
            properties.push(("StateMachineName", Item::text(&name, &settings.origin)));
        }
        if let Some(kind) = settings.get("type") {
            properties.push(("StateMachineType", kind.clone()));
        }
        let properties = Item::map(properties, &body.origin);
        out.push(
            &id,
            "AWS::StepFunctions::StateMachine",
            properties,
            &body.origin,
        );
        let definition = body
            .get("definition")
            .and_then(|one| variables.shallow(one));
        bodies.insert(id.clone(), (name.clone(), definition, body.origin.clone()));
        serverless_http::machine_events(&variables, &mut out, &id, &settings);
    }
    serverless_http::function_events(&variables, &mut out, &functions);
    serverless_http::finish(&mut out);
    additional(&variables, root, &mut out);
    let template = resources_of(&out);
    let mut scope = Scope::new(shelf, &file);
    scope.place = place;
    scope.stack_name = out
        .provider
        .get_scalar("stackName")
        .unwrap_or_else(|| format!("{}-{stage}", out.service));
    scope.resources = Resources::of(Some(&template));
    scope.conditions = conditions(&variables, root);
    scope.aliases = aliases;
    let (stays, own): (Vec<_>, Vec<_>) = resources(&scope)
        .into_iter()
        .partition(|resource| !bodies.contains_key(resource.id.as_ref()));
    for resource in own {
        if let Some((key, definition, origin)) = bodies.get(resource.id.as_ref()) {
            let machine = machine(&scope, &variables, &resource, definition.as_ref(), origin);
            project.machines.push(Machine {
                key: key.to_string(),
                ..machine
            });
        }
    }
    let stack = Stack {
        file,
        root: Item::map(Vec::new(), &root.origin),
        name: scope.stack_name.clone(),
        given,
        exports: BTreeMap::new(),
        depth: 0,
    };
    template::fill(project, &scope, &stays, &stack);
    project.place = scope.place.clone();
    project.unresolved.extend(scope.into_unresolved());
    let (parameters, unresolved) = variables.into_parts();
    project.parameters.extend(parameters);
    project.unresolved.extend(unresolved);
}

/// What a configuration would deploy, as far as it has been put together.
pub(crate) struct Deployment {
    pub service: String,
    pub stage: String,
    /// The provider's settings, worked out.
    pub provider: Arc<Item>,
    resources: Vec<(Arc<str>, Arc<Item>)>,
    ids: BTreeSet<Arc<str>>,
}

impl Deployment {
    pub fn push(&mut self, id: &str, kind: &str, properties: Arc<Item>, origin: &Origin) {
        let resource = Item::map(
            vec![
                ("Type", Item::text(kind, origin)),
                ("Properties", properties),
            ],
            origin,
        );
        let id: Arc<str> = Arc::from(id);
        self.ids.insert(id.clone());
        self.resources.push((id, resource));
    }

    pub fn has(&self, kind: &str) -> bool {
        self.resources
            .iter()
            .any(|(_, resource)| resource.get_text("Type") == Some(kind))
    }

    pub fn has_id(&self, id: &str) -> bool {
        self.ids.contains(id)
    }

    /// Whether one of the methods belongs to an API.
    pub fn has_method_of(&self, api: &str) -> bool {
        self.resources.iter().any(|(_, resource)| {
            let named = resource
                .get("Properties")
                .and_then(|properties| properties.get("RestApiId"))
                .and_then(|id| id.get_text("Ref"));
            resource.get_text("Type") == Some("AWS::ApiGateway::Method") && named == Some(api)
        })
    }

    fn function(&mut self, name: &str, id: &str, function: &Arc<Item>) {
        let origin = &function.origin;
        let text = |text: &str| Item::text(text, origin);
        let full = function
            .get_scalar("name")
            .unwrap_or_else(|| format!("{}-{}-{name}", self.service, self.stage));
        let mut properties = vec![("FunctionName", text(&full))];
        let code = function
            .get("package")
            .and_then(|package| package.get_scalar("artifact"))
            .unwrap_or_else(|| ".".to_owned());
        properties.push(("Code", text(&code)));
        for (from, to) in [
            ("handler", "Handler"),
            ("runtime", "Runtime"),
            ("timeout", "Timeout"),
            ("memorySize", "MemorySize"),
        ] {
            let value = function.get(from).or_else(|| self.provider.get(from));
            // What the framework takes where nobody says anything.
            let usual = match from {
                "timeout" => Some(Item::number(6, origin)),
                "memorySize" => Some(Item::number(1024, origin)),
                _ => None,
            };
            properties.extend(value.cloned().or(usual).map(|value| (to, value)));
        }
        let own = function.get("environment");
        let shared = self.provider.get("environment");
        let environment = match (own, shared) {
            (Some(own), Some(shared)) => Some(own.or(shared)),
            (own, shared) => own.or(shared).cloned(),
        };
        if let Some(environment) = environment {
            properties.push((
                "Environment",
                Item::map(vec![("Variables", environment)], origin),
            ));
        }
        self.push(
            id,
            "AWS::Lambda::Function",
            Item::map(properties, origin),
            origin,
        );
    }
}

fn service_name(variables: &Variables<'_>, root: &Item) -> String {
    let service = root.get("service").and_then(|one| variables.resolve(one));
    let name = service.and_then(|one| one.scalar().or_else(|| one.get_scalar("name")));
    name.unwrap_or_else(|| "service".to_owned())
}

/// The entries of a map, or of a list of maps, with their variables put in.
fn named(variables: &Variables<'_>, item: Option<&Arc<Item>>) -> Vec<(Arc<str>, Arc<Item>)> {
    let Some(item) = item.and_then(|item| variables.resolve(item)) else {
        return Vec::new();
    };
    let maps: Vec<Arc<Item>> = match &item.shape {
        Shape::List(items) => items.clone(),
        Shape::Null | Shape::Bool(_) | Shape::Number(_) | Shape::Text(_) | Shape::Map(_) => {
            vec![item]
        }
    };
    maps.iter().flat_map(|map| map.members().to_vec()).collect()
}

/// The state machines as they are written, so that definitions keep their places.
fn machines(variables: &Variables<'_>, root: &Item) -> Vec<(Arc<str>, Arc<Item>)> {
    let Some(section) = root
        .get("stepFunctions")
        .and_then(|one| variables.shallow(one))
    else {
        return Vec::new();
    };
    let machines = section
        .get("stateMachines")
        .and_then(|one| variables.shallow(one));
    let Some(machines) = machines else {
        return Vec::new();
    };
    let maps: Vec<Arc<Item>> = match &machines.shape {
        Shape::List(items) => items
            .iter()
            .filter_map(|one| variables.shallow(one))
            .collect(),
        Shape::Null | Shape::Bool(_) | Shape::Number(_) | Shape::Text(_) | Shape::Map(_) => {
            vec![machines]
        }
    };
    maps.iter().flat_map(|map| map.members().to_vec()).collect()
}

fn without_definition(variables: &Variables<'_>, body: &Item) -> Arc<Item> {
    let rest = body.members().iter();
    let rest = rest
        .filter(|(key, _)| key.as_ref() != "definition")
        .cloned();
    let rest = Item::new(Shape::Map(rest.collect()), body.origin.clone());
    variables
        .resolve(&Arc::new(rest))
        .unwrap_or_else(|| Item::map(Vec::new(), &body.origin))
}

/// `resources`: one template, or a list of them, of which only resources count here.
fn additional(variables: &Variables<'_>, root: &Item, out: &mut Deployment) {
    for (key, value) in named(variables, root.get("resources")) {
        if key.as_ref() == "Resources" {
            out.resources.extend(value.members().iter().cloned());
        }
    }
}

fn conditions(variables: &Variables<'_>, root: &Item) -> Option<Arc<Item>> {
    named(variables, root.get("resources"))
        .into_iter()
        .find(|(key, _)| key.as_ref() == "Conditions")
        .map(|(_, value)| value)
}

fn resources_of(out: &Deployment) -> Arc<Item> {
    let origin = out.provider.origin.clone();
    Arc::new(Item::new(Shape::Map(out.resources.clone()), origin))
}

fn resources(scope: &Scope<'_>) -> Vec<Resource> {
    let existing = scope.resources.list.iter();
    let existing = existing.filter(|(_, _, resource)| scope.exists(resource));
    existing
        .map(|(id, kind, resource)| Resource {
            id: id.clone(),
            kind: kind.clone(),
            whole: resource.clone(),
            properties: resource
                .get("Properties")
                .cloned()
                .unwrap_or_else(|| Item::map(Vec::new(), &resource.origin)),
        })
        .collect()
}

fn machine(
    scope: &Scope<'_>,
    variables: &Variables<'_>,
    resource: &Resource,
    definition: Option<&Arc<Item>>,
    origin: &Origin,
) -> Machine {
    let mut values = BTreeMap::new();
    let place = match definition {
        None => DefinitionPlace::Unreadable {
            reason: "it has no definition".to_owned(),
        },
        Some(definition) => {
            variables_in(variables, definition, &mut values);
            let place = machine::inline(scope, definition, &mut values);
            whole_file(scope, definition, place)
        }
    };
    if let DefinitionPlace::Unreadable { reason } = &place {
        scope.shelf.problem(
            "PROJECT_DEFINITION",
            format!("the definition of {} cannot be read: {reason}", resource.id),
            origin.clone(),
        );
    }
    let name = scope.name_of(&resource.id);
    let kind = scope.member_text(&resource.properties, "StateMachineType");
    Machine {
        logical_id: resource.id.to_string(),
        key: resource.id.to_string(),
        arn: scope.place.machine_arn(&name),
        name,
        kind: kind
            .and_then(|kind| crate::asl::MachineType::parse(&kind))
            .unwrap_or_default(),
        definition: place,
        substitutions: values,
        origin: origin.clone(),
    }
}

/// A definition that is all of another file is that file.
fn whole_file(scope: &Scope<'_>, definition: &Item, place: DefinitionPlace) -> DefinitionPlace {
    let file = &definition.origin.file;
    if **file == *scope.file {
        return place;
    }
    let text = scope.shelf.text(file).unwrap_or_default();
    let before = text.get(..definition.origin.span.start).unwrap_or_default();
    let is_plain = placeholders::functions(
        &Arc::new(definition.clone()),
        crate::project::Writing::Object,
    )
    .is_empty();
    let starts = before
        .lines()
        .all(|line| line.trim().is_empty() || line.trim_start().starts_with(['#', '-']));
    let is_whole = starts && definition.get("StartAt").is_some();
    if is_whole && is_plain {
        DefinitionPlace::File {
            path: file.to_string(),
        }
    } else {
        place
    }
}

/// The variables inside a definition, by what stands between their braces, and what they come to.
fn variables_in(
    variables: &Variables<'_>,
    item: &Arc<Item>,
    values: &mut BTreeMap<String, String>,
) {
    match &item.shape {
        Shape::Null | Shape::Bool(_) | Shape::Number(_) => {}
        Shape::Text(text) => {
            for hole in crate::syntax::holes(text) {
                let whole = hole.of(text);
                let inside = whole
                    .strip_prefix("${")
                    .and_then(|rest| rest.strip_suffix('}'))
                    .unwrap_or_default()
                    .trim();
                if let Some(value) = variables.text_of(inside, &item.origin) {
                    values.insert(inside.to_owned(), value);
                }
            }
            if text.contains("#{") {
                variables.shelf.problem(
                    "PROJECT_UNSUPPORTED",
                    "a placeholder #{…} is not put in; write ${…} instead",
                    item.origin.clone(),
                );
            }
        }
        Shape::List(items) => {
            for item in items {
                variables_in(variables, item, values);
            }
        }
        Shape::Map(members) => {
            for (_, value) in members {
                variables_in(variables, value, values);
            }
        }
    }
}

/// The framework's way from a name to a part of a logical id.
pub(crate) fn normalized(name: &str) -> String {
    let name = name.replace('-', "Dash").replace('_', "Underscore");
    upper_first(&name)
}
