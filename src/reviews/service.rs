//! What is drawn, who looks at it, and what they see.

mod case;
mod proposals;
mod sampling;

pub use proposals::{about as proposed, decline};
pub use sampling::keep;

use super::{Judged, Rate, ReviewPage, ReviewsPage, Sort, Stage, Told, Verdict, Waiting, Week, WeekLine, WeekState};
use crate::{
    access::{Permission, allows},
    carry_out::{self, InStore},
    context::{App, Context},
    deeds::{AnyDeed, CommitSample, DrawSample, GiveOpinion, JudgeDecision, LookAhead, ReleaseReview, SettleProposal},
    frame::{self, Framed},
    id::{InstanceName, OperatorId},
    ledger::{Deed, Detail, Entry, Filter, Outcome, Subject, unreadable},
    nouns::reviews::COUNTED,
    path,
    problem::{Kind, Problem},
    record::{self, line, shown_deed},
    search::Search,
    store::{
        operators::{self, Operator},
        reviews::{self, Sample},
        store_problem,
    },
    text::Why,
    ui,
};
use serde_json::json;
use std::collections::BTreeMap;

/// Weeks in the list.
const LISTED: i64 = 8;
/// So many decisions are read for all that is counted; a team of fifty draws fewer.
const MOST: i64 = 10_000;
/// So many that wait are shown, and so many that were judged.
const SHOWN: usize = 50;
const JUDGED: usize = 20;

/// The desk: `/reviews`
///
/// # Errors
/// Forbidden, or a store or record that cannot be read.
pub async fn list(context: &Context, search: &str) -> Result<Framed<ReviewsPage>, Problem> {
    let reviews = allows(context.actor.role, Permission::Review);
    context.permit(if reviews { Permission::Review } else { Permission::ViewOwnLedger }, None).await?;
    Search::parse(search).knows(&[])?;
    let this = Week::of(context.now());
    let since = this.earlier(COUNTED);
    let mut page = ReviewsPage {
        reviews,
        weeks: Vec::new(),
        waiting: Vec::new(),
        more_waiting: false,
        not_yours: 0,
        nobodys: Vec::new(),
        of_sorts: Vec::new(),
        of_people: Vec::new(),
        of_reviewers: Vec::new(),
        since,
        judged: Vec::new(),
        own: own(context).await?,
        proposals: proposals::open(context, None).await?,
    };
    let store = &context.app.store;
    if reviews {
        let samples = reviews::since(store, since, MOST).await.map_err(store_problem)?;
        let people = operators::list(store).await.map_err(store_problem)?;
        page.weeks = weeks(context, this, &samples).await?;
        wait(context, &samples, &people, &mut page).await?;
        count(context, &samples, &people, &mut page);
        let mut newest: Vec<&Sample> = samples.iter().filter(|sample| sample.verdict.is_some()).collect();
        newest.sort_by_key(|sample| std::cmp::Reverse(sample.verdict.map(|(_, entry, _)| entry)));
        for sample in newest.into_iter().take(JUDGED) {
            let deed = entry_of(context, sample).await?.as_ref().and_then(shown_deed);
            page.judged.extend(judged(sample, deed.as_ref()));
        }
    }
    frame::build(context, context.current(), path::REVIEWS, search, page).await
}

/// What was said of this person's own decisions. Whoever opens the page has read it.
async fn own(context: &Context) -> Result<Vec<Judged>, Problem> {
    let (store, you) = (&context.app.store, &context.actor.operator);
    let mut own = Vec::new();
    let samples = reviews::judged_of(store, you, 20).await.map_err(store_problem)?;
    for sample in &samples {
        let entry = entry_of(context, sample).await?;
        let note = note(context, sample).await?;
        let told = judged(sample, entry.as_ref().and_then(shown_deed).as_ref());
        own.extend(told.map(|told| Judged {
            what: entry.as_ref().map(|entry| line(entry, "").what),
            note: Some(note).filter(|note| !note.is_empty()),
            ..told
        }));
    }
    if let Some(newest) = newest_of(&samples) {
        reviews::know_read(store, you, newest).await.map_err(store_problem)?;
    }
    Ok(own)
}

/// The entry of the newest judgement.
fn newest_of(samples: &[Sample]) -> Option<i64> {
    samples.iter().filter_map(|sample| sample.verdict.map(|(_, entry, _)| entry)).max()
}

