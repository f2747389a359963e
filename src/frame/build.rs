//! Builds the frame of a page from memory: nothing here waits for an instance.

use super::{Draft, Frame, Framed, InstanceHead, Notice, Untold, numbers};
use crate::{
    access::{self, Permission},
    acting,
    clock::{HOUR, MINUTE, Timestamp},
    context::Context,
    ledger::{Entry, Filter, LedgerError, Outcome},
    mastodon::{Instance, health},
    path,
    problem::{Kind, Problem},
    record::{self, DeedState, Settles},
    search::Search,
    store::{access_requests, drafts, recovery_codes, settling, untold},
    text,
    ui::{self, time},
};
use futures::FutureExt;
use std::{collections::BTreeSet, sync::PoisonError};

/// The problem and the fields of a kept form.
pub fn read_draft(text: &str) -> Option<(Problem, Vec<(String, String)>)> {
    let (problem, form): (Problem, String) = serde_json::from_str(text).ok()?;
    Some((problem, url::form_urlencoded::parse(form.as_bytes()).into_owned().collect()))
}

/// What somebody typed that was not carried out.
async fn draft(context: &Context, id: &str) -> Result<Option<Draft>, Problem> {
    let app = &context.app;
    let kept = drafts::read(&app.store, &app.keys, id, Some(&context.actor.operator), context.now()).await?;
    Ok(kept.and_then(|kept| {
        let (problem, fields) = read_draft(&kept.text)?;
        // Whoever reads this is signed in again.
        let problem = if problem.kind == Kind::SignedOut { problem.signed_in_again() } else { problem };
        Some(Draft { problem, target: kept.path, fields })
    }))
}

/// What is said where the lists of what waits could not be kept current.
fn waiting_is_old(instance: &Instance, now: Timestamp) -> Option<String> {
    let (reports, sign_ups) = (instance.open_reports.snapshot(), instance.signups.snapshot());
    let (trouble, at) = reports
        .trouble
        .as_ref()
        .map(|trouble| (trouble, reports.at))
        .or_else(|| sign_ups.trouble.as_ref().map(|trouble| (trouble, sign_ups.at)))?;
    let trouble = text::capital(trouble);
    Some(match at {
        Some(at) => format!("{trouble}. Counts and queues are shown as of {}.", time::relative(at, now)),
        None => format!("{trouble}. Counts and queues are not known."),
    })
}

/// Puts a page into its frame.
pub async fn build<T>(
    context: &Context,
    instance: Option<&Instance>,
    path: &str,
    search: &str,
    body: T,
) -> Result<Framed<T>, Problem> {
    Ok(Framed { frame: around(context, instance, path, search, Some(path)).await?, body })
}

/// Puts a page into its frame, and reads one beside the other. Not for a page that settles what the frame tells besides: what it
/// is about is told there though the page itself could not be had.
pub async fn beside<T>(
    context: &Context,
    instance: &Instance,
    path: &str,
    search: &str,
    body: impl Future<Output = Result<T, Problem>> + Send,
) -> Result<Framed<T>, Problem> {
    let frame = around(context, Some(instance), path, search, Some(path));
    let (frame, body) = tokio::try_join!(frame.boxed(), body.boxed())?;
    Ok(Framed { frame, body })
}

