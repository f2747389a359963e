//! A month of somebody's work: read from the record, by the index on who did it.

use super::{Names, card, store_problem};
use crate::{
    access::{self, Permission},
    audit::service::export::{self, record},
    carry_out::InStore,
    carry_out::opened,
    clock::{DAY, Timestamp},
    context::{App, Context},
    deeds::{DecideCase, DecideSignUp, ExportSheet, HandOverCase},
    frame::{self, Framed},
    grants::{Card, Timesheet, Work},
    id::OperatorId,
    ledger::{Deed, Outcome, Worked},
    nouns::reviews::Sort,
    path,
    problem::Problem,
    reports::Decision,
    search::Search,
    session::Signed,
    store::{grants, operators},
    stream,
    ui::time,
};
use axum::{
    Extension,
    body::Body,
    extract::{Path, RawQuery, State},
    http::HeaderMap,
    response::Response,
};
use std::{collections::BTreeMap, sync::Arc};

/// The most entries that one sheet reads; it says where it was cut.
const MOST: usize = 20_000;
/// Entries read at once.
const PAGE: i64 = 500;

/// A month of the calendar, UTC.
struct Month {
    name: String,
    from: Timestamp,
    to: Timestamp,
    before: String,
    after: String,
}

impl Month {
    /// `2026-11`
    fn parse(text: &str) -> Option<Self> {
        if text.len() != 7 {
            return None;
        }
        let first: jiff::civil::Date = format!("{text}-01").parse().ok()?;
        let next = first.checked_add(jiff::Span::new().months(1)).ok()?;
        let before = first.checked_sub(jiff::Span::new().months(1)).ok()?;
        let at = |date: jiff::civil::Date| {
            Some(Timestamp(date.to_zoned(jiff::tz::TimeZone::UTC).ok()?.timestamp().as_millisecond()))
        };
        let name = |date: jiff::civil::Date| format!("{:04}-{:02}", date.year(), date.month());
        Some(Self { name: name(first), from: at(first)?, to: at(next)?, before: name(before), after: name(next) })
    }

    fn of(search: &Search, now: Timestamp) -> Result<Self, Problem> {
        search.knows(&["month"])?;
        let this = time::machine(now);
        let asked = search.get("month").unwrap_or_else(|| this.get(..7).unwrap_or_default());
        Self::parse(asked).ok_or_else(|| Problem::not_found("This month doesn’t exist: write it like 2026-11."))
    }
}

/// Puts one entry where it belongs.
fn count(work: &mut Work, entry: &Worked) {
    work.first = Some(work.first.map_or(entry.at, |first| first.min(entry.at)));
    work.last = work.last.max(Some(entry.at));
    if !matches!(entry.outcome, Some(Outcome::Succeeded | Outcome::Partly)) {
        work.not_done += 1;
        return;
    }
    match entry.deed.as_str() {
        // What goes on with a decision is none.
        DecideCase::KIND if entry.facts["further"] == true => {}
        DecideCase::KIND => {
            let decision = entry.facts["decision"].as_str().and_then(|name| name.parse::<Decision>().ok());
            let place = Decision::ALL.into_iter().position(|own| Some(own) == decision);
            match place.and_then(|place| work.decided.get_mut(place)) {
                Some(number) => *number += 1,
                None => work.other += 1,
            }
        }
        DecideSignUp::KIND if entry.facts["approve"] == true => work.let_in += 1,
        DecideSignUp::KIND => work.refused += 1,
        kind if Sort::of(kind, &entry.facts) == Some(Sort::Reveals) => work.reveals += 1,
        HandOverCase::KIND => work.handed_over += 1,
        _ => work.other += 1,
    }
}

/// The days of a month on which somebody did something, and whether there was more than is read.
async fn days(app: &App, operator: &OperatorId, month: &Month) -> Result<(BTreeMap<String, Work>, bool), Problem> {
    let mut days: BTreeMap<String, Work> = BTreeMap::new();
    let mut before = i64::MAX;
    let mut read = 0;
    loop {
        let entries = app.ledger.worked(operator, month.from, month.to, before, PAGE).await.map_err(store_problem)?;
        for entry in &entries {
            let text = time::machine(entry.at);
            let day = text.get(..10).unwrap_or_default().to_owned();
            count(days.entry(day).or_default(), entry);
            before = entry.index;
        }
        read += entries.len();
        if i64::try_from(entries.len()).unwrap_or(0) < PAGE {
            return Ok((days, false));
        }
        if read >= MOST {
            return Ok((days, true));
        }
    }
}

/// One's own sheet, or that of somebody whose grants one may see.
async fn read(context: &Context, operator: &str, search: &Search) -> Result<(Timesheet, Month), Problem> {
    let you = context.actor.operator.0 == operator;
    let right = if you { Permission::ViewOwnLedger } else { Permission::ViewGrants };
    context.permit(right, None).await?;
    let (app, now) = (&context.app, context.now());
    let person = operators::by_id(&app.store, &OperatorId(operator.to_owned()))
        .await
        .map_err(store_problem)?
        .ok_or_else(|| Problem::not_found("This person doesn’t exist."))?;
    let month = Month::of(search, now)?;
    let (days, cut) = days(app, &person.id, &month).await?;
    let mut total = Work::default();
    for work in days.values() {
        total.add(work);
    }
    let names = Names::shown_to(context).await?;
    let grants =
        grants::in_force(&app.store, &app.keys, &person.id, month.from, month.to).await.map_err(store_problem)?;
    let sheet = Timesheet {
        operator: person.id,
        name: person.name,
        role: person.role,
        month: month.name.clone(),
        before: month.before.clone(),
        after: (month.to <= now).then(|| month.after.clone()),
        days: days.into_iter().collect(),
        total,
        grants: grants.into_iter().map(|grant| card(grant, &names, now)).collect(),
        cut,
        you,
        may_export: you || access::permit(&context.actor, Permission::CheckLedger, None).is_ok(),
    };
    Ok((sheet, month))
}

