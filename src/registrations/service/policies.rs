//! The policy of an instance: what its page shows, and what people do to it. Each change is a deed; what it sets afterwards is
//! another, by the policy.

use super::{LONGEST_MESSAGE, after_setting, by_policy, replay, told as change_told, words};
use crate::{
    access::Permission,
    carry_out::{Carry, InStore, carry_out, recorded_as_read},
    clock::{DAY, Timestamp},
    context::{App, Context},
    deeds::{AnyDeed, ChangePolicy, PolicyChange, SetRegistrations},
    frame::{self, Draft, Framed},
    ledger::{Deed, Entry, Filter, Outcome, unreadable},
    mastodon::{
        Instance,
        settings::{Meaning, Stored},
    },
    nouns::{
        domain_blocks::Domain,
        policies::{Hold, Measure, Policy, PolicyState, Rule, Slot, Words},
    },
    path,
    problem::{Kind, Problem},
    record,
    registrations::{
        AtOnce, Change, HoldForm, PolicyForm, PolicyPage, RegistrationsMode, RuleLine, Says, SwitchForm,
        policy::{self, Cause, Decision},
    },
    search::Search,
    store::{
        operators,
        policies::{self, Kept},
    },
    text::{
        Why,
        time::{self, Zone},
    },
    ui,
};
use jiff::tz::TimeZone;
use serde_json::json;
use std::{sync::Arc, time::Duration};

/// A number that a rule may have, at most.
const LARGEST: i64 = 100_000_000;
/// Minutes between two changes: so few at least, and a week at most.
const STAYS: std::ops::RangeInclusive<i64> = 5..=7 * 24 * 60;
/// Minutes that an opening may be late: longer than from one look to the next, and a day at most.
const TOLERANCES: std::ops::RangeInclusive<i64> = 5..=24 * 60;
const MOST_SLOTS: usize = 50;
const MOST_SERVERS: usize = 12;
const LONGEST_ACCESS: usize = 2_000;
/// No end is planned further ahead.
const FURTHEST: i64 = 366 * DAY;

/// The policy as it stands, or an empty one of version 0.
async fn kept(app: &App, instance: &Instance, person: &Context) -> Result<(Kept, bool), Problem> {
    let (kept, refused) = policies::of(&app.store, &instance.name).await?;
    let none = || Kept {
        instance: instance.name.clone(),
        version: 0,
        operator: person.actor.operator.clone(),
        policy: Policy::default(),
        state: PolicyState::default(),
        stopped: String::new(),
        entry: -1,
    };
    Ok((kept.unwrap_or_else(none), refused))
}

/// The page of a policy. `form` is where its rules are sent: what somebody typed there comes back to be looked at.
pub async fn policy(
    context: &Context,
    instance: &str,
    search: &str,
    form: &str,
) -> Result<Framed<PolicyPage>, Problem> {
    let instance = context.instance(instance)?.clone();
    context.permit(Permission::ViewRegistrations, Some(&instance.name)).await?;
    let app = &context.app;
    let (kept, refused) = kept(app, &instance, context).await?;
    let here = path::registrations_policy(&instance.name);
    let frame = frame::build(context, Some(&instance), &here, search, ()).await?.frame;
    let typed = frame.draft_for(form).map(typed_form);
    let (now, zone) = (context.now(), by_policy::zone(&kept.policy));
    let stored = instance.database.read().await?.registrations().await?;
    let decision = by_policy::says(app, &instance, &kept, &stored).await?;
    let meaning = Meaning::of(&stored.mode);
    let trouble = match by_policy::sound(&stored) {
        Some(_) => String::new(),
        None => format!("{} The policy changes nothing until that is settled.", meaning.strange(&stored.mode)),
    };
    let people = operators::list(&app.store).await?;
    let name = |id: &crate::id::OperatorId| {
        people
            .iter()
            .find(|person| person.id == *id)
            .map_or_else(|| "somebody who is gone".to_owned(), |person| person.name.clone())
    };
    let coming = policy::coming(&kept.policy, zone.as_ref(), now).into_iter().take(6).map(|(at, mode)| {
        let what = mode.map_or("the policy decides again", RegistrationsMode::word);
        (at, words::told(at, zone.as_ref()), what.to_owned())
    });
    let example = match decision.cause {
        cause if decision.wanted == Some(RegistrationsMode::None) => cause,
        _ => by_policy::an_example(&kept.policy),
    };
    let asked = Search::parse(search);
    let template = asked.typed::<usize>("template", "the number of a template")?;
    let template = template.and_then(|number| words::TEMPLATES.get(number)).map(|(_, text)| *text);
    let mut worded = kept.policy.clone();
    if let Some(text) = template {
        worded.words.message = text.to_owned();
    }
    let message = words::message(&worded, example, now);
    let placeholders = words::placeholders(&worded, example, now);
    let may = |permission| crate::access::allows(context.actor.role, permission);
    let changing = asked.one_of("change", &[("rules", "the rules, to be changed")])? == "rules";
    let month = asked.one_of("replay", &[("30", "the last 30 days")])? == "30";
    let replayed = match &typed {
        Some(form) => read(form).ok().filter(|_| form.preview == REPLAY),
        None => month.then(|| kept.policy.clone()),
    };
    let page = PolicyPage {
        changing: typed.is_some() || changing || template.is_some(),
        turning_on: match kept.policy.on {
            true => None,
            false => Some(on_turning_on(app, &instance, &kept, &stored, now).await?),
        },
        version: kept.version,
        says: Says {
            word: decision.wanted.map_or("not known", RegistrationsMode::word).to_owned(),
            why: decision.why(&kept.policy),
            changes: decision.change.is_some(),
            waits_until: decision.waits_until,
            limit: decision.next.limit,
            limited: decision.cause == Cause::Limit,
        },
        current: meaning.word().to_owned(),
        trouble,
        stopped: kept.stopped.clone(),
        tries: kept.state.tries,
        refused,
        unknown_zone: zone.is_none(),
        answers: (kept.version > 0).then(|| name(&kept.operator)),
        held_by: kept.policy.hold.as_ref().map(|hold| name(&hold.by)),
        lines: lines(&kept.policy, &decision),
        coming: coming.collect(),
        preview: message,
        example,
        placeholders,
        templates: &words::TEMPLATES,
        template,
        history: history(context, &instance).await?,
        replay: match &replayed {
            Some(policy) => Some(replay::last_month(context, &instance, policy, &stored).await?),
            None => None,
        },
        may_close: may(Permission::CloseRegistrations),
        may_open: may(Permission::OpenRegistrations),
        policy: kept.policy,
        now,
    };
    Ok(Framed { frame, body: page })
}

