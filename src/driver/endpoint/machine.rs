//! A state machine that is served: compiled once, with everything its executions need.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::PoisonError;
use std::sync::RwLock;

use crate::asl::Machine;
use crate::asl::StatePath;
use crate::backends::Mocks;
use crate::backends::Workflows;
use crate::debugger::Clock;
use crate::debugger::Neighbors;
use crate::debugger::Pace;
use crate::debugger::RunOrder;
use crate::driver::endpoint::choice::Chosen;
use crate::driver::endpoint::choice::Naming;
use crate::driver::endpoint::choice::Shelf;
use crate::driver::endpoint::perform::Performance;
use crate::engine::CompileOptions;
use crate::engine::ExecutionKind;
use crate::engine::Program;
use crate::engine::Start;
use crate::engine::compile;
use crate::query::Value;
use crate::sidecar::Backend;
use crate::sidecar::BackendPlan;
use crate::sidecar::Backends;
use crate::sidecar::NotAgreed;
use crate::sidecar::Sidecar;
use crate::sidecar::TaskCall;
use crate::sidecar::WorkflowText;
use crate::syntax::Format;
use crate::syntax::Parse;
use crate::text::LineIndex;
use crate::trace::Hand;

/// A state machine as it is found.
#[derive(Clone, Debug)]
pub struct MachineText {
    /// Its logical id in a template; else its name.
    pub id: String,
    pub name: String,
    /// `arn:PARTITION:states:REGION:ACCOUNT:stateMachine:NAME`
    pub arn: String,
    pub kind: ExecutionKind,
    pub text: Arc<str>,
    pub format: Format,
    /// Values of `${Name}` placeholders.
    pub params: BTreeMap<String, String>,
    /// The file, where it stands in one of its own.
    pub path: Option<PathBuf>,
    /// For messages: the file it stands in.
    pub place: String,
    /// What its own companion says, and what the project's says of it, the first counting most.
    pub companions: Vec<Sidecar>,
    /// What answers its tasks besides mocks, before what its companions say; none for what holds for all of the site.
    pub backends: Option<BackendPlan>,
}

/// A state machine that is served.
#[derive(Debug)]
pub struct Served {
    pub id: String,
    pub name: String,
    pub arn: Arc<str>,
    pub kind: ExecutionKind,
    pub text: Arc<str>,
    pub path: Option<PathBuf>,
    /// Or why it cannot run: sentences with file, line and column.
    pub program: Result<Arc<Program>, String>,
    /// The activities its tasks ask for.
    pub(crate) activities: Vec<Asks>,
    /// What its tasks call, as far as the definition tells.
    pub(crate) calls: Vec<TaskCall>,
    pub(crate) shelf: Shelf,
    /// What answers tasks besides mocks.
    pub(crate) backends: Arc<BackendPlan>,
    pub(crate) around: Arc<Surroundings>,
}

/// What the machines of a site have in common: where the states of each find the others. It changes as machines do.
#[derive(Debug, Default)]
pub(crate) struct Surroundings {
    now: RwLock<Arc<Around>>,
}

/// The same at one moment.
#[derive(Clone, Debug, Default)]
pub(crate) struct Around {
    pub neighbors: Neighbors,
    pub workflows: Workflows,
}

/// An activity that a machine's states ask for.
#[derive(Clone, Debug)]
pub(crate) struct Asks {
    pub state: StatePath,
    pub name: Arc<str>,
    pub activity: Arc<str>,
}

impl Surroundings {
    pub(crate) fn now(&self) -> Arc<Around> {
        self.now
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    pub(crate) fn set(&self, neighbors: Neighbors) {
        let workflows = Workflows::new(
            neighbors.texts.clone(),
            neighbors.folders.clone(),
            neighbors.params.clone(),
        );
        let mut now = self.now.write().unwrap_or_else(PoisonError::into_inner);
        *now = Arc::new(Around {
            neighbors,
            workflows,
        });
    }
}

/// An execution, ready to run: on a virtual clock every time in the same way.
#[derive(Clone, Debug)]
pub struct Prepared {
    pub machine: Arc<Served>,
    pub program: Arc<Program>,
    pub start: Start,
    pub mocks: Mocks,
    pub scenario: Option<String>,
    /// What answers tasks besides mocks.
    pub backends: Arc<BackendPlan>,
    /// Which tasks without a mock wait for an answer from outside.
    pub hand: Hand,
}

impl Prepared {
    /// An order that runs it as any other, for a canvas or a history.
    pub fn order(&self, clock: Clock) -> RunOrder {
        RunOrder {
            program: self.program.clone(),
            start: Start {
                history: true,
                ..self.start.clone()
            },
            breakpoints: Default::default(),
            pace: Pace::Run,
            clock,
            tempo: 0,
            hand: self.hand,
            neighbors: self.machine.around.now().neighbors.clone(),
            backends: self.backends.clone(),
        }
    }

    /// What it would do outside that nobody has agreed to yet.
    pub(crate) fn not_agreed(&self) -> NotAgreed {
        self.backends.not_agreed(&self.machine.calls)
    }

    /// Runs it to its end with its history.
    pub fn repeat(&self) -> crate::driver::endpoint::Performed {
        let mut again = self.clone();
        again.start.history = true;
        let mut performance = again.performance();
        performance.run(usize::MAX);
        performance.finish()
    }

