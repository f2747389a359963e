//! Names in the log who holds what the store was asked for in vain.

use super::Job;
use crate::{context::App, store::held::waited_in_vain, telemetry::JobName};
use std::{sync::Arc, time::Duration};

/// Not named more often, however many wait.
const PAUSE: Duration = Duration::from_secs(5);

/// Asks the database itself, each time something was waited for in vain.
pub struct Holders {
    app: Arc<App>,
    /// Something waited in vain: nobody is named as long as nothing does.
    called: bool,
}

impl Holders {
    pub fn new(app: &Arc<App>) -> Self {
        Self { app: app.clone(), called: false }
    }
}

impl Job for Holders {
    fn name(&self) -> JobName {
        ("holders", None)
    }

    fn period(&self) -> Duration {
        Duration::from_secs(3_600)
    }

    async fn called(&mut self) {
        waited_in_vain().await;
        self.called = true;
    }

    async fn work(&mut self) -> anyhow::Result<()> {
        if std::mem::take(&mut self.called) {
            self.app.store.name_holders().await?;
            tokio::time::sleep(PAUSE).await;
        }
        Ok(())
    }
}
