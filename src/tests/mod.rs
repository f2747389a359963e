//! Integration tests: real stores, a real instance, the real router.

#![expect(clippy::disallowed_methods, reason = "tests make up what the console is given")]
#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a test that cannot go on says so by panicking")]

mod access;
mod accounts;
mod answers;
mod audit;
mod bulk;
mod bundle;
mod column_grants;
mod connections;
mod content;
mod domains;
mod doors;
mod engine;
mod exports;
mod faults;
mod fence;
mod files;
mod finding;
mod floors;
mod foreign;
mod grants;
mod head;
mod hostile;
mod instances;
mod invitations;
mod keys;
mod ledger;
mod lengths;
mod linked;
mod lists;
mod many;
mod objects;
mod older_store;
mod outside_changes;
mod pages;
mod personal;
mod processes;
mod refusals;
mod roles;
mod rows;
mod second_person;
mod seen;
mod setups;
mod sign_in;
mod signups;
mod standby;
mod store;
mod style;
mod support;
mod versions;
mod waiting;
mod watching;
mod weather;
mod your_sign_in;
