//! How a project asks for files, and the shelf of those it has: paths that stay inside, sizes and counts with an end.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::sync::Arc;

use crate::asl::Severity;
use crate::project::Origin;
use crate::project::Problem;
use crate::text::Span;

/// Bytes a file may have.
pub const LARGEST_FILE: usize = 8 * 1024 * 1024;

/// Files a project may read.
const MOST_FILES: usize = 1_000;

/// Problems that are listed.
const MOST_PROBLEMS: usize = 500;

/// Bytes all files of a project may have together.
const MOST_BYTES: usize = 64 * 1024 * 1024;

/// The files of a project's folder. Whoever implements it decides where the folder is and follows no link out of it.
pub trait Files {
    /// The text of a file, by its path within the folder: parts with `/` between them, none of them `..`.
    ///
    /// # Errors
    /// Why it cannot be read. A file larger than [`LARGEST_FILE`] must not be read at all.
    fn text(&self, path: &str) -> Result<Arc<str>, FileTrouble>;

    /// The names of what lies in a folder (the empty path is the project's own), sorted; folders end in `/`.
    fn list(&self, folder: &str) -> Vec<String>;
}

/// Why a file cannot be had.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FileTrouble {
    Missing,
    /// A link leads out of the project's folder.
    Outside,
    TooLarge,
    NotText,
    /// Anything else, in the words of the system.
    Other(String),
}

/// Texts in memory, by path: for tests, and for a window whose texts are not saved yet.
impl Files for BTreeMap<String, Arc<str>> {
    fn text(&self, path: &str) -> Result<Arc<str>, FileTrouble> {
        self.get(path).cloned().ok_or(FileTrouble::Missing)
    }

    fn list(&self, folder: &str) -> Vec<String> {
        let prefix = if folder.is_empty() {
            String::new()
        } else {
            format!("{folder}/")
        };
        let mut names: Vec<String> = self
            .keys()
            .filter_map(|path| path.strip_prefix(&prefix))
            .map(|rest| match rest.split_once('/') {
                Some((folder, _)) => format!("{folder}/"),
                None => rest.to_owned(),
            })
            .collect();
        names.sort();
        names.dedup();
        names
    }
}

/// A path as a template writes it, put behind a folder of the project.
///
/// # Errors
/// A sentence part: it is absolute, leads out of the project's folder, or is the address of something remote.
pub fn path_within(folder: &str, written: &str) -> Result<String, &'static str> {
    if written.contains("://") || written.starts_with("arn:") {
        return Err("is not a file of this project");
    }
    let drive = written.chars().nth(1) == Some(':');
    if written.starts_with(['/', '\\', '~']) || drive {
        return Err("is an absolute path; name a file inside the project's folder");
    }
    if written.contains('\0') {
        return Err("is not a path");
    }
    let mut parts: Vec<&str> = folder.split('/').filter(|part| !part.is_empty()).collect();
    for part in written.split(['/', '\\']) {
        match part {
            "" | "." => {}
            ".." => {
                parts
                    .pop()
                    .ok_or("leads out of the project's folder, which is not followed")?;
            }
            name => parts.push(name),
        }
    }
    Ok(parts.join("/"))
}

/// The folder a file lies in; empty for the project's own.
pub fn folder_of(path: &str) -> &str {
    path.rsplit_once('/').map_or("", |(folder, _)| folder)
}

/// The files a project has read, and what went wrong on the way.
pub(crate) struct Shelf<'a> {
    files: &'a dyn Files,
    read: RefCell<BTreeMap<String, Result<Arc<str>, String>>>,
    bytes: RefCell<usize>,
    problems: RefCell<Vec<Problem>>,
}

impl<'a> Shelf<'a> {
    pub fn new(files: &'a dyn Files) -> Shelf<'a> {
        Shelf {
            files,
            read: RefCell::default(),
            bytes: RefCell::default(),
            problems: RefCell::default(),
        }
    }

    pub fn list(&self, folder: &str) -> Vec<String> {
        self.files.list(folder)
    }

    /// The text of a file.
    ///
    /// # Errors
    /// A sentence that names the file.
    pub fn text(&self, path: &str) -> Result<Arc<str>, String> {
        if let Some(known) = self.read.borrow().get(path) {
            return known.clone();
        }
        let answer = self.fetch(path);
        self.read
            .borrow_mut()
            .insert(path.to_owned(), answer.clone());
        answer
    }

    /// Whether a file can be read, without saying anything where it cannot.
    pub fn has(&self, path: &str) -> bool {
        self.text(path).is_ok()
    }

    fn fetch(&self, path: &str) -> Result<Arc<str>, String> {
        let too_large = || {
            format!(
                "{path} is larger than {} MB and is not read",
                LARGEST_FILE / 1024 / 1024
            )
        };
        if self.read.borrow().len() >= MOST_FILES {
            return Err(format!(
                "{path} is not read: the project has more than {MOST_FILES} files"
            ));
        }
        let text = self.files.text(path).map_err(|trouble| match trouble {
            FileTrouble::Missing => format!("{path} does not exist"),
            FileTrouble::Outside => {
                format!(
                    "{path} is a link that leads out of the project's folder and is not followed"
                )
            }
            FileTrouble::TooLarge => too_large(),
            FileTrouble::NotText => format!("{path} is not UTF-8 text"),
            FileTrouble::Other(words) => format!("{path} cannot be read: {words}"),
        })?;
        if text.len() > LARGEST_FILE {
            return Err(too_large());
        }
        let mut bytes = self.bytes.borrow_mut();
        *bytes += text.len();
        if *bytes > MOST_BYTES {
            return Err(format!(
                "{path} is not read: the files of the project hold more than {} MB",
                MOST_BYTES / 1024 / 1024
            ));
        }
        Ok(text)
    }

    pub fn problem(&self, code: &'static str, message: impl Into<String>, origin: Origin) {
        let severity = match code {
            "PROJECT_UNSUPPORTED" => Severity::Warning,
            _ => Severity::Error,
        };
        let problem = Problem {
            code,
            severity,
            message: message.into(),
            origin,
        };
        let mut problems = self.problems.borrow_mut();
        if problems.len() < MOST_PROBLEMS && !problems.contains(&problem) {
            problems.push(problem);
        }
    }

    /// The texts that could be read, and the problems in the order in which they came up.
    pub fn into_parts(self) -> (BTreeMap<String, Arc<str>>, Vec<Problem>) {
        let texts = self.read.into_inner().into_iter();
        let texts = texts.filter_map(|(path, text)| Some((path, text.ok()?)));
        (texts.collect(), self.problems.into_inner())
    }
}

impl Origin {
    pub fn new(file: &Arc<str>, span: Span) -> Origin {
        Origin {
            file: file.clone(),
            span,
        }
    }

    /// The beginning of a file.
    pub fn start(file: &str) -> Origin {
        Origin {
            file: Arc::from(file),
            span: Span::default(),
        }
    }
}
