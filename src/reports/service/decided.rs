//! Who decided: closed reports, strikes and rows of Mastodon's log are led back to the deed in the record that brought them
//! about, and so to the colleague. Mastodon knows the account alone that it was done as.

use super::{read_problem, store_problem};
use crate::{
    access::{Actor, ON_THE_TEAM, Role},
    clock::{MINUTE, Timestamp},
    context::Context,
    deeds::{AnyDeed, DecideCase, LogRow},
    id::{AccountId, ReportId},
    ledger::{Acting, Deed, Entry, NOT_SEEN, Subject},
    mastodon::{
        Instance,
        database::{ClosedRow, Closings, LoggedAbout, StrikeRow},
    },
    problem::Problem,
    record::{self, DeedState},
    reports::{Category, DecidedRow, Decision, QueuePage},
    search::Search,
    store::{
        operators::{self, Operator},
        sought::LOOKED_FOR,
    },
    ui,
};
use std::collections::{BTreeMap, BTreeSet};

/// Deeds that are read for one page, the newest: a page names 50 accounts at most.
const MOST_DEEDS: i64 = 1_000;
/// What a deed leaves is there at most so long after it was closed: until then one without an answer is watched. The clocks
/// of two machines differ by less.
const BESIDE: i64 = 2 * MINUTE;
/// Lines of one page.
const PAGE: usize = 50;

/// Decisions in the record about some accounts, each with its deed.
pub struct Decisions {
    found: BTreeMap<AccountId, Vec<Decided>>,
    /// Those whose words do not open: what they did is not known, and may be what somebody asks for.
    unopened: BTreeMap<AccountId, Vec<Entry>>,
    people: Vec<Operator>,
    /// Who asks.
    reader: Actor,
    /// The account that the console acts as for everybody who has not linked one.
    service: Option<AccountId>,
    /// What the reader is to review: whose it was and what is not told before.
    covered: record::Covered,
}

struct Decided {
    entry: Entry,
    deed: AnyDeed,
    acting: Acting,
}

/// Whether something that was done at an instant may be an entry's doing: what was not seen to have happened may come late.
fn covers(entry: &Entry, at: Timestamp) -> bool {
    at >= entry.at.plus(-BESIDE) && at <= last(entry)
}

/// Until when.
fn last(entry: &Entry) -> Timestamp {
    let closed = entry.closed_at.unwrap_or(entry.at);
    let last = match entry.later {
        Some(found) => found.at,
        None if entry.outcome_facts[NOT_SEEN] == true => closed.plus(LOOKED_FOR),
        None => closed,
    };
    last.plus(BESIDE)
}

impl Decided {
    /// Entries whose words were destroyed say nothing of whom they are about.
    fn of(entry: Entry) -> Option<Self> {
        let acting = serde_json::from_value(entry.leaf["acting"].clone()).ok()?;
        Some(Self { deed: record::shown_deed(&entry)?, acting, entry })
    }

    fn is_by(&self, account: Option<AccountId>) -> bool {
        account.is_some() && self.acting.account() == account
    }

    /// A number of the mark that was taken before it was sent.
    fn after_mark(&self, of: &str, id: i64) -> bool {
        self.entry.leaf["mark"][of].as_str().and_then(|mark| mark.parse::<i64>().ok()).is_some_and(|mark| mark < id)
    }

    /// It names a report, which was closed about then.
    fn closed(&self, row: &ClosedRow) -> bool {
        let AnyDeed::DecideCase(deed) = &self.deed else { return false };
        self.is_by(row.closed_by) && deed.reports.contains(&row.id) && covers(&self.entry, row.closed_at)
    }

    /// A sanction closes what came in meanwhile and what nobody read as well: nothing that was closed before it began.
    fn swept(&self, row: &ClosedRow) -> bool {
        let AnyDeed::DecideCase(deed) = &self.deed else { return false };
        self.is_by(row.closed_by)
            && deed.decision != Decision::Resolve
            && row.closed_at >= self.entry.at
            && covers(&self.entry, row.closed_at)
    }

    fn gave(&self, strike: &StrikeRow) -> bool {
        let AnyDeed::DecideCase(deed) = &self.deed else { return false };
        self.is_by(strike.by)
            && deed.decision.strike() == Some(strike.action)
            && self.after_mark("strike", strike.id)
            && covers(&self.entry, strike.created_at)
    }

