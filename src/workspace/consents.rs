//! Where it is remembered what people have agreed to.

use std::path::Path;
use std::path::PathBuf;

use crate::sidecar::ConsentChange;
use crate::sidecar::Consents;
use crate::workspace::settings_path;
use crate::workspace::write_atomically;

/// What is remembered.
///
/// # Errors
/// The file is there and cannot be read: one sentence. Nothing is agreed to then.
pub fn load_consents() -> Result<Consents, String> {
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

/// Changes what is remembered as it is on disk by now, whoever wrote it last. What is agreed to from then on; none
/// where there was nothing to withdraw.
///
/// # Errors
/// It cannot be read or written: one sentence.
pub fn change_consents(change: &ConsentChange) -> Result<Option<Consents>, String> {
    let mut consents = load_consents()?;
    if !consents.change(change) {
        return Ok(None);
    }
    store(&consents)?;
    Ok(Some(consents))
}

/// The one name of a folder under which agreements are kept: absolute, links resolved where it is there.
pub fn consent_folder(folder: &Path) -> PathBuf {
    let folder = match folder.as_os_str().is_empty() {
        true => Path::new("."),
        false => folder,
    };
    folder
        .canonicalize()
        .or_else(|_| std::path::absolute(folder))
        .unwrap_or_else(|_| folder.to_owned())
}

/// This moment, as agreements are dated.
pub fn consent_date() -> String {
    let now = jiff::Timestamp::now();
    now.strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
}

fn store(consents: &Consents) -> Result<(), String> {
    let path = consents_path().ok_or("the system names no folder for settings")?;
    let text = serde_json::to_string_pretty(consents).map_err(|error| error.to_string())?;
    let folder = path.parent().map_or(Ok(()), std::fs::create_dir_all);
    let written = folder
        .map_err(|error| error.to_string())
        .and_then(|()| write_atomically(&path, text.as_bytes()).map_err(|error| error.to_string()));
    written.map_err(|error| format!("{} cannot be written: {error}", path.display()))
}

fn consents_path() -> Option<PathBuf> {
    Some(settings_path()?.with_file_name("consents.json"))
}
