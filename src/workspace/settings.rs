//! Where settings are remembered between starts.

use std::path::PathBuf;

use crate::workspace::write_atomically;

/// `stepwright/settings.json` in the user's folder for settings; none where the system names no such folder.
pub fn settings_path() -> Option<PathBuf> {
    let base = folder_in("XDG_CONFIG_HOME")
        .or_else(|| folder_in("APPDATA"))
        .or_else(|| folder_in("HOME").map(|home| home.join(".config")))?;
    Some(base.join("stepwright").join("settings.json"))
}

/// The folder that a variable of the environment names. One that is not absolute is none, as XDG has it: what lies in the
/// folder somebody works in, which may come from anywhere, are no settings of theirs.
pub(crate) fn folder_in(variable: &str) -> Option<PathBuf> {
    let named = std::env::var_os(variable).map(PathBuf::from);
    named.filter(|folder| folder.is_absolute())
}

/// The remembered text, if any.
pub fn load_settings() -> Option<String> {
    std::fs::read_to_string(settings_path()?).ok()
}

/// Remembers a text. Settings are a convenience: a failure is returned for the log, not shown.
pub fn store_settings(text: &str) -> Result<(), String> {
    let path = settings_path().ok_or("the system names no folder for settings")?;
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder).map_err(|error| error.to_string())?;
    }
    write_atomically(&path, text.as_bytes()).map_err(|error| error.to_string())
}
