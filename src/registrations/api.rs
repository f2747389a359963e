//! The forms of the registrations desk.

use crate::problem::Problem;
use leptos::prelude::*;

#[server(prefix = "/api/registrations", endpoint = "set")]
pub async fn set(
    instance: String,
    #[server(default)] mode: String,
    #[server(default)] message: String,
    #[server(default)] why: String,
    #[server(default)] seen: String,
) -> Result<(), Problem> {
    crate::context::form_action(|context| super::service::set(context, instance, mode, message, why, seen)).await
}
