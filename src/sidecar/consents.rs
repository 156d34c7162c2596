//! What people have agreed to, by folder.

use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::path::Path;
use std::path::PathBuf;

use crate::sidecar::Consent;

/// What was agreed to, and when. Kept in the user's folder for settings, never beside the workflows.
#[derive(Clone, Debug, Default, PartialEq, serde::Serialize, serde::Deserialize)]
#[serde(default)]
pub struct Consents {
    /// By the folder's absolute path; each kind with the moment (RFC 3339) at which it was agreed to.
    pub folders: BTreeMap<PathBuf, BTreeMap<Consent, String>>,
}

/// One change of what is agreed to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ConsentChange {
    Give {
        folder: PathBuf,
        kinds: Vec<Consent>,
        /// RFC 3339
        date: String,
    },
    /// One kind, or everything of the folder.
    Withdraw {
        folder: PathBuf,
        kind: Option<Consent>,
    },
}

impl Consents {
    /// Makes a change; false where a withdrawal found nothing.
    pub fn change(&mut self, change: &ConsentChange) -> bool {
        match change {
            ConsentChange::Give {
                folder,
                kinds,
                date,
            } => {
                self.give(folder, kinds.iter().copied(), date);
                true
            }
            ConsentChange::Withdraw { folder, kind } => self.withdraw(folder, *kind),
        }
    }

    /// What is agreed to for a folder; an agreement says nothing of the folders inside it.
    pub fn of(&self, folder: &Path) -> BTreeSet<Consent> {
        let kinds = self.folders.get(folder);
        let kinds = kinds.into_iter().flat_map(|kinds| kinds.keys());
        kinds.copied().collect()
    }

    /// Agrees to kinds for a folder at a moment (RFC 3339).
    fn give(&mut self, folder: &Path, kinds: impl IntoIterator<Item = Consent>, at: &str) {
        let known = self.folders.entry(folder.to_owned()).or_default();
        for kind in kinds {
            known.entry(kind).or_insert_with(|| at.to_owned());
        }
    }

    /// Takes back one kind, or all of a folder; false where nothing was agreed to.
    fn withdraw(&mut self, folder: &Path, kind: Option<Consent>) -> bool {
        let Some(kinds) = self.folders.get_mut(folder) else {
            return false;
        };
        let before = kinds.len();
        kinds.retain(|known, _| kind.is_some_and(|kind| kind != *known));
        let fewer = kinds.len() < before;
        if kinds.is_empty() {
            self.folders.remove(folder);
        }
        fewer
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_given_can_be_taken_back() {
        let folder = Path::new("/p/orders");
        let mut consents = Consents::default();
        let kinds = [Consent::Command, Consent::Http];
        consents.give(folder, kinds, "2026-11-26T12:00:00Z");
        assert_eq!(consents.of(folder), kinds.into());
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
