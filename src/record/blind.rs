//! Decisions that somebody is to review, and what is not told of them before they said what they would have decided: on
//! every page that tells entries and every list of them that goes out as a file, by this one question. What a bundle holds, and
//! how an account stands on the instance, is no part of it (docs/record.md).

use crate::{
    access::{Permission, allows},
    context::Context,
    deeds::LookAhead,
    id::{AccountId, InstanceName},
    ledger::{Deed, Filter, Outcome, Subject, unreadable},
    nouns::reviews::{COUNTED, Week},
    problem::Problem,
    store::reviews::{self, Sample},
};

/// So many that wait are known at once; a team of fifty has fewer drawn in a week.
const MOST: i64 = 1_000;

/// What waits for this person's review: drawn, not judged, and theirs to look at as far as the console knows by itself; oldest
/// first. Nothing for whoever does not review.
///
/// # Errors
/// If store or record cannot be read.
pub async fn to_review(context: &Context) -> Result<Vec<Sample>, Problem> {
    if !allows(context.actor.role, Permission::Review) {
        return Ok(Vec::new());
    }
    let (app, you) = (&context.app, &context.actor.operator);
    let since = Week::of(context.now()).earlier(COUNTED);
    let mut waiting = reviews::waiting_for(&app.store, you, since, MOST).await?;
    // A search is about everybody: having searched as well is no part in it.
    let everybody: Vec<String> =
        app.instances.keys().map(|name| app.ledger.subject(&Subject::People(name.clone()))).collect();
    let asked: Vec<String> = waiting
        .iter()
        .filter(|sample| sample.reviewer.is_none() && !everybody.contains(&sample.subject))
        .map(|sample| sample.subject.clone())
        .collect();
    let part = app.ledger.had_part_in(you, &asked).await.map_err(unreadable)?;
    waiting.retain(|sample| sample.reviewer.is_some() || !part.contains(&sample.subject));
    Ok(waiting)
}

/// The decisions of which somebody is not told before their own opinion.
#[derive(Clone, Debug, Default)]
pub struct Covered(Vec<Sample>);

impl Covered {
    /// Whether an entry is one of them.
    pub fn has(&self, entry: i64) -> bool {
        self.0.iter().any(|sample| sample.entry == entry)
    }

    /// How many they are.
    pub fn number(&self) -> usize {
        self.0.len()
    }
}

/// What waits for this person's opinion, and was not looked at before that.
///
/// # Errors
/// If store or record cannot be read.
pub async fn covered(context: &Context) -> Result<Covered, Problem> {
    let mut waiting = to_review(context).await?;
    waiting.retain(|sample| sample.opinion.is_none());
    if !waiting.is_empty() {
        let filter = Filter {
            operator: Some(context.actor.operator.0.clone()),
            kind: Some(LookAhead::KIND.to_owned()),
            limit: MOST,
            ..Filter::default()
        };
        let looked = context.app.ledger.list(&filter).await.map_err(unreadable)?;
        let has_looked = |sample: &Sample| {
            looked.iter().any(|entry| {
                entry.outcome == Some(Outcome::Succeeded) && entry.leaf["facts"]["decision"] == sample.entry
            })
        };
        waiting.retain(|sample| !has_looked(sample));
    }
    Ok(Covered(waiting))
}

/// Lets nobody see an account who is to say first what they would have decided about it.
///
/// # Errors
/// Forbidden, with the way to the review and the one past it.
pub async fn not_before_review(context: &Context, instance: &InstanceName, account: AccountId) -> Result<(), Problem> {
    let covered = covered(context).await?;
    let subject = context.app.ledger.subject(&Subject::Account(instance.clone(), account));
    match covered.0.iter().find(|sample| sample.subject == subject) {
        Some(sample) => Err(Problem::review_first("You are to review a decision about this account", sample.entry)),
        None => Ok(()),
    }
}
