//! The intrinsic functions of a template, worked out with what is known before anything is deployed.
//!
//! What nobody knows stays as `${Name}` in the text and is noted as unresolved.

use std::cell::Cell;
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::sync::Arc;

use base64::Engine;

use crate::project::Origin;
use crate::project::Place;
use crate::project::Unresolved;
use crate::project::Written;
use crate::project::files::Shelf;
use crate::project::item::DEEPEST;
use crate::project::item::Item;
use crate::project::item::Shape;
use crate::project::load;
use crate::project::names;

/// Values and bytes that working out a template may make. References can multiply a text without end.
const MOST_WORK: usize = 32 * 1024 * 1024;

/// Documents that may be included in one another.
const MOST_INCLUDES: usize = 8;

/// Names without a value that are listed.
const MOST_UNRESOLVED: usize = 1_000;

/// What a template's functions are worked out with.
pub(crate) struct Scope<'a> {
    pub shelf: &'a Shelf<'a>,
    /// The template's file.
    pub file: Arc<str>,
    pub place: Place,
    pub stack_name: String,
    /// Parameters with a value.
    pub params: BTreeMap<String, Arc<Item>>,
    /// The names of all parameters.
    pub declared: BTreeSet<String>,
    pub mappings: Option<Arc<Item>>,
    pub conditions: Option<Arc<Item>>,
    pub resources: Resources,
    /// References to what other stacks export, by name.
    pub exports: BTreeMap<String, String>,
    /// Other names of resources: the local names of functions in a configuration of the Serverless Framework.
    pub aliases: BTreeMap<String, String>,
    /// What stacks within this one put out, by their logical ids.
    pub nested: BTreeMap<String, BTreeMap<String, String>>,
    /// Conditions that have been judged; none of one that is being judged.
    pub judged: RefCell<BTreeMap<String, Option<bool>>>,
    named: RefCell<BTreeMap<String, Option<String>>>,
    unresolved: RefCell<BTreeSet<Unresolved>>,
    work: Cell<usize>,
    /// How deep the function lies that is being worked out. Names and conditions lead from it to other values.
    level: Cell<usize>,
    includes: Cell<usize>,
    /// How often a name without a value was met.
    misses: Cell<usize>,
}

/// The resources of a template by logical id.
#[derive(Clone, Debug, Default)]
pub(crate) struct Resources {
    /// Logical id, type and resource, in the order of the text.
    pub list: Vec<(Arc<str>, Arc<str>, Arc<Item>)>,
    places: BTreeMap<Arc<str>, usize>,
}

impl Resources {
    pub fn of(item: Option<&Arc<Item>>) -> Resources {
        let mut resources = Resources::default();
        for (id, resource) in item.map(|item| item.members()).unwrap_or_default() {
            let kind = Arc::from(resource.get_text("Type").unwrap_or_default());
            resources.places.insert(id.clone(), resources.list.len());
            resources.list.push((id.clone(), kind, resource.clone()));
        }
        resources
    }

    pub fn get(&self, id: &str) -> Option<(&Arc<str>, &Arc<Item>)> {
        let (_, kind, resource) = self.list.get(*self.places.get(id)?)?;
        Some((kind, resource))
    }
}

