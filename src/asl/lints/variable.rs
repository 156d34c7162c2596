//! `UNDEFINED_VARIABLE`, `SHADOWED_VARIABLE`, `VARIABLE_NAME`: variables are assigned before they are read
//! (specification, "Variables").

use std::collections::BTreeMap;
use std::collections::BTreeSet;

use crate::asl::Machine;
use crate::asl::ScopeId;
use crate::asl::StateId;
use crate::asl::lints::document::Document;
use crate::asl::lints::document::has_hole;
use crate::asl::lints::document::quoted;
use crate::asl::lints::expression::Parsed;
use crate::asl::lints::expression::Site;
use crate::asl::lints::expression::place;
use crate::asl::lints::finding::Finding;
use crate::asl::lints::jsonata::characters;
use crate::asl::lints::map_parts::is_distributed;
use crate::asl::nearest::nearest;
use crate::asl::schema::Holds;
use crate::syntax::Tree;
use crate::text::Span;

type Names = BTreeSet<String>;

/// The variables each state refers to, by the state's name; states without any are left out.
pub fn variable_references(
    text: &str,
    tree: &Tree,
    machine: &Machine,
) -> BTreeMap<String, BTreeSet<String>> {
    let document = Document::new(text, tree, machine, &[], None);
    let mut references: BTreeMap<String, Names> = BTreeMap::new();
    for site in &document.sites {
        for (name, _) in reads(&document, site) {
            if let Some(state) = site.state.and_then(|id| machine.state(id)) {
                let names = references.entry(state.name.to_string()).or_default();
                names.insert(name);
            }
        }
    }
    references
}

pub(crate) fn check(document: &Document<'_>, findings: &mut Vec<Finding>) {
    let assigned = assignments(document, findings);
    shadowed(document, &assigned, findings);
    let known = Known::new(document, &assigned);
    for site in &document.sites {
        let Some(state) = site.state else { continue };
        for (name, span) in reads(document, site) {
            if known.has(state, &name) {
                continue;
            }
            let elsewhere = assigned.values().any(|own| own.contains(&name));
            let message = if elsewhere {
                format!("${name} is not assigned on any way to here")
            } else {
                format!("${name} is never assigned")
            };
            let mut finding =
                Finding::warning(document, "UNDEFINED_VARIABLE", site.node, message).at(span);
            if let Some(near) = nearest(&name, known.names(state)) {
                finding = finding.hint(format!("Did you mean ${near}?"));
            } else if !elsewhere {
                finding = finding.hint("Assign sets variables for the states that follow");
            } else {
                finding = finding
                    .hint("A variable is seen by the states that follow, and by those inside them");
            }
            findings.push(finding);
        }
    }
}

/// Names of an outer scope that an inner one assigns again; the inner states cannot change the outer variable.
fn shadowed(
    document: &Document<'_>,
    assigned: &BTreeMap<StateId, Names>,
    findings: &mut Vec<Finding>,
) {
    let machine = document.machine;
    let mut by_scope: BTreeMap<ScopeId, BTreeSet<&str>> = BTreeMap::new();
    for (id, names) in assigned {
        if let Some(state) = machine.state(*id) {
            let own = by_scope.entry(state.scope).or_default();
            own.extend(names.iter().map(String::as_str));
        }
    }
    if by_scope.len() < 2 {
        return;
    }
    for (object, field, member) in document.fields() {
        let (Holds::Assignments, Some(state)) = (field.holds, document.state(object)) else {
            continue;
        };
        for variable in document.tree.members(member.value) {
            let name = variable.key.strip_suffix(".$").unwrap_or(&variable.key);
            let mut scope = outside(document, state.scope);
            while let Some(outer) = scope {
                if by_scope
                    .get(&outer)
                    .is_some_and(|names| names.contains(name))
                {
                    findings.push(
                        Finding::warning(
                            document,
                            "SHADOWED_VARIABLE",
                            variable.value,
                            format!("${name} is a variable of the states around this one, and stays as it is there"),
                        )
                        .at(variable.key_span)
                        .hint("Give the inner variable a name of its own"),
                    );
                    break;
                }
                scope = outside(document, outer);
            }
        }
    }
}

/// The scope around one, unless its states are executions of their own.
fn outside(document: &Document<'_>, scope: ScopeId) -> Option<ScopeId> {
    let (owner, _) = document.machine.scope(scope)?.owner?;
    let owner = document.machine.state(owner)?;
    (is_distributed(document, owner.node) != Some(true)).then_some(owner.scope)
}

