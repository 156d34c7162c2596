//! Where settings are remembered between starts.

use std::path::PathBuf;

use crate::workspace::write_atomically;

/// `stepwright/settings.json` in the user's folder for settings; none where the system names no such folder.
pub fn settings_path() -> Option<PathBuf> {
    let folder = |name: &str| {
        std::env::var_os(name)
            .filter(|value| !value.is_empty())
            .map(PathBuf::from)
    };
    let base = folder("XDG_CONFIG_HOME")
        .or_else(|| folder("APPDATA"))
        .or_else(|| folder("HOME").map(|home| home.join(".config")))?;
    Some(base.join("stepwright").join("settings.json"))
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
