//! What the overview shows: all of it from memory.

use super::{EverywherePage, HealthPart, InstanceRow, OverviewPage};
use crate::{
    access::{self, Actor, Permission, Role},
    acting, alarms, appeals, audit, batches,
    clock::{DAY, MINUTE, NOTABLE_SKEW, Timestamp},
    context::{App, Context},
    domain_blocks,
    frame::{self, Framed},
    grants,
    ledger::{Entry, Filter, LedgerError, unreadable},
    mastodon::{
        Instance,
        database::{KnownRelease, Untried},
        health::Health,
        settings::Meaning,
    },
    path,
    problem::{Kind, Problem},
    record,
    registrations::{
        RegistrationsMode,
        service::{registrations_state, told_caches},
    },
    reports::{
        Category,
        service::{cases, meanwhile},
    },
    reviews,
    search::Search,
    session::{SessionData, Stage},
    store::{
        access_requests, policies, settling as changes,
        web_sessions::{self, Listed},
    },
    ui::{self, time},
};
use std::{collections::BTreeSet, sync::atomic::Ordering};

/// Where `/` leads; `None` where several instances are shown beside one another there.
///
/// # Errors
/// Not found, where no instance is left that this person may see.
pub fn home(context: &Context) -> Result<Option<String>, Problem> {
    if context.actor.is_without_grant() {
        return Ok(Some(path::GRANTS.to_owned()));
    }
    let mut visible = context.visible();
    match (visible.next(), visible.next()) {
        (Some(_), Some(_)) => Ok(None),
        (Some(only), None) => Ok(Some(path::overview(&only.name))),
        (None, _) => Err(context.taken_out(None).unwrap_or_else(|| {
            Problem::new(
                Kind::NotFound,
                "No instance is connected to this console.",
                "Whoever runs the console adds one to its configuration. People, grants and the audit log are \
                still available.",
            )
        })),
    }
}

/// All instances that this person may see, in the order of the configuration.
pub async fn everywhere(context: &Context, search: &str) -> Result<Framed<EverywherePage>, Problem> {
    let mut rows = Vec::new();
    for instance in context.visible() {
        context.permit(Permission::ViewWork, Some(&instance.name)).await?;
        let list = instance.open_reports.snapshot();
        let cases = cases(context, instance).await?;
        let oldest = cases.iter().map(|case| case.row.since).min().filter(|_| !list.cut);
        let troubles = shown_parts(context, instance).await.into_iter().filter(|part| !part.well);
        rows.push(InstanceRow {
            name: instance.name.clone(),
            title: instance.title.clone(),
            cases: list.at.map(|_| (ui::at_least(cases.len(), list.cut), oldest)),
            sign_ups: context.sees_sign_ups(instance).then(|| instance.sign_ups_waiting()),
            requests: requests(context, instance).await?,
            registrations: registrations_state(context, instance).await?.shown().to_owned(),
            troubles: troubles.map(|part| part.sentence()).collect(),
        });
    }
    let page = EverywherePage { rows, reviews: reviews::service::told(context, None).await? };
    frame::build(context, context.current(), path::OVERVIEW, search, page).await
}

pub async fn overview(context: &Context, instance: &str, search: &str) -> Result<Framed<OverviewPage>, Problem> {
    let instance = context.instance(instance)?.clone();
    context.permit(Permission::ViewWork, Some(&instance.name)).await?;
    // First the page: what it finds of the instance is what the dot beside its name says.
    let page = page(context, &instance).await?;
    let mut framed = frame::build(context, Some(&instance), &path::overview(&instance.name), search, page).await?;
    let Framed { frame, body: page } = &mut framed;
    frame.says_cases(page.known.then(|| ui::at_least(page.cases, page.more)));
    frame.sign_ups = page.pending.map(|waiting| waiting.said());
    frame.appeals = page.appeals.clone().map(|(number, _)| number);
    Ok(framed)
}

