//! A policy at work: one look at an instance by one process, on behalf of whoever answers for the policy. Their right is asked
//! with every look; without it the policy stops, and says so.

use super::{LONGEST_MESSAGE, after_setting, words};
use crate::{
    access::{self, Permission},
    acting,
    carry_out::carry_out,
    clock::{DAY, HOUR, LARGEST_SKEW, MINUTE, Timestamp},
    context::{App, Context},
    deeds::SetRegistrations,
    id::{InstanceName, OperatorId},
    ledger::{Fact, Filter, LedgerError, Outcome},
    mastodon::{
        Instance,
        database::DatabaseError,
        settings::{Meaning, Stored},
    },
    nouns::{
        policies::{Measure, Policy, PolicyState, Rule},
        registrations::RegistrationsMode,
    },
    overview::service::{LastDecision, last_decision},
    problem::{Kind, Problem},
    registrations::policy::{self, Cause, Decision, Inputs},
    seal::hex,
    store::{
        operators::{self, Operator},
        policies::{self, Kept},
        presence, web_sessions,
    },
    text::{Why, time::Zone},
};
use jiff::tz::TimeZone;
use serde::Deserialize;
use serde_json::Value;
use sha2::{Digest, Sha256};
use std::{collections::BTreeMap, sync::Arc};

