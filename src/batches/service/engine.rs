//! The one engine of what is decided about many at once and carried out one by one: batches, and imports of domain blocks.
//!
//! A piece of work is claimed by one process and carried out in the name of whoever began it, with the rights that person has
//! at that moment. An item is marked before it is begun, and one that is found so is looked up, never repeated. Half of what
//! the instance takes from the console is left to people.

use crate::{
    access::{self, Actor, Permission},
    acting,
    carry_out::Done,
    context::{App, Context},
    id::{InstanceName, OperatorId},
    ledger::{Fact, Outcome, Progress},
    mastodon::Instance,
    problem::{Kind, Problem},
    store::{
        batches::State,
        claims::Leases,
        operators::{self, Operator},
    },
    text::time::Zone,
};
use std::sync::Arc;

/// What the record calls a piece of work.
#[derive(Clone, Debug)]
pub struct Task {
    pub id: String,
    pub instance: InstanceName,
    /// Who began it.
    pub operator: OperatorId,
    /// The kind of its deeds.
    pub kind: String,
    pub number: i64,
}

/// How an item stands.
#[derive(Debug)]
pub enum Stands {
    /// It is not begun; after a try: something else keeps it from being done now.
    Waiting,
    /// Begun, and not known yet how it ends: the entry, and what is said of it.
    UnderWay(Option<i64>, Option<String>),
    Closed(Outcome, Option<i64>, Option<String>),
    /// All of it later: what it waits for.
    Wait(String),
    /// No further, until somebody says so: why.
    Stop(String),
}

impl Stands {
    /// After a deed was carried out, or was not begun.
    pub fn after(done: Result<Done, Problem>) -> Self {
        match done {
            // Nothing arrived there: the same would happen to all that are left.
            Ok(done) if done.unsent && done.outcome == Outcome::Failed => {
                let why = done.said.unwrap_or_else(|| "the instance can’t be reached".to_owned());
                Self::Stop(format!("Waiting to send: {why}."))
            }
            Ok(done) if done.facts["watched"] == true => Self::UnderWay(Some(done.index), done.said),
            // Once it is seen to be done, what was said against it counts for nothing.
            Ok(done) if done.outcome == Outcome::Succeeded => Self::Closed(done.outcome, Some(done.index), None),
            Ok(done) => Self::Closed(done.outcome, Some(done.index), done.said),
            Err(problem) => match problem.kind {
                // Not this one's fault: it is tried again, a little later.
                Kind::Unavailable | Kind::TooMany => Self::Wait(problem.what),
                Kind::Conflict => Self::Closed(Outcome::Stale, None, Some(problem.what)),
                Kind::SignedOut | Kind::Forbidden | Kind::NotFound | Kind::Invalid => {
                    Self::Closed(Outcome::Refused, None, Some(problem.what))
                }
            },
        }
    }
}

/// A piece of work that a process has claimed.
pub trait Work: Sized + Send + Sync + 'static {
    type Item: Send + Sync;

    /// What its job is called.
    const NAME: &'static str;
    const CLAIMS: Leases;

    /// One that can be worked on; `None` if it is refused, or was not begun.
    fn find(
        app: &Arc<App>,
        instance: &Arc<Instance>,
        id: &str,
    ) -> impl Future<Output = sqlx::Result<Option<Self>>> + Send;

    /// Pauses one that cannot be read, where that can be said of it.
    fn set_aside(app: &App, id: &str) -> impl Future<Output = sqlx::Result<()>> + Send;

    fn task(&self) -> &Task;

    /// What its person must be allowed to do.
    fn permission(&self) -> Permission;

    /// Whether its person may go on with it; unavailable: perhaps later.
    fn may(&self, context: &Context) -> impl Future<Output = Result<(), Problem>> + Send;

    /// The next item that is not closed, after a position.
    fn next(&self, after: i64) -> impl Future<Output = sqlx::Result<Option<Self::Item>>> + Send;

    fn position(item: &Self::Item) -> i64;

    /// How an item stands before its turn, as the record or the instance has it. One that waits may have been put back as it
    /// was before it was done.
    fn found(&self, item: &Self::Item) -> impl Future<Output = Stands> + Send;

    fn carry(&self, context: Context, item: &Self::Item) -> impl Future<Output = Stands> + Send;

    fn mark(
        &self,
        item: &Self::Item,
        state: State,
        entry: Option<i64>,
        said: Option<String>,
    ) -> impl Future<Output = sqlx::Result<()>> + Send;

    /// Says what it waits for; empty: it goes on.
    fn wait(&self, note: &str) -> impl Future<Output = sqlx::Result<()>> + Send;

    /// Pauses it.
    fn pause(&self, why: &str) -> impl Future<Output = sqlx::Result<()>> + Send;

    /// Ends it, if no item is left; true once.
    fn end(&self) -> impl Future<Output = sqlx::Result<bool>> + Send;
}

