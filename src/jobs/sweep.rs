//! Closes the deeds of processes that died: by reading, never by repeating.

use super::Job;
use crate::{
    carry_out::{judge_in_store, judge_on_instance},
    context::App,
    deeds::{AnyDeed, of_each},
    id::OperatorId,
    ledger::{LedgerError, OpenDeed, Outcome, Verdict},
    store::untold,
    telemetry::JobName,
};
use serde_json::json;
use std::{sync::Arc, time::Duration};

/// The sweep, again and again.
pub struct Sweep {
    app: Arc<App>,
}

impl Sweep {
    pub fn new(app: &Arc<App>) -> Self {
        Self { app: app.clone() }
    }
}

impl Job for Sweep {
    fn name(&self) -> JobName {
        ("sweep", None)
    }

    fn period(&self) -> Duration {
        Duration::from_secs(5)
    }

    /// After a crash there may be many, and an instance that is slow.
    fn longest(&self) -> Duration {
        Duration::from_secs(15 * 60)
    }

    async fn work(&mut self) -> anyhow::Result<()> {
        Ok(sweep(&self.app).await?)
    }
}

/// Looks once at every deed whose lease has run out.
///
/// # Errors
/// If they cannot be claimed; of one that cannot be closed the log says why, and it is looked at again.
pub async fn sweep(app: &App) -> Result<(), LedgerError> {
    for open in app.ledger.claim_expired().await? {
        let closed = match judge(app, &open).await {
            Some(verdict) => app.ledger.close_swept(&open, &verdict).await,
            None => app.ledger.leave(&open).await,
        };
        // Left open, it is told of when it is closed.
        if closed.is_ok() {
            to_be_told(app, open.index).await;
        }
        if let Err(error) = closed {
            tracing::error!(%error, index = open.index, "sweep.close");
        }
    }
    Ok(())
}

/// Whoever asked for it was answered by nobody: their process was gone. What was done on somebody's behalf was asked for by no request.
pub(super) async fn to_be_told(app: &App, entry: i64) {
    let Ok(Some(detail)) = app.ledger.entry(entry).await else { return };
    let Some(operator) = detail.entry.operator.filter(|_| detail.entry.leaf["request"].is_string()) else { return };
    if let Err(error) = untold::keep(&app.store, entry, &OperatorId(operator), app.clock.now()).await {
        tracing::error!(%error, entry, "sweep.untold");
    }
    app.listeners.look();
}

async fn judge(app: &App, open: &OpenDeed) -> Option<Verdict> {
    let Some(deed) = &open.deed else {
        let seen = json!({ "reason": "its key was destroyed" });
        return Some(Verdict { outcome: Outcome::Unknown, facts: json!({}), seen });
    };
    let deed = serde_json::from_value::<AnyDeed>(deed.clone()).inspect_err(|error| {
        tracing::error!(%error, index = open.index, "sweep.deed");
    });
    of_each!(deed.ok()?, own deed => judge_in_store(app, open, &deed).await, there deed => judge_on_instance(app, open, &deed).await)
}