async fn page(context: &Context, instance: &Instance) -> Result<OverviewPage, Problem> {
    let list = instance.open_reports.snapshot();
    let cases = cases(context, instance).await?;
    let by_category = Category::ALL
        .into_iter()
        .map(|category| (category, cases.iter().filter(|case| case.row.category == category).count()))
        .collect();
    let health = instance.health();
    let mut running = batches::service::all_running(context, instance).await?;
    running.extend(domain_blocks::service::running(context, instance).await?);
    Ok(OverviewPage {
        title: instance.title.clone(),
        running,
        known: list.at.is_some(),
        more: list.cut,
        oldest: cases.iter().map(|case| case.row.since).min().filter(|_| !list.cut),
        by_category,
        urgent: cases.iter().filter(|case| case.row.holder.is_none()).take(8).map(|case| case.row.clone()).collect(),
        cases: cases.len(),
        pending: instance.sign_ups_waiting(),
        appeals: appeals::service::waiting(instance),
        requests: requests(context, instance).await?,
        on_duty: on_duty(context, instance).await?,
        grants: grants::service::waiting(context).await?,
        reviews: reviews::service::told(context, Some(&instance.name)).await?,
        registrations: registrations_state(context, instance).await?,
        health: shown_parts(context, instance).await,
        unattended: unattended(context, instance).await?,
        sign_ups: health.sign_ups.clone(),
        outside_changes: outside_changes(context, instance).await?,
        alarms: alarms::service::open(context).await?,
        meanwhile: meanwhile::of_queue(context, instance, &list, &Search::default(), &cases),
    })
}

/// How many wait who asked for access, and since when the oldest, for those who decide about them.
async fn requests(context: &Context, instance: &Instance) -> Result<Option<(String, Option<Timestamp>)>, Problem> {
    let store = &context.app.store;
    Ok(match frame::requests_waiting(context, instance).await {
        Some(number) if number != "0" => Some((number, access_requests::oldest_waiting(store, &instance.name).await?)),
        _ => None,
    })
}

/// Whose page was opened within so long is on duty. Sessions know it to the minute.
const ON_DUTY: i64 = 5 * MINUTE;

/// Who decides on this instance and is there, for those who decide themselves and are told who works here.
async fn on_duty(context: &Context, instance: &Instance) -> Result<Vec<Option<(String, &'static str)>>, Problem> {
    if !matches!(context.actor.role, Role::Owner | Role::Admin | Role::Moderator) {
        return Ok(Vec::new());
    }
    let (store, now) = (&context.app.store, context.now());
    let sessions = web_sessions::list(store, now.plus(-ON_DUTY), now).await?;
    let through = |session: &&Listed| SessionData::of(&session.data).is_some_and(|data| data.stage == Stage::Full);
    let seen: BTreeSet<&str> = sessions.iter().filter(through).map(|session| session.operator.as_str()).collect();
    let decides = |person: &Actor| {
        [Permission::DecideReports, Permission::DecideSignUps]
            .into_iter()
            .any(|permission| access::permit(person, permission, Some(&instance.name)).is_ok())
    };
    let here = acting::actors(store, now).await?.into_iter().filter(|person| seen.contains(person.operator.0.as_str()));
    let mut here: Vec<Option<(String, &'static str)>> = here
        .filter(decides)
        .map(|person| (person.operator != context.actor.operator).then(|| (person.name, person.role.name())))
        .collect();
    // The reader first.
    here.sort();
    Ok(here)
}

/// The newest changes that were noticed within a day.
async fn outside_changes(context: &Context, instance: &Instance) -> Result<Vec<record::Line>, Problem> {
    if !crate::access::allows(context.actor.role, Permission::ViewWholeLedger) {
        return Ok(Vec::new());
    }
    audit::service::outside_changes::newest(context, instance, 5).await
}

/// What only a person decides, and what shows that somebody is there.
const DECISIONS: [&str; 5] =
    ["decide_case", "decide_sign_up", "reverse_sanction", "delete_account", "set_registrations"];
/// Mastodon puts open registrations under review when none of its moderators was there for so long (7 days, and the one within
/// which it does not look again; `app/workers/scheduler/auto_close_registrations_scheduler.rb`).
const UNATTENDED: i64 = 8 * DAY;

/// Of each sort so many entries are looked through for one that a person made: a policy sets registrations a few times a week.
const LOOKED_THROUGH: i64 = 50;

/// When somebody last decided something on an instance, here or in Mastodon’s log.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LastDecision {
    At(Timestamp),
    /// Nobody did since then; what was before is not known.
    NoneSince(Timestamp),
}