/// Each measure with its rule, and how that stands.
fn lines(policy: &Policy, decision: &Decision) -> [RuleLine; Measure::ALL.len()] {
    Measure::ALL.map(|measure| {
        let standing = decision.standings.iter().find(|one| one.measure == measure);
        RuleLine {
            measure,
            rule: policy.rule(measure).cloned(),
            value: standing.and_then(|one| one.value),
            in_force: standing.is_some_and(|one| one.in_force),
        }
    })
}

/// What the button that replays is called in the form of the rules.
pub const REPLAY: &str = "replay";

/// The rules as somebody typed them.
fn typed_form(draft: &Draft) -> PolicyForm {
    let one = |name: &str| draft.value(name).unwrap_or_default().to_owned();
    let list = |name: &str| draft.list(name).map(str::to_owned).collect();
    PolicyForm {
        version: one("version"),
        limit: one("limit"),
        zone: one("zone"),
        otherwise: one("otherwise"),
        stay: one("stay"),
        tolerance: one("tolerance"),
        measure: list("measure"),
        enter: list("enter"),
        leave: list("leave"),
        to: list("to"),
        day: list("day"),
        time: list("time"),
        mode: list("mode"),
        message: one("message"),
        servers: one("servers"),
        access: one("access"),
        why: one("why"),
        preview: one("preview"),
    }
}

/// What follows at once if the policy is turned on as it is saved, by the same engine that acts then.
async fn on_turning_on(
    app: &App,
    instance: &Instance,
    kept: &Kept,
    stored: &Stored,
    now: Timestamp,
) -> Result<AtOnce, Problem> {
    let current = by_policy::sound(stored);
    let mut on = kept.clone();
    on.policy.on = true;
    on.state = from_now(&kept.state, current, None, now);
    let decision = by_policy::says(app, instance, &on, stored).await?;
    Ok(AtOnce { mode: decision.change, said: at_once_said(&on.policy, &decision, now) })
}

/// “Closes registrations now, until Mon 30 Nov 2026, 08:00 CET: weekly schedule.”
fn at_once_said(policy: &Policy, decision: &Decision, now: Timestamp) -> String {
    let zone = by_policy::zone(policy);
    let why = decision.why(policy);
    let Some(wanted) = decision.wanted else { return format!("Changes nothing now: {why}.") };
    let next = match decision.cause {
        Cause::Week => policy::coming(policy, zone.as_ref(), now).first().map(|(at, _)| *at),
        Cause::Hold => policy.hold.as_ref().and_then(|hold| hold.until),
        Cause::Emergency
        | Cause::End
        | Cause::Rule(_)
        | Cause::Otherwise
        | Cause::Limit
        | Cause::Missed
        | Cause::Nothing
        | Cause::Clock
        | Cause::Unread => None,
    };
    let until = next.map(|at| format!(", until {}", words::told(at, zone.as_ref()))).unwrap_or_default();
    match (decision.change, decision.waits_until) {
        (Some(mode), _) => format!("{} now{until}: {why}.", mode.sets()),
        (None, Some(at)) => format!(
            "{} at {}{until}: {why}. Until then the last change is too recent.",
            wanted.sets(),
            words::told(at, zone.as_ref())
        ),
        (None, None) => format!("Changes nothing now: registrations stay “{}”{until}: {why}.", wanted.word()),
    }
}

