//! Reasons that were given lately, to be chosen instead of written once more. They stand sealed in the record: of a deed whose
//! words were destroyed none is left.

use crate::{
    access::Role, context::Context, deeds::DecideCase, id::InstanceName, ledger::Deed, problem::Problem,
    store::store_problem,
};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

/// So many can be chosen: a digit each.
const MOST: usize = 9;
/// So many of one's own, the last ones …
const MOST_OWN: usize = 5;
/// … among so many decisions.
const OWN: i64 = 60;
/// Decisions of the team that are looked through for what it says often.
const OF_THE_TEAM: i64 = 200;
/// A reason that was given about so many people is about none of them alone.
const ABOUT: usize = 2;

fn why(document: &Value) -> Option<&str> {
    document["why"].as_str().filter(|why| !why.is_empty())
}

/// The reasons that somebody gave last on an instance, and then those that the team gives there often. A contractor is shown
/// nobody else's, and nobody is shown a contractor's.
///
/// # Errors
/// If the record does not answer.
pub async fn reasons(context: &Context, instance: &InstanceName) -> Result<Vec<String>, Problem> {
    let app = &context.app;
    let lately = async |operator, limit| {
        app.ledger.lately(operator, DecideCase::KIND, instance, limit).await.map_err(store_problem)
    };
    let own = lately(Some(&context.actor.operator), OWN).await?;
    let mut reasons: Vec<String> = Vec::new();
    for why in own.iter().filter_map(|(_, document)| why(document.as_ref()?)) {
        if reasons.len() < MOST_OWN && !reasons.iter().any(|known| known == why) {
            reasons.push(why.to_owned());
        }
    }
    if context.actor.role == Role::Contractor {
        return Ok(reasons);
    }
    let team = lately(None, OF_THE_TEAM).await?;
    let mut about: BTreeMap<&str, BTreeSet<String>> = BTreeMap::new();
    for (_, document) in team.iter().filter(|(leaf, _)| leaf["role"] != Role::Contractor.name()) {
        let Some(document) = document else { continue };
        if let Some(why) = why(document) {
            about.entry(why).or_default().insert(document["deed"]["account"].to_string());
        }
    }
    let mut often: Vec<(&str, usize)> =
        about.into_iter().map(|(why, about)| (why, about.len())).filter(|(_, number)| *number >= ABOUT).collect();
    often.sort_by_key(|(_, number)| std::cmp::Reverse(*number));
    for (why, _) in often {
        if reasons.len() < MOST && !reasons.iter().any(|known| known == why) {
            reasons.push(why.to_owned());
        }
    }
    Ok(reasons)
}
