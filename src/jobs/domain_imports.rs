//! Imports of domain blocks, carried out row by row: claimed in the store, so that one process works on each.

use super::every;
use crate::{context::App, domain_blocks::service};
use std::{sync::Arc, time::Duration};

/// Rows in one go: the work is claimed anew after them.
const ROWS: usize = 50;

/// Starts the work for every instance.
pub fn start(app: &Arc<App>) {
    let holder: Arc<str> = crate::id::fresh().into();
    for instance in app.instances.values() {
        let (app, instance, holder) = (app.clone(), instance.clone(), holder.clone());
        tokio::spawn(async move {
            let mut tick = every(Duration::from_secs(1));
            loop {
                tick.tick().await;
                if let Err(error) = service::work(&app, &instance, &holder, ROWS).await {
                    tracing::error!(%error, instance = %instance.name, "domain_imports");
                }
            }
        });
    }
}
