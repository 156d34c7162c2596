//! What is wrong with the files beside a definition: a companion or a `stepwright.backends.json` that is not understood,
//! and what is said of states and machines that are not there. Nothing of it stops a run, and nothing of it is passed over.

use std::path::PathBuf;

use crate::asl::nearest::did_you_mean;
use crate::cli::Source;
use crate::cli::output::note;
use crate::cli::run::siblings;
use crate::cli::site::definitions;
use crate::cli::source::read_text;
use crate::project::companion_path;
use crate::sidecar::FOLDER_FILE;
use crate::sidecar::KnownStates;
use crate::sidecar::Sidecar;
use crate::sidecar::located;
use crate::sidecar::span_told;
use crate::sidecar::starts_others;
use crate::syntax::Format;
use crate::text::Span;

/// One sentence on a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Complaint {
    pub file: PathBuf,
    pub code: &'static str,
    /// Where the sentence begins to speak of: a JSON pointer.
    part: String,
    sentence: String,
}

/// Of what is not understood.
const UNKNOWN: &str = "COMPANION_NOT_UNDERSTOOD";

/// Of what is said of states or machines that are not there: nothing follows it.
const STRANGER: &str = "COMPANION_UNKNOWN_NAME";

impl Complaint {
    /// The place in the file's text.
    pub fn span(&self, text: &str) -> Span {
        span_told(text, &self.part, &self.sentence)
    }

    pub fn words(&self) -> &str {
        &self.sentence
    }

    /// `FILE:LINE:COLUMN: …`
    pub fn located(&self) -> String {
        let text = std::fs::read_to_string(&self.file).unwrap_or_default();
        located(
            &self.file.display().to_string(),
            &text,
            &self.part,
            &self.sentence,
        )
    }
}

/// Says them, each in a line on standard error.
pub fn note_all(complaints: &[Complaint]) {
    for complaint in complaints {
        note(&format!("note: {}", complaint.located()));
    }
}

/// All that is wrong with the files beside a definition.
pub fn complaints(source: &Source, sidecar: &Sidecar) -> Vec<Complaint> {
    let mut all = misread(source, sidecar);
    all.extend(strangers(source, sidecar));
    all.extend(around_all(source));
    all
}

/// What is wrong with the files that speak of all the definitions around one.
pub fn around_all(source: &Source) -> Vec<Complaint> {
    let mut all = of_project(source);
    all.extend(of_folder(source));
    all
}

/// What is not understood in its companion.
pub fn misread(source: &Source, sidecar: &Sidecar) -> Vec<Complaint> {
    told(source, UNKNOWN, sidecar.problems.clone())
}

/// The choices in its companion for states that are not there.
pub fn strangers(source: &Source, sidecar: &Sidecar) -> Vec<Complaint> {
    let own = KnownStates::of(&source.machine);
    let mut strange = sidecar.strangers(&own);
    if !strange.is_empty() && starts_others(&source.machine) {
        strange = sidecar.strangers(&around(source));
    }
    told(source, STRANGER, strange)
}

/// What the companion of its project says of machines that are not there.
fn of_project(source: &Source) -> Vec<Complaint> {
    let Some(within) = &source.within else {
        return Vec::new();
    };
    let path = companion_path(&within.project.root);
    let said = crate::sidecar::read(within.project.text(&path)).machines;
    let machines = within.project.machines.iter();
    let known: Vec<&str> = machines
        .flat_map(|machine| [&machine.key, &machine.logical_id, &machine.name])
        .map(String::as_str)
        .collect();
    let strange = said.keys().filter(|name| !known.contains(&name.as_str()));
    let told = strange.map(|name| {
        let meant = did_you_mean(name, known.iter().copied());
        Complaint {
            file: within.folder.join(&path),
            code: STRANGER,
            part: String::new(),
            sentence: format!(
                "machines/{name} is no state machine of {}{meant}",
                within.project.root
            ),
        }
    });
    told.collect()
}

/// What is wrong with the file of its folder.
fn of_folder(source: &Source) -> Vec<Complaint> {
    let file = source.folder().join(FOLDER_FILE);
    let file = file.strip_prefix(".").unwrap_or(&file);
    let complaint = |code: &'static str, sentence: String| Complaint {
        file: file.to_owned(),
        code,
        part: String::new(),
        sentence,
    };
    let text = match std::fs::read_to_string(file) {
        Ok(text) => text,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Vec::new(),
        Err(error) => return vec![complaint(UNKNOWN, format!("it cannot be read: {error}"))],
    };
    let (backends, problems) = crate::sidecar::Backends::parse(&text);
    let mut strange = backends.strangers(&KnownStates::of(&source.machine), "states/");
    if !strange.is_empty() {
        strange = backends.strangers(&around(source), "states/");
    }
    let all = problems.into_iter().map(|problem| (UNKNOWN, problem));
    let all = all.chain(strange.into_iter().map(|strange| (STRANGER, strange)));
    let told = all.map(|(code, sentence)| complaint(code, sentence));
    told.collect()
}

fn told(source: &Source, code: &'static str, sentences: Vec<String>) -> Vec<Complaint> {
    let companion = source.companion();
    let told = sentences.into_iter().map(|sentence| Complaint {
        file: companion.path.clone(),
        code,
        part: companion.pointer.clone(),
        sentence,
    });
    told.collect()
}

/// The states of a definition and of all that lie around it: in its project and in its folder.
fn around(source: &Source) -> KnownStates {
    let mut known = KnownStates::of(&source.machine);
    let mut add = |name: &str, text: &str| {
        let parse = crate::syntax::parse(text, Format::of(name, text));
        known.add(&crate::asl::read(&parse.tree));
    };
    for text in siblings(source).values() {
        add("", &text.text);
    }
    let folder = source.folder();
    for file in definitions(&folder).unwrap_or_default() {
        add(&file, &read_text(&file).unwrap_or_default());
    }
    if source.within.is_none() {
        let named = folder.display().to_string();
        let opened = crate::cli::within::open(&named, &source.params);
        for opened in opened.into_iter().flatten() {
            for machine in &opened.project.machines {
                if let Ok(definition) = opened.project.definition(machine) {
                    add("", &definition.text);
                }
            }
        }
    }
    known
}
