//! Requests as `curl` commands, both ways: what people copy out of browsers, articles and shells.

use std::fmt::Write;

use crate::session::shell_words::quoted;
use crate::session::shell_words::split;

/// A request as a `curl` command says it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CurlCommand {
    /// In capitals.
    pub method: String,
    pub url: String,
    /// In the order in which they stand, names as they are written.
    pub headers: Vec<(String, String)>,
    pub body: Option<String>,
    /// Options that say nothing about the request here, as they are written: `--compressed`.
    pub ignored: Vec<String>,
}

/// Longer commands are not read.
const LONGEST: usize = 4 * 1024 * 1024;

/// Reads a command as a POSIX shell would: quotes, `$'…'`, backslashes, line continuations; also those of
/// Windows (`^` at the end of a line).
///
/// # Errors
/// A sentence without a full stop that says what cannot be read.
pub fn parse_curl(text: &str) -> Result<CurlCommand, String> {
    if text.len() > LONGEST {
        return Err("The command is longer than 4 MB".to_owned());
    }
    let mut words = split(text)?.words.into_iter();
    // A prompt before the command is what one copies from an article.
    let first = words.find(|word| word != "$" && word != "%" && word != ">");
    let program = first.as_deref().map(|word| {
        let name = word.rsplit(['/', '\\']).next().unwrap_or(word);
        name.strip_suffix(".exe").unwrap_or(name).to_owned()
    });
    if program.as_deref() != Some("curl") {
        return Err("The text does not begin with curl".to_owned());
    }
    let mut reader = Reader::default();
    let mut only_addresses = false;
    while let Some(word) = words.next() {
        if only_addresses || word == "-" || !word.starts_with('-') {
            reader.address(word)?;
        } else if word == "--" {
            only_addresses = true;
        } else if let Some(long) = word.strip_prefix("--") {
            let (name, value) = match long.split_once('=') {
                Some((name, value)) => (name.to_owned(), Some(value.to_owned())),
                None => (long.to_owned(), None),
            };
            let takes = takes_value(&name);
            let value = match value {
                None if takes => Some(words.next().ok_or(format!("--{name} has no value"))?),
                other => other,
            };
            reader.option(&name, value)?;
        } else {
            reader.short(&word, &mut words)?;
        }
    }
    reader.end()
}

/// Writes a request as a command that a POSIX shell understands.
pub fn to_curl(command: &CurlCommand) -> String {
    let mut text = "curl".to_owned();
    let usual = if command.body.is_some() {
        "POST"
    } else {
        "GET"
    };
    if command.method == "HEAD" {
        text.push_str(" -I");
    } else if command.method != usual {
        let _ = write!(text, " -X {}", quoted(&command.method));
    }
    let _ = write!(text, " {}", quoted(&command.url));
    for (name, value) in &command.headers {
        // An empty value is written with a semicolon; a colon would take the header away.
        let header = if value.is_empty() {
            format!("{name};")
        } else {
            format!("{name}: {value}")
        };
        let _ = write!(text, " \\\n  -H {}", quoted(&header));
    }
    if let Some(body) = &command.body {
        let _ = write!(text, " \\\n  --data-raw {}", quoted(body));
    }
    text
}

/// What the options have said so far.
#[derive(Default)]
struct Reader {
    method: Option<String>,
    url: Option<String>,
    headers: Vec<(String, String)>,
    data: Vec<String>,
    has_data: bool,
    as_query: bool,
    json: bool,
    head: bool,
    user: Option<String>,
    ignored: Vec<String>,
}

impl Reader {
    fn address(&mut self, word: String) -> Result<(), String> {
        if let Some(first) = &self.url {
            return Err(format!("There are two addresses, {first} and {word}"));
        }
        self.url = Some(word);
        Ok(())
    }

