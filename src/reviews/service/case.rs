//! A case as it was: what the record and the instance still hold of it, without what was decided and by whom.

use super::not_yours;
use crate::{
    acting,
    context::Context,
    deeds::{AnyDeed, DecideCase, Masked, Personal},
    id::{AccountId, InstanceName, StatusId},
    ledger::Entry,
    mastodon::database::{DatabaseError, Read, StrikeRow},
    nouns::{
        reports::{AccountState, Decision, Reversal},
        reviews::Sort,
    },
    problem::Problem,
    reports::service::plain_text,
    reviews::{CaseThen, PostThen, ReportThen},
    store::reviews::Sample,
    text::time,
    ui,
};
use std::collections::{BTreeMap, BTreeSet};

/// What says that nobody can tell.
const UNSURE: (&str, &str) = ("unsure", "Can’t tell");

/// What could have been decided: the same for all of a sort, so that it says nothing of what was.
pub fn choices(deed: &AnyDeed, sort: Sort) -> Vec<(&'static str, &'static str)> {
    let decisions = Decision::ALL.map(|decision| (decision.name(), decision.words()));
    let mut choices = match (deed, sort) {
        (AnyDeed::DecideSignUp(_), _) => vec![("approve", "Approve"), ("reject", "Reject")],
        (AnyDeed::Reveal(_) | AnyDeed::RevealMedia(_) | AnyDeed::SearchPersonal(_), _) => {
            vec![("enough", "The reason is good enough"), ("not_enough", "The reason is not good enough")]
        }
        (_, Sort::Sanctions) => {
            let undone = Reversal::ALL.map(|reversal| (reversal.verb(), reversal.words()));
            decisions.into_iter().chain(undone).chain([("leave", "Leave everything as it was")]).collect()
        }
        _ => decisions.to_vec(),
    };
    choices.push(UNSURE);
    choices
}

/// Whom or what a decision is about.
pub fn about(deed: &AnyDeed) -> String {
    match deed {
        AnyDeed::DecideCase(deed) => format!("@{}", ui::tame(&deed.acct)),
        AnyDeed::ReverseSanction(deed) => format!("@{}", ui::tame(&deed.acct)),
        AnyDeed::DecideSignUp(deed) => format!("@{}", ui::tame(&deed.acct)),
        AnyDeed::Reveal(deed) => format!("@{}", ui::tame(&deed.acct)),
        AnyDeed::RevealMedia(deed) => format!("account {}", deed.account),
        AnyDeed::SearchPersonal(deed) => format!("everybody on {}", deed.instance),
        _ => "the case".to_owned(),
    }
}

/// Why a decision cannot be undone, whatever is thought of it.
///
/// # Errors
/// The reason, as a sentence.
pub fn can_be_undone(deed: &AnyDeed) -> Result<(), &'static str> {
    match deed {
        AnyDeed::DecideCase(deed) if deed.decision == Decision::Warn => {
            Err("A warning was sent and can’t be undone; the user can appeal it.")
        }
        AnyDeed::DecideSignUp(deed) if !deed.approve => Err("A rejected sign-up is deleted; it can’t be undone."),
        AnyDeed::Reveal(_) | AnyDeed::RevealMedia(_) | AnyDeed::SearchPersonal(_) => {
            Err("What was revealed can’t be undone.")
        }
        _ => Ok(()),
    }
}

/// Whether an account is not there any more; of an instance that does not answer nobody knows.
pub async fn is_gone(context: &Context, instance: &InstanceName, account: AccountId) -> bool {
    let Ok(instance) = context.instance(instance.as_str()) else { return false };
    let read = async { instance.database.read().await?.account_or_gone(account).await };
    let found: Result<_, DatabaseError> = read.await;
    found.is_ok_and(|found| found.is_none_or(|account| account.gone))
}

