//! The queue: from the waiting list, grouped into cases.

use super::{
    decided,
    deeds::{MOST_WITH_A_WARNING, in_force},
    handle, meanwhile, read_problem, store_problem,
};
use crate::{
    access::{self, Permission},
    batches,
    clock::{DAY, HOUR, Timestamp},
    context::Context,
    deeds::DecideCase,
    frame::{self, Framed},
    id::{AccountId, ReportId},
    ledger::Deed,
    mastodon::{Instance, database::OpenReport, waiting::Snapshot},
    path,
    problem::Problem,
    reports::{BulkPreview, Category, Claimant, Decision, MOST_READ, ORIGINS, QueueFilter, QueuePage, QueueRow},
    search::{Search, TICKED},
    store::{case_claims, linked_accounts, operators},
    ui,
};
use std::collections::{BTreeMap, BTreeSet};

const PAGE: usize = 50;

/// A case with what filters ask of it.
#[derive(Clone, Debug)]
pub struct CaseInQueue {
    pub row: QueueRow,
    /// Of all its reports.
    pub categories: BTreeSet<Category>,
    /// No row of the account is left.
    pub gone: bool,
    pub domain: Option<String>,
    /// All of its reports are this person's to decide.
    pub decidable: bool,
    /// About the person who looks, or reported by them: somebody else's to decide.
    pub own: bool,
}

impl CaseInQueue {
    /// What the queue is ordered by: urgency, then age, then the account.
    fn key(&self) -> (u8, i64, i64) {
        (self.row.category.rank(), self.row.since.0, self.row.account.0)
    }
}

/// All cases that wait, most urgent first.
pub async fn cases(context: &Context, instance: &Instance) -> Result<Vec<CaseInQueue>, Problem> {
    cases_of(context, instance, &instance.open_reports.snapshot()).await
}

/// The same of a list as it stood at one moment.
pub(super) async fn cases_of(
    context: &Context,
    instance: &Instance,
    list: &Snapshot<OpenReport>,
) -> Result<Vec<CaseInQueue>, Problem> {
    let claims = case_claims::list(&context.app.store, &instance.name, context.now()).await.map_err(store_problem)?;
    let people = if claims.is_empty() {
        Vec::new()
    } else {
        operators::list(&context.app.store).await.map_err(store_problem)?
    };
    let holder = |account: AccountId| {
        let claim = claims.iter().find(|claim| claim.account == account)?;
        let name = people.iter().find(|person| person.id == claim.operator).map(|person| person.name.clone());
        Some(Claimant {
            name: context.actor.told(&claim.operator, || name.unwrap_or_else(|| "somebody".to_owned())),
            you: claim.operator == context.actor.operator,
            since: claim.since,
            until: Some(claim.seen_at.plus(case_claims::CLAIM_TIME)),
        })
    };
    let mut by_target: BTreeMap<AccountId, Vec<&OpenReport>> = BTreeMap::new();
    for report in list.rows.iter() {
        by_target.entry(report.target).or_default().push(report);
    }
    let sees = |report: &&OpenReport| context.actor.sees(&instance.name, report.category);
    let acting = instance.health().acting();
    let linked = linked_accounts::on_instance(&context.app.store, &instance.name).await.map_err(store_problem)?;
    let mine = linked.iter().find(|(person, _)| *person == context.actor.operator).map(|(_, account)| *account);
    // Whoever is linked has Mastodon's own assignment under that account: nothing that differs.
    let holds_as = |account: AccountId| {
        let claim = claims.iter().find(|claim| claim.account == account)?;
        linked.iter().find(|(person, _)| *person == claim.operator).map(|(_, account)| *account)
    };
    let mut cases: Vec<CaseInQueue> = by_target
        .into_iter()
        .filter(|(_, reports)| reports.iter().any(sees))
        .filter_map(|(account, reports)| {
            let first = reports.first()?;
            let worst = reports.iter().min_by_key(|report| report.category.rank())?;
            let assigned_there = reports
                .iter()
                .filter_map(|report| report.assigned.as_ref())
                .find(|(id, _)| Some(*id) != acting && Some(*id) != holds_as(account))
                .map(|(_, name)| super::of_staff(context, instance, name));
            let row = QueueRow {
                account,
                handle: handle(account, &first.target_acct),
                category: worst.category,
                since: reports.iter().map(|report| report.created_at).min()?,
                reports: reports.len(),
                what: what(&reports),
                reporters: reporters(&reports),
                holder: holder(account),
                assigned_there,
            };
            let own = mine.is_some_and(|mine| account == mine || reports.iter().any(|report| report.reporter == mine));
            Some(CaseInQueue {
                row,
                categories: reports.iter().map(|report| report.category).collect(),
                gone: first.target_gone,
                domain: first.target_domain.clone(),
                decidable: reports.iter().all(sees),
                own,
            })
        })
        .collect();
    cases.sort_by_key(CaseInQueue::key);
    Ok(cases)
}

