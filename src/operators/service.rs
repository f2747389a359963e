//! Adding people, ending their access, ending their sessions.

pub mod resets;

use super::{OpenSession, PeoplePage, Person};
use crate::{
    access::{self, Actor, Permission, Role},
    carry_out,
    carry_out::InStore,
    clock::{DAY, HOUR},
    context::{App, Context},
    deeds::{AddOperator, ChangeOperatorRole, DisableOperator, EndSessions, OfferAccess},
    frame::{self, Framed},
    id::OperatorId,
    ledger::Ledger,
    linked_accounts, path,
    problem::{Kind, Problem},
    seal::hex,
    search::Search,
    session::IDLE,
    sign_in::service::link_hash,
    store::{
        Store, attempts::Limit, drafts, endings, grants, operators, operators::Operator, presence, recovery_codes,
        setup_links, setup_links::SetupLink, store_problem, web_sessions,
    },
    text::{SessionName, Why},
};

/// Who a command on the server's own command line is recorded as.
pub fn command_actor() -> Actor {
    Ledger::command_actor("command line")
}

/// One deed about a person of the console.
async fn recorded<D: InStore, F: Future<Output = sqlx::Result<bool>>>(
    app: &App,
    actor: &Actor,
    deed: D,
    why: impl Into<Why>,
    change: impl FnOnce(Store) -> F,
) -> Result<Option<i64>, Problem> {
    let permit = access::permit(actor, Permission::ManageOperators, None)
        .map_err(|denied| Problem::new(Kind::Forbidden, format!("Nothing was done: {denied}."), "Ask an owner."))?;
    carry_out::recorded(app, permit, deed, why, change).await
}

/// Adds a person with a password already hashed; the set-up link they come by, kept as this hash, is used up by it.
///
/// # Errors
/// If the name is taken, or the record cannot be written.
pub async fn add(
    app: &App,
    actor: Actor,
    deed: AddOperator,
    password_hash: String,
    link: Option<&str>,
    why: impl Into<Why>,
) -> Result<(), Problem> {
    if let Some(wrong) = operators::name_problem(&deed.name) {
        return Err(Problem::invalid("name", wrong));
    }
    let now = app.clock.now();
    let operator = Operator {
        id: deed.operator.clone(),
        name: deed.name.clone(),
        role: deed.role,
        password_hash: Some(password_hash),
        totp_secret: None,
        disabled_at: None,
        created_at: now,
        generation: 0,
    };
    let name = deed.name.clone();
    let operator = &operator;
    let insert = |store| async move { operators::insert(&store, operator, link).await };
    let added = recorded(app, &actor, deed, why, insert).await?;
    if added.is_some() { Ok(()) } else { Err(Problem::invalid("name", format!("The name {name} is already taken."))) }
}

impl InStore for AddOperator {
    async fn was_done(&self, app: &App, intent: i64) -> sqlx::Result<Option<bool>> {
        operators::written_by(&app.store, &self.operator, intent).await
    }
}

impl InStore for DisableOperator {
    async fn was_done(&self, app: &App, intent: i64) -> sqlx::Result<Option<bool>> {
        operators::written_by(&app.store, &self.operator, intent).await
    }
}

impl InStore for ChangeOperatorRole {
    async fn was_done(&self, app: &App, intent: i64) -> sqlx::Result<Option<bool>> {
        operators::written_by(&app.store, &self.operator, intent).await
    }
}

/// A console without an owner could not be opened to anybody any more.
fn last_owner(name: &str) -> Problem {
    Problem::new(
        Kind::Conflict,
        format!("Nothing was done: {name} is the last owner."),
        "Make somebody else owner first.",
    )
}

/// Somebody else did the same meanwhile.
fn is_so_already(what: String) -> Problem {
    Problem::new(Kind::Conflict, what, "The page shows the current state.")
}

/// How long a link for somebody new can be opened.
const LINK_TIME: i64 = 3 * DAY;

/// So many links a person makes in an hour.
const OFFERS: Limit = Limit::Within { window: HOUR, most: 30 };

pub async fn offer(context: Context, name: String, role: String, why: String) -> Result<String, Problem> {
    context.permit(Permission::ManageOperators, None).await?;
    let why = Why::given(&why, false)?;
    let app = context.app.clone();
    let name = name.trim().to_owned();
    if let Some(wrong) = operators::name_problem(&name) {
        return Err(Problem::invalid("name", wrong));
    }
    if operators::by_name(&app.store, &name).await.map_err(store_problem)?.is_some() {
        return Err(Problem::invalid("name", format!("The name {name} is already taken.")));
    }
    let role: Role = role.parse().map_err(|wrong: String| Problem::invalid("role", wrong))?;
    let _counts = context.reserve("one-time links", "one-time links", OFFERS).await?;
    let link = hex(&crate::seal::random::<[u8; 16]>());
    let hash = link_hash(&app, &link);
    let deed = OfferAccess { offer: hash.chars().take(16).collect(), name: name.clone(), role };
    let offered_by = Some(context.actor.operator.clone());
    let offered = SetupLink { role, name: Some(name), offered_by, person: OperatorId(crate::id::fresh()) };
    let now = context.now();
    let (hash, offered) = (&hash, &offered);
    let entry = recorded(&app, &context.actor, deed, why, |store| async move {
        setup_links::insert(&store, hash, offered, now, now.plus(LINK_TIME)).await?;
        Ok(true)
    })
    .await?;
    let address = app.config.public_url.join(&path::with(path::SET_UP, "link", &link)).map_err(store_problem)?;
    shown(&context, entry.unwrap_or_default(), offered.name.as_deref().unwrap_or_default(), address.as_str()).await
}

