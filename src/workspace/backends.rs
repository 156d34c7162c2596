//! What a folder says of the backends of its workflows: its own file, and the functions of its project.

use std::path::Path;

use crate::project::Project;
use crate::sidecar::Backends;
use crate::sidecar::FOLDER_FILE;
use crate::sidecar::FunctionBackend;
use crate::sidecar::FunctionRun;

/// Reads `stepwright.backends.json` of a folder; nothing is said where there is none. Problems are sentences.
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
    Backends::parse(&text, &path.display().to_string())
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
