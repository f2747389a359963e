//! The write path, once for all deeds: intent, a last look, the instance, the state read back, outcome.
//!
//! From open to close a deed runs in a task of its own: a browser that goes away neither cancels it nor leaves its subject
//! locked. A deed that was sent and not answered is watched for two minutes and closed by what is read. What may have arrived and
//! was not seen by then has not failed: it is looked for again, seldom, for a day.

use crate::{
    access::{Permit, Role},
    acting,
    clock::{DAY, LARGEST_SKEW, MINUTE, SECOND, Timestamp},
    context::{App, Context},
    deeds::OnInstance,
    id::{AccountId, InstanceName},
    ledger::{
        AS_MEANT, Acting, Answer, Answered, Deed, Entry, Filter, Later, LedgerError, Mark, NOT_SEEN, NotOpened,
        OpenDeed, Outcome, Step, Subject, Verdict, Warrant,
    },
    mastodon::{
        Instance,
        database::{DatabaseError, Read, Untried},
        rest::Client,
    },
    path,
    problem::{Kind, Problem},
    record::{self, DeedState},
    store::{
        Store, Withheld, held, operators,
        rights::FOUND_DONE,
        snapshots,
        sought::{self, Newest, Sought},
        store_problem, untold,
    },
    text::{Why, time},
};
use serde_json::{Value, json};
use std::{
    pin::{Pin, pin},
    sync::{Arc, PoisonError},
    time::Duration,
};
use tokio::{sync::oneshot, time::timeout};
use tracing::{Instrument, Span, field};

/// So long a deed without an answer is watched, with its subject locked.
const WITHOUT_A_TRACE: i64 = 2 * MINUTE;

/// A deed whose outcome cannot be recorded for so long is told as sent and not yet recorded.
const UNRECORDED: Duration = Duration::from_secs(8);

/// How much of a deed has left a trace that only this deed can have left.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Trace {
    None,
    Part,
    Whole,
}

/// What was read back after a deed.
#[derive(Clone, Debug)]
pub struct Evidence {
    pub trace: Trace,
    /// Whether the state is what the deed meant, whoever did it.
    pub state_is_right: bool,
    /// In clear: counts and words.
    pub facts: Value,
    /// Sealed.
    pub seen: Value,
}

/// A deed that is carried out on an instance.
pub trait Carry: OnInstance {
    /// What has changed since the person looked, in a sentence; `None` if nothing has.
    fn stale_reason(&self, read: &mut Read) -> impl Future<Output = Result<Option<String>, DatabaseError>> + Send;

    /// Whether an answer that accepts it proves that it was done, where nothing can be read back.
    const ANSWER_PROVES: bool = true;

    /// Whether what was sent and not answered may still be done long after: in a queue, or by whoever held the request. What is
    /// written to the instance's database ends with its connection.
    const MAY_COME_LATER: bool = true;

    /// Whether what it asks for goes on after the answer: what is read back at once then says nothing against it.
    const ASYNC_ON_INSTANCE: bool = false;

    /// Sends it: by `client`, which calls as the account the deed is recorded to be done as. Another client of the instance
    /// would send nothing.
    fn send(
        warrant: Warrant<Self>,
        context: &Context,
        instance: &Instance,
        client: &Client,
    ) -> impl Future<Output = Answered<Self>> + Send;

    /// Reads back what came of it.
    fn evidence(
        &self,
        mark: Mark,
        acting: AccountId,
        read: &mut Read,
    ) -> impl Future<Output = Result<Evidence, DatabaseError>> + Send;

    /// What the console itself does about a deed that is closed: nothing, for most.
    fn afterwards(&self, _app: &App, _intent: i64, _outcome: Outcome) -> impl Future<Output = sqlx::Result<()>> + Send {
        async { Ok(()) }
    }

    /// What is harmless to do again, before it is read what became of one whose process died: nothing, for most.
    fn again(&self, _instance: &Instance) -> impl Future<Output = ()> + Send {
        async {}
    }

    /// What is said of one whose process died, where the console's own list knows of it beside the instance; `None` while that
    /// cannot be read.
    fn by_own_list(
        &self,
        _app: &App,
        _intent: i64,
        by_traces: Verdict,
    ) -> impl Future<Output = Option<Verdict>> + Send {
        async { Some(by_traces) }
    }

    /// The steps whose answers decide; the others are courtesy.
    fn deciding(steps: &[Step]) -> &[Step] {
        steps
    }
}

/// A deed on the console's own store.
pub trait InStore: Deed {
    /// Whether one whose process died took place: what is read in the store is the whole truth. `None` where it says nothing.
    fn was_done(&self, app: &App, intent: i64) -> impl Future<Output = sqlx::Result<Option<bool>>> + Send;
}

/// A deed that is closed, or watched.
#[derive(Clone, Debug)]
pub struct Done {
    pub index: i64,
    pub outcome: Outcome,
    pub facts: Value,
    /// What the instance said, where it refused.
    pub said: Option<String>,
    /// Nothing of it reached the instance.
    pub unsent: bool,
}

