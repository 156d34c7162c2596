//! An API document while it is put together: paths and operations that can be added to.

use std::sync::Arc;

use indexmap::IndexMap;

use crate::project::Origin;
use crate::project::item::Item;
use crate::project::item::Shape;

/// A document in parts. What is not mentioned in it stays as it was.
pub(crate) struct Draft {
    /// Members beside `paths`.
    pub rest: IndexMap<Arc<str>, Arc<Item>>,
    /// Members of each path: operations, and what else stands there.
    pub paths: IndexMap<Arc<str>, IndexMap<Arc<str>, Arc<Item>>>,
    origin: Origin,
}

impl Draft {
    pub fn of(document: &Item) -> Draft {
        let mut rest = IndexMap::new();
        let mut paths = IndexMap::new();
        for (key, value) in document.members() {
            if key.as_ref() == "paths" {
                for (path, item) in value.members() {
                    let members = item.members().iter().cloned().collect();
                    paths.insert(path.clone(), members);
                }
            } else {
                rest.insert(key.clone(), value.clone());
            }
        }
        Draft {
            rest,
            paths,
            origin: document.origin.clone(),
        }
    }

    /// A document with nothing in it.
    pub fn empty(version: (&str, &str), title: &Arc<Item>, origin: &Origin) -> Draft {
        let info = Item::map(
            vec![
                ("version", Item::text("1.0", origin)),
                ("title", title.clone()),
            ],
            origin,
        );
        let mut draft = Draft {
            rest: IndexMap::new(),
            paths: IndexMap::new(),
            origin: origin.clone(),
        };
        draft.set(version.0, Item::text(version.1, origin));
        draft.set("info", info);
        draft
    }

    /// Whether it is OpenAPI 3, and not Swagger 2.
    pub fn is_openapi(&self) -> bool {
        self.rest
            .get("openapi")
            .is_some_and(|version| version.scalar().is_some_and(|text| text.starts_with('3')))
    }

    pub fn set(&mut self, key: &str, value: Arc<Item>) {
        self.rest.insert(Arc::from(key), value);
    }

    /// Adds an operation; false where the path has one of that method.
    pub fn add(&mut self, path: &str, method: &str, operation: Arc<Item>) -> bool {
        let members = self.paths.entry(Arc::from(path)).or_default();
        if members.contains_key(method) {
            return false;
        }
        members.insert(Arc::from(method), operation);
        true
    }

    /// Adds members to a map within the document, which may not be there yet. What is there already stays.
    pub fn extend(&mut self, key: &str, members: Vec<(Arc<str>, Arc<Item>)>) {
        if members.is_empty() {
            return;
        }
        let more = Item::new(Shape::Map(members), self.origin.clone());
        let joined = match self.rest.get(key) {
            Some(there) => there.or(&more),
            None => Arc::new(more),
        };
        self.rest.insert(Arc::from(key), joined);
    }

    /// Adds the schemes a method may name, to where the version of the document has them.
    pub fn add_schemes(&mut self, schemes: Vec<(Arc<str>, Arc<Item>)>) {
        self.extend_in(
            ("components", "securitySchemes"),
            "securityDefinitions",
            schemes,
        );
    }

    /// Adds schemas, to where the version of the document has them.
    pub fn add_schemas(&mut self, schemas: Vec<(Arc<str>, Arc<Item>)>) {
        self.extend_in(("components", "schemas"), "definitions", schemas);
    }

    fn extend_in(
        &mut self,
        openapi: (&str, &str),
        swagger: &str,
        members: Vec<(Arc<str>, Arc<Item>)>,
    ) {
        if members.is_empty() {
            return;
        }
        if !self.is_openapi() {
            return self.extend(swagger, members);
        }
        let (outer, inner) = openapi;
        let there = self.rest.get(outer).cloned();
        let there = there.unwrap_or_else(|| Item::map(Vec::new(), &self.origin));
        let more = Item::new(Shape::Map(members), self.origin.clone());
        let joined = match there.get(inner) {
            Some(old) => old.or(&more),
            None => Arc::new(more),
        };
        self.rest
            .insert(Arc::from(outer), there.with(inner, joined));
    }

