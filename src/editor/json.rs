//! Commands as JSON: what `stepwright edit --apply` takes, and what a journal keeps.
//!
//! `{"rename": {"state": "A", "to": "B"}}`: one member whose name is the command. A state is named by
//! its name, where that is unique, or by its path. Places are members of the command:
//! `"on": {"from", "to" or "transition"}`, `"before"`, `"after"`, `"start"`, `"into"`, `"rule"`, `"branch"`.

use serde_json::Map;
use serde_json::Value;
use serde_json::json;

use crate::asl::ScopeSlot;
use crate::asl::StateKind;
use crate::asl::StatePath;
use crate::asl::TransitionKind;
use crate::editor::Command;
use crate::editor::Place;
use crate::editor::Refusal;
use crate::editor::Revision;
use crate::editor::StateTemplate;
use crate::editor::Target;
use crate::editor::Way;
use crate::editor::words::refusal;
use crate::text::Span;
use crate::text::Splice;
use crate::text::TextEdit;

/// Why a command could not be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CommandError {
    /// It is not a command at all.
    #[error("{0}")]
    Malformed(String),
    /// It names what the document does not have.
    #[error(transparent)]
    Refused(Refusal),
}

type Read<T> = Result<T, CommandError>;

/// Reads a command; names in it are those of the revision.
pub fn read_command(revision: &Revision, json: &Value) -> Read<Command> {
    let single = json.as_object().filter(|members| members.len() == 1);
    let Some((verb, body)) = single.and_then(|members| members.iter().next()) else {
        return malformed("A command is an object with one member, its name");
    };
    let Some(body) = body.as_object() else {
        return malformed(format!("What belongs to {verb} has to be an object"));
    };
    let args = Args {
        revision,
        verb,
        body,
    };
    match verb.as_str() {
        "insert" => Ok(Command::Insert {
            state: args.template()?,
            at: args.place()?,
        }),
        "move" => Ok(Command::Move {
            state: args.state("state")?,
            at: args.place()?,
        }),
        "delete" => Ok(Command::Delete {
            states: args.states()?,
        }),
        "rename" => Ok(Command::Rename {
            state: args.state("state")?,
            to: args.text("to")?,
        }),
        "reconnect" => Ok(Command::Reconnect {
            from: args.state("from")?,
            transition: args.transition()?,
            to: args.target("to")?,
        }),
        "connect" => args.connect(),
        "disconnect" => Ok(Command::RemoveTransition {
            from: args.state("from")?,
            transition: args.transition()?,
        }),
        "startAt" => Ok(Command::StartAt {
            state: args.state("state")?,
        }),
        "set" => args.set(),
        "changeType" => Ok(Command::ChangeType {
            state: args.state("state")?,
            to: args.kind("to")?,
        }),
        "duplicate" => Ok(Command::Duplicate {
            states: args.states()?,
        }),
        "paste" => Ok(Command::Paste {
            text: match args.need("text")? {
                Value::String(text) => text.clone(),
                other => other.to_string(),
            },
            at: args.place()?,
        }),
        "wrap" => Ok(Command::Wrap {
            states: args.states()?,
            container: args.kind("in")?,
        }),
        "unwrap" => Ok(Command::Unwrap {
            state: args.state("state")?,
        }),
        "reorder" => Ok(Command::Reorder {
            state: args.state("state")?,
            field: args.text("field")?,
            from: args.number("from")?,
            to: args.number("to")?,
        }),
        "type" => Ok(Command::Type(args.edit()?)),
        "applyFix" => Ok(Command::ApplyFix(args.edit()?)),
        "sidecarSet" => Ok(Command::SidecarSet {
            pointer: args.text("pointer")?,
            value: body.get("value").map(Value::to_string),
        }),
        _ => malformed(format!("There is no command called {verb}")),
    }
}

