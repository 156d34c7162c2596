//! Opening a store: refuses what is none, ends what was running when the last server ended.

use std::fs::File;
use std::io::Read;
use std::io::Write as _;
use std::panic::AssertUnwindSafe;
use std::path::Path;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::Mutex;

use redb::Database;
use redb::DatabaseError;
use redb::ReadableTable;
use redb::WriteTransaction;
use tokio::sync::mpsc;
use tokio::sync::oneshot;

use crate::driver::endpoint::edge::now_millis;
use crate::driver::endpoint::store::ACTIVITIES;
use crate::driver::endpoint::store::ActivityRecord;
use crate::driver::endpoint::store::Change;
use crate::driver::endpoint::store::DEFINITIONS;
use crate::driver::endpoint::store::EXECUTIONS;
use crate::driver::endpoint::store::End;
use crate::driver::endpoint::store::ExecutionRecord;
use crate::driver::endpoint::store::HISTORIES;
use crate::driver::endpoint::store::JOURNALS;
use crate::driver::endpoint::store::MACHINES;
use crate::driver::endpoint::store::META;
use crate::driver::endpoint::store::MachineRecord;
use crate::driver::endpoint::store::NAMES;
use crate::driver::endpoint::store::Store;
use crate::driver::endpoint::store::Write;
use crate::driver::endpoint::store::retention::Retention;
use crate::driver::endpoint::store::writer::Writer;

/// How the file begins.
const MAGIC: &[u8] = b"redb\x1a\x0a\xa9\x0d\x0a";

/// The form of the tables.
const FORMAT: &str = "1";

/// Writes that may wait; who comes then waits for a place.
const QUEUE: usize = 4_096;

/// Bytes at the beginning of a store that say how the rest is laid out.
const HEAD: u64 = 4_096;

/// Bytes of the file that are kept in memory.
const CACHE: usize = 32 * 1024 * 1024;

/// Where executions are kept, and for how long.
#[derive(Clone, Debug)]
pub struct StoreOptions {
    pub path: PathBuf,
    /// Executions that are kept at most; the oldest that have ended go first.
    pub keep: usize,
    /// Days that an execution is kept after its end.
    pub days: u32,
}

/// Why a store cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    #[error(
        "another server uses the store {0}; end it, name another file with --store, or serve with --no-store"
    )]
    InUse(PathBuf),
    #[error(
        "{path} is no store that can be used: {reason}; it is left as it is, name another file with --store"
    )]
    Unusable { path: PathBuf, reason: String },
}

/// What a store held when it was opened.
#[derive(Debug, Default)]
pub(crate) struct Held {
    pub machines: Vec<MachineRecord>,
    pub activities: Vec<ActivityRecord>,
    /// In the order of their starts, without their inputs and outputs.
    pub executions: Vec<ExecutionRecord>,
}

impl Store {
    /// Opens a store, or makes one where there is no file. Executions that ran when its last server ended are ended.
    ///
    /// # Errors
    /// Another server uses it, or the file is something else; it is then left as it is.
    pub(crate) fn open(options: &StoreOptions) -> Result<(Store, Held), StoreError> {
        let before = Before::of(&options.path);
        let opened = Store::open_file(options);
        if let (Err(StoreError::Unusable { .. }), Ok(before)) = (&opened, before) {
            // It cannot be used either way, and whoever mends it is better off with what there was.
            let _ = before.put_back(&options.path);
        }
        opened
    }

    fn open_file(options: &StoreOptions) -> Result<(Store, Held), StoreError> {
        let path = options.path.clone();
        let unusable = |reason: String| StoreError::Unusable {
            path: path.clone(),
            reason,
        };
        // A damaged file must not end the program, whatever the library makes of it.
        let opened = std::panic::catch_unwind(AssertUnwindSafe(|| begin(&options.path)));
        let database = match opened {
            Ok(Ok(database)) => database,
            Ok(Err(Trouble::InUse)) => return Err(StoreError::InUse(path)),
            Ok(Err(Trouble::Other(reason))) => return Err(unusable(reason)),
            Err(_) => return Err(unusable("its pages are damaged".to_owned())),
        };
        let mut retention = Retention::new(options.keep, options.days);
        let read = std::panic::catch_unwind(AssertUnwindSafe(|| {
            take_over(&database, &mut retention).map_err(|error| error.to_string())
        }));
        let mut held = read
            .unwrap_or_else(|_| Err("its pages are damaged".to_owned()))
            .map_err(unusable)?;
        let database = Arc::new(database);
        let (writes, queue) = mpsc::channel(QUEUE);
        let evicted: Arc<Mutex<Vec<String>>> = Arc::default();
        let writer = Writer {
            database: database.clone(),
            retention,
            evicted: evicted.clone(),
        };
        std::thread::Builder::new()
            .name("store".to_owned())
            .spawn(move || writer.run(queue))
            .map_err(|error| StoreError::Unusable {
                path: options.path.clone(),
                reason: error.to_string(),
            })?;
        forget_deleted(&mut held, &writes);
        let store = Store {
            database,
            writes,
            evicted,
            keep: options.keep,
        };
        Ok((store, held))
    }
}

/// What opening changes of a file before it finds the damage: its head, and its length.
struct Before {
    head: Vec<u8>,
    length: u64,
}

impl Before {
    fn of(path: &Path) -> std::io::Result<Before> {
        let file = File::open(path)?;
        let length = file.metadata()?.len();
        let mut head = Vec::new();
        file.take(HEAD).read_to_end(&mut head)?;
        Ok(Before { head, length })
    }

