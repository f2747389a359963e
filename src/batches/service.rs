//! Batches begun, shown, paused, and worked through.

use super::{BatchPage, Item as Line, Running, too_many};
use crate::{
    access::{self, Permission, Role},
    acting,
    carry_out::Done,
    clock::{MINUTE, SECOND},
    context::{App, Context},
    deeds::{DecideSignUp, InBatch, RevokeInvite},
    frame::{self, Framed},
    id::{InstanceName, OperatorId},
    invitations,
    ledger::{self, Deed, Fact, LedgerError, Outcome, Progress},
    mastodon::Instance,
    path,
    problem::{Kind, Problem},
    record, reports, signups,
    store::{
        batches,
        batches::{Batch, State},
        operators::{self, Operator},
    },
    text::Why,
    ui,
};
use std::{sync::Arc, time::Duration};

type Item = batches::Item<InBatch>;

/// What a person needs who looks at a batch, and who began or pauses it.
fn permissions(kind: &str) -> (Permission, Permission) {
    match kind {
        DecideSignUp::KIND => (Permission::ViewSignUps, Permission::DecideSignUps),
        RevokeInvite::KIND => (Permission::ViewInvitations, Permission::ManageInvitations),
        _ => (Permission::ViewWork, Permission::DecideReports),
    }
}

/// “Let in 23 people”
fn what(deed: Option<&InBatch>, number: usize) -> String {
    deed.map_or_else(|| "Nothing".to_owned(), |deed| deed.of_many(number))
}

/// How many they are about: a large case is several deeds.
fn different(items: &[Item]) -> usize {
    let mut parts: Vec<_> = items.iter().filter_map(|item| item.deed.case()).collect();
    let others = items.len() - parts.len();
    parts.sort_unstable();
    parts.dedup();
    others + parts.len()
}

/// Stores a batch; the work begins within a second.
pub async fn begin(context: &Context, instance: &Instance, deeds: Vec<InBatch>, why: Why) -> Result<String, Problem> {
    let Some(kind) = deeds.first().map(InBatch::kind) else {
        return Err(Problem::new(Kind::Invalid, "There is nothing that could be done in a batch.", ""));
    };
    let batch = Batch {
        id: crate::id::fresh(),
        instance: instance.name.clone(),
        operator: context.actor.operator.clone(),
        kind: kind.to_owned(),
        why: why.to_string(),
        paused: false,
        created_at: context.now(),
        ended_at: None,
    };
    let number = i64::try_from(deeds.len()).unwrap_or(i64::MAX);
    let by = Some(context.actor.operator.clone());
    staged(&context.app, Progress::Begun, &batch.id, by, &instance.name, kind, number).await?;
    batches::insert(&context.app.store, &context.app.keys, &batch, &deeds).await?;
    Ok(path::batch(&instance.name, &batch.id))
}

/// Puts into the record that many were begun, paused or let go on; first, so that nothing of it happens without an entry.
///
/// # Errors
/// If the record cannot be written.
pub async fn staged(
    app: &App,
    stage: Progress,
    id: &str,
    operator: Option<OperatorId>,
    instance: &InstanceName,
    kind: &str,
    number: i64,
) -> Result<(), Problem> {
    let fact =
        Fact::Batch { stage, id: id.to_owned(), operator, instance: instance.clone(), kind: kind.to_owned(), number };
    app.ledger.fact(fact).await.map_err(|error| {
        tracing::error!(%error, "batches.unrecorded");
        Problem::unavailable("The record cannot be written, so nothing was done.", "Try again in a moment.")
    })
}

/// The batches of a kind that are not at their end.
pub async fn running(context: &Context, instance: &Instance, kind: &str) -> Result<Vec<Running>, Problem> {
    let app = &context.app;
    let found = batches::running(&app.store, &app.keys, &instance.name).await?;
    let mut running = Vec::new();
    for batch in found.into_iter().filter(|batch| batch.kind == kind && is_shown(context, batch)) {
        let items: Vec<Item> = batches::items(&app.store, &app.keys, &batch.id).await?;
        running.push(Running {
            what: what(items.first().map(|item| &item.deed), different(&items)),
            who: name(app, &batch).await?,
            since: batch.created_at,
            paused: batch.paused,
            id: batch.id,
        });
    }
    Ok(running)
}

/// A contractor sees what he or she began: others' may be about cases outside the grant.
fn is_shown(context: &Context, batch: &Batch) -> bool {
    context.actor.role != Role::Contractor || batch.operator == context.actor.operator
}