impl Done {
    /// Where it leads: on, or back with the reason.
    ///
    /// # Errors
    /// What was not done, in words.
    pub fn landed(self, to: &str) -> Result<String, Problem> {
        match self.outcome {
            Outcome::Succeeded | Outcome::Unknown => Ok(path::done(to, self.index)),
            Outcome::Partly => Err(Problem::new(
                Kind::Conflict,
                format!("Only partly done{}.", self.said.map(|said| format!(": {said}")).unwrap_or_default()),
                format!("The page shows the current state; entry {} has the details.", self.index),
            )),
            Outcome::Failed | Outcome::Stale | Outcome::Refused => Err(Problem::new(
                Kind::Conflict,
                format!("Nothing was changed: {}.", self.said.unwrap_or_else(|| "the instance refused".to_owned())),
                format!("What you typed is kept. Entry {} has the details.", self.index),
            )),
        }
    }
}

fn database_problem(error: &DatabaseError) -> Problem {
    Problem::unavailable(
        format!("{error}, so nothing was done."),
        "What you typed is kept. Try again when the instance is back.",
    )
}

/// Carries a deed out for somebody with a permit. Returns when it is closed, or when it was sent and not answered.
///
/// # Errors
/// Busy, overtaken, refused, unwritable ledger: each with what to do, and in all of them what was typed comes back.
pub async fn carry_out<D: Carry>(
    context: Context,
    instance: Arc<Instance>,
    permit: Permit,
    deed: D,
    why: impl Into<Why>,
) -> Result<Done, Problem> {
    let why: Why = why.into();
    let (tell, told) = oneshot::channel();
    tokio::spawn(async move {
        let mut tell = Some(tell);
        let outcome = |done: &Result<Done, Problem>| done.as_ref().ok().map(|done| done.outcome);
        let result = seen::<D, _>(Box::pin(run(&context, &instance, permit, deed, why, &mut tell)), outcome).await;
        if let Some(tell) = tell
            && tell.send(result).is_err()
        {
            tracing::info!("deed.nobody_waits");
        }
    });
    told.await.unwrap_or_else(|_| {
        Err(Problem::unavailable("The action was interrupted.", "Check the audit log for the outcome."))
    })
}

type Tell = Option<oneshot::Sender<Result<Done, Problem>>>;

/// Does a deed under a span: all that is logged on the way stands in it, within the request it was asked by, and at the end
/// how it went and how long it took. Whom it is about stands in the record, at the entry that the span names.
async fn seen<D: Deed, T>(work: Pin<Box<impl Future<Output = T>>>, outcome: impl FnOnce(&T) -> Option<Outcome>) -> T {
    let span = tracing::info_span!("deed", kind = D::KIND, entry = field::Empty);
    let started = std::time::Instant::now();
    let done = work.instrument(span.clone()).await;
    let milliseconds = started.elapsed().as_secs_f64() * 1000.0;
    let outcome = outcome(&done).map_or("not done", Outcome::name);
    span.in_scope(|| tracing::info!(outcome, milliseconds, "deed"));
    done
}

