//! What a moderator does: each deed with its permit, its last look and its evidence.

use super::{
    budget,
    case::{besides, cannot_reverse, hands_off, own_beyond, shown_as, untouched},
    read_problem, store_problem,
};
use crate::{
    access::{self, ON_THE_TEAM, Permission, Permit, Role},
    accounts::service::{Others, beside},
    acting::{self, Own},
    batches,
    carry_out::{Carry, Done, Evidence, InStore, Trace, carry_out, recorded},
    carry_out::{closed_as_read, opened},
    clock::{HOUR, MINUTE},
    context::{App, Context},
    deeds::{
        ChangeCategory, ClaimCase, DecideCase, HandOverCase, InBatch, Masked, ReopenReport, Reveal, RevealMedia,
        ReverseSanction,
    },
    id::{AccountId, OperatorId, ReportId, RuleId},
    ledger::{Answer, Answered, Mark, Outcome, OwnTry, Step, Warrant},
    mastodon::{
        Instance,
        database::{Account, DatabaseError, Hidden, LogRow, OpenReport, Read, ReportState},
        rest::Client,
    },
    path,
    problem::{Kind, Problem, malformed_form},
    record,
    reports::{
        AccountState, Category, CategoryForm, DecideForm, DecideManyForm, Decision, MOST_COUNTED, MOST_READ,
        QueueFilter, Reversal,
    },
    search::Search,
    store::{attempts::Limit, case_claims, case_claims::HandedNote, drafts, operators},
    text::{self, Hashed, Message, Why, or_chosen},
    ui,
};
use serde_json::json;
use std::{collections::BTreeSet, sync::Arc, time::Duration};
use tokio::time::Instant;

/// `account_warnings.text` has no limit of its own; the console sets one that no person meets.
const LONGEST_TEXT: usize = 20_000;

/// So many reports at most are closed by one deed of a batch: between two of them others come to their turn.
pub const PART: usize = 20;
/// A warning is one deed with all its reports: in a batch it has no more than these, which is a third of what a token has.
pub const MOST_WITH_A_WARNING: usize = 100;

/// What a deed is about, as it stands, with the permit for it.
struct About {
    instance: Arc<Instance>,
    account: Account,
    open: Vec<OpenReport>,
    permit: Permit,
}

/// Refused before any intent where hands are off.
async fn about(context: &Context, instance: &str, account: &str) -> Result<About, Problem> {
    let instance = context.instance(instance)?.clone();
    context.permit(Permission::DecideReports, Some(&instance.name)).await?;
    let id: AccountId = account.parse().map_err(|_| malformed_form())?;
    let (account, open) = {
        let mut read = instance.database.read().await.map_err(read_problem)?;
        (read.account_or_gone(id).await.map_err(read_problem)?, read.open_reports(id).await.map_err(read_problem)?)
    };
    let account = account.ok_or_else(|| Problem::not_found("This account no longer exists on the instance."))?;
    let own = acting::able_own(context, &instance).await?;
    let object = context.case(&instance, &account, &open, own.as_ref()).await?;
    // Whoever is linked decides about staff by rank, which is compared below; for all others the matrix holds.
    let permit = match (account.is_staff(), &own) {
        (false, _) => context.permit(Permission::DecideReports, object).await?,
        (true, Some(_)) if context.actor.role == Role::Moderator => access::permit_by_rank(&context.actor, object)
            .map_err(|denied| {
                Problem::new(Kind::Forbidden, format!("Nothing was done: {denied}."), "Ask an owner or admin.")
            })?,
        (true, _) => context.permit(Permission::DecideAboutStaff, object).await?,
    };
    if let Some(why) = hands_off(context, &instance, &account, own.as_ref(), &open) {
        let reporters = open.iter().map(|report| report.reporter);
        if own.as_ref().is_some_and(|own| own.own_case(account.id, reporters).is_some()) {
            context.note_own(Permission::DecideReports, Some(&instance.name), OwnTry::Case).await;
        }
        return Err(Problem::new(Kind::Forbidden, why, ""));
    }
    if let Some(why) = own_beyond(&instance, &account, own.as_ref(), &open).await.map_err(read_problem)? {
        context.note_own(Permission::DecideReports, Some(&instance.name), OwnTry::Case).await;
        return Err(Problem::new(Kind::Forbidden, why, ""));
    }
    Ok(About { instance, account, open, permit })
}

/// Nobody decides about a report of their own, open or closed.
async fn not_my_own(context: &Context, instance: &Instance, state: &ReportState) -> Result<(), Problem> {
    let own = acting::able_own(context, instance).await?;
    match own.and_then(|own| own.own_case(state.target, [state.reporter])) {
        Some(why) => {
            context.note_own(Permission::DecideReports, Some(&instance.name), OwnTry::Case).await;
            Err(Problem::new(Kind::Forbidden, why, ""))
        }
        None => Ok(()),
    }
}

/// Nobody decides a case that somebody else holds.
async fn free_or_mine(context: &Context, instance: &Instance, account: AccountId) -> Result<(), Problem> {
    let now = context.now();
    let claim = case_claims::of(&context.app.store, &instance.name, account, now).await.map_err(store_problem)?;
    match claim {
        Some(claim) if claim.operator != context.actor.operator => {
            let name = operators::by_id(&context.app.store, &claim.operator)
                .await
                .map_err(store_problem)?
                .map_or_else(|| "somebody else".to_owned(), |person| person.name);
            let (who, remedy) = if context.actor.is_told_names() {
                (name, "Ask them to unassign it; what you typed is kept.")
            } else {
                let remedy = "It is unassigned ten minutes after they last opened it; what you typed is kept.";
                (ON_THE_TEAM.to_owned(), remedy)
            };
            let said = format!("Nothing was done: this case is assigned to {who}.");
            Err(Problem::new(Kind::Conflict, said, remedy))
        }
        _ => Ok(()),
    }
}

