//! What is done about accounts beside their cases.

use super::{ChangedRow, LogRow, Needs, OnInstance, at, row};
use crate::{
    access::Permission,
    id::{AccountId, InstanceName},
    ledger::{BeforeAfter, Deed, Subject},
    nouns::permissions::DELETE_USER_DATA,
    text::{Email, Note},
};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

/// What people can be looked for by that is masked otherwise.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Personal {
    /// A whole mail address
    Email(Email),
    /// An address, or a range in CIDR form
    Address(String),
}

/// Look for people by a mail address or an IP: a reveal like any other.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SearchPersonal {
    pub instance: InstanceName,
    pub what: Personal,
}

impl Deed for SearchPersonal {
    const KIND: &'static str = "search_personal";
    const CHANGES: bool = false;
    const UNREAD: &'static [&'static str] = &["what"];

    fn subject(&self) -> Subject {
        Subject::People(self.instance.clone())
    }

    fn instance(&self) -> Option<&InstanceName> {
        Some(&self.instance)
    }

    fn facts(&self) -> Value {
        json!({ "by": match self.what {
        Personal::Email(_) => "email",
        Personal::Address(_) => "address",
    } })
    }

    fn permissions(&self) -> &'static [Permission] {
        &[Permission::SearchPersonal]
    }

    fn sentence(&self) -> String {
        match self.what {
            Personal::Email(_) => "searched by email address".to_owned(),
            Personal::Address(_) => "searched by IP address".to_owned(),
        }
    }

    fn before_after(&self) -> Vec<BeforeAfter> {
        Vec::new()
    }
}

/// Write something down about an account, for the team.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct WriteNote {
    pub instance: InstanceName,
    pub account: AccountId,
    pub acct: String,
    /// The note's id in the console's store.
    pub note: String,
    pub text: Note,
}

// A note stands beside whatever else is done about the account, and must not wait for it.
impl Deed for WriteNote {
    const KIND: &'static str = "write_note";
    const CHANGES: bool = false;
    const UNREAD: &'static [&'static str] = &[];

    fn subject(&self) -> Subject {
        Subject::Account(self.instance.clone(), self.account)
    }

    fn instance(&self) -> Option<&InstanceName> {
        Some(&self.instance)
    }

    fn facts(&self) -> Value {
        json!({})
    }

    fn permissions(&self) -> &'static [Permission] {
        &[Permission::DecideReports]
    }

    fn sentence(&self) -> String {
        format!("wrote a note about {}", at(&self.acct))
    }

    fn before_after(&self) -> Vec<BeforeAfter> {
        Vec::new()
    }
}

/// Take a note back: it is shown nowhere but in the record.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct WithdrawNote {
    pub instance: InstanceName,
    pub account: AccountId,
    pub acct: String,
    pub note: String,
}

impl Deed for WithdrawNote {
    const KIND: &'static str = "withdraw_note";
    const CHANGES: bool = false;
    const UNREAD: &'static [&'static str] = &[];

    fn subject(&self) -> Subject {
        Subject::Account(self.instance.clone(), self.account)
    }

    fn instance(&self) -> Option<&InstanceName> {
        Some(&self.instance)
    }

    fn facts(&self) -> Value {
        json!({})
    }

    fn permissions(&self) -> &'static [Permission] {
        &[Permission::DecideReports]
    }

    fn sentence(&self) -> String {
        format!("withdrew a note about {}", at(&self.acct))
    }

    fn before_after(&self) -> Vec<BeforeAfter> {
        vec![row("note", "shown".to_owned(), "withdrawn".to_owned())]
    }
}

/// Delete what a suspended account has left at once, instead of 30 days after its suspension.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeleteAccount {
    pub instance: InstanceName,
    pub account: AccountId,
    pub acct: String,
    /// When it would have gone by itself, in milliseconds since the Unix epoch.
    pub due: i64,
}

impl Deed for DeleteAccount {
    const KIND: &'static str = "delete_account";
    const CHANGES: bool = true;
    const UNREAD: &'static [&'static str] = &[];

    fn subject(&self) -> Subject {
        Subject::Account(self.instance.clone(), self.account)
    }

    fn instance(&self) -> Option<&InstanceName> {
        Some(&self.instance)
    }

    fn facts(&self) -> Value {
        json!({})
    }

    fn permissions(&self) -> &'static [Permission] {
        &[Permission::DeleteAccounts]
    }

    fn sentence(&self) -> String {
        format!("deleted the data of {} immediately", at(&self.acct))
    }

    fn before_after(&self) -> Vec<BeforeAfter> {
        vec![row("data", "kept for 30 days".to_owned(), "deleted immediately".to_owned())]
    }
}

impl OnInstance for DeleteAccount {
    fn needs(&self) -> Needs {
        Needs::about(DELETE_USER_DATA, self.account)
    }

    fn logs(&self, _: &LogRow<'_>) -> bool {
        // It logs no deletion either (`app/controllers/api/v1/admin/accounts_controller.rb`).
        false
    }

    fn explains(&self, found: &ChangedRow<'_>) -> bool {
        // The data goes, and a frozen login with it.
        match found.sanction() {
            Some("deleted") => found.now.is_some(),
            Some("frozen") => found.now.is_none(),
            _ => false,
        }
    }
}
