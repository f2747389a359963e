//! Grants asked for, decided, begun and ended.

mod by_record;
mod roles;
mod second_person;
mod timesheet;

pub use by_record::{Looked, take_back as take_back_by_record};
pub use roles::keep as keep_roles;
pub use timesheet::{csv, timesheet};

use super::{AskForm, AskPage, Card, GrantPage, GrantsPage, Place, RoleAsked, Scope, State};
use crate::{
    access::{self, Actor, Permission, Role},
    carry_out,
    carry_out::InStore,
    clock::Timestamp,
    context::{App, Context},
    deeds::{AskGrant, DecideGrant, EndGrant, RevokeGrant, SecondPerson, StartGrant},
    frame::{self, Framed},
    id::{GrantId, InstanceName, OperatorId},
    ledger::{self, Deed, Ledger, OwnTry, Subject},
    path,
    problem::{Kind, Problem},
    record,
    reports::Category,
    roles::{EVERYONE, InstanceRole},
    search::Search,
    store::{
        Store, endings, grant_roles,
        grants::{self, Grant},
        operators::{self, Operator},
        store_problem,
    },
    text::{Why, time::Zone},
};

const PAGE: usize = 50;
const LONGEST_AGREEMENT: usize = 200;

/// Names for ids.
struct Names {
    people: Vec<Operator>,
    /// Who reads them, where they are shown.
    reader: Option<Actor>,
}

impl Names {
    async fn read(store: &Store) -> Result<Self, Problem> {
        let people = operators::list(store).await.map_err(store_problem)?;
        Ok(Self { people, reader: None })
    }

    /// For a page of somebody's.
    async fn shown_to(context: &Context) -> Result<Self, Problem> {
        Ok(Self { reader: Some(context.actor.clone()), ..Self::read(&context.app.store).await? })
    }

    /// Whoever it is shown to.
    fn whole(&self, id: &OperatorId) -> String {
        let found = self.people.iter().find(|person| person.id == *id);
        found.map_or_else(|| record::stranger(&id.0), |person| person.name.clone())
    }

    fn of(&self, id: &OperatorId) -> String {
        match &self.reader {
            Some(reader) => reader.told(id, || self.whole(id)),
            None => self.whole(id),
        }
    }
}

fn card(grant: Grant, names: &Names, now: Timestamp) -> Card {
    Card {
        state: grant.state(now),
        name: names.of(&grant.operator),
        // Whom the contractor asks.
        sponsor: names.whole(&grant.sponsor),
        asked_by: names.of(&grant.asked_by),
        asked_at: grant.asked_at,
        decided: grant.decided.map(|decided| (names.of(&decided.by), decided.at)),
        revoked: grant.revoked.map(|(by, at)| (names.of(&by), at)),
        id: grant.id,
        operator: grant.operator,
        scope: grant.scope,
        starts_at: grant.starts_at,
        ends_at: grant.ends_at,
        agreement: grant.agreement,
        began_at: grant.started_at,
        ended_at: grant.ended_at,
    }
}

/// Whose grants this person may see: everybody's, or a contractor's own.
async fn scope(context: &Context) -> Result<Option<OperatorId>, Problem> {
    if context.actor.role == Role::Contractor {
        return context.permit(Permission::ViewOwnLedger, None).await.map(|_| Some(context.actor.operator.clone()));
    }
    context.permit(Permission::ViewGrants, None).await.map(|_| None)
}

pub async fn list(context: &Context, search: &str) -> Result<Framed<GrantsPage>, Problem> {
    let own = scope(context).await?;
    let (app, now) = (&context.app, context.now());
    let parsed = Search::parse(search);
    parsed.knows(&[])?;
    let whose = own.as_ref().map_or("", |id| id.0.as_str());
    let before = parsed.get("before").unwrap_or_default();
    let names = Names::shown_to(context).await?;
    let open = if before.is_empty() {
        grants::open(&app.store, &app.keys, whose, now).await.map_err(store_problem)?
    } else {
        Vec::new()
    };
    let limit = i64::try_from(PAGE + 1).unwrap_or(i64::MAX);
    let mut closed = grants::closed(&app.store, &app.keys, whose, now, before, limit).await.map_err(store_problem)?;
    let more = closed.len() > PAGE;
    closed.truncate(PAGE);
    let older =
        closed.last().filter(|_| more).map(|last| format!("{}{}", path::GRANTS, parsed.with("before", &last.id.0)));
    let contractors = match own {
        Some(_) => Vec::new(),
        None => names
            .people
            .iter()
            .filter(|person| person.role == Role::Contractor && person.may_sign_in())
            .map(|person| {
                let runs = open.iter().any(|grant| grant.operator == person.id && grant.state(now) == State::Running);
                (person.id.clone(), person.name.clone(), runs)
            })
            .collect(),
    };
    let page = GrantsPage {
        open: open.into_iter().map(|grant| card(grant, &names, now)).collect(),
        closed: closed.into_iter().map(|grant| card(grant, &names, now)).collect(),
        older,
        own,
        may_ask: access::permit(&context.actor, Permission::ProposeGrants, None).is_ok(),
        contractors,
    };
    frame::build(context, context.current(), path::GRANTS, search, page).await
}

