//! Each week's sample of decisions: bound before the week, drawn after it.

use super::Job;
use crate::{context::App, reviews::service, telemetry::JobName};
use std::{sync::Arc, time::Duration};

/// Binds seeds and draws samples.
pub struct Sampling {
    app: Arc<App>,
}

impl Sampling {
    pub fn new(app: &Arc<App>) -> Self {
        Self { app: app.clone() }
    }
}

impl Job for Sampling {
    fn name(&self) -> JobName {
        ("review samples", None)
    }

    fn period(&self) -> Duration {
        Duration::from_secs(60)
    }

    async fn work(&mut self) -> anyhow::Result<()> {
        service::keep(&self.app).await?;
        Ok(())
    }
}