/// Writes a command so that `read_command` gives it back.
pub fn write_command(command: &Command) -> Value {
    match command {
        Command::Insert { state, at } => {
            let mut body = json!({ "type": state.kind.name() });
            let fields = state.fields.as_deref().map(json_value);
            put(
                &mut body,
                "resource",
                state.resource.clone().map(Value::from),
            );
            put(&mut body, "name", state.name.clone().map(Value::from));
            put(&mut body, "fields", fields);
            json!({ "insert": at_place(body, at) })
        }
        Command::Move { state, at } => {
            json!({ "move": at_place(json!({ "state": state.as_str() }), at) })
        }
        Command::Delete { states } => json!({ "delete": { "states": paths(states) } }),
        Command::Rename { state, to } => {
            json!({ "rename": { "state": state.as_str(), "to": to } })
        }
        Command::Reconnect {
            from,
            transition,
            to,
        } => {
            let to = match to {
                Target::State(path) => json!(path.as_str()),
                Target::End => Value::Null,
            };
            json!({ "reconnect": {
                "from": from.as_str(), "transition": transition_text(*transition), "to": to
            } })
        }
        Command::AddTransition { from, way, to } => json!({ "connect": {
            "from": from.as_str(), "to": to.as_str(), "by": way_text(*way)
        } }),
        Command::RemoveTransition { from, transition } => json!({ "disconnect": {
            "from": from.as_str(), "transition": transition_text(*transition)
        } }),
        Command::StartAt { state } => json!({ "startAt": { "state": state.as_str() } }),
        Command::Set {
            state,
            field,
            value,
        } => {
            let mut body = json!({ "state": state.as_str(), "field": field });
            put(&mut body, "value", value.as_deref().map(json_value));
            json!({ "set": body })
        }
        Command::SetMachine { field, value } => {
            let mut body = json!({ "field": field });
            put(&mut body, "value", value.as_deref().map(json_value));
            json!({ "set": body })
        }
        Command::ChangeType { state, to } => {
            json!({ "changeType": { "state": state.as_str(), "to": to.name() } })
        }
        Command::Duplicate { states } => json!({ "duplicate": { "states": paths(states) } }),
        Command::Paste { text, at } => json!({ "paste": at_place(json!({ "text": text }), at) }),
        Command::Wrap { states, container } => {
            json!({ "wrap": { "states": paths(states), "in": container.name() } })
        }
        Command::Unwrap { state } => json!({ "unwrap": { "state": state.as_str() } }),
        Command::Reorder {
            state,
            field,
            from,
            to,
        } => json!({ "reorder": {
            "state": state.as_str(), "field": field, "from": from, "to": to
        } }),
        Command::Type(edit) => json!({ "type": { "splices": splices(edit) } }),
        Command::ApplyFix(edit) => json!({ "applyFix": { "splices": splices(edit) } }),
        Command::SidecarSet { pointer, value } => {
            let mut body = json!({ "pointer": pointer });
            put(&mut body, "value", value.as_deref().map(json_value));
            json!({ "sidecarSet": body })
        }
    }
}

fn malformed<T>(message: impl Into<String>) -> Read<T> {
    Err(CommandError::Malformed(message.into()))
}

struct Args<'a> {
    revision: &'a Revision,
    verb: &'a str,
    body: &'a Map<String, Value>,
}

