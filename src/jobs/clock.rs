//! The clock that several processes share: asked of the store every minute.

use super::Job;
use crate::{context::App, telemetry::JobName};
use std::{sync::Arc, time::Duration};

/// Sets this process's clock by the store's.
pub struct Clock {
    app: Arc<App>,
}

impl Clock {
    pub fn new(app: &Arc<App>) -> Self {
        Self { app: app.clone() }
    }
}

impl Job for Clock {
    fn name(&self) -> JobName {
        ("clock", None)
    }

    fn period(&self) -> Duration {
        Duration::from_secs(60)
    }

    async fn work(&mut self) -> anyhow::Result<()> {
        Ok(self.app.store.set(&self.app.clock).await?)
    }
}
