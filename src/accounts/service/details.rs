//! An account's page: its case, and everything else that is known, also by the record.

use super::{deleting::deletion, shown};
use crate::{
    access::{self, Permission},
    accounts::{AccountPage, Details, Made, Place, Sanction, SeenSession, SignUp},
    acting,
    clock::{MINUTE, Timestamp},
    context::Context,
    deeds::{DecideCase, DeleteAccount},
    frame::{self, Framed},
    id::AccountId,
    invitations::service as invitations,
    ledger::{Deed, Filter, LedgerError, Outcome, Subject},
    mastodon::{
        Instance,
        database::{
            Account, DatabaseError, Hidden, LoggedAbout, MOST_ADDRESSES, MOST_SESSIONS, OpenReport, ReportMade,
            SanctionsSince, SeenFrom, SignUpData, StrikeRow, WebSession,
        },
    },
    path,
    problem::Problem,
    record,
    reports::{
        AccountState, Decision,
        service::{Decisions, case_page},
    },
    search::Search,
    store::{operators, store_problem},
    ui,
};
use futures::{FutureExt, TryFutureExt};

/// Of what somebody wrote when they asked to join, so many characters are shown; one more is read.
const LONGEST_WORDS: usize = 500;
/// Entries of the record on one page.
const PAGE: i64 = 20;

struct Facts {
    account: Account,
    since: SanctionsSince,
    strikes: Vec<StrikeRow>,
    logged: Vec<LoggedAbout>,
    came: Option<SignUpData>,
    seen: Vec<SeenFrom>,
    sessions: Vec<WebSession>,
    made: Vec<ReportMade>,
    open: Vec<OpenReport>,
}

async fn facts(instance: &Instance, id: AccountId) -> Result<Option<Facts>, DatabaseError> {
    let mut read = instance.database.read().await?;
    let Some(account) = read.account_or_gone(id).await? else { return Ok(None) };
    let since = read.sanctions_since(id).await?;
    let strikes = read.strikes(id).await?;
    let came = read.sign_up_data(id).await?;
    let user = came.as_ref().map(|came| came.user);
    let logged = read.logged_about(id, user).await?;
    let (seen, sessions) = match user {
        Some(user) => (read.seen_from(user).await?, read.web_sessions(user).await?),
        None => (Vec::new(), Vec::new()),
    };
    let made = read.reports_made(id).await?;
    let open = read.open_reports(id).await?;
    Ok(Some(Facts { account, since, strikes, logged, came, seen, sessions, made, open }))
}

pub async fn account(
    context: &Context,
    instance: &str,
    account: &str,
    search: &str,
) -> Result<Framed<AccountPage>, Problem> {
    let instance = context.instance(instance)?.clone();
    context.permit(Permission::ViewWork, Some(&instance.name)).await?;
    let id: AccountId = account.parse().map_err(|_| missing())?;
    frame::beside(context, &instance, &path::account(&instance.name, id), search, page(context, &instance, id, search))
        .await
}

fn missing() -> Problem {
    Problem::not_found("This account doesn’t exist on the instance.")
}

