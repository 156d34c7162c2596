//! Runs for the shell: their mocks, and scenarios run to their end.

use std::sync::Arc;

use tokio::sync::mpsc;

use crate::backends::Mocks;
use crate::backends::Real;
use crate::debugger::RunNews;
use crate::debugger::RunOrder;
use crate::session::Arrival;
use crate::session::TabId;
use crate::session::Trial;

/// The mocks of a run; folders that stand for buckets lie below that of the document.
pub fn read_mocks(mocks: &crate::query::Value, order: &RunOrder) -> Result<Mocks, String> {
    let mut mocks = Mocks::from_list(mocks).map_err(|error| error.to_string())?;
    if let Some(folder) = order.neighbors.folders.first() {
        mocks
            .load_folders(folder)
            .map_err(|error| error.to_string())?;
    }
    Ok(mocks)
}

/// Runs a scenario to its end. The error says why it came to none.
pub async fn try_one(tab: TabId, trial: Trial, real: Arc<Real>) -> Result<Arrival, String> {
    let mocks = read_mocks(&trial.mocks, &trial.order)?;
    let (_controls, door) = mpsc::channel(1);
    let (sender, mut news) = mpsc::channel(64);
    let driver = tokio::spawn(crate::driver::drive(
        *trial.order,
        mocks,
        real,
        door,
        sender,
    ));
    let mut events = Vec::new();
    let mut waits = String::new();
    let end = loop {
        match news.recv().await {
            Some(RunNews::Happened { events: more, .. }) => events.extend(more),
            Some(RunNews::Ended { ended, notes, .. }) => break Ok((*ended, notes)),
            Some(RunNews::Tasks(tasks)) => {
                let names = tasks.iter().map(|task| task.name.as_ref());
                waits = names.collect::<Vec<&str>>().join(", ");
            }
            Some(RunNews::Waiting { .. }) => {
                break Err(format!(
                    "it waits for an answer to {waits}, and no mock gives one"
                ));
            }
            Some(RunNews::Lost(reason)) => break Err(reason),
            Some(
                RunNews::Paused(_)
                | RunNews::Resumed
                | RunNews::Rewound { .. }
                | RunNews::Redriven
                | RunNews::NotRedriven(_)
                | RunNews::Called(_)
                | RunNews::Stored(_)
                | RunNews::Nested(_),
            ) => {}
            None => break Err("it ended unexpectedly".to_owned()),
        }
    };
    driver.abort();
    let (ended, notes) = end?;
    Ok(Arrival::Verdict {
        tab,
        scenario: trial.scenario,
        ended,
        events,
        notes,
    })
}
