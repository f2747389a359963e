//! Contractors’ grants.

use super::{at, row};
use crate::{
    access::Permission,
    clock::Timestamp,
    id::{GrantId, InstanceName, OperatorId},
    ledger::{BeforeAfter, Deed, Subject},
    nouns::grants::{RoleAsked, Scope},
    text::{self, time},
};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

/// Ask for a contractor's grant.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AskGrant {
    pub grant: GrantId,
    pub operator: OperatorId,
    pub name: String,
    pub scope: Scope,
    /// Milliseconds since the Unix epoch.
    pub starts: i64,
    pub ends: i64,
    pub sponsor: OperatorId,
    pub sponsor_name: String,
    /// The reference of the agreement.
    pub agreement: String,
    /// Roles on instances for the same time.
    pub roles: Vec<RoleAsked>,
}

impl Deed for AskGrant {
    const KIND: &'static str = "ask_grant";
    const CHANGES: bool = true;
    const UNREAD: &'static [&'static str] = &[];

    fn subject(&self) -> Subject {
        Subject::Grant(self.grant.clone())
    }

    fn instance(&self) -> Option<&InstanceName> {
        None
    }

    fn facts(&self) -> Value {
        json!({ "grant": self.grant, "operator": self.operator, "scope": self.scope, "starts": self.starts, "ends": self.ends,
        "sponsor": self.sponsor, "roles": self.roles.iter().map(|role| json!([role.instance, role.role])).collect::<Vec<_>>() })
    }

    fn permissions(&self) -> &'static [Permission] {
        &[Permission::ProposeGrants]
    }

    fn sentence(&self) -> String {
        format!("requested a grant for {} on {}", text::tame(&self.name), self.scope.places())
    }

    fn before_after(&self) -> Vec<BeforeAfter> {
        vec![
            row("grant", "none".to_owned(), self.scope.words()),
            row("from", String::new(), time::absolute(Timestamp(self.starts))),
            row("until", String::new(), time::absolute(Timestamp(self.ends))),
        ]
    }
}

/// What is to be known of whoever decided about what another asked for.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SecondPerson {
    /// By whose hand they came to decide, where it is less than 30 days ago: “added 2 days ago by the asker”; else empty.
    pub said: String,
    /// They had no second factor of their own, and none was asked for.
    pub factor_waived: bool,
}

/// Approve a grant that somebody else asked for, or refuse it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DecideGrant {
    pub grant: GrantId,
    pub operator: OperatorId,
    pub name: String,
    pub scope: Scope,
    pub starts: i64,
    pub ends: i64,
    pub approve: bool,
    /// Nothing where it was decided at the server.
    #[serde(default)]
    pub second_person: SecondPerson,
}

impl Deed for DecideGrant {
    const KIND: &'static str = "decide_grant";
    const CHANGES: bool = true;
    const UNREAD: &'static [&'static str] = &[];

    fn subject(&self) -> Subject {
        Subject::Grant(self.grant.clone())
    }

    fn instance(&self) -> Option<&InstanceName> {
        None
    }

    fn facts(&self) -> Value {
        json!({ "grant": self.grant, "operator": self.operator, "approve": self.approve,
        "tied": !self.second_person.said.is_empty(), "factor_waived": self.second_person.factor_waived })
    }

    fn permissions(&self) -> &'static [Permission] {
        &[Permission::DecideGrants]
    }

    fn sentence(&self) -> String {
        if self.approve {
            format!("approved a grant for {}", text::tame(&self.name))
        } else {
            format!("rejected a grant for {}", text::tame(&self.name))
        }
    }

    fn before_after(&self) -> Vec<BeforeAfter> {
        let after = if self.approve { "approved" } else { "rejected" };
        let mut rows = vec![row("grant", "requested".to_owned(), format!("{after}: {}", self.scope.words()))];
        let second = &self.second_person;
        if !second.said.is_empty() {
            rows.push(row("second person", String::new(), text::tame(&second.said)));
        }
        if second.factor_waived {
            rows.push(row("their second factor", String::new(), "none, and none was required".to_owned()));
        }
        rows
    }
}

/// Take a grant back before its end.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RevokeGrant {
    pub grant: GrantId,
    pub operator: OperatorId,
    pub name: String,
    /// When it would have ended.
    pub ends: i64,
}

impl Deed for RevokeGrant {
    const KIND: &'static str = "revoke_grant";
    const CHANGES: bool = true;
    const UNREAD: &'static [&'static str] = &[];

    fn subject(&self) -> Subject {
        Subject::Grant(self.grant.clone())
    }

    fn instance(&self) -> Option<&InstanceName> {
        None
    }

    fn facts(&self) -> Value {
        json!({ "grant": self.grant, "operator": self.operator })
    }

    fn permissions(&self) -> &'static [Permission] {
        &[Permission::ProposeGrants]
    }

    fn sentence(&self) -> String {
        format!("revoked a grant of {}", text::tame(&self.name))
    }

    fn before_after(&self) -> Vec<BeforeAfter> {
        vec![row("until", time::absolute(Timestamp(self.ends)), "revoked at once".to_owned())]
    }
}

