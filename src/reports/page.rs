//! The views of the report desk.

pub mod bulk;
mod case;
mod queue;

pub use case::{Case, account_card, case_and_more, reveal_form, revealed_card};
pub use queue::{Queue, undone};
