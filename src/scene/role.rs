//! What a colour is for. A scene, a panel or an export names roles; only the theme knows colours.

/// The use of a colour. Add a role here and its values in `theme.rs`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Role {
    /// The ground of the canvas.
    Canvas,
    /// The dots on the ground.
    Dot,
    /// Panels and the tool bar.
    Panel,
    /// Cards, fields and menus.
    Raised,
    /// The title bar and the tracks of segments and sliders.
    Sunken,
    /// Blocks of code.
    CodeGround,
    /// A row or button under the pointer.
    Hover,
    /// A pressed button, the track of a slider.
    Press,
    /// Separators.
    Line,
    /// Borders of controls and cards.
    Border,
    /// Check boxes and dashed outlines.
    Outline,
    /// Main text.
    Text,
    /// Second text.
    SecondText,
    /// Weak text and placeholders.
    WeakText,
    /// Selected, focused, primary, links.
    Accent,
    /// The accent under the pointer.
    AccentHover,
    /// Text on the accent.
    OnAccent,
    /// A selected row, a place to drop.
    AccentFill,
    /// The halo of a hot drop place.
    AccentLine,
    /// An edge at rest.
    Edge,
    /// An edge a run took.
    EdgeTaken,
    /// An edge not reached, a back-off in a timeline.
    Ghost,
    /// The inside of a Map or Parallel.
    Container,
    TooltipFill,
    TooltipText,
    TooltipSecondText,
    TooltipLine,
    /// The shadow under cards, floating bars and the mini-map.
    Shadow,
    /// The shadow under menus, popovers, windows and what is dragged.
    StrongShadow,
    /// Words and icons of a status.
    StatusText(Status),
    /// The ground under a card or row with a status.
    StatusFill(Status),
    /// Borders, bars and marks of a status.
    StatusLine(Status),
    /// The icon on the tile of a card.
    KindIcon(Family),
    /// The tile of a card.
    KindTile(Family),
    Code(CodeRole),
}

/// What became of a state or of a run; the words are those of the legend.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Status {
    Succeeded,
    /// Also a refused edit, a problem of severity error.
    Failed,
    Running,
    /// An error a Catcher or Retrier took; also a warning.
    Caught,
    Aborted,
    /// At a breakpoint; also a search match.
    Paused,
    NotReached,
}

/// The family a state belongs to by its type or by the service it calls; gives the tint of its tile.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Family {
    /// Choice, Parallel, Map, Pass, Wait, nested workflows and everything unknown.
    Flow,
    /// Lambda, containers, batch.
    Compute,
    /// Databases, storage, analytics, machine learning.
    Data,
    /// Topics, queues, events.
    Messaging,
    /// HTTP and API Gateway.
    Http,
    Succeed,
    Fail,
}

/// The parts of code and data that are told apart by colour.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum CodeRole {
    Key,
    String,
    Number,
    Keyword,
    Expression,
    Punctuation,
}

impl Status {
    pub const ALL: [Status; 7] = [
        Status::Succeeded,
        Status::Failed,
        Status::Running,
        Status::Caught,
        Status::Aborted,
        Status::Paused,
        Status::NotReached,
    ];

    /// The word for it, as legend, card and table show it.
    pub const fn word(self) -> &'static str {
        match self {
            Status::Succeeded => "Succeeded",
            Status::Failed => "Failed",
            Status::Running => "Running",
            Status::Caught => "Caught error",
            Status::Aborted => "Aborted",
            Status::Paused => "Paused",
            Status::NotReached => "Not reached",
        }
    }
}

impl Family {
    pub const ALL: [Family; 7] = [
        Family::Flow,
        Family::Compute,
        Family::Data,
        Family::Messaging,
        Family::Http,
        Family::Succeed,
        Family::Fail,
    ];
}

impl CodeRole {
    pub const ALL: [CodeRole; 6] = [
        CodeRole::Key,
        CodeRole::String,
        CodeRole::Number,
        CodeRole::Keyword,
        CodeRole::Expression,
        CodeRole::Punctuation,
    ];
}
