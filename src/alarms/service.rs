//! Raising alarms, and taking note of them. What is looked at is what was recorded since the last look, in bounded steps.

use super::{
    AlarmKind, AlarmsPage, CHECKPOINT_LATE, Card, FAILED_A_DAY, LAST_DAY, OpenAlarms, STRANGERS_A_DAY, USUAL_DAYS,
    WRONG_CODES_A_DAY, day, far_above, is_unusual_hour,
};
use crate::{
    access::{Permission, allows},
    carry_out::{self, InStore},
    clock::{DAY, Timestamp},
    context::{App, Context},
    deeds::AcknowledgeAlarm,
    frame::{self, Framed},
    id::{GrantId, OperatorId},
    ledger::{LedgerError, OwnTry, Passed, unreadable},
    path,
    problem::{Kind, Problem},
    record,
    search::Search,
    store::{
        alarms::{self, Alarm, Looked, Raised},
        grants,
        operators::{self, Operator},
    },
    text::{self, Why, time},
};
use std::collections::BTreeMap;

/// So many entries are looked at in one step,
const STEP: i64 = 1_000;
/// … and so many steps are made at once: a store that is far behind catches up in several runs.
const STEPS: usize = 50;
/// So many times somebody did one sort of thing are counted at most.
const MOST_COUNTED: i64 = 5_000;
const PAGE: i64 = 50;
/// So many are shown on an overview.
const ON_OVERVIEW: i64 = 5;
/// What is said of somebody nobody knows any more.
const SOMEBODY: &str = "somebody who isn’t listed any more";

/// Looks at what was recorded since the last look, and at what is so now.
///
/// # Errors
/// The store's; what was looked at until then is kept.
pub async fn look(app: &App) -> Result<(), LedgerError> {
    raise_standing(app).await?;
    for _ in 0..STEPS {
        if !step(app).await? {
            return Ok(());
        }
    }
    Ok(())
}

/// One step; whether there is another.
async fn step(app: &App) -> Result<bool, LedgerError> {
    let Looked { entry: from, .. } = alarms::looked(&app.store).await?;
    let newest = app.ledger.tree_state().await?.size - 1;
    let to = newest.min(from + STEP);
    let passed = if to > from { app.ledger.passed(from, to).await? } else { Vec::new() };
    let raised = raised_by(app, &passed).await?;
    // Whichever process is first keeps it; the other has done the same work for nothing.
    alarms::keep(&app.store, from, to.max(from), &raised, app.clock.now()).await?;
    Ok(to < newest)
}

/// Entries of one cause.
#[derive(Default)]
struct Cause<'a>(Vec<&'a Passed>);

impl<'a> Cause<'a> {
    fn raised(&self, kind: AlarmKind, cause: String) -> Option<Raised> {
        let (first, last) = (self.0.first()?, self.0.last()?);
        Some(Raised {
            kind,
            cause,
            operator: first.operator.clone().map(OperatorId),
            instance: first.instance.clone().and_then(|name| name.parse().ok()),
            about: None,
            first_at: first.at,
            last_at: last.at,
            number: i64::try_from(self.0.len()).unwrap_or(i64::MAX),
            adds: true,
            usual: None,
            entries: self.0.iter().map(|entry| entry.index).collect(),
        })
    }
}

type ByDay<'a> = BTreeMap<(Option<&'a str>, i64), Cause<'a>>;

/// Entries by whose they are and their day.
fn by_day<'a>(passed: &'a [Passed], is: impl Fn(&Passed) -> bool) -> ByDay<'a> {
    let mut found = ByDay::new();
    for entry in passed.iter().filter(|entry| is(entry)) {
        found.entry((entry.operator.as_deref(), day(entry.at))).or_default().0.push(entry);
    }
    found
}

