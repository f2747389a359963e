//! The forms of the sign-up desk.

use crate::problem::Problem;
use leptos::prelude::*;

/// Lets people in or refuses them: one at once, several in the background.
#[server(prefix = "/api/signups", endpoint = "decide")]
pub async fn decide(
    instance: String,
    #[server(default)] who: String,
    #[server(default)] verdict: String,
    #[server(default)] reason: String,
    #[server(default)] why: String,
    #[server(default)] next: String,
) -> Result<(), Problem> {
    crate::context::form_action(|context| super::service::decide(context, instance, who, verdict, reason, why, next))
        .await
}
