//! Deleting at once what a suspended account has left.

use super::malformed_form;
use crate::{
    access::Permission,
    accounts::Deletion,
    acting::{self, Own},
    carry_out::{Carry, Evidence, Trace, carry_out},
    context::Context,
    deeds::DeleteAccount,
    id::AccountId,
    ledger::{Answered, Mark, OwnTry, Warrant},
    mastodon::{
        Instance,
        database::{Account, DatabaseError, OpenReport, Read},
        rest::Client,
    },
    nouns::permissions::DELETE_USER_DATA,
    path,
    problem::{Kind, Problem},
    reports::service::{hands_off, own_beyond},
    text::Why,
    ui,
};
use serde_json::json;

/// Why an account cannot be deleted at once now; `None` where it can
/// (`app/policies/account_policy.rb`: suspended, its data still there).
fn prevented(
    context: &Context,
    instance: &Instance,
    account: &Account,
    own: Option<&Own>,
    open: &[OpenReport],
) -> Option<String> {
    if !account.state.suspended {
        return Some("Only a suspended account can be deleted. Suspend it first.".to_owned());
    }
    if account.is_being_deleted() {
        return Some("Its owner has deleted this account: the instance is deleting its data already.".to_owned());
    }
    if account.deleted_on.is_none() {
        return Some(
            "No data deletion is scheduled: the data was deleted already, or the suspension schedules none.".to_owned(),
        );
    }
    if let Some(why) = hands_off(context, instance, account, own, open) {
        return Some(why);
    }
    match (own, &instance.health().account) {
        (Some(own), _) if !own.standing.can(DELETE_USER_DATA) => Some(format!(
            "You act as {} on the instance, and that role lacks “Delete User Data”. Ask for the permission there.",
            own.handle()
        )),
        (None, Some(acting)) if !acting.can(DELETE_USER_DATA) => Some(format!(
            "The console acts as @{} on the instance, and that role lacks “Delete User Data”. Add the permission \
            there.",
            acting.username
        )),
        _ => None,
    }
}

/// What deleting at once would mean, for those whose decision it is; `None` where there is nothing to delete.
pub fn deletion(
    context: &Context,
    instance: &Instance,
    account: &Account,
    own: Option<&Own>,
    open: &[OpenReport],
) -> Option<Deletion> {
    let may = crate::access::permit(&context.actor, Permission::DeleteAccounts, Some(&instance.name)).is_ok();
    let due = account.deleted_on.filter(|_| may && account.state.suspended && !account.state.deleted)?;
    let posts = ui::count(usize::try_from(account.statuses).unwrap_or(0), "post", "posts");
    let followers = ui::count(usize::try_from(account.followers).unwrap_or(0), "follower", "followers");
    let mut lost = vec![
        format!(
            "{posts}, all media, the profile and {followers} are deleted permanently, now instead of on {}.",
            context.zone().day(due, context.now())
        ),
        "Posts named in open reports are kept until the reports are decided.".to_owned(),
        "Undoing the suspension later restores nothing. The username stays taken.".to_owned(),
    ];
    if account.has_login {
        lost.push("The account stays suspended. Mastodon keeps its email address and IP addresses.".to_owned());
    }
    Some(Deletion { due, lost, prevented: prevented(context, instance, account, own, open) })
}

pub async fn delete(
    context: Context,
    instance: String,
    account: String,
    typed: String,
    why: String,
    seen: String,
) -> Result<String, Problem> {
    let instance = context.instance(&instance)?.clone();
    context.permit(Permission::DeleteAccounts, Some(&instance.name)).await?;
    let id: AccountId = account.parse().map_err(|_| malformed_form())?;
    let due: i64 = seen.parse().map_err(|_| malformed_form())?;
    let (account, open) = {
        let mut read = instance.database.read().await?;
        (read.account(id).await?, read.open_reports(id).await?)
    };
    let account = account.ok_or_else(|| Problem::not_found("This account no longer exists on the instance."))?;
    let own = acting::able_own(&context, &instance).await?;
    let object = context.case(&instance, &account, &open, own.as_ref()).await?;
    let permit = context.permit(Permission::DeleteAccounts, object).await?;
    if let Some(why) = prevented(&context, &instance, &account, own.as_ref(), &open) {
        let reporters = open.iter().map(|report| report.reporter);
        if own.as_ref().is_some_and(|own| own.own_case(account.id, reporters).is_some()) {
            context.note_own(Permission::DeleteAccounts, Some(&instance.name), OwnTry::Case).await;
        }
        return Err(Problem::new(Kind::Conflict, why, "Nothing was deleted."));
    }
    if let Some(why) = own_beyond(&instance, &account, own.as_ref(), &open).await? {
        context.note_own(Permission::DeleteAccounts, Some(&instance.name), OwnTry::Case).await;
        return Err(Problem::new(Kind::Conflict, why, "Nothing was deleted."));
    }
    let acct = account.acct();
    if typed.trim() != format!("@{acct}") {
        return Err(Problem::invalid("name", format!("Type @{acct} exactly to confirm.")));
    }
    let why = Why::given(&why, true)?;
    let deed = DeleteAccount { instance: instance.name.clone(), account: id, acct, due };
    let done = carry_out(context.clone(), instance.clone(), permit, deed, why).await?;
    done.landed(&path::account(&instance.name, id))
}

impl Carry for DeleteAccount {
    // Mastodon answers, and deletes in the background.
    const ASYNC_ON_INSTANCE: bool = true;

    async fn stale_reason(&self, read: &mut Read) -> Result<Option<String>, DatabaseError> {
        Ok(match read.account(self.account).await? {
            None => Some("the account is gone".to_owned()),
            Some(now) if !now.state.suspended => Some("the suspension was undone in the meantime".to_owned()),
            Some(now) if now.deleted_on.is_none() => Some("its data was deleted in the meantime".to_owned()),
            // A second suspension begins the 30 days anew: it is not the one that was looked at.
            Some(now) if now.deleted_on.is_some_and(|due| due.0 != self.due) => {
                Some("it was suspended again in the meantime".to_owned())
            }
            Some(_) => None,
        })
    }

    async fn send(warrant: Warrant<Self>, _: &Context, _: &Instance, client: &Client) -> Answered<Self> {
        client.delete_account(warrant).await
    }

    async fn evidence(&self, _: Mark, _: AccountId, read: &mut Read) -> Result<Evidence, DatabaseError> {
        let now = read.account(self.account).await?;
        let gone = now.as_ref().is_none_or(|now| now.state.suspended && now.deleted_on.is_none());
        Ok(Evidence {
            // Mastodon logs no deletion: only the answer is a trace.
            trace: Trace::None,
            state_is_right: gone,
            facts: json!({ "goes on": !gone }),
            seen: json!({ "account": now.map(|now| now.state), "data": if gone { "gone" } else { "still there" } }),
        })
    }
}