/// … `None` where that is not known: Mastodon’s log was not read yet, or has nothing at all and neither has the record.
pub async fn last_decision(app: &App, instance: &Instance) -> Result<Option<LastDecision>, Problem> {
    let Some(logged) = instance.health().logged else { return Ok(None) };
    let mut newest: Option<Entry> = None;
    for kind in DECISIONS {
        let filter = Filter {
            instance: Some(instance.name.to_string()),
            kind: Some(kind.to_owned()),
            limit: LOOKED_THROUGH,
            ..Filter::default()
        };
        let found = app.ledger.list(&filter).await.map_err(unreadable)?;
        let by_somebody = found.into_iter().find(|entry| !record::is_by_policy(entry));
        newest = newest.into_iter().chain(by_somebody).max_by_key(|entry| entry.at);
    }
    // A policy goes by it: it is believed under the sealed head alone.
    if let Some(entry) = &newest
        && app.ledger.those_proved(std::slice::from_ref(entry)).await.map_err(unreadable)?.is_empty()
    {
        // Which says so on every page.
        app.ledger.proved(entry.index).await.map_err(unreadable)?;
        return Err(unreadable(LedgerError::Entry(format!("entry {} was altered", entry.index))));
    }
    let last = newest.map(|entry| entry.at).max(logged.by_others);
    Ok(last.map(LastDecision::At).or(logged.back_to.map(LastDecision::NoneSince)))
}

/// Open registrations that nobody looks after; nothing where that was not asked. Mastodon's own net counts whoever used its API, the console's account among
/// them; here it is people's decisions that count, in this record and in Mastodon's log.
async fn unattended(context: &Context, instance: &Instance) -> Result<Option<String>, Problem> {
    let health = instance.health();
    let open = !instance.is_single_user()
        && health
            .registrations
            .as_ref()
            .is_some_and(|stored| Meaning::of(&stored.mode) == Meaning::Mode(RegistrationsMode::Open));
    if !open {
        return Ok(None);
    }
    let Some(last) = last_decision(&context.app, instance).await? else { return Ok(None) };
    let now = context.now();
    let since = match last {
        LastDecision::At(at) | LastDecision::NoneSince(at) if now.since(at) < UNATTENDED => return Ok(None),
        LastDecision::At(at) => format!("for {}", time::span(now.since(at))),
        LastDecision::NoneSince(at) => format!("for at least {}", time::span(now.since(at))),
    };
    Ok(Some(format!(
        "Registrations are open, and no moderator has decided anything on this instance {since}, here or in \
        Mastodon’s audit log. Mastodon requires approval for open registrations after 8 days without an active \
        moderator; don’t rely on that while this console is in use."
    )))
}

/// When the instance was last compared with what it was, and what is too large for that.
async fn compared(app: &App, instance: &Instance, now: Timestamp) -> HealthPart {
    let name = "Outside changes";
    match audit::service::outside_changes::last_compared(app, instance, now).await {
        Ok((well, says)) => HealthPart::new(name, well, says),
        Err(error) => {
            tracing::error!(%error, "overview.elsewhere");
            HealthPart::new(name, false, "can’t be read")
        }
    }
}

