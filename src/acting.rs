//! Who acts: chosen before the intent, from what stands now. Somebody linked acts as their own account and as no other;
//! everybody else through the service account.

use crate::{
    access::{Actor, Permission, Role},
    clock::Timestamp,
    context::{App, Context},
    deeds::OnInstance,
    id::{AccountId, InstanceName},
    ledger::Acting,
    mastodon::{
        Instance,
        database::{Account, DatabaseError, Read, Standing},
        rest::Client,
    },
    nouns::{
        linked_accounts::Lapse,
        permissions::{ASKED_FOR, Capability, Lack},
    },
    problem::{Kind, Problem},
    store::{
        Store, grants,
        linked_accounts::{self, Linked},
        operators::{self, Operator},
    },
};
use std::{sync::Arc, time::Duration};

/// A page does not wait longer than this to know how somebody's account stands.
const PATIENCE: Duration = Duration::from_millis(500);

/// Somebody's own account on an instance, as it stands now.
#[derive(Clone, Debug)]
pub struct Own {
    pub linked: Linked,
    pub standing: Standing,
}

impl Own {
    /// `@jonas`
    pub fn handle(&self) -> String {
        format!("@{}", self.linked.username)
    }

    /// Whom the rule of rank keeps from deciding about an account, in a sentence; `None` where it keeps nobody.
    pub fn outranked_by(&self, target: &Account) -> Option<String> {
        if self.standing.outranks(target) {
            return None;
        }
        let role = target.role.as_ref().map(|(name, ..)| name.as_str()).filter(|name| !name.is_empty());
        Some(format!(
            "You act as {}, whose rank on the instance ({}) is not above that of @{} ({}). Ask a colleague with a \
            higher rank.",
            self.handle(),
            if self.standing.role.is_empty() { "no role" } else { &self.standing.role },
            target.acct(),
            role.unwrap_or("no role"),
        ))
    }

    /// What keeps somebody from deciding their own case: they are the one it is about, or one of those who reported.
    pub fn own_case(&self, target: AccountId, reporters: impl IntoIterator<Item = AccountId>) -> Option<String> {
        if target == self.linked.account {
            return Some(format!(
                "This is about {}, your own account on the instance. A colleague has to decide.",
                self.handle()
            ));
        }
        reporters
            .into_iter()
            .any(|reporter| reporter == self.linked.account)
            .then(|| format!("You reported this as {}. A colleague has to decide.", self.handle()))
    }
}

fn away(error: &DatabaseError, linked: &Linked) -> Problem {
    Problem::unavailable(
        format!("{error}, so nothing was done: the console can’t check whether @{} may still act.", linked.username),
        "What you typed is kept. Try again when the instance is back.",
    )
}

/// What somebody is told whose account does not stand.
pub fn fallen(lapse: Lapse) -> Problem {
    Problem::new(
        Kind::Forbidden,
        format!("Your own account on this instance {}, so you have no access to it here.", lapse.words()),
        "Ask whoever runs the instance. An owner of this console can unlink the account.",
    )
}

/// The account somebody linked on an instance.
pub async fn linked(app: &App, actor: &Actor, instance: &InstanceName) -> Result<Option<Linked>, Problem> {
    let found = linked_accounts::of(&app.store, &app.keys, &actor.operator, instance).await?;
    if found.is_none() && linked_accounts::is_missing(&app.store, &actor.operator, instance).await? {
        return Err(Problem::new(
            Kind::Forbidden,
            "The stored link to your account was not written by this console, so you have no access to this \
            instance here.",
            "The overview tells an owner more. Link your account again under “Link your account”.",
        ));
    }
    Ok(found)
}

/// The same with how it stands, whatever that is.
pub async fn own(context: &Context, instance: &Instance) -> Result<Option<Own>, Problem> {
    let Some(linked) = linked(&context.app, &context.actor, &instance.name).await? else { return Ok(None) };
    let standing = match instance.database.read().await {
        Ok(mut read) => read.standing(linked.account).await,
        Err(error) => Err(error),
    };
    let standing = standing.map_err(|error| away(&error, &linked))?;
    instance.know_standing(standing.clone());
    Ok(Some(Own { linked, standing }))
}

