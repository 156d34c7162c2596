//! Where the application keeps data that nobody has to look at.

use std::path::Path;
use std::path::PathBuf;

use sha2::Digest;

use crate::workspace::settings::folder_in;

/// The file in which a server keeps what belongs to a path it serves: in the user's folder for application data, named
/// after the path. None where the system names no such folder.
pub fn store_path(served: &Path) -> Option<PathBuf> {
    let base = folder_in("XDG_DATA_HOME")
        .or_else(|| folder_in("LOCALAPPDATA"))
        .or_else(|| folder_in("HOME").map(|home| home.join(".local").join("share")))?;
    let whole = std::fs::canonicalize(served).unwrap_or_else(|_| served.to_owned());
    let name = whole.file_stem().unwrap_or_default().to_string_lossy();
    let digest = sha2::Sha256::digest(whole.to_string_lossy().as_bytes());
    let digest: String = digest
        .iter()
        .take(8)
        .map(|byte| format!("{byte:02x}"))
        .collect();
    let file = format!("{name}-{digest}.redb");
    Some(base.join("stepwright").join("stores").join(file))
}
