//! Who may do what: roles, permissions and the one function that joins them.
//!
//! The whole matrix is printed by a snapshot test; a change in rights shows up there as a changed cell.

use crate::{clock::Timestamp, id::GrantId, nouns::grants::Scope};
use serde::{Deserialize, Serialize};

mod permit;
pub use permit::*;

/// What a person of the console is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    Owner,
    Admin,
    Moderator,
    Contractor,
    Auditor,
}

impl Role {
    pub const ALL: [Self; 5] = [Self::Owner, Self::Admin, Self::Moderator, Self::Contractor, Self::Auditor];

    pub fn name(self) -> &'static str {
        match self {
            Self::Owner => "owner",
            Self::Admin => "admin",
            Self::Moderator => "moderator",
            Self::Contractor => "contractor",
            Self::Auditor => "auditor",
        }
    }

    /// Whether a password alone is not enough: for everybody who can change or reveal anything, and for everybody who reads
    /// the whole record.
    pub fn needs_factor(self) -> bool {
        Permission::ALL.iter().any(|p| (p.acts() || *p == Permission::ViewWholeLedger) && allows(self, *p))
    }
}

impl std::str::FromStr for Role {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, String> {
        Self::ALL
            .into_iter()
            .find(|role| role.name() == text)
            .ok_or_else(|| format!("“{text}” is not a role: owner, admin, moderator, contractor or auditor"))
    }
}

/// A grant in force.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Running {
    pub id: GrantId,
    pub scope: Scope,
    pub ends_at: Timestamp,
}

impl Scope {
    /// Whether this permission comes with it, on its instances. Everything else is no contractor's.
    pub fn includes(&self, permission: Permission) -> bool {
        use Permission as P;
        match permission {
            P::ViewWork | P::LinkAccount => true,
            P::DecideReports => !self.categories.is_empty(),
            P::ViewSignUps | P::DecideSignUps => self.sign_ups,
            P::Reveal => self.reveal,
            P::DecideAboutStaff
            | P::SearchPersonal
            | P::ViewRegistrations
            | P::CloseRegistrations
            | P::OpenRegistrations
            | P::ViewOwnLedger
            | P::OwnSignIn
            | P::ViewWholeLedger
            | P::CheckLedger
            | P::ManageOperators
            | P::ViewBlocks
            | P::ManageBlocks
            | P::SuspendFollowedDomain
            | P::ViewGrants
            | P::ProposeGrants
            | P::DecideGrants
            | P::ViewRoles
            | P::ManageRoles
            | P::TakeRolesAway
            | P::ViewInvitations
            | P::ManageInvitations
            | P::DeleteAccounts
            | P::Review
            | P::ViewAppeals => false,
        }
    }
}

/// One thing a person may be allowed to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Permission {
    /// Overview, queues, cases, accounts; nothing masked.
    ViewWork,
    /// Claim, give back, resolve, reopen, change the category, act on an ordinary account.
    DecideReports,
    /// The same about an account whose role on the instance carries any staff permission.
    DecideAboutStaff,
    /// See one masked field or one private post, with a reason.
    Reveal,
    /// Find somebody by a whole email or an IP address, with a reason: a reveal, and no contractor's, who works on cases.
    SearchPersonal,
    /// What people answer to a decision about them.
    ViewAppeals,
    ViewSignUps,
    /// Let people in who asked to join, or refuse them.
    DecideSignUps,
    ViewRegistrations,
    /// Approval and closed.
    CloseRegistrations,
    OpenRegistrations,
    /// One's own deeds in the ledger.
    ViewOwnLedger,
    ViewWholeLedger,
    /// Export, checkpoints on demand and verification.
    CheckLedger,
    /// Look again at what others decided, and at who could do what.
    Review,
    /// People of the console: add, disable, change roles, reset sign-ins, end sessions.
    ManageOperators,
    /// Rules about servers, mail domains and addresses.
    ViewBlocks,
    ManageBlocks,
    /// Suspend a server that people here follow.
    SuspendFollowedDomain,
    /// Contractors' grants and sheets of work.
    ViewGrants,
    /// Ask for a grant, and end one early.
    ProposeGrants,
    /// Approve or refuse what somebody else asked for.
    DecideGrants,
    /// Roles of the instance: what they may do, and who has them.
    ViewRoles,
    /// Give somebody a role of the instance, or another one.
    ManageRoles,
    /// Take a role of the instance away from somebody.
    TakeRolesAway,
    /// Invitations of the instance and access requests, without codes and names.
    ViewInvitations,
    /// Issue and revoke invitations; enter and decide access requests.
    ManageInvitations,
    /// Delete at once what a suspended account has left.
    DeleteAccounts,
    /// Act as one's own account on an instance.
    LinkAccount,
    /// One's own password, second factor, recovery codes and sessions, and nobody else's.
    OwnSignIn,
}

