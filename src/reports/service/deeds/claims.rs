//! Whose case it is: assigned to oneself, unassigned, handed over.

use super::{About, about, filter_in, free_or_mine, of_reports, refresh, where_it_stood};
use crate::{
    acting,
    carry_out::{Carry, Done, Evidence, InStore, carry_out, recorded},
    clock::{HOUR, MINUTE},
    context::{App, Context},
    deeds::{ClaimCase, HandOverCase},
    id::{AccountId, OperatorId},
    ledger::{AS_MEANT, Answer, Answered, Mark, Outcome, Step, Verdict, Warrant},
    mastodon::{
        Instance,
        database::{Account, DatabaseError, OpenReport, Read},
        rest::Client,
    },
    path,
    problem::{Kind, Problem},
    reports::service::{
        case::{hands_off, own_beyond},
        read_problem, store_problem,
    },
    store::{
        attempts::Limit,
        case_claims::{self, HandedNote},
        held,
    },
    text::{Message, Why},
};
use serde_json::json;

/// How many reports of a case show there who holds it: each costs a call, which are people's to decide with.
const MIRRORED: usize = 20;

/// How often one person takes cases or gives them back.
const CLAIMS_A_MINUTE: Limit = Limit::Within { window: MINUTE, most: 60 };

const CLAIMS_AN_HOUR: Limit = Limit::Within { window: HOUR, most: 300 };

/// Whom a case may be handed to: everybody else who may decide it now, and whose own case it is not.
pub async fn colleagues(
    context: &Context,
    instance: &Instance,
    target: &Account,
    open: &[OpenReport],
) -> Result<Vec<(String, String)>, Problem> {
    // Who works here is no contractor's to know: they give a case back.
    if !context.actor.is_told_names() {
        return Ok(Vec::new());
    }
    let people = acting::actors(&context.app.store, context.now()).await.map_err(store_problem)?;
    let mut colleagues = Vec::new();
    // One transaction for all of them, however many there are.
    let mut read = instance.database.read().await.map_err(read_problem)?;
    for person in people.into_iter().filter(|person| person.operator != context.actor.operator) {
        let theirs = Context::of_job(context.app.clone(), person);
        // Whoever's own account does not stand, or cannot be read, is not handed anything.
        let Ok(own) = acting::able_own_in(&theirs, instance, &mut read).await else { continue };
        let beyond = own_beyond(instance, target, own.as_ref(), open).await.map_err(read_problem)?;
        if hands_off(&theirs, instance, target, own.as_ref(), open).or(beyond).is_none() {
            colleagues.push((theirs.actor.operator.0, theirs.actor.name));
        }
    }
    Ok(colleagues)
}

pub async fn hand_over(
    context: Context,
    instance: String,
    account: String,
    to: String,
    note: String,
    back: String,
) -> Result<String, Problem> {
    let About { instance, account, open, permit } = about(&context, &instance, &account).await?;
    let note = Message::typed("note", &note)?;
    let (to, to_name) = colleagues(&context, &instance, &account, &open)
        .await?
        .into_iter()
        .find(|(id, _)| *id == to)
        .ok_or_else(|| Problem::invalid("to", "Choose a colleague who may decide here."))?;
    let to = OperatorId(to);
    let deed = HandOverCase {
        instance: instance.name.clone(),
        account: account.id,
        acct: account.acct(),
        to: to.clone(),
        to_name: to_name.clone(),
        note: note.clone(),
    };
    let app = context.app.clone();
    let sealed = if note.is_empty() {
        None
    } else {
        let said = HandedNote { by: context.actor.operator.clone(), text: note.to_string() };
        Some(case_claims::seal_note(&app.keys, &instance.name, account.id, &said).map_err(store_problem)?)
    };
    let (from, now) = (context.actor.operator.clone(), context.now());
    let (on, account, from, to, sealed) = (&instance.name, account.id, &from, &to, sealed.as_deref());
    let handed = recorded(&app, permit, deed, Why::kept(note.as_str()), |store| async move {
        case_claims::hand_over(&store, on, account, from, to, sealed, now).await
    })
    .await?;
    if let Some(entry) = handed {
        Ok(path::done(&format!("{}{}", path::reports(&instance.name), filter_in(&back)), entry))
    } else {
        Err(Problem::new(
            Kind::Conflict,
            "The case is no longer assigned to you, so nothing was changed.",
            "Assign it to yourself first.",
        ))
    }
}

