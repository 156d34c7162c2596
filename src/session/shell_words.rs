//! Command lines as a POSIX shell reads and writes them.

/// The first command of a line.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct CommandLine {
    pub words: Vec<String>,
    /// The operator at which it ends, and which only a shell understands.
    pub operator: Option<char>,
}

/// Takes a command line apart as a POSIX shell does; nothing is expanded.
///
/// # Errors
/// A quote is not closed: a sentence.
pub(crate) fn split(text: &str) -> Result<CommandLine, String> {
    let mut words = Vec::new();
    let mut operator = None;
    let mut word: Option<String> = None;
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '\'' => {
                let word = word.get_or_insert_default();
                loop {
                    match chars.next() {
                        Some('\'') => break,
                        Some(inner) => word.push(inner),
                        None => return Err("A quote (') is not closed".to_owned()),
                    }
                }
            }
            '"' => {
                let word = word.get_or_insert_default();
                loop {
                    match chars.next() {
                        Some('"') => break,
                        Some('\\') => match chars.next() {
                            Some(escaped @ ('"' | '\\' | '$' | '`')) => word.push(escaped),
                            Some('\n') => {}
                            Some(other) => word.extend(['\\', other]),
                            None => return Err("A quote (\") is not closed".to_owned()),
                        },
                        Some(inner) => word.push(inner),
                        None => return Err("A quote (\") is not closed".to_owned()),
                    }
                }
            }
            '$' if chars.peek() == Some(&'\'') => {
                chars.next();
                ansi(&mut chars, word.get_or_insert_default())?;
            }
            '\\' | '^' if line_ends(&mut chars) => {}
            '\\' => {
                if let Some(escaped) = chars.next() {
                    word.get_or_insert_default().push(escaped);
                }
            }
            ';' | '|' | '&' if word.is_none() && !words.is_empty() => {
                operator = Some(c);
                break;
            }
            c if c.is_whitespace() => words.extend(word.take()),
            c => word.get_or_insert_default().push(c),
        }
    }
    words.extend(word);
    Ok(CommandLine { words, operator })
}

/// A word for a POSIX shell, in single quotes where it needs any.
pub(crate) fn quoted(text: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-._~/:@%+=,".contains(c);
    if !text.is_empty() && text.chars().all(plain) {
        return text.to_owned();
    }
    format!("'{}'", text.replace('\'', r"'\''"))
}

/// Takes a line break, where one follows.
fn line_ends(chars: &mut std::iter::Peekable<std::str::Chars<'_>>) -> bool {
    let mut ahead = chars.clone();
    while ahead.next_if(|c| matches!(c, ' ' | '\t' | '\r')).is_some() {}
    let ends = ahead.next() == Some('\n');
    if ends {
        *chars = ahead;
    }
    ends
}

/// `$'…'`, as browsers write bodies with line breaks.
fn ansi(
    chars: &mut std::iter::Peekable<std::str::Chars<'_>>,
    word: &mut String,
) -> Result<(), String> {
    let open = || "A quote ($') is not closed".to_owned();
    loop {
        match chars.next().ok_or_else(open)? {
            '\'' => return Ok(()),
            '\\' => match chars.next().ok_or_else(open)? {
                'n' => word.push('\n'),
                'r' => word.push('\r'),
                't' => word.push('\t'),
                kind @ ('x' | 'u' | 'U') => {
                    let longest = match kind {
                        'x' => 2,
                        'u' => 4,
                        _ => 8,
                    };
                    let mut code = 0;
                    for _ in 0..longest {
                        let Some(digit) = chars.peek().and_then(|c| c.to_digit(16)) else {
                            break;
                        };
                        code = code * 16 + digit;
                        chars.next();
                    }
                    word.push(char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER));
                }
                other => word.push(other),
            },
            other => word.push(other),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read_again() {
        let words = ["sh", "-c", "cat > 'a b'; echo \"$X\" | wc", "", "é ü"];
        let line: Vec<String> = words.iter().map(|word| quoted(word)).collect();
        let read = split(&line.join(" ")).unwrap();
        assert_eq!(read.words, words);
        assert_eq!(read.operator, None);
    }

    #[test]
    fn a_line_ends_where_only_a_shell_goes_on() {
        let read = split("node pay.mjs | tee log").unwrap();
        assert_eq!(read.words, ["node", "pay.mjs"]);
        assert_eq!(read.operator, Some('|'));
        assert_eq!(split("node 'pay").unwrap_err(), "A quote (') is not closed");
    }
}
