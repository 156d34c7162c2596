//! Templates of CloudFormation and the Serverless Application Model.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::project::Function;
use crate::project::Parameter;
use crate::project::Project;
use crate::project::Queue;
use crate::project::Table;
use crate::project::Topic;
use crate::project::api;
use crate::project::files::Shelf;
use crate::project::files::folder_of;
use crate::project::globals;
use crate::project::item::Item;
use crate::project::item::Shape;
use crate::project::load;
use crate::project::machine;
use crate::project::params::Given;
use crate::project::scope::Resources;
use crate::project::scope::Scope;

/// One template of a project, which may have several.
pub(crate) struct Stack<'a> {
    pub file: Arc<str>,
    pub root: Arc<Item>,
    pub name: String,
    pub given: &'a Given,
    pub exports: BTreeMap<String, String>,
    /// How many stacks it lies in.
    pub depth: usize,
}

/// A resource that exists, its properties together with the globals that concern it.
pub(crate) struct Resource {
    pub id: Arc<str>,
    pub kind: Arc<str>,
    /// The resource as it is written, with `Metadata` and the like.
    pub whole: Arc<Item>,
    pub properties: Arc<Item>,
}

/// Transforms whose work is done here.
const TRANSFORMS: [&str; 2] = ["AWS::Serverless-2016-10-31", "AWS::LanguageExtensions"];

/// Stacks inside one another.
const DEEPEST: usize = 5;

/// Reads a template into the project. Answers with what its outputs come to.
pub(crate) fn read(
    project: &mut Project,
    shelf: &Shelf<'_>,
    stack: &Stack<'_>,
) -> BTreeMap<String, String> {
    let mut scope = scope(shelf, stack);
    name_unsupported(&scope, &stack.root);
    for parameter in parameters(&mut scope, stack) {
        let known = project
            .parameters
            .iter()
            .any(|one| one.name == parameter.name);
        if !known && stack.depth == 0 {
            project.parameters.push(parameter);
        }
    }
    let resources = resources(&scope, &stack.root);
    for resource in &resources {
        if let "AWS::CloudFormation::Stack" | "AWS::Serverless::Application" =
            resource.kind.as_ref()
        {
            let outputs = nested(project, &scope, resource, stack);
            scope.nested.insert(resource.id.to_string(), outputs);
        }
    }
    fill(project, &scope, &resources, stack);
    let outputs = outputs(&scope, &stack.root);
    project.unresolved.extend(scope.into_unresolved());
    outputs
}

/// A template with what `AWS::Include` adds to its sections and to itself.
pub(crate) fn expanded(shelf: &Shelf<'_>, root: &Arc<Item>) -> Arc<Item> {
    let sections = root.members().iter();
    let sections = sections.map(|(name, section)| (name.clone(), with_included(shelf, section)));
    let root = Item::new(Shape::Map(sections.collect()), root.origin.clone());
    with_included(shelf, &Arc::new(root))
}

/// A map with the members of the file it includes, if it does.
fn with_included(shelf: &Shelf<'_>, map: &Arc<Item>) -> Arc<Item> {
    let Some(transform) = map.get("Fn::Transform") else {
        return map.clone();
    };
    let location = transform
        .get("Parameters")
        .and_then(|parameters| parameters.get_text("Location"))
        .filter(|_| transform.get_text("Name") == Some("AWS::Include"));
    let Some(location) = location else {
        let message = "only AWS::Include with a Location that is written out is supported here";
        shelf.problem("PROJECT_UNSUPPORTED", message, transform.origin.clone());
        return map.clone();
    };
    let included = load::beside(shelf, &transform.origin.file, location, &transform.origin);
    let own = map.members().iter();
    let own = own.filter(|(name, _)| name.as_ref() != "Fn::Transform");
    let own = Item::new(Shape::Map(own.cloned().collect()), map.origin.clone());
    match included {
        Some(included) => own.or(&included),
        None => Arc::new(own),
    }
}

