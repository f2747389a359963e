//! Howdah: the operator's console for Mastodon servers.

pub mod access;
pub mod clock;
pub mod id;
#[cfg(feature = "ssr")]
pub mod ledger;
pub mod registrations;
pub mod reports;