/// What the queue says must be new at once after a deed of ours.
async fn refresh(context: &Context, instance: &Instance) {
    instance.open_reports.refresh(&instance.database, context.now()).await;
}

pub async fn decide(context: Context, form: DecideForm) -> Result<String, Problem> {
    let About { instance, account, permit, .. } = about(&context, &form.instance, &form.account).await?;
    let decision: Decision = form.decision.parse().map_err(|()| malformed_form())?;
    let reports: Vec<ReportId> = form
        .reports
        .split(',')
        .filter(|part| !part.is_empty())
        .map(|part| part.parse().map_err(|_| malformed_form()))
        .collect::<Result<_, _>>()?;
    let state_before: AccountState = serde_json::from_str(&form.state).map_err(|_| malformed_form())?;
    let preset = match form.preset.as_str() {
        "" => None,
        id => Some(id.parse().map_err(|_| malformed_form())?),
    };
    if let Some(why) = account.only_closable().filter(|_| decision != Decision::Resolve) {
        return Err(Problem::new(Kind::Invalid, why, "Nothing was done."));
    }
    if decision == Decision::Resolve && reports.is_empty() {
        return Err(Problem::new(Kind::Invalid, "There are no open reports to resolve.", "Reload the page."));
    }
    if reports.is_empty() && context.actor.role == Role::Contractor {
        return Err(Problem::new(
            Kind::Forbidden,
            "Contractors decide reports, and this account has no open ones.",
            "A moderator, admin or owner of this console can act on it.",
        ));
    }
    if decision == Decision::Disable && !account.has_login {
        return Err(Problem::new(Kind::Invalid, "This account has no login here, so it can’t be frozen.", ""));
    }
    if decision.is_in_force(account.state) && decision.is_in_force(state_before) {
        let what = format!("Nothing was done: the account is already {}.", in_force(decision).to_lowercase());
        return Err(Problem::new(Kind::Conflict, what, "Mark the reports as resolved, or warn the user."));
    }
    let (text, why) = checked_words(decision, &form.text, preset.is_some(), or_chosen(&form.why, &form.chosen))?;
    free_or_mine(&context, &instance, account.id).await?;
    // Where each report costs a call, a large case would take all calls of the team.
    let a_call_each = matches!(decision, Decision::Resolve | Decision::Warn);
    let client = acting::client(&context.app, &context.actor.operator, &instance).await.map_err(store_problem)?;
    let at_once = if a_call_each && reports.len() > PART { client.for_one_deed() } else { usize::MAX };
    let mut reports = reports;
    let later = reports.split_off(at_once.min(reports.len()));
    let unread = form.unread.parse().unwrap_or(0).clamp(0, MOST_COUNTED);
    let rest = closings(&instance, &account, &reports, &later, unread, state_before);
    let deed = DecideCase {
        instance: instance.name.clone(),
        account: account.id,
        acct: account.acct(),
        decision,
        reports,
        unread,
        others: later,
        state_before,
        text,
        preset,
        send_email: form.mail == "yes" && account.has_login,
    };
    let done = carry_out(context.clone(), instance.clone(), permit, deed, why.clone()).await;
    refresh(&context, &instance).await;
    let done = done?;
    if !rest.is_empty() {
        // What is not known to be done is not gone on with.
        if done.outcome != Outcome::Succeeded {
            return done.landed(&path::case(&instance.name, account.id));
        }
        let batch = batches::service::begin(&context, &instance, rest, why).await?;
        return done.landed(&batch);
    }
    let to = match form.next.parse::<AccountId>() {
        Ok(next) => path::case(&instance.name, next),
        Err(_) => path::reports(&instance.name),
    };
    done.landed(&format!("{to}{}", filter_in(&form.back)))
}

/// The filter of the queue in the address of a page, as a query.
fn filter_in(page: &str) -> String {
    let search = page.split_once('?').map_or("", |(_, search)| search);
    let search = search.split('#').next().unwrap_or_default();
    Search::parse(search).only(&QueueFilter::KEYS)
}

/// Where a form about an account leads: back to the page it stood on, its case or its own, or else to the case.
pub fn where_it_stood(back: &str, instance: &Instance, account: AccountId) -> String {
    let case = path::case(&instance.name, account);
    let is_it = |page: &str| back.strip_prefix(page).is_some_and(|rest| rest.is_empty() || rest.starts_with('?'));
    if is_it(&case) || is_it(&path::account(&instance.name, account)) { path::ours(back) } else { case }
}

/// Deeds that close the reports of one decision which its first deed leaves, a few each.
fn closings(
    instance: &Instance,
    account: &Account,
    now: &[ReportId],
    later: &[ReportId],
    unread: i64,
    state_before: AccountState,
) -> Vec<InBatch> {
    let all: Vec<ReportId> = now.iter().chain(later).copied().collect();
    let part = |reports: &[ReportId]| {
        InBatch::DecideCase(DecideCase {
            instance: instance.name.clone(),
            account: account.id,
            acct: account.acct(),
            decision: Decision::Resolve,
            reports: reports.to_vec(),
            unread,
            others: all.iter().filter(|id| !reports.contains(id)).copied().collect(),
            state_before,
            text: String::new(),
            preset: None,
            send_email: false,
        })
    };
    later.chunks(PART).map(part).collect()
}

