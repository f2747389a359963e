//! Everything about one: our log and Mastodon's, merged by time.

use super::{PAGE, filter, instance_log, own_account, tells, told, unreadable, ways, with};
use crate::{
    access::Permission,
    audit::{Drawn, Filter, KINDS, Logged, MOST_DRAWN, Moment, TimelinePage, kind_group},
    clock::Timestamp,
    context::Context,
    frame::{self, Framed},
    id::AccountId,
    ledger::{self, Subject},
    mastodon::{
        Instance,
        database::{LogFilter, LogWindow},
    },
    nouns::domain_blocks::Domain,
    path,
    problem::Problem,
    record::{self, DeedState, Line, as_told, line, name},
    search::{Search, accepts, unknown},
    store::{linked_accounts, operators},
    text::tame,
};
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

/// Whom or what it is about, on the instance where it is.
enum About {
    Account(Arc<Instance>, AccountId),
    Server(Arc<Instance>, Domain),
    /// One of the console's people, and their own account where they have one there.
    Person(Option<(Arc<Instance>, AccountId)>),
    Batch,
}

/// Which instance is asked about.
fn instance(context: &Context, filter: &Filter) -> Result<Arc<Instance>, Problem> {
    let wrong = || Problem::invalid("instance", "Choose one instance: each has its own accounts and servers.");
    let mut named = context
        .visible()
        .filter(|own| filter.instance.is_empty() || filter.instance.iter().any(|name| own.name.as_str() == name));
    match (named.next(), named.next()) {
        (Some(one), None) => Ok(one.clone()),
        _ => Err(wrong()),
    }
}

/// What the timeline is of, and what our log is asked for.
async fn about(context: &Context, filter: &Filter, server: &str) -> Result<(About, String, ledger::Filter), Problem> {
    let app = &context.app;
    let outcomes = DeedState::RECORDED.map(|outcome| (outcome.name(), outcome.word()));
    filter.kind.iter().try_for_each(|value| accepts("kind", value, &KINDS))?;
    filter.outcome.iter().try_for_each(|value| accepts("outcome", value, &outcomes))?;
    if let Some((field, _)) =
        [("from", &filter.from), ("to", &filter.to), ("q", &filter.q)].into_iter().find(|(_, text)| !text.is_empty())
    {
        return Err(Problem::invalid(field, "A timeline is paged by time: days and words narrow the audit log alone."));
    }
    let narrowed =
        ledger::Filter { any: ways(&Filter { q: String::new(), ..filter.clone() }, &[])?, ..ledger::Filter::default() };
    if !filter.batch.is_empty() {
        let asked = super::of_batch(context, narrowed, &filter.batch).await?;
        return Ok((About::Batch, format!("batch {}", filter.batch), asked));
    }
    let of = |subject: Subject| ledger::Filter { subject: Some(app.ledger.subject(&subject)), ..narrowed.clone() };
    if !filter.account.is_empty() {
        let on = instance(context, filter)?;
        let account = match filter.account.parse::<AccountId>() {
            Ok(id) => id,
            Err(_) => crate::accounts::service::by_name(&on, &filter.account).await?.ok_or_else(|| {
                Problem::invalid("account", "This account doesn’t exist on that instance. Enter its handle or ID.")
            })?,
        };
        let found = async { on.database.read().await.ok()?.account(account).await.ok()? };
        let handle = found.await.map_or_else(|| filter.account.clone(), |found| format!("@{}", tame(&found.acct())));
        let title = format!("{handle} on {}", on.title);
        let asked = of(Subject::Account(on.name.clone(), account));
        return Ok((About::Account(on, account), title, asked));
    }
    if !server.is_empty() {
        let on = instance(context, filter)?;
        let domain = Domain::try_from(server.to_lowercase())
            .ok()
            .filter(Domain::is_well_formed)
            .ok_or_else(|| unknown("server", server, "Enter a domain, like example.org"))?;
        let title = format!("{server} on {}", on.title);
        return Ok((About::Server(on.clone(), domain.clone()), title, of(Subject::Domain(on.name.clone(), domain))));
    }
    if let [who] = filter.who.as_slice() {
        let people = operators::list(&app.store).await.map_err(unreadable)?;
        let named: Vec<(&str, &str)> =
            people.iter().map(|person| (person.id.0.as_str(), person.name.as_str())).collect();
        if !named.iter().any(|(id, _)| id == who) {
            return Err(unknown("who", who, "Choose a person of the audit log’s list"));
        }
        let called = named.iter().find(|(id, _)| id == who).map_or(who.as_str(), |(_, name)| name).to_owned();
        let linked = linked_accounts::list(&app.store, &app.keys).await.map_err(unreadable)?;
        // Where there are several instances, the one that is chosen.
        let on = instance(context, filter).ok();
        let own = on.and_then(|on| {
            let own = linked.iter().find(|own| own.operator.0 == *who && own.instance == on.name)?;
            Some((on, own.account))
        });
        return Ok((About::Person(own), called, narrowed));
    }
    Err(Problem::invalid("account", "Enter whom or what it is about: an account, a server, a person or a batch."))
}

