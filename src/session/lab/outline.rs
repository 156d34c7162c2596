//! The branches and loops of a template by their places, read from its tokens, so that there is one of a broken
//! template too.

use crate::gateway::vtl::HighlightKind;
use crate::gateway::vtl::Token;
use crate::text::Span;

/// What steers a template, in the order in which it begins.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Outline {
    pub chains: Vec<Chain>,
    pub loops: Vec<LoopPlace>,
}

/// An `#if` with all that belongs to it up to its `#end`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Chain {
    pub branches: Vec<BranchPlace>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct BranchPlace {
    /// `#if(…)`, `#elseif(…)` or `#else`.
    pub head: Span,
    /// What it renders.
    pub body: Span,
    pub kind: BranchKind,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum BranchKind {
    Conditional,
    Else,
}

/// A `#foreach`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct LoopPlace {
    pub head: Span,
    pub body: Span,
    pub within: Option<usize>,
}

/// A block that waits for its `#end`.
enum Open {
    Chain(usize),
    Loop(usize),
    Other,
}

impl Outline {
    /// From the tokens of a template.
    pub fn of(text: &str, tokens: &[Token]) -> Outline {
        let mut outline = Outline::default();
        let mut open: Vec<Open> = Vec::new();
        for (index, token) in tokens.iter().enumerate() {
            if token.kind != HighlightKind::Directive {
                continue;
            }
            let word = word(token.span.of(text));
            let ahead = tokens.get(index + 1..).unwrap_or_default();
            let head = head(text, token.span, ahead);
            let body = Span::at(head.end);
            match word {
                "if" => {
                    let kind = BranchKind::Conditional;
                    let branches = vec![BranchPlace { head, body, kind }];
                    open.push(Open::Chain(outline.chains.len()));
                    outline.chains.push(Chain { branches });
                }
                "elseif" | "else" => {
                    let kind = match word {
                        "else" => BranchKind::Else,
                        _ => BranchKind::Conditional,
                    };
                    let head = match kind {
                        BranchKind::Else => token.span,
                        BranchKind::Conditional => head,
                    };
                    let body = Span::at(head.end);
                    if let Some(Open::Chain(chain)) = open.last()
                        && let Some(chain) = outline.chains.get_mut(*chain)
                    {
                        chain.close(token.span.start);
                        chain.branches.push(BranchPlace { head, body, kind });
                    }
                }
                "foreach" => {
                    let within = open.iter().rev().find_map(|open| match open {
                        Open::Loop(index) => Some(*index),
                        Open::Chain(_) | Open::Other => None,
                    });
                    open.push(Open::Loop(outline.loops.len()));
                    outline.loops.push(LoopPlace { head, body, within });
                }
                "define" | "macro" => open.push(Open::Other),
                "end" => {
                    let last = open.pop();
                    outline.close(last.as_ref(), token.span.start);
                }
                _ => {}
            }
        }
        for left in &open {
            outline.close(Some(left), text.len());
        }
        outline
    }

    fn close(&mut self, open: Option<&Open>, at: usize) {
        match open {
            Some(Open::Chain(index)) => {
                if let Some(chain) = self.chains.get_mut(*index) {
                    chain.close(at);
                }
            }
            Some(Open::Loop(index)) => {
                if let Some(place) = self.loops.get_mut(*index) {
                    place.body.end = at;
                }
            }
            Some(Open::Other) | None => {}
        }
    }

    /// The chain and the branch whose head a place lies in.
    pub fn branch_at(&self, offset: usize) -> Option<(usize, usize)> {
        self.chains.iter().enumerate().find_map(|(chain, one)| {
            let mut heads = one.branches.iter();
            let branch = heads.position(|branch| holds(branch.head, offset))?;
            Some((chain, branch))
        })
    }

    /// The loop whose head a place lies in.
    pub fn loop_at(&self, offset: usize) -> Option<usize> {
        self.loops.iter().position(|one| holds(one.head, offset))
    }

    /// The loops around a place, the outermost first.
    pub fn loops_around(&self, offset: usize) -> Vec<usize> {
        let loops = self.loops.iter().enumerate();
        let around = loops.filter(|(_, one)| one.body.contains(offset));
        around.map(|(index, _)| index).collect()
    }
}

impl Chain {
    fn close(&mut self, at: usize) {
        if let Some(last) = self.branches.last_mut() {
            last.body.end = at.max(last.body.start);
        }
    }
}

fn holds(span: Span, offset: usize) -> bool {
    span.start <= offset && offset < span.end
}

/// The directive's name: without `#`, braces and a parenthesis.
fn word(image: &str) -> &str {
    let image = image.trim_start_matches(['#', '{', '@', '\\']);
    let end = image.find(|letter: char| !letter.is_ascii_alphabetic());
    image.get(..end.unwrap_or(image.len())).unwrap_or_default()
}

/// The directive with its parentheses, where it has some.
fn head(text: &str, directive: Span, ahead: &[Token]) -> Span {
    let mut depth = directive.of(text).matches('(').count();
    let mut end = directive.end;
    for token in ahead {
        let image = token.span.of(text);
        let blank = token.kind == HighlightKind::Text && image.trim().is_empty();
        if depth == 0 && !blank && !image.starts_with('(') {
            break;
        }
        if !matches!(token.kind, HighlightKind::Quoted | HighlightKind::Comment) {
            depth += image.matches('(').count();
            let closed = image.matches(')').count();
            if closed > 0 {
                depth = depth.saturating_sub(closed);
                end = token.span.end;
                if depth == 0 {
                    break;
                }
            }
        }
    }
    // A closing parenthesis may come with the line's end behind it.
    let image = text.get(directive.start..end).unwrap_or_default();
    Span::new(directive.start, directive.start + image.trim_end().len())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::gateway::vtl::tokens;

    fn outline(text: &str) -> Outline {
        Outline::of(text, &tokens(text))
    }

    #[test]
    fn branches_and_loops_know_their_places() {
        let text = "#foreach($a in $b)\n#if($a.size() > 1)x#elseif( $c )y#else z#end\n#end done";
        let outline = outline(text);
        let chain = &outline.chains[0];
        let heads: Vec<&str> = chain.branches.iter().map(|one| one.head.of(text)).collect();
        assert_eq!(heads, ["#if($a.size() > 1)", "#elseif( $c )", "#else"]);
        let bodies: Vec<&str> = chain
            .branches
            .iter()
            .map(|one| one.body.of(text).trim())
            .collect();
        assert_eq!(bodies, ["x", "y", "z"]);
        assert_eq!(outline.loops[0].head.of(text), "#foreach($a in $b)");
        assert!(outline.loops[0].body.of(text).ends_with("#end\n"));
        assert_eq!(outline.loops_around(text.find('x').unwrap()), [0]);
    }

    #[test]
    fn a_broken_template_has_an_outline_too() {
        let text = "#if($a)\nx\n#set($b = )\n#else y";
        let outline = outline(text);
        assert_eq!(outline.chains.len(), 1, "{outline:?}");
        assert_eq!(outline.chains[0].branches.len(), 2, "{outline:?}");
    }
}