/// Why an account is left out of a decision about many; `None` where it is this person's to decide, and something would
/// change.
///
/// # Errors
/// If the instance's database or the console's own store does not answer.
pub async fn left_out(
    context: &Context,
    instance: &Instance,
    account: &Account,
    open: &[OpenReport],
    own: Option<&Own>,
    decision: Decision,
) -> Result<Option<String>, Problem> {
    let object = context.case(instance, account, open, own).await?;
    let hands = untouched(context, &object)
        .or_else(|| hands_off(context, instance, account, own, open))
        .or_else(|| account.only_closable().filter(|_| decision != Decision::Resolve).map(str::to_owned));
    if hands.is_some() {
        return Ok(hands);
    }
    if let Some(why) = own_beyond(instance, account, own, open).await.map_err(read_problem)? {
        return Ok(Some(why));
    }
    let number = open.len();
    Ok(if decision.is_in_force(account.state) {
        Some(format!("{} already: nothing would change.", in_force(decision)))
    } else if decision == Decision::Disable && !account.has_login {
        Some("It has no login here that could be frozen.".to_owned())
    } else if decision != Decision::Resolve && number > MOST_READ {
        Some(format!("{} open reports: it is decided on its own page.", ui::grouped(number)))
    } else if decision == Decision::Warn && number > MOST_WITH_A_WARNING {
        Some(format!("{} open reports: a warning about so many is given on its own page.", ui::grouped(number)))
    } else {
        None
    })
}

/// How an account stands on which a sanction is in force, as a clause begins.
pub fn in_force(decision: Decision) -> String {
    let state = decision.leaves(AccountState::default());
    text::capital(state.words().first().copied().unwrap_or_default())
}

/// What was typed about a decision, checked: the words to the person, and the reason for the record.
pub fn checked_words(decision: Decision, text: &str, preset: bool, why: &str) -> Result<(String, Why), Problem> {
    let text = text.replace("\r\n", "\n").trim().to_owned();
    if text.chars().count() > LONGEST_TEXT {
        return Err(Problem::invalid("text", "The text is longer than 20,000 characters."));
    }
    if decision == Decision::Warn && text.is_empty() && !preset {
        return Err(Problem::invalid("text", "A warning needs a message: write one, or choose a warning preset."));
    }
    // The words to the person are a reason too; only a sanction without either has none.
    let needs_why = !matches!(decision, Decision::Resolve | Decision::Warn) && text.is_empty() && !preset;
    let why = Why::given(why, needs_why)?;
    Ok((text, why))
}

/// Begins a batch: a deed for each case, with the reports the person saw.
pub async fn decide_many(context: Context, form: DecideManyForm) -> Result<String, Problem> {
    let instance = context.instance(&form.instance)?.clone();
    context.permit(Permission::DecideReports, Some(&instance.name)).await?;
    let decision: Decision = form.decision.parse().map_err(|()| malformed_form())?;
    let seen: Vec<(AccountId, Vec<ReportId>)> = serde_json::from_str(&form.seen).map_err(|_| malformed_form())?;
    if seen.is_empty() {
        return Err(Problem::new(Kind::Invalid, "Nothing was done: no cases are selected.", "Select some first."));
    }
    if let Some(refused) = batches::too_many(context.actor.role, seen.len()) {
        return Err(Problem::new(Kind::Invalid, refused, "Select fewer, or ask an admin."));
    }
    let (text, why) = checked_words(decision, &form.text, false, or_chosen(&form.why, &form.chosen))?;
    let mut deeds = Vec::new();
    let mut refused = None;
    let own = acting::able_own(&context, &instance).await?;
    let mut found = Vec::new();
    {
        let mut read = instance.database.read().await.map_err(read_problem)?;
        for (id, reports) in seen {
            // Whom no report names any more has no case.
            let Some(account) = read.account_or_gone(id).await.map_err(read_problem)? else { continue };
            found.push((account, read.open_reports(id).await.map_err(read_problem)?, reports));
        }
    }
    for (account, open, reports) in found {
        // What is not this person's to decide is left to others, and what is in force is not given once more, as the preview
        // says.
        if let Some(why) = left_out(&context, &instance, &account, &open, own.as_ref(), decision).await? {
            refused.get_or_insert(why);
            continue;
        }
        if reports.is_empty() {
            continue;
        }
        if decision == Decision::Resolve && reports.len() > PART {
            deeds.extend(closings(&instance, &account, &[], &reports, 0, account.state));
            continue;
        }
        deeds.push(InBatch::DecideCase(DecideCase {
            instance: instance.name.clone(),
            account: account.id,
            acct: account.acct(),
            decision,
            reports,
            unread: 0,
            others: Vec::new(),
            state_before: account.state,
            text: text.clone(),
            preset: None,
            send_email: form.mail == "yes" && account.has_login,
        }));
    }
    match refused {
        Some(why) if deeds.is_empty() => {
            context.note_denied(Permission::DecideReports, Some(&instance.name)).await;
            Err(Problem::new(Kind::Forbidden, why, "You can’t decide any of the selected cases."))
        }
        _ => batches::service::begin(&context, &instance, deeds, why).await,
    }
}

/// Carries one decision of a batch out, with everything that is asked of a single one.
///
/// # Errors
/// Hands off, held by somebody else, or the deed's own.
pub async fn carry(context: Context, deed: DecideCase, why: Why) -> Result<Done, Problem> {
    let About { instance, account, permit, .. } =
        about(&context, deed.instance.as_str(), &deed.account.to_string()).await?;
    free_or_mine(&context, &instance, account.id).await?;
    carry_out(context, instance, permit, deed, why).await
}

