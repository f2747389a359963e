//! Each week's sample: its seed bound before the week, and disclosed with what was drawn after it.

use crate::{
    access::{self, Permission},
    carry_out,
    clock::{DAY, MINUTE},
    context::App,
    deeds::{CommitSample, DrawSample},
    ledger::{CONSOLE, Deed, Ledger, LedgerError, Outcome},
    nouns::reviews::{Candidate, Drawing, REVIEWED, Sort, Week, commitment},
    problem::{Kind, Problem},
    store::reviews::{self, Reviewed},
};
use std::collections::{BTreeMap, BTreeSet};

/// Deeds that were begun in a week are closed so long after it: those that are watched take two minutes.
const CLOSED: i64 = 10 * MINUTE;
/// Entries read at once.
const PAGE: i64 = 2_000;

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
    done.and(made_whole(app, this).await)
}

/// So many weeks are looked at again.
const LOOKED_AT: i64 = 9;

/// What was drawn is what the entry about it says: a row that is gone from the newest weeks is made anew.
async fn made_whole(app: &App, this: Week) -> Result<(), Problem> {
    let known: BTreeSet<i64> =
        reviews::since(&app.store, this.earlier(LOOKED_AT), PAGE).await?.iter().map(|sample| sample.entry).collect();
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

/// What is drawn of a week, with the keyed hashes of what it is about, and of how many decisions.
async fn drawn(
    app: &App,
    week: Week,
    seed: &str,
) -> Result<(Vec<Candidate>, BTreeMap<i64, String>, usize), LedgerError> {
    let mut drawing = Drawing::new(seed);
    for deed in REVIEWED {
        let mut before = i64::MAX;
        loop {
            let entries = app.ledger.decided(deed, before, PAGE).await?;
            let Some(last) = entries.last() else { break };
            before = last.index;
            // A clock that was set back leaves entries in another order: a day of them is looked through.
            let past = last.at < week.starts().plus(-DAY) || i64::try_from(entries.len()).unwrap_or(0) < PAGE;
            for entry in entries {
                let within = entry.at >= week.starts() && entry.at < week.ends();
                let done = matches!(entry.outcome, Some(Outcome::Succeeded | Outcome::Partly | Outcome::Unknown));
                // What a command or the console itself did is nobody’s to answer for.
                let Some(by) = entry.operator.filter(|_| within && done && entry.leaf["session"] != "command") else {
                    continue;
                };
                if let Some(sort) = Sort::of(deed, &entry.leaf["facts"]) {
                    drawing.take(Candidate { entry: entry.index, by, sort });
                }
            }
            if past {
                break;
            }
        }
    }
    let (drawn, of) = drawing.end();
    let mut subjects = BTreeMap::new();
    for one in &drawn {
        if let Some(detail) = app.ledger.entry(one.entry).await? {
            subjects.insert(one.entry, detail.entry.leaf["subject"].as_str().unwrap_or_default().to_owned());
        }
    }
    Ok((drawn, subjects, of))
}
