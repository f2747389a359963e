//! The role of a grant that is over, taken back by the record. Where the row that says how far it has come is gone, was changed,
//! or is an older copy, the record still says what was given, and the instance whether it is there.

use super::{
    roles::{held, instance, read_role},
    store_problem,
};
use crate::{
    clock::{MINUTE, Timestamp},
    context::App,
    deeds::{AskGrant, AssignRole, LeaveRole},
    grants::{RoleAsked, RoleState},
    id::GrantId,
    ledger::{Deed, Entry, Filter, LedgerError, Outcome, Subject},
    linked_accounts::service::end_with_role,
    mastodon::Instance,
    problem::Problem,
    roles::{InstanceRole, service::assign_for_grant},
    store::{
        grant_roles::{self, Former},
        grants, person_subject,
    },
    text::Why,
};
use std::{collections::BTreeMap, sync::Arc};

/// How soon a grant that is not settled is looked at again.
const AGAIN: i64 = 2 * MINUTE;
/// The changes of one account's role that are read.
const MOST_CHANGES: i64 = 200;

/// The grants with roles that a process has looked at, by the entry that asked for each: when again, `None` for one of which
/// nothing is left to do.
#[derive(Debug, Default)]
pub struct Looked(BTreeMap<i64, Option<Timestamp>>);

/// Takes back what the record says was given by grants that are over, and the instances still have.
pub async fn take_back(app: &Arc<App>, looked: &mut Looked) -> sqlx::Result<()> {
    let now = app.clock.now();
    for (subject, entry) in app.store.newest_of_each("ask_grant").await? {
        if looked.0.get(&entry).is_some_and(|next| next.is_none_or(|next| next > now)) {
            continue;
        }
        let settled = settle(app, &subject, entry, now).await.inspect_err(|problem| {
            // The sentence may name somebody.
            tracing::warn!(entry, problem = ?problem.kind, "grants.by_record");
        });
        looked.0.insert(entry, if settled.unwrap_or(false) { None } else { Some(now.plus(AGAIN)) });
    }
    Ok(())
}

fn tried_again(error: LedgerError) -> Problem {
    Problem::unavailable(format!("{error}. The console will retry."), "")
}

/// Whether nothing is left to do about a grant.
async fn settle(app: &Arc<App>, subject: &str, entry: i64, now: Timestamp) -> Result<bool, Problem> {
    let Some(asked) = asked(app, entry).await.map_err(tried_again)? else {
        tracing::error!(entry, "grants.words_destroyed");
        return Ok(true);
    };
    if asked.roles.is_empty() {
        return Ok(true);
    }
    let newest = async |subject: &str, deed: &str| app.store.newest_change(subject, deed).await.map_err(store_problem);
    let ends = Timestamp(asked.ends);
    if newest(subject, "decide_grant").await?.is_none() {
        return Ok(now >= ends);
    }
    let person = person_subject(&app.keys, &asked.operator);
    let access = newest(&person, "disable_operator").await?.filter(|ended| *ended > entry);
    let access_ended = match access {
        Some(ended) => app.ledger.proved(ended).await.map_err(tried_again)?["facts"]["disabled"] == true,
        None => false,
    };
    if now < ends && !access_ended && newest(subject, "revoke_grant").await?.is_none() {
        return Ok(false);
    }
    let holds = grants::by_id(&app.store, &app.keys, &asked.grant).await.map_err(store_problem)?.is_some();
    let rows = grant_roles::of(&app.store, &app.keys, &asked.grant).await.map_err(store_problem)?;
    let mut settled = true;
    for role in &asked.roles {
        let state = rows.iter().find(|row| row.asked.instance == role.instance).map(|row| row.state);
        settled &= match state {
            Some(RoleState::Taken | RoleState::Left) => true,
            // The row is at work on it.
            Some(RoleState::Asked | RoleState::Giving | RoleState::Given | RoleState::Taking) if holds => false,
            state => took_back(app, &asked, entry, role, state == Some(RoleState::Never)).await?,
        };
    }
    Ok(settled)
}

/// What was asked for; `None` where its words were destroyed, as an entry says.
async fn asked(app: &App, entry: i64) -> Result<Option<AskGrant>, LedgerError> {
    let found = app.ledger.entry(entry).await?;
    let found = found.ok_or_else(|| LedgerError::Entry(format!("entry {entry} is not there")))?.entry;
    app.ledger.prove(std::slice::from_ref(&found)).await?;
    found.meant()
}

