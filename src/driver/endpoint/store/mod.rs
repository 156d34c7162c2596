//! What outlives the server: definitions, activities and executions in one file, written durably and in groups.
//!
//! Never: decides what an action of the API does, or changes a file that is no store of its own.
//! Add what is kept as a [`Change`] with its table here, its shape in `record.rs`.

mod open;
mod packed;
mod record;
mod retention;
mod writer;

pub(crate) use open::Held;
pub use open::{StoreError, StoreOptions};
pub(crate) use packed::{pack, unpack, unpack_text};
pub(crate) use record::{
    ActivityRecord, AliasRecord, End, ExecutionRecord, Facts, Kept, MachineRecord, Origin,
    RouteRecord, SERVER_ENDED, Settings, VersionRecord, fingerprint,
};

use std::sync::Arc;
use std::sync::Mutex;

use redb::Database;
use redb::ReadableDatabase;
use redb::TableDefinition;
use tokio::sync::mpsc;
use tokio::sync::oneshot;

/// `format`: the number of this form.
const META: TableDefinition<'_, &str, &str> = TableDefinition::new("meta");
const MACHINES: TableDefinition<'_, &str, &[u8]> = TableDefinition::new("machines");
const ACTIVITIES: TableDefinition<'_, &str, &[u8]> = TableDefinition::new("activities");
/// Definitions by their fingerprints.
const DEFINITIONS: TableDefinition<'_, &str, &str> = TableDefinition::new("definitions");
/// Executions in the order of their starts.
const EXECUTIONS: TableDefinition<'_, u64, &[u8]> = TableDefinition::new("executions");
/// The number of an execution by its ARN.
const NAMES: TableDefinition<'_, &str, u64> = TableDefinition::new("names");
/// Histories of ended executions, compressed.
const HISTORIES: TableDefinition<'_, u64, &[u8]> = TableDefinition::new("histories");

/// What redriving an execution goes on from, compressed; of those that ended without success.
const JOURNALS: TableDefinition<'_, u64, &[u8]> = TableDefinition::new("journals");

/// An open store.
#[derive(Debug)]
pub struct Store {
    database: Arc<Database>,
    writes: mpsc::Sender<Write>,
    /// ARNs of executions that retention has removed and nobody has heard of yet.
    evicted: Arc<Mutex<Vec<String>>>,
    keep: usize,
}

/// Something to be written.
#[derive(Debug)]
pub(crate) enum Change {
    Machine(Box<MachineRecord>),
    NoMachine(String),
    Activity(Box<ActivityRecord>),
    NoActivity(String),
    Definition {
        fingerprint: String,
        text: Arc<str>,
    },
    Execution(Box<ExecutionRecord>),
    /// What an execution leaves behind at its end, packed: its history, and what it can be redriven from.
    History {
        arn: String,
        packed: Vec<u8>,
        journal: Option<Vec<u8>>,
    },
    NoExecution(String),
}

/// Changes that are made together or not at all, and who waits for that.
#[derive(Debug)]
struct Write {
    changes: Vec<Change>,
    done: oneshot::Sender<Result<(), String>>,
}

impl Store {
    /// Comes back once the changes are on the disk.
    ///
    /// # Errors
    /// They are not: one sentence.
    pub(crate) async fn write(&self, changes: Vec<Change>) -> Result<(), String> {
        let gone = || "the store has been closed".to_owned();
        let (done, answer) = oneshot::channel();
        let write = Write { changes, done };
        self.writes.send(write).await.map_err(|_| gone())?;
        answer.await.map_err(|_| gone())?
    }

    /// Executions that are kept at most.
    pub(crate) fn keep(&self) -> usize {
        self.keep
    }

    /// The executions that retention has removed since it was asked last.
    pub(crate) fn evicted(&self) -> Vec<String> {
        let mut evicted = self
            .evicted
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner);
        std::mem::take(&mut evicted)
    }

    /// An execution as it was written; none where there is none of this ARN.
    pub(crate) fn execution(&self, arn: &str) -> Option<ExecutionRecord> {
        serde_json::from_slice(&self.bytes(EXECUTIONS, arn)?).ok()
    }

    /// The packed history of an execution.
    pub(crate) fn history(&self, arn: &str) -> Option<Vec<u8>> {
        self.bytes(HISTORIES, arn)
    }

    /// The packed journal of an execution.
    pub(crate) fn journal(&self, arn: &str) -> Option<Vec<u8>> {
        self.bytes(JOURNALS, arn)
    }

    fn bytes(&self, table: TableDefinition<'_, u64, &[u8]>, arn: &str) -> Option<Vec<u8>> {
        self.read(|read| {
            let number = read.open_table(NAMES)?.get(arn)?.map(|found| found.value());
            let Some(number) = number else {
                return Ok(None);
            };
            let found = read.open_table(table)?.get(number)?;
            Ok(found.map(|bytes| bytes.value().to_vec()))
        })
    }

    pub(crate) fn definition(&self, fingerprint: &str) -> Option<String> {
        self.read(|read| {
            let found = read.open_table(DEFINITIONS)?.get(fingerprint)?;
            Ok(found.map(|text| text.value().to_owned()))
        })
    }

    fn read<T>(
        &self,
        look: impl Fn(&redb::ReadTransaction) -> Result<Option<T>, redb::Error>,
    ) -> Option<T> {
        let read = self.database.begin_read().ok()?;
        look(&read).ok()?
    }
}
