//! Contractors' grants: what somebody may do, where, and from when to when. One person asks, another approves.
//!
//! The rule about reports: a case (all open reports about one account) is a contractor's to see if one of its open reports is
//! in the granted categories, and to decide if all of them are. An account whose open reports are all outside the grant is
//! not shown at all. Accounts without an open report and decided reports are shown on every instance that is covered, but
//! nothing is done about them, and nothing masked, private or noted by the team is shown of them.

pub mod api;
pub mod page;
pub mod service;

use crate::{
    access::Role,
    clock::Timestamp,
    id::{GrantId, InstanceName, OperatorId, RoleId},
    reports::Decision,
    ui,
};
use serde::{Deserialize, Serialize};

pub use crate::{
    access::Running,
    nouns::grants::{RoleAsked, RoleState, Scope, State},
};

/// A role of a grant as its page shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RoleCard {
    pub asked: RoleAsked,
    pub state: RoleState,
    /// What the account had before; empty where that is not noted.
    pub former: String,
    /// The entries of giving and taking it.
    pub given_entry: Option<i64>,
    pub taken_entry: Option<i64>,
    /// Why it is not further, or not as it was asked.
    pub said: String,
}

/// A grant as the pages show it, with names for ids.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Card {
    pub id: GrantId,
    pub operator: OperatorId,
    pub name: String,
    pub scope: Scope,
    pub starts_at: Timestamp,
    pub ends_at: Timestamp,
    pub state: State,
    pub sponsor: String,
    /// The reference of the agreement; empty where none was given.
    pub agreement: String,
    pub asked_by: String,
    pub asked_at: Timestamp,
    /// Who decided, and when.
    pub decided: Option<(String, Timestamp)>,
    pub revoked: Option<(String, Timestamp)>,
    /// When the console recorded that it began, and that it ended.
    pub began_at: Option<Timestamp>,
    pub ended_at: Option<Timestamp>,
}

/// The grants desk.
#[derive(Clone, Debug)]
pub struct GrantsPage {
    /// What is not over: to be decided, to come, running.
    pub open: Vec<Card>,
    /// What is over, newest first.
    pub closed: Vec<Card>,
    pub older: Option<String>,
    /// One's own grants only.
    pub own: Option<OperatorId>,
    pub may_ask: bool,
    /// Contractors: id, name, and whether a grant of theirs runs.
    pub contractors: Vec<(OperatorId, String, bool)>,
}

/// What can be chosen when a grant is asked for.
#[derive(Clone, Debug)]
pub struct AskPage {
    pub contractors: Vec<(OperatorId, String)>,
    pub places: Vec<Place>,
    /// Owners and admins.
    pub sponsors: Vec<(OperatorId, String)>,
    /// Who was meant on the page before.
    pub chosen: String,
}

/// An instance that a grant can be for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    pub name: InstanceName,
    pub title: String,
    /// Its roles, by id and name; `None` while its database does not answer.
    pub roles: Option<Vec<(RoleId, String)>>,
}

/// What was typed into the form of a grant.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct AskForm {
    #[serde(default)]
    pub operator: String,
    #[serde(default)]
    pub instances: Vec<String>,
    #[serde(default)]
    pub categories: Vec<String>,
    #[serde(default)]
    pub sign_ups: String,
    #[serde(default)]
    pub reveal: String,
    #[serde(default)]
    pub starts: String,
    #[serde(default)]
    pub ends: String,
    /// The time zone of both days, by its IANA name; empty for the person's own.
    #[serde(default)]
    pub zone: String,
    #[serde(default)]
    pub sponsor: String,
    #[serde(default)]
    pub agreement: String,
    #[serde(default)]
    pub why: String,
    /// An instance, an account there and a role in each row: `harbour`, `lea`, `5` or `none`.
    #[serde(default)]
    pub places: Vec<String>,
    #[serde(default)]
    pub accounts: Vec<String>,
    #[serde(default)]
    pub roles: Vec<String>,
}

/// One grant.
#[derive(Clone, Debug)]
pub struct GrantPage {
    pub grant: Card,
    /// Why this person cannot decide about it; `None` where they can.
    pub not_decided_here: Option<String>,
    /// By whose hand whoever decided, or may decide now, came to be able to: “added 2 days ago by the asker”; mostly empty.
    pub tied: String,
    /// Whoever decided, or may decide now, has no second factor, and none is asked for.
    pub factor_waived: bool,
    pub may_revoke: bool,
    /// Roles on instances that go with it.
    pub roles: Vec<RoleCard>,
    /// What the record has about it, newest first.
    pub entries: Vec<crate::record::Line>,
}

/// One day of somebody's work.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Work {
    /// The first and the last deed.
    pub first: Option<Timestamp>,
    pub last: Option<Timestamp>,
    /// Cases decided, in the order of [`Decision::ALL`].
    pub decided: [u32; Decision::ALL.len()],
    pub let_in: u32,
    pub refused: u32,
    /// Masked things and private files shown, searches by mail or address.
    pub reveals: u32,
    pub handed_over: u32,
    /// Everything else that was done.
    pub other: u32,
    /// Begun, and not done or not known to be.
    pub not_done: u32,
}

impl Work {
    /// Cases decided, whatever the decision.
    pub fn cases(&self) -> u32 {
        self.decided.iter().sum()
    }

    /// Adds another day's.
    pub fn add(&mut self, other: &Self) {
        self.first = [self.first, other.first].into_iter().flatten().min();
        self.last = self.last.max(other.last);
        for (sum, number) in self.decided.iter_mut().zip(other.decided) {
            *sum += number;
        }
        self.let_in += other.let_in;
        self.refused += other.refused;
        self.reveals += other.reveals;
        self.handed_over += other.handed_over;
        self.other += other.other;
        self.not_done += other.not_done;
    }

    /// How often this was decided.
    pub fn of(&self, decision: Decision) -> u32 {
        Decision::ALL.iter().zip(self.decided).find(|(own, _)| **own == decision).map_or(0, |(_, number)| number)
    }
}

/// A month of somebody's work, from the record.
#[derive(Clone, Debug)]
pub struct Timesheet {
    pub operator: OperatorId,
    pub name: String,
    pub role: Role,
    /// `2026-11`
    pub month: String,
    pub before: String,
    pub after: Option<String>,
    /// The day as `2026-11-23`, and its work.
    pub days: Vec<(String, Work)>,
    pub total: Work,
    /// The grants in force in this month.
    pub grants: Vec<Card>,
    /// There is more in the record than one sheet reads.
    pub cut: bool,
    pub you: bool,
    pub may_export: bool,
}

/// What was done and what not, in a sentence.
pub fn sum(work: &Work) -> String {
    let number = |number: u32, one: &str, many: &str| ui::count(usize::try_from(number).unwrap_or(0), one, many);
    format!(
        "{}, {}, {}",
        number(work.cases(), "case", "cases"),
        number(work.let_in + work.refused, "sign-up", "sign-ups"),
        number(work.reveals, "reveal", "reveals")
    )
}
