//! Reading what a verb is asked about: a definition from a file or standard input, JSON arguments, parameters.

use std::collections::BTreeMap;
use std::io::Read;
use std::path::Path;

use crate::asl::Machine;
use crate::query::Value;
use crate::syntax::Format;
use crate::syntax::Parse;

/// The definition a verb works on.
#[derive(clap::Args, Debug, Clone)]
pub struct SourceArgs {
    /// A definition, JSON or YAML; `-` is standard input
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
    eprintln!("stepwright: {reason}");
    2
}

impl Source {
    /// Reads a definition. The error is one sentence for stderr.
    pub fn read(arguments: &SourceArgs) -> Result<Source, String> {
        let text = read_text(&arguments.file)?;
        let format = Format::of(&arguments.file, &text);
        let parse = crate::syntax::parse(&text, format);
        let machine = crate::asl::read(&parse.tree);
        Ok(Source {
            name: machine_name(&arguments.file),
            file: arguments.file.clone(),
            text,
            parse,
            machine,
            params: parameters(arguments)?,
        })
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

/// `folder/order.asl.json` is the machine `order`.
pub fn machine_name(file: &str) -> String {
    let name = Path::new(file)
        .file_name()
        .map(|name| name.to_string_lossy().into_owned())
        .unwrap_or_else(|| "machine".to_owned());
    for ending in [
        ".asl.json",
        ".asl.yaml",
        ".asl.yml",
        ".json",
        ".yaml",
        ".yml",
    ] {
        if let Some(stem) = name.strip_suffix(ending) {
            return stem.to_owned();
        }
    }
    if name == "-" {
        "machine".to_owned()
    } else {
        name
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
