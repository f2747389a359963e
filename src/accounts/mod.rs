//! Accounts: finding one, listing them, looking at one.

pub mod api;
pub mod page;
#[cfg(feature = "ssr")]
pub mod service;

use crate::{clock::Instant, id::AccountId};
use serde::{Deserialize, Serialize};

/// An account that fits what was typed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hit {
    pub id: AccountId,
    pub handle: String,
    pub display_name: String,
    pub state: Vec<String>,
}

/// An account of a list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AccountRow {
    pub id: AccountId,
    pub handle: String,
    pub display_name: String,
    pub state: Vec<String>,
    pub role: Option<String>,
    pub since: Instant,
    pub last_active: Option<Instant>,
}

/// What the list is narrowed to; empty means everything.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct AccountFilter {
    /// `local` or `remote`
    pub origin: String,
    /// One server exactly
    pub domain: String,
    /// `suspended`, `limited`, `media` or `frozen`
    pub state: String,
    /// `user_roles.id`
    pub role: String,
    /// The account whose invitations they came with
    pub inviter: String,
}

/// Accounts, newest first.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct AccountsPage {
    pub rows: Vec<AccountRow>,
    pub filter: AccountFilter,
    pub roles: Vec<(String, String)>,
    /// How far back was looked, where that is not to the end.
    pub edge: Option<Instant>,
    pub older: Option<String>,
    pub search: String,
}

/// What a search found.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct FindPage {
    pub asked: String,
    /// Exactly this one: the page goes on to it.
    pub exact: Option<AccountId>,
    pub hits: Vec<Hit>,
    /// Looked for by mail address or IP: it is in the record.
    pub personal: bool,
}
