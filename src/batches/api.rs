//! The doors of batches.

use crate::problem::Problem;
use leptos::prelude::*;

/// Pauses a batch, or lets it go on.
#[server(prefix = "/api/batches", endpoint = "pause")]
pub async fn pause(instance: String, batch: String, #[server(default)] pause: String) -> Result<(), Problem> {
    crate::context::door(|context| super::service::pause(context, instance, batch, pause == "yes")).await
}
