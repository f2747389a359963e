//! What the report desk does.

pub mod budget;
mod case;
mod decided;
mod deeds;
pub mod meanwhile;
mod queue;
mod words;

pub use case::{case, case_page, hands_off, own_beyond, revealed};
pub use decided::Decisions;
pub use deeds::{
    carry, change_category, claim_case, decide, decide_many, hand_over, reopen, reveal, reverse, where_it_stood,
};
pub use queue::{CaseInQueue, cases, queue};
pub use words::{plain_text, strike as strike_word};

use crate::{mastodon::database::read_problem, store::store_problem};
