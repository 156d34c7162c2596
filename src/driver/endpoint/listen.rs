//! Listens at an address: accepts connections, bounds their number and their patience, and ends cleanly.

use std::collections::BTreeMap;
use std::net::IpAddr;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::Mutex;
use std::sync::PoisonError;
use std::sync::atomic::AtomicUsize;
use std::sync::atomic::Ordering;
use std::time::Duration;

use axum::Router;
use hyper::body::Incoming;
use hyper_util::rt::TokioIo;
use hyper_util::rt::TokioTimer;
use tokio::net::TcpListener;
use tokio::net::TcpStream;
use tokio::sync::Notify;
use tokio::sync::watch;
use tokio::task::JoinHandle;
use tower_service::Service;

use crate::driver::endpoint::doors::Door;
use crate::driver::endpoint::doors::Ends;
use crate::driver::endpoint::doors::router;
use crate::driver::endpoint::edge::Edge;
use crate::driver::endpoint::guard::Guests;

/// Files that the process asks to be allowed to open; each connection is one.
const FILES: u64 = 65_536;

/// Files that are needed for other things.
const SPARE: u64 = 200;

/// Connections at most, whatever the process may open.
const MOST: u64 = 30_000;

/// Bytes of a request's head.
const LARGEST_HEAD: usize = 64 * 1024;

/// How long connections get to end when everything does.
const GRACE: Duration = Duration::from_secs(3);

/// How an address is listened at.
#[derive(Clone, Debug)]
pub struct ListenOptions {
    /// Port 0 takes a free one.
    pub address: SocketAddr,
    pub guests: Guests,
    /// How long a client may take for the head of a request, and to stay silent between two.
    pub head: Duration,
    /// How long a client may take for a body.
    pub body: Duration,
}

/// An address that is listened at.
#[derive(Debug)]
pub struct Listening {
    pub address: SocketAddr,
    stop: watch::Sender<bool>,
    task: JoinHandle<()>,
}

/// Why an address cannot be listened at.
#[derive(Debug, thiserror::Error)]
#[error("{address} cannot be listened at: {reason}; choose another port, or 0 for a free one")]
pub struct ListenError {
    pub address: SocketAddr,
    pub reason: std::io::Error,
}

impl ListenOptions {
    /// An address, with the usual patience and no guests.
    pub fn at(address: SocketAddr) -> ListenOptions {
        ListenOptions {
            address,
            guests: Guests::default(),
            head: Duration::from_secs(30),
            body: Duration::from_secs(60),
        }
    }
}

/// Puts an edge behind an address, until [`Listening::close`] is called.
///
/// # Errors
/// The address is taken, or not one of this machine.
pub async fn listen(
    edge: Arc<Edge>,
    door: Door,
    options: ListenOptions,
) -> Result<Listening, ListenError> {
    let refused = |reason| ListenError {
        address: options.address,
        reason,
    };
    let listener = TcpListener::bind(options.address).await.map_err(refused)?;
    let address = listener.local_addr().map_err(refused)?;
    let (stop, stopped) = watch::channel(false);
    let gate = Arc::new(Gate {
        router: router(door, edge, options.guests, options.body),
        head: options.head,
        seats: Seats::new(capacity()),
        stopped,
    });
    Ok(Listening {
        address,
        stop,
        task: tokio::spawn(accept(listener, gate)),
    })
}

impl Listening {
    /// Takes no more connections, and gives those there are a moment to end.
    pub async fn close(self) {
        // An error only means that the task is over already.
        let _ = self.stop.send(true);
        let _ = tokio::time::timeout(GRACE + GRACE, self.task).await;
    }
}

/// Connections that may be open at once.
fn capacity() -> usize {
    let allowed = rlimit::increase_nofile_limit(FILES).unwrap_or(1_024);
    // There are two doors.
    let each = (allowed.saturating_sub(SPARE) / 2).clamp(64, MOST);
    usize::try_from(each).unwrap_or(64)
}

/// What all connections of an address have in common.
struct Gate {
    router: Router,
    head: Duration,
    seats: Seats,
    stopped: watch::Receiver<bool>,
}

async fn accept(listener: TcpListener, gate: Arc<Gate>) {
    let mut stopped = gate.stopped.clone();
    loop {
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            _ = stopped.wait_for(|stopped| *stopped) => break,
        };
        match accepted {
            Ok((stream, peer)) => {
                let Some(seat) = gate.seats.take().await else {
                    continue;
                };
                tokio::spawn(serve(stream, peer, gate.clone(), seat));
            }
            // Too many open files, most likely: a moment later there may be room.
            Err(_) => {
                gate.seats.free_one();
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        }
    }
    drop(listener);
    gate.seats.wait_for_all(GRACE).await;
}

