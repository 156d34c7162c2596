//! Renders a tree: statements write text, directives steer.

use std::cell::Cell;
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::collections::HashMap;
use std::rc::Rc;
use std::sync::Arc;

use crate::gateway::vtl::Dialect;
use crate::gateway::vtl::Environment;
use crate::gateway::vtl::ast::Block;
use crate::gateway::vtl::ast::Branch;
use crate::gateway::vtl::ast::Call;
use crate::gateway::vtl::ast::Expression;
use crate::gateway::vtl::ast::ExpressionKind;
use crate::gateway::vtl::ast::Foreach;
use crate::gateway::vtl::ast::Macro;
use crate::gateway::vtl::ast::Macros;
use crate::gateway::vtl::ast::Node;
use crate::gateway::vtl::ast::Reference;
use crate::gateway::vtl::ast::Step;
use crate::gateway::vtl::frame::Frame;
use crate::gateway::vtl::frame::chain;
use crate::gateway::vtl::item::Define;
use crate::gateway::vtl::item::EFFORT;
use crate::gateway::vtl::item::Item;
use crate::gateway::vtl::item::Lazy;
use crate::gateway::vtl::item::Loop;
use crate::gateway::vtl::item::Slot;
use crate::gateway::vtl::origin::Origin;
use crate::gateway::vtl::parser::parse;
use crate::gateway::vtl::record::Event;
use crate::gateway::vtl::record::Recorder;
use crate::gateway::vtl::record::shown;
use crate::query::Value;
use crate::text::Span;

/// Macros call each other no deeper, as in Velocity.
const MACROS: usize = 20;
/// A block of `#define` prints itself no deeper, as in Velocity.
const DEFINES: usize = 2;

/// Why rendering goes no further.
#[derive(Debug)]
pub enum Halt {
    /// `#break`; the scope it is for, where it names one.
    Break(Option<Rc<Loop>>),
    /// `#stop`
    Stop,
    Failed(Failure),
}

/// What went wrong, and where.
#[derive(Debug)]
pub struct Failure {
    pub span: Span,
    pub message: String,
    /// The bound that was reached, if it was one.
    pub limit: Option<&'static str>,
}

impl std::fmt::Debug for Loop {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Loop")
    }
}

pub struct Renderer<'a> {
    pub environment: &'a Environment,
    pub dialect: Dialect,
    pub out: String,
    pub variables: HashMap<Arc<str>, Item>,
    pub frame: Option<Rc<Frame>>,
    pub recorder: Option<Recorder>,
    /// How many outputs are put aside while a text is put together.
    pub aside: usize,
    pub written: usize,
    /// The body as data, once it was asked for.
    pub document: Option<Value>,
    pub parameters: Slot,
    pub context: Slot,
    pub stage_variables: Slot,
    /// How often each override was set.
    pub overrides: BTreeMap<String, usize>,
    macros: &'a Macros,
    late_macros: Macros,
    pub steps: u64,
    /// How many values may still be compared.
    pub effort: Cell<usize>,
    depth: usize,
    calls: usize,
    defines: usize,
}