/// The same for whoever might act, within a transaction that reads of several people.
pub async fn able_own_in(context: &Context, instance: &Instance, read: &mut Read) -> Result<Option<Own>, Problem> {
    let Some(linked) = linked(&context.app, &context.actor, &instance.name).await? else { return Ok(None) };
    let standing = read.standing(linked.account).await.map_err(|error| away(&error, &linked))?;
    match standing.lapse {
        Some(lapse) => Err(fallen(lapse)),
        None => Ok(Some(Own { linked, standing })),
    }
}

/// The same for whoever is about to act: an account that has lapsed acts no more.
///
/// # Errors
/// Forbidden, with what is wrong with the account; or as [`own`].
pub async fn able_own(context: &Context, instance: &Instance) -> Result<Option<Own>, Problem> {
    let own = own(context, instance).await?;
    match own.as_ref().and_then(|own| own.standing.lapse) {
        Some(lapse) => Err(fallen(lapse)),
        None => Ok(own),
    }
}

/// What is wrong with somebody's own account, asked with every permit. Where the database is away, acting is refused and
/// reading goes on.
pub async fn lapse(
    app: &App,
    actor: &Actor,
    permission: Permission,
    instance: &InstanceName,
) -> Result<Option<Lapse>, Problem> {
    // Whoever has lapsed must still see it, and be able to take the link away.
    if permission == Permission::LinkAccount {
        return Ok(None);
    }
    let Some(on) = app.instances.get(instance) else { return Ok(None) };
    let Some(linked) = linked(app, actor, instance).await? else { return Ok(None) };
    let read = async { on.database.read().await?.standing(linked.account).await };
    let standing = if permission.acts() {
        read.await.map_err(|error| away(&error, &linked))?
    } else {
        match tokio::time::timeout(PATIENCE, read).await {
            Ok(Ok(standing)) => standing,
            Ok(Err(_)) | Err(_) => return Ok(None),
        }
    };
    let lapse = standing.lapse;
    on.know_standing(standing);
    Ok(lapse)
}

/// Whether somebody has reported an account, also where it has more open reports than are read.
pub async fn reported(own: &Own, instance: &Instance, account: AccountId) -> Result<bool, Problem> {
    let read = async { instance.database.read().await?.has_reported(own.linked.account, account).await };
    read.await.map_err(|error| away(&error, &own.linked))
}

/// Nobody to act as.
pub fn unknown() -> Problem {
    Problem::unavailable(
        "Nothing was done: the console doesn’t know yet which account it acts as on the instance.",
        "The overview says what is wrong with the instance or the token.",
    )
}

/// What is lacking for what can be done on an instance, as whoever would do it: somebody's own account, as it stood when last
/// read, or the console's. From memory.
pub fn lacks(own: Option<&Linked>, instance: &Instance) -> Vec<Lack> {
    let health = instance.health();
    if let Some(untried) = instance.read_only() {
        // Closing the door stays possible, so its form stays open.
        let why = format!("it {}", untried.clause());
        let stopped = Capability::ALL.into_iter().filter(|capability| *capability != Capability::Registrations);
        let stopped = stopped.map(|capability| Lack { capability, why: why.clone(), certain: true });
        let door = health.only_shown.iter().filter(|lack| lack.capability == Capability::Registrations).cloned();
        return stopped.chain(door).collect();
    }
    let Some(own) = own else { return [health.lacks.as_slice(), &health.only_shown].concat() };
    let lacks = |standing: &Standing, capability: Capability| {
        (!standing.can(capability.permission())).then(|| Lack {
            capability,
            why: format!(
                "you act as @{} on the instance, and that role can’t {}",
                own.username,
                capability.permission_words()
            ),
            certain: true,
        })
    };
    let standing = instance.standing(own.account);
    let by_role =
        standing.iter().flat_map(|standing| Capability::ALL.into_iter().filter_map(|one| lacks(standing, one)));
    by_role.chain(health.only_shown.iter().cloned()).collect()
}