/// The longest thing a reporter said, or that nobody said anything.
fn what(reports: &[&OpenReport]) -> String {
    let said = reports.iter().map(|report| report.comment.trim()).max_by_key(|comment| comment.chars().count());
    let posts: BTreeSet<_> = reports.iter().flat_map(|report| &report.status_ids).collect();
    let named = match posts.len() {
        0 => "no posts reported".to_owned(),
        number => ui::count(number, "post", "posts"),
    };
    match said {
        Some(comment) if !comment.is_empty() => format!("“{}” · {named}", ui::excerpt(comment, 120)),
        _ => format!("no comment · {named}"),
    }
}

/// “3 people, 2 servers”: a person of another server is a person; a server reports where its moderators do.
fn reporters(reports: &[&OpenReport]) -> String {
    let people: BTreeSet<_> =
        reports.iter().filter(|report| !report.from_server).map(|report| report.reporter).collect();
    let servers: BTreeSet<_> = reports
        .iter()
        .filter(|report| report.from_server)
        .filter_map(|report| report.reporter_domain.as_deref())
        .collect();
    let mut parts = Vec::new();
    if !people.is_empty() {
        parts.push(ui::count(people.len(), "person", "people"));
    }
    if !servers.is_empty() {
        parts.push(ui::count(servers.len(), "server", "servers"));
    }
    parts.join(", ")
}

/// What an address narrows the queue to.
///
/// # Errors
/// Invalid, with what is accepted; unavailable, if it cannot be read who there is.
pub async fn filter_of(context: &Context, search: &Search) -> Result<QueueFilter, Problem> {
    let domain = search.get("domain").unwrap_or_default().trim().trim_start_matches('@').to_lowercase();
    let categories = Category::ALL.map(|category| (category.name(), category.word()));
    let mut filter = QueueFilter {
        state: search.one_of("state", &QueueFilter::STATES)?.to_owned(),
        category: search.one_of("category", &categories)?.to_owned(),
        origin: search.one_of("origin", &ORIGINS)?.to_owned(),
        age: search.one_of("age", &QueueFilter::AGES)?.to_owned(),
        domain,
        ..QueueFilter::default()
    };
    if search.get("holder").or(search.get("decided-by")).is_some() {
        let people = operators::list(&context.app.store).await.map_err(store_problem)?;
        let names: Vec<(&str, &str)> =
            decided::askable(context, &people).map(|person| (person.name.as_str(), person.name.as_str())).collect();
        filter.holder = search.one_of("holder", &names)?.to_owned();
        filter.by = search.one_of("decided-by", &names)?.to_owned();
    }
    Ok(filter)
}

/// Whether a case is among those that a filter leaves.
pub fn fits(case: &CaseInQueue, filter: &QueueFilter, now: Timestamp) -> bool {
    let state = match filter.state.as_str() {
        "mine" => case.row.holder.as_ref().is_some_and(|holder| holder.you),
        "unheld" => case.row.holder.is_none(),
        _ => true,
    };
    let category = filter.category.parse::<Category>().map_or(true, |category| case.categories.contains(&category));
    let origin = match filter.origin.as_str() {
        // Of one that is gone nobody knows where it was.
        "local" => case.domain.is_none() && !case.gone,
        "remote" => case.domain.is_some(),
        _ => true,
    };
    let domain = filter.domain.is_empty() || case.domain.as_deref() == Some(filter.domain.as_str());
    let held = filter.holder.is_empty() || case.row.holder.as_ref().is_some_and(|holder| holder.name == filter.holder);
    let older_than = match filter.age.as_str() {
        "1h" => HOUR,
        "1d" => DAY,
        "1w" => 7 * DAY,
        _ => 0,
    };
    // What is ahead of our clock is younger than anything, and waits all the same.
    let old = older_than == 0 || now.since(case.row.since) >= older_than;
    state && category && origin && domain && held && old
}

/// The keyset of a page: `rank.since.account` of the last case on the page before.
fn parse_key(text: &str) -> Option<(u8, i64, i64)> {
    let mut parts = text.split('.');
    Some((parts.next()?.parse().ok()?, parts.next()?.parse().ok()?, parts.next()?.parse().ok()?))
}