/// Works on what there is of a sort on an instance, at most so many items of each, as far as the instance's limits leave room;
/// how many were closed, or sent and not answered. `process` is this one: no other works on the same meanwhile.
///
/// # Errors
/// The store's, the first there was: the others had their turn all the same. Whoever claims it next goes on where this
/// stopped; one that cannot be read is paused.
pub async fn work<W: Work>(
    app: &Arc<App>,
    instance: &Arc<Instance>,
    process: &str,
    most: usize,
) -> sqlx::Result<usize> {
    let (mut ended, mut first) = (0, None);
    for id in W::CLAIMS.free(&app.store, Some(&instance.name), process, app.clock.now()).await? {
        // One that is refused or damaged must not keep the others waiting.
        match one::<W>(app, instance, &id, process, most).await {
            Ok(more) => ended += more,
            Err(error) => {
                tracing::error!(%error, work = id, "batches.stopped");
                first.get_or_insert(error);
            }
        }
    }
    first.map_or(Ok(ended), Err)
}

/// Whether the same would be found with every try.
fn is_damage(error: &sqlx::Error) -> bool {
    matches!(error, sqlx::Error::Decode(_) | sqlx::Error::ColumnDecode { .. })
}

async fn one<W: Work>(
    app: &Arc<App>,
    instance: &Arc<Instance>,
    id: &str,
    process: &str,
    most: usize,
) -> sqlx::Result<usize> {
    let found = W::find(app, instance, id).await;
    if found.as_ref().is_err_and(is_damage) {
        W::set_aside(app, id).await?;
    }
    let Some(work) = found? else { return Ok(0) };
    // What its row says of that is nobody's word.
    if app.store.is_paused(&work.task().id).await? {
        return Ok(0);
    }
    if !W::CLAIMS.take(&app.store, id, process, app.clock.now()).await? {
        return Ok(0);
    }
    let done = go(app, instance, &work, process, most).await;
    if done.as_ref().is_err_and(is_damage) {
        // It stops also where the record cannot say so.
        staged(app, Progress::Paused, None, work.task()).await.ok();
        work.pause("The stored data of this row can’t be read.").await?;
    }
    done
}

