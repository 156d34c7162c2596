//! How wide a label's text is. The window and the command line use the same table, so their layouts agree.

/// Answers the width of a text in points, in the font of the labels (Inter, 11 points).
pub trait Measure {
    fn width(&self, text: &str) -> f32;
}

impl<F: Fn(&str) -> f32> Measure for F {
    fn width(&self, text: &str) -> f32 {
        self(text)
    }
}

/// The width of a text by a table of average widths of Inter at 11 points.
pub fn average_width(text: &str) -> f32 {
    let thousandths: u32 = text.chars().map(advance).sum();
    thousandths as f32 * 11.0 / 1000.0
}

/// Thousandths of the font size.
fn advance(letter: char) -> u32 {
    match letter {
        'i' | 'j' | 'l' | 'I' | '\'' | '|' | '.' | ',' | ':' | ';' => 275,
        ' ' | '!' => 285,
        'f' | 't' | 'r' | '(' | ')' | '[' | ']' | '{' | '}' | '/' | '\\' => 380,
        '"' | '*' | '-' | '1' | '`' => 470,
        's' | 'c' | 'k' | 'v' | 'x' | 'y' | 'z' | '?' | '_' | 'J' => 565,
        'm' | 'W' | 'M' | '@' | '%' | '…' => 900,
        'w' | 'N' | 'O' | 'Q' | 'G' | 'H' | 'C' | 'D' | 'U' => 760,
        'a'..='z' => 615,
        '0'..='9' => 640,
        'A'..='Z' => 680,
        '$' | '#' | '&' | '+' | '<' | '=' | '>' | '~' | '^' => 660,
        _ if (letter as u32) < 0x2E80 => 660,
        _ => 1000,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn widths_are_near_those_of_the_font() {
        let width = average_width("States.ALL");
        assert!((50.0..64.0).contains(&width), "{width}");
        assert_eq!(average_width(""), 0.0);
    }
}
