//! What the report desk does.

pub mod budget;
mod case;
mod deeds;
mod queue;
mod words;

pub use case::{case, case_page, hands_off, own_beyond, revealed};
pub use deeds::{carry, change_category, decide, decide_many, hand_over, hold, reopen, reveal, reverse};
pub use queue::{CaseInQueue, cases, queue};
pub use words::plain_text;

use crate::{mastodon::database::DatabaseError, problem::Problem};

fn unread(error: DatabaseError) -> Problem {
    Problem::unavailable(
        format!("{error}, so this cannot be shown."),
        "The queue goes on showing what was known. Try again in a moment.",
    )
}

fn store_problem(error: impl std::fmt::Display) -> Problem {
    tracing::error!(%error, "reports.store");
    Problem::unavailable("The console’s own database does not answer.", "Try again in a moment.")
}
