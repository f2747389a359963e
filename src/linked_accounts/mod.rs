//! People and their own accounts on the instances: linking one, acting as it, and when that ends.

pub mod api;
pub mod page;
pub mod service;

use crate::{
    clock::Instant,
    id::{InstanceName, OperatorId},
};

/// Why nobody may act as a linked account any more.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Lapse {
    /// `users.disabled`
    Frozen,
    /// `accounts.suspended_at`
    Suspended,
    /// Neither approved nor confirmed, or one of them not
    Waiting,
    /// No role, or one without any staff permission
    NoStaff,
    /// Deleted, or without a login here
    Gone,
}

impl Lapse {
    /// What is said after the account.
    pub fn words(self) -> &'static str {
        match self {
            Self::Frozen => "has a frozen login",
            Self::Suspended => "is suspended",
            Self::Waiting => "is not confirmed or not let in",
            Self::NoStaff => "has no role that may do anything",
            Self::Gone => "has no login there any more",
        }
    }
}

/// The person's own account on this instance.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct YourAccount {
    /// `@jonas`
    pub handle: String,
    pub since: Instant,
    /// The name of its role, and what of the console's work that role includes; `None` while the database is away.
    pub role: Option<(String, Vec<(String, bool)>)>,
    pub lapse: Option<Lapse>,
    /// What the instance says to its token, where that is not well.
    pub token: Option<String>,
}

/// The way to the instance's page of consent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Begun {
    pub address: String,
    pub until: Instant,
}

/// The page of one's own account.
#[derive(Clone, Debug)]
pub struct YourAccountPage {
    /// The instance's own host.
    pub host: String,
    pub account: Option<YourAccount>,
    /// As whom deeds go to the instance without a link.
    pub service: Option<String>,
    pub begun: Option<Begun>,
    /// The token may still hold at the instance, which did not take it back.
    pub left_there: bool,
}

/// A linked account on the list of people.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LinkOf {
    pub operator: OperatorId,
    pub instance: InstanceName,
    pub handle: String,
    pub since: Instant,
}
