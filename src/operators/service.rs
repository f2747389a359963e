//! Adding people, ending their access, ending their sessions.

use super::{PeoplePage, Person};
use crate::{
    access::{self, Actor, Permission, Role},
    carry_out,
    context::{App, Context},
    frame::{self, Framed},
    id::OperatorId,
    ledger::{
        Ledger,
        deed::{Act, AddOperator, DisableOperator, EndSessions},
    },
    path,
    problem::{Kind, Problem},
    store::{case_holds, operators, operators::Operator, web_sessions},
};

fn store_problem(error: impl std::fmt::Display) -> Problem {
    tracing::error!(%error, "operators.store");
    Problem::unavailable("The console’s own database does not answer.", "Try again in a moment.")
}

/// Who a command on the server's own command line is recorded as.
pub fn command_actor() -> Actor {
    Ledger::command_actor("command line")
}

/// One deed about a person of the console.
async fn recorded<D: Act, T>(
    app: &App,
    actor: &Actor,
    deed: D,
    why: &str,
    change: impl Future<Output = sqlx::Result<T>>,
) -> Result<T, Problem> {
    let permit = access::permit(actor, Permission::ManageOperators, None)
        .map_err(|denied| Problem::new(Kind::Forbidden, format!("Nothing was done: {denied}."), "Ask an owner."))?;
    carry_out::recorded(app, permit, deed, why, change).await
}

/// Adds a person with a password already hashed.
///
/// # Errors
/// If the name is taken, a contractor's grant is incomplete, or the record cannot be written.
pub async fn add(app: &App, actor: Actor, deed: AddOperator, password_hash: String, why: &str) -> Result<(), Problem> {
    if let Some(wrong) = operators::name_problem(&deed.name) {
        return Err(Problem::invalid("name", wrong));
    }
    if deed.role == Role::Contractor && (deed.instance.is_none() || deed.until.is_none()) {
        return Err(Problem::new(
            Kind::Invalid,
            "A contractor needs an instance and an end.",
            "Give --instance NAME and --until DATE.",
        ));
    }
    if let Some(instance) = &deed.instance
        && !app.instances.contains_key(instance)
    {
        return Err(Problem::new(
            Kind::Invalid,
            format!("There is no instance “{instance}” in the configuration."),
            "",
        ));
    }
    let now = app.clock.now();
    let operator = Operator {
        id: deed.operator.clone(),
        name: deed.name.clone(),
        role: deed.role,
        password_hash: Some(password_hash),
        totp_secret: None,
        instance: deed.instance.clone(),
        until: deed.until.map(crate::clock::Instant),
        disabled_at: None,
        created_at: now,
    };
    let name = deed.name.clone();
    let added = recorded(app, &actor, deed, why, operators::insert(&app.store, &operator)).await?;
    if added { Ok(()) } else { Err(Problem::invalid("name", format!("Somebody is called {name} already."))) }
}

/// Whether a person whose adding was interrupted is there; `None` if that cannot be read.
pub async fn was_added(app: &App, deed: &AddOperator) -> Option<bool> {
    operators::by_id(&app.store, &deed.operator).await.ok().map(|found| found.is_some())
}

/// Whether an interrupted end of access took place; `None` if that cannot be read.
pub async fn was_disabled(app: &App, deed: &DisableOperator) -> Option<bool> {
    let found = operators::by_id(&app.store, &deed.operator).await.ok()?;
    found.map(|person| person.disabled_at.is_some() == deed.disabled)
}

pub async fn people(context: &Context, search: &str) -> Result<Framed<PeoplePage>, Problem> {
    context.permit(Permission::ManageOperators, None).await?;
    let list = operators::list(&context.app.store).await.map_err(store_problem)?;
    let sessions = web_sessions::summary(&context.app.store).await.map_err(store_problem)?;
    let people = list
        .into_iter()
        .map(|person| {
            let own = sessions.iter().find(|(id, ..)| *id == person.id.0);
            Person {
                you: person.id == context.actor.operator,
                name: person.name,
                role: person.role,
                instance: person.instance,
                until: person.until,
                disabled: person.disabled_at.is_some(),
                second_factor: person.totp_secret.is_some(),
                sessions: own.map_or(0, |(_, number, _)| usize::try_from(*number).unwrap_or(0)),
                last_seen: own.map(|(.., at)| *at),
                id: person.id,
            }
        })
        .collect();
    let first = context.visible().next().map(AsRef::as_ref);
    frame::build(context, first, path::PEOPLE, search, PeoplePage { people }).await
}

async fn other(context: &Context, operator: &str) -> Result<Operator, Problem> {
    let id = OperatorId(operator.to_owned());
    if id == context.actor.operator {
        return Err(Problem::new(Kind::Invalid, "Nobody ends their own access.", "Ask another owner."));
    }
    operators::by_id(&context.app.store, &id)
        .await
        .map_err(store_problem)?
        .ok_or_else(|| Problem::not_found("There is no such person."))
}

pub async fn disable(context: Context, operator: String, disabled: bool, why: String) -> Result<String, Problem> {
    context.permit(Permission::ManageOperators, None).await?;
    let person = other(&context, &operator).await?;
    let app = context.app.clone();
    let deed = DisableOperator { operator: person.id.clone(), name: person.name.clone(), disabled };
    let at = disabled.then(|| context.now());
    recorded(&app, &context.actor, deed, why.trim(), async {
        operators::set_disabled(&app.store, &person.id, at).await?;
        if disabled {
            web_sessions::delete_all_of(&app.store, &person.id).await?;
            case_holds::end_all_of(&app.store, &person.id).await?;
        }
        Ok(())
    })
    .await?;
    Ok(path::PEOPLE.to_owned())
}

pub async fn end_sessions(context: Context, operator: String, why: String) -> Result<String, Problem> {
    context.permit(Permission::ManageOperators, None).await?;
    let person = other(&context, &operator).await?;
    let app = context.app.clone();
    let deed = EndSessions { operator: person.id.clone(), name: person.name.clone() };
    recorded(&app, &context.actor, deed, why.trim(), web_sessions::delete_all_of(&app.store, &person.id)).await?;
    Ok(path::PEOPLE.to_owned())
}
