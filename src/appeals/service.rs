//! What the desk of appeals shows.

use super::{AppealLine, AppealsPage};
use crate::{
    access::Permission,
    clock::Timestamp,
    context::Context,
    deeds::DecideCase,
    frame::{self, Framed},
    id::AccountId,
    ledger::Deed,
    mastodon::{
        Instance,
        database::{AppealRow, read_problem},
    },
    path,
    problem::Problem,
    reports::service::{Decisions, strike_word},
    search::Search,
    text, ui,
};

const PAGE: usize = 50;

pub async fn list(context: &Context, instance: &str, search: &str) -> Result<Framed<AppealsPage>, Problem> {
    let instance = context.instance(instance)?.clone();
    context.permit(Permission::ViewAppeals, Some(&instance.name)).await?;
    let parsed = Search::parse(search);
    let base = path::appeals(&instance.name);
    let decided = parsed.one_of("state", &[("waiting", "Pending"), ("decided", "Decided")])? == "decided";
    let before = parsed.typed::<i64>("before", "Enter an appeal number")?;
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
    };
    frame::build(context, Some(&instance), &base, search, page).await
}

/// With who decided what they answer, from the record in one statement.
async fn lines(context: &Context, instance: &Instance, rows: &[AppealRow]) -> Result<Vec<AppealLine>, Problem> {
    let accounts: Vec<AccountId> = rows.iter().map(|row| row.account).collect();
    let decisions = Decisions::about(context, instance, &accounts, DecideCase::KIND).await?;
    let line = |row: &AppealRow| AppealLine {
        id: row.id,
        account: row.account,
        handle: format!("@{}", ui::tame(&row.username)),
        action: strike_word(row.strike.action).to_owned(),
        by: decisions.who_struck(row.account, &row.strike),
        struck_at: row.strike.created_at,
        told: ui::tame(&row.strike.text),
        text: ui::tame(&row.text),
        at: row.created_at,
        became: row.decided.as_ref().map(|decided| {
            let word = if decided.approved { "approved" } else { "rejected" };
            let by = decided.by.as_ref().map(|name| format!(" by @{}", ui::tame(name))).unwrap_or_default();
            (format!("{word}{by}"), decided.at)
        }),
        there: instance.base.join(&format!("/disputes/strikes/{}", row.strike.id)).ok().map(|url| url.to_string()),
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
