//! `fmt`: lays definitions out anew; names, order and spelling stay.

use std::collections::BTreeMap;
use std::io::Write;
use std::path::Path;

use crate::cli::fail;
use crate::cli::output::say;
use crate::cli::source::read_text;
use crate::syntax::Format;
use crate::text::LineIndex;
use crate::workspace;

/// The arguments of `fmt`.
#[derive(clap::Args, Debug, Clone)]
pub struct FmtArgs {
    /// Definitions in JSON; `-` is standard input
    #[arg(required = true, value_name = "FILE")]
    pub files: Vec<String>,
    /// Change nothing; name the files that are laid out differently, and exit with 1 if there are any
    #[arg(long, conflicts_with = "write")]
    pub check: bool,
    /// Write the files instead of printing them
    #[arg(long)]
    pub write: bool,
}

/// Prints, checks or writes the files: 1 where `--check` finds one, 2 where one cannot be laid out.
pub fn fmt(arguments: &FmtArgs) -> u8 {
    let mut code = 0;
    for file in &arguments.files {
        match one(file, arguments) {
            Ok(true) => {}
            Ok(false) => code = code.max(1),
            Err(reason) => code = fail(&reason),
        }
    }
    code
}

/// Whether all is well with a file.
fn one(file: &str, arguments: &FmtArgs) -> Result<bool, String> {
    if let Some(opened) = crate::cli::within::open(file, &BTreeMap::new())? {
        let within = opened.within(opened.machine()?)?;
        return match within.definition.inset {
            None => one(&within.path().display().to_string(), arguments),
            Some(_) => Err(format!(
                "the definition of {} is a part of {}, which is not laid out",
                within.machine.key,
                within.path().display()
            )),
        };
    }
    let text = read_text(file)?;
    if Format::of(file, &text) == Format::Yaml {
        return Err(format!(
            "{file} is YAML, and only JSON is laid out: the comments of YAML would be lost"
        ));
    }
    let parse = crate::syntax::parse(&text, Format::Json);
    if let Some(error) = parse.errors.first() {
        let place = LineIndex::new(&text).locate(&text, error.span.start);
        return Err(format!(
            "{file}:{}:{}: {}; mend it first",
            place.line, place.column, error.message
        ));
    }
    let formatted = crate::syntax::formatted(&text, &parse.tree);
    let same = formatted == text;
    if arguments.check {
        if !same {
            say(file);
        }
        return Ok(same);
    }
    if arguments.write && file == "-" {
        return Err(
            "standard input cannot be written to; leave --write out and redirect the output"
                .to_owned(),
        );
    }
    if arguments.write {
        if !same {
            workspace::write_atomically(Path::new(file), formatted.as_bytes())
                .map_err(|error| error.to_string())?;
        }
        return Ok(true);
    }
    std::io::stdout()
        .write_all(formatted.as_bytes())
        .map_err(|error| format!("the output cannot be written: {error}"))?;
    Ok(true)
}
