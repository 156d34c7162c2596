//! Reading what a verb is asked about: a definition from a file or standard input, JSON arguments, parameters.

use std::collections::BTreeMap;
use std::io::Read;
use std::path::Path;

use crate::asl::Machine;
use crate::cli::output::note;
use crate::query::Value;
use crate::syntax::Format;
use crate::syntax::Parse;
use crate::syntax::file_stem;

/// The definition a verb works on.
#[derive(clap::Args, Debug, Clone)]
pub struct SourceArgs {
    /// A definition, JSON or YAML; `-` is standard input; FILE#NAME names the machine in it
    pub file: String,
    /// The value of a `${NAME}` placeholder
    #[arg(long = "param", value_name = "NAME=VALUE")]
    pub param: Vec<String>,
    /// A JSON file with the values of placeholders
    #[arg(long, value_name = "FILE")]
    pub params: Option<String>,
}

/// A definition that was read.
#[derive(Debug)]
pub struct Source {
    /// The file as it was named; `-` for standard input.
    pub file: String,
    /// The file's name without `.asl.json` and the like: the machine's name.
    pub name: String,
    pub text: String,
    pub parse: Parse,
    pub machine: Machine,
    pub params: BTreeMap<String, String>,
}

/// Says why nothing could be done; the exit code is 2.
pub fn fail(reason: &str) -> u8 {
    // A name or an expression in the words may be as long as the file.
    let lines: Vec<String> = reason.lines().map(clipped).collect();
    note(&format!("stepwright: {}", lines.join("\n")));
    2
}

/// A line cut off where nobody reads on.
fn clipped(line: &str) -> String {
    const LONGEST: usize = 500;
    match line.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}…", line.get(..end).unwrap_or_default()),
        None => line.to_owned(),
    }
}

impl Source {
    /// Reads a definition. The error is one sentence for stderr.
    pub fn read(arguments: &SourceArgs) -> Result<Source, String> {
        let file = named_file(&arguments.file)?;
        let text = read_definition(&file)?;
        let format = Format::of(&file, &text);
        let parse = crate::syntax::parse(&text, format);
        let machine = crate::asl::read(&parse.tree);
        Ok(Source {
            name: machine_name(&file),
            file,
            text,
            parse,
            machine,
            params: parameters(arguments)?,
        })
    }

    /// Puts the values of the placeholders into the text.
    pub fn fill(&mut self) {
        self.text = filled(&self.text, &self.params);
        self.parse = crate::syntax::parse(&self.text, Format::of(&self.file, &self.text));
        self.machine = crate::asl::read(&self.parse.tree);
    }
}

/// A JSON argument: text, or `@file`.
pub fn json_argument(argument: &str) -> Result<Value, String> {
    Value::parse(&argument_text(argument)?).map_err(|error| format!("{argument}: {error}"))
}

/// An argument's text: itself, or the contents of `@file`.
pub fn argument_text(argument: &str) -> Result<String, String> {
    match argument.strip_prefix('@') {
        Some(file) => read_text(file),
        None => Ok(argument.to_owned()),
    }
}

/// The contents of a file, or of standard input for `-`.
pub fn read_text(file: &str) -> Result<String, String> {
    let mut bytes = Vec::new();
    if file == "-" {
        std::io::stdin()
            .read_to_end(&mut bytes)
            .map_err(|error| format!("standard input cannot be read: {error}"))?;
    } else {
        bytes = std::fs::read(file).map_err(|error| format!("{file} cannot be read: {error}"))?;
    }
    String::from_utf8(bytes).map_err(|error| {
        format!(
            "{file} is not UTF-8 text (byte {} is wrong); save it as UTF-8",
            error.utf8_error().valid_up_to()
        )
    })
}

/// The file in FILE#NAME. A definition holds one machine, which is named like its file.
pub fn named_file(argument: &str) -> Result<String, String> {
    let Some((file, name)) = argument.rsplit_once('#') else {
        return Ok(argument.to_owned());
    };
    if Path::new(argument).exists() || !Path::new(file).exists() {
        return Ok(argument.to_owned());
    }
    let only = machine_name(file);
    if name == only {
        Ok(file.to_owned())
    } else {
        Err(format!(
            "{file} holds no machine named {name}; there is {only}"
        ))
    }
}

