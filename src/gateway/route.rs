//! Which method of which resource a request is for.

use crate::gateway::Api;

/// A part of a resource's path.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Segment {
    Fixed(String),
    /// `{name}`: one part.
    Variable(String),
    /// `{name+}`: all that is left, one part at least.
    Greedy(String),
}

/// What was found for a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Found {
    Route {
        index: usize,
        /// Path parameters, decoded.
        parameters: Vec<(String, String)>,
    },
    /// The path does not begin with the stage.
    OtherStage,
    /// There is the resource, but it has no such method.
    OtherMethod {
        path: String,
        /// The methods it has.
        methods: Vec<String>,
    },
    Nothing,
}

/// Takes a path apart: `/a/{b}/{c+}`.
pub(crate) fn segments(path: &str) -> Vec<Segment> {
    parts(path)
        .map(|part| {
            let inner = part
                .strip_prefix('{')
                .and_then(|rest| rest.strip_suffix('}'));
            match inner {
                Some(name) => match name.strip_suffix('+') {
                    Some(name) => Segment::Greedy(name.to_owned()),
                    None => Segment::Variable(name.to_owned()),
                },
                None => Segment::Fixed(part.to_owned()),
            }
        })
        .collect()
}

/// Finds the method for a request's path, which is still encoded and begins with the stage.
///
/// The resource is chosen first, by its path alone: part for part a fixed one goes before a variable, and that
/// before a greedy one. A slash at the end does not count.
pub(crate) fn find(api: &Api, method: &str, path: &str) -> Found {
    let mut given: Vec<&str> = parts(path).collect();
    if !api.stage.is_empty() {
        match given.split_first() {
            Some((stage, rest)) if decode(stage) == api.stage => given = rest.to_vec(),
            Some(_) | None => return Found::OtherStage,
        }
    }
    let given: Vec<String> = given.into_iter().map(decode).collect();
    let best = api
        .routes
        .iter()
        .filter(|route| fits(&route.segments, &given))
        .min_by(|left, right| rank(&left.segments).cmp(&rank(&right.segments)));
    let Some(best) = best else {
        return Found::Nothing;
    };
    let mut of_resource = api
        .routes
        .iter()
        .enumerate()
        .filter(|(_, route)| route.path == best.path);
    let chosen = of_resource
        .clone()
        .find(|(_, route)| route.method == method)
        .or_else(|| of_resource.clone().find(|(_, route)| route.method == "ANY"));
    match chosen {
        Some((index, route)) => Found::Route {
            index,
            parameters: parameters(&route.segments, &given),
        },
        None => Found::OtherMethod {
            path: best.path.clone(),
            methods: of_resource
                .by_ref()
                .map(|(_, route)| route.method.clone())
                .collect(),
        },
    }
}

/// The parts between slashes, without those that a slash at either end makes.
fn parts(path: &str) -> impl Iterator<Item = &str> {
    let path = path.strip_prefix('/').unwrap_or(path);
    let path = path.strip_suffix('/').unwrap_or(path);
    let count = if path.is_empty() { 0 } else { usize::MAX };
    path.split('/').take(count)
}

fn fits(segments: &[Segment], given: &[String]) -> bool {
    let mut left = given.iter();
    for segment in segments {
        match (segment, left.next()) {
            (Segment::Fixed(name), Some(part)) if name == part => {}
            (Segment::Variable(_), Some(part)) if !part.is_empty() => {}
            (Segment::Greedy(_), Some(_)) => return true,
            (Segment::Fixed(_) | Segment::Variable(_) | Segment::Greedy(_), _) => return false,
        }
    }
    left.next().is_none()
}

/// Smaller goes first.
fn rank(segments: &[Segment]) -> Vec<u8> {
    segments
        .iter()
        .map(|segment| match segment {
            Segment::Fixed(_) => 0,
            Segment::Variable(_) => 1,
            Segment::Greedy(_) => 2,
        })
        .collect()
}