/// The message as somebody typed it, filled in.
pub fn typed_preview(page: &PolicyPage, message: &str, servers: &str, access: &str) -> Option<String> {
    let servers = servers.lines().map(str::trim).filter(|line| !line.is_empty()).map(str::to_owned).collect();
    let words = Words { message: message.to_owned(), servers, access: access.to_owned() };
    words::message(&Policy { words, ..page.policy.clone() }, page.example, page.now)
}

/// What was done to the policy, and what came of it, newest first.
async fn history(context: &Context, instance: &Instance) -> Result<Vec<Change>, Problem> {
    let people = operators::list(&context.app.store).await.map_err(unreadable)?;
    let mut changes = Vec::new();
    for kind in ["change_policy", "policy_stopped", "policy_missed", "set_registrations"] {
        let instance = Some(instance.name.to_string());
        let filter = Filter { instance, kind: Some(kind.to_owned()), limit: 10, ..Filter::default() };
        let entries = context.app.ledger.list(&filter).await.map_err(unreadable)?;
        changes.extend(entries.iter().map(|entry| change_told(entry, &people).0));
    }
    changes.sort_by_key(|change| std::cmp::Reverse(change.index));
    changes.truncate(10);
    Ok(changes)
}

/// What a form showed of a policy: nothing that it did not show is changed by it.
#[derive(Clone, Copy, Debug)]
pub struct Seen {
    version: i64,
    /// What somebody had set past it.
    limit: Option<RegistrationsMode>,
}

/// What a form showed, as it gives it back.
///
/// # Errors
/// Where it is nothing that a form of ours has.
pub fn seen(version: &str, limit: &str) -> Result<Seen, Problem> {
    let limit = match limit {
        "" => None,
        mode => Some(mode.parse().map_err(|()| crate::problem::malformed_form())?),
    };
    Ok(Seen { version: version.parse().map_err(|_| crate::problem::malformed_form())?, limit })
}

/// What a change of a policy goes on from.
#[derive(Clone, Copy)]
enum From {
    /// What a form showed: what was set past the policy is let go with it.
    Shown(Seen),
    /// Whatever stands there; what was set past the policy stays.
    Now,
    /// Whatever stands there; they set this by hand, at the same time.
    Set(RegistrationsMode),
}

/// Records a change of the policy and makes it; its entry.
async fn change(
    context: &Context,
    instance: &Arc<Instance>,
    from: From,
    change: PolicyChange,
    why: Why,
    edit: impl FnOnce(&mut Policy),
) -> Result<i64, Problem> {
    let app = &context.app;
    let (before, refused) = kept(app, instance, context).await?;
    let now = context.now();
    let (past, current) = by_policy::set_past(app, instance, &before).await?;
    if let From::Shown(seen) = from {
        if before.version != seen.version {
            return Err(overtaken(context, instance, seen.version).await);
        }
        if let Some(mode) = past.filter(|mode| seen.limit != Some(*mode)) {
            return Err(Problem::new(
                Kind::Conflict,
                format!(
                    "Nothing was done: somebody set registrations to “{}” outside the policy after you opened the page.",
                    mode.word()
                ),
                "The page shows it as it is now. What you typed is kept; decide again.",
            ));
        }
    }
    // What was not written by the console is set anew as a whole, over whatever stands there.
    let stored = if refused { policies::stored_version(&app.store, &instance.name).await? } else { before.version };
    let mut after = before.clone();
    edit(&mut after.policy);
    after.version = stored + 1;
    // While the policy is off nothing is done but what somebody holds, to its end.
    let theirs = match change {
        PolicyChange::Set | PolicyChange::SwitchOn => true,
        PolicyChange::Hold | PolicyChange::Emergency => !after.policy.on,
        PolicyChange::SwitchOff | PolicyChange::Release => false,
    };
    if theirs || !before.stopped.is_empty() || before.version == 0 {
        after.operator = context.actor.operator.clone();
    }
    after.stopped = String::new();
    let (expected, limit) = match from {
        From::Shown(_) => (current, None),
        From::Now => (current, past),
        From::Set(mode) => (Some(mode), Some(mode)),
    };
    after.state = from_now(&before.state, expected, limit.filter(|_| after.policy.on), now);
    let permission = match after.policy.widest() {
        RegistrationsMode::Open => Permission::OpenRegistrations,
        RegistrationsMode::Approved | RegistrationsMode::None => Permission::CloseRegistrations,
    };
    let permit = context.permit(permission, Some(&instance.name)).await?;
    let deed = ChangePolicy {
        instance: instance.name.clone(),
        version: stored,
        change,
        before: (before.version > 0).then(|| Box::new(before.policy)),
        after: Box::new(after.policy.clone()),
    };
    let set = |store| async move { Ok(policies::set(&store, &after, stored).await?.then(|| json!({}))) };
    match recorded_as_read(app, permit, deed, why, set).await? {
        Some(entry) => Ok(entry),
        None => Err(overtaken(context, instance, before.version).await),
    }
}