    pub(crate) fn performance(&self) -> Performance {
        Performance::new(
            &self.program,
            self.start.clone(),
            self.mocks.clone(),
            self.machine.around.now().workflows.clone(),
            self.hand,
        )
    }
}

impl Served {
    pub(crate) fn new(
        machine: MachineText,
        shelf: Shelf,
        backends: BackendPlan,
        around: Arc<Surroundings>,
    ) -> Served {
        let parse = crate::syntax::parse(&machine.text, machine.format);
        let read = crate::asl::read(&parse.tree);
        Served {
            program: prepare(&machine, &parse, &read).map(Arc::new),
            activities: activities(&read),
            calls: TaskCall::all(&parse.tree, &read, &machine.params),
            id: machine.id,
            name: machine.name,
            arn: Arc::from(machine.arn),
            kind: machine.kind,
            text: machine.text,
            path: machine.path,
            shelf,
            backends: Arc::new(backends),
            around,
        }
    }

    /// An execution of this machine.
    ///
    /// # Errors
    /// The machine cannot run: sentences for people.
    pub fn prepare(self: &Arc<Served>, start: Start, chosen: Chosen) -> Result<Prepared, String> {
        let mut start = start;
        start.variables = chosen.variables;
        let backends = self.plan(chosen.backends, chosen.naming);
        let forced = &self.backends.forced.usual;
        let is_real = forced.iter().any(|backend| *backend != Backend::Mock);
        let mocks = match chosen.naming {
            Naming::Guessed if is_real => Mocks::default(),
            Naming::Named | Naming::Usual | Naming::Guessed => chosen.mocks,
        };
        Ok(Prepared {
            program: self.program.clone()?,
            machine: self.clone(),
            start,
            mocks,
            scenario: chosen.scenario,
            backends,
            // Express workflows know neither activities nor tokens.
            hand: match self.kind {
                ExecutionKind::Standard => Hand::Workers,
                ExecutionKind::Express => Hand::Nobody,
            },
        })
    }

    /// What answers besides mocks: a scenario's own word counts first.
    fn plan(&self, own: Option<(PathBuf, Backends)>, naming: Naming) -> Arc<BackendPlan> {
        let named = naming == Naming::Named && !self.backends.forced.usual.is_empty();
        if own.is_none() && !named {
            return self.backends.clone();
        }
        let mut plan = self.backends.as_ref().clone();
        if let Some(own) = own {
            plan.layers.insert(0, own);
        }
        if named {
            plan.mocks_first();
        }
        Arc::new(plan)
    }

    /// The answers for an execution with this input; see [`Shelf::choose`].
    ///
    /// # Errors
    /// One sentence: no scenario of that name, or mocks that cannot be read.
    pub fn choose(&self, wanted: Option<&str>, input: &Value) -> Result<Chosen, String> {
        self.shelf.choose(wanted, input)
    }
}

impl MachineText {
    /// The machine as states of others find it by name: with the values of its placeholders and its usual mocks.
    pub(crate) fn neighbor(&self) -> WorkflowText {
        let params = self.params.iter();
        let params = params.map(|(name, value)| (name.as_str(), Value::string(value)));
        let mocks = self.companions.iter().map(Sidecar::usual_mocks);
        let mocks = mocks.into_iter().find(|mocks| !mocks.is_null()).cloned();
        let companion = Value::object([
            ("type", Value::string(self.kind.name())),
            ("params", Value::object(params)),
            (
                "scenarios",
                Value::array(vec![Value::object([
                    ("name", Value::string("usual")),
                    ("mocks", mocks.unwrap_or_default()),
                ])]),
            ),
        ]);
        WorkflowText {
            path: self.path.clone(),
            text: self.text.clone(),
            companion: Arc::from(companion.to_json()),
        }
    }
}

fn activities(read: &Machine) -> Vec<Asks> {
    let asks = read.states.iter().filter_map(|state| {
        let activity = state.resource.clone()?;
        activity.contains(":activity:").then(|| Asks {
            state: state.path.clone(),
            name: state.name.clone(),
            activity,
        })
    });
    asks.collect()
}

fn prepare(machine: &MachineText, parse: &Parse, read: &Machine) -> Result<Program, String> {
    let said = |offset: usize, message: &str| {
        let place = LineIndex::new(&machine.text).locate(&machine.text, offset);
        let (line, column) = (place.line, place.column);
        format!("{}:{line}:{column}: {}", machine.place, message.trim_end())
    };
    if let Some(error) = parse.errors.first() {
        return Err(said(error.span.start, &error.message));
    }
    let mut arn = machine.arn.split(':').skip(3);
    let usual = CompileOptions::default();
    let options = CompileOptions {
        name: machine.name.clone(),
        kind: machine.kind,
        params: machine.params.clone(),
        region: arn.next().map_or(usual.region, str::to_owned),
        account: arn.next().map_or(usual.account, str::to_owned),
    };
    compile(&parse.tree, read, &options).map_err(|problems| {
        let lines: Vec<String> = problems
            .iter()
            .take(20)
            .map(|problem| said(problem.span.start, &problem.message))
            .collect();
        lines.join("\n")
    })
}
