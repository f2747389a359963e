//! Registrations that were set: looked at from outside until every visitor meets them.

use super::Job;
use crate::{context::App, registrations::service, telemetry::JobName};
use std::{sync::Arc, time::Duration};

/// Changes that have not been seen everywhere yet.
pub struct Settling {
    app: Arc<App>,
}

impl Settling {
    pub fn new(app: &Arc<App>) -> Self {
        Self { app: app.clone() }
    }
}

impl Job for Settling {
    fn name(&self) -> JobName {
        ("registrations", None)
    }

    fn period(&self) -> Duration {
        Duration::from_secs(5)
    }

    async fn work(&mut self) -> anyhow::Result<()> {
        service::settle_due(&self.app).await?;
        Ok(())
    }
}