/// Names the macros whose work is not done here.
fn name_unsupported(scope: &Scope<'_>, root: &Item) {
    let transform = root.get("Transform");
    let several = transform.map(|one| one.items()).unwrap_or_default();
    for item in transform.into_iter().chain(several) {
        let name = item.get_text("Name").or(item.as_text());
        let Some(name) = name.filter(|name| !TRANSFORMS.contains(name)) else {
            continue;
        };
        scope.shelf.problem(
            "PROJECT_UNSUPPORTED",
            format!("the transform {name} is not carried out; the template is read as it is"),
            item.origin.clone(),
        );
    }
    for (id, _, resource) in &scope.resources.list {
        if id.starts_with("Fn::ForEach") {
            scope.shelf.problem(
                "PROJECT_UNSUPPORTED",
                format!("{id} is not supported; write the resources out"),
                resource.origin.clone(),
            );
        }
    }
}

/// What a template exports to other stacks, by the name it is exported under.
pub(crate) fn exports(shelf: &Shelf<'_>, stack: &Stack<'_>) -> BTreeMap<String, String> {
    let mut scope = scope(shelf, stack);
    parameters(&mut scope, stack);
    let mut exports = BTreeMap::new();
    let outputs = stack.root.get("Outputs").map(|all| all.members());
    for (_, output) in outputs.unwrap_or_default() {
        let export = output.get("Export");
        if let Some(name) = export.and_then(|export| scope.member_text(export, "Name"))
            && let Some(value) = scope.member_text(output, "Value")
        {
            exports.insert(name, value);
        }
    }
    exports
}

fn scope<'a>(shelf: &'a Shelf<'a>, stack: &Stack<'_>) -> Scope<'a> {
    let mut scope = Scope::new(shelf, &stack.file);
    let named = stack.given.value("AWS::StackName");
    scope.stack_name = named.unwrap_or_else(|| stack.name.clone());
    scope.place = stack.given.place();
    scope.mappings = stack.root.get("Mappings").cloned();
    scope.conditions = stack.root.get("Conditions").cloned();
    scope.resources = Resources::of(stack.root.get("Resources"));
    scope.exports = stack.exports.clone();
    scope
}

/// Reads a stack inside a stack. Answers with its outputs.
fn nested(
    project: &mut Project,
    scope: &Scope<'_>,
    resource: &Resource,
    stack: &Stack<'_>,
) -> BTreeMap<String, String> {
    let properties = &resource.properties;
    let origin = &resource.whole.origin;
    let asset = resource
        .whole
        .get("Metadata")
        .and_then(|metadata| metadata.get_scalar("aws:asset:path"));
    let location = asset
        .or_else(|| scope.member_text(properties, "TemplateURL"))
        .or_else(|| scope.member_text(properties, "Location"));
    let Some(location) = location.filter(|location| !location.contains("://")) else {
        scope.shelf.problem(
            "PROJECT_UNSUPPORTED",
            format!(
                "the template of the stack {} is not a file of this project",
                resource.id
            ),
            origin.clone(),
        );
        return BTreeMap::new();
    };
    if stack.depth >= DEEPEST {
        let message = format!("stacks are nested more than {DEEPEST} deep, perhaps in a circle");
        scope.problem(&message, origin);
        return BTreeMap::new();
    }
    let Some(root) = load::beside(scope.shelf, &stack.file, &location, origin) else {
        return BTreeMap::new();
    };
    let passed = scope.member(properties, "Parameters");
    let mut given = stack.given.clone();
    given.given.extend(texts(passed.as_deref()));
    let inner = Stack {
        file: root.origin.file.clone(),
        root: expanded(scope.shelf, &root),
        name: format!("{}-{}", scope.stack_name, resource.id),
        given: &given,
        exports: stack.exports.clone(),
        depth: stack.depth + 1,
    };
    read(project, scope.shelf, &inner)
}

