//! The forms of invitations and access requests.

use super::{AskForm, IssueForm, RequestForm};
use crate::problem::Problem;
use leptos::prelude::*;

/// Finds an invitation by its code or link, or those of an account by its handle: by POST, because a code must not stand in
/// an address.
#[server(prefix = "/api/invitations", endpoint = "look-up")]
pub async fn look_up(instance: String, #[server(default)] q: String) -> Result<(), Problem> {
    crate::context::form_action(|context| super::service::look_up(context, instance, q)).await
}

#[server(prefix = "/api/invitations", endpoint = "issue")]
pub async fn issue(instance: String, #[server(flatten)] form: IssueForm) -> Result<(), Problem> {
    crate::context::form_action(|context| super::service::issue(context, instance, form)).await
}

#[server(prefix = "/api/invitations", endpoint = "revoke")]
pub async fn revoke(
    instance: String,
    #[server(default)] invites: String,
    #[server(default)] why: String,
) -> Result<(), Problem> {
    crate::context::form_action(|context| super::service::revoke(context, instance, invites, why)).await
}

#[server(prefix = "/api/access-requests", endpoint = "enter")]
pub async fn enter(instance: String, #[server(flatten)] form: RequestForm) -> Result<(), Problem> {
    crate::context::form_action(|context| super::service::enter(context, instance, form)).await
}

/// Asks the staff for access: open to strangers, where an instance has the form.
#[server(prefix = "/api/ask", endpoint = "access")]
pub async fn ask(instance: String, #[server(flatten)] form: AskForm) -> Result<(), Problem> {
    crate::context::land(super::service::ask(&instance, form).await)
}

#[server(prefix = "/api/access-requests", endpoint = "refuse")]
pub async fn refuse(
    instance: String,
    request: String,
    #[server(default)] answer: String,
    #[server(default)] why: String,
) -> Result<(), Problem> {
    crate::context::form_action(|context| super::service::refuse(context, instance, request, answer, why)).await
}
