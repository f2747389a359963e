//! What the desk of appeals shows.

use super::{AppealLine, AppealsPage};
use crate::{
    access::Permission,
    clock::Timestamp,
    context::{App, Context},
    deeds::DecideCase,
    frame::{self, Framed, Known, Since},
    id::AccountId,
    ledger::Deed,
    mastodon::{
        Instance,
        database::{AppealRow, read_problem},
        waiting::Snapshot,
    },
    path,
    problem::Problem,
    reports::service::{Decisions, strike_word},
    search::Search,
    session::Signed,
    text, ui,
};
use axum::{
    Extension,
    extract::{Path, RawQuery, State},
    response::Response,
};
use std::sync::Arc;

const PAGE: usize = 50;

pub async fn list(context: &Context, instance: &str, search: &str) -> Result<Framed<AppealsPage>, Problem> {
    let instance = context.instance(instance)?.clone();
    context.permit(Permission::ViewAppeals, Some(&instance.name)).await?;
    let parsed = Search::parse(search);
    parsed.knows(&["state"])?;
    let base = path::appeals(&instance.name);
    let decided = parsed.one_of("state", &[("waiting", "Pending"), ("decided", "Decided")])? == "decided";
    let before = parsed.typed::<i64>("before", "Enter an appeal number")?;
    // Before the list is read: none that comes in between is missed.
    let revision = frame::revision_of(context, frame::OF_APPEALS, &instance.appeals);
    let list = instance.appeals.snapshot();
    let mut rows = if decided {
        let limit = i64::try_from(PAGE + 1).unwrap_or(i64::MAX);
        let mut read = instance.database.read().await.map_err(read_problem)?;
        read.decided_appeals(before.unwrap_or(i64::MAX), limit).await.map_err(read_problem)?
    } else {
        // The oldest waits longest.
        list.rows.iter().filter(|row| before.is_none_or(|last| row.id > last)).take(PAGE + 1).cloned().collect()
    };
    let more = rows.len() > PAGE;
    rows.truncate(PAGE);
    let last = rows.last().filter(|_| more).map(|last| last.id);
    let page = AppealsPage {
        rows: lines(context, &instance, &rows).await?,
        decided,
        waiting: list.at.map(|_| ui::at_least(list.rows.len(), list.cut)),
        trouble: list.trouble.as_deref().map(text::capital),
        older: last.map(|last| format!("{base}{}", parsed.with("before", &last.to_string()))),
        search: search.to_owned(),
        meanwhile: (!decided).then(|| since(context, &instance, revision, &list)),
    };
    let mut framed = frame::build(context, Some(&instance), &base, search, page).await?;
    framed.frame.appeals = framed.body.waiting.clone().filter(|_| framed.body.trouble.is_none());
    Ok(framed)
}

/// Where the list of those that wait asks what changed: since the newest that it knew of, of so many.
fn since(context: &Context, instance: &Instance, revision: String, list: &Snapshot<AppealRow>) -> Since {
    let rows = list.rows.iter().map(|row| row.id);
    let address = path::appeals_meanwhile(&instance.name);
    Known::since(context, &address, frame::OF_APPEALS, revision, rows.clone(), rows)
}

/// What came into the list of those that wait, and what left it.
pub async fn meanwhile(
    State(app): State<Arc<App>>,
    Extension(signed): Extension<Signed>,
    Path(instance): Path<String>,
    RawQuery(query): RawQuery,
) -> Response {
    let context = Context::of(app, signed);
    frame::told(changed(&context, &instance, &Search::parse(&query.unwrap_or_default())).await)
}

async fn changed(context: &Context, instance: &str, search: &Search) -> Result<Option<String>, Problem> {
    let instance = context.instance(instance)?.clone();
    context.permit(Permission::ViewAppeals, Some(&instance.name)).await?;
    let Some(known) = Known::read(search) else { return Ok(None) };
    let list = instance.appeals.snapshot();
    // Of a list that holds the newest alone nobody knows what left it.
    if list.cut || list.at.is_none() {
        return Ok(None);
    }
    let rows = list.rows.iter().map(|row| (row.id, row.id));
    Ok(known.came_and_went(context, frame::OF_APPEALS, rows, "gone", "appeals changed"))
}

/// With who decided what they answer, from the record in one statement.
async fn lines(context: &Context, instance: &Instance, rows: &[AppealRow]) -> Result<Vec<AppealLine>, Problem> {
    let accounts: Vec<AccountId> = rows.iter().map(|row| row.account).collect();
    let decisions = Decisions::about(context, instance, &accounts, DecideCase::KIND).await?;
    let line = |row: &AppealRow| {
        let in_review = decisions.is_to_be_reviewed(row.account, &row.strike);
        let told = |words: String| if in_review { String::new() } else { words };
        AppealLine {
            id: row.id,
            account: row.account,
            handle: format!("@{}", ui::tame(&row.username)),
            action: told(strike_word(row.strike.action).to_owned()),
            by: decisions.who_struck(row.account, &row.strike),
            struck_at: row.strike.created_at,
            told: told(ui::tame(&row.strike.text)),
            text: told(ui::tame(&row.text)),
            at: row.created_at,
            became: row.decided.as_ref().map(|decided| {
                let word = if decided.approved { "approved" } else { "rejected" };
                let by = decided.by.as_ref().map(|name| format!(" by @{}", ui::tame(name))).unwrap_or_default();
                (format!("{word}{by}"), decided.at)
            }),
            there: instance
                .base
                .join(&format!("/disputes/strikes/{}", row.strike.id))
                .ok()
                .map(|url| url.to_string())
                .filter(|_| !in_review),
            in_review,
        }
    };
    Ok(rows.iter().map(line).collect())
}

/// How many wait on an instance, and since when the oldest; `None` where that is not known.
pub fn waiting(instance: &Instance) -> Option<(String, Option<Timestamp>)> {
    let list = instance.appeals.snapshot();
    list.at.filter(|_| list.trouble.is_none())?;
    let oldest = list.rows.iter().map(|row| row.created_at).min().filter(|_| !list.cut);
    Some((ui::at_least(list.rows.len(), list.cut), oldest))
}