fn parameters(segments: &[Segment], given: &[String]) -> Vec<(String, String)> {
    let mut list = Vec::new();
    for (index, segment) in segments.iter().enumerate() {
        match segment {
            Segment::Fixed(_) => {}
            Segment::Variable(name) => {
                list.extend(given.get(index).map(|part| (name.clone(), part.clone())));
            }
            Segment::Greedy(name) => {
                let rest = given.get(index..).unwrap_or_default();
                list.push((name.clone(), rest.join("/")));
            }
        }
    }
    list
}

/// Percent signs decoded; what is not UTF-8 then is replaced, what is no escape stays.
pub(crate) fn decode(text: &str) -> String {
    if !text.contains('%') {
        return text.to_owned();
    }
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes().iter().copied();
    while let Some(byte) = rest.next() {
        let mut ahead = rest.clone();
        let digit = |byte: Option<u8>| byte.and_then(|byte| char::from(byte).to_digit(16));
        match (byte, digit(ahead.next()), digit(ahead.next())) {
            (b'%', Some(high), Some(low)) => {
                bytes.push((high * 16 + low) as u8);
                rest = ahead;
            }
            _ => bytes.push(byte),
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

/// The fields of a query string, decoded, in their order.
pub(crate) fn query(text: &str) -> Vec<(String, String)> {
    text.split('&')
        .filter(|field| !field.is_empty())
        .map(|field| {
            let (key, value) = field.split_once('=').unwrap_or((field, ""));
            let plain = |part: &str| decode(&part.replace('+', " "));
            (plain(key), plain(value))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::gateway::Surroundings;
    use crate::gateway::read;

    fn found(method: &str, path: &str) -> String {
        let mock = json!({"x-amazon-apigateway-integration": {"type": "mock"}});
        let api = read(
            &json!({"openapi": "3.0.1", "paths": {
                "/": {"get": mock},
                "/a": {"get": mock, "x-amazon-apigateway-any-method": mock},
                "/a/{id}": {"get": mock},
                "/a/b": {"post": mock},
                "/a/b/{rest+}": {"get": mock},
                "/{proxy+}": {"options": mock},
            }}),
            Surroundings::default(),
        );
        match find(&api, method, path) {
            Found::Route { index, parameters } => {
                let route = &api.routes[index];
                let parameters: Vec<String> = parameters
                    .iter()
                    .map(|(key, value)| format!(" {key}={value}"))
                    .collect();
                format!("{} {}{}", route.method, route.path, parameters.concat())
            }
            Found::OtherStage => "other stage".to_owned(),
            Found::OtherMethod { path, methods } => format!("{path} has {}", methods.join(" ")),
            Found::Nothing => "nothing".to_owned(),
        }
    }

    #[test]
    fn fixed_goes_before_variable_and_greedy_comes_last() {
        assert_eq!(found("GET", "/dev"), "GET /");
        assert_eq!(found("GET", "/dev/"), "GET /");
        assert_eq!(found("GET", "/dev/a/"), "GET /a");
        assert_eq!(found("PUT", "/dev/a"), "ANY /a");
        assert_eq!(found("GET", "/dev/a/x%20y"), "GET /a/{id} id=x y");
        assert_eq!(found("POST", "/dev/a/b"), "POST /a/b");
        assert_eq!(found("GET", "/dev/a/b"), "/a/b has POST");
        assert_eq!(found("GET", "/dev/a/b/c/d"), "GET /a/b/{rest+} rest=c/d");
        assert_eq!(found("OPTIONS", "/dev/q/r"), "OPTIONS /{proxy+} proxy=q/r");
        assert_eq!(found("HEAD", "/dev/q"), "/{proxy+} has OPTIONS");
        assert_eq!(found("GET", "/prod/a"), "other stage");
        assert_eq!(found("GET", ""), "other stage");
    }

    #[test]
    fn escapes_are_decoded_once() {
        assert_eq!(decode("%2541%zz%"), "%41%zz%");
        assert_eq!(decode("%ff"), "\u{fffd}");
        assert_eq!(
            query("a=1&b=x+y%26&c&&=d"),
            [("a", "1"), ("b", "x y&"), ("c", ""), ("", "d")]
                .map(|(key, value)| (key.to_owned(), value.to_owned()))
        );
    }
}
