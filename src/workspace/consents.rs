//! What people have agreed to, by folder: remembered in the user's folder for settings, never beside the workflows.

use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::path::Path;
use std::path::PathBuf;

use crate::sidecar::Consent;
use crate::workspace::settings_path;
use crate::workspace::write_atomically;

/// What was agreed to, and when.
#[derive(Clone, Debug, Default, PartialEq, serde::Serialize, serde::Deserialize)]
#[serde(default)]
pub struct Consents {
    /// By the folder's absolute path; each kind with the moment (RFC 3339) at which it was agreed to.
    pub folders: BTreeMap<PathBuf, BTreeMap<Consent, String>>,
}

impl Consents {
    /// What is remembered.
    ///
    /// # Errors
    /// The file is there and cannot be read: one sentence. Nothing is agreed to then.
    pub fn load() -> Result<Consents, String> {
        let Some(path) = consents_path() else {
            return Ok(Consents::default());
        };
        match std::fs::read_to_string(&path) {
            Ok(text) => serde_json::from_str(&text).map_err(|error| {
                format!(
                    "what was agreed to cannot be read from {}: {error}; correct or remove the file",
                    path.display()
                )
            }),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(Consents::default()),
            Err(error) => Err(format!("{} cannot be read: {error}", path.display())),
        }
    }

    /// Remembers it.
    ///
    /// # Errors
    /// It cannot be written: one sentence.
    pub fn store(&self) -> Result<(), String> {
        let path = consents_path().ok_or("the system names no folder for settings")?;
        let text = serde_json::to_string_pretty(self).map_err(|error| error.to_string())?;
        let written = path
            .parent()
            .map_or(Ok(()), std::fs::create_dir_all)
            .map_err(|error| error.to_string())
            .and_then(|()| {
                write_atomically(&path, text.as_bytes()).map_err(|error| error.to_string())
            });
        written.map_err(|error| format!("{} cannot be written: {error}", path.display()))
    }

    /// What is agreed to for a folder.
    pub fn of(&self, folder: &Path) -> BTreeSet<Consent> {
        let kinds = self.folders.get(&absolute(folder));
        kinds
            .into_iter()
            .flat_map(|kinds| kinds.keys().copied())
            .collect()
    }

    pub fn give(&mut self, folder: &Path, kinds: impl IntoIterator<Item = Consent>) {
        let now = jiff::Timestamp::now()
            .strftime("%Y-%m-%dT%H:%M:%SZ")
            .to_string();
        let known = self.folders.entry(absolute(folder)).or_default();
        for kind in kinds {
            known.entry(kind).or_insert_with(|| now.clone());
        }
    }

    /// Takes back one kind, or all of a folder; false where nothing was agreed to.
    pub fn withdraw(&mut self, folder: &Path, kind: Option<Consent>) -> bool {
        let folder = absolute(folder);
        let Some(kinds) = self.folders.get_mut(&folder) else {
            return false;
        };
        let before = kinds.len();
        kinds.retain(|known, _| kind.is_some_and(|kind| kind != *known));
        let fewer = kinds.len() < before;
        if kinds.is_empty() {
            self.folders.remove(&folder);
        }
        fewer
    }
}

/// Links resolved where the folder is there, so that one folder has one name.
fn absolute(folder: &Path) -> PathBuf {
    let folder = match folder.as_os_str().is_empty() {
        true => Path::new("."),
        false => folder,
    };
    folder
        .canonicalize()
        .or_else(|_| std::path::absolute(folder))
        .unwrap_or_else(|_| folder.to_owned())
}

fn consents_path() -> Option<PathBuf> {
    Some(settings_path()?.with_file_name("consents.json"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_given_can_be_taken_back() {
        let folder = Path::new("/p/orders");
        let mut consents = Consents::default();
        consents.give(folder, [Consent::Command, Consent::Http]);
        assert_eq!(
            consents.of(folder),
            [Consent::Command, Consent::Http].into()
        );
        assert!(consents.of(Path::new("/p")).is_empty());
        let text = serde_json::to_string(&consents).unwrap();
        assert!(text.contains(r#""command""#), "{text}");
        let mut read: Consents = serde_json::from_str(&text).unwrap();
        assert_eq!(read, consents);
        assert!(read.withdraw(folder, Some(Consent::Http)));
        assert!(!read.withdraw(folder, Some(Consent::Http)));
        assert_eq!(read.of(folder), [Consent::Command].into());
        assert!(read.withdraw(folder, None) && read.folders.is_empty());
    }
}