/// The variables a text reads, and where they stand.
fn reads(document: &Document<'_>, site: &Site) -> Vec<(String, Span)> {
    match &site.parsed {
        // A reference path writes, and has a diagnostic of its own.
        Parsed::Path(Ok(_)) if site.field.holds == Holds::ReferencePath => Vec::new(),
        Parsed::Path(Ok(path)) => path
            .variable()
            .map(|name| {
                let span = place(document, site.node, 0, name.chars().count() + 1);
                (name.to_owned(), span)
            })
            .into_iter()
            .collect(),
        Parsed::Intrinsic(Ok(intrinsic)) => {
            let text = document.tree.str(site.node).unwrap_or_default();
            intrinsic
                .paths()
                .into_iter()
                .filter_map(|path| path.variable())
                .map(|name| {
                    let written = format!("${name}");
                    let before = text.find(&written).and_then(|at| text.get(..at));
                    let at = before.map_or(0, |head| head.chars().count());
                    let length = written.chars().count();
                    (name.to_owned(), place(document, site.node, at, length))
                })
                .collect()
        }
        Parsed::Jsonata(Ok(expression), start) => {
            let before = characters(document, site.node, *start);
            expression
                .variables()
                .iter()
                .map(|used| {
                    let length = used.name.chars().count() + 1;
                    let span = place(document, site.node, before + used.position, length);
                    (used.name.clone(), span)
                })
                .collect()
        }
        Parsed::Path(Err(_))
        | Parsed::Intrinsic(Err(_))
        | Parsed::Jsonata(Err(_), _)
        | Parsed::Unclosed => Vec::new(),
    }
}

/// What each state assigns, in all its `Assign` fields together.
fn assignments(document: &Document<'_>, findings: &mut Vec<Finding>) -> BTreeMap<StateId, Names> {
    let mut assigned: BTreeMap<StateId, Names> = BTreeMap::new();
    for (object, field, member) in document.fields() {
        let (Holds::Assignments, Some(state)) = (field.holds, object.state) else {
            continue;
        };
        for variable in document.tree.members(member.value) {
            let name = variable.key.strip_suffix(".$").unwrap_or(&variable.key);
            if !has_hole(name) && !is_name(name) {
                let (code, said) = match name {
                    "states" => (
                        "RESERVED_VARIABLE_NAME",
                        "Cannot assign to reserved variable '$states'.".to_owned(),
                    ),
                    _ => (
                        "INVALID_VARIABLE_NAME",
                        format!(
                            "Invalid variable name '{name}': the variable name contains invalid characters."
                        ),
                    ),
                };
                findings.push(
                    Finding::error(
                        document,
                        "VARIABLE_NAME",
                        variable.value,
                        format!("{} cannot be the name of a variable", quoted(name)),
                    )
                    .at(variable.key_span)
                    .hint("A name is letters, digits and _, begins with a letter, is at most 80 long, and is not states")
                    .service(code, said),
                );
            }
            assigned.entry(state).or_default().insert(name.to_owned());
        }
    }
    assigned
}

/// Unicode identifiers, at most 80 characters; `states` is reserved.
fn is_name(name: &str) -> bool {
    let mut chars = name.chars();
    let first = chars.next().is_some_and(|c| c.is_alphabetic() || c == '_');
    first
        && chars.all(|c| c.is_alphanumeric() || c == '_')
        && name.chars().count() <= 80
        && name != "states"
}

/// The variables that may be set when a state begins: by a state before it, or around it.
struct Known<'a> {
    /// Every name that is assigned anywhere, with its number.
    numbers: BTreeMap<&'a str, usize>,
    states: Vec<Numbers>,
}

/// A set of small numbers.
#[derive(Clone, Default)]
struct Numbers(Vec<u64>);

