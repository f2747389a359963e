//! What waits, as the numbers around a page say it and as an open page is told of it: never anything else.

use super::build::{appeals_waiting, may_view, requests_waiting, said_waiting};
use crate::{
    access::Permission,
    context::Context,
    mastodon::{
        Instance,
        database::OpenReport,
        waiting::{List, Snapshot, Waits},
    },
    path,
    problem::Problem,
    search::Search,
    store::untold,
    ui,
};
use axum::{
    http::StatusCode,
    response::{IntoResponse, Response},
};
use std::{
    collections::BTreeSet,
    hash::{DefaultHasher, Hash, Hasher},
};

/// The reports of a list that this person sees.
pub fn seen<'a>(
    context: &'a Context,
    instance: &'a Instance,
    list: &'a Snapshot<OpenReport>,
) -> impl Iterator<Item = &'a OpenReport> {
    list.rows.iter().filter(|report| context.actor.sees(&instance.name, report.category))
}

/// How a page learns what came and went since it was made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Since {
    /// Where it asks.
    pub address: String,
    /// The mark of what it was made of.
    pub revision: String,
    /// What the stream calls that mark.
    pub of: &'static str,
}

/// What the stream calls the mark of a list.
pub const OF_REPORTS: &str = "revision";
pub const OF_SIGN_UPS: &str = "signups-revision";
pub const OF_APPEALS: &str = "appeals-revision";

/// The mark of the reports that this person sees: another one says that what a page shows of them is not all any more. It is
/// keyed, so that nobody can try out what it was made of; and who has a report is no part of it for whoever is not told.
pub fn revision(context: &Context, instance: &Instance, list: &Snapshot<OpenReport>) -> String {
    let told = context.actor.is_told_names();
    let mut hasher = DefaultHasher::new();
    for report in seen(context, instance, list) {
        let assigned = report.assigned.as_ref().map(|(id, _)| told.then_some(id.0));
        (report.id.0, report.target.0, report.category.name(), assigned).hash(&mut hasher);
    }
    keyed(context, "revision of reports", &hasher.finish().to_be_bytes())
}

fn keyed(context: &Context, what: &str, bytes: &[u8]) -> String {
    let mut mark = context.app.keys.hash(what, bytes);
    mark.truncate(16);
    mark
}

/// The mark of a list of which everybody who sees it sees all.
pub fn revision_of<T: Waits>(context: &Context, what: &str, list: &List<T>) -> String {
    keyed(context, what, &list.mark().to_be_bytes())
}

/// A mark of some rows, by their numbers, in whatever order they stand.
fn which(context: &Context, of: &str, rows: &BTreeSet<i64>) -> String {
    let bytes: Vec<u8> = rows.iter().copied().flat_map(i64::to_be_bytes).collect();
    keyed(context, &format!("rows of {of}"), &bytes)
}

/// What a page of a list knew when it was made. It stands in the address where the page asks what came and went.
pub struct Known {
    /// What came after this is new.
    newest: i64,
    /// How many rows the page's filter left.
    matching: i64,
    /// [`which`] they were.
    which: Option<String>,
}

impl Known {
    /// As the address says; `None` where it does not, and then nothing can be told.
    pub fn read(search: &Search) -> Option<Self> {
        let number = |key: &str| search.get(key).and_then(|number| number.parse::<i64>().ok());
        Some(Self {
            newest: number("newest")?,
            matching: number("matching")?,
            which: search.get("which").map(str::to_owned),
        })
    }

    /// Where a page asks at `address`, which has its filter already: since the newest of `all` that came, of these rows.
    /// `revision` is of before they were read.
    pub fn since(
        context: &Context,
        address: &str,
        of: &'static str,
        revision: String,
        all: impl Iterator<Item = i64>,
        rows: impl IntoIterator<Item = i64>,
    ) -> Since {
        let rows: BTreeSet<i64> = rows.into_iter().collect();
        let address = path::with(address, "newest", &all.max().unwrap_or(0).to_string());
        let address = path::with(&address, "matching", &rows.len().to_string());
        Since { address: path::with(&address, "which", &which(context, of, &rows)), revision, of }
    }

    /// What came in since then and what left, in a few words; `None` where nothing did. Of each row that the filter leaves now:
    /// its number, and the number of what brought it in. `changed` is said where the number alone would hide it.
    pub fn came_and_went(
        &self,
        context: &Context,
        of: &str,
        rows: impl Iterator<Item = (i64, i64)>,
        left_as: &str,
        changed: &str,
    ) -> Option<String> {
        let (new, known): (Vec<_>, Vec<_>) = rows.partition(|(_, came)| *came > self.newest);
        let known: BTreeSet<i64> = known.into_iter().map(|(row, _)| row).collect();
        let mut parts = Vec::new();
        if !new.is_empty() {
            parts.push(format!("{} new", ui::grouped(new.len())));
        }
        let left = self.matching - i64::try_from(known.len()).unwrap_or(i64::MAX);
        match usize::try_from(left).ok().filter(|left| *left > 0) {
            Some(left) => parts.push(format!("{} {left_as}", ui::grouped(left))),
            None if self.which.as_ref().is_some_and(|before| *before != which(context, of, &known)) => {
                parts.push(changed.to_owned());
            }
            None => {}
        }
        (!parts.is_empty()).then(|| parts.join(" · "))
    }
}

/// What a page that asks is answered: nothing, where nothing came or went.
pub fn told(said: Result<Option<String>, Problem>) -> Response {
    match said {
        Ok(Some(said)) => said.into_response(),
        Ok(None) => StatusCode::NO_CONTENT.into_response(),
        Err(problem) => {
            let status = StatusCode::from_u16(problem.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
            (status, format!("{}\n", problem.what)).into_response()
        }
    }
}

/// What waits on every instance that this person may see, a line each: “harbour reports 12”; the mark of each list; and the newest
/// of their own actions of whose outcome they are to be told: “outcomes 4711”.
pub async fn numbers(context: &Context) -> Vec<String> {
    let mut lines = Vec::new();
    match untold::newest(&context.app.store, &context.actor.operator).await {
        Ok(newest) => lines.extend(newest.map(|entry| format!("outcomes {entry}"))),
        Err(error) => tracing::error!(%error, "live.untold"),
    }
    for instance in context.visible() {
        let name = &instance.name;
        // Asked for before: what tells it below waits for nothing.
        let requests = requests_waiting(context, instance).await;
        let mut say = |what: &str, said: Option<String>| {
            if let Some(said) = said {
                lines.push(format!("{name} {what} {said}"));
            }
        };
        let may = |permission| may_view(context, instance, permission);
        if may(Permission::ViewWork) {
            say("reports", said_waiting(context, instance));
            say(OF_REPORTS, Some(revision(context, instance, &instance.open_reports.snapshot())));
        }
        if may(Permission::ViewSignUps) {
            say("signups", instance.sign_ups_waiting().map(|waiting| waiting.said()));
            say(OF_SIGN_UPS, Some(revision_of(context, OF_SIGN_UPS, &instance.signups)));
        }
        if may(Permission::ViewAppeals) {
            say("appeals", appeals_waiting(instance));
            say(OF_APPEALS, Some(revision_of(context, OF_APPEALS, &instance.appeals)));
        }
        say("requests", requests);
    }
    lines
}