/// The entry of a decision that was drawn, where it is what the row says.
async fn entry_of(context: &Context, sample: &Sample) -> Result<Option<Entry>, Problem> {
    let detail = context.app.ledger.entry(sample.entry).await.map_err(unreadable)?;
    Ok(detail.map(|detail| detail.entry).filter(|entry| noted_by(entry, sample)))
}

/// Whether a row says of a decision whose it is and about whom as its entry does: one that says otherwise was not drawn.
fn noted_by(entry: &Entry, sample: &Sample) -> bool {
    entry.operator.as_deref() == Some(&sample.operator.0)
        && entry.leaf["subject"].as_str() == Some(sample.subject.as_str())
}

fn judged(sample: &Sample, deed: Option<&AnyDeed>) -> Option<Judged> {
    let (verdict, _, at) = sample.verdict?;
    Some(Judged {
        entry: sample.entry,
        sort: sample.sort,
        verdict,
        at,
        about: deed.map(case::about),
        case: deed.and_then(case::account_of),
        what: None,
        note: None,
    })
}

/// What an overview says of reviews: on one instance, or of all.
///
/// # Errors
/// If store or record cannot be read.
pub async fn told(context: &Context, on: Option<&InstanceName>) -> Result<Told, Problem> {
    let (store, you) = (&context.app.store, &context.actor.operator);
    let read = reviews::read_up_to(store, you).await.map_err(store_problem)?;
    let own = reviews::judged_of(store, you, 100).await.map_err(store_problem)?;
    let proposals = proposals::open(context, on).await?;
    Ok(Told {
        judged: own.iter().filter(|sample| sample.verdict.is_some_and(|(_, entry, _)| entry > read)).count(),
        proposals: proposals.into_iter().map(|proposal| proposal.about).collect(),
    })
}

/// What the second person wrote: it stands sealed in the record, and nowhere else.
async fn note(context: &Context, sample: &Sample) -> Result<String, Problem> {
    let Some((verdict, entry, _)) = sample.verdict else { return Ok(String::new()) };
    let detail = context.app.ledger.entry(entry).await.map_err(unreadable)?;
    // The row is in the store, where somebody may have changed it.
    let says = |detail: &&Detail| {
        let facts = &detail.entry.leaf["facts"];
        detail.entry.deed == JudgeDecision::KIND
            && facts["decision"] == sample.entry
            && facts["verdict"] == verdict.name()
    };
    let detail = detail.as_ref().filter(says).ok_or_else(|| {
        Problem::unavailable(
            format!("What the store has of the review of entry {} isn’t what entry {entry} says.", sample.entry),
            "The audit log has what was said: look there.",
        )
    })?;
    Ok(line(&detail.entry, "").why)
}

/// The newest weeks, those that nothing bound among them, and the next.
async fn weeks(context: &Context, this: Week, samples: &[Sample]) -> Result<Vec<WeekLine>, Problem> {
    let kept = reviews::weeks(&context.app.store, LISTED + 2).await.map_err(store_problem)?;
    let Some(first) = kept.iter().map(|kept| kept.week).min() else { return Ok(Vec::new()) };
    let mut lines = Vec::new();
    for week in (-1..LISTED).map(|weeks| this.earlier(weeks)).filter(|week| *week >= first) {
        let of_week = || samples.iter().filter(|sample| sample.week == week);
        let found = kept.iter().find(|kept| kept.week == week);
        lines.push(WeekLine {
            week,
            state: match found {
                None => WeekState::Missed,
                Some(found) => match (found.drawn, found.decisions) {
                    (Some(entry), Some(decisions)) => WeekState::Drawn(entry, decisions),
                    _ if week.ends() <= context.now() => WeekState::Due,
                    _ => WeekState::Committed,
                },
            },
            committed: found.map(|found| (found.committed, found.committed_at >= week.starts())),
            drawn: of_week().count(),
            judged: of_week().filter(|sample| sample.verdict.is_some()).count(),
        });
    }
    Ok(lines)
}

