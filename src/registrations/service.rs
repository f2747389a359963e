//! Who may sign up: said as it is, and set with a reason.

mod by_policy;
pub mod policies;
mod replay;
mod settling;
mod words;

pub use by_policy::look_at_policies;
pub use settling::settle_due;

use policies::InShort;

use super::{Change, Place, RegistrationsMode, RegistrationsPage, RegistrationsState, SetForm, Stay};
use crate::{
    access::Permission,
    audit,
    carry_out::{Carry, Evidence, Trace, carry_out},
    clock::{MINUTE, SECOND, Timestamp},
    context::{App, Context},
    deeds::{ChangePolicy, SetRegistrations},
    frame::{self, Framed},
    id::AccountId,
    ledger::{Answered, Deed, Entry, Filter, Mark, Outcome, Subject, Warrant, unreadable},
    mastodon::{
        Instance,
        database::{DatabaseError, Read},
        rest::Client,
        settings::{Meaning, Stored},
        visitors::{Answered as Api, LONGEST_MESSAGE as EXCERPT, Seen, SignUpPage},
    },
    overview, path,
    problem::{Kind, Problem},
    record,
    store::{
        operators::{self, Operator},
        settling as changes,
        settling::Settling,
    },
    text::Why,
    ui::{self, time},
};
use serde_json::json;
use std::{sync::Arc, time::Duration};

/// The longest message; Mastodon itself sets no limit.
const LONGEST_MESSAGE: usize = 20_000;
/// The row of who may sign up is a word.
const LONGEST_MODE: usize = 200;
/// A setting has one row, and in 4.3 sometimes two.
const MOST_ROWS: usize = 20;
/// What was asked so long ago is asked again for whoever opens the page.
const ASKED_ANEW: i64 = 5 * SECOND;
/// The page waits no longer for the answers.
const PATIENCE: Duration = Duration::from_millis(1_800);
/// How long copies last, in milliseconds, where nobody tells them to forget (`behaviours`, 1.2): Mastodon's of the setting, of
/// the API's answer and of what directories read; then what a cache in front may keep of the latter two.
const SETTING_LASTS: i64 = 10 * MINUTE;
const ANSWER_LASTS: i64 = 3 * MINUTE;
const LISTED_LASTS: i64 = 30 * MINUTE;
const ANSWER_LASTS_IN_FRONT: i64 = 5 * MINUTE + 30 * SECOND;
const LISTED_LASTS_IN_FRONT: i64 = 30 * MINUTE;

/// Entries that are looked through for the last change of the mode.
const LOOKED_THROUGH: i64 = 40;

/// What is said where the setting counts for nothing.
const ONE_PERSONS: &str = "This instance runs in single-user mode (SINGLE_USER_MODE): nobody can sign up, \
whatever this setting says. It applies again once Mastodon is started without that.";

/// The state, with since when, by whom and why, as far as our own record knows.
pub async fn registrations_state(context: &Context, instance: &Instance) -> Result<RegistrationsState, Problem> {
    let health = instance.health();
    let Some(stored) = &health.registrations else {
        return Ok(RegistrationsState {
            mode: None,
            word: "unknown".to_owned(),
            single_user: instance.is_single_user(),
            strange: String::new(),
            since: "the database has not answered yet".to_owned(),
            ends: held_and_not_set(context, instance, None).await?,
        });
    };
    let mut state = registrations_state_of(context, instance, stored).await?;
    if health.registrations_are_old() {
        let at = health.registrations_at.map(|at| format!("as of {}, ", context.zone().clock(at))).unwrap_or_default();
        state.since = format!("{at}can’t be read since");
        state.ends = held_and_not_set(context, instance, state.mode).await?;
    }
    Ok(state)
}

/// What somebody holds that the instance, as it was last read, does not say: the console knows it by itself, and sets it once the
/// database answers.
async fn held_and_not_set(
    context: &Context,
    instance: &Instance,
    read: Option<RegistrationsMode>,
) -> Result<String, Problem> {
    let hold = policies::in_short(&context.app, instance).await?.hold;
    let hold = hold.filter(|hold| read != Some(hold.mode));
    Ok(hold.map(|hold| format!("held at “{}”, and not set yet", hold.mode.word())).unwrap_or_default())
}

