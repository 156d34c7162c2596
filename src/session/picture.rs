//! The graph and the layout of a revision, made again only when they would differ.

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::asl::StatePath;
use crate::editor::Revision;
use crate::graph::Flow;
use crate::graph::Layout;
use crate::graph::LayoutRequest;
use crate::graph::average_width;
use crate::graph::flow;
use crate::graph::layout;
use crate::text::LineIndex;

/// Larger flows are laid out beside the window, not within a frame.
const LARGEST_IN_FRAME: usize = 300;

/// What the canvas shows of a document.
#[derive(Clone, Debug)]
pub struct Picture {
    pub flow: Arc<Flow>,
    pub layout: Arc<Layout>,
    /// The revision the flow belongs to.
    pub revision: Arc<Revision>,
    /// What is wrong with the text and what is shown instead, in two sentences.
    pub broken: Option<String>,
    /// A newer layout is on its way.
    pub pending: bool,
    request: LayoutRequest,
}

impl Picture {
    pub fn new(revision: &Arc<Revision>) -> Picture {
        let flow = Arc::new(flow(&revision.tree, &revision.machine));
        let request = LayoutRequest::new(flow.clone(), &average_width);
        let mut picture = Picture {
            flow,
            layout: Arc::new(Layout::default()),
            revision: revision.clone(),
            broken: broken_words(revision, "Showing what can be read"),
            pending: false,
            request,
        };
        picture.arrange_now();
        picture
    }

    /// A picture without its layout yet, for workflows too large for a frame.
    pub fn begun(revision: &Arc<Revision>) -> (Picture, Option<LayoutRequest>) {
        let flow = Arc::new(flow(&revision.tree, &revision.machine));
        if flow.nodes.len() <= LARGEST_IN_FRAME {
            return (Picture::new(revision), None);
        }
        let request = LayoutRequest::new(flow.clone(), &average_width);
        let picture = Picture {
            flow,
            layout: Arc::new(Layout::default()),
            revision: revision.clone(),
            broken: broken_words(revision, "Showing what can be read"),
            pending: true,
            request: request.clone(),
        };
        (picture, Some(request))
    }

    /// Follows an edit. A text that no longer reads keeps the last good picture.
    /// Returns the request where the layout is to be made elsewhere.
    pub fn follow(
        &mut self,
        revision: &Arc<Revision>,
        collapsed: &BTreeSet<StatePath>,
        hide_catch: bool,
    ) -> Option<LayoutRequest> {
        let words = if self.flow.nodes.is_empty() {
            "Showing what can be read"
        } else {
            "Showing the last good picture"
        };
        self.broken = broken_words(revision, words);
        if self.broken.is_some() && !self.flow.nodes.is_empty() {
            return None;
        }
        self.revision = revision.clone();
        let flow = flow(&revision.tree, &revision.machine);
        let mut request = LayoutRequest::new(flow, &average_width);
        request.collapsed.clone_from(collapsed);
        request.hide_catch = hide_catch;
        let changed = request != self.request;
        self.flow = request.flow.clone();
        self.request = request;
        if !changed {
            return None;
        }
        if self.flow.nodes.len() <= LARGEST_IN_FRAME {
            self.arrange_now();
            return None;
        }
        self.pending = true;
        Some(self.request.clone())
    }

    /// Takes a layout that was made elsewhere.
    pub fn take(&mut self, layout: Layout) {
        self.layout = Arc::new(layout);
        self.pending = false;
    }

    fn arrange_now(&mut self) {
        self.layout = Arc::new(layout(&self.request));
        self.pending = false;
    }
}

/// "Line 88: a comma is missing. Showing the last good picture"
fn broken_words(revision: &Revision, shown: &str) -> Option<String> {
    let first = revision.syntax_errors.first()?;
    let place = LineIndex::new(revision.text()).locate(revision.text(), first.span.start);
    Some(format!("Line {}: {}. {shown}", place.line, first.message))
}