/// Grants that wait for somebody's approval, and for whom they are: for those who decide about them, and nothing for others.
///
/// # Errors
/// If the console's own store does not answer.
pub async fn waiting(context: &Context) -> Result<Vec<(GrantId, String)>, Problem> {
    if access::permit(&context.actor, Permission::DecideGrants, None).is_err() {
        return Ok(Vec::new());
    }
    let (app, now) = (&context.app, context.now());
    let open = grants::open(&app.store, &app.keys, "", now).await.map_err(store_problem)?;
    let asked: Vec<Grant> = open.into_iter().filter(|grant| grant.state(now) == State::Asked).collect();
    if asked.is_empty() {
        return Ok(Vec::new());
    }
    let names = Names::read(&app.store).await?;
    let zone = context.zone();
    let said = |grant: &Grant| {
        let (from, until) = (zone.day(grant.starts_at, now), zone.day(grant.ends_at.plus(-1), now));
        format!("{} on {}, {from} to {until}", names.of(&grant.operator), grant.scope.places())
    };
    Ok(asked.into_iter().map(|grant| (grant.id.clone(), said(&grant))).collect())
}

async fn find(app: &App, id: &str) -> Result<Grant, Problem> {
    grants::by_id(&app.store, &app.keys, &GrantId(id.to_owned()))
        .await
        .map_err(store_problem)?
        .ok_or_else(|| Problem::not_found("This grant doesn’t exist."))
}

pub async fn grant(context: &Context, grant: &str, search: &str) -> Result<Framed<GrantPage>, Problem> {
    let own = scope(context).await?;
    let (app, now) = (&context.app, context.now());
    let grant = find(app, grant).await?;
    if own.as_ref().is_some_and(|own| *own != grant.operator) {
        return Err(Problem::not_found("This grant doesn’t exist."));
    }
    let names = Names::shown_to(context).await?;
    // What others did about it is in the record, which is not a contractor's to read.
    let mut second_person = None;
    let entries = if own.is_none() {
        let subject = app.ledger.subject(&Subject::Grant(grant.id.clone()));
        let entries = app.ledger.about(&subject, 20).await.map_err(store_problem)?;
        if grant.decided.is_some() {
            second_person = entries.iter().find(|entry| entry.deed == DecideGrant::KIND).and_then(decided_with);
        }
        let who = |entry: &ledger::Entry| {
            entry.operator.as_ref().map(|id| names.of(&OperatorId(id.clone()))).unwrap_or_default()
        };
        entries.iter().map(|entry| record::line(entry, &who(entry))).collect()
    } else {
        Vec::new()
    };
    let roles = grant_roles::of(&app.store, &app.keys, &grant.id).await.map_err(store_problem)?;
    let may = |permission| access::permit(&context.actor, permission, None).is_ok();
    let not_decided_here = if grant.state(now) == State::Asked {
        match second_person_of(app, &context.actor, &grant, &names).await? {
            Ok(second) => {
                second_person = Some(second);
                None
            }
            Err(why) => Some(why),
        }
    } else {
        None
    };
    let second_person = second_person.unwrap_or_default();
    let page = GrantPage {
        roles: roles.into_iter().map(roles::card).collect(),
        not_decided_here,
        tied: second_person.said,
        factor_waived: second_person.factor_waived,
        may_revoke: grant.state(now).is_open() && may(Permission::ProposeGrants),
        entries,
        grant: card(grant, &names, now),
    };
    let here = path::grant(&page.grant.id);
    frame::build(context, context.current(), &here, search, page).await
}

/// What the entry of a decision says of whoever decided.
fn decided_with(entry: &ledger::Entry) -> Option<SecondPerson> {
    serde_json::from_value(entry.document.as_ref()?["deed"]["second_person"].clone()).ok()
}

