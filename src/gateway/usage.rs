//! How often API keys have called: the buckets and counters of usage plans, which outlive single requests.

use std::collections::BTreeMap;
use std::sync::Mutex;
use std::sync::PoisonError;

use jiff::Timestamp;
use jiff::ToSpan;
use jiff::civil::Date;
use jiff::tz::Offset;

use crate::gateway::Micros;
use crate::project::Quota;
use crate::project::QuotaPeriod;
use crate::project::Throttle;
use crate::project::UsagePlan;

/// What every key has used of its plan. One for all exchanges of a site; a new one begins with full buckets.
///
/// A key is counted for itself, over all stages of its plan; a method with limits of its own has a bucket of its own.
/// A request that is throttled uses nothing of the quota.
#[derive(Debug, Default)]
pub struct Meters {
    /// By the id of the plan and the value of the key.
    meters: Mutex<BTreeMap<(String, String), Meter>>,
}

/// What became of a request.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Admission {
    Admitted {
        /// Requests of the quota that are left.
        left: Option<u64>,
    },
    Throttled(Throttle),
    QuotaExceeded {
        quota: Quota,
        /// The day on which requests are let in again.
        until: Date,
    },
}

/// What one key has used of one plan.
#[derive(Debug, Default)]
struct Meter {
    /// By method where it has limits of its own; the one of the plan under an empty name.
    buckets: BTreeMap<String, Bucket>,
    count: Option<Count>,
}

#[derive(Clone, Copy, Debug)]
struct Bucket {
    tokens: f64,
    at: Micros,
}

/// Requests in the period that began on a day.
#[derive(Clone, Copy, Debug)]
struct Count {
    began: Date,
    left: u64,
}

impl Meters {
    /// Takes a request off what a key may still do; `method` is `/path/METHOD`.
    pub(crate) fn admit(&self, plan: &UsagePlan, key: &str, method: &str, at: Micros) -> Admission {
        let mut meters = self.meters.lock().unwrap_or_else(PoisonError::into_inner);
        let meter = meters.entry((plan.id.clone(), key.to_owned())).or_default();
        if let Some((throttle, name)) = limits(plan, method) {
            let bucket = meter.buckets.entry(name.to_owned());
            if !bucket
                .or_insert(Bucket::full(throttle, at))
                .take(throttle, at)
            {
                return Admission::Throttled(throttle);
            }
        }
        let Some(quota) = plan.quota else {
            return Admission::Admitted { left: None };
        };
        let (began, until) = period(quota.period, at);
        let count = match meter.count {
            Some(count) if count.began == began => count,
            Some(_) => Count::of(began, quota.limit),
            None => Count::of(began, quota.limit.saturating_sub(quota.offset)),
        };
        let left = count.left.checked_sub(1);
        meter.count = Some(Count::of(began, left.unwrap_or_default()));
        match left {
            Some(_) => Admission::Admitted { left },
            None => Admission::QuotaExceeded { quota, until },
        }
    }
}

impl Bucket {
    fn full(throttle: Throttle, at: Micros) -> Bucket {
        Bucket {
            tokens: f64::from(throttle.burst),
            at,
        }
    }

    /// Takes a token, if one is there. A clock that goes back brings none.
    fn take(&mut self, throttle: Throttle, at: Micros) -> bool {
        let seconds = at.saturating_sub(self.at).max(0) as f64 / 1_000_000.0;
        self.at = self.at.max(at);
        let tokens = seconds.mul_add(throttle.rate, self.tokens);
        self.tokens = tokens.min(f64::from(throttle.burst));
        let has_one = self.tokens >= 1.0;
        if has_one {
            self.tokens -= 1.0;
        }
        has_one
    }
}

impl Count {
    const fn of(began: Date, left: u64) -> Count {
        Count { began, left }
    }
}

/// The limits for a method, and the name of the bucket they fill.
fn limits<'a>(plan: &UsagePlan, method: &'a str) -> Option<(Throttle, &'a str)> {
    let own = plan.methods.get(method).map(|own| (*own, method));
    own.or(plan.throttle.map(|throttle| (throttle, "")))
}

/// The first day of the period a moment lies in, and that of the next one.
fn period(period: QuotaPeriod, at: Micros) -> (Date, Date) {
    let moment = Timestamp::from_microsecond(at).unwrap_or_default();
    let today = Offset::UTC.to_datetime(moment).date();
    let (first, span) = match period {
        QuotaPeriod::Day => (today, 1.day()),
        QuotaPeriod::Week => {
            let since_sunday = i64::from(today.weekday().to_sunday_zero_offset());
            (today.saturating_sub(since_sunday.days()), 7.days())
        }
        QuotaPeriod::Month => (today.first_of_month(), 1.month()),
    };
    (first, first.saturating_add(span))
}

/// What a plan allows a method, as a part of a sentence.
pub(crate) fn allowance(plan: &UsagePlan, method: &str) -> String {
    let speed = limits(plan, method).map(|(throttle, _)| speed(throttle));
    let quota = plan.quota.map(share);
    match (speed, quota) {
        (Some(speed), Some(quota)) => format!("{speed}, {quota}"),
        (Some(only), None) | (None, Some(only)) => only,
        (None, None) => "as many requests as come".to_owned(),
    }
}

/// `5 requests per second and 10 at once`
pub(crate) fn speed(throttle: Throttle) -> String {
    let rate = requests(throttle.rate.to_string());
    format!("{rate} per second and {} at once", throttle.burst)
}

