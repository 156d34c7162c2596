//! The way into a project: which file is its root, what kind it is, and the text of each machine.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::project::DefinitionPlace;
use crate::project::Files;
use crate::project::Inset;
use crate::project::Machine;
use crate::project::Origin;
use crate::project::Project;
use crate::project::ProjectKind;
use crate::project::cdk;
use crate::project::files::Shelf;
use crate::project::files::folder_of;
use crate::project::item::Item;
use crate::project::load;
use crate::project::openapi;
use crate::project::params::Given;
use crate::project::serverless;
use crate::project::template;
use crate::syntax::Format;
use crate::syntax::file_stem;
use crate::text::Span;
use crate::text::TextEdit;

/// What is said of a project beside its files.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// Values of parameters, and of pseudo parameters such as `AWS::Region`. They count before all others.
    pub params: BTreeMap<String, String>,
}

/// The text of a machine, wherever it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Definition {
    /// The file it stands in, by its path within the project's folder.
    pub file: String,
    /// The definition by itself.
    pub text: Arc<str>,
    pub format: Format,
    /// Where it is a part of its file.
    pub inset: Option<Inset>,
}

impl Definition {
    /// The edit of the file that makes an edit of the definition.
    ///
    /// # Errors
    /// A sentence for people, as [`Inset::splice`].
    pub fn file_edit(&self, edit: &TextEdit) -> Result<TextEdit, String> {
        match &self.inset {
            Some(inset) => inset.splice(edit),
            None => Ok(edit.clone()),
        }
    }

    /// Where bytes of the definition stand in the file.
    pub fn file_span(&self, span: Span) -> Span {
        match &self.inset {
            Some(inset) => inset.host_span(span),
            None => span,
        }
    }
}

/// The companion of a project's root: `template.stepwright.json` beside `template.yaml`.
pub fn companion_path(root: &str) -> String {
    let folder = folder_of(root);
    let name = root.rsplit('/').next().unwrap_or(root);
    let companion = format!("{}.stepwright.json", file_stem(name));
    if folder.is_empty() {
        companion
    } else {
        format!("{folder}/{companion}")
    }
}

impl Project {
    /// The entry of a machine in the companion of the project, and the JSON pointer to it: the member of `machines`
    /// that is called like the machine's key, logical id or name.
    pub fn companion_entry(&self, machine: &Machine) -> Option<(Origin, String)> {
        let path = companion_path(&self.root);
        let text = self.files.get(&path)?;
        let tree = crate::syntax::parse(text, Format::Json).tree;
        let machines = tree.get(tree.root()?, "machines")?;
        let names = [&machine.key, &machine.logical_id, &machine.name];
        let entry = names.iter().find_map(|name| tree.get(machines, name))?;
        let origin = Origin {
            file: Arc::from(path.as_str()),
            span: tree.span(entry),
        };
        Some((origin, tree.pointer(entry).to_string()))
    }

    /// The definition of a machine.
    ///
    /// # Errors
    /// A sentence: it cannot be read, which is also one of the problems.
    pub fn definition(&self, machine: &Machine) -> Result<Definition, String> {
        match &machine.definition {
            DefinitionPlace::File { path } => {
                let text = self.files.get(path);
                let text = text.ok_or_else(|| format!("{path} has not been read"))?;
                Ok(Definition {
                    format: Format::of(path, text),
                    file: path.clone(),
                    text: text.clone(),
                    inset: None,
                })
            }
            DefinitionPlace::Inline { origin, writing } => {
                let host = self.text(&origin.file);
                let inset = Inset::read(host, &origin.file, origin.span, *writing)?;
                Ok(Definition {
                    file: origin.file.to_string(),
                    text: Arc::from(inset.text.as_str()),
                    format: inset.format,
                    inset: Some(inset),
                })
            }
            DefinitionPlace::Unreadable { reason } => Err(format!(
                "the definition of {} cannot be read: {reason}",
                machine.key
            )),
        }
    }
}

/// Names a folder's root may have, the first that is there counts.
const ROOTS: [&str; 9] = [
    "template.yaml",
    "template.yml",
    "template.json",
    "serverless.yml",
    "serverless.yaml",
    "serverless.json",
    "cdk.out/",
    "manifest.json",
    "openapi.yaml",
];