/// What these entries raise.
async fn raised_by(app: &App, passed: &[Passed]) -> Result<Vec<Raised>, LedgerError> {
    let mut raised = Vec::new();
    if passed.is_empty() {
        return Ok(raised);
    }
    let of = |kinds: &'static [&'static str]| move |entry: &Passed| kinds.contains(&entry.deed.as_str());
    for (kind, deeds) in [
        (AlarmKind::Reveals, ["reveal", "reveal_media"].as_slice()),
        (AlarmKind::Searches, ["search_personal"].as_slice()),
    ] {
        for ((who, today), cause) in by_day(passed, of(deeds)) {
            if let (Some(who), Some(one)) = (who, cause.raised(kind, String::new())) {
                raised.extend(above_usual(app, who, today, deeds, one).await?);
            }
        }
    }
    let people = operators::list(&app.store).await?;
    for ((who, today), cause) in by_day(passed, |entry| entry.by_hand) {
        let (Some(who), Some(first)) = (who, cause.0.first()) else { continue };
        // What the console does by itself, and what is done at the server, has no hours.
        if !people.iter().any(|person| person.id.0 == who) {
            continue;
        }
        let started = Timestamp(today * DAY);
        let mut before = app.ledger.times_by_hand(who, first.index, started, MOST_COUNTED).await?;
        before.retain(|at| day(*at) >= today - USUAL_DAYS);
        let unusual = |entry: &&Passed| is_unusual_hour(entry.at, &before) == Some(true);
        let cause = Cause(cause.0.into_iter().filter(unusual).collect());
        raised.extend(cause.raised(AlarmKind::UnusualHours, format!("unusual_hours {who} {today}")));
    }
    let own = |entry: &Passed| entry.deed == "denied" && own_of(entry).is_some();
    for ((who, today), cause) in by_day(passed, own) {
        let who = who.unwrap_or_default();
        raised.extend(cause.raised(AlarmKind::OwnRefused, format!("own_refused {who} {today}")));
    }
    for (kind, deed, known, strangers) in [
        (AlarmKind::FailedSignIns, "sign_in_failed", FAILED_A_DAY, STRANGERS_A_DAY),
        (AlarmKind::WrongCodes, "code_failed", WRONG_CODES_A_DAY, WRONG_CODES_A_DAY),
    ] {
        for ((who, today), cause) in by_day(passed, |entry| entry.deed == deed) {
            let Some(last) = cause.0.last() else { continue };
            let number = app.ledger.times_since(who, deed, Timestamp(today * DAY), last.index).await?;
            if number >= if who.is_some() { known } else { strangers } {
                let name = format!("{} {} {today}", kind.name(), who.unwrap_or("nobody"));
                raised.extend(cause.raised(kind, name).map(|one| Raised { number, adds: false, ..one }));
            }
        }
    }
    let mut outside: BTreeMap<(&str, i64), Cause> = BTreeMap::new();
    for entry in passed.iter().filter(|entry| entry.deed == "changed_elsewhere") {
        outside.entry((entry.instance.as_deref().unwrap_or_default(), day(entry.at))).or_default().0.push(entry);
    }
    for ((instance, today), cause) in outside {
        raised.extend(cause.raised(AlarmKind::ChangedOutside, format!("changed_outside {instance} {today}")));
    }
    for ((_, today), cause) in by_day(passed, of(&["row_resealed", "record_accepted"])) {
        raised.extend(cause.raised(AlarmKind::AtServer, format!("at_server {today}")));
    }
    Ok(raised)
}

/// What of their own somebody was refused.
fn own_of(entry: &Passed) -> Option<OwnTry> {
    serde_json::from_value(entry.facts["own"].clone()).ok()
}

/// Whether somebody did something far more often on a day than usual. Each doubling is a cause of its own: what was
/// acknowledged at twenty says nothing of two hundred.
async fn above_usual(
    app: &App,
    who: &str,
    today: i64,
    deeds: &[&str],
    found: Raised,
) -> Result<Option<Raised>, LedgerError> {
    let upto = found.entries.last().copied().unwrap_or_default();
    let mut days: BTreeMap<i64, i64> = BTreeMap::new();
    let mut number = 0;
    for deed in deeds {
        number += app.ledger.times_since(Some(who), deed, Timestamp(today * DAY), upto).await?;
        for at in app.ledger.times_of(Some(who), deed, upto, MOST_COUNTED).await? {
            *days.entry(day(at)).or_default() += 1;
        }
    }
    let before: Vec<i64> = days.range(today - USUAL_DAYS..today).map(|(_, number)| *number).collect();
    let (most, usual) = far_above(&before);
    if number <= most {
        return Ok(None);
    }
    let cause = format!("{} {who} {today} {}", found.kind.name(), (number / most).ilog2());
    Ok(Some(Raised { cause, number, adds: false, usual, instance: None, ..found }))
}

