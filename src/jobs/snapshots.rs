//! Looking at each instance for what changed elsewhere: its turn is claimed in the store, so that one process looks.

use super::Job;
use crate::{
    audit::service::outside_changes, context::App, invitations::service::chain, mastodon::Instance, telemetry::JobName,
};
use std::{sync::Arc, time::Duration};

/// The looking at one instance.
pub struct Snapshots {
    app: Arc<App>,
    instance: Arc<Instance>,
}

impl Snapshots {
    pub fn new(app: &Arc<App>, instance: &Arc<Instance>) -> Self {
        Self { app: app.clone(), instance: instance.clone() }
    }
}

impl Job for Snapshots {
    fn name(&self) -> JobName {
        ("changes elsewhere", Some(self.instance.name.clone()))
    }

    fn period(&self) -> Duration {
        Duration::from_secs(10)
    }

    async fn work(&mut self) -> anyhow::Result<()> {
        match outside_changes::take_turn(&self.app, &self.instance).await {
            Ok(None) => return Ok(()),
            Ok(Some(0)) => {}
            Ok(Some(entries)) => tracing::info!(entries, instance = %self.instance.name, "elsewhere"),
            // That an instance is away is said where its health is.
            Err(outside_changes::Trouble::Instance(error)) => {
                tracing::info!(%error, instance = %self.instance.name, "elsewhere.not_now");
            }
            Err(error) => return Err(error.into()),
        }
        match chain::look(&self.app, &self.instance).await {
            Ok(_) => Ok(()),
            Err(chain::Trouble::Instance(error)) => {
                tracing::info!(%error, instance = %self.instance.name, "invited.not_now");
                Ok(())
            }
            Err(error) => Err(error.into()),
        }
    }
}
