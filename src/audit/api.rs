//! The forms of the audit desk.

use crate::problem::Problem;
use leptos::prelude::*;

/// Takes a checkpoint now.
#[server(prefix = "/api/audit", endpoint = "checkpoint")]
pub async fn checkpoint() -> Result<(), Problem> {
    crate::context::form_action(super::service::checkpoint).await
}

/// Signs off who could do what at an instant, or what changed between two.
#[server(prefix = "/api/audit", endpoint = "sign-off")]
pub async fn sign_off(
    #[server(default)] at: String,
    #[server(default)] and: String,
    #[server(default)] seen: String,
    #[server(default)] why: String,
) -> Result<(), Problem> {
    crate::context::form_action(|context| super::service::access::sign_off(context, at, and, seen, why)).await
}

/// Begins a check of the record in the background: from where the last one ended, or of everything.
#[server(prefix = "/api/audit", endpoint = "check")]
pub async fn check(#[server(default)] everything: String) -> Result<(), Problem> {
    crate::context::form_action(move |context| super::service::check::begin(context, everything == "yes")).await
}
