//! Changes of a companion file, as splices on its text.

use std::collections::BTreeMap;

use crate::asl::StatePath;
use crate::syntax::Format;
use crate::syntax::Fragment;
use crate::syntax::Manner;
use crate::syntax::NodeId;
use crate::syntax::Pointer;
use crate::syntax::Sheet;
use crate::syntax::Spot;
use crate::syntax::Tree;
use crate::text::Splice;
use crate::text::TextEdit;

/// Sets or (without a value) removes what a JSON pointer names. An empty text becomes a tidy file.
/// Errors: a pointer that leads nowhere, a value that is not JSON, a file that is not an object.
pub fn set(text: &str, pointer: &str, value: Option<&str>) -> Result<TextEdit, String> {
    if text.trim().is_empty() {
        let fresh = "{\n  \"stepwright\": 1\n}\n";
        let Some(value) = value else {
            return Err("There is nothing to remove".to_owned());
        };
        let inner = set(fresh, pointer, Some(value))?;
        return Ok(TextEdit::replace(
            crate::text::Span::new(0, text.len()),
            inner.apply(fresh),
        ));
    }
    let parse = crate::syntax::parse(text, Format::Json);
    let root = parse.tree.root().ok_or("The file is empty")?;
    let manner = Manner::detect(text, &parse.tree);
    let sheet = Sheet {
        text,
        tree: &parse.tree,
        manner: &manner,
    };
    let fragment = value.map(Fragment::checked).transpose()?;
    let pointer = Pointer::parse(pointer);
    let splices = sheet.set_at(root, pointer.tokens(), fragment.as_ref(), &|_| Spot::Last)?;
    TextEdit::new(splices).map_err(|overlap| overlap.to_string())
}

/// Lets the companion follow an edit of the definition: breakpoints move with their states or go
/// with them, mocks and expectations follow other names.
pub fn follow(text: &str, moved: &[(StatePath, StatePath)], gone: &[StatePath]) -> TextEdit {
    if text.trim().is_empty() || (moved.is_empty() && gone.is_empty()) {
        return TextEdit::default();
    }
    let parse = crate::syntax::parse(text, Format::Json);
    let Some(root) = parse.tree.root() else {
        return TextEdit::default();
    };
    let manner = Manner::detect(text, &parse.tree);
    let sheet = Sheet {
        text,
        tree: &parse.tree,
        manner: &manner,
    };
    let mut splices = breakpoints(&sheet, &parse.tree, root, moved, gone);
    let names: BTreeMap<String, String> = moved
        .iter()
        .map(|(old, new)| (old.name(), new.name()))
        .filter(|(old, new)| old != new)
        .collect();
    splices.extend(rename_mocks(&sheet, &parse.tree, root, &names));
    let scenarios = parse.tree.get(root, "scenarios");
    for scenario in scenarios
        .map(|list| parse.tree.items(list))
        .unwrap_or_default()
    {
        splices.extend(rename_in(&sheet, &parse.tree, *scenario, &names));
    }
    TextEdit::new(splices).unwrap_or_default()
}

fn breakpoints(
    sheet: &Sheet<'_>,
    tree: &Tree,
    root: NodeId,
    moved: &[(StatePath, StatePath)],
    gone: &[StatePath],
) -> Vec<Splice> {
    let Some(list) = tree.get(root, "breakpoints") else {
        return Vec::new();
    };
    let mut splices = Vec::new();
    let mut dropped = Vec::new();
    for (index, item) in tree.items(list).iter().enumerate() {
        let Some(text) = tree.str(*item) else {
            continue;
        };
        let path = if text.starts_with('/') {
            StatePath::new(text)
        } else {
            StatePath::top(text)
        };
        if gone
            .iter()
            .any(|state| path == *state || path.is_inside(state))
        {
            dropped.push(index);
        } else if let Some((_, new)) = moved.iter().find(|(old, _)| *old == path) {
            splices.push(sheet.replace_string(tree.span(*item), new.as_str()));
        }
    }
    splices.extend(sheet.remove_parts(list, &dropped));
    splices
}

fn rename_in(
    sheet: &Sheet<'_>,
    tree: &Tree,
    scenario: NodeId,
    names: &BTreeMap<String, String>,
) -> Vec<Splice> {
    let mut splices = rename_mocks(sheet, tree, scenario, names);
    let expect = tree.get(scenario, "expect");
    for list in ["path", "visits", "avoids"] {
        let list = expect.and_then(|expect| tree.get(expect, list));
        for item in list.map(|list| tree.items(list)).unwrap_or_default() {
            if let Some(new) = tree.str(*item).and_then(|name| names.get(name)) {
                splices.push(sheet.replace_string(tree.span(*item), new));
            }
        }
    }
    splices
}

/// The keys below `mocks` and `backends/states` of a scenario, or of the whole file.
fn rename_mocks(
    sheet: &Sheet<'_>,
    tree: &Tree,
    node: NodeId,
    names: &BTreeMap<String, String>,
) -> Vec<Splice> {
    let backends = tree.get(node, "backends");
    let states = backends.and_then(|backends| tree.get(backends, "states"));
    let lists = tree.get(node, "mocks").into_iter().chain(states);
    let renamed = lists
        .flat_map(|list| tree.members(list))
        .filter_map(|member| {
            let new = names.get(member.key.as_ref())?;
            Some(sheet.rename_key(member.key_span, new))
        });
    renamed.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_absent_file_is_created_in_tidy_form() {
        let edit = set("", "/breakpoints", Some(r#"["/States/A"]"#)).unwrap();
        assert_eq!(
            edit.apply(""),
            "{\n  \"stepwright\": 1,\n  \"breakpoints\": [\n    \"/States/A\"\n  ]\n}\n"
        );
        assert!(set("", "/breakpoints", None).is_err());
        assert!(set("", "/breakpoints", Some("[")).is_err());
    }

    #[test]
    fn a_list_grows_and_shrinks() {
        let text = "{\"scenarios\": [{\"name\": \"a\"}], \"mine\": 1}";
        let edit = set(text, "/scenarios/-", Some("{\"name\":\"b\"}")).unwrap();
        let grown = edit.apply(text);
        assert_eq!(
            grown,
            "{\"scenarios\": [{\"name\": \"a\"}, {\"name\": \"b\"}], \"mine\": 1}"
        );
        let edit = set(&grown, "/scenarios/0", None).unwrap();
        assert_eq!(
            edit.apply(&grown),
            "{\"scenarios\": [{\"name\": \"b\"}], \"mine\": 1}"
        );
    }

    #[test]
    fn names_and_paths_follow() {
        let text = r#"{"breakpoints":["/States/A","/States/M/Branches/0/States/A","/States/Z"],"mocks":{"A":[],"GET /A":[]},"backends":{"states":{"A":"aws"}},
 "scenarios":[{"mocks":{"A":[]},"expect":{"path":["A","B"],"visits":["A"],"avoids":["Z"]}}]}"#;
        let moved = [(StatePath::top("A"), StatePath::top("New"))];
        let edit = follow(text, &moved, &[StatePath::top("Z")]);
        assert_eq!(
            edit.apply(text),
            r#"{"breakpoints":["/States/New","/States/M/Branches/0/States/A"],"mocks":{"New":[],"GET /A":[]},"backends":{"states":{"New":"aws"}},
 "scenarios":[{"mocks":{"New":[]},"expect":{"path":["New","B"],"visits":["New"],"avoids":["Z"]}}]}"#
        );
    }
}
