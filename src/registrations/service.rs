//! Who may sign up: said as it is, and set with a reason.

use super::{Change, Door, RegistrationsMode, RegistrationsPage};
use crate::{
    access::Permission,
    audit,
    carry_out::{Carry, Evidence, Trace, carry_out},
    clock::{Instant, MINUTE},
    context::Context,
    frame::{self, Framed},
    id::AccountId,
    ledger::{
        Answered, Filter, Mark, Outcome, Step, Warrant,
        deed::{SetRegistrations, Subject},
    },
    mastodon::{
        Instance,
        database::{DatabaseError, Read},
        rest::Client,
        settings::{Meaning, Stored},
    },
    path,
    problem::{Kind, Problem},
    store::operators,
    text::Why,
    ui::time,
};
use serde_json::json;

/// The longest message; Mastodon itself sets no limit.
const LONGEST_MESSAGE: usize = 20_000;
/// The row of who may sign up is a word.
const LONGEST_MODE: usize = 200;
/// A setting has one row, and in 4.3 sometimes two.
const MOST_ROWS: usize = 20;

fn unread(error: &DatabaseError) -> Problem {
    Problem::unavailable(format!("{error}, so the setting cannot be shown."), "Try again in a moment.")
}

fn store_problem(error: impl std::fmt::Display) -> Problem {
    tracing::error!(%error, "registrations.record");
    Problem::unavailable("The record cannot be read.", "Try again in a moment.")
}

/// The state, with since when, by whom and why, as far as our own record knows.
pub async fn door(context: &Context, instance: &Instance) -> Result<Door, Problem> {
    let pulse = instance.pulse();
    let Some(stored) = &pulse.registrations else {
        return Ok(Door {
            mode: None,
            word: "unknown".to_owned(),
            strange: String::new(),
            since: "the database has not answered yet".to_owned(),
        });
    };
    door_of(context, instance, stored).await
}

async fn door_of(context: &Context, instance: &Instance, stored: &Stored) -> Result<Door, Problem> {
    let meaning = Meaning::of(&stored.mode);
    let history = history(context, instance, 5).await?;
    let last = history.into_iter().find_map(|(change, after)| Some((change, after?)));
    let since = match last {
        Some((change, after)) if meaning.mode() == Some(after) && change.outcome == Some(audit::Outcome::Succeeded) => {
            let why = if change.why.is_empty() { String::new() } else { format!(" · “{}”", change.why) };
            format!("since {} by {}{why}", time::day(change.at, context.now()), change.who)
        }
        Some((change, after)) if meaning.mode() == Some(after) && change.outcome.is_none() => {
            format!("since {}, noticed outside the console", time::day(change.at, context.now()))
        }
        Some(_) => "changed outside the console since our last change".to_owned(),
        None => "never changed through this console".to_owned(),
    };
    Ok(Door { mode: meaning.mode(), word: meaning.word().to_owned(), strange: meaning.strange(&stored.mode), since })
}

/// What was changed, through this console and elsewhere, newest first; with the mode it led to, where it is about the mode.
async fn history(
    context: &Context,
    instance: &Instance,
    limit: i64,
) -> Result<Vec<(Change, Option<RegistrationsMode>)>, Problem> {
    let subject = context.app.ledger.subject(&Subject::Registrations(instance.name.clone()));
    let mut entries = Vec::new();
    for kind in ["set_registrations", "changed_elsewhere"] {
        let filter = Filter { subject: Some(subject.clone()), kind: Some(kind.to_owned()), limit, ..Filter::default() };
        entries.extend(context.app.ledger.list(&filter).await.map_err(store_problem)?);
    }
    entries.sort_by_key(|entry| std::cmp::Reverse(entry.index));
    entries.truncate(usize::try_from(limit).unwrap_or(0));
    let people = operators::list(&context.app.store).await.map_err(store_problem)?;
    Ok(entries
        .into_iter()
        .map(|entry| {
            let line = audit::service::line(&entry, &audit::service::name(&people, &entry));
            let after = match line.outcome {
                Some(_) => entry.leaf["facts"]["after"].as_str().map(str::to_owned),
                None => audit::service::elsewhere::mode_of(&entry),
            };
            // Where nothing is set, Mastodon's default holds: closed. A strange word is no mode, and says so elsewhere.
            let after = after
                .and_then(|word| if word == "not set" { Some(RegistrationsMode::None) } else { word.parse().ok() });
            let change = Change {
                index: entry.index,
                at: entry.at,
                who: line.who,
                what: line.what,
                why: line.why,
                outcome: line.outcome,
            };
            (change, after)
        })
        .collect())
}