fn part(name: &str, well: bool, says: String) -> HealthPart {
    HealthPart::new(name, well, says)
}

/// What is said of a part that was not looked at yet.
fn not_asked(name: &str) -> HealthPart {
    part(name, false, "not checked yet".to_owned())
}

/// All that is said of an instance to somebody.
async fn shown_parts(context: &Context, instance: &Instance) -> Vec<HealthPart> {
    let mut parts = parts(&context.app, instance, context.now()).await;
    parts.extend(refused(context).await);
    parts
}

/// All that is said of an instance to everybody. The dot beside its name says no more than whether all of this was well when
/// last put together, here or by the pulse.
pub async fn parts(app: &App, instance: &Instance, now: Timestamp) -> Vec<HealthPart> {
    let health = instance.health();
    let mut parts = vec![
        match &health.api {
            Some(Ok(version)) => part("Server", true, format!("Mastodon {version}, {} ms", health.api_milliseconds)),
            Some(Err(why)) => part("Server", false, why.clone()),
            None => not_asked("Server"),
        },
        database(&health, now),
        admin_api(instance, &health, now),
        caches(app, instance).await,
    ];
    parts.extend(instance.read_only().map(|untried| part("Release", false, read_only(&untried))));
    parts.extend(health.half_way.clone().map(|says| part("Tables", false, says)));
    parts.extend(releases(&health, now).into_iter().map(|(well, says)| part("Updates", well, says)));
    parts.extend(rights(&health));
    parts.extend(settling(app, instance).await);
    parts.extend(policy(app, instance).await);
    parts.push(what_waits(instance, now));
    parts.push(the_record(app, now).await);
    parts.push(compared(app, instance, now).await);
    parts.extend(the_console(app, instance, now));
    instance.know_well(parts.iter().all(|part| part.well));
    parts
}

/// What sets registrations by itself, where it does not any more.
async fn policy(app: &App, instance: &Instance) -> Option<HealthPart> {
    const NAME: &str = "Registrations policy";
    match policies::of(&app.store, &instance.name).await {
        Ok((Some(kept), _)) if !kept.stopped.is_empty() => Some(part(
            NAME,
            false,
            format!("stopped: {}. Nothing changes by itself until somebody saves it", kept.stopped),
        )),
        Ok((Some(kept), _)) if kept.state.tries > 0 => {
            let tries = ui::count(usize::try_from(kept.state.tries).unwrap_or(0), "try", "tries");
            Some(part(NAME, false, format!("can’t set what it says: {tries} failed. The console goes on trying")))
        }
        Ok((Some(kept), _)) if kept.policy.on && kept.state.missed.is_some() => Some(part(
            NAME,
            false,
            "a planned opening came too late, and waits for somebody or for the next one".to_owned(),
        )),
        Ok((None, true)) => Some(part(
            NAME,
            false,
            "what is stored of it was not written by this console, so it doesn’t act".to_owned(),
        )),
        Ok(_) => None,
        Err(error) => {
            tracing::error!(%error, "overview.policy");
            Some(part(NAME, false, "can’t be read".to_owned()))
        }
    }
}

/// Whether the database answers, what it is a copy of, and whether it can be written.
fn database(health: &Health, now: Timestamp) -> HealthPart {
    const NAME: &str = "Database";
    let milliseconds = match &health.database {
        Some(Ok(milliseconds)) => milliseconds,
        Some(Err(why)) => return part(NAME, false, why.clone()),
        None => return not_asked(NAME),
    };
    if let Some(how) = &health.another {
        return part(NAME, false, format!("{how}. Check database_url and base_url; until then nothing is done here"));
    }
    let copy = match health.standby.map(|standby| standby.replayed_at) {
        None => String::new(),
        Some(Some(at)) => {
            format!(", a copy as of {}", time::relative(at, health.at.unwrap_or(now)))
        }
        Some(None) => ", a copy; how far behind is not known".to_owned(),
    };
    let primary = match &health.primary {
        None => String::new(),
        Some(Ok(())) => "; writes go to its primary".to_owned(),
        Some(Err(why)) => format!("; nothing can be written: {why}"),
    };
    let (lacking, each) = match health.not_granted.is_empty() {
        true => ("", Vec::new()),
        false => ("; some of this release’s columns can’t be read", health.not_granted.clone()),
    };
    let well = each.is_empty() && !matches!(health.primary, Some(Err(_)));
    HealthPart { each, ..part(NAME, well, format!("{milliseconds} ms, read-only{copy}{primary}{lacking}")) }
}

