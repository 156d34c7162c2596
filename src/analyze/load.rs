//! How long answers took under load: average, quantiles and a course over time, in memory that does not grow.

use std::collections::BTreeMap;

/// Steps of a doubling that the histogram tells apart: what it says is right to within 1 %.
const STEPS: u64 = 128;

/// Columns of the course over time.
const COLUMNS: usize = 240;

/// Virtual users at most: each is a task, and over a socket a connection.
pub const MOST_USERS: u32 = 5_000;

/// Seconds a load run may last.
pub const LONGEST_LOAD: u32 = 3_600;

/// One answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sample {
    /// Microseconds since the load run began, at the end of the request.
    pub at: u64,
    /// Microseconds.
    pub took: u64,
    pub outcome: SampleOutcome,
}

/// What came of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SampleOutcome {
    Status(u16),
    /// No answer: the connection broke off, or nothing came in time.
    NoAnswer,
}

/// What a load run has measured so far.
#[derive(Clone, Debug)]
pub struct LoadTally {
    /// Microseconds a column of the course spans.
    span: u64,
    all: Histogram,
    failures: u64,
    statuses: BTreeMap<u16, u64>,
    course: Vec<Histogram>,
    failed: Vec<u64>,
}

/// What a load run came to. Times are milliseconds.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct LoadReport {
    pub requests: u64,
    /// Answers of status 400 and above, and requests without an answer.
    pub failures: u64,
    pub statuses: BTreeMap<u16, u64>,
    pub seconds: f64,
    pub per_second: f64,
    pub average: f64,
    pub median: f64,
    pub p90: f64,
    pub p95: f64,
    pub max: f64,
    pub course: Vec<LoadColumn>,
}

/// One piece of time of a load run.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct LoadColumn {
    /// Seconds since the beginning, at the column's left side.
    pub at: f64,
    pub requests: u64,
    pub failures: u64,
    /// Milliseconds.
    pub median: f64,
    pub p95: f64,
    pub max: f64,
}

impl LoadTally {
    /// A tally of a run that is meant to last so many microseconds.
    pub fn lasting(micros: u64) -> LoadTally {
        LoadTally {
            span: micros.div_ceil(COLUMNS as u64).max(100_000),
            all: Histogram::default(),
            failures: 0,
            statuses: BTreeMap::new(),
            course: Vec::new(),
            failed: Vec::new(),
        }
    }

    pub fn add(&mut self, sample: Sample) {
        let failed = match sample.outcome {
            SampleOutcome::Status(status) => {
                *self.statuses.entry(status).or_default() += 1;
                status >= 400
            }
            SampleOutcome::NoAnswer => true,
        };
        self.failures += u64::from(failed);
        self.all.add(sample.took);
        // What comes after the time is up belongs to the last column.
        let column = usize::try_from(sample.at / self.span)
            .unwrap_or(COLUMNS)
            .min(COLUMNS);
        if self.course.len() <= column {
            self.course.resize(column + 1, Histogram::default());
            self.failed.resize(column + 1, 0);
        }
        if let (Some(histogram), Some(failures)) =
            (self.course.get_mut(column), self.failed.get_mut(column))
        {
            histogram.add(sample.took);
            *failures += u64::from(failed);
        }
    }

    /// What it comes to after so many microseconds.
    pub fn report(&self, elapsed: u64) -> LoadReport {
        let seconds = elapsed as f64 / 1e6;
        let columns = self.course.iter().zip(&self.failed).enumerate();
        let course = columns.map(|(column, (histogram, failures))| LoadColumn {
            at: (column as u64 * self.span) as f64 / 1e6,
            requests: histogram.count,
            failures: *failures,
            median: histogram.quantile(0.5),
            p95: histogram.quantile(0.95),
            max: millis(histogram.max),
        });
        LoadReport {
            requests: self.all.count,
            failures: self.failures,
            statuses: self.statuses.clone(),
            seconds,
            per_second: if seconds > 0.0 {
                self.all.count as f64 / seconds
            } else {
                0.0
            },
            average: self.all.average(),
            median: self.all.quantile(0.5),
            p90: self.all.quantile(0.9),
            p95: self.all.quantile(0.95),
            max: millis(self.all.max),
            course: course.collect(),
        }
    }
}