/// Whom a case may be handed to: everybody else who may decide it now, and whose own case it is not.
pub async fn colleagues(
    context: &Context,
    instance: &Instance,
    target: &Account,
    open: &[OpenReport],
) -> Result<Vec<(String, String)>, Problem> {
    // Who works here is no contractor's to know: they give a case back.
    if !context.actor.is_told_names() {
        return Ok(Vec::new());
    }
    let people = acting::actors(&context.app.store, context.now()).await.map_err(store_problem)?;
    let mut colleagues = Vec::new();
    // One transaction for all of them, however many there are.
    let mut read = instance.database.read().await.map_err(read_problem)?;
    for person in people.into_iter().filter(|person| person.operator != context.actor.operator) {
        let theirs = Context::of_job(context.app.clone(), person);
        // Whoever's own account does not stand, or cannot be read, is not handed anything.
        let Ok(own) = acting::able_own_in(&theirs, instance, &mut read).await else { continue };
        let beyond = own_beyond(instance, target, own.as_ref(), open).await.map_err(read_problem)?;
        if hands_off(&theirs, instance, target, own.as_ref(), open).or(beyond).is_none() {
            colleagues.push((theirs.actor.operator.0, theirs.actor.name));
        }
    }
    Ok(colleagues)
}

pub async fn hand_over(
    context: Context,
    instance: String,
    account: String,
    to: String,
    note: String,
    back: String,
) -> Result<String, Problem> {
    let About { instance, account, open, permit } = about(&context, &instance, &account).await?;
    let note = Message::typed("note", &note)?;
    let (to, to_name) = colleagues(&context, &instance, &account, &open)
        .await?
        .into_iter()
        .find(|(id, _)| *id == to)
        .ok_or_else(|| Problem::invalid("to", "Choose a colleague who may decide here."))?;
    let to = OperatorId(to);
    let deed = HandOverCase {
        instance: instance.name.clone(),
        account: account.id,
        acct: account.acct(),
        to: to.clone(),
        to_name: to_name.clone(),
        note: note.clone(),
    };
    let app = context.app.clone();
    let sealed = if note.is_empty() {
        None
    } else {
        let said = HandedNote { by: context.actor.operator.clone(), text: note.to_string() };
        Some(case_claims::seal_note(&app.keys, &instance.name, account.id, &said).map_err(store_problem)?)
    };
    let (from, now) = (context.actor.operator.clone(), context.now());
    let (on, account, from, to, sealed) = (&instance.name, account.id, &from, &to, sealed.as_deref());
    let handed = recorded(&app, permit, deed, Why::kept(note.as_str()), |store| async move {
        case_claims::hand_over(&store, on, account, from, to, sealed, now).await
    })
    .await?;
    if let Some(entry) = handed {
        Ok(path::done(&format!("{}{}", path::reports(&instance.name), filter_in(&back)), entry))
    } else {
        Err(Problem::new(
            Kind::Conflict,
            "The case is no longer assigned to you, so nothing was changed.",
            "Assign it to yourself first.",
        ))
    }
}

/// How many reports of a case show there who holds it: each costs a call, which are people's to decide with.
const MIRRORED: usize = 20;

/// How often one person takes cases or gives them back.
const CLAIMS_A_MINUTE: Limit = Limit::Within { window: MINUTE, most: 60 };
const CLAIMS_AN_HOUR: Limit = Limit::Within { window: HOUR, most: 300 };

pub async fn claim_case(
    context: Context,
    instance: String,
    account: String,
    claim: String,
    back: String,
) -> Result<String, Problem> {
    let About { instance, account, open, permit } = about(&context, &instance, &account).await?;
    let claim = claim == "yes";
    let held =
        case_claims::of(&context.app.store, &instance.name, account.id, context.now()).await.map_err(store_problem)?;
    free_or_mine(&context, &instance, account.id).await?;
    // Taking a case and giving it back again changes nothing, and each is two entries.
    let _counts = context.reserve("cases taken or given back", "case assignments", CLAIMS_A_MINUTE).await?;
    let _counts =
        context.reserve("cases taken or given back in an hour", "case assignments an hour", CLAIMS_AN_HOUR).await?;
    let deed = ClaimCase {
        instance: instance.name.clone(),
        account: account.id,
        acct: account.acct(),
        reports: open.iter().map(|report| report.id).take(MIRRORED).collect(),
        claim,
        held_before: held.map(|claim| claim.operator),
    };
    let done = carry_out(context.clone(), instance.clone(), permit, deed, "").await;
    refresh(&context, &instance).await;
    let done = done?;
    done.landed(&where_it_stood(&back, &instance, account.id))
}

pub async fn reopen(
    context: Context,
    instance: String,
    account: String,
    report: String,
    why: String,
    back: String,
) -> Result<String, Problem> {
    let About { instance, account, permit, .. } = about(&context, &instance, &account).await?;
    let report: ReportId = report.parse().map_err(|_| malformed_form())?;
    let why = Why::given(&why, false)?;
    belongs(&context, &instance, report, account.id).await?;
    let deed = ReopenReport { instance: instance.name.clone(), account: account.id, acct: account.acct(), report };
    let done = carry_out(context.clone(), instance.clone(), permit, deed, why).await;
    refresh(&context, &instance).await;
    done?.landed(&where_it_stood(&back, &instance, account.id))
}