/// What waits, as it was so long ago, is not known any more.
const STALE: i64 = 2 * MINUTE;
/// Mastodon counts accounts and active people anew every half an hour at most; the console asks as seldom.
const COUNTED: i64 = 10 * MINUTE;
/// So many entries are looked through for who signed out last.
const LOOKED_THROUGH: i64 = 50;
/// What is remembered is written at least so often.
const REMEMBERED: i64 = MINUTE;
/// After a try that changed nothing the next one waits a minute, then twice as long each time, up to an hour.
const LONGEST_PAUSE: i64 = HOUR;
/// What kept a policy from its look.
#[derive(Debug, thiserror::Error)]
pub enum Trouble {
    #[error("the instance: {0}")]
    Instance(#[from] DatabaseError),
    #[error("the store: {0}")]
    Store(#[from] sqlx::Error),
    #[error("the audit log: {0}")]
    Ledger(#[from] LedgerError),
    #[error("{0}")]
    Told(String),
}

impl From<Problem> for Trouble {
    fn from(problem: Problem) -> Self {
        Self::Told(problem.what)
    }
}

/// Looks at every policy that acts and that no other process is at.
///
/// # Errors
/// The first there was: the others had their turn all the same.
pub async fn look_at_policies(app: &Arc<App>, process: &str) -> Result<(), Trouble> {
    look_at(app, None, process).await
}

/// The same of one instance.
pub async fn look_at(app: &Arc<App>, only: Option<&InstanceName>, process: &str) -> Result<(), Trouble> {
    let mut first = Ok(());
    for name in policies::CLAIMS.free(&app.store, only, process, app.clock.now()).await? {
        let Some(instance) = name.parse().ok().and_then(|name| app.instances.get(&name)) else { continue };
        if !policies::CLAIMS.take(&app.store, &name, process, app.clock.now()).await? {
            continue;
        }
        match look(app, instance).await {
            Ok(()) => {}
            // That an instance is away is said where its health is.
            Err(Trouble::Instance(error)) => tracing::info!(%error, instance = name, "policy.not_now"),
            Err(error) => {
                tracing::error!(%error, instance = name, "policy.stood_still");
                first = first.and(Err(error));
            }
        }
        policies::CLAIMS.give_back(&app.store, &name, process, app.clock.now()).await?;
    }
    first
}

/// The zone of a policy, by whichever of its names it was typed; `None` where this machine knows none of that name.
pub fn zone(policy: &Policy) -> Option<TimeZone> {
    Zone::named(&policy.zone).map(|zone| zone.calendar().clone())
}

/// What a policy says of an instance now, without anything being done.
pub async fn says(app: &App, instance: &Instance, kept: &Kept, stored: &Stored) -> Result<Decision, Problem> {
    let mut kept = kept.clone();
    let inputs = inputs(app, instance, &kept.policy, stored).await?;
    know_own(app, &mut kept, inputs.current).await.map_err(crate::ledger::unreadable)?;
    Ok(policy::decide(&kept.policy, zone(&kept.policy).as_ref(), &kept.state, &inputs))
}

async fn look(app: &Arc<App>, instance: &Arc<Instance>) -> Result<(), Trouble> {
    let (kept, _) = policies::of(&app.store, &instance.name).await?;
    let Some(mut kept) = kept.filter(|kept| kept.stopped.is_empty() && kept.policy.acts()) else { return Ok(()) };
    let before = kept.state.clone();
    let done = |until: Timestamp| until <= before.moment;
    if !kept.policy.on && kept.policy.hold.as_ref().and_then(|hold| hold.until).is_some_and(done) {
        // What was held has ended, and nothing else is asked of it.
        return Ok(());
    }
    let context = match on_behalf(app, instance, &kept).await? {
        Ok(context) => context,
        Err(why) => return stop(app, kept, why).await,
    };
    let stored = instance.database.read().await?.registrations().await?;
    let inputs = inputs(app, instance, &kept.policy, &stored).await?;
    know_own(app, &mut kept, inputs.current).await?;
    let decision = policy::decide(&kept.policy, zone(&kept.policy).as_ref(), &kept.state, &inputs);
    if let Some((due, mode)) = decision.missed {
        let (instance, version) = (kept.instance.clone(), kept.version);
        app.ledger.fact(Fact::PolicyMissed { instance, version, due, mode }).await?;
    }
    kept.state = decision.next.clone();
    note_passing(app, &mut kept, &decision).await?;
    let rests = kept.state.retry_at.is_some_and(|at| inputs.now < at && at.since(inputs.now) <= LONGEST_PAUSE);
    let anew = words_anew(&mut kept, &stored, &decision, &inputs);
    if let Some(mode) = decision.change.or(anew).filter(|_| !rests) {
        let (now, _) = policies::of(&app.store, &instance.name).await?;
        if now.is_none_or(|now| now.version != kept.version) {
            // Somebody has set it anew since this look began.
            return Ok(());
        }
        let held = matches!(decision.cause, Cause::Hold | Cause::Emergency);
        match set(context, instance, &kept, &stored, mode, &decision).await {
            Ok((entry, Outcome::Succeeded | Outcome::Partly | Outcome::Unknown)) => {
                let said = message_for(&kept.policy, mode, decision.cause, inputs.now);
                kept.state = PolicyState {
                    message: said.as_deref().map(hashed).or_else(|| kept.state.message.clone()),
                    message_at: said.map_or(kept.state.message_at, |_| Some(inputs.now)),
                    ..decision.after_change()
                };
                kept.state.entry = kept.state.entry.max(entry);
                (kept.state.tries, kept.state.retry_at) = (0, None);
            }
            // Somebody else was quicker: the next look sees what they did.
            Ok((_, Outcome::Stale)) => {}
            Ok((_, Outcome::Failed | Outcome::Refused)) => put_off(&mut kept, inputs.now, held),
            Err(problem) if problem.kind == Kind::Conflict => {}
            Err(problem) => {
                // The sentence may name somebody.
                tracing::warn!(problem = ?problem.kind, instance = %instance.name, "policy.not_set");
                put_off(&mut kept, inputs.now, held);
            }
        }
    }
    let only_the_time = {
        let mut now = kept.state.clone();
        now.seen_at = before.seen_at;
        now == before
    };
    if !only_the_time || kept.state.seen_at.since(before.seen_at) >= REMEMBERED {
        policies::remember(&app.store, &kept).await?;
    }
    Ok(())
}

/// What somebody holds is tried again every minute: they were told that it is held.
fn put_off(kept: &mut Kept, now: Timestamp, held: bool) {
    let longest = if held { MINUTE } else { LONGEST_PAUSE };
    let pause = (MINUTE << kept.state.tries.clamp(0, 6)).min(longest);
    kept.state.tries += 1;
    kept.state.retry_at = Some(now.plus(pause));
}

/// Who answers for what is done now: who holds, while something is held; else, and from its end on, who answers for the policy.
fn answers(kept: &Kept, now: Timestamp) -> &OperatorId {
    let now = now.max(kept.state.seen_at);
    kept.policy.held(now).map_or(&kept.operator, |hold| &hold.by)
}

/// What a message is remembered by.
fn hashed(message: &str) -> String {
    hex(&Sha256::digest(message.as_bytes()))
}

/// What visitors are to read where a mode is set for this cause; `None` where what stands there stays. Closing does not wait for
/// words: a message that came out too long leaves the one that is there.
fn message_for(policy: &Policy, mode: RegistrationsMode, cause: Cause, now: Timestamp) -> Option<String> {
    let held = policy.hold.as_ref().filter(|_| matches!(cause, Cause::Hold | Cause::Emergency));
    if let Some(message) = held.and_then(|hold| hold.message.clone()) {
        return Some(message);
    }
    words::message(policy, cause, now)
        .filter(|said| mode == RegistrationsMode::None && said.chars().count() <= LONGEST_MESSAGE)
}

/// The mode that is set already, where only its words are to be written: the cause is another, or they were typed with what is
/// held. Each text is written once; what somebody put in the place of one stays. Between two lies as long as between two changes.
fn words_anew(kept: &mut Kept, stored: &Stored, decision: &Decision, inputs: &Inputs) -> Option<RegistrationsMode> {
    let mode = inputs.current.filter(|mode| decision.change.is_none() && decision.wanted == Some(*mode))?;
    let decides = match decision.cause {
        Cause::Hold | Cause::Emergency | Cause::Rule(_) | Cause::Week | Cause::Otherwise => kept.policy.acts(),
        Cause::End | Cause::Limit | Cause::Missed | Cause::Nothing | Cause::Clock | Cause::Unread => false,
    };
    let said = message_for(&kept.policy, mode, decision.cause, inputs.now).filter(|_| decides)?;
    let there = stored.message_text().ok()?;
    let (wanted, there) = (hashed(&said), hashed(&there));
    if wanted == there {
        // Also where the process ended that wrote it.
        kept.state.message = Some(wanted);
        return None;
    }
    let own = kept.state.message.as_deref();
    let typed = kept.policy.hold.as_ref().is_some_and(|hold| hold.message.as_deref() == Some(&*said));
    let pause = kept.state.message_at.map(|at| at.plus(kept.policy.stay * MINUTE));
    let rested = pause.is_none_or(|until| inputs.now >= until);
    (own != Some(&*wanted) && (typed || (own == Some(&*there) && rested))).then_some(mode)
}

/// The same person as they stand now, or why they may not do it any more.
async fn on_behalf(app: &Arc<App>, instance: &Instance, kept: &Kept) -> Result<Result<Context, String>, Trouble> {
    let permission = match kept.policy.widest() {
        RegistrationsMode::Open => Permission::OpenRegistrations,
        RegistrationsMode::Approved | RegistrationsMode::None => Permission::CloseRegistrations,
    };
    let person = operators::by_id(&app.store, answers(kept, app.clock.now())).await?;
    let Some(person) = person.filter(Operator::may_sign_in) else {
        return Ok(Err("the person it acts for no longer has access".to_owned()));
    };
    if !access::allows(person.role, permission) {
        return Ok(Err(format!("the person it acts for may no longer do this: {}", permission.name())));
    }
    let session = format!("policy {}", instance.name);
    let actor = acting::actor(&app.store, person, session, app.clock.now()).await?;
    match acting::lapse(app, &actor, permission, &instance.name).await {
        Ok(None) => Ok(Ok(Context::of_job(app.clone(), actor))),
        Ok(Some(lapse)) => {
            Ok(Err(format!("the own account of the person it acts for {} on the instance", lapse.words())))
        }
        Err(problem) if problem.kind == Kind::Forbidden => {
            Ok(Err("the linked account of the person it acts for doesn’t hold any more".to_owned()))
        }
        Err(problem) => Err(problem.into()),
    }
}

/// It acts no more, from here on; the record first, so that nobody is left without a word.
async fn stop(app: &App, mut kept: Kept, why: String) -> Result<(), Trouble> {
    let (instance, version) = (kept.instance.clone(), kept.version);
    app.ledger.fact(Fact::PolicyStopped { instance, version, why: why.clone() }).await?;
    tracing::warn!(why, instance = %kept.instance, "policy.stopped");
    kept.stopped = why;
    policies::remember(&app.store, &kept).await?;
    Ok(())
}

/// Entries about the setting that are looked through for what was set since a policy last knew.
const MOST_SETTINGS: usize = 200;

/// Writes down that somebody set registrations past the policy: what the policy remembers of it may be put back.
async fn note_passing(app: &App, kept: &mut Kept, decision: &Decision) -> Result<(), Trouble> {
    let held = matches!(decision.cause, Cause::Hold | Cause::Emergency);
    let passed = decision.set_past && kept.policy.on && !held;
    let Some(mode) = kept.state.limit.filter(|limit| passed && Some(*limit) == kept.state.expected) else {
        return Ok(());
    };
    let (instance, version) = (kept.instance.clone(), kept.version);
    app.ledger.fact(Fact::PolicyPassed { instance, version, mode }).await?;
    let noted = policies::newest_passing(&app.store, &kept.instance).await?;
    kept.state.entry = noted.map_or(kept.state.entry, |noted| noted.max(kept.state.entry));
    Ok(())
}

/// Takes over what an entry says of somebody who set registrations past the policy, where what it remembers is older.
async fn know_passing(app: &App, kept: &mut Kept, current: RegistrationsMode, known: i64) -> Result<(), LedgerError> {
    let Some(noted) = policies::newest_passing(&app.store, &kept.instance).await?.filter(|noted| *noted > known) else {
        return Ok(());
    };
    let leaf = app.ledger.proved(noted).await?;
    let mode = leaf["facts"]["mode"].as_str().and_then(|mode| mode.parse().ok());
    let mode: RegistrationsMode = mode.ok_or_else(|| LedgerError::Entry(format!("entry {noted} names no mode")))?;
    if mode == current {
        kept.state.expected = Some(mode);
    }
    kept.state.changed_at = leaf["at"].as_str().and_then(|at| at.parse().ok()).map(Timestamp);
    (kept.state.limit, kept.state.missed, kept.state.entry) = (Some(mode), None, noted);
    Ok(())
}

/// What an entry says in clear of what was set: no key that is away, or was destroyed, hides it.
struct Set {
    before: Vec<Option<String>>,
    after: RegistrationsMode,
    /// The version of the policy that set it; `None` where somebody did by hand.
    version: Option<i64>,
}

impl Set {
    fn of(index: i64, leaf: &Value) -> Result<Self, LedgerError> {
        #[derive(Deserialize)]
        struct Facts {
            before: Vec<Option<String>>,
            after: RegistrationsMode,
            policy: Option<OfPolicy>,
        }
        #[derive(Deserialize)]
        struct OfPolicy {
            version: i64,
        }
        let facts = Facts::deserialize(&leaf["facts"])
            .map_err(|error| LedgerError::Entry(format!("entry {index} doesn’t say what it set: {error}")))?;
        Ok(Self { before: facts.before, after: facts.after, version: facts.policy.map(|of| of.version) })
    }
}

/// What the policy itself set is not what somebody set past it, also where this process, or another, ended before it was
/// remembered. And what somebody set past it is known from the entries as well: what is remembered may be an older copy.
async fn know_own(app: &App, kept: &mut Kept, current: Option<RegistrationsMode>) -> Result<(), LedgerError> {
    let Some(current) = current else { return Ok(()) };
    know_passing(app, kept, current, kept.state.entry.max(kept.entry)).await?;
    let known = kept.state.entry.max(kept.entry);
    let newest = policies::newest_setting(&app.store, &kept.instance).await?.filter(|newest| *newest > known);
    let as_expected = kept.state.expected.is_none_or(|expected| expected == current);
    if newest.is_none() && as_expected {
        return Ok(());
    }
    let filter = Filter {
        instance: Some(kept.instance.to_string()),
        kind: Some("set_registrations".to_owned()),
        after: Some(known),
        limit: i64::try_from(MOST_SETTINGS).unwrap_or(i64::MAX),
        ..Filter::default()
    };
    let newer = app.ledger.list(&filter).await?;
    if let Some(newest) = newest
        && newer.len() < MOST_SETTINGS
        && !newer.iter().any(|entry| entry.index == newest)
    {
        return Err(LedgerError::Entry(format!("entry {newest}, which set registrations, is not found as such")));
    }
    if let Some(newest) = newer.first() {
        kept.state.entry = newest.index;
    }
    for entry in newer {
        // What is passed over, and what is gone on from, is believed under the sealed head alone.
        let outcome = app.ledger.proved_outcome(entry.index).await?;
        if matches!(outcome, Some(Outcome::Failed | Outcome::Stale | Outcome::Refused)) {
            continue;
        }
        let set = Set::of(entry.index, &app.ledger.proved(entry.index).await?)?;
        // Whoever changes the message alone has set nothing past it.
        let as_before = matches!(Meaning::of(&set.before), Meaning::Mode(mode) if mode == set.after);
        if set.version.is_none() && as_before {
            continue;
        }
        if set.after != current {
            // Somebody set something else since, whatever is remembered: that is noticed, as it would have been.
            if matches!(outcome, Some(Outcome::Succeeded | Outcome::Partly)) {
                kept.state.expected = Some(set.after);
            }
            break;
        }
        match set.version {
            Some(version) if version == kept.version => {
                kept.state.expected = Some(current);
                kept.state.changed_at = Some(entry.at);
            }
            None if kept.policy.on && kept.policy.held(app.clock.now()).is_none() => {
                kept.state.expected = Some(current);
                kept.state.changed_at = Some(entry.at);
                (kept.state.limit, kept.state.missed) = (Some(current), None);
            }
            Some(_) | None => {}
        }
        break;
    }
    Ok(())
}

async fn set(
    context: Context,
    instance: &Arc<Instance>,
    kept: &Kept,
    stored: &Stored,
    mode: RegistrationsMode,
    decision: &Decision,
) -> Result<(i64, Outcome), Problem> {
    let permission = match mode {
        RegistrationsMode::Open => Permission::OpenRegistrations,
        RegistrationsMode::Approved | RegistrationsMode::None => Permission::CloseRegistrations,
    };
    let permit = context.permit(permission, Some(&instance.name)).await?;
    let message = stored.message_text().map_err(|why| {
        Problem::unavailable(format!("The stored message can’t be read ({why})."), "Save registrations by hand once.")
    })?;
    let now = context.now();
    let said = message_for(&kept.policy, mode, decision.cause, now);
    let deed = SetRegistrations {
        instance: instance.name.clone(),
        mode_before: stored.mode.clone(),
        message_before: stored.message.clone(),
        mode_after: mode,
        message_after: said.unwrap_or(message),
        by: Some(decision.by_policy(kept.version)),
        pressed: decision.cause == Cause::Emergency,
    };
    let why = Why::kept(&format!("Policy: {}", decision.why(&kept.policy)));
    let app = context.app.clone();
    let done = carry_out(context, instance.clone(), permit, deed, why).await?;
    after_setting(&app, instance).await;
    Ok((done.index, done.outcome))
}

/// Everything a policy asks about, as it is now.
async fn inputs(app: &App, instance: &Instance, policy: &Policy, stored: &Stored) -> Result<Inputs, Problem> {
    let now = app.clock.now();
    let mut values = BTreeMap::new();
    for rule in &policy.rules {
        let value = value(app, instance, rule, now).await?;
        values.extend(value.map(|value| (rule.measure, value)));
    }
    Ok(Inputs { now, current: sound(stored), values })
}

/// The number that a rule asks about; `None` where it is not known.
async fn value(app: &App, instance: &Instance, rule: &Rule, now: Timestamp) -> Result<Option<i64>, Problem> {
    let fresh = |at: Option<Timestamp>| at.is_some_and(|at| now.since(at).abs() <= STALE);
    let ago = |since: Timestamp| now.since(since).max(0);
    let waiting = || instance.sign_ups_waiting().filter(|_| fresh(instance.signups.snapshot().at));
    Ok(match rule.measure {
        Measure::SignUpsHour => sign_ups_lately(instance, now).await.map(|(hour, _)| hour),
        Measure::SignUpsDay => sign_ups_lately(instance, now).await.map(|(_, day)| day),
        Measure::Waiting => waiting().map(|waiting| i64::try_from(waiting.number).unwrap_or(i64::MAX)),
        Measure::OldestWaiting => waiting().and_then(|waiting| match waiting.oldest {
            Some(oldest) => Some(ago(oldest) / HOUR),
            None => (waiting.number == 0).then_some(0),
        }),
        Measure::Away => last_here(app, instance, now).await?.map(|last| ago(last) / MINUTE),
        Measure::OldestReport => {
            let reports = instance.open_reports.snapshot();
            let oldest = reports.rows.iter().map(|report| report.created_at).min();
            (fresh(reports.at) && !reports.cut).then(|| oldest.map_or(0, ago) / HOUR)
        }
        Measure::Idle => match last_decision(app, instance).await? {
            Some(LastDecision::At(at)) => Some(ago(at) / DAY),
            // It is at least so long: enough where that is the limit, and not known where it is less.
            Some(LastDecision::NoneSince(at)) => Some(ago(at) / DAY).filter(|days| *days >= rule.enter),
            None => None,
        },
        Measure::Accounts => instance.seen_within(COUNTED).await.people.map(|(accounts, _)| accounts),
        Measure::Active => instance.seen_within(COUNTED).await.people.map(|(_, active)| active),
    })
}

/// The sign-ups of the last hour and day, where the instance's database answers.
async fn sign_ups_lately(instance: &Instance, now: Timestamp) -> Option<(i64, i64)> {
    instance.database.read().await.ok()?.sign_ups_lately(now).await.ok()
}

/// The mode, where it is one sound row.
pub fn sound(stored: &Stored) -> Option<RegistrationsMode> {
    match (Meaning::of(&stored.mode), stored.mode.len()) {
        (Meaning::Mode(mode), 1) => Some(mode),
        (_, _) => None,
    }
}

/// What somebody set past a policy, and the mode as it is now: what the policy remembers of it, where the instance does not answer.
pub async fn set_past(
    app: &App,
    instance: &Instance,
    kept: &Kept,
) -> Result<(Option<RegistrationsMode>, Option<RegistrationsMode>), Problem> {
    let read = async { instance.database.read().await?.registrations().await };
    let Ok(stored) = read.await else { return Ok((kept.state.limit, None)) };
    let mut kept = kept.clone();
    let current = sound(&stored);
    know_own(app, &mut kept, current).await.map_err(crate::ledger::unreadable)?;
    // Which rules are in force says nothing about it.
    let inputs = Inputs { now: app.clock.now(), current, values: BTreeMap::new() };
    let decision = policy::decide(&kept.policy, zone(&kept.policy).as_ref(), &kept.state, &inputs);
    Ok((decision.next.limit, current))
}

/// When somebody who may decide reports there was last in the console, as is remembered of each, and as sessions and the record
/// have it; `None` where nothing tells. What lies ahead was put down by a clock that was set back since, and says nothing.
async fn last_here(app: &App, instance: &Instance, now: Timestamp) -> Result<Option<Timestamp>, Problem> {
    let actors = acting::actors(&app.store, now).await?;
    let may = |id: &str| {
        actors.iter().any(|actor| {
            actor.operator.0 == id
                && access::allows(actor.role, Permission::DecideReports)
                && actor.covers(&instance.name)
        })
    };
    let sessions = web_sessions::summary(&app.store).await?.into_iter().map(|(id, _, seen)| (id, seen));
    let remembered = presence::all(&app.store).await?;
    let seen = sessions.chain(remembered).filter(|(id, at)| may(id) && at.since(now) <= LARGEST_SKEW);
    let mut last = seen.map(|(_, at)| at).max();
    let filter = Filter { kind: Some("signed_out".to_owned()), limit: LOOKED_THROUGH, ..Filter::default() };
    let out = app.ledger.list(&filter).await.map_err(crate::ledger::unreadable)?;
    let left = out.iter().filter(|entry| entry.operator.as_deref().is_some_and(may)).map(|entry| entry.at).max();
    last = last.max(left);
    Ok(last)
}

/// What visitors would be told where a rule of this sort closed registrations, for a preview.
pub fn an_example(policy: &Policy) -> Cause {
    policy.rules.first().map_or(Cause::Week, |rule| Cause::Rule(rule.measure))
}