/// What waits: for this person, for another, or for nobody who is there.
async fn wait(
    context: &Context,
    samples: &[Sample],
    people: &[Operator],
    page: &mut ReviewsPage,
) -> Result<(), Problem> {
    let others: Vec<&Operator> =
        people.iter().filter(|person| person.id != context.actor.operator && may_review(person)).collect();
    let mut open: Vec<&Sample> = samples.iter().filter(|sample| sample.verdict.is_none()).collect();
    open.sort_by_key(|sample| sample.entry);
    let mut decided = Vec::new();
    for sample in open {
        if page.waiting.len() >= SHOWN {
            page.more_waiting = true;
            break;
        }
        if barred(context, &context.actor.operator, sample).await?.is_some() {
            page.not_yours += 1;
            let mut somebodys = false;
            for other in &others {
                somebodys = somebodys || barred(context, &other.id, sample).await?.is_none();
            }
            if !somebodys {
                page.nobodys.push(sample.entry);
            }
            continue;
        }
        let deed = entry_of(context, sample).await?.as_ref().and_then(shown_deed);
        page.waiting.push(Waiting {
            entry: sample.entry,
            week: sample.week,
            sort: sample.sort,
            about: deed.as_ref().map(case::about),
            category: String::new(),
            begun: sample.opinion.is_some(),
        });
        decided.extend(deed.map(|deed| (sample.entry, deed)));
    }
    let mut categories = case::categories(context, &decided).await;
    for one in &mut page.waiting {
        one.category = categories.remove(&one.entry).unwrap_or_default();
    }
    Ok(())
}

/// How often a second person agreed: of each sort, of each person's decisions, and of each reviewer's judgements.
fn count(context: &Context, samples: &[Sample], people: &[Operator], page: &mut ReviewsPage) {
    let mut sorts: BTreeMap<Sort, Rate> = Sort::ALL.into_iter().map(|sort| (sort, Rate::default())).collect();
    let (mut of_people, mut of_reviewers) = (BTreeMap::<OperatorId, Rate>::new(), BTreeMap::<OperatorId, Rate>::new());
    for sample in samples {
        let Some((verdict, ..)) = sample.verdict else { continue };
        sorts.entry(sample.sort).or_default().count(verdict.agrees());
        of_people.entry(sample.operator.clone()).or_default().count(verdict.agrees());
        if let Some(reviewer) = &sample.reviewer {
            of_reviewers.entry(reviewer.clone()).or_default().count(verdict.agrees());
        }
    }
    let named = |rates: BTreeMap<OperatorId, Rate>| {
        let name = |id: &OperatorId| {
            let found = people.iter().find(|person| person.id == *id);
            context
                .actor
                .told(id, || found.map_or_else(|| crate::record::stranger(&id.0), |person| person.name.clone()))
        };
        let mut named: Vec<_> = rates.into_iter().map(|(id, rate)| (name(&id), rate)).collect();
        named.sort_by(|one, other| one.0.cmp(&other.0));
        named
    };
    page.of_sorts = sorts.into_iter().collect();
    page.of_people = named(of_people);
    page.of_reviewers = named(of_reviewers);
}

/// Whether somebody reviews at all.
fn may_review(person: &Operator) -> bool {
    person.may_sign_in() && allows(person.role, Permission::Review)
}

/// Why a decision is not somebody's to look at, as far as the console knows by itself; `None` where it is. Who reported it or is whom it
/// is about is known when it is opened.
async fn barred(context: &Context, you: &OperatorId, sample: &Sample) -> Result<Option<&'static str>, Problem> {
    if sample.operator == *you {
        return Ok(Some("This decision is your own. Somebody else has to review it."));
    }
    match &sample.reviewer {
        Some(reviewer) if reviewer == you => return Ok(None),
        Some(_) => return Ok(Some("Somebody else has begun to review this decision.")),
        None => {}
    }
    let filter =
        Filter { operator: Some(you.0.clone()), subject: Some(sample.subject.clone()), limit: 1, ..Filter::default() };
    // A search is about everybody: having searched as well is no part in it.
    let took_part = !case::is_about_everybody(context, sample).await?
        && !context.app.ledger.list(&filter).await.map_err(unreadable)?.is_empty();
    Ok(took_part.then_some("You took part in this case, so somebody else has to review it."))
}

