//! Any text as the root of a project, and texts taken out of it and put back.

use std::collections::BTreeMap;
use std::sync::Arc;

use arbitrary::Unstructured;
use stepwright::project;
use stepwright::project::DefinitionPlace;
use stepwright::project::Options;
use stepwright::text::Span;
use stepwright::text::TextEdit;

const ROOTS: [&str; 5] = [
    "template.yaml",
    "template.json",
    "serverless.yml",
    "manifest.json",
    "x.openapi.yaml",
];

/// The first eight bytes choose the kind of project and an edit, the others are the text.
pub fn check(data: &[u8]) {
    let (choices, text) = data.split_at(data.len().min(8));
    let text: Arc<str> = Arc::from(String::from_utf8_lossy(text));
    let mut dice = Unstructured::new(choices);
    let root = ROOTS[dice.int_in_range(0..=ROOTS.len() - 1).unwrap_or(0)];
    let mut files: BTreeMap<String, Arc<str>> = BTreeMap::new();
    files.insert(root.to_owned(), text.clone());
    // Whatever is included is the same text once more.
    files.insert("a.yaml".to_owned(), text.clone());
    let read = project::read(root, &files, &Options::default());
    for problem in &read.problems {
        let host = read.text(&problem.origin.file);
        assert!(host.get(problem.origin.span.range()).is_some());
    }
    for api in &read.apis {
        for (pointer, origin) in &api.origins {
            assert!(api.document.pointer(pointer).is_some(), "{pointer}");
            let host = read.text(&origin.origin.file);
            assert!(host.get(origin.origin.span.range()).is_some());
        }
    }
    for machine in &read.machines {
        let DefinitionPlace::Inline { origin, .. } = &machine.definition else {
            continue;
        };
        let Ok(definition) = read.definition(machine) else {
            continue;
        };
        let inner = definition.text.to_string();
        let at = |dice: &mut Unstructured<'_>| {
            let at = dice.int_in_range(0..=inner.len()).unwrap_or(0);
            (0..=at)
                .rev()
                .find(|at| inner.is_char_boundary(*at))
                .unwrap_or(0)
        };
        let (a, b) = (at(&mut dice), at(&mut dice));
        let edit = TextEdit::replace(Span::new(a.min(b), a.max(b)), "x");
        let host = read.text(&definition.file);
        if let Ok(edit) = definition.file_edit(&edit) {
            assert!(edit.fits(host), "{edit:?}");
            let bounds = Span::new(
                origin.span.start,
                host.get(origin.span.end..)
                    .and_then(|rest| rest.find('\n'))
                    .map_or(host.len(), |newline| origin.span.end + newline + 1),
            );
            for splice in edit.splices() {
                assert!(bounds.encloses(splice.span), "{splice:?} in {bounds:?}");
            }
        }
        let whole = definition.file_span(Span::new(0, inner.len()));
        assert!(host.get(whole.range()).is_some());
    }
}