/// What resources say of machines, functions, stores and APIs.
pub(crate) fn fill(
    project: &mut Project,
    scope: &Scope<'_>,
    resources: &[Resource],
    stack: &Stack<'_>,
) {
    for resource in resources {
        match resource.kind.as_ref() {
            "AWS::Serverless::StateMachine" | "AWS::StepFunctions::StateMachine" => {
                project.machines.push(machine::read(scope, resource));
            }
            "AWS::Serverless::Function" | "AWS::Lambda::Function" => {
                project
                    .functions
                    .push(function(scope, resource, &stack.file));
            }
            "AWS::DynamoDB::Table"
            | "AWS::DynamoDB::GlobalTable"
            | "AWS::Serverless::SimpleTable" => {
                project.tables.push(table(scope, resource));
            }
            "AWS::SQS::Queue" => project.queues.push(Queue {
                logical_id: resource.id.to_string(),
                name: scope.name_of(&resource.id),
                arn: attribute(scope, &resource.id, "Arn"),
                url: attribute(scope, &resource.id, "QueueUrl"),
                origin: resource.whole.origin.clone(),
            }),
            "AWS::SNS::Topic" => project.topics.push(Topic {
                logical_id: resource.id.to_string(),
                name: scope.name_of(&resource.id),
                arn: attribute(scope, &resource.id, "TopicArn"),
                origin: resource.whole.origin.clone(),
            }),
            _ => {}
        }
    }
    project.apis.extend(api::read(scope, resources, stack));
}

fn attribute(scope: &Scope<'_>, id: &str, attribute: &str) -> String {
    crate::project::names::attribute(scope, id, attribute).unwrap_or_default()
}

/// The parameters of a template, put into its scope.
fn parameters(scope: &mut Scope<'_>, stack: &Stack<'_>) -> Vec<Parameter> {
    let mut found = Vec::new();
    let declared = stack.root.get("Parameters").map(|all| all.members());
    for (name, parameter) in declared.unwrap_or_default() {
        let default = parameter.get("Default").and_then(|one| one.scalar());
        let kind = parameter.get_text("Type").unwrap_or_default();
        // The default of such a parameter is the name under which its value is stored elsewhere.
        let is_stored = kind.starts_with("AWS::SSM::Parameter::Value");
        let (value, from) = stack
            .given
            .choose(name, default.clone().filter(|_| !is_stored));
        scope.declared.insert(name.to_string());
        if let Some(value) = &value {
            let is_list = kind == "CommaDelimitedList" || kind.contains("List<");
            let item = if is_list {
                let parts = value.split(',');
                let parts = parts.map(|part| Item::text(part.trim(), &parameter.origin));
                Item::list(parts.collect(), &parameter.origin)
            } else {
                Item::text(value, &parameter.origin)
            };
            scope.params.insert(name.to_string(), item);
        }
        found.push(Parameter {
            name: name.to_string(),
            description: parameter.get_scalar("Description"),
            default,
            value,
            from,
            origin: parameter.origin.clone(),
        });
    }
    found
}

/// The resources whose conditions hold, in the order of the text.
fn resources(scope: &Scope<'_>, root: &Item) -> Vec<Resource> {
    let globals = root.get("Globals");
    let existing = scope.resources.list.iter();
    let existing = existing.filter(|(_, _, resource)| scope.exists(resource));
    existing
        .map(|(id, kind, resource)| {
            let own = resource
                .get("Properties")
                .cloned()
                .unwrap_or_else(|| Item::map(Vec::new(), &resource.origin));
            Resource {
                id: id.clone(),
                kind: kind.clone(),
                whole: resource.clone(),
                properties: globals::with(globals, kind, &own),
            }
        })
        .collect()
}

/// Where the CDK has put code, in a template without asset metadata: `asset.HASH` for the key `HASH.zip`.
fn staged(scope: &Scope<'_>, code: &Item, file: &str) -> Option<String> {
    let key = scope.member_text(code, "S3Key")?;
    let name = format!("asset.{}", key.split('.').next()?);
    let names = scope.shelf.list(folder_of(file));
    let is_it = |there: &String| there.trim_end_matches('/') == name;
    names.iter().any(is_it).then_some(name)
}

