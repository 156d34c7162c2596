//! Undo and redo: what the document was before and after each step.

use std::sync::Arc;

use crate::editor::Selection;
use crate::text::TextEdit;

/// A step is forgotten when there are more than this many after it.
const MOST_STEPS: usize = 1_000;
/// Or when the texts kept take more bytes than this.
const MOST_BYTES: usize = 64 << 20;
/// Keystrokes further apart than this, in milliseconds, are steps of their own.
const TYPING_PAUSE: u64 = 1_000;

/// What undo restores.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Snapshot {
    pub text: Arc<str>,
    pub sidecar: Arc<str>,
    pub selection: Selection,
}

/// One gesture, one form entry, or one burst of typing.
#[derive(Clone, Debug)]
pub struct Step {
    /// What it did, for the menu: "Insert Wait".
    pub label: String,
    pub before: Snapshot,
    pub after: Snapshot,
}

/// The steps that can be undone, and those that can be done again.
#[derive(Clone, Debug, Default)]
pub struct History {
    done: Vec<Step>,
    undone: Vec<Step>,
    typing: Option<Typing>,
}

/// A burst of typing that may go on.
#[derive(Clone, Debug)]
struct Typing {
    /// When the last key came, in milliseconds.
    at: u64,
    /// Where the next key would continue it.
    caret: usize,
}

impl History {
    /// Notes a step. What was undone before cannot be done again. A step that changes no text is none.
    pub fn record(&mut self, step: Step) {
        self.typing = None;
        self.push(step);
    }

    /// Notes typing at a time in milliseconds. Keys that follow closely in time and place are one step.
    pub fn record_typing(&mut self, step: Step, edit: &TextEdit, at: u64) {
        let touched = match edit.splices() {
            [splice] => Some(splice),
            _ => None,
        };
        let goes_on = match (&self.typing, touched) {
            (Some(typing), Some(splice)) => {
                at.saturating_sub(typing.at) <= TYPING_PAUSE
                    && (splice.span.start == typing.caret || splice.span.end == typing.caret)
                    && !splice.insert.contains('\n')
                    && self.undone.is_empty()
            }
            _ => false,
        };
        match self.done.last_mut().filter(|_| goes_on) {
            Some(last) => last.after = step.after,
            None => self.push(step),
        }
        self.typing = touched.map(|splice| Typing {
            at,
            caret: splice.span.start + splice.insert.len(),
        });
    }

    /// Takes the last step back; its `before` is what the document becomes.
    pub fn undo(&mut self) -> Option<&Step> {
        self.typing = None;
        let step = self.done.pop()?;
        self.undone.push(step);
        self.undone.last()
    }

    /// Does the step again that was undone last; its `after` is what the document becomes.
    pub fn redo(&mut self) -> Option<&Step> {
        self.typing = None;
        let step = self.undone.pop()?;
        self.done.push(step);
        self.done.last()
    }

    /// What undo would take back.
    pub fn undo_label(&self) -> Option<&str> {
        self.done.last().map(|step| step.label.as_str())
    }

    /// What redo would do again.
    pub fn redo_label(&self) -> Option<&str> {
        self.undone.last().map(|step| step.label.as_str())
    }

    /// How many steps can be undone.
    pub fn len(&self) -> usize {
        self.done.len()
    }

    pub fn is_empty(&self) -> bool {
        self.done.is_empty()
    }

    fn push(&mut self, step: Step) {
        let same = step.before.text == step.after.text && step.before.sidecar == step.after.sidecar;
        if same {
            return;
        }
        self.undone.clear();
        self.done.push(step);
        let mut bytes = 0;
        let kept = self
            .done
            .iter()
            .rev()
            .take(MOST_STEPS)
            .take_while(|step| {
                bytes += step.after.text.len() + step.after.sidecar.len();
                bytes <= MOST_BYTES
            })
            .count();
        let dropped = self.done.len() - kept.max(1);
        self.done.drain(..dropped);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::Span;

    fn snapshot(text: &str) -> Snapshot {
        Snapshot {
            text: Arc::from(text),
            sidecar: Arc::from(""),
            selection: Selection::none(),
        }
    }

    fn step(before: &str, after: &str) -> Step {
        Step {
            label: format!("to {after}"),
            before: snapshot(before),
            after: snapshot(after),
        }
    }

    #[test]
    fn undo_and_redo_walk_the_steps() {
        let mut history = History::default();
        history.record(step("a", "b"));
        history.record(step("b", "c"));
        assert_eq!(&*history.undo().unwrap().before.text, "b");
        assert_eq!(history.redo_label(), Some("to c"));
        assert_eq!(&*history.redo().unwrap().after.text, "c");
        history.undo();
        history.record(step("b", "d"));
        assert!(history.redo().is_none());
        assert_eq!(&*history.undo().unwrap().before.text, "b");
        assert_eq!(&*history.undo().unwrap().before.text, "a");
        assert!(history.undo().is_none());
    }

    #[test]
    fn keys_that_follow_each_other_are_one_step() {
        let mut history = History::default();
        let key = |at: usize, text: &str| TextEdit::replace(Span::at(at), text);
        history.record_typing(step("", "a"), &key(0, "a"), 0);
        history.record_typing(step("a", "ab"), &key(1, "b"), 300);
        assert_eq!(history.len(), 1);
        history.record_typing(step("ab", "abc"), &key(2, "c"), 5_000);
        assert_eq!(history.len(), 2);
        history.record_typing(step("abc", "xabc"), &key(0, "x"), 5_100);
        assert_eq!(history.len(), 3);
        history.undo();
        history.undo();
        assert_eq!(&*history.undo().unwrap().before.text, "");
    }

    #[test]
    fn the_oldest_steps_are_forgotten() {
        let mut history = History::default();
        for number in 0..MOST_STEPS + 5 {
            history.record(step(&number.to_string(), &(number + 1).to_string()));
        }
        assert_eq!(history.len(), MOST_STEPS);
    }
}
