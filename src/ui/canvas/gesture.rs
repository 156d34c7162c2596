//! What a hand is doing: nothing, moving the ground, a lasso, dragging a card, an edge's head, or connecting.

use egui::Context;
use egui::DragAndDrop;
use egui::Pos2;

use crate::asl::StateKind;
use crate::asl::StatePath;
use crate::asl::TransitionKind;
use crate::editor;
use crate::editor::Command;
use crate::editor::Place;
use crate::editor::Refusal;
use crate::editor::StateTemplate;
use crate::editor::Target;
use crate::editor::Way;
use crate::geometry::Point;
use crate::graph::NodeKey;
use crate::scene::Family;
use crate::scene::Icon;
use crate::ui::canvas::CanvasModel;
use crate::ui::canvas::PaletteItem;
use crate::ui::canvas::Wish;
use crate::ui::canvas::slots;
use crate::ui::canvas::slots::Spot;

/// How far from a spot, in world units, it still attracts the pointer.
const REACH: f32 = 28.0;

#[derive(Clone, Debug, Default)]
pub enum Gesture {
    #[default]
    None,
    /// The ground follows the pointer.
    Pan,
    /// A rectangle from here to the pointer selects.
    Lasso { from: Pos2 },
    /// A state from the palette or from the canvas looks for its place.
    Drag(Box<Drag>),
    /// The head of an edge looks for another state.
    Reconnect {
        from: StatePath,
        transition: TransitionKind,
    },
    /// A new way out of a state looks for its end; a click ends it.
    Connect { from: StatePath },
}

/// A state looking for its place.
#[derive(Clone, Debug)]
pub struct Drag {
    pub what: Dragged,
    pub type_line: String,
    pub title: String,
    pub family: Family,
    pub icon: Icon,
    /// The places that would take it.
    pub spots: Vec<Spot>,
    /// The layout the spots belong to.
    pub revision: u64,
}

#[derive(Clone, Debug, PartialEq)]
pub enum Dragged {
    New(StateTemplate),
    Card(StatePath),
}

/// What dropping at the pointer would do.
#[derive(Clone, Debug)]
pub enum Drop {
    /// The n-th spot takes it.
    Spot(usize),
    /// This state does not, and why.
    Refused {
        state: StatePath,
        refusal: Refusal,
    },
    Nowhere,
}

impl Drag {
    pub fn of_item(model: &CanvasModel, item: &PaletteItem) -> Drag {
        Drag {
            what: Dragged::New(item.template.clone()),
            type_line: type_line(&item.template),
            title: title(item),
            family: item.family,
            icon: item.icon,
            spots: Vec::new(),
            revision: 0,
        }
        .with_spots(model)
    }

    pub fn of_card(model: &CanvasModel, path: &StatePath) -> Option<Drag> {
        let face = model.faces.get(path)?;
        let drag = Drag {
            what: Dragged::Card(path.clone()),
            type_line: face.type_line.clone(),
            title: face.name.clone(),
            family: face.family,
            icon: face.icon,
            spots: Vec::new(),
            revision: 0,
        };
        Some(drag.with_spots(model))
    }

    fn with_spots(mut self, model: &CanvasModel) -> Drag {
        let places: Vec<Place> = editor::places(model.revision)
            .into_iter()
            .filter(|place| self.plan(model, place).is_ok())
            .collect();
        self.spots = slots::spots(&places, model.revision, model.flow, model.layout);
        self.revision = model.revision.id;
        self
    }

    /// The command that drops it at a place.
    pub fn command(&self, place: &Place) -> Command {
        match &self.what {
            Dragged::New(template) => Command::Insert {
                state: template.clone(),
                at: place.clone(),
            },
            Dragged::Card(path) => Command::Move {
                state: path.clone(),
                at: place.clone(),
            },
        }
    }

    fn plan(&self, model: &CanvasModel, place: &Place) -> Result<(), Refusal> {
        match &self.what {
            // Cheaper than a plan, and there are many places.
            Dragged::New(template) => editor::accepts(model.revision, place, template.kind),
            Dragged::Card(path) if is_where_it_is(model, path, place) => Err(Refusal {
                what: format!("{} is there already", path.name()),
                why: String::new(),
            }),
            Dragged::Card(_) => editor::plan(model.revision, &self.command(place)).map(|_| ()),
        }
    }

