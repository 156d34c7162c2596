//! Which variables each state refers to, as `DescribeStateMachine` lists them.

use std::collections::BTreeMap;
use std::collections::BTreeSet;

use crate::engine::Program;
use crate::engine::choice::Comparison;
use crate::engine::choice::ConditionTest;
use crate::engine::choice::Operand;
use crate::engine::choice::Test;
use crate::engine::expression::JsonataField;
use crate::engine::program::MapWork;
use crate::engine::program::Quantity;
use crate::engine::program::Selection;
use crate::engine::program::StateProgram;
use crate::engine::program::WaitWork;
use crate::engine::program::Work;
use crate::engine::template::Assignment;
use crate::engine::template::Template;
use crate::query::jsonpath::Path;

impl Program {
    /// The names of the variables each state refers to, sorted, by state name; states without any are left out.
    pub fn variable_references(&self) -> BTreeMap<String, Vec<String>> {
        let mut references: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        for state in &self.states {
            let mut names = BTreeSet::new();
            of_state(state, &mut names);
            if !names.is_empty() {
                references
                    .entry(state.name.to_string())
                    .or_default()
                    .append(&mut names);
            }
        }
        references
            .into_iter()
            .map(|(state, names)| (state, names.into_iter().collect()))
            .collect()
    }
}

type Names = BTreeSet<String>;

fn of_state(state: &StateProgram, names: &mut Names) {
    of_selection(&state.input_path, names);
    of_selection(&state.output_path, names);
    let templates = [&state.arguments, &state.result_selector, &state.output];
    templates
        .into_iter()
        .flatten()
        .for_each(|template| of_template(template, names));
    of_assignments(&state.assign, names);
    for catcher in &state.catch {
        of_assignments(&catcher.assign, names);
        catcher
            .output
            .iter()
            .for_each(|output| of_template(output, names));
    }
    match &state.work {
        Work::Pass { .. } | Work::Succeed | Work::Parallel { .. } => {}
        Work::Task(task) => {
            of_quantity(&task.timeout, names);
            of_quantity(&task.heartbeat, names);
            task.role.iter().for_each(|role| of_template(role, names));
        }
        Work::Choice { rules, .. } => {
            for rule in rules {
                of_test(&rule.test, names);
                of_assignments(&rule.assign, names);
                rule.output
                    .iter()
                    .for_each(|output| of_template(output, names));
            }
        }
        Work::Wait(WaitWork::Seconds(quantity) | WaitWork::Timestamp(quantity)) => {
            of_quantity(quantity, names);
        }
        Work::Fail { error, cause } => {
            of_quantity(error, names);
            of_quantity(cause, names);
        }
        Work::Map(map) => of_map(map, names),
    }
}

fn of_map(map: &MapWork, names: &mut Names) {
    of_selection(&map.items_path, names);
    for template in [&map.items, &map.selector].into_iter().flatten() {
        of_template(template, names);
    }
    of_quantity(&map.max_concurrency, names);
    of_quantity(&map.tolerated_count, names);
    of_quantity(&map.tolerated_percentage, names);
    let Some(distributed) = &map.distributed else {
        return;
    };
    if let Some(reader) = &distributed.reader {
        reader
            .arguments
            .iter()
            .for_each(|arguments| of_template(arguments, names));
        of_quantity(&reader.max_items, names);
        of_quantity(&reader.input_type, names);
    }
    if let Some(batcher) = &distributed.batcher {
        of_quantity(&batcher.max_items, names);
        of_quantity(&batcher.max_bytes, names);
        batcher
            .input
            .iter()
            .for_each(|input| of_template(input, names));
    }
    if let Some(writer) = &distributed.writer {
        writer
            .arguments
            .iter()
            .for_each(|arguments| of_template(arguments, names));
    }
}

fn of_path(path: &Path, names: &mut Names) {
    names.extend(path.variable().map(str::to_owned));
}

fn of_selection(selection: &Selection, names: &mut Names) {
    if let Selection::Path(path) = selection {
        of_path(path, names);
    }
}

fn of_quantity(quantity: &Quantity, names: &mut Names) {
    match quantity {
        Quantity::Absent | Quantity::Literal(_) => {}
        Quantity::Path { path, .. } => of_path(path, names),
        Quantity::Template(template) => of_template(template, names),
    }
}

fn of_assignments(assignments: &[Assignment], names: &mut Names) {
    assignments
        .iter()
        .for_each(|assignment| of_template(&assignment.value, names));
}

fn of_template(template: &Template, names: &mut Names) {
    template.for_each_leaf(&mut |leaf| match leaf {
        Template::Path { path, .. } => of_path(path, names),
        Template::Intrinsic { intrinsic, .. } => intrinsic
            .paths()
            .into_iter()
            .for_each(|path| of_path(path, names)),
        Template::Expression(expression) => of_expression(expression, names),
        Template::Constant(..) | Template::Object(_) | Template::Array(_) => {}
    });
}

fn of_expression(expression: &JsonataField, names: &mut Names) {
    let variables = expression.expression.variables();
    names.extend(variables.iter().map(|variable| variable.name.clone()));
}

fn of_test(test: &Test, names: &mut Names) {
    match test {
        Test::And(tests) | Test::Or(tests) => {
            tests.iter().for_each(|test| of_test(test, names));
        }
        Test::Not(test) => of_test(test, names),
        Test::Compare {
            variable,
            comparison,
        } => {
            of_path(variable, names);
            if let Comparison::Order {
                operand: Operand::Path { path, .. },
                ..
            } = comparison
            {
                of_path(path, names);
            }
        }
        Test::Condition(condition) => match condition.as_ref() {
            ConditionTest::Constant(_) => {}
            ConditionTest::Expression(expression) => of_expression(expression, names),
        },
    }
}
