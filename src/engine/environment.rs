//! What the fields of a state can refer to while they are evaluated.

use std::cell::Cell;
use std::cell::OnceCell;
use std::sync::Arc;

use crate::engine::ChildExecution;
use crate::engine::ExecutionKind;
use crate::engine::Millis;
use crate::engine::Program;
use crate::engine::chance::Chance;
use crate::engine::history::moment_text;
use crate::engine::lanes::Item;
use crate::engine::lanes::ThreadId;
use crate::engine::lanes::Threads;
use crate::engine::program::StateProgram;
use crate::query::Value;
use crate::query::jsonata::Bindings;
use crate::query::jsonata::Expression;
use crate::query::jsonpath::Path;
use crate::query::jsonpath::PathError;
use crate::query::jsonpath::Root;

/// The parts of the Context Object that stay the same during an execution.
#[derive(Clone, Debug)]
pub(crate) struct Fixed {
    pub execution: Value,
    pub machine: Value,
}

/// Everything a path, an intrinsic or an expression can see.
pub(crate) struct Environment<'a> {
    pub threads: &'a Threads,
    pub thread: ThreadId,
    pub state: &'a StateProgram,
    pub fixed: &'a Fixed,
    /// Replaces the Context Object altogether (TestState).
    pub context: Option<&'a Value>,
    /// `$` of JSONPath.
    pub input: &'a Value,
    /// `$states.input`.
    pub raw_input: &'a Value,
    /// `$states.result`.
    pub result: Option<&'a Value>,
    /// `$states.errorOutput`.
    pub error_output: Option<&'a Value>,
    /// The item an ItemSelector is evaluated for.
    pub item: Option<&'a Item>,
    pub chance: &'a Cell<Chance>,
    pub now: Millis,
    /// Made when the first path into the Context Object is read.
    pub context_cache: OnceCell<Value>,
    /// Made when the first expression is evaluated.
    pub bindings: OnceCell<Bindings>,
}

impl<'a> Environment<'a> {
    pub fn read(&self, path: &Path) -> Result<Value, PathError> {
        match path.root() {
            Root::Input => path.read(self.input),
            Root::Context => match self.item_part(path) {
                Some(value) => Ok(value),
                None => path.read(self.context()),
            },
            Root::Variable(name) => match self.variable(name) {
                Some(value) => path.read(value),
                None => path.read_with(|_| None),
            },
        }
    }

    /// The Context Object, made once.
    pub fn context(&self) -> &Value {
        self.context_cache.get_or_init(|| self.context_object())
    }

    /// What a path into the item of a Map leads to, without a Context Object around it.
    fn item_part(&self, path: &Path) -> Option<Value> {
        let item = match (self.item, self.context) {
            (Some(item), None) => item,
            (Some(item), Some(Value::Object(_))) => item,
            (None, None) => self.threads.item(self.thread)?,
            (_, Some(_)) => return None,
        };
        if path.leads_to(&["Map", "Item", "Index"]) {
            return Some(Value::from(item.index as i64));
        }
        path.read_below(&["Map", "Item", "Value"], &item.value)
    }

