//! Answers requests to the APIs of a site, with or without a socket in front.

use std::sync::Arc;
use std::sync::atomic::AtomicU64;
use std::sync::atomic::Ordering;
use std::time::SystemTime;
use std::time::UNIX_EPOCH;

use tokio::sync::broadcast;

use crate::backends::Real;
use crate::debugger::Clock;
use crate::driver::endpoint::books::Books;
use crate::driver::endpoint::carry::Carried;
use crate::driver::endpoint::catalog::Catalog;
use crate::driver::endpoint::desk::Desk;
use crate::driver::endpoint::ledger::Ledger;
use crate::driver::endpoint::ledger::Stop;
use crate::driver::endpoint::live::Live;
use crate::driver::endpoint::notebook::Notebook;
use crate::driver::endpoint::notebook::RequestRecord;
use crate::driver::endpoint::pool::Pool;
use crate::driver::endpoint::pool::metered;
use crate::driver::endpoint::routes::stage_of;
use crate::driver::endpoint::site::Site;
use crate::driver::endpoint::store::Held;
use crate::driver::endpoint::store::Store;
use crate::driver::endpoint::store::StoreError;
use crate::driver::endpoint::store::StoreOptions;
use crate::driver::endpoint::watch::Watch;
use crate::engine::Millis;
use crate::engine::Status;
use crate::gateway::Api;
use crate::gateway::Exchange;
use crate::gateway::IntegrationResult;
use crate::gateway::Meters;
use crate::gateway::Micros;
use crate::gateway::Recording;
use crate::gateway::Request;
use crate::gateway::Response;
use crate::gateway::StartCall;
use crate::gateway::Step;
use crate::sidecar::SavedRequest;

/// Calls one exchange may make; an integration makes one.
const MOST_CALLS: usize = 4;

/// The header by which a request names the scenario whose mocks answer its tasks.
pub(crate) const SCENARIO: &str = "X-Stepwright-Scenario";

/// The header of an answer that says what is missing here, where API Gateway would have called something.
const EXPLANATION: &str = "X-Stepwright-Explanation";

/// How a site is served.
#[derive(Clone, Debug)]
pub struct EdgeOptions {
    pub clock: Clock,
    /// Where ids, names and the chance of executions come from.
    pub seed: u64,
    /// What is kept between calls that are made for real.
    pub real: Arc<Real>,
}

/// A site that answers.
#[derive(Debug)]
pub struct Edge {
    pub(crate) site: Site,
    pub(crate) clock: Clock,
    pub(crate) pool: Pool,
    pub(crate) books: Arc<Books>,
    pub(crate) catalog: Catalog,
    pub(crate) live: Live,
    pub(crate) real: Arc<Real>,
    notebook: Notebook,
    meters: Meters,
    seed: AtomicU64,
}

/// A store that cannot be used, and the site that was to be served with it.
#[derive(Debug)]
pub struct NoStore {
    pub site: Site,
    pub error: StoreError,
}

/// What a request was answered with.
#[derive(Clone, Debug)]
pub struct Answered {
    pub response: Response,
    /// None where so much comes at once that not everything is written down.
    pub record: Option<Arc<RequestRecord>>,
}

/// How much of an exchange is written down.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Keep {
    /// Everything, values and branches of templates included: a person waits for it.
    All,
    /// The steps, while there are not too many requests in a second.
    WhatFits,
    Nothing,
}

impl Edge {
    /// Serves a site and remembers what happens for as long as it lives.
    pub fn new(site: Site, options: EdgeOptions) -> Arc<Edge> {
        Edge::with(site, options, None, Held::default())
    }

    /// Serves a site and keeps definitions, activities and executions in a store.
    ///
    /// # Errors
    /// The store cannot be used: another server has it, or it is none.
    pub fn with_store(
        site: Site,
        options: EdgeOptions,
        store: &StoreOptions,
    ) -> Result<Arc<Edge>, Box<NoStore>> {
        match Store::open(store) {
            Ok((store, held)) => Ok(Edge::with(site, options, Some(store), held)),
            Err(error) => Err(Box::new(NoStore { site, error })),
        }
    }