async fn serve(stream: TcpStream, peer: SocketAddr, gate: Arc<Gate>, seat: Seat) {
    // Small answers are to leave at once; where that cannot be had, they leave a little later.
    let _ = stream.set_nodelay(true);
    let unspecified = IpAddr::from([0, 0, 0, 0]);
    let ends = Ends {
        local: stream.local_addr().map_or(unspecified, |local| local.ip()),
        peer: peer.ip(),
    };
    let router = gate.router.clone();
    let place = seat.place.clone();
    let service = hyper::service::service_fn(move |mut request: hyper::Request<Incoming>| {
        request.extensions_mut().insert(ends);
        let mut router = router.clone();
        let place = place.clone();
        async move {
            place.busy.fetch_add(1, Ordering::Relaxed);
            let answer = router.call(request).await;
            place.busy.fetch_sub(1, Ordering::Relaxed);
            answer
        }
    });
    let mut builder = hyper::server::conn::http1::Builder::new();
    builder
        .timer(TokioTimer::new())
        .header_read_timeout(gate.head)
        .half_close(true)
        .max_buf_size(LARGEST_HEAD);
    let connection = builder.serve_connection(TokioIo::new(stream), service);
    let mut connection = std::pin::pin!(connection);
    let mut stopped = gate.stopped.clone();
    let patience = tokio::select! {
        // What goes wrong on a connection is the client's affair; it has been answered as far as it could be.
        _ = connection.as_mut() => return,
        () = seat.place.leave.notified() => Duration::from_millis(100),
        _ = stopped.wait_for(|stopped| *stopped) => GRACE,
    };
    connection.as_mut().graceful_shutdown();
    let idle = seat.place.busy.load(Ordering::Relaxed) == 0;
    let patience = if idle {
        patience.min(Duration::from_millis(100))
    } else {
        patience
    };
    let _ = tokio::time::timeout(patience, connection).await;
}

/// The connections there are.
struct Seats {
    places: Arc<Mutex<BTreeMap<u64, Arc<Place>>>>,
    capacity: usize,
    count: std::sync::atomic::AtomicU64,
    left: Arc<Notify>,
}

/// One connection.
#[derive(Debug, Default)]
struct Place {
    /// Requests that are being answered.
    busy: AtomicUsize,
    /// It is to make room.
    leave: Notify,
}

/// A connection's place, free again when it is dropped.
struct Seat {
    number: u64,
    place: Arc<Place>,
    places: Arc<Mutex<BTreeMap<u64, Arc<Place>>>>,
    left: Arc<Notify>,
}

impl Seats {
    fn new(capacity: usize) -> Seats {
        Seats {
            places: Arc::default(),
            capacity,
            count: Default::default(),
            left: Arc::default(),
        }
    }

    /// A place for one more connection. Where there is none, the connection that has been silent for the longest time
    /// makes room; where all are busy, the new one has to go.
    async fn take(&self) -> Option<Seat> {
        for _ in 0..50 {
            if let Some(seat) = self.sit_down() {
                return Some(seat);
            }
            self.free_one();
            let left = self.left.notified();
            // A seat may have become free before anybody listened.
            let _ = tokio::time::timeout(Duration::from_millis(20), left).await;
        }
        None
    }

    fn sit_down(&self) -> Option<Seat> {
        let mut places = self.places.lock().unwrap_or_else(PoisonError::into_inner);
        if places.len() >= self.capacity {
            return None;
        }
        let number = self.count.fetch_add(1, Ordering::Relaxed);
        let place = Arc::new(Place::default());
        places.insert(number, place.clone());
        Some(Seat {
            number,
            place,
            places: self.places.clone(),
            left: self.left.clone(),
        })
    }

    fn free_one(&self) {
        let places = self.places.lock().unwrap_or_else(PoisonError::into_inner);
        let idle = places
            .values()
            .find(|place| place.busy.load(Ordering::Relaxed) == 0);
        if let Some(place) = idle {
            place.leave.notify_one();
        }
    }

    async fn wait_for_all(&self, patience: Duration) {
        let until = tokio::time::Instant::now() + patience;
        loop {
            let empty = self
                .places
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .is_empty();
            if empty || tokio::time::Instant::now() >= until {
                return;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        let mut places = self.places.lock().unwrap_or_else(PoisonError::into_inner);
        places.remove(&self.number);
        self.left.notify_one();
    }
}
