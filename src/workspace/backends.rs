//! What a folder says of the backends of its workflows: its own file, and the functions of its project.

use std::path::Path;

use crate::project::Project;
use crate::sidecar::Backends;
use crate::sidecar::FOLDER_FILE;
use crate::sidecar::FunctionBackend;
use crate::sidecar::FunctionRun;
use crate::sidecar::located;
use crate::workspace::write_atomically;

/// Reads `stepwright.backends.json` of a folder; nothing is said where there is none. Problems are sentences, with
/// file, line and column before them.
pub fn folder_backends(folder: &Path) -> (Backends, Vec<String>) {
    let path = folder.join(FOLDER_FILE);
    let text = match std::fs::read_to_string(&path) {
        Ok(text) => text,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            return (Backends::default(), Vec::new());
        }
        Err(error) => {
            let problem = format!("{} cannot be read: {error}", path.display());
            return (Backends::default(), vec![problem]);
        }
    };
    let (backends, problems) = Backends::parse(&text);
    let file = path.display().to_string();
    let problems = problems.iter();
    let problems = problems.map(|problem| located(&file, &text, "", problem));
    (backends, problems.collect())
}

/// Sets or (without a value) removes what a JSON pointer names in `stepwright.backends.json` of a folder; every other
/// byte stays as it is.
///
/// # Errors
/// One sentence: the file cannot be read, is no JSON object, or cannot be written.
pub fn change_folder_backends(
    folder: &Path,
    pointer: &str,
    value: Option<&str>,
) -> Result<(), String> {
    let path = folder.join(FOLDER_FILE);
    let told = |error: &dyn std::fmt::Display| format!("{}: {error}", path.display());
    let text = match std::fs::read_to_string(&path) {
        Ok(text) => text,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => String::new(),
        Err(error) => return Err(told(&error)),
    };
    let changed = Backends::change(&text, pointer, value).map_err(|error| told(&error))?;
    write_atomically(&path, changed.as_bytes()).map_err(|error| told(&error))
}

/// The functions of a project as commands on this machine: their handlers in their code folders.
pub fn project_functions(project: &Project) -> Backends {
    let mut backends = Backends::default();
    for function in &project.functions {
        let Some(handler) = &function.handler else {
            continue;
        };
        if function.code.is_none() && function.inline_code.is_none() {
            continue;
        }
        let known = FunctionBackend {
            run: Some(FunctionRun::Handler {
                handler: handler.clone(),
                runtime: function.runtime.clone(),
                inline: function.inline_code.clone(),
            }),
            folder: function.code.clone(),
            environment: function.environment.clone(),
            timeout: function.timeout,
            memory: function.memory,
        };
        backends
            .functions
            .insert(function.logical_id.clone(), known.clone());
        backends.functions.insert(function.name.clone(), known);
    }
    backends
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sidecar::Backend;

    #[test]
    fn a_choice_for_a_folder_leaves_every_other_byte() {
        let folder = tempfile::tempdir().unwrap();
        let folder = folder.path();
        let path = folder.join(FOLDER_FILE);
        change_folder_backends(folder, "/default", Some("\"local\"")).unwrap();
        let text = std::fs::read_to_string(&path).unwrap();
        assert_eq!(text, "{\n  \"default\": \"local\"\n}\n");
        let own = "{ \"default\" : \"aws\",\r\n\t\"aws\": {\"profile\":  \"dev\"} }";
        std::fs::write(&path, own).unwrap();
        change_folder_backends(folder, "/default", Some("\"mock\"")).unwrap();
        let text = std::fs::read_to_string(&path).unwrap();
        assert_eq!(text, own.replace("\"aws\",", "\"mock\","));
        change_folder_backends(folder, "/states/Pay", Some("\"local\"")).unwrap();
        let (said, problems) = folder_backends(folder);
        assert_eq!(problems, Vec::<String>::new());
        assert_eq!(said.states.get("Pay"), Some(&vec![Backend::Local]));
        assert_eq!(said.usual, [Backend::Mock]);
    }

    #[test]
    fn a_file_that_is_not_understood_stays_as_it_is() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(FOLDER_FILE);
        for text in ["[1]", "{\"default\": ", "\u{feff}nonsense"] {
            std::fs::write(&path, text).unwrap();
            let told = change_folder_backends(folder.path(), "/default", Some("\"mock\""));
            let told = told.unwrap_err();
            assert!(told.contains(FOLDER_FILE), "{told}");
            assert_eq!(std::fs::read_to_string(&path).unwrap(), text);
        }
    }
}
