//! Mastodon's own log beside ours: each row a trace of one of our deeds, or of what was done outside the console.

use super::{DAY_TYPED, PAGE, unreadable, with};
use crate::{
    access::Permission,
    audit::{InstanceLogFilter, InstanceLogPage, Logged},
    clock::{DAY, MINUTE, Timestamp},
    context::Context,
    deeds::{AnyDeed, LogRow},
    domain_blocks::Domain,
    frame::{self, Framed},
    ledger::{Acting, Closed, Subject},
    mastodon::{
        Instance,
        database::{DatabaseError, Extra, LONGEST_CHANGES, LogFilter, LogWindow, LoggedAction},
    },
    path,
    problem::Problem,
    record::{self, Covered},
    search::{Search, unknown},
    store::{operators, sought::LOOKED_FOR},
    ui,
};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet, VecDeque};

/// A trace comes at most so long after the outcome, but for what is looked for longer.
const AFTERWARDS: i64 = 2 * MINUTE;
/// A deed is opened at most so long before its trace.
const BEFORE: i64 = DAY;

pub async fn page(context: &Context, instance: &str, search: &str) -> Result<Framed<InstanceLogPage>, Problem> {
    let instance = context.instance(instance)?.clone();
    context.permit(Permission::ViewWholeLedger, Some(&instance.name)).await?;
    let parsed = Search::parse(search);
    parsed.knows(&["who", "action", "day", "zone"])?;
    let text = |key: &str| parsed.get(key).unwrap_or_default().trim().to_owned();
    let filter = InstanceLogFilter { who: text("who"), action: text("action"), day: text("day"), zone: text("zone") };
    let day = context.zone_typed(&filter.zone)?.day_typed(&filter.day);
    if !filter.day.is_empty() && day.is_none() {
        return Err(unknown("day", &filter.day, DAY_TYPED));
    }
    let before = parsed.get("before").and_then(|text| text.parse().ok());
    let covered = record::covered(context).await?;
    let out = covered.number();
    let limit = with(PAGE + 1, out);
    let (window, nobody, untold) = read(&instance, &filter, day, before, limit).await?;
    let LogWindow { mut rows, looked_to } = window;
    // What is left out is a line for each report of a decision: where as many were read as were asked for, there may be more.
    let unread = (i64::try_from(rows.len()).unwrap_or(limit) >= limit).then(|| rows.last().map(|row| row.id)).flatten();
    let ours = ours(context, &instance, &rows, &covered).await?;
    rows.retain(|row| is_shown(ours.get(&row.id)));
    let page = usize::try_from(PAGE).unwrap_or(0);
    let last = if rows.len() > page { rows.get(page - 1).map(|row| row.id) } else { unread };
    let more = last.is_some();
    rows.truncate(page);
    let base = path::instance_log(&instance.name);
    let on = |id: i64| format!("{base}{}", parsed.with("before", &id.to_string()));
    let body = InstanceLogPage {
        older: last.map(on),
        further: looked_to.filter(|_| !more).map(|(id, at)| (at, on(id))),
        left_out: out > 0,
        rows: rows.iter().map(|row| shown(row, ours.get(&row.id))).collect(),
        untold,
        filter,
        nobody,
        began: context.app.ledger.recorded_at(0).await.map_err(unreadable)?,
    };
    frame::build(context, Some(&instance), &base, search, body).await
}

/// Whether a row of Mastodon's log is shown: none of a decision that its reader is to review, as their number would say what was
/// decided. Our own log has its line.
pub fn is_shown(trace: Option<&Trace>) -> bool {
    trace.is_none_or(|trace| !trace.in_review)
}

/// The rows, one more than a page; true if the person asked for is not known on the instance; what cannot be read.
async fn read(
    instance: &Instance,
    filter: &InstanceLogFilter,
    between: Option<(Timestamp, Timestamp)>,
    before: Option<i64>,
    limit: i64,
) -> Result<(LogWindow, bool, Vec<String>), DatabaseError> {
    let mut read = instance.database.read().await?;
    let by = match filter.who.trim_start_matches('@') {
        "" => None,
        name => match read.by_handle(name, None).await? {
            Some(id) => Some(id),
            None => return Ok((LogWindow::default(), true, Vec::new())),
        },
    };
    let asked = LogFilter { by, action: filter.action.clone(), between, before };
    let untold = read.untold(&[Extra::Changes]).await?;
    Ok((read.log(&asked, limit).await?, false, untold))
}

