//! A case is decided: one, or many at once.

use super::{About, about, filter_in, free_or_mine, is_of_account, refresh, state_changed};
use crate::{
    access::{Permission, Role},
    acting::{self, Own},
    batches,
    carry_out::{Carry, Done, Evidence, Trace, carry_out},
    context::{App, Context},
    deeds::{DecideCase, InBatch},
    id::{AccountId, ReportId},
    ledger::{Answered, Mark, Outcome, Warrant},
    mastodon::{
        Instance,
        database::{Account, DatabaseError, LogRow, OpenReport, Read},
        rest::Client,
    },
    path,
    problem::{Kind, Problem, malformed_form},
    reports::{
        AccountState, DecideForm, DecideManyForm, Decision, MOST_COUNTED, MOST_READ,
        service::{
            case::{hands_off, own_beyond, untouched},
            queue::{cases, filter_of, fits, still_next},
            read_problem, store_problem,
        },
    },
    search::Search,
    store::case_claims,
    text::{self, Why, or_chosen},
    ui,
};
use serde_json::json;
use std::collections::BTreeSet;

/// `account_warnings.text` has no limit of its own; the console sets one that no person meets.
const LONGEST_TEXT: usize = 20_000;

/// So many reports at most are closed by one deed of a batch: between two of them others come to their turn.
pub const PART: usize = 20;

/// A warning is one deed with all its reports: in a batch it has no more than these, which is a third of what a token has.
pub const MOST_WITH_A_WARNING: usize = 100;

/// How many more open reports than the page named, of a case too large to be read, leave a decision as it was meant.
const FEW_MORE: i64 = 100;

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
    makes_sense(&context, &account, decision, state_before, !reports.is_empty())?;
    let (text, why) = checked_words(decision, &form.text, preset.is_some(), or_chosen(&form.why, &form.chosen))?;
    free_or_mine(&context, &instance, account.id).await?;
    // Where each report costs a call, a large case would take all calls of the team.
    let a_call_each = matches!(decision, Decision::Resolve | Decision::Warn);
    let client = acting::client(&context.app, &context.actor.operator, &instance).await.map_err(store_problem)?;
    let at_once = if a_call_each && reports.len() > PART { client.for_one_deed() } else { usize::MAX };
    let mut reports = reports;
    let later = reports.split_off(at_once.min(reports.len()));
    let unread = match form.unread.as_str() {
        "" => 0,
        number => number.parse::<i64>().map_err(|_| malformed_form())?.clamp(0, MOST_COUNTED),
    };
    let rest = closings(&instance, &account, &reports, &later, unread, state_before);
    let deed = DecideCase {
        instance: instance.name.clone(),
        account: account.id,
        acct: account.acct(),
        decision,
        reports,
        unread,
        others: later,
        further: false,
        state_before,
        text,
        preset,
        send_email: form.mail == "yes" && account.has_login,
    };
    let done = carry_out(context.clone(), instance.clone(), permit, deed, why.clone()).await;
    refresh(&context, &instance).await;
    let done = done?;
    // What was done must not be offered once more: the case as it stands by now, with what came of it, and no form of the same.
    if done.outcome == Outcome::Partly {
        let case = format!("{}{}", path::case(&instance.name, account.id), filter_in(&form.back));
        return Ok(path::done(&case, done.index));
    }
    if !rest.is_empty() {
        // What is not known to be done is not gone on with.
        if done.outcome != Outcome::Succeeded {
            return done.landed(&path::case(&instance.name, account.id));
        }
        let batch = batches::service::begin(&context, &instance, rest, why).await?;
        return done.landed(&batch);
    }
    let next = match form.next.parse() {
        Ok(named) => goes_on(&context, &instance, &form.back, named, account.id).await,
        Err(_) => None,
    };
    let to = next.map_or_else(|| path::reports(&instance.name), |next| path::case(&instance.name, next));
    done.landed(&format!("{to}{}", filter_in(&form.back)))
}

