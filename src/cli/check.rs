//! `check`: diagnostics as text, JSON or SARIF 2.1.0.

use std::collections::BTreeMap;
use std::path::Path;
use std::path::PathBuf;

use serde_json::Value;
use serde_json::json;

use crate::asl;
use crate::asl::Diagnostic;
use crate::asl::MachineType;
use crate::asl::Severity;
use crate::cli::Source;
use crate::cli::SourceArgs;
use crate::cli::complaints::Complaint;
use crate::cli::complaints::complaints;
use crate::cli::fail;
use crate::cli::output::note;
use crate::cli::output::say;
use crate::cli::run::companion;
use crate::cli::source::named_file;
use crate::cli::source::parameters;
use crate::cli::source::read_definition;
use crate::cli::within::Opened;
use crate::gateway;
use crate::project::Definition;
use crate::sidecar::WorkflowKind;
use crate::syntax::Format;
use crate::text::LineIndex;
use crate::text::Span;

/// The arguments of `check`.
#[derive(clap::Args, Debug, Clone)]
pub struct CheckArgs {
    /// Definitions, JSON or YAML, or templates and other projects, or FILE#NAME; `-` is standard input
    #[arg(required = true, value_name = "FILE")]
    pub files: Vec<String>,
    /// The value of a parameter of a template
    #[arg(long = "param", value_name = "NAME=VALUE")]
    pub param: Vec<String>,
    /// A JSON file with the values of parameters
    #[arg(long, value_name = "FILE")]
    pub params: Option<String>,
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
        match look(file, arguments) {
            Ok(found) => checked.extend(found),
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

/// What there is to say about a definition, or about all that a project holds.
fn look(file: &str, arguments: &CheckArgs) -> Result<Vec<Checked>, String> {
    let params = parameters(&SourceArgs {
        file: file.to_owned(),
        param: arguments.param.clone(),
        params: arguments.params.clone(),
    })?;
    if let Some(opened) = crate::cli::within::open(file, &params)? {
        return look_at_project(&opened, arguments.machine_type);
    }
    let text = read_definition(&named_file(file)?)?;
    let mut found = vec![Checked::new(file, text, arguments.machine_type)];
    if file != "-" {
        let source = Source::read(&SourceArgs {
            file: file.to_owned(),
            param: arguments.param.clone(),
            params: arguments.params.clone(),
        })?;
        found.extend(beside(complaints(&source, &companion(&source))));
    }
    Ok(found)
}

/// The files beside a definition that there is something to say about.
fn beside(complaints: Vec<Complaint>) -> Vec<Checked> {
    let mut files: BTreeMap<PathBuf, Vec<Complaint>> = BTreeMap::new();
    for complaint in complaints {
        files
            .entry(complaint.file.clone())
            .or_default()
            .push(complaint);
    }
    let files = files.into_iter().map(|(file, complaints)| {
        let text = std::fs::read_to_string(&file).unwrap_or_default();
        let diagnostics = complaints.iter().map(|complaint| {
            let span = complaint.span(&text);
            told(Severity::Warning, complaint.code, span, complaint.words())
        });
        let mut diagnostics: Vec<Diagnostic> = diagnostics.collect();
        diagnostics.sort_by_key(|diagnostic| diagnostic.span);
        Checked {
            file: file.display().to_string(),
            diagnostics,
            index: LineIndex::new(&text),
            text,
        }
    });
    files.collect()
}

/// Every file of a project that there is something to say about, and every definition that was asked for.
fn look_at_project(opened: &Opened, wanted: Option<TypeArgument>) -> Result<Vec<Checked>, String> {
    let mut found: BTreeMap<String, Vec<Diagnostic>> = BTreeMap::new();
    let mut complained: Vec<Complaint> = Vec::new();
    for machine in opened.machines()? {
        // One that cannot be read is among the problems.
        let Ok(definition) = opened.project.definition(machine) else {
            continue;
        };
        let diagnostics = found.entry(definition.file.clone()).or_default();
        let machine_type = wanted.map_or(machine.kind, MachineType::from);
        diagnostics.extend(diagnose(&definition, machine_type));
        let source = Source::of_machine(opened.within(machine)?, BTreeMap::new());
        let said = complaints(&source, &companion(&source));
        // What is said of the folder is the same for each.
        complained.extend(
            said.into_iter()
                .filter(|one| !complained.contains(one))
                .collect::<Vec<_>>(),
        );
    }
    if opened.name.is_none() {
        for finding in gateway::lints(&opened.project) {
            let diagnostics = found.entry(finding.file).or_default();
            diagnostics.push(finding.diagnostic);
        }
        for problem in &opened.project.problems {
            let file = problem.origin.file.to_string();
            let span = problem.origin.span;
            let diagnostic = told(problem.severity, problem.code, span, &problem.message);
            found.entry(file).or_default().push(diagnostic);
        }
        let mut unresolved = opened.project.unresolved.clone();
        // The first place of each name says enough.
        unresolved.dedup_by(|later, first| later.name == first.name);
        for unresolved in unresolved {
            let file = unresolved.origin.file.to_string();
            let span = unresolved.origin.span;
            let message = format!(
                "nothing says what {} is; give it with --param, or in {}",
                unresolved.name,
                crate::project::companion_path(&opened.project.root)
            );
            let diagnostic = told(Severity::Info, "PROJECT_UNRESOLVED", span, &message);
            found.entry(file).or_default().push(diagnostic);
        }
    }
    let checked = found.into_iter().map(|(file, mut diagnostics)| {
        diagnostics.sort_by_key(|diagnostic| diagnostic.span);
        // Two machines may share a definition.
        diagnostics.dedup();
        let text = opened.project.text(&file).to_owned();
        Checked {
            file: opened.folder.join(&file).display().to_string(),
            index: LineIndex::new(&text),
            text,
            diagnostics,
        }
    });
    Ok(checked.chain(beside(complained)).collect())
}

fn told(severity: Severity, code: &'static str, span: Span, message: &str) -> Diagnostic {
    Diagnostic {
        code,
        severity,
        span,
        pointer: String::new(),
        message: message.to_owned(),
        hints: Vec::new(),
        fix: None,
    }
}

/// What there is to say about a definition, at its places in the file it stands in.
fn diagnose(definition: &Definition, machine_type: MachineType) -> Vec<Diagnostic> {
    let text = &definition.text;
    let parse = crate::syntax::parse(text, definition.format);
    let machine = asl::read(&parse.tree);
    let found = asl::lint_as(
        text,
        &parse.tree,
        &machine,
        &parse.errors,
        Some(machine_type),
    );
    let placed = found.into_iter().map(|mut diagnostic| {
        diagnostic.span = definition.file_span(diagnostic.span);
        // A repair that would reach into a function of the template is none.
        diagnostic.fix = diagnostic.fix.and_then(|mut fix| {
            fix.edit = definition.file_edit(&fix.edit).ok()?;
            Some(fix)
        });
        diagnostic
    });
    placed.collect()
}

impl From<TypeArgument> for MachineType {
    fn from(argument: TypeArgument) -> MachineType {
        match argument {
            TypeArgument::Standard => MachineType::Standard,
            TypeArgument::Express => MachineType::Express,
        }
    }
}

/// A file that was read, with what there is to say about it.
struct Checked {
    file: String,
    text: String,
    index: LineIndex,
    diagnostics: Vec<Diagnostic>,
}

impl Checked {
    fn new(file: &str, text: String, wanted: Option<TypeArgument>) -> Checked {
        let parse = crate::syntax::parse(&text, Format::of(file, &text));
        let machine = asl::read(&parse.tree);
        let machine_type = match wanted {
            Some(wanted) => Some(MachineType::from(wanted)),
            None => type_beside(file),
        };
        let diagnostics = asl::lint_as(&text, &parse.tree, &machine, &parse.errors, machine_type);
        Checked {
            file: file.to_owned(),
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

fn print_text(checked: &[Checked]) {
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

fn count(checked: &[Checked], severity: Severity) -> usize {
    let all = checked.iter().flat_map(|file| &file.diagnostics);
    all.filter(|diagnostic| diagnostic.severity == severity)
        .count()
}

/// SARIF 2.1.0: one run, a rule for every code that occurs.
fn sarif(checked: &[Checked]) -> Value {
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

fn result(file: &Checked, diagnostic: &Diagnostic) -> Value {
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
