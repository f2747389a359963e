//! What a report says is put right: it is reopened, or its category changed.

use super::{About, about, of_reports, refresh, where_it_stood};
use crate::{
    access::Permission,
    acting,
    carry_out::{Carry, Evidence, carry_out},
    context::Context,
    deeds::{ChangeCategory, ReopenReport},
    id::{AccountId, ReportId, RuleId},
    ledger::{Answered, Mark, OwnTry, Warrant},
    mastodon::{
        Instance,
        database::{DatabaseError, Read, ReportState},
        rest::Client,
    },
    problem::{Kind, Problem, malformed_form},
    reports::{Category, CategoryForm, service::read_problem},
    text::Why,
};

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
