//! What a process writes on one of its outputs, cut into the calls it belongs to.

use std::sync::Mutex;
use std::sync::MutexGuard;
use std::sync::PoisonError;

use tokio::sync::Notify;

/// Bytes of one call's output that are kept.
const MOST: usize = 65_536;

/// Bytes of a mark, and some more.
const LONGEST_MARK: usize = 64;

/// What has been written and not been taken yet.
#[derive(Debug, Default)]
pub(crate) struct Log {
    written: Mutex<Written>,
    more: Notify,
}

#[derive(Debug, Default)]
struct Written {
    bytes: Vec<u8>,
    /// Bytes that were left out.
    left_out: usize,
    closed: bool,
}

impl Log {
    pub(crate) fn write(&self, bytes: &[u8]) {
        let mut written = self.lock();
        // The mark of a call's end has to be seen after any amount of text, also where it comes in two pieces.
        let before = written.bytes.iter().rev().take(LONGEST_MARK);
        let marked = bytes.iter().chain(before).any(|byte| *byte == 0x1e);
        let most = if marked { 2 * MOST } else { MOST };
        let room = most.saturating_sub(written.bytes.len());
        let kept = room.min(bytes.len());
        written.left_out += bytes.len() - kept;
        written.bytes.extend(bytes.iter().take(kept));
        drop(written);
        self.more.notify_one();
    }

    pub(crate) fn close(&self) {
        self.lock().closed = true;
        self.more.notify_one();
    }

    /// Everything up to a mark, which is taken out with it; without a mark everything until the stream ends.
    pub(crate) async fn until(&self, mark: Option<&str>) -> String {
        loop {
            {
                let mut written = self.lock();
                let place = mark.and_then(|mark| find(&written.bytes, mark.as_bytes()));
                if let Some((place, mark)) = place.zip(mark) {
                    let rest = written.bytes.split_off(place + mark.len());
                    let mut own = std::mem::replace(&mut written.bytes, rest);
                    own.truncate(place);
                    // More is kept where a mark may be in it.
                    let more = own.len().saturating_sub(MOST);
                    own.truncate(MOST);
                    return told(&own, std::mem::take(&mut written.left_out) + more);
                }
                if written.closed {
                    return written.take();
                }
            }
            self.more.notified().await;
        }
    }

    /// Everything there is.
    pub(crate) fn take(&self) -> String {
        self.lock().take()
    }

    fn lock(&self) -> MutexGuard<'_, Written> {
        self.written.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Written {
    fn take(&mut self) -> String {
        let bytes = std::mem::take(&mut self.bytes);
        told(&bytes, std::mem::take(&mut self.left_out))
    }
}

/// Standard output, then standard error.
pub(crate) fn joined(output: String, errors: String) -> String {
    match (output.is_empty(), errors.is_empty()) {
        (_, true) => output,
        (true, false) => errors,
        (false, false) if output.ends_with('\n') => output + &errors,
        (false, false) => output + "\n" + &errors,
    }
}

fn told(bytes: &[u8], left_out: usize) -> String {
    let text = String::from_utf8_lossy(bytes).into_owned();
    match left_out {
        0 => text,
        left_out => format!("{text}\n… {left_out} bytes more\n"),
    }
}

fn find(bytes: &[u8], part: &[u8]) -> Option<usize> {
    bytes.windows(part.len()).position(|window| window == part)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_log_is_cut_at_the_mark_of_its_call() {
        let log = Log::default();
        log.write(b"one\n\x1ea\x1e\ntwo");
        assert_eq!(log.until(Some("\u{1e}a\u{1e}\n")).await, "one\n");
        log.write(b" and\n");
        log.close();
        assert_eq!(log.until(Some("\u{1e}b\u{1e}\n")).await, "two and\n");
    }

    #[tokio::test]
    async fn a_mark_in_two_pieces_is_seen_after_a_long_text() {
        let mark = b"\x1ea\x1e\n";
        for cut in 1..mark.len() {
            let log = Log::default();
            log.write(&vec![b'x'; MOST]);
            log.write(b"more");
            let (first, second) = mark.split_at(cut);
            log.write(first);
            log.write(second);
            let text = log.until(Some("\u{1e}a\u{1e}\n")).await;
            assert!(text.ends_with("x\n… 4 bytes more\n"), "{cut}");
        }
    }

    #[test]
    fn what_is_too_long_is_left_out_by_number() {
        let log = Log::default();
        log.write(&vec![b'x'; MOST]);
        log.write(b"more");
        assert!(log.take().ends_with("x\n… 4 bytes more\n"));
    }
}