pub async fn queue(context: &Context, instance: &str, search: &str) -> Result<Framed<QueuePage>, Problem> {
    let instance = context.instance(instance)?.clone();
    context.permit(Permission::ViewWork, Some(&instance.name)).await?;
    let page = page(context, &instance, search);
    let mut framed = frame::beside(context, &instance, &path::reports(&instance.name), search, page).await?;
    let page = &framed.body;
    framed.frame.says_cases(page.known.then(|| ui::at_least(page.cases, page.cut)));
    Ok(framed)
}

async fn page(context: &Context, instance: &Instance, search: &str) -> Result<QueuePage, Problem> {
    let parsed = Search::parse(search);
    parsed.knows_beside(&QueueFilter::KEYS, &TICKED)?;
    let filter = filter_of(context, &parsed).await?;
    let base = path::reports(&instance.name);
    let list = instance.open_reports.snapshot();
    let all = cases_of(context, instance, &list).await?;
    let now = context.now();
    let mut page = QueuePage {
        known: list.at.is_some(),
        cut: list.cut,
        gone: all.iter().filter(|case| case.gone).map(|case| case.row.reports).sum(),
        rows: Vec::new(),
        cases: all.len(),
        reports: all.iter().map(|case| case.row.reports).sum(),
        mine: all.iter().filter(|case| case.row.holder.as_ref().is_some_and(|holder| holder.you)).count(),
        // Above so many it holds the newest alone.
        oldest: all.iter().map(|case| case.row.since).min().filter(|_| !list.cut),
        matching: 0,
        next: next_after(&all, None, |case| fits(case, &filter, now)),
        older: None,
        search: search.to_owned(),
        decided: Vec::new(),
        looked_to: None,
        destroyed: 0,
        left_out: false,
        people: Vec::new(),
        may_decide: access::permit(&context.actor, Permission::DecideReports, Some(&instance.name)).is_ok(),
        preview: None,
        running: Vec::new(),
        lately: Vec::new(),
        meanwhile: None,
        filter,
    };
    if page.filter.state == "decided" {
        decided::list(context, instance, &parsed, &base, &mut page).await?;
    } else {
        let fitting: Vec<_> = all.iter().filter(|case| fits(case, &page.filter, now)).cloned().collect();
        let decisions = Decision::ALL.map(|one| (one.name(), one.words()));
        let decision = parsed.one_of("decide", &decisions)?.parse().ok();
        if let Some(decision) = decision.filter(|_| page.may_decide) {
            page.preview = Some(preview(context, instance, &parsed, decision, &fitting, &all).await?);
        }
        page.matching = fitting.len();
        page.meanwhile = Some(meanwhile::of_queue(context, instance, &list, &parsed, &fitting));
        let after = parsed.get("before").and_then(parse_key);
        let mut shown: Vec<_> =
            fitting.into_iter().filter(|case| after.is_none_or(|after| case.key() > after)).take(PAGE + 1).collect();
        if shown.len() > PAGE {
            shown.truncate(PAGE);
            page.older = shown.last().map(|last| {
                let (rank, since, account) = last.key();
                format!("{base}{}", parsed.with("before", &format!("{rank}.{since}.{account}")))
            });
        }
        page.rows = shown.into_iter().map(|case| case.row).collect();
    }
    page.running = batches::service::running(context, instance, DecideCase::KIND).await?;
    page.lately = batches::service::lately(context, instance, DecideCase::KIND).await?;
    Ok(page)
}

