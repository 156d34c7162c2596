//! Reading a definition and its companion file.

use std::path::Path;
use std::path::PathBuf;

use crate::sidecar::path_beside;

/// Larger files are refused: no definition comes near (the service takes 1 MiB).
const LARGEST: u64 = 64 * 1024 * 1024;

/// A file as it was read, byte for byte.
#[derive(Clone, Debug)]
pub struct Opened {
    pub text: String,
    /// The companion file's text, where there is one.
    pub sidecar: Option<String>,
    /// What the file was, to notice later that it has changed.
    pub stamp: String,
}

#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    #[error("{path} cannot be read: {source}")]
    Unreadable {
        path: PathBuf,
        source: std::io::Error,
    },
    #[error("{path} is not UTF-8 text: byte {offset} is wrong; save it as UTF-8 and open it again")]
    NotText { path: PathBuf, offset: usize },
    #[error("{path} has {megabytes} MB; files of more than 64 MB are not opened")]
    TooLarge { path: PathBuf, megabytes: u64 },
    #[error("{path} is a folder; open a file in it")]
    Folder { path: PathBuf },
}

/// Reads a file and its companion.
pub fn open(path: &Path) -> Result<Opened, OpenError> {
    let unreadable = |source| OpenError::Unreadable {
        path: path.to_owned(),
        source,
    };
    let metadata = std::fs::metadata(path).map_err(unreadable)?;
    if metadata.is_dir() {
        return Err(OpenError::Folder {
            path: path.to_owned(),
        });
    }
    if metadata.len() > LARGEST {
        return Err(OpenError::TooLarge {
            path: path.to_owned(),
            megabytes: metadata.len() / 1_000_000,
        });
    }
    let bytes = std::fs::read(path).map_err(unreadable)?;
    let stamp = digest(&bytes);
    let text = String::from_utf8(bytes).map_err(|error| OpenError::NotText {
        path: path.to_owned(),
        offset: error.utf8_error().valid_up_to(),
    })?;
    let sidecar = std::fs::read_to_string(path_beside(path)).ok();
    Ok(Opened {
        text,
        sidecar,
        stamp,
    })
}

/// What a file is right now; none where it cannot be read.
pub fn stamp_of(path: &Path) -> Option<String> {
    std::fs::read(path).ok().map(|bytes| digest(&bytes))
}

pub(crate) fn digest(bytes: &[u8]) -> String {
    use sha2::Digest;
    sha2::Sha256::digest(bytes)
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect()
}
