//! What API Gateway hands to a template: `$input`, `$util`, `$context` and `$stageVariables`.

use std::fmt::Write as _;
use std::rc::Rc;
use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use indexmap::IndexMap;

use crate::gateway::vtl::Dialect;
use crate::gateway::vtl::access::Called;
use crate::gateway::vtl::access::known;
use crate::gateway::vtl::item::Item;
use crate::gateway::vtl::item::Key;
use crate::gateway::vtl::item::Manner;
use crate::gateway::vtl::item::Slot;
use crate::gateway::vtl::render::Halt;
use crate::gateway::vtl::render::Renderer;
use crate::query::Value;
use crate::query::jsonpath::Path;
use crate::query::jsonpath::PathError;
use crate::query::jsonpath::Root;
use crate::text::Span;

impl Renderer<'_> {
    /// What the outside put under this name.
    pub fn provided(&mut self, name: &str) -> Slot {
        let gateway = self.dialect == Dialect::ApiGateway;
        match name {
            "input" if gateway => Some(Item::Input),
            "util" if gateway => Some(Item::Util),
            "context" if gateway => {
                if self.context.is_none() {
                    self.context = Item::context(&with_overrides(&self.environment.context), "");
                }
                self.context.clone()
            }
            "stageVariables" if gateway => {
                if self.stage_variables.is_none() {
                    let value = &self.environment.stage_variables;
                    self.stage_variables = Item::from_json(value, Manner::Json);
                }
                self.stage_variables.clone()
            }
            _ => {
                let value = self.environment.variables.get(name)?;
                let item = Item::from_json(value, Manner::Plain)?;
                self.variables.insert(Arc::from(name), item.clone());
                Some(item)
            }
        }
    }

    /// `$input.body`: an empty body is an empty object.
    pub fn input_body(&self) -> Item {
        let body = &self.environment.body;
        if body.is_empty() {
            Item::text("{}")
        } else {
            Item::Text(body.clone())
        }
    }

    pub fn input_method(&mut self, name: &str, arguments: &[Slot], span: Span) -> Called {
        match (name, arguments) {
            ("body", []) => known(self.input_body()),
            ("path", [Some(Item::Text(path))]) => {
                let found = self.read(path, span)?;
                Ok(Some(
                    found.and_then(|value| Item::from_json(&value, Manner::Json)),
                ))
            }
            ("json", [Some(Item::Text(path))]) => {
                let text = match self.read(path, span)? {
                    Some(value) => value.to_json(),
                    // What is missing is an empty text.
                    None => "\"\"".to_string(),
                };
                self.fits(span, text.len())?;
                known(Item::Text(Arc::from(text)))
            }
            ("params", []) => Ok(Some(Some(self.parameters()))),
            ("params", [Some(Item::Text(name))]) => {
                let parameters = &self.environment.parameters;
                let header = |key: &Arc<str>| key.eq_ignore_ascii_case(name);
                let found = [
                    &parameters.path,
                    &parameters.querystring,
                    &parameters.header,
                ]
                .into_iter()
                .find_map(|group| group.get(name))
                .or_else(|| {
                    let headers = parameters.header.as_object()?;
                    let mut headers = headers.iter();
                    headers.find(|(key, _)| header(key)).map(|(_, value)| value)
                })
                .and_then(|value| Item::from_json(value, Manner::Json));
                Ok(Some(found))
            }
            _ => Ok(None),
        }
    }

    /// The maps of `$input.params()`.
    fn parameters(&mut self) -> Item {
        if let Some(known) = &self.parameters {
            return known.clone();
        }
        let group = |value: &Value| match Item::from_json(value, Manner::Json) {
            Some(map @ Item::Map(_)) => Some(map),
            _ => Some(Item::map(IndexMap::new())),
        };
        let given = &self.environment.parameters;
        let item = Item::map(IndexMap::from([
            (Key::Text(Arc::from("path")), group(&given.path)),
            (
                Key::Text(Arc::from("querystring")),
                group(&given.querystring),
            ),
            (Key::Text(Arc::from("header")), group(&given.header)),
        ]));
        self.parameters = Some(item.clone());
        item
    }

    /// What a path leads to in the body; a body that is no JSON is one text.
    fn read(&mut self, path: &str, span: Span) -> Result<Option<Value>, Halt> {
        let body = &self.environment.body;
        self.charge(span, 4 + body.len() / 256)?;
        let invalid = |renderer: &Self, why: String| {
            Err(renderer.fail(span, format!("The path {path:?} is not valid: {why}")))
        };
        let parsed = match Path::parse(path) {
            Ok(parsed) if *parsed.root() == Root::Input => parsed,
            Ok(_) => return invalid(self, "it has to begin with $".to_string()),
            Err(error) => return invalid(self, error.to_string()),
        };
        let document = self.document.get_or_insert_with(|| {
            if body.trim().is_empty() {
                return Value::object::<&str>([]);
            }
            Value::parse(body).unwrap_or_else(|_| Value::String(body.clone()))
        });
        match parsed.read(document) {
            Ok(value) => Ok(Some(value)),
            Err(PathError::Invalid { message, .. }) => invalid(self, message),
            Err(_) => Ok(None),
        }
    }

    pub fn util_method(&mut self, name: &str, arguments: &[Slot], span: Span) -> Called {
        let [argument] = arguments else {
            return Ok(None);
        };
        if !matches!(
            name,
            "escapeJavaScript"
                | "parseJson"
                | "urlEncode"
                | "urlDecode"
                | "base64Encode"
                | "base64Decode"
        ) {
            // `$util.qr` and others of AppSync: the arguments have been evaluated, nothing is printed.
            return Ok(None);
        }
        let Some(item) = argument else {
            return Ok(Some(None));
        };
        if name == "parseJson" {
            // Anything but a JSON text gives nothing (serverless-offline issue 136).
            let Item::Text(text) = item else {
                return Ok(Some(None));
            };
            self.charge(span, text.len() / 16)?;
            let value = Value::parse(text).ok();
            return Ok(Some(
                value.and_then(|value| Item::from_json(&value, Manner::Parsed)),
            ));
        }
        let text = self.item_text(item, span)?;
        self.charge(span, text.len() / 32)?;
        let result = match name {
            "escapeJavaScript" => escape_java_script(&text),
            "urlEncode" => url_encode(&text),
            "urlDecode" => match url_decode(&text) {
                Some(text) => text,
                None => {
                    let why = "\"%\" is not followed by two hexadecimal digits";
                    return Err(self.thrown(name, "IllegalArgumentException", why, span));
                }
            },
            "base64Encode" => STANDARD.encode(text.as_bytes()),
            _ => match STANDARD.decode(padded(text.trim())) {
                Ok(bytes) => String::from_utf8_lossy(&bytes).into_owned(),
                Err(_) => {
                    let why = "the text is not Base64";
                    return Err(self.thrown(name, "IllegalArgumentException", why, span));
                }
            },
        };
        self.fits(span, result.len())?;
        known(Item::Text(Arc::from(result)))
    }
}

