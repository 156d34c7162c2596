//! The variables of the Serverless Framework: `${self:…}`, `${opt:…}`, `${env:…}`, `${sls:…}`, `${file(…):…}`, `${param:…}`.
//!
//! A variable that stands alone gives any value, one inside a text gives text. After a comma stand the values that
//! count where the ones before are not there.

use std::cell::Cell;
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::sync::Arc;

use crate::project::Origin;
use crate::project::Parameter;
use crate::project::ParameterFrom;
use crate::project::Unresolved;
use crate::project::Written;
use crate::project::files::Shelf;
use crate::project::item::DEEPEST;
use crate::project::item::Item;
use crate::project::item::Shape;
use crate::project::load;
use crate::project::params::Given;

/// Values and bytes that putting in variables may make.
const MOST_WORK: usize = 16 * 1024 * 1024;

/// Variables that may lead to one another.
const LONGEST_CHAIN: usize = 30;

pub(crate) struct Variables<'a> {
    pub shelf: &'a Shelf<'a>,
    pub root: Arc<Item>,
    pub given: &'a Given,
    stage: RefCell<Option<String>>,
    work: Cell<usize>,
    parameters: RefCell<BTreeMap<String, Parameter>>,
    unresolved: RefCell<BTreeSet<Unresolved>>,
}