pub async fn timesheet(context: &Context, operator: &str, search: &str) -> Result<Framed<Timesheet>, Problem> {
    let (sheet, _) = read(context, operator, &Search::parse(search)).await?;
    let here = path::timesheet(&sheet.operator);
    frame::build(context, context.current(), &here, search, sheet).await
}

/// The words of the first row: what was decided in the order in which [`Work`] counts it.
fn columns() -> Vec<String> {
    let decided = Decision::ALL.map(|decision| match decision {
        Decision::Resolve => "resolved",
        Decision::Warn => "warned",
        Decision::Sensitive => "marked as sensitive",
        Decision::Silence => "limited",
        Decision::Suspend => "suspended",
        Decision::Disable => "frozen",
    });
    let before = ["day", "first", "last", "cases"];
    let after = ["approved", "rejected", "reveals", "handed over", "other", "not done", "agreement", "sponsor"];
    before.into_iter().chain(decided).chain(after).map(str::to_owned).collect()
}

fn row(day: &str, work: &Work, grants: &[&Card]) -> String {
    let at = |at: Option<Timestamp>| at.map(time::machine).unwrap_or_default();
    let mut fields = vec![day.to_owned(), at(work.first), at(work.last), work.cases().to_string()];
    fields.extend(work.decided.iter().map(ToString::to_string));
    let rest = [work.let_in, work.refused, work.reveals, work.handed_over, work.other, work.not_done];
    fields.extend(rest.iter().map(ToString::to_string));
    let joined = |of: fn(&Card) -> &str| {
        grants.iter().map(|grant| of(grant)).filter(|text| !text.is_empty()).collect::<Vec<_>>().join("; ")
    };
    fields.push(joined(|grant| &grant.agreement));
    fields.push(joined(|grant| &grant.sponsor));
    record(&fields)
}

/// Whether a grant was in force at some moment of a span.
fn in_force(grant: &Card, from: Timestamp, to: Timestamp) -> bool {
    let ended = grant.revoked.as_ref().map_or(grant.ends_at, |(_, at)| (*at).min(grant.ends_at));
    grant.starts_at < to && ended > from
}

fn file(sheet: &Timesheet) -> String {
    let mut text = record(&columns());
    for (day, work) in &sheet.days {
        let from = crate::text::time::day_typed(day).unwrap_or_default();
        let grants: Vec<&Card> = sheet.grants.iter().filter(|grant| in_force(grant, from, from.plus(DAY))).collect();
        text.push_str(&row(day, work, &grants));
    }
    text.push_str(&row("total", &sheet.total, &sheet.grants.iter().collect::<Vec<_>>()));
    if sheet.cut {
        text.push_str(&record(&[format!("the audit log has more entries in this month than the newest {MOST}")]));
    }
    text
}

/// A month of work as CSV: `/grants/{operator}/timesheet.csv?month=2026-11`. Handing out somebody else's is an entry in the record.
pub async fn csv(
    State(app): State<Arc<App>>,
    Extension(signed): Extension<Signed>,
    Path(operator): Path<String>,
    headers: HeaderMap,
    RawQuery(query): RawQuery,
) -> Response {
    if let Some(refused) = stream::sent_by_another_site(&headers) {
        return refused;
    }
    let context = Context::of(app, signed);
    match handed_out(&context, &operator, &query.unwrap_or_default()).await {
        Ok((sheet, name)) => stream::file(sheet, stream::CSV, &name),
        Err(problem) => stream::no_file(&problem),
    }
}

/// The sheet and the name of its file.
async fn handed_out(context: &Context, operator: &str, query: &str) -> Result<(Body, String), Problem> {
    let search = Search::parse(query);
    let name = |month: &Month| format!("howdah-work-{}.csv", month.name);
    if context.actor.operator.0 == operator {
        let (sheet, month) = read(context, operator, &search).await?;
        return Ok((file(&sheet).into(), name(&month)));
    }
    let permit = context.permit(Permission::CheckLedger, None).await?;
    let _counts = context.reserve("exports", "exports", export::GIVEN).await?;
    let (sheet, month) = read(context, operator, &search).await?;
    let deed = ExportSheet { operator: sheet.operator.clone(), name: sheet.name.clone(), month: month.name.clone() };
    let warrant = opened(&context.app, permit, deed, "").await?;
    let (giving, taking) = stream::handing();
    let app = context.app.clone();
    tokio::spawn(async move {
        let given = giving.give(file(&sheet), sheet.days.len() + 1).await;
        export::finish(&app, warrant, giving, given.err().map(Into::into)).await;
    });
    Ok((stream::body(taking), name(&month)))
}

// What was shown or not shown to somebody whose process died leaves no trace.
impl InStore for ExportSheet {
    async fn was_done(&self, _: &App, _: i64) -> sqlx::Result<Option<bool>> {
        Ok(None)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_month_knows_its_neighbours() {
        let month = Month::parse("2026-12").expect("a month");
        assert_eq!((month.before.as_str(), month.after.as_str()), ("2026-11", "2027-01"));
        assert_eq!(month.to.since(month.from), 31 * DAY);
        for wrong in ["", "2026", "2026-13", "2026-1", "2026-12-01", "soon-01"] {
            assert!(Month::parse(wrong).is_none(), "{wrong}");
        }
    }
}