pub async fn registrations(
    context: &Context,
    instance: &str,
    search: &str,
) -> Result<Framed<RegistrationsPage>, Problem> {
    let instance = context.instance(instance)?.clone();
    context.permit(Permission::ViewRegistrations, Some(&instance.name)).await?;
    let stored = {
        let mut read = instance.database.read().await.map_err(|error| unread(&error))?;
        read.registrations().await.map_err(|error| unread(&error))?
    };
    let now = context.now();
    let history = history(context, &instance, 20).await?;
    let (message, message_strange) = match stored.message_text() {
        Ok(text) => (text, String::new()),
        Err(why) => (
            String::new(),
            format!("The stored message cannot be read ({why}). Setting registrations here puts it right."),
        ),
    };
    let may = |permission| crate::access::allows(context.actor.role, permission);
    let page = RegistrationsPage {
        door: door_of(context, &instance, &stored).await?,
        read_at: now,
        still: still(&history, instance.cache.is_some(), now),
        message,
        message_strange,
        seen: serde_json::to_string(&(&stored.mode, &stored.message)).unwrap_or_default(),
        history: history.into_iter().map(|(change, _)| change).collect(),
        sign_ups: instance.pulse().sign_ups.clone(),
        may_close: may(Permission::CloseRegistrations),
        may_open: may(Permission::OpenRegistrations),
        pending: crate::signups::service::waiting(&instance),
    };
    frame::build(context, Some(&instance), &path::registrations(&instance.name), search, page).await
}

/// What caches may still say after our last change, and until when (`behaviours`: settings keys 10 minutes, instance
/// answers 3 minutes in Redis and 5 and a half over HTTP, node information 30 minutes in Redis and 30 over HTTP).
fn still(history: &[(Change, Option<RegistrationsMode>)], redis: bool, now: Instant) -> Vec<(String, String)> {
    let changed = history
        .iter()
        .find(|(change, _)| change.outcome == Some(audit::Outcome::Succeeded))
        .map(|(change, _)| change.at);
    let line = |name: &str, minutes: i64, at_once: &str| {
        let until = changed.map(|at| at.plus(minutes * MINUTE)).filter(|until| *until > now);
        let says = match until {
            Some(until) => format!("may say the former until {}", time::clock(until)),
            None => at_once.to_owned(),
        };
        (name.to_owned(), says)
    };
    if redis {
        vec![
            ("Sign-up page".to_owned(), "says the same: it reads the setting anew".to_owned()),
            line("Public API", 6, "says the same"),
            line("Directories", 30, "say the same"),
        ]
    } else {
        vec![
            line("Sign-up page", 10, "says the same"),
            line("Public API", 19, "says the same"),
            line("Directories", 70, "say the same"),
        ]
    }
}