/// What a policy remembers that goes on from what is set now.
fn from_now(
    before: &PolicyState,
    expected: Option<RegistrationsMode>,
    limit: Option<RegistrationsMode>,
    now: Timestamp,
) -> PolicyState {
    PolicyState { expected, limit, seen_at: now, moment: now, tries: 0, retry_at: None, ..before.clone() }
}

/// So many entries are looked through for what changed meanwhile, and so much of each is told.
const MEANWHILE: i64 = 20;
const LINES_TOLD: usize = 6;

/// What became of the policy since somebody saw a version of it.
async fn overtaken(context: &Context, instance: &Instance, seen: i64) -> Problem {
    let told = async {
        let filter = Filter {
            instance: Some(instance.name.to_string()),
            kind: Some(ChangePolicy::KIND.to_owned()),
            limit: MEANWHILE,
            ..Filter::default()
        };
        let entries = context.app.ledger.list(&filter).await.ok()?;
        let people = operators::list(&context.app.store).await.ok()?;
        let newer = entries.iter().filter(|entry| {
            entry.outcome == Some(Outcome::Succeeded) && entry.leaf["facts"]["version"].as_i64() > Some(seen)
        });
        let mut told: Vec<String> = newer.map(|entry| meanwhile(entry, &record::name(&people, entry))).collect();
        told.reverse();
        Some(told.join("; ")).filter(|told| !told.is_empty())
    };
    let told = told.await.unwrap_or_else(|| "somebody changed the policy".to_owned());
    Problem::new(
        Kind::Conflict,
        format!("Nothing was done: {told}, after you opened the page."),
        "The page shows it as it is now. What you typed is kept; decide again.",
    )
}

/// `admin changed the registrations policy (minutes between changes: 60 → 90)`
fn meanwhile(entry: &Entry, who: &str) -> String {
    let what = record::line(entry, who).what;
    let deed = record::shown_deed(entry);
    let lines = deed.iter().flat_map(AnyDeed::before_after).take(LINES_TOLD).map(|(name, before, after)| {
        let short = |text: &str| if text.is_empty() { "nothing".to_owned() } else { ui::excerpt(text, 40) };
        format!("{name}: {} → {}", short(&before), short(&after))
    });
    let lines = lines.collect::<Vec<_>>().join(", ");
    if lines.is_empty() { format!("{who} {what}") } else { format!("{who} {what} ({lines})") }
}

/// The permit first: whoever may not even close registrations is told so before anything is read.
async fn at(context: &Context, instance: &str) -> Result<Arc<Instance>, Problem> {
    let instance = context.instance(instance)?.clone();
    context.permit(Permission::CloseRegistrations, Some(&instance.name)).await?;
    Ok(instance)
}

fn landed(instance: &Instance, entry: i64) -> String {
    path::done(&path::registrations_policy(&instance.name), entry)
}

/// What is held or let go takes effect at once, and not with the job's next look.
async fn at_once(context: &Context, instance: &Instance) {
    let looked = by_policy::look_at(&context.app, Some(&instance.name), &crate::id::fresh()).await;
    if let Err(error) = looked {
        tracing::error!(%error, "policy.at_once");
    }
}

/// The mode as it is now; `None` where that is not known.
async fn mode_now(instance: &Instance) -> Option<RegistrationsMode> {
    by_policy::sound(&instance.database.read().await.ok()?.registrations().await.ok()?)
}