/// What is so now, whatever was recorded: once each.
async fn raise_standing(app: &App) -> Result<(), LedgerError> {
    let now = app.clock.now();
    let mut standing = Vec::new();
    let one = |kind: AlarmKind, cause: String| Raised {
        kind,
        cause: format!("{} {cause}", kind.name()),
        operator: None,
        instance: None,
        about: None,
        first_at: now,
        last_at: now,
        number: 1,
        adds: false,
        usual: None,
        entries: Vec::new(),
    };
    if app.ledger.contradiction().is_some() {
        standing.push(one(AlarmKind::Contradiction, day(now).to_string()));
    }
    let state = app.ledger.tree_state().await?;
    let covered = state.checkpoint.as_ref().map_or(0, |(size, ..)| *size);
    let uncovered = if covered < state.size { app.ledger.recorded_at(covered).await? } else { None };
    if let Some(at) = uncovered.filter(|at| now.since(*at) > CHECKPOINT_LATE) {
        let late = one(AlarmKind::Checkpoint, covered.to_string());
        standing.push(Raised { first_at: at, number: state.size - covered, entries: vec![covered], ..late });
    }
    if app.ledger.outside_trouble().is_some() {
        standing.push(one(AlarmKind::Checkpoint, format!("outside {}", day(now))));
    }
    for (operator, grant) in grants::running(&app.store, now).await? {
        if grant.ends_at.since(now) <= LAST_DAY {
            let last = one(AlarmKind::LastDay, format!("{} {}", grant.id, grant.ends_at.0));
            standing.push(Raised {
                operator: Some(operator),
                about: Some(grant.id.to_string()),
                last_at: grant.ends_at,
                ..last
            });
        }
    }
    for one in &standing {
        alarms::raise(&app.store, one, now).await?;
    }
    Ok(())
}

/// An alarm in a sentence.
fn said(alarm: &Alarm, people: &[Operator]) -> String {
    let number = usize::try_from(alarm.number).unwrap_or(0);
    let who = alarm.operator.as_ref().map(|id| {
        people.iter().find(|person| person.id == *id).map_or_else(|| SOMEBODY.to_owned(), |person| person.name.clone())
    });
    let who = who.as_deref();
    if alarm.gathered {
        return format!(
            "{} more of this kind, counted together because {} were already open.",
            text::count(number, "entry", "entries"),
            alarms::MOST_OPEN
        );
    }
    let usual = match alarm.usual {
        Some(usual) => format!("usually {usual} a day"),
        None => "too few days are known to say what is usual".to_owned(),
    };
    let person = who.unwrap_or(SOMEBODY);
    match alarm.kind {
        AlarmKind::Reveals => {
            format!("{person} revealed {} in one day; {usual}.", text::count(number, "thing", "things"))
        }
        AlarmKind::Searches => {
            format!(
                "{person} searched by email or IP address {} in one day; {usual}.",
                text::count(number, "time", "times")
            )
        }
        AlarmKind::UnusualHours => format!(
            "{person} did {} at an hour at which they never worked in {USUAL_DAYS} days.",
            text::count(number, "action", "actions")
        ),
        AlarmKind::OwnRefused => {
            format!(
                "{person} tried to decide their own case or grant and was refused ({}).",
                text::count(number, "entry", "entries")
            )
        }
        AlarmKind::FailedSignIns => match who {
            Some(who) => format!("Sign-ins as {who} failed ({} in one day).", text::count(number, "entry", "entries")),
            None => format!(
                "Sign-ins with names nobody has failed ({} in one day).",
                text::count(number, "entry", "entries")
            ),
        },
        AlarmKind::WrongCodes => format!(
            "Somebody knows {person}’s password and gave wrong codes ({} in one day).",
            text::count(number, "entry", "entries")
        ),
        AlarmKind::ChangedOutside => {
            let on = alarm.instance.as_ref().map_or("an instance", |name| name.as_str());
            format!("On {on} {} made outside the console.", text::count(number, "change was", "changes were"))
        }
        AlarmKind::AtServer => {
            format!("On the server {} accepted as it stands.", text::count(number, "thing was", "things were"))
        }
        AlarmKind::Contradiction => "The audit log contradicts itself.".to_owned(),
        AlarmKind::Checkpoint if alarm.entries.is_empty() => {
            "The checkpoints outside the store can’t be written or don’t hold.".to_owned()
        }
        AlarmKind::Checkpoint => format!(
            "No checkpoint covers {} since {} UTC.",
            text::count(number, "entry", "entries"),
            time::clock(alarm.first_at)
        ),
        AlarmKind::LastDay => {
            let ends = time::absolute(alarm.last_at);
            format!("The grant of {person} ends at {} UTC.", ends.get(..16).unwrap_or(&ends))
        }
    }
}

