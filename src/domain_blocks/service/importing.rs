//! Imports carried out row by row, each row a deed of its own.

use super::{
    MANAGE_FEDERATION, able,
    deeds::set_rule,
    imports::{former, rule_of, seen_of, task},
    read_problem,
};
use crate::{
    access::Permission,
    batches::service::engine::{Stands, Task, Work},
    context::{App, Context},
    deeds::{BlockDomain, ChangeDomainBlock},
    domain_blocks::{Domain, ImportState, Listed, RowState, Rule},
    id::RuleNumber,
    ledger::{self, Deed, LedgerError, Outcome, Subject},
    mastodon::Instance,
    problem::{Kind, Problem},
    store::{
        batches::State,
        claims::Leases,
        domain_imports::{self, Import, Row},
    },
    text::Why,
};
use serde_json::Value;
use std::sync::Arc;

/// An import that a process works on.
pub struct OfImport {
    app: Arc<App>,
    instance: Arc<Instance>,
    import: Import,
    task: Task,
}

/// A row as it was understood; none that cannot be read any more.
fn asked(row: &Row) -> Option<(Domain, Rule)> {
    Some((Domain::try_from(row.domain.clone()).ok()?, rule_of(row.asked())?))
}

/// Whether a rule is the one that the preview showed.
fn same(now: Option<&Listed>, seen: Option<&Listed>) -> bool {
    now.map(|now| (now.id, &now.rule)) == seen.map(|seen| (seen.id, &seen.rule))
}

fn unreadable() -> Stands {
    Stands::Closed(Outcome::Refused, None, Some("The row can’t be read any more.".to_owned()))
}

impl Work for OfImport {
    type Item = Row;
    const NAME: &'static str = "imports";
    const CLAIMS: Leases = domain_imports::CLAIMS;

    async fn find(app: &Arc<App>, instance: &Arc<Instance>, id: &str) -> sqlx::Result<Option<Self>> {
        let found = domain_imports::by_id(&app.store, &instance.name, id).await?;
        // One that was not begun is a preview.
        let found = found.filter(|import| import.state == ImportState::Running);
        Ok(found.map(|import| Self { app: app.clone(), instance: instance.clone(), task: task(&import), import }))
    }

    /// How it stands is sealed with the rest: what cannot be read cannot be sealed anew. It is said with each go.
    async fn set_aside(_: &App, _: &str) -> sqlx::Result<()> {
        Ok(())
    }

    fn task(&self) -> &Task {
        &self.task
    }

    fn permission(&self) -> Permission {
        Permission::ManageBlocks
    }

    async fn may(&self, context: &Context) -> Result<(), Problem> {
        match domain_imports::has_file(&self.app.store, &self.import.id).await {
            Ok(true) => able(context, &self.instance, MANAGE_FEDERATION, "manage federation").await,
            Ok(false) => Err(former()),
            Err(error) => Err(super::store_problem(error)),
        }
    }

    async fn next(&self, after: i64) -> sqlx::Result<Option<Row>> {
        domain_imports::next(&self.app.store, &self.import, after).await
    }

    fn position(row: &Row) -> i64 {
        row.line
    }

    async fn found(&self, row: &Row) -> Stands {
        let Some((domain, wanted)) = asked(row) else { return unreadable() };
        let done = |entry, said: &str| Stands::Closed(Outcome::Succeeded, entry, Some(said.to_owned()));
        if row.state == RowState::UnderWay {
            // Its process ended in the middle, or the instance gave no answer. What became of it is read, never repeated.
            match rule_now(&self.instance, &domain).await {
                Err(problem) => return Stands::Wait(problem.what),
                Ok(Some(now)) if now.rule == wanted => return done(row.entry, "Found done on checking again."),
                Ok(_) => {}
            }
        }
        match done_before(&self.app, &self.import, &domain, &wanted, seen_of(&row.seen).is_some()).await {
            Ok(None) => Stands::Waiting,
            Ok(entry) => done(entry, "Already done, according to the audit log."),
            Err(error) => {
                tracing::error!(%error, import = self.import.id, "domain_imports.done_before");
                Stands::Wait("The audit log can’t be reached.".to_owned())
            }
        }
    }