async fn run<D: Carry>(
    context: &Context,
    instance: &Instance,
    permit: Permit,
    deed: D,
    why: Why,
    tell: &mut Tell,
) -> Result<Done, Problem> {
    let app = &context.app;
    if let Some(untried) = instance.read_only().filter(|_| !deed.in_doubt_too()) {
        return Err(read_only(&instance.name, &untried));
    }
    if let Some(how) = &instance.health().another {
        return Err(Problem::unavailable(
            format!("Nothing was done: the console reads another server’s database ({how})."),
            "Whoever runs Howdah checks database_url and base_url of this instance in the configuration.",
        ));
    }
    let acting_client = acting::acting_client(context, instance, &deed).await?;
    let acting = acting_client.account;
    let mark = {
        let mut read = instance.database.read().await.map_err(|error| database_problem(&error))?;
        read.mark().await.map_err(|error| database_problem(&error))?
    };
    let warrant = app
        .ledger
        .open(permit, deed, why, acting_client.acting, mark)
        .await
        .map_err(|error| not_opened(context, error))?;
    Span::current().record("entry", warrant.index());
    let deed = warrant.deed().clone();

    // The state is read again after the intent stands: nobody else can begin a deed about it from here on.
    let stale_reason = match instance.database.read().await {
        Ok(mut read) => deed.stale_reason(&mut read).await,
        Err(error) => Err(error),
    };
    match stale_reason {
        Ok(None) => {}
        Ok(Some(what)) => {
            let answered = warrant.unsent(what.clone());
            let verdict = Verdict::stale(json!({ "changed": what }));
            let others = lately_by_others(context, &deed, answered.index()).await;
            let problem = Problem::new(
                Kind::Conflict,
                format!("Nothing was done: {what}.{}", others.unwrap_or_default()),
                "The page shows the current state. What you typed is kept; decide again.",
            );
            close(app, &answered, &verdict, tell, || Err(problem.clone())).await;
            closed_late(context, answered.index(), tell).await;
            return Err(problem);
        }
        Err(error) => {
            let answered = warrant.unsent(error.to_string());
            let verdict =
                Verdict { outcome: Outcome::Failed, facts: json!({}), seen: json!({ "reason": error.to_string() }) };
            close(app, &answered, &verdict, tell, || Err(database_problem(&error))).await;
            closed_late(context, answered.index(), tell).await;
            return Err(database_problem(&error));
        }
    }
    // By this process's own measure: a clock that is set meanwhile makes two minutes neither longer nor shorter.
    let opened = std::time::Instant::now();
    let answered = D::send(warrant, context, instance, &acting_client.client).await;
    let sent_at = app.clock.now();
    let back = read_back(instance, &deed, mark, acting, sent_at).await;
    let mut verdict = match conclude::<D>(Some(answered.steps()), &back, age(opened)) {
        Some(verdict) => verdict,
        None => {
            // Sent, and not answered or not seen yet. The person is told so; the task goes on looking.
            if let Some(tell) = tell.take() {
                let words = format!("{} The console keeps checking for two minutes.", not_yet(&answered, &back));
                // Before they are answered: the page they come to tells them of it already.
                to_be_told(context, answered.index()).await;
                let _ = tell.send(Ok(watched(app, &answered, words)));
            }
            look_on(instance, &answered, (mark, acting, sent_at), back, opened).await
        }
    };
    let overtaken = match verdict.outcome {
        Outcome::Failed => overtaken(instance, &deed, answered.steps()).await,
        _ => None,
    };
    if let Some(what) = &overtaken {
        verdict.seen["changed meanwhile"] = json!(what);
    }
    close(app, &answered, &verdict, tell, || {
        let words = "sent, but not recorded yet: the console’s own database can’t be written. The console keeps \
        trying; don’t send it again.";
        Ok(watched(app, &answered, words.to_owned()))
    })
    .await;
    app.watched.lock().unwrap_or_else(PoisonError::into_inner).remove(&answered.index());
    closed_late(context, answered.index(), tell).await;
    afterwards(app, &deed, answered.index(), &verdict).await;
    // Whose token does not hold any more was not let in at all.
    let unsent = answered.steps().iter().all(|step| {
        matches!(
            step.answer,
            Answer::NotSent { .. } | Answer::RefusedInFront { .. } | Answer::Refused { status: 401, .. }
        )
    });
    let said = overtaken.or_else(|| said(answered.steps()));
    Ok(Done { index: answered.index(), outcome: verdict.outcome, facts: verdict.facts, said, unsent })
}

fn age(opened: std::time::Instant) -> i64 {
    i64::try_from(opened.elapsed().as_millis()).unwrap_or(i64::MAX)
}

/// Why it cannot be said yet what became of a deed that was sent.
fn not_yet<D: Deed>(answered: &Answered<D>, back: &Back) -> String {
    match said(answered.steps()) {
        Some(said) => format!("sent, but the instance did not answer. Details: {}.", said.trim_end_matches('.')),
        None if back.late => {
            "accepted, but not visible yet: the database the console reads is a copy, and is behind.".to_owned()
        }
        None if back.evidence.is_ok() => "accepted, but nothing of it is there yet.".to_owned(),
        None => "accepted, but the console can’t read whether it’s done.".to_owned(),
    }
}

/// Looks again until it can be said what became of a deed that was sent.
async fn look_on<D: Carry>(
    instance: &Instance,
    answered: &Answered<D>,
    (mark, acting, sent_at): (Mark, AccountId, Timestamp),
    mut back: Back,
    opened: std::time::Instant,
) -> Verdict {
    let mut doubted = false;
    loop {
        // What a copy does not show yet is no doubt.
        doubted |= back.evidence.is_ok() && !back.late;
        tokio::time::sleep(Duration::from_secs(2)).await;
        back = Back { doubted, ..read_back(instance, answered.deed(), mark, acting, sent_at).await };
        if let Some(verdict) = conclude::<D>(Some(answered.steps()), &back, age(opened)) {
            return verdict;
        }
    }
}

/// What had changed by the time that the instance refused: then that is why, whatever it says. `None` where nothing had, or it cannot be
/// read.
async fn overtaken<D: Carry>(instance: &Instance, deed: &D, steps: &[Step]) -> Option<String> {
    let refused = |step: &Step| matches!(step.answer, Answer::Refused { status: 403 | 404 | 422, .. });
    if !D::deciding(steps).iter().any(refused) {
        return None;
    }
    let stale = async { deed.stale_reason(&mut instance.database.read().await?).await };
    stale.await.inspect_err(|error| tracing::warn!(%error, "deed.overtaken")).ok()?
}

