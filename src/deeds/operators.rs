//! People of the console, and how they sign in.

use super::row;
use crate::{
    access::{Permission, Role},
    id::{InstanceName, OperatorId},
    ledger::{BeforeAfter, Deed, Subject},
    text::{self, SessionName},
};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

/// A person of the console was added.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AddOperator {
    pub operator: OperatorId,
    pub name: String,
    pub role: Role,
}

impl Deed for AddOperator {
    const KIND: &'static str = "add_operator";
    const CHANGES: bool = true;
    const UNREAD: &'static [&'static str] = &[];

    fn subject(&self) -> Subject {
        Subject::Operator(self.operator.clone())
    }

    fn instance(&self) -> Option<&InstanceName> {
        None
    }

    fn facts(&self) -> Value {
        json!({ "role": self.role })
    }

    fn permissions(&self) -> &'static [Permission] {
        &[Permission::ManageOperators]
    }

    fn sentence(&self) -> String {
        format!("added {} as {}", text::tame(&self.name), self.role.name())
    }

    fn before_after(&self) -> Vec<BeforeAfter> {
        Vec::new()
    }
}

/// A person's access was ended, or given back.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DisableOperator {
    pub operator: OperatorId,
    pub name: String,
    pub disabled: bool,
}

impl Deed for DisableOperator {
    const KIND: &'static str = "disable_operator";
    const CHANGES: bool = true;
    const UNREAD: &'static [&'static str] = &[];

    fn subject(&self) -> Subject {
        Subject::Operator(self.operator.clone())
    }

    fn instance(&self) -> Option<&InstanceName> {
        None
    }

    fn facts(&self) -> Value {
        json!({ "disabled": self.disabled })
    }

    fn permissions(&self) -> &'static [Permission] {
        &[Permission::ManageOperators]
    }

    fn sentence(&self) -> String {
        if self.disabled {
            format!("ended the access of {}", text::tame(&self.name))
        } else {
            format!("restored the access of {}", text::tame(&self.name))
        }
    }

    fn before_after(&self) -> Vec<BeforeAfter> {
        let word = |ended: bool| if ended { "ended" } else { "active" }.to_owned();
        vec![row("access", word(!self.disabled), word(self.disabled))]
    }
}

/// A person's sessions were ended: one of them, or everywhere.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct EndSessions {
    pub operator: OperatorId,
    pub name: String,
    /// The beginning of the session's hash; `None` for all.
    #[serde(default)]
    pub session: Option<SessionName>,
    /// All but the one that asked for it.
    #[serde(default)]
    pub others: bool,
}

impl Deed for EndSessions {
    const KIND: &'static str = "end_sessions";
    const CHANGES: bool = true;
    const UNREAD: &'static [&'static str] = &[];

    fn subject(&self) -> Subject {
        Subject::Operator(self.operator.clone())
    }

    fn instance(&self) -> Option<&InstanceName> {
        None
    }

    fn facts(&self) -> Value {
        json!({})
    }

    fn permissions(&self) -> &'static [Permission] {
        // One’s own, or an owner somebody else’s.
        &[Permission::OwnSignIn, Permission::ManageOperators]
    }

    fn sentence(&self) -> String {
        if self.session.is_some() {
            format!("ended a session of {}", text::tame(&self.name))
        } else if self.others {
            format!("ended the other sessions of {}", text::tame(&self.name))
        } else {
            format!("ended the sessions of {}", text::tame(&self.name))
        }
    }

    fn before_after(&self) -> Vec<BeforeAfter> {
        Vec::new()
    }
}

/// What somebody proved themselves with who chose a new password.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ChosenBy {
    /// The one before
    Password,
    /// A one-time link
    Link,
}

/// Somebody chose a new password for themselves.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChangePassword {
    pub operator: OperatorId,
    pub name: String,
    pub chosen_by: ChosenBy,
}

impl Deed for ChangePassword {
    const KIND: &'static str = "change_password";
    const CHANGES: bool = true;
    const UNREAD: &'static [&'static str] = &[];

    fn subject(&self) -> Subject {
        Subject::Operator(self.operator.clone())
    }

    fn instance(&self) -> Option<&InstanceName> {
        None
    }

    fn facts(&self) -> Value {
        json!({ "by": self.chosen_by })
    }

    fn permissions(&self) -> &'static [Permission] {
        &[Permission::OwnSignIn]
    }

    fn sentence(&self) -> String {
        match self.chosen_by {
            ChosenBy::Password => format!("changed the password of {}", text::tame(&self.name)),
            ChosenBy::Link => format!("chose a new password for {} by a one-time link", text::tame(&self.name)),
        }
    }

    fn before_after(&self) -> Vec<BeforeAfter> {
        vec![row("password", "the previous one".to_owned(), "a new one".to_owned())]
    }
}

/// Somebody set up an authenticator for themselves, with new recovery codes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SetFactor {
    pub operator: OperatorId,
    pub name: String,
    /// In the place of another one.
    pub replaces: bool,
}

