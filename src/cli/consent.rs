//! `stepwright consent`: what may be done for real, by folder; given, listed, withdrawn.

use std::path::Path;
use std::path::PathBuf;

use serde_json::json;

use crate::cli::fail;
use crate::cli::output::say;
use crate::sidecar::Consent;
use crate::sidecar::ConsentChange;
use crate::sidecar::Consents;
use crate::workspace::change_consents;
use crate::workspace::consent_date;
use crate::workspace::consent_folder;
use crate::workspace::load_consents;

#[derive(clap::Args, Debug)]
pub struct ConsentArgs {
    #[command(subcommand)]
    what: Option<What>,
    /// Print the list as JSON
    #[arg(long)]
    json: bool,
}

#[derive(clap::Subcommand, Debug)]
enum What {
    /// Print what was agreed to, and when
    List,
    /// Agree that workflows of a folder may do something for real
    Give {
        folder: PathBuf,
        /// command, lambda, http or aws
        #[arg(required = true, value_parser = kind)]
        kinds: Vec<Consent>,
    },
    /// Take it back: one kind, or everything of the folder
    Withdraw {
        folder: PathBuf,
        #[arg(value_parser = kind)]
        kind: Option<Consent>,
    },
}

/// Exit 0, or 1 where there was nothing to withdraw, or 2 where what was agreed to cannot be read or written.
pub fn consent(arguments: &ConsentArgs) -> u8 {
    match change(arguments) {
        Ok(code) => code,
        Err(reason) => fail(&reason),
    }
}

fn change(arguments: &ConsentArgs) -> Result<u8, String> {
    match arguments.what.as_ref().unwrap_or(&What::List) {
        What::List if arguments.json => say(&json!(load_consents()?.folders).to_string()),
        What::List => list(&load_consents()?),
        What::Give { folder, kinds } => {
            if !folder.is_dir() {
                return Err(format!("{} is no folder", folder.display()));
            }
            change_consents(&ConsentChange::Give {
                folder: consent_folder(folder),
                kinds: kinds.clone(),
                date: consent_date(),
            })?;
            for kind in kinds {
                say(&told(folder, *kind));
            }
        }
        What::Withdraw { folder, kind } => {
            let change = ConsentChange::Withdraw {
                folder: consent_folder(folder),
                kind: *kind,
            };
            if change_consents(&change)?.is_none() {
                say("nothing of that kind was agreed to for this folder");
                return Ok(1);
            }
            let what = kind.map_or("everything", Consent::word);
            say(&format!("{} {what}: withdrawn", folder.display()));
        }
    }
    Ok(0)
}

fn list(consents: &Consents) {
    if consents.folders.is_empty() {
        say(
            "nothing was agreed to: no workflow runs a program, nor calls anything outside of Stepwright",
        );
    }
    for (folder, kinds) in &consents.folders {
        for (kind, since) in kinds {
            say(&format!("{} (since {since})", told(folder, *kind)));
        }
    }
}

fn told(folder: &Path, kind: Consent) -> String {
    format!(
        "{} {}: Stepwright may {}",
        folder.display(),
        kind.word(),
        kind.meaning()
    )
}

fn kind(word: &str) -> Result<Consent, String> {
    Consent::parse(word).ok_or_else(|| "one of command, lambda, http and aws".to_owned())
}