    /// Short options in one word: `-sX`, `-XPOST`, `-d@file`.
    fn short(
        &mut self,
        word: &str,
        words: &mut impl Iterator<Item = String>,
    ) -> Result<(), String> {
        let mut rest = word.strip_prefix('-').unwrap_or(word).chars();
        while let Some(letter) = rest.next() {
            let Some(name) = long_name(letter) else {
                self.ignored.push(format!("-{letter}"));
                continue;
            };
            if !takes_value(name) {
                self.option(name, None)?;
                continue;
            }
            let glued = rest.as_str();
            let value = if glued.is_empty() {
                words.next().ok_or(format!("-{letter} has no value"))?
            } else {
                glued.to_owned()
            };
            return self.option(name, Some(value));
        }
        Ok(())
    }

    fn option(&mut self, name: &str, value: Option<String>) -> Result<(), String> {
        let text = value.clone().unwrap_or_default();
        match name {
            "request" => self.method = Some(text.to_uppercase()),
            "url" => self.address(text)?,
            "header" => self.header(&text),
            "data" | "data-ascii" | "data-binary" => {
                if let Some(file) = text.strip_prefix('@') {
                    return Err(format!(
                        "The body stands in the file {file}; paste its text as the body instead"
                    ));
                }
                // curl takes line breaks out of -d, and keeps them with --data-binary.
                self.datum(match name {
                    "data-binary" => text,
                    _ => text.replace(['\r', '\n'], ""),
                });
            }
            "data-raw" => self.datum(text),
            "json" => {
                self.json = true;
                self.datum(text);
            }
            "data-urlencode" => self.datum(encoded_datum(&text)?),
            "get" => self.as_query = true,
            "head" => self.head = true,
            "user" => self.user = Some(text),
            "user-agent" => self.headers.push(("User-Agent".to_owned(), text)),
            "referer" => self.headers.push(("Referer".to_owned(), text)),
            "cookie" => self.headers.push(("Cookie".to_owned(), text)),
            "form" | "form-string" => {
                return Err("Forms with parts (-F) are not supported; send JSON".to_owned());
            }
            "upload-file" => {
                return Err("Uploading a file (-T) is not supported; paste its text".to_owned());
            }
            "config" | "next" => {
                return Err(format!("--{name} is not supported"));
            }
            _ => self.ignored.push(match value {
                Some(value) => format!("--{name} {value}"),
                None => format!("--{name}"),
            }),
        }
        Ok(())
    }

    fn header(&mut self, text: &str) {
        if let Some((name, value)) = text.split_once(':') {
            // `Name:` without a value takes a header away that curl would send.
            if !value.trim().is_empty() {
                let value = value.trim().to_owned();
                self.headers.push((name.trim().to_owned(), value));
            }
        } else if let Some(name) = text.strip_suffix(';') {
            self.headers.push((name.trim().to_owned(), String::new()));
        }
    }

    fn datum(&mut self, text: String) {
        self.has_data = true;
        // Several --json are put together as they are, several -d as the fields of a form.
        match self.data.last_mut().filter(|_| self.json) {
            Some(last) => last.push_str(&text),
            None => self.data.push(text),
        }
    }

    fn end(mut self) -> Result<CurlCommand, String> {
        let mut url = self.url.ok_or("The command names no address")?;
        let data = self.data.join("&");
        let mut body = self.has_data.then_some(data);
        if self.as_query
            && let Some(query) = body.take()
        {
            let join = if url.contains('?') { '&' } else { '?' };
            url = format!("{url}{join}{query}");
        }
        let usual = match (&body, self.head) {
            (_, true) => "HEAD",
            (Some(_), false) => "POST",
            (None, false) => "GET",
        };
        let has = |headers: &[(String, String)], wanted: &str| {
            let mut names = headers.iter();
            names.any(|(name, _)| name.eq_ignore_ascii_case(wanted))
        };
        if self.json {
            for (name, value) in [
                ("Content-Type", "application/json"),
                ("Accept", "application/json"),
            ] {
                if !has(&self.headers, name) {
                    self.headers.push((name.to_owned(), value.to_owned()));
                }
            }
        } else if body.is_some() && !has(&self.headers, "content-type") {
            let form = "application/x-www-form-urlencoded";
            self.headers
                .push(("Content-Type".to_owned(), form.to_owned()));
        }
        if let Some(user) = self.user {
            use base64::Engine;
            let code = base64::engine::general_purpose::STANDARD.encode(user);
            self.headers
                .push(("Authorization".to_owned(), format!("Basic {code}")));
        }
        Ok(CurlCommand {
            method: self.method.unwrap_or_else(|| usual.to_owned()),
            url,
            headers: self.headers,
            body,
            ignored: self.ignored,
        })
    }
}