/// A report named in a form must be about the account the rights were checked for, and not one's own.
async fn belongs(context: &Context, instance: &Instance, report: ReportId, account: AccountId) -> Result<(), Problem> {
    let state = {
        let mut read = instance.database.read().await.map_err(read_problem)?;
        read.report_state(report).await.map_err(read_problem)?
    };
    match state {
        Some(state) if state.target == account && !context.actor.sees(&instance.name, state.category) => {
            Err(Problem::new(
                Kind::Forbidden,
                format!("This report is outside your grant: {}.", state.category.word()),
                "A moderator, admin or owner of this console decides it.",
            ))
        }
        Some(state) if state.target == account => not_my_own(context, instance, &state).await,
        _ => Err(Problem::not_found(format!("Report {report} doesn’t exist for this account."))),
    }
}

pub async fn change_category(context: Context, form: CategoryForm) -> Result<String, Problem> {
    let About { instance, account, permit, .. } = about(&context, &form.instance, &form.account).await?;
    let report: ReportId = form.report.parse().map_err(|_| malformed_form())?;
    let after: Category = form.category.parse().map_err(|()| malformed_form())?;
    let (before, rules_before): (Category, Vec<RuleId>) =
        serde_json::from_str(&form.seen).map_err(|_| malformed_form())?;
    let rules: Vec<RuleId> =
        form.rules.iter().map(|rule| rule.parse().map_err(|_| malformed_form())).collect::<Result<_, _>>()?;
    belongs(&context, &instance, report, account.id).await?;
    let deed = ChangeCategory {
        instance: instance.name.clone(),
        account: account.id,
        acct: account.acct(),
        report,
        before,
        after,
        rules_before,
        rules_after: if after == Category::Violation { rules } else { Vec::new() },
    };
    let done = carry_out(context.clone(), instance.clone(), permit, deed, "").await;
    refresh(&context, &instance).await;
    done?.landed(&where_it_stood(&form.back, &instance, account.id))
}

pub async fn reverse(
    context: Context,
    instance: String,
    account: String,
    reversal: String,
    state: String,
    why: String,
    back: String,
) -> Result<String, Problem> {
    let About { instance, account, permit, .. } = about(&context, &instance, &account).await?;
    let reversal: Reversal = reversal.parse().map_err(|()| malformed_form())?;
    let state_before: AccountState = serde_json::from_str(&state).map_err(|_| malformed_form())?;
    if let Some(gone) = account.only_closable() {
        return Err(Problem::new(Kind::Invalid, gone, "Nothing was done."));
    }
    if let Some(why) = cannot_reverse(&context, &instance, &account, reversal).await? {
        return Err(Problem::new(
            Kind::Conflict,
            format!("Nothing was done: {why}"),
            "The page shows the current state.",
        ));
    }
    let why = Why::given(&why, context.actor.role == Role::Contractor)?;
    let deed = ReverseSanction {
        instance: instance.name.clone(),
        account: account.id,
        acct: account.acct(),
        reversal,
        state_before,
    };
    let mut done = carry_out(context.clone(), instance.clone(), permit, deed, why).await?;
    if done.facts["no login"] == true {
        done.said.get_or_insert_with(|| record::NO_LOGIN.to_owned());
    }
    done.landed(&where_it_stood(&back, &instance, account.id))
}

/// All that a reveal reads is there within this, or not known.
const LONGEST_REVEAL: Duration = Duration::from_secs(2);

