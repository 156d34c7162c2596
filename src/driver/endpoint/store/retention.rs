//! How long executions are kept: by number and by age, those that have ended first.

use std::collections::BTreeMap;

use redb::WriteTransaction;

use crate::driver::endpoint::store::EXECUTIONS;
use crate::driver::endpoint::store::HISTORIES;
use crate::driver::endpoint::store::JOURNALS;
use crate::driver::endpoint::store::NAMES;
use crate::engine::Millis;

/// Milliseconds of a day.
const DAY: Millis = 86_400_000;

/// What is known of every execution in the store.
#[derive(Debug)]
pub(crate) struct Retention {
    keep: usize,
    age: Millis,
    /// By number: the ARN, and when it ended.
    kept: BTreeMap<u64, (String, Option<Millis>)>,
}

impl Retention {
    pub(crate) fn new(keep: usize, days: u32) -> Retention {
        Retention {
            keep,
            age: Millis::from(days).saturating_mul(DAY),
            kept: BTreeMap::new(),
        }
    }

    pub(crate) fn enter(&mut self, number: u64, arn: &str, ended: Option<Millis>) {
        self.kept.insert(number, (arn.to_owned(), ended));
    }

    pub(crate) fn leave(&mut self, number: u64) {
        self.kept.remove(&number);
    }

    /// The number the next execution gets.
    pub(crate) fn next(&self) -> u64 {
        self.kept.keys().next_back().map_or(1, |last| last + 1)
    }

    pub(crate) fn is_full(&self) -> bool {
        self.kept.len() > self.keep
    }

    /// Removes what has been kept for long enough; tells the ARNs.
    pub(crate) fn sweep(
        &mut self,
        write: &WriteTransaction,
        now: Millis,
    ) -> Result<Vec<String>, redb::Error> {
        let mut over = self.kept.len().saturating_sub(self.keep);
        let mut gone = Vec::new();
        for (number, (_, ended)) in &self.kept {
            let Some(ended) = ended else {
                continue;
            };
            if over > 0 || now.saturating_sub(*ended) > self.age {
                over = over.saturating_sub(1);
                gone.push(*number);
            }
        }
        if gone.is_empty() {
            return Ok(Vec::new());
        }
        let mut executions = write.open_table(EXECUTIONS)?;
        let mut histories = write.open_table(HISTORIES)?;
        let mut journals = write.open_table(JOURNALS)?;
        let mut names = write.open_table(NAMES)?;
        let mut arns = Vec::new();
        for number in gone {
            executions.remove(number)?;
            histories.remove(number)?;
            journals.remove(number)?;
            if let Some((arn, _)) = self.kept.remove(&number) {
                names.remove(arn.as_str())?;
                arns.push(arn);
            }
        }
        Ok(arns)
    }
}