pub async fn claim_case(
    context: Context,
    instance: String,
    account: String,
    claim: String,
    back: String,
) -> Result<String, Problem> {
    let About { instance, account, open, permit } = about(&context, &instance, &account).await?;
    let claim = claim == "yes";
    let held =
        case_claims::of(&context.app.store, &instance.name, account.id, context.now()).await.map_err(store_problem)?;
    free_or_mine(&context, &instance, account.id).await?;
    // Taking a case and giving it back again changes nothing, and each is two entries.
    let _counts = context.reserve("cases taken or given back", "case assignments", CLAIMS_A_MINUTE).await?;
    let _counts =
        context.reserve("cases taken or given back in an hour", "case assignments an hour", CLAIMS_AN_HOUR).await?;
    let deed = ClaimCase {
        instance: instance.name.clone(),
        account: account.id,
        acct: account.acct(),
        reports: open.iter().map(|report| report.id).take(MIRRORED).collect(),
        claim,
        held_before: held.map(|claim| claim.operator),
    };
    let done = carry_out(context.clone(), instance.clone(), permit, deed, "").await;
    refresh(&context, &instance).await;
    let done = done?;
    if done.outcome == Outcome::Partly {
        return Err(half_assigned(claim, &done));
    }
    done.landed(&where_it_stood(&back, &instance, account.id))
}

/// The console's own list has it, and the instance has not.
fn half_assigned(claim: bool, done: &Done) -> Problem {
    let said = done.said.as_deref().unwrap_or("it doesn’t show it").trim_end_matches('.');
    let what = if claim {
        format!("Assigned to you here; the instance refused the assignment: {said}.")
    } else {
        format!("Unassigned here; the instance kept its assignment: {said}.")
    };
    Problem::new(Kind::Conflict, what, format!("Entry {} has the details.", done.index))
}

impl Carry for ClaimCase {
    async fn stale_reason(&self, _: &mut Read) -> Result<Option<String>, DatabaseError> {
        // Who holds it is decided by the store when it is taken; Mastodon's own assignment only mirrors it.
        Ok(None)
    }

    async fn send(warrant: Warrant<Self>, context: &Context, _: &Instance, client: &Client) -> Answered<Self> {
        let deed = warrant.deed().clone();
        let (store, operator) = (&context.app.store, &context.actor.operator);
        let held = if deed.claim {
            case_claims::claim(store, &deed.instance, deed.account, operator, context.now()).await
        } else {
            case_claims::give_back(store, &deed.instance, deed.account, operator).await
        };
        let own = |answer| Step { what: "the console’s own list".to_owned(), answer };
        match held {
            // What is so in the console's own list stays so, whatever the instance says to it.
            Ok(true) if deed.reports.is_empty() => warrant.answered(vec![own(Answer::Accepted { body: json!({}) })]),
            Ok(true) => client.claim_case(warrant, own(Answer::Accepted { body: json!({}) })).await,
            Ok(false) => {
                let message = if deed.claim { "somebody else was quicker" } else { "it wasn’t assigned to you" };
                let answer = Answer::Refused { status: 409, message: message.to_owned() };
                warrant.answered(vec![own(answer)])
            }
            Err(error) => warrant.unsent(held::told(&error)),
        }
    }

    async fn evidence(&self, mark: Mark, acting: AccountId, read: &mut Read) -> Result<Evidence, DatabaseError> {
        let log = read.log_after(mark, acting).await?;
        let action = if self.claim { "assigned_to_self" } else { "unassigned" };
        let mut right = true;
        for report in &self.reports {
            let assigned = read.report_state(*report).await?.and_then(|state| state.assigned);
            right &= if self.claim { assigned == Some(acting) } else { assigned.is_none() };
        }
        Ok(of_reports(&log, action, &self.reports, right))
    }

    /// Whose case it is is decided there, and the instance only shows it: where it has no report, nothing goes there at all.
    async fn by_own_list(&self, app: &App, intent: i64, mut by_traces: Verdict) -> Option<Verdict> {
        let unread = |error: &dyn std::error::Error| tracing::error!(%error, intent, "claims.own_list");
        let leaf = app.ledger.proved(intent).await.inspect_err(|error| unread(error)).ok()?;
        let held = case_claims::of(&app.store, &self.instance, self.account, app.clock.now()).await;
        let held = held.inspect_err(|error| unread(error)).ok()?;
        let theirs = held.is_some_and(|held| leaf["operator"] == *held.operator.0);
        let here = theirs == self.claim;
        let (outcome, facts) = match by_traces.outcome {
            _ if self.reports.is_empty() && here => (Outcome::Unknown, json!({ AS_MEANT: true })),
            _ if self.reports.is_empty() => (Outcome::Failed, json!({})),
            Outcome::Failed | Outcome::Unknown if here && by_traces.facts[AS_MEANT] != true => {
                (Outcome::Partly, by_traces.facts)
            }
            outcome => (outcome, by_traces.facts),
        };
        by_traces.seen["the console’s own list"] =
            json!(if theirs { "assigned to them" } else { "not assigned to them" });
        Some(Verdict { outcome, facts, seen: by_traces.seen })
    }
}

// Who holds a case by now says nothing of who handed it over.
impl InStore for HandOverCase {
    async fn was_done(&self, _: &App, _: i64) -> sqlx::Result<Option<bool>> {
        Ok(None)
    }
}
