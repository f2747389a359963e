//! The record: leases of the deeds under way, and checkpoints.

use super::Job;
use crate::{context::App, telemetry::JobName};
use std::{sync::Arc, time::Duration};

/// Keeps the leases running of the deeds that this process is at work on.
pub struct Leases {
    app: Arc<App>,
}

impl Leases {
    pub fn new(app: &Arc<App>) -> Self {
        Self { app: app.clone() }
    }
}

impl Job for Leases {
    fn name(&self) -> JobName {
        ("leases", None)
    }

    fn period(&self) -> Duration {
        Duration::from_secs(5)
    }

    /// One run that hangs and the pause after it are over before a lease of thirty seconds is.
    fn longest(&self) -> Duration {
        Duration::from_secs(10)
    }

    fn longest_pause(&self) -> Duration {
        Duration::from_secs(10)
    }

    async fn work(&mut self) -> anyhow::Result<()> {
        Ok(self.app.ledger.renew_leases().await?)
    }
}

/// Takes checkpoints of what was appended.
pub struct Checkpoints {
    app: Arc<App>,
}

impl Checkpoints {
    pub fn new(app: &Arc<App>) -> Self {
        Self { app: app.clone() }
    }
}

impl Job for Checkpoints {
    fn name(&self) -> JobName {
        ("checkpoints", None)
    }

    fn period(&self) -> Duration {
        Duration::from_secs(30)
    }

    async fn work(&mut self) -> anyhow::Result<()> {
        if let Some(size) = self.app.ledger.checkpoint().await? {
            tracing::info!(size, "checkpoint");
        }
        Ok(())
    }
}