/// Whether a change is one that is known: what failed, was overtaken or is not certain yet changed nothing.
fn counts(change: &Change) -> bool {
    use record::DeedState::{Partly, Succeeded, Unknown};
    matches!(change.outcome, None | Some(Succeeded | Partly | Unknown))
}

/// When the setting came to say what it says, as far as it is known: where it says something else than the last change that is known
/// led to, somebody has changed it since.
fn changed_at(history: &[Past], mode: Option<RegistrationsMode>) -> Option<Timestamp> {
    let known = || history.iter().filter(|past| counts(&past.change));
    let led_to = known().find_map(|past| past.after);
    known().next().filter(|_| led_to.is_none_or(|led_to| Some(led_to) == mode)).map(|past| past.change.at)
}

async fn registrations_state_of(
    context: &Context,
    instance: &Instance,
    stored: &Stored,
) -> Result<RegistrationsState, Problem> {
    let meaning = Meaning::of(&stored.mode);
    let history = history(context, instance, LOOKED_THROUGH).await?;
    let whole = i64::try_from(history.len()).is_ok_and(|number| number < LOOKED_THROUGH);
    let last = history.into_iter().filter(|past| counts(&past.change)).find_map(|past| Some((past.after?, past)));
    let since = match last {
        Some((after, past)) if meaning.mode() == Some(after) => {
            let at = context.zone().lately(past.change.at, context.now());
            if past.change.outcome.is_none() {
                format!("since {at}, noticed outside the console")
            } else {
                let held = match &past.held {
                    Some(rule) => held_by(context, instance, &past, rule).await?,
                    None => None,
                };
                let (by, Change { who, why, .. }) = held.unwrap_or(("by", past.change));
                let why = if why.is_empty() { String::new() } else { format!(" · “{why}”") };
                format!("since {at} {by} {who}{why}")
            }
        }
        Some(_) => "changed outside the console since our last change".to_owned(),
        None if whole => "never changed through this console".to_owned(),
        None => "not changed through this console recently".to_owned(),
    };
    let single_user = instance.is_single_user();
    let open = changes::of(&context.app.store, &instance.name).await.map_err(unreadable)?;
    let since = match open.filter(|_| !single_user) {
        Some(change) if not_shown_yet(instance, &change, meaning.mode()) => format!(
            "set to “{}” at {}; the copy of the database that is read here doesn’t show it yet",
            change.mode.word(),
            context.zone().clock(change.since)
        ),
        Some(change) if change.recorded && meaning.mode() == Some(change.mode) => {
            format!("not seen everywhere yet · {since}")
        }
        Some(_) | None => since,
    };
    let strange = if single_user { ONE_PERSONS.to_owned() } else { meaning.strange(&stored.mode) };
    let word = meaning.word().to_owned();
    let ends = ends(context, instance, meaning.mode()).await?;
    Ok(RegistrationsState { mode: meaning.mode(), word, single_user, strange, since, ends })
}

/// “until 04:55 CET, then approval required”, where what is set now is held until then.
async fn ends(context: &Context, instance: &Instance, mode: Option<RegistrationsMode>) -> Result<String, Problem> {
    let now = context.now();
    let Some(kept) = crate::store::policies::of(&context.app.store, &instance.name).await?.0 else {
        return Ok(String::new());
    };
    let hold = kept.policy.held(now).filter(|hold| Some(hold.mode) == mode);
    let Some((until, then)) = hold.and_then(|hold| Some((hold.until?, hold.then))) else { return Ok(String::new()) };
    let (zone, policy) = (context.zone(), kept.policy.on.then_some("the policy decides"));
    let (day, minute) = (zone.lately(until, now), zone.minute(until));
    let at = if day == minute { minute } else { format!("{day}, {minute}") };
    let then = then.map(RegistrationsMode::word).or(policy).map(|then| format!(", then {then}"));
    Ok(format!("until {at}{}", then.unwrap_or_default()))
}

/// Who held what a policy set for them, and why: whoever reads when it was set asks for that, and not for the policy, which may be
/// off. The first word says whether they set it, or planned it.
async fn held_by(
    context: &Context,
    instance: &Instance,
    set: &Past,
    rule: &str,
) -> Result<Option<(&'static str, Change)>, Problem> {
    let filter = Filter {
        instance: Some(instance.name.to_string()),
        kind: Some(ChangePolicy::KIND.to_owned()),
        before: Some(set.change.index),
        limit: LOOKED_THROUGH,
        ..Filter::default()
    };
    let entries = context.app.ledger.list(&filter).await.map_err(unreadable)?;
    let held = entries.iter().find(|entry| {
        let change = &entry.leaf["facts"]["change"];
        entry.outcome == Some(Outcome::Succeeded) && (change == "hold" || change == "emergency")
    });
    let people = operators::list(&context.app.store).await.map_err(unreadable)?;
    Ok(held.map(|entry| (if rule == "end" { "as planned by" } else { "by" }, told(entry, &people).0)))
}