    /// What dropping at a point of the drawing would do.
    pub fn at(&self, model: &CanvasModel, point: Point) -> Drop {
        if let Some(spot) = slots::nearest(&self.spots, point, REACH) {
            return Drop::Spot(spot);
        }
        let card = model.layout.nodes.iter().rev().find(|node| {
            node.header.is_none() && node.rect.contains(point) && node.key.state().is_some()
        });
        let Some(path) = card.and_then(|node| node.key.state()) else {
            return Drop::Nowhere;
        };
        if self.what == Dragged::Card(path.clone()) {
            return Drop::Nowhere;
        }
        match self.plan(model, &Place::After(path.clone())) {
            Err(refusal) => Drop::Refused {
                state: path.clone(),
                refusal,
            },
            // It would follow this state: the spot behind it takes it.
            Ok(()) => self
                .spots
                .iter()
                .position(|spot| leaves(&spot.place, path))
                .map_or(Drop::Nowhere, Drop::Spot),
        }
    }
}

/// The wish that a head of an edge or a new edge dropped on a state makes, or why it may not.
pub fn connection(
    model: &CanvasModel,
    gesture: &Gesture,
    to: &NodeKey,
) -> Option<Result<Wish, Refusal>> {
    let command = match (gesture, to) {
        (Gesture::Reconnect { from, transition }, NodeKey::State(to)) => Command::Reconnect {
            from: from.clone(),
            transition: *transition,
            to: Target::State(to.clone()),
        },
        (Gesture::Reconnect { from, transition }, NodeKey::End) => Command::Reconnect {
            from: from.clone(),
            transition: *transition,
            to: Target::End,
        },
        (Gesture::Connect { from }, NodeKey::State(to)) => Command::AddTransition {
            from: from.clone(),
            way: way(model, from),
            to: to.clone(),
        },
        _ => return None,
    };
    let answer = editor::plan(model.revision, &command);
    Some(answer.map(|_| Wish::Edit(command)))
}

/// The sort of transition a new edge from a state is: its rule, its Next, or its Catcher where it has a Next.
fn way(model: &CanvasModel, from: &StatePath) -> Way {
    let state = model.revision.machine.find(from);
    let kind = state.and_then(|state| state.kind);
    let has_next = state.is_some_and(|state| {
        state
            .transitions
            .iter()
            .any(|way| way.kind == TransitionKind::Next)
    });
    match kind {
        Some(StateKind::Choice) => Way::Rule,
        Some(StateKind::Task | StateKind::Parallel | StateKind::Map) if has_next => Way::Catch,
        _ => Way::Next,
    }
}

/// The small first line of the card a new state will have.
fn type_line(template: &StateTemplate) -> String {
    match &template.resource {
        Some(resource) => crate::scene::service_face(resource).title,
        None => template.kind.name().to_owned(),
    }
}

/// The name of the card a new state will have, as far as it is known.
fn title(item: &PaletteItem) -> String {
    let template = &item.template;
    match (&template.name, &template.resource) {
        (Some(name), _) => name.clone(),
        (None, Some(_)) => item.detail.clone(),
        (None, None) => template.kind.name().to_owned(),
    }
}

/// What the palette drags over the window, if anything.
pub fn dragged_item(ctx: &Context) -> Option<std::sync::Arc<PaletteItem>> {
    DragAndDrop::payload::<PaletteItem>(ctx)
}

fn is_where_it_is(model: &CanvasModel, path: &StatePath, place: &Place) -> bool {
    let leads_here = |from: &StatePath, kind: &TransitionKind| {
        let state = model.revision.machine.find(from);
        state
            .and_then(|state| state.transitions.iter().find(|way| way.kind == *kind))
            .is_some_and(|way| from.sibling(&way.target) == *path)
    };
    match place {
        Place::OnEdge(from, kind) => from == path || leads_here(from, kind),
        Place::After(from) | Place::Before(from) | Place::NewRule(from) => from == path,
        Place::NewBranch(from) | Place::EmptyBranch(from, _) => {
            from == path || from.is_inside(path)
        }
        Place::AtStart(Some((from, _))) => from == path || from.is_inside(path),
        Place::AtStart(None) | Place::EmptyMachine => false,
    }
}

/// The place is the way onward from a state.
fn leaves(place: &Place, path: &StatePath) -> bool {
    match place {
        Place::OnEdge(from, TransitionKind::Next | TransitionKind::Default)
        | Place::After(from) => from == path,
        _ => false,
    }
}
