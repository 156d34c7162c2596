//! The names of things: which project, which route, which request; and where a project comes from.

use std::collections::BTreeMap;
use std::path::Path;
use std::path::PathBuf;
use std::sync::Arc;

use crate::project::Origin;

/// The number of an open project, never used again within a session.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ProjectId(pub u64);

/// The number of a request that was sent or heard, never used again within a session.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct SentId(pub u64);

/// Where the files of a project are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Home {
    Folder(PathBuf),
    /// A bundled sample by its folder name.
    Sample(String),
}

/// A project as it is to be read: its folder, and the texts that count before those on disk because
/// they are open here and not saved.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProjectSource {
    pub home: Home,
    /// The file to begin with, within the folder; empty for whatever the folder holds.
    pub root: String,
    /// By path within the folder.
    pub overlay: Arc<BTreeMap<String, Arc<str>>>,
}

/// A route, by what stays the same when its document is read again.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct RouteKey {
    pub project: ProjectId,
    /// [`ApiDocument::id`](crate::project::ApiDocument::id)
    pub api: String,
    /// In capitals, or `ANY`.
    pub method: String,
    /// With its parameters, without the stage.
    pub path: String,
}

/// A place in a file of a project, to be shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SourcePlace {
    pub project: ProjectId,
    pub origin: Origin,
    /// Counts the wishes, so that the same place is brought into view again.
    pub shown: u64,
}

impl Home {
    /// The path on disk of a file of the project; none in a bundled sample.
    pub fn path_of(&self, file: &str) -> Option<PathBuf> {
        match self {
            Home::Folder(folder) => Some(folder.join(file)),
            Home::Sample(_) => None,
        }
    }

    /// The file of the project that a path on disk is; none outside of it.
    pub fn file_of(&self, path: &Path) -> Option<String> {
        match self {
            Home::Folder(folder) => {
                let inner = path.strip_prefix(folder).ok()?;
                let parts = inner.components();
                let parts = parts.map(|part| part.as_os_str().to_string_lossy().into_owned());
                Some(parts.collect::<Vec<String>>().join("/"))
            }
            Home::Sample(_) => None,
        }
    }
}

/// Whether a concrete path, without query, goes to the resource of this template: `{x}` takes one part,
/// `{x+}` all that are left.
pub fn path_fits(template: &str, path: &str) -> bool {
    let parts = |text: &str| -> Vec<String> {
        let text = text.split('?').next().unwrap_or_default();
        let parts = text.split('/').filter(|part| !part.is_empty());
        parts.map(str::to_owned).collect()
    };
    let (wanted, found) = (parts(template), parts(path));
    let greedy = wanted.last().is_some_and(|part| part.ends_with("+}"));
    let enough = match greedy {
        true => found.len() >= wanted.len(),
        false => found.len() == wanted.len(),
    };
    enough
        && wanted
            .iter()
            .zip(&found)
            .all(|(wanted, found)| wanted.starts_with('{') || wanted == found)
}

/// The names in braces of a path, without `+`.
pub fn path_parameters(path: &str) -> Vec<String> {
    let parts = path.split(['?', '/']);
    parts
        .filter_map(|part| part.strip_prefix('{')?.strip_suffix('}'))
        .map(|name| name.trim_end_matches('+').to_owned())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_fit_their_templates() {
        assert!(path_fits("/orders/{id}", "/orders/7?x=1"));
        assert!(path_fits("/orders/{id}", "/orders/{id}"));
        assert!(!path_fits("/orders/{id}", "/orders"));
        assert!(!path_fits("/orders", "/products"));
        assert!(path_fits("/{proxy+}", "/a/b/c"));
        assert!(!path_fits("/a/{proxy+}", "/a"));
        assert_eq!(path_parameters("/a/{id}/{proxy+}?x={y}"), ["id", "proxy"]);
    }

    #[test]
    fn files_and_paths_lead_to_each_other() {
        let home = Home::Folder(PathBuf::from("shop"));
        let path = home.path_of("machines/a.asl.json").unwrap();
        assert_eq!(home.file_of(&path).as_deref(), Some("machines/a.asl.json"));
        assert_eq!(home.file_of(Path::new("elsewhere/a.json")), None);
        assert_eq!(Home::Sample("x".into()).path_of("a"), None);
    }
}