impl<'a> Renderer<'a> {
    pub fn new(macros: &'a Macros, environment: &'a Environment) -> Renderer<'a> {
        Renderer {
            environment,
            dialect: environment.dialect,
            out: String::new(),
            variables: HashMap::new(),
            frame: None,
            recorder: None,
            aside: 0,
            written: 0,
            document: None,
            parameters: None,
            context: None,
            stage_variables: None,
            overrides: BTreeMap::new(),
            macros,
            late_macros: Macros::new(),
            steps: 0,
            effort: Cell::new(EFFORT),
            depth: 0,
            calls: 0,
            defines: 0,
        }
    }

    pub fn block(&mut self, block: &Block) -> Result<(), Halt> {
        for node in block {
            self.node(node)?;
        }
        Ok(())
    }

    fn node(&mut self, node: &Node) -> Result<(), Halt> {
        match node {
            Node::Text { span, text } => self.write(text, *span),
            Node::Reference(reference) => self.print_reference(reference),
            Node::Set {
                span,
                target,
                value,
            } => self.set(*span, target, value),
            Node::If {
                branches,
                otherwise,
            } => self.choose(branches, otherwise.as_ref()),
            Node::Foreach(foreach) => self.foreach(foreach),
            Node::Define { name, body } => {
                if let Some(name) = name {
                    let define = Define {
                        block: Lazy::Block(body.clone()),
                        frame: self.frame.clone(),
                    };
                    self.assign(name, Some(Item::Define(Rc::new(define))));
                }
                Ok(())
            }
            Node::Call(call) => self.call(call),
            Node::Break { span, scope } => Err(self.break_signal(*span, scope.as_ref())),
            Node::Stop => Err(Halt::Stop),
            Node::Evaluate { span, argument } => self.evaluate_text(*span, argument),
            Node::Broken { span, reason } => Err(self.fail(*span, reason.clone())),
        }
    }

    // ---- bounds and failures

    /// Counts work; everything that takes time goes through here.
    pub fn charge(&mut self, span: Span, steps: usize) -> Result<(), Halt> {
        self.steps += steps as u64;
        if self.steps > self.environment.limits.steps {
            return Err(self.beyond(
                span,
                "steps",
                format!(
                    "Rendering took more than {} steps",
                    self.environment.limits.steps
                ),
            ));
        }
        Ok(())
    }

    /// Refuses a text that has grown too long.
    pub fn fits(&mut self, span: Span, length: usize) -> Result<(), Halt> {
        self.charge(span, length / 64)?;
        if length > self.environment.limits.output {
            return Err(self.beyond(
                span,
                "text",
                format!(
                    "A text grew longer than {} bytes",
                    self.environment.limits.output
                ),
            ));
        }
        Ok(())
    }

    pub fn deeper<T>(
        &mut self,
        span: Span,
        inner: impl FnOnce(&mut Self) -> Result<T, Halt>,
    ) -> Result<T, Halt> {
        if self.depth >= self.environment.limits.depth {
            return Err(self.beyond(
                span,
                "depth",
                format!(
                    "Rendering nests deeper than {} levels",
                    self.environment.limits.depth
                ),
            ));
        }
        self.depth += 1;
        let result = inner(self);
        self.depth -= 1;
        result
    }

    pub fn fail(&self, span: Span, message: String) -> Halt {
        Halt::Failed(Failure {
            span,
            message,
            limit: None,
        })
    }

    pub fn beyond(&self, span: Span, limit: &'static str, message: String) -> Halt {
        Halt::Failed(Failure {
            span,
            message,
            limit: Some(limit),
        })
    }

    // ---- output

    pub fn write(&mut self, text: &str, span: Span) -> Result<(), Halt> {
        self.charge(span, 1 + text.len() / 256)?;
        self.written += text.len();
        let limit = self.environment.limits.output;
        if self.out.len() + text.len() > limit || self.written > limit.saturating_mul(10) {
            return Err(self.beyond(
                span,
                "output",
                format!("The output grew larger than {limit} bytes"),
            ));
        }
        if self.aside == 0
            && let Some(recorder) = &mut self.recorder
        {
            let start = self.out.len();
            recorder.wrote(Span::new(start, start + text.len()), span);
        }
        self.out.push_str(text);
        Ok(())
    }

    /// What a piece of the template writes, put aside.
    pub fn captured(
        &mut self,
        inner: impl FnOnce(&mut Self) -> Result<(), Halt>,
    ) -> Result<String, Halt> {
        let before = std::mem::take(&mut self.out);
        self.aside += 1;
        let result = inner(self);
        self.aside -= 1;
        let text = std::mem::replace(&mut self.out, before);
        result.map(|()| text)
    }

    fn print_reference(&mut self, reference: &Reference) -> Result<(), Halt> {
        if reference.runt {
            return self.write(&reference.root, reference.span);
        }
        let value = self.resolve(reference)?;
        if self.recorder.is_some() {
            let value = value.as_ref().map(|item| self.preview(item));
            let event = Event::Rendered {
                reference: reference.source.to_string(),
                value,
            };
            self.note(reference.span, event);
        }
        let span = reference.span;
        self.write(&reference.slashes, span)?;
        if reference.escaped {
            if value.is_none() {
                self.write("\\", span)?;
            }
            return self.write(&reference.source, span);
        }
        if value.is_none() && self.dialect == Dialect::Velocity {
            // Backslashes before what is not defined are but text.
            self.write(&reference.slashes, span)?;
        }
        self.write(&reference.before, span)?;
        match value {
            Some(Item::Define(define)) => self.print_define(&define, reference),
            Some(Item::Text(text)) => self.write(&text, span),
            Some(item) => {
                let text = self.item_text(&item, span)?;
                self.write(&text, span)
            }
            None if reference.quiet || self.dialect == Dialect::ApiGateway => Ok(()),
            None => {
                let text = self.undefined(reference);
                self.write(&text, span)
            }
        }
    }

    /// What stands for a reference that leads nowhere: its source, or that of the macro's argument.
    fn undefined(&self, reference: &Reference) -> Arc<str> {
        let plain = reference.steps.is_empty()
            && reference.source.strip_prefix('$') == Some(reference.root.as_ref());
        let argument = chain(&self.frame)
            .filter(|_| plain)
            .find_map(|frame| frame.argument(&reference.root));
        match argument.map(|argument| &argument.kind) {
            Some(ExpressionKind::Reference(own)) => own.source.clone(),
            _ => reference.source.clone(),
        }
    }

    fn print_define(&mut self, define: &Rc<Define>, reference: &Reference) -> Result<(), Halt> {
        if self.defines >= DEFINES {
            let text = self.undefined(reference);
            if self.dialect == Dialect::Velocity && !reference.quiet {
                self.write(&text, reference.span)?;
            }
            return Ok(());
        }
        self.render_define(define, reference.span)
    }

    pub fn render_define(&mut self, define: &Rc<Define>, span: Span) -> Result<(), Halt> {
        self.charge(span, 1)?;
        self.defines += 1;
        let outer = std::mem::replace(&mut self.frame, define.frame.clone());
        let result = self.deeper(span, |renderer| match &define.block {
            Lazy::Block(block) => renderer.block(block),
            Lazy::BodyOf(call) => match &call.body {
                Some(body) => renderer.block(body),
                None => Ok(()),
            },
        });
        self.frame = outer;
        self.defines -= 1;
        broken_off(result)
    }

    /// What a value prints. Lists may hold one another many times over, so their text is bounded while it grows.
    pub fn item_text(&mut self, item: &Item, span: Span) -> Result<String, Halt> {
        if let Item::Define(define) = item {
            let define = define.clone();
            if self.defines >= DEFINES {
                return Ok(String::new());
            }
            return self.captured(|renderer| renderer.render_define(&define, span));
        }
        let limit = self.environment.limits.output;
        let text = item.printed(limit);
        self.fits(span, text.len())?;
        Ok(text)
    }

    pub fn preview(&self, item: &Item) -> String {
        shown(item.printed(1_000))
    }

    pub fn note(&mut self, span: Span, event: Event) {
        if let Some(recorder) = &mut self.recorder {
            recorder.note(span, event);
        }
    }

    // ---- directives

    fn set(&mut self, span: Span, target: &Reference, value: &Expression) -> Result<(), Halt> {
        self.charge(span, 1)?;
        let value = self.value(value)?;
        let before = match &self.recorder {
            Some(_) => self.resolve_quietly(target)?,
            None => None,
        };
        if self.recorder.is_some() {
            let event = Event::Assigned {
                name: target.source.trim_matches(['$', '!', '{', '}']).to_string(),
                before: before.as_ref().map(|item| self.preview(item)),
                after: value.as_ref().map(|item| self.preview(item)),
            };
            self.note(span, event);
        }
        // Null is never assigned.
        let Some(value) = value else {
            return Ok(());
        };
        let Some((last, path)) = target.steps.split_last() else {
            self.assign(&target.root, Some(value));
            return Ok(());
        };
        let Some(mut owner) = self.variable(&target.root)? else {
            return Ok(());
        };
        for step in path {
            match self.step(&owner, step)? {
                Some(next) => owner = next,
                None => return Ok(()),
            }
        }
        match last {
            Step::Member { name, .. } => self.set_member(&owner, name, value),
            Step::Index { span, index } => {
                let index = self.value(index)?;
                self.set_index(&owner, index, value, *span)
            }
            // The engine looks at nothing but the name.
            Step::Method { name, .. } => self.set_member(&owner, name, value),
        }
    }

    fn choose(&mut self, branches: &[Branch], otherwise: Option<&Block>) -> Result<(), Halt> {
        for branch in branches {
            self.charge(branch.span, 1)?;
            let taken = self.holds(&branch.condition)?;
            if self.recorder.is_some() {
                let value = self.condition_value(&branch.condition, taken)?;
                self.note(branch.span, Event::Condition { value, taken });
            }
            if taken {
                return self.deeper(branch.span, |renderer| renderer.block(&branch.block));
            }
        }
        match otherwise {
            Some(block) => self.deeper(Span::default(), |renderer| renderer.block(block)),
            None => Ok(()),
        }
    }

    fn foreach(&mut self, foreach: &Foreach) -> Result<(), Halt> {
        let span = foreach.span;
        self.charge(span, 1)?;
        let list = match &foreach.list {
            Some(list) => self.value(list)?,
            None => None,
        };
        let items: Vec<Slot> = match &list {
            Some(Item::List(list)) => list.items.borrow().clone(),
            Some(Item::Map(map)) => map.members.borrow().values().cloned().collect(),
            _ => return Ok(()),
        };
        self.charge(span, items.len() / 8)?;
        let name = &foreach.name;
        let saved = [
            (name.clone(), self.variable(name)?),
            (Arc::from("velocityCount"), self.variable("velocityCount")?),
            (
                Arc::from("velocityHasNext"),
                self.variable("velocityHasNext")?,
            ),
        ];
        let outer = self.variable("foreach")?;
        let scope = Rc::new(Loop {
            index: RefCell::new(-1),
            has_next: RefCell::new(true),
            parent: outer.clone(),
        });
        self.assign(&Arc::from("foreach"), Some(Item::Loop(scope.clone())));
        let result = self.iterate(foreach, items, &scope);
        for (name, value) in saved {
            self.assign(&name, value);
        }
        self.assign(&Arc::from("foreach"), outer);
        match result {
            Err(Halt::Break(None)) => Ok(()),
            Err(Halt::Break(Some(wanted))) if Rc::ptr_eq(&wanted, &scope) => Ok(()),
            result => result,
        }
    }

    fn iterate(
        &mut self,
        foreach: &Foreach,
        items: Vec<Slot>,
        scope: &Rc<Loop>,
    ) -> Result<(), Halt> {
        let (count_name, next_name) = (Arc::from("velocityCount"), Arc::from("velocityHasNext"));
        let last = items.len().saturating_sub(1);
        for (index, item) in items.into_iter().enumerate() {
            self.charge(foreach.span, 1)?;
            let number = i32::try_from(index).unwrap_or(i32::MAX);
            *scope.index.borrow_mut() = number;
            *scope.has_next.borrow_mut() = index < last;
            self.assign(&count_name, Some(Item::Int(number.saturating_add(1))));
            self.assign(&next_name, Some(Item::Bool(index < last)));
            if self.recorder.is_some() {
                let event = Event::Iteration {
                    name: foreach.name.to_string(),
                    index,
                    item: item.as_ref().map(|item| self.preview(item)),
                };
                self.note(foreach.span, event);
            }
            self.assign(&foreach.name, item);
            if let Some(body) = &foreach.body {
                self.deeper(foreach.span, |renderer| renderer.block(body))?;
            }
        }
        Ok(())
    }

    fn break_signal(&mut self, span: Span, scope: Option<&Expression>) -> Halt {
        let Some(scope) = scope else {
            return Halt::Break(None);
        };
        match self.value(scope) {
            Ok(Some(Item::Loop(scope))) => Halt::Break(Some(scope)),
            Ok(_) => self.fail(
                span,
                "#break needs the scope of a loop, as $foreach is".into(),
            ),
            Err(halt) => halt,
        }
    }

    fn evaluate_text(&mut self, span: Span, argument: &Expression) -> Result<(), Halt> {
        self.charge(span, 1)?;
        let Some(value) = self.value(argument)? else {
            return Ok(());
        };
        let text = self.item_text(&value, span)?;
        // Parsing is the dearest thing a template can ask for.
        self.charge(span, text.len() / 4)?;
        let parsed = match parse(&text, &Origin::fixed(span), 0) {
            Ok(parsed) => parsed,
            Err(failure) => {
                let message = format!("The text of #evaluate is no template: {}", failure.message);
                return Err(self.fail(span, message));
            }
        };
        self.late_macros.extend(parsed.macros);
        let result = self.deeper(span, |renderer| renderer.block(&parsed.block));
        broken_off(result)
    }

    fn call(&mut self, call: &Arc<Call>) -> Result<(), Halt> {
        let called: Option<Arc<Macro>> = self
            .late_macros
            .get(&call.name)
            .or_else(|| self.macros.get(&call.name))
            .cloned();
        let Some(called) = called else {
            return self.write(&call.source, call.span);
        };
        self.charge(call.span, 1)?;
        if let Some(word) = &call.bare_word {
            let message = format!("#{} does not take the bare word \"{word}\"", call.name);
            return Err(self.fail(call.span, message));
        }
        if self.calls >= MACROS {
            let message = format!(
                "Macros call each other more than {MACROS} deep, the last one #{}",
                call.name
            );
            return Err(self.beyond(call.span, "macro depth", message));
        }
        if self.recorder.is_some() {
            let name = call.name.to_string();
            self.note(call.span, Event::Entered { name });
        }
        let frame = Frame {
            parent: self.frame.clone(),
            call: call.clone(),
            called: called.clone(),
            own: RefCell::default(),
        };
        let outer = self.frame.replace(Rc::new(frame));
        self.calls += 1;
        let result = self.deeper(call.span, |renderer| renderer.block(&called.body));
        self.calls -= 1;
        self.frame = outer;
        broken_off(result)
    }
}

/// `#break` ends the block, macro or text it stands in.
fn broken_off(result: Result<(), Halt>) -> Result<(), Halt> {
    match result {
        Err(Halt::Break(None)) => Ok(()),
        result => result,
    }
}
