//! Grants that begin and end: claimed in the store, so that each is recorded once.

use super::every;
use crate::{context::App, grants::service};
use std::{sync::Arc, time::Duration};

/// Starts the work. Rights never wait for it: they follow from the grant and the time, with every request.
pub fn start(app: &Arc<App>) {
    let app = app.clone();
    tokio::spawn(async move {
        let process = ulid::Ulid::generate().to_string();
        let mut tick = every(Duration::from_secs(3));
        loop {
            tick.tick().await;
            if let Err(error) = service::keep(&app, &process).await {
                tracing::error!(%error, "grants");
            }
        }
    });
}
