//! What a reviewer proposed to undo: told to whoever may, until it was undone, or declined with a reason.

use super::{case, note, noted_by};
use crate::{
    access::{self, Permission, Role},
    carry_out,
    context::{App, Context},
    deeds::{AnyDeed, SettleProposal},
    id::{AccountId, InstanceName, OperatorId},
    ledger::{CONSOLE, Filter, Ledger, Outcome, unreadable},
    nouns::reports::{AccountState, Decision},
    path,
    problem::{Kind, Problem},
    record::{line, shown_deed, stranger},
    reviews::Proposal,
    store::{
        operators::{self, Operator},
        reviews::{self, Sample},
        store_problem,
    },
    text::Why,
    ui,
};

/// So many open ones are read.
const MOST: i64 = 200;
/// So many later entries about an account are looked through for one that undid the decision.
const LOOKED_THROUGH: i64 = 200;

/// Those that this person may undo: of one instance, or of all.
///
/// # Errors
/// If store or record cannot be read.
pub async fn open(context: &Context, on: Option<&InstanceName>) -> Result<Vec<Proposal>, Problem> {
    let may = |name: &InstanceName| access::permit(&context.actor, Permission::DecideReports, Some(name)).is_ok();
    let here: Vec<&InstanceName> = context
        .visible()
        .map(|instance| &instance.name)
        .filter(|name| context.actor.role != Role::Contractor && on.is_none_or(|on| on == *name) && may(name))
        .collect();
    if here.is_empty() {
        return Ok(Vec::new());
    }
    let proposed = reviews::proposed(&context.app.store, MOST).await.map_err(store_problem)?;
    if proposed.is_empty() {
        return Ok(Vec::new());
    }
    let people = operators::list(&context.app.store).await.map_err(store_problem)?;
    let mut found = Vec::new();
    for sample in proposed {
        found.extend(one(context, &here, &people, &sample).await?);
    }
    Ok(found)
}

/// Those about one account.
///
/// # Errors
/// If store or record cannot be read.
pub async fn about(context: &Context, instance: &InstanceName, account: AccountId) -> Result<Vec<Proposal>, Problem> {
    let mut open = open(context, Some(instance)).await?;
    open.retain(|proposal| proposal.account == account);
    Ok(open)
}

/// A proposal, where it is on one of these instances and not undone by now.
async fn one(
    context: &Context,
    here: &[&InstanceName],
    people: &[Operator],
    sample: &Sample,
) -> Result<Option<Proposal>, Problem> {
    let Some((entry, deed)) = decided(&context.app, sample).await? else { return Ok(None) };
    let Some((instance, account)) = case::account_of(&deed).filter(|(on, _)| here.contains(&on)) else {
        return Ok(None);
    };
    if undone(&context.app, sample, &deed).await?.is_some() {
        return Ok(None);
    }
    let named = |id: &OperatorId| context.actor.told(id, || name_of(people, id));
    Ok(Some(Proposal {
        entry: sample.entry,
        instance,
        account,
        about: case::about(&deed),
        decided: (named(&sample.operator), line(&entry, "").what),
        at: sample.verdict.map(|(_, _, at)| at).unwrap_or_default(),
        note: note(context, sample).await?,
        own: sample.operator == context.actor.operator,
    }))
}

fn name_of(people: &[Operator], id: &OperatorId) -> String {
    people.iter().find(|person| person.id == *id).map_or_else(|| stranger(&id.0), |person| person.name.clone())
}

/// What was decided, where that can be undone at all.
async fn decided(app: &App, sample: &Sample) -> Result<Option<(crate::ledger::Entry, AnyDeed)>, Problem> {
    let detail = app.ledger.entry(sample.entry).await.map_err(unreadable)?;
    let Some(entry) = detail.map(|detail| detail.entry).filter(|entry| noted_by(entry, sample)) else {
        return Ok(None);
    };
    let deed = shown_deed(&entry).filter(|deed| case::can_be_undone(deed).is_ok());
    Ok(deed.map(|deed| (entry, deed)))
}

/// The entry that undid a decision since it was proposed.
async fn undone(app: &App, sample: &Sample, deed: &AnyDeed) -> Result<Option<i64>, Problem> {
    let filter = Filter {
        subject: Some(sample.subject.clone()),
        after: sample.verdict.map(|(_, entry, _)| entry),
        limit: LOOKED_THROUGH,
        ..Filter::default()
    };
    let later = app.ledger.list(&filter).await.map_err(unreadable)?;
    let undid = later
        .iter()
        .rev()
        .filter(|entry| entry.outcome == Some(Outcome::Succeeded))
        .find(|entry| shown_deed(entry).is_some_and(|later| undoes(&later, deed)));
    Ok(undid.map(|entry| entry.index))
}

