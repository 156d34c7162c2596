//! An OpenAPI or Swagger document that stands alone, with the definitions around it as its machines.
//!
//! Its templates name a machine by an ARN with the machine's name in it, or by a placeholder: `${order-processing}`,
//! `${OrderProcessing}`, either with `StateMachine`, `Arn` or `StateMachineArn` behind it. Where there is one machine,
//! `${StateMachine}` and `${StateMachineArn}` are that one. Placeholders count inside `Fn::Sub` and outside.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::asl::MachineType;
use crate::project::ApiDocument;
use crate::project::ApiKey;
use crate::project::DefinitionPlace;
use crate::project::KeyGrant;
use crate::project::Machine;
use crate::project::Origin;
use crate::project::Project;
use crate::project::Written;
use crate::project::files::Shelf;
use crate::project::files::folder_of;
use crate::project::item::Item;
use crate::project::item::Shape;
use crate::project::params::Given;
use crate::project::scope::Resources;
use crate::project::scope::Scope;
use crate::syntax::file_stem;

/// Folders below the document's own in which definitions are looked for.
const DEEPEST: usize = 3;

/// Definitions that are looked at.
const MOST_MACHINES: usize = 200;

pub(crate) fn read(project: &mut Project, shelf: &Shelf<'_>, document: &Arc<Item>, given: &Given) {
    let file: Arc<str> = Arc::from(project.root.as_str());
    let mut scope = Scope::new(shelf, &file);
    scope.place = given.place();
    let stem = file_stem(file.rsplit('/').next().unwrap_or(&file)).to_owned();
    scope.stack_name = stem.trim_end_matches(".openapi").to_owned();
    let mut paths = Vec::new();
    collect(shelf, folder_of(&file), 0, &mut paths);
    let origin = document.origin.clone();
    let mut resources = Vec::new();
    for path in &paths {
        let name = file_stem(path.rsplit('/').next().unwrap_or(path)).to_owned();
        let resource = Item::map(
            vec![(
                "Type",
                Item::text("AWS::StepFunctions::StateMachine", &origin),
            )],
            &origin,
        );
        resources.push((Arc::from(name.as_str()), resource));
        for alias in aliases(&name, paths.len() == 1) {
            scope.aliases.entry(alias).or_insert_with(|| name.clone());
        }
        project.machines.push(Machine {
            arn: scope.place.machine_arn(&name),
            kind: kind_beside(shelf, path),
            logical_id: name.clone(),
            key: name.clone(),
            name,
            definition: DefinitionPlace::File { path: path.clone() },
            substitutions: given.all(),
            origin: Origin::start(path),
        });
    }
    let resources = Arc::new(Item::new(Shape::Map(resources), origin.clone()));
    scope.resources = Resources::of(Some(&resources));
    for (name, value) in given.all() {
        scope.params.insert(name, Item::text(&value, &origin));
    }
    let Some(worked) = scope.resolve(document) else {
        return;
    };
    let worked = loose(&scope, &worked);
    let title = worked.get("info").and_then(|info| info.get_scalar("title"));
    project.apis.push(ApiDocument {
        id: scope.stack_name.clone(),
        name: title.unwrap_or_else(|| scope.stack_name.clone()),
        stage: stage(&worked, given),
        stage_variables: stage_variables(given),
        document: worked.json(),
        origins: worked.origins(),
        api_keys: keys(given),
        origin: Origin::start(&file),
    });
    project.unresolved.extend(scope.into_unresolved());
}

/// The definitions in a folder and below it, in the order of their paths.
fn collect(shelf: &Shelf<'_>, folder: &str, level: usize, paths: &mut Vec<String>) {
    let join = |name: &str| {
        if folder.is_empty() {
            name.to_owned()
        } else {
            format!("{folder}/{name}")
        }
    };
    for name in shelf.list(folder) {
        if paths.len() >= MOST_MACHINES {
            return;
        }
        if let Some(inner) = name.strip_suffix('/') {
            let is_hidden = inner.starts_with('.') || inner == "node_modules";
            if level < DEEPEST && !is_hidden {
                collect(shelf, &join(inner), level + 1, paths);
            }
        } else if [".asl.json", ".asl.yaml", ".asl.yml"]
            .iter()
            .any(|ending| name.ends_with(ending))
        {
            let path = join(&name);
            match shelf.text(&path) {
                Ok(_) => paths.push(path),
                Err(reason) => shelf.problem("PROJECT_FILE", reason, Origin::start(&path)),
            }
        }
    }
}

