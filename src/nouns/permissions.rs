//! The bits of `user_roles.permissions` (`app/models/user_role.rb`).

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
    (MANAGE_INVITES, "manage invitations"),
    (INVITE_USERS, "invite users"),
    (MANAGE_ROLES, "manage roles"),
    (DELETE_USER_DATA, "delete user data"),
];