pub async fn set(context: Context, instance: String, form: PolicyForm) -> Result<String, Problem> {
    let instance = at(&context, &instance).await?;
    let seen = seen(&form.version, &form.limit)?;
    let read = read(&form)?;
    if !form.preview.is_empty() {
        let what = match form.preview.as_str() {
            REPLAY => "Nothing is saved yet. “The last 30 days” shows what this would have done.",
            _ => "Nothing is saved yet. “What visitors read” shows the message as you typed it.",
        };
        return Err(Problem::new(Kind::Invalid, what, "Save it, or go on typing."));
    }
    let why = Why::given(&form.why, true)?;
    let edit = |policy: &mut Policy| *policy = Policy { on: policy.on, hold: policy.hold.take(), ..read };
    let entry = change(&context, &instance, From::Shown(seen), PolicyChange::Set, why, edit).await?;
    Ok(landed(&instance, entry))
}

fn read(form: &PolicyForm) -> Result<Policy, Problem> {
    let number = |field: &str, text: &str, range: &std::ops::RangeInclusive<i64>| {
        let number = text.trim().parse().ok().filter(|number| range.contains(number));
        number.ok_or_else(|| Problem::invalid(field, format!("A number from {} to {}.", range.start(), range.end())))
    };
    let text = |field: &str, text: &str, longest: usize| {
        let text = text.replace("\r\n", "\n");
        if text.chars().count() > longest || text.contains('\0') {
            return Err(Problem::invalid(field, format!("At most {longest} characters, and no NUL.")));
        }
        Ok(text)
    };
    let zone = Zone::named(form.zone.trim()).ok_or_else(|| {
        Problem::invalid("zone", "No time zone has this name. Examples: Europe/Berlin, America/New_York, UTC.")
    })?;
    let policy = Policy {
        zone: zone.name().to_owned(),
        otherwise: form
            .otherwise
            .parse()
            .map_err(|()| Problem::invalid("otherwise", "Choose what holds while no rule is in force."))?,
        rules: rules(form)?,
        week: week(form)?,
        stay: number("stay", &form.stay, &STAYS)?,
        tolerance: number("tolerance", &form.tolerance, &TOLERANCES)?,
        words: Words {
            message: text("message", &form.message, LONGEST_MESSAGE)?,
            servers: servers(&form.servers)?,
            access: text("access", &form.access, LONGEST_ACCESS)?,
        },
        ..Policy::default()
    };
    if words::longest(&policy) > LONGEST_MESSAGE {
        return Err(Problem::invalid(
            "message",
            format!("Filled in it is longer than {LONGEST_MESSAGE} characters: name the servers and how to ask once."),
        ));
    }
    Ok(policy)
}

/// The rules of the form, in the order of the measures; one whose start is empty is not there.
fn rules(form: &PolicyForm) -> Result<Vec<Rule>, Problem> {
    let lists = [&form.measure, &form.enter, &form.leave, &form.to];
    if lists.iter().any(|list| list.len() != Measure::ALL.len()) {
        return Err(crate::problem::malformed_form());
    }
    let mut rules = Vec::new();
    for measure in Measure::ALL {
        let index = form.measure.iter().position(|key| key == measure.key());
        let index = index.ok_or_else(crate::problem::malformed_form)?;
        let [_, enter, leave, to] = lists.map(|list| list[index].trim());
        if enter.is_empty() {
            continue;
        }
        let wrong = |what: &str| Problem::invalid("rules", format!("{}: {what}.", measure.name()));
        let of = |text: &str, from: i64| {
            let number = text.parse().ok().filter(|number| (from..=LARGEST).contains(number));
            number.ok_or_else(|| wrong(&format!("a whole number, {from} or more")))
        };
        let enter = of(enter, 1)?;
        let leave = if leave.is_empty() { enter } else { of(leave, 0)? };
        if leave > enter {
            return Err(wrong("it must end below the number at which it starts, or at the same"));
        }
        let to = to.parse().ok().filter(|to| *to != RegistrationsMode::Open);
        rules.push(Rule { measure, enter, leave, to: to.ok_or_else(|| wrong("choose what it leads to"))? });
    }
    Ok(rules)
}

/// The week in its order; a row with nothing in it, or one that is to go, is not there.
fn week(form: &PolicyForm) -> Result<Vec<Slot>, Problem> {
    let lists = [&form.day, &form.time, &form.mode];
    if lists.iter().any(|list| list.len() != form.day.len()) {
        return Err(crate::problem::malformed_form());
    }
    let mut rows: Vec<(usize, Slot)> = Vec::new();
    for row in 0..form.day.len() {
        let [day, time, mode] = lists.map(|list| list[row].trim());
        if day == PolicyForm::REMOVE || [day, time, mode].iter().all(|typed| typed.is_empty()) {
            continue;
        }
        let wrong = |part: &str, what: &str| Problem::invalid(&PolicyForm::of_row(part, row), what);
        let slot = Slot::typed(day, time, mode).map_err(|(part, what)| wrong(part, what))?;
        if let Some((first, _)) = rows.iter().find(|(_, own)| (own.day, own.minute) == (slot.day, slot.minute)) {
            return Err(wrong("time", &format!("{} is in row {} already.", slot.said(), first + 1)));
        }
        rows.push((row, slot));
    }
    if rows.len() > MOST_SLOTS {
        return Err(Problem::invalid("week", format!("At most {MOST_SLOTS} times.")));
    }
    let mut week: Vec<Slot> = rows.into_iter().map(|(_, slot)| slot).collect();
    week.sort_by_key(|slot| (slot.day, slot.minute));
    Ok(week)
}

