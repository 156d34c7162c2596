//! The manner in which a file is written, and new text written in it.

use crate::syntax::Format;
use crate::syntax::NodeId;
use crate::syntax::NodeKind;
use crate::syntax::Tree;
use crate::syntax::edit::quote;
use crate::syntax::parse;
use crate::text::Span;
use crate::text::Style;

/// How a file writes what is up to its author.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Manner {
    pub style: Style,
    /// No line ends inside the document.
    pub one_line: bool,
    /// Lists of plain values stand on one line although the containers around them do not.
    pub short_lists: bool,
    /// Between a name and its value.
    pub colon: String,
    /// Behind a comma on one line.
    pub comma_space: String,
    /// Inside the braces of an object on one line.
    pub pad: String,
}

/// A value to be written into a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fragment {
    /// JSON that takes on the manner of its new surroundings.
    Json(String),
    /// Text that keeps its bytes; only the indentation of its lines follows the new depth.
    Verbatim {
        text: String,
        /// The indentation of the line it stood in.
        lead: String,
        /// One level of indentation there.
        indent: String,
    },
}

/// Whether parts stand side by side or one to a line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Layout {
    OneLine,
    /// `lead`: the indentation of the line in which the value begins.
    Lines {
        lead: String,
    },
}

impl Fragment {
    pub fn json(text: impl Into<String>) -> Fragment {
        Fragment::Json(text.into())
    }

    pub fn string(text: &str) -> Fragment {
        Fragment::Json(quote(text))
    }

    pub fn text(&self) -> &str {
        match self {
            Fragment::Json(text) | Fragment::Verbatim { text, .. } => text,
        }
    }
}

impl Manner {
    /// Reads the manner off a text and its tree.
    pub fn detect(text: &str, tree: &Tree) -> Manner {
        let one_line = !text.trim().contains('\n');
        let mut manner = Manner {
            style: Style::detect(text),
            one_line: one_line && !text.trim().is_empty() && text.trim() != "{}",
            short_lists: false,
            colon: String::new(),
            comma_space: String::new(),
            pad: String::new(),
        };
        let mut colon = None;
        let mut comma = None;
        let mut pad = None;
        let mut short = None;
        for id in tree.ids() {
            match tree.kind(id) {
                NodeKind::Object(members) => {
                    let Some(first) = members.first() else {
                        continue;
                    };
                    let between = Span::new(first.key_span.end, tree.span(first.value).start);
                    colon = colon.or_else(|| sign(between.of(text), ":", 3));
                    let lead = Span::new(tree.span(id).start + 1, first.key_span.start);
                    if pad.is_none() && !lead.of(text).contains('\n') {
                        pad = Some(
                            lead.of(text)
                                .chars()
                                .filter(|c| *c == ' ')
                                .take(1)
                                .collect(),
                        );
                    }
                    if let Some(second) = members.get(1) {
                        let gap = Span::new(tree.span(first.value).end, second.key_span.start);
                        comma = comma.or_else(|| sign(gap.of(text), ",", 2));
                    }
                }
                NodeKind::Array(items) if !one_line && short.is_none() => {
                    let plain = |item: &NodeId| {
                        !matches!(tree.kind(*item), NodeKind::Object(_) | NodeKind::Array(_))
                    };
                    if !items.is_empty() && items.iter().all(plain) {
                        short = Some(!tree.span(id).of(text).contains('\n'));
                    }
                }
                _ => {}
            }
            if let (Some(_), Some(_), Some(_), Some(_)) = (&colon, &comma, &pad, short) {
                break;
            }
        }
        let colon = colon.unwrap_or_else(|| ": ".to_owned());
        let spaced = if colon.ends_with(' ') { " " } else { "" };
        manner.comma_space = comma.map_or_else(|| spaced.to_owned(), |sign| sign.replace(',', ""));
        manner.pad = pad.unwrap_or_default();
        manner.short_lists = short.unwrap_or(false);
        manner.colon = colon;
        manner
    }
}

impl Default for Manner {
    fn default() -> Manner {
        let text = "{\n  \"a\": 1\n}\n";
        Manner::detect(text, &parse(text, Format::Json).tree)
    }
}

/// A sign with the blanks around it, where nothing else stands there.
fn sign(text: &str, sign: &str, longest: usize) -> Option<String> {
    let plain = text.trim() == sign && !text.contains('\n') && text.len() <= longest;
    plain.then(|| text.to_owned())
}

