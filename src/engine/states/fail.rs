//! Fail: the error and cause it was given, literal, by path, or computed.

use std::sync::Arc;

use crate::asl::QueryLanguage;
use crate::engine::Execution;
use crate::engine::StageKind;
use crate::engine::lanes::ThreadId;
use crate::engine::program::Quantity;
use crate::engine::program::StateProgram;
use crate::engine::template::not_found;
use crate::engine::trouble::Class;
use crate::engine::trouble::Trouble;

impl Execution {
    pub(crate) fn fail(
        &mut self,
        id: ThreadId,
        state: &StateProgram,
        error: &Quantity,
        cause: &Quantity,
    ) -> Result<(), Trouble> {
        if state.language == QueryLanguage::JsonPath {
            let (raw, _) = self.raw_input(id);
            self.stage(id, state, StageKind::AfterInputPath, &raw);
        }
        let error = self.fail_text(id, state, error)?;
        let cause = self.fail_text(id, state, cause)?;
        Err(Trouble::new(error, cause, Class::Named))
    }

    fn fail_text(
        &self,
        id: ThreadId,
        state: &StateProgram,
        quantity: &Quantity,
    ) -> Result<Option<Arc<str>>, Trouble> {
        let (raw, _) = self.raw_input(id);
        let environment = self.environment(id, state, &raw, &raw);
        let (value, field) = match quantity {
            Quantity::Absent => return Ok(None),
            Quantity::Literal(value) => (value.clone(), "Error"),
            Quantity::Path { path, field } => (
                environment
                    .read(path)
                    .map_err(|_| not_found(path, field, &raw).at_field(format!("/{field}")))?,
                field.as_ref(),
            ),
            Quantity::Template(template) => (template.evaluate(&environment)?, ""),
        };
        match (value.as_str(), quantity) {
            (Some(text), _) => Ok(Some(Arc::from(text))),
            (None, Quantity::Template(template)) => Err(template.unexpected_type("string", &value)),
            (None, _) => Err(Trouble::runtime(format!(
                "The {field} field does not refer to a string: {}",
                value.to_json()
            ))
            .at_field(format!("/{field}"))),
        }
    }
}
