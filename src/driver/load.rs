//! Load on a route: virtual users that come and go in stages, each sending the next request once it has an answer.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::sync::atomic::Ordering;
use std::time::Duration;

use http_body_util::BodyExt;
use http_body_util::Full;
use hyper::body::Bytes;
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use tokio::sync::mpsc;
use tokio::sync::watch;
use tokio::time::Instant;

use crate::analyze::LONGEST_LOAD;
use crate::analyze::LoadReport;
use crate::analyze::LoadTally;
use crate::analyze::MOST_USERS;
use crate::analyze::Sample;
use crate::analyze::SampleOutcome;
use crate::driver::endpoint::Edge;
use crate::driver::endpoint::Keep;
use crate::gateway::Request;

/// How long a virtual user waits for an answer.
const PATIENCE: Duration = Duration::from_secs(60);

/// How often the number of users follows its stage, and progress is told.
const TICK: Duration = Duration::from_millis(100);

/// A piece of a load run: by its end there are so many users, their number having grown or shrunk evenly.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct LoadStage {
    pub seconds: f64,
    pub users: usize,
}

/// Where the requests go.
#[derive(Clone, Debug)]
pub enum LoadTarget {
    /// Straight to the edge, without a socket between.
    Edge(Arc<Edge>),
    Address(SocketAddr),
}

/// What is asked, by how many and for how long.
#[derive(Clone, Debug)]
pub struct LoadOrder {
    pub target: LoadTarget,
    pub request: Request,
    pub stages: Vec<LoadStage>,
}

/// How far a load run is.
#[derive(Clone, Debug)]
pub struct LoadProgress {
    /// Of all its seconds.
    pub elapsed: f64,
    pub total: f64,
    pub users: usize,
    pub so_far: LoadReport,
}

/// Reads stages as k6 writes them: `5s:200,25s:200,5s:0`.
///
/// # Errors
/// Which stage is wrong, and how one is written.
pub fn parse_stages(text: &str) -> Result<Vec<LoadStage>, String> {
    let stages: Result<Vec<LoadStage>, String> = text.split(',').map(parse_stage).collect();
    let stages = stages?;
    let total: f64 = stages.iter().map(|stage| stage.seconds).sum();
    if total > f64::from(LONGEST_LOAD) {
        return Err(format!(
            "the stages last {total} s together; at most {LONGEST_LOAD} s are allowed"
        ));
    }
    Ok(stages)
}

fn parse_stage(text: &str) -> Result<LoadStage, String> {
    let wrong = || {
        format!(
            "the stage \"{text}\" is not written as DURATION:USERS, for example 30s:200 or 2m:50"
        )
    };
    let (duration, users) = text.trim().split_once(':').ok_or_else(wrong)?;
    let (number, scale) = match duration.trim() {
        text if text.ends_with("ms") => (text.trim_end_matches("ms"), 0.001),
        text if text.ends_with('m') => (text.trim_end_matches('m'), 60.0),
        text => (text.trim_end_matches('s'), 1.0),
    };
    let seconds: f64 = number.parse().map_err(|_| wrong())?;
    let users: usize = users.trim().parse().map_err(|_| wrong())?;
    if !seconds.is_finite() || seconds < 0.0 {
        return Err(wrong());
    }
    if users > MOST_USERS as usize {
        return Err(format!(
            "{users} users are too many; at most {MOST_USERS} are allowed"
        ));
    }
    Ok(LoadStage {
        seconds: seconds * scale,
        users,
    })
}

/// Users after so many seconds.
fn users_at(stages: &[LoadStage], mut seconds: f64) -> usize {
    let mut before = 0.0;
    for stage in stages {
        let target = stage.users as f64;
        if seconds < stage.seconds {
            let share = seconds / stage.seconds;
            return (before + (target - before) * share).round() as usize;
        }
        seconds -= stage.seconds;
        before = target;
    }
    0
}