/// Whether the setting was read from a copy that may not show the last change of ours yet.
fn not_shown_yet(instance: &Instance, change: &Settling, read: Option<RegistrationsMode>) -> bool {
    let may_lack = instance.health().standby.is_some_and(|standby| standby.may_lack(change.since));
    may_lack && read != Some(change.mode)
}

/// A change of before.
struct Past {
    change: Change,
    /// The mode it led to, where it is about the mode.
    after: Option<RegistrationsMode>,
    /// The rule of the policy by which it was set, where somebody held that, or planned it with what they held.
    held: Option<String>,
}

/// What was changed, through this console and elsewhere, newest first.
async fn history(context: &Context, instance: &Instance, limit: i64) -> Result<Vec<Past>, Problem> {
    let subject = context.app.ledger.subject(&Subject::Registrations(instance.name.clone()));
    let mut entries = Vec::new();
    for kind in ["set_registrations", "changed_elsewhere"] {
        let filter = Filter { subject: Some(subject.clone()), kind: Some(kind.to_owned()), limit, ..Filter::default() };
        entries.extend(context.app.ledger.list(&filter).await.map_err(unreadable)?);
    }
    entries.sort_by_key(|entry| std::cmp::Reverse(entry.index));
    entries.truncate(usize::try_from(limit).unwrap_or(0));
    let people = operators::list(&context.app.store).await.map_err(unreadable)?;
    Ok(entries
        .into_iter()
        .map(|entry| {
            let (change, line) = told(&entry, &people);
            let after = match line.outcome {
                Some(_) => entry.leaf["facts"]["after"].as_str().map(str::to_owned),
                None => audit::service::outside_changes::mode_of(&entry),
            };
            // Where nothing is set, Mastodon's default holds: closed. A strange word is no mode, and says so elsewhere.
            let after = after
                .and_then(|word| if word == "not set" { Some(RegistrationsMode::None) } else { word.parse().ok() });
            let rule = entry.leaf["facts"]["policy"]["rule"].as_str();
            let held = rule.filter(|rule| matches!(*rule, "hold" | "emergency" | "end")).map(str::to_owned);
            Past { change, after, held }
        })
        .collect())
}

/// Entries that are looked through for what registrations were.
const STAYS_OF: i64 = 100;

/// Who could sign up from a moment on, as the record has it, and as the instance was last seen.
pub async fn stays(context: &Context, instance: &Instance, from: Timestamp) -> Result<Vec<Stay>, Problem> {
    use record::DeedState::{Partly, Succeeded};
    let history = history(context, instance, STAYS_OF).await?;
    let mut changes: Vec<Stay> = history
        .into_iter()
        .filter(|past| matches!(past.change.outcome, None | Some(Succeeded | Partly)))
        .filter_map(|past| Some(Stay { from: past.change.at, mode: Some(past.after?) }))
        .collect();
    changes.reverse();
    // Before the first change that the record knows, nobody says what it was; what is now is known from what was read.
    let now = instance.health().registrations.as_ref().and_then(|stored| Meaning::of(&stored.mode).mode());
    let before = changes.iter().rev().find(|change| change.from <= from).and_then(|change| change.mode);
    let mut stays = vec![Stay { from, mode: before }];
    stays.extend(changes.into_iter().filter(|change| change.from > from));
    let last = stays.last().and_then(|stay| stay.mode);
    if let Some(health) = instance.health().at.filter(|at| *at > from && last != now) {
        stays.push(Stay { from: health, mode: now });
    }
    stays.dedup_by_key(|stay| stay.mode);
    Ok(stays)
}

/// An entry as a change, and its line.
fn told(entry: &Entry, people: &[Operator]) -> (Change, record::Line) {
    let line = record::line(entry, &record::name(people, entry));
    let change = Change {
        index: entry.index,
        at: entry.at,
        who: line.who.clone(),
        what: line.what.clone(),
        why: line.why.clone(),
        outcome: line.outcome,
    };
    (change, line)
}