/// Why somebody cannot decide about a grant, or what is to be known of them when they do. The same rule the deed is refused
/// by.
async fn second_person_of(
    app: &App,
    actor: &Actor,
    grant: &Grant,
    names: &Names,
) -> Result<Result<SecondPerson, String>, Problem> {
    let why = if access::permit(actor, Permission::DecideGrants, None).is_err() {
        "An owner has to decide.".to_owned()
    } else if grant.asked_by == actor.operator {
        format!(
            "You requested this grant, so another owner has to decide. With only one owner, on the server: howdah \
            grant approve {}.",
            grant.id
        )
    } else if grant.operator == actor.operator {
        "This grant is for you, so another owner has to decide.".to_owned()
    } else {
        return second_person::of(app, actor, grant, |id| names.of(id)).await;
    };
    Ok(Err(why))
}

pub async fn ask_page(context: &Context, search: &str) -> Result<Framed<AskPage>, Problem> {
    context.permit(Permission::ProposeGrants, None).await?;
    let people = operators::list(&context.app.store).await.map_err(store_problem)?;
    let those = |fits: fn(&Operator) -> bool| {
        let some = people.iter().filter(|person| person.may_sign_in() && fits(person));
        some.map(|person| (person.id.clone(), person.name.clone())).collect()
    };
    let mut places = Vec::new();
    for instance in context.visible() {
        let roles = match instance.database.read().await {
            Ok(mut read) => read.roles().await.ok(),
            Err(_) => None,
        };
        let named = |(role, _): &(InstanceRole, i64)| (role.id, role.called());
        let roles = roles.map(|roles| roles.iter().filter(|(role, _)| role.id != EVERYONE).map(named).collect());
        places.push(Place { name: instance.name.clone(), title: instance.title.clone(), roles });
    }
    let page = AskPage {
        contractors: those(|person| person.role == Role::Contractor),
        sponsors: those(may_sponsor),
        places,
        chosen: Search::parse(search).get("for").unwrap_or_default().to_owned(),
    };
    frame::build(context, context.current(), path::REQUEST_GRANT, search, page).await
}

/// Who can answer for a contractor.
fn may_sponsor(person: &Operator) -> bool {
    matches!(person.role, Role::Owner | Role::Admin)
}

/// The beginning of a day and of the one after, where whoever typed it is.
fn day(zone: &Zone, field: &str, text: &str, said: &str) -> Result<(Timestamp, Timestamp), Problem> {
    zone.day_typed(text.trim()).ok_or_else(|| Problem::invalid(field, said))
}

/// What is asked for, checked.
pub struct Asked {
    pub operator: OperatorId,
    pub scope: Scope,
    pub starts_at: Timestamp,
    pub ends_at: Timestamp,
    pub sponsor: OperatorId,
    pub sponsor_name: String,
    pub agreement: String,
    pub roles: Vec<RoleAsked>,
}

pub async fn ask(context: Context, form: AskForm) -> Result<String, Problem> {
    context.permit(Permission::ProposeGrants, None).await?;
    let (app, now) = (context.app.clone(), context.now());
    let mut instances = Vec::new();
    for name in &form.instances {
        let instance = context
            .instance(name)
            .map_err(|_| Problem::invalid("instances", "One of the instances is not connected to this console."))?;
        instances.push(instance.name.clone());
    }
    let categories: Vec<Category> = form
        .categories
        .iter()
        .map(|name| name.parse().map_err(|()| Problem::invalid("categories", "Choose from the categories listed.")))
        .collect::<Result<_, _>>()?;
    for instance in &instances {
        context.permit(Permission::ProposeGrants, Some(instance)).await?;
    }
    let scope = Scope { instances, categories, sign_ups: form.sign_ups == "yes", reveal: form.reveal == "yes" };
    let zone = context.zone_typed(&form.zone)?;
    let starts_at = match form.starts.trim() {
        "" => now,
        // A day that has begun begins now.
        text => {
            const FIRST: &str = "Enter the first day like 2026-12-01, or leave it empty to start on approval.";
            day(&zone, "starts", text, FIRST)?.0.max(now)
        }
    };
    let (_, ends_at) = day(&zone, "ends", &form.ends, "Enter the last day of the grant, like 2026-12-31.")?;
    let agreement = form.agreement.trim().to_owned();
    if agreement.is_empty() {
        return Err(Problem::invalid(
            "agreement",
            "Enter the agreement the contractor works under: a number or a title.",
        ));
    }
    let why = Why::given(&form.why, false)?;
    let sponsor = OperatorId(form.sponsor);
    let sponsor_name = operators::by_id(&app.store, &sponsor)
        .await
        .map_err(store_problem)?
        .filter(|person| person.may_sign_in() && may_sponsor(person))
        .map(|person| person.name)
        .ok_or_else(|| Problem::invalid("sponsor", "Choose the owner or admin responsible for it."))?;
    let operator = OperatorId(form.operator);
    // Three lists of one table: a row that is not whole is no row of ours.
    if form.accounts.len() != form.places.len() || form.roles.len() != form.places.len() {
        return Err(crate::problem::malformed_form());
    }
    let mut roles = Vec::new();
    for ((place, account), role) in form.places.iter().zip(&form.accounts).zip(&form.roles) {
        roles.extend(roles::asked(&context, &scope, place, account, role).await?);
    }
    let asked = Asked { operator, scope, starts_at, ends_at, sponsor, sponsor_name, agreement, roles };
    let (id, entry) = record(&app, &context.actor, asked, why).await?;
    Ok(path::done(&path::grant(&id), entry))
}