/// As whom the console acts, and how many calls are left.
fn admin_api(instance: &Instance, health: &Health, now: Timestamp) -> HealthPart {
    const NAME: &str = "Admin API";
    let account = match (&health.token, &health.account) {
        (Some(why), _) => return part(NAME, false, why.clone()),
        (None, Some(account)) => account,
        (None, None) => return not_asked(NAME),
    };
    let left = match instance.rest.limits() {
        // What was left of a time that is over says nothing.
        Some(limits) if limits.reset > now => format!(", {} of {} calls left", limits.remaining, limits.limit),
        Some(_) | None => String::new(),
    };
    let scopes = if health.scopes_known { "" } else { ", the token’s scopes not known" };
    part(NAME, true, format!("as @{}{left}{scopes}", account.username))
}

/// What the account that the console acts as lacks.
fn rights(health: &Health) -> Vec<HealthPart> {
    let mut parts = Vec::new();
    if let (true, Some(account)) = (health.lacks_second_factor, &health.account) {
        let says = format!(
            "the role of @{} requires two-factor authentication, and the account has none set up: Mastodon \
            answers 403 to its calls as a person and asks it to set one up; admin calls still work. Set one up \
            there",
            account.username
        );
        parts.push(part("Two-factor", false, says));
    }
    if !health.lacks.is_empty() {
        let each = health.lacks.iter().map(ToString::to_string).collect();
        parts.push(HealthPart { each, ..HealthPart::new("Permissions", false, "some actions here need more") });
    }
    parts
}

/// A change of who may sign up that is not seen everywhere yet, long after it was made.
async fn settling(app: &App, instance: &Instance) -> Option<HealthPart> {
    const NAME: &str = "Registrations";
    match changes::of(&app.store, &instance.name).await {
        // In single-user mode there is nothing to wait for; the setting's own words say so.
        Ok(change) => change.filter(|change| change.recorded && !instance.is_single_user()).map(|change| {
            let word = change.mode.word();
            part(NAME, false, format!("set to “{word}”, but not yet seen everywhere"))
        }),
        Err(error) => {
            tracing::error!(%error, "overview.settling");
            Some(part(NAME, false, "can’t be read".to_owned()))
        }
    }
}

/// How old the list of what waits is.
fn what_waits(instance: &Instance, now: Timestamp) -> HealthPart {
    const NAME: &str = "Queues";
    let (list, sign_ups) = (instance.open_reports.snapshot(), instance.signups.snapshot());
    let appeals = instance.appeals.snapshot();
    let trouble = list.trouble.as_ref().or(sign_ups.trouble.as_ref()).or(appeals.trouble.as_ref());
    match (trouble, list.at.zip(sign_ups.at)) {
        (None, Some((reports_at, sign_ups_at))) => {
            let missed = match list.missed {
                0 => String::new(),
                missed => format!(", {missed} reports found by the full scan only"),
            };
            part(
                NAME,
                true,
                format!(
                    "as of {}{missed}",
                    time::relative(appeals.at.unwrap_or(reports_at).min(reports_at).min(sign_ups_at), now)
                ),
            )
        }
        (Some(why), _) => part(NAME, false, why.clone()),
        (None, None) => not_asked(NAME),
    }
}