/// The frame of a page. `shown` is what stands in it, where that can be shown.
async fn around(
    context: &Context,
    instance: Option<&Instance>,
    path: &str,
    search: &str,
    shown: Option<&str>,
) -> Result<Frame, Problem> {
    let parsed = Search::parse(search);
    let now = context.now();
    let draft = match parsed.get("draft") {
        Some(id) => draft(context, id).await?,
        None => None,
    };
    let notice = match parsed.get("done").and_then(|index| index.parse().ok()) {
        Some(index) => notice(context, index).await,
        None => None,
    };
    let untold = not_told(context, shown, notice.as_ref()).await;
    // Only the page after signing in asks; what it says is what the store says.
    let recovery_codes_left = match parsed.get("by") {
        Some("recovery-code") => {
            let left = recovery_codes::left(&context.app.store, &context.actor.operator).await?;
            let just_now = left.last_used.is_some_and(|at| now.since(at) < HOUR);
            just_now.then(|| usize::try_from(left.unused).unwrap_or(0))
        }
        _ => None,
    };
    if let Some(instance) = instance {
        instance.mark_watched(now);
    }
    let acting = match instance {
        Some(instance) => acting::linked(&context.app, &context.actor, &instance.name).await?,
        None => None,
    };
    let lacks = instance.map(|instance| acting::lacks(acting.as_ref(), instance)).unwrap_or_default();
    let acting = acting.map(|linked| format!("@{}", linked.username));
    // Notices and drafts belong to one showing of a page, not to its address.
    let here = format!("{path}{}", parsed.with("", ""));
    Ok(Frame {
        operator: context.actor.name.clone(),
        role: context.actor.role,
        acting,
        may: may(context, instance),
        lacks,
        instance: instance.map(|instance| head(context, instance)),
        instances: context.visible().map(|instance| head(context, instance)).collect(),
        sign_ups: instance.and_then(Instance::sign_ups_waiting).map(|waiting| waiting.said()),
        appeals: instance.and_then(appeals_waiting),
        requests: match instance {
            Some(instance) => requests_waiting(context, instance).await,
            None => None,
        },
        reviews: reviews_waiting(context).await,
        preferences: context.preferences.clone(),
        // A name for all pages of a session; what it is called in the store is nobody else's.
        session: context.app.keys.hash("pages of a session", context.actor.session.as_bytes()),
        waiting_is_old: instance.and_then(|instance| waiting_is_old(instance, now)),
        registrations: instance.and_then(health::registrations_word),
        contradiction: context.app.ledger.contradiction(),
        draft,
        notice,
        untold,
        recovery_codes_left,
        second_factor_optional: context.app.config.second_factor_optional,
        here,
        now,
    })
}

/// How many decisions wait for this person's review.
async fn reviews_waiting(context: &Context) -> Option<usize> {
    if !access::allows(context.actor.role, Permission::Review) {
        return None;
    }
    let waiting = record::to_review(context).await;
    waiting.inspect_err(|error| tracing::error!(%error, "frame.reviews")).ok().map(|waiting| waiting.len())
}

fn may(context: &Context, instance: Option<&Instance>) -> Vec<Permission> {
    let on = instance.map(|instance| &instance.name);
    let allowed = |permission: &Permission| access::permit(&context.actor, *permission, on).is_ok();
    Permission::ALL.into_iter().filter(allowed).collect()
}

/// Whether somebody may see a desk of an instance.
pub(super) fn may_view(context: &Context, instance: &Instance, permission: Permission) -> bool {
    access::permit(&context.actor, permission, Some(&instance.name)).is_ok()
}

/// How many cases wait for this person; `None` while that has never been read.
pub(super) fn said_waiting(context: &Context, instance: &Instance) -> Option<String> {
    let list = instance.open_reports.snapshot();
    let cases = numbers::seen(context, instance, &list).map(|report| report.target).collect::<BTreeSet<_>>().len();
    list.at.map(|_| ui::at_least(cases, list.cut))
}

/// How many appeals wait. Unlike the others they may be kept from the console by themselves: then it is not known.
pub(super) fn appeals_waiting(instance: &Instance) -> Option<String> {
    let list = instance.appeals.snapshot();
    list.at.filter(|_| list.trouble.is_none()).map(|_| ui::at_least(list.rows.len(), list.cut))
}

/// More requests for access are not counted.
const MOST_REQUESTS: i64 = 100;

/// How many people wait who asked for access, for those who decide about them.
pub async fn requests_waiting(context: &Context, instance: &Instance) -> Option<String> {
    if !may_view(context, instance, Permission::ManageInvitations) {
        return None;
    }
    let waiting = access_requests::waiting(&context.app.store, &instance.name, MOST_REQUESTS + 1).await;
    let waiting = waiting.inspect_err(|error| tracing::error!(%error, "frame.requests")).ok()?;
    let number = usize::try_from(waiting.min(MOST_REQUESTS)).unwrap_or(0);
    Some(ui::at_least(number, waiting > MOST_REQUESTS))
}

fn head(context: &Context, instance: &Instance) -> InstanceHead {
    InstanceHead {
        name: instance.name.clone(),
        title: instance.title.clone(),
        waiting: said_waiting(context, instance),
        well: instance.is_well(),
        may: may(context, Some(instance)),
    }
}

/// The frame alone, around a page that cannot be had: the way to all the others.
pub async fn alone(context: &Context, instance: Option<&str>, here: &str, search: &str) -> Result<Frame, Problem> {
    let named = instance.and_then(|name| context.instance(name).ok()).map(AsRef::as_ref);
    around(context, named.or_else(|| context.current()), &path::ours(here), search, None).await
}

/// What the policy sets at once for a hold follows it within this.
const AT_ONCE: i64 = MINUTE;

