//! Steps through a document: members with their pointers, references followed.

use serde_json::Value as Json;

use crate::gateway::Place;
use crate::gateway::Problem;

/// References that may follow each other.
const HOPS: usize = 32;

/// A value of the document and where it stands, references followed.
#[derive(Clone, Debug)]
pub(crate) struct Spot<'a> {
    pub json: &'a Json,
    pub pointer: String,
}

pub(crate) struct Walk<'a> {
    pub document: &'a Json,
    pub problems: Vec<Problem>,
}

impl<'a> Walk<'a> {
    pub(crate) fn problem(&mut self, pointer: &str, message: impl Into<String>) {
        self.problem_at(pointer, message, None);
    }

    pub(crate) fn problem_at(
        &mut self,
        pointer: &str,
        message: impl Into<String>,
        place: Option<Place>,
    ) {
        let problem = Problem {
            pointer: pointer.to_owned(),
            message: message.into(),
            place,
        };
        // Shared parts are read once for each method that uses them.
        if !self.problems.contains(&problem) {
            self.problems.push(problem);
        }
    }

    pub(crate) fn root(&self) -> Spot<'a> {
        Spot {
            json: self.document,
            pointer: String::new(),
        }
    }

    /// The spot itself, or what its `$ref` leads to.
    pub(crate) fn resolve(&mut self, spot: Spot<'a>) -> Option<Spot<'a>> {
        let mut spot = spot;
        for _ in 0..HOPS {
            let Some(reference) = spot.json.get("$ref") else {
                return Some(spot);
            };
            let place = format!("{}/$ref", spot.pointer);
            let target = reference.as_str().and_then(|text| text.strip_prefix('#'));
            let found = target.and_then(|target| {
                Some(Spot {
                    json: self.document.pointer(target)?,
                    pointer: target.to_owned(),
                })
            });
            let Some(found) = found else {
                let words = match target {
                    Some(_) => format!("the reference {reference} leads nowhere"),
                    None => format!(
                        "the reference {reference} leads out of the document, which API Gateway refuses"
                    ),
                };
                self.problem(&place, words);
                return None;
            };
            spot = found;
        }
        self.problem(&spot.pointer, "the references here go round in a circle");
        None
    }

    /// A member of an object, resolved.
    pub(crate) fn member(&mut self, spot: &Spot<'a>, key: &str) -> Option<Spot<'a>> {
        let json = spot.json.get(key)?;
        self.resolve(Spot {
            json,
            pointer: below(&spot.pointer, key),
        })
    }

    /// The members of an object, resolved; a problem where it is something else.
    pub(crate) fn members(&mut self, spot: &Spot<'a>) -> Vec<(&'a str, Spot<'a>)> {
        match spot.json {
            Json::Object(members) => {
                let mut list = Vec::with_capacity(members.len());
                for (key, json) in members {
                    let member = Spot {
                        json,
                        pointer: below(&spot.pointer, key),
                    };
                    if let Some(member) = self.resolve(member) {
                        list.push((key.as_str(), member));
                    }
                }
                list
            }
            Json::Null => Vec::new(),
            _ => {
                self.problem(&spot.pointer, "an object should stand here");
                Vec::new()
            }
        }
    }

    /// The members of a member.
    pub(crate) fn members_of(&mut self, spot: &Spot<'a>, key: &str) -> Vec<(&'a str, Spot<'a>)> {
        match self.member(spot, key) {
            Some(member) => self.members(&member),
            None => Vec::new(),
        }
    }

    /// A member that has to be text; a problem where it is something else.
    pub(crate) fn text(&mut self, spot: &Spot<'a>, key: &str) -> Option<&'a str> {
        match spot.json.get(key)? {
            Json::String(text) => Some(text),
            _ => {
                self.problem(&below(&spot.pointer, key), format!("{key} should be text"));
                None
            }
        }
    }

    /// A text or number, as status codes are written.
    pub(crate) fn status(&mut self, spot: &Spot<'a>, key: &str) -> Option<u16> {
        let json = spot.json.get(key)?;
        let status = match json {
            Json::Number(number) => number.as_u64(),
            Json::String(text) => text.parse().ok(),
            _ => None,
        };
        let status = status
            .and_then(|status| u16::try_from(status).ok())
            .filter(|status| (100..600).contains(status));
        if status.is_none() {
            self.problem(
                &below(&spot.pointer, key),
                format!("{json} is no HTTP status from 100 to 599"),
            );
        }
        status
    }
}

/// The pointer of a member.
pub(crate) fn below(pointer: &str, key: &str) -> String {
    format!("{pointer}/{}", key.replace('~', "~0").replace('/', "~1"))
}