/// What became of changes that were not seen everywhere at once.
async fn settled(context: &Context, instance: &Instance, limit: i64) -> Result<Vec<Change>, Problem> {
    let people = operators::list(&context.app.store).await.map_err(unreadable)?;
    let mut changes = Vec::new();
    for kind in ["registrations_settled", "registrations_unsettled", "change_policy", "policy_stopped", "policy_missed"]
    {
        let instance = Some(instance.name.to_string());
        let filter = Filter { instance, kind: Some(kind.to_owned()), limit, ..Filter::default() };
        let entries = context.app.ledger.list(&filter).await.map_err(unreadable)?;
        changes.extend(entries.iter().map(|entry| told(entry, &people).0));
    }
    Ok(changes)
}

pub async fn registrations(
    context: &Context,
    instance: &str,
    search: &str,
) -> Result<Framed<RegistrationsPage>, Problem> {
    let instance = context.instance(instance)?.clone();
    context.permit(Permission::ViewRegistrations, Some(&instance.name)).await?;
    let stored = {
        let mut read = instance.database.read().await?;
        read.registrations().await?
    };
    let now = context.now();
    let history = history(context, &instance, 20).await?;
    let (message, message_strange) = match stored.message_text() {
        Ok(text) => (text, String::new()),
        Err(why) => (
            String::new(),
            format!("The stored message can’t be read ({why}). Changing registrations here fixes that."),
        ),
    };
    let open = changes::of(&context.app.store, &instance.name).await.map_err(unreadable)?;
    let mode = Meaning::of(&stored.mode).mode();
    // Visitors meet what the primary says.
    let late = open.as_ref().filter(|open| not_shown_yet(&instance, open, mode));
    let changed = changed_at(&history, late.map_or(mode, |open| Some(open.mode)));
    instance.know_registrations(stored.clone());
    // Another process may have seen it agree since.
    let told = message_strange.is_empty().then_some(&*message);
    let differs = mode.is_some_and(|mode| instance.seen().is_some_and(|seen| seen.agrees(mode, told) != Some(true)));
    let age = if open.is_none() && differs { SECOND } else { ASKED_ANEW };
    let seen = visitors_see(&instance, changed.map_or(age, |at| age.min(now.since(at)))).await;
    let (meant, told) = late.map_or((mode, told), |open| (Some(open.mode), None));
    let behind = late.is_some();
    let mut places = seen.as_ref().map(|seen| places(seen, meant, told, changed, &instance, now)).unwrap_or_default();
    places.push(caches(&instance, open.as_ref(), changed, now));
    let may = |permission| crate::access::allows(context.actor.role, permission);
    let mut changed_and_settled: Vec<Change> = history.into_iter().map(|past| past.change).collect();
    changed_and_settled.extend(settled(context, &instance, 20).await?);
    changed_and_settled.sort_by_key(|change| std::cmp::Reverse(change.index));
    changed_and_settled.truncate(20);
    let InShort { says: policy, stopped: policy_stopped, on: policy_on, zone, hold } =
        policies::in_short(&context.app, &instance).await?;
    let page = RegistrationsPage {
        policy,
        policy_stopped,
        policy_on,
        zone,
        hold,
        state: registrations_state_of(context, &instance, &stored).await?,
        read_at: now,
        behind,
        places,
        asked_at: seen.map(|seen| seen.at),
        message,
        message_strange,
        seen: serde_json::to_string(&(&stored.mode, &stored.message)).unwrap_or_default(),
        history: changed_and_settled,
        sign_ups: instance.health().sign_ups.clone(),
        may_close: may(Permission::CloseRegistrations),
        may_open: may(Permission::OpenRegistrations),
        pending: instance.sign_ups_waiting(),
    };
    // What was just seen here is said of the instance at once, and not by the next pulse.
    overview::service::parts(&context.app, &instance, now).await;
    frame::build(context, Some(&instance), &path::registrations(&instance.name), search, page).await
}

/// What visitors meet, asked at most so long ago; what was seen before, where the instance takes longer than a page waits.
async fn visitors_see(instance: &Arc<Instance>, age: i64) -> Option<Arc<Seen>> {
    let looking = instance.clone();
    // It goes on when the page does not wait for it: the next one has it.
    let asked = tokio::spawn(async move { looking.seen_within(age).await });
    match tokio::time::timeout(PATIENCE, asked).await {
        Ok(Ok(seen)) => Some(seen),
        Ok(Err(_)) | Err(_) => instance.seen(),
    }
}

