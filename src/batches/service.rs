//! Batches begun, shown, paused, and worked through.

pub mod engine;
mod lately;

pub use lately::lately;

use super::{BatchPage, Item as Line, List, Running, most, too_many};
use crate::{
    access::{self, Permission, Role},
    acting,
    clock::{HOUR, SECOND},
    context::{App, Context},
    deeds::{BatchOf, InBatch},
    frame::{self, Framed},
    invitations,
    ledger::{self, LedgerError, NOT_SEEN, Outcome, Progress},
    mastodon::Instance,
    path,
    problem::{Kind, Problem},
    record,
    reports::{self, Decision},
    search::Search,
    signups,
    store::{
        attempts::{Limit, Reserved},
        batches::{self, Batch, State},
        claims::Leases,
        operators, store_problem,
    },
    text::Why,
    ui,
};
use engine::{Stands, Task, Work, staged};
use serde_json::Value;
use std::sync::Arc;

type Item = batches::Item<InBatch>;

/// What a person needs who looks at a batch, and who began or pauses it.
fn permissions(of: BatchOf) -> (Permission, Permission) {
    match of {
        BatchOf::SignUps => (Permission::ViewSignUps, Permission::DecideSignUps),
        BatchOf::Cases => (Permission::ViewWork, Permission::DecideReports),
        BatchOf::Invites => (Permission::ViewInvitations, Permission::ManageInvitations),
    }
}

/// What a stored batch is of.
///
/// # Errors
/// One of a kind that this version does not know: nobody’s right to it can be told.
fn kind_of(batch: &Batch) -> Result<BatchOf, Problem> {
    BatchOf::of(&batch.kind).ok_or_else(|| {
        Problem::not_found("This batch is of a kind that this version of the console doesn’t know. Update the console.")
    })
}

/// How many they are about: a large case is several deeds.
fn different(deeds: &[InBatch]) -> usize {
    let mut parts: Vec<_> = deeds.iter().filter_map(InBatch::case).collect();
    let others = deeds.len() - parts.len();
    parts.sort_unstable();
    parts.dedup();
    others + parts.len()
}

/// Whether a deed takes something from whom it is about.
fn is_sanction(deed: &InBatch) -> bool {
    match deed {
        InBatch::DecideCase(deed) => deed.decision != Decision::Resolve,
        InBatch::DecideSignUp(deed) => !deed.approve,
        InBatch::RevokeInvite(_) => false,
    }
}

/// Takes as many sanctions as a batch has of those that this person has within an hour on the instance, over all desks.
///
/// # Errors
/// Too many: what was decided in batches within the hour counts as well.
async fn reserve(context: &Context, instance: &Instance, deeds: &[InBatch]) -> Result<Option<Reserved>, Problem> {
    if !deeds.iter().any(is_sanction) {
        return Ok(None);
    }
    let most = most(context.actor.role);
    let number = i64::try_from(different(deeds)).unwrap_or(i64::MAX);
    let limit = Limit::Among { window: HOUR, most: i64::try_from(most).unwrap_or(i64::MAX), number };
    let shown = format!("{most} people an hour sanctioned or rejected in batches");
    let reserved = context.reserve(&format!("sanctions in batches on {}", instance.name), &shown, limit).await;
    reserved.map(Some).map_err(|problem| Problem {
        remedy: format!("{} Or decide one by one, or ask an admin.", problem.remedy),
        ..problem
    })
}

/// Stores a batch, and begins it once the record says so; the work goes on by itself.
pub async fn begin(context: &Context, instance: &Instance, deeds: Vec<InBatch>, why: Why) -> Result<String, Problem> {
    let Some(kind) = deeds.first().map(InBatch::kind) else {
        return Err(Problem::new(Kind::Invalid, "Nothing in this batch can be done.", ""));
    };
    let batch = Batch {
        id: crate::id::fresh(),
        instance: instance.name.clone(),
        operator: context.actor.operator.clone(),
        kind: kind.to_owned(),
        why: why.to_string(),
        about: i64::try_from(different(&deeds)).unwrap_or(i64::MAX),
        paused: false,
        created_at: context.now(),
        ended_at: None,
    };
    let app = &context.app;
    let counts = reserve(context, instance, &deeds).await?;
    if let Err(error) = batches::insert(&app.store, &app.keys, &batch, &deeds).await {
        if let Some(counts) = counts {
            counts.give_back(&app.store).await.map_err(store_problem)?;
        }
        return Err(store_problem(error));
    }
    let number = i64::try_from(deeds.len()).unwrap_or(i64::MAX);
    // Without the entry it is not there, and is forgotten after a day. The entry may stand although nobody was told so: then it
    // is begun.
    staged(app, Progress::Begun, Some(&context.actor), &task(&batch, number)).await?;
    app.begun.send_replace(());
    Ok(path::batch(&instance.name, &batch.id))
}

