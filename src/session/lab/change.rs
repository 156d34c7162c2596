//! What a person does in the lab.

use std::sync::Arc;

use crate::editor::Selection;
use crate::editor::Snapshot;
use crate::editor::Step;
use crate::session::Effect;
use crate::session::Session;
use crate::session::lab::AnswerFrom;
use crate::session::lab::EXAMPLES;
use crate::session::lab::Lab;
use crate::session::lab::LabAnswer;
use crate::session::lab::LabRequest;
use crate::session::lab::LabSide;
use crate::session::lab::LabTemplate;
use crate::session::lab::Live;
use crate::session::lab::Sight;
use crate::session::lab::Standing;
use crate::text::TextEdit;

/// A wish that belongs to the lab.
#[derive(Clone, Debug)]
pub enum LabIntent {
    /// Brings it to the front.
    Show,
    Close,
    Side(LabSide),
    /// Typing in the template of the side that is shown.
    Type(TextEdit),
    Undo,
    Redo,
    Request(Box<LabRequest>),
    Answer(LabAnswer),
    Live(Live),
    /// Renders now, whatever [`Lab::live`] says.
    Render,
    /// The n-th of [`EXAMPLES`].
    Example(usize),
    /// Templates of a document, and what they met.
    Load(Box<LabLoad>),
    /// The result of the execution that ended last in the active document becomes the answer.
    UseExecution,
    /// So does that of a scenario of the active document, executed with its mocks.
    UseScenario(usize),
    /// Mends the n-th remark of the sight.
    Fix(usize),
    /// Runs the active document with the input that the request template makes.
    RunWorkflow,
}

/// What another part of the window puts into the lab.
#[derive(Clone, Debug)]
pub struct LabLoad {
    pub side: LabSide,
    /// `POST /orders`
    pub title: String,
    pub request: LabRequest,
    pub answer: LabAnswer,
    /// The status of the method response where the template sets none.
    pub status: u16,
    pub request_template: Arc<str>,
    pub response_template: Arc<str>,
}

/// Larger templates and bodies, together, are rendered beside the window.
const LARGEST_IN_FRAME: usize = 64 * 1024;

impl Session {
    pub(crate) fn lab_intent(&mut self, intent: LabIntent, at: u64) -> Vec<Effect> {
        match intent {
            LabIntent::Show => {
                self.leave_workspace();
                self.lab.standing = Standing::Front;
            }
            LabIntent::Close => self.lab.standing = Standing::Closed,
            LabIntent::Side(side) => {
                self.lab.side = side;
                self.lab.good = None;
                self.lab.number += 1;
            }
            LabIntent::Type(edit) => self.lab.type_text(&edit, at),
            LabIntent::Undo => self.lab.step_back(),
            LabIntent::Redo => self.lab.step_forth(),
            LabIntent::Request(request) => {
                self.lab.request = *request;
                self.lab.number += 1;
            }
            LabIntent::Answer(answer) => {
                self.lab.answer = answer;
                self.lab.number += 1;
            }
            LabIntent::Live(live) => self.lab.live = live,
            LabIntent::Render => return self.render_lab(),
            LabIntent::Example(index) => {
                if let Some(example) = EXAMPLES.get(index) {
                    self.lab.take_example(example);
                }
            }
            LabIntent::Load(load) => self.lab.load(*load),
            LabIntent::Fix(index) => self.lab.mend(index),
            LabIntent::UseExecution => self.use_execution(),
            LabIntent::UseScenario(index) => return self.use_scenario(index, at),
            LabIntent::RunWorkflow => return self.run_with_template(at),
        }
        match self.lab.live {
            Live::AsTyped => self.render_lab(),
            Live::OnDemand => Vec::new(),
        }
    }

