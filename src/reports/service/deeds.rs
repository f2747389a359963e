//! What a moderator does: each deed with its permit, its last look and its evidence.

mod claims;
mod corrections;
mod deciding;
mod revealing;
mod reversing;

pub use claims::{claim_case, colleagues, hand_over};
pub use corrections::{change_category, reopen};
pub use deciding::{MOST_WITH_A_WARNING, PART, carry, checked_words, decide, decide_many, in_force, left_out};
pub use revealing::reveal;
pub use reversing::reverse;

use super::case::{hands_off, own_beyond};
use super::{read_problem, store_problem};
use crate::{
    access::{self, ON_THE_TEAM, Permission, Permit, Role},
    acting,
    carry_out::{Evidence, Trace},
    context::Context,
    id::{AccountId, ReportId},
    ledger::OwnTry,
    mastodon::{
        Instance,
        database::{Account, DatabaseError, LogRow, OpenReport, Read},
    },
    path,
    problem::{Kind, Problem, malformed_form},
    reports::{AccountState, QueueFilter},
    search::Search,
    store::{case_claims, operators},
};
use serde_json::json;
use std::sync::Arc;

/// What a deed is about, as it stands, with the permit for it.
struct About {
    instance: Arc<Instance>,
    account: Account,
    open: Vec<OpenReport>,
    permit: Permit,
}

/// Refused before any intent where hands are off.
async fn about(context: &Context, instance: &str, account: &str) -> Result<About, Problem> {
    let instance = context.instance(instance)?.clone();
    context.permit(Permission::DecideReports, Some(&instance.name)).await?;
    let id: AccountId = account.parse().map_err(|_| malformed_form())?;
    let (account, open) = {
        let mut read = instance.database.read().await.map_err(read_problem)?;
        (read.account_or_gone(id).await.map_err(read_problem)?, read.open_reports(id).await.map_err(read_problem)?)
    };
    let account = account.ok_or_else(|| Problem::not_found("This account no longer exists on the instance."))?;
    let own = acting::able_own(context, &instance).await?;
    let object = context.case(&instance, &account, &open, own.as_ref()).await?;
    // Whoever is linked decides about staff by rank, which is compared below; for all others the matrix holds.
    let permit = match (account.is_staff(), &own) {
        (false, _) => context.permit(Permission::DecideReports, object).await?,
        (true, Some(_)) if context.actor.role == Role::Moderator => access::permit_by_rank(&context.actor, object)
            .map_err(|denied| {
                Problem::new(Kind::Forbidden, format!("Nothing was done: {denied}."), "Ask an owner or admin.")
            })?,
        (true, _) => context.permit(Permission::DecideAboutStaff, object).await?,
    };
    if let Some(why) = hands_off(context, &instance, &account, own.as_ref(), &open) {
        let reporters = open.iter().map(|report| report.reporter);
        if own.as_ref().is_some_and(|own| own.own_case(account.id, reporters).is_some()) {
            context.note_own(Permission::DecideReports, Some(&instance.name), OwnTry::Case).await;
        }
        return Err(Problem::new(Kind::Forbidden, why, ""));
    }
    if let Some(why) = own_beyond(&instance, &account, own.as_ref(), &open).await.map_err(read_problem)? {
        context.note_own(Permission::DecideReports, Some(&instance.name), OwnTry::Case).await;
        return Err(Problem::new(Kind::Forbidden, why, ""));
    }
    Ok(About { instance, account, open, permit })
}

/// Nobody decides a case that somebody else holds.
async fn free_or_mine(context: &Context, instance: &Instance, account: AccountId) -> Result<(), Problem> {
    let now = context.now();
    let claim = case_claims::of(&context.app.store, &instance.name, account, now).await.map_err(store_problem)?;
    match claim {
        Some(claim) if claim.operator != context.actor.operator => {
            let name = operators::by_id(&context.app.store, &claim.operator)
                .await
                .map_err(store_problem)?
                .map_or_else(|| "somebody else".to_owned(), |person| person.name);
            let (who, remedy) = if context.actor.is_told_names() {
                (name, "Ask them to unassign it; what you typed is kept.")
            } else {
                let remedy = "It is unassigned ten minutes after they last opened it; what you typed is kept.";
                (ON_THE_TEAM.to_owned(), remedy)
            };
            let said = format!("Nothing was done: this case is assigned to {who}.");
            Err(Problem::new(Kind::Conflict, said, remedy))
        }
        _ => Ok(()),
    }
}

/// What the queue says must be new at once after a deed of ours.
async fn refresh(context: &Context, instance: &Instance) {
    instance.open_reports.refresh(&instance.database, context.now()).await;
}

/// The filter of the queue in the address of a page, as a query.
fn filter_in(page: &str) -> String {
    let search = page.split_once('?').map_or("", |(_, search)| search);
    let search = search.split('#').next().unwrap_or_default();
    Search::parse(search).only(&QueueFilter::KEYS)
}

/// Where a form about an account leads: back to the page it stood on, its case or its own, or else to the case.
pub fn where_it_stood(back: &str, instance: &Instance, account: AccountId) -> String {
    let case = path::case(&instance.name, account);
    let is_it = |page: &str| back.strip_prefix(page).is_some_and(|rest| rest.is_empty() || rest.starts_with('?'));
    if is_it(&case) || is_it(&path::account(&instance.name, account)) { path::ours(back) } else { case }
}

/// What is different in an account's sanctions, in a clause.
async fn state_changed(
    read: &mut Read,
    account: AccountId,
    before: AccountState,
) -> Result<Option<String>, DatabaseError> {
    let Some(now) = read.account_or_gone(account).await? else {
        return Ok(Some("the account is gone".to_owned()));
    };
    if now.state.sanctions() == before.sanctions() {
        return Ok(None);
    }
    let words = |state: AccountState| {
        let words = state.words();
        if words.is_empty() { "without a sanction".to_owned() } else { words.join(", ") }
    };
    Ok(Some(format!("the account is {} by now, and you saw it {}", words(now.state), words(before))))
}

/// Whether a row of the log is about an account, or about its login.
fn is_of_account(row: &LogRow, account: AccountId, user: Option<i64>) -> bool {
    match row.target_type.as_str() {
        "User" => Some(row.target_id) == user,
        "Account" => row.target_id == account.0,
        _ => false,
    }
}

/// Evidence for a deed about reports: its log rows, and whether the state is right.
fn of_reports(log: &[LogRow], action: &str, reports: &[ReportId], state_is_right: bool) -> Evidence {
    let is_own = |row: &&LogRow| row.target_type == "Report" && reports.contains(&ReportId(row.target_id));
    let is_traced =
        |report: &&ReportId| log.iter().filter(is_own).any(|row| row.action == action && row.target_id == report.0);
    let traced = reports.iter().filter(is_traced).count();
    Evidence {
        trace: match traced {
            0 if !reports.is_empty() => Trace::None,
            some if some < reports.len() => Trace::Part,
            _ => Trace::Whole,
        },
        state_is_right,
        facts: json!({ "log rows": traced }),
        seen: json!({ "log rows": log.iter().filter(is_own).map(LogRow::words).collect::<Vec<_>>() }),
    }
}