/// What the record calls a batch of so many deeds: by what it is about, of which a large one takes several.
fn task(batch: &Batch, deeds: i64) -> Task {
    Task {
        id: batch.id.clone(),
        instance: batch.instance.clone(),
        operator: batch.operator.clone(),
        kind: batch.kind.clone(),
        number: i64::try_from(about(batch, deeds)).unwrap_or(i64::MAX),
    }
}

/// How far the items of a batch are, without opening any.
async fn counts(app: &App, batch: &Batch) -> Result<Vec<(State, i64)>, Problem> {
    batches::counts(&app.store, &batch.id).await.map_err(store_problem)
}

/// How many they are in all.
fn all(counts: &[(State, i64)]) -> i64 {
    counts.iter().map(|(_, number)| number).sum()
}

/// “Let in 23 people”
async fn what(app: &App, batch: &Batch, counts: &[(State, i64)]) -> Result<String, Problem> {
    let first: Option<InBatch> = batches::first(&app.store, &app.keys, &batch.id).await.map_err(store_problem)?;
    Ok(first.map_or_else(
        || "A batch that was changed, not by the console".to_owned(),
        |deed| deed.of_many(about(batch, all(counts))),
    ))
}

/// How many people or cases a batch of so many deeds is about: a former version did not keep it.
fn about(batch: &Batch, deeds: i64) -> usize {
    usize::try_from(if batch.about == 0 { deeds } else { batch.about }).unwrap_or(usize::MAX)
}

/// The batches of a kind that are not at their end.
pub async fn running(context: &Context, instance: &Instance, kind: &str) -> Result<Vec<Running>, Problem> {
    under_way(context, instance, |batch| batch.kind == kind).await
}

/// Those of any kind.
pub async fn all_running(context: &Context, instance: &Instance) -> Result<Vec<Running>, Problem> {
    under_way(context, instance, |_| true).await
}

async fn under_way(
    context: &Context,
    instance: &Instance,
    wanted: impl Fn(&Batch) -> bool,
) -> Result<Vec<Running>, Problem> {
    let app = &context.app;
    let found = batches::running(&app.store, &app.keys, &instance.name).await.map_err(store_problem)?;
    let mut running = Vec::new();
    for batch in found.into_iter().filter(|batch| wanted(batch) && is_shown(context, batch)) {
        running.push(Running {
            what: what(app, &batch, &counts(app, &batch).await?).await?,
            who: name(app, &batch).await?,
            since: batch.created_at,
            paused: batch.paused,
            there: path::batch(&instance.name, &batch.id),
        });
    }
    Ok(running)
}

/// A contractor sees what he or she began: others' may be about cases outside the grant.
fn is_shown(context: &Context, batch: &Batch) -> bool {
    context.actor.role != Role::Contractor || batch.operator == context.actor.operator
}

async fn name(app: &App, batch: &Batch) -> Result<String, Problem> {
    let person = operators::by_id(&app.store, &batch.operator).await.map_err(store_problem)?;
    Ok(person.map_or_else(|| "somebody".to_owned(), |person| person.name))
}

async fn find(context: &Context, instance: &Instance, batch: &str) -> Result<Batch, Problem> {
    let app = &context.app;
    let found = batches::by_id(&app.store, &app.keys, batch).await.map_err(store_problem)?;
    if let Some(found) = found.filter(|batch| batch.instance == instance.name && is_shown(context, batch)) {
        return Ok(found);
    }
    if batches::is_changed(&app.store, &instance.name, batch).await.map_err(store_problem)? {
        return Err(Problem::not_found(
            "What is kept of this batch was changed, not by the console, and is not shown. The audit log has each of its actions.",
        ));
    }
    Err(Problem::not_found("This batch doesn’t exist."))
}

