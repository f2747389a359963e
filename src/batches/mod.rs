//! Batches: what is decided about many at once is carried out one by one in the background, each with its own entry in the
//! record.

pub mod api;
pub mod page;
#[cfg(feature = "ssr")]
pub mod service;

use crate::{audit::Outcome, clock::Instant, id::AccountId};
use serde::{Deserialize, Serialize};

/// A batch that is not at its end, in a line.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Running {
    pub id: String,
    pub what: String,
    pub who: String,
    pub since: Instant,
    pub paused: bool,
}

/// One of a batch.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Item {
    pub account: AccountId,
    pub handle: String,
    /// `None` while it waits for its turn.
    pub outcome: Option<Outcome>,
    pub entry: Option<i64>,
    pub said: String,
}

/// A batch with all its items.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct BatchPage {
    pub id: String,
    /// “Let in 23 people”
    pub what: String,
    pub who: String,
    pub why: String,
    pub created_at: Instant,
    pub ended_at: Option<Instant>,
    pub paused: bool,
    pub items: Vec<Item>,
    /// Closed items by outcome: word and number.
    pub counts: Vec<(Outcome, usize)>,
    pub left: usize,
    /// It waits so many seconds, because the other half of what the instance takes belongs to people.
    pub waits: Option<i64>,
    pub may_pause: bool,
}
