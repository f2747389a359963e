//! What is known of each instance: what waits there, and whether all of it answers.

use super::Job;
use crate::{
    clock::{Clock, SECOND, Timestamp},
    context::App,
    mastodon::Instance,
    overview,
    telemetry::JobName,
};
use std::{sync::Arc, time::Duration};

/// How often what waits is asked for while nobody looks.
const UNWATCHED: i64 = 10 * SECOND;

/// Keeps the waiting lists of an instance current: every second while somebody looks.
pub struct Waiting {
    instance: Arc<Instance>,
    clock: Clock,
    last: Timestamp,
}

impl Waiting {
    pub fn new(app: &App, instance: &Arc<Instance>) -> Self {
        Self { instance: instance.clone(), clock: app.clock.clone(), last: Timestamp(0) }
    }
}

impl Job for Waiting {
    fn name(&self) -> JobName {
        ("what waits", Some(self.instance.name.clone()))
    }

    fn period(&self) -> Duration {
        Duration::from_secs(1)
    }

    async fn work(&mut self) -> anyhow::Result<()> {
        let (instance, now) = (&self.instance, self.clock.now());
        if instance.is_watched(now) || now.since(self.last) >= UNWATCHED {
            instance.open_reports.refresh(&instance.database, now).await;
            instance.signups.refresh(&instance.database, now).await;
            instance.appeals.refresh(&instance.database, now).await;
            self.last = now;
        }
        Ok(())
    }
}

/// Probes an instance, keeps whether all is well there, and puts into the log what does not hold of its configuration.
pub struct Probe {
    app: Arc<App>,
    instance: Arc<Instance>,
    said: Option<Vec<String>>,
}

impl Probe {
    pub fn new(app: &Arc<App>, instance: &Arc<Instance>) -> Self {
        Self { app: app.clone(), instance: instance.clone(), said: None }
    }
}

impl Job for Probe {
    fn name(&self) -> JobName {
        ("pulse", Some(self.instance.name.clone()))
    }

    fn period(&self) -> Duration {
        Duration::from_secs(10)
    }

    async fn work(&mut self) -> anyhow::Result<()> {
        let now = self.app.clock.now();
        self.instance.probe(now).await;
        overview::service::parts(&self.app, &self.instance, now).await;
        self.said = Some(say_troubles(&self.instance, self.said.take()));
        Ok(())
    }
}

/// Puts into the log what does not hold of an instance's configuration, at the start and whenever that changes; all of it as it
/// is now.
fn say_troubles(instance: &Instance, before: Option<Vec<String>>) -> Vec<String> {
    let troubles = instance.health().troubles();
    let known = before.as_deref().unwrap_or_default();
    for trouble in troubles.iter().filter(|trouble| !known.contains(trouble)) {
        tracing::warn!(instance = %instance.name, %trouble, "instance.trouble");
    }
    if troubles.is_empty() && before.as_deref() != Some(&[]) {
        tracing::info!(instance = %instance.name, "instance.well");
    }
    troubles
}