/// Records what is asked for. Nobody has any right by it yet. Its id, and the index of its entry.
///
/// # Errors
/// What is wrong with it, or that the record cannot be written.
pub async fn record(app: &App, actor: &Actor, asked: Asked, why: impl Into<Why>) -> Result<(GrantId, i64), Problem> {
    let now = app.clock.now();
    let person = operators::by_id(&app.store, &asked.operator)
        .await
        .map_err(store_problem)?
        .filter(|person| person.role == Role::Contractor && person.may_sign_in())
        .ok_or_else(|| Problem::invalid("operator", "Choose a contractor with access."))?;
    let scope = &asked.scope;
    if scope.instances.is_empty() || scope.instances.iter().any(|name| !app.instances.contains_key(name)) {
        return Err(Problem::invalid("instances", "Choose at least one instance."));
    }
    if scope.categories.is_empty() && !scope.sign_ups {
        return Err(Problem::invalid("categories", "Choose reports or sign-ups: this grant includes nothing."));
    }
    if asked.ends_at <= now {
        return Err(Problem::invalid("ends", "The last day is in the past."));
    }
    if asked.starts_at >= asked.ends_at {
        return Err(Problem::invalid("ends", "The last day is before the first day."));
    }
    if asked.agreement.chars().count() > LONGEST_AGREEMENT {
        let said = format!("The agreement is longer than {LONGEST_AGREEMENT} characters.");
        return Err(Problem::invalid("agreement", said));
    }
    for role in &asked.roles {
        // Two grants with a role for one account would each give the other's back as the former one.
        let taken =
            grant_roles::promised(&app.store, role, asked.starts_at, asked.ends_at).await.map_err(store_problem)?;
        if taken {
            return Err(Problem::invalid(
                "roles",
                format!("Another grant gives @{} a role on {} in that period.", role.acct, role.instance),
            ));
        }
    }
    let id = GrantId(crate::id::fresh());
    let deed = AskGrant {
        grant: id.clone(),
        operator: person.id.clone(),
        name: person.name,
        scope: asked.scope.clone(),
        starts: asked.starts_at.0,
        ends: asked.ends_at.0,
        sponsor: asked.sponsor.clone(),
        sponsor_name: asked.sponsor_name,
        agreement: asked.agreement.clone(),
        roles: asked.roles.clone(),
    };
    let grant = Grant {
        id: id.clone(),
        operator: person.id,
        scope: asked.scope,
        starts_at: asked.starts_at,
        ends_at: asked.ends_at,
        sponsor: asked.sponsor,
        agreement: asked.agreement,
        asked_by: actor.operator.clone(),
        asked_at: now,
        decided: None,
        revoked: None,
        started_at: None,
        ended_at: None,
    };
    let permit = permit(actor, Permission::ProposeGrants, None)?;
    let (grant, roles) = (&grant, &asked.roles);
    let entry = carry_out::recorded(app, permit, deed, why, |store| async move {
        grants::insert(&store, &app.keys, grant, roles).await?;
        Ok(true)
    })
    .await?
    .ok_or_else(faster)?;
    Ok((id, entry))
}

