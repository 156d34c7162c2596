//! The endpoint of the window: executions that scripts and tools start from outside, shown and stepped here.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

use crate::asl::MachineType;
use crate::debugger::RunNews;
use crate::editor::Document;
use crate::engine::Event;
use crate::engine::Millis;
use crate::engine::Stage;
use crate::session::DrawerTab;
use crate::session::Effect;
use crate::session::Held;
use crate::session::Run;
use crate::session::RunId;
use crate::session::Session;
use crate::session::TabId;
use crate::session::ToastKind;
use crate::sidecar::BackendPlan;
use crate::sidecar::NotAgreed;
use crate::sidecar::also_not_agreed;
use crate::syntax::Format;
use crate::trace::Trace;

/// Executions from outside that are listed.
const MOST: usize = 200;

/// What is known of the endpoint.
#[derive(Clone, Debug, Default)]
pub struct Endpoint {
    pub state: EndpointState,
    /// Each execution waits before its first state until somebody lets it go on.
    pub begin_paused: bool,
    /// The latest first.
    pub guests: Vec<Guest>,
    /// What was asked about since it began: nobody is asked twice.
    asked: NotAgreed,
    /// What is served, to notice that it has changed: documents by their revisions, and what answers their tasks.
    served: Vec<(TabId, u64, BackendPlan)>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum EndpointState {
    #[default]
    Off,
    Starting,
    On {
        /// `http://127.0.0.1:8083`
        address: String,
    },
}

/// An execution that was started from outside.
#[derive(Clone, Debug, PartialEq)]
pub struct Guest {
    pub arn: String,
    /// The name of its workflow.
    pub machine: String,
    pub name: String,
    /// `RUNNING`, `SUCCEEDED`, …
    pub status: String,
    pub started: Millis,
    pub stopped: Option<Millis>,
}

/// A document as the endpoint serves it.
#[derive(Clone, Debug)]
pub struct HostedMachine {
    pub name: String,
    pub kind: MachineType,
    pub text: Arc<str>,
    pub companion: Arc<str>,
    pub format: Format,
    pub params: BTreeMap<String, String>,
    pub path: Option<PathBuf>,
    pub backends: BackendPlan,
}

/// An execution from outside as it stands when a document begins to show it.
#[derive(Debug)]
pub struct GuestRun {
    pub run: RunId,
    pub machine: String,
    /// The definition that runs; that of the document where it is not known.
    pub text: Option<Arc<str>>,
    pub events: Arc<Vec<Event>>,
    pub stages: Arc<Vec<Stage>>,
    pub standing: Vec<RunNews>,
}

#[derive(Clone, Debug)]
pub enum EndpointIntent {
    Start,
    Stop,
    CopyAddress,
    BeginPaused(bool),
    /// Shows an execution in the document of its workflow.
    Open(String),
}

impl Endpoint {
    pub fn address(&self) -> Option<&str> {
        match &self.state {
            EndpointState::On { address } => Some(address),
            EndpointState::Off | EndpointState::Starting => None,
        }
    }
}

impl Session {
    pub(crate) fn endpoint_intent(&mut self, intent: EndpointIntent) -> Vec<Effect> {
        match intent {
            EndpointIntent::Start if self.endpoint.state == EndpointState::Off => {
                self.endpoint.state = EndpointState::Starting;
                self.endpoint.asked.clear();
                self.endpoint.served = self.to_be_served();
                vec![Effect::StartEndpoint {
                    machines: self.hosted(),
                    begin_paused: self.endpoint.begin_paused,
                }]
            }
            EndpointIntent::Start => Vec::new(),
            EndpointIntent::Stop => {
                self.endpoint.state = EndpointState::Off;
                vec![Effect::StopEndpoint]
            }
            EndpointIntent::CopyAddress => {
                let address = self.endpoint.address().map(str::to_owned);
                address.map(Effect::CopyText).into_iter().collect()
            }
            EndpointIntent::BeginPaused(paused) => {
                self.endpoint.begin_paused = paused;
                vec![Effect::BeginPaused(paused)]
            }
            EndpointIntent::Open(arn) => self.open_guest(&arn),
        }
    }

    /// The address is there, or could not be had.
    pub(crate) fn endpoint_arrived(&mut self, result: Result<String, String>) {
        if self.endpoint.state == EndpointState::Off {
            return;
        }
        match result {
            Ok(address) => {
                self.tell(
                    ToastKind::Info,
                    format!("Executions are accepted at {address}"),
                );
                self.endpoint.state = EndpointState::On { address };
            }
            Err(reason) => {
                self.endpoint.state = EndpointState::Off;
                self.tell_error(reason);
            }
        }
    }

