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

/// Takes away what is said on every page of an own action whose outcome came late.
#[server(prefix = "/api/audit", endpoint = "told")]
pub async fn told(entry: String, #[server(default)] back: String) -> Result<(), Problem> {
    crate::context::form_action(|context| super::service::know_told(context, entry, back)).await
}

/// Keeps the filter of a page for oneself, under a name.
#[server(prefix = "/api/audit", endpoint = "save-filter")]
pub async fn save_filter(#[server(default)] name: String, #[server(default)] search: String) -> Result<(), Problem> {
    crate::context::form_action(|context| super::service::saved::keep(context, name, search)).await
}

/// Deletes one of one's own filters.
#[server(prefix = "/api/audit", endpoint = "delete-filter")]
pub async fn delete_filter(name: String) -> Result<(), Problem> {
    crate::context::form_action(|context| super::service::saved::delete(context, name)).await
}

/// Begins a check of the record in the background: from where the last one ended, or of everything.
#[server(prefix = "/api/audit", endpoint = "check")]
pub async fn check(#[server(default)] everything: String) -> Result<(), Problem> {
    crate::context::form_action(move |context| super::service::check::begin(context, everything == "yes")).await
}
