//! Letting people in.

use super::{ChangedRow, LogRow, Needs, OnInstance, at, row};
use crate::{
    access::Permission,
    clock::Timestamp,
    id::{AccountId, InstanceName},
    ledger::{BeforeAfter, Deed, Subject},
    nouns::permissions::MANAGE_USERS,
};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

/// Let somebody in who asked to join, or refuse them; a refusal deletes them at once.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DecideSignUp {
    pub instance: InstanceName,
    pub account: AccountId,
    /// `users.id`: Mastodon's log names logins by it.
    pub user: i64,
    pub acct: String,
    pub approve: bool,
    /// Whether the mail address was confirmed; only then Mastodon tells anybody of an approval.
    pub confirmed: bool,
    /// Keyed hashes of mail address, address and words: all that is remembered of somebody who is refused.
    pub mail: String,
    pub address: Option<String>,
    pub words: Option<String>,
    /// What whoever decided saw, so that a second person can look at the case as it was: since when it was pending, and the reasons for
    /// joining (2,000 characters at most). Mastodon has neither any more once it is rejected. Entries of before have none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seen: Option<SeenSignUp>,
}

/// A sign-up as it was pending.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SeenSignUp {
    pub asked_at: Timestamp,
    pub reasons: String,
}

impl Deed for DecideSignUp {
    const KIND: &'static str = "decide_sign_up";
    const CHANGES: bool = true;
    const UNREAD: &'static [&'static str] = &["mail", "address", "words", "seen"];
    const MOST_WORDS: usize = 32 * 1024;

    fn subject(&self) -> Subject {
        Subject::Account(self.instance.clone(), self.account)
    }

    fn instance(&self) -> Option<&InstanceName> {
        Some(&self.instance)
    }

    fn facts(&self) -> Value {
        json!({ "approve": self.approve, "confirmed": self.confirmed })
    }

    fn permissions(&self) -> &'static [Permission] {
        &[Permission::DecideSignUps]
    }

    fn sentence(&self) -> String {
        format!("{} {}", if self.approve { "approved" } else { "rejected the sign-up of" }, at(&self.acct))
    }

    fn before_after(&self) -> Vec<BeforeAfter> {
        let after = if self.approve { "approved" } else { "rejected and deleted" };
        vec![row("sign-up", "pending".to_owned(), after.to_owned())]
    }
}

impl OnInstance for DecideSignUp {
    fn needs(&self) -> Needs {
        // Whoever waits has no rank.
        Needs::of(MANAGE_USERS)
    }

    fn logs(&self, row: &LogRow<'_>) -> bool {
        row.is(if self.approve { "approve" } else { "reject" }, "User")
    }

    fn explains(&self, _: &ChangedRow<'_>) -> bool {
        // It changes no setting, no role and no rule.
        false
    }
}
