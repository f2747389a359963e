//! The record: leases of the deeds under way, checkpoints, the rows that give rights by it, and the check of all of it.

use super::Job;
use crate::{audit::service::check, context::App, telemetry::JobName};
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
        // Where somebody looks at who could do what, what was appended since is hashed by now.
        Ok(self.app.ledger.keep_rights_proven().await?)
    }
}

/// Looks at the rows that give rights for those that the console did not write, which the owners' overview names.
pub struct Refused {
    app: Arc<App>,
}

impl Refused {
    pub fn new(app: &Arc<App>) -> Self {
        Self { app: app.clone() }
    }
}

impl Job for Refused {
    fn name(&self) -> JobName {
        ("refused rows", None)
    }

    fn period(&self) -> Duration {
        Duration::from_secs(20)
    }

    async fn work(&mut self) -> anyhow::Result<()> {
        self.app.store.look_for_refused().await?;
        Ok(())
    }
}

/// Checks the whole record a few times a day: by then what was changed far back stops what is done, also where nobody asked.
pub struct Check {
    app: Arc<App>,
    /// A start reads nothing: the first check comes a period later.
    begun: bool,
}

impl Check {
    pub fn new(app: &Arc<App>) -> Self {
        Self { app: app.clone(), begun: false }
    }
}

impl Job for Check {
    fn name(&self) -> JobName {
        ("check of the audit log", None)
    }

    fn period(&self) -> Duration {
        Duration::from_secs(6 * 60 * 60)
    }

    /// Three million entries take less than a minute.
    fn longest(&self) -> Duration {
        Duration::from_secs(60 * 60)
    }

    async fn work(&mut self) -> anyhow::Result<()> {
        if std::mem::replace(&mut self.begun, true) {
            check::everything(&self.app).await?;
        }
        Ok(())
    }
}
