//! The people of the console.

pub mod api;
pub mod page;
pub mod service;

use crate::{access::Role, clock::Timestamp, grants::Running, id::OperatorId, linked_accounts::LinkOf};

/// Somebody who may sign in, or once could.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Person {
    pub id: OperatorId,
    pub name: String,
    pub role: Role,
    /// A contractor's grants that run now.
    pub grants: Vec<Running>,
    pub disabled: bool,
    pub second_factor: bool,
    /// When a recovery code was last used in its place, and how many are left.
    pub recovery_code_used: Option<(Timestamp, usize)>,
    pub last_seen: Option<Timestamp>,
    pub you: bool,
    /// Sessions that can still be used.
    pub open: Vec<OpenSession>,
    /// Their own accounts on instances.
    pub links: Vec<LinkOf>,
}

/// A session of somebody's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OpenSession {
    /// The beginning of its hash.
    pub short: String,
    pub began_at: Timestamp,
    pub seen_at: Timestamp,
}

/// Somebody whose sign-in is to be reset.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ResetPage {
    pub id: OperatorId,
    pub name: String,
    pub role: Role,
    pub second_factor: bool,
    /// A one-time link for them waits already; a new one takes its place.
    pub waits: bool,
}

/// The people desk.
#[derive(Clone, Debug)]
pub struct PeoplePage {
    pub people: Vec<Person>,
    /// For whom a one-time link was made just now, and the link: shown once.
    pub link: Option<(String, String)>,
    /// A token was deleted here that its instance did not take back.
    pub left_there: bool,
}
