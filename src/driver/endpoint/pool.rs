//! Where work is done that takes long: beside the threads that answer requests, and never too much of it at once.

use std::future::Future;
use std::future::poll_fn;
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::sync::atomic::AtomicU8;
use std::sync::atomic::Ordering;
use std::time::Duration;

use cpu_time::ThreadTime;
use tokio::sync::Semaphore;

/// What may be computed on a thread that answers requests.
const QUICK: Duration = Duration::from_millis(5);

/// Bodies that are looked at on such a thread, in bytes.
const SMALL_BODY: usize = 64 * 1024;

/// Places in the table of slow requests; two that share one are both taken for slow.
const PLACES: usize = 1024;

/// Requests that prove quick again after which a place is no longer slow.
const PATIENCE: u8 = 8;

/// Where slow work is done.
#[derive(Debug)]
pub(crate) struct Pool {
    /// One piece of slow work for each core, so that the quick requests get their share.
    seats: Arc<Semaphore>,
    /// By request line: how many more quick answers are needed before it is trusted again.
    slow: Vec<AtomicU8>,
    stopping: AtomicBool,
}

impl Pool {
    pub(crate) fn new() -> Pool {
        let cores = std::thread::available_parallelism().map_or(2, usize::from);
        Pool {
            seats: Arc::new(Semaphore::new(cores.max(2))),
            slow: (0..PLACES).map(|_| AtomicU8::new(0)).collect(),
            stopping: AtomicBool::new(false),
        }
    }

    /// Whether a request like this has lately taken long, or is so large that it will.
    pub(crate) fn is_slow(&self, place: usize, body: usize) -> bool {
        let slow = self.slow.get(place);
        body > SMALL_BODY || slow.is_some_and(|slow| slow.load(Ordering::Relaxed) > 0)
    }

    /// Remembers how long a request has computed; see [`metered`].
    pub(crate) fn learn(&self, place: usize, took: Duration) {
        let Some(slow) = self.slow.get(place) else {
            return;
        };
        if took > QUICK {
            slow.store(PATIENCE, Ordering::Relaxed);
        } else {
            let order = Ordering::Relaxed;
            let _ = slow.fetch_update(order, order, |left| left.checked_sub(1));
        }
    }

    /// The place of a method and a path in the table.
    pub(crate) fn place(method: &str, target: &str) -> usize {
        let path = target.split('?').next().unwrap_or_default();
        let bytes = method.bytes().chain(path.bytes());
        let hash = bytes.fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
            (hash ^ u64::from(byte)).wrapping_mul(0x100_0000_01b3)
        });
        usize::try_from(hash % PLACES as u64).unwrap_or_default()
    }

    /// Does slow work once there is a seat for it; none where the work broke off.
    pub(crate) async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Option<T> {
        // The seats are never closed.
        let seat = self.seats.clone().acquire_owned().await.ok()?;
        let done = tokio::task::spawn_blocking(move || {
            let _seat = seat;
            work()
        });
        done.await.ok()
    }

    /// Everything that runs is to end.
    pub(crate) fn stop(&self) {
        self.stopping.store(true, Ordering::Relaxed);
    }

    pub(crate) fn is_stopping(&self) -> bool {
        self.stopping.load(Ordering::Relaxed)
    }
}

/// Does work, and tells the longest time it kept its thread from anything else.
///
/// Time of the processor: on a busy machine the clock on the wall also counts the turns of others, and every
/// route would look slow.
pub(crate) async fn metered<T>(work: impl Future<Output = T>) -> (T, Duration) {
    let mut work = pin!(work);
    let mut longest = Duration::ZERO;
    let done = poll_fn(|context| {
        let begun = ThreadTime::now();
        let polled = work.as_mut().poll(context);
        longest = longest.max(begun.elapsed());
        polled
    });
    (done.await, longest)
}
