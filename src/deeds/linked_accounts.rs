//! People’s own accounts on instances.

use super::{at, row};
use crate::{
    access::Permission,
    id::{AccountId, InstanceName, OperatorId},
    ledger::{BeforeAfter, Deed, Subject},
    text,
};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

/// Link a person of the console with their own account on an instance.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LinkAccount {
    pub instance: InstanceName,
    pub operator: OperatorId,
    pub name: String,
    pub account: AccountId,
    pub acct: String,
}

impl Deed for LinkAccount {
    const KIND: &'static str = "link_account";
    const CHANGES: bool = true;
    const UNREAD: &'static [&'static str] = &[];

    fn subject(&self) -> Subject {
        Subject::Operator(self.operator.clone())
    }

    fn instance(&self) -> Option<&InstanceName> {
        Some(&self.instance)
    }

    fn facts(&self) -> Value {
        json!({})
    }

    fn permissions(&self) -> &'static [Permission] {
        &[Permission::LinkAccount]
    }

    fn sentence(&self) -> String {
        format!("linked {}", at(&self.acct))
    }

    fn before_after(&self) -> Vec<BeforeAfter> {
        vec![row("own account", "none".to_owned(), format!("@{}", text::tame(&self.acct)))]
    }
}

/// Take such a link away, with the token behind it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct UnlinkAccount {
    pub instance: InstanceName,
    pub operator: OperatorId,
    pub name: String,
    pub account: AccountId,
    pub acct: String,
}

impl Deed for UnlinkAccount {
    const KIND: &'static str = "unlink_account";
    const CHANGES: bool = true;
    const UNREAD: &'static [&'static str] = &[];

    fn subject(&self) -> Subject {
        Subject::Operator(self.operator.clone())
    }

    fn instance(&self) -> Option<&InstanceName> {
        Some(&self.instance)
    }

    fn facts(&self) -> Value {
        json!({})
    }

    fn permissions(&self) -> &'static [Permission] {
        // One’s own link, or an owner somebody else’s.
        &[Permission::LinkAccount, Permission::ManageOperators]
    }

    fn sentence(&self) -> String {
        format!("unlinked {} from {}", text::tame(&self.name), at(&self.acct))
    }

    fn before_after(&self) -> Vec<BeforeAfter> {
        vec![row("own account", format!("@{}", text::tame(&self.acct)), "none".to_owned())]
    }
}
