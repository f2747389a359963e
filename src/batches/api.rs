//! The forms of batches.

use crate::problem::Problem;
use leptos::prelude::*;

/// Pauses a batch, or lets it go on.
#[server(prefix = "/api/batches", endpoint = "pause")]
pub async fn pause(instance: String, batch: String, #[server(default)] pause: String) -> Result<(), Problem> {
    crate::context::form_action(|context| super::service::pause(context, instance, batch, pause == "yes")).await
}
