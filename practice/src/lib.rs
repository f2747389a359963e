//! A practice Mastodon instance: the part of the API of Mastodon 4.3 to 4.7 that an operator's console uses, over a real
//! PostgreSQL with Mastodon's tables. It knows nothing of the console.

pub mod accounts;
pub mod activity;
pub mod auth;
pub mod cache;
pub mod cluster;
pub mod community;
pub mod deletion;
pub mod domain_blocks;
pub mod email_blocks;
pub mod entities;
pub mod instance;
pub mod ip_blocks;
pub mod jobs;
pub mod metrics;
pub mod moderation;
pub mod notifications;
pub mod oauth;
pub mod paging;
pub mod rate_limit;
pub mod reports;
pub mod schema;
pub mod server;
pub mod settings;
pub mod sign_ups;
pub mod tick;
pub mod trends;
pub mod version;
pub mod webhooks;