/// How large the record is, when it was last signed, and whether it contradicts itself.
async fn the_record(app: &App, now: Timestamp) -> HealthPart {
    const NAME: &str = "Audit log";
    let ledger = &app.ledger;
    let state = match ledger.tree_state().await {
        Ok(state) => state,
        Err(error) => {
            tracing::error!(%error, "overview.ledger");
            return part(NAME, false, "can’t be read".to_owned());
        }
    };
    let checkpoint = match &state.checkpoint {
        Some((_, at, _)) => format!("checkpoint {}", time::relative(*at, now)),
        None => "no checkpoint yet".to_owned(),
    };
    let trouble = ledger.outside_trouble();
    let well = trouble.is_none();
    let outside = match (&state.outside, trouble, ledger.others_outside()) {
        (None, ..) => ", stored nowhere else".to_owned(),
        (Some(_), Some(trouble), _) => format!("; {trouble}"),
        (Some(_), None, 0) => String::new(),
        (Some(_), None, others) => {
            let others = ui::count(others, "checkpoint", "checkpoints");
            format!("; the outside location also holds {others} of other stores")
        }
    };
    let contradiction = ledger.contradiction();
    let well = well && contradiction.is_none();
    let against = contradiction.map(|what| format!("contradicts itself: {what}; ")).unwrap_or_default();
    part(NAME, well, format!("{against}{} entries, {checkpoint}{outside}", state.size))
}

/// What is wrong with the console's own work, if anything.
fn the_console(app: &App, instance: &Instance, now: Timestamp) -> Vec<HealthPart> {
    let mut parts = Vec::new();
    let jobs = app.jobs.troubles(&instance.name, now);
    if !jobs.is_empty() {
        parts.push(part("Background jobs", false, format!("{}; its log says why", jobs.join("; "))));
    }
    if let Some(skew) = app.clock.skew().filter(|skew| skew.abs() > NOTABLE_SKEW) {
        let side = if skew > 0 { "ahead of" } else { "behind" };
        let says = format!("this machine’s is {} {side} the store’s", time::span(skew.abs()));
        parts.push(part("Clock", false, says));
    }
    let faults = app.faults.load(Ordering::Relaxed);
    if faults > 0 {
        let requests = ui::count(usize::try_from(faults).unwrap_or(usize::MAX), "request", "requests");
        parts.push(part("Console", false, format!("{requests} failed in the console; its log says where")));
    }
    parts
}

/// What an instance of a version that nobody tried is told apart by, and what to do.
fn read_only(untried: &Untried) -> String {
    const SHOWN: &str = "everything can be viewed, but nothing changed, except registrations to a stricter mode";
    let allowed = |update: &str, release: &str| {
        format!(
            "{SHOWN}. Update {update}, or ask an owner to set untried_release = \"{release}\" for this instance \
            in the configuration"
        )
    };
    match untried {
        Untried::Newer(release) => {
            format!(
                "Mastodon {release} is newer than any release this console was tested with: {}",
                allowed("Howdah", release)
            )
        }
        Untried::Older(release) => {
            format!(
                "Mastodon {release} is older than any release this console was tested with: {}",
                allowed("Mastodon", release)
            )
        }
        Untried::Unsaid => format!("the instance has not said yet which release it runs: until then {SHOWN}"),
        Untried::Foreign(said) => format!(
            "the instance reports version “{}”, which is not a Mastodon version: {SHOWN}. Check that base_url \
            points to it",
            ui::tame(said)
        ),
    }
}

/// `2026-12-31`
fn day_of(at: Timestamp) -> String {
    time::machine(at).chars().take(10).collect()
}

/// Mastodon itself warns of the end of support three months before and, the last time, so long (`two_weeks_warning`,
/// `app/services/software_update_check_service.rb`).
const ENDS_SOON: i64 = 14 * DAY;