/// A part of a text.
pub(crate) enum Part<'a> {
    Plain(&'a str),
    /// What stands between the braces.
    Variable(&'a str),
}

impl<'a> Variables<'a> {
    pub fn new(shelf: &'a Shelf<'a>, root: &Arc<Item>, given: &'a Given) -> Variables<'a> {
        Variables {
            shelf,
            root: root.clone(),
            given,
            stage: RefCell::default(),
            work: Cell::new(0),
            parameters: RefCell::default(),
            unresolved: RefCell::default(),
        }
    }

    pub fn into_parts(self) -> (Vec<Parameter>, BTreeSet<Unresolved>) {
        let parameters = self.parameters.into_inner().into_values();
        (parameters.collect(), self.unresolved.into_inner())
    }

    /// The stage: `--stage`, else the provider's, else `dev`.
    pub fn stage(&self) -> String {
        if let Some(stage) = self.stage.borrow().as_ref() {
            return stage.clone();
        }
        // While it is looked up, what asks for it gets the usual one.
        *self.stage.borrow_mut() = Some("dev".to_owned());
        let given = self
            .given
            .value("opt:stage")
            .or_else(|| self.given.value("stage"));
        let stage = given.or_else(|| {
            let provider = self.root.get("provider")?;
            self.put_in(provider.get("stage")?, 0)?.scalar()
        });
        let stage = stage.unwrap_or_else(|| "dev".to_owned());
        *self.stage.borrow_mut() = Some(stage.clone());
        stage
    }

    /// A value with its variables put in; none where a variable without a value stands for all of it.
    pub fn resolve(&self, item: &Arc<Item>) -> Option<Arc<Item>> {
        self.put_in(item, 0)
    }

    /// A value whose variables are put in as long as they stand for all of it. What lies in it stays as written.
    pub fn shallow(&self, item: &Arc<Item>) -> Option<Arc<Item>> {
        let mut item = item.clone();
        for _ in 0..LONGEST_CHAIN {
            let Some(text) = item.as_text() else {
                return Some(item);
            };
            let inside = match parts(text).as_slice() {
                [Part::Variable(inside)] => (*inside).to_owned(),
                _ => return Some(item),
            };
            if !is_variable(&inside) {
                return Some(item);
            }
            item = self.raw(&inside, &item.origin, 0)?;
        }
        Some(item)
    }

    /// What stands for a variable, as text; none keeps it as it is.
    pub fn text_of(&self, inside: &str, origin: &Origin) -> Option<String> {
        if !is_variable(inside) {
            return None;
        }
        let found = self.value(inside, origin, 0)?;
        found.scalar()
    }

    fn put_in(&self, item: &Arc<Item>, level: usize) -> Option<Arc<Item>> {
        if level > DEEPEST || !self.afford(1, &item.origin) {
            return Some(Arc::new(Item::new(Shape::Null, item.origin.clone())));
        }
        match &item.shape {
            Shape::Null | Shape::Bool(_) | Shape::Number(_) => Some(item.clone()),
            Shape::Text(text) if !text.contains("${") => Some(item.clone()),
            Shape::Text(text) => self.text(text, item, level),
            Shape::List(items) => {
                let items = items.iter();
                let items = items.filter_map(|one| self.put_in(one, level + 1));
                let list = Item::new(Shape::List(items.collect()), item.origin.clone());
                Some(Arc::new(list))
            }
            Shape::Map(members) => {
                let members = members.iter().filter_map(|(name, value)| {
                    Some((name.clone(), self.put_in(value, level + 1)?))
                });
                let map = Item::new(Shape::Map(members.collect()), item.origin.clone());
                Some(Arc::new(map))
            }
        }
    }

    fn text(&self, text: &str, item: &Arc<Item>, level: usize) -> Option<Arc<Item>> {
        let parts = parts(text);
        if let [Part::Variable(inside)] = parts.as_slice()
            && is_variable(inside)
        {
            return match self.value(inside, &item.origin, level) {
                Some(value) => Some(value),
                None => {
                    self.note(inside, &item.origin);
                    Some(item.clone())
                }
            };
        }
        let mut filled = String::with_capacity(text.len());
        let mut changed = false;
        for part in parts {
            match part {
                Part::Plain(text) => filled.push_str(text),
                Part::Variable(inside) => {
                    let known = is_variable(inside)
                        .then(|| self.value(inside, &item.origin, level))
                        .flatten();
                    match known.and_then(|value| value.scalar()) {
                        Some(value) => {
                            filled.push_str(&value);
                            changed = true;
                        }
                        None => {
                            if is_variable(inside) {
                                self.note(inside, &item.origin);
                            }
                            filled.push_str("${");
                            filled.push_str(inside);
                            filled.push('}');
                        }
                    }
                }
            }
        }
        if !changed || !self.afford(filled.len(), &item.origin) {
            return Some(item.clone());
        }
        let written = Item::new(Shape::Text(Arc::from(filled)), item.origin.clone());
        Some(Arc::new(written.written(Written::WithPlaceholders)))
    }

    /// What stands for a variable, with the variables in it put in.
    fn value(&self, inside: &str, origin: &Origin, level: usize) -> Option<Arc<Item>> {
        let raw = self.raw(inside, origin, level)?;
        self.put_in(&raw, level + 3)
    }

    /// What stands for a variable, as it is written there.
    fn raw(&self, inside: &str, origin: &Origin, level: usize) -> Option<Arc<Item>> {
        if level / 3 > LONGEST_CHAIN {
            self.shelf.problem(
                "PROJECT_VARIABLE",
                format!("the variable {inside} leads to itself, or through too many others"),
                origin.clone(),
            );
            return None;
        }
        if !self.afford(inside.len(), origin) {
            return None;
        }
        // Variables within a variable come first.
        let filled: String = parts(inside)
            .iter()
            .map(|part| match part {
                Part::Plain(text) => (*text).to_owned(),
                Part::Variable(inner) => self
                    .value(inner, origin, level + 3)
                    .and_then(|value| value.scalar())
                    .unwrap_or_else(|| format!("${{{inner}}}")),
            })
            .collect();
        let choices = choices(&filled);
        let first = choices.first().copied().unwrap_or_default();
        let found = choices
            .iter()
            .find_map(|choice| self.choice(choice.trim(), origin, level));
        self.remember(first.trim(), &choices, found.as_ref(), origin);
        found
    }

    fn choice(&self, choice: &str, origin: &Origin, level: usize) -> Option<Arc<Item>> {
        for quote in ['\'', '"'] {
            let inner = choice.strip_prefix(quote);
            if let Some(literal) = inner.and_then(|rest| rest.strip_suffix(quote)) {
                return Some(Item::text(literal, origin));
            }
        }
        if let Some(rest) = choice.strip_prefix("file(") {
            let (path, key) = rest.split_once(')')?;
            return self.file(
                path.trim(),
                key.strip_prefix(':').unwrap_or(key),
                origin,
                level,
            );
        }
        if let Some(inner) = choice.strip_prefix("strToBool(") {
            let truth = matches!(inner.trim_end_matches(')'), "true" | "1");
            return Some(Arc::new(Item::new(Shape::Bool(truth), origin.clone())));
        }
        let Some((source, address)) = choice.split_once(':') else {
            let literal = match choice {
                "true" => Shape::Bool(true),
                "false" => Shape::Bool(false),
                "null" => Shape::Null,
                number if number.parse::<f64>().is_ok() => Shape::Number(Arc::from(number)),
                _ => return None,
            };
            return Some(Arc::new(Item::new(literal, origin.clone())));
        };
        let text = |text: String| Some(Item::text(&text, origin));
        let given = || {
            let value = self.given.value(choice);
            value.or_else(|| self.given.value(address))
        };
        match source {
            "self" => self.walk(&self.root.clone(), address, level),
            "opt" if address == "stage" => match given() {
                Some(stage) => text(stage),
                None => None,
            },
            "opt" | "env" => text(given()?),
            "sls" if address == "stage" => text(self.stage()),
            "sls" if address == "instanceId" => text("local".to_owned()),
            "aws" if address == "region" => text(self.given.place().region),
            "aws" if address == "accountId" => text(self.given.place().account),
            "param" => {
                if let Some(value) = given() {
                    return text(value);
                }
                let params = self.root.get("params")?;
                let own = params.get(&self.stage()).and_then(|one| one.get(address));
                own.or_else(|| params.get("default")?.get(address)).cloned()
            }
            _ => text(self.given.value(choice)?),
        }
    }

    fn file(&self, path: &str, key: &str, origin: &Origin, level: usize) -> Option<Arc<Item>> {
        let is_data = [".json", ".yml", ".yaml"]
            .iter()
            .any(|ending| path.ends_with(ending));
        if path.ends_with(".js") || path.ends_with(".ts") || path.ends_with(".cjs") {
            self.shelf.problem(
                "PROJECT_UNSUPPORTED",
                format!("{path} is a program, which is not run; write its values into a file of JSON or YAML"),
                origin.clone(),
            );
            return None;
        }
        let path = load::path(&self.root.origin.file, path).map_err(|reason| {
            self.shelf.problem("PROJECT_FILE", reason, origin.clone());
        });
        let path = path.ok()?;
        // A file that is not there is a value that is not there.
        if !self.shelf.has(&path) {
            if let Err(reason) = self.shelf.text(&path) {
                self.shelf.problem("PROJECT_FILE", reason, origin.clone());
            }
            return None;
        }
        if !is_data {
            let text = self.shelf.text(&path).ok()?;
            return Some(Item::text(&text, origin));
        }
        let item = load::read(self.shelf, &path, origin)?;
        self.walk(&item, key, level)
    }

    /// The value at an address like `custom.tables.0.name`.
    fn walk(&self, from: &Arc<Item>, address: &str, level: usize) -> Option<Arc<Item>> {
        let mut item = from.clone();
        for key in address.split('.').filter(|key| !key.is_empty()) {
            // On the way there may be variables that stand for a map.
            if item.as_text().is_some_and(|text| text.contains("${")) {
                item = self.put_in(&item, level + 3)?;
            }
            let next = match &item.shape {
                Shape::Map(_) => item.get(key),
                Shape::List(items) => key.parse::<usize>().ok().and_then(|at| items.get(at)),
                Shape::Null | Shape::Bool(_) | Shape::Number(_) | Shape::Text(_) => None,
            };
            item = next?.clone();
        }
        Some(item)
    }

    /// Notes what a configuration asks its surroundings for.
    fn remember(&self, first: &str, choices: &[&str], found: Option<&Arc<Item>>, origin: &Origin) {
        let Some((source, name)) = first.split_once(':') else {
            return;
        };
        if !matches!(source, "opt" | "env" | "param") {
            return;
        }
        let by = |values: &BTreeMap<String, String>| {
            values.contains_key(first) || values.contains_key(name)
        };
        let value = found.and_then(|value| value.scalar());
        let from = if by(&self.given.given) {
            ParameterFrom::Given
        } else if by(&self.given.companion) {
            ParameterFrom::Companion
        } else if value.is_some() {
            ParameterFrom::Default
        } else {
            ParameterFrom::Nobody
        };
        let default = choices
            .get(1)
            .map(|choice| choice.trim().trim_matches(['\'', '"']).to_owned());
        self.parameters
            .borrow_mut()
            .entry(first.to_owned())
            .or_insert_with(|| Parameter {
                name: first.to_owned(),
                description: None,
                default,
                value,
                from,
                origin: origin.clone(),
            });
    }

    fn note(&self, inside: &str, origin: &Origin) {
        let name = choices(inside).first().map_or(inside, |first| first.trim());
        self.unresolved.borrow_mut().insert(Unresolved {
            name: name.to_owned(),
            origin: origin.clone(),
        });
    }

    fn afford(&self, amount: usize, origin: &Origin) -> bool {
        let before = self.work.get();
        let after = before.saturating_add(amount);
        self.work.set(after);
        if before <= MOST_WORK && after > MOST_WORK {
            self.shelf.problem(
                "PROJECT_VARIABLE",
                "the configuration grows without end while its variables are put in",
                origin.clone(),
            );
        }
        after <= MOST_WORK
    }
}

/// A text cut at its variables; braces within a variable belong to it.
pub(crate) fn parts(text: &str) -> Vec<Part<'_>> {
    let mut found = Vec::new();
    let mut plain = 0;
    let mut at = 0;
    while let Some(start) = text.get(at..).and_then(|rest| rest.find("${")) {
        let start = at + start;
        let inside = start + 2;
        let mut depth = 1;
        let end = text
            .get(inside..)
            .unwrap_or_default()
            .char_indices()
            .find(|(_, c)| {
                match c {
                    '{' => depth += 1,
                    '}' => depth -= 1,
                    _ => {}
                }
                depth == 0
            });
        let Some((length, _)) = end else { break };
        if let Some(before) = text.get(plain..start).filter(|before| !before.is_empty()) {
            found.push(Part::Plain(before));
        }
        found.push(Part::Variable(
            text.get(inside..inside + length).unwrap_or_default(),
        ));
        at = inside + length + 1;
        plain = at;
    }
    if let Some(rest) = text.get(plain..).filter(|rest| !rest.is_empty()) {
        found.push(Part::Plain(rest));
    }
    found
}

/// Whether the inside of `${…}` is a variable of the framework, and not a placeholder of CloudFormation or VTL.
fn is_variable(inside: &str) -> bool {
    let source = inside.split([':', '(']).next().unwrap_or_default();
    let is_word = !source.is_empty()
        && source
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || c == '-');
    let has_address = inside.get(source.len()..).is_some_and(|rest| {
        rest.starts_with('(') || rest.starts_with(':') && !rest.starts_with("::")
    });
    is_word && has_address
}

/// The values a variable chooses from, cut at commas outside quotes and brackets.
fn choices(inside: &str) -> Vec<&str> {
    let mut found = Vec::new();
    let (mut start, mut depth, mut quote) = (0, 0usize, None);
    for (at, c) in inside.char_indices() {
        match (c, quote) {
            (c, Some(open)) if c == open => quote = None,
            (_, Some(_)) => {}
            ('\'' | '"', None) => quote = Some(c),
            ('(' | '{', None) => depth += 1,
            (')' | '}', None) => depth = depth.saturating_sub(1),
            (',', None) if depth == 0 => {
                found.extend(inside.get(start..at));
                start = at + 1;
            }
            _ => {}
        }
    }
    found.extend(inside.get(start..));
    found
}
