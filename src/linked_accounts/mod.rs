//! People and their own accounts on the instances: linking one, acting as it, and when that ends.

pub mod api;
pub mod page;
pub mod service;

use crate::{
    clock::Timestamp,
    id::{InstanceName, OperatorId},
    nouns::linked_accounts::Lapse,
};

/// The person's own account on this instance.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct YourAccount {
    /// `@jonas`
    pub handle: String,
    pub since: Timestamp,
    /// The name of its role, and what of the console's work that role includes; `None` while the database is away.
    pub role: Option<(String, Vec<(String, bool)>)>,
    pub lapse: Option<Lapse>,
    /// Its role wants a second factor, and it has none; `None` where the console may not read what the role wants.
    pub lacks_second_factor: Option<bool>,
    /// What the instance says to its token, where that is not well.
    pub token: Option<String>,
}

/// The way to the instance's page of consent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Begun {
    pub address: String,
    pub until: Timestamp,
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
    pub since: Timestamp,
}
