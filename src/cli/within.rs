//! Machines of a project as arguments: templates, `cdk.out`, `serverless.yml` and OpenAPI documents, `FILE#NAME`.

use std::collections::BTreeMap;
use std::path::Path;
use std::path::PathBuf;
use std::sync::Arc;

use crate::cli::source::read_text;
use crate::project;
use crate::project::Definition;
use crate::project::Inset;
use crate::project::Machine;
use crate::project::Options;
use crate::project::Project;
use crate::project::Writing;
use crate::workspace::Folder;

/// A project that was named, and which machine of it.
#[derive(Debug)]
pub struct Opened {
    pub project: Arc<Project>,
    /// The project's folder; paths of the project lie below it.
    pub folder: PathBuf,
    /// As it was named, without the machine.
    pub file: String,
    /// The machine behind `#`.
    pub name: Option<String>,
}

/// A machine of a project.
#[derive(Debug)]
pub struct Within {
    pub project: Arc<Project>,
    pub folder: PathBuf,
    pub machine: Machine,
    pub definition: Definition,
}

/// The companion of a definition: a file of its own, or an entry in the companion of its project.
#[derive(Clone, Debug, Default)]
pub struct Companion {
    pub path: PathBuf,
    /// The file.
    pub whole: String,
    /// Where in the file it stands; empty for all of it.
    pub pointer: String,
    /// The companion by itself; empty where there is none.
    pub text: String,
    /// Where it is a part of its file.
    pub inset: Option<Inset>,
}

/// The project an argument names; none where it names something else.
///
/// # Errors
/// One sentence for stderr: the folder cannot be read.
pub fn open(argument: &str, params: &BTreeMap<String, String>) -> Result<Option<Opened>, String> {
    if argument == "-" {
        return Ok(None);
    }
    let (file, name) = match argument.rsplit_once('#') {
        Some((file, name)) if !Path::new(argument).exists() && Path::new(file).exists() => {
            (file, Some(name.to_owned()))
        }
        Some(_) | None => (argument, None),
    };
    let path = Path::new(file);
    let unreadable = |error: std::io::Error| format!("{file} cannot be read: {error}");
    let (folder, root) = if path.is_dir() {
        let files = Folder::open(path).map_err(unreadable)?;
        match project::find_root(&files) {
            Some(root) => (path.to_owned(), root),
            None => return Ok(None),
        }
    } else {
        let name = path
            .file_name()
            .map(|name| name.to_string_lossy().into_owned());
        let Some(name) = name.filter(|_| path.is_file()) else {
            return Ok(None);
        };
        let is_project = read_text(file).is_ok_and(|text| project::kind_of(&name, &text).is_some());
        if !is_project {
            return Ok(None);
        }
        (path.parent().unwrap_or(Path::new("")).to_owned(), name)
    };
    let here = folder.as_os_str().is_empty();
    let files = Folder::open(if here { Path::new(".") } else { &folder }).map_err(unreadable)?;
    let options = Options {
        params: params.clone(),
    };
    Ok(Some(Opened {
        project: Arc::new(project::read(&root, &files, &options)),
        folder,
        file: file.to_owned(),
        name,
    }))
}

impl Opened {
    /// The machines that were asked for: the named one, or all of them.
    ///
    /// # Errors
    /// There is none of that name.
    pub fn machines(&self) -> Result<Vec<&Machine>, String> {
        let Some(name) = &self.name else {
            return Ok(self.project.machines.iter().collect());
        };
        let found = self.project.machine(name);
        found.map(|machine| vec![machine]).ok_or_else(|| {
            format!(
                "{} holds no machine named {name}; {}",
                self.file,
                self.listed()
            )
        })
    }

    /// The one machine that was asked for.
    ///
    /// # Errors
    /// One sentence with the names to choose from.
    pub fn machine(&self) -> Result<&Machine, String> {
        match self.machines()?.as_slice() {
            [machine] => Ok(machine),
            [] => {
                let problem = self.project.problems.first();
                let reason = problem.map(|problem| format!(": {}", problem.message));
                let words = self.project.kind.words();
                Err(format!(
                    "{} is {words} in which no state machine was found{}",
                    self.file,
                    reason.unwrap_or_default()
                ))
            }
            [first, ..] => Err(format!(
                "{} holds several machines; {}; name one as {}#{}",
                self.file,
                self.listed(),
                self.file,
                first.key
            )),
        }
    }

    fn listed(&self) -> String {
        let names = self.project.machines.iter();
        let names: Vec<&str> = names.map(|machine| machine.key.as_str()).collect();
        match names.as_slice() {
            [] => "there is none".to_owned(),
            names => format!("there are {}", names.join(", ")),
        }
    }

    /// A machine of the project with its definition.
    ///
    /// # Errors
    /// The definition cannot be read.
    pub fn within(&self, machine: &Machine) -> Result<Within, String> {
        let definition = self
            .project
            .definition(machine)
            .map_err(|reason| format!("{}: {reason}", self.file))?;
        Ok(Within {
            project: self.project.clone(),
            folder: self.folder.clone(),
            machine: machine.clone(),
            definition,
        })
    }
}

impl Within {
    /// The file in which the definition stands.
    pub fn path(&self) -> PathBuf {
        self.folder.join(&self.definition.file)
    }

    /// The file in which the definition stands, in which positions are counted.
    pub fn host(&self) -> &str {
        self.project.text(&self.definition.file)
    }

    /// The companion: the one beside a definition with a file of its own, else the entry in the project's.
    pub fn companion(&self) -> Companion {
        if self.definition.inset.is_none() {
            let own = companion_beside(&self.path());
            if !own.text.is_empty() {
                return own;
            }
        }
        self.entry().unwrap_or_default()
    }

    fn entry(&self) -> Option<Companion> {
        let (origin, pointer) = self.project.companion_entry(&self.machine)?;
        let whole = self.project.text(&origin.file);
        let inset = Inset::read(whole, &origin.file, origin.span, Writing::Object).ok()?;
        Some(Companion {
            path: self.folder.join(origin.file.as_ref()),
            whole: whole.to_owned(),
            pointer,
            text: inset.text.clone(),
            inset: Some(inset),
        })
    }
}

/// The companion of a definition that is a file; empty where there is none.
pub fn companion_beside(definition: &Path) -> Companion {
    let path = crate::sidecar::path_beside(definition);
    let text = std::fs::read_to_string(&path).unwrap_or_default();
    Companion {
        whole: text.clone(),
        path,
        text,
        ..Companion::default()
    }
}