impl Args<'_> {
    fn need(&self, name: &str) -> Read<&Value> {
        match self.body.get(name) {
            Some(value) => Ok(value),
            None => malformed(format!("{} needs {name}", self.verb)),
        }
    }

    fn text(&self, name: &str) -> Read<String> {
        match self.need(name)?.as_str() {
            Some(text) => Ok(text.to_owned()),
            None => malformed(format!("{name} of {} has to be text", self.verb)),
        }
    }

    fn optional_text(&self, name: &str) -> Read<Option<String>> {
        match self.body.get(name) {
            Some(_) => self.text(name).map(Some),
            None => Ok(None),
        }
    }

    fn number(&self, name: &str) -> Read<usize> {
        match self.need(name)?.as_u64().map(usize::try_from) {
            Some(Ok(number)) => Ok(number),
            _ => malformed(format!("{name} of {} has to be a whole number", self.verb)),
        }
    }

    fn kind(&self, name: &str) -> Read<StateKind> {
        let text = self.text(name)?;
        match StateKind::parse(&text) {
            Some(kind) => Ok(kind),
            None => malformed(format!("{text} is not a state type")),
        }
    }

    fn state(&self, name: &str) -> Read<StatePath> {
        self.named(&self.text(name)?)
    }

    fn states(&self) -> Read<Vec<StatePath>> {
        if self.body.contains_key("state") {
            return Ok(vec![self.state("state")?]);
        }
        let Some(items) = self.need("states")?.as_array() else {
            return malformed(format!("states of {} has to be a list", self.verb));
        };
        let names = items.iter().map(|item| match item.as_str() {
            Some(name) => self.named(name),
            None => malformed("A state is named by text"),
        });
        names.collect()
    }

    /// A state by its path, or by its name where only one has it.
    fn named(&self, name: &str) -> Read<StatePath> {
        let path = StatePath::new(name);
        if name.starts_with("/States/") && self.revision.machine.find(&path).is_some() {
            return Ok(path);
        }
        let states = self.revision.machine.states.iter();
        let mut found = states.filter(|state| state.name.as_ref() == name);
        match (found.next(), found.next()) {
            (Some(state), None) => Ok(state.path.clone()),
            (None, _) => Err(CommandError::Refused(refusal(
                format!("There is no state {name}"),
                "The workflow has no state of that name",
            ))),
            (Some(one), Some(other)) => Err(CommandError::Refused(refusal(
                format!("More than one state is called {name}"),
                format!("Name it by its path: {} or {}", one.path, other.path),
            ))),
        }
    }

    fn template(&self) -> Read<StateTemplate> {
        Ok(StateTemplate {
            kind: self.kind("type")?,
            resource: self.optional_text("resource")?,
            name: self.optional_text("name")?,
            fields: self.body.get("fields").map(Value::to_string),
        })
    }

    fn transition(&self) -> Read<TransitionKind> {
        match self.body.get("transition") {
            Some(value) => read_transition(value),
            None => match self.optional_text("was")? {
                Some(was) => self.transition_to(&self.state("from")?, &was),
                None => self.only_transition(),
            },
        }
    }

    /// The transition meant where none is named: Next, or the only one there is.
    fn only_transition(&self) -> Read<TransitionKind> {
        let from = self.state("from")?;
        let state = self.revision.machine.find(&from);
        let ways = state.map(|state| state.transitions.as_slice());
        let ways = ways.unwrap_or_default();
        match ways {
            [only] => Ok(only.kind),
            _ if state.is_some_and(|state| state.kind == Some(StateKind::Choice)) => {
                malformed(format!(
                    "{} needs transition: Next, Default, Choices/0 or Catch/0",
                    self.verb
                ))
            }
            _ => Ok(TransitionKind::Next),
        }
    }

    /// The first transition from one state to another, Next and Default before the others.
    fn transition_to(&self, from: &StatePath, to: &str) -> Read<TransitionKind> {
        let target = if to.starts_with("/States/") {
            StatePath::new(to).name()
        } else {
            to.to_owned()
        };
        let state = self.revision.machine.find(from);
        let ways = state.map(|state| state.transitions.as_slice());
        let found = ways
            .unwrap_or_default()
            .iter()
            .filter(|way| way.target.as_ref() == target)
            .min_by_key(|way| !matches!(way.kind, TransitionKind::Next | TransitionKind::Default));
        match found {
            Some(way) => Ok(way.kind),
            None => Err(CommandError::Refused(refusal(
                format!("{} does not lead to {target}", from.name()),
                "There is no such transition",
            ))),
        }
    }

    fn target(&self, name: &str) -> Read<Target> {
        match self.need(name)? {
            Value::Null => Ok(Target::End),
            _ => self.state(name).map(Target::State),
        }
    }

    fn connect(&self) -> Read<Command> {
        let from = self.state("from")?;
        let state = self.revision.machine.find(&from);
        let is_choice = state.is_some_and(|state| state.kind == Some(StateKind::Choice));
        let way = match self.optional_text("by")?.as_deref() {
            Some("Next") => Way::Next,
            Some("Rule") => Way::Rule,
            Some("Default") => Way::Default,
            Some("Catch") => Way::Catch,
            None if is_choice => Way::Rule,
            None => Way::Next,
            Some(other) => {
                return malformed(format!("{other} is none of Next, Rule, Default, Catch"));
            }
        };
        let to = self.state("to")?;
        Ok(Command::AddTransition { from, way, to })
    }

    fn set(&self) -> Read<Command> {
        let field = self.text("field")?;
        let value = self.body.get("value").map(Value::to_string);
        Ok(match self.body.get("state") {
            Some(_) => Command::Set {
                state: self.state("state")?,
                field,
                value,
            },
            None => Command::SetMachine { field, value },
        })
    }

    fn place(&self) -> Read<Place> {
        let members = ["on", "before", "after", "start", "into", "rule", "branch"];
        let mut named = members
            .into_iter()
            .filter(|name| self.body.contains_key(*name));
        match (named.next(), named.next()) {
            (Some("on"), None) => self.edge(),
            (Some("before"), None) => self.state("before").map(Place::Before),
            (Some("after"), None) => self.state("after").map(Place::After),
            (Some("rule"), None) => self.state("rule").map(Place::NewRule),
            (Some("branch"), None) => self.state("branch").map(Place::NewBranch),
            (Some("start"), None) => match self.need("start")? {
                Value::Bool(true) | Value::Null => Ok(Place::AtStart(None)),
                value => self.slot(value).map(|slot| Place::AtStart(Some(slot))),
            },
            (Some("into"), None) => match self.need("into")? {
                Value::Bool(true) | Value::Null => Ok(Place::EmptyMachine),
                value => {
                    let (state, slot) = self.slot(value)?;
                    Ok(Place::EmptyBranch(state, slot))
                }
            },
            (None, _) if self.revision.machine.states.is_empty() => Ok(Place::EmptyMachine),
            _ => malformed(format!(
                "{} needs one place: {}",
                self.verb,
                members.join(", ")
            )),
        }
    }

    fn edge(&self) -> Read<Place> {
        let Some(body) = self.need("on")?.as_object() else {
            return malformed("on has to be an object with from and to");
        };
        let args = Args {
            revision: self.revision,
            verb: "on",
            body,
        };
        if body.get("from").is_none_or(Value::is_null) {
            let to = args.state("to")?;
            return Ok(Place::AtStart(self.scope_of(&to)));
        }
        let from = args.state("from")?;
        if let Some(value) = body.get("transition") {
            return Ok(Place::OnEdge(from, read_transition(value)?));
        }
        match body.get("to") {
            None | Some(Value::Null) => Ok(Place::After(from)),
            Some(_) => {
                let to = args.text("to")?;
                let kind = args.transition_to(&from, &to)?;
                Ok(Place::OnEdge(from, kind))
            }
        }
    }

    fn scope_of(&self, path: &StatePath) -> Option<(StatePath, ScopeSlot)> {
        let machine = &self.revision.machine;
        let scope = machine.scope(machine.find(path)?.scope)?;
        let (owner, slot) = scope.owner?;
        Some((machine.state(owner)?.path.clone(), slot))
    }

    /// `"Container"` or `{"state": "Container", "branch": 1}`
    fn slot(&self, value: &Value) -> Read<(StatePath, ScopeSlot)> {
        let (name, branch) = match value {
            Value::Object(body) => (
                body.get("state").and_then(Value::as_str),
                body.get("branch").and_then(Value::as_u64),
            ),
            other => (other.as_str(), None),
        };
        let Some(name) = name else {
            return malformed("A container is named by text or by state and branch");
        };
        let path = self.named(name)?;
        let machine = &self.revision.machine;
        let state = machine.find(&path);
        let slots = state.into_iter().flat_map(|state| &state.scopes);
        let slots = slots.filter_map(|id| machine.scope(*id)?.owner);
        let mut slots = slots.map(|(_, slot)| slot);
        let is_map = state.is_some_and(|state| state.kind == Some(StateKind::Map));
        let slot = match branch.and_then(|number| usize::try_from(number).ok()) {
            Some(number) => ScopeSlot::Branch(number),
            None if is_map => slots.next().unwrap_or(ScopeSlot::ItemProcessor),
            None => slots.next().unwrap_or(ScopeSlot::Branch(0)),
        };
        Ok((path, slot))
    }

    fn edit(&self) -> Read<TextEdit> {
        let Some(items) = self.need("splices")?.as_array() else {
            return malformed("splices has to be a list");
        };
        let mut splices = Vec::new();
        for item in items {
            let offset = |name: &str| {
                let number = item.get(name).and_then(Value::as_u64);
                number.and_then(|number| usize::try_from(number).ok())
            };
            let insert = item.get("insert").and_then(Value::as_str);
            match (offset("start"), offset("end"), insert) {
                (Some(start), Some(end), Some(insert)) if start <= end => splices.push(Splice {
                    span: Span::new(start, end),
                    insert: insert.to_owned(),
                }),
                _ => return malformed("A splice has start, end and insert"),
            }
        }
        TextEdit::new(splices).or_else(|overlap| malformed(overlap.to_string()))
    }
}