/// The page of people with what was done and, once, the link that it made for somebody.
async fn shown(context: &Context, entry: i64, name: &str, link: &str) -> Result<String, Problem> {
    let (app, me) = (&context.app, Some(&context.actor.operator));
    let text = format!("{name}\n{link}");
    let shown = drafts::keep(&app.store, &app.keys, me, "link", &text, context.now()).await.map_err(store_problem)?;
    Ok(path::with(&path::done(path::PEOPLE, entry), "shown", &shown))
}

pub async fn change_role(
    context: Context,
    operator: String,
    role: String,
    seen: String,
    why: String,
) -> Result<String, Problem> {
    context.permit(Permission::ManageOperators, None).await?;
    let person = other(&context, &operator).await?;
    let why = Why::given(&why, false)?;
    let after: Role = role.parse().map_err(|wrong: String| Problem::invalid("role", wrong))?;
    let before: Role = seen.parse().map_err(|wrong: String| Problem::invalid("role", wrong))?;
    if before == Role::Contractor || after == Role::Contractor {
        return Err(Problem::invalid(
            "role",
            "Contractors get access by a grant with an end: create a link for a contractor instead.",
        ));
    }
    let app = context.app.clone();
    let deed = ChangeOperatorRole { operator: person.id.clone(), name: person.name.clone(), before, after };
    let id = &person.id;
    let set = |store| async move { operators::set_role(&store, id, before, after).await };
    let changed = recorded(&app, &context.actor, deed, why, set).await?;
    if let Some(entry) = changed {
        Ok(path::done(path::PEOPLE, entry))
    } else {
        Err(Problem::new(
            Kind::Conflict,
            format!("Nothing was done: {} has another role by now, or is the last owner.", person.name),
            "The page shows the current state.",
        ))
    }
}

pub async fn people(context: &Context, search: &str) -> Result<Framed<PeoplePage>, Problem> {
    context.permit(Permission::ManageOperators, None).await?;
    let app = &context.app;
    let now = context.now();
    let parsed = Search::parse(search);
    parsed.knows(&[])?;
    let link = match parsed.get("shown") {
        Some(shown) => drafts::take(&app.store, &app.keys, shown, Some(&context.actor.operator), now)
            .await
            .map_err(store_problem)?
            .filter(|draft| draft.path == "link")
            .and_then(|draft| draft.text.split_once('\n').map(|(name, link)| (name.to_owned(), link.to_owned()))),
        None => None,
    };
    let people = persons(context).await?;
    let left_there = parsed.get("left") == Some("there");
    frame::build(context, context.current(), path::PEOPLE, search, PeoplePage { people, link, left_there }).await
}

/// Everybody, with what there is to know of their access.
async fn persons(context: &Context) -> Result<Vec<Person>, Problem> {
    let app = &context.app;
    let now = context.now();
    let open = web_sessions::list(&app.store, now.plus(-IDLE), now).await.map_err(store_problem)?;
    let list = operators::list(&context.app.store).await.map_err(store_problem)?;
    let sessions = web_sessions::summary(&context.app.store).await.map_err(store_problem)?;
    let running = grants::running(&app.store, now).await.map_err(store_problem)?;
    let links = linked_accounts::service::links(&context.app).await?;
    let recovery = recovery_codes::list(&app.store).await.map_err(store_problem)?;
    // What is left of sessions that are over.
    let presence = presence::all(&app.store).await.map_err(store_problem)?;
    Ok(list
        .into_iter()
        .map(|person| {
            let own = sessions.iter().find(|(id, ..)| *id == person.id.0);
            Person {
                you: person.id == context.actor.operator,
                name: person.name,
                role: person.role,
                grants: running
                    .iter()
                    .filter(|(whose, _)| *whose == person.id)
                    .map(|(_, grant)| grant.clone())
                    .collect(),
                disabled: person.disabled_at.is_some(),
                second_factor: person.totp_secret.is_some(),
                recovery_code_used: recovery
                    .iter()
                    .find(|(whose, _)| *whose == person.id)
                    .and_then(|(_, left)| Some((left.last_used?, usize::try_from(left.unused).unwrap_or(0)))),
                last_seen: own
                    .map(|(.., at)| *at)
                    .max(presence.iter().find(|(id, _)| *id == person.id.0).map(|(_, at)| *at)),
                open: open
                    .iter()
                    .filter(|session| session.operator == person.id.0)
                    .map(|session| OpenSession {
                        short: session.short.clone(),
                        began_at: session.began_at,
                        seen_at: session.seen_at,
                    })
                    .collect(),
                links: links.iter().filter(|link| link.operator == person.id).cloned().collect(),
                id: person.id,
            }
        })
        .collect())
}

