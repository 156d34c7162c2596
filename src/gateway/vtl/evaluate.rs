//! Values of expressions and references, and what an assignment does to the variables.

use std::rc::Rc;
use std::sync::Arc;

use indexmap::IndexMap;

use crate::gateway::vtl::Dialect;
use crate::gateway::vtl::ast::Expression;
use crate::gateway::vtl::ast::ExpressionKind;
use crate::gateway::vtl::ast::Operator;
use crate::gateway::vtl::ast::Reference;
use crate::gateway::vtl::ast::Step;
use crate::gateway::vtl::frame::chain;
use crate::gateway::vtl::item::Define;
use crate::gateway::vtl::item::Item;
use crate::gateway::vtl::item::Key;
use crate::gateway::vtl::item::Lazy;
use crate::gateway::vtl::item::Manner;
use crate::gateway::vtl::item::Slot;
use crate::gateway::vtl::operate::by_text;
use crate::gateway::vtl::operate::calculate;
use crate::gateway::vtl::operate::ordered;
use crate::gateway::vtl::operate::same;
use crate::gateway::vtl::record::Event;
use crate::gateway::vtl::render::Halt;
use crate::gateway::vtl::render::Renderer;
use crate::text::Span;

/// Ranges are lists; this many numbers at most.
const RANGE: i128 = 100_000;

