//! Where references get their values: the variables of the template and, within a macro, its arguments.

use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;
use std::sync::Arc;

use crate::gateway::vtl::ast::Call;
use crate::gateway::vtl::ast::Expression;
use crate::gateway::vtl::ast::Macro;
use crate::gateway::vtl::item::Item;
use crate::gateway::vtl::item::Scraps;

/// One call of a macro.
pub struct Frame {
    pub parent: Option<Rc<Frame>>,
    pub call: Arc<Call>,
    pub called: Arc<Macro>,
    /// What the macro assigned to its parameters.
    pub own: RefCell<HashMap<Arc<str>, Item>>,
}

impl Frame {
    /// The argument for a parameter, which is evaluated whenever it is asked for, where the call stands.
    pub fn argument(&self, name: &str) -> Option<&Expression> {
        let index = self
            .called
            .parameters
            .iter()
            .position(|parameter| parameter.as_ref() == name)?;
        self.call.arguments.get(index)
    }
}

/// The frames from the innermost to the outermost.
pub fn chain(frame: &Option<Rc<Frame>>) -> impl Iterator<Item = &Rc<Frame>> {
    std::iter::successors(frame.as_ref(), |frame| frame.parent.as_ref())
}

impl Drop for Frame {
    fn drop(&mut self) {
        let mut scraps = Scraps::default();
        scraps.slots(self.own.take().into_values().map(Some));
        scraps.frame(self.parent.take());
        scraps.clear();
    }
}