/// What a colleague did last about the same thing from here, for somebody who comes too late: a sentence. `None` where the record
/// knows of nothing within a day, and where it does not answer.
async fn lately_by_others<D: Deed>(context: &Context, deed: &D, before: i64) -> Option<String> {
    let app = &context.app;
    let now = app.clock.now();
    let filter = Filter {
        subject: Some(app.ledger.subject(&deed.subject())),
        from: Some(now.plus(-DAY)),
        before: Some(before),
        limit: 10,
        ..Filter::default()
    };
    let entries = app.ledger.list(&filter).await.ok()?;
    let by_another = |entry: &&Entry| {
        entry.operator.as_deref().is_some_and(|id| id != context.actor.operator.0)
            && matches!(
                record::state(entry),
                Some(DeedState::Succeeded | DeedState::Partly | DeedState::Unknown | DeedState::Later)
            )
    };
    let mut last = None;
    for entry in entries.into_iter().filter(|entry| by_another(&entry)) {
        // Who looked, and who only held it, changed nothing of it; where that is not known, nobody is named in another's place.
        if record::deed_of(&entry).ok()?.is_some_and(|deed| deed.is_a_change()) {
            last = Some(entry);
            break;
        }
    }
    let entry = &record::as_told(&context.actor, last?);
    // Whom a contractor works with is no business of his or hers.
    let who = match context.actor.role {
        Role::Contractor => "Somebody of the team".to_owned(),
        _ => record::name(&operators::list(&app.store).await.ok()?, entry),
    };
    let line = record::line(entry, &who);
    // Whether that is why is not known: somebody may have done something else on the instance since.
    let at = time::relative(entry.at, now);
    Some(format!(" The last action here about it: {who} {} ({at}, entry {}).", line.what, entry.index))
}

/// Whoever acts is to be told what comes of it: they are answered before that is known, or wait no longer. What is done in the
/// background on somebody's behalf tells it at its own place.
async fn to_be_told(context: &Context, entry: i64) {
    if context.actor.request.is_none() {
        return;
    }
    let (app, operator) = (&context.app, &context.actor.operator);
    if let Err(error) = untold::keep(&app.store, entry, operator, app.clock.now()).await {
        tracing::error!(%error, entry, "deed.untold");
    }
}

/// A deed is closed: whoever was answered before that, or waits no longer, has yet to be told.
async fn closed_late(context: &Context, entry: i64, tell: &Tell) {
    if tell.as_ref().is_none_or(oneshot::Sender::is_closed) {
        to_be_told(context, entry).await;
        context.app.listeners.look();
    }
}

/// What somebody is told of a deed that is not closed yet; the page it leads to says these words.
fn watched<D: Deed>(app: &App, answered: &Answered<D>, words: String) -> Done {
    app.watched.lock().unwrap_or_else(PoisonError::into_inner).insert(answered.index(), words);
    Done {
        index: answered.index(),
        outcome: Outcome::Unknown,
        facts: json!({ "watched": true }),
        said: said(answered.steps()),
        unsent: false,
    }
}

/// Why nothing is changed on an instance of a release that nobody tried the console with. Worth another attempt: an owner may
/// allow it, and the console be updated.
fn read_only(instance: &InstanceName, untried: &Untried) -> Problem {
    let remedy = match untried.release() {
        _ if *untried == Untried::Unsaid => {
            "The console keeps asking its /api/v2/instance, and acts once that answers.".to_owned()
        }
        Some(release) => format!(
            "Update Howdah, or ask an owner to set untried_release = \"{release}\" for this instance in the \
            configuration."
        ),
        None => "Check that base_url points to that instance: the console shows servers other than Mastodon, but \
        doesn’t act on them."
            .to_owned(),
    };
    Problem::unavailable(
        format!("Nothing was done: {instance} {}.", untried.clause()),
        format!("{remedy} You can still close registrations."),
    )
}

/// The deed is done and recorded: what fails here is said in the log and changes nothing of that.
async fn afterwards<D: Carry>(app: &App, deed: &D, intent: i64, verdict: &Verdict) {
    // Settings and rules are looked at for what changes elsewhere: from what this deed left on.
    if let (Some(instance), false) = (deed.instance(), matches!(deed.subject(), Subject::Account(..)))
        && let Err(error) = snapshots::soon(&app.store, instance, app.clock.now()).await
    {
        tracing::error!(%error, intent, "deed.snapshots");
    }
    // Of what was not seen to have happened nothing follows yet.
    if verdict.facts[NOT_SEEN] != true
        && let Err(error) = deed.afterwards(app, intent, verdict.outcome).await
    {
        tracing::error!(%error, intent, deed = D::KIND, "deed.afterwards");
    }
}

/// What was read after a deed.
pub struct Back {
    pub evidence: Result<Evidence, DatabaseError>,
    /// It was read from a copy that may not show the deed yet: what is not there says nothing.
    pub late: bool,
    /// It was accepted, and a look before this one found nothing of it: the yes may be somebody else's, and so may what is there
    /// by now.
    pub doubted: bool,
}

async fn read_back<D: Carry>(instance: &Instance, deed: &D, mark: Mark, acting: AccountId, sent_at: Timestamp) -> Back {
    let mut late = false;
    let read = async {
        let mut read = instance.database.read().await?;
        late = read.standby().await?.is_some_and(|standby| standby.may_lack(sent_at));
        deed.evidence(mark, acting, &mut read).await
    };
    let evidence = read.await;
    Back { evidence, late, doubted: false }
}

