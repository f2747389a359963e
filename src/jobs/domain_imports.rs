//! Imports of domain blocks, carried out row by row: claimed in the store, so that one process works on each.

use super::Job;
use crate::{context::App, domain_blocks::service, mastodon::Instance, telemetry::JobName};
use std::{sync::Arc, time::Duration};

/// Rows in one go: the work is claimed anew after them.
const ROWS: usize = 50;

/// The imports of one instance.
pub struct Imports {
    app: Arc<App>,
    instance: Arc<Instance>,
    holder: String,
}

impl Imports {
    pub fn new(app: &Arc<App>, instance: &Arc<Instance>) -> Self {
        Self { app: app.clone(), instance: instance.clone(), holder: crate::id::fresh() }
    }
}

impl Job for Imports {
    fn name(&self) -> JobName {
        ("imports", Some(self.instance.name.clone()))
    }

    fn period(&self) -> Duration {
        Duration::from_secs(1)
    }

    /// Each row of a go may take as long as a deed may.
    fn longest(&self) -> Duration {
        Duration::from_secs(15 * 60)
    }

    async fn work(&mut self) -> anyhow::Result<()> {
        service::work(&self.app, &self.instance, &self.holder, ROWS).await?;
        Ok(())
    }
}
