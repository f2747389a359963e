//! The forms of the audit desk.

use crate::problem::Problem;
use leptos::prelude::*;

/// Takes a checkpoint now.
#[server(prefix = "/api/audit", endpoint = "checkpoint")]
pub async fn checkpoint() -> Result<(), Problem> {
    crate::context::form_action(super::service::checkpoint).await
}

/// Begins a check of the record in the background: from where the last one ended, or of everything.
#[server(prefix = "/api/audit", endpoint = "check")]
pub async fn check(#[server(default)] everything: String) -> Result<(), Problem> {
    crate::context::form_action(move |context| super::service::check::begin(context, everything == "yes")).await
}
