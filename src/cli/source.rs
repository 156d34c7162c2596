//! Reading what a verb is asked about: a definition from a file or standard input, JSON arguments, parameters.

use std::collections::BTreeMap;
use std::io::Read;
use std::path::Path;
use std::path::PathBuf;

use crate::asl::Machine;
use crate::asl::MachineType;
use crate::cli::output::note;
use crate::cli::within::Companion;
use crate::cli::within::Within;
use crate::cli::within::companion_beside;
use crate::query::Value;
use crate::syntax::Format;
use crate::syntax::Parse;
use crate::syntax::file_stem;
use crate::text::LineColumn;
use crate::text::LineIndex;
use crate::text::Span;

/// The definition a verb works on.
#[derive(clap::Args, Debug, Clone)]
pub struct SourceArgs {
    /// A definition, JSON or YAML; a template, cdk.out or serverless.yml; FILE#NAME names a machine; `-` is standard input
    pub file: String,
    /// The value of a `${NAME}` placeholder
    #[arg(long = "param", value_name = "NAME=VALUE")]
    pub param: Vec<String>,
    /// A JSON file with the values of placeholders: {"NAME": "value"}, or CloudFormation's list of parameters
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
    /// The project it is a machine of.
    pub within: Option<Box<Within>>,
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
        let params = parameters(arguments)?;
        if let Some(opened) = crate::cli::within::open(&arguments.file, &params)? {
            let within = opened.within(opened.machine()?)?;
            return Ok(Source::of_machine(within, params));
        }
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
            params,
            within: None,
        })
    }

    /// A machine of a project. What was said on the command line counts before what its template says.
    pub fn of_machine(within: Within, given: BTreeMap<String, String>) -> Source {
        let text = within.definition.text.to_string();
        let parse = crate::syntax::parse(&text, within.definition.format);
        let machine = crate::asl::read(&parse.tree);
        let mut params = within.machine.substitutions.clone();
        params.extend(given);
        Source {
            file: within.path().display().to_string(),
            name: within.machine.name.clone(),
            text,
            parse,
            machine,
            params,
            within: Some(Box::new(within)),
        }
    }

    /// The name under which answers are looked up in a mock file: what its template calls it, where there is one.
    pub fn mocks_name(&self) -> &str {
        match &self.within {
            Some(within) => &within.machine.key,
            None => &self.name,
        }
    }

    pub fn format(&self) -> Format {
        match &self.within {
            Some(within) => within.definition.format,
            None => Format::of(&self.file, &self.text),
        }
    }

    /// What the template says the machine is.
    pub fn kind(&self) -> Option<MachineType> {
        self.within.as_ref().map(|within| within.machine.kind)
    }

    /// The folder whose file chooses what answers its tasks, and for which people agree.
    pub fn folder(&self) -> PathBuf {
        let own = match (self.file.as_str(), &self.within) {
            ("-", _) => PathBuf::new(),
            (_, Some(within)) => within.folder.clone(),
            (file, None) => Path::new(file)
                .parent()
                .map(Path::to_owned)
                .unwrap_or_default(),
        };
        match own.as_os_str().is_empty() {
            true => PathBuf::from("."),
            false => own,
        }
    }

    pub fn companion(&self) -> Companion {
        match &self.within {
            Some(within) => within.companion(),
            None => companion_beside(Path::new(&self.file)),
        }
    }

    /// Line and column of a byte of the text, counted in the file it stands in.
    pub fn locate(&self, offset: usize) -> LineColumn {
        match &self.within {
            Some(within) => {
                let host = within.host();
                let span = within.definition.file_span(Span::at(offset));
                LineIndex::new(host).locate(host, span.start)
            }
            None => LineIndex::new(&self.text).locate(&self.text, offset),
        }
    }

    /// Puts the values of the placeholders into the text.
    pub fn fill(&mut self) {
        self.text = filled(&self.text, &self.params);
        self.parse = crate::syntax::parse(&self.text, self.format());
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

/// The text of a definition. What holds definitions, but is none, is refused by what it is.
pub fn read_definition(file: &str) -> Result<String, String> {
    if file != "-" && Path::new(file).is_dir() {
        return Err(format!(
            "{file} is a folder without a template, a cdk.out or a serverless.yml in it; name a definition"
        ));
    }
    let text = read_text(file)?;
    // A file is read as a project before it comes here; standard input has no folder around it.
    match crate::project::kind_of(file, &text) {
        Some(kind) => Err(format!(
            "{file} is {}, which has to be named as a file",
            kind.words()
        )),
        None => Ok(text),
    }
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

/// The values given on the command line: those of the file, and before them those given one by one.
pub fn parameters(arguments: &SourceArgs) -> Result<BTreeMap<String, String>, String> {
    let mut values = BTreeMap::new();
    if let Some(file) = &arguments.params {
        values = crate::project::parameter_values(&read_text(file)?)
            .map_err(|reason| format!("{file} {reason}"))?;
    }
    for parameter in &arguments.param {
        let (name, value) = parameter
            .split_once('=')
            .ok_or_else(|| format!("--param {parameter} must be NAME=VALUE"))?;
        values.insert(name.to_owned(), value.to_owned());
    }
    Ok(values)
}
