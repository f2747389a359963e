//! Grants that begin and end, and the roles that go with them: claimed in the store, so that each is done once. What is
//! recorded does not wait for an instance that does not answer, and what the record has is taken back also where the store says
//! nothing, or is slow to: these are three jobs.

use super::Job;
use crate::{context::App, grants::service, telemetry::JobName};
use std::{sync::Arc, time::Duration};

const OFTEN: Duration = Duration::from_secs(3);

/// Records that grants begin and end. Rights never wait for it: they follow from the grant and the time, with every request.
pub struct Rights {
    app: Arc<App>,
    process: String,
}

impl Rights {
    pub fn new(app: &Arc<App>) -> Self {
        Self { app: app.clone(), process: crate::id::fresh() }
    }
}

impl Job for Rights {
    fn name(&self) -> JobName {
        ("grants", None)
    }

    fn period(&self) -> Duration {
        OFTEN
    }

    async fn work(&mut self) -> anyhow::Result<()> {
        service::keep_rights(&self.app, &self.process).await?;
        Ok(())
    }
}

/// Gives and takes the roles on instances that go with grants.
pub struct Roles {
    app: Arc<App>,
}

impl Roles {
    pub fn new(app: &Arc<App>) -> Self {
        Self { app: app.clone() }
    }
}

impl Job for Roles {
    fn name(&self) -> JobName {
        ("roles of grants", None)
    }

    fn period(&self) -> Duration {
        OFTEN
    }

    async fn work(&mut self) -> anyhow::Result<()> {
        Ok(service::keep_roles(&self.app).await?)
    }
}

/// Takes back the roles of grants that are over, by what the record says of them.
pub struct ByRecord {
    app: Arc<App>,
    looked: service::Looked,
}

impl ByRecord {
    pub fn new(app: &Arc<App>) -> Self {
        Self { app: app.clone(), looked: service::Looked::default() }
    }
}

impl Job for ByRecord {
    fn name(&self) -> JobName {
        ("roles by the record", None)
    }

    fn period(&self) -> Duration {
        OFTEN
    }

    async fn work(&mut self) -> anyhow::Result<()> {
        Ok(service::take_back_by_record(&self.app, &mut self.looked).await?)
    }
}
