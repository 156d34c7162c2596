//! A process that keeps a handler warm: it is started once and answers one call after the other.

use std::process::Stdio;
use std::sync::Arc;
use std::time::Duration;

use serde_json::Value as Json;
use serde_json::json;
use tokio::io::AsyncBufReadExt;
use tokio::io::AsyncReadExt;
use tokio::io::AsyncWriteExt;
use tokio::io::BufReader;
use tokio::process::ChildStdin;
use tokio::process::Command;
use tokio::time::Instant;

use crate::backends::function::FunctionError;
use crate::backends::function::error::fitting;
use crate::backends::function::group;
use crate::backends::function::group::Owned;
use crate::backends::function::log::Log;
use crate::backends::function::log::joined;
use crate::backends::function::side_channel::SideChannel;
use crate::backends::function::side_channel::side_channel;

/// Loading the code of a function may take so long; Lambda gives 10 s, on machines that do nothing else.
const INIT: Duration = Duration::from_secs(30);

/// What is said after an answer arrives a moment later on the other descriptors.
pub(crate) const LAST_WORDS: Duration = Duration::from_millis(500);

/// Bytes of an answer that are read; in the end it may have as many as Lambda gives, but escaped it takes more.
const LONGEST_LINE: u64 = 64 * 1_024 * 1_024;

/// A worker that has loaded its handler.
#[derive(Debug)]
pub(crate) struct Worker {
    child: Owned,
    input: ChildStdin,
    answers: BufReader<SideChannel>,
    output: Arc<Log>,
    errors: Arc<Log>,
    /// Real milliseconds from its start until its code was loaded.
    pub init: f64,
}

/// What one call came to.
#[derive(Debug)]
pub(crate) struct Spoken {
    pub result: Result<String, FunctionError>,
    pub log: String,
    /// The worker can answer another call.
    pub alive: bool,
}

impl Worker {
    /// Starts a worker and waits until it has loaded the handler.
    ///
    /// # Errors
    /// What went wrong, with what the process wrote.
    pub(crate) async fn start(
        mut command: Command,
        id: &str,
    ) -> Result<Worker, (FunctionError, String)> {
        let began = Instant::now();
        let plain = |error: FunctionError| (error, String::new());
        let channel = side_channel(&mut command).map_err(plain)?;
        command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        group::begin(&mut command);
        let program = command
            .as_std()
            .get_program()
            .to_string_lossy()
            .into_owned();
        let child = command
            .spawn()
            .map_err(|error| plain(FunctionError::not_started(&program, &error)))?;
        let mut child = Owned(child);
        // The command holds the child's end of the channel, which would keep it open.
        drop(command);
        let (output, errors) = (Arc::new(Log::default()), Arc::new(Log::default()));
        if let Some(stream) = child.0.stdout.take() {
            tokio::spawn(collect(stream, output.clone()));
        }
        if let Some(stream) = child.0.stderr.take() {
            tokio::spawn(collect(stream, errors.clone()));
        }
        let Some(input) = child.0.stdin.take() else {
            return Err(plain(FunctionError::broken("its input cannot be written")));
        };
        let mut worker = Worker {
            child,
            input,
            answers: BufReader::new(channel),
            output,
            errors,
            init: 0.0,
        };
        let first = tokio::time::timeout(INIT, worker.hear(id)).await;
        let failed = match first {
            Ok(Ok(line)) if line.get("ready").is_some() => None,
            Ok(Ok(mut line)) => Some(FunctionError::thrown(
                line.get_mut("failed").map(Json::take).unwrap_or_default(),
            )),
            Ok(Err(error)) => Some(error),
            Err(_) => Some(FunctionError::new(
                "Sandbox.Timedout",
                format!("loading its code took more than {} s", INIT.as_secs()),
            )),
        };
        if let Some(error) = failed {
            let log = worker.last_words().await;
            return Err((error, log));
        }
        worker.init = began.elapsed().as_secs_f64() * 1_000.0;
        Ok(worker)
    }

