//! Each week's sample: its seed bound before the week, and disclosed with what was drawn after it.

use crate::{
    access::{self, Permission},
    carry_out,
    clock::{DAY, MINUTE, Timestamp},
    context::App,
    deeds::{CommitSample, DrawSample, ReleaseReview},
    ledger::{CONSOLE, Deed, Ledger, LedgerError},
    nouns::reviews::{Candidate, Drawing, REVIEWED, Sort, Week, commitment},
    problem::{Kind, Problem},
    store::{
        operators,
        reviews::{self, Reviewed},
    },
};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

/// Deeds that were begun in a week are closed so long after it: those that are watched take two minutes.
const CLOSED: i64 = 10 * MINUTE;
/// Entries read at once.
const PAGE: usize = 2_000;

/// The seed of a week follows from the secret key: nobody chooses it, and nobody without the key knows it before it is
/// disclosed.
fn seed(app: &App, week: Week) -> String {
    app.keys.hash("review seed", week.name().as_bytes())
}

fn permit() -> Result<access::Permit, Problem> {
    access::permit(&Ledger::command_actor(CONSOLE), Permission::Review, None)
        .map_err(|denied| Problem::new(Kind::Forbidden, format!("Nothing was done: {denied}."), ""))
}

/// Binds the seeds of this week and the next, and draws each week that has ended. Whatever the number of processes,
/// each is done once: the subject of the deed is the week, and its row is written once.
///
/// # Errors
/// If store or record cannot be read or written; the next run goes on with it.
pub async fn keep(app: &App) -> Result<(), Problem> {
    let this = Week::of(app.clock.now());
    let mut done = Ok(());
    for week in [this, this.next()] {
        if reviews::week(&app.store, week).await?.is_none() {
            done = done.and(commit(app, week).await);
        }
    }
    for due in reviews::undrawn(&app.store, this).await? {
        if due.week.ends().plus(CLOSED) <= app.clock.now() {
            // One that cannot be drawn keeps no other waiting.
            done = done.and(draw(app, &due).await);
        }
    }
    done.and(release_left(app).await).and(super::proposals::close_undone(app).await).and(made_whole(app, this).await)
}

/// So many weeks are looked at again.
const LOOKED_AT: i64 = 9;

/// What was drawn is what the entry about it says: a row that is gone from the newest weeks is made anew.
async fn made_whole(app: &App, this: Week) -> Result<(), Problem> {
    let known: BTreeSet<i64> =
        reviews::since(&app.store, this.earlier(LOOKED_AT), i64::try_from(PAGE).unwrap_or(i64::MAX))
            .await?
            .iter()
            .map(|sample| sample.entry)
            .collect();
    for week in reviews::weeks(&app.store, LOOKED_AT).await? {
        let Some(drawn) = week.drawn else { continue };
        let leaf = app.ledger.proved(drawn).await.map_err(crate::ledger::unreadable)?;
        let entries = leaf["facts"]["entries"].as_array().into_iter().flatten().filter_map(serde_json::Value::as_i64);
        for entry in entries.filter(|entry| !known.contains(entry)) {
            let leaf = app.ledger.proved(entry).await.map_err(crate::ledger::unreadable)?;
            let text = |name: &str| leaf[name].as_str().unwrap_or_default().to_owned();
            let Some(sort) = Sort::of(&text("deed"), &leaf["facts"]) else { continue };
            tracing::error!(entry, "reviews.made_anew: its row was taken away or changed, not by the console");
            reviews::remake(&app.store, week.week, &(entry, text("operator"), sort, text("subject"))).await?;
        }
    }
    Ok(())
}

/// What a reviewer began who cannot review any more (their access ended, or they have another role) is anybody's again who reviews.
async fn release_left(app: &App) -> Result<(), Problem> {
    let begun = reviews::begun(&app.store).await?;
    if begun.is_empty() {
        return Ok(());
    }
    let people = operators::list(&app.store).await?;
    let mut done = Ok(());
    for sample in begun {
        let Some(reviewer) = sample.reviewer else { continue };
        if people.iter().any(|person| person.id == reviewer && super::may_review(person)) {
            continue;
        }
        let deed = ReleaseReview { decision: sample.entry, sort: sample.sort, reviewer: reviewer.clone() };
        let released = carry_out::recorded(app, permit()?, deed, "", |store| async move {
            reviews::release(&store, sample.entry, &reviewer).await
        });
        done = done.and(released.await.map(drop));
    }
    done
}

