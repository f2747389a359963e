//! Grants that begin and end, and the roles that go with them: claimed in the store, so that each is done once.

use super::every;
use crate::{context::App, grants::service};
use std::{sync::Arc, time::Duration};

const OFTEN: Duration = Duration::from_secs(3);

/// Starts the work. Rights never wait for it: they follow from the grant and the time, with every request. What is recorded
/// does not wait for an instance that does not answer.
pub fn start(app: &Arc<App>) {
    let rights = app.clone();
    tokio::spawn(async move {
        let process = crate::id::fresh();
        let mut tick = every(OFTEN);
        loop {
            tick.tick().await;
            if let Err(error) = service::keep_rights(&rights, &process).await {
                tracing::error!(%error, "grants.rights");
            }
        }
    });
    let roles = app.clone();
    tokio::spawn(async move {
        let mut looked = service::Looked::default();
        let mut tick = every(OFTEN);
        loop {
            tick.tick().await;
            if let Err(error) = service::keep_roles(&roles).await {
                tracing::error!(%error, "grants.roles");
            }
            if let Err(error) = service::take_back_by_record(&roles, &mut looked).await {
                tracing::error!(%error, "grants.by_record");
            }
        }
    });
}
