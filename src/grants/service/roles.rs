//! The role on an instance for the time of a grant: given when it has begun, taken back when it has ended, and left alone
//! where somebody else changed it meanwhile. What an instance cannot answer now is tried again until it does; the rights in
//! the console never wait for that.

use super::{permit, store_problem};
use crate::{
    access::Permission,
    carry_out,
    carry_out::InStore,
    context::{App, Context},
    deeds::{AssignRole, LeaveRole},
    grants::{RoleAsked, RoleCard, RoleState, Scope, State},
    id::{InstanceName, RoleId},
    ledger::{self, Ledger, Outcome},
    linked_accounts::service::end_with_role,
    mastodon::{Instance, database::DatabaseError},
    nouns::rank::Holder,
    problem::{Kind, Problem},
    roles::{EVERYONE, InstanceRole, called, service::assign_for_grant},
    store::{
        grant_roles::{self, Former, Role},
        grants,
    },
    text::Why,
    ui,
};
use std::sync::Arc;

/// One row of the form: an account on an instance, and the role it is to have. Nothing, where neither was filled in.
pub async fn asked(
    context: &Context,
    scope: &Scope,
    place: &str,
    account: &str,
    role: &str,
) -> Result<Option<RoleAsked>, Problem> {
    let name = account.trim().trim_start_matches('@');
    let wrong = |said: String| Problem::invalid("roles", said);
    match (name.is_empty(), role) {
        (true, "" | "none") => return Ok(None),
        (true, _) => return Err(wrong(format!("Enter the account on {place} that gets the role."))),
        (false, "" | "none") => {
            return Err(wrong(format!("Choose the role that @{} gets on {place}.", ui::excerpt(name, 60))));
        }
        (false, _) => {}
    }
    let instance = context.instance(place)?.clone();
    if !scope.instances.contains(&instance.name) {
        return Err(wrong(format!("A role on {place} needs a grant on {place}: choose that too.")));
    }
    let role: RoleId = role.parse().map_err(|_| wrong("Choose one of the roles listed.".to_owned()))?;
    let read_problem = |error: DatabaseError| {
        Problem::unavailable(format!("{error}, so the role couldn’t be checked."), "What you typed is kept. Try again.")
    };
    let acting = instance.health().acting().ok_or_else(|| {
        Problem::unavailable(
            "The console doesn’t know yet which account it acts as on the instance.",
            "Try again in a moment.",
        )
    })?;
    let mut read = instance.database.read().await.map_err(read_problem)?;
    let nobody = || wrong(format!("There is no account @{} on {place}.", ui::excerpt(name, 60)));
    let account = read.by_handle(name, None).await.map_err(read_problem)?.ok_or_else(nobody)?;
    // The same rules the deed is refused by: better now than in the night it begins.
    let ranks = read.ranks(acting, account, Some(role)).await.map_err(read_problem)?;
    if let Some(refusal) = ranks.refusal(Some(role)) {
        return Err(wrong(refusal.why));
    }
    let (Some(holder), Some(after)) = (ranks.target, ranks.after) else { return Err(nobody()) };
    Ok(Some(RoleAsked {
        instance: instance.name.clone(),
        account,
        user: holder.user,
        acct: holder.username,
        role,
        role_name: after.name,
    }))
}

/// A role as the grant's page shows it.
pub fn card(role: Role) -> RoleCard {
    RoleCard {
        former: role.former.map(|former| called(former.role, &former.name)).unwrap_or_default(),
        asked: role.asked,
        state: role.state,
        given_entry: role.given_entry,
        taken_entry: role.taken_entry,
        said: role.said,
    }
}

/// Gives and takes what is due.
pub async fn keep(app: &Arc<App>) -> sqlx::Result<()> {
    // What is over goes first: the next grant of the same person finds the role that was theirs before.
    for role in grant_roles::to_take(&app.store, &app.keys, app.clock.now()).await? {
        if grant_roles::claim(&app.store, &role, app.clock.now()).await? {
            let said = take(app, role.clone()).await;
            note(app, role, said).await?;
        }
    }
    for role in grant_roles::to_give(&app.store, &app.keys, app.clock.now()).await? {
        if grant_roles::claim(&app.store, &role, app.clock.now()).await? {
            let said = give(app, role.clone()).await;
            note(app, role, said).await?;
        }
    }
    Ok(())
}

/// Keeps what was in the way, where the page says it.
async fn note(app: &App, role: Role, done: Result<(), Problem>) -> sqlx::Result<()> {
    let Err(problem) = done else { return Ok(()) };
    // The sentence may name somebody: it stands on the page alone.
    tracing::info!(grant = %role.grant, instance = %role.asked.instance, problem = ?problem.kind, "grants.role");
    // It may have come a step further meanwhile.
    let current = grant_roles::of(&app.store, &app.keys, &role.grant).await?;
    if let Some(mut role) = current.into_iter().find(|own| own.asked.instance == role.asked.instance) {
        role.said = problem.what;
        grant_roles::set(&app.store, &app.keys, role.state, &role).await?;
    }
    Ok(())
}