fn long_name(letter: char) -> Option<&'static str> {
    Some(match letter {
        'X' => "request",
        'H' => "header",
        'd' => "data",
        'u' => "user",
        'A' => "user-agent",
        'e' => "referer",
        'b' => "cookie",
        'F' => "form",
        'T' => "upload-file",
        'G' => "get",
        'I' => "head",
        'K' => "config",
        'o' => "output",
        'm' => "max-time",
        'x' => "proxy",
        'w' => "write-out",
        'c' => "cookie-jar",
        'E' => "cert",
        'r' => "range",
        _ => return None,
    })
}

fn takes_value(name: &str) -> bool {
    matches!(
        name,
        "request"
            | "url"
            | "header"
            | "data"
            | "data-ascii"
            | "data-binary"
            | "data-raw"
            | "data-urlencode"
            | "json"
            | "user"
            | "user-agent"
            | "referer"
            | "cookie"
            | "form"
            | "form-string"
            | "upload-file"
            | "config"
            | "output"
            | "max-time"
            | "connect-timeout"
            | "proxy"
            | "write-out"
            | "cookie-jar"
            | "cert"
            | "key"
            | "cacert"
            | "range"
            | "retry"
            | "retry-delay"
            | "retry-max-time"
            | "resolve"
            | "max-redirs"
            | "aws-sigv4"
            | "limit-rate"
            | "dump-header"
            | "ciphers"
    )
}

/// `name=text`, `=text` or `text` of `--data-urlencode`.
fn encoded_datum(text: &str) -> Result<String, String> {
    if text.contains('@') && !text.contains('=') {
        return Err("--data-urlencode reads a file here; paste its text instead".to_owned());
    }
    Ok(match text.split_once('=') {
        Some(("", value)) => percent_encoded(value),
        Some((name, value)) => format!("{name}={}", percent_encoded(value)),
        None => percent_encoded(text),
    })
}

/// Text for a query or a part of a path: all but the unreserved characters of RFC 3986 as `%XX`.
pub fn percent_encoded(text: &str) -> String {
    let mut encoded = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            encoded.push(char::from(byte));
        } else {
            let _ = write!(encoded, "%{byte:02X}");
        }
    }
    encoded
}

