//! The connections of HTTP tasks, from a file of this machine: how each request proves who makes it.

use std::path::Path;

use serde_json::Value as Json;

use crate::backends::secrets::Secret;
use crate::backends::secrets::Veil;

/// How requests of a connection are authorized, and what is added to each.
#[derive(Clone, Debug)]
pub(crate) struct Connection {
    pub name: String,
    pub authorization: Authorization,
    pub headers: Vec<(String, Secret)>,
    pub query: Vec<(String, Secret)>,
    pub body: Vec<(String, Secret)>,
}

/// As the connections of EventBridge have it.
#[derive(Clone, Debug)]
pub(crate) enum Authorization {
    Basic {
        username: String,
        password: Secret,
    },
    ApiKey {
        /// The header.
        name: String,
        value: Secret,
    },
    /// Client credentials: a token is fetched first, and again once it is over.
    OAuth {
        client_id: String,
        client_secret: Secret,
        endpoint: String,
        method: String,
        headers: Vec<(String, Secret)>,
        query: Vec<(String, Secret)>,
        body: Vec<(String, Secret)>,
    },
    None,
}

/// Why a connection authorizes nothing, in one sentence. No value of it is ever quoted.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Unconnected {
    /// No file is named, it is not there, or it has no such connection.
    #[error("{0}")]
    Missing(String),
    /// The file cannot be read.
    #[error("{0}")]
    Denied(String),
    /// Something is wrong with the file or the connection, or no token came for it.
    #[error("{0}")]
    Invalid(String),
}

impl Unconnected {
    /// The error of the task, of those that AWS raises for connections ("Connection errors" of
    /// <https://docs.aws.amazon.com/step-functions/latest/dg/call-https-apis.html>).
    pub(crate) const fn error(&self) -> &'static str {
        match self {
            Unconnected::Missing(_) => "Events.ConnectionResource.ResourceNotFound",
            Unconnected::Denied(_) => "Events.ConnectionResource.AccessDenied",
            Unconnected::Invalid(_) => "Events.ConnectionResource.InvalidConnectionState",
        }
    }
}

/// Finds a connection in a file: `{"connections": {"<name or ARN>": {"type": "BASIC" | "API_KEY" | "OAUTH" | "NONE", …}}}`.
///
/// # Errors
/// No file, no such connection, or what is wrong with it.
pub(crate) fn find(file: Option<&Path>, arn: &str) -> Result<Connection, Unconnected> {
    let name = name_of(arn);
    let Some(file) = file else {
        return Err(Unconnected::Missing(format!(
            "the connection {name} has no credentials here: name a file of connections as \"connections\" of \"backends\""
        )));
    };
    let place = file.display();
    let text = std::fs::read_to_string(file).map_err(|error| {
        let words = format!("the connections in {place} cannot be read: {error}");
        match error.kind() {
            std::io::ErrorKind::NotFound => Unconnected::Missing(words),
            // Of the many ways in which a file cannot be read none is a matter of its content.
            _ => Unconnected::Denied(words),
        }
    })?;
    let root: Json = serde_json::from_str(&text).map_err(|error| {
        Unconnected::Invalid(format!(
            "{place}:{}:{}: this is not JSON",
            error.line(),
            error.column()
        ))
    })?;
    let all = root.get("connections").unwrap_or(&root);
    let found = all.get(arn).or_else(|| all.get(name));
    let Some(found) = found else {
        let known = all
            .as_object()
            .into_iter()
            .flat_map(|all| all.keys().cloned());
        let known: Vec<String> = known.collect();
        return Err(Unconnected::Missing(match known.is_empty() {
            true => format!("{place} has no connection {name}, nor any other"),
            false => format!(
                "{place} has no connection {name}; there are: {}",
                known.join(", ")
            ),
        }));
    };
    read(name, found)
        .map_err(|words| Unconnected::Invalid(format!("{place}: the connection {name} {words}")))
}

/// The name in `arn:aws:events:REGION:ACCOUNT:connection/NAME/ID`.
fn name_of(arn: &str) -> &str {
    let tail = arn.split_once(":connection/").map(|(_, tail)| tail);
    tail.map_or(arn, |tail| tail.split('/').next().unwrap_or(tail))
}

fn read(name: &str, value: &Json) -> Result<Connection, String> {
    let text = |field: &str| {
        let value = value
            .get(field)
            .ok_or_else(|| format!("needs \"{field}\""))?;
        secret(value).ok_or_else(|| no_text(field))
    };
    let plain = |field: &str| text(field).map(|text| text.reveal().to_owned());
    let kind = value.get("type").and_then(Json::as_str).unwrap_or_default();
    let own = |outer: &str| parameters(value, outer);
    let oauth = |inner: &str| parameters(value.get("parameters").unwrap_or(&Json::Null), inner);
    let authorization = match kind {
        "BASIC" => Authorization::Basic {
            username: plain("username")?,
            password: text("password")?,
        },
        "API_KEY" => Authorization::ApiKey {
            name: plain("name")?,
            value: text("value")?,
        },
        "OAUTH" | "OAUTH_CLIENT_CREDENTIALS" => Authorization::OAuth {
            client_id: plain("clientId")?,
            client_secret: text("clientSecret")?,
            endpoint: plain("endpoint")?,
            method: value
                .get("method")
                .and_then(Json::as_str)
                .unwrap_or("POST")
                .to_owned(),
            headers: oauth("headers")?,
            query: oauth("query")?,
            body: oauth("body")?,
        },
        "NONE" => Authorization::None,
        _ => return Err("needs \"type\": BASIC, API_KEY, OAUTH or NONE".to_owned()),
    };
    Ok(Connection {
        name: name.to_owned(),
        authorization,
        headers: own("headers")?,
        query: own("query")?,
        body: own("body")?,
    })
}

fn parameters(value: &Json, field: &str) -> Result<Vec<(String, Secret)>, String> {
    let Some(members) = value.get(field) else {
        return Ok(Vec::new());
    };
    let members = members
        .as_object()
        .ok_or_else(|| format!("has \"{field}\", which must be an object"))?;
    let pairs = members.iter().map(|(name, value)| {
        let value = secret(value).ok_or_else(|| no_text(name))?;
        Ok((name.clone(), value))
    });
    pairs.collect()
}

/// A text, or `{"env": "NAME"}` for one that stands in the environment.
fn secret(value: &Json) -> Option<Secret> {
    match value {
        Json::String(text) => Some(Secret::new(text)),
        Json::Number(number) => Some(Secret::new(number.to_string())),
        Json::Bool(flag) => Some(Secret::new(flag.to_string())),
        Json::Object(members) => {
            let name = members.get("env")?.as_str()?;
            std::env::var(name).ok().map(Secret::new)
        }
        Json::Null | Json::Array(_) => None,
    }
}

fn no_text(field: &str) -> String {
    format!(
        "has \"{field}\", which must be a text or {{\"env\": NAME}}, a variable of the environment that is set"
    )
}

impl Connection {
    /// What must be seen nowhere of a request; a token is added once there is one.
    pub(crate) fn veil(&self) -> Veil {
        let mut veil = Veil::default();
        match &self.authorization {
            Authorization::Basic { username, password } => {
                veil.add(password);
                veil.add(&Secret::new(format!("{username}:{}", password.reveal())));
            }
            Authorization::ApiKey { value, .. } => veil.add(value),
            Authorization::OAuth { client_secret, .. } => veil.add(client_secret),
            Authorization::None => {}
        }
        let added = self.headers.iter().chain(&self.query).chain(&self.body);
        added.for_each(|(_, value)| veil.add(value));
        veil
    }
}