/// Mastodon's log about it, newest first, below a row; nothing where it has no rows of its own about such a thing.
async fn theirs(about: &About, before: Option<i64>, limit: i64) -> Result<Option<(Arc<Instance>, LogWindow)>, Problem> {
    Ok(match about {
        About::Account(on, account) => {
            let rows = on.database.read().await?.log_about(*account, before, limit).await?;
            Some((on.clone(), LogWindow { rows, looked_to: None }))
        }
        About::Server(on, domain) => {
            let window = on.database.read().await?.log_about_server(domain.as_str(), before, limit).await?;
            Some((on.clone(), window))
        }
        About::Person(Some((on, account))) => {
            let asked = LogFilter { by: Some(*account), before, ..LogFilter::default() };
            Some((on.clone(), on.database.read().await?.log(&asked, limit).await?))
        }
        About::Person(None) | About::Batch => None,
    })
}

pub async fn page(context: &Context, search: &str) -> Result<Framed<TimelinePage>, Problem> {
    context.permit(Permission::ViewWholeLedger, None).await?;
    let parsed = Search::parse(search);
    let filter = filter(&parsed);
    let server = parsed.get("server").unwrap_or_default().trim().to_owned();
    let empty = TimelinePage {
        title: String::new(),
        filter: filter.clone(),
        server: server.clone(),
        moments: Vec::new(),
        began: context.app.ledger.recorded_at(0).await.map_err(unreadable)?,
        left_out: false,
        drawn: Drawn::default(),
        instances: context.visible().map(|own| (own.name.clone(), own.title.clone())).collect(),
        wrong: None,
        further: None,
        older: None,
        search: search.to_owned(),
    };
    let asked = match parsed.knows(&[&Filter::KEYS[..], &["server", "entry", "row"]].concat()) {
        Ok(()) => about(context, &filter, &server).await,
        Err(unknown) => Err(unknown),
    };
    let page = match asked {
        Ok(found) => read(context, &parsed, found, empty).await?,
        Err(wrong) if wrong.status() < 500 => TimelinePage { wrong: Some(wrong), ..empty },
        Err(other) => return Err(other),
    };
    frame::build(context, context.current(), path::TIMELINE, search, page).await
}