/// `100 requests per day`
pub(crate) fn share(quota: Quota) -> String {
    let limit = requests(quota.limit.to_string());
    format!("{limit} per {}", quota.period.word())
}

fn requests(number: String) -> String {
    let ending = if number == "1" { "" } else { "s" };
    format!("{number} request{ending}")
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Thursday, 2026-01-01 at midnight.
    const AT: Micros = 1_767_225_600_000_000;
    const SECOND: Micros = 1_000_000;
    const DAY: Micros = 86_400 * SECOND;

    fn plan(throttle: Option<(f64, u32)>, quota: Option<(u64, u64, QuotaPeriod)>) -> UsagePlan {
        UsagePlan {
            id: "Plan".to_owned(),
            name: "basic".to_owned(),
            throttle: throttle.map(|(rate, burst)| Throttle { rate, burst }),
            methods: BTreeMap::new(),
            quota: quota.map(|(limit, offset, period)| Quota {
                limit,
                offset,
                period,
            }),
        }
    }

    /// Which of requests at these moments are let in.
    fn admitted(meters: &Meters, plan: &UsagePlan, key: &str, moments: &[Micros]) -> String {
        let moments = moments.iter();
        moments
            .map(|at| match meters.admit(plan, key, "/a/GET", *at) {
                Admission::Admitted { .. } => '+',
                Admission::Throttled(_) => 't',
                Admission::QuotaExceeded { .. } => 'q',
            })
            .collect()
    }

    #[test]
    fn a_bucket_empties_at_once_and_fills_with_time() {
        let plan = plan(Some((2.0, 3)), None);
        let meters = Meters::default();
        let half = SECOND / 2;
        let burst = [AT, AT, AT, AT, AT + half, AT + half, AT + 10 * SECOND];
        assert_eq!(admitted(&meters, &plan, "a", &burst), "+++t+t+");
        let again = [AT + 10 * SECOND; 3];
        assert_eq!(admitted(&meters, &plan, "a", &again), "++t");
        // A clock that goes back gives nothing.
        assert_eq!(admitted(&meters, &plan, "a", &[AT, AT]), "tt");
        // Every key has its own.
        assert_eq!(admitted(&meters, &plan, "b", &[AT, AT, AT, AT]), "+++t");
    }

    #[test]
    fn slow_rates_and_empty_buckets() {
        let tenth = plan(Some((0.1, 1)), None);
        let moments = [AT, AT + 9 * SECOND, AT + 10 * SECOND];
        assert_eq!(admitted(&Meters::default(), &tenth, "a", &moments), "+t+");
        let closed = plan(Some((100.0, 0)), None);
        let moments = [AT, AT + DAY];
        assert_eq!(admitted(&Meters::default(), &closed, "a", &moments), "tt");
        let free = plan(None, None);
        assert_eq!(admitted(&Meters::default(), &free, "a", &[AT; 4]), "++++");
    }

    #[test]
    fn a_method_may_have_limits_of_its_own() {
        let mut plan = plan(Some((1.0, 1)), None);
        let own = Throttle {
            rate: 1.0,
            burst: 2,
        };
        plan.methods.insert("/a/GET".to_owned(), own);
        let meters = Meters::default();
        assert_eq!(admitted(&meters, &plan, "a", &[AT; 3]), "++t");
        let other = |at| meters.admit(&plan, "a", "/b/GET", at);
        assert_eq!(other(AT), Admission::Admitted { left: None });
        let allowed = Throttle {
            rate: 1.0,
            burst: 1,
        };
        assert_eq!(other(AT), Admission::Throttled(allowed));
    }

    #[test]
    fn a_quota_begins_anew_with_its_period() {
        let daily = plan(None, Some((2, 0, QuotaPeriod::Day)));
        let moments = [AT, AT, AT, AT + DAY - 1, AT + DAY, AT + DAY, AT + DAY];
        assert_eq!(
            admitted(&Meters::default(), &daily, "a", &moments),
            "++qq++q"
        );
        // The first period has less.
        let offset = plan(None, Some((2, 1, QuotaPeriod::Day)));
        assert_eq!(
            admitted(&Meters::default(), &offset, "a", &moments),
            "+qqq++q"
        );
        // 2026-01-04 is a Sunday.
        let weekly = plan(None, Some((1, 0, QuotaPeriod::Week)));
        let moments = [AT, AT + 3 * DAY - 1, AT + 3 * DAY, AT + 9 * DAY];
        assert_eq!(admitted(&Meters::default(), &weekly, "a", &moments), "+q+q");
        let monthly = plan(None, Some((1, 0, QuotaPeriod::Month)));
        let moments = [AT, AT + 31 * DAY - 1, AT + 31 * DAY];
        assert_eq!(admitted(&Meters::default(), &monthly, "a", &moments), "+q+");
        let meters = Meters::default();
        let ask = || meters.admit(&monthly, "a", "/a/GET", AT);
        assert_eq!(ask(), Admission::Admitted { left: Some(0) });
        assert!(
            matches!(ask(), Admission::QuotaExceeded { until, .. } if until.to_string() == "2026-02-01")
        );
    }

    #[test]
    fn what_is_throttled_uses_nothing_of_the_quota() {
        let both = plan(Some((1.0, 1)), Some((2, 0, QuotaPeriod::Day)));
        let moments = [AT, AT, AT + SECOND, AT + 2 * SECOND];
        assert_eq!(admitted(&Meters::default(), &both, "a", &moments), "+t+q");
        assert_eq!(
            allowance(&both, "/a/GET"),
            "1 request per second and 1 at once, 2 requests per day"
        );
    }
}
