//! Linked accounts: tokens that are still to be taken back, and links of people who are not there any more.

use super::Job;
use crate::{context::App, linked_accounts::service, telemetry::JobName};
use std::{sync::Arc, time::Duration};

/// Takes back at the instances what could not be taken back at once.
pub struct LeftTokens {
    app: Arc<App>,
}

impl LeftTokens {
    pub fn new(app: &Arc<App>) -> Self {
        Self { app: app.clone() }
    }
}

impl Job for LeftTokens {
    fn name(&self) -> JobName {
        ("tokens to take back", None)
    }

    fn period(&self) -> Duration {
        Duration::from_secs(5)
    }

    async fn work(&mut self) -> anyhow::Result<()> {
        service::take_back_due(&self.app).await?;
        Ok(())
    }
}

/// Ends the links of those who have no access any more.
pub struct Gone {
    app: Arc<App>,
}

impl Gone {
    pub fn new(app: &Arc<App>) -> Self {
        Self { app: app.clone() }
    }
}

impl Job for Gone {
    fn name(&self) -> JobName {
        ("links to end", None)
    }

    fn period(&self) -> Duration {
        Duration::from_secs(60)
    }

    async fn work(&mut self) -> anyhow::Result<()> {
        service::end_of_those_gone(&self.app).await?;
        Ok(())
    }
}