/// `"Next"`, `"Default"`, `"Choices/0"`, `"Catch/0"`
fn read_transition(value: &Value) -> Read<TransitionKind> {
    let text = value.as_str().unwrap_or_default();
    let numbered = text
        .split_once('/')
        .and_then(|(list, number)| Some((list, number.parse::<usize>().ok()?)));
    match (text, numbered) {
        ("Next", _) => Ok(TransitionKind::Next),
        ("Default", _) => Ok(TransitionKind::Default),
        (_, Some(("Choices", index))) => Ok(TransitionKind::Choice(index)),
        (_, Some(("Catch", index))) => Ok(TransitionKind::Catch(index)),
        _ => malformed(format!(
            "{value} is not a transition; it is one of \"Next\", \"Default\", \"Choices/0\", \"Catch/0\""
        )),
    }
}

fn transition_text(kind: TransitionKind) -> String {
    match kind {
        TransitionKind::Next => "Next".to_owned(),
        TransitionKind::Default => "Default".to_owned(),
        TransitionKind::Choice(index) => format!("Choices/{index}"),
        TransitionKind::Catch(index) => format!("Catch/{index}"),
    }
}

const fn way_text(way: Way) -> &'static str {
    match way {
        Way::Next => "Next",
        Way::Rule => "Rule",
        Way::Default => "Default",
        Way::Catch => "Catch",
    }
}

