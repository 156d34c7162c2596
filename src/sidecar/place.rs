//! Where a companion lies: beside its definition, under its name.

use std::path::Path;
use std::path::PathBuf;
use std::sync::Arc;

use crate::syntax::file_stem;

/// A definition with its companion.
#[derive(Clone, Debug, Default)]
pub struct WorkflowText {
    /// Where it lies; none where it has not been saved.
    pub path: Option<PathBuf>,
    pub text: Arc<str>,
    /// Empty where there is none.
    pub companion: Arc<str>,
}

/// `order.asl.json` has the companion `order.stepwright.json`.
pub fn path_beside(definition: &Path) -> PathBuf {
    let name = definition
        .file_name()
        .map(|name| name.to_string_lossy().into_owned())
        .unwrap_or_default();
    definition.with_file_name(format!("{}.stepwright.json", file_stem(&name)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_companion_lies_beside_its_definition() {
        let beside = |path: &str| path_beside(Path::new(path)).display().to_string();
        assert_eq!(
            beside("flows/order.asl.json"),
            "flows/order.stepwright.json"
        );
        assert_eq!(beside("order.yml"), "order.stepwright.json");
        assert_eq!(beside("order"), "order.stepwright.json");
    }
}