async fn go<W: Work>(app: &Arc<App>, instance: &Instance, work: &W, process: &str, most: usize) -> sqlx::Result<usize> {
    let task = work.task();
    let (mut ended, mut after) = (0, -1);
    while ended < most && !app.ledger.is_ending() {
        if let Some(wait) = acting::client(app, &task.operator, instance).await?.background_waits() {
            let on = Zone::default().clock(app.clock.now().plus(wait));
            work.wait(&format!("Background share of the rate limit used up; continues at {on}.")).await?;
            break;
        }
        // Paused, or taken over by another process.
        if !W::CLAIMS.renew(&app.store, &task.id, process, app.clock.now()).await? {
            break;
        }
        // The row can be written by whoever holds the store: what was paused goes on when an entry says so.
        if app.store.is_paused(&task.id).await? {
            tracing::error!(
                work = task.id,
                "batches.paused_by_the_record: its row says that it goes on, and no entry does"
            );
            break;
        }
        let Some(item) = work.next(after).await? else {
            if work.end().await? {
                // Where it cannot be recorded, the log says so.
                staged(app, Progress::Ended, None, task).await.ok();
            }
            break;
        };
        after = W::position(&item);
        let mut came = 0;
        let stands = match work.found(&item).await {
            Stands::Waiting => match on_behalf(app, work).await? {
                Ok(context) => {
                    came = 1;
                    work.mark(&item, State::UnderWay, None, None).await?;
                    work.carry(context, &item).await
                }
                Err(stands) => stands,
            },
            // It stays as it is.
            Stands::Wait(note) => {
                work.wait(&note).await?;
                break;
            }
            found => found,
        };
        match stands {
            Stands::Waiting => work.mark(&item, State::Waiting, None, None).await?,
            Stands::UnderWay(entry, said) => {
                work.mark(&item, State::UnderWay, entry, said).await?;
                ended += came;
            }
            Stands::Closed(outcome, entry, said) => {
                work.mark(&item, State::Closed(outcome), entry, said).await?;
                work.wait("").await?;
                ended += 1;
            }
            Stands::Wait(note) => {
                work.mark(&item, State::Waiting, None, Some(note.clone())).await?;
                work.wait(&note).await?;
                break;
            }
            Stands::Stop(why) => {
                work.mark(&item, State::Waiting, None, Some(why.clone())).await?;
                // It stops also where the record cannot say so.
                staged(app, Progress::Paused, None, task).await.ok();
                work.pause(&why).await?;
                break;
            }
        }
    }
    Ok(ended)
}

/// The person who began it, as they stand now. What a contractor's grants allow is asked for with each item, which is then
/// refused by itself.
async fn on_behalf(app: &Arc<App>, work: &impl Work) -> sqlx::Result<Result<Context, Stands>> {
    let (task, permission) = (work.task(), work.permission());
    let gone = || {
        Ok(Err(Stands::Stop("The person who started this no longer has access, or may no longer do it.".to_owned())))
    };
    let person = operators::by_id(&app.store, &task.operator).await?;
    let allowed = |person: &Operator| person.may_sign_in() && access::allows(person.role, permission);
    let Some(person) = person.filter(allowed) else { return gone() };
    let actor = acting::actor(&app.store, person, format!("batch {}", task.id), app.clock.now()).await?;
    // What cannot be read now is found out with the deed itself.
    if let Ok(Some(_)) = acting::lapse(app, &actor, permission, &task.instance).await {
        return gone();
    }
    let context = Context::of_job(app.clone(), actor);
    Ok(match work.may(&context).await {
        Ok(()) => Ok(context),
        Err(problem) if problem.kind == Kind::Unavailable => Err(Stands::Wait(problem.what)),
        Err(problem) => Err(Stands::Stop(problem.what)),
    })
}

/// Puts into the record that many were begun, paused or let go on, by somebody or by the console itself, or that they are
/// through.
///
/// # Errors
/// If the record does not answer: the log says why, and whether the entry stands is not known.
pub async fn staged(app: &App, stage: Progress, by: Option<&Actor>, task: &Task) -> Result<(), Problem> {
    let Task { id, instance, kind, number, .. } = task.clone();
    let operator = by.map(|by| by.operator.clone());
    let fact = Fact::Batch { stage, id, operator, instance, kind, number };
    app.ledger.fact_of(fact, by.and_then(|by| by.request.as_deref())).await.map_err(|error| {
        tracing::error!(%error, work = task.id, "batches.unrecorded");
        // The entry may stand all the same: the answer alone may be lost.
        Problem::unavailable(
            "The audit log can’t be reached, so it’s not known whether this was started, paused or resumed.",
            "Check again in a moment before you repeat it.",
        )
    })
}
