//! Roles of an instance.

use crate::{id::RoleId, text};

/// The role that everybody has who has no other; it is never stored in `users.role_id`.
pub const EVERYONE: RoleId = RoleId(-99);

/// What a role is called; names may be empty and are not unique.
pub fn called(role: Option<RoleId>, name: &str) -> String {
    match role {
        None => "no role".to_owned(),
        Some(EVERYONE) => "everyone".to_owned(),
        Some(id) if name.trim().is_empty() => format!("role {id}"),
        Some(_) => text::excerpt(name, 60),
    }
}