fn at_place(mut body: Value, at: &Place) -> Value {
    let slot = |(state, slot): &(StatePath, ScopeSlot)| match slot {
        ScopeSlot::Branch(number) => json!({ "state": state.as_str(), "branch": number }),
        ScopeSlot::ItemProcessor | ScopeSlot::Iterator => json!({ "state": state.as_str() }),
    };
    let (name, value) = match at {
        Place::OnEdge(from, kind) => (
            "on",
            json!({ "from": from.as_str(), "transition": transition_text(*kind) }),
        ),
        Place::AtStart(None) => ("start", json!(true)),
        Place::AtStart(Some(scope)) => ("start", slot(scope)),
        Place::Before(state) => ("before", json!(state.as_str())),
        Place::After(state) => ("after", json!(state.as_str())),
        Place::EmptyBranch(state, within) => ("into", slot(&(state.clone(), *within))),
        Place::EmptyMachine => ("into", json!(true)),
        Place::NewRule(state) => ("rule", json!(state.as_str())),
        Place::NewBranch(state) => ("branch", json!(state.as_str())),
    };
    put(&mut body, name, Some(value));
    body
}

fn put(body: &mut Value, name: &str, value: Option<Value>) {
    if let (Some(members), Some(value)) = (body.as_object_mut(), value) {
        members.insert(name.to_owned(), value);
    }
}

fn paths(states: &[StatePath]) -> Vec<&str> {
    states.iter().map(StatePath::as_str).collect()
}

/// A value as JSON; text that is not JSON stays text.
fn json_value(text: &str) -> Value {
    serde_json::from_str(text).unwrap_or_else(|_| Value::from(text))
}

fn splices(edit: &TextEdit) -> Vec<Value> {
    let splices = edit.splices().iter();
    splices
        .map(|splice| {
            json!({
                "start": splice.span.start, "end": splice.span.end, "insert": splice.insert
            })
        })
        .collect()
}
