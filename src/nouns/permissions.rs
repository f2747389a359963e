//! The bits of `user_roles.permissions` (`app/models/user_role.rb`), and what a token or a role must include for what.

use std::fmt;

/// Bit 0: everything.
pub const ADMINISTRATOR: i64 = 1;
pub const MANAGE_REPORTS: i64 = 1 << 4;
pub const MANAGE_FEDERATION: i64 = 1 << 5;
pub const MANAGE_SETTINGS: i64 = 1 << 6;
pub const MANAGE_BLOCKS: i64 = 1 << 7;
pub const MANAGE_USERS: i64 = 1 << 10;
pub const MANAGE_INVITES: i64 = 1 << 11;
pub const INVITE_USERS: i64 = 1 << 16;
/// Edit and assign lower roles.
pub const MANAGE_ROLES: i64 = 1 << 17;
pub const DELETE_USER_DATA: i64 = 1 << 19;
pub const INVITE_BYPASS_APPROVAL: i64 = 1 << 21;

/// Those that deeds ask of an account, as people call them.
pub const ASKED_FOR: [(i64, &str); 9] = [
    (MANAGE_REPORTS, "manage reports"),
    (MANAGE_USERS, "manage users"),
    (MANAGE_FEDERATION, "manage federation"),
    (MANAGE_BLOCKS, "manage blocks"),
    (MANAGE_SETTINGS, "manage settings"),
    (MANAGE_INVITES, "manage invites"),
    (INVITE_USERS, "invite users"),
    (MANAGE_ROLES, "manage roles"),
    (DELETE_USER_DATA, "delete user data"),
];

/// Something that can be done on an instance by whoever has the token, the role and the grants for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Capability {
    Reports,
    Accounts,
    DeleteData,
    Servers,
    AllowServers,
    MailDomains,
    Addresses,
    /// Written to the database, as the two below: no token is asked for it.
    Registrations,
    Roles,
    Invitations,
}

impl Capability {
    pub const ALL: [Self; 10] = [
        Self::Reports,
        Self::Accounts,
        Self::DeleteData,
        Self::Servers,
        Self::AllowServers,
        Self::MailDomains,
        Self::Addresses,
        Self::Registrations,
        Self::Roles,
        Self::Invitations,
    ];

    /// As it goes on after “cannot”.
    pub fn words(self) -> &'static str {
        match self {
            Self::Reports => "decide reports",
            Self::Accounts => "moderate accounts and sign-ups",
            Self::DeleteData => "delete an account’s data",
            Self::Servers => "manage domain blocks",
            Self::AllowServers => "allow domains",
            Self::MailDomains => "manage email domain blocks",
            Self::Addresses => "manage IP rules",
            Self::Registrations => "change registrations",
            Self::Roles => "change roles",
            Self::Invitations => "create or deactivate invites",
        }
    }

    /// The scope that Mastodon asks of the token (`app/controllers/api/v1/admin/*_controller.rb`); none for what is written
    /// to the database.
    pub fn scope(self) -> Option<&'static str> {
        match self {
            Self::Reports => Some("admin:write:reports"),
            Self::Accounts | Self::DeleteData => Some("admin:write:accounts"),
            Self::Servers => Some("admin:write:domain_blocks"),
            Self::AllowServers => Some("admin:write:domain_allows"),
            Self::MailDomains => Some("admin:write:email_domain_blocks"),
            Self::Addresses => Some("admin:write:ip_blocks"),
            Self::Registrations | Self::Roles | Self::Invitations => None,
        }
    }

    /// The bit that Mastodon asks of the role (`app/policies/*.rb`).
    pub fn permission(self) -> i64 {
        match self {
            Self::Reports => MANAGE_REPORTS,
            Self::Accounts => MANAGE_USERS,
            Self::DeleteData => DELETE_USER_DATA,
            Self::Servers | Self::AllowServers => MANAGE_FEDERATION,
            Self::MailDomains | Self::Addresses => MANAGE_BLOCKS,
            Self::Registrations => MANAGE_SETTINGS,
            Self::Roles => MANAGE_ROLES,
            Self::Invitations => INVITE_USERS,
        }
    }

    /// The permission as people call it.
    pub fn permission_words(self) -> &'static str {
        let bit = self.permission();
        ASKED_FOR.into_iter().find(|(known, _)| *known == bit).map_or("do it", |(_, words)| words)
    }
}

/// What is lacking for something, and for what.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lack {
    pub capability: Capability,
    /// A clause: “the token lacks the scope admin:write:reports”.
    pub why: String,
    /// Whether it was seen with the last look. What was seen before that may have been given since.
    pub certain: bool,
}

impl fmt::Display for Lack {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "cannot {}: {}", self.capability.words(), self.why)
    }
}
