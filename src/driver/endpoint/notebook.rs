//! The exchanges that were answered last, for whoever wants to look: a ring with an end in number and in bytes.

use std::collections::VecDeque;
use std::sync::Arc;
use std::sync::Mutex;
use std::sync::MutexGuard;
use std::sync::PoisonError;
use std::sync::atomic::AtomicU64;
use std::sync::atomic::Ordering;

use tokio::sync::broadcast;

use crate::driver::endpoint::machine::Prepared;
use crate::engine::Ended;
use crate::engine::Event;
use crate::engine::Millis;
use crate::gateway::Micros;
use crate::gateway::Request;
use crate::gateway::Response;
use crate::gateway::TraceStep;

/// Exchanges that are kept.
pub(crate) const MOST: usize = 200;

/// Bytes of texts that are kept in all.
const MOST_BYTES: usize = 32 * 1024 * 1024;

/// Bytes of one text; what is longer is cut.
const LONGEST_TEXT: usize = 256 * 1024;

/// Exchanges of one second that are written down; of more nobody could read anything.
const MOST_PER_SECOND: u64 = 50;

/// One exchange, from the request to the answer.
#[derive(Clone, Debug)]
pub struct RequestRecord {
    /// Counts up from 1.
    pub id: u64,
    /// When the request arrived.
    pub at: Micros,
    /// Until the answer, in real time.
    pub took: Micros,
    /// Index in [`Site::apis`](crate::driver::endpoint::Site::apis) and in its routes; none where no route was found.
    pub route: Option<(usize, usize)>,
    pub request: Request,
    pub response: Response,
    /// What the exchange went through; empty where more came than anybody could read.
    pub steps: Vec<TraceStep>,
    /// The execution that the request started.
    pub run: Option<Arc<RequestRun>>,
    /// Why the request was not answered as it could have been, for people: a missing mock, say.
    pub explanation: Option<String>,
}

/// An execution that a request started.
#[derive(Clone, Debug)]
pub struct RequestRun {
    pub arn: String,
    /// Runs it again, event for event, where the clock is virtual: its program, start and mocks.
    pub prepared: Prepared,
    /// None while it runs, and where it waits for what nobody answers.
    pub ended: Option<Ended>,
    /// Virtual or real milliseconds until then.
    pub lasted: Millis,
    /// What happened, where the clock was real and no repetition would be the same.
    pub events: Option<Arc<Vec<Event>>>,
    /// What a person should know: calls without an answer, mocks left over.
    pub notes: Vec<String>,
}

/// The ring.
#[derive(Debug)]
pub(crate) struct Notebook {
    ring: Mutex<Ring>,
    news: broadcast::Sender<Arc<RequestRecord>>,
    count: AtomicU64,
    /// The present second and how many exchanges of it were written down: `second << 16 | number`.
    pace: AtomicU64,
}

#[derive(Debug, Default)]
struct Ring {
    records: VecDeque<(usize, Arc<RequestRecord>)>,
    bytes: usize,
}

impl Notebook {
    pub(crate) fn new() -> Notebook {
        let (news, _) = broadcast::channel(MOST);
        Notebook {
            ring: Mutex::default(),
            news,
            count: AtomicU64::new(0),
            pace: AtomicU64::new(0),
        }
    }

    /// The number of the next exchange.
    pub(crate) fn number(&self) -> u64 {
        self.count.fetch_add(1, Ordering::Relaxed) + 1
    }

    /// Whether one more exchange of this moment is to be written down.
    pub(crate) fn has_room(&self, at: Micros) -> bool {
        let second = u64::try_from(at / 1_000_000).unwrap_or_default() << 16;
        let step = |pace: u64| match pace & !0xffff == second {
            true if pace & 0xffff >= MOST_PER_SECOND => None,
            true => Some(pace + 1),
            false => Some(second + 1),
        };
        let order = Ordering::Relaxed;
        self.pace.fetch_update(order, order, step).is_ok()
    }

    pub(crate) fn keep(&self, record: RequestRecord) -> Arc<RequestRecord> {
        let record = Arc::new(lightened(record));
        let weight = weight(&record);
        let mut ring = self.lock();
        ring.bytes += weight;
        ring.records.push_back((weight, record.clone()));
        while ring.records.len() > MOST || ring.bytes > MOST_BYTES {
            let Some((weight, _)) = ring.records.pop_front() else {
                break;
            };
            ring.bytes -= weight;
        }
        drop(ring);
        // An error only means that nobody listens.
        let _ = self.news.send(record.clone());
        record
    }

    /// Those that are kept, the oldest first.
    pub(crate) fn records(&self) -> Vec<Arc<RequestRecord>> {
        let ring = self.lock();
        ring.records
            .iter()
            .map(|(_, record)| record.clone())
            .collect()
    }

    pub(crate) fn subscribe(&self) -> broadcast::Receiver<Arc<RequestRecord>> {
        self.news.subscribe()
    }

    fn lock(&self) -> MutexGuard<'_, Ring> {
        // A thread that panicked while it held the lock has left whole entries behind.
        self.ring.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Cuts what nobody reads to its end.
fn lightened(mut record: RequestRecord) -> RequestRecord {
    let cut = |bytes: &mut Vec<u8>| {
        if bytes.len() > LONGEST_TEXT {
            bytes.truncate(LONGEST_TEXT);
            bytes.shrink_to_fit();
        }
    };
    cut(&mut record.request.body);
    cut(&mut record.response.body);
    for step in &mut record.steps {
        for text in [&mut step.input, &mut step.output].into_iter().flatten() {
            if text.len() > LONGEST_TEXT {
                let end = text.floor_char_boundary(LONGEST_TEXT);
                let rest = text.len() - end;
                text.truncate(end);
                text.push_str(&format!("… ({rest} bytes more)"));
                text.shrink_to_fit();
            }
        }
    }
    record
}

/// Bytes a record holds, roughly.
fn weight(record: &RequestRecord) -> usize {
    let headers = |headers: &[(String, String)]| -> usize {
        headers
            .iter()
            .map(|(name, value)| name.len() + value.len() + 48)
            .sum()
    };
    let steps = record.steps.iter().map(|step| {
        let words: usize = step.words.iter().map(String::len).sum();
        let texts = step.input.iter().chain(&step.output);
        200 + words + texts.map(String::len).sum::<usize>()
    });
    let run = record.run.as_ref().map_or(0, |run| {
        let output = run.ended.as_ref().and_then(|ended| ended.output.as_ref());
        let output = output.map_or(0, crate::query::Value::json_len);
        1_000 + 3 * (run.prepared.start.input.json_len() + output)
    });
    1_000
        + record.request.body.len()
        + record.response.body.len()
        + headers(&record.request.headers)
        + headers(&record.response.headers)
        + steps.sum::<usize>()
        + run
}