async fn name(app: &App, batch: &Batch) -> Result<String, Problem> {
    let person = operators::by_id(&app.store, &batch.operator).await?;
    Ok(person.map_or_else(|| "somebody".to_owned(), |person| person.name))
}

async fn find(context: &Context, instance: &Instance, batch: &str) -> Result<Batch, Problem> {
    let app = &context.app;
    batches::by_id(&app.store, &app.keys, batch)
        .await?
        .filter(|batch| batch.instance == instance.name && is_shown(context, batch))
        .ok_or_else(|| Problem::not_found("There is no such batch here."))
}

pub async fn batch(context: &Context, instance: &str, batch: &str, search: &str) -> Result<Framed<BatchPage>, Problem> {
    let instance = context.instance(instance)?.clone();
    context.permit(Permission::ViewWork, Some(&instance.name)).await?;
    let batch = find(context, &instance, batch).await?;
    let (view, act) = permissions(&batch.kind);
    context.permit(view, Some(&instance.name)).await?;
    let app = &context.app;
    let items: Vec<Item> = batches::items(&app.store, &app.keys, &batch.id).await?;
    let shown: Vec<Line> = items
        .iter()
        .map(|item| {
            let (account, acct) = item.deed.about();
            Line {
                account,
                handle: format!("@{}", ui::tame(acct)),
                outcome: match item.state {
                    State::Waiting => None,
                    State::UnderWay => Some(record::DeedState::Open),
                    State::Closed(outcome) => Some(outcome.into()),
                },
                entry: item.intent,
                said: item.said.clone().unwrap_or_default(),
            }
        })
        .collect();
    let counts = record::DeedState::ALL
        .into_iter()
        .filter(|outcome| *outcome != record::DeedState::Open)
        .map(|outcome| (outcome, shown.iter().filter(|item| item.outcome == Some(outcome)).count()))
        .filter(|(_, number)| *number > 0)
        .collect();
    let left = items.iter().filter(|item| !matches!(item.state, State::Closed(_))).count();
    let client = acting::client(app, &batch.operator, &instance).await?;
    let page = BatchPage {
        what: what(items.first().map(|item| &item.deed), different(&items)),
        who: name(app, &batch).await?,
        why: batch.why.clone(),
        created_at: batch.created_at,
        ended_at: batch.ended_at,
        paused: batch.paused,
        items: shown,
        counts,
        left,
        waits: (left > 0).then(|| client.background_waits()).flatten().map(|wait| wait / SECOND + 1),
        may_pause: batch.ended_at.is_none() && access::permit(&context.actor, act, Some(&instance.name)).is_ok(),
        id: batch.id.clone(),
    };
    frame::build(context, Some(&instance), &path::batch(&instance.name, &batch.id), search, page).await
}

pub async fn pause(context: Context, instance: String, batch: String, pause: bool) -> Result<String, Problem> {
    let instance = context.instance(&instance)?.clone();
    context.permit(Permission::ViewWork, Some(&instance.name)).await?;
    let batch = find(&context, &instance, &batch).await?;
    context.permit(permissions(&batch.kind).1, Some(&instance.name)).await?;
    if !pause && batch.operator != context.actor.operator && !matches!(context.actor.role, Role::Owner | Role::Admin) {
        return Err(Problem::new(
            Kind::Forbidden,
            "Only who began a batch, an admin or an owner lets it go on.",
            "Pausing it is everybody’s.",
        ));
    }
    if batch.paused != pause && batch.ended_at.is_none() {
        let app = &context.app;
        let items: Vec<Item> = batches::items(&app.store, &app.keys, &batch.id).await?;
        let number = i64::try_from(items.len()).unwrap_or(i64::MAX);
        let stage = if pause { Progress::Paused } else { Progress::Resumed };
        let by = Some(context.actor.operator.clone());
        staged(app, stage, &batch.id, by, &instance.name, &batch.kind, number).await?;
        batches::set_paused(&app.store, &batch.id, pause).await?;
    }
    Ok(path::batch(&instance.name, &batch.id))
}

/// How long one go may last: the batch is claimed anew after it, by the same process or another.
const ONE_GO: i64 = 5 * MINUTE;

