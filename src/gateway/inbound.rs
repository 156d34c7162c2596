//! A request taken apart once, for everything that looks at it later.

use std::collections::BTreeMap;

use crate::gateway::Api;
use crate::gateway::Micros;
use crate::gateway::Request;
use crate::gateway::route;
use crate::query::Chance;

/// A request with its parts decoded, and the ids it got.
#[derive(Clone, Debug)]
pub(crate) struct Inbound {
    pub method: String,
    /// Without the query, as it arrived.
    pub path: String,
    pub query: Vec<(String, String)>,
    /// With those API Gateway adds.
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
    pub source_ip: String,
    pub path_parameters: Vec<(String, String)>,
    pub request_id: String,
    /// `a1B2c3D4e5F6g7H=`
    pub extended_id: String,
    /// `Root=1-…`
    pub trace_id: String,
    pub at: Micros,
    /// For the ids of executions.
    pub chance: Chance,
}

impl Inbound {
    pub(crate) fn new(api: &Api, request: Request, at: Micros) -> Inbound {
        let mut chance = Chance::seeded(request.seed);
        let (path, query) = request
            .target
            .split_once('?')
            .unwrap_or((&request.target, ""));
        let query = route::query(query.split('#').next().unwrap_or_default());
        let path = path.split('#').next().unwrap_or_default().to_owned();
        let trace_id = request
            .header("X-Amzn-Trace-Id")
            .map(str::to_owned)
            .unwrap_or_else(|| {
                let random: String = chance
                    .uuid()
                    .chars()
                    .filter(|c| *c != '-')
                    .skip(8)
                    .collect();
                format!("Root=1-{:08x}-{random}", at / 1_000_000)
            });
        let mut headers = request.headers;
        let mut add = |name: &str, value: &str| {
            if !headers
                .iter()
                .any(|(key, _)| key.eq_ignore_ascii_case(name))
            {
                headers.push((name.to_owned(), value.to_owned()));
            }
        };
        add("Host", &api.domain());
        add("X-Amzn-Trace-Id", &trace_id);
        add("X-Forwarded-For", &request.source_ip);
        add("X-Forwarded-Port", "443");
        add("X-Forwarded-Proto", "https");
        Inbound {
            method: request.method.to_ascii_uppercase(),
            path,
            query,
            headers,
            body: request.body,
            source_ip: request.source_ip,
            path_parameters: Vec::new(),
            request_id: chance.uuid(),
            extended_id: extended_id(&mut chance),
            trace_id,
            at,
            chance,
        }
    }

    /// The last header of this name, letter case ignored.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers
            .iter()
            .rev()
            .find(|(key, _)| key.eq_ignore_ascii_case(name))
            .map(|(_, value)| value.as_str())
    }

    /// The content type without its parameters, in lower case; JSON where there is none.
    pub(crate) fn content_type(&self) -> String {
        let whole = self.header("Content-Type").unwrap_or("application/json");
        let plain = whole.split(';').next().unwrap_or_default().trim();
        match plain {
            "" => "application/json".to_owned(),
            plain => plain.to_ascii_lowercase(),
        }
    }

    /// The body as text; what is not UTF-8 is replaced.
    pub(crate) fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }
}

/// The values of each name, in the order in which the names appear first.
pub(crate) fn grouped(fields: &[(String, String)]) -> Vec<(&str, Vec<&str>)> {
    let mut list: Vec<(&str, Vec<&str>)> = Vec::new();
    let mut places: BTreeMap<&str, usize> = BTreeMap::new();
    for (key, value) in fields {
        match places
            .get(key.as_str())
            .and_then(|place| list.get_mut(*place))
        {
            Some((_, values)) => values.push(value),
            None => {
                places.insert(key, list.len());
                list.push((key, vec![value]));
            }
        }
    }
    list
}

/// Fifteen characters of Base64 and the sign that fills it up.
fn extended_id(chance: &mut Chance) -> String {
    const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    let mut id = String::with_capacity(16);
    for _ in 0..15 {
        let index = chance.between(0, 64);
        let letter = usize::try_from(index)
            .ok()
            .and_then(|index| ALPHABET.get(index));
        id.extend(letter.copied().map(char::from));
    }
    id.push('=');
    id
}
