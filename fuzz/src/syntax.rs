//! Any text as JSON and as YAML: spans, pointers, tokens, and edits against a model that knows no text.

use arbitrary::Unstructured;
use stepwright::export;
use stepwright::syntax::Format;
use stepwright::syntax::Fragment;
use stepwright::syntax::Manner;
use stepwright::syntax::NodeId;
use stepwright::syntax::NodeKind;
use stepwright::syntax::Parse;
use stepwright::syntax::Pointer;
use stepwright::syntax::Sheet;
use stepwright::syntax::Spot;
use stepwright::syntax::TokenKind;
use stepwright::syntax::Tree;
use stepwright::syntax::formatted;
use stepwright::syntax::parse;
use stepwright::syntax::tokens;
use stepwright::text::LineIndex;
use stepwright::text::Span;
use stepwright::text::Splice;
use stepwright::text::Style;
use stepwright::text::TextEdit;

use crate::growth::pick;

/// The first sixteen bytes choose the edits, the others are the text.
pub fn check(data: &[u8]) {
    let (choices, text) = data.split_at(data.len().min(16));
    let text = String::from_utf8_lossy(text);
    let mut dice = Unstructured::new(choices);
    let json = parse(&text, Format::Json);
    check_tree(&text, &json);
    check_tokens(&text, &json);
    check_edit(&text, &json, &mut dice);
    check_splices(&text, &mut dice);
    let yaml = parse(&text, Format::Yaml);
    check_tree(&text, &yaml);
    check_scalars_of_yaml(&text, &yaml, &mut dice);
    let _ = (Format::of_text(&text), Style::detect(&text));
}

/// A value as a document has it: order, duplicates and the spelling of numbers count.
#[derive(Clone, Debug, PartialEq)]
enum Model {
    /// The kind's letter and the decoded text.
    Scalar(char, String),
    Array(Vec<Model>),
    Object(Vec<(String, Model)>),
}

fn model(tree: &Tree, node: NodeId) -> Model {
    match tree.kind(node) {
        NodeKind::Null => Model::Scalar('n', String::new()),
        NodeKind::Bool(flag) => Model::Scalar('b', flag.to_string()),
        NodeKind::Number(text) => Model::Scalar('#', text.to_string()),
        NodeKind::String(text) => Model::Scalar('s', text.to_string()),
        NodeKind::Hole(name) => Model::Scalar('h', name.to_string()),
        NodeKind::Missing => Model::Scalar('m', String::new()),
        NodeKind::Array(items) => {
            Model::Array(items.iter().map(|item| model(tree, *item)).collect())
        }
        NodeKind::Object(members) => Model::Object(
            members
                .iter()
                .map(|member| (member.key.to_string(), model(tree, member.value)))
                .collect(),
        ),
    }
}

fn whole(parse: &Parse) -> Option<Model> {
    parse.tree.root().map(|root| model(&parse.tree, root))
}

fn check_tree(text: &str, parse: &Parse) {
    let tree = &parse.tree;
    let lines = LineIndex::new(text);
    for error in &parse.errors {
        assert!(text.get(error.span.range()).is_some(), "{error:?}");
        lines.locate(text, error.span.start);
    }
    for id in tree.ids() {
        let span = tree.span(id);
        assert!(text.get(span.range()).is_some(), "{span:?}");
        assert!(text.get(tree.content_span(id).range()).is_some());
        if let Some(parent) = tree.node(id).and_then(|node| node.parent) {
            assert!(parent < id, "parents come before their children");
            assert!(
                tree.span(parent).encloses(span),
                "{span:?} in {:?}",
                tree.span(parent)
            );
        }
        let mut end = span.start;
        for member in tree.members(id) {
            assert!(text.get(member.key_span.range()).is_some());
            assert!(end <= member.key_span.start, "members overlap");
            end = member.span(tree).end;
        }
    }
    // Quadratic in the depth, so a sample is enough of a large tree.
    for id in tree.ids().step_by(1 + tree.len() / 200) {
        let pointer = tree.pointer(id);
        assert_eq!(Pointer::parse(&pointer.to_string()), pointer);
        if !is_shadowed(tree, id) {
            assert_eq!(tree.at(&pointer), Some(id), "{pointer}");
        }
        tree.node_at(tree.span(id).start);
    }
}

