//! What a contractor's grant includes.

use super::reports::Category;
use crate::id::{AccountId, InstanceName, RoleId};
use serde::{Deserialize, Serialize};

/// What a grant includes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Scope {
    pub instances: Vec<InstanceName>,
    /// Categories of reports.
    pub categories: Vec<Category>,
    /// Whether sign-ups may be decided.
    pub sign_ups: bool,
    /// Whether masked things may be revealed, with a reason.
    pub reveal: bool,
}

impl Scope {
    /// “spam, violation; sign-ups; no reveals”
    pub fn words(&self) -> String {
        let categories = match self.categories.as_slice() {
            [] => "no reports".to_owned(),
            all if all.len() == Category::ALL.len() => "all reports".to_owned(),
            some => some.iter().map(|category| category.word()).collect::<Vec<_>>().join(", "),
        };
        let sign_ups = if self.sign_ups { "sign-ups" } else { "no sign-ups" };
        let reveal = if self.reveal { "reveals with a reason" } else { "no reveals" };
        format!("{categories}; {sign_ups}; {reveal}")
    }

    /// “harbour, quay”
    pub fn places(&self) -> String {
        self.instances.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
    }
}

/// The role on one instance for the time of a grant.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RoleAsked {
    pub instance: InstanceName,
    pub account: AccountId,
    /// `users.id`
    pub user: i64,
    pub acct: String,
    pub role: RoleId,
    /// As it was called when it was asked for.
    pub role_name: String,
}