pub async fn batch(context: &Context, instance: &str, batch: &str, search: &str) -> Result<Framed<BatchPage>, Problem> {
    let instance = context.instance(instance)?.clone();
    context.permit(Permission::ViewWork, Some(&instance.name)).await?;
    Search::parse(search).knows(&[])?;
    let batch = find(context, &instance, batch).await?;
    let (view, act) = permissions(kind_of(&batch)?);
    context.permit(view, Some(&instance.name)).await?;
    let app = &context.app;
    let items: Vec<Item> = batches::items(&app.store, &app.keys, &batch.id).await.map_err(store_problem)?;
    let covered = record::covered(context).await?;
    if let Some(entry) = items.iter().filter_map(|item| item.intent).find(|entry| covered.has(*entry)) {
        return Err(Problem::review_first("You are to review a decision of this batch", entry));
    }
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
    let came = counts(app, &batch).await?;
    let number = |wanted: &dyn Fn(State) -> bool| {
        let numbers = came.iter().filter(|(state, _)| wanted(*state)).map(|(_, number)| number);
        usize::try_from(numbers.sum::<i64>()).unwrap_or_default()
    };
    let closed_as =
        |wanted| number(&|state| matches!(state, State::Closed(outcome) if record::DeedState::from(outcome) == wanted));
    let counts = record::DeedState::RECORDED.into_iter().map(|outcome| (outcome, closed_as(outcome)));
    let counts = counts.filter(|(_, number)| *number > 0).collect();
    let left = number(&|state| !matches!(state, State::Closed(_)));
    let there = batches::number(&app.store, &batch.id).await.map_err(store_problem)?;
    let changed = usize::try_from(there).unwrap_or_default().saturating_sub(shown.len());
    let client = acting::client(app, &batch.operator, &instance).await.map_err(store_problem)?;
    let page = BatchPage {
        what: what(app, &batch, &came).await?,
        who: name(app, &batch).await?,
        why: batch.why.clone(),
        created_at: batch.created_at,
        ended_at: batch.ended_at,
        paused: batch.paused,
        items: shown,
        changed,
        counts,
        left,
        waits: (left > 0).then(|| client.background_waits()).flatten().map(|wait| wait / SECOND + 1),
        may_pause: batch.ended_at.is_none() && access::permit(&context.actor, act, Some(&instance.name)).is_ok(),
        own: batch.operator == context.actor.operator,
        list: list(items.iter().map(|item| &item.deed)),
        id: batch.id.clone(),
    };
    frame::build(context, Some(&instance), &path::batch(&instance.name, &batch.id), search, page).await
}

/// The list that a batch was begun from. In the queue a case without a report cannot be selected, in the list of accounts it can.
fn list<'a>(deeds: impl Iterator<Item = &'a InBatch>) -> List {
    let mut list = List::Reports;
    for deed in deeds {
        match deed {
            InBatch::DecideSignUp(_) => return List::SignUps,
            InBatch::RevokeInvite(_) => return List::Invites,
            InBatch::DecideCase(deed) if deed.reports.is_empty() => list = List::Accounts,
            InBatch::DecideCase(_) => {}
        }
    }
    list
}

pub async fn pause(context: Context, instance: String, batch: String, pause: bool) -> Result<String, Problem> {
    let instance = context.instance(&instance)?.clone();
    context.permit(Permission::ViewWork, Some(&instance.name)).await?;
    let batch = find(&context, &instance, &batch).await?;
    context.permit(permissions(kind_of(&batch)?).1, Some(&instance.name)).await?;
    if !pause && batch.operator != context.actor.operator && !matches!(context.actor.role, Role::Owner | Role::Admin) {
        return Err(Problem::new(
            Kind::Forbidden,
            "Only the person who started a batch, an admin or an owner can resume it.",
            "Anyone can pause it.",
        ));
    }
    if batch.paused != pause && batch.ended_at.is_none() {
        let app = &context.app;
        let number = all(&counts(app, &batch).await?);
        let stage = if pause { Progress::Paused } else { Progress::Resumed };
        staged(app, stage, Some(&context.actor), &task(&batch, number)).await?;
        batches::set_paused(&app.store, &batch.id, pause).await.map_err(store_problem)?;
        app.begun.send_replace(());
    }
    Ok(path::batch(&instance.name, &batch.id))
}

/// A batch that a process works on.
pub struct OfBatch {
    app: Arc<App>,
    instance: Arc<Instance>,
    batch: Batch,
    of: BatchOf,
    task: Task,
}

impl Work for OfBatch {
    type Item = Item;
    const NAME: &'static str = "batches";
    const CLAIMS: Leases = batches::CLAIMS;

    async fn find(app: &Arc<App>, instance: &Arc<Instance>, id: &str) -> sqlx::Result<Option<Self>> {
        let Some(batch) = batches::by_id(&app.store, &app.keys, id).await? else { return Ok(None) };
        let Some(of) = BatchOf::of(&batch.kind) else {
            tracing::error!(batch = id, kind = batch.kind, "batches.kind: this version does not know it");
            return Ok(None);
        };
        let task = task(&batch, batches::number_known(&app.store, id).await?);
        Ok(Some(Self { app: app.clone(), instance: instance.clone(), batch, of, task }))
    }

    async fn set_aside(app: &App, id: &str) -> sqlx::Result<()> {
        batches::set_paused(&app.store, id, true).await
    }

    fn task(&self) -> &Task {
        &self.task
    }

    fn permission(&self) -> Permission {
        permissions(self.of).1
    }