pub async fn reveal(
    context: Context,
    instance: String,
    account: String,
    what: String,
    why: String,
    back: String,
) -> Result<String, Problem> {
    let instance = context.instance(&instance)?.clone();
    context.permit(Permission::Reveal, Some(&instance.name)).await?;
    let id: AccountId = account.parse().map_err(|_| malformed_form())?;
    let masked = match what.as_str() {
        "email" => Masked::Email,
        "address" => Masked::SignUpAddress,
        seen if seen.starts_with("seen:") => {
            Masked::SeenAddress(Hashed::typed("what", seen.trim_start_matches("seen:"))?)
        }
        other => match other.strip_prefix("post:").and_then(|id| id.parse().ok()) {
            Some(post) => Masked::PrivatePost(post),
            None => return Err(malformed_form()),
        },
    };
    let (account, open) = {
        let mut read = instance.database.read().await.map_err(read_problem)?;
        (read.account(id).await.map_err(read_problem)?, read.open_reports(id).await.map_err(read_problem)?)
    };
    let account = account.ok_or_else(|| Problem::not_found("This account no longer exists on the instance."))?;
    let own = acting::able_own(&context, &instance).await?;
    let object = context.case(&instance, &account, &open, own.as_ref()).await?;
    let permit = context.permit(Permission::Reveal, object).await?;
    let why = Why::given(&why, true)?;
    let mut read = instance.database.read().await.map_err(read_problem)?;
    budget::take_one(&context).await?;
    let deed = Reveal { instance: instance.name.clone(), account: id, acct: account.acct(), what: masked };
    let warrant = opened(&context.app, permit, deed, why).await?;
    let until = Instant::now() + LONGEST_REVEAL;
    let mut seen_from = None;
    let found = match &warrant.deed().what {
        Masked::Email => Ok(account.email.as_ref().and_then(|email| email.reveal(&warrant)).map(str::to_owned)),
        Masked::SignUpAddress => {
            Ok(account.sign_up_ip.as_ref().and_then(|address| address.reveal(&warrant)).map(str::to_owned))
        }
        Masked::SeenAddress(name) => seen_address(&mut read, &context, id, name.as_str()).await.map(|found| {
            seen_from = found;
            seen_from.as_ref().and_then(|address| address.reveal(&warrant)).map(str::to_owned)
        }),
        Masked::PrivatePost(_) => private_post(&mut read, &warrant, account.domain.is_some()).await,
    };
    drop(read);
    let others = match &found {
        Ok(Some(_)) => {
            let domain = account.email.as_ref().and_then(Hidden::domain);
            let (address, domain) = match warrant.deed().what {
                Masked::Email => (None, domain),
                Masked::SignUpAddress => (account.sign_up_ip.clone(), domain),
                Masked::SeenAddress(_) => (seen_from.clone(), domain),
                Masked::PrivatePost(_) => (None, None),
            };
            Others::read(&context, &instance, &warrant, address, domain, until).await
        }
        Ok(None) | Err(_) => None,
    };
    let answer = match &found {
        Ok(Some(_)) => Answer::Accepted { body: others.as_ref().map_or_else(|| json!({}), Others::accounts) },
        Ok(None) => Answer::NotSent { why: "there was nothing to show".to_owned() },
        Err(error) => Answer::NotSent { why: error.to_string() },
    };
    let facts = others.as_ref().map_or_else(|| json!({}), Others::facts);
    let answered = closed_as_read(&context.app, warrant, answer, facts).await?;
    let value = found.map_err(read_problem)?.ok_or_else(|| Problem::not_found("There is nothing to reveal."))?;
    let title = match answered.deed().what {
        Masked::Email => "Email address",
        Masked::SignUpAddress => "Sign-up IP address",
        Masked::PrivatePost(_) => "Private post",
        Masked::SeenAddress(_) => "IP address",
    };
    let beside = match others {
        Some(others) => beside(&context, &instance, others).await?,
        None => Vec::new(),
    };
    let text = serde_json::to_string(&(id, title, ui::tame(&value), beside)).map_err(store_problem)?;
    let shown = drafts::keep(
        &context.app.store,
        &context.app.keys,
        Some(&context.actor.operator),
        &shown_as(&instance.name),
        &text,
        context.now(),
    )
    .await
    .map_err(store_problem)?;
    Ok(path::with(&path::ours(&back), "shown", &shown))
}

/// A private post with everything it holds: content warning, text, poll, what it quotes, what it said before.
async fn private_post(
    read: &mut Read,
    warrant: &Warrant<Reveal>,
    remote: bool,
) -> Result<Option<String>, DatabaseError> {
    let Masked::PrivatePost(status) = warrant.deed().what else { return Ok(None) };
    let Some((spoiler, text)) = read.private_post(warrant).await? else { return Ok(None) };
    let held = read.held(&[status], Some(warrant)).await?;
    let mut parts: Vec<String> = [spoiler, text]
        .iter()
        .map(|text| super::words::plain_text(text, remote))
        .filter(|text| !text.is_empty())
        .collect();
    parts.extend(besides(status, &held, remote));
    Ok(Some(parts.join("\n\n")))
}

/// The address an account was seen from that a form names by its keyed hash.
async fn seen_address(
    read: &mut Read,
    context: &Context,
    account: AccountId,
    name: &str,
) -> Result<Option<Hidden>, DatabaseError> {
    let Some(user) = read.user_of(account).await? else { return Ok(None) };
    let seen = read.seen_from(user).await?;
    Ok(seen.into_iter().map(|seen| seen.address).find(|address| address.exactly(&context.app.keys, account) == name))
}

/// What is different in an account's sanctions, in a clause.
async fn state_changed(
    read: &mut Read,
    account: AccountId,
    before: AccountState,
) -> Result<Option<String>, DatabaseError> {
    let Some(now) = read.account_or_gone(account).await? else {
        return Ok(Some("the account is gone".to_owned()));
    };
    if now.state.sanctions() == before.sanctions() {
        return Ok(None);
    }
    let words = |state: AccountState| {
        let words = state.words();
        if words.is_empty() { "without a sanction".to_owned() } else { words.join(", ") }
    };
    Ok(Some(format!("you saw the account {}, and it is {} by now", words(before), words(now.state))))
}

/// How many more open reports than the page named, of a case too large to be read, leave a decision as it was meant.
const FEW_MORE: i64 = 100;

impl Carry for DecideCase {
    async fn stale_reason(&self, read: &mut Read) -> Result<Option<String>, DatabaseError> {
        if self.reports.len() > MOST_READ {
            return Ok(Some(format!(
                "it has more than {MOST_READ} open reports and has to be decided on its own page"
            )));
        }
        let mut now = read.open_reports(self.account).await?;
        let mut more = 0;
        if self.unread > 0 {
            now.truncate(MOST_READ);
            let seen = self.reports.len() + self.others.len();
            let named = i64::try_from(seen).unwrap_or(i64::MAX).saturating_add(self.unread);
            more = read.open_number(self.account, MOST_COUNTED).await?.saturating_sub(named);
        }
        let now: BTreeSet<ReportId> = now.iter().map(|report| report.id).collect();
        let ours: BTreeSet<ReportId> = self.reports.iter().copied().collect();
        let seen: BTreeSet<ReportId> = ours.iter().chain(&self.others).copied().collect();
        // Of a case too large to be read, those after the last that was shown are the ones that were only counted.
        let last = seen.last().filter(|_| self.unread > 0 && !self.others.is_empty());
        // A decision whose first deed is done goes on with what was seen: what comes in meanwhile stays open.
        let goes_on = self.others.iter().any(|id| !now.contains(id));
        let came = now.difference(&seen).filter(|id| !goes_on && last.is_none_or(|last| *id <= last)).count();
        let went = ours.difference(&now).count();
        let mut changed = Vec::new();
        // In a wave a few more than were named are no news.
        if more > FEW_MORE && !goes_on {
            changed.push(format!("{more} more reports came in than you were told"));
        }
        if came > 0 {
            changed.push(format!("{} came in that you haven’t seen", ui::count(came, "report", "reports")));
        }
        if went > 0 {
            changed.push(format!(
                "{} resolved by somebody else",
                if went == 1 { "1 report was".to_owned() } else { format!("{went} reports were") }
            ));
        }
        if let Some(state) = state_changed(read, self.account, self.state_before).await? {
            changed.push(state);
        }
        Ok((!changed.is_empty()).then(|| changed.join(", and ")))
    }

