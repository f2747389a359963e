//! What is not needed any more goes.

use super::Job;
use crate::{
    audit::service::words,
    clock::{DAY, HOUR, Timestamp},
    context::App,
    store::{
        access_requests, attempts, batches, domain_imports, drafts, invited, refusals, reset_links, untold,
        web_sessions,
    },
    telemetry::JobName,
};
use anyhow::bail;
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
    /// When the newest entry was written, before this process wrote any.
    newest: Option<Timestamp>,
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
        Self { app: app.clone(), newest, began: Instant::now() }
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
        let (store, now) = (&self.app.store, self.app.clock.now());
        let instances: Vec<_> = self.app.instances.keys().collect();
        let up = i64::try_from(self.began.elapsed().as_millis()).unwrap_or(i64::MAX);
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
        if let Some(newest) = self.newest.filter(|newest| now.since(*newest) > up.saturating_add(QUIET)) {
            let days = now.since(newest) / DAY;
            bail!(
                "this machine's clock is {days} days after the newest entry of before the start: if it is wrong, set it and start \
                 again; until then nothing older is destroyed than that entry's age allows"
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
}
