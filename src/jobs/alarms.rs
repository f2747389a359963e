//! What was recorded since is looked at for what somebody should look at: once across processes, by a number in the store.

use super::Job;
use crate::{alarms::service, context::App, telemetry::JobName};
use std::{sync::Arc, time::Duration};

/// Raises alarms.
pub struct Alarms {
    app: Arc<App>,
}

impl Alarms {
    pub fn new(app: &Arc<App>) -> Self {
        Self { app: app.clone() }
    }
}

impl Job for Alarms {
    fn name(&self) -> JobName {
        ("alarms", None)
    }

    fn period(&self) -> Duration {
        Duration::from_secs(30)
    }

    async fn work(&mut self) -> anyhow::Result<()> {
        service::look(&self.app).await?;
        Ok(())
    }
}