/// Of which category the reports of some decisions are, in words, by the entry of each; nothing where an instance does not answer.
pub async fn categories(context: &Context, decided: &[(i64, AnyDeed)]) -> BTreeMap<i64, String> {
    let mut words = BTreeMap::new();
    for instance in context.visible() {
        let here: Vec<(i64, &DecideCase)> = decided
            .iter()
            .filter_map(|(entry, deed)| match deed {
                AnyDeed::DecideCase(deed) if deed.instance == instance.name => Some((*entry, deed)),
                _ => None,
            })
            .collect();
        let ids: Vec<_> = here.iter().flat_map(|(_, deed)| deed.reports.iter().copied()).collect();
        if ids.is_empty() {
            continue;
        }
        let read = async { instance.database.read().await?.reports_named(&ids).await };
        let reports = read.await.unwrap_or_else(|error: DatabaseError| {
            tracing::warn!(%error, "reviews.categories");
            Vec::new()
        });
        for (entry, deed) in here {
            let of = reports.iter().filter(|report| deed.reports.contains(&report.id));
            let of: BTreeSet<&str> = of.map(|report| report.category.word()).collect();
            words.insert(entry, of.into_iter().collect::<Vec<_>>().join(", "));
        }
    }
    words
}

/// The account that a decision is about, where it is about one.
pub fn account_of(deed: &AnyDeed) -> Option<(InstanceName, AccountId)> {
    match deed {
        AnyDeed::DecideCase(deed) => Some((deed.instance.clone(), deed.account)),
        AnyDeed::ReverseSanction(deed) => Some((deed.instance.clone(), deed.account)),
        AnyDeed::DecideSignUp(deed) => Some((deed.instance.clone(), deed.account)),
        AnyDeed::Reveal(deed) => Some((deed.instance.clone(), deed.account)),
        AnyDeed::RevealMedia(deed) => Some((deed.instance.clone(), deed.account)),
        _ => None,
    }
}

/// Whether what it is about is everybody on an instance.
pub async fn is_about_everybody(context: &Context, sample: &Sample) -> Result<bool, Problem> {
    let people = context.visible().map(|instance| crate::ledger::Subject::People(instance.name.clone()));
    Ok(people.into_iter().any(|subject| context.app.ledger.subject(&subject) == sample.subject))
}

/// The case, for whoever is neither its reporter nor whom it is about.
///
/// # Errors
/// Forbidden for those two; unavailable, where the instance cannot be read: who sees nothing of a case judges nothing.
pub async fn then(context: &Context, entry: &Entry, deed: &AnyDeed) -> Result<CaseThen, Problem> {
    let mut case = CaseThen::default();
    let reason = entry.document.as_ref().and_then(|document| document["why"].as_str()).unwrap_or_default();
    let fact = |name: &str, value: String| (name.to_owned(), value);
    case.at = entry.at;
    case.about = about(deed);
    match deed {
        AnyDeed::DecideCase(deed) => {
            case.facts.push(fact("Sanctions in force then", state(deed.state_before)));
        }
        AnyDeed::ReverseSanction(deed) => {
            case.facts.push(fact("Sanctions in force then", state(deed.state_before)));
        }
        AnyDeed::DecideSignUp(deed) => {
            case.facts
                .push(fact("Email address", if deed.confirmed { "confirmed" } else { "not confirmed" }.to_owned()));
            match &deed.seen {
                Some(seen) => {
                    case.facts.push(fact("Pending for", time::span(entry.at.since(seen.asked_at))));
                    case.facts.push(fact("Reasons for joining", said(&seen.reasons)));
                }
                None => case.untold.push(
                    "The reasons for joining aren’t shown: the audit log didn’t keep them yet, and the instance has them \
                    only of some."
                        .to_owned(),
                ),
            }
        }
        AnyDeed::Reveal(deed) => {
            let what = match deed.what {
                Masked::Email => "the email address",
                Masked::SignUpAddress => "the IP address at sign-up",
                Masked::PrivatePost(_) => "a post that is not public",
                Masked::SeenAddress(_) => "an IP address the account was used from",
            };
            case.facts.push(fact("Revealed", what.to_owned()));
            case.facts.push(fact("Reason given", said(reason)));
        }
        AnyDeed::RevealMedia(_) => {
            case.facts.push(fact("Revealed", "a file of a post that is not public".to_owned()));
            case.facts.push(fact("Reason given", said(reason)));
        }
        AnyDeed::SearchPersonal(deed) => {
            let what = match deed.what {
                Personal::Email(_) => "by email address",
                _ => "by IP address",
            };
            case.facts.push(fact("Searched", what.to_owned()));
            case.facts.push(fact("Reason given", said(reason)));
        }
        _ => {}
    }
    let Some((name, account)) = account_of(deed) else { return Ok(case) };
    let instance = context.instance(name.as_str())?;
    let own = acting::linked(&context.app, &context.actor, &instance.name).await?.map(|linked| linked.account);
    if own == Some(account) {
        return Err(not_yours("You are whom this case is about, so somebody else has to review it."));
    }
    // What the instance has of a sign-up says what became of it.
    if matches!(deed, AnyDeed::DecideSignUp(_)) {
        return Ok(case);
    }
    let read = async {
        let mut read = instance.database.read().await?;
        of_instance(&mut read, account, entry, deed, &mut case).await
    };
    let reporters = read.await.map_err(|error: DatabaseError| {
        Problem::unavailable(format!("The case can’t be shown: {error}."), "Review it when the instance is back.")
    })?;
    if own.is_some_and(|own| reporters.contains(&own)) {
        return Err(not_yours("You reported this account, so somebody else has to review it."));
    }
    Ok(case)
}