/// The text of a fragment as it stands in its new place.
pub fn render(fragment: &Fragment, layout: &Layout, manner: &Manner) -> String {
    match fragment {
        Fragment::Verbatim { text, .. } if manner.one_line && text.contains('\n') => {
            render(&Fragment::Json(text.clone()), layout, manner)
        }
        Fragment::Json(json) => {
            let parsed = parse(json, Format::Json);
            match parsed.tree.root() {
                Some(root) if parsed.errors.is_empty() => {
                    let mut out = String::new();
                    let printer = Printer {
                        json,
                        tree: &parsed.tree,
                        manner,
                    };
                    printer.print(root, layout, &mut out);
                    out
                }
                _ => json.clone(),
            }
        }
        Fragment::Verbatim { text, lead, indent } => match layout {
            Layout::Lines { lead: new } => reindent(text, lead, new, indent, &manner.style),
            Layout::OneLine => text.clone(),
        },
    }
}

/// Moves the lines behind the first from one indentation to another.
fn reindent(text: &str, lead: &str, new: &str, indent: &str, style: &Style) -> String {
    if lead == new && indent == style.indent {
        return text.to_owned();
    }
    let mut lines = text.split('\n');
    let mut out = lines.next().unwrap_or_default().to_owned();
    for line in lines {
        out.push('\n');
        match line.strip_prefix(lead) {
            Some(rest) => {
                let mut body = rest;
                out.push_str(new);
                if indent != style.indent && !indent.is_empty() {
                    while let Some(inner) = body.strip_prefix(indent) {
                        out.push_str(&style.indent);
                        body = inner;
                    }
                }
                out.push_str(body);
            }
            None => out.push_str(line),
        }
    }
    out
}

struct Printer<'a> {
    json: &'a str,
    tree: &'a Tree,
    manner: &'a Manner,
}

impl Printer<'_> {
    /// Recursion ends with the depth of the tree, which reading bounds.
    fn print(&self, node: NodeId, layout: &Layout, out: &mut String) {
        match self.tree.kind(node) {
            NodeKind::Object(members) if members.is_empty() => out.push_str("{}"),
            NodeKind::Array(items) if items.is_empty() => out.push_str("[]"),
            NodeKind::Object(members) => {
                let part = |index: usize, inner: &Layout, out: &mut String| {
                    if let Some(member) = members.get(index) {
                        out.push_str(&quote(&member.key));
                        out.push_str(&self.manner.colon);
                        self.print(member.value, inner, out);
                    }
                };
                self.parts(
                    members.len(),
                    ["{", "}"],
                    &self.manner.pad,
                    layout,
                    part,
                    out,
                );
            }
            NodeKind::Array(items) => {
                let plain = |item: &NodeId| {
                    !matches!(
                        self.tree.kind(*item),
                        NodeKind::Object(_) | NodeKind::Array(_)
                    )
                };
                let short = self.manner.short_lists && items.iter().all(plain);
                let layout = if short { &Layout::OneLine } else { layout };
                let part = |index: usize, inner: &Layout, out: &mut String| {
                    if let Some(item) = items.get(index) {
                        self.print(*item, inner, out);
                    }
                };
                self.parts(items.len(), ["[", "]"], "", layout, part, out);
            }
            _ => out.push_str(self.tree.span(node).of(self.json)),
        }
    }

    fn parts(
        &self,
        count: usize,
        [open, close]: [&str; 2],
        pad: &str,
        layout: &Layout,
        part: impl Fn(usize, &Layout, &mut String),
        out: &mut String,
    ) {
        out.push_str(open);
        match layout {
            Layout::OneLine => {
                out.push_str(pad);
                for index in 0..count {
                    if index > 0 {
                        out.push(',');
                        out.push_str(&self.manner.comma_space);
                    }
                    part(index, layout, out);
                }
                out.push_str(pad);
            }
            Layout::Lines { lead } => {
                let inner = format!("{lead}{}", self.manner.style.indent);
                let layout = Layout::Lines {
                    lead: inner.clone(),
                };
                for index in 0..count {
                    if index > 0 {
                        out.push(',');
                    }
                    out.push_str(self.manner.style.newline);
                    out.push_str(&inner);
                    part(index, &layout, out);
                }
                out.push_str(self.manner.style.newline);
                out.push_str(lead);
            }
        }
        out.push_str(close);
    }
}