/// The entry that a row of Mastodon's log is a trace of.
#[derive(Clone, Debug)]
pub struct Trace {
    entry: i64,
    /// Whose it is.
    who: String,
    /// They did it as their own account.
    own: bool,
    in_review: bool,
    /// Its words open, and say so; another is about the same, and may have left it or not.
    certain: bool,
}

/// A row as a page shows it, with our entry where it is a trace of one. Of a decision that the reader is to review it says
/// neither what was done nor by whom.
pub fn shown(row: &LoggedAction, ours: Option<&Trace>) -> Logged {
    let account = match (&row.by_username, row.by) {
        (Some(name), _) => format!("@{}", ui::tame(name)),
        (None, Some(id)) => format!("account {id}"),
        (None, None) => "unknown".to_owned(),
    };
    let by = match ours.filter(|trace| trace.certain) {
        Some(trace) if trace.own => format!("{}, as {account}", trace.who),
        Some(trace) => format!("{}, through {account}", trace.who),
        None => account,
    };
    Logged {
        id: row.id,
        at: row.at,
        by,
        action: row.action.replace('_', " "),
        kind: spaced(&row.target_type),
        target: ui::excerpt(&row.target, 120),
        about: row.about,
        changes: row.changes.as_deref().map(changed).unwrap_or_default(),
        ours: ours.filter(|trace| trace.certain).map(|trace| trace.entry),
        perhaps: ours.filter(|trace| !trace.certain).map(|trace| trace.entry),
    }
}

/// So many fields of one row are shown, and so much of each value.
const MOST_CHANGES: usize = 8;
const LONGEST_VALUE: usize = 80;

/// What a row changed, line by line. Mastodon writes what each field became for hashtags alone
/// (`app/controllers/admin/tags_controller.rb`, 4.7); a pair is what it was and what it became, as Rails has it. Nothing
/// changed (`{}`, null) is nothing to show; what is no such thing is shown as it stands, cut.
fn changed(text: &str) -> Vec<String> {
    if text.chars().nth(LONGEST_CHANGES).is_some() {
        return vec!["more was changed than is shown here; see Mastodon’s audit log page".to_owned()];
    }
    let fields = match serde_json::from_str(text) {
        Ok(Value::Null) => return Vec::new(),
        Ok(Value::Object(fields)) => fields,
        Ok(_) | Err(_) => return vec![ui::excerpt(text, LONGEST_VALUE)],
    };
    let more = fields.len().saturating_sub(MOST_CHANGES);
    let line = |(name, value): (&String, &Value)| {
        let name = ui::excerpt(&name.replace('_', " "), LONGEST_VALUE);
        match value.as_array().map(Vec::as_slice) {
            Some([before, after]) => format!("{name}: {} → {}", said(before), said(after)),
            _ => format!("{name}: now {}", said(value)),
        }
    };
    let mut lines: Vec<String> = fields.iter().take(MOST_CHANGES).map(line).collect();
    if more > 0 {
        lines.push(format!("and {}", ui::count(more, "field more", "more fields")));
    }
    lines
}

/// A value in words.
fn said(value: &Value) -> String {
    match value {
        Value::Null => "nothing".to_owned(),
        Value::Bool(is) => if *is { "yes" } else { "no" }.to_owned(),
        Value::String(text) if text.is_empty() => "empty".to_owned(),
        Value::String(text) => format!("“{}”", ui::excerpt(text, LONGEST_VALUE)),
        Value::Number(_) | Value::Array(_) | Value::Object(_) => ui::excerpt(&value.to_string(), LONGEST_VALUE),
    }
}

/// `EmailDomainBlock` as `email domain block`
fn spaced(class: &str) -> String {
    let mut words = String::with_capacity(class.len() + 4);
    for c in class.chars() {
        if c.is_uppercase() && !words.is_empty() {
            words.push(' ');
        }
        words.extend(c.to_lowercase());
    }
    words
}

