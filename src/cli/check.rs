//! `check`: diagnostics as text, JSON or SARIF 2.1.0.

use std::path::Path;

use serde_json::Value;
use serde_json::json;

use crate::asl;
use crate::asl::Diagnostic;
use crate::asl::MachineType;
use crate::asl::Severity;
use crate::cli::fail;
use crate::cli::output::note;
use crate::cli::output::say;
use crate::cli::source::named_file;
use crate::cli::source::read_definition;
use crate::sidecar::WorkflowKind;
use crate::syntax::Format;
use crate::text::LineIndex;

/// The arguments of `check`.
#[derive(clap::Args, Debug, Clone)]
pub struct CheckArgs {
    /// Definitions, JSON or YAML; `-` is standard input
    #[arg(required = true, value_name = "FILE")]
    pub files: Vec<String>,
    #[arg(long, value_enum, default_value_t)]
    pub format: CheckFormat,
    /// What the state machines are; without it what the file beside the definition says
    #[arg(long = "type", value_enum, ignore_case = true)]
    pub machine_type: Option<TypeArgument>,
}

#[derive(clap::ValueEnum, Clone, Copy, Debug, Default)]
pub enum CheckFormat {
    #[default]
    Text,
    Json,
    Sarif,
}

#[derive(clap::ValueEnum, Clone, Copy, Debug)]
pub enum TypeArgument {
    #[value(name = "STANDARD")]
    Standard,
    #[value(name = "EXPRESS")]
    Express,
}

/// Prints what there is to say about the files: 0 without errors, 1 with, 2 where a file cannot be read.
pub fn check(arguments: &CheckArgs) -> u8 {
    let mut checked = Vec::new();
    let mut unreadable = false;
    for file in &arguments.files {
        match named_file(file).and_then(|file| read_definition(&file)) {
            Ok(text) => checked.push(Checked::new(file, text, arguments.machine_type)),
            Err(reason) => {
                fail(&reason);
                unreadable = true;
            }
        }
    }
    match arguments.format {
        CheckFormat::Text => print_text(&checked),
        CheckFormat::Json => {
            let all: Vec<Value> = checked.iter().flat_map(Checked::json).collect();
            print_json(&Value::Array(all));
        }
        CheckFormat::Sarif => print_json(&sarif(&checked)),
    }
    match (unreadable, count(&checked, Severity::Error)) {
        (true, _) => 2,
        (false, 0) => 0,
        (false, _) => 1,
    }
}

/// A file that was read, with what there is to say about it.
struct Checked<'a> {
    file: &'a str,
    text: String,
    index: LineIndex,
    diagnostics: Vec<Diagnostic>,
}

