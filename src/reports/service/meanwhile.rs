//! What changed since a page was made, in a sentence: asked by the page itself, when it is told that something did. A page says
//! what it shows by the numbers in its own address; only what this person sees now is held against them.

use super::{
    decided::Decisions,
    queue::{CaseInQueue, cases_of, filter_of, fits},
    read_problem, store_problem,
};
use crate::{
    access::{Permission, Role},
    context::{App, Context},
    deeds::DecideCase,
    frame::{self, Known, Since},
    id::{AccountId, ReportId},
    ledger::Deed,
    mastodon::{
        Instance,
        database::{ClosedRow, OpenReport},
        waiting::Snapshot,
    },
    path,
    problem::Problem,
    reports::{Decision, MOST_READ, QueueFilter},
    search::Search,
    session::Signed,
    store::{case_claims, operators},
    ui,
};
use axum::{
    Extension,
    extract::{Path, RawQuery, State},
    response::Response,
};
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

/// Where a list of reports asks what changed: under its filter, since the newest report it knew of, of these cases.
pub fn of_queue(
    context: &Context,
    instance: &Instance,
    list: &Snapshot<OpenReport>,
    search: &Search,
    matching: &[CaseInQueue],
) -> Since {
    let address = format!("{}{}", path::reports_meanwhile(&instance.name), search.only(&QueueFilter::KEYS));
    let all = frame::seen(context, instance, list).map(|report| report.id.0);
    let cases = matching.iter().map(|case| case.row.account.0);
    let revision = frame::revision(context, instance, list);
    Known::since(context, &address, frame::OF_REPORTS, revision, all, cases)
}

/// Where a case asks: of the reports that it shows, and held by whom. `revision` is of before they were read.
pub fn of_case(instance: &Instance, revision: String, account: AccountId, reports: &[ReportId], held: bool) -> Since {
    let reports = reports.iter().map(ToString::to_string).collect::<Vec<_>>().join(",");
    let address = path::with(&path::case_meanwhile(&instance.name, account), "reports", &reports);
    Since { address: if held { path::with(&address, "held", "yes") } else { address }, revision, of: frame::OF_REPORTS }
}

/// What came into a list of reports and what left it.
pub async fn in_queue(
    State(app): State<Arc<App>>,
    Extension(signed): Extension<Signed>,
    Path(instance): Path<String>,
    RawQuery(query): RawQuery,
) -> Response {
    let context = Context::of(app, signed);
    frame::told(queue(&context, &instance, &Search::parse(&query.unwrap_or_default())).await)
}

/// What became of a case.
pub async fn in_case(
    State(app): State<Arc<App>>,
    Extension(signed): Extension<Signed>,
    Path((instance, account)): Path<(String, String)>,
    RawQuery(query): RawQuery,
) -> Response {
    let context = Context::of(app, signed);
    frame::told(case(&context, &instance, &account, &Search::parse(&query.unwrap_or_default())).await)
}

async fn queue(context: &Context, instance: &str, search: &Search) -> Result<Option<String>, Problem> {
    let instance = context.instance(instance)?.clone();
    context.permit(Permission::ViewWork, Some(&instance.name)).await?;
    let Some(known) = Known::read(search) else { return Ok(None) };
    let list = instance.open_reports.snapshot();
    // Of a list that holds the newest alone nobody knows what left it.
    if list.cut || list.at.is_none() {
        return Ok(None);
    }
    let (filter, now) = (filter_of(context, search).await?, context.now());
    let first = first_reports(context, &instance, &list);
    let came = |case: &CaseInQueue| first.get(&case.row.account).copied().unwrap_or(0);
    let cases = cases_of(context, &instance, &list).await?;
    let fitting = cases.iter().filter(|case| fits(case, &filter, now));
    // Where a case can leave the list for another reason than its end, that is not said to be one: a report of another category
    // now is out of what a filter, or somebody's grants, leave to be seen.
    let whole = (filter.state.is_empty() || filter.state == "waiting")
        && filter.holder.is_empty()
        && filter.category.is_empty()
        && context.actor.role != Role::Contractor;
    let left_as = if whole { "resolved" } else { "gone" };
    // Cases that were known came in under the filter: their number hides who left.
    let fitting = fitting.map(|case| (case.row.account.0, came(case)));
    Ok(known.came_and_went(context, frame::OF_REPORTS, fitting, left_as, "cases changed"))
}