async fn page(context: &Context, instance: &Instance, id: AccountId, search: &str) -> Result<AccountPage, Problem> {
    let parsed = Search::parse(search);
    let (mut case, brought, facts, (record, older, whole)) = tokio::try_join!(
        case_page(context, instance, id, search).boxed(),
        invitations::of_account(context, instance, id).boxed(),
        facts(instance, id).map_err(Problem::from).boxed(),
        record(context, instance, id, &parsed).boxed(),
    )?;
    case.invitations = brought;
    let facts = facts.ok_or_else(missing)?;
    let own = acting::own(context, instance).await?;
    let object = context.case(instance, &facts.account, &facts.open, own.as_ref()).await?;
    let about = |permission| access::permit(&context.actor, permission, &object).is_ok();
    // Where and how somebody signs in is no part of what anybody can read: it needs a case that is this person's to touch.
    let touched = about(Permission::ViewWork);
    let mut places = Places::default();
    let state = if touched { facts.account.state } else { shown(context, facts.account.state) };
    let data_is_gone = facts.account.data_is_gone();
    let deletion_words = if data_is_gone {
        Some(match deleted_from_here(context, instance, id).await {
            Ok(Some(entry)) => format!("its data was deleted through this console, entry {entry}"),
            Ok(None) if facts.account.state.deleted => "its data has since been deleted".to_owned(),
            Ok(None) => "no data deletion is scheduled".to_owned(),
            Err(_) => NOT_KNOWN.to_owned(),
        })
    } else {
        None
    };
    let sanctioned: Vec<AccountId> = (!state.words().is_empty()).then_some(id).into_iter().collect();
    let decisions = Decisions::about(context, instance, &sanctioned, DecideCase::KIND).await?;
    let details = Details {
        sanctions: sanctions(
            &facts.account,
            state,
            &facts.since,
            &facts.logged,
            deletion_words.as_deref(),
            |row| decisions.who_logged(id, row),
            |action, at, undone| {
                let strike = struck(&facts.strikes, action, at, undone).filter(|_| touched);
                strike.map(|strike| decisions.who_struck(id, strike))
            },
        ),
        data_is_gone,
        sign_up: facts.came.filter(|_| touched).map(|came| SignUp {
            at: came.at,
            locale: came.locale,
            confirmed_at: came.confirmed_at,
            words: came
                .words
                .filter(|_| about(Permission::ViewSignUps))
                .map(|words| shortened(&ui::tame(&words)))
                .unwrap_or_default(),
        }),
        more_sessions: touched && facts.sessions.len() > usize::try_from(MOST_SESSIONS).unwrap_or(0),
        more_places: touched && facts.seen.len() > usize::try_from(MOST_ADDRESSES).unwrap_or(0),
        places: facts
            .seen
            .iter()
            .filter(|_| touched)
            .take(usize::try_from(MOST_ADDRESSES).unwrap_or(0))
            .map(|seen| Place {
                masked: seen.address.masked(),
                group: places.group(&seen.address),
                name: if case.may_reveal { seen.address.exactly(&context.app.keys, id) } else { String::new() },
                used_at: seen.used_at,
            })
            .collect(),
        sessions: facts
            .sessions
            .iter()
            .filter(|_| touched)
            .take(usize::try_from(MOST_SESSIONS).unwrap_or(0))
            .map(|session| SeenSession {
                since: session.since,
                last: session.last,
                group: session.address.as_ref().map(|address| places.group(address)),
                agent: ui::excerpt(&session.agent, 60),
            })
            .collect(),
        // Whom somebody reported is told to those alone who are at their case.
        made: facts
            .made
            .iter()
            .filter(|row| touched && context.actor.sees(&instance.name, row.category))
            .map(made)
            .collect(),
        record,
        older,
        whole,
        deletion: deletion(context, instance, &facts.account, own.as_ref(), &facts.open),
    };
    Ok(AccountPage { case, details })
}

/// What somebody wrote when they asked to join, as far as it is read; that there is more is shown.
fn shortened(words: &str) -> String {
    let mut shown: String = words.chars().take(LONGEST_WORDS).collect();
    if shown.len() < words.len() {
        shown.push('…');
    }
    shown
}

/// Numbers for addresses that count as the same, in the order in which they come up.
#[derive(Default)]
struct Places(Vec<Hidden>);

impl Places {
    fn group(&mut self, address: &Hidden) -> usize {
        let range = address.range();
        let found = self.0.iter().position(|known| *known == range);
        found.unwrap_or_else(|| {
            self.0.push(range);
            self.0.len() - 1
        }) + 1
    }
}

/// What is said where the record does not tell it now.
pub const NOT_KNOWN: &str = "whether its data was deleted through this console can’t be read in the audit log";

/// The deletion of an account's data that was asked for here: its entry in the record, as it was appended.
///
/// # Errors
/// The store's; or that an entry about it is not the one that was appended, so that what it says is not known.
pub async fn deleted_from_here(
    context: &Context,
    instance: &Instance,
    id: AccountId,
) -> Result<Option<i64>, LedgerError> {
    let app = &context.app;
    let filter = Filter {
        subject: Some(app.ledger.subject(&Subject::Account(instance.name.clone(), id))),
        kind: Some(DeleteAccount::KIND.to_owned()),
        limit: 5,
        ..Filter::default()
    };
    for entry in app.ledger.list(&filter).await? {
        let outcome = app.ledger.proved_outcome(entry.index).await.inspect_err(|error| {
            tracing::error!(%error, entry = entry.index, "account.deleted");
        })?;
        if outcome == Some(Outcome::Succeeded) {
            return Ok(Some(entry.index));
        }
    }
    Ok(None)
}

/// Who may have given a sanction of which Mastodon's log has no row: a domain block suspends and limits accounts of other servers
/// alone, and whoever deletes their own account is suspended, without a login (`app/services/delete_account_service.rb`).
/// Whoever is deleted takes their rows of the log along (`admin_action_logs.account_id` cascades).
fn nobody_logged(account: &Account, action: &str) -> String {
    let local = account.domain.is_none();
    let who = match action {
        "suspend" if local && !account.has_login => "deleted by its owner or from the command line",
        "suspend" if local => "from the command line, by the account’s owner, or by a moderator whose account is gone",
        "suspend" | "silence" if !local => {
            "by a domain block, from the command line, or by a moderator whose account is gone"
        }
        _ => "from the command line, or by a moderator whose account is gone",
    };
    format!("no entry in Mastodon’s audit log: {who}")
}

