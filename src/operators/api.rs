//! The forms of the people desk.

use crate::problem::Problem;
use leptos::prelude::*;

/// Ends or gives back somebody's access.
#[server(prefix = "/api/people", endpoint = "disable")]
pub async fn disable(operator: String, disabled: String, #[server(default)] why: String) -> Result<(), Problem> {
    let disabled = match disabled.as_str() {
        "yes" => true,
        "no" => false,
        _ => return Err(Problem::invalid("disabled", "Say “yes” to end the access, or “no” to restore it.")),
    };
    crate::context::form_action(|context| super::service::disable(context, operator, disabled, why)).await
}

/// Ends one session of somebody, or every one, everywhere at once.
#[server(prefix = "/api/people", endpoint = "end-sessions")]
pub async fn end_sessions(
    operator: String,
    #[server(default)] session: String,
    #[server(default)] why: String,
) -> Result<(), Problem> {
    crate::context::form_action(|context| super::service::end_sessions(context, operator, session, why)).await
}

/// Makes a one-time link for somebody new.
#[server(prefix = "/api/people", endpoint = "offer")]
pub async fn offer(
    #[server(default)] name: String,
    #[server(default)] role: String,
    #[server(default)] why: String,
) -> Result<(), Problem> {
    crate::context::form_action(|context| super::service::offer(context, name, role, why)).await
}

/// Gives somebody another role.
#[server(prefix = "/api/people", endpoint = "role")]
pub async fn change_role(
    operator: String,
    #[server(default)] role: String,
    #[server(default)] seen: String,
    #[server(default)] why: String,
) -> Result<(), Problem> {
    crate::context::form_action(|context| super::service::change_role(context, operator, role, seen, why)).await
}

/// Takes somebody's password away and makes a one-time link for a new one; the second factor only where it is named.
#[server(prefix = "/api/people", endpoint = "reset")]
pub async fn reset(
    operator: String,
    #[server(default)] factor: String,
    #[server(default)] why: String,
) -> Result<(), Problem> {
    crate::context::form_action(|context| super::service::resets::reset(context, operator, factor == "yes", why)).await
}