/// A grant began; the console itself notes it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StartGrant {
    pub grant: GrantId,
    pub operator: OperatorId,
    pub name: String,
    pub scope: Scope,
    pub starts: i64,
}

impl Deed for StartGrant {
    const KIND: &'static str = "start_grant";
    const CHANGES: bool = true;
    const UNREAD: &'static [&'static str] = &[];

    fn subject(&self) -> Subject {
        Subject::Grant(self.grant.clone())
    }

    fn instance(&self) -> Option<&InstanceName> {
        None
    }

    fn facts(&self) -> Value {
        json!({ "grant": self.grant, "operator": self.operator, "scope": self.scope })
    }

    fn permissions(&self) -> &'static [Permission] {
        // What the console itself does at a grant’s start and end is what was decided.
        &[Permission::DecideGrants]
    }

    fn sentence(&self) -> String {
        format!("started the grant of {} on {}", text::tame(&self.name), self.scope.places())
    }

    fn before_after(&self) -> Vec<BeforeAfter> {
        vec![row("grant", "scheduled".to_owned(), "active".to_owned())]
    }
}

/// A grant ended; what the person held goes back to the queue.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct EndGrant {
    pub grant: GrantId,
    pub operator: OperatorId,
    pub name: String,
    pub ends: i64,
    /// Taken back by somebody before its end.
    pub revoked: bool,
    /// Whether its beginning was recorded; not, where nothing ran from its start to its end.
    pub began: bool,
}

impl Deed for EndGrant {
    const KIND: &'static str = "end_grant";
    const CHANGES: bool = true;
    const UNREAD: &'static [&'static str] = &[];

    fn subject(&self) -> Subject {
        Subject::Grant(self.grant.clone())
    }

    fn instance(&self) -> Option<&InstanceName> {
        None
    }

    fn facts(&self) -> Value {
        json!({ "grant": self.grant, "operator": self.operator, "revoked": self.revoked, "began": self.began })
    }

    fn permissions(&self) -> &'static [Permission] {
        // What the console itself does at a grant’s start and end is what was decided.
        &[Permission::DecideGrants]
    }

    fn sentence(&self) -> String {
        if self.revoked {
            format!("ended the revoked grant of {}", text::tame(&self.name))
        } else {
            format!("ended the grant of {}", text::tame(&self.name))
        }
    }

    fn before_after(&self) -> Vec<BeforeAfter> {
        vec![row("grant", "active".to_owned(), "ended".to_owned())]
    }
}

/// Leave a role alone at the end of a grant, because it is not the one that was given any more.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LeaveRole {
    pub grant: GrantId,
    pub asked: RoleAsked,
    /// What is there instead, in words.
    pub found: String,
}

impl Deed for LeaveRole {
    const KIND: &'static str = "leave_role";
    const CHANGES: bool = true;
    const UNREAD: &'static [&'static str] = &[];

    fn subject(&self) -> Subject {
        Subject::Grant(self.grant.clone())
    }

    fn instance(&self) -> Option<&InstanceName> {
        Some(&self.asked.instance)
    }

    fn facts(&self) -> Value {
        json!({ "grant": self.grant, "role": self.asked.role })
    }

    fn permissions(&self) -> &'static [Permission] {
        // What the console itself does at a grant’s start and end is what was decided.
        &[Permission::DecideGrants]
    }

    fn sentence(&self) -> String {
        format!("left the role of {} unchanged: {}", at(&self.asked.acct), text::tame(&self.found))
    }

    fn before_after(&self) -> Vec<BeforeAfter> {
        vec![row("role", self.asked.role_name.clone(), self.found.clone())]
    }
}

/// Hand out a contractor's month of work as a file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExportSheet {
    pub operator: OperatorId,
    pub name: String,
    /// `2026-11`
    pub month: String,
}

impl Deed for ExportSheet {
    const KIND: &'static str = "export_sheet";
    const CHANGES: bool = false;
    const UNREAD: &'static [&'static str] = &[];

    fn subject(&self) -> Subject {
        Subject::Operator(self.operator.clone())
    }

    fn instance(&self) -> Option<&InstanceName> {
        None
    }

    fn facts(&self) -> Value {
        json!({ "operator": self.operator, "month": self.month })
    }

    fn permissions(&self) -> &'static [Permission] {
        &[Permission::CheckLedger]
    }

    fn sentence(&self) -> String {
        format!("exported the timesheet of {} for {}", text::tame(&self.name), self.month)
    }

    fn before_after(&self) -> Vec<BeforeAfter> {
        Vec::new()
    }
}