/// Carries a load run out. It ends with its last stage, or when `cancel` turns true or is dropped; progress that nobody
/// takes in time is left out.
pub async fn load(
    order: LoadOrder,
    progress: mpsc::Sender<LoadProgress>,
    mut cancel: watch::Receiver<bool>,
) -> LoadReport {
    let begun = Instant::now();
    let total: f64 = order.stages.iter().map(|stage| stage.seconds).sum();
    let mut tally = LoadTally::lasting((total * 1e6) as u64);
    let (samples, mut taken) = mpsc::channel(4_096);
    let mut present: Vec<Arc<AtomicBool>> = Vec::new();
    let mut tick = tokio::time::interval(TICK);
    loop {
        tokio::select! {
            biased;
            _ = cancel.wait_for(|cancelled| *cancelled) => break,
            _ = tick.tick() => {
                let elapsed = begun.elapsed().as_secs_f64();
                if elapsed >= total {
                    break;
                }
                // The very first moment already has its first user.
                let users = users_at(&order.stages, elapsed).max(usize::from(present.is_empty()));
                while present.len() < users {
                    let stays = Arc::new(AtomicBool::new(true));
                    let user = User {
                        stays: stays.clone(),
                        begun,
                        samples: samples.clone(),
                    };
                    present.push(stays);
                    tokio::spawn(user.live(order.target.clone(), order.request.clone()));
                }
                for stays in present.drain(users..) {
                    stays.store(false, Ordering::Relaxed);
                }
                // Who does not keep up misses some.
                let _ = progress.try_send(LoadProgress {
                    elapsed,
                    total,
                    users,
                    so_far: tally.report(micros(begun)),
                });
            }
            Some(sample) = taken.recv() => {
                tally.add(sample);
                while let Ok(sample) = taken.try_recv() {
                    tally.add(sample);
                }
            }
        }
    }
    for stays in present {
        stays.store(false, Ordering::Relaxed);
    }
    let elapsed = micros(begun);
    drop(samples);
    // Requests that are under way get a moment to end; they count.
    let until = Instant::now() + Duration::from_secs(2);
    while let Ok(Some(sample)) = tokio::time::timeout_at(until, taken.recv()).await {
        tally.add(sample);
    }
    tally.report(elapsed)
}

fn micros(since: Instant) -> u64 {
    u64::try_from(since.elapsed().as_micros()).unwrap_or(u64::MAX)
}

/// A virtual user.
struct User {
    /// Turns false when the user is to go.
    stays: Arc<AtomicBool>,
    begun: Instant,
    samples: mpsc::Sender<Sample>,
}

impl User {
    async fn live(self, target: LoadTarget, request: Request) {
        let mut line = None;
        while self.stays.load(Ordering::Relaxed) {
            let asked = Instant::now();
            let answer = tokio::time::timeout(PATIENCE, async {
                match &target {
                    LoadTarget::Edge(edge) => {
                        let answered = edge.answer(request.clone(), Keep::WhatFits).await;
                        Some(answered.response.status)
                    }
                    LoadTarget::Address(address) => Line::ask(&mut line, *address, &request).await,
                }
            });
            let outcome = match answer.await {
                Ok(Some(status)) => SampleOutcome::Status(status),
                Ok(None) | Err(_) => {
                    line = None;
                    // A server that refuses connections need not be asked a million times.
                    tokio::time::sleep(Duration::from_millis(10)).await;
                    SampleOutcome::NoAnswer
                }
            };
            let sample = Sample {
                at: micros(self.begun),
                took: micros(asked),
                outcome,
            };
            if self.samples.send(sample).await.is_err() {
                return;
            }
            tokio::task::yield_now().await;
        }
    }
}

/// A connection that is used again and again.
struct Line(http1::SendRequest<Full<Bytes>>);

impl Line {
    /// Sends a request and reads the answer to its end; none where there is none.
    async fn ask(line: &mut Option<Line>, address: SocketAddr, request: &Request) -> Option<u16> {
        if line.as_ref().is_none_or(|line| line.0.is_closed()) {
            *line = Some(Line::open(address).await?);
        }
        let sender = &mut line.as_mut()?.0;
        sender.ready().await.ok()?;
        let mut built = hyper::Request::builder()
            .method(request.method.as_str())
            .uri(request.target.as_str());
        if request.header("Host").is_none() {
            built = built.header("Host", address.to_string());
        }
        for (name, value) in &request.headers {
            built = built.header(name, value);
        }
        let body = Full::new(Bytes::copy_from_slice(&request.body));
        let answer = sender.send_request(built.body(body).ok()?).await.ok()?;
        let status = answer.status().as_u16();
        let mut body = answer.into_body();
        while let Some(frame) = body.frame().await {
            frame.ok()?;
        }
        Some(status)
    }

    async fn open(address: SocketAddr) -> Option<Line> {
        let stream = tokio::net::TcpStream::connect(address).await.ok()?;
        stream.set_nodelay(true).ok()?;
        let (sender, connection) = http1::handshake(TokioIo::new(stream)).await.ok()?;
        // Its end shows at the sender.
        tokio::spawn(async move { drop(connection.await) });
        Some(Line(sender))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stages_are_read_and_users_follow_them() {
        let stages = parse_stages("5s:200, 25s:200,5:0").unwrap();
        assert_eq!(stages.len(), 3);
        let at = |seconds: f64| users_at(&stages, seconds);
        assert_eq!([at(0.0), at(2.5), at(5.0), at(29.9)], [0, 100, 200, 200]);
        assert_eq!([at(32.5), at(34.99), at(35.0), at(99.0)], [100, 0, 0, 0]);
        assert_eq!(parse_stages("2m:5").unwrap()[0].seconds, 120.0);
        for wrong in ["", "5s", "5s:x", "-1s:5", "NaN:1", "5s:200000", "9999s:1"] {
            assert!(parse_stages(wrong).is_err(), "{wrong}");
        }
    }
}