/// Works on one batch of an instance, if there is one that nobody works on, until it is at its end, paused, or cannot go on
/// for now.
///
/// # Errors
/// The store's; whoever claims it next goes on where this stopped.
pub async fn work(app: &Arc<App>, instance: &Arc<Instance>, process: &str) -> sqlx::Result<()> {
    let claimed = batches::claim(&app.store, &app.keys, &instance.name, process, app.clock.now()).await?;
    let Some(batch) = claimed else { return Ok(()) };
    let items = match batches::items(&app.store, &app.keys, &batch.id).await {
        Ok(items) => items,
        Err(error) => {
            // One that cannot be read must not keep the others waiting.
            stop(app, &batch, 0).await?;
            return Err(error);
        }
    };
    let number = items.len();
    let different = different(&items);
    let until = app.clock.now().plus(ONE_GO);
    let over = || app.clock.now() >= until || app.ledger.is_ending();
    for item in items {
        if matches!(item.state, State::Closed(_)) {
            continue;
        }
        if over() {
            return Ok(());
        }
        // The other half of what the token may ask for is for people at work.
        while acting::client(app, &batch.operator, instance).await?.background_waits().is_some() {
            tokio::time::sleep(Duration::from_secs(1)).await;
            if over() || !is_ours_still(app, &batch, process).await? {
                return Ok(());
            }
        }
        if !is_ours_still(app, &batch, process).await? {
            return Ok(());
        }
        let set = |state, intent, said: Option<String>| {
            let (app, batch, position) = (app.clone(), batch.id.clone(), item.position);
            async move { batches::set_item(&app.store, &app.keys, &batch, position, state, intent, said.as_deref()).await }
        };
        // One that waits may have been put back as it was before it was done: the record says so.
        if matches!(item.state, State::UnderWay | State::Waiting) {
            match begun(app, &batch, &item.deed, item.state == State::UnderWay).await {
                Begun::Closed(intent, outcome) => {
                    set(State::Closed(outcome), Some(intent), None).await?;
                    continue;
                }
                // The sweep closes it by reading; until then nothing is repeated.
                Begun::Open(intent) => {
                    set(State::UnderWay, Some(intent), None).await?;
                    continue;
                }
                Begun::Unread => return Ok(()),
                Begun::Never => {}
            }
        }
        let Some(context) = on_behalf(app, &batch).await? else {
            stop(app, &batch, number).await?;
            set(State::Waiting, None, Some("whoever began this has no access any more".to_owned())).await?;
            return Ok(());
        };
        // The role may have become a lesser one since it was begun.
        if let Some(refused) = too_many(context.actor.role, different) {
            stop(app, &batch, number).await?;
            set(State::Waiting, None, Some(refused)).await?;
            return Ok(());
        }
        set(State::UnderWay, None, None).await?;
        match carry(context, instance.clone(), &item.deed, Why::kept(&batch.why)).await {
            // Nothing arrived there: the same would happen to all that are left.
            Ok(done) if done.unsent && done.outcome == Outcome::Failed => {
                set(State::Waiting, None, done.said).await?;
                stop(app, &batch, number).await?;
                return Ok(());
            }
            Ok(done) if done.facts["watched"] == true => set(State::UnderWay, Some(done.index), done.said).await?,
            Ok(done) => set(State::Closed(done.outcome), Some(done.index), done.said).await?,
            Err(problem) => match problem.kind {
                Kind::Unavailable | Kind::TooMany => {
                    // Not this one's fault: it is asked again, a little later.
                    set(State::Waiting, None, Some(problem.what)).await?;
                    tokio::time::sleep(Duration::from_secs(2)).await;
                    return Ok(());
                }
                Kind::Conflict => set(State::Closed(Outcome::Stale), None, Some(problem.what)).await?,
                Kind::SignedOut | Kind::Forbidden | Kind::NotFound | Kind::Invalid => {
                    set(State::Closed(Outcome::Refused), None, Some(problem.what)).await?;
                }
            },
        }
    }
    let items: Vec<Item> = batches::items(&app.store, &app.keys, &batch.id).await?;
    if items.iter().all(|item| matches!(item.state, State::Closed(_))) {
        batches::end(&app.store, &batch.id, app.clock.now()).await?;
        let number = i64::try_from(number).unwrap_or(i64::MAX);
        if let Err(problem) = staged(app, Progress::Ended, &batch.id, None, &batch.instance, &batch.kind, number).await
        {
            tracing::error!(%problem, batch = batch.id, "batches.ended");
        }
    }
    Ok(())
}

/// Pauses a batch that cannot go on. It stops also where the record cannot say so.
async fn stop(app: &App, batch: &Batch, number: usize) -> sqlx::Result<()> {
    let number = i64::try_from(number).unwrap_or(i64::MAX);
    let recorded = staged(app, Progress::Paused, &batch.id, None, &batch.instance, &batch.kind, number).await;
    batches::set_paused(&app.store, &batch.id, true).await?;
    if let Err(problem) = recorded {
        tracing::error!(%problem, batch = batch.id, "batches.stop");
    }
    Ok(())
}

