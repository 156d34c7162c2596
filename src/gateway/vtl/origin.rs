//! Where the bytes of a text within a template stand in the template.

use crate::text::Span;

/// From places in a text to places in the template around it.
#[derive(Clone, Debug, Default)]
pub struct Origin {
    /// From this byte of the text on, bytes stand at this place of the template, one after the other.
    pieces: Vec<(usize, usize)>,
    /// The text is not written in the template; everything in it belongs to this place.
    fixed: Option<Span>,
    /// Where the text ends in the template; what was added to it stands nowhere.
    end: Option<usize>,
}

impl Origin {
    pub fn fixed(span: Span) -> Origin {
        Origin {
            pieces: Vec::new(),
            fixed: Some(span),
            end: None,
        }
    }

    /// The text inside of a quoted one. `pieces` say at which byte of it which byte of `outer`'s text stands,
    /// `end` at which one it ends.
    pub fn within(outer: &Origin, pieces: Vec<(usize, usize)>, end: usize) -> Origin {
        Origin {
            pieces: pieces
                .into_iter()
                .map(|(inner, at)| (inner, outer.place(at)))
                .collect(),
            fixed: outer.fixed,
            end: Some(outer.place(end)),
        }
    }

    pub fn span(&self, start: usize, end: usize) -> Span {
        match self.fixed {
            Some(span) => span,
            None => Span::new(self.place(start), self.place(end)),
        }
    }

    fn place(&self, at: usize) -> usize {
        let next = self.pieces.partition_point(|(inner, _)| *inner <= at);
        let place = match next.checked_sub(1).and_then(|index| self.pieces.get(index)) {
            Some((inner, outer)) => outer + (at - inner),
            None => at,
        };
        self.end.map_or(place, |end| place.min(end))
    }
}