/// Each sanction in force with since when and by whom. The row says when; the log row of that very minute says who. The
/// deletion of its data suspends an account anew and freezes its login, without a row
/// (`app/services/delete_account_service.rb`): what was there before it is what holds.
fn sanctions(
    account: &Account,
    state: AccountState,
    since: &SanctionsSince,
    logged: &[LoggedAbout],
    deletion: Option<&str>,
    who: impl Fn(&LoggedAbout) -> String,
    who_struck: impl Fn(i32, Option<Timestamp>, Option<Timestamp>) -> Option<String>,
) -> Vec<Sanction> {
    let one = |is: bool, word: &str, decision: Decision, at: Option<Timestamp>| {
        let action = decision.action_type().unwrap_or_default();
        let anew = deletion.filter(|_| action == "suspend");
        // Newest first: what was taken back since comes neither from that row nor from that strike.
        let undoes = |row: &&LoggedAbout| undoing(action).is_some_and(|undoing| row.action == undoing);
        let undone = logged.iter().find(undoes).map(|row| row.at);
        let row = logged.iter().take_while(|row| !undoes(row)).find(|row| {
            row.action == action && (anew.is_some() || at.is_none_or(|at| row.at.since(at).abs() < MINUTE))
        });
        let at = if anew.is_some() { row.map(|row| row.at).or(at) } else { at };
        let and_then = anew.map(|words| format!("; {words}")).unwrap_or_default();
        is.then(|| Sanction {
            word: word.to_owned(),
            since: at.or(row.map(|row| row.at)),
            by: match row.map(|row| (row, &row.by_username)) {
                Some((row, Some(_))) => format!("by {}{and_then}", who(row)),
                Some((_, None)) => format!("by a deleted account{and_then}"),
                None if action == "disable" && deletion.is_some() => "with the deletion of its data".to_owned(),
                None if action == "suspend" && since.suspended_by_its_server => "by its own server".to_owned(),
                // Of a log that does not reach back so far the strike is left.
                None => match decision.strike().and_then(|action| who_struck(action, at, undone)) {
                    Some(who) => format!("by {who}"),
                    None => nobody_logged(account, action),
                },
            },
        })
    };
    [
        one(state.suspended, "suspended", Decision::Suspend, since.suspended),
        one(state.silenced, "limited", Decision::Silence, since.silenced),
        one(state.sensitized, "marked as sensitive", Decision::Sensitive, since.sensitized),
        one(state.disabled, "frozen", Decision::Disable, None),
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// The word of Mastodon’s log for taking a sanction back (`app/controllers/api/v1/admin/accounts_controller.rb`).
fn undoing(action: &str) -> Option<&'static str> {
    match action {
        "suspend" => Some("unsuspend"),
        "silence" => Some("unsilence"),
        "sensitive" => Some("unsensitive"),
        "disable" => Some("enable"),
        _ => None,
    }
}

/// The strike of that very minute that gave a sanction; of a freeze, which has no time of its own, the newest of its sort. One
/// from before the sanction was last `undone` gave another.
fn struck(strikes: &[StrikeRow], action: i32, at: Option<Timestamp>, undone: Option<Timestamp>) -> Option<&StrikeRow> {
    strikes
        .iter()
        .find(|strike| strike.action == action && at.is_none_or(|at| strike.created_at.since(at).abs() < MINUTE))
        .filter(|strike| !strike.overruled && strike.by.is_some())
        .filter(|strike| undone.is_none_or(|undone| strike.created_at > undone))
}

fn made(row: &ReportMade) -> Made {
    Made {
        account: row.target,
        handle: format!("@{}", ui::tame(&row.target_acct)),
        category: row.category,
        at: row.created_at,
        became: match (row.closed_at, row.right) {
            (None, _) => "open".to_owned(),
            (Some(_), true) => "resolved with a strike".to_owned(),
            (Some(_), false) => "resolved without a strike".to_owned(),
        },
    }
}

/// What the record knows of an account: all of it, or this person's own deeds; with the address of the next page.
async fn record(
    context: &Context,
    instance: &Instance,
    id: AccountId,
    search: &Search,
) -> Result<(Vec<record::Line>, Option<String>, bool), Problem> {
    let app = &context.app;
    let whole = access::allows(context.actor.role, Permission::ViewWholeLedger);
    let filter = Filter {
        subject: Some(app.ledger.subject(&Subject::Account(instance.name.clone(), id))),
        operator: (!whole).then(|| context.actor.operator.0.clone()),
        before: search.get("before").and_then(|text| text.parse().ok()),
        limit: PAGE + 1,
        ..Filter::default()
    };
    let mut entries = app.ledger.list(&filter).await.map_err(store_problem)?;
    let page = usize::try_from(PAGE).unwrap_or(0);
    let more = entries.len() > page;
    entries.truncate(page);
    let people = operators::list(&app.store).await?;
    let older = entries.last().filter(|_| more).map(|last| {
        let search = search.with("before", &last.index.to_string());
        format!("{}{search}#record", path::account(&instance.name, id))
    });
    let line = |entry| {
        let entry = record::as_told(&context.actor, entry);
        record::line(&entry, &record::name(&people, &entry))
    };
    let lines = entries.into_iter().map(line).collect();
    Ok((lines, older, whole))
}