    /// Hands an event over and waits for the answer, at most for the function's timeout.
    pub(crate) async fn ask(
        &mut self,
        id: &str,
        event: &str,
        context: Json,
        limit: Duration,
    ) -> Spoken {
        let line = format!(
            "{{\"id\":{},\"context\":{context},\"event\":{}}}\n",
            json!(id),
            event.replace(['\n', '\r'], " ")
        );
        let asked = async {
            // One that has ended meanwhile says so by the end of its answers.
            let _ = self.input.write_all(line.as_bytes()).await;
            let _ = self.input.flush().await;
            self.hear(id).await
        };
        let heard = tokio::time::timeout(limit, asked).await;
        let (result, answered) = match heard {
            Ok(Ok(mut answer)) => match answer.get_mut("error").map(Json::take) {
                Some(error) => (Err(FunctionError::thrown(error)), true),
                None => {
                    let result = answer.get("result").unwrap_or(&Json::Null);
                    (fitting(result.to_string()), true)
                }
            },
            Ok(Err(error)) => (Err(error), false),
            Err(_) => (Err(FunctionError::timed_out(id, limit)), false),
        };
        // What a handler has left behind may end the process after its answer.
        let alive = answered && self.is_ready(id).await;
        let mark = format!("\u{1e}{id}\u{1e}\n");
        let log = match alive {
            true => self.words_until(&mark).await,
            false => self.last_words().await,
        };
        // One of the outputs may have kept it.
        let log = log.replace(&mark, "");
        Spoken { result, log, alive }
    }

    /// Whether it waits for the next event.
    async fn is_ready(&mut self, id: &str) -> bool {
        let heard = tokio::time::timeout(LAST_WORDS, self.hear(id)).await;
        matches!(heard, Ok(Ok(line)) if line.get("ready").is_some())
    }

    /// The next line of its answers, or how it ended.
    async fn hear(&mut self, id: &str) -> Result<Json, FunctionError> {
        let mut line = Vec::new();
        let mut answers = (&mut self.answers).take(LONGEST_LINE);
        match answers.read_until(b'\n', &mut line).await {
            Ok(0) => Err(self.how_it_ended(id).await),
            Ok(_) if line.len() as u64 == LONGEST_LINE => Err(FunctionError::too_large()),
            Ok(_) => serde_json::from_slice(&line).map_err(|_| {
                FunctionError::new(
                    "Runtime.MalformedHandlerResponse",
                    "the worker answered with something that is not JSON: descriptor 3 is its own",
                )
            }),
            Err(error) => Err(FunctionError::broken(&error.to_string())),
        }
    }

    async fn how_it_ended(&mut self, id: &str) -> FunctionError {
        match tokio::time::timeout(LAST_WORDS, self.child.0.wait()).await {
            Ok(Ok(status)) => FunctionError::exited(id, status),
            Ok(Err(_)) | Err(_) => FunctionError::broken("it closed descriptor 3 and goes on"),
        }
    }

    /// What was written up to the mark of a call.
    async fn words_until(&mut self, mark: &str) -> String {
        self.written(Some(mark)).await
    }

    /// Ends the process: everything that was written.
    async fn last_words(&mut self) -> String {
        group::end(&mut self.child.0);
        self.written(None).await
    }

    async fn written(&self, mark: Option<&str>) -> String {
        let both = async {
            let output = self.output.until(mark).await;
            let errors = self.errors.until(mark).await;
            (output, errors)
        };
        let (output, errors) = match tokio::time::timeout(LAST_WORDS, both).await {
            Ok(both) => both,
            Err(_) => (self.output.take(), self.errors.take()),
        };
        joined(output, errors)
    }

    /// Whether the process is still there.
    pub(crate) fn is_alive(&mut self) -> bool {
        matches!(self.child.0.try_wait(), Ok(None))
    }
}

/// Reads a stream to its end.
pub(crate) async fn collect(mut stream: impl tokio::io::AsyncRead + Unpin, log: Arc<Log>) {
    let mut buffer = vec![0_u8; 8_192];
    loop {
        match stream.read(&mut buffer).await {
            Ok(0) | Err(_) => return log.close(),
            Ok(count) => log.write(buffer.get(..count).unwrap_or_default()),
        }
    }
}
