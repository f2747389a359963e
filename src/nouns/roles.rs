//! Roles of an instance: what each may do, and what a change of role brings and takes (`app/models/user_role.rb`).

use super::permissions::{ADMINISTRATOR, INVITE_BYPASS_APPROVAL, INVITE_USERS};
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

/// What permissions are about, as Mastodon's own page groups them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Group {
    Special,
    Moderation,
    Administration,
    Devops,
    Invites,
    Email,
    /// Bits that this console does not know; they are kept as they are.
    Unknown,
}

impl Group {
    pub const ALL: [Self; 7] = [
        Self::Special,
        Self::Moderation,
        Self::Administration,
        Self::Devops,
        Self::Invites,
        Self::Email,
        Self::Unknown,
    ];

    pub fn name(self) -> &'static str {
        match self {
            Self::Special => "Special",
            Self::Moderation => "Moderation",
            Self::Administration => "Administration",
            Self::Devops => "DevOps",
            Self::Invites => "Invites",
            Self::Email => "Email",
            Self::Unknown => "Unknown",
        }
    }
}

/// One permission of Mastodon's.
struct Flag {
    bit: u32,
    /// As Mastodon's own page has it (`admin.roles.privileges` of its `en.yml`).
    name: &'static str,
    group: Group,
    does: &'static str,
    /// Whoever has it can harm the whole place, or give themselves more.
    danger: bool,
}

const fn flag(bit: u32, name: &'static str, group: Group, does: &'static str, danger: bool) -> Flag {
    Flag { bit, name, group, does, danger }
}

/// Every permission up to 4.7 (`UserRole::FLAGS`).
const FLAGS: [Flag; 23] = [
    flag(0, "Administrator", Group::Special, "everything, regardless of other permissions", true),
    flag(1, "DevOps", Group::Devops, "open the Sidekiq and PgHero dashboards: queued jobs and database queries", true),
    flag(2, "View Audit Log", Group::Moderation, "read Mastodon’s audit log", false),
    flag(3, "View Dashboard", Group::Moderation, "see the dashboard and its numbers", false),
    flag(4, "Manage Reports", Group::Moderation, "work on reports, moderate reported accounts, write notes", false),
    flag(5, "Manage Federation", Group::Moderation, "block, limit and allow other servers", true),
    flag(6, "Manage Settings", Group::Administration, "change the site’s settings, presets and terms", true),
    flag(7, "Manage Blocks", Group::Moderation, "manage IP rules, email domain blocks and username rules", false),
    flag(8, "Manage Taxonomies", Group::Moderation, "decide about trends and hashtags", false),
    flag(9, "Manage Appeals", Group::Moderation, "decide appeals", false),
    flag(10, "Manage Users", Group::Moderation, "view and moderate accounts, decide sign-ups", false),
    flag(11, "Manage Invites", Group::Moderation, "view and deactivate everyone’s invites", false),
    flag(12, "Manage Rules", Group::Administration, "change the server rules", false),
    flag(13, "Manage Announcements", Group::Administration, "publish announcements", false),
    flag(14, "Manage Custom Emojis", Group::Administration, "change the emoji", false),
    flag(15, "Manage Webhooks", Group::Administration, "manage webhooks", true),
    flag(16, "Invite Users", Group::Invites, "invite people", false),
    flag(17, "Manage Roles", Group::Administration, "edit lower roles and give them to people", true),
    flag(
        18,
        "Manage User Access",
        Group::Moderation,
        "change people’s email address, password and two-factor authentication",
        true,
    ),
    flag(19, "Delete User Data", Group::Moderation, "delete suspended accounts at once, for good", true),
    flag(20, "View live and topic feeds", Group::Moderation, "view live feeds where they are disabled", false),
    flag(21, "Invite Users without review", Group::Invites, "invite people without review", false),
    flag(22, "Manage Email Subscriptions", Group::Email, "manage email subscriptions of profiles", false),
];

/// A permission as a page shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Power {
    pub name: String,
    pub group: Group,
    /// In plain words, what it allows
    pub does: String,
    pub danger: bool,
}

/// The permissions of a mask, bit by bit; bits that are not known stay visible.
pub fn powers(mask: i64) -> Vec<Power> {
    (0..64)
        .filter(|bit| mask & 1_i64.wrapping_shl(*bit) != 0)
        .map(|bit| match FLAGS.iter().find(|flag| flag.bit == bit) {
            Some(flag) => {
                Power { name: flag.name.to_owned(), group: flag.group, does: flag.does.to_owned(), danger: flag.danger }
            }
            None => Power {
                name: format!("unknown bit {bit}"),
                group: Group::Unknown,
                does: "only known to a newer Mastodon".to_owned(),
                danger: true,
            },
        })
        .collect()
}

