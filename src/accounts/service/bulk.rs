//! Many accounts at once: what a sanction on those that are ticked would mean, and the batch that carries it out, each account
//! a deed of its own.

use crate::{
    access::{self, Permission, Role},
    accounts::{BulkPreview, Chosen},
    acting, batches,
    context::Context,
    deeds::{DecideCase, InBatch},
    id::{AccountId, ReportId},
    mastodon::{
        Instance,
        database::{Account, OpenReport, read_problem},
    },
    problem::{Kind, Problem, malformed_form},
    reports::{AccountState, DecideManyForm, Decision, service as reports},
    search::Search,
    text::or_chosen,
    ui,
};

/// The most that are sanctioned at once: above so many the design asks for a second person.
pub const MOST: usize = batches::MOST_FOR_MODERATORS;

/// So many followers are worth another look.
const MANY_FOLLOWERS: i64 = 1_000;

/// Whether somebody sanctions accounts of a list. A contractor decides about reports, in the queue.
pub fn may(context: &Context, instance: &Instance) -> bool {
    context.actor.role != Role::Contractor
        && access::permit(&context.actor, Permission::DecideReports, Some(&instance.name)).is_ok()
}

/// What can be done about many accounts: everything that does something about a person.
pub fn offered() -> impl Iterator<Item = Decision> {
    Decision::ALL.into_iter().filter(|decision| *decision != Decision::Resolve)
}

fn too_many(number: usize) -> Option<String> {
    (number > MOST).then(|| format!("At most {MOST} accounts are sanctioned at once; these are {number}."))
}

/// Accounts with their open reports, as they stand; those that are gone are left out.
async fn read(
    context: &Context,
    instance: &Instance,
    accounts: impl Iterator<Item = AccountId>,
) -> Result<Vec<(Account, Vec<OpenReport>)>, Problem> {
    let mut read = instance.database.read().await.map_err(read_problem)?;
    let mut found = Vec::new();
    for id in accounts {
        if let Some(account) = read.account(id).await.map_err(read_problem)? {
            let open = read.open_reports(id).await.map_err(read_problem)?;
            if context.knows(instance, &account, &open) {
                found.push((account, open));
            }
        }
    }
    Ok(found)
}

fn chosen(account: &Account, open: &[OpenReport]) -> Chosen {
    let mut what = vec![ui::count(usize::try_from(account.followers).unwrap_or(0), "follower here", "followers here")];
    if !open.is_empty() {
        what.push(ui::count(open.len(), "open report", "open reports"));
    }
    what.extend(account.state.words().into_iter().map(str::to_owned));
    Chosen { account: account.id, handle: format!("@{}", ui::tame(&account.acct())), what: what.join(" · ") }
}

/// What would be decided about those that the address names, frozen to what is shown here.
///
/// # Errors
/// Invalid, with what is accepted; or if the instance's database does not answer.
pub async fn preview(context: &Context, instance: &Instance, search: &Search) -> Result<Option<BulkPreview>, Problem> {
    let names: Vec<(&str, &str)> = offered().map(|one| (one.name(), one.words())).collect();
    let decision = search.one_of("decide", &names)?.parse::<Decision>().ok();
    let Some(decision) = decision.filter(|_| may(context, instance)) else { return Ok(None) };
    let mut ids: Vec<AccountId> = search.all("who").filter_map(|id| id.parse().ok()).collect();
    ids.sort_unstable();
    ids.dedup();
    let refused = too_many(ids.len());
    let asked = ids.len().min(MOST);
    let own = acting::able_own(context, instance).await?;
    let found = read(context, instance, ids.into_iter().take(MOST)).await?;
    let mut page = BulkPreview {
        decision,
        accounts: Vec::new(),
        seen: String::new(),
        local: 0,
        followers: 0,
        reports: 0,
        exceptions: Vec::new(),
        left_out: Vec::new(),
        gone: asked - found.len(),
        refused,
        reasons: reports::reasons(context, &instance.name).await?,
    };
    let mut seen: Vec<(AccountId, Vec<ReportId>, AccountState)> = Vec::new();
    for (account, open) in &found {
        let one = chosen(account, open);
        if let Some(why) = reports::left_out(context, instance, account, open, own.as_ref(), decision).await? {
            page.left_out.push((one, why));
            continue;
        }
        let look_again = if account.is_staff() {
            Some("a member of the instance’s staff".to_owned())
        } else if account.followers >= MANY_FOLLOWERS {
            Some("many follow them here".to_owned())
        } else if !account.state.sanctions().words().is_empty() {
            Some("sanctioned already, otherwise".to_owned())
        } else {
            None
        };
        page.exceptions.extend(look_again.map(|why| (one.clone(), why)));
        page.local += usize::from(account.domain.is_none());
        page.followers += account.followers;
        page.reports += open.len();
        seen.push((account.id, open.iter().map(|report| report.id).collect(), account.state));
        page.accounts.push(one);
    }
    page.seen = serde_json::to_string(&seen).unwrap_or_default();
    Ok(Some(page))
}

/// Begins a batch: a deed for each account, with the reports and the sanctions the person saw.
pub async fn decide_many(context: Context, form: DecideManyForm) -> Result<String, Problem> {
    let instance = context.instance(&form.instance)?.clone();
    context.permit(Permission::DecideReports, Some(&instance.name)).await?;
    let decision = form.decision.parse::<Decision>().map_err(|()| malformed_form())?;
    if decision == Decision::Resolve {
        return Err(malformed_form());
    }
    let seen: Vec<(AccountId, Vec<ReportId>, AccountState)> =
        serde_json::from_str(&form.seen).map_err(|_| malformed_form())?;
    if seen.is_empty() {
        return Err(Problem::new(Kind::Invalid, "Nothing was done: no accounts are selected.", "Select some first."));
    }
    batches::each_once(seen.iter().map(|(account, ..)| account))?;
    if let Some(refused) = too_many(seen.len()) {
        return Err(Problem::new(Kind::Invalid, refused, "Select fewer."));
    }
    let (text, why) = reports::checked_words(decision, &form.text, false, or_chosen(&form.why, &form.chosen))?;
    let own = acting::able_own(&context, &instance).await?;
    let found = read(&context, &instance, seen.iter().map(|(id, ..)| *id)).await?;
    let (mut deeds, mut refused) = (Vec::new(), None);
    for (account, open) in found {
        if let Some(why) = reports::left_out(&context, &instance, &account, &open, own.as_ref(), decision).await? {
            refused.get_or_insert(format!("@{}: {why}", account.acct()));
            continue;
        }
        let Some((_, reports, state)) = seen.iter().find(|(id, ..)| *id == account.id) else { continue };
        deeds.push(InBatch::DecideCase(DecideCase {
            instance: instance.name.clone(),
            account: account.id,
            acct: account.acct(),
            decision,
            reports: reports.clone(),
            unread: 0,
            others: Vec::new(),
            further: false,
            state_before: *state,
            text: text.clone(),
            preset: None,
            send_email: form.mail == "yes" && account.has_login,
        }));
    }
    match refused {
        Some(why) if deeds.is_empty() => {
            context.note_denied(Permission::DecideReports, Some(&instance.name)).await;
            Err(Problem::new(Kind::Forbidden, why, "You can’t decide any of the selected accounts."))
        }
        _ => batches::service::begin(&context, &instance, deeds, why).await,
    }
}