/// How much longer a copy may say the former.
fn lasts(whose: &str, until: Option<Timestamp>, now: Timestamp) -> String {
    match until {
        Some(until) if until > now => {
            format!(
                "; {whose} expires at {} at the latest, {}",
                time::Zone::default().clock(until),
                time::relative(until, now)
            )
        }
        Some(until) => format!(
            "; {whose} should have expired at {}, so something else keeps it: a cache that can’t be asked past, for instance",
            time::Zone::default().clock(until)
        ),
        None => format!("; {whose} may predate an outside change"),
    }
}

/// What each place is held against.
struct Held<'a> {
    /// What the setting says, and the message beside it.
    mode: Option<RegistrationsMode>,
    told: Option<&'a str>,
    /// When the setting was changed, and when the caches were told since.
    changed: Option<Timestamp>,
    forgotten: Option<Timestamp>,
    /// Nothing that visitors meet agrees with the setting, whatever it is.
    single_user: bool,
    now: Timestamp,
}

impl Held<'_> {
    /// Copies are new from when they were told to forget, or from when the one they are made of has run out.
    fn until(&self, after_telling: i64, otherwise: i64) -> Option<Timestamp> {
        let told = self.forgotten.map(|told| told.plus(after_telling));
        told.or_else(|| self.changed.map(|changed| changed.plus(otherwise)))
    }

    fn lasts(&self, whose: &str, until: Option<Timestamp>) -> String {
        if self.single_user {
            "; single-user mode, whatever the setting says".to_owned()
        } else {
            lasts(whose, until, self.now)
        }
    }

    /// A place whose copy, if it says otherwise, runs out at last; nobody's where Mastodon gives no answer to make a new one
    /// of (`stale-if-error`, `app/controllers/concerns/api/caching_concern.rb`; `proxy_cache_use_stale`, `dist/nginx.conf`).
    fn copy(
        &self,
        name: &str,
        agrees: Option<bool>,
        says: String,
        whose: Option<&str>,
        limit: Option<Timestamp>,
    ) -> Place {
        let then = match (agrees, whose) {
            (Some(true) | None, _) => String::new(),
            (Some(false), Some(whose)) => self.lasts(whose, limit),
            (Some(false), None) if self.single_user => self.lasts("", limit),
            (Some(false), None) => {
                "; a cache in front keeps it for as long as Mastodon doesn’t answer, up to a day by Mastodon’s own header"
                    .to_owned()
            }
        };
        Place { name: name.to_owned(), says, then, agrees }
    }

    fn sign_up(&self, seen: &Seen) -> Place {
        let agrees = self.mode.and_then(|mode| seen.sign_up_agrees(mode));
        let says = match &seen.sign_up {
            SignUpPage::Form { asks_why: true } => "accepts sign-ups, with a reason for review".to_owned(),
            SignUpPage::Form { asks_why: false } => "accepts sign-ups, without asking for a reason".to_owned(),
            SignUpPage::Rules => "accepts sign-ups, after the server rules".to_owned(),
            SignUpPage::Closed(sentence) => format!("accepts no sign-ups: {sentence}"),
            SignUpPage::NotKnown(why) => why.clone(),
        };
        let limit = self.until(0, SETTING_LASTS);
        let copy = || self.lasts("Mastodon’s copy of the setting", limit);
        let then = match &seen.sign_up {
            _ if agrees != Some(false) => String::new(),
            SignUpPage::Closed(_) if !self.single_user => {
                let single = if seen.single_user == Some(false) { "" } else { "single-user mode, " };
                let others = format!(
                    "{single}OMNIAUTH_ONLY or an IP rule for this console can cause that, whatever the setting says"
                );
                match limit {
                    // Mastodon's copy has run out: it is not that.
                    Some(limit) if limit <= self.now => format!("; {others}"),
                    _ => format!("{}, or {others}", copy()),
                }
            }
            _ => copy(),
        };
        Place { name: "Sign-up page".to_owned(), says, then, agrees }
    }

    fn api(&self, name: &str, answered: &Result<Api, String>, whose: Option<&str>, limit: Option<Timestamp>) -> Place {
        match answered {
            Ok(answered) => {
                let message = if answered.message.is_empty() || answered.enabled {
                    String::new()
                } else {
                    format!(", “{}”", ui::excerpt(&answered.message, EXCERPT))
                };
                let agrees = self.mode.map(|mode| answered.agrees(mode, self.told));
                self.copy(name, agrees, format!("{}{message}", answered.word()), whose, limit)
            }
            Err(why) => Place { name: name.to_owned(), says: why.clone(), then: String::new(), agrees: None },
        }
    }

    fn listed(&self, name: &str, open: &Result<bool, String>, whose: Option<&str>, limit: Option<Timestamp>) -> Place {
        match open {
            Ok(open) => {
                let agrees = self.mode.map(|mode| *open == (mode != RegistrationsMode::None));
                let word = if *open { "sign-ups accepted" } else { "no sign-ups" };
                self.copy(name, agrees, word.to_owned(), whose, limit)
            }
            Err(why) => Place { name: name.to_owned(), says: why.clone(), then: String::new(), agrees: None },
        }
    }
}