/// What was drawn, with its entry and its deed, if it is this person's to look at.
async fn find(context: &Context, entry: &str) -> Result<(Sample, Detail, AnyDeed), Problem> {
    let missing = || Problem::never_there(format!("Entry {} isn’t in a sample.", ui::excerpt(entry, 20)));
    let number: i64 = entry.parse().map_err(|_| missing())?;
    let sample = reviews::sample(&context.app.store, number).await.map_err(store_problem)?.ok_or_else(missing)?;
    let detail = context.app.ledger.entry(number).await.map_err(unreadable)?.ok_or_else(missing)?;
    if !noted_by(&detail.entry, &sample) {
        tracing::error!(entry = number, "reviews.row_differs");
        return Err(missing());
    }
    let deed = shown_deed(&detail.entry).ok_or_else(|| {
        Problem::not_found(format!("Entry {number} can’t be reviewed: its sealed text was destroyed or doesn’t open."))
    })?;
    Ok((sample, detail, deed))
}

fn not_yours(why: &'static str) -> Problem {
    Problem::new(Kind::Forbidden, why, "The list shows those that you can review.")
}

/// One decision: `/reviews/{entry}`
///
/// # Errors
/// Forbidden, also for whoever took part; not found, where it was not drawn.
pub async fn review(context: &Context, entry: &str, search: &str) -> Result<Framed<ReviewPage>, Problem> {
    context.permit(Permission::Review, None).await?;
    let (sample, detail, deed) = find(context, entry).await?;
    let you = sample.reviewer.as_ref() == Some(&context.actor.operator);
    let stage = match (&sample.opinion, sample.verdict) {
        (Some(opinion), Some((verdict, entry, _))) => {
            let note = note(context, &sample).await?;
            Stage::Judged { opinion: opinion.clone(), verdict, entry, note, own: you }
        }
        (Some(opinion), None) => Stage::Opinion(opinion.clone()),
        (None, _) => Stage::Blind,
    };
    let is_judged = matches!(stage, Stage::Judged { .. });
    // What is judged may be read by whoever reviews, and by whose decision it was.
    if let Some(why) = barred(context, &context.actor.operator, &sample).await?.filter(|_| !is_judged) {
        return Err(not_yours(why));
    }
    let case = case::then(context, &detail.entry, &deed).await?;
    let shown = !matches!(stage, Stage::Blind);
    let decided = line(&detail.entry, "");
    let proposed = matches!(stage, Stage::Judged { verdict: Verdict::Reverse, .. });
    let mut undoable = case::can_be_undone(&deed);
    let mut undo = case::account_of(&deed).filter(|_| proposed && undoable.is_ok() && sample.settled.is_none());
    if let Some((instance, account)) = &undo
        && case::is_gone(context, instance, *account).await
    {
        undoable = Err("The account is deleted; it can’t be undone.");
        undo = None;
    }
    let waiting = record::to_review(context).await?;
    let page = ReviewPage {
        entry: sample.entry,
        week: sample.week,
        sort: sample.sort,
        choices: case::choices(&deed, sample.sort),
        decided: shown.then_some((decided.what, decided.why)),
        looked: looked(context, &sample).await?,
        undo,
        undoable,
        settled: sample.settled,
        next: waiting.iter().map(|waiting| waiting.entry).find(|entry| *entry != sample.entry),
        stage,
        case,
    };
    let here = path::review(page.entry);
    frame::build(context, context.current(), &here, search, page).await
}

/// The entry by which its reviewer saw a decision before their own opinion.
async fn looked(context: &Context, sample: &Sample) -> Result<Option<i64>, Problem> {
    let reviewer = sample.reviewer.as_ref().unwrap_or(&context.actor.operator);
    let filter = Filter {
        operator: Some(reviewer.0.clone()),
        subject: Some(context.app.ledger.subject(&Subject::Review(sample.entry.to_string()))),
        kind: Some(LookAhead::KIND.to_owned()),
        before: sample.opinion_entry,
        limit: 10,
        ..Filter::default()
    };
    let looked = context.app.ledger.list(&filter).await.map_err(unreadable)?;
    Ok(looked.iter().find(|entry| entry.outcome == Some(Outcome::Succeeded)).map(|entry| entry.index))
}

/// Shows what somebody is to review before they said what they would have decided: that is an entry, and shown with their opinion.
///
/// # Errors
/// Forbidden; not found, where it was not drawn.
pub async fn look_ahead(context: Context, decision: String, back: String) -> Result<String, Problem> {
    let permit = context.permit(Permission::Review, None).await?;
    let (sample, ..) = find(&context, &decision).await?;
    let back = path::ours(&back);
    // What is not covered needs no look.
    if record::covered(&context).await?.has(sample.entry) {
        let deed = LookAhead { decision: sample.entry, sort: sample.sort };
        carry_out::recorded(&context.app, permit, deed, "", |_| async { Ok(true) }).await?;
    }
    Ok(back)
}