/// What would be decided: chosen by hand, or all that fit the filter, frozen to what is shown here.
async fn preview(
    context: &Context,
    instance: &Instance,
    parsed: &Search,
    decision: Decision,
    fitting: &[CaseInQueue],
    all: &[CaseInQueue],
) -> Result<BulkPreview, Problem> {
    let chosen: Vec<AccountId> = parsed.all("who").filter_map(|id| id.parse().ok()).collect();
    let everything = parsed.get("all").is_some();
    // What would be refused anyway must not stand in the way of the others, time after time.
    let decidable = || {
        fitting.iter().filter(|case| {
            let free = case.row.holder.as_ref().is_none_or(|holder| holder.you);
            case.decidable && !case.own && free && case.row.reports <= MOST_READ
        })
    };
    let chosen_cases: Vec<&CaseInQueue> = if everything {
        decidable().take(batches::most(context.actor.role)).collect()
    } else {
        all.iter().filter(|case| chosen.contains(&case.row.account)).collect()
    };
    let gone = if everything { 0 } else { chosen.len() - chosen_cases.len() };
    let part = batches::only_the_first(chosen_cases.len(), decidable().count()).filter(|_| everything);
    let (own, cases): (Vec<&CaseInQueue>, Vec<&CaseInQueue>) = chosen_cases.into_iter().partition(|case| case.own);
    let refused = batches::too_many(context.actor.role, cases.len());
    let cases: Vec<&CaseInQueue> = cases.into_iter().take(batches::MOST_AT_ONCE).collect();
    let list = instance.open_reports.snapshot();
    let seen: Vec<(AccountId, Vec<ReportId>)> = cases
        .iter()
        .map(|case| {
            let about = list.rows.iter().filter(|report| report.target == case.row.account);
            (case.row.account, about.map(|report| report.id).collect())
        })
        .collect();
    let ids: Vec<i64> = cases.iter().map(|case| case.row.account.0).collect();
    let (staff, states, pending) = {
        let mut read = instance.database.read().await.map_err(read_problem)?;
        let staff = read.staff_among(&ids).await.map_err(read_problem)?;
        let states = read.states_of(&ids).await.map_err(read_problem)?;
        (staff, states, read.pending_of(&ids).await.map_err(read_problem)?)
    };
    let is_pending = |account: AccountId| pending.iter().any(|person| person.account == account);
    let left_out =
        own.into_iter().map(|case| (case.row.clone(), "your own case: left out, a colleague has to decide".to_owned()));
    let filtered = parsed.get("category").and_then(|name| name.parse::<Category>().ok());
    let other = cases.iter().filter_map(|case| {
        let row = &case.row;
        let besides: Vec<&str> = match filtered {
            Some(category) => {
                case.categories.iter().filter(|other| **other != category).map(|other| other.word()).collect()
            }
            None => Vec::new(),
        };
        let why = if staff.contains(&row.account) {
            "staff of the instance".to_owned()
        } else if !case.decidable {
            "a report outside your grant: left out, a colleague has to decide".to_owned()
        } else if states.get(&row.account).is_some_and(|state| decision.is_in_force(*state)) {
            format!("already {}: left out", in_force(decision).to_lowercase())
        } else if decision != Decision::Resolve && states.get(&row.account).is_some_and(|state| state.suspended) {
            "suspended: only its reports can be resolved, left out".to_owned()
        } else if decision != Decision::Resolve && is_pending(row.account) {
            "not approved yet: only its reports can be resolved, left out".to_owned()
        } else if row.reports > MOST_READ {
            format!("{} reports: left out, decide it on its own page", ui::grouped(row.reports))
        } else if decision == Decision::Warn && row.reports > MOST_WITH_A_WARNING {
            format!("{} reports: left out, warn on its own page", ui::grouped(row.reports))
        } else if let Some(holder) = row.holder.as_ref().filter(|holder| !holder.you) {
            format!("assigned to {}: will be refused", holder.name)
        } else if !besides.is_empty() {
            format!("also reported as {}", besides.join(", "))
        } else if row.category == Category::Legal {
            "a legal matter".to_owned()
        } else if row.reports >= 3 {
            format!("{} reports", row.reports)
        } else {
            return None;
        };
        Some((row.clone(), why))
    });
    let exceptions = left_out.chain(other).take(20).collect();
    Ok(BulkPreview {
        decision,
        seen: serde_json::to_string(&seen).unwrap_or_default(),
        cases: cases.into_iter().map(|case| case.row.clone()).collect(),
        gone,
        part,
        exceptions,
        refused,
        reasons: super::reasons(context, &instance.name).await?,
    })
}

/// Whether this person decides a case: it is not their own, and nobody else holds it.
fn is_free(case: &CaseInQueue) -> bool {
    case.decidable && !case.own && case.row.holder.as_ref().is_none_or(|holder| holder.you)
}

/// The case that a page named as the next, as long as it is still to be decided; else the first that is, but for the one that just
/// was.
pub fn still_next(
    cases: &[CaseInQueue],
    named: AccountId,
    decided: AccountId,
    fits: impl Fn(&CaseInQueue) -> bool,
) -> Option<AccountId> {
    let as_named = cases.iter().any(|case| case.row.account == named && fits(case) && is_free(case));
    if as_named { Some(named) } else { next_after(cases, Some(decided), fits) }
}

/// The next case among those that fit, that nobody else holds, that this person decides, and that is not their own; after
/// this one, or the first.
pub fn next_after(
    cases: &[CaseInQueue],
    account: Option<AccountId>,
    fits: impl Fn(&CaseInQueue) -> bool,
) -> Option<AccountId> {
    let free = |case: &&CaseInQueue| fits(case) && is_free(case) && Some(case.row.account) != account;
    let at = account.and_then(|account| cases.iter().position(|case| case.row.account == account));
    let after = at.and_then(|at| cases[at + 1..].iter().find(free));
    after.or_else(|| cases.iter().find(free)).map(|case| case.row.account)
}