/// Carries out one deed on the console's own store: intent, change, outcome. The change is given the store to write through,
/// which writes in one transaction, and only while the deed is open and this process's: once another one has closed it, nothing
/// is written. Gives the index of the entry, for the page that says what came of it; `None` where nothing was as it was seen.
///
/// # Errors
/// Busy, unwritable ledger, or the store's refusal; in the first two nothing was changed. After the last the store is asked
/// what became of it: an answer may be lost after its commit, and an error then is no proof that nothing was done.
pub async fn recorded<D: InStore, F: Future<Output = sqlx::Result<bool>>>(
    app: &App,
    permit: Permit,
    deed: D,
    why: impl Into<Why>,
    change: impl FnOnce(Store) -> F,
) -> Result<Option<i64>, Problem> {
    let change = |store| {
        let change = change(store);
        async { Ok(change.await?.then(|| json!({}))) }
    };
    recorded_as_read(app, permit, deed, why, change).await
}

/// The same for a change that says what was read back after it, in clear.
///
/// # Errors
/// Busy, unwritable ledger, or the store's refusal; in the first two nothing was changed. After the last the store is asked
/// what became of it: an answer may be lost after its commit, and an error then is no proof that nothing was done.
pub async fn recorded_as_read<D: InStore, F: Future<Output = sqlx::Result<Option<Value>>>>(
    app: &App,
    permit: Permit,
    deed: D,
    why: impl Into<Why>,
    change: impl FnOnce(Store) -> F,
) -> Result<Option<i64>, Problem> {
    let outcome = |done: &Result<Option<i64>, Problem>| match done {
        Ok(Some(_)) => Some(Outcome::Succeeded),
        Ok(None) => Some(Outcome::Stale),
        Err(_) => None,
    };
    seen::<D, _>(Box::pin(record(app, permit, deed, why.into(), change)), outcome).await
}

async fn record<D: InStore, F: Future<Output = sqlx::Result<Option<Value>>>>(
    app: &App,
    permit: Permit,
    deed: D,
    why: Why,
    change: impl FnOnce(Store) -> F,
) -> Result<Option<i64>, Problem> {
    let warrant = opened(app, permit, deed, why).await?;
    Span::current().record("entry", warrant.index());
    let store = app.ledger.store_for(&warrant);
    let changed = change(store.clone()).await;
    let (outcome, answer, facts) = match &changed {
        Ok(Some(facts)) => (Outcome::Succeeded, Answer::Accepted { body: json!({}) }, facts.clone()),
        Ok(None) => {
            let why = "it had changed since you saw it".to_owned();
            (Outcome::Stale, Answer::NotSent { why }, json!({}))
        }
        Err(error) => match after_error(app, &warrant, &store).await {
            Some((Outcome::Failed, facts)) => (Outcome::Failed, Answer::NotSent { why: held::told(error) }, facts),
            Some((outcome, facts)) => (outcome, Answer::Lost { why: held::told(error) }, facts),
            // Left open: without the warrant nobody renews its lease, and the sweep reads what became of it.
            None => return Err(broken_off(warrant.index(), error)),
        },
    };
    let answered = warrant.answered(vec![Step { what: "the console’s own store".to_owned(), answer }]);
    let verdict = Verdict { outcome, facts, seen: json!({}) };
    let closed = app.ledger.close(&answered, &verdict).await;
    if let Err(error) = closed
        && matches!(changed, Ok(Some(_)))
    {
        tracing::error!(%error, deed = D::KIND, index = answered.index(), "deed.close");
        if matches!(error, LedgerError::AlreadyClosed(_)) {
            return Err(Problem::new(
                Kind::Conflict,
                format!("Done, but so late that another process closed entry {} in the meantime.", answered.index()),
                "The entry says what was found. Check the page before you repeat anything.",
            ));
        }
        // Not a fault of the store: what was typed must not be sent again as if nothing had happened.
        return Err(Problem::new(
            Kind::Conflict,
            format!("Done, but the outcome of entry {} couldn’t be written yet.", answered.index()),
            "The console keeps trying. Check the page before you repeat anything.",
        ));
    }
    changed.map(|done| done.map(|_| answered.index())).map_err(|error| match Withheld::of(&error) {
        Some(withheld) => not_written(withheld),
        None if outcome == Outcome::Failed => store_problem(error),
        None => broken_off(answered.index(), &error),
    })
}

/// What became of a change that ended in an error; `None` where that cannot be read now.
async fn after_error<D: InStore>(app: &App, warrant: &Warrant<D>, store: &Store) -> Option<(Outcome, Value)> {
    if !store.may_have_written() {
        return Some((Outcome::Failed, json!({})));
    }
    let at_rest = store.come_to_rest().await;
    if let Err(error) = at_rest {
        tracing::error!(%error, index = warrant.index(), deed = D::KIND, "deed.left");
        return None;
    }
    found(app, warrant.index(), warrant.deed()).await
}

/// A change that ended in an error, and was not found undone.
fn broken_off(entry: i64, error: &sqlx::Error) -> Problem {
    held::note(error);
    tracing::error!(%error, entry, "deed.broken_off");
    // Not a fault of the store: what was typed must not be sent again as if nothing had happened.
    Problem::new(
        Kind::Conflict,
        format!("This was interrupted and may have been done: see entry {entry} in the audit log."),
        "Check the page before you repeat anything.",
    )
}

