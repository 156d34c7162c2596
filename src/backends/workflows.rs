//! The workflows of the workspace, found by name and compiled when an execution first starts them.

use std::collections::BTreeMap;
use std::path::Path;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::Mutex;

use crate::asl::MachineType;
use crate::engine::CompileOptions;
use crate::engine::ExecutionKind;
use crate::engine::Program;
use crate::engine::compile;
use crate::query::Value;
use crate::sidecar::WorkflowText;
use crate::sidecar::path_beside;
use crate::syntax::Format;

/// The endings a workflow's file may have, the first that exists counts.
const ENDINGS: [&str; 3] = [".asl.json", ".asl.yaml", ".asl.yml"];

/// Where the workflows of a run are looked for. Copies share what has been found.
#[derive(Clone, Debug, Default)]
pub struct Workflows {
    shelf: Arc<Shelf>,
}

#[derive(Debug, Default)]
struct Shelf {
    /// Texts that count before any file, by name.
    texts: BTreeMap<String, WorkflowText>,
    folders: Vec<PathBuf>,
    /// Values of placeholders a companion says nothing of.
    params: BTreeMap<String, String>,
    found: Mutex<BTreeMap<String, Option<Found>>>,
}

type Found = Result<Arc<Workflow>, String>;

/// A workflow that can be started.
#[derive(Debug)]
pub struct Workflow {
    pub name: Arc<str>,
    pub path: Option<PathBuf>,
    pub text: Arc<str>,
    pub program: Arc<Program>,
    /// The mocks of its companion, else of the companion's first scenario; null where there are none.
    pub mocks: Value,
}

impl Workflows {
    /// `texts` by the workflow's name count before the files of the folders, which are looked at in order.
    pub fn new(
        texts: BTreeMap<String, WorkflowText>,
        folders: Vec<PathBuf>,
        params: BTreeMap<String, String>,
    ) -> Workflows {
        Workflows {
            shelf: Arc::new(Shelf {
                texts,
                folders,
                params,
                found: Mutex::default(),
            }),
        }
    }

    /// The workflow of a name; none where there is none.
    ///
    /// # Errors
    /// Its file cannot be read or its definition cannot run: the reason, with file and line.
    pub fn find(&self, name: &str) -> Option<Result<Arc<Workflow>, String>> {
        // A thread that panicked while it held the lock has left whole entries behind.
        let mut found = self
            .shelf
            .found
            .lock()
            .unwrap_or_else(|poisoned| poisoned.into_inner());
        found
            .entry(name.to_owned())
            .or_insert_with(|| self.shelf.load(name))
            .clone()
    }
}

impl Shelf {
    fn load(&self, name: &str) -> Option<Found> {
        if let Some(text) = self.texts.get(name) {
            return Some(self.prepare(name, text));
        }
        // A name with a separator would lead out of the folder.
        if name.is_empty() || name.contains(['/', '\\']) {
            return None;
        }
        let file = self.folders.iter().find_map(|folder| {
            let files = ENDINGS.map(|ending| folder.join(format!("{name}{ending}")));
            files.into_iter().find(|file| file.is_file())
        })?;
        let read = |path: &Path| {
            std::fs::read_to_string(path)
                .map_err(|error| format!("{} cannot be read: {error}", path.display()))
        };
        let text = match read(&file) {
            Ok(text) => text,
            Err(reason) => return Some(Err(reason)),
        };
        let companion = read(&path_beside(&file)).unwrap_or_default();
        let text = WorkflowText {
            path: Some(file),
            text: Arc::from(text),
            companion: Arc::from(companion),
        };
        Some(self.prepare(name, &text))
    }

    fn prepare(&self, name: &str, source: &WorkflowText) -> Found {
        let file = source.path.as_ref().map_or_else(
            || name.to_owned(),
            |path| path.to_string_lossy().into_owned(),
        );
        let text = &source.text;
        let said = |offset: usize, message: &str| {
            let index = crate::text::LineIndex::new(text);
            let place = index.locate(text, offset);
            let (line, column) = (place.line, place.column);
            format!("{file}:{line}:{column}: {message}")
        };
        let parse = crate::syntax::parse(text, Format::of(&file, text));
        if let Some(error) = parse.errors.first() {
            return Err(said(error.span.start, &error.message));
        }
        let sidecar = crate::sidecar::read(&source.companion);
        let mut params = self.params.clone();
        params.extend(sidecar.params.clone());
        let options = CompileOptions {
            name: name.to_owned(),
            kind: match sidecar.kind {
                MachineType::Standard => ExecutionKind::Standard,
                MachineType::Express => ExecutionKind::Express,
            },
            params,
            ..CompileOptions::default()
        };
        let machine = crate::asl::read(&parse.tree);
        let program = compile(&parse.tree, &machine, &options).map_err(|problems| {
            let first = problems
                .first()
                .map(|problem| said(problem.span.start, &problem.message));
            first.unwrap_or_else(|| format!("{file}: the definition cannot run"))
        })?;
        let mocks = sidecar.usual_mocks().clone();
        Ok(Arc::new(Workflow {
            name: Arc::from(name),
            path: source.path.clone(),
            text: source.text.clone(),
            program: Arc::new(program),
            mocks,
        }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = r#"{"StartAt":"A","States":{"A":{"Type":"Pass","End":true}}}"#;

    #[test]
    fn an_open_text_counts_before_a_file_and_json_before_yaml() {
        let folder = tempfile::tempdir().unwrap();
        let write = |name: &str, text: &str| {
            std::fs::write(folder.path().join(name), text).unwrap();
        };
        write("a.asl.json", "{");
        write("b.asl.yaml", "StartAt: A\nStates:\n  A: {Type: Succeed}\n");
        write("b.stepwright.json", r#"{"type":"EXPRESS"}"#);
        let open = WorkflowText {
            text: Arc::from(TEXT),
            ..WorkflowText::default()
        };
        let texts = BTreeMap::from([("c".to_owned(), open)]);
        let workflows = Workflows::new(texts, vec![folder.path().to_owned()], BTreeMap::new());
        let broken = workflows.find("a").unwrap().unwrap_err();
        assert!(broken.contains("a.asl.json:1:"), "{broken}");
        let express = workflows.find("b").unwrap().unwrap();
        assert_eq!(express.program.kind, ExecutionKind::Express);
        assert!(workflows.find("c").unwrap().is_ok());
        assert!(workflows.find("d").is_none() && workflows.find("../a").is_none());
    }
}
