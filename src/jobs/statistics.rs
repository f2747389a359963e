//! What is drawn of each instance, counted now and then.

use super::Job;
use crate::{clock::Clock, context::App, mastodon::Instance, telemetry::JobName};
use std::{sync::Arc, time::Duration};

/// Counts what came and went each day.
pub struct Counting {
    instance: Arc<Instance>,
    clock: Clock,
}

impl Counting {
    pub fn new(app: &App, instance: &Arc<Instance>) -> Self {
        Self { instance: instance.clone(), clock: app.clock.clone() }
    }
}

impl Job for Counting {
    fn name(&self) -> JobName {
        ("statistics", Some(self.instance.name.clone()))
    }

    fn period(&self) -> Duration {
        Duration::from_secs(300)
    }

    async fn work(&mut self) -> anyhow::Result<()> {
        self.instance.count(self.clock.now()).await;
        Ok(())
    }
}
