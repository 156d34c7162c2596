//! The `{% … %}` around JSONata in a definition.

/// The expression inside `{% … %}`, without blanks at its ends; nothing for any other text.
///
/// Only a text that begins with `{%` and ends with `%}` is an expression; anything else is itself.
pub fn jsonata_inside(text: &str) -> Option<&str> {
    jsonata_range(text).and_then(|range| text.get(range))
}

/// Where in the text, in bytes, the expression stands.
pub fn jsonata_range(text: &str) -> Option<std::ops::Range<usize>> {
    let inside = text.strip_prefix("{%")?.strip_suffix("%}")?;
    let start = 2 + inside.len() - inside.trim_start().len();
    let end = 2 + inside.trim_end().len();
    Some(start.min(end)..end)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn strips_delimiters() {
        assert_eq!(jsonata_inside("{% $x + 1 %}"), Some("$x + 1"));
        assert_eq!(jsonata_inside("{%$x%}"), Some("$x"));
        assert_eq!(jsonata_inside("{%%}"), Some(""));
        assert_eq!(jsonata_inside("{%  %}"), Some(""));
        assert_eq!(jsonata_inside("{%}"), None);
        assert_eq!(jsonata_inside(" {% 1 %}"), None);
        assert_eq!(jsonata_inside("$.x"), None);
        assert_eq!(jsonata_range("{% é %}"), Some(3..5));
    }
}
