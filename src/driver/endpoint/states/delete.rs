//! Deleting a state machine: what runs ends where it would enter another state, and the machine is gone with the last of it.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::Weak;

use serde_json::json;
use tokio::sync::Notify;

use crate::debugger::Control;
use crate::driver::endpoint::edge::Edge;
use crate::driver::endpoint::ledger::Entry;
use crate::driver::endpoint::states::check::Request;
use crate::driver::endpoint::states::machines::plain;
use crate::driver::endpoint::states::trouble::Answer;
use crate::driver::endpoint::states::trouble::Refused;
use crate::driver::endpoint::store::Change;
use crate::driver::endpoint::store::MachineRecord;

impl Edge {
    pub(crate) async fn delete_machine(self: &Arc<Edge>, request: Request<'_>) -> Answer {
        let arn = plain(request.required("stateMachineArn"))?;
        let _editing = self.catalog.editing.lock().await;
        let known = self.catalog.machine(arn);
        let Some(known) = known.filter(|known| !known.record.deleting) else {
            return Ok(json!({}));
        };
        if self.running_of(arn).is_empty() {
            self.forget_machine(arn).await?;
            return Ok(json!({}));
        }
        let record = MachineRecord {
            deleting: true,
            ..known.record.clone()
        };
        self.keep_machine(known.with(&self.site, record)).await?;
        let ended = self.books.ended.clone();
        tokio::spawn(delete_at_last(Arc::downgrade(self), arn.to_owned(), ended));
        Ok(json!({}))
    }

    fn running_of(&self, machine_arn: &str) -> Vec<Arc<Entry>> {
        let all = self.books.ledger.all().into_iter();
        all.filter(|entry| entry.facts.machine_arn == machine_arn && entry.is_running())
            .collect()
    }

    /// Takes a machine and its executions out. Who calls this holds `editing`.
    async fn forget_machine(&self, arn: &str) -> Result<(), Refused> {
        let all = self.books.ledger.all();
        let own = all.iter().filter(|entry| entry.facts.machine_arn == arn);
        let gone: Vec<String> = own.map(|entry| entry.facts.arn.clone()).collect();
        let mut changes = vec![Change::NoMachine(arn.to_owned())];
        changes.extend(gone.iter().cloned().map(Change::NoExecution));
        self.books.write(changes).await.map_err(Refused::internal)?;
        self.catalog.remove(&self.site, arn);
        self.books.ledger.remove(&gone);
        Ok(())
    }
}

impl MachineRecord {
    /// Nothing new is made of a machine that is being deleted.
    ///
    /// # Errors
    /// `StateMachineDeleting`.
    pub(crate) fn check_alive(&self) -> Result<(), Refused> {
        match self.deleting {
            true => Err(Refused::deleting()),
            false => Ok(()),
        }
    }
}

/// Tells what runs that its machine is no more, and forgets the machine when nothing runs. The edge is not held meanwhile:
/// an execution may wait for days.
async fn delete_at_last(edge: Weak<Edge>, arn: String, ended: Arc<Notify>) {
    let mut told = BTreeSet::new();
    loop {
        let news = ended.notified();
        let Some(edge) = edge.upgrade() else {
            return;
        };
        let running = edge.running_of(&arn);
        if running.is_empty() {
            let _editing = edge.catalog.editing.lock().await;
            // That the disk is full is told to whoever starts the next one.
            let _ = edge.forget_machine(&arn).await;
            return;
        }
        for entry in &running {
            if told.insert(entry.facts.arn.clone()) {
                edge.reach(entry, Control::MachineDeleted).await;
            }
        }
        drop((edge, running));
        news.await;
    }
}
