//! Sharing with other origins in `serverless.yml`: the headers of answers, and OPTIONS methods.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::project::Origin;
use crate::project::item::Item;
use crate::project::item::Shape;
use crate::project::serverless::Deployment;
use crate::project::serverless_http::Http;
use crate::project::serverless_http::folder;
use crate::project::serverless_http::reference;
use crate::project::serverless_http::tag;

/// Headers that are allowed where nobody says which.
const HEADERS: [&str; 6] = [
    "Content-Type",
    "X-Amz-Date",
    "Authorization",
    "X-Api-Key",
    "X-Amz-Security-Token",
    "X-Amz-User-Agent",
];

/// `'*'` or the origins a method is shared with; none where it is not shared.
pub(crate) fn origin_header(http: &Http) -> Option<Arc<Item>> {
    let cors = http.settings.get("cors")?;
    if cors.scalar().is_some() && !cors.is_true() {
        return None;
    }
    Some(Item::text(&format!("'{}'", origins(cors)), &http.origin))
}

fn origins(cors: &Item) -> String {
    let all = cors
        .get("origins")
        .map(|all| all.items())
        .unwrap_or_default();
    let all: Vec<String> = all.iter().filter_map(|one| one.scalar()).collect();
    if all.is_empty() {
        cors.get_scalar("origin").unwrap_or_else(|| "*".to_owned())
    } else {
        all.join(",")
    }
}

/// What the events of one path say of sharing, together.
pub(crate) struct Preflight {
    origin_header: String,
    headers: Vec<String>,
    methods: Vec<String>,
    allow_credentials: bool,
    max_age: Option<String>,
    origin: Origin,
}

pub(crate) fn note_preflight(all: &mut BTreeMap<String, Preflight>, http: &Http) {
    let Some(cors) = http.settings.get("cors") else {
        return;
    };
    if cors.scalar().is_some() && !cors.is_true() {
        return;
    }
    let texts = |key: &str| -> Vec<String> {
        let items = cors.get(key).map(|all| all.items()).unwrap_or_default();
        items.iter().filter_map(|one| one.scalar()).collect()
    };
    let one = all.entry(http.path.clone()).or_insert_with(|| Preflight {
        origin_header: String::new(),
        headers: Vec::new(),
        methods: Vec::new(),
        allow_credentials: false,
        max_age: None,
        origin: http.origin.clone(),
    });
    let headers = match texts("headers") {
        headers if headers.is_empty() => HEADERS.map(str::to_owned).to_vec(),
        headers => headers,
    };
    let mut methods = texts("methods");
    methods.push("OPTIONS".to_owned());
    methods.push(http.method.clone());
    one.origin_header = origins(cors);
    for (list, more) in [(&mut one.headers, headers), (&mut one.methods, methods)] {
        for entry in more {
            if !list.contains(&entry) {
                list.push(entry);
            }
        }
    }
    one.allow_credentials |= cors
        .get("allowCredentials")
        .is_some_and(|flag| flag.is_true());
    one.max_age = cors.get_scalar("maxAge").or(one.max_age.take());
}

pub(crate) fn preflight(out: &mut Deployment, api: &str, path: &str, cors: &Preflight) {
    let origin = &cors.origin;
    let text = |text: &str| Item::text(text, origin);
    let methods = cors
        .methods
        .join(",")
        .replace("ANY", "DELETE,GET,HEAD,PATCH,POST,PUT");
    let mut headers = vec![
        ("Origin", cors.origin_header.clone()),
        ("Headers", cors.headers.join(",")),
        ("Methods", methods),
        ("Credentials", cors.allow_credentials.to_string()),
    ];
    let mut named: Vec<(Arc<str>, Arc<Item>)> = headers
        .drain(..)
        .map(|(name, value)| {
            (
                Arc::from(format!(
                    "method.response.header.Access-Control-Allow-{name}"
                )),
                text(&format!("'{value}'")),
            )
        })
        .collect();
    named.extend(cors.max_age.as_ref().map(|age| {
        (
            Arc::from("method.response.header.Access-Control-Max-Age"),
            text(&format!("'{age}'")),
        )
    }));
    let parameters = Arc::new(Item::new(Shape::Map(named), origin.clone()));
    let answer = |templates: Option<Arc<Item>>| {
        let mut members = vec![
            ("StatusCode", text("200")),
            ("ResponseParameters", parameters.clone()),
        ];
        members.extend(templates.map(|templates| ("ResponseTemplates", templates)));
        Item::list(vec![Item::map(members, origin)], origin)
    };
    let json = |body: &str| Item::map(vec![("application/json", text(body))], origin);
    let integration = Item::map(
        vec![
            ("Type", text("MOCK")),
            ("RequestTemplates", json("{statusCode:200}")),
            ("ContentHandling", text("CONVERT_TO_TEXT")),
            ("IntegrationResponses", answer(Some(json("")))),
        ],
        origin,
    );
    let properties = Item::map(
        vec![
            ("RestApiId", reference(api, origin)),
            ("ResourceId", folder(out, api, path, origin)),
            ("HttpMethod", text("OPTIONS")),
            ("MethodResponses", answer(None)),
            ("Integration", integration),
        ],
        origin,
    );
    let id = format!("{api}Method{}Options", tag(path));
    out.push(&id, "AWS::ApiGateway::Method", properties, origin);
}