    fn logged(&self, row: &LoggedAbout) -> bool {
        let of = |target_type| self.deed.logs(&LogRow { action: &row.action, target_type, target: 0 });
        // As with Mastodon's own log: written after its mark, whatever the clocks say, and not too late.
        self.is_by(row.by)
            && self.after_mark("log", row.id)
            && row.at <= last(&self.entry)
            && (of("Account") || of("User"))
    }
}

impl Decisions {
    /// The decisions about these accounts: one statement of the record, whatever their number.
    ///
    /// # Errors
    /// If the record or the console's store cannot be read.
    pub async fn about(
        context: &Context,
        instance: &Instance,
        accounts: &[AccountId],
        deed: &str,
    ) -> Result<Self, Problem> {
        let app = &context.app;
        let accounts: BTreeSet<AccountId> = accounts.iter().copied().collect();
        let subject = |account: &AccountId| app.ledger.subject(&Subject::Account(instance.name.clone(), *account));
        let subjects: Vec<String> = accounts.iter().map(subject).collect();
        let entries = if subjects.is_empty() {
            Vec::new()
        } else {
            app.ledger.done_about(&subjects, deed, MOST_DEEDS).await.map_err(store_problem)?
        };
        let people =
            if entries.is_empty() { Vec::new() } else { operators::list(&app.store).await.map_err(store_problem)? };
        let mut found: BTreeMap<AccountId, Vec<Decided>> = BTreeMap::new();
        let mut unopened: BTreeMap<AccountId, Vec<Entry>> = BTreeMap::new();
        for entry in entries {
            if entry.document.is_none() {
                if let Some(about) = accounts.iter().find(|account| entry.leaf["subject"] == *subject(account)) {
                    unopened.entry(*about).or_default().push(entry);
                }
                continue;
            }
            let Some(decided) = Decided::of(entry) else { continue };
            let account = match &decided.deed {
                AnyDeed::DecideCase(deed) => deed.account,
                AnyDeed::ReverseSanction(deed) => deed.account,
                _ => continue,
            };
            found.entry(account).or_default().push(decided);
        }
        Ok(Self {
            found,
            unopened,
            people,
            reader: context.actor.clone(),
            service: instance.health().acting(),
            covered: record::covered(context).await?,
        })
    }

    /// The newest deed about an account of which something is so.
    fn find(&self, account: AccountId, is_so: impl Fn(&Decided) -> bool) -> Option<&Decided> {
        self.found.get(&account).into_iter().flatten().find(|decided| is_so(decided))
    }

    /// The deed that closed a report: one that names it, before any that may have closed it besides.
    fn closing(&self, row: &ClosedRow) -> Option<&Decided> {
        let named = self.find(row.target, |decided| decided.closed(row));
        named.or_else(|| self.find(row.target, |decided| decided.swept(row)))
    }

    /// “Jonas Tran, through @harbourmaster” where it was done from here, or the account that Mastodon names.
    fn words(
        &self,
        decided: Option<&Decided>,
        (about, at): (AccountId, Timestamp),
        by: Option<AccountId>,
        username: Option<&str>,
    ) -> String {
        let account = username.map(|name| format!("@{}", ui::tame(name)));
        if decided.is_some_and(|decided| self.covered.has(decided.entry.index)) {
            return "in review by you".to_owned();
        }
        let own = decided.is_some_and(|decided| decided.entry.operator.as_ref() == Some(&self.reader.operator.0));
        // The console's own account is nobody in particular.
        let somebody = decided.is_some() || (account.is_some() && (by.is_none() || by != self.service));
        if somebody && !own && !self.reader.is_told_names() {
            return ON_THE_TEAM.to_owned();
        }
        match (decided, account) {
            (Some(decided), account) => through(&record::name(&self.people, &decided.entry), &decided.acting, account),
            (None, Some(account)) if by.is_some() && by == self.service => {
                let perhaps = self.unopened.get(&about).into_iter().flatten().find(|entry| covers(entry, at));
                match perhaps.map(|entry| entry.index) {
                    Some(entry) => format!("{account}; person not known: the words of entry {entry} don’t open"),
                    None => format!("{account}; person not in the audit log"),
                }
            }
            (None, Some(account)) => account,
            (None, None) => "unknown".to_owned(),
        }
    }