/// Whether a later deed about the same account undoes a decision.
fn undoes(later: &AnyDeed, decided: &AnyDeed) -> bool {
    match (decided, later) {
        (AnyDeed::DecideCase(one), AnyDeed::ReopenReport(later)) if one.decision == Decision::Resolve => {
            one.reports.contains(&later.report)
        }
        (AnyDeed::DecideCase(one), AnyDeed::DecideCase(later)) => {
            one.decision == Decision::Resolve && later.decision != Decision::Resolve
        }
        (AnyDeed::DecideCase(one), AnyDeed::ReverseSanction(later)) => {
            later.reversal.applies(one.decision.leaves(AccountState::default()))
        }
        (AnyDeed::ReverseSanction(one), AnyDeed::DecideCase(later)) => {
            one.reversal.applies(later.decision.leaves(AccountState::default()))
        }
        (AnyDeed::DecideSignUp(_), AnyDeed::DecideCase(later)) => later.decision == Decision::Suspend,
        (AnyDeed::DecideSignUp(_), AnyDeed::DeleteAccount(_)) => true,
        _ => false,
    }
}

/// Closes those that were undone, by the entry that did it.
///
/// # Errors
/// If store or record cannot be read or written; the next run goes on with it.
pub async fn close_undone(app: &App) -> Result<(), Problem> {
    let mut done = Ok(());
    for sample in reviews::proposed(&app.store, MOST).await.map_err(store_problem)? {
        let Some((_, deed)) = decided(app, &sample).await? else { continue };
        let Some(undone) = undone(app, &sample, &deed).await? else { continue };
        let permit = access::permit(&Ledger::command_actor(CONSOLE), Permission::DecideReports, None)
            .map_err(|denied| Problem::new(Kind::Forbidden, format!("Nothing was done: {denied}."), ""))?;
        let deed = SettleProposal { decision: sample.entry, sort: sample.sort, undone: Some(undone) };
        let settled =
            carry_out::recorded(
                app,
                permit,
                deed,
                "",
                |store| async move { reviews::settle(&store, sample.entry).await },
            );
        done = done.and(settled.await.map(drop));
    }
    done
}

/// Declines to undo a decision, with a reason.
///
/// # Errors
/// Forbidden, of one's own decision too; not found, where no such proposal is open; beside the field, without a reason.
pub async fn decline(context: Context, decision: String, why: String) -> Result<String, Problem> {
    let permit = context.permit(Permission::DecideReports, None).await?;
    let gone = || {
        let decision = ui::excerpt(&decision, 20);
        Problem::not_found(format!("No proposal to undo the decision of entry {decision} is open to you."))
    };
    let number: i64 = decision.parse().map_err(|_| gone())?;
    let proposal =
        open(&context, None).await?.into_iter().find(|proposal| proposal.entry == number).ok_or_else(gone)?;
    if proposal.own {
        context.note_denied(Permission::DecideReports, Some(&proposal.instance)).await;
        let said = "This proposal is about your own decision. A colleague has to decline it.";
        return Err(Problem::new(Kind::Forbidden, said, "You can undo the decision yourself."));
    }
    let sample = reviews::sample(&context.app.store, number).await.map_err(store_problem)?.ok_or_else(gone)?;
    let why = Why::needed("why", &why, "Enter a reason: the reviewer will read it.")?;
    let deed = SettleProposal { decision: number, sort: sample.sort, undone: None };
    let done =
        carry_out::recorded(
            &context.app,
            permit,
            deed,
            why,
            |store| async move { reviews::settle(&store, number).await },
        )
        .await?;
    done.map(|index| path::done(path::REVIEWS, index)).ok_or_else(super::overtaken)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::nouns::reports::Reversal;

    #[test]
    fn a_sanction_is_undone_by_its_own_reversal() {
        for (decision, reversal) in [
            (Decision::Suspend, Reversal::Unsuspend),
            (Decision::Silence, Reversal::Unsilence),
            (Decision::Sensitive, Reversal::Unsensitive),
            (Decision::Disable, Reversal::Enable),
        ] {
            for other in Reversal::ALL {
                assert_eq!(other.applies(decision.leaves(AccountState::default())), other == reversal, "{decision:?}");
            }
        }
    }
}