    async fn carry(&self, context: Context, row: &Row) -> Stands {
        let Some((domain, wanted)) = asked(row) else { return unreadable() };
        let seen = seen_of(&row.seen);
        let before = seen.as_ref().map(|seen| (RuleNumber(seen.id), seen.rule.clone()));
        let why = Why::kept(&self.import.why);
        match set_rule(&context, &self.instance, domain.clone(), wanted.clone(), before, why).await {
            Ok(done) if done.outcome == Outcome::Unknown => {
                Stands::UnderWay(Some(done.index), Some("Sent, but the instance did not answer.".to_owned()))
            }
            // Somebody else’s deed about it is under way, or it is not as it was.
            Err(problem) if problem.kind == Kind::Conflict => match rule_now(&self.instance, &domain).await {
                // One that was made anew in its place is another.
                Ok(now) if same(now.as_ref(), seen.as_ref()) => Stands::Waiting,
                Ok(Some(now)) if now.rule.limits_as(&wanted) => {
                    Stands::Closed(Outcome::Succeeded, None, Some("Done by somebody else in the meantime.".to_owned()))
                }
                Ok(_) => Stands::after(Err(problem)),
                Err(problem) => Stands::Wait(problem.what),
            },
            // What the role itself may do was asked before: only cutting follows is left.
            Err(problem) if problem.kind == Kind::Forbidden => {
                let said = "People here follow accounts on this server: only an owner can suspend it.";
                Stands::Closed(Outcome::Refused, None, Some(said.to_owned()))
            }
            done => Stands::after(done),
        }
    }

    async fn mark(&self, row: &Row, state: State, entry: Option<i64>, said: Option<String>) -> sqlx::Result<()> {
        let (state, otherwise) = match state {
            // What all wait for is said of the import.
            State::Waiting => return self.set(row, RowState::Waiting, "", None).await,
            State::UnderWay => (RowState::UnderWay, ""),
            State::Closed(Outcome::Succeeded) => (RowState::Done, ""),
            State::Closed(_) => (RowState::Failed, "The instance refused it."),
        };
        self.set(row, state, said.as_deref().unwrap_or(otherwise), entry).await
    }

    async fn wait(&self, note: &str) -> sqlx::Result<()> {
        domain_imports::note(&self.app.store, &self.import.id, note).await
    }

    async fn pause(&self, why: &str) -> sqlx::Result<()> {
        self.leave(ImportState::Paused, why).await.map(|_| ())
    }

    async fn end(&self) -> sqlx::Result<bool> {
        Ok(domain_imports::is_through(&self.app.store, &self.import.id).await?
            && self.leave(ImportState::Done, "").await?)
    }
}

impl OfImport {
    async fn set(&self, row: &Row, state: RowState, said: &str, entry: Option<i64>) -> sqlx::Result<()> {
        domain_imports::set_row(&self.app.store, &self.import.id, row.line, state, said, entry).await
    }

    /// It does not run any more; true once.
    async fn leave(&self, to: ImportState, note: &str) -> sqlx::Result<bool> {
        let Import { id, why, .. } = &self.import;
        domain_imports::change_state(&self.app.store, id, ImportState::Running, to, why, note).await
    }
}

/// The entry that says that whoever reads this list in has set this very rule since they began: a line put back as it was
/// before is not done twice, whatever somebody decided about the server since. One whose words are gone does not say which
/// rule it was: it counts.
async fn done_before(
    app: &App,
    import: &Import,
    domain: &Domain,
    wanted: &Rule,
    changes: bool,
) -> Result<Option<i64>, LedgerError> {
    // Of one that a former version began, the record does not say when.
    let begun = app.store.newest_change(&import.id, "batch_begun").await?;
    let rule = |words: &Value| serde_json::from_value::<Rule>(words["deed"]["after"].clone()).ok();
    let subject = Subject::Domain(import.instance.clone(), domain.clone());
    let filter = ledger::Filter {
        subject: Some(app.ledger.subject(&subject)),
        kind: Some(if changes { ChangeDomainBlock::KIND } else { BlockDomain::KIND }.to_owned()),
        operator: Some(import.operator.0.clone()),
        from: Some(import.created_at),
        outcome: Some(Outcome::Succeeded.name().to_owned()),
        limit: MOST_RULES,
        ..ledger::Filter::default()
    };
    for entry in app.ledger.list(&filter).await?.iter().filter(|entry| begun.is_none_or(|begun| entry.index > begun)) {
        if entry.words()?.and_then(rule).is_none_or(|after| after == *wanted) {
            return Ok(Some(entry.index));
        }
    }
    Ok(None)
}

/// Rules for one server set by one person, which are looked through.
const MOST_RULES: i64 = 100;

async fn rule_now(instance: &Instance, domain: &Domain) -> Result<Option<Listed>, Problem> {
    let mut read = instance.database.read().await.map_err(read_problem)?;
    read.domain_block(domain).await.map_err(read_problem)
}