async fn read(
    context: &Context,
    parsed: &Search,
    (about, title, asked): (About, String, ledger::Filter),
    empty: TimelinePage,
) -> Result<TimelinePage, Problem> {
    let app = &context.app;
    let number = |key: &str| parsed.get(key).and_then(|text| text.parse::<i64>().ok());
    let (before, log) = (number("entry"), number("row"));
    let covered = record::covered(context).await?;
    let out = if tells(&empty.filter) { covered.number() } else { 0 };
    let limit = with(PAGE + 1, covered.number());
    let ours = ledger::Filter { before: before.or(asked.before), limit, ..asked.clone() };
    let mut entries = app.ledger.list(&ours).await.map_err(unreadable)?;
    entries.retain(|entry| out == 0 || !covered.has(entry.index));
    let entries: Vec<_> = entries.into_iter().map(|entry| as_told(&context.actor, entry)).collect();
    let people = operators::list(&app.store).await.map_err(unreadable)?;
    let linked = linked_accounts::list(&app.store, &app.keys).await.map_err(unreadable)?;
    let kinds: BTreeMap<i64, &str> = entries.iter().map(|entry| (entry.index, kind_group(&entry.deed))).collect();
    let lines: Vec<Line> = entries
        .iter()
        .map(|entry| {
            told(&covered, Line { own_account: own_account(&linked, entry), ..line(entry, &name(&people, entry)) })
        })
        .collect();
    let mut moments: Vec<Moment> = lines.into_iter().map(|line| Moment::Ours(line, Vec::new())).collect();
    let mut read_to = None;
    // What narrows our log to sorts of its own leaves nothing of Mastodon's.
    let narrowed = !(empty.filter.kind.is_empty() && empty.filter.outcome.is_empty());
    let theirs = if narrowed { None } else { theirs(&about, log, limit).await? };
    // Of two logs only what was read of both alike can be drawn beside one another.
    let mut drawn = Drawn { of_page: theirs.is_some(), ..Drawn::default() };
    let zone = context.zone();
    let hour = |at: Timestamp| zone.hour(at);
    if !drawn.of_page {
        let all = ledger::Filter { limit: MOST_DRAWN, ..asked };
        let times = app.ledger.times(&all).await.map_err(unreadable)?;
        for (_, at, deed) in times.into_iter().filter(|(index, ..)| out == 0 || !covered.has(*index)) {
            drawn.add(hour(at), kind_group(&deed));
        }
    }
    if let Some((on, window)) = theirs {
        let traces = instance_log::ours(context, &on, &window.rows, &covered).await?;
        // What is left out is a line for each report of a decision: where as many were read as were asked for, there may be more.
        let full = i64::try_from(window.rows.len()).unwrap_or(limit) >= limit;
        read_to = window.looked_to.or_else(|| window.rows.last().filter(|_| full).map(|row| (row.id, row.at)));
        let rows = window.rows.iter().filter(|row| instance_log::is_shown(traces.get(&row.id)));
        moments.extend(rows.map(|row| Moment::Theirs(instance_log::shown(row, traces.get(&row.id)))));
    }
    // The newest first; of what happened at the same moment ours, which was meant before.
    moments.sort_by_key(|moment| (std::cmp::Reverse(moment.at()), moment.is_theirs()));
    // What of ours is older than the last that was read of theirs comes when theirs was read on.
    moments.retain(|moment| read_to.is_none_or(|(_, at)| moment.is_theirs() || moment.at() >= at));
    let most = usize::try_from(PAGE).unwrap_or(0);
    let more = moments.len() > most;
    moments.truncate(most);
    let of_page = if drawn.of_page { moments.as_slice() } else { &[] };
    for moment in of_page {
        let ours = kinds.get(&moment.number()).copied().filter(|_| !moment.is_theirs());
        drawn.add(hour(moment.at()), ours.unwrap_or("Mastodon’s audit log"));
    }
    // Each log goes on below the last that was shown of it.
    let last_of = |theirs: bool, from: Option<i64>| {
        moments.iter().rev().find(|moment| moment.is_theirs() == theirs).map(Moment::number).or(from)
    };
    let address = |entry: Option<i64>, row: Option<i64>| {
        let mut query = Search::parse(&parsed.without(&["entry", "row"]));
        for (key, value) in [("entry", entry), ("row", row)] {
            if let Some(value) = value {
                query = Search::parse(&query.with(key, &value.to_string()));
            }
        }
        format!("{}{}", path::TIMELINE, query.without(&[]))
    };
    let (entry, row) = (last_of(false, before), last_of(true, log));
    let read_to = read_to.filter(|_| !more);
    let moments = under_their_entries(moments);
    Ok(TimelinePage {
        title,
        left_out: out > 0,
        further: read_to.map(|(id, at)| (at, address(entry, Some(id)))),
        older: more.then(|| address(entry, row)),
        moments,
        drawn,
        ..empty
    })
}

/// Rows of Mastodon's log under the entry that left them, where both are on the page.
fn under_their_entries(moments: Vec<Moment>) -> Vec<Moment> {
    let entries: BTreeSet<i64> = moments.iter().filter(|moment| !moment.is_theirs()).map(Moment::number).collect();
    let mut left: BTreeMap<i64, Vec<Logged>> = BTreeMap::new();
    let mut alone = Vec::new();
    for moment in moments {
        match moment {
            Moment::Theirs(row) => match row.ours.filter(|entry| entries.contains(entry)) {
                Some(entry) => left.entry(entry).or_default().push(row),
                None => alone.push(Moment::Theirs(row)),
            },
            ours @ Moment::Ours(..) => alone.push(ours),
        }
    }
    for moment in &mut alone {
        if let Moment::Ours(line, rows) = moment {
            *rows = left.remove(&line.index).unwrap_or_default();
        }
    }
    alone
}
