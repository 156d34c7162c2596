//! `edit`: the editor's own commands on a file, without a window.

use std::collections::BTreeMap;
use std::io::Write;
use std::path::Path;
use std::sync::Arc;

use crate::cli::argument_text;
use crate::cli::fail;
use crate::cli::line_diff::unified;
use crate::cli::output::note;
use crate::cli::source::machine_name;
use crate::cli::source::named_file;
use crate::cli::source::read_definition;
use crate::cli::within::Companion;
use crate::cli::within::Within;
use crate::cli::within::companion_beside;
use crate::editor::CommandError;
use crate::editor::Document;
use crate::editor::Revision;
use crate::editor::plan;
use crate::editor::read_command;
use crate::project::Inset;
use crate::syntax::Format;
use crate::text::TextEdit;
use crate::workspace;

/// The arguments of `edit`.
#[derive(clap::Args, Debug, Clone)]
#[command(after_help = "Example:
  stepwright edit order.asl.json --diff --apply '[{\"rename\":{\"state\":\"A\",\"to\":\"B\"}},
    {\"insert\":{\"type\":\"Wait\",\"on\":{\"from\":\"B\",\"to\":\"C\"}}},
    {\"delete\":{\"states\":[\"D\"]}},
    {\"set\":{\"state\":\"B\",\"field\":\"/Comment\",\"value\":\"why\"}},
    {\"wrap\":{\"states\":[\"B\"],\"in\":\"Parallel\"}}]'

Commands: insert, move, delete, rename, reconnect, connect, disconnect, startAt, set, changeType,
duplicate, paste, wrap, unwrap, reorder, sidecarSet. Places: on {from, to}, before, after, start,
into, rule, branch. A state is named by its name or by its path.")]
pub struct EditArgs {
    /// A definition in JSON, or FILE#NAME for a machine of a template; `-` is standard input
    pub file: String,
    /// A JSON list of commands, or @file
    #[arg(long, value_name = "COMMANDS")]
    pub apply: String,
    /// Write the file instead of printing it
    #[arg(long, conflicts_with = "diff")]
    pub write: bool,
    /// Print what would change as a unified diff
    #[arg(long)]
    pub diff: bool,
}

/// Applies commands and prints or writes what comes of it. Exit code 1: a command is refused.
pub fn edit(arguments: &EditArgs) -> u8 {
    match carry_out(arguments) {
        Ok(()) => 0,
        Err(Failure::Refused(words)) => {
            note(&format!("stepwright: {words}"));
            1
        }
        Err(Failure::Impossible(reason)) => fail(&reason),
    }
}

enum Failure {
    /// Exit code 1.
    Refused(String),
    /// Exit code 2.
    Impossible(String),
}

fn carry_out(arguments: &EditArgs) -> Result<(), Failure> {
    let is_stream = arguments.file == "-";
    if is_stream && arguments.write {
        let reason =
            "standard input cannot be written to; leave --write out and redirect the output";
        return Err(Failure::Impossible(reason.to_owned()));
    }
    let commands = read_commands(&arguments.apply).map_err(Failure::Impossible)?;
    let before = Sheets::read(&arguments.file).map_err(Failure::Impossible)?;
    let (definition, sidecar) = apply(before.document.clone(), &commands)?;
    let definition = match &before.inset {
        Some(inset) => inset.splice(&definition).map_err(Failure::Refused)?,
        None => definition,
    };
    let sidecar = match &before.companion.inset {
        Some(inset) => inset.splice(&sidecar).map_err(Failure::Refused)?,
        None => sidecar,
    };
    let text = definition.apply(&before.text);
    let companion = sidecar.apply(&before.companion.whole);
    if arguments.diff {
        let mut out = unified(&before.file, &before.text, &text);
        let name = before.companion.path.display().to_string();
        out.push_str(&unified(&name, &before.companion.whole, &companion));
        return print(&out);
    }
    if !arguments.write {
        return print(&text);
    }
    let impossible = |error: workspace::SaveError| Failure::Impossible(error.to_string());
    if companion != before.companion.whole {
        workspace::write_atomically(&before.companion.path, companion.as_bytes())
            .map_err(impossible)?;
    }
    if text != before.text {
        workspace::write_atomically(Path::new(&before.file), text.as_bytes())
            .map_err(impossible)?;
    }
    Ok(())
}

/// What is edited: the definition with its companion, and the files in which both stand.
struct Sheets {
    file: String,
    /// The text of the file.
    text: String,
    /// Where the definition is a part of it.
    inset: Option<Inset>,
    companion: Companion,
    document: Document,
}

impl Sheets {
    fn read(argument: &str) -> Result<Sheets, String> {
        if let Some(opened) = crate::cli::within::open(argument, &BTreeMap::new())? {
            return Ok(Sheets::of_machine(opened.within(opened.machine()?)?));
        }
        let file = named_file(argument)?;
        let text = read_definition(&file)?;
        let companion = match file.as_str() {
            "-" => Companion::default(),
            name => companion_beside(Path::new(name)),
        };
        Ok(Sheets {
            document: Document {
                name: machine_name(&file),
                format: Format::of(&file, &text),
                text: Arc::from(text.as_str()),
                sidecar: Arc::from(companion.text.as_str()),
            },
            file,
            text,
            inset: None,
            companion,
        })
    }

    fn of_machine(within: Within) -> Sheets {
        let companion = within.companion();
        Sheets {
            file: within.path().display().to_string(),
            text: within.host().to_owned(),
            document: Document {
                name: within.machine.name.clone(),
                format: within.definition.format,
                text: within.definition.text.clone(),
                sidecar: Arc::from(companion.text.as_str()),
            },
            companion,
            inset: within.definition.inset,
        }
    }
}

fn read_commands(argument: &str) -> Result<Vec<serde_json::Value>, String> {
    let text = argument_text(argument)?;
    match serde_json::from_str(&text) {
        Ok(serde_json::Value::Array(commands)) => Ok(commands),
        Ok(single @ serde_json::Value::Object(_)) => Ok(vec![single]),
        Ok(_) => Err("--apply takes a JSON list of commands".to_owned()),
        Err(error) => Err(format!("--apply is not JSON: {error}")),
    }
}

/// Each command sees the document that the one before it left. Answers with the edits of definition and companion.
fn apply(
    mut document: Document,
    commands: &[serde_json::Value],
) -> Result<(TextEdit, TextEdit), Failure> {
    let (mut definition, mut sidecar) = (TextEdit::default(), TextEdit::default());
    for (index, json) in commands.iter().enumerate() {
        let number = index + 1;
        let revision = Revision::new(number as u64, document.clone());
        let command = read_command(&revision, json).map_err(|error| match error {
            CommandError::Malformed(reason) => {
                Failure::Impossible(format!("command {number}: {reason}"))
            }
            CommandError::Refused(refusal) => Failure::Refused(refusal.to_string()),
        })?;
        let plan =
            plan(&revision, &command).map_err(|refusal| Failure::Refused(refusal.to_string()))?;
        document.text = Arc::from(plan.edit.apply(&document.text));
        definition = definition.then(&plan.edit);
        if let Some(edit) = plan.sidecar_edit {
            document.sidecar = Arc::from(edit.apply(&document.sidecar));
            sidecar = sidecar.then(&edit);
        }
    }
    Ok((definition, sidecar))
}

fn print(text: &str) -> Result<(), Failure> {
    let mut out = std::io::stdout().lock();
    out.write_all(text.as_bytes())
        .and_then(|()| out.flush())
        .map_err(|error| Failure::Impossible(format!("the output cannot be written: {error}")))
}
