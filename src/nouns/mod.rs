//! Mastodon's nouns and the few of the console's, as deeds and rooms share them: no room, no store and no instance is known here.

pub mod alarms;
pub mod domain_blocks;
pub mod domain_imports;
pub mod grants;
pub mod invitations;
pub mod linked_accounts;
pub mod notes;
pub mod outcome;
pub mod parts;
pub mod permissions;
pub mod policies;
pub mod preferences;
pub mod rank;
pub mod registrations;
pub mod reports;
pub mod reviews;
pub mod roles;
pub mod settings;
pub mod throw_away;