/// Counts by size: exact up to 128 microseconds, then in steps that double when the numbers do.
#[derive(Clone, Debug, Default)]
struct Histogram {
    counts: Vec<u32>,
    count: u64,
    sum: u64,
    max: u64,
}

impl Histogram {
    fn add(&mut self, micros: u64) {
        let place = place(micros);
        if self.counts.len() <= place {
            self.counts.resize(place + 1, 0);
        }
        if let Some(count) = self.counts.get_mut(place) {
            *count += 1;
        }
        self.count += 1;
        self.sum = self.sum.saturating_add(micros);
        self.max = self.max.max(micros);
    }

    /// Milliseconds.
    fn average(&self) -> f64 {
        match self.count {
            0 => 0.0,
            count => self.sum as f64 / count as f64 / 1e3,
        }
    }

    /// Milliseconds that a share of all did not exceed.
    fn quantile(&self, share: f64) -> f64 {
        let wanted = (share * self.count as f64).ceil().max(1.0) as u64;
        let mut seen = 0;
        for (place, count) in self.counts.iter().enumerate() {
            seen += u64::from(*count);
            if seen >= wanted {
                return millis(middle(place).min(self.max));
            }
        }
        0.0
    }
}

fn place(micros: u64) -> usize {
    let doubling = (micros / STEPS).checked_ilog2().map_or(0, |log| log + 1);
    let within = match doubling {
        0 => micros,
        doubling => (micros >> (doubling - 1)) - STEPS,
    };
    usize::try_from(u64::from(doubling) * STEPS + within).unwrap_or_default()
}

/// The middle of a step, the inverse of `place`.
fn middle(place: usize) -> u64 {
    let place = place as u64;
    match place / STEPS {
        0 => place,
        doubling => {
            let width = 1_u64 << (doubling - 1).min(57);
            (STEPS + place % STEPS) * width + width / 2
        }
    }
}

fn millis(micros: u64) -> f64 {
    micros as f64 / 1e3
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantiles_are_right_to_within_a_hundredth() {
        let mut tally = LoadTally::lasting(1_000_000);
        for micros in 1..=100_000 {
            let outcome = match micros % 100 {
                0 => SampleOutcome::Status(500),
                1 => SampleOutcome::NoAnswer,
                _ => SampleOutcome::Status(200),
            };
            let took = micros;
            tally.add(Sample {
                at: micros * 10,
                took,
                outcome,
            });
        }
        let report = tally.report(1_000_000);
        let close = |found: f64, wanted: f64| (found - wanted).abs() <= wanted * 0.01;
        assert!(close(report.median, 50.0), "{}", report.median);
        assert!(close(report.p90, 90.0) && close(report.p95, 95.0));
        assert!(close(report.average, 50.0));
        assert_eq!(
            (report.max, report.requests, report.failures),
            (100.0, 100_000, 2_000)
        );
        assert_eq!(
            report.statuses,
            BTreeMap::from([(200, 98_000), (500, 1_000)])
        );
        assert_eq!(report.per_second, 100_000.0);
        assert_eq!(report.course.len(), 11);
        assert_eq!(
            report
                .course
                .iter()
                .map(|column| column.requests)
                .sum::<u64>(),
            100_000
        );
        assert!(
            report
                .course
                .windows(2)
                .all(|pair| pair[0].p95 < pair[1].p95)
        );
    }

    #[test]
    fn places_and_their_middles_belong_together() {
        for micros in [
            0,
            1,
            127,
            128,
            129,
            255,
            256,
            1_000,
            123_456,
            u64::from(u32::MAX),
            u64::MAX / 4,
        ] {
            let found = middle(place(micros));
            assert!(
                found.abs_diff(micros) <= micros / 128 + 1,
                "{micros}: {found}"
            );
        }
    }

    #[test]
    fn an_empty_run_has_a_report() {
        assert_eq!(LoadTally::lasting(0).report(0), LoadReport::default());
    }
}