/// The changes of that sort about a subject since an entry, newest first, as they were appended: one that was altered says neither
/// that nothing was given nor that it was taken back.
async fn entries(app: &App, kind: &str, subject: &Subject, since: i64) -> Result<Vec<Entry>, Problem> {
    let filter = Filter {
        kind: Some(kind.to_owned()),
        subject: Some(app.ledger.subject(subject)),
        after: Some(since),
        limit: MOST_CHANGES,
        ..Filter::default()
    };
    let found = app.ledger.list(&filter).await.map_err(tried_again)?;
    app.ledger.prove(&found).await.map_err(tried_again)?;
    Ok(found)
}

/// Whether a role is where it was before the grant, or was never given by it. What gave it may be hidden by the columns that find it:
/// that it is not found says nothing, unless the row says that it was `never` given.
async fn took_back(
    app: &Arc<App>,
    grant: &AskGrant,
    entry: i64,
    asked: &RoleAsked,
    never: bool,
) -> Result<bool, Problem> {
    let (gave, took) = (format!("grant {}", grant.grant), format!("end of grant {}", grant.grant));
    let account = Subject::Account(asked.instance.clone(), asked.account);
    let changes = entries(app, AssignRole::KIND, &account, entry).await?;
    let outcome = async |entry: &Entry| app.ledger.proved_outcome(entry.index).await.map_err(tried_again);
    let (mut given, mut destroyed) = (None, false);
    for change in &changes {
        let words = change.words().map_err(tried_again)?;
        destroyed |= words.is_none();
        let why = words.and_then(|words| words["why"].as_str()).unwrap_or_default();
        if why == gave && !matches!(outcome(change).await?, Some(Outcome::Failed | Outcome::Stale | Outcome::Refused)) {
            given = Some(change);
            break;
        }
        if why == took && outcome(change).await? == Some(Outcome::Succeeded) {
            return Ok(true);
        }
    }
    if (given.is_none() && never) || left_alone(app, &grant.grant, entry, asked).await? {
        return Ok(true);
    }
    let former = match given {
        Some(given) => given.meant::<AssignRole>().map_err(tried_again)?,
        None => None,
    };
    let instance = instance(app, &asked.instance)?;
    let (holder, returning) = read_role(&instance, asked, former.as_ref().and_then(|former| former.before)).await?;
    let Some(now) = holder.map(|holder| held(&holder)).filter(|now| now.role == Some(asked.role)) else {
        return Ok(true);
    };
    if former.is_none() {
        let what =
            if destroyed { "the words of an entry about it were destroyed" } else { "no entry that gave it is found" };
        tracing::error!(entry, instance = %asked.instance, what, "grants.given_not_found: the role is there after the grant");
        return Ok(destroyed);
    }
    give_back(app, grant, asked, &instance, now, returning).await
}

/// Sets the role that was there before.
async fn give_back(
    app: &Arc<App>,
    grant: &AskGrant,
    asked: &RoleAsked,
    instance: &Arc<Instance>,
    now: Former,
    returning: Option<InstanceRole>,
) -> Result<bool, Problem> {
    let deed = AssignRole {
        instance: asked.instance.clone(),
        account: asked.account,
        user: asked.user,
        acct: asked.acct.clone(),
        before: now.role,
        before_name: Some(now.name),
        after: returning.as_ref().map(|role| role.id),
        after_name: returning.map(|role| role.name),
    };
    let done = assign_for_grant(app, instance, deed, Why::kept(&format!("end of grant {}", grant.grant))).await?;
    if done.outcome != Outcome::Succeeded {
        return Ok(false);
    }
    let at = app.clock.now();
    if !grant_roles::promised(&app.store, asked, at, at.plus(1)).await.map_err(store_problem)? {
        end_with_role(app, &grant.operator, instance, asked.account).await?;
    }
    Ok(true)
}

/// Whether the record says that somebody else had changed it, and that it stays.
async fn left_alone(app: &App, grant: &GrantId, entry: i64, asked: &RoleAsked) -> Result<bool, Problem> {
    let left = entries(app, LeaveRole::KIND, &Subject::Grant(grant.clone()), entry).await?;
    for entry in &left {
        let deed = entry.meant::<LeaveRole>().map_err(tried_again)?;
        if deed.is_some_and(|deed| deed.asked.instance == asked.instance) {
            return Ok(true);
        }
    }
    Ok(false)
}