/// The oldest report of each case that this person sees.
fn first_reports(context: &Context, instance: &Instance, list: &Snapshot<OpenReport>) -> BTreeMap<AccountId, i64> {
    let mut first = BTreeMap::new();
    for report in frame::seen(context, instance, list) {
        let oldest = first.entry(report.target).or_insert(report.id.0);
        *oldest = report.id.0.min(*oldest);
    }
    first
}

async fn case(context: &Context, instance: &str, account: &str, search: &Search) -> Result<Option<String>, Problem> {
    let instance = context.instance(instance)?.clone();
    context.permit(Permission::ViewWork, Some(&instance.name)).await?;
    let account: AccountId = account.parse().map_err(|_| Problem::not_found("That case doesn’t exist."))?;
    let list = instance.open_reports.snapshot();
    if list.at.is_none() {
        return Ok(None);
    }
    let shown: BTreeSet<ReportId> =
        search.get("reports").unwrap_or_default().split(',').filter_map(|id| id.parse().ok()).take(MOST_READ).collect();
    let open: BTreeSet<ReportId> = frame::seen(context, &instance, &list)
        .filter(|report| report.target == account)
        .map(|report| report.id)
        .collect();
    let newest = shown.last().copied();
    let new = open.iter().filter(|id| newest.is_none_or(|newest| **id > newest)).count();
    // The list may be a moment older than the page: what is closed is said by the database itself.
    let left: Vec<ReportId> = shown.difference(&open).copied().collect();
    let closed = closed(context, &instance, account, &left).await?;
    if open.is_empty()
        && !list.cut
        && let Some(last) = closed.iter().max_by_key(|row| row.closed_at)
    {
        let decisions = Decisions::about(context, &instance, &[account], DecideCase::KIND).await?;
        let sanction = decisions.decision(last).filter(|decision| *decision != Decision::Resolve);
        let sanction = sanction.map(|decision| format!(", who {} this account", decision.past())).unwrap_or_default();
        return Ok(Some(format!("Resolved by {}{sanction}.", decisions.who_closed(last))));
    }
    if new > 0 {
        return Ok(Some(format!("{} about this account.", ui::count(new, "new report", "new reports"))));
    }
    if !closed.is_empty() {
        let verb = if closed.len() == 1 { "was" } else { "were" };
        let number = ui::count(closed.len(), "report", "reports");
        return Ok(Some(format!("{number} in this case {verb} resolved.")));
    }
    if open.is_empty() || search.get("held").is_some() {
        return Ok(None);
    }
    // Somebody is at it who was not when the page was made.
    let claims = case_claims::list(&context.app.store, &instance.name, context.now()).await.map_err(store_problem)?;
    let other = claims.into_iter().find(|claim| claim.account == account && claim.operator != context.actor.operator);
    let Some(claim) = other else { return Ok(None) };
    let person = operators::by_id(&context.app.store, &claim.operator).await.map_err(store_problem)?;
    let name = person.map_or_else(|| "somebody else".to_owned(), |person| person.name);
    let name = context.actor.told(&claim.operator, || name);
    Ok(Some(format!("This case is assigned to {name} now.")))
}

/// Those of an account's reports that are closed, as far as this person sees them.
async fn closed(
    context: &Context,
    instance: &Instance,
    account: AccountId,
    ids: &[ReportId],
) -> Result<Vec<ClosedRow>, Problem> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let mut read = instance.database.read().await.map_err(read_problem)?;
    let rows = read.closed_of(ids).await.map_err(read_problem)?;
    let seen = |row: &ClosedRow| row.target == account && context.actor.sees(&instance.name, row.category);
    Ok(rows.into_iter().filter(seen).collect())
}
