//! Roles of the instance.

use super::{ChangedRow, LogRow, Needs, OnInstance, at, row};
use crate::{
    access::Permission,
    id::{AccountId, InstanceName, RoleId},
    ledger::{BeforeAfter, Deed, Subject},
    nouns::{parts::WatchedPart, permissions::MANAGE_ROLES, roles},
};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

/// Give somebody a role of the instance, change it, or take it away.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AssignRole {
    pub instance: InstanceName,
    pub account: AccountId,
    /// `users.id`: the row that carries the role, and what Mastodon's log names.
    pub user: i64,
    pub acct: String,
    /// The role the person saw; `None` for none.
    pub before: Option<RoleId>,
    pub before_name: Option<String>,
    /// The role it becomes; `None` takes it away.
    pub after: Option<RoleId>,
    pub after_name: Option<String>,
}

impl Deed for AssignRole {
    const KIND: &'static str = "assign_role";
    const CHANGES: bool = true;
    const UNREAD: &'static [&'static str] = &[];

    fn subject(&self) -> Subject {
        Subject::Account(self.instance.clone(), self.account)
    }

    fn instance(&self) -> Option<&InstanceName> {
        Some(&self.instance)
    }

    fn facts(&self) -> Value {
        json!({ "before": self.before, "after": self.after })
    }

    fn permissions(&self) -> &'static [Permission] {
        if self.after.is_none() {
            &[Permission::TakeRolesAway, Permission::ManageRoles]
        } else {
            &[Permission::ManageRoles]
        }
    }

    fn sentence(&self) -> String {
        let named =
            |role: Option<RoleId>, name: &Option<String>| roles::called(role, name.as_deref().unwrap_or_default());
        match (self.before, self.after) {
            (_, None) => {
                format!("removed the role {} from {}", named(self.before, &self.before_name), at(&self.acct))
            }
            (None, Some(_)) => format!("gave {} the role {}", at(&self.acct), named(self.after, &self.after_name)),
            (Some(_), Some(_)) => format!(
                "gave {} the role {}, before {}",
                at(&self.acct),
                named(self.after, &self.after_name),
                named(self.before, &self.before_name)
            ),
        }
    }

    fn before_after(&self) -> Vec<BeforeAfter> {
        let named = |role: Option<RoleId>, name: &Option<String>| match role {
            None => "none".to_owned(),
            Some(role) => {
                format!("{} ({role})", roles::called(Some(role), name.as_deref().unwrap_or_default()))
            }
        };
        vec![row("role", named(self.before, &self.before_name), named(self.after, &self.after_name))]
    }
}

impl OnInstance for AssignRole {
    fn needs(&self) -> Needs {
        Needs::about(MANAGE_ROLES, self.account)
    }

    fn logs(&self, row: &LogRow<'_>) -> bool {
        row.is("change_role", "User") && row.target == self.user
    }

    fn explains(&self, found: &ChangedRow<'_>) -> bool {
        let role = found.now.and_then(|member| member["role_id"].as_str()).map(str::to_owned);
        found.part == WatchedPart::Members && role == self.after.map(|role| role.to_string())
    }
}
