//! The functions of a template that work on lists: `Fn::Join`, `Fn::Select`, `Fn::Split`, `Fn::FindInMap`.

use std::sync::Arc;

use crate::project::Origin;
use crate::project::item::Item;
use crate::project::scope::Scope;

impl Scope<'_> {
    pub fn join(&self, argument: &Arc<Item>, origin: &Origin, level: usize) -> Arc<Item> {
        let [delimiter, list] = argument.items() else {
            return self.misused("Fn::Join", "a delimiter and a list", origin);
        };
        let delimiter = delimiter.scalar().unwrap_or_default();
        let Some(list) = self.work_out(list, level) else {
            return Item::text("", origin);
        };
        let mut parts = Vec::new();
        for part in list.items() {
            match part.scalar() {
                Some(text) => parts.push(text),
                None => return self.misused("Fn::Join", "a list of texts", origin),
            }
        }
        // Pieces that are all written out come from where the longest of them stands.
        let longest = list
            .items()
            .iter()
            .max_by_key(|part| part.scalar().map_or(0, |text| text.len()));
        let from = longest.map_or(origin, |part| &part.origin);
        let joined = parts.join(&delimiter);
        self.afford(joined.len(), origin);
        Item::text(&joined, if parts.len() == 1 { from } else { origin })
    }

    pub fn select(&self, argument: &Arc<Item>, origin: &Origin, level: usize) -> Option<Arc<Item>> {
        let [index, list] = argument.items() else {
            return Some(self.misused("Fn::Select", "an index and a list", origin));
        };
        let index = self.work_out(index, level)?.scalar();
        let index: Option<usize> = index.and_then(|index| index.parse().ok());
        let list = self.work_out(list, level)?;
        // A parameter that holds a list is a text with commas.
        let split: Vec<Arc<Item>>;
        let items = match list.as_text() {
            Some(text) => {
                split = text
                    .split(',')
                    .map(|part| Item::text(part.trim(), origin))
                    .collect();
                split.as_slice()
            }
            None => list.items(),
        };
        Some(match index.and_then(|index| items.get(index)) {
            Some(item) => item.clone(),
            None => self.misused("Fn::Select", "an index within the list", origin),
        })
    }

    pub fn split(&self, argument: &Arc<Item>, origin: &Origin, level: usize) -> Arc<Item> {
        let [delimiter, text] = argument.items() else {
            return self.misused("Fn::Split", "a delimiter and a text", origin);
        };
        let delimiter = delimiter.scalar().unwrap_or_default();
        let text = self.work_out(text, level).and_then(|text| text.scalar());
        let Some(text) = text.filter(|_| !delimiter.is_empty()) else {
            return self.misused("Fn::Split", "a delimiter and a text", origin);
        };
        self.afford(text.len() * 8, origin);
        let parts = text.split(delimiter.as_str());
        let parts = parts.map(|part| Item::text(part, origin));
        Item::list(parts.collect(), origin)
    }

    pub fn find_in_map(&self, argument: &Arc<Item>, origin: &Origin, level: usize) -> Arc<Item> {
        let keys: Vec<String> = argument
            .items()
            .iter()
            .take(3)
            .filter_map(|key| self.work_out(key, level)?.scalar())
            .collect();
        let [map, first, second] = keys.as_slice() else {
            return self.misused("Fn::FindInMap", "a map and two keys", origin);
        };
        let found = self
            .mappings
            .as_ref()
            .and_then(|maps| maps.get(map)?.get(first)?.get(second));
        match (found, argument.items().get(3)) {
            (Some(value), _) => value.clone(),
            (None, Some(options)) if options.get("DefaultValue").is_some() => options
                .get("DefaultValue")
                .and_then(|value| self.work_out(value, level))
                .unwrap_or_else(|| Item::text("", origin)),
            (None, _) => self.unknown(&format!("{map}.{first}.{second}"), origin),
        }
    }
}