impl<'a> Scope<'a> {
    pub fn new(shelf: &'a Shelf<'a>, file: &Arc<str>) -> Scope<'a> {
        Scope {
            shelf,
            file: file.clone(),
            place: Place::default(),
            stack_name: "stack".to_owned(),
            params: BTreeMap::new(),
            declared: BTreeSet::new(),
            mappings: None,
            conditions: None,
            resources: Resources::default(),
            exports: BTreeMap::new(),
            aliases: BTreeMap::new(),
            nested: BTreeMap::new(),
            judged: RefCell::default(),
            named: RefCell::default(),
            unresolved: RefCell::default(),
            work: Cell::new(0),
            level: Cell::new(0),
            includes: Cell::new(0),
            misses: Cell::new(0),
        }
    }

    pub fn into_unresolved(self) -> BTreeSet<Unresolved> {
        self.unresolved.into_inner()
    }

    /// A value with its functions worked out; none for `AWS::NoValue`.
    pub fn resolve(&self, item: &Arc<Item>) -> Option<Arc<Item>> {
        self.work_out(item, self.level.get())
    }

    /// The text of a value, worked out.
    pub fn text(&self, item: &Arc<Item>) -> Option<String> {
        self.resolve(item)?.scalar()
    }

    /// The text of a value; names without a value in it are not noted.
    pub fn without_notes(&self, item: &Arc<Item>) -> Option<String> {
        let before = self.unresolved.borrow().clone();
        let text = self.text(item);
        *self.unresolved.borrow_mut() = before;
        text
    }

    pub fn member_text(&self, of: &Item, key: &str) -> Option<String> {
        self.text(of.get(key)?)
    }

    pub fn member(&self, of: &Item, key: &str) -> Option<Arc<Item>> {
        self.resolve(of.get(key)?)
    }

    /// Whether a resource or value exists at all, by the condition it names.
    pub fn exists(&self, resource: &Item) -> bool {
        match resource.get("Condition") {
            Some(name) => name
                .as_text()
                .is_none_or(|name| self.condition(name, &resource.origin, 0).unwrap_or(true)),
            None => true,
        }
    }

    pub fn work_out(&self, item: &Arc<Item>, level: usize) -> Option<Arc<Item>> {
        if level > DEEPEST * 2 || !self.afford(1, &item.origin) {
            if level > DEEPEST * 2 {
                self.problem(
                    "this leads to itself, or is nested too deeply to be worked out",
                    &item.origin,
                );
            }
            return Some(Arc::new(Item::new(Shape::Null, item.origin.clone())));
        }
        match &item.shape {
            Shape::Null | Shape::Bool(_) | Shape::Number(_) | Shape::Text(_) => Some(item.clone()),
            Shape::List(items) => {
                let items = items.iter();
                let items = items.filter_map(|one| self.work_out(one, level + 1));
                let list = Item::new(Shape::List(items.collect()), item.origin.clone());
                Some(Arc::new(list))
            }
            Shape::Map(members) => match members.as_slice() {
                [(name, argument)] if is_function(name) => {
                    let before = self.level.replace(level + 8);
                    let worked = self.function(name, argument, item, level + 1);
                    self.level.set(before);
                    worked
                }
                _ => Some(self.map(members, item, level)),
            },
        }
    }

    fn map(&self, members: &[(Arc<str>, Arc<Item>)], item: &Item, level: usize) -> Arc<Item> {
        let mut worked: Vec<(Arc<str>, Arc<Item>)> = Vec::with_capacity(members.len());
        for (name, value) in members {
            if name.as_ref() == "Fn::Transform" {
                // Beside other members a transform adds its own to them.
                if let Some(more) = self.transform(value, level + 1) {
                    worked.extend(more.members().iter().cloned());
                }
            } else if let Some(value) = self.work_out(value, level + 1) {
                worked.push((name.clone(), value));
            }
        }
        Arc::new(Item::new(Shape::Map(worked), item.origin.clone()))
    }

    fn function(
        &self,
        name: &str,
        argument: &Arc<Item>,
        item: &Arc<Item>,
        level: usize,
    ) -> Option<Arc<Item>> {
        let origin = &item.origin;
        match name {
            "Ref" => {
                let Some(name) = argument.as_text() else {
                    return Some(self.misused(
                        "Ref",
                        "the name of a parameter or resource",
                        origin,
                    ));
                };
                self.reference(name, origin)
            }
            "Fn::GetAtt" => Some(self.get_att(argument, origin, level)),
            "Fn::Sub" => Some(self.substitute(argument, origin, level)),
            "Fn::Join" => Some(self.join(argument, origin, level)),
            "Fn::If" => {
                let [condition, yes, no] = argument.items() else {
                    return Some(self.misused("Fn::If", "a condition and two values", origin));
                };
                let name = condition.as_text().unwrap_or_default();
                let holds = self
                    .condition(name, &condition.origin, level)
                    .unwrap_or(false);
                self.work_out(if holds { yes } else { no }, level)
            }
            "Fn::Select" => self.select(argument, origin, level),
            "Fn::Split" => Some(self.split(argument, origin, level)),
            "Fn::FindInMap" => Some(self.find_in_map(argument, origin, level)),
            "Fn::Base64" => {
                let text = self.work_out(argument, level)?.scalar();
                let Some(text) = text else {
                    return Some(self.misused("Fn::Base64", "a text", origin));
                };
                let encoded = base64::engine::general_purpose::STANDARD.encode(text);
                Some(Item::text(&encoded, origin))
            }
            "Fn::ImportValue" => {
                let name = self.work_out(argument, level)?.scalar().unwrap_or_default();
                Some(match self.exports.get(&name) {
                    Some(value) => Item::text(value, origin),
                    None => self.unknown(&name, origin),
                })
            }
            "Fn::Transform" => self.transform(argument, level),
            "Fn::GetAZs" => {
                let zones = ["a", "b", "c"]
                    .map(|zone| Item::text(&format!("{}{zone}", self.place.region), origin));
                Some(Item::list(zones.to_vec(), origin))
            }
            "Fn::Length" => {
                let list = self.work_out(argument, level)?;
                let length = u32::try_from(list.items().len()).unwrap_or(u32::MAX);
                Some(Item::number(length, origin))
            }
            "Fn::ToJsonString" => {
                let value = self.work_out(argument, level)?;
                Some(Item::text(&value.json().to_string(), origin))
            }
            "Condition" => match argument.as_text() {
                Some(name) if self.has_condition(name) => {
                    let holds = self.condition(name, origin, level).unwrap_or(false);
                    Some(Arc::new(Item::new(Shape::Bool(holds), origin.clone())))
                }
                // A policy statement has a member of this name.
                Some(_) | None => {
                    let worked = self.work_out(argument, level)?;
                    Some(Item::map(vec![("Condition", worked)], origin))
                }
            },
            "Fn::Equals" | "Fn::And" | "Fn::Or" | "Fn::Not" => {
                let holds = self.judge(item, level).unwrap_or(false);
                Some(Arc::new(Item::new(Shape::Bool(holds), origin.clone())))
            }
            other => {
                self.problem(
                    &format!("the function {other} is not supported here"),
                    origin,
                );
                Some(self.unknown(other, origin))
            }
        }
    }

    fn reference(&self, name: &str, origin: &Origin) -> Option<Arc<Item>> {
        if name == "AWS::NoValue" {
            return None;
        }
        Some(match self.known(name) {
            Some(value) => {
                let moved = Item::new(value.shape.clone(), origin.clone());
                Arc::new(moved.written(Written::Otherwise))
            }
            None => self.unknown(name, origin),
        })
    }

    /// What `Ref` gives for a name.
    fn known(&self, name: &str) -> Option<Arc<Item>> {
        if let Some(value) = self.params.get(name) {
            return Some(value.clone());
        }
        let text = match name {
            "AWS::Partition" => self.place.partition.clone(),
            "AWS::Region" => self.place.region.clone(),
            "AWS::AccountId" => self.place.account.clone(),
            "AWS::StackName" => self.stack_name.clone(),
            "AWS::StackId" => self.place.arn(
                "cloudformation",
                &format!("stack/{}/local", self.stack_name),
            ),
            "AWS::URLSuffix" => "amazonaws.com".to_owned(),
            "AWS::NotificationARNs" => {
                return Some(Item::list(Vec::new(), &Origin::start(&self.file)));
            }
            _ => names::reference(self, name)?,
        };
        Some(Item::text(&text, &Origin::start(&self.file)))
    }

    /// The name a resource is given, else its logical id. A name that is made of itself is none.
    pub fn name_of(&self, id: &str) -> String {
        if let Some(name) = self.named.borrow().get(id) {
            return name.clone().unwrap_or_else(|| id.to_owned());
        }
        self.named.borrow_mut().insert(id.to_owned(), None);
        let name = self.resources.get(id).and_then(|(kind, resource)| {
            let properties = resource.get("Properties")?;
            let given = self.member_text(properties, names::name_property(kind)?)?;
            (!given.is_empty()).then_some(given)
        });
        self.named.borrow_mut().insert(id.to_owned(), name.clone());
        name.unwrap_or_else(|| id.to_owned())
    }

    fn get_att(&self, argument: &Item, origin: &Origin, level: usize) -> Arc<Item> {
        let (resource, attribute) = match (&argument.shape, argument.items()) {
            (Shape::Text(text), _) => match text.split_once('.') {
                Some((resource, attribute)) => (resource.to_owned(), attribute.to_owned()),
                None => return self.misused("Fn::GetAtt", "a resource and an attribute", origin),
            },
            (_, [resource, attribute]) => {
                let attribute = self.work_out(attribute, level);
                (
                    resource.scalar().unwrap_or_default(),
                    attribute.and_then(|one| one.scalar()).unwrap_or_default(),
                )
            }
            _ => return self.misused("Fn::GetAtt", "a resource and an attribute", origin),
        };
        self.attribute(&resource, &attribute, origin)
    }

    fn attribute(&self, resource: &str, attribute: &str, origin: &Origin) -> Arc<Item> {
        match names::attribute(self, resource, attribute) {
            Some(text) => Item::text(&text, origin),
            None => self.unknown(&format!("{resource}.{attribute}"), origin),
        }
    }

    fn substitute(&self, argument: &Arc<Item>, origin: &Origin, level: usize) -> Arc<Item> {
        let (text, locals) = match (&argument.shape, argument.items()) {
            (Shape::Text(_), _) => (argument.clone(), None),
            (_, [text]) => (text.clone(), None),
            (_, [text, locals]) => (text.clone(), Some(locals)),
            _ => return self.misused("Fn::Sub", "a text, or a text and values", origin),
        };
        let Some(template) = text.as_text() else {
            return self.misused("Fn::Sub", "a text", origin);
        };
        let mut values = BTreeMap::new();
        for (name, value) in locals.map(|locals| locals.members()).unwrap_or_default() {
            let value = self.work_out(value, level);
            values.insert(name.clone(), value.and_then(|value| value.scalar()));
        }
        let mut changed = false;
        let filled = crate::project::placeholder::fill(template, |name| {
            changed = true;
            match values.get(name) {
                Some(Some(value)) => Some(value.clone()),
                Some(None) => None,
                None => self.placeholder(name, &text.origin),
            }
        });
        self.afford(filled.len(), origin);
        let written = if changed || filled.len() != template.len() {
            Written::WithPlaceholders
        } else {
            Written::Literally
        };
        let item = Item::new(Shape::Text(Arc::from(filled)), text.origin.clone());
        Arc::new(item.written(written))
    }

    /// The value of a `${Name}` or `${Resource.Attribute}`; none keeps it as it stands.
    pub fn placeholder(&self, name: &str, origin: &Origin) -> Option<String> {
        let found = match name.split_once('.') {
            Some((resource, attribute)) => names::attribute(self, resource, attribute),
            None => self.known(name).and_then(|value| value.scalar()),
        };
        if found.is_none() {
            self.note(name, origin);
        }
        found
    }

    /// The value of a placeholder, without noting one that has none.
    pub fn quietly(&self, name: &str) -> Option<String> {
        self.known(name)?.scalar()
    }

    fn transform(&self, argument: &Arc<Item>, level: usize) -> Option<Arc<Item>> {
        let origin = &argument.origin;
        let name = argument.get_text("Name").unwrap_or_default();
        if name != "AWS::Include" {
            self.problem(
                &format!("the transform {name} is not supported here; only AWS::Include is"),
                origin,
            );
            return None;
        }
        let location = argument
            .get("Parameters")
            .and_then(|one| one.get("Location"));
        let location = location.and_then(|one| self.work_out(one, level)?.scalar());
        let Some(location) = location else {
            self.problem("AWS::Include needs Parameters with a Location", origin);
            return None;
        };
        if self.includes.get() >= MOST_INCLUDES {
            self.problem(
                &format!("{location} is not read: documents include one another more than {MOST_INCLUDES} deep, perhaps in a circle"),
                origin,
            );
            return None;
        }
        // A location is seen from the file that names it.
        let item = load::beside(self.shelf, &origin.file, &location, origin)?;
        self.includes.set(self.includes.get() + 1);
        let worked = self.work_out(&item, level);
        self.includes.set(self.includes.get() - 1);
        worked
    }

    pub fn unknown(&self, name: &str, origin: &Origin) -> Arc<Item> {
        self.note(name, origin);
        Item::text(&format!("${{{name}}}"), origin)
    }

    /// The text of a value of which every part is known.
    pub fn known_text(&self, item: &Arc<Item>) -> Option<String> {
        let before = self.misses.get();
        let text = self.text(item)?;
        (self.misses.get() == before).then_some(text)
    }

    /// Notes a name nobody knows the value of.
    pub fn note(&self, name: &str, origin: &Origin) {
        self.misses.set(self.misses.get() + 1);
        let mut unresolved = self.unresolved.borrow_mut();
        if unresolved.len() < MOST_UNRESOLVED {
            unresolved.insert(Unresolved {
                name: name.to_owned(),
                origin: origin.clone(),
            });
        }
    }

    pub fn misused(&self, function: &str, wanted: &str, origin: &Origin) -> Arc<Item> {
        self.problem(&format!("{function} needs {wanted}"), origin);
        Item::text("", origin)
    }

    pub fn problem(&self, message: &str, origin: &Origin) {
        self.shelf
            .problem("PROJECT_TEMPLATE", message, origin.clone());
    }

    /// Pays for work; false where too much has been done.
    pub fn afford(&self, amount: usize, origin: &Origin) -> bool {
        let before = self.work.get();
        let after = before.saturating_add(amount);
        self.work.set(after);
        if before <= MOST_WORK && after > MOST_WORK {
            self.problem(
                "the template grows without end while it is worked out; references multiply one another",
                origin,
            );
        }
        after <= MOST_WORK
    }
}

/// A map with only this member is a function and no map.
fn is_function(name: &str) -> bool {
    name.starts_with("Fn::") || name == "Ref" || name == "Condition"
}