    /// Renders what is shown, where that has changed: at once, or beside the window when it is large.
    pub(crate) fn render_lab(&mut self) -> Vec<Effect> {
        let lab = &mut self.lab;
        if !lab.is_behind() || lab.rendering {
            return Vec::new();
        }
        let order = lab.order();
        if order.size() <= LARGEST_IN_FRAME
            && let Some(sight) = order.render_within_frame()
        {
            lab.see(order.number, sight);
            return Vec::new();
        }
        lab.rendering = true;
        vec![Effect::RenderTemplate(Box::new(order))]
    }

    /// Takes in a rendering, and asks for another where something has changed since.
    pub(crate) fn template_rendered(&mut self, number: u64, sight: Sight) -> Vec<Effect> {
        self.lab.rendering = false;
        if sight.side == self.lab.side {
            self.lab.see(number, sight);
        }
        match self.lab.live {
            Live::AsTyped => self.render_lab(),
            Live::OnDemand => Vec::new(),
        }
    }
}

impl Lab {
    fn see(&mut self, number: u64, sight: Sight) {
        if !sight.is_unread() {
            self.good = None;
        } else if !self.sight.is_unread() && self.sight.side == sight.side && self.seen > 0 {
            self.good = Some(self.sight.clone());
        }
        self.sight = Arc::new(sight);
        self.seen = number;
    }

    fn load(&mut self, load: LabLoad) {
        let LabLoad {
            side,
            title,
            request,
            answer,
            status,
            request_template,
            response_template,
        } = load;
        self.side = side;
        self.good = None;
        self.request = request;
        self.answer = answer;
        self.status = status;
        let template = |text: Arc<str>, revision| LabTemplate {
            title: title.clone(),
            ..LabTemplate::scratch(&text, revision)
        };
        self.request_template = template(request_template, self.number + 1);
        self.response_template = template(response_template, self.number + 2);
        self.number += 3;
    }

    fn type_text(&mut self, edit: &TextEdit, at: u64) {
        self.number += 1;
        let number = self.number;
        let template = self.template_mut();
        if !edit.fits(&template.text) {
            return;
        }
        let before = snapshot(&template.text);
        template.text = Arc::from(edit.apply(&template.text));
        template.revision = number;
        let step = Step {
            label: "Typing in the template".to_owned(),
            before,
            after: snapshot(&template.text),
        };
        template.history.record_typing(step, edit, at);
    }

    /// Applies the mend of a remark, where the remark is on the text that is shown.
    fn mend(&mut self, index: usize) {
        let sight = self.sight.clone();
        let fix = sight.lints.get(index).and_then(|lint| lint.fix.as_ref());
        let Some((label, edit)) = fix.filter(|_| sight.template == self.template().text) else {
            return;
        };
        let before = self.template().text.clone();
        self.put(Some(Arc::from(edit.apply(&before))));
        let template = self.template_mut();
        template.history.record(Step {
            label: label.clone(),
            before: snapshot(&before),
            after: snapshot(&template.text),
        });
    }

    fn step_back(&mut self) {
        let text = self
            .template_mut()
            .history
            .undo()
            .map(|step| step.before.text.clone());
        self.put(text);
    }

    fn step_forth(&mut self) {
        let text = self
            .template_mut()
            .history
            .redo()
            .map(|step| step.after.text.clone());
        self.put(text);
    }

    fn put(&mut self, text: Option<Arc<str>>) {
        let Some(text) = text else { return };
        self.number += 1;
        let number = self.number;
        let template = self.template_mut();
        template.text = text;
        template.revision = number;
    }

    /// Makes this the integration's answer and turns to the template that reads it.
    pub(crate) fn answered(&mut self, body: String, from: AnswerFrom) {
        self.answer = LabAnswer {
            status: "200".to_owned(),
            body,
            from,
        };
        self.side = LabSide::Response;
        self.number += 1;
    }
}

fn snapshot(text: &Arc<str>) -> Snapshot {
    Snapshot {
        text: text.clone(),
        sidecar: Arc::from(""),
        selection: Selection::none(),
    }
}