/// Notes how far it has come.
async fn set(app: &App, role: &mut Role, state: RoleState, said: &str) -> Result<(), Problem> {
    let found = role.state;
    role.state = state;
    role.said = said.to_owned();
    if grant_roles::set(&app.store, &app.keys, found, role).await.map_err(store_problem)? {
        Ok(())
    } else {
        Err(Problem::new(Kind::Conflict, "another process was faster", ""))
    }
}

pub(super) fn instance(app: &App, name: &InstanceName) -> Result<Arc<Instance>, Problem> {
    app.instances
        .get(name)
        .cloned()
        .ok_or_else(|| Problem::unavailable(format!("{name} is no longer connected to this console."), ""))
}

/// The account as it stands, if it is still the one that was asked for, and a role as it stands.
pub(super) async fn read_role(
    instance: &Instance,
    asked: &RoleAsked,
    wanted: Option<RoleId>,
) -> Result<(Option<Holder>, Option<InstanceRole>), Problem> {
    let read_problem = |error: DatabaseError| Problem::unavailable(format!("{error}. The console will retry."), "");
    let mut read = instance.database.read().await.map_err(read_problem)?;
    let holder = read.holder(asked.account).await.map_err(read_problem)?.filter(|holder| holder.user == asked.user);
    let role = match wanted {
        Some(id) => read.role(id).await.map_err(read_problem)?.map(|(role, _)| role),
        None => None,
    };
    Ok((holder, role))
}

/// What somebody has.
pub(super) fn held(holder: &Holder) -> Former {
    let role = holder.role_id.filter(|role| *role != EVERYONE);
    Former {
        role,
        name: holder.role.as_ref().filter(|_| role.is_some()).map_or_else(String::new, |role| role.name.clone()),
    }
}

async fn give(app: &Arc<App>, mut role: Role) -> Result<(), Problem> {
    let instance = instance(app, &role.asked.instance)?;
    let asked = role.asked.clone();
    let (holder, wanted) = read_role(&instance, &asked, Some(asked.role)).await?;
    let not_given = |why: String| Err(Problem::new(Kind::Conflict, why, ""));
    let Some(holder) = holder else {
        return not_given(format!(
            "@{} no longer has a login on {}, so the role can’t be assigned.",
            asked.acct, asked.instance
        ));
    };
    let now = held(&holder);
    if now.role == Some(asked.role) {
        return match role.state {
            // Ours, and its answer was lost.
            RoleState::Giving => set(app, &mut role, RoleState::Given, "").await,
            _ => {
                set(app, &mut role, RoleState::Never, "The account already had this role when the grant started.").await
            }
        };
    }
    match wanted {
        None => return not_given(format!("The role {} was deleted on {}.", asked.role_name, asked.instance)),
        Some(wanted) if wanted.name != asked.role_name => {
            return not_given(format!(
                "The role {} is now called {} on {} and may be a different one: it is not assigned.",
                asked.role_name, wanted.name, asked.instance
            ));
        }
        Some(_) => {}
    }
    role.former = Some(now.clone());
    set(app, &mut role, RoleState::Giving, "").await?;
    // It may have been revoked while the instance was slow.
    let grant = grants::by_id(&app.store, &app.keys, &role.grant).await.map_err(store_problem)?;
    if !grant.is_some_and(|grant| grant.state(app.clock.now()) == State::Running) {
        return not_given("The grant has ended.".to_owned());
    }
    let deed = AssignRole {
        instance: asked.instance.clone(),
        account: asked.account,
        user: asked.user,
        acct: asked.acct.clone(),
        before: now.role,
        before_name: now.role.map(|_| now.name),
        after: Some(asked.role),
        after_name: Some(asked.role_name.clone()),
    };
    let done = assign_for_grant(app, &instance, deed, Why::kept(&format!("grant {}", role.grant))).await?;
    role.given_entry = Some(done.index);
    match done.outcome {
        Outcome::Succeeded => given(app, role).await,
        outcome => unsure(app, role, outcome, done.said).await,
    }
}

/// Given, whatever another process took it for meanwhile: what was given must be taken back.
async fn given(app: &App, mut role: Role) -> Result<(), Problem> {
    role.state = RoleState::Given;
    for found in [RoleState::Giving, RoleState::Never, RoleState::Left] {
        if grant_roles::set(&app.store, &app.keys, found, &role).await.map_err(store_problem)? {
            return Ok(());
        }
    }
    Err(Problem::new(Kind::Conflict, "another process was faster", ""))
}