/// Where somebody looks who wants to know more.
fn links(alarm: &Alarm) -> Vec<(String, String)> {
    let mut links: Vec<(String, String)> =
        alarm.entries.iter().map(|entry| (path::audit_entry(*entry), format!("entry {entry}"))).collect();
    if let Some(last) = alarm.last_entry.filter(|last| !alarm.entries.contains(last)) {
        links.push((path::audit_entry(last), format!("newest: entry {last}")));
    }
    if let Some(grant) = &alarm.about {
        links.push((path::grant(&GrantId(grant.clone())), "Grant".to_owned()));
    }
    links
}

/// Why somebody may not take note of an alarm: it is about them, among others perhaps, and somebody can whom it is not about.
fn not_yours(context: &Context, alarm: &Alarm, people: &[Operator]) -> Option<String> {
    let me = &context.actor.operator;
    let may = |person: &&Operator| person.may_sign_in() && allows(person.role, Permission::AcknowledgeAlarms);
    let about = |id: &OperatorId| alarm.operator.as_ref() == Some(id) || alarm.people.contains(id);
    let other = people.iter().filter(may).any(|person| !about(&person.id));
    (about(me) && other).then(|| "This alarm is about you. A colleague has to acknowledge it.".to_owned())
}

/// So many changes of an alarm are told.
const CHANGES_TOLD: usize = 3;

/// What changed that an alarm is about, by the first entries it names.
async fn changed(context: &Context, alarm: &Alarm) -> Result<Vec<(String, String)>, Problem> {
    let tells = matches!(alarm.kind, AlarmKind::ChangedOutside | AlarmKind::AtServer);
    let mut told = Vec::new();
    for entry in alarm.entries.iter().take(if tells { CHANGES_TOLD } else { 0 }) {
        if let Some(detail) = context.app.ledger.entry(*entry).await.map_err(unreadable)? {
            told.push((path::audit_entry(*entry), record::line(&detail.entry, "").what));
        }
    }
    Ok(told)
}

async fn card(context: &Context, alarm: &Alarm, people: &[Operator]) -> Result<Card, Problem> {
    let name = |id: &OperatorId| {
        people.iter().find(|person| person.id == *id).map_or_else(|| SOMEBODY.to_owned(), |person| person.name.clone())
    };
    let acknowledged = match &alarm.acknowledged {
        Some(done) => {
            let found = match done.entry {
                Some(entry) => context.app.ledger.entry(entry).await.map_err(unreadable)?,
                None => None,
            };
            let document = found.and_then(|found| found.entry.document);
            let why = document.as_ref().and_then(|document| document["why"].as_str()).unwrap_or_default().to_owned();
            Some((name(&done.by), done.at, done.entry, why))
        }
        None => None,
    };
    Ok(Card {
        id: alarm.id.clone(),
        kind: alarm.kind,
        said: said(alarm, people),
        changed: changed(context, alarm).await?,
        raised_at: alarm.raised_at,
        first_at: alarm.first_at,
        last_at: alarm.last_at,
        instance: alarm.instance.clone(),
        links: links(alarm),
        acknowledged,
        not_yours: not_yours(context, alarm, people),
    })
}

