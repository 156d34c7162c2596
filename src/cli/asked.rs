//! The saved requests of a project, sent to its API without a socket and judged for `stepwright test`.

use std::time::Instant;

use crate::cli::backends::BackendArgs;
use crate::cli::signals::Signals;
use crate::cli::site;
use crate::cli::test::Tried;
use crate::cli::within::Opened;
use crate::gateway::Response;
use crate::query::Value;
use crate::sidecar::WantedResponse;

/// Sends every saved request that says what it expects.
///
/// # Errors
/// The project cannot be served, or the test is broken off: one sentence.
pub(crate) fn asked(opened: &Opened, backends: &BackendArgs) -> Result<Vec<Tried>, String> {
    if opened.project.apis.is_empty() || opened.name.is_some() {
        return Ok(Vec::new());
    }
    let edge = site::of_opened(opened, backends)?;
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|error| format!("no request can be sent: {error}"))?;
    let requests = edge.site().requests.iter();
    let wanted = requests.filter_map(|saved| Some((saved, saved.expect.as_ref()?)));
    let tried = wanted.map(|(saved, expect)| {
        let begun = Instant::now();
        let answer = runtime.block_on(async {
            let mut signals = Signals::hear()?;
            tokio::select! {
                answer = edge.ask(saved) => Ok(answer),
                _ = signals.next() => Err(format!("{}: the request {} was broken off", opened.file, saved.name)),
            }
        });
        let response = answer?.response;
        Ok(Tried {
            file: opened.file.clone(),
            scenario: format!("{} {} · {}", saved.method, saved.path, saved.name),
            expected: expected(expect),
            status: response.status.to_string(),
            difference: difference(expect, &response),
            notes: Vec::new(),
            duration_ms: begun.elapsed().as_secs_f64() * 1000.0,
        })
    });
    tried.collect()
}

fn difference(expect: &WantedResponse, response: &Response) -> Option<String> {
    let body = String::from_utf8_lossy(&response.body);
    let verdict = expect.judge(response.status, &response.headers, &body);
    verdict.err().map(|difference| difference.to_string())
}

fn expected(expect: &WantedResponse) -> Value {
    let status = expect.status.map(|status| Value::from(status.to_string()));
    let headers = expect.headers.iter();
    let headers = headers.map(|(name, value)| (name.as_str(), Value::from(value.as_str())));
    let headers = (!expect.headers.is_empty()).then(|| Value::object(headers));
    let parts = [
        ("status", status),
        ("headers", headers),
        ("body", expect.body.clone()),
    ];
    let parts = parts.into_iter();
    Value::object(parts.filter_map(|(name, value)| Some((name, value?))))
}
