//! Batches: what is decided about many at once is carried out one by one in the background, each with its own entry in the
//! record.

pub mod api;
pub mod page;
pub mod service;

use crate::{
    access::Role,
    clock::Timestamp,
    id::AccountId,
    problem::{Problem, malformed_form},
    record::DeedState,
    ui,
};
use std::collections::BTreeSet;

/// The most that are decided at once.
pub const MOST_AT_ONCE: usize = 200;
/// Above so many, only owners and admins decide at once.
pub const MOST_FOR_MODERATORS: usize = 50;

/// How many somebody of this role decides at once; and of what takes something from people as many within an hour, however
/// many batches they are.
pub fn most(role: Role) -> usize {
    match role {
        Role::Owner | Role::Admin => MOST_AT_ONCE,
        Role::Moderator | Role::Contractor | Role::Auditor => MOST_FOR_MODERATORS,
    }
}

/// What is said where not all that fit a filter are taken at once; `None` if all are.
pub fn only_the_first(taken: usize, fitting: usize) -> Option<String> {
    (taken < fitting).then(|| {
        format!(
            "These are the first {} of {}. The rest come next, once these are done.",
            ui::grouped(taken),
            ui::grouped(fitting)
        )
    })
}

/// Why so many cannot be decided at once by somebody of this role.
pub fn too_many(role: Role, number: usize) -> Option<String> {
    if number > MOST_AT_ONCE {
        Some(format!("You can decide at most {MOST_AT_ONCE} at once, and {number} are selected."))
    } else if number > most(role) {
        Some(format!(
            "Deciding more than {MOST_FOR_MODERATORS} at once takes an owner or admin, and {number} are selected."
        ))
    } else {
        None
    }
}

/// Nobody is decided about twice in one go, and counted so.
///
/// # Errors
/// Malformed where one stands twice: no page sends that.
pub fn each_once<T: Ord>(of: impl IntoIterator<Item = T>) -> Result<(), Problem> {
    let mut met = BTreeSet::new();
    if of.into_iter().all(|one| met.insert(one)) { Ok(()) } else { Err(malformed_form()) }
}

/// Work on many that is not at its end, in a line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Running {
    /// Its page.
    pub there: String,
    pub what: String,
    pub who: String,
    pub since: Timestamp,
    pub paused: bool,
}

/// A batch that was begun lately, running or not: the way back to it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lately {
    pub id: String,
    /// “Approve 23 sign-ups”
    pub what: String,
    /// How far it is; empty where that is not known any more.
    pub state: &'static str,
    pub who: String,
    pub since: Timestamp,
}

/// One of a batch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Item {
    pub account: AccountId,
    pub handle: String,
    /// `None` while it waits for its turn.
    pub outcome: Option<DeedState>,
    pub entry: Option<i64>,
    pub said: String,
}

/// A batch with all its items.
#[derive(Clone, Debug)]
pub struct BatchPage {
    pub id: String,
    /// “Let in 23 people”
    pub what: String,
    pub who: String,
    pub why: String,
    pub created_at: Timestamp,
    pub ended_at: Option<Timestamp>,
    pub paused: bool,
    pub items: Vec<Item>,
    /// Those that are not what the console wrote, and are not shown.
    pub changed: usize,
    /// Closed items by outcome: word and number.
    pub counts: Vec<(DeedState, usize)>,
    pub left: usize,
    /// It waits so many seconds, because the other half of what the instance takes belongs to people.
    pub waits: Option<i64>,
    pub may_pause: bool,
    /// Whoever looks at it began it: its entries are theirs.
    pub own: bool,
    /// The list whose rows it decides.
    pub list: List,
}

/// The list that a batch was begun from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum List {
    Reports,
    Accounts,
    SignUps,
    Invites,
}
