//! After a change of who may sign up: the caches are told to forget, and looked at from outside, until all of it agrees. What
//! could not be seen at once is in the record, and so is when it was seen after all, or that it never was.

use crate::{
    clock::{HOUR, MINUTE, SECOND},
    context::App,
    deeds::{AnyDeed, SetRegistrations},
    ledger::{Fact, LedgerError, Outcome},
    mastodon::{Instance, settings::Meaning},
    record,
    store::settling::{self, Settling},
};

/// The console that made the change looks again itself; after so long a job does.
pub const LEFT_TO_THE_JOB: i64 = 30 * SECOND;
/// By then Mastodon's own copy of the setting has run out, told or not (`behaviours`: 10 minutes).
const RUN_OUT: i64 = 11 * MINUTE;
/// Longer than any known copy lasts, those of directories included (70 minutes).
const GIVEN_UP: i64 = 2 * HOUR;

/// How long until it is looked at again: five seconds, then twice as long each time, at most a minute.
fn pause(tries: i64) -> i64 {
    ((5 * SECOND) << tries.clamp(0, 4)).min(settling::LONGEST_PAUSE)
}

/// What the record says of a change decides whether it is looked at further.
pub async fn closed(app: &App, instance: &Instance, entry: i64, outcome: Outcome) -> sqlx::Result<()> {
    match outcome {
        // Looked at once more: a reader from before the change may have filled a cache again.
        Outcome::Succeeded => Ok(()),
        Outcome::Partly | Outcome::Unknown => settling::recorded(&app.store, &instance.name, entry).await,
        Outcome::Failed | Outcome::Stale | Outcome::Refused => {
            settling::end(&app.store, &instance.name, entry).await.map(|_| ())
        }
    }
}

/// Tells the caches again, and looks; one process at a time.
///
/// # Errors
/// If the store does not answer, or the change cannot be read in the record; it is looked at again.
pub async fn settle(app: &App, change: &Settling) -> Result<(), LedgerError> {
    let now = app.clock.now();
    if !settling::claim(&app.store, change, now.plus(pause(change.tries))).await? {
        return Ok(());
    }
    let deed = match begun(app, change).await {
        Ok(Some(deed)) => deed,
        Ok(None) => return Ok(settling::end(&app.store, &change.instance, change.entry).await.map(|_| ())?),
        // What cannot be read now is looked at again: the caches are not told for that.
        Err(error) => return Err(error),
    };
    let Some(instance) = app.instances.get(&change.instance) else {
        return Ok(settling::end(&app.store, &change.instance, change.entry).await.map(|_| ())?);
    };
    let stored = async {
        let mut read = instance.database.read().await?;
        let late = read.standby().await?.is_some_and(|standby| standby.may_lack(change.since));
        read.registrations().await.map(|stored| (stored, late))
    };
    // What a copy does not show yet was changed by nobody.
    if let Ok((stored, false)) = stored.await
        && Meaning::of(&stored.mode).mode() != Some(change.mode)
    {
        // Somebody has changed it since: there is nothing left to agree with.
        return Ok(settling::end(&app.store, &change.instance, change.entry).await.map(|_| ())?);
    }
    let told = match instance.forget_registrations().await {
        None => true,
        Some(forgetting) if forgetting.gone.is_ok() => {
            settling::forgotten(&app.store, change, forgetting.at).await?;
            true
        }
        Some(_) => now.since(change.since) > RUN_OUT,
    };
    let seen = instance.see_as_visitor().await;
    if told && seen.never_agrees(change.mode) {
        // There is nothing to wait for: the setting is stored, and counts for nothing.
        if settling::end(&app.store, &change.instance, change.entry).await? {
            note(app, change, false).await;
        }
        return Ok(());
    }
    let agrees = seen.agrees(change.mode, Some(&deed.message_after));
    if told && agrees == Some(true) {
        if settling::end(&app.store, &change.instance, change.entry).await? && change.recorded {
            note(app, change, true).await;
        }
        return Ok(());
    }
    if !change.recorded && (!told || agrees == Some(false)) {
        settling::recorded(&app.store, &change.instance, change.entry).await?;
        note(app, change, false).await;
    }
    if now.since(change.since) > GIVEN_UP && settling::end(&app.store, &change.instance, change.entry).await? {
        note(app, change, false).await;
    }
    Ok(())
}

/// The change, as the record has it: what is said of it in the console's name is not taken from the row alone.
async fn begun(app: &App, change: &Settling) -> Result<Option<SetRegistrations>, LedgerError> {
    // It stands there once its entry does: what names one that never was, nobody began.
    if app.store.sealed_tree().await?.is_some_and(|(size, _)| change.entry >= size) {
        return Ok(None);
    }
    if app.ledger.proved(change.entry).await?["kind"] != "intent" {
        return Ok(None);
    }
    let entry = app.ledger.entry(change.entry).await?;
    let deed = entry.map(|found| record::deed_of(&found.entry)).transpose()?.flatten();
    let Some(AnyDeed::SetRegistrations(deed)) = deed else { return Ok(None) };
    Ok((deed.instance == change.instance && deed.mode_after == change.mode).then_some(deed))
}

async fn note(app: &App, change: &Settling, agrees: bool) {
    let fact = Fact::Settled { instance: change.instance.clone(), entry: change.entry, mode: change.mode, agrees };
    if let Err(error) = app.ledger.fact(fact).await {
        tracing::error!(%error, entry = change.entry, "registrations.unrecorded");
    }
}

/// Goes on with what is not seen everywhere: with all of it, also where one cannot be read.
///
/// # Errors
/// What was in the way of the first that could not be gone on with; it is looked at again.
pub async fn settle_due(app: &App) -> Result<(), LedgerError> {
    let mut first = Ok(());
    for change in settling::due(&app.store, app.clock.now()).await? {
        if let Err(error) = settle(app, &change).await {
            tracing::error!(%error, entry = change.entry, instance = %change.instance, "registrations.not_settled");
            first = first.and(Err(error));
        }
    }
    first
}