/// Lies in a member whose name comes again in its object, where the last one counts.
fn is_shadowed(tree: &Tree, id: NodeId) -> bool {
    let Some(parent) = tree.node(id).and_then(|node| node.parent) else {
        return false;
    };
    let members = tree.members(parent);
    let own = members.iter().find(|member| member.value == id);
    own.is_some_and(|own| tree.get(parent, &own.key) != Some(id)) || is_shadowed(tree, parent)
}

fn check_tokens(text: &str, parse: &Parse) {
    let mut end = 0;
    for token in tokens(text) {
        assert_eq!(token.span.start, end, "tokens leave nothing out");
        end = token.span.end;
    }
    assert_eq!(end, text.len());
    if !parse.errors.is_empty() {
        return;
    }
    let squeeze = |text: &str| {
        let tokens = tokens(text).into_iter();
        let told = tokens.filter(|token| token.kind != TokenKind::Blank);
        told.map(|token| token.span.of(text)).collect::<String>()
    };
    let laid_out = formatted(text, &parse.tree);
    let again = stepwright::syntax::parse(&laid_out, Format::Json);
    assert!(again.errors.is_empty(), "{laid_out}");
    assert_eq!(squeeze(text), squeeze(&laid_out));
    assert_eq!(formatted(&laid_out, &again.tree), laid_out);
    let exported = stepwright::syntax::parse(&export::json(&parse.tree), Format::Json);
    assert_eq!(whole(&exported), whole(parse));
    check_yaml_export(parse);
}

/// The same values in YAML, where the document has no placeholder and no name twice, which YAML refuses.
fn check_yaml_export(parse: &Parse) {
    let tree = &parse.tree;
    let odd = |id: NodeId| match tree.kind(id) {
        NodeKind::Hole(_) => true,
        NodeKind::String(text) => text.contains("${"),
        NodeKind::Object(members) => members.iter().enumerate().any(|(at, member)| {
            let twice = members
                .iter()
                .skip(at + 1)
                .any(|other| other.key == member.key);
            twice || member.key.contains("${") || member.key.as_ref() == "<<"
        }),
        _ => false,
    };
    if tree.ids().any(odd) {
        return;
    }
    let text = export::yaml(tree);
    let again = stepwright::syntax::parse(&text, Format::Yaml);
    assert!(again.errors.is_empty(), "{:?}\n{text}", again.errors);
    assert_eq!(whole(&again), whole(parse), "{text}");
}

const KEYS: [&str; 6] = ["a", "b", "Next", "a/b~ü", "", "q\"\\\n"];
const VALUES: [&str; 9] = [
    "1.50",
    "\"x\"",
    "null",
    "[]",
    "{}",
    "[1,[2,{\"a\":3}]]",
    "{\"a\":1}",
    "{ \"a\" : { \"b\" : [ ] }, \"b\": \"ü\\n\" }",
    "\"a: b # c\"",
];

fn key(dice: &mut Unstructured, tree: &Tree, object: NodeId) -> String {
    let members = tree.members(object);
    if !members.is_empty() && dice.arbitrary().unwrap_or(true) {
        return pick(dice, members).key.to_string();
    }
    (*pick(dice, &KEYS)).to_owned()
}

fn place(spot: Spot, length: usize) -> usize {
    match spot {
        Spot::First => 0,
        Spot::After(index) if index < length => index + 1,
        Spot::Before(index) if index < length => index,
        Spot::After(_) | Spot::Before(_) | Spot::Last => length,
    }
}