    pub fn finish(self) -> Arc<Item> {
        let paths = self.paths.into_iter();
        let paths = paths.map(|(path, members)| {
            let members = members.into_iter().collect();
            let item = Item::new(Shape::Map(members), self.origin.clone());
            (path, Arc::new(item))
        });
        let paths = Item::new(Shape::Map(paths.collect()), self.origin.clone());
        let mut members: Vec<(Arc<str>, Arc<Item>)> = self.rest.into_iter().collect();
        members.push((Arc::from("paths"), Arc::new(paths)));
        Arc::new(Item::new(Shape::Map(members), self.origin))
    }
}

/// The methods a path of OpenAPI can have, and the one that stands for all others.
pub(crate) const ANY: &str = "x-amazon-apigateway-any-method";

/// The name of a method within a path: small letters, and the extension for `ANY`.
pub(crate) fn method_key(written: &str) -> String {
    let method = written.to_ascii_lowercase();
    if method == "any" || method == "*" {
        ANY.to_owned()
    } else {
        method
    }
}

/// Whether a member of a path is an operation.
pub(crate) fn is_method(key: &str) -> bool {
    matches!(
        key,
        "get" | "put" | "post" | "delete" | "options" | "head" | "patch" | "trace"
    ) || key == ANY
}

/// An operation for CORS: no call, only these headers. `headers` are names and the values with their quotes.
pub(crate) fn preflight(
    headers: &[(&str, String)],
    is_openapi: bool,
    origin: &Origin,
) -> Arc<Item> {
    let text = |text: &str| Item::text(text, origin);
    let parameters = headers.iter().map(|(name, value)| {
        let key = format!("method.response.header.{name}");
        (Arc::from(key), text(value))
    });
    let parameters = Arc::new(Item::new(Shape::Map(parameters.collect()), origin.clone()));
    let declared = headers.iter().map(|(name, _)| {
        let kind = Item::map(vec![("type", text("string"))], origin);
        let header = if is_openapi {
            Item::map(vec![("schema", kind)], origin)
        } else {
            kind
        };
        (Arc::from(*name), header)
    });
    let declared = Arc::new(Item::new(Shape::Map(declared.collect()), origin.clone()));
    let answer = Item::map(
        vec![
            ("statusCode", text("200")),
            (
                "responseTemplates",
                Item::map(vec![("application/json", text("{}\n"))], origin),
            ),
            ("responseParameters", parameters),
        ],
        origin,
    );
    let integration = Item::map(
        vec![
            ("type", text("mock")),
            (
                "requestTemplates",
                Item::map(
                    vec![("application/json", text("{\n  \"statusCode\" : 200\n}\n"))],
                    origin,
                ),
            ),
            ("responses", Item::map(vec![("default", answer)], origin)),
        ],
        origin,
    );
    let response = Item::map(
        vec![
            ("description", text("Default response for CORS method")),
            ("headers", declared),
        ],
        origin,
    );
    let mut members = vec![("summary", text("CORS support"))];
    if !is_openapi {
        let json = Item::list(vec![text("application/json")], origin);
        members.push(("consumes", json.clone()));
        members.push(("produces", json));
    }
    members.push(("responses", Item::map(vec![("200", response)], origin)));
    members.push(("x-amazon-apigateway-integration", integration));
    Item::map(members, origin)
}

/// The value for `Access-Control-Allow-Methods` of a path: its methods, and OPTIONS, in the order of the alphabet.
pub(crate) fn allowed_methods<'a>(members: impl Iterator<Item = &'a str>) -> String {
    let mut methods: Vec<String> = Vec::new();
    for key in members.filter(|key| is_method(key)) {
        if key == ANY {
            let all = ["DELETE", "GET", "HEAD", "PATCH", "POST", "PUT"];
            methods.extend(all.map(str::to_owned));
        } else {
            methods.push(key.to_ascii_uppercase());
        }
    }
    methods.push("OPTIONS".to_owned());
    methods.sort();
    methods.dedup();
    format!("'{}'", methods.join(","))
}