    fn with(site: Site, options: EdgeOptions, store: Option<Store>, held: Held) -> Arc<Edge> {
        let catalog = Catalog::new(&site, held.machines, held.activities, now_millis());
        let keep = store.as_ref().map(Store::keep);
        let books = Books {
            ledger: Ledger::new(keep, held.executions),
            store,
            desk: Desk::default(),
            watch: Watch::default(),
            ended: Arc::default(),
        };
        Arc::new(Edge {
            site,
            clock: options.clock,
            pool: Pool::new(),
            books: Arc::new(books),
            catalog,
            live: Live::default(),
            real: options.real,
            notebook: Notebook::new(),
            meters: Meters::default(),
            seed: AtomicU64::new(options.seed),
        })
    }

    pub fn site(&self) -> &Site {
        &self.site
    }

    /// The exchanges that were answered last, the oldest first.
    pub fn records(&self) -> Vec<Arc<RequestRecord>> {
        self.notebook.records()
    }

    /// Exchanges as they are answered. Who falls behind misses some.
    pub fn subscribe(&self) -> broadcast::Receiver<Arc<RequestRecord>> {
        self.notebook.subscribe()
    }

    /// Answers a request. Its seed is replaced by one of the edge's own.
    pub async fn answer(self: &Arc<Edge>, mut request: Request, keep: Keep) -> Answered {
        request.seed = self.next_seed();
        let place = Pool::place(&request.method, &request.target);
        let slow = self.pool.is_slow(place, request.body.len());
        if slow && self.clock == Clock::Virtual {
            let edge = self.clone();
            let runtime = tokio::runtime::Handle::current();
            let work =
                move || runtime.block_on(metered(edge.exchange(request, keep, Slice::Whole)));
            let Some((answered, took)) = self.pool.run(work).await else {
                return broken_off();
            };
            self.pool.learn(place, took);
            return answered;
        }
        let (answered, took) = metered(self.exchange(request, keep, Slice::Short)).await;
        self.pool.learn(place, took);
        answered
    }

    async fn exchange(self: &Arc<Edge>, request: Request, keep: Keep, slice: Slice) -> Answered {
        let at = now();
        let recording = match keep {
            Keep::All => Recording::Full,
            Keep::WhatFits if self.notebook.has_room(at) => Recording::Steps,
            Keep::WhatFits | Keep::Nothing => Recording::Off,
        };
        let kept = (recording != Recording::Off).then(|| request.clone());
        let scenario = request.header(SCENARIO).map(str::to_owned);
        let Some((index, api, mut exchange, mut step)) =
            self.begin(request, recording, &self.meters)
        else {
            return nothing_served();
        };
        let mut carried = Carried::default();
        let mut failure = None;
        for _ in 0..MOST_CALLS {
            let call = match step {
                Step::Call(call) => call,
                Step::Answer(_) => break,
            };
            let route = exchange.route().and_then(|route| api.routes.get(route));
            let asked = Asked {
                route,
                scenario: scenario.as_deref(),
                limit: exchange.timeout(),
                slice,
            };
            carried = self.carry_out(call, asked).await;
            failure = failure_of(&carried.result);
            let result = std::mem::replace(&mut carried.result, IntegrationResult::TimedOut);
            step = exchange.resume(result, &now);
        }
        let mut response = match step {
            Step::Answer(response) => response,
            Step::Call(_) => nothing_served().response,
        };
        let explanation = carried
            .explanation
            .or_else(|| no_stage(&api, &exchange, &self.site))
            .or_else(|| unnoticed(failure.as_deref(), &response));
        if let Some(words) = &explanation {
            let words = one_line(words);
            response.headers.push((EXPLANATION.to_owned(), words));
        }
        let record = kept.map(|request| {
            self.notebook.keep(RequestRecord {
                id: self.notebook.number(),
                at,
                took: now() - at,
                route: exchange.route().map(|route| (index, route)),
                request,
                response: response.clone(),
                steps: exchange.trace().to_vec(),
                run: carried.run.clone(),
                explanation,
            })
        });
        Answered { response, record }
    }