/// What each place says, whether the setting says so too, and how long it may go on otherwise.
fn places(
    seen: &Seen,
    mode: Option<RegistrationsMode>,
    told: Option<&str>,
    changed: Option<Timestamp>,
    instance: &Instance,
    now: Timestamp,
) -> Vec<Place> {
    const OWN: &str = "Mastodon’s copy of it";
    const IN_FRONT: &str = "a cache in front, by Mastodon’s own header,";
    // Copies are new from when they were told to forget, or from when the one they are made of has run out.
    let told_at = instance.forgotten().map(|told| (told.first, told.went.map(|(at, _)| at)));
    let since = |told: &Timestamp| changed.is_some_and(|changed| *told >= changed);
    let forgotten = told_at.and_then(|(first, last)| first.filter(since).or(last.filter(since)));
    let held =
        Held { mode, told, changed, forgotten, single_user: mode.is_some_and(|mode| seen.never_agrees(mode)), now };
    // Where Mastodon itself says so, nothing in front of it has to.
    let api_says_so = mode.zip(seen.api.as_ref().ok()).is_some_and(|(mode, answered)| !answered.agrees(mode, told));
    let listed_says_so =
        mode.zip(seen.directories.as_ref().ok()).is_some_and(|(mode, open)| *open != (mode != RegistrationsMode::None));
    let whose = |says_so: bool, answers: bool| answers.then_some(if says_so { OWN } else { IN_FRONT });
    let answer = SETTING_LASTS + ANSWER_LASTS;
    let listed = SETTING_LASTS + LISTED_LASTS;
    vec![
        held.sign_up(seen),
        held.api("Public API, asked past the caches in front", &seen.api, Some(OWN), held.until(0, answer)),
        held.api(
            "Public API, as visitors get it",
            &seen.kept_api,
            whose(api_says_so, seen.api.is_ok()),
            held.until(ANSWER_LASTS_IN_FRONT, answer + ANSWER_LASTS_IN_FRONT),
        ),
        held.listed("Directories, asked past the caches in front", &seen.directories, Some(OWN), held.until(0, listed)),
        held.listed(
            "Directories, as they get it",
            &seen.kept_directories,
            whose(listed_says_so, seen.directories.is_ok()),
            held.until(LISTED_LASTS_IN_FRONT, listed + LISTED_LASTS_IN_FRONT),
        ),
    ]
}

/// What Mastodon's own caches were told.
pub struct ToldCaches {
    /// Whether they cannot say the former any more; `None` where that is not known.
    pub agrees: Option<bool>,
    /// They could not be told: what they say is not known, and nothing is well.
    pub failed: bool,
    pub says: String,
}