/// The servers that are recommended to visitors, a line each.
fn servers(text: &str) -> Result<Vec<String>, Problem> {
    let mut servers = Vec::new();
    for line in text.lines().map(str::trim).filter(|line| !line.is_empty()) {
        let domain = Domain::try_from(line.to_lowercase()).ok().filter(|domain| domain.is_well_formed());
        let domain = domain.filter(|domain| domain.as_str().contains('.'));
        let wrong = || Problem::invalid("servers", format!("“{line}” is not the name of a server."));
        servers.push(domain.ok_or_else(wrong)?.as_str().to_owned());
    }
    if servers.len() > MOST_SERVERS {
        return Err(Problem::invalid("servers", format!("At most {MOST_SERVERS} servers.")));
    }
    Ok(servers)
}

pub async fn switch(context: Context, instance: String, form: SwitchForm) -> Result<String, Problem> {
    let instance = at(&context, &instance).await?;
    let why = Why::given(&form.why, true)?;
    let seen = seen(&form.version, &form.limit)?;
    let on = form.on == "true";
    if on {
        as_was_said(&context, &instance, &form.at_once).await?;
    }
    let what = if on { PolicyChange::SwitchOn } else { PolicyChange::SwitchOff };
    let entry = change(&context, &instance, From::Shown(seen), what, why, |policy| policy.on = on).await?;
    at_once(&context, &instance).await;
    Ok(landed(&instance, entry))
}

/// Whoever turns a policy on was told what it sets at once: where that is something else by now, they are asked again.
async fn as_was_said(context: &Context, instance: &Instance, said: &str) -> Result<(), Problem> {
    let (kept, _) = kept(&context.app, instance, context).await?;
    let stored = instance.database.read().await?.registrations().await?;
    let now = on_turning_on(&context.app, instance, &kept, &stored, context.now()).await?;
    if said.is_empty() || now.stored() == said {
        return Ok(());
    }
    Err(Problem::new(
        Kind::Conflict,
        "Nothing was done: turning the policy on does something else by now.",
        format!("{} Decide again.", now.said),
    ))
}

/// When a hold ends, as it was typed by the clock of whoever typed it; by the policy's where the form names none.
fn end(policy: &Policy, until: &str, zone: &str, now: Timestamp) -> Result<Option<Timestamp>, Problem> {
    if until.trim().is_empty() {
        return Ok(None);
    }
    let zone = match zone {
        "" => by_policy::zone(policy).unwrap_or(TimeZone::UTC),
        named => {
            let unknown = || Problem::invalid("until", format!("The server doesn’t know the time zone {named}."));
            Zone::named(named).ok_or_else(unknown)?.calendar().clone()
        }
    };
    let at = policy::instant_of(&zone, until)
        .ok_or_else(|| Problem::invalid("until", "This is no date and time. Write it like 2026-11-30T08:00."))?;
    if at <= now || at.since(now) > FURTHEST {
        return Err(Problem::invalid("until", "Choose a time ahead, within a year."));
    }
    Ok(Some(at))
}

/// What is set at the end; nothing where the policy decides then.
fn then(policy: &Policy, until: Option<Timestamp>, then: &str) -> Result<Option<RegistrationsMode>, Problem> {
    if policy.on {
        return Ok(None);
    }
    if until.is_none() {
        return if then.is_empty() { Ok(None) } else { Err(then_without_end()) };
    }
    let mode = then.parse().map_err(|()| Problem::invalid("then", "Choose what is set then."))?;
    Ok(Some(mode))
}

/// What is to follow has to follow something.
pub fn then_without_end() -> Problem {
    Problem::invalid("until", "Enter when it ends: nothing follows without an end. Or choose nothing under “Then”.")
}

/// What somebody wants held: a mode, and until when.
pub struct Wanted {
    pub mode: RegistrationsMode,
    pub emergency: bool,
    pub until: String,
    /// The zone in which that is typed.
    pub zone: String,
    pub then: String,
    /// What visitors read from then on; `None` where that is left to the policy.
    pub message: Option<String>,
}