    /// Who closed a report.
    pub fn who_closed(&self, row: &ClosedRow) -> String {
        self.words(self.closing(row), (row.target, row.closed_at), row.closed_by, row.closed_by_username.as_deref())
    }

    /// What was decided when a report was closed, where that was from here.
    pub fn decision(&self, row: &ClosedRow) -> Option<Decision> {
        let closing = self.closing(row).filter(|decided| !self.covered.has(decided.entry.index))?;
        match &closing.deed {
            AnyDeed::DecideCase(deed) => Some(deed.decision),
            _ => None,
        }
    }

    /// Whether whoever reads is to review the decision that a strike came of, before they know it.
    pub fn is_to_be_reviewed(&self, account: AccountId, strike: &StrikeRow) -> bool {
        let decided = self.find(account, |decided| decided.gave(strike));
        decided.is_some_and(|decided| self.covered.has(decided.entry.index))
    }

    /// Who gave a strike.
    pub fn who_struck(&self, account: AccountId, strike: &StrikeRow) -> String {
        let decided = self.find(account, |decided| decided.gave(strike));
        self.words(decided, (account, strike.created_at), strike.by, strike.by_username.as_deref())
    }

    /// Who did what a row of Mastodon's log says about an account.
    pub fn who_logged(&self, account: AccountId, row: &LoggedAbout) -> String {
        let decided = self.find(account, |decided| decided.logged(row));
        self.words(decided, (account, row.at), row.by, row.by_username.as_deref())
    }
}

/// A colleague and as which account they did it.
fn through(name: &str, acting: &Acting, account: Option<String>) -> String {
    match (acting, account) {
        (Acting::Own(_), Some(account)) => format!("{name}, as {account}"),
        (_, Some(account)) => format!("{name}, through {account}"),
        (_, None) => name.to_owned(),
    }
}

fn row(decisions: &Decisions, row: &ClosedRow) -> DecidedRow {
    DecidedRow {
        report: Some(row.id),
        more: 0,
        account: row.target,
        handle: format!("@{}", ui::tame(&row.target_acct)),
        category: Some(row.category),
        closed_at: row.closed_at,
        closed_by: decisions.who_closed(row),
        decision: decisions.decision(row),
        // It closed this report, whatever else of it did not come about.
        outcome: None,
        what: ui::excerpt(&row.comment, 120),
    }
}

/// The colleagues whose decisions and cases somebody may ask for: who works here is no contractor's to know, who asks for
/// themselves alone.
pub fn askable<'a>(context: &'a Context, people: &'a [Operator]) -> impl Iterator<Item = &'a Operator> {
    let contractor = context.actor.role == Role::Contractor;
    people.iter().filter(move |person| !contractor || person.id == context.actor.operator)
}