/// What Mastodon's own caches were told, and what came of it. The overview says the same.
pub fn told_caches(instance: &Instance, open: Option<&Settling>, changed: Option<Timestamp>) -> ToldCaches {
    let not_known = |says: String| ToldCaches { agrees: None, failed: false, says };
    let since = |told: Timestamp| changed.is_some_and(|changed| told >= changed).then_some(true);
    let doubt = instance.health().cache_doubt();
    let told = match (&instance.cache, instance.forgotten()) {
        (None, _) => {
            not_known("no Redis is configured: they expire by themselves, the setting’s within 10 minutes".to_owned())
        }
        (Some(_), None) => match open.and_then(|open| open.forgotten_at) {
            // By another process of this console, or before it was started anew.
            Some(at) => not_known(format!("cleared at {}", time::Zone::default().clock(at))),
            None => not_known("nothing cleared since this console started".to_owned()),
        },
        (Some(_), Some(told)) => {
            let at = time::Zone::default().clock(told.at);
            match (told.gone, told.went) {
                (Ok(0), None) => {
                    // The doubt in other words.
                    return not_known(format!(
                        "at {at} this Redis held none of Mastodon’s keys: they had expired, or redis_url points \
                        elsewhere than Mastodon’s cache (CACHE_REDIS_URL, else REDIS_URL, with its database)"
                    ));
                }
                // It is Mastodon's: it held some before.
                (Ok(0), Some((before, keys))) => ToldCaches {
                    agrees: since(told.at),
                    failed: false,
                    says: format!(
                        "{} went at {}, and none were there at {at}",
                        ui::count(keys, "key", "keys"),
                        time::Zone::default().clock(before)
                    ),
                },
                // What they have now may be of a change made elsewhere since.
                (Ok(keys), _) => ToldCaches {
                    agrees: since(told.at),
                    failed: false,
                    says: format!("{} went at {at}", ui::count(keys, "key", "keys")),
                },
                (Err(why), _) => ToldCaches {
                    agrees: None,
                    failed: true,
                    says: format!("could not be cleared at {at}: {}", ui::excerpt(&why, 200)),
                },
            }
        }
    };
    let also = match (&instance.health().redis, doubt) {
        // What it said when it was told says the same.
        (Some(Err(_)), _) if told.failed => None,
        (Some(Err(why)), _) => Some(why.clone()),
        (_, Some(doubt)) => Some(format!("Redis responds, but {doubt}")),
        _ => None,
    };
    // What was cleared then says nothing of what they hold while nobody can look.
    let agrees = told.agrees.filter(|_| !matches!(instance.health().redis, Some(Err(_))));
    match also {
        Some(also) => ToldCaches { says: format!("{}; {also}", told.says), agrees, ..told },
        None => ToldCaches { agrees, ..told },
    }
}

/// What Mastodon's own caches were told, and when they are looked at again.
fn caches(instance: &Instance, open: Option<&Settling>, changed: Option<Timestamp>, now: Timestamp) -> Place {
    let ToldCaches { agrees, says, .. } = told_caches(instance, open, changed);
    let then = match open {
        // In single-user mode there is nothing to look again for.
        Some(open) if open.recorded && !instance.is_single_user() => {
            let looked = match open.tries {
                0 => "once".to_owned(),
                again => format!("{} times", again + 1),
            };
            let again = if open.next_at > now { time::relative(open.next_at, now) } else { "in a moment".to_owned() };
            format!("; checked {looked}, next check {again}")
        }
        Some(_) | None => String::new(),
    };
    Place { name: "Mastodon’s caches".to_owned(), says: String::new(), then: says + &then, agrees }
}

