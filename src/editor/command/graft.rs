//! Graft: states that exist as text into a scope. What moving, pasting, wrapping and unwrapping share.

use std::collections::BTreeMap;
use std::collections::BTreeSet;

use crate::asl::Machine;
use crate::asl::ScopeId;
use crate::asl::State;
use crate::asl::StateKind;
use crate::asl::StatePath;
use crate::asl::Transition;
use crate::asl::TransitionKind;
use crate::editor::Refusal;
use crate::editor::command::rename::rename_splices;
use crate::editor::draft::Draft;
use crate::editor::names;
use crate::editor::place::Landing;
use crate::editor::place::Onward;
use crate::editor::place::left_behind;
use crate::editor::rewire;
use crate::editor::words::refusal;
use crate::editor::words::refuse;
use crate::syntax::Format;
use crate::syntax::Fragment;
use crate::syntax::Manner;
use crate::syntax::Sheet;
use crate::syntax::Tree;
use crate::syntax::quote;
use crate::text::Splice;
use crate::text::TextEdit;

/// States as text of their own: an object with `StartAt` and `States`.
#[derive(Debug)]
pub(crate) struct Piece {
    text: String,
    tree: Tree,
    manner: Manner,
    machine: Machine,
    /// One level of indentation in the states.
    indent: String,
}

/// What becomes of transitions whose target is neither in the piece nor in the scope it goes into.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Dangling {
    Refuse,
    /// Rules lead onward, Catchers go.
    Mend,
}

/// A piece ready to be written.
#[derive(Debug)]
pub(crate) struct Grafted {
    pub splices: Vec<Splice>,
    /// The first state of the piece, where it will be.
    pub entry: StatePath,
    /// Paths within the piece, and where these states will be.
    pub paths: Vec<(StatePath, StatePath)>,
}

impl Piece {
    /// States of a draft with the bytes they have there.
    pub(crate) fn of(draft: &Draft<'_>, states: &[&State], entry: Option<&str>) -> Piece {
        let sheet = draft.sheet();
        let newline = draft.manner.style.newline;
        let members: Vec<String> = states
            .iter()
            .map(|state| {
                let span = draft.tree.span(state.node);
                let lead = sheet.lead(span.start);
                let body = span.of(&draft.text);
                format!("{newline}{lead}{}: {body}", quote(&state.name))
            })
            .collect();
        let entry = entry
            .map(str::to_owned)
            .or_else(|| first_of(states))
            .unwrap_or_default();
        let text = format!(
            "{{\"StartAt\":{},\"States\":{{{}{newline}}}}}",
            quote(&entry),
            members.join(",")
        );
        Piece::new(text, draft.manner.style.indent.clone())
    }

    /// What was copied: a machine, an object of states, one state, or bare members of `States`.
    pub(crate) fn read(text: &str, newline: &str) -> Result<Piece, Refusal> {
        let text = text.trim_start_matches('\u{feff}').replace("\r\n", "\n");
        let text = text.replace('\n', newline);
        let text = text.trim().trim_end_matches(',');
        let whole = parse_clean(text);
        let tree = whole.or_else(|| parse_clean(&format!("{{{text}}}")));
        let bare = parse_clean(text).is_none();
        let nothing = || {
            refusal(
                "There is nothing to paste",
                "The clipboard holds no states in JSON",
            )
        };
        let tree = tree.ok_or_else(nothing)?;
        let root = tree.root().ok_or_else(nothing)?;
        let body = if bare {
            format!("{{{text}}}")
        } else {
            text.to_owned()
        };
        let is_state = |node| {
            let kind = tree.get_str(node, "Type");
            kind.and_then(StateKind::parse).is_some()
        };
        let members = tree.members(root);
        let text = if tree.get(root, "States").is_some() {
            body
        } else if is_state(root) {
            let name = tree.get_str(root, "Type").unwrap_or("State");
            format!("{{\"States\":{{{}:{body}}}}}", quote(name))
        } else if !members.is_empty() && members.iter().all(|member| is_state(member.value)) {
            format!("{{\"States\":{body}}}")
        } else {
            return Err(nothing());
        };
        let indent = crate::text::Style::detect(&text).indent;
        let piece = Piece::new(text, indent);
        if piece.root_states().next().is_none() {
            return Err(nothing());
        }
        Ok(piece)
    }