pub async fn set(
    context: Context,
    instance: String,
    mode: String,
    message: String,
    why: String,
    seen: String,
) -> Result<String, Problem> {
    let instance = context.instance(&instance)?.clone();
    let mode: RegistrationsMode = mode
        .parse()
        .map_err(|()| Problem::invalid("mode", "Choose who may sign up: open, with approval, or closed."))?;
    let permission = match mode {
        RegistrationsMode::Open => Permission::OpenRegistrations,
        RegistrationsMode::Approved | RegistrationsMode::None => Permission::CloseRegistrations,
    };
    let permit = context.permit(permission, Some(&instance.name)).await?;
    let why = Why::needed("why", &why, "Say why: the team and the record need the reason.")?;
    let message = message.replace("\r\n", "\n");
    if message.chars().count() > LONGEST_MESSAGE {
        return Err(Problem::invalid("message", "The message is longer than 20,000 characters."));
    }
    if message.contains('\0') {
        return Err(Problem::invalid("message", "The message contains a NUL character, which cannot be stored."));
    }
    let (mode_before, message_before): (Vec<Option<String>>, Vec<Option<String>>) = serde_json::from_str(&seen)
        .map_err(|_| {
            Problem::new(Kind::Invalid, "The form was not complete, and nothing was done.", "Send it again.")
        })?;
    // What the page showed stands in the record: no more of it than the instance can hold.
    let rows = mode_before.iter().chain(&message_before);
    if mode_before.len() + message_before.len() > MOST_ROWS
        || mode_before.iter().flatten().any(|row| row.len() > LONGEST_MODE)
        || rows.flatten().map(String::len).sum::<usize>() > 6 * LONGEST_MESSAGE
    {
        return Err(Problem::new(Kind::Invalid, "The form was not complete, and nothing was done.", "Send it again."));
    }
    let deed = SetRegistrations {
        instance: instance.name.clone(),
        mode_before,
        message_before,
        mode_after: mode,
        message_after: message,
    };
    let done = carry_out(context.clone(), instance.clone(), permit, deed, why).await?;
    // What every page shows of it must be new at once, and a reader from before the change may have refilled the cache.
    let later = instance.clone();
    let clock = context.app.clock.clone();
    tokio::spawn(async move {
        later.take_pulse(clock.now()).await;
        tokio::time::sleep(std::time::Duration::from_millis(1_500)).await;
        let step = later.forget_registrations().await;
        tracing::debug!(?step, "registrations.second_forgetting");
    });
    let back = path::registrations(&instance.name);
    match done.outcome {
        Outcome::Succeeded | Outcome::Partly | Outcome::Unknown => {
            Ok(path::with(&back, "done", &done.index.to_string()))
        }
        Outcome::Failed | Outcome::Stale | Outcome::Refused => Err(Problem::new(
            Kind::Conflict,
            format!("Registrations are as they were: {}.", done.said.unwrap_or_else(|| "it was refused".to_owned())),
            format!("Entry {} has the details.", done.index),
        )),
    }
}

impl Carry for SetRegistrations {
    async fn overtaken(&self, read: &mut Read) -> Result<Option<String>, DatabaseError> {
        let now = read.registrations().await?;
        if now.mode == self.mode_before && now.message == self.message_before {
            return Ok(None);
        }
        let before = Meaning::of(&self.mode_before);
        let after = Meaning::of(&now.mode);
        Ok(Some(if before == after {
            "the message for visitors was changed elsewhere after you opened the page".to_owned()
        } else {
            format!("you saw “{}”, and it is “{}” by now, changed elsewhere", before.word(), after.word())
        }))
    }

    async fn send(warrant: Warrant<Self>, _: &Context, instance: &Instance, hand: &Client) -> Answered<Self> {
        if let Some(why) = hand.consent_is_gone().await {
            return warrant.unsent(why);
        }
        instance.set_registrations(warrant).await
    }

    async fn evidence(&self, _: Mark, _: AccountId, read: &mut Read) -> Result<Evidence, DatabaseError> {
        let stored = read.registrations().await?;
        let right = Meaning::of(&stored.mode) == Meaning::Mode(self.mode_after)
            && stored.message_text().as_ref() == Ok(&self.message_after);
        Ok(Evidence {
            // Mastodon logs no settings: only the answer of our own write is a trace.
            trace: Trace::None,
            state_is_right: right,
            facts: json!({ "read back": Meaning::of(&stored.mode).word() }),
            seen: json!({ "mode": stored.mode, "message": stored.message }),
        })
    }

    fn deciding(steps: &[Step]) -> &[Step] {
        // Caches that could not be told run out by themselves.
        steps.get(..1).unwrap_or_default()
    }
}