fn permit(actor: &Actor, permission: Permission, instance: Option<&InstanceName>) -> Result<access::Permit, Problem> {
    access::permit(actor, permission, instance)
        .map_err(|denied| Problem::new(Kind::Forbidden, format!("Nothing was done: {denied}."), "Ask an owner."))
}

/// Whoever's own account on one of a grant's instances does not stand decides nothing about it.
async fn standing(context: &Context, permission: Permission, grant: &Grant) -> Result<(), Problem> {
    for instance in &grant.scope.instances {
        context.permit(permission, Some(instance)).await?;
    }
    Ok(())
}

/// The form of a decision: approve or refuse.
pub async fn decide(context: Context, grant: String, verdict: String, why: String) -> Result<String, Problem> {
    context.permit(Permission::DecideGrants, None).await?;
    let app = context.app.clone();
    let approve = match verdict.as_str() {
        "approve" => true,
        "refuse" => false,
        _ => {
            return Err(Problem::new(Kind::Invalid, "Nothing was done: the form was incomplete.", "Reload the page."));
        }
    };
    let grant = find(&app, &grant).await?;
    standing(&context, Permission::DecideGrants, &grant).await?;
    let names = Names::read(&app.store).await?;
    let second = match second_person_of(&app, &context.actor, &grant, &names).await? {
        Ok(second) => second,
        Err(why) => {
            // Somebody who tries to approve what they asked for is worth an entry.
            let me = &context.actor.operator;
            if grant.asked_by == *me || grant.operator == *me {
                context.note_own(Permission::DecideGrants, None, OwnTry::Grant).await;
            } else {
                context.note_denied(Permission::DecideGrants, None).await;
            }
            return Err(Problem::new(Kind::Forbidden, why, ""));
        }
    };
    let why = if approve {
        Why::given(&why, false)?
    } else {
        Why::needed("why", &why, "Enter a reason: the person who requested it will read it.")?
    };
    let id = grant.id.clone();
    let entry = decided(&app, &context.actor, grant, approve, why, Decider::SecondPerson(second)).await?;
    Ok(path::done(&path::grant(&id), entry))
}

/// Who decides about a grant.
pub enum Decider {
    /// Another than who asked, and what is to be known of them.
    SecondPerson(SecondPerson),
    /// Somebody at the server itself, whose word is enough.
    AtServer,
}

/// Records a decision; the index of its entry.
///
/// # Errors
/// If it is not to be decided any more, or the record cannot be written.
pub async fn decided(
    app: &App,
    actor: &Actor,
    grant: Grant,
    approve: bool,
    why: impl Into<Why>,
    decider: Decider,
) -> Result<i64, Problem> {
    let now = app.clock.now();
    let (at_server, second_person) = match decider {
        Decider::AtServer => (true, SecondPerson::default()),
        Decider::SecondPerson(second) => (false, second),
    };
    if grant.state(now) != State::Asked {
        return Err(not_open(grant.state(now)));
    }
    let deed = DecideGrant {
        grant: grant.id.clone(),
        operator: grant.operator.clone(),
        name: Names::read(&app.store).await?.of(&grant.operator),
        scope: grant.scope,
        starts: grant.starts_at.0,
        ends: grant.ends_at.0,
        approve,
        second_person,
    };
    let permit = permit(actor, Permission::DecideGrants, None)?;
    let id = &grant.id;
    let entry = carry_out::recorded(app, permit, deed, why, |store| async move {
        grants::decide(&store, id, &actor.operator, at_server, approve, now).await
    })
    .await?
    .ok_or_else(faster)?;
    now_due(app, &grant.id).await;
    Ok(entry)
}

fn faster() -> Problem {
    Problem::new(Kind::Conflict, "Nothing was done: somebody else was faster.", "The page shows the current state.")
}

fn not_open(state: State) -> Problem {
    Problem::new(
        Kind::Conflict,
        format!("Nothing was done: this grant is no longer pending ({}).", state.word()),
        "The page shows the current state.",
    )
}

