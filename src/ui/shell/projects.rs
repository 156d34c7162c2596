//! Projects for the shell: their files on disk or in a sample, with what is open in the window in front.

use std::collections::BTreeMap;
use std::path::Path;
use std::path::PathBuf;
use std::sync::Arc;

use crate::project::FileTrouble;
use crate::project::Files;
use crate::project::Options;
use crate::project::find_root;
use crate::project::kind_of;
use crate::session::Arrival;
use crate::session::FolderSaid;
use crate::session::Home;
use crate::session::ProjectContents;
use crate::session::ProjectId;
use crate::session::ProjectSource;
use crate::session::SaveFailure;
use crate::session::Stamp;
use crate::workspace::Folder;
use crate::workspace::SaveError;

/// The files of a project: texts of the window first, then those of the folder or the sample.
pub struct Layered {
    overlay: Arc<BTreeMap<String, Arc<str>>>,
    below: Box<dyn Files>,
}

impl Files for Layered {
    fn text(&self, path: &str) -> Result<Arc<str>, FileTrouble> {
        match self.overlay.get(path) {
            Some(text) => Ok(text.clone()),
            None => self.below.text(path),
        }
    }

    fn list(&self, folder: &str) -> Vec<String> {
        let mut names = self.below.list(folder);
        names.extend(self.overlay.list(folder));
        names.sort();
        names.dedup();
        names
    }
}

/// The files of a project.
///
/// # Errors
/// A sentence: the folder or the sample is not there.
pub fn files_of(source: &ProjectSource) -> Result<Layered, String> {
    let below: Box<dyn Files> = match &source.home {
        Home::Folder(folder) => {
            let folder = match folder.as_os_str().is_empty() {
                true => Path::new("."),
                false => folder,
            };
            let opened = Folder::open(folder)
                .map_err(|error| format!("{} cannot be read: {error}", folder.display()))?;
            Box::new(opened)
        }
        Home::Sample(name) => Box::new(sample_files(name)?),
    };
    Ok(Layered {
        overlay: source.overlay.clone(),
        below,
    })
}

fn sample_files(name: &str) -> Result<BTreeMap<String, Arc<str>>, String> {
    let sample =
        crate::workspace::sample(name).ok_or_else(|| format!("There is no sample {name}"))?;
    let named = [
        (format!("{name}.asl.json"), sample.definition),
        (format!("{name}.stepwright.json"), sample.sidecar),
        (format!("{name}.openapi.yaml"), sample.api),
    ];
    let others = sample.others.iter();
    let others = others.map(|(file, text)| ((*file).to_owned(), *text));
    let all = named.into_iter().chain(others);
    Ok(all.map(|(file, text)| (file, Arc::from(text))).collect())
}

/// The file a project begins with.
///
/// # Errors
/// A sentence that says what is looked for.
pub fn root_of(source: &ProjectSource, files: &dyn Files) -> Result<String, String> {
    match source.root.as_str() {
        "" => find_root(files).ok_or_else(|| {
            "The folder holds no template.yaml, serverless.yml, cdk.out or OpenAPI document"
                .to_owned()
        }),
        root => Ok(root.to_owned()),
    }
}

/// What a folder says of backends: its own file, and the functions of its project.
pub fn read_folder(folder: PathBuf) -> Arrival {
    let place = crate::workspace::consent_folder(&folder);
    let (own, problems) = crate::workspace::folder_backends(&place);
    let project = Folder::open(&place).ok().and_then(|files| {
        let root = find_root(&files)?;
        let project = crate::project::read(&root, &files, &Options::default());
        Some(crate::workspace::project_functions(&project))
    });
    let said = FolderSaid {
        place,
        layers: [own].into_iter().chain(project).collect(),
        problems,
    };
    Arrival::FolderRead { folder, said }
}

/// Sets or removes a member of what a folder says of backends, and reads it again.
pub fn change_folder(folder: PathBuf, pointer: &str, value: Option<&str>) -> Arrival {
    let place = crate::workspace::consent_folder(&folder);
    match crate::workspace::change_folder_backends(&place, pointer, value) {
        Ok(()) => read_folder(folder),
        Err(what) => Arrival::Failed { what },
    }
}

/// Reads a project with its APIs.
pub fn read_project(project: ProjectId, source: &ProjectSource) -> Arrival {
    Arrival::ProjectRead {
        project,
        result: contents(source),
    }
}

fn contents(source: &ProjectSource) -> Result<ProjectContents, String> {
    let files = files_of(source)?;
    let root = root_of(source, &files)?;
    let mut contents = ProjectContents::read(&root, &files);
    let stamps = contents.files().filter_map(|file| {
        let path = source.home.path_of(file)?;
        Some((file.clone(), Stamp(crate::workspace::stamp_of(&path)?)))
    });
    contents.stamps = stamps.collect();
    Ok(contents)
}

/// The API beside a definition: the document of its name, else the only one of its folder that starts it.
pub fn find_project(home: Home, file: &str) -> Option<Arrival> {
    let source = ProjectSource {
        home: home.clone(),
        root: String::new(),
        overlay: Arc::default(),
    };
    let files = files_of(&source).ok()?;
    let stem = crate::syntax::file_stem(file);
    let names = files.list("");
    let own = [".openapi.yaml", ".openapi.yml", ".openapi.json"]
        .into_iter()
        .map(|ending| format!("{stem}{ending}"))
        .find(|name| names.contains(name));
    let root = match own {
        Some(root) => root,
        None => find_root(&files)?,
    };
    let source = ProjectSource { root, ..source };
    let contents = contents(&source).ok()?;
    let holds = |file: &str| contents.project.files.contains_key(file);
    let fits = holds(file) && !contents.project.apis.is_empty();
    fits.then(|| Arrival::ProjectFound {
        home,
        root: source.root,
        contents,
    })
}

/// What was opened is a project: a folder, or a text that is no definition.
pub fn as_project(path: &Path, text: Option<&str>) -> Option<Arrival> {
    let name = path.file_name()?.to_string_lossy().into_owned();
    let root = match text {
        None => String::new(),
        Some(text) => {
            kind_of(&name, text)?;
            name
        }
    };
    Some(Arrival::IsProject {
        path: path.to_owned(),
        root,
    })
}

/// Writes a file of a project.
pub fn save_file(
    project: ProjectId,
    file: String,
    path: &Path,
    text: Arc<str>,
    expected: Option<&Stamp>,
) -> Arrival {
    let expected = expected.map(|stamp| stamp.0.as_str());
    let result = match crate::workspace::save(path, &text, expected) {
        Ok(stamp) => Ok((Stamp(stamp), text)),
        Err(SaveError::Changed(_)) => Err(SaveFailure::Changed),
        Err(error @ SaveError::Unwritable { .. }) => Err(SaveFailure::Failed(error.to_string())),
    };
    Arrival::FileSaved {
        project,
        file,
        result,
    }
}