/// The names by which placeholders may mean a machine.
fn aliases(name: &str, is_only: bool) -> Vec<String> {
    let words = name.split(|c: char| !c.is_ascii_alphanumeric());
    let pascal: String = words
        .map(|word| {
            let mut chars = word.chars();
            let first = chars.next().map(|c| c.to_ascii_uppercase());
            first.into_iter().chain(chars).collect::<String>()
        })
        .collect();
    let mut all = Vec::new();
    for base in [name, pascal.as_str()] {
        for ending in ["", "StateMachine", "Arn", "StateMachineArn"] {
            all.push(format!("{base}{ending}"));
        }
    }
    if is_only {
        all.extend(["StateMachine", "StateMachineArn"].map(str::to_owned));
    }
    all.retain(|alias| alias != name);
    all
}

/// What the companion beside a definition says it is.
fn kind_beside(shelf: &Shelf<'_>, path: &str) -> MachineType {
    let folder = folder_of(path);
    let stem = file_stem(path.rsplit('/').next().unwrap_or(path));
    let companion = if folder.is_empty() {
        format!("{stem}.stepwright.json")
    } else {
        format!("{folder}/{stem}.stepwright.json")
    };
    let kind = shelf.text(&companion).ok().and_then(|text| {
        let value: serde_json::Value = serde_json::from_str(&text).ok()?;
        MachineType::parse(value.get("type")?.as_str()?)
    });
    kind.unwrap_or_default()
}

/// Texts in which placeholders that mean something are put in, outside `Fn::Sub`. Others belong to VTL.
fn loose(scope: &Scope<'_>, item: &Arc<Item>) -> Arc<Item> {
    match &item.shape {
        Shape::Null | Shape::Bool(_) | Shape::Number(_) => item.clone(),
        Shape::Text(text) if !text.contains("${") => item.clone(),
        Shape::Text(text) => {
            let filled = crate::project::placeholder::fill(text, |name| scope.quietly(name));
            if filled == **text {
                return item.clone();
            }
            let filled = Item::new(Shape::Text(Arc::from(filled)), item.origin.clone());
            Arc::new(filled.written(Written::WithPlaceholders))
        }
        Shape::List(items) => {
            let items = items.iter().map(|item| loose(scope, item)).collect();
            Arc::new(Item::new(Shape::List(items), item.origin.clone()))
        }
        Shape::Map(members) => {
            let members = members.iter();
            let members = members.map(|(key, value)| (key.clone(), loose(scope, value)));
            let map = Item::new(Shape::Map(members.collect()), item.origin.clone());
            Arc::new(map)
        }
    }
}

/// The stage: the parameter `StageName` or `Stage`, else the base path of the document, else `dev`.
fn stage(document: &Item, given: &Given) -> String {
    let said = given.value("StageName").or_else(|| given.value("Stage"));
    let from_servers = || {
        let server = document.get("servers")?.items().first()?;
        let variable = server.get("variables")?.get("basePath")?;
        variable.get_scalar("default")
    };
    let stage = said
        .or_else(from_servers)
        .or_else(|| document.get_scalar("basePath"));
    let stage = stage.unwrap_or_default();
    let stage = stage.trim_matches('/');
    if stage.is_empty() || stage.contains('/') {
        "dev".to_owned()
    } else {
        stage.to_owned()
    }
}

/// Parameters named `stageVariables.NAME`.
fn stage_variables(given: &Given) -> BTreeMap<String, String> {
    let all = given.all().into_iter();
    all.filter_map(|(name, value)| {
        let name = name.strip_prefix("stageVariables.")?;
        Some((name.to_owned(), value))
    })
    .collect()
}

/// Parameters named `apiKey.NAME`, whose values are the keys.
fn keys(given: &Given) -> Vec<ApiKey> {
    let all = given.all().into_iter();
    all.filter_map(|(name, value)| {
        let name = name.strip_prefix("apiKey.")?;
        Some(ApiKey {
            id: name.to_owned(),
            name: name.to_owned(),
            value: Some(value),
            enabled: true,
            grant: KeyGrant::Unlimited,
        })
    })
    .collect()
}