impl<'a> Known<'a> {
    fn new(document: &Document<'_>, assigned: &'a BTreeMap<StateId, Names>) -> Known<'a> {
        let machine = document.machine;
        let names: BTreeSet<&str> = assigned.values().flatten().map(String::as_str).collect();
        let mut known = Known {
            numbers: names.into_iter().zip(0..).collect(),
            states: vec![Numbers::default(); machine.states.len()],
        };
        if known.numbers.is_empty() {
            return known;
        }
        // Scopes come after the states that hold them, so what is known around a scope is complete.
        for (id, scope) in machine.scope_ids().zip(&machine.scopes) {
            let owner = scope.owner.map(|(owner, _)| owner);
            // The items of a distributed Map are executions of their own and see no variables.
            let apart = owner
                .and_then(|owner| machine.state(owner))
                .is_some_and(|state| is_distributed(document, state.node) == Some(true));
            let outer = owner
                .filter(|_| !apart)
                .and_then(|owner| known.of(owner))
                .cloned();
            for state in &scope.states {
                if let (Some(own), Some(outer)) = (known.states.get_mut(state.0 as usize), &outer) {
                    own.add_all(outer);
                }
            }
            known.spread(machine, id, assigned);
        }
        known
    }

    /// Carries what each state knows and assigns to the states behind it, until nothing changes.
    fn spread(&mut self, machine: &Machine, scope: ScopeId, assigned: &BTreeMap<StateId, Names>) {
        let Some(states) = machine.scope(scope).map(|scope| &scope.states) else {
            return;
        };
        let mut waiting: Vec<StateId> = states.iter().rev().copied().collect();
        while let Some((id, state)) = waiting.pop().and_then(|id| Some((id, machine.state(id)?))) {
            let mut behind = self.of(id).cloned().unwrap_or_default();
            for name in assigned.get(&id).into_iter().flatten() {
                if let Some(number) = self.numbers.get(name.as_str()) {
                    behind.add(*number);
                }
            }
            for transition in &state.transitions {
                // A placeholder may lead anywhere.
                let anywhere = has_hole(&transition.target);
                let one = machine.in_scope(scope, &transition.target);
                let next: &[StateId] = if anywhere { states } else { one.as_slice() };
                for next in next {
                    let own = self.states.get_mut(next.0 as usize);
                    if own.is_some_and(|own| own.add_all(&behind)) {
                        waiting.push(*next);
                    }
                }
            }
        }
    }

    fn of(&self, state: StateId) -> Option<&Numbers> {
        self.states.get(state.0 as usize)
    }

    fn has(&self, state: StateId, name: &str) -> bool {
        let number = self.numbers.get(name);
        number.is_some_and(|number| self.of(state).is_some_and(|own| own.has(*number)))
    }

    fn names(&self, state: StateId) -> impl Iterator<Item = &'a str> {
        let numbers = self.numbers.iter();
        numbers
            .filter(move |(_, number)| self.of(state).is_some_and(|own| own.has(**number)))
            .map(|(name, _)| *name)
    }
}

impl Numbers {
    fn has(&self, number: usize) -> bool {
        let word = self.0.get(number / 64).copied().unwrap_or_default();
        word & (1 << (number % 64)) != 0
    }

    fn add(&mut self, number: usize) {
        if self.0.len() <= number / 64 {
            self.0.resize(number / 64 + 1, 0);
        }
        if let Some(word) = self.0.get_mut(number / 64) {
            *word |= 1 << (number % 64);
        }
    }

    /// Whether there was anything new.
    fn add_all(&mut self, other: &Numbers) -> bool {
        if self.0.len() < other.0.len() {
            self.0.resize(other.0.len(), 0);
        }
        let mut new = false;
        for (own, more) in self.0.iter_mut().zip(&other.0) {
            new |= more & !*own != 0;
            *own |= more;
        }
        new
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::asl::lints::tests::check;

    #[test]
    fn variables_are_assigned_before_they_are_read() {
        check(
            r#"{"StartAt": "A", "States": {"A": {"Type": "Pass", "Next": "M", "Assign": {"total": 1, "other.$": "$total"}},
//                                                                                                ^^^^^^ warning UNDEFINED_VARIABLE: $total is not assigned on any way to here
  "M": {"Type": "Map", "ItemsPath": "$total", "Next": "B", "ItemProcessor": {"StartAt": "I", "States": {
  "I": {"Type": "Pass", "Assign": {"inner": 1}, "Parameters": {"a.$": "States.Format('{}', $other)"}, "End": true}}}},
  "B": {"Type": "Succeed", "InputPath": "$inner"}}}
//                                       ^^^^^^ warning UNDEFINED_VARIABLE: $inner is not assigned on any way to here"#,
        );
        check(
            r#"{"StartAt": "A", "QueryLanguage": "JSONata", "States": {"A": {"Type": "Succeed",
  "Output": "{% ($x := 1; $x + $y + $sum([1])) %}"}}}
//                             ^^ warning UNDEFINED_VARIABLE: $y is never assigned"#,
        );
    }

    #[test]
    fn names_of_variables() {
        assert!(is_name("total_1") && is_name("größe"));
        assert!(!is_name("1a") && !is_name("top-level") && !is_name("states") && !is_name(""));
    }

    #[test]
    fn references_are_listed_by_state() {
        let text = r#"{"StartAt":"A","States":{"A":{"Type":"Wait","SecondsPath":"$a","Next":"B"},"B":{"Type":"Fail","CausePath":"States.Format('{}', $b)"}}}"#;
        let tree = crate::syntax::parse(text, crate::syntax::Format::Json).tree;
        let found = variable_references(text, &tree, &crate::asl::read(&tree));
        let shown: Vec<String> = found
            .iter()
            .map(|(state, names)| format!("{state}: {names:?}"))
            .collect();
        assert_eq!(shown, ["A: {\"a\"}", "B: {\"b\"}"]);
    }
}