pub async fn page(context: &Context, search: &str) -> Result<Framed<AlarmsPage>, Problem> {
    context.permit(Permission::ViewWholeLedger, None).await?;
    let parsed = Search::parse(search);
    parsed.knows(&["state"])?;
    let open = parsed.one_of("state", &[("acknowledged", "Acknowledged")])?.is_empty();
    let store = &context.app.store;
    let mut found = alarms::list(store, open, parsed.get("before"), PAGE + 1).await.map_err(unreadable)?;
    let more = found.len() > usize::try_from(PAGE).unwrap_or(0);
    found.truncate(usize::try_from(PAGE).unwrap_or(0));
    let older =
        found.last().filter(|_| more).map(|last| format!("{}{}", path::ALARMS, parsed.with("before", &last.id)));
    let people = operators::list(store).await.map_err(unreadable)?;
    let mut cards = Vec::with_capacity(found.len());
    for alarm in &found {
        cards.push(card(context, alarm, &people).await?);
    }
    let looked = alarms::looked(store).await.map_err(unreadable)?;
    let size = context.app.ledger.tree_state().await.map_err(unreadable)?.size;
    let page = AlarmsPage {
        open,
        cards,
        numbers: alarms::open(store).await.map_err(unreadable)?,
        behind: ((size - 1 - looked.entry).max(0), looked.at),
        may_acknowledge: allows(context.actor.role, Permission::AcknowledgeAlarms),
        older,
    };
    frame::build(context, context.current(), path::ALARMS, search, page).await
}

/// Those that nobody acknowledged; `None` for whoever does not read the whole record.
pub async fn open(context: &Context) -> Result<Option<OpenAlarms>, Problem> {
    if !allows(context.actor.role, Permission::ViewWholeLedger) {
        return Ok(None);
    }
    let store = &context.app.store;
    let numbers = alarms::open(store).await.map_err(unreadable)?;
    let number = numbers.iter().map(|(_, number)| number).sum();
    let mut cards = Vec::new();
    if number > 0 {
        let people = operators::list(store).await.map_err(unreadable)?;
        for alarm in alarms::list(store, true, None, ON_OVERVIEW).await.map_err(unreadable)? {
            cards.push(card(context, &alarm, &people).await?);
        }
    }
    Ok(Some(OpenAlarms { number, cards }))
}

/// How many are open, by kind, and how many entries were not looked at yet.
///
/// # Errors
/// The store's.
pub async fn numbers(app: &App, size: i64) -> sqlx::Result<(Vec<(AlarmKind, i64)>, i64)> {
    let looked = alarms::looked(&app.store).await?;
    Ok((alarms::open(&app.store).await?, (size - 1 - looked.entry).max(0)))
}

pub async fn acknowledge(context: Context, alarm: String, why: String) -> Result<String, Problem> {
    let permit = context.permit(Permission::AcknowledgeAlarms, None).await?;
    let app = context.app.clone();
    let found = alarms::by_id(&app.store, &alarm).await.map_err(unreadable)?;
    let found = found.ok_or_else(|| Problem::not_found("This alarm doesn’t exist."))?;
    let people = operators::list(&app.store).await.map_err(unreadable)?;
    if let Some(why) = not_yours(&context, &found, &people) {
        return Err(Problem::new(Kind::Forbidden, why, ""));
    }
    let why = Why::needed("why", &why, "Enter what you found: the alarm is closed with it.")?;
    let deed = AcknowledgeAlarm {
        alarm: found.id.clone(),
        kind: found.kind.name().to_owned(),
        said: said(&found, &people).trim_end_matches('.').to_owned(),
        own: found.operator.as_ref() == Some(&context.actor.operator) || found.people.contains(&context.actor.operator),
    };
    let (one, by, now) = (&found, &context.actor.operator, context.now());
    let change = |store| async move { alarms::acknowledge(&store, one, by, now).await };
    if let Some(entry) = carry_out::recorded(&app, permit, deed, why, change).await? {
        Ok(path::done(path::ALARMS, entry))
    } else {
        Err(Problem::new(
            Kind::Conflict,
            "Nothing was done: this alarm has already been acknowledged.",
            "The page shows who did it.",
        ))
    }
}

impl InStore for AcknowledgeAlarm {
    async fn was_done(&self, app: &App, intent: i64) -> sqlx::Result<Option<bool>> {
        let alarm = alarms::by_id(&app.store, &self.alarm).await?;
        Ok(alarm.map(|alarm| alarm.acknowledged.is_some_and(|done| done.entry == Some(intent))))
    }
}