/// The reverse of [`percent_encoded`], with `+` as a space where it stands in a query. What is no `%XX` stays.
pub fn percent_decoded(text: &str, plus: char) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes().peekable();
    while let Some(byte) = rest.next() {
        let mut ahead = rest.clone();
        let digit = |byte: Option<u8>| byte.and_then(|byte| char::from(byte).to_digit(16));
        match (byte, digit(ahead.next()), digit(ahead.next())) {
            (b'%', Some(high), Some(low)) => {
                bytes.push((high * 16 + low) as u8);
                rest.next();
                rest.next();
            }
            (b'+', _, _) => bytes.push(plus as u8),
            (other, _, _) => bytes.push(other),
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(text: &str) -> CurlCommand {
        parse_curl(text).unwrap()
    }

    #[test]
    fn the_common_forms_are_read() {
        let command = parsed(
            "curl -X POST http://127.0.0.1:8080/prod/orders \\\n  -H 'Content-Type: application/json' \\\n  -d '{\"a\": \"it'\\''s\"}'",
        );
        assert_eq!(command.method, "POST");
        assert_eq!(command.url, "http://127.0.0.1:8080/prod/orders");
        assert_eq!(
            command.headers,
            [("Content-Type".to_owned(), "application/json".to_owned())]
        );
        assert_eq!(command.body.as_deref(), Some(r#"{"a": "it's"}"#));
        assert_eq!(parsed("curl https://a.b/c").method, "GET");
        assert_eq!(
            parsed("$ curl -sSL -XDELETE 'https://a.b/c?d=1&e=2'").method,
            "DELETE"
        );
        assert_eq!(parsed("curl -I https://a.b").method, "HEAD");
        assert_eq!(parsed("curl --request=put --url=https://a.b").method, "PUT");
    }

    #[test]
    fn json_and_forms_bring_their_headers() {
        let command = parsed(r#"curl --json '{"a":1}' https://a.b"#);
        assert_eq!(command.method, "POST");
        let names: Vec<&str> = command.headers.iter().map(|(name, _)| &**name).collect();
        assert_eq!(names, ["Content-Type", "Accept"]);
        let form = parsed("curl -d a=1 -d b=2 https://a.b");
        assert_eq!(form.body.as_deref(), Some("a=1&b=2"));
        assert!(form.headers[0].1.contains("urlencoded"));
        let get = parsed("curl -G -d a=1 --data-urlencode 'b=x y' https://a.b");
        assert_eq!(
            (get.method.as_str(), get.url.as_str()),
            ("GET", "https://a.b?a=1&b=x%20y")
        );
        assert_eq!(get.body, None);
        let user = parsed("curl -u me:secret https://a.b");
        assert_eq!(user.headers[0].1, "Basic bWU6c2VjcmV0");
    }

    #[test]
    fn what_browsers_copy_is_read() {
        let chrome = "curl 'https://a.b/x' \\\n  -H 'accept: */*' \\\n  --data-raw $'{\\n  \"n\": \"O\\'Brien \\u0041\"\\n}' \\\n  --compressed";
        let command = parsed(chrome);
        assert_eq!(
            command.body.as_deref(),
            Some("{\n  \"n\": \"O'Brien A\"\n}")
        );
        assert_eq!(command.ignored, ["--compressed"]);
        let windows = "curl \"https://a.b/x\" ^\r\n  -H \"accept: */*\"";
        assert_eq!(parsed(windows).headers.len(), 1);
        let double = parsed(r#"curl -d "{\"a\": \"\$x\"}" https://a.b | jq ."#);
        assert_eq!(double.body.as_deref(), Some(r#"{"a": "$x"}"#));
    }

    #[test]
    fn what_cannot_be_read_is_said() {
        let wrong = |text: &str| parse_curl(text).unwrap_err();
        assert_eq!(
            wrong("wget https://a.b"),
            "The text does not begin with curl"
        );
        assert_eq!(wrong("curl -X POST"), "The command names no address");
        assert_eq!(wrong("curl 'https://a.b"), "A quote (') is not closed");
        assert_eq!(
            wrong("curl -d @body.json https://a.b"),
            "The body stands in the file body.json; paste its text as the body instead"
        );
        assert_eq!(wrong("curl a b"), "There are two addresses, a and b");
        assert_eq!(wrong("curl https://a.b -H"), "-H has no value");
        assert_eq!(wrong(""), "The text does not begin with curl");
        assert!(wrong("curl -F a=@b https://a.b").contains("-F"));
    }

    #[test]
    fn a_request_survives_the_way_there_and_back() {
        let command = CurlCommand {
            method: "PUT".to_owned(),
            url: "http://127.0.0.1:8080/prod/keys/a%20b?x=1&y=it's".to_owned(),
            headers: vec![
                ("Content-Type".to_owned(), "application/json".to_owned()),
                ("X-Empty".to_owned(), String::new()),
            ],
            body: Some("{\n  \"name\": \"O'Brien $HOME \\\\ é\"\n}".to_owned()),
            ignored: Vec::new(),
        };
        assert_eq!(parsed(&to_curl(&command)), command);
    }

    #[test]
    fn percent_signs_go_both_ways() {
        for text in ["a b/c?d&e=é%", "plain-._~"] {
            assert_eq!(percent_decoded(&percent_encoded(text), '+'), text);
        }
        assert_eq!(percent_decoded("a+b%2", ' '), "a b%2");
    }
}