    async fn send(warrant: Warrant<Self>, _: &Context, _: &Instance, client: &Client) -> Answered<Self> {
        client.decide_case(warrant).await
    }

    /// A case that is decided is nobody's any more.
    async fn afterwards(&self, app: &App, _: i64, outcome: Outcome) -> sqlx::Result<()> {
        match outcome {
            // The same person goes on with it in the background.
            Outcome::Succeeded | Outcome::Unknown if !self.others.is_empty() => Ok(()),
            Outcome::Succeeded | Outcome::Unknown => case_claims::end(&app.store, &self.instance, self.account).await,
            Outcome::Partly | Outcome::Failed | Outcome::Stale | Outcome::Refused => Ok(()),
        }
    }

    async fn evidence(&self, mark: Mark, acting: AccountId, read: &mut Read) -> Result<Evidence, DatabaseError> {
        let closed = read.closed_among(&self.reports).await?;
        let log = read.log_after(mark, acting).await?;
        let resolved: BTreeSet<i64> = log
            .iter()
            .filter(|row| row.action == "resolve" && row.target_type == "Report")
            .map(|row| row.target_id)
            .collect();
        let about = read.resolved_after(mark, acting, self.account).await?;
        let user = read.user_of(self.account).await?;
        // The same account may do others at the same time.
        let is_own = |row: &LogRow| match row.target_type.as_str() {
            "Report" => about.contains(&row.target_id),
            _ => is_of_account(row, self.account, user),
        };
        let ours = self.reports.iter().filter(|report| resolved.contains(&report.0)).count();
        let strikes = read.strikes_after(mark, acting, self.account).await?;
        let struck = self.decision.strike().map(|wanted| strikes.iter().any(|strike| strike.action == wanted));
        let state = read.account(self.account).await?.map(|account| account.state);
        let sanctioned = state.is_none_or(|state| match self.decision {
            Decision::Resolve | Decision::Warn => true,
            Decision::Disable => state.disabled,
            Decision::Sensitive => state.sensitized,
            Decision::Silence => state.silenced,
            Decision::Suspend => state.suspended,
        });
        let all_closed = closed.len() == self.reports.len();
        let trace = match struck {
            Some(true) if all_closed => Trace::Whole,
            Some(true) => Trace::Part,
            Some(false) => Trace::None,
            None if ours == self.reports.len() => Trace::Whole,
            None if ours > 0 => Trace::Part,
            None => Trace::None,
        };
        Ok(Evidence {
            trace,
            // A warning leaves no state behind: without its strike nothing says that it was given.
            state_is_right: all_closed && sanctioned && (self.decision != Decision::Warn || struck == Some(true)),
            facts: json!({ "closed": closed.len(), "strike": struck, "others closed": about.len().saturating_sub(ours) }),
            seen: json!({
                "account": state,
                "reports closed": closed,
                "log rows": log.iter().filter(|row| is_own(row)).map(LogRow::words).collect::<Vec<_>>(),
                "strikes": strikes.iter().map(|strike| strike.id.to_string()).collect::<Vec<_>>(),
            }),
        })
    }
}

/// Whether a row of the log is about an account, or about its login.
fn is_of_account(row: &LogRow, account: AccountId, user: Option<i64>) -> bool {
    match row.target_type.as_str() {
        "User" => Some(row.target_id) == user,
        "Account" => row.target_id == account.0,
        _ => false,
    }
}

impl Carry for ReverseSanction {
    async fn stale_reason(&self, read: &mut Read) -> Result<Option<String>, DatabaseError> {
        state_changed(read, self.account, self.state_before).await
    }

    async fn send(warrant: Warrant<Self>, _: &Context, _: &Instance, client: &Client) -> Answered<Self> {
        client.reverse_sanction(warrant).await
    }

    async fn evidence(&self, mark: Mark, acting: AccountId, read: &mut Read) -> Result<Evidence, DatabaseError> {
        let log = read.log_after(mark, acting).await?;
        let user = read.user_of(self.account).await?;
        let is_own = |row: &&LogRow| is_of_account(row, self.account, user);
        let traced = log.iter().filter(is_own).any(|row| row.action == self.reversal.verb());
        let account = read.account(self.account).await?;
        // Its data may have gone meanwhile: then the suspension is lifted, and nobody is there to come back.
        let no_login = self.reversal == Reversal::Unsuspend
            && account.as_ref().is_some_and(|account| account.domain.is_none() && !account.has_login);
        let state = account.map(|account| account.state);
        let facts = if no_login { json!({ "lifted": traced, "no login": true }) } else { json!({ "lifted": traced }) };
        Ok(Evidence {
            trace: match (traced, no_login) {
                (true, false) => Trace::Whole,
                (true, true) => Trace::Part,
                (false, _) => Trace::None,
            },
            state_is_right: !no_login && state.is_some_and(|state| !self.reversal.applies(state)),
            facts,
            seen: json!({
                "account": state,
                "log rows": log.iter().filter(is_own).map(LogRow::words).collect::<Vec<_>>(),
            }),
        })
    }
}