/// What was set for a hold, which is another entry: the hold itself is kept by the console alone.
async fn set_for(context: &Context, hold: &Entry, instance: &str) -> Result<Option<Entry>, LedgerError> {
    let filter = Filter {
        kind: Some("set_registrations".to_owned()),
        after: Some(hold.index),
        to: Some(hold.at.plus(AT_ONCE)),
        ..lately(instance)
    };
    Ok(context.app.ledger.list(&filter).await?.pop())
}

/// The newest entries about an instance.
fn lately(instance: &str) -> Filter {
    Filter { instance: Some(instance.to_owned()), limit: 20, ..Filter::default() }
}

/// How a change of who may sign up stands by now, where not all of it was seen at once.
async fn settles(context: &Context, entry: &Entry) -> Option<Settles> {
    let set_for_it = match entry.deed.as_str() {
        "change_policy" => match set_for(context, entry, entry.instance.as_deref()?).await {
            Ok(Some(set)) => Some(set),
            // Nothing was to be set.
            Ok(None) if context.app.ledger.contradiction().is_none() => return None,
            // What can't be read is not done.
            Ok(None) | Err(_) => return Some(Settles::Watched),
        },
        _ => None,
    };
    // What was set for a hold and has no outcome yet is not done either.
    if set_for_it.as_ref().is_some_and(|set| set.outcome.is_none()) {
        return Some(Settles::Watched);
    }
    let entry = set_for_it.as_ref().unwrap_or(entry);
    if entry.deed != "set_registrations" || entry.outcome != Some(Outcome::Partly) {
        return None;
    }
    let instance = context.instance(entry.instance.as_deref()?).ok()?;
    if instance.is_single_user() {
        return Some(Settles::SingleUser);
    }
    match settling::of(&context.app.store, &instance.name).await {
        Ok(Some(change)) if change.entry == entry.index => return Some(Settles::Watched),
        Ok(_) => {}
        Err(_) => return Some(Settles::Watched),
    }
    let settled = Filter { kind: Some("registrations_settled".to_owned()), ..lately(&instance.name.to_string()) };
    let Ok(found) = context.app.ledger.list(&settled).await else { return Some(Settles::Watched) };
    let of = entry.index.to_string();
    let seen = found.iter().find(|found| found.leaf["facts"]["entry"].as_str() == Some(of.as_str()));
    Some(seen.map_or(Settles::Over, |found| Settles::Seen(found.index)))
}

/// So many late outcomes are told on one page.
const MOST_UNTOLD: usize = 3;

/// What this person is to be told of their own actions besides. What stands on this page is told by that, and once it is closed they
/// have seen it.
async fn not_told(context: &Context, page: Option<&str>, notice: Option<&Notice>) -> Untold {
    let (store, operator) = (&context.app.store, &context.actor.operator);
    let mut untold = Untold::default();
    let entries = untold::of(store, operator, 50).await.unwrap_or_else(|error| {
        tracing::error!(%error, "frame.untold");
        Vec::new()
    });
    for entry in entries {
        let on_it = page == Some(&path::audit_entry(entry));
        let here = on_it || notice.is_some_and(|notice| notice.index == entry);
        if !here && untold.open.len() + untold.closed.len() == MOST_UNTOLD {
            untold.more = true;
            continue;
        }
        let Some(said) = self::notice(context, entry).await else { continue };
        match (here, said.outcome) {
            (true, DeedState::Open) => {}
            (true, _) => match untold::told(store, entry, operator).await {
                Ok(_) => context.app.listeners.look(),
                Err(error) => tracing::error!(%error, entry, "frame.told"),
            },
            (false, DeedState::Open) => untold.open.push(said),
            (false, _) => untold.closed.push(said),
        }
    }
    untold
}

/// What the ledger says of a deed of this person's.
async fn notice(context: &Context, index: i64) -> Option<Notice> {
    let detail = context.app.ledger.entry(index).await.ok().flatten()?;
    if detail.entry.operator.as_deref() != Some(context.actor.operator.0.as_str()) {
        return None;
    }
    let entry = record::as_told(&context.actor, detail.entry);
    let line = record::line(&entry, &context.actor.name);
    let outcome = line.outcome?;
    let watched = context.app.watched.lock().unwrap_or_else(PoisonError::into_inner).get(&index).cloned();
    let settles = settles(context, &entry).await;
    let sentence = record::notice_sentence(&entry, &line, watched.as_deref(), settles);
    Some(Notice { sentence, outcome, index, at: line.at })
}
