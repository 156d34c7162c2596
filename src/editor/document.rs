//! A document and what is derived from one state of it.

use std::sync::Arc;

use crate::asl::Diagnostic;
use crate::asl::Machine;
use crate::sidecar;
use crate::syntax::Format;
use crate::syntax::Manner;
use crate::syntax::SyntaxError;
use crate::syntax::Tree;

/// A definition and its companion, as text. Cheap to clone.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Document {
    /// The machine's name, as the file has it without its endings.
    pub name: String,
    pub format: Format,
    pub text: Arc<str>,
    /// The text of the companion file; empty where there is none.
    pub sidecar: Arc<str>,
}

/// One state of a document with all that is read from it. Never changes; the next edit makes a new one.
#[derive(Clone, Debug)]
pub struct Revision {
    pub id: u64,
    pub document: Document,
    pub tree: Tree,
    /// What is wrong with the text as JSON or YAML.
    pub syntax_errors: Vec<SyntaxError>,
    pub machine: Machine,
    /// All there is to say about it, syntax errors included.
    pub diagnostics: Vec<Diagnostic>,
    /// How the text is written.
    pub manner: Manner,
}

impl Revision {
    pub fn new(id: u64, document: Document) -> Arc<Revision> {
        let parse = crate::syntax::parse(&document.text, document.format);
        let machine = crate::asl::read(&parse.tree);
        let manner = Manner::detect(&document.text, &parse.tree);
        let diagnostics = crate::asl::lint_as(
            &document.text,
            &parse.tree,
            &machine,
            &parse.errors,
            sidecar::machine_type(&document.sidecar),
        );
        Arc::new(Revision {
            id,
            document,
            tree: parse.tree,
            syntax_errors: parse.errors,
            machine,
            diagnostics,
            manner,
        })
    }

    /// The text of the definition.
    pub fn text(&self) -> &str {
        &self.document.text
    }
}