pub async fn revoke(context: Context, grant: String, why: String) -> Result<String, Problem> {
    let permit = context.permit(Permission::ProposeGrants, None).await?;
    let (app, now) = (context.app.clone(), context.now());
    let grant = find(&app, &grant).await?;
    match standing(&context, Permission::ProposeGrants, &grant).await {
        // Rights of ours end though an instance is away, and whoever asks cannot be looked at there.
        Err(problem) if problem.kind == Kind::Unavailable => tracing::info!(%problem, %grant.id, "grants.revoke"),
        stands => stands?,
    }
    let why = Why::given(&why, true)?;
    if !grant.state(now).is_open() {
        return Err(not_open(grant.state(now)));
    }
    let deed = RevokeGrant {
        grant: grant.id.clone(),
        operator: grant.operator.clone(),
        name: Names::read(&app.store).await?.of(&grant.operator),
        ends: grant.ends_at.0,
    };
    let (id, by) = (&grant.id, &context.actor.operator);
    let revoked =
        carry_out::recorded(&app, permit, deed, why, |store| async move { grants::revoke(&store, id, by, now).await })
            .await?;
    let Some(entry) = revoked else {
        return Err(not_open(find(&app, &grant.id.0).await?.state(now)));
    };
    now_due(&app, &grant.id).await;
    Ok(path::done(&path::grant(&grant.id), entry))
}

/// Records a beginning or an end that has just become due; where that fails, the job does it.
async fn now_due(app: &App, id: &GrantId) {
    let process = crate::id::fresh();
    if let Err(problem) = begin_or_end(app, id, &process).await {
        tracing::info!(grant = %id, problem = ?problem.kind, "grants.due");
    }
}

/// Records what is due, beginnings and ends, each once whatever the number of processes. Nothing here waits for an instance.
pub async fn keep_rights(app: &App, process: &str) -> sqlx::Result<()> {
    for id in grants::DUE.free(&app.store, None, process, app.clock.now()).await?.into_iter().map(GrantId) {
        // One that cannot be recorded now must not keep the others waiting.
        if let Err(problem) = begin_or_end(app, &id, process).await {
            tracing::info!(grant = %id, problem = ?problem.kind, "grants.due");
        }
    }
    Ok(())
}

async fn begin_or_end(app: &App, id: &GrantId, process: &str) -> Result<(), Problem> {
    let now = app.clock.now();
    if !grants::DUE.take(&app.store, &id.0, process, now).await.map_err(store_problem)? {
        return Ok(());
    }
    let done = claimed(app, id, process, now).await;
    grants::DUE.give_back(&app.store, &id.0, process, now).await.map_err(store_problem)?;
    done
}

async fn claimed(app: &App, id: &GrantId, process: &str, now: Timestamp) -> Result<(), Problem> {
    let grant = find(app, &id.0).await?;
    let name = Names::read(&app.store).await?.of(&grant.operator);
    let permit = permit(&Ledger::command_actor(ledger::CONSOLE), Permission::DecideGrants, None)?;
    match grant.state(now) {
        State::Running if grant.started_at.is_none() => {
            let deed = StartGrant {
                grant: grant.id,
                operator: grant.operator,
                name,
                scope: grant.scope,
                starts: grant.starts_at.0,
            };
            let started = |store| async move { grants::set_started(&store, id, process, now).await };
            carry_out::recorded(app, permit, deed, "", started).await?;
        }
        state @ (State::Over | State::Revoked) if grant.ended_at.is_none() => {
            let deed = EndGrant {
                grant: grant.id,
                operator: grant.operator,
                name,
                ends: grant.ends_at.0,
                revoked: state == State::Revoked,
                began: grant.started_at.is_some(),
            };
            let ended = |store| async move { endings::end_grant(&store, id, process, now).await };
            carry_out::recorded(app, permit, deed, "", ended).await?;
        }
        _ => {}
    }
    Ok(())
}

impl InStore for AskGrant {
    async fn was_done(&self, app: &App, intent: i64) -> sqlx::Result<Option<bool>> {
        grants::written_by(&app.store, &self.grant, intent).await
    }
}

impl InStore for DecideGrant {
    async fn was_done(&self, app: &App, intent: i64) -> sqlx::Result<Option<bool>> {
        grants::written_by(&app.store, &self.grant, intent).await
    }
}

impl InStore for RevokeGrant {
    async fn was_done(&self, app: &App, intent: i64) -> sqlx::Result<Option<bool>> {
        grants::written_by(&app.store, &self.grant, intent).await
    }
}

impl InStore for StartGrant {
    async fn was_done(&self, app: &App, intent: i64) -> sqlx::Result<Option<bool>> {
        grants::written_by(&app.store, &self.grant, intent).await
    }
}

impl InStore for EndGrant {
    async fn was_done(&self, app: &App, intent: i64) -> sqlx::Result<Option<bool>> {
        grants::written_by(&app.store, &self.grant, intent).await
    }
}