/// Where somebody goes on: to the next case of their queue, which is not the one that their page named where a colleague was
/// quicker. What cannot be looked up now is as the page had it.
async fn goes_on(
    context: &Context,
    instance: &Instance,
    back: &str,
    named: AccountId,
    decided: AccountId,
) -> Option<AccountId> {
    let queue = async {
        let filter = filter_of(context, &Search::parse(&filter_in(back))).await?;
        Ok::<_, Problem>((filter, cases(context, instance).await?))
    };
    match queue.await {
        Ok((filter, all)) => still_next(&all, named, decided, |case| fits(case, &filter, context.now())),
        Err(_) => Some(named),
    }
}

/// A decision that would change nothing, or that this account cannot have, is refused before any intent.
fn makes_sense(
    context: &Context,
    account: &Account,
    decision: Decision,
    state_before: AccountState,
    reported: bool,
) -> Result<(), Problem> {
    if decision == Decision::Resolve && !reported {
        return Err(Problem::new(Kind::Invalid, "There are no open reports to resolve.", "Reload the page."));
    }
    if !reported && context.actor.role == Role::Contractor {
        return Err(Problem::new(
            Kind::Forbidden,
            "Contractors decide reports, and this account has no open ones.",
            "A moderator, admin or owner of this console can act on it.",
        ));
    }
    if decision.is_in_force(account.state) && decision.is_in_force(state_before) {
        let what = format!("Nothing was done: the account is already {}.", in_force(decision).to_lowercase());
        return Err(Problem::new(Kind::Conflict, what, "Mark the reports as resolved."));
    }
    // What somebody else did since the page was made is told as what they did.
    let as_shown = account.state.sanctions() == state_before.sanctions();
    match account.refuses(decision).filter(|_| as_shown) {
        Some(why) => Err(Problem::new(Kind::Invalid, why, "Nothing was done.")),
        None => Ok(()),
    }
}

/// Deeds that close the reports of one decision which its first deed leaves, a few each: the first of them is the decision where
/// nothing was closed before.
fn closings(
    instance: &Instance,
    account: &Account,
    now: &[ReportId],
    later: &[ReportId],
    unread: i64,
    state_before: AccountState,
) -> Vec<InBatch> {
    let all: Vec<ReportId> = now.iter().chain(later).copied().collect();
    let part = |(number, reports): (usize, &[ReportId])| {
        InBatch::DecideCase(DecideCase {
            instance: instance.name.clone(),
            account: account.id,
            acct: account.acct(),
            decision: Decision::Resolve,
            reports: reports.to_vec(),
            unread,
            others: all.iter().filter(|id| !reports.contains(id)).copied().collect(),
            further: number > 0 || !now.is_empty(),
            state_before,
            text: String::new(),
            preset: None,
            send_email: false,
        })
    };
    later.chunks(PART).enumerate().map(part).collect()
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
        .or_else(|| account.refuses(decision).filter(|_| !decision.is_in_force(account.state)).map(str::to_owned));
    if hands.is_some() {
        return Ok(hands);
    }
    if let Some(why) = own_beyond(instance, account, own, open).await.map_err(read_problem)? {
        return Ok(Some(why));
    }
    let number = open.len();
    Ok(if decision.is_in_force(account.state) {
        Some(format!("{} already: nothing would change.", in_force(decision)))
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
    batches::each_once(seen.iter().map(|(account, _)| account))?;
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
            let open = read.open_reports(id).await.map_err(read_problem)?;
            if context.knows(&instance, &account, &open) {
                found.push((account, open, reports));
            }
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
            further: false,
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
        let went: Vec<ReportId> = ours.difference(&now).copied().collect();
        let resolved = if went.is_empty() { 0 } else { read.closed_among(&went).await?.len() };
        let mut changed = Vec::new();
        // In a wave a few more than were named are no news.
        if more > FEW_MORE && !goes_on {
            changed.push(format!("{more} more reports came in than you were told"));
        }
        if came > 0 {
            changed.push(format!("{} came in that you haven’t seen", ui::count(came, "report", "reports")));
        }
        let were = |number| if number == 1 { "1 report was".to_owned() } else { format!("{number} reports were") };
        if resolved > 0 {
            changed.push(format!("{} resolved by somebody else", were(resolved)));
        }
        // With whoever made it, whose account is gone.
        if went.len() > resolved {
            changed.push(format!("{} deleted on the instance", were(went.len() - resolved)));
        }
        if let Some(preset) = self.preset
            && read.has_preset(preset).await? == Some(false)
        {
            changed.push("the warning preset you chose was deleted".to_owned());
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