/// One person, for the page on which their access is changed.
pub async fn person(context: &Context, search: &str) -> Result<Framed<Person>, Problem> {
    context.permit(Permission::ManageOperators, None).await?;
    let who = OperatorId(Search::parse(search).get("who").unwrap_or_default().to_owned());
    let found = persons(context).await?.into_iter().find(|person| person.id == who);
    let person = found.ok_or_else(|| Problem::not_found("This person doesn’t exist."))?;
    frame::build(context, context.current(), path::CHANGE_PERSON, search, person).await
}

async fn other(context: &Context, operator: &str) -> Result<Operator, Problem> {
    let id = OperatorId(operator.to_owned());
    if id == context.actor.operator {
        return Err(Problem::new(
            Kind::Invalid,
            "You can’t change your own role, or end your own access here.",
            "Ask another owner. Your own sessions are under “Your sign-in”.",
        ));
    }
    operators::by_id(&context.app.store, &id)
        .await
        .map_err(store_problem)?
        .ok_or_else(|| Problem::not_found("This person doesn’t exist."))
}

pub async fn disable(context: Context, operator: String, disabled: bool, why: String) -> Result<String, Problem> {
    context.permit(Permission::ManageOperators, None).await?;
    let person = other(&context, &operator).await?;
    let app = context.app.clone();
    let why = Why::given(&why, false)?;
    let changed = set_access(&app, &context.actor, &person, disabled, why).await?;
    // An instance that is slow or away must not keep anybody's access from ending.
    let later = app.clone();
    tokio::spawn(async move {
        if let Err(error) = linked_accounts::service::take_back_due(&later).await {
            tracing::error!(%error, "operators.disable");
        }
    });
    Ok(path::done(path::PEOPLE, changed))
}

/// Ends somebody's access, or gives it back; the entry.
async fn set_access(app: &App, actor: &Actor, person: &Operator, disabled: bool, why: Why) -> Result<i64, Problem> {
    let deed = DisableOperator { operator: person.id.clone(), name: person.name.clone(), disabled };
    let (id, by, now) = (&person.id, &actor.operator, app.clock.now());
    let mut ended = Vec::new();
    let links = &mut ended;
    let changed = recorded(app, actor, deed, why, |store| async move {
        if !disabled {
            return endings::give_access_back(&store, id).await;
        }
        let done = endings::end_access(&store, id, by, now).await?;
        let changed = done.is_some();
        *links = done.unwrap_or_default();
        Ok(changed)
    })
    .await?;
    linked_accounts::service::let_go(app, &ended);
    if let Some(entry) = changed {
        return Ok(entry);
    }
    let now = operators::by_id(&app.store, &person.id).await.map_err(store_problem)?;
    Err(match (now, disabled) {
        (Some(person), true) if person.may_sign_in() => last_owner(&person.name),
        (_, true) => is_so_already(format!("The access of {} has already ended.", person.name)),
        (_, false) => is_so_already(format!("{} already has access.", person.name)),
    })
}

/// `howdah operator end`. The tokens of their links are taken back by the console that runs.
///
/// # Errors
/// Where nobody is called so, their access has ended already, or they are the last owner; or the record cannot be written.
pub async fn end_at_server(app: &App, name: &str, why: &str) -> Result<(), Problem> {
    let person = operators::by_name(&app.store, name).await.map_err(store_problem)?;
    let person = person.ok_or_else(|| Problem::not_found(format!("Nobody is called {name}.")))?;
    let why = Why::needed("reason", why, "Enter a reason: the audit log needs it.")?;
    set_access(app, &command_actor(), &person, true, why).await.map(|_| ())
}

pub async fn end_sessions(context: Context, operator: String, session: String, why: String) -> Result<String, Problem> {
    context.permit(Permission::ManageOperators, None).await?;
    let person = other(&context, &operator).await?;
    let app = context.app.clone();
    let why = Why::given(&why, false)?;
    let session = Some(SessionName::typed("session", &session)?).filter(|session| !session.is_empty());
    let deed =
        EndSessions { operator: person.id.clone(), name: person.name.clone(), session: session.clone(), others: false };
    let (id, session) = (&person.id, &session);
    let ended = recorded(&app, &context.actor, deed, why, |store| async move {
        match session {
            Some(short) => web_sessions::delete_one_of(&store, id, short.as_str()).await,
            None => web_sessions::end_all_of(&store, id, None).await,
        }
    })
    .await?;
    if let Some(entry) = ended {
        Ok(path::done(path::PEOPLE, entry))
    } else {
        Err(is_so_already(format!("That session of {} has already ended.", person.name)))
    }
}

// A link that was offered is known by its hash alone.
impl InStore for OfferAccess {
    async fn was_done(&self, _: &App, _: i64) -> sqlx::Result<Option<bool>> {
        Ok(None)
    }
}