fn said(reason: &str) -> String {
    if reason.is_empty() { "none".to_owned() } else { reason.to_owned() }
}

fn state(state: AccountState) -> String {
    let words = state.words();
    if words.is_empty() { "none".to_owned() } else { words.join(", ") }
}

/// What the instance still holds; who reported it. How the account stands today is left out, its name too: that says what was
/// decided, and so would what is missing, if it were said why.
async fn of_instance(
    read: &mut Read,
    account: AccountId,
    entry: &Entry,
    deed: &AnyDeed,
    case: &mut CaseThen,
) -> Result<Vec<AccountId>, DatabaseError> {
    let fact = |name: &str, value: String| (name.to_owned(), value);
    let mut reporters = Vec::new();
    if let AnyDeed::DecideCase(deed) = deed {
        let reports = read.reports_named(&deed.reports).await?;
        let gone = deed.reports.len().saturating_sub(reports.len());
        if gone > 0 {
            case.untold.push(format!("{gone} of {} reports can’t be shown any more.", deed.reports.len()));
        }
        let statuses: Vec<StatusId> = reports.iter().flat_map(|report| report.status_ids.iter().copied()).collect();
        for report in reports {
            reporters.push(report.reporter);
            case.reports.push(ReportThen {
                by: format!("@{}", report.reporter_acct),
                category: report.category.word(),
                comment: report.comment,
                at: report.created_at,
            });
        }
        let posts = read.posts(account, &statuses).await?;
        let missing = statuses.len().saturating_sub(posts.len());
        if missing > 0 {
            case.untold.push(format!(
                "{missing} of the reported posts can’t be shown any more. Their author, their server or anybody who moderates may have \
                deleted them since."
            ));
        }
        let remote = deed.acct.contains('@');
        for post in posts {
            case.posts.push(PostThen {
                at: post.created_at,
                text: post.text.map(|text| plain_text(&text, remote)),
                spoiler: post.spoiler.map(|text| plain_text(&text, remote)).unwrap_or_default(),
                lang: post.language,
                edited: post.edited_at.is_some_and(|at| at > entry.at),
            });
        }
    }
    // When an account was made is the same before and after whatever became of it; of one that is gone nothing is said.
    if let Some(found) = read.account_or_gone(account).await?.filter(|found| !found.gone) {
        case.facts.push(fact("Age of the account then", time::span(entry.at.since(found.created_at))));
    }
    // The newest one there was when it was meant: the two clocks may differ.
    let newest = entry.leaf["mark"]["strike"].as_str().and_then(|id| id.parse::<i64>().ok()).filter(|id| *id > 0);
    let before = |strike: &StrikeRow| match newest {
        Some(newest) => strike.id <= newest,
        None => strike.created_at < entry.at,
    };
    let earlier = read.strikes(account).await?.iter().filter(|strike| before(strike)).count();
    case.facts.push(fact("Strikes before", earlier.to_string()));
    Ok(reporters)
}
