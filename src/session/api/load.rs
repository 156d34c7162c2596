//! Load runs: virtual users on a route, what they have measured, and how far they are.

use crate::analyze::LONGEST_LOAD;
use crate::analyze::MOST_USERS;
use crate::session::api::place::RouteKey;

/// The number of a load run, never used again within a session.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct LoadId(pub u64);

/// Users that come or go evenly over some seconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LoadStage {
    pub seconds: u32,
    /// How many there are at the end of the stage.
    pub users: u32,
}

/// A load run from its start on.
#[derive(Clone, Debug)]
pub struct LoadRun {
    pub id: LoadId,
    pub route: RouteKey,
    /// "POST /orders"
    pub title: String,
    pub stages: Vec<LoadStage>,
    pub state: LoadState,
    pub figures: LoadFigures,
    /// In the order of time.
    pub points: Vec<LoadPoint>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LoadState {
    Running,
    Done,
    Cancelled,
    /// It could not begin or go on; a sentence.
    Failed(String),
}

/// What came of all requests so far. Times are in microseconds.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct LoadFigures {
    pub elapsed_millis: u64,
    /// Users at this moment.
    pub users: u32,
    pub requests: u64,
    /// Answers of 400 and above, and requests without an answer.
    pub failures: u64,
    pub average: u64,
    pub median: u64,
    pub p90: u64,
    pub p95: u64,
    pub max: u64,
    /// Over the whole time.
    pub per_second: f64,
}

/// What came of the requests of a short time.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct LoadPoint {
    /// The end of the time, after the start.
    pub at_millis: u64,
    pub users: u32,
    pub requests: u64,
    pub failures: u64,
    /// Microseconds, as below.
    pub median: u64,
    pub p95: u64,
}

/// News of a load run.
#[derive(Clone, Debug)]
pub enum LoadNews {
    Progress {
        figures: LoadFigures,
        points: Vec<LoadPoint>,
    },
    Ended(LoadState),
}

/// The most points that are kept; beyond them neighbors are put together.
const MOST_POINTS: usize = 600;

impl LoadRun {
    pub fn total_millis(&self) -> u64 {
        let seconds: u64 = self
            .stages
            .iter()
            .map(|stage| u64::from(stage.seconds))
            .sum();
        seconds * 1000
    }

    /// How much of it is over, from 0 to 1.
    pub fn progress(&self) -> f32 {
        let whole = self.total_millis().max(1) as f32;
        match self.state {
            LoadState::Done => 1.0,
            LoadState::Running | LoadState::Cancelled | LoadState::Failed(_) => {
                (self.figures.elapsed_millis as f32 / whole).min(1.0)
            }
        }
    }

    pub fn is_running(&self) -> bool {
        self.state == LoadState::Running
    }

    pub(crate) fn take(&mut self, news: LoadNews) {
        match news {
            LoadNews::Progress { figures, points } => {
                self.figures = figures;
                self.points.extend(points);
                while self.points.len() > MOST_POINTS {
                    self.points = halved(&self.points);
                }
            }
            LoadNews::Ended(state) => self.state = state,
        }
    }
}

/// Every two neighbors as one.
fn halved(points: &[LoadPoint]) -> Vec<LoadPoint> {
    let pairs = points.chunks(2);
    pairs
        .filter_map(|pair| {
            let last = pair.last()?;
            Some(LoadPoint {
                requests: pair.iter().map(|point| point.requests).sum(),
                failures: pair.iter().map(|point| point.failures).sum(),
                median: pair.iter().map(|point| point.median).max()?,
                p95: pair.iter().map(|point| point.p95).max()?,
                ..*last
            })
        })
        .collect()
}

/// Reads the stages of a form.
///
/// # Errors
/// A sentence that says what to change.
pub fn checked_stages(stages: &[LoadStage]) -> Result<(), String> {
    let seconds: u64 = stages.iter().map(|stage| u64::from(stage.seconds)).sum();
    let most = stages.iter().map(|stage| stage.users).max().unwrap_or(0);
    if stages.is_empty() || seconds == 0 {
        return Err("A load run needs at least one second".to_owned());
    }
    if seconds > u64::from(LONGEST_LOAD) {
        return Err("A load run takes at most an hour".to_owned());
    }
    if most == 0 {
        return Err("A load run needs at least one user".to_owned());
    }
    if most > MOST_USERS {
        return Err(format!("At most {MOST_USERS} users can be run here"));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::session::api::place::ProjectId;

    #[test]
    fn a_long_run_keeps_few_points_and_loses_no_request() {
        let mut run = LoadRun {
            id: LoadId(1),
            route: RouteKey {
                project: ProjectId(1),
                api: "a".into(),
                method: "GET".into(),
                path: "/".into(),
            },
            title: "GET /".into(),
            stages: vec![LoadStage {
                seconds: 10,
                users: 5,
            }],
            state: LoadState::Running,
            figures: LoadFigures::default(),
            points: Vec::new(),
        };
        for at in 0..5_000 {
            let point = LoadPoint {
                at_millis: at,
                requests: 2,
                ..LoadPoint::default()
            };
            let figures = LoadFigures {
                elapsed_millis: at,
                ..LoadFigures::default()
            };
            run.take(LoadNews::Progress {
                figures,
                points: vec![point],
            });
        }
        assert!(run.points.len() <= MOST_POINTS);
        let requests: u64 = run.points.iter().map(|point| point.requests).sum();
        assert_eq!(requests, 10_000);
        assert!((run.progress() - 0.4999).abs() < 0.001);
        run.take(LoadNews::Ended(LoadState::Done));
        assert!(!run.is_running() && run.progress() == 1.0);
    }

    #[test]
    fn stages_are_checked() {
        let stage = |seconds, users| LoadStage { seconds, users };
        assert!(checked_stages(&[stage(5, 10)]).is_ok());
        assert!(checked_stages(&[]).unwrap_err().contains("one second"));
        assert!(
            checked_stages(&[stage(5, 0)])
                .unwrap_err()
                .contains("one user")
        );
        assert!(
            checked_stages(&[stage(5, 5_001)])
                .unwrap_err()
                .contains("5000")
        );
        assert!(
            checked_stages(&[stage(4_000, 1)])
                .unwrap_err()
                .contains("hour")
        );
    }
}
