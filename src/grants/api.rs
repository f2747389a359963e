//! The forms of the grants desk.

use super::AskForm;
use crate::problem::Problem;
use leptos::prelude::*;

/// Asks for a grant; it gives no right before somebody else approves it.
#[server(prefix = "/api/grants", endpoint = "ask")]
pub async fn ask(#[server(flatten)] form: AskForm) -> Result<(), Problem> {
    crate::context::form_action(|context| super::service::ask(context, form)).await
}

/// Approves or refuses what somebody else asked for.
#[server(prefix = "/api/grants", endpoint = "decide")]
pub async fn decide(
    grant: String,
    #[server(default)] verdict: String,
    #[server(default)] why: String,
) -> Result<(), Problem> {
    crate::context::form_action(|context| super::service::decide(context, grant, verdict, why)).await
}

/// Takes a grant back, at once.
#[server(prefix = "/api/grants", endpoint = "revoke")]
pub async fn revoke(grant: String, #[server(default)] why: String) -> Result<(), Problem> {
    crate::context::form_action(|context| super::service::revoke(context, grant, why)).await
}