/// Whether it was neither paused nor taken over by another process; renews the claim.
async fn is_ours_still(app: &App, batch: &Batch, process: &str) -> sqlx::Result<bool> {
    batches::renew(&app.store, &batch.id, process, app.clock.now()).await
}

/// What the record knows of an item that was begun by a process that is gone.
enum Begun {
    Never,
    Open(i64),
    Closed(i64, Outcome),
    Unread,
}

/// What the record says of an item by whoever works the batch, since it began.
///
/// One that was under way is found by its subject, which nobody else can have open; one that waits, or is a part of many,
/// only by being the very same.
async fn begun(app: &App, batch: &Batch, deed: &InBatch, under_way: bool) -> Begun {
    let subject = deed.subject();
    let by_subject = under_way && !deed.is_part();
    let filter = ledger::Filter {
        subject: Some(app.ledger.subject(&subject)),
        kind: Some(batch.kind.clone()),
        operator: Some(batch.operator.0.clone()),
        from: Some(batch.created_at),
        limit: if by_subject { 1 } else { MOST_PARTS },
        ..ledger::Filter::default()
    };
    match app.ledger.list(&filter).await {
        Ok(entries) => match entries.iter().find(|entry| by_subject || is_this(entry, deed)) {
            Some(entry) => match entry.outcome {
                None => Begun::Open(entry.index),
                // A former try of which nothing arrived: the one that was under way was not begun yet.
                Some(Outcome::Failed) => match never_arrived(app, entry.index).await {
                    Ok(true) => Begun::Never,
                    Ok(false) => Begun::Closed(entry.index, Outcome::Failed),
                    Err(error) => {
                        tracing::error!(%error, batch = batch.id, "batches.begun");
                        Begun::Unread
                    }
                },
                Some(outcome) => Begun::Closed(entry.index, outcome),
            },
            None => Begun::Never,
        },
        Err(error) => {
            tracing::error!(%error, batch = batch.id, "batches.begun");
            Begun::Unread
        }
    }
}

/// Deeds of one account within one batch that are looked through.
const MOST_PARTS: i64 = 1_000;

/// Whether others of its batch are about the same account.
/// Whether an entry is of this very deed, and not of another part of the same decision.
fn is_this(entry: &ledger::Entry, deed: &InBatch) -> bool {
    let recorded =
        entry.document.as_ref().and_then(|document| serde_json::from_value::<InBatch>(document["deed"].clone()).ok());
    recorded.as_ref() == Some(deed)
}

/// Whether a deed was closed with the certainty that nothing of it was sent.
async fn never_arrived(app: &App, index: i64) -> Result<bool, LedgerError> {
    let seen = app.ledger.entry(index).await?.and_then(|detail| detail.seen).unwrap_or_default();
    Ok(seen["steps"]
        .as_array()
        .is_some_and(|steps| !steps.is_empty() && steps.iter().all(|step| step["answer"]["answer"] == "not_sent")))
}

/// The person who began a batch, as they stand now; `None` where their access or their role's right has ended. What a
/// contractor's grants allow is asked for with each item, which is then refused by itself.
async fn on_behalf(app: &Arc<App>, batch: &Batch) -> sqlx::Result<Option<Context>> {
    let person = operators::by_id(&app.store, &batch.operator).await?;
    let Some(person) = person.filter(Operator::may_sign_in) else { return Ok(None) };
    let act = permissions(&batch.kind).1;
    if !access::allows(person.role, act) {
        return Ok(None);
    }
    let session = format!("batch {}", batch.id);
    let actor = acting::actor(&app.store, person, session, app.clock.now()).await?;
    // What cannot be read now is found out with the deed itself.
    if let Ok(Some(_)) = acting::lapse(app, &actor, act, &batch.instance).await {
        return Ok(None);
    }
    Ok(Some(Context::of_job(app.clone(), actor)))
}

async fn carry(context: Context, instance: Arc<Instance>, deed: &InBatch, why: Why) -> Result<Done, Problem> {
    match deed {
        InBatch::DecideSignUp(deed) => signups::service::carry(context, instance, deed.clone(), why).await,
        InBatch::DecideCase(deed) => reports::service::carry(context, deed.clone(), why).await,
        InBatch::RevokeInvite(deed) => invitations::service::carry(context, instance, deed.clone(), why).await,
    }
}
