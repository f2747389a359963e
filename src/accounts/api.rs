//! The forms of the account desk.

use crate::problem::Problem;
use crate::reports::DecideManyForm;
use leptos::prelude::*;

/// What the search field is sent to: by POST, because an email or an IP address must not stand in an address.
#[server(prefix = "/api/accounts", endpoint = "look-up")]
pub async fn look_up(instance: String, #[server(default)] q: String) -> Result<(), Problem> {
    crate::context::form_action(|context| super::service::look_up(context, instance, q)).await
}

/// Looks for people by an email or an IP address, with a reason.
#[server(prefix = "/api/accounts", endpoint = "search")]
pub async fn search(
    instance: String,
    #[server(default)] q: String,
    #[server(default)] why: String,
) -> Result<(), Problem> {
    crate::context::form_action(|context| super::service::search(context, instance, q, why)).await
}

/// Sanctions many accounts: each is carried out by itself, in the background.
#[server(prefix = "/api/accounts", endpoint = "decide-many")]
pub async fn decide_many(#[server(flatten)] form: DecideManyForm) -> Result<(), Problem> {
    crate::context::form_action(|context| super::service::decide_many(context, form)).await
}

/// Writes something down for the team.
#[server(prefix = "/api/accounts", endpoint = "note")]
pub async fn note(
    instance: String,
    account: String,
    #[server(default)] text: String,
    #[server(default)] back: String,
) -> Result<(), Problem> {
    crate::context::form_action(|context| super::service::write_note(context, instance, account, text, back)).await
}

/// Takes a note back.
#[server(prefix = "/api/accounts", endpoint = "withdraw-note")]
pub async fn withdraw_note(
    instance: String,
    account: String,
    note: String,
    #[server(default)] back: String,
) -> Result<(), Problem> {
    crate::context::form_action(|context| super::service::withdraw_note(context, instance, account, note, back)).await
}

/// Deletes at once what a suspended account has left.
#[server(prefix = "/api/accounts", endpoint = "delete")]
pub async fn delete(
    instance: String,
    account: String,
    #[server(default)] name: String,
    #[server(default)] why: String,
    #[server(default)] seen: String,
) -> Result<(), Problem> {
    crate::context::form_action(|context| super::service::delete(context, instance, account, name, why, seen)).await
}