async fn commit(app: &App, week: Week) -> Result<(), Problem> {
    let now = app.clock.now();
    let deed =
        CommitSample { week: week.name(), commitment: commitment(week, &seed(app, week)), late: now >= week.starts() };
    carry_out::recorded(app, permit()?, deed, "", |store| async move { reviews::commit(&store, week, now).await })
        .await?;
    Ok(())
}

async fn draw(app: &App, due: &Reviewed) -> Result<(), Problem> {
    let (week, now) = (due.week, app.clock.now());
    let seed = seed(app, week);
    let bound = app.ledger.entry(due.committed).await.map_err(crate::ledger::unreadable)?;
    let bound = bound.filter(|detail| detail.entry.deed == CommitSample::KIND);
    let said = bound.as_ref().map(|detail| &detail.entry.leaf["facts"]);
    if said.is_none_or(|facts| facts["commitment"] != commitment(week, &seed) || facts["week"] != week.name()) {
        // The secret key is another one by now, or the row was changed: a sample that fits no commitment is none.
        return Err(Problem::unavailable(
            format!(
                "The sample of the week of {} can’t be drawn: its seed isn’t the one entry {} commits to.",
                week.name(),
                due.committed
            ),
            "Check whether the secret key was changed.",
        ));
    }
    let (drawn, subjects, decisions) = drawn(app, week, &seed).await.map_err(crate::ledger::unreadable)?;
    let decisions = i64::try_from(decisions).unwrap_or(i64::MAX);
    let rows: Vec<_> = drawn
        .iter()
        .filter_map(|one| Some((one.entry, one.by.clone(), one.sort, subjects.get(&one.entry)?.clone())))
        .collect();
    let deed = DrawSample {
        week: week.name(),
        seed,
        committed: due.committed,
        entries: drawn.iter().map(|one| one.entry).collect(),
        decisions,
    };
    let rows = &rows;
    carry_out::recorded(app, permit()?, deed, "", |store| async move {
        reviews::draw(&store, week, rows, decisions, now).await
    })
    .await?;
    Ok(())
}

/// What is drawn of a week, with the keyed hashes of what it is about, and of how many decisions: by what the leaves say, from the
/// newest down to those of before the week.
async fn drawn(
    app: &App,
    week: Week,
    seed: &str,
) -> Result<(Vec<Candidate>, BTreeMap<i64, String>, usize), LedgerError> {
    let mut drawing = Drawing::new(seed);
    let (mut came_to, mut subjects) = (BTreeMap::new(), BTreeMap::new());
    let mut before = i64::MAX;
    loop {
        let leaves = app.ledger.leaves_below(before, PAGE).await?;
        let Some((last, oldest)) = leaves.last() else { break };
        before = *last;
        // A clock that was set back leaves entries in another order: a day of them is looked through.
        let past = written_at(oldest) < week.starts().plus(-DAY) || leaves.len() < PAGE;
        for (index, leaf) in leaves {
            match leaf["kind"].as_str() {
                Some("outcome") => {
                    let counts = matches!(leaf["outcome"].as_str(), Some("succeeded" | "partly" | "unknown"));
                    leaf["intent"].as_i64().map(|intent| came_to.insert(intent, counts));
                }
                Some("intent") => {
                    let done = came_to.remove(&index) == Some(true);
                    let at = written_at(&leaf);
                    // What a command or the console itself did is nobody’s to answer for.
                    let within = at >= week.starts() && at < week.ends() && leaf["session"] != "command";
                    let deed = leaf["deed"].as_str().filter(|deed| done && within && REVIEWED.contains(deed));
                    let sort = deed.and_then(|deed| Sort::of(deed, &leaf["facts"]));
                    if let Some((by, sort)) = leaf["operator"].as_str().zip(sort) {
                        drawing.take(Candidate { entry: index, by: by.to_owned(), sort });
                        subjects.insert(index, leaf["subject"].as_str().unwrap_or_default().to_owned());
                    }
                }
                _ => {}
            }
        }
        if past {
            break;
        }
    }
    let (drawn, of) = drawing.end();
    Ok((drawn, subjects, of))
}

fn written_at(leaf: &Value) -> Timestamp {
    Timestamp(leaf["at"].as_str().and_then(|at| at.parse().ok()).unwrap_or_default())
}
