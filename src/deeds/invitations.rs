//! Invitations and access requests.

use super::{ChangedRow, LogRow, Needs, OnInstance, at, row};
use crate::{
    access::Permission,
    id::{AccountId, InstanceName, InviteId},
    ledger::{BeforeAfter, Deed, Subject},
    nouns::permissions::{INVITE_USERS, MANAGE_INVITES},
    text,
};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

/// Make an invitation on the instance, in the name of the account the console acts as.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct IssueInvite {
    pub instance: InstanceName,
    /// Whose it is.
    pub account: AccountId,
    pub acct: String,
    /// What its link ends with: whoever knows it can come in.
    pub code: String,
    pub max_uses: i32,
    /// Milliseconds since the Unix epoch; `None` for an invitation without an end.
    pub expires_at: Option<i64>,
    /// Read by whoever reads the instance’s list of invitations.
    pub comment: String,
    /// The access request it answers.
    pub request: Option<String>,
}

impl Deed for IssueInvite {
    const KIND: &'static str = "issue_invite";
    const CHANGES: bool = true;
    const UNREAD: &'static [&'static str] = &["code"];

    fn subject(&self) -> Subject {
        match &self.request {
            Some(request) => Subject::AccessRequest(self.instance.clone(), request.clone()),
            None => Subject::InviteCode(self.instance.clone(), self.code.clone()),
        }
    }

    fn instance(&self) -> Option<&InstanceName> {
        Some(&self.instance)
    }

    fn facts(&self) -> Value {
        json!({ "uses": self.max_uses, "until": self.expires_at.map(|at| at.to_string()), "requested": self.request.is_some() })
    }

    fn permissions(&self) -> &'static [Permission] {
        &[Permission::ManageInvitations]
    }

    fn sentence(&self) -> String {
        let uses = text::count(usize::try_from(self.max_uses).unwrap_or(0), "use", "uses");
        let request = if self.request.is_some() { " for an access request" } else { "" };
        format!("created an invite with {uses} as {}{request}", at(&self.acct))
    }

    fn before_after(&self) -> Vec<BeforeAfter> {
        vec![row("invite", "none".to_owned(), "available".to_owned())]
    }
}

impl OnInstance for IssueInvite {
    fn needs(&self) -> Needs {
        Needs::of(INVITE_USERS)
    }

    fn logs(&self, _: &LogRow<'_>) -> bool {
        // It logs no invitations.
        false
    }

    fn explains(&self, _: &ChangedRow<'_>) -> bool {
        // It changes no setting, no role and no rule.
        false
    }
}

/// End an invitation: nobody else comes in with it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RevokeInvite {
    pub instance: InstanceName,
    pub invite: InviteId,
    /// Whose it is.
    pub account: AccountId,
    pub acct: String,
    pub uses: i32,
    pub max_uses: Option<i32>,
}

impl Deed for RevokeInvite {
    const KIND: &'static str = "revoke_invite";
    const CHANGES: bool = true;
    const UNREAD: &'static [&'static str] = &[];

    fn subject(&self) -> Subject {
        Subject::Invite(self.instance.clone(), self.invite)
    }

    fn instance(&self) -> Option<&InstanceName> {
        Some(&self.instance)
    }

    fn facts(&self) -> Value {
        json!({ "uses": self.uses, "most": self.max_uses })
    }

    fn permissions(&self) -> &'static [Permission] {
        &[Permission::ManageInvitations]
    }

    fn sentence(&self) -> String {
        format!("deactivated invite {} of {}", self.invite, at(&self.acct))
    }

    fn before_after(&self) -> Vec<BeforeAfter> {
        let used = match self.max_uses {
            Some(most) => format!("{} of {most} uses", self.uses),
            None => format!("{} uses, no limit", self.uses),
        };
        vec![row("invite", used, "deactivated".to_owned())]
    }
}

impl OnInstance for RevokeInvite {
    fn needs(&self) -> Needs {
        Needs::of(MANAGE_INVITES)
    }

    fn logs(&self, _: &LogRow<'_>) -> bool {
        false
    }

    fn explains(&self, _: &ChangedRow<'_>) -> bool {
        // It changes no setting, no role and no rule.
        false
    }
}

/// Write down that somebody asks for access. What they said of themselves is in the console’s store alone.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct EnterAccessRequest {
    pub instance: InstanceName,
    pub request: String,
    /// How many accounts they ask for.
    pub accounts: i32,
}

impl Deed for EnterAccessRequest {
    const KIND: &'static str = "enter_access_request";
    const CHANGES: bool = true;
    const UNREAD: &'static [&'static str] = &[];

    fn subject(&self) -> Subject {
        Subject::AccessRequest(self.instance.clone(), self.request.clone())
    }

    fn instance(&self) -> Option<&InstanceName> {
        Some(&self.instance)
    }

    fn facts(&self) -> Value {
        json!({ "accounts": self.accounts })
    }

    fn permissions(&self) -> &'static [Permission] {
        &[Permission::ManageInvitations]
    }

    fn sentence(&self) -> String {
        "added an access request".to_owned()
    }

    fn before_after(&self) -> Vec<BeforeAfter> {
        vec![row("access request", "none".to_owned(), "pending".to_owned())]
    }
}

/// Refuse an access request; the words for it are kept with the request.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RefuseAccessRequest {
    pub instance: InstanceName,
    pub request: String,
}

impl Deed for RefuseAccessRequest {
    const KIND: &'static str = "refuse_access_request";
    const CHANGES: bool = true;
    const UNREAD: &'static [&'static str] = &[];

    fn subject(&self) -> Subject {
        Subject::AccessRequest(self.instance.clone(), self.request.clone())
    }

    fn instance(&self) -> Option<&InstanceName> {
        Some(&self.instance)
    }

    fn facts(&self) -> Value {
        json!({})
    }

    fn permissions(&self) -> &'static [Permission] {
        &[Permission::ManageInvitations]
    }

    fn sentence(&self) -> String {
        "rejected an access request".to_owned()
    }

    fn before_after(&self) -> Vec<BeforeAfter> {
        vec![row("access request", "pending".to_owned(), "rejected".to_owned())]
    }
}
