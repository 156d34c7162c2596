//! What the lab holds.

use std::sync::Arc;

use crate::editor::History;
use crate::session::RunId;
use crate::session::TabId;
use crate::session::lab::EXAMPLES;
use crate::session::lab::LabAnswer;
use crate::session::lab::LabExample;
use crate::session::lab::LabOrder;
use crate::session::lab::LabRequest;
use crate::session::lab::Sight;

/// Which way a template is rendered.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum LabSide {
    /// From the caller to the integration.
    #[default]
    Request,
    /// From the integration to the caller.
    Response,
}

/// Where the lab stands in the window.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Standing {
    /// It has no tab; another part of the window may show it.
    #[default]
    Closed,
    /// It has a tab, and a document is in front.
    Behind,
    Front,
}

/// When a template is rendered.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Live {
    #[default]
    AsTyped,
    OnDemand,
}

/// A template, what it is rendered against, and what came of it.
#[derive(Debug)]
pub struct Lab {
    pub standing: Standing,
    pub side: LabSide,
    pub live: Live,
    pub request: LabRequest,
    pub answer: LabAnswer,
    /// The status of the method response where the template sets none.
    pub status: u16,
    pub request_template: LabTemplate,
    pub response_template: LabTemplate,
    /// The latest rendering; of an earlier text while [`Lab::is_behind`].
    pub sight: Arc<Sight>,
    /// The latest rendering of a template that could be read, while that of [`Lab::sight`] cannot.
    pub good: Option<Arc<Sight>>,
    /// Changes whenever a template or anything it is rendered against does.
    pub number: u64,
    /// The number the sight was made for.
    pub(crate) seen: u64,
    /// A rendering is made beside the window.
    pub(crate) rendering: bool,
    /// What is under way whose result becomes the answer.
    pub(crate) awaited: Option<Awaited>,
}

/// An execution whose result becomes the answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Awaited {
    Scenario(TabId, usize),
    Run(RunId),
}

/// A template under work.
#[derive(Clone, Debug, Default)]
pub struct LabTemplate {
    pub text: Arc<str>,
    /// Changes with the text; no two texts of a lab have the same.
    pub revision: u64,
    /// What it is a template of, for people: `POST /orders`, `scratch`.
    pub title: String,
    pub history: History,
}

impl Default for Lab {
    fn default() -> Lab {
        let [example, ..] = EXAMPLES;
        let mut lab = Lab {
            standing: Standing::Closed,
            side: LabSide::Request,
            live: Live::AsTyped,
            request: example.request(),
            answer: example.answer(),
            status: 200,
            request_template: LabTemplate::default(),
            response_template: LabTemplate::default(),
            sight: Arc::default(),
            good: None,
            number: 0,
            seen: 0,
            rendering: false,
            awaited: None,
        };
        lab.take_example(example);
        lab
    }
}

impl Lab {
    /// The template of the side that is shown.
    pub const fn template(&self) -> &LabTemplate {
        match self.side {
            LabSide::Request => &self.request_template,
            LabSide::Response => &self.response_template,
        }
    }

    pub(crate) const fn template_mut(&mut self) -> &mut LabTemplate {
        match self.side {
            LabSide::Request => &mut self.request_template,
            LabSide::Response => &mut self.response_template,
        }
    }

    /// A document comes to the front.
    pub(crate) fn step_behind(&mut self) {
        if self.standing == Standing::Front {
            self.standing = Standing::Behind;
        }
    }

    /// The sight is of an earlier template or input than is shown now.
    pub const fn is_behind(&self) -> bool {
        self.seen != self.number
    }

    /// What is best shown: the sight, or the last one of a template that could be read.
    pub fn shown(&self) -> &Sight {
        self.good.as_deref().unwrap_or(&self.sight)
    }

    /// Tells one sight from another.
    pub const fn seen_number(&self) -> u64 {
        self.seen
    }

    /// What is to be rendered now.
    pub fn order(&self) -> LabOrder {
        LabOrder {
            number: self.number,
            side: self.side,
            template: self.template().text.clone(),
            request: self.request.clone(),
            answer: self.answer.clone(),
            before: (self.side == LabSide::Response).then(|| self.request_template.text.clone()),
        }
    }

    pub(crate) fn take_example(&mut self, example: &LabExample) {
        self.request = example.request();
        self.answer = example.answer();
        self.request_template = LabTemplate::scratch(example.request_template, self.number + 1);
        self.response_template = LabTemplate::scratch(example.response_template, self.number + 2);
        self.number += 3;
    }
}

impl LabTemplate {
    /// A template that belongs to no document.
    pub fn scratch(text: &str, revision: u64) -> LabTemplate {
        LabTemplate {
            text: Arc::from(text),
            revision,
            title: "Scratch".to_owned(),
            history: History::default(),
        }
    }
}