impl<'a> Checked<'a> {
    fn new(file: &'a str, text: String, wanted: Option<TypeArgument>) -> Checked<'a> {
        let parse = crate::syntax::parse(&text, Format::of(file, &text));
        let machine = asl::read(&parse.tree);
        let machine_type = match wanted {
            Some(TypeArgument::Standard) => Some(MachineType::Standard),
            Some(TypeArgument::Express) => Some(MachineType::Express),
            None => type_beside(file),
        };
        let diagnostics = asl::lint_as(&text, &parse.tree, &machine, &parse.errors, machine_type);
        Checked {
            file,
            index: LineIndex::new(&text),
            text,
            diagnostics,
        }
    }

    fn json(&self) -> Vec<Value> {
        let entry = |diagnostic: &Diagnostic| {
            let start = self.index.locate(&self.text, diagnostic.span.start);
            let end = self.index.locate(&self.text, diagnostic.span.end);
            let mut entry = json!({
                "file": self.file,
                "severity": diagnostic.severity.name(),
                "code": diagnostic.code,
                "message": diagnostic.message,
                "pointer": diagnostic.pointer,
                "line": start.line,
                "column": start.column,
                "end_line": end.line,
                "end_column": end.column,
            });
            if let Some(members) = entry.as_object_mut() {
                if !diagnostic.hints.is_empty() {
                    members.insert("hints".to_owned(), json!(diagnostic.hints));
                }
                if let Some(fix) = &diagnostic.fix {
                    let edits: Vec<Value> = fix
                        .edit
                        .splices()
                        .iter()
                        .map(|splice| {
                            json!({"start": splice.span.start, "end": splice.span.end, "insert": splice.insert})
                        })
                        .collect();
                    members.insert(
                        "fix".to_owned(),
                        json!({"label": fix.label, "edits": edits}),
                    );
                }
            }
            entry
        };
        self.diagnostics.iter().map(entry).collect()
    }
}

/// The type the file beside a definition names; none where there is no such file.
fn type_beside(file: &str) -> Option<MachineType> {
    let path = crate::sidecar::path_beside(Path::new(file));
    let text = std::fs::read_to_string(path).ok()?;
    Some(match crate::sidecar::read(&text).kind {
        WorkflowKind::Standard => MachineType::Standard,
        WorkflowKind::Express => MachineType::Express,
    })
}

fn print_text(checked: &[Checked<'_>]) {
    for file in checked {
        for diagnostic in &file.diagnostics {
            let place = file.index.locate(&file.text, diagnostic.span.start);
            say(&format!(
                "{}:{}:{}: {} {}: {}",
                file.file,
                place.line,
                place.column,
                diagnostic.severity.name(),
                diagnostic.code,
                diagnostic.message
            ));
            for hint in &diagnostic.hints {
                say(&format!("    {hint}"));
            }
        }
    }
    let amount = |severity, word: &str| {
        let count = count(checked, severity);
        format!("{count} {word}{}", if count == 1 { "" } else { "s" })
    };
    note(&format!(
        "{}, {}",
        amount(Severity::Error, "error"),
        amount(Severity::Warning, "warning")
    ));
}

fn print_json(value: &Value) {
    say(&serde_json::to_string_pretty(value).unwrap_or_default());
}

fn count(checked: &[Checked<'_>], severity: Severity) -> usize {
    let all = checked.iter().flat_map(|file| &file.diagnostics);
    all.filter(|diagnostic| diagnostic.severity == severity)
        .count()
}

/// SARIF 2.1.0: one run, a rule for every code that occurs.
fn sarif(checked: &[Checked<'_>]) -> Value {
    let mut rules: Vec<&str> = checked
        .iter()
        .flat_map(|file| file.diagnostics.iter().map(|diagnostic| diagnostic.code))
        .collect();
    rules.sort_unstable();
    rules.dedup();
    let results: Vec<Value> = checked
        .iter()
        .flat_map(|file| {
            file.diagnostics
                .iter()
                .map(|diagnostic| result(file, diagnostic))
        })
        .collect();
    let rules: Vec<Value> = rules.iter().map(|code| json!({"id": code})).collect();
    json!({
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [{
            "tool": {"driver": {"name": "stepwright", "version": env!("CARGO_PKG_VERSION"), "rules": rules}},
            "columnKind": "unicodeCodePoints",
            "results": results,
        }],
    })
}

fn result(file: &Checked<'_>, diagnostic: &Diagnostic) -> Value {
    let start = file.index.locate(&file.text, diagnostic.span.start);
    let end = file.index.locate(&file.text, diagnostic.span.end);
    let level = match diagnostic.severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Info => "note",
    };
    json!({
        "ruleId": diagnostic.code,
        "level": level,
        "message": {"text": diagnostic.message},
        "locations": [{
            "physicalLocation": {
                "artifactLocation": {"uri": file.file.replace('\\', "/").replace(' ', "%20")},
                "region": {
                    "startLine": start.line,
                    "startColumn": start.column,
                    "endLine": end.line,
                    "endColumn": end.column,
                },
            },
            "logicalLocations": [{"fullyQualifiedName": diagnostic.pointer}],
        }],
    })
}
