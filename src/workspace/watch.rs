//! Noticing that an open file was changed by someone else.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::SystemTime;

/// Looks at some files again and again and tells which have changed since the last look.
///
/// Asks for time and size only, so a look costs next to nothing; contents are compared by whoever is told.
#[derive(Debug, Default)]
pub struct Watcher {
    files: BTreeMap<PathBuf, Option<(SystemTime, u64)>>,
}

impl Watcher {
    /// Watches exactly these files from now on.
    pub fn watch(&mut self, paths: Vec<PathBuf>) {
        let before = std::mem::take(&mut self.files);
        self.files = paths
            .into_iter()
            .map(|path| {
                let seen = before.get(&path).copied().unwrap_or_else(|| look(&path));
                (path, seen)
            })
            .collect();
    }

    /// The files that differ from the last look.
    pub fn changed(&mut self) -> Vec<PathBuf> {
        let mut changed = Vec::new();
        for (path, seen) in &mut self.files {
            let now = look(path);
            if now != *seen {
                *seen = now;
                changed.push(path.clone());
            }
        }
        changed
    }
}

fn look(path: &std::path::Path) -> Option<(SystemTime, u64)> {
    let metadata = std::fs::metadata(path).ok()?;
    Some((metadata.modified().ok()?, metadata.len()))
}
