//! Any program as a function: started for one event, which stands on its standard input.

use std::process::Stdio;
use std::sync::Arc;
use std::time::Duration;

use tokio::io::AsyncReadExt;
use tokio::io::AsyncWriteExt;
use tokio::process::Command;
use tokio::time::Instant;

use crate::backends::function::FunctionError;
use crate::backends::function::Invocation;
use crate::backends::function::error::LARGEST;
use crate::backends::function::group;
use crate::backends::function::group::Owned;
use crate::backends::function::log::Log;
use crate::backends::function::log::joined;
use crate::backends::function::side_channel::side_channel;
use crate::backends::function::worker::LAST_WORDS;
use crate::backends::function::worker::collect;
use crate::trace::WorkerStart;

/// The environment variable that names the file in which a program may leave its result.
const RESULT_FILE: &str = "STEPWRIGHT_RESULT_FILE";

/// Bytes of a result that are read: one more than Lambda passes on.
const MOST: u64 = LARGEST as u64 + 1;

/// Starts a program, hands it the event, and reads its result from descriptor 3 or from its result file.
pub(crate) async fn run_once(
    mut command: Command,
    event: &str,
    id: &str,
    limit: Duration,
) -> Invocation {
    let failed = |error: FunctionError, log: String| Invocation {
        result: Err(error),
        start: None,
        log,
    };
    let file = match tempfile::Builder::new()
        .prefix("stepwright-result-")
        .tempfile()
    {
        Ok(file) => file,
        Err(error) => return failed(FunctionError::broken(&error.to_string()), String::new()),
    };
    command.env(RESULT_FILE, file.path());
    let channel = match side_channel(&mut command) {
        Ok(channel) => channel,
        Err(error) => return failed(error, String::new()),
    };
    command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    group::begin(&mut command);
    let began = Instant::now();
    let program = command
        .as_std()
        .get_program()
        .to_string_lossy()
        .into_owned();
    let mut child = match command.spawn() {
        Ok(child) => Owned(child),
        Err(error) => return failed(FunctionError::not_started(&program, &error), String::new()),
    };
    // The command holds the child's end of the channel, which would keep it open.
    drop(command);
    let start = Some(WorkerStart::Cold {
        init: began.elapsed().as_secs_f64() * 1_000.0,
    });
    let (output, errors) = (Arc::new(Log::default()), Arc::new(Log::default()));
    let readers = [
        child
            .0
            .stdout
            .take()
            .map(|stream| tokio::spawn(collect(stream, output.clone()))),
        child
            .0
            .stderr
            .take()
            .map(|stream| tokio::spawn(collect(stream, errors.clone()))),
    ];
    let (input, event) = (child.0.stdin.take(), event.to_owned());
    let told = tokio::spawn(async move {
        if let Some(mut input) = input {
            // A program need not read its event.
            let _ = input.write_all(event.as_bytes()).await;
        }
    });
    let mut answer = Vec::new();
    let work = async {
        let heard = async {
            // What was read before an error is judged like the rest. The channel is closed with the end of this: a
            // program that writes more than is read must not wait for a reader.
            let _ = channel.take(MOST).read_to_end(&mut answer).await;
        };
        let mut heard = std::pin::pin!(heard);
        let mut ended = std::pin::pin!(child.0.wait());
        tokio::select! {
            () = &mut heard => ended.await,
            status = &mut ended => {
                // What it has left running may hold the channel open for long.
                let _ = tokio::time::timeout(LAST_WORDS, heard).await;
                status
            }
        }
    };
    let ended = tokio::time::timeout(limit, work).await;
    told.abort();
    let status = match ended {
        Ok(Ok(status)) => Ok(status),
        Ok(Err(error)) => Err(FunctionError::broken(&error.to_string())),
        Err(_) => Err(FunctionError::timed_out(id, limit)),
    };
    if status.is_err() {
        group::end(&mut child.0);
    }
    for reader in readers.into_iter().flatten() {
        let _ = tokio::time::timeout(LAST_WORDS, reader).await;
    }
    let log = joined(output.take(), errors.take());
    let result = status.and_then(|status| {
        if answer.is_empty() {
            answer = left_in(&file, MOST);
        }
        match status.success() {
            _ if answer.len() as u64 == MOST => Err(FunctionError::too_large()),
            false => Err(thrown(&answer).unwrap_or_else(|| FunctionError::exited(id, status))),
            true if answer.is_empty() => Err(FunctionError::new(
                "Runtime.MalformedHandlerResponse",
                format!(
                    "no result came: write it as JSON to descriptor 3, or to the file that {RESULT_FILE} names; \
                     standard output is the log"
                ),
            )),
            true => match std::str::from_utf8(&answer) {
                Ok(text) => Ok(text.trim().to_owned()),
                Err(error) => Err(FunctionError::new(
                    "Runtime.MalformedHandlerResponse",
                    format!("the result is no UTF-8 text: byte {} is wrong", error.valid_up_to()),
                )),
            },
        }
    });
    Invocation { result, start, log }
}

/// The error a program that ends without success has written as its result: `{"errorType", "errorMessage", …}`, as
/// handlers fail.
fn thrown(answer: &[u8]) -> Option<FunctionError> {
    let text = std::str::from_utf8(answer).ok()?;
    let error = FunctionError::of_payload(text.trim().to_owned());
    error.kind.is_some().then_some(error)
}

/// The result a program has left in its file; nothing where it has taken the file away.
fn left_in(file: &tempfile::NamedTempFile, most: u64) -> Vec<u8> {
    let mut bytes = Vec::new();
    if let Ok(opened) = std::fs::File::open(file.path()) {
        // What was read before an error is judged like the rest.
        let _ = std::io::Read::read_to_end(&mut std::io::Read::take(opened, most), &mut bytes);
    }
    bytes
}