    pub fn variable(&self, name: &str) -> Option<&'a Value> {
        self.threads.variable(self.thread, name)
    }

    /// What a JSONata expression sees: the variables, and `$states`. The Context Object is made only
    /// when the first expression comes that reads it.
    pub fn bindings_of(&self, expression: &Expression) -> &Bindings {
        let bindings = self.bindings();
        let fields = expression.state_fields();
        if fields.is_none_or(|fields| fields.iter().any(|field| field == "context")) {
            bindings.add_state("context", || self.context_object());
        }
        bindings
    }

    fn bindings(&self) -> &Bindings {
        self.bindings.get_or_init(|| {
            let mut bindings = Bindings::new(self.draw(|chance| chance.next()));
            bindings.clock = Some(self.now);
            for (name, value) in visible_variables(self.threads, self.thread) {
                bindings.bind(name.as_ref(), value);
            }
            bindings.add_state("input", || self.raw_input.clone());
            if let Some(result) = self.result {
                bindings.add_state("result", || result.clone());
            }
            if let Some(output) = self.error_output {
                bindings.add_state("errorOutput", || output.clone());
            }
            bindings
        })
    }

    /// The Context Object (AWS guide, "Accessing execution data from the Context object").
    pub fn context_object(&self) -> Value {
        if let Some(context) = self.context {
            return match self.item {
                Some(item) => with_item(context.clone(), item),
                None => context.clone(),
            };
        }
        let mut members = vec![
            ("Execution", self.fixed.execution.clone()),
            ("StateMachine", self.fixed.machine.clone()),
        ];
        let thread = self.threads.get(self.thread);
        let mut state = vec![("Name", Value::String(self.state.name.clone()))];
        if let Some(thread) = thread {
            let entered = moment_text(thread.visit.entered_at);
            state.insert(0, ("EnteredTime", Value::from(entered)));
            if self.state.has_retry_count() {
                state.push(("RetryCount", Value::from(i64::from(thread.visit.retries))));
            }
        }
        members.push(("State", Value::object(state)));
        if let Some(token) = thread.and_then(|thread| thread.visit.token.as_ref()) {
            let token = Value::String(token.clone());
            members.push(("Task", Value::object([("Token", token)])));
        }
        let object = Value::object(members);
        match self.item.or_else(|| self.threads.item(self.thread)) {
            Some(item) => with_item(object, item),
            None => object,
        }
    }

    /// Draws from the execution's chance.
    pub fn draw<T>(&self, draw: impl FnOnce(&mut Chance) -> T) -> T {
        let mut chance = self.chance.get();
        let drawn = draw(&mut chance);
        self.chance.set(chance);
        drawn
    }
}

/// A Context Object with the item of a Map.
fn with_item(mut context: Value, item: &Item) -> Value {
    let mut members = vec![
        ("Index", Value::from(item.index as i64)),
        ("Value", item.value.clone()),
    ];
    if let Some(source) = &item.source {
        members.push(("Source", Value::String(source.clone())));
    }
    let item = Value::object(members);
    if let Value::Object(members) = &mut context {
        Arc::make_mut(members).insert(Arc::from("Map"), Value::object([("Item", item)]));
    }
    context
}

/// The variables a thread sees; of several with one name the innermost.
pub(crate) fn visible_variables(threads: &Threads, thread: ThreadId) -> Vec<(Arc<str>, Value)> {
    let mut seen: Vec<(Arc<str>, Value)> = Vec::new();
    let mut current = threads.get(thread);
    while let Some(thread) = current {
        for (name, value) in &thread.variables {
            if !seen.iter().any(|(known, _)| known == name) {
                seen.push((name.clone(), value.clone()));
            }
        }
        current = threads.outer(thread);
    }
    seen
}

/// The role an execution assumes; local runs have one made-up role.
pub(crate) fn role_arn(program: &Program) -> String {
    format!("arn:aws:iam::{}:role/{}", program.account, program.name)
}

pub(crate) fn fixed_context(program: &Program, name: &str, input: &Value, at: Millis) -> Fixed {
    Fixed {
        execution: execution_object(
            program,
            program.kind,
            &program.execution_arn(name),
            name,
            input,
            at,
        ),
        machine: Value::object([
            ("Id", Value::from(program.machine_arn())),
            ("Name", Value::String(program.name.clone())),
        ]),
    }
}

/// The same for a child execution; `machine` is the name of its state machine.
pub(crate) fn child_context(
    program: &Program,
    machine: &Arc<str>,
    child: &ChildExecution,
    kind: ExecutionKind,
    input: &Value,
    at: Millis,
) -> Fixed {
    Fixed {
        execution: execution_object(program, kind, &child.arn, &child.name, input, at),
        machine: Value::object([
            ("Id", Value::from(program.arn("stateMachine", machine))),
            ("Name", Value::String(machine.clone())),
        ]),
    }
}

fn execution_object(
    program: &Program,
    kind: ExecutionKind,
    arn: &str,
    name: &str,
    input: &Value,
    at: Millis,
) -> Value {
    let mut execution = vec![
        ("Id", Value::from(arn)),
        ("Input", input.clone()),
        ("StartTime", Value::from(moment_text(at))),
        ("Name", Value::from(name)),
        ("RoleArn", Value::from(role_arn(program))),
    ];
    if kind == ExecutionKind::Standard {
        execution.push(("RedriveCount", Value::from(0)));
    }
    Value::object(execution)
}