/// The context with the maps that templates write to.
fn with_overrides(context: &Value) -> Value {
    let mut members = match context {
        Value::Object(members) => members.as_ref().clone(),
        _ => crate::query::Map::new(),
    };
    for (name, groups) in [
        ("requestOverride", &["path", "header", "querystring"][..]),
        ("responseOverride", &["header"][..]),
    ] {
        let mut override_members = match members.get(name) {
            Some(Value::Object(known)) => known.as_ref().clone(),
            _ => crate::query::Map::new(),
        };
        for group in groups {
            if !override_members.contains_key(group) {
                override_members.insert(Arc::from(*group), Value::object::<&str>([]));
            }
        }
        members.insert(Arc::from(name), Value::Object(Arc::new(override_members)));
    }
    Value::Object(Arc::new(members))
}

/// As commons-lang escapes: also `'`, `/` and everything beyond ASCII.
fn escape_java_script(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 8);
    for character in text.chars() {
        match character {
            '\'' | '"' | '\\' | '/' => {
                out.push('\\');
                out.push(character);
            }
            '\n' => out.push_str("\\n"),
            '\t' => out.push_str("\\t"),
            '\r' => out.push_str("\\r"),
            '\u{8}' => out.push_str("\\b"),
            '\u{c}' => out.push_str("\\f"),
            ' '..='\u{7f}' => out.push(character),
            other => {
                let mut units = [0; 2];
                for unit in other.encode_utf16(&mut units) {
                    // Writing to a string cannot fail.
                    let _ = write!(out, "\\u{unit:04X}");
                }
            }
        }
    }
    out
}

/// As `java.net.URLEncoder`: a blank is a plus.
fn url_encode(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'.' | b'-' | b'*' | b'_' => {
                out.push(char::from(byte));
            }
            b' ' => out.push('+'),
            byte => {
                let _ = write!(out, "%{byte:02X}");
            }
        }
    }
    out
}

fn url_decode(text: &str) -> Option<String> {
    let mut out = Vec::with_capacity(text.len());
    let mut bytes = text.bytes();
    while let Some(byte) = bytes.next() {
        match byte {
            b'+' => out.push(b' '),
            b'%' => {
                let digit = |byte: Option<u8>| char::from(byte?).to_digit(16);
                let (high, low) = (digit(bytes.next())?, digit(bytes.next())?);
                out.push(u8::try_from(high * 16 + low).ok()?);
            }
            byte => out.push(byte),
        }
    }
    Some(String::from_utf8_lossy(&out).into_owned())
}

/// Java's decoder takes Base64 without the padding as well.
fn padded(text: &str) -> String {
    let bare = text.trim_end_matches('=');
    let missing = (4 - bare.len() % 4) % 4;
    format!("{bare}{}", "=".repeat(missing))
}

/// What a context says at the end, as data.
pub fn context_value(context: &Slot, before: &Value) -> Value {
    match context {
        Some(Item::Map(map)) => Item::Map(Rc::clone(map)).to_json(),
        _ => with_overrides(before),
    }
}
