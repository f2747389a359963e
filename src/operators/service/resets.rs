//! Setting somebody's sign-in anew: by another owner, or at the server.

use super::{OFFERS, command_actor, store_problem};
use crate::{
    access::{self, Actor, Permission, Permit},
    carry_out,
    carry_out::InStore,
    context::{App, Context},
    deeds::{EndSessions, ResetSignIn, Resetting},
    frame::{self, Framed},
    id::OperatorId,
    operators::ResetPage,
    path,
    problem::{Kind, Problem},
    search::Search,
    sign_in::service::password_links::{self, Link},
    store::{
        operators::{self, Operator},
        reset_links::{self, ResetLink},
        sign_ins, web_sessions,
    },
    text::Why,
};

/// A colleague whose access goes on; nobody resets their own sign-in that way.
async fn colleague(context: &Context, operator: &str) -> Result<Operator, Problem> {
    let id = OperatorId(operator.to_owned());
    if id == context.actor.operator {
        return Err(Problem::new(
            Kind::Invalid,
            "You can’t reset your own sign-in here.",
            "Change it under “Your sign-in” with your password; if that is lost, ask another owner, or on the \
            server: howdah operator recover NAME",
        ));
    }
    let person = operators::by_id(&context.app.store, &id)
        .await
        .map_err(store_problem)?
        .ok_or_else(|| Problem::not_found("This person doesn’t exist."))?;
    going_on(person)
}

fn going_on(person: Operator) -> Result<Operator, Problem> {
    if person.may_sign_in() {
        Ok(person)
    } else {
        Err(Problem::new(
            Kind::Conflict,
            format!("The access of {} has ended, so there is nothing to reset.", person.name),
            "Restore access first.",
        ))
    }
}

pub async fn page(context: &Context, search: &str) -> Result<Framed<ResetPage>, Problem> {
    context.permit(Permission::ManageOperators, None).await?;
    let person = colleague(context, Search::parse(search).get("who").unwrap_or_default()).await?;
    let waits = reset_links::waits_for(&context.app.store, &person.id, context.now()).await.map_err(store_problem)?;
    let page = ResetPage {
        second_factor: person.totp_secret.is_some(),
        id: person.id,
        name: person.name,
        role: person.role,
        waits,
    };
    frame::build(context, context.current(), path::RESET_PERSON, search, page).await
}

pub async fn reset(context: Context, operator: String, factor: bool, why: String) -> Result<String, Problem> {
    let permit = context.permit(Permission::ManageOperators, None).await?;
    let person = colleague(&context, &operator).await?;
    let why = Why::needed("why", &why, "Enter a reason: the audit log needs it.")?;
    let _counts = context.reserve("one-time links", "one-time links", OFFERS).await?;
    let what = if factor { Resetting::Both } else { Resetting::Password };
    let app = &context.app;
    let (entry, link) = carried_out(app, permit, &context.actor, &person, what, why).await?;
    super::shown(&context, entry, &person.name, &link.ok_or_else(gone)?).await
}

fn gone() -> Problem {
    Problem::new(
        Kind::Conflict,
        "Nothing was done: their access has ended in the meantime.",
        "The page shows the current state.",
    )
}

/// Resets what is named; the entry, and the address of the one-time link, where there is one.
async fn carried_out(
    app: &App,
    permit: Permit,
    actor: &Actor,
    person: &Operator,
    what: Resetting,
    why: Why,
) -> Result<(i64, Option<String>), Problem> {
    let link = if what.password() { Some(password_links::new_link(app)?) } else { None };
    let deed = ResetSignIn {
        operator: person.id.clone(),
        name: person.name.clone(),
        what,
        link: link.as_ref().map(Link::short),
    };
    // The command line is nobody who could lose the right again.
    let offered_by = Some(actor.operator.clone()).filter(|id| *id != command_actor().operator);
    let stored = link
        .as_ref()
        .map(|link| link.for_store(ResetLink { operator: person.id.clone(), offered_by }, app.clock.now()));
    let stored = stored.as_ref();
    let done = carry_out::recorded_as_read(app, permit, deed, why, |store| async move {
        let reset = sign_ins::reset(&store, &person.id, stored, what.factor()).await?;
        if reset { password_links::state(app, &person.id).await.map(Some) } else { Ok(None) }
    })
    .await?;
    Ok((done.ok_or_else(gone)?, link.map(|link| link.address)))
}

/// Somebody by name, for a command at the server.
async fn named(app: &App, name: &str) -> Result<(Permit, Operator), Problem> {
    let person = operators::by_name(&app.store, name).await.map_err(store_problem)?;
    let person = person.ok_or_else(|| Problem::not_found(format!("Nobody is called {name}.")))?;
    let permit = access::permit(&command_actor(), Permission::ManageOperators, None)
        .map_err(|denied| Problem::new(Kind::Forbidden, format!("Nothing was done: {denied}."), ""))?;
    Ok((permit, going_on(person)?))
}

/// `howdah operator recover`: the address of a one-time link for a new password.
pub async fn recover_at_server(app: &App, name: &str, factor: bool) -> Result<String, Problem> {
    let (permit, person) = named(app, name).await?;
    let what = if factor { Resetting::Both } else { Resetting::Password };
    let (_, link) = carried_out(app, permit, &command_actor(), &person, what, "howdah operator recover".into()).await?;
    link.ok_or_else(gone)
}

/// `howdah operator reset-factor`: false where there is none.
pub async fn reset_factor_at_server(app: &App, name: &str) -> Result<bool, Problem> {
    let (permit, person) = named(app, name).await?;
    if person.totp_secret.is_none() {
        return Ok(false);
    }
    let why = "howdah operator reset-factor".into();
    carried_out(app, permit, &command_actor(), &person, Resetting::Factor, why).await?;
    Ok(true)
}

/// `howdah operator end-sessions`.
pub async fn end_sessions_at_server(app: &App, name: &str) -> Result<(), Problem> {
    let (permit, person) = named(app, name).await?;
    let deed = EndSessions { operator: person.id.clone(), name: person.name.clone(), session: None, others: false };
    let id = &person.id;
    let ended = carry_out::recorded(app, permit, deed, "howdah operator end-sessions", |store| async move {
        web_sessions::end_all_of(&store, id, None).await
    });
    ended.await?.map(|_| ()).ok_or_else(gone)
}

impl InStore for ResetSignIn {
    async fn was_done(&self, app: &App, intent: i64) -> sqlx::Result<Option<bool>> {
        operators::written_by(&app.store, &self.operator, intent).await
    }
}
