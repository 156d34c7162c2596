//! What the store keeps, as it is written: plain facts without anything that runs.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde::Serialize;
use serde_json::Value as Json;

use crate::engine::Ended;
use crate::engine::MapRunChange;
use crate::engine::Millis;
use crate::query::Value;

/// The error of executions that ran when the server ended.
pub(crate) const SERVER_ENDED: &str = "Stepwright.ServerEnded";

/// A state machine that was created or changed through the API.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct MachineRecord {
    pub arn: String,
    pub name: String,
    /// `STANDARD` or `EXPRESS`.
    pub kind: String,
    pub definition: String,
    pub role: String,
    pub created: Millis,
    pub updated: Millis,
    /// None until it is updated for the first time.
    pub revision: Option<String>,
    pub settings: Settings,
    pub tags: BTreeMap<String, String>,
    pub versions: BTreeMap<u64, VersionRecord>,
    /// The number that was given last; numbers of deleted versions do not come again.
    pub last_version: u64,
    pub aliases: BTreeMap<String, AliasRecord>,
    /// The fingerprint of the text in the user's file, where there is one: what was changed over the API holds for as
    /// long as the file keeps this text.
    pub file: Option<String>,
    /// It was deleted while executions of it ran: it is gone once they have ended.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub deleting: bool,
}

/// Configurations as they were sent; nothing here acts on them.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Settings {
    pub logging: Option<Json>,
    pub tracing: Option<Json>,
    pub encryption: Option<Json>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct VersionRecord {
    pub definition: String,
    pub role: String,
    pub revision: Option<String>,
    pub settings: Settings,
    pub description: Option<String>,
    pub created: Millis,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct AliasRecord {
    pub description: Option<String>,
    pub routes: Vec<RouteRecord>,
    pub created: Millis,
    pub updated: Millis,
}

/// A share of the starts of an alias, in percent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct RouteRecord {
    pub version: u64,
    pub weight: u64,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct ActivityRecord {
    pub arn: String,
    pub name: String,
    pub created: Millis,
    pub tags: BTreeMap<String, String>,
    pub encryption: Option<Json>,
}

/// What an execution was started with.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Facts {
    pub arn: String,
    /// Without version or alias.
    pub machine_arn: String,
    pub version_arn: Option<String>,
    pub alias_arn: Option<String>,
    pub machine: String,
    pub name: String,
    pub role: String,
    pub revision: Option<String>,
    /// Empty where the execution is one of an earlier time: the store has it.
    pub input: String,
    pub trace_header: Option<String>,
    pub started: Millis,
    /// None where an earlier version of the program wrote it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub origin: Option<Origin>,
}

/// What an execution's course depends on besides its machine, its input and its answers.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Origin {
    pub seed: u64,
    /// The scenario, or test case, that was asked for.
    pub scenario: Option<String>,
    pub variables: Vec<(String, Value)>,
    pub missing_activities: Vec<String>,
}

/// What is kept of an ended execution for a redrive.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Kept {
    #[default]
    Nothing,
    /// Everything it was fed with, beside its history.
    Journal,
    /// It cannot be redriven, for this reason.
    Refused(String),
}

/// How an execution ended.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct End {
    /// As AWS writes it: `SUCCEEDED`.
    pub status: String,
    pub output: Option<String>,
    pub error: Option<String>,
    pub cause: Option<String>,
    pub at: Millis,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct ExecutionRecord {
    pub facts: Facts,
    /// The fingerprint of its definition, which the store keeps once.
    pub definition: String,
    /// None while it runs.
    pub end: Option<End>,
    pub redrives: i64,
    pub redriven: Option<Millis>,
    /// ARNs of its Map Runs.
    pub map_runs: Vec<String>,
    #[serde(default)]
    pub kept: Kept,
    /// What `UpdateMapRun` has changed, by the ARN of the Map Run.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub changes: BTreeMap<String, MapRunChange>,
}

impl End {
    pub(crate) fn of(ended: &Ended) -> End {
        End {
            status: ended.status.name().to_owned(),
            output: ended.output.as_ref().map(|output| output.to_json()),
            error: ended.error.as_deref().map(str::to_owned),
            cause: ended.cause.as_deref().map(str::to_owned),
            at: ended.at,
        }
    }

    /// The end of an execution whose server is gone.
    pub(crate) fn server_ended(at: Millis) -> End {
        End {
            status: "ABORTED".to_owned(),
            output: None,
            error: Some(SERVER_ENDED.to_owned()),
            cause: Some(
                "the server that ran this execution ended before the execution did".to_owned(),
            ),
            at,
        }
    }
}

/// A short name for a text, the same for the same text.
pub(crate) fn fingerprint(text: &str) -> String {
    use sha2::Digest;
    let digest = sha2::Sha256::digest(text.as_bytes());
    digest.iter().map(|byte| format!("{byte:02x}")).collect()
}
