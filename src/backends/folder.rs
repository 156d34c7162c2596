//! A local folder standing for a bucket: its files are the objects that item readers see, and what
//! result writers write can be laid down in one.

use std::io::Read;
use std::io::Write;
use std::path::Component;
use std::path::Path;
use std::path::PathBuf;
use std::time::UNIX_EPOCH;

use crate::engine::StoredObject;

/// Bytes of text that the objects of one run may have together; they are all held in memory.
const MOST_BYTES: u64 = 512 * 1024 * 1024;

/// Folders below folders are followed this deep.
const DEEPEST: usize = 32;

/// The files below a folder as the objects of a bucket, in the order of their keys. Files whose name ends in
/// `.gz` are unpacked; files that are not UTF-8 text are left out, since no item reader here understands them.
///
/// # Errors
/// One sentence that names the file: it cannot be read, or there is more than fits into memory.
pub fn bucket_objects(bucket: &str, folder: &Path) -> Result<Vec<StoredObject>, String> {
    let mut files = Vec::new();
    collect(folder, 0, &mut files)?;
    files.sort();
    let mut objects = Vec::new();
    let mut total = 0;
    for file in files {
        let unreadable = |error| format!("{} cannot be read: {error}", file.display());
        let metadata = std::fs::metadata(&file).map_err(unreadable)?;
        let mut bytes = Vec::new();
        let opened = std::fs::File::open(&file).map_err(unreadable)?;
        let left = MOST_BYTES.saturating_sub(total) + 1;
        if file.extension().is_some_and(|ending| ending == "gz") {
            flate2::read::MultiGzDecoder::new(opened)
                .take(left)
                .read_to_end(&mut bytes)
                .map_err(unreadable)?;
        } else {
            opened
                .take(left)
                .read_to_end(&mut bytes)
                .map_err(unreadable)?;
        }
        total += bytes.len() as u64;
        if total > MOST_BYTES {
            return Err(format!(
                "the folder {} holds more than {} MB; name a smaller one for the bucket {bucket}",
                folder.display(),
                MOST_BYTES / 1024 / 1024
            ));
        }
        let Ok(body) = String::from_utf8(bytes) else {
            continue;
        };
        let modified = metadata
            .modified()
            .ok()
            .and_then(|at| at.duration_since(UNIX_EPOCH).ok())
            .and_then(|since| i64::try_from(since.as_secs()).ok());
        objects.push(StoredObject {
            bucket: bucket.to_owned(),
            key: key_of(folder, &file),
            body: body.into(),
            size: metadata.len(),
            modified,
        });
    }
    Ok(objects)
}

/// A folder with one folder for each bucket.
///
/// # Errors
/// As [`bucket_objects`].
pub fn buckets(folder: &Path) -> Result<Vec<StoredObject>, String> {
    let entries = std::fs::read_dir(folder)
        .map_err(|error| format!("{} cannot be read: {error}", folder.display()))?;
    let mut folders: Vec<PathBuf> = entries
        .flatten()
        .map(|entry| entry.path())
        .filter(|path| path.is_dir())
        .collect();
    folders.sort();
    let mut objects = Vec::new();
    for folder in folders {
        let bucket = folder.file_name().unwrap_or_default().to_string_lossy();
        objects.extend(bucket_objects(&bucket, &folder)?);
    }
    Ok(objects)
}

/// Writes objects below a folder, as `BUCKET/KEY`. Nothing is written outside the folder.
///
/// # Errors
/// One sentence that names the object or file.
pub fn lay_down(objects: &[StoredObject], folder: &Path) -> Result<(), String> {
    for object in objects {
        let inner = Path::new(&object.bucket).join(&object.key);
        if !inner
            .components()
            .all(|part| matches!(part, Component::Normal(_)))
        {
            return Err(format!(
                "the object {}/{} cannot be a file: its key leads out of the folder",
                object.bucket, object.key
            ));
        }
        let path = folder.join(inner);
        let unwritable = |error| format!("{} cannot be written: {error}", path.display());
        let parent = path.parent().unwrap_or(folder);
        std::fs::create_dir_all(parent).map_err(unwritable)?;
        let mut file = tempfile::NamedTempFile::new_in(parent).map_err(unwritable)?;
        file.write_all(object.body.as_bytes()).map_err(unwritable)?;
        file.persist(&path)
            .map_err(|error| unwritable(error.error))?;
    }
    Ok(())
}

fn collect(folder: &Path, depth: usize, files: &mut Vec<PathBuf>) -> Result<(), String> {
    let unreadable = |error| format!("{} cannot be read: {error}", folder.display());
    for entry in std::fs::read_dir(folder).map_err(unreadable)? {
        let entry = entry.map_err(unreadable)?;
        // Links are not followed: they may lead round in circles.
        let kind = entry.file_type().map_err(unreadable)?;
        if kind.is_dir() && depth < DEEPEST {
            collect(&entry.path(), depth + 1, files)?;
        } else if kind.is_file() {
            files.push(entry.path());
        }
    }
    Ok(())
}

/// The path below the folder with `/` between its parts.
fn key_of(folder: &Path, file: &Path) -> String {
    let inner = file.strip_prefix(folder).unwrap_or(file);
    let parts: Vec<String> = inner
        .components()
        .map(|part| part.as_os_str().to_string_lossy().into_owned())
        .collect();
    parts.join("/")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_stands_for_a_bucket_there_and_back() {
        let folder = tempfile::tempdir().unwrap();
        let objects = [
            StoredObject::new("b", "in/rows.csv", "id\n1\n"),
            StoredObject::new("c", "x.json", "[1]"),
        ];
        lay_down(&objects, folder.path()).unwrap();
        let mut packed = flate2::write::GzEncoder::new(
            std::fs::File::create(folder.path().join("b/more.csv.gz")).unwrap(),
            flate2::Compression::fast(),
        );
        packed.write_all(b"id\n2\n").unwrap();
        packed.finish().unwrap();
        std::fs::write(folder.path().join("b/picture"), [0xFF, 0xFE, 0x00]).unwrap();
        let read: Vec<(String, String, String)> = buckets(folder.path())
            .unwrap()
            .into_iter()
            .map(|object| (object.bucket, object.key, object.body.to_string()))
            .collect();
        let expected = [
            ("b", "in/rows.csv", "id\n1\n"),
            ("b", "more.csv.gz", "id\n2\n"),
            ("c", "x.json", "[1]"),
        ];
        assert_eq!(
            read,
            expected.map(|(bucket, key, body)| (bucket.into(), key.into(), body.into()))
        );
    }

    #[test]
    fn nothing_is_written_outside_the_folder() {
        let folder = tempfile::tempdir().unwrap();
        for key in ["../x", "/x", "a/../../x"] {
            let outside = [StoredObject::new("b", key, "")];
            assert!(lay_down(&outside, folder.path()).is_err(), "{key}");
        }
    }
}