/// Whether a mask allows something: the bit itself, or administrator.
pub fn can(mask: i64, bit: i64) -> bool {
    mask & ADMINISTRATOR != 0 || mask & bit == bit
}

/// A role as its row has it.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct InstanceRole {
    pub id: RoleId,
    pub name: String,
    pub color: String,
    pub position: i32,
    /// `user_roles.permissions`, without what everyone may
    pub mask: i64,
    /// Shown as a badge on profiles
    pub highlighted: bool,
    /// Members need a second factor; `None` before 4.6, which knows no such rule, and where that is untold
    pub require_2fa: Option<bool>,
    /// Whether they do is there, and the console may not read it
    pub untold: bool,
}

impl InstanceRole {
    /// Everyone's role where its row is missing (`UserRole.everyone` makes it so).
    pub fn everyone() -> Self {
        Self {
            id: EVERYONE,
            name: String::new(),
            color: String::new(),
            position: -1,
            mask: INVITE_USERS,
            highlighted: false,
            require_2fa: None,
            untold: false,
        }
    }

    /// Its name, or what to call it where it has none.
    pub fn called(&self) -> String {
        called(Some(self.id), &self.name)
    }

    /// Its colour, if it is one.
    pub fn swatch(&self) -> Option<String> {
        let digits = self.color.strip_prefix('#')?;
        let sound = matches!(digits.len(), 3 | 6) && digits.bytes().all(|b| b.is_ascii_hexdigit());
        sound.then(|| self.color.clone())
    }
}

/// What somebody may do with a role: its own mask and everyone's.
pub fn effective(role: Option<&InstanceRole>, everyone: &InstanceRole) -> i64 {
    role.map_or(0, |role| role.mask) | everyone.mask
}

/// Whether a mask is more than inviting: staff of the instance.
pub fn is_staff(mask: i64) -> bool {
    mask & !(INVITE_USERS | INVITE_BYPASS_APPROVAL) != 0
}

/// What a change of role brings and takes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Difference {
    pub gained: Vec<Power>,
    pub lost: Vec<Power>,
}

impl Difference {
    /// Between two effective masks. An administrator has everything already, and loses all that is not listed after.
    pub fn between(before: i64, after: i64) -> Self {
        let was = before & ADMINISTRATOR != 0;
        let is = after & ADMINISTRATOR != 0;
        Self {
            gained: if was { Vec::new() } else { powers(after & !before) },
            lost: match (was, is) {
                (_, true) => Vec::new(),
                (true, false) => powers(ADMINISTRATOR),
                (false, false) => powers(before & !after),
            },
        }
    }

    /// Whether anything is gained.
    pub fn grants(&self) -> bool {
        !self.gained.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_masks_of_the_seeded_roles_are_decoded_as_mastodon_names_them() {
        let names = |mask: i64| powers(mask).into_iter().map(|power| power.name).collect::<Vec<_>>();
        assert_eq!(
            names(1308),
            ["View Audit Log", "View Dashboard", "Manage Reports", "Manage Taxonomies", "Manage Users"]
        );
        assert_eq!(names(65_536), ["Invite Users"]);
        assert_eq!(names(1), ["Administrator"]);
        assert_eq!(names(983_036).len(), 17);
        for (bit, flag) in (0..).zip(&FLAGS) {
            assert_eq!(flag.bit, bit);
        }
    }

    #[test]
    fn unknown_bits_are_kept_and_said() {
        let odd = 1_i64 << 40 | 16 | i64::MIN;
        let names: Vec<_> = powers(odd).into_iter().map(|power| power.name).collect();
        assert_eq!(names, ["Manage Reports", "unknown bit 40", "unknown bit 63"]);
        assert!(powers(1 << 40)[0].danger, "nobody knows what it allows");
    }

    #[test]
    fn an_administrator_gains_nothing_and_loses_everything() {
        let made = Difference::between(65_536, 65_537);
        assert_eq!(made.gained[0].name, "Administrator");
        assert!(made.lost.is_empty());
        let taken = Difference::between(65_537, 65_536 | 16);
        assert!(!taken.grants() && taken.lost[0].name == "Administrator");
        let moved = Difference::between(65_536 | 16, 65_536 | 1024);
        assert_eq!((moved.gained[0].name.as_str(), moved.lost[0].name.as_str()), ("Manage Users", "Manage Reports"));
    }

    #[test]
    fn only_a_colour_is_a_colour() {
        let role = |color: &str| InstanceRole { color: color.to_owned(), ..InstanceRole::everyone() }.swatch();
        assert_eq!(role("#1a2B3c").as_deref(), Some("#1a2B3c"));
        assert_eq!(role("#abc").as_deref(), Some("#abc"));
        for not in ["", "red", "#12345", "#12345g", "#123456;x"] {
            assert_eq!(role(not), None, "{not}");
        }
    }
}