    /// An execution from outside has begun or ended. One whose workflow is open and shows no run that goes on is
    /// shown there at once.
    pub(crate) fn guest_arrived(&mut self, guest: Guest) -> Vec<Effect> {
        let known = self.endpoint.guests.iter_mut();
        if let Some(known) = known.into_iter().find(|known| known.arn == guest.arn) {
            *known = guest;
            return Vec::new();
        }
        self.guest_asks(&guest.machine);
        let arn = guest.arn.clone();
        let busy = match self.tab_of_machine(&guest.machine) {
            Some(tab) => tab.run.as_ref().is_some_and(Run::is_live),
            None => true,
        };
        self.endpoint.guests.insert(0, guest);
        self.endpoint.guests.truncate(MOST);
        match busy {
            true => Vec::new(),
            false => self.open_guest(&arn),
        }
    }

    /// Asks for agreement where an execution from outside would have needed some.
    fn guest_asks(&mut self, machine: &str) {
        let Some(tab) = self.tab_of_machine(machine) else {
            return;
        };
        let plan = self.backend_plan(tab, None);
        let wanted = plan.not_agreed(&tab.calls());
        if also_not_agreed(&mut self.endpoint.asked, wanted.clone()) {
            self.not_agreed(Held::Served, plan.folder, wanted);
        }
    }

    /// The document of a workflow takes an execution from outside in, as it stands.
    pub(crate) fn guest_attached(&mut self, guest: GuestRun) -> Vec<Effect> {
        let Some(tab) = self.tab_of_machine(&guest.machine) else {
            return Vec::new();
        };
        let id = tab.id;
        let document = tab.revision.document.clone();
        let other = guest.text.filter(|text| *text != document.text);
        let revision = match other {
            None => tab.revision.clone(),
            Some(text) => self.new_revision(None, Document { text, ..document }),
        };
        let redrivable = self
            .tab(id)
            .is_some_and(|tab| tab.sidecar.kind == MachineType::Standard);
        let run = Run {
            events: guest.events.to_vec(),
            stages: guest.stages.to_vec(),
            trace: Trace::of(&guest.events),
            debugging: true,
            redrivable,
            ..Run::new(guest.run, revision)
        };
        if let Some(tab) = self.tab_mut(id) {
            tab.run = Some(run);
        }
        if self.active_id() == Some(id) {
            self.drawer = DrawerTab::Run;
        }
        let standing = guest.standing.into_iter();
        standing
            .flat_map(|news| self.run_news(guest.run, news))
            .collect()
    }

    /// What is open has changed: the endpoint serves it as it is now.
    pub(crate) fn follow_endpoint(&mut self) -> Option<Effect> {
        self.endpoint.address()?;
        let served = self.to_be_served();
        if served == self.endpoint.served {
            return None;
        }
        self.endpoint.served = served;
        Some(Effect::RefreshEndpoint {
            machines: self.hosted(),
        })
    }

    fn open_guest(&mut self, arn: &str) -> Vec<Effect> {
        let guest = self.endpoint.guests.iter().find(|guest| guest.arn == arn);
        let Some(guest) = guest.cloned() else {
            return Vec::new();
        };
        let Some(tab) = self.tab_of_machine(&guest.machine) else {
            self.tell_error(format!("The workflow {} is not open", guest.machine));
            return Vec::new();
        };
        let id = tab.id;
        self.bring_to_front(id);
        let run = RunId(self.next_number());
        vec![Effect::AttachGuest {
            run,
            arn: guest.arn,
            machine: guest.machine,
        }]
    }

    fn tab_of_machine(&self, machine: &str) -> Option<&crate::session::Tab> {
        let mut tabs = self.tabs.iter();
        tabs.find(|tab| tab.revision.document.name == machine)
    }

    fn to_be_served(&self) -> Vec<(TabId, u64, BackendPlan)> {
        let tabs = self.tabs.iter();
        tabs.map(|tab| (tab.id, tab.revision.id, self.backend_plan(tab, None)))
            .collect()
    }

    /// The open documents as machines, each name once.
    fn hosted(&self) -> Vec<HostedMachine> {
        let mut machines: Vec<HostedMachine> = Vec::new();
        for tab in &self.tabs {
            let document = &tab.revision.document;
            if machines.iter().any(|known| known.name == document.name) {
                continue;
            }
            machines.push(HostedMachine {
                name: document.name.clone(),
                kind: tab.sidecar.kind,
                text: document.text.clone(),
                companion: document.sidecar.clone(),
                format: document.format,
                params: tab.sidecar.params.clone(),
                path: tab.path.clone(),
                backends: self.backend_plan(tab, None),
            });
        }
        machines
    }
}