fn function(scope: &Scope<'_>, resource: &Resource, file: &str) -> Function {
    let properties = &resource.properties;
    let text = |key: &str| scope.member_text(properties, key);
    let code = properties.get("Code");
    let inline_code = text("InlineCode").or_else(|| scope.member_text(code?, "ZipFile"));
    let asset = resource
        .whole
        .get("Metadata")
        .and_then(|metadata| metadata.get_scalar("aws:asset:path"))
        .or_else(|| staged(scope, code?, file));
    let written = asset.or_else(|| {
        let local = text("CodeUri").or_else(|| scope.text(code?));
        // A SAM template without a word about code takes its own folder.
        let own_folder = || {
            let is_sam = resource.kind.as_ref() == "AWS::Serverless::Function";
            let nothing =
                properties.get("CodeUri").is_none() && properties.get("ImageUri").is_none();
            (is_sam && nothing && inline_code.is_none()).then(|| ".".to_owned())
        };
        local.or_else(own_folder)
    });
    let code = written.and_then(|written| {
        if written.contains("://") {
            return None;
        }
        match load::path(file, &written) {
            Ok(path) => Some(path),
            Err(reason) => {
                scope.shelf.problem(
                    "PROJECT_FILE",
                    format!("the code of {}: {reason}", resource.id),
                    resource.whole.origin.clone(),
                );
                None
            }
        }
    });
    let environment = properties
        .get("Environment")
        .and_then(|one| scope.resolve(one))
        .and_then(|one| one.get("Variables").cloned());
    let name = scope.name_of(&resource.id);
    Function {
        arn: scope.place.arn("lambda", &format!("function:{name}")),
        name,
        logical_id: resource.id.to_string(),
        code,
        inline_code,
        handler: text("Handler"),
        runtime: text("Runtime"),
        environment: texts(environment.as_deref()),
        timeout: text("Timeout").and_then(|seconds| seconds.parse().ok()),
        memory: text("MemorySize").and_then(|megabytes| megabytes.parse().ok()),
        origin: resource.whole.origin.clone(),
    }
}

/// The members of a map that are texts, numbers or truth values.
pub(crate) fn texts(map: Option<&Item>) -> BTreeMap<String, String> {
    let members = map.map(|map| map.members()).unwrap_or_default().iter();
    members
        .filter_map(|(name, value)| Some((name.to_string(), value.scalar()?)))
        .collect()
}

fn table(scope: &Scope<'_>, resource: &Resource) -> Table {
    let properties = &resource.properties;
    let schema = scope.member(properties, "KeySchema");
    let key = |kind: &str| {
        schema
            .as_ref()?
            .items()
            .iter()
            .find(|part| part.get_text("KeyType") == Some(kind))?
            .get_scalar("AttributeName")
    };
    let is_simple = resource.kind.as_ref() == "AWS::Serverless::SimpleTable";
    let simple = || {
        let named = scope.member(properties, "PrimaryKey");
        let name = named.and_then(|key| key.get_scalar("Name"));
        is_simple.then(|| name.unwrap_or_else(|| "id".to_owned()))
    };
    Table {
        logical_id: resource.id.to_string(),
        name: scope.name_of(&resource.id),
        arn: attribute(scope, &resource.id, "Arn"),
        partition_key: key("HASH").or_else(simple),
        sort_key: key("RANGE"),
        origin: resource.whole.origin.clone(),
    }
}

/// What a template puts out. Only a stack around it asks for that, so that nothing in it counts as unresolved here.
fn outputs(scope: &Scope<'_>, root: &Item) -> BTreeMap<String, String> {
    let outputs = root.get("Outputs").map(|all| all.members());
    let outputs = outputs.unwrap_or_default().iter();
    outputs
        .filter_map(|(name, output)| {
            let value = scope.without_notes(output.get("Value")?)?;
            Some((name.to_string(), value))
        })
        .collect()
}
