//! A working copy of a document while a command is planned on it.

use std::borrow::Cow;

use crate::asl::Machine;
use crate::asl::QueryLanguage;
use crate::asl::Scope;
use crate::asl::ScopeId;
use crate::asl::State;
use crate::asl::StatePath;
use crate::editor::Refusal;
use crate::editor::Revision;
use crate::editor::words::no_such_state;
use crate::editor::words::refusal;
use crate::syntax::Format;
use crate::syntax::Fragment;
use crate::syntax::Manner;
use crate::syntax::NodeId;
use crate::syntax::Sheet;
use crate::syntax::Tree;
use crate::text::Splice;
use crate::text::TextEdit;

/// The text so far, what is read from it, and the one edit that leads there.
///
/// It starts as a view of the revision; only a command of several steps reads the text again.
#[derive(Debug)]
pub(crate) struct Draft<'a> {
    pub text: Cow<'a, str>,
    pub tree: Cow<'a, Tree>,
    pub machine: Cow<'a, Machine>,
    pub manner: Cow<'a, Manner>,
    format: Format,
    edit: TextEdit,
}

impl<'a> Draft<'a> {
    pub(crate) fn new(revision: &'a Revision) -> Draft<'a> {
        Draft {
            text: Cow::Borrowed(revision.text()),
            tree: Cow::Borrowed(&revision.tree),
            machine: Cow::Borrowed(&revision.machine),
            manner: Cow::Borrowed(&revision.manner),
            format: revision.document.format,
            edit: TextEdit::default(),
        }
    }

    pub(crate) fn sheet(&self) -> Sheet<'_> {
        Sheet {
            text: &self.text,
            tree: &self.tree,
            manner: &self.manner,
        }
    }

    pub(crate) fn format(&self) -> Format {
        self.format
    }

    /// Makes the splices part of the edit; the tree is that of the text before them.
    pub(crate) fn finish(&mut self, splices: Vec<Splice>) -> Result<(), Refusal> {
        let next = TextEdit::new(splices).map_err(|overlap| {
            refusal(
                "This change cannot be made in one step",
                overlap.to_string(),
            )
        })?;
        self.edit = self.edit.then(&next);
        Ok(())
    }

    /// Makes the splices part of the edit and reads the text that comes of it.
    pub(crate) fn apply(&mut self, splices: Vec<Splice>) -> Result<(), Refusal> {
        let next = TextEdit::new(splices).map_err(|overlap| {
            refusal(
                "This change cannot be made in one step",
                overlap.to_string(),
            )
        })?;
        let text = next.apply(&self.text);
        self.edit = self.edit.then(&next);
        let tree = crate::syntax::parse(&text, self.format).tree;
        self.machine = Cow::Owned(crate::asl::read(&tree));
        // The manner stays that of the file as its author left it.
        self.tree = Cow::Owned(tree);
        self.text = Cow::Owned(text);
        Ok(())
    }

    pub(crate) fn into_edit(self) -> TextEdit {
        self.edit
    }

    pub(crate) fn state(&self, path: &StatePath) -> Result<&State, Refusal> {
        self.machine.find(path).ok_or_else(|| no_such_state(path))
    }

    pub(crate) fn scope(&self, id: ScopeId) -> Result<&Scope, Refusal> {
        self.machine
            .scope(id)
            .ok_or_else(|| refusal("There is no such branch", "It was removed meanwhile"))
    }

    /// The states of a scope, in the order of the text.
    pub(crate) fn states_of(&self, scope: ScopeId) -> impl Iterator<Item = &State> {
        let ids = self
            .machine
            .scope(scope)
            .map(|scope| scope.states.as_slice());
        ids.unwrap_or_default()
            .iter()
            .filter_map(|id| self.machine.state(*id))
    }

    /// The path a state of a scope has or would have.
    pub(crate) fn path_in(&self, scope: ScopeId, name: &str) -> StatePath {
        StatePath::new(&format!("{}{}", self.prefix(scope), StatePath::top(name)))
    }

    /// What stands before `/States/…` in the paths of a scope.
    pub(crate) fn prefix(&self, scope: ScopeId) -> String {
        let owner = self.machine.scope(scope).and_then(|scope| scope.owner);
        match owner.and_then(|(id, slot)| Some((self.machine.state(id)?, slot))) {
            Some((container, slot)) => format!("{}{slot}", container.path),
            None => String::new(),
        }
    }

    /// The query language of a new state of a scope.
    pub(crate) fn language_in(&self, scope: ScopeId) -> QueryLanguage {
        let named = |node: NodeId| {
            self.tree
                .get_str(node, "QueryLanguage")
                .and_then(QueryLanguage::parse)
        };
        let own = self
            .machine
            .scope(scope)
            .and_then(|scope| named(scope.node));
        own.or_else(|| named(self.tree.root()?)).unwrap_or_default()
    }

    /// The number of a state among the members of its scope's `States`.
    pub(crate) fn member_index(&self, state: &State) -> Option<usize> {
        let states = self.machine.scope(state.scope)?.states_node?;
        self.tree
            .members(states)
            .iter()
            .position(|member| member.value == state.node)
    }

    /// A state's object as it is written.
    pub(crate) fn verbatim(&self, state: &State) -> Fragment {
        let span = self.tree.span(state.node);
        Fragment::Verbatim {
            text: span.of(&self.text).to_owned(),
            lead: self.sheet().lead(span.start).to_owned(),
            indent: self.manner.style.indent.clone(),
        }
    }
}