impl Permission {
    pub const ALL: [Self; 30] = [
        Self::ViewWork,
        Self::DecideReports,
        Self::DecideAboutStaff,
        Self::Reveal,
        Self::SearchPersonal,
        Self::ViewAppeals,
        Self::ViewSignUps,
        Self::DecideSignUps,
        Self::ViewRegistrations,
        Self::CloseRegistrations,
        Self::OpenRegistrations,
        Self::ViewOwnLedger,
        Self::ViewWholeLedger,
        Self::CheckLedger,
        Self::Review,
        Self::ManageOperators,
        Self::ViewBlocks,
        Self::ManageBlocks,
        Self::SuspendFollowedDomain,
        Self::ViewGrants,
        Self::ProposeGrants,
        Self::DecideGrants,
        Self::ViewRoles,
        Self::ManageRoles,
        Self::TakeRolesAway,
        Self::ViewInvitations,
        Self::ManageInvitations,
        Self::DeleteAccounts,
        Self::LinkAccount,
        Self::OwnSignIn,
    ];

    pub fn name(self) -> &'static str {
        match self {
            Self::ViewWork => "view work",
            Self::DecideReports => "decide reports",
            Self::DecideAboutStaff => "moderate staff",
            Self::Reveal => "reveal, with a reason",
            Self::SearchPersonal => "search by email or IP address",
            Self::ViewAppeals => "view appeals",
            Self::ViewSignUps => "view sign-ups",
            Self::DecideSignUps => "decide sign-ups",
            Self::ViewRegistrations => "view registrations",
            Self::CloseRegistrations => "close registrations",
            Self::OpenRegistrations => "open registrations",
            Self::ViewOwnLedger => "view own actions",
            Self::ViewWholeLedger => "view whole audit log",
            Self::CheckLedger => "verify the audit log",
            Self::Review => "review decisions and access",
            Self::ManageOperators => "manage people",
            Self::ViewBlocks => "view federation",
            Self::ManageBlocks => "manage federation",
            Self::SuspendFollowedDomain => "suspend if followed",
            Self::ViewGrants => "view grants",
            Self::ProposeGrants => "request grants",
            Self::DecideGrants => "decide on grants",
            Self::ViewRoles => "view roles",
            Self::ManageRoles => "manage roles",
            Self::TakeRolesAway => "remove roles",
            Self::ViewInvitations => "view invites",
            Self::ManageInvitations => "manage invites",
            Self::DeleteAccounts => "delete accounts now",
            Self::LinkAccount => "link the own account",
            Self::OwnSignIn => "manage own sign-in",
        }
    }

    /// Whether using it changes something for others or shows something masked.
    pub fn acts(self) -> bool {
        match self {
            Self::DecideReports
            | Self::DecideAboutStaff
            | Self::Reveal
            | Self::SearchPersonal
            | Self::DecideSignUps
            | Self::CloseRegistrations
            | Self::OpenRegistrations
            | Self::ManageOperators
            | Self::ManageBlocks
            | Self::SuspendFollowedDomain
            | Self::ProposeGrants
            | Self::DecideGrants
            | Self::ManageRoles
            | Self::TakeRolesAway
            | Self::ManageInvitations
            | Self::DeleteAccounts
            | Self::LinkAccount => true,
            Self::ViewWork
            | Self::ViewAppeals
            | Self::ViewSignUps
            | Self::ViewRegistrations
            | Self::ViewOwnLedger
            | Self::ViewWholeLedger
            | Self::CheckLedger
            | Self::Review
            | Self::ViewBlocks
            | Self::ViewGrants
            | Self::ViewRoles
            | Self::ViewInvitations
            | Self::OwnSignIn => false,
        }
    }
}

/// The matrix of rights. A contractor's are the most that a grant can include: what one does include, where, and from when
/// to when, is in [`crate::nouns::grants::Scope`].
pub fn allows(role: Role, permission: Permission) -> bool {
    use Permission as P;
    let (admin, moderator, contractor, auditor) = match permission {
        P::ViewWork | P::ViewSignUps | P::ViewOwnLedger | P::OwnSignIn => (true, true, true, true),
        P::DecideReports | P::DecideSignUps | P::Reveal | P::LinkAccount => (true, true, true, false),
        P::SearchPersonal => (true, true, false, false),
        P::ViewAppeals | P::ViewRegistrations | P::ViewBlocks | P::ViewInvitations => (true, true, false, true),
        P::ViewWholeLedger | P::ViewGrants | P::ViewRoles => (true, false, false, true),
        P::DecideAboutStaff
        | P::CloseRegistrations
        | P::OpenRegistrations
        | P::ManageBlocks
        | P::ProposeGrants
        | P::TakeRolesAway
        | P::ManageInvitations => (true, false, false, false),
        P::CheckLedger | P::Review => (false, false, false, true),
        P::ManageOperators | P::SuspendFollowedDomain | P::DecideGrants | P::ManageRoles | P::DeleteAccounts => {
            (false, false, false, false)
        }
    };
    match role {
        Role::Owner => true,
        Role::Admin => admin,
        Role::Moderator => moderator,
        Role::Contractor => contractor,
        Role::Auditor => auditor,
    }
}