    /// Asks what a companion keeps, with the mocks of the scenario it names.
    pub async fn ask(self: &Arc<Edge>, saved: &SavedRequest) -> Answered {
        let mut request = Request::of_saved(saved, stage_of(&self.site, saved));
        if let Some(scenario) = &saved.scenario {
            request = request.with_header(SCENARIO, scenario.as_str());
        }
        self.answer(request, Keep::Nothing).await
    }

    /// Answers a request whose body is too large to be read: everything else of it is known.
    pub fn refuse_too_large(&self, mut request: Request) -> Response {
        request.seed = self.next_seed();
        let at = now();
        let kept = request.clone();
        let Some((index, api)) = self.apis_of(&request).next() else {
            return nothing_served().response;
        };
        let (exchange, step) = Exchange::begin_too_large(api, request, Recording::Steps, &now);
        let response = match step {
            Step::Answer(response) => response,
            Step::Call(_) => broken_off().response,
        };
        if self.notebook.has_room(at) {
            self.notebook.keep(RequestRecord {
                id: self.notebook.number(),
                at,
                took: now() - at,
                route: exchange.route().map(|route| (index, route)),
                request: kept,
                response: response.clone(),
                steps: exchange.trace().to_vec(),
                run: None,
                explanation: None,
            });
        }
        response
    }

    /// The APIs whose stage a request names; the first of all where there is none.
    fn apis_of<'a>(
        &'a self,
        request: &Request,
    ) -> impl Iterator<Item = (usize, &'a Arc<Api>)> + use<'a> {
        let path = request.target.trim_start_matches('/');
        let stage = path.split(['/', '?']).next().unwrap_or_default().to_owned();
        let fits = move |api: &Arc<Api>| api.stage.is_empty() || api.stage == stage;
        let all = self.site.apis.iter().enumerate();
        let none = !self.site.apis.iter().any(&fits);
        let first = all.clone().take(usize::from(none));
        first.chain(all.filter(move |(_, api)| fits(api)))
    }

    /// Begins the exchange at the API of the request's stage that has a route for it.
    pub(crate) fn begin(
        &self,
        request: Request,
        recording: Recording,
        meters: &Meters,
    ) -> Option<(usize, Arc<Api>, Exchange, Step)> {
        let mut fitting = self.apis_of(&request);
        let (index, api) = fitting.next()?;
        let mut others = fitting.peekable();
        if others.peek().is_none() {
            let (exchange, step) = Exchange::begin(api, request, meters, recording, &now);
            return Some((index, api.clone(), exchange, step));
        }
        let mut first = None;
        for (index, api) in std::iter::once((index, api)).chain(others) {
            let (exchange, step) = Exchange::begin(api, request.clone(), meters, recording, &now);
            let found = exchange.route().is_some();
            let begun = (index, api.clone(), exchange, step);
            if found {
                return Some(begun);
            }
            first.get_or_insert(begun);
        }
        first
    }

    pub(crate) fn next_seed(&self) -> u64 {
        // Odd, so that all numbers come before one comes again.
        self.seed
            .fetch_add(0x9e37_79b9_7f4a_7c15, Ordering::Relaxed)
    }

    /// Ends everything that runs; what was running is told, as sentences.
    pub async fn stop(self: &Arc<Edge>) -> Vec<String> {
        self.pool.stop();
        self.books.desk.close();
        self.live.stop().await;
        let mut ending = tokio::task::JoinSet::new();
        let mut aborted = Vec::new();
        for entry in self.books.ledger.all() {
            if !entry.is_running() {
                continue;
            }
            aborted.push(format!("aborted: {}", entry.facts.arn));
            let edge = self.clone();
            let stop = Stop {
                error: None,
                cause: Some("stepwright serve has ended".to_owned()),
            };
            ending.spawn(async move { edge.stop_entry(&entry, stop).await });
        }
        while ending.join_next().await.is_some() {}
        aborted.extend(self.live.aborted());
        aborted
    }
}