/// Opens a deed that goes to no instance: a change in the console's own store, or something read that nobody sees without an
/// entry.
///
/// # Errors
/// Busy, or unwritable ledger: nothing may be done and nothing shown.
pub async fn opened<D: Deed>(app: &App, permit: Permit, deed: D, why: impl Into<Why>) -> Result<Warrant<D>, Problem> {
    app.ledger.open(permit, deed, why, Acting::Console, Mark::default()).await.map_err(|error| match error {
        NotOpened::Busy { .. } => Problem::new(
            Kind::Conflict,
            "Nothing was done: somebody else is changing the same thing right now.",
            "Check again in a moment.",
        ),
        NotOpened::Unwritable(error) => unwritable(&error),
    })
}

/// Closes a deed that only read something: what was found is shown after this, and not before. `answer` is what is kept of
/// it; `facts` stand in clear.
///
/// # Errors
/// If the outcome cannot be written; then nothing is shown.
pub async fn closed_as_read<D: Deed>(
    app: &App,
    warrant: Warrant<D>,
    answer: Answer,
    facts: Value,
) -> Result<Answered<D>, Problem> {
    let outcome = match answer {
        Answer::Accepted { .. } => Outcome::Succeeded,
        Answer::NotSent { .. } | Answer::RefusedInFront { .. } | Answer::Refused { .. } | Answer::Lost { .. } => {
            Outcome::Failed
        }
    };
    let answered = warrant.answered(vec![Step { what: "read".to_owned(), answer }]);
    let verdict = Verdict { outcome, facts, seen: json!({}) };
    app.ledger.close(&answered, &verdict).await.map_err(store_problem)?;
    Ok(answered)
}

/// Why a deed changed nothing in the console's own store.
fn not_written(withheld: &Withheld) -> Problem {
    tracing::error!(%withheld, "deed.withheld");
    match withheld {
        Withheld::Closed(entry) => Problem::new(
            Kind::Conflict,
            format!(
                "This took so long that another process closed entry {entry} in the meantime. Nothing was changed."
            ),
            "What you typed is kept. Check the page, then do it again.",
        ),
        Withheld::Foreign(what) => Problem::unavailable(
            format!("Nothing was changed: {what}."),
            "Whoever runs Howdah does that on the server. Then try again.",
        ),
        Withheld::Turned => Problem::unavailable(
            "Nothing was changed: schemas, tables or functions of the console’s own database were renamed or replaced at the same moment.",
            "What you typed is kept. Try again.",
        ),
    }
}

/// What the instance said against it.
fn said(steps: &[Step]) -> Option<String> {
    steps.iter().find_map(|step| match &step.answer {
        Answer::Accepted { .. } => None,
        Answer::NotSent { why } | Answer::RefusedInFront { why } | Answer::Lost { why } => Some(why.clone()),
        Answer::Refused { message, .. } => Some(message.clone()),
    })
}

/// Closes a deed, however long that takes. Who waits is told after [`UNRECORDED`] how it stands, and waits no longer.
async fn close<D: Deed>(
    app: &App,
    answered: &Answered<D>,
    verdict: &Verdict,
    tell: &mut Tell,
    so_far: impl FnOnce() -> Result<Done, Problem>,
) {
    let mut closing = pin!(recorded_at_last(app, answered, verdict));
    if timeout(UNRECORDED, &mut closing).await.is_ok() {
        return;
    }
    if let Some(tell) = tell.take() {
        let _ = tell.send(so_far());
    }
    closing.await;
}

/// Closes a deed, again and again while the ledger cannot be written: it has happened, so it must be recorded.
async fn recorded_at_last<D: Deed>(app: &App, answered: &Answered<D>, verdict: &Verdict) {
    for attempt in 0u32.. {
        match app.ledger.close(answered, verdict).await {
            Ok(()) | Err(LedgerError::AlreadyClosed(_)) => return,
            Err(error) => {
                tracing::error!(%error, index = answered.index(), attempt, "deed.close");
                tokio::time::sleep(Duration::from_millis(200 * u64::from(attempt.min(50) + 1))).await;
            }
        }
    }
}

fn not_opened(context: &Context, error: NotOpened) -> Problem {
    match error {
        NotOpened::Busy { since, by } => {
            let who = match by {
                Some(by) if by == context.actor.operator => "you, in another window,".to_owned(),
                _ => "somebody else".to_owned(),
            };
            let seconds = context.now().since(since) / SECOND;
            Problem::new(
                Kind::Conflict,
                format!(
                    "Nothing was done: {who} started an action on it {seconds} seconds ago, and it isn’t finished."
                ),
                "What you typed is kept. Check again in a moment.",
            )
        }
        NotOpened::Unwritable(error) => unwritable(&error),
    }
}

