//! What the report desk does.

pub mod budget;
mod case;
mod deeds;
mod queue;
mod words;

pub use case::{case, case_page, hands_off, own_beyond, revealed};
pub use deeds::{carry, change_category, claim_case, decide, decide_many, hand_over, reopen, reveal, reverse};
pub use queue::{CaseInQueue, cases, queue};
pub use words::plain_text;

use crate::{mastodon::database::read_problem, store::store_problem};