/// Evidence for a deed about reports: its log rows, and whether the state is right.
fn of_reports(log: &[LogRow], action: &str, reports: &[ReportId], state_is_right: bool) -> Evidence {
    let is_own = |row: &&LogRow| row.target_type == "Report" && reports.contains(&ReportId(row.target_id));
    let is_traced =
        |report: &&ReportId| log.iter().filter(is_own).any(|row| row.action == action && row.target_id == report.0);
    let traced = reports.iter().filter(is_traced).count();
    Evidence {
        trace: match traced {
            0 if !reports.is_empty() => Trace::None,
            some if some < reports.len() => Trace::Part,
            _ => Trace::Whole,
        },
        state_is_right,
        facts: json!({ "log rows": traced }),
        seen: json!({ "log rows": log.iter().filter(is_own).map(LogRow::words).collect::<Vec<_>>() }),
    }
}

impl Carry for ReopenReport {
    async fn stale_reason(&self, read: &mut Read) -> Result<Option<String>, DatabaseError> {
        Ok(match read.report_state(self.report).await? {
            None => Some("the report is gone".to_owned()),
            Some(state) if !state.closed => Some("somebody else reopened it already".to_owned()),
            Some(_) => None,
        })
    }

    async fn send(warrant: Warrant<Self>, _: &Context, _: &Instance, client: &Client) -> Answered<Self> {
        client.reopen_report(warrant).await
    }

    async fn evidence(&self, mark: Mark, acting: AccountId, read: &mut Read) -> Result<Evidence, DatabaseError> {
        let log = read.log_after(mark, acting).await?;
        let open = read.report_state(self.report).await?.is_some_and(|state| !state.closed);
        Ok(of_reports(&log, "reopen", &[self.report], open))
    }
}

impl Carry for ChangeCategory {
    async fn stale_reason(&self, read: &mut Read) -> Result<Option<String>, DatabaseError> {
        Ok(match read.report_state(self.report).await? {
            None => Some("the report is gone".to_owned()),
            Some(state) if state.category != self.before || state.rules != self.rules_before => {
                Some(format!("somebody else changed it to “{}” in the meantime", state.category.word()))
            }
            Some(_) => None,
        })
    }

    async fn send(warrant: Warrant<Self>, _: &Context, _: &Instance, client: &Client) -> Answered<Self> {
        client.change_category(warrant).await
    }

    async fn evidence(&self, mark: Mark, acting: AccountId, read: &mut Read) -> Result<Evidence, DatabaseError> {
        let log = read.log_after(mark, acting).await?;
        let state = read.report_state(self.report).await?;
        let right = state.is_some_and(|state| state.category == self.after && state.rules == self.rules_after);
        Ok(of_reports(&log, "update", &[self.report], right))
    }
}

impl Carry for ClaimCase {
    async fn stale_reason(&self, _: &mut Read) -> Result<Option<String>, DatabaseError> {
        // Who holds it is decided by the store when it is taken; Mastodon's own assignment only mirrors it.
        Ok(None)
    }

    async fn send(warrant: Warrant<Self>, context: &Context, _: &Instance, client: &Client) -> Answered<Self> {
        let deed = warrant.deed().clone();
        let (store, operator) = (&context.app.store, &context.actor.operator);
        let held = if deed.claim {
            case_claims::claim(store, &deed.instance, deed.account, operator, context.now()).await
        } else {
            case_claims::give_back(store, &deed.instance, deed.account, operator).await
        };
        match held {
            Ok(true) => {}
            Ok(false) => {
                let message = if deed.claim { "somebody else was quicker" } else { "it wasn’t assigned to you" };
                let answer = Answer::Refused { status: 409, message: message.to_owned() };
                return warrant.answered(vec![Step { what: "the console’s own list".to_owned(), answer }]);
            }
            Err(error) => return warrant.unsent(error.to_string()),
        }
        if deed.reports.is_empty() {
            let answer = Answer::Accepted { body: json!({}) };
            return warrant.answered(vec![Step { what: "the console’s own list".to_owned(), answer }]);
        }
        client.claim_case(warrant).await
    }

    async fn evidence(&self, mark: Mark, acting: AccountId, read: &mut Read) -> Result<Evidence, DatabaseError> {
        let log = read.log_after(mark, acting).await?;
        let action = if self.claim { "assigned_to_self" } else { "unassigned" };
        let mut right = true;
        for report in &self.reports {
            let assigned = read.report_state(*report).await?.and_then(|state| state.assigned);
            right &= if self.claim { assigned == Some(acting) } else { assigned.is_none() };
        }
        Ok(of_reports(&log, action, &self.reports, right))
    }
}

// Who holds a case by now says nothing of who handed it over.
impl InStore for HandOverCase {
    async fn was_done(&self, _: &App, _: i64) -> sqlx::Result<Option<bool>> {
        Ok(None)
    }
}

// What was shown or not shown to somebody whose process died leaves no trace.
impl InStore for Reveal {
    async fn was_done(&self, _: &App, _: i64) -> sqlx::Result<Option<bool>> {
        Ok(None)
    }
}

impl InStore for RevealMedia {
    async fn was_done(&self, _: &App, _: i64) -> sqlx::Result<Option<bool>> {
        Ok(None)
    }
}
