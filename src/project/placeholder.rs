//! `${Name}` placeholders inside texts, the way `Fn::Sub` takes them.

/// A text in which every `${Name}` that `value` knows gives way to its value. `${!Name}` becomes `${Name}`.
pub(crate) fn fill(text: &str, mut value: impl FnMut(&str) -> Option<String>) -> String {
    let mut filled = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(start) = rest.find("${") {
        let (before, from) = rest.split_at(start);
        filled.push_str(before);
        let inside = from.get(2..).unwrap_or_default();
        let Some(end) = inside.find('}') else {
            filled.push_str(from);
            return filled;
        };
        let (name, after) = inside.split_at(end);
        match name.strip_prefix('!') {
            Some(literal) => {
                filled.push_str("${");
                filled.push_str(literal);
                filled.push('}');
            }
            None if !is_name(name.trim()) => {
                // Something of another language, an object of VTL perhaps: only its sign is passed over.
                filled.push_str("${");
                rest = inside;
                continue;
            }
            None => match value(name.trim()) {
                Some(value) => filled.push_str(&value),
                None => {
                    filled.push_str("${");
                    filled.push_str(name);
                    filled.push('}');
                }
            },
        }
        rest = after.get(1..).unwrap_or_default();
    }
    filled.push_str(rest);
    filled
}

/// What may stand in the braces: letters, digits, and the signs of resources, attributes and pseudo parameters.
fn is_name(name: &str) -> bool {
    !name.is_empty()
        && name
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | ':' | '_' | '-'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn placeholders_give_way_and_literals_lose_their_mark() {
        let filled = fill("a ${X} ${!X} ${Y} ${ X } $x ${ {a} ${X", |name| {
            (name == "X").then(|| "1".to_owned())
        });
        assert_eq!(filled, "a 1 ${X} ${Y} 1 $x ${ {a} ${X");
    }
}
