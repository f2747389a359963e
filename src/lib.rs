//! Howdah: the operator's console for Mastodon servers.
//!
//! A capability is a room with the same four doors (`mod.rs` nouns and rules, `page.rs` views, `api.rs` server functions,
//! `service.rs` what it does); a mechanism is a folder that serves them. Data flows
//! `page → api → service → {mastodon, store, ledger}` and never turns round.

#![recursion_limit = "512"]

pub mod access;
pub mod accounts;
pub mod app;
pub mod audit;
pub mod batches;
pub mod clock;
pub mod domain_blocks;
pub mod frame;
pub mod grants;
pub mod id;
pub mod invitations;
pub mod linked_accounts;
pub mod nouns;
pub mod operators;
pub mod overview;
pub mod path;
pub mod problem;
pub mod registrations;
pub mod reports;
pub mod roles;
pub mod search;
pub mod sign_in;
pub mod signups;
pub mod text;
pub mod ui;

#[cfg(feature = "ssr")]
pub mod carry_out;
#[cfg(feature = "ssr")]
pub mod cli;
#[cfg(feature = "ssr")]
pub mod config;
#[cfg(feature = "ssr")]
pub mod context;
#[cfg(feature = "ssr")]
pub mod deeds;
#[cfg(feature = "ssr")]
pub mod http;
#[cfg(feature = "ssr")]
pub mod jobs;
#[cfg(feature = "ssr")]
pub mod ledger;
#[cfg(feature = "ssr")]
pub mod mastodon;
#[cfg(feature = "ssr")]
pub mod media;
#[cfg(feature = "ssr")]
pub mod off_thread;
#[cfg(feature = "ssr")]
pub mod seal;
#[cfg(feature = "ssr")]
pub mod store;

/// Wakes the islands of a page in the browser.
#[cfg(feature = "hydrate")]
#[wasm_bindgen::prelude::wasm_bindgen]
pub fn hydrate() {
    console_error_panic_hook::set_once();
    leptos::mount::hydrate_islands();
}