/// Not known to be done: the entry is kept, and the next look at the instance tells.
async fn unsure(app: &App, mut role: Role, outcome: Outcome, said: Option<String>) -> Result<(), Problem> {
    let said = match said {
        Some(said) => format!("{}: {said}. The console will retry.", outcome.name()),
        None => format!("{}. The console checks it again.", outcome.name()),
    };
    role.said = said;
    // Another process may have taken it for never given: what is not known is looked at again.
    for found in [role.state, RoleState::Never] {
        if grant_roles::set(&app.store, &app.keys, found, &role).await.map_err(store_problem)? {
            return Ok(());
        }
    }
    Err(Problem::new(Kind::Conflict, "another process was faster", ""))
}

async fn take(app: &Arc<App>, mut role: Role) -> Result<(), Problem> {
    if role.state == RoleState::Asked {
        return set(app, &mut role, RoleState::Never, "The grant ended before the role could be assigned.").await;
    }
    let instance = instance(app, &role.asked.instance)?;
    let asked = role.asked.clone();
    let former = role.former.clone().unwrap_or(Former { role: None, name: String::new() });
    let (holder, returning) = read_role(&instance, &asked, former.role).await?;
    let Some(holder) = holder else {
        return leave(app, role, format!("the account no longer has a login on {}", asked.instance)).await;
    };
    let now = held(&holder);
    if now.role != Some(asked.role) {
        return match role.state {
            RoleState::Taking if now.role == former.role => {
                unlink(app, &instance, &role).await?;
                set(app, &mut role, RoleState::Taken, "").await
            }
            RoleState::Giving if now.role == former.role => {
                set(app, &mut role, RoleState::Never, "The grant ended before the role could be assigned.").await
            }
            _ => {
                leave(app, role, format!("somebody else changed it to {} in the meantime", called(now.role, &now.name)))
                    .await
            }
        };
    }
    let gone = former.role.is_some() && returning.is_none();
    let said = if gone {
        format!("The former role {} was deleted in the meantime, so none was restored.", former.name)
    } else {
        String::new()
    };
    set(app, &mut role, RoleState::Taking, &said).await?;
    let deed = AssignRole {
        instance: asked.instance.clone(),
        account: asked.account,
        user: asked.user,
        acct: asked.acct,
        before: Some(asked.role),
        before_name: Some(now.name),
        after: returning.as_ref().map(|role| role.id),
        after_name: returning.map(|role| role.name),
    };
    let done = assign_for_grant(app, &instance, deed, Why::kept(&format!("end of grant {}", role.grant))).await?;
    role.taken_entry = Some(done.index);
    match done.outcome {
        Outcome::Succeeded => {
            // The entry is kept, also where the link cannot be ended now.
            set(app, &mut role, RoleState::Taking, &said).await?;
            unlink(app, &instance, &role).await?;
            set(app, &mut role, RoleState::Taken, &said).await
        }
        outcome => unsure(app, role, outcome, done.said).await,
    }
}

/// A link that stood on the role goes with it, unless another grant gives the account a role now. Before the role counts as
/// taken: what fails here is tried again.
async fn unlink(app: &App, instance: &Instance, role: &Role) -> Result<(), Problem> {
    let now = app.clock.now();
    if grant_roles::promised(&app.store, &role.asked, now, now.plus(1)).await.map_err(store_problem)? {
        return Ok(());
    }
    match grants::by_id(&app.store, &app.keys, &role.grant).await.map_err(store_problem)? {
        Some(grant) => end_with_role(app, &grant.operator, instance, role.asked.account).await,
        None => Ok(()),
    }
}

/// It is not the role that was given any more: it stays, and the record says so.
async fn leave(app: &App, mut role: Role, found: String) -> Result<(), Problem> {
    let permit = permit(&Ledger::command_actor(ledger::CONSOLE), Permission::DecideGrants, Some(&role.asked.instance))?;
    let deed = LeaveRole { grant: role.grant.clone(), asked: role.asked.clone(), found: found.clone() };
    let state = role.state;
    role.state = RoleState::Left;
    role.said = format!("Left unchanged: {found}.");
    let role = &role;
    let left = |store| async move { grant_roles::set(&store, &app.keys, state, role).await };
    carry_out::recorded(app, permit, deed, "", left).await?;
    Ok(())
}

impl InStore for LeaveRole {
    async fn was_done(&self, app: &App, _: i64) -> sqlx::Result<Option<bool>> {
        let roles = grant_roles::of(&app.store, &app.keys, &self.grant).await?;
        let role = roles.into_iter().find(|role| role.asked.instance == self.asked.instance);
        // That it is left alone, another deed before may have noted.
        Ok(role.filter(|role| role.state != RoleState::Left).map(|_| false))
    }
}
