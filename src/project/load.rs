//! Files of a project as values: paths judged, texts read, notation and limits checked.

use std::path::Path;
use std::sync::Arc;

use crate::project::Origin;
use crate::project::files::Shelf;
use crate::project::files::folder_of;
use crate::project::files::path_within;
use crate::project::item::Item;
use crate::project::item::items;
use crate::syntax::Format;

/// The value in a file that another file names. What is wrong is said at `origin`, which names it.
pub(crate) fn beside(
    shelf: &Shelf<'_>,
    file: &str,
    written: &str,
    origin: &Origin,
) -> Option<Arc<Item>> {
    let path = path(file, written).map_err(|reason| {
        shelf.problem("PROJECT_FILE", reason, origin.clone());
    });
    read(shelf, &path.ok()?, origin)
}

/// The path of a file that another file names.
///
/// # Errors
/// A sentence that names it.
pub(crate) fn path(file: &str, written: &str) -> Result<String, String> {
    path_within(folder_of(file), written).map_err(|reason| format!("{written} {reason}"))
}

/// The value in a file, by its path within the project's folder.
pub(crate) fn read(shelf: &Shelf<'_>, path: &str, origin: &Origin) -> Option<Arc<Item>> {
    match shelf.text(path) {
        Ok(text) => parse(shelf, path, &text),
        Err(reason) => {
            shelf.problem("PROJECT_FILE", reason, origin.clone());
            None
        }
    }
}

/// The value of a text. What is wrong with its notation is a problem at its place.
pub(crate) fn parse(shelf: &Shelf<'_>, path: &str, text: &str) -> Option<Arc<Item>> {
    let file: Arc<str> = Arc::from(path);
    let parse = crate::syntax::parse_template(text, format_of(path, text));
    for error in parse.errors.iter().take(20) {
        let origin = Origin::new(&file, error.span);
        shelf.problem("PROJECT_SYNTAX", error.message.clone(), origin);
    }
    let (item, refusals) = items(&parse.tree, &file);
    for refusal in refusals {
        shelf.problem("PROJECT_SYNTAX", refusal.message, refusal.origin);
    }
    item
}

/// JSON where the name or the text says so; a template of any other ending is YAML.
pub(crate) fn format_of(path: &str, text: &str) -> Format {
    let known = matches!(
        Path::new(path)
            .extension()
            .and_then(|ending| ending.to_str()),
        Some("json" | "yaml" | "yml")
    );
    if known {
        Format::of(path, text)
    } else {
        Format::of_text(text)
    }
}
