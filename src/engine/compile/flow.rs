//! Where states go on: Choice rules, Retriers, Catchers.

use std::sync::Arc;

use crate::asl::QueryLanguage;
use crate::asl::State;
use crate::engine::choice::ChoiceRule;
use crate::engine::choice::Comparison;
use crate::engine::choice::ConditionTest;
use crate::engine::choice::Test;
use crate::engine::compile::source::Source;
use crate::engine::retry::Catcher;
use crate::engine::retry::Retrier;
use crate::engine::template::Template;
use crate::query::Value;
use crate::syntax::NodeId;

/// Levels of And, Or and Not.
const NESTING: usize = 200;

/// Members of a rule that are no operators.
const RULE_FIELDS: [&str; 6] = [
    "Next",
    "Comment",
    "Assign",
    "Output",
    "Variable",
    "QueryLanguage",
];

impl Source<'_> {
    pub fn rules(&mut self, state: &State) -> Vec<ChoiceRule> {
        let Some(field) = self.field(state.node, "Choices") else {
            self.report(state.node, "MISSING_FIELD", "A Choice state needs Choices");
            return Vec::new();
        };
        let tree = self.tree;
        let mut rules = Vec::new();
        for (index, rule) in tree.items(field).iter().enumerate() {
            let location = format!("Choices[{index}]");
            let test = match state.query_language {
                QueryLanguage::JsonPath => self.test(*rule, NESTING),
                QueryLanguage::Jsonata => self.condition(*rule, &location),
            };
            let next = self.target(state, *rule, "Next");
            if self.field(*rule, "Next").is_none() {
                self.report(*rule, "MISSING_FIELD", "A choice rule needs Next");
            }
            let assign = self.assignments(*rule, state.query_language);
            let output = match state.query_language {
                QueryLanguage::Jsonata => self.template(*rule, "Output", QueryLanguage::Jsonata),
                QueryLanguage::JsonPath => None,
            };
            if let (Some(test), Some(next)) = (test, next) {
                rules.push(ChoiceRule {
                    test,
                    next,
                    assign,
                    output,
                });
            }
        }
        rules
    }

    fn condition(&mut self, rule: NodeId, location: &str) -> Option<Test> {
        let Some(field) = self.field(rule, "Condition") else {
            self.report(rule, "MISSING_FIELD", "A choice rule needs Condition");
            return None;
        };
        let place = format!("{location}/Condition");
        match self.template_at(field, &place, QueryLanguage::Jsonata) {
            Template::Constant(Value::Bool(flag), _) => {
                Some(Test::Condition(Box::new(ConditionTest::Constant(flag))))
            }
            Template::Expression(expression) => Some(Test::Condition(Box::new(
                ConditionTest::Expression(expression),
            ))),
            _ => {
                self.report(
                    field,
                    "WRONG_TYPE",
                    "Condition must be true, false or a {% … %} expression",
                );
                None
            }
        }
    }

    fn test(&mut self, node: NodeId, depth: usize) -> Option<Test> {
        if depth == 0 {
            self.report(node, "TOO_DEEP", "The rule is nested too deeply");
            return None;
        }
        let tree = self.tree;
        for (name, all) in [("And", true), ("Or", false)] {
            if let Some(field) = self.field(node, name) {
                let tests: Option<Vec<Test>> = tree
                    .items(field)
                    .iter()
                    .map(|inner| self.test(*inner, depth - 1))
                    .collect();
                return tests.map(|tests| {
                    if all {
                        Test::And(tests)
                    } else {
                        Test::Or(tests)
                    }
                });
            }
        }
        if let Some(field) = self.field(node, "Not") {
            return Some(Test::Not(Box::new(self.test(field, depth - 1)?)));
        }
        let Some(variable_node) = self.field(node, "Variable") else {
            self.report(
                node,
                "MISSING_FIELD",
                "A choice rule needs Variable, And, Or or Not",
            );
            return None;
        };
        let text = self.text_or_report(node, "Variable")?;
        let variable = self.path(variable_node, &text)?;
        let operator = tree
            .members(node)
            .iter()
            .find(|member| !RULE_FIELDS.contains(&member.key.as_ref()));
        let Some(operator) = operator else {
            self.report(
                node,
                "MISSING_FIELD",
                "A choice rule needs an operator such as StringEquals",
            );
            return None;
        };
        let literal = self.json_of(operator.value);
        let mut bad_path = false;
        let comparison = Comparison::parse(&operator.key, &literal, |text| {
            let path = self.path(operator.value, text);
            bad_path = path.is_none();
            path
        });
        match comparison {
            Some(comparison) => Some(Test::Compare {
                variable,
                comparison,
            }),
            None => {
                if !bad_path {
                    self.report(
                        operator.value,
                        "BAD_OPERATOR",
                        format!("{} is not an operator that takes this value", operator.key),
                    );
                }
                None
            }
        }
    }

    pub fn retriers(&mut self, node: NodeId) -> Vec<Retrier> {
        let Some(field) = self.field(node, "Retry") else {
            return Vec::new();
        };
        let tree = self.tree;
        tree.items(field)
            .iter()
            .map(|item| {
                let number = |source: &mut Self, name: &str| {
                    source.value(*item, name).and_then(|value| value.as_f64())
                };
                let usual = Retrier::default();
                let attempts = self
                    .value(*item, "MaxAttempts")
                    .and_then(|value| value.as_i64())
                    .and_then(|attempts| u64::try_from(attempts).ok());
                Retrier {
                    errors: self.texts(*item, "ErrorEquals"),
                    interval_seconds: number(self, "IntervalSeconds")
                        .unwrap_or(usual.interval_seconds),
                    max_attempts: attempts.unwrap_or(usual.max_attempts),
                    backoff_rate: number(self, "BackoffRate").unwrap_or(usual.backoff_rate),
                    max_delay_seconds: number(self, "MaxDelaySeconds"),
                    full_jitter: self.text(*item, "JitterStrategy").as_deref() == Some("FULL"),
                }
            })
            .collect()
    }

    pub fn catchers(&mut self, state: &State) -> Vec<Catcher> {
        let Some(field) = self.field(state.node, "Catch") else {
            return Vec::new();
        };
        let tree = self.tree;
        let mut catchers = Vec::new();
        for item in tree.items(field) {
            if self.field(*item, "Next").is_none() {
                self.report(*item, "MISSING_FIELD", "A Catcher needs Next");
            }
            let errors: Vec<Arc<str>> = self.texts(*item, "ErrorEquals");
            let language = state.query_language;
            let result_path = match language {
                QueryLanguage::JsonPath => self.placement(*item),
                QueryLanguage::Jsonata => crate::engine::program::Placement::Whole,
            };
            let assign = self.assignments(*item, language);
            let output = match language {
                QueryLanguage::Jsonata => self.template(*item, "Output", language),
                QueryLanguage::JsonPath => None,
            };
            if let Some(next) = self.target(state, *item, "Next") {
                catchers.push(Catcher {
                    errors,
                    next,
                    result_path,
                    assign,
                    output,
                });
            }
        }
        catchers
    }
}
