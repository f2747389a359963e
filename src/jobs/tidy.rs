//! What is not needed any more goes.

use super::Job;
use crate::{
    audit::service::words,
    clock::DAY,
    context::App,
    store::{access_requests, attempts, batches, domain_imports, drafts, invited, refusals, reset_links, web_sessions},
    telemetry::JobName,
};
use std::{sync::Arc, time::Duration};

/// Deletes what is over in the store, and the words in the record whose time has come.
pub struct Tidy {
    app: Arc<App>,
}

impl Tidy {
    pub fn new(app: &Arc<App>) -> Self {
        Self { app: app.clone() }
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
        let tidied = tokio::try_join!(
            drafts::delete_expired(store, now),
            web_sessions::delete_expired(store, now.plus(-DAY)),
            attempts::delete_expired(store, now),
            refusals::delete_expired(store, now),
            batches::delete_old(store, now.plus(-30 * DAY), now.plus(-DAY)),
            domain_imports::delete_old(store, now.plus(-DAY), now.plus(-30 * DAY)),
            reset_links::delete_expired(store, now),
            access_requests::forget_old(store, now.plus(-access_requests::KEPT)),
            invited::forget_old(store, now.plus(-invited::KEPT)),
            invited::forget_others(store, &instances),
        );
        // Words go also where the store could not be tidied.
        words::destroy_old(&self.app).await?;
        tidied?;
        Ok(())
    }
}