fn check_edit(text: &str, parse: &Parse, dice: &mut Unstructured) {
    let Some(root) = parse.tree.root() else {
        return;
    };
    let tree = &parse.tree;
    let manner = Manner::detect(text, tree);
    let sheet = Sheet {
        text,
        tree,
        manner: &manner,
    };
    let ids: Vec<NodeId> = tree.ids().collect();
    let node = *pick(dice, &ids);
    let value = *pick(dice, &VALUES);
    let fragment = if dice.ratio(1, 4).unwrap_or(false) {
        let from = *pick(dice, &ids);
        Fragment::Verbatim {
            text: tree.span(from).of(text).to_owned(),
            lead: sheet.lead(tree.span(from).start).to_owned(),
            indent: manner.style.indent.clone(),
        }
    } else {
        Fragment::json(value)
    };
    let index = dice.int_in_range(0..=4usize).unwrap_or(0);
    let spot = *pick(
        dice,
        &[
            Spot::First,
            Spot::Last,
            Spot::After(index),
            Spot::Before(index),
        ],
    );
    let new = || {
        let parsed = stepwright::syntax::parse(fragment.text(), Format::Json);
        parsed
            .tree
            .root()
            .map_or(Model::Array(Vec::new()), |root| model(&parsed.tree, root))
    };
    let mut expected = model(tree, node);
    let splices = match &mut expected {
        Model::Object(members) => {
            let key = key(dice, tree, node);
            match dice.int_in_range(0..=5u8).unwrap_or(0) {
                0 => {
                    match members.iter_mut().rev().find(|(name, _)| *name == key) {
                        Some((_, old)) => *old = new(),
                        None => members.push((key.clone(), new())),
                    }
                    sheet.set_member(node, &key, &fragment)
                }
                1 => {
                    let at = place(spot, members.len());
                    members.insert(at, (key.clone(), new()));
                    members.insert(at + 1, ("z".to_owned(), Model::Scalar('#', "0".to_owned())));
                    let two = [
                        (key, fragment.clone()),
                        ("z".to_owned(), Fragment::json("0")),
                    ];
                    sheet.insert_members(node, spot, &two)
                }
                2 => {
                    members.retain(|(name, _)| *name != key);
                    sheet.remove_member(node, &key)
                }
                3 => {
                    let Some((name, _)) = members.get_mut(index) else {
                        return;
                    };
                    name.clone_from(&key);
                    vec![sheet.rename_key(tree.members(node)[index].key_span, &key)]
                }
                4 => {
                    let mut at = 0;
                    let gone: Vec<usize> = (0..members.len())
                        .filter(|_| dice.arbitrary().unwrap_or(false))
                        .collect();
                    members.retain(|_| {
                        at += 1;
                        !gone.contains(&(at - 1))
                    });
                    sheet.remove_parts(node, &gone)
                }
                _ => {
                    expected = new();
                    sheet.replace_value(node, &fragment)
                }
            }
        }
        Model::Array(items) => match dice.int_in_range(0..=2u8).unwrap_or(0) {
            0 => {
                items.insert(place(spot, items.len()), new());
                sheet.insert_item(node, spot, &fragment)
            }
            1 => {
                if index < items.len() {
                    items.remove(index);
                }
                sheet.remove_item(node, index)
            }
            _ => {
                expected = new();
                sheet.replace_value(node, &fragment)
            }
        },
        Model::Scalar('s', old) if dice.arbitrary().unwrap_or(true) => {
            old.clear();
            old.push_str("new \"text\"\\");
            vec![sheet.replace_string(tree.span(node), "new \"text\"\\")]
        }
        Model::Scalar(..) => {
            expected = new();
            sheet.replace_value(node, &fragment)
        }
    };
    let edit = TextEdit::new(splices).expect("splices of one edit do not overlap");
    assert!(edit.fits(text));
    for splice in edit.splices() {
        assert!(
            tree.span(node).encloses(splice.span),
            "{splice:?} outside of {:?}",
            tree.span(node)
        );
    }
    let after = edit.apply(text);
    let again = stepwright::syntax::parse(&after, Format::Json);
    let mut dice_path = tree.pointer(node).tokens().to_vec();
    dice_path.push((*pick(dice, &["-", "0", "x/y"])).to_owned());
    let set = sheet.set_at(root, &dice_path, Some(&Fragment::json(value)), &|_| spot);
    if !parse.errors.is_empty() {
        return;
    }
    assert!(
        again.errors.is_empty(),
        "{:?}\n{text}\n→\n{after}",
        again.errors
    );
    let found = whole(&again);
    let mut wanted = model(tree, root);
    *inner(&mut wanted, tree, node) = expected;
    assert_eq!(found, Some(wanted), "{text}\n→\n{after}");
    assert_eq!(edit.trimmed(text).apply(text), after);
    if let Ok(splices) = set {
        let edit = TextEdit::new(splices).expect("splices of one edit do not overlap");
        let after = edit.apply(text);
        let again = stepwright::syntax::parse(&after, Format::Json);
        assert!(
            again.errors.is_empty(),
            "{:?}\n{text}\n→\n{after}",
            again.errors
        );
    }
}