    fn new(text: String, indent: String) -> Piece {
        let tree = crate::syntax::parse(&text, Format::Json).tree;
        Piece {
            machine: crate::asl::read(&tree),
            manner: Manner::detect(&text, &tree),
            tree,
            text,
            indent,
        }
    }

    fn sheet(&self) -> Sheet<'_> {
        Sheet {
            text: &self.text,
            tree: &self.tree,
            manner: &self.manner,
        }
    }

    pub(crate) fn root_states(&self) -> impl Iterator<Item = &State> {
        let ids = self.machine.root().map(|scope| scope.states.as_slice());
        ids.unwrap_or_default()
            .iter()
            .filter_map(|id| self.machine.state(*id))
    }

    fn entry(&self) -> Option<&State> {
        let start = self.machine.root().and_then(|scope| scope.start_at.clone());
        let named = start.and_then(|name| {
            let id = self.machine.in_scope(ScopeId(0), &name)?;
            self.machine.state(id)
        });
        named.or_else(|| {
            let states: Vec<&State> = self.root_states().collect();
            let name = first_of(&states)?;
            states.into_iter().find(|state| state.name.as_ref() == name)
        })
    }
}

fn parse_clean(text: &str) -> Option<Tree> {
    let parse = crate::syntax::parse(text, Format::Json);
    (parse.errors.is_empty() && !parse.tree.is_empty()).then_some(parse.tree)
}

/// The first state to which none of the others leads, else the first.
pub(crate) fn first_of(states: &[&State]) -> Option<String> {
    let led_to: BTreeSet<&str> = states
        .iter()
        .flat_map(|state| {
            let ways = state.transitions.iter();
            ways.filter(|way| way.target != state.name)
                .map(|way| way.target.as_ref())
        })
        .collect();
    let free = states
        .iter()
        .find(|state| !led_to.contains(state.name.as_ref()));
    free.or(states.first()).map(|state| state.name.to_string())
}

/// Plans to write a piece to a place. Names that are taken get a number; without `taken` all stay.
pub(crate) fn graft(
    draft: &Draft<'_>,
    piece: &Piece,
    landing: &Landing,
    taken: Option<BTreeSet<String>>,
    dangling: Dangling,
) -> Result<Grafted, Refusal> {
    let nothing = || refusal("There is nothing to put here", "It holds no states");
    let entry = piece.entry().ok_or_else(nothing)?;
    let mut wishes = BTreeMap::new();
    if let Some(mut taken) = taken {
        for state in &piece.machine.states {
            let name = names::unique(&state.name, &mut taken);
            if name != state.name.as_ref() {
                wishes.insert(state.path.clone(), name);
            }
        }
    }
    let mut splices = rename_splices(&piece.sheet(), &piece.machine, &wishes);
    let mut exits = 0;
    for state in piece.root_states() {
        let (mended, leads_on) = mend(draft, piece, state, landing, dangling)?;
        splices.extend(mended);
        exits += usize::from(leads_on);
    }
    if exits == 0
        && let Onward::To(target) = &landing.onward
    {
        let opens = entry.kind == Some(StateKind::Choice)
            && piece.tree.get(entry.node, "Default").is_none();
        if opens {
            let value = Fragment::string(target);
            splices.extend(piece.sheet().set_member(entry.node, "Default", &value));
        } else if let Some(name) = left_behind(draft, landing) {
            return refuse(
                format!("{name} would be left behind"),
                format!("Nothing leads on from {}", entry.name),
            );
        }
    }
    let edit = TextEdit::new(splices)
        .map_err(|overlap| refusal("This cannot be put here", overlap.to_string()))?;
    let ready = Piece::new(edit.apply(&piece.text), piece.indent.clone());
    let written: Vec<(String, Fragment)> = ready
        .root_states()
        .map(|state| (state.name.to_string(), ready.verbatim(state)))
        .collect();
    let name = wishes
        .get(&entry.path)
        .map_or_else(|| entry.name.to_string(), Clone::clone);
    let mut splices = rewire::arrive(draft, landing, &name)?;
    splices.extend(rewire::write(draft, landing, &written)?);
    let prefix = draft.prefix(landing.scope);
    let pairs = piece.machine.states.iter().zip(&ready.machine.states);
    let paths = pairs
        .map(|(old, new)| {
            let now = format!("{prefix}{}", new.path);
            (old.path.clone(), StatePath::new(&now))
        })
        .collect();
    Ok(Grafted {
        splices,
        entry: draft.path_in(landing.scope, &name),
        paths,
    })
}