impl Renderer<'_> {
    pub fn value(&mut self, expression: &Expression) -> Result<Slot, Halt> {
        let span = expression.span;
        Ok(match &expression.kind {
            ExpressionKind::Text(text) => Some(Item::Text(text.clone())),
            ExpressionKind::Word(_) => None,
            ExpressionKind::Integer(integer) => Some(Item::whole(*integer)),
            ExpressionKind::Float(float) => Some(Item::Float(*float)),
            ExpressionKind::Bool(flag) => Some(Item::Bool(*flag)),
            ExpressionKind::Reference(reference) => self.noted(reference)?,
            ExpressionKind::Interpolated { block, padded } => {
                let mut text = self.deeper(span, |renderer| {
                    renderer.captured(|renderer| renderer.block(block))
                })?;
                if *padded {
                    text.pop();
                }
                Some(Item::Text(Arc::from(text)))
            }
            ExpressionKind::List(items) => {
                self.charge(span, 1)?;
                let items: Result<Vec<Slot>, Halt> = items
                    .iter()
                    .map(|item| self.deeper(span, |renderer| renderer.value(item)))
                    .collect();
                Some(Item::list(Manner::Plain, items?))
            }
            ExpressionKind::Map(members) => {
                self.charge(span, 1)?;
                let mut map = IndexMap::new();
                for (key, value) in members {
                    let (key, value) = self.deeper(span, |renderer| {
                        Ok((renderer.value(key)?, renderer.value(value)?))
                    })?;
                    let key = self.key(&key, span)?;
                    map.insert(key, value);
                }
                Some(Item::map(map))
            }
            ExpressionKind::Range(from, to) => self.range(from, to, span)?,
            ExpressionKind::Not(inner) => Some(Item::Bool(
                !self.deeper(span, |renderer| renderer.holds(inner))?,
            )),
            ExpressionKind::Chain { first, rest, .. } => {
                return self.deeper(span, |renderer| renderer.chain(first, rest));
            }
        })
    }

    /// Whether a condition holds: references that are true or simply something, comparisons,
    /// and no other literal than `true`.
    pub fn holds(&mut self, expression: &Expression) -> Result<bool, Halt> {
        match &expression.kind {
            ExpressionKind::Bool(flag) => Ok(*flag),
            ExpressionKind::Reference(reference) => Ok(match self.noted(reference)? {
                None => false,
                Some(Item::Bool(flag)) => flag,
                Some(_) => true,
            }),
            ExpressionKind::Not(inner) => {
                Ok(!self.deeper(expression.span, |renderer| renderer.holds(inner))?)
            }
            ExpressionKind::Chain { rest, .. } => match rest.last() {
                Some((
                    Operator::Plus
                    | Operator::Minus
                    | Operator::Times
                    | Operator::Divide
                    | Operator::Modulo,
                    _,
                ))
                | None => {
                    self.value(expression)?;
                    Ok(false)
                }
                Some(_) => Ok(matches!(self.value(expression)?, Some(Item::Bool(true)))),
            },
            ExpressionKind::Text(_)
            | ExpressionKind::Interpolated { .. }
            | ExpressionKind::Integer(_)
            | ExpressionKind::Float(_)
            | ExpressionKind::List(_)
            | ExpressionKind::Map(_)
            | ExpressionKind::Range(..)
            | ExpressionKind::Word(_) => Ok(false),
        }
    }

    /// What to show of a condition.
    pub fn condition_value(
        &mut self,
        condition: &Expression,
        taken: bool,
    ) -> Result<Option<String>, Halt> {
        match &condition.kind {
            ExpressionKind::Reference(reference) => {
                let value = self.resolve_quietly(reference)?;
                Ok(value.map(|item| self.preview(&item)))
            }
            _ => Ok(Some(taken.to_string())),
        }
    }

    fn chain(&mut self, first: &Expression, rest: &[(Operator, Expression)]) -> Result<Slot, Halt> {
        if let Some((operator @ (Operator::And | Operator::Or), _)) = rest.first() {
            let decisive = *operator == Operator::Or;
            let mut holds = self.holds(first)?;
            for (_, operand) in rest {
                if holds == decisive {
                    break;
                }
                holds = self.holds(operand)?;
            }
            return Ok(Some(Item::Bool(holds)));
        }
        let mut left = self.value(first)?;
        let mut left_source = Some(first);
        for (operator, operand) in rest {
            let right = self.value(operand)?;
            self.charge(operand.span, 1)?;
            left = match operator {
                Operator::Equal | Operator::NotEqual => {
                    let (mut left, mut right) = (left, right);
                    if by_text(&left, &right) {
                        left = self.as_text(left, operand.span)?;
                        right = self.as_text(right, operand.span)?;
                    }
                    let lenient = self.dialect == Dialect::ApiGateway;
                    let equal = same(&left, &right, lenient, &self.effort);
                    self.effort_left(operand.span)?;
                    Some(Item::Bool(equal == (*operator == Operator::Equal)))
                }
                Operator::Less
                | Operator::LessOrEqual
                | Operator::Greater
                | Operator::GreaterOrEqual => Some(Item::Bool(ordered(&left, &right, *operator))),
                Operator::Plus => self.plus((left, left_source), (right, operand))?,
                Operator::Minus | Operator::Times | Operator::Divide | Operator::Modulo => {
                    self.arithmetic(&left, &right, *operator, operand.span)?
                }
                Operator::And | Operator::Or => Some(Item::Bool(false)),
            };
            left_source = None;
        }
        Ok(left)
    }

    fn as_text(&mut self, slot: Slot, span: Span) -> Result<Slot, Halt> {
        match slot {
            None | Some(Item::Text(_)) => Ok(slot),
            Some(item) => Ok(Some(Item::Text(Arc::from(self.item_text(&item, span)?)))),
        }
    }

    /// A sum, or with a text on one side what both print in a row.
    fn plus(
        &mut self,
        (left, left_source): (Slot, Option<&Expression>),
        (right, right_source): (Slot, &Expression),
    ) -> Result<Slot, Halt> {
        let span = right_source.span;
        let texts = matches!(left, Some(Item::Text(_))) || matches!(right, Some(Item::Text(_)));
        if !texts {
            return self.arithmetic(&left, &right, Operator::Plus, span);
        }
        let mut text = self.operand_text(&left, left_source, span)?;
        text.push_str(&self.operand_text(&right, Some(right_source), span)?);
        self.fits(span, text.len())?;
        Ok(Some(Item::Text(Arc::from(text))))
    }

    fn operand_text(
        &mut self,
        slot: &Slot,
        source: Option<&Expression>,
        span: Span,
    ) -> Result<String, Halt> {
        match slot {
            Some(item) => self.item_text(item, span),
            None if self.dialect == Dialect::ApiGateway => Ok(String::new()),
            None => Ok(match source.map(|source| &source.kind) {
                Some(ExpressionKind::Reference(reference)) => reference.source.to_string(),
                Some(ExpressionKind::Chain { source, .. }) => source.to_string(),
                _ => String::new(),
            }),
        }
    }

    fn arithmetic(
        &mut self,
        left: &Slot,
        right: &Slot,
        operator: Operator,
        span: Span,
    ) -> Result<Slot, Halt> {
        calculate(left, right, operator).map_err(|_| {
            let message = "A whole number grew beyond 127 bits".to_string();
            self.beyond(span, "number", message)
        })
    }

    fn range(&mut self, from: &Expression, to: &Expression, span: Span) -> Result<Slot, Halt> {
        let (from, to) = (self.value(from)?, self.value(to)?);
        let bound = |slot: &Slot| slot.as_ref().and_then(whole_of);
        let (Some(from), Some(to)) = (bound(&from), bound(&to)) else {
            return Ok(None);
        };
        let count = (i128::from(to) - i128::from(from)).abs() + 1;
        if count > RANGE {
            let message = format!("A range has more than {RANGE} numbers");
            return Err(self.beyond(span, "range", message));
        }
        self.charge(span, usize::try_from(count).unwrap_or_default() / 8)?;
        let items: Vec<Slot> = if from <= to {
            (from..=to).map(|number| Some(Item::Int(number))).collect()
        } else {
            (to..=from)
                .rev()
                .map(|number| Some(Item::Int(number)))
                .collect()
        };
        Ok(Some(Item::list(Manner::Plain, items)))
    }

    pub fn key(&mut self, slot: &Slot, span: Span) -> Result<Key, Halt> {
        let limit = self.environment.limits.output;
        let key = Item::key(slot, limit);
        if let Key::Printed(text) = &key {
            self.fits(span, text.len())?;
        }
        Ok(key)
    }

    // ---- references

    /// The value of a reference. Behind a root that is there API Gateway has an empty text where
    /// nothing is, so that such a reference is true for `#if` (serverless-offline issue 50). In what
    /// `$util.parseJson` has made it is null, as in Velocity.
    pub fn resolve(&mut self, reference: &Reference) -> Result<Slot, Halt> {
        self.charge(reference.span, 1)?;
        if reference.runt {
            return Ok(None);
        }
        let Some(mut value) = self.variable(&reference.root)? else {
            return Ok(None);
        };
        for step in &reference.steps {
            match self.step(&value, step)? {
                Some(next) => value = next,
                None if self.dialect == Dialect::Velocity => return Ok(None),
                None => {
                    let null = match &value {
                        Item::Map(map) => map.parsed,
                        other => matches!(other, Item::Util),
                    };
                    return Ok((!null).then(|| Item::text("")));
                }
            }
        }
        Ok(Some(value))
    }

    /// As above, and noted where that is wanted: a reference within an expression.
    fn noted(&mut self, reference: &Reference) -> Result<Slot, Halt> {
        let value = self.resolve(reference)?;
        if self.recorder.is_some() && !reference.runt {
            let event = Event::Read {
                reference: reference.source.to_string(),
                value: value.as_ref().map(|item| self.preview(item)),
            };
            self.note(reference.span, event);
        }
        Ok(value)
    }

    /// As `resolve`, without being seen, counted or calling anything.
    pub fn resolve_quietly(&mut self, reference: &Reference) -> Result<Slot, Halt> {
        if !self.is_plain(reference) {
            return Ok(None);
        }
        let recorder = self.recorder.take();
        let steps = self.steps;
        let result = self.resolve(reference);
        self.steps = steps;
        self.recorder = recorder;
        result
    }

    /// Whether looking at a reference does nothing.
    fn is_plain(&self, reference: &Reference) -> bool {
        let argument = chain(&self.frame).any(|frame| frame.argument(&reference.root).is_some());
        !argument
            && reference.steps.iter().all(|step| match step {
                Step::Member { .. } => true,
                Step::Method { .. } => false,
                Step::Index { index, .. } => match &index.kind {
                    ExpressionKind::Reference(inner) => self.is_plain(inner),
                    kind => matches!(kind, ExpressionKind::Text(_) | ExpressionKind::Integer(_)),
                },
            })
    }

    pub fn step(&mut self, owner: &Item, step: &Step) -> Result<Slot, Halt> {
        match step {
            Step::Member { name, .. } => self.member(owner, name),
            Step::Index { span, index } => {
                let index = self.deeper(*span, |renderer| renderer.value(index))?;
                self.index(owner, index, *span)
            }
            Step::Method {
                span,
                name,
                arguments,
            } => {
                let arguments: Result<Vec<Slot>, Halt> = arguments
                    .iter()
                    .map(|argument| self.deeper(*span, |renderer| renderer.value(argument)))
                    .collect();
                let arguments = arguments?;
                self.charge(*span, 1)?;
                let result = self.method(owner, name, &arguments, *span)?;
                if self.recorder.is_some() {
                    let event = Event::Called {
                        method: name.to_string(),
                        on: self.preview(owner),
                        arguments: arguments
                            .iter()
                            .map(|slot| slot.as_ref().map(|item| self.preview(item)))
                            .collect(),
                        value: result
                            .as_ref()
                            .and_then(|slot| slot.as_ref().map(|item| self.preview(item))),
                        known: result.is_some(),
                    };
                    self.note(*span, event);
                }
                Ok(result.flatten())
            }
        }
    }

    /// A variable, as the frames of the macros show it.
    pub fn variable(&mut self, name: &str) -> Result<Slot, Halt> {
        if self.frame.is_none() {
            return Ok(self.global(name));
        }
        let outer = self.frame.clone();
        let mut found = None;
        for frame in chain(&outer) {
            if let Some(own) = frame.own.borrow().get(name) {
                return Ok(Some(own.clone()));
            }
            if frame.argument(name).is_some() {
                found = Some(frame.clone());
                break;
            }
            if name == "bodyContent" && frame.call.body.is_some() {
                let define = Define {
                    block: Lazy::BodyOf(frame.call.clone()),
                    frame: frame.parent.clone(),
                };
                return Ok(Some(Item::Define(Rc::new(define))));
            }
        }
        let Some(frame) = found else {
            return Ok(self.global(name));
        };
        let Some(argument) = frame.argument(name) else {
            return Ok(None);
        };
        self.frame = frame.parent.clone();
        let result = self.deeper(argument.span, |renderer| renderer.value(argument));
        self.frame = outer;
        result
    }

    fn global(&mut self, name: &str) -> Slot {
        match self.variables.get(name) {
            Some(item) => Some(item.clone()),
            None => self.provided(name),
        }
    }

    /// Sets a variable, in all frames that have a parameter of this name, and for the whole template.
    pub fn assign(&mut self, name: &Arc<str>, value: Slot) {
        for frame in chain(&self.frame) {
            if frame.argument(name).is_some() {
                match &value {
                    Some(item) => frame.own.borrow_mut().insert(name.clone(), item.clone()),
                    None => frame.own.borrow_mut().remove(name),
                };
            }
        }
        match value {
            Some(item) => self.variables.insert(name.clone(), item),
            None => self.variables.remove(name),
        };
    }
}

/// Java's `intValue`.
fn whole_of(item: &Item) -> Option<i32> {
    match item {
        Item::Float(float) => Some(*float as i32),
        other => other.as_whole().map(|whole| whole as i32),
    }
}