/// The part of the whole that a node is, found by positions so that duplicates do not matter.
fn inner<'a>(whole: &'a mut Model, tree: &Tree, node: NodeId) -> &'a mut Model {
    let Some(parent) = tree.node(node).and_then(|node| node.parent) else {
        return whole;
    };
    match inner(whole, tree, parent) {
        Model::Array(items) => {
            let at = tree.items(parent).iter().position(|item| *item == node);
            &mut items[at.expect("an item of its parent")]
        }
        Model::Object(members) => {
            let at = tree
                .members(parent)
                .iter()
                .position(|member| member.value == node);
            &mut members[at.expect("a member of its parent")].1
        }
        Model::Scalar(..) => panic!("a scalar holds nothing"),
    }
}

fn check_scalars_of_yaml(text: &str, parse: &Parse, dice: &mut Unstructured) {
    let Some(root) = parse.tree.root() else {
        return;
    };
    if !parse.errors.is_empty() {
        return;
    }
    let tree = &parse.tree;
    let manner = Manner::detect(text, tree);
    let sheet = Sheet {
        text,
        tree,
        manner: &manner,
    };
    let ids: Vec<NodeId> = tree.ids().collect();
    let node = *pick(dice, &ids);
    let new = *pick(
        dice,
        &["plain", "it's", "a: b # c", "no", "\"", "ü/x (2)", "${x}"],
    );
    let mut wanted = model(tree, root);
    let splice = match inner(&mut wanted, tree, node) {
        Model::Scalar('s', old) => {
            new.clone_into(old);
            sheet.replace_string(tree.span(node), new)
        }
        Model::Object(members) if !members.is_empty() => {
            let at = dice.int_in_range(0..=members.len() - 1).unwrap_or(0);
            if members.iter().any(|(name, _)| name == new) {
                return;
            }
            new.clone_into(&mut members[at].0);
            sheet.rename_key(tree.members(node)[at].key_span, new)
        }
        Model::Scalar(..) | Model::Array(_) | Model::Object(_) => return,
    };
    let after = TextEdit::new(vec![splice]).expect("one splice").apply(text);
    let again = stepwright::syntax::parse(&after, Format::Yaml);
    assert!(
        again.errors.is_empty(),
        "{:?}\n{text}\n→\n{after}",
        again.errors
    );
    assert_eq!(whole(&again), Some(wanted), "{text}\n→\n{after}");
}

/// Two edits after one another, and both as one.
fn check_splices(text: &str, dice: &mut Unstructured) {
    let first = splices(text, dice);
    let middle = first.apply(text);
    let second = splices(&middle, dice);
    let after = second.apply(&middle);
    let both = first.then(&second);
    assert_eq!(both.apply(text), after);
    assert_eq!(both.trimmed(text).apply(text), after);
    for splice in first.splices() {
        assert!(first.map_offset(splice.span.end) <= middle.len());
    }
}

fn splices(text: &str, dice: &mut Unstructured) -> TextEdit {
    let mut all = Vec::new();
    let mut from = 0;
    for _ in 0..dice.int_in_range(0..=2u8).unwrap_or(0) {
        let mut place = |from: usize| {
            let at = from + dice.int_in_range(0..=7usize).unwrap_or(0);
            (at..=text.len())
                .find(|at| text.is_char_boundary(*at))
                .unwrap_or(text.len())
        };
        let start = place(from);
        let end = place(start);
        let insert = (*pick(dice, &["", "x", "ü\n", "{\"a\":"])).to_owned();
        all.push(Splice {
            span: Span::new(start, end),
            insert,
        });
        from = end;
    }
    TextEdit::new(all).expect("they follow each other")
}
