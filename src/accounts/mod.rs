//! Accounts: finding one by handle or id, and looking at it.

pub mod api;
pub mod page;
#[cfg(feature = "ssr")]
pub mod service;

use crate::id::AccountId;
use serde::{Deserialize, Serialize};

/// An account that fits what was typed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hit {
    pub id: AccountId,
    pub handle: String,
    pub display_name: String,
    pub state: Vec<String>,
}

/// What a search found.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct FindPage {
    pub asked: String,
    /// Exactly this one: the page goes on to it.
    pub exact: Option<AccountId>,
    pub hits: Vec<Hit>,
}
