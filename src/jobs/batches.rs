//! What is decided about many at once, carried out one by one: claimed in the store, so that one process works on each.

use super::Job;
use crate::{
    batches::service::engine::{self, Work},
    context::App,
    mastodon::Instance,
    telemetry::JobName,
};
use std::{marker::PhantomData, sync::Arc, time::Duration};
use tokio::sync::watch::Receiver;

/// Items of each in one go: the others have their turn after them.
const ITEMS: usize = 50;

/// The work of one sort on one instance.
pub struct Worker<W> {
    app: Arc<App>,
    instance: Arc<Instance>,
    process: String,
    begun: Receiver<()>,
    sort: PhantomData<W>,
}

impl<W: Work> Worker<W> {
    pub fn new(app: &Arc<App>, instance: &Arc<Instance>) -> Self {
        let (app, instance, begun) = (app.clone(), instance.clone(), app.begun.subscribe());
        Self { app, instance, process: crate::id::fresh(), begun, sort: PhantomData }
    }
}

impl<W: Work> Job for Worker<W> {
    fn name(&self) -> JobName {
        (W::NAME, Some(self.instance.name.clone()))
    }

    /// So often it looks for what a process that is gone has left, and whether what it waits for is over.
    fn period(&self) -> Duration {
        Duration::from_secs(5)
    }

    /// Each item of a go may take as long as a deed may.
    fn longest(&self) -> Duration {
        Duration::from_secs(15 * 60)
    }

    async fn called(&mut self) {
        // Without anybody to tell it, it comes when its time comes.
        if self.begun.changed().await.is_err() {
            std::future::pending::<()>().await;
        }
    }

    async fn work(&mut self) -> anyhow::Result<()> {
        if engine::work::<W>(&self.app, &self.instance, &self.process, ITEMS).await? >= ITEMS {
            self.begun.mark_changed();
        }
        Ok(())
    }
}
