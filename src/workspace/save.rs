//! Writing so that at every moment either the old file or the new one is there, whole.

use std::io::Write;
use std::path::Path;
use std::path::PathBuf;

use crate::workspace::open::digest;
use crate::workspace::stamp_of;

#[derive(Debug, thiserror::Error)]
pub enum SaveError {
    /// The file is not the one that was read.
    #[error("{0} was changed by another program since it was opened")]
    Changed(PathBuf),
    #[error("{path} cannot be written: {source}")]
    Unwritable {
        path: PathBuf,
        source: std::io::Error,
    },
}

/// Writes a text unless the file has changed since `expected` was taken; returns the new stamp.
pub fn save(path: &Path, text: &str, expected: Option<&str>) -> Result<String, SaveError> {
    if let Some(expected) = expected
        && let Some(found) = stamp_of(path)
        && found != expected
        && found != digest(text.as_bytes())
    {
        return Err(SaveError::Changed(path.to_owned()));
    }
    write_atomically(path, text.as_bytes())?;
    Ok(digest(text.as_bytes()))
}

/// Temporary file in the same folder, flushed to disk, then renamed over the target.
/// Permissions of an existing file are kept, a symbolic link is followed.
pub fn write_atomically(path: &Path, bytes: &[u8]) -> Result<(), SaveError> {
    let unwritable = |source| SaveError::Unwritable {
        path: path.to_owned(),
        source,
    };
    let target = std::fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    let folder = match target.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder.to_owned(),
        _ => PathBuf::from("."),
    };
    let mut file = tempfile::Builder::new()
        .prefix(".stepwright-")
        .tempfile_in(&folder)
        .map_err(unwritable)?;
    file.write_all(bytes).map_err(unwritable)?;
    let permissions = match std::fs::metadata(&target) {
        Ok(metadata) => Some(metadata.permissions()),
        Err(_) => default_permissions(),
    };
    if let Some(permissions) = permissions {
        file.as_file()
            .set_permissions(permissions)
            .map_err(unwritable)?;
    }
    file.as_file().sync_all().map_err(unwritable)?;
    file.persist(&target)
        .map_err(|error| unwritable(error.error))?;
    // The rename itself lasts only once the folder is on disk; not every system can do that.
    if let Ok(folder) = std::fs::File::open(&folder) {
        let _ = folder.sync_all();
    }
    Ok(())
}

/// Temporary files are private; a new document is readable like any other.
#[cfg(unix)]
fn default_permissions() -> Option<std::fs::Permissions> {
    use std::os::unix::fs::PermissionsExt;
    Some(std::fs::Permissions::from_mode(0o644))
}

#[cfg(not(unix))]
fn default_permissions() -> Option<std::fs::Permissions> {
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_changed_meanwhile_is_not_overwritten() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.asl.json");
        std::fs::write(&path, "one").unwrap();
        let stamp = stamp_of(&path).unwrap();
        std::fs::write(&path, "two").unwrap();
        assert!(matches!(
            save(&path, "three", Some(&stamp)),
            Err(SaveError::Changed(_))
        ));
        assert_eq!(std::fs::read_to_string(&path).unwrap(), "two");
        let stamp = stamp_of(&path).unwrap();
        save(&path, "three", Some(&stamp)).unwrap();
        assert_eq!(std::fs::read_to_string(&path).unwrap(), "three");
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
    }
}
