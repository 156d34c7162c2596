//! A document and what is derived from one state of it.

use std::sync::Arc;

use crate::asl::Diagnostic;
use crate::asl::Machine;
use crate::sidecar;
use crate::syntax::Format;
use crate::syntax::Manner;
use crate::syntax::SyntaxError;
use crate::syntax::Tree;
use crate::text::Span;

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
    pub tree: Arc<Tree>,
    /// What is wrong with the text as JSON or YAML.
    pub syntax_errors: Vec<SyntaxError>,
    pub machine: Arc<Machine>,
    /// All there is to say about it, syntax errors included.
    pub diagnostics: Vec<Diagnostic>,
    /// The diagnostics are those of this text, not what is left of an older one's.
    pub checked: bool,
    /// How the text is written.
    pub manner: Manner,
}

/// A machine of more states, or a longer text, takes longer to check than a frame may last.
const MOST_STATES_IN_FRAME: usize = 300;
const LONGEST_IN_FRAME: usize = 256 * 1024;

impl Revision {
    pub fn new(id: u64, document: Document) -> Arc<Revision> {
        let revision = Revision::read(id, document);
        let diagnostics = revision.check();
        Arc::new(revision.with_diagnostics(diagnostics))
    }

    /// What can be had within a frame: everything for most texts. A large one is not checked yet and
    /// keeps those diagnostics of the one before that lie outside what has changed.
    pub fn within_frame(id: u64, document: Document, before: Option<&Revision>) -> Arc<Revision> {
        let revision = Revision::read(id, document);
        let is_small = revision.machine.states.len() <= MOST_STATES_IN_FRAME
            && revision.document.text.len() <= LONGEST_IN_FRAME;
        if is_small {
            let diagnostics = revision.check();
            return Arc::new(revision.with_diagnostics(diagnostics));
        }
        let diagnostics = before
            .map(|before| carried_over(before, revision.text()))
            .unwrap_or_default();
        Arc::new(Revision {
            diagnostics,
            ..revision
        })
    }

    /// Everything there is to say about the text. Takes tens of milliseconds for thousands of states.
    pub fn check(&self) -> Vec<Diagnostic> {
        crate::asl::lint_as(
            &self.document.text,
            &self.tree,
            &self.machine,
            &self.syntax_errors,
            sidecar::machine_type(&self.document.sidecar),
        )
    }

    /// The same revision with what `check` has said of it.
    pub fn with_diagnostics(&self, diagnostics: Vec<Diagnostic>) -> Revision {
        Revision {
            diagnostics,
            checked: true,
            ..self.clone()
        }
    }

    fn read(id: u64, document: Document) -> Revision {
        let parse = crate::syntax::parse(&document.text, document.format);
        let machine = crate::asl::read(&parse.tree);
        let manner = Manner::detect(&document.text, &parse.tree);
        Revision {
            id,
            document,
            tree: Arc::new(parse.tree),
            syntax_errors: parse.errors,
            machine: Arc::new(machine),
            diagnostics: Vec::new(),
            checked: false,
            manner,
        }
    }

    /// The text of the definition.
    pub fn text(&self) -> &str {
        &self.document.text
    }
}

/// The diagnostics of a revision that another text leaves alone, at their new places, without their fixes.
fn carried_over(before: &Revision, after: &str) -> Vec<Diagnostic> {
    let (old, new) = (before.text().as_bytes(), after.as_bytes());
    let head = old.iter().zip(new).take_while(|(a, b)| a == b).count();
    let rest = old.len().min(new.len()) - head;
    let tail = old
        .iter()
        .rev()
        .zip(new.iter().rev())
        .take(rest)
        .take_while(|(a, b)| a == b)
        .count();
    let moved = |offset: usize| (offset + new.len()).saturating_sub(old.len());
    before
        .diagnostics
        .iter()
        .filter_map(|diagnostic| {
            let span = diagnostic.span;
            let span = if span.end <= head {
                span
            } else if span.start >= old.len() - tail {
                Span::new(moved(span.start), moved(span.end))
            } else {
                return None;
            };
            Some(Diagnostic {
                span,
                fix: None,
                ..diagnostic.clone()
            })
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn large(comment: &str) -> Document {
        let states: Vec<String> = (0..400)
            .map(|number| format!("\"S{number}\": {{\"Type\": \"Pass\", \"Next\": \"Nowhere\"}}"))
            .collect();
        Document {
            text: Arc::from(format!(
                "{{\"Comment\": \"{comment}\", \"StartAt\": \"S\", \"States\": {{{}}}}}",
                states.join(",\n")
            )),
            ..Document::default()
        }
    }

    #[test]
    fn a_large_text_keeps_its_problems_until_it_is_checked() {
        let first = Revision::new(1, large("a"));
        assert!(first.checked && first.diagnostics.len() > 400);
        for comment in ["longer than before", "", "a"] {
            let next = Revision::within_frame(2, large(comment), Some(&first));
            assert!(!next.checked);
            let spans = |revision: &Revision| -> Vec<Span> {
                revision.diagnostics.iter().map(|one| one.span).collect()
            };
            let checked = next.with_diagnostics(next.check());
            assert_eq!(spans(&next), spans(&checked));
            assert!(checked.checked);
        }
    }

    #[test]
    fn a_small_text_is_checked_at_once() {
        let document = Document {
            text: Arc::from("{}"),
            ..Document::default()
        };
        let revision = Revision::within_frame(1, document.clone(), None);
        assert!(revision.checked);
        assert_eq!(revision.diagnostics, Revision::new(1, document).diagnostics);
    }
}