    fn put_back(&self, path: &Path) -> std::io::Result<()> {
        let mut file = std::fs::OpenOptions::new().write(true).open(path)?;
        file.write_all(&self.head)?;
        file.set_len(self.length)
    }
}

enum Trouble {
    InUse,
    Other(String),
}

fn begin(path: &Path) -> Result<Database, Trouble> {
    let other = |error: &dyn std::fmt::Display| Trouble::Other(error.to_string());
    let mut builder = Database::builder();
    builder.set_cache_size(CACHE);
    let size = std::fs::metadata(path).map(|about| about.len());
    let database = match size {
        // A file that somebody has only just made, too.
        Err(_) | Ok(0) => {
            if let Some(folder) = path.parent() {
                std::fs::create_dir_all(folder).map_err(|error| other(&error))?;
            }
            builder.create(path)
        }
        Ok(_) => {
            let mut head = [0; MAGIC.len()];
            let read = File::open(path).and_then(|mut file| file.read_exact(&mut head));
            if read.is_err() || head != MAGIC {
                return Err(Trouble::Other(
                    "it does not begin as a store does".to_owned(),
                ));
            }
            builder.open(path)
        }
    };
    let database = database.map_err(|error| match error {
        DatabaseError::DatabaseAlreadyOpen => Trouble::InUse,
        error => other(&error),
    })?;
    check_format(&database, size.unwrap_or_default() == 0)
        .map_err(|error| other(&error))?
        .map_err(Trouble::Other)?;
    Ok(database)
}

/// Signs a new store; another one has to be signed.
fn check_format(database: &Database, new: bool) -> Result<Result<(), String>, redb::Error> {
    let write = database.begin_write()?;
    {
        // A store whose first server was killed at its first moment holds nothing yet.
        let bare = write.list_tables()?.next().is_none();
        let mut meta = write.open_table(META)?;
        let known = meta.get("format")?.map(|found| found.value().to_owned());
        match known.as_deref() {
            Some(FORMAT) => {}
            Some(other) => {
                return Ok(Err(format!(
                    "its form is {other}, and this program reads {FORMAT}"
                )));
            }
            None if new || bare => {
                meta.insert("format", FORMAT)?;
            }
            None => return Ok(Err("it belongs to another program".to_owned())),
        }
    }
    write.commit()?;
    Ok(Ok(()))
}

fn take_over(database: &Database, retention: &mut Retention) -> Result<Held, redb::Error> {
    let write = database.begin_write()?;
    let mut held = Held::default();
    read_all(&write, &mut held)?;
    {
        let now = now_millis();
        let mut executions = write.open_table(EXECUTIONS)?;
        write.open_table(NAMES)?;
        write.open_table(HISTORIES)?;
        // A store of an earlier version has none.
        write.open_table(JOURNALS)?;
        let mut ended = Vec::new();
        for entry in executions.iter()? {
            let (number, bytes) = entry?;
            let Ok(mut record) = serde_json::from_slice::<ExecutionRecord>(bytes.value()) else {
                continue;
            };
            if record.end.is_none() {
                record.end = Some(End::server_ended(now));
                ended.push((number.value(), serde_json::to_vec(&record)));
            }
            let at = record.end.as_ref().map(|end| end.at);
            retention.enter(number.value(), &record.facts.arn, at);
            record.facts.input = String::new();
            if let Some(end) = &mut record.end {
                end.output = None;
            }
            held.executions.push(record);
        }
        for (number, bytes) in ended {
            executions.insert(number, bytes.unwrap_or_default().as_slice())?;
        }
    }
    let gone = retention.sweep(&write, now_millis())?;
    held.executions
        .retain(|record| !gone.contains(&record.facts.arn));
    forget_definitions(&write, &held)?;
    write.commit()?;
    Ok(held)
}

fn read_all(write: &WriteTransaction, held: &mut Held) -> Result<(), redb::Error> {
    for entry in write.open_table(MACHINES)?.iter()? {
        held.machines
            .extend(serde_json::from_slice(entry?.1.value()).ok());
    }
    for entry in write.open_table(ACTIVITIES)?.iter()? {
        held.activities
            .extend(serde_json::from_slice(entry?.1.value()).ok());
    }
    Ok(())
}

/// What was being deleted when the server ended is gone: nothing of it runs any more.
fn forget_deleted(held: &mut Held, writes: &mpsc::Sender<Write>) {
    let machines = held.machines.extract_if(.., |record| record.deleting);
    let arns: Vec<String> = machines.map(|record| record.arn).collect();
    if arns.is_empty() {
        return;
    }
    let of_them = |record: &mut ExecutionRecord| arns.contains(&record.facts.machine_arn);
    let executions = held.executions.extract_if(.., of_them);
    let mut changes: Vec<Change> = executions
        .map(|record| Change::NoExecution(record.facts.arn))
        .collect();
    changes.extend(arns.into_iter().map(Change::NoMachine));
    // The queue is new, so there is room; where the disk is full, the next start does it.
    let (done, _) = oneshot::channel();
    let _ = writes.try_send(Write { changes, done });
}

/// Definitions that no execution refers to any more.
fn forget_definitions(write: &WriteTransaction, held: &Held) -> Result<(), redb::Error> {
    let used: std::collections::BTreeSet<&str> = held
        .executions
        .iter()
        .map(|record| record.definition.as_str())
        .collect();
    let mut definitions = write.open_table(DEFINITIONS)?;
    definitions.retain(|fingerprint, _| used.contains(fingerprint))?;
    Ok(())
}
