//! The forms of the report desk.

use super::{CategoryForm, DecideForm, DecideManyForm};
use crate::problem::Problem;
use leptos::prelude::*;

/// Decides the case: the reports the person saw, and the account they are about.
#[server(prefix = "/api/reports", endpoint = "decide")]
pub async fn decide(#[server(flatten)] form: DecideForm) -> Result<(), Problem> {
    crate::context::form_action(|context| super::service::decide(context, form)).await
}

/// Decides many cases: each is carried out by itself, in the background.
#[server(prefix = "/api/reports", endpoint = "decide-many")]
pub async fn decide_many(#[server(flatten)] form: DecideManyForm) -> Result<(), Problem> {
    crate::context::form_action(|context| super::service::decide_many(context, form)).await
}

/// Hands a case that one holds to a colleague.
#[server(prefix = "/api/reports", endpoint = "hand-over")]
pub async fn hand_over(
    instance: String,
    account: String,
    #[server(default)] to: String,
    #[server(default)] note: String,
    #[server(default)] back: String,
) -> Result<(), Problem> {
    crate::context::form_action(|context| super::service::hand_over(context, instance, account, to, note, back)).await
}

#[server(prefix = "/api/reports", endpoint = "hold")]
pub async fn claim_case(
    instance: String,
    account: String,
    claim: String,
    #[server(default)] back: String,
) -> Result<(), Problem> {
    crate::context::form_action(|context| super::service::claim_case(context, instance, account, claim, back)).await
}

#[server(prefix = "/api/reports", endpoint = "reopen")]
pub async fn reopen(
    instance: String,
    account: String,
    report: String,
    #[server(default)] why: String,
    #[server(default)] back: String,
) -> Result<(), Problem> {
    crate::context::form_action(|context| super::service::reopen(context, instance, account, report, why, back)).await
}

#[server(prefix = "/api/reports", endpoint = "category")]
pub async fn change_category(#[server(flatten)] form: CategoryForm) -> Result<(), Problem> {
    crate::context::form_action(|context| super::service::change_category(context, form)).await
}

/// Takes one sanction back.
#[server(prefix = "/api/reports", endpoint = "reverse")]
pub async fn reverse(
    instance: String,
    account: String,
    reversal: String,
    #[server(default)] state: String,
    #[server(default)] why: String,
    #[server(default)] back: String,
) -> Result<(), Problem> {
    crate::context::form_action(|context| {
        super::service::reverse(context, instance, account, reversal, state, why, back)
    })
    .await
}

/// Shows one masked thing once, with a reason.
#[server(prefix = "/api/reports", endpoint = "reveal")]
pub async fn reveal(
    instance: String,
    account: String,
    what: String,
    #[server(default)] why: String,
    #[server(default)] back: String,
) -> Result<(), Problem> {
    crate::context::form_action(|context| super::service::reveal(context, instance, account, what, why, back)).await
}