/// How much is computed at a time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Slice {
    /// On a thread that answers requests: what takes longer is handed to the pool.
    Short,
    /// On a thread of the pool.
    Whole,
}

/// What a call is carried out for.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Asked<'a> {
    pub route: Option<&'a crate::gateway::Route>,
    /// The scenario that the request names.
    pub scenario: Option<&'a str>,
    /// Milliseconds the call may take.
    pub limit: Millis,
    pub slice: Slice,
}

impl<'a> Asked<'a> {
    /// The scenario, or test case, that a start names.
    pub(crate) fn wanted(&self, call: &'a StartCall) -> Option<&'a str> {
        // Step Functions Local takes the test case from the end of the ARN.
        let case = call.machine_arn.split_once('#').map(|(_, case)| case);
        self.scenario.or(case)
    }
}

/// Microseconds since 1970.
pub(crate) fn now() -> Micros {
    let since = SystemTime::now().duration_since(UNIX_EPOCH);
    since
        .ok()
        .and_then(|since| Micros::try_from(since.as_micros()).ok())
        .unwrap_or_default()
}

/// Milliseconds since 1970.
pub(crate) fn now_millis() -> Millis {
    now() / 1_000
}

/// A path without its stage finds nothing, which is easy to overlook.
fn no_stage(api: &Api, exchange: &Exchange, site: &Site) -> Option<String> {
    if exchange.route().is_some() || api.stage.is_empty() {
        return None;
    }
    let stages: Vec<String> = site
        .apis
        .iter()
        .map(|api| format!("/{}", api.stage))
        .collect();
    Some(format!(
        "no route of {} fits; paths begin with the stage: {}",
        api.name,
        stages.join(", ")
    ))
}

/// The error of an execution that was waited for and failed.
fn failure_of(result: &IntegrationResult) -> Option<String> {
    match result {
        IntegrationResult::Executed(executed) if executed.status != Status::Succeeded => {
            let error = executed.error.as_deref();
            Some(error.unwrap_or("no error name").to_owned())
        }
        IntegrationResult::Executed(_)
        | IntegrationResult::Started { .. }
        | IntegrationResult::Refused(_)
        | IntegrationResult::Returned(_)
        | IntegrationResult::Threw { .. }
        | IntegrationResult::Http(_)
        | IntegrationResult::TimedOut
        | IntegrationResult::Unreachable(_) => None,
    }
}

/// A failed execution that the client is told was a success.
fn unnoticed(error: Option<&str>, response: &Response) -> Option<String> {
    let error = error.filter(|_| response.status < 400)?;
    Some(format!(
        "the execution failed with {error}, and the client gets status {} all the same: no branch of the response template \
         asks for this error, so let it set $context.responseOverride.status where $input.path('$.status') is not SUCCEEDED",
        response.status
    ))
}

/// Text that a header can hold.
fn one_line(text: &str) -> String {
    const LONGEST: usize = 1_000;
    text.chars()
        .map(|c| {
            if c == ' ' || c.is_ascii_graphic() {
                c
            } else {
                '?'
            }
        })
        .take(LONGEST)
        .collect()
}

fn nothing_served() -> Answered {
    plain(
        404,
        "there is no API here: what is served is a workflow without one",
    )
}

fn broken_off() -> Answered {
    plain(500, "answering this request broke off inside Stepwright")
}

fn plain(status: u16, words: &str) -> Answered {
    let body = crate::query::Value::object([("message", words.into())]);
    Answered {
        response: Response {
            status,
            headers: vec![("Content-Type".to_owned(), "application/json".to_owned())],
            body: body.to_json().into_bytes(),
        },
        record: None,
    }
}