pub async fn set(context: Context, instance: String, form: SetForm) -> Result<String, Problem> {
    let instance = context.instance(&instance)?.clone();
    let SetForm { mode, message, why, seen, until, zone, then } = form;
    let mode: RegistrationsMode = mode
        .parse()
        .map_err(|()| Problem::invalid("mode", "Choose who can sign up: open, approval required, or closed."))?;
    let permission = match mode {
        RegistrationsMode::Open => Permission::OpenRegistrations,
        RegistrationsMode::Approved | RegistrationsMode::None => Permission::CloseRegistrations,
    };
    let permit = context.permit(permission, Some(&instance.name)).await?;
    let why = Why::given(&why, true)?;
    let message = message.replace("\r\n", "\n");
    if message.chars().count() > LONGEST_MESSAGE {
        return Err(Problem::invalid("message", "The message is longer than 20,000 characters."));
    }
    if message.contains('\0') {
        return Err(Problem::invalid("message", "The message contains a NUL character, which cannot be stored."));
    }
    let (mode_before, message_before): (Vec<Option<String>>, Vec<Option<String>>) = serde_json::from_str(&seen)
        .map_err(|_| Problem::new(Kind::Invalid, "Nothing was done: the form was incomplete.", "Send it again."))?;
    // What the page showed stands in the record: no more of it than the instance can hold.
    let rows = mode_before.iter().chain(&message_before);
    if mode_before.len() + message_before.len() > MOST_ROWS
        || mode_before.iter().flatten().any(|row| row.len() > LONGEST_MODE)
        || rows.flatten().map(String::len).sum::<usize>() > 6 * LONGEST_MESSAGE
    {
        return Err(Problem::new(Kind::Invalid, "Nothing was done: the form was incomplete.", "Send it again."));
    }
    let deed = SetRegistrations {
        instance: instance.name.clone(),
        mode_before,
        message_before,
        mode_after: mode,
        message_after: message,
        by: None,
        pressed: false,
    };
    let back = path::registrations(&instance.name);
    if !until.trim().is_empty() {
        let entry = policies::set_until(&context, &instance, &deed, (until, zone, then), why).await?;
        return Ok(path::done(&back, entry));
    }
    if !then.is_empty() {
        return Err(policies::then_without_end());
    }
    let done = carry_out(context.clone(), instance.clone(), permit, deed, why.clone()).await?;
    after_setting(&context.app, &instance).await;
    match done.outcome {
        Outcome::Succeeded | Outcome::Partly | Outcome::Unknown => {
            let let_go = policies::after_by_hand(&context, &instance, mode, why).await;
            let_go.map_err(|problem| Problem {
                what: format!(
                    "Registrations are set (entry {}), but what was held before still is. {}",
                    done.index, problem.what
                ),
                ..problem
            })?;
            Ok(path::done(&back, done.index))
        }
        Outcome::Failed | Outcome::Stale | Outcome::Refused => Err(Problem::new(
            Kind::Conflict,
            format!("Registrations are unchanged: {}.", done.said.unwrap_or_else(|| "it was refused".to_owned())),
            format!("Entry {} has the details.", done.index),
        )),
    }
}

/// What follows once registrations were set, by whomever.
async fn after_setting(app: &Arc<App>, instance: &Arc<Instance>) {
    // What every page shows of it must be new at once.
    if let Ok(mut read) = instance.database.read().await
        && let Ok(stored) = read.registrations().await
    {
        instance.know_registrations(stored);
    }
    // A reader from before the change may have refilled the cache.
    let later = app.clone();
    let of = instance.clone();
    tokio::spawn(async move {
        of.probe(later.clock.now()).await;
        tokio::time::sleep(Duration::from_millis(1_500)).await;
        let again = async {
            match changes::of(&later.store, &of.name).await? {
                Some(change) => settling::settle(&later, &change).await,
                None => Ok(()),
            }
        };
        if let Err(error) = again.await {
            tracing::error!(%error, "registrations.second_forgetting");
        }
    });
}

impl Carry for SetRegistrations {
    const MAY_COME_LATER: bool = false;

    async fn stale_reason(&self, read: &mut Read) -> Result<Option<String>, DatabaseError> {
        let now = read.registrations().await?;
        if now.mode == self.mode_before && now.message == self.message_before {
            return Ok(None);
        }
        let before = Meaning::of(&self.mode_before);
        let after = Meaning::of(&now.mode);
        Ok(Some(if before == after {
            "the message to visitors was changed elsewhere after you opened the page".to_owned()
        } else {
            format!("you saw “{}”, and it has since been changed to “{}”", before.word(), after.word())
        }))
    }

    async fn send(warrant: Warrant<Self>, context: &Context, instance: &Instance, client: &Client) -> Answered<Self> {
        if let Some(why) = client.consent_is_gone().await {
            return warrant.unsent(why);
        }
        // Before the write: whatever becomes of this process, the caches are told and looked at.
        let now = context.now();
        let (entry, mode) = (warrant.index(), warrant.deed().mode_after);
        let next = now.plus(settling::LEFT_TO_THE_JOB);
        if let Err(error) = changes::begin(&context.app.store, &instance.name, entry, mode, now, next).await {
            tracing::error!(%error, "registrations.begin");
            return warrant.unsent("the console’s own database can’t be reached");
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

    /// Its process may have died before the caches were told.
    async fn again(&self, instance: &Instance) {
        let _told = instance.forget_registrations().await;
    }

    async fn afterwards(&self, app: &App, intent: i64, outcome: Outcome) -> sqlx::Result<()> {
        match app.instances.get(&self.instance) {
            Some(instance) => settling::closed(app, instance, intent, outcome).await,
            None => Ok(()),
        }
    }
}