impl Piece {
    fn verbatim(&self, state: &State) -> Fragment {
        let span = self.tree.span(state.node);
        Fragment::Verbatim {
            text: span.of(&self.text).to_owned(),
            lead: self.sheet().lead(span.start).to_owned(),
            indent: self.indent.clone(),
        }
    }
}

/// Lets the ways that lead out of the piece lead onward. Says whether the state leads on.
fn mend(
    draft: &Draft<'_>,
    piece: &Piece,
    state: &State,
    landing: &Landing,
    dangling: Dangling,
) -> Result<(Vec<Splice>, bool), Refusal> {
    let sheet = piece.sheet();
    let mut splices = Vec::new();
    let mut leads_on = false;
    let mut catchers = Vec::new();
    let inside = |way: &&Transition| piece.machine.in_scope(ScopeId(0), &way.target).is_some();
    for way in state.transitions.iter().filter(|way| !inside(way)) {
        let exists = draft.machine.in_scope(landing.scope, &way.target).is_some();
        match (way.kind, &landing.onward) {
            (TransitionKind::Next, onward) => {
                splices.extend(rewire::lead_onward(&sheet, state.node, onward));
                leads_on = true;
            }
            (TransitionKind::Default, Onward::To(target)) => {
                splices.push(sheet.replace_string(way.target_span, target));
                leads_on = true;
            }
            _ if exists => {}
            (TransitionKind::Choice(_), Onward::To(target)) if dangling == Dangling::Mend => {
                splices.push(sheet.replace_string(way.target_span, target));
                leads_on = true;
            }
            (TransitionKind::Catch(index), _) if dangling == Dangling::Mend => {
                catchers.push(index);
            }
            (kind, _) => return Err(cannot_follow(state, kind, &way.target)),
        }
    }
    if let Some(list) = piece.tree.get(state.node, "Catch")
        && !catchers.is_empty()
    {
        if catchers.len() >= piece.tree.items(list).len() {
            splices.extend(sheet.remove_member(state.node, "Catch"));
        } else {
            splices.extend(sheet.remove_parts(list, &catchers));
        }
    }
    let has_next = piece.tree.get(state.node, "Next").is_some();
    if rewire::goes_on(state) && !has_next && (state.kind.is_some() || state.end) {
        splices.extend(rewire::lead_onward(&sheet, state.node, &landing.onward));
        leads_on = true;
    }
    Ok((splices, leads_on))
}

fn cannot_follow(state: &State, kind: TransitionKind, target: &str) -> Refusal {
    let way = match kind {
        TransitionKind::Choice(_) => "A rule of",
        TransitionKind::Default => "The Default of",
        TransitionKind::Catch(_) => "A Catcher of",
        TransitionKind::Next => "The Next of",
    };
    refusal(
        format!("{} cannot go there alone", state.name),
        format!("{way} {} leads to {target}, which is not there", state.name),
    )
}