/// Why no deed was begun: nothing was done, nothing sent and nothing shown.
pub fn unwritable(error: &LedgerError) -> Problem {
    tracing::error!(%error, "ledger.unwritable");
    match error {
        LedgerError::Ending => {
            Problem::unavailable("The console is shutting down. Nothing was done or sent.", "Try again in a moment.")
        }
        LedgerError::Contradicted(_) => Problem::unavailable(
            "Nothing was done: the audit log contradicts itself, and an owner has to decide first.",
            "On the server: howdah audit verify, then howdah audit accept. You can still close registrations.",
        ),
        LedgerError::TooLarge(_) => Problem::new(
            Kind::Invalid,
            "Nothing was done: this is more than one entry of the audit log can hold.",
            "Shorten the text, or select fewer.",
        ),
        LedgerError::Store(_)
        | LedgerError::Unwritten(_)
        | LedgerError::Entry(_)
        | LedgerError::Permit(_)
        | LedgerError::AlreadyClosed(_)
        | LedgerError::Stopped
        | LedgerError::Outside(_) => Problem::unavailable(
            "Nothing was done or sent: the audit log can’t be written.",
            "Whoever runs Howdah finds the reason in its log.",
        ),
    }
}

/// Says what became of a deed from what was answered and what was read back; `None` while that cannot be said yet.
/// `steps` is `None` for a deed whose process died.
pub fn conclude<D: Carry>(steps: Option<&[Step]>, back: &Back, age: i64) -> Option<Verdict> {
    let Back { evidence, late, doubted } = back;
    let over = age >= WITHOUT_A_TRACE;
    let verdict_of = |outcome, fact: Option<&str>| {
        let (mut facts, seen) = match evidence {
            Ok(evidence) => (evidence.facts.clone(), evidence.seen.clone()),
            Err(error) => (json!({ record::UNVERIFIED: true }), json!({ "not read back": error.to_string() })),
        };
        if let Some(fact) = fact {
            facts[fact] = json!(true);
        }
        Some(Verdict { outcome, facts, seen })
    };
    let verdict = |outcome| verdict_of(outcome, None);
    let as_meant = || verdict_of(Outcome::Unknown, Some(AS_MEANT));
    // It may have arrived: that nothing of it was seen so far is no proof that nothing comes.
    let not_seen = |outcome| verdict_of(outcome, D::MAY_COME_LATER.then_some(NOT_SEEN));
    let deciding = steps.map(D::deciding).unwrap_or_default();
    let lost = deciding.iter().any(|step| matches!(step.answer, Answer::Lost { .. }));
    let in_front = deciding.iter().any(|step| matches!(step.answer, Answer::RefusedInFront { .. }));
    if in_front && !lost {
        // What was refused on the way back was done all the same; what is read decides.
        match evidence {
            Ok(evidence) if evidence.trace == Trace::Whole => return verdict(Outcome::Succeeded),
            Ok(evidence) if evidence.trace == Trace::Part => return verdict(Outcome::Partly),
            Ok(evidence) if evidence.state_is_right => return as_meant(),
            Ok(_) if !late => {}
            Ok(_) | Err(_) if !over => return None,
            Ok(_) | Err(_) => return not_seen(Outcome::Unknown),
        }
    }
    if steps.is_some() && !lost {
        let accepted = deciding.iter().filter(|step| matches!(step.answer, Answer::Accepted { .. })).count();
        return match (accepted, deciding.len()) {
            (0, _) => verdict(Outcome::Failed),
            (some, all) if some < all => verdict(Outcome::Partly),
            _ => match evidence {
                Ok(evidence) if !evidence.state_is_right && !D::ASYNC_ON_INSTANCE => {
                    // Mastodon answers after it has acted: a yes of which nothing is there may be somebody else's.
                    let nothing = D::MAY_COME_LATER && evidence.trace == Trace::None;
                    match (*late || nothing, over) {
                        (false, _) => verdict(Outcome::Partly),
                        (true, true) => not_seen(Outcome::Unknown),
                        (true, false) => None,
                    }
                }
                Err(_) if !over || !D::ANSWER_PROVES => None,
                // The answer itself is a trace, also where nothing could be read back for so long; which is said.
                Err(_) => verdict(Outcome::Succeeded),
                // A colleague may have done it.
                Ok(evidence) if *doubted && evidence.trace == Trace::None => as_meant(),
                Ok(_) => verdict(Outcome::Succeeded),
            },
        };
    }
    match evidence {
        Ok(evidence) => match evidence.trace {
            Trace::Whole => verdict(Outcome::Succeeded),
            Trace::Part | Trace::None if over && *late => not_seen(Outcome::Unknown),
            Trace::Part if over => not_seen(Outcome::Partly),
            // A colleague may have done it.
            Trace::None if evidence.state_is_right => as_meant(),
            Trace::None if over && D::MAY_COME_LATER => not_seen(Outcome::Unknown),
            Trace::None if over => verdict(Outcome::Failed),
            Trace::Part | Trace::None => None,
        },
        Err(_) => None,
    }
}

