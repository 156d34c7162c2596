//! `edit`: the editor's own commands on a file, without a window.

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
use crate::editor::CommandError;
use crate::editor::Document;
use crate::editor::Revision;
use crate::editor::plan;
use crate::editor::read_command;
use crate::syntax::Format;
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
    /// A definition in JSON; `-` is standard input
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
    let file = named_file(&arguments.file).map_err(Failure::Impossible)?;
    let path = Path::new(&file);
    let is_stream = file == "-";
    if is_stream && arguments.write {
        let reason =
            "standard input cannot be written to; leave --write out and redirect the output";
        return Err(Failure::Impossible(reason.to_owned()));
    }
    let commands = read_commands(&arguments.apply).map_err(Failure::Impossible)?;
    let text = read_definition(&file).map_err(Failure::Impossible)?;
    let sidecar_path = crate::sidecar::path_beside(path);
    let sidecar = match is_stream {
        true => None,
        false => std::fs::read_to_string(&sidecar_path).ok(),
    };
    let before = Document {
        name: machine_name(&file),
        format: Format::of(&file, &text),
        text: Arc::from(text.as_str()),
        sidecar: Arc::from(sidecar.unwrap_or_default().as_str()),
    };
    let after = apply(before.clone(), &commands)?;
    if arguments.diff {
        let mut out = unified(&file, &before.text, &after.text);
        let name = sidecar_path.display().to_string();
        out.push_str(&unified(&name, &before.sidecar, &after.sidecar));
        return print(&out);
    }
    if !arguments.write {
        return print(&after.text);
    }
    let impossible = |error: workspace::SaveError| Failure::Impossible(error.to_string());
    if after.sidecar != before.sidecar {
        workspace::write_atomically(&sidecar_path, after.sidecar.as_bytes()).map_err(impossible)?;
    }
    if after.text != before.text {
        workspace::write_atomically(path, after.text.as_bytes()).map_err(impossible)?;
    }
    Ok(())
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

/// Each command sees the document that the one before it left.
fn apply(mut document: Document, commands: &[serde_json::Value]) -> Result<Document, Failure> {
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
        if let Some(edit) = plan.sidecar_edit {
            document.sidecar = Arc::from(edit.apply(&document.sidecar));
        }
    }
    Ok(document)
}

fn print(text: &str) -> Result<(), Failure> {
    let mut out = std::io::stdout().lock();
    out.write_all(text.as_bytes())
        .and_then(|()| out.flush())
        .map_err(|error| Failure::Impossible(format!("the output cannot be written: {error}")))
}
