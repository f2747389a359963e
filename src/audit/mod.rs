//! The record, as people read it: who did what, to whom, why, and what came of it.

pub mod api;
pub mod page;
pub mod service;

use crate::{clock::Instant, id::AccountId, ledger::check::Check, record::Line};

/// The state of the tree.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tree {
    pub entries: i64,
    pub root: String,
    pub checkpoint: Option<Checkpoint>,
    /// Where checkpoints go outside the store; `None` where nowhere.
    pub outside: Option<String>,
}

/// The last signed checkpoint.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Checkpoint {
    pub entries: i64,
    pub at: Instant,
    pub note: String,
}

/// The audit desk.
#[derive(Clone, Debug)]
pub struct AuditPage {
    pub tree: Tree,
    pub lines: Vec<Line>,
    /// People to filter by: id and name.
    pub people: Vec<(String, String)>,
    /// The whole ledger, or one's own deeds.
    pub whole: bool,
    pub filter: Filter,
    /// The address of the next, older page.
    pub older: Option<String>,
    pub search: String,
    /// The check of the whole record, for whoever may ask for one.
    pub check: Option<Check>,
}

/// What the list is narrowed to; empty text means everything.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Filter {
    pub who: String,
    pub kind: String,
    pub outcome: String,
    pub instance: String,
    /// The account a deed was about: an id.
    pub account: String,
    /// Days as `2026-11-23`.
    pub from: String,
    pub to: String,
}

/// One entry in full.
#[derive(Clone, Debug)]
pub struct EntryPage {
    pub line: Line,
    /// As which account it was done, where anything goes to an instance.
    pub acting: Option<String>,
    /// The leaf as it stands in the tree.
    pub leaf: String,
    pub leaf_hash: String,
    pub outcome_leaf: Option<(i64, String)>,
    /// Before, after, and everything else of the deed: name and value.
    pub details: Vec<(String, String)>,
    pub before_after: Vec<(String, String, String)>,
    /// What was read back, and the trace.
    pub seen: Vec<(String, String)>,
    /// The hashes that lead from this leaf to the root; `None` where they cannot be had.
    pub proof: Option<Vec<String>>,
    pub tree: Tree,
    /// The sealed part was destroyed, or belongs to somebody else.
    pub sealed: Option<String>,
}

/// What Mastodon's own log is narrowed to; empty text means everything.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct InstanceLogFilter {
    /// The name of a local account.
    pub who: String,
    /// Mastodon's word for what was done.
    pub action: String,
    /// A day as `2026-11-23`.
    pub day: String,
}

/// One row of Mastodon's own log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Logged {
    pub id: i64,
    pub at: Instant,
    pub by: String,
    pub action: String,
    /// What sort of thing it was done to, in words.
    pub kind: String,
    pub target: String,
    /// The account it was about, where the target belongs to one.
    pub about: Option<AccountId>,
    /// Our entry, where it is a trace of one of our deeds.
    pub ours: Option<i64>,
}

/// Mastodon's own log beside ours.
#[derive(Clone, Debug)]
pub struct InstanceLogPage {
    pub rows: Vec<Logged>,
    pub filter: InstanceLogFilter,
    /// The person asked for is nobody on the instance.
    pub nobody: bool,
    /// The address of the next, older page.
    pub older: Option<String>,
    /// How far back was looked, and the address that looks further.
    pub further: Option<(Instant, String)>,
}
