//! A folder on disk as the files of a project. No link leads out of it.

use std::io::Read;
use std::path::Path;
use std::path::PathBuf;
use std::sync::Arc;

use crate::project::FileTrouble;
use crate::project::Files;
use crate::project::LARGEST_FILE;

/// The folder of a project.
#[derive(Clone, Debug)]
pub struct Folder {
    /// Without links in it.
    root: PathBuf,
}

impl Folder {
    /// # Errors
    /// The folder cannot be found.
    pub fn open(path: &Path) -> std::io::Result<Folder> {
        Ok(Folder {
            root: path.canonicalize()?,
        })
    }

    /// A path within the folder, with its links followed.
    fn inside(&self, path: &str) -> Result<PathBuf, FileTrouble> {
        let found = self.root.join(path).canonicalize().map_err(trouble)?;
        if found.starts_with(&self.root) {
            Ok(found)
        } else {
            Err(FileTrouble::Outside)
        }
    }
}

impl Files for Folder {
    fn text(&self, path: &str) -> Result<Arc<str>, FileTrouble> {
        let path = self.inside(path)?;
        let file = std::fs::File::open(&path).map_err(trouble)?;
        let about = file.metadata().map_err(trouble)?;
        if !about.is_file() {
            return Err(FileTrouble::Other("it is no file".to_owned()));
        }
        let limit = LARGEST_FILE as u64;
        if about.len() > limit {
            return Err(FileTrouble::TooLarge);
        }
        // A file may grow while it is read.
        let mut bytes = Vec::new();
        file.take(limit + 1)
            .read_to_end(&mut bytes)
            .map_err(trouble)?;
        if bytes.len() > LARGEST_FILE {
            return Err(FileTrouble::TooLarge);
        }
        let text = String::from_utf8(bytes).map_err(|_| FileTrouble::NotText)?;
        Ok(Arc::from(text))
    }

    fn list(&self, folder: &str) -> Vec<String> {
        let Ok(path) = self.inside(folder) else {
            return Vec::new();
        };
        let Ok(entries) = std::fs::read_dir(path) else {
            return Vec::new();
        };
        let mut names: Vec<String> = entries
            .flatten()
            .filter_map(|entry| {
                let name = entry.file_name().into_string().ok()?;
                // Folders behind links are not searched: they may lead round in circles.
                let is_folder = entry.file_type().ok()?.is_dir();
                Some(if is_folder { format!("{name}/") } else { name })
            })
            .collect();
        names.sort();
        names
    }
}

fn trouble(error: std::io::Error) -> FileTrouble {
    match error.kind() {
        std::io::ErrorKind::NotFound => FileTrouble::Missing,
        _ => FileTrouble::Other(error.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_gives_its_own_files_only() {
        let outer = tempfile::tempdir().unwrap();
        let root = outer.path().join("project");
        std::fs::create_dir_all(root.join("inner")).unwrap();
        std::fs::write(outer.path().join("secret"), "s").unwrap();
        std::fs::write(root.join("a.yaml"), "a: 1").unwrap();
        std::fs::write(root.join("bytes"), [0xFF, 0xFE]).unwrap();
        let large = std::fs::File::create(root.join("large")).unwrap();
        large.set_len(LARGEST_FILE as u64 + 1).unwrap();
        let folder = Folder::open(&root).unwrap();
        assert_eq!(folder.text("a.yaml").as_deref(), Ok("a: 1"));
        assert_eq!(folder.text("b.yaml"), Err(FileTrouble::Missing));
        assert_eq!(folder.text("../secret"), Err(FileTrouble::Outside));
        assert_eq!(folder.text("bytes"), Err(FileTrouble::NotText));
        assert_eq!(folder.text("large"), Err(FileTrouble::TooLarge));
        assert!(matches!(folder.text("inner"), Err(FileTrouble::Other(_))));
        assert_eq!(folder.list(""), ["a.yaml", "bytes", "inner/", "large"]);
        #[cfg(unix)]
        {
            std::os::unix::fs::symlink(outer.path(), root.join("way")).unwrap();
            assert_eq!(folder.text("way/secret"), Err(FileTrouble::Outside));
            assert_eq!(folder.list("way"), Vec::<String>::new());
        }
    }
}
