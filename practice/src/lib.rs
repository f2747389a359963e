//! A practice Mastodon instance: the part of Mastodon 4.6's API that an operator's console uses, over a real PostgreSQL
//! with Mastodon's tables. It knows nothing of the console.

pub mod accounts;
pub mod auth;
pub mod cache;
pub mod cluster;
pub mod community;
pub mod entities;
pub mod instance;
pub mod moderation;
pub mod rate_limit;
pub mod reports;
pub mod schema;
pub mod server;
