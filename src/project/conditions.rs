//! The conditions of a template.

use std::sync::Arc;

use crate::project::Origin;
use crate::project::item::DEEPEST;
use crate::project::item::Item;
use crate::project::item::Shape;
use crate::project::scope::Scope;

impl Scope<'_> {
    pub fn has_condition(&self, name: &str) -> bool {
        self.conditions
            .as_ref()
            .is_some_and(|conditions| conditions.get(name).is_some())
    }

    /// Whether a named condition holds; none where that cannot be said.
    pub fn condition(&self, name: &str, origin: &Origin, level: usize) -> Option<bool> {
        if let Some(judged) = self.judged.borrow().get(name) {
            if judged.is_none() {
                self.problem(
                    &format!("the condition {name} depends on itself or cannot be judged"),
                    origin,
                );
            }
            return *judged;
        }
        let condition = self.conditions.as_ref().and_then(|all| all.get(name));
        let Some(condition) = condition.cloned() else {
            self.problem(&format!("there is no condition named {name}"), origin);
            return None;
        };
        self.judged.borrow_mut().insert(name.to_owned(), None);
        let judged = self.judge(&condition, level);
        self.judged.borrow_mut().insert(name.to_owned(), judged);
        judged
    }

    pub fn judge(&self, item: &Arc<Item>, level: usize) -> Option<bool> {
        if level > DEEPEST * 2 || !self.afford(1, &item.origin) {
            self.problem("conditions are nested too deeply", &item.origin);
            return None;
        }
        let [(name, argument)] = item.members() else {
            return match &item.shape {
                Shape::Bool(flag) => Some(*flag),
                Shape::Text(text) => text.parse().ok(),
                Shape::Null | Shape::Number(_) | Shape::List(_) | Shape::Map(_) => None,
            };
        };
        match name.as_ref() {
            "Condition" => self.condition(argument.as_text()?, &item.origin, level + 1),
            "Fn::Equals" => {
                let [a, b] = argument.items() else {
                    return None;
                };
                let text = |one: &Arc<Item>| {
                    let value = self.work_out(one, level + 1)?;
                    value.scalar().or_else(|| Some(value.json().to_string()))
                };
                Some(text(a) == text(b))
            }
            "Fn::Not" => match argument.items() {
                [one] => Some(!self.judge(one, level + 1)?),
                _ => None,
            },
            "Fn::And" => {
                let judged = argument.items().iter();
                let judged: Option<Vec<bool>> =
                    judged.map(|one| self.judge(one, level + 1)).collect();
                Some(judged?.into_iter().all(|holds| holds))
            }
            "Fn::Or" => {
                let judged = argument.items().iter();
                let judged: Option<Vec<bool>> =
                    judged.map(|one| self.judge(one, level + 1)).collect();
                Some(judged?.into_iter().any(|holds| holds))
            }
            _ => {
                let value = self.work_out(item, level + 1)?;
                value.scalar()?.parse().ok()
            }
        }
    }
}