/// The root of a folder: a template, a configuration, the output of the CDK, or an OpenAPI document.
pub fn find_root(files: &dyn Files) -> Option<String> {
    let names = files.list("");
    let has = |name: &str| names.iter().any(|there| there == name);
    for root in ROOTS {
        if has(root) && root == "cdk.out/" {
            return Some("cdk.out/manifest.json".to_owned());
        }
        if has(root) {
            return Some(root.to_owned());
        }
    }
    let endings = [
        ".openapi.yaml",
        ".openapi.yml",
        ".openapi.json",
        "openapi.yml",
        "openapi.json",
        "swagger.yaml",
        "swagger.json",
        ".template.json",
        ".template.yaml",
    ];
    endings
        .iter()
        .find_map(|ending| names.iter().find(|name| name.ends_with(ending)))
        .cloned()
}

/// What a text is the root of; none where it is none, a definition perhaps.
pub fn kind_of(path: &str, text: &str) -> Option<ProjectKind> {
    let words = [
        "Resources",
        "AWSTemplateFormatVersion",
        "service",
        "openapi",
        "swagger",
        "artifacts",
    ];
    if !words.iter().any(|word| text.contains(word)) {
        return None;
    }
    let format = load::format_of(path, text);
    let tree = crate::syntax::parse_template(text, format).tree;
    let root = tree.root()?;
    let has = |key: &str| tree.get(root, key).is_some();
    if has("StartAt") || has("States") {
        return None;
    }
    if has("Resources") || has("AWSTemplateFormatVersion") {
        let is_sam = has("Transform") && text.contains("AWS::Serverless");
        return Some(if is_sam {
            ProjectKind::Sam
        } else {
            ProjectKind::CloudFormation
        });
    }
    if has("openapi") || has("swagger") {
        return Some(ProjectKind::OpenApi);
    }
    if has("artifacts") && has("version") {
        return Some(ProjectKind::CdkOut);
    }
    let named = path.rsplit('/').next().unwrap_or(path);
    let is_serverless = named.starts_with("serverless.") || has("provider");
    (has("service") && is_serverless).then_some(ProjectKind::Serverless)
}

/// Reads a project from its root, a path within its folder. Never fails: what is wrong is listed in `problems`.
pub fn read(root: &str, files: &dyn Files, options: &Options) -> Project {
    let shelf = Shelf::new(files);
    let mut project = Project {
        root: root.to_owned(),
        ..Project::default()
    };
    let given = given(&shelf, root, options);
    project.place = given.place();
    let start = Origin::start(root);
    if let Some(item) = load::read(&shelf, root, &start) {
        let text = shelf.text(root).unwrap_or_default();
        match kind_of(root, &text) {
            Some(kind) => {
                project.kind = kind;
                fill(&mut project, &shelf, &item, &given);
            }
            None => shelf.problem(
                "PROJECT_KIND",
                format!(
                    "{root} is no template, no cdk.out, no serverless.yml and no OpenAPI document"
                ),
                start,
            ),
        }
    }
    let (texts, problems) = shelf.into_parts();
    project.files = texts;
    project.problems = problems;
    project.unresolved.sort();
    project.unresolved.dedup();
    project
}

fn fill(project: &mut Project, shelf: &Shelf<'_>, item: &Arc<Item>, given: &Given) {
    let file: Arc<str> = Arc::from(project.root.as_str());
    match project.kind {
        ProjectKind::Sam | ProjectKind::CloudFormation => {
            let stack = template::Stack {
                name: file_stem(file.rsplit('/').next().unwrap_or(&file)).to_owned(),
                file: file.clone(),
                root: template::expanded(shelf, item),
                given,
                exports: BTreeMap::new(),
                depth: 0,
            };
            template::read(project, shelf, &stack);
        }
        ProjectKind::CdkOut => cdk::read(project, shelf, item, given),
        ProjectKind::Serverless => serverless::read(project, shelf, item, given),
        ProjectKind::OpenApi => openapi::read(project, shelf, item, given),
    }
}

/// What the companion beside the root and the caller say of the parameters.
fn given(shelf: &Shelf<'_>, root: &str, options: &Options) -> Given {
    let companion = companion_path(root);
    let mut given = Given {
        given: options.params.clone(),
        companion: BTreeMap::new(),
    };
    // Without a companion there is nothing to say; a broken one is named.
    if let Ok(text) = shelf.text(&companion) {
        match serde_json::from_str::<serde_json::Value>(&text) {
            Ok(value) => {
                let params = value.get("params").map(ToString::to_string);
                if let Some(params) = params {
                    match crate::project::parameter_values(&params) {
                        Ok(values) => given.companion = values,
                        Err(reason) => shelf.problem(
                            "PROJECT_COMPANION",
                            format!("params of {companion} {reason}"),
                            Origin::start(&companion),
                        ),
                    }
                }
            }
            Err(error) => shelf.problem(
                "PROJECT_COMPANION",
                format!("{companion} is no JSON: {error}"),
                Origin::start(&companion),
            ),
        }
    }
    given
}
