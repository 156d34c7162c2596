//! Forms of the query and EC2 protocols: parameters flattened to `Name.member.1=value`.

use crate::aws::model::Member;
use crate::aws::model::Protocol;
use crate::aws::operation::Operation;
use crate::aws::rest;
use crate::aws::wire::StructureOf;
use crate::aws::wire::Wire;
use crate::text::upper_first;

/// The whole form, action and version first.
pub(crate) fn write(operation: &Operation, input: &StructureOf) -> String {
    let mut form = Form {
        ec2: operation.model.protocol == Protocol::Ec2,
        pairs: vec![
            ("Action".to_owned(), operation.line.name.to_owned()),
            ("Version".to_owned(), operation.model.version.to_owned()),
        ],
    };
    form.structure("", input);
    let pairs = form.pairs.iter();
    let pairs = pairs.map(|(key, value)| format!("{}={}", rest::encode(key), rest::encode(value)));
    pairs.collect::<Vec<_>>().join("&")
}

struct Form {
    ec2: bool,
    pairs: Vec<(String, String)>,
}

impl Form {
    fn structure(&mut self, prefix: &str, structure: &StructureOf) {
        for (member, wire) in &structure.members {
            self.wire(&join(prefix, &self.name(member)), wire);
        }
    }

    fn name(&self, member: &Member) -> String {
        match self.ec2 {
            true => (member.traits.get('N').map(str::to_owned))
                .unwrap_or_else(|| upper_first(member.wire_name())),
            false => member.wire_name().to_owned(),
        }
    }

    fn wire(&mut self, key: &str, wire: &Wire) {
        match wire {
            Wire::Structure(structure) => self.structure(key, structure),
            Wire::List(list) if list.items.is_empty() => {
                if !self.ec2 {
                    self.pairs.push((key.to_owned(), String::new()));
                }
            }
            Wire::List(list) => {
                let item = list.item.traits.get('n');
                let key = match (self.ec2, list.flattened) {
                    (true, _) => key.to_owned(),
                    (false, false) => join(key, item.unwrap_or("member")),
                    // The item's name stands in the place of the list's own.
                    (false, true) => match (item, key.rsplit_once('.')) {
                        (None, _) => key.to_owned(),
                        (Some(item), None) => item.to_owned(),
                        (Some(item), Some((before, _))) => join(before, item),
                    },
                };
                for (index, item) in list.items.iter().enumerate() {
                    self.wire(&join(&key, &(index + 1).to_string()), item);
                }
            }
            Wire::Map(map) => {
                let base = match map.flattened {
                    true => key.to_owned(),
                    false => join(key, "entry"),
                };
                let (name, value_name) = (
                    map.key.traits.get('n').unwrap_or("key"),
                    map.value.traits.get('n').unwrap_or("value"),
                );
                for (index, (key, value)) in map.entries.iter().enumerate() {
                    let entry = join(&base, &(index + 1).to_string());
                    self.pairs.push((join(&entry, name), key.to_string()));
                    self.wire(&join(&entry, value_name), value);
                }
            }
            Wire::Text(_)
            | Wire::Bool(_)
            | Wire::Number(_)
            | Wire::Blob(_)
            | Wire::Time(_, _)
            | Wire::Document(_) => self.pairs.push((key.to_owned(), wire.text("iso8601"))),
        }
    }
}

fn join(prefix: &str, name: &str) -> String {
    match prefix.is_empty() {
        true => name.to_owned(),
        false => format!("{prefix}.{name}"),
    }
}