// What was shown or not shown to somebody whose process died leaves no trace.
impl InStore for LookAhead {
    async fn was_done(&self, _: &App, _: i64) -> sqlx::Result<Option<bool>> {
        Ok(None)
    }
}

/// Refuses whoever is barred; that they tried is an entry.
async fn refuse_barred(context: &Context, sample: &Sample) -> Result<(), Problem> {
    match barred(context, &context.actor.operator, sample).await? {
        None => Ok(()),
        Some(why) => {
            context.note_denied(Permission::Review, None).await;
            Err(not_yours(why))
        }
    }
}

/// Keeps what somebody would have decided.
///
/// # Errors
/// Forbidden; beside the field, where nothing was chosen; conflict, where somebody was faster.
pub async fn opine(context: Context, decision: String, opinion: String, why: String) -> Result<String, Problem> {
    let permit = context.permit(Permission::Review, None).await?;
    let (sample, detail, deed) = find(&context, &decision).await?;
    refuse_barred(&context, &sample).await?;
    // Who is reporter or target, and whether there is anything to see, is read once more.
    case::then(&context, &detail.entry, &deed).await?;
    if !case::choices(&deed, sample.sort).iter().any(|(name, _)| *name == opinion) {
        return Err(Problem::invalid("opinion", "Choose what you would have decided."));
    }
    let why = Why::given(&why, false)?;
    let recorded = GiveOpinion { decision: sample.entry, sort: sample.sort, opinion: opinion.clone() };
    let (entry, you) = (sample.entry, &context.actor.operator);
    let done = carry_out::recorded(&context.app, permit, recorded, why, |store| async move {
        reviews::opine(&store, entry, you, &opinion).await
    })
    .await?;
    done.map(|index| path::done(&path::review(entry), index)).ok_or_else(overtaken)
}

fn overtaken() -> Problem {
    Problem::new(
        Kind::Conflict,
        "Nothing was saved: this review has changed since the page was made.",
        "Reload the page.",
    )
}

/// Keeps what somebody thinks of a decision.
///
/// # Errors
/// Forbidden; beside the field, where something is missing; conflict, before an own opinion or after a judgement.
pub async fn judge(context: Context, decision: String, verdict: String, why: String) -> Result<String, Problem> {
    let permit = context.permit(Permission::Review, None).await?;
    let (sample, _, deed) = find(&context, &decision).await?;
    refuse_barred(&context, &sample).await?;
    if sample.opinion.is_none() {
        return Err(Problem::new(
            Kind::Conflict,
            "Nothing was saved: say first what you would have decided.",
            "The page shows the decision after that.",
        ));
    }
    let verdict: Verdict =
        verdict.parse().map_err(|()| Problem::invalid("verdict", "Choose what you think of the decision."))?;
    if verdict == Verdict::Reverse
        && let Err(why) = case::can_be_undone(&deed)
    {
        return Err(Problem::invalid("verdict", why));
    }
    let why = match verdict {
        Verdict::Agree => Why::given(&why, false)?,
        Verdict::Coach | Verdict::Disagree | Verdict::Reverse => {
            Why::needed("why", &why, "Enter a reason: whoever decided will read it.")?
        }
    };
    let recorded = JudgeDecision { decision: sample.entry, sort: sample.sort, verdict };
    let (entry, you, now) = (sample.entry, &context.actor.operator, context.now());
    let done = carry_out::recorded_as_read(&context.app, permit, recorded, why, |store| async move {
        Ok(reviews::judge(&store, entry, you, verdict, now).await?.then(|| json!({})))
    })
    .await?;
    let index = done.ok_or_else(overtaken)?;
    let next = record::to_review(&context).await?.first().map(|next| path::review(next.entry));
    Ok(path::done(&next.unwrap_or_else(|| path::REVIEWS.to_owned()), index))
}

/// What became of a deed about reviews is what stands in their tables.
macro_rules! as_written {
    ($($deed:ident)*) => {
        $(impl InStore for $deed {
            async fn was_done(&self, app: &App, intent: i64) -> sqlx::Result<Option<bool>> {
                reviews::written_by(&app.store, intent).await
            }
        })*
    };
}
as_written!(CommitSample DrawSample GiveOpinion JudgeDecision ReleaseReview SettleProposal);