/// The text of a definition. What else a workflow may be written in is refused by its name.
pub fn read_definition(file: &str) -> Result<String, String> {
    let unsupported = |what: &str| {
        format!(
            "{file} is {what}, which is not supported yet; name a file with the definition alone"
        )
    };
    let path = Path::new(file);
    if file != "-" && path.is_dir() {
        let is_cdk = file.trim_end_matches('/').ends_with("cdk.out")
            || path.join("manifest.json").is_file() && path.join("cdk.out").is_file();
        return Err(if is_cdk {
            unsupported("the output folder of the CDK")
        } else {
            format!("{file} is a folder; name a definition in it")
        });
    }
    let text = read_text(file)?;
    match template_kind(file, &text) {
        Some(what) => Err(unsupported(what)),
        None => Ok(text),
    }
}

/// What a text is that is no definition, but holds some.
fn template_kind(file: &str, text: &str) -> Option<&'static str> {
    let name = Path::new(file)
        .file_name()?
        .to_string_lossy()
        .to_lowercase();
    let mentions = ["Resources", "service", "AWSTemplateFormatVersion"];
    if !mentions.iter().any(|word| text.contains(word)) {
        return None;
    }
    let tree = crate::syntax::parse(text, Format::of(file, text)).tree;
    let root = tree.root()?;
    let has = |key: &str| tree.get(root, key).is_some();
    if has("StartAt") || has("States") {
        return None;
    }
    if has("AWSTemplateFormatVersion") || has("Resources") {
        let is_sam = has("Transform") && text.contains("AWS::Serverless");
        return Some(if is_sam {
            "a SAM template"
        } else {
            "a CloudFormation template"
        });
    }
    let is_serverless = matches!(
        name.as_str(),
        "serverless.yml" | "serverless.yaml" | "serverless.json"
    ) || has("provider");
    (has("service") && is_serverless).then_some("a configuration of the Serverless Framework")
}

/// A text with the values of its `${NAME}` placeholders put in; those without a value stay.
pub fn filled(text: &str, params: &BTreeMap<String, String>) -> String {
    let mut filled = String::with_capacity(text.len());
    let mut from = 0;
    let mut quoted = false;
    for hole in crate::syntax::holes(text) {
        let before = text.get(from..hole.start).unwrap_or_default();
        let mut escaped = false;
        for c in before.chars() {
            quoted ^= c == '"' && !escaped;
            escaped = c == '\\' && !escaped;
        }
        filled.push_str(before);
        let whole = text.get(hole.start..hole.end).unwrap_or_default();
        let name = whole.trim_start_matches("${").trim_end_matches('}').trim();
        match params.get(name) {
            Some(value) if quoted => {
                let json = Value::string(value).to_json();
                let inner = json
                    .strip_prefix('"')
                    .and_then(|rest| rest.strip_suffix('"'));
                filled.push_str(inner.unwrap_or(value));
            }
            Some(value) => filled.push_str(value),
            None => filled.push_str(whole),
        }
        from = hole.end;
    }
    filled.push_str(text.get(from..).unwrap_or_default());
    filled
}

/// `folder/order.asl.json` is the machine `order`.
pub fn machine_name(file: &str) -> String {
    let name = Path::new(file)
        .file_name()
        .map(|name| name.to_string_lossy().into_owned())
        .unwrap_or_else(|| "machine".to_owned());
    if name == "-" {
        "machine".to_owned()
    } else {
        file_stem(&name).to_owned()
    }
}

fn parameters(arguments: &SourceArgs) -> Result<BTreeMap<String, String>, String> {
    let mut values = BTreeMap::new();
    if let Some(file) = &arguments.params {
        let json = Value::parse(&read_text(file)?).map_err(|error| format!("{file}: {error}"))?;
        let members = json
            .as_object()
            .ok_or_else(|| format!("{file} must hold one JSON object of names and values"))?;
        for (name, value) in members.iter() {
            let text = value
                .as_str()
                .map_or_else(|| value.to_json(), str::to_owned);
            values.insert(name.to_string(), text);
        }
    }
    for parameter in &arguments.param {
        let (name, value) = parameter
            .split_once('=')
            .ok_or_else(|| format!("--param {parameter} must be NAME=VALUE"))?;
        values.insert(name.to_owned(), value.to_owned());
    }
    Ok(values)
}
