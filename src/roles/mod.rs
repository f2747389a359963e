//! Roles of the instance: what each may do, who has it, and the rules by which one is given and taken away.
//!
//! Sources: `app/models/user_role.rb` (flags, `overrides?`, `computed_permissions`), `app/policies/user_policy.rb`
//! (`change_role?`), `app/models/user.rb` (`validate_role_elevation`, `functional?`).

pub mod api;
pub mod page;
pub mod service;

use crate::id::AccountId;

pub use crate::nouns::{
    permissions::{ADMINISTRATOR, INVITE_BYPASS_APPROVAL, INVITE_USERS},
    roles::{Difference, EVERYONE, Group, InstanceRole, Power, called, can, effective, is_staff, powers},
};

/// A role of the list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RoleRow {
    pub role: InstanceRole,
    pub effective: i64,
    /// `None` for everyone’s; counted up to 10,000, then one more
    pub members: Option<i64>,
}

/// The roles of the instance.
#[derive(Clone, Debug)]
pub struct RolesPage {
    pub roles: Vec<RoleRow>,
    /// What the database role may not do that assigning needs: the GRANTs.
    pub missing: Vec<String>,
    /// What cannot be known for want of a grant, a sentence each.
    pub untold: Vec<String>,
}

/// Somebody who has a role.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Member {
    pub account: AccountId,
    pub handle: String,
    pub display_name: String,
    pub state: Vec<String>,
    pub second_factor: bool,
}

/// One role: what it may do, and who has it.
#[derive(Clone, Debug)]
pub struct RolePage {
    pub row: RoleRow,
    /// Own permissions, and those that come from everyone's.
    pub own: Vec<Power>,
    pub inherited: Vec<Power>,
    pub members: Vec<Member>,
    pub older: Option<String>,
    pub missing: Vec<String>,
    /// What cannot be known for want of a grant, a sentence each.
    pub untold: Vec<String>,
}

/// Who gets what: shown before it is done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Preview {
    pub account: AccountId,
    pub handle: String,
    pub display_name: String,
    pub state: Vec<String>,
    pub before: Option<InstanceRole>,
    pub after: Option<InstanceRole>,
    pub difference: Difference,
    /// The role wants a second factor and the person has none: the API is locked for them at once.
    pub locked: bool,
    /// Who of this console acts as the account that is locked, in a sentence.
    pub works_here: Option<String>,
    /// What stays or follows, in sentences.
    pub notes: Vec<String>,
    /// Why it cannot be done: the field it belongs beside, and the sentence.
    pub refused: Option<(String, String)>,
    /// What this page shows, as the form gives it back.
    pub seen: String,
}

/// Giving a role, or taking it away.
#[derive(Clone, Debug)]
pub struct ChangePage {
    /// As it was typed, or the handle of the account the address names.
    pub who: String,
    /// `user_roles.id`, `none`, or empty where nothing is chosen yet
    pub role: String,
    pub roles: Vec<InstanceRole>,
    /// What the person has now, in a sentence, once somebody is found.
    pub now: Option<String>,
    pub preview: Option<Preview>,
    /// What is wrong with what was typed: field and sentence.
    pub wrong: Option<(String, String)>,
    pub missing: Vec<String>,
    /// What cannot be known for want of a grant, a sentence each.
    pub untold: Vec<String>,
}
