//! Bodies of requests: read whole, in bounded time and memory.

use std::time::Duration;

use axum::body::Body;
use http_body_util::BodyExt;
use tokio::sync::Semaphore;
use tokio::time::Instant;
use tokio::time::timeout_at;

/// What API Gateway takes; one byte more is answered with 413.
pub(crate) const LARGEST: usize = 10 * 1024 * 1024;

/// Bodies up to this are read without asking for memory.
const SMALL: usize = 64 * 1024;

/// Memory is handed out in such pieces.
const PIECE: usize = 64 * 1024;

/// Memory for all large bodies together, in pieces.
const PIECES: usize = 128 * 1024 * 1024 / PIECE;

/// What is read of a body that is too large before its sender is cut off: whoever still sends does not read the answer.
const DRAINED: usize = 64 * 1024 * 1024;

/// How long that may take.
const DRAINING: Duration = Duration::from_secs(10);

/// Why a body could not be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum BodyTrouble {
    TooLarge,
    /// It did not come in time.
    TooSlow,
    /// The connection broke off, or what came is no body.
    Broken,
}

/// The memory for bodies.
#[derive(Debug)]
pub(crate) struct Larder {
    pieces: Semaphore,
    /// How long a body may take.
    patience: Duration,
}

impl Larder {
    pub(crate) fn new(patience: Duration) -> Larder {
        Larder {
            pieces: Semaphore::new(PIECES),
            patience,
        }
    }

    /// Reads a body to its end. `declared` is its length where the request says it; one that `expects` to be told to go
    /// on has not been sent yet.
    pub(crate) async fn read(
        &self,
        mut body: Body,
        declared: Option<usize>,
        expects: Expects,
    ) -> Result<Vec<u8>, BodyTrouble> {
        let until = Instant::now() + self.patience;
        if declared.is_some_and(|length| length > LARGEST) {
            if expects == Expects::Nothing {
                drain(&mut body, 0).await;
            }
            return Err(BodyTrouble::TooLarge);
        }
        let room = declared.unwrap_or(SMALL);
        let mut held = self.hold(room, until).await?;
        let mut read: Vec<u8> = Vec::with_capacity(room.min(LARGEST));
        loop {
            let frame = timeout_at(until, body.frame()).await;
            let frame = match frame.map_err(|_| BodyTrouble::TooSlow)? {
                None => return Ok(read),
                Some(frame) => frame.map_err(|_| BodyTrouble::Broken)?,
            };
            let Ok(data) = frame.into_data() else {
                continue;
            };
            if read.len() + data.len() > LARGEST {
                let so_far = read.len() + data.len();
                drop(read);
                drain(&mut body, so_far).await;
                return Err(BodyTrouble::TooLarge);
            }
            // A body of unknown length asks for all it may need at the first byte that is too many.
            if held.is_none() && read.len() + data.len() > SMALL {
                held = self.hold(LARGEST, until).await?;
            }
            read.extend_from_slice(&data);
        }
    }

    /// Waits for memory where a body is large.
    async fn hold(
        &self,
        bytes: usize,
        until: Instant,
    ) -> Result<Option<tokio::sync::SemaphorePermit<'_>>, BodyTrouble> {
        if bytes <= SMALL {
            return Ok(None);
        }
        let pieces = u32::try_from(bytes.div_ceil(PIECE)).unwrap_or(u32::MAX);
        let permit = timeout_at(until, self.pieces.acquire_many(pieces)).await;
        permit
            .map_err(|_| BodyTrouble::TooSlow)?
            .map(Some)
            .map_err(|_| BodyTrouble::Broken)
    }
}

/// Whether the sender waits for `100 Continue`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Expects {
    Continue,
    Nothing,
}

/// Reads on without keeping anything, for a while.
async fn drain(body: &mut Body, so_far: usize) {
    let until = Instant::now() + DRAINING;
    let mut read = so_far;
    while read < DRAINED {
        match timeout_at(until, body.frame()).await {
            Ok(Some(Ok(frame))) => read += frame.data_ref().map_or(0, |data| data.len()),
            Ok(Some(Err(_)) | None) | Err(_) => return,
        }
    }
}
