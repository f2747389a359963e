//! Who is a second person. Whoever made somebody's access, or set it anew, knows what it opens with: for a day the two count
//! as one. It is read from the record, not from what the people are now.

use crate::{
    access::Actor,
    clock::{DAY, Timestamp},
    context::App,
    deeds::{AddOperator, ChangeOperatorRole, DisableOperator, ResetSignIn, SecondPerson},
    id::OperatorId,
    ledger::{Deed, Entry, Filter, LedgerError, Outcome, Subject},
    operators::service::command_actor,
    problem::Problem,
    store::{grants::Grant, operators},
    ui::time,
};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet, VecDeque};

/// So long two people count as one.
const ONE: i64 = DAY;
/// So long it is said.
const SAID: i64 = 30 * DAY;
/// Entries about one person that are read at once.
const AT_ONCE: i64 = 200;

/// What one person did that let another act, and when.
#[derive(Clone, Debug)]
struct Step {
    by: OperatorId,
    done: &'static str,
    at: Timestamp,
}

/// How one person came to be able to act, in steps: each done by the person of the next.
type Chain = Vec<Step>;

/// What an entry about somebody gave them that its writer could have kept; `None` for what only takes, or is their own.
fn given(leaf: &Value, person: &OperatorId) -> Option<Step> {
    let by = OperatorId(leaf["operator"].as_str()?.to_owned());
    if by == *person || by == command_actor().operator {
        return None;
    }
    let done = match leaf["deed"].as_str()? {
        AddOperator::KIND => "added",
        ChangeOperatorRole::KIND => "given a role",
        DisableOperator::KIND if leaf["facts"]["disabled"] == false => "given access back",
        DisableOperator::KIND | "end_sessions" | "unlink_account" | "export_sheet" => return None,
        // What else is done about somebody else's access sets it anew.
        _ => "reset",
    };
    Some(Step { by, done, at: Timestamp(leaf["at"].as_str()?.parse().ok()?) })
}

/// By whom somebody came to be able to act since a moment, newest first. Each leaf is proved: what stands beside it,
/// an owner with the store could write as well.
async fn steps(app: &App, person: &OperatorId, since: Timestamp) -> Result<Vec<Step>, LedgerError> {
    let subject = app.ledger.subject(&Subject::Operator(person.clone()));
    let mut filter = Filter { subject: Some(subject.clone()), from: Some(since), limit: AT_ONCE, ..Filter::default() };
    // The newest of each sort cannot be kept from being found.
    let mut about = BTreeSet::new();
    for deed in [AddOperator::KIND, ChangeOperatorRole::KIND, DisableOperator::KIND, ResetSignIn::KIND] {
        about.extend(app.store.newest_change(&subject, deed).await?);
    }
    let mut ended = false;
    while !ended {
        let entries = app.ledger.list(&filter).await?;
        let counts =
            |entry: &&Entry| !matches!(entry.outcome, Some(Outcome::Failed | Outcome::Refused | Outcome::Stale));
        about.extend(entries.iter().filter(counts).map(|entry| entry.index));
        match entries.last() {
            Some(last) if i64::try_from(entries.len()).is_ok_and(|read| read == AT_ONCE) => {
                filter.before = Some(last.index);
            }
            Some(_) | None => ended = true,
        }
    }
    let mut found = Vec::new();
    for index in about.into_iter().rev() {
        let leaf = app.ledger.proved(index).await?;
        found.extend(given(&leaf, person).filter(|step| step.at >= since));
    }
    Ok(found)
}

/// Everybody by whom somebody came to be able to act since a moment, directly or by others, with the steps there.
async fn behind(app: &App, person: &OperatorId, since: Timestamp) -> Result<BTreeMap<String, Chain>, LedgerError> {
    let mut found = BTreeMap::from([(person.0.clone(), Chain::new())]);
    let mut left = VecDeque::from([person.clone()]);
    while let Some(next) = left.pop_front() {
        let so_far = found.get(&next.0).cloned().unwrap_or_default();
        for step in steps(app, &next, since).await? {
            if !found.contains_key(&step.by.0) {
                let mut chain = so_far.clone();
                left.push_back(step.by.clone());
                let by = step.by.0.clone();
                chain.push(step);
                found.insert(by, chain);
            }
        }
    }
    Ok(found)
}

/// The steps from two people to one who is behind both, or to one of them; the shortest. Empty ones where there is none.
async fn tie(
    app: &App,
    decides: &OperatorId,
    asked: &OperatorId,
    since: Timestamp,
) -> Result<Option<(Chain, Chain)>, LedgerError> {
    let (one, other) = (behind(app, decides, since).await?, behind(app, asked, since).await?);
    let shared = one.into_iter().filter_map(|(who, chain)| other.get(&who).map(|second| (chain, second.clone())));
    Ok(shared.min_by_key(|(one, other)| (one.len() + other.len(), other.len())))
}

/// “added 2 days ago by the asker”
fn words((decides, asked): &(Chain, Chain), name: impl Fn(&OperatorId) -> String, now: Timestamp) -> String {
    let chain = |chain: &Chain| {
        let steps =
            chain.iter().map(|step| format!("{} {} by {}", step.done, time::relative(step.at, now), name(&step.by)));
        steps.collect::<Vec<_>>().join(", who was ")
    };
    match (decides.is_empty(), asked.is_empty()) {
        (_, true) => chain(decides),
        (true, false) => format!("the requester was {}", chain(asked)),
        (false, false) => format!("{}; the requester was {}", chain(decides), chain(asked)),
    }
}

/// What stands between somebody and deciding about what another asked for, or what is to be said when they do.
pub(super) async fn of(
    app: &App,
    actor: &Actor,
    grant: &Grant,
    name: impl Fn(&OperatorId) -> String,
) -> Result<Result<SecondPerson, String>, Problem> {
    let now = app.clock.now();
    let person = operators::by_id(&app.store, &actor.operator).await.map_err(super::store_problem)?;
    let has_factor = person.is_some_and(|person| person.totp_secret.is_some());
    if !has_factor && !app.config.second_factor_optional {
        return Ok(Err("Approving takes a second factor, and you have none: set one up first.".to_owned()));
    }
    let called = |id: &OperatorId| {
        if *id == grant.asked_by {
            "the requester".to_owned()
        } else if *id == actor.operator {
            "the person deciding".to_owned()
        } else {
            name(id)
        }
    };
    // Who asks at the server could approve there.
    let mut said = String::new();
    if grant.asked_by != command_actor().operator {
        let find = |since: i64| tie(app, &actor.operator, &grant.asked_by, now.plus(-since));
        if let Some(tie) = find(ONE).await.map_err(super::store_problem)? {
            return Ok(Err(format!(
                "For a day you count as the same person as the one who requested it ({}). Another owner has to \
                decide, or on the server: howdah grant approve {}.",
                words(&tie, called, now),
                grant.id
            )));
        }
        if let Some(tie) = find(SAID).await.map_err(super::store_problem)? {
            said = words(&tie, called, now);
        }
    }
    Ok(Ok(SecondPerson { said, factor_waived: !has_factor }))
}
