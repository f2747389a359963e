//! What is not needed any more goes.

use super::Job;
use crate::{
    audit::service::words,
    clock::{DAY, HOUR, Timestamp},
    context::App,
    ledger::{Entry, Filter, LedgerError, ProvedBy},
    store::{
        access_requests, attempts, batches, domain_imports, drafts, invited, refusals, reset_links, untold,
        web_sessions,
    },
    telemetry::JobName,
};
use anyhow::bail;
use serde_json::json;
use std::{
    sync::Arc,
    time::{Duration, Instant},
};

/// How long a process has run before anything that people wrote goes for good because of its age.
const SETTLED: i64 = 12 * HOUR;
/// The clock may be so much further than the newest entry and the time since the start: nothing may have happened for a while.
const QUIET: i64 = 7 * DAY;

/// Deletes what is over in the store, and the words in the record whose time has come.
pub struct Tidy {
    app: Arc<App>,
    /// When the newest entry was written, before this process wrote any; or when it began, by a clock that an authenticator bore out.
    newest: Option<Timestamp>,
    /// How many entries there were at its first run.
    begins: Option<i64>,
    began: Instant,
}

/// The instant by which age is told of what goes for good; `None` before a process has run long enough. A clock can be wrong
/// (an empty battery, a machine put back, a mistyped date), and what it destroyed would be gone with the right one as well: so
/// it is believed only as far as the newest entry and the time this process has run reach.
fn certain(now: Timestamp, newest: Option<Timestamp>, up: i64) -> Option<Timestamp> {
    (up >= SETTLED).then(|| newest.map_or(now, |newest| now.min(newest.plus(up).plus(QUIET))))
}

impl Tidy {
    pub fn new(app: &Arc<App>, newest: Option<Timestamp>) -> Self {
        Self { app: app.clone(), newest, begins: None, began: Instant::now() }
    }
}

/// How far the clock is further than it is believed, if it is.
fn beyond(now: Timestamp, newest: Option<Timestamp>, up: i64) -> Option<i64> {
    newest.map(|newest| now.since(newest)).filter(|since| *since > up.saturating_add(QUIET))
}

/// Sign-ins that are looked through for one with a code of an authenticator.
const LOOKED_THROUGH: i64 = 100;

impl Tidy {
    /// Goes by the clock as it was at a sign-in of since the start with a code of an authenticator: that has a clock of its own, and
    /// by one that is more than a minute and a half off no code holds.
    async fn ask_authenticators(&mut self, up: i64) -> Result<(), LedgerError> {
        let filter = Filter {
            kind: Some("signed_in".to_owned()),
            after: self.begins.map(|begins| begins - 1),
            limit: LOOKED_THROUGH,
            ..Filter::default()
        };
        let by_code = |entry: &Entry| entry.leaf["facts"]["by"] == json!(ProvedBy::Totp);
        let found = self.app.ledger.list(&filter).await?.into_iter().find(by_code);
        // Words are destroyed for good by what it says.
        self.app.ledger.prove(found.as_slice()).await?;
        self.newest = self.newest.max(found.map(|entry| entry.at.plus(-up)));
        Ok(())
    }
}

impl Job for Tidy {
    fn name(&self) -> JobName {
        ("tidying", None)
    }

    fn period(&self) -> Duration {
        Duration::from_secs(600)
    }

    async fn work(&mut self) -> anyhow::Result<()> {
        let (app, now) = (self.app.clone(), self.app.clock.now());
        let store = &app.store;
        let instances: Vec<_> = app.instances.keys().collect();
        let up = i64::try_from(self.began.elapsed().as_millis()).unwrap_or(i64::MAX);
        if self.begins.is_none() {
            self.begins = Some(self.app.ledger.tree_state().await?.size);
        }
        if beyond(now, self.newest, up).is_some() {
            self.ask_authenticators(up).await?;
        }
        let certain = certain(now, self.newest, up);
        // Before anything is certain nothing is old; what nobody loses by goes by the clock alone.
        let old = certain.unwrap_or_default();
        let tidied = tokio::try_join!(
            drafts::delete_expired(store, now),
            web_sessions::delete_expired(store, now.plus(-DAY)),
            attempts::delete_expired(store, now),
            refusals::delete_expired(store, now),
            reset_links::delete_expired(store, now),
            batches::delete_old(store, old.plus(-30 * DAY), now.plus(-DAY)),
            domain_imports::delete_old(store, old.plus(-30 * DAY), now.plus(-DAY)),
            access_requests::forget_old(store, old.plus(-access_requests::KEPT)),
            invited::forget_old(store, old.plus(-invited::KEPT)),
            invited::forget_others(store, &instances),
            untold::forget_old(store, old.plus(-untold::KEPT)),
        );
        // Words go also where the store could not be tidied.
        if let Some(certain) = certain {
            words::destroy_old(&self.app, certain).await?;
        }
        tidied?;
        if let Some(beyond) = beyond(now, self.newest, up) {
            bail!(
                "this machine's clock is {} days after the newest entry of before the start: if it is wrong, set it and start again; \
                 until then, or until somebody signs in with a code of an authenticator, nothing older is destroyed than that entry's \
                 age allows",
                beyond / DAY
            );
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wrong_clock_destroys_nothing() {
        let newest = Timestamp(1_800_000_000_000);
        // Nothing in the first hours, whatever the clock says.
        assert_eq!(certain(newest.plus(HOUR), Some(newest), HOUR), None);
        assert_eq!(certain(newest.plus(400 * DAY), Some(newest), SETTLED - 1), None);
        // A clock that is right is believed, after a quiet week too.
        let now = newest.plus(6 * DAY + SETTLED);
        assert_eq!(certain(now, Some(newest), SETTLED), Some(now));
        // One that is 400 days ahead: no further than a quiet week.
        let now = newest.plus(400 * DAY);
        assert_eq!(certain(now, Some(newest), SETTLED), Some(newest.plus(SETTLED + QUIET)));
        // One that is behind is no reason to keep less.
        assert_eq!(certain(newest.plus(-DAY), Some(newest), SETTLED), Some(newest.plus(-DAY)));
        // Of a new store nothing is old.
        assert_eq!(certain(newest, None, SETTLED), Some(newest));
    }

    #[test]
    fn a_clock_is_beyond_what_it_is_believed_after_a_quiet_week() {
        let newest = Timestamp(1_800_000_000_000);
        assert_eq!(beyond(newest.plus(9 * DAY), Some(newest), HOUR), Some(9 * DAY));
        assert_eq!(beyond(newest.plus(6 * DAY), Some(newest), HOUR), None);
        // Borne out by a sign-in at the present, it began when this process did, and is believed whole.
        let now = newest.plus(400 * DAY);
        let began = now.plus(-SETTLED);
        assert_eq!((beyond(now, Some(began), SETTLED), certain(now, Some(began), SETTLED)), (None, Some(now)));
        assert_eq!(beyond(now, None, HOUR), None);
    }
}