    /// The role may have become a lesser one since it was begun.
    async fn may(&self, context: &Context) -> Result<(), Problem> {
        match too_many(context.actor.role, about(&self.batch, self.task.number)) {
            None => Ok(()),
            Some(refused) => Err(Problem::new(Kind::Forbidden, refused, "")),
        }
    }

    async fn next(&self, after: i64) -> sqlx::Result<Option<Item>> {
        batches::next(&self.app.store, &self.app.keys, &self.batch.id, after).await
    }

    fn position(item: &Item) -> i64 {
        item.position
    }

    async fn found(&self, item: &Item) -> Stands {
        begun(&self.app, &self.batch, &item.deed, item.state == State::UnderWay).await.unwrap_or_else(|error| {
            tracing::error!(%error, batch = self.batch.id, "batches.begun");
            Stands::Wait("The audit log can’t be reached.".to_owned())
        })
    }

    async fn carry(&self, context: Context, item: &Item) -> Stands {
        let (instance, why) = (self.instance.clone(), Why::kept(&self.batch.why));
        Stands::after(match item.deed.clone() {
            InBatch::DecideSignUp(deed) => signups::service::carry(context, instance, deed, why).await,
            InBatch::DecideCase(deed) => reports::service::carry(context, deed, why).await,
            InBatch::RevokeInvite(deed) => invitations::service::carry(context, instance, deed, why).await,
        })
    }

    async fn mark(&self, item: &Item, state: State, entry: Option<i64>, said: Option<String>) -> sqlx::Result<()> {
        let (app, batch) = (&self.app, &self.batch.id);
        batches::set_item(&app.store, &app.keys, batch, item.position, state, entry, said.as_deref()).await
    }

    /// Its page asks what it waits for itself.
    async fn wait(&self, _: &str) -> sqlx::Result<()> {
        Ok(())
    }

    /// Why is said of the item that it stopped at.
    async fn pause(&self, _: &str) -> sqlx::Result<()> {
        batches::set_paused(&self.app.store, &self.batch.id, true).await
    }

    async fn end(&self) -> sqlx::Result<bool> {
        batches::end(&self.app.store, &self.batch.id, self.app.clock.now()).await
    }
}

/// What the record says of an item by whoever works the batch, since it began.
///
/// One that was under way is found by its subject, which nobody else can have open; one that waits, or is a part of many,
/// only by being the very same.
async fn begun(app: &App, batch: &Batch, deed: &InBatch, under_way: bool) -> Result<Stands, LedgerError> {
    let by_subject = under_way && !deed.is_part();
    let filter = ledger::Filter {
        subject: Some(app.ledger.subject(&deed.subject())),
        kind: Some(batch.kind.clone()),
        operator: Some(batch.operator.0.clone()),
        from: Some(batch.created_at),
        limit: if by_subject { 1 } else { MOST_PARTS },
        ..ledger::Filter::default()
    };
    let entries = app.ledger.list(&filter).await?;
    let mut this = None;
    for entry in &entries {
        // One whose words do not open now may be this one: nothing is done twice because of it.
        if by_subject || entry.meant::<InBatch>()?.as_ref() == Some(deed) {
            this = Some(entry);
            break;
        }
    }
    let Some(entry) = this else { return Ok(Stands::Waiting) };
    // What is done again because of it is believed under the sealed head alone.
    Ok(match app.ledger.proved_outcome(entry.index).await? {
        // The sweep closes it by reading; until then nothing is repeated.
        None => Stands::UnderWay(Some(entry.index), None),
        // A former try of which nothing arrived: the one that was under way was not begun yet.
        Some(Outcome::Failed) if never_arrived(app, entry.index).await? => Stands::Waiting,
        Some(outcome) => {
            let unseen = entry.outcome_facts[NOT_SEEN] == true;
            Stands::Closed(outcome, Some(entry.index), unseen.then(|| UNSEEN.to_owned()))
        }
    })
}

/// What is said of an item that was sent and not seen to have happened; what came of it later, its entry says.
const UNSEEN: &str = "Not seen to have happened within two minutes: see its entry.";

/// Deeds of one account within one batch that are looked through.
const MOST_PARTS: i64 = 1_000;

/// Whether a deed that failed was closed with the certainty that nothing of it was sent, or that it was refused in front of the
/// instance.
async fn never_arrived(app: &App, index: i64) -> Result<bool, LedgerError> {
    let seen = app.ledger.entry(index).await?.and_then(|detail| detail.seen).unwrap_or_default();
    Ok(seen["steps"]
        .as_array()
        .is_some_and(|steps| !steps.is_empty() && steps.iter().all(|step| is_unsent(&step["answer"]["answer"]))))
}

fn is_unsent(answer: &Value) -> bool {
    answer == "not_sent" || answer == "refused_in_front"
}