/// Holds registrations by hand.
pub async fn hold(context: Context, instance: String, form: HoldForm) -> Result<String, Problem> {
    let instance = at(&context, &instance).await?;
    let why = Why::given(&form.why, true)?;
    let seen = seen(&form.version, &form.limit)?;
    let mode = form.mode.parse().map_err(|()| Problem::invalid("mode", "Choose who can sign up until then."))?;
    let HoldForm { until, zone, then, .. } = form;
    let wanted = Wanted { mode, emergency: false, until, zone, then, message: None };
    let entry = held(&context, &instance, From::Shown(seen), why, wanted).await?;
    Ok(landed(&instance, set_now(&context, &instance, mode, entry).await?))
}

/// Sets what is held since this entry; the entry.
///
/// # Errors
/// A conflict where it is held and not set: it is tried again by itself.
async fn set_now(context: &Context, instance: &Instance, mode: RegistrationsMode, entry: i64) -> Result<i64, Problem> {
    at_once(context, instance).await;
    if mode_now(instance).await == Some(mode) {
        return Ok(entry);
    }
    Err(Problem::new(
        Kind::Conflict,
        format!("Held at “{}” from now on (entry {entry}), but registrations aren’t set yet.", mode.word()),
        "The console tries again every minute, and the page says when it’s done. Don’t send it again.",
    ))
}

/// Whoever presses emergency while something else is being done about registrations waits no longer than this, all in all.
const PRESSED_AGAIN: [Duration; 4] =
    [Duration::ZERO, Duration::from_millis(200), Duration::from_millis(500), Duration::from_millis(900)];

/// Closes registrations at once, and keeps them closed until somebody lets go: whatever the page showed, whoever has a claim, and
/// also while the record is in doubt. Where no hold can be kept they are closed all the same, by hand.
pub async fn emergency(context: Context, instance: String, why: String) -> Result<String, Problem> {
    let instance = at(&context, &instance).await?;
    let why = Why::given(&why, true)?;
    let mut kept = Err(crate::problem::malformed_form());
    for pause in PRESSED_AGAIN {
        tokio::time::sleep(pause).await;
        let (mode, none) = (RegistrationsMode::None, String::new);
        let wanted = Wanted { mode, emergency: true, until: none(), zone: none(), then: none(), message: None };
        kept = held(&context, &instance, From::Now, why.clone(), wanted).await;
        if !kept.as_ref().is_err_and(|problem| problem.kind == Kind::Conflict) {
            break;
        }
    }
    if kept.is_ok() {
        at_once(&context, &instance).await;
    }
    match kept {
        Ok(entry) if mode_now(&instance).await == Some(RegistrationsMode::None) => Ok(landed(&instance, entry)),
        Ok(entry) => match close_by_hand(&context, &instance, why).await {
            Ok(_) => Ok(landed(&instance, entry)),
            Err(problem) => Err(Problem {
                what: format!(
                    "Held at “closed” from now on (entry {entry}), but registrations aren’t closed yet. {}",
                    problem.what
                ),
                remedy: "The console tries again every minute, and the page says when it’s done.".to_owned(),
                ..problem
            }),
        },
        Err(problem) if matches!(problem.kind, Kind::Forbidden | Kind::Invalid) => Err(problem),
        Err(problem) => {
            let entry = close_by_hand(&context, &instance, why).await?;
            Err(Problem {
                what: format!("Registrations are closed (entry {entry}), but not held: {}", problem.what),
                ..problem
            })
        }
    }
}

/// Closes registrations without a policy; the entry.
async fn close_by_hand(context: &Context, instance: &Arc<Instance>, why: Why) -> Result<i64, Problem> {
    let permit = context.permit(Permission::CloseRegistrations, Some(&instance.name)).await?;
    let stored = instance.database.read().await?.registrations().await?;
    let deed = SetRegistrations {
        instance: instance.name.clone(),
        mode_before: stored.mode.clone(),
        message_before: stored.message.clone(),
        mode_after: RegistrationsMode::None,
        // One that cannot be read keeps no door open.
        message_after: stored.message_text().unwrap_or_default(),
        by: None,
        pressed: true,
    };
    let done = carry_out(context.clone(), instance.clone(), permit, deed, why).await?;
    after_setting(&context.app, instance).await;
    let entry = done.index;
    done.landed("").map(|_| entry)
}

async fn held(
    context: &Context,
    instance: &Arc<Instance>,
    from: From,
    why: Why,
    wanted: Wanted,
) -> Result<i64, Problem> {
    let (kept, _) = kept(&context.app, instance, context).await?;
    let now = context.now();
    let until = end(&kept.policy, &wanted.until, &wanted.zone, now)?;
    let then = then(&kept.policy, until, &wanted.then)?;
    let by = context.actor.operator.clone();
    let Wanted { mode, emergency, message, .. } = wanted;
    let hold = Hold { mode, emergency, by, since: now, until, then, message };
    let what = if emergency { PolicyChange::Emergency } else { PolicyChange::Hold };
    change(context, instance, from, what, why, |policy| policy.hold = Some(hold)).await
}

