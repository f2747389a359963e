//! Looks again for what was sent and not seen to have happened: seldom, and for a day.

use super::{Job, sweep};
use crate::{
    carry_out::look_again,
    context::App,
    deeds::of_each,
    ledger::{Fact, LedgerError, NOT_SEEN, Outcome},
    record,
    store::sought::{self, LOOKED_FOR, Sought},
    telemetry::JobName,
};
use std::{sync::Arc, time::Duration};

/// The looks, each deed's at its own pace.
pub struct Looking {
    app: Arc<App>,
}

impl Looking {
    pub fn new(app: &Arc<App>) -> Self {
        Self { app: app.clone() }
    }
}

impl Job for Looking {
    fn name(&self) -> JobName {
        ("what was not seen", None)
    }

    fn period(&self) -> Duration {
        Duration::from_secs(15)
    }

    /// There may be many on an instance that is slow.
    fn longest(&self) -> Duration {
        Duration::from_secs(15 * 60)
    }

    async fn work(&mut self) -> anyhow::Result<()> {
        Ok(look_for_unseen(&self.app).await?)
    }
}

/// Looks once for each deed that was not seen to have happened and whose turn it is.
///
/// # Errors
/// The store's; of one that cannot be looked for the log says why, and it is looked for again.
pub async fn look_for_unseen(app: &App) -> sqlx::Result<()> {
    let now = app.clock.now();
    for unseen in sought::due(&app.store, now).await? {
        if now.since(unseen.since) > LOOKED_FOR {
            sought::end(&app.store, unseen.intent).await?;
        } else if sought::claim(&app.store, &unseen, now).await?
            && let Err(error) = look_for(app, &unseen).await
        {
            tracing::error!(%error, index = unseen.intent, "sought.look");
        }
    }
    Ok(())
}

async fn look_for(app: &App, unseen: &Sought) -> Result<(), LedgerError> {
    // The row says nothing: the leaves do, and what is sealed because of one is believed under the sealed head alone.
    let missing = |what: &str| LedgerError::Entry(format!("entry {}: {what}", unseen.intent));
    let found = app.ledger.entry(unseen.intent).await?.ok_or_else(|| missing("it is not there"))?;
    let (closed, _) = found.outcome_leaf.ok_or_else(|| missing("its outcome is not there"))?;
    let entry = found.entry;
    app.ledger.prove(std::slice::from_ref(&entry)).await?;
    let Some(deed) = record::deed_of(&entry)? else {
        return Ok(sought::end(&app.store, unseen.intent).await?);
    };
    let outcome = app.ledger.proved(closed).await?;
    if outcome["intent"] != unseen.intent || outcome["facts"][NOT_SEEN] != true {
        return Ok(sought::end(&app.store, unseen.intent).await?);
    }
    // The part of it that was seen when it was closed is told already.
    let mut unseen = unseen.clone();
    unseen.in_part |= outcome["outcome"] == Outcome::Partly.name();
    let begun = app.ledger.begun(unseen.intent, entry.at).await?;
    let Some(instance) = deed.instance().cloned() else { return Ok(()) };
    let seen = of_each!(deed, own _deed => None, there deed => look_again(app, &begun, &deed, &unseen).await);
    let Some(how) = seen else { return Ok(()) };
    let subject = begun.subject.clone();
    app.ledger.fact(Fact::HappenedLater { instance, entry: unseen.intent, subject, how }).await?;
    // They were told that it was not seen.
    sweep::to_be_told(app, unseen.intent).await;
    Ok(())
}