/// Newer patches and urgent releases that the instance was told of, and when its support ends: whether that is well, and in
/// words. Nothing where it was told of none; that says nothing about whether there are any.
fn releases(health: &Health, now: Timestamp) -> Vec<(bool, String)> {
    let said = |text: &str| semver::Version::parse(text.trim().trim_start_matches('v')).ok();
    let runs = health.version.as_deref().and_then(said);
    // What cannot be compared is shown rather than left out.
    let newer = |known: &&KnownRelease| match (&runs, said(&known.version)) {
        (Some(runs), Some(known)) => known.cmp_precedence(runs).is_gt(),
        (None, _) | (_, None) => true,
    };
    // The day itself is still supported (`Date#past?`).
    let over = |day: Timestamp| day.plus(DAY) <= now;
    let mut lines = Vec::new();
    for known in health.releases.known.iter().filter(newer).filter(|known| known.urgent || known.patch) {
        let until = match known.until {
            Some(until) if over(until) => format!(", no longer supported since {}", day_of(until)),
            Some(until) => format!(", supported until {}", day_of(until)),
            None => String::new(),
        };
        let version = ui::excerpt(&known.version, 40);
        lines.push(match known.urgent {
            true => (false, format!("Mastodon {version} is out{until}, and urgent: it fixes a security problem")),
            false => (true, format!("Mastodon {version} is out{until}")),
        });
    }
    // An update to another branch leaves the row of the former one behind until Mastodon next asks.
    let branch = runs.as_ref().map(|runs| format!("{}.{}", runs.major, runs.minor));
    for (of, ends) in health.releases.support.iter().filter(|(of, _)| branch.as_ref().is_none_or(|branch| branch == of))
    {
        let (of, day) = (ui::excerpt(of, 20), day_of(*ends));
        lines.push(match ends.since(now) {
            _ if over(*ends) => {
                (false, format!("support for Mastodon {of} ended on {day}: it gets no more security fixes"))
            }
            left => (left > ENDS_SOON, format!("Mastodon {of} is supported until {day}")),
        });
    }
    lines
}

/// Whether Redis answers, and what Mastodon's caches were told through it: the words of the registrations page.
async fn caches(app: &App, instance: &Instance) -> HealthPart {
    let open = match changes::of(&app.store, &instance.name).await {
        Ok(open) => open,
        Err(error) => {
            tracing::error!(%error, "overview.caches");
            None
        }
    };
    let told = told_caches(instance, open.as_ref(), open.as_ref().map(|open| open.since));
    let (well, says) = match &instance.health().redis {
        Some(Ok(())) => {
            (!told.failed && instance.health().cache_doubt().is_none(), format!("Redis responds; {}", told.says))
        }
        Some(Err(_)) => (false, told.says),
        None => (!told.failed, told.says),
    };
    HealthPart::new("Caches", well, says)
}

/// So many rows are named; the rest is a number.
const MOST_NAMED: usize = 5;

/// For owners: rows of the console's own database that give rights and that it did not write itself. Nobody gets anything by
/// them.
async fn refused(context: &Context) -> Option<HealthPart> {
    if !crate::access::allows(context.actor.role, Permission::ManageOperators) {
        return None;
    }
    let name = "People and permissions";
    let rows = match context.app.store.refused_lately().await {
        Ok(rows) => rows,
        Err(error) => {
            tracing::error!(%error, "overview.refused");
            return Some(HealthPart::new(name, false, "can’t be read"));
        }
    };
    if rows.is_empty() {
        return None;
    }
    let shown = ui::shown_of(rows.len(), MOST_NAMED);
    let named = rows.iter().take(shown).map(|row| format!("{} {}", row.row, row.wrong.words())).collect::<Vec<_>>();
    let more = rows.len() - shown;
    let more = if more == 0 { String::new() } else { format!(", and {more} more") };
    let says = format!("refused: {}{more}; at the server: howdah audit verify, howdah store reseal", named.join("; "));
    Some(HealthPart::new(name, false, says))
}
