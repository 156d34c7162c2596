//! Wait: for seconds, or until a moment.

use crate::engine::Execution;
use crate::engine::Millis;
use crate::engine::instant::parse_millis;
use crate::engine::lanes::Stand;
use crate::engine::lanes::ThreadId;
use crate::engine::program::Quantity;
use crate::engine::program::StateProgram;
use crate::engine::program::WaitWork;
use crate::engine::timer::Alarm;
use crate::engine::timer::TimerKey;
use crate::engine::trouble::Class;
use crate::engine::trouble::Trouble;
use crate::query::Value;

/// The longest delay, in seconds; the service refuses more than 2^31.
const LONGEST: i64 = 1 << 31;

impl Execution {
    pub(crate) fn wait(
        &mut self,
        id: ThreadId,
        state: &StateProgram,
        wait: &WaitWork,
    ) -> Result<(), Trouble> {
        let (raw, effective, _) = self.effective_input(id, state)?;
        let environment = self.environment(id, state, &effective, &raw);
        let until = match wait {
            WaitWork::Seconds(quantity) => {
                let seconds = seconds(quantity, &environment)?;
                if seconds > LONGEST {
                    return Err(too_long());
                }
                self.now.saturating_add(seconds.saturating_mul(1_000))
            }
            WaitWork::Timestamp(quantity) => {
                let until = timestamp(quantity, &environment)?;
                if until.saturating_sub(self.now) > LONGEST * 1_000 {
                    return Err(too_long());
                }
                until
            }
        };
        if until <= self.now {
            return self.awake(id, state);
        }
        let key = self.timers.set(until, Alarm::Wake(id));
        if let Some(thread) = self.threads.get_mut(id) {
            thread.visit.stand = Stand::Wait(key);
        }
        Ok(())
    }

    /// A Wait or a back-off is over.
    pub(crate) fn wake(&mut self, id: ThreadId, key: TimerKey) {
        let program = self.program.clone();
        let Some(thread) = self.threads.get_mut(id) else {
            return;
        };
        let Some(state) = program.state(thread.visit.state) else {
            return;
        };
        match &thread.visit.stand {
            Stand::Wait(waiting) if *waiting == key => {
                if let Err(trouble) = self.awake(id, state) {
                    self.fall(id, state, trouble);
                }
            }
            Stand::BackOff(waiting) if *waiting == key => {
                thread.visit.stand = Stand::Work;
                self.queue.push_back(id);
            }
            _ => {}
        }
    }

    fn awake(&mut self, id: ThreadId, state: &StateProgram) -> Result<(), Trouble> {
        let (_, effective, measure) = self.effective_input(id, state)?;
        self.conclude(id, effective, measure);
        Ok(())
    }
}

fn too_long() -> Trouble {
    Trouble::runtime("Wait state delay is too long.")
}

fn seconds(
    quantity: &Quantity,
    environment: &crate::engine::environment::Environment<'_>,
) -> Result<i64, Trouble> {
    match quantity {
        Quantity::Absent => Ok(0),
        Quantity::Literal(value) => Ok(value.as_i64().unwrap_or_default()),
        Quantity::Path { path, field } => {
            let at = |words: String| Trouble::runtime(words).at_field(format!("/{field}"));
            let text = path.text();
            let value = environment.read(path).unwrap_or_default();
            if value.is_null() {
                return Err(at(format!(
                    "The {field} parameter does not reference an input value: {text}"
                )));
            }
            let seconds = match &value {
                Value::Number(crate::query::Number::Int(seconds)) => Some(*seconds),
                Value::String(digits) => digits.parse().ok(),
                _ => None,
            };
            let shown = value
                .as_str()
                .map_or_else(|| value.to_json(), str::to_owned);
            let Some(seconds) = seconds else {
                return Err(at(format!(
                    "The {field} parameter cannot be parsed as a long value: {text} == {shown}"
                )));
            };
            if seconds < 0 {
                return Err(at(format!(
                    "The {field} parameter references a negative value: {text} == {shown}"
                )));
            }
            Ok(seconds)
        }
        Quantity::Template(template) => {
            let value = template.evaluate(environment)?;
            match value.as_i64() {
                Some(seconds) if seconds >= 0 => Ok(seconds),
                Some(_) => Err(Trouble::evaluation(
                    Some("Seconds"),
                    format!("The Seconds field cannot be negative: {}", value.to_json()),
                )),
                None => Err(template.unexpected_type("number", &value)),
            }
        }
    }
}

fn timestamp(
    quantity: &Quantity,
    environment: &crate::engine::environment::Environment<'_>,
) -> Result<Millis, Trouble> {
    match quantity {
        Quantity::Absent => Ok(environment.now),
        Quantity::Literal(value) => Ok(value
            .as_str()
            .and_then(parse_millis)
            .unwrap_or(environment.now)),
        Quantity::Path { path, field } => {
            let at = |words: String| Trouble::runtime(words).at_field(format!("/{field}"));
            let text = path.text();
            let value = environment.read(path).unwrap_or_default();
            if value.is_null() {
                return Err(at(format!(
                    "The {field} parameter does not reference an input value: {text}"
                )));
            }
            let shown = value
                .as_str()
                .map_or_else(|| value.to_json(), str::to_owned);
            value.as_str().and_then(parse_millis).ok_or_else(|| {
                at(format!(
                    "The {field} parameter does not reference a valid ISO-8601 extended offset date-time format string: {text} == {shown}"
                ))
            })
        }
        Quantity::Template(template) => {
            let value = template.evaluate(environment)?;
            let Some(text) = value.as_str() else {
                return Err(template.unexpected_type("string", &value));
            };
            parse_millis(text).ok_or_else(|| {
                let mut trouble = Trouble::evaluation(
                    Some("Timestamp"),
                    format!(
                        "The Timestamp field cannot be parsed as an ISO-8601 extended offset date-time format string: {text}"
                    ),
                );
                if let Class::Evaluation { late, .. } = &mut trouble.class {
                    *late = true;
                }
                trouble
            })
        }
    }
}