/// Lets go of what was held, or set past the policy.
pub async fn release(
    context: Context,
    instance: String,
    seen: Result<Seen, Problem>,
    why: String,
) -> Result<String, Problem> {
    let instance = at(&context, &instance).await?;
    let why = Why::given(&why, true)?;
    let release = |policy: &mut Policy| policy.hold = None;
    let entry = change(&context, &instance, From::Shown(seen?), PolicyChange::Release, why, release).await?;
    at_once(&context, &instance).await;
    Ok(landed(&instance, entry))
}

/// Sets registrations with an end: one entry and one row that say both, so that there is no moment in which the change stands
/// without its end. What sets them then is the hold, at once and, where the instance does not answer, again and again.
pub async fn set_until(
    context: &Context,
    instance: &Arc<Instance>,
    meant: &SetRegistrations,
    (until, zone, then): (String, String, String),
    why: Why,
) -> Result<i64, Problem> {
    let mode = meant.mode_after;
    let stale = meant.stale_reason(&mut instance.database.read().await?).await?;
    if let Some(what) = stale {
        return Err(Problem::new(
            Kind::Conflict,
            format!("Nothing was done: {what}."),
            "The page shows the current state. What you typed is kept; decide again.",
        ));
    }
    let wanted = Wanted { mode, emergency: false, until, zone, then, message: Some(meant.message_after.clone()) };
    let entry = held(context, instance, From::Now, why, wanted).await?;
    set_now(context, instance, mode, entry).await
}

/// What a change by hand without an end means for the policy: it is newer than what was held before.
pub async fn after_by_hand(
    context: &Context,
    instance: &Arc<Instance>,
    mode: RegistrationsMode,
    why: Why,
) -> Result<(), Problem> {
    let (kept, _) = kept(&context.app, instance, context).await?;
    if kept.policy.hold.is_some() {
        let release = |policy: &mut Policy| policy.hold = None;
        change(context, instance, From::Set(mode), PolicyChange::Release, why, release).await?;
    }
    Ok(())
}

impl InStore for ChangePolicy {
    async fn was_done(&self, app: &App, intent: i64) -> sqlx::Result<Option<bool>> {
        policies::written_by(&app.store, &self.instance, intent).await
    }
}

/// How the policy of an instance stands, for the registrations page.
pub struct InShort {
    /// In a sentence; empty where nobody has set one. Instants in it are UTC, but for those of the schedule.
    pub says: String,
    pub stopped: bool,
    pub on: bool,
    /// The zone of its schedule.
    pub zone: String,
    /// What somebody holds now.
    pub hold: Option<Hold>,
}

pub async fn in_short(app: &App, instance: &Instance) -> Result<InShort, Problem> {
    let (kept, refused) = policies::of(&app.store, &instance.name).await?;
    let Some(Kept { policy, stopped, .. }) = kept else {
        let says = if refused {
            "What is stored of the policy was not written by this console, so it doesn’t act."
        } else {
            ""
        };
        let zone = Policy::default().zone;
        return Ok(InShort { says: says.to_owned(), stopped: refused, on: false, zone, hold: None });
    };
    let zone = by_policy::zone(&policy);
    let now = app.clock.now();
    let hold = policy.held(now).cloned();
    let says = match (&hold, stopped.is_empty(), policy.on) {
        (_, false, _) => format!("The policy stopped: {stopped}. Nothing changes by itself until somebody saves it."),
        (Some(hold), ..) => {
            let until = match hold.until {
                Some(until) => time::absolute(until),
                None if policy.on => "somebody lets the policy decide again".to_owned(),
                None => "somebody ends the hold".to_owned(),
            };
            let then = hold.then.map(|then| format!(", then {}", then.word())).unwrap_or_default();
            format!("Held at “{}” until {until}{then}.", hold.mode.word())
        }
        (None, true, true) => {
            let next = policy::coming(&policy, zone.as_ref(), now).into_iter().find_map(|(at, mode)| {
                Some(format!(" Planned next: {}, {}.", mode?.word(), words::told(at, zone.as_ref())))
            });
            format!("The policy is on.{}", next.unwrap_or_default())
        }
        (None, true, false) => "The policy is off.".to_owned(),
    };
    Ok(InShort { says, stopped: !stopped.is_empty(), on: policy.on, zone: policy.zone, hold })
}
