//! The forms of the roles desk.

use crate::problem::Problem;
use leptos::prelude::*;

/// Gives somebody a role, or takes it away.
#[server(prefix = "/api/roles", endpoint = "assign")]
pub async fn assign(
    instance: String,
    account: String,
    #[server(default)] role: String,
    #[server(default)] why: String,
    #[server(default)] seen: String,
) -> Result<(), Problem> {
    crate::context::form_action(|context| super::service::assign(context, instance, account, role, why, seen)).await
}