/// Which rows are traces of our deeds: by the row's id.
pub async fn ours(
    context: &Context,
    instance: &Instance,
    rows: &[LoggedAction],
    covered: &Covered,
) -> Result<BTreeMap<i64, Trace>, Problem> {
    let mut found = BTreeMap::new();
    let (Some(newest), Some(oldest)) = (rows.iter().map(|row| row.at).max(), rows.iter().map(|row| row.at).min())
    else {
        return Ok(found);
    };
    let ledger = &context.app.ledger;
    let subject = |row: &LoggedAction| subject(instance, row).map(|subject| ledger.subject(&subject));
    let subjects: BTreeSet<String> = rows.iter().filter_map(subject).collect();
    let (from, to) = (oldest.plus(-BEFORE), newest.plus(AFTERWARDS));
    let entries = ledger.about_any(&subjects, from, to).await.map_err(unreadable)?;
    let people = operators::list(&context.app.store).await.map_err(unreadable)?;
    let trace = |entry: &Closed, certain: bool| Trace {
        entry: entry.index,
        who: record::called(&people, entry.leaf["operator"].as_str().unwrap_or_default(), &entry.leaf),
        own: matches!(acting(entry), Some(Acting::Own(_))),
        in_review: covered.has(entry.index),
        certain,
    };
    // The deeds that could have left each row: entries come newest first.
    let mut left: Vec<(&LoggedAction, VecDeque<&Closed>)> = rows
        .iter()
        .filter_map(|row| {
            let about = subject(row)?;
            let could = |entry: &&Closed| entry.subject == about && before(entry, row, context.now());
            Some((row, entries.iter().filter(could).collect()))
        })
        .collect();
    // Only what may have left a row is opened, and once: of all rows those that come next together. What does not open may have
    // left it.
    let mut deeds: BTreeMap<i64, Option<AnyDeed>> = BTreeMap::new();
    loop {
        left.retain_mut(|(row, could)| {
            while let Some(deed) = could.front().and_then(|entry| deeds.get(&entry.index)) {
                let logged = LogRow { action: &row.action, target_type: &row.target_type, target: row.target_id };
                let Some(entry) = could.pop_front() else { return false };
                if deed.as_ref().is_none_or(|deed| deed.logs(&logged)) {
                    found.insert(row.id, trace(entry, deed.is_some()));
                    return false;
                }
            }
            !could.is_empty()
        });
        let next: BTreeMap<i64, &Closed> =
            left.iter().filter_map(|(_, could)| could.front().map(|entry| (entry.index, *entry))).collect();
        if next.is_empty() {
            return Ok(found);
        }
        let leaves: Vec<&Value> = next.values().map(|entry| &entry.leaf).collect();
        let documents = ledger.documents(&leaves).await.map_err(unreadable)?;
        let read = documents
            .into_iter()
            .map(|document| document.and_then(|document| serde_json::from_value(document["deed"].clone()).ok()));
        deeds.extend(next.into_keys().zip(read));
    }
}

/// What a row is about, as our deeds name it: an account, or what a rule is for.
fn subject(instance: &Instance, row: &LoggedAction) -> Option<Subject> {
    let name = instance.name.clone();
    let domain = || Domain::try_from(row.target.clone()).ok();
    match row.target_type.as_str() {
        "DomainBlock" | "DomainAllow" => Some(Subject::Domain(name, domain()?)),
        "EmailDomainBlock" => Some(Subject::MailDomain(name, domain()?)),
        "IpBlock" => Some(Subject::Address(name, row.target.clone())),
        _ => Some(Subject::Account(name, row.about?)),
    }
}

/// The service account, or the person's own.
fn acting(entry: &Closed) -> Option<Acting> {
    serde_json::from_value(entry.leaf["acting"].clone()).ok()
}

/// Whether a row was written by the account that a deed acted as, after its mark and not too late.
fn before(entry: &Closed, row: &LoggedAction, now: Timestamp) -> bool {
    let acting = acting(entry).and_then(|acting| acting.account());
    let mark: Option<i64> = entry.leaf["mark"]["log"].as_str().and_then(|mark| mark.parse().ok());
    let longest = if entry.sought { LOOKED_FOR } else { AFTERWARDS };
    let last = entry.closed_at.unwrap_or(now).plus(longest);
    acting.is_some() && acting == row.by && mark.is_some_and(|mark| mark < row.id) && row.at <= last
}
