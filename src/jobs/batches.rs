//! Batches, carried out deed by deed: claimed in the store, so that one process works on each.

use super::Job;
use crate::{batches::service, context::App, mastodon::Instance, telemetry::JobName};
use std::{sync::Arc, time::Duration};

/// The batches of one instance.
pub struct Batches {
    app: Arc<App>,
    instance: Arc<Instance>,
    process: String,
}

impl Batches {
    pub fn new(app: &Arc<App>, instance: &Arc<Instance>) -> Self {
        Self { app: app.clone(), instance: instance.clone(), process: crate::id::fresh() }
    }
}

impl Job for Batches {
    fn name(&self) -> JobName {
        ("batches", Some(self.instance.name.clone()))
    }

    fn period(&self) -> Duration {
        Duration::from_secs(1)
    }

    /// One go, and the deed that was begun at its end.
    fn longest(&self) -> Duration {
        Duration::from_secs(15 * 60)
    }

    async fn work(&mut self) -> anyhow::Result<()> {
        service::work(&self.app, &self.instance, &self.process).await?;
        Ok(())
    }
}
