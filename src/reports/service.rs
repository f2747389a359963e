//! What the report desk does.

pub mod budget;
mod case;
mod decided;
mod deeds;
pub mod meanwhile;
mod queue;
mod reasons;
mod words;

pub use case::{cannot_reverse, case, case_page, hands_off, own_beyond, revealed};
pub use decided::Decisions;
pub use deeds::{
    carry, change_category, checked_words, claim_case, decide, decide_many, hand_over, left_out, reopen, reveal,
    reverse, where_it_stood,
};
pub use queue::{CaseInQueue, cases, queue};
pub use reasons::reasons;
pub use words::{plain_text, strike as strike_word};

use crate::{
    access::ON_THE_TEAM,
    context::Context,
    id::AccountId,
    mastodon::{Instance, database::read_problem},
    store::store_problem,
    ui,
};

/// Whom a case is about; the server itself has an account with a negative id.
fn handle(account: AccountId, acct: &str) -> String {
    let server = if account.0 < 0 { " (the server itself)" } else { "" };
    format!("@{}{server}", ui::tame(acct))
}

/// An account of the instance's staff on this person's pages. The one that the console itself acts as is nobody in particular.
fn of_staff(context: &Context, instance: &Instance, username: &str) -> String {
    let service = instance.health().account.as_ref().is_some_and(|account| account.username == username);
    if service || context.actor.is_told_names() { format!("@{username}") } else { ON_THE_TEAM.to_owned() }
}