/// What became of a deed on an instance whose process died; `None` while that cannot be said yet.
pub async fn judge_on_instance<D: Carry>(app: &App, open: &OpenDeed, deed: &D) -> Option<Verdict> {
    let gone =
        |reason: &str| Some(Verdict { outcome: Outcome::Unknown, facts: json!({}), seen: json!({ "reason": reason }) });
    let instance = deed.instance().and_then(|name| app.instances.get(name));
    let Some(instance) = instance else { return gone("the instance is not configured any more") };
    deed.again(instance).await;
    // Its traces are those of the account it was begun as, whoever acts here by now.
    let acting = open.acting.account()?;
    let back = read_back(instance, deed, open.mark, acting, open.opened_at).await;
    let age = app.clock.now().since(open.opened_at);
    let verdict = conclude::<D>(None, &back, age).or_else(|| {
        // Begun in the future: the clock has been set back since, and nobody knows how long ago it was.
        (age < -LARGEST_SKEW).then(|| {
            let seen = json!({ "reason": "the clock was set back while it was open" });
            Verdict { outcome: Outcome::Unknown, facts: json!({}), seen }
        })
    })?;
    let verdict = deed.by_own_list(app, open.index, verdict).await?;
    afterwards(app, deed, open.index, &verdict).await;
    Some(verdict)
}

/// What is seen by now of a deed that was sent and not seen to have happened; `None` where nothing new is.
pub async fn look_again<D: Carry>(app: &App, begun: &OpenDeed, deed: &D, sought: &Sought) -> Option<Later> {
    let instance = deed.instance().and_then(|name| app.instances.get(name))?;
    let others = since(app, begun, sought).await?;
    if let Others::Done(after) = others {
        // What that one left is none of this one's traces, and the state is that one's.
        let mut read = instance.database.read().await.ok()?;
        let mark = read.mark().await.ok()?;
        let newest = Newest { log: mark.log, strike: mark.strike };
        let kept = sought::only_after(&app.store, sought.intent, after, newest).await;
        if let Err(error) = kept {
            tracing::error!(%error, intent = sought.intent, "sought.only_after");
        }
        return None;
    }
    let alone = sought.after == sought.intent;
    let Newest { log, strike } = sought.newest;
    let mark = if alone { begun.mark } else { Mark { log, strike } };
    let back = read_back(instance, deed, mark, begun.acting.account()?, begun.opened_at).await;
    let evidence = back.evidence.ok()?;
    let later = match evidence.trace {
        Trace::Whole => Later::Done,
        Trace::Part if !sought.in_part => Later::Partly,
        // Of those that leave no trace, and where a colleague did it.
        Trace::None if alone && evidence.state_is_right => Later::AsMeant,
        Trace::Part | Trace::None => return None,
    };
    let outcome = match later {
        Later::Done if alone => Some(Outcome::Succeeded),
        Later::AsMeant => Some(Outcome::Unknown),
        Later::Done | Later::Partly => None,
    };
    if let Some(outcome) = outcome {
        let verdict = Verdict { outcome, facts: evidence.facts, seen: evidence.seen };
        afterwards(app, deed, begun.index, &verdict).await;
    }
    Some(later)
}

/// What else was done about the same since a deed that is looked for.
enum Others {
    Nothing,
    /// The newest, by its entry: all that was done has its traces by now.
    Done(i64),
}

/// `None` where that is not known now, or another is under way or looked for as well: whose a trace is could not be told.
async fn since(app: &App, begun: &OpenDeed, sought: &Sought) -> Option<Others> {
    let filter =
        Filter { subject: Some(begun.subject.clone()), after: Some(sought.after), limit: 50, ..Filter::default() };
    let entries = app.ledger.list(&filter).await.ok()?;
    // What is passed over is believed under the sealed head alone: otherwise its traces would be taken for this one's.
    app.ledger.prove(&entries).await.ok()?;
    let mut newest = None;
    for other in entries.iter().filter(|entry| entry.kind == "intent") {
        // One whose words do not open now may have changed it, or not.
        if record::deed_of(other).ok()?.is_some_and(|deed| !deed.is_a_change()) {
            continue;
        }
        match app.ledger.proved_outcome(other.index).await.ok()? {
            Some(Outcome::Failed | Outcome::Stale | Outcome::Refused) => {}
            None => return None,
            Some(_) if other.outcome_facts[NOT_SEEN] == true => return None,
            Some(_) => newest = newest.or(Some(other.index)),
        }
    }
    Some(newest.map_or(Others::Nothing, Others::Done))
}

/// What became of a deed on the console's own store whose process died; `None` while that cannot be read.
pub async fn judge_in_store<D: InStore>(app: &App, open: &OpenDeed, deed: &D) -> Option<Verdict> {
    let (outcome, facts) = found(app, open.index, deed).await?;
    Some(Verdict { outcome, facts, seen: json!({ "reason": "closed by reading after its process ended" }) })
}

/// What the store says of a deed that was not followed to its end; `None` while that cannot be read.
async fn found<D: InStore>(app: &App, intent: i64, deed: &D) -> Option<(Outcome, Value)> {
    let done = deed.was_done(app, intent).await.inspect_err(|error| {
        tracing::error!(%error, index = intent, deed = D::KIND, "deed.was_done");
    });
    Some(match done.ok()? {
        // Where a row was changed by it, an older copy of that is older from here on.
        Some(true) => (Outcome::Unknown, json!({ FOUND_DONE: true })),
        Some(false) => (Outcome::Failed, json!({})),
        None => (Outcome::Unknown, json!({})),
    })
}
