//! What the report desk does.

pub mod budget;
mod case;
mod decided;
mod deeds;
mod queue;
mod reasons;
mod words;

pub use case::{case, case_page, hands_off, own_beyond, revealed};
pub use decided::Decisions;
pub use deeds::{
    carry, change_category, checked_words, claim_case, decide, decide_many, hand_over, left_out, reopen, reveal,
    reverse, where_it_stood,
};
pub use queue::{CaseInQueue, cases, queue};
pub use reasons::reasons;
pub use words::{plain_text, strike as strike_word};

use crate::{mastodon::database::read_problem, store::store_problem};
