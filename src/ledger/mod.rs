//! The record: an append-only Merkle tree of what was meant, and what came of it.
//!
//! An intent is a leaf; its outcome is another, naming the intent's index. Nothing is ever updated. What names or describes
//! a person is sealed under a key that can be destroyed without breaking the tree.

mod access;
mod append;
pub mod bundle;
pub mod check;
pub mod checkpoint;
mod deed;
mod entry;
mod head;
mod keys;
mod lease;
mod proof;
mod proven;
mod read;
mod rows;
mod signing;
mod told;
pub mod tree;
pub mod verify;
mod write;

pub use crate::nouns::outcome::Outcome;
pub use access::{Access, GrantThen, LinkThen, OF_SESSIONS, PersonThen, SessionThen};
pub use deed::{BeforeAfter, Deed, Subject};
pub use entry::{AS_MEANT, Acting, Fact, Later, Mark, NOT_SEEN, OutsideChange, OwnTry, Progress, ProvedBy, Verdict};
pub use head::Origin;
pub use proof::Proof;
pub use read::{
    ABOUT_ANY, ABOUT_THESE, Batches, Closed, DONE_BY, Detail, Entry, Filter, Found, LATELY, LATELY_BY, LEAVES_BELOW,
    Narrow, PASSED, Passed, Sealed, TIMES_BY_HAND, TIMES_OF, TreeState, WORKED, Worked,
};
pub use rows::{About, Compared, Counts, Difference, OF_RIGHTS, Resealed};
pub use write::{DEED_LEASE, LARGEST_LEAF, LARGEST_SEEN, LedgerError, NotOpened, OpenDeed};

use crate::{access::Actor, clock::Clock, problem::Problem, seal::Keys, store::Store, telemetry::Counted};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::{path::PathBuf, sync::Arc};
use tokio::sync::mpsc;

/// What is said where the record was not read; why stands in the log.
pub fn unreadable(error: impl std::fmt::Display) -> Problem {
    tracing::error!(%error, "record.unread");
    Problem::unavailable("The audit log can’t be read.", "Try again in a moment.")
}

/// Who the console itself is in the record.
pub const CONSOLE: &str = "howdah";

/// The ledger of one console. Cheap to clone.
#[derive(Clone)]
pub struct Ledger {
    store: Store,
    keys: Keys,
    clock: Clock,
    /// The console's public host: what checkpoints are called by, with the store's id.
    host: Arc<str>,
    /// Who holds the leases of the deeds opened here.
    process: Arc<str>,
    /// The place outside the store where checkpoints go.
    outside: Option<Arc<PathBuf>>,
    appends: mpsc::Sender<append::Append>,
    /// The deeds that somebody here is still at work on.
    at_work: lease::AtWork,
    /// Whether the record contradicts itself, as far as this process has looked.
    found: head::Found,
    /// What it wrote last.
    last: Arc<append::Last>,
    /// The deeds that were closed here, by kind and outcome.
    closed: Counted<2>,
    /// The roots over so many full runs of leaves, for proofs.
    tiles: Arc<tokio::sync::Mutex<Vec<tree::Hash>>>,
    folds: read::Folds,
    /// The data keys that entries say were destroyed.
    destroyed: keys::Destroyed,
    /// The entries about rights and sessions, as they were hashed.
    proven: Arc<tokio::sync::Mutex<proven::Proven>>,
}

impl Ledger {
    /// The ledger over a store that is migrated. Starts the task that groups appends.
    pub fn new(store: Store, keys: Keys, clock: Clock, host: &str, process: &str, outside: Option<PathBuf>) -> Self {
        let (appends, queue) = mpsc::channel(1024);
        let found = head::Found::default();
        let last: Arc<append::Last> = Arc::default();
        tokio::spawn(append::drain(
            append::Writer {
                store: store.clone(),
                host: host.into(),
                keys: keys.clone(),
                found: found.clone(),
                last: last.clone(),
                clock: clock.clone(),
                process: process.into(),
            },
            queue,
        ));
        Self {
            store,
            keys,
            clock,
            host: host.into(),
            process: process.into(),
            outside: outside.map(Arc::new),
            appends,
            at_work: lease::AtWork::default(),
            found,
            last,
            closed: Counted::default(),
            tiles: Arc::default(),
            folds: read::Folds::default(),
            destroyed: keys::Destroyed::default(),
            proven: Arc::default(),
        }
    }

    /// The deeds that were closed here since the start, by kind and outcome.
    pub fn closed(&self) -> &Counted<2> {
        &self.closed
    }
}

/// Leave to carry out one deed, once. Only the ledger makes one, after the intent is stored.
#[derive(Debug)]
pub struct Warrant<D> {
    deed: D,
    index: i64,
    mark: Mark,
    actor: Actor,
    acting: Acting,
    /// Keeps the lease running: a warrant that is dropped, for whatever reason, leaves its deed to the sweep.
    _held: lease::Held,
}

impl<D: Deed> Warrant<D> {
    pub fn deed(&self) -> &D {
        &self.deed
    }

    /// The intent's place in the ledger.
    pub fn index(&self) -> i64 {
        self.index
    }

    pub fn mark(&self) -> Mark {
        self.mark
    }

    pub fn actor(&self) -> &Actor {
        &self.actor
    }

    /// As whom the instance sees the deed: chosen before the intent, and by nobody afterwards.
    pub fn acting(&self) -> &Acting {
        &self.acting
    }

    /// Uses the warrant up: what was sent, and what was answered.
    pub fn answered(self, steps: Vec<Step>) -> Answered<D> {
        Answered { warrant: self, steps }
    }

    /// Uses the warrant up without anything having been sent.
    pub fn unsent(self, why: impl Into<String>) -> Answered<D> {
        self.answered(vec![Step { what: "nothing was sent".into(), answer: Answer::NotSent { why: why.into() } }])
    }
}

/// A deed that has been sent, whatever came of it.
#[derive(Debug)]
pub struct Answered<D> {
    warrant: Warrant<D>,
    steps: Vec<Step>,
}

impl<D: Deed> Answered<D> {
    pub fn deed(&self) -> &D {
        &self.warrant.deed
    }

    pub fn steps(&self) -> &[Step] {
        &self.steps
    }

    pub fn mark(&self) -> Mark {
        self.warrant.mark
    }

    pub fn index(&self) -> i64 {
        self.warrant.index
    }
}

/// One thing that was asked of the instance.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Step {
    /// For example `POST resolve, report 17`.
    pub what: String,
    pub answer: Answer,
}

/// What the instance said to it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "answer")]
pub enum Answer {
    /// It certainly did not arrive.
    NotSent { why: String },
    /// Somebody in front of the instance refused it. It may have passed all the same: some look at answers, not at requests.
    RefusedInFront { why: String },
    /// It was refused for certain.
    Refused { status: u16, message: String },
    /// It was accepted; `body` holds nothing personal.
    Accepted { body: Value },
    /// It was sent, and nobody knows what became of it.
    Lost { why: String },
}
