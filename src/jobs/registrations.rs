//! Registrations that were set: looked at from outside until every visitor meets them. And what sets them by itself.

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

/// Policies: each is looked at by one process, which has claimed it in the store.
pub struct Policies {
    app: Arc<App>,
    process: String,
}

impl Policies {
    pub fn new(app: &Arc<App>) -> Self {
        Self { app: app.clone(), process: crate::id::fresh() }
    }
}

impl Job for Policies {
    fn name(&self) -> JobName {
        ("registrations policies", None)
    }

    fn period(&self) -> Duration {
        Duration::from_secs(10)
    }

    async fn work(&mut self) -> anyhow::Result<()> {
        service::look_at_policies(&self.app, &self.process).await?;
        Ok(())
    }
}