/// Closed reports, the last closing first; or what one colleague decided.
pub async fn list(
    context: &Context,
    instance: &Instance,
    parsed: &Search,
    base: &str,
    page: &mut QueuePage,
) -> Result<(), Problem> {
    let before = parsed.get("before").and_then(|text| text.parse().ok());
    let on = |key: i64| format!("{base}{}", parsed.with("before", &key.to_string()));
    let people = operators::list(&context.app.store).await.map_err(store_problem)?;
    page.people = askable(context, &people).map(|person| person.name.clone()).collect();
    let category = page.filter.category.parse::<Category>().ok();
    let asked = Closings {
        category,
        remote: match page.filter.origin.as_str() {
            "local" => Some(false),
            "remote" => Some(true),
            _ => None,
        },
        domain: Some(page.filter.domain.clone()).filter(|domain| !domain.is_empty()),
        before,
    };
    if let Some(person) = askable(context, &people).find(|person| person.name == page.filter.by) {
        let (rows, older, destroyed) = of_colleague(context, instance, person, before.unwrap_or(i64::MAX)).await?;
        page.left_out = record::covered(context).await?.number() > 0;
        page.older = older.map(on);
        page.destroyed = destroyed;
        let fits = |row: &DecidedRow| {
            // `@name@domain`, or `@name` of somebody here.
            let domain = row.handle.trim_start_matches('@').split_once('@').map(|(_, domain)| domain);
            category.is_none_or(|category| row.category == Some(category))
                && asked.remote.is_none_or(|remote| remote == domain.is_some())
                && asked.domain.as_deref().is_none_or(|asked| domain == Some(asked))
        };
        page.decided = rows.into_iter().filter(fits).collect();
    } else {
        let limit = i64::try_from(PAGE + 1).unwrap_or(i64::MAX);
        let window = {
            let mut read = instance.database.read().await.map_err(read_problem)?;
            read.closed(&asked, limit).await.map_err(read_problem)?
        };
        let mut rows = window.rows;
        let more = rows.len() > PAGE;
        rows.truncate(PAGE);
        let last = rows.last().filter(|_| more).map(|(log, _)| *log);
        page.older = last.or(window.looked_to.map(|(log, _)| log)).map(on);
        page.looked_to = window.looked_to.filter(|_| !more).map(|(_, at)| at);
        let targets: Vec<AccountId> = rows.iter().map(|(_, row)| row.target).collect();
        let decisions = Decisions::about(context, instance, &targets, DecideCase::KIND).await?;
        page.decided = rows.iter().map(|(_, closed)| row(&decisions, closed)).collect();
    }
    // What has no report is in no contractor's grant.
    let sees = |row: &DecidedRow| match row.category {
        Some(category) => context.actor.sees(&instance.name, category),
        None => context.actor.role != Role::Contractor,
    };
    page.decided.retain(sees);
    Ok(())
}

/// What somebody decided on an instance, the newest first: a line for each decision, with its first report; where the next
/// page begins; and how many decisions there are of which the record does not say any more whom they were about.
async fn of_colleague(
    context: &Context,
    instance: &Instance,
    person: &Operator,
    before: i64,
) -> Result<(Vec<DecidedRow>, Option<i64>, usize), Problem> {
    let ledger = &context.app.ledger;
    // What the reader is to review is not told as anybody's, neither by what is there nor by where the next page begins.
    let covered = record::covered(context).await?;
    let limit = i64::try_from(PAGE + 1 + covered.number()).unwrap_or(i64::MAX);
    let mut entries =
        ledger.done_by(&person.id, DecideCase::KIND, &instance.name, before, limit).await.map_err(store_problem)?;
    entries.retain(|entry| !covered.has(entry.index));
    let more = entries.len() > PAGE;
    entries.truncate(PAGE);
    let older = entries.last().filter(|_| more).map(|last| last.index);
    let all = entries.len();
    let decided: Vec<Decided> = entries.into_iter().filter_map(Decided::of).collect();
    let destroyed = all - decided.len();
    // A case that was decided in several goes is one decision.
    let decided: Vec<Decided> =
        decided.into_iter().filter(|one| !matches!(&one.deed, AnyDeed::DecideCase(deed) if deed.further)).collect();
    let first: Vec<ReportId> = decided
        .iter()
        .filter_map(|decided| match &decided.deed {
            AnyDeed::DecideCase(deed) => deed.reports.first().copied(),
            _ => None,
        })
        .collect();
    let reports = {
        let mut read = instance.database.read().await.map_err(read_problem)?;
        read.closed_of(&first).await.map_err(read_problem)?
    };
    let rows = decided.iter().filter_map(|decided| {
        let AnyDeed::DecideCase(deed) = &decided.deed else { return None };
        let report = deed.reports.first().copied();
        let closed = reports.iter().find(|row| Some(row.id) == report);
        let account =
            closed.filter(|row| decided.is_by(row.closed_by)).and_then(|row| row.closed_by_username.as_deref());
        Some(DecidedRow {
            report,
            more: deed.reports.len().saturating_sub(1),
            account: deed.account,
            handle: format!("@{}", ui::tame(&deed.acct)),
            category: closed.map(|row| row.category),
            closed_at: decided.entry.closed_at.unwrap_or(decided.entry.at),
            closed_by: through(&person.name, &decided.acting, account.map(|name| format!("@{}", ui::tame(name)))),
            decision: Some(deed.decision),
            outcome: record::state(&decided.entry).filter(|state| *state != DeedState::Succeeded),
            what: closed.map(|row| ui::excerpt(&row.comment, 120)).unwrap_or_default(),
        })
    });
    Ok((rows.collect(), older, destroyed))
}
