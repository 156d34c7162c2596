//! Setting what a pointer names, with the objects on the way to it.

use crate::syntax::Format;
use crate::syntax::Fragment;
use crate::syntax::NodeId;
use crate::syntax::NodeKind;
use crate::syntax::Sheet;
use crate::syntax::Spot;
use crate::syntax::quote;
use crate::text::Splice;

impl Fragment {
    /// JSON given from outside; the error says what is wrong with it.
    pub fn checked(json: &str) -> Result<Fragment, String> {
        let parse = crate::syntax::parse(json, Format::Json);
        match parse.errors.first() {
            Some(error) => Err(format!("The value is not JSON: {}", error.message)),
            None => Ok(Fragment::json(json.trim())),
        }
    }
}

impl Sheet<'_> {
    /// Sets or (without a value) removes what the tokens lead to from a node. Objects missing on
    /// the way are made; `-` or the length of a list names the item behind its last one. `spot`
    /// says where a new member of the first object goes. Errors are sentences for people.
    pub fn set_at(
        &self,
        from: NodeId,
        tokens: &[String],
        value: Option<&Fragment>,
        spot: &dyn Fn(&str) -> Spot,
    ) -> Result<Vec<Splice>, String> {
        let mut node = from;
        let mut rest = tokens;
        let mut first = true;
        while let Some((token, deeper)) = rest.split_first() {
            let below = match self.tree.kind(node) {
                NodeKind::Object(_) => self.tree.get(node, token),
                NodeKind::Array(items) => match item_number(token, items.len())? {
                    Some(index) => items.get(index).copied(),
                    None => None,
                },
                _ => return Err(format!("{token} has nothing to stand in")),
            };
            match (below, value) {
                (Some(below), _) if !deeper.is_empty() => node = below,
                (Some(below), Some(value)) => return Ok(self.replace_value(below, value)),
                (Some(_), None) => {
                    return Ok(match self.tree.kind(node) {
                        NodeKind::Array(_) => {
                            self.remove_item(node, token.parse().unwrap_or_default())
                        }
                        _ => self.remove_member(node, token),
                    });
                }
                (None, None) => return Err(format!("There is no {token} to remove")),
                (None, Some(value)) => {
                    let value = nest(deeper, value);
                    return Ok(match self.tree.kind(node) {
                        NodeKind::Array(_) => self.insert_item(node, Spot::Last, &value),
                        _ => {
                            let spot = if first { spot(token) } else { Spot::Last };
                            self.insert_member(node, spot, token, &value)
                        }
                    });
                }
            }
            rest = deeper;
            first = false;
        }
        match value {
            Some(value) => Ok(self.replace_value(node, value)),
            None => Err("The whole cannot be removed".to_owned()),
        }
    }
}

/// The number of an item that exists; none for the one behind the last.
fn item_number(token: &str, length: usize) -> Result<Option<usize>, String> {
    match token.parse::<usize>() {
        Ok(index) if index < length => Ok(Some(index)),
        Ok(index) if index == length => Ok(None),
        Ok(_) => Err(format!("There are only {length} items")),
        Err(_) if token == "-" => Ok(None),
        Err(_) => Err(format!("{token} is not the number of an item")),
    }
}

/// A value inside the containers that the tokens name.
fn nest(tokens: &[String], value: &Fragment) -> Fragment {
    let mut json = value.text().to_owned();
    for token in tokens.iter().rev() {
        json = if token == "-" || token == "0" {
            format!("[{json}]")
        } else {
            format!("{{{}:{json}}}", quote(token))
        };
    }
    Fragment::Json(json)
}
