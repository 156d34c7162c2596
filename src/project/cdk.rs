//! The output folder of the CDK (`cdk.out`): the stacks its manifest lists, and those of assemblies inside it.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::project::Origin;
use crate::project::Project;
use crate::project::files::Shelf;
use crate::project::item::Item;
use crate::project::load;
use crate::project::params::Given;
use crate::project::template;
use crate::project::template::Stack;

/// Assemblies inside one another.
const DEEPEST: usize = 6;

/// Stacks of one project.
const MOST_STACKS: usize = 200;

pub(crate) fn read(project: &mut Project, shelf: &Shelf<'_>, manifest: &Arc<Item>, given: &Given) {
    let mut found = Vec::new();
    collect(shelf, manifest, 0, &mut found);
    // What stacks export is known before any of them is read: they may import from one another in any order.
    let mut exports = BTreeMap::new();
    let mut stacks: Vec<Stack<'_>> = found
        .into_iter()
        .map(|(name, root)| Stack {
            file: root.origin.file.clone(),
            root: template::expanded(shelf, &root),
            name,
            given,
            exports: BTreeMap::new(),
            depth: 0,
        })
        .collect();
    for stack in &mut stacks {
        stack.exports = exports.clone();
        exports.extend(template::exports(shelf, stack));
    }
    for stack in &mut stacks {
        stack.exports = exports.clone();
        template::read(project, shelf, stack);
    }
}

/// The templates of an assembly with the names of their stacks, in the order of its manifest.
fn collect(
    shelf: &Shelf<'_>,
    manifest: &Arc<Item>,
    level: usize,
    found: &mut Vec<(String, Arc<Item>)>,
) {
    let artifacts = manifest.get("artifacts").map(|all| all.members());
    for (id, artifact) in artifacts.unwrap_or_default() {
        if found.len() >= MOST_STACKS {
            let message = format!("more than {MOST_STACKS} stacks are not read");
            shelf.problem("PROJECT_CDK", message, artifact.origin.clone());
            return;
        }
        let properties = artifact.get("properties");
        let text = |key: &str| properties.and_then(|all| all.get_text(key));
        match artifact.get_text("type") {
            Some("aws:cloudformation:stack") => {
                let Some(file) = text("templateFile") else {
                    continue;
                };
                let name = text("stackName").unwrap_or(id).to_owned();
                let root = load::beside(shelf, &artifact.origin.file, file, &artifact.origin);
                found.extend(root.map(|root| (name, root)));
            }
            Some("cdk:cloud-assembly") if level < DEEPEST => {
                let Some(folder) = text("directoryName") else {
                    continue;
                };
                let path = format!("{folder}/manifest.json");
                let inner = load::beside(shelf, &artifact.origin.file, &path, &artifact.origin);
                if let Some(inner) = inner {
                    collect(shelf, &inner, level + 1, found);
                }
            }
            Some("cdk:cloud-assembly") => shelf.problem(
                "PROJECT_CDK",
                format!("assemblies are nested more than {DEEPEST} deep"),
                artifact.origin.clone(),
            ),
            Some(_) | None => {}
        }
    }
    if level == 0 && found.is_empty() {
        shelf.problem(
            "PROJECT_CDK",
            "the manifest lists no stack that could be read; run `cdk synth` again",
            Origin::start(&manifest.origin.file),
        );
    }
}
