//! Looking at each instance for what changed elsewhere: its turn is claimed in the store, so that one process looks.

use super::every;
use crate::{audit::service::elsewhere, context::App};
use std::{sync::Arc, time::Duration};

/// Starts the looking for every instance.
pub fn start(app: &Arc<App>) {
    for instance in app.instances.values() {
        let (app, instance) = (app.clone(), instance.clone());
        tokio::spawn(async move {
            let mut tick = every(Duration::from_secs(10));
            loop {
                tick.tick().await;
                match elsewhere::take_turn(&app, &instance).await {
                    Ok(None | Some(0)) => {}
                    Ok(Some(entries)) => tracing::info!(entries, instance = %instance.name, "elsewhere"),
                    Err(elsewhere::Trouble::Instance(error)) => {
                        tracing::info!(%error, instance = %instance.name, "elsewhere.not_now");
                    }
                    Err(error) => tracing::error!(%error, instance = %instance.name, "elsewhere"),
                }
            }
        });
    }
}