/// The account that a deed of this person's would be done as, for what is compared before one; `None` while that is not
/// known.
pub async fn acting(context: &Context, instance: &Instance) -> Result<Option<AccountId>, Problem> {
    let own = linked(&context.app, &context.actor, &instance.name).await?;
    Ok(own.map(|own| own.account).or(instance.health().acting()))
}

/// Who does a deed on an instance: the account, as the record has it, and the client that calls with its token.
#[derive(Clone)]
pub struct ActingClient {
    pub acting: Acting,
    pub account: AccountId,
    pub client: Arc<Client>,
}

/// Chooses who does a deed, and refuses what Mastodon would refuse the account for: before the intent.
///
/// # Errors
/// Forbidden, if the own account has lapsed, lacks a permission or a rank; unavailable, if that cannot be read. Never falls
/// back to another account.
pub async fn acting_client<D: OnInstance>(
    context: &Context,
    instance: &Instance,
    deed: &D,
) -> Result<ActingClient, Problem> {
    let Some(own) = able_own(context, instance).await? else {
        let account = instance.health().acting().ok_or_else(unknown)?;
        return Ok(ActingClient {
            acting: Acting::Service(account.to_string()),
            account,
            client: instance.rest.clone(),
        });
    };
    let needs = deed.needs();
    let lacking: Vec<&str> = ASKED_FOR
        .into_iter()
        .filter(|(bit, _)| needs.permissions & bit != 0 && !own.standing.can(*bit))
        .map(|(_, words)| words)
        .collect();
    if !lacking.is_empty() {
        return Err(Problem::new(
            Kind::Forbidden,
            format!(
                "Nothing was done. You act as {} on the instance, and that role can’t {}.",
                own.handle(),
                lacking.join(" and ")
            ),
            "Ask for the permission on the instance, or ask a colleague to do it.",
        ));
    }
    if let Some(target) = needs.outranks {
        let read = async { instance.database.read().await?.account(target).await };
        let target = read.await.map_err(|error| away(&error, &own.linked))?;
        if let Some(why) = target.as_ref().and_then(|target| own.outranked_by(target)) {
            return Err(Problem::new(Kind::Forbidden, format!("Nothing was done. {why}"), ""));
        }
    }
    let account = own.linked.account;
    Ok(ActingClient {
        acting: Acting::Own(account.to_string()),
        account,
        client: instance.acting_client(account, &own.linked.token),
    })
}

/// The client that somebody's deeds would go through, for what is known of its limits.
pub async fn client(app: &App, operator: &crate::id::OperatorId, instance: &Instance) -> sqlx::Result<Arc<Client>> {
    let linked = linked_accounts::of(&app.store, &app.keys, operator, &instance.name).await?;
    Ok(match linked {
        Some(linked) => instance.acting_client(linked.account, &linked.token),
        None => instance.rest.clone(),
    })
}

/// A person as they may act now: the one place where a contractor's running grants are found. Where a request asks, whoever
/// answers it adds which.
pub async fn actor(store: &Store, person: Operator, session: String, now: Timestamp) -> sqlx::Result<Actor> {
    let grants = match person.role {
        Role::Contractor => grants::running_of(store, &person.id, now).await?,
        Role::Owner | Role::Admin | Role::Moderator | Role::Auditor => Vec::new(),
    };
    Ok(Actor { operator: person.id, name: person.name, role: person.role, grants, session, request: None })
}

/// Everybody who has access, as they may act now.
pub async fn actors(store: &Store, now: Timestamp) -> sqlx::Result<Vec<Actor>> {
    let running = grants::running(store, now).await?;
    let people = operators::list(store).await?;
    Ok(people
        .into_iter()
        .filter(Operator::may_sign_in)
        .map(|person| {
            let grants = match person.role {
                Role::Contractor => {
                    running.iter().filter(|(whose, _)| *whose == person.id).map(|(_, grant)| grant.clone()).collect()
                }
                Role::Owner | Role::Admin | Role::Moderator | Role::Auditor => Vec::new(),
            };
            let (operator, name, role) = (person.id, person.name, person.role);
            Actor { operator, name, role, grants, session: String::new(), request: None }
        })
        .collect())
}