impl Deed for SetFactor {
    const KIND: &'static str = "set_factor";
    const CHANGES: bool = true;
    const UNREAD: &'static [&'static str] = &[];

    fn subject(&self) -> Subject {
        Subject::Operator(self.operator.clone())
    }

    fn instance(&self) -> Option<&InstanceName> {
        None
    }

    fn facts(&self) -> Value {
        json!({ "replaces": self.replaces })
    }

    fn permissions(&self) -> &'static [Permission] {
        &[Permission::OwnSignIn]
    }

    fn sentence(&self) -> String {
        if self.replaces {
            format!("replaced the authenticator of {}", text::tame(&self.name))
        } else {
            format!("set up an authenticator for {}", text::tame(&self.name))
        }
    }

    fn before_after(&self) -> Vec<BeforeAfter> {
        let before = if self.replaces { "another authenticator" } else { "none" };
        vec![row("second factor", before.to_owned(), "an authenticator".to_owned())]
    }
}

/// Somebody made new recovery codes for themselves; the former ones hold no more.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NewRecoveryCodes {
    pub operator: OperatorId,
    pub name: String,
}

impl Deed for NewRecoveryCodes {
    const KIND: &'static str = "new_recovery_codes";
    const CHANGES: bool = true;
    const UNREAD: &'static [&'static str] = &[];

    fn subject(&self) -> Subject {
        Subject::Operator(self.operator.clone())
    }

    fn instance(&self) -> Option<&InstanceName> {
        None
    }

    fn facts(&self) -> Value {
        json!({})
    }

    fn permissions(&self) -> &'static [Permission] {
        &[Permission::OwnSignIn]
    }

    fn sentence(&self) -> String {
        format!("created new recovery codes for {}", text::tame(&self.name))
    }

    fn before_after(&self) -> Vec<BeforeAfter> {
        vec![row("recovery codes", "the previous ones".to_owned(), "new ones".to_owned())]
    }
}

/// What of a sign-in is set anew by somebody else.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Resetting {
    /// The password holds no more; a one-time link lets its holder choose another.
    Password,
    /// The second factor and its recovery codes hold no more; the next sign-in sets one up.
    Factor,
    Both,
}

impl Resetting {
    pub fn password(self) -> bool {
        matches!(self, Self::Password | Self::Both)
    }

    pub fn factor(self) -> bool {
        matches!(self, Self::Factor | Self::Both)
    }
}

/// A person's way of signing in was taken away, so that they set it anew. Their sessions end.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ResetSignIn {
    pub operator: OperatorId,
    pub name: String,
    pub what: Resetting,
    /// The beginning of the one-time link's hash, where the password is reset.
    pub link: Option<String>,
}

impl Deed for ResetSignIn {
    const KIND: &'static str = "reset_sign_in";
    const CHANGES: bool = true;
    const UNREAD: &'static [&'static str] = &[];

    fn subject(&self) -> Subject {
        Subject::Operator(self.operator.clone())
    }

    fn instance(&self) -> Option<&InstanceName> {
        None
    }

    fn facts(&self) -> Value {
        json!({ "what": self.what })
    }

    fn permissions(&self) -> &'static [Permission] {
        &[Permission::ManageOperators]
    }

    fn sentence(&self) -> String {
        let what = match self.what {
            Resetting::Password => "the password",
            Resetting::Factor => "the second factor",
            Resetting::Both => "the password and the second factor",
        };
        format!("reset {what} of {}", text::tame(&self.name))
    }

    fn before_after(&self) -> Vec<BeforeAfter> {
        let password = row("password", "the previous one".to_owned(), "none; a one-time link".to_owned());
        let factor = row("second factor", "the previous one".to_owned(), "set up at the next sign-in".to_owned());
        match self.what {
            Resetting::Password => vec![password],
            Resetting::Factor => vec![factor],
            Resetting::Both => vec![password, factor],
        }
    }
}

/// A one-time link with which somebody becomes a person of the console.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OfferAccess {
    /// The beginning of the link's hash.
    pub offer: String,
    pub name: String,
    pub role: Role,
}

impl Deed for OfferAccess {
    const KIND: &'static str = "offer_access";
    const CHANGES: bool = true;
    const UNREAD: &'static [&'static str] = &[];

    fn subject(&self) -> Subject {
        Subject::Operator(OperatorId(self.offer.clone()))
    }

    fn instance(&self) -> Option<&InstanceName> {
        None
    }

    fn facts(&self) -> Value {
        json!({ "role": self.role })
    }

    fn permissions(&self) -> &'static [Permission] {
        &[Permission::ManageOperators]
    }

    fn sentence(&self) -> String {
        format!("offered {} access as {}", text::tame(&self.name), self.role.name())
    }

    fn before_after(&self) -> Vec<BeforeAfter> {
        Vec::new()
    }
}

/// A person of the console got another role.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChangeOperatorRole {
    pub operator: OperatorId,
    pub name: String,
    pub before: Role,
    pub after: Role,
}

impl Deed for ChangeOperatorRole {
    const KIND: &'static str = "change_operator_role";
    const CHANGES: bool = true;
    const UNREAD: &'static [&'static str] = &[];

    fn subject(&self) -> Subject {
        Subject::Operator(self.operator.clone())
    }

    fn instance(&self) -> Option<&InstanceName> {
        None
    }

    fn facts(&self) -> Value {
        json!({ "before": self.before, "after": self.after })
    }

    fn permissions(&self) -> &'static [Permission] {
        &[Permission::ManageOperators]
    }

    fn sentence(&self) -> String {
        format!("made {} {}, before {}", text::tame(&self.name), self.after.name(), self.before.name())
    }

    fn before_after(&self) -> Vec<BeforeAfter> {
        vec![row("role", self.before.name().to_owned(), self.after.name().to_owned())]
    }
}
