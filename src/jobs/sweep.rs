//! Closes the deeds of processes that died: by reading, never by repeating.

use crate::{
    carry_out::{judge_in_store, judge_on_instance},
    context::App,
    deeds::{AnyDeed, of_each},
    ledger::{OpenDeed, Outcome, Verdict},
};
use serde_json::json;

/// Looks once at every deed whose lease has run out.
pub async fn sweep(app: &App) {
    let open = match app.ledger.claim_expired().await {
        Ok(open) => open,
        Err(error) => {
            tracing::error!(%error, "sweep.claim");
            return;
        }
    };
    for open in open {
        let closed = match judge(app, &open).await {
            Some(verdict) => app.ledger.close_swept(&open, &verdict).await,
            None => app.ledger.leave(&open).await,
        };
        if let Err(error) = closed {
            tracing::error!(%error, index = open.index, "sweep.close");
        }
    }
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
