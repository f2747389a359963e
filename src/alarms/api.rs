//! The form of an alarm.

use crate::problem::Problem;
use leptos::prelude::*;

/// Takes note of an alarm, with what was found.
#[server(prefix = "/api/alarms", endpoint = "acknowledge")]
pub async fn acknowledge(alarm: String, #[server(default)] why: String) -> Result<(), Problem> {
    crate::context::form_action(|context| super::service::acknowledge(context, alarm, why)).await
}
